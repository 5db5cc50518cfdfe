/* The observer on real workers: every switch in the trace, counts as the
 * kernel has them, spans that tile each life. Invariants only: never how long
 * anything takes. Rungs that this machine refuses are skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/tiling.h"

#include "base/clock.h"
#include "lab/lab.h"
#include "lib/drive.h"
#include "observe/gaps.h"
#include "observe/perf.h"
#include "observe/observe.h"
#include "observe/price.h"

/* ---- what holds for every run ------------------------------------------- */

/* Spans follow each other without hole or overlap, from birth to end. */
static void assert_tiled(const struct trace *t)
{
    for (int id = 0; id < t->worker_count; id++) {
        const struct trace_worker *w = &t->workers[id];
        struct tiling tiling = {.worker = id, .at_ns = w->born_ns};

        if (w->born_ns == 0)
            continue;
        assert_int_equal(w->life, LIFE_ENDED);
        trace_each_span(t, INT64_MIN, INT64_MAX, tile, &tiling);
        assert_int_equal(tiling.holes, 0);
        assert_int_equal(tiling.at_ns, w->end_ns);
    }
}

static double metric(const struct trace_worker *w, enum metric which)
{
    if (!w->metrics.has[which])
        fail_msg("%s was not measured", metric_infos[which].name);
    return w->metrics.value[which];
}

/* What the kernel and the workers counted themselves. */
static void assert_totals(const struct trace *t)
{
    assert_true(t->worker_count > 0);
    for (int id = 0; id < t->worker_count; id++) {
        const struct trace_worker *w = &t->workers[id];
        double life = metric(w, METRIC_LIFE_S);
        double sum = metric(w, METRIC_RUN_S) + metric(w, METRIC_READY_S) +
                     metric(w, METRIC_BLOCKED_S);

        assert_true(life > 0);
        assert_true(metric(w, METRIC_SWITCHES_VOLUNTARY) >= 0);
        assert_true(metric(w, METRIC_SWITCHES_INVOLUNTARY) >= 0);
        if (sum < life * 0.999 || sum > life * 1.001)
            fail_msg("worker %d: run + ready + blocked %.6f, life %.6f", id,
                     sum, life);
    }
}

/* Every switch that the kernel counted is in the trace, and no other. A machine
 * too busy to empty the rings loses records: then no more is missing than was
 * told, a record or more each. */
static void assert_exact(const struct trace *t)
{
    int64_t missing = 0;

    for (int id = 0; id < t->worker_count; id++) {
        const struct trace_worker *w = &t->workers[id];
        int64_t voluntary = (int64_t)metric(w, METRIC_SWITCHES_VOLUNTARY);
        int64_t involuntary = (int64_t)metric(w, METRIC_SWITCHES_INVOLUNTARY);

        assert_true(w->traced_voluntary <= voluntary);
        assert_true(w->traced_involuntary <= involuntary);
        missing += voluntary - w->traced_voluntary + involuntary -
                   w->traced_involuntary;
    }
    assert_true(missing <= t->observer.lost);
    if (t->observer.lost > 0)
        return;
    for (int id = 0; id < t->worker_count; id++) {
        const struct trace_worker *w = &t->workers[id];

        if (metric(w, METRIC_SWITCHES_VOLUNTARY) !=
                (double)w->traced_voluntary ||
            metric(w, METRIC_SWITCHES_INVOLUNTARY) !=
                (double)w->traced_involuntary)
            fail_msg("worker %d: kernel %.0f + %.0f switches, trace %" PRId64
                     " + %" PRId64,
                     id, metric(w, METRIC_SWITCHES_VOLUNTARY),
                     metric(w, METRIC_SWITCHES_INVOLUNTARY),
                     w->traced_voluntary, w->traced_involuntary);
        assert_int_equal(w->span_ns[SPAN_UNKNOWN], 0);
        metric(w, METRIC_MIGRATIONS);
    }
}

static bool allowed(enum spec_observer kind)
{
    struct machine m;
    struct trace_observer why;
    struct spec spec;

    machine_read(&m);
    spec_defaults(&spec, WORKLOAD_SPIN);
    spec.observer = kind;
    return observe_probe(&spec, &m, &why, NULL) == 0;
}

/* ---- exact rungs -------------------------------------------------------- */

static const struct exact_case {
    enum spec_observer kind;
    const char *rung;
} exact_rungs[] = {
    {OBSERVER_PERF_CPU, "perf-cpu"},
    {OBSERVER_PERF, "perf"},
    {OBSERVER_GAP, "gap"},
};

static const char *const exact_lines[] = {
    "spin --model threads --workers 4 --task-ms 2 --tasks 60",
    "spin --model processes --workers 4 --task-ms 2 --tasks 60",
    "spin --model sequential --task-ms 2 --tasks 20",
    "spin --model gil --workers 3 --task-ms 2 --tasks 40",
    "sleep --model threads --workers 8 --tasks 80 --task-ms 2",
    "pingpong --model threads --workers 2 --cpus 0 --duration 0.1",
    "pingpong --model processes --workers 3 --duration 0.1",
    "counter --sync mutex --workers 3 --duration 0.1",
    "counter --sync spin --workers 3 --duration 0.1",
    "counter --phases none:0.05,mutex:0.05,none:0.05 --workers 3",
};

/* Run @line; once more, some times, when this machine was too busy to empty
 * the rings: that is told, and promises less. */
static struct source *run_without_losses(const char *line)
{
    struct source *s = drive_run(line);

    for (int i = 0; i < 10 && s->trace->observer.lost > 0; i++) {
        s->class->close(s);
        s = drive_run(line);
    }
    return s;
}

static void every_switch_is_in_the_trace(void **state)
{
    const struct exact_case *c = *state;

    if (!allowed(c->kind))
        skip();
    for (size_t i = 0; i < sizeof(exact_lines) / sizeof(exact_lines[0]); i++) {
        char line[200];
        struct source *s;

        snprintf(line, sizeof(line), "%s --observer %s", exact_lines[i],
                 c->rung);
        s = run_without_losses(line);
        assert_int_equal(s->trace->observer.kind, c->kind);
        assert_string_equal(s->trace->error, "");
        assert_exact(s->trace);
        assert_tiled(s->trace);
        assert_totals(s->trace);
        assert_true(s->trace->sample_count > 0);
        s->class->close(s);
    }
}

/* ---- the others --------------------------------------------------------- */

static void totals_are_exact_on_every_rung(void **state)
{
    const char *rung = *state;
    char line[200];
    struct source *s;

    snprintf(line, sizeof(line),
             "spin --workers 4 --task-ms 2 --tasks 80 --observer %s", rung);
    s = drive_run(line);
    assert_string_equal(s->trace->error, "");
    assert_tiled(s->trace);
    assert_totals(s->trace);
    s->class->close(s);
}

/* How often the records stopped and went on; they do not overlap. */
static int pauses(const struct trace *t)
{
    int64_t before_ns = 0;
    int n = 0;

    for (size_t i = 0; i < t->event_count; i++) {
        const struct trace_event *e = &t->events[i];

        if (e->kind != EVENT_BLIND)
            continue;
        assert_true(e->start_ns > before_ns && e->start_ns < e->at_ns);
        before_ns = e->at_ns;
        n++;
    }
    return n;
}

static void bursts_leave_marked_gaps(void **state)
{
    struct source *s;
    int64_t unknown_ns = 0;

    (void)state;
    if (!allowed(OBSERVER_PERF))
        skip();
    s = drive_open("pingpong --workers 2 --duration 30 --observer "
                   "perf,duty=10%",
                   false);
    while (pauses(s->trace) < 2 && !s->done) /* recorded in between, too */
        drive_for(s, 20 * NS_PER_MS);
    assert_true(pauses(s->trace) >= 2);
    s->class->stop(s, VERDICT_INTERRUPTED);
    drive_to_end(s);
    assert_tiled(s->trace);
    assert_totals(s->trace);
    for (int id = 0; id < s->trace->worker_count; id++)
        unknown_ns += s->trace->workers[id].span_ns[SPAN_UNKNOWN];
    assert_true(unknown_ns > 0);
    s->class->close(s);
}

static void a_killed_lab_leaves_no_open_span(void **state)
{
    const char *rung = *state;
    char line[200];
    struct source *s;

    snprintf(line, sizeof(line), "spin --workers 3 --duration 30 --observer %s",
             rung);
    s = drive_open(line, false);
    while (!s->running || s->trace->worker_count < 3)
        drive_for(s, 20 * NS_PER_MS);
    s->class->stop(s, VERDICT_INTERRUPTED);
    s->class->stop(s, VERDICT_INTERRUPTED); /* the second kills */
    drive_to_end(s);
    assert_tiled(s->trace);
    for (int id = 0; id < s->trace->worker_count; id++)
        assert_int_not_equal(s->trace->workers[id].life, LIFE_ALIVE);
    s->class->close(s);
}

/* ---- two rungs watch one run -------------------------------------------- */

#define TWICE_WORKERS 4 /* every line below has so many */

struct queue { /* one worker's events, on their way to the marks */
    struct board_event *v;
    size_t count, cap, used;
};

struct twice {
    struct lab lab;
    struct trace *by_perf, *by_gaps;
    struct lines perf_lines, gap_lines;
    struct queue queues[TWICE_WORKERS];
    struct marks marks;
    struct gaps gaps;
    struct perf perf;
    struct switches *switches;
    bool born[TWICE_WORKERS];
};

static bool queue_take(void *from, int id, struct board_event *out)
{
    struct queue *q = (struct queue *)from + id;

    if (q->used == q->count)
        return false;
    *out = q->v[q->used++];
    return true;
}

static void queue_put(struct queue *q, const struct board_event *e)
{
    if (q->count == q->cap) {
        q->cap = q->cap ? q->cap * 2 : 1024;
        q->v = realloc(q->v, q->cap * sizeof(*q->v));
        assert_non_null(q->v);
    }
    q->v[q->count++] = *e;
}

static void twice_open(struct twice *t, const char *line, size_t ring_bytes)
{
    struct machine m;
    struct spec spec;
    struct err err;

    machine_read(&m);
    *t = (struct twice){0};
    assert_int_equal(spec_parse_line(&spec, line, &err), 0);
    assert_int_equal(spec_check(&spec, &m, &err), 0);
    assert_int_equal(
        lab_start(&t->lab, &spec, false, WATCH_MARKS | WATCH_GAPS, &err), 0);
    if (perf_open(&t->perf, t->lab.pid, &m.allowed, false, ring_bytes, &err)) {
        lab_close(&t->lab);
        fail_msg("%s", err.text);
    }
    assert_int_equal(spec.workers, TWICE_WORKERS);
    t->by_perf = trace_new(&spec, &m);
    t->by_gaps = trace_new(&spec, &m);
    t->perf_lines.trace = t->by_perf;
    t->gap_lines.trace = t->by_gaps;
    t->marks.take = queue_take;
    t->marks.from = t->queues;
    t->gaps.lines = &t->gap_lines;
    t->switches = switches_new(&t->perf_lines, &t->marks, false);
    assert_true(lines_grow(&t->perf_lines, TWICE_WORKERS));
    assert_true(lines_grow(&t->gap_lines, TWICE_WORKERS));
    assert_true(marks_grow(&t->marks, TWICE_WORKERS));
    assert_true(gaps_grow(&t->gaps, TWICE_WORKERS));
    lab_go(&t->lab);
}

static void twice_worker(struct twice *t, int id)
{
    struct board_row *row = board_row(t->lab.board, (uint32_t)id);
    struct line *l = &t->perf_lines.v[id];
    int64_t born = atomic_load(&row->born.at_ns);
    int64_t ended = atomic_load(&row->ended.at_ns);
    bool over = atomic_load(&row->life) == BOARD_ENDED;
    struct board_event e;

    if (l->phase == LINE_NONE && atomic_load(&row->tid))
        assert_true(switches_named(t->switches, id, atomic_load(&row->tid)));
    if (l->phase != LINE_NONE && !t->born[id] && born) {
        t->born[id] = true;
        switches_born(t->switches, id, born, atomic_load(&row->born.cpu));
        line_open(&t->gap_lines, id, born, atomic_load(&row->born.cpu));
    }
    while (t->born[id] && board_take_event(t->lab.board, (uint32_t)id, &e)) {
        queue_put(&t->queues[id], &e);
        gaps_event(&t->gaps, id, &e);
    }
    if (t->born[id] && ended < 0)
        switches_closing(t->switches, id);
    if (t->born[id] && ended > 0)
        switches_ended(t->switches, id, ended);
    if (t->born[id] && over)
        gaps_end(&t->gaps, id, ended);
}

/* Endless work is stopped from outside when its time is over. */
static void twice_stop(struct twice *t)
{
    struct board_control *c = &t->lab.board->control;

    atomic_store(&c->stop, 1);
    atomic_fetch_add(&c->generation, 1);
    lab_ring(&t->lab);
}

/* Run to the end, looking every @pace_ms; 0: only when it is over. */
static void twice_run(struct twice *t, unsigned pace_ms)
{
    int64_t duration_ns = t->by_perf->spec.duration_ns;
    int64_t end_ns = clock_now_ns() + duration_ns;
    bool over;

    do {
        int64_t now_ns;

        usleep((pace_ms ? pace_ms : 10) * 1000);
        if (duration_ns > 0 && clock_now_ns() >= end_ns)
            twice_stop(t);
        over = lab_reap(&t->lab);
        if (!over && pace_ms == 0)
            continue;
        now_ns = clock_now_ns();
        for (int id = 0; id < TWICE_WORKERS; id++)
            twice_worker(t, id);
        perf_look(&t->perf);
        switches_drain(t->switches, t->perf.feeds, t->perf.count,
                       over ? INT64_MAX : now_ns - NS_PER_MS);
        perf_release(&t->perf);
    } while (!over);
    for (int id = 0; id < TWICE_WORKERS; id++) {
        line_show(&t->perf_lines, id);
        line_show(&t->gap_lines, id);
    }
}

static void twice_close(struct twice *t)
{
    perf_close(&t->perf);
    switches_free(t->switches);
    gaps_fini(&t->gaps);
    marks_fini(&t->marks);
    lines_fini(&t->perf_lines);
    lines_fini(&t->gap_lines);
    for (int id = 0; id < TWICE_WORKERS; id++)
        free(t->queues[id].v);
    trace_free(t->by_perf);
    trace_free(t->by_gaps);
    lab_close(&t->lab);
}

static bool twice_lost(const struct twice *t)
{
    return t->by_perf->observer.lost > 0 || t->by_gaps->observer.lost > 0;
}

/* The next span of @worker from number *@n on, or NULL. */
static const struct span *next_span(const struct trace *t, int worker,
                                    uint64_t *n)
{
    const struct span *s;

    while ((s = trace_span_at(t, (*n)++)) != NULL)
        if (s->worker == worker)
            return s;
    return NULL;
}

static bool on_core(const struct span *s)
{
    return s->state == SPAN_RUNNING || s->state == SPAN_SPINNING;
}

/* A worker found switches in this gap or wait. Where in it the worker was on
 * its core is not known exactly: an interrupt, or a host that lends its
 * processors, may have taken a part of it. */
static bool has_switches(const struct board_event *e)
{
    return (e->kind == BOARD_GAP || e->kind == BOARD_WAIT_END) &&
           e->voluntary + e->involuntary > 0;
}

struct apart {
    int64_t in_gaps, in_waits; /* of a stretch of time, ns */
};

/* How much of the time between the two lies in gaps and in waits. Times grow
 * from call to call; *@first is the first event that still matters. */
static struct apart apart(const struct queue *q, size_t *first, int64_t from_ns,
                          int64_t to_ns)
{
    struct apart a = {0};

    while (*first < q->count &&
           (!has_switches(&q->v[*first]) || q->v[*first].end_ns <= from_ns))
        ++*first;
    for (size_t i = *first; i < q->count && q->v[i].begin_ns < to_ns; i++) {
        const struct board_event *e = &q->v[i];
        int64_t begin_ns = e->begin_ns > from_ns ? e->begin_ns : from_ns;
        int64_t end_ns = e->end_ns < to_ns ? e->end_ns : to_ns;

        if (!has_switches(e) || begin_ns >= end_ns)
            continue;
        if (e->kind == BOARD_GAP)
            a.in_gaps += end_ns - begin_ns;
        else
            a.in_waits += end_ns - begin_ns;
    }
    return a;
}

/* Of one life, as records and gaps tell it. */
struct difference {
    /* One says that the worker had a core and the other that not, or another
     * one; outside of gaps and waits with switches in them. */
    int64_t ns;
    /* Without a core, outside of such waits: of those the worker does not know
     * how long it still ran, and of gaps it does. */
    int64_t off_perf_ns, off_gaps_ns;
};

static struct difference difference(const struct twice *t, int worker)
{
    const struct queue *q = &t->queues[worker];
    uint64_t na = 0, nb = 0;
    size_t first = 0;
    const struct span *a = next_span(t->by_perf, worker, &na);
    const struct span *b = next_span(t->by_gaps, worker, &nb);
    int64_t at_ns = a ? a->start_ns : 0;
    struct difference d = {0};

    while (a && b) {
        int64_t to_ns = a->end_ns < b->end_ns ? a->end_ns : b->end_ns;
        struct apart in = apart(q, &first, at_ns, to_ns);
        int64_t ns = to_ns - at_ns - in.in_waits;

        if (on_core(a) != on_core(b) || (on_core(a) && a->cpu != b->cpu))
            d.ns += ns - in.in_gaps;
        if (!on_core(a))
            d.off_perf_ns += ns;
        if (!on_core(b))
            d.off_gaps_ns += ns;
        at_ns = to_ns;
        if (a->end_ns == to_ns)
            a = next_span(t->by_perf, worker, &na);
        if (b->end_ns == to_ns)
            b = next_span(t->by_gaps, worker, &nb);
    }
    assert_null(a);
    assert_null(b);
    return d;
}

static const char *const twice_lines[] = {
    "spin --workers 4 --task-ms 2 --tasks 150",
    "sleep --workers 4 --tasks 40 --task-ms 5",
    "pingpong --workers 4 --duration 0.1",
};

static void records_and_gaps_agree(void **state)
{
    struct twice t;

    if (!allowed(OBSERVER_PERF))
        skip();
    twice_open(&t, *state, (size_t)1 << 20);
    twice_run(&t, 10);
    for (int i = 0; i < 10 && twice_lost(&t); i++) {
        twice_close(&t);
        twice_open(&t, *state, (size_t)1 << 20);
        twice_run(&t, 10);
    }
    if (twice_lost(&t)) { /* too busy a machine, which is told */
        twice_close(&t);
        skip();
    }
    assert_tiled(t.by_perf);
    assert_tiled(t.by_gaps);
    for (int id = 0; id < TWICE_WORKERS; id++) {
        const struct line *a = &t.perf_lines.v[id], *b = &t.gap_lines.v[id];
        int64_t switches = a->voluntary + a->involuntary;
        int64_t most_ns = (switches + 1) * 2 * 50 * NS_PER_US;
        struct difference d = difference(&t, id);

        assert_int_equal(a->voluntary, b->voluntary);
        assert_int_equal(a->involuntary, b->involuntary);
        if (d.ns > most_ns || imaxabs(d.off_perf_ns - d.off_gaps_ns) > most_ns)
            fail_msg("worker %d: %" PRId64
                     " ns apart, off its core for %" PRId64
                     " ns and by its own word for %" PRId64 ", in %" PRId64
                     " switches",
                     id, d.ns, d.off_perf_ns, d.off_gaps_ns, switches);
    }
    twice_close(&t);
}

static const struct loss_case {
    const char *name, *line;
    unsigned pace_ms;
} loss_cases[] = {
    {"losses are holes", "pingpong --workers 4 --cpus 0 --duration 1", 400},
    /* No record comes after them that the kernel could note them before. */
    {"losses at the end are holes, too",
     "sleep --workers 4 --cpus 0 --tasks 4000 --task-ms 1", 0},
};

/* Switches of a worker that the kernel counted and the records lack. */
static int64_t missing_of(const struct twice *t, int id)
{
    const struct board_row *row = board_row(t->lab.board, (uint32_t)id);
    const struct line *l = &t->perf_lines.v[id];

    return atomic_load(&row->ended.voluntary) -
           atomic_load(&row->born.voluntary) +
           atomic_load(&row->ended.involuntary) -
           atomic_load(&row->born.involuntary) - l->voluntary - l->involuntary;
}

/* A ring that is emptied too seldom loses records, and says how many and when;
 * what is not known is not made up. */
static void losses_are_holes(void **state)
{
    const struct loss_case *c = *state;
    struct twice t;
    int64_t told = 0, unknown_ns = 0, missing = 0;

    if (!allowed(OBSERVER_PERF))
        skip();
    twice_open(&t, c->line, (size_t)64 << 10);
    if (c->pace_ms == 0 && !t.perf.counts_drops) {
        twice_run(&t, 10);
        twice_close(&t);
        skip();
    }
    twice_run(&t, c->pace_ms);
    for (size_t i = 0; i < t.by_perf->event_count; i++)
        if (t.by_perf->events[i].kind == EVENT_LOST)
            told += t.by_perf->events[i].value;
    for (int id = 0; id < t.by_perf->worker_count; id++) {
        unknown_ns += t.by_perf->workers[id].span_ns[SPAN_UNKNOWN];
        missing += missing_of(&t, id);
    }
    assert_tiled(t.by_perf);
    assert_true(missing >= 0 && missing <= told);
    assert_int_equal(told, t.by_perf->observer.lost);
    /* A starved lab may switch too little to lose any. */
    assert_true(missing > 0 || c->pace_ms > 0);
    assert_true(unknown_ns > 0 || missing == 0);
    assert_true(unknown_ns == 0 || told > 0);
    twice_close(&t);
}

/* ---- refusals: each in a child of its own ------------------------------- */

static void refuse_perf(int error)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_perf_event_open, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = 4, .filter = filter};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        _exit(77);
}

/* 0: right. */
static int refused_child(int error)
{
    struct trace_observer why = {0};
    struct machine m;
    struct spec spec;
    struct err err = {0};

    machine_read(&m);
    refuse_perf(error);
    spec_defaults(&spec, WORKLOAD_SPIN);
    if (observe_probe(&spec, &m, &why, &err) != 0 || why.kind != OBSERVER_GAP ||
        !why.reason[0] || err.text[0])
        return 1;
    spec.observer = OBSERVER_PERF;
    if (observe_probe(&spec, &m, &why, &err) != -error ||
        !strstr(err.text, "--observer perf "))
        return 2;
    spec.observer = OBSERVER_GAP;
    if (observe_probe(&spec, &m, &why, &err) != 0 || why.kind != OBSERVER_GAP)
        return 3;
    return price_measure_ns(OBSERVER_PERF, 10000) < 0 ? 0 : 4;
}

static const struct refusal {
    const char *name;
    int error;
} refusals[] = {
    {"perf refused: not permitted (seccomp)", EPERM},
    {"perf refused: paranoid", EACCES},
    {"perf refused: no such call", ENOSYS},
    {"perf refused: too many files", EMFILE},
    {"perf refused: no memory", ENOMEM},
    {"perf refused: old kernel", EINVAL},
};

static void refusals_fall_back_and_say_why(void **state)
{
    const struct refusal *r = *state;
    pid_t pid = fork();
    int status;

    assert_true(pid >= 0);
    if (pid == 0)
        _exit(refused_child(r->error));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip(); /* filters are not allowed here */
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void price_has_a_sign(void **state)
{
    (void)state;
    assert_true(price_measure_ns(OBSERVER_OFF, 10000) < 0);
    assert_true(price_measure_ns(OBSERVER_SAMPLED, 10000) < 0);
    assert_true(price_measure_ns(OBSERVER_GAP, 10000) >= 0);
    if (allowed(OBSERVER_PERF))
        assert_true(price_measure_ns(OBSERVER_PERF, 10000) >= 0);
    /* Nobody is left behind. */
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define CASE(title, function, argument)                                        \
    (struct CMUnitTest)                                                        \
    {                                                                          \
        .name = title, .test_func = function,                                  \
        .initial_state = (void *)(uintptr_t)(argument)                         \
    }

int main(void)
{
    struct CMUnitTest tests[40];
    size_t n = 0;

    for (size_t i = 0; i < COUNT(exact_rungs); i++)
        tests[n++] = CASE(exact_rungs[i].rung, every_switch_is_in_the_trace,
                          &exact_rungs[i]);
    tests[n++] = CASE("sampled", totals_are_exact_on_every_rung, "sampled");
    tests[n++] = CASE("off", totals_are_exact_on_every_rung, "off");
    tests[n++] = CASE("bursts leave marked gaps", bursts_leave_marked_gaps, 0);
    tests[n++] =
        CASE("killed (auto)", a_killed_lab_leaves_no_open_span, "auto");
    tests[n++] = CASE("killed (gap)", a_killed_lab_leaves_no_open_span, "gap");
    for (size_t i = 0; i < COUNT(twice_lines); i++)
        tests[n++] =
            CASE(twice_lines[i], records_and_gaps_agree, twice_lines[i]);
    for (size_t i = 0; i < COUNT(loss_cases); i++)
        tests[n++] = CASE(loss_cases[i].name, losses_are_holes, &loss_cases[i]);
    for (size_t i = 0; i < COUNT(refusals); i++)
        tests[n++] = CASE(refusals[i].name, refusals_fall_back_and_say_why,
                          &refusals[i]);
    tests[n++] = CASE("price", price_has_a_sign, 0);
    return _cmocka_run_group_tests("observe", tests, n, NULL, NULL);
}
