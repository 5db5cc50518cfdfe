/* What happens as parallelism grows: the closed forms. Pure; any thread. */
#include "scale/forms.h"

#include <assert.h>
#include <errno.h>
#include <math.h>

double scale_amdahl(double serial, double n)
{
    return 1 / (serial + (1 - serial) / n);
}

double scale_amdahl_limit(double serial)
{
    return serial > 0 ? 1 / serial : INFINITY;
}

double scale_gustafson(double serial, double n)
{
    return n - serial * (n - 1);
}

double scale_usl(const struct scale_usl *u, double n)
{
    return u->lambda * n / (1 + u->sigma * (n - 1) + u->kappa * n * (n - 1));
}

double scale_usl_peak(const struct scale_usl *u)
{
    if (u->kappa <= 0 || u->sigma >= 1)
        return -1;
    return sqrt((1 - u->sigma) / u->kappa);
}

double scale_articles(double h, double n, double t, double z, double o)
{
    return h * n / t + n / t * z + o;
}

/* All portions but the last are equal, so they go in rounds, one portion for
 * each worker a round. The last one begins when the full rounds are over. */
double scale_makespan(int64_t tasks, int64_t workers, double task_s,
                      int64_t chunk)
{
    int64_t full, last, rounds;

    assert(tasks >= 1 && workers >= 1 && chunk >= 1);
    full = (tasks - 1) / chunk; /* portions before the last one */
    last = tasks - full * chunk;
    rounds = full / workers;
    if (full % workers == 0)
        return (double)(rounds * chunk + last) * task_s;
    return (double)((rounds + 1) * chunk) * task_s;
}

/* Erlang 1917. B, the chance to find all servers busy where nobody waits, by
 * its recursion, which neither overflows nor cancels; C from it. */
int scale_mmc(double arrival, double service, int servers,
              struct scale_mmc *out)
{
    double a = arrival * service, b = 1;

    *out = (struct scale_mmc){.offered = a, .util = a / servers};
    if (servers < 1 || !(out->util < 1) || a < 0)
        return -EDOM;
    for (int i = 1; i <= servers; i++)
        b = a * b / (i + a * b);
    out->p_wait = b / (1 - out->util * (1 - b));
    out->mean_wait = out->p_wait * service / (servers - a);
    out->mean_resp = out->mean_wait + service;
    out->mean_queue = arrival * out->mean_wait;
    out->mean_in_system = arrival * out->mean_resp;
    return 0;
}

/* A customer who arrives finds what the others, one fewer, would have on
 * average: R_k(n) = D_k (1 + Q_k(n - 1)). */
void scale_mva(const double *demands, int stations, double think, int n,
               struct scale_mva *out)
{
    double queue[SCALE_STATIONS_MAX] = {0}, at[SCALE_STATIONS_MAX];
    double all = 0, most = 0;

    assert(stations >= 0 && stations <= SCALE_STATIONS_MAX);
    for (int k = 0; k < stations; k++) {
        all += demands[k];
        most = fmax(most, demands[k]);
    }
    *out = (struct scale_mva){.resp = all};
    for (int i = 1; i <= n; i++) {
        out->resp = 0;
        for (int k = 0; k < stations; k++) {
            at[k] = demands[k] * (1 + queue[k]);
            out->resp += at[k];
        }
        out->x = i / (out->resp + think);
        for (int k = 0; k < stations; k++)
            queue[k] = out->x * at[k];
    }
    out->bound_x = fmin(n / (all + think), most > 0 ? 1 / most : INFINITY);
    out->knee_n = most > 0 ? (all + think) / most : INFINITY;
}

/* With k of them computing or queueing, (n - k) / think begin to, and min(k,
 * servers) / demand finish, a second (Kleinrock, "Queueing Systems" I, 3.8). So
 * the chance of k + 1 is that of k times (n - k) r / min(k + 1, servers), r =
 * demand / think: one hump, summed from its top to both sides until nothing
 * more comes. */
double scale_repair(double demand, double think, int servers, int n)
{
    double r, top, term, sum = 1, busy;
    int from;

    if (n < 1 || servers < 1)
        return 0;
    if (demand <= 0)
        return think > 0 ? n / think : INFINITY;
    if (think <= 0 || servers >= n)
        return fmin(n, servers) / (demand + fmax(think, 0));
    r = demand / think;
    top = (n * r - 1) / (1 + r); /* the ratio is 1: some servers idle ... */
    if (top > servers - 1)
        top = fmax(n - servers / r, servers - 1); /* ... or none of them */
    from = (int)fmax(top, 0);
    busy = fmin(from, servers);
    term = 1;
    for (int k = from; k < n && term > 1e-17 * sum; k++) {
        term *= (n - k) * r / fmin(k + 1, servers);
        sum += term;
        busy += term * fmin(k + 1, servers);
    }
    term = 1;
    for (int k = from; k > 0 && term > 1e-17 * sum; k--) {
        term *= fmin(k, servers) / ((n - k + 1) * r);
        sum += term;
        busy += term * fmin(k - 1, servers);
    }
    return busy / sum / demand;
}

double scale_little(double x, double r)
{
    return x * r;
}
