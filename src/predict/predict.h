/* How long would it take on another machine? One short run tells how long the
 * tasks are; the simulator deals them to as many CPUs as are asked about.
 *
 * Runs nothing itself: whoever drives it (the command, a test) runs the
 * experiments it names and hands in what came of them. One thread. */
#ifndef PREDICT_PREDICT_H
#define PREDICT_PREDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/machine.h"
#include "base/text.h"
#include "sim/setup.h"
#include "spec/spec.h"
#include "sweep/sweep.h"
#include "trace/trace.h"

#define PREDICT_POINTS 32
/* The short run goes on for so long, or until all tasks are done. */
#define PREDICT_SHORT_NS INT64_C(1000000000)
/* What would take longer than this is not run for real. */
#define PREDICT_REAL_MOST_S 30.0
/* More tasks than this are not simulated. */
#define PREDICT_TASKS_MOST INT64_C(20000000)

/* ---- what is asked ------------------------------------------------------- */

struct predict_request {
    struct spec spec;         /* as parsed; not checked */
    struct sim_setup setup;   /* all but .cpus, which each point has */
    bool policy_named;        /* else one like this kernel's, or the model's */
    int cpus[PREDICT_POINTS]; /* growing */
    int count;
    bool workers_follow; /* --workers was not given: as many as CPUs */
    bool real;           /* run it on so many cores where there are as many */
};

/* Read "cpus=1,2,4" or "sim:rr,slice=4ms,cpus=1-4" into @r; NULL: 1, 2, 4, ...
 * up to 64. -EINVAL with a sentence. */
int predict_read_on(struct predict_request *r, const char *on, struct err *err);
/* Can this experiment be predicted? @r->spec is parsed. -EINVAL with a sentence
 * that says why not. Fills in .workers_follow and, where no policy was named,
 * makes .setup like the scheduler of @m's kernel or what the model needs. */
int predict_check(struct predict_request *r, const struct machine *m,
                  struct err *err);

/* ---- one number of CPUs -------------------------------------------------- */

struct predict_point {
    int cpus;
    int64_t workers;
    bool asked;           /* else only there to compare with: one CPU */
    struct metrics model; /* simulated */
    double speedup;       /* throughput over that on one CPU; <0: unknown */
    bool real;            /* .outcome is there */
    struct sweep_outcome outcome; /* of the real run */
    bool disturbed;
    bool has_error;
    double error; /* (predicted - measured) / measured, of .metric */
};

enum predict_verdict {
    PREDICT_DONE,
    PREDICT_INCONCLUSIVE, /* others used the machine meanwhile */
    PREDICT_FAILED        /* a real run did not end well */
};

struct prediction {
    struct predict_request request;
    struct machine machine;
    enum metric metric; /* what errors are about: wall_s, or with endless work
                           throughput_per_s */
    struct spec short_spec;
    bool whole_task; /* a task is longer than the short run: run one to its
                        end */
    struct sweep_outcome short_run;
    bool short_disturbed;
    int64_t *lengths_ns; /* of tasks, and how much of each is computing */
    int length_count;
    double cpu_share;
    double mean_ns, least_ns, most_ns;
    char note[800];                                 /* on the short run; "" */
    struct predict_point point[PREDICT_POINTS + 1]; /* by CPUs; [0] is one */
    int count;
    enum predict_verdict verdict;
};

/* @r is copied; it was checked. NULL if out of memory. */
struct prediction *predict_new(const struct predict_request *r,
                               const struct machine *m);
void predict_free(struct prediction *p); /* NULL is fine */

/* The short run: one worker, not checked. */
void predict_short_spec(const struct prediction *p, struct spec *out);
/* What came of it, from its finished and summarised trace; of several the least
 * disturbed counts. -EAGAIN: no task was finished, and the next short run, by a
 * new predict_short_spec(), goes on until one is. -EINVAL with a sentence: it
 * says nothing about tasks. */
int predict_learn(struct prediction *p, const struct trace *t,
                  const struct sweep_outcome *outcome, struct err *err);
/* Simulate all points. */
int predict_simulate(struct prediction *p, struct err *err);
/* This machine has the cores for point @i, but it would take too long. */
bool predict_too_long(const struct prediction *p, int i);
/* The real run of point @i, not checked. False: it is not to be run, would take
 * too long, or this machine has not so many cores. */
bool predict_real_spec(const struct prediction *p, int i, struct spec *out);
/* Hand in a real run of point @i; of several the least disturbed counts. Its
 * throughput is in tasks, also of endless work. True: it was disturbed and
 * should be done again. */
bool predict_take(struct prediction *p, int i,
                  const struct sweep_outcome *outcome);
/* Errors and verdict, when all runs are in. */
void predict_conclude(struct prediction *p);

/* Was the machine used by others during this run? */
bool predict_disturbed(const struct sweep_outcome *o);

/* ---- what it says -------------------------------------------------------- */

/* The table of figures, at most 80 columns wide. */
void predict_table(const struct prediction *p, struct text *out);
/* What was measured, how, and what follows: paragraphs to be wrapped. */
void predict_say_short(const struct prediction *p, struct text *out);
void predict_say_answer(const struct prediction *p, struct text *out);
void predict_say_limits(const struct prediction *p, struct text *out);
/* The record, schema timeslice.predict/1: one object and a newline. False: out
 * of memory. */
bool predict_json(const struct prediction *p, struct text *out);

#endif
