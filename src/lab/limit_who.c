/* Which limit refused? errno says little (EAGAIN for nearly everything), so the
 * numbers are looked at while they still are what they were. In limit's maker.
 *
 * Only system calls and memory that is there already: nothing more may be
 * mapped. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/limit.h"

/* A limit counts as reached when so few are missing: others come and go. */
#define NEAR 64
#define PIDS_RESERVED 301 /* below pid_max that are not given out twice */

/* The start of file @path in @buf; its length, or -1. */
static ssize_t peek(const char *path, char *buf, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return -1;
    n = read(fd, buf, size - 1);
    close(fd);
    buf[n > 0 ? n : 0] = '\0';
    return n;
}

/* The number that @path begins with; -1 if there is none. */
static int64_t number_in(const char *path)
{
    char buf[64];

    if (peek(path, buf, sizeof(buf)) <= 0 || buf[0] < '0' || buf[0] > '9')
        return -1;
    return strtoll(buf, NULL, 10);
}

int64_t limit_mapped(void)
{
    int64_t pages = number_in("/proc/self/statm");

    return pages < 0 ? -1 : pages * sysconf(_SC_PAGESIZE);
}

static int64_t count_mappings(void)
{
    static char buf[16384]; /* the maker has one thread that comes here */
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    int64_t lines = 0;
    ssize_t n;

    while (fd >= 0 && (n = read(fd, buf, sizeof(buf))) > 0) {
        for (ssize_t i = 0; i < n; i++)
            lines += buf[i] == '\n';
    }
    if (fd >= 0)
        close(fd);
    return lines;
}

/* All threads there are: "... 2/1234 ..." in loadavg. */
static int64_t count_tasks(void)
{
    char buf[128];
    const char *slash;

    if (peek("/proc/loadavg", buf, sizeof(buf)) <= 0)
        return -1;
    slash = strchr(buf, '/');
    return slash ? strtoll(slash + 1, NULL, 10) : -1;
}

/* ---- the cgroup --------------------------------------------------------- */

/* Is one of the groups from @path upwards full? Its numbers are in pids.max and
 * pids.current; a group without a limit says "max". */
static bool groups_full(char *path, size_t root)
{
    char file[PATH_MAX + 32];

    for (;;) {
        int64_t max, now;
        char *last;

        snprintf(file, sizeof(file), "%s/pids.max", path);
        max = number_in(file);
        snprintf(file, sizeof(file), "%s/pids.current", path);
        now = number_in(file);
        if (max >= 0 && now >= 0 && now + NEAR >= max)
            return true;
        last = strrchr(path, '/');
        if (!last || (size_t)(last - path) < root)
            return false;
        *last = '\0';
    }
}

/* "0::/a/b" (version 2) or "8:pids:/a/b" (version 1), one a line. */
static bool cgroup_full(void)
{
    static char buf[8192];
    char path[PATH_MAX];
    char *rest = buf;

    if (peek("/proc/self/cgroup", buf, sizeof(buf)) <= 0)
        return false;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        const char *mount = strncmp(line, "0::", 3) == 0 ? "/sys/fs/cgroup"
                            : strstr(line, ":pids:")     ? "/sys/fs/cgroup/pids"
                                                         : NULL;
        const char *group = strchr(line, '/');

        if (!mount || !group)
            continue;
        snprintf(path, sizeof(path), "%s%s", mount, group);
        if (groups_full(path, strlen(mount)))
            return true;
    }
    return false;
}

/* ---- who ---------------------------------------------------------------- */

static void say(struct limit *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct limit *l, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(l->who, sizeof(l->who), format, ap);
    va_end(ap);
}

static int64_t stack_bytes(const struct spec *spec)
{
    pthread_attr_t attr;
    size_t bytes = 0;

    pthread_attr_init(&attr);
    pthread_attr_getstacksize(&attr, &bytes);
    pthread_attr_destroy(&attr);
    return spec->stack > 0 ? spec->stack : (int64_t)bytes;
}

static double mib(int64_t bytes)
{
    return (double)bytes / (1 << 20);
}

/* A thread's stack could not be mapped. True if it was that. */
static bool stack_refused(struct limit *l, const struct spec *spec)
{
    int64_t bytes = stack_bytes(spec);
    int64_t most = number_in("/proc/sys/vm/max_map_count");
    struct rlimit space;
    void *stack = mmap(NULL, (size_t)bytes + 4096, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

    if (stack != MAP_FAILED) {
        munmap(stack, (size_t)bytes + 4096);
        return false;
    }
    getrlimit(RLIMIT_AS, &space);
    if (space.rlim_cur != RLIM_INFINITY &&
        limit_mapped() + bytes + 4096 > (int64_t)space.rlim_cur)
        say(l,
            "RLIMIT_AS: %.0f MiB of address space, %.0f of them taken before, "
            "hold no further stack of %.3g MiB",
            mib((int64_t)space.rlim_cur), mib(l->mapped_before), mib(bytes));
    else if (most > 0 && count_mappings() + NEAR >= most)
        say(l, "vm.max_map_count: a process has %lld mappings at most",
            (long long)most);
    else
        say(l, "most likely the memory: no stack of %.3g MiB could be mapped",
            mib(bytes));
    return true;
}

/* The proof: with the soft limit where it was before, is there a place again?
 */
static bool processes_refused(int64_t most)
{
    struct rlimit now, raised;
    pid_t pid;

    getrlimit(RLIMIT_NPROC, &now);
    if (most == 0 || now.rlim_cur == now.rlim_max)
        return false;
    raised = now;
    raised.rlim_cur = now.rlim_max;
    setrlimit(RLIMIT_NPROC, &raised);
    pid = fork();
    if (pid == 0)
        _exit(0);
    setrlimit(RLIMIT_NPROC, &now);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    return pid > 0;
}

void limit_find_who(struct limit *l, const struct spec *spec, int error)
{
    int64_t tasks = count_tasks();
    int64_t threads_max = number_in("/proc/sys/kernel/threads-max");
    int64_t pid_max = number_in("/proc/sys/kernel/pid_max");

    if (spec->make == MAKE_THREAD && stack_refused(l, spec))
        return;
    if (error == ENOMEM)
        say(l, "most likely the memory: the kernel had none left for it");
    else if (processes_refused(spec->max_processes))
        say(l,
            "RLIMIT_NPROC: this user may have %lld threads and processes, "
            "those of other programs included",
            (long long)spec->max_processes);
    else if (cgroup_full())
        say(l, "pids.max of the control group");
    else if (threads_max > 0 && tasks + NEAR >= threads_max)
        say(l, "kernel.threads-max: %lld on this machine",
            (long long)threads_max);
    else if (pid_max > 0 && tasks + PIDS_RESERVED + NEAR >= pid_max)
        say(l, "kernel.pid_max: there are %lld numbers", (long long)pid_max);
    else
        say(l, "most likely RLIMIT_NPROC (ulimit -u): no other limit was near");
}
