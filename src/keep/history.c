/* The history: opening, transactions. Screen process. */
#include "keep/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/paths.h"
#include "keep/history_parts.h"

int history_open_at(struct history **out, const char *path, char told[400],
                    struct err *err)
{
    struct history *h = calloc(1, sizeof(*h));
    int rc;

    *out = NULL;
    told[0] = '\0';
    if (!h)
        return err_set(err, -ENOMEM, "not enough memory for the history");
    h->lock = -1;
    if (strlen(path) >= sizeof(h->path) - 64) {
        free(h);
        return err_set(err, -EAGAIN, "the history's path is too long");
    }
    snprintf(h->path, sizeof(h->path), "%s", path);
    history_quiet(h, true);
    rc = history_file_open(h, told, err);
    history_quiet(h, false);
    if (rc < 0) {
        history_close(h);
        return rc;
    }
    *out = h;
    return 0;
}

int history_open(struct history **out, char told[400], struct err *err)
{
    char folder[PATH_MAX], path[PATH_MAX + 16];
    int rc = paths_state(folder, sizeof(folder), err);

    *out = NULL;
    told[0] = '\0';
    if (rc < 0)
        return rc;
    snprintf(path, sizeof(path), "%s/history.db", folder);
    return history_open_at(out, path, told, err);
}

void history_close(struct history *h)
{
    if (!h)
        return;
    history_quiet(h, true);
    history_file_close(h);
    history_quiet(h, false);
    free(h);
}

const char *history_path(const struct history *h)
{
    return h->path;
}

/* ---- transactions ---------------------------------------------------------
 */

void history_quiet(struct history *h, bool begin)
{
    static const struct sigaction ignore = {.sa_handler = SIG_IGN};

    if (begin)
        sigaction(SIGXFSZ, &ignore, &h->size_signal);
    else
        sigaction(SIGXFSZ, &h->size_signal, NULL);
}

/* Another process may have set the file aside, or somebody removed it. */
static int open_anew(struct history *h, struct err *err)
{
    char told[400];
    int rc;

    sqlite3_close_v2(h->db);
    h->db = NULL;
    rc = history_file_open(h, told, err);
    if (rc == 0 && told[0])
        rc = err_set(err, -EBADMSG, "%s", told);
    return rc;
}

int history_begin(struct history *h, bool write, struct err *err)
{
    struct stat st;
    int rc = 0;

    history_quiet(h, true);
    for (int i = 0; rc == 0; i++) {
        history_lock(h, LOCK_WORK, F_RDLCK, true);
        if (h->db && stat(h->path, &st) == 0 && st.st_dev == h->device &&
            st.st_ino == h->inode)
            break;
        history_lock(h, LOCK_WORK, F_UNLCK, true);
        rc = i < 3 ? open_anew(h, err)
                   : err_set(err, -EAGAIN, "the history %s comes and goes",
                             h->path);
    }
    if (rc < 0) {
        history_quiet(h, false);
        return rc;
    }
    if (history_run(h, write ? "BEGIN IMMEDIATE" : "BEGIN", 0, NULL) !=
        SQLITE_OK)
        return history_end(h, -EIO, "cannot use the history", err);
    return 0;
}

/* The transaction is over, well or not, and the file, if it is damaged, goes.
 */
static int finish(struct history *h, int rc, bool damaged, struct err *err)
{
    if (!sqlite3_get_autocommit(h->db))
        sqlite3_exec(h->db, "ROLLBACK", NULL, NULL, NULL);
    history_lock(h, LOCK_WORK, F_UNLCK, true);
    if (damaged)
        rc = history_file_damaged(h, err);
    history_quiet(h, false);
    return rc;
}

int history_end(struct history *h, int rc, const char *what, struct err *err)
{
    bool damaged = false;

    if (rc >= 0 && history_run(h, "COMMIT", 0, NULL) != SQLITE_OK)
        rc = -EIO;
    if (rc == -EIO) { /* before another statement covers it */
        damaged = history_is_damage(sqlite3_errcode(h->db));
        if (!damaged)
            rc = history_failed(h, what, err);
    }
    return finish(h, rc, damaged, err);
}

int history_spoilt(struct history *h, struct err *err)
{
    return finish(h, -EBADMSG, true, err);
}
