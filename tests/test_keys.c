/* Keys, footer, help, themes and the ':' line: the parts of the screens that
 * need no terminal. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "tui/keys.h"
#include "tui/prompt.h"
#include "tui/theme.h"

static const struct key_table *const tables[] = {
    &keys_launcher, &keys_lab,    &keys_race,   &keys_help,
    &keys_editor,   &keys_prompt, &keys_common,
};
#define TABLES ((int)(sizeof(tables) / sizeof(tables[0])))
#define ALL_NOW (~0u)

/* Call @each for every key of @t, those of every screen included. */
static void each_key(const struct key_table *t,
                     void (*each)(const struct key_table *t,
                                  const struct key_row *row, int key))
{
    for (int i = 0; i < t->count; i++)
        for (int k = 0; k < KEYS_A_ROW && t->rows[i].keys[k].key; k++)
            each(t, &t->rows[i], t->rows[i].keys[k].key);
}

static int count_key(const struct key_table *t, int key)
{
    int count = 0;

    for (int i = 0; i < t->count; i++)
        for (int k = 0; k < KEYS_A_ROW && t->rows[i].keys[k].key; k++)
            count += t->rows[i].keys[k].key == key;
    return count + (t->common ? count_key(&keys_common, key) : 0);
}

static void check_bound_once(const struct key_table *t,
                             const struct key_row *row, int key)
{
    char buf[16];

    if (count_key(t, key) == 1)
        return;
    fail_msg("%s: %s is bound twice (\"%s\")", t->title, keys_name(key, buf),
             row->help);
}

static void test_no_key_twice(void **state)
{
    (void)state;
    for (int i = 0; i < TABLES; i++)
        each_key(tables[i], check_bound_once);
}

static void check_documented(const struct key_table *t,
                             const struct key_row *row, int key)
{
    struct key_list list;
    char buf[16];

    (void)row;
    keys_help_list(&list, t, ALL_NOW, "");
    for (int i = 0; i < list.count; i++) {
        bool here = false;

        for (int k = 0; k < KEYS_A_ROW; k++)
            here |= list.row[i]->keys[k].key == key;
        if (!here)
            continue;
        assert_non_null(strstr(list.view[i].keys, keys_name(key, buf)));
        assert_true(strlen(list.view[i].help) > 5);
        return;
    }
    fail_msg("%s: help does not tell of %s", t->title, keys_name(key, buf));
}

static void test_every_key_in_help(void **state)
{
    (void)state;
    for (int i = 0; i < TABLES; i++)
        each_key(tables[i], check_documented);
}

static void check_has_name(const struct key_table *t, const struct key_row *row,
                           int key)
{
    char buf[16];

    if (strcmp(keys_name(key, buf), "?") == 0 && key != '?')
        fail_msg("%s: key %#x has no name (\"%s\")", t->title, (unsigned)key,
                 row->help);
}

static void test_every_key_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < TABLES; i++)
        each_key(tables[i], check_has_name);
}

/* Whatever is pressed does what its row says, and nothing else does anything.
 */
static void test_find_follows_the_table(void **state)
{
    (void)state;
    for (int n = 0; n < TABLES; n++) {
        const struct key_table *t = tables[n];

        for (int i = 0; i < t->count; i++)
            for (int k = 0; k < KEYS_A_ROW && t->rows[i].keys[k].key; k++)
                assert_int_equal(keys_find(t, t->rows[i].keys[k].key, ALL_NOW),
                                 t->rows[i].keys[k].action);
        for (int key = 1; key < 0x300; key++)
            if (count_key(t, key) == 0)
                assert_int_equal(keys_find(t, key, ALL_NOW), ACTION_NONE);
        assert_int_equal(keys_find(t, TUI_KEY_NONE, ALL_NOW), ACTION_NONE);
    }
}

static void test_rows_are_whole(void **state)
{
    (void)state;
    for (int n = 0; n < TABLES; n++)
        for (int i = 0; i < tables[n]->count; i++) {
            const struct key_row *row = &tables[n]->rows[i];

            assert_true(row->keys[0].key != TUI_KEY_NONE);
            assert_true(row->help != NULL && row->help[0] != '\0');
            /* The footer needs both or neither. */
            assert_int_equal(row->word == NULL, row->label == NULL);
            for (int k = 0; k < KEYS_A_ROW && row->keys[k].key; k++)
                assert_int_not_equal(row->keys[k].action, ACTION_NONE);
        }
}

static bool footer_has(const struct key_list *list, const char *word)
{
    for (int i = 0; i < list->count; i++)
        if (strcmp(list->view[i].word, word) == 0)
            return true;
    return false;
}

/* The footer is the table's rows with a word, in its order, valid ones only. */
static void test_footer_from_the_table(void **state)
{
    (void)state;
    for (int n = 0; n < TABLES; n++) {
        const struct key_table *t = tables[n];
        struct key_list list;
        int at = 0;

        keys_footer(&list, t, ALL_NOW, false);
        for (int i = 0; i < t->count; i++) {
            if (!t->rows[i].word)
                continue;
            assert_ptr_equal(list.row[at], &t->rows[i]);
            assert_string_equal(list.view[at].keys, t->rows[i].label);
            assert_string_equal(list.view[at].word, t->rows[i].word);
            at++;
        }
        if (t->common)
            assert_true(list.count > at); /* then those of every screen */
        else
            assert_int_equal(list.count, at);
    }
}

static void test_footer_says_what_is_valid(void **state)
{
    struct key_list list;

    (void)state;
    keys_footer(&list, &keys_lab, 0, false);
    assert_false(footer_has(&list, "lock"));
    assert_true(footer_has(&list, "back"));
    assert_int_equal(keys_find(&keys_lab, 'k', 0), ACTION_NONE);
    keys_footer(&list, &keys_lab, WHEN_COUNTER, true);
    assert_true(footer_has(&list, "lock"));
    assert_true(footer_has(&list, "quit"));
    assert_false(footer_has(&list, "back"));
    assert_int_equal(keys_find(&keys_lab, 'k', WHEN_COUNTER), ACTION_LOCK);
}

static void test_help_searches(void **state)
{
    struct key_list all, some;

    (void)state;
    keys_help_list(&all, &keys_lab, ALL_NOW, "");
    keys_help_list(&some, &keys_lab, ALL_NOW, "FREEZE");
    assert_true(some.count > 0 && some.count < all.count);
    for (int i = 0; i < some.count; i++)
        assert_non_null(strcasestr(some.view[i].help, "freeze"));
    keys_help_list(&some, &keys_lab, ALL_NOW, "no such words");
    assert_int_equal(some.count, 0);
}

/* Help and the way out are on every screen; in lists as on others. */
static void test_mnemonics_agree(void **state)
{
    static const struct {
        int key;
        enum action action;
    } shared[] = {
        {' ', ACTION_PAUSE},
        {'f', ACTION_FREEZE},
        {'[', ACTION_FEWER},
        {']', ACTION_MORE},
        {'k', ACTION_LOCK},
        {'m', ACTION_MODEL},
        {'1', ACTION_ONE_CORE},
        {'r', ACTION_AGAIN},
        {'e', ACTION_EDIT},
        {'S', ACTION_END_RUN},
        {'q', ACTION_BACK},
        {'?', ACTION_HELP},
        {TUI_KEY_ESCAPE, ACTION_BACK},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
        assert_int_equal(keys_find(&keys_lab, shared[i].key, ALL_NOW),
                         shared[i].action);
        assert_int_equal(keys_find(&keys_race, shared[i].key, ALL_NOW),
                         shared[i].action);
    }
    /* Esc never leaves the program from its first screen. */
    assert_int_equal(keys_find(&keys_launcher, TUI_KEY_ESCAPE, ALL_NOW),
                     ACTION_NONE);
}

/* ---- themes ---------------------------------------------------------------
 */

/* Relative luminance (WCAG) of one of the 256 colours. */
static double luminance(int colour)
{
    static const int levels[] = {0, 95, 135, 175, 215, 255};
    static const double weights[] = {0.2126, 0.7152, 0.0722};
    double sum = 0;

    for (int i = 0; i < 3; i++) {
        int cube = (colour - 16) / (i == 0 ? 36 : i == 1 ? 6 : 1) % 6;
        double c =
            (colour >= 232 ? 8 + 10 * (colour - 232) : levels[cube]) / 255.0;

        sum += weights[i] *
               (c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(int a, int b)
{
    double x = luminance(a), y = luminance(b);

    return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

static void test_every_style_can_be_read(void **state)
{
    (void)state;
    for (int n = 0; n < THEME_COUNT; n++) {
        const struct theme *th = &themes[n];

        if (n == THEME_MONO)
            continue;
        for (int i = 0; i < STYLE_COUNT; i++) {
            int colour = th->looks[i].colour[DEPTH_256];

            colour = colour < 0 ? th->text[DEPTH_256] : colour;
            assert_true(colour >= 16 && colour < 256);
            if (contrast(colour, th->back[DEPTH_256]) < 4.5)
                fail_msg("%s: style %d, colour %d: contrast is only %.2f",
                         th->name, i, colour,
                         contrast(colour, th->back[DEPTH_256]));
        }
    }
}

/* Neither blue on black nor yellow on white, with few colours either. */
static void test_few_colours_can_be_read(void **state)
{
    (void)state;
    for (int n = 0; n < THEME_COUNT; n++)
        for (int i = 0; i < STYLE_COUNT && n != THEME_MONO; i++) {
            const struct look *look = &themes[n].looks[i];
            int few = look->colour[DEPTH_8], more = look->colour[DEPTH_16];
            bool dark = themes[n].back[DEPTH_8] == 0;

            assert_true(few < 8 && more < 16);
            assert_int_not_equal(few, dark ? 4 : 3);
            assert_int_not_equal(more, dark ? 4 : 11);
            assert_int_not_equal(more, themes[n].back[DEPTH_16]);
            assert_int_not_equal(few, themes[n].back[DEPTH_8]);
        }
}

static void test_mono_has_no_colour(void **state)
{
    (void)state;
    for (int i = 0; i < STYLE_COUNT; i++)
        for (int d = 0; d < DEPTHS; d++)
            assert_int_equal(themes[THEME_MONO].looks[i].colour[d], -1);
}

/* ---- the ':' line ---------------------------------------------------------
 */

/* Keys as typed: '\t' completes, '<' moves left, '#' erases, '!' a word. */
static const struct prompt_case {
    const char *name, *keys, *line;
    int column;
} prompts[] = {
    {"typing", "sleep", "sleep", 5},
    {"in the middle", "slep<<e", "sleep", 3},
    {"erasing", "sleepy#", "sleep", 5},
    {"erasing at the beginning", "#a", "a", 1},
    {"a word", "sleep --tasks 4!", "sleep --tasks ", 14},
    {"a workload is completed", "pri\t", "primes ", 7},
    {"as far as it is clear", "sleep --task\t", "sleep --task", 12},
    {"a setting is completed", "primes --wor\t", "primes --workers ", 17},
    {"without its dashes as well", "primes --\t", "primes --", 9},
    {"a word of a choice", "counter --sync mu\t", "counter --sync mutex ", 21},
    {"nothing to complete", "xyz\t", "xyz", 3},
    {"beyond ASCII", "é<è", "èé", 1},
};

static void prompt_keys(struct prompt *p, const char *keys)
{
    uint32_t c;

    while (*keys) {
        keys += text_decode(keys, &c);
        if (c == '\t')
            prompt_act(p, ACTION_COMPLETE);
        else if (c == '<')
            prompt_act(p, ACTION_LEFT);
        else if (c == '#')
            prompt_act(p, ACTION_ERASE);
        else if (c == '!')
            prompt_act(p, ACTION_ERASE_WORD);
        else
            prompt_type(p, (int)c);
    }
}

static void test_prompt(void **state)
{
    const struct prompt_case *c = *state;
    static struct prompt p;

    memset(&p, 0, sizeof(p));
    prompt_open(&p);
    prompt_keys(&p, c->keys);
    assert_string_equal(p.line, c->line);
    assert_int_equal(p.length, strlen(c->line));
    assert_int_equal(prompt_column(&p), c->column);
}

static void test_prompt_history(void **state)
{
    static struct prompt p;
    char line[32];

    (void)state;
    memset(&p, 0, sizeof(p));
    for (int i = 0; i < PROMPT_LINES + 3; i++) {
        prompt_open(&p);
        snprintf(line, sizeof(line), "line %d", i);
        prompt_keys(&p, line);
        prompt_keep(&p);
    }
    prompt_keep(&p); /* the same again counts once */
    prompt_open(&p);
    prompt_keys(&p, "new");
    prompt_act(&p, ACTION_UP);
    snprintf(line, sizeof(line), "line %d", PROMPT_LINES + 2);
    assert_string_equal(p.line, line);
    prompt_act(&p, ACTION_UP);
    snprintf(line, sizeof(line), "line %d", PROMPT_LINES + 1);
    assert_string_equal(p.line, line);
    for (int i = 0; i < 2 * PROMPT_LINES; i++)
        prompt_act(&p, ACTION_UP);
    assert_string_equal(p.line, "line 3"); /* the oldest that is kept */
    for (int i = 0; i < 2 * PROMPT_LINES; i++)
        prompt_act(&p, ACTION_DOWN);
    assert_string_equal(p.line, "new");
}

/* A line never outgrows its room, whatever is done to it. */
static void test_prompt_is_bounded(void **state)
{
    static struct prompt p;

    (void)state;
    memset(&p, 0, sizeof(p));
    prompt_open(&p);
    for (int i = 0; i < 3 * PROMPT_BYTES; i++) {
        prompt_type(&p, i % 3 ? 0x1f600 : 'a');
        if (i % 7 == 0)
            prompt_act(&p, ACTION_LEFT);
        assert_true(p.length < PROMPT_BYTES);
        assert_int_equal(strlen(p.line), p.length);
        assert_true(p.cursor >= 0 && p.cursor <= p.length);
    }
    prompt_act(&p, ACTION_FIRST);
    prompt_act(&p, ACTION_ERASE_REST);
    assert_string_equal(p.line, "");
}

static void test_prompt_says_what_is_wrong(void **state)
{
    static struct prompt p;

    (void)state;
    memset(&p, 0, sizeof(p));
    prompt_open(&p);
    assert_non_null(strstr(p.hint, "counter"));
    prompt_keys(&p, "primes --workers");
    assert_non_null(strstr(p.hint, "how many"));
    prompt_fail(&p, "no such thing");
    assert_true(p.failed);
    assert_string_equal(p.hint, "no such thing");
    prompt_type(&p, 'x'); /* changed: it may be right now */
    assert_false(p.failed);
}

#define PROMPTS (sizeof(prompts) / sizeof(prompts[0]))

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(test_no_key_twice),
        cmocka_unit_test(test_every_key_in_help),
        cmocka_unit_test(test_every_key_has_a_name),
        cmocka_unit_test(test_find_follows_the_table),
        cmocka_unit_test(test_rows_are_whole),
        cmocka_unit_test(test_footer_from_the_table),
        cmocka_unit_test(test_footer_says_what_is_valid),
        cmocka_unit_test(test_help_searches),
        cmocka_unit_test(test_mnemonics_agree),
        cmocka_unit_test(test_every_style_can_be_read),
        cmocka_unit_test(test_few_colours_can_be_read),
        cmocka_unit_test(test_mono_has_no_colour),
        cmocka_unit_test(test_prompt_history),
        cmocka_unit_test(test_prompt_is_bounded),
        cmocka_unit_test(test_prompt_says_what_is_wrong),
    };
    enum { OTHERS = sizeof(others) / sizeof(others[0]) };
    static struct CMUnitTest tests[OTHERS + PROMPTS];
    static struct prompt_case cases[PROMPTS];
    static char names[PROMPTS][64];

    memcpy(tests, others, sizeof(others));
    memcpy(cases, prompts, sizeof(prompts));
    for (size_t i = 0; i < PROMPTS; i++) {
        snprintf(names[i], sizeof(names[i]), "prompt: %s", cases[i].name);
        tests[OTHERS + i] = (struct CMUnitTest){
            .name = names[i],
            .test_func = test_prompt,
            .initial_state = &cases[i],
        };
    }
    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
