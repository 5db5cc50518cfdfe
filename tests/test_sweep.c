/* Sweeps: the request, the order of runs, resuming. Nothing runs. */
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "lib/made.h"
#include "lib/rows.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static void must_parse(struct sweep_request *r, const char *line)
{
    struct machine m = made_machine(2);
    struct err err = {0};

    if (sweep_parse_line(r, line, &m, &err) < 0)
        fail_msg("\"%s\": %s", line, err.text);
}

static void format_is(const struct sweep_request *r, const char *want)
{
    struct text out = {0};

    sweep_format(r, &out);
    assert_false(out.failed);
    assert_string_equal(text_str(&out), want);
    text_fini(&out);
}

/* ---- what a line means -------------------------------------------------- */

static const struct line_case {
    const char *line, *want; /* written again */
} lines[] = {
    {"spin", "spin --over workers=1,2,4,8"},
    {"spin --over workers=1,2,3", "spin --over workers=1,2,3"},
    {"spin --over=workers=1,2,3", "spin --over workers=1,2,3"},
    {"--over workers=1,2 spin --tasks 9", "spin --tasks 9 --over workers=1,2"},
    {"spin --over w=1,2", "spin --over workers=1,2"},
    {"spin --over workers=8,1,4", "spin --over workers=1,4,8"},
    {"spin --over workers=1-8", "spin --over workers=1-8"},
    {"spin --over workers=1-64x2", "spin --over workers=1-64x2"},
    {"spin --over workers=1-60x2", "spin --over workers=1-32x2"},
    {"spin --over workers=1-3,8", "spin --over workers=1,2,3,8"},
    {"spin --over tasks=1k-4kx2", "spin --over tasks=1k,2k,4k"},
    {"spin --over nice=-2-1", "spin --over nice=-2,-1,0,1"},
    {"spin --over workers=4", "spin --over workers=4"},
    {"spin --repeat 9", "spin --over workers=1,2,4,8 --repeat 9"},
    {"spin --repeat=5", "spin --over workers=1,2,4,8"},
    {"spin --over model=threads,gil --over workers=1,2",
     "spin --over model=threads,gil --over workers=1,2"},
    {"spin --over workers=1,2 --over model=threads,gil",
     "spin --over model=threads,gil --over workers=1,2"},
    {"spin --over task-ms=5,1 --over model=gil,threads",
     "spin --over model=gil,threads --over task-ms=1,5"},
    {"spin --over model=gil,threads --over sched=other,batch",
     "spin --over model=gil,threads --over sched=other,batch"},
    {"--over workload=spin,sleep --over workers=1,2",
     "spin --over workload=spin,sleep --over workers=1,2"},
    {"spin --auto", "spin --auto"},
    {"spin --auto --budget 2min", "spin --auto --budget 120"},
    {"spin --auto --over model=threads,gil",
     "spin --over model=threads,gil --auto"},
    {"disk --metric bytes_per_s",
     "disk --over workers=1,2,4,8 --metric bytes_per_s"},
    {"counter --over phases=none:0.5,mutex:0.5",
     "counter --over phases=none:0.5,mutex:0.5"},
    {"counter --over 'phases=none:0.5,mutex:0.5;'",
     "counter --over 'phases=none:0.5,mutex:0.5;'"},
    {"spin --over 'cpus=0;0,1'", "spin --over 'cpus=0;0,1'"},
    {"spin --over cpus=0,1", "spin --over cpus=0,1"},
    {"spin --over cpus=0-1,0", "spin --over cpus=0-1,0"},
    {"--repeat 3 -- true --over x", "command --over workers=1,2,4,8 --repeat 3 "
                                    "-- true --over x"},
    {"command --tasks 4 -w 2 --over shell=no,yes -- true {}",
     "command --workers 2 --tasks 4 --over shell=no,yes -- true {}"},
    {"--tasks 4 -- true {}",
     "command --tasks 4 --over workers=1,2,4,8 -- true {}"},
    {"pingpong", "pingpong --over workers=2,4,8"},
};

static void a_line_comes_back(void **state)
{
    const struct line_case *c = *state;
    struct sweep_request r;

    must_parse(&r, c->line);
    format_is(&r, c->want);
    must_parse(&r, c->want);
    format_is(&r, c->want);
}

/* ---- what cannot be ----------------------------------------------------- */

static const struct bad_case {
    const char *line, *say; /* what the sentence has */
} bad[] = {
    {" ", "nothing to run"},
    {"spin --over", "--over needs a value: a setting and its values"},
    {"spin --over workers", "such as --over workers=1,2,4"},
    {"spin --over workers=", "such as --over workers=1,2,4"},
    {"spin --over =1,2", "such as --over workers=1,2,4"},
    {"spin --over worker=1,2", "did you mean --workers?"},
    {"spin --over workers=1,,2", "a value is missing"},
    {"spin --over workers=1,2,", "a value is missing"},
    {"spin --over workers=1,2,1", "1 twice"},
    {"spin --over tasks=1000,1k", "1k twice"},
    {"spin --over workers=1-4,2", "2 twice"},
    {"spin --over workers=1,two", "not a number"},
    {"spin --over workers=0,1", "too small"},
    {"spin --over workers=8-1", "runs backwards"},
    {"spin --over workers=1-8x1", "would never end"},
    {"spin --over workers=0-8x2", "would never end"},
    {"spin --over workers=1-65", "more than 64 values"},
    {"spin --over workers=1-64,99", "more than 64 values"},
    {"spin --over tasks=1-64 --over workers=1-5", "up to 256"},
    {"spin --over model=gill", "did you mean \"gil\"?"},
    {"spin --over workers=1,2 --over workers=4,8", "there twice"},
    {"spin --over workers=1 --over model=gil --over tasks=1", "third setting"},
    {"spin --workers 2 --over workers=1,2", "leave one of them out"},
    {"spin --over limit=1,2", "at limit=1: --limit means nothing for spin"},
    {"spin --over model=threads,sequential --over workers=1,2",
     "at model=sequential, workers=2: --model sequential has one worker"},
    {"spin --over cpus=0,7", "at cpus=7: --cpus names processor 7"},
    {"spin --over workload=spin,slep", "did you mean \"sleep\"?"},
    {"spin --repeat 0", "whole number from 1 to 100"},
    {"spin --repeat 101", "whole number from 1 to 100"},
    {"spin --repeat 3 --repeat 4", "--repeat is given twice"},
    {"spin --auto --over workers=1,2", "leave --over workers out, or --auto"},
    {"spin --auto=yes", "--auto takes no value"},
    {"spin --auto --over model=gil --over tasks=1,2", "one --over more"},
    {"spin --budget 5", "add --auto"},
    {"spin --auto --budget soon", "no length of time"},
    {"spin --auto --budget 0", "no length of time"},
    {"spin --metric speed", "there is no metric \"speed\""},
    {"spin --metric throughput", "did you mean \"throughput_per_s\"?"},
    {"create", "create cannot be swept over workers"},
    {"spin --auto --workers 3", "--workers 3 says one value and --auto"},
    {"spin 'tasks", "a quote (') is opened"},
    {"spin --over dir=12345678901234567890123456789012345678901,x",
     "too long for a value"},
    {"command --inputs /nowhere/list -- true", "/nowhere/list"},
    {"-- no-such-program-there", "no-such-program-there"},
    {"--", "your own command"},
};

static void a_sentence_says_what_is_wrong(void **state)
{
    const struct bad_case *c = *state;
    struct machine m = made_machine(2);
    struct sweep_request r;
    struct err err = {0};

    assert_int_equal(sweep_parse_line(&r, c->line, &m, &err), -EINVAL);
    if (strstr(err.text, c->say) == NULL)
        fail_msg("\"%s\": \"%s\" has no \"%s\"", c->line, err.text, c->say);
}

static void a_kept_line_asks_nothing_of_the_machine(void **state)
{
    static const char *const kept[] = {
        "command --inputs /nowhere/list --over workers=1,2 -- no-such-program",
        "spin --over workers=1,60000", "spin --over cpus=0,900", "spin --auto"};
    struct sweep_request r;
    struct err err = {0};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        assert_int_equal(sweep_parse_line(&r, kept[i], NULL, &err), 0);
        format_is(&r, kept[i]);
    }
    assert_int_equal(sweep_parse_line(&r, "spin", NULL, &err), -EINVAL);
}

/* ---- any request -------------------------------------------------------- */

static uint32_t below(uint64_t *state, uint32_t n)
{
    return random_below(state, n);
}

static void add_random_axis(struct text *out, int which, uint64_t *state)
{
    static const char *const models[] = {"threads", "processes", "gil", "coop"};
    static const char *const times[] = {"0.5", "1", "2.25", "3s", "400us"};
    const char *separator = "";
    uint32_t n = 1 + below(state, 4), from = 1 + below(state, 5);

    switch (which) {
    case 0:
        text_addf(out, " --over workers=%u-%ux2", from, from + 40);
        return;
    case 1:
        text_addf(out, " --over=workers=%u-%u", from, from + n);
        return;
    case 2:
        text_add(out, " --over model=");
        for (uint32_t i = 0; i < n; i++, separator = ",")
            text_addf(out, "%s%s", separator, models[i]);
        return;
    case 3:
        text_add(out, " --over task-ms=");
        for (uint32_t i = 0; i <= n; i++, separator = ",")
            text_addf(out, "%s%s", separator, times[i]);
        return;
    default:
        text_addf(out, " --over 'cpus=0;0,1%s'", n > 2 ? ";1" : "");
        return;
    }
}

static void random_line(struct text *out, uint64_t *state)
{
    int first = (int)below(state, 5);
    bool automatic = below(state, 4) == 0;

    text_add(out, below(state, 2) ? "spin" : "sleep");
    if (below(state, 2))
        text_addf(out, " --tasks %u", 1 + below(state, 500));
    if (below(state, 3) == 0)
        text_addf(out, " --seed %u", below(state, 1000));
    if (automatic)
        text_addf(out, " --auto%s", below(state, 2) ? " --budget 7.5" : "");
    if (below(state, 5) > 0)
        add_random_axis(out, automatic ? 2 + first % 3 : first, state);
    else
        first = 9;
    if (!automatic && first < 5 && below(state, 2))
        add_random_axis(out, first < 2 ? 2 + first : first == 4 ? 2 : 4, state);
    if (below(state, 3) == 0)
        text_addf(out, " --repeat %u", 1 + below(state, 100));
    if (below(state, 5) == 0)
        text_add(out, " --metric wall_s");
}

static bool same_axis(const struct sweep_axis *a, const struct sweep_axis *b)
{
    bool same = strcmp(a->name, b->name) == 0 && a->count == b->count &&
                a->numeric == b->numeric;

    for (int i = 0; i < a->count && same; i++)
        same = strcmp(a->value[i], b->value[i]) == 0 &&
               a->number[i] == b->number[i];
    return same;
}

static void any_request_comes_back(void **state)
{
    uint64_t random = 4;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct text line = {0}, again = {0};
        struct sweep_request a, b;

        random_line(&line, &random);
        must_parse(&a, text_str(&line));
        sweep_format(&a, &again);
        must_parse(&b, text_str(&again));
        format_is(&b, text_str(&again));
        for (int axis = 0; axis < SWEEP_AXES; axis++)
            if (!same_axis(&a.axis[axis], &b.axis[axis]))
                fail_msg("\"%s\" -> \"%s\"", text_str(&line), text_str(&again));
        assert_int_equal(a.repeat, b.repeat);
        assert_int_equal(a.automatic, b.automatic);
        assert_int_equal(a.budget_ns, b.budget_ns);
        assert_int_equal(a.metric, b.metric);
        text_fini(&line);
        text_fini(&again);
    }
}

/* ---- the order ---------------------------------------------------------- */

#define FAMILY "spin --over model=threads,gil --over workers=1,2,4,8 --repeat 4"

static struct sweep *new_sweep(const char *line)
{
    struct machine m = made_machine(2);
    struct sweep_request r;
    struct sweep *s;

    must_parse(&r, line);
    s = sweep_new(&r, &m, NULL);
    assert_non_null(s);
    return s;
}

struct plan {
    struct sweep_order order[1000];
    struct sweep_outcome outcome[1000];
    int count;
};

/* All orders in turn, with their outcomes. */
static struct plan *play(const char *line, struct made *m)
{
    struct plan *p = calloc(1, sizeof(*p));
    struct sweep *s = new_sweep(line);
    struct sweep_order o;

    assert_non_null(p);
    while (sweep_next(s, &o)) {
        struct sweep_order twice;

        assert_true(sweep_next(s, &twice)); /* gives the same */
        assert_int_equal(o.point, twice.point);
        assert_int_equal(o.round, twice.round);
        assert_int_equal(o.attempt, twice.attempt);
        assert_in_range(p->count, 0, COUNT_OF(p->order) - 1);
        p->order[p->count] = o;
        p->outcome[p->count] = made_run(m, s->points[o.point].x);
        assert_int_equal(sweep_take(s, &o, &p->outcome[p->count]), 0);
        p->count++;
    }
    sweep_free(s);
    return p;
}

static void every_round_has_every_point_once(void **state)
{
    struct made m = {.curve = made_cores, .scatter = 0.01, .state = 1};
    struct plan *p = play(FAMILY, &m);
    int moved = 0;

    (void)state;
    assert_int_equal(p->count, 2 + 4 * 8);
    assert_int_equal(p->order[0].round, -1);
    assert_int_equal(p->order[1].round, -1);
    for (int round = 0; round < 4; round++) {
        unsigned seen = 0;

        for (int i = 0; i < 8; i++) {
            const struct sweep_order *o = &p->order[2 + 8 * round + i];

            assert_int_equal(o->round, round);
            assert_int_equal(o->attempt, 0);
            seen |= 1u << o->point;
            moved += o->point != i;
        }
        assert_int_equal(seen, 0xff);
    }
    assert_true(moved > 8); /* shuffled */
    free(p);
}

static void a_seed_gives_its_own_order(void **state)
{
    struct made m = {.curve = made_cores, .state = 1};
    struct plan *a = play(FAMILY, &m), *b = play(FAMILY, &m),
                *c = play(FAMILY " --seed 2", &m);
    int other = 0;

    (void)state;
    for (int i = 0; i < a->count; i++) {
        assert_int_equal(a->order[i].point, b->order[i].point);
        other += a->order[i].point != c->order[i].point;
    }
    assert_true(other > 8);
    free(a);
    free(b);
    free(c);
}

static void shuffle(int *order, int n, uint64_t *state)
{
    for (int i = n - 1; i > 0; i--) {
        int k = (int)random_below(state, (uint32_t)i + 1), was = order[i];

        order[i] = order[k];
        order[k] = was;
    }
}

/* Hand in the first @done outcomes in any order: what follows is what followed
 * then. */
static void goes_on(const char *line, const struct plan *p, int done,
                    uint64_t *random)
{
    struct sweep *s = new_sweep(line);
    int order[1000];
    struct sweep_order o;

    for (int i = 0; i < done; i++)
        order[i] = i;
    shuffle(order, done, random);
    for (int i = 0; i < done; i++) {
        const struct sweep_order *kept = &p->order[order[i]];

        assert_int_equal(sweep_take(s, kept, &p->outcome[order[i]]), 0);
        /* Twice does no harm. */
        assert_int_equal(sweep_take(s, kept, &p->outcome[order[i]]), 0);
    }
    assert_int_equal(s->trial_count, done);
    for (int i = done; i < p->count; i++) {
        assert_true(sweep_next(s, &o));
        assert_int_equal(o.round, p->order[i].round);
        assert_int_equal(o.attempt, p->order[i].attempt);
        assert_memory_equal(&o.spec, &p->order[i].spec, sizeof(o.spec));
        assert_int_equal(sweep_take(s, &o, &p->outcome[i]), 0);
    }
    assert_false(sweep_next(s, &o));
    sweep_free(s);
}

static const struct resume_case {
    const char *name, *line;
    double load;
} resumes[] = {
    {"a quiet sweep goes on", FAMILY, 0},
    {"a disturbed sweep goes on", FAMILY, 0.4},
    {"a search goes on", "spin --auto --tasks 100", 0},
    {"a disturbed search goes on", "spin --auto --tasks 100", 0.3},
    {"a search of two curves goes on",
     "spin --auto --tasks 12 --over model=threads,gil", 0.1},
};

static void an_interrupted_sweep_goes_on(void **state)
{
    const struct resume_case *c = *state;
    struct made m = {
        .curve = made_cores, .scatter = 0.02, .load = c->load, .state = 3};
    struct plan *p = play(c->line, &m);
    uint64_t random = 5;

    for (int done = 0; done <= p->count; done += 1 + p->count / 12)
        goes_on(c->line, p, done, &random);
    goes_on(c->line, p, p->count, &random);
    free(p);
}

static void disturbed_runs_are_done_again_at_the_rounds_end(void **state)
{
    struct made m = {.curve = made_cores, .load = 0.5, .state = 2};
    struct plan *p = play(FAMILY, &m);
    int round = -1, attempt = 0, again = 0;

    (void)state;
    for (int i = 0; i < p->count; i++) {
        const struct sweep_order *o = &p->order[i];

        assert_in_range(o->attempt, 0, SWEEP_AGAIN);
        assert_true(o->round > round ||
                    (o->round == round && o->attempt >= attempt));
        round = o->round;
        attempt = o->attempt;
        again += o->attempt > 0;
        for (int k = 0; k < i && o->attempt > 0; k++)
            if (p->order[k].point == o->point && p->order[k].round == o->round)
                assert_true(p->outcome[k].foreign_cores > SWEEP_NOISE_CORES);
    }
    assert_true(again > 4);
    free(p);
}

static void the_least_disturbed_attempt_counts(void **state)
{
    static const double foreign[] = {0.9, 0.4, 0.6};
    struct sweep *s = new_sweep("spin --over workers=1,2 --repeat 1");
    int used = 0;

    (void)state;
    for (int attempt = 0; attempt < 3; attempt++) {
        struct sweep_order o = {
            .point = 1, .attempt = attempt, .spec = s->points[1].spec};
        struct made m = {.curve = made_cores, .state = 1};
        struct sweep_outcome out = made_run(&m, 2);

        out.foreign_cores = foreign[attempt];
        assert_int_equal(sweep_take(s, &o, &out), 0);
    }
    for (int i = 0; i < s->trial_count; i++) {
        assert_true(s->trials[i].disturbed);
        assert_int_equal(s->trials[i].used, i == 1);
        used += s->trials[i].used;
    }
    assert_int_equal(used, 1);
    assert_int_equal(s->points[1].y.n, 1);
    assert_int_equal(s->points[1].disturbed, 1);
    sweep_free(s);
}

static void a_value_more_changes_no_order(void **state)
{
    struct sweep *s = new_sweep("spin --over workers=1,2,8 --repeat 2");
    struct made m = {.curve = made_cores, .state = 1};
    struct sweep_order o;
    struct err err = {0};
    int runs = 0;

    (void)state;
    for (int i = 0; i < 4 && sweep_next(s, &o); i++) {
        struct sweep_outcome out = made_run(&m, s->points[o.point].x);

        assert_int_equal(sweep_take(s, &o, &out), 0);
    }
    assert_int_equal(sweep_add_value(s, "4", &err), 0);
    assert_int_equal(s->point_count, 4);
    assert_string_equal(s->points[2].label, "4");
    for (int i = 0; i < s->trial_count; i++)
        assert_true(s->trials[i].y ==
                    made_cores(s->points[s->trials[i].point].x));
    assert_int_equal(sweep_add_value(s, "4", &err), -EEXIST);
    assert_int_equal(sweep_add_value(s, "0", &err), -EINVAL);
    assert_int_equal(sweep_add_value(s, "many", &err), -EINVAL);
    assert_int_equal(sweep_add_value(s, "9-12", &err), -EINVAL);
    while (sweep_next(s, &o)) {
        struct sweep_outcome out = made_run(&m, s->points[o.point].x);

        /* An order from before still finds its point. */
        o.point = 0;
        assert_int_equal(sweep_take(s, &o, &out), 0);
        assert_true(++runs < 20);
    }
    for (int i = 0; i < s->point_count; i++)
        assert_int_equal(s->points[i].y.n, 2);
    sweep_free(s);
}

static void an_interrupted_run_is_forgotten(void **state)
{
    struct sweep *s = new_sweep("spin --over workers=1,2 --repeat 1");
    struct sweep_outcome out = {.verdict = VERDICT_INTERRUPTED};
    struct sweep_order o, again, strange = {.round = 0};

    (void)state;
    assert_true(sweep_next(s, &o));
    assert_int_equal(sweep_take(s, &o, &out), 0);
    assert_int_equal(s->trial_count, 0);
    assert_true(sweep_next(s, &again));
    assert_int_equal(again.point, o.point);
    assert_int_equal(sweep_left_ns(s), -1);
    /* A run of something else. */
    out.verdict = VERDICT_OK;
    spec_defaults(&strange.spec, WORKLOAD_SPIN);
    assert_int_equal(sweep_take(s, &strange, &out), -EINVAL);
    sweep_free(s);
}

static void a_point_that_fails_is_left_alone(void **state)
{
    struct sweep *s = new_sweep("spin --over workers=1,2,4 --repeat 5");
    struct made m = {.curve = made_cores, .state = 1};
    int done, planned, failed = 0;
    struct sweep_order o;

    (void)state;
    while (sweep_next(s, &o)) {
        struct sweep_outcome out = made_run(&m, s->points[o.point].x);

        if (s->points[o.point].x == 4) {
            out.verdict = VERDICT_TIMEOUT;
            snprintf(out.error, sizeof(out.error), "too slow");
            failed += o.round >= 0;
        }
        assert_int_equal(sweep_take(s, &o, &out), 0);
        sweep_progress(s, &done, &planned);
        assert_in_range(done, 1, planned);
    }
    assert_int_equal(done, planned);
    assert_int_equal(sweep_left_ns(s), 0);
    assert_int_equal(failed, 2);
    assert_int_equal(s->points[2].failed, 2);
    assert_int_equal(s->points[2].y.n, 0);
    assert_string_equal(s->points[2].error, "too slow");
    assert_int_equal(s->curves[0].verdict, SWEEP_FOUND);
    sweep_free(s);
}

/* ---- all ---------------------------------------------------------------- */

int main(void)
{
    static const struct CMUnitTest some[] = {
        cmocka_unit_test(a_kept_line_asks_nothing_of_the_machine),
        cmocka_unit_test(any_request_comes_back),
        cmocka_unit_test(every_round_has_every_point_once),
        cmocka_unit_test(a_seed_gives_its_own_order),
        cmocka_unit_test(disturbed_runs_are_done_again_at_the_rounds_end),
        cmocka_unit_test(the_least_disturbed_attempt_counts),
        cmocka_unit_test(a_value_more_changes_no_order),
        cmocka_unit_test(an_interrupted_run_is_forgotten),
        cmocka_unit_test(a_point_that_fails_is_left_alone),
    };
    struct CMUnitTest tests[COUNT_OF(some) + COUNT_OF(lines) + COUNT_OF(bad) +
                            COUNT_OF(resumes)];
    size_t n = COUNT_OF(some);

    memcpy(tests, some, sizeof(some));
    n = add_rows(tests, n, lines, COUNT_OF(lines), sizeof(lines[0]),
                 a_line_comes_back);
    n = add_rows(tests, n, bad, COUNT_OF(bad), sizeof(bad[0]),
                 a_sentence_says_what_is_wrong);
    n = add_rows(tests, n, resumes, COUNT_OF(resumes), sizeof(resumes[0]),
                 an_interrupted_sweep_goes_on);
    assert(n == COUNT_OF(tests));
    machine_root = "/nowhere"; /* only made_machine() says what there is */
    return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
