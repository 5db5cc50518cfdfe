/* A lesson being taken: steps, answers, orders, disturbed runs, controls. The
 * outcomes are made up; nothing runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lesson/session_parts.h"
#include "lib/fake_trace.h"
#include "lib/made.h"
#include "lib/rows.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

#define FRONT                                                                  \
    "---\nformat: 1\nid: made-up\ntitle: Made up\nquestion: What?\n"           \
    "track: B\nminutes: 1\ncovers: 18\ntargets: M12\n"
#define HEAD FRONT "---\n\nSome prose.\n\n"
#define BLOCK(what, body) "```" what "\n" body "```\n\n"

/* ---- a lesson and its session -------------------------------------------- */

struct taken {
    struct lesson lesson;
    struct session session;
};

static void open_on(struct taken *t, const char *text, int cores)
{
    struct machine m = made_machine(cores);
    struct err err = {0};

    assert_int_equal(lesson_parse(&t->lesson, "made-up.md", text, strlen(text)),
                     0);
    if (session_init(&t->session, &t->lesson, &m, &err) < 0)
        fail_msg("%s", err.text);
}

static void open_it(struct taken *t, const char *text)
{
    open_on(t, text, 2);
}

static void close_it(struct taken *t)
{
    session_fini(&t->session);
    lesson_fini(&t->lesson);
}

static int block_of(const struct taken *t, enum lesson_kind kind, int nth)
{
    for (int i = 0; i < t->lesson.block_count; i++)
        if (t->lesson.blocks[i].kind == kind && nth-- == 0)
            return i;
    fail_msg("there is no such %s block", lesson_kind_words[kind]);
    return -1;
}

/* The next order; its name. */
static const char *wanted(struct taken *t, struct lesson_order *o)
{
    return session_order(&t->session, o) ? o->name : "";
}

static struct sweep_outcome outcome_of(double wall_s, double noise)
{
    struct sweep_outcome o = {.verdict = VERDICT_OK,
                              .foreign_cores = noise,
                              .took_ns = NS_PER_S,
                              .cores = 2};

    metric_set(&o.metrics, METRIC_WALL_S, wall_s);
    metric_set(&o.metrics, METRIC_TASKS_DONE, 4);
    return o;
}

static void take(struct taken *t, const struct lesson_order *o, double wall_s,
                 double noise)
{
    struct sweep_outcome out = outcome_of(wall_s, noise);

    assert_int_equal(session_take(&t->session, o, &out, NULL), 0);
}

static void begin(struct taken *t, int block)
{
    struct err err = {0};

    if (session_begin(&t->session, block, &err) < 0)
        fail_msg("%s", err.text);
}

/* Run all that is asked for; how many runs it took. */
static int run_all(struct taken *t, double wall_s, double noise)
{
    struct lesson_order o;
    int runs = 0;

    while (session_order(&t->session, &o)) {
        take(t, &o, wall_s, noise);
        assert_true(++runs < 1000);
    }
    return runs;
}

static double value(const struct taken *t, const char *run, int repeat,
                    const char *name)
{
    double x = 0;

    if (!facts_get(t->session.facts, run, repeat, name, &x))
        fail_msg("%s.%s was not kept in round %d", run, name, repeat);
    return x;
}

static void must_lack(const struct taken *t, const char *run, int repeat,
                      const char *name)
{
    double x;

    assert_false(facts_get(t->session.facts, run, repeat, name, &x));
}

static void answer(struct taken *t, int block, int choice)
{
    struct lesson_answer a = {.choice = choice, .number = choice};

    for (int i = 0; i < LESSON_CHOICES; i++)
        a.order[i] = i;
    session_answer(&t->session, block, &a);
}

/* ---- the order of steps ---------------------------------------------------
 */

#define PREDICT                                                                \
    BLOCK("predict p", "ask = How?\n- short :: when a.wall_s < 1\n"            \
                       "- long  :: else\n")
#define OBSERVE                                                                \
    BLOCK("observe o", "ask = Seen?\n- short :: when a.wall_s < 1\n"           \
                       "- long  :: else\n")
#define RUN BLOCK("run a", "sleep --workers 2 --tasks 4\n")
#define WATCH BLOCK("watch", "look = At what?\n")
#define CHECK BLOCK("check", "E four : a.tasks_done == 4 : four\n")
#define CONTROL BLOCK("control", "a.tasks_done = 3\nfails = four\n")
#define QUIZ BLOCK("quiz q", "ask = Why?\n* this\n- that :: M12 no\n")
#define HINT BLOCK("hint", "Think.\n")
#define REVEAL BLOCK("reveal", "So it is.\n")
#define NOTES BLOCK("notes", "For the teacher.\n")
#define AGAIN                                                                  \
    BLOCK("again", "- sleep --workers 4 :: And now? :: again.wall_s\n")

static const struct steps_case {
    const char *name, *text, *want; /* the stages' words */
} steps_cases[] = {
    {"steps: prose alone", HEAD, "read done"},
    {"steps: a whole lesson",
     HEAD PREDICT HINT WATCH RUN OBSERVE CHECK CONTROL QUIZ REVEAL AGAIN,
     "read predict run frozen observe check explain reveal again done"},
    {"steps: round twice",
     HEAD PREDICT RUN CHECK CONTROL REVEAL BLOCK(
         "predict p2", "ask = And?\n- short :: when b.wall_s < 1\n"
                       "- long :: else\n") BLOCK("run b", "sleep --workers 2\n")
         REVEAL,
     "read predict run frozen check reveal predict run frozen reveal done"},
    {"steps: what is hidden makes none",
     HEAD NOTES "More.\n\n" PREDICT HINT RUN CHECK CONTROL NOTES,
     "read predict run frozen check done"},
    {"steps: prose after a reveal is of it",
     HEAD RUN CHECK CONTROL REVEAL "After.\n\n" REVEAL QUIZ,
     "read run frozen check reveal explain done"},
    {"steps: prose before a reveal is not", HEAD RUN "Between.\n\n" REVEAL,
     "read run frozen read reveal done"},
};

static void steps_follow(void **state)
{
    const struct steps_case *c = *state;
    struct text got = {0};
    struct taken t;

    open_it(&t, c->text);
    for (int i = 0; i < t.session.step_count; i++)
        text_addf(&got, "%s%s", i ? " " : "",
                  lesson_stage_words[t.session.steps[i].stage]);
    assert_string_equal(text_str(&got), c->want);
    text_fini(&got);
    close_it(&t);
}

static void a_watch_belongs_to_the_run_after_it(void **state)
{
    struct taken t;

    (void)state;
    open_it(&t, HEAD WATCH RUN BLOCK("run b", "sleep --workers 2\n"));
    assert_int_equal(t.session.steps[1].watch, block_of(&t, LESSON_WATCH, 0));
    assert_int_equal(t.session.steps[2].watch, block_of(&t, LESSON_WATCH, 0));
    assert_int_equal(t.session.steps[3].watch, -1);
    close_it(&t);
}

static void nobody_goes_on_without_a_prediction(void **state)
{
    struct taken t;
    int p;

    (void)state;
    open_it(&t, HEAD PREDICT RUN OBSERVE);
    p = block_of(&t, LESSON_PREDICT, 0);
    assert_true(session_next(&t.session));
    assert_int_equal(session_step(&t.session)->stage, STAGE_PREDICT);
    assert_false(session_next(&t.session));
    answer(&t, p, 1);
    assert_true(session_next(&t.session));
    assert_int_equal(session_step(&t.session)->stage, STAGE_RUN);
    assert_false(session_may_go_on(&t.session));
    begin(&t, block_of(&t, LESSON_RUN, 0));
    assert_false(session_next(&t.session));
    run_all(&t, 2, 0);
    assert_true(session_next(&t.session));
    assert_true(session_next(&t.session));
    assert_int_equal(session_step(&t.session)->stage, STAGE_OBSERVE);
    assert_false(session_next(&t.session));
    close_it(&t);
}

static void one_may_always_go_back(void **state)
{
    struct taken t;
    int p;

    (void)state;
    open_it(&t, HEAD PREDICT RUN);
    p = block_of(&t, LESSON_PREDICT, 0);
    assert_false(session_back(&t.session));
    session_next(&t.session);
    answer(&t, p, 0);
    session_next(&t.session);
    assert_int_equal(t.session.furthest, 2);
    assert_true(session_back(&t.session));
    assert_int_equal(session_step(&t.session)->stage, STAGE_PREDICT);
    session_reopen(&t.session, p);
    assert_false(session_next(&t.session));
    assert_int_equal(t.session.answers[p].attempt, 2);
    answer(&t, p, 1);
    assert_int_equal(t.session.answers[p].attempt, 2);
    assert_int_equal(t.session.answers[p].choice, 1);
    assert_true(session_go(&t.session, 2));
    assert_false(session_go(&t.session, 3));
    assert_false(session_go(&t.session, -1));
    close_it(&t);
}

static void skipping_leads_to_the_explanation(void **state)
{
    struct taken t;

    (void)state;
    open_it(&t, HEAD PREDICT RUN CHECK CONTROL QUIZ REVEAL AGAIN);
    session_next(&t.session);
    session_skip(&t.session);
    assert_true(t.session.skipped);
    assert_int_equal(session_step(&t.session)->stage, STAGE_REVEAL);
    assert_true(session_next(&t.session));
    assert_true(session_next(&t.session));
    assert_int_equal(session_step(&t.session)->stage, STAGE_DONE);
    assert_null(session_block(&t.session));
    assert_false(session_next(&t.session));
    session_skip(&t.session);
    assert_int_equal(session_step(&t.session)->stage, STAGE_DONE);
    close_it(&t);
}

static void a_reveal_for_others_is_passed_over(void **state)
{
    struct taken t;

    (void)state;
    open_it(&t,
            HEAD RUN BLOCK("reveal when machine.cpus > 64", "Large.\n") QUIZ);
    session_next(&t.session);
    begin(&t, block_of(&t, LESSON_RUN, 0));
    run_all(&t, 2, 0);
    session_next(&t.session);
    assert_int_equal(session_step(&t.session)->stage, STAGE_FROZEN);
    session_next(&t.session);
    assert_int_equal(session_step(&t.session)->stage, STAGE_EXPLAIN);
    session_back(&t.session);
    assert_int_equal(session_step(&t.session)->stage, STAGE_FROZEN);
    close_it(&t);
}

static void hints_come_one_after_the_other(void **state)
{
    struct taken t;
    int p;

    (void)state;
    open_it(&t,
            HEAD PREDICT HINT NOTES BLOCK("hint", "Harder.\n") WATCH RUN HINT);
    p = block_of(&t, LESSON_PREDICT, 0);
    assert_non_null(strstr(session_hint(&t.session, p, 0), "Think"));
    assert_non_null(strstr(session_hint(&t.session, p, 1), "Harder"));
    assert_null(session_hint(&t.session, p, 2));
    close_it(&t);
}

static void checks_are_judged_on_the_way_in(void **state)
{
    struct taken t;

    (void)state;
    open_it(&t, HEAD RUN CHECK CONTROL BLOCK("check", "E other : 1 == 2 : no\n")
                    BLOCK("control", "none = arithmetic\nfails = other\n"));
    assert_int_equal(t.session.finding_count, 2);
    session_next(&t.session);
    begin(&t, block_of(&t, LESSON_RUN, 0));
    run_all(&t, 2, 0);
    session_next(&t.session);
    assert_null(t.session.findings[0].check);
    session_next(&t.session);
    assert_non_null(t.session.findings[0].check);
    assert_int_equal(t.session.findings[0].verdict, LESSON_PASS);
    assert_null(t.session.findings[1].check);
    session_next(&t.session);
    assert_int_equal(t.session.findings[1].verdict, LESSON_FAIL);
    close_it(&t);
}

/* ---- orders ---------------------------------------------------------------
 */

#define PAIR                                                                   \
    BLOCK("run", "one: sleep --workers 1 --tasks 4\n"                          \
                 "all: sleep --workers {machine.cpus} --tasks 4\n"             \
                 "repeat = 3\n")

static void named_lines_run_in_turn(void **state)
{
    static const char *const want[] = {"one", "all", "one",
                                       "all", "one", "all"};
    struct lesson_order o, same;
    struct taken t;
    int done, planned;

    (void)state;
    open_it(&t, HEAD PAIR);
    begin(&t, block_of(&t, LESSON_RUN, 0));
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        session_progress(&t.session, &done, &planned);
        assert_int_equal(done, (int)i);
        assert_int_equal(planned, 6);
        assert_string_equal(wanted(&t, &o), want[i]);
        assert_string_equal(wanted(&t, &same), want[i]);
        assert_int_equal(o.round, (int)i / 2);
        assert_int_equal(o.spec.workers, i % 2 ? 2 : 1);
        take(&t, &o, 1 + (double)i, 0);
    }
    assert_string_equal(wanted(&t, &o), "");
    assert_true(value(&t, "one", 2, "wall_s") == 5);
    assert_true(value(&t, "all", 2, "wall_s") == 6);
    assert_int_equal(facts_repeats(t.session.facts, "all"), 3);
    close_it(&t);
}

static void beginning_again_forgets(void **state)
{
    struct lesson_order o;
    struct taken t;
    int block;

    (void)state;
    open_it(&t, HEAD PAIR);
    block = block_of(&t, LESSON_RUN, 0);
    begin(&t, block);
    run_all(&t, 2, 0);
    begin(&t, block);
    must_lack(&t, "one", 0, "wall_s");
    assert_false(t.session.over[block]);
    assert_string_equal(wanted(&t, &o), "one");
    session_stop(&t.session);
    assert_string_equal(wanted(&t, &o), "");
    assert_true(t.session.over[block]);
    close_it(&t);
}

static void an_interrupted_run_is_asked_for_again(void **state)
{
    struct sweep_outcome out = {.verdict = VERDICT_INTERRUPTED};
    struct lesson_order o;
    struct taken t;

    (void)state;
    open_it(&t, HEAD PAIR);
    begin(&t, block_of(&t, LESSON_RUN, 0));
    wanted(&t, &o);
    assert_int_equal(session_take(&t.session, &o, &out, NULL), 0);
    must_lack(&t, "one", 0, "ok");
    assert_string_equal(wanted(&t, &o), "one");
    assert_int_equal(o.round, 0);
    close_it(&t);
}

static void what_did_not_begin_has_no_figures(void **state)
{
    struct sweep_outcome out = {.verdict = VERDICT_FAILED, .error = "no room"};
    struct lesson_order o;
    struct taken t;

    (void)state;
    open_it(&t, HEAD PAIR);
    begin(&t, block_of(&t, LESSON_RUN, 0));
    for (int i = 0; session_order(&t.session, &o); i++)
        if (strcmp(o.name, "one") == 0)
            session_take(&t.session, &o, &out, NULL);
        else
            take(&t, &o, 1, 0);
    must_lack(&t, "one", 0, "ok");
    assert_true(value(&t, "all", 2, "ok") == 1);
    close_it(&t);
}

static void a_deadlock_is_a_result(void **state)
{
    struct sweep_outcome out = {.verdict = VERDICT_DEADLOCK,
                                .error = "all wait"};
    struct lesson_order o;
    struct trace *trace = fake_trace("primes");
    struct taken t;

    (void)state;
    open_it(&t, HEAD RUN);
    begin(&t, block_of(&t, LESSON_RUN, 0));
    wanted(&t, &o);
    session_take(&t.session, &o, &out, trace);
    assert_true(value(&t, "a", 0, "deadlock") == 1);
    assert_true(value(&t, "a", 0, "ok") == 0);
    assert_true(value(&t, "a", 0, "timeout") == 0);
    trace_free(trace);
    close_it(&t);
}

/* ---- what cannot be run ---------------------------------------------------
 */

static const struct refusal_case {
    const char *name, *text;
    int rc;
} refusals[] = {
    {"refused: no such setting", HEAD BLOCK("run a", "sleep --wrokers 2\n"),
     -EINVAL},
    {"refused: no such processor",
     HEAD BLOCK("run a", "sleep --cpus 63 --workers 1\n"), -EAGAIN},
    {"refused: a second processor",
     HEAD BLOCK("run a", "sleep --cpus {machine.second} --workers 1\n"),
     -EAGAIN},
    {"refused: a figure that is missing",
     HEAD BLOCK("run a", "sleep --workers {b.tasks_done}\n")
         BLOCK("run b", "sleep --workers 2\n"),
     -ENODATA},
};

static void it_is_refused(void **state)
{
    const struct refusal_case *c = *state;
    struct err err = {0};
    struct lesson_order o;
    struct taken t;
    int block;

    open_on(&t, c->text, 1);
    block = block_of(&t, LESSON_RUN, 0);
    assert_int_equal(session_begin(&t.session, block, &err), c->rc);
    assert_string_not_equal(err.text, "");
    assert_string_equal(wanted(&t, &o), "");
    assert_true(t.session.over[block]);
    session_next(&t.session);
    assert_true(session_next(&t.session)); /* a learner is not held up */
    close_it(&t);
}

/* ---- predictions in later runs --------------------------------------------
 */

#define ASSUMED                                                                \
    BLOCK("predict n", "ask = How many?\nkind = number\nunit = n\n"            \
                       "answer = a.tasks_done\nnear = 10%\nassume = 8\n")      \
    BLOCK("run a", "sleep --workers {n.answer}\n")

static void the_answer_is_used(void **state)
{
    struct lesson_answer five = {.number = 5};
    struct lesson_order o;
    struct taken t;

    (void)state;
    open_it(&t, HEAD ASSUMED);
    begin(&t, block_of(&t, LESSON_RUN, 0));
    wanted(&t, &o);
    assert_int_equal(o.spec.workers, 8);
    session_answer(&t.session, block_of(&t, LESSON_PREDICT, 0), &five);
    begin(&t, block_of(&t, LESSON_RUN, 0));
    wanted(&t, &o);
    assert_int_equal(o.spec.workers, 5);
    assert_string_equal(o.words, "sleep --workers 5");
    close_it(&t);
}

/* ---- disturbed runs -------------------------------------------------------
 */

#define TIMED                                                                  \
    HEAD PAIR BLOCK("check",                                                   \
                    "D slow : most(one.wall_s > all.wall_s) : more\n")         \
        BLOCK("control", "swap = one all\nfails = slow\n")
#define COUNTED                                                                \
    HEAD PAIR BLOCK("check", "E four : one.tasks_done == 4 and all.tasks_done" \
                             " == 4 : all\n")                                  \
        BLOCK("control", "one.tasks_done = 3\nfails = four\n")

static void a_disturbed_run_is_done_again(void **state)
{
    struct lesson_order o;
    struct taken t;

    (void)state;
    open_it(&t, TIMED);
    begin(&t, block_of(&t, LESSON_RUN, 0));
    wanted(&t, &o);
    take(&t, &o, 7, 0.9);
    wanted(&t, &o);
    assert_string_equal(o.name, "one");
    assert_int_equal(o.attempt, 1);
    take(&t, &o, 5, 0.3);
    wanted(&t, &o);
    assert_int_equal(o.attempt, 2);
    take(&t, &o, 6, 0.6);
    assert_string_equal(wanted(&t, &o), "all");
    assert_int_equal(o.attempt, 0);
    assert_true(value(&t, "one", 0, "wall_s") == 5); /* the least disturbed */
    assert_true(value(&t, "one", 0, "noise") == 0.3);
    close_it(&t);
}

static void one_quiet_attempt_is_enough(void **state)
{
    struct lesson_order o;
    struct taken t;

    (void)state;
    open_it(&t, TIMED);
    begin(&t, block_of(&t, LESSON_RUN, 0));
    wanted(&t, &o);
    take(&t, &o, 7, 0.9);
    wanted(&t, &o);
    take(&t, &o, 5, 0.01);
    assert_string_equal(wanted(&t, &o), "all");
    assert_true(value(&t, "one", 0, "wall_s") == 5);
    close_it(&t);
}

static void what_nothing_depends_on_is_not(void **state)
{
    struct taken t;

    (void)state;
    open_it(&t, COUNTED);
    begin(&t, block_of(&t, LESSON_RUN, 0));
    assert_int_equal(run_all(&t, 1, 0.9), 6);
    close_it(&t);
}

/* Two runs of three attempts each, and it is known that it is no use. */
static void a_busy_machine_is_not_asked_for_ever(void **state)
{
    struct lesson_order o;
    struct taken t;

    (void)state;
    open_it(&t, TIMED);
    begin(&t, block_of(&t, LESSON_RUN, 0));
    assert_int_equal(run_all(&t, 1, 0.9), 3 + 3 + 4);
    assert_true(t.session.busy);
    begin(&t, block_of(&t, LESSON_RUN, 0));
    assert_int_equal(run_all(&t, 1, 0.9), 6);
    begin(&t, block_of(&t, LESSON_RUN, 0));
    wanted(&t, &o);
    take(&t, &o, 1, 0.01);
    assert_false(t.session.busy); /* it has become quiet */
    close_it(&t);
}

static void noise_too_short_to_tell_is_none(void **state)
{
    struct sweep_outcome out = outcome_of(1, 0.9);
    struct lesson_order o;
    struct taken t;

    (void)state;
    open_it(&t, TIMED);
    begin(&t, block_of(&t, LESSON_RUN, 0));
    wanted(&t, &o);
    out.took_ns = 20 * NS_PER_MS; /* two hundredths of a second */
    session_take(&t.session, &o, &out, NULL);
    assert_string_equal(wanted(&t, &o), "all");
    assert_true(value(&t, "one", 0, "noise") <= LESSON_NOISE_CORES);
    close_it(&t);
}

/* ... but beside longer ones that were disturbed it counts as they do. */
static void short_runs_are_as_disturbed_as_all(void **state)
{
    struct sweep_outcome out = outcome_of(1, 0);
    struct lesson_order o;
    struct taken t;

    (void)state;
    open_it(&t, TIMED);
    begin(&t, block_of(&t, LESSON_RUN, 0));
    wanted(&t, &o);
    out.took_ns = 20 * NS_PER_MS;
    session_take(&t.session, &o, &out, NULL);
    run_all(&t, 1, 0.9);
    assert_true(value(&t, "one", 0, "noise") > LESSON_NOISE_CORES);
    close_it(&t);
}

/* ---- sweeps ---------------------------------------------------------------
 */

#define SWEPT                                                                  \
    HEAD BLOCK("sweep s", "spin --tasks 8 --over workers=1,2,4 --repeat 3\n")  \
        BLOCK("check", "D two : s@2.throughput_per_s > s@1.throughput_per_s :" \
                       " two\n") BLOCK("control", "swap = s s\nfails = two\n")

static struct sweep_outcome swept(const struct lesson_order *o, double noise)
{
    struct sweep_outcome out = outcome_of(1, noise);
    double x = (double)o->spec.workers;

    metric_set(&out.metrics, METRIC_THROUGHPUT_PER_S, x < 2 ? 10 : 20);
    return out;
}

static int sweep_all(struct taken *t, double noise)
{
    struct lesson_order o;
    int runs = 0;

    while (session_order(&t->session, &o)) {
        struct sweep_outcome out = swept(&o, noise);

        assert_true(o.sweeping);
        assert_int_equal(session_take(&t->session, &o, &out, NULL), 0);
        assert_true(++runs < 1000);
    }
    return runs;
}

static void a_sweep_tells_of_its_points(void **state)
{
    struct taken t;
    int done, planned, block;

    (void)state;
    open_it(&t, SWEPT);
    block = block_of(&t, LESSON_SWEEP, 0);
    begin(&t, block);
    session_progress(&t.session, &done, &planned);
    assert_int_equal(planned, 10);
    assert_int_equal(sweep_all(&t, 0), 10); /* one warms up */
    assert_true(t.session.over[block]);
    assert_true(value(&t, "s", 0, "@1.throughput_per_s") == 10);
    assert_true(value(&t, "s", 2, "@4.throughput_per_s") == 20);
    assert_true(value(&t, "s", 0, "best") == 2);
    assert_true(value(&t, "s", 0, "speedup") == 2);
    assert_true(value(&t, "s", 0, "low") <= 2);
    session_judge(&t.session, block_of(&t, LESSON_CHECK, 0));
    assert_int_equal(t.session.findings[0].verdict, LESSON_PASS);
    assert_non_null(t.session.sweep); /* its curve can be looked at */
    close_it(&t);
}

static void a_busy_sweep_ends_too(void **state)
{
    struct taken t;
    int runs;

    (void)state;
    open_it(&t, SWEPT);
    begin(&t, block_of(&t, LESSON_SWEEP, 0));
    runs = sweep_all(&t, 0.9);
    assert_true(runs < 1 + 3 * 9);
    assert_true(t.session.busy);
    assert_true(value(&t, "s", 0, "noise") == 0.9);
    close_it(&t);
}

static void two_axes_have_names(void **state)
{
    struct taken t;

    (void)state;
    open_it(&t, HEAD BLOCK("sweep s", "spin --over model=threads,gil --over "
                                      "workers=1,2 --repeat 2\n"));
    begin(&t, block_of(&t, LESSON_SWEEP, 0));
    sweep_all(&t, 0);
    assert_true(value(&t, "s", 1, "@gil/2.throughput_per_s") == 20);
    assert_true(value(&t, "s", 0, "@gil.best") == 2);
    close_it(&t);
}

/* ---- facts ----------------------------------------------------------------
 */

static void figures_have_their_names(void **state)
{
    struct trace *trace = fake_trace("race");
    struct sweep_outcome out = {
        .verdict = VERDICT_OK, .foreign_cores = 0.5, .took_ns = NS_PER_S};
    struct facts *f = facts_new();
    double x;

    (void)state;
    trace->part_count = 1;
    trace->parts[0].alone_per_s = 10;
    trace->parts[0].together_per_s = 4;
    trace->result_digits = 77;
    session_facts_under(f, "a", 2, "", trace, &out);
    assert_int_equal(facts_repeats(f, "a"), 3);
    assert_true(facts_get(f, "a", 2, "ok", &x) && x == 1);
    assert_true(facts_get(f, "a", 2, "noise", &x) && x == 0.5);
    assert_true(facts_get(f, "a", 2, "set.workers", &x) && x == 2);
    assert_true(facts_get(f, "a", 2, "part0.kept", &x) && x == 0.4);
    assert_true(facts_get(f, "a", 2, "digits", &x) && x == 77);
    assert_true(facts_get(f, "a", 2, "phase0.ops", &x));
    assert_true(facts_get(f, "a", 2, "worker1.run_s", &x));
    assert_false(facts_get(f, "a", 2, "worker2.run_s", &x));
    assert_false(facts_get(f, "a", 0, "ok", &x));
    facts_free(f);
    trace_free(trace);
}

static void settings_are_in_their_unit(void **state)
{
    struct trace *trace = fake_new("sleep --task-ms 2000 --scale 100 --timeout "
                                   "5");
    struct sweep_outcome out = {.verdict = VERDICT_TIMEOUT,
                                .foreign_cores = -1};
    struct facts *f = facts_new();
    double x;

    (void)state;
    session_facts_under(f, "a", 0, "", trace, &out);
    assert_true(facts_get(f, "a", 0, "set.task_ms", &x) && x == 2000);
    assert_true(facts_get(f, "a", 0, "set.scale", &x) && x == 100);
    assert_true(facts_get(f, "a", 0, "set.timeout", &x) && x == 5);
    assert_true(facts_get(f, "a", 0, "timeout", &x) && x == 1);
    assert_false(facts_get(f, "a", 0, "noise", &x)); /* not known */
    facts_free(f);
    trace_free(trace);
}

static void the_machine_is_known(void **state)
{
    struct taken t;

    (void)state;
    open_on(&t, HEAD, 1);
    assert_true(value(&t, "machine", 0, "cpus") == 1);
    assert_true(value(&t, "machine", 0, "second") == -1);
    close_it(&t);
}

/* ---- what is computed -----------------------------------------------------
 */

#define SLOW                                                                   \
    HEAD BLOCK("slow inc", "program = lost-update\n")                          \
        BLOCK("check", "E lost : inc.min.x == 1 : lost\n"                      \
                       "E most : inc.ends.x.2 == 2 : kept\n"                   \
                       "E none : inc.ends.x.0 == 0 : never\n")                 \
            BLOCK("control", "inc: mutex\nfails = lost\n")                     \
                BLOCK("control", "inc.ends.x.2 = 9\ninc.ends.x.0 = 1\n"        \
                                 "fails = most none\n")
#define SIM                                                                    \
    HEAD BLOCK("sim", "fifo: \"A 9 | B 1 | C 1\" --on fifo\n"                  \
                      "sjf: \"A 9 | B 1 | C 1\" --on sjf\n")                   \
        BLOCK("check", "E sooner : sjf.turnaround_ms < fifo.turnaround_ms : "  \
                       "yes\n"                                                 \
                       "E same : sjf.makespan_ms == 11 : yes\n")               \
            BLOCK("control", "sjf: \"A 9 | B 1 | C 2\" --on fifo\n"            \
                             "fails = sooner same\n")

static void a_program_is_explored_at_once(void **state)
{
    struct taken t;
    struct lesson_order o;
    int block;

    (void)state;
    open_it(&t, SLOW);
    block = block_of(&t, LESSON_SLOW, 0);
    begin(&t, block);
    assert_string_equal(wanted(&t, &o), "");
    assert_true(t.session.over[block]);
    assert_true(value(&t, "inc", 0, "schedules") == 6);
    assert_true(value(&t, "inc", 0, "failing") == 4);
    assert_true(value(&t, "inc", 0, "min.x") == 1);
    assert_true(value(&t, "inc", 0, "ends.x.1") == 4);
    assert_true(value(&t, "inc", 0, "ends.x.0") == 0);
    assert_true(value(&t, "inc", 0, "shortest") >= 3);
    close_it(&t);
}

static void jobs_are_simulated_at_once(void **state)
{
    struct taken t;

    (void)state;
    open_it(&t, SIM);
    begin(&t, block_of(&t, LESSON_SIM, 0));
    assert_true(value(&t, "fifo", 0, "turnaround_ms") == 10);
    assert_true(value(&t, "sjf", 0, "makespan_ms") == 11);
    assert_true(value(&t, "fifo", 0, "job0.turnaround_ms") == 9);
    assert_true(value(&t, "fifo", 0, "job1.response_ms") == 9);
    assert_true(value(&t, "sjf", 0, "job0.run_ms") == 9);
    close_it(&t);
}

/* ---- controls -------------------------------------------------------------
 */

/* Run control @nth with this outcome; its first verdict. */
static enum lesson_verdict control(struct taken *t, int nth, double wall_s,
                                   double noise, int *count)
{
    struct lesson_control c[8];
    struct err err = {0};

    if (session_control_begin(&t->session, block_of(t, LESSON_CONTROL, nth),
                              &err) == 0)
        run_all(t, wall_s, noise);
    *count = session_control_end(&t->session, c, 8);
    assert_true(*count > 0);
    for (int i = 1; i < *count; i++)
        assert_int_equal(c[i].verdict, c[0].verdict);
    assert_int_equal(t->session.running, -1);
    assert_int_equal(t->session.control, -1);
    return c[0].verdict;
}

#define BOTH                                                                   \
    HEAD BLOCK("run a", "sleep --workers 2 --tasks 4\nrepeat = 3\n")           \
        BLOCK("check", "E four : a.tasks_done == 4 : four\n"                   \
                       "D quick : a.wall_s < 2 : quick\n")

static const struct control_case {
    const char *name, *control;
    double wall_s, noise;   /* of the lesson's runs */
    double wall2_s, noise2; /* of the control's */
    enum lesson_verdict want;
} control_cases[] = {
    {"control: pretended, and it fails",
     BLOCK("control", "a.tasks_done = a.tasks_done - 1\nfails = four\n"), 1, 0,
     0, 0, LESSON_PASS},
    {"control: pretended, and it holds",
     BLOCK("control", "a.tasks_done = 4\nfails = four\n"), 1, 0, 0, 0,
     LESSON_FAIL},
    {"control: an E check that holds fails on a busy machine, too",
     BLOCK("control", "a.tasks_done = 4\nfails = four\n"), 1, 0.9, 0, 0,
     LESSON_FAIL},
    {"control: run, and it fails",
     BLOCK("control", "a: sleep --workers 1\nfails = quick\n"), 1, 0, 4, 0,
     LESSON_PASS},
    {"control: run, and it holds",
     BLOCK("control", "a: sleep --workers 1\nfails = quick\n"), 1, 0, 1, 0,
     LESSON_FAIL},
    {"control: run on a busy machine, and it fails",
     BLOCK("control", "a: sleep --workers 1\nfails = quick\n"), 1, 0, 4, 0.9,
     LESSON_INCONCLUSIVE},
    {"control: run on a busy machine, and it holds",
     BLOCK("control", "a: sleep --workers 1\nfails = quick\n"), 1, 0, 1, 0.9,
     LESSON_INCONCLUSIVE},
    {"control: pretended after a busy run, and it fails",
     BLOCK("control", "a.wall_s = 4\nfails = quick\n"), 1, 0.9, 0, 0,
     LESSON_PASS},
    {"control: pretended after a busy run, and it holds",
     BLOCK("control", "a.wall_s = 1\nfails = quick\n"), 1, 0.9, 0, 0,
     LESSON_INCONCLUSIVE},
    {"control: none", BLOCK("control", "none = so\nfails = four quick\n"), 1, 0,
     0, 0, LESSON_SKIPPED},
    {"control: of what was not measured",
     BLOCK("control", "a.lost = a.lost + 1\nfails = four\n"), 1, 0, 0, 0,
     LESSON_SKIPPED},
    {"control: cannot be run here",
     BLOCK("control", "a: sleep --cpus 63\nfails = four\n"), 1, 0, 0, 0,
     LESSON_SKIPPED},
};

static void the_control_is(void **state)
{
    const struct control_case *c = *state;
    struct text text = {0};
    struct taken t;
    int count;

    text_addf(&text, "%s%s", BOTH, c->control);
    open_it(&t, text_str(&text));
    begin(&t, block_of(&t, LESSON_RUN, 0));
    run_all(&t, c->wall_s, c->noise);
    assert_int_equal(control(&t, 0, c->wall2_s, c->noise2, &count), c->want);
    /* What was measured is as it was. */
    assert_true(value(&t, "a", 0, "tasks_done") == 4);
    assert_true(value(&t, "a", 2, "wall_s") == c->wall_s);
    close_it(&t);
    text_fini(&text);
}

static void a_swap_costs_no_run(void **state)
{
    struct lesson_order o;
    struct taken t;
    int count;

    (void)state;
    open_it(&t, TIMED);
    begin(&t, block_of(&t, LESSON_RUN, 0));
    while (session_order(&t.session, &o))
        take(&t, &o, strcmp(o.name, "one") == 0 ? 2 : 1, 0);
    assert_int_equal(control(&t, 0, 99, 0, &count), LESSON_PASS);
    assert_int_equal(count, 1);
    assert_true(value(&t, "one", 0, "wall_s") == 2);
    close_it(&t);
}

static void what_is_computed_has_controls(void **state)
{
    struct taken t;
    int count;

    (void)state;
    open_it(&t, SLOW);
    begin(&t, block_of(&t, LESSON_SLOW, 0));
    assert_int_equal(control(&t, 0, 0, 0, &count), LESSON_PASS);
    assert_int_equal(control(&t, 1, 0, 0, &count), LESSON_PASS);
    assert_int_equal(count, 2);
    assert_true(value(&t, "inc", 0, "failing") == 4);
    close_it(&t);
    open_it(&t, SIM);
    begin(&t, block_of(&t, LESSON_SIM, 0));
    assert_int_equal(control(&t, 0, 0, 0, &count), LESSON_PASS);
    assert_int_equal(count, 2);
    close_it(&t);
}

static void a_control_runs_as_often_as_the_run(void **state)
{
    struct taken t;
    struct err err = {0};
    struct lesson_control c[2];

    (void)state;
    open_it(&t, BOTH BLOCK("control", "a: sleep --workers 1\nfails = quick\n"));
    begin(&t, block_of(&t, LESSON_RUN, 0));
    run_all(&t, 1, 0);
    assert_int_equal(session_control_begin(
                         &t.session, block_of(&t, LESSON_CONTROL, 0), &err),
                     0);
    assert_int_equal(run_all(&t, 4, 0), 3);
    assert_int_equal(session_control_end(&t.session, c, 2), 1);
    close_it(&t);
}

/* ---- again, and lessons with faults ---------------------------------------
 */

static void again_has_figures_of_its_own(void **state)
{
    struct lesson_order o;
    struct err err = {0};
    struct taken t;

    (void)state;
    open_it(&t, HEAD RUN AGAIN);
    assert_int_equal(
        session_begin_again(&t.session, block_of(&t, LESSON_AGAIN, 0), 0, &err),
        0);
    assert_string_equal(wanted(&t, &o), "again");
    assert_int_equal(o.spec.workers, 4);
    take(&t, &o, 3, 0.9);
    assert_string_equal(wanted(&t, &o), "");
    assert_true(value(&t, "again", 0, "wall_s") == 3);
    close_it(&t);
}

static void faults_are_refused(void **state)
{
    const char *text = HEAD BLOCK("control", "swap = a b\nnone = so\n");
    struct machine m = made_machine(2);
    struct lesson l = {0};
    struct session s;
    struct err err = {0};

    (void)state;
    assert_int_equal(lesson_parse(&l, "x.md", text, strlen(text)), 0);
    assert_int_equal(session_init(&s, &l, &m, &err), -EINVAL);
    assert_non_null(strstr(err.text, "x.md:"));
    session_fini(&s);
    lesson_fini(&l);
}

static const struct CMUnitTest plain[] = {
    cmocka_unit_test(a_watch_belongs_to_the_run_after_it),
    cmocka_unit_test(nobody_goes_on_without_a_prediction),
    cmocka_unit_test(one_may_always_go_back),
    cmocka_unit_test(skipping_leads_to_the_explanation),
    cmocka_unit_test(a_reveal_for_others_is_passed_over),
    cmocka_unit_test(hints_come_one_after_the_other),
    cmocka_unit_test(checks_are_judged_on_the_way_in),
    cmocka_unit_test(named_lines_run_in_turn),
    cmocka_unit_test(beginning_again_forgets),
    cmocka_unit_test(an_interrupted_run_is_asked_for_again),
    cmocka_unit_test(what_did_not_begin_has_no_figures),
    cmocka_unit_test(a_deadlock_is_a_result),
    cmocka_unit_test(the_answer_is_used),
    cmocka_unit_test(a_disturbed_run_is_done_again),
    cmocka_unit_test(one_quiet_attempt_is_enough),
    cmocka_unit_test(what_nothing_depends_on_is_not),
    cmocka_unit_test(a_busy_machine_is_not_asked_for_ever),
    cmocka_unit_test(noise_too_short_to_tell_is_none),
    cmocka_unit_test(short_runs_are_as_disturbed_as_all),
    cmocka_unit_test(a_sweep_tells_of_its_points),
    cmocka_unit_test(a_busy_sweep_ends_too),
    cmocka_unit_test(two_axes_have_names),
    cmocka_unit_test(figures_have_their_names),
    cmocka_unit_test(settings_are_in_their_unit),
    cmocka_unit_test(the_machine_is_known),
    cmocka_unit_test(a_program_is_explored_at_once),
    cmocka_unit_test(jobs_are_simulated_at_once),
    cmocka_unit_test(a_swap_costs_no_run),
    cmocka_unit_test(what_is_computed_has_controls),
    cmocka_unit_test(a_control_runs_as_often_as_the_run),
    cmocka_unit_test(again_has_figures_of_its_own),
    cmocka_unit_test(faults_are_refused),
};

#define ROWS(rows) rows, COUNT_OF(rows), sizeof((rows)[0])

int main(void)
{
    static struct CMUnitTest tests[COUNT_OF(steps_cases) + COUNT_OF(refusals) +
                                   COUNT_OF(control_cases) + COUNT_OF(plain)];
    size_t n = 0;

    n = add_rows(tests, n, ROWS(steps_cases), steps_follow);
    n = add_rows(tests, n, ROWS(refusals), it_is_refused);
    n = add_rows(tests, n, ROWS(control_cases), the_control_is);
    memcpy(tests + n, plain, sizeof(plain));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
