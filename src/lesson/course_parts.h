/* How the course's parts work together. */
#ifndef LESSON_COURSE_PARTS_H
#define LESSON_COURSE_PARTS_H

#include "lesson/course.h"

/* ---- course_files.c ------------------------------------------------------ */

/* A lesson's file: "07-some-name.md", "some-name.md", "07-some-name.fr.md". */
struct course_file {
    char id[LESSON_NAME];
    char lang[8]; /* "": the original */
    char path[512];
};
struct course_files {
    struct course_file *files;
    int count, cap;
};
/* Whose file @name is; false: of no lesson ("README.md"). .path is left. */
bool course_file_name(const char *name, struct course_file *out);
/* Those in @folder and in its folders, sorted by their names, added to @f. 0,
 * -ENOENT: no such folder, -ENOMEM. */
int course_files_in(struct course_files *f, const char *folder);
void course_files_fini(struct course_files *f);
/* The first of @id in @lang; NULL. */
const struct course_file *course_file_of(const struct course_files *f,
                                         const char *id, const char *lang);
/* Which languages to look for, the best first, with blanks between: what
 * @asked says ("fr_CA": "fr_CA fr"), or the environment; "en" ends it. */
void course_wanted(const char *asked, char *out, size_t size);

/* ---- tables.c: topics.tsv and claims.tsv --------------------------------- */

#define TABLE_CELLS 4
struct table_row {
    int number;
    const char *cell[TABLE_CELLS]; /* the first is the number, too */
};
struct table {
    struct table_row *rows;
    int count, cap;
    char *text;
};
/* The table @name of the course's folder: lines of @cells cells (at most
 * TABLE_CELLS) with tabs between, whose first is a number that grows. -errno
 * with a sentence. table_fini() in any case. */
int table_read(struct table *t, const char *name, int cells, struct err *err);
void table_fini(struct table *t);
const struct table_row *table_find(const struct table *t, int number);

#endif
