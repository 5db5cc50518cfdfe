/* What a spec means on this machine, and what cannot be. Any process. */
#include "spec/table.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "spec/inputs.h"
#include "spec/mystery.h"
#include "spec/parts.h"
#include "spec/rules.h"

/* The most that factorial's arithmetic is for: a minute or so. */
#define FACTORIAL_LIMIT_MAX 10000000

/* Descriptors that a lab with a fleet has beside hosts and connections: those
 * of workers that are added while it runs, its own, the observer's. */
#define FLEET_OTHER_FILES 128

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
    else if (id == SET_PROCESSES)
        rc = err_set(err, -EINVAL,
                     "--processes means nothing for --model %s; add --model "
                     "blended",
                     spec_model_words[spec->model]);
    else if (id == SET_YIELD_EVERY)
        rc = err_set(err, -EINVAL,
                     "--yield-every means nothing for --model %s, whose "
                     "workers need not yield; add --model coop",
                     spec_model_words[spec->model]);
    else if (id == SET_POLL)
        rc = err_set(err, -EINVAL,
                     "--poll means nothing for a pool; add --spawn per-task");
    else if (id == SET_RESULTS)
        rc = err_set(err, -EINVAL,
                     "--results means nothing for --dispatch %s; add "
                     "--dispatch async",
                     spec_dispatch_words[spec->dispatch]);
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
    if (table_given(spec, SET_CHUNK) && spec->dispatch != DISPATCH_MAP &&
        spec->dispatch != DISPATCH_DYNAMIC)
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

/* One request to the modelled drive. */
#define DISK_BYTES_MAX (INT64_C(64) << 20)

static int check_disk(const struct spec *spec, struct err *err)
{
    if (spec->workload == WORKLOAD_DISK && spec->bytes > DISK_BYTES_MAX)
        return err_set(err, -EINVAL,
                       "--bytes %lld is too much for one request to a drive, "
                       "which takes up to 64M",
                       (long long)spec->bytes);
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

static int check_model(const struct spec *spec, struct err *err)
{
    const char *separator = "";
    struct text list = {0};
    int rc;

    if (spec_runs_on(spec->workload, spec->model))
        return 0;
    for (int i = 0; i < MODEL_COUNT; i++) {
        if (!spec_runs_on(spec->workload, (enum spec_model)i))
            continue;
        text_addf(&list, "%s%s", separator, spec_model_words[i]);
        separator = ", ";
    }
    rc = err_set(err, -EINVAL, "%s cannot run with --model %s; it can with %s",
                 spec_workload_words[spec->workload],
                 spec_model_words[spec->model], text_str(&list));
    text_fini(&list);
    return rc;
}

/* The inputs say how many tasks there are, unless that was said. */
static int check_inputs(struct spec *spec, struct err *err)
{
    struct inputs in;
    int rc;

    if (spec->inputs[0] == '\0')
        return 0;
    rc = inputs_read(&in, spec->inputs, err);
    if (rc < 0)
        return rc;
    if (table_given(spec, SET_TASKS) && spec->tasks > in.count)
        rc = err_set(err, -EINVAL,
                     "--tasks %lld is more than the %lld inputs of %s",
                     (long long)spec->tasks, (long long)in.count, spec->inputs);
    else if (!table_given(spec, SET_TASKS))
        spec->tasks = in.count;
    inputs_fini(&in);
    return rc;
}

static int check_command(struct spec *spec, struct err *err)
{
    const char *name = spec_workload_words[spec->workload];
    char copy[SPEC_COMMAND_MAX], *p = copy, open;
    int rc;

    if (spec->workload != WORKLOAD_COMMAND && spec->command[0] != '\0')
        return err_set(err, -EINVAL,
                       "after -- comes your own command, but %s has none; "
                       "leave -- and the rest out, or run command",
                       name);
    if (spec->workload != WORKLOAD_COMMAND)
        return 0;
    if (spec->command[0] == '\0')
        return err_set(err, -EINVAL,
                       "command needs your own command after --, for example "
                       "command --inputs list.txt -- ./resize.sh {}");
    if (spec->output == OUTPUT_KEEP && spec->dir[0] == '\0')
        return err_set(err, -EINVAL,
                       "--output keep needs a folder for what the commands "
                       "print; add --dir");
    memcpy(copy, spec->command, sizeof(copy));
    rc = spec->shell == ANSWER_YES
             ? 0
             : inputs_program(text_cut_word(&p, &open), NULL, 0, err);
    return rc < 0 ? rc : check_inputs(spec, err);
}

/* What is a task says how many there are. */
static int check_split(struct spec *spec, struct err *err)
{
    bool given = table_given(spec, SET_TASKS);
    int64_t want = spec->split == SPLIT_ROW ? spec->limit : 5;

    if (spec->workload != WORKLOAD_INRANGE)
        return 0;
    if (spec->split == SPLIT_BLOCK && !given)
        spec->tasks = spec->workers;
    if (spec->split == SPLIT_BLOCK)
        return 0;
    if (given && spec->tasks != want)
        return err_set(err, -EINVAL,
                       "inrange has one task a %s, so --tasks %lld cannot be; "
                       "leave it out, or write --split block",
                       spec->split == SPLIT_ROW ? "row, --limit of them"
                                                : "column, five of them",
                       (long long)spec->tasks);
    spec->tasks = want;
    return 0;
}

static int check_spawn(const struct spec *spec, struct err *err)
{
    if (spec->spawn != SPAWN_PER_TASK)
        return 0;
    if (spec->tasks == 0)
        return err_set(err, -EINVAL,
                       "--spawn per-task makes a worker for each task, but "
                       "these are endless; add --tasks");
    if (spec->tasks > SPEC_SPAWNED_MAX)
        return err_set(err, -EINVAL,
                       "--spawn per-task makes a worker for each task, up to "
                       "%d; --tasks %lld is too many",
                       SPEC_SPAWNED_MAX, (long long)spec->tasks);
    if (spec->model != MODEL_THREADS && spec->model != MODEL_PROCESSES)
        return err_set(err, -EINVAL,
                       "--spawn per-task makes threads or processes; --model "
                       "%s has a standing pool only",
                       spec_model_words[spec->model]);
    return 0;
}

static int64_t default_workers(const struct spec *spec, const struct machine *m)
{
    int64_t cores = spec->pinned ? CPU_COUNT(&spec->cpus) : m->cpus_allowed;
    bool pair = spec->workload == WORKLOAD_PINGPONG ||
                spec->workload == WORKLOAD_COUNTER;
    int64_t least = pair ? 2 : 1;

    if (spec->model == MODEL_SEQUENTIAL)
        return 1;
    if (spec->model == MODEL_BLENDED && spec->processes > least)
        least = spec->processes;
    return cores > least ? cores : least;
}

static int64_t default_processes(const struct spec *spec,
                                 const struct machine *m)
{
    int64_t cores = spec->pinned ? CPU_COUNT(&spec->cpus) : m->cpus_allowed;

    return cores < spec->workers ? cores : spec->workers;
}

static int check_coop(const struct spec *spec, struct err *err)
{
    if (spec->model != MODEL_COOP || spec->observer == OBSERVER_AUTO ||
        spec->observer == OBSERVER_GAP || spec->observer == OBSERVER_OFF)
        return 0;
    return err_set(err, -EINVAL,
                   "cooperative tasks share one thread and can only tell of "
                   "their turns themselves, so --observer %s cannot be; write "
                   "gap or off, or leave it out",
                   spec_observer_words[spec->observer]);
}

static int check_workers(const struct spec *spec, struct err *err)
{
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
    return rules_wait(spec, err);
}

static int64_t bytes_each(const struct spec *spec)
{
    int64_t bytes =
        spec->model == MODEL_PROCESSES ? PROCESS_BYTES : THREAD_BYTES;

    if (spec->model == MODEL_BLENDED)
        bytes += PROCESS_BYTES * spec->processes / spec->workers;
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
    if (spec->model == MODEL_COOP)
        return 0; /* stacks only: the run itself is refused them, or not */
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

/* A mix has the workers of all its parts. */
static int check_parts(struct spec *spec, const struct machine *m,
                       struct err *err)
{
    struct spec parts[PARTS_MAX];
    int count;

    if (table_given(spec, SET_WORKERS))
        return err_set(err, -EINVAL,
                       "each part of a mix has workers of its own; write "
                       "--workers inside --parts");
    if (spec->duration_ns == 0)
        return err_set(err, -EINVAL,
                       "a mix runs each part for a given time; write "
                       "--duration with a number of seconds");
    count = parts_read(spec, m, parts, err);
    spec->workers = 0;
    for (int i = 0; i < count; i++)
        spec->workers += parts[i].workers;
    return count < 0 ? count : 0;
}

/* Each host takes a descriptor, and so does each worker's connection. */
static int check_fleet(const struct spec *spec, struct err *err)
{
    struct rlimit files;
    int64_t room;

    if (spec->workload != WORKLOAD_FLEET ||
        getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_max == RLIM_INFINITY)
        return 0;
    room = (int64_t)files.rlim_max - FLEET_OTHER_FILES - spec->workers;
    if (spec->hosts <= room)
        return 0;
    if (room < 1)
        return err_set(err, -EAGAIN,
                       "this user may open %lld descriptors at once (ulimit "
                       "-Hn), too few for --workers %lld; try fewer workers",
                       (long long)files.rlim_max, (long long)spec->workers);
    return err_set(err, -EAGAIN,
                   "each host takes a descriptor, and this user may open %lld "
                   "at once (ulimit -Hn): --hosts %lld with --workers %lld is "
                   "too many, try --hosts %lld",
                   (long long)files.rlim_max, (long long)spec->hosts,
                   (long long)spec->workers, (long long)room);
}

int (*spec_check_on)(const struct spec *spec, struct machine *out,
                     struct err *err);

/* What machine it is for, and what therefore cannot be. */
static int check_on(const struct spec *spec, struct machine *out,
                    struct err *err)
{
    if (!spec_check_on)
        return err_set(err, -EINVAL,
                       "there is no simulator here, so --on cannot be; leave "
                       "it out");
    return spec_check_on(spec, out, err);
}

int spec_check(struct spec *spec, const struct machine *m, struct err *err)
{
    static int (*const rules[])(const struct spec *, struct err *) = {
        check_model, check_applies, check_dispatch, check_spawn, check_phases,
        check_sched, check_limit,   check_disk,     rules_deal,  check_coop,
    };
    struct machine simulated;
    int rc;

    if (spec->on[0] != '\0') {
        rc = check_on(spec, &simulated, err);
        if (rc < 0)
            return rc;
        m = &simulated;
    }
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        rc = rules[i](spec, err);
        if (rc < 0)
            return rc;
    }
    rc = check_command(spec, err);
    if (rc == 0)
        rc = check_cpus(spec, m, err);
    if (rc == 0)
        rc = rules_settle(spec, err);
    if (rc < 0)
        return rc;
    if (spec->workers == 0 ||
        (spec->model == MODEL_SEQUENTIAL && !table_given(spec, SET_WORKERS)))
        spec->workers = default_workers(spec, m);
    if (spec->processes == 0)
        spec->processes = default_processes(spec, m);
    rc = check_workers(spec, err);
    if (rc == 0)
        rc = rules_crowd(spec, err);
    if (rc == 0)
        rc = check_split(spec, err);
    if (rc == 0)
        rc = check_fleet(spec, err);
    if (rc == 0)
        rc = rules_files(spec, err);
    if (rc < 0)
        return rc;
    if (spec->on[0] != '\0')
        return check_on(spec, NULL, err);
    if (spec->workload == WORKLOAD_MYSTERY) {
        struct spec hidden;

        mystery_draw(spec, &hidden);
        return spec_check(&hidden, m, err);
    }
    if (spec->workload == WORKLOAD_MIX)
        return check_parts(spec, m, err);
    return check_room(spec, m, err);
}
