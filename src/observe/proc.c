/* What /proc says of a task and of the cores. Screen process. */
#include "observe/proc.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"

#define FILES 3
static const char *const file_names[FILES] = {"schedstat", "status", "stat"};

struct kept { /* descriptors of one task + 1; 0: not open */
    int id;   /* worker id + 1; 0: free */
    int fd[FILES];
};

struct proc {
    struct kept kept[PROC_TASKS]; /* worker @id in slot id % PROC_TASKS */
    int room;                     /* descriptors that may still be opened */
    int cores_fd;
    char *text; /* /proc/stat is as long as the machine is large */
    size_t text_size;
};

struct proc *proc_new(void)
{
    struct proc *p = calloc(1, sizeof *p);
    struct rlimit files;

    if (!p)
        return NULL;
    p->cores_fd = open("/proc/stat", O_RDONLY | O_CLOEXEC);
    /* Half of what is allowed: others need some too. */
    p->room = 256;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 &&
        files.rlim_cur / 2 < (rlim_t)FILES * PROC_TASKS)
        p->room = (int)(files.rlim_cur / 2);
    else
        p->room = FILES * PROC_TASKS;
    return p;
}

static void close_kept(struct proc *p, struct kept *k)
{
    for (int i = 0; i < FILES; i++) {
        if (k->fd[i] > 0) {
            close(k->fd[i] - 1);
            p->room++;
        }
    }
    *k = (struct kept){0};
}

void proc_free(struct proc *p)
{
    if (!p)
        return;
    for (int i = 0; i < PROC_TASKS; i++)
        close_kept(p, &p->kept[i]);
    if (p->cores_fd >= 0)
        close(p->cores_fd);
    free(p->text);
    free(p);
}

void proc_forget(struct proc *p, int id)
{
    struct kept *k = &p->kept[id % PROC_TASKS];

    if (k->id == id + 1)
        close_kept(p, k);
}

static ssize_t read_file(struct proc *p, int id, int pid, int tid, int file,
                         char *text, size_t size)
{
    struct kept *k = &p->kept[id % PROC_TASKS];
    char path[64];
    ssize_t n;
    int fd;

    if (k->id == 0 && p->room >= FILES)
        k->id = id + 1;
    if (k->id == id + 1 && k->fd[file] > 0) {
        fd = k->fd[file] - 1;
    } else {
        snprintf(path, sizeof path, "/proc/%d/task/%d/%s", pid, tid,
                 file_names[file]);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return -1;
    }
    n = pread(fd, text, size - 1, 0);
    if (k->id == id + 1 && k->fd[file] == 0 && p->room > 0) {
        k->fd[file] = fd + 1;
        p->room--;
    } else if (k->id != id + 1 || k->fd[file] != fd + 1) {
        close(fd);
    }
    if (n > 0)
        text[n] = '\0';
    return n;
}

static void read_times(struct proc *p, int id, int pid, int tid,
                       struct proc_task *out)
{
    char text[128], *rest;

    if (read_file(p, id, pid, tid, 0, text, sizeof text) <= 0)
        return;
    out->run_ns = strtoll(text, &rest, 10);
    out->queued_ns = strtoll(rest, NULL, 10);
    out->has |= PROC_TIMES;
}

static void read_switches(struct proc *p, int id, int pid, int tid,
                          struct proc_task *out)
{
    static const char ours[] = "\nvoluntary_ctxt_switches:";
    static const char theirs[] = "\nnonvoluntary_ctxt_switches:";
    char text[4096];
    const char *a, *b;

    if (read_file(p, id, pid, tid, 1, text, sizeof text) <= 0)
        return;
    a = strstr(text, ours);
    b = strstr(text, theirs);
    if (!a || !b)
        return;
    out->voluntary = strtoll(a + sizeof ours - 1, NULL, 10);
    out->involuntary = strtoll(b + sizeof theirs - 1, NULL, 10);
    out->has |= PROC_SWITCHES;
}

static void read_state(struct proc *p, int id, int pid, int tid,
                       struct proc_task *out)
{
    char text[1024];
    const char *at;

    if (read_file(p, id, pid, tid, 2, text, sizeof text) <= 0)
        return;
    at = strrchr(text, ')'); /* the name in brackets may hold anything */
    if (!at || strlen(at) < 4)
        return;
    at += 2;
    out->state = *at;
    for (int field = 3; field < 39 && at; field++) {
        at = strchr(at, ' ');
        at = at ? at + 1 : NULL;
    }
    if (!at)
        return;
    out->cpu = (int)strtol(at, NULL, 10);
    out->has |= PROC_STATE;
}

void proc_read(struct proc *p, int id, int pid, int tid, unsigned what,
               struct proc_task *out)
{
    *out = (struct proc_task){.cpu = -1};
    if (what & PROC_TIMES)
        read_times(p, id, pid, tid, out);
    if (what & PROC_SWITCHES)
        read_switches(p, id, pid, tid, out);
    if (what & PROC_STATE)
        read_state(p, id, pid, tid, out);
}

/* ---- cores -------------------------------------------------------------- */

/* All of /proc/stat that matters: the cores come first. NULL: cannot. */
static char *cores_text(struct proc *p, int cap)
{
    size_t want = (size_t)(cap + 1) * 160 + 1;
    ssize_t n;

    if (p->cores_fd < 0)
        return NULL;
    if (p->text_size < want) {
        char *more = realloc(p->text, want);

        if (!more)
            return NULL;
        p->text = more;
        p->text_size = want;
    }
    n = pread(p->cores_fd, p->text, p->text_size - 1, 0);
    if (n <= 0)
        return NULL;
    p->text[n] = '\0';
    return p->text;
}

bool proc_cores(struct proc *p, int64_t busy_ns[], int cap)
{
    int64_t tick_ns = NS_PER_S / sysconf(_SC_CLK_TCK);
    const char *line = cores_text(p, cap);

    for (int i = 0; i < cap; i++)
        busy_ns[i] = -1;
    if (!line)
        return false;
    for (; line; line = strchr(line, '\n')) {
        int64_t user, nice, system, irq, softirq, steal;
        int cpu;

        line += *line == '\n';
        if (strncmp(line, "cpu", 3) != 0)
            break;
        /* Guests' time is in user and nice already. */
        if (sscanf(line, "cpu%d %ld %ld %ld %*d %*d %ld %ld %ld", &cpu, &user,
                   &nice, &system, &irq, &softirq, &steal) == 7 &&
            cpu >= 0 && cpu < cap)
            busy_ns[cpu] =
                (user + nice + system + irq + softirq + steal) * tick_ns;
    }
    return true;
}
