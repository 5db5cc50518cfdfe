/* Speeds over the last moments, from the samples. The screen process. */
#include "stats/summary.h"

#include "base/clock.h"

/* A total that grew from @from to @to; either may be unknown (negative). */
static double per_s(int64_t from, int64_t to, double seconds)
{
    if (from < 0 || to < 0)
        return -1;
    return to > from ? (double)(to - from) / seconds : 0;
}

bool summary_rates(const struct trace *t, int64_t window_ns, struct rates *out)
{
    if (t->sample_count < 2)
        return false;

    const struct trace_sample *last = &t->samples[t->sample_count - 1];
    const struct trace_sample *first = last - 1;

    /* Two at least, however long ago the one before was taken. */
    while (first > t->samples && first[-1].at_ns >= t->now_ns - window_ns)
        first--;
    if (last->at_ns <= first->at_ns)
        return false;

    double s = (double)(last->at_ns - first->at_ns) / NS_PER_S;

    *out = (struct rates){
        .ops_per_s = per_s(first->ops, last->ops, s),
        .tasks_per_s = per_s(first->tasks_done, last->tasks_done, s),
        .voluntary_per_s = per_s(first->voluntary, last->voluntary, s),
        .involuntary_per_s = per_s(first->involuntary, last->involuntary, s),
        .migrations_per_s = per_s(first->migrations, last->migrations, s),
        .cores_busy = per_s(first->cpu_ns, last->cpu_ns, s) / NS_PER_S,
        .handoffs_per_s = per_s(first->gil_handoffs, last->gil_handoffs, s),
    };
    return true;
}
