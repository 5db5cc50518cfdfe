/* What a recorded run says about jobs. Inside sim/; pure. */
#ifndef SIM_JOBS_TRACE_H
#define SIM_JOBS_TRACE_H

#include <stdint.h>

#include "base/err.h"
#include "sim/jobs.h"
#include "trace/trace.h"

/* The numbers of the stored spans, by worker and, within one, by time. */
struct by_worker {
    uint64_t *span;
    size_t *first; /* of worker i; [worker_count] is the end */
};
int by_worker_init(struct by_worker *b, const struct trace *t); /* or -ENOMEM */
void by_worker_fini(struct by_worker *b);                       /* leaves {0} */

/* What becomes of a span. */
enum kept_as {
    KEPT_RUN,
    KEPT_IO,
    KEPT_SLEEP,
    LEFT_CORE, /* for the scheduler to decide */
    LEFT_LOCK,
    LEFT_GIL,
    LEFT_OTHERS,
    LEFT_UNKNOWN,
    FATES
};
enum kept_as fate_of(const struct span *s);

static inline int64_t jobs_trace_bounded(int64_t ns)
{
    return ns < SIM_NS_MAX ? ns : SIM_NS_MAX;
}

/* Sentences for -ENOMEM and too many steps, and for a run that says nothing. */
int jobs_trace_full(struct err *err, int rc);
int jobs_trace_nothing(const struct trace *t, struct err *err);

#endif
