/* What workers found out about themselves. Screen process. */
#include "observe/gaps.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "observe/marks.h"

/* Not heard of for so long, and not waiting: probably off its core. */
#define QUIET_NS (1 * NS_PER_MS)

bool gaps_grow(struct gaps *g, int count)
{
    if (count > g->cap) {
        int cap = g->cap ? g->cap : 64;
        struct gap *v;

        while (cap < count)
            cap *= 2;
        v = realloc(g->v, (size_t)cap * sizeof *v);
        if (!v)
            return false;
        g->v = v;
        g->cap = cap;
    }
    if (count > g->count) {
        memset(g->v + g->count, 0, (size_t)(count - g->count) * sizeof *g->v);
        g->count = count;
    }
    return true;
}

void gaps_fini(struct gaps *g)
{
    free(g->v);
    *g = (struct gaps){0};
}

static void runs(struct gaps *g, int id, int64_t at_ns, int cpu)
{
    line_turn(g->lines, id, at_ns, SPAN_RUNNING, cpu, WAIT_NONE);
}

/* How much of the event was spent queueing: as the kernel says, but within. */
static int64_t queued(const struct board_event *e, int64_t otherwise)
{
    int64_t most = e->end_ns - e->begin_ns;

    if (e->value < 0)
        return otherwise;
    return e->value < most ? e->value : most;
}

/* The kernel took the core away somewhere between two looks. Time that it did
 * not queue for comes first: it still worked, or the interrupt that led to the
 * switch took long, or the machine itself was away. */
static void preempted(struct gaps *g, int id, const struct board_event *e)
{
    int64_t most = e->end_ns - e->begin_ns;

    line_preempt(g->lines, id, e->end_ns - queued(e, most));
    runs(g, id, e->end_ns, e->cpu);
}

/* It blocked for @cause, was woken, and had to queue for a core at the end. */
static void blocked(struct gaps *g, int id, const struct board_event *e,
                    enum wait_cause cause)
{
    bool ready = g->lines->v[id].state == SPAN_READY && cause == WAIT_BARRIER;

    if (!ready) /* else it is known already: the gate has woken it */
        line_turn(g->lines, id, e->begin_ns, SPAN_BLOCKED, -1, cause);
    line_gate(g->lines, id, e->end_ns);
    line_turn(g->lines, id, e->end_ns - queued(e, 0), SPAN_READY, -1,
              WAIT_NONE);
    runs(g, id, e->end_ns, e->cpu);
}

/* The wait is over; did it give up its core for it, or lose it meanwhile? */
static void wait_ended(struct gaps *g, int id, const struct board_event *e)
{
    struct line *l = &g->lines->v[id];
    struct gap *gap = &g->v[id];

    if (gap->blocked && l->state == SPAN_BLOCKED) {
        l->state = SPAN_RUNNING; /* the open span was a guess: undo */
        l->seeming = SPAN_RUNNING;
        l->cause = WAIT_NONE;
    }
    if (e->cause == WAIT_SPIN) {
        line_turn(g->lines, id, e->begin_ns, SPAN_SPINNING, l->cpu, WAIT_SPIN);
        if (e->involuntary > 0)
            preempted(g, id, e);
        else
            runs(g, id, e->end_ns, e->cpu);
    } else if (e->voluntary > 0) {
        blocked(g, id, e, e->cause);
    } else if (e->involuntary > 0) {
        preempted(g, id, e);
    } else {
        runs(g, id, e->end_ns, e->cpu);
    }
    gap->blocked = false;
    gap->wait_ns = 0;
}

/* After a hole: unknown up to here, where it is known to have been running. */
static void hole_close(struct gaps *g, int id, const struct board_event *e)
{
    struct gap *gap = &g->v[id];

    if (!gap->hole)
        return;
    gap->hole = false;
    gap->wait_ns = 0;
    gap->blocked = false;
    runs(g, id, e->begin_ns, e->cpu_before);
}

/* A cooperative task had its thread; before that it could have gone on, but
 * others had it. */
static void had_turn(struct gaps *g, int id, const struct board_event *e)
{
    int64_t from_ns = e->value > e->begin_ns ? e->value : e->begin_ns;

    if (from_ns > e->begin_ns)
        line_turn(g->lines, id, e->begin_ns, SPAN_BLOCKED, -1, WAIT_LOOP);
    runs(g, id, from_ns, e->cpu);
    if (e->cause != WAIT_NONE)
        line_turn(g->lines, id, e->end_ns, SPAN_BLOCKED, -1, e->cause);
    g->v[id].turns = true;
}

void gaps_event(struct gaps *g, int id, const struct board_event *e)
{
    struct line *l = &g->lines->v[id];
    struct gap *gap = &g->v[id];
    struct board_event clipped = *e;

    if (e->kind == BOARD_TASK) {
        marks_task(g->lines->trace, id, e);
        return;
    }
    if (e->end_ns < l->born_ns ||
        (e->end_ns == l->born_ns && e->kind != BOARD_WAIT_BEGIN))
        return;
    if (clipped.begin_ns < l->born_ns)
        clipped.begin_ns = l->born_ns;
    hole_close(g, id, &clipped);
    gap->last_ns = e->end_ns;
    switch (e->kind) {
    case BOARD_WAIT_BEGIN:
        gap->wait_ns = clipped.begin_ns;
        gap->wait_cause = e->cause;
        return;
    case BOARD_WAIT_END:
        wait_ended(g, id, &clipped);
        break;
    case BOARD_GAP:
        if (e->involuntary > 0)
            preempted(g, id, &clipped);
        else
            blocked(g, id, &clipped, WAIT_OTHER);
        break;
    case BOARD_MOVED:
        runs(g, id, e->end_ns, e->cpu);
        break;
    case BOARD_RAN:
        had_turn(g, id, &clipped);
        return;
    default:
        return;
    }
    l->voluntary += e->voluntary;
    l->involuntary += e->involuntary;
}

void gaps_hole(struct gaps *g, int id, int64_t dropped, int64_t now_ns)
{
    const struct line *l = &g->lines->v[id];
    struct gap *gap = &g->v[id];
    int64_t from_ns = gap->last_ns ? gap->last_ns : l->since_ns;
    struct trace_event e = {
        .kind = EVENT_LOST,
        .start_ns = from_ns,
        .at_ns = now_ns,
        .worker = l->cpu,
        .value = dropped,
    };

    g->lines->trace->observer.lost += dropped;
    trace_add_event(g->lines->trace, &e);
    line_turn(g->lines, id, from_ns, SPAN_UNKNOWN, -1, WAIT_NONE);
    gap->hole = true;
}

void gaps_now(struct gaps *g, int id, int64_t seen_ns, int64_t now_ns)
{
    struct line *l = &g->lines->v[id];
    struct gap *gap = &g->v[id];

    if (l->phase != LINE_ALIVE || l->state == SPAN_UNKNOWN)
        return;
    if (gap->wait_ns && gap->wait_cause == WAIT_SPIN) {
        line_turn(g->lines, id, gap->wait_ns, SPAN_SPINNING, l->cpu, WAIT_SPIN);
    } else if (gap->wait_ns && l->state == SPAN_READY &&
               gap->wait_cause == WAIT_BARRIER) {
        /* woken by the gate, and not yet heard of */
    } else if (gap->wait_ns) {
        line_turn(g->lines, id, gap->wait_ns, SPAN_BLOCKED, -1,
                  gap->wait_cause);
        gap->blocked = true;
        line_gate(g->lines, id, now_ns);
    } else {
        l->seeming = l->state;
        if (now_ns - seen_ns > QUIET_NS && now_ns - gap->last_ns > QUIET_NS) {
            line_commit(g->lines, id, seen_ns);
            l->seeming = SPAN_READY;
        }
    }
}

void gaps_turn_now(struct gaps *g, int id, enum wait_cause wait,
                   int64_t since_ns, int64_t seen_ns)
{
    struct line *l = &g->lines->v[id];

    l->seeming = l->state;
    /* It has not run since its last event, so that this is the wait told there:
     * what it waited for has come about. */
    if (wait == WAIT_LOOP && l->state == SPAN_BLOCKED &&
        seen_ns <= g->v[id].last_ns)
        line_turn(g->lines, id, since_ns, SPAN_BLOCKED, -1, WAIT_LOOP);
}

void gaps_end(struct gaps *g, int id, int64_t at_ns)
{
    line_close(g->lines, id, at_ns);
}
