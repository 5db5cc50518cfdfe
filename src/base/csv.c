/* Tables from comma-separated values. The cells are cut out of the file's own
 * bytes: a cell is never longer than what it stood as. */
#include "base/csv.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct reader {
    struct csv *c;
    char *at, *end;
    const char *name;
    int line, cap; /* cells there is room for */
    int filled;    /* cells */
    struct err *err;
};

/* ---- the file ------------------------------------------------------------ */

static int load(struct csv *c, FILE *in, size_t *size, const char *name,
                struct err *err)
{
    size_t cap = 0, n = 1;
    char *more;

    *size = 0;
    while (n > 0) {
        if (*size + 1 >= cap) {
            cap = cap ? 2 * cap : 65536;
            more = realloc(c->data, cap);
            if (!more)
                return err_set(err, -ENOMEM, "no memory for %s", name);
            c->data = more;
        }
        n = fread(c->data + *size, 1, cap - 1 - *size, in);
        *size += n;
        if (*size > CSV_BYTES_MAX)
            return err_set(err, -EINVAL,
                           "%s is longer than %d MiB: too much for a table of "
                           "measurements",
                           name, CSV_BYTES_MAX >> 20);
    }
    if (ferror(in))
        return err_set(err, -(errno ? errno : EIO), "cannot read %s: %m", name);
    c->data[*size] = '\0';
    return 0;
}

/* ---- cells --------------------------------------------------------------- */

static bool at_end(const struct reader *r)
{
    return r->at == r->end || *r->at == '\n' ||
           (*r->at == '\r' && (r->at + 1 == r->end || r->at[1] == '\n'));
}

static bool blank(char b)
{
    return b == ' ' || b == '\t';
}

/* A cell in quotes, from after the first one: "" within is one of them. */
static int cut_quoted(struct reader *r, char **cell, int column)
{
    int began = r->line;
    char *to = r->at;

    *cell = to;
    while (r->at < r->end) {
        if (*r->at == '"' && r->at + 1 < r->end && r->at[1] == '"') {
            r->at++;
        } else if (*r->at == '"') {
            r->at++;
            while (r->at < r->end && blank(*r->at))
                r->at++;
            if (!at_end(r) && *r->at != ',')
                return err_set(r->err, -EINVAL,
                               "%s, line %d, column %d: after the closing "
                               "quote there is more; a quote within quotes is "
                               "written twice",
                               r->name, r->line, column + 1);
            *to = '\0';
            return 0;
        } else if (*r->at == '\n') {
            r->line++;
        }
        *to++ = *r->at++;
    }
    return err_set(r->err, -EINVAL,
                   "%s, line %d, column %d: the quote that opens here is never "
                   "closed",
                   r->name, began, column + 1);
}

/* Cut the next cell of the record; .at is then at what ended it, and that byte
 * may have become the cell's NUL: it is given in @ended ('\n' at the end). */
static int cut_cell(struct reader *r, char **cell, int column, char *ended)
{
    char *last;
    int rc = 0;

    while (r->at < r->end && blank(*r->at))
        r->at++;
    if (r->at < r->end && *r->at == '"') {
        r->at++;
        rc = cut_quoted(r, cell, column);
        *ended = at_end(r) ? '\n' : ',';
        return rc;
    }
    *cell = r->at;
    while (!at_end(r) && *r->at != ',')
        r->at++;
    *ended = at_end(r) ? '\n' : ',';
    last = r->at;
    while (last > *cell && blank(last[-1]))
        last--;
    if (last < r->at) /* else the caller ends it: it still has to be read */
        *last = '\0';
    return 0;
}

static int keep_cell(struct reader *r, const char *cell)
{
    const char **more;
    int cap;

    if (r->filled == r->cap) {
        cap = r->cap ? 2 * r->cap : 1024;
        more = realloc(r->c->cells, (size_t)cap * sizeof(*more));
        if (!more)
            return err_set(r->err, -ENOMEM, "no memory for %s", r->name);
        r->c->cells = more;
        r->cap = cap;
    }
    r->c->cells[r->filled++] = cell;
    return 0;
}

/* Over what ended a cell or a record, leaving a NUL there. */
static void step_over(struct reader *r)
{
    char *from = r->at;

    if (from == r->end)
        return;
    if (*from == '\r' && from + 1 < r->end)
        r->at++;
    if (*r->at == '\n')
        r->line++;
    r->at++;
    *from = '\0';
}

static int cut_record(struct reader *r, int *cells)
{
    char ended = ',', *cell;
    int rc;

    for (*cells = 0; ended == ','; ++*cells) {
        if (*cells == CSV_COLUMNS_MAX)
            return err_set(r->err, -EINVAL,
                           "%s, line %d has more than %d columns", r->name,
                           r->line, CSV_COLUMNS_MAX);
        rc = cut_cell(r, &cell, *cells, &ended);
        if (rc == 0)
            rc = keep_cell(r, cell);
        if (rc < 0)
            return rc;
        step_over(r);
    }
    return 0;
}

static int keep_line(struct csv *c, int row, int line)
{
    int *more;

    if ((row & (row - 1)) == 0) { /* 0, 1, 2, 4, 8, ...: no more room */
        more = realloc(c->lines, (size_t)(row ? 2 * row : 1) * sizeof(*more));
        if (!more)
            return -ENOMEM;
        c->lines = more;
    }
    c->lines[row] = line;
    return 0;
}

/* An empty line, or one that begins with #. */
static bool skip_line(struct reader *r)
{
    char *p = r->at;

    while (p < r->end && blank(*p))
        p++;
    if (p < r->end && *p != '\n' && *p != '#' &&
        !(*p == '\r' && (p + 1 == r->end || p[1] == '\n')))
        return false;
    while (p < r->end && *p != '\n')
        p++;
    r->at = p < r->end ? p + 1 : p;
    r->line++;
    return true;
}

int csv_read(struct csv *c, FILE *in, const char *name, struct err *err)
{
    struct reader r = {.c = c, .name = name, .line = 1, .err = err};
    int rc, cells, line, records = 0;
    size_t size;

    *c = (struct csv){0};
    rc = load(c, in, &size, name, err);
    if (rc < 0)
        return rc;
    if (memchr(c->data, '\0', size))
        return err_set(err, -EINVAL,
                       "%s is no text: there is a NUL in it; a table of "
                       "comma-separated values is wanted",
                       name);
    r.at = c->data;
    r.end = c->data + size;
    if (size >= 3 && memcmp(r.at, "\xef\xbb\xbf", 3) == 0)
        r.at += 3; /* a byte order mark, as spreadsheets write */
    while (r.at < r.end) {
        if (skip_line(&r))
            continue;
        line = r.line;
        rc = cut_record(&r, &cells);
        if (rc == 0 && keep_line(c, records, line) < 0)
            rc = err_set(err, -ENOMEM, "no memory for %s", name);
        if (rc < 0)
            return rc;
        if (records == 0)
            c->columns = cells;
        if (cells != c->columns)
            return err_set(err, -EINVAL,
                           "%s, line %d has %d cell%s, but line %d names %d "
                           "column%s",
                           name, line, cells, cells == 1 ? "" : "s",
                           c->lines[0], c->columns, c->columns == 1 ? "" : "s");
        records++;
    }
    if (records == 0)
        return err_set(err, -EINVAL,
                       "%s is empty; its first line should name the columns",
                       name);
    c->rows = records - 1;
    return 0;
}

void csv_fini(struct csv *c)
{
    free(c->data);
    free(c->cells);
    free(c->lines);
    *c = (struct csv){0};
}

/* ---- looking things up --------------------------------------------------- */

int csv_column(const struct csv *c, const char *name)
{
    for (int i = 0; i < c->columns; i++)
        if (strcasecmp(c->cells[i], name) == 0)
            return i;
    return -1;
}

const char *csv_name(const struct csv *c, int column)
{
    return c->cells[column];
}

const char *csv_cell(const struct csv *c, int row, int column)
{
    return c->cells[(size_t)(row + 1) * (size_t)c->columns + (size_t)column];
}

int csv_line(const struct csv *c, int row)
{
    return c->lines[row + 1];
}

bool csv_number(const char *cell, double *out)
{
    char *end;

    /* strtod() knows "inf", "nan" and hexadecimal too */
    if (cell[0] == '\0' || cell[strspn(cell, "0123456789+-.eE")] != '\0' ||
        isspace((unsigned char)cell[0]))
        return false;
    *out = strtod(cell, &end);
    return *end == '\0' && isfinite(*out);
}
