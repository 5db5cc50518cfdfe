/* What the files of advise/ share. One thread. */
#ifndef ADVISE_ADVISE_PARTS_H
#define ADVISE_ADVISE_PARTS_H

#include "advise/advise.h"

#define ADVICE_LEVELS 32
/* The answer: the fewest workers within this of the best. */
#define ADVICE_WITHIN SWEEP_WITHIN
/* Another doubling must be worth it. */
#define ADVICE_GAIN (1 + SWEEP_WITHIN)
/* So much of all cores busy: more workers cannot help. */
#define ADVICE_FULL 0.92

struct advice {
    struct spec base; /* checked; workers, tasks, duration, model change */
    struct machine machine;
    int cores;
    enum spec_model model; /* that is proposed */
    struct profile profile;
    bool warm;     /* a first run is over */
    double warm_s; /* a task's time in it */
    bool profiled;
    double alone_per_s;                       /* one worker, from the profile */
    int64_t start;                            /* what the table proposes */
    int64_t most;                             /* what bounds allow */
    enum advice_bound bound, limit;           /* of .start; of .most */
    struct advice_level level[ADVICE_LEVELS]; /* by number of workers */
    int levels;
    enum advice_verdict verdict;
    int64_t workers; /* the answer */
    char error[240]; /* of work that failed */
    /* The order that is out, and what its earlier attempts gave. */
    bool ordered;
    struct sweep_order order;
    bool has_kept;
    struct sweep_outcome kept; /* the best of the disturbed attempts */
    int runs;                  /* that were taken */
    int64_t spent_ns;
};

/* ---- profile.c ----------------------------------------------------------- */

/* Tasks a second if all @tasks were done as those of @o were; 0: endless. <0:
 * it was not measured. */
double profile_rate(const struct sweep_outcome *o, int64_t tasks,
                    int64_t workers);
/* What a run with one worker says. */
void profile_of(struct profile *p, const struct sweep_outcome *o,
                const struct spec *spec);
/* Others used more of the machine than may be. */
bool profile_disturbed(const struct sweep_outcome *o);

/* ---- levels.c ------------------------------------------------------------ */

struct advice_level *level_at(struct advice *a, int64_t workers); /* or NULL */
/* Its place, made if need be. NULL: there are too many. */
struct advice_level *level_make(struct advice *a, int64_t workers);
void level_add(struct advice_level *l, const struct sweep_outcome *o,
               int64_t tasks);
/* How many of the tasks a run with @workers should do. */
int64_t level_tasks(const struct advice *a, int64_t workers);
/* The number of workers to try next; 0: the answer stands in .workers. */
int64_t level_next(struct advice *a);
const struct advice_level *level_best(const struct advice *a);

#endif
