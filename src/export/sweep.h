/* A sweep or comparison for other programs, and as text for a person. Pure:
 * from what was measured to text or a stream. */
#ifndef EXPORT_SWEEP_H
#define EXPORT_SWEEP_H

#include <stdio.h>

#include "base/err.h"
#include "export/export.h"
#include "sweep/contest.h"
#include "sweep/sweep.h"

/* Schema "timeslice.sweep/1": request line, machine, points with their runs,
 * curves with fits, sweet spot, verdict. One object and a newline. */
int export_sweep_json(const struct sweep *s, FILE *out, struct err *err);
/* One line a run: curve, x, round, used, disturbed, outlier, then as
 * export_csv(). With the columns workers and throughput_per_s, so that "fit"
 * reads it. */
int export_sweep_csv(const struct sweep *s, FILE *out, struct err *err);
/* What a person reads: the answer first, the curve, the table of points, where
 * the time went, the models, how it was measured. */
int export_sweep_report(const struct sweep *s, const struct report_options *o,
                        struct text *out);
/* Schema "timeslice.fit/1": "usl" with sigma, kappa, lambda, peak_n, r2 and
 * the other models beside it; and a person's text. */
int export_fits_json(const struct scale_fits *f, FILE *out, struct err *err);
void export_fits_text(const struct scale_fits *f, const struct scale_known *k,
                      const struct report_options *o, struct text *out);
/* Schema "timeslice.compare/1". */
int export_contest_json(const struct contest *c, FILE *out, struct err *err);
int export_contest_report(const struct contest *c,
                          const struct report_options *o, struct text *out);

#endif
