/* Answer files of simulator "scheduler": jobs that are all there at the
 * beginning, under FIFO, SJF or RR. The screen process. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "check/cases.h"

/* What is recorded while it is played. */
struct recording {
    const struct sim *sim;
    json_t *slices;
    json_t *open; /* the slice that goes on; borrowed; NULL: none */
    int64_t from_ns;
};

/* ---- input --------------------------------------------------------------- */

enum { POLICY_FIFO, POLICY_SJF, POLICY_RR };
static const char *const policy_words[] = {"FIFO", "SJF", "RR", NULL};
static const char *const policies[] = {"fifo", "sjf", "rr"};

/* A run time may be a fraction: a whole number of ns is exact. */
static bool read_burst(struct check_report *r, const json_t *list, size_t i,
                       int64_t *ns)
{
    const json_t *value = json_array_get(list, i);
    double ticks = json_number_value(value);
    double exact = ticks * (double)CASES_TICK_NS;
    char what[40];

    snprintf(what, sizeof(what), "burst_times[%zu]", i);
    if (!json_is_number(value) || !(ticks > 0) || ticks > CASES_TIME_MOST) {
        cases_say(r, what,
                  "\"%s\" should be a run time in ticks, above 0 and up to %d",
                  what, CASES_TIME_MOST);
        return false;
    }
    *ns = (int64_t)llround(exact);
    if (fabs(exact - (double)*ns) <= 1e-3 && *ns > 0)
        return true;
    cases_say(r, what, "\"%s\" should have at most six decimals", what);
    return false;
}

static bool read_jobs(struct cases_machine *m, const json_t *input)
{
    const json_t *list =
        cases_list(m->r, input, "", "burst_times", 1, CASES_JOBS_MOST);
    int64_t slices = 0;

    for (size_t i = 0; i < json_array_size(list); i++) {
        int64_t ns = 0;

        if (!read_burst(m->r, list, i, &ns) || !cases_job(m) ||
            !cases_step(m, STEP_RUN, ns, 0))
            return false;
        slices += (ns - 1) / m->setup.slice_ns + 1;
    }
    if (m->setup.policy == sim_policy("rr", 2) && slices > CASES_TICKS_MOST) {
        cases_say(m->r, "quantum",
                  "these jobs take %lld slices; up to %d are recomputed",
                  (long long)slices, CASES_TICKS_MOST);
        return false;
    }
    return list != NULL;
}

static bool read_input(struct cases_machine *m, struct check_report *r,
                       const json_t *input)
{
    static const char *const known[] = {"policy", "burst_times", "quantum",
                                        NULL};
    int64_t quantum = 1;
    int policy = 0;

    cases_say_unknown(r, "input", input, known);
    if (!cases_word(r, input, "", "policy", true, policy_words, &policy) ||
        !cases_count(r, input, "", "quantum", policy == POLICY_RR, 1,
                     CASES_TIME_MOST, &quantum))
        return false;
    cases_machine_init(m, r, policies[policy]);
    if (policy == POLICY_RR)
        m->setup.slice_ns = quantum * CASES_TICK_NS;
    return read_jobs(m, input);
}

/* ---- watching ------------------------------------------------------------ */

static void close_slice(struct recording *rec, int64_t to_ns, bool finishes)
{
    if (!rec->open)
        return;
    json_object_set_new(rec->open, "length", cases_ticks(to_ns - rec->from_ns));
    json_object_set_new(rec->open, "finishes", json_boolean(finishes));
    rec->open = NULL;
}

static void decided(void *arg, const struct sim *s,
                    const struct sim_decision *d)
{
    struct recording *rec = arg;

    (void)s;
    close_slice(rec, d->at_ns, false);
    if (d->task < 0)
        return;
    rec->open =
        json_pack("{s:o, s:i}", "start", cases_ticks(d->at_ns), "job", d->task);
    rec->from_ns = d->at_ns;
    json_array_append_new(rec->slices, rec->open);
}

static void happened(void *arg, const struct sim_event *e)
{
    struct recording *rec = arg;

    if (e->kind == HAPPENS_END)
        close_slice(rec, e->at_ns, true);
}

/* ---- what came out ------------------------------------------------------- */

static json_t *figures(const struct cases_machine *m)
{
    static const char *const names[] = {"response", "turnaround", "wait", NULL};
    json_t *per_job = json_array();
    int64_t sums[3] = {0};

    for (int i = 0; i < m->jobs.count; i++) {
        const struct task *t = sim_task(m->sim, i);
        const int64_t values[3] = {t->first_ns, t->end_ns, t->ready_ns};
        json_t *one = json_pack("{s:i}", "job", i);

        for (int k = 0; k < 3; k++) {
            json_object_set_new(one, names[k], cases_ticks(values[k]));
            sums[k] += values[k];
        }
        json_array_append_new(per_job, one);
    }
    return json_pack("{s:o, s:o}", "per_job", per_job, "average",
                     cases_averages(names, sums, m->jobs.count));
}

static json_t *compute(struct check_report *r, const json_t *input)
{
    struct cases_machine m = {0};
    struct recording rec = {.slices = json_array()};
    const struct sim_watch watch = {
        .arg = &rec, .decided = decided, .event = happened};
    json_t *out = NULL;

    if (read_input(&m, r, input) && cases_start(&m, &watch) && cases_play(&m)) {
        out = figures(&m);
        json_object_set(out, "slices", rec.slices);
    }
    json_decref(rec.slices);
    cases_machine_fini(&m);
    return out;
}

/* ---- the format ---------------------------------------------------------- */

static void recompute(const json_t *root, struct check_report *r)
{
    static const struct cases_kind kind = {"scheduler", "scheduler case",
                                           compute};

    cases_recompute(root, r, &kind);
}

const struct check_format check_scheduler = {
    .name = "scheduler",
    .summary = "jobs under FIFO, SJF and round robin",
    .recompute = recompute,
};
