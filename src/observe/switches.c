/* The kernel's switch records made into timelines. Screen process. */
#include "observe/switches.h"

#include <stdlib.h>
#include <string.h>

/* The last few records of a worker. Before its birth is known: those that may
 * turn out to be part of its life. When its end is near: those that may turn
 * out not to be. Either takes a switch between reading its own counts and
 * publishing them, so few are enough. */
#define NEAR 8

struct near {
    struct {
        int64_t at_ns;
        int16_t cpu;
        uint8_t kind;
    } v[NEAR];
    uint32_t count;   /* ever; number n is in v[n % NEAR] */
    int64_t known_ns; /* since when records of it are complete again */
    int64_t ended_ns; /* published by the worker; 0 not yet */
    int64_t hazy_ns;  /* unknown from then on, if it lives then; 0: nothing */
    int64_t gone_ns;  /* its thread is no more since; 0: it is */
    bool closing;     /* about to end: records wait in .v until then */
};

struct slot {    /* of the table from thread to worker */
    int32_t tid; /* 0: free */
    int32_t id;
};

struct core { /* only to add up foreign time */
    int64_t since_ns;
    int index; /* in trace->cores, when last looked up */
    bool foreign;
};
#define CORES 1024

struct switches {
    struct lines *lines;
    struct marks *marks;
    struct near *near;
    int near_count, near_cap;
    struct slot *slots; /* a power of two; at most half full */
    uint32_t slot_count, slots_used;
    int64_t from_ns, until_ns; /* records outside do not count */
    int64_t deaf_ns;           /* until then some core's records are missing */
    bool blind;
    struct core *cores; /* NULL: foreign time is not asked for */
};

struct switches *switches_new(struct lines *lines, struct marks *marks,
                              bool foreign)
{
    struct switches *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->lines = lines;
    s->marks = marks;
    s->until_ns = INT64_MAX;
    s->slot_count = 256;
    s->slots = calloc(s->slot_count, sizeof *s->slots);
    if (foreign)
        s->cores = calloc(CORES, sizeof *s->cores);
    if (!s->slots || (foreign && !s->cores)) {
        switches_free(s);
        return NULL;
    }
    return s;
}

void switches_free(struct switches *s)
{
    if (!s)
        return;
    free(s->near);
    free(s->slots);
    free(s->cores);
    free(s);
}

/* ---- threads and workers ------------------------------------------------ */

static struct slot *slot_of(const struct switches *s, int32_t tid)
{
    uint32_t mask = s->slot_count - 1;
    uint32_t i = (uint32_t)tid * 2654435761u; /* spreads neighbours */

    for (i = (i >> 8) & mask;; i = (i + 1) & mask)
        if (s->slots[i].tid == tid || s->slots[i].tid == 0)
            return &s->slots[i];
}

static int worker_of(const struct switches *s, int32_t tid)
{
    const struct slot *slot;

    if (tid <= 0)
        return -1;
    slot = slot_of(s, tid);
    return slot->tid == tid ? slot->id : -1;
}

static bool slots_double(struct switches *s)
{
    struct slot *old = s->slots;
    uint32_t count = s->slot_count;
    struct slot *more = calloc((size_t)count * 2, sizeof *more);

    if (!more)
        return false;
    s->slots = more;
    s->slot_count = count * 2;
    for (uint32_t i = 0; i < count; i++)
        if (old[i].tid)
            *slot_of(s, old[i].tid) = old[i];
    free(old);
    return true;
}

bool switches_named(struct switches *s, int id, int32_t tid)
{
    struct slot *slot;

    if (id >= s->near_count) {
        int count = s->lines->count, cap = s->lines->cap;

        if (cap > s->near_cap) {
            struct near *near = realloc(s->near, (size_t)cap * sizeof *near);

            if (!near)
                return false;
            s->near = near;
            s->near_cap = cap;
        }
        memset(s->near + s->near_count, 0,
               (size_t)(count - s->near_count) * sizeof *s->near);
        s->near_count = count;
    }
    if (s->slots_used * 2 >= s->slot_count && !slots_double(s))
        return false;
    slot = slot_of(s, tid);
    if (slot->tid != tid)
        s->slots_used++;
    *slot = (struct slot){.tid = tid, .id = id};
    s->lines->v[id].tid = tid;
    if (s->lines->v[id].phase == LINE_NONE)
        s->lines->v[id].phase = LINE_NAMED;
    return true;
}

/* ---- one worker's records ----------------------------------------------- */

static bool on_core(const struct line *l)
{
    return l->state == SPAN_RUNNING || l->state == SPAN_SPINNING;
}

/* It is unknown from its .hazy_ns on - but not after its end, which may have
 * been before and is about to be published. */
static void blur(struct switches *s, int id)
{
    struct near *near = &s->near[id];
    int64_t end_ns = near->ended_ns ? near->ended_ns : near->gone_ns;

    if (near->hazy_ns == 0 || near->closing)
        return;
    if (end_ns == 0 || near->hazy_ns < end_ns)
        line_turn(s->lines, id, near->hazy_ns, SPAN_UNKNOWN, -1, WAIT_NONE);
    near->hazy_ns = 0;
}

/* After @from_ns records that may be its own are missing, until @known_ns. */
static void forget(struct switches *s, int id, int64_t from_ns,
                   int64_t known_ns)
{
    struct near *near = &s->near[id];

    if (near->known_ns < known_ns)
        near->known_ns = known_ns;
    if (near->hazy_ns == 0)
        near->hazy_ns = from_ns;
    blur(s, id);
}

/* It has @cpu from @at_ns on. */
static void run(struct switches *s, int id, int64_t at_ns, int cpu)
{
    bool spins = s->marks && s->marks->v[id].cause == WAIT_SPIN;

    line_turn(s->lines, id, at_ns, spins ? SPAN_SPINNING : SPAN_RUNNING, cpu,
              spins ? WAIT_SPIN : WAIT_NONE);
}

/* Where its records are known to be complete from; nothing is said before. */
static int64_t known_from(const struct switches *s, int id)
{
    int64_t ns = s->near[id].known_ns;

    return ns > s->from_ns ? ns : s->from_ns;
}

/* It got @r's core. @quiet_ns: that core's last record before this one. */
static void come_in(struct switches *s, int id, const struct switch_record *r)
{
    const struct line *l = &s->lines->v[id];

    line_gate(s->lines, id, r->at_ns);
    /* Running already, and no record of its leaving: lost. */
    if (on_core(l) && r->at_ns > l->since_ns)
        line_turn(s->lines, id, l->since_ns, SPAN_UNKNOWN, -1, WAIT_NONE);
    run(s, id, r->at_ns, r->cpu);
}

/* It left @r's core, on which @quiet_ns is the time of the last record before:
 * if its coming was lost, it has run since then at most. */
static void go_out(struct switches *s, int id, const struct switch_record *r,
                   int64_t quiet_ns)
{
    struct line *l = &s->lines->v[id];
    int64_t known = known_from(s, id);

    if (r->at_ns < l->since_ns) {
        /* Late: a newer record of it has been used. Only the count counts. */
    } else if (l->state == SPAN_UNKNOWN) {
        /* No record since they are complete: it ran all along. */
        if (known < r->at_ns)
            run(s, id, known > l->since_ns ? known : l->since_ns, r->cpu);
    } else if (!on_core(l) || l->cpu != r->cpu) {
        line_turn(s->lines, id, l->since_ns, SPAN_UNKNOWN, -1, WAIT_NONE);
        run(s, id, quiet_ns, r->cpu);
    }
    if (r->kind == SWITCH_PREEMPT) {
        l->involuntary++;
        if (r->at_ns >= l->since_ns)
            line_preempt(s->lines, id, r->at_ns);
    } else {
        l->voluntary++;
        if (r->at_ns >= l->since_ns)
            line_turn(s->lines, id, r->at_ns, SPAN_BLOCKED, -1,
                      s->marks ? marks_cause(s->marks, id) : WAIT_OTHER);
    }
    if (r->at_ns < s->deaf_ns && r->at_ns >= l->since_ns)
        forget(s, id, r->at_ns, s->deaf_ns);
}

static void end(struct switches *s, int id, int64_t at_ns)
{
    if (s->marks)
        marks_until(s->marks, s->lines, id, at_ns);
    line_close(s->lines, id, at_ns);
}

/* One record of a living worker. */
static void apply(struct switches *s, int id, const struct switch_record *r,
                  int64_t quiet_ns)
{
    if (s->marks)
        marks_until(s->marks, s->lines, id, r->at_ns);
    switch (r->kind) {
    case SWITCH_IN:
        come_in(s, id, r);
        break;
    case SWITCH_OUT:
    case SWITCH_PREEMPT:
        go_out(s, id, r, quiet_ns);
        break;
    default:
        s->near[id].gone_ns = r->at_ns;
        break;
    }
}

static void remember(struct near *near, const struct switch_record *r)
{
    uint32_t n = near->count++ % NEAR;

    near->v[n].at_ns = r->at_ns;
    near->v[n].cpu = r->cpu;
    near->v[n].kind = r->kind;
}

/* Remembered record number @n. */
static struct switch_record recall(const struct near *near, uint32_t n)
{
    return (struct switch_record){
        .at_ns = near->v[n % NEAR].at_ns,
        .cpu = near->v[n % NEAR].cpu,
        .kind = near->v[n % NEAR].kind,
    };
}

static uint32_t oldest(const struct near *near)
{
    return near->count > NEAR ? near->count - NEAR : 0;
}

/* Use the remembered records between two times. */
static void replay(struct switches *s, int id, int64_t from_ns, int64_t to_ns)
{
    const struct near *near = &s->near[id];

    for (uint32_t n = oldest(near); n < near->count; n++) {
        struct switch_record r = recall(near, n);

        if (r.at_ns > from_ns && r.at_ns <= to_ns)
            apply(s, id, &r, r.at_ns);
    }
}

static void use(struct switches *s, int id, const struct switch_record *r,
                int64_t quiet_ns)
{
    const struct line *l = &s->lines->v[id];
    struct near *near = &s->near[id];

    if (l->phase == LINE_OVER || near->gone_ns)
        return;
    if (near->ended_ns && r->at_ns > near->ended_ns) {
        end(s, id, near->ended_ns);
        return;
    }
    if (l->phase != LINE_ALIVE) {
        remember(near, r);
        return;
    }
    if (r->at_ns <= l->born_ns)
        return;
    if (near->closing && r->kind != SWITCH_EXIT) {
        if (near->count >= NEAR) { /* the oldest is part of its life */
            struct switch_record first = recall(near, oldest(near));

            apply(s, id, &first, first.at_ns);
        }
        remember(near, r);
        return;
    }
    apply(s, id, r, quiet_ns);
}

void switches_born(struct switches *s, int id, int64_t at_ns, int cpu)
{
    line_open(s->lines, id, at_ns, cpu);
    if (s->blind || at_ns < s->deaf_ns)
        forget(s, id, at_ns, s->deaf_ns);
    replay(s, id, at_ns, INT64_MAX);
    s->near[id].count = 0;
}

void switches_closing(struct switches *s, int id)
{
    if (s->lines->v[id].phase == LINE_ALIVE)
        s->near[id].closing = true;
}

void switches_ended(struct switches *s, int id, int64_t at_ns)
{
    struct near *near = &s->near[id];

    if (near->closing)
        replay(s, id, s->lines->v[id].born_ns, at_ns);
    near->closing = false;
    near->ended_ns = at_ns;
    blur(s, id);
}

/* ---- lost, blind -------------------------------------------------------- */

/* Records of core @r->cpu are missing after @from_ns: who was last seen there
 * or was off the cores may have done anything. Who runs elsewhere does. */
static void lose(struct switches *s, const struct switch_record *r,
                 int64_t from_ns)
{
    struct trace_event e = {
        .kind = EVENT_LOST,
        .start_ns = from_ns,
        .at_ns = r->at_ns,
        .worker = r->cpu,
        .value = r->lost,
    };

    s->lines->trace->observer.lost += r->lost;
    trace_add_event(s->lines->trace, &e);
    for (int id = 0; id < s->near_count; id++) {
        const struct line *l = &s->lines->v[id];

        if (l->phase != LINE_ALIVE || (on_core(l) && l->cpu != r->cpu))
            continue;
        forget(s, id, from_ns, r->at_ns);
    }
    if (s->deaf_ns < r->at_ns)
        s->deaf_ns = r->at_ns;
    if (s->cores && r->cpu >= 0 && r->cpu < CORES)
        s->cores[r->cpu].foreign = false;
}

/* Its thread is gone, and it had not published its end by then: killed. */
static void bury(struct switches *s, int id, int64_t at_ns)
{
    struct near *near = &s->near[id];

    if (near->closing)
        replay(s, id, s->lines->v[id].born_ns, at_ns);
    near->closing = false;
    blur(s, id);
    end(s, id, at_ns);
}

void switches_blind(struct switches *s, int64_t from_ns)
{
    s->blind = true;
    s->until_ns = from_ns;
    /* Who has ended meanwhile is not known before the next drain. */
    for (int id = 0; id < s->near_count; id++)
        if (s->lines->v[id].phase == LINE_ALIVE && s->near[id].hazy_ns == 0)
            s->near[id].hazy_ns = from_ns;
}

void switches_sighted(struct switches *s, int64_t at_ns)
{
    struct trace_event e = {
        .kind = EVENT_BLIND,
        .start_ns = s->until_ns,
        .at_ns = at_ns,
        .worker = -1,
    };

    trace_add_event(s->lines->trace, &e);
    for (int id = 0; id < s->near_count; id++)
        blur(s, id);
    s->blind = false;
    s->from_ns = at_ns;
    s->until_ns = INT64_MAX;
}

void switches_seen(struct switches *s, int id, int64_t at_ns, int cpu)
{
    const struct line *l = &s->lines->v[id];
    int64_t known = known_from(s, id);

    if (s->blind || l->phase != LINE_ALIVE || l->state != SPAN_UNKNOWN)
        return;
    if (known < l->since_ns)
        known = l->since_ns;
    if (at_ns > known)
        run(s, id, known, cpu);
}

/* ---- the merge ---------------------------------------------------------- */

/* The trace's core @cpu; NULL if it is none of the lab's. They may move. */
static struct trace_core *trace_core_of(const struct switches *s, int cpu)
{
    const struct trace *t = s->lines->trace;
    struct core *c = &s->cores[cpu];

    if (c->index >= t->core_count || t->cores[c->index].cpu != cpu) {
        c->index = 0;
        while (c->index < t->core_count && t->cores[c->index].cpu != cpu)
            c->index++;
        if (c->index == t->core_count)
            return NULL;
    }
    return &t->cores[c->index];
}

/* Others' time counts from the gate on. While the trace has no gate it opens
 * later than any record that is used. */
static int64_t since_gate(const struct switches *s, int64_t from_ns,
                          int64_t to_ns)
{
    int64_t gate_ns = s->lines->trace->gate_ns;

    if (gate_ns == 0 || to_ns <= gate_ns)
        return 0;
    return to_ns - (from_ns > gate_ns ? from_ns : gate_ns);
}

static void add_foreign(struct switches *s, const struct switch_record *r,
                        bool ours)
{
    struct trace_core *core;
    struct core *c;

    if (r->cpu < 0 || r->cpu >= CORES)
        return;
    c = &s->cores[r->cpu];
    if (c->foreign && r->kind != SWITCH_EXIT) {
        core = trace_core_of(s, r->cpu);
        if (core && core->foreign_ns < 0)
            core->foreign_ns = 0;
        if (core)
            core->foreign_ns += since_gate(s, c->since_ns, r->at_ns);
        c->foreign = false;
    }
    if (r->kind == SWITCH_IN && r->tid != 0 && !ours) {
        c->foreign = true;
        c->since_ns = r->at_ns;
    }
}

static void take(struct switches *s, struct switch_feed *f)
{
    const struct switch_record *r = &f->head;

    if (r->kind == SWITCH_LOST) {
        lose(s, r, f->last_ns ? f->last_ns : r->at_ns);
    } else if (r->at_ns >= s->from_ns && r->at_ns <= s->until_ns) {
        int id = worker_of(s, r->tid);

        if (s->cores)
            add_foreign(s, r, id >= 0);
        if (id >= 0)
            use(s, id, r, f->last_ns);
    }
    f->last_ns = r->at_ns;
    f->has = false;
}

/* When the stream's next record is due. A loss is when it begins: what other
 * cores have to say meanwhile is not all that there was. */
static int64_t due_ns(const struct switch_feed *f)
{
    return f->head.kind == SWITCH_LOST && f->last_ns ? f->last_ns
                                                     : f->head.at_ns;
}

/* Earlier first; at one instant who leaves before who comes. */
static bool sooner(const struct switch_feed *a, const struct switch_feed *b)
{
    if (due_ns(a) != due_ns(b))
        return due_ns(a) < due_ns(b);
    return a->head.kind < b->head.kind;
}

/* The stream whose next record is due, and in @second the one after it; NULL:
 * none. */
static struct switch_feed *due(struct switch_feed *feeds, int count,
                               struct switch_feed **second)
{
    struct switch_feed *first = NULL;

    *second = NULL;
    for (int i = 0; i < count; i++) {
        struct switch_feed *f = &feeds[i];

        if (!f->has)
            f->has = f->next(f->from, &f->head);
        if (!f->has)
            continue;
        if (!first || sooner(f, first)) {
            *second = first;
            first = f;
        } else if (!*second || sooner(f, *second)) {
            *second = f;
        }
    }
    return first;
}

int64_t switches_drain(struct switches *s, struct switch_feed *feeds, int count,
                       int64_t horizon_ns)
{
    struct switch_feed *first, *second;
    int64_t used = 0;

    /* Ends are known by now, if they were before what was used last. */
    for (int id = 0; id < s->near_count; id++) {
        blur(s, id);
        if (s->near[id].gone_ns && s->near[id].ended_ns == 0 &&
            s->lines->v[id].phase == LINE_ALIVE)
            bury(s, id, s->near[id].gone_ns);
    }
    while ((first = due(feeds, count, &second)) != NULL &&
           due_ns(first) <= horizon_ns) {
        /* Most often the same stream is due again. */
        do {
            take(s, first);
            used++;
            first->has = first->next(first->from, &first->head);
        } while (first->has && due_ns(first) <= horizon_ns &&
                 (!second || sooner(first, second)));
    }

    for (int id = 0; id < s->near_count; id++) {
        int64_t ended = s->near[id].ended_ns;

        if (s->lines->v[id].phase != LINE_ALIVE)
            continue;
        if (ended && ended <= horizon_ns)
            end(s, id, ended);
        else if (s->marks)
            marks_until(s->marks, s->lines, id, horizon_ns);
    }
    return used;
}

void switches_finish(struct switches *s, int64_t at_ns)
{
    for (int id = 0; id < s->near_count; id++) {
        struct near *near = &s->near[id];

        if (s->lines->v[id].phase != LINE_ALIVE)
            continue;
        if (near->ended_ns)
            end(s, id, near->ended_ns);
        else
            bury(s, id, near->gone_ns ? near->gone_ns : at_ns);
    }
}
