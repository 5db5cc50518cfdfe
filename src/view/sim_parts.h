/* The simulator's screen in parts: where things are and what is around them
 * (sim.c), lanes and their axis (sim_lanes.c), one instant (simview_now.c),
 * figures (sim_figures.c). */
#ifndef VIEW_SIM_PARTS_H
#define VIEW_SIM_PARTS_H

#include "view/pieces.h"
#include "view/sim.h"

struct simview_layout {
    struct box header, groups, axis, legend, bottom, right, footer;
    int group_rows;  /* of one group, its title included */
    bool figure_row; /* the figures have a row of their own */
    int lanes;       /* of a group */
    int lane_height;
    int label, lane, side; /* columns of a lane: whose, the time, a word */
};
void simview_layout(struct simview_layout *l, int rows, int columns, int groups,
                    int lanes, const struct sim_jobs *jobs, bool presenter);

/* A time as short as it can be said: "12 ms", "1.5 ms", "250 us". */
#define SIMVIEW_WHEN 40
char *simview_when(char buf[SIMVIEW_WHEN], int64_t ns);

/* What is called job @id, for people: its name, or its letter and its name if
 * they differ. Returns the columns it takes. */
int simview_put_job(struct frame *f, int row, int column, int max,
                    const struct view_sim *v, int id, enum style style);

void simview_group(struct frame *f, const struct simview_layout *l,
                   const struct view_sim *v, int number, struct box b);
void simview_axis(struct frame *f, const struct simview_layout *l,
                  const struct view_sim *v, int row, int column);

/* What is at the cursor, in @b with a frame around it. */
void simview_now(struct frame *f, struct box b, const struct view_sim *v,
                 int number);

/* The figures of group @number in one row, as many as fit. */
void simview_figure_row(struct frame *f, struct box row,
                        const struct view_sim *v, int number);
/* All groups' figures in a table, with a frame around it, and how many rows
 * that takes. */
void simview_compare(struct frame *f, struct box b, const struct view_sim *v);
int simview_compare_rows(const struct view_sim *v);
/* The group that the model's figures are held against; NULL: nothing was
 * measured. */
const struct view_sim_group *simview_measured(const struct view_sim *v);

#endif
