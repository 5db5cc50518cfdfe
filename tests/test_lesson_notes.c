/* The teacher's second terminal: what it says at which step, and how it gets
 * there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lesson/notes.h"
#include "lib/place.h"
#include "lib/program.h"

static const char text[] =
    "---\n"
    "format: 1\n"
    "id: tiny\n"
    "title: A tiny lesson\n"
    "question: How long is a nap?\n"
    "track: A\n"
    "minutes: 1\n"
    "---\n"
    "A nap.\n"
    "\n"
    "```predict long\n"
    "ask = How long?\n"
    "- short :: when nap.wall_s < 1 :: M5 it may be longer\n"
    "- long :: else\n"
    "```\n"
    "\n"
    "```notes\n"
    "Let them vote first.\n"
    "```\n"
    "\n"
    "```run nap\n"
    "sleep --task-ms 10 --tasks 1 --workers 1\n"
    "```\n"
    "\n"
    "```notes\n"
    "It took {nap.wall_s}.\n"
    "```\n"
    "\n"
    "```check\n"
    "E slept : nap.wall_s >= 0.01 : at least so long\n"
    "```\n";

struct playing {
    struct lesson lesson;
    struct session session;
};

static void begin(struct playing *p)
{
    struct machine m;
    struct err err = {0};

    memset(p, 0, sizeof(*p));
    machine_read(&m);
    assert_int_equal(lesson_parse(&p->lesson, "", text, sizeof(text) - 1), 0);
    if (session_init(&p->session, &p->lesson, &m, &err) < 0)
        fail_msg("%s", err.text);
}

static void finish(struct playing *p)
{
    session_fini(&p->session);
    lesson_fini(&p->lesson);
}

static void says(const struct playing *p, const char *want, bool there)
{
    struct text out = {0};

    notes_of(&p->session, 7, &out);
    if ((strstr(text_str(&out), want) != NULL) != there)
        fail_msg("%s", text_str(&out));
    text_fini(&out);
}

/* Go on to the first step of @stage, locking what has to be locked. */
static void go_to(struct playing *p, enum lesson_stage stage)
{
    const struct lesson_answer answer = {.given = true, .votes = {3, 9}};

    while (session_step(&p->session)->stage != stage) {
        if (session_step(&p->session)->stage == STAGE_PREDICT)
            session_answer(&p->session, session_step(&p->session)->block,
                           &answer);
        assert_true(session_next(&p->session));
    }
}

static void step_by_step(void **state)
{
    struct playing p;

    (void)state;
    begin(&p);
    says(&p, "07 A tiny lesson", true);
    says(&p, "How long?", false);
    go_to(&p, STAGE_PREDICT);
    says(&p, "Let them vote first.", true);
    says(&p, "A: short (M5: it may be longer)", true);
    says(&p, "The right answer is measured by the run.", true);
    says(&p, "Votes", false);
    go_to(&p, STAGE_RUN);
    says(&p, "Votes (round 1): A 3 B 9", true);
    says(&p, "It took -.", true);
    facts_set(p.session.facts, "nap", 0, "wall_s", 2.5);
    says(&p, "It took 2.5", true);
    says(&p, "Right here:** long", true);
    finish(&p);
}

static struct program_result ran;

static void runs(const char *line, const char *want)
{
    program_run(&ran, line);
    assert_int_equal(ran.status, 0);
    if (!strstr(ran.out, want))
        fail_msg("%s", ran.out);
}

static void published_and_shown(void **state)
{
    struct playing p;
    char path[512];
    struct err err = {0};

    (void)state;
    begin(&p);
    go_to(&p, STAGE_PREDICT);
    assert_int_equal(notes_publish(&p.session, 7, &err), 0);
    assert_int_equal(notes_path(path, sizeof(path), &err), 0);
    assert_int_equal(access(path, R_OK), 0);
    runs("lesson notes", "Let them vote first.");
    notes_end();
    assert_int_not_equal(access(path, R_OK), 0);
    runs("lesson notes", "No lesson is being played.");
    finish(&p);
}

static void before_a_class(void **state)
{
    (void)state;
    runs("doctor --class", "lessons can be conclusive");
    runs("doctor --class --json", "timeslice.class/1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(step_by_step),
        cmocka_unit_test(published_and_shown),
        cmocka_unit_test(before_a_class),
    };

    unsetenv("XDG_RUNTIME_DIR"); /* then it is beside the progress */
    return cmocka_run_group_tests(tests, place_make, place_remove);
}
