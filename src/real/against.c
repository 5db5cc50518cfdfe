/* Seen against possible. Any thread. */
#include "real/against.h"

#include <errno.h>
#include <stdlib.h>

struct rules real_rules(void)
{
    return (struct rules){
        .granularity = GRANULARITY_ACCESS, .tso = true, .buffer = TSL_BUFFER};
}

static int compare(const struct program *p, const int16_t *a, bool a_fails,
                   const int16_t *b, bool b_fails)
{
    for (int i = 0; i < p->observed_count; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return a_fails - b_fails;
}

static bool has_outcome(const struct program *p, const struct explore_result *r,
                        const struct real_row *row)
{
    for (int i = 0; i < r->outcome_count; i++)
        if (compare(p, r->outcomes[i].values, r->outcomes[i].fails, row->values,
                    row->fails) == 0)
            return true;
    return false;
}

/* Rows in no order yet: the possible, then what was seen beside them. */
static void fill_rows(const struct program *p, const struct real_result *seen,
                      const struct explore_result *tso,
                      struct real_against *out)
{
    for (int i = 0; i < tso->outcome_count; i++) {
        const struct outcome *o = &tso->outcomes[i];

        out->rows[out->count++] = (struct real_row){
            .values = o->values, .fails = o->fails, .possible = o};
    }
    out->possible = out->count;
    for (int i = 0; i < seen->outcome_count; i++) {
        const struct real_outcome *o = &seen->outcomes[i];
        int at = 0;

        while (at < out->possible &&
               compare(p, out->rows[at].values, out->rows[at].fails, o->values,
                       o->fails) != 0)
            at++;
        if (at == out->possible) {
            at = out->count++;
            out->rows[at] =
                (struct real_row){.values = o->values, .fails = o->fails};
            out->strange++;
        }
        out->rows[at].seen = o;
        out->seen++;
    }
}

static void sort_rows(const struct program *p, struct real_against *out)
{
    /* The possible ones are in order already; the others are few. */
    for (int i = 1; i < out->count; i++) {
        struct real_row row = out->rows[i];
        int at = i;

        while (at > 0 &&
               compare(p, row.values, row.fails, out->rows[at - 1].values,
                       out->rows[at - 1].fails) < 0) {
            out->rows[at] = out->rows[at - 1];
            at--;
        }
        out->rows[at] = row;
    }
}

static void judge(const struct real_result *seen,
                  const struct explore_result *tso, struct real_against *out)
{
    const int64_t times[FAILURE_COUNT] = {
        [FAILURE_ASSERT] = seen->asserts,
        [FAILURE_EXCLUSION] = seen->exclusions_seen ? seen->exclusions : -1,
        [FAILURE_FINAL] = seen->finals,
        [FAILURE_DEADLOCK] = seen->deadlocks,
        [FAILURE_FAULT] = seen->faults,
    };
    bool complete = tso->exhaustive && !tso->buffer_was_full && real_is_tso();

    for (int k = 0; k < FAILURE_COUNT; k++) {
        out->times[k] = times[k];
        out->reachable[k] = tso->failing[k].reachable;
        out->strange_failures += times[k] > 0 && !out->reachable[k];
    }
    out->answer = out->strange + out->strange_failures == 0 ? REAL_AGREES
                  : complete                                ? REAL_CONTRADICTS
                                                            : REAL_OPEN;
}

int real_hold_against(const struct program *p, const struct real_result *seen,
                      const struct explore_result *tso,
                      const struct explore_result *sc, struct real_against *out)
{
    size_t most = (size_t)tso->outcome_count + (size_t)seen->outcome_count;

    *out = (struct real_against){.rows = calloc(most + 1, sizeof(*out->rows))};
    if (!out->rows)
        return -ENOMEM;
    fill_rows(p, seen, tso, out);
    sort_rows(p, out);
    for (int i = 0; sc && sc->exhaustive && i < out->count; i++)
        out->rows[i].buffers = !has_outcome(p, sc, &out->rows[i]);
    judge(seen, tso, out);
    return 0;
}

void real_against_fini(struct real_against *a)
{
    free(a->rows);
    *a = (struct real_against){0};
}
