/* The kernel's counts of the calling worker. In the lab, by the worker. */
#ifndef LAB_COUNTS_H
#define LAB_COUNTS_H

#include <stdint.h>

#include "lab/worker.h"

/* Read them all with no switch in between (tried again until so) and publish
 * them; @at->at_ns is stored last. About 2 us, more with close looks. */
void counts_read(struct worker *w, struct board_counts *at);

/* The same without the migrations, which are dear to read. */
void counts_read_quickly(struct worker *w, struct board_counts *at);

/* What makes a phase's totals: the switches and the time on a core. */
void counts_copy(const struct board_counts *from, struct board_counts *to);

/* Switches so far (getrusage), and time queued for a core (schedstat; -1
 * unreadable). */
void counts_switches(int64_t *voluntary, int64_t *involuntary);
int64_t counts_queued_ns(const struct worker *w);

#endif
