/* What was explored, as JSON. Any thread. */
#include "export/explore_json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "export/names.h"

/* ---- values -------------------------------------------------------------- */

/* Digits, as a number if it fits. NULL: endlessly many. */
static json_t *count_json(const char *digits)
{
    long long n;

    if (!digits)
        return json_null();
    errno = 0;
    n = strtoll(digits, NULL, 10);
    return errno == ERANGE ? json_string(digits) : json_integer(n);
}

/* What is not UTF-8, a path for one, is replaced. */
static json_t *clean_json(const char *s)
{
    struct text clean = {0};
    json_t *value;

    export_utf8(s, &clean);
    value = json_string(text_str(&clean));
    text_fini(&clean);
    return value;
}

static json_t *real_json(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *share_json(const struct share *s)
{
    return json_pack("[o, o]", s->exact ? json_string(s->exact) : json_null(),
                     real_json(s->value));
}

/* The names of the actions, in a list. */
static json_t *schedule_json(const struct explored *e, const struct schedule *s)
{
    json_t *list = json_array();
    char name[TSL_NAME + 8];

    for (int i = 0; list && i < s->count; i++) {
        action_name(e->p, s->actions[i], name, sizeof(name));
        if (json_array_append_new(list, json_string(name)) < 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

/* Put @value under @name; false without memory. */
static bool put(json_t *into, const char *name, json_t *value)
{
    return json_object_set_new(into, name, value) == 0;
}

/* Append @value, which may be NULL without memory. */
static bool append(json_t *list, json_t *value)
{
    return json_array_append_new(list, value) == 0;
}

/* @all if it is whole, else nothing. */
static json_t *whole(json_t *all, bool ok)
{
    if (ok)
        return all;
    json_decref(all);
    return NULL;
}

/* ---- results: what is known ---------------------------------------------- */

/* Every way it ends was seen. (A verdict leaves out what does not matter.) */
static bool seen_all(const struct explored *e)
{
    return e->r->exhaustive && e->request->depth != EXPLORE_VERDICT;
}

/* Level by level, so that what was found is the shortest. */
static bool searched(const struct explored *e)
{
    return e->r->states > 0 && e->request->depth != EXPLORE_VERDICT;
}

static bool counted(const struct explored *e)
{
    return e->r->counted;
}

static bool counted_finite(const struct explored *e)
{
    return e->r->counted && e->r->acyclic;
}

static bool counted_tso(const struct explored *e)
{
    return e->r->counted && e->request->rules.tso;
}

static bool has_random(const struct explored *e)
{
    return e->r->counted && !isnan(e->r->random.value);
}

static bool has_preemptions(const struct explored *e)
{
    bool has = false;

    for (int k = 0; k < FAILURE_COUNT; k++)
        has |= e->r->failing[k].reachable && e->r->failing[k].preemptions >= 0;
    return has && !e->request->rules.tso;
}

static bool has_traces(const struct explored *e)
{
    return e->r->counted && e->r->traces >= 0;
}

/* ---- results: what they are ---------------------------------------------- */

static json_t *values_json(const struct explored *e, const struct outcome *o)
{
    json_t *values = json_array();
    bool ok = values;

    for (int k = 0; ok && k < e->p->observed_count; k++)
        ok = append(values, json_integer(o->values[k]));
    return whole(values, ok);
}

/* Ends may differ in what is not observed: each tuple stands once. */
static json_t *finals(const struct explored *e)
{
    json_t *list = json_array();
    bool ok = list;

    for (int i = 0; ok && i < e->r->outcome_count; i++) {
        json_t *values = values_json(e, &e->r->outcomes[i]);
        size_t count = json_array_size(list);

        if (count > 0 && json_equal(json_array_get(list, count - 1), values))
            json_decref(values);
        else
            ok = append(list, values);
    }
    return whole(list, ok);
}

/* null: not seen, and not proved to be none either. */
static json_t *reachable(const struct explored *e)
{
    json_t *all = json_object();
    bool ok = all;

    for (int k = 0; ok && k < FAILURE_COUNT; k++) {
        bool is = e->r->failing[k].reachable;

        if (k != FAILURE_FAULT || is)
            ok = put(all, failure_names[k],
                     is || e->r->exhaustive ? json_boolean(is) : json_null());
    }
    return whole(all, ok);
}

static json_t *verdict(const struct explored *e)
{
    return json_string(judgement_names[e->r->judgement]);
}

static json_t *interleavings(const struct explored *e)
{
    return e->r->acyclic ? count_json(e->r->schedules) : json_null();
}

static json_t *failing_interleavings(const struct explored *e)
{
    return e->r->acyclic ? count_json(e->r->failing_schedules) : json_null();
}

static json_t *uniform(const struct explored *e)
{
    return e->r->acyclic ? share_json(&e->r->uniform) : json_null();
}

static json_t *random_share(const struct explored *e)
{
    return share_json(&e->r->random);
}

static json_t *traces(const struct explored *e)
{
    return json_integer(e->r->traces);
}

static json_t *failing_traces(const struct explored *e)
{
    return json_integer(e->r->failing_traces);
}

static json_t *trap(const struct explored *e)
{
    return json_boolean(e->r->trap);
}

static json_t *livelock(const struct explored *e)
{
    return json_boolean(e->r->livelock);
}

/* Of one failure, which is reachable; null if it was not computed. */

static json_t *shortest(const struct explored *e, const struct failing *f)
{
    (void)e;
    return f->shortest >= 0 ? json_integer(f->shortest) : json_null();
}

static json_t *shortest_steps(const struct explored *e, const struct failing *f)
{
    (void)e;
    return f->shortest_steps >= 0 ? json_integer(f->shortest_steps)
                                  : json_null();
}

static json_t *witness(const struct explored *e, const struct failing *f)
{
    return schedule_json(e, &f->witness);
}

static json_t *schedules(const struct explored *e, const struct failing *f)
{
    (void)e;
    return count_json(f->schedules);
}

static json_t *random_failing(const struct explored *e, const struct failing *f)
{
    (void)e;
    return share_json(&f->random);
}

static json_t *preemptions(const struct explored *e, const struct failing *f)
{
    (void)e;
    return f->preemptions >= 0 ? json_integer(f->preemptions) : json_null();
}

static json_t *calm(const struct explored *e, const struct failing *f)
{
    return schedule_json(e, &f->calm);
}

static json_t *words(const struct explored *e, const struct failing *f)
{
    (void)e;
    return json_string(text_str(&f->words));
}

const struct explore_field explore_fields[] = {
    {"finals", EXPLORE_FINALS, seen_all, finals, NULL},
    {"reachable", EXPLORE_FLAGS, NULL, reachable, NULL},
    {"verdict", EXPLORE_WORDS, NULL, verdict, NULL},
    {"shortest", EXPLORE_COUNTS, searched, NULL, shortest},
    {"shortest_thread_steps", EXPLORE_COUNTS, counted_tso, NULL,
     shortest_steps},
    {"witness", EXPLORE_WITNESSES, NULL, NULL, witness},
    {"interleavings", EXPLORE_COUNT, counted, interleavings, NULL},
    {"failing_interleavings", EXPLORE_COUNT, counted, failing_interleavings,
     NULL},
    {"failing_by_kind", EXPLORE_COUNTS, counted_finite, NULL, schedules},
    {"fail_fraction_uniform_interleavings", EXPLORE_SHARE, counted, uniform,
     NULL},
    {"fail_probability_random_scheduler", EXPLORE_SHARE, has_random,
     random_share, NULL},
    {"fail_probability_by_kind", EXPLORE_SHARES, has_random, NULL,
     random_failing},
    {"min_preemptions", EXPLORE_COUNTS, has_preemptions, NULL, preemptions},
    {"traces", EXPLORE_COUNT, has_traces, traces, NULL},
    {"failing_traces", EXPLORE_COUNT, has_traces, failing_traces, NULL},
    {"trap_reachable", EXPLORE_FLAG, counted, trap, NULL},
    {"fair_nontermination", EXPLORE_FLAG, counted, livelock, NULL},
};
const int explore_field_count =
    (int)(sizeof(explore_fields) / sizeof(explore_fields[0]));

/* Ours, beside them. */
static const struct explore_field more_fields[] = {
    {"failure_words", EXPLORE_WORDS, NULL, NULL, words},
    {"calm_witness", EXPLORE_WITNESSES, has_preemptions, NULL, calm},
};

/* put(), but null is left out. */
static bool put_known(json_t *into, const char *name, json_t *value)
{
    return json_is_null(value) || put(into, name, value);
}

static bool put_field(json_t *all, const struct explore_field *field,
                      const struct explored *e)
{
    json_t *value;
    bool ok;

    if (field->known && !field->known(e))
        return true;
    if (field->value)
        return put(all, field->name, field->value(e));
    value = json_object();
    ok = value;
    for (int k = 0; ok && k < FAILURE_COUNT; k++)
        if (e->r->failing[k].reachable)
            ok = put_known(value, failure_names[k],
                           field->of_failure(e, &e->r->failing[k]));
    return put(all, field->name, value) && ok;
}

/* ---- what is ours -------------------------------------------------------- */

static json_t *outcome_json(const struct explored *e, const struct outcome *o)
{
    json_t *one = json_object();
    bool ok = put(one, "values", values_json(e, o)) &&
              put(one, "fails", json_boolean(o->fails));

    if (e->r->counted) {
        ok = ok && put(one, "schedules", count_json(o->schedules)) &&
             put(one, "share_of_schedules", real_json(o->uniform)) &&
             put(one, "probability", real_json(o->random));
    }
    ok = ok && put(one, "sample", schedule_json(e, &o->sample));
    return whole(one, ok);
}

static json_t *outcomes_json(const struct explored *e)
{
    json_t *list = json_array();
    bool ok = list;

    for (int i = 0; ok && i < e->r->outcome_count; i++)
        ok = append(list, outcome_json(e, &e->r->outcomes[i]));
    return whole(list, ok);
}

static json_t *observed_json(const struct explored *e)
{
    json_t *list = json_array();
    bool ok = list;

    for (int i = 0; ok && i < e->p->observed_count; i++)
        ok = append(list, json_string(e->p->observed[i].text));
    return whole(list, ok);
}

/* One of the two accesses. */
static json_t *access_json(const struct explored *e, int thread, int op)
{
    const struct tsl_thread *t = &e->p->threads[thread];
    char words[80];
    json_t *one;

    op_text(e->p, thread, op, words, sizeof(words));
    one = json_pack("{s:s, s:i, s:s}", "thread", t->name, "operation", op + 1,
                    "words", words);
    if (one && t->ops[op].line > 0 &&
        !put(one, "line", json_integer(t->ops[op].line)))
        return whole(one, false);
    return one;
}

static json_t *races_json(const struct explored *e)
{
    json_t *list = json_array();
    bool ok = list;

    for (int i = 0; ok && i < e->r->race_count; i++) {
        const struct data_race *race = &e->r->races[i];
        char cell[TSL_NAME + 16];

        program_cell_name(e->p, race->cell, cell, sizeof(cell));
        ok = append(list,
                    json_pack("{s:s, s:[o, o], s:o}", "cell", cell, "accesses",
                              access_json(e, race->thread[0], race->op[0]),
                              access_json(e, race->thread[1], race->op[1]),
                              "witness", schedule_json(e, &race->witness)));
    }
    return whole(list, ok);
}

static json_t *sampled_json(const struct explored *e, const struct sampled *s)
{
    json_t *all = json_object(), *failing = json_object();
    json_t *witness = json_object();
    bool ok = all && failing && witness;

    for (int k = 0; ok && k < FAILURE_COUNT; k++)
        if (s->failing[k] > 0)
            ok = put(failing, failure_names[k], json_integer(s->failing[k])) &&
                 put(witness, failure_names[k],
                     schedule_json(e, &s->witness[k]));
    ok = put(all, "failing_by_kind", failing) && ok;
    ok = put(all, "witness", witness) && ok;
    ok = ok && put(all, "schedules", json_integer(s->schedules)) &&
         put(all, "failing", json_integer(s->any)) &&
         put(all, "endless", json_integer(s->endless)) &&
         put(all, "low", real_json(s->low)) &&
         put(all, "high", real_json(s->high));
    return whole(all, ok);
}

/* Ways into what never ends, and round it. */
static bool put_loops(json_t *all, const struct explored *e)
{
    bool ok = put(all, "overtaking", json_boolean(e->r->overtaking));

    if (e->r->trap)
        ok = ok && put(all, "trap_way", schedule_json(e, &e->r->trap_way)) &&
             put(all, "trap_loop", schedule_json(e, &e->r->trap_loop));
    if (e->r->livelock)
        ok = ok &&
             put(all, "livelock_way", schedule_json(e, &e->r->livelock_way)) &&
             put(all, "livelock_loop", schedule_json(e, &e->r->livelock_loop));
    return ok;
}

static bool put_effort(json_t *all, const struct explored *e)
{
    bool ok = put(all, "exhaustive", json_boolean(e->r->exhaustive));

    if (e->r->why_not.len > 0)
        ok = ok && put(all, "why_not_exhaustive",
                       json_string(text_str(&e->r->why_not)));
    if (e->request->rules.tso)
        ok = ok && put(all, "buffer", json_integer(e->request->rules.buffer)) &&
             put(all, "buffer_was_full", json_boolean(e->r->buffer_was_full));
    return ok && put(all, "states", json_integer(e->r->states)) &&
           put(all, "transitions", json_integer(e->r->transitions)) &&
           put(all, "longest", json_integer(e->r->longest)) &&
           put(all, "seconds", real_json(e->r->seconds)) &&
           put(all, "seconds_in_all", real_json(e->r->seconds_in_all)) &&
           put(all, "peak_bytes", json_integer(e->r->peak_bytes)) &&
           put(all, "bytes_per_state", real_json(e->r->bytes_per_state)) &&
           put(all, "workers", json_integer(e->r->workers));
}

json_t *explore_json(const struct program *p,
                     const struct explore_request *request,
                     const struct explore_result *r)
{
    static const char *const granularities[] = {
        [GRANULARITY_STATEMENT] = "statement",
        [GRANULARITY_ACCESS] = "access",
        [GRANULARITY_INSTRUCTION] = "instruction",
    };
    const struct explored e = {p, request, r};
    json_t *all = json_object();
    bool ok = put(all, "schema", json_string("timeslice.explore/1")) &&
              put(all, "program", clean_json(p->name)) &&
              put(all, "memory_model",
                  json_string(request->rules.tso ? "TSO" : "SC")) &&
              put(all, "granularity",
                  json_string(granularities[request->rules.granularity])) &&
              put(all, "observe", observed_json(&e));

    for (int i = 0; ok && i < explore_field_count; i++)
        ok = put_field(all, &explore_fields[i], &e);
    for (size_t i = 0; ok && i < sizeof(more_fields) / sizeof(more_fields[0]);
         i++)
        ok = put_field(all, &more_fields[i], &e);
    ok = ok && put(all, "outcomes", outcomes_json(&e)) &&
         put(all, "data_races", races_json(&e));
    if (r->counted)
        ok = ok && put_loops(all, &e);
    if (r->sampled)
        ok = ok && put(all, "sampled", sampled_json(&e, &r->sample));
    return whole(all, ok && put_effort(all, &e));
}
