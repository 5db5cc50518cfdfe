/* A pack's head back into a trace. Any process. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "keep/pack_parts.h"

/* What is missing, or is not what it should be, is @otherwise. */
static int64_t get_int(const json_t *o, const char *key, int64_t otherwise)
{
    const json_t *v = json_object_get(o, key);

    return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

static int get_small(const json_t *o, const char *key, int min, int max)
{
    int64_t n = get_int(o, key, 0);

    return n < min ? min : n > max ? max : (int)n;
}

static int64_t get_time(const json_t *o, const char *key)
{
    int64_t ns = get_int(o, key, 0);

    return pack_is_time(ns) ? ns : 0;
}

static double get_real(const json_t *o, const char *key, double otherwise)
{
    const json_t *v = json_object_get(o, key);

    return json_is_number(v) ? json_number_value(v) : otherwise;
}

static bool get_flag(const json_t *o, const char *key)
{
    return json_is_true(json_object_get(o, key));
}

static void get_text(const json_t *o, const char *key, char *out, size_t size)
{
    pack_string_take(json_object_get(o, key), out, size);
}

/* Which of @words, ended by NULL, @key says; -1: none. */
static int get_word(const json_t *o, const char *key, const char *const words[])
{
    const char *word = json_string_value(json_object_get(o, key));

    for (int i = 0; word && words[i]; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

/* ---- the experiment ------------------------------------------------------ */

static int stranger(struct err *err, const char *what, const char *name)
{
    return err_set(err, -ENOTSUP,
                   "this run was kept by another version of timeslice: it has "
                   "%s \"%.60s\", which this one does not know",
                   what, name ? name : "");
}

static int read_setting(struct spec *spec, const char *name,
                        const json_t *value, struct err *err)
{
    char words[SPEC_TEXT_MAX * 4 + 16];
    int rc;

    pack_string_take(value, words, sizeof(words));
    rc = spec_restore(spec, name, words, NULL);
    if (rc == -EINVAL)
        return stranger(err, name, words);
    return rc == -ENOENT ? 0 : rc; /* a setting that we no longer have */
}

static int read_spec(struct spec *spec, const json_t *o, struct err *err)
{
    int workload = get_word(o, "workload", spec_workload_words);
    const json_t *given = json_object_get(o, "given");
    const json_t *value;
    const char *name;
    size_t i;
    int rc;

    if (workload < 0)
        return stranger(err, "the workload",
                        json_string_value(json_object_get(o, "workload")));
    spec_defaults(spec, (enum spec_workload)workload);
    json_object_foreach(json_object_get(o, "settings"), name, value)
    {
        rc = read_setting(spec, name, value, err);
        if (rc < 0)
            return rc;
    }
    memset(spec->given, 0, sizeof(spec->given));
    json_array_foreach(given, i, value)
    {
        const struct setting *s = json_is_string(value)
                                      ? spec_setting(json_string_value(value))
                                      : NULL;

        if (s)
            spec_give(spec, (int)(s - spec_settings), true);
    }
    get_text(o, "command", spec->command, sizeof(spec->command));
    return 0;
}

static void read_machine(struct machine *m, const json_t *o)
{
    const json_t *value;
    size_t i;

    *m = (struct machine){0};
    m->cpus_online = get_small(o, "cpus_online", 0, INT32_MAX);
    m->cpus_allowed = get_small(o, "cpus_allowed", 0, INT32_MAX);
    json_array_foreach(json_object_get(o, "allowed"), i, value)
    {
        json_int_t cpu = json_integer_value(value);

        if (cpu >= 0 && cpu < CPU_SETSIZE)
            CPU_SET((size_t)cpu, &m->allowed);
    }
    get_text(o, "kernel", m->kernel, sizeof(m->kernel));
    get_text(o, "arch", m->arch, sizeof(m->arch));
    m->tick_hz = get_small(o, "tick_hz", 0, INT32_MAX);
    m->perf_paranoid = get_small(o, "perf_paranoid", INT32_MIN, INT32_MAX);
    m->autogroup = get_flag(o, "autogroup");
    m->memory_total = get_int(o, "memory_total", 0);
    m->memory_available = get_int(o, "memory_available", 0);
}

/* ---- the run ------------------------------------------------------------- */

static int read_run(struct trace *t, const json_t *o, struct err *err)
{
    int verdict = get_word(o, "verdict", verdict_words);

    if (verdict < 0)
        return stranger(err, "the verdict",
                        json_string_value(json_object_get(o, "verdict")));
    t->badge = BADGE_REPLAY;
    t->gate_ns = get_time(o, "gate_ns");
    t->end_ns = get_time(o, "end_ns");
    t->now_ns = get_time(o, "now_ns");
    t->complete_from_ns = get_time(o, "complete_from_ns");
    t->verdict = (enum verdict)verdict;
    get_text(o, "error", t->error, sizeof(t->error));
    get_text(o, "note", t->note, sizeof(t->note));
    get_text(o, "hidden", t->hidden, sizeof(t->hidden));
    t->refused_code = get_small(o, "refused_code", -4095, 0);
    t->result_digits = get_int(o, "result_digits", 0);
    t->failed_alloc = get_flag(o, "failed_alloc");
    return 0;
}

static int read_observer(struct trace_observer *to, const json_t *o,
                         struct err *err)
{
    int kind = get_word(o, "kind", spec_observer_words);

    if (kind < 0)
        return stranger(err, "the observer",
                        json_string_value(json_object_get(o, "kind")));
    to->kind = (enum spec_observer)kind;
    get_text(o, "reason", to->reason, sizeof(to->reason));
    get_text(o, "remedy", to->remedy, sizeof(to->remedy));
    to->records = get_int(o, "records", 0);
    to->lost = get_int(o, "lost", 0);
    to->dropped_spans = get_int(o, "dropped_spans", 0);
    if (to->dropped_spans < 0)
        to->dropped_spans = 0;
    to->cpu_s = get_real(o, "cpu_s", 0);
    to->price_ns = get_real(o, "price_ns", -1);
    to->late_ms = get_real(o, "late_ms", 0);
    return 0;
}

static void read_metrics(struct metrics *m, const json_t *o)
{
    for (int i = 0; i < METRIC_COUNT; i++) {
        const json_t *v = json_object_get(o, metric_infos[i].name);

        if (json_is_number(v))
            metric_set(m, (enum metric)i, json_number_value(v));
    }
}

static int read_cores(struct trace *t, const json_t *cores, struct err *err)
{
    size_t count = json_array_size(cores), n = 0, i;
    struct trace_core *all = calloc(count + 1, sizeof(*all));
    const json_t *o;
    int last = -1;

    if (!all)
        return err_set(err, -ENOMEM, "no memory for the kept run");
    json_array_foreach(cores, i, o)
    {
        int cpu = get_small(o, "cpu", -1, CPU_SETSIZE - 1);

        if (cpu <= last) /* they come in order */
            continue;
        last = cpu;
        all[n++] = (struct trace_core){
            .cpu = cpu,
            .own_ns = get_int(o, "own_ns", 0),
            .foreign_ns = get_int(o, "foreign_ns", -1),
            .foreign_share = get_real(o, "foreign_share", -1),
        };
    }
    free(t->cores);
    t->cores = all;
    t->core_count = (int)n;
    return 0;
}

static int read_numbers(const json_t *a, int *out, int most, int64_t below)
{
    int count = 0;
    const json_t *v;
    size_t i;

    json_array_foreach(a, i, v)
    {
        json_int_t n = json_integer_value(v);

        if (count < most && n >= 0 && n < below)
            out[count++] = (int)n;
    }
    return count;
}

static void read_waitfor(struct waitfor *f, const json_t *o, int64_t workers)
{
    int named = read_numbers(json_object_get(o, "workers"), f->worker,
                             WAITFOR_MOST, workers);

    f->stuck = get_small(o, "stuck", 0, INT32_MAX);
    f->going = get_small(o, "going", 0, INT32_MAX);
    if (named < WAITFOR_MOST)
        f->stuck = named;
    f->cycle_length = read_numbers(json_object_get(o, "cycle"), f->cycle,
                                   WAITFOR_MOST, workers);
}

static void read_failures(struct trace *t, const json_t *a)
{
    const json_t *o;
    size_t i;

    json_array_foreach(a, i, o)
    {
        struct trace_failure *f = &t->failures[t->failure_count];

        if (t->failure_count == TRACE_FAILURES)
            break;
        f->task = get_int(o, "task", 0);
        get_text(o, "why", f->why, sizeof(f->why));
        t->failure_count++;
    }
}

static void read_parts(struct trace *t, const json_t *a, int64_t workers)
{
    const json_t *o;
    size_t i;

    json_array_foreach(a, i, o)
    {
        struct trace_part *p = &t->parts[t->part_count];

        if (t->part_count == TRACE_PARTS)
            break;
        get_text(o, "line", p->line, sizeof(p->line));
        p->first_worker = get_small(o, "first_worker", 0, (int)workers);
        p->workers = get_small(o, "workers", 0, (int)workers - p->first_worker);
        p->alone_per_s = get_real(o, "alone_per_s", -1);
        p->together_per_s = get_real(o, "together_per_s", -1);
        t->part_count++;
    }
}

/* ---- what the rows need -------------------------------------------------- */

static int damaged(struct err *err)
{
    return err_set(err, -EBADMSG,
                   "the kept run is damaged: its parts do not fit together");
}

static int read_counts(struct pack_counts *c, const json_t *o, int64_t bytes,
                       struct err *err)
{
    int64_t *const all[] = {&c->workers, &c->phases,  &c->resources,
                            &c->events,  &c->samples, &c->spans};
    static const char *const names[] = {"workers", "phases",  "resources",
                                        "events",  "samples", "spans"};

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        *all[i] = get_int(o, names[i], -1);
        /* Every row has a byte at least. */
        if (*all[i] < 0 || *all[i] > bytes || *all[i] > INT32_MAX / 2)
            return damaged(err);
    }
    return 0;
}

static int read_words(struct pack_io *io, const json_t *o, struct err *err)
{
    for (int list = 0; list < LIST_COUNT; list++) {
        const struct pack_words *w = &pack_words[list];
        const json_t *a = json_object_get(o, w->name), *word;
        size_t i;

        if (!json_is_array(a) || json_array_size(a) > PACK_LIST_MOST)
            return damaged(err);
        io->known[list] = (int)json_array_size(a);
        json_array_foreach(a, i, word)
        {
            const char *s = json_string_value(word);

            io->place[list][i] = -1;
            for (int k = 0; s && k < w->count; k++)
                if (strcmp(w->word(k), s) == 0)
                    io->place[list][i] = (int16_t)k;
        }
    }
    return 0;
}

int pack_read_head(const json_t *head, struct trace **out, struct pack_io *io,
                   struct pack_counts *counts, struct err *err)
{
    const char *schema = json_string_value(json_object_get(head, "schema"));
    struct machine machine;
    struct spec spec;
    struct trace *t;
    int rc;

    if (!schema || strcmp(schema, PACK_SCHEMA) != 0)
        return stranger(err, "the form", schema);
    rc = read_counts(counts, json_object_get(head, "counts"), io->end - io->at,
                     err);
    if (rc == 0)
        rc = read_words(io, json_object_get(head, "words"), err);
    if (rc == 0)
        rc = read_spec(&spec, json_object_get(head, "spec"), err);
    if (rc < 0)
        return rc;
    read_machine(&machine, json_object_get(head, "machine"));
    t = trace_new(&spec, &machine);
    if (!t)
        return err_set(err, -ENOMEM, "no memory for the kept run");
    rc = read_run(t, json_object_get(head, "run"), err);
    if (rc == 0)
        rc =
            read_observer(&t->observer, json_object_get(head, "observer"), err);
    if (rc == 0)
        rc = read_cores(t, json_object_get(head, "cores"), err);
    if (rc < 0) {
        trace_free(t);
        return rc;
    }
    read_metrics(&t->metrics, json_object_get(head, "metrics"));
    read_metrics(&t->loop, json_object_get(head, "loop"));
    read_waitfor(&t->waitfor, json_object_get(head, "waitfor"),
                 counts->workers);
    read_failures(t, json_object_get(head, "failures"));
    read_parts(t, json_object_get(head, "parts"), counts->workers);
    *out = t;
    return 0;
}
