/* The fleet's side that answers: a process of its own, one epoll loop for all
 * hosts and their connections, with one timer. Its memory is its own, except
 * the picture it publishes.
 *
 * A host takes up one request at a time, as a small daemon does: it accepts,
 * reads, thinks for its latency, hands the answer to the link, accepts the
 * next. Who comes meanwhile stands in its listener's queue, which has
 * --backlog places. The link is one for all hosts: a token bucket, from which
 * connections that have an answer to send are served in turn, a packet each
 * (processor sharing, as far as packets allow). */
#include "lab/fleet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "lab/arena.h"

#define REFILL_NS (NS_PER_MS / 2)
/* What an idle link may save up; while it is wanted, lateness of this process
 * is not the link's: what it would have sent meanwhile it sends now. */
#define BURST_NS (2 * NS_PER_MS)
#define CATCH_UP_NS (100 * NS_PER_MS)
#define SEGMENT_BYTES 1448 /* what fits an Ethernet frame */
#define PACKET_BYTES_MAX 65536
#define PACKETS_A_ROUND 256 /* then look at the others again */
#define SHOW_NS (NS_PER_S / 60)
#define EVENTS 256

enum watched { WATCHED_TIMER, WATCHED_HOST, WATCHED_CONNECTION };

enum connection_state { READING, THINKING, DUE, BLOCKED, ANSWERED };

struct host;

struct connection {
    enum watched watched; /* first: what epoll gives back */
    int fd;
    enum connection_state state;
    struct host *host;
    int64_t asked_bytes, sent_bytes;
    struct connection *next, *before; /* DUE: the link's ring */
};

struct host {
    enum watched watched;
    int id, fd;
    struct connection *taken; /* the request it is busy with */
    int64_t due_ns;           /* THINKING: until then */
    int place;                /* THINKING: in the heap */
    uint32_t asked;           /* requests so far */
    int sending;              /* answers on the link */
    int64_t answers;          /* that were sent whole */
};

struct link {
    double rate;              /* bytes a nanosecond; 0: no bound */
    double tokens, burst;     /* bytes */
    int64_t packet;           /* bytes */
    int64_t filled_ns;        /* the last look */
    bool wanted;              /* since then there was something to send */
    struct connection *first; /* of the ring, the next to be served */
    int due;
};

struct server {
    struct worker *self;
    struct fleet *fleet;
    int epoll_fd, timer_fd;
    enum watched timer; /* WATCHED_TIMER */
    int hosts;
    struct host *host;
    struct host **heap; /* by due_ns, soonest first */
    int thinking;
    struct link link;
    bool dirty; /* the picture is not what was shown */
    int64_t shown_ns, shown_bytes;
};

/* ---- the picture -------------------------------------------------------- */

static struct scene_fleet *picture(struct server *s)
{
    return &s->fleet->scene.fleet;
}

static void host_show(struct server *s, const struct host *h)
{
    enum scene_host state = h->sending > 0 ? HOST_SENDING
                            : h->taken     ? HOST_ASKED
                            : h->answers   ? HOST_DONE
                                           : HOST_IDLE;

    if (s->fleet->kind[h->id] == FLEET_ANSWERS)
        picture(s)->state[h->id] = (uint8_t)state;
    s->dirty = true;
}

static void picture_publish(struct server *s, int64_t now_ns)
{
    struct scene_fleet *p = picture(s);

    if (s->link.rate > 0 && now_ns > s->shown_ns) {
        double could = s->link.rate * (double)(now_ns - s->shown_ns);
        double load = (double)(p->sent_bytes - s->shown_bytes) / could;

        p->load += ((load < 1 ? load : 1) - p->load) / 4;
        if (p->load < 0.001)
            p->load = 0;
    }
    p->due = s->link.due;
    board_show(s->self->board, &s->fleet->scene, sizeof(s->fleet->scene));
    s->shown_ns = now_ns;
    s->shown_bytes = p->sent_bytes;
    s->dirty = p->load > 0; /* it fades */
}

/* ---- who is to answer when: a binary heap ------------------------------- */

static void heap_put(struct server *s, int place, struct host *h)
{
    s->heap[place] = h;
    h->place = place;
}

static void heap_up(struct server *s, int place)
{
    struct host *h = s->heap[place];

    while (place > 0 && s->heap[(place - 1) / 2]->due_ns > h->due_ns) {
        heap_put(s, place, s->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    heap_put(s, place, h);
}

static void heap_down(struct server *s, int place)
{
    struct host *h = s->heap[place];
    int child;

    while ((child = 2 * place + 1) < s->thinking) {
        if (child + 1 < s->thinking &&
            s->heap[child + 1]->due_ns < s->heap[child]->due_ns)
            child++;
        if (s->heap[child]->due_ns >= h->due_ns)
            break;
        heap_put(s, place, s->heap[child]);
        place = child;
    }
    heap_put(s, place, h);
}

static void heap_add(struct server *s, struct host *h)
{
    s->thinking++;
    heap_put(s, s->thinking - 1, h);
    heap_up(s, s->thinking - 1);
}

static void heap_remove(struct server *s, struct host *h)
{
    struct host *last = s->heap[--s->thinking];
    int place = h->place;

    if (last == h)
        return;
    heap_put(s, place, last);
    heap_up(s, place);
    heap_down(s, last->place);
}

/* ---- connections -------------------------------------------------------- */

static void ring_add(struct link *l, struct connection *c)
{
    if (!l->first) {
        c->next = c->before = l->first = c;
    } else {
        c->next = l->first;
        c->before = l->first->before;
        c->before->next = c->next->before = c;
    }
    l->due++;
    c->state = DUE;
}

static void ring_remove(struct link *l, struct connection *c)
{
    c->before->next = c->next;
    c->next->before = c->before;
    if (l->first == c)
        l->first = c->next == c ? NULL : c->next;
    l->due--;
}

static void watch(struct server *s, int fd, uint32_t events, void *what)
{
    struct epoll_event e = {.events = events, .data.ptr = what};

    epoll_ctl(s->epoll_fd, EPOLL_CTL_MOD, fd, &e);
}

/* @h is free for the next request. */
static void host_free(struct server *s, struct host *h)
{
    h->taken = NULL;
    watch(s, h->fd, EPOLLIN, h);
}

static void connection_close(struct server *s, struct connection *c)
{
    struct host *h = c->host;

    if (c->state == DUE)
        ring_remove(&s->link, c);
    if (c->state == DUE || c->state == BLOCKED)
        h->sending--;
    if (c->state == THINKING && s->fleet->kind[h->id] == FLEET_ANSWERS)
        heap_remove(s, h);
    close(c->fd);
    if (h->taken == c)
        host_free(s, h);
    free(c);
    picture(s)->connections--;
    host_show(s, h);
}

/* The request is there: think about it. */
static void connection_asked(struct server *s, struct connection *c)
{
    struct host *h = c->host;

    c->state = THINKING;
    if (s->fleet->kind[h->id] == FLEET_SILENT)
        return; /* until the client gives up */
    h->due_ns =
        clock_now_ns() + fleet_delay_ns(s->self->spec, h->id, h->asked++);
    heap_add(s, h);
}

/* Read what the client says; it may also have gone. */
static void connection_read(struct server *s, struct connection *c)
{
    char words[64];

    while (true) {
        ssize_t n = recv(c->fd, words, sizeof(words), 0);

        if (n < 0 && errno == EAGAIN)
            break;
        if (n <= 0) {
            connection_close(s, c);
            return;
        }
        c->asked_bytes += n;
    }
    if (c->state == READING && c->asked_bytes >= FLEET_REQUEST_BYTES)
        connection_asked(s, c);
}

static void host_accept(struct server *s, struct host *h)
{
    struct epoll_event e = {.events = EPOLLIN};
    struct connection *c;
    int fd;

    if (h->taken)
        return;
    fd = accept4(h->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return; /* it went away again, or there is nothing to take it with */
    c = calloc(1, sizeof(*c));
    if (!c) {
        close(fd);
        return;
    }
    *c = (struct connection){
        .watched = WATCHED_CONNECTION, .fd = fd, .host = h, .state = READING};
    e.data.ptr = c;
    epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &e);
    h->taken = c;
    watch(s, h->fd, 0, h);
    picture(s)->connections++;
    host_show(s, h);
    connection_read(s, c);
}

/* ---- the link ----------------------------------------------------------- */

static void link_init(struct link *l, const struct spec *spec)
{
    double packet;

    *l = (struct link){.packet = PACKET_BYTES_MAX};
    if (spec->bandwidth == 0)
        return;
    l->rate = (double)spec->bandwidth * spec->scale / NS_PER_S;
    l->burst = l->rate * BURST_NS > 1 ? l->rate * BURST_NS : 1;
    packet = l->rate * REFILL_NS / 2; /* a few thousand a second at most */
    if (packet < SEGMENT_BYTES)
        packet = SEGMENT_BYTES;
    if (packet > l->burst)
        packet = l->burst;
    if (packet < PACKET_BYTES_MAX)
        l->packet = (int64_t)packet;
    l->tokens = l->burst;
    l->filled_ns = clock_now_ns();
}

static void link_fill(struct link *l, int64_t now_ns)
{
    double most = l->wanted ? l->rate * CATCH_UP_NS : l->burst;

    l->tokens += l->rate * (double)(now_ns - l->filled_ns);
    if (l->tokens > most)
        l->tokens = most;
    l->filled_ns = now_ns;
}

/* In the picture: @bytes more were sent, and were the @last of an answer. */
static void packet_show(struct server *s, struct host *h, int64_t bytes,
                        bool last)
{
    picture(s)->sent_bytes += bytes;
    if (last) {
        h->sending--;
        h->answers++;
        host_show(s, h);
    }
    s->dirty = true;
}

/* @bytes of it were not, after all. */
static void packet_unshow(struct server *s, struct host *h, int64_t bytes,
                          bool last)
{
    picture(s)->sent_bytes -= bytes;
    if (last) {
        h->sending++;
        h->answers--;
        host_show(s, h);
    }
}

/* Send one packet of @c, the first of the ring. It is in the picture before:
 * with the last byte of all the run may be over, and this process killed. */
static void link_send(struct server *s, struct connection *c)
{
    static char packet[PACKET_BYTES_MAX];
    struct link *l = &s->link;
    int64_t left = s->self->spec->bytes - c->sent_bytes;
    int64_t n = left < l->packet ? left : l->packet;
    bool last = n == left;
    ssize_t sent;

    fleet_answer(c->host->id, c->sent_bytes, packet, n);
    packet_show(s, c->host, n, last);
    sent = send(c->fd, packet, (size_t)n, MSG_NOSIGNAL);
    if (sent < n)
        packet_unshow(s, c->host, n - (sent > 0 ? sent : 0), last);
    if (sent < 0 && errno != EAGAIN) {
        connection_close(s, c);
        return;
    }
    if (sent > 0) {
        l->tokens -= (double)sent;
        c->sent_bytes += sent;
    }
    if (sent < n) { /* the client does not read fast enough */
        ring_remove(l, c);
        c->state = BLOCKED;
        watch(s, c->fd, EPOLLIN | EPOLLOUT, c);
    } else if (last) {
        ring_remove(l, c);
        c->state = ANSWERED; /* and the client closes */
    } else {
        l->first = c->next;
    }
}

/* Is there enough saved up for the next packet? */
static bool link_may_send(const struct server *s)
{
    const struct link *l = &s->link;
    int64_t left;

    if (!l->first || l->rate <= 0)
        return l->first != NULL;
    left = s->self->spec->bytes - l->first->sent_bytes;
    return l->tokens >= (double)(left < l->packet ? left : l->packet);
}

static void link_run(struct server *s, int64_t now_ns)
{
    if (s->link.rate > 0)
        link_fill(&s->link, now_ns);
    for (int i = 0; i < PACKETS_A_ROUND && link_may_send(s); i++)
        link_send(s, s->link.first);
    s->link.wanted = s->link.due > 0;
}

/* There is room again for @c's answer. */
static void connection_go_on(struct server *s, struct connection *c)
{
    watch(s, c->fd, EPOLLIN, c);
    ring_add(&s->link, c);
}

/* ---- time --------------------------------------------------------------- */

/* Hosts whose time has come hand their answers to the link. */
static void hosts_run(struct server *s, int64_t now_ns)
{
    while (s->thinking > 0 && s->heap[0]->due_ns <= now_ns) {
        struct host *h = s->heap[0];
        struct connection *c = h->taken;

        heap_remove(s, h);
        h->sending++;
        ring_add(&s->link, c);
        host_free(s, h);
        host_show(s, h);
    }
}

/* When to look again, if no socket speaks; 0: at once; INT64_MAX: never. */
static int64_t next_look_ns(const struct server *s, int64_t now_ns)
{
    int64_t at = INT64_MAX;

    if (link_may_send(s))
        return 0;
    if (s->thinking > 0)
        at = s->heap[0]->due_ns;
    if (s->link.first && now_ns + REFILL_NS < at)
        at = now_ns + REFILL_NS;
    if (s->dirty && s->shown_ns + SHOW_NS < at)
        at = s->shown_ns + SHOW_NS;
    return at;
}

static void timer_set(struct server *s, int64_t at_ns)
{
    struct itimerspec t = {0}; /* never */

    if (at_ns != INT64_MAX)
        t.it_value = clock_to_timespec(at_ns > 0 ? at_ns : 1);
    timerfd_settime(s->timer_fd, TFD_TIMER_ABSTIME, &t, NULL);
}

/* ---- the loop ----------------------------------------------------------- */

static void event_take(struct server *s, const struct epoll_event *e)
{
    enum watched *what = e->data.ptr;
    struct connection *c = e->data.ptr;
    uint64_t expiries;

    switch (*what) {
    case WATCHED_TIMER:
        if (read(s->timer_fd, &expiries, sizeof(expiries)) < 0)
            return; /* it has been set anew meanwhile */
        return;
    case WATCHED_HOST:
        host_accept(s, e->data.ptr);
        return;
    case WATCHED_CONNECTION:
        if (c->state == BLOCKED && e->events & EPOLLOUT)
            connection_go_on(s, c);
        if (e->events & (EPOLLIN | EPOLLHUP | EPOLLERR))
            connection_read(s, c);
        return;
    }
}

static _Noreturn void server_loop(struct server *s)
{
    struct epoll_event events[EVENTS];

    while (true) {
        int64_t now_ns = clock_now_ns(), next_ns;
        int n;

        hosts_run(s, now_ns);
        link_run(s, now_ns);
        if (s->dirty && now_ns >= s->shown_ns + SHOW_NS)
            picture_publish(s, now_ns);
        next_ns = next_look_ns(s, now_ns);
        if (next_ns > 0)
            timer_set(s, next_ns);
        n = epoll_wait(s->epoll_fd, events, EVENTS, next_ns > 0 ? -1 : 0);
        for (int i = 0; i < n; i++)
            event_take(s, &events[i]);
    }
}

static bool hosts_watch(struct server *s)
{
    for (int i = 0; i < s->hosts; i++) {
        struct host *h = &s->host[i];
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = h};

        *h = (struct host){
            .watched = WATCHED_HOST, .id = i, .fd = s->fleet->listener[i]};
        if (s->fleet->kind[i] == FLEET_REFUSES)
            continue;
        if (epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, h->fd, &e) < 0)
            return false;
    }
    return true;
}

static void picture_init(struct server *s)
{
    struct scene_fleet *p = picture(s);

    s->fleet->scene.kind = SCENE_FLEET;
    *p = (struct scene_fleet){.hosts = s->hosts};
    for (int i = 0; i < s->hosts; i++)
        p->state[i] = s->fleet->kind[i] == FLEET_REFUSES  ? HOST_REFUSES
                      : s->fleet->kind[i] == FLEET_SILENT ? HOST_SILENT
                                                          : HOST_IDLE;
    picture_publish(s, clock_now_ns());
}

void fleet_serve(struct worker *self)
{
    struct fleet *f = self->arena->work;
    struct server s = {
        .self = self,
        .fleet = f,
        .epoll_fd = epoll_create1(EPOLL_CLOEXEC),
        .timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
        .timer = WATCHED_TIMER,
        .hosts = f->hosts};
    struct epoll_event timer = {.events = EPOLLIN, .data.ptr = &s.timer};

    s.host = calloc((size_t)f->hosts, sizeof(*s.host));
    s.heap = calloc((size_t)f->hosts, sizeof(struct host *));
    if (s.epoll_fd < 0 || s.timer_fd < 0 || !s.host || !s.heap ||
        !hosts_watch(&s) ||
        epoll_ctl(s.epoll_fd, EPOLL_CTL_ADD, s.timer_fd, &timer) < 0)
        _exit(1); /* the coordinator tells that it ended */
    link_init(&s.link, self->spec);
    picture_init(&s);
    server_loop(&s);
}
