/* The library of small programs: every program can be read, says what it
 * teaches, and comes to the verdict that it announces, under both memory
 * orders; those that the golden answers have too come to the same numbers. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/text.h"
#include "lib/place.h"
#include "lib/races.h"
#include "lib/rows.h"

#define GOLDEN "tests/golden/races.json"
#define COUNT(x) (sizeof(x) / sizeof((x)[0]))
#define ENTRIES 200 /* room for the tests of so many */

static struct library library;

/* ---- what there is ------------------------------------------------------- */

static void has_all_families(void **state)
{
    static const char *const families[] = {
        "counters",   "check-act", "publication", "locks",  "deadlock",
        "semaphores", "condvars",  "lockfree",    "litmus",
    };
    size_t at = 0;
    int exercises = 0;

    (void)state;
    assert_true(library.count >= 45);
    for (int i = 0; i < library.count; i++) {
        const struct library_entry *e = &library.entries[i];

        exercises += e->repair != NULL;
        if (i && strcmp(e->family, e[-1].family) == 0) {
            assert_true(strcmp(e[-1].name, e->name) < 0);
            continue;
        }
        at += i != 0;
        assert_true(at < COUNT(families));
        assert_string_equal(e->family, families[at]);
    }
    assert_int_equal(at, COUNT(families) - 1);
    assert_true(exercises >= 12);
}

static void has_each_name_once(void **state)
{
    (void)state;
    for (int i = 0; i < library.count; i++)
        for (int k = 0; k < i; k++)
            assert_string_not_equal(library.entries[i].name,
                                    library.entries[k].name);
}

/* Its head says everything, and it fits on a screen. */
static void is_complete(void **state)
{
    const struct library_entry *e = *state;
    struct library_entry head;
    char *text = races_text(e->path);

    assert_int_equal(library_head(text, &head), 0);
    assert_string_equal(head.name, e->name);
    assert_string_equal(head.summary, e->summary);
    assert_true(strlen(e->summary) >= 10);
    assert_true(strlen(e->teaches) >= 60);
    assert_non_null(e->expect);
    assert_true(!e->repair || strlen(e->repair) >= 30);
    for (const char *p = text; *p; p += strspn(p, "\n")) {
        size_t length = strcspn(p, "\n");

        assert_true(length <= 74); /* beside numbers of lines */
        assert_null(memchr(p, '\t', length));
        p += length;
    }
    library_entry_fini(&head);
    free(text);
}

/* ---- the verdicts -------------------------------------------------------- */

struct wanted {
    enum judgement judgement;
    unsigned failures; /* 1 << enum failure */
    bool trap, livelock;
};

/* The words after "expect:". */
static void read_expected(const char *words, struct wanted *w)
{
    char copy[80], *p = copy, open, *word;

    *w = (struct wanted){0};
    assert_true(snprintf(copy, sizeof(copy), "%s", words) < (int)sizeof(copy));
    while ((word = text_cut_word(&p, &open)) != NULL) {
        bool known = false;

        w->trap |= strcmp(word, "stuck") == 0;
        w->livelock |= strcmp(word, "livelock") == 0;
        if (strcmp(word, "fails") == 0)
            w->judgement = JUDGED_FAILS;
        for (int k = 0; k < FAILURE_COUNT; k++)
            if (strcmp(word, failure_names[k]) == 0) {
                w->failures |= 1U << k;
                known = true;
            }
        if (!known && strcmp(word, "ok") && strcmp(word, "fails") &&
            strcmp(word, "stuck") && strcmp(word, "livelock"))
            fail_msg("\"%s\" is no verdict", word);
    }
    assert_int_equal(w->failures != 0, w->judgement == JUDGED_FAILS);
    if (w->judgement == JUDGED_OK && (w->trap || w->livelock))
        w->judgement = JUDGED_STUCK;
}

static void check_verdict(const struct library_entry *e, bool tso)
{
    struct program *p = races_program(e->path, NULL);
    struct explore_result r;
    struct wanted w;

    read_expected(tso && e->expect_tso ? e->expect_tso : e->expect, &w);
    races_explore(p, tso, GRANULARITY_ACCESS, EXPLORE_ALL, &r);
    if (races_failures(&r) != w.failures)
        fail_msg("%s: fails by %x, not %x", tso ? "TSO" : "SC",
                 races_failures(&r), w.failures);
    assert_true(r.counted);
    assert_int_equal(r.judgement, w.judgement);
    assert_int_equal(r.trap, w.trap);
    assert_int_equal(r.livelock && !r.trap, w.livelock);
    explore_fini(&r);
    program_free(p);
}

static void holds_sc(void **state)
{
    check_verdict(*state, false);
}

static void holds_tso(void **state)
{
    check_verdict(*state, true);
}

/* What is possible in coarse steps is possible in fine ones. */
static void finer_steps_fail_more(void **state)
{
    const struct library_entry *e = *state;
    struct program *p = races_program(e->path, NULL);
    unsigned before = 0;

    for (int g = GRANULARITY_STATEMENT; g <= GRANULARITY_INSTRUCTION; g++) {
        struct explore_result r;

        races_explore(p, false, (enum granularity)g, EXPLORE_STATES, &r);
        assert_int_equal(before & ~races_failures(&r), 0);
        before = races_failures(&r);
        explore_fini(&r);
    }
    program_free(p);
}

static void one_line_is_one_step(void **state)
{
    struct program *p =
        races_program(races_entry(&library, "one-line")->path, NULL);
    struct explore_result r;

    (void)state;
    races_explore(p, false, GRANULARITY_STATEMENT, EXPLORE_ALL, &r);
    assert_int_equal(r.judgement, JUDGED_OK);
    explore_fini(&r);
    program_free(p);
}

/* ---- the golden answers -------------------------------------------------- */

/* clang-format off */
static const struct golden_case {
    const char *name, *golden;
} goldens[] = {
    {"lost-update", "counter_2x1"},
    {"lost-update-twice", "counter_2x2"},
    {"lost-update-three", "counter_3x1"},
    {"lost-update-many", "counter_2x10"},
    {"plus-minus", "counter_inc_dec"},
    {"fetch-add", "counter_faa_2x3"},
    {"cas-loop", "counter_cas_2x1"},
    {"mutex", "counter_mutex_2x2"},
    {"two-locks", "counter_two_locks"},
    {"withdraw-twice", "withdraw_twice"},
    {"lazy-init", "lazy_init_race"},
    {"double-checked-broken", "dcl_publish_before_init"},
    {"message-passing", "message_passing_ok"},
    {"torn-pair", "torn_pair"},
    {"naive-flag", "lock_naive_flag"},
    {"test-and-set", "lock_tas"},
    {"ticket-lock", "lock_ticket_2x2"},
    {"peterson", "lock_peterson"},
    {"peterson-fence", "lock_peterson_fence"},
    {"flags-only", "lock_flags_only"},
    {"bakery", "lock_bakery_2"},
    {"bakery-no-choosing", "lock_bakery_no_choosing"},
    {"opposite-order", "deadlock_ab_ba"},
    {"philosophers", "philosophers_3"},
    {"philosophers-one-reversed", "philosophers_3_one_reversed"},
    {"bounded-buffer", "bounded_buffer_1p1c"},
    {"bounded-buffer-mutex-first", "bounded_buffer_mutex_first"},
    {"rendezvous", "rendezvous_ok"},
    {"barrier", "barrier_2"},
    {"readers-writers", "readers_writers"},
    {"lost-wake-up", "cv_lost_wakeup"},
    {"predicate", "cv_predicate"},
    {"if-not-while", "cv_if_two_consumers"},
    {"broadcast", "cv_while_one_cv_broadcast"},
    {"aba", "aba_stack"},
    {"stack-push-plain", "stack_push_plain_store"},
    {"litmus-sb", "litmus_SB"},
    {"litmus-sb-fences", "litmus_SB_fences"},
    {"litmus-mp", "litmus_MP"},
    {"litmus-lb", "litmus_LB"},
    {"litmus-r", "litmus_R"},
    {"litmus-corr", "litmus_CoRR"},
};
/* clang-format on */

static void same_text(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        assert_ptr_equal(a, b);
    else
        assert_string_equal(a, b);
}

static void same_results(const struct explore_result *a,
                         const struct explore_result *b)
{
    assert_int_equal(a->judgement, b->judgement);
    for (int k = 0; k < FAILURE_COUNT; k++) {
        assert_int_equal(a->failing[k].reachable, b->failing[k].reachable);
        assert_int_equal(a->failing[k].shortest, b->failing[k].shortest);
        assert_int_equal(a->failing[k].preemptions, b->failing[k].preemptions);
        same_text(a->failing[k].schedules, b->failing[k].schedules);
        same_text(a->failing[k].random.exact, b->failing[k].random.exact);
    }
    assert_int_equal(a->outcome_count, b->outcome_count);
    assert_int_equal(a->acyclic, b->acyclic);
    same_text(a->schedules, b->schedules);
    same_text(a->failing_schedules, b->failing_schedules);
    same_text(a->random.exact, b->random.exact);
    assert_true(fabs(a->random.value - b->random.value) < 1e-9);
    assert_int_equal(a->traces, b->traces);
    assert_int_equal(a->failing_traces, b->failing_traces);
    assert_int_equal(a->trap, b->trap);
    assert_int_equal(a->livelock, b->livelock);
}

/* Written for a class-room, and still step by step the golden program. */
static void agrees_with_golden(void **state)
{
    const struct golden_case *c = *state;
    struct program *ours =
        races_program(races_entry(&library, c->name)->path, NULL);
    struct program *theirs = races_program(GOLDEN, c->golden);

    for (int tso = 0; tso < 2; tso++) {
        struct explore_result a, b;

        races_explore(ours, tso, GRANULARITY_ACCESS, EXPLORE_ALL, &a);
        races_explore(theirs, tso, GRANULARITY_ACCESS, EXPLORE_ALL, &b);
        same_results(&a, &b);
        explore_fini(&a);
        explore_fini(&b);
    }
    program_free(ours);
    program_free(theirs);
}

/* ---- heads --------------------------------------------------------------- */

static void reads_heads(void **state)
{
    struct library_entry e;

    (void)state;
    assert_int_equal(
        library_head("// abc:  what it is,\n//  and more\r\n"
                     "// teaches: one\n//two\n//\n// not of the head\n"
                     "// expect: fails final\n// expect tso:ok\n"
                     "// repair:\n// do it\nshared int x; // expect: ok\n",
                     &e),
        0);
    assert_string_equal(e.name, "abc");
    assert_string_equal(e.summary, "what it is, and more");
    assert_string_equal(e.teaches, "one two");
    assert_string_equal(e.expect, "fails final");
    assert_string_equal(e.expect_tso, "ok");
    assert_string_equal(e.repair, "do it");
    library_entry_fini(&e);
}

static void reads_no_head(void **state)
{
    static const char *const texts[] = {
        "",
        "\n",
        "//",
        "// ",
        "//:",
        "// a word",
        "shared int x;",
        "// a name that is far too long to be the name of a program: x",
        "// caf\xc3\xa9",
        "/",
        "\xff\xfe",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct library_entry e;

        assert_int_equal(library_head(texts[i], &e), 0);
        assert_string_equal(e.name, "");
        assert_string_equal(e.teaches, "");
        assert_null(e.expect);
        assert_null(e.repair);
        library_entry_fini(&e);
    }
}

/* ---- finding them -------------------------------------------------------- */

/* @ends: of the path that is found; NULL: none, and the sentence @says it. */
static const struct find_case {
    const char *name, *ends, *says;
} finds[] = {
    {"peterson", "/locks/peterson.tsl", NULL},
    {"locks/peterson", "/locks/peterson.tsl", NULL},
    {"peterson.tsl", "/locks/peterson.tsl", NULL},
    {"tests/golden/repairs/peterson.tsl", "tests/golden/repairs/peterson.tsl",
     NULL},
    {"litmus-2+2w", "/litmus/litmus-2+2w.tsl", NULL},
    {"petersen", NULL, "did you mean \"peterson\""},
    {"counters/peterson", NULL, "did you mean \"peterson\""},
    {"lost-updat", NULL, "did you mean \"lost-update\""},
    {"zzzzzzzzzzzzzz", NULL, "timeslice list races"},
    {"", NULL, "no file \"\""},
    {"tests", NULL, "no file \"tests\""},
};

static void finds_by_name(void **state)
{
    const struct find_case *c = *state;
    struct err err = {0};
    char path[PATH_MAX];
    int rc = library_find(c->name, path, sizeof(path), &err);

    if (c->ends == NULL) {
        assert_int_equal(rc, -ENOENT);
        if (!strstr(err.text, c->says))
            fail_msg("\"%s\" does not say \"%s\"", err.text, c->says);
        return;
    }
    assert_int_equal(rc, 0);
    assert_true(strlen(path) >= strlen(c->ends));
    assert_string_equal(path + strlen(path) - strlen(c->ends), c->ends);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* A user's own come first, in families or without. */
static void own_come_first(void **state)
{
    char path[PATH_MAX];
    struct library l;
    struct err err = {0};

    (void)state;
    assert_int_equal(mkdir(place_path("data"), 0700), 0);
    assert_int_equal(mkdir(place_path("data/timeslice"), 0700), 0);
    assert_int_equal(mkdir(place_path("data/timeslice/races"), 0700), 0);
    assert_int_equal(mkdir(place_path("data/timeslice/races/locks"), 0700), 0);
    write_file(place_path("data/timeslice/races/mine.tsl"), "shared int x;\n");
    write_file(place_path("data/timeslice/races/notes.txt"), "none\n");
    write_file(place_path("data/timeslice/races/locks/peterson.tsl"),
               "// peterson: my way\n");
    assert_int_equal(library_read(&l, &err), 0);
    assert_int_equal(l.count, library.count + 1);
    assert_string_equal(l.entries[l.count - 1].name, "mine");
    assert_string_equal(l.entries[l.count - 1].family, "own");
    assert_string_equal(l.entries[l.count - 1].summary, "");
    library_fini(&l);
    assert_int_equal(library_find("peterson", path, sizeof(path), &err), 0);
    assert_int_equal(strncmp(path, place(), strlen(place())), 0);
    place_clear(place_path("data"));
}

/* -------------------------------------------------------------------------- */

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(has_all_families),
        cmocka_unit_test(has_each_name_once),
        cmocka_unit_test(one_line_is_one_step),
        cmocka_unit_test(reads_heads),
        cmocka_unit_test(reads_no_head),
        cmocka_unit_test(own_come_first),
    };
    static struct CMUnitTest
        tests[4 * ENTRIES + COUNT(goldens) + COUNT(finds) + COUNT(others)];
    size_t n = COUNT(others);
    int rc;

    if (races_begin(&library) < 0 || library.count > ENTRIES)
        return 1;
    memcpy(tests, others, sizeof(others));
    n = add_rows(tests, n, goldens, COUNT(goldens), sizeof(goldens[0]),
                 agrees_with_golden);
    n = add_rows(tests, n, finds, COUNT(finds), sizeof(finds[0]),
                 finds_by_name);
    for (int i = 0; i < library.count; i++) {
        const struct library_entry *e = &library.entries[i];

        races_test(&tests[n++], e, "says all", is_complete);
        races_test(&tests[n++], e, "verdict", holds_sc);
        races_test(&tests[n++], e, "verdict under TSO", holds_tso);
        races_test(&tests[n++], e, "finer steps", finer_steps_fail_more);
    }
    rc = _cmocka_run_group_tests("library", tests, n, NULL, NULL);
    races_end(&library);
    return rc;
}
