/* A sweep: which run comes next, what the runs gave, and what follows from
 * them. Runs nothing itself: whoever drives it (the command, the screen) asks
 * for the next order, runs it, and hands in the outcome. So a kept sweep is
 * resumed, shown and reported by handing its outcomes in again. One thread. */
#ifndef SWEEP_SWEEP_H
#define SWEEP_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "scale/fit.h"
#include "stats/robust.h"
#include "sweep/request.h"
#include "trace/trace.h"

/* A run is disturbed when others used more of the machine than this while it
 * went on, in cores and, as the kernel counts hundredths of a second, in
 * seconds. */
#define SWEEP_NOISE_CORES 0.15
#define SWEEP_NOISE_S 0.04
/* A disturbed run is done again so often; then the best of them counts, and
 * the point is said to be disturbed. */
#define SWEEP_AGAIN 2
/* The sweet spot: the fewest workers within this of the best median. */
#define SWEEP_WITHIN 0.05

/* What is to be run. */
struct sweep_order {
    int point;   /* index */
    int round;   /* 0 .. repeat - 1; -1: warming up, the figure is not used */
    int attempt; /* 0, then 1 .. SWEEP_AGAIN after disturbed ones */
    struct spec spec; /* not checked */
};

/* What came of it. */
struct sweep_outcome {
    enum verdict verdict;
    struct metrics metrics;
    char error[160];      /* of a run that failed; "" */
    double foreign_cores; /* others' use, mean over the run; <0 not known */
    int64_t took_ns;      /* from order to outcome, starting and ending too */
    int64_t began_ns;     /* wall clock, ns since 1970; for drift and lists */
    int64_t run;          /* its number in the history; 0: not kept */
    int cores;            /* that it could use */
    double looking_s;     /* processor time spent on looking; 0 not known */
};

struct sweep_trial {
    int point, round, attempt;
    struct sweep_outcome outcome;
    bool has_y; /* it ended well and the metric was measured */
    double y;
    bool disturbed;
    bool used;    /* counts: not warming up, has a y, not done again */
    bool outlier; /* used, but far from the other runs of its point; the
                     median cares little */
};

/* Where the workers' lives went: shares that sum to 1; each the median over
 * the point's used runs, scaled. */
enum sweep_part {
    PART_RUN,   /* on a core */
    PART_READY, /* could run, no core was free */
    PART_LOCK,
    PART_IO,
    PART_OTHER, /* blocked for another reason */
    PART_CHILD, /* command: the programs computed */
    SWEEP_PARTS
};
extern const char *const sweep_part_words[];

struct sweep_point {
    int curve;
    int value;                    /* place in the axis */
    double x;                     /* the number; for words their place from 1 */
    struct spec spec;             /* not checked */
    char label[SWEEP_VALUE_TEXT]; /* "4" */
    /* After sweep_conclude(): */
    struct robust y; /* .n runs are used; 0: nothing to show */
    int failed;      /* runs without a figure */
    int disturbed;   /* used runs that were disturbed */
    bool has_parts;
    double part[SWEEP_PARTS];
    double cores_busy; /* median parallelism, programs included; <0 unknown */
    int typical;       /* the trial nearest the median; -1 */
    char error[160];   /* why runs failed; "" */
    bool asked;        /* by sweep_add_value(): --auto measures it, too */
};

enum sweep_verdict {
    SWEEP_NOTHING,     /* too little was measured to say anything */
    SWEEP_FOUND,       /* .best stands, within its interval */
    SWEEP_INCONCLUSIVE /* .why: disturbed, or moved meanwhile */
};

struct sweep_curve {
    char label[SWEEP_VALUE_TEXT]; /* of the family; "" if there is only one */
    enum sweep_verdict verdict;
    char why[240];
    int best; /* point: fewest workers within 5 % of the best median; with words
                 along x .top; -1: SWEEP_NOTHING */
    int top;  /* point with the best median; -1 */
    double low_x, high_x; /* where else .best may be, by resampling the runs:
                             95 % */
    bool at_edge;         /* .best is the largest x: more may be better still */
    double speedup;       /* best median / that of the smallest x */
    bool has_fits;
    struct scale_fits fits;
    struct scale_known known;
    double response_s[SCALE_POINTS_MAX]; /* what .known.response_s points to */
    enum scale_limit limit;
    char sentence[400]; /* the answer, for a person */
};

struct sweep {
    struct sweep_request request;
    struct machine machine;
    struct sweep_point *points; /* by curve, then along x */
    int point_count;
    struct sweep_curve *curves;
    int curve_count;
    struct sweep_trial *trials; /* in order of arrival */
    int trial_count, trial_cap;
    double drift; /* second half of the runs / first half, each over its
                     point's median; 0 unknown */
    double drift_by_chance; /* it may be off 1 by so much though nothing moved:
                               two standard errors */
    bool has_guess;
    double guess;     /* the learner's, before the answer: an x */
    int64_t spent_ns; /* all trials' .took_ns */
    bool interrupted;
    bool stale; /* runs came in since sweep_conclude() */
};

/* Its runs are simulated (--on): its badge is MODEL, not MEASURED. */
bool sweep_computed(const struct sweep *s);

/* NULL and a sentence: no memory, or the request cannot be (it was checked by
 * sweep_parse()). A simulated machine takes the place of @m. */
struct sweep *sweep_new(const struct sweep_request *r, const struct machine *m,
                        struct err *err);
void sweep_free(struct sweep *s); /* NULL is fine */

/* The next run; false: all is done (or --auto has found it, or its budget is
 * spent). Asking again without handing in gives the same. Rounds are shuffled
 * by the seed, each round has every point once; a first run of every curve
 * warms up. */
bool sweep_next(struct sweep *s, struct sweep_order *out);
/* Hand in what came of @o. The point is the one that has the values of
 * @o->spec, checked or not; only if that was never filled in (.scale 0) the one
 * numbered @o->point. An interrupted run is forgotten, so that it is asked for
 * again; one that is there already as well. 0; -ENOMEM; -EINVAL: no point of
 * this sweep. The figures of the point are worked out again; intervals, fits
 * and sentences, which cost a few milliseconds, with the last run, with the
 * next sweep_next(), and with sweep_conclude(): call that after handing in many
 * kept runs. */
int sweep_take(struct sweep *s, const struct sweep_order *o,
               const struct sweep_outcome *outcome);
/* What is left at the pace so far; -1: not known yet. */
int64_t sweep_left_ns(const struct sweep *s);
/* How many runs are done and planned, without those done again. Nobody knows
 * how many --auto will want: *@planned 0. */
void sweep_progress(const struct sweep *s, int *done, int *planned);

/* Put a value on the axis along x, on every curve. -EINVAL and a sentence;
 * -EEXIST: it is there. Point indices change: trials are kept right. */
int sweep_add_value(struct sweep *s, const char *value, struct err *err);

/* Work out everything that follows from the trials. */
void sweep_conclude(struct sweep *s);
/* The outcome of a finished run, from its trace. Fields that the trace cannot
 * know (.foreign_cores, .took_ns, .began_ns, .run) are left alone. */
void sweep_outcome_of(struct sweep_outcome *out, const struct trace *t);

/* Exit status of the whole: the first curve's verdict and failures: see
 * cli/cli.h. "tasks a second" and the like: what y is. */
const char *sweep_y_words(const struct sweep *s);

#endif
