/* fleet: ask hosts for their statistics, one connection a request, as a script
 * would that looks after a hundred computers. The asking side, in each worker;
 * the hosts are fleet_server.c's.
 *
 * A connection is closed with a reset (SO_LINGER 0): nobody is left in
 * TIME_WAIT, so that thousands of requests a minute do not use up the ports. */
#include "lab/fleet.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/arena.h"

#define BUFFER_BYTES (64 * 1024)

struct client { /* struct worker.work */
    unsigned char buffer[BUFFER_BYTES];
};

enum outcome {
    GOOD,
    LATE,    /* the client's patience is at its end */
    REFUSED, /* the other side reset the connection */
    STOPPED, /* the run is over */
    NO_SOCKET,
    NO_PORT
};

static int fleet_prepare(struct worker *coordinator, struct err *err)
{
    struct fleet *f = arena_map_more(sizeof(*f), err);

    if (!f)
        return -ENOMEM;
    coordinator->arena->work = f;
    return fleet_open(f, coordinator->spec, err);
}

static int fleet_init(struct worker *w, struct err *err)
{
    w->work = malloc(sizeof(struct client));
    if (!w->work)
        return err_set(err, -ENOMEM, "no memory for a client's buffer");
    return 0;
}

static void fleet_fini(struct worker *w)
{
    free(w->work);
    w->work = NULL;
}

/* What a failed call means for the request. */
static enum outcome outcome_of(int error)
{
    switch (error) {
    case ETIMEDOUT: /* the kernel's own patience */
        return LATE;
    case EADDRNOTAVAIL:
    case EADDRINUSE:
        return NO_PORT;
    default:
        return REFUSED;
    }
}

static enum outcome wait_for(struct worker *w, int fd, short events,
                             int64_t deadline_ns)
{
    int ready = worker_wait_fd(w, fd, events, deadline_ns, WAIT_IO);

    return ready < 0 ? STOPPED : ready == 0 ? LATE : GOOD;
}

static enum outcome ask_connect(struct worker *w, int fd, int host,
                                int64_t deadline_ns)
{
    struct sockaddr_in to = fleet_address(w->arena->work, host);
    socklen_t size = sizeof(int);
    int error = 0;

    if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0) {
        enum outcome o;

        if (errno != EINPROGRESS)
            return outcome_of(errno);
        o = wait_for(w, fd, POLLOUT, deadline_ns);
        if (o != GOOD)
            return o;
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0)
            return outcome_of(error);
    }
    worker_report(w, METRIC_CONNECTS, 1);
    return GOOD;
}

static enum outcome ask_send(struct worker *w, int fd, int64_t deadline_ns)
{
    size_t sent = 0;

    while (sent < FLEET_REQUEST_BYTES) {
        ssize_t n = send(fd, &FLEET_REQUEST[sent], FLEET_REQUEST_BYTES - sent,
                         MSG_NOSIGNAL);
        enum outcome o;

        if (n >= 0) {
            sent += (size_t)n;
            continue;
        }
        if (errno != EAGAIN)
            return outcome_of(errno);
        o = wait_for(w, fd, POLLOUT, deadline_ns);
        if (o != GOOD)
            return o;
    }
    return GOOD;
}

static uint64_t sum_of(const unsigned char *bytes, ssize_t n)
{
    uint64_t sum = 0;

    for (ssize_t i = 0; i < n; i++)
        sum += bytes[i];
    return sum;
}

/* Take the answer, adding its bytes up in @sum. */
static enum outcome ask_receive(struct worker *w, int fd, int64_t deadline_ns,
                                uint64_t *sum)
{
    struct client *c = w->work;
    int64_t left = w->spec->bytes;

    while (left > 0) {
        size_t most = left < BUFFER_BYTES ? (size_t)left : BUFFER_BYTES;
        ssize_t n = recv(fd, c->buffer, most, 0);
        enum outcome o;

        if (n > 0) {
            *sum += sum_of(c->buffer, n);
            left -= n;
            worker_report(w, METRIC_BYTES, n);
            if (!worker_tick(w))
                return STOPPED;
            /* An answer that keeps coming must not outlast the patience. */
            if (left > 0 && clock_now_ns() >= deadline_ns)
                return LATE;
            continue;
        }
        if (n == 0)
            return REFUSED; /* cut short */
        if (errno != EAGAIN)
            return outcome_of(errno);
        o = wait_for(w, fd, POLLIN, deadline_ns);
        if (o != GOOD)
            return o;
    }
    return GOOD;
}

/* How often the kernel had to say something again on this connection: on the
 * loopback nothing gets lost, except where a host's queue is full. */
static void count_resends(struct worker *w, int fd)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof(info);

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0)
        worker_report(w, METRIC_RESENDS, info.tcpi_total_retrans);
}

/* One attempt, with a patience of its own. */
static enum outcome ask(struct worker *w, int host, uint64_t *sum)
{
    int64_t patience_ns =
        (int64_t)((double)w->spec->patience_ns / w->spec->scale);
    int64_t deadline_ns = clock_now_ns() + patience_ns;
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    enum outcome o;
    int fd;

    if (!worker_tick(w)) /* who is only refused never waits */
        return STOPPED;
    fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return NO_SOCKET;
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    o = ask_connect(w, fd, host, deadline_ns);
    if (o == GOOD)
        o = ask_send(w, fd, deadline_ns);
    if (o == GOOD)
        o = ask_receive(w, fd, deadline_ns, sum);
    count_resends(w, fd);
    close(fd);
    return o;
}

/* Count what came of an attempt. True: it is worth trying again. */
static bool count_outcome(struct worker *w, int64_t index, enum outcome o)
{
    switch (o) {
    case LATE:
        worker_report(w, METRIC_TIMEOUTS, 1);
        return true;
    case REFUSED:
        worker_report(w, METRIC_REFUSALS, 1);
        return true;
    case NO_SOCKET:
        worker_task_failed(w, index, "no descriptor left for a socket");
        return false;
    case NO_PORT:
        worker_task_failed(w, index, "no free port left to connect from");
        return false;
    case GOOD:
    case STOPPED:
        break;
    }
    return false;
}

static bool fleet_task(struct worker *w, int64_t index, uint64_t *result)
{
    const struct fleet *f = w->arena->work;
    int host = (int)(index % f->hosts);
    int64_t begin_ns = clock_now_ns();
    uint64_t sum = 0;
    enum outcome o = ask(w, host, &sum);

    for (int64_t i = 0; count_outcome(w, index, o) && i < w->spec->retries;
         i++) {
        worker_report(w, METRIC_RETRIES, 1);
        sum = 0;
        o = ask(w, host, &sum);
    }
    if (o == STOPPED)
        return false;
    if (o == GOOD) {
        worker_report(w, METRIC_REQUESTS, 1);
        worker_latency(w, clock_now_ns() - begin_ns);
        worker_count(w, 1);
        *result = sum & CHECKSUM_MASK;
    }
    return true;
}

/* All have gone: show how they left the fleet. */
static void fleet_finish(struct worker *coordinator)
{
    struct fleet *f = coordinator->arena->work;
    struct board_scene *shown = &coordinator->board->scene;
    struct board *b = coordinator->board;
    int64_t answered = 0;

    /* The serving process may have been killed in the middle of a picture. */
    if (atomic_load_explicit(&shown->sequence, memory_order_relaxed) % 2)
        atomic_fetch_add_explicit(&shown->sequence, 1, memory_order_relaxed);
    f->scene.fleet.connections = 0;
    f->scene.fleet.due = 0;
    f->scene.fleet.load = 0;
    board_show(b, &f->scene, sizeof(f->scene));

    /* Without every answer their sum is no checksum. */
    for (uint32_t i = 0; i < atomic_load(&b->rows); i++)
        answered +=
            atomic_load_explicit(&board_row(b, i)->ops, memory_order_relaxed);
    if (answered < coordinator->spec->tasks)
        atomic_store(&b->has_checksum, 0);
}

const struct workload work_fleet = {
    .combine = COMBINE_SUM,
    .prepare = fleet_prepare,
    .init = fleet_init,
    .task = fleet_task,
    .fini = fleet_fini,
    .reports = REPORTS(BYTES) | REPORTS(REQUESTS) | REPORTS(CONNECTS) |
               REPORTS(TIMEOUTS) | REPORTS(RETRIES) | REPORTS(REFUSALS) |
               REPORTS(RESENDS),
    .own_latency = true,
    .serve = fleet_serve,
    .finish = fleet_finish,
};
