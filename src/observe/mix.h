/* Several experiments at once, and each alone before: how much of its own rate
 * does each keep beside the others? A source made of live sources, one lab
 * each; their traces become one. Screen process. */
#ifndef OBSERVE_MIX_H
#define OBSERVE_MIX_H

#include "observe/live.h"

/* Like live_open(), for a spec of the workload mix. */
int mix_open(struct source **out, const struct spec *spec,
             const struct machine *m, bool interactive, struct err *err);

#endif
