/* What a run measured, by the names that formulas know. Screen process. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "lesson/session_parts.h"
#include "observe/observe.h"

/* What an idle thread takes: for "how many more would there be room for". */
#define THREAD_BYTES (64 * 1024)

/* Where figures go: run, repeat, and what stands before each name. */
struct place {
    struct facts *facts;
    const char *run, *prefix;
    int repeat;
};

static void put(const struct place *p, double value, const char *group,
                const char *name)
{
    char whole[SESSION_FIGURE];

    snprintf(whole, sizeof(whole), "%s%s%s", p->prefix, group, name);
    facts_set(p->facts, p->run, p->repeat, whole, value);
}

static void put_metrics(const struct place *p, const struct metrics *m,
                        const char *group)
{
    for (int i = 0; i < METRIC_COUNT; i++)
        if (m->has[i])
            put(p, m->value[i], group, metric_infos[i].name);
}

/* ---- settings -------------------------------------------------------------
 */

/* A setting as a person writes it; false: it is not a number. */
static bool setting_number(const struct spec *spec, const struct setting *s,
                           double *out)
{
    const char *at = (const char *)spec + s->offset;

    switch (s->type) {
    case SETTING_COUNT:
    case SETTING_SIZE:
    case SETTING_CHUNK:
    case SETTING_WORKERS:
        *out = (double)*(const int64_t *)(const void *)at;
        return true;
    case SETTING_SECONDS:
        *out = (double)*(const int64_t *)(const void *)at / NS_PER_S;
        return true;
    case SETTING_MS:
        *out = (double)*(const int64_t *)(const void *)at / NS_PER_MS;
        return true;
    case SETTING_REAL:
        *out = *(const double *)(const void *)at;
        return true;
    default:
        return false;
    }
}

static void put_settings(const struct place *p, const struct spec *spec)
{
    for (int i = 0; i < spec_setting_count; i++) {
        const struct setting *s = &spec_settings[i];
        char name[40];
        double value;

        if (!spec_setting_applies(spec, s) || !setting_number(spec, s, &value))
            continue;
        snprintf(name, sizeof(name), "%s", s->name);
        for (char *c = name; (c = strchr(c, '-')) != NULL;)
            *c = '_'; /* "-" is a subtraction in a formula */
        put(p, value, "set.", name);
    }
}

/* ---- parts of a run -------------------------------------------------------
 */

static void put_parts(const struct place *p, const struct trace *t)
{
    char group[32];

    for (int i = 0; i < t->part_count; i++) {
        const struct trace_part *part = &t->parts[i];

        snprintf(group, sizeof(group), "part%d.", i);
        if (part->alone_per_s >= 0)
            put(p, part->alone_per_s, group, "alone_per_s");
        if (part->together_per_s >= 0)
            put(p, part->together_per_s, group, "together_per_s");
        if (part->alone_per_s > 0 && part->together_per_s >= 0)
            put(p, part->together_per_s / part->alone_per_s, group, "kept");
    }
}

static void put_phases(const struct place *p, const struct trace *t)
{
    char group[32];

    for (size_t i = 0; i < t->phase_count; i++) {
        snprintf(group, sizeof(group), "phase%zu.", i);
        put(p, (double)t->phases[i].ops, group, "ops");
        put_metrics(p, &t->phases[i].metrics, group);
    }
}

static void put_workers(const struct place *p, const struct trace *t)
{
    char group[32];

    for (int i = 0; i < t->worker_count && i < FACTS_WORKERS; i++) {
        snprintf(group, sizeof(group), "worker%d.", i);
        put(p, (double)t->workers[i].ops, group, "ops");
        put_metrics(p, &t->workers[i].metrics, group);
    }
}

/* The kernel counts others' use in hundredths of a second, so that of a short
 * run a few of them say nothing. */
static void put_noise(const struct place *p, const struct sweep_outcome *o)
{
    double noise = session_noise(o);

    if (noise >= 0)
        put(p, noise, "", "noise");
}

double session_noise(const struct sweep_outcome *o)
{
    double seconds = o->foreign_cores * (double)o->took_ns / NS_PER_S;

    if (o->foreign_cores > LESSON_NOISE_CORES && seconds <= SWEEP_NOISE_S)
        return LESSON_NOISE_CORES;
    return o->foreign_cores;
}

void session_facts_under(struct facts *f, const char *name, int repeat,
                         const char *prefix, const struct trace *t,
                         const struct sweep_outcome *o)
{
    const struct place p = {f, name, prefix, repeat};

    put(&p, o->verdict == VERDICT_OK, "", "ok");
    put(&p, o->verdict == VERDICT_DEADLOCK, "", "deadlock");
    put(&p, o->verdict == VERDICT_TIMEOUT, "", "timeout");
    put(&p, o->verdict == VERDICT_FAILED, "", "failed");
    put_noise(&p, o);
    put_metrics(&p, t ? &t->metrics : &o->metrics, "");
    if (!t)
        return;
    if (trace_computed(t))
        put(&p, 1, "", "model");
    put_settings(&p, &t->spec);
    put_parts(&p, t);
    put_phases(&p, t);
    put_workers(&p, t);
    if (t->result_digits > 0)
        put(&p, (double)t->result_digits, "", "digits");
}

/* ---- sweeps ---------------------------------------------------------------
 */

/* "@8.", or with two axes "@gil/8.". */
static void point_prefix(const struct sweep *s, int point, char *out,
                         size_t size)
{
    const char *family = s->curves[s->points[point].curve].label;

    snprintf(out, size, "@%s%s%s.", family, *family ? "/" : "",
             s->points[point].label);
}

/* The trial that tells of @point in @round: the one that counts, or without
 * one (it ended badly) the last. */
static const struct sweep_trial *telling(const struct sweep *s, int point,
                                         int round)
{
    const struct sweep_trial *found = NULL;

    for (int i = 0; i < s->trial_count; i++) {
        const struct sweep_trial *t = &s->trials[i];

        if (t->point == point && t->round == round && !(found && found->used))
            found = t;
    }
    return found;
}

static void put_round(struct facts *f, const char *name, const struct sweep *s,
                      int round)
{
    double worst = -1;

    for (int i = 0; i < s->point_count; i++) {
        const struct sweep_trial *t = telling(s, i, round);
        char prefix[2 * SWEEP_VALUE_TEXT + 4];

        if (!t)
            continue;
        point_prefix(s, i, prefix, sizeof(prefix));
        session_facts_under(f, name, round, prefix, NULL, &t->outcome);
        if (session_noise(&t->outcome) > worst)
            worst = session_noise(&t->outcome);
    }
    if (worst >= 0)
        facts_set(f, name, round, "noise", worst);
}

/* What the runs together say of one curve. */
static void put_curve(const struct place *p, const struct sweep *s,
                      const struct sweep_curve *c, const char *group)
{
    if (c->best >= 0) {
        put(p, s->points[c->best].x, group, "best");
        put(p, c->low_x, group, "low");
        put(p, c->high_x, group, "high");
        put(p, c->speedup, group, "speedup");
    }
    if (c->top >= 0)
        put(p, s->points[c->top].x, group, "top");
}

void session_facts_sweep(struct facts *f, const char *name,
                         const struct sweep *sweep)
{
    const struct place p = {f, name, "", 0};

    for (int round = 0; round < sweep->request.repeat; round++)
        put_round(f, name, sweep, round);
    if (sweep_computed(sweep))
        put(&p, 1, "", "model");
    for (int i = 0; i < sweep->curve_count; i++) {
        const struct sweep_curve *c = &sweep->curves[i];
        char group[SWEEP_VALUE_TEXT + 4];

        if (i == 0)
            put_curve(&p, sweep, c, "");
        snprintf(group, sizeof(group), "@%s.", c->label);
        if (c->label[0])
            put_curve(&p, sweep, c, group);
    }
}

/* ---- the machine ----------------------------------------------------------
 */

/* The @n-th processor that may be used, from 0; -1: there are not so many. */
static int nth_cpu(const cpu_set_t *cpus, int n)
{
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, cpus) && n-- == 0)
            return cpu;
    return -1;
}

/* Would every switch of a run be recorded here? */
static bool is_exact(const struct machine *m)
{
    struct trace_observer why = {0};
    struct err err = {0};
    struct spec spec;

    spec_defaults(&spec, WORKLOAD_SPIN);
    if (spec_check(&spec, m, &err) < 0 ||
        observe_probe(&spec, m, &why, &err) < 0)
        return false;
    return why.kind == OBSERVER_PERF_CPU || why.kind == OBSERVER_PERF;
}

void session_facts_machine(struct facts *f, const struct machine *m)
{
    const char *limit;
    const struct {
        const char *name;
        double value;
    } figures[] = {
        {"room",
         (double)machine_room_for_workers(m, true, THREAD_BYTES, &limit)},
        {"cpus", m->cpus_allowed},
        {"online", m->cpus_online},
        {"first", nth_cpu(&m->allowed, 0)},
        {"second", nth_cpu(&m->allowed, 1)},
        {"root", geteuid() == 0},
        {"exact", is_exact(m)},
        {"tick_hz", m->tick_hz},
        {"autogroup", m->autogroup},
        {"memory", (double)m->memory_total},
    };

    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
        facts_set(f, "machine", 0, figures[i].name, figures[i].value);
}
