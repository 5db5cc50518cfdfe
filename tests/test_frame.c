/* Drawing into frames: cutting off, boxes, wrapping, bars, big digits, and the
 * fallback for terminals without UTF-8. Runs in the test process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "frame/frame.h"

static void expect(const struct frame *f, const char *want)
{
    struct text out = {0};

    frame_to_text(f, &out);
    assert_string_equal(text_str(&out), want);
    text_fini(&out);
}

/* ---- storage and cutting off -------------------------------------------- */

static void frames_are_at_least_one_cell(void **state)
{
    struct frame f = {0};

    (void)state;
    assert_int_equal(frame_init(&f, 0, -5), 0);
    assert_int_equal(f.rows, 1);
    assert_int_equal(f.columns, 1);
    frame_text(&f, 0, 0, -1, STYLE_NORMAL, "abc");
    expect(&f, "a\n");
    /* Again with the same memory: blank once more. */
    assert_int_equal(frame_init(&f, 1, 1), 0);
    expect(&f, "\n");
    frame_fini(&f);
    assert_null(f.cells);
}

static void drawing_outside_is_cut_off(void **state)
{
    struct frame f = {0};
    struct box far = {-3, -3, 10, 10};

    (void)state;
    assert_int_equal(frame_init(&f, 2, 4), 0);
    frame_put(&f, -1, 0, 'x', STYLE_NORMAL);
    frame_put(&f, 0, 4, 'x', STYLE_NORMAL);
    frame_put(&f, 2, 0, 'x', STYLE_NORMAL);
    expect(&f, "\n\n");
    assert_int_equal(frame_text(&f, 0, -2, -1, STYLE_NORMAL, "abcdefghi"), 6);
    expect(&f, "cdef\n\n");
    assert_int_equal(frame_text(&f, 1, 1, 2, STYLE_NORMAL, "abcdefghi"), 2);
    expect(&f, "cdef\n ab\n");
    frame_right(&f, 1, 4, STYLE_NORMAL, "yz");
    expect(&f, "cdef\n ayz\n");
    frame_fill(&f, far, '.', STYLE_NORMAL);
    expect(&f, "....\n....\n");
    frame_panel(&f, (struct box){-1, -1, 9, 9}, "title", "right");
    frame_bar(&f, 0, -10, 100, 0.5, STYLE_NORMAL, STYLE_NORMAL);
    frame_big(&f, -1, -2, STYLE_NORMAL, "0123456789%");
    frame_huge(&f, -1, -2, STYLE_NORMAL, "0123456789%");
    frame_fini(&f);
}

/* ---- text of any kind takes one column a glyph -------------------------- */

static const struct text_case {
    const char *name, *text, *want;
} texts[] = {
    {"plain", "abc", "abc\n"},
    {"two bytes", "µs × 2", "µs × 2\n"},
    {"combining marks take no column", "e\xcc\x81x", "ex\n"},
    {"a wide character becomes one '?'", "a\xe4\xb8\xadz", "a?z\n"},
    {"an emoji, too", "a\xf0\x9f\x98\x80z", "a?z\n"},
    {"controls do not reach the terminal", "a\x1b[31m", "a?[31m\n"},
    {"bytes that are no UTF-8", "a\xff\xfe", "a??\n"},
    {"a sequence cut short", "a\xe2\x96", "a?\n"},
};

static void text_case(void **state)
{
    const struct text_case *c = *state;
    struct frame f = {0};

    assert_int_equal(frame_init(&f, 1, 20), 0);
    frame_text(&f, 0, 0, -1, STYLE_NORMAL, c->text);
    expect(&f, c->want);
    frame_fini(&f);
}

/* ---- boxes -------------------------------------------------------------- */

static void boxes_are_cut_from_every_side(void **state)
{
    struct box b = {0, 0, 10, 20}, part;

    (void)state;
    part = box_take_rows(&b, 3);
    assert_int_equal(part.row, 0);
    assert_int_equal(part.rows, 3);
    assert_int_equal(b.row, 3);
    assert_int_equal(b.rows, 7);
    part = box_take_rows(&b, -2);
    assert_int_equal(part.row, 8);
    assert_int_equal(part.rows, 2);
    assert_int_equal(b.rows, 5);
    part = box_take_columns(&b, 5);
    assert_int_equal(part.column, 0);
    assert_int_equal(b.column, 5);
    part = box_take_columns(&b, -5);
    assert_int_equal(part.column, 15);
    assert_int_equal(b.columns, 10);
    /* More than there is: all of it, and nothing is left. */
    part = box_take_rows(&b, 99);
    assert_int_equal(part.rows, 5);
    assert_int_equal(b.rows, 0);
    part = box_take_rows(&b, 1);
    assert_int_equal(part.rows, 0);
    /* Less than nothing is nothing. */
    b = (struct box){0, 0, -4, -4};
    part = box_take_columns(&b, 2);
    assert_int_equal(part.columns, 0);
}

static void panels_frame_their_inside(void **state)
{
    struct frame f = {0};
    struct box in;

    (void)state;
    assert_int_equal(frame_init(&f, 4, 24), 0);
    in = frame_panel(&f, frame_box(&f), "CORES", "now");
    assert_int_equal(in.row, 1);
    assert_int_equal(in.column, 2);
    assert_int_equal(in.rows, 2);
    assert_int_equal(in.columns, 20);
    expect(&f, "┌─ CORES ──────── now ─┐\n"
               "│                      │\n"
               "│                      │\n"
               "└──────────────────────┘\n");
    /* The right title goes first when there is no room for both. */
    assert_int_equal(frame_init(&f, 2, 14), 0);
    frame_panel(&f, frame_box(&f), "CORES", "rather long");
    expect(&f, "┌─ CORES ────┐\n└────────────┘\n");
    in = frame_panel(&f, (struct box){0, 0, 1, 3}, "x", "y");
    assert_int_equal(in.rows, 0);
    frame_fini(&f);
}

/* ---- wrapping ----------------------------------------------------------- */

static const struct wrap_case {
    const char *name;
    int rows, columns;
    const char *text, *want;
    int used;
} wraps[] = {
    {"at blanks", 3, 9, "who is waiting", "who is\nwaiting\n\n", 2},
    {"a line that fits to the column", 2, 6, "who is it", "who is\nit\n", 2},
    {"a word longer than the line", 3, 4, "abcdefghij", "abcd\nefgh\nij\n", 3},
    {"newlines are kept", 3, 9, "a\nb", "a\nb\n\n", 2},
    {"what does not fit is left out", 1, 6, "one two three", "one\n", 1},
    {"nothing", 1, 6, "", "\n", 0},
    {"not ASCII", 2, 5, "× × × ×", "× × ×\n×\n", 2},
};

static void wrap_case(void **state)
{
    const struct wrap_case *c = *state;
    struct frame f = {0};

    assert_int_equal(frame_init(&f, c->rows, c->columns), 0);
    assert_int_equal(frame_wrap(&f, frame_box(&f), STYLE_NORMAL, c->text),
                     c->used);
    expect(&f, c->want);
    frame_fini(&f);
}

/* ---- bars ---------------------------------------------------------------- */

static const struct bar_case {
    const char *name;
    double share;
    const char *want;
} bars[] = {
    {"nothing", 0, "░░░░\n"},    {"all", 1, "████\n"},
    {"half", 0.5, "██░░\n"},     {"eighths", 0.28125, "█▏░░\n"},
    {"a trace", 1e-9, "▏░░░\n"}, {"nearly all", 0.9999, "███▉\n"},
    {"too much", 7, "████\n"},   {"below nothing", -1, "░░░░\n"},
};

static void bar_case(void **state)
{
    const struct bar_case *c = *state;
    struct frame f = {0};

    assert_int_equal(frame_init(&f, 1, 4), 0);
    frame_bar(&f, 0, 0, 4, c->share, STYLE_NORMAL, STYLE_NORMAL);
    expect(&f, c->want);
    frame_fini(&f);
}

/* ---- big digits ---------------------------------------------------------- */

static void big_digits_are_three_rows(void **state)
{
    struct frame f = {0};

    (void)state;
    assert_int_equal(frame_init(&f, 3, 24), 0);
    assert_int_equal(frame_big_columns("48.3%"), 3 + 1 + 3 + 1 + 1 + 1 + 3 + 6);
    assert_int_equal(frame_big(&f, 0, 0, STYLE_HERO, "48.3%"),
                     frame_big_columns("48.3%"));
    expect(&f, "█ █ █▀█   ▀▀█ ▀  ▄▀\n"
               "▀▀█ █▀█    ▀█  ▄▀\n"
               "  ▀ ▀▀▀ ▀ ▀▀▀ ▀   ▀\n");
    /* What the font has not is drawn small, on the base line. */
    assert_int_equal(frame_init(&f, 3, 24), 0);
    assert_int_equal(frame_big(&f, 0, 0, STYLE_HERO, "7q"), 5);
    expect(&f, "▀▀█\n █\n ▀  q\n");
    assert_int_equal(frame_big_columns(""), 0);
    frame_fini(&f);
}

static void huge_digits_are_five_rows(void **state)
{
    struct frame f = {0};

    (void)state;
    assert_int_equal(frame_init(&f, 5, 20), 0);
    assert_int_equal(frame_huge(&f, 0, 0, STYLE_HERO, "1.7"),
                     6 + 2 + 2 + 2 + 6);
    assert_int_equal(frame_huge_columns("1.7"), 18);
    expect(&f, "  ██        ██████\n"
               "████            ██\n"
               "  ██          ██\n"
               "  ██          ██\n"
               "██████  ██    ██\n");
    frame_fini(&f);
}

/* No two digits look alike, also in ASCII: a hero number cannot be misread. */
static void big_digits_differ(void **state)
{
    (void)state;
    for (int huge = 0; huge < 2; huge++) {
        for (int ascii = 0; ascii < 2; ascii++) {
            struct text shapes[10] = {{0}};

            for (int digit = 0; digit < 10; digit++) {
                struct frame f = {0};
                char s[2] = {(char)('0' + digit), '\0'};

                assert_int_equal(frame_init(&f, 5, 6), 0);
                if (huge)
                    frame_huge(&f, 0, 0, STYLE_HERO, s);
                else
                    frame_big(&f, 0, 0, STYLE_HERO, s);
                if (ascii)
                    frame_to_ascii(&f);
                frame_to_text(&f, &shapes[digit]);
                for (int other = 0; other < digit; other++)
                    assert_string_not_equal(text_str(&shapes[other]),
                                            text_str(&shapes[digit]));
                frame_fini(&f);
            }
            for (int digit = 0; digit < 10; digit++)
                text_fini(&shapes[digit]);
        }
    }
}

/* ---- ASCII ----------------------------------------------------------------
 */

static const struct ascii_case {
    const char *name, *text, *want;
} asciis[] = {
    {"lines", "─│┌┐└┘├┤", "-|++++++\n"},
    {"states of a worker", "█▒╳░▚·x", "#=X.% x\n"},
    {"sampled states", "■□x:~", "+-x:~\n"},
    {"shades", "█▓▒░", "#%=.\n"},
    {"sparks", "▁▂▃▄▅▆▇█", "_.:-=+*#\n"},
    {"marks", "✓✗▸●◆▶", "+x>o*>\n"},
    {"words", "20 µs × 3 ≥ 2…", "20 us x 3 > 2~\n"},
    {"anything else", "aéz", "a?z\n"},
    {"ASCII stays", "a~z {}", "a~z {}\n"},
};

static void ascii_case(void **state)
{
    const struct ascii_case *c = *state;
    struct frame f = {0};

    assert_int_equal(frame_init(&f, 1, 20), 0);
    frame_text(&f, 0, 0, -1, STYLE_NORMAL, c->text);
    frame_to_ascii(&f);
    expect(&f, c->want);
    frame_fini(&f);
}

/* ---- styles ---------------------------------------------------------------
 */

static void every_style_has_a_letter_of_its_own(void **state)
{
    struct frame f = {0};
    struct text out = {0};
    char seen[128] = {0};

    (void)state;
    assert_int_equal(frame_init(&f, 1, STYLE_COUNT), 0);
    for (int style = 0; style < STYLE_COUNT; style++)
        frame_put(&f, 0, style, 'x', (enum style)style);
    frame_styles_to_text(&f, &out);
    const char *letters = strchr(text_str(&out), '\n') + 1;
    assert_int_equal(strlen(letters), STYLE_COUNT + 1); /* and a newline */
    assert_int_equal(letters[STYLE_NORMAL], '.');
    for (int style = 0; style < STYLE_COUNT; style++) {
        assert_int_equal(seen[(unsigned char)letters[style]], 0);
        seen[(unsigned char)letters[style]] = 1;
    }
    text_fini(&out);
    frame_fini(&f);
}

/* ---- all of it -------------------------------------------------------------
 */

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MAX_TESTS 64

static struct CMUnitTest tests[MAX_TESTS];
static size_t test_count;

static void add(const char *name, CMUnitTestFunction run, const void *row)
{
    assert_true(test_count < MAX_TESTS);
    /* cmocka hands the row on as void *; the tests only read it. */
    tests[test_count++] = (struct CMUnitTest){
        .name = name,
        .test_func = run,
        .initial_state = (void *)(uintptr_t)row,
    };
}

int main(void)
{
    add("frames are at least one cell", frames_are_at_least_one_cell, NULL);
    add("drawing outside is cut off", drawing_outside_is_cut_off, NULL);
    add("boxes are cut from every side", boxes_are_cut_from_every_side, NULL);
    add("panels frame their inside", panels_frame_their_inside, NULL);
    add("big digits are three rows", big_digits_are_three_rows, NULL);
    add("huge digits are five rows", huge_digits_are_five_rows, NULL);
    add("big digits differ", big_digits_differ, NULL);
    add("every style has a letter", every_style_has_a_letter_of_its_own, NULL);
    for (size_t i = 0; i < LEN(texts); i++)
        add(texts[i].name, text_case, &texts[i]);
    for (size_t i = 0; i < LEN(wraps); i++)
        add(wraps[i].name, wrap_case, &wraps[i]);
    for (size_t i = 0; i < LEN(bars); i++)
        add(bars[i].name, bar_case, &bars[i]);
    for (size_t i = 0; i < LEN(asciis); i++)
        add(asciis[i].name, ascii_case, &asciis[i]);
    return _cmocka_run_group_tests("frame", tests, test_count, NULL, NULL);
}
