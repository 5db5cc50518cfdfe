/* Workers are threads, shared out over several processes: what threads of one
 * process share is theirs alone, what all share is mapped.
 *
 * The coordinator forks a host for each share of the workers. The host creates
 * its threads, says how many the system let it have, waits for them and leaves.
 * Hosts die with the lab. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/crew.h"

struct report { /* a host's, through its pipe */
    uint32_t created;
    int32_t error; /* why not one more: an errno; 0: all are there */
};

static _Noreturn void host_main(struct crew *c, uint32_t first, uint32_t count,
                                int report_fd, pid_t lab)
{
    struct report report = {0};
    sigset_t none;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != lab)
        _exit(1);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_TIMERSLACK, 1UL); /* its threads inherit it */
    while (report.created < count && report.error == 0) {
        struct worker *w = crew_seat(c, first + report.created);
        int rc = model_threads.spawn(c, w);

        if (rc < 0)
            report.error = -rc;
        else
            report.created++;
    }
    if (write(report_fd, &report, sizeof(report)) != sizeof(report))
        _exit(1);
    close(report_fd);
    for (uint32_t i = 0; i < report.created; i++)
        model_threads.join(c, &c->workers[first + i]);
    _exit(0);
}

static void blended_join(struct crew *c, struct worker *w)
{
    pid_t pid = c->children[w->id];

    if (pid > 0)
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    c->children[w->id] = 0;
}

/* A host for the workers from @first on: as many as are its share. */
static int host_start(struct crew *c, uint32_t first)
{
    uint32_t count =
        (uint32_t)spec_parts(c->spec->workers, c->spec->processes).each;
    struct report report;
    pid_t lab = getpid();
    int ends[2];
    pid_t pid;

    if (count > c->wanted - first)
        count = c->wanted - first;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    pid = fork(); /* the coordinator has no other thread in this model */
    if (pid == 0) {
        close(ends[0]);
        host_main(c, first, count, ends[1], lab);
    }
    close(ends[1]);
    if (pid < 0) {
        int rc = -errno;

        close(ends[0]);
        return rc;
    }
    /* Nothing, if it was killed: then whoever looks after the children will
     * find a worker that left without a word. */
    if (read(ends[0], &report, sizeof(report)) != sizeof(report))
        report = (struct report){.created = 1, .error = ECHILD};
    close(ends[0]);
    c->children[first] = pid;
    c->crowd[first] = report.created;
    c->hosted = first + report.created;
    c->host_error = report.error;
    if (report.created > 0)
        return 0;
    blended_join(c, &c->workers[first]);
    return -report.error;
}

static int blended_spawn(struct crew *c, struct worker *w)
{
    if ((uint32_t)w->id < c->hosted)
        return 0; /* it came with its process */
    if (c->host_error)
        return -c->host_error;
    return host_start(c, (uint32_t)w->id);
}

const struct model model_blended = {
    .spawn = blended_spawn,
    .join = blended_join,
    .forks = true,
};
