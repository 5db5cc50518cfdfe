/* How a worker's state is told. */
#include "view/state.h"

enum style view_worker_style(int worker)
{
    return (enum style)(STYLE_WORKER_0 + (worker < 0 ? 0 : worker % 8));
}

enum view_wait view_wait_kind(enum wait_cause cause)
{
    switch (cause) {
    case WAIT_LOCK:
    case WAIT_SPIN:
    case WAIT_GIL:
    case WAIT_TURN:
    case WAIT_QUEUE:
    case WAIT_PIPE:
    case WAIT_JOIN:
    case WAIT_MEET:
    case WAIT_LOOP:
        return WAITS_WORKER;
    case WAIT_IO:
    case WAIT_SLEEP:
        return WAITS_DEVICE;
    default:
        return WAITS_IDLE;
    }
}

const struct view_look *view_state_look(enum span_state state,
                                        enum wait_cause cause)
{
    /* clang-format off */
    static const struct view_look waits[] = {
        [WAITS_WORKER] = {0x2573, 'x',  STYLE_LOCK}, /* ╳ */
        [WAITS_DEVICE] = {0x2591, ':',  STYLE_IO},   /* ░ */
        [WAITS_IDLE]   = {0xb7,   0xb7, STYLE_IDLE}, /* · */
    };
    static const struct view_look states[] = {
        [SPAN_RUNNING]  = {0x2588, 0x25a0, STYLE_RUNNING},  /* █ ■ */
        [SPAN_SPINNING] = {0x259a, '~',    STYLE_SPINNING}, /* ▚ */
        [SPAN_READY]    = {0x2592, 0x25a1, STYLE_READY},    /* ▒ □ */
        [SPAN_UNKNOWN]  = {'?',    '?',    STYLE_UNKNOWN},
        [SPAN_STATES]   = {' ',    ' ',    STYLE_UNKNOWN},
    };
    /* clang-format on */

    if (state == SPAN_BLOCKED)
        return &waits[view_wait_kind(cause)];
    return &states[state];
}

enum style view_state_style(enum span_state state, enum wait_cause cause)
{
    return view_state_look(state, cause)->style;
}

uint32_t view_state_glyph(enum span_state state, enum wait_cause cause,
                          bool sampled)
{
    const struct view_look *look = view_state_look(state, cause);

    return sampled ? look->sampled : look->glyph;
}

const char *view_state_word(enum span_state state, enum wait_cause cause)
{
    static const char *const waits[WAIT_CAUSES] = {
        [WAIT_NONE] = "waits",
        [WAIT_LOCK] = "waits for a lock",
        [WAIT_SPIN] = "waits for a spin lock",
        [WAIT_GIL] = "waits for the global lock",
        [WAIT_IO] = "waits for I/O",
        [WAIT_SLEEP] = "sleeps",
        [WAIT_TURN] = "waits for its turn",
        [WAIT_DISPATCH] = "waits for a task",
        [WAIT_BARRIER] = "waits for the others",
        [WAIT_PARKED] = "stands aside",
        [WAIT_QUEUE] = "waits for the queue",
        [WAIT_PIPE] = "waits for the pipe",
        [WAIT_JOIN] = "waits for another's end",
        [WAIT_MEET] = "waits for the others",
        [WAIT_LOOP] = "waits for the loop",
        [WAIT_OTHER] = "waits",
    };

    switch (state) {
    case SPAN_RUNNING:
        return "running";
    case SPAN_SPINNING:
        return "spins for a lock";
    case SPAN_READY:
        return "ready";
    case SPAN_BLOCKED:
        return (unsigned)cause < WAIT_CAUSES ? waits[cause] : "waits";
    case SPAN_UNKNOWN:
    case SPAN_STATES:
        break;
    }
    return "not recorded";
}
