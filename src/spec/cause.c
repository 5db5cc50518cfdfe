/* Words for the causes of waiting, as in the trace, the record and on screen.
 * All processes. */
#include "spec/cause.h"

const char *const wait_cause_words[WAIT_CAUSES] = {
    [WAIT_NONE] = "none",       [WAIT_LOCK] = "lock",
    [WAIT_SPIN] = "spin",       [WAIT_GIL] = "gil",
    [WAIT_IO] = "io",           [WAIT_SLEEP] = "sleep",
    [WAIT_TURN] = "turn",       [WAIT_DISPATCH] = "dispatch",
    [WAIT_BARRIER] = "barrier", [WAIT_PARKED] = "parked",
    [WAIT_OTHER] = "other",
};
