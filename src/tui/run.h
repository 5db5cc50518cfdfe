/* The run on a screen: starting it, changing it live, taking in what is new,
 * keeping what is left of it. Both run screens, lab and race, share this. */
#ifndef TUI_RUN_H
#define TUI_RUN_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "spec/spec.h"
#include "trace/source.h"
#include "trace/trace.h"
#include "tui/keys.h"
#include "tui/still.h"
#include "view/view.h"

struct app;

struct run {
    struct spec asked;     /* as a person wrote it: what "again" starts from */
    struct source *source; /* NULL: none */
    bool stopping;         /* asked to end */
    int64_t next_pump_ns;
    int64_t next_still_ns; /* while workers stand still: next drawing */
    size_t events_seen;    /* of the trace, for messages */
    bool kept;             /* it is in the history, or is not to be there by
                              itself: whoever started it keeps it */

    struct still still; /* held while the picture is frozen */

    bool price_known; /* of a switch, watched by rung .price_kind */
    enum spec_observer price_kind;
    double price_ns; /* <0: could not be measured */

    /* The run before, and when it ended. */
    bool has_previous;
    struct view_compare previous;
    int64_t previous_ns;
};

/* With somebody there to end it, endless work has no default duration. */
void run_interactive(struct spec *spec);

/* Check @spec against this machine and start it in place of the present run. On
 * failure a negative errno and @err. If @spec is refused the present run goes
 * on; if the system refuses to start it there is none. */
int run_start(struct app *a, const struct spec *spec, struct err *err);
/* What the screen begins with: the kept run of the options, which goes by again
 * under the badge REPLAY, else what was asked for. */
int run_begin(struct app *a, struct err *err);
/* Nothing runs: a kept run goes by. */
bool run_replays(const struct run *r);
/* End it at once; what it gave becomes the previous run. */
void run_close(struct app *a);

/* What is to be drawn: the trace as it is, or as it was when frozen. NULL: no
 * run yet. */
const struct trace *run_trace(const struct run *r);
/* Totals as of now, unless frozen. */
void run_update(struct run *r);
bool run_paused(const struct run *r);
/* Live: how many workers are wanted; -1 when that is fixed. */
int64_t run_workers(const struct run *r);

void run_freeze(struct run *r, bool frozen);
/* The actions that every run screen has. False: not one of them. */
bool run_act(struct app *a, enum action action);
/* What is the case: enum key_when. */
unsigned run_now(const struct run *r);

int run_fds(struct run *r, struct pollfd *out, int max);
/* Take in what is new. */
void run_pump(struct app *a, int64_t now_ns);
/* Do what is due; returns when something is due again. */
int64_t run_tick(struct app *a, int64_t now_ns);
/* The same of a run of a sweep or a lesson, which is only looked at: it is
 * drawn every @draw_ns. Returns now if it is over. */
int64_t run_tick_measured(struct app *a, int64_t now_ns, int64_t draw_ns);

/* The screen goes to sleep (Ctrl-Z): nobody looks, so the workers stand still;
 * and back. */
void run_sleep(struct run *r);
void run_wake(struct run *r);

#endif
