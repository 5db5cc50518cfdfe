/* Steps of the microscope's program: by hand, by chance, back and on again.
 * Screen process. */
#include "tui/app.h"

#define RANDOM_MOST 2000 /* steps of a random run */
#define RUN_MOST 10000   /* steps of running on */

/* ---- steps --------------------------------------------------------------- */

static bool do_action(struct app *a, int action)
{
    struct err err = {0};

    a->step.scroll = 0;
    a->step.playing = false;
    if (walk_step(&a->step.walk, action, &err) == 0)
        return true;
    app_say(a, true, "%s", err.text);
    return false;
}

static bool has_thread(struct app *a, int thread)
{
    int threads = a->step.program->thread_count;

    if (thread < threads)
        return true;
    app_say(a, false, "there %s %d thread%s: %s", threads == 1 ? "is" : "are",
            threads, threads == 1 ? "" : "s",
            threads == 1 ? "key 1 steps it" : "keys 1, 2, ... step them");
    return false;
}

/* Is @object used by a thread other than @thread? */
static bool used_by_others(const struct program *p, int thread, int object)
{
    for (int t = 0; t < p->thread_count; t++)
        for (int i = 0; t != thread && i < p->threads[t].op_count; i++)
            if (p->threads[t].ops[i].object == object ||
                ((p->threads[t].ops[i].kind == OP_CWAIT ||
                  p->threads[t].ops[i].kind == OP_REACQUIRE) &&
                 p->threads[t].ops[i].other == object))
                return true;
    return false;
}

/* Does @thread stand before something that others notice? */
static bool before_shared(const struct step_state *s, int thread)
{
    const struct local *l = &walk_state(&s->walk)->locals[thread];
    const struct op *op = &s->program->threads[thread].ops[l->pc];

    return OP_IS_VISIBLE(op->kind) && op->object >= 0 &&
           used_by_others(s->program, thread, op->object);
}

static void run_on(struct app *a, int thread)
{
    struct step_state *s = &a->step;
    int steps = 0;

    do {
        if (!do_action(a, thread))
            return;
        steps++;
    } while (steps < RUN_MOST && walk_failures(&s->walk) == 0 &&
             state_may(&s->machine, walk_state(&s->walk), thread) &&
             !before_shared(s, thread));
    if (steps == RUN_MOST)
        app_say(a, false, "%s goes on and on; stopped after %d steps",
                s->program->threads[thread].name, steps);
}

void step_choose_thread(struct step_state *s, int by)
{
    int threads = s->program->thread_count;

    if (threads > 0)
        s->chosen = (s->chosen + by + threads) % threads;
    s->scroll = 0;
}

/* What a number means depends on the key before it. */
void step_number(struct app *a, int thread, enum step_wants wants)
{
    struct step_state *s = &a->step;

    s->wants = STEP_WANTS_NOTHING;
    if (!has_thread(a, thread))
        return;
    s->chosen = thread;
    if (wants == STEP_WANTS_RUN)
        run_on(a, thread);
    else
        do_action(a, wants == STEP_WANTS_FLUSH ? thread | STEP_FLUSH : thread);
}

void step_want(struct app *a, enum step_wants wants)
{
    struct step_state *s = &a->step;
    uint32_t flush = state_ready(&s->machine, walk_state(&s->walk)).flush;

    if (wants == STEP_WANTS_FLUSH && flush == 0) {
        app_say(a, false, "all store buffers are empty");
        return;
    }
    s->wants = wants;
    app_say(a, false,
            wants == STEP_WANTS_FLUSH
                ? "whose oldest store goes to memory? 1, 2, ..."
                : "run which thread on to what others use, too? 1, 2, ...");
}

void step_move(struct step_state *s, int by)
{
    s->scroll = 0;
    s->playing = false;
    for (; by < 0 && walk_undo(&s->walk); by++)
        ;
    for (; by > 0 && walk_redo(&s->walk); by--)
        ;
    if (s->walk.at > 0)
        s->chosen = STEP_THREAD(s->walk.dones[s->walk.at - 1].action);
}

int step_replay(struct app *a, const struct schedule *schedule, struct err *err)
{
    struct step_state *s = &a->step;
    int rc;

    step_move(s, -s->walk.at);
    rc = walk_run(&s->walk, schedule, err);
    step_move(s, 0);
    return rc;
}

/* ---- by chance ----------------------------------------------------------- */

/* One of the actions that are possible, each as likely, drawn as the command
 * line draws it: the same seed is the same run. -1: there is none. */
static int draw_action(const struct step_state *s, uint64_t *random)
{
    if (walk_failures(&s->walk) & 1U << FAILURE_FAULT)
        return -1;
    return state_draw(&s->machine, walk_state(&s->walk), random);
}

static void random_one(struct app *a)
{
    struct step_state *s = &a->step;
    uint64_t random = s->seed;
    int action = draw_action(s, &random);

    if (action < 0) {
        app_say(a, false, "nothing can move any more");
        return;
    }
    s->seed++;
    if (do_action(a, action))
        step_move(s, 0);
}

/* To its end from here; from the beginning if this is the end. */
static void random_all(struct app *a)
{
    struct step_state *s = &a->step;
    uint64_t seed = s->seed++, random = seed;
    int action, steps = 0;
    bool good = true;

    if (draw_action(s, &random) < 0)
        step_move(s, -s->walk.at);
    random = seed;
    while (good && steps < RANDOM_MOST &&
           (action = draw_action(s, &random)) >= 0) {
        good = do_action(a, action);
        steps++;
    }
    step_move(s, 0);
    if (good && steps == RANDOM_MOST)
        app_say(a, false, "random run, seed %llu: cut off after %d steps",
                (unsigned long long)seed, steps);
    else if (good)
        app_say(a, false, "random run, seed %llu: %d step%s",
                (unsigned long long)seed, steps, steps == 1 ? "" : "s");
}

void step_random(struct app *a, bool whole)
{
    if (whole)
        random_all(a);
    else
        random_one(a);
}

/* ---- rules --------------------------------------------------------------- */

void step_change_rules(struct app *a, bool granularity)
{
    struct step_state *s = &a->step;
    struct err err = {0};
    bool shown = s->found.shown;

    if (granularity)
        s->rules.granularity = (enum granularity)(
            (s->rules.granularity + 1) % (GRANULARITY_INSTRUCTION + 1));
    else
        s->rules.tso = !s->rules.tso;
    if (step_begin(a, &err) < 0) {
        app_say(a, true, "%s", err.text);
        return;
    }
    if (shown) /* the question stays, the answer is another */
        step_explore(a, false);
    else if (granularity)
        app_say(a, false, "from the beginning: a step is now %s",
                s->rules.granularity == GRANULARITY_STATEMENT
                    ? "a whole statement"
                : s->rules.granularity == GRANULARITY_ACCESS
                    ? "one access to what is shared"
                    : "one instruction, arithmetic too");
    else
        app_say(a, false, "from the beginning: %s",
                s->rules.tso ? "stores wait in a buffer (TSO); b flushes"
                             : "a store is seen by all at once (SC)");
}
