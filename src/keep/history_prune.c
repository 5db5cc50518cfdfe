/* Keeping the history small, and reading all of it over. Screen process. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "keep/history_parts.h"

#define BATCH 64 /* runs a transaction */

/* Down to this share, so that it is not done again at once. */
#define PRUNE_TO(bytes) ((bytes) / 10 * 9)

/* What is in use: free pages go at the end. */
static int64_t used_bytes(struct history *h)
{
    int64_t pages = history_number(h, "PRAGMA page_count", 0, NULL, 0);
    int64_t unused = history_number(h, "PRAGMA freelist_count", 0, NULL, 0);
    int64_t size = history_number(h, "PRAGMA page_size", 0, NULL, 0);

    return (pages - unused) * size;
}

/* ---- timelines go first ---------------------------------------------------
 */

/* The pack without its spans; what cannot be opened goes altogether. */
static int lose_spans(struct history *h, struct cell *cells)
{
    int64_t id = cell_n(&cells[RUN_ID]);
    struct trace *t = NULL;
    struct pack pack = {0};
    sqlite3_stmt *s;
    int rc;

    s = history_sql(h, "SELECT pack FROM packs WHERE run = ?1", 1, &id);
    if (!s)
        return -EIO;
    rc = sqlite3_step(s);
    if (rc == SQLITE_ROW && sqlite3_column_blob(s, 0) &&
        pack_open(sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0),
                  &t, NULL) == 0 &&
        pack_trace(t, 0, &pack, NULL) < 0)
        pack_fini(&pack);
    sqlite3_finalize(s);
    trace_free(t);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        return -EIO;

    cells[RUN_TIMELINE] = cell_whole(0);
    cells[RUN_PACK_BYTES] = cell_whole((int64_t)pack.len);
    cells[RUN_PACK_SUM] = cell_whole(pack_crc32(0, pack.data, pack.len));
    rc = row_update(h, &table_runs, cells);
    s = rc == SQLITE_OK
            ? history_sql(h, "UPDATE packs SET pack = ?2 WHERE run = ?1", 1,
                          &id)
            : NULL;
    if (s) {
        sqlite3_bind_blob64(s, 2, pack.data ? pack.data : (const void *)"",
                            pack.len, SQLITE_STATIC);
        rc = sqlite3_step(s);
    }
    sqlite3_finalize(s);
    pack_fini(&pack);
    return s && rc == SQLITE_DONE ? 0 : -EIO;
}

/* Neither it nor its sweep has a tag or a note, and its sweep is over. */
#define NOT_DEAR                                                               \
    "runs.note = '' AND runs.tags = '' AND (runs.sweep = 0 OR NOT EXISTS"      \
    " (SELECT 1 FROM sweeps WHERE sweeps.id = runs.sweep AND"                  \
    " (sweeps.note <> '' OR sweeps.tags <> '' OR sweeps.state = 'running')))"

/* The numbers that @sql gives, BATCH at most. Returns how many, or -EIO. */
static int numbers_of(struct history *h, const char *sql, int64_t from,
                      int64_t out[BATCH])
{
    sqlite3_stmt *s = history_sql(h, sql, 1, &from);
    int n = 0, code = SQLITE_ERROR;

    while (s && n < BATCH && (code = sqlite3_step(s)) == SQLITE_ROW)
        out[n++] = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return s && (code == SQLITE_ROW || code == SQLITE_DONE) ? n : -EIO;
}

static int lose_one(struct history *h, int64_t id)
{
    struct cell cells[COLUMNS_MAX];
    sqlite3_stmt *row = NULL;
    int rc = row_find(h, HISTORY_RUN, id, cells, &row, NULL);

    if (rc == 0)
        rc = lose_spans(h, cells);
    sqlite3_finalize(row);
    return rc == -EIO ? rc : 0; /* a damaged row stays as it is */
}

/* ---- then runs ------------------------------------------------------------
 */

/* A run of its own, or a whole sweep with its runs: the number is negative. */
static const char oldest_sql[] =
    "SELECT number FROM ("
    " SELECT id AS number, at FROM runs WHERE sweep = 0 AND note = '' AND"
    " tags = ''"
    " UNION ALL"
    " SELECT -id, at FROM sweeps WHERE note = '' AND tags = '' AND"
    " state <> 'running' AND NOT EXISTS (SELECT 1 FROM runs WHERE"
    " runs.sweep = sweeps.id AND (runs.note <> '' OR runs.tags <> '')))"
    " WHERE number <> ?1 ORDER BY at LIMIT 64";

static int drop(struct history *h, int64_t number)
{
    static const char *const run[] = {"DELETE FROM packs WHERE run = ?1",
                                      "DELETE FROM runs WHERE id = ?1", NULL};
    static const char *const sweep[] = {
        "DELETE FROM packs WHERE run IN"
        " (SELECT id FROM runs WHERE sweep = -?1)",
        "DELETE FROM runs WHERE sweep = -?1",
        "DELETE FROM sweeps WHERE id = -?1", NULL};

    for (const char *const *sql = number > 0 ? run : sweep; *sql; sql++)
        if (history_run(h, *sql, 1, &number) != SQLITE_OK)
            return -EIO;
    return 0;
}

/* ---- all of it ------------------------------------------------------------
 */

struct stage {
    const char *sql;
    int (*each)(struct history *h, int64_t number);
};

/* One transaction of @stage. *@more: there is something left to do, and need
 * for it. *@from: where it goes on. */
static int prune_batch(struct history *h, const struct stage *stage,
                       int64_t bytes, int64_t *from, bool *more,
                       struct err *err)
{
    int64_t ids[BATCH];
    int n = 0, rc = history_begin(h, true, err);

    *more = false;
    if (rc < 0)
        return rc;
    if (used_bytes(h) > bytes) {
        n = numbers_of(h, stage->sql, *from, ids);
        rc = n < 0 ? n : 0;
        *more = n > 0;
    }
    for (int i = 0; i < n && rc == 0; i++) {
        rc = stage->each(h, ids[i]);
        *from = ids[i];
        if (used_bytes(h) <= bytes)
            *more = false;
        if (!*more)
            break;
    }
    return history_end(h, rc, "cannot prune the history", err);
}

/* Give back what is free: at the end of the file, and its log. */
static int shrink(struct history *h, struct err *err)
{
    int rc = history_begin(h, true, err);

    if (rc < 0)
        return rc;
    if (history_run(h, "PRAGMA incremental_vacuum", 0, NULL) != SQLITE_OK)
        rc = -EIO;
    rc = history_end(h, rc, "cannot prune the history", err);
    if (rc == 0) /* a reader may be in the way: then the next one does it */
        sqlite3_wal_checkpoint_v2(h->db, "main", SQLITE_CHECKPOINT_PASSIVE,
                                  NULL, NULL);
    return rc;
}

int history_prune(struct history *h, int64_t bytes, struct err *err)
{
    /* Newer runs have larger numbers, but for what was imported. */
    static const struct stage stages[] = {
        {"SELECT id FROM runs WHERE id > ?1 AND timeline <> 0 AND " NOT_DEAR
         " ORDER BY id LIMIT 64",
         lose_one},
        {oldest_sql, drop},
    };
    int rc = 0;

    for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
        int64_t from = 0;
        bool more = true;

        while (more && rc == 0)
            rc = prune_batch(h, &stages[i], bytes, &from, &more, err);
    }
    return rc == 0 ? shrink(h, err) : rc;
}

void history_keep_small(struct history *h)
{
    if (used_bytes(h) > HISTORY_BYTES)
        history_prune(h, PRUNE_TO(HISTORY_BYTES), NULL);
}

/* ---- reading all of it ----------------------------------------------------
 */

static bool pack_right(struct history *h, const struct cell *cells)
{
    int64_t id = cell_n(&cells[RUN_ID]);
    sqlite3_stmt *s =
        history_sql(h, "SELECT pack FROM packs WHERE run = ?1", 1, &id);
    int code = s ? sqlite3_step(s) : SQLITE_ERROR;
    const void *data = code == SQLITE_ROW ? sqlite3_column_blob(s, 0) : NULL;
    size_t len = code == SQLITE_ROW ? (size_t)sqlite3_column_bytes(s, 0) : 0;
    bool right = code == SQLITE_ROW &&
                 (int64_t)len == cell_n(&cells[RUN_PACK_BYTES]) &&
                 pack_crc32(0, data, len) == cell_n(&cells[RUN_PACK_SUM]);

    sqlite3_finalize(s);
    return right;
}

static int check_table(struct history *h, const struct history_table *t,
                       int64_t *rows, int64_t *bad)
{
    struct cell cells[COLUMNS_MAX];
    struct text sql = {0};
    sqlite3_stmt *s;
    int code;

    text_add(&sql, "SELECT ");
    row_columns(t, "", &sql);
    text_addf(&sql, " FROM %s NOT INDEXED", t->name);
    s = sql.failed ? NULL : history_sql(h, sql.data, 0, NULL);
    text_fini(&sql);
    if (!s)
        return -EIO;
    while ((code = sqlite3_step(s)) == SQLITE_ROW) {
        bool right = row_read(t, s, 0, cells);

        ++*rows;
        if (right && t == &table_runs)
            right = pack_right(h, cells);
        *bad += !right;
    }
    sqlite3_finalize(s);
    return code == SQLITE_DONE ? 0 : -EIO;
}

/* The file's own structure; every page, every index. 1: sound. */
static int integrity(struct history *h)
{
    sqlite3_stmt *s = history_sql(h, "PRAGMA integrity_check(1)", 0, NULL);
    int code = s ? sqlite3_step(s) : SQLITE_ERROR;
    int sound = code == SQLITE_ROW &&
                strcmp((const char *)sqlite3_column_text(s, 0), "ok") == 0;

    sqlite3_finalize(s);
    return code == SQLITE_ROW ? sound : -EIO;
}

int history_check(struct history *h, int64_t *rows, int64_t *bad,
                  struct err *err)
{
    int sound, rc;

    *rows = *bad = 0;
    if (h->db) /* from the file, not from memory */
        sqlite3_db_release_memory(h->db);
    rc = history_begin(h, false, err);
    if (rc < 0)
        return rc;
    sound = integrity(h);
    rc = sound < 0 ? sound : 0;
    if (rc == 0 && sound)
        rc = check_table(h, &table_runs, rows, bad);
    if (rc == 0 && sound)
        rc = check_table(h, &table_sweeps, rows, bad);
    if (rc == 0 && !sound)
        return history_spoilt(h, err);
    rc = history_end(h, rc, "cannot check the history", err);
    if (rc == 0 && *bad > 0)
        rc = err_set(err, -EBADMSG,
                     "%" PRId64 " of %" PRId64
                     " kept runs and sweeps are damaged: what they hold does "
                     "not fit their sums",
                     *bad, *rows);
    return rc;
}
