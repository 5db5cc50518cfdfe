/* Stepping by hand: schedules as text and back, what cannot be done and why,
 * going back and forth, and why nobody can go on, in words. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "explore/say.h"
#include "export/steps.h"
#include "lib/rows.h"
#include "step/stepper.h"

/* ---- programs ------------------------------------------------------------ */

#define COUNTER                                                                \
    "shared int x;\n"                                                          \
    "thread T[2] { x++; }\n"                                                   \
    "check final x == 2;\n"
#define AB_BA                                                                  \
    "shared int x; mutex A, B;\n"                                              \
    "thread T0 { lock(A); lock(B); x++; unlock(B); unlock(A); }\n"             \
    "thread T1 { lock(B); lock(A); x++; unlock(A); unlock(B); }\n"
#define SLEEPER                                                                \
    "shared int x; mutex m; cond c;\n"                                         \
    "thread W { lock(m); wait(c, m); unlock(m); }\n"                           \
    "thread S { lock(m); x = 1; signal(c); unlock(m); }\n"
#define STORE_BUFFER                                                           \
    "shared int x, y;\n"                                                       \
    "thread A { x = 1; int r = y; }\n"                                         \
    "thread B { y = 1; int r = x; }\n"                                         \
    "observe A.r, B.r;\n"

struct rig {
    struct program *program;
    struct stepper machine;
    struct walk walk;
};

static void set_up(struct rig *r, const char *text, bool tso,
                   enum granularity granularity)
{
    struct rules rules = {.granularity = granularity,
                          .tso = tso,
                          .buffer = TSL_BUFFER,
                          .keep_registers = true};
    struct err err = {0};

    if (program_parse("test", text, strlen(text), &r->program, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(stepper_init(&r->machine, r->program, &rules, &err), 0);
    assert_int_equal(walk_init(&r->walk, &r->machine, &err), 0);
}

static void take_down(struct rig *r)
{
    walk_fini(&r->walk);
    stepper_fini(&r->machine);
    program_free(r->program);
}

/* Do the schedule @text; the sentence, or "" when all of it could be done. */
static const char *go(struct rig *r, const char *text)
{
    static struct err err;
    struct schedule s = {0};

    err = (struct err){0};
    if (schedule_parse(&s, r->program, text, &err) == 0)
        walk_run(&r->walk, &s, &err);
    schedule_fini(&s);
    return err.text;
}

/* ---- schedules ----------------------------------------------------------- */

static const struct schedule_case {
    const char *name, *text, *want; /* NULL: the same */
} schedules[] = {
    {"nothing", "", NULL},
    {"only blanks", " \t\n", ""},
    {"numbers", "0 1 0 0 1", NULL},
    {"repeats", "0 1*12 0", NULL},
    {"two are not a repeat", "0 0 1 1", NULL},
    {"three are", "0 0 0 1", "0*3 1"},
    {"repeats that meet", "1*2 1*3", "1*5"},
    {"once", "1*1", "1"},
    {"names", "T0 T1 T1*4", "0 1*5"},
    {"a flush", "0 f0 f1", NULL},
    {"a flush by name", "flush:T0 flush:1", "f0 f1"},
    {"flushes repeated", "f1*3", NULL},
    {"commas", "0,1,0, 1", "0 1 0 1"},
    {"the longest", "0*1000000", NULL},
};

static void schedule_reads(void **state)
{
    const struct schedule_case *c = *state;
    struct schedule s = {0}, again = {0};
    struct text first = {0}, second = {0};
    struct err err = {0};
    struct rig r;

    set_up(&r, COUNTER, false, GRANULARITY_ACCESS);
    if (schedule_parse(&s, r.program, c->text, &err) < 0)
        fail_msg("%s", err.text);
    schedule_text(&s, &first);
    assert_string_equal(text_str(&first), c->want ? c->want : c->text);
    assert_int_equal(schedule_parse(&again, r.program, text_str(&first), &err),
                     0);
    assert_int_equal(again.count, s.count);
    schedule_text(&again, &second);
    assert_string_equal(text_str(&second), text_str(&first));
    text_fini(&first);
    text_fini(&second);
    schedule_fini(&s);
    schedule_fini(&again);
    take_down(&r);
}

static const struct refusal_case {
    const char *name, *text, *says;
} refusals[] = {
    {"a number too large", "0 1 2",
     "word 3 of the schedule, \"2\", names no thread; write its number, 0 (T0) "
     "or 1 (T1), its name, or f0 for a flush"},
    {"a number far too large", "99999999999999999999", "names no thread"},
    {"a name mistyped", "T0 T0x",
     "word 2 of the schedule, \"T0x\", names no thread; did you mean "
     "\"T0\"?"},
    {"a name unknown", "philosopher", "0 (T0) or 1 (T1)"},
    {"less than none", "-1", "\"-1\", names no thread"},
    {"a flush of nobody", "f7", "\"f7\", names no thread"},
    {"a flush of no name", "flush:", "names no thread"},
    {"no times", "1*0", "repeats a number of times"},
    {"times of nothing", "1*", "repeats a number of times"},
    {"too many times", "1*1000001", "from 1 to 1000000"},
    {"words for times", "1*many", "write 1*12"},
    {"repeating nobody", "*12", "repeats nobody"},
    {"too long", "0*999999 1 1", "longer than 1000000 steps"},
    {"a long word",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "names no thread"},
};

static void schedule_refuses(void **state)
{
    const struct refusal_case *c = *state;
    struct schedule s = {0};
    struct err err = {0};
    struct rig r;

    set_up(&r, COUNTER, false, GRANULARITY_ACCESS);
    assert_int_equal(schedule_parse(&s, r.program, c->text, &err), -EINVAL);
    if (!strstr(err.text, c->says))
        fail_msg("\"%s\" does not say \"%s\"", err.text, c->says);
    assert_null(s.actions);
    take_down(&r);
}

static void names_of_actions(void **state)
{
    char name[64];
    struct rig r;

    (void)state;
    set_up(&r, STORE_BUFFER, true, GRANULARITY_ACCESS);
    action_name(r.program, 1, name, sizeof(name));
    assert_string_equal(name, "B");
    action_name(r.program, 0 | STEP_FLUSH, name, sizeof(name));
    assert_string_equal(name, "flush:A");
    take_down(&r);
}

/* ---- walking ------------------------------------------------------------- */

static const struct walk_case {
    const char *name, *program;
    bool tso;
    const char *text, *says; /* "": it can be done */
} walks[] = {
    {"all of it", COUNTER, false, "0 1 0 1", ""},
    {"after the end", COUNTER, false, "0 0 0",
     "step 3 of the schedule (T0) cannot be done: T0 has ended"},
    {"a lock held by another", AB_BA, false, "0 1 0",
     "step 3 of the schedule (T0) cannot be done: T0 cannot move: it waits for "
     "lock B, held by T1"},
    {"a lock held by itself", "mutex m; thread T { lock(m); lock(m); }", false,
     "0 0", "T cannot move: it waits for lock m, which it holds itself"},
    {"a semaphore", "sem s; thread T { wait(s); }", false, "0",
     "it waits for semaphore s, which is 0"},
    {"asleep", SLEEPER, false, "0 0 0", "it waits for a signal on c"},
    {"awake, without the mutex", SLEEPER, false, "0 0 1 1 1 0",
     "it waits for lock m again, held by S"},
    {"an element", "mutex f[2]; thread T[2] { lock(f[1]); }", false, "0 1",
     "lock f[1], held by T0"},
    {"a value", "shared int x; thread T { await(x == 1); }", false, "0",
     "it waits for x == 1, but x is 0"},
    {"no buffers", COUNTER, false, "f0",
     "nothing of T0 can be flushed: there are no store buffers without TSO"},
    {"an empty buffer", STORE_BUFFER, true, "0 f0 f0",
     "nothing of A can be flushed: its store buffer is empty"},
    {"a fence", "shared int x; thread T { x = 1; fence(); }", true, "0 0",
     "it waits for its store buffer to be empty"},
    {"after a fault", "shared int x; thread T[2] { x = 1 / x; }", false, "0 1",
     "the program ended in a fault"},
};

static void walk_says(void **state)
{
    const struct walk_case *c = *state;
    const char *said;
    struct rig r;

    set_up(&r, c->program, c->tso, GRANULARITY_ACCESS);
    said = go(&r, c->text);
    if (*c->says ? !strstr(said, c->says) : *said)
        fail_msg("\"%s\" does not say \"%s\"", said, c->says);
    take_down(&r);
}

/* Every cell as it is where the walk looks. */
static void look(const struct rig *r, int *cells)
{
    for (int i = 0; i < r->program->cell_count; i++)
        cells[i] = state_cell(&r->machine, walk_state(&r->walk), i);
}

static void back_and_forth(void **state)
{
    struct schedule s = {0};
    struct text text = {0};
    int seen[9][8];
    struct rig r;

    (void)state;
    set_up(&r, AB_BA, false, GRANULARITY_ACCESS);
    look(&r, seen[0]);
    for (int i = 1; i <= 6; i++) {
        assert_int_equal(walk_step(&r.walk, 0, NULL), 0);
        look(&r, seen[i]);
    }
    assert_false(walk_redo(&r.walk));
    for (int i = 5; i >= 0; i--) {
        int now[8];

        assert_true(walk_undo(&r.walk));
        look(&r, now);
        assert_memory_equal(now, seen[i],
                            (size_t)r.program->cell_count * sizeof(int));
    }
    assert_false(walk_undo(&r.walk));
    assert_int_equal(r.walk.count, 6);
    for (int i = 1; i <= 3; i++)
        assert_true(walk_redo(&r.walk));

    /* Another way from here: what lay ahead is forgotten. */
    assert_int_equal(walk_step(&r.walk, 0, NULL), 0);
    assert_false(walk_redo(&r.walk));
    assert_int_equal(walk_schedule(&r.walk, &s), 0);
    schedule_text(&s, &text);
    assert_string_equal(text_str(&text), "0*4");
    text_fini(&text);
    schedule_fini(&s);
    take_down(&r);
}

/* What could not be done changes nothing, what came before stays done. */
static void stops_where_it_must(void **state)
{
    struct rig r;

    (void)state;
    set_up(&r, COUNTER, false, GRANULARITY_ACCESS);
    assert_string_not_equal(go(&r, "0 0 0 1"), "");
    assert_int_equal(r.walk.at, 2);
    assert_true(walk_undo(&r.walk));
    assert_string_equal(go(&r, "1 1 0"), "");
    assert_int_equal(r.walk.at, 4);
    assert_int_equal(walk_failures(&r.walk), 1u << FAILURE_FINAL);
    take_down(&r);
}

/* The number of steps that x++ takes, by granularity. */
static void one_line_many_steps(void **state)
{
    static const int steps[] = {[GRANULARITY_STATEMENT] = 1,
                                [GRANULARITY_ACCESS] = 2,
                                [GRANULARITY_INSTRUCTION] = 3};
    struct rig r;

    (void)state;
    for (int g = 0; g < 3; g++) {
        set_up(&r, COUNTER, false, (enum granularity)g);
        while (walk_step(&r.walk, 0, NULL) == 0)
            ;
        assert_int_equal(r.walk.at, steps[g]);
        take_down(&r);
    }
}

/* ---- failures in words --------------------------------------------------- */

static const struct failure_case {
    const char *name, *program, *text;
    enum failure kind;
    const char *says;
} failures[] = {
    {"a check", COUNTER, "0 1 0 1", FAILURE_FINAL,
     "x == 2 is false at the end: x is 1."},
    {"a check of registers",
     "shared int x; thread T { int r = x; }\n"
     "check final !(T.r == 0 || x > 1) && x + T.r * 2 < 7;",
     "0", FAILURE_FINAL, "false at the end: T.r is 0 and x is 0."},
    {"an assert",
     "shared int x;\nthread T {\n  int r = x;\n"
     "  assert(r == 1);\n}\n",
     "0", FAILURE_ASSERT, "In T assert(r == 1) (line 4) is false."},
    {"two in one place",
     "shared int x;\nthread T[2] { work(); critical { x++; } }\n", "0 1",
     FAILURE_EXCLUSION, "T1 enters the critical section, where T0 still is."},
    {"two at once", "shared int x;\nthread T[2] { critical { x++; } }\n", "",
     FAILURE_EXCLUSION,
     "Before anybody moves, T0 and T1 are both in the critical section."},
    {"two at once in two places",
     "exclusive r w; thread A { critical r { work(); } }\n"
     "thread B { critical w { work(); } }\n",
     "", FAILURE_EXCLUSION, "Before anybody moves, A is in r and B in w."},
    {"two in two places",
     "shared int x; exclusive r w;\nthread A { x = 1; critical r { x = 2; } }\n"
     "thread B { x = 3; critical w { x = 4; } }\n",
     "0 1", FAILURE_EXCLUSION, "B is in w while A is in r."},
    {"a division", "shared int x;\nthread T { x = 1 / x; }", "0", FAILURE_FAULT,
     "T cannot go on (line 2): a division by 0."},
    {"a large value", "shared int x = 32767; thread T { fetch_add(x, 1); }",
     "0", FAILURE_FAULT, "beyond 16 bits"},
    {"somebody else's mutex", "mutex m; thread T { unlock(m); }", "0",
     FAILURE_FAULT, "a mutex that it does not hold"},
};

static void failure_says(void **state)
{
    const struct failure_case *c = *state;
    struct text said = {0};
    struct rig r;

    set_up(&r, c->program, false, GRANULARITY_ACCESS);
    assert_string_equal(go(&r, c->text), "");
    if (!(walk_failures(&r.walk) >> c->kind & 1))
        fail_msg("it does not fail by %s", failure_names[c->kind]);
    state_say_failure(&r.machine, walk_state(&r.walk),
                      r.walk.at ? &r.walk.dones[r.walk.at - 1] : NULL, c->kind,
                      &said);
    if (!strstr(text_str(&said), c->says))
        fail_msg("\"%s\" does not say \"%s\"", text_str(&said), c->says);
    text_fini(&said);
    take_down(&r);
}

static const struct stuck_case {
    const char *name, *program, *text, *says;
} stucks[] = {
    {"a cycle of two", AB_BA, "0 1",
     "Deadlock: T0 waits for B, which T1 holds; T1 waits for A, which T0 "
     "holds: a cycle."},
    {"a cycle of three",
     "mutex f[3]; thread P[3] { lock(f[me]); lock(f[(me + 1) % 3]); }", "0 1 2",
     "Deadlock: P0 waits for f[1], which P1 holds; P1 waits for f[2], which P2 "
     "holds; P2 waits for f[0], which P0 holds: a cycle."},
    {"in one's own way", "mutex m; thread T { lock(m); lock(m); }", "0",
     "Deadlock: T waits for m, which it holds itself."},
    {"and somebody behind",
     "mutex m; thread T { lock(m); lock(m); } thread U { lock(m); }", "0",
     "Deadlock: T waits for m, which it holds itself. U waits for m, which T "
     "holds."},
    {"the owner has ended",
     "mutex m; thread A { lock(m); } thread B { lock(m); }", "0",
     "Stuck for ever: B waits for m, which A still held when it ended."},
    {"a lost wake-up", SLEEPER, "1*4 0 0",
     "Asleep for ever: W sleeps on c, and nobody is left to signal it: S, "
     "whose "
     "code does, has ended (a signal that finds nobody asleep is lost)."},
    {"nobody ever signals",
     "mutex m; cond c; thread W { lock(m); wait(c, m); }", "0 0",
     "Asleep for ever: W sleeps on c, and nobody is left to signal it."},
    {"the one who could signal sleeps too",
     "mutex m; cond a, b;\n"
     "thread A { lock(m); wait(a, m); signal(b); unlock(m); }\n"
     "thread B { lock(m); wait(b, m); signal(a); unlock(m); }\n",
     "0 0 1 1",
     "Deadlock: A sleeps on a, which only B could signal; B sleeps on b, which "
     "only A could signal: a cycle."},
    {"a semaphore that nobody posts", "sem s; thread T { wait(s); }", "",
     "Stuck for ever: T waits for semaphore s (it is 0), and nobody is left to "
     "post it."},
    {"mutex first, then the semaphore",
     "mutex m; sem items;\n"
     "thread P { lock(m); post(items); unlock(m); }\n"
     "thread C { lock(m); wait(items); unlock(m); }\n",
     "1",
     "Deadlock: P waits for m, which C holds; C waits for semaphore items (it "
     "is 0), which only P could post: a cycle."},
    {"a value that nobody brings",
     "shared int x, y; thread T { await(x > 2); } thread U { y = 1; }", "1",
     "Stuck for ever: T waits until x > 2 (it is 0), and nobody is left to "
     "change it."},
    {"two who wait for each other's values",
     "shared int x, y;\nthread A { await(y == 1); x = 1; }\n"
     "thread B { await(x == 1); y = 1; }\n",
     "",
     "Deadlock: A waits until y == 1 (it is 0), which only B could change; B "
     "waits until x == 1 (it is 0), which only A could change: a cycle."},
};

static void stuck_says(void **state)
{
    const struct stuck_case *c = *state;
    struct text said = {0};
    struct rig r;

    set_up(&r, c->program, false, GRANULARITY_ACCESS);
    assert_string_equal(go(&r, c->text), "");
    assert_int_equal(state_finish(&r.machine, walk_state(&r.walk)),
                     FINISH_DEADLOCK);
    assert_int_equal(walk_failures(&r.walk), 1u << FAILURE_DEADLOCK);
    state_say_stuck(&r.machine, walk_state(&r.walk), &said);
    assert_string_equal(text_str(&said), c->says);
    text_fini(&said);
    take_down(&r);
}

/* ---- at random ----------------------------------------------------------- */

/* 2/3 of the schedules lose an update, but half of the random ones do. */
static void samples_are_fair(void **state)
{
    struct sampled s;
    struct rig r;

    (void)state;
    set_up(&r, COUNTER, false, GRANULARITY_ACCESS);
    assert_int_equal(explore_sample(&r.machine, NULL, 20000, 7, NULL, &s, NULL),
                     0);
    assert_int_equal(s.schedules, 20000);
    assert_int_equal(s.any, s.failing[FAILURE_FINAL]);
    assert_int_equal(s.endless, 0);
    assert_int_equal(s.witness[FAILURE_FINAL].count, 4);
    assert_true(s.low < 0.5 && s.high > 0.5);
    assert_true(s.high - s.low < 0.02);
    sampled_fini(&s);
    take_down(&r);
}

/* The same seed gives the same, and a witness is a schedule that fails. */
static void samples_repeat(void **state)
{
    struct sampled a, b;
    struct rig r;

    (void)state;
    set_up(&r, AB_BA, false, GRANULARITY_ACCESS);
    assert_int_equal(explore_sample(&r.machine, NULL, 500, 3, NULL, &a, NULL),
                     0);
    assert_int_equal(explore_sample(&r.machine, NULL, 500, 3, NULL, &b, NULL),
                     0);
    assert_int_equal(a.failing[FAILURE_DEADLOCK], b.failing[FAILURE_DEADLOCK]);
    assert_true(a.failing[FAILURE_DEADLOCK] > 0);
    assert_int_equal(walk_run(&r.walk, &a.witness[FAILURE_DEADLOCK], NULL), 0);
    assert_int_equal(walk_failures(&r.walk), 1u << FAILURE_DEADLOCK);
    sampled_fini(&a);
    sampled_fini(&b);
    take_down(&r);
}

static void samples_go_on_from_somewhere(void **state)
{
    struct schedule from = {0};
    struct err err = {0};
    struct sampled s;
    struct rig r;

    (void)state;
    set_up(&r, COUNTER, false, GRANULARITY_ACCESS);
    assert_int_equal(schedule_parse(&from, r.program, "0 1", &err), 0);
    assert_int_equal(explore_sample(&r.machine, &from, 100, 1, NULL, &s, &err),
                     0);
    assert_int_equal(s.any, 100);
    assert_int_equal(s.witness[FAILURE_FINAL].count, 2); /* what follows */
    sampled_fini(&s);
    from.actions[1] = 0 | STEP_FLUSH;
    assert_int_equal(explore_sample(&r.machine, &from, 100, 1, NULL, &s, &err),
                     -EINVAL);
    assert_non_null(strstr(err.text, "step 2 of the schedule (flush:T0)"));
    sampled_fini(&s);
    schedule_fini(&from);
    take_down(&r);
}

/* Whoever spins for ever is cut off. */
static void samples_end(void **state)
{
    struct sampled s;
    struct rig r;

    (void)state;
    set_up(&r, "shared int x; thread T { while (x == 0) ; }", false,
           GRANULARITY_ACCESS);
    assert_int_equal(explore_sample(&r.machine, NULL, 3, 1, NULL, &s, NULL), 0);
    assert_int_equal(s.endless, 3);
    assert_int_equal(s.any, 0);
    assert_true(s.low == 0 && s.high > 0.5);
    sampled_fini(&s);
    take_down(&r);
}

/* ---- the table ----------------------------------------------------------- */

static void table_is(struct rig *r, int columns, int rows, const char *want)
{
    struct steps_look look = {.columns = columns, .most = rows};
    struct text out = {0};

    steps_table(&r->walk, &look, &out);
    assert_string_equal(text_str(&out), want);
    text_fini(&out);
}

static void table_has_a_column_a_thread(void **state)
{
    struct rig r;

    (void)state;
    set_up(&r, AB_BA, false, GRANULARITY_ACCESS);
    assert_string_equal(go(&r, "0 1"), "");
    table_is(&r, 80, 0,
             " step  T0      T1      memory\n"
             "                       x = 0\n"
             "    1  lock A          A: T0\n"
             "    2          lock B  B: T1\n");
    take_down(&r);
}

/* Where it is narrow there is one column for all. */
static void table_can_be_narrow(void **state)
{
    struct rig r;

    (void)state;
    set_up(&r, AB_BA, false, GRANULARITY_ACCESS);
    assert_string_equal(go(&r, "0 1"), "");
    table_is(&r, 30, 0,
             " step  who  what    memory\n"
             "                    x = 0\n"
             "    1  T0   lock A  A: T0\n"
             "    2  T1   lock B  B: T1\n");
    take_down(&r);
}

/* Who spins is told once, with how often. */
static void table_sums_up_repeats(void **state)
{
    struct rig r;

    (void)state;
    set_up(&r,
           "shared int x; thread A { while (xchg(x, 1)) ; }\n"
           "thread B { while (xchg(x, 1)) ; }\n",
           false, GRANULARITY_ACCESS);
    assert_string_equal(go(&r, "0 1*100"), "");
    table_is(&r, 80, 0,
             " step  A                          B                          "
             "memory\n"
             "                                                             "
             "x = 0\n"
             "    1  xchg x' <- x, 1: 0, now 1                             "
             "x = 1\n"
             "    2                             xchg x' <- x, 1: 1, now 1\n"
             "       the last row 100 times in all\n");
    take_down(&r);
}

static void table_leaves_the_middle_out(void **state)
{
    struct text out = {0};
    struct steps_look few = {.columns = 80, .most = 9};
    struct rig r;

    (void)state;
    set_up(&r, "shared int x; thread T { repeat (100) x++; }", false,
           GRANULARITY_ACCESS);
    assert_string_equal(go(&r, "0*200"), "");
    steps_table(&r.walk, &few, &out);
    assert_non_null(strstr(text_str(&out), "\n    6  "));
    assert_null(strstr(text_str(&out), "\n    7  "));
    assert_non_null(strstr(text_str(&out), "191 more rows are left out here"));
    assert_non_null(strstr(text_str(&out), "\n  198  "));
    assert_non_null(strstr(text_str(&out), "x = 100\n"));
    text_fini(&out);
    take_down(&r);
}

/* ---- numbers ------------------------------------------------------------- */

static void long_numbers(void **state)
{
    static const char *const rows[][2] = {
        {"0", "0"},
        {"999", "999"},
        {"1000", "1,000"},
        {"137846528820", "137,846,528,820"},
        {"123456789012345678901234", "123,456,789,012,345,678,901,234"},
        {"1234567890123456789012345", "about 1.23e+24"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct text out = {0};

        say_number(&out, rows[i][0]);
        assert_string_equal(text_str(&out), rows[i][1]);
        text_fini(&out);
    }
}

/* Never none or all of it when it is not. */
static void small_and_large_shares(void **state)
{
    static const struct {
        double share;
        const char *want;
    } rows[] = {
        {0, "0 %"},           {1, "100 %"},    {0.5, "50.0 %"},
        {2.1e-5, "0.0021 %"}, {3e-9, "3e-09"}, {1 - 1.3e-6, "1 - 1.3e-06"},
        {NAN, "-"},
    };
    char buf[32];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(say_share(buf, sizeof(buf), rows[i].share),
                            rows[i].want);
}

int main(void)
{
    struct CMUnitTest tests[128] = {
        cmocka_unit_test(names_of_actions),
        cmocka_unit_test(back_and_forth),
        cmocka_unit_test(stops_where_it_must),
        cmocka_unit_test(one_line_many_steps),
        cmocka_unit_test(samples_are_fair),
        cmocka_unit_test(samples_repeat),
        cmocka_unit_test(samples_go_on_from_somewhere),
        cmocka_unit_test(samples_end),
        cmocka_unit_test(table_has_a_column_a_thread),
        cmocka_unit_test(table_can_be_narrow),
        cmocka_unit_test(table_sums_up_repeats),
        cmocka_unit_test(table_leaves_the_middle_out),
        cmocka_unit_test(long_numbers),
        cmocka_unit_test(small_and_large_shares),
    };
    size_t n = 14;

#define ROWS(rows, test)                                                       \
    n = add_rows(tests, n, rows, sizeof(rows) / sizeof((rows)[0]),             \
                 sizeof((rows)[0]), test)
    ROWS(schedules, schedule_reads);
    ROWS(refusals, schedule_refuses);
    ROWS(walks, walk_says);
    ROWS(failures, failure_says);
    ROWS(stucks, stuck_says);
#undef ROWS
    return _cmocka_run_group_tests("step", tests, n, NULL, NULL);
}
