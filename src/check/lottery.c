/* Answer files of simulator "lottery": jobs with tickets, and the numbers that
 * were drawn. The screen process. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "check/cases.h"

#define DRAW_MOST (INT64_C(1) << 53)

/* What is recorded while it is played. */
struct recording {
    const int64_t *draws;
    int rounds;
    json_t *list;
};

/* ---- input --------------------------------------------------------------- */

static bool read_job(struct cases_machine *m, const json_t *one, size_t i,
                     int64_t *rounds)
{
    static const char *const known[] = {"run_time", "tickets", NULL};
    int64_t run = 0, tickets = 0;
    struct sim_job *job;
    char where[32];

    snprintf(where, sizeof(where), "jobs[%zu]", i);
    cases_say_unknown(m->r, where, one, known);
    if (!cases_count(m->r, one, where, "run_time", true, 1, CASES_TIME_MOST,
                     &run) ||
        !cases_count(m->r, one, where, "tickets", true, 1, 1000000, &tickets))
        return false;
    job = cases_job(m);
    if (!job)
        return false;
    job->tickets = (int32_t)tickets;
    run *= CASES_TICK_NS;
    *rounds += (run - 1) / m->setup.slice_ns + 1;
    return cases_step(m, STEP_RUN, run, 0);
}

/* Each round takes one quantum off one job, so their number is known. */
static bool enough(struct check_report *r, int64_t rounds, int64_t jobs,
                   int64_t draws)
{
    if (rounds > CASES_TICKS_MOST || rounds * jobs > CASES_CELLS_MOST)
        cases_say(r, "quantum",
                  "these %lld jobs take %lld rounds, which is more than is "
                  "recomputed",
                  (long long)jobs, (long long)rounds);
    else if (draws < rounds)
        cases_say(r, "draws",
                  "these jobs take %lld rounds, and \"draws\" has %lld numbers",
                  (long long)rounds, (long long)draws);
    else
        return true;
    return false;
}

static bool read_draws(struct cases_machine *m, const json_t *input,
                       int64_t rounds, int64_t **out)
{
    const json_t *list =
        cases_list(m->r, input, "", "draws", 1, CASES_TICKS_MOST);
    size_t n = json_array_size(list);
    int64_t *draws;

    if (!list || !enough(m->r, rounds, m->jobs.count, (int64_t)n))
        return false;
    draws = calloc(n, sizeof(*draws));
    *out = draws;
    m->r->failed_alloc |= draws == NULL;
    for (size_t i = 0; draws && i < n; i++) {
        const json_t *one = json_array_get(list, i);

        draws[i] = json_integer_value(one);
        if (!json_is_integer(one) || draws[i] < 0 || draws[i] > DRAW_MOST) {
            cases_say(m->r, "draws",
                      "\"draws[%zu]\" should be a whole number from 0 to 2^53",
                      i);
            return false;
        }
    }
    m->setup.draws = draws;
    m->setup.draw_count = (int)n;
    return draws != NULL;
}

static bool read_input(struct cases_machine *m, const json_t *input,
                       int64_t **draws)
{
    static const char *const known[] = {"quantum", "jobs", "draws", NULL};
    const json_t *jobs;
    int64_t quantum = 1, rounds = 0;

    cases_say_unknown(m->r, "input", input, known);
    jobs = cases_list(m->r, input, "", "jobs", 1, CASES_JOBS_MOST);
    if (!jobs || !cases_count(m->r, input, "", "quantum", true, 1,
                              CASES_TIME_MOST, &quantum))
        return false;
    m->setup.slice_ns = quantum * CASES_TICK_NS;
    for (size_t i = 0; i < json_array_size(jobs); i++)
        if (!read_job(m, json_array_get(jobs, i), i, &rounds))
            return false;
    return read_draws(m, input, rounds, draws);
}

/* ---- watching ------------------------------------------------------------ */

static void decided(void *arg, const struct sim *s,
                    const struct sim_decision *d)
{
    struct recording *rec = arg;
    int64_t tickets = 0, draw;
    json_t *left;

    if (d->task < 0)
        return;
    left = json_array();
    for (int i = 0; i < sim_jobs_of(s)->count; i++) {
        const struct task *t = sim_task(s, i);

        json_array_append_new(left, cases_ticks(t->work_left_ns));
        tickets += t->state == TASK_ENDED ? 0 : t->job->tickets;
    }
    assert(tickets > 0); /* each job has one */
    draw = rec->draws[rec->rounds++];
    json_array_append_new(rec->list,
                          json_pack("{s:I, s:I, s:I, s:i, s:o}", "draw",
                                    (json_int_t)draw, "winning_ticket",
                                    (json_int_t)(draw % tickets),
                                    "tickets_in_play", (json_int_t)tickets,
                                    "job", d->task, "time_left_before", left));
}

/* ---- what came out ------------------------------------------------------- */

static json_t *completions(const struct cases_machine *m)
{
    json_t *list = json_array();

    for (int i = 0; i < m->jobs.count; i++)
        json_array_append_new(list, cases_ticks(sim_task(m->sim, i)->end_ns));
    return list;
}

static json_t *compute(struct check_report *r, const json_t *input)
{
    struct cases_machine m;
    struct recording rec = {.list = json_array()};
    const struct sim_watch watch = {.arg = &rec, .decided = decided};
    int64_t *draws = NULL;
    json_t *out = NULL;

    cases_machine_init(&m, r, "lottery");
    if (read_input(&m, input, &draws)) {
        rec.draws = draws;
        if (cases_start(&m, &watch) && cases_play(&m))
            out = json_pack("{s:O, s:o}", "rounds", rec.list, "completion_time",
                            completions(&m));
    }
    cases_machine_fini(&m);
    free(draws);
    json_decref(rec.list);
    return out;
}

/* ---- the format ---------------------------------------------------------- */

static void recompute(const json_t *root, struct check_report *r)
{
    static const struct cases_kind kind = {"lottery", "lottery case", compute};

    cases_recompute(root, r, &kind);
}

const struct check_format check_lottery = {
    .name = "lottery",
    .summary = "jobs with tickets, and what was drawn",
    .recompute = recompute,
};
