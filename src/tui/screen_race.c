/* The counter race: rounds of half a second, a lock to flip while they run.
 * Screen process. */
#include "base/clock.h"
#include "tui/app.h"

#define ROUND_NS (NS_PER_S / 2)
#define GLOW_FRAMES 15

static void race_enter(struct app *a)
{
    struct err err = {0};

    a->race = (struct race_state){0};
    if (run_begin(a, &err) < 0)
        app_say(a, true, "%s", err.text);
}

static void race_leave(struct app *a)
{
    run_close(a);
}

static unsigned race_now(const struct app *a)
{
    return run_now(&a->run);
}

static void race_act(struct app *a, enum action action)
{
    bool lock = action == ACTION_LOCK || action == ACTION_LOCK_BACK;

    run_act(a, action);
    /* Whatever was changed began a round of its own. */
    a->race.next_round_ns = clock_now_ns() + ROUND_NS;
    if (lock && !run_replays(&a->run))
        a->race.glow = GLOW_FRAMES;
}

static void race_draw(struct app *a, struct frame *f,
                      const struct view_common *c)
{
    const struct source *s = a->run.source;
    struct view_race v = {
        .common = *c,
        .paused = run_paused(&a->run),
        .wanted_sync = a->run.asked.sync,
        .wanted_workers = run_workers(&a->run),
        .glow = a->race.glow,
    };

    run_update(&a->run);
    v.trace = run_trace(&a->run);
    if (s) {
        v.wanted_sync = s->wanted.sync;
        v.one_core = s->wanted.pinned && CPU_COUNT(&s->wanted.cpus) == 1;
    }
    if (a->race.glow > 0)
        a->race.glow--;
    view_race(f, &v);
}

static int64_t race_tick(struct app *a, int64_t now_ns)
{
    int64_t due = run_tick(a, now_ns);
    struct source *s = a->run.source;

    if (!s || s->done || !s->running || a->run.stopping ||
        run_paused(&a->run) || run_replays(&a->run))
        return due;
    if (a->race.next_round_ns == 0)
        a->race.next_round_ns = s->trace->gate_ns + ROUND_NS;
    if (now_ns >= a->race.next_round_ns) {
        s->class->apply(s, true);
        a->race.next_round_ns = now_ns + ROUND_NS;
    }
    return due < a->race.next_round_ns ? due : a->race.next_round_ns;
}

const struct screen screen_race = {
    .keys = &keys_race,
    .enter = race_enter,
    .leave = race_leave,
    .now = race_now,
    .act = race_act,
    .draw = race_draw,
    .tick = race_tick,
};
