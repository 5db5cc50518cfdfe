/* The microscope's screens as text, against their golden files, and what must
 * hold at every size; its editor; its keys. No terminal. Test process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/drawn_step.h"
#include "lib/golden.h"
#include "lib/rows.h"
#include "tui/screen_step_text.h"

#define LENGTH(rows) (sizeof(rows) / sizeof((rows)[0]))
#define ACCESS .granularity = GRANULARITY_ACCESS

/* ---- frames against their golden files ----------------------------------- */

static const struct frame_case {
    const char *name, *file;
    int rows, columns;
    struct drawn_step what;
} frames[] = {
    {"at the start, 80x24", "start", 24, 80, {"lost", ACCESS}},
    {"a lost update, 80x24",
     "lost",
     24,
     80,
     {"lost", ACCESS, .schedule = "0 1 0 1"}},
    {"a lost update, 100x30",
     "lost",
     30,
     100,
     {"lost", ACCESS, .schedule = "0 1 0 1"}},
    {"a lost update, 200x50",
     "lost",
     50,
     200,
     {"lost", ACCESS, .schedule = "0 1 0 1"}},
    {"a small terminal",
     "lost",
     16,
     60,
     {"lost", ACCESS, .schedule = "0 1 0 1"}},
    {"too small a terminal",
     "lost",
     10,
     40,
     {"lost", ACCESS, .schedule = "0 1 0 1"}},
    {"two steps back",
     "undo",
     30,
     100,
     {"lost", ACCESS, .schedule = "0 1 0 1", .undo = 2, .chosen = 1}},
    {"instructions",
     "instruction",
     30,
     100,
     {"lost", GRANULARITY_INSTRUCTION, .schedule = "0 0 1"}},
    {"statements",
     "statement",
     24,
     80,
     {"lost", GRANULARITY_STATEMENT, .schedule = "0 1"}},
    {"a deadlock, 80x24",
     "deadlock",
     24,
     80,
     {"abba", ACCESS, .schedule = "0 1"}},
    {"a deadlock, 200x50",
     "deadlock",
     50,
     200,
     {"abba", ACCESS, .schedule = "0 1"}},
    {"an assert",
     "assert",
     30,
     100,
     {"assert", ACCESS, .schedule = "0 1 1", .chosen = 1}},
    {"all ends well", "good", 24, 80, {"lost", ACCESS, .schedule = "0 0 1 1"}},
    {"store buffers",
     "buffers",
     30,
     100,
     {"sb", ACCESS, .tso = true, .schedule = "0 1 0 f1", .chosen = 1}},
    {"many threads, 100x30",
     "crowd",
     30,
     100,
     {"crowd", ACCESS, .schedule = "0 1 0*3 1 0*4 10*3", .chosen = 2}},
    {"many threads, 200x50",
     "crowd",
     50,
     200,
     {"crowd", ACCESS, .schedule = "0 1 0*3 1 0*4 10*3", .chosen = 2}},
    {"a spin lock",
     "spin",
     30,
     100,
     {"spin", ACCESS, .schedule = "0 1*9 0", .chosen = 1, .brief = true}},
    {"an exercise", "task", 30, 100, {"lost", ACCESS, .task = true}},
    {"what was found, 80x24",
     "found",
     24,
     80,
     {"lost", ACCESS, .explored = true}},
    {"what was found, 100x30",
     "found",
     30,
     100,
     {"lost", ACCESS, .schedule = "0 1", .explored = true, .line = 1}},
    {"what was found, 200x50",
     "found",
     50,
     200,
     {"abba", ACCESS, .explored = true, .line = 1}},
    {"endlessly many schedules",
     "endless",
     30,
     100,
     {"spin", ACCESS, .explored = true}},
    {"from here on",
     "from-here",
     24,
     80,
     {"lost", ACCESS, .schedule = "0 1", .explored = true, .from_here = true}},
    {"searching", "searching", 24, 80, {"lost", ACCESS, .exploring = true}},
    {"typing a schedule",
     "typing",
     24,
     80,
     {"lost", ACCESS, .schedule = "0 1 0", .typing = true}},
    {"for a projector",
     "presenter",
     24,
     80,
     {"lost", ACCESS, .schedule = "0 1 0 1", .undo = 1, .presenter = true}},
    {"for a projector, store buffers",
     "presenter-buffers",
     36,
     120,
     {"sb", ACCESS, .tso = true, .schedule = "0 1 0", .presenter = true}},
    {"for a projector, what was found",
     "presenter-found",
     30,
     100,
     {"lost", ACCESS, .presenter = true, .explored = true}},
    {"without UTF-8",
     "ascii",
     30,
     100,
     {"abba", ACCESS, .schedule = "0 1", .explored = true, .ascii = true}},
};

static void test_frame(void **state)
{
    const struct frame_case *c = *state;
    struct frame f = {0};
    struct text text = {0};
    char name[96];

    assert_int_equal(frame_init(&f, c->rows, c->columns), 0);
    drawn_step(&f, &c->what, NULL);
    frame_to_text(&f, &text);
    snprintf(name, sizeof(name), "micro-%s_%dx%d.txt", c->file, c->columns,
             c->rows);
    golden_check(name, text_str(&text));
    text_fini(&text);
    frame_fini(&f);
}

/* ---- at every size --------------------------------------------------------
 */

/* Views draw at any size, whatever is in them; the sanitizers watch. */
static void test_sizes(void **state)
{
    struct frame f = {0};
    int turn = 0;

    (void)state;
    for (int rows = 1; rows <= 52; rows += rows < 6 ? 1 : 5)
        for (int columns = 1; columns <= 210; columns += 19) {
            struct drawn_step what = frames[turn++ % LENGTH(frames)].what;

            what.presenter = turn % 5 == 0;
            assert_int_equal(frame_init(&f, rows, columns), 0);
            drawn_step(&f, &what, NULL);
        }
    frame_fini(&f);
}

/* Every glyph has a fallback of its own: no '?' stands for what is missing. */
static void test_ascii(void **state)
{
    struct frame f = {0};

    (void)state;
    for (size_t i = 0; i < LENGTH(frames); i++) {
        struct drawn_step what = frames[i].what;

        what.ascii = true;
        assert_int_equal(frame_init(&f, 30, 120), 0);
        drawn_step(&f, &what, NULL);
        for (int k = 0; k < 29 * 120; k++) /* but for the key of the help */
            assert_true(f.cells[k].glyph != '?');
    }
    frame_fini(&f);
}

/* The same thread has the same colour wherever it is, and a failure is not only
 * coloured. */
static void test_columns(void **state)
{
    static const struct drawn_step what = {"crowd", GRANULARITY_ACCESS,
                                           .schedule = "0 1 0", .chosen = 5};
    struct view_micro_spots spots;
    struct frame f = {0};
    int seen = 0;

    (void)state;
    assert_int_equal(frame_init(&f, 30, 100), 0);
    drawn_step(&f, &what, &spots);
    assert_true(spots.count > 2 && spots.first <= 5 &&
                spots.first + spots.count > 5);
    assert_int_equal(
        view_micro_thread_at(&spots, spots.box.row - 1, spots.box.column), -1);
    assert_int_equal(
        view_micro_thread_at(&spots, spots.box.row, spots.box.column - 1), -1);
    for (int column = 0; column < 100; column++) {
        int thread = view_micro_thread_at(&spots, spots.box.row, column);

        if (thread < 0)
            continue;
        assert_in_range(thread, spots.first, spots.first + spots.count - 1);
        seen++;
    }
    assert_int_equal(seen, spots.count * spots.width);
    assert_int_equal(frame_init(&f, 10, 20), 0); /* too small: nothing there */
    drawn_step(&f, &what, &spots);
    assert_int_equal(view_micro_thread_at(&spots, 0, 0), -1);
    frame_fini(&f);
}

/* ---- the library's list -----------------------------------------------------
 */

static char text_of[8][80] = {
    "two threads, one increment each",
    "An increment is a load and a store, and between them another may come.",
    "make the final value 2 in every schedule, keeping both x++",
    "a mutex around it",
    "two locks in two orders",
    "Two threads that each hold what the other wants.",
    "/usr/share/timeslice/races/counters/lost-update.tsl",
};

static const struct library library = {
    .entries =
        (struct library_entry[]){
            {.name = "lost-update",
             .family = "counters",
             .path = text_of[6],
             .summary = text_of[0],
             .teaches = text_of[1],
             .repair = text_of[2]},
            {.name = "mutex",
             .family = "counters",
             .path = text_of[6],
             .summary = text_of[3]},
            {.name = "ab-ba",
             .family = "deadlock",
             .path = text_of[6],
             .summary = text_of[4],
             .teaches = text_of[5]},
        },
    .count = 3,
};

static const struct list_case {
    const char *name, *file;
    int rows, columns, count, selected;
    const char *search, *error;
} lists[] = {
    {"the library, 80x24", "list", 24, 80, 3, 0, NULL, NULL},
    {"the library, 120x30", "list", 30, 120, 3, 2, NULL, NULL},
    {"the library, small", "list", 12, 40, 3, 2, NULL, NULL},
    {"the library, searched", "list-searched", 24, 80, 1, 0, "lost_", NULL},
    {"the library, nothing found", "list-nothing", 24, 80, 0, 0, "xyz_", NULL},
    {"no library", "list-error", 24, 80, 0, 0, NULL,
     "there is no folder of programs"},
};

static void draw_list(struct frame *f, const struct list_case *c)
{
    static const int shown[] = {0, 1, 2};
    struct key_list keys;
    struct view_micro_list v = {
        .library = c->error ? NULL : &library,
        .shown = shown,
        .count = c->count,
        .selected = c->selected,
        .search = c->search,
        .error = c->error,
    };

    keys_footer(&keys, &keys_step_list, 0, false);
    v.common.keys = keys.view;
    v.common.key_count = keys.count;
    view_micro_list(f, &v);
}

static void test_list(void **state)
{
    const struct list_case *c = *state;
    struct frame f = {0};
    struct text text = {0};
    char name[96];

    assert_int_equal(frame_init(&f, c->rows, c->columns), 0);
    draw_list(&f, c);
    frame_to_text(&f, &text);
    snprintf(name, sizeof(name), "micro-%s_%dx%d.txt", c->file, c->columns,
             c->rows);
    golden_check(name, text_str(&text));
    text_fini(&text);
    for (int rows = 1; rows < 30; rows += 2)
        for (int columns = 1; columns < 130; columns += 9) {
            assert_int_equal(frame_init(&f, rows, columns), 0);
            draw_list(&f, c);
        }
    frame_fini(&f);
}

/* ---- the editor ---------------------------------------------------------- */

/* What is typed: letters as they are, and
 *   < > left, right   ^ v up, down   [ ] line's beginning, end   ~ Backspace
 *   # Delete   ! undo   $ the rest of the line   @ the word before
 *   / a new line that keeps the blanks   | one that does not   _ Tab */
static const struct edit_case {
    const char *name, *text, *typed, *want; /* § is the cursor */
} edits[] = {
    {"letters", "", "abc", "abc§"},
    {"between", "ad", ">bc", "abc§d"},
    {"keeps the blanks", "  x", "]/y", "  x\n  y§"},
    {"keeps as many as are before", "    x", ">>/y", "  \n  y§  x"},
    {"pasted", "  x", "]|y", "  x\ny§"},
    {"two blanks", "x", "_", "  §x"},
    {"erases", "abc", ">>~", "a§c"},
    {"erases nothing", "abc", "~", "§abc"},
    {"deletes", "abc", ">#", "a§c"},
    {"deletes nothing", "abc", "]#", "abc§"},
    {"joins lines", "a\nb", "v~", "a§b"},
    {"joins the next", "a\nb", "]#", "a§b"},
    {"a word", "one two", "]@", "one §"},
    {"a word and blanks", "one  ", "]@", "§"},
    {"the rest", "one two\nx", ">>>$", "one§\nx"},
    {"the rest of nothing joins", "one\nx", "]$", "one§x"},
    {"down keeps the column", "abc\nd\nefg", "]vv", "abc\nd\nefg§"},
    {"up, at the top", "ab\nc", ">^", "a§b\nc"},
    {"down, at the bottom", "ab\nc", "vv", "ab\n§c"},
    {"left over a line's end", "a\nb", "v<", "a§\nb"},
    {"letters of two bytes", "äö", ">~", "§ö"},
    {"columns of letters", "äöü\nabc", ">>v", "äöü\nab§c"},
    {"undoes a word at once", "", "abc!", "§"},
    {"undoes after moving", "", "ab<c!", "a§b"},
    {"undoes erasing", "abc", "]~~!!", "abc§"},
    {"undoes nothing", "abc", "!", "§abc"},
    {"no longer than it may be", "", "0123456789012345678901234567",
     "01234567890123456789§"},
};

static void edit_press(struct edit *e, char c)
{
    static const struct {
        char letter;
        enum action action;
    } keys[] = {
        {'<', ACTION_LEFT},       {'>', ACTION_RIGHT},
        {'^', ACTION_UP},         {'v', ACTION_DOWN},
        {'[', ACTION_FIRST},      {']', ACTION_LAST},
        {'~', ACTION_ERASE},      {'#', ACTION_DELETE},
        {'!', ACTION_UNDO},       {'$', ACTION_ERASE_REST},
        {'@', ACTION_ERASE_WORD}, {'_', ACTION_COMPLETE},
    };

    for (size_t i = 0; i < LENGTH(keys); i++)
        if (keys[i].letter == c) {
            edit_act(e, keys[i].action, 10);
            return;
        }
    edit_type(e, c == '/' || c == '|' ? '\n' : c, c == '/');
}

static void test_edit(void **state)
{
    const struct edit_case *c = *state;
    struct edit e = {0};
    struct text got = {0};

    assert_int_equal(edit_open(&e, c->text, 20), 0);
    for (const char *s = c->typed; *s; s++)
        edit_press(&e, *s);
    assert_int_equal(strlen(e.text), e.length);
    text_addf(&got, "%.*s§%s", (int)e.at, e.text, e.text + e.at);
    assert_string_equal(text_str(&got), c->want);
    text_fini(&got);
    edit_fini(&e);
}

static void test_edit_places(void **state)
{
    static const struct {
        int line, column, got_line, got_column;
    } places[] = {
        {1, 1, 0, 0}, {2, 3, 1, 2},  {2, 99, 1, 4},
        {9, 1, 2, 0}, {9, 99, 2, 3}, {0, 0, 0, 0},
    };
    struct edit e = {0};

    (void)state;
    assert_int_equal(edit_open(&e, "one\nzwei\ndrü", 100), 0);
    for (size_t i = 0; i < LENGTH(places); i++) {
        edit_go(&e, places[i].line, places[i].column);
        assert_int_equal(edit_line(&e), places[i].got_line);
        assert_int_equal(edit_column(&e), places[i].got_column);
    }
    edit_fini(&e);
}

/* Whatever is pressed in whatever order, the text stays one. */
static void test_edit_anything(void **state)
{
    static const char pressed[] = "ab <>^v[]~#!$@_/|(){};";
    struct edit e = {0};
    uint32_t random = 1;

    (void)state;
    assert_int_equal(edit_open(&e, "thread T[2] {\n  x++;\n}\n", 400), 0);
    for (int i = 0; i < 20000; i++) {
        random = random * 1664525 + 1013904223;
        edit_press(&e, pressed[(random >> 16) % (sizeof(pressed) - 1)]);
        assert_true(e.at <= e.length && e.length <= 400);
        assert_int_equal(strlen(e.text), e.length);
    }
    edit_fini(&e);
}

static const struct text_case {
    const char *name, *file;
    int rows, columns;
    const char *task, *error;
    int line, column, error_line;
} texts[] = {
    {"the editor", "edit", 24, 80, NULL, NULL, 3, 5, 0},
    {"the editor of an exercise", "edit-task", 24, 80,
     "make the final value 2 in every schedule", NULL, 0, 0, 0},
    {"the editor with a mistake", "edit-error", 24, 80, NULL,
     "\"y\" is not declared; did you mean \"x\"?", 3, 2, 4},
    {"the editor, small", "edit", 8, 30, NULL, NULL, 3, 40, 0},
};

static void test_text(void **state)
{
    const struct text_case *c = *state;
    struct frame f = {0};
    struct text text = {0};
    struct key_list keys;
    char name[96];
    struct view_micro_edit v = {
        .name = "lost-update.tsl",
        .task = c->task,
        .text = drawn_step_program("lost"),
        .line = c->line,
        .column = c->column,
        .changed = c->error != NULL,
        .error = c->error,
        .error_line = c->error_line,
        .error_column = c->column + 1,
    };

    keys_footer(&keys, &keys_step_edit, 0, false);
    v.common.keys = keys.view;
    v.common.key_count = keys.count;
    assert_int_equal(frame_init(&f, c->rows, c->columns), 0);
    view_micro_edit(&f, &v);
    frame_to_text(&f, &text);
    snprintf(name, sizeof(name), "micro-%s_%dx%d.txt", c->file, c->columns,
             c->rows);
    golden_check(name, text_str(&text));
    text_fini(&text);
    for (int rows = 1; rows < 30; rows += 2)
        for (int columns = 1; columns < 100; columns += 9) {
            assert_int_equal(frame_init(&f, rows, columns), 0);
            view_micro_edit(&f, &v);
        }
    frame_fini(&f);
}

/* ---- keys ---------------------------------------------------------------- */

static int times_bound(const struct key_table *t, int key)
{
    int count = 0;

    for (int i = 0; i < t->count; i++)
        for (int k = 0; k < KEYS_A_ROW && t->rows[i].keys[k].key; k++)
            count += t->rows[i].keys[k].key == key;
    return count;
}

static void test_keys_once(void **state)
{
    static const struct key_table *const tables[] = {
        &keys_step, &keys_step_list, &keys_step_edit};
    char buf[16];

    (void)state;
    for (size_t n = 0; n < LENGTH(tables); n++)
        for (int i = 0; i < tables[n]->count; i++)
            for (int k = 0; k < KEYS_A_ROW; k++) {
                int key = tables[n]->rows[i].keys[k].key;

                if (key == TUI_KEY_NONE)
                    break;
                assert_int_equal(times_bound(tables[n], key), 1);
                assert_true(key == '?' || strcmp(keys_name(key, buf), "?"));
            }
}

static bool has_action(const struct key_list *l, enum action action)
{
    for (int i = 0; i < l->count; i++)
        for (int k = 0; k < KEYS_A_ROW && l->row[i]->keys[k].key; k++)
            if (l->row[i]->keys[k].action == action)
                return true;
    return false;
}

/* Keys that mean something else here: help does not tell of what they mean
 * elsewhere, and that can still be done. */
static void test_keys_of_every_screen(void **state)
{
    struct key_list list;

    (void)state;
    keys_help_list(&list, &keys_step, ~0U, "");
    for (int i = 0; i < keys_common.count; i++)
        for (int k = 0; k < KEYS_A_ROW && keys_common.rows[i].keys[k].key; k++)
            assert_true(has_action(&list, keys_common.rows[i].keys[k].action));
    for (int i = 0; i < list.count; i++)
        for (int k = 0; k < KEYS_A_ROW && list.row[i]->keys[k].key; k++)
            assert_int_equal(
                keys_find(&keys_step, list.row[i]->keys[k].key, ~0U),
                list.row[i]->keys[k].action);
    assert_int_equal(keys_find(&keys_step, 'x', 0), ACTION_EXPLORE);
    assert_int_equal(keys_find(&keys_step, 'X', 0), ACTION_EXPORT);
    assert_int_equal(keys_find(&keys_step, ':', 0), ACTION_PROMPT);
}

int main(void)
{
    static struct CMUnitTest tests[LENGTH(frames) + LENGTH(lists) +
                                   LENGTH(edits) + LENGTH(texts) + 7];
    static const struct CMUnitTest more[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_ascii),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_edit_places),
        cmocka_unit_test(test_edit_anything),
        cmocka_unit_test(test_keys_once),
        cmocka_unit_test(test_keys_of_every_screen),
    };
    size_t n = 0;

    n = add_rows(tests, n, frames, LENGTH(frames), sizeof(frames[0]),
                 test_frame);
    n = add_rows(tests, n, lists, LENGTH(lists), sizeof(lists[0]), test_list);
    n = add_rows(tests, n, edits, LENGTH(edits), sizeof(edits[0]), test_edit);
    n = add_rows(tests, n, texts, LENGTH(texts), sizeof(texts[0]), test_text);
    for (size_t i = 0; i < LENGTH(more); i++)
        tests[n++] = more[i];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
