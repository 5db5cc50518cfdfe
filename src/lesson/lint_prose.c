/* What is said and when: prose before the first action, reveals after their
 * checks, watch blocks before what they watch, links. Any process. */
#include <stdlib.h>
#include <string.h>

#include "lesson/lint_parts.h"
#include "lesson/prose.h"

#define PROSE_MOST 8

static bool is_action(const struct lesson_block *b)
{
    return lint_is_run(b) || b->kind == LESSON_PREDICT ||
           b->kind == LESSON_OBSERVE || b->kind == LESSON_QUIZ;
}

static void lint_beginning(struct lint *x)
{
    int count = 0;

    for (int i = 0; i < x->l->block_count; i++) {
        const struct lesson_block *b = &x->l->blocks[i];

        if (is_action(b))
            return;
        if (b->kind != LESSON_PROSE)
            continue;
        for (int line = b->line; line <= b->last_line; line++) {
            int n = lint_line_length(x, line);

            if (n == (int)strspn(x->lines[line - 1], " \t\r"))
                continue;
            if (++count == PROSE_MOST + 1) {
                lesson_complain(x->l, line, LINT_LONG_WAY,
                                "more than %d lines of prose before there is "
                                "anything to decide",
                                PROSE_MOST);
                return;
            }
        }
    }
}

/* A run before it is checked after it. */
static void lint_reveal(struct lint *x, int at)
{
    const struct lesson *l = x->l;

    for (int i = 0; i < at; i++) {
        if (!lint_is_run(&l->blocks[i]))
            continue;
        for (int k = at + 1; k < l->block_count; k++)
            if (l->blocks[k].kind == LESSON_CHECK &&
                lint_names(l, &l->blocks[k], &l->blocks[i])) {
                lesson_complain(x->l, l->blocks[at].line, LINT_REVEALED,
                                "this is revealed before the check in line %d",
                                l->blocks[k].line);
                return;
            }
    }
}

static void lint_watch(struct lint *x, int at)
{
    const struct lesson *l = x->l;
    int next = at + 1;

    while (next < l->block_count && l->blocks[next].kind == LESSON_PROSE)
        next++;
    if (next == l->block_count || !lint_is_run(&l->blocks[next]))
        lesson_complain(x->l, l->blocks[at].line, LINT_WATCH,
                        "a watch block stands before a run, sweep, slow or sim "
                        "block, and this is not what follows");
}

static bool is_relative(const char *link)
{
    size_t word = strcspn(link, ":/?#");

    return link[0] != '/' && link[word] != ':';
}

static void lint_links(struct lint *x, const struct lesson_block *b)
{
    struct prose p = {0};

    if (!b->body || prose_parse(&p, b->body) < 0)
        return;
    for (int i = 0; i < p.count; i++)
        for (int k = 0; k < p.pieces[i].span_count; k++) {
            const char *link = p.pieces[i].spans[k].link;

            if (link && !is_relative(link))
                lesson_complain(
                    x->l, lint_line_of(x, link, b->line, b->last_line),
                    LINT_LINK,
                    "the link to \"%.60s\" leads out of the lessons; lessons "
                    "are read without a network",
                    link);
        }
    prose_fini(&p);
}

void lint_prose(struct lint *x)
{
    lint_beginning(x);
    for (int i = 0; i < x->l->block_count; i++) {
        const struct lesson_block *b = &x->l->blocks[i];

        if (b->kind == LESSON_REVEAL)
            lint_reveal(x, i);
        if (b->kind == LESSON_WATCH)
            lint_watch(x, i);
        lint_links(x, b);
    }
}
