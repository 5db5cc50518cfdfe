/* "timeslice lesson show": a lesson's text, for reading: questions without
 * their keys, experiments as commands. Nothing is run. Screen process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/machine.h"
#include "cli/lesson.h"
#include "lesson/prose.h"
#include "lesson/session.h"

#define COLUMNS_MOST 88

struct page {
    const struct lesson *l;
    struct facts *facts; /* of the machine */
    int columns;
    struct text out;
};

/* @text as a paragraph after @mark, the further lines as deep. */
static void add_words(struct page *g, const char *mark, const char *text)
{
    struct text body = {0};
    int indent = text_columns(mark);
    const char *p;

    prose_plain(text, g->columns, indent, &body);
    p = text_str(&body);
    text_add(&g->out, mark);
    text_add(&g->out, p + strspn(p, " "));
    g->out.failed |= body.failed;
    text_fini(&body);
}

static void add_choices(struct page *g, const struct lesson_block *b)
{
    for (int i = 0; i < b->choice_count; i++) {
        char mark[8];

        snprintf(mark, sizeof(mark), "    %c  ", 'A' + i % 26);
        add_words(g, mark, b->choices[i].text ? b->choices[i].text : "");
    }
}

static void add_question(struct page *g, const struct lesson_block *b)
{
    static const char *const heads[] = {[LESSON_PREDICT] = "Predict: ",
                                        [LESSON_OBSERVE] = "Look: ",
                                        [LESSON_QUIZ] = "Explain: "};

    add_words(g, heads[b->kind], b->ask ? b->ask : "");
    if (b->asks == ASKS_NUMBER)
        text_addf(&g->out, "    a number%s%s\n", b->unit ? ", in " : "",
                  b->unit ? b->unit : "");
    else if (b->asks == ASKS_ORDER)
        text_add(&g->out, "    in which order?\n");
    add_choices(g, b);
}

/* As a person would type it; figures that only a run gives stay in braces. */
static void add_command(struct page *g, const char *command,
                        const struct lesson_line *line)
{
    struct text words = {0};

    if (lesson_words(line->words ? line->words : "", g->facts, &words, NULL) <
        0) {
        text_fini(&words);
        text_add(&words, line->words);
    }
    text_addf(&g->out, "    timeslice %s %s\n", command, text_str(&words));
    text_fini(&words);
}

static void add_run(struct page *g, const struct lesson_block *b)
{
    static const char *const commands[] = {
        [LESSON_RUN] = "run", [LESSON_SWEEP] = "sweep", [LESSON_SIM] = "sim"};

    if (b->kind == LESSON_SLOW) {
        text_add(&g->out, "Step by step:\n");
        text_addf(&g->out, "    timeslice step %s\n",
                  b->program ? b->program : "");
        if (b->goal)
            add_words(g, "    Goal: ", b->goal);
        return;
    }
    text_add(&g->out, b->kind == LESSON_SIM ? "Simulate:\n" : "Run:\n");
    for (int i = 0; i < b->line_count; i++)
        add_command(g, commands[b->kind], &b->lines[i]);
    if (b->repeat > 1)
        text_addf(&g->out, "    %d times%s\n", b->repeat,
                  b->line_count > 1 ? ", in turn" : "");
}

static void add_checks(struct page *g, const struct lesson_block *b)
{
    text_add(&g->out, "Then it is checked:\n");
    for (int i = 0; i < b->check_count; i++)
        add_words(g, "    - ",
                  b->checks[i].message ? b->checks[i].message
                                       : b->checks[i].label);
}

static void add_again(struct page *g, const struct lesson_block *b)
{
    text_add(&g->out, "Try further:\n");
    for (int i = 0; i < b->line_count; i++) {
        add_command(g, "run", &b->lines[i]);
        if (b->lines[i].ask)
            add_words(g, "      ", b->lines[i].ask);
    }
}

/* False: nothing of this is shown. */
static bool add_block(struct page *g, const struct lesson_block *b)
{
    switch (b->kind) {
    case LESSON_PREDICT:
    case LESSON_OBSERVE:
    case LESSON_QUIZ:
        add_question(g, b);
        return true;
    case LESSON_RUN:
    case LESSON_SWEEP:
    case LESSON_SLOW:
    case LESSON_SIM:
        add_run(g, b);
        return true;
    case LESSON_CHECK:
        add_checks(g, b);
        return true;
    case LESSON_AGAIN:
        add_again(g, b);
        return true;
    case LESSON_PROSE:
    case LESSON_REVEAL:
        prose_plain(b->body ? b->body : "", g->columns, 0, &g->out);
        return true;
    case LESSON_WATCH:
        if (b->look)
            add_words(g, "Watch: ", b->look);
        return b->look != NULL;
    default:
        return false;
    }
}

static void add_lesson(struct page *g, int number)
{
    const struct lesson *l = g->l;

    if (number > 0)
        text_addf(&g->out, "%02d  ", number);
    text_addf(&g->out, "%s\n\n", l->title ? l->title : l->id);
    if (l->question)
        add_words(g, "", l->question);
    if (l->minutes > 0)
        text_addf(&g->out, "About %d minute%s.\n", l->minutes,
                  l->minutes == 1 ? "" : "s");
    for (int i = 0; i < l->block_count; i++) {
        size_t before = g->out.len;

        text_add(&g->out, "\n");
        if (!add_block(g, &l->blocks[i]) && !g->out.failed && g->out.data) {
            g->out.len = before; /* nothing was added but the newline */
            g->out.data[before] = '\0';
        }
    }
}

static int show(const struct course_lesson *c)
{
    struct page g = {.l = &c->lesson, .facts = facts_new()};
    struct machine m;
    int status = 0;

    machine_read(&m);
    if (g.facts)
        session_facts_machine(g.facts, &m);
    g.columns = cli_columns(80);
    g.columns = g.columns > COLUMNS_MOST ? COLUMNS_MOST : g.columns;
    add_lesson(&g, c->number);
    if (!g.facts || g.out.failed)
        status = cli_refuse(EXIT_FAILED, "lesson show: no memory");
    else
        fputs(text_str(&g.out), stdout);
    text_fini(&g.out);
    facts_free(g.facts);
    return cli_flush(status);
}

int cli_lesson_show(const struct lesson_wishes *x)
{
    struct course course = {0};
    struct course_lesson *found;
    struct err err = {0};
    int status;

    if (x->count != 1)
        return cli_refuse(EXIT_REQUEST,
                          "lesson show takes one lesson: timeslice lesson "
                          "show 7");
    status = lesson_course(&course, x);
    if (status < 0) {
        found = course_find(&course, x->words[0], &err);
        if (!found)
            status = cli_refuse_err(&err, EXIT_REQUEST);
        else if (found->lesson.fault_count > 0 && !found->lesson.title)
            status = cli_refuse(EXIT_REQUEST, "%s:%d: %s", found->path,
                                found->lesson.faults[0].line,
                                found->lesson.faults[0].text);
        else
            status = show(found);
    }
    course_fini(&course);
    return status;
}
