/* Two opinions of what a program means: explore(), and the naive enumerator of
 * tests/lib. First the naive one is held against the answers of other engines,
 * then the two against each other on random programs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "lib/agree.h"
#include "lib/naive_step.h"
#include "lib/random_program.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

/* ---- the naive enumerator and the golden answers ------------------------- */

#define GOLDEN_STATES 60000
#define GOLDEN_CASES 64

struct golden_case {
    char name[80];
    const json_t *program, *results;
    bool tso;
};
static struct golden_case golden[GOLDEN_CASES];

static void same_number(const char *what, long got, const json_t *want,
                        long absent)
{
    long wanted =
        json_is_integer(want) ? (long)json_integer_value(want) : absent;

    if (got != wanted)
        fail_msg("%s: %ld, not %ld", what, got, wanted);
}

static void same_count(const char *what, struct naive_count got,
                       const json_t *want)
{
    char text[48], wanted[48];

    if (!json_is_integer(want))
        return;
    snprintf(wanted, sizeof(wanted), "%lld", json_integer_value(want));
    if (strcmp(naive_count_text(got, text), wanted) != 0)
        fail_msg("%s: %s, not %s", what, text, wanted);
}

static void same_chance(const char *what, double got, const json_t *want)
{
    double wanted = json_number_value(json_array_get(want, 1));

    if (want && fabs(got - wanted) > 1e-9)
        fail_msg("%s: %.12g, not %.12g", what, got, wanted);
}

static void same_finals(const struct naive *n, const json_t *want, int observed)
{
    assert_int_equal(n->outcome_count, json_array_size(want));
    for (int i = 0; i < n->outcome_count; i++)
        for (int k = 0; k < observed; k++)
            same_number(
                "a final value", n->outcomes[i].values[k],
                json_array_get(json_array_get(want, (size_t)i), (size_t)k), 0);
}

static void same_failing(const struct naive *n, const json_t *r)
{
    const json_t *kinds = json_object_get(r, "reachable");

    for (int k = 0; k < FAILURE_FAULT; k++) {
        const char *name = failure_names[k];
        const struct naive_failing *f = &n->failing[k];

        if (f->reachable != json_is_true(json_object_get(kinds, name)))
            fail_msg("%s: reachable %d", name, f->reachable);
        same_number(name, f->shortest,
                    json_object_get(json_object_get(r, "shortest"), name), -1);
        if (json_object_get(r, "shortest_thread_steps"))
            same_number(name, f->shortest_steps,
                        json_object_get(
                            json_object_get(r, "shortest_thread_steps"), name),
                        -1);
        if (json_object_get(r, "min_preemptions"))
            same_number(
                name, f->preemptions,
                json_object_get(json_object_get(r, "min_preemptions"), name),
                -1);
        same_count(
            name, f->schedules,
            json_object_get(json_object_get(r, "failing_by_kind"), name));
        same_chance(name, f->random,
                    json_object_get(
                        json_object_get(r, "fail_probability_by_kind"), name));
    }
}

static void naive_is_right(void **state)
{
    const struct golden_case *c = *state;
    const struct rules rules = {.granularity = GRANULARITY_ACCESS,
                                .tso = c->tso,
                                .buffer = TSL_BUFFER,
                                .keep_registers = true};
    const json_t *r = c->results;
    struct program *p = NULL;
    struct err err = {0};
    struct naive n;

    if (program_from_json(c->name, c->program, &p, &err) < 0)
        fail_msg("%s", err.text);
    assert_true(naive_fits(p));
    assert_true(naive_explore(p, &rules, GOLDEN_STATES, &n));
    same_finals(&n, json_object_get(r, "finals"), p->observed_count);
    same_failing(&n, r);
    assert_int_equal(n.acyclic,
                     json_is_integer(json_object_get(r, "interleavings")));
    same_count("schedules", n.schedules, json_object_get(r, "interleavings"));
    same_count("failing schedules", n.failing_schedules,
               json_object_get(r, "failing_interleavings"));
    same_chance("random", n.random,
                json_object_get(r, "fail_probability_random_scheduler"));
    assert_int_equal(n.trap,
                     json_is_true(json_object_get(r, "trap_reachable")));
    assert_int_equal(n.livelock,
                     json_is_true(json_object_get(r, "fair_nontermination")));
    if (n.traces >= 0 && json_object_get(r, "traces")) {
        same_number("traces", n.traces, json_object_get(r, "traces"), -1);
        same_number("failing traces", n.failing_traces,
                    json_object_get(r, "failing_traces"), -1);
    }
    naive_fini(&n);
    program_free(p);
}

static size_t golden_tests(struct CMUnitTest *tests, const json_t *file)
{
    const json_t *cases = json_object_get(file, "cases"), *c, *results;
    const char *model;
    size_t i, n = 0;

    json_array_foreach(cases, i, c)
    {
        json_object_foreach((json_t *)(uintptr_t)json_object_get(c, "results"),
                            model, results)
        {
            struct golden_case *g = &golden[n];

            assert_true(n < COUNT(golden));
            snprintf(g->name, sizeof(g->name), "%s %s",
                     json_string_value(json_object_get(c, "id")), model);
            g->program = json_object_get(c, "program");
            g->results = results;
            g->tso = strcmp(model, "TSO") == 0;
            tests[n++] = (struct CMUnitTest){.name = g->name,
                                             .test_func = naive_is_right,
                                             .initial_state = g};
        }
    }
    return n;
}

/* ---- random programs ----------------------------------------------------- */

/* Programs in all; a tenth where a sanitizer slows them down. NAIVE_PROGRAMS
 * says otherwise, NAIVE_SEED tells the program of that seed and takes it
 * alone. */
enum { GROUPS = 20, TEXT_GROUPS = 5, TEXT_SHARE = 5 };
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PROGRAMS 1000
#else
#define PROGRAMS 10000
#endif
#define MOST_STATES 3000
#define WALK_STEPS 60

struct group {
    char name[64];
    uint64_t first, count;
};

static uint64_t setting(const char *name, uint64_t otherwise)
{
    const char *set = getenv(name);

    return set && *set ? strtoull(set, NULL, 10) : otherwise;
}

/* The ways to ask. Each program is asked in another one at each granularity, so
 * that all combinations come up a hundred times; NAIVE_ALL=1 asks every program
 * in all of them. */
static const struct way {
    enum explore_depth depth;
    bool no_reduction;
} ways[] = {
    {EXPLORE_ALL, false},
    {EXPLORE_STATES, false},
    {EXPLORE_VERDICT, false},
    {EXPLORE_VERDICT, true},
};
/* With one worker or two, registers kept or not, hasty or not. */
#define WAYS (8 * COUNT(ways))

/* Memory for a search: little, which is quickly had, unless there are values
 * that need tables of thousands. */
static int64_t enough(const struct program *p)
{
    for (int i = 0; i < p->expr_count; i++)
        if (p->exprs[i].kind == EXPR_CONST && abs(p->exprs[i].value) > 99)
            return 64 << 20;
    return 2 << 20;
}

/* Ask about @p with @rules as @way says. @hasty: what a search does only when
 * there is much to do, it does at once. */
static bool ask(const struct program *p, const struct rules *rules,
                const struct naive *n, const struct way *way, int workers,
                bool keep, bool hasty, struct text *why)
{
    struct explore_request r = {.rules = *rules,
                                .depth = way->depth,
                                .no_reduction = way->no_reduction,
                                .workers = workers,
                                .crew_after = hasty,
                                .fit_after = hasty,
                                .memory = enough(p)};
    bool ok;

    r.rules.keep_registers = keep;
    ok = agree_explore(p, &r, n, why);
    if (!ok)
        text_addf(why, "depth %d%s, %d workers, registers %s%s\n", way->depth,
                  way->no_reduction ? " without reduction" : "", workers,
                  keep ? "kept" : "cleared", hasty ? ", hasty" : "");
    return ok;
}

/* Compare under @rules; @which: the way to ask, or all. */
static bool compare(const struct program *p, struct rules *rules,
                    uint64_t which, bool all, struct text *why)
{
    struct naive n;
    bool ok = true;

    rules->keep_registers = true;
    for (unsigned i = 0; i < 2 && ok; i++)
        ok = agree_walk(p, rules, which + i, WALK_STEPS, why);
    if (!ok || !naive_explore(p, rules, MOST_STATES, &n))
        return ok;
    for (uint64_t i = 0; i < WAYS && ok; i++)
        if (all || i == which % WAYS)
            ok = ask(p, rules, &n, &ways[i % 4], 1 + (int)(i / 4 % 2),
                     i / 8 % 2, i / 16, why);
    naive_fini(&n);
    return ok;
}

/* Compare @p at every granularity. */
static bool compare_all(const struct program *p, uint64_t seed,
                        struct text *why)
{
    bool all = getenv("NAIVE_ALL") != NULL, ok = true;

    for (int i = 0; i < 6 && ok; i++) {
        struct rules rules = {.granularity = (enum granularity)(i / 2),
                              .tso = i % 2,
                              .buffer = 1 + (int)(seed % 3)};

        if (!all && seed / WAYS % 2 != (uint64_t)rules.tso)
            continue;
        ok = compare(p, &rules, seed + (uint64_t)i / 2 * 5, all, why);
        if (!ok)
            text_addf(why, "granularity %d, %s, buffers of %d\n",
                      rules.granularity, rules.tso ? "TSO" : "SC",
                      rules.buffer);
    }
    return ok;
}

/* Says which program it was, and fails the test unless @ok. */
static void conclude(bool ok, const char *kind, uint64_t seed,
                     const struct program *p, struct text *why)
{
    if (!ok || getenv("NAIVE_SEED")) {
        random_tell(p, why);
        print_message("NAIVE_SEED=%llu (%s)\n%s", (unsigned long long)seed,
                      kind, text_str(why));
    }
    text_fini(why);
    if (!ok)
        fail_msg("NAIVE_SEED=%llu: see above", (unsigned long long)seed);
}

static void both_agree(void **state)
{
    const struct group *g = *state;

    for (uint64_t seed = g->first; seed < g->first + g->count; seed++) {
        struct program *p = random_program(seed);
        struct text why = {0};
        bool ok = compare_all(p, seed, &why);

        conclude(ok, "of operations", seed, p, &why);
        program_free(p);
    }
}

/* ---- random texts -------------------------------------------------------- */

/* All that @coarse can come to, @fine can; but a step that never ends may be
 * many that go on for ever. */
static bool nests(const struct program *p, const struct naive *coarse,
                  const struct naive *fine, struct text *why)
{
    for (int k = 0; k < FAILURE_FAULT; k++)
        if (coarse->failing[k].reachable && !fine->failing[k].reachable) {
            text_addf(why, "%s: at a coarser granularity only\n",
                      failure_names[k]);
            return false;
        }
    for (int i = 0; i < coarse->outcome_count; i++) {
        bool there = false;

        for (int j = 0; j < fine->outcome_count; j++)
            there |=
                memcmp(coarse->outcomes[i].values, fine->outcomes[j].values,
                       (size_t)p->observed_count * sizeof(int)) == 0;
        if (!there) {
            text_addf(why, "outcome %d: at a coarser granularity only\n", i);
            return false;
        }
    }
    return true;
}

/* Larger steps do nothing that smaller ones cannot; and where every access is a
 * step of its own, smaller ones change no outcome. */
static bool granularities_nest(const struct program *p, struct text *why)
{
    struct naive n[3];
    int known = 0;
    bool ok = true;

    for (int g = 0; g < 3; g++) {
        const struct rules rules = {.granularity = (enum granularity)g,
                                    .buffer = TSL_BUFFER,
                                    .keep_registers = true};

        if (!naive_explore(p, &rules, MOST_STATES, &n[g]))
            break;
        known++;
    }
    if (known == 3)
        ok = nests(p, &n[0], &n[1], why) && nests(p, &n[1], &n[2], why) &&
             n[1].outcome_count == n[2].outcome_count;
    if (!ok)
        text_add(why, "granularities do not nest\n");
    while (known > 0)
        naive_fini(&n[--known]);
    return ok;
}

/* The same for programs in the language. */
static void texts_agree(void **state)
{
    const struct group *g = *state;
    uint64_t refused = 0;

    for (uint64_t seed = g->first; seed < g->first + g->count; seed++) {
        struct text source = {0}, why = {0};
        struct program *p = NULL;
        struct err err = {0};

        random_text(seed, &source);
        /* A constant may not be possible: 1 / 0. */
        if (program_parse("random", text_str(&source), source.len, &p, &err) <
            0) {
            if (refused++ > g->count / 10)
                fail_msg("NAIVE_SEED=%llu: %s\n%s", (unsigned long long)seed,
                         err.text, text_str(&source));
        } else if (naive_fits(p)) {
            bool ok = compare_all(p, seed, &why) && granularities_nest(p, &why);

            text_add(&why, text_str(&source));
            conclude(ok, "text", seed, p, &why);
        }
        text_fini(&source);
        program_free(p);
    }
}

/* ---- the tests ----------------------------------------------------------- */

/* @tests of @count programs each, from number @first on; one of NAIVE_SEED
 * alone. */
static size_t add_groups(struct CMUnitTest *tests, struct group *g, int count,
                         uint64_t each, const char *what,
                         CMUnitTestFunction test)
{
    uint64_t first = setting("NAIVE_SEED", 0);

    if (getenv("NAIVE_SEED"))
        count = (int)(each = 1);
    for (int i = 0; i < count; i++, g++, tests++) {
        g->first = first + (uint64_t)i * each;
        g->count = each;
        snprintf(g->name, sizeof(g->name), "random %s %llu to %llu", what,
                 (unsigned long long)g->first,
                 (unsigned long long)(g->first + each - 1));
        *tests = (struct CMUnitTest){
            .name = g->name, .test_func = test, .initial_state = g};
    }
    return (size_t)count;
}

int main(void)
{
    static struct CMUnitTest tests[GOLDEN_CASES + 2 * GROUPS];
    static struct group groups[2 * GROUPS];
    uint64_t programs = setting("NAIVE_PROGRAMS", PROGRAMS);
    json_t *file = json_load_file("tests/golden/races.json", 0, NULL);
    size_t n = golden_tests(tests, file);
    int failed;

    n += add_groups(tests + n, groups, GROUPS, programs / GROUPS, "programs",
                    both_agree);
    n += add_groups(tests + n, groups + GROUPS, TEXT_GROUPS,
                    programs / TEXT_SHARE / TEXT_GROUPS, "texts", texts_agree);
    failed = _cmocka_run_group_tests("naive", tests, n, NULL, NULL);
    json_decref(file);
    return failed;
}
