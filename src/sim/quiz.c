/* Exercises by seed. Pure; any thread. */
#include "sim/quiz.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/random.h"
#include "sim/outcome.h"

const char *const quiz_words[QUIZ_COUNT] = {
    [QUIZ_RESPONSE] = "response",
    [QUIZ_TURNAROUND] = "turnaround",
    [QUIZ_WAITING] = "waiting",
};

/* Those that are computed by hand without dice. */
static const struct kind {
    const struct sim_policy *policy;
    const char *setting; /* of which one of .values is drawn */
    const char *values[3];
    bool priorities, tickets;
} kinds[] = {
    {&policy_rr, "slice", {"1ms", "2ms", "3ms"}, false, false},
    {&policy_fifo, NULL, {NULL}, false, false},
    {&policy_sjf, NULL, {NULL}, false, false},
    {&policy_stcf, NULL, {NULL}, false, false},
    {&policy_priority, "age", {"never", "never", "never"}, true, false},
    {&policy_mlfq,
     "levels",
     {"1ms:1,2ms:1,4ms:1", "2ms:1,4ms:1,8ms:1", "1ms:2,3ms:1"},
     false,
     false},
    {&policy_stride, "slice", {"1ms", "2ms", "1ms"}, false, true},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct kind *kind_of(const struct sim_policy *policy)
{
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i].policy == policy)
            return &kinds[i];
    return NULL;
}

static int no_kind(const struct sim_policy *policy, struct err *err)
{
    struct text list = {0};
    int rc;

    for (size_t i = 0; i < KINDS; i++)
        text_addf(&list, "%s%s",
                  i == 0           ? ""
                  : i + 1 == KINDS ? " and "
                                   : ", ",
                  kinds[i].policy->name);
    rc = err_set(err, -EINVAL,
                 "there are no exercises for %s, which nobody computes by "
                 "hand; there are for %s",
                 policy->name, text_str(&list));
    text_fini(&list);
    return rc;
}

/* ---- making one ------------------------------------------------------------
 */

static int whole(uint64_t *random, int least, int most)
{
    return least + (int)random_below(random, (uint32_t)(most - least + 1));
}

/* The first comes at 0, so that nobody waits for the clock to begin; half of
 * the exercises have all of them there at once. */
static int add_job(struct quiz *q, const struct kind *kind, uint64_t *random,
                   bool together, bool waits)
{
    struct sim_job *job = sim_jobs_add(&q->jobs);
    bool first = q->jobs.count == 1;
    int rc;

    if (!job)
        return -ENOMEM;
    job->arrival_ns = first || together ? 0 : whole(random, 0, 8) * NS_PER_MS;
    if (kind->priorities)
        job->priority = (int16_t)whole(random, 1, 5);
    if (kind->tickets)
        job->tickets = 50 * whole(random, 1, 4);
    rc = sim_jobs_step(&q->jobs, STEP_RUN, whole(random, 1, 8) * NS_PER_MS, 0);
    if (rc < 0 || !waits)
        return rc;
    rc = sim_jobs_step(&q->jobs, STEP_IO, whole(random, 2, 6) * NS_PER_MS, 0);
    if (rc == 0)
        rc = sim_jobs_step(&q->jobs, STEP_RUN, whole(random, 1, 3) * NS_PER_MS,
                           0);
    return rc;
}

int quiz_make(struct quiz *out, uint64_t seed, const struct sim_policy *policy,
              struct err *err)
{
    uint64_t random = seed;
    const struct kind *kind;
    bool together, waits;
    int count, rc = 0;

    *out = (struct quiz){.seed = seed};
    kind = &kinds[random_below(&random, KINDS)];
    if (policy && !(kind = kind_of(policy)))
        return no_kind(policy, err);
    sim_defaults(&out->setup, kind->policy);
    count = whole(&random, 3, 5);
    together = random_below(&random, 2) == 0;
    waits = random_below(&random, 3) == 0; /* one of them, for a device */
    if (kind->setting)
        rc = sim_setup_set(&out->setup, kind->setting,
                           kind->values[random_below(&random, 3)], err);
    if (rc < 0)
        return rc;
    for (int i = 0; i < count && rc == 0; i++)
        rc = add_job(out, kind, &random, together, waits && i == 1);
    if (rc < 0) {
        quiz_fini(out);
        return err_set(err, rc, "there is not enough memory for an exercise");
    }
    return 0;
}

void quiz_fini(struct quiz *q)
{
    sim_jobs_fini(&q->jobs);
}

/* ---- asking ----------------------------------------------------------------
 */

/* "3, waits 5 for its device, 2" in milliseconds. */
static void say_work(const struct quiz *q, const struct sim_job *job,
                     struct text *out)
{
    for (int i = 0; i < job->count; i++) {
        const struct sim_step *s = &q->jobs.step[job->first + i];

        text_add(out, i > 0 ? ", " : "");
        if (s->kind == STEP_IO) {
            text_add(out, "waits ");
            sim_write_ns(s->ns, true, out);
            text_add(out, " for its device");
        } else {
            sim_write_ns(s->ns, true, out);
        }
    }
}

static void ask_jobs(const struct quiz *q, const struct kind *kind,
                     struct text *out)
{
    text_addf(out, "  job  arrives  %scomputes\n",
              kind->priorities ? "priority  "
              : kind->tickets  ? " tickets  "
                               : "");
    for (int id = 0; id < q->jobs.count; id++) {
        const struct sim_job *job = &q->jobs.job[id];
        char name[SIM_NAME_MAX];

        text_addf(out, "  %-4s %7lld  ", sim_job_name(&q->jobs, id, name),
                  (long long)(job->arrival_ns / NS_PER_MS));
        if (kind->priorities)
            text_addf(out, "%8d  ", job->priority);
        if (kind->tickets)
            text_addf(out, "%8d  ", job->tickets);
        say_work(q, job, out);
        text_add(out, "\n");
    }
}

static void ask_machine(const struct quiz *q, const struct kind *kind,
                        struct text *out)
{
    const struct sim_setting *s =
        kind->setting ? sim_setting(kind->setting) : NULL;

    text_addf(out, "One CPU, %s: %s", kind->policy->name,
              kind->policy->summary);
    if (s) {
        text_addf(out, "; %s ", s->name);
        sim_setup_value(&q->setup, s, out);
    }
    text_add(out, ". ");
    if (kind->priorities)
        text_add(out, "More is more urgent. ");
    if (kind->policy == &policy_mlfq)
        text_add(out, "Levels from the top, each with its slice and how many "
                      "of them a job has there. ");
    text_addf(out, "Switching costs nothing. %s",
              kind->policy->tie ? kind->policy->tie : "");
}

/* @s in lines of @columns. */
static void add_wrapped(const char *s, int columns, struct text *out)
{
    int used = 0;

    while (*s) {
        int length = (int)strcspn(s, " ");

        if (used > 0 && used + 1 + length > columns) {
            text_add(out, "\n");
            used = 0;
        }
        text_addf(out, "%s%.*s", used > 0 ? " " : "", length, s);
        used += length + (used > 0);
        s += length;
        s += strspn(s, " ");
    }
    text_add(out, "\n");
}

void quiz_ask(const struct quiz *q, int columns, struct text *out)
{
    const struct kind *kind = kind_of(q->setup.policy);
    struct text machine = {0};

    text_addf(out, "Exercise %llu. All times are in milliseconds.\n\n",
              (unsigned long long)q->seed);
    ask_jobs(q, kind, out);
    text_add(out, "\n");
    ask_machine(q, kind, &machine);
    out->failed |= machine.failed;
    add_wrapped(text_str(&machine), columns, out);
    text_fini(&machine);
    text_add(out, "\nWhat are the averages over all jobs, to two decimals?\n"
                  "  response    from its arrival until it first runs\n"
                  "  turnaround  from its arrival until its end\n"
                  "  waiting     ready, but not running\n");
}

/* ---- answers ---------------------------------------------------------------
 */

double quiz_answer_ms(const struct sim_outcome *o, enum quiz_question which)
{
    const struct sim_totals *t = &o->totals;
    double ns = which == QUIZ_RESPONSE     ? t->response.mean_ns
                : which == QUIZ_TURNAROUND ? t->turnaround.mean_ns
                                           : t->waiting.mean_ns;

    return ns / NS_PER_MS;
}

/* Half a hundredth, and what binary fractions add to it. */
bool quiz_right(double given_ms, double right_ms)
{
    return fabs(given_ms - right_ms) <= 0.005 + 1e-9;
}

bool quiz_read(const char *text, double *out)
{
    double over = 1;
    char *end;

    *out = strtod(text, &end);
    if (end == text)
        return false;
    if (*end == '/') {
        const char *below = end + 1;

        over = strtod(below, &end);
        if (end == below || over == 0)
            return false;
    }
    end += strspn(end, " \t\r\n");
    *out /= over;
    return *end == '\0' && isfinite(*out);
}
