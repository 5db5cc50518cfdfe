/* Traces: of small machines drawn at random, whose schedules are all done one
 * by one, told apart by which steps that depend on each other come first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "explore/exact.h"
#include "lib/graphs.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))
enum { THREADS = 3, STEPS = 4, CELLS = 4, STATES = 20000 };

/* ---- a machine ----------------------------------------------------------- */

enum kind { LOAD, STORE, LOCK, UNLOCK, WORK, KINDS };

struct step {
    enum kind kind;
    int cell;
    bool asserts; /* that what was read is not 2 */
    bool enters;  /* until its next step, where nobody else may be */
};

struct machine {
    struct step steps[THREADS][STEPS];
    int length[THREADS];
    bool faults; /* storing 3 is one */
};

struct now {
    uint8_t pc[THREADS], reg[THREADS], inside[THREADS];
    uint8_t cell[CELLS];
    bool faulted;
};

static void draw_machine(struct machine *m, int i, uint64_t *seed)
{
    *m = (struct machine){.faults = i % 3 == 0};
    for (int t = 0; t < THREADS; t++) {
        m->length[t] = (int)random_below(seed, STEPS + 1);
        for (int s = 0; s < m->length[t]; s++)
            m->steps[t][s] = (struct step){
                .kind = (enum kind)random_below(seed, KINDS),
                .cell = (int)random_below(seed, i % 2 ? CELLS : 2),
                .asserts = random_below(seed, 4) == 0,
                .enters =
                    i % 4 == 1 && s + 1 < m->length[t] && random_below(seed, 2),
            };
    }
}

static bool ready(const struct machine *m, const struct now *n, int t)
{
    const struct step *s = &m->steps[t][n->pc[t]];

    return !n->faulted && n->pc[t] < m->length[t] &&
           (s->kind != LOCK || n->cell[s->cell] == 0);
}

/* Do the next step of @t; returns what fails. */
static unsigned do_step(const struct machine *m, struct now *n, int t)
{
    const struct step *s = &m->steps[t][n->pc[t]++];
    unsigned fails = 0;

    switch (s->kind) {
    case LOAD:
        n->reg[t] = n->cell[s->cell];
        if (s->asserts && n->reg[t] == 2)
            fails |= 1U << FAILURE_ASSERT;
        break;
    case STORE:
        if (m->faults && n->reg[t] + 1 == 3) {
            *n = (struct now){.faulted = true};
            return 1U << FAILURE_FAULT;
        }
        n->cell[s->cell] = (n->reg[t] + 1) % 4;
        break;
    case LOCK:
        n->cell[s->cell] = 1;
        break;
    case UNLOCK:
        n->cell[s->cell] = 0;
        break;
    default:
        break;
    }
    n->inside[t] = s->enters;
    for (int u = 0; u < THREADS; u++)
        if (s->enters && u != t && n->inside[u])
            fails |= 1U << FAILURE_EXCLUSION;
    return fails;
}

static uint64_t reads_of(const struct step *s)
{
    return s->kind == WORK || s->kind == STORE ? 0 : UINT64_C(1) << s->cell;
}

static uint64_t writes_of(const struct step *s)
{
    return s->kind == WORK || s->kind == LOAD ? 0 : UINT64_C(1) << s->cell;
}

/* ---- its graph ----------------------------------------------------------- */

struct building {
    struct now *states;
    struct graph g;
};

static uint32_t state_number(struct building *b, const struct now *n)
{
    uint32_t s = 0;

    while (s < b->g.states && memcmp(&b->states[s], n, sizeof(*n)) != 0)
        s++;
    if (s == b->g.states) {
        assert_true(s < STATES);
        b->states[b->g.states++] = *n;
    }
    return s;
}

static void add_edges(struct building *b, const struct machine *m, uint32_t s)
{
    struct graph *g = &b->g;
    uint32_t e = g->first[s];
    bool ended = true;

    for (int t = 0; t < THREADS; t++) {
        struct now n = b->states[s];
        const struct step *step = &m->steps[t][n.pc[t]];

        ended = ended && n.pc[t] == m->length[t];
        if (!ready(m, &n, t))
            continue;
        g->reads[e] = reads_of(step);
        g->writes[e] = writes_of(step);
        g->action[e] = (uint8_t)t;
        g->fails[e] = (uint8_t)do_step(m, &n, t);
        g->to[e++] = state_number(b, &n);
    }
    g->first[s + 1] = e;
    if (b->states[s].faulted)
        g->finish[s] = GRAPH_FAULTED;
    else if (e == g->first[s])
        g->finish[s] = !ended                      ? FINISH_DEADLOCK
                       : b->states[s].cell[0] == 1 ? FINISH_CHECK
                                                   : FINISH_NORMAL;
}

static void build(struct graph *g, const struct machine *m)
{
    size_t edges = (size_t)STATES * THREADS;
    struct building b = {.states = calloc(STATES, sizeof(*b.states))};
    struct now start = {0};

    b.g.threads = THREADS;
    b.g.first = calloc(STATES + 1, sizeof(*b.g.first));
    b.g.to = calloc(edges, sizeof(*b.g.to));
    b.g.action = calloc(edges, 1);
    b.g.fails = calloc(edges, 1);
    b.g.finish = calloc(STATES, 1);
    b.g.reads = calloc(edges, sizeof(*b.g.reads));
    b.g.writes = calloc(edges, sizeof(*b.g.writes));
    assert_true(b.states && b.g.first && b.g.to && b.g.action && b.g.fails &&
                b.g.finish && b.g.reads && b.g.writes);
    state_number(&b, &start);
    for (uint32_t s = 0; s < b.g.states; s++)
        add_edges(&b, m, s);
    free(b.states);
    *g = b.g;
}

/* ---- one schedule after the other ---------------------------------------- */

struct did {
    int thread;
    uint64_t reads, writes;
    bool fault;
};

/* A schedule as the one of its trace that comes first in the order of words. */
struct word {
    uint8_t threads[THREADS * STEPS];
    bool fails;
};

struct all {
    const struct machine *m;
    struct did events[THREADS * STEPS];
    struct word *words;
    size_t count;
};

static bool depend(const struct did *a, const struct did *b)
{
    return a->thread == b->thread || a->fault || b->fault ||
           (a->writes & (b->reads | b->writes)) || (b->writes & a->reads);
}

/* The smallest thread first whose next step waits for no other. */
static void normal_form(const struct all *k, int length, struct word *w)
{
    bool done[THREADS * STEPS] = {false};

    memset(w->threads, 0xff, sizeof(w->threads));
    for (int n = 0; n < length; n++) {
        int best = -1;

        for (int i = 0; i < length; i++) {
            bool free_now = !done[i];

            for (int j = 0; j < i; j++)
                if (!done[j] && depend(&k->events[j], &k->events[i]))
                    free_now = false;
            if (free_now &&
                (best < 0 || k->events[i].thread < k->events[best].thread))
                best = i;
        }
        done[best] = true;
        w->threads[n] = (uint8_t)k->events[best].thread;
    }
}

/* NOLINTNEXTLINE(misc-no-recursion) */
static void do_all(struct all *k, const struct now *n, int length, bool failed)
{
    bool over = true;
    bool ended = true;

    for (int t = 0; t < THREADS; t++) {
        const struct step *s = &k->m->steps[t][n->pc[t]];
        struct now next = *n;
        unsigned fails;

        ended = ended && n->pc[t] == k->m->length[t];
        if (!ready(k->m, n, t))
            continue;
        over = false;
        fails = do_step(k->m, &next, t);
        k->events[length] = (struct did){t, reads_of(s), writes_of(s),
                                         fails & 1U << FAILURE_FAULT};
        do_all(k, &next, length + 1, failed || fails);
    }
    if (!over)
        return;
    assert_true(k->count < 40000);
    normal_form(k, length, &k->words[k->count]);
    k->words[k->count++].fails =
        failed || (!n->faulted && (!ended || n->cell[0] == 1));
}

/* The failing ones of a trace first. */
static int compare_words(const void *a, const void *b)
{
    const struct word *x = a;
    const struct word *y = b;
    int order = memcmp(x->threads, y->threads, sizeof(x->threads));

    return order ? order : y->fails - x->fails;
}

static void count_slowly(struct all *k, int64_t *traces, int64_t *failing)
{
    struct now start = {0};

    *traces = *failing = 0;
    k->count = 0;
    do_all(k, &start, 0, false);
    qsort(k->words, k->count, sizeof(*k->words), compare_words);
    for (size_t i = 0; i < k->count; i++)
        if (i == 0 || memcmp(k->words[i - 1].threads, k->words[i].threads,
                             sizeof(k->words[i].threads)) != 0) {
            ++*traces;
            *failing += k->words[i].fails;
        }
}

static void traces_of_drawn(void **state)
{
    struct machine m;
    struct all k = {.m = &m, .words = calloc(40000, sizeof(*k.words))};
    uint64_t seed = 6;
    (void)state;

    assert_non_null(k.words);
    for (int i = 0; i < 200; i++) {
        int64_t traces, failing;
        struct explore_result r;
        struct components c;
        struct graph g;

        draw_machine(&m, i, &seed);
        build(&g, &m);
        count_slowly(&k, &traces, &failing);
        answer_init(&r, 1);
        assert_int_equal(components_find(&g, &c), 0);
        assert_int_equal(traces_count(&g, &c, (int64_t)k.count, &r), 0);
        assert_int_equal(r.traces, traces);
        assert_int_equal(r.failing_traces, failing);
        /* One schedule too many. */
        assert_int_equal(traces_count(&g, &c, (int64_t)k.count - 1, &r), 0);
        assert_int_equal(r.traces, -1);
        assert_int_equal(r.failing_traces, -1);
        components_fini(&c);
        answer_fini(&r);
        graph_fini(&g);
    }
    free(k.words);
}

/* Nothing to tell steps apart by, or no end of schedules: no count. */
static void traces_unknown(void **state)
{
    static const char *const graphs[] = {"0>1 1>1 | ok", "0>0 1>1 | ok",
                                         "0>1 f1>1 | ok"};
    (void)state;

    for (size_t i = 0; i < COUNT(graphs); i++) {
        struct explore_result r;
        struct components c;
        struct graph g;

        graph_read(&g, graphs[i]);
        if (i > 0) {
            g.reads = calloc(4, sizeof(*g.reads));
            g.writes = calloc(4, sizeof(*g.writes));
        }
        answer_init(&r, 1);
        assert_int_equal(components_find(&g, &c), 0);
        assert_int_equal(traces_count(&g, &c, 1000, &r), 0);
        assert_int_equal(r.traces, -1);
        assert_int_equal(r.failing_traces, -1);
        components_fini(&c);
        answer_fini(&r);
        graph_fini(&g);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(traces_of_drawn),
        cmocka_unit_test(traces_unknown),
    };

    return cmocka_run_group_tests_name("graph traces", tests, NULL, NULL);
}
