/* What can still be read of another history's file, sound or damaged. Screen
 * process.
 *
 * A copy is read, beside our own file: SQLite would write to the original. Its
 * rows are asked for number by number, so that a damaged page costs those on
 * it and no others; and only rows whose sums are right are taken. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keep/history_parts.h"

#define PATH_COPY (PATH_MAX + 64)
/* Where nothing says how many there were. */
#define NUMBERS_GUESSED 100000

/* ---- the copy -------------------------------------------------------------
 */

static int copy_stream(FILE *in, const char *to)
{
    static char block[1 << 16];
    FILE *out = fopen(to, "we");
    size_t n;
    int rc = out ? 0 : -errno;

    while (rc == 0 && (n = fread(block, 1, sizeof(block), in)) > 0)
        if (fwrite(block, 1, n, out) != n)
            rc = -errno;
    if (out && fclose(out) != 0 && rc == 0)
        rc = -errno;
    return rc;
}

static void copy_remove(const char *copy)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    char name[PATH_COPY + 16];

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        snprintf(name, sizeof(name), "%s%s", copy, ends[i]);
        unlink(name);
    }
}

static int copy_make(FILE *in, const char *path, const char *copy,
                     struct err *err)
{
    char from[PATH_MAX + 8], to[PATH_COPY + 8];
    int rc = copy_stream(in, copy);
    FILE *log;

    snprintf(from, sizeof(from), "%s-wal", path);
    snprintf(to, sizeof(to), "%s-wal", copy);
    log = rc == 0 ? fopen(from, "re") : NULL;
    if (log) {
        rc = copy_stream(log, to);
        fclose(log);
    }
    if (rc < 0)
        err_set(err, -EAGAIN, "cannot copy %.200s to read it: %s", path,
                strerror(-rc));
    return rc < 0 ? -EAGAIN : 0;
}

/* Every history's header says the same about how the file is made; in a copy
 * with another one it is put right. The format: sqlite.org/fileformat2.html.
 */
static void header_mend(const char *copy)
{
    static const struct {
        long at;
        size_t len;
        uint8_t bytes[16];
    } parts[] = {
        {0, 16, "SQLite format 3"},                 /* with its NUL */
        {16, 8, {0x10, 0x00, 2, 2, 0, 64, 32, 32}}, /* pages of 4096 */
        {44, 4, {0, 0, 0, 4}},                      /* schema format */
        {56, 4, {0, 0, 0, 1}},                      /* UTF-8 */
    };
    FILE *f = fopen(copy, "r+e");

    for (size_t i = 0; f && i < sizeof(parts) / sizeof(parts[0]); i++)
        if (fseek(f, parts[i].at, SEEK_SET) == 0)
            fwrite(parts[i].bytes, 1, parts[i].len, f);
    if (f)
        fclose(f);
}

/* ---- its rows -------------------------------------------------------------
 */

/* False: there is none that fits. */
static bool pack_of(struct history *from, struct history_arrival *a,
                    sqlite3_stmt **s)
{
    int64_t id = cell_n(&a->cells[RUN_ID]);

    *s = history_sql(from, "SELECT pack FROM packs WHERE run = ?1", 1, &id);
    if (!*s || sqlite3_step(*s) != SQLITE_ROW)
        return false;
    a->pack = sqlite3_column_blob(*s, 0);
    a->pack_len = (size_t)sqlite3_column_bytes(*s, 0);
    return (int64_t)a->pack_len == cell_n(&a->cells[RUN_PACK_BYTES]) &&
           pack_crc32(0, a->pack, a->pack_len) ==
               cell_n(&a->cells[RUN_PACK_SUM]);
}

/* What is left of a run then are its figures. */
static void without_pack(struct history_arrival *a)
{
    a->pack = NULL;
    a->pack_len = 0;
    a->cells[RUN_TIMELINE] = cell_whole(0);
    a->cells[RUN_PACK_BYTES] = cell_whole(0);
    a->cells[RUN_PACK_SUM] = cell_whole(pack_crc32(0, "", 0));
}

static int take_row(struct history *h, struct history *from,
                    struct history_arrival *a)
{
    int64_t sweep = a->table == &table_runs ? cell_n(&a->cells[RUN_SWEEP]) : 0;
    sqlite3_stmt *pack = NULL, *mark = NULL;
    int rc;

    if (a->table == &table_runs && !pack_of(from, a, &pack))
        without_pack(a);
    if (sweep) {
        mark = history_sql(from, "SELECT born FROM sweeps WHERE id = ?1", 1,
                           &sweep);
        if (mark && sqlite3_step(mark) == SQLITE_ROW)
            a->sweep_born = (const char *)sqlite3_column_text(mark, 0);
    }
    rc = history_arrive(h, a);
    sqlite3_finalize(pack);
    sqlite3_finalize(mark);
    return rc;
}

/* The largest number that was given. */
static int64_t last_number(struct history *from, const struct history_table *t)
{
    char sql[100];
    int64_t n;

    snprintf(sql, sizeof(sql),
             "SELECT seq FROM sqlite_sequence WHERE name = '%s'", t->name);
    n = history_number(from, sql, 0, NULL, -1);
    if (n >= 0)
        return n;
    snprintf(sql, sizeof(sql), "SELECT max(id) FROM %s", t->name);
    return history_number(from, sql, 0, NULL, NUMBERS_GUESSED);
}

static int take_table(struct history *h, struct history *from,
                      const struct history_table *t, int64_t *added)
{
    int64_t last = last_number(from, t);
    struct text sql = {0};
    sqlite3_stmt *s;
    int rc = 0;

    text_add(&sql, "SELECT ");
    row_columns(t, "", &sql);
    text_addf(&sql, " FROM %s WHERE id = ?1", t->name);
    s = sql.failed ? NULL : history_sql(from, sql.data, 0, NULL);
    text_fini(&sql);
    for (int64_t id = 1; s && id <= last && rc >= 0; id++) {
        struct history_arrival a = {.table = t};

        sqlite3_bind_int64(s, 1, id);
        if (sqlite3_step(s) == SQLITE_ROW && row_read(t, s, 0, a.cells)) {
            rc = take_row(h, from, &a);
            *added += rc > 0;
        }
        sqlite3_reset(s);
    }
    sqlite3_finalize(s);
    return rc < 0 ? rc : 0;
}

/* ---- all of it ------------------------------------------------------------
 */

/* False: nothing can be read of it. */
static bool open_copy(struct history *from)
{
    if (sqlite3_open_v2(from->path, &from->db, SQLITE_OPEN_READWRITE, NULL) !=
        SQLITE_OK)
        return false;
    /* writable_schema: one that is cut off is read as far as it goes. */
    sqlite3_exec(from->db,
                 "PRAGMA trusted_schema = OFF; PRAGMA writable_schema = ON",
                 NULL, NULL, NULL);
    return history_number(from, "SELECT count(*) FROM sqlite_schema", 0, NULL,
                          0) > 0;
}

int history_salvage(struct history *h, FILE *in, const char *path,
                    int64_t *added, struct err *err)
{
    struct history from = {.lock = -1};
    int rc;

    snprintf(from.path, sizeof(from.path), "%.*s.import-%d", PATH_MAX - 32,
             h->path, (int)getpid());
    copy_remove(from.path);
    rc = copy_make(in, path, from.path, err);
    if (rc == 0 && !open_copy(&from)) {
        sqlite3_close(from.db);
        from.db = NULL;
        header_mend(from.path);
        if (!open_copy(&from))
            rc = err_set(err, -EINVAL,
                         "%.200s is neither an export of a history nor a "
                         "history of which anything can be read",
                         path);
    }
    if (rc == 0)
        rc = take_table(h, &from, &table_sweeps, added);
    if (rc == 0)
        rc = take_table(h, &from, &table_runs, added);
    sqlite3_close(from.db);
    copy_remove(from.path);
    return rc;
}
