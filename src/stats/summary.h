/* Numbers from a trace. */
#ifndef STATS_SUMMARY_H
#define STATS_SUMMARY_H

#include "trace/trace.h"

/* Fill @t->metrics from everything in the trace: totals over workers, dispatch
 * facts, counter sums over phases, max_running from the spans (exact timelines
 * only). While it runs the numbers are as of now; after .end_ns final. */
void summary_update(struct trace *t);

/* A phase's own derived numbers (lost, throughput) from its raw ones. */
void summary_phase(struct trace_phase *p);

/* Rates over the last @window_ns before now, from the samples. False while
 * there are fewer than two. */
struct rates {
    double ops_per_s, tasks_per_s;
    double voluntary_per_s, involuntary_per_s, migrations_per_s; /* <0 no */
    double cores_busy; /* our workers' processor time per second */
    double handoffs_per_s;
};
bool summary_rates(const struct trace *t, int64_t window_ns, struct rates *out);

/* Most workers running at one instant, from the stored spans; -1 if the
 * timeline is not exact (sampled, lost or let-go records). */
int summary_max_running(const struct trace *t);

/* The run's answer in one or two sentences of plain English, first thing a
 * person reads: "4 threads on 2 cores counted the primes up to 100,000 twenty
 * times in 0.62 s: 1.98 cores busy." For a counter: how much was lost. */
void summary_sentence(const struct trace *t, struct text *out);

#endif
