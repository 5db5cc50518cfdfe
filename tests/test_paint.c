/* Painting: whatever was on the terminal before, after the bytes it shows the
 * frame. libvterm is the terminal, frames are made by chance. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <vterm.h>

#include "tui/paint.h"

static void move(struct text *out, int row, int column)
{
    text_addf(out, "\033[%d;%dH", row + 1, column + 1);
}

/* Style n is bold if n is odd; filled glyphs are underlined, to be told. */
static void make_terminal(struct paint_terminal *t, bool clear_paints)
{
    *t = (struct paint_terminal){.clear = "\033[H\033[2J",
                                 .move = move,
                                 .utf8 = true,
                                 .clear_paints = clear_paints,
                                 .corner = true};
    for (int i = 0; i < STYLE_COUNT; i++) {
        struct paint_style *s = &t->style[i], *filled = &t->filled[i];

        s->attrs = i % 2;
        snprintf(s->colour, sizeof(s->colour), "\033[38;5;%dm", 16 + i);
        snprintf(s->full, sizeof(s->full), "\033[0%sm%s", i % 2 ? ";1" : "",
                 s->colour);
        filled->attrs = 2;
        strcpy(filled->colour, i % 5 ? s->colour : "");
        snprintf(filled->full, sizeof(filled->full), "\033[0;4m%s", s->colour);
    }
}

static void change(struct frame *f, int cells)
{
    static const uint32_t glyphs[] = {0,      'a',    'Z',    ' ',   0x2588,
                                      0x2592, 0x2500, 0x00e9, 0x25b2};

    for (int i = 0; i < cells; i++) {
        int at = rand() % (f->rows * f->columns), run = rand() % 9;

        for (; run >= 0 && at < f->rows * f->columns; run--, at++)
            f->cells[at] = (struct cell){glyphs[rand() % 9],
                                         (uint8_t)(rand() % STYLE_COUNT)};
    }
}

static void check_shown(VTermScreen *screen, const struct frame *f)
{
    for (int row = 0; row < f->rows; row++)
        for (int column = 0; column < f->columns; column++) {
            struct cell want = f->cells[row * f->columns + column];
            uint32_t glyph = want.glyph ? want.glyph : ' ';
            bool fills = PAINT_FILLS(glyph);
            VTermScreenCell cell;

            vterm_screen_get_cell(screen, (VTermPos){row, column}, &cell);
            assert_int_equal(cell.chars[0] ? cell.chars[0] : ' ', glyph);
            if (glyph == ' ' && want.style == STYLE_NORMAL)
                continue; /* a cleared blank has no look to speak of */
            assert_int_equal(cell.fg.indexed.idx, 16 + want.style);
            assert_int_equal(cell.attrs.bold, !fills && want.style % 2);
            assert_int_equal(cell.attrs.underline, fills);
        }
}

static void test_shows_the_frame(void **state)
{
    struct paint_terminal t;
    struct paint p = {0};
    struct frame f = {0};
    struct text out = {0};
    VTerm *vt = vterm_new(1, 1);
    VTermScreen *screen = vterm_obtain_screen(vt);

    (void)state;
    srand(1);
    vterm_set_utf8(vt, 1);
    vterm_screen_reset(screen, 1);
    for (int i = 0; i < 400; i++) {
        make_terminal(&t, i % 3 == 0);
        if (i % 20 == 0) {
            assert_int_equal(frame_init(&f, 1 + rand() % 12, 1 + rand() % 40),
                             0);
            vterm_set_size(vt, f.rows, f.columns);
            p.afresh = true;
        }
        if (i % 33 == 0) { /* somebody else wrote on it */
            vterm_input_write(vt, "\033[2J\033[31mrubbish", 17);
            p.afresh = true;
        }
        change(&f, rand() % 12);
        out.len = 0;
        paint_frame(&p, &t, &f, &out);
        vterm_input_write(vt, text_str(&out), out.len);
        check_shown(screen, &f);
    }
    text_fini(&out);
    paint_fini(&p);
    frame_fini(&f);
    vterm_free(vt);
}

static void test_nothing_for_nothing(void **state)
{
    struct paint_terminal t;
    struct paint p = {0};
    struct frame f = {0};
    struct text out = {0};

    (void)state;
    make_terminal(&t, true);
    assert_int_equal(frame_init(&f, 24, 80), 0);
    paint_frame(&p, &t, &f, &out);
    assert_true(out.len > 0 && out.len < 64); /* blanks come with the wiping */
    out.len = 0;
    paint_frame(&p, &t, &f, &out);
    assert_int_equal(out.len, 0);
    frame_put(&f, 3, 4, 'x', STYLE_NORMAL);
    paint_frame(&p, &t, &f, &out);
    assert_true(out.len > 0 && out.len < 32); /* one place, one look, one x */
    out.len = 0;
    paint_frame(&p, &t, &f, &out);
    assert_int_equal(out.len, 0);
    text_fini(&out);
    paint_fini(&p);
    frame_fini(&f);
}

/* A terminal that would scroll is not written to in its last cell; one that
 * knows only ASCII gets nothing else, nor does any get control characters. */
static void test_limits(void **state)
{
    struct paint_terminal t;
    struct paint p = {0};
    struct frame f = {0};
    struct text out = {0};

    (void)state;
    make_terminal(&t, true);
    t.utf8 = false;
    t.corner = false;
    assert_int_equal(frame_init(&f, 2, 4), 0);
    for (int i = 0; i < 8; i++)
        f.cells[i] = (struct cell){'a' + (uint32_t)i, STYLE_NORMAL};
    f.cells[1].glyph = 0x2588;
    f.cells[2].glyph = '\033';
    paint_frame(&p, &t, &f, &out);
    assert_non_null(strstr(text_str(&out), "a"));
    assert_non_null(strstr(text_str(&out), "??d"));
    assert_non_null(strstr(text_str(&out), "efg"));
    assert_null(strchr(text_str(&out), 'h'));
    for (size_t i = 0; i < out.len; i++)
        assert_true((unsigned char)out.data[i] < 127);
    text_fini(&out);
    paint_fini(&p);
    frame_fini(&f);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shows_the_frame),
        cmocka_unit_test(test_nothing_for_nothing),
        cmocka_unit_test(test_limits),
    };

    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        return 1;
    return cmocka_run_group_tests_name("paint", tests, NULL, NULL);
}
