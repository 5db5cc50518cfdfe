/* Tables from files that other programs write: comma-separated values as RFC
 * 4180 has them. Pure, but for reading the stream; one thread. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"

#define CSV_COLUMNS_MAX 256
#define CSV_BYTES_MAX (16 << 20)

/* The first line names the columns. Cells have no blanks around them, unless
 * they stood in quotes. */
struct csv {
    char *data;         /* the file, cut into cells */
    const char **cells; /* row after row; row 0 is the names */
    int *lines;         /* of each row: its first line in the file, from 1 */
    int rows, columns;  /* rows without the names */
};

/* Read @in to its end. Lines end with \n or \r\n; empty ones, and those that
 * begin with #, are nothing. -EINVAL with a sentence that begins with @name and
 * the line: an open quote, another number of cells than columns, a NUL, too
 * much. csv_fini() it in any case. */
int csv_read(struct csv *c, FILE *in, const char *name, struct err *err);
void csv_fini(struct csv *c);

/* The column called @name, capitals or not; -1: none. */
int csv_column(const struct csv *c, const char *name);
const char *csv_name(const struct csv *c, int column);
const char *csv_cell(const struct csv *c, int row, int column);
/* The line of @row, 0 .. .rows - 1. */
int csv_line(const struct csv *c, int row);

/* A plain number, finite: "12", "-0.5", "1e3"; nothing around it. */
bool csv_number(const char *cell, double *out);

#endif
