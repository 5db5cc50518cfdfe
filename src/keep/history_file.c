/* The history's file: made whole or not at all, looked over when it is opened,
 * set aside when it is damaged. Screen process.
 *
 * Two locks keep processes out of each other's way, bytes of PATH.lock with
 * open file description locks (which closing another descriptor does not
 * lose, as it does with SQLite's own: so the file itself is never opened here
 * but by SQLite). LOCK_WORK is shared by transactions, and taken alone by who
 * puts another file in this one's place. LOCK_OPEN is shared by all that have
 * the history open. Whoever has that alone, first or last, writes into the
 * lock's file whether the history is open: who comes first and finds it so
 * knows that somebody died over it, and looks closer.
 *
 * The write-ahead log stays beside the file (PERSIST_WAL): otherwise a process
 * that still has a damaged file open would, closing it, remove the log of the
 * one that took its place. It is written into the file when it has grown, and
 * not at each end of a program: that takes the disk three times as long as all
 * else. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "keep/history_parts.h"

/* Up to here the whole file is read over at each opening: 1 ms. */
#define LOOK_BYTES (INT64_C(512) << 10)
/* A log that is longer is written into the file at the end. */
#define LOG_BYTES (1 << 20)
#define TRIES 4

/* ---- locks ----------------------------------------------------------------
 */

bool history_lock(const struct history *h, enum history_lock which, short type,
                  bool wait)
{
    struct flock lock = {
        .l_type = type, .l_whence = SEEK_SET, .l_start = which, .l_len = 1};

    if (h->lock < 0)
        return true;
    while (fcntl(h->lock, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock) < 0) {
        if (errno == EAGAIN || errno == EACCES)
            return false;
        if (errno != EINTR) /* no locks here: go on as if alone */
            return true;
    }
    return true;
}

static void lock_open(struct history *h)
{
    char path[PATH_MAX + 8];

    snprintf(path, sizeof(path), "%s.lock", h->path);
    h->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

/* Is the history open, by what was last written? And: it is. */
static bool mark_open(const struct history *h)
{
    char mark = 'o';

    if (h->lock < 0 || pread(h->lock, &mark, 1, 0) != 1)
        mark = 's';
    if (h->lock >= 0 && pwrite(h->lock, "open\n", 5, 0) != 5)
        return false; /* no room for a mark: it stays as it was */
    return mark == 'o';
}

static void mark_closed(const struct history *h)
{
    if (h->lock >= 0 && pwrite(h->lock, "shut\n", 5, 0) != 5)
        return; /* the next one looks closer, that is all */
}

/* ---- failures -------------------------------------------------------------
 */

bool history_is_damage(int code)
{
    switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_CONSTRAINT: /* numbers given twice */
    case SQLITE_ERROR:      /* a table that it does not know */
        return true;
    default:
        return false;
    }
}

int history_failed(struct history *h, const char *what, struct err *err)
{
    int code = sqlite3_extended_errcode(h->db);
    int error = sqlite3_system_errno(h->db);
    const char *why = sqlite3_errmsg(h->db);

    if (history_is_damage(code))
        return err_set(err, -EBADMSG, "%s: %s is damaged (%s)", what, h->path,
                       why);
    switch (code & 0xff) {
    case SQLITE_BUSY:
        return err_set(err, -EAGAIN,
                       "%s: another program has %s locked for more than %d "
                       "seconds",
                       what, h->path, HISTORY_BUSY_MS / 1000);
    case SQLITE_FULL:
        return err_set(err, -EAGAIN, "%s: no room left for %s", what, h->path);
    case SQLITE_NOMEM:
        return err_set(err, -ENOMEM, "%s: not enough memory", what);
    case SQLITE_READONLY:
        return err_set(err, -EAGAIN, "%s: %s cannot be written", what, h->path);
    default:
        return err_set(err, -EAGAIN, "%s in %s: %s", what, h->path,
                       error ? strerror(error) : why);
    }
}

/* ---- making one -----------------------------------------------------------
 */

static int execute(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static int fill_new(sqlite3 *db)
{
    char sql[200];
    int code;

    snprintf(sql, sizeof(sql),
             "PRAGMA synchronous = OFF; PRAGMA page_size = 4096;"
             "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = %d;"
             "PRAGMA user_version = %d; BEGIN",
             HISTORY_APPLICATION, HISTORY_SCHEMA);
    code = execute(db, sql);
    for (int i = 0; history_schema[i] && code == SQLITE_OK; i++)
        code = execute(db, history_schema[i]);
    if (code == SQLITE_OK)
        code = execute(db, "COMMIT");
    return code == SQLITE_OK ? execute(db, "PRAGMA journal_mode = WAL") : code;
}

/* Onto the disk, and for this user's eyes only. */
static void settle(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);

    if (fd < 0)
        return;
    fchmod(fd, 0600);
    fdatasync(fd);
    close(fd);
}

/* What else belongs to the file @path, removed. */
static void remove_beside(const char *path)
{
    static const char *const ends[] = {"-wal", "-shm", "-journal"};
    char name[PATH_MAX + 40];

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        snprintf(name, sizeof(name), "%s%s", path, ends[i]);
        unlink(name);
    }
}

/* An empty history, made beside its place and moved there whole: where there
 * is a file, it has been one. With LOCK_WORK alone. */
static int make_new(struct history *h, struct err *err)
{
    char path[PATH_MAX + 24];
    struct history new = {.lock = -1};
    int code, rc = 0;

    snprintf(path, sizeof(path), "%s.new-%d", h->path, (int)getpid());
    unlink(path);
    remove_beside(path);
    memcpy(new.path, h->path, sizeof(new.path));
    code = sqlite3_open_v2(path, &new.db,
                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (new.db)
        sqlite3_extended_result_codes(new.db, 1);
    if (code == SQLITE_OK)
        code = fill_new(new.db);
    if (code != SQLITE_OK)
        rc = history_failed(&new, "cannot begin a history", err);
    code = sqlite3_close(new.db);
    if (rc == 0 && code != SQLITE_OK)
        rc = err_set(err, -EAGAIN, "cannot begin a history in %.300s", h->path);
    if (rc == 0) {
        settle(path);
        /* Of one that was removed by hand: its log would be taken for ours. */
        remove_beside(h->path);
        if (link(path, h->path) < 0 && errno != EEXIST &&
            rename(path, h->path) < 0)
            rc = err_set(err, -EAGAIN, "cannot begin a history in %s: %s",
                         h->path, strerror(errno));
    }
    unlink(path);
    remove_beside(path);
    /* SQLite's "unable to open" of a name that nobody knows. */
    return rc == -EBADMSG ? -EAGAIN : rc;
}

/* ---- setting one aside ----------------------------------------------------
 */

/* Move @from to @to unless that is there. */
static int move_fresh(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -errno;
    if (access(to, F_OK) == 0)
        return -EEXIST;
    return rename(from, to) == 0 ? 0 : -errno;
}

/* Away with h->path, to a name in @aside. With LOCK_WORK alone. */
static int move_aside(const struct history *h, char *aside, size_t size)
{
    char from[PATH_MAX + 8], to[PATH_MAX + 80];
    time_t now = time(NULL);
    char date[32];
    struct tm day;
    int rc = -EEXIST;

    localtime_r(&now, &day);
    strftime(date, sizeof(date), "%Y%m%d-%H%M%S", &day);
    for (int i = 1; i < 1000 && rc == -EEXIST; i++) {
        if (i == 1)
            snprintf(aside, size, "%s.damaged-%s", h->path, date);
        else
            snprintf(aside, size, "%s.damaged-%s-%d", h->path, date, i);
        rc = move_fresh(h->path, aside);
    }
    if (rc < 0)
        return rc;
    snprintf(from, sizeof(from), "%s-wal", h->path);
    snprintf(to, sizeof(to), "%s-wal", aside);
    rename(from, to);
    snprintf(from, sizeof(from), "%s-shm", h->path);
    unlink(from);
    return 0;
}

static bool still_there(const struct history *h)
{
    struct stat st;

    return stat(h->path, &st) == 0 && st.st_dev == h->device &&
           st.st_ino == h->inode;
}

/* The file that was found damaged is .device and .inode; it is closed. Once,
 * however many processes find it so. @told: what happened. */
static int set_aside(struct history *h, char told[400], struct err *err)
{
    char aside[PATH_MAX + 64];
    int rc = 0;

    history_lock(h, LOCK_WORK, F_WRLCK, true);
    if (!still_there(h)) {
        snprintf(told, 400,
                 "the history was damaged; another timeslice has just set it "
                 "aside and begun a new one");
    } else {
        rc = move_aside(h, aside, sizeof(aside));
        if (rc == 0)
            snprintf(told, 400,
                     "the history was damaged: it is now %.200s, and a new one "
                     "was begun; \"timeslice history import FILE\" takes out "
                     "of it what can still be read",
                     aside);
        else
            err_set(err, -EAGAIN,
                    "the history %s is damaged and cannot be set aside: %s",
                    h->path, strerror(-rc));
    }
    history_lock(h, LOCK_WORK, F_UNLCK, true);
    return rc < 0 ? -EAGAIN : 0;
}

/* ---- looking one over -----------------------------------------------------
 */

static int64_t pragma(struct history *h, const char *name)
{
    char sql[64];

    snprintf(sql, sizeof(sql), "PRAGMA %s", name);
    return history_number(h, sql, 0, NULL, -1);
}

/* Every table as it was made, and nothing else. */
static bool schema_right(struct history *h)
{
    sqlite3_stmt *s =
        history_sql(h,
                    "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL"
                    " AND name <> 'sqlite_sequence' ORDER BY rowid",
                    0, NULL);
    bool right = s != NULL;
    int i = 0;

    for (; right && sqlite3_step(s) == SQLITE_ROW; i++) {
        const char *sql = (const char *)sqlite3_column_text(s, 0);

        right = history_schema[i] && sql && strcmp(sql, history_schema[i]) == 0;
    }
    sqlite3_finalize(s);
    return right && !history_schema[i];
}

static bool quick_check(struct history *h)
{
    sqlite3_stmt *s = history_sql(h, "PRAGMA quick_check(1)", 0, NULL);
    bool right = s && sqlite3_step(s) == SQLITE_ROW &&
                 strcmp((const char *)sqlite3_column_text(s, 0), "ok") == 0;

    sqlite3_finalize(s);
    return right;
}

/* 0; -ENOTSUP: of a later schema; -EBADMSG: damaged; others with a sentence.
 * @size: the file's, -1 while a log may have more than it. @thorough: read all
 * of it. */
static int look_over(struct history *h, int64_t size, bool thorough,
                     struct err *err)
{
    int64_t application, schema, page;

    /* The first to read anything: whether it is a database at all, and not
     * shorter than its header says. */
    application = pragma(h, "application_id");
    if (application < 0)
        return history_failed(h, "cannot read the history", err);
    schema = pragma(h, "user_version");
    if (application == HISTORY_APPLICATION && schema > HISTORY_SCHEMA)
        return err_set(err, -ENOTSUP,
                       "%s was written by a later timeslice (schema %lld, this "
                       "one knows %d); it was left as it is",
                       h->path, (long long)schema, HISTORY_SCHEMA);
    if (application != HISTORY_APPLICATION || schema != HISTORY_SCHEMA ||
        !schema_right(h))
        return err_set(err, -EBADMSG, "%s has other tables", h->path);
    /* SQLite sees whole pages missing, but not a part of the last one. */
    page = pragma(h, "page_size");
    if (page <= 0 || (size >= 0 && size % page != 0))
        return err_set(err, -EBADMSG, "%s is cut off", h->path);
    if (sqlite3_db_readonly(h->db, "main") == 1)
        return err_set(err, -EAGAIN, "%s cannot be written", h->path);
    if (thorough && !quick_check(h))
        return err_set(err, -EBADMSG, "%s is damaged", h->path);
    return 0;
}

static int open_database(struct history *h, struct err *err)
{
    int keep_log = 1;
    int code = sqlite3_open_v2(h->path, &h->db, SQLITE_OPEN_READWRITE, NULL);

    if (!h->db)
        return err_set(err, -ENOMEM, "not enough memory for the history");
    sqlite3_extended_result_codes(h->db, 1);
    if (code != SQLITE_OK)
        return history_failed(h, "cannot open the history", err);
    sqlite3_busy_timeout(h->db, HISTORY_BUSY_MS);
    sqlite3_db_config(h->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(h->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_file_control(h->db, "main", SQLITE_FCNTL_PERSIST_WAL, &keep_log);
    /* NORMAL: what was committed outlives this process at once, and a loss of
     * power after the next checkpoint. */
    code = execute(h->db, "PRAGMA trusted_schema = OFF;"
                          "PRAGMA cell_size_check = ON;"
                          "PRAGMA synchronous = NORMAL");
    if (code == SQLITE_OK) {
        char sql[64];

        snprintf(sql, sizeof(sql), "PRAGMA journal_size_limit = %d", LOG_BYTES);
        code = execute(h->db, sql);
    }
    return code == SQLITE_OK
               ? 0
               : history_failed(h, "cannot open the history", err);
}

/* ---- opening --------------------------------------------------------------
 */

static int64_t log_bytes(const struct history *h)
{
    char path[PATH_MAX + 8];
    struct stat st;

    snprintf(path, sizeof(path), "%s-wal", h->path);
    return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

/* Open what is there. -ENOENT: nothing; -EBADMSG: damaged, closed. */
static int open_there(struct history *h, struct err *err)
{
    bool alone = history_lock(h, LOCK_OPEN, F_WRLCK, false);
    bool died = alone && mark_open(h);
    /* Somebody may be writing a log into it, or have died over that. */
    bool moving = log_bytes(h) > 0 && (died || !alone);
    struct stat st;
    int rc;

    if (stat(h->path, &st) < 0)
        return errno == ENOENT
                   ? -ENOENT
                   : err_set(err, -EAGAIN, "cannot open the history %s: %s",
                             h->path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(err, -EAGAIN,
                       "%s is in the way: the history is kept in a file of "
                       "that name",
                       h->path);
    h->device = st.st_dev;
    h->inode = st.st_ino;
    if (st.st_size == 0)
        return err_set(err, -EBADMSG, "%s is empty", h->path);
    rc = open_database(h, err);
    if (rc == 0)
        rc = look_over(h, moving ? -1 : (int64_t)st.st_size,
                       died || st.st_size <= LOOK_BYTES, err);
    if (rc < 0) {
        sqlite3_close(h->db);
        h->db = NULL;
    }
    return rc;
}

int history_file_open(struct history *h, char told[400], struct err *err)
{
    int rc = -ENOENT;

    told[0] = '\0';
    if (h->lock < 0)
        lock_open(h);
    for (int i = 0; i < TRIES; i++) {
        history_lock(h, LOCK_WORK, F_RDLCK, true);
        rc = open_there(h, err);
        history_lock(h, LOCK_OPEN, rc == 0 ? F_RDLCK : F_UNLCK, true);
        history_lock(h, LOCK_WORK, F_UNLCK, true);
        if (rc == -ENOENT) {
            struct stat st;

            history_lock(h, LOCK_WORK, F_WRLCK, true);
            rc = stat(h->path, &st) == 0 ? 0 : make_new(h, err);
            history_lock(h, LOCK_WORK, F_UNLCK, true);
        } else if (rc == -EBADMSG) {
            rc = set_aside(h, told, err);
        } else {
            return rc;
        }
        if (rc < 0)
            return rc;
    }
    return err_set(err, -EAGAIN, "the history %s comes and goes", h->path);
}

void history_file_close(struct history *h)
{
    if (h->db && log_bytes(h) > LOG_BYTES) {
        sqlite3_busy_timeout(h->db, 0); /* who reads just now may do it */
        sqlite3_wal_checkpoint_v2(h->db, "main", SQLITE_CHECKPOINT_TRUNCATE,
                                  NULL, NULL);
    }
    if (h->db)
        sqlite3_close_v2(h->db);
    if (h->db && history_lock(h, LOCK_OPEN, F_WRLCK, false))
        mark_closed(h);
    h->db = NULL;
    history_lock(h, LOCK_OPEN, F_UNLCK, true);
    if (h->lock >= 0)
        close(h->lock);
    h->lock = -1;
}

int history_file_damaged(struct history *h, struct err *err)
{
    struct err more = {0};
    char told[400], again[400];
    int rc;

    sqlite3_close_v2(h->db);
    h->db = NULL;
    rc = set_aside(h, told, err);
    if (rc < 0)
        return rc;
    if (history_file_open(h, again, &more) < 0)
        return err_set(err, -EBADMSG, "%.200s; %.180s", told, more.text);
    return err_set(err, -EBADMSG, "%s", told);
}
