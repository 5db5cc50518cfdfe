/* The rungs of the observer's ladder. Screen process. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "observe/inner.h"

/* A record is in its ring at the latest so long after its time: a virtual
 * processor may be taken away between the two. */
#define SLACK_NS (1 * NS_PER_MS)

#define RING_BYTES ((size_t)1 << 20)

/* Recording in bursts: how long a burst and the pause after it take. */
#define CYCLE_NS (200 * NS_PER_MS)

bool observer_complete(const struct observer *o)
{
    /* Only the kernel's records are taken in bursts. */
    bool bursts = o->rung->fds && o->trace->spec.observer_duty_pct < 100;

    return o->rung->timeline && !bursts;
}

/* ---- perf and perf-cpu -------------------------------------------------- */

static bool take_event(void *from, int id, struct board_event *out)
{
    return board_take_event(from, (uint32_t)id, out);
}

/* In a container tasks outside of it and the idle task have no number: others'
 * time cannot be told from idleness. */
static bool sees_all_numbers(void)
{
    char name[64];
    ssize_t n = readlink("/proc/self/ns/pid", name, sizeof name - 1);

    if (n <= 0)
        return false;
    name[n] = '\0';
    return strcmp(name, "pid:[4026531836]") == 0; /* the kernel's first one */
}

static int perf_rung_open(struct observer *o, struct err *err)
{
    const struct spec *spec = &o->trace->spec;
    const struct machine *m = &o->trace->machine;
    bool wide = o->rung->kind == OBSERVER_PERF_CPU;
    int most = wide ? PERF_CORES_ALL : PERF_CORES_OWN;
    const cpu_set_t *cpus = &m->allowed; /* --cpus may change while it runs */
    int rc;

    if (spec->pinned && CPU_COUNT(cpus) > most)
        cpus = &spec->cpus;
    rc = perf_open(&o->perf, o->pid, cpus, wide, RING_BYTES, err);
    if (rc < 0)
        return rc;
    o->foreign_exact =
        wide && spec->observer_duty_pct >= 100 && sees_all_numbers();
    o->marks.take = take_event;
    o->marks.from = o->board;
    o->switches = switches_new(&o->lines, &o->marks, o->foreign_exact);
    if (!o->switches) {
        perf_close(&o->perf);
        return err_set(err, -ENOMEM, "no memory for the observer");
    }
    o->duty_from_ns = o->turned_ns = clock_now_ns();
    return 0;
}

static void perf_rung_close(struct observer *o)
{
    perf_close(&o->perf);
    switches_free(o->switches);
    marks_fini(&o->marks);
}

static bool perf_rung_grow(struct observer *o)
{
    return marks_grow(&o->marks, o->lines.count);
}

static bool perf_rung_named(struct observer *o, int id, int32_t tid)
{
    return switches_named(o->switches, id, tid);
}

static void perf_rung_born(struct observer *o, int id, int64_t at_ns, int cpu)
{
    switches_born(o->switches, id, at_ns, cpu);
}

static void perf_rung_closing(struct observer *o, int id)
{
    switches_closing(o->switches, id);
}

static void perf_rung_ended(struct observer *o, int id, int64_t at_ns)
{
    switches_ended(o->switches, id, at_ns);
}

static void watch_marks(struct observer *o, bool on)
{
    struct board_control *c = &o->board->control;

    if (on)
        atomic_fetch_or_explicit(&c->watch, WATCH_MARKS, memory_order_relaxed);
    else
        atomic_fetch_and_explicit(&c->watch, ~(uint32_t)WATCH_MARKS,
                                  memory_order_relaxed);
}

static void records_use(struct observer *o, int64_t horizon_ns)
{
    perf_look(&o->perf);
    o->trace->observer.records +=
        switches_drain(o->switches, o->perf.feeds, o->perf.count, horizon_ns);
    perf_release(&o->perf);
    for (int i = 0; i < o->live_count; i++)
        line_gate(&o->lines, o->live[i], horizon_ns);
}

/* Workers without a record since the burst began have run all along, or have
 * been waiting all along: those that looked at the clock meanwhile ran. */
static void hear_the_silent(struct observer *o)
{
    for (int i = 0; i < o->live_count; i++) {
        struct watched *w = &o->watched[o->live[i]];
        struct board_row *row = board_row(o->board, (uint32_t)o->live[i]);

        w->seen_ns = ACQUIRE(row->seen_ns);
        w->seen_cpu = LOAD(row->cpu);
    }
}

static void tell_the_silent(struct observer *o)
{
    for (int i = 0; i < o->live_count; i++) {
        const struct watched *w = &o->watched[o->live[i]];

        switches_seen(o->switches, o->live[i], w->seen_ns, w->seen_cpu);
    }
}

/* Everything up to the stop is in the rings when perf_record() returns. */
static void burst_end(struct observer *o)
{
    int64_t now_ns;

    hear_the_silent(o); /* before now_ns: records up to then are complete */
    now_ns = clock_now_ns();
    perf_record(&o->perf, false);
    watch_marks(o, false);
    records_use(o, now_ns);
    tell_the_silent(o);
    switches_blind(o->switches, now_ns);
    o->blind = true;
    o->recorded_ns += now_ns - o->turned_ns;
    o->turned_ns = now_ns;
}

static void burst_begin(struct observer *o)
{
    int64_t now_ns;

    watch_marks(o, true);
    perf_record(&o->perf, true);
    now_ns = clock_now_ns();
    for (int i = 0; i < o->live_count; i++) {
        struct board_row *row = board_row(o->board, (uint32_t)o->live[i]);
        struct mark *mark = &o->marks.v[o->live[i]];

        if (!mark->has_next)
            mark->cause = (uint8_t)LOAD(row->wait);
    }
    switches_sighted(o->switches, now_ns);
    o->blind = false;
    o->turned_ns = now_ns;
}

/* Bursts of their share of the cycle, and as long a pause as makes the share
 * right: a burst ends only when somebody looks, so it may be longer. */
static void duty_turn(struct observer *o, int64_t now_ns)
{
    int64_t pct = o->trace->spec.observer_duty_pct;
    int64_t here_ns = now_ns - o->turned_ns;

    if (pct >= 100)
        return;
    if (!o->blind && here_ns >= CYCLE_NS * pct / 100)
        burst_end(o);
    else if (o->blind &&
             o->recorded_ns * 100 <= (now_ns - o->duty_from_ns) * pct)
        burst_begin(o);
}

static void perf_rung_drain(struct observer *o, int64_t now_ns, bool final)
{
    for (int i = 0; i < o->live_count; i++) {
        int id = o->live[i];
        struct board_row *row = board_row(o->board, (uint32_t)id);
        uint64_t dropped = LOAD(row->dropped);

        o->marks.v[id].holes = dropped != o->watched[id].dropped;
        o->watched[id].dropped = dropped;
    }
    records_use(o, final ? INT64_MAX : now_ns - SLACK_NS);
    if (!final)
        duty_turn(o, now_ns);
}

static void perf_rung_finish(struct observer *o, int64_t at_ns)
{
    switches_finish(o->switches, at_ns);
    if (o->blind)
        switches_sighted(o->switches, at_ns); /* the last blind stretch */
}

static int perf_rung_fds(const struct observer *o, struct pollfd *out, int max)
{
    return perf_fds(&o->perf, out, max);
}

#define PERF_RUNG                                                              \
    .watch = WATCH_MARKS, .timeline = true, .open = perf_rung_open,            \
    .close = perf_rung_close, .grow = perf_rung_grow,                          \
    .named = perf_rung_named, .born = perf_rung_born,                          \
    .closing = perf_rung_closing, .ended = perf_rung_ended,                    \
    .drain = perf_rung_drain, .finish = perf_rung_finish, .fds = perf_rung_fds

const struct rung rung_perf_cpu = {.kind = OBSERVER_PERF_CPU, PERF_RUNG};
const struct rung rung_perf = {.kind = OBSERVER_PERF, PERF_RUNG};

/* ---- gap ---------------------------------------------------------------- */

static void gap_rung_close(struct observer *o)
{
    gaps_fini(&o->gaps);
}

static bool gap_rung_grow(struct observer *o)
{
    o->gaps.lines = &o->lines;
    return gaps_grow(&o->gaps, o->lines.count);
}

static bool plain_named(struct observer *o, int id, int32_t tid)
{
    o->lines.v[id].tid = tid;
    o->lines.v[id].phase = LINE_NAMED;
    return true;
}

static void plain_born(struct observer *o, int id, int64_t at_ns, int cpu)
{
    line_open(&o->lines, id, at_ns, cpu);
}

/* Until its last event has been used the end is only noted. */
static void gap_ended(struct observer *o, int id, int64_t at_ns)
{
    o->lines.v[id].ended_ns = at_ns;
}

/* A cooperative task that could go on while another keeps the thread. */
static void turn_now(struct observer *o, int id)
{
    struct board_row *row = board_row(o->board, (uint32_t)id);
    enum wait_cause wait = (enum wait_cause)ACQUIRE(row->wait);
    int64_t since_ns = ACQUIRE(row->wait_since_ns);

    gaps_turn_now(&o->gaps, id, wait, since_ns, ACQUIRE(row->seen_ns));
}

static void gap_worker(struct observer *o, int id, int64_t now_ns)
{
    struct board_row *row = board_row(o->board, (uint32_t)id);
    struct line *l = &o->lines.v[id];
    uint64_t room = o->board->ring_events, taken = 0;
    uint64_t dropped = LOAD(row->dropped);
    int64_t seen_ns = ACQUIRE(row->seen_ns);
    bool hole = dropped != o->watched[id].dropped;
    /* Its last event may come after its last counts, but before this. */
    bool over = ACQUIRE(row->life) == BOARD_ENDED;
    struct board_event e;

    /* As many as there were at most when .seen_ns was read: a fast worker could
     * fill its ring for ever. What did not fit is missing after these. */
    for (; taken < room && board_take_event(o->board, (uint32_t)id, &e);
         taken++)
        gaps_event(&o->gaps, id, &e);
    o->trace->observer.records += (int64_t)taken;
    if (hole) {
        gaps_hole(&o->gaps, id, (int64_t)(dropped - o->watched[id].dropped),
                  now_ns);
        o->watched[id].dropped = dropped;
        for (uint64_t more = 0;
             more < room && board_take_event(o->board, (uint32_t)id, &e);
             more++)
            gaps_event(&o->gaps, id, &e);
    }
    if (l->ended_ns && over)
        gaps_end(&o->gaps, id, l->ended_ns);
    else if (o->gaps.v[id].turns)
        turn_now(o, id);
    else
        gaps_now(&o->gaps, id, seen_ns, now_ns);
}

static void gap_rung_drain(struct observer *o, int64_t now_ns, bool final)
{
    (void) final;
    for (int i = 0; i < o->live_count; i++)
        if (o->lines.v[o->live[i]].phase == LINE_ALIVE)
            gap_worker(o, o->live[i], now_ns);
}

static void plain_finish(struct observer *o, int64_t at_ns)
{
    for (int i = 0; i < o->live_count; i++) {
        const struct line *l = &o->lines.v[o->live[i]];

        if (l->phase == LINE_ALIVE)
            line_close(&o->lines, o->live[i],
                       l->ended_ns ? l->ended_ns : at_ns);
    }
}

const struct rung rung_gap = {
    .kind = OBSERVER_GAP,
    .watch = WATCH_MARKS | WATCH_GAPS,
    .timeline = true,
    .close = gap_rung_close,
    .grow = gap_rung_grow,
    .named = plain_named,
    .born = plain_born,
    .ended = gap_ended,
    .drain = gap_rung_drain,
    .finish = plain_finish,
};

/* ---- sampled ------------------------------------------------------------ */

/* The worker's own counts, as if they had been read from /proc. */
static struct proc_task sample_of(const struct board_counts *c)
{
    return (struct proc_task){
        .has = PROC_TIMES | PROC_STATE,
        .run_ns = LOAD(c->run_ns),
        .queued_ns = LOAD(c->queued_ns) < 0 ? 0 : LOAD(c->queued_ns),
        .state = 'R',
        .cpu = LOAD(c->cpu),
    };
}

static void sampled_born(struct observer *o, int id, int64_t at_ns, int cpu)
{
    struct board_row *row = board_row(o->board, (uint32_t)id);
    struct proc_task first = sample_of(&row->born);

    o->lines.sampled = true;
    plain_born(o, id, at_ns, cpu);
    sampled_take(&o->lines, id, &o->watched[id].last, &first, WAIT_NONE, at_ns);
}

static void plain_ended(struct observer *o, int id, int64_t at_ns)
{
    line_close(&o->lines, id, at_ns);
    proc_forget(o->proc, id);
}

/* Of a crowd the time queued is not read at the end: who was mostly forced off
 * its core queued for it, who mostly left it waited for something. */
static int64_t queued_guess(const struct watched *w,
                            const struct board_row *row, int64_t at_ns)
{
    int64_t left = LOAD(row->ended.voluntary) - LOAD(row->born.voluntary);
    int64_t lost = LOAD(row->ended.involuntary) - LOAD(row->born.involuntary);

    return w->last.queued_ns + (lost > left ? at_ns - w->last.at_ns : 0);
}

static void sampled_ended(struct observer *o, int id, int64_t at_ns)
{
    struct board_row *row = board_row(o->board, (uint32_t)id);
    struct watched *w = &o->watched[id];
    struct proc_task last = sample_of(&row->ended);

    if (LOAD(row->ended.queued_ns) < 0)
        last.queued_ns = queued_guess(w, row, at_ns);
    sampled_take(&o->lines, id, &w->last, &last, WAIT_NONE, at_ns);
    plain_ended(o, id, at_ns);
}

/* The picture is drawn from what workers_totals() last read. */
static void sampled_drain(struct observer *o, int64_t now_ns, bool final)
{
    (void)now_ns;
    (void) final;
    for (int i = 0; i < o->live_count; i++) {
        int id = o->live[i];
        struct watched *w = &o->watched[id];
        struct board_row *row = board_row(o->board, (uint32_t)id);

        if (w->proc_ns > w->last.at_ns)
            sampled_take(&o->lines, id, &w->last, &w->proc, LOAD(row->wait),
                         w->proc_ns);
    }
}

const struct rung rung_sampled = {
    .kind = OBSERVER_SAMPLED,
    .named = plain_named,
    .born = sampled_born,
    .ended = sampled_ended,
    .drain = sampled_drain,
    .finish = plain_finish,
};

/* ---- off ---------------------------------------------------------------- */

/* One unknown span a worker, from its birth to its end. */
static void off_born(struct observer *o, int id, int64_t at_ns, int cpu)
{
    plain_born(o, id, at_ns, cpu);
    line_turn(&o->lines, id, at_ns, SPAN_UNKNOWN, -1, WAIT_NONE);
}

static void off_drain(struct observer *o, int64_t now_ns, bool final)
{
    (void)o;
    (void)now_ns;
    (void) final;
}

const struct rung rung_off = {
    .kind = OBSERVER_OFF,
    .named = plain_named,
    .born = off_born,
    .ended = plain_ended,
    .drain = off_drain,
    .finish = plain_finish,
};

const struct rung *rung_of(enum spec_observer kind)
{
    static const struct rung *const rungs[] = {
        &rung_perf_cpu, &rung_perf, &rung_gap, &rung_sampled, &rung_off};

    for (size_t i = 0; i < sizeof rungs / sizeof rungs[0]; i++)
        if (rungs[i]->kind == kind)
            return rungs[i];
    return &rung_off;
}
