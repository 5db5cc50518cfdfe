/* Which step of a lesson comes next, and what the learner said. Screen
 * process. */
#include "lesson/session.h"

#include <errno.h>
#include <stdlib.h>

const char *const lesson_stage_words[] = {
    "read",    "predict", "run",   "frozen", "observe", "check",
    "explain", "reveal",  "again", "done",   NULL};

/* What a kind of block is to the learner. */
static const enum lesson_stage stage_of[LESSON_KINDS] = {
    [LESSON_PROSE] = STAGE_READ,      [LESSON_PREDICT] = STAGE_PREDICT,
    [LESSON_OBSERVE] = STAGE_OBSERVE, [LESSON_RUN] = STAGE_RUN,
    [LESSON_SWEEP] = STAGE_RUN,       [LESSON_SLOW] = STAGE_RUN,
    [LESSON_SIM] = STAGE_RUN,         [LESSON_CHECK] = STAGE_CHECK,
    [LESSON_QUIZ] = STAGE_EXPLAIN,    [LESSON_REVEAL] = STAGE_REVEAL,
    [LESSON_AGAIN] = STAGE_AGAIN,     [LESSON_WATCH] = STAGES,
    [LESSON_CONTROL] = STAGES,        [LESSON_HINT] = STAGES,
    [LESSON_NOTES] = STAGES,
};

/* ---- steps ----------------------------------------------------------------
 */

/* From the block at @i, which is prose or a reveal: how many belong to one
 * step. Prose after a reveal is part of it, prose before an action is not. */
static int blocks_of_text(const struct lesson *l, int i)
{
    bool reveals = l->blocks[i].kind == LESSON_REVEAL;
    int last = i;

    for (int k = i; k < l->block_count; k++) {
        enum lesson_stage stage = stage_of[l->blocks[k].kind];

        if (stage == STAGE_READ || (reveals && stage == STAGE_REVEAL))
            last = k;
        else if (stage != STAGES)
            break;
    }
    return last - i + 1;
}

/* The watch block before the run at @i. */
static int watch_of(const struct lesson *l, int i)
{
    while (--i >= 0 && stage_of[l->blocks[i].kind] != STAGE_RUN)
        if (l->blocks[i].kind == LESSON_WATCH)
            return i;
    return -1;
}

static void add_step(struct session *s, enum lesson_stage stage, int block,
                     int blocks, int watch)
{
    s->steps[s->step_count++] = (struct lesson_step){
        .stage = stage, .block = block, .blocks = blocks, .watch = watch};
}

static void make_steps(struct session *s)
{
    const struct lesson *l = s->lesson;

    for (int i = 0; i < l->block_count; i++) {
        enum lesson_stage stage = stage_of[l->blocks[i].kind];

        if (stage == STAGES)
            continue;
        if (stage == STAGE_READ || stage == STAGE_REVEAL) {
            int blocks = blocks_of_text(l, i);

            add_step(s, stage, i, blocks, -1);
            i += blocks - 1;
            continue;
        }
        add_step(s, stage, i, 1, stage == STAGE_RUN ? watch_of(l, i) : -1);
        if (stage == STAGE_RUN)
            add_step(s, STAGE_FROZEN, i, 1, watch_of(l, i));
    }
    add_step(s, STAGE_DONE, -1, 0, -1);
}

int session_init(struct session *s, const struct lesson *l,
                 const struct machine *m, struct err *err)
{
    size_t blocks = (size_t)l->block_count;
    int checks = 0;

    *s = (struct session){
        .lesson = l, .machine = *m, .running = -1, .control = -1, .only = -1};
    if (l->fault_count > 0)
        return err_set(err, -EINVAL, "%s:%d: %s", l->path, l->faults[0].line,
                       l->faults[0].text);
    for (int i = 0; i < l->block_count; i++)
        checks += l->blocks[i].check_count;
    s->facts = facts_new();
    s->steps = calloc(2 * blocks + 1, sizeof(*s->steps));
    s->answers = calloc(blocks + 1, sizeof(*s->answers));
    s->over = calloc(blocks + 1, sizeof(*s->over));
    s->findings = calloc((size_t)checks + 1, sizeof(*s->findings));
    if (!s->facts || !s->steps || !s->answers || !s->over || !s->findings)
        return err_set(err, -ENOMEM, "there is not enough memory");
    s->finding_count = checks;
    make_steps(s);
    session_facts_machine(s->facts, m);
    return 0;
}

void session_fini(struct session *s)
{
    for (int i = 0; i < s->finding_count; i++)
        lesson_finding_fini(&s->findings[i]);
    free(s->findings);
    free(s->over);
    free(s->answers);
    free(s->steps);
    facts_free(s->facts);
    facts_free(s->measured);
    sweep_free(s->sweep);
    *s = (struct session){0};
}

const struct lesson_step *session_step(const struct session *s)
{
    return &s->steps[s->step];
}

const struct lesson_block *session_block(const struct session *s)
{
    int block = s->steps[s->step].block;

    return block < 0 ? NULL : &s->lesson->blocks[block];
}

/* ---- going from one to the next -------------------------------------------
 */

bool session_shown(const struct session *s, int block)
{
    const struct lesson_block *b = &s->lesson->blocks[block];

    return !b->when || formula_true(b->when, s->facts);
}

/* A reveal of which nothing is for this machine is passed over. */
static bool is_empty(const struct session *s, int step)
{
    const struct lesson_step *at = &s->steps[step];

    if (at->stage != STAGE_REVEAL)
        return false;
    for (int i = at->block; i < at->block + at->blocks; i++) {
        enum lesson_kind kind = s->lesson->blocks[i].kind;

        if (kind == LESSON_PROSE ||
            (kind == LESSON_REVEAL && session_shown(s, i)))
            return false;
    }
    return true;
}

/* What happens on the way into @step. */
static void enter(struct session *s, int step)
{
    s->step = step;
    s->hints = 0;
    if (step > s->furthest)
        s->furthest = step;
    if (s->steps[step].stage == STAGE_CHECK)
        session_judge(s, s->steps[step].block);
}

bool session_may_go_on(const struct session *s)
{
    const struct lesson_step *at = &s->steps[s->step];

    if (at->stage == STAGE_DONE)
        return false;
    if (s->skipped)
        return true;
    switch (at->stage) {
    case STAGE_PREDICT:
    case STAGE_OBSERVE:
    case STAGE_EXPLAIN:
        return s->answers[at->block].given;
    case STAGE_RUN:
        return s->over[at->block] && s->running != at->block;
    default:
        return true;
    }
}

bool session_next(struct session *s)
{
    int step = s->step + 1;

    if (!session_may_go_on(s))
        return false;
    while (step < s->step_count - 1 && is_empty(s, step))
        step++;
    enter(s, step);
    return true;
}

bool session_back(struct session *s)
{
    int step = s->step - 1;

    while (step > 0 && is_empty(s, step))
        step--;
    if (step < 0)
        return false;
    enter(s, step);
    return true;
}

bool session_go(struct session *s, int step)
{
    if (step < 0 || step >= s->step_count || step > s->furthest)
        return false;
    enter(s, step);
    return true;
}

void session_skip(struct session *s)
{
    int step = s->step;

    if (s->steps[step].stage == STAGE_DONE)
        return;
    s->skipped = true;
    do
        step++;
    while (step < s->step_count - 1 &&
           (s->steps[step].stage != STAGE_REVEAL || is_empty(s, step)));
    enter(s, step);
}

/* ---- answers --------------------------------------------------------------
 */

void session_answer(struct session *s, int block, const struct lesson_answer *a)
{
    const struct lesson_block *b = &s->lesson->blocks[block];
    struct lesson_answer *mine = &s->answers[block];
    int attempt = mine->attempt > 0 ? mine->attempt : 1;

    *mine = *a;
    mine->given = true;
    mine->attempt = attempt;
    if (!b->id[0])
        return;
    if (b->asks == ASKS_NUMBER)
        facts_set(s->facts, b->id, 0, "answer", a->number);
    else if (b->asks == ASKS_CHOICE)
        facts_set(s->facts, b->id, 0, "answer", a->choice + 1);
}

void session_reopen(struct session *s, int block)
{
    struct lesson_answer *mine = &s->answers[block];

    if (!mine->given)
        return;
    mine->given = false;
    mine->attempt++;
    facts_drop(s->facts, s->lesson->blocks[block].id);
}

const char *session_hint(const struct session *s, int block, int n)
{
    const struct lesson *l = s->lesson;

    for (int i = block + 1; i < l->block_count; i++) {
        enum lesson_kind kind = l->blocks[i].kind;

        if (kind == LESSON_HINT && n-- == 0)
            return l->blocks[i].body;
        if (kind != LESSON_HINT && kind != LESSON_NOTES && kind != LESSON_WATCH)
            break;
    }
    return NULL;
}

void session_key(const struct session *s, int block, struct lesson_key *out)
{
    judge_key(s->lesson, &s->lesson->blocks[block], s->facts, out);
}

/* ---- checks ---------------------------------------------------------------
 */

void session_judge(struct session *s, int block)
{
    const struct lesson *l = s->lesson;
    int at = 0;

    for (int i = 0; i < block; i++)
        at += l->blocks[i].check_count;
    for (int i = 0; i < l->blocks[block].check_count; i++) {
        struct lesson_finding *f = &s->findings[at + i];

        lesson_finding_fini(f);
        *f = (struct lesson_finding){0};
        judge_check(l, &l->blocks[block].checks[i], s->facts, &s->machine, f);
    }
}
