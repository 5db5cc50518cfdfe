/* Where and how workers run: processors, nice, slice, policy. In the lab. */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lab/crew.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)

/* The kernel's struct sched_attr, version 0. Its own header cannot be included
 * beside <sched.h> everywhere: both define sched_param. */
struct kernel_sched_attr {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

/* By enum spec_sched; the kernel's numbers (linux/sched.h). */
static const uint32_t policies[] = {
    [SCHED_KIND_OTHER] = 0, [SCHED_KIND_BATCH] = 3, [SCHED_KIND_IDLE] = 5,
    [SCHED_KIND_FIFO] = 1,  [SCHED_KIND_RR] = 2,
};

static int set_attr(pid_t tid, const struct spec *spec, int64_t nice,
                    int64_t slice_ns)
{
    struct kernel_sched_attr attr = {
        .size = sizeof(attr),
        .policy = policies[spec->sched],
        .nice = (int32_t)nice,
        .runtime = (uint64_t)slice_ns, /* EEVDF: the wanted slice */
    };

    if (spec->sched == SCHED_KIND_FIFO || spec->sched == SCHED_KIND_RR) {
        attr.priority = (uint32_t)spec->priority;
        attr.runtime = 0;
    }
    return syscall(SYS_sched_setattr, tid, &attr, 0) < 0 ? -errno : 0;
}

int placement_apply_self(const struct spec *spec, struct err *err)
{
    bool plain = spec->sched == SCHED_KIND_OTHER && spec->nice == 0 &&
                 spec->slice_ns == 0;
    int rc;

    if (plain)
        return 0;
    rc = set_attr(0, spec, spec->nice, spec->slice_ns);
    if (rc == -EPERM)
        return err_set(err, rc,
                       "this user may not run workers with %s: that needs the "
                       "capability CAP_SYS_NICE (root); try --sched other and "
                       "--nice 0 or above",
                       spec->nice < 0 ? "a negative --nice"
                                      : "a real-time --sched");
    if (rc < 0)
        return err_set(err, rc, "cannot set the workers' scheduling: %m");
    return 0;
}

void placement_apply_live(struct crew *c)
{
    const struct board_control *control = &c->board->control;
    cpu_set_t cpus = c->allowed;

    if (LOAD(control->pinned)) {
        CPU_ZERO(&cpus);
        for (int i = 0; i < CPU_SETSIZE; i++)
            if (LOAD(control->cpus[i / 64]) >> (i % 64) & 1)
                CPU_SET(i, &cpus);
    }
    for (uint32_t i = 0; i < c->spawned; i++) {
        struct board_row *row = board_row(c->board, i);

        if (LOAD(row->life) == BOARD_ENDED || LOAD(row->tid) == 0)
            continue;
        sched_setaffinity(LOAD(row->tid), sizeof(cpus), &cpus);
        set_attr(LOAD(row->tid), c->spec, LOAD(control->nice),
                 LOAD(control->slice_ns));
    }
}
