/* Kept runs by name: a number of the history, or a file that "run --keep"
 * wrote. Screen process. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/common.h"
#include "keep/history.h"
#include "keep/pack.h"

/* Whatever is larger is none of ours. */
#define KEPT_BYTES (INT64_C(1) << 30)

static int read_file(const char *path, struct pack *out, struct err *err)
{
    FILE *from = fopen(path, "re");
    struct stat st;
    size_t n;

    if (!from)
        return err_set(err, -EINVAL, "%s: cannot read it: %s", path,
                       strerror(errno));
    if (fstat(fileno(from), &st) < 0 || !S_ISREG(st.st_mode) ||
        st.st_size > KEPT_BYTES) {
        fclose(from);
        return err_set(err, -EINVAL,
                       "%s is not a kept run; \"timeslice run EXPERIMENT "
                       "--keep FILE\" writes one",
                       path);
    }
    out->cap = (size_t)st.st_size + 1;
    out->data = malloc(out->cap);
    if (!out->data) {
        fclose(from);
        return err_set(err, -ENOMEM, "%s: there is no memory for it", path);
    }
    n = fread(out->data, 1, out->cap, from);
    out->len = n;
    fclose(from);
    return 0;
}

static int from_file(struct trace **out, const char *path, struct err *err)
{
    struct pack pack = {0};
    struct err why = {0};
    int rc = read_file(path, &pack, err);

    if (rc == 0) {
        rc = pack_open(pack.data, pack.len, out, &why);
        if (rc < 0) /* the request named what is no kept run */
            rc = err_set(err, rc == -ENOMEM ? rc : -EINVAL, "%s: %s", path,
                         why.text);
    }
    pack_fini(&pack);
    return rc;
}

/* The first run that is told of: the newest. */
static bool take_run(const struct history_item *item, void *arg)
{
    if (item->kind != HISTORY_RUN)
        return true;
    *(int64_t *)arg = item->id;
    return false;
}

/* Which run is meant; "last" is the newest one, though there be newer sweeps.
 */
static int find_run(struct history *h, const char *word, int64_t *id,
                    struct err *err)
{
    enum history_kind kind = HISTORY_RUN;
    int rc = history_name(h, word, &kind, id, err);

    if (rc < 0 || kind == HISTORY_RUN)
        return rc;
    if (strcmp(word, "last") != 0)
        return err_set(err, -EINVAL,
                       "\"%s\" is a sweep or a comparison, not a run; "
                       "\"timeslice sweep --watch s%" PRId64 "\" shows a sweep",
                       word, *id);
    *id = 0;
    rc = history_list(h, NULL, INT_MAX, take_run, id, err);
    if (rc == 0 && *id == 0)
        rc = err_set(err, -EINVAL, "there is no run in the history");
    return rc;
}

static int from_history(struct trace **out, const char *word, struct err *err)
{
    struct history *h = NULL;
    char told[400] = "";
    int64_t id = 0;
    int rc = history_open(&h, told, err);

    if (told[0])
        cli_refuse(0, "%s", told);
    if (rc < 0)
        return rc;
    rc = find_run(h, word, &id, err);
    if (rc == 0)
        rc = history_trace(h, id, out, err);
    history_close(h);
    if (rc == -ENOENT) { /* a request for what is not there */
        rc = -EINVAL;
        err->code = rc;
    }
    return rc;
}

int cli_kept(struct trace **out, const char *word, struct err *err)
{
    struct stat st;
    bool number = word[0] != '\0' && word[strspn(word, "0123456789")] == '\0';

    *out = NULL;
    /* A number is the history's, even if there is a file of that name: "./17"
     * is that one. */
    if (!number && strcmp(word, "last") != 0 &&
        (strpbrk(word, "/.") || stat(word, &st) == 0))
        return from_file(out, word, err);
    return from_history(out, word, err);
}

int cli_keep(struct cli_file *f, const struct trace *t, struct err *err)
{
    struct pack pack;
    int rc = pack_trace(t, PACK_SPANS, &pack, err);

    if (rc < 0)
        return rc;
    if (fwrite(pack.data, 1, pack.len, f->stream) != pack.len)
        rc = err_set(err, -errno, "%m");
    pack_fini(&pack);
    return rc < 0 ? rc : cli_file_finish(f, err);
}
