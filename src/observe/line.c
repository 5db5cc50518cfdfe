/* Workers' timelines while they are being made. Screen process. */
#include "observe/line.h"

#include <stdlib.h>
#include <string.h>

bool lines_grow(struct lines *ls, int count)
{
    if (count > ls->cap) {
        int cap = ls->cap ? ls->cap : 64;
        struct line *v;

        while (cap < count)
            cap *= 2;
        v = realloc(ls->v, (size_t)cap * sizeof *v);
        if (!v)
            return false;
        ls->v = v;
        ls->cap = cap;
    }
    if (count > ls->count) {
        memset(ls->v + ls->count, 0,
               (size_t)(count - ls->count) * sizeof *ls->v);
        ls->count = count;
    }
    return true;
}

void lines_fini(struct lines *ls)
{
    free(ls->v);
    *ls = (struct lines){0};
}

static bool on_core(enum span_state state)
{
    return state == SPAN_RUNNING || state == SPAN_SPINNING;
}

/* Store the open span up to @at_ns and begin at it. */
static void store(struct lines *ls, int id, int64_t at_ns, bool forced)
{
    struct line *l = &ls->v[id];
    struct span span;

    if (at_ns <= l->since_ns)
        return;
    span = (struct span){
        .start_ns = l->since_ns,
        .end_ns = at_ns,
        .worker = (uint16_t)id,
        .cpu = on_core(l->state) ? l->cpu : -1,
        .state = l->state,
        .cause = l->cause,
        .forced = forced && on_core(l->state),
        .sampled = ls->sampled,
    };
    trace_add_span(ls->trace, &span);
    l->since_ns = at_ns;
}

static void turn(struct lines *ls, int id, int64_t at_ns, enum span_state state,
                 int cpu, enum wait_cause cause, bool forced)
{
    struct line *l = &ls->v[id];

    if (l->phase != LINE_ALIVE)
        return;
    if (state != SPAN_BLOCKED && state != SPAN_SPINNING)
        cause = WAIT_NONE;
    if (l->state == state && l->cause == cause &&
        (!on_core(state) || l->cpu == cpu))
        return;
    store(ls, id, at_ns, forced);
    l->state = (uint8_t)state;
    l->seeming = l->state;
    l->cause = (uint8_t)cause;
    if (on_core(state) && l->cpu != cpu) {
        l->migrations++;
        l->cpu = (int16_t)cpu;
    }
}

void line_open(struct lines *ls, int id, int64_t at_ns, int cpu)
{
    struct line *l = &ls->v[id];

    l->phase = LINE_ALIVE;
    l->born_ns = at_ns;
    l->since_ns = at_ns;
    l->state = SPAN_RUNNING;
    l->seeming = SPAN_RUNNING;
    l->cause = WAIT_NONE;
    l->cpu = (int16_t)cpu;
}

void line_turn(struct lines *ls, int id, int64_t at_ns, enum span_state state,
               int cpu, enum wait_cause cause)
{
    turn(ls, id, at_ns, state, cpu, cause, false);
}

void line_preempt(struct lines *ls, int id, int64_t at_ns)
{
    turn(ls, id, at_ns, SPAN_READY, -1, WAIT_NONE, true);
}

void line_gate(struct lines *ls, int id, int64_t until_ns)
{
    const struct line *l = &ls->v[id];
    int64_t gate_ns = ls->trace->gate_ns;

    if (l->phase == LINE_ALIVE && l->state == SPAN_BLOCKED &&
        l->cause == WAIT_BARRIER && l->since_ns < gate_ns && gate_ns < until_ns)
        turn(ls, id, gate_ns, SPAN_READY, -1, WAIT_NONE, false);
}

void line_commit(struct lines *ls, int id, int64_t at_ns)
{
    if (ls->v[id].phase == LINE_ALIVE)
        store(ls, id, at_ns, false);
}

void line_close(struct lines *ls, int id, int64_t at_ns)
{
    struct line *l = &ls->v[id];

    if (l->phase == LINE_ALIVE)
        store(ls, id, at_ns, false);
    if (!l->ended_ns)
        l->ended_ns = at_ns;
    l->phase = LINE_OVER;
}

void line_show(const struct lines *ls, int id)
{
    const struct line *l = &ls->v[id];
    struct trace_worker *w = trace_worker(ls->trace, id);

    if (!w)
        return;
    w->tid = l->tid;
    w->born_ns = l->born_ns;
    w->traced_voluntary = l->voluntary;
    w->traced_involuntary = l->involuntary;
    if (l->phase == LINE_NAMED && w->life == LIFE_ABSENT)
        w->life = LIFE_STARTING;
    if (l->phase == LINE_ALIVE) {
        w->life = LIFE_ALIVE;
        w->state = l->seeming;
        w->cause = l->seeming == l->state ? l->cause : WAIT_NONE;
        w->cpu = l->seeming == SPAN_READY || l->seeming == SPAN_BLOCKED
                     ? -1
                     : l->cpu;
        w->since_ns = l->since_ns;
    } else if (l->phase == LINE_OVER) {
        w->life = LIFE_ENDED;
        w->end_ns = l->ended_ns;
    }
}
