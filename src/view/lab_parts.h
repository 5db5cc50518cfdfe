/* The live laboratory's screen in parts: where things are (lab.c), lanes
 * (lab_lanes.c), their time (lab_time.c), panels of numbers (lab_panels.c). */
#ifndef VIEW_LAB_PARTS_H
#define VIEW_LAB_PARTS_H

#include "view/pieces.h"

struct lab_layout {
    struct box header, hero, cores, workers, scene, bottom, extra, footer;
    bool axis;       /* time axis and who-runs-now line in the workers panel */
    int core_rows;   /* lanes in the cores panel */
    int core_height; /* rows a lane */
    int worker_rows; /* lanes that the workers panel has room for */
    int worker_height;     /* rows a lane */
    int label, lane, side; /* columns of a lane: who, the time, a word */
};

/* @lanes: how many worker lanes there are to show. */
void lab_layout(struct lab_layout *l, int rows, int columns, int cores,
                int lanes, const struct view_lab *v);

/* What part of the lanes the panels show: the newest columns that fit. */
struct lab_window {
    int skip, columns; /* oldest lanes columns left out; columns shown */
    int64_t start_ns, column_ns; /* of the first shown column */
};
struct lab_window lab_window_of(const struct lab_layout *l,
                                const struct view_lab *v);
/* The column under the cursor, or the newest; -1 when there is none. */
int lab_column_now(const struct view_lab *v, const struct lab_window *w);
/* Ticks with times, in @row under the lanes that begin at @column. */
void lab_axis(struct frame *f, const struct view_lab *v,
              const struct lab_window *w, int row, int column);

void lab_cores(struct frame *f, const struct lab_layout *l,
               const struct view_lab *v);
void lab_workers(struct frame *f, const struct lab_layout *l,
                 const struct view_lab *v);
/* Who is where at this instant, in one line. */
void lab_instant(struct frame *f, struct box b, const struct view_lab *v);

/* Progress, numbers and the comparison, side by side. */
void lab_bottom(struct frame *f, struct box b, const struct view_lab *v,
                const struct rates *r);
/* With room to spare: where each worker's time went, and rates over time. */
void lab_extra(struct frame *f, struct box b, const struct view_lab *v);

#endif
