/* The most workers on cores at one instant: a sweep over the starts and ends
 * of what ran. The screen process, once a run. */
#include "stats/summary.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

/* Workers that find their own gaps date them this exactly. */
#define GAP_EXACT_NS (20 * NS_PER_US)

/* How far two records may overlap without having done so, or -1 if there are
 * holes in the timeline, or it is a guess between samples. */
static int64_t timeline_slack_ns(const struct trace *t)
{
    if (t->observer.lost || t->observer.dropped_spans || t->failed_alloc)
        return -1;
    for (size_t i = 0; i < t->event_count; i++)
        if (t->events[i].kind == EVENT_BLIND || t->events[i].kind == EVENT_LOST)
            return -1;
    if (trace_computed(t))
        return 0;
    switch (t->observer.kind) {
    case OBSERVER_PERF_CPU:
    case OBSERVER_PERF:
        return 0;
    case OBSERVER_GAP:
        return GAP_EXACT_NS;
    default:
        return -1;
    }
}

static bool ran(const struct span *s)
{
    return s->state == SPAN_RUNNING || s->state == SPAN_SPINNING;
}

/* Sort @n times by 16 bits at a time: they are many (millions), and lie
 * within minutes, so three passes are the rule. @spare is as large. */
static void sort_times(int64_t *times, int64_t *spare, size_t n)
{
    int64_t low = INT64_MAX, high = INT64_MIN;
    int64_t *from = times, *to = spare;

    for (size_t i = 0; i < n; i++) {
        low = times[i] < low ? times[i] : low;
        high = times[i] > high ? times[i] : high;
    }
    for (int shift = 0; shift < 64 && n > 1; shift += 16) {
        static size_t place[65537];

        if (((uint64_t)(high - low) >> shift) == 0)
            break;
        memset(place, 0, sizeof(place));
        for (size_t i = 0; i < n; i++)
            place[((uint64_t)(from[i] - low) >> shift & 0xffff) + 1]++;
        for (int k = 0; k < 65536; k++)
            place[k + 1] += place[k];
        for (size_t i = 0; i < n; i++)
            to[place[(uint64_t)(from[i] - low) >> shift & 0xffff]++] = from[i];

        int64_t *swap = from;

        from = to;
        to = swap;
    }
    if (from != times)
        memcpy(times, from, n * sizeof(*times));
}

/* At one instant ends go first: a core changes hands without being shared. */
static int sweep(const int64_t *starts, const int64_t *ends, size_t n)
{
    int now = 0, most = 0;

    for (size_t s = 0, e = 0; s < n; s++) {
        while (e < n && ends[e] <= starts[s]) {
            e++;
            now--;
        }
        if (++now > most)
            most = now;
    }
    return most;
}

int summary_max_running(const struct trace *t)
{
    int64_t slack_ns = timeline_slack_ns(t);
    uint64_t total = trace_span_total(t);
    size_t n = 0, i = 0;

    if (slack_ns < 0)
        return -1;
    for (uint64_t k = 0; k < total; k++) {
        const struct span *s = trace_span_at(t, k);

        if (s->sampled || s->state == SPAN_UNKNOWN)
            return -1;
        n += ran(s);
    }
    if (n == 0)
        return 0;

    int64_t *times = calloc(3 * n, sizeof(*times));

    if (!times)
        return -1;

    int64_t *starts = times, *ends = times + n, *spare = times + 2 * n;

    for (uint64_t k = 0; k < total; k++) {
        const struct span *s = trace_span_at(t, k);

        if (!ran(s))
            continue;
        starts[i] = s->start_ns;
        ends[i] = s->end_ns - slack_ns;
        if (ends[i] <= starts[i])
            ends[i] = starts[i] + 1;
        i++;
    }
    assert(i == n);
    sort_times(starts, spare, n);
    sort_times(ends, spare, n);

    int most = sweep(starts, ends, n);

    free(times);
    /* Where ends are known to a few microseconds only, short runs in turn on
     * one core may seem to overlap: never more than there are cores. */
    if (slack_ns > 0 && t->spec.model == MODEL_COOP)
        return 1; /* their one thread's turns end where others begin */
    return slack_ns > 0 && most > t->core_count ? t->core_count : most;
}
