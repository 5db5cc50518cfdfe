/* Workers are forked processes: what they share is mapped, all else is their
 * own. They die with the lab. */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/crew.h"

static int processes_spawn(struct crew *c, struct worker *w)
{
    pid_t lab = getpid();
    sigset_t none;
    pid_t pid = fork(); /* the coordinator has no other thread in this model */

    if (pid < 0)
        return -errno;
    if (pid > 0) {
        c->children[w->id] = pid;
        return 0;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != lab)
        _exit(1);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_TIMERSLACK, 1UL); /* not inherited from the lab's own */
    worker_main(w);
    _exit(0);
}

static void processes_join(struct crew *c, struct worker *w)
{
    pid_t pid = c->children[w->id];

    if (pid > 0)
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    c->children[w->id] = 0;
}

const struct model model_processes = {
    .spawn = processes_spawn,
    .join = processes_join,
    .forks = true,
};
