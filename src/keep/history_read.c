/* Reading the history: lists, names, and what is kept made whole again. Screen
 * process. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keep/history_parts.h"

/* ---- items ----------------------------------------------------------------
 */

const char *history_state(const struct cell *cells)
{
    const char *state = cell_str(&cells[SWEEP_STATE]);

    if (strcmp(state, "running") == 0 &&
        !owner_lives(cell_str(&cells[SWEEP_OWNER])))
        return "interrupted";
    return state;
}

static void item_run(const struct cell *c, struct history_item *item)
{
    item->kind = HISTORY_RUN;
    item->took_ns = cell_n(&c[RUN_TOOK]);
    item->sentence = cell_str(&c[RUN_SENTENCE]);
    item->has_timeline = cell_n(&c[RUN_TIMELINE]) != 0;
    item->sweep = cell_n(&c[RUN_SWEEP]);
    snprintf(item->state, sizeof(item->state), "%s", cell_str(&c[RUN_VERDICT]));
}

/* Its runs are counted without reading them: what they took is in no index,
 * but they are few. */
static void item_sweep(struct history *h, const struct cell *c,
                       struct history_item *item)
{
    int64_t id = cell_n(&c[SWEEP_ID]);

    item->kind = strcmp(cell_str(&c[SWEEP_KIND]), "compare") == 0
                     ? HISTORY_CONTEST
                     : HISTORY_SWEEP;
    item->runs = (int)history_number(
        h, "SELECT count(*) FROM runs WHERE sweep = ?1", 1, &id, 0);
    item->took_ns = history_number(
        h, "SELECT sum(took) FROM runs WHERE sweep = ?1", 1, &id, 0);
    item->sentence = cell_str(&c[SWEEP_SENTENCE]);
    item->has_guess = c[SWEEP_GUESS].kind == CELL_REAL;
    item->guess = c[SWEEP_GUESS].x;
    snprintf(item->state, sizeof(item->state), "%s", history_state(c));
}

static void item_of(struct history *h, const struct history_table *t,
                    const struct cell *cells, struct history_item *item)
{
    *item = (struct history_item){
        .id = cell_n(&cells[0]),
        .at_ns = cell_n(&cells[t->at]),
        .line = cell_str(&cells[t->line]),
        .note = cell_str(&cells[t->note]),
        .tags = cell_str(&cells[t->tags]),
    };
    if (t == &table_runs)
        item_run(cells, item);
    else
        item_sweep(h, cells, item);
}

/* Of a row with a wrong sum nothing is believed but where it stands. */
static void item_damaged(const struct history_table *t, int64_t id,
                         struct history_item *item)
{
    *item = (struct history_item){
        .kind = t == &table_runs ? HISTORY_RUN : HISTORY_SWEEP,
        .id = id,
        .state = "damaged",
        .line = "",
        .sentence = "",
        .note = "",
        .tags = "",
    };
}

static bool has_word(const struct history_item *item, const char *word)
{
    return strcasestr(item->line, word) || strcasestr(item->note, word) ||
           strcasestr(item->tags, word) || strcasestr(item->sentence, word) ||
           strcasestr(item->state, word);
}

/* Every word of @search is in there. */
static bool matches(const struct history_item *item, const char *search)
{
    char words[256];
    char *p = words, *word;

    snprintf(words, sizeof(words), "%s", search ? search : "");
    while ((word = strsep(&p, " \t\n")) != NULL)
        if (*word && !has_word(item, word))
            return false;
    return true;
}

/* ---- lists ----------------------------------------------------------------
 */

/* One of the two tables, newest first: a list is merged of both. */
struct reader {
    const struct history_table *table;
    sqlite3_stmt *s;
    bool more;
    int64_t at;
};

static int reader_step(struct reader *r)
{
    int code = sqlite3_step(r->s);

    r->more = code == SQLITE_ROW;
    if (r->more)
        r->at = sqlite3_column_int64(r->s, r->table->at);
    return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : -EIO;
}

static int reader_open(struct reader *r, struct history *h,
                       const struct history_table *t)
{
    struct text sql = {0};

    *r = (struct reader){.table = t};
    text_add(&sql, "SELECT ");
    row_columns(t, "", &sql);
    text_addf(&sql, " FROM %s%s ORDER BY at DESC, id DESC", t->name,
              t == &table_runs ? " WHERE sweep = 0" : "");
    r->s = sql.failed ? NULL : history_sql(h, sql.data, 0, NULL);
    text_fini(&sql);
    return r->s ? reader_step(r) : -EIO;
}

int history_list(struct history *h, const char *search, int most,
                 bool (*each)(const struct history_item *item, void *arg),
                 void *arg, struct err *err)
{
    struct reader r[2] = {{0}, {0}};
    struct cell cells[COLUMNS_MAX];
    int rc = history_begin(h, false, err);

    if (rc < 0)
        return rc;
    rc = reader_open(&r[0], h, &table_runs);
    if (rc == 0)
        rc = reader_open(&r[1], h, &table_sweeps);
    while (rc == 0 && most > 0 && (r[0].more || r[1].more)) {
        bool first = r[0].more && (!r[1].more || r[0].at >= r[1].at);
        struct reader *next = first ? &r[0] : &r[1];
        struct history_item item;

        if (row_read(next->table, next->s, 0, cells))
            item_of(h, next->table, cells, &item);
        else
            item_damaged(next->table, sqlite3_column_int64(next->s, 0), &item);
        if (matches(&item, search)) {
            most--;
            if (!each(&item, arg))
                break;
        }
        rc = reader_step(next);
    }
    rc = history_end(h, rc, "cannot read the history", err);
    sqlite3_finalize(r[0].s);
    sqlite3_finalize(r[1].s);
    return rc;
}

int history_find(struct history *h, enum history_kind kind, int64_t id,
                 bool (*each)(const struct history_item *item, void *arg),
                 void *arg, struct err *err)
{
    struct cell cells[COLUMNS_MAX];
    sqlite3_stmt *s = NULL;
    struct history_item item;
    int rc = history_begin(h, false, err);

    if (rc < 0)
        return rc;
    rc = row_find(h, kind, id, cells, &s, err);
    if (rc == 0) {
        item_of(h, history_table(kind), cells, &item);
        each(&item, arg);
    }
    rc = history_end(h, rc, "cannot read the history", err);
    sqlite3_finalize(s);
    return rc;
}

/* ---- names ----------------------------------------------------------------
 */

struct newest {
    enum history_kind kind;
    int64_t id;
};

static bool take_newest(const struct history_item *item, void *arg)
{
    *(struct newest *)arg = (struct newest){item->kind, item->id};
    return false;
}

int history_name(struct history *h, const char *word, enum history_kind *kind,
                 int64_t *id, struct err *err)
{
    struct newest n = {HISTORY_RUN, 0};
    const char *digits = word;
    char *end;
    int rc;

    if (strcmp(word, "last") == 0) {
        rc = history_list(h, NULL, 1, take_newest, &n, err);
        if (rc == 0 && n.id == 0)
            rc = err_set(err, -ENOENT, "the history is empty");
        *kind = n.kind;
        *id = n.id;
        return rc;
    }
    if (strncmp(word, "run ", 4) == 0) {
        digits += 4;
    } else if (word[0] == 's' || word[0] == 'S') {
        n.kind = HISTORY_SWEEP;
        digits++;
    }
    errno = 0;
    n.id = strtoll(digits, &end, 10);
    if (!isdigit((unsigned char)*digits) || *end || errno || n.id <= 0)
        return err_set(err, -EINVAL,
                       "\"%.60s\" is not a number of the history: 17 is a run, "
                       "s4 a sweep or comparison, last the newest",
                       word);
    rc = history_find(h, n.kind, n.id, take_newest, &n, err);
    *kind = n.kind;
    *id = n.id;
    return rc;
}

int64_t history_unfinished(struct history *h)
{
    static const char sql[] = "SELECT id FROM sweeps WHERE state <> 'done'"
                              " AND kind = 'sweep' ORDER BY at DESC, id DESC";
    struct cell cells[COLUMNS_MAX];
    sqlite3_stmt *s, *row;
    int64_t found = 0;

    if (history_begin(h, false, NULL) < 0)
        return 0;
    s = history_sql(h, sql, 0, NULL);
    while (s && found == 0 && sqlite3_step(s) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(s, 0);

        if (row_find(h, HISTORY_SWEEP, id, cells, &row, NULL) < 0)
            continue;
        if (strcmp(history_state(cells), "interrupted") == 0)
            found = id;
        sqlite3_finalize(row);
    }
    sqlite3_finalize(s);
    history_end(h, 0, "cannot read the history", NULL);
    return found;
}

/* ---- a trace --------------------------------------------------------------
 */

/* Of a run whose pack was damaged, or so old that it had to go, what stands in
 * its row: the experiment, the figures, how it ended. */
static struct trace *trace_of_figures(const struct cell *c)
{
    static const struct machine unknown = {.perf_paranoid = 99};
    struct sweep_outcome o = {0};
    struct spec spec;
    struct trace *t;

    if (spec_parse_line(&spec, cell_str(&c[RUN_LINE]), NULL) < 0 ||
        !history_outcome_read(cell_str(&c[RUN_OUTCOME]), &o))
        return NULL;
    t = trace_new(&spec, &unknown);
    if (!t)
        return NULL;
    t->badge = BADGE_REPLAY;
    t->gate_ns = 1;
    t->end_ns = t->now_ns = 1 + cell_n(&c[RUN_TOOK]);
    t->verdict = history_verdict(cell_str(&c[RUN_VERDICT]));
    t->metrics = o.metrics;
    snprintf(t->error, sizeof(t->error), "%s", o.error);
    snprintf(t->observer.reason, sizeof(t->observer.reason),
             "only the figures of this run are kept");
    return t;
}

/* What is kept of run @id: its pack, compared with its sum, to be free()d; or,
 * if there is none, the trace of its figures. */
static int read_pack(struct history *h, int64_t id, uint8_t **data, size_t *len,
                     struct trace **figures, struct err *err)
{
    struct cell cells[COLUMNS_MAX];
    sqlite3_stmt *row = NULL, *s = NULL;
    int rc = row_find(h, HISTORY_RUN, id, cells, &row, err);

    *data = NULL;
    *figures = NULL;
    if (rc < 0)
        return rc;
    s = history_sql(h, "SELECT pack FROM packs WHERE run = ?1", 1, &id);
    rc = s ? sqlite3_step(s) : SQLITE_ERROR;
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        sqlite3_finalize(row);
        sqlite3_finalize(s); /* last: SQLite is to go on saying why */
        return -EIO;
    }
    *len = rc == SQLITE_ROW ? (size_t)sqlite3_column_bytes(s, 0) : 0;
    *data = malloc(*len + 1);
    if (*data && *len > 0)
        memcpy(*data, sqlite3_column_blob(s, 0), *len);
    if (!*data)
        rc = err_set(err, -ENOMEM, "not enough memory for the run");
    else if (rc != SQLITE_ROW || (int64_t)*len != cells[RUN_PACK_BYTES].n ||
             pack_crc32(0, *data, *len) != cells[RUN_PACK_SUM].n)
        rc = err_set(err, -EBADMSG,
                     "run %" PRId64 " is damaged in the history: the sum of "
                     "its timeline does not fit",
                     id);
    else
        rc = 0;
    if (rc == 0 && *len == 0)
        *figures = trace_of_figures(cells);
    sqlite3_finalize(row);
    sqlite3_finalize(s);
    return rc;
}

int history_trace(struct history *h, int64_t id, struct trace **out,
                  struct err *err)
{
    uint8_t *data = NULL;
    size_t len = 0;
    int rc = history_begin(h, false, err);

    *out = NULL;
    if (rc < 0)
        return rc;
    rc = read_pack(h, id, &data, &len, out, err);
    rc = history_end(h, rc, "cannot read the history", err);
    if (rc == 0 && !*out)
        rc = pack_open(data, len, out, err);
    free(data);
    return rc;
}
