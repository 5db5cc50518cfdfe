/* A walk through a program by hand: every state that was passed is kept, so
 * that going back is exact. Any thread, one a walk. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "step/stepper.h"

/* Room for one more step, and the state after it. */
static int make_room(struct walk *w)
{
    int cap = w->cap ? 2 * w->cap : 64;
    struct state *states;
    struct done *dones;

    if (w->count < w->cap)
        return 0;
    states = realloc(w->states, (size_t)(cap + 1) * sizeof(*states));
    if (!states)
        return -ENOMEM;
    w->states = states;
    dones = realloc(w->dones, (size_t)cap * sizeof(*dones));
    if (!dones)
        return -ENOMEM;
    w->dones = dones;
    w->cap = cap;
    return 0;
}

int walk_init(struct walk *w, struct stepper *m, struct err *err)
{
    int rc;

    *w = (struct walk){.stepper = m};
    rc = make_room(w);
    if (rc == 0)
        rc = state_init(&w->states[0], m, &w->start, &w->start_failures);
    if (rc < 0) {
        free(w->states);
        free(w->dones);
        *w = (struct walk){0};
        return err_set(err, rc, "no memory to step through the program");
    }
    return 0;
}

void walk_fini(struct walk *w)
{
    for (int i = 0; w->states && i <= w->count; i++)
        state_fini(&w->states[i]);
    free(w->states);
    free(w->dones);
    *w = (struct walk){0};
}

/* Did a step end in a fault, so that there is no state to go on from? */
static bool is_broken(const struct walk *w)
{
    return w->at == 0 ? w->start.fault != FAULT_NONE
                      : w->dones[w->at - 1].event.fault != FAULT_NONE;
}

static int refuse_flush(const struct walk *w, const char *name, struct err *err)
{
    if (!w->stepper->rules.tso)
        return err_set(err, -EINVAL,
                       "nothing of %s can be flushed: there are no store "
                       "buffers without TSO",
                       name);
    return err_set(err, -EINVAL,
                   "nothing of %s can be flushed: its store buffer is empty",
                   name);
}

/* One sentence on why @action cannot be done. */
static int refuse(const struct walk *w, int action, struct err *err)
{
    const struct stepper *m = w->stepper;
    const struct state *s = walk_state(w);
    int thread = STEP_THREAD(action);
    const char *name;
    struct text why = {0};

    if (thread >= m->program->thread_count)
        return err_set(err, -EINVAL, "there is no thread %d; the last is %d",
                       thread, m->program->thread_count - 1);
    name = m->program->threads[thread].name;
    if (is_broken(w))
        return err_set(err, -EINVAL,
                       "%s cannot move: the program ended in a fault", name);
    if (action & STEP_FLUSH)
        return refuse_flush(w, name, err);
    if (local_ended(m->program, thread, &s->locals[thread]))
        return err_set(err, -EINVAL, "%s has ended", name);
    state_say_waiting(m, s, thread, &why);
    err_set(err, -EINVAL, "%s cannot move: it waits for %s", name,
            why.len > 0 ? text_str(&why) : "something");
    text_fini(&why);
    return -EINVAL;
}

int walk_step(struct walk *w, int action, struct err *err)
{
    int rc;

    if (STEP_THREAD(action) >= w->stepper->program->thread_count ||
        is_broken(w) || !state_may(w->stepper, walk_state(w), action))
        return refuse(w, action, err);
    if (w->at >= WALK_MOST)
        return err_set(err, -E2BIG,
                       "%d steps are as many as can be kept for undo",
                       WALK_MOST);
    for (; w->count > w->at; w->count--)
        state_fini(&w->states[w->count]);
    rc = make_room(w);
    if (rc < 0)
        return err_set(err, rc, "no memory for one more step");
    w->states[w->at + 1] = (struct state){0};
    rc = state_copy(&w->states[w->at + 1], &w->states[w->at], w->stepper);
    if (rc < 0) {
        state_fini(&w->states[w->at + 1]);
        return err_set(err, rc, "no memory for one more step");
    }
    memset(&w->dones[w->at], 0, sizeof(w->dones[w->at]));
    state_step(w->stepper, &w->states[w->at + 1], action, &w->dones[w->at]);
    w->count = ++w->at;
    return 0;
}

bool walk_undo(struct walk *w)
{
    if (w->at == 0)
        return false;
    w->at--;
    return true;
}

bool walk_redo(struct walk *w)
{
    if (w->at == w->count)
        return false;
    w->at++;
    return true;
}

int walk_run(struct walk *w, const struct schedule *s, struct err *err)
{
    for (int i = 0; i < s->count; i++) {
        struct err why = {0};
        char name[TSL_NAME + 8];
        int rc = walk_step(w, s->actions[i], &why);

        if (rc == 0)
            continue;
        action_name(w->stepper->program, s->actions[i], name, sizeof(name));
        return err_set(err, rc,
                       "step %d of the schedule (%s) cannot be done: "
                       "%.300s",
                       i + 1, name, why.text);
    }
    return 0;
}

int walk_schedule(const struct walk *w, struct schedule *out)
{
    for (int i = 0; i < w->at; i++)
        if (schedule_add(out, w->dones[i].action) < 0)
            return -ENOMEM;
    return 0;
}

const struct state *walk_state(const struct walk *w)
{
    return &w->states[w->at];
}

unsigned walk_failures(const struct walk *w)
{
    unsigned bits = w->start_failures;

    for (int i = 0; i < w->at; i++)
        bits |= done_failures(&w->dones[i]);
    if (is_broken(w))
        return bits;
    switch (state_finish(w->stepper, walk_state(w))) {
    case FINISH_CHECK:
        return bits | 1u << FAILURE_FINAL;
    case FINISH_DEADLOCK:
        return bits | 1u << FAILURE_DEADLOCK;
    default:
        return bits;
    }
}
