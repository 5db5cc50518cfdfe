/* Which rung of the observer's ladder this machine allows, why not a better
 * one, and what would allow it. Screen process. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "observe/observe.h"
#include "observe/perf.h"

static int first_cpu(const cpu_set_t *cpus)
{
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, cpus))
            return cpu;
    return 0;
}

/* On how many cores the lab may run. */
static int core_count(const struct spec *spec, const struct machine *m)
{
    return CPU_COUNT(spec->pinned ? &spec->cpus : &m->allowed);
}

/* 0 or why not: a negative errno. */
static int try_rung(enum spec_observer kind, const struct spec *spec,
                    const struct machine *m)
{
    bool wide = kind == OBSERVER_PERF_CPU;

    if (core_count(spec, m) > (wide ? PERF_CORES_ALL : PERF_CORES_OWN))
        return -E2BIG;
    return perf_try(wide, first_cpu(&m->allowed));
}

/* What stands between this user and switch records, and what would help. */
static void explain(int rc, bool wide, const struct spec *spec,
                    const struct machine *m, struct trace_observer *out)
{
    const char *whose = wide ? "of all programs" : "of one's own programs";
    int level = wide ? 0 : 2;
    size_t room = sizeof out->reason;

    out->remedy[0] = '\0';
    switch (rc) {
    case -EACCES:
        snprintf(out->reason, room,
                 "kernel.perf_event_paranoid is %d here: switch records %s "
                 "need %d or less",
                 m->perf_paranoid, whose, level);
        snprintf(out->remedy, sizeof out->remedy,
                 "sudo sysctl kernel.perf_event_paranoid=%d, or sudo setcap "
                 "cap_perfmon+ep on this program",
                 level);
        break;
    case -EPERM:
        snprintf(out->reason, room,
                 "perf_event_open is forbidden here, as containers and "
                 "sandboxes do (seccomp)");
        snprintf(out->remedy, sizeof out->remedy,
                 "start the container with --cap-add PERFMON, or with a "
                 "seccomp profile that allows perf_event_open");
        break;
    case -ENOSYS:
    case -ENOENT:
    case -EOPNOTSUPP:
        snprintf(out->reason, room, "this kernel has no perf events");
        snprintf(out->remedy, sizeof out->remedy,
                 "a kernel with CONFIG_PERF_EVENTS, and no emulated one");
        break;
    case -EINVAL:
        snprintf(out->reason, room,
                 "this kernel is too old to record switches");
        snprintf(out->remedy, sizeof out->remedy, "Linux 4.3 or newer");
        break;
    case -EMFILE:
    case -ENFILE:
        snprintf(out->reason, room, "too many files are open");
        snprintf(out->remedy, sizeof out->remedy, "ulimit -n 1024");
        break;
    case -ENOMEM:
        snprintf(out->reason, room, "no memory for switch records");
        snprintf(out->remedy, sizeof out->remedy,
                 "fewer programs that record, or ulimit -l 65536");
        break;
    case -E2BIG:
        snprintf(out->reason, room,
                 "switch records are taken on %d cores at most, and this "
                 "experiment may use %d",
                 wide ? PERF_CORES_ALL : PERF_CORES_OWN, core_count(spec, m));
        snprintf(out->remedy, sizeof out->remedy, "--cpus 0-%d",
                 (wide ? PERF_CORES_ALL : PERF_CORES_OWN) - 1);
        break;
    default:
        snprintf(out->reason, room, "perf_event_open: %s", strerror(-rc));
        break;
    }
}

/* The best that is allowed. */
static void choose(const struct spec *spec, const struct machine *m,
                   struct trace_observer *out)
{
    int wide = try_rung(OBSERVER_PERF_CPU, spec, m);
    int own;

    out->kind = OBSERVER_PERF_CPU;
    if (wide == 0)
        return;
    own = try_rung(OBSERVER_PERF, spec, m);
    out->kind = own == 0 ? OBSERVER_PERF : OBSERVER_GAP;
    explain(own == 0 ? wide : own, own == 0, spec, m, out);
}

/* Somebody else's program marks no waits and confirms no gaps. */
static int probe_command(const struct spec *spec, struct trace_observer *why,
                         struct err *err)
{
    if (spec->observer != OBSERVER_AUTO && spec->observer != OBSERVER_SAMPLED &&
        spec->observer != OBSERVER_OFF)
        return err_set(err, -EINVAL,
                       "your own command can only be sampled, so --observer %s "
                       "cannot be; write sampled or off, or leave it out",
                       spec_observer_words[spec->observer]);
    why->kind =
        spec->observer == OBSERVER_OFF ? OBSERVER_OFF : OBSERVER_SAMPLED;
    snprintf(why->reason, sizeof why->reason,
             "your own command is looked at 30 times a second from outside");
    return 0;
}

/* Whoever else is asked for was refused by spec_check(). */
static void probe_coop(struct trace_observer *why)
{
    why->kind = OBSERVER_GAP;
    snprintf(why->reason, sizeof why->reason,
             "cooperative tasks share one thread, which the kernel's records "
             "cannot tell apart");
}

int observe_probe(const struct spec *spec, const struct machine *m,
                  struct trace_observer *why, struct err *err)
{
    int rc;

    why->reason[0] = '\0';
    why->remedy[0] = '\0';
    if (spec->workload == WORKLOAD_COMMAND)
        return probe_command(spec, why, err);
    switch (spec->observer) {
    case OBSERVER_AUTO:
        if (spec->model == MODEL_COOP)
            probe_coop(why);
        else
            choose(spec, m, why);
        return 0;
    case OBSERVER_PERF_CPU:
    case OBSERVER_PERF:
        rc = try_rung(spec->observer, spec, m);
        why->kind = spec->observer;
        if (rc == 0)
            return 0;
        explain(rc, spec->observer == OBSERVER_PERF_CPU, spec, m, why);
        return err_set(err, rc, "--observer %s cannot be had: %s%s%s",
                       spec_observer_words[spec->observer], why->reason,
                       why->remedy[0] ? "; what helps: " : "", why->remedy);
    case OBSERVER_GAP:
    case OBSERVER_SAMPLED:
    case OBSERVER_OFF:
        break;
    }
    why->kind = spec->observer;
    snprintf(why->reason, sizeof why->reason, "it was chosen by --observer %s",
             spec_observer_words[spec->observer]);
    return 0;
}
