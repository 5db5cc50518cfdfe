/* What a spec means on this machine, and what cannot be. Any process. */
#include "spec/table.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The most that factorial's arithmetic is for: a minute or so. */
#define FACTORIAL_LIMIT_MAX 10000000

/* Memory that one worker takes, itself and in the kernel: a touched stack and
 * its row on the scoreboard; a process has page tables and private copies of
 * pages on top. */
#define THREAD_BYTES (INT64_C(64) << 10)
#define PROCESS_BYTES (INT64_C(320) << 10)

/* ---- settings that mean nothing here ------------------------------------ */

/* "a or b or c" for the workloads in @set; @out is the caller's to free. */
static const char *list_workloads(struct text *out, unsigned set)
{
    const char *separator = "";

    for (int i = 0; i < WORKLOAD_COUNT; i++) {
        if (!(set >> i & 1))
            continue;
        text_addf(out, "%s%s", separator, spec_workload_words[i]);
        separator = ", ";
    }
    return text_str(out);
}

static int refuse_setting(const struct spec *spec, const struct setting *s,
                          struct err *err)
{
    const char *workload = spec_workload_words[spec->workload];
    enum setting_id id = (enum setting_id)(s - spec_settings);
    struct text list = {0};
    int rc;

    if (id == SET_TASKS)
        rc = err_set(err, -EINVAL,
                     "%s has no --tasks, it goes on and on; say how long with "
                     "--duration",
                     workload);
    else if (s->workloads != 0 && !(s->workloads >> spec->workload & 1))
        rc = err_set(err, -EINVAL,
                     "--%s means nothing for %s; it is a setting of %s",
                     s->name, workload, list_workloads(&list, s->workloads));
    else if (id == SET_PRIORITY)
        rc = err_set(err, -EINVAL,
                     "--priority means nothing under --sched %s; add --sched "
                     "fifo or rr",
                     spec_sched_words[spec->sched]);
    else
        rc = err_set(err, -EINVAL,
                     "--%s means nothing for --model %s, which has no global "
                     "lock; add --model gil",
                     s->name, spec_model_words[spec->model]);
    text_fini(&list);
    return rc;
}

static int check_applies(const struct spec *spec, struct err *err)
{
    for (int i = 0; i < SET_COUNT; i++) {
        if (table_given(spec, (enum setting_id)i) &&
            !spec_setting_applies(spec, &spec_settings[i]))
            return refuse_setting(spec, &spec_settings[i], err);
    }
    return 0;
}

/* ---- settings that exclude each other ----------------------------------- */

static int check_dispatch(const struct spec *spec, struct err *err)
{
    if (table_given(spec, SET_CHUNK) && spec->dispatch != DISPATCH_MAP)
        return err_set(err, -EINVAL,
                       "--dispatch %s hands out one task at a time, so --chunk "
                       "cannot be; leave one out or write --dispatch map",
                       spec_dispatch_words[spec->dispatch]);
    if (spec->dispatch == DISPATCH_MAP && spec->tasks == 0 && spec->chunk == 0)
        return err_set(err, -EINVAL,
                       "--dispatch map shares out a known number of tasks, but "
                       "these are endless; add --tasks, or --chunk with a "
                       "number");
    return 0;
}

static int check_phases(const struct spec *spec, struct err *err)
{
    const char *other = table_given(spec, SET_SYNC)       ? "sync"
                        : table_given(spec, SET_DURATION) ? "duration"
                                                          : NULL;

    if (spec->phase_count > 0 && other != NULL)
        return err_set(err, -EINVAL,
                       "--phases says which lock and how long, so --%s cannot "
                       "be as well; leave one of them out",
                       other);
    return 0;
}

static int check_sched(const struct spec *spec, struct err *err)
{
    bool realtime =
        spec->sched == SCHED_KIND_FIFO || spec->sched == SCHED_KIND_RR;
    const char *other = table_given(spec, SET_NICE)    ? "nice"
                        : table_given(spec, SET_SLICE) ? "slice"
                                                       : NULL;

    if (realtime && other != NULL)
        return err_set(err, -EINVAL,
                       "--sched %s goes by --priority and knows no --%s; leave "
                       "one of them out",
                       spec_sched_words[spec->sched], other);
    return 0;
}

static int check_limit(const struct spec *spec, struct err *err)
{
    if (spec->workload == WORKLOAD_FACTORIAL &&
        spec->limit > FACTORIAL_LIMIT_MAX)
        return err_set(err, -EINVAL,
                       "--limit %lld is too large for factorial, which takes "
                       "up to %d",
                       (long long)spec->limit, FACTORIAL_LIMIT_MAX);
    return 0;
}

/* ---- processors and workers --------------------------------------------- */

static int check_cpus(const struct spec *spec, const struct machine *m,
                      struct err *err)
{
    struct spec allowed = {.pinned = true, .cpus = m->allowed};
    struct text list = {0};
    int rc = 0;

    for (size_t cpu = 0; spec->pinned && cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &spec->cpus) || CPU_ISSET(cpu, &m->allowed))
            continue;
        spec_format_setting(&allowed, &spec_settings[SET_CPUS], &list);
        rc = err_set(err, -EINVAL,
                     "--cpus names processor %zu, which this machine has not "
                     "got or does not let us use; there %s %s",
                     cpu, m->cpus_allowed == 1 ? "is only" : "are",
                     text_str(&list));
        text_fini(&list);
        break;
    }
    return rc;
}

static int64_t default_workers(const struct spec *spec, const struct machine *m)
{
    int64_t cores = spec->pinned ? CPU_COUNT(&spec->cpus) : m->cpus_allowed;
    bool pair = spec->workload == WORKLOAD_PINGPONG ||
                spec->workload == WORKLOAD_COUNTER;
    int64_t least = pair ? 2 : 1;

    if (spec->model == MODEL_SEQUENTIAL)
        return 1;
    return cores > least ? cores : least;
}

static int check_workers(const struct spec *spec, struct err *err)
{
    if (spec->workload == WORKLOAD_PINGPONG && spec->model == MODEL_SEQUENTIAL)
        return err_set(err, -EINVAL,
                       "pingpong hands a turn from worker to worker, and "
                       "--model sequential has only one; write --model "
                       "threads");
    if (spec->model == MODEL_SEQUENTIAL && spec->workers != 1)
        return err_set(err, -EINVAL,
                       "--model sequential has one worker, so --workers %lld "
                       "cannot be; leave --workers out, or write --model "
                       "threads",
                       (long long)spec->workers);
    if (spec->workload == WORKLOAD_PINGPONG && spec->workers < 2)
        return err_set(err, -EINVAL,
                       "pingpong hands a turn from worker to worker, so "
                       "--workers %lld is too few; write --workers 2 or more",
                       (long long)spec->workers);
    return 0;
}

static int64_t bytes_each(const struct spec *spec)
{
    int64_t bytes =
        spec->model == MODEL_PROCESSES ? PROCESS_BYTES : THREAD_BYTES;

    /* n! has about n log2(n) bits; product, digits and room to work. */
    if (spec->workload == WORKLOAD_FACTORIAL)
        bytes += (int64_t)((double)spec->limit * log2((double)spec->limit + 1) /
                           8 * 5);
    return bytes;
}

static int check_room(const struct spec *spec, const struct machine *m,
                      struct err *err)
{
    const char *kind = spec->model == MODEL_PROCESSES ? "processes" : "threads";
    const char *limit = NULL;
    char room_text[32];
    int64_t room;

    if (spec->workers == 1)
        return 0;
    room = machine_room_for_workers(m, spec->model != MODEL_PROCESSES,
                                    bytes_each(spec), &limit);
    if (spec->workers <= room)
        return 0;
    if (room < 1)
        return err_set(err, -EAGAIN,
                       "this machine has no room for more %s (%s); close some "
                       "programs and try again",
                       kind, limit);
    text_count(room_text, sizeof(room_text), room);
    return err_set(err, -EAGAIN,
                   "this machine has room for %s %s (%s); --workers %lld is "
                   "too many, try --workers %lld",
                   room_text, kind, limit, (long long)spec->workers,
                   (long long)room);
}

int spec_check(struct spec *spec, const struct machine *m, struct err *err)
{
    static int (*const rules[])(const struct spec *, struct err *) = {
        check_applies, check_dispatch, check_phases, check_sched, check_limit,
    };
    int rc;

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        rc = rules[i](spec, err);
        if (rc < 0)
            return rc;
    }
    rc = check_cpus(spec, m, err);
    if (rc < 0)
        return rc;
    if (spec->workers == 0)
        spec->workers = default_workers(spec, m);
    rc = check_workers(spec, err);
    if (rc < 0)
        return rc;
    return check_room(spec, m, err);
}
