/* What looking costs: the same work watched by each rung of the observer, by
 * perf, and not at all, interleaved in one run. The worst case is two workers
 * that hand a turn to and fro on one core; the usual one computes. */
#include "bench.h"

#include <fcntl.h>
#include <jansson.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 5
#define HANDING "pingpong --workers 2 --cpus 0 --duration 0.5"
#define COMPUTING "spin --workers 4 --cpus 0,1 --duration 1"

static const struct watcher {
    const char *name;
    const char *observer;    /* our rung */
    const char *const *perf; /* or perf's words before the program's */
} watchers[] = {
    {"unwatched", "off", NULL},
    {"gap", "gap", NULL},
    {"perf", "perf", NULL},
    {"perf, duty 10 %", "perf,duty=10%", NULL},
    {"perf-cpu", "perf-cpu", NULL},
    {"perf-cpu, duty 10 %", "perf-cpu,duty=10%", NULL},
    {"perf record --switch-events", "off",
     (const char *const[]){"perf", "record", "-q", "-e", "dummy:u",
                           "--switch-events", "-o", "/dev/null", NULL}},
    {"perf sched record", "off",
     (const char *const[]){"perf", "sched", "record", "-q", "-o", "/dev/null",
                           NULL}},
};
#define WATCHERS (int)(sizeof(watchers) / sizeof(watchers[0]))

/* The program's own throughput figure, out of its record; -1: there is none. */
static double record_throughput(FILE *f)
{
    json_t *record = json_loadf(f, 0, NULL);
    json_t *metrics = json_object_get(record, "metrics");
    json_t *rate = json_object_get(metrics, "throughput_per_s");
    double found = rate ? json_number_value(rate) : -1;

    json_decref(record);
    return found;
}

/* Run the program under @perf and return its throughput; -1: perf cannot. */
static double under_perf(const char *const *perf, char *line)
{
    const char *argv[64];
    const char *program = getenv("TIMESLICE");
    char *word;
    double rate;
    int pipes[2], n = 0;
    pid_t pid;
    FILE *f;

    while (perf[n]) {
        argv[n] = perf[n];
        n++;
    }
    argv[n++] = program ? program : "build/timeslice";
    argv[n++] = "run";
    while (n < 60 && (word = strsep(&line, " ")))
        argv[n++] = word;
    argv[n++] = "--json";
    argv[n] = NULL;
    if (pipe(pipes) < 0)
        return -1;
    pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);

        dup2(pipes[1], STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        close(pipes[0]);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(pipes[1]);
    f = fdopen(pipes[0], "r");
    rate = f ? record_throughput(f) : -1;
    if (f)
        fclose(f);
    waitpid(pid, NULL, 0);
    return rate;
}

static void compare(const char *work, const char *what, bool switches)
{
    double rate[WATCHERS][ROUNDS], bare;
    char line[256];

    for (int k = 0; k < ROUNDS; k++) {
        for (int i = 0; i < WATCHERS; i++) {
            snprintf(line, sizeof(line), "%s --observer %s", work,
                     watchers[i].observer);
            rate[i][k] = watchers[i].perf
                             ? under_perf(watchers[i].perf, line)
                             : bench_metric(line, METRIC_THROUGHPUT_PER_S);
        }
    }
    bare = bench_median(rate[0], ROUNDS);
    printf("\n%s (median of %d, %.0f %s a second unwatched)\n", work, ROUNDS,
           bare, what);
    printf("%-28s %12s %10s %15s\n", "watched by", "throughput", "slowdown",
           switches ? "ns a hand-over" : "");
    for (int i = 0; i < WATCHERS; i++) {
        double r = bench_median(rate[i], ROUNDS);

        if (r <= 0) {
            printf("%-28s %12s\n", watchers[i].name, "not here");
            continue;
        }
        printf("%-28s %12.3f %10.2f", watchers[i].name, r / bare, bare / r);
        if (switches)
            printf(" %15.0f", (1 / r - 1 / bare) * 1e9);
        printf("\n");
    }
}

int main(void)
{
    printf("other programs keep %.0f %% of the machine busy\n",
           100 * bench_foreign_share());
    compare(HANDING, "hand-overs", true);
    compare(COMPUTING, "steps", false);
    return 0;
}
