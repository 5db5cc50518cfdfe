/* Kept sweeps and comparisons, made whole again by handing in what their runs
 * gave. Screen process. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keep/history_parts.h"

/* A run of a sweep, as it was handed in. */
struct kept_run {
    struct sweep_order order;
    struct sweep_outcome outcome;
};

enum verdict history_verdict(const char *word)
{
    for (int i = 0; verdict_words[i]; i++)
        if (strcmp(verdict_words[i], word) == 0)
            return (enum verdict)i;
    return VERDICT_NONE;
}

static bool kept_run_of(const struct cell *c, struct kept_run *r)
{
    memset(r, 0, sizeof(*r));
    if (!history_outcome_read(cell_str(&c[RUN_OUTCOME]), &r->outcome))
        return false;
    r->outcome.verdict = history_verdict(cell_str(&c[RUN_VERDICT]));
    r->outcome.took_ns = cell_n(&c[RUN_TOOK]);
    r->outcome.began_ns = cell_n(&c[RUN_AT]);
    r->outcome.run = cell_n(&c[RUN_ID]);
    r->order.point = (int)cell_n(&c[RUN_POINT]);
    r->order.round = (int)cell_n(&c[RUN_ROUND]);
    r->order.attempt = (int)cell_n(&c[RUN_ATTEMPT]);
    return spec_parse_line(&r->order.spec, cell_str(&c[RUN_LINE]), NULL) == 0;
}

/* A sweep's row and its runs, in the order in which they came. */
struct kept_sweep {
    char *line;
    struct machine machine;
    char state[16];
    enum history_kind kind;
    bool has_guess;
    double guess;
    struct kept_run *runs;
    int count, cap;
    int damaged; /* rows that could not be believed */
};

static void kept_free(struct kept_sweep *k)
{
    free(k->line);
    free(k->runs);
}

static int kept_add(struct kept_sweep *k, const struct cell *cells)
{
    if (k->count == k->cap) {
        int cap = k->cap ? k->cap * 2 : 64;
        struct kept_run *moved =
            realloc(k->runs, (size_t)cap * sizeof(*k->runs));

        if (!moved)
            return -ENOMEM;
        k->runs = moved;
        k->cap = cap;
    }
    if (kept_run_of(cells, &k->runs[k->count]))
        k->count++;
    else
        k->damaged++;
    return 0;
}

static int kept_runs(struct history *h, int64_t id, struct kept_sweep *k)
{
    struct cell cells[COLUMNS_MAX];
    struct text sql = {0};
    sqlite3_stmt *s;
    int code, rc = 0;

    text_add(&sql, "SELECT ");
    row_columns(&table_runs, "", &sql);
    text_add(&sql, " FROM runs WHERE sweep = ?1 ORDER BY id");
    s = sql.failed ? NULL : history_sql(h, sql.data, 1, &id);
    text_fini(&sql);
    if (!s)
        return -EIO;
    while (rc == 0 && (code = sqlite3_step(s)) == SQLITE_ROW) {
        if (row_read(&table_runs, s, 0, cells))
            rc = kept_add(k, cells);
        else
            k->damaged++;
    }
    sqlite3_finalize(s);
    return rc == 0 && code != SQLITE_DONE ? -EIO : rc;
}

static int kept_read(struct history *h, int64_t id, struct kept_sweep *k,
                     struct err *err)
{
    struct cell c[COLUMNS_MAX];
    sqlite3_stmt *s = NULL;
    int rc = history_begin(h, false, err);

    memset(k, 0, sizeof(*k));
    if (rc < 0)
        return rc;
    rc = row_find(h, HISTORY_SWEEP, id, c, &s, err);
    if (rc == 0) {
        k->line = strdup(cell_str(&c[SWEEP_LINE]));
        history_machine_read(cell_str(&c[SWEEP_MACHINE]), &k->machine);
        snprintf(k->state, sizeof(k->state), "%s", history_state(c));
        k->kind = strcmp(cell_str(&c[SWEEP_KIND]), "compare") == 0
                      ? HISTORY_CONTEST
                      : HISTORY_SWEEP;
        k->has_guess = c[SWEEP_GUESS].kind == CELL_REAL;
        k->guess = c[SWEEP_GUESS].x;
        sqlite3_finalize(s);
        rc = k->line ? kept_runs(h, id, k) : -ENOMEM;
    }
    if (rc == -ENOMEM)
        err_set(err, rc, "not enough memory for the sweep");
    rc = history_end(h, rc, "cannot read the history", err);
    if (rc < 0)
        kept_free(k);
    return rc;
}

static struct sweep *sweep_again(const struct kept_sweep *k, struct err *err)
{
    struct sweep_request request;
    struct sweep *s;
    int rc = 0;

    /* Unchecked: what it needs may have gone; to go on with it is checked. */
    if (sweep_parse_line(&request, k->line, NULL, err) < 0)
        return NULL;
    s = sweep_new(&request, &k->machine, err);
    if (!s)
        return NULL;
    s->has_guess = k->has_guess;
    s->guess = k->guess;
    s->interrupted = strcmp(k->state, "interrupted") == 0;
    for (int i = 0; i < k->count && rc != -ENOMEM; i++)
        rc = sweep_take(s, &k->runs[i].order, &k->runs[i].outcome);
    if (rc == -ENOMEM) {
        err_set(err, rc, "not enough memory for the sweep");
        sweep_free(s);
        return NULL;
    }
    sweep_conclude(s);
    return s;
}

int history_sweep(struct history *h, int64_t id, struct sweep **out,
                  char state[16], struct err *err)
{
    struct kept_sweep k;
    int rc = kept_read(h, id, &k, err);

    *out = NULL;
    if (rc < 0)
        return rc;
    if (k.kind != HISTORY_SWEEP)
        rc = err_set(err, -EINVAL, "s%" PRId64 " is a comparison, not a sweep",
                     id);
    else if (!(*out = sweep_again(&k, err)))
        rc = err && err->code < 0 ? err->code : -ENOMEM;
    if (state)
        snprintf(state, 16, "%s", k.state);
    kept_free(&k);
    return rc;
}

static struct contest *contest_again(const struct kept_sweep *k,
                                     struct err *err)
{
    struct contest_request r;
    struct contest *c;
    int rc = 0;

    if (contest_parse_line(&r, k->line, &k->machine, err) < 0)
        return NULL;
    c = contest_new(r.side, r.sides, r.rounds, r.metric, err);
    for (int i = 0; c && i < k->count && rc != -ENOMEM; i++) {
        const struct kept_run *run = &k->runs[i];

        if (run->order.point >= 0 && run->order.point < r.sides)
            rc = contest_take(c, &run->order, &run->outcome);
    }
    if (rc == -ENOMEM) {
        err_set(err, rc, "not enough memory for the comparison");
        contest_free(c);
        return NULL;
    }
    if (c)
        contest_conclude(c);
    return c;
}

int history_contest(struct history *h, int64_t id, struct contest **out,
                    char state[16], struct err *err)
{
    struct kept_sweep k;
    int rc = kept_read(h, id, &k, err);

    *out = NULL;
    if (rc < 0)
        return rc;
    if (k.kind != HISTORY_CONTEST)
        rc = err_set(err, -EINVAL, "s%" PRId64 " is a sweep, not a comparison",
                     id);
    else if (!(*out = contest_again(&k, err)))
        rc = err && err->code < 0 ? err->code : -ENOMEM;
    if (state)
        snprintf(state, 16, "%s", k.state);
    kept_free(&k);
    return rc;
}
