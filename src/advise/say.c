/* The answer in ten lines. Pure. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise/advise_parts.h"
#include "base/clock.h"

#define INDENT 9 /* of what stands beside a line's name */
#define COLUMNS_LEAST 40
#define ADVICE_LINES 10
#define TOLD_LEVELS 6

struct said { /* a number as people write it */
    char s[40];
};

static struct said say_s(double seconds)
{
    struct said d;

    text_duration(d.s, sizeof(d.s), (int64_t)(seconds * NS_PER_S + 0.5));
    return d;
}

static struct said say_share(double share)
{
    struct said d;

    text_percent(d.s, sizeof(d.s), share);
    return d;
}

/* 26.9, 1370, 0.031: three digits that count. */
static struct said say_rate(double x)
{
    struct said d;

    if (x >= 1e5)
        text_si(d.s, sizeof(d.s), x);
    else
        snprintf(d.s, sizeof(d.s), "%.*f",
                 x >= 100  ? 0
                 : x >= 10 ? 1
                 : x >= 1  ? 2
                           : 3,
                 x);
    return d;
}

static const char *noun(const struct advice *a)
{
    return a->base.tasks > 0 ? "tasks" : "operations";
}

static int lines_of(const struct text *t)
{
    int n = 0;

    for (const char *at = text_str(t); *at; at++)
        n += *at == '\n';
    return n;
}

/* ---- a line -------------------------------------------------------------- */

/* @name, then @body in as many lines as it takes. */
static void add_line(struct text *out, const char *name, const char *body,
                     int columns)
{
    int column = INDENT;

    text_pad(out, name, INDENT);
    for (const char *at = body; *at;) {
        char word[256];
        int length = (int)strcspn(at, " "), width;

        snprintf(word, sizeof(word), "%.*s", length, at);
        width = text_columns(word);
        if (column > INDENT && column + 1 + width > columns) {
            text_add(out, "\n");
            text_fill(out, " ", INDENT);
            column = INDENT;
        }
        text_addf(out, "%s%s", column > INDENT ? " " : "", word);
        column += width + (column > INDENT);
        at += length;
        at += strspn(at, " ");
    }
    text_add(out, "\n");
}

/* ---- what was seen ------------------------------------------------------- */

static void add_waits(const struct advice *a, struct text *out)
{
    const struct profile *p = &a->profile;
    double waits = 1 - p->cpu_share;

    if (p->cpu_share < 0 || waits < 0.02)
        return;
    text_addf(out, ", waiting for %s", say_share(waits).s);
    if (p->lock_share > 0.02)
        text_addf(out, "; for a lock %s", say_share(p->lock_share).s);
    if (p->io_share > 0.02)
        text_addf(out, "; for I/O or a timer %s", say_share(p->io_share).s);
    if (p->blocks_each >= 0 && p->blocks_each < 0.5)
        text_add(out, ", not for a disk");
}

static void say_seen(const struct advice *a, struct text *out)
{
    const struct profile *p = &a->profile;
    char buf[32];

    text_add(out, "one worker");
    if (p->tasks > 0)
        text_addf(out, " did %" PRId64 " of %" PRId64 " tasks in %s: %s each",
                  p->tasks_taken, p->tasks, say_s(p->wall_s).s,
                  say_s(p->task_s).s);
    else
        text_addf(out, ", %s: %s operations a second", say_s(p->wall_s).s,
                  say_rate(a->alone_per_s).s);
    if (p->cpu_share >= 0)
        text_addf(out, ", computing for %s of it", say_share(p->cpu_share).s);
    add_waits(a, out);
    if (p->blocks_each >= 0.5)
        text_addf(
            out, "; %s on a disk for each",
            text_bytes(buf, sizeof(buf), (int64_t)(p->blocks_each * 512)));
    if (p->switches_per_s >= 0)
        text_addf(out, "; %s switches a second", say_rate(p->switches_per_s).s);
    if (p->memory_each >= 0)
        text_addf(out, "; %s of memory",
                  text_bytes(buf, sizeof(buf), (int64_t)p->memory_each));
    text_add(out, " (MEASURED)");
}

static void say_table(const struct advice *a, struct text *out)
{
    const struct decision *row = advice_decision(a);

    text_addf(out, "%s: %s", row->name, row->advice);
}

static const char *bound_words(const struct advice *a)
{
    static const char *const words[] = {
        [BOUND_TASKS] = "all tasks",
        [BOUND_MEMORY] = "half of the free memory",
        [BOUND_ROOM] = "all that the system allows"};

    if (a->start == a->most && a->limit != BOUND_NONE)
        return words[a->limit];
    return a->bound == BOUND_FIRST ? "to begin with" : NULL;
}

static void say_start(const struct advice *a, struct text *out)
{
    const char *bound = bound_words(a);

    if (a->profile.cpu_share < 0) {
        text_addf(out, "%" PRId64 ": what it computes could not be measured",
                  a->start);
        return;
    }
    if (a->profile.cpu_share < 0.001)
        text_add(out, "cores / CPU share: hardly anything is computed");
    else
        text_addf(out, "cores / CPU share = %d / %.3f = %s", a->cores,
                  a->profile.cpu_share,
                  say_rate(a->cores / a->profile.cpu_share).s);
    text_addf(out, ", so %" PRId64, a->start);
    if (bound)
        text_addf(out, ": %s", bound);
    if (a->model != a->base.model)
        text_addf(out, "; %s instead of %s", spec_model_words[a->model],
                  spec_model_words[a->base.model]);
}

/* Of many only those about the answer, beside the first. */
static bool worth_telling(const struct advice *a, int index, int count)
{
    int at = 0;

    if (count <= TOLD_LEVELS || index == 0)
        return true;
    while (at < count - 1 && advice_level(a, at)->workers < a->workers)
        at++;
    at = at < TOLD_LEVELS / 2 ? TOLD_LEVELS / 2 : at;
    at = at > count - TOLD_LEVELS / 2 ? count - TOLD_LEVELS / 2 : at;
    return abs(index - at) < TOLD_LEVELS / 2;
}

static void say_check(const struct advice *a, struct text *out)
{
    const struct advice_level *l;
    bool first = true;
    int count = 0;

    while (advice_level(a, count))
        count++;
    text_addf(out, "%s a second with", noun(a));
    for (int i = 0; (l = advice_level(a, i)) != NULL; i++) {
        if (!worth_telling(a, i, count))
            continue;
        text_addf(out, "%s %" PRId64 ": %s", first ? "" : ",", l->workers,
                  say_rate(l->per_s).s);
        if (l->disturbed)
            text_add(out, "*");
        first = false;
    }
    text_addf(out, " (MEASURED, %d runs, %s)", a->runs,
              say_s((double)a->spent_ns / NS_PER_S).s);
}

/* ---- why ----------------------------------------------------------------- */

static const struct advice_level *find(const struct advice *a, int64_t workers)
{
    for (int i = 0; i < a->levels; i++)
        if (a->level[i].workers == workers && a->level[i].runs > 0)
            return &a->level[i];
    return NULL;
}

static bool is_full(const struct advice *a, const struct advice_level *l)
{
    return l->cores >= ADVICE_FULL * a->cores;
}

/* The most cores that were ever kept busy; -1: not known. */
static double cores_most(const struct advice *a)
{
    double most = -1;

    for (int i = 0; i < a->levels; i++)
        most = fmax(most, a->level[i].cores);
    return most;
}

/* Each computes, and yet the cores are not busy: they exclude each other. */
static bool one_at_a_time(const struct advice *a)
{
    const struct advice_level *last = &a->level[a->levels - 1];
    double could = fmin(a->cores, (double)last->workers);

    return could > 1 && a->profile.cpu_share >= 0.5 && cores_most(a) > 0 &&
           cores_most(a) < 0.75 * could;
}

static void why_crowded(const struct advice *a, struct text *out)
{
    const struct advice_level *last = &a->level[a->levels - 1];

    text_add(out, "what they wait for is busy itself (link, disk, server or "
                  "lock)");
    if (last->workers > a->workers && a->profile.task_s > 0 && last->task_s > 0)
        text_addf(out, ": beside %" PRId64 " others a task takes %s, not %s",
                  last->workers - 1, say_s(last->task_s).s,
                  say_s(a->profile.task_s).s);
}

static void why_found(const struct advice *a, struct text *out)
{
    const struct advice_level *l = find(a, a->workers);

    if (one_at_a_time(a))
        text_addf(out,
                  "although each computes, never more than %.2f of %d cores "
                  "were busy: something inside lets them in one at a time (a "
                  "lock%s)",
                  cores_most(a), a->cores,
                  a->profile.blocks_each >= 0.5 ? ", or a disk" : "");
    else if (is_full(a, l) && a->profile.task_s > 0 && l->task_cpu_s > 0 &&
             l->task_cpu_s > 1.3 * a->profile.task_s * a->profile.cpu_share)
        text_addf(out,
                  "%.2f of %d cores are busy, but a task then needs %s of "
                  "processor time instead of %s: they share memory, caches or "
                  "a core",
                  l->cores, a->cores, say_s(l->task_cpu_s).s,
                  say_s(a->profile.task_s * a->profile.cpu_share).s);
    else if (is_full(a, l))
        text_addf(out, "%.2f of %d cores are busy then", l->cores, a->cores);
    else if (a->workers == a->most && a->limit == BOUND_TASKS)
        text_add(out, "every task has a worker, and none waits for another");
    else if (a->workers == a->most && a->limit == BOUND_MEMORY)
        text_add(out, "more of them would not fit into half of the free "
                      "memory");
    else if (a->workers == 1 && a->cores == 1)
        text_add(out, "there is one core");
    else
        why_crowded(a, out);
    if (a->workers * 3 <= a->start * 2 || a->workers * 2 >= a->start * 3)
        text_addf(out, "; the table's %" PRId64 " %s", a->start,
                  a->workers < a->start ? "gain nothing" : "are too few");
}

void advice_why(const struct advice *a, struct text *out)
{
    switch (a->verdict) {
    case ADVICE_FOUND:
        why_found(a, out);
        break;
    case ADVICE_INCONCLUSIVE:
        text_addf(out,
                  "other programs used %.2f of %d cores during a run, three "
                  "times in a row",
                  a->kept.foreign_cores, a->cores);
        break;
    case ADVICE_FAILED:
        text_add(out, a->error);
        break;
    default:
        break;
    }
}

/* What more workers would do. */
static void say_more(const struct advice *a, struct text *out)
{
    const struct advice_level *l = find(a, a->workers), *above = NULL;

    for (int i = 0; i < a->levels && !above; i++)
        if (a->level[i].workers > a->workers && a->level[i].runs > 0)
            above = &a->level[i];
    if (above)
        text_addf(out,
                  "%" PRId64 " workers did %.1f %% %s; up to 5 %% count "
                  "as nothing gained",
                  above->workers, fabs(above->per_s / l->per_s - 1) * 100,
                  above->per_s < l->per_s ? "less" : "more");
    else if (is_full(a, l))
        text_add(out, "more workers would find no free core");
    else if (a->limit == BOUND_TASKS && a->workers == a->most)
        text_add(out, "more workers than tasks would stand idle");
    else
        text_add(out, "more were not tried");
}

static void say_advice(const struct advice *a, struct text *out)
{
    const struct advice_level *l;

    if (a->verdict == ADVICE_INCONCLUSIVE) {
        text_addf(out, "inconclusive: ");
        advice_why(a, out);
        text_addf(out, ", so the table's %" PRId64 " could not be checked",
                  a->start);
        return;
    }
    l = find(a, a->workers);
    text_addf(out, "%" PRId64 " worker%s", a->workers,
              a->workers == 1 ? "" : "s");
    if (a->workers > 1 && l && a->alone_per_s > 0)
        text_addf(out, ", %.2f times as fast as one",
                  l->per_s / a->alone_per_s);
    text_add(out, ": ");
    advice_why(a, out);
}

static void add_said(const struct advice *a, const char *name,
                     void (*say)(const struct advice *, struct text *),
                     int columns, struct text *out)
{
    struct text body = {0};

    say(a, &body);
    add_line(out, name, text_str(&body), columns);
    text_fini(&body);
}

/* The lines in their order, and in which order they are left away when there
 * would be more than ten: 0 never. */
static const struct line {
    const char *name;
    void (*say)(const struct advice *, struct text *);
    int first_to_go;
} lines[] = {
    {"seen", say_seen, 0},   {"table", say_table, 3},   {"start", say_start, 2},
    {"check", say_check, 0}, {"advice", say_advice, 0}, {"more", say_more, 1},
};
#define LINES (int)(sizeof(lines) / sizeof(lines[0]))

/* All but those that go first. */
static void add_lines(const struct advice *a, int gone, int columns,
                      struct text *out)
{
    bool found = a->verdict == ADVICE_FOUND;

    for (int i = 0; i < LINES; i++) {
        const struct line *l = &lines[i];

        if ((l->first_to_go == 0 || l->first_to_go > gone) &&
            (found || l->say != say_more))
            add_said(a, l->name, l->say, columns, out);
    }
}

void advice_text(const struct advice *a, int columns, struct text *out)
{
    struct text body = {0};

    if (columns < COLUMNS_LEAST)
        columns = COLUMNS_LEAST;
    if (a->verdict == ADVICE_FAILED || !a->profiled) {
        text_addf(out, "%s\n", a->error);
        return;
    }
    for (int gone = 0; gone <= 3; gone++) {
        text_fini(&body);
        add_lines(a, gone, columns, &body);
        if (lines_of(&body) < ADVICE_LINES)
            break;
    }
    text_add(out, text_str(&body));
    text_fini(&body);
    text_pad(out, "run", INDENT);
    text_add(out, "timeslice run "); /* never broken: it is to be copied */
    advice_line(a, out);
    text_add(out, "\n");
}
