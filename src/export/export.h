/* Data for other programs, and the report for a person. Pure: from a trace to
 * text or a stream. Units and names as in DESIGN: see spec/metric.h. */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include <stdio.h>

#include "base/err.h"
#include "base/text.h"
#include "trace/trace.h"

/* The run record, schema "timeslice.run/1", one object and a newline. -ENOMEM
 * or the stream's errno with a sentence. */
int export_json(const struct trace *t, FILE *out, struct err *err);

/* One line of column names (experiment, then every metric's name, then
 * verdict) when @header, and one line of values; absent is empty. Quoted as
 * RFC 4180 says; lines end with a newline. */
int export_csv(const struct trace *t, bool header, FILE *out, struct err *err);

/* Chrome trace-event JSON for Perfetto: cores as one process (X events named
 * by worker), workers as another (states), lock waits, tasks and phases as
 * events, operations and lost updates as counter tracks. Written as a stream;
 * on failure (disk full) says so and the caller removes the file. Times are
 * microseconds since the gate. */
int export_chrome(const struct trace *t, FILE *out, struct err *err);

/* The report a person reads: the answer first, then the timeline of cores and
 * workers as text, then the numbers, then how it was seen. @columns wide (80
 * if 0); @ascii without glyphs beyond ASCII; @colour with ANSI colours. */
struct report_options {
    int columns;
    bool ascii, colour;
    bool brief; /* the tour: answer and timeline only */
};
int export_report(const struct trace *t, const struct report_options *o,
                  struct text *out);

#endif
