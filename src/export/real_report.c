/* A real run beside what is possible, for a person. Any thread. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "explore/say.h"
#include "export/real_json.h"
#include "export/steps.h"

#define ROWS_TOLD 40
#define LABEL 2

struct report {
    const struct real_told *t;
    const struct real_against *a;
    int columns;
    int value[TSL_OBSERVED]; /* widths */
    bool counted, likely;    /* schedules, probabilities are known */
    struct text *out;
};

static void paragraph(struct report *x, int indent, struct text *words)
{
    text_addf(x->out, "%*s", indent, "");
    steps_wrap(x->out, text_str(words), indent, indent, x->columns);
    x->out->failed |= words->failed;
    text_fini(words);
}

/* ---- the answer ---------------------------------------------------------- */

static void say_values(const struct report *x, const struct real_row *row,
                       struct text *out)
{
    for (int i = 0; i < x->t->p->observed_count; i++)
        text_addf(out, "%s%s = %d", i > 0 ? ", " : "",
                  x->t->p->observed[i].text, row->values[i]);
    if (x->t->p->observed_count == 0)
        text_add(out, "an end");
}

static void say_strange(const struct report *x, struct text *out)
{
    const struct real_against *a = x->a;
    const char *before = "";

    for (int i = 0; i < a->count; i++)
        if (a->rows[i].seen && !a->rows[i].possible) {
            text_add(out, before);
            say_values(x, &a->rows[i], out);
            before = "; ";
        }
    for (int k = 0; k < FAILURE_COUNT; k++)
        if (a->times[k] > 0 && !a->reachable[k]) {
            text_addf(out, "%s%s", before, failure_names[k]);
            before = "; ";
        }
}

/* Why the search need not have everything. */
static void say_open(const struct report *x, struct text *out)
{
    const struct explore_result *r = x->t->possible;

    if (!real_is_tso())
        text_add(out, "this machine's memory order is weaker than the model's "
                      "(TSO), so that it may show more");
    else if (!r->exhaustive)
        text_addf(out, "the search did not see everything%s%s",
                  r->why_not.len ? ": " : "", text_str(&r->why_not));
    else
        text_addf(out,
                  "the model's store buffers hold %d stores, and were "
                  "full: longer ones can do more",
                  real_rules().buffer);
}

static void report_answer(struct report *x)
{
    const struct real_against *a = x->a;
    struct text line = {0};

    switch (a->answer) {
    case REAL_AGREES:
        if (a->possible == 0)
            text_add(&line, "No execution ended normally, and by the model "
                            "none can.");
        else if (a->seen < a->possible)
            text_addf(&line,
                      "Outcomes seen are all among those possible: %d "
                      "of %d.",
                      a->seen, a->possible);
        else if (a->possible > 1)
            text_addf(&line,
                      "Outcomes seen are all among those possible, and "
                      "all %d were seen.",
                      a->possible);
        else
            text_add(&line, "The outcome seen is the only one possible.");
        break;
    case REAL_CONTRADICTS:
        text_add(&line, "SEEN THOUGH THE EXPLORER CALLS IT IMPOSSIBLE: ");
        say_strange(x, &line);
        text_add(&line, ". One of the two is wrong: this is a bug in "
                        "timeslice. Please report it, with the program.");
        break;
    default:
        text_add(&line, "Seen, though the explorer has it not: ");
        say_strange(x, &line);
        text_add(&line, ". That need not be an error: ");
        say_open(x, &line);
        text_add(&line, ".");
        break;
    }
    text_add(x->out, "\n");
    paragraph(x, 0, &line);
}

/* "peterson" of "/home/me/peterson.tsl". */
static void add_name(const struct program *p, struct text *out)
{
    const char *slash = strrchr(p->name, '/');
    const char *name = slash ? slash + 1 : p->name;
    size_t length = strlen(name);

    if (length > 4 && strcmp(name + length - 4, ".tsl") == 0)
        length -= 4;
    text_addf(out, "%.*s", (int)length, name);
}

static void report_head(struct report *x)
{
    const struct real_result *r = x->t->seen;
    char count[32], time[32], rate[32];
    struct text line = {0};

    add_name(x->t->p, &line);
    text_addf(&line, ": run for real, %s times in %s",
              text_count(count, sizeof(count), r->executions),
              text_duration(time, sizeof(time), (int64_t)(r->seconds * 1e9)));
    if (r->seconds > 0)
        text_addf(
            &line, " (%s a second)",
            text_si(rate, sizeof(rate), (double)r->executions / r->seconds));
    text_addf(&line, "; %d thread%s on %d processor%s, seed %llu",
              x->t->p->thread_count, x->t->p->thread_count == 1 ? "" : "s",
              r->cpus, r->cpus == 1 ? "" : "s",
              (unsigned long long)x->t->request->seed);
    text_add(x->out, "\n");
    paragraph(x, 0, &line);
    report_answer(x);
}

/* ---- outcomes ------------------------------------------------------------ */

static void measure(struct report *x)
{
    const struct real_against *a = x->a;
    const struct explore_result *r = x->t->possible;

    for (int i = 0; i < x->t->p->observed_count; i++) {
        x->value[i] = text_columns(x->t->p->observed[i].text);
        for (int k = 0; k < a->count; k++) {
            int width = snprintf(NULL, 0, "%d", (int)a->rows[k].values[i]);

            x->value[i] = width > x->value[i] ? width : x->value[i];
        }
    }
    for (int k = 0; k < r->outcome_count; k++) {
        x->counted |= r->outcomes[k].schedules != NULL;
        x->likely |= !isnan(r->outcomes[k].random);
    }
}

static void cell(struct text *line, const char *s, int width)
{
    text_add(line, "  ");
    text_pad(line, s, -width);
}

static void add_possible(const struct report *x, const struct outcome *o,
                         struct text *line)
{
    struct text count = {0};
    char share[32];

    if (o && o->schedules)
        say_number(&count, o->schedules);
    if (x->counted)
        cell(line, !o ? "none" : o->schedules ? text_str(&count) : "-", 12);
    else
        cell(line, o ? "yes" : "no", 12);
    if (x->likely)
        cell(line, o ? say_share(share, sizeof(share), o->random) : "-", 8);
    text_fini(&count);
}

static void report_row(struct report *x, const struct real_row *row)
{
    int64_t times = row->seen ? row->seen->times : 0;
    struct text line = {0};
    char number[32];

    for (int i = 0; i < x->t->p->observed_count; i++) {
        snprintf(number, sizeof(number), "%d", (int)row->values[i]);
        cell(&line, number, x->value[i]);
    }
    if (x->t->p->check_count > 0) {
        text_add(&line, "  ");
        text_pad(&line, row->fails ? "fails" : "", 5);
    }
    add_possible(x, row->possible, &line);
    cell(&line, text_count(number, sizeof(number), times), 14);
    cell(&line,
         say_share(number, sizeof(number),
                   (double)times / (double)x->t->seen->executions),
         8);
    if (row->seen && !row->possible)
        text_add(&line, x->a->answer == REAL_CONTRADICTS ? "  IMPOSSIBLE"
                                                         : "  not explored");
    else if (!row->seen)
        text_add(&line, "  not seen");
    if (row->buffers && row->possible)
        text_add(&line, row->seen ? "  TSO only" : " (TSO only)");
    text_addf(x->out, "%s\n", text_str(&line));
    x->out->failed |= line.failed;
    text_fini(&line);
}

static void report_outcomes(struct report *x)
{
    int wide = 0;

    if (x->a->count == 0 || x->t->seen->executions == 0)
        return;
    measure(x);
    for (int i = 0; i < x->t->p->observed_count; i++)
        wide += x->value[i] + 2;
    wide += x->t->p->check_count > 0 ? 7 : 0;
    text_add(x->out, "\n");
    text_pad(x->out, "OUTCOMES", wide);
    text_addf(x->out, "%*s%*s\n", 14 + (x->likely ? 10 : 0), "MODEL (TSO)", 26,
              "MEASURED");
    for (int i = 0; i < x->t->p->observed_count; i++)
        cell(x->out, x->t->p->observed[i].text, x->value[i]);
    text_pad(x->out, "", x->t->p->check_count > 0 ? 7 : 0);
    cell(x->out, x->counted ? "schedules" : "possible", 12);
    if (x->likely)
        cell(x->out, "random", 8);
    cell(x->out, "times", 14);
    cell(x->out, "share", 8);
    text_add(x->out, "\n");
    for (int k = 0; k < x->a->count && k < ROWS_TOLD; k++)
        report_row(x, &x->a->rows[k]);
    if (x->a->count > ROWS_TOLD)
        text_addf(x->out, "  and %d more; --json has them all\n",
                  x->a->count - ROWS_TOLD);
}

/* ---- failures ------------------------------------------------------------ */

static void report_failure(struct report *x, int kind)
{
    const struct real_against *a = x->a;
    int64_t times = a->times[kind];
    char number[32], share[32];
    struct text line = {0};

    text_pad(&line, failure_names[kind], 10);
    text_addf(&line, "%s by the model; ",
              a->reachable[kind] ? "possible" : "impossible");
    if (times < 0)
        text_add(&line, "not looked for in the real run");
    else if (times == 0)
        text_add(&line, "not seen");
    else
        text_addf(&line, "seen in %s executions (%s)%s",
                  text_count(number, sizeof(number), times),
                  say_share(share, sizeof(share),
                            (double)times / (double)x->t->seen->executions),
                  a->reachable[kind] ? "" : ": CONTRADICTION");
    text_addf(x->out, "%*s%s\n", LABEL, "", text_str(&line));
    text_fini(&line);
}

static void report_failures(struct report *x)
{
    bool any = false;

    for (int k = 0; k < FAILURE_COUNT; k++)
        any |= x->a->reachable[k] || x->a->times[k] > 0;
    if (!any)
        return;
    text_add(x->out, "\nFAILURES\n");
    for (int k = 0; k < FAILURE_COUNT; k++)
        if (x->a->reachable[k] || x->a->times[k] > 0)
            report_failure(x, k);
}

/* ---- what to make of it -------------------------------------------------- */

static void report_notes(struct report *x)
{
    const struct real_against *a = x->a;
    struct text line = {0};

    text_add(&line, "MODEL: every schedule, with store buffers (TSO). "
                    "MEASURED: threads of this machine, free to run; how often "
                    "an outcome comes says something about this processor and "
                    "today's chance, not about the program.");
    if (a->seen < a->possible || a->strange_failures > 0)
        text_add(&line, " What was not seen may still happen: a run proves "
                        "nothing by what it does not show.");
    for (int i = 0; i < a->count; i++)
        if (a->rows[i].buffers && a->rows[i].possible) {
            text_add(&line, " TSO only: not possible without store buffers.");
            break;
        }
    if (!real_is_tso() && a->answer == REAL_AGREES)
        text_add(&line, " This machine's memory order is weaker than TSO and "
                        "might have shown more.");
    if (a->times[FAILURE_EXCLUSION] >= 0 && a->reachable[FAILURE_EXCLUSION])
        text_add(&line, " Two threads in one critical section are noticed only "
                        "when both are inside and look at that moment.");
    if (x->t->seen->untold > 0)
        text_addf(&line,
                  " More than %d different outcomes: the others were "
                  "not told apart.",
                  REAL_OUTCOMES);
    text_add(x->out, "\n");
    paragraph(x, 0, &line);
}

int export_real_run(const struct real_told *t, int columns, struct text *out)
{
    struct report x = {.t = t,
                       .a = t->against,
                       .out = out,
                       .columns = columns > 0 ? columns : 80};

    report_head(&x);
    report_outcomes(&x);
    report_failures(&x);
    report_notes(&x);
    return out->failed ? -ENOMEM : 0;
}
