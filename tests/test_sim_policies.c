/* The policies as timelines: one letter per virtual millisecond, who had the
 * CPU ('.' for nobody), '/' between CPUs. And why, in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "lib/play.h"
#include "lib/rows.h"

/* ---- who had the CPU ----------------------------------------------------- */

#define M5_A "AAAAAAA"

static const struct timeline_case {
    const char *name, *text, *want;
} timelines[] = {
    {"fifo: a late short job waits", "fifo | A 3 | B 1 @1", "AAAB"},
    {"fifo: idle until somebody comes", "fifo | A 2 @3 | B 1 @1", ".B.AA"},
    {"fifo: equal arrivals by number", "fifo | Z 1 @1 | Y 1 @1", ".ZY"},
    {"fifo: who waits frees the CPU", "fifo | A 1 io:2 1 | B 4", "ABBBBA"},
    {"fifo: back from a device at once",
     "fifo after-io=preempt | A 1 io:2 1 | B 4", "ABBABB"},
    {"fifo: back from a device before those that wait",
     "fifo after-io=preempt | A 1 io:2 1 | B 4 | C 2", "ABBABBCC"},
    {"rr: back from a device before those that wait",
     "rr slice=3 after-io=preempt | A 1 io:2 1 | B 4 | C 2", "ABBABBCC"},
    {"fifo: back from a device when the CPU is given up",
     "fifo after-io=preempt | A 1 io:2 1 | B 2 | C 2", "ABBACC"},
    {"fifo: the CPU waits with its job", "fifo on-io=hold | A 1 io:2 1 | B 2",
     "A..ABB"},
    {"fifo: two CPUs", "fifo cpus=2 | A 2 | B 1 | C 1", "AA/BC"},
    {"fifo: pinned jobs are passed over",
     "fifo cpus=2 | A 3 cpus=0 | B 1 cpus=0 | C 2", "AAAB/CC.."},

    {"rr: equal tasks alternate", "rr slice=1 | A 3 | B 2", "ABABA"},
    {"rr: exactly one slice is one slice", "rr slice=2 | A 2 | B 1", "AAB"},
    {"rr: a long slice is fifo", "rr slice=9 | A 3 | B 2 | C 1", "AAABBC"},
    {"rr: alone, it goes on", "rr slice=1 | A 3", "AAA"},
    {"rr: a tie, the ended one first", "rr slice=2 | A 4 | B 2 @2", "AAAABB"},
    {"rr: a tie, the arrived one first",
     "rr slice=2 ties=arrived | A 4 | B 2 @2", "AABBAA"},
    {"rr: a tie with a device, the ended one first",
     "rr slice=2 | A 1 io:2 1 | B 5", "ABBBBAB"},
    {"rr: a tie with a device, the woken one first",
     "rr slice=2 ties=arrived | A 1 io:2 1 | B 5", "ABBABBB"},
    {"rr: switches cost time", "rr slice=2 switch=1 | A 4 | B 2", "AA.BB.AA"},
    {"rr: going on costs none", "rr slice=2 switch=1 | A 6", "AAAAAA"},
    {"rr: two CPUs, three jobs", "rr slice=1 cpus=2 | A 2 | B 2 | C 2",
     "ACB/BAC"},

    {"sjf: the shortest first", "sjf | A 4 | B 2 | C 3 | D 1", "DBBCCCAAAA"},
    {"sjf: does not interrupt", "sjf | A 5 | B 1 @1", "AAAAAB"},
    {"sjf: equals by number", "sjf | A 2 | B 1 | C 1", "BCAA"},
    {"sjf: all its computing counts, not the next part",
     "sjf | A 1 io:1 3 | B 3", "BBBA.AAA"},
    {"sjf: what is done counts no more", "sjf | A 4 io:1 1 | B 3 @1 | C 2 @1",
     "AAAACCABBB"},

    {"stcf: a shorter one interrupts", "stcf | A 5 | B 1 @1", "ABAAAA"},
    {"stcf: one with as much left does not", "stcf | A 3 | B 2 @1", "AAABB"},
    {"stcf: equals by number", "stcf | A 2 | B 1 | C 1", "BCAA"},
    {"stcf: the longest of two CPUs' jobs is interrupted",
     "stcf cpus=2 | A 5 | B 3 | C 1 @1", "BBB.../ACAAAA"},
    {"stcf: back from its device", "stcf | A 1 io:2 1 | B 5", "ABBABBB"},

    {"priority: more is more urgent", "priority | A 3 | B 2 priority=5",
     "BBAAA"},
    {"priority: interrupts", "priority | A 3 | B 2 @1 priority=5", "ABBAA"},
    {"priority: as urgent does not", "priority | A 3 | B 2 @1", "AAABB"},
    {"priority: who has waited longest of the equal",
     "priority | A 3 | C 2 | B 1 @1 priority=5", "ABCCAA"},
    {"priority: ageing makes equals take turns", "priority age=2 | A 4 | B 4",
     "AABBAABB"},
    {"priority: ageing overtakes for a while",
     "priority age=1 | A 6 priority=3 | B 2", "AAAABAAB"},
    {"priority: inversion without inheritance",
     "priority | L lock:m 3 unlock:m 1 priority=1 | M 4 @1 priority=5 | "
     "H lock:m 1 unlock:m @1 priority=9",
     "LMMMMLLHL"},
    {"priority: none with it",
     "priority inherit=yes | L lock:m 3 unlock:m 1 priority=1 | "
     "M 4 @1 priority=5 | H lock:m 1 unlock:m @1 priority=9",
     "LLLHMMMML"},

    {"mlfq: who computes long sinks",
     "mlfq levels=2:1,4:1 boost=never | A 5 | B 3", "AABBAAAB"},
    {"mlfq: an allotment of two slices",
     "mlfq levels=1:2,4:1 boost=never | A 4 | B 3", "ABABAAB"},
    {"mlfq: the interrupted one keeps its place and slice (M5)",
     "mlfq levels=5:1,5:1,5:1 boost=never | A 22 | B 8 @7",
     M5_A "BBBBBAAABBBAAAAAAAAAAAA"},
    {"mlfq: the lowest level is round robin",
     "mlfq levels=1:1,2:1 boost=never | A 5 | B 5", "ABAABBAABB"},
    {"mlfq: waiting does not save the level",
     "mlfq levels=3:1,6:1 boost=never | A 2 io:1 2 io:1 2 | B 6",
     "AABBBABBBA.AA"},
    {"mlfq: with stay it does",
     "mlfq levels=3:1,6:1 boost=never stay=yes | A 2 io:1 2 io:1 2 | B 6",
     "AABBBAABAABB"},
    {"mlfq: stay, a wait at the very end of the slice",
     "mlfq levels=2:1,4:1 boost=never stay=yes | A 2 io:3 2 | B 5",
     "AABBBAABB"},
    {"mlfq: the same by the book (M3)",
     "mlfq levels=2:1,4:1 boost=never stay=yes rules=ostep | A 2 io:3 2 | B 5",
     "AABBBBBAA"},
    {"mlfq: a boost", "mlfq levels=2:1,8:1 boost=5 | A 8 | B 8",
     "AABBAAABBAAABBBB"},
    {"mlfq: a boost lifts who waits for a device (M2)",
     "mlfq levels=1:1,9:1 boost=4 | A 1 io:4 2 | B 9", "ABBBBABBBABB"},
    {"mlfq: a boost, the higher levels first",
     "mlfq levels=1:1,2:1,8:1 boost=5 | A 6 | B 5 @3", "AAABBBABBAA"},
    {"mlfq: a boost by the book, the lowest first (M1)",
     "mlfq levels=1:1,2:1,8:1 boost=5 rules=ostep | A 6 | B 5 @3",
     "AAABBABAABB"},
    {"mlfq: from a device to the end",
     "mlfq levels=4:1 boost=never | A 1 io:2 1 | B 6 | C 2", "ABBBBCCABB"},
    {"mlfq: from a device to the front",
     "mlfq levels=4:1 boost=never front=yes | A 1 io:2 1 | B 6 | C 2",
     "ABBBBACCBB"},
    {"mlfq: from a device to the front, by the book (M4)",
     "mlfq levels=4:1 boost=never front=yes rules=ostep | A 1 io:2 1 | B 6 | "
     "C 2",
     "ABBABBCCBB"},

    {"mlfq: each CPU's queue has its own levels",
     "mlfq levels=1:1,2:1,4:1 boost=6 queues=per-cpu steal=never cpus=2 | "
     "A 9 | B 9 | C 9 | D 9",
     "ACAACCACAACCACAACC/BDBBDDBDBBDDBDBBDD"},
    {"mlfq: a boost at the end of a slice, with ties the other way",
     "mlfq levels=2:1,9:1 boost=2 ties=arrived | A 6 | B 2", "AABBAAAA"},

    {"stride: 3 to 2 to 1",
     "stride slice=1 | A 6 tickets=3 | B 4 tickets=2 | C 2 tickets=1",
     "ABAABCABAABC"},
    {"stride: a late one does not make up for its absence",
     "stride slice=1 | A 4 | B 2 @2", "AAABAB"},
    {"stride: nor one that waited", "stride slice=1 | A 1 io:4 3 | B 8",
     "ABBBBBABABAB"},
    {"stride: part of a slice is part of a stride",
     "stride slice=2 | A 1 io:1 4 | B 4", "ABBAABBAA"},
};

static void test_timeline(void **state)
{
    const struct timeline_case *c = *state;
    struct play p = {0};

    play(&p, "%s", c->text);
    assert_string_equal(text_str(&p.line), c->want);
    play_fini(&p);
}

/* ---- the lottery's draws ------------------------------------------------- */

static void test_lottery_given_draws(void **state)
{
    /* Of 100: 80 is B's, 10 and 50 are A's, 99 is B's, which has ended then; of
     * A's 75 the number 149 is 74. */
    static const int64_t draws[] = {80, 10, 150, 99, 149};
    struct play p = {.draws = draws, .draw_count = 5};

    (void)state;
    play(&p, "lottery slice=1 | A 3 tickets=75 | B 2 tickets=25");
    assert_string_equal(text_str(&p.line), "BAABA");
    play_fini(&p);
}

static void test_lottery_seed(void **state)
{
    struct play a = {0}, b = {0}, c = {0};
    const char *jobs = "A 30 | B 30 | C 30";

    (void)state;
    play(&a, "lottery slice=1 seed=1 | %s", jobs);
    play(&b, "lottery slice=1 seed=1 | %s", jobs);
    play(&c, "lottery slice=1 seed=2 | %s", jobs);
    assert_string_equal(text_str(&a.line), text_str(&b.line));
    assert_string_not_equal(text_str(&a.line), text_str(&c.line));
    play_fini(&a);
    play_fini(&b);
    play_fini(&c);
}

/* ---- in words ------------------------------------------------------------ */

static const struct why_case {
    const char *name, *text, *want; /* a line of all that was said */
} whys[] = {
    {"why, fifo: the first", "fifo | A 2 | B 1 | C 1",
     "0: A arrives and is next: it came first (B and C later)."},
    {"why, fifo: the last", "fifo | A 2 | B 1",
     "2: A has ended; B is next: nobody else could run."},
    {"why, fifo: nobody", "fifo | A 1 io:1 1",
     "1: A waits for its device; nobody could run, so the CPU is idle."},
    {"why, fifo: back after nobody", "fifo | A 1 io:1 1",
     "2: A is ready again and goes on: nobody else could run."},
    {"why, fifo: more than four others",
     "fifo | A 1 | B 1 | C 1 | D 1 | E 1 "
     "| F 1 | G 1",
     "(B, C, D, E and 2 more later)"},
    {"why, fifo: at once", "fifo after-io=preempt | A 1 io:2 1 | B 4 | C 2",
     "3: B is interrupted; A is next: what it waited for is there, and it "
     "need not wait its turn."},
    {"why, fifo: pinned elsewhere",
     "fifo cpus=2 | A 3 cpus=0 | B 1 cpus=0 | "
     "C 2",
     "0: CPU 1: C arrives and is next: B goes before it, but may not run "
     "here."},
    {"why, fifo: idle beside pinned",
     "fifo cpus=2 | A 3 cpus=0 | B 1 cpus=0 | "
     "C 2",
     "2: CPU 1: C has ended; those that are ready may not run here, so it is "
     "idle."},
    {"why, fifo: a lock",
     "fifo | A lock:m 2 io:1 1 unlock:m | B lock:m 1 unlock:m",
     "2: B waits for the lock m, which A has; nobody could run, so the CPU is "
     "idle."},
    {"why, fifo: a timer", "fifo | A 1 sleep:2 1 | B 1", "1: A sleeps; B is"},
    {"why, fifo: a period", "fifo | A 1 period x2 period=5ms | B 1",
     "1: A waits for its next period; B is next"},
    {"why, fifo: stolen",
     "fifo queues=per-cpu cpus=2 | A 1 | B 5 | C 1 | D 1 "
     "| E 1",
     "is next: from CPU 1's queue, since here nobody waits."},
    {"why, rr: a slice", "rr slice=2 | A 3 | B 2 | C 1",
     "2: A has used up its slice of 2 ms; B is next: it is at the head of the "
     "queue (behind it C and A)."},
    {"why, rr: alone", "rr slice=2 | A 3",
     "2: A has used up its slice of 2 ms; A goes on: nobody else could run."},
    {"why, sjf: the shortest", "sjf | A 3 | B 2",
     "0: B arrives and is next: it is the shortest, with 2 ms to do (A has 3 "
     "ms)."},
    {"why, sjf: equally short", "sjf | A 3 | B 3",
     "it is the shortest, with 3 ms to do (B has as much, but a higher "
     "number)."},
    {"why, stcf: interrupted", "stcf | A 5 | B 1.5 @1",
     "1: A is interrupted (now 4 ms left); B is next: it would be done first, "
     "with 1.5 ms left (A has 4 ms)."},
    {"why, priority: the most urgent", "priority | A 3 | B 2 @1 priority=7",
     "1: A is interrupted (now priority 0); B is next: it is the most urgent: "
     "priority 7; A has 0."},
    {"why, priority: equals", "priority | A 3 | B 3",
     "nobody is more urgent than priority 0, and B, which is as urgent, has a "
     "higher number."},
    {"why, priority: ageing", "priority age=2 | A 9 priority=1 | B 2",
     "4: A has been overtaken by one that waited (now priority 1); B is next: "
     "it is the most urgent: priority 2 (0, and 2 for waiting); A has 1."},
    {"why, priority: lent",
     "priority inherit=yes | L lock:m 3 unlock:m | M 4 @1 priority=5 | "
     "H lock:m 1 unlock:m @1 priority=9",
     "1: H waits for the lock m, which L has; L is next: it is the most "
     "urgent: priority 9 (0, and 9 lent by those that wait for its lock); M "
     "has 5."},
    {"why, mlfq: sinking", "mlfq levels=2:1,4:2,8:1 boost=9 | A 8 | B 2 | C 3",
     "2: A has used up its slice (now level 1, a slice of 4 ms and 1 more); B "
     "is next: it is at the head of level 0, the highest (behind it C and A)."},
    {"why, mlfq: a lower level", "mlfq levels=2:1,4:1 boost=9 | A 8 | B 3",
     "4: B has used up its slice (now level 1, a slice of 4 ms); A is next: it "
     "is at the head of level 1 and nobody is on level 0 (behind it B)."},
    {"why, mlfq: interrupted", "mlfq levels=2:1,4:1 boost=9 | A 8 | B 1 @3",
     "3: A is interrupted (now level 1, 3 ms of its slice left); B is next"},
    {"why, mlfq: a boost", "mlfq levels=2:1,4:1 boost=3 | A 8 | B 8",
     "6: a boost has brought all jobs to level 0; "},
    {"why, stride: the least pass", "stride slice=2 | A 4 | B 4 tickets=50",
     "0: A arrives and is next: its pass is the least, 100 (B's is 200)."},
    {"why, stride: the same", "stride slice=2 | A 4 | B 4",
     "(B's is the same, but its number higher)."},
};

static const int64_t two_draws[] = {141, 3};

static const struct why_case lottery_whys[] = {
    {"why, lottery: a ticket",
     "lottery slice=1 | A 2 tickets=30 | B 1 "
     "tickets=70",
     "0: B arrives and is next: ticket 41 of 0 to 99 was drawn, and it holds "
     "30 to 99."},
    {"why, lottery: the only one",
     "lottery slice=1 | A 1 tickets=1 | B 1 "
     "tickets=140",
     "0: A arrives and is next: ticket 0 of 0 to 140 was drawn, and it holds "
     "that one."},
};

static void check_why(const struct why_case *c, const int64_t *draws,
                      int draw_count)
{
    struct play p = {
        .wants_why = true, .draws = draws, .draw_count = draw_count};

    play(&p, "%s", c->text);
    if (!strstr(text_str(&p.why), c->want))
        fail_msg("not said: %s\nbut:\n%s", c->want, text_str(&p.why));
    play_fini(&p);
}

static void test_why(void **state)
{
    check_why(*state, NULL, 0);
}

static void test_lottery_why(void **state)
{
    check_why(*state, two_draws, 2);
}

/* Every policy says something about every decision, and about its tie rule. */
static void test_all_policies_speak(void **state)
{
    (void)state;
    for (int i = 0; sim_policies[i]; i++) {
        const struct sim_policy *policy = sim_policies[i];
        struct play p = {.wants_why = true};

        assert_non_null(policy->explain);
        for (int k = 0; k < 3; k++) {
            const char *words[] = {policy->summary, policy->source,
                                   policy->tie};

            assert_non_null(words[k]);
            assert_true(strlen(words[k]) > 10);
        }
        assert_int_equal(policy->tie[strlen(policy->tie) - 1], '.');
        play(&p,
             "%s cpus=2 | A 5 io:3 20 priority=3 | B 15 @1 deadline=90 | "
             "C 1 io:1 x9 nice=5 | D lock:m 12 unlock:m | "
             "E 2 lock:m 30 unlock:m tickets=7",
             policy->name);
        assert_null(strstr(text_str(&p.why), ": ."));
        assert_null(strstr(text_str(&p.why), "(null)"));
        assert_null(strstr(text_str(&p.why), "  "));
        play_fini(&p);
    }
}

/* ---- the queue as a picture ---------------------------------------------- */

/* Those in the queues, in order, are those that are ready, each once. */
static void check_queues(const struct sim *s)
{
    int ready = 0, seen = 0;
    bool was[32] = {false};

    for (int q = 0; q < sim_queue_count(s); q++) {
        int32_t ids[32];
        int n = sim_queue(s, q, ids, 32);

        for (int i = 0; i < n; i++) {
            assert_in_range(ids[i], 0, sim_jobs_of(s)->count - 1);
            assert_false(was[ids[i]]);
            assert_int_equal(sim_task(s, ids[i])->state, TASK_READY);
            was[ids[i]] = true;
        }
        seen += n;
    }
    for (int i = 0; i < sim_jobs_of(s)->count; i++)
        ready += sim_task(s, i)->state == TASK_READY;
    assert_int_equal(seen, ready);
}

static void add_random_job(struct text *text, int i, uint64_t *seed)
{
    text_addf(text, " | J%d %u lock:m %u unlock:m io:%u %u @%u", i,
              1 + random_below(seed, 20), 1 + random_below(seed, 5),
              1 + random_below(seed, 9), 1 + random_below(seed, 20),
              random_below(seed, 30));
    text_addf(text, " priority=%u nice=%u tickets=%u", random_below(seed, 5),
              random_below(seed, 5), 1 + random_below(seed, 50));
}

static void test_all_queues_show(void **state)
{
    static const char *const also[] = {
        "",
        " queues=per-cpu",
        " after-io=preempt ties=arrived",
        " on-io=hold switch=0.3",
        " inherit=yes tick=0.7 migrate=0.2",
        " rules=ostep",
    };
    uint64_t seed = 5;

    (void)state;
    for (int i = 0; sim_policies[i]; i++) {
        for (int round = 0; round < 54; round++) {
            struct text text = {0};
            struct play p = {0};
            struct sim *s;
            int with = round / 3 % 6;

            if (with == 1 && sim_policies[i]->central)
                with = 2;
            text_addf(&text, "%s cpus=%d seed=%d%s", sim_policies[i]->name,
                      1 + round % 3, round, also[with]);
            for (int k = 0; k < 2 + round % 20; k++)
                add_random_job(&text, k, &seed);
            play_begin(&p, NULL, text_str(&text));
            s = p.sim;
            while (sim_step(s) == SIM_GOES_ON)
                check_queues(s);
            play_fini(&p);
            text_fini(&text);
        }
    }
}

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0])

int main(void)
{
    static struct CMUnitTest tests[160] = {
        cmocka_unit_test(test_lottery_given_draws),
        cmocka_unit_test(test_lottery_seed),
        cmocka_unit_test(test_all_policies_speak),
        cmocka_unit_test(test_all_queues_show),
    };
    size_t n = 4;

    n = add_rows(tests, n, ROWS(timelines), sizeof(timelines[0]),
                 test_timeline);
    n = add_rows(tests, n, ROWS(whys), sizeof(whys[0]), test_why);
    n = add_rows(tests, n, ROWS(lottery_whys), sizeof(lottery_whys[0]),
                 test_lottery_why);
    return _cmocka_run_group_tests("sim_policies", tests, n, NULL, NULL);
}
