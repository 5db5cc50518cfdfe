/* Traces made up for tests of views, exports and statistics: exact numbers,
 * the same each time, nothing runs and nothing is measured. A machine of two
 * cores (0 and 1), the gate at FAKE_GATE_NS. Run in the test process. */
#ifndef TESTS_LIB_FAKE_TRACE_H
#define TESTS_LIB_FAKE_TRACE_H

#include "trace/trace.h"

#define FAKE_GATE_NS INT64_C(1000000000000)

/* Ready-made traces, summarised. Abort on failure; trace_free() them.
 *
 * "primes"  4 threads on 2 cores take turns in slices of 4 ms for 2 s; 20
 *           tasks, ended well.
 * "race"    2 threads, one counter; six phases of 0.5 s without a lock and
 *           with a mutex in turn; 2.8 s in, the last phase is open.
 * "sleep"   8 threads wait for 100 tasks of 2 s, scaled 1:100, in 25 portions
 *           of 4: four rounds of 80 ms; ended well.
 * "gil"     2 threads under the global lock, 5 ms each in turn for 1 s; ended
 *           well.
 * "crowd"   2000 threads on 2 cores, slices of 0.5 ms; 1 s in, still running.
 * "gaps"    2 threads for 1 s; nothing recorded at 0.3..0.4 and 0.7..0.8 s,
 *           1234 records of core 1 lost at 0.55..0.6 s; ended well.
 * "sampled" 2 workers of "gaps" seen by sampling, ended by a timeout.
 * "start"   threads are there, the gate has just opened: no span yet. */
struct trace *fake_trace(const char *name);

/* ---- to make others ----------------------------------------------------- */

/* An empty trace of the experiment @line on the made-up machine, watched by
 * perf-cpu. Where the line names no number of workers there are 2. */
struct trace *fake_new(const char *line);

/* Worker @id does @state from @from_ns to @to_ns after the gate: on core @cpu
 * or, when it waits, for @cause. */
void fake_span(struct trace *t, int id, enum span_state state, int cpu,
               enum wait_cause cause, int64_t from_ns, int64_t to_ns);
/* The same, running, and at the end made to leave the core by force. */
void fake_forced(struct trace *t, int id, int cpu, int64_t from_ns,
                 int64_t to_ns);

/* It is @at_ns after the gate. Workers without an end of their own ended now
 * (@ended) or are alive and go on with what they do; their kernel figures are
 * filled in from the spans, and the summary is made. */
void fake_finish(struct trace *t, int64_t at_ns, bool ended);

#endif
