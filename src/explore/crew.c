/* Several threads search together, level by level. The states of a level are
 * handed out in small ranges; the table is one, and whoever adds a state first
 * has it (store.h). Between levels they meet. */
#include <sched.h>
#include <stdlib.h>

#include "explore/go.h"

enum { RANGE = 256, SPINS = 4000, YIELDS = 30, CREW_MOST = 64 };

enum phase { PHASE_EXPAND, PHASE_MOVE, PHASE_LEAVE };

struct crew {
    struct search *search;
    int count;
    struct worker *workers;
    pthread_t threads[CREW_MOST];
    uint32_t *ranges; /* of the level: from, to, from, to, ... */
    size_t range_count, range_cap;
    _Atomic size_t cursor;  /* the next range to be handed out */
    _Atomic uint64_t moved; /* places handed out to be moved */
    _Atomic bool wider;     /* the table must grow before we go on */
    enum phase phase;       /* set by the leader while the others wait */
    _Atomic int arrived;
    _Atomic unsigned round;
    pthread_mutex_t lock; /* of those that sleep until all are here */
    pthread_cond_t all_here;
};

/* Wait until all are here. Levels follow one another every few microseconds at
 * times: look again and again first, then let others run in between, and sleep
 * only when it takes longer, as on a machine that is busy. */
static void meet(struct crew *c)
{
    unsigned round = atomic_load(&c->round);

    if (atomic_fetch_add(&c->arrived, 1) + 1 == c->count) {
        pthread_mutex_lock(&c->lock);
        atomic_store(&c->arrived, 0);
        atomic_store(&c->round, round + 1);
        pthread_cond_broadcast(&c->all_here);
        pthread_mutex_unlock(&c->lock);
        return;
    }
    for (int i = 0; i < SPINS + YIELDS; i++) {
        if (atomic_load(&c->round) != round)
            return;
        if (i >= SPINS)
            sched_yield();
    }
    pthread_mutex_lock(&c->lock);
    while (atomic_load(&c->round) == round)
        pthread_cond_wait(&c->all_here, &c->lock);
    pthread_mutex_unlock(&c->lock);
}

/* ---- what all do --------------------------------------------------------- */

static bool needs_room(const struct crew *c)
{
    const struct search *s = c->search;
    uint64_t more = (uint64_t)c->count *
                    (RANGE * (uint64_t)search_fan(s) + RING + STORE_BLOCK);

    return atomic_load_explicit(&s->store.taken, memory_order_relaxed) + more >
           store_room(&s->store);
}

static void expand_ranges(struct crew *c, struct worker *w)
{
    struct search *s = c->search;

    while (s->end == SEARCH_GOES_ON) {
        size_t i;

        if (c->wider || needs_room(c)) {
            c->wider = true;
            break;
        }
        i = atomic_fetch_add(&c->cursor, 2);
        if (i >= c->range_count)
            break;
        expand(w, c->ranges[i], c->ranges[i + 1]);
    }
    worker_flush(w);
}

static void move_places(struct crew *c)
{
    struct store *store = &c->search->store;
    uint64_t all = store->taken;

    for (;;) {
        uint64_t from = atomic_fetch_add(&c->moved, 64 * RANGE);
        uint64_t to = from + UINT64_C(64) * RANGE;

        if (from >= all)
            return;
        store_widen_move(store, from, to < all ? to : all);
    }
}

static void work(struct crew *c, struct worker *w)
{
    if (c->phase == PHASE_EXPAND)
        expand_ranges(c, w);
    else if (c->phase == PHASE_MOVE)
        move_places(c);
}

static void *member_main(void *arg)
{
    struct worker *w = arg;
    struct crew *c = w->crew;

    for (;;) {
        meet(c); /* the leader has said what to do */
        if (c->phase == PHASE_LEAVE)
            return NULL;
        work(c, w);
        meet(c); /* it is done */
    }
}

/* ---- the leader ---------------------------------------------------------- */

static void together(struct crew *c, enum phase phase)
{
    c->phase = phase;
    meet(c);
    if (phase == PHASE_LEAVE)
        return;
    work(c, &c->workers[0]);
    meet(c);
}

static bool ranges_add(struct crew *c, uint32_t from, uint32_t to)
{
    for (; from < to; from += RANGE) {
        if (c->range_count + 2 > c->range_cap) {
            size_t cap = c->range_cap ? 2 * c->range_cap : 1024;
            uint32_t *ranges = realloc(c->ranges, cap * sizeof *ranges);

            if (!ranges)
                return false;
            c->ranges = ranges;
            c->range_cap = cap;
        }
        c->ranges[c->range_count++] = from;
        c->ranges[c->range_count++] = to - from < RANGE ? to : from + RANGE;
    }
    return true;
}

/* What the workers found is the next level. */
static uint64_t next_level(struct crew *c)
{
    struct search *s = c->search;
    uint64_t states = 0;

    c->range_count = 0;
    c->cursor = 0;
    for (int i = 0; i < c->count; i++) {
        struct worker *w = &c->workers[i];

        worker_close_range(w);
        for (size_t r = 0; r + 1 < w->range_count; r += 2) {
            states += w->ranges[r + 1] - w->ranges[r];
            if (!ranges_add(c, w->ranges[r], w->ranges[r + 1]))
                search_end(s, SEARCH_NO_MEMORY);
        }
        w->range_count = 0;
        s->transitions += w->transitions;
        w->transitions = 0;
    }
    s->states += (int64_t)states;
    s->level++;
    if (s->stop_at_failure && s->failures)
        search_end(s, SEARCH_STOPPED);
    return states;
}

static void lead(struct crew *c, const struct explore_request *request)
{
    struct search *s = c->search;
    uint64_t frontier = c->range_count;

    while (frontier > 0 && search_may_go_on(s, request, frontier)) {
        bool again;

        do {
            again = false;
            if (c->wider) {
                if (!search_widen_begin(s))
                    break;
                c->moved = 0;
                together(c, PHASE_MOVE);
                store_widen_end(&s->store);
                c->wider = false;
                search_may_go_on(s, request, frontier);
            }
            together(c, PHASE_EXPAND);
            if (s->end == SEARCH_TOO_WIDE) { /* the level again, wider */
                search_widen(s);
                c->cursor = 0;
                for (int i = 0; i < c->count; i++)
                    c->workers[i].transitions = 0;
                again = true;
            }
        } while ((c->wider || again) && s->end == SEARCH_GOES_ON);
        frontier = next_level(c);
    }
    search_end(s, SEARCH_DONE);
}

static int crew_begin(struct crew *c, struct search *s, int workers)
{
    c->search = s;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->all_here, NULL);
    c->workers = calloc((size_t)workers, sizeof *c->workers);
    if (!c->workers)
        return -1;
    for (int i = 0; i < workers; i++) {
        if (worker_init(&c->workers[i], s) < 0)
            return -1;
        c->workers[i].crew = c;
    }
    return 0;
}

void crew_search(struct search *s, uint32_t from, uint32_t to, int workers,
                 const struct explore_request *request)
{
    struct crew *c = calloc(1, sizeof *c);
    int hired = 1;

    if (workers > CREW_MOST)
        workers = CREW_MOST;
    if (!c || crew_begin(c, s, workers) < 0 || !ranges_add(c, from, to)) {
        search_end(s, SEARCH_NO_MEMORY);
        goto out;
    }
    /* They wait at the first meeting, which needs all that .count says. */
    c->count = workers;
    for (; hired < workers; hired++)
        if (pthread_create(&c->threads[hired], NULL, member_main,
                           &c->workers[hired]) != 0)
            break;
    s->shared = true;
    if (hired == workers)
        lead(c, request);
    else
        c->phase = PHASE_LEAVE;
    /* Those that did not come are stood in for, so that the others can go. */
    atomic_fetch_add(&c->arrived, workers - hired);
    together(c, PHASE_LEAVE);
    for (int i = 1; i < hired; i++)
        pthread_join(c->threads[i], NULL);
    s->shared = false;
    if (hired < workers)
        search_end(s, SEARCH_NO_MEMORY);
out:
    for (int i = 0; c && c->workers && i < workers; i++)
        worker_fini(&c->workers[i]);
    if (c) {
        pthread_mutex_destroy(&c->lock);
        pthread_cond_destroy(&c->all_here);
        free(c->workers);
        free(c->ranges);
    }
    free(c);
}
