/* How schedules end, and how they fail: the tables of the report on a search.
 * Pure; any thread. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "explore/say.h"
#include "export/explore_parts.h"
#include "export/steps.h"

#define SCHEDULES "schedules" /* over their number */
#define OUTCOMES_TOLD 40
#define ROWS_TOLD 48 /* of a schedule's table */

/* ---- outcomes ------------------------------------------------------------ */

struct outcome_columns {
    int value[TSL_OBSERVED]; /* widths */
    int values;              /* all of them, with the blanks between */
    int schedules;           /* width of their number */
    bool counted, likely;    /* schedules, probabilities are known */
};

static void measure_outcomes(const struct report *x, struct outcome_columns *c)
{
    const struct explore_result *r = x->r;

    *c = (struct outcome_columns){.values = 0};
    for (int i = 0; i < x->p->observed_count; i++) {
        c->value[i] = text_columns(x->p->observed[i].text);
        for (int k = 0; k < r->outcome_count; k++) {
            int width = snprintf(NULL, 0, "%d", (int)r->outcomes[k].values[i]);

            c->value[i] = width > c->value[i] ? width : c->value[i];
        }
        c->values += c->value[i] + 2;
    }
    c->schedules = text_columns(SCHEDULES);
    for (int k = 0; k < r->outcome_count; k++) {
        struct text number = {0};

        if (r->outcomes[k].schedules)
            say_number(&number, r->outcomes[k].schedules);
        c->schedules =
            (int)number.len > c->schedules ? (int)number.len : c->schedules;
        text_fini(&number);
        c->counted |= r->outcomes[k].schedules != NULL;
        c->likely |= !isnan(r->outcomes[k].random);
    }
}

static void add_number_column(struct text *out, const char *number, int width)
{
    text_add(out, "  ");
    text_pad(out, number, -width);
}

static void report_outcome(struct report *x, const struct outcome_columns *c,
                           const struct outcome *o)
{
    struct text line = {0};
    struct text count = {0};
    char number[32];

    for (int i = 0; i < x->p->observed_count; i++) {
        snprintf(number, sizeof(number), "%d", (int)o->values[i]);
        add_number_column(&line, number, c->value[i]);
    }
    if (x->p->check_count > 0) {
        text_add(&line, "  ");
        text_pad(&line, o->fails ? "fails" : "", 5);
    }
    if (c->counted) {
        if (o->schedules)
            say_number(&count, o->schedules);
        add_number_column(&line, o->schedules ? text_str(&count) : "-",
                          c->schedules);
        add_number_column(&line, say_share(number, sizeof(number), o->uniform),
                          8);
    }
    if (c->likely)
        add_number_column(&line, say_share(number, sizeof(number), o->random),
                          8);
    text_add(&line, "  ");
    text_fini(&count);
    text_add(x->out, text_str(&line));
    explore_schedule(x, &o->sample, &count);
    steps_wrap(x->out, text_str(&count), (int)line.len, (int)line.len,
               x->columns);
    text_fini(&count);
    text_fini(&line);
}

void explore_outcomes(struct report *x)
{
    const struct explore_result *r = x->r;
    struct outcome_columns c;
    struct text head = {0};

    if (r->outcome_count == 0 || x->p->observed_count == 0)
        return;
    measure_outcomes(x, &c);
    for (int i = 0; i < x->p->observed_count; i++)
        add_number_column(&head, x->p->observed[i].text, c.value[i]);
    text_pad(&head, "", x->p->check_count > 0 ? 7 : 0);
    if (c.counted) {
        add_number_column(&head, SCHEDULES, c.schedules);
        add_number_column(&head, "share", 8);
    }
    if (c.likely)
        add_number_column(&head, "random", 8);
    text_addf(x->out,
              "\nOUTCOMES of schedules that end\n%s  one that ends so\n",
              text_str(&head));
    for (int k = 0; k < r->outcome_count && k < OUTCOMES_TOLD; k++)
        report_outcome(x, &c, &r->outcomes[k]);
    if (r->outcome_count > OUTCOMES_TOLD)
        text_addf(x->out, "  and %d more; --json has them all\n",
                  r->outcome_count - OUTCOMES_TOLD);
    text_fini(&head);
}

/* ---- failures ------------------------------------------------------------ */

/* The schedule @s step by step; nothing if it cannot be done. */
static void report_way(struct report *x, const struct schedule *s)
{
    struct steps_look look = {.columns = x->columns, .most = ROWS_TOLD};
    struct rules rules = x->request->rules;
    struct schedule all = explore_whole(x, s);
    struct stepper m = {0};
    struct walk w = {0};

    rules.keep_registers = true; /* what was computed is worth seeing */
    if (stepper_init(&m, x->p, &rules, NULL) == 0 &&
        walk_init(&w, &m, NULL) == 0) {
        if (walk_run(&w, &all, NULL) == 0) {
            text_add(x->out, "\n");
            steps_table(&w, &look, x->out);
        }
        walk_fini(&w);
    }
    stepper_fini(&m);
    schedule_fini(&all);
}

static void add_how_often(const struct report *x, const struct failing *f,
                          struct text *out)
{
    if (f->schedules && x->r->schedules) {
        text_add(out, "in ");
        say_number(out, f->schedules);
        text_add(out, " of ");
        say_number(out, x->r->schedules);
        text_add(out, " schedules");
    }
    if (!isnan(f->random.value)) {
        text_add(out, out->len > 0 ? ", under a random scheduler "
                                   : "under a random scheduler ");
        explore_probability(&f->random, out);
    }
}

static bool same_schedule(const struct schedule *a, const struct schedule *b)
{
    return a->count == b->count &&
           (a->count == 0 ||
            memcmp(a->actions, b->actions, (size_t)a->count) == 0);
}

/* "shortest, 4 steps: 0 1 0 1" and the like, a line each. */
static void report_ways(struct report *x, const struct failing *f)
{
    const struct rules *rules = &x->request->rules;
    struct text line = {0};

    if (f->witness.count > 0) {
        text_addf(&line,
                  "%s, %d %s: ", x->r->exhaustive ? "shortest" : "for example",
                  f->witness.count, say_unit(rules, f->witness.count));
        explore_schedule(x, &f->witness, &line);
        explore_paragraph(x, LABEL, text_str(&line));
        text_fini(&line);
    }
    if (f->preemptions >= 0 && f->shortest > 0) {
        text_addf(&line, "fewest preemptions, %d: ", f->preemptions);
        if (same_schedule(&f->calm, &f->witness))
            text_add(&line, "the same");
        else
            explore_schedule(x, &f->calm, &line);
        explore_paragraph(x, LABEL, text_str(&line));
        text_fini(&line);
    }
    if (rules->tso && f->shortest_steps >= 0) {
        text_addf(&line, "if flushes cost nothing: %d", f->shortest_steps);
        explore_paragraph(x, LABEL, text_str(&line));
        text_fini(&line);
    }
}

static void report_failing(struct report *x, enum failure kind, bool only)
{
    const struct failing *f = &x->r->failing[kind];
    struct text line = {0};

    text_addf(x->out, "\nFAILS by %s\n", failure_names[kind]);
    explore_paragraph(x, LABEL,
                      f->words.len > 0 ? text_str(&f->words) : say_kind(kind));
    if (!only)
        add_how_often(x, f, &line);
    if (line.len > 0)
        explore_paragraph(x, LABEL, text_str(&line));
    text_fini(&line);
    report_ways(x, f);
    if (f->witness.count > 0)
        report_way(x, &f->witness);
}

void explore_failures(struct report *x)
{
    int kinds = 0;

    for (int k = 0; k < FAILURE_COUNT; k++)
        kinds += x->r->failing[k].reachable;
    for (int k = 0; k < FAILURE_COUNT; k++)
        if (x->r->failing[k].reachable)
            report_failing(x, (enum failure)k, kinds == 1);
}
