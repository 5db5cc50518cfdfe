/* The pages of a lesson and the map as text, against their golden files; what
 * must hold at every size; the keys of every page. Figures are written down,
 * nothing runs. No terminal. Test process. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lesson/course.h"
#include "lesson/targets.h"
#include "lib/golden.h"
#include "lib/rows.h"
#include "tui/keys.h"
#include "view/course.h"
#include "view/lesson.h"

#define LESSON "tests/lessons/player.md"

/* ---- a lesson that was taken ----------------------------------------------
 */

static struct lesson lesson;
static struct session session;
static struct machine machine = {.cpus_online = 2, .cpus_allowed = 2};

static int block_of(const char *id)
{
    const struct lesson_block *b = lesson_find(&lesson, id, NULL);

    assert_non_null(b);
    return (int)(b - lesson.blocks);
}

static void set_figures(void)
{
    static const struct {
        const char *run;
        int repeat;
        const char *name;
        double value;
    } figures[] = {
        {"one", 0, "wall_s", 0.204},   {"one", 1, "wall_s", 0.202},
        {"four", 0, "wall_s", 0.055},  {"four", 1, "wall_s", 0.053},
        {"one", 0, "tasks_done", 4},   {"one", 1, "tasks_done", 4},
        {"four", 0, "tasks_done", 4},  {"four", 1, "tasks_done", 4},
        {"one", 0, "noise", 0},        {"one", 1, "noise", 0},
        {"four", 0, "noise", 0},       {"four", 1, "noise", 0},
        {"four", 0, "set.workers", 4}, {"four", 1, "set.workers", 4},
    };

    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
        facts_set(session.facts, figures[i].run, figures[i].repeat,
                  figures[i].name, figures[i].value);
}

static void answer(const char *id, int choice, double number, const char *why)
{
    struct lesson_answer a = {
        .given = true,
        .choice = choice,
        .number = number,
        .order = {1, 0},
        .votes = {-1, -1, -1, -1, -1, -1},
    };

    snprintf(a.because, sizeof(a.because), "%s", why);
    session_answer(&session, block_of(id), &a);
}

static int make(void **state)
{
    struct err err = {0};

    (void)state;
    CPU_SET(0, &machine.allowed);
    CPU_SET(1, &machine.allowed);
    if (lesson_read(&lesson, LESSON, &err) < 0 || lesson.fault_count > 0)
        return -1;
    return 0;
}

static int unmake(void **state)
{
    (void)state;
    lesson_fini(&lesson);
    return 0;
}

/* A fresh session at the @nth step of @stage; what comes before is done. */
static void begin(enum lesson_stage stage, int nth, bool answered)
{
    struct err err = {0};
    int at = -1;

    assert_int_equal(session_init(&session, &lesson, &machine, &err), 0);
    set_figures();
    for (int i = 0; i < session.step_count && at < 0; i++)
        if (session.steps[i].stage == stage && nth-- == 0)
            at = i;
    assert_true(at >= 0);
    for (int i = 0; i < at; i++)
        if (session.steps[i].stage == STAGE_RUN)
            session.over[session.steps[i].block] = true;
    if (at > 1 || answered)
        answer("wall", 0, 0, "four workers do not nap faster");
    if (at > 2)
        answer("tasks", -1, 4, "");
    if (at > 5 || (answered && stage == STAGE_OBSERVE))
        answer("lanes", 1, 0, "");
    if (at > 7 || (answered && stage == STAGE_PREDICT && at == 7))
        answer("order", -1, 0, "");
    if (at > 8 || (answered && stage == STAGE_EXPLAIN))
        answer("why", 1, 0, "");
    session.furthest = at;
    assert_true(session_go(&session, at));
}

/* ---- frames ---------------------------------------------------------------
 */

static const struct view_key keys[] = {
    {"⏎", "go on", "go on"},
    {"←", "back", "back"},
    {"q", "leave", "leave"},
    {"?", "help", "help"},
};

static const struct page {
    const char *name, *file;
    enum lesson_stage stage;
    int nth;
    bool answered, presenter, voting, told;
    int hints;
    const char *asks, *typed, *error;
    enum view_again again;
} pages[] = {
    {.name = "read", .file = "read", .stage = STAGE_READ},
    {.name = "predict", .file = "predict", .stage = STAGE_PREDICT},
    {.name = "predict, a hint",
     .file = "hint",
     .stage = STAGE_PREDICT,
     .hints = 1},
    {.name = "predict, the reason",
     .file = "because",
     .stage = STAGE_PREDICT,
     .asks = "because",
     .typed = "a nap is a nap"},
    {.name = "predict, locked",
     .file = "locked",
     .stage = STAGE_PREDICT,
     .answered = true},
    {.name = "predict a number",
     .file = "number",
     .stage = STAGE_PREDICT,
     .nth = 1,
     .asks = "your number",
     .typed = "4"},
    {.name = "predict an order",
     .file = "order",
     .stage = STAGE_PREDICT,
     .nth = 2},
    {.name = "run, starting", .file = "run", .stage = STAGE_RUN},
    {.name = "run, it cannot be",
     .file = "cannot",
     .stage = STAGE_RUN,
     .error = "the system refuses more threads: see ulimit -u"},
    {.name = "frozen", .file = "frozen", .stage = STAGE_FROZEN},
    {.name = "observe", .file = "observe", .stage = STAGE_OBSERVE},
    {.name = "observe, answered",
     .file = "observed",
     .stage = STAGE_OBSERVE,
     .answered = true},
    {.name = "check", .file = "check", .stage = STAGE_CHECK},
    {.name = "quiz", .file = "quiz", .stage = STAGE_EXPLAIN},
    {.name = "quiz, answered",
     .file = "answered",
     .stage = STAGE_EXPLAIN,
     .answered = true},
    {.name = "reveal", .file = "reveal", .stage = STAGE_REVEAL},
    {.name = "again", .file = "again", .stage = STAGE_AGAIN},
    {.name = "again, measured",
     .file = "measured",
     .stage = STAGE_AGAIN,
     .again = AGAIN_MEASURED},
    {.name = "done", .file = "done", .stage = STAGE_DONE},
    {.name = "presenter: votes",
     .file = "votes",
     .stage = STAGE_PREDICT,
     .presenter = true,
     .voting = true},
    {.name = "presenter: frozen",
     .file = "presented",
     .stage = STAGE_FROZEN,
     .presenter = true},
    {.name = "presenter: checked, not told",
     .file = "untold",
     .stage = STAGE_CHECK,
     .presenter = true},
    {.name = "presenter: checked, told",
     .file = "told",
     .stage = STAGE_CHECK,
     .presenter = true,
     .told = true},
};

static struct view_lesson view_of(const struct page *p)
{
    return (struct view_lesson){
        .common = {.keys = keys,
                   .key_count = sizeof(keys) / sizeof(keys[0]),
                   .presenter = p->presenter},
        .session = &session,
        .number = 7,
        .lessons = 32,
        .chosen = p->voting ? 1 : 0,
        .order = {0, 1},
        .asks = p->asks,
        .typed = p->typed,
        .typed_cursor = p->typed ? (int)strlen(p->typed) : 0,
        .hints = p->hints,
        .voting = p->voting,
        .votes = {17, 4, 2},
        .told = p->told,
        .running = p->stage == STAGE_RUN && !p->error,
        .left_ns = -1,
        .error = p->error,
        .again = p->again,
        .again_said = 0.12,
        .again_measured = 0.104,
        .next = "More workers than cores",
    };
}

static void draw(const struct page *p, int rows, int columns, bool ascii,
                 struct text *out)
{
    struct view_lesson v = view_of(p);
    struct frame f = {0};

    v.common.ascii = ascii;
    assert_int_equal(frame_init(&f, rows, columns), 0);
    view_lesson(&f, &v);
    if (ascii)
        frame_to_ascii(&f);
    frame_to_text(&f, out);
    frame_fini(&f);
}

static void check_page(const struct page *p, int rows, int columns, bool ascii)
{
    struct text text = {0};
    char name[80];

    begin(p->stage, p->nth, p->answered);
    draw(p, rows, columns, ascii, &text);
    snprintf(name, sizeof(name), "lesson_%s_%dx%d%s.txt", p->file, columns,
             rows, ascii ? "_ascii" : "");
    golden_check(name, text_str(&text));
    text_fini(&text);
    session_fini(&session);
}

static void test_page(void **state)
{
    const struct page *p = *state;

    check_page(p, 24, 80, false);
    check_page(p, 30, 100, false);
}

static const struct page *page_named(const char *file)
{
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
        if (strcmp(pages[i].file, file) == 0)
            return &pages[i];
    fail_msg("no page %s", file);
    return NULL;
}

static void test_other_sizes(void **state)
{
    (void)state;
    check_page(page_named("frozen"), 50, 200, false);
    check_page(page_named("frozen"), 20, 60, false);
    check_page(page_named("read"), 19, 59, false);
    check_page(page_named("check"), 24, 80, true);
    check_page(page_named("predict"), 24, 80, true);
}

/* ---- at every size ----------------------------------------------------------
 */

/* Whatever the size, nothing is written outside, the scroll has an end, and the
 * room is within the screen. */
static void test_every_size(void **state)
{
    const struct page *p = *state;

    begin(p->stage, p->nth, p->answered);
    for (int rows = 1; rows <= 60; rows += rows < 30 ? 1 : 10)
        for (int columns = 1; columns <= 200;
             columns += columns < 100 ? 7 : 33) {
            struct view_lesson v = view_of(p);
            struct frame f = {0};
            struct box room;

            v.can_look = rows % 2 == 0;
            v.picture = rows % 4 == 0;
            assert_int_equal(frame_init(&f, rows, columns), 0);
            v.scroll = view_lesson_scroll_max(rows, columns, &v);
            assert_in_range(v.scroll, 0, 600);
            room = view_lesson_room(rows, columns, &v);
            assert_true(room.rows <= 0 ||
                        (room.row >= 0 && room.row + room.rows <= rows));
            view_lesson(&f, &v);
            frame_fini(&f);
        }
    session_fini(&session);
}

/* Every line of a long page can be seen by scrolling. */
static void test_scrolled_to_the_end(void **state)
{
    const struct page *p = page_named("done");
    struct text text = {0};

    (void)state;
    begin(STAGE_DONE, 0, false);
    struct view_lesson v = view_of(p);
    struct frame f = {0};
    int most = view_lesson_scroll_max(20, 60, &v);

    assert_true(most > 0);
    v.scroll = most;
    assert_int_equal(frame_init(&f, 20, 60), 0);
    view_lesson(&f, &v);
    frame_to_text(&f, &text);
    assert_non_null(strstr(text_str(&text), "Next: More workers"));
    text_fini(&text);
    frame_fini(&f);
    session_fini(&session);
}

/* What is right is not on a presenter's screen before it is told. */
static void test_presenter_keeps_it(void **state)
{
    static const char *const files[] = {"votes", "presented", "untold"};
    struct text text = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        const struct page *p = page_named(files[i]);

        begin(p->stage, p->nth, p->answered);
        draw(p, 24, 80, false, &text);
        assert_null(strstr(text_str(&text), "measured: "));
        assert_null(strstr(text_str(&text), "✗"));
        text_fini(&text);
        session_fini(&session);
    }
    check_page(page_named("observed"), 24, 80, false);
}

/* ---- every lesson there is
 * --------------------------------------------------- */

/* No page of any lesson writes more than a sheet has room for, or beside it. */
static void test_every_lesson(void **state)
{
    static const int sizes[][2] = {{20, 60}, {24, 80}, {30, 100}};
    struct course c = {0};
    struct err err = {0};

    (void)state;
    if (course_read_from(&c, "lessons", "en", &err) < 0)
        fail_msg("%s", err.text);
    for (int i = 0; i < c.count; i++) {
        struct session s = {0};
        struct err refused = {0};

        if (session_init(&s, &c.lessons[i].lesson, &machine, &refused) < 0) {
            session_fini(&s); /* lint's affair */
            continue;
        }
        s.furthest = s.step_count - 1;
        for (int n = 0; n < s.step_count; n++) {
            assert_true(session_go(&s, n));
            for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
                struct view_lesson v = {.session = &s, .left_ns = -1};
                struct frame f = {0};

                assert_int_equal(frame_init(&f, sizes[k][0], sizes[k][1]), 0);
                assert_in_range(
                    view_lesson_scroll_max(sizes[k][0], sizes[k][1], &v), 0,
                    400);
                view_lesson(&f, &v);
                frame_fini(&f);
            }
        }
        session_fini(&s);
    }
    course_fini(&c);
}

/* ---- the map ----------------------------------------------------------------
 */

static void test_map(void **state)
{
    static const char log[] = "1795000000\tsum\t1\topen\t\n"
                              "1795000001\tsum\t1\tstep\tn=3 of=9\n";
    static const int sizes[][2] = {{24, 80}, {30, 100}, {19, 59}};
    struct course c = {0};
    struct progress progress = {0};
    struct lesson mine[2];
    struct course_lesson lessons[2];
    int shown[] = {0, 1};
    struct view_course v = {
        .common = {.keys = keys, .key_count = sizeof(keys) / sizeof(keys[0])},
        .course = &c,
        .progress = &progress,
        .shown = shown,
        .shown_count = 2,
        .selected = 1,
        .search = "",
    };
    static char title[] = "The sum and the longest", after[] = "player";

    (void)state;
    mine[0] = mine[1] = lesson;
    mine[1].title = title;
    mine[1].after = after;
    memset(lessons, 0, sizeof(lessons));
    snprintf(lessons[0].id, sizeof(lessons[0].id), "player");
    snprintf(lessons[1].id, sizeof(lessons[1].id), "sum");
    for (int i = 0; i < 2; i++) {
        lessons[i].number = i + 1;
        lessons[i].track = 'A';
        lessons[i].lesson = mine[i];
    }
    c.tracks[0] = (struct course_track){'A', "Waiting and working"};
    c.track_count = 1;
    c.lessons = lessons;
    c.count = 2;
    assert_int_equal(progress_parse(&progress, log, sizeof(log) - 1), 0);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct frame f = {0};
        struct text text = {0};
        char name[64];

        assert_int_equal(frame_init(&f, sizes[i][0], sizes[i][1]), 0);
        view_course(&f, &v);
        frame_to_text(&f, &text);
        snprintf(name, sizeof(name), "course_%dx%d.txt", sizes[i][1],
                 sizes[i][0]);
        golden_check(name, text_str(&text));
        text_fini(&text);
        frame_fini(&f);
    }
    progress_fini(&progress);
}

/* ---- keys, words
 * -------------------------------------------------------------- */

static void test_keys(void **state)
{
    static const struct key_table *const tables[] = {
        &keys_lesson_text,  &keys_lesson_ask,  &keys_lesson_order,
        &keys_lesson_run,   &keys_lesson_slow, &keys_lesson_sim,
        &keys_lesson_again, &keys_course,
    };

    (void)state;
    for (size_t n = 0; n < sizeof(tables) / sizeof(tables[0]); n++) {
        const struct key_table *t = tables[n];
        int keys_seen[200], count = 0;

        for (int i = 0; i < t->count; i++)
            for (int k = 0; k < KEYS_A_ROW && t->rows[i].keys[k].key; k++) {
                int key = t->rows[i].keys[k].key;

                for (int s = 0; s < count; s++)
                    if (keys_seen[s] == key)
                        fail_msg("%s: key %d twice", t->title, key);
                assert_in_range(count, 0, 199);
                keys_seen[count++] = key;
            }
        assert_int_equal(keys_find(t, 'q', 0), ACTION_BACK);
        assert_int_equal(keys_find(t, '?', 0), ACTION_HELP);
    }
}

static void test_targets(void **state)
{
    (void)state;
    assert_non_null(lesson_target_words("M1"));
    assert_non_null(lesson_target_words("M24"));
    assert_null(lesson_target_words("M25"));
    assert_null(lesson_target_words("M0"));
    assert_null(lesson_target_words("x"));
    assert_null(lesson_target_words(""));
    assert_null(lesson_target_words(NULL));
}

int main(void)
{
    static struct CMUnitTest tests[2 * sizeof(pages) / sizeof(pages[0]) + 10];
    static char names[2 * sizeof(pages) / sizeof(pages[0])][64];
    size_t count = 0;

    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
        for (int k = 0; k < 2; k++) {
            snprintf(names[count], sizeof(names[count]), "%s%s", pages[i].name,
                     k ? ", at every size" : "");
            tests[count] = (struct CMUnitTest){
                names[count], k ? test_every_size : test_page, NULL, NULL,
                (void *)(uintptr_t)&pages[i]};
            count++;
        }
    const struct CMUnitTest others[] = {
        cmocka_unit_test(test_other_sizes),
        cmocka_unit_test(test_scrolled_to_the_end),
        cmocka_unit_test(test_presenter_keeps_it),
        cmocka_unit_test(test_every_lesson),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_targets),
    };

    memcpy(&tests[count], others, sizeof(others));
    count += sizeof(others) / sizeof(others[0]);
    return _cmocka_run_group_tests("lesson view", tests, count, make, unmake);
}
