/* What happens as parallelism grows: the closed forms. Pure; any thread.
 * Golden cases: tests/golden/scaling.json. */
#ifndef SCALE_FORMS_H
#define SCALE_FORMS_H

#include <stdint.h>

/* Amdahl 1967: speed-up of @n workers when the share @serial (0..1) of the work
 * cannot be shared; 1 / serial is the limit (infinite for 0). */
double scale_amdahl(double serial, double n);
double scale_amdahl_limit(double serial);
/* Gustafson 1988: scaled speed-up n - serial (n - 1), the work growing with
 * the workers. */
double scale_gustafson(double serial, double n);

/* Gunther's universal scalability law (1993; "Guerrilla Capacity Planning",
 * 2007): throughput X(N) = lambda N / (1 + sigma (N-1) + kappa N (N-1)). sigma:
 * contention, kappa: coherence, lambda: of one worker. */
struct scale_usl {
    double sigma, kappa, lambda;
};
double scale_usl(const struct scale_usl *u, double n);
/* sqrt((1 - sigma) / kappa); -1: no peak (kappa 0 or sigma >= 1). */
double scale_usl_peak(const struct scale_usl *u);

/* The articles' T = h n/t + (n/t) z + o seconds: @n tasks of @h seconds on @t
 * threads, @z "overhead of each assignment", @o start-up. */
double scale_articles(double h, double n, double t, double z, double o);

/* Seconds until @tasks equal tasks of @task_s are done, dealt in portions of
 * @chunk to whichever of @workers is free first. All counts >= 1. */
double scale_makespan(int64_t tasks, int64_t workers, double task_s,
                      int64_t chunk);

/* M/M/c: requests arrive at random, @arrival a second, each takes @service
 * seconds on average, @servers serve. Erlang C. */
struct scale_mmc {
    double offered, util;              /* arrival x service; of each server */
    double p_wait;                     /* that a request has to wait */
    double mean_wait, mean_resp;       /* seconds */
    double mean_queue, mean_in_system; /* requests */
};
/* 0, or -EDOM when util >= 1: the queue grows without end, no means exist. */
int scale_mmc(double arrival, double service, int servers,
              struct scale_mmc *out);

/* Closed network with one customer class: exact mean-value analysis (Reiser and
 * Lavenberg 1980). @demands: seconds at each of @stations queues, @think
 * seconds elsewhere without queueing. @n customers, up to 100,000. */
#define SCALE_STATIONS_MAX 64
struct scale_mva {
    double x;       /* completions a second */
    double resp;    /* seconds, without the thinking */
    double bound_x; /* min(n / (D + Z), 1 / Dmax) */
    double knee_n;  /* (D + Z) / Dmax: where the bounds meet */
};
void scale_mva(const double *demands, int stations, double think, int n,
               struct scale_mva *out);

/* @n workers that each compute for @demand seconds on any of @servers cores,
 * first come first served, and then wait for @think seconds: the machine-repair
 * model M/M/c//N. Completions a second. */
double scale_repair(double demand, double think, int servers, int n);

/* Little 1961: n = x r. */
double scale_little(double x, double r);

#endif
