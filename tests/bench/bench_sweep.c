/* Does a sweep find what is known, and what does it cost?
 *
 * Four sweeps whose answers are known on two cores: computing (2 workers),
 * waiting (as many as there are tasks), one disk (4 at most), computing and
 * waiting by halves (4). Each is found, inconclusive - others use the machine -
 * or wrong; $REPEAT times, once when not given, 0 leaves them out.
 *
 * Then what "run" and "sweep" add to starting a program, over xargs -P on the
 * same list, in turn. Starts $TIMESLICE. */
#include "bench.h"

#include <jansson.h>
#include <limits.h>
#include <sys/resource.h>
#include <unistd.h>

#define LISTED 400
#define ROUNDS 7
#define WORKERS 2

static const char *program(void)
{
    const char *set = getenv("TIMESLICE");

    return set && *set ? set : "build/timeslice";
}

/* ---- known answers ------------------------------------------------------- */

static const struct known {
    const char *name, *line;
    double least, most; /* the answer is within */
} knowns[] = {
    {"computing: 2",
     "spin --task-ms 5 --tasks 100 --over workers=1,2,3,4,6,8 --repeat 7", 2,
     2},
    {"waiting: the tasks, 16",
     "sleep --task-ms 40 --tasks 16 --over workers=1,2,4,8,16,32 --repeat 7",
     16, 16},
    {"one disk: 4 at most",
     "disk --read-ahead off --duration 0.5 --over workers=1,2,4,8,16 --repeat "
     "7",
     1, 4},
    {"half computing: 4",
     /* Under the ordinary class a task that wakes up pushes another aside in
      * the middle of its computing, and only six or eight fill the cores. */
     "spin --cpu-share 50 --task-ms 2 --tasks 300 --sched batch "
     "--over workers=1,2,3,4,6,8 --repeat 7",
     4, 4},
};
#define KNOWNS (int)(sizeof(knowns) / sizeof(knowns[0]))

enum { FOUND, UNSURE, WRONG, OUTCOMES };

/* The record of @command; NULL: it gave none. */
static json_t *record_of(const char *command)
{
    FILE *f = popen(command, "r");
    json_t *o;

    if (!f)
        return NULL;
    o = json_loadf(f, 0, NULL);
    pclose(f);
    return o;
}

static double number_at(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

static int judge(const struct known *k)
{
    char command[512];
    const char *verdict;
    double best, low, high;
    int outcome = UNSURE;
    json_t *o, *curve;

    snprintf(command, sizeof(command), "%s sweep %s --json --no-history",
             program(), k->line);
    o = record_of(command);
    if (!o) {
        printf("%-24s gave no record\n", k->name);
        return WRONG;
    }
    curve = json_array_get(json_object_get(o, "curves"), 0);
    verdict = json_string_value(json_object_get(curve, "verdict"));
    best = number_at(json_object_get(curve, "best"), "x");
    low = number_at(curve, "low_x");
    high = number_at(curve, "high_x");
    if (verdict && strcmp(verdict, "found") == 0)
        outcome = low <= k->most && high >= k->least ? FOUND : WRONG;
    printf("%-24s %-12s best %2.0f, within %2.0f to %2.0f, %5.1f s%s\n",
           k->name, verdict ? verdict : "nothing", best, low, high,
           number_at(o, "spent_s"), outcome == WRONG ? "   WRONG" : "");
    fflush(stdout);
    json_decref(o);
    return outcome;
}

static void judge_all(int repeat)
{
    int counts[KNOWNS][OUTCOMES] = {0};

    for (int r = 0; r < repeat; r++)
        for (int i = 0; i < KNOWNS; i++)
            counts[i][judge(&knowns[i])]++;
    printf("\n%-24s %6s %13s %6s\n", "", "found", "inconclusive", "wrong");
    for (int i = 0; i < KNOWNS; i++)
        printf("%-24s %6d %13d %6d\n", knowns[i].name, counts[i][FOUND],
               counts[i][UNSURE], counts[i][WRONG]);
}

/* ---- what it adds -------------------------------------------------------- */

static char list[] = "/tmp/timeslice-bench-list-XXXXXX";

static bool make_list(void)
{
    int fd = mkstemp(list);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

    if (!f)
        return false;
    for (int i = 0; i < LISTED; i++)
        fprintf(f, "%d\n", i);
    return fclose(f) == 0;
}

/* Of each program that was started, in ms. */
struct cost {
    double wall[ROUNDS], cpu[ROUNDS];
};

static int64_t children_cpu_ns(void)
{
    struct rusage use;

    getrusage(RUSAGE_CHILDREN, &use);
    return (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * NS_PER_S +
           (use.ru_utime.tv_usec + use.ru_stime.tv_usec) * NS_PER_US;
}

/* How many programs a sweep has started, by its record on @f. */
static int programs_of(FILE *f)
{
    json_t *o = json_loadf(f, 0, NULL), *point;
    size_t i, runs = 0;

    json_array_foreach(json_object_get(o, "points"), i, point) runs +=
        json_array_size(json_object_get(point, "runs"));
    json_decref(o);
    return (int)runs * LISTED;
}

/* Round @at of @command, which starts LISTED programs or, if it prints a
 * record, as many as that says. */
static void measure(struct cost *c, int at, const char *command, bool record)
{
    int64_t from_ns = clock_now_ns(), cpu_ns = children_cpu_ns();
    FILE *f = popen(command, "r");
    int programs = f && record ? programs_of(f) : LISTED;

    if (f)
        pclose(f);
    if (programs == 0)
        programs = 1;
    c->wall[at] = (double)(clock_now_ns() - from_ns) / NS_PER_MS / programs;
    c->cpu[at] = (double)(children_cpu_ns() - cpu_ns) / NS_PER_MS / programs;
}

static void tell(const char *name, struct cost *c, double wall, double cpu)
{
    double now = bench_median(c->wall, ROUNDS);
    double cpu_now = bench_median(c->cpu, ROUNDS);

    printf("%-10s %9.3f %9.3f %12.3f %9.3f\n", name, now, now - wall, cpu_now,
           cpu_now - cpu);
}

static void tell_cost(void)
{
    char by_xargs[256], by_run[PATH_MAX + 256], by_sweep[PATH_MAX + 256];
    struct cost xargs, run, sweep;
    double wall, cpu;

    if (!make_list()) {
        printf("no list could be written\n");
        return;
    }
    snprintf(by_xargs, sizeof(by_xargs),
             "exec xargs -a %s -n 1 -P %d /bin/true >/dev/null 2>&1", list,
             WORKERS);
    snprintf(by_run, sizeof(by_run),
             "exec %s run command --inputs %s --workers %d --quiet -- "
             "/bin/true {} >/dev/null 2>&1",
             program(), list, WORKERS);
    snprintf(by_sweep, sizeof(by_sweep),
             "exec %s sweep command --inputs %s --over workers=%d --repeat 2 "
             "--json --no-history -- /bin/true {} 2>/dev/null",
             program(), list, WORKERS);
    measure(&xargs, 0, by_xargs, false); /* warm */
    for (int i = 0; i < ROUNDS; i++) {
        measure(&xargs, i, by_xargs, false);
        measure(&run, i, by_run, false);
        measure(&sweep, i, by_sweep, true);
    }
    unlink(list);
    wall = bench_median(xargs.wall, ROUNDS);
    cpu = bench_median(xargs.cpu, ROUNDS);
    printf("\n/bin/true for each of %d lines, %d at a time, median of %d "
           "rounds in turn:\n%-10s %9s %9s %12s %9s\n",
           LISTED, WORKERS, ROUNDS, "", "ms each", "added", "cpu ms each",
           "added");
    tell("xargs -P", &xargs, wall, cpu);
    tell("run", &run, wall, cpu);
    tell("sweep", &sweep, wall, cpu);
    printf("(below 1 ms added is wanted; beside busy neighbours only the "
           "processor time tells)\n");
}

int main(void)
{
    const char *times = getenv("REPEAT");
    int repeat = times ? atoi(times) : 1;

    printf("Others keep %.0f %% of the machine busy.\n\n",
           100 * bench_foreign_share());
    if (repeat > 0)
        judge_all(repeat);
    tell_cost();
    return 0;
}
