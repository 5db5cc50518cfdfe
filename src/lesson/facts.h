/* Figures by name: what was measured in a lesson. Every figure belongs to a
 * run ("auto"), one of its repeats (from 0), and has a name ("wall_s",
 * "@8.wall_s"). One thread. */
#ifndef LESSON_FACTS_H
#define LESSON_FACTS_H

#include <stdbool.h>

struct facts;

struct facts *facts_new(void);    /* NULL: no memory */
void facts_free(struct facts *f); /* NULL is fine */
/* A copy, to pretend something in; NULL: no memory. */
struct facts *facts_copy(const struct facts *f);

/* Set it, in place of what was there. What could not be kept for want of
 * memory is absent. */
void facts_set(struct facts *f, const char *run, int repeat, const char *name,
               double value);
/* False: not measured. */
bool facts_get(const struct facts *f, const char *run, int repeat,
               const char *name, double *out);
/* How many repeats @run has: 1 + the highest; 0: no such run (yet). */
int facts_repeats(const struct facts *f, const char *run);
void facts_drop(struct facts *f, const char *run); /* all of it */
/* Exchange two runs' figures. */
void facts_swap(struct facts *f, const char *a, const char *b);
/* Call @each for every figure, in order of first arrival. */
void facts_each(const struct facts *f,
                void (*each)(const char *run, int repeat, const char *name,
                             double value, void *arg),
                void *arg);

#endif
