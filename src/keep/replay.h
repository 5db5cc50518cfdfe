/* A kept run as a source: it goes by again as it did, at its own pace, under
 * the badge REPLAY. Nothing runs. */
#ifndef KEEP_REPLAY_H
#define KEEP_REPLAY_H

#include "base/err.h"
#include "trace/source.h"

/* Takes @kept (from pack_open()) over, also on failure. @at_end: shows the
 * finished run at once, else it begins now: pump() reveals what had happened
 * by as much time after its gate. apply() with .paused holds it; other
 * controls do nothing. stop() jumps to the end. close() it. */
int replay_open(struct source **out, struct trace *kept, bool at_end,
                struct err *err);
/* Begin anew, with another .trace. On failure -ENOMEM, and it is as it was. */
int replay_again(struct source *s, struct err *err);

#endif
