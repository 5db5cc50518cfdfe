/* What the ways of dealing tasks and of making workers ask of each other. Any
 * process; spec/check.c calls it. */
#include "spec/rules.h"

#include <errno.h>

#include "spec/table.h"

static int rules_spawn(const struct spec *spec, struct err *err)
{
    if (spec->spawn != SPAWN_PER_TASK)
        return 0;
    if (spec->dispatch == DISPATCH_MAP || spec->dispatch == DISPATCH_APPLY)
        return err_set(err, -EINVAL,
                       "--spawn per-task makes a worker for every single task, "
                       "so --%s cannot be; leave it out",
                       table_given(spec, SET_DISPATCH) ? "dispatch map or apply"
                                                       : "chunk");
    if (table_given(spec, SET_CHUNK) && spec->chunk != 1)
        return err_set(err, -EINVAL,
                       "--spawn per-task makes a worker for every single task, "
                       "so --chunk %lld cannot be; leave it out",
                       (long long)spec->chunk);
    return 0;
}

static int rules_groups(const struct spec *spec, struct err *err)
{
    if (spec->groups <= 1)
        return 0;
    if (spec->model != MODEL_BLENDED)
        return err_set(err, -EINVAL,
                       "--groups %lld shares the work out among so many "
                       "processes of threads, so --model %s cannot be; leave "
                       "--model out",
                       (long long)spec->groups, spec_model_words[spec->model]);
    if (spec->processes != spec->groups)
        return err_set(err, -EINVAL,
                       "--groups %lld makes as many processes, so --processes "
                       "%lld cannot be; leave --processes out",
                       (long long)spec->groups, (long long)spec->processes);
    return 0;
}

static int rules_fail(const struct spec *spec, struct err *err)
{
    if (spec->tasks > 0 && spec->fail_at > spec->tasks)
        return err_set(err, -EINVAL,
                       "--fail-at %lld lets task %lld fail, but there are only "
                       "%lld",
                       (long long)spec->fail_at, (long long)spec->fail_at,
                       (long long)spec->tasks);
    return 0;
}

static int rules_lengths(const struct spec *spec, struct err *err)
{
    int64_t ns[SPEC_LENGTHS_MAX];

    if (table_given(spec, SET_LENGTHS) && table_given(spec, SET_TASK_MS))
        return err_set(err, -EINVAL,
                       "--lengths says how long each task is, so --task-ms "
                       "cannot be as well; leave one of them out");
    return spec_lengths(spec, ns) < 0
               ? err_set(err, -EINVAL,
                         "--lengths \"%.60s\" is no list of milliseconds up to "
                         "3600000; write for example --lengths 80,20,60,40",
                         spec->lengths)
               : 0;
}

int rules_deal(const struct spec *spec, struct err *err)
{
    static int (*const rules[])(const struct spec *, struct err *) = {
        rules_groups, rules_spawn, rules_fail, rules_lengths};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof(rules) / sizeof(rules[0]); i++)
        rc = rules[i](spec, err);
    return rc;
}

int rules_crowd(const struct spec *spec, struct err *err)
{
    if (spec->model != MODEL_BLENDED || spec->processes <= spec->workers)
        return 0;
    return err_set(err, -EINVAL,
                   "--%s %lld needs a worker in each, so --workers %lld is too "
                   "few",
                   spec->groups > 1 ? "groups" : "processes",
                   (long long)spec->processes, (long long)spec->workers);
}
