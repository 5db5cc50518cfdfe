/* Blocks that are computed: programs under the microscope, jobs on a simulated
 * machine. Screen process. */
#include "lesson/compute.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/words.h"
#include "explore/explore.h"
#include "sim/sim.h"
#include "spec/spec.h"
#include "tsl/library.h"

/* "ends.x.N" is told, as 0 where no schedule ends so, for N from 0 up to this
 * at least. */
#define ENDS_TO 32
#define JOBS_TOLD 32

/* ---- programs -------------------------------------------------------------
 */

static int named_program(const struct lesson *l, const char *name,
                         struct program **out, struct err *err)
{
    const char *slash = strrchr(l->path, '/');
    size_t length = strlen(name);
    char path[PATH_MAX];
    int rc = 0;

    if (length > 4 && strcmp(name + length - 4, ".tsl") == 0 && name[0] != '/')
        snprintf(path, sizeof(path), "%.*s%s",
                 slash ? (int)(slash - l->path) + 1 : 0, l->path, name);
    else
        rc = library_find(name, path, sizeof(path), err);
    return rc < 0 ? rc : program_read(path, NULL, out, err);
}

int compute_program(const struct lesson *l, const struct lesson_block *b,
                    struct program **out, struct err *err)
{
    if (!b->program)
        return err_set(err, -EINVAL, "line %d: the block names no program",
                       b->line);
    return named_program(l, b->program, out, err);
}

struct slow_figures {
    struct facts *f;
    const char *name;
};

static void put(const struct slow_figures *s, const char *name, double value)
{
    if (isfinite(value))
        facts_set(s->f, s->name, 0, name, value);
}

static void put_count(const struct slow_figures *s, const char *name,
                      const char *exact)
{
    if (exact)
        put(s, name, strtod(exact, NULL));
}

/* Of all ways to fail the one that takes least. */
static void put_failing(const struct slow_figures *s,
                        const struct explore_result *r)
{
    int shortest = -1, preemptions = -1;

    for (int i = 0; i < FAILURE_COUNT; i++) {
        const struct failing *f = &r->failing[i];

        if (!f->reachable)
            continue;
        if (shortest < 0 || f->shortest < shortest)
            shortest = f->shortest;
        if (f->preemptions >= 0 &&
            (preemptions < 0 || f->preemptions < preemptions))
            preemptions = f->preemptions;
    }
    if (shortest >= 0)
        put(s, "shortest", shortest);
    if (preemptions >= 0)
        put(s, "preemptions", preemptions);
}

/* Variable @at: its least and greatest value over all outcomes, and how many
 * schedules end with each. */
static void put_observed(const struct slow_figures *s, const struct program *p,
                         const struct explore_result *r, int at)
{
    const char *name = p->observed[at].text;
    int low = INT_MAX, high = INT_MIN;
    char figure[96];

    for (int i = 0; i < r->outcome_count; i++) {
        int value = r->outcomes[i].values[at];

        low = value < low ? value : low;
        high = value > high ? value : high;
    }
    if (low > high)
        return;
    snprintf(figure, sizeof(figure), "min.%s", name);
    put(s, figure, low);
    snprintf(figure, sizeof(figure), "max.%s", name);
    put(s, figure, high);
    for (int v = low < 0 ? low : 0; v <= (high > ENDS_TO ? high : ENDS_TO);
         v++) {
        bool known = true;
        double ends = 0;

        for (int i = 0; i < r->outcome_count; i++) {
            if (r->outcomes[i].values[at] != v)
                continue;
            known &= r->outcomes[i].schedules != NULL;
            if (r->outcomes[i].schedules)
                ends += strtod(r->outcomes[i].schedules, NULL);
        }
        snprintf(figure, sizeof(figure), "ends.%s.%d", name, v);
        if (known)
            put(s, figure, ends);
    }
}

static int compute_slow(const struct program *p, bool tso, const char *name,
                        struct facts *f, struct err *err)
{
    const struct explore_request request = {
        .rules = {.granularity = GRANULARITY_ACCESS,
                  .tso = tso,
                  .buffer = TSL_BUFFER},
        .depth = EXPLORE_ALL,
        .workers = 1,
        .seed = 1,
    };
    const struct slow_figures s = {f, name};
    struct explore_result r = {0};
    int rc = explore(p, &request, &r, err);

    if (rc == 0) {
        put_count(&s, "schedules", r.schedules);
        put_count(&s, "failing", r.failing_schedules);
        put(&s, "failing_share", r.uniform.value);
        put(&s, "random_share", r.random.value);
        put(&s, "outcomes", r.outcome_count);
        put(&s, "states", (double)r.states);
        put(&s, "model", 1);
        put_failing(&s, &r);
        for (int i = 0; i < p->observed_count; i++)
            put_observed(&s, p, &r, i);
    }
    explore_fini(&r);
    return rc;
}

static int compute_named(const struct lesson *l, const char *program, bool tso,
                         const char *name, struct facts *f, struct err *err)
{
    struct program *p = NULL;
    int rc = named_program(l, program, &p, err);

    if (rc == 0)
        rc = compute_slow(p, tso, name, f, err);
    program_free(p);
    return rc;
}

/* ---- simulated jobs -------------------------------------------------------
 */

/* The words of "timeslice sim", sorted: the jobs, and each --on. */
static int sort_words(const struct words *w, const char **jobs,
                      const char *on[COMPUTE_SETUPS], int *count,
                      struct err *err)
{
    *jobs = NULL;
    *count = 0;
    for (int i = 0; i < w->count; i++) {
        const char *word = w->word[i];
        const char *value = NULL;

        if (strcmp(word, "--on") == 0 && i + 1 < w->count)
            value = w->word[++i];
        else if (strncmp(word, "--on=", 5) == 0)
            value = word + 5;
        if (value && *count == COMPUTE_SETUPS)
            return err_set(err, -EINVAL, "--on can be given up to %d times",
                           COMPUTE_SETUPS);
        if (value)
            on[(*count)++] = value;
        else if (strncmp(word, "--", 2) == 0 || *jobs)
            return err_set(err, -EINVAL,
                           "\"%s\" is one word too many: jobs in quotes, then "
                           "--on POLICY up to %d times",
                           word, COMPUTE_SETUPS);
        else
            *jobs = word;
    }
    if (!*jobs)
        return err_set(err, -EINVAL,
                       "there are no jobs; for example \"A 3 | B 2 @1\" --on "
                       "rr,slice=1");
    return 0;
}

/* An experiment's jobs run on a machine like this one, as in "timeslice
 * sim". */
static int read_jobs(const char *words, struct sim_jobs *jobs,
                     struct text *machine, struct spec *spec, bool *line,
                     struct err *err)
{
    struct machine m;

    *line = sim_means_experiment(words);
    if (!*line)
        return sim_jobs_read(jobs, machine, "jobs", words, strlen(words), err);
    machine_read(&m);
    text_addf(machine, "eevdf cpus=%d", m.cpus_allowed);
    return sim_jobs_from_line(jobs, spec, words, &m, err);
}

static int read_setups(const char *const on[COMPUTE_SETUPS], int count,
                       const char *machine, const struct spec *spec,
                       const struct sim_jobs *jobs,
                       struct sim_setup setup[COMPUTE_SETUPS], struct err *err)
{
    struct sim_setup own;
    int rc = sim_setup_read(&own, machine, NULL, err);

    for (int i = 0; i < (count > 0 ? count : 1) && rc == 0; i++) {
        setup[i] = own;
        if (count > 0)
            rc = sim_setup_read(&setup[i], on[i], own.policy, err);
        if (rc == 0)
            rc = sim_setup_inherit(&setup[i], &own, err);
        if (rc == 0 && spec)
            rc = sim_setup_for_spec(&setup[i], spec, count == 0, err);
        if (rc == 0)
            rc = sim_setup_check(&setup[i], jobs, err);
    }
    return rc;
}

int compute_sim_line(const char *words, struct sim_jobs *jobs,
                     struct sim_setup setup[COMPUTE_SETUPS], int *setups,
                     struct err *err)
{
    const char *on[COMPUTE_SETUPS], *set;
    struct text machine = {0};
    struct words w = {0};
    struct spec spec;
    bool line = false;
    int count, rc;

    *jobs = (struct sim_jobs){0};
    *setups = 0;
    rc = words_cut(&w, words, err);
    if (rc == 0)
        rc = sort_words(&w, &set, on, &count, err);
    if (rc == 0)
        rc = read_jobs(set ? set : "", jobs, &machine, &spec, &line, err);
    if (rc == 0)
        rc = read_setups(on, count, text_str(&machine), line ? &spec : NULL,
                         jobs, setup, err);
    if (rc == 0)
        *setups = count > 0 ? count : 1;
    else
        sim_jobs_fini(jobs);
    text_fini(&machine);
    words_fini(&w);
    return rc;
}

static void put_ms(struct facts *f, const char *name, const char *group,
                   const char *figure, double ns)
{
    char whole[64];

    snprintf(whole, sizeof(whole), "%s%s", group, figure);
    if (ns >= 0)
        facts_set(f, name, 0, whole, ns / NS_PER_MS);
}

static void put_sim(const struct sim *s, const struct sim_totals *t,
                    const char *name, struct facts *f)
{
    char group[24];

    facts_set(f, name, 0, "model", 1);
    if (t->turnaround.n > 0)
        put_ms(f, name, "", "turnaround_ms", t->turnaround.mean_ns);
    if (t->response.n > 0)
        put_ms(f, name, "", "response_ms", t->response.mean_ns);
    if (t->waiting.n > 0)
        put_ms(f, name, "", "wait_ms", t->waiting.mean_ns);
    put_ms(f, name, "", "makespan_ms", (double)t->wall_ns);
    facts_set(f, name, 0, "switches",
              (double)(t->switches_voluntary + t->switches_involuntary));
    facts_set(f, name, 0, "misses", (double)t->misses);
    facts_set(f, name, 0, "deadlock", sim_state(s) == SIM_DEADLOCK);
    for (int i = 0; i < t->jobs && i < JOBS_TOLD; i++) {
        struct sim_figures job = sim_figures(s, i);

        snprintf(group, sizeof(group), "job%d.", i);
        put_ms(f, name, group, "turnaround_ms", (double)job.turnaround_ns);
        put_ms(f, name, group, "response_ms", (double)job.response_ns);
        put_ms(f, name, group, "run_ms", (double)job.ran_ns);
    }
}

/* Jobs that never end would be simulated for ever. */
#define DECISIONS_MOST 5000000

static int compute_sim(const char *words, const char *name, struct facts *f,
                       struct err *err)
{
    struct sim_setup setup[COMPUTE_SETUPS];
    struct sim_totals totals = {0};
    struct sim_jobs jobs = {0};
    struct sim *sim = NULL;
    int setups = 0, rc;

    rc = compute_sim_line(words, &jobs, setup, &setups, err);
    if (rc == 0)
        rc = sim_new(&sim, &setup[0], &jobs, &(struct sim_watch){0}, err);
    if (rc == 0 && sim_run(sim, DECISIONS_MOST, INT64_MAX) == SIM_GOES_ON)
        rc = err_set(err, -EINVAL, "the jobs do not end within %d decisions",
                     DECISIONS_MOST);
    if (rc == 0)
        rc = sim_totals(sim, &totals);
    if (rc == 0)
        put_sim(sim, &totals, name, f);
    sim_free(sim);
    sim_jobs_fini(&jobs);
    return rc;
}

/* ---- blocks ---------------------------------------------------------------
 */

int compute_words(const struct lesson *l, const struct lesson_block *b,
                  const char *words, const char *name, struct facts *f,
                  struct err *err)
{
    return b->kind == LESSON_SLOW
               ? compute_named(l, words, b->tso, name, f, err)
               : compute_sim(words, name, f, err);
}

int compute_block(const struct lesson *l, const struct lesson_block *b,
                  struct facts *f, struct err *err)
{
    int rc = 0;

    if (b->kind == LESSON_SLOW) {
        if (!b->program)
            return err_set(err, -EINVAL, "line %d: the block names no program",
                           b->line);
        return compute_named(l, b->program, b->tso, b->id, f, err);
    }
    for (int i = 0; i < b->line_count && rc == 0; i++) {
        const char *name = b->lines[i].name[0] ? b->lines[i].name : b->id;
        struct text filled = {0};

        facts_drop(f, name);
        rc = lesson_words(b->lines[i].words, f, &filled, err);
        if (rc == 0)
            rc = compute_sim(text_str(&filled), name, f, err);
        text_fini(&filled);
    }
    return rc;
}
