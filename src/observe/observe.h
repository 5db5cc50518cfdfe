/* The observer: sees every switch of the lab's workers and writes the trace.
 * Runs in the screen process, reads the kernel's records or the workers' own
 * gap events, by the best rung that this machine allows (enum spec_observer).
 *
 * All rungs: create it after lab_start() and before lab_go(); pump it 30 times
 * a second at most, and once with @final when the lab has been reaped. */
#ifndef OBSERVE_OBSERVE_H
#define OBSERVE_OBSERVE_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "lab/board.h"
#include "spec/spec.h"
#include "trace/trace.h"

/* Which rung a run of @spec would use here, and why not a better one (into
 * @why: kind, reason, remedy). Tries the system calls, changes nothing. When
 * the spec names a rung that is not allowed: negative errno and @err. */
int observe_probe(const struct spec *spec, const struct machine *m,
                  struct trace_observer *why, struct err *err);

/* What the workers must be told for a rung: enum board_watch. */
uint32_t observe_watch(enum spec_observer kind);

struct observer;

/* Watch the lab @pid. @trace->observer says which rung (from observe_probe).
 * If a perf rung cannot be had after all, falls back to gap and says so there
 * (unless the spec named the rung: then an error). */
int observer_open(struct observer **out, pid_t pid, struct board *board,
                  struct trace *trace, struct err *err);
/* Descriptors that become readable when a ring is half full. */
int observer_fds(struct observer *o, struct pollfd *out, int max);
/* Take in everything up to now: spans, events, workers' totals, cores'
 * foreign use. @final: the lab is gone, close every open span. */
void observer_pump(struct observer *o, int64_t now_ns, bool final);
void observer_close(struct observer *o); /* NULL is fine */

#endif
