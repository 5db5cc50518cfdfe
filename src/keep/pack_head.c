/* A pack's head: what there is one of, by name, as JSON. Any process. */
#include <math.h>
#include <string.h>

#include "keep/pack_parts.h"

/* ---- text ---------------------------------------------------------------- */

/* Where bytes that are not UTF-8 go: byte B is U+10FE00 + B, in a private
 * plane. A character that is there already goes byte by byte, too. */
#define BYTE_PLACE 0x10fe00u

static bool is_byte(uint32_t c)
{
    return c >= BYTE_PLACE + 0x80 && c <= BYTE_PLACE + 0xff;
}

/* How many bytes the character at @s has; 0: it is none, or not to be kept as
 * it is. Strict, as jansson is: no surrogates, nothing longer than needed. */
static int character(const char *s)
{
    uint32_t c;
    int n = text_decode(s, &c);
    char again[5];

    if (is_byte(c) || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
        return 0;
    if (text_encode(again, c) != n || memcmp(again, s, (size_t)n) != 0)
        return 0; /* also a byte that was read as U+FFFD */
    return n;
}

json_t *pack_string(const char *s)
{
    json_t *as_it_is = json_string(s);
    struct text clean = {0};

    if (as_it_is && !strstr(s, "\xf4\x8f\xba") && !strstr(s, "\xf4\x8f\xbb"))
        return as_it_is;
    json_decref(as_it_is);
    while (*s != '\0') {
        int n = character(s);
        char bytes[5] = {0};

        if (n > 0) {
            memcpy(bytes, s, (size_t)n);
            s += n;
        } else {
            text_encode(bytes, BYTE_PLACE + (unsigned char)*s++);
        }
        text_add(&clean, bytes);
    }

    json_t *out = clean.failed ? NULL : json_string(text_str(&clean));

    text_fini(&clean);
    return out;
}

void pack_string_take(const json_t *from, char *out, size_t size)
{
    const char *s = json_string_value(from);
    size_t n = 0;

    while (s && *s != '\0' && n + 1 < size) {
        uint32_t c;
        int bytes = text_decode(s, &c);

        if (is_byte(c)) {
            out[n++] = (char)(c - BYTE_PLACE);
        } else if (n + (size_t)bytes < size) {
            memcpy(out + n, s, (size_t)bytes);
            n += (size_t)bytes;
        } else {
            break;
        }
        s += bytes;
    }
    out[n] = '\0';
}

/* ---- the parts ----------------------------------------------------------- */

/* Objects are built without looking; whether memory ran out on the way is
 * asked once, at the end. Takes @value over. */
struct head {
    const struct trace *trace;
    bool failed;
};

static void put(struct head *h, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        h->failed = true;
}

static void append(struct head *h, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        h->failed = true;
}

static void put_int(struct head *h, json_t *object, const char *key, int64_t n)
{
    put(h, object, key, json_integer(n));
}

/* What is no number is left out. */
static void put_real(struct head *h, json_t *object, const char *key, double x)
{
    if (isfinite(x))
        put(h, object, key, json_real(x));
}

static void put_text(struct head *h, json_t *object, const char *key,
                     const char *s)
{
    put(h, object, key, pack_string(s));
}

/* The line runs it again; the settings say what every one of them was. */
static json_t *spec_part(struct head *h)
{
    const struct spec *spec = &h->trace->spec;
    json_t *o = json_object(), *settings = json_object();
    json_t *given = json_array();
    struct text words = {0};

    put_text(h, o, "workload", spec_workload_words[spec->workload]);
    for (int i = 0; i < spec_setting_count; i++) {
        const struct setting *s = &spec_settings[i];

        words.len = 0; /* its memory is used again */
        text_add(&words, "");
        spec_format_setting(spec, s, &words);
        put_text(h, settings, s->name, text_str(&words));
        if (spec_given(spec, i))
            append(h, given, json_string(s->name));
    }
    put(h, o, "settings", settings);
    put(h, o, "given", given);
    if (spec->command[0])
        put_text(h, o, "command", spec->command);
    h->failed |= words.failed;
    text_fini(&words);
    return o;
}

static json_t *machine_part(struct head *h)
{
    const struct machine *m = &h->trace->machine;
    json_t *o = json_object(), *allowed = json_array();

    put_int(h, o, "cpus_online", m->cpus_online);
    put_int(h, o, "cpus_allowed", m->cpus_allowed);
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &m->allowed))
            append(h, allowed, json_integer((json_int_t)cpu));
    put(h, o, "allowed", allowed);
    put_text(h, o, "kernel", m->kernel);
    put_text(h, o, "arch", m->arch);
    put_int(h, o, "tick_hz", m->tick_hz);
    put_int(h, o, "perf_paranoid", m->perf_paranoid);
    put(h, o, "autogroup", json_boolean(m->autogroup));
    put_int(h, o, "memory_total", m->memory_total);
    put_int(h, o, "memory_available", m->memory_available);
    return o;
}

static json_t *run_part(struct head *h, int64_t complete_from_ns)
{
    static const char *const badges[] = {[BADGE_MEASURED] = "measured",
                                         [BADGE_MODEL] = "model",
                                         [BADGE_REPLAY] = "replay"};
    const struct trace *t = h->trace;
    json_t *o = json_object();

    put_text(h, o, "badge", badges[t->badge]);
    put_int(h, o, "gate_ns", t->gate_ns);
    put_int(h, o, "end_ns", t->end_ns);
    put_int(h, o, "now_ns", t->now_ns);
    put_int(h, o, "complete_from_ns", complete_from_ns);
    put_text(h, o, "verdict", verdict_words[t->verdict]);
    put_text(h, o, "error", t->error);
    put_text(h, o, "note", t->note);
    put_text(h, o, "hidden", t->hidden);
    put_int(h, o, "refused_code", t->refused_code);
    put_int(h, o, "result_digits", t->result_digits);
    put(h, o, "failed_alloc", json_boolean(t->failed_alloc));
    return o;
}

static json_t *observer_part(struct head *h, int64_t skipped)
{
    const struct trace_observer *from = &h->trace->observer;
    json_t *o = json_object();

    put_text(h, o, "kind", spec_observer_words[from->kind]);
    put_text(h, o, "reason", from->reason);
    put_text(h, o, "remedy", from->remedy);
    put_int(h, o, "records", from->records);
    put_int(h, o, "lost", from->lost);
    put_int(h, o, "dropped_spans", from->dropped_spans + skipped);
    put_real(h, o, "cpu_s", from->cpu_s);
    put_real(h, o, "price_ns", from->price_ns);
    put_real(h, o, "late_ms", from->late_ms);
    return o;
}

static json_t *metrics_part(struct head *h, const struct metrics *m)
{
    json_t *o = json_object();

    for (int i = 0; i < METRIC_COUNT; i++)
        if (m->has[i])
            put_real(h, o, metric_infos[i].name, m->value[i]);
    return o;
}

static json_t *cores_part(struct head *h)
{
    const struct trace *t = h->trace;
    json_t *cores = json_array();

    for (int i = 0; i < t->core_count; i++) {
        const struct trace_core *c = &t->cores[i];
        json_t *o = json_object();

        put_int(h, o, "cpu", c->cpu);
        put_int(h, o, "own_ns", c->own_ns);
        put_int(h, o, "foreign_ns", c->foreign_ns);
        put_real(h, o, "foreign_share", c->foreign_share);
        append(h, cores, o);
    }
    return cores;
}

static json_t *numbers(struct head *h, const int *n, int count)
{
    json_t *a = json_array();

    for (int i = 0; i < count; i++)
        append(h, a, json_integer(n[i]));
    return a;
}

static json_t *waitfor_part(struct head *h)
{
    const struct waitfor *f = &h->trace->waitfor;
    int named = f->stuck < WAITFOR_MOST ? f->stuck : WAITFOR_MOST;
    json_t *o = json_object();

    put_int(h, o, "stuck", f->stuck);
    put_int(h, o, "going", f->going);
    put(h, o, "workers", numbers(h, f->worker, named));
    put(h, o, "cycle", numbers(h, f->cycle, f->cycle_length));
    return o;
}

static json_t *failures_part(struct head *h)
{
    const struct trace *t = h->trace;
    json_t *a = json_array();

    for (int i = 0; i < t->failure_count; i++) {
        json_t *o = json_object();

        put_int(h, o, "task", t->failures[i].task);
        put_text(h, o, "why", t->failures[i].why);
        append(h, a, o);
    }
    return a;
}

static json_t *parts_part(struct head *h)
{
    const struct trace *t = h->trace;
    json_t *a = json_array();

    for (int i = 0; i < t->part_count; i++) {
        const struct trace_part *p = &t->parts[i];
        json_t *o = json_object();

        put_text(h, o, "line", p->line);
        put_int(h, o, "first_worker", p->first_worker);
        put_int(h, o, "workers", p->workers);
        put_real(h, o, "alone_per_s", p->alone_per_s);
        put_real(h, o, "together_per_s", p->together_per_s);
        append(h, a, o);
    }
    return a;
}

static json_t *counts_part(struct head *h, const struct pack_counts *c)
{
    json_t *o = json_object();

    put_int(h, o, "workers", c->workers);
    put_int(h, o, "phases", c->phases);
    put_int(h, o, "resources", c->resources);
    put_int(h, o, "events", c->events);
    put_int(h, o, "samples", c->samples);
    put_int(h, o, "spans", c->spans);
    return o;
}

static json_t *words_part(struct head *h)
{
    json_t *o = json_object();

    for (int list = 0; list < LIST_COUNT; list++) {
        const struct pack_words *w = &pack_words[list];
        json_t *a = json_array();

        for (int i = 0; i < w->count; i++)
            append(h, a, json_string(w->word(i)));
        put(h, o, w->name, a);
    }
    return o;
}

json_t *pack_head(const struct trace *t, const struct pack_counts *counts,
                  int64_t skipped, int64_t complete_from_ns)
{
    struct head h = {.trace = t};
    json_t *o = json_object();
    struct text line = {0};

    spec_format(&t->spec, &line);
    put_text(&h, o, "schema", PACK_SCHEMA);
    put_text(&h, o, "experiment", text_str(&line));
    put(&h, o, "spec", spec_part(&h));
    put(&h, o, "machine", machine_part(&h));
    put(&h, o, "run", run_part(&h, complete_from_ns));
    put(&h, o, "observer", observer_part(&h, skipped));
    put(&h, o, "metrics", metrics_part(&h, &t->metrics));
    put(&h, o, "loop", metrics_part(&h, &t->loop));
    put(&h, o, "cores", cores_part(&h));
    put(&h, o, "waitfor", waitfor_part(&h));
    put(&h, o, "failures", failures_part(&h));
    put(&h, o, "parts", parts_part(&h));
    put(&h, o, "counts", counts_part(&h, counts));
    put(&h, o, "words", words_part(&h));
    h.failed |= line.failed;
    text_fini(&line);
    if (!h.failed)
        return o;
    json_decref(o);
    return NULL;
}
