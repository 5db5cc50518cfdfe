/* What this machine is. Read once at start; plain data afterwards. */
#ifndef BASE_MACHINE_H
#define BASE_MACHINE_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

struct machine {
    int cpus_online;
    int cpus_allowed;  /* by sched_getaffinity() */
    cpu_set_t allowed; /* which ones */
    char kernel[80];   /* uname release */
    char arch[24];
    int tick_hz;       /* 0 when it could not be found */
    int perf_paranoid; /* kernel.perf_event_paranoid; 99 when unreadable */
    bool autogroup;    /* setsid() gives the lab its own scheduling group */
    int64_t memory_total, memory_available; /* bytes; 0 unknown. The
                                               control group's, if less */
};

/* In front of every /proc and /sys path that is read: "", except in tests that
 * put a made-up machine there. Set before anything is read. */
extern const char *machine_root;

/* Never fails: what cannot be read keeps the value that says so. */
void machine_read(struct machine *m);

/* How many threads more this user could have now, and which limit says so
 * (a name such as "kernel.pid_max", static). A few are kept back for the
 * program's own use, so the number may be taken as it stands; 0 if there are
 * none. INT64_MAX and "" if no limit could be read. The smallest of pid_max,
 * threads-max, RLIMIT_NPROC (not for root), cgroup pids.max, max_map_count
 * (two mappings a thread; @threads only, forked workers have maps of their
 * own) and memory at @bytes_each. */
int64_t machine_room_for_workers(const struct machine *m, bool threads,
                                 int64_t bytes_each, const char **limit);

#endif
