/* The apparatus of a workload, drawn: one function a kind, in a file scene_*.c
 * of its own, named in scene.c's table. Pure functions of the trace, like every
 * view; they draw inside the box they get, whatever its size. */
#ifndef VIEW_SCENE_H
#define VIEW_SCENE_H

#include "view/pieces.h"

/* Has this run something to show beside its lanes? */
bool scene_shown(const struct trace *t);
/* Rows it would like, its frame included, out of @rows for the whole screen of
 * @columns. */
int scene_rows(const struct trace *t, int rows, int columns);
/* With its frame and title. */
void scene_draw(struct frame *f, struct box b, const struct trace *t);

struct scene_look {
    const char *title;
    int least, most; /* rows inside the frame: below .least nothing is said */
    void (*draw)(struct frame *f, struct box inside, const struct trace *t);
};
/* ---- one each ----------------------------------------------------------- */
extern const struct scene_look scene_disk;
extern const struct scene_look scene_fleet;
extern const struct scene_look scene_files;
extern const struct scene_look scene_queue;
extern const struct scene_look scene_graph; /* beside any of them */
/* Where there is no other, and requests or the like were timed. */
extern const struct scene_look scene_latency;
bool scene_has_latency(const struct trace *t);
/* extern const struct scene_look scene_disk; ... */

#endif
