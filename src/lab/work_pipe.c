/* pipe: worker 0 is the parent, the others are its children. Each child writes
 * --bytes into a pipe of its own, which only the parent reads. A pipe holds 64
 * KiB: a child that has more to say ends only when somebody reads, and a parent
 * that waits for its end before reading (--join before) waits for ever. In
 * workers.
 *
 * The pipes and their fullness are real, and so is the wait for a process's
 * end. The descriptors are non-blocking only so that a worker can be told to go
 * home: it waits in poll() for the room or the bytes that a blocking write() or
 * read() would wait for. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/arena.h"
#include "lab/lock.h"

#define PIPE_BYTES 65536 /* Linux's own default; asked for all the same */
#define CHUNK 65536      /* most bytes of one call */
#define PATTERN 251      /* what is written repeats after so many bytes */
#define SHOW_NS (10 * NS_PER_MS)

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)

struct channel {
    int out, in; /* the parent reads .out, the child writes .in */
    int room, bytes;
    struct ending end;
};

struct pipes {
    struct lock showing; /* who makes the picture; nobody waits for it long */
    struct scene scene;
    int64_t shown_ns;
    _Atomic int64_t capacity, written, read; /* bytes, all pipes */
    char text[CHUNK + PATTERN];
    struct channel channel[]; /* by worker; the parent's is not used */
};

static int channel_open(struct worker *w, struct pipes *p, int id,
                        struct err *err)
{
    struct channel *c = &p->channel[id];
    int fds[2];

    if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
        return err_set(err, -errno,
                       "cannot make a pipe for child %d: %m; try fewer "
                       "--workers",
                       id);
    c->out = fds[0];
    c->in = fds[1];
    fcntl(c->in, F_SETPIPE_SZ, PIPE_BYTES);
    c->room =
        board_resource_add(w->board, RESOURCE_PIPE_IN, -1, "room in its pipe");
    c->bytes =
        board_resource_add(w->board, RESOURCE_PIPE_OUT, -1, "bytes in a pipe");
    ending_init(w->board, &c->end, id);
    if (c->room < 0 || c->bytes < 0)
        return 0;
    atomic_store(&w->board->resource[c->room].owner, 0);
    atomic_store(&w->board->resource[c->bytes].owner, id);
    resource_change(w->board, c->room, fcntl(c->in, F_GETPIPE_SZ));
    atomic_fetch_add(&p->capacity, fcntl(c->in, F_GETPIPE_SZ));
    return 0;
}

static int pipe_prepare(struct worker *coordinator, struct err *err)
{
    int64_t count = coordinator->spec->workers;
    struct pipes *p =
        arena_map_more(sizeof(*p) + (size_t)count * sizeof(p->channel[0]), err);
    int rc = 0;

    if (!p)
        return -ENOMEM;
    for (size_t i = 0; i < sizeof(p->text); i++)
        p->text[i] = (char)(i % PATTERN);
    lock_init(coordinator->board, &p->showing, NULL);
    for (int id = 1; id < count && rc == 0; id++)
        rc = channel_open(coordinator, p, id, err);
    coordinator->arena->work = p;
    return rc;
}

static enum worker_role pipe_role(const struct spec *spec, int id)
{
    (void)spec;
    return id == 0 ? ROLE_PARENT : ROLE_CHILD;
}

/* All pipes as one. Every so often, and when somebody is about to wait. */
static void pipes_show(struct worker *w, struct pipes *p, bool must)
{
    struct scene_queue *s = &p->scene.queue;
    int64_t now_ns = clock_now_ns();

    if (must ? !lock_take(w, &p->showing) : !lock_try(w, &p->showing))
        return;
    if (must || now_ns - p->shown_ns >= SHOW_NS) {
        p->shown_ns = now_ns;
        p->scene.kind = SCENE_QUEUE;
        s->unit = 1;
        s->capacity = LOAD(p->capacity);
        s->consumed = LOAD(p->read);
        s->produced = LOAD(p->written);
        s->depth = s->produced - s->consumed;
        if (s->depth < 0) /* read, and not yet counted as written */
            s->depth = 0;
        board_show(w->board, &p->scene,
                   offsetof(struct scene, queue) + sizeof(*s));
    }
    lock_give(w, &p->showing);
}

/* Wait for @fd as write() and read() would. False: told to stop. */
static bool wait_for(struct worker *w, int fd, short events, int resource)
{
    int rc;

    pipes_show(w, w->arena->work, true);
    worker_waits_on(w, resource);
    rc = worker_wait_fd(w, fd, events, INT64_MAX, WAIT_PIPE);
    worker_waits_on(w, -1);
    return rc == 1;
}

/* The child's part. */
static bool write_all(struct worker *w, struct pipes *p, struct channel *c)
{
    int64_t total = w->spec->bytes, done = 0;

    while (done < total) {
        int64_t left = total - done;
        ssize_t n = write(c->in, p->text + done % PATTERN,
                          (size_t)(left < CHUNK ? left : CHUNK));

        if (n > 0) {
            resource_change(w->board, c->bytes, (int)n);
            resource_change(w->board, c->room, -(int)n);
            atomic_fetch_add(&p->written, n);
            done += n;
            pipes_show(w, p, false);
        } else if (!wait_for(w, c->in, POLLOUT, c->room)) {
            return false;
        }
        if (!worker_tick(w))
            return false;
    }
    return true;
}

/* The parent's. @right: they are the bytes that were written. */
static bool read_all(struct worker *w, struct pipes *p, struct channel *c,
                     char *buffer, bool *right)
{
    int64_t total = w->spec->bytes, done = 0;

    while (done < total) {
        ssize_t n = read(c->out, buffer, CHUNK);

        if (n > 0) {
            resource_change(w->board, c->room, (int)n);
            resource_change(w->board, c->bytes, -(int)n);
            atomic_fetch_add(&p->read, n);
            *right &= memcmp(buffer, p->text + done % PATTERN, (size_t)n) == 0;
            done += n;
            worker_report(w, METRIC_BYTES, n);
            worker_count(w, n);
            pipes_show(w, p, false);
        } else if (!wait_for(w, c->out, POLLIN, c->bytes)) {
            return false;
        }
        if (!worker_tick(w))
            return false;
    }
    return true;
}

static void be_child(struct worker *w, struct pipes *p)
{
    int64_t begin_ns = clock_now_ns();

    if (write_all(w, p, &p->channel[w->id]))
        worker_task_done(w, w->id - 1, begin_ns, 0);
}

static bool join_all(struct worker *w, struct pipes *p)
{
    for (int id = 1; id < workers_made(w); id++)
        if (!ending_wait(w, &p->channel[id].end))
            return false;
    return true;
}

static void be_parent(struct worker *w, struct pipes *p, char *buffer)
{
    bool before = w->spec->join == JOIN_BEFORE, right = true;
    int64_t begin_ns = clock_now_ns();

    if (before && !join_all(w, p))
        return;
    for (int id = 1; id < workers_made(w); id++)
        if (!read_all(w, p, &p->channel[id], buffer, &right))
            return;
    if (!before && !join_all(w, p))
        return;
    if (!right)
        worker_task_failed(w, w->spec->workers - 1,
                           "other bytes came out than went in");
    worker_task_done(w, w->spec->workers - 1, begin_ns, 0);
    pipes_show(w, p, true);
}

static int pipe_init(struct worker *w, struct err *err)
{
    if (w->id != 0)
        return 0;
    w->work = malloc(CHUNK);
    return w->work ? 0 : err_set(err, -ENOMEM, "no memory to read into");
}

static bool pipe_task(struct worker *w, int64_t index, uint64_t *result)
{
    struct pipes *p = w->arena->work;

    (void)index;
    (void)result;
    if (w->id == 0)
        be_parent(w, p, w->work);
    else if (w->id < w->spec->workers)
        be_child(w, p);
    return false;
}

static void pipe_fini(struct worker *w)
{
    struct pipes *p = w->arena->work;

    if (w->id == 0)
        free(w->work);
    else if (p && w->id < w->spec->workers)
        ending_tell(&p->channel[w->id].end);
}

const struct workload work_pipe = {
    .once = true,
    .prepare = pipe_prepare,
    .role = pipe_role,
    .init = pipe_init,
    .task = pipe_task,
    .fini = pipe_fini,
    .reports = REPORTS(BYTES),
};
