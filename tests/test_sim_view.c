/* The simulator's screens as text, against their golden files, and what must
 * hold at every size; going to instants and decisions, back and forth and in
 * pieces; its keys. No terminal. Test process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/drawn_sim.h"
#include "lib/golden.h"
#include "lib/rows.h"
#include "tui/keys.h"

#define LENGTH(rows) (sizeof(rows) / sizeof((rows)[0]))
#define MS INT64_C(1000000)

#define FOUR "A 12 | B 2 io:4 2 io:4 2 | C 4 @1 | D 2 @6"
#define LOCKS "web 3 lock:m 4 unlock:m 2 | B 2 lock:m 4 unlock:m @1 | C 9 @2"
#define MANY                                                                   \
    "A 5 x3|B 4|C 3|D 2 @2|E 6|F 1 io:3 1 x5|G 2|H 9|I 3 @9|J 2|K 4|L 1|"      \
    "M 5|N 2 @4|O 3|P 7|Q 1|R 2|S 3|T 4"

/* ---- frames against their golden files ----------------------------------- */

static const struct frame_case {
    const char *name, *file;
    int rows, columns;
    struct drawn_sim what;
} frames[] = {
    {"at the start, 80x24",
     "start",
     24,
     80,
     {FOUR, {"fifo", "rr slice=2"}, .cursor_us = 0}},
    {"a decision, 80x24",
     "decision",
     24,
     80,
     {FOUR, {"fifo", "rr slice=2"}, .decision = 7, .chosen = 1}},
    {"a decision, 100x30",
     "decision",
     30,
     100,
     {FOUR, {"fifo", "rr slice=2"}, .decision = 7, .chosen = 1}},
    {"a decision, 200x50",
     "decision",
     50,
     200,
     {FOUR, {"fifo", "rr slice=2"}, .decision = 7, .chosen = 1}},
    {"too small",
     "decision",
     12,
     50,
     {FOUR, {"fifo", "rr slice=2"}, .cursor_us = 0}},
    {"a small terminal",
     "small",
     16,
     60,
     {FOUR, {"fifo", "rr slice=2"}, .cursor_us = 9000}},
    {"four policies, 80x24",
     "four",
     24,
     80,
     {FOUR,
      {"fifo", "sjf", "stcf", "rr slice=1"},
      .cursor_us = 7000,
      .by_cpu = true,
      .chosen = 2}},
    {"four policies, 200x50",
     "four",
     50,
     200,
     {FOUR, {"fifo", "sjf", "stcf", "rr slice=1"}, .cursor_us = 7000}},
    {"locks and names",
     "locks",
     24,
     80,
     {LOCKS, {"rr slice=2"}, .cursor_us = 6000, .selected = 1}},
    {"two CPUs",
     "cpus",
     30,
     100,
     {FOUR, {"rr slice=2 cpus=2"}, .cursor_us = 4000}},
    {"a queue a CPU",
     "queues",
     30,
     100,
     {MANY, {"rr cpus=4 queues=per-cpu slice=2"}, .cursor_us = 3000}},
    {"many jobs, scrolled",
     "many",
     24,
     80,
     {MANY, {"fifo", "rr slice=1"}, .cursor_us = 20000, .selected = 13}},
    {"zoomed in",
     "zoomed",
     24,
     80,
     {FOUR,
      {"fifo", "rr slice=2"},
      .cursor_us = 6000,
      .start_us = 4000,
      .column_us = 50}},
    {"several turns a column",
     "dense",
     24,
     80,
     {"A 400 | B 400 | C 200", {"rr slice=1"}, .cursor_us = 500000}},
    {"beside what was measured, 100x30",
     "measured",
     30,
     100,
     {FOUR,
      {"fifo", "rr slice=2"},
      .cursor_us = 9000,
      .by_cpu = true,
      .measured = true}},
    {"beside what was measured, 200x50",
     "measured",
     50,
     200,
     {FOUR, {"fifo", "rr slice=2"}, .cursor_us = 9000, .measured = true}},
    {"a deadlock",
     "deadlock",
     24,
     80,
     {"A 1 lock:m 2 lock:n 1 unlock:n unlock:m|"
      "B 1 lock:n 2 lock:m 1 unlock:m unlock:n",
      {"rr slice=2"},
      .cursor_us = 6000}},
    {"typing, and what is wrong with it",
     "typing",
     24,
     80,
     {FOUR,
      {"fifo", "rr slice=2"},
      .typing = "A 12 oi:4",
      .error = "column 6: \"oi\" is no step; there are io and sleep"}},
    {"for a projector",
     "presenter",
     30,
     100,
     {FOUR, {"fifo", "rr slice=2"}, .cursor_us = 9000, .presenter = true}},
    {"in ASCII",
     "ascii",
     24,
     80,
     {FOUR, {"rr slice=2"}, .cursor_us = 9000, .ascii = true, .playing = true}},
};

static void draw(struct frame *f, const struct frame_case *c)
{
    assert_int_equal(frame_init(f, c->rows, c->columns), 0);
    drawn_sim(f, &c->what);
}

static void test_frame(void **state)
{
    const struct frame_case *c = *state;
    struct frame f = {0};
    struct text text = {0};
    char name[96];

    draw(&f, c);
    frame_to_text(&f, &text);
    snprintf(name, sizeof(name), "sim-%s_%dx%d.txt", c->file, c->columns,
             c->rows);
    golden_check(name, text_str(&text));
    text_fini(&text);
    frame_fini(&f);
}

static void test_colours(void **state)
{
    struct frame f = {0};
    struct text text = {0};

    (void)state;
    draw(&f, &frames[1]);
    frame_styles_to_text(&f, &text);
    golden_check("sim-decision-styles_80x24.txt", text_str(&text));
    text_fini(&text);
    frame_fini(&f);
}

static void test_every_size(void **state)
{
    static const int sizes[][2] = {
        {1, 1},   {3, 200}, {16, 59},  {15, 80},  {16, 60},  {20, 61}, {23, 79},
        {25, 95}, {29, 99}, {40, 149}, {40, 150}, {90, 300}, {24, 400}};
    struct frame f = {0};

    (void)state;
    for (size_t i = 0; i < LENGTH(sizes); i++)
        for (size_t k = 0; k < LENGTH(frames); k++) {
            assert_int_equal(frame_init(&f, sizes[i][0], sizes[i][1]), 0);
            drawn_sim(&f, &frames[k].what);
        }
    frame_fini(&f);
}

static void test_ascii(void **state)
{
    struct frame f = {0};

    (void)state;
    for (size_t i = 0; i < LENGTH(frames); i++) {
        struct drawn_sim what = frames[i].what;

        what.ascii = true;
        assert_int_equal(frame_init(&f, 24, 100), 0);
        drawn_sim(&f, &what);
        for (int k = 0; k < 22 * 100; k++) {
            assert_true(f.cells[k].glyph < 127);
            assert_true(f.cells[k].glyph != '?');
        }
    }
    frame_fini(&f);
}

/* ---- going to instants and decisions ------------------------------------- */

static const struct walk_case {
    const char *name, *jobs, *setup;
} walks[] = {
    {"walk: fifo", FOUR, "fifo"},
    {"walk: rr", FOUR, "rr slice=1"},
    {"walk: rr, two CPUs", MANY, "rr slice=1 cpus=2"},
    {"walk: mlfq", MANY, "mlfq boost=20"},
    {"walk: lottery", MANY, "lottery slice=1 seed=3"},
    {"walk: cfs", MANY, "cfs"},
    {"walk: locks", LOCKS, "rr slice=2"},
    {"walk: a queue a CPU", MANY, "rr cpus=4 queues=per-cpu slice=1"},
    {"walk: long", "A 2000|B 2000", "rr slice=1"},
};

/* So many that reasons are looked for only where they are shown. */
static void test_crowd(void **state)
{
    struct sim_play p = {0};
    struct sim_jobs jobs;
    struct text text = {0};

    (void)state;
    for (int i = 0; i < 2000; i++)
        text_addf(&text, "J%d %d @%d\n", i, i % 7 + 1, i % 50);
    drawn_sim_jobs(&jobs, text_str(&text));
    drawn_sim_play(&p, &jobs, "fifo");
    for (int i = 0; i < 20; i++) {
        sim_play_go(&p, (i * 7 % 20 * 97 + 1) * MS);
        assert_true(sim_play_work(&p, INT64_MAX));
        assert_true(p.there);
        assert_non_null(strstr(p.now.sentence, "is next"));
    }
    sim_play_fini(&p);
    sim_jobs_fini(&jobs);
    text_fini(&text);
}

/* A straight run, to compare with. */
struct told {
    char **sentence;
    int64_t *at_ns;
    int count, cap;
};

static void tell(void *arg, const struct sim *s, const struct sim_decision *d)
{
    struct told *t = arg;
    struct text words = {0};

    if (t->count == t->cap) {
        t->cap = t->cap ? 2 * t->cap : 64;
        t->sentence = realloc(t->sentence, (size_t)t->cap * sizeof(char *));
        t->at_ns = realloc(t->at_ns, (size_t)t->cap * sizeof(int64_t));
        assert_non_null(t->sentence);
        assert_non_null(t->at_ns);
    }
    assert_int_equal(d->number, t->count);
    sim_explain(s, d, &words);
    t->sentence[t->count] = strdup(text_str(&words));
    t->at_ns[t->count++] = d->at_ns;
    text_fini(&words);
}

static void straight(struct told *t, const struct sim_play *p)
{
    struct sim_watch watch = {.arg = t, .decided = tell};
    struct sim *s;

    assert_int_equal(sim_new(&s, &p->setup, p->jobs, &watch, NULL), 0);
    sim_run(s, INT64_MAX, INT64_MAX);
    sim_free(s);
}

static void told_fini(struct told *t)
{
    for (int i = 0; i < t->count; i++)
        free(t->sentence[i]);
    free(t->sentence);
    free(t->at_ns);
}

/* To decisions and to instants, in an order without order: each is as it is for
 * one who goes straight there. */
static void test_walk(void **state)
{
    const struct walk_case *c = *state;
    struct sim_play p = {0};
    struct sim_jobs jobs;
    struct told told = {0};
    unsigned r = 1;

    drawn_sim_jobs(&jobs, c->jobs);
    drawn_sim_play(&p, &jobs, c->setup);
    straight(&told, &p);
    assert_int_equal(p.decisions, told.count);
    for (int i = 0; i < 300; i++) {
        int n, last = told.count - 1;

        r = r * 1103515245U + 12345U;
        n = (int)(r >> 8) % told.count;
        if (i % 3 == 2) { /* a step on or back from there */
            n = (int)p.now.decision + (i % 2 ? 1 : -1);
            n = n < 0 ? 0 : n > last ? last : n;
        }
        if (i % 5 == 4) {
            int64_t at_ns = told.at_ns[n] + (i % 2 ? 0 : 1);

            sim_play_go(&p, at_ns);
            while (n < last && told.at_ns[n + 1] <= at_ns)
                n++;
        } else {
            sim_play_go_decision(&p, n);
        }
        assert_true(sim_play_work(&p, INT64_MAX));
        assert_true(p.there);
        assert_int_equal(p.now.decision, n);
        assert_int_equal(p.now.decided_ns, told.at_ns[n]);
        assert_string_equal(p.now.sentence, told.sentence[n]);
    }
    told_fini(&told);
    sim_play_fini(&p);
    sim_jobs_fini(&jobs);
}

static void show(struct sim_play *p, int64_t start_ns, int64_t column_ns,
                 int columns, int rows)
{
    struct view_sim_window w = {.start_ns = start_ns,
                                .column_ns = column_ns,
                                .columns = columns,
                                .rows = rows,
                                .cpus = p->setup.cpus};

    sim_play_show(p, &w);
    sim_play_go(p, 0);
    assert_true(sim_play_work(p, INT64_MAX));
    assert_non_null(p->cells);
}

/* What a job ran is in its lane, and on some CPU's; a window shows what the
 * whole shows there. */
static void test_lanes(void **state)
{
    const struct walk_case *c = *state;
    struct sim_play p = {0}, part = {0};
    struct sim_jobs jobs;
    double ran = 0, on = 0;

    drawn_sim_jobs(&jobs, c->jobs);
    drawn_sim_play(&p, &jobs, c->setup);
    drawn_sim_play(&part, &jobs, c->setup);
    show(&p, 0, MS / 2, 400, jobs.count);
    show(&part, 7 * MS, MS / 2, 40, jobs.count);
    for (int lane = 0; lane < jobs.count + p.setup.cpus; lane++)
        for (int i = 0; i < 400; i++) {
            const struct view_sim_cell *a = &p.cells[lane * 400 + i], *b;
            double sum = 0;

            for (int k = 0; k < SPAN_STATES; k++)
                sum += (double)a->ns[k];
            assert_true(sum <= MS / 2 + 1);
            if (lane < jobs.count)
                ran += (double)a->ns[SPAN_RUNNING];
            else
                on += (double)a->ns[SPAN_RUNNING];
            if (i < 14 || i >= 54)
                continue;
            b = &part.cells[lane * 40 + i - 14];
            assert_int_equal((int)a->ns[SPAN_RUNNING],
                             (int)b->ns[SPAN_RUNNING]);
            assert_int_equal((int)a->ns[SPAN_READY], (int)b->ns[SPAN_READY]);
            assert_int_equal(a->job, b->job);
        }
    assert_true(ran > on - 1 && ran < on + 1);
    if (p.end_ns <= 200 * MS)
        assert_true(on > (double)p.totals.busy_ns - 1 &&
                    on < (double)p.totals.busy_ns + 1);
    sim_play_fini(&p);
    sim_play_fini(&part);
    sim_jobs_fini(&jobs);
}

/* With no time at all it still gets on, a bounded piece at a time. */
static void test_in_pieces(void **state)
{
    struct sim_play p = {0};
    struct sim_jobs jobs;
    struct sim_setup setup;
    int pieces = 0;
    int64_t before = 0;

    (void)state;
    drawn_sim_jobs(&jobs, "A 30000 | B 30000 | C 30000");
    assert_int_equal(sim_setup_read(&setup, "rr slice=1", NULL, NULL), 0);
    sim_play_begin(&p, &setup, &jobs);
    while (!sim_play_work(&p, 0)) {
        if (p.whole) {
            assert_true(sim_decisions(p.whole) - before < 10000);
            before = sim_decisions(p.whole);
            assert_non_null(strstr(p.note, "so far"));
        }
        pieces++;
    }
    assert_true(pieces >= 9);
    assert_true(p.known);
    assert_string_equal(p.note, "");
    sim_play_go(&p, 60000 * MS);
    for (pieces = 0; !sim_play_work(&p, 0); pieces++)
        assert_false(p.there);
    assert_true(pieces >= 9);
    assert_int_equal(p.now.decided_ns, 60000 * MS);
    sim_play_fini(&p);
    sim_jobs_fini(&jobs);
}

/* What cannot be is said, and nothing is shown. */
static void test_refused(void **state)
{
    struct sim_play p = {0};
    struct sim_jobs jobs;
    struct sim_setup setup;

    (void)state;
    drawn_sim_jobs(&jobs, "A 3 cpus=5");
    assert_int_equal(sim_setup_read(&setup, "rr", NULL, NULL), 0);
    sim_play_begin(&p, &setup, &jobs);
    assert_true(p.bad);
    assert_true(p.note[0] != '\0');
    assert_true(sim_play_work(&p, 0));
    assert_false(p.known);
    sim_play_fini(&p);
    sim_jobs_fini(&jobs);
}

/* ---- columns, keys --------------------------------------------------------
 */

static void test_nice(void **state)
{
    int64_t ns = 1;

    (void)state;
    assert_int_equal(simtui_nice_ns(0), 10);
    assert_int_equal(simtui_nice_ns(MS), MS);
    assert_int_equal(simtui_nice_ns(MS + 1), 1250000);
    assert_int_equal(simtui_nice_next(MS, 1), 1250000);
    assert_int_equal(simtui_nice_next(MS, -1), MS / 2);
    assert_int_equal(simtui_nice_next(10, -1), 10);
    for (int i = 0; i < 60; i++) {
        int64_t next = simtui_nice_next(ns, 1);

        assert_true(next > ns);
        assert_true(i == 0 || next <= 2 * ns);
        assert_int_equal(simtui_nice_ns(next), next);
        ns = next;
    }
}

static void test_keys(void **state)
{
    struct key_list list;
    bool seen[256] = {0};

    (void)state;
    keys_help_list(&list, &keys_sim, ~0U, "");
    for (int i = 0; i < list.count; i++)
        for (int k = 0; k < KEYS_A_ROW && list.row[i]->keys[k].key; k++) {
            int key = list.row[i]->keys[k].key;

            assert_int_equal(keys_find(&keys_sim, key, ~0U),
                             list.row[i]->keys[k].action);
            if (key < 256) {
                assert_false(seen[key]);
                seen[key] = true;
            }
        }
    assert_int_equal(keys_find(&keys_sim, 'm', 0), ACTION_NONE);
    assert_int_equal(keys_find(&keys_sim, 'm', WHEN_LINE), ACTION_MEASURE);
    assert_int_equal(keys_find(&keys_sim, ':', 0), ACTION_PROMPT);
    assert_int_equal(keys_find(&keys_sim, 'p', 0), ACTION_PRESENTER);
}

/* A click finds the group that is drawn there. */
static void test_groups(void **state)
{
    struct sim_jobs jobs;
    struct view_sim v = {.jobs = &jobs, .group_count = 2};
    int seen[2] = {0};

    (void)state;
    drawn_sim_jobs(&jobs, FOUR);
    v.window.rows = 4;
    for (int row = 0; row < 24; row++) {
        int at = view_sim_group_at(&v, 24, 80, row);

        assert_in_range(at + 1, 0, 2);
        if (at >= 0)
            seen[at]++;
    }
    assert_int_equal(seen[0], 6);
    assert_int_equal(seen[1], 6);
    sim_jobs_fini(&jobs);
}

int main(void)
{
    struct CMUnitTest tests[LENGTH(frames) + 2 * LENGTH(walks) + 9] = {
        cmocka_unit_test(test_colours), cmocka_unit_test(test_every_size),
        cmocka_unit_test(test_ascii),   cmocka_unit_test(test_in_pieces),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_nice),
        cmocka_unit_test(test_keys),    cmocka_unit_test(test_crowd),
        cmocka_unit_test(test_groups),
    };
    size_t n = add_rows(tests, 9, frames, LENGTH(frames), sizeof(frames[0]),
                        test_frame);

    n = add_rows(tests, n, walks, LENGTH(walks), sizeof(walks[0]), test_walk);
    add_rows(tests, n, walks, LENGTH(walks), sizeof(walks[0]), test_lanes);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
