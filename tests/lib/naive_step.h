/* The interleaving machine once more, as plainly as it can be said: an opinion
 * of what a program means that owes nothing to src/step or src/explore. Every
 * number has a variable of its own, an operation is tried on a copy,
 * expressions are computed where they stand. Slow, and that is its virtue.
 *
 * Written from the pages that say what a step is (program.h, local.h), not from
 * the code that does it. Plain data; any thread. */
#ifndef TESTS_LIB_NAIVE_STEP_H
#define TESTS_LIB_NAIVE_STEP_H

#include "step/local.h" /* struct rules: what is asked for */
#include "tsl/program.h"

/* No larger program is taken: naive_fits(). */
enum {
    NAIVE_THREADS = 6,
    NAIVE_CELLS = 48,
    NAIVE_REGS = 24,
    NAIVE_BUFFER = TSL_BUFFER
};

struct naive_thread {
    int pc;
    unsigned regions; /* bit: it is inside */
    int regs[NAIVE_REGS];
    int stores; /* waiting in its buffer, the oldest first: */
    int store_cell[NAIVE_BUFFER];
    int store_value[NAIVE_BUFFER];
};

struct naive_state {
    int cells[NAIVE_CELLS];
    struct naive_thread threads[NAIVE_THREADS];
    unsigned failed; /* bits 1 << enum failure, so far */
};

struct naive_machine {
    const struct program *program;
    const struct rules *rules;
    uint64_t reads, writes; /* what the last action touched: bit c is cell c */
    bool was_full;          /* a store had to wait for room, some time */
};

bool naive_fits(const struct program *p);
void naive_start(struct naive_machine *m, struct naive_state *s);
bool naive_may_step(struct naive_machine *m, const struct naive_state *s,
                    int thread);
bool naive_may_flush(const struct naive_state *s, int thread);
/* Both: it may. A fault sets its bit in .failed and ends the schedule. */
void naive_step(struct naive_machine *m, struct naive_state *s, int thread);
void naive_flush(struct naive_machine *m, struct naive_state *s, int thread);
/* Is the next operation of @thread a plain access, of *@cell? 1: a load, 2: a
 * store; 0: no. */
int naive_plain(const struct naive_machine *m, const struct naive_state *s,
                int thread, int *cell);
bool naive_ended(const struct naive_machine *m, const struct naive_state *s,
                 int thread);
/* The value of @expr for @thread, or for nobody (-1: checks, observed). false:
 * it has none. */
bool naive_value(const struct naive_machine *m, const struct naive_state *s,
                 int thread, int expr, int *out);

#endif
