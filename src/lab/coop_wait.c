/* What cooperative tasks wait for, and how to find those for whom it has come:
 * timers in a heap, words in rings by bucket, descriptors in one epoll. In the
 * lab, in the loop's thread. */
#include "lab/coop.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

/* ---- timers ------------------------------------------------------------- */

static void timer_put(struct coop *loop, struct coop_task *t, uint32_t place)
{
    loop->timers[place] = t;
    t->timer = (int32_t)place;
}

static void timer_up(struct coop *loop, struct coop_task *t, uint32_t place)
{
    while (place > 0) {
        struct coop_task *above = loop->timers[(place - 1) / 2];

        if (above->deadline_ns <= t->deadline_ns)
            break;
        timer_put(loop, above, place);
        place = (place - 1) / 2;
    }
    timer_put(loop, t, place);
}

static void timer_down(struct coop *loop, struct coop_task *t, uint32_t place)
{
    for (;;) {
        uint32_t child = place * 2 + 1;

        if (child >= loop->timer_count)
            break;
        if (child + 1 < loop->timer_count &&
            loop->timers[child + 1]->deadline_ns <
                loop->timers[child]->deadline_ns)
            child++;
        if (t->deadline_ns <= loop->timers[child]->deadline_ns)
            break;
        timer_put(loop, loop->timers[child], place);
        place = child;
    }
    timer_put(loop, t, place);
}

void coop_timer_start(struct coop *loop, struct coop_task *t)
{
    timer_up(loop, t, loop->timer_count++);
}

void coop_timer_stop(struct coop *loop, struct coop_task *t)
{
    uint32_t place = (uint32_t)t->timer;
    struct coop_task *moved = loop->timers[--loop->timer_count];

    t->timer = -1;
    if (moved == t)
        return;
    timer_down(loop, moved, place);
    timer_up(loop, moved, (uint32_t)moved->timer);
}

/* It could go on from its deadline, even if nobody looked then. */
void coop_timers_due(struct coop *loop, int64_t now)
{
    while (loop->timer_count > 0 && loop->timers[0]->deadline_ns <= now)
        coop_runnable(loop->timers[0], loop->timers[0]->deadline_ns);
}

/* ---- words -------------------------------------------------------------- */

void coop_word_watch(struct coop_task **head, struct coop_task *t)
{
    t->in = head;
    if (!*head) {
        *head = t->word_prev = t->word_next = t;
        return;
    }
    t->word_next = *head; /* a ring: before the first is behind the last */
    t->word_prev = (*head)->word_prev;
    t->word_prev->word_next = t;
    t->word_next->word_prev = t;
}

void coop_word_unwatch(struct coop_task *t)
{
    if (t->word_next == t) {
        *t->in = NULL;
    } else {
        t->word_prev->word_next = t->word_next;
        t->word_next->word_prev = t->word_prev;
        if (*t->in == t)
            *t->in = t->word_next;
    }
    t->in = NULL;
}

/* ---- descriptors -------------------------------------------------------- */

static uint32_t fd_events(const struct coop *loop, int fd)
{
    uint32_t events = 0;

    for (const struct coop_task *t = loop->fds[fd]; t; t = t->fd_next)
        events |= (uint32_t)t->events;
    return events;
}

static bool fds_grow(struct coop *loop, int fd)
{
    int cap = loop->fd_cap ? loop->fd_cap : 64;
    struct coop_task **more;

    while (cap <= fd)
        cap *= 2;
    more = realloc(loop->fds, (size_t)cap * sizeof(struct coop_task *));
    if (!more)
        return false;
    memset(more + loop->fd_cap, 0,
           (size_t)(cap - loop->fd_cap) * sizeof(struct coop_task *));
    loop->fds = more;
    loop->fd_cap = cap;
    return true;
}

static int fd_control(struct coop *loop, int op, int fd)
{
    struct epoll_event e = {.events = fd_events(loop, fd), .data.fd = fd};

    return epoll_ctl(loop->epoll_fd, op, fd, &e);
}

/* False: it cannot be waited for. An ordinary file is always ready, and what is
 * wrong with any other its user will see. */
bool coop_fd_watch(struct coop *loop, struct coop_task *t)
{
    bool first;

    if (t->fd >= loop->fd_cap && !fds_grow(loop, t->fd))
        return false;
    first = !loop->fds[t->fd];
    t->fd_next = loop->fds[t->fd];
    loop->fds[t->fd] = t;
    if (fd_control(loop, first ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, t->fd) < 0) {
        loop->fds[t->fd] = t->fd_next;
        return false;
    }
    loop->fd_waits++;
    return true;
}

void coop_fd_unwatch(struct coop *loop, struct coop_task *t)
{
    struct coop_task **at = &loop->fds[t->fd];

    while (*at != t)
        at = &(*at)->fd_next;
    *at = t->fd_next;
    fd_control(loop, loop->fds[t->fd] ? EPOLL_CTL_MOD : EPOLL_CTL_DEL, t->fd);
    t->fd = -1;
    loop->fd_waits--;
}

void coop_fds_look(struct coop *loop, int64_t now)
{
    struct epoll_event events[64];
    int n = epoll_wait(loop->epoll_fd, events, 64, 0);

    loop->polled_ns = now;
    for (int i = 0; i < n; i++) {
        struct coop_task *t = loop->fds[events[i].data.fd];

        while (t) {
            struct coop_task *next = t->fd_next;

            if (events[i].events & ((uint32_t)t->events | POLLERR | POLLHUP)) {
                t->ready = true;
                coop_runnable(t, now);
            }
            t = next;
        }
    }
}
