/* The global lock beside the bands that CPython's own was measured to keep:
 * throughput of 2, 4 and 8 threads over one, on two cores and on one, for the
 * lock of 3.2 and later, the one before, and the new one without forced
 * switching (which has no band: no Python ever had it). */
#include <unistd.h>

#include "bench.h"

#define ROUNDS 3
#define TRIES 3          /* of one run, until nobody was in the way */
#define FOREIGN_MAX 0.25 /* cores */

struct band {
    double low, high; /* both 0: none */
};

static const struct gil_row {
    const char *kind;
    int threads; /* 1: what the others are compared with */
    bool one_core;
    struct band ratio, cores, handoffs_per_s;
} rows[] = {
    /* clang-format off */
    {"new",      1, false, {0, 0},       {0, 0},       {0, 0}},
    {"new",      2, false, {0.85, 1.10}, {0.95, 1.10}, {170, 205}},
    {"new",      4, false, {0.80, 1.10}, {0.95, 1.10}, {170, 205}},
    {"new",      8, false, {0.80, 1.10}, {0.95, 1.10}, {170, 205}},
    {"old",      2, false, {0.40, 0.90}, {0, 0},       {0, 0}},
    {"old",      4, false, {0.30, 0.70}, {0, 0},       {0, 0}},
    {"old",      8, false, {0.18, 0.46}, {0, 0},       {0, 0}},
    {"unforced", 2, false, {0, 0},       {0, 0},       {0, 0}},
    {"unforced", 4, false, {0, 0},       {0, 0},       {0, 0}},
    {"unforced", 8, false, {0, 0},       {0, 0},       {0, 0}},
    {"new",      1, true,  {0, 0},       {0, 0},       {0, 0}},
    {"new",      2, true,  {0.82, 1.11}, {0.95, 1.06}, {0, 0}},
    {"new",      4, true,  {0.86, 1.09}, {0.95, 1.06}, {0, 0}},
    {"new",      8, true,  {0.88, 1.09}, {0.95, 1.06}, {0, 0}},
    {"old",      2, true,  {0.75, 1.30}, {0, 0},       {0, 0}},
    {"old",      4, true,  {0.50, 0.98}, {0, 0},       {0, 0}},
    {"old",      8, true,  {0.45, 0.87}, {0, 0},       {0, 0}},
    {"unforced", 2, true,  {0, 0},       {0, 0},       {0, 0}},
    {"unforced", 4, true,  {0, 0},       {0, 0},       {0, 0}},
    {"unforced", 8, true,  {0, 0},       {0, 0},       {0, 0}},
    /* clang-format on */
};
#define ROWS (int)(sizeof(rows) / sizeof(rows[0]))

struct figures {
    double per_s[ROUNDS], cores[ROUNDS], handoffs[ROUNDS], forced[ROUNDS];
};

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

/* One run. The lock behaves otherwise when its threads must wait for a core:
 * false if other programs were in the way. */
static bool measure(const struct gil_row *row, struct figures *f, int round)
{
    long long busy, all;
    const struct metrics *m;
    struct source *s;
    char line[200];
    double wall;

    snprintf(line, sizeof(line),
             "spin --model gil --gil %s --workers %d --duration 0.8 "
             "--observer off%s",
             row->kind, row->threads, row->one_core ? " --cpus 0" : "");
    bench_ticks(&busy, &all);
    s = bench_open(line);
    m = &s->trace->metrics;
    wall = metric_get(m, METRIC_WALL_S, 1);
    f->per_s[round] = metric_get(m, METRIC_THROUGHPUT_PER_S, 0);
    f->cores[round] = metric_get(m, METRIC_CPU_S, 0) / wall;
    f->handoffs[round] = metric_get(m, METRIC_GIL_HANDOFFS, 0) / wall;
    f->forced[round] = metric_get(m, METRIC_GIL_FORCED, 0) / wall;
    s->class->close(s);
    return foreign_cores(busy, all, f->cores[round] * wall) < FOREIGN_MAX;
}

/* Counts the figures that have a band and lie outside. */
static int outside;

static const char *verdict(double value, struct band band)
{
    if (band.high <= 0)
        return " ";
    if (value >= band.low && value <= band.high)
        return "+";
    outside++;
    return "!";
}

static void print_row(const struct gil_row *row, struct figures *f, double base)
{
    double ratio = bench_median(f->per_s, ROUNDS) / base;
    double cores = bench_median(f->cores, ROUNDS);
    double handoffs = bench_median(f->handoffs, ROUNDS);

    printf("%-9s %4d %8d", row->kind, row->one_core ? 1 : 2, row->threads);
    printf(" %7.2f %s", ratio, verdict(ratio, row->ratio));
    if (row->ratio.high > 0)
        printf(" %.2f..%.2f", row->ratio.low, row->ratio.high);
    else
        printf(" %10s", "");
    printf(" %7.2f %s", cores, verdict(cores, row->cores));
    printf(" %11.0f %s", handoffs, verdict(handoffs, row->handoffs_per_s));
    printf(" %9.0f\n", bench_median(f->forced, ROUNDS));
}

int main(void)
{
    static struct figures figures[ROWS];
    double base = 0;
    int disturbed = 0;

    for (int k = 0; k < ROUNDS; k++) {
        for (int i = 0; i < ROWS; i++) {
            bool alone = false;

            for (int t = 0; t < TRIES && !alone; t++)
                alone = measure(&rows[i], &figures[i], k);
            disturbed += !alone;
        }
    }
    printf("%d of %d runs had other programs in their way\n\n", disturbed,
           ROWS * ROUNDS);
    printf("%-9s %4s %8s %7s   %-10s %7s   %11s   %9s\n", "lock", "core",
           "threads", "ratio", "band", "cores", "handoffs/s", "forced/s");
    for (int i = 0; i < ROWS; i++) {
        struct figures f = figures[i];

        if (rows[i].threads == 1)
            base = bench_median(f.per_s, ROUNDS);
        print_row(&rows[i], &f, base);
    }
    printf("\n+ within what CPython's own lock was measured to keep, ! outside:"
           " %d\n",
           outside);
    return 0;
}
