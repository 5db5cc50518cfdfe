/* What simulated workers asked for and got, where the experiment is about that:
 * the client of convoy, the readers of disk. Screen process. */
#include "base/clock.h"
#include "sim/as_trace.h"

/* In convoy a request is two calls, one to send it and one for its answer; the
 * client's next one begins when the one before is done. */
static void convoy_event(struct sim_tracer *x, const struct sim_event *e)
{
    if (e->kind != HAPPENS_WAIT || e->cause != WAIT_IO || e->task != 0)
        return;
    if (x->calls++ % 2 != 0)
        return;
    if (x->calls > 1) {
        hist_add(&x->trace->latency, e->at_ns - x->asked_ns);
        x->requests++;
        x->trace->workers[0].ops++;
    }
    x->asked_ns = e->at_ns;
}

/* On the drive's own clock, as the live run tells them. */
static void disk_event(struct sim_tracer *x, const struct sim_event *e)
{
    if (e->kind != HAPPENS_WOKEN || e->cause != WAIT_IO)
        return;
    hist_add(&x->trace->latency, (int64_t)((double)(e->at_ns - e->since_ns) *
                                           x->trace->spec.scale));
    x->requests++;
    x->trace->workers[e->task].ops++;
}

void sim_requests_event(struct sim_tracer *x, const struct sim_event *e)
{
    if (x->trace->spec.workload == WORKLOAD_CONVOY)
        convoy_event(x, e);
    else if (x->trace->spec.workload == WORKLOAD_DISK)
        disk_event(x, e);
}

static void set_latency(struct trace *t)
{
    static const struct {
        enum metric metric;
        double pct;
    } percentiles[] = {
        {METRIC_LATENCY_P50_MS, 50},
        {METRIC_LATENCY_P90_MS, 90},
        {METRIC_LATENCY_P95_MS, 95},
        {METRIC_LATENCY_P99_MS, 99},
    };
    const struct hist *h = &t->latency;
    struct metrics *m = &t->metrics;

    if (h->n == 0)
        return;
    for (size_t i = 0; i < sizeof(percentiles) / sizeof(percentiles[0]); i++)
        metric_set(m, percentiles[i].metric,
                   (double)hist_percentile_ns(h, percentiles[i].pct) /
                       NS_PER_MS);
    metric_set(m, METRIC_LATENCY_MAX_MS, (double)h->max_ns / NS_PER_MS);
    metric_set(m, METRIC_LATENCY_MEAN_MS,
               (double)h->sum_ns / (double)h->n / NS_PER_MS);
}

static void disk_look(struct sim_tracer *x)
{
    struct trace *t = x->trace;
    double bytes = (double)x->requests * (double)t->spec.bytes;
    double device_s =
        (double)(t->now_ns - t->gate_ns) / NS_PER_S * t->spec.scale;

    metric_set(&t->metrics, METRIC_BYTES, bytes);
    metric_set(&t->metrics, METRIC_DEVICE_S, device_s);
    if (device_s > 0)
        metric_set(&t->metrics, METRIC_DEVICE_BYTES_PER_S, bytes / device_s);
}

void sim_requests_look(struct sim_tracer *x)
{
    struct trace *t = x->trace;
    double computed_s = 0;

    if (t->spec.workload != WORKLOAD_CONVOY &&
        t->spec.workload != WORKLOAD_DISK)
        return;
    metric_set(&t->metrics, METRIC_REQUESTS, (double)x->requests);
    set_latency(t);
    if (t->spec.workload == WORKLOAD_DISK) {
        disk_look(x);
        return;
    }
    for (int id = 1; id < t->worker_count; id++)
        computed_s += metric_get(&t->workers[id].metrics, METRIC_RUN_S, 0);
    metric_set(&t->metrics, METRIC_COMPUTED_S, computed_s);
}
