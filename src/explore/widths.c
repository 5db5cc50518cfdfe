/* How wide a packed state is: chosen from what a part of the search has met,
 * and widened when something does not fit. The states found so far are packed
 * anew each time, and the search goes on. */
#include "base/random.h"
#include "explore/go.h"

enum {
    PILOT_WALKS = 200,  /* random schedules that look further ahead, */
    PILOT_STEPS = 60000 /* of so many steps in all */
};

static void see_state(struct search *s, const uint64_t *words)
{
    for (int c = 0; c < s->program->cell_count; c++)
        ranges_see(&s->ranges, c, field_get(words, s->layout.cells[c]));
}

/* One random schedule of at most @steps, to see values that the search has not
 * come to. Returns the steps it took. */
static int pilot_walk(struct search *s, int steps, uint64_t *seed)
{
    uint64_t words[LAYOUT_WORDS];
    int threads = s->program->thread_count;

    memcpy(words, store_state(&s->store, 0),
           (size_t)s->store.words * sizeof *words);
    for (int step = 0; step < steps; step++) {
        int first = (int)random_below(seed, (uint32_t)threads), t = first;
        unsigned fails = 0;
        bool went = false;

        do {
            const struct node *n = node_of(s, words, t);

            if (n->flushable && random_below(seed, 2) == 0)
                went = go_flush(s, words, t, NULL) == WENT;
            else if (deed_ready(&n->deed, words, s->layout.cells, t))
                went = go(s, words, t,
                          (uint32_t)field_get(words, s->layout.locals[t]),
                          &fails, NULL) == WENT;
            t = (t + 1) % threads;
        } while (!went && t != first && s->end == SEARCH_GOES_ON);
        if (!went || s->end != SEARCH_GOES_ON)
            return step + 1;
        see_state(s, words);
    }
    return steps;
}

/* The states as they are, but packed by @to. In place: from the front when they
 * become shorter, else from the back. */
static void repack(struct search *s, const struct layout *to)
{
    const struct layout *from = &s->layout;
    uint64_t count = s->store.taken;
    bool backwards = to->words > from->words;

    for (uint64_t i = 0; i < count; i++) {
        uint64_t place = backwards ? count - 1 - i : i;
        const uint64_t *old = s->store.states + place * (size_t)from->words;
        uint64_t words[LAYOUT_WORDS] = {0};

        if (s->store.parents[place] == STORE_UNUSED)
            continue;
        for (int c = 0; c < s->program->cell_count; c++)
            field_set(words, to->cells[c], field_get(old, from->cells[c]));
        for (int t = 0; t < s->program->thread_count; t++)
            field_set(words, to->locals[t], field_get(old, from->locals[t]));
        memcpy(s->store.states + place * (size_t)to->words, words,
               (size_t)to->words * sizeof *words);
    }
    s->store.words = to->words;
    s->layout = *to;
}

/* Pack by what the ranges say now; ends the search if there is no room. Fields
 * had bits to spare, so states may hold more than the ranges say. */
static void pack_anew(struct search *s)
{
    struct layout layout;

    for (uint64_t i = 0; i < s->store.taken; i++)
        if (s->store.parents[i] != STORE_UNUSED)
            see_state(s, store_state(&s->store, (uint32_t)i));
    for (int t = 0; t < s->program->thread_count; t++)
        if (s->ranges.locals[t] < s->nodes[t]->count)
            s->ranges.locals[t] = s->nodes[t]->count;
    layout_fit(&layout, s->program, &s->ranges);
    if (!store_fits(&s->store, layout.words)) {
        search_end(s, SEARCH_FULL);
        return;
    }
    repack(s, &layout);
    if (store_again(&s->store) < 0) {
        search_end(s, SEARCH_NO_MEMORY);
        return;
    }
    store_widen_move(&s->store, 0, s->store.taken);
    store_widen_end(&s->store);
}

/* Choose the widths by what a part of the search, and some random schedules,
 * have met. */
void search_fit(struct search *s, bool look_ahead)
{
    int walk_steps = look_ahead ? PILOT_STEPS : 0;
    uint64_t seed = 1;
    int steps = 0;

    for (uint64_t i = 0; i < s->store.taken; i++)
        see_state(s, store_state(&s->store, (uint32_t)i));
    for (int i = 0; i < PILOT_WALKS && steps < walk_steps; i++)
        steps += pilot_walk(s, walk_steps / 20, &seed);
    for (int t = 0; t < s->program->thread_count; t++)
        s->ranges.locals[t] = 2 * s->nodes[t]->count;
    for (int c = 0; c < s->program->cell_count; c++) {
        int32_t span = s->ranges.high[c] - s->ranges.low[c];

        if (span > 1 && s->ranges.high[c] + span / 4 <= TSL_MAX)
            s->ranges.high[c] += span / 4;
    }
    if (s->end == SEARCH_GOES_ON)
        pack_anew(s);
}

/* Make room for a value, and for its like. */
static void widen_cell(struct ranges *r, int cell, int32_t value)
{
    int32_t span = r->high[cell] - r->low[cell] + 2;

    ranges_see(r, cell, value);
    if (value == r->high[cell])
        r->high[cell] = value > TSL_MAX - span ? TSL_MAX : value + span;
    if (value == r->low[cell] && value < 0)
        r->low[cell] = value < TSL_MIN + span ? TSL_MIN : value - span;
}

void search_widen(struct search *s)
{
    int cell = s->wide_cell, thread = s->wide_thread;

    if (cell >= 0)
        widen_cell(&s->ranges, cell, s->wide_value);
    for (int t = 0; thread >= 0 && t < s->program->thread_count; t++)
        if (s->ranges.locals[t] < 2 * s->nodes[t]->count)
            s->ranges.locals[t] = 2 * s->nodes[t]->count;
    s->wide_cell = s->wide_thread = -1;
    s->end = SEARCH_GOES_ON;
    pack_anew(s);
}
