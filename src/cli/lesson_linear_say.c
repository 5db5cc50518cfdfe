/* A lesson as plain sentences: prose, figures, checks, how answers did. Screen
 * process. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lesson_linear.h"
#include "lesson/prose.h"
#include "lesson/record.h"

void linear_say(struct linear *x, int indent, const char *format, ...)
{
    struct text raw = {0}, filled = {0};
    const char *s;
    va_list ap;
    int lead;

    va_start(ap, format);
    text_addv(&raw, format, ap);
    va_end(ap);
    formula_fill(text_str(&raw), x->session.facts, NULL, &filled);
    s = text_str(&filled);
    lead = (int)strspn(s, " "); /* cli_wrap() would swallow these */
    printf("%*s", lead, "");
    cli_wrap(s + lead, lead, indent, x->columns);
    text_fini(&raw);
    text_fini(&filled);
}

void linear_prose(struct linear *x, const char *markdown)
{
    struct text filled = {0}, plain = {0};

    formula_fill(markdown, x->session.facts, NULL, &filled);
    prose_plain(text_str(&filled), x->columns, 0, &plain);
    if (plain.len > 0)
        printf("\n%s", text_str(&plain));
    text_fini(&filled);
    text_fini(&plain);
}

void linear_note(struct linear *x, int rc, const struct err *err)
{
    if (rc >= 0 || x->unlogged)
        return;
    x->unlogged = true;
    linear_say(x, 0, "Note: what you do here is not kept: %s.", err->text);
}

/* ---- figures --------------------------------------------------------------
 */

#define FIGURES 40
#define SIDES 12

/* Which figures of some runs the lesson speaks of, in order. */
struct spoken {
    const struct facts *facts;
    const char *side[SIDES]; /* names of runs */
    int sides;
    char figure[FIGURES][64];
    int figures;
};

static void hear(const char *run, const char *name, bool repeats, void *arg)
{
    struct spoken *p = arg;
    bool mine = false;

    (void)repeats;
    for (int i = 0; i < p->sides; i++)
        mine |= strcmp(run, p->side[i]) == 0;
    for (int i = 0; i < p->figures && mine; i++)
        mine = strcmp(name, p->figure[i]) != 0;
    if (mine && p->figures < FIGURES)
        snprintf(p->figure[p->figures++], sizeof(p->figure[0]), "%s", name);
}

static void hear_formula(const struct formula *f, struct spoken *p)
{
    if (f)
        formula_figures(f, hear, p);
}

static void hear_block(const struct lesson_block *b, struct spoken *p)
{
    hear_formula(b->answer, p);
    hear_formula(b->hero, p);
    for (int i = 0; i < b->choice_count; i++)
        hear_formula(b->choices[i].when, p);
    for (int i = 0; i < b->check_count; i++)
        hear_formula(b->checks[i].holds, p);
}

/* The median of @name of @run in words; "-" if it was not measured. */
static void add_value(const struct facts *facts, const char *run,
                      const char *name, struct text *out)
{
    char figure[160];
    struct err err = {0};
    struct formula *f;
    double value;

    snprintf(figure, sizeof(figure), "%s%s%s", run, name[0] == '@' ? "" : ".",
             name);
    f = formula_parse(figure, &err);
    if (f && formula_value(f, facts, &value, NULL))
        formula_say(value, formula_unit(name), out);
    else
        text_add(out, "-");
    formula_free(f);
}

/* Words of columns, padded so that they stand below each other. */
static void print_row(const char *first, char (*cell)[40], int count, int width)
{
    struct text line = {0};

    text_add(&line, "  ");
    text_pad(&line, first, width);
    for (int i = 0; i < count; i++) {
        text_add(&line, "  ");
        text_pad(&line, cell[i], -14);
    }
    printf("%s\n", text_str(&line));
    text_fini(&line);
}

/* A table as wide as the page holds: the rest in another below it. */
static void print_table(const struct linear *x, const struct spoken *p)
{
    int width = 6, fits;

    for (int i = 0; i < p->figures; i++)
        if (text_columns(p->figure[i]) > width)
            width = text_columns(p->figure[i]);
    fits = (x->columns - width - 2) / 16;
    fits = fits < 1 ? 1 : fits;
    for (int from = 0; from < p->sides; from += fits) {
        int count = p->sides - from < fits ? p->sides - from : fits;
        char cell[SIDES][40];

        for (int i = 0; i < count; i++)
            snprintf(cell[i], sizeof(cell[i]), "%s", p->side[from + i]);
        print_row("figure", cell, count, width);
        for (int k = 0; k < p->figures; k++) {
            for (int i = 0; i < count; i++) {
                struct text value = {0};

                add_value(p->facts, p->side[from + i], p->figure[k], &value);
                snprintf(cell[i], sizeof(cell[i]), "%s", text_str(&value));
                text_fini(&value);
            }
            print_row(p->figure[k], cell, count, width);
        }
    }
}

/* What is always said of a program's schedules. */
static const char *const of_slow[] = {"schedules", "failing", "outcomes", NULL};

void linear_figures(struct linear *x, int block)
{
    const struct lesson *l = x->session.lesson;
    const struct lesson_block *b = &l->blocks[block];
    struct spoken *p = calloc(1, sizeof(*p));

    if (!p)
        return;
    p->facts = x->session.facts;
    for (int i = 0; i < b->line_count && i < SIDES; i++)
        p->side[p->sides++] = b->lines[i].name[0] ? b->lines[i].name : b->id;
    if (p->sides == 0)
        p->side[p->sides++] = b->id;
    for (int i = 0; i < l->block_count; i++)
        hear_block(&l->blocks[i], p);
    /* Nobody can step through it here: so what there is to find. */
    for (int i = 0; b->kind == LESSON_SLOW && of_slow[i]; i++)
        hear(b->id, of_slow[i], false, p);
    if (p->figures > 0) {
        if (judge_origin(b, p->facts) == ORIGIN_MODEL)
            linear_say(x, 0, "Computed, by a model:");
        else if (b->kind == LESSON_RUN && b->repeat > 1)
            linear_say(x, 0,
                       "Measured, the median of %d runs each:", b->repeat);
        else
            linear_say(x, 0, "Measured:");
        print_table(x, p);
    }
    free(p);
}

/* ---- checks ---------------------------------------------------------------
 */

const char *linear_stop(const char *sentence)
{
    size_t n = strlen(sentence);

    return n > 0 && strchr(".?!", sentence[n - 1]) ? "" : ".";
}

static void say_check(struct linear *x, const struct lesson_finding *f)
{
    static const char *const words[] = {
        [LESSON_PASS] = "Passed",
        [LESSON_FAIL] = "Failed",
        [LESSON_INCONCLUSIVE] = "Inconclusive",
        [LESSON_SKIPPED] = "Skipped",
    };
    const char *message =
        f->check->message ? f->check->message : f->check->label;

    linear_say(x, 4, "  %s: %s%s%s%s%s", words[f->verdict], message,
               linear_stop(message), f->reason[0] ? " Why: " : "", f->reason,
               f->reason[0] ? "." : "");
    linear_say(x, 4, "    %s", text_str(&f->numbers));
}

void linear_checks(struct linear *x, int block)
{
    const struct lesson_block *b = &x->session.lesson->blocks[block];

    linear_say(x, 0, "Checks, %d of them:", b->check_count);
    for (int i = 0; i < x->session.finding_count; i++) {
        const struct lesson_finding *f = &x->session.findings[i];

        if (f->check >= b->checks && f->check < b->checks + b->check_count)
            say_check(x, f);
    }
}

/* ---- how answers did ------------------------------------------------------
 */

static void add_answer(const struct lesson_block *b, int choice, double number,
                       const int *order, struct text *out)
{
    if (b->asks == ASKS_NUMBER)
        formula_say(number, b->unit ? b->unit : "", out);
    else if (b->asks == ASKS_ORDER)
        for (int i = 0; i < b->choice_count; i++)
            text_addf(out, "%s%s", i > 0 ? "; then " : "",
                      b->choices[order[i]].text);
    else
        text_add(out,
                 choice >= 0 ? b->choices[choice].text : "none of the answers");
}

static void tell(struct linear *x, int block, const struct lesson_key *key)
{
    const struct lesson_block *b = &x->session.lesson->blocks[block];
    const struct lesson_answer *a = &x->session.answers[block];
    struct text mine = {0}, right = {0};
    struct err err = {0};

    add_answer(b, a->choice, a->number, a->order, &mine);
    add_answer(b, key->choice, key->number, key->order, &right);
    linear_say(x, 0, "%s: %s",
               b->kind == LESSON_PREDICT ? "You predicted" : "You said",
               text_str(&mine));
    if (judge_answer(b, key, a))
        linear_say(x, 0, "That is what came of it: %s", text_str(&right));
    else
        linear_say(x, 0, "What came of it: %s", text_str(&right));
    if (!judge_answer(b, key, a) && b->asks == ASKS_CHOICE && a->choice >= 0 &&
        b->choices[a->choice].why)
        linear_say(x, 0, "To think about: %s%s", b->choices[a->choice].why,
                   linear_stop(b->choices[a->choice].why));
    if (key->disturbed)
        linear_say(x, 0,
                   "Others used the machine meanwhile: on a quiet one it "
                   "may be another answer.");
    linear_note(x, record_key(&x->session, block, &err), &err);
    text_fini(&mine);
    text_fini(&right);
}

void linear_keys(struct linear *x, bool observed)
{
    const struct session *s = &x->session;

    for (int i = 0; i < s->lesson->block_count; i++) {
        enum lesson_kind kind = s->lesson->blocks[i].kind;
        struct lesson_key key;

        if (x->told[i] || !s->answers[i].given ||
            !(kind == LESSON_OBSERVE || (kind == LESSON_PREDICT && !observed)))
            continue;
        session_key(s, i, &key);
        if (!key.known)
            continue;
        x->told[i] = true;
        tell(x, i, &key);
    }
}
