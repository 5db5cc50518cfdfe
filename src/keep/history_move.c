/* The history as text, and back: JSON lines, a head and then a line for each
 * sweep and run. Screen process.
 *
 * A row goes by the names of its columns, a pack as base64. Numbers are given
 * anew on the way in; what belongs together is found by birth marks. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keep/history_parts.h"

#define SCHEMA "timeslice.history/1"
/* No line is longer: a pack has its PACK_SPANS. */
#define LINE_MAX_BYTES (INT64_C(256) << 20)

static int no_memory(struct err *err)
{
    return err_set(err, -ENOMEM, "not enough memory for the history");
}

/* ---- base64 (RFC 4648) ----------------------------------------------------
 */

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* free() it; NULL: no memory. */
static char *base64_write(const uint8_t *data, size_t len)
{
    char *s = malloc(len / 3 * 4 + 5), *out = s;

    for (size_t i = 0; s && i < len; i += 3) {
        uint32_t bits = (uint32_t)data[i] << 16;

        if (i + 1 < len)
            bits |= (uint32_t)data[i + 1] << 8;
        if (i + 2 < len)
            bits |= data[i + 2];
        *out++ = digits[bits >> 18 & 63];
        *out++ = digits[bits >> 12 & 63];
        *out++ = i + 1 < len ? digits[bits >> 6 & 63] : '=';
        *out++ = i + 2 < len ? digits[bits & 63] : '=';
    }
    if (s)
        *out = '\0';
    return s;
}

/* NULL: no memory, or it is none. */
static uint8_t *base64_read(const char *s, size_t *len)
{
    size_t chars = strlen(s);
    uint8_t *data = malloc(chars / 4 * 3 + 4);
    uint32_t bits = 0;
    int count = 0;

    *len = 0;
    for (; data && *s && *s != '='; s++) {
        const char *digit = strchr(digits, *s);

        if (!digit)
            break;
        bits = bits << 6 | (uint32_t)(digit - digits);
        count += 6;
        if (count >= 8) {
            count -= 8;
            data[(*len)++] = (uint8_t)(bits >> count);
        }
    }
    if (data && *s && *s != '=') {
        free(data);
        return NULL;
    }
    return data;
}

/* ---- out ------------------------------------------------------------------
 */

static json_t *cell_json(const struct cell *c)
{
    switch (c->kind) {
    case CELL_WHOLE:
        return json_integer(c->n);
    case CELL_REAL:
        return json_real(c->x);
    case CELL_TEXT:
        return json_string(c->s);
    default:
        return json_null();
    }
}

static json_t *row_json(const struct history_table *t, const struct cell *cells)
{
    json_t *o = json_object();

    json_object_set_new(o, "row", json_string(t->name));
    for (int i = 0; i < t->count; i++)
        if (json_object_set_new(o, t->columns[i], cell_json(&cells[i])) != 0) {
            json_decref(o);
            return NULL;
        }
    json_object_set_new(o, "sum", json_integer(row_sum(t, cells)));
    return o;
}

/* Takes @o over. */
static int line_write(json_t *o, FILE *out, struct err *err)
{
    int rc = 0;

    if (!o)
        return no_memory(err);
    errno = 0;
    if (json_dumpf(o, out, JSON_COMPACT | JSON_REAL_PRECISION(17)) != 0 ||
        fputc('\n', out) == EOF)
        rc = err_set(err, errno ? -errno : -EIO, "the export is cut off: %m");
    json_decref(o);
    return rc;
}

static json_t *pack_json(struct history *h, int64_t run)
{
    sqlite3_stmt *s =
        history_sql(h, "SELECT pack FROM packs WHERE run = ?1", 1, &run);
    json_t *o = NULL;
    char *text;

    if (s && sqlite3_step(s) == SQLITE_ROW) {
        text = base64_write(sqlite3_column_blob(s, 0),
                            (size_t)sqlite3_column_bytes(s, 0));
        o = text ? json_string(text) : NULL;
        free(text);
    }
    sqlite3_finalize(s);
    return o ? o : json_string("");
}

/* One row, with what belongs to it. A damaged one is left out. */
static int export_row(struct history *h, const struct history_table *t,
                      const struct cell *cells, FILE *out, struct err *err)
{
    json_t *o = row_json(t, cells);
    int64_t sweep;

    if (o && t == &table_runs) {
        sqlite3_stmt *s;

        json_object_set_new(o, "pack", pack_json(h, cell_n(&cells[RUN_ID])));
        sweep = cell_n(&cells[RUN_SWEEP]);
        s = history_sql(h, "SELECT born FROM sweeps WHERE id = ?1", 1, &sweep);
        if (sweep && s && sqlite3_step(s) == SQLITE_ROW)
            json_object_set_new(
                o, "sweep_born",
                json_string((const char *)sqlite3_column_text(s, 0)));
        sqlite3_finalize(s);
    }
    return line_write(o, out, err);
}

/* What the condition @where, with ?1, picks of a table. */
static int export_some(struct history *h, const struct history_table *t,
                       const char *where, int64_t number, FILE *out,
                       int64_t *written, struct err *err)
{
    struct cell cells[COLUMNS_MAX];
    struct text sql = {0};
    sqlite3_stmt *s;
    int code = SQLITE_DONE, rc = 0;

    text_add(&sql, "SELECT ");
    row_columns(t, "", &sql);
    text_addf(&sql, " FROM %s WHERE %s ORDER BY id", t->name, where);
    s = sql.failed ? NULL : history_sql(h, sql.data, 1, &number);
    text_fini(&sql);
    if (!s)
        return -EIO;
    while (rc == 0 && (code = sqlite3_step(s)) == SQLITE_ROW)
        if (row_read(t, s, 0, cells)) {
            rc = export_row(h, t, cells, out, err);
            ++*written;
        }
    sqlite3_finalize(s);
    return rc == 0 && code != SQLITE_DONE ? -EIO : rc;
}

static int export_named(struct history *h, const int64_t *runs, int run_count,
                        const int64_t *sweeps, int sweep_count, FILE *out,
                        struct err *err)
{
    int rc = 0;

    for (int i = 0; i < sweep_count && rc == 0; i++) {
        int64_t written = 0;

        rc = export_some(h, &table_sweeps, "id = ?1", sweeps[i], out, &written,
                         err);
        if (rc == 0)
            rc = export_some(h, &table_runs, "sweep = ?1", sweeps[i], out,
                             &written, err);
        if (rc == 0 && written == 0)
            rc = err_set(err, -ENOENT, "there is no s%" PRId64 " to export",
                         sweeps[i]);
    }
    for (int i = 0; i < run_count && rc == 0; i++) {
        int64_t written = 0;

        rc =
            export_some(h, &table_runs, "id = ?1", runs[i], out, &written, err);
        if (rc == 0 && written == 0)
            rc = err_set(err, -ENOENT, "there is no run %" PRId64 " to export",
                         runs[i]);
    }
    return rc;
}

int history_export(struct history *h, const int64_t *runs, int run_count,
                   const int64_t *sweeps, int sweep_count, FILE *out,
                   struct err *err)
{
    int64_t written = 0;
    int rc = history_begin(h, false, err);

    if (rc < 0)
        return rc;
    rc = line_write(
        json_pack("{s:s, s:i}", "schema", SCHEMA, "tables", HISTORY_SCHEMA),
        out, err);
    if (rc == 0 && (run_count > 0 || sweep_count > 0)) {
        rc = export_named(h, runs, run_count, sweeps, sweep_count, out, err);
    } else if (rc == 0) {
        rc = export_some(h, &table_sweeps, "id > ?1", 0, out, &written, err);
        if (rc == 0)
            rc = export_some(h, &table_runs, "id > ?1", 0, out, &written, err);
    }
    if (rc == 0 && fflush(out) != 0)
        rc = err_set(err, -errno, "the export is cut off: %m");
    return history_end(h, rc, "cannot export the history", err);
}

/* ---- in -------------------------------------------------------------------
 */

static int64_t number_of_born(struct history *h, const struct history_table *t,
                              const char *born)
{
    sqlite3_stmt *s = NULL;
    int64_t id = 0;
    char sql[64];

    snprintf(sql, sizeof(sql), "SELECT id FROM %s WHERE born = ?1", t->name);
    s = history_sql(h, sql, 0, NULL);
    if (s)
        sqlite3_bind_text(s, 1, born, -1, SQLITE_STATIC);
    if (s && sqlite3_step(s) == SQLITE_ROW)
        id = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return id;
}

static int store_pack(struct history *h, const struct history_arrival *a)
{
    int64_t id = cell_n(&a->cells[RUN_ID]);
    sqlite3_stmt *s =
        history_sql(h, "INSERT INTO packs (run, pack) VALUES (?1, ?2)", 1, &id);
    int code;

    if (!s)
        return -EIO;
    sqlite3_bind_blob64(s, 2, a->pack ? a->pack : (const void *)"", a->pack_len,
                        SQLITE_STATIC);
    code = sqlite3_step(s);
    sqlite3_finalize(s);
    return code == SQLITE_DONE ? 0 : -EIO;
}

int history_arrive(struct history *h, struct history_arrival *a)
{
    const struct history_table *t = a->table;
    int64_t sweep = 0;

    if (number_of_born(h, t, cell_str(&a->cells[RUN_BORN])))
        return 0;
    if (t == &table_sweeps) {
        /* Whoever was at it there is not at it here. */
        if (strcmp(cell_str(&a->cells[SWEEP_STATE]), "running") == 0)
            a->cells[SWEEP_STATE] = cell_text("interrupted");
        a->cells[SWEEP_OWNER] = cell_text("");
    } else {
        if (a->sweep_born)
            sweep = number_of_born(h, &table_sweeps, a->sweep_born);
        a->cells[RUN_SWEEP] = cell_whole(sweep);
    }
    if (row_insert(h, t, a->cells) != SQLITE_OK)
        return -EIO;
    if (t == &table_runs && store_pack(h, a) < 0)
        return -EIO;
    return 1;
}

/* ---- from text ------------------------------------------------------------
 */

/* Every column with the kind that it has here, and the sum that it had when it
 * went out; @o keeps the text. */
static bool cells_of(const json_t *o, const struct history_table *t,
                     struct cell *cells)
{
    for (int i = 0; i < t->count; i++) {
        const json_t *v = json_object_get(o, t->columns[i]);
        bool guess = t == &table_sweeps && i == SWEEP_GUESS;

        if (json_is_integer(v) && !guess)
            cells[i] = cell_whole(json_integer_value(v));
        else if (json_is_string(v) && !guess)
            cells[i] = cell_text(json_string_value(v));
        else if (json_is_number(v) && guess)
            cells[i] =
                (struct cell){.kind = CELL_REAL, .x = json_number_value(v)};
        else if (json_is_null(v) && guess)
            cells[i] = (struct cell){.kind = CELL_NONE};
        else
            return false;
    }
    return strlen(cell_str(&cells[RUN_BORN])) == 32 &&
           json_integer_value(json_object_get(o, "sum")) == row_sum(t, cells);
}

static const char *const wrong_line =
    "line %d of %.200s is none of an export of the history; nothing was "
    "imported";

static int import_line(struct history *h, const char *line, int number,
                       const char *path, int64_t *added, struct err *err)
{
    json_t *o = json_loads(line, 0, NULL);
    const char *row = json_string_value(json_object_get(o, "row"));
    const char *text = json_string_value(json_object_get(o, "pack"));
    struct history_arrival a = {0};
    uint8_t *pack = NULL;
    int rc = -EINVAL;

    if (row && strcmp(row, "runs") == 0)
        a.table = &table_runs;
    else if (row && strcmp(row, "sweeps") == 0)
        a.table = &table_sweeps;
    if (a.table && cells_of(o, a.table, a.cells)) {
        pack = base64_read(text ? text : "", &a.pack_len);
        a.pack = pack;
        a.sweep_born = json_string_value(json_object_get(o, "sweep_born"));
        rc = a.table == &table_sweeps ||
                     (pack &&
                      (int64_t)a.pack_len == cell_n(&a.cells[RUN_PACK_BYTES]) &&
                      pack_crc32(0, pack, a.pack_len) ==
                          cell_n(&a.cells[RUN_PACK_SUM]))
                 ? 0
                 : -EINVAL;
    }
    if (rc == 0)
        rc = history_arrive(h, &a);
    else
        err_set(err, rc, wrong_line, number, path);
    if (rc > 0)
        ++*added;
    free(pack);
    json_decref(o);
    return rc < 0 ? rc : 0;
}

static int import_head(const char *line, const char *path, struct err *err)
{
    json_t *o = json_loads(line, 0, NULL);
    const char *schema = json_string_value(json_object_get(o, "schema"));
    int rc = 0;

    if (!schema || strncmp(schema, "timeslice.history/", 18) != 0)
        rc = err_set(err, -EINVAL,
                     "%.200s is neither an export of a history nor a history",
                     path);
    else if (strcmp(schema, SCHEMA) != 0)
        rc = err_set(err, -ENOTSUP,
                     "%.200s is of the schema %.40s; this timeslice knows %s",
                     path, schema, SCHEMA);
    json_decref(o);
    return rc;
}

static int import_text(struct history *h, FILE *in, const char *path,
                       int64_t *added, struct err *err)
{
    char *line = NULL;
    size_t cap = 0;
    int number = 0, rc = 0;

    while (rc == 0 && getline(&line, &cap, in) > 0) {
        number++;
        if ((int64_t)cap > LINE_MAX_BYTES)
            rc = err_set(err, -EINVAL, wrong_line, number, path);
        else if (number == 1)
            rc = import_head(line, path, err);
        else if (line[0] != '\n')
            rc = import_line(h, line, number, path, added, err);
    }
    if (rc == 0 && ferror(in))
        rc = err_set(err, -errno, "cannot read %.200s: %m", path);
    if (rc == 0 && number == 0)
        rc = err_set(err, -EINVAL, "%.200s is empty", path);
    free(line);
    return rc;
}

int history_import(struct history *h, const char *path, int64_t *added,
                   struct err *err)
{
    struct stat st;
    int first, rc;
    FILE *in;

    *added = 0;
    /* Opening and closing one's own file would lose SQLite's locks on it. */
    if (stat(path, &st) == 0 && st.st_dev == h->device && st.st_ino == h->inode)
        return err_set(err, -EINVAL, "%.200s is this history itself", path);
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return err_set(err, -EINVAL, "%.200s is a folder", path);
    in = fopen(path, "re");
    if (!in)
        return err_set(err, errno == ENOENT ? -EINVAL : -EAGAIN,
                       "cannot read %.200s: %s", path, strerror(errno));
    first = getc(in);
    rewind(in);
    rc = history_begin(h, true, err);
    if (rc == 0) {
        if (first == '{' || first == EOF)
            rc = import_text(h, in, path, added, err);
        else
            rc = history_salvage(h, in, path, added, err);
        rc = history_end(h, rc, "cannot import into the history", err);
    }
    fclose(in);
    if (rc < 0)
        *added = 0;
    else
        history_keep_small(h);
    return rc;
}
