/* What a prediction can be asked: which experiments, which machines. Pure. */
#include "predict/predict.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "predict/kernel.h"
#include "sim/policy.h"

/* ---- --on ---------------------------------------------------------------- */

static int add_cpus(struct predict_request *r, long n, struct err *err)
{
    int at = r->count;

    for (int i = 0; i < r->count; i++)
        if (r->cpus[i] == n)
            return 0;
    if (r->count == PREDICT_POINTS)
        return err_set(err, -EINVAL,
                       "--on cpus= names more than %d numbers of CPUs; leave "
                       "some out",
                       PREDICT_POINTS);
    for (; at > 0 && r->cpus[at - 1] > n; at--)
        r->cpus[at] = r->cpus[at - 1];
    r->cpus[at] = (int)n;
    r->count++;
    return 0;
}

/* "4" or "1-8". */
static int read_cpus(struct predict_request *r, const char *word,
                     struct err *err)
{
    char *end = NULL;
    long from = 0, to = 0;
    int rc = 0;

    if (isdigit((unsigned char)*word)) {
        from = to = strtol(word, &end, 10);
        if (*end == '-' && isdigit((unsigned char)end[1]))
            to = strtol(end + 1, &end, 10);
    }
    if (!end || *end || from < 1 || to > SIM_CPUS_MAX || from > to)
        return err_set(err, -EINVAL,
                       "--on cpus= cannot be \"%.40s\"; it is a list of "
                       "numbers from 1 to %d, for example cpus=1,2,4 or "
                       "cpus=1-8",
                       word, SIM_CPUS_MAX);
    for (long n = from; rc == 0 && n <= to; n++)
        rc = add_cpus(r, n, err);
    return rc;
}

/* The words of the machine but the numbers of CPUs go to @rest. */
static int sort_on(struct predict_request *r, char *on, struct text *rest,
                   struct err *err)
{
    bool in_cpus = false;
    char *save = NULL;
    int rc = 0;

    for (char *word = strtok_r(on, ", ", &save); rc == 0 && word;
         word = strtok_r(NULL, ", ", &save)) {
        if (strncmp(word, "cpus=", 5) == 0) {
            in_cpus = true;
            rc = read_cpus(r, word + 5, err);
        } else if (in_cpus && isdigit((unsigned char)*word) &&
                   !strchr(word, '=')) {
            rc = read_cpus(r, word, err);
        } else {
            in_cpus = false;
            text_addf(rest, "%s%s", rest->len ? "," : "", word);
        }
    }
    if (rc == 0 && rest->failed)
        rc = err_set(err, -ENOMEM, "out of memory");
    return rc;
}

int predict_read_on(struct predict_request *r, const char *on, struct err *err)
{
    const char *words = on ? on : "";
    struct text rest = {0};
    char *copy;
    int rc = 0;

    if (strncmp(words, "sim:", 4) == 0)
        words += 4;
    copy = strdup(words);
    if (!copy)
        return err_set(err, -ENOMEM, "out of memory");
    r->count = 0;
    rc = sort_on(r, copy, &rest, err);
    r->policy_named =
        sim_policy(text_str(&rest), strcspn(text_str(&rest), ","));
    if (rc == 0 && rest.len > 0)
        rc = sim_setup_read(&r->setup, text_str(&rest), &policy_eevdf, err);
    else if (rc == 0)
        sim_defaults(&r->setup, &policy_eevdf);
    for (int n = 1; rc == 0 && !r->setup.given && !on && n <= 64; n *= 2)
        rc = add_cpus(r, n, err);
    if (rc == 0 && r->count == 0)
        rc = err_set(err, -EINVAL,
                     "--on \"%.60s\" says for how many CPUs nowhere; add for "
                     "example cpus=1,2,4",
                     on);
    text_fini(&rest);
    free(copy);
    return rc;
}

/* ---- which experiments --------------------------------------------------- */

/* Why not; NULL: it can be. %s is the workload. */
static const char *const why_not[WORKLOAD_COUNT] = {
    [WORKLOAD_COUNTER] =
        "the workers of counter fight for one lock or one cache line, and what "
        "that costs with more of them is not known to a simulation of "
        "processors; measure it: timeslice sweep counter --over workers=1,2,4",
    [WORKLOAD_PINGPONG] = "in pingpong workers wait for each other's turn, so "
                          "more CPUs change nothing that a simulation knows; "
                          "measure it: timeslice run pingpong",
    [WORKLOAD_CREATE] = "create is about what the kernel does to make a "
                        "worker, which a simulation does not know; measure it: "
                        "timeslice run create",
    [WORKLOAD_LIMIT] = "limit is about what the system refuses, which a "
                       "simulation does not know; measure it: timeslice run "
                       "limit",
    [WORKLOAD_QUEUE] = "in queue workers wait for each other's items, and who "
                       "waits for whom cannot be told from a short run; "
                       "measure it: timeslice sweep queue",
    [WORKLOAD_PIPE] = "in pipe a parent waits for its child, whatever the "
                      "number of CPUs; measure it: timeslice run pipe",
    [WORKLOAD_LOCKS] = "how long each worker of locks holds its locks cannot "
                       "be told from a short run; write them down as jobs "
                       "instead: timeslice sim \"A lock:m 4 unlock:m 1\"",
    [WORKLOAD_INVERSION] =
        "how long each worker of inversion holds its lock cannot be told from "
        "a short run; write them down as jobs instead: timeslice sim "
        "\"priority | A lock:m 4 unlock:m\"",
    [WORKLOAD_CONVOY] = "convoy goes on for a given time, however many CPUs "
                        "there are; simulate it as it is: timeslice run convoy "
                        "--on sim:gil",
    [WORKLOAD_ISOLATION] = "isolation is about who sees whose memory, not "
                           "about time; run it: timeslice run isolation",
    [WORKLOAD_SYNC] = "in sync workers wait for each other, and who waits for "
                      "whom cannot be told from a short run; measure it: "
                      "timeslice run sync",
    [WORKLOAD_DISK] = "the drive sets the pace of disk, not the CPUs; its "
                      "model is the same everywhere: timeslice run disk, or "
                      "timeslice sim disk",
    [WORKLOAD_FILE] = "the drive sets the pace of file, and how yours takes "
                      "more readers cannot be told from a short run; measure "
                      "it: timeslice sweep file --over workers=1,2,4",
    [WORKLOAD_MIGRATE] =
        "the drive sets the pace of migrate, and how yours takes more workers "
        "cannot be told from a short run; measure it: timeslice sweep migrate "
        "--over workers=1,2,4",
    [WORKLOAD_MIX] = "a mix is several experiments at once; predict each of "
                     "them by itself",
    [WORKLOAD_MYSTERY] = "a mystery is there to be found out, not to be "
                         "predicted; predict what you take it for",
};

/* Of @from, to @to: all that was written, or, with @all, all that is not as by
 * default. */
static int take_settings(struct sim_setup *to, const struct sim_setup *from,
                         bool all, struct err *err)
{
    struct text value = {0}, usual = {0};
    struct sim_setup defaults;
    int rc = 0;

    sim_defaults(&defaults, from->policy);
    for (int i = 0; rc == 0 && i < sim_setting_count; i++) {
        const struct sim_setting *s = &sim_settings[i];

        sim_setup_value(from, s, &value);
        sim_setup_value(&defaults, s, &usual);
        if (from->given >> i & 1 ||
            (all && strcmp(text_str(&value), text_str(&usual)) != 0))
            rc = sim_setup_set(to, s->name, text_str(&value), err);
        text_fini(&value);
        text_fini(&usual);
    }
    return rc;
}

/* A scheduler like this kernel's, as far as it tells, with what was written. */
static int like_this_kernel(struct predict_request *r, const struct machine *m,
                            struct err *err)
{
    const struct sim_setup written = r->setup;
    struct kernel_facts facts;
    int which, rc;

    if (r->spec.model == MODEL_GIL || r->spec.sched == SCHED_KIND_FIFO ||
        r->spec.sched == SCHED_KIND_RR)
        return 0; /* those have policies of their own */
    if (kernel_facts_read(&facts, m, NULL) < 0)
        return 0; /* then eevdf as by default */
    which = facts.eevdf ? KERNEL_EEVDF : KERNEL_CFS;
    sim_defaults(&r->setup, facts.setup[which].policy);
    rc = take_settings(&r->setup, &facts.setup[which], true, err);
    return rc < 0 ? rc : take_settings(&r->setup, &written, false, err);
}

int predict_check(struct predict_request *r, const struct machine *m,
                  struct err *err)
{
    const struct spec *spec = &r->spec;
    struct spec checked = *spec;
    int rc;

    if (why_not[spec->workload])
        return err_set(err, -EINVAL, "%s", why_not[spec->workload]);
    if (spec->pinned)
        return err_set(err, -EINVAL,
                       "predict chooses the CPUs itself, so --cpus cannot be; "
                       "leave it out and name their numbers with --on cpus=");
    if (spec->tasks == 0 && spec->duration_ns == 0)
        return err_set(err, -EINVAL,
                       "this goes on for ever; say how long with --duration, "
                       "or how much with --tasks");
    if (spec->tasks > PREDICT_TASKS_MOST)
        return err_set(err, -EINVAL,
                       "%" PRId64 " tasks are too many to simulate; up to "
                       "%" PRId64 " can be",
                       spec->tasks, PREDICT_TASKS_MOST);
    r->workers_follow =
        !spec_given(spec, (int)(spec_setting("workers") - spec_settings)) &&
        spec->model != MODEL_SEQUENTIAL;
    rc = spec_check(&checked, m, err);
    if (rc == 0 && !r->policy_named)
        rc = like_this_kernel(r, m, err);
    if (rc == 0)
        rc = sim_setup_for_spec(&r->setup, &checked, !r->policy_named, err);
    return rc;
}
