/* The lab: one forked process in which one run happens. The screen process
 * uses this header; everything behind it runs in the lab.
 *
 * Call order: lab_start() - the lab waits, nothing runs - then attach an
 * observer, lab_go(), and look at the board until STAGE_ENDED. */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "lab/board.h"
#include "spec/spec.h"

struct lab {
    pid_t pid;   /* -1 once reaped. Also its process group and session */
    int pidfd;   /* readable when it has ended */
    int go_fd;   /* eventfd: written once to let it start workers */
    int bell_fd; /* eventfd: controls changed */
    int news_fd; /* eventfd the lab writes when stage or phase changed */
    struct board *board; /* owned */
    int exit_status;     /* wait status, once reaped */
    void (*sweep)(void); /* of its workload; NULL once done, or none */
};

/* How many rows a live lab keeps free for workers added later. */
#define LAB_SPARE_WORKERS 64

/* Fork a lab for @spec (checked). @live leaves room for more workers. @watch
 * is enum board_watch; 0: no event rings. The caller must have one thread.
 * On failure nothing is left behind. */
int lab_start(struct lab *lab, const struct spec *spec, bool live,
              uint32_t watch, struct err *err);
/* Let it create the workers and open the gate. */
void lab_go(struct lab *lab);
/* Tell it that board->control changed; @generation was bumped by the caller. */
void lab_ring(struct lab *lab);
/* Reap it if it has ended. True if it has (now or before). Never blocks. */
bool lab_reap(struct lab *lab);
/* End the whole group at once with SIGKILL and reap it. */
void lab_kill(struct lab *lab);
/* lab_kill() if need be, close descriptors, unmap the board. NULL-safe. */
void lab_close(struct lab *lab);

#endif
