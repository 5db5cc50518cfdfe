/* The mini disk as the book's simulator has it: tick by tick, in binary
 * doubles (rules D1 to D4 and D6 of sim/rules.h). Any thread. */
#include <errno.h>
#include <math.h>

#include "sim/platter_parts.h"

/* Where the arm stands on the outer track. Only the rounding of its sums
 * depends on it: with these the seeks of 0.1 and 0.05 units a tick take the 401
 * and 801 ticks a track that the book's do. */
#define OUTER 60.0

void platter_tick_init(struct platter *p)
{
    p->per_tick = 1;
    p->seek = p->setup->seek_milli / 1000.0;
    p->rotate = p->setup->rotate_milli / 1000.0;
    p->spun = 0;
    p->arm = OUTER;
}

static double tick_estimate(const struct platter *p, int32_t block, int path)
{
    struct platter_place place = p->places[block];
    double seek = PLATTER_APART / p->seek * path;
    double angle = p->spun + seek * p->rotate, ahead;

    /* In one go what it would take many turns to take away: the same while all
     * of them are whole, and near enough where the disk spins absurdly. */
    if (angle > 360 * 1e4)
        angle = fmod(angle, 360);
    while (angle > 360)
        angle -= 360;
    ahead = place.start - angle;
    while (ahead > 360)
        ahead -= 360;
    while (ahead < 0)
        ahead += 360;
    return seek + ahead / p->rotate + place.width / p->rotate;
}

/* One tick of rotation: what a turn leaves over is dropped (D2). */
static void spin(struct platter *p)
{
    p->now++;
    p->spun += p->rotate;
    if (p->spun >= 360)
        p->spun = 0;
}

/* Near enough to count as there, but not across 0 degrees (D3). */
static bool reached(const struct platter *p, double target)
{
    return fabs(p->spun - target) < p->rotate;
}

static bool arm_arrives(struct platter *p, double target)
{
    if (target > p->arm) {
        p->arm += p->seek;
        if (p->arm < target)
            return false;
    } else {
        p->arm -= p->seek;
        if (p->arm > target)
            return false;
    }
    p->arm = target;
    return true;
}

/* The block that follows the one just read, on its track: it needs no wait
 * (D6). */
static bool follows(const struct platter *p, int32_t block)
{
    int track = p->places[block].track;

    if (p->last < 0 || p->places[p->last].track != track)
        return false;
    return block == p->last + 1 ||
           (p->last == p->first[track + 1] - 1 && block == p->first[track]);
}

static int tick_serve(struct platter *p, struct platter_service *s,
                      struct err *err)
{
    struct platter_place place = p->places[s->block];
    double target = OUTER + place.track * PLATTER_APART;
    double end = (place.start + place.width) % 360;
    enum { SEEK, ROTATE, TRANSFER } phase = ROTATE;
    int64_t began = p->now;

    if (place.track != p->track)
        phase = SEEK;
    else if (follows(p, s->block))
        phase = TRANSFER;
    p->track = place.track;
    for (;;) {
        if (p->now >= PLATTER_TICKS)
            return err_set(err, -E2BIG,
                           "the disk was stopped after %lld ticks with %d "
                           "requests served: larger speeds need fewer",
                           (long long)p->now, p->served);
        spin(p);
        if (phase == SEEK && arm_arrives(p, target)) {
            s->seek = p->now - began;
            began = p->now;
            phase = ROTATE;
        }
        if (phase == ROTATE && reached(p, place.start)) {
            s->rotate = p->now - began;
            began = p->now;
            phase = TRANSFER;
        }
        if (phase == TRANSFER && reached(p, end)) {
            s->transfer = p->now - began;
            return 0;
        }
    }
}

static void tick_idle(struct platter *p, int64_t then)
{
    while (p->now < then)
        spin(p);
}

const struct platter_motion platter_ticking = {
    .estimate = tick_estimate,
    .serve = tick_serve,
    .idle = tick_idle,
};
