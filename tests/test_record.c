/* What a session writes into the log of progress, and what comes back of it. No
 * experiment is run: the figures are given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lesson/record.h"
#include "lesson/tally.h"
#include "lib/place.h"

static const char lesson_text[] =
    "---\nformat: 1\nid: a-lesson\ntitle: A lesson\nquestion: What?\n"
    "track: A\nminutes: 5\ncovers: 1\ntargets: M12\n---\n\nSome prose.\n\n"
    "```predict wall\n"
    "ask = How long?\n"
    "because = ask\n"
    "- 1 s = n / 100 :: when auto.wall_s in 0..1.5\n"
    "- 2 s :: when auto.wall_s in 1.6..3\n"
    "- longer :: else\n"
    "```\n\n"
    "```predict much\n"
    "ask = How many?\n"
    "kind = number\n"
    "answer = auto.chunk\n"
    "near = 10%\n"
    "```\n\n"
    "```predict sorted\n"
    "ask = Which first?\n"
    "kind = order\n"
    "- the wall :: auto.wall_s\n"
    "- the portion :: auto.chunk\n"
    "- a third :: auto.chunk + 1\n"
    "```\n\n"
    "```hint\nA hint.\n```\n\n"
    "```run auto\n"
    "sleep --workers 2 --tasks 4 --task-ms 10\n"
    "repeat = 3\n"
    "```\n\n"
    "```check\n"
    "E chunk : auto.chunk == 4 : portions of four\n"
    "M wall : auto.wall_s ~= 5 within 10% : five\n"
    "```\n\n"
    "```control\nauto.chunk = auto.chunk + 1\nfails = chunk\n```\n\n"
    "```control\nnone = it fails as it is\nfails = wall\n```\n\n"
    "```quiz last\n"
    "ask = Why?\n"
    "* Because\n"
    "- No reason\n"
    "```\n\n"
    "```again\n"
    "- sleep --workers 1 --tasks 4 --task-ms 10 :: How long now? :: "
    "again.wall_s\n"
    "```\n";

static struct lesson lesson;
static struct session session;

/* The first block of @kind behind @from. */
static int block_of(enum lesson_kind kind, int from)
{
    for (int i = from; i < lesson.block_count; i++)
        if (lesson.blocks[i].kind == kind)
            return i;
    fail_msg("there is no %s block", lesson_kind_words[kind]);
    return -1;
}

/* A session with everything measured: 2 s, portions of 4. */
static int begin(void **state)
{
    struct err err = {0};
    struct machine m;
    char path[400];

    (void)state;
    machine_read(&m);
    assert_int_equal(lesson_parse(&lesson, "a-lesson.md", lesson_text,
                                  sizeof(lesson_text) - 1),
                     0);
    if (lesson.fault_count)
        fail_msg("%d: %s", lesson.faults[0].line, lesson.faults[0].text);
    if (session_init(&session, &lesson, &m, &err) < 0)
        fail_msg("%s", err.text);
    for (int i = 0; i < 3; i++) {
        facts_set(session.facts, "auto", i, "wall_s", 2.0 + 0.01 * i);
        facts_set(session.facts, "auto", i, "chunk", 4);
        facts_set(session.facts, "auto", i, "noise", 0);
    }
    assert_int_equal(progress_path(path, sizeof(path), NULL), 0);
    unlink(path);
    return 0;
}

static int end(void **state)
{
    (void)state;
    session_fini(&session);
    lesson_fini(&lesson);
    return 0;
}

static void answer(int block, struct lesson_answer a)
{
    a.given = true;
    session_answer(&session, block, &a);
}

/* The last event of the log. */
static void read_last(struct progress *p, enum progress_event event)
{
    assert_int_equal(progress_read(p, NULL), 0);
    assert_int_equal(p->damaged, 0);
    assert_true(p->count > 0);
    assert_int_equal(p->items[p->count - 1].event, event);
    assert_string_equal(p->items[p->count - 1].lesson, "a-lesson");
    assert_true(p->items[p->count - 1].revision == lesson.revision);
}

static void assert_field(const struct progress *p, const char *key,
                         const char *want)
{
    char value[300] = "";

    progress_field(p->items[p->count - 1].data, key, value, sizeof(value));
    if (want)
        assert_string_equal(value, want);
    else
        assert_string_not_equal(value, "");
}

/* ---- each event ---------------------------------------------------------- */

static void test_choice(void **state)
{
    int block = block_of(LESSON_PREDICT, 0);
    struct progress p;

    (void)state;
    answer(block, (struct lesson_answer){.choice = 0,
                                         .because = "n=100\tand right=1",
                                         .votes = {3, 5, 0, -1, -1, -1}});
    assert_int_equal(record_answer(&session, block, NULL), 0);
    read_last(&p, PROGRESS_PREDICT);
    assert_field(&p, "block", "wall");
    assert_field(&p, "choice", "1");
    assert_field(&p, "answer", "1 s = n / 100");
    assert_field(&p, "because", "n=100 and right=1");
    assert_field(&p, "votes", "3,5,0");
    assert_field(&p, "attempt", "1");
    assert_field(&p, "right", "");
    progress_fini(&p);

    assert_int_equal(record_key(&session, block, NULL), 0);
    read_last(&p, PROGRESS_KEY);
    assert_field(&p, "right", "0");
    assert_field(&p, "key", "2 s");
    assert_field(&p, "measured", "auto.wall_s 2.01 s");
    assert_field(&p, "disturbed", "");
    progress_fini(&p);
}

static void test_number(void **state)
{
    int block = block_of(LESSON_PREDICT, 0) + 1;
    struct progress p;

    (void)state;
    block = block_of(LESSON_PREDICT, block);
    answer(block, (struct lesson_answer){.number = 4.2,
                                         .votes = {-1, -1, -1, -1, -1, -1}});
    assert_int_equal(record_answer(&session, block, NULL), 0);
    read_last(&p, PROGRESS_PREDICT);
    assert_field(&p, "number", "4.2");
    assert_field(&p, "choice", "");
    assert_field(&p, "votes", "");
    progress_fini(&p);
    assert_int_equal(record_key(&session, block, NULL), 0);
    read_last(&p, PROGRESS_KEY);
    assert_field(&p, "right", "1"); /* within 10 % */
    assert_field(&p, "key", "4");
    progress_fini(&p);
}

static void test_order(void **state)
{
    int block = -1;
    struct progress p;

    (void)state;
    for (int i = 0; i < 3; i++)
        block = block_of(LESSON_PREDICT, block + 1);
    answer(block, (struct lesson_answer){.order = {1, 0, 2}});
    assert_int_equal(record_answer(&session, block, NULL), 0);
    read_last(&p, PROGRESS_PREDICT);
    assert_field(&p, "order", "2,1,3");
    assert_field(&p, "answer", "the portion < the wall < a third");
    progress_fini(&p);
    assert_int_equal(record_key(&session, block, NULL), 0);
    read_last(&p, PROGRESS_KEY);
    assert_field(&p, "right", "0");
    assert_field(&p, "key", "the wall < the portion < a third");
    progress_fini(&p);
}

static void test_unknown_key(void **state)
{
    int block = block_of(LESSON_PREDICT, 0);
    struct progress p;

    (void)state;
    facts_drop(session.facts, "auto");
    answer(block, (struct lesson_answer){.choice = 1});
    assert_int_equal(record_key(&session, block, NULL), 0);
    read_last(&p, PROGRESS_KEY);
    assert_field(&p, "right", "?");
    assert_field(&p, "key", "");
    assert_field(&p, "why", NULL);
    progress_fini(&p);
}

static void test_run_and_checks(void **state)
{
    struct progress p;
    int block = block_of(LESSON_CHECK, 0);

    (void)state;
    assert_int_equal(record_run(&session, block_of(LESSON_RUN, 0), NULL), 0);
    read_last(&p, PROGRESS_RUN);
    assert_field(&p, "run", "auto");
    assert_field(&p, "repeats", "3");
    assert_field(&p, "wall_s", "2.01 s");
    assert_field(&p, "deadlock", "");
    assert_field(&p, "words", "sleep --workers 2 --tasks 4 --task-ms 10");
    progress_fini(&p);

    session_judge(&session, block);
    assert_int_equal(record_checks(&session, block, NULL), 0);
    read_last(&p, PROGRESS_CHECK);
    assert_int_equal(p.count, 3);
    assert_field(&p, "label", "wall");
    assert_field(&p, "class", "M");
    assert_field(&p, "verdict", "fail");
    assert_field(&p, "numbers", "auto.wall_s (2.01 s) ~= 5 within 10%");
    progress_fini(&p);

    assert_int_equal(record_done(&session, NULL), 0);
    read_last(&p, PROGRESS_DONE);
    assert_field(&p, "passed", "1");
    assert_field(&p, "failed", "1");
    assert_field(&p, "skipped", "");
    progress_fini(&p);
    session.skipped = true;
    assert_int_equal(record_done(&session, NULL), 0);
    read_last(&p, PROGRESS_DONE);
    assert_field(&p, "skipped", "1");
    progress_fini(&p);
}

static void test_the_rest(void **state)
{
    int quiz = block_of(LESSON_QUIZ, 0), again = block_of(LESSON_AGAIN, 0);
    char name[LESSON_NAME];
    struct progress p;

    (void)state;
    assert_int_equal(record_opened(&session, NULL), 0);
    read_last(&p, PROGRESS_OPEN);
    assert_field(&p, "cpus", NULL);
    assert_field(&p, "machine", NULL);
    progress_fini(&p);

    answer(quiz, (struct lesson_answer){.choice = 1});
    assert_int_equal(record_answer(&session, quiz, NULL), 0);
    read_last(&p, PROGRESS_QUIZ);
    assert_field(&p, "right", "0");
    progress_fini(&p);

    assert_int_equal(record_again(&session, again, 0, "3 s", "4.01 s", NULL),
                     0);
    read_last(&p, PROGRESS_AGAIN);
    assert_field(&p, "ask", "How long now?");
    assert_field(&p, "answer", "3 s");
    assert_field(&p, "measured", "4.01 s");
    progress_fini(&p);

    assert_int_equal(
        record_hint(&session, block_of(LESSON_PREDICT, 0), 1, NULL), 0);
    read_last(&p, PROGRESS_HINT);
    assert_field(&p, "n", "1");
    progress_fini(&p);
    assert_int_equal(record_step(&session, NULL), 0);
    read_last(&p, PROGRESS_STEP);
    progress_fini(&p);
    assert_int_equal(record_skip(&session, NULL), 0);
    read_last(&p, PROGRESS_SKIP);
    progress_fini(&p);

    record_name(&session, block_of(LESSON_PREDICT, 0), name);
    assert_string_equal(name, "wall");
    record_name(&session, block_of(LESSON_HINT, 0), name);
    assert_int_equal(name[0], '@');
}

/* ---- coming back --------------------------------------------------------- */

/* Where a new session of the lesson may go on. */
static int resume(struct session *fresh)
{
    struct progress p;
    struct err err = {0};
    int step;

    if (session_init(fresh, &lesson, &session.machine, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(progress_read(&p, NULL), 0);
    step = record_resume(fresh, &p);
    progress_fini(&p);
    return step;
}

static void test_resume(void **state)
{
    int first = block_of(LESSON_PREDICT, 0);
    int second = block_of(LESSON_PREDICT, first + 1);
    int third = block_of(LESSON_PREDICT, second + 1);
    struct session fresh = {0};

    (void)state;
    assert_int_equal(resume(&fresh), 0);
    session_fini(&fresh);

    record_opened(&session, NULL);
    answer(first, (struct lesson_answer){.choice = 2, .because = "a = b"});
    record_answer(&session, first, NULL);
    answer(second, (struct lesson_answer){.number = 0.1});
    record_answer(&session, second, NULL);
    session.step = 3; /* at the third prediction */
    record_step(&session, NULL);
    assert_int_equal(resume(&fresh), 3);
    assert_true(fresh.answers[first].given);
    assert_int_equal(fresh.answers[first].choice, 2);
    assert_string_equal(fresh.answers[first].because, "a = b");
    assert_true(fresh.answers[second].number == 0.1);
    assert_false(fresh.answers[third].given);
    session_fini(&fresh);

    /* No further than the first run, whose figures are gone. */
    answer(third, (struct lesson_answer){.order = {2, 0, 1}});
    record_answer(&session, third, NULL);
    session.step = session.step_count - 1;
    record_step(&session, NULL);
    assert_int_equal(resume(&fresh), 4);
    assert_int_equal(fresh.steps[4].stage, STAGE_RUN);
    assert_int_equal(fresh.answers[third].order[0], 2);
    assert_int_equal(fresh.answers[third].order[2], 1);
    session_fini(&fresh);

    record_done(&session, NULL);
    assert_int_equal(resume(&fresh), 0);
    assert_false(fresh.answers[first].given);
    session_fini(&fresh);
}

/* What somebody wrote into the log by hand is no answer. */
static void test_resume_rubbish(void **state)
{
    static const char *const data[] = {
        "block=wall choice=0", "block=wall choice=4", "block=wall choice=two",
        "block=wall", "choice=1"};
    int first = block_of(LESSON_PREDICT, 0);
    struct session fresh = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(data) / sizeof(data[0]); i++) {
        record_opened(&session, NULL);
        progress_add("a-lesson", lesson.revision, PROGRESS_PREDICT, NULL, "%s",
                     data[i]);
        progress_add("a-lesson", lesson.revision, PROGRESS_STEP, NULL, "n=%d",
                     3);
        assert_int_equal(resume(&fresh), 1); /* the first prediction */
        assert_false(fresh.answers[first].given);
        session_fini(&fresh);
        progress_add("a-lesson", lesson.revision, PROGRESS_RESET, NULL, "%s",
                     "");
    }
}

static void test_resume_older_version(void **state)
{
    int first = block_of(LESSON_PREDICT, 0);
    struct session fresh = {0};

    (void)state;
    answer(first, (struct lesson_answer){.choice = 2});
    lesson.revision++;
    record_answer(&session, first, NULL);
    session.step = 2;
    record_step(&session, NULL);
    lesson.revision--;
    assert_int_equal(resume(&fresh), 0);
    assert_false(fresh.answers[first].given);
    session_fini(&fresh);
}

/* ---- what it comes to ---------------------------------------------------- */

static void test_tally(void **state)
{
    int first = block_of(LESSON_PREDICT, 0), check = block_of(LESSON_CHECK, 0);
    struct progress p;
    struct tally t;

    (void)state;
    answer(first, (struct lesson_answer){.choice = 0});
    record_answer(&session, first, NULL);
    record_key(&session, first, NULL);
    session_reopen(&session, first);
    answer(first, (struct lesson_answer){.choice = 1});
    record_answer(&session, first, NULL);
    record_key(&session, first, NULL);
    record_hint(&session, first, 1, NULL);
    session_judge(&session, check);
    record_checks(&session, check, NULL);
    record_checks(&session, check, NULL);

    assert_int_equal(progress_read(&p, NULL), 0);
    tally_make(&t, &p, "a-lesson");
    assert_int_equal(t.predict.count, 1);
    assert_int_equal(t.predict.entry[0].times, 2);
    assert_int_equal(t.judged, 1);
    assert_int_equal(t.right, 0); /* the first attempt counts */
    assert_int_equal(t.hints, 1);
    assert_int_equal(t.check.count, 2);
    assert_int_equal(t.verdicts[LESSON_PASS], 1);
    assert_int_equal(t.verdicts[LESSON_FAIL], 1);
    assert_null(t.done);
    tally_make(&t, &p, "another");
    assert_null(t.last);
    progress_fini(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_choice, begin, end),
        cmocka_unit_test_setup_teardown(test_number, begin, end),
        cmocka_unit_test_setup_teardown(test_order, begin, end),
        cmocka_unit_test_setup_teardown(test_unknown_key, begin, end),
        cmocka_unit_test_setup_teardown(test_run_and_checks, begin, end),
        cmocka_unit_test_setup_teardown(test_the_rest, begin, end),
        cmocka_unit_test_setup_teardown(test_resume, begin, end),
        cmocka_unit_test_setup_teardown(test_resume_rubbish, begin, end),
        cmocka_unit_test_setup_teardown(test_resume_older_version, begin, end),
        cmocka_unit_test_setup_teardown(test_tally, begin, end),
    };

    return cmocka_run_group_tests_name("record", tests, place_make,
                                       place_remove);
}
