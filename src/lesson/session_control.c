/* Controls: the same checks, where they must not hold. Screen process. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lesson/session_parts.h"

/* ---- what is pretended ----------------------------------------------------
 */

static int pretend(struct session *s, const struct lesson_pretence *p,
                   struct err *err)
{
    int repeats = facts_repeats(s->measured, p->name);
    char missing[64] = "";
    double value;

    if (!formula_value(p->value, s->measured, &value, missing))
        return err_set(err, -ENODATA, "%s was not measured", missing);
    for (int i = 0; i < repeats || i == 0; i++)
        facts_set(s->facts, p->name, i, p->metric, value);
    return 0;
}

/* Each run of the control as often as the one it stands for. */
static int rounds_of(const struct session *s, const struct lesson_block *b)
{
    int rounds = b->repeat > 0 ? b->repeat : 1;

    for (int i = 0; i < b->line_count; i++) {
        int repeat = session_stands_for(s, b, i)->repeat;

        if (repeat > rounds)
            rounds = repeat;
    }
    return rounds;
}

static int begin(struct session *s, int block, struct err *err)
{
    const struct lesson_block *b = &s->lesson->blocks[block];
    int rc = 0;

    if (b->none)
        return 0;
    for (int i = 0; i < b->pretence_count && rc == 0; i++)
        rc = pretend(s, &b->pretences[i], err);
    if (rc == 0 && b->swap[0][0])
        facts_swap(s->facts, b->swap[0], b->swap[1]);
    if (rc == 0 && b->line_count > 0)
        rc = session_begin_lines(s, block, rounds_of(s, b), err);
    return rc;
}

int session_control_begin(struct session *s, int block, struct err *err)
{
    struct facts *copy = facts_copy(s->facts);
    int rc;

    s->trouble = (struct err){0};
    s->control = block;
    s->only = -1;
    if (!copy)
        return err_set(err, -ENOMEM, "there is not enough memory");
    s->measured = s->facts;
    s->facts = copy;
    rc = begin(s, block, &s->trouble);
    if (rc < 0 && err)
        *err = s->trouble;
    s->trouble.code = rc;
    return rc;
}

/* ---- noise ----------------------------------------------------------------
 */

/* Is @name how much others used, of a run or a point of a sweep? */
static bool is_noise(const char *name)
{
    const char *dot = strrchr(name, '.');

    return strcmp(dot ? dot + 1 : name, "noise") == 0;
}

struct quieting {
    const struct session *s;
    struct facts *to;
};

static bool is_new(const struct session *s, const char *run)
{
    const struct lesson_block *b = &s->lesson->blocks[s->control];

    for (int i = 0; i < b->line_count; i++)
        if (strcmp(session_line_name(b, i), run) == 0)
            return true;
    return false;
}

static void quiet(const char *run, int repeat, const char *name, double value,
                  void *arg)
{
    const struct quieting *q = arg;

    (void)value;
    if (is_noise(name) && !is_new(q->s, run))
        facts_set(q->to, run, repeat, name, 0);
}

struct listening {
    const struct facts *facts;
    const char *run; /* only this one */
    bool noisy;
};

static void hear(const char *run, int repeat, const char *name, double value,
                 void *arg)
{
    struct listening *h = arg;

    (void)repeat;
    if (is_noise(name) && value > LESSON_NOISE_CORES &&
        strcmp(run, h->run) == 0)
        h->noisy = true;
}

static void hear_run(const char *run, const char *name, bool repeats, void *arg)
{
    struct listening *h = arg;

    (void)name;
    (void)repeats;
    h->run = run;
    facts_each(h->facts, hear, h);
}

/* Was one of the runs that @check looks at disturbed? */
static bool was_noisy(const struct facts *facts,
                      const struct lesson_check *check)
{
    struct listening h = {.facts = facts};

    formula_figures(check->holds, hear_run, &h);
    return h.noisy;
}

/* ---- the verdict ----------------------------------------------------------
 */

static void conclude(struct lesson_control *c, enum lesson_verdict verdict,
                     const char *what, const struct text *numbers,
                     const char *but)
{
    c->verdict = verdict;
    snprintf(c->reason, sizeof(c->reason), "%s%.150s%s", what,
             text_str(numbers), but);
}

/* A check that does not hold can fail, and more is not asked of it: how far
 * its repeats differ does not matter here. What is pretended or swapped shows
 * that however busy the machine was, so the noise of what was measured before
 * is left out (@still); only that of the control's own runs, which may be the
 * reason, is not. If the check held after all, any noise may be. */
static void judge(const struct session *s, const struct facts *still,
                  struct lesson_control *c)
{
    bool exact = c->check->class == CLASS_EXACT;
    struct lesson_finding f = {0};
    double holds;

    judge_check(s->lesson, c->check, still, &s->machine, &f);
    if (f.verdict == LESSON_SKIPPED ||
        !formula_value(c->check->holds, still, &holds, NULL)) {
        c->verdict = f.verdict == LESSON_PASS ? LESSON_SKIPPED : f.verdict;
        snprintf(c->reason, sizeof(c->reason), "%s", f.reason);
    } else if (holds == 0) {
        if (!exact && was_noisy(still, c->check))
            conclude(c, LESSON_INCONCLUSIVE, "it does not hold: ", &f.numbers,
                     "; but others used the machine");
        else
            c->verdict = LESSON_PASS;
    } else if (!exact && was_noisy(s->facts, c->check)) {
        conclude(c, LESSON_INCONCLUSIVE, "it holds all the same: ", &f.numbers,
                 "; but others used the machine");
    } else {
        conclude(c, LESSON_FAIL, "it holds all the same: ", &f.numbers, "");
    }
    lesson_finding_fini(&f);
}

/* What stands in for a verdict when there is nothing to judge. */
static bool excused(const struct session *s, const struct lesson_block *b,
                    struct lesson_control *c)
{
    if (b->none) {
        c->verdict = LESSON_SKIPPED;
        snprintf(c->reason, sizeof(c->reason), "%s", b->none);
        return true;
    }
    if (s->trouble.code == 0)
        return false;
    c->verdict = s->trouble.code == -EAGAIN || s->trouble.code == -ENODATA
                     ? LESSON_SKIPPED
                     : LESSON_FAIL;
    snprintf(c->reason, sizeof(c->reason), "%.239s", s->trouble.text);
    return true;
}

int session_control_end(struct session *s, struct lesson_control *out, int most)
{
    const struct lesson *l = s->lesson;
    const struct lesson_block *b = &l->blocks[s->control];
    struct quieting q = {s, facts_copy(s->facts)};
    int count = 0;

    if (q.to && s->measured)
        facts_each(s->measured, quiet, &q);
    for (int i = 0; i < l->block_count; i++)
        for (int k = 0; k < l->blocks[i].check_count && count < most; k++) {
            const struct lesson_check *check = &l->blocks[i].checks[k];

            if (!lesson_lists(b->fails, check->label))
                continue;
            out[count] =
                (struct lesson_control){.block = s->control, .check = check};
            if (!excused(s, b, &out[count]))
                judge(s, q.to ? q.to : s->facts, &out[count]);
            count++;
        }
    facts_free(q.to);
    if (s->measured) {
        facts_free(s->facts);
        s->facts = s->measured;
    }
    s->measured = NULL;
    s->control = s->running = -1;
    return count;
}
