/* The experiment that the simulated jobs stand for, run on this machine by real
 * workers, and its lanes and figures beside the models'. Screen process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "spec/metric.h"
#include "stats/summary.h"
#include "sweep/sweep.h"
#include "tui/app.h"

void simtui_measure(struct app *a)
{
    struct sim_screen *s = &a->sim;
    struct spec spec;
    struct err err = {0};

    if (s->line_of[0] == '\0') {
        app_say(a, false,
                "these jobs are no experiment's: \":sim spin --workers 4 "
                "--task-ms 5 --tasks 80\" begins with one");
        return;
    }
    if (s->measuring)
        return;
    simtui_measure_close(a);
    if (spec_parse_line(&spec, s->line_of, &err) < 0 ||
        run_start(a, &spec, &err) < 0) {
        app_say(a, true, "%s", err.text);
        return;
    }
    s->measuring = s->measured = true;
    s->figures = (struct view_sim_figures){0};
    s->measured_end_ns = 0;
    snprintf(s->measured_note, sizeof(s->measured_note), "runs …");
}

/* ---- figures ------------------------------------------------------------- */

struct firsts {
    int64_t *at_ns; /* by worker: when it first had a core; -1 */
    int count;
};

static void see_first(const struct span *span, void *arg)
{
    struct firsts *f = arg;

    if ((span->state == SPAN_RUNNING || span->state == SPAN_SPINNING) &&
        span->worker < f->count &&
        (f->at_ns[span->worker] < 0 || span->start_ns < f->at_ns[span->worker]))
        f->at_ns[span->worker] = span->start_ns;
}

static int by_size(const void *a, const void *b)
{
    int64_t x, y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return (x > y) - (x < y);
}

/* As the simulator counts: from the gate on, every worker a job. */
static void add_workers(struct view_sim_figures *out, const struct trace *t,
                        const struct firsts *first, int64_t *took)
{
    double response = 0, turnaround = 0, waiting = 0, sum = 0, squares = 0;
    int n = 0, answered = 0, share = 0;

    for (int i = 0; i < t->worker_count; i++) {
        const struct trace_worker *w = &t->workers[i];
        double ran =
            (double)(w->span_ns[SPAN_RUNNING] + w->span_ns[SPAN_SPINNING]);

        if (w->end_ns <= t->gate_ns)
            continue;
        took[n] = w->end_ns - t->gate_ns;
        turnaround += (double)took[n];
        waiting += (double)w->span_ns[SPAN_READY];
        if (ran > 0) {
            sum += ran / (double)took[n];
            squares += ran / (double)took[n] * (ran / (double)took[n]);
            share++;
        }
        if (first->at_ns[i] >= 0) {
            int64_t ns = first->at_ns[i] - t->gate_ns;

            response += (double)(ns > 0 ? ns : 0);
            answered++;
        }
        n++;
    }
    qsort(took, (size_t)n, sizeof(*took), by_size);
    out->response_ns = answered > 0 ? response / answered : -1;
    out->turnaround_ns = n > 0 ? turnaround / n : -1;
    out->waiting_ns = n > 0 && share > 0 ? waiting / n : -1;
    out->p95_turnaround_ns = n > 0 ? (double)took[(n * 95 + 99) / 100 - 1] : -1;
    out->jain = squares > 0 ? sum * sum / (share * squares) : -1;
}

static void take_figures(struct view_sim_figures *out, struct trace *t)
{
    size_t count = (size_t)(t->worker_count > 0 ? t->worker_count : 1);
    struct firsts first = {calloc(count, sizeof(int64_t)), t->worker_count};
    int64_t *took = calloc(count, sizeof(*took));
    double wall, cpu;

    *out = (struct view_sim_figures){-1, -1, -1, -1, -1, -1, -1, -1, 0, -1};
    if (first.at_ns && took) {
        for (size_t i = 0; i < count; i++)
            first.at_ns[i] = -1;
        trace_each_span(t, t->gate_ns, INT64_MAX, see_first, &first);
        add_workers(out, t, &first, took);
    }
    summary_update(t);
    wall = metric_get(&t->metrics, METRIC_WALL_S, -1);
    cpu = metric_get(&t->metrics, METRIC_CPU_S, -1);
    out->wall_ns = wall >= 0 ? (int64_t)(wall * 1e9) : -1;
    if (wall > 0 && cpu >= 0 && t->core_count > 0)
        out->utilisation = cpu / (wall * t->core_count);
    if (t->metrics.has[METRIC_SWITCHES_VOLUNTARY])
        out->switches =
            (int64_t)metric_get(&t->metrics, METRIC_SWITCHES_VOLUNTARY, 0) +
            (int64_t)metric_get(&t->metrics, METRIC_SWITCHES_INVOLUNTARY, 0);
    free(first.at_ns);
    free(took);
}

/* Seconds of the cores' time that others used meanwhile; <0: not known. */
static double foreign_s(const struct trace *t)
{
    int64_t ns = 0;

    for (int i = 0; i < t->core_count; i++) {
        if (t->cores[i].foreign_ns < 0)
            return -1;
        ns += t->cores[i].foreign_ns;
    }
    return (double)ns / NS_PER_S;
}

/* Where it was run, and whether it says anything of the model. */
static void say_where(struct sim_screen *s, const struct trace *t)
{
    double others = foreign_s(t);
    double wall = (double)(t->end_ns - t->gate_ns) / NS_PER_S;

    if (others > SWEEP_NOISE_S && others > SWEEP_NOISE_CORES * wall)
        snprintf(s->measured_note, sizeof(s->measured_note),
                 "inconclusive: others used %.1f of %d cores", others / wall,
                 t->core_count);
    else
        snprintf(s->measured_note, sizeof(s->measured_note),
                 "on %d core%s here", t->core_count,
                 t->core_count == 1 ? "" : "s");
}

/* ---- as it goes on ------------------------------------------------------- */

int64_t simtui_measure_tick(struct app *a, int64_t now_ns)
{
    struct sim_screen *s = &a->sim;
    struct source *source = a->run.source;
    struct trace *t;
    int64_t due_ns;

    if (!s->measuring || !source)
        return INT64_MAX;
    due_ns = run_tick(a, now_ns);
    t = source->trace;
    if (t->gate_ns != 0)
        s->measured_end_ns =
            (t->end_ns != 0 ? t->end_ns : t->now_ns) - t->gate_ns;
    if (!source->done)
        return due_ns;
    s->measuring = false;
    if (t->error[0] != '\0' && t->gate_ns == 0) {
        simtui_measure_close(a);
        return INT64_MAX;
    }
    take_figures(&s->figures, t);
    say_where(s, t);
    a->dirty = true;
    return INT64_MAX;
}

static void copy_worker(struct view_sim_cell *to, const struct lane_cell *from)
{
    memcpy(to->ns, from->ns, sizeof(to->ns));
    to->cause = from->cause;
    to->runs = from->switches;
}

static void copy_core(struct view_sim_cell *to, const struct core_cell *from)
{
    to->job = from->worker;
    to->job_ns = from->ns;
    to->ns[SPAN_RUNNING] = from->busy_ns;
}

void simtui_measure_paint(struct app *a)
{
    struct sim_screen *s = &a->sim;
    const struct view_sim_window *w = &s->window;
    const struct trace *t = a->run.source ? a->run.source->trace : NULL;
    int lanes = w->rows + w->cpus, skip;

    free(s->cells);
    s->cells = NULL;
    if (!s->measured || !t || t->gate_ns == 0 || w->column_ns <= 0)
        return;
    if (!s->lanes)
        s->lanes = lanes_new();
    s->cells = calloc((size_t)lanes * (size_t)w->columns, sizeof(*s->cells));
    if (!s->lanes || !s->cells ||
        lanes_update(s->lanes, t,
                     t->gate_ns + w->start_ns + w->columns * w->column_ns - 1,
                     w->column_ns, w->columns, w->by_cpu ? 0 : w->first,
                     w->by_cpu ? 0 : w->rows) < 0) {
        free(s->cells);
        s->cells = NULL;
        return;
    }
    skip = (int)((t->gate_ns + w->start_ns - lanes_start_ns(s->lanes)) /
                 w->column_ns);
    for (int lane = 0; lane < lanes; lane++)
        for (int i = 0; i < w->columns; i++) {
            struct view_sim_cell *c =
                &s->cells[(size_t)lane * (size_t)w->columns + (size_t)i];
            int core = lane < w->rows ? w->first + lane : lane - w->rows;

            c->job = -1;
            if (i + skip < 0 || i + skip >= lanes_columns(s->lanes))
                continue;
            if (lane < w->rows && !w->by_cpu &&
                w->first + lane < t->worker_count)
                copy_worker(c, lanes_worker(s->lanes, lane, i + skip));
            else if ((lane >= w->rows || w->by_cpu) && core < t->core_count)
                copy_core(c, lanes_core(s->lanes, core, i + skip));
        }
}

void simtui_measure_close(struct app *a)
{
    struct sim_screen *s = &a->sim;

    if (s->measured)
        run_close(a);
    lanes_free(s->lanes);
    free(s->cells);
    s->lanes = NULL;
    s->cells = NULL;
    s->measured = s->measuring = false;
}
