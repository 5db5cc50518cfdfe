/* Markdown as pieces, as lines of a width and as plain text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lesson/prose.h"
#include "lib/rows.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* ---- pieces -------------------------------------------------------------- */

/* A piece a line: kind, level and number, spans with their look. */
static void tell(const struct prose *p, struct text *out)
{
    static const char *const kinds[] = {"p", "h",  "li", "code",
                                        ">", "tr", "hr"};
    static const char looks[] = " *_`";

    for (int i = 0; i < p->count; i++) {
        const struct prose_piece *piece = &p->pieces[i];

        text_add(out, kinds[piece->kind]);
        if (piece->kind == PROSE_ITEM || piece->kind == PROSE_HEADING)
            text_addf(out, " %d", piece->level);
        if (piece->kind == PROSE_ITEM)
            text_addf(out, ".%d", piece->number);
        if (piece->head)
            text_add(out, " head");
        for (int k = 0; k < piece->span_count; k++) {
            const struct prose_span *s = &piece->spans[k];

            text_addf(out, "%s%c[%s]", s->cell ? "|" : "", looks[s->look],
                      s->text);
            if (s->link)
                text_addf(out, "(%s)", s->link);
        }
        text_add(out, "\n");
    }
}

static const struct pieces_case {
    const char *name, *markdown, *want;
} pieces_cases[] = {
    {"nothing", "", ""},
    {"paragraphs", "One\ntwo.\n\nThree.", "p [One two.]\np [Three.]\n"},
    {"looks", "a **b** *c* `d*e` ***f***",
     "p [a ]*[b] [ ]_[c] [ ]`[d*e] [ ]*[f]\n"},
    {"half a word", "un**like**ly", "p [un]*[like] [ly]\n"},
    {"underscores in a word", "wall_s and max_running_s",
     "p [wall_s and max_running_s]\n"},
    {"headings", "# One\n\n### Three\n", "h 1 [One]\nh 3 [Three]\n"},
    {"list", "- a\n- b\n  goes on\n", "li 1.0 [a]\nli 1.0 [b goes on]\n"},
    {"numbers", "3. a\n4. b\n", "li 1.3 [a]\nli 1.4 [b]\n"},
    {"lists in lists", "- a\n  - b\n    1. c\n- d\n",
     "li 1.0 [a]\nli 2.0 [b]\nli 3.1 [c]\nli 1.0 [d]\n"},
    {"a loose list", "- a\n\n  more\n\n- b\n",
     "li 1.0 [a]\nli 1.-1 [more]\nli 1.0 [b]\n"},
    {"code in a list", "- a\n\n  ```\n  x\n  ```\n", "li 1.0 [a]\ncode [x]\n"},
    {"code", "```c\nint x;\n\n  x++;\n```\n", "code [int x;\n\n  x++;]\n"},
    {"indented code", "a\n\n    b  c\n", "p [a]\ncode [b  c]\n"},
    {"quote", "> a\n> *b*\n", "> [a ]_[b]\n"},
    {"rule", "a\n\n---\n\nb", "p [a]\nhr\np [b]\n"},
    {"table", "| a | b |\n|---|---|\n| `1` |  |\n| x *y* | z |\n",
     "tr head| [a]| [b]\ntr|`[1]| []\ntr| [x ]_[y]| [z]\n"},
    {"link", "see [the *way*](x.md#y) on",
     "p [see ] [the ](x.md#y)_[way](x.md#"
     "y) [ on]\n"},
    {"forced end", "a  \nb\\\nc", "p [a\nb\nc]\n"},
    {"entities", "&lt;&amp;&#65;&#x42;&#27;&nix;", "p [<&AB&#27;&nix;]\n"},
    {"HTML is text", "<b>x</b>\n\n<div>\n</div>\n",
     "p [<b>x</b>]\np [<div> </div>]\n"},
    {"escapes", "\\*a\\* \\`b\\`", "p [*a* `b`]\n"},
};

static void test_pieces(void **state)
{
    const struct pieces_case *c = *state;
    struct prose p;
    struct text out = {0};

    assert_int_equal(prose_parse(&p, c->markdown), 0);
    tell(&p, &out);
    assert_string_equal(text_str(&out), c->want);
    text_fini(&out);
    prose_fini(&p);
}

/* ---- lines --------------------------------------------------------------- */

static const struct plain_case {
    const char *name;
    int columns, indent;
    const char *markdown, *want;
} plain_cases[] = {
    {"fits", 20, 0, "one two", "one two\n"},
    {"breaks between words", 8, 0, "one two three four",
     "one two\nthree\nfour\n"},
    {"to the last column", 9, 0, "one two x three", "one two x\nthree\n"},
    {"indented", 20, 4, "one two three four five",
     "    one two three\n    four five\n"},
    {"a word too long", 8, 0, "a abcdefghijkl b", "a\nabcdefgh\nijkl b\n"},
    {"a word of two looks", 8, 0, "one two**three**", "one\ntwothree\n"},
    {"blank before a look", 20, 0, "one **two** `three`.", "one two three.\n"},
    {"characters of two bytes", 8, 0,
     "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4"
     "\u00e4 b",
     "\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\u00e4\nb\n"},
    {"combining marks", 8, 0,
     "a\u0301a\u0301a\u0301a\u0301a\u0301a\u0301a\u0301"
     "a\u0301 b",
     "a\u0301a\u0301a\u0301a\u0301a\u0301a\u0301a\u0301a\u0301\nb\n"},
    {"forced end", 20, 0, "a\\\nb", "a\nb\n"},
    {"paragraphs", 20, 0, "a\n\nb", "a\n\nb\n"},
    {"list", 12, 0, "- one two three\n- four\n",
     "- one two\n  three\n- four\n"},
    {"numbers", 12, 0, "9. one two three\n10. four\n",
     "9. one two\n   three\n10. four\n"},
    {"list in a list", 20, 0, "- a\n  - b\n", "- a\n  - b\n"},
    {"a loose list", 20, 0, "- a\n\n  c\n\n- b\n", "- a\n\n  c\n- b\n"},
    {"code is not broken", 10, 0, "```\none two three four\n\nx\n```\n",
     "  one two three four\n\n  x\n"},
    {"quote", 12, 0, "> one two three", "> one two\n> three\n"},
    {"table", 40, 0, "| a | bb |\n|---|---|\n| one | `2` |\n| x | three |\n",
     "a    bb\n---  -----\none  2\nx    three\n"},
    {"a table too wide", 16, 0,
     "| a | b |\n|---|---|\n| one two | three four five |\n",
     "a        b\n-------  -------\none two  three\n         four\n"
     "         five\n"},
    {"heading", 20, 0, "## One\ntwo", "One\n\ntwo\n"},
    {"nothing", 20, 0, "", ""},
};

static void test_plain(void **state)
{
    const struct plain_case *c = *state;
    struct text out = {0};

    prose_plain(c->markdown, c->columns, c->indent, &out);
    assert_string_equal(text_str(&out), c->want);
    text_fini(&out);
}

/* Of a line: is it what it may be? Code and tables of many columns are not
 * broken. */
static void check_layout(const struct prose_layout *l, int columns)
{
    for (int i = 0; i < l->count; i++) {
        int used = l->lines[i].indent;

        for (int k = 0; k < l->lines[i].run_count; k++) {
            assert_null(strpbrk(l->lines[i].runs[k].text, "\n\t"));
            used += text_columns(l->lines[i].runs[k].text);
        }
        if (used > columns)
            fail_msg("line %d of %d columns, %d wanted", i, used, columns);
    }
}

static const char everything[] =
    "# A heading that is longer than a narrow column\n\n"
    "A paragraph with *looks* and `code` and **more than one** of them, "
    "un*believ*ably, and averyveryverylongwordthatfitsnowhere.\n\n"
    "- an item\n  - with one in it, which goes on and on\n    1. and further\n"
    "\n> A quote with several words\n\n"
    "| head | of a table |\n|---|---|\n| with | cells of several words |\n";

/* At any width no line is wider, and all words are there, in order. */
static void test_any_width(void **state)
{
    struct prose p;

    (void)state;
    assert_int_equal(prose_parse(&p, everything), 0);
    for (int columns = 8; columns <= 120; columns++) {
        struct prose_layout l;

        assert_int_equal(prose_lay(&p, columns, &l), 0);
        check_layout(&l, columns);
        prose_layout_fini(&l);
    }
    prose_fini(&p);
}

static void test_looks(void **state)
{
    struct prose p;
    struct prose_layout l;

    (void)state;
    assert_int_equal(prose_parse(&p, "# H\n\na **b** c"), 0);
    assert_int_equal(prose_lay(&p, 40, &l), 0);
    assert_int_equal(l.count, 3);
    assert_true(l.lines[0].runs[0].heading);
    assert_int_equal(l.lines[1].run_count, 0);
    for (int i = 0; i < l.lines[2].run_count; i++) {
        bool strong = strcmp(l.lines[2].runs[i].text, "b") == 0;

        assert_int_equal(l.lines[2].runs[i].look,
                         strong ? PROSE_STRONG : PROSE_PLAIN);
        assert_false(l.lines[2].runs[i].heading);
    }
    prose_layout_fini(&l);
    prose_fini(&p);
}

/* ---- what does no harm --------------------------------------------------- */

static const struct many {
    const char *name, *head, *unit;
} many[] = {
    {"lists in lists", "", "- "},
    {"quotes in quotes", "", "> "},
    {"brackets", "", "["},
    {"links", "", "[a]("},
    {"images", "", "![a](b)"},
    {"emphasis", "", "*a "},
    {"both emphases", "", "*a **b _c "},
    {"backticks", "", "`a``b"},
    {"entities", "", "&amp;"},
    {"cells", "|a|b|\n|---|---|\n", "|"},
    {"rows", "|a|b|\n|---|---|\n", "|\n"},
    {"lines of code", "```\n", "\tx\n"},
    {"blanks", "a", " "},
    {"one word", "", "\u00e4"},
};

static void test_many(void **state)
{
    const struct many *m = *state;
    struct text t = {0}, out = {0};

    text_add(&t, m->head);
    while (t.len + strlen(m->unit) < 65536)
        text_add(&t, m->unit);
    prose_plain(t.data, 60, 0, &out);
    assert_false(out.failed);
    text_fini(&out);
    text_fini(&t);
}

/* Many columns times many rows are more than there is room for: what comes
 * after the limit is left out. */
static void test_wide_and_long_table(void **state)
{
    struct text t = {0};
    struct prose p;
    int spans = 0;

    (void)state;
    for (int i = 0; i < 6000; i++)
        text_add(&t, "|a");
    text_add(&t, "\n");
    for (int i = 0; i < 6000; i++)
        text_add(&t, "|---");
    text_add(&t, "\n");
    for (int i = 0; i < 6000; i++)
        text_add(&t, "|x\n");
    assert_int_equal(prose_parse(&p, t.data), 0);
    for (int i = 0; i < p.count; i++)
        spans += p.pieces[i].span_count;
    assert_in_range(spans, 1, PROSE_SPANS_MAX);
    prose_fini(&p);
    text_fini(&t);
}

int main(void)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test(test_any_width),
        cmocka_unit_test(test_looks),
        cmocka_unit_test(test_wide_and_long_table),
    };
    static struct CMUnitTest tests[COUNT_OF(fixed) + COUNT_OF(pieces_cases) +
                                   COUNT_OF(plain_cases) + COUNT_OF(many)];
    size_t n = 0;

    for (size_t i = 0; i < COUNT_OF(fixed); i++)
        tests[n++] = fixed[i];
    n = add_rows(tests, n, pieces_cases, COUNT_OF(pieces_cases),
                 sizeof(pieces_cases[0]), test_pieces);
    n = add_rows(tests, n, plain_cases, COUNT_OF(plain_cases),
                 sizeof(plain_cases[0]), test_plain);
    add_rows(tests, n, many, COUNT_OF(many), sizeof(many[0]), test_many);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
