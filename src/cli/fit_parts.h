/* What the files of "timeslice fit" share. Screen process. */
#ifndef CLI_FIT_PARTS_H
#define CLI_FIT_PARTS_H

#include <stdbool.h>

#include "base/csv.h"
#include "base/text.h"
#include "export/export.h"

#define FIT_CURVES_MAX 64
#define FIT_UNUSED (-1)

/* A table, its lines sorted by the curve they belong to. */
struct fit_table {
    struct csv csv;
    const char *name; /* of the file, for sentences */
    int used, by;     /* columns "used" and "curve"; -1: none */
    int *curve;       /* of each row, or FIT_UNUSED */
    const char *label[FIT_CURVES_MAX];
    int curves, unused;
};

/* "-" is stdin. fit_table_fini() it in any case. */
int fit_table_read(struct fit_table *t, const char *path, struct err *err);
void fit_table_fini(struct fit_table *t);
/* The column @name, or -EINVAL with a sentence. */
int fit_column(const struct fit_table *t, const char *name, struct err *err);
int fit_number(const struct fit_table *t, int row, int column, double *out,
               struct err *err);

/* A curve's name for the terminal: no control characters. */
void fit_add_label(struct text *out, const char *label);

/* "--quadratic X,Y": parabolas over the means, medians and all of what was
 * measured at each x (fit_quadratic.c). */
int fit_parabolas(const struct fit_table *t, const char *columns,
                  const struct report_options *look, bool json,
                  struct err *err);

#endif
