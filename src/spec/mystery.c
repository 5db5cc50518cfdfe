/* Drawing the experiment behind a mystery. Any process. */
#include "spec/mystery.h"

#include <assert.h>
#include <stdio.h>

#include "spec/table.h"

/* Each asks for another decision: how many workers, of which kind? @low and
 * @high bound the number that stands for %d. */
static const struct suspect {
    const char *line;
    int low, high;
    const char *kind;
} suspects[] = {
    {"spin --task-ms 0.%d", 3, 9, "computing, nothing else"},
    {"primes --limit %d000", 20, 90, "computing, nothing else"},
    {"sleep --task-ms %d", 5, 60,
     "waiting for a timer, with next to no "
     "computing"},
    {"fleet --hosts 50 --latency %d --patience 5000", 10, 60,
     "waiting for a network that nobody shares"},
    {"fleet --hosts 50 --bytes 64k --latency 20 --bandwidth %dM --patience "
     "5000",
     4, 12, "sharing one network link"},
    {"disk --read-ahead idle --scale %d", 5, 20, "sharing one disk arm"},
    {"disk --drive ssd --pattern random --scale %d", 5, 10,
     "waiting for a flash drive with several channels"},
    {"counter --sync mutex --seed %d", 1, 9, "sharing one lock"},
    {"counter --sync sharded --seed %d", 1, 9,
     "computing with next to nothing shared"},
};
#define SUSPECTS (sizeof(suspects) / sizeof(suspects[0]))

/* splitmix64: Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014. */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static const struct suspect *suspect_of(const struct spec *mystery)
{
    return &suspects[mix((uint64_t)mystery->seed) % SUSPECTS];
}

const char *mystery_kind(const struct spec *mystery)
{
    return suspect_of(mystery)->kind;
}

void mystery_draw(const struct spec *mystery, struct spec *hidden)
{
    /* What the learner chose; the rest is the mystery's. */
    static const enum setting_id chosen[] = {
        SET_MODEL, SET_WORKERS, SET_DURATION, SET_CPUS,     SET_NICE,
        SET_SLICE, SET_SCHED,   SET_PRIORITY, SET_OBSERVER, SET_TIMEOUT,
    };
    const struct suspect *s = suspect_of(mystery);
    int span = s->high - s->low + 1;
    int number =
        s->low + (int)(mix((uint64_t)mystery->seed + 1) % (uint64_t)span);
    char line[128];
    struct err err;
    int rc;

    /* The table's lines are constants with one %d each. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(line, sizeof(line), s->line, number);
#pragma GCC diagnostic pop
    rc = spec_parse_line(hidden, line, &err);
    assert(rc == 0);
    (void)rc;
    for (size_t i = 0; i < sizeof(chosen) / sizeof(chosen[0]); i++) {
        table_copy(hidden, mystery, &spec_settings[chosen[i]]);
        spec_give(hidden, chosen[i], spec_given(mystery, chosen[i]));
    }
    /* It goes on until the time is over. */
    spec_give(hidden, SET_DURATION, true);
    spec_give(hidden, SET_WORKERS, mystery->workers != 0);
    table_settle(hidden);
}
