/* What single workloads ask of their settings. Any process. */
#include "spec/rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "spec/table.h"

/* A request is held in memory four times over. */
#define CONVOY_BYTES_MAX (INT64_C(1) << 20)
/* A real-time worker lets nobody else onto its core. */
#define REALTIME_TASK_MAX_NS (100 * NS_PER_MS)

/* ---- workers of several kinds: @fixed of them, and the hogs -------------- */

static int settle_hogs(struct spec *spec, int64_t fixed, const char *who,
                       struct err *err)
{
    const char *name = spec_workload_words[spec->workload];
    int64_t all = fixed + spec->hogs;

    if (!table_given(spec, SET_WORKERS)) {
        spec->workers = all;
        return 0;
    }
    if (spec->workers < fixed)
        return err_set(err, -EINVAL,
                       "%s needs %s, so --workers %lld is too few; write "
                       "--hogs instead",
                       name, who, (long long)spec->workers);
    if (table_given(spec, SET_HOGS) && spec->workers != all)
        return err_set(err, -EINVAL,
                       "%s has %s beside its --hogs %lld, %lld workers in all, "
                       "so --workers %lld cannot be; leave one of them out",
                       name, who, (long long)spec->hogs, (long long)all,
                       (long long)spec->workers);
    spec->hogs = spec->workers - fixed;
    return 0;
}

static int rules_convoy(struct spec *spec, struct err *err)
{
    if (spec->bytes > CONVOY_BYTES_MAX)
        return err_set(err, -EINVAL,
                       "--bytes %lld is too much for convoy, whose requests "
                       "have 1 to %lld",
                       (long long)spec->bytes, (long long)CONVOY_BYTES_MAX);
    return settle_hogs(spec, 1, "one client", err);
}

/* RLIMIT_RTPRIO allows it, or CAP_SYS_NICE (bit 23) does. */
static bool may_realtime(int64_t priority)
{
    FILE *file = fopen("/proc/self/status", "re");
    struct rlimit most;
    char line[256];
    uint64_t caps = 0;

    while (file && fgets(line, sizeof(line), file)) {
        if (strncmp(line, "CapEff:", 7) == 0)
            caps = strtoull(line + 7, NULL, 16);
    }
    if (file)
        fclose(file);
    return caps >> 23 & 1 || (getrlimit(RLIMIT_RTPRIO, &most) == 0 &&
                              most.rlim_cur >= (rlim_t)priority);
}

static int rules_inversion(struct spec *spec, struct err *err)
{
    bool realtime =
        spec->sched == SCHED_KIND_FIFO || spec->sched == SCHED_KIND_RR;

    if (table_given(spec, SET_NICE))
        return err_set(err, -EINVAL,
                       "inversion gives each kind of worker a niceness of its "
                       "own, so --nice cannot be; leave it out");
    if (!realtime && spec->sched != SCHED_KIND_OTHER)
        return err_set(err, -EINVAL,
                       "inversion is about niceness or real-time priorities, "
                       "not --sched %s; write --sched other or fifo",
                       spec_sched_words[spec->sched]);
    if (realtime && spec->priority > 97)
        return err_set(err, -EINVAL,
                       "inversion needs three priorities, --priority and the "
                       "two above it, so %lld is too high; write 97 or less",
                       (long long)spec->priority);
    if (realtime && spec->task_ns > REALTIME_TASK_MAX_NS)
        return err_set(err, -EINVAL,
                       "with --sched %s nobody else gets onto the core "
                       "meanwhile, so --task-ms may be %lld at most",
                       spec_sched_words[spec->sched],
                       (long long)(REALTIME_TASK_MAX_NS / NS_PER_MS));
    if (realtime && !may_realtime(spec->priority + 2))
        return err_set(err, -EACCES,
                       "this user may not give workers real-time priorities "
                       "(--sched %s): that needs RLIMIT_RTPRIO %lld or the "
                       "capability CAP_SYS_NICE; leave --sched out",
                       spec_sched_words[spec->sched],
                       (long long)spec->priority + 2);
    if (spec->task_ns == 0)
        return err_set(err, -EINVAL,
                       "inversion needs some work to do under the lock; write "
                       "--task-ms 1 or more");
    return settle_hogs(spec, 2, "one that holds and one that waits", err);
}

/* ---- limits of what can be made ----------------------------------------- */

static int rules_limit(struct spec *spec, struct err *err)
{
    if (spec->make == MAKE_EXEC)
        return err_set(err, -EINVAL,
                       "limit keeps all that it makes, so --make exec cannot "
                       "be; write --make thread or fork");
    if (spec->make == MAKE_FORK && table_given(spec, SET_ADDRESS_SPACE) &&
        spec->address_space > 0)
        return err_set(err, -EINVAL,
                       "--address-space is a limit of each process alone, and "
                       "a forked one has its own; write --make thread, or "
                       "--max-processes");
    if (spec->make == MAKE_FORK && !table_given(spec, SET_ADDRESS_SPACE))
        spec->address_space = 0;
    if (spec->make != MAKE_THREAD && table_given(spec, SET_STACK))
        return err_set(err, -EINVAL,
                       "--stack is the stack of a made thread; leave it out, "
                       "or write --make thread");
    /* copy_process() in the kernel exempts the user root by name. */
    if (spec->max_processes > 0 && getuid() == 0)
        return err_set(err, -EACCES,
                       "root makes as many processes as it likes: "
                       "RLIMIT_NPROC, which --max-processes sets, does not "
                       "bind it; try as an ordinary user, or write "
                       "--address-space");
    return 0;
}

static int rules_create(struct spec *spec, struct err *err)
{
    if (spec->make == MAKE_THREAD || !table_given(spec, SET_STACK))
        return 0;
    return err_set(err, -EINVAL,
                   "--stack is the stack of a made thread; leave it out, or "
                   "write --make thread");
}

int rules_settle(struct spec *spec, struct err *err)
{
    switch (spec->workload) {
    case WORKLOAD_CONVOY:
        return rules_convoy(spec, err);
    case WORKLOAD_INVERSION:
        return rules_inversion(spec, err);
    case WORKLOAD_LIMIT:
        return rules_limit(spec, err);
    case WORKLOAD_CREATE:
        return rules_create(spec, err);
    default:
        return 0;
    }
}
