/* A picture of what workers do, from /proc some 30 times a second: for what
 * can be seen in no better way. Totals stay exact. Screen process. */
#ifndef OBSERVE_SAMPLED_H
#define OBSERVE_SAMPLED_H

#include <stdint.h>

#include "observe/line.h"
#include "observe/proc.h"
#include "spec/cause.h"

struct sample { /* of one worker, the last one */
    int64_t at_ns;
    int64_t run_ns, queued_ns;
};

/* Worker @id was read as @task at @now_ns (PROC_TIMES and PROC_STATE): draw the
 * time since @last, which becomes this sample, as one piece of each state. How
 * much of each is exact; when, and on which core, is not. @cause: why it
 * waits, if it says so. */
void sampled_take(struct lines *lines, int id, struct sample *last,
                  const struct proc_task *task, enum wait_cause cause,
                  int64_t now_ns);

#endif
