/* The mini disk: exact times under our rules, the book's ticks under its own,
 * whom each policy serves, and what is refused. (Its golden cases are in
 * test_sim_golden.c and test_check.c.) */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "cli/cli.h"
#include "lib/program.h"
#include "lib/rows.h"
#include "sim/platter.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static struct program_result result;

/* ---- a disk from words --------------------------------------------------- */

struct rig {
    struct platter_setup setup;
    struct platter_request *requests;
    struct platter_result r;
    struct err err;
    int rc;
};

static void run(struct rig *g, const char *requests)
{
    assert_int_equal(
        platter_read(requests, &g->requests, &g->setup.count, &g->err), 0);
    g->setup.requests = g->requests;
    g->rc = platter_run(&g->setup, &g->r, &g->err);
}

static void end(struct rig *g)
{
    platter_fini(&g->r);
    free(g->requests);
}

/* "10: 0 105 30, ..." */
static void spell(const struct rig *g, char *out, size_t size)
{
    size_t n = 0;

    out[0] = '\0';
    for (int i = 0; i < g->r.count; i++) {
        const struct platter_service *s = &g->r.services[i];

        n += (size_t)snprintf(
            out + n, size - n, "%s%d: %g %g %g", i > 0 ? ", " : "", s->block,
            platter_ticks(&g->r, s->seek), platter_ticks(&g->r, s->rotate),
            platter_ticks(&g->r, s->transfer));
    }
}

/* ---- times --------------------------------------------------------------- */

static const struct times_row {
    const char *name, *requests;
    enum sim_rules rules;
    int degrees, seek_milli, rotate_milli;
    const char *want;
} times_rows[] = {
    {"times: one request", "10", RULES_OWN, 30, 1000, 1000, "10: 0 105 30"},
    {"times: the next block needs no wait", "10 11", RULES_OWN, 30, 1000, 1000,
     "10: 0 105 30, 11: 0 0 30"},
    {"times: from the last of a track to its first", "5 6", RULES_OWN, 30, 1000,
     1000, "5: 0 315 30, 6: 0 0 30"},
    {"times: under the head right now", "5", RULES_OWN, 40, 1000, 1000,
     "5: 0 0 40"},
    {"times: the book waits a turn for it (D1)", "5", RULES_OSTEP, 40, 1000,
     1000, "5: 0 360 40"},
    {"times: a turn that ends between ticks", "9 9", RULES_OWN, 30, 1000, 11000,
     "9: 0 6.81818 2.72727, 9: 0 30 2.72727"},
    {"times: the book loses what is over (D2, D3)", "9 9", RULES_OSTEP, 30,
     1000, 11000, "9: 0 6 3, 9: 0 30 3"},
    {"times: any seek speed", "18", RULES_OWN, 30, 3000, 1000,
     "18: 13.3333 331.667 30"},
    {"times: a slow arm is exact", "14", RULES_OWN, 30, 50, 1000,
     "14: 800 145 30"},
    {"times: the book's arm adds up in binary (D4)", "14", RULES_OSTEP, 30, 50,
     1000, "14: 801 144 30"},
    {"times: a request that arrives later", "10@200", RULES_OWN, 30, 1000, 1000,
     "10: 0 265 30"},
    {"times: nobody is there before", "10 11@135", RULES_OWN, 30, 1000, 1000,
     "10: 0 105 30, 11: 0 0 30"},
    {"times: an odd width loses a degree", "10", RULES_OWN, 31, 1000, 1000,
     "10: 0 105 30"},
};

static void times_are(void **state)
{
    const struct times_row *row = *state;
    struct rig g = {0};
    char got[200];

    platter_defaults(&g.setup);
    g.setup.rules = row->rules;
    for (int i = 0; i < PLATTER_TRACKS; i++)
        g.setup.degrees[i] = row->degrees;
    g.setup.seek_milli = row->seek_milli;
    g.setup.rotate_milli = row->rotate_milli;
    run(&g, row->requests);
    assert_int_equal(g.rc, 0);
    spell(&g, got, sizeof(got));
    assert_string_equal(got, row->want);
    end(&g);
}

/* ---- whom each policy serves --------------------------------------------- */

static const struct order_row {
    const char *name, *requests;
    enum platter_policy policy;
    int window;
    const char *want;
} order_rows[] = {
    {"fifo: as they came", "30 7 14", PLATTER_FIFO, -1, "30 7 14"},
    {"sstf: the nearest track, there who came first", "30 9 7 14 8",
     PLATTER_SSTF, -1, "9 7 8 14 30"},
    {"sstf: of tracks equally near, who came first", "12 30 0", PLATTER_SSTF,
     -1, "0 12 30"},
    {"satf: what is read soonest", "7 30 8", PLATTER_SATF, -1, "7 8 30"},
    {"satf: a window of one is fifo", "30 7 14 9", PLATTER_SATF, 1,
     "30 7 14 9"},
    {"bsatf: the batch first", "30 7 8 9", PLATTER_BSATF, 2, "7 30 8 9"},
    {"scan: in, then out", "14 30 1@300 15@300 31@1", PLATTER_SCAN, -1,
     "14 30 31 15 1"},
    {"look: the same without the edge", "14 0@100", PLATTER_LOOK, -1, "14 0"},
    {"c-look: from the innermost back to the first", "14 30 1@300 15@300",
     PLATTER_CLOOK, -1, "14 30 1 15"},
    {"c-scan: the same", "14 30 1@300 15@300", PLATTER_CSCAN, -1, "14 30 1 15"},
};

static void order_is(void **state)
{
    const struct order_row *row = *state;
    struct rig g = {0};
    char got[200] = "";

    platter_defaults(&g.setup);
    g.setup.policy = row->policy;
    g.setup.window = row->window;
    run(&g, row->requests);
    assert_int_equal(g.rc, 0);
    for (int i = 0; i < g.r.count; i++)
        snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%d",
                 i > 0 ? " " : "", g.r.services[i].block);
    assert_string_equal(got, row->want);
    end(&g);
}

/* How far the arm goes for 14 and then, behind it, 0: scan and c-scan by the
 * edges. */
static const struct path_row {
    const char *name;
    enum platter_policy policy;
    int first, then;
} path_rows[] = {
    {"path: look turns at once", PLATTER_LOOK, 1, 1},
    {"path: c-look goes straight back", PLATTER_CLOOK, 1, 1},
    {"path: scan touches the inner edge", PLATTER_SCAN, 1, 3},
    {"path: c-scan touches both", PLATTER_CSCAN, 1, 3},
};

static void path_is(void **state)
{
    const struct path_row *row = *state;
    struct rig g = {0};

    platter_defaults(&g.setup);
    g.setup.policy = row->policy;
    run(&g, "14 0@1");
    assert_int_equal(g.rc, 0);
    assert_int_equal(g.r.services[0].path, row->first);
    assert_int_equal(g.r.services[1].path, row->then);
    assert_true(g.r.services[1].why.turned);
    end(&g);
}

/* ---- always -------------------------------------------------------------- */

/* A random disk with random requests. */
static void draw(struct platter_setup *s, struct platter_request *requests,
                 int32_t *late, uint64_t *seed)
{
    static const int speeds[] = {1000, 500, 50, 2000, 40000, 11000, 333, 1};
    int blocks;

    platter_defaults(s);
    for (int i = 0; i < PLATTER_TRACKS; i++)
        s->degrees[i] = 2 + (int)random_below(seed, 359);
    s->skew = (int)random_below(seed, 20);
    s->seek_milli = speeds[random_below(seed, COUNT(speeds) - 2)];
    s->rotate_milli = speeds[random_below(seed, COUNT(speeds) - 1)];
    s->window = random_below(seed, 2) ? -1 : 1 + (int)random_below(seed, 6);
    s->rules = random_below(seed, 2) ? RULES_OSTEP : RULES_OWN;
    s->policy = (enum platter_policy)random_below(
        seed, s->rules == RULES_OSTEP ? PLATTER_SCAN : PLATTER_CLOOK + 1);
    if (s->rules == RULES_OSTEP)
        s->seek_milli = s->seek_milli == 11000 ? 8000 : s->seek_milli;
    blocks = platter_blocks(s);
    s->count = 1 + (int)random_below(seed, 20);
    s->late_count = (int)random_below(seed, 5);
    s->requests = requests;
    s->late = late;
    for (int i = 0; i < s->count; i++)
        requests[i] = (struct platter_request){
            (int32_t)random_below(seed, (uint32_t)blocks),
            s->rules == RULES_OSTEP ? 0 : (int32_t)random_below(seed, 3000)};
    for (int i = 0; i < s->late_count; i++)
        late[i] = (int32_t)random_below(seed, (uint32_t)blocks);
}

/* Each request once, one after the other, none before it came; the same again;
 * and the sums are those of the parts. */
static void invariants_hold(void **state)
{
    struct platter_request requests[20];
    int32_t late[5];
    uint64_t seed = 7;

    (void)state;
    for (int n = 0; n < 600; n++) {
        struct platter_setup s;
        struct platter_result r, again;
        struct err err = {0};
        int64_t now = 0, sum = 0;
        int left[PLATTER_BLOCKS] = {0};

        draw(&s, requests, late, &seed);
        if (platter_run(&s, &r, &err) < 0)
            fail_msg("%d: %s", n, err.text);
        assert_int_equal(platter_run(&s, &again, &err), 0);
        assert_int_equal(r.count, s.count + s.late_count);
        assert_memory_equal(r.services, again.services,
                            (size_t)r.count * sizeof(*r.services));
        for (int i = 0; i < s.count; i++)
            left[s.requests[i].block]++;
        for (int i = 0; i < s.late_count; i++)
            left[s.late[i]]++;
        for (int i = 0; i < r.count; i++) {
            const struct platter_service *one = &r.services[i];
            struct platter_place place = platter_place(&s, one->block);

            assert_true(one->chosen >= now && one->chosen >= one->arrived);
            assert_true(one->seek >= 0 && one->rotate >= 0 &&
                        one->transfer >= 0);
            if (s.rules == RULES_OWN) {
                double width = place.width * 1000.0 / s.rotate_milli;

                assert_float_equal(platter_ticks(&r, one->transfer), width,
                                   1e-6);
                assert_true(platter_ticks(&r, one->rotate) <
                            360000.0 / s.rotate_milli);
            }
            now = one->chosen + one->seek + one->rotate + one->transfer;
            sum += one->seek + one->rotate + one->transfer;
            left[one->block]--;
        }
        assert_int_equal(r.end, now);
        assert_int_equal(r.seek + r.rotate + r.transfer, sum);
        for (int i = 0; i < PLATTER_BLOCKS; i++)
            assert_int_equal(left[i], 0);
        platter_fini(&r);
        platter_fini(&again);
    }
}

/* With angles and speeds that make whole ticks, our exact disk and the book's
 * agree, but for a block that starts where the head is (D1). */
static void both_agree_on_whole_ticks(void **state)
{
    uint64_t seed = 3;

    (void)state;
    for (int n = 0; n < 500; n++) {
        struct platter_request requests[8];
        struct platter_result own, book;
        struct platter_setup s;
        struct err err = {0};

        platter_defaults(&s);
        s.skew = (int)random_below(&seed, 4);
        s.policy = random_below(&seed, 2) ? PLATTER_SATF : PLATTER_FIFO;
        s.count = 8;
        s.requests = requests;
        for (int i = 0; i < 8; i++)
            requests[i] =
                (struct platter_request){(int32_t)random_below(&seed, 36), 0};
        assert_int_equal(platter_run(&s, &own, &err), 0);
        s.rules = RULES_OSTEP;
        assert_int_equal(platter_run(&s, &book, &err), 0);
        for (int i = 0; i < 8; i++) {
            assert_int_equal(own.services[i].block, book.services[i].block);
            assert_int_equal(own.services[i].seek / own.per_tick,
                             book.services[i].seek);
            assert_int_equal(own.services[i].rotate / own.per_tick,
                             book.services[i].rotate);
        }
        platter_fini(&own);
        platter_fini(&book);
    }
}

/* ---- words and refusals -------------------------------------------------- */

static void reasons_are_told(void **state)
{
    struct rig g = {0};
    struct text why = {0};

    (void)state;
    platter_defaults(&g.setup);
    g.setup.policy = PLATTER_SATF;
    run(&g, "30 7 8");
    platter_explain(&g.setup, &g.r, 0, &why);
    assert_string_equal(text_str(&why), "3 wait; soonest read is 7, 45 ticks; "
                                        "next would be 8, 75 ticks");
    text_fini(&why);
    platter_explain(&g.setup, &g.r, 2, &why);
    assert_string_equal(text_str(&why), "30 is the only one that waits");
    text_fini(&why);
    end(&g);
}

static const struct refusal {
    const char *name, *line, *says;
} refusals[] = {
    {"no requests", "sim disk", "sim disk needs requests"},
    {"no such block", "sim disk 10 36",
     "there is no block 36 (request 2): this disk has the blocks 0 to 35"},
    {"no such late block", "sim disk 1 --late 40", "(late request 1)"},
    {"not a request", "sim disk 10,x", "\"x\" (column 4) is no request"},
    {"no such policy", "sim disk 10 --policy stf", "did you mean \"sstf\"?"},
    {"no policy at all", "sim disk 10 --policy zzzzzzzzzzzzzzzzzzzzz",
     "is no policy of the disk"},
    {"no window", "sim disk 10 --window 0", "--window cannot be \"0\""},
    {"two sizes", "sim disk 10 --degrees 30,30", "--degrees cannot be"},
    {"a block of one degree", "sim disk 10 --degrees 1,30,30",
     "a block of track 0 cannot be 1 degrees"},
    {"a speed of nought", "sim disk 10 --seek 0", "--seek cannot be \"0\""},
    {"four decimals", "sim disk 10 --rotate 0.0001", "--rotate cannot be"},
    {"the book has no scan", "sim disk 10 --policy scan --rules ostep",
     "do not know scan"},
    {"the book has no arrivals", "sim disk 10@5 --rules ostep",
     "do not know requests that arrive later"},
    {"the book's arm must fit", "sim disk 18 --seek 3 --rules ostep",
     "3.000 does not"},
    {"too long for ticks",
     "sim disk --random 20000 --rotate 0.001 --rules ostep",
     "the disk was stopped after 100000000 ticks"},
};

static void is_refused(void **state)
{
    const struct refusal *row = *state;

    program_run(&result, row->line);
    if (!strstr(result.err, row->says))
        fail_msg("it says: %s", result.err);
    assert_int_equal(result.status, EXIT_REQUEST);
    assert_string_equal(result.out, "");
}

static void program_tells(void **state)
{
    (void)state;
    program_run(&result, "sim disk 10 18 3 --policy satf --steps --ascii");
    assert_int_equal(result.status, EXIT_DONE);
    assert_string_equal(result.err, "");
    assert_non_null(strstr(result.out, "MODEL"));
    assert_non_null(strstr(result.out, "\n    2      3      0         0"));
    assert_non_null(strstr(result.out, "18 is the only one that waits"));
    program_run(&result, "sim disk --random 20 --seed 4 --policy all");
    assert_int_equal(result.status, EXIT_DONE);
    for (int i = 0; platter_policies[i].name; i++)
        assert_non_null(strstr(result.out, platter_policies[i].name));
    program_run(&result, "sim disk 10 --json");
    assert_int_equal(result.status, EXIT_DONE);
    assert_non_null(strstr(result.out, "\"timeslice.sim-disk/1\""));
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(invariants_hold),
        cmocka_unit_test(both_agree_on_whole_ticks),
        cmocka_unit_test(reasons_are_told),
        cmocka_unit_test(program_tells),
    };
    struct CMUnitTest tests[COUNT(times_rows) + COUNT(order_rows) +
                            COUNT(path_rows) + COUNT(refusals) + COUNT(others)];
    size_t n = 0;

    n = add_rows(tests, n, times_rows, COUNT(times_rows), sizeof(times_rows[0]),
                 times_are);
    n = add_rows(tests, n, order_rows, COUNT(order_rows), sizeof(order_rows[0]),
                 order_is);
    n = add_rows(tests, n, path_rows, COUNT(path_rows), sizeof(path_rows[0]),
                 path_is);
    n = add_rows(tests, n, refusals, COUNT(refusals), sizeof(refusals[0]),
                 is_refused);
    memcpy(tests + n, others, sizeof(others));
    return cmocka_run_group_tests_name("platter", tests, NULL, NULL);
}
