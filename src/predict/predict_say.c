/* A prediction in words and figures. Pure. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "predict/predict.h"
#include "sim/policy.h"

/* What is dealt one by one within this is dealt at a price. */
#define SHORT_TASK_NS (5 * NS_PER_US)

/* ---- the table ----------------------------------------------------------- */

/* Badge, CPUs, workers, wall, throughput, cores busy, speed-up, error. */
static const int width[] = {-9, 5, 8, 11, 12, 11, 9, 9};
#define COLUMNS (int)(sizeof(width) / sizeof(width[0]))

static void add_row(struct text *out, const char *const cell[COLUMNS])
{
    size_t end;

    for (int i = 0; i < COLUMNS; i++) {
        int pad = width[i] < 0 ? 0 : width[i] - text_columns(cell[i]);

        text_fill(out, " ", pad > 0 ? pad : 0);
        if (width[i] < 0)
            text_pad(out, cell[i], -width[i]);
        else
            text_add(out, cell[i]);
    }
    end = out->len; /* no blanks at the end of a line */
    while (end > 0 && out->data && out->data[end - 1] == ' ')
        out->data[--end] = '\0';
    out->len = end;
    text_add(out, "\n");
}

static void figures_row(const struct predict_point *at, bool model,
                        struct text *out)
{
    const struct metrics *m = model ? &at->model : &at->outcome.metrics;
    char cpus[16], workers[24], wall[32] = "-", rate[32] = "-";
    char busy[32] = "-", speedup[32] = "", error[40] = "";

    snprintf(cpus, sizeof(cpus), "%d", at->cpus);
    snprintf(workers, sizeof(workers), "%" PRId64, at->workers);
    if (m->has[METRIC_WALL_S])
        text_duration(wall, sizeof(wall),
                      (int64_t)(m->value[METRIC_WALL_S] * NS_PER_S));
    if (m->has[METRIC_THROUGHPUT_PER_S])
        text_si(rate, sizeof(rate), m->value[METRIC_THROUGHPUT_PER_S]);
    if (m->has[METRIC_PARALLELISM])
        snprintf(busy, sizeof(busy), "%.2f", m->value[METRIC_PARALLELISM]);
    if (model && at->speedup >= 0)
        snprintf(speedup, sizeof(speedup), "%.2f", at->speedup);
    if (!model && at->has_error)
        snprintf(error, sizeof(error), "%+.1f %%%s", 100 * at->error,
                 at->disturbed ? "?" : "");
    else if (!model)
        snprintf(error, sizeof(error), "%s",
                 verdict_words[at->outcome.verdict]);
    add_row(out,
            (const char *const[]){model ? "MODEL" : "MEASURED", cpus, workers,
                                  wall, rate, busy, speedup, error});
}

void predict_table(const struct prediction *p, struct text *out)
{
    add_row(out, (const char *const[]){"", "CPUs", "workers", "wall", "tasks/s",
                                       "cores busy", "speed-up", "error"});
    for (int i = 0; i < p->count; i++) {
        figures_row(&p->point[i], true, out);
        if (p->point[i].real)
            figures_row(&p->point[i], false, out);
    }
}

/* ---- paragraphs ---------------------------------------------------------- */

void predict_say_short(const struct prediction *p, struct text *out)
{
    const struct metrics *m = &p->short_run.metrics;
    double done = metric_get(m, METRIC_TASKS_DONE, 0);
    char wall[32], mean[32], least[32], most[32], share[32];

    text_addf(
        out, "%.0f task%s, one after the other by one worker, took %s", done,
        done == 1 ? "" : "s",
        text_duration(wall, sizeof(wall),
                      (int64_t)(metric_get(m, METRIC_WALL_S, 0) * NS_PER_S)));
    text_addf(out, ": %s each",
              text_duration(mean, sizeof(mean), (int64_t)p->mean_ns));
    if (p->length_count > 1)
        text_addf(out, " (from %s to %s)",
                  text_duration(least, sizeof(least), (int64_t)p->least_ns),
                  text_duration(most, sizeof(most), (int64_t)p->most_ns));
    /* Else the note says so. */
    if (p->cpu_share < 0.9995 && p->request.spec.workload == WORKLOAD_COMMAND)
        text_addf(out, ", %s of it computing, the rest waiting",
                  text_percent(share, sizeof(share), p->cpu_share));
    text_add(out, ".");
    if (p->note[0])
        text_addf(out, " %s", p->note);
    if (p->short_disturbed)
        text_addf(out,
                  " Others used %.2f cores of this machine meanwhile, so the "
                  "tasks may be shorter than this.",
                  p->short_run.foreign_cores);
}

static void say_cpus(struct text *out, int cpus)
{
    text_addf(out, "%d CPU%s", cpus, cpus == 1 ? "" : "s");
}

static void say_errors(const struct prediction *p, struct text *out)
{
    int n = 0, of = 0;

    for (int i = 0; i < p->count; i++)
        of += p->point[i].has_error;
    if (of == 0)
        return;
    text_add(out, " Against real runs here it is ");
    for (int i = 0; i < p->count; i++) {
        const struct predict_point *at = &p->point[i];

        if (!at->has_error)
            continue;
        text_addf(out, "%s%.1f %% too %s on ",
                  n == 0       ? ""
                  : n + 1 < of ? ", "
                               : " and ",
                  fabs(100 * at->error), at->error < 0 ? "low" : "high");
        say_cpus(out, at->cpus);
        n++;
    }
    text_add(out, ".");
}

static void say_trouble(const struct prediction *p, struct text *out)
{
    for (int i = 0; i < p->count; i++) {
        const struct predict_point *at = &p->point[i];

        if (predict_too_long(p, i)) {
            text_add(out, " It was not run for real on ");
            say_cpus(out, at->cpus);
            text_addf(out, ", where it would take more than %.0f s.",
                      PREDICT_REAL_MOST_S);
        }
        if (!at->real)
            continue;
        if (at->outcome.verdict != VERDICT_OK) {
            text_add(out, " The real run on ");
            say_cpus(out, at->cpus);
            text_addf(out, " did not end well: %s.", at->outcome.error);
        } else if (at->disturbed) {
            text_add(out, " During the run on ");
            say_cpus(out, at->cpus);
            text_addf(out, " others used %.2f cores, so its error says little.",
                      at->outcome.foreign_cores);
        }
    }
    if (p->verdict == PREDICT_INCONCLUSIVE)
        text_add(out, " Inconclusive: try again when the machine is quiet.");
}

void predict_say_answer(const struct prediction *p, struct text *out)
{
    const struct predict_point *last = &p->point[p->count - 1];
    char buf[32];

    text_add(out, "On ");
    say_cpus(out, last->cpus);
    if (p->metric == METRIC_WALL_S)
        text_addf(
            out, " it would take %s",
            text_duration(buf, sizeof(buf),
                          (int64_t)(metric_get(&last->model, METRIC_WALL_S, 0) *
                                    NS_PER_S)));
    else
        text_addf(
            out, " it would do %s tasks a second",
            text_si(buf, sizeof(buf),
                    metric_get(&last->model, METRIC_THROUGHPUT_PER_S, 0)));
    if (last->cpus > 1 && last->speedup >= 0 && last->speedup < 1.005)
        text_add(out, ", no faster than on 1 CPU");
    else if (last->cpus > 1 && last->speedup >= 0)
        text_addf(out, ", %.2f times as fast as on 1 CPU", last->speedup);
    text_add(out, ".");
    say_errors(p, out);
    say_trouble(p, out);
}

void predict_say_limits(const struct prediction *p, struct text *out)
{
    struct text machine = {0};

    sim_setup_write(&p->request.setup, &machine);
    text_addf(out,
              "MODEL is a simulation (%s) of tasks as long as those measured "
              "here, dealt and scheduled on so many CPUs. It does not know "
              "what cores share, such as memory bandwidth, caches and the "
              "clock; nor locks inside the tasks; nor what it costs to start "
              "workers.",
              text_str(&machine));
    if (p->mean_ns < SHORT_TASK_NS)
        text_add(out, " Tasks as short as these are mostly the dealing, and "
                      "that workers then wait for each other at it is not "
                      "known either; --chunk makes it less.");
    if (p->request.spec.model == MODEL_GIL)
        text_add(out, " The global lock is simulated.");
    if (p->request.spec.workload == WORKLOAD_COMMAND)
        text_add(out, " Programs that wait for the same drive are taken to "
                      "wait no longer when there are more of them.");
    if (p->request.spec.workload == WORKLOAD_FLEET)
        text_add(out, " The hosts are taken to answer as fast, however many "
                      "are asked at once.");
    text_fini(&machine);
}
