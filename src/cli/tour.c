/* "timeslice tour", and "timeslice" where there is no terminal: four short
 * experiments, run here and now, as text. What is said about them is computed
 * from what was measured: a machine with one core reads another story than one
 * with eight. Screen process.
 *
 * Every run lasts a fixed time, so that the tour takes about four seconds on a
 * slow machine too. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/common.h"
#include "export/export.h"
#include "spec/metric.h"

/* What the four experiments hand to each other. */
struct tour {
    struct machine machine;
    struct report_options look;
    int status;           /* of the run that went wrong; -1: none has */
    int workers;          /* in the first two: one a core, 2 to 8 */
    double threads_per_s; /* what these got done without a global lock, and */
    double threads_busy;  /* how many cores they had for it */
};

/* Run @line. With @show its picture is printed. The caller closes what is
 * returned; NULL when it went wrong: a sentence was said, .status is set. */
static struct source *tour_run(struct tour *t, const char *line, bool show)
{
    struct source *source = NULL;
    struct text report = {0};
    struct spec spec;
    struct err err = {0};
    int rc;

    printf("    timeslice run %s\n", line);
    fflush(stdout);
    rc = spec_parse_line(&spec, line, &err);
    if (rc == 0)
        rc = spec_check(&spec, &t->machine, &err);
    if (rc == 0)
        rc = cli_drive(&source, &spec, &t->machine, false, &err);
    if (rc != 0) {
        t->status = cli_refuse_err(&err, EXIT_FAILED);
        return NULL;
    }

    if (source->trace->verdict != VERDICT_OK) {
        t->status = cli_run_status(source->trace);
        cli_refuse(t->status, "the tour ends here: %s",
                   source->trace->error[0]
                       ? source->trace->error
                       : verdict_words[source->trace->verdict]);
        source->class->close(source);
        return NULL;
    }
    if (show && export_report(source->trace, &t->look, &report) == 0)
        fputs(text_str(&report), stdout);
    text_fini(&report);
    return source;
}

static void heading(int number, const char *title)
{
    printf("\n%d. %s\n\n", number, title);
}

static void paragraph(const struct tour *t, const char *s)
{
    putchar('\n');
    cli_wrap(s, 0, 0, t->look.columns);
}

static double measured(const struct source *s, enum metric which)
{
    return metric_get(&s->trace->metrics, which, 0);
}

/* ---- 1: a second worker -------------------------------------------------- */

static void conclude_threads(const struct tour *t, double speedup)
{
    struct text s = {0};
    int cores = t->machine.cpus_allowed;
    int useful = t->workers < cores ? t->workers : cores;

    if (cores == 1)
        text_addf(&s,
                  "There is one core here, so the threads could only take "
                  "turns on it: together they got %.2f times as much done as "
                  "one worker alone. More workers are not more cores.",
                  speedup);
    else if (speedup >= 0.8 * useful)
        text_addf(&s,
                  "Together the %d threads got %.2f times as much done as one "
                  "worker alone, and kept %.2f of %d cores busy: nothing made "
                  "them wait for each other.",
                  t->workers, speedup, t->threads_busy, cores);
    else
        text_addf(&s,
                  "Together the %d threads got %.2f times as much done as one "
                  "worker alone; %d would be possible. They had %.2f of %d "
                  "cores: something else, another program or the host of this "
                  "machine, took the rest.",
                  t->workers, speedup, useful, t->threads_busy, cores);
    paragraph(t, text_str(&s));
    text_fini(&s);
}

static void tour_threads(struct tour *t)
{
    struct source *alone, *threads;
    char line[160];
    double alone_per_s;

    heading(1, "Do more workers get more done?");
    cli_wrap("One worker counts primes alone; then several threads do, one a "
             "core. In the picture a row is a core or a worker, and time runs "
             "to the right.",
             0, 0, t->look.columns);
    putchar('\n');
    alone = tour_run(t,
                     "primes --model sequential --limit 20000 --duration "
                     "0.6",
                     false);
    if (!alone)
        return;
    alone_per_s = measured(alone, METRIC_THROUGHPUT_PER_S);
    alone->class->close(alone);

    snprintf(line, sizeof(line),
             "primes --model threads --workers %d --limit 20000 --duration 0.6",
             t->workers);
    threads = tour_run(t, line, true);
    if (!threads)
        return;
    t->threads_per_s = measured(threads, METRIC_THROUGHPUT_PER_S);
    t->threads_busy = measured(threads, METRIC_PARALLELISM);
    conclude_threads(t, alone_per_s > 0 ? t->threads_per_s / alone_per_s : 0);
    threads->class->close(threads);
}

/* ---- 2: a global lock ---------------------------------------------------- */

static void tour_gil(struct tour *t)
{
    struct text s = {0};
    struct source *gil;
    char line[160];
    double share, waited, life;

    heading(2, "The same threads under one global lock");
    cli_wrap("Python's threads long had to hold one lock to compute at all. "
             "The same threads, the same work, and that lock:",
             0, 0, t->look.columns);
    putchar('\n');
    snprintf(line, sizeof(line),
             "primes --model gil --workers %d --limit 20000 --duration 0.6",
             t->workers);
    gil = tour_run(t, line, true);
    if (!gil)
        return;
    share = t->threads_per_s > 0
                ? measured(gil, METRIC_THROUGHPUT_PER_S) / t->threads_per_s
                : 0;
    life = measured(gil, METRIC_LIFE_S);
    waited = measured(gil, METRIC_GIL_WAIT_S);
    text_addf(&s,
              "They kept %.2f cores busy and got %.0f %% done of what they did "
              "without the lock.",
              measured(gil, METRIC_PARALLELISM), 100 * share);
    if (life > 0 && waited > 0)
        text_addf(&s, " %.0f %% of their time they waited for it.",
                  100 * waited / life);
    if (t->machine.cpus_allowed == 1)
        text_add(&s, " On one core only one could compute anyway, so there "
                     "was little for the lock to take.");
    else if (t->threads_busy < 1.25)
        text_add(&s, " Other programs keep this machine busy, so that without "
                     "the lock the threads had little more than one core too: "
                     "on an idle machine the difference shows.");
    else
        text_add(&s, " Whoever has the lock computes; the others wait, "
                     "whatever cores are free.");
    paragraph(t, text_str(&s));
    text_fini(&s);
    gil->class->close(gil);
}

/* ---- 3: a shared counter ------------------------------------------------- */

static void conclude_counter(const struct tour *t, const struct trace_phase *no,
                             const struct trace_phase *mutex)
{
    double made = metric_get(&no->metrics, METRIC_EXPECTED, 0);
    double lost = metric_get(&no->metrics, METRIC_LOST, 0);
    double fast = metric_get(&no->metrics, METRIC_THROUGHPUT_PER_S, 0);
    double slow = metric_get(&mutex->metrics, METRIC_THROUGHPUT_PER_S, 0);
    double still = metric_get(&mutex->metrics, METRIC_LOST, 0);
    char n[32], of[32], share[32];
    struct text s = {0};

    if (lost > 0)
        text_addf(&s,
                  "Without a lock %s of %s additions were lost (%s): between "
                  "one thread's reading the number and its writing the sum "
                  "the other added too, and that was overwritten.",
                  text_count(n, sizeof(n), (int64_t)lost),
                  text_count(of, sizeof(of), (int64_t)made),
                  text_percent(share, sizeof(share), lost / made));
    else
        text_addf(&s,
                  "This time none of %s additions was lost without a lock. "
                  "That is luck: a thread has to be interrupted between "
                  "reading and writing%s, and no program can count on that "
                  "not happening.",
                  text_count(of, sizeof(of), (int64_t)made),
                  t->machine.cpus_allowed == 1 ? ", which on one core is rare"
                                               : "");
    text_addf(&s, " With a mutex %s were lost",
              still > 0 ? text_count(n, sizeof(n), (int64_t)still) : "none");
    if (fast > 0 && slow > 0 && slow < fast)
        text_addf(&s, "; the price is a counter that is %.1f times slower",
                  fast / slow);
    else if (fast > 0 && slow > 0)
        text_addf(&s, ", and here it was even %.1f times faster", slow / fast);
    text_add(&s, ".");
    paragraph(t, text_str(&s));
    text_fini(&s);
}

static void tour_counter(struct tour *t)
{
    struct source *counter;

    heading(3, "What a lock is for");
    cli_wrap("Two threads add one to the same counter as fast as they can: for "
             "0.4 seconds without a lock, then for 0.4 seconds with a mutex, "
             "which lets in one at a time.",
             0, 0, t->look.columns);
    putchar('\n');
    counter = tour_run(t,
                       "counter --model threads --workers 2 --phases "
                       "none:0.4,mutex:0.4",
                       true);
    if (!counter)
        return;
    if (counter->trace->phase_count >= 2)
        conclude_counter(t, &counter->trace->phases[0],
                         &counter->trace->phases[1]);
    counter->class->close(counter);
}

/* ---- 4: waiting ---------------------------------------------------------- */

static void tour_sleep(struct tour *t)
{
    struct source *portions, *single;
    struct text s = {0};
    double wall_s, single_s, busy;
    const struct spec *spec;

    heading(4, "Waiting needs no core");
    cli_wrap("A hundred tasks each wait two seconds, as if for a network "
             "(shortened a hundred times, and scaled back in the results). "
             "Eight threads take them in portions; then one by one.",
             0, 0, t->look.columns);
    putchar('\n');
    portions =
        tour_run(t,
                 "sleep --tasks 100 --task-ms 2000 --scale 100 --workers "
                 "8 --dispatch map",
                 true);
    if (!portions)
        return;
    putchar('\n');
    single = tour_run(t,
                      "sleep --tasks 100 --task-ms 2000 --scale 100 --workers "
                      "8 --chunk 1",
                      false);
    if (!single)
        goto out;
    spec = &portions->trace->spec;
    wall_s = measured(portions, METRIC_WALL_SCALED_S);
    single_s = measured(single, METRIC_WALL_SCALED_S);
    busy = measured(portions, METRIC_PARALLELISM);
    text_addf(&s,
              "One after the other these waits would take %.0f seconds; eight "
              "threads took %.1f and used %.2f of a core, since who waits "
              "needs none.",
              (double)spec->tasks * (double)spec->task_ns / NS_PER_S, wall_s,
              busy);
    text_addf(&s,
              " Portions of %.0f left %.0f of the eight with something to do "
              "in the last of %.0f rounds; taken one by one the tasks "
              "needed %.1f seconds.",
              measured(portions, METRIC_CHUNK),
              measured(portions, METRIC_LAST_ROUND_BUSY),
              measured(portions, METRIC_ROUNDS), single_s);
    paragraph(t, text_str(&s));
    text_fini(&s);
    single->class->close(single);
out:
    portions->class->close(portions);
}

int cli_tour(int argc, char **argv)
{
    static void (*const stops[])(struct tour *) = {tour_threads, tour_gil,
                                                   tour_counter, tour_sleep};
    struct tour t = {.status = -1};
    struct cli_words w;
    int status;

    status = cli_words_sort(&w, cli_find(argv[0]), argc, argv);
    if (status < 0 && w.rest_count > 0)
        status = cli_refuse(EXIT_REQUEST, "tour takes no words, not \"%s\"",
                            w.rest[0]);
    if (status < 0)
        status = cli_look(&t.look, &w);
    if (status < 0) {
        t.look.brief = true;
        machine_read(&t.machine);
        t.workers = t.machine.cpus_allowed < 2   ? 2
                    : t.machine.cpus_allowed > 8 ? 8
                                                 : t.machine.cpus_allowed;
        printf("timeslice: four short experiments, run on this machine just "
               "now (%d core%s).\n",
               t.machine.cpus_allowed, t.machine.cpus_allowed == 1 ? "" : "s");
    }
    for (int i = 0; status < 0 && i < 4; i++) {
        stops[i](&t);
        status = t.status;
    }
    if (status < 0) {
        puts("\nNow in a terminal: \"timeslice\" to choose, \"timeslice race\" "
             "to flip the lock\nyourself, \"timeslice help\" for everything.");
        status = EXIT_DONE;
    }
    cli_words_fini(&w);
    return cli_flush(status);
}
