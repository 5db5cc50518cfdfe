/* The run record, schema "timeslice.run/1": everything that another program
 * needs to know about one run, and the line that runs it again. */
#include "export/export.h"

#include <jansson.h>
#include <string.h>

#include "base/clock.h"
#include "export/names.h"
#include "export/record.h"

/* ---- the parts, in the record's order ----------------------------------- */

static void record_setting(struct record *r, json_t *settings,
                           const struct setting *s)
{
    const struct spec *spec = &r->trace->spec;
    const char *field = (const char *)spec + s->offset;
    struct text words = {0};
    int64_t n = 0;
    double x = 0;

    switch (s->type) {
    case SETTING_CHUNK:
    case SETTING_COUNT:
    case SETTING_WORKERS:
    case SETTING_SIZE:
    case SETTING_SECONDS:
    case SETTING_MS:
        memcpy(&n, field, sizeof(n));
        if (n == 0 && s->min > 0) /* stands for a word: "auto", "none" */
            break;
        if (s->type == SETTING_SECONDS)
            record_seconds(r, settings, s->name, n);
        else if (s->type == SETTING_MS)
            record_real(r, settings, s->name, (double)n / NS_PER_MS);
        else
            record_integer(r, settings, s->name, n);
        return;
    case SETTING_REAL:
        memcpy(&x, field, sizeof(x));
        record_real(r, settings, s->name, x);
        return;
    case SETTING_TEXT:
    case SETTING_CHOICE:
    case SETTING_CPUS:
    case SETTING_PHASES:
    case SETTING_OBSERVER:
        break;
    }
    spec_format_setting(spec, s, &words);
    r->failed |= words.failed;
    record_string(r, settings, s->name, text_str(&words));
    text_fini(&words);
}

static json_t *record_settings(struct record *r)
{
    json_t *settings = json_object();

    record_string(r, settings, "workload",
                  spec_workload_words[r->trace->spec.workload]);
    for (int i = 0; i < spec_setting_count; i++)
        record_setting(r, settings, &spec_settings[i]);
    return settings;
}

static json_t *record_observer(struct record *r)
{
    const struct trace_observer *from = &r->trace->observer;
    json_t *o = json_object();

    record_string(r, o, "kind", spec_observer_words[from->kind]);
    record_integer(r, o, "records", from->records);
    record_integer(r, o, "lost", from->lost);
    record_real(r, o, "cpu_s", from->cpu_s);
    if (from->price_ns >= 0)
        record_real(r, o, "price_ns", from->price_ns);
    if (from->reason[0])
        record_string(r, o, "reason", from->reason);
    if (from->remedy[0])
        record_string(r, o, "remedy", from->remedy);
    if (from->dropped_spans)
        record_integer(r, o, "dropped_spans", from->dropped_spans);
    return o;
}

static json_t *record_phases(struct record *r)
{
    const struct trace *t = r->trace;
    json_t *phases = json_array();

    for (size_t i = 0; i < t->phase_count; i++) {
        const struct trace_phase *p = &t->phases[i];
        json_t *o = json_object();
        record_string(r, o, "sync", spec_sync_words[p->sync]);
        record_seconds(r, o, "start_s", p->start_ns - t->gate_ns);
        if (p->end_ns)
            record_seconds(r, o, "end_s", p->end_ns - t->gate_ns);
        record_integer(r, o, "workers", p->workers);
        record_put(r, o, "metrics", record_metrics(r, &p->metrics));
        record_append(r, phases, o);
    }
    return phases;
}

/* Workers that came to be; the first that the system would not create is in
 * the metrics (refused_at). */
static json_t *record_workers(struct record *r)
{
    const struct trace *t = r->trace;
    json_t *workers = json_array();

    for (int i = 0; i < t->worker_count; i++) {
        const struct trace_worker *w = &t->workers[i];
        if (w->life == LIFE_ABSENT || w->life == LIFE_REFUSED)
            continue;
        json_t *o = json_object();
        record_integer(r, o, "id", i);
        if (w->tid > 0) { /* a simulated one has none */
            record_integer(r, o, "tid", w->tid);
            record_integer(r, o, "pid", w->pid);
        }
        record_put(r, o, "metrics", record_metrics(r, &w->metrics));
        record_append(r, workers, o);
    }
    return workers;
}

/* What the experiments of a mix did a second, alone and beside the others. */
static json_t *record_parts(struct record *r)
{
    const struct trace *t = r->trace;
    json_t *parts = json_array();

    for (int i = 0; i < t->part_count; i++) {
        const struct trace_part *p = &t->parts[i];
        json_t *o = json_object();

        record_string(r, o, "experiment", p->line);
        record_integer(r, o, "first_worker", p->first_worker);
        record_integer(r, o, "workers", p->workers);
        if (p->alone_per_s >= 0)
            record_real(r, o, "alone_per_s", p->alone_per_s);
        if (p->together_per_s >= 0)
            record_real(r, o, "together_per_s", p->together_per_s);
        if (p->alone_per_s > 0 && p->together_per_s >= 0)
            record_real(r, o, "kept", p->together_per_s / p->alone_per_s);
        record_append(r, parts, o);
    }
    return parts;
}

/* Who can never go on: what each holds, and what it waits for in vain. */
static json_t *record_stuck(struct record *r, int id)
{
    const struct trace *t = r->trace;
    const struct trace_resource *wants = waitfor_wants(t, id);
    json_t *o = json_object(), *holds = json_array();

    record_integer(r, o, "worker", id);
    record_string(r, o, "role", worker_role_words[t->workers[id].role]);
    for (int i = 0; i < t->resource_count; i++)
        if (t->resources[i].kind == RESOURCE_LOCK &&
            t->resources[i].owner == id)
            record_append(r, holds, json_string(t->resources[i].name));
    record_put(r, o, "holds", holds);
    if (!wants)
        return o;
    record_string(r, o, "waits_in", waitfor_call(t, wants));
    record_string(r, o, "for", wants->name);
    if (wants->role >= 0) /* anybody of that role */
        record_string(r, o, "of", worker_role_words[wants->role]);
    else if (wants->owner >= 0)
        record_integer(r, o, "of", wants->owner);
    return o;
}

static json_t *record_waits(struct record *r)
{
    const struct waitfor *f = &r->trace->waitfor;
    json_t *waits = json_array();

    for (int i = 0; i < f->stuck && i < WAITFOR_MOST; i++)
        record_append(r, waits, record_stuck(r, f->worker[i]));
    return waits;
}

static json_t *record_failures(struct record *r)
{
    const struct trace *t = r->trace;
    json_t *failures = json_array();

    for (int i = 0; i < t->failure_count; i++) {
        json_t *o = json_object();
        /* From 1, as --fail-at and the error count them. */
        record_integer(r, o, "task", t->failures[i].task + 1);
        record_string(r, o, "why", t->failures[i].why);
        record_append(r, failures, o);
    }
    return failures;
}

static json_t *record_build(struct record *r)
{
    const struct trace *t = r->trace;
    struct text line = {0}, result = {0};
    json_t *o = json_object();

    spec_format(&t->spec, &line);
    export_result(t, &result);
    r->failed |= line.failed || result.failed;

    record_string(r, o, "schema", "timeslice.run/1");
    record_string(r, o, "experiment", text_str(&line));
    if (trace_computed(t)) /* without the word it was measured */
        record_string(r, o, "badge", export_badge_word(BADGE_MODEL));
    record_put(r, o, "settings", record_settings(r));
    record_put(r, o, "machine", record_machine(r, &t->machine));
    record_put(r, o, "observer", record_observer(r));
    record_put(r, o, "metrics", record_metrics(r, &t->metrics));
    record_put(r, o, "phases", record_phases(r));
    record_put(r, o, "workers", record_workers(r));
    if (t->verdict == VERDICT_NONE) /* still running */
        record_put(r, o, "verdict", json_null());
    else
        record_string(r, o, "verdict", verdict_words[t->verdict]);
    if (t->error[0])
        record_string(r, o, "error", t->error);
    else
        record_put(r, o, "error", json_null());
    if (t->note[0])
        record_string(r, o, "note", t->note);
    if (t->part_count > 0)
        record_put(r, o, "parts", record_parts(r));
    if (t->hidden[0])
        record_string(r, o, "hidden", t->hidden);
    if (t->waitfor.stuck > 0)
        record_put(r, o, "waits_for", record_waits(r));
    if (t->failure_count > 0)
        record_put(r, o, "failures", record_failures(r));
    record_string(r, o, "badge", export_badge_word(t->badge));
    if (result.len)
        record_string(r, o, "result", text_str(&result));
    text_fini(&line);
    text_fini(&result);
    return o;
}

int export_json(const struct trace *t, FILE *out, struct err *err)
{
    struct record r = {.trace = t};

    return record_print(&r, record_build(&r), out, "the run record", err);
}
