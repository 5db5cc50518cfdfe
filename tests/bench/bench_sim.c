/* What the simulator costs: decisions a second, how that grows with the number
 * of jobs, memory, and beside the programs that classes use. With OSTEP= (a
 * checkout of github.com/remzi-arpacidusseau/ostep-homework) those run on the
 * same inputs in the same minute, else their column is left out. Processor time
 * throughout, so that neighbours matter little. REPEAT= repetitions. */
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"
#include "sim/sim.h"

#define MS INT64_C(1000000)

static int repeat(void)
{
    const char *r = getenv("REPEAT");
    int n = r ? atoi(r) : 3;

    return n < 1 ? 1 : n > BENCH_MOST ? BENCH_MOST : n;
}

static double cpu_s(int who)
{
    struct rusage u;

    getrusage(who, &u);
    return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
           1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static void die(const struct err *err)
{
    fprintf(stderr, "bench_sim: %s\n", err->text);
    exit(4);
}

/* ---- job sets ------------------------------------------------------------ */

/* @n jobs of @work ms each; @io_every ms of computing a wait of 5 ms, 0 never;
 * @scatter: lengths 1 .. 2 x work. */
static void make_jobs(struct sim_jobs *out, int n, int64_t work,
                      int64_t io_every, bool scatter)
{
    uint64_t seed = 1;

    *out = (struct sim_jobs){0};
    for (int i = 0; i < n; i++) {
        int64_t ms = work;
        struct sim_job *j = sim_jobs_add(out);

        if (!j)
            exit(4);
        j->tickets = 1 + i % 100;
        if (scatter) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            ms = 1 + (int64_t)((seed >> 33) % (uint64_t)(2 * work));
        }
        if (io_every) {
            sim_jobs_step(out, STEP_RUN, io_every * MS, 0);
            sim_jobs_step(out, STEP_IO, 5 * MS, 0);
            sim_jobs_step(out, STEP_AGAIN, 0, (int32_t)(ms / io_every));
            ms %= io_every;
        }
        if (ms)
            sim_jobs_step(out, STEP_RUN, ms * MS, 0);
    }
}

struct cost {
    double s;
    int64_t decisions;
};

/* The median of a few runs. Making and freeing it counts, too. */
static struct cost simulate(const char *setup, const struct sim_jobs *jobs)
{
    double seconds[BENCH_MOST];
    struct cost c = {0};
    struct sim_setup u;
    struct err err = {0};
    int n = repeat();

    if (sim_setup_read(&u, setup, NULL, &err) < 0)
        die(&err);
    for (int i = 0; i < n; i++) {
        double before = cpu_s(RUSAGE_SELF);
        struct sim *s = NULL;

        if (sim_new(&s, &u, jobs, NULL, &err) < 0)
            die(&err);
        sim_run(s, INT64_MAX, INT64_MAX);
        c.decisions = sim_decisions(s);
        sim_free(s);
        seconds[i] = cpu_s(RUSAGE_SELF) - before;
    }
    qsort(seconds, (size_t)n, sizeof(seconds[0]), bench_ascending);
    c.s = seconds[n / 2];
    return c;
}

/* ---- decisions a second, and how that grows ------------------------------ */

static const struct growth {
    const char *setup;
    bool io, scatter;
    int64_t slices; /* of 1 ms, a job at 100 jobs */
} growths[] = {
    {"rr,slice=1", false, false, 200000},
    {"fifo", false, false, 1},
    {"sjf", false, true, 1},
    {"stcf", false, true, 1},
    {"mlfq", false, false, 20000},
    {"priority", false, true, 1},
    {"lottery,slice=1", false, false, 20000},
    {"stride,slice=1", false, false, 20000},
    {"cfs", false, false, 20000},
    {"eevdf", false, false, 20000},
    {"edf", false, true, 1},
};

static void show_growth(void)
{
    printf("million decisions a second, processor time; one CPU\n");
    printf("%-18s", "");
    for (int n = 100; n <= 1000000; n *= 10)
        printf("%10d", n);
    printf(" jobs   ns at 100 and 1,000,000\n");
    for (size_t i = 0; i < sizeof(growths) / sizeof(growths[0]); i++) {
        const struct growth *g = &growths[i];
        double first = 0, last = 0;

        printf("%-18s", g->setup);
        for (int n = 100; n <= 1000000; n *= 10) {
            int64_t work = g->slices * 100 / n;
            struct sim_jobs jobs;
            struct cost c;

            make_jobs(&jobs, n, work < 10 ? 10 : work, g->io ? 7 : 0,
                      g->scatter);
            c = simulate(g->setup, &jobs);
            last = c.s * 1e9 / (double)c.decisions;
            if (n == 100)
                first = last;
            printf("%10.2f", (double)c.decisions / c.s / 1e6);
            fflush(stdout);
            sim_jobs_fini(&jobs);
        }
        printf("        %4.0f %6.0f\n", first, last);
    }
    printf("largest so far: %ld MB\n\n", ({
               struct rusage u;
               getrusage(RUSAGE_SELF, &u);
               u.ru_maxrss / 1024;
           }));
}

/* ---- beside the programs that classes use -------------------------------- */

static const struct beside {
    const char *name, *setup;
    int jobs;
    int64_t work, io_every;
    const char *program; /* with "JOB*n" for the job list */
    const char *job;
    double bar; /* how many times as fast we are to be */
} besides[] = {
    {"T1 rr, 1000 jobs x 1000, q 1", "rr,slice=1", 1000, 1000, 0,
     "cpu-sched/scheduler.py -p RR -q 1 -c -l ", "1000", 40},
    {"T3 lottery, 20 jobs x 10,000", "lottery,slice=1", 20, 10000, 0,
     "cpu-sched-lottery/lottery.py -q 1 -c -l ", "10000:100", 100},
    {"T4 mlfq, 10 jobs x 100,000, boost 1000",
     "mlfq,levels=10:1/10:1/10:1,"
     "boost=1000",
     10, 100000, 0, "cpu-sched-mlfq/mlfq.py -n 3 -q 10 -a 1 -B 1000 -c -l ",
     "0,100000,0", 100},
    {"T5 mlfq, the same, I/O every 7", "mlfq,levels=10:1/10:1/10:1,boost=1000",
     10, 100000, 7,
     "cpu-sched-mlfq/mlfq.py -n 3 -q 10 -a 1 -B 1000 -i 5 -c -l ", "0,100000,7",
     100},
    {"T6 mlfq, 200 jobs x 5,000, I/O every 7",
     "mlfq,levels=10:1/10:1/10:1,boost=1000", 200, 5000, 7,
     "cpu-sched-mlfq/mlfq.py -n 3 -q 10 -a 1 -B 1000 -i 5 -c -l ", "0,5000,7",
     100},
    {"T7 4 CPUs, 8 jobs x 100,000, caches",
     "rr,slice=10,cpus=4,aligned=yes,warm=10,warm-rate=2,cache=100", 8, 100000,
     0, "cpu-sched-multi/multi.py -n 4 -q 10 -c -L ", "100000:20", 100},
    {"   the same, a queue a CPU, stealing",
     "rr,slice=10,cpus=4,aligned=yes,warm=10,warm-rate=2,cache=100,"
     "queues=per-cpu,steal=30",
     8, 100000, 0, "cpu-sched-multi/multi.py -n 4 -q 10 -p -P 30 -c -L ",
     "100000:20", 100},
};

/* Processor time of one of their programs, output thrown away; -1: it did not
 * run. */
static double theirs(const char *where, const struct beside *b)
{
    char *line = malloc(64 + strlen(where) + (size_t)b->jobs * 24), *p = line;
    double before = cpu_s(RUSAGE_CHILDREN);
    int status;

    if (!line)
        exit(4);
    p += sprintf(p, "cd %s && python3 %s", where, b->program);
    for (int i = 0; i < b->jobs; i++) {
        p += sprintf(p, "%s", i ? strchr(b->job, ',') ? ":" : "," : "");
        if (strstr(b->program, "multi.py"))
            p += sprintf(p, "j%d:", i);
        p += sprintf(p, "%s", b->job);
    }
    sprintf(p, " >/dev/null 2>&1");
    status = system(line); // NOLINT(cert-env33-c)
    free(line);
    return status == 0 ? cpu_s(RUSAGE_CHILDREN) - before : -1;
}

static void show_besides(void)
{
    const char *where = getenv("OSTEP");

    printf("%-42s%12s%14s%14s\n", "beside the programs that classes use",
           "ours, ms", where ? "theirs, ms" : "", where ? "ratio (bar)" : "");
    for (size_t i = 0; i < sizeof(besides) / sizeof(besides[0]); i++) {
        const struct beside *b = &besides[i];
        struct sim_jobs jobs;
        struct cost c;

        make_jobs(&jobs, b->jobs, b->work, b->io_every, false);
        for (int j = 0; j < b->jobs; j++) {
            jobs.job[j].working_set = 20;
            jobs.job[j].tickets = 100;
        }
        c = simulate(b->setup, &jobs);
        printf("%-42s%12.2f", b->name, c.s * 1e3);
        if (where) {
            double s = theirs(where, b);

            if (s < 0)
                printf("%14s", "did not run");
            else
                printf("%14.0f%8.0f (%.0f)", s * 1e3, s / c.s, b->bar);
        }
        printf("\n");
        fflush(stdout);
        sim_jobs_fini(&jobs);
    }
}

int main(void)
{
    show_growth();
    show_besides();
    return 0;
}
