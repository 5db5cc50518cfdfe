/* The fleet beside what was computed before: collecting from a hundred hosts
 * that share nothing (more at once is better, to the end), the same over one
 * link (knee, plateau, collapse), and twenty runs of a thousand hosts, after
 * which nothing may be left over. */
#include <dirent.h>

#include "bench.h"

#define ROUNDS 3
#define THOUSANDS 20

static double of(const struct source *s, enum metric which)
{
    return metric_get(&s->trace->metrics, which, -1);
}

/* ---- nothing shared ----------------------------------------------------- */

static void collect(void)
{
    static const int workers[] = {1, 2, 5, 10, 20, 50, 100};

    printf("100 hosts, 2 KiB each, 50 +- 10 ms, nothing shared\n");
    printf("%8s %9s %10s %7s\n", "at once", "seconds", "computed", "ratio");
    for (size_t i = 0; i < sizeof(workers) / sizeof(workers[0]); i++) {
        double wall[ROUNDS], took, computed = 100 * 0.050 / workers[i];
        char line[160];

        snprintf(line, sizeof(line),
                 "fleet --hosts 100 --workers %d --patience 5000 "
                 "--observer off",
                 workers[i]);
        for (int k = 0; k < ROUNDS; k++)
            wall[k] = bench_metric(line, METRIC_WALL_S);
        took = bench_median(wall, ROUNDS);
        printf("%8d %9.3f %10.3f %7.2f\n", workers[i], took, computed,
               took / computed);
    }
}

/* ---- one link ----------------------------------------------------------- */

#define THINK_S 0.050
#define TRANSFER_S (65536 / 12.5e6)

struct link_figures {
    double good[ROUNDS], late[ROUNDS], carried[ROUNDS], half[ROUNDS];
};

static void link_round(const char *line, struct link_figures *f, int k)
{
    struct source *s = bench_open(line);

    f->good[k] = of(s, METRIC_REQUESTS_PER_S);
    f->late[k] = of(s, METRIC_TIMEOUTS);
    f->carried[k] = of(s, METRIC_BYTES_PER_S) / 1e6;
    f->half[k] = of(s, METRIC_LATENCY_P50_MS);
    s->class->close(s);
}

static void over_one_link(void)
{
    static const int workers[] = {5, 10, 20, 30, 50, 60, 70, 80, 100};

    printf("\n300 answers of 64 KiB over one link of 12.5 MB/s, patience "
           "400 ms; knee at %.1f clients, collapse beyond %.1f\n",
           (THINK_S + TRANSFER_S) / TRANSFER_S, (0.4 - THINK_S) / TRANSFER_S);
    printf("%8s %7s %9s %7s %9s %7s %9s\n", "at once", "good/s", "computed",
           "late", "link MB/s", "p50 ms", "computed");
    for (size_t i = 0; i < sizeof(workers) / sizeof(workers[0]); i++) {
        int n = workers[i];
        double bound = n / (THINK_S + TRANSFER_S);
        double wait = n * TRANSFER_S;
        struct link_figures f;
        char line[160];

        snprintf(line, sizeof(line),
                 "fleet --hosts 100 --tasks 300 --bytes 64k --bandwidth "
                 "12500000 --workers %d --observer off",
                 n);
        for (int k = 0; k < ROUNDS; k++)
            link_round(line, &f, k);
        if (bound > 1 / TRANSFER_S)
            bound = 1 / TRANSFER_S;
        if (wait < THINK_S + TRANSFER_S)
            wait = THINK_S + TRANSFER_S;
        printf("%8d %7.1f %9.1f %7.0f %9.1f %7.0f %9.0f\n", n,
               bench_median(f.good, ROUNDS), bound,
               bench_median(f.late, ROUNDS), bench_median(f.carried, ROUNDS),
               bench_median(f.half, ROUNDS), wait * 1e3);
    }
}

/* ---- a thousand hosts --------------------------------------------------- */

/* "TCP: inuse 5 orphan 0 tw 3 alloc 6 mem 0" */
static void sockstat(int *in_use, int *time_wait)
{
    FILE *f = fopen("/proc/net/sockstat", "r");
    char line[256];

    *in_use = *time_wait = -1;
    while (f && fgets(line, sizeof(line), f))
        if (sscanf(line, "TCP: inuse %d orphan %*d tw %d", in_use, time_wait) ==
            2)
            break;
    if (f)
        fclose(f);
}

static int descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    int count = 0;

    while (d && readdir(d))
        count++;
    if (d)
        closedir(d);
    return count;
}

static void a_thousand(void)
{
    int used[2], waiting[2], open[2];
    double wall[THOUSANDS], requests = 0, late = 0;

    sockstat(&used[0], &waiting[0]);
    open[0] = descriptors();
    for (int i = 0; i < THOUSANDS; i++) {
        struct source *s = bench_open("fleet --hosts 1000 --workers 100 "
                                      "--patience 5000 --observer off");

        requests += of(s, METRIC_REQUESTS);
        late += of(s, METRIC_TIMEOUTS);
        wall[i] = of(s, METRIC_WALL_S);
        s->class->close(s);
    }
    sockstat(&used[1], &waiting[1]);
    open[1] = descriptors();
    printf("\n%d runs of 1,000 hosts, 100 at a time: %.0f answers, %.0f late, "
           "median %.2f s a run\n",
           THOUSANDS, requests, late, bench_median(wall, THOUSANDS));
    printf("before: %d descriptors, %d TCP sockets, %d in TIME_WAIT\n"
           "after:  %d descriptors, %d TCP sockets, %d in TIME_WAIT\n",
           open[0], used[0], waiting[0], open[1], used[1], waiting[1]);
}

int main(void)
{
    printf("others keep the machine %.0f %% busy\n\n",
           100 * bench_foreign_share());
    collect();
    over_one_link();
    a_thousand();
    return 0;
}
