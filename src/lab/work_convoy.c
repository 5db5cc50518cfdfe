/* convoy: requests and answers beside workers that compute. In workers; the
 * echo service is a process of its own, which shares no lock with them.
 *
 * Worker 0 is the client. As CPython does, it lets go of the global lock for
 * every call that may block, also for a send() that never does, and has to have
 * it back before it goes on: where others compute, each of the two may cost the
 * patience of a waiter. A request's time is over when the program would go on,
 * with the lock. Under the other models it is the bare round trip. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/arena.h"
#include "lab/toil.h"

/* The service answers at once, so that no call waits long; but a worker has to
 * look up now and then should the service not get a core. */
#define LOOK_UP_US 50000

struct convoy {
    int client, service; /* a pair of connected sockets */
    int64_t unit_ps;     /* of toil_us(), by one worker alone */
    size_t bytes;
    char data[]; /* request, answer, and the service's own copy */
};

static char *request_of(struct convoy *c)
{
    return c->data;
}

static char *answer_of(struct convoy *c)
{
    return c->data + c->bytes;
}

static int convoy_prepare(struct worker *coordinator, struct err *err)
{
    size_t bytes = (size_t)coordinator->spec->bytes;
    struct convoy *c = arena_map_more(sizeof(*c) + 3 * bytes, err);
    struct timeval look_up = {.tv_usec = LOOK_UP_US};
    int pair[2];

    if (!c)
        return -ENOMEM;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return err_set(err, -errno, "cannot connect to the echo service: %m");
    c->client = pair[0];
    c->service = pair[1];
    c->bytes = bytes;
    c->unit_ps = toil_unit_ps() * TOIL_UNITS_A_US;
    setsockopt(c->client, SOL_SOCKET, SO_SNDTIMEO, &look_up, sizeof(look_up));
    setsockopt(c->client, SOL_SOCKET, SO_RCVTIMEO, &look_up, sizeof(look_up));
    for (size_t i = 0; i < bytes; i++)
        request_of(c)[i] = (char)(i * 31 + 7);
    coordinator->arena->work = c;
    return 0;
}

/* ---- the service: a whole request, then the same back -------------------- */

static void convoy_serve(struct worker *self)
{
    struct convoy *c = self->arena->work;
    char *copy = c->data + 2 * c->bytes;

    close(c->client);
    for (;;) {
        size_t sent = 0;
        ssize_t n = recv(c->service, copy, c->bytes, MSG_WAITALL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < (ssize_t)c->bytes)
            return; /* the client has gone */
        while (sent < c->bytes) {
            n = send(c->service, copy + sent, c->bytes - sent, MSG_NOSIGNAL);
            if (n < 0 && errno != EINTR)
                return;
            sent += n > 0 ? (size_t)n : 0;
        }
    }
}

/* ---- the client --------------------------------------------------------- */

/* One system call as an interpreter makes it: without the global lock. */
static ssize_t call(struct worker *w, bool sending, char *data, size_t bytes)
{
    const struct convoy *c = w->arena->work;
    ssize_t n;
    int error;

    if (w->coop && !sending && /* who blocks in a loop blocks all of it */
        worker_wait_fd(w, c->client, POLLIN,
                       clock_now_ns() + LOOK_UP_US * NS_PER_US, WAIT_IO) <= 0) {
        errno = EAGAIN;
        return -1;
    }
    worker_wait_begin(w, WAIT_IO);
    n = sending ? send(c->client, data, bytes, MSG_NOSIGNAL)
                : recv(c->client, data, bytes, MSG_WAITALL);
    error = errno;
    worker_wait_end(w);
    errno = error;
    return n;
}

/* Send, or receive, all of a request. False: told to stop, or, with the task
 * failed, no service any more. */
static bool transfer(struct worker *w, bool sending, int64_t number)
{
    struct convoy *c = w->arena->work;
    char *data = sending ? request_of(c) : answer_of(c);
    size_t done = 0;

    while (done < c->bytes) {
        ssize_t n = call(w, sending, data + done, c->bytes - done);

        if (n > 0) {
            done += (size_t)n;
        } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
            worker_task_failed(w, number, "the echo service hung up");
            return false;
        }
        if (done < c->bytes && !worker_turn(w))
            return false;
    }
    return true;
}

static bool client_task(struct worker *w)
{
    struct convoy *c = w->arena->work;

    for (int64_t number = 0;; number++) {
        size_t mark = c->bytes < sizeof(number) ? c->bytes : sizeof(number);
        int64_t begin_ns = clock_now_ns();

        memcpy(request_of(c), &number, mark); /* each is another */
        if (!transfer(w, true, number) || !transfer(w, false, number))
            return false;
        worker_latency(w, clock_now_ns() - begin_ns);
        worker_report(w, METRIC_REQUESTS, 1);
        worker_report(w, METRIC_BYTES, 2 * (int64_t)c->bytes);
        worker_count(w, 1);
        if (memcmp(request_of(c), answer_of(c), c->bytes) != 0) {
            worker_task_failed(w, number, "the answer was not the request");
            return false;
        }
        if (!worker_tick(w))
            return false;
    }
}

/* ---- beside it ---------------------------------------------------------- */

/* Looks whether it is asked for the lock in worker_tick() only: at the end of a
 * trip round its loop. Counts no operations, for these would be other ones than
 * the client's. */
static bool hog_task(struct worker *w)
{
    const struct convoy *c = w->arena->work;
    int64_t owed_ps = 0;
    uint64_t x = TOIL_SEED + (uint64_t)w->id;

    do {
        x = toil_us(x);
        owed_ps += c->unit_ps;
        worker_report(w, METRIC_COMPUTED_S, owed_ps / 1000);
        owed_ps %= 1000;
    } while (worker_tick(w));
    toil_keep(w, x);
    return false;
}

static bool convoy_task(struct worker *w, int64_t index, uint64_t *result)
{
    (void)index;
    (void)result;
    return w->id == 0 ? client_task(w) : hog_task(w);
}

static enum worker_role convoy_role(const struct spec *spec, int id)
{
    (void)spec;
    return id == 0 ? ROLE_CLIENT : ROLE_HOG;
}

const struct workload work_convoy = {
    .combine = COMBINE_NONE,
    .prepare = convoy_prepare,
    .task = convoy_task,
    .reports = REPORTS(REQUESTS) | REPORTS(BYTES) | REPORTS(COMPUTED_S),
    .own_latency = true,
    .role = convoy_role,
    .serve = convoy_serve,
};
