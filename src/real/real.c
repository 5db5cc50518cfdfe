/* The caller's side of a real run: fork the crew, wait, reap it, read what it
 * left. */
#include "real/real.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "real/crew.h"

#define LOOK_MS 20 /* between looks whether somebody cancelled */
/* Without an execution for so long, something is wrong: even a batch of the
 * longest that are allowed is done in a few seconds. */
#define PATIENCE_NS (60 * NS_PER_S)

/* What the child inherited and must not keep: the terminal, signal handling. */
static void child_cleanse(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    sigset_t none;

    setsid();
    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (null < 0)
        return;
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    if (isatty(STDERR_FILENO))
        dup2(null, STDERR_FILENO);
}

static pid_t crew_fork(const struct program *p,
                       const struct real_request *request,
                       struct real_shared *shared)
{
    pid_t parent = getpid();
    pid_t pid = fork(); /* the caller has one thread, or this is unsafe */

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1); /* it is dead already */
    child_cleanse();
    crew_main(p, request, shared);
}

/* Wait until it ends by itself, is cancelled (-ECANCELED) or makes no progress
 * (-EIO). */
static int wait_for_end(int pidfd, const struct real_request *request,
                        struct real_shared *shared, struct err *err)
{
    int64_t seen = 0, since = clock_now_ns();

    for (;;) {
        struct pollfd ready = {.fd = pidfd, .events = POLLIN};
        int64_t now, progress;

        if (poll(&ready, 1, LOOK_MS) > 0)
            return 0;
        if (request->cancel &&
            atomic_load_explicit(request->cancel, memory_order_relaxed))
            return err_set(err, -ECANCELED, "the real run was cancelled");
        now = clock_now_ns();
        progress =
            atomic_load_explicit(&shared->progress, memory_order_relaxed);
        if (progress != seen) {
            seen = progress;
            since = now;
        }
        if (now - since > PATIENCE_NS)
            return err_set(err, -EIO,
                           "the real run got no further for %d s: given up",
                           (int)(PATIENCE_NS / NS_PER_S));
    }
}

/* Nobody of the group survives. */
static int reap(pid_t pid)
{
    int status = 0;

    kill(pid, SIGKILL); /* before its setsid() the group is not there yet */
    kill(-pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

static int crew_reap(pid_t pid, const struct real_request *request,
                     struct real_shared *shared, struct err *err)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    int rc, status;

    if (pidfd < 0)
        rc = err_set(err, -errno, "cannot watch the real run: %m");
    else
        rc = wait_for_end(pidfd, request, shared, err);
    status = reap(pid);
    if (pidfd >= 0)
        close(pidfd);
    if (rc < 0)
        return rc;
    if (shared->done && shared->err.code == 0)
        return 0;
    if (shared->done) {
        if (err)
            *err = shared->err;
        return shared->err.code;
    }
    if (WIFSIGNALED(status))
        return err_set(err, -EIO, "the real run was killed by signal %d (%s)",
                       WTERMSIG(status), strsignal(WTERMSIG(status)));
    return err_set(err, -EIO, "the real run ended with exit status %d",
                   WEXITSTATUS(status));
}

/* ---- what it left -------------------------------------------------------- */

static int by_values(const void *a, const void *b)
{
    const struct real_outcome *x = a, *y = b;

    for (int i = 0; i < TSL_OBSERVED; i++)
        if (x->values[i] != y->values[i])
            return x->values[i] < y->values[i] ? -1 : 1;
    return x->fails - y->fails;
}

static int result_take(struct real_result *out,
                       const struct real_shared *shared, struct err *err)
{
    size_t count = (size_t)shared->result.outcome_count;

    *out = shared->result;
    out->outcomes = calloc(count + 1, sizeof(*out->outcomes));
    if (!out->outcomes) {
        *out = (struct real_result){0};
        return err_set(err, -ENOMEM, "no memory for what the real run showed");
    }
    memcpy(out->outcomes, shared->outcomes, count * sizeof(*out->outcomes));
    qsort(out->outcomes, count, sizeof(*out->outcomes), by_values);
    return 0;
}

int real_run(const struct program *p, const struct real_request *request,
             struct real_result *out, struct err *err)
{
    struct real_shared *shared;
    pid_t pid;
    int rc = real_check(p, err);

    *out = (struct real_result){0};
    if (rc < 0)
        return rc;
    if (request->duration_ns <= 0 && request->executions <= 0)
        return err_set(err, -EINVAL,
                       "a real run needs a time or a number of executions");
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return err_set(err, -errno, "no memory to share with a real run: %m");
    pid = crew_fork(p, request, shared);
    if (pid < 0)
        rc = err_set(err, -errno, "cannot start a process for a real run: %m");
    else
        rc = crew_reap(pid, request, shared, err);
    if (rc == 0)
        rc = result_take(out, shared, err);
    munmap(shared, sizeof(*shared));
    return rc;
}

void real_fini(struct real_result *r)
{
    free(r->outcomes);
    *r = (struct real_result){0};
}
