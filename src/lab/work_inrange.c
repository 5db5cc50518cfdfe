/* inrange: count, for each row of a matrix of five columns, the values from 4
 * to 8. A task is a row, a column or a block of rows. In workers; with --share
 * pipe a process beside them owns the matrix and sends each portion's rows to
 * the worker, which sends its counts back, as a pool of processes must when it
 * shares no memory: what that costs is the point. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/arena.h"
#include "lab/worker.h"

#define COLUMNS 5
#define LOW 4
#define HIGH 8
#define ROWS_A_TICK 64

struct row {
    int64_t value[COLUMNS];
};

/* Made before any worker: mapped shared, or private and copied by the fork. */
static struct row *matrix;
static int64_t row_count;
static int (*sockets)[2]; /* --share pipe: one pair a worker: [0] is its own */
static uint32_t socket_count;

struct portion {
    int64_t first, count; /* rows */
};

/* What a worker has of its own under --share pipe: the portion's rows. */
struct inrange {
    struct row *rows;
    int32_t *counts;
    struct portion now;
};

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift
 * generators, scrambled", 2016. */
static uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(2685821657736338717);
}

/* ---- the matrix --------------------------------------------------------- */

static int sockets_make(uint32_t count, struct err *err)
{
    sockets = calloc(count, sizeof(*sockets));
    if (!sockets)
        return err_set(err, -ENOMEM, "no memory for %u sockets", count);
    for (; socket_count < count; socket_count++)
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
                       sockets[socket_count]) < 0)
            return err_set(err, -errno,
                           "cannot make the workers' sockets: %m; try fewer "
                           "--workers");
    return 0;
}

static int inrange_prepare(struct worker *coordinator, struct err *err)
{
    const struct spec *spec = coordinator->spec;
    int how = spec->share == SHARE_MAPPED ? MAP_SHARED : MAP_PRIVATE;
    uint64_t seed = (uint64_t)spec->seed + 1;

    row_count = spec->limit;
    matrix = mmap(NULL, (size_t)row_count * sizeof(*matrix),
                  PROT_READ | PROT_WRITE, how | MAP_ANONYMOUS, -1, 0);
    if (matrix == MAP_FAILED)
        return err_set(err, -errno,
                       "cannot map a matrix of %lld rows: %m; try a smaller "
                       "--limit",
                       (long long)row_count);
    for (int64_t i = 0; i < row_count; i++)
        for (int k = 0; k < COLUMNS; k++)
            matrix[i].value[k] = (int64_t)(random_next(&seed) % 10);
    if (spec->share == SHARE_PIPE)
        return sockets_make(coordinator->board->row_cap, err);
    return 0;
}

/* ---- moving data -------------------------------------------------------- */

static bool send_all(int fd, const void *data, size_t bytes)
{
    const char *at = data;

    while (bytes > 0) {
        ssize_t n = send(fd, at, bytes, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        bytes -= (size_t)n;
    }
    return true;
}

static bool receive_all(int fd, void *data, size_t bytes)
{
    return bytes == 0 || recv(fd, data, bytes, MSG_WAITALL) == (ssize_t)bytes;
}

/* The same in a worker, which waits in a way that can be seen and ended. */
static bool worker_receive(struct worker *w, void *data, size_t bytes)
{
    int fd = sockets[w->id][0];
    char *at = data;

    while (bytes > 0) {
        ssize_t n;

        if (worker_wait_fd(w, fd, POLLIN, INT64_MAX, WAIT_PIPE) < 0)
            return false;
        n = recv(fd, at, bytes, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return false;
        at += n > 0 ? n : 0;
        bytes -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* One worker asks for rows (first >= 0), or brings their counts (first < 0 is
 * ~first). False: it has gone. */
static bool serve_one(int fd, int32_t *counts)
{
    struct portion p;

    if (!receive_all(fd, &p, sizeof(p)))
        return false;
    if (p.first >= 0)
        return send_all(fd, matrix + p.first,
                        (size_t)p.count * sizeof(*matrix));
    return receive_all(fd, counts + ~p.first,
                       (size_t)p.count * sizeof(*counts));
}

/* The owner of the matrix: sends rows, collects counts. */
static void inrange_serve(struct worker *self)
{
    int32_t *counts;
    struct pollfd *fds;

    if (self->spec->share != SHARE_PIPE)
        return;
    counts = calloc((size_t)row_count, sizeof(*counts));
    fds = calloc(socket_count, sizeof(*fds));
    if (!counts || !fds)
        goto out;
    for (uint32_t i = 0; i < socket_count; i++) {
        close(sockets[i][0]);
        fds[i] = (struct pollfd){.fd = sockets[i][1], .events = POLLIN};
    }
    while (poll(fds, socket_count, -1) > 0)
        for (uint32_t i = 0; i < socket_count; i++)
            if (fds[i].revents != 0 && !serve_one(fds[i].fd, counts))
                fds[i].fd = -1;
out:
    free(counts);
    free(fds);
}

static int inrange_init(struct worker *w, struct err *err)
{
    struct inrange *own;

    if (w->spec->share != SHARE_PIPE)
        return 0;
    own = calloc(1, sizeof(*own));
    w->work = own;
    if (own) {
        own->rows = calloc((size_t)row_count, sizeof(*own->rows));
        own->counts = calloc((size_t)row_count, sizeof(*own->counts));
    }
    if (own && own->rows && own->counts)
        return 0;
    return err_set(err, -ENOMEM, "no memory for a worker's rows");
}

static void inrange_fini(struct worker *w)
{
    struct inrange *own = w->work;

    if (!own)
        return;
    free(own->rows);
    free(own->counts);
    free(own);
    w->work = NULL;
}

/* ---- tasks -------------------------------------------------------------- */

/* The rows of @count tasks from @first on. */
static struct portion rows_of(const struct spec *spec, int64_t first,
                              int64_t count)
{
    int64_t each;

    switch (spec->split) {
    case SPLIT_ROW:
        return (struct portion){first, count};
    case SPLIT_COLUMN:
        return (struct portion){0, row_count};
    case SPLIT_BLOCK:
        break;
    }
    each = (row_count + spec->tasks - 1) / spec->tasks;
    first *= each;
    count *= each;
    if (first > row_count)
        first = row_count;
    return (struct portion){
        first, count < row_count - first ? count : row_count - first};
}

static bool inrange_fetch(struct worker *w, int64_t first, int64_t count)
{
    struct inrange *own = w->work;
    size_t bytes;

    if (!own)
        return true;
    own->now = rows_of(w->spec, first, count);
    bytes = (size_t)own->now.count * sizeof(*own->rows);
    worker_report(w, METRIC_BYTES, (int64_t)bytes);
    return send_all(sockets[w->id][0], &own->now, sizeof(own->now)) &&
           worker_receive(w, own->rows, bytes);
}

static bool inrange_give(struct worker *w, int64_t first, int64_t count)
{
    struct inrange *own = w->work;
    size_t bytes;
    struct portion answer;

    (void)first;
    (void)count;
    if (!own)
        return true;
    bytes = (size_t)own->now.count * sizeof(*own->counts);
    answer = (struct portion){~own->now.first, own->now.count};
    worker_report(w, METRIC_BYTES, (int64_t)bytes);
    return send_all(sockets[w->id][0], &answer, sizeof(answer)) &&
           send_all(sockets[w->id][0], own->counts, bytes);
}

static bool in_range(int64_t x)
{
    return x >= LOW && x <= HIGH;
}

static bool inrange_task(struct worker *w, int64_t index, uint64_t *result)
{
    struct inrange *own = w->work;
    struct portion p = rows_of(w->spec, index, 1);
    const struct row *rows = own ? own->rows - own->now.first : matrix;
    bool column = w->spec->split == SPLIT_COLUMN;
    uint64_t sum = 0;

    for (int64_t i = p.first; i < p.first + p.count; i++) {
        int32_t count = 0;

        for (int k = 0; k < COLUMNS; k++)
            count += (!column || k == index) && in_range(rows[i].value[k]);
        sum += (uint64_t)count;
        if (own)
            own->counts[i - own->now.first] = count;
        if (i % ROWS_A_TICK == 0 && !worker_tick(w))
            return false;
    }
    worker_count(w, p.count);
    *result = sum;
    return true;
}

static void inrange_finish(struct worker *coordinator)
{
    (void)coordinator;
    for (uint32_t i = 0; i < socket_count; i++) {
        close(sockets[i][0]);
        close(sockets[i][1]);
    }
    free(sockets);
    munmap(matrix, (size_t)row_count * sizeof(*matrix));
}

const struct workload work_inrange = {
    .combine = COMBINE_SUM,
    .reports = REPORTS(BYTES),
    .prepare = inrange_prepare,
    .serve = inrange_serve,
    .init = inrange_init,
    .fetch = inrange_fetch,
    .task = inrange_task,
    .give = inrange_give,
    .fini = inrange_fini,
    .finish = inrange_finish,
};
