/* Everything that can be done with a job file: see exercise.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "exercise.h"
#include "fuzz_jobs.h"
#include "trial.h"
#include "lib/same_jobs.h"
#include "sim/policy.h"
#include "sim/setup.h"
#include "sim/sim.h"

enum {
    MACHINES = 3, /* tried on a set */
    JOBS = 300,   /* more are read and written, but not run */
    COMPARED = 20000,
    INSTANTS = 600 /* of a run, then it is left */
};
/* Each decision of a run may look at each job and CPU. */
#define EFFORT 3000000

/* "fuzz.jobs:LINE:COLUMN: " of a place that is there. */
static void check_place(struct trial *t, const char *text, size_t length,
                        const struct err *err)
{
    long lines = 1, line, column;
    size_t longest = 0, now = 0;
    char *at;

    for (size_t i = 0; i < length; i++) {
        now = text[i] == '\n' ? 0 : now + 1;
        longest = now > longest ? now : longest;
        lines += text[i] == '\n';
    }
    if (strncmp(err->text, "fuzz.jobs:", 10) != 0) {
        trial_complain(t, "no file's name", err->text);
        return;
    }
    line = strtol(err->text + 10, &at, 10);
    column = *at == ':' ? strtol(at + 1, &at, 10) : 0;
    if (line < 1 || line > lines || column < 1 || column > (long)longest + 1 ||
        strncmp(at, ": ", 2) != 0)
        trial_complain(t, "no line and column", err->text);
}

/* ---- text ---------------------------------------------------------------- */

static void write_and_read(struct trial *t, const char *between)
{
    struct text one = {0}, other = {0};
    struct sim_jobs again = {0};
    struct err err = {0};
    const char *what;

    trial_stage("write");
    sim_jobs_write(t->jobs, between, &one);
    trial_stage("read again");
    if (sim_jobs_read(&again, NULL, "again", text_str(&one), one.len, &err) <
        0) {
        trial_complain(t, "what was written is refused", err.text);
    } else {
        what = jobs_differ(t->jobs, &again);
        if (what)
            trial_complain(t, "another set after writing and reading", what);
        sim_jobs_write(&again, between, &other);
        if (strcmp(text_str(&one), text_str(&other)) != 0)
            trial_complain(t, "written twice, not the same", text_str(&other));
    }
    sim_jobs_fini(&again);
    text_fini(&one);
    text_fini(&other);
}

static void copy_it(struct trial *t)
{
    struct sim_jobs copy = {0};
    const char *what;

    trial_stage("copy");
    if (sim_jobs_copy(&copy, t->jobs) < 0)
        return;
    what = jobs_differ(t->jobs, &copy);
    if (what)
        trial_complain(t, "a copy is another set", what);
    if (!sim_jobs_add(&copy) && copy.count < SIM_JOBS_MAX)
        trial_complain(t, "a copy", "cannot grow");
    sim_jobs_fini(&copy);
}

/* A machine's text, read and written. False: it is none. */
static bool read_machine(struct trial *t, const char *text,
                         struct sim_setup *setup)
{
    struct text words = {0};
    struct sim_setup again;
    struct err err = {0};
    const char *what;
    int rc;

    trial_stage("sim_setup_read");
    rc = sim_setup_read(setup, text, NULL, &err);
    trial_check_sentence(t, "sim_setup_read", rc, &err);
    if (rc < 0)
        return false;
    trial_stage("sim_setup_write");
    sim_setup_write(setup, &words);
    if (sim_setup_read(&again, text_str(&words), NULL, &err) < 0) {
        trial_complain(t, "a machine that was written is refused", err.text);
    } else {
        what = setups_differ(setup, &again);
        if (what || setup->given != again.given)
            trial_complain(t, "a machine is another after writing",
                           what ? what : text_str(&words));
    }
    text_fini(&words);
    return true;
}

/* ---- running ------------------------------------------------------------- */

struct looking {
    struct trial *t;
    int64_t last_ns, decisions;
    int explained;
};

static void decided(void *arg, const struct sim *s,
                    const struct sim_decision *d)
{
    struct looking *l = arg;
    struct text words = {0};

    if (d->at_ns < l->last_ns)
        trial_complain(l->t, "a decision", "before the one before");
    if (d->number != l->decisions++)
        trial_complain(l->t, "a decision", "without its number");
    l->last_ns = d->at_ns;
    if (l->explained++ % 16 == 0) {
        sim_explain(s, d, &words);
        if (words.len == 0)
            trial_complain(l->t, "a decision", "without its reason");
        for (size_t i = 0; i < words.len; i++)
            if ((unsigned char)words.data[i] < ' ')
                trial_complain(l->t, "a reason", words.data);
    }
    text_fini(&words);
}

/* What is true of every job at any time. */
static void check_jobs(struct trial *t, const struct sim *s)
{
    const struct sim_setup *setup = sim_setup_of(s);
    /* Warm caches make it less, a slice that is never given back more. */
    bool exact = setup->warm_rate == 1 &&
                 !(setup->rules == RULES_OSTEP && setup->policy->whole);

    for (int i = 0; i < t->jobs->count; i++) {
        char name[SIM_NAME_MAX];
        struct sim_figures f = sim_figures(s, i);
        int64_t work = sim_job_work_ns(t->jobs, i);

        if (f.ran_ns < 0 || (exact && work >= 0 && f.ran_ns > work))
            trial_complain(t, sim_job_name(t->jobs, i, name),
                           "ran for more than it has to do");
        if (exact && f.turnaround_ns >= 0 && f.ran_ns != work)
            trial_complain(t, sim_job_name(t->jobs, i, name),
                           "ended before it had done all");
        if (f.response_ns > f.turnaround_ns && f.turnaround_ns >= 0)
            trial_complain(t, "a job", "began after its end");
    }
}

static void run_it(struct trial *t, const struct sim_setup *setup)
{
    struct looking l = {.t = t};
    const struct sim_watch watch = {.arg = &l, .decided = decided};
    struct sim *s = NULL;
    struct sim_totals totals;
    struct err err = {0};
    int64_t effort = 0, now = 0;

    trial_stage("sim_new");
    if (sim_new(&s, setup, t->jobs, &watch, &err) < 0) {
        trial_complain(t, "what was checked is refused", err.text);
        return;
    }
    trial_stage("sim_step");
    for (int i = 0; i < INSTANTS && effort < EFFORT && !t->wrong; i++) {
        if (sim_step(s) != SIM_GOES_ON)
            break;
        if (sim_now_ns(s) < now)
            trial_complain(t, "time", "runs back");
        now = sim_now_ns(s);
        effort += t->jobs->count + setup->cpus;
    }
    trial_stage("figures");
    check_jobs(t, s);
    if (sim_state(s) == SIM_GOES_ON && sim_next_ns(s) < now)
        trial_complain(t, "the next instant", "is past");
    if (sim_totals(s, &totals) == 0 &&
        (totals.jobs != t->jobs->count || totals.decisions != l.decisions))
        trial_complain(t, "totals", "of something else");
    sim_free(s);
}

static void try_machine(struct trial *t, const char *text)
{
    struct sim_setup setup;
    struct err err = {0};
    int rc;

    if (!read_machine(t, text, &setup))
        return;
    trial_stage("sim_setup_check");
    rc = sim_setup_check(&setup, t->jobs, &err);
    trial_check_sentence(t, "sim_setup_check", rc, &err);
    if (rc == 0 && t->jobs->count <= JOBS && !t->wrong)
        run_it(t, &setup);
}

enum exercised exercise_jobs(const char *text, size_t length, uint64_t seed,
                             char complaint[EXERCISE_COMPLAINT])
{
    struct trial t = {.seed = seed, .complaint = complaint};
    struct sim_jobs jobs = {0};
    struct text machine = {0}, other = {0};
    struct sim_setup wide;
    struct err err = {0};
    int rc;

    trial_stage("sim_jobs_read");
    rc = sim_jobs_read(&jobs, &machine, "fuzz.jobs", text, length, &err);
    trial_check_sentence(&t, "sim_jobs_read", rc, &err);
    if (rc == -EINVAL)
        check_place(&t, text, length, &err);
    t.jobs = &jobs;
    if (rc == 0) {
        /* The reader lets nothing through that cannot be simulated. */
        sim_defaults(&wide, &policy_fifo);
        wide.cpus = SIM_CPUS_MAX;
        if (sim_setup_check(&wide, &jobs, &err) < 0)
            trial_complain(&t, "what was read does not pass", err.text);
        if (jobs.count <= COMPARED) {
            write_and_read(&t, trial_below(&t, 2) ? "\n" : " | ");
            copy_it(&t);
        }
        try_machine(&t, text_str(&machine));
    }
    for (int i = 0; i < MACHINES && !t.wrong; i++) {
        machine_make(&t.seed, &other);
        try_machine(&t, text_str(&other));
        text_fini(&other);
    }
    trial_stage("free");
    sim_jobs_fini(&jobs);
    text_fini(&machine);
    return t.wrong  ? EXERCISED_WRONG
           : rc < 0 ? EXERCISED_REFUSED
                    : EXERCISED_RUN;
}
