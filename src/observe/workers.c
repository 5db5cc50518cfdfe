/* The workers as the observer finds them on the scoreboard: births, ends, and
 * the totals of each. Screen process. */
#include <stdlib.h>
#include <string.h>

#include "observe/inner.h"

/* While workers live, /proc is asked for what only it knows: of so many a
 * pump, in turn. */
#define PROC_A_PUMP 40

/* ---- births and ends ---------------------------------------------------- */

static bool grow(struct observer *o, int count)
{
    if (!lines_grow(&o->lines, count))
        return false;
    if (o->lines.cap > o->watched_cap) {
        int cap = o->lines.cap;
        struct watched *w = realloc(o->watched, (size_t)cap * sizeof *w);
        int *live = w ? realloc(o->live, (size_t)cap * sizeof *live) : NULL;

        if (w)
            o->watched = w;
        if (!live)
            return false;
        memset(w + o->watched_cap, 0,
               (size_t)(cap - o->watched_cap) * sizeof *w);
        o->live = live;
        o->watched_cap = cap;
    }
    return !o->rung->grow || o->rung->grow(o);
}

static void rows_find(struct observer *o)
{
    int known = o->lines.count;
    int rows = (int)ACQUIRE(o->board->rows);

    if (rows <= known)
        return;
    if (!grow(o, rows)) {
        o->trace->failed_alloc = true;
        o->lines.count = known;
        return;
    }
    for (int id = known; id < rows; id++)
        o->live[o->live_count++] = id;
}

static void row_scan(struct observer *o, int id)
{
    struct board_row *row = board_row(o->board, (uint32_t)id);
    struct line *l = &o->lines.v[id];
    struct watched *w = &o->watched[id];
    int64_t at_ns;

    if (l->phase == LINE_NONE) {
        int32_t tid = ACQUIRE(row->tid);

        if (tid == 0 || !o->rung->named(o, id, tid))
            return;
    }
    if (l->phase == LINE_NAMED) {
        at_ns = ACQUIRE(row->born.at_ns); /* pairs with counts_read()'s store */
        if (at_ns == 0)
            return;
        o->rung->born(o, id, at_ns, LOAD(row->born.cpu));
    }
    if (!w->told_end) {
        at_ns = ACQUIRE(row->ended.at_ns);
        if (at_ns < 0 && o->rung->closing) /* it is reading its last counts */
            o->rung->closing(o, id);
        if (at_ns <= 0)
            return;
        w->told_end = true;
        o->rung->ended(o, id, at_ns);
    }
}

void workers_scan(struct observer *o)
{
    rows_find(o);
    for (int i = 0; i < o->live_count; i++)
        row_scan(o, o->live[i]);
}

void workers_fini(struct observer *o)
{
    free(o->watched);
    free(o->live);
    lines_fini(&o->lines);
}

/* ---- totals ------------------------------------------------------------- */

static double seconds(int64_t ns)
{
    return (double)ns / (double)NS_PER_S;
}

/* A worker's sums in ns since its birth; -1: not known. */
struct sums {
    int64_t life, run, ready, blocked, user, sys;
    int64_t voluntary, involuntary, migrations;
};

/* Stored spans and the open one, by state. */
static void add_spans(const struct observer *o, int id, int64_t now_ns,
                      int64_t span_ns[SPAN_STATES])
{
    const struct line *l = &o->lines.v[id];
    const struct trace_worker *w = &o->trace->workers[id];

    memcpy(span_ns, w->span_ns, sizeof w->span_ns);
    if (l->phase == LINE_ALIVE && now_ns > l->since_ns)
        span_ns[l->seeming] += now_ns - l->since_ns;
}

/* From the timeline: while the worker lives, and where nothing else tells. */
static void sums_from_spans(const struct observer *o, int id, int64_t now_ns,
                            struct sums *s)
{
    const struct line *l = &o->lines.v[id];
    int64_t span_ns[SPAN_STATES];

    add_spans(o, id, now_ns, span_ns);
    if (!observer_complete(o) || span_ns[SPAN_UNKNOWN] > 0)
        return;
    s->run = span_ns[SPAN_RUNNING] + span_ns[SPAN_SPINNING];
    s->ready = span_ns[SPAN_READY];
    s->blocked = span_ns[SPAN_BLOCKED];
    s->voluntary = l->voluntary;
    s->involuntary = l->involuntary;
    s->migrations = l->migrations;
}

static int64_t since(int64_t now, int64_t before)
{
    return now < 0 || before < 0 ? -1 : now - before;
}

/* Its own last counts: exact. The rest of its life it was blocked: by the
 * records, too, but for the switches themselves, which lie between two records
 * and which the kernel counts as running. */
static void sums_from_end(struct board_row *row, struct sums *s)
{
    const struct board_counts *a = &row->born, *z = &row->ended;
    int64_t queued = since(LOAD(z->queued_ns), LOAD(a->queued_ns));

    s->run = LOAD(z->run_ns) - LOAD(a->run_ns);
    s->user = LOAD(z->user_ns) - LOAD(a->user_ns);
    s->sys = LOAD(z->sys_ns) - LOAD(a->sys_ns);
    s->voluntary = LOAD(z->voluntary) - LOAD(a->voluntary);
    s->involuntary = LOAD(z->involuntary) - LOAD(a->involuntary);
    if (s->migrations < 0)
        s->migrations = since(LOAD(z->migrations), LOAD(a->migrations));
    if (queued >= 0)
        s->ready = queued;
    if (s->ready >= 0)
        s->blocked = s->life - s->run - s->ready;
}

/* Time queued by the kernel's count; the records do not tell when a waiting
 * worker was woken, so that a part of its blocked spans was queueing. */
static void use_queued(struct sums *s, int64_t queued_ns)
{
    if (s->ready >= 0 && s->blocked >= 0)
        s->blocked += s->ready - queued_ns;
    s->ready = queued_ns;
}

/* What /proc said last, where that is better than what the timeline says. */
static void sums_from_proc(const struct observer *o, int id,
                           const struct board_counts *born, struct sums *s)
{
    const struct watched *w = &o->watched[id];
    const struct proc_task *p = &w->proc;
    if (o->trace->spec.workload == WORKLOAD_COMMAND)
        return; /* what was read is the command's */

    int64_t queued =
        p->has & PROC_TIMES ? since(p->queued_ns, LOAD(born->queued_ns)) : -1;

    if (queued >= 0 && s->run >= 0 && o->rung != &rung_gap && queued > s->ready)
        use_queued(s, queued);
    if (s->run >= 0)
        return;
    if (p->has & PROC_TIMES) {
        s->run = p->run_ns - LOAD(born->run_ns);
        s->ready = queued;
        if (queued >= 0)
            s->blocked = w->proc_ns - LOAD(born->at_ns) - s->run - queued;
    }
    if (p->has & PROC_SWITCHES) {
        s->voluntary = p->voluntary - LOAD(born->voluntary);
        s->involuntary = p->involuntary - LOAD(born->involuntary);
    }
}

/* A run begins at the gate: @early_ns before that are no part of a worker's
 * life in it. It stood waiting there, but for what it took to get there. */
static void sums_from_gate(struct sums *s, int64_t early_ns)
{
    int64_t *const parts[] = {&s->blocked, &s->ready, &s->run};

    if (early_ns <= 0 || early_ns > s->life)
        return;
    s->life -= early_ns;
    if (s->run < 0 || s->ready < 0)
        return; /* not known */
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        int64_t part = early_ns < *parts[i] ? early_ns : *parts[i];

        *parts[i] -= part;
        early_ns -= part;
    }
}

static struct sums sums_of(const struct observer *o, int id, int64_t now_ns)
{
    struct board_row *row = board_row(o->board, (uint32_t)id);
    const struct line *l = &o->lines.v[id];
    bool over = l->phase == LINE_OVER;
    struct sums s = {-1, -1, -1, -1, -1, -1, -1, -1, -1};

    if (over)
        now_ns = l->ended_ns;
    s.life = now_ns > l->born_ns ? now_ns - l->born_ns : 0;
    sums_from_spans(o, id, now_ns, &s);
    if (o->trace->spec.model == MODEL_COOP) /* the kernel sees one thread */
        s.voluntary = s.involuntary = s.migrations = -1;
    else if (over && o->watched[id].told_end)
        sums_from_end(row, &s);
    else
        sums_from_proc(o, id, &row->born, &s);
    sums_from_gate(&s, o->trace->gate_ns - l->born_ns);
    return s;
}

static void set_time(struct metrics *m, enum metric which, int64_t ns)
{
    m->has[which] = ns >= 0;
    m->value[which] = seconds(ns);
}

static void set_count(struct metrics *m, enum metric which, int64_t n)
{
    m->has[which] = n >= 0;
    m->value[which] = (double)n;
}

/* What its commands computed counts as its own; how long they queued for a core
 * nobody measured, and how their time divides is not kept. */
static void add_command(struct board_row *row, struct sums *s)
{
    const int which = METRIC_CHILD_CPU_S - METRIC_REPORTED_FIRST;

    if (s->run >= 0)
        s->run += LOAD(row->reported[which]);
    s->ready = s->blocked = s->user = s->sys = -1;
}

static void tell_totals(const struct observer *o, int id, int64_t now_ns,
                        struct sums *s)
{
    struct board_row *row = board_row(o->board, (uint32_t)id);
    struct trace_worker *w = &o->trace->workers[id];
    struct metrics *m = &w->metrics;

    *s = sums_of(o, id, now_ns);
    if (o->trace->spec.workload == WORKLOAD_COMMAND)
        add_command(row, s);
    set_time(m, METRIC_LIFE_S, s->life);
    set_time(m, METRIC_RUN_S, s->run);
    set_time(m, METRIC_CPU_S, o->trace->spec.model == MODEL_COOP ? -1 : s->run);
    set_time(m, METRIC_READY_S, s->ready);
    /* Two clocks were compared: a hair below nought is nought. */
    set_time(m, METRIC_BLOCKED_S,
             s->run >= 0 && s->ready >= 0 && s->blocked < 0 ? 0 : s->blocked);
    set_time(m, METRIC_USER_S, s->user);
    set_time(m, METRIC_SYS_S, s->sys);
    set_count(m, METRIC_SWITCHES_VOLUNTARY, s->voluntary);
    set_count(m, METRIC_SWITCHES_INVOLUNTARY, s->involuntary);
    set_count(m, METRIC_MIGRATIONS, s->migrations);
    set_time(m, METRIC_LOCK_WAIT_S, LOAD(row->wait_ns[WAIT_LOCK]));
    set_time(m, METRIC_IO_WAIT_S,
             LOAD(row->wait_ns[WAIT_IO]) + LOAD(row->wait_ns[WAIT_SLEEP]));
    if (o->trace->spec.model == MODEL_GIL)
        set_time(m, METRIC_GIL_WAIT_S, LOAD(row->wait_ns[WAIT_GIL]));
    if (o->trace->spec.model == MODEL_COOP)
        set_time(m, METRIC_LOOP_WAIT_S, LOAD(row->wait_ns[WAIT_LOOP]));
    set_count(m, METRIC_TASKS_DONE, LOAD(row->tasks_done));
    set_count(m, METRIC_TASKS_FAILED, LOAD(row->tasks_failed));
    w->ops = LOAD(row->ops);
}

/* What only /proc knows: with records the time queued, without a complete
 * timeline everything, but counts of switches, the dearest, less often. */
static unsigned proc_wanted(const struct observer *o)
{
    unsigned counts = o->pumps % 8 == 0 ? PROC_SWITCHES : 0;

    if (o->rung == &rung_off || o->rung == &rung_gap)
        return 0;
    if (o->rung == &rung_sampled)
        return PROC_TIMES | PROC_STATE | counts;
    return PROC_TIMES | (observer_complete(o) ? 0 : counts);
}

/* How many to ask: with more than there are descriptors for it is dearer. */
static int proc_most(const struct observer *o)
{
    if (o->rung == &rung_sampled && o->live_count <= PROC_TASKS)
        return o->live_count;
    return o->live_count < PROC_A_PUMP ? o->live_count : PROC_A_PUMP;
}

/* A worker that runs a command is drawn as that command is: from samples. Its
 * own numbers are told by its own counts at the end. */
static void command_change(struct observer *o, int id, int32_t child_pid)
{
    struct watched *w = &o->watched[id];

    if (w->child_pid == child_pid)
        return;
    w->child_pid = child_pid;
    proc_forget(o->proc, id);
    w->last.run_ns = w->last.queued_ns = 0; /* the new one begins at nought */
}

static void proc_ask(struct observer *o, int64_t now_ns)
{
    unsigned want = proc_wanted(o);
    int most = proc_most(o);

    if (want == 0)
        return;
    for (int i = 0; i < most; i++) {
        int id = o->live[(o->turn + i) % o->live_count];
        struct board_row *row = board_row(o->board, (uint32_t)id);
        struct watched *w = &o->watched[id];
        struct proc_task got;

        if (o->lines.v[id].phase != LINE_ALIVE)
            continue;
        command_change(o, id, LOAD(row->child_pid));
        if (w->child_pid != 0)
            proc_read(o->proc, id, w->child_pid, w->child_pid,
                      PROC_TIMES | PROC_STATE, &got);
        else
            proc_read(o->proc, id, LOAD(row->pid), LOAD(row->tid), want, &got);
        if (!got.has)
            continue;
        if (!(got.has & PROC_SWITCHES) && (w->proc.has & PROC_SWITCHES)) {
            got.has |= PROC_SWITCHES;
            got.voluntary = w->proc.voluntary;
            got.involuntary = w->proc.involuntary;
        }
        w->proc = got;
        w->proc_ns = most > 1 ? clock_now_ns() : now_ns;
    }
    if (o->live_count > 0)
        o->turn = (o->turn + most) % o->live_count;
}

/* This worker's part of a row of running totals. */
static struct trace_sample part_of(const struct trace_worker *w,
                                   const struct sums *s)
{
    return (struct trace_sample){
        .ops = w->ops,
        .tasks_done = (int64_t)metric_get(&w->metrics, METRIC_TASKS_DONE, 0),
        .voluntary = s->voluntary > 0 ? s->voluntary : 0,
        .involuntary = s->involuntary > 0 ? s->involuntary : 0,
        .migrations = s->migrations > 0 ? s->migrations : 0,
        .cpu_ns = s->run > 0 ? s->run : 0,
    };
}

static void add_part(struct trace_sample *to, const struct trace_sample *part)
{
    to->ops += part->ops;
    to->tasks_done += part->tasks_done;
    to->voluntary += part->voluntary;
    to->involuntary += part->involuntary;
    to->migrations += part->migrations;
    to->cpu_ns += part->cpu_ns;
}

/* Totals of a crowd are brought up to date a part of it at a time. */
static bool totals_due(const struct observer *o, int id)
{
    int64_t parts = 1 + o->live_count / 256;

    return o->lines.v[id].phase == LINE_OVER ||
           !o->trace->workers[id].metrics.has[METRIC_LIFE_S] ||
           (o->pumps + id) % parts == 0;
}

/* False: this worker needs no more looks. */
static bool worker_totals(struct observer *o, int id, int64_t now_ns,
                          bool final, struct trace_sample *sum)
{
    struct board_row *row = board_row(o->board, (uint32_t)id);
    uint32_t life = ACQUIRE(row->life);
    struct trace_worker *w = trace_worker(o->trace, id);
    struct trace_sample *part = &o->watched[id].part;
    struct line *l = &o->lines.v[id];
    struct sums s;

    if (!w)
        return true;
    w->pid = LOAD(row->pid);
    if (life == BOARD_REFUSED)
        w->life = LIFE_REFUSED;
    else if (l->phase != LINE_NONE)
        line_show(&o->lines, id);
    if (l->phase < LINE_ALIVE)
        return life != BOARD_REFUSED && !final;
    if (totals_due(o, id)) {
        tell_totals(o, id, now_ns, &s);
        *part = part_of(w, &s);
    }
    add_part(sum, part);
    if (l->phase != LINE_OVER)
        return true;
    add_part(&o->settled, part);
    proc_forget(o->proc, id);
    return false;
}

void workers_totals(struct observer *o, int64_t now_ns, bool final,
                    struct trace_sample *sum)
{
    int kept = 0;

    if (!final)
        proc_ask(o, now_ns);
    *sum = o->settled;
    for (int i = 0; i < o->live_count; i++)
        if (worker_totals(o, o->live[i], now_ns, final, sum))
            o->live[kept++] = o->live[i];
    o->live_count = kept;
    if (o->trace->spec.model == MODEL_COOP)
        loop_totals(o, sum);
    o->pumps++;
}
