/* What the files that read a lesson share. Not for others. */
#ifndef LESSON_READER_H
#define LESSON_READER_H

#include "lesson/codes.h"
#include "lesson/lesson.h"

/* A line of a block's body, with those that go on with it. */
struct said {
    char *text; /* no blanks at either end */
    int line;
};
struct saids {
    struct said *said;
    int count;
};

struct reader {
    struct lesson *l;
    char *copy;         /* the text, cut into lines */
    const char **lines; /* .lines[0] is line 1 */
    int count;
    bool failed; /* no memory */
};

/* The body of a block that is not Markdown: lines [first, last) from 0. What
 * begins with blanks is joined to the line before, comments are left out. */
void reader_saids(struct reader *r, int first, int last, struct saids *out);
void saids_fini(struct saids *s);
/* Lines [first, last) as one text without empty lines at its ends; NULL if
 * there is nothing. */
char *reader_body(struct reader *r, int first, int last);

/* strdup() that remembers in @r that there was no memory; NULL for NULL. */
char *reader_keep(struct reader *r, const char *text);
/* The formula @text of @line, or NULL, having complained. */
struct formula *reader_formula(struct reader *r, const char *text, int line);

/* Cut "key = value" in place, blanks off; false: it is none. The key is
 * letters, digits and - _ . @ / only. */
bool cut_key(char *text, char **key, char **value);
/* Cut "name: rest" in place; false: it is none. A name is [a-z][a-z0-9_-]*. */
bool cut_name(char *text, char **name, char **rest);
/* Cut at " :: " into at most @most fields, blanks off; how many. */
int cut_fields(char *text, char **fields, int most);
/* Blanks off both ends, in place. */
char *trimmed(char *text);
bool name_is_plain(const char *name);

/* @array of @count items with room for one more, which is zeroed; use it in
 * place of @array. NULL: no memory, and @array is as it was. */
void *reader_grow(struct reader *r, void *array, int count, size_t size);

/* The body of @b, whose kind, id and line are set (lesson_blocks.c, and
 * lesson_question.c for questions). */
void reader_block(struct reader *r, struct lesson_block *b, int first,
                  int last);
void reader_question(struct reader *r, struct lesson_block *b, struct saids *s);

/* The front matter; returns the index of the first line after it. */
int reader_front(struct reader *r);

/* What blocks of several kinds have, each with its complaint. */
/* A key that stood a second time, @there before: it is not taken. */
bool block_twice(struct reader *r, bool there, const char *key, int line);
void block_set_text(struct reader *r, char **to, const char *key,
                    const char *value, int line);
void block_unknown_key(struct reader *r, const struct lesson_block *b,
                       const char *key, const char *const keys[], int line);
/* NULL: no memory. */
struct lesson_line *block_add_line(struct reader *r, struct lesson_block *b,
                                   const char *name, const char *words,
                                   int line);
/* May a run be called @name? */
bool block_good_name(struct reader *r, const char *name, int line);
/* A line of a check block; a control (lesson_checks.c). */
void block_check(struct reader *r, struct lesson_block *b, struct said *s);
void block_control(struct reader *r, struct lesson_block *b, struct saids *all);

void lesson_block_fini(struct lesson_block *b);
/* What of @b must be the same in a translation (lesson_skeleton.c). */
void lesson_block_skeleton(const struct lesson_block *b, struct text *out);

#endif
