/* The policies. Any process. */
#include "device/queue.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

const struct queue_rules queue_usual = {.batch = 16, .expire_ms = 500};

struct asking { /* one choice */
    const struct queue_item *items;
    int count;
    double now_ms;
    int64_t cylinder;
    const struct queue_rules *rules;
    struct queue_state *state;
};

/* Does @i go before @best, which may be -1, their keys being equal? */
static bool earlier(const struct asking *a, int i, int best)
{
    return best < 0 || a->items[i].arrive_ms < a->items[best].arrive_ms;
}

static bool arrived(const struct asking *a, int i)
{
    return a->items[i].arrive_ms <= a->now_ms;
}

static int oldest(const struct asking *a)
{
    int best = -1;

    for (int i = 0; i < a->count; i++)
        if (arrived(a, i) && earlier(a, i, best))
            best = i;
    return best;
}

/* The nearest at or beyond @from, upwards or downwards; -1: none. */
static int ahead(const struct asking *a, int64_t from, bool down)
{
    int best = -1;

    for (int i = 0; i < a->count; i++) {
        int64_t at = a->items[i].position, away = down ? from - at : at - from;
        int64_t best_away;

        if (!arrived(a, i) || away < 0)
            continue;
        best_away =
            best < 0 ? INT64_MAX : llabs(a->items[best].position - from);
        if (away < best_away || (away == best_away && earlier(a, i, best)))
            best = i;
    }
    return best;
}

/* ---- one function a policy ---------------------------------------------- */

static struct queue_choice choose_fcfs(const struct asking *a)
{
    return (struct queue_choice){.index = oldest(a)};
}

static struct queue_choice choose_sstf(const struct asking *a)
{
    int best = -1;

    for (int i = 0; i < a->count; i++) {
        int64_t away = llabs(a->items[i].cylinder - a->cylinder);
        int64_t least =
            best < 0 ? INT64_MAX : llabs(a->items[best].cylinder - a->cylinder);

        if (arrived(a, i) &&
            (away < least || (away == least && earlier(a, i, best))))
            best = i;
    }
    return (struct queue_choice){.index = best};
}

/* Times are compared as rounded to a nanosecond: whoever adds them up in
 * another order must choose the same. */
static struct queue_choice choose_satf(const struct asking *a)
{
    double least = INFINITY;
    int best = -1;

    for (int i = 0; i < a->count; i++) {
        double reach = round(a->items[i].reach_ms * 1e6);

        if (!arrived(a, i) || reach > least ||
            (reach == least && !earlier(a, i, best)))
            continue;
        best = i;
        least = reach;
    }
    return (struct queue_choice){.index = best};
}

/* Go on in the same direction while there is anything; else turn round. */
static struct queue_choice choose_look(const struct asking *a)
{
    struct queue_state *s = a->state;
    int best = ahead(a, s->last_end, s->down);

    if (best < 0) {
        s->down = !s->down;
        best = ahead(a, s->last_end, s->down);
    }
    return (struct queue_choice){.index = best};
}

/* The same, but the arm turns round at the edge only. */
static struct queue_choice choose_scan(const struct asking *a)
{
    bool was_down = a->state->down;
    struct queue_choice c = choose_look(a);

    if (c.index >= 0 && a->state->down != was_down)
        c.turn = TURN_EDGE;
    return c;
}

/* One direction only: from the end back to the other end. */
static struct queue_choice choose_clook(const struct asking *a)
{
    bool down = a->state->down;
    int best = ahead(a, a->state->last_end, down);

    if (best >= 0)
        return (struct queue_choice){.index = best};
    return (struct queue_choice){
        .index = ahead(a, down ? INT64_MAX : INT64_MIN / 2, down),
        .turn = TURN_JUMP};
}

static struct queue_choice choose_cscan(const struct asking *a)
{
    struct queue_choice c = choose_clook(a);

    if (c.turn == TURN_JUMP)
        c.turn = TURN_WRAP;
    return c;
}

/* After Linux's mq-deadline, of reads only: upwards in batches; a batch begins
 * with the oldest if that has waited too long, or nothing lies ahead. */
static struct queue_choice choose_deadline(const struct asking *a)
{
    struct queue_state *s = a->state;
    int next = ahead(a, s->last_end, false), old;

    if (next >= 0 && s->batch < a->rules->batch) {
        s->batch++;
        return (struct queue_choice){.index = next};
    }
    old = oldest(a);
    if (old < 0)
        return (struct queue_choice){.index = -1};
    s->batch = 1;
    if (next < 0 || a->now_ms - a->items[old].arrive_ms >= a->rules->expire_ms)
        next = old;
    return (struct queue_choice){.index = next};
}

static struct queue_choice (*const chooses[DISK_POLICIES])(
    const struct asking *) = {
    [DISK_FCFS] = choose_fcfs,   [DISK_SSTF] = choose_sstf,
    [DISK_SCAN] = choose_scan,   [DISK_LOOK] = choose_look,
    [DISK_CSCAN] = choose_cscan, [DISK_CLOOK] = choose_clook,
    [DISK_SATF] = choose_satf,   [DISK_DEADLINE] = choose_deadline,
};

struct queue_choice queue_choose(enum spec_disk_policy policy,
                                 const struct queue_item *items, int count,
                                 double now_ms, int64_t cylinder,
                                 const struct queue_rules *rules,
                                 struct queue_state *state)
{
    const struct asking a = {.items = items,
                             .count = count,
                             .now_ms = now_ms,
                             .cylinder = cylinder,
                             .rules = rules,
                             .state = state};

    assert((unsigned)policy < DISK_POLICIES);
    return chooses[policy](&a);
}

/* ---- arm movement ------------------------------------------------------- */

/* How far the arm goes from @head to @to; *@jump is how much of it is the jump
 * back. */
static int64_t way(enum queue_turn turn, int64_t head, int64_t to, int64_t edge,
                   int64_t other, int64_t *jump)
{
    *jump = 0;
    switch (turn) {
    case TURN_EDGE:
        return llabs(edge - head) + llabs(to - edge);
    case TURN_WRAP:
        *jump = llabs(other - edge);
        return llabs(edge - head) + *jump + llabs(to - other);
    case TURN_JUMP:
        *jump = llabs(to - head);
        return *jump;
    default:
        return llabs(to - head);
    }
}

struct queue_movement queue_move(enum spec_disk_policy policy,
                                 const int64_t *queue, int count, int64_t head,
                                 int64_t cylinders, bool down, int64_t *order)
{
    struct queue_item *items = calloc((size_t)count + 1, sizeof(*items));
    struct queue_state state = {.down = down, .last_end = head};
    struct queue_movement m = {0};

    for (int i = 0; items && i < count; i++)
        items[i] =
            (struct queue_item){.position = queue[i], .cylinder = queue[i]};
    for (int left = count; items && left > 0; left--) {
        bool was_down = state.down;
        int64_t edge = was_down ? 0 : cylinders - 1;
        struct queue_choice c =
            queue_choose(policy, items, left, 0, head, &queue_usual, &state);
        int64_t to = items[c.index].position, jump, moved;

        moved = way(c.turn, head, to, edge, cylinders - 1 - edge, &jump);
        m.moved += moved;
        m.without_jump += moved - jump;
        order[count - left] = to;
        head = state.last_end = to;
        for (int i = c.index; i + 1 < left; i++) /* queued first stays first */
            items[i] = items[i + 1];
    }
    if (!items)
        m.moved = -1;
    free(items);
    return m;
}
