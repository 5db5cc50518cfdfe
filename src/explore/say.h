/* Words that the reports of a search share. Any thread. */
#ifndef EXPLORE_SAY_H
#define EXPLORE_SAY_H

#include "explore/explore.h"

/* A whole number of any length, given as digits: in groups of three, and when
 * it is longer than a person reads, "about 1.18e+41". */
void say_number(struct text *out, const char *digits);
/* "steps", or with store buffers, whose flushes count too, "actions". */
const char *say_unit(const struct rules *rules, int count);
/* "the final check is false": what it is to fail so, as the end of a sentence
 * that begins with "in 4 of 6 schedules". */
const char *say_kind(enum failure kind);
/* A few words on the machine: "sequential consistency, a step is an access". */
void say_machine(const struct rules *rules, struct text *out);
/* 2/3 as "66.7 %", a very small or large share so that it is not shown as none
 * or all; "-" for NAN. Returns @buf; 32 bytes. */
char *say_share(char *buf, size_t size, double share);

#endif
