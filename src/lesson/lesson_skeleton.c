/* What of a block must be the same in a translation: everything but the texts.
 * Any process. */
#include <string.h>

#include "lesson/reader.h"

static void add_formula(struct text *out, const char *what,
                        const struct formula *f)
{
    if (f)
        text_addf(out, " %s %s;", what, formula_text(f));
}

static void add_questions(const struct lesson_block *b, struct text *out)
{
    if (b->kind != LESSON_PREDICT && b->kind != LESSON_OBSERVE &&
        b->kind != LESSON_QUIZ)
        return;
    text_addf(out, " asks %d near %g because %d assume %d %g;", (int)b->asks,
              b->near, b->because, b->has_assumed, b->assumed);
    add_formula(out, "answer", b->answer);
    for (int i = 0; i < b->choice_count; i++) {
        const struct lesson_choice *c = &b->choices[i];

        text_addf(out, " choice %d %d %s;", c->otherwise, c->right, c->targets);
        add_formula(out, "when", c->when);
    }
}

static void add_checks(const struct lesson_block *b, struct text *out)
{
    for (int i = 0; i < b->check_count; i++) {
        const struct lesson_check *c = &b->checks[i];

        text_addf(out, " %c %s;", lesson_class_letters[c->class], c->label);
        add_formula(out, "when", c->when);
        add_formula(out, "holds", c->holds);
    }
    if (b->kind != LESSON_CONTROL)
        return;
    text_addf(out, " fails %s swap %s %s none %d;", b->fails ? b->fails : "",
              b->swap[0], b->swap[1], b->none != NULL);
    for (int i = 0; i < b->pretence_count; i++) {
        text_addf(out, " %s.%s", b->pretences[i].name, b->pretences[i].metric);
        add_formula(out, "=", b->pretences[i].value);
    }
}

void lesson_block_skeleton(const struct lesson_block *b, struct text *out)
{
    text_addf(out, "%s %s repeat %d;", lesson_kind_words[b->kind], b->id,
              b->repeat);
    add_formula(out, "when", b->when);
    add_questions(b, out);
    for (int i = 0; i < b->line_count; i++) {
        text_addf(out, " %s: %s;", b->lines[i].name,
                  b->lines[i].words ? b->lines[i].words : "");
        add_formula(out, "figure", b->lines[i].figure);
    }
    if (b->kind == LESSON_SLOW)
        text_addf(out, " program %s tso %d;", b->program ? b->program : "",
                  b->tso);
    if (b->kind == LESSON_WATCH)
        text_addf(out, " panel %d unit %s;", (int)b->panel, b->hero_unit);
    add_formula(out, "hero", b->hero);
    add_checks(b, out);
    text_add(out, "\n");
}
