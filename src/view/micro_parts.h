/* What the parts of the microscope's view share. */
#ifndef VIEW_MICRO_PARTS_H
#define VIEW_MICRO_PARTS_H

#include "view/micro.h"
#include "view/pieces.h"

/* ---- words (micro_words.c) ------------------------------------------------
 */

/* What the step number @step (from 0) of the walk did: "load x = 0", "store x
 * <- 1", "flush x <- 1"; several in a row, by semicolons. */
void micro_step_words(struct text *out, const struct view_micro *v, int step);
/* What an access gave or left: "= 0", "<- 1", "0 -> 1"; "" if nothing. @store:
 * what stands before the value that was stored. */
void micro_access_value(struct text *out, const struct access *a,
                        const char *store);
/* Rows that @s takes in @columns, as frame_wrap() does it; 1 .. @most. */
int micro_wrapped_rows(const char *s, int columns, int most);
/* What @thread does next, with the values that it will use: "store x <- 1"; or
 * why not: "waits for lock m, held by T0", "ended". */
enum micro_next { MICRO_READY, MICRO_WAITS, MICRO_ENDED };
enum micro_next micro_next_words(struct text *out, const struct view_micro *v,
                                 int thread);
/* The letter before what a thread does: its key. */
uint32_t micro_mark(int thread);
/* ▸ can go, ╳ waits. */
uint32_t micro_arrow(enum micro_next next);
/* "T0 T1" of the bits. */
void micro_thread_names(struct text *out, const struct program *p,
                        uint32_t threads);
/* What is wrong, or how it ended, at the state looked at; its style. Empty:
 * nothing to say. */
enum style micro_verdict(struct text *out, const struct view_micro *v);
/* "0 1 0 0 1*12" up to the state looked at. */
void micro_schedule(struct text *out, const struct view_micro *v);

/* ---- panels ----------------------------------------------------------------
 */

void micro_source(struct frame *f, struct box b, const struct view_micro *v);
void micro_history(struct frame *f, struct box b, const struct view_micro *v);
void micro_memory(struct frame *f, struct box b, const struct view_micro *v);
/* Rows that it would like, and that it takes in @columns if it has to. */
int micro_memory_rows(const struct view_micro *v);
int micro_memory_least(const struct view_micro *v, int columns);
void micro_threads(struct frame *f, struct box b, const struct view_micro *v);
int micro_threads_rows(const struct view_micro *v);
/* Shared variables in big digits; returns the rows used. */
int micro_big(struct frame *f, struct box b, const struct view_micro *v);
void micro_found(struct frame *f, struct box b, const struct view_micro *v);

#endif
