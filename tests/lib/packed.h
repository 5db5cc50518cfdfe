/* Packed runs in tests: into bytes and back, and all that a person may see of
 * one. Run in the test process. */
#ifndef TESTS_LIB_PACKED_H
#define TESTS_LIB_PACKED_H

#include "base/text.h"
#include "trace/trace.h"

/* @t packed with at most @spans spans and opened again. Fails the test if that
 * cannot be done. trace_free() it. */
struct trace *packed_again(const struct trace *t, size_t spans);

/* What is drawn or written of @t: report, record, lab and race at its end, at
 * two sizes. text_fini() it. */
void packed_show(struct trace *t, struct text *out);
/* Fail the test, naming the first line that differs, unless both show the
 * same. */
void packed_same(struct trace *a, struct trace *b);

#endif
