/* Running the real program from a test. */
#include "lib/program.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <cmocka.h>

#define WORDS_MAX 64

const char *program_path(void)
{
    const char *set = getenv("TIMESLICE");

    return set && *set ? set : "build/timeslice";
}

/* In the child: becomes the program. 126: could not. */
static _Noreturn void become(char *line, void (*prepare)(void))
{
    char *words[WORDS_MAX + 2], *rest = line;
    char path[4096];
    int n = 1;

    snprintf(path, sizeof(path), "%s", program_path());
    words[0] = path;
    for (char *word; n <= WORDS_MAX && (word = strsep(&rest, " "));)
        if (*word)
            words[n++] = word;
    words[n] = NULL;
    if (prepare)
        prepare();
    execv(path, words);
    _exit(126);
}

void program_start(struct program *p, const char *line, void (*prepare)(void))
{
    int out[2], err[2];

    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    assert_int_equal(pipe2(err, O_CLOEXEC), 0);
    p->pid = fork();
    assert_true(p->pid >= 0);
    if (p->pid == 0) {
        char words[4096];

        snprintf(words, sizeof(words), "%s", line);
        dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        dup2(err[1], STDERR_FILENO);
        become(words, prepare);
    }
    close(out[1]);
    close(err[1]);
    p->out = out[0];
    p->err = err[0];
}

/* Take in what is there; false at the end. What finds no room is let go. */
static bool take(int fd, char *text, size_t size, size_t *used)
{
    char spill[4096];
    size_t room = size - 1 - *used;
    ssize_t n = room > 0 ? read(fd, text + *used, room)
                         : read(fd, spill, sizeof(spill));

    if (n <= 0)
        return n < 0 && errno == EINTR;
    if (room > 0)
        *used += (size_t)n;
    text[*used] = '\0';
    return true;
}

/* Exit status, or 128 + the signal that ended it. */
static int wait_for(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void program_collect(struct program *p, struct program_result *r)
{
    struct pollfd ends[2] = {{.fd = p->out, .events = POLLIN},
                             {.fd = p->err, .events = POLLIN}};
    size_t out_used = 0, err_used = 0;

    r->out[0] = r->err[0] = '\0';
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        if (poll(ends, 2, -1) < 0)
            continue;
        if (ends[0].revents && !take(p->out, r->out, sizeof(r->out), &out_used))
            ends[0].fd = -1;
        if (ends[1].revents && !take(p->err, r->err, sizeof(r->err), &err_used))
            ends[1].fd = -1;
    }
    close(p->out);
    close(p->err);
    r->status = wait_for(p->pid);
    assert_int_not_equal(r->status, 126); /* there is no such program */
}

void program_run_prepared(struct program_result *r, const char *line,
                          void (*prepare)(void))
{
    struct program p;

    program_start(&p, line, prepare);
    program_collect(&p, r);
}

void program_run(struct program_result *r, const char *line)
{
    program_run_prepared(r, line, NULL);
}

/* ---- /proc --------------------------------------------------------------- */

struct stat_line {
    char state;
    int parent, session;
};

/* From /proc/PID/stat: "pid (any name) S ppid pgrp session ...". */
static bool read_stat(const char *pid, struct stat_line *s)
{
    char path[64], line[512];
    const char *after;
    FILE *file;
    bool ok;

    snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
    file = fopen(path, "re");
    if (!file)
        return false;
    ok = fgets(line, sizeof(line), file) != NULL;
    fclose(file);
    after = ok ? strrchr(line, ')') : NULL;
    return after && sscanf(after + 1, " %c %d %*d %d", &s->state, &s->parent,
                           &s->session) == 3;
}

/* Call @each for every process that is not a zombie. */
static void each_process(void (*each)(pid_t pid, const struct stat_line *s,
                                      void *arg),
                         void *arg)
{
    DIR *proc = opendir("/proc");
    struct stat_line s;

    assert_non_null(proc);
    for (struct dirent *e; (e = readdir(proc));)
        if (e->d_name[0] >= '1' && e->d_name[0] <= '9' &&
            read_stat(e->d_name, &s) && s.state != 'Z' && s.state != 'X')
            each((pid_t)strtol(e->d_name, NULL, 10), &s, arg);
    closedir(proc);
}

/* Who is looked for, and what was found. */
struct census {
    pid_t pid;
    pid_t child;
    int members;
    bool alive;
};

static void count_one(pid_t pid, const struct stat_line *s, void *arg)
{
    struct census *c = arg;

    c->alive |= pid == c->pid;
    c->members += s->session == c->pid;
    if (s->parent == c->pid)
        c->child = pid;
}

static struct census census(pid_t pid)
{
    struct census c = {.pid = pid};

    each_process(count_one, &c);
    return c;
}

bool program_alive(pid_t pid)
{
    return census(pid).alive;
}

int program_session_size(pid_t sid)
{
    return census(sid).members;
}

pid_t program_child(pid_t pid)
{
    struct census c;

    do {
        c = census(pid);
    } while (c.alive && c.child == 0);
    return c.child;
}

bool program_gone(pid_t lab)
{
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};

    for (int i = 0; i < 3000; i++) {
        struct census c = census(lab);

        if (!c.alive && c.members == 0)
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

void program_killed_leaves_nobody(const char *line)
{
    struct program_result *r = test_malloc(sizeof(*r));
    struct program p;
    pid_t lab;

    program_start(&p, line, NULL);
    lab = program_child(p.pid);
    assert_true(lab > 0);
    usleep(50000); /* wherever it is by now: it has to be fine anywhere */
    kill(p.pid, SIGKILL);
    program_collect(&p, r);
    assert_true(program_gone(lab));
    test_free(r);
}
