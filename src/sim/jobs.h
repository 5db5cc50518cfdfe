/* A set of jobs: what the simulator schedules. Plain data, made once (from
 * text, an experiment, a recorded run or a seed) and then only read: any thread
 * may read it. Times are virtual nanoseconds. */
#ifndef SIM_JOBS_H
#define SIM_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

/* Bounds, checked before memory is taken. */
enum {
    SIM_JOBS_MAX = 1000000,
    SIM_STEPS_MAX = 8000000, /* of all jobs */
    SIM_CPUS_MAX = 1024,
    SIM_LOCKS_MAX = 256,
    SIM_GANGS_MAX = 65536,
    SIM_PINS_MAX = 4096,             /* different sets of CPUs */
    SIM_NAME_MAX = 24,               /* bytes of a name, its end included */
    SIM_JOBS_TEXT = 64 * 1024 * 1024 /* bytes of a file */
};
#define SIM_NS_MAX (INT64_C(1) << 53) /* of one time: 104 days */

/* What a job does, one after the other. */
enum sim_step_kind {
    STEP_RUN,    /* compute for .ns */
    STEP_IO,     /* wait for a device for .ns; devices serve any number */
    STEP_SLEEP,  /* the same for a timer */
    STEP_LOCK,   /* take lock .n; waits in turn */
    STEP_UNLOCK, /* give it to the one that has waited longest */
    STEP_AGAIN,  /* all since the step after the last AGAIN of this job, .n
                    times altogether (at least 1) */
    STEP_PERIOD, /* wait until the next period begins */
    STEP_TASKS   /* take tasks from the set's pool until there is none left */
};
struct sim_step {
    int64_t ns;
    int32_t n;
    uint8_t kind; /* enum sim_step_kind */
};

struct sim_job {
    int64_t arrival_ns;
    int64_t period_ns;   /* 0: has none */
    int64_t deadline_ns; /* after the arrival, and after each period's begin; 0:
                            has none */
    int32_t first, count; /* its steps; count may be 0: nothing to do */
    int32_t name;         /* into .names; -1: A, B, ... Z, AA, AB, ... */
    int32_t tickets;      /* lottery, stride: 0 .. 1000000; default 100 */
    int32_t working_set;  /* of the cache, in its unit; 0: none */
    int32_t pins;         /* which CPUs, into .pins; -1: any */
    int32_t gang;         /* -1: by itself */
    int16_t priority;     /* 0 .. 99, more is more urgent; default 0 */
    int8_t nice;          /* -20 .. 19 */
};

/* A set of CPUs. */
struct sim_pins {
    uint64_t bits[SIM_CPUS_MAX / 64];
};

/* Tasks that workers take in turn (STEP_TASKS): the same workload, model and
 * dispatch as an experiment's. */
struct sim_pool {
    int64_t tasks, chunk; /* chunk at least 1 */
    bool divided;         /* each worker has its own ceil(tasks / workers) */
    int workers;
    int64_t *lengths_ns; /* of task i: number i modulo length_count */
    int length_count;
    double cpu_share; /* of a task is computing, then the rest waiting; 0..1 */
};

/* Where things of one kind are, by what they say (jobs.c). */
struct sim_index {
    int32_t *slot; /* number + 1; 0: free */
    int cap;       /* a power of two, or 0 */
};

struct sim_jobs {
    struct sim_job *job;
    int count;
    struct sim_step *step;
    int step_count;
    struct sim_pins *pins;
    int pin_count;
    char (*lock)[SIM_NAME_MAX]; /* names, by number */
    int lock_count;
    char (*gang)[SIM_NAME_MAX];
    int gang_count;
    char (*names)[SIM_NAME_MAX]; /* of jobs that were given one */
    int name_count;
    struct sim_pool pool;
    /* Capacities: only for the functions that make it. */
    int job_cap, step_cap, pin_cap, lock_cap, gang_cap, name_cap;
    struct sim_index pin_index, lock_index, gang_index, name_index;
};

void sim_jobs_fini(struct sim_jobs *jobs); /* {0} is fine; leaves {0} */

/* ---- making one (jobs.c) ------------------------------------------------- */

/* A job with no steps yet, all as by default, arriving at 0; its steps follow
 * with sim_jobs_step(). NULL: out of memory or SIM_JOBS_MAX. Pointers are good
 * until the next one. */
struct sim_job *sim_jobs_add(struct sim_jobs *jobs);
/* Another step of the last job. 0, -ENOMEM or -E2BIG. */
int sim_jobs_step(struct sim_jobs *jobs, enum sim_step_kind kind, int64_t ns,
                  int32_t n);
/* The number of the lock, gang, name or set of CPUs; made if it is new. -1: out
 * of memory or there are too many. */
int sim_jobs_lock(struct sim_jobs *jobs, const char *name);
int sim_jobs_gang(struct sim_jobs *jobs, const char *name);
int sim_jobs_name(struct sim_jobs *jobs, const char *name);
int sim_jobs_pins(struct sim_jobs *jobs, const struct sim_pins *pins);
/* A copy of all of it. 0 or -ENOMEM. */
int sim_jobs_copy(struct sim_jobs *to, const struct sim_jobs *from);

/* What job @id is called; into @buf, returned. */
char *sim_job_name(const struct sim_jobs *jobs, int id, char buf[SIM_NAME_MAX]);
/* All the computing job @id has to do, waiting left out; -1: it takes tasks of
 * the pool, so nobody knows yet. */
int64_t sim_job_work_ns(const struct sim_jobs *jobs, int id);
static inline bool sim_pins_allow(const struct sim_pins *p, int cpu)
{
    return p->bits[cpu / 64] >> cpu % 64 & 1;
}

/* ---- text (jobs_read.c, jobs_file.c, jobs_write.c)
 * ------------------------------------ */

/* A job file, or the same in one line with '|' between the lines:
 *
 *     # name  what it does, one after the other      settings
 *     rr slice=4 cpus=2                 # the machine; optional, first
 *     A  10                             # compute for 10 ms
 *     B  3 io:5 2             @2        # arrives at 2 ms
 *     C  2 io:8 x10           nice=5    # all that ten times
 *     D  1 lock:m 4 unlock:m 1          priority=3 tickets=50
 *     E  3 period x100                  period=10ms deadline=8ms
 *     F  20                             cpus=0,2-3 set=40 gang=g
 *     W*4 2 sleep:1 x3                  # four of them: W1, W2, W3, W4
 *     Z  0                              # nothing to do
 *
 * Times are milliseconds unless they have a unit (ns, us, ms, s), with up to
 * six decimals. '#' begins a comment. A name is letters, digits, '_', '-' and
 * '.', a letter first, and no two jobs have the same one. "x10" repeats all
 * since the last "x" of the line, so that it is done ten times altogether; what
 * it repeats takes some time, and takes and gives the same locks. With a period
 * the deadline is its end unless deadline= says otherwise ("never": has none).
 *
 * The machine is a line that begins with the name of a policy and has no work,
 * as sim_setup_read() takes it; *@machine (if not NULL) gets its words with one
 * blank between, else nothing. A line without work and with a name that is no
 * policy is refused. All that one job does takes at most SIM_NS_MAX (computing,
 * waiting for devices, timers and periods, its arrival), all jobs together 2^60
 * ns.
 *
 * @name stands for the file in sentences. -EINVAL with "NAME:LINE:COLUMN: " and
 * what is wrong and would be right, both from 1, the column in characters;
 * -ENOMEM. Nothing to free on failure. */
int sim_jobs_read(struct sim_jobs *out, struct text *machine, const char *name,
                  const char *text, size_t length, struct err *err);
/* The same from the file @path, "-" is standard input. Another errno: it could
 * not be read. */
int sim_jobs_read_file(struct sim_jobs *out, struct text *machine,
                       const char *path, struct err *err);
/* Text that gives the same set again, a job a line; @between is "\n" or " | ".
 * Not for sets with a pool (then it writes what it can, with a comment). */
void sim_jobs_write(const struct sim_jobs *jobs, const char *between,
                    struct text *out);
/* The shortest way to write a time: "4ms", "250us", "1.5s"; without a unit for
 * milliseconds if @plain. */
void sim_write_ns(int64_t ns, bool plain, struct text *out);
/* And back; milliseconds without a unit. False: that is no time 0 ..
 * SIM_NS_MAX. */
bool sim_read_ns(const char *text, size_t length, int64_t *out);

/* ---- from elsewhere ------------------------------------------------------ */

struct spec;
struct trace;
/* The jobs that an experiment's workers are (jobs_spec.c). Only where the
 * length of a task is part of the experiment (spin, sleep); else -EINVAL with a
 * sentence that names "predict". @spec is checked. */
int sim_jobs_from_spec(struct sim_jobs *out, const struct spec *spec,
                       struct err *err);
/* Do these words begin as an experiment does, with the name of a workload? */
bool sim_means_experiment(const char *text);
struct machine;
/* The jobs of the experiment @line, checked for this machine; @spec gets it. */
int sim_jobs_from_line(struct sim_jobs *out, struct spec *spec,
                       const char *line, const struct machine *m,
                       struct err *err);
/* The jobs that the workers of a recorded run were (jobs_trace.c): each worker
 * computes what it computed and waits for devices and timers what it waited;
 * how long it lacked a core or a lock is left out, since that is for the
 * scheduler to decide. @note gets a sentence about what was left out or cannot
 * be known, or stays empty. -EINVAL: nothing of use was recorded. */
int sim_jobs_from_trace(struct sim_jobs *out, const struct trace *t,
                        struct text *note, struct err *err);
/* The tasks of a recorded run as a pool for @workers workers: their measured
 * lengths, waiting apart from computing (jobs_trace.c). */
int sim_jobs_tasks_from_trace(struct sim_jobs *out, const struct trace *t,
                              int workers, struct text *note, struct err *err);

/* Random sets (jobs_random.c): the same for the same @seed for ever. What is
 * not wished for stays as by default; a wish more leaves the rest as it was. */
struct sim_random {
    int jobs;           /* how many, 1 .. SIM_JOBS_MAX */
    int64_t longest_ns; /* of one burst; whole milliseconds if .whole_ms; times
                           .jobs at most SIM_NS_MAX / 64 (39 hours) */
    int64_t last_arrival_ns;
    bool whole_ms, io, nice, tickets, priorities, pins, locks, gangs, sets;
    int cpus; /* that pins may name */
};
/* 0, -ENOMEM, -EINVAL (a wish out of range) or -E2BIG (SIM_STEPS_MAX). Gangs
 * have at most .cpus members, pins name at most two of .cpus. */
int sim_jobs_random(struct sim_jobs *out, const struct sim_random *wish,
                    uint64_t seed);

#endif
