/* The report on a search, as text. Pure; any thread. */
#include "export/explore_report.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore/say.h"
#include "export/explore_parts.h"
#include "export/steps.h"

#define SCHEDULE_TOLD 400 /* characters */
#define RATES_FROM 10000  /* states: before, they say nothing */

/* ---- pieces -------------------------------------------------------------- */

void explore_paragraph(struct report *x, int indent, const char *s)
{
    text_addf(x->out, "%*s", indent, "");
    steps_wrap(x->out, s, indent, indent, x->columns);
}

/* "  label       words", wrapped. */
void explore_entry(struct report *x, const char *label, int indent,
                   const char *words)
{
    text_addf(x->out, "%*s", LABEL, "");
    text_pad(x->out, label, indent - LABEL);
    steps_wrap(x->out, words, indent, indent, x->columns);
}

/* @s after what it goes on from: a schedule from the very start, which is what
 * a person can type again. Fini it. */
struct schedule explore_whole(const struct report *x, const struct schedule *s)
{
    const struct schedule *from = x->request->from;
    struct schedule all = {0};
    int rc = 0;

    for (int i = 0; from && i < from->count && rc == 0; i++)
        rc = schedule_add(&all, from->actions[i]);
    for (int i = 0; i < s->count && rc == 0; i++)
        rc = schedule_add(&all, s->actions[i]);
    x->out->failed |= rc < 0;
    return all;
}

/* A schedule as text; of a very long one its beginning. */
void explore_short(const struct schedule *s, struct text *out)
{
    struct text all = {0};
    size_t cut;

    schedule_text(s, &all);
    if (all.len <= SCHEDULE_TOLD) {
        text_add(out, text_str(&all));
    } else {
        for (cut = SCHEDULE_TOLD; cut > 0 && all.data[cut] != ' ';)
            cut--;
        text_addf(out, "%.*s ... (--json has all of it)", (int)cut, all.data);
    }
    text_fini(&all);
}

void explore_schedule(const struct report *x, const struct schedule *s,
                      struct text *out)
{
    struct schedule all = explore_whole(x, s);

    explore_short(&all, out);
    schedule_fini(&all);
}

/* "2/3 (66.7 %)", "50.0 %". */
void explore_probability(const struct share *s, struct text *out)
{
    char percent[32];

    say_share(percent, sizeof(percent), s->value);
    if (s->exact && strlen(s->exact) <= 24 && strchr(s->exact, '/'))
        text_addf(out, "%s (%s)", s->exact, percent);
    else
        text_add(out, percent);
}

/* ---- what it is ---------------------------------------------------------- */

static void report_head(struct report *x)
{
    struct text line = {0};

    steps_name(x->p, &line);
    text_addf(&line, ": %d thread%s, ", x->p->thread_count,
              x->p->thread_count == 1 ? "" : "s");
    say_machine(&x->request->rules, &line);
    text_add(x->out, "\n");
    explore_paragraph(x, 0, text_str(&line));
    text_fini(&line);

    explore_say(x->p, x->request, x->r, &line);
    text_add(x->out, "\n");
    explore_paragraph(x, 0, text_str(&line));
    text_fini(&line);

    text_add(x->out, "\n");
    explore_paragraph(
        x, 0, "MODEL: computed from the program, nothing of it was run");
}

/* ---- how likely ---------------------------------------------------------- */

static void report_likely(struct report *x)
{
    const struct explore_result *r = x->r;
    struct text line = {0};

    if (r->judgement != JUDGED_FAILS || !r->counted)
        return;
    text_add(x->out, "\nHOW LIKELY it is to fail\n");
    if (r->acyclic && r->schedules) {
        explore_probability(&r->uniform, &line);
        text_addf(&line, " of all schedules, each as likely");
        explore_paragraph(x, LABEL, text_str(&line));
        text_fini(&line);
    }
    if (!isnan(r->random.value)) {
        explore_probability(&r->random, &line);
        text_add(&line, " under a random scheduler, which at every step picks "
                        "among those who can move");
        explore_paragraph(x, LABEL, text_str(&line));
        text_fini(&line);
    }
    if (!r->acyclic)
        explore_paragraph(x, LABEL,
                          "There are endlessly many schedules, so that no "
                          "share of them can be told.");
    else if (fabs(r->uniform.value - r->random.value) > 1e-12)
        explore_paragraph(x, LABEL,
                          "They differ, since a random scheduler does not "
                          "choose among whole schedules: the fewer could "
                          "move on its way, the more often a schedule comes "
                          "up.");
}

/* ---- loops and races ----------------------------------------------------- */

static void report_loop(struct report *x, const char *name, const char *words,
                        const struct schedule *way, const struct schedule *loop)
{
    struct text line = {0};

    text_add(x->out, "\n");
    explore_entry(x, name, INDENT, words);
    if (loop->count == 0)
        return;
    text_add(&line, "way in: ");
    if (way->count > 0)
        explore_schedule(x, way, &line);
    else
        text_add(&line, "none, it is there at once");
    explore_paragraph(x, INDENT, text_str(&line));
    text_fini(&line);
    text_add(&line, "then round and round: ");
    explore_short(loop, &line);
    explore_paragraph(x, INDENT, text_str(&line));
    text_fini(&line);
}

static void report_loops(struct report *x)
{
    const struct explore_result *r = x->r;

    if (!r->trap && !r->livelock && !r->overtaking)
        return;
    text_add(x->out, "\nLOOPS for ever\n");
    if (r->trap)
        report_loop(x, "trap", "once inside, no schedule leads to an end",
                    &r->trap_way, &r->trap_loop);
    if (r->livelock)
        report_loop(x, "livelock",
                    "though everybody who can move does so "
                    "again and again",
                    &r->livelock_way, &r->livelock_loop);
    if (r->overtaking && !r->livelock && !r->trap)
        explore_paragraph(x, LABEL,
                          "only if some thread that could move is never "
                          "given its turn (it is overtaken for ever); no "
                          "fair scheduler does that");
}

static void add_side(const struct program *p, const struct data_race *d,
                     int side, struct text *out)
{
    const struct op *op = &p->threads[d->thread[side]].ops[d->op[side]];

    text_addf(out, "%s %s it", p->threads[d->thread[side]].name,
              op->kind == OP_STORE  ? "writes"
              : op->kind == OP_LOAD ? "reads"
                                    : "changes");
    if (op->line > 0)
        text_addf(out, " (line %d)", op->line);
}

static void report_races(struct report *x)
{
    const struct explore_result *r = x->r;

    if (r->race_count == 0)
        return;
    text_add(x->out, "\nDATA RACES: two could go next, nothing orders them\n");
    for (int i = 0; i < r->race_count; i++) {
        const struct data_race *d = &r->races[i];
        char name[2 * TSL_NAME];
        struct text line = {0};
        size_t before;

        program_cell_name(x->p, d->cell, name, sizeof(name));
        add_side(x->p, d, 0, &line);
        text_add(&line, " while ");
        add_side(x->p, d, 1, &line);
        text_add(&line, ", after: ");
        before = line.len;
        explore_schedule(x, &d->witness, &line);
        if (line.len == before)
            text_add(&line, "nothing, at the very start");
        explore_entry(x, name, INDENT, text_str(&line));
        text_fini(&line);
    }
    if (r->race_count == DATA_RACES_MOST)
        text_add(x->out, "  There may be more.\n");
}

/* ---- what it took -------------------------------------------------------- */

static void report_schedules(struct report *x)
{
    const struct explore_result *r = x->r;
    struct text line = {0};
    char n[32];

    if (!r->counted)
        return;
    if (r->schedules)
        say_number(&line, r->schedules);
    else
        text_add(&line, "endlessly many: there is a loop that waits");
    if (r->schedules && strcmp(r->schedules, "1") == 0)
        text_add(&line, ": nobody ever has a choice");
    else if (r->schedules && r->traces >= 0 &&
             strtoll(r->schedules, NULL, 10) == r->traces)
        text_add(&line, ", all of them really different");
    else if (r->schedules && r->traces >= 0)
        text_addf(&line,
                  ", %s really different: the rest only swap steps that "
                  "have nothing to do with each other",
                  text_count(n, sizeof(n), r->traces));
    explore_entry(x, "schedules", INDENT, text_str(&line));
    text_fini(&line);
}

static void report_sample(struct report *x)
{
    const struct sampled *s = &x->r->sample;
    char a[32], b[32], low[32], high[32];
    struct text line = {0};

    if (!x->r->sampled)
        return;
    text_addf(&line,
              "%s schedules with seed %llu; %s failed: between %s and "
              "%s of random runs do, with 95 %% confidence",
              text_count(a, sizeof(a), s->schedules),
              (unsigned long long)x->request->seed,
              text_count(b, sizeof(b), s->any),
              say_share(low, sizeof(low), s->low),
              say_share(high, sizeof(high), s->high));
    explore_entry(x, "random", INDENT, text_str(&line));
    text_fini(&line);
}

static void report_search(struct report *x)
{
    const struct explore_result *r = x->r;
    char a[32], b[32], rate[32];
    struct text line = {0};

    text_add(x->out, "\nSEARCH\n");
    report_schedules(x);
    report_sample(x);
    if (r->states == 0)
        return;
    text_addf(&line, "%s, with %s %s between them%s",
              text_count(a, sizeof(a), r->states),
              text_count(b, sizeof(b), r->transitions),
              r->transitions == 1 ? "step" : "steps",
              r->exhaustive ? "; all there are" : "; not all");
    explore_entry(x, "states", INDENT, text_str(&line));
    text_fini(&line);
    text_addf(&line, "%.3f s", r->seconds);
    if (r->states >= RATES_FROM && r->seconds > 0)
        text_addf(&line, ", %s states a second",
                  text_si(rate, sizeof(rate), (double)r->states / r->seconds));
    text_addf(&line, ", by %d %s", r->workers,
              r->workers == 1 ? "worker" : "workers");
    if (r->counted)
        text_addf(&line, "; %.3f s with all that was computed from them",
                  r->seconds_in_all);
    explore_entry(x, "time", INDENT, text_str(&line));
    text_fini(&line);
    text_addf(&line, "%s at most", text_bytes(a, sizeof(a), r->peak_bytes));
    if (r->states >= RATES_FROM)
        text_addf(&line, ", %.1f bytes a state", r->bytes_per_state);
    explore_entry(x, "memory", INDENT, text_str(&line));
    text_fini(&line);
}

int export_explore(const struct program *p,
                   const struct explore_request *request,
                   const struct explore_result *r,
                   const struct explore_look *look, struct text *out)
{
    struct report x = {
        .p = p,
        .request = request,
        .r = r,
        .columns = look->columns > 0 ? look->columns : 80,
        .out = out,
    };

    report_head(&x);
    explore_outcomes(&x);
    explore_failures(&x);
    report_likely(&x);
    report_loops(&x);
    report_races(&x);
    report_search(&x);
    return out->failed ? -ENOMEM : 0;
}
