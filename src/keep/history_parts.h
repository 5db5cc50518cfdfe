/* Inside the history: the open file, rows with their sums, transactions. Only
 * for keep/history*.c.
 *
 * Three tables. A row of "runs" or "sweeps" ends with a CRC-32 over all its
 * columns, compared whenever it is read; "packs" has a run's trace, whose
 * length and CRC-32 stand in the run's row. */
#ifndef KEEP_HISTORY_PARTS_H
#define KEEP_HISTORY_PARTS_H

#include <limits.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/types.h>

#include "keep/history.h"

#define HISTORY_BUSY_MS 15000 /* how long to wait for another process */
#define HISTORY_APPLICATION 0x54736c69 /* "Tsli", in the file's header */

struct history {
    sqlite3 *db; /* NULL: could not be opened again after damage */
    char path[PATH_MAX];
    int lock; /* PATH.lock: see history_file.c; -1: locks do not work here */
    dev_t device;
    ino_t inode; /* of the file that is open: another may be in its place */
    struct sigaction size_signal; /* while a transaction goes on */
};

/* ---- history_file.c: the file, its place, its soundness -------------------
 */

/* Bytes of the lock file. */
enum history_lock {
    LOCK_WORK, /* shared: a transaction goes on; alone: the file is replaced */
    LOCK_OPEN  /* shared: somebody has the history open */
};
/* @type as in struct flock. False: another has it (only without @wait). */
bool history_lock(const struct history *h, enum history_lock which, short type,
                  bool wait);

/* Open h->path, made or replaced if need be. @told as history_open(). */
int history_file_open(struct history *h, char told[400], struct err *err);
void history_file_close(struct history *h);
/* The open file is damaged: away with it, and a new one. -EBADMSG and the
 * sentence that tells. */
int history_file_damaged(struct history *h, struct err *err);
bool history_is_damage(int code); /* an SQLite result code */
/* -errno and a sentence for the last failure on h->db. @what: "cannot ...". */
int history_failed(struct history *h, const char *what, struct err *err);

extern const char *const history_schema[]; /* history_schema.c; ends NULL */

/* ---- history_row.c: rows and their sums ---------------------------------- */

enum run_column {
    RUN_ID,
    RUN_BORN, /* 32 random hexadecimal digits: the same wherever it goes */
    RUN_AT,
    RUN_TOOK,
    RUN_LINE,
    RUN_VERDICT,
    RUN_SENTENCE,
    RUN_OUTCOME, /* JSON: verdict, metrics, error, ... */
    RUN_SWEEP,   /* 0: none */
    RUN_POINT,
    RUN_ROUND,
    RUN_ATTEMPT,
    RUN_NOTE,
    RUN_TAGS,
    RUN_TIMELINE, /* the pack has spans */
    RUN_PACK_BYTES,
    RUN_PACK_SUM,
    RUN_COLUMNS
};
enum sweep_column {
    SWEEP_ID,
    SWEEP_BORN,
    SWEEP_KIND, /* "sweep", "compare" */
    SWEEP_AT,
    SWEEP_LINE,
    SWEEP_MACHINE, /* JSON */
    SWEEP_STATE,
    SWEEP_SENTENCE,
    SWEEP_GUESS, /* NULL: none */
    SWEEP_NOTE,
    SWEEP_TAGS,
    SWEEP_OWNER, /* the process that is at it: owner_now() */
    SWEEP_COLUMNS
};
#define COLUMNS_MAX RUN_COLUMNS

struct history_table {
    const char *name;
    const char *const *columns; /* the first is "id"; "sum" follows the last */
    int count;
    int at, line, note, tags; /* where these are */
};
extern const struct history_table table_runs, table_sweeps;
const struct history_table *history_table(enum history_kind kind);

enum cell_kind { CELL_NONE, CELL_WHOLE, CELL_REAL, CELL_TEXT };
struct cell {
    enum cell_kind kind;
    int64_t n;
    double x;
    const char *s; /* CELL_TEXT; belongs to whoever made the cell */
};
struct cell cell_whole(int64_t n);
struct cell cell_text(const char *s);
const char *cell_str(const struct cell *c);
int64_t cell_n(const struct cell *c);

uint32_t row_sum(const struct history_table *t, const struct cell *cells);
/* "id, born, ..., sum" */
void row_columns(const struct history_table *t, const char *prefix,
                 struct text *out);
/* From the columns of a SELECT of row_columns(), @from on. False: its sum is
 * wrong. Text is good until the statement's next step. */
bool row_read(const struct history_table *t, sqlite3_stmt *s, int from,
              struct cell *cells);
/* Insert, with a new number unless cells[0] has one; it is put there. Or
 * write a whole row anew. SQLite's result. */
int row_insert(struct history *h, const struct history_table *t,
               struct cell *cells);
int row_update(struct history *h, const struct history_table *t,
               const struct cell *cells);
/* One row, with its statement for sqlite3_finalize() while 0 comes back;
 * -ENOENT, -EBADMSG (its sum is wrong), -EIO (ask SQLite), each but the last
 * with a sentence. */
int row_find(struct history *h, enum history_kind kind, int64_t id,
             struct cell *cells, sqlite3_stmt **s, struct err *err);

/* Prepare @sql, with @count whole numbers for its ?1, ?2 ... NULL: SQLite
 * knows why. */
sqlite3_stmt *history_sql(struct history *h, const char *sql, int count,
                          const int64_t *numbers);
/* Run it to its end, dropping what it gives. SQLite's result (SQLITE_OK). */
int history_run(struct history *h, const char *sql, int count,
                const int64_t *numbers);
/* The number that it gives first; @otherwise. */
int64_t history_number(struct history *h, const char *sql, int count,
                       const int64_t *numbers, int64_t otherwise);

/* ---- history.c: transactions ----------------------------------------------
 */

/* A full disk is to be a sentence and not the signal of a limit on the size of
 * files: ignore that while the file is being worked at (as seldom as that,
 * since programs started by us would inherit it). */
void history_quiet(struct history *h, bool begin);

/* Begin one. @write: nobody else writes meanwhile. -errno and a sentence. */
int history_begin(struct history *h, bool write, struct err *err);
/* End it: by COMMIT if @rc >= 0, which then comes back. -EIO, here or from
 * COMMIT: SQLite knows why, and "@what" ("cannot keep the run") begins the
 * sentence. */
int history_end(struct history *h, int rc, const char *what, struct err *err);
/* End it because the file was found damaged. -EBADMSG and a sentence. */
int history_spoilt(struct history *h, struct err *err);

/* ---- history_words.c: what is kept as text --------------------------------
 */

/* @s with every byte that is not UTF-8 replaced. */
void history_clean(const char *s, struct text *out);
void history_mark(char out[33]);
bool history_outcome_write(const struct sweep_outcome *o, struct text *out);
/* Fields that stand in columns of their own are left alone. */
bool history_outcome_read(const char *json, struct sweep_outcome *o);
bool history_machine_write(const struct machine *m, struct text *out);
void history_machine_read(const char *json, struct machine *m);
/* "BOOT SPACE PID START": which process this is, on this machine, since it was
 * started. 120 bytes. */
void owner_now(char out[120]);
/* Is that process still there? One in another container counts as there. */
bool owner_lives(const char *owner);

/* ---- history_move.c, history_salvage.c ------------------------------------
 */

/* A row that comes in: its cells, of a run the pack, and whose it is. */
struct history_arrival {
    const struct history_table *table;
    struct cell cells[COLUMNS_MAX];
    const uint8_t *pack;
    size_t pack_len;
    const char *sweep_born; /* NULL: a run of its own */
};
/* Within a transaction. 1: it came in; 0: it is there already; -EIO. */
int history_arrive(struct history *h, struct history_arrival *a);
/* Within a transaction: what can be read of the history's file @in, which is
 * left as it is. @path is its name. */
int history_salvage(struct history *h, FILE *in, const char *path,
                    int64_t *added, struct err *err);

/* ---- history_read.c, history_sweep.c --------------------------------------
 */

enum verdict history_verdict(const char *word);

/* What the sweep whose row this is does now. */
const char *history_state(const struct cell *cells);

/* ---- history_prune.c ------------------------------------------------------
 */

/* Within no transaction: prune if the file has grown beyond its bound. Quick
 * otherwise. */
void history_keep_small(struct history *h);

#endif
