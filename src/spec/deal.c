/* How tasks are dealt to workers: arithmetic only, any process. */
#include "spec/spec.h"

static int64_t divide_up(int64_t a, int64_t b)
{
    return a / b + (a % b != 0);
}

struct spec_deal spec_deal(const struct spec *spec)
{
    struct spec_deal deal = {0};

    if (spec->tasks <= 0 || spec->workers <= 0)
        return deal;
    if (spec->dispatch != DISPATCH_MAP)
        deal.chunk = 1;
    else if (spec->chunk > 0)
        deal.chunk = spec->chunk;
    else
        deal.chunk = divide_up(spec->tasks, 4 * spec->workers);
    deal.chunks = divide_up(spec->tasks, deal.chunk);
    deal.rounds = divide_up(deal.chunks, spec->workers);
    deal.last_round_busy = deal.chunks - (deal.rounds - 1) * spec->workers;
    return deal;
}
