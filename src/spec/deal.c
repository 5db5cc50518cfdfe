/* How tasks are dealt to workers, and workers to processes: arithmetic only,
 * any process. */
#include "spec/spec.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define LENGTH_MOST_MS 3600000.0 /* as --task-ms */

static int64_t divide_up(int64_t a, int64_t b)
{
    return a / b + (a % b != 0);
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

struct spec_parts spec_parts(int64_t count, int64_t parts)
{
    struct spec_parts p = {.each = count, .parts = 1, .last = count};

    if (parts <= 1 || count <= 0)
        return p;
    p.each = divide_up(count, parts);
    p.parts = divide_up(count, p.each);
    p.last = count - (p.parts - 1) * p.each;
    return p;
}

int64_t spec_groups(const struct spec *spec)
{
    return spec_parts(spec->workers, spec->groups).parts;
}

void spec_group_tasks(const struct spec *spec, int64_t group, int64_t *first,
                      int64_t *end)
{
    int64_t each = spec_parts(spec->tasks, spec_groups(spec)).each;

    *first = smaller(group * each, spec->tasks);
    *end = smaller(*first + each, spec->tasks);
}

/* Tasks handed out together, in a group of @workers with @tasks. */
static int64_t chunk_of(const struct spec *spec, int64_t tasks, int64_t workers)
{
    bool together =
        spec->dispatch == DISPATCH_MAP || spec->dispatch == DISPATCH_DYNAMIC;

    if (together && spec->chunk > 0)
        return spec->chunk;
    if (spec->dispatch == DISPATCH_MAP)
        return divide_up(tasks, 4 * workers);
    return 1;
}

struct spec_deal spec_deal(const struct spec *spec)
{
    struct spec_parts teams = spec_parts(spec->workers, spec->groups);
    struct spec_deal deal = {0};
    int64_t first, end;

    if (spec->tasks <= 0 || spec->workers <= 0)
        return deal;
    spec_group_tasks(spec, 0, &first, &end); /* no group has more */
    deal.chunk = chunk_of(spec, end - first, teams.each);
    for (int64_t g = 0; g < teams.parts; g++) {
        int64_t workers = g + 1 < teams.parts ? teams.each : teams.last;
        int64_t chunks, rounds, busy;

        spec_group_tasks(spec, g, &first, &end);
        chunks = divide_up(end - first, deal.chunk);
        rounds = divide_up(chunks, workers);
        busy = chunks - (rounds - 1) * workers;
        deal.chunks += chunks;
        if (rounds > deal.rounds)
            deal.last_round_busy = 0;
        if (rounds >= deal.rounds && chunks > 0) {
            deal.rounds = rounds;
            deal.last_round_busy += busy;
        }
    }
    return deal;
}

bool spec_batch(const struct spec *spec, int64_t task, int64_t *first,
                int64_t *last)
{
    int64_t chunk = spec_deal(spec).chunk;
    int64_t begin = 0, end = spec->tasks;

    if (chunk <= 1 || task >= spec->tasks)
        return false;
    for (int64_t g = 0; g < spec_groups(spec); g++) {
        spec_group_tasks(spec, g, &begin, &end);
        if (task < end)
            break;
    }
    *first = begin + (task - begin) / chunk * chunk;
    *last = smaller(*first + chunk, end) - 1;
    return true;
}

int spec_lengths(const struct spec *spec, int64_t ns[SPEC_LENGTHS_MAX])
{
    const char *at = spec->lengths;
    int count = 0;

    if (*at == '\0')
        return 0;
    while (count < SPEC_LENGTHS_MAX) {
        char *end;
        double ms = strtod(at, &end);

        if (end == at || !(ms >= 0 && ms <= LENGTH_MOST_MS))
            return -EINVAL;
        ns[count++] = (int64_t)llround(ms * 1e6);
        if (*end == '\0')
            return count;
        if (*end != ',')
            return -EINVAL;
        at = end + 1;
    }
    return -EINVAL;
}
