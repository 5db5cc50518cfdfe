/* The mini disk in exact time.
 *
 * With seek speed a/b and rotation c/d (both in lowest terms) a part is 1/(d*a)
 * of a degree: a seek of n units turns the disk by n * b * c of them, blocks
 * begin at whole degrees, and one tick is a * c parts. All are whole numbers,
 * so nothing is ever rounded, and time may be measured by how far the disk has
 * turned. The largest: a turn is 3.6e11 parts, 20,000 requests stay far below
 * 2^63, and one access below 2^53, where a double is exact too. Any thread. */
#include "sim/platter_parts.h"

static int64_t gcd(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

void platter_exact_init(struct platter *p)
{
    const struct platter_setup *s = p->setup;
    int64_t shared_seek = gcd(s->seek_milli, 1000);
    int64_t shared_rotate = gcd(s->rotate_milli, 1000);
    int64_t a = s->seek_milli / shared_seek, b = 1000 / shared_seek;
    int64_t c = s->rotate_milli / shared_rotate, d = 1000 / shared_rotate;

    p->degree = d * a;
    p->circle = 360 * p->degree;
    p->unit = b * c;
    p->per_tick = a * c;
}

/* Where the disk is after @parts more. */
static int64_t turned(const struct platter *p, int64_t parts)
{
    return (p->angle + parts) % p->circle;
}

static int64_t seek_time(const struct platter *p, int path)
{
    return path * PLATTER_APART * p->unit;
}

/* Until the start of @place comes under the head, if that is now at @angle. */
static int64_t wait_for(const struct platter *p, struct platter_place place,
                        int64_t angle)
{
    int64_t ahead = place.start * p->degree - angle;

    return ahead < 0 ? ahead + p->circle : ahead;
}

static double exact_estimate(const struct platter *p, int32_t block, int path)
{
    struct platter_place place = p->places[block];
    int64_t seek = seek_time(p, path);

    return (double)(seek + wait_for(p, place, turned(p, seek)) +
                    place.width * p->degree);
}

static int exact_serve(struct platter *p, struct platter_service *s,
                       struct err *err)
{
    struct platter_place place = p->places[s->block];

    (void)err; /* nothing can go wrong */
    s->seek = seek_time(p, s->path);
    s->rotate = wait_for(p, place, turned(p, s->seek));
    s->transfer = place.width * p->degree;
    p->now += s->seek + s->rotate + s->transfer;
    p->angle = turned(p, s->seek + s->rotate + s->transfer);
    p->track = place.track;
    return 0;
}

static void exact_idle(struct platter *p, int64_t then)
{
    p->angle = turned(p, (then - p->now) % p->circle);
    p->now = then;
}

const struct platter_motion platter_exact = {
    .estimate = exact_estimate,
    .serve = exact_serve,
    .idle = exact_idle,
};
