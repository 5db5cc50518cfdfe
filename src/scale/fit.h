/* Scaling models fitted to anybody's numbers: throughput against the number of
 * workers. Pure; any thread. Golden cases: tests/golden/scaling.json. */
#ifndef SCALE_FIT_H
#define SCALE_FIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "scale/forms.h"

#define SCALE_POINTS_MAX 1024

/* One measurement. Several may have the same n. */
struct scale_point {
    double n; /* workers; >= 1 */
    double x; /* throughput, a second; > 0 */
};

/* What else is known of what was measured; {0} if nothing. Models that need
 * what is not known are left out and say so. */
struct scale_known {
    int64_t tasks, chunk; /* a fixed number of tasks, dealt in portions; 0 */
    bool chunk_auto;      /* portions of ceil(tasks / (4 n)) */
    double task_s;        /* how long one takes one worker alone; 0 */
    double cpu_share;     /* of a task's time: computing; <= 0 unknown */
    int cores;            /* 0 unknown */
    const double *response_s; /* mean, of each point; NULL unknown */
};

enum scale_model {
    SCALE_USL,       /* sigma, kappa, lambda */
    SCALE_AMDAHL,    /* serial, lambda: usl with kappa 0 */
    SCALE_GUSTAFSON, /* serial, lambda: X = lambda (n - serial (n - 1)) */
    SCALE_ARTICLES,  /* z, o of T = h n/t + (n/t) z + o; needs tasks, task_s */
    SCALE_QUADRATIC, /* a, b, c of y = a x^2 + b x + c */
    SCALE_ROUNDS,    /* task_s, o of T = makespan + o; needs tasks */
    SCALE_QUEUE,     /* demand, think of workers that compute and wait on
                        .cores: scale_repair(); needs cores */
    SCALE_MODELS
};
extern const char *const scale_model_words[];  /* "usl", "amdahl", ... */
extern const char *const scale_model_titles[]; /* "universal scalability law" */

#define SCALE_PARAMETERS 3
struct scale_parameter {
    const char *name; /* "sigma" */
    const char *unit; /* "", "s", "1/s" */
    double value;
    /* 95 %: value +- t s.e. from the Jacobian; within the parameter's range.
     * Absent (.interval false) without degrees of freedom or on a bound that
     * says nothing. */
    bool interval;
    double low, high;
};

/* "sigma 0.021 (0.01 to 0.032)", "lambda 48.1/s (47 to 49.2)", "think 2.1 ms (2
 * ms to 2.2 ms)": in brackets the interval. */
void scale_parameter_text(const struct scale_parameter *p, struct text *out);

struct scale_fit {
    enum scale_model model;
    /* It describes them: R2 >= 0.9, or within 5 % of them (a flat curve), or
     * as close as the repeats are to one another; and no trend in what it
     * leaves over. Else .why says what is wrong: a clause, without a capital
     * or a full stop. */
    bool fits;
    bool computed; /* the numbers below are there */
    char why[200];
    struct scale_parameter parameter[SCALE_PARAMETERS];
    int parameters;
    int freedom; /* points - parameters */
    double sse;
    bool has_r2, has_rse;
    double r2;   /* 1 - SSE/SST of x; absent when all x are equal */
    double rse;  /* sqrt(SSE / (points - parameters)) */
    double aicc; /* for choosing: smaller is better; INFINITY if n/a */
    double peak_n, peak_x; /* of the model; peak_n < 0: none */
    double knee_n;         /* 1/sigma, (D+Z)/D cores ...; < 0 none */
    double limit_x;        /* it can never do more; < 0: no limit */
    bool peak_refused;     /* beyond twice the largest n measured: not shown */
    /* What it leaves over, in the order of n, one letter for each (beyond 24
     * for each few): '+' measured more than 1 % above it, '-' below, '='. */
    char residuals[25];
    double misfit; /* root of the mean square of these, of x: 0.02 is 2 % */
};

/* The value of @f at @n. */
double scale_fit_at(const struct scale_fit *f, const struct scale_known *k,
                    double n);

/* All models. */
struct scale_fits {
    struct scale_fit fit[SCALE_MODELS];
    /* The one to draw: fits, smallest aicc; of equals the one that knows of
     * tasks; the parabola, which explains nothing, only when no other fits.
     * With too few points for aicc the fewest parameters. -1 none. */
    int best;
    struct scale_point point[SCALE_POINTS_MAX];
    int points;
    double least_n, most_n;
    struct scale_known known; /* without .response_s */
    double little; /* mean of x R / n, 1 by Little's law; < 0 unknown */
};
/* -EINVAL with a sentence: fewer than three different n, n < 1 (average
 * sessions; the law does not hold there), x <= 0, too many points. */
int scale_fit_all(struct scale_fits *out, const struct scale_point *points,
                  int count, const struct scale_known *k, struct err *err);
/* One model. False: cannot be computed (.why). */
bool scale_fit_one(struct scale_fit *out, enum scale_model model,
                   const struct scale_point *points, int count,
                   const struct scale_known *k);

/* The universal law by the given method (see the golden cases' README). */
enum scale_method { SCALE_NLS3, SCALE_NLS2, SCALE_QUAD };
/* @fixed_lambda for NLS2 and QUAD. 0, or -EDOM: does not converge. */
int scale_fit_usl(const struct scale_point *points, int count,
                  enum scale_method method, double fixed_lambda,
                  struct scale_usl *out, double *sse);

/* y = a x^2 + b x + c by least squares over @count >= 3 pairs. */
struct scale_parabola {
    double a, b, c, r2;
};
int scale_fit_parabola(const double *x, const double *y, int count,
                       struct scale_parabola *out);

/* One sentence on what limits: the serial share, coherence, waiting, portions,
 * one core's worth of a lock, the disk's arm, the link; from the fits and what
 * the sweep saw (enum scale_limit, SCALE_LIMIT_UNKNOWN lets the fits say). */
enum scale_limit {
    SCALE_LIMIT_UNKNOWN,
    SCALE_LIMIT_CORES,   /* all cores are busy */
    SCALE_LIMIT_LOCK,    /* they queue for one lock: one core's worth */
    SCALE_LIMIT_WAITING, /* each waits, and nobody queues: more would help */
    SCALE_LIMIT_CHUNKS,  /* portions: workers without one, or a last round */
    SCALE_LIMIT_DISK,    /* the disk's arm */
    SCALE_LIMIT_LINK,    /* a shared link */
    SCALE_LIMIT_TASKS    /* more workers than tasks */
};
void scale_sentence(const struct scale_fits *fits, enum scale_limit seen,
                    const struct scale_known *k, struct text *out);

#endif
