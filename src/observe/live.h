/* The live lab as a source: a lab, its observer and their trace together. */
#ifndef OBSERVE_LIVE_H
#define OBSERVE_LIVE_H

#include "base/err.h"
#include "spec/spec.h"
#include "trace/source.h"

/* Start a run of @spec (checked). @interactive leaves room for more workers
 * that are added later. The spec's duration, phases and timeout are seen to
 * here. The caller must have one thread. close() it. */
int live_open(struct source **out, const struct spec *spec,
              const struct machine *m, bool interactive, struct err *err);

#endif
