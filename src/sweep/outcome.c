/* What one run gave: its figure, whether others disturbed it. Any process. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "sweep/plan.h"

bool sweep_disturbed(const struct sweep_outcome *o)
{
    return o->foreign_cores > SWEEP_NOISE_CORES &&
           o->foreign_cores * (double)o->took_ns / NS_PER_S > SWEEP_NOISE_S;
}

bool sweep_figure(const struct sweep_outcome *o, enum metric metric, double *y)
{
    *y = metric_get(&o->metrics, metric, 0);
    return o->verdict == VERDICT_OK && o->metrics.has[metric] && isfinite(*y);
}

bool sweep_less_is_better(enum metric metric)
{
    switch (metric_infos[metric].unit) {
    case UNIT_SECONDS:
    case UNIT_MS:
        return metric != METRIC_COMPUTED_S;
    case UNIT_PER_S:
    case UNIT_RATIO:
    case UNIT_SHARE:
        return false;
    case UNIT_ERRNO:
        return true;
    case UNIT_COUNT:
        break;
    }
    return metric != METRIC_TASKS_DONE && metric != METRIC_REQUESTS &&
           metric != METRIC_BYTES && metric != METRIC_MADE &&
           metric != METRIC_CACHE_HITS && metric != METRIC_ACTUAL &&
           metric != METRIC_EXPECTED && metric != METRIC_MAX_RUNNING &&
           metric != METRIC_CONNECTS;
}

void sweep_outcome_of(struct sweep_outcome *out, const struct trace *t)
{
    out->verdict = t->verdict;
    out->metrics = t->metrics;
    out->cores =
        t->spec.pinned ? CPU_COUNT(&t->spec.cpus) : t->machine.cpus_allowed;
    if (trace_computed(t)) /* whatever others did, it changed nothing */
        out->foreign_cores = -1;
    out->error[0] = '\0';
    if (t->verdict == VERDICT_OK)
        return;
    if (t->error[0] != '\0')
        snprintf(out->error, sizeof(out->error), "%.159s", t->error);
    else if (t->failure_count > 0)
        snprintf(out->error, sizeof(out->error), "task %" PRId64 ": %s",
                 t->failures[0].task + 1, t->failures[0].why);
    else if (t->note[0] != '\0')
        snprintf(out->error, sizeof(out->error), "%.159s", t->note);
    else
        snprintf(out->error, sizeof(out->error), "%s",
                 verdict_words[t->verdict]);
}

const char *sweep_y_words(const struct sweep *s)
{
    switch (s->request.metric) {
    case METRIC_THROUGHPUT_PER_S:
        return s->request.base.tasks > 0 ? "tasks a second"
                                         : "operations a second";
    case METRIC_BYTES_PER_S:
    case METRIC_DEVICE_BYTES_PER_S:
        return "bytes a second";
    case METRIC_REQUESTS_PER_S:
        return "requests a second";
    default:
        return metric_infos[s->request.metric].name;
    }
}
