/* What workloads are called, what they do, and what each has of its own:
 * defaults, as the settings a person would write, and the models that can run
 * it. Any process. */
#include "spec/table.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

const char *const spec_workload_words[] = {
#define X(id, name, endless, summary) #name,
    SPEC_WORKLOADS(X)
#undef X
        NULL};

const char *const spec_workload_summaries[] = {
#define X(id, name, endless, summary) summary,
    SPEC_WORKLOADS(X)
#undef X
        NULL};

#define ON(model) (1u << MODEL_##model)
#define ANY ((1u << MODEL_COUNT) - 1)
#define SEVERAL (ANY & ~ON(SEQUENTIAL))

static const struct workload_facts {
    const char *defaults;
    unsigned models; /* bit set of enum spec_model */
} facts[WORKLOAD_COUNT] = {
    [WORKLOAD_PRIMES] = {"--tasks 20 --limit 100000", ANY},
    [WORKLOAD_SUMSQUARES] = {"--tasks 20 --limit 5000000", ANY},
    [WORKLOAD_FACTORIAL] = {"--tasks 4 --limit 100000", ANY},
    [WORKLOAD_SPIN] = {"--tasks 1000 --task-ms 1", ANY},
    [WORKLOAD_SLEEP] = {"--tasks 100 --task-ms 2000 --dispatch map", ANY},
    [WORKLOAD_COUNTER] = {"--duration 1", ANY},
    [WORKLOAD_PINGPONG] = {"--duration 1 --workers 2", SEVERAL},
    [WORKLOAD_INRANGE] = {"--limit 200000 --tasks 200000 --dispatch map",
                          ON(SEQUENTIAL) | ON(THREADS) | ON(PROCESSES) |
                              ON(GIL)},
    [WORKLOAD_CREATE] = {"--tasks 200 --model sequential", ON(SEQUENTIAL)},
    [WORKLOAD_LIMIT] = {"--model sequential --address-space 2G",
                        ON(SEQUENTIAL)},
    [WORKLOAD_QUEUE] = {"--tasks 1000 --workers 4 --task-ms 0",
                        SEVERAL & ~ON(BLENDED)},
    [WORKLOAD_PIPE] = {"--workers 2 --model processes --bytes 256k",
                       ON(THREADS) | ON(PROCESSES)},
    [WORKLOAD_LOCKS] = {"--workers 2 --tasks 1000 --task-ms 0.01",
                        ON(THREADS) | ON(PROCESSES) | ON(COOP)},
    [WORKLOAD_INVERSION] = {"--workers 4 --hogs 2 --task-ms 5",
                            ON(THREADS) | ON(PROCESSES)},
    [WORKLOAD_CONVOY] = {"--duration 2 --workers 2 --model gil --bytes 64",
                         ON(THREADS) | ON(PROCESSES) | ON(GIL) | ON(COOP)},
    [WORKLOAD_ISOLATION] = {"--workers 2 --model processes --touched 16M "
                            "--share private",
                            ON(THREADS) | ON(PROCESSES)},
    [WORKLOAD_SYNC] = {"--tasks 1000 --workers 4 --producers 2 --task-ms 0",
                       ON(THREADS) | ON(PROCESSES)},
    [WORKLOAD_FLEET] = {"--tasks 100 --workers 10 --bytes 2k", ANY},
    [WORKLOAD_DISK] = {"--duration 2 --workers 4 --scale 10", ANY},
    [WORKLOAD_FILE] = {"--duration 2 --workers 2", ANY & ~ON(COOP)},
    [WORKLOAD_MIGRATE] = {"--tasks 24 --workers 4 --bytes 1M",
                          ON(SEQUENTIAL) | ON(THREADS) | ON(PROCESSES) |
                              ON(BLENDED)},
    [WORKLOAD_COMMAND] = {"--workers 2 --tasks 10",
                          ON(SEQUENTIAL) | ON(THREADS) | ON(PROCESSES)},
    [WORKLOAD_MIX] = {"--duration 1", ON(THREADS)},
    [WORKLOAD_MYSTERY] = {"--duration 2",
                          ON(SEQUENTIAL) | ON(THREADS) | ON(PROCESSES)},
};

const char *spec_workload_defaults(enum spec_workload workload)
{
    return facts[workload].defaults;
}

bool spec_runs_on(enum spec_workload workload, enum spec_model model)
{
    return facts[workload].models >> model & 1;
}

/* The defaults of @workload, worked out once from what people may write. */
static void work_out(struct spec *spec, enum spec_workload workload)
{
    struct err err;
    char name[32], value[32];
    int used;

    memset(spec, 0, sizeof(*spec));
    spec->workload = workload;
    for (int i = 0; i < SET_COUNT; i++)
        table_fallback(spec, &spec_settings[i]);
    for (const char *p = facts[workload].defaults;
         sscanf(p, " --%31s %31s%n", name, value, &used) == 2; p += used) {
        int rc = table_parse(spec, spec_setting(name), value, &err);

        assert(rc == 0);
        (void)rc;
    }
    memset(spec->given, 0, sizeof(spec->given));
}

void spec_defaults(struct spec *spec, enum spec_workload workload)
{
    static struct spec fresh[WORKLOAD_COUNT];
    static bool known[WORKLOAD_COUNT];

    if (!known[workload]) {
        work_out(&fresh[workload], workload);
        known[workload] = true;
    }
    *spec = fresh[workload];
}
