/* The tasks of a recorded run as a pool: how long each computed and waited,
 * whoever did it. Pure; any process. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "sim/jobs_pool.h"
#include "sim/jobs_trace.h"

struct measured { /* one task */
    int64_t number;
    int64_t run_ns, wait_ns;
};

static int by_number(const void *a, const void *b)
{
    const struct measured *x = a, *y = b;

    return (x->number > y->number) - (x->number < y->number);
}

static int by_end(const void *a, const void *b)
{
    const struct trace_event *x = a, *y = b;

    if (x->worker != y->worker)
        return x->worker < y->worker ? -1 : 1;
    return (x->at_ns > y->at_ns) - (x->at_ns < y->at_ns);
}

/* What a worker did in (from, to], of its spans from *@at on; *@at moves with
 * it, since tasks come in order. */
static void measure(struct measured *m, const struct trace *t,
                    const struct by_worker *b, int worker, size_t *at,
                    int64_t from_ns, int64_t to_ns)
{
    for (; *at < b->first[worker + 1]; (*at)++) {
        const struct span *s = trace_span_at(t, b->span[*at]);
        int64_t begin = s->start_ns > from_ns ? s->start_ns : from_ns;
        int64_t end = s->end_ns < to_ns ? s->end_ns : to_ns;
        enum kept_as fate = fate_of(s);

        if (end > begin && fate == KEPT_RUN)
            m->run_ns += end - begin;
        else if (end > begin && (fate == KEPT_IO || fate == KEPT_SLEEP))
            m->wait_ns += end - begin;
        if (s->end_ns > to_ns)
            return; /* the rest of it belongs to the next task */
    }
}

/* The finished tasks, by worker and time. NULL: out of memory. */
static struct trace_event *task_events(const struct trace *t, int *count)
{
    struct trace_event *v = malloc((t->event_count + 1) * sizeof(*v));

    *count = 0;
    for (size_t i = 0; v && i < t->event_count && *count < INT32_MAX; i++) {
        const struct trace_event *e = &t->events[i];

        if (e->kind == EVENT_TASK && e->worker >= 0 &&
            e->worker < t->worker_count)
            v[(*count)++] = *e;
    }
    if (v)
        qsort(v, (size_t)*count, sizeof(*v), by_end);
    return v;
}

/* Each task with what went before it since its worker's last one: taking it is
 * a part of it. */
static struct measured *measure_all(const struct trace *t,
                                    const struct by_worker *b, int *count)
{
    struct trace_event *event = task_events(t, count);
    struct measured *all = NULL;
    size_t at = 0;

    if (event)
        all = calloc((size_t)*count + 1, sizeof(*all));
    for (int i = 0; all && i < *count; i++) {
        const struct trace_event *e = &event[i];
        bool first = i == 0 || event[i - 1].worker != e->worker;

        if (first)
            at = b->first[e->worker];
        all[i].number = e->value;
        measure(&all[i], t, b, e->worker, &at,
                first ? e->start_ns : event[i - 1].at_ns, e->at_ns);
    }
    free(event);
    if (all)
        qsort(all, (size_t)*count, sizeof(*all), by_number);
    return all;
}

/* Where not every task is known by itself, all are taken to be alike. */
static bool even_out(struct measured *one, const struct trace *t, double tasks)
{
    int64_t ns[FATES] = {0};
    double run = metric_get(&t->metrics, METRIC_RUN_S,
                            metric_get(&t->metrics, METRIC_CPU_S, 0)) *
                 NS_PER_S;
    double wait = metric_get(&t->metrics, METRIC_IO_WAIT_S, 0) * NS_PER_S;
    uint64_t total = trace_span_total(t);

    for (uint64_t n = 0; n < total; n++) {
        const struct span *s = trace_span_at(t, n);

        if (s && !s->sampled)
            ns[fate_of(s)] += s->end_ns - s->start_ns;
    }
    if (ns[KEPT_RUN] + ns[KEPT_IO] + ns[KEPT_SLEEP] > 0) {
        run = (double)ns[KEPT_RUN];
        wait = (double)(ns[KEPT_IO] + ns[KEPT_SLEEP]);
    }
    *one = (struct measured){.run_ns = (int64_t)(run / tasks),
                             .wait_ns = (int64_t)(wait / tasks)};
    return one->run_ns + one->wait_ns > 0;
}

static int fill_lengths(struct sim_pool *pool, const struct measured *m,
                        int count, struct err *err)
{
    double run = 0, wait = 0;

    pool->lengths_ns = malloc((size_t)count * sizeof(*pool->lengths_ns));
    if (!pool->lengths_ns)
        return jobs_trace_full(err, -ENOMEM);
    pool->length_count = count;
    for (int i = 0; i < count; i++) {
        pool->lengths_ns[i] = jobs_trace_bounded(m[i].run_ns + m[i].wait_ns);
        run += (double)m[i].run_ns;
        wait += (double)m[i].wait_ns;
    }
    pool->cpu_share = run + wait > 0 ? run / (run + wait) : 1;
    return 0;
}

static void say_pool(const struct sim_pool *pool, double done, bool alike,
                     bool waits, const struct trace *t, struct text *note)
{
    if (!note)
        return;
    if (alike)
        text_addf(note,
                  "%sThe length of each single task is not known, so all are "
                  "as long as the mean.",
                  note->len ? " " : "");
    if (t->spec.tasks > 0 && done < (double)t->spec.tasks)
        text_addf(note,
                  "%s%.0f of %" PRId64 " tasks were measured; the others are "
                  "taken to be like these, in turn.",
                  note->len ? " " : "", done, t->spec.tasks);
    if (waits)
        text_addf(note,
                  "%sOf each task %.1f %% is computing and the rest, after "
                  "it, waiting: the mean over all.",
                  note->len ? " " : "", 100 * pool->cpu_share);
}

int sim_jobs_tasks_from_trace(struct sim_jobs *out, const struct trace *t,
                              int workers, struct text *note, struct err *err)
{
    struct spec spec = t->spec;
    struct by_worker b = {0};
    struct measured *all = NULL, mean;
    int count = 0, rc;
    double done;
    bool alike;

    *out = (struct sim_jobs){0};
    spec.workers = workers;
    rc = by_worker_init(&b, t);
    if (rc == 0 && !(all = measure_all(t, &b, &count)))
        rc = -ENOMEM;
    if (rc < 0) {
        rc = jobs_trace_full(err, rc);
        goto out;
    }
    done = metric_get(&t->metrics, METRIC_TASKS_DONE, count);
    alike = count == 0 || done > count;
    if (done < 1) {
        rc = err_set(err, -EINVAL,
                     "no task was finished in this run, so how "
                     "long one takes is not known");
        goto out;
    }
    if (alike && !even_out(&mean, t, done)) {
        rc = jobs_trace_nothing(t, err);
        goto out;
    }
    if (spec.tasks == 0)
        spec.tasks = (int64_t)done;
    rc = jobs_pool(out, &spec, err);
    if (rc == 0)
        rc = fill_lengths(&out->pool, alike ? &mean : all, alike ? 1 : count,
                          err);
    if (rc == 0)
        say_pool(&out->pool, done, alike, out->pool.cpu_share < 0.9995, t,
                 note);
out:
    free(all);
    by_worker_fini(&b);
    if (rc < 0)
        sim_jobs_fini(out);
    return rc;
}
