/* Tables beside the lessons: the curriculum's topics, the articles' claims. A
 * row a line, with tabs between the cells; lines that begin with # are
 * comments. Any process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/course_parts.h"

static int add_row(struct table *t, const struct table_row *row)
{
    if (t->count == t->cap) {
        int cap = t->cap ? 2 * t->cap : 64;
        struct table_row *grown =
            realloc(t->rows, (size_t)cap * sizeof(*grown));

        if (grown == NULL)
            return -ENOMEM;
        t->rows = grown;
        t->cap = cap;
    }
    t->rows[t->count++] = *row;
    return 0;
}

/* Cut @line into @row. False: not so many cells, or no number. */
static bool cut_row(char *line, int cells, struct table_row *row)
{
    int n = 0;
    char *end;

    *row = (struct table_row){0};
    for (char *cell; n < TABLE_CELLS && (cell = strsep(&line, "\t")) != NULL;)
        row->cell[n++] = cell;
    if (n != cells || line != NULL)
        return false;
    row->number = (int)strtol(row->cell[0], &end, 10);
    return end != row->cell[0] && *end == '\0' && row->number > 0;
}

static int read_rows(struct table *t, const char *name, int cells,
                     struct err *err)
{
    int number = 0, line = 0;

    for (char *p = t->text, *next; *p; p = next) {
        size_t length = strcspn(p, "\n");
        struct table_row row;

        next = p + length + (p[length] == '\n');
        p[length] = '\0';
        line++;
        if (p[0] == '\0' || p[0] == '#')
            continue;
        if (!cut_row(p, cells, &row) || row.number <= number)
            return err_set(err, -EINVAL,
                           "%s:%d: not %d cells with tabs between, of which "
                           "the first is a number larger than the one before",
                           name, line, cells);
        number = row.number;
        if (add_row(t, &row) < 0)
            return err_set(err, -ENOMEM, "no memory to read %s: %m", name);
    }
    return 0;
}

/* All of the file, with its end. NULL: it cannot be read. */
static char *read_all(const char *path)
{
    FILE *f = fopen(path, "re");
    char *out = NULL;
    size_t cap = 0;
    ssize_t length;

    if (f == NULL)
        return NULL;
    length = getdelim(&out, &cap, '\0', f);
    fclose(f);
    if (length < 0) {
        free(out);
        return NULL;
    }
    return out;
}

int table_read(struct table *t, const char *name, int cells, struct err *err)
{
    char folder[400], path[512];
    int rc = course_folder(folder, sizeof(folder), err);

    *t = (struct table){0};
    if (rc < 0)
        return rc;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    t->text = read_all(path);
    if (t->text == NULL)
        return err_set(err, -ENOENT, "%s cannot be read: %m", path);
    return read_rows(t, name, cells, err);
}

void table_fini(struct table *t)
{
    free(t->rows);
    free(t->text);
    *t = (struct table){0};
}

const struct table_row *table_find(const struct table *t, int number)
{
    for (int i = 0; i < t->count; i++)
        if (t->rows[i].number == number)
            return &t->rows[i];
    return NULL;
}
