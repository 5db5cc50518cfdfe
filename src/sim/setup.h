/* The simulated machine: its policy, CPUs and parameters. Plain data.
 *
 * One table names every parameter; "--on sim:rr,slice=4ms", the first line of a
 * job file, help, completions and the manual page come from it. */
#ifndef SIM_SETUP_H
#define SIM_SETUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "sim/jobs.h"

struct sim_policy;

enum sim_queues { QUEUES_CENTRAL, QUEUES_PER_CPU };
/* Of a job that came to be ready and one whose slice ended at the same instant,
 * which goes to the queue first? */
enum sim_ties { TIES_ENDED, TIES_ARRIVED };
/* A job that waits for a device: its CPU goes to another, or stays its own. */
enum sim_on_io { ON_IO_SWITCH, ON_IO_HOLD };
/* One whose device is done: it waits its turn, or takes a CPU at once. */
enum sim_after_io { AFTER_IO_QUEUE, AFTER_IO_PREEMPT };
/* Which tie and corner rules hold: ours, or those of the programs that come
 * with "Operating Systems: Three Easy Pieces" (sim/rules.h). */
enum sim_rules { RULES_OWN, RULES_OSTEP };

#define SIM_LEVELS_MAX 16
struct sim_level { /* of the multi-level feedback queue, highest first */
    int64_t slice_ns;
    int64_t allotment; /* slices before it sinks; at least 1 */
};

#define SIM_NEVER (-1) /* a period that never comes round */

struct sim_setup {
    const struct sim_policy *policy;
    int cpus;           /* 1 .. SIM_CPUS_MAX */
    int64_t slice_ns;   /* > 0 */
    bool aligned;       /* slices of all CPUs end together, at whole multiples
                           of .slice_ns */
    int64_t switch_ns;  /* from one job to another on a CPU */
    int64_t migrate_ns; /* more, if it ran last on another CPU */
    int64_t tick_ns;    /* decisions about the running job are taken at whole
                           multiples only; 0: at once */
    enum sim_queues queues;
    int64_t steal_ns; /* per-cpu queues: a CPU without work looks at the
                         others' queues so often; 0: at once; SIM_NEVER */
    /* Warm caches: a job that ran .warm_ns on a CPU computes .warm_rate times
     * as fast there, as long as its working set stays in. */
    int64_t warm_ns;   /* with .warm_rate 1 nothing is ever warm */
    int64_t warm_rate; /* whole, 1 .. 100 */
    int64_t cache;     /* of a CPU, in the unit of working sets */
    struct sim_level level[SIM_LEVELS_MAX];
    int level_count;
    int64_t boost_ns;   /* mlfq: all to the top so often; SIM_NEVER */
    bool stay;          /* mlfq: waiting for a device gives a fresh allotment */
    bool front;         /* mlfq: from a device to the front of the queue */
    int64_t age_ns;     /* priority: waiting so long is worth one step;
                           SIM_NEVER */
    int64_t latency_ns; /* cfs: everyone once within this */
    int64_t granularity_ns; /* cfs: but nobody shorter than this */
    int64_t wakeup_ns;      /* cfs: a waking job must be so much behind */
    int64_t interval_ns;    /* gil: a waiter's patience */
    int64_t check_ns;       /* gil-old: the holder lets go so often */
    int64_t wake_ns;        /* gil: until a woken waiter is there */
    bool inherit; /* locks lend the waiters' priority to their owner */
    enum sim_ties ties;
    enum sim_on_io on_io;
    enum sim_after_io after_io;
    enum sim_rules rules;
    int64_t until_ns; /* stop then; SIM_NEVER: when all jobs have ended */
    uint64_t seed;
    /* Instead of drawing at random (answer files): */
    const int64_t *draws; /* lottery: one a decision; NULL */
    int draw_count;
    const int32_t *victims; /* stealing: which CPU to look at; NULL */
    int victim_count;
    uint64_t given; /* bit i: sim_settings[i] was written by the user */
};

/* ---- the table (setup.c) ------------------------------------------------- */

enum sim_setting_type {
    SIM_SETTING_COUNT,  /* int */
    SIM_SETTING_WHOLE,  /* int64_t */
    SIM_SETTING_NS,     /* int64_t: "4", "4ms" */
    SIM_SETTING_PERIOD, /* int64_t: the same or "never" */
    SIM_SETTING_STEAL,  /* int64_t: the same, "never" or "idle" */
    SIM_SETTING_YES_NO, /* bool */
    SIM_SETTING_CHOICE, /* an enum; .words */
    SIM_SETTING_LEVELS, /* "8:1,16:1,32:2" slices and allotments, highest first;
                           in --on with '/' for ',' */
    SIM_SETTING_SEED    /* uint64_t */
};
struct sim_setting {
    const char *name; /* "slice" */
    enum sim_setting_type type;
    unsigned offset; /* in struct sim_setup */
    int64_t min, max;
    const char *fallback;     /* as a person writes it; a policy may have its
                                 own (.defaults) */
    const char *const *words; /* choices; NULL-terminated */
    const char *policies;     /* blank-separated names it means something to;
                                 NULL: all */
    const char *help;         /* one line, no full stop */
};
extern const struct sim_setting sim_settings[];
extern const int sim_setting_count;
const struct sim_setting *sim_setting(const char *name); /* or NULL */
bool sim_setting_applies(const struct sim_setting *s,
                         const struct sim_policy *p);

/* All defaults for @policy. */
void sim_defaults(struct sim_setup *out, const struct sim_policy *policy);
/* "rr slice=4ms cpus=64", "sim:rr,slice=4ms,cpus=64": the policy first, blanks
 * or commas between. Without a policy @otherwise, or fifo if that is NULL.
 * -EINVAL with a sentence that names the word and what would be right. */
int sim_setup_read(struct sim_setup *out, const char *text,
                   const struct sim_policy *otherwise, struct err *err);
/* Which policy may be meant by @name, which is none: what others call it
 * ("fcfs" is fifo), or the most alike; NULL. */
const char *sim_policy_meant(const char *name);
/* One parameter from text, marked as given. On failure @setup is as it was. */
int sim_setup_set(struct sim_setup *setup, const char *name, const char *value,
                  struct err *err);
/* The policy and what was given: "rr,slice=4ms,cpus=64". */
void sim_setup_write(const struct sim_setup *setup, struct text *out);
/* One parameter's present value, as a person writes it. */
void sim_setup_value(const struct sim_setup *setup, const struct sim_setting *s,
                     struct text *out);
/* What the jobs' own line @own says holds on the machine @setup, unless that
 * says otherwise: --on sjf is "the same, under sjf". -EINVAL with a sentence.
 */
int sim_setup_inherit(struct sim_setup *setup, const struct sim_setup *own,
                      struct err *err);
/* Do these go together, and with @jobs (NULL: not looked at)? -EINVAL with a
 * sentence: pins to CPUs that are not there, a lottery without tickets, ... */
int sim_setup_check(const struct sim_setup *setup, const struct sim_jobs *jobs,
                    struct err *err);

struct spec;
/* What an experiment says of the machine rather than of its jobs
 * (jobs_spec.c): when it stops, the slice, the global lock's patience. What
 * @setup was given stays. @otherwise: no policy was named, so that of --model
 * gil and of the real-time classes is taken. -EINVAL with a sentence: the
 * global lock under a policy that knows none. */
int sim_setup_for_spec(struct sim_setup *setup, const struct spec *spec,
                       bool otherwise, struct err *err);

#endif
