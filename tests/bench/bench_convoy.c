/* The convoy beside the bands that CPython's own lock was measured to keep: one
 * client with 0, 1, 2 and 4 threads that compute, at four switch intervals, on
 * two cores and on one; and the lock before 3.2.
 *
 * p50 has a band, too, but it is a weak one: half of the round trips may find
 * the lock free or not, as the scheduler places the threads. */
#include <sys/resource.h>
#include <unistd.h>

#include "bench.h"

#define ROUNDS 3
#define TRIES 3          /* of one run, until nobody was in the way */
#define FOREIGN_MAX 0.25 /* cores */

enum figure { RATE, MEAN, P50, P90, P99, FIGURES };

static const enum metric metrics[FIGURES] = {
    METRIC_THROUGHPUT_PER_S, METRIC_LATENCY_MEAN_MS, METRIC_LATENCY_P50_MS,
    METRIC_LATENCY_P90_MS,   METRIC_LATENCY_P99_MS,
};

struct band {
    double low, high; /* high 0: none */
};

/* Rates a second; the others in switch intervals. */
static const struct convoy_row {
    const char *lock;
    int hogs, cores;
    double interval_ms; /* 0: does not matter */
    struct band band[FIGURES];
} rows[] = {
    /* clang-format off */
    {"new", 0, 2, 0,   {{7560, 51800}}},
    {"new", 1, 2, 50,  {{4.61, 45.3}, {0.541, 3.47}, {0, 4.02}, {0.703, 4.02}, {0.904, 4.06}}},
    {"new", 2, 2, 50,  {{1.21, 22.6}, {0.928, 14.9}, {0, 12.0}, {1.80, 36.2}, {3.01, 51.1}}},
    {"new", 4, 2, 50,  {{0.743, 16.1}, {1.30, 24.2}, {0, 12.2}, {2.74, 87.5}, {3.01, 87.5}}},
    {"new", 1, 2, 5,   {{67.8, 774}, {0.317, 2.36}, {0, 2.09}, {0.360, 4.17}, {0.919, 4.19}}},
    {"new", 2, 2, 5,   {{5.90, 141}, {1.49, 30.5}, {0, 21.6}, {2.78, 83.1}, {5.21, 108}}},
    {"new", 4, 2, 5,   {{5.74, 118}, {1.78, 31.3}, {0, 18.6}, {3.54, 100}, {5.40, 164}}},
    {"new", 1, 2, 1,   {{352, 4940}, {0.248, 2.27}, {0, 2.24}, {0.401, 4.33}, {0.986, 4.42}}},
    {"new", 2, 2, 1,   {{54.3, 1410}, {0.744, 16.6}, {0, 10.1}, {1.34, 57.2}, {4.09, 114}}},
    {"new", 4, 2, 1,   {{43.1, 632}, {1.66, 20.9}, {0, 13.2}, {3.88, 48.7}, {8.52, 133}}},
    {"new", 1, 2, 0.1, {{1810, 23400}, {0.522, 4.42}, {0, 4.05}, {0.800, 7.32}, {1.64, 8.24}}},
    {"new", 2, 2, 0.1, {{504, 7600}, {1.38, 17.8}, {0, 19.0}, {2.54, 28.6}, {3.93, 46.1}}},
    {"new", 4, 2, 0.1, {{298, 4770}, {2.20, 30.2}, {0, 20.4}, {4.06, 63.1}, {9.68, 232}}},
    {"new", 0, 1, 0,   {{36700, 157000}}},
    {"new", 1, 1, 50,  {{2070, 20900}}},
    {"new", 2, 1, 50,  {{62.9, 1220}}},
    {"new", 4, 1, 50,  {{1.50, 25.0}}},
    {"new", 1, 1, 5,   {{7240, 70100}}},
    {"new", 2, 1, 5,   {{942, 13800}}},
    {"new", 4, 1, 5,   {{42.9, 1430}}},
    {"new", 1, 1, 1,   {{13400, 120000}}},
    {"new", 2, 1, 1,   {{3900, 48100}}},
    {"new", 4, 1, 1,   {{43.4, 1280}}},
    {"new", 1, 1, 0.1, {{15300, 145000}}},
    {"new", 2, 1, 0.1, {{4700, 62900}}},
    {"new", 4, 1, 0.1, {{928, 16500}}},
    {"old", 0, 2, 0,   {{5880, 46800}}},
    {"old", 1, 2, 0,   {{8630, 79300}}},
    {"old", 2, 2, 0,   {{4650, 53900}}},
    {"old", 4, 2, 0,   {{3460, 33200}}},
    {"old", 0, 1, 0,   {{29200, 190000}}},
    {"old", 1, 1, 0,   {{15400, 107000}}},
    {"old", 2, 1, 0,   {{7960, 51100}}},
    {"old", 4, 1, 0,   {{2320, 18100}}},
    /* clang-format on */
};
#define ROWS (int)(sizeof(rows) / sizeof(rows[0]))

struct figures {
    double value[FIGURES][ROUNDS];
};

/* Processor time of our labs so far: workers, echo service and all. */
static double children_cpu_s(void)
{
    struct rusage u;

    getrusage(RUSAGE_CHILDREN, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* Other programs' cores since bench_ticks() said @busy_then of @all_then, our
 * own @cpu_s taken off. */
static double foreign_cores(long long busy_then, long long all_then,
                            double cpu_s)
{
    long long busy, all;
    double hz = (double)sysconf(_SC_CLK_TCK);
    double wall_s;

    bench_ticks(&busy, &all);
    wall_s =
        (double)(all - all_then) / hz / (double)sysconf(_SC_NPROCESSORS_ONLN);
    return wall_s > 0 ? ((double)(busy - busy_then) / hz - cpu_s) / wall_s : 0;
}

/* Two cores that we may use, as --cpus takes them; false if there is one only.
 */
static bool find_cores(char one[16], char two[32])
{
    struct machine m;
    int found[2] = {-1, -1}, n = 0;

    machine_read(&m);
    for (int cpu = 0; cpu < CPU_SETSIZE && n < 2; cpu++) {
        if (CPU_ISSET(cpu, &m.allowed))
            found[n++] = cpu;
    }
    snprintf(one, 16, "%d", found[0]);
    snprintf(two, 32, "%d,%d", found[0], found[1]);
    return n == 2;
}

static char one_core[16], two_cores[32];

/* One run. A busy core makes another picture of it, a hundred times as fast:
 * false if other programs were in the way. */
static bool measure(const struct convoy_row *row, struct figures *f, int round)
{
    double unit_ms = row->interval_ms > 0 ? row->interval_ms : 5;
    double cpu_s = children_cpu_s();
    long long busy, all;
    struct source *s;
    char line[200];

    snprintf(line, sizeof(line),
             "convoy --model gil --gil %s --hogs %d --gil-interval %g "
             "--duration %g --observer off --cpus %s",
             row->lock, row->hogs, unit_ms, unit_ms > 20 ? 6 : 1.5,
             row->cores == 1 ? one_core : two_cores);
    bench_ticks(&busy, &all);
    s = bench_open(line);
    for (int i = 0; i < FIGURES; i++)
        f->value[i][round] = metric_get(&s->trace->metrics, metrics[i], 0) /
                             (i == RATE ? 1 : unit_ms);
    s->class->close(s);
    return foreign_cores(busy, all, children_cpu_s() - cpu_s) < FOREIGN_MAX;
}

/* Counts the figures that have a band, and those outside. */
static int banded, outside;

static void print_figure(double value, struct band band)
{
    bool inside = value >= band.low && value <= band.high;

    if (band.high <= 0)
        return;
    banded++;
    outside += !inside;
    printf("  %8.4g %s %.4g..%.4g", value, inside ? "+" : "!", band.low,
           band.high);
}

static void print_row(const struct convoy_row *row, struct figures *f)
{
    printf("%-4s %d core%s %d hog%s", row->lock, row->cores,
           row->cores == 1 ? " " : "s", row->hogs, row->hogs == 1 ? " " : "s");
    if (row->interval_ms > 0)
        printf(" %4g ms", row->interval_ms);
    else
        printf("    any ");
    for (int i = 0; i < FIGURES; i++)
        print_figure(bench_median(f->value[i], ROUNDS), row->band[i]);
    printf("\n");
    fflush(stdout);
}

int main(void)
{
    static struct figures figures[ROWS];
    int disturbed = 0;

    if (!find_cores(one_core, two_cores)) {
        printf("the convoy needs two cores, and we may use one only\n");
        return 0;
    }
    for (int k = 0; k < ROUNDS; k++) {
        for (int i = 0; i < ROWS; i++) {
            bool alone = false;

            for (int t = 0; t < TRIES && !alone; t++)
                alone = measure(&rows[i], &figures[i], k);
            disturbed += !alone;
        }
    }
    printf("%d of %d runs had other programs in their way\n\n"
           "round trips a second; mean, p50, p90, p99 in switch intervals\n",
           disturbed, ROWS * ROUNDS);
    for (int i = 0; i < ROWS; i++)
        print_row(&rows[i], &figures[i]);
    printf("\n+ within what CPython's own lock was measured to keep, ! outside:"
           " %d of %d\n",
           outside, banded);
    return 0;
}
