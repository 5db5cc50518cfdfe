/* What the models make of two cores, side by side in one sitting: throughput of
 * each over one worker alone, the sleep table, the price of the locks. */
#include "bench.h"

#define ROUNDS 5

static const struct model_row {
    const char *name, *line;
    double low, high; /* what an idle machine of two cores shows */
} rows[] = {
    {"sequential", "--model sequential", 1, 1},
    {"2 threads", "--model threads --workers 2", 1.9, 2.1},
    {"2 processes", "--model processes --workers 2", 1.9, 2.1},
    {"gil, 2", "--model gil --workers 2", 0.85, 1.10},
    {"gil, 4", "--model gil --workers 4", 0.80, 1.10},
    {"gil, 8", "--model gil --workers 8", 0.80, 1.10},
    {"gil unforced, 2", "--model gil --workers 2 --gil unforced", 0.8, 1.1},
    {"old lock, 2", "--model gil --workers 2 --gil old", 0.45, 0.85},
    {"old lock, 4", "--model gil --workers 4 --gil old", 0.3, 0.7},
    {"old, 2, one core", "--model gil --workers 2 --gil old --cpus 0", 0.9,
     1.3},
};
#define ROWS (int)(sizeof(rows) / sizeof(rows[0]))

static void models(void)
{
    double rate[ROWS][ROUNDS], cores[ROWS][ROUNDS], base;
    char line[200];

    /* Interleaved: a slow second hits all of them alike. */
    for (int k = 0; k < ROUNDS; k++) {
        for (int i = 0; i < ROWS; i++) {
            struct source *s;

            snprintf(line, sizeof(line), "spin --duration 0.4 %s",
                     rows[i].line);
            s = bench_open(line);
            rate[i][k] =
                metric_get(&s->trace->metrics, METRIC_THROUGHPUT_PER_S, -1);
            cores[i][k] =
                metric_get(&s->trace->metrics, METRIC_PARALLELISM, -1);
            s->class->close(s);
        }
    }
    base = bench_median(rate[0], ROUNDS);
    printf("\nspin, throughput over one worker alone (median of %d)\n", ROUNDS);
    printf("%-18s %8s %8s   %s\n", "", "ratio", "cores", "expected");
    for (int i = 0; i < ROWS; i++)
        printf("%-18s %8.2f %8.2f   %.2f .. %.2f\n", rows[i].name,
               bench_median(rate[i], ROUNDS) / base,
               bench_median(cores[i], ROUNDS), rows[i].low, rows[i].high);
}

static void sleeps(void)
{
    static const struct {
        const char *chunk;
        int workers;
        double want_s;
    } cases[] = {{"auto", 2, 104}, {"auto", 8, 32}, {"auto", 16, 16},
                 {"1", 2, 100},    {"1", 8, 26},    {"1", 16, 14}};

    printf("\nsleep, 100 tasks of 2 s at scale 100 (scaled seconds)\n");
    printf("%-10s %-8s %8s %10s\n", "chunk", "workers", "wall", "arithmetic");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char line[200];

        snprintf(line, sizeof(line),
                 "sleep --tasks 100 --task-ms 2000 --scale 100 --workers %d "
                 "--chunk %s",
                 cases[i].workers, cases[i].chunk);
        printf("%-10s %-8d %8.2f %10.0f\n", cases[i].chunk, cases[i].workers,
               bench_metric(line, METRIC_WALL_SCALED_S), cases[i].want_s);
    }
}

static void locks(void)
{
    double none = 0;

    printf("\ncounter, 2 threads, 0.5 s a lock\n");
    printf("%-16s %12s %8s %12s %8s\n", "lock", "M a second", "none = 1",
           "lost", "share");
    for (int i = 0; i < SYNC_COUNT; i++) {
        char line[200];
        struct source *s;
        const struct metrics *m;
        double rate, lost, expected;

        snprintf(line, sizeof(line),
                 "counter --workers 2 --duration 0.5 --sync %s",
                 spec_sync_words[i]);
        s = bench_open(line);
        m = &s->trace->metrics;
        rate = metric_get(m, METRIC_THROUGHPUT_PER_S, -1);
        lost = metric_get(m, METRIC_LOST, -1);
        expected = metric_get(m, METRIC_EXPECTED, -1);
        if (i == 0)
            none = rate;
        printf("%-16s %12.1f %8.2f %12.0f %7.1f%%\n", spec_sync_words[i],
               rate / 1e6, rate / none, lost, 100 * lost / expected);
        s->class->close(s);
    }
}

int main(void)
{
    printf("other programs keep %.0f %% of the machine busy\n",
           100 * bench_foreign_share());
    models();
    sleeps();
    locks();
    return 0;
}
