/* The wait-for graph: who is stuck and who is not, on traces made by hand; how
 * it is told; how it is drawn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frame/frame.h"
#include "lib/fake_trace.h"
#include "view/scene.h"

#define MOST 8
#define NOBODY (-1)
#define ANY(role) (100 + (role))

/* A worker: role, what it waits for (index; -1), ended or not. A resource:
 * kind, owner (or ANY(role)), how many there are. */
struct node {
    enum worker_role role;
    int waits;
    bool ended;
};
struct thing {
    enum resource_kind kind;
    const char *name;
    int giver;
    int available;
};

static const struct graph_case {
    const char *name;
    struct node worker[MOST];
    int workers;
    struct thing thing[MOST];
    int things;
    int stuck, cycle; /* how many; length */
    const char *told; /* part of the sentence, or NULL */
} graphs[] = {
    {
        .name = "two locks crosswise: a circle of two",
        .worker = {{ROLE_WORKER, 1, false}, {ROLE_WORKER, 0, false}},
        .workers = 2,
        .thing = {{RESOURCE_LOCK, "lock A", 0, 0},
                  {RESOURCE_LOCK, "lock B", 1, 0}},
        .things = 2,
        .stuck = 2,
        .cycle = 2,
        .told = "worker A holds lock A and waits in futex(lock) for lock B, "
                "held by B; B holds lock B and waits for lock A, held by A",
    },
    {
        .name = "five forks round the table: a circle of five",
        .worker = {{ROLE_PHILOSOPHER, 1, false},
                   {ROLE_PHILOSOPHER, 2, false},
                   {ROLE_PHILOSOPHER, 3, false},
                   {ROLE_PHILOSOPHER, 4, false},
                   {ROLE_PHILOSOPHER, 0, false}},
        .workers = 5,
        .thing = {{RESOURCE_LOCK, "fork 0", 0, 0},
                  {RESOURCE_LOCK, "fork 1", 1, 0},
                  {RESOURCE_LOCK, "fork 2", 2, 0},
                  {RESOURCE_LOCK, "fork 3", 3, 0},
                  {RESOURCE_LOCK, "fork 4", 4, 0}},
        .things = 5,
        .stuck = 5,
        .cycle = 5,
        .told = "E holds fork 4 and waits for fork 0, held by A",
    },
    {
        .name = "the same with one that has both forks: nobody is stuck",
        .worker = {{ROLE_PHILOSOPHER, 1, false},
                   {ROLE_PHILOSOPHER, 2, false},
                   {ROLE_PHILOSOPHER, -1, false}},
        .workers = 3,
        .thing = {{RESOURCE_LOCK, "fork 0", 2, 0},
                  {RESOURCE_LOCK, "fork 1", 1, 0},
                  {RESOURCE_LOCK, "fork 2", 2, 0}},
        .things = 3,
        .stuck = 0,
    },
    {
        .name = "a chain into one that runs: nobody is stuck",
        .worker = {{ROLE_WORKER, 1, false},
                   {ROLE_WORKER, 2, false},
                   {ROLE_WORKER, 3, false},
                   {ROLE_WORKER, -1, false}},
        .workers = 4,
        .thing = {{RESOURCE_LOCK, "a", 0, 0},
                  {RESOURCE_LOCK, "b", 1, 0},
                  {RESOURCE_LOCK, "c", 2, 0},
                  {RESOURCE_LOCK, "d", 3, 0}},
        .things = 4,
        .stuck = 0,
    },
    {
        .name = "a lock that is free just now: nobody is stuck",
        .worker = {{ROLE_WORKER, 0, false}, {ROLE_WORKER, 0, false}},
        .workers = 2,
        .thing = {{RESOURCE_LOCK, "a", NOBODY, 0}},
        .things = 1,
        .stuck = 0,
    },
    {
        .name = "a circle and one behind it: three stuck, two in the circle",
        .worker = {{ROLE_WORKER, 1, false},
                   {ROLE_WORKER, 0, false},
                   {ROLE_WORKER, 0, false},
                   {ROLE_WORKER, -1, false}},
        .workers = 4,
        .thing = {{RESOURCE_LOCK, "a", 0, 0}, {RESOURCE_LOCK, "b", 1, 0}},
        .things = 2,
        .stuck = 3,
        .cycle = 2,
        .told = "; 1 more waits for them",
    },
    {
        .name = "the owner has ended with the lock: stuck, no circle",
        .worker = {{ROLE_WORKER, 0, false}, {ROLE_WORKER, -1, true}},
        .workers = 2,
        .thing = {{RESOURCE_LOCK, "a", 1, 0}},
        .things = 1,
        .stuck = 1,
        .told = "worker A waits in futex(lock) for a, held by B; nobody is "
                "left who could help",
    },
    {
        .name = "items: one producer of two still works",
        .worker = {{ROLE_PRODUCER, -1, true},
                   {ROLE_PRODUCER, -1, false},
                   {ROLE_CONSUMER, 0, false},
                   {ROLE_CONSUMER, 0, false}},
        .workers = 4,
        .thing = {{RESOURCE_ITEM, "an item", ANY(ROLE_PRODUCER), 0}},
        .things = 1,
        .stuck = 0,
    },
    {
        .name = "items: all producers have ended",
        .worker = {{ROLE_PRODUCER, -1, true},
                   {ROLE_CONSUMER, 0, false},
                   {ROLE_CONSUMER, -1, false},
                   {ROLE_CONSUMER, 0, false}},
        .workers = 4,
        .thing = {{RESOURCE_ITEM, "an item", ANY(ROLE_PRODUCER), 0}},
        .things = 1,
        .stuck = 2,
        .told = "consumer B waits in futex(item) for an item, which only "
                "producers bring; D waits for that, too; nobody is left",
    },
    {
        .name = "items: all producers have ended, but one is there",
        .worker = {{ROLE_PRODUCER, -1, true}, {ROLE_CONSUMER, 0, false}},
        .workers = 2,
        .thing = {{RESOURCE_ITEM, "an item", ANY(ROLE_PRODUCER), 1}},
        .things = 1,
        .stuck = 0,
    },
    {
        .name = "room: no consumer is left",
        .worker = {{ROLE_PRODUCER, 0, false}, {ROLE_CONSUMER, -1, true}},
        .workers = 2,
        .thing = {{RESOURCE_ROOM, "room", ANY(ROLE_CONSUMER), 0}},
        .things = 1,
        .stuck = 1,
        .told = "producer A waits in futex(room) for room, which only "
                "consumers make",
    },
    {
        .name = "all producers wait for room, all consumers for items",
        .worker = {{ROLE_PRODUCER, 1, false},
                   {ROLE_PRODUCER, 1, false},
                   {ROLE_CONSUMER, 0, false}},
        .workers = 3,
        .thing = {{RESOURCE_ITEM, "an item", ANY(ROLE_PRODUCER), 0},
                  {RESOURCE_ROOM, "room", ANY(ROLE_CONSUMER), 0}},
        .things = 2,
        .stuck = 3,
        .cycle = 2,
    },
    {
        .name = "a full pipe and a parent that joins first",
        .worker = {{ROLE_PARENT, 1, false}, {ROLE_CHILD, 0, false}},
        .workers = 2,
        .thing = {{RESOURCE_PIPE_IN, "room in its pipe", 0, 0},
                  {RESOURCE_END, "end", 1, 0}},
        .things = 2,
        .stuck = 2,
        .cycle = 2,
        .told = "parent A waits in waitid(child) for the end of child B; child "
                "B waits in write(pipe) for room in its pipe, which only "
                "parent A makes",
    },
    {
        .name = "the pipe has room: its writer is about to go on",
        .worker = {{ROLE_PARENT, 1, false}, {ROLE_CHILD, 0, false}},
        .workers = 2,
        .thing = {{RESOURCE_PIPE_IN, "room in its pipe", 0, 4096},
                  {RESOURCE_END, "end", 1, 0}},
        .things = 2,
        .stuck = 0,
    },
    {
        .name = "the child has ended: its parent is about to go on",
        .worker = {{ROLE_PARENT, 0, false}, {ROLE_CHILD, -1, true}},
        .workers = 2,
        .thing = {{RESOURCE_END, "end", 1, 0}},
        .things = 1,
        .stuck = 0,
    },
    {
        .name = "the parent reads what nobody writes any more",
        .worker = {{ROLE_PARENT, 0, false}, {ROLE_CHILD, -1, true}},
        .workers = 2,
        .thing = {{RESOURCE_PIPE_OUT, "bytes in a pipe", 1, 0}},
        .things = 1,
        .stuck = 1,
        .told = "parent A waits in read(pipe) for bytes in a pipe, which only "
                "child B writes; nobody is left",
    },
    {
        .name = "waiting for oneself",
        .worker = {{ROLE_WORKER, 0, false}, {ROLE_WORKER, -1, false}},
        .workers = 2,
        .thing = {{RESOURCE_LOCK, "a", 0, 0}},
        .things = 1,
        .stuck = 1,
        .cycle = 1,
    },
    {.name = "nobody waits, and there is nothing to wait for",
     .worker = {{ROLE_WORKER, -1, false}},
     .workers = 1},
};

static struct trace *trace_of(const struct graph_case *c)
{
    char line[64];
    struct trace *t;

    snprintf(line, sizeof(line), "spin --model processes --workers %d",
             c->workers);
    t = fake_new(line);
    t->resources = calloc(MOST, sizeof(*t->resources));
    assert_non_null(t->resources);
    t->resource_count = c->things;
    for (int i = 0; i < c->things; i++) {
        const struct thing *from = &c->thing[i];
        struct trace_resource *r = &t->resources[i];

        snprintf(r->name, sizeof(r->name), "%s", from->name);
        r->kind = from->kind;
        r->available = from->available;
        r->role = from->giver >= ANY(0) ? from->giver - ANY(0) : -1;
        r->owner = from->giver >= ANY(0) ? -1 : from->giver;
    }
    for (int i = 0; i < c->workers; i++) {
        t->workers[i].role = c->worker[i].role;
        t->workers[i].waits_on = c->worker[i].waits;
        if (c->worker[i].ended)
            t->workers[i].life = LIFE_ENDED;
    }
    waitfor_find(t, &t->waitfor);
    return t;
}

/* Each of the circle waits for the next one, or for one of its kind. */
static void assert_circle(const struct trace *t)
{
    const struct waitfor *f = &t->waitfor;

    for (int i = 0; i < f->cycle_length; i++) {
        const struct trace_resource *r = waitfor_wants(t, f->cycle[i]);
        int next = f->cycle[(i + 1) % f->cycle_length];

        assert_non_null(r);
        if (r->role >= 0)
            assert_int_equal(t->workers[next].role, r->role);
        else
            assert_int_equal(r->owner, next);
        assert_true(waitfor_stuck(f, f->cycle[i]));
    }
}

static void graph_is_right(void **state)
{
    const struct graph_case *c = *state;
    struct trace *t = trace_of(c);
    struct text told = {0};
    int living = 0;

    assert_int_equal(t->waitfor.stuck, c->stuck);
    assert_int_equal(t->waitfor.cycle_length, c->cycle);
    for (int i = 0; i < c->workers; i++)
        living += !c->worker[i].ended;
    if (c->things > 0)
        assert_int_equal(t->waitfor.going, living - c->stuck);
    assert_circle(t);
    waitfor_tell(t, &t->waitfor, &told);
    if (c->stuck == 0)
        assert_int_equal(told.len, 0);
    if (c->told && !strstr(text_str(&told), c->told))
        fail_msg("told: %s", text_str(&told));
    text_fini(&told);
    trace_free(t);
}

/* A chain of thousands is no work to speak of, and the table of the stuck may
 * be too small for them. */
static void long_chains(void **state)
{
    const int n = 4000;
    struct trace *t;

    (void)state;
    t = fake_new("spin --workers 4000");
    t->resources = calloc((size_t)n, sizeof(*t->resources));
    assert_non_null(t->resources);
    t->resource_count = n;
    for (int i = 0; i < n; i++) {
        t->resources[i] = (struct trace_resource){
            .kind = RESOURCE_LOCK, .role = -1, .owner = i};
        t->workers[i].waits_on = i + 1 < n ? i + 1 : -1;
    }
    waitfor_find(t, &t->waitfor);
    assert_int_equal(t->waitfor.stuck, 0);
    assert_int_equal(t->waitfor.going, n);
    t->workers[n - 1].waits_on = 0;
    waitfor_find(t, &t->waitfor);
    assert_int_equal(t->waitfor.stuck, n);
    assert_int_equal(t->waitfor.going, 0);
    trace_free(t);
}

/* ---- the picture -------------------------------------------------------- */

static const struct picture_case {
    const char *name;
    int graph; /* of the table above */
    int rows, columns;
    const char *want[3]; /* to be read somewhere */
} pictures[] = {
    {"circle at 80",
     0,
     8,
     80,
     {"DEADLOCK  A → B → A", "holds lock A → lock B, held by B",
      "futex(lock)"}},
    {"pipe at 100",
     12,
     8,
     100,
     {"DEADLOCK  A → B → A", "→ the end of child B", "write(pipe)"}},
    {"no circle",
     8,
     8,
     80,
     {"STUCK FOR EVER  2 workers wait", "B consumer", "D consumer"}},
    {"more than fit", 1, 5, 80, {"DEADLOCK", "and 4 more wait", NULL}},
    {"only waiting", 3, 8, 80, {"A worker", "→ b, held by B", NULL}},
    {"nobody waits", 17, 8, 80, {NULL}},
    {"too small", 0, 3, 9, {NULL}},
};

static void picture_shows(void **state)
{
    const struct picture_case *c = *state;
    struct trace *t = trace_of(&graphs[c->graph]);
    struct frame f = {0};
    struct text text = {0};

    assert_int_equal(frame_init(&f, c->rows, c->columns), 0);
    scene_draw(&f, frame_box(&f), t);
    frame_to_text(&f, &text);
    for (int i = 0; i < 3 && c->want[i]; i++)
        if (!strstr(text_str(&text), c->want[i]))
            fail_msg("\"%s\" is not in:\n%s", c->want[i], text_str(&text));
    text_fini(&text);
    frame_fini(&f);
    trace_free(t);
}

int main(void)
{
    struct CMUnitTest tests[64];
    size_t n = 0;

    for (size_t i = 0; i < sizeof(graphs) / sizeof(graphs[0]); i++)
        tests[n++] =
            (struct CMUnitTest){.name = graphs[i].name,
                                .test_func = graph_is_right,
                                .initial_state = (void *)(uintptr_t)&graphs[i]};
    for (size_t i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++)
        tests[n++] = (struct CMUnitTest){.name = pictures[i].name,
                                         .test_func = picture_shows,
                                         .initial_state =
                                             (void *)(uintptr_t)&pictures[i]};
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(long_chains);
    return _cmocka_run_group_tests("waitfor", tests, n, NULL, NULL);
}
