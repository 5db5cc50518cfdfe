/* The widths of a packed state. */
#include "explore/layout.h"

#include <string.h>

enum { CELL_BITS = 16, LOCAL_BITS = 24 };

static int bits_for(uint32_t largest)
{
    return largest == 0 ? 1 : 32 - __builtin_clz(largest);
}

/* Lay fields of the widths in .bits into words, in their order, none across two
 * words. Returns the words. */
static int lay(struct field **fields, int count)
{
    int word = 0, used = 0;

    for (int i = 0; i < count; i++) {
        if (used + fields[i]->bits > 64) {
            word++;
            used = 0;
        }
        fields[i]->word = (uint16_t)word;
        fields[i]->shift = (uint8_t)used;
        used += fields[i]->bits;
    }
    return word + 1;
}

static int fields_of(struct layout *l, const struct program *p,
                     struct field **fields)
{
    int n = 0;

    for (int t = 0; t < p->thread_count; t++)
        fields[n++] = &l->locals[t];
    for (int c = 0; c < p->cell_count; c++)
        fields[n++] = &l->cells[c];
    return n;
}

void layout_wide(struct layout *l, const struct program *p)
{
    struct field *fields[TSL_THREADS + TSL_CELLS];

    memset(l, 0, sizeof *l);
    for (int t = 0; t < p->thread_count; t++)
        l->locals[t].bits = LOCAL_BITS;
    for (int c = 0; c < p->cell_count; c++)
        l->cells[c] = (struct field){.bits = CELL_BITS, .base = TSL_MIN};
    l->words = lay(fields, fields_of(l, p, fields));
}

void ranges_start(struct ranges *r, const struct program *p)
{
    memset(r, 0, sizeof *r);
    for (int c = 0; c < p->cell_count; c++)
        r->low[c] = r->high[c] = p->start[c];
    /* Owners and sleepers are known beforehand. */
    for (int i = 0; i < p->object_count; i++) {
        const struct object *o = &p->objects[i];

        if (o->kind != OBJECT_MUTEX && o->kind != OBJECT_CONDITION)
            continue;
        for (int c = o->first; c < o->first + o->length * o->slots; c++)
            ranges_see(r, c, p->thread_count);
    }
}

void layout_fit(struct layout *l, const struct program *p,
                const struct ranges *r)
{
    struct field *fields[TSL_THREADS + TSL_CELLS];
    int count, words;
    bool grew = true;

    memset(l, 0, sizeof *l);
    count = fields_of(l, p, fields);
    for (int t = 0; t < p->thread_count; t++)
        l->locals[t].bits = (uint8_t)bits_for(r->locals[t]);
    for (int c = 0; c < p->cell_count; c++)
        l->cells[c] = (struct field){
            .bits = (uint8_t)bits_for((uint32_t)(r->high[c] - r->low[c])),
            .base = r->low[c]};
    words = lay(fields, count);
    /* What is left over may hold what has not been seen yet. */
    while (grew) {
        grew = false;
        for (int i = 0; i < count; i++) {
            bool cell = i >= p->thread_count;

            if (fields[i]->bits >= (cell ? CELL_BITS + 1 : LOCAL_BITS))
                continue;
            fields[i]->bits++;
            if (lay(fields, count) > words)
                fields[i]->bits--;
            else
                grew = true;
        }
    }
    l->words = lay(fields, count);
}
