/* The curve of a sweep: throughput over the number of workers with its spread,
 * the fitted model, the sweet spot as a diamond, the learner's guess; beneath,
 * where the workers' time went at each point. The screen and the text report
 * draw the same picture. Pure. */
#ifndef VIEW_CURVE_H
#define VIEW_CURVE_H

#include <stdbool.h>

#include "frame/frame.h"
#include "sweep/sweep.h"
#include "trace/trace.h"
#include "view/view.h"

struct curve_look {
    bool log_x, log_y;
    int cursor;     /* point under the cursor; -1: none */
    bool no_answer; /* the learner has not guessed yet: neither model nor
                       sweet spot is shown */
    bool ascii;
    int curve; /* of a family: the one whose sweet spot's interval is
                  on the axis */
    const struct sweep_point *running; /* being run now, or NULL */
};
/* What suits @s: log_x where the values double, no cursor. */
void curve_look_of(struct curve_look *out, const struct sweep *s);
/* A curve's mark: glyph (ASCII if @ascii) and colour. */
uint32_t curve_glyph(int curve, bool ascii);
enum style curve_style(const struct sweep *s, int curve);
/* "workers", "task-ms", ...: what is along x. */
const char *curve_x_words(const struct sweep *s);

/* The plot with its axes, in @b. */
void curve_plot(struct frame *f, struct box b, const struct sweep *s,
                const struct curve_look *look);
/* A bar for each point of @curve. */
void curve_parts(struct frame *f, struct box b, const struct sweep *s,
                 int curve, const struct curve_look *look);
/* The rows they would like, words included. */
int curve_parts_rows(const struct sweep *s, int curve, int columns);

/* The whole screen. */
struct view_curve {
    struct view_common common;
    const struct sweep *sweep; /* NULL: starting */
    enum badge badge;
    struct curve_look look;
    int order_point;         /* being run now; -1: none */
    bool warming;            /* that run only warms up */
    int attempt;             /* it is done again so often: disturbed */
    const struct trace *now; /* that run, or NULL */
    bool paused;             /* between two runs, until told to go on */
    bool over;               /* no run is to come */
    int done, planned;
    int64_t left_ns;    /* <0 unknown */
    const char *typing; /* the guess or value being typed, or NULL */
    int typing_cursor;  /* column in it */
    const char *asks;   /* what is asked for then: "your guess" */
};
void view_curve(struct frame *f, const struct view_curve *v);

#endif
