/* The screen of a sweep as text: made-up sweeps against their golden files, and
 * what must hold at every size. Nothing runs. Test process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lib/drawn_sweep.h"
#include "lib/golden.h"
#include "view/curve.h"
#include "view/curve_axis.h"

static const struct view_key keys[] = {
    {"g", "guess", "write down your guess"},
    {"⏎", "show/open", "show the answer; then: the run under the cursor"},
    {"←→", "point", "from point to point"},
    {"Space", "pause", "pause between two runs, and go on"},
    {"l", "log", "logarithmic x, and y"},
    {"+", "add", "add a point"},
    {"r", "again", "from the start"},
    {"q", "back", "one level back"},
    {":", "any", "type any experiment and run it"},
    {"?", "help", "this help"},
};

/* ---- frames against their golden files ----------------------------------- */

enum {
    LIVE = 1,
    HIDDEN = 2,
    PRESENTER = 4,
    ASCII = 8,
    CURSOR = 16,
    LOG_Y = 32,
    PAUSED = 64,
    STOPPED = 128,
    TYPING = 256,
    SECOND = 512,
    REPLAY = 1024,
    LINEAR = 2048,
    NO_SWEEP = 4096
};

static const struct curve_case {
    const char *name, *sweep;
    int rows, columns;
    unsigned how;
} cases[] = {
    {"one", "one", 24, 80, 0},
    {"one", "one", 30, 100, CURSOR},
    {"one", "one", 20, 60, 0},
    {"one", "one", 50, 200, CURSOR},
    {"one-small", "one", 12, 40, 0},
    {"one-linear", "one", 24, 80, LINEAR | REPLAY},
    {"one-log-y", "one", 24, 80, LOG_Y},
    {"hidden", "one", 24, 80, HIDDEN},
    {"hidden", "one", 30, 100, HIDDEN | LIVE},
    {"hidden", "one", 20, 60, HIDDEN},
    {"guess", "guess", 24, 80, CURSOR},
    {"guess-far", "far", 24, 80, 0},
    {"typing", "under", 24, 80, HIDDEN | TYPING | LIVE},
    {"family", "family", 24, 80, 0},
    {"family", "family", 30, 100, CURSOR | SECOND},
    {"family", "family", 50, 200, SECOND},
    {"family-ascii", "family", 30, 100, ASCII | CURSOR},
    {"disk", "disk", 24, 80, 0},
    {"disk", "disk", 30, 120, CURSOR},
    {"flat", "flat", 30, 100, 0},
    {"single", "single", 24, 80, LIVE},
    {"start", "start", 24, 80, LIVE},
    {"start", "start", 30, 100, LIVE},
    {"nothing", "start", 24, 80, NO_SWEEP},
    {"refused", "start", 24, 80, NO_SWEEP | STOPPED},
    {"under", "under", 24, 80, HIDDEN | PAUSED},
    {"under", "under", 30, 100, HIDDEN | LIVE},
    {"stopped", "under", 24, 80, STOPPED},
    {"errors", "errors", 24, 80, CURSOR},
    {"noisy", "noisy", 24, 80, CURSOR},
    {"noisy", "noisy", 30, 100, 0},
    {"words", "words", 24, 80, 0},
    {"words", "words", 30, 100, CURSOR},
    {"ascii", "guess", 24, 80, ASCII | CURSOR},
    {"ascii", "noisy", 30, 100, ASCII},
    {"presenter", "one", 24, 80, PRESENTER},
    {"presenter", "guess", 36, 120, PRESENTER},
    {"presenter-hidden", "one", 24, 80, PRESENTER | HIDDEN},
    {"presenter-ascii", "disk", 30, 100, PRESENTER | ASCII},
};

static void draw(struct frame *f, const struct sweep *s, unsigned how)
{
    struct view_curve v = {
        .common = {.keys = keys,
                   .key_count = sizeof(keys) / sizeof(keys[0]),
                   .presenter = (how & PRESENTER) != 0,
                   .ascii = (how & ASCII) != 0},
        .sweep = how & NO_SWEEP ? NULL : s,
        .badge = how & REPLAY ? BADGE_REPLAY : BADGE_MEASURED,
        .order_point = how & LIVE ? s->point_count - 1 : -1,
        .over = !(how & (LIVE | PAUSED | NO_SWEEP)) || (how & STOPPED),
        .paused = (how & PAUSED) != 0,
        .done = s->trial_count,
        .planned = s->point_count * 5,
        .left_ns = how & LIVE ? 40 * NS_PER_S : -1,
    };

    curve_look_of(&v.look, s);
    v.look.ascii = v.common.ascii;
    v.look.no_answer = (how & HIDDEN) != 0;
    v.look.log_y = (how & LOG_Y) != 0;
    if (how & LINEAR)
        v.look.log_x = false;
    if (how & SECOND)
        v.look.curve = 1;
    if (how & CURSOR)
        v.look.cursor = s->point_count - 1;
    if (how & CURSOR)
        v.look.curve = s->points[s->point_count - 1].curve;
    if (how & LIVE)
        v.look.running = &s->points[s->point_count - 1];
    if (how & TYPING) {
        v.typing = "4";
        v.asks = "your guess";
    }
    view_curve(f, &v);
}

static void test_case(void **state)
{
    const struct curve_case *c = *state;
    struct sweep *s = drawn_sweep(c->sweep);
    struct frame f = {0};
    struct text text = {0};
    char name[96];

    s->interrupted = (c->how & STOPPED) != 0;
    assert_int_equal(frame_init(&f, c->rows, c->columns), 0);
    draw(&f, s, c->how);
    if (c->how & ASCII)
        frame_to_ascii(&f);
    frame_to_text(&f, &text);
    snprintf(name, sizeof(name), "curve-%s_%dx%d.txt", c->name, c->columns,
             c->rows);
    golden_check(name, text_str(&text));
    text_fini(&text);
    frame_fini(&f);
    sweep_free(s);
}

/* ---- at every size --------------------------------------------------------
 */

/* Views draw at any size, whatever is in them; the sanitizers watch. */
static void test_sizes(void **state)
{
    static const char *const names[] = {"one",    "family", "disk", "start",
                                        "single", "errors", "far",  "words"};
    static const unsigned hows[] = {0,      HIDDEN,        PRESENTER,
                                    CURSOR, ASCII | LOG_Y, CURSOR | SECOND};
    struct frame f = {0};

    (void)state;
    for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
        struct sweep *s = drawn_sweep(names[n]);

        for (int rows = 1; rows <= 50; rows += rows < 8 ? 1 : 3)
            for (int columns = 1; columns <= 210; columns += 7)
                for (size_t h = 0; h < sizeof(hows) / sizeof(hows[0]); h++) {
                    unsigned how = hows[h];

                    if (s->curve_count < 2)
                        how &= ~(unsigned)SECOND;
                    assert_int_equal(frame_init(&f, rows, columns), 0);
                    draw(&f, s, how);
                }
        sweep_free(s);
    }
    frame_fini(&f);
}

/* Without an answer nothing gives it away. */
static void test_hidden(void **state)
{
    struct sweep *s = drawn_sweep("one");
    struct frame f = {0};
    struct text text = {0};

    (void)state;
    for (int rows = 20; rows <= 50; rows += 5)
        for (int columns = 60; columns <= 200; columns += 10) {
            assert_int_equal(frame_init(&f, rows, columns), 0);
            draw(&f, s, HIDDEN);
            frame_to_text(&f, &text);
            assert_null(strstr(text_str(&text), "◆"));
            assert_null(strstr(text_str(&text), "sigma"));
            assert_null(strstr(text_str(&text), "sweet spot:"));
            assert_null(strstr(text_str(&text), "┊"));
            assert_non_null(strstr(text_str(&text), "your guess"));
            text_fini(&text);
        }
    frame_fini(&f);
    sweep_free(s);
}

/* Every glyph has a fallback of its own: no '?' stands for what is missing. */
static void test_ascii(void **state)
{
    static const char *const names[] = {"one",   "family", "errors",
                                        "noisy", "disk",   "far"};
    struct frame f = {0}, plain = {0};

    (void)state;
    assert_int_equal(frame_init(&f, 40, 130), 0);
    assert_int_equal(frame_init(&plain, 40, 130), 0);
    for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
        struct sweep *s = drawn_sweep(names[n]);

        assert_int_equal(frame_init(&f, 40, 130), 0);
        draw(&f, s, ASCII | CURSOR);
        memcpy(plain.cells, f.cells, sizeof(*f.cells) * 40 * 130);
        frame_to_ascii(&plain);
        for (int i = 0; i < 40 * 130; i++)
            if (plain.cells[i].glyph == '?')
                assert_int_equal(f.cells[i].glyph, '?');
        sweep_free(s);
    }
    frame_fini(&f);
    frame_fini(&plain);
}

/* ---- axes -----------------------------------------------------------------
 */

static const struct axis_case {
    const char *name;
    double least, most;
    bool log;
    int cells, gap;
    const char *want; /* the ticks' numbers */
} axes[] = {
    {"from nought", 249, 700, false, 15, 3, "0 200 400 600 800"},
    {"small", 0.2, 0.93, false, 10, 3, "0 0.5 1.0"},
    {"thousands", 900, 7321, false, 20, 3, "0 2,000 4,000 6,000 8,000"},
    {"k", 900, 73210, false, 20, 3, "0 20 k 40 k 60 k 80 k"},
    {"M", 2.2e6, 2.6e6, false, 12, 3, "0 1 M 2 M 3 M"},
    {"all the same", 5, 5, false, 9, 3, "0 5"},
    {"nothing", 0, 0, false, 9, 3, "0 0.5 1.0"},
    {"below nought", -3, 8, false, 12, 3, "-5 0 5 10"},
    {"log", 3, 800, true, 25, 2, "2 5 10 20 50 100 200 500 1,000"},
    {"log, few rows", 3, 80000, true, 10, 3, "100 10 k"},
    {"log of one value", 40, 40, true, 9, 2, "20 50 100"},
    {"log refused", 0, 10, true, 9, 3, "0 5 10"},
};

static void test_axis(void **state)
{
    const struct axis_case *c = *state;
    struct curve_axis a;
    double at[CURVE_TICKS];
    struct text got = {0};
    int count;

    curve_axis_round(&a, c->least, c->most, c->log, c->cells, c->gap);
    assert_true(a.low <= c->least && a.high >= c->most && a.low < a.high);
    count = curve_axis_ticks(&a, c->gap, at);
    for (int i = 0; i < count; i++) {
        char buf[32];
        double place = curve_axis_at(&a, at[i]);

        assert_true(place > -1e-6 && place < c->cells - 1 + 1e-6);
        assert_true(i == 0 ||
                    place - curve_axis_at(&a, at[i - 1]) > c->gap - 0.02);
        text_addf(&got, "%s%s", i ? " " : "",
                  curve_number(buf, sizeof(buf), at[i], a.high,
                               a.log || count < 2 ? 0 : at[1] - at[0]));
    }
    assert_string_equal(text_str(&got), c->want);
    text_fini(&got);
    for (int i = 0; i < c->cells; i++) /* there and back */
        assert_true(curve_axis_at(&a, curve_axis_value(&a, i)) - i < 1e-6);
}

int main(void)
{
    enum {
        CASES = sizeof(cases) / sizeof(cases[0]),
        AXES = sizeof(axes) / sizeof(axes[0])
    };
    static struct CMUnitTest tests[CASES + AXES + 3];
    static char names[CASES][80];
    int count = 0;

    for (int i = 0; i < CASES; i++) {
        snprintf(names[i], sizeof(names[i]), "%s %dx%d", cases[i].name,
                 cases[i].columns, cases[i].rows);
        tests[count++] = (struct CMUnitTest){
            .name = names[i],
            .test_func = test_case,
            .initial_state = (void *)(uintptr_t)&cases[i],
        };
    }
    for (int i = 0; i < AXES; i++)
        tests[count++] = (struct CMUnitTest){
            .name = axes[i].name,
            .test_func = test_axis,
            .initial_state = (void *)(uintptr_t)&axes[i],
        };
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_sizes);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_hidden);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(test_ascii);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
