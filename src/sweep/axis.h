/* The values of one setting that a sweep goes through. Inside sweep/ only.
 * Pure; any process. */
#ifndef SWEEP_AXIS_H
#define SWEEP_AXIS_H

#include "base/err.h"
#include "base/text.h"
#include "sweep/request.h"

/* "NAME=LIST" as --over takes it; @base knows how the setting is read. -EINVAL
 * and a sentence. */
int axis_parse(struct sweep_axis *a, const char *over, const struct spec *base,
               struct err *err);
/* " --over NAME=LIST": gives it again. */
void axis_format(const struct sweep_axis *a, struct text *out);
/* The first value of "workload=..." among @over, or NULL. */
const char *axis_first_workload(const char *const over[], int overs,
                                char first[SWEEP_VALUE_TEXT]);

/* Empty, of workers. */
void axis_workers(struct sweep_axis *a);
void axis_add(struct sweep_axis *a, const char *value, double number);
/* A setting has one value, or is swept over, as @by says: -EINVAL if @base has
 * one. */
int axis_not_given(const char *name, const char *by, const struct spec *base,
                   struct err *err);
/* Numbers ascending; words stay as they were written. */
void axis_sort(struct sweep_axis *a);
/* What @value of the setting @name is: its text as the program writes it (in
 * @canonical, the caller's to free) and, if it is one, its number in the unit
 * that a person writes. -EINVAL and a sentence. */
int axis_value(const char *name, const char *value, const struct spec *base,
               struct text *canonical, bool *numeric, double *number,
               struct err *err);
/* What @spec has for @name, as axis_value() writes it. */
void axis_value_of(const char *name, const struct spec *spec, struct text *out);

/* ---- points.c ------------------------------------------------------------ */

/* The experiment with one value of each axis; @family NULL: none. */
int sweep_spec(const struct sweep_request *r, const char *along,
               const char *family, struct spec *out, struct err *err);
/* Can it be? -EINVAL, -EAGAIN and a sentence that names the point. @err may be
 * NULL. */
int sweep_check_point(const struct sweep_request *r, const char *along,
                      const char *family, const struct machine *m,
                      struct err *err);
/* The same on every curve. */
int sweep_check_value(const struct sweep_request *r, const char *along,
                      const struct machine *m, struct err *err);

#endif
