/* The front matter of a lesson. Any process. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/lint_parts.h"

#define TITLE_COLUMNS 40
#define QUESTION_COLUMNS 150
#define MISCONCEPTIONS 24
#define TOPICS 68
#define CLAIMS 135

static int line_of_key(const struct lint *x, const char *key)
{
    size_t n = strlen(key);

    for (int i = 2; i < x->front_end; i++)
        if (lint_line_length(x, i) > (int)n &&
            memcmp(x->lines[i - 1], key, n) == 0 && x->lines[i - 1][n] == ':')
            return i;
    return 1;
}

static void lint_missing(struct lint *x)
{
    const struct lesson *l = x->l;
    const struct {
        const char *key;
        bool there;
        bool told; /* a bad value was complained of as it was read */
    } keys[] = {
        {"format", l->format != 0, true},
        {"id", l->id[0] != '\0', true},
        {"title", l->title != NULL, false},
        {"question", l->question != NULL, false},
        {"track", l->track != 0, true},
        {"minutes", l->minutes != 0, true},
        {"covers", l->covers != NULL, false},
        {"targets", l->targets != NULL, false},
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        int line = line_of_key(x, keys[i].key);

        if (keys[i].there || (line > 1 && keys[i].told))
            continue;
        lesson_complain(x->l, line, LINT_FRONT_LACKS,
                        line > 1 ? "\"%s\" says nothing"
                                 : "the front matter lacks \"%s\"",
                        keys[i].key);
    }
}

/* "07-the-32-seconds.fr.md" -> "the-32-seconds" */
static void id_of_path(const char *path, char out[256])
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t digits = strspn(name, "0123456789");

    if (digits > 0 && name[digits] == '-')
        name += digits + 1;
    snprintf(out, 256, "%.*s", (int)strcspn(name, "."), name);
}

static void lint_id(struct lint *x)
{
    char id[256];

    if (!x->l->path[0] || !x->l->id[0])
        return;
    id_of_path(x->l->path, id);
    if (strcmp(id, x->l->id) != 0)
        lesson_complain(x->l, line_of_key(x, "id"), LINT_ID_FILE,
                        "the id is \"%s\", but the file's name says \"%.60s\"",
                        x->l->id, id);
}

static void lint_columns(struct lint *x, const char *key, const char *text,
                         int most)
{
    if (text && text_columns(text) > most)
        lesson_complain(x->l, line_of_key(x, key), LINT_FRONT_VALUE,
                        "the %s has %d columns; at most %d", key,
                        text_columns(text), most);
}

/* Call @each for every word of @list. */
static void each_word(struct lint *x, const char *key, const char *list,
                      void (*each)(struct lint *x, int line, const char *word))
{
    char *copy = list ? strdup(list) : NULL, *save = NULL;

    for (char *w = copy ? strtok_r(copy, " ", &save) : NULL; w;
         w = strtok_r(NULL, " ", &save))
        each(x, line_of_key(x, key), w);
    free(copy);
}

/* @word is a whole number from 1 to @most. */
static bool within(const char *word, int most)
{
    size_t n = strspn(word, "0123456789");

    return n > 0 && n < 6 && !word[n] && word[0] != '0' && atoi(word) <= most;
}

static bool is_misconception(const char *word)
{
    return word[0] == 'M' && within(word + 1, MISCONCEPTIONS);
}

static void lint_target(struct lint *x, int line, const char *word)
{
    if (!is_misconception(word))
        lesson_complain(x->l, line, LINT_TARGETS,
                        "\"%.40s\" is no misconception; they are M1 to M%d",
                        word, MISCONCEPTIONS);
}

static void lint_topic(struct lint *x, int line, const char *word)
{
    if (!within(word, TOPICS))
        lesson_complain(x->l, line, LINT_COVERS,
                        "\"%.40s\" is no topic; they are 1 to %d", word,
                        TOPICS);
}

static void lint_claim(struct lint *x, int line, const char *word)
{
    if (!within(word, CLAIMS))
        lesson_complain(x->l, line, LINT_FRONT_VALUE,
                        "\"%.40s\" is no row of the articles' claims; they are "
                        "1 to %d",
                        word, CLAIMS);
}

static void lint_need(struct lint *x, int line, const char *word)
{
    if (strcmp(word, "quiet") != 0 && strcmp(word, "many-threads") != 0 &&
        !(strncmp(word, "cores>=", 7) == 0 && within(word + 7, 4096)))
        lesson_complain(x->l, line, LINT_FRONT_VALUE,
                        "needs takes cores>=N, quiet and many-threads, not "
                        "\"%.40s\"",
                        word);
}

static void lint_after(struct lint *x, int line, const char *word)
{
    size_t n = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-");

    if (word[n] || n < 3 || n >= LESSON_NAME)
        lesson_complain(x->l, line, LINT_FRONT_VALUE,
                        "after takes ids of lessons with blanks between, not "
                        "\"%.40s\"",
                        word);
    else if (strcmp(word, x->l->id) == 0)
        lesson_complain(x->l, line, LINT_FRONT_VALUE,
                        "a lesson cannot come after itself");
}

void lint_front(struct lint *x)
{
    if (x->front_end == 0)
        return;
    lint_missing(x);
    lint_id(x);
    lint_columns(x, "title", x->l->title, TITLE_COLUMNS);
    lint_columns(x, "question", x->l->question, QUESTION_COLUMNS);
    each_word(x, "targets", x->l->targets, lint_target);
    each_word(x, "covers", x->l->covers, lint_topic);
    each_word(x, "claims", x->l->claims, lint_claim);
    each_word(x, "needs", x->l->needs, lint_need);
    each_word(x, "after", x->l->after, lint_after);
    for (int i = 0; i < x->l->block_count; i++)
        for (int k = 0; k < x->l->blocks[i].choice_count; k++) {
            const struct lesson_choice *c = &x->l->blocks[i].choices[k];

            if (c->targets[0])
                lint_target(x, c->line, c->targets);
        }
}
