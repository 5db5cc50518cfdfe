/* Rows of the history and their sums. Screen process. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "keep/history_parts.h"

/* ---- cells ----------------------------------------------------------------
 */

struct cell cell_whole(int64_t n)
{
    return (struct cell){.kind = CELL_WHOLE, .n = n};
}

struct cell cell_text(const char *s)
{
    return (struct cell){.kind = CELL_TEXT, .s = s ? s : ""};
}

const char *cell_str(const struct cell *c)
{
    return c->kind == CELL_TEXT && c->s ? c->s : "";
}

int64_t cell_n(const struct cell *c)
{
    return c->kind == CELL_WHOLE ? c->n : 0;
}

/* The kind, the length, the bytes: no two rows give the same. */
static uint32_t cell_sum(uint32_t sum, const struct cell *c)
{
    uint8_t head[9] = {(uint8_t)c->kind};
    uint64_t bits = 0;

    if (c->kind == CELL_WHOLE)
        bits = (uint64_t)c->n;
    else if (c->kind == CELL_REAL)
        memcpy(&bits, &c->x, sizeof(bits));
    else if (c->kind == CELL_TEXT)
        bits = strlen(c->s);
    for (int i = 0; i < 8; i++)
        head[i + 1] = (uint8_t)(bits >> (8 * i));
    sum = pack_crc32(sum, head, sizeof(head));
    if (c->kind == CELL_TEXT)
        sum = pack_crc32(sum, c->s, strlen(c->s));
    return sum;
}

uint32_t row_sum(const struct history_table *t, const struct cell *cells)
{
    uint32_t sum = 0;

    for (int i = 0; i < t->count; i++)
        sum = cell_sum(sum, &cells[i]);
    return sum;
}

static int cell_bind(sqlite3_stmt *s, int at, const struct cell *c)
{
    switch (c->kind) {
    case CELL_WHOLE:
        return sqlite3_bind_int64(s, at, c->n);
    case CELL_REAL:
        return sqlite3_bind_double(s, at, c->x);
    case CELL_TEXT:
        return sqlite3_bind_text(s, at, c->s, -1, SQLITE_STATIC);
    default:
        return sqlite3_bind_null(s, at);
    }
}

/* False: it cannot have been written so. */
static bool cell_read(sqlite3_stmt *s, int at, struct cell *c)
{
    *c = (struct cell){.kind = CELL_NONE};
    switch (sqlite3_column_type(s, at)) {
    case SQLITE_INTEGER:
        *c = cell_whole(sqlite3_column_int64(s, at));
        return true;
    case SQLITE_FLOAT:
        c->kind = CELL_REAL;
        c->x = sqlite3_column_double(s, at);
        return true;
    case SQLITE_TEXT:
        *c = cell_text((const char *)sqlite3_column_text(s, at));
        /* With a NUL inside it would be read as less than is there. */
        return (size_t)sqlite3_column_bytes(s, at) == strlen(c->s);
    case SQLITE_NULL:
        return true;
    default:
        return false;
    }
}

/* ---- statements -----------------------------------------------------------
 */

sqlite3_stmt *history_sql(struct history *h, const char *sql, int count,
                          const int64_t *numbers)
{
    sqlite3_stmt *s = NULL;

    if (sqlite3_prepare_v2(h->db, sql, -1, &s, NULL) != SQLITE_OK)
        return NULL;
    for (int i = 0; i < count; i++)
        sqlite3_bind_int64(s, i + 1, numbers[i]);
    return s;
}

int history_run(struct history *h, const char *sql, int count,
                const int64_t *numbers)
{
    sqlite3_stmt *s = history_sql(h, sql, count, numbers);
    int code;

    if (!s)
        return sqlite3_errcode(h->db);
    while ((code = sqlite3_step(s)) == SQLITE_ROW)
        continue;
    sqlite3_finalize(s);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

int64_t history_number(struct history *h, const char *sql, int count,
                       const int64_t *numbers, int64_t otherwise)
{
    sqlite3_stmt *s = history_sql(h, sql, count, numbers);
    int64_t n = otherwise;

    if (s && sqlite3_step(s) == SQLITE_ROW &&
        sqlite3_column_type(s, 0) == SQLITE_INTEGER)
        n = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return n;
}

/* ---- rows -----------------------------------------------------------------
 */

void row_columns(const struct history_table *t, const char *prefix,
                 struct text *out)
{
    for (int i = 0; i < t->count; i++)
        text_addf(out, "%s%s, ", prefix, t->columns[i]);
    text_addf(out, "%ssum", prefix);
}

bool row_read(const struct history_table *t, sqlite3_stmt *s, int from,
              struct cell *cells)
{
    bool right = true;

    for (int i = 0; i < t->count; i++)
        right &= cell_read(s, from + i, &cells[i]);
    return right &&
           sqlite3_column_int64(s, from + t->count) == row_sum(t, cells);
}

static int row_write(struct history *h, const struct history_table *t,
                     const struct cell *cells, const char *verb)
{
    sqlite3_stmt *s = NULL;
    struct text sql = {0};
    int code;

    text_addf(&sql, "%s INTO %s (", verb, t->name);
    row_columns(t, "", &sql);
    text_add(&sql, ") VALUES (");
    for (int i = 0; i < t->count; i++)
        text_add(&sql, "?, ");
    text_add(&sql, "?)");
    code = sql.failed ? SQLITE_NOMEM
                      : sqlite3_prepare_v2(h->db, sql.data, -1, &s, NULL);
    text_fini(&sql);
    for (int i = 0; i < t->count && code == SQLITE_OK; i++)
        code = cell_bind(s, i + 1, &cells[i]);
    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(s, t->count + 1, row_sum(t, cells));
    if (code == SQLITE_OK)
        code = sqlite3_step(s);
    sqlite3_finalize(s);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

int row_insert(struct history *h, const struct history_table *t,
               struct cell *cells)
{
    /* Numbers of what was removed are not given again. */
    const char *next = t == &table_runs ? "SELECT seq + 1 FROM sqlite_sequence"
                                          " WHERE name = 'runs'"
                                        : "SELECT seq + 1 FROM sqlite_sequence"
                                          " WHERE name = 'sweeps'";

    cells[0] = cell_whole(history_number(h, next, 0, NULL, 1));
    return row_write(h, t, cells, "INSERT");
}

int row_update(struct history *h, const struct history_table *t,
               const struct cell *cells)
{
    return row_write(h, t, cells, "REPLACE");
}

int row_find(struct history *h, enum history_kind kind, int64_t id,
             struct cell *cells, sqlite3_stmt **s, struct err *err)
{
    const struct history_table *t = history_table(kind);
    const char *word = kind == HISTORY_RUN ? "run " : "s";
    struct text sql = {0};
    int code;

    text_add(&sql, "SELECT ");
    row_columns(t, "", &sql);
    text_addf(&sql, " FROM %s WHERE id = ?1", t->name);
    *s = sql.failed ? NULL : history_sql(h, sql.data, 1, &id);
    text_fini(&sql);
    if (!*s)
        return -EIO;
    code = sqlite3_step(*s);
    if (code == SQLITE_ROW && row_read(t, *s, 0, cells))
        return 0;
    sqlite3_finalize(*s);
    *s = NULL;
    if (code == SQLITE_DONE)
        return err_set(err, -ENOENT,
                       "there is no %s%" PRId64 " in the history; \"timeslice "
                       "history\" lists what there is",
                       word, id);
    if (code == SQLITE_ROW)
        return err_set(err, -EBADMSG,
                       "%s%" PRId64 " is damaged in the history: its sum does "
                       "not fit what is there",
                       word, id);
    return -EIO;
}
