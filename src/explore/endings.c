/* What a search notes down on its way: failures, ends, data races; and states
 * as the stepper has them. */
#include <stdlib.h>

#include "explore/go.h"

void search_end(struct search *s, enum search_end why)
{
    int goes_on = SEARCH_GOES_ON;

    atomic_compare_exchange_strong(&s->end, &goes_on, (int)why);
}

void search_too_wide(struct search *s, int cell, int thread, int32_t value)
{
    int goes_on = SEARCH_GOES_ON;

    if (!atomic_compare_exchange_strong(&s->end, &goes_on, SEARCH_TOO_WIDE))
        return; /* somebody else says what */
    s->wide_cell = cell;
    s->wide_thread = thread;
    s->wide_value = value;
}

/* ---- states -------------------------------------------------------------- */

void search_unpack(struct search *s, const uint64_t *words, struct state *out)
{
    for (int c = 0; c < s->program->cell_count; c++)
        field_set(out->words, s->stepper->cells[c],
                  field_get(words, s->layout.cells[c]));
    for (int t = 0; t < s->program->thread_count; t++)
        automaton_local(s->automaton, t,
                        (uint32_t)field_get(words, s->layout.locals[t]),
                        &out->locals[t]);
}

bool search_pack(struct search *s, const struct state *in, uint64_t *words)
{
    for (int i = 0; i < s->layout.words; i++)
        words[i] = 0;
    for (int c = 0; c < s->program->cell_count; c++) {
        int value = state_cell(s->stepper, in, c);

        if (!field_set(words, s->layout.cells[c], value)) {
            search_too_wide(s, c, -1, value);
            return false;
        }
    }
    for (int t = 0; t < s->program->thread_count; t++) {
        uint32_t number = automaton_number(s->automaton, t, &in->locals[t]);

        if (number == UINT32_MAX) {
            search_end(s, SEARCH_LOCALS);
            return false;
        }
        if (!field_set(words, s->layout.locals[t], (int32_t)number)) {
            search_too_wide(s, -1, t, (int32_t)number);
            return false;
        }
    }
    return true;
}

/* ---- failures ------------------------------------------------------------ */

static void note_failures(struct search *s, unsigned fails, uint32_t place,
                          int action, int actions)
{
    for (int k = 0; k < FAILURE_COUNT; k++) {
        struct found *f = &s->found[k];

        if (!(fails >> k & 1) || (f->any && f->actions <= actions))
            continue;
        *f = (struct found){true, place, action, actions};
    }
    s->failures |= fails;
    if (s->stop_at_once)
        search_end(s, SEARCH_STOPPED);
}

void search_fails(struct search *s, unsigned fails, uint32_t place, int action,
                  int actions)
{
    /* Levels only grow, but within one an ending counts one action fewer. */
    if ((s->failures & fails) == fails && action >= 0)
        return;
    pthread_mutex_lock(&s->lock);
    note_failures(s, fails, place, action, actions);
    pthread_mutex_unlock(&s->lock);
}

/* ---- endings ------------------------------------------------------------- */

/* More different outcomes than this are not told apart. */
enum { ENDINGS_MOST = 65536 };

static size_t values_size(const struct endings *e)
{
    return (size_t)e->width * sizeof *e->values;
}

/* Where it is or would be: by hash, in a table at most half full. */
static uint32_t *slot_of(const struct endings *e, const int16_t *values,
                         bool fails)
{
    uint32_t h = fails;

    for (int i = 0; i < e->width; i++)
        h = (h ^ (uint16_t)values[i]) * UINT32_C(0x9e3779b1);
    for (uint32_t at = h ^ h >> 15;; at++) {
        uint32_t *slot = &e->slot[at & (e->slots - 1)];

        if (*slot == 0 ||
            (e->fails[*slot - 1] == fails &&
             memcmp(e->values + (size_t)(*slot - 1) * (size_t)e->width, values,
                    values_size(e)) == 0))
            return slot;
    }
}

static bool endings_grow(struct endings *e)
{
    uint32_t cap = e->slots ? e->slots : 32; /* half of twice as many */
    void *values = realloc(e->values, cap * (values_size(e) + 1));
    void *place, *fails;

    e->values = values ? values : e->values;
    place = realloc(e->place, cap * sizeof *e->place);
    e->place = place ? place : e->place;
    fails = realloc(e->fails, cap * sizeof *e->fails);
    e->fails = fails ? fails : e->fails;
    free(e->slot);
    e->slot = calloc(2 * (size_t)cap, sizeof *e->slot);
    e->slots = e->slot ? 2 * cap : 0;
    if (!values || !place || !fails || !e->slot)
        return false;
    for (int i = 0; i < e->count; i++)
        *slot_of(e, e->values + (size_t)i * (size_t)e->width, e->fails[i]) =
            (uint32_t)i + 1;
    return true;
}

/* The number of this outcome, which was met at @place; -1: too many, or no
 * memory. */
static int endings_add(struct endings *e, const int16_t *values, bool fails,
                       uint32_t place)
{
    uint32_t *slot;

    if (2 * (uint32_t)(e->count + 1) > e->slots && !endings_grow(e))
        return -1;
    slot = slot_of(e, values, fails);
    if (*slot != 0)
        return (int)*slot - 1;
    if (e->count == ENDINGS_MOST)
        return -1;
    if (e->width > 0)
        memcpy(e->values + (size_t)e->count * (size_t)e->width, values,
               values_size(e));
    e->place[e->count] = place;
    e->fails[e->count] = fails;
    *slot = (uint32_t)++e->count;
    return e->count - 1;
}

static void note_ending(struct search *s, uint32_t place, struct state *state)
{
    enum finish finish = state_finish(s->stepper, state);
    int16_t values[TSL_OBSERVED] = {0};
    int outcome = -1;

    if (finish == FINISH_DEADLOCK) {
        note_failures(s, 1U << FAILURE_DEADLOCK, place, -1, s->level);
    } else {
        for (int i = 0; i < s->program->observed_count; i++) {
            int value = 0; /* what cannot be computed, as an index outside */

            state_value(s->stepper, state, s->program->observed[i].expr,
                        &value);
            values[i] = (int16_t)value;
        }
        outcome =
            endings_add(&s->endings, values, finish == FINISH_CHECK, place);
        if (finish == FINISH_CHECK)
            note_failures(s, 1U << FAILURE_FINAL, place, -1, s->level);
    }
    if (s->edges.keeps) {
        s->edges.finish[place] = (uint8_t)finish;
        s->edges.outcome[place] = outcome;
    }
}

void search_ended(struct search *s, uint32_t place, const uint64_t *words)
{
    pthread_mutex_lock(&s->lock);
    search_unpack(s, words, &s->scratch);
    note_ending(s, place, &s->scratch);
    pthread_mutex_unlock(&s->lock);
}

/* ---- data races ---------------------------------------------------------- */

void search_race(struct search *s, uint32_t place, int u, const struct node *nu,
                 int t, const struct node *nt)
{
    struct data_race *r;

    for (int i = 0; i < s->race_count; i++)
        if (s->races[i].cell == nt->plain_cell)
            return; /* one a cell is enough */
    if (s->race_count == DATA_RACES_MOST)
        return;
    r = &s->races[s->race_count];
    *r = (struct data_race){.cell = (int16_t)nt->plain_cell,
                            .thread = {u, t},
                            .op = {nu->pc, nt->pc}};
    s->race_place[s->race_count++] = place;
}
