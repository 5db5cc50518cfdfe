/* How many bits each part of a packed state gets. The fewer, the more states
 * fit in memory and the faster they are compared; how many are needed is only
 * known as the search goes, so it begins with a guess, and begins again, wider,
 * when the guess was too narrow. */
#ifndef EXPLORE_LAYOUT_H
#define EXPLORE_LAYOUT_H

#include "step/stepper.h"

/* What has been seen: of each cell, and of the numbers of local states. */
struct ranges {
    int32_t low[TSL_CELLS], high[TSL_CELLS];
    uint32_t locals[TSL_THREADS]; /* the largest number */
};

struct layout {
    int words;
    struct field cells[TSL_CELLS];
    struct field locals[TSL_THREADS];
};
/* Every value that there can be fits in 16 bits a cell and 24 a thread. */
enum { LAYOUT_WORDS = TSL_CELLS / 4 + TSL_THREADS / 2 };

/* Room for everything. */
void layout_wide(struct layout *l, const struct program *p);
/* Room for what @r has, and some to spare: no field spans two words, and bits
 * that would be left over are shared out. */
void layout_fit(struct layout *l, const struct program *p,
                const struct ranges *r);
/* Nothing seen yet but the start values. */
void ranges_start(struct ranges *r, const struct program *p);
static inline void ranges_see(struct ranges *r, int cell, int32_t value)
{
    if (value < r->low[cell])
        r->low[cell] = value;
    if (value > r->high[cell])
        r->high[cell] = value;
}

#endif
