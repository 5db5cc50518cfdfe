/* How a worker's state is told: one glyph, one colour and one word for it, on
 * every screen and in every report. */
#ifndef VIEW_STATE_H
#define VIEW_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "frame/frame.h"
#include "trace/trace.h"

/* What a blocked worker waits for: another worker, a device or a timer, or
 * nothing that holds it up (it has nothing to do). */
enum view_wait { WAITS_WORKER, WAITS_DEVICE, WAITS_IDLE };
enum view_wait view_wait_kind(enum wait_cause cause);

struct view_look {
    uint32_t glyph, sampled; /* a picture of samples is drawn lighter */
    enum style style;
};
/* Never NULL; SPAN_STATES (nothing there) looks blank. */
const struct view_look *view_state_look(enum span_state state,
                                        enum wait_cause cause);

enum style view_state_style(enum span_state state, enum wait_cause cause);
uint32_t view_state_glyph(enum span_state state, enum wait_cause cause,
                          bool sampled);
/* "running", "ready", "waits for a lock", "waits for I/O", ... */
const char *view_state_word(enum span_state state, enum wait_cause cause);
/* Eight colours that go around. */
enum style view_worker_style(int worker);

#endif
