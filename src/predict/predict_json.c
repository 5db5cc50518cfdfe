/* The record of a prediction, schema timeslice.predict/1. What is simulated and
 * what was measured are never in one object. */
#include <jansson.h>
#include <stdlib.h>

#include "base/clock.h"
#include "predict/predict.h"
#include "sim/policy.h"

static void set_text(json_t *to, const char *name, const struct prediction *p,
                     void (*say)(const struct prediction *, struct text *))
{
    struct text text = {0};

    say(p, &text);
    json_object_set_new(to, name, json_string(text_str(&text)));
    text_fini(&text);
}

static json_t *metrics_json(const struct metrics *m)
{
    json_t *o = json_object();

    for (int i = 0; i < METRIC_COUNT; i++) {
        if (!m->has[i])
            continue;
        json_object_set_new(o, metric_infos[i].name,
                            metric_infos[i].unit == UNIT_COUNT
                                ? json_integer((json_int_t)m->value[i])
                                : json_real(m->value[i]));
    }
    return o;
}

static json_t *measured_json(const struct sweep_outcome *o, bool disturbed)
{
    json_t *all = json_object();

    json_object_set_new(all, "badge", json_string("MEASURED"));
    json_object_set_new(all, "verdict", json_string(verdict_words[o->verdict]));
    if (o->error[0])
        json_object_set_new(all, "error", json_string(o->error));
    json_object_set_new(all, "metrics", metrics_json(&o->metrics));
    if (o->foreign_cores >= 0)
        json_object_set_new(all, "foreign_cores", json_real(o->foreign_cores));
    json_object_set_new(all, "disturbed", json_boolean(disturbed));
    return all;
}

static json_t *short_json(const struct prediction *p)
{
    json_t *o = measured_json(&p->short_run, p->short_disturbed);
    struct text line = {0};

    spec_format(&p->short_spec, &line);
    json_object_set_new(o, "experiment", json_string(text_str(&line)));
    json_object_set_new(o, "task_mean_s", json_real(p->mean_ns / NS_PER_S));
    json_object_set_new(o, "task_least_s", json_real(p->least_ns / NS_PER_S));
    json_object_set_new(o, "task_most_s", json_real(p->most_ns / NS_PER_S));
    json_object_set_new(o, "cpu_share", json_real(p->cpu_share));
    if (p->note[0])
        json_object_set_new(o, "note", json_string(p->note));
    text_fini(&line);
    return o;
}

static json_t *point_json(const struct predict_point *at)
{
    json_t *o = json_object(), *model = json_object();

    json_object_set_new(o, "cpus", json_integer(at->cpus));
    json_object_set_new(o, "workers", json_integer(at->workers));
    json_object_set_new(model, "badge", json_string("MODEL"));
    json_object_set_new(model, "metrics", metrics_json(&at->model));
    if (at->speedup >= 0)
        json_object_set_new(model, "speedup", json_real(at->speedup));
    json_object_set_new(o, "predicted", model);
    if (at->real)
        json_object_set_new(o, "measured",
                            measured_json(&at->outcome, at->disturbed));
    if (at->has_error)
        json_object_set_new(o, "error_pct", json_real(100 * at->error));
    return o;
}

static json_t *machine_json(const struct machine *m)
{
    json_t *o = json_object();

    json_object_set_new(o, "cpus_allowed", json_integer(m->cpus_allowed));
    json_object_set_new(o, "cpus_online", json_integer(m->cpus_online));
    json_object_set_new(o, "kernel", json_string(m->kernel));
    if (m->tick_hz > 0)
        json_object_set_new(o, "tick_hz", json_integer(m->tick_hz));
    return o;
}

bool predict_json(const struct prediction *p, struct text *out)
{
    static const char *const verdicts[] = {
        [PREDICT_DONE] = "done",
        [PREDICT_INCONCLUSIVE] = "inconclusive",
        [PREDICT_FAILED] = "failed",
    };
    json_t *o = json_object(), *points = json_array();
    struct text line = {0}, machine = {0};
    char *dump;

    spec_format(&p->request.spec, &line);
    sim_setup_write(&p->request.setup, &machine);
    json_object_set_new(o, "schema", json_string("timeslice.predict/1"));
    json_object_set_new(o, "experiment", json_string(text_str(&line)));
    json_object_set_new(o, "machine", machine_json(&p->machine));
    json_object_set_new(o, "simulated", json_string(text_str(&machine)));
    json_object_set_new(o, "metric", json_string(metric_infos[p->metric].name));
    json_object_set_new(o, "verdict", json_string(verdicts[p->verdict]));
    json_object_set_new(o, "short_run", short_json(p));
    for (int i = 0; i < p->count; i++)
        json_array_append_new(points, point_json(&p->point[i]));
    json_object_set_new(o, "points", points);
    set_text(o, "answer", p, predict_say_answer);
    set_text(o, "limits", p, predict_say_limits);
    text_fini(&line);
    text_fini(&machine);
    dump = json_dumps(o, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
    json_decref(o);
    if (dump)
        text_addf(out, "%s\n", dump);
    free(dump);
    return dump && !out->failed;
}
