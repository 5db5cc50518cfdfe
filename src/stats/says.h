/* What a workload's answer is, in plain English: one function each, in
 * sentence.c or in a say_NAME.c of its own, named in sentence.c's table. Called
 * while the run goes on, too, when the gate is open. Inside stats/ only.
 *
 * A sentence or two that begin with a capital: what was done, how long it took,
 * what limits it. Only what was measured; what is not there is not said. */
#ifndef STATS_SAYS_H
#define STATS_SAYS_H

#include "stats/summary.h"

struct words {
    char s[32];
};
struct words say_duration(double seconds);
struct words say_count(double n);
/* "1 task", "2,000 tasks" */
void say_counted(struct text *out, double n, const char *noun);
/* The run has ended. */
bool say_over(const struct trace *t);
/* " have " while it goes on, " " when it is over. */
const char *say_have(const struct trace *t);
/* "4 processes", "2 threads under one global lock" */
void say_workers(const struct trace *t, struct text *out);
/* In say_deal.c: "8 processes of 13 threads", "200 processes, at most 2 at a
 * time,", and what is added at the end. */
void say_blended(const struct trace *t, int64_t workers, struct text *out);
void say_spawned(const struct trace *t, int64_t places, struct text *out);
void say_deal(const struct trace *t, struct text *out);
void say_cores(const struct trace *t, struct text *out); /* " on 2 cores" */
/* ", keeping 1.98 of 2 cores busy" */
void say_busy(const struct trace *t, struct text *out);

/* ---- one each, for the table -------------------------------------------- */

void say_command(const struct trace *t, struct text *out);
void say_fleet(const struct trace *t, struct text *out);
void say_disk(const struct trace *t, struct text *out);
/* 343e6 -> "343 MB a second" */
struct words say_byte_rate(double bytes_per_s);
void say_file(const struct trace *t, struct text *out);
void say_migrate(const struct trace *t, struct text *out);
void say_isolation(const struct trace *t, struct text *out);
void say_mystery(const struct trace *t, struct text *out);
void say_mix(const struct trace *t, struct text *out);

/* say_convoy.c, say_create.c */
void say_convoy(const struct trace *t, struct text *out);
void say_inversion(const struct trace *t, struct text *out);
void say_create(const struct trace *t, struct text *out);
void say_limit(const struct trace *t, struct text *out);
void say_pingpong(const struct trace *t, struct text *out);

/* say_locks.c, say_queue.c */
void say_locks(const struct trace *t, struct text *out);
void say_queue(const struct trace *t, struct text *out);
void say_pipe(const struct trace *t, struct text *out);
void say_sync(const struct trace *t, struct text *out);
/* " Worker A holds ...", where workers were found stuck. */
void say_stuck(const struct trace *t, struct text *out);

#endif
