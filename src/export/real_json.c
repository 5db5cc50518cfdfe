/* A real run, as JSON. Any thread. */
#include "export/real_json.h"

static json_t *values_json(const struct program *p, const int16_t *values)
{
    json_t *list = json_array();

    for (int i = 0; list && i < p->observed_count; i++)
        if (json_array_append_new(list, json_integer(values[i])) < 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *row_json(const struct real_told *t, const struct real_row *row)
{
    json_t *o = json_pack("{s:o, s:b, s:b, s:I}", "values",
                          values_json(t->p, row->values), "fails", row->fails,
                          "possible", row->possible != NULL, "times",
                          (json_int_t)(row->seen ? row->seen->times : 0));

    if (o && row->seen &&
        json_object_set_new(o, "first_s",
                            json_real((double)row->seen->first_ns / 1e9)) < 0) {
        json_decref(o);
        return NULL;
    }
    return o;
}

static json_t *rows_json(const struct real_told *t)
{
    json_t *list = json_array();

    for (int i = 0; list && i < t->against->count; i++)
        if (json_array_append_new(list, row_json(t, &t->against->rows[i])) <
            0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

/* By failure: executions in which it was seen. What was not looked for is not
 * there. */
static json_t *failures_json(const struct real_told *t)
{
    json_t *all = json_object();

    for (int k = 0; all && k < FAILURE_COUNT; k++)
        if (t->against->times[k] >= 0 &&
            json_object_set_new(all, failure_names[k],
                                json_integer(t->against->times[k])) < 0) {
            json_decref(all);
            return NULL;
        }
    return all;
}

json_t *real_run_json(const struct real_told *t)
{
    static const char *const answers[] = {
        [REAL_AGREES] = "agrees",
        [REAL_CONTRADICTS] = "contradicts",
        [REAL_OPEN] = "open",
    };
    const struct real_result *r = t->seen;

    return json_pack("{s:s, s:s, s:b, s:I, s:f, s:f, s:i, s:I, s:o, s:I, s:o}",
                     "badge", "MEASURED", "answer", answers[t->against->answer],
                     "machine_is_tso", real_is_tso(), "executions",
                     (json_int_t)r->executions, "seconds", r->seconds,
                     "executions_per_s",
                     r->seconds > 0 ? (double)r->executions / r->seconds : 0.0,
                     "cpus", r->cpus, "seed", (json_int_t)t->request->seed,
                     "outcomes", rows_json(t), "outcomes_not_told_apart",
                     (json_int_t)r->untold, "failing", failures_json(t));
}
