/* What /proc says of a task and of the cores. Exact sums, no timeline. Screen
 * process, one thread. */
#ifndef OBSERVE_PROC_H
#define OBSERVE_PROC_H

#include <stdbool.h>
#include <stdint.h>

/* At most so many tasks are read at one time, in turn if there are more: at 30
 * times a second 200 cost 4 % of a core. */
#define PROC_TASKS 200

enum proc_what {
    PROC_TIMES = 1,    /* schedstat: .run_ns, .queued_ns (0.6-6 us) */
    PROC_SWITCHES = 2, /* status: .voluntary, .involuntary (7 us) */
    PROC_STATE = 4     /* stat: .state, .cpu (3 us) */
};

struct proc_task {
    unsigned has; /* enum proc_what: which were read */
    int64_t run_ns, queued_ns;
    int64_t voluntary, involuntary;
    char state; /* R, S, D, ... */
    int cpu;    /* where it runs or ran last */
};

/* Keeps the descriptors of the first tasks it is asked for, as many as the
 * limit of open files leaves room for; others are opened and closed. */
struct proc;

struct proc *proc_new(void);    /* NULL: out of memory */
void proc_free(struct proc *p); /* NULL is fine */

/* Read what is asked for (enum proc_what) of worker @id, thread @tid of process
 * @pid. What could not be read is not in .has. */
void proc_read(struct proc *p, int id, int pid, int tid, unsigned what,
               struct proc_task *out);
/* It has ended: its descriptors can go. */
void proc_forget(struct proc *p, int id);

/* Busy time of each core since boot, all but idle and waiting for I/O, in
 * steps of a hundredth of a second. @busy_ns of @cap entries by core number;
 * those not told of become -1. False: cannot be read. */
bool proc_cores(struct proc *p, int64_t busy_ns[], int cap);

#endif
