/* Records in JSON: the small steps. Runs in the screen process or in a
 * command. */
#include "export/record.h"

#include <errno.h>
#include <math.h>

#include "base/clock.h"
#include "base/text.h"
#include "export/names.h"

void record_put(struct record *r, json_t *object, const char *key,
                json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        r->failed = true;
}

void record_append(struct record *r, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        r->failed = true;
}

void record_string(struct record *r, json_t *object, const char *key,
                   const char *s)
{
    struct text clean = {0};

    export_utf8(s, &clean);
    r->failed |= clean.failed;
    record_put(r, object, key, json_string(text_str(&clean)));
    text_fini(&clean);
}

void record_integer(struct record *r, json_t *object, const char *key,
                    int64_t n)
{
    record_put(r, object, key, json_integer(n));
}

void record_real(struct record *r, json_t *object, const char *key, double x)
{
    if (isfinite(x))
        record_put(r, object, key, json_real(x));
}

void record_seconds(struct record *r, json_t *object, const char *key,
                    int64_t ns)
{
    record_real(r, object, key, (double)ns / NS_PER_S);
}

json_t *record_metrics(struct record *r, const struct metrics *m)
{
    json_t *o = json_object();

    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct metric_info *info = &metric_infos[i];
        if (!m->has[i])
            continue;
        if (info->unit == UNIT_COUNT || info->unit == UNIT_ERRNO)
            record_integer(r, o, info->name, (int64_t)m->value[i]);
        else
            record_real(r, o, info->name, m->value[i]);
    }
    return o;
}

json_t *record_machine(struct record *r, const struct machine *m)
{
    json_t *o = json_object();

    record_integer(r, o, "cpus_allowed", m->cpus_allowed);
    record_integer(r, o, "cpus_online", m->cpus_online);
    record_string(r, o, "kernel", m->kernel);
    record_string(r, o, "arch", m->arch);
    if (m->tick_hz > 0)
        record_integer(r, o, "tick_hz", m->tick_hz);
    if (m->perf_paranoid != 99)
        record_integer(r, o, "perf_event_paranoid", m->perf_paranoid);
    record_put(r, o, "autogroup", json_boolean(m->autogroup));
    if (m->memory_total > 0)
        record_integer(r, o, "memory_total", m->memory_total);
    if (m->memory_available > 0)
        record_integer(r, o, "memory_available", m->memory_available);
    return o;
}

int record_print(struct record *r, json_t *o, FILE *out, const char *what,
                 struct err *err)
{
    int error = 0;

    if (!o || r->failed) {
        json_decref(o); /* NULL is fine */
        return err_set(err, -ENOMEM, "there is not enough memory for %s", what);
    }
    errno = 0;
    if (json_dumpf(o, out, JSON_INDENT(2) | JSON_REAL_PRECISION(12)) != 0 ||
        fputc('\n', out) == EOF)
        error = errno ? errno : EIO;
    json_decref(o);
    return export_finish(out, error, what, err);
}
