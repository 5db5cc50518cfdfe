/* The observer: opens a rung, pumps it, keeps totals. Screen process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "observe/inner.h"

/* A row of running totals so often at most; a little less than the pump's
 * pace, or every second one would be skipped. */
#define SAMPLE_NS (30 * NS_PER_MS)
#define PUMP_NS (NS_PER_S / 30)

static bool rung_is_perf(const struct rung *r)
{
    return r == &rung_perf || r == &rung_perf_cpu;
}

/* The rung could not be had after all: workers find their own gaps instead,
 * unless the spec insists. */
static int fall_back(struct observer *o, int rc, struct err *err)
{
    struct trace_observer *t = &o->trace->observer;

    if (!rung_is_perf(o->rung) || o->trace->spec.observer != OBSERVER_AUTO ||
        o->board->ring_events == 0)
        return rc;
    snprintf(t->reason, sizeof t->reason, "%.*s", (int)sizeof t->reason - 1,
             err->text);
    t->remedy[0] = '\0';
    t->kind = OBSERVER_GAP;
    o->rung = &rung_gap;
    atomic_fetch_or(&o->board->control.watch, rung_gap.watch);
    *err = (struct err){0};
    return 0;
}

int observer_open(struct observer **out, pid_t pid, struct board *board,
                  struct trace *trace, struct err *err)
{
    struct observer *o = calloc(1, sizeof *o);
    struct err why = {0};
    int rc = 0;

    if (o) {
        o->proc = proc_new();
        o->cores = calloc(1, sizeof *o->cores);
    }
    if (!o || !o->proc || !o->cores) {
        observer_close(o);
        return err_set(err, -ENOMEM, "no memory for the observer");
    }
    o->pid = pid;
    o->board = board;
    o->trace = trace;
    o->lines.trace = trace;
    o->rung = rung_of(trace->observer.kind);
    if (o->rung->open)
        rc = o->rung->open(o, &why);
    if (rc < 0)
        rc = fall_back(o, rc, &why);
    if (rc < 0) {
        o->rung = &rung_off; /* nothing of the rung's is there to close */
        observer_close(o);
        return err_set(err, rc, "%s", why.text);
    }
    *out = o;
    return 0;
}

void observer_close(struct observer *o)
{
    if (!o)
        return;
    if (o->rung && o->rung->close)
        o->rung->close(o);
    workers_fini(o);
    proc_free(o->proc);
    free(o->cores);
    free(o);
}

int observer_fds(struct observer *o, struct pollfd *out, int max)
{
    return o->rung->fds ? o->rung->fds(o, out, max) : 0;
}

static void keep_sample(struct observer *o, struct trace_sample *sum,
                        int64_t now_ns, bool final)
{
    if (o->trace->gate_ns == 0 ||
        (!final && now_ns - o->sampled_ns < SAMPLE_NS))
        return;
    if (o->rung == &rung_off && !final)
        sum->voluntary = sum->involuntary = sum->migrations = -1;
    sum->at_ns = now_ns;
    sum->gil_handoffs = LOAD(o->board->gil_handoffs);
    trace_add_sample(o->trace, sum);
    o->sampled_ns = now_ns;
}

/* When the lab's last worker that nobody saw end must have ended: killed. */
static int64_t killed_at(const struct observer *o, int64_t now_ns)
{
    return o->trace->end_ns ? o->trace->end_ns : now_ns;
}

/* The kernel counted every switch of those that ended: what the records lack of
 * that was lost, even if nothing said so (before Linux 6.0 a full ring tells of
 * a loss only with the next record that fits, and after the last one never).
 * When it was is not known. */
static void missing_tell(struct observer *o)
{
    int64_t missing = 0;

    for (int id = 0; id < o->lines.count; id++) {
        struct board_row *row = board_row(o->board, (uint32_t)id);
        const struct line *l = &o->lines.v[id];

        if (!o->watched[id].told_end)
            continue;
        missing += LOAD(row->ended.voluntary) - LOAD(row->born.voluntary) +
                   LOAD(row->ended.involuntary) - LOAD(row->born.involuntary) -
                   l->voluntary - l->involuntary;
    }
    if (missing > o->trace->observer.lost)
        o->trace->observer.lost = missing;
}

void observer_pump(struct observer *o, int64_t now_ns, bool final)
{
    struct trace_observer *t = &o->trace->observer;
    int64_t cpu_ns = clock_thread_cpu_ns();
    struct trace_sample sum;

    if (o->pumped_ns && now_ns - o->pumped_ns > PUMP_NS)
        t->late_ms = (double)(now_ns - o->pumped_ns - PUMP_NS) / NS_PER_MS;
    else
        t->late_ms = 0;
    o->pumped_ns = now_ns;
    if (o->trace->gate_ns == 0)
        o->trace->gate_ns = LOAD(o->board->gate_ns);

    workers_scan(o);
    o->rung->drain(o, now_ns, final);
    if (final)
        o->rung->finish(o, killed_at(o, now_ns));
    workers_totals(o, now_ns, final, &sum);
    if (final && observer_complete(o))
        missing_tell(o);
    cores_update(o, now_ns, final);
    keep_sample(o, &sum, now_ns, final);
    if (now_ns > o->trace->now_ns)
        o->trace->now_ns = now_ns;
    t->cpu_s += (double)(clock_thread_cpu_ns() - cpu_ns) / NS_PER_S;
}

uint32_t observe_watch(enum spec_observer kind)
{
    return rung_of(kind)->watch;
}
