/* A sweep and a comparison for other programs: schemas "timeslice.sweep/1" and
 * "timeslice.compare/1". Runs in the screen process or in a command. */
#include "export/sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "export/names.h"
#include "export/record.h"

static const char *const sweep_verdict_words[] = {
    [SWEEP_NOTHING] = "nothing",
    [SWEEP_FOUND] = "found",
    [SWEEP_INCONCLUSIVE] = "inconclusive",
};

/* What limits, as one word; NULL: not known. */
static const char *limit_word(enum scale_limit limit)
{
    switch (limit) {
    case SCALE_LIMIT_CORES:
        return "cores";
    case SCALE_LIMIT_LOCK:
        return "lock";
    case SCALE_LIMIT_WAITING:
        return "waiting";
    case SCALE_LIMIT_CHUNKS:
        return "chunks";
    case SCALE_LIMIT_DISK:
        return "disk";
    case SCALE_LIMIT_LINK:
        return "link";
    case SCALE_LIMIT_TASKS:
        return "tasks";
    case SCALE_LIMIT_UNKNOWN:
        break;
    }
    return NULL;
}

/* ---- what both have ------------------------------------------------------ */

static void put_spec(struct record *r, json_t *o, const struct spec *spec)
{
    struct text line = {0};

    spec_format(spec, &line);
    r->failed |= line.failed;
    record_string(r, o, "experiment", text_str(&line));
    text_fini(&line);
}

/* Nothing when nothing was measured. */
static void put_robust(struct record *r, json_t *o, const struct robust *y)
{
    record_integer(r, o, "n", y->n);
    if (y->n == 0)
        return;
    record_real(r, o, "median", y->median);
    record_real(r, o, "least", y->least);
    record_real(r, o, "most", y->most);
    if (y->n < 2)
        return;
    record_real(r, o, "spread", y->spread);
    record_real(r, o, "low", y->low);
    record_real(r, o, "high", y->high);
    record_real(r, o, "confidence", y->confidence);
}

static json_t *trial_object(struct record *r, const struct sweep_trial *t)
{
    const struct sweep_outcome *out = &t->outcome;
    json_t *o = json_object();

    record_integer(r, o, "round", t->round);
    record_integer(r, o, "attempt", t->attempt);
    record_put(r, o, "warmup", json_boolean(t->round < 0));
    record_put(r, o, "used", json_boolean(t->used));
    record_put(r, o, "disturbed", json_boolean(t->disturbed));
    record_put(r, o, "outlier", json_boolean(t->outlier));
    if (t->has_y)
        record_real(r, o, "y", t->y);
    record_string(r, o, "verdict", verdict_words[out->verdict]);
    if (out->error[0])
        record_string(r, o, "error", out->error);
    if (out->foreign_cores >= 0)
        record_real(r, o, "foreign_cores", out->foreign_cores);
    if (out->looking_s > 0)
        record_real(r, o, "looking_s", out->looking_s);
    if (out->cores > 0)
        record_integer(r, o, "cores", out->cores);
    record_seconds(r, o, "took_s", out->took_ns);
    if (out->began_ns > 0)
        record_seconds(r, o, "began_s", out->began_ns);
    if (out->run > 0)
        record_integer(r, o, "run", out->run);
    record_put(r, o, "metrics", record_metrics(r, &out->metrics));
    return o;
}

/* In order of arrival: those of @point. */
static json_t *trials_of(struct record *r, const struct sweep_trial *trials,
                         int count, int point)
{
    json_t *array = json_array();

    for (int i = 0; i < count; i++)
        if (trials[i].point == point)
            record_append(r, array, trial_object(r, &trials[i]));
    return array;
}

/* ---- a sweep ------------------------------------------------------------- */

static json_t *axes(struct record *r, const struct sweep_request *q)
{
    json_t *array = json_array();

    for (int i = 0; i < SWEEP_AXES; i++) {
        const struct sweep_axis *a = &q->axis[i];
        json_t *o, *values;

        if (a->count == 0)
            continue;
        o = json_object();
        values = json_array();
        record_string(r, o, "setting", a->name);
        for (int v = 0; v < a->count; v++) {
            if (a->numeric)
                record_append(r, values, json_real(a->number[v]));
            else
                record_append(r, values, json_string(a->value[v]));
        }
        record_put(r, o, "values", values);
        record_append(r, array, o);
    }
    return array;
}

static json_t *point_object(struct record *r, const struct sweep *s, int at)
{
    const struct sweep_point *p = &s->points[at];
    json_t *o = json_object(), *parts;

    record_integer(r, o, "curve", p->curve);
    record_string(r, o, "label", p->label);
    record_real(r, o, "x", p->x);
    put_spec(r, o, &p->spec);
    put_robust(r, o, &p->y);
    record_integer(r, o, "failed", p->failed);
    record_integer(r, o, "disturbed", p->disturbed);
    if (p->error[0])
        record_string(r, o, "error", p->error);
    if (p->y.n > 0 && p->cores_busy >= 0)
        record_real(r, o, "cores_busy", p->cores_busy);
    if (p->has_parts) {
        parts = json_object();
        for (int i = 0; i < SWEEP_PARTS; i++)
            record_real(r, parts, sweep_part_words[i], p->part[i]);
        record_put(r, o, "parts", parts);
    }
    record_put(r, o, "runs", trials_of(r, s->trials, s->trial_count, at));
    return o;
}

/* The models as export_fits_json() writes them. */
static json_t *fits_object(struct record *r, const struct scale_fits *f)
{
    json_t *o = NULL;
    char *data = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&data, &size);

    if (stream && export_fits_json(f, stream, NULL) == 0) {
        fclose(stream);
        stream = NULL;
        o = json_loads(data, 0, NULL);
    }
    if (stream)
        fclose(stream);
    free(data);
    r->failed |= o == NULL;
    return o;
}

static json_t *spot_object(struct record *r, const struct sweep_point *p)
{
    json_t *o = json_object();

    record_string(r, o, "label", p->label);
    record_real(r, o, "x", p->x);
    record_real(r, o, "median", p->y.median);
    return o;
}

static json_t *curve_object(struct record *r, const struct sweep *s,
                            const struct sweep_curve *c)
{
    json_t *o = json_object();
    const char *limit = limit_word(c->limit);

    if (c->label[0])
        record_string(r, o, "label", c->label);
    record_string(r, o, "verdict", sweep_verdict_words[c->verdict]);
    if (c->why[0])
        record_string(r, o, "why", c->why);
    if (c->verdict != SWEEP_NOTHING) {
        record_put(r, o, "best", spot_object(r, &s->points[c->best]));
        record_put(r, o, "top", spot_object(r, &s->points[c->top]));
        record_real(r, o, "low_x", c->low_x);
        record_real(r, o, "high_x", c->high_x);
        record_put(r, o, "at_edge", json_boolean(c->at_edge));
        record_real(r, o, "speedup", c->speedup);
    }
    if (limit)
        record_string(r, o, "limit", limit);
    if (c->sentence[0])
        record_string(r, o, "sentence", c->sentence);
    if (c->has_fits)
        record_put(r, o, "fits", fits_object(r, &c->fits));
    return o;
}

static void put_request(struct record *r, json_t *o,
                        const struct sweep_request *q)
{
    struct text line = {0};

    sweep_format(q, &line);
    r->failed |= line.failed;
    record_string(r, o, "request", text_str(&line));
    text_fini(&line);
    put_spec(r, o, &q->base);
    record_string(r, o, "metric", metric_infos[q->metric].name);
    record_put(r, o, "over", axes(r, q));
    record_integer(r, o, "repeat", q->repeat);
    record_integer(r, o, "seed", q->base.seed);
    record_put(r, o, "auto", json_boolean(q->automatic));
    if (q->automatic)
        record_seconds(r, o, "budget_s",
                       q->budget_ns ? q->budget_ns : 60 * NS_PER_S);
}

int export_sweep_json(const struct sweep *s, FILE *out, struct err *err)
{
    struct record r = {0};
    json_t *o = json_object(), *points = json_array(), *curves = json_array();
    int done, planned;

    sweep_progress(s, &done, &planned);
    record_string(&r, o, "schema", "timeslice.sweep/1");
    if (sweep_computed(s)) /* without the word it was measured */
        record_string(&r, o, "badge", "model");
    put_request(&r, o, &s->request);
    record_string(&r, o, "unit", sweep_y_words(s));
    record_put(&r, o, "machine", record_machine(&r, &s->machine));
    for (int i = 0; i < s->curve_count; i++)
        record_append(&r, curves, curve_object(&r, s, &s->curves[i]));
    record_put(&r, o, "curves", curves);
    for (int i = 0; i < s->point_count; i++)
        record_append(&r, points, point_object(&r, s, i));
    record_put(&r, o, "points", points);
    record_integer(&r, o, "runs_done", done);
    record_integer(&r, o, "runs_planned", planned);
    record_put(&r, o, "interrupted", json_boolean(s->interrupted));
    record_seconds(&r, o, "spent_s", s->spent_ns);
    if (s->drift > 0)
        record_real(&r, o, "drift", s->drift);
    if (s->has_guess)
        record_real(&r, o, "guess", s->guess);
    return record_print(&r, o, out, "the sweep", err);
}

/* ---- a comparison -------------------------------------------------------- */

static json_t *side_object(struct record *r, const struct contest *c, int at)
{
    const struct contest_side *side = &c->side[at];
    json_t *o = json_object(), *ratio;

    record_string(r, o, "experiment", side->line);
    put_robust(r, o, &side->y);
    if (at > 0) {
        record_string(r, o, "verdict", contest_verdict_words[side->verdict]);
        if (side->sentence[0])
            record_string(r, o, "sentence", side->sentence);
    }
    if (at > 0 && side->ratio.n > 0) {
        ratio = json_object();
        record_integer(r, ratio, "n", side->ratio.n);
        record_real(r, ratio, "ratio", side->ratio.ratio);
        if (side->ratio.n > 1) {
            record_real(r, ratio, "low", side->ratio.low);
            record_real(r, ratio, "high", side->ratio.high);
        }
        record_put(r, o, "ratio", ratio);
    }
    record_put(r, o, "runs", trials_of(r, c->trials, c->trial_count, at));
    return o;
}

int export_contest_json(const struct contest *c, FILE *out, struct err *err)
{
    struct record r = {0};
    json_t *o = json_object(), *sides = json_array();

    record_string(&r, o, "schema", "timeslice.compare/1");
    if (contest_computed(c))
        record_string(&r, o, "badge", "model");
    record_string(&r, o, "metric", metric_infos[c->metric].name);
    record_integer(&r, o, "rounds", c->rounds);
    if (c->why[0])
        record_string(&r, o, "why", c->why);
    for (int i = 0; i < c->sides; i++)
        record_append(&r, sides, side_object(&r, c, i));
    record_put(&r, o, "sides", sides);
    return record_print(&r, o, out, "the comparison", err);
}
