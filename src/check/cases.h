/* Answer files of simulators: what those of all of them share. Such a file is
 *
 *     {"simulator": NAME, "cases": [{"id", "title", "tags", "relies_on",
 *      "input": {...}, "expected": {...}}]}
 *
 * A case's "expected" is computed from its "input", in the same form, and the
 * two are compared member by member: a homework may state only some of them.
 * "relies_on" names corner rules (sim/rules.h) without which its numbers cannot
 * come out. The screen process. */
#ifndef CHECK_CASES_H
#define CHECK_CASES_H

#include "check/check.h"
#include "sim/sim.h"

/* What can be recomputed of one case, checked before memory is taken. */
enum {
    CASES_JOBS_MOST = 1000,
    CASES_TICKS_MOST = 100000, /* or rounds, or slices */
    CASES_TIME_MOST = 1000000, /* ticks of one time */
    CASES_CELLS_MOST = 1000000 /* ticks times CPUs, jobs or programs */
};

struct cases_kind {
    const char *name, *cases_of; /* of the group: "mlfq", "mlfq case" */
    /* "expected" of @input, which is an object, under the rules @r asks for.
     * NULL: a sentence was said, or memory lacks (r->failed_alloc is set). The
     * caller owns it. */
    json_t *(*compute)(struct check_report *r, const json_t *input);
};

/* Recompute every case in @root. */
void cases_recompute(const json_t *root, struct check_report *r,
                     const struct cases_kind *kind);

/* ---- comparing (cases_compare.c) ----------------------------------------- */

/* Say where @stated, "expected" of a file, differs from @ours. Of @stated any
 * member may be missing, and any element of "per_job". Averages and percentages
 * agree within half a hundredth, all else exactly. */
void cases_compare(struct check_report *r, const json_t *stated,
                   const json_t *ours);
/* Say what @from has that is not in @known, which ends with NULL: typos should
 * not pass for agreement. @path: of @from, "" at the top. */
void cases_say_unknown(struct check_report *r, const char *path,
                       const json_t *from, const char *const known[]);

/* ---- reading input (cases_input.c) --------------------------------------- */

/* Each says in one sentence what is wrong and what would be right, and returns
 * false. @where is the object's own path, such as "jobs[2]", or "". */

/* A whole number. Without the member *@out stays as it is, or if @must it is
 * asked for. */
bool cases_count(struct check_report *r, const json_t *from, const char *where,
                 const char *name, bool must, int64_t least, int64_t most,
                 int64_t *out);
bool cases_flag(struct check_report *r, const json_t *from, const char *where,
                const char *name, bool *out);
/* One of @words, which ends with NULL; its place. Without it *@out stays. */
bool cases_word(struct check_report *r, const json_t *from, const char *where,
                const char *name, bool must, const char *const words[],
                int *out);
/* A list of @least .. @most; NULL after a sentence. */
const json_t *cases_list(struct check_report *r, const json_t *from,
                         const char *where, const char *name, size_t least,
                         size_t most);
/* A sentence. */
void cases_say(struct check_report *r, const char *what, const char *format,
               ...) __attribute__((format(printf, 3, 4)));

/* ---- the machine (cases_machine.c) --------------------------------------- */

#define CASES_TICK_NS INT64_C(1000000) /* one tick of a file is 1 ms here */

/* What a case is played on. {0} is fine to end. */
struct cases_machine {
    struct check_report *r;
    struct sim_jobs jobs;
    struct sim_setup setup;
    struct sim *sim;
};

/* @policy with its defaults, under the rules @r asks for. */
void cases_machine_init(struct cases_machine *m, struct check_report *r,
                        const char *policy);
void cases_machine_fini(struct cases_machine *m);
/* Another job, and another step of the last; false: no memory, kept in @r. */
struct sim_job *cases_job(struct cases_machine *m);
bool cases_step(struct cases_machine *m, enum sim_step_kind kind, int64_t ns,
                int32_t n);
/* Begin to play. False after a sentence. */
bool cases_start(struct cases_machine *m, const struct sim_watch *watch);
/* All that happens at the beginning of tick @tick. Whether there is such a
 * tick; false also after a sentence, when it goes on for more ticks than
 * @most (then, and when it stands still, *@failed is set). */
bool cases_tick(struct cases_machine *m, int64_t tick, int64_t most,
                bool *failed);
/* Play to the end. False after a sentence. */
bool cases_play(struct cases_machine *m);

/* A time in ticks; whole where it is. */
json_t *cases_ticks(int64_t ns);
/* {"response": ...}, from the sums of @jobs jobs in ns; a NULL name ends. */
json_t *cases_averages(const char *const names[], const int64_t sums[],
                       int jobs);
/* @part of @whole in per cent. */
json_t *cases_percent(int64_t part, int64_t whole);

#endif
