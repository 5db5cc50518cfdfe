/* Runs one after the other, each with what disturbed it and its place in the
 * history: sweep, compare and advise share it. Screen process. */
#ifndef CLI_CONDUCT_H
#define CLI_CONDUCT_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/machine.h"
#include "keep/history.h"
#include "sweep/sweep.h"
#include "trace/source.h"

struct conductor {
    const struct machine *machine;
    struct history *history; /* NULL: nothing is kept */
    int64_t sweep;           /* its number there; 0 */
    bool progress;           /* a line on stderr, if that is a terminal */
    bool interrupted;        /* by a signal: end now */
    char line[160];          /* what stands before a run's own progress */
    /* Shown every run that came to its end, before it is let go; NULL: nobody
     * wants to see it. Not called when it could not even begin. */
    void (*look)(const struct trace *t, const struct sweep_outcome *outcome,
                 void *arg);
    void *arg;
    /* Its own: */
    bool told;  /* that the history did not take a run */
    bool lost;  /* it was damaged: what is measured from here on is not kept */
    bool holds; /* between conduct_hold() and conduct_release() */
    sigset_t mask_before;
};

/* The user's history, unless @off: then, or where there is none, NULL, and a
 * sentence on stderr says why. Closed by the caller. */
struct history *conduct_history(bool off);

/* From here to conduct_release() SIGINT, SIGTERM and SIGHUP stop the run in
 * flight, or make the next one not begin, and set .interrupted; without it one
 * that comes between two runs ends the program. Both are fine twice. */
void conduct_hold(struct conductor *c);
void conduct_release(struct conductor *c);
/* .interrupted, with what has come in since. */
bool conduct_asked_to_end(struct conductor *c);

/* Run @order's experiment and keep it, unless it was interrupted. 0: *@out has
 * what came of it, also of a run that failed or was interrupted. -EINVAL,
 * -EAGAIN with a sentence: it could not even begin; if that was seen only
 * inside the lab, *@out says so too, as of a run that failed. */
int conduct_run(struct conductor *c, const struct sweep_order *order,
                struct sweep_outcome *out, struct err *err);

#endif
