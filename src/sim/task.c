/* The queues that policies are made of. */
#include <errno.h>
#include <stdlib.h>

#include "sim/task.h"

/* ---- list ---------------------------------------------------------------- */

void list_move_all(struct task_list *to, struct task_list *from)
{
    if (!from->head)
        return;
    from->head->prev = to->tail;
    if (to->tail)
        to->tail->next = from->head;
    else
        to->head = from->head;
    to->tail = from->tail;
    to->count += from->count;
    *from = (struct task_list){0};
}

/* ---- ordered ------------------------------------------------------------- */

static bool before(const struct task *a, const struct task *b)
{
    return a->key != b->key ? a->key < b->key : a->id < b->id;
}

/* A task's rank in the heap: its id, well mixed (the finisher of splitmix64).
 */
static uint64_t rank(const struct task *t)
{
    uint64_t z = (uint64_t)t->id * UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void add_up(struct task *t)
{
    t->sum = t->value;
    t->least = t->due;
    if (t->left) {
        t->sum += t->left->sum;
        if (t->left->least < t->least)
            t->least = t->left->least;
    }
    if (t->right) {
        t->sum += t->right->sum;
        if (t->right->least < t->least)
            t->least = t->right->least;
    }
}

static void hang(struct ordered *o, struct task *up, struct task *from,
                 struct task *to)
{
    if (!up)
        o->root = to;
    else if (up->left == from)
        up->left = to;
    else
        up->right = to;
    if (to)
        to->up = up;
}

/* @t, a child, takes its parent's place. */
static void rotate_up(struct ordered *o, struct task *t)
{
    struct task *p = t->up, *g = p->up;

    if (p->left == t) {
        p->left = t->right;
        if (t->right)
            t->right->up = p;
        t->right = p;
    } else {
        p->right = t->left;
        if (t->left)
            t->left->up = p;
        t->left = p;
    }
    hang(o, g, p, t);
    p->up = t;
    if (o->sums) {
        add_up(p);
        add_up(t);
    }
}

void ordered_insert(struct ordered *o, struct task *t)
{
    struct task *at = o->root, *up = NULL;
    uint64_t r = rank(t);

    while (at) {
        up = at;
        at = before(t, at) ? at->left : at->right;
    }
    t->left = t->right = NULL;
    t->up = up;
    if (o->sums)
        add_up(t);
    if (!up)
        o->root = t;
    else if (before(t, up))
        up->left = t;
    else
        up->right = t;
    while (t->up && rank(t->up) < r)
        rotate_up(o, t);
    for (struct task *a = t->up; a && o->sums; a = a->up)
        add_up(a);
}

void ordered_remove(struct ordered *o, struct task *t)
{
    struct task *up;

    while (t->left || t->right) {
        struct task *c = !t->left                         ? t->right
                         : !t->right                      ? t->left
                         : rank(t->left) > rank(t->right) ? t->left
                                                          : t->right;
        rotate_up(o, c);
    }
    up = t->up;
    hang(o, up, t, NULL);
    for (; up && o->sums; up = up->up)
        add_up(up);
    t->up = t->left = t->right = NULL;
}

struct task *ordered_first(const struct ordered *o)
{
    struct task *t = o->root;

    while (t && t->left)
        t = t->left;
    return t;
}

struct task *ordered_next(const struct task *t)
{
    struct task *n = t->right;

    if (n) {
        while (n->left)
            n = n->left;
        return n;
    }
    for (n = t->up; n && n->right == t; n = n->up)
        t = n;
    return n;
}

int64_t ordered_sum(const struct ordered *o)
{
    return o->root ? o->root->sum : 0;
}

static struct task *leftmost_least(struct task *t, int64_t least)
{
    for (;;) {
        if (t->left && t->left->least == least)
            t = t->left;
        else if (t->due == least)
            return t;
        else
            t = t->right;
    }
}

struct task *ordered_least_due(const struct ordered *o, int64_t key)
{
    struct task *t = o->root, *best = NULL;
    bool whole = false; /* .best stands for a subtree */
    int64_t least = INT64_MAX;

    while (t) {
        if (t->key > key) {
            t = t->left;
            continue;
        }
        /* All to the left, and this one, will do. */
        if (t->left && (!best || t->left->least < least)) {
            best = t->left;
            least = best->least;
            whole = true;
        }
        if (!best || t->due < least) {
            best = t;
            least = t->due;
            whole = false;
        }
        t = t->right;
    }
    return best && whole ? leftmost_least(best, least) : best;
}

/* ---- heap of times ------------------------------------------------------- */

int due_init(struct due_heap *h, int most)
{
    size_t n = (size_t)(most > 0 ? most : 1);

    h->at = malloc(n * sizeof(*h->at));
    h->heap = malloc(n * sizeof(*h->heap));
    h->pos = calloc(n, sizeof(*h->pos));
    h->count = 0;
    if (h->at && h->heap && h->pos)
        return 0;
    due_fini(h);
    return -ENOMEM;
}

void due_fini(struct due_heap *h)
{
    free(h->at);
    free(h->heap);
    free(h->pos);
    *h = (struct due_heap){0};
}

static bool sooner(const struct due_heap *h, int32_t a, int32_t b)
{
    return h->at[a] != h->at[b] ? h->at[a] < h->at[b] : a < b;
}

static void due_put(struct due_heap *h, int32_t place, int32_t number)
{
    h->heap[place] = number;
    h->pos[number] = place + 1;
}

/* Find @number's place from @place on, first upwards, then downwards. */
static void due_settle(struct due_heap *h, int32_t place, int32_t number)
{
    while (place > 0 && sooner(h, number, h->heap[(place - 1) / 2])) {
        due_put(h, place, h->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    for (;;) {
        int32_t child = 2 * place + 1;

        if (child + 1 < h->count &&
            sooner(h, h->heap[child + 1], h->heap[child]))
            child++;
        if (child >= h->count || !sooner(h, h->heap[child], number))
            break;
        due_put(h, place, h->heap[child]);
        place = child;
    }
    due_put(h, place, number);
}

void due_set(struct due_heap *h, int32_t number, int64_t at)
{
    int32_t place = h->pos[number] - 1;

    if (h->count == 1 && place == 0 && at < INT64_MAX) { /* it stays there */
        h->at[number] = at;
        return;
    }
    if (at < INT64_MAX) {
        h->at[number] = at;
        due_settle(h, place >= 0 ? place : h->count++, number);
    } else if (place >= 0) {
        int32_t last = h->heap[--h->count];

        h->pos[number] = 0;
        if (last != number)
            due_settle(h, place, last);
    }
}
