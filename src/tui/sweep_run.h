/* The sweep on a screen: its runs one after the other inside the loop, each
 * with what disturbed it and its place in the history. The run in flight is the
 * app's run, so that the loop takes it in and Ctrl-Z holds it. One thread. */
#ifndef TUI_SWEEP_RUN_H
#define TUI_SWEEP_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "keep/history.h"
#include "keep/pack.h"
#include "observe/noise.h"
#include "sweep/sweep.h"
#include "view/curve.h"

struct app;

/* Timelines of runs that no history keeps: the last ones, up to this. */
#define SWEEP_KEPT_BYTES (INT64_C(48) << 20)

struct sweep_run {
    struct sweep *sweep; /* NULL: none */
    bool replay;         /* from the history: nothing runs */
    bool paused;         /* no new run, until told to go on */
    bool over;           /* no run is to come */

    struct sweep_order order; /* being run if .ordered, as the app's run */
    bool ordered;
    struct noise noise;
    int64_t began_ns, began_wall_ns;

    int64_t id;        /* the sweep's number in the history; 0 */
    bool history_lost; /* that was set aside: it knows nothing of this sweep */

    struct pack *packs; /* by trial; .data NULL: not kept here */
    int pack_count;
    int64_t pack_bytes;
};

/* Take over a sweep for @request. -errno and @err: there is none then. */
int sweep_run_begin(struct app *a, const struct sweep_request *request,
                    struct err *err);
/* Show @kept (taken over), number @id in the history; with @go_on run what it
 * lacks. */
void sweep_run_show(struct app *a, struct sweep *kept, int64_t id, bool go_on);
/* The same again from nothing. */
int sweep_run_again(struct app *a, struct err *err);
/* End the run in flight: it will be asked for again. */
void sweep_run_drop(struct app *a);
/* End all of it; the history says how far it came. */
void sweep_run_close(struct app *a);

/* Show in @v that @o, a run of @s, goes on. */
void sweep_run_going(struct app *a, const struct sweep *s,
                     const struct sweep_order *o, struct view_curve *v);
/* Do what is due; returns when something is due again. */
int64_t sweep_run_tick(struct app *a, int64_t now_ns);

int sweep_run_add(struct app *a, const char *value, struct err *err);
void sweep_run_guess(struct app *a, double guess);
/* The timeline of the run that is typical of @point, badge REPLAY; trace_free()
 * it. -ENOENT and a sentence. */
int sweep_run_typical(struct app *a, int point, struct trace **out,
                      struct err *err);

#endif
