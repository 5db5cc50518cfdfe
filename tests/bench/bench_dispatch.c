/* What it costs to deal a task: empty ones from a pool of two workers, threads
 * and processes, beside Python's multiprocessing on the same machine in the
 * same minute; and what a worker for each task costs instead of a pool. */
#include "bench.h"

#define ROUNDS 5
#define PYTHON_TASKS 400000

static const struct way {
    const char *name, *line;
} ways[] = {
    {"threads, chunk 64",
     "spin --task-ms 0 --tasks 8M --dispatch dynamic --chunk 64 --workers 2"},
    {"processes, chunk 64",
     "spin --task-ms 0 --tasks 8M --dispatch dynamic --chunk 64 --workers 2 "
     "--model processes"},
    {"threads, chunk 1",
     "spin --task-ms 0 --tasks 4M --dispatch dynamic --workers 2"},
    {"processes, chunk 1",
     "spin --task-ms 0 --tasks 4M --dispatch dynamic --workers 2 --model "
     "processes"},
    {"threads, async",
     "spin --task-ms 0 --tasks 1M --dispatch async --workers 2"},
    {"threads, apply",
     "spin --task-ms 0 --tasks 100k --dispatch apply --workers 2"},
    {"a thread a task",
     "spin --task-ms 0 --tasks 2000 --spawn per-task --workers 2"},
    {"a process a task",
     "spin --task-ms 0 --tasks 1000 --spawn per-task --workers 2 --model "
     "processes"},
};
#define WAYS (int)(sizeof(ways) / sizeof(ways[0]))

/* Tasks a second of Pool(2).map and .imap_unordered; false: no Python here. */
static bool python(double *map, double *unordered)
{
    char command[160];
    bool got;
    FILE *f;

    snprintf(command, sizeof(command),
             "python3 tests/bench/pool.py %d 2>/dev/null", PYTHON_TASKS);
    f = popen(command, "r");
    if (!f)
        return false;
    got = fscanf(f, "%lf %lf", map, unordered) == 2;
    return pclose(f) == 0 && got;
}

static void tell(const char *name, double *rates, double *cores, double base)
{
    double rate = bench_median(rates, ROUNDS);

    printf("%-22s %10.3f %12.0f %8.4f", name, rate / 1e6, 1e9 / rate,
           rate / base);
    if (cores)
        printf(" %8.2f", bench_median(cores, ROUNDS));
    printf("\n");
}

int main(void)
{
    double rate[WAYS][ROUNDS], cores[WAYS][ROUNDS];
    double map[ROUNDS], unordered[ROUNDS], base;
    bool has_python = true;

    printf("other programs keep %.0f %% of the machine busy\n",
           100 * bench_foreign_share());
    /* Interleaved: a slow second hits all of them alike. */
    for (int k = 0; k < ROUNDS; k++) {
        for (int i = 0; i < WAYS; i++) {
            struct source *s;
            char line[200];

            snprintf(line, sizeof(line), "%s --observer off", ways[i].line);
            s = bench_open(line);
            rate[i][k] =
                metric_get(&s->trace->metrics, METRIC_THROUGHPUT_PER_S, -1);
            cores[i][k] =
                metric_get(&s->trace->metrics, METRIC_PARALLELISM, -1);
            s->class->close(s);
        }
        has_python = has_python && python(&map[k], &unordered[k]);
    }
    printf("\nempty tasks, 2 workers, not observed (median of %d)\n", ROUNDS);
    printf("%-22s %10s %12s %8s %8s\n", "", "M a second", "ns a task", "ratio",
           "cores");
    base = bench_median(rate[0], ROUNDS);
    for (int i = 0; i < WAYS; i++)
        tell(ways[i].name, rate[i], cores[i], base);
    if (has_python) {
        tell("Python Pool(2).map", map, NULL, base);
        tell("... .imap_unordered", unordered, NULL, base);
    } else {
        printf("no python3 with multiprocessing here (or not started in the "
               "source's folder): nothing set beside it\n");
    }
    return 0;
}
