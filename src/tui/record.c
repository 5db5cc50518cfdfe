/* The screen into a file, line by line. Screen process. */
#include "tui/record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

struct record {
    char *path;
    int fd; /* -1: it has ended early */
    int rows, columns;
    int64_t began_ns; /* 0: nothing has been recorded */
    int64_t bytes;    /* whole lines */
    struct text line; /* kept for its memory */
    char trouble[400];
};

int record_open(struct record **out, const char *path, struct err *err)
{
    struct record *r = calloc(1, sizeof(*r));
    int rc = 0;

    *out = NULL;
    if (!r)
        return err_set(err, -ENOMEM, "no memory for the recording");
    r->path = strdup(path);
    /* A full disk ends the recording, not the program. */
    signal(SIGXFSZ, SIG_IGN);
    r->fd =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    if (r->fd >= 0 && r->path) {
        *out = r;
        return 0;
    }
    if (r->fd >= 0) {
        unlink(path);
        rc = err_set(err, -ENOMEM, "no memory for the recording");
    } else if (errno == EEXIST) {
        rc = err_set(err, -EINVAL,
                     "--record %s: that is there already; name another file, "
                     "or remove it",
                     path);
    } else {
        rc = err_set(err, -EINVAL, "--record %s: cannot write there: %s", path,
                     strerror(errno));
    }
    record_close(r);
    return rc;
}

void record_close(struct record *r)
{
    if (!r)
        return;
    if (r->fd >= 0)
        close(r->fd);
    if (r->fd >= 0 && r->path && r->began_ns == 0)
        unlink(r->path);
    text_fini(&r->line);
    free(r->path);
    free(r);
}

/* ---- lines ----------------------------------------------------------------
 */

/* It ends here: with the last whole line. */
static void end_early(struct record *r, int code)
{
    /* If even this fails half a line stays behind, which players skip. */
    if (ftruncate(r->fd, r->bytes) < 0)
        code = code ? code : errno;
    close(r->fd);
    r->fd = -1;
    snprintf(r->trouble, sizeof(r->trouble),
             "the recording has ended: %s: %s; what was recorded until now can "
             "be played",
             r->path, strerror(code));
}

static void write_line(struct record *r)
{
    ssize_t done;

    text_add(&r->line, "\n");
    if (r->line.failed) {
        text_fini(&r->line);
        end_early(r, ENOMEM);
        return;
    }
    do
        done = write(r->fd, r->line.data, r->line.len);
    while (done < 0 && errno == EINTR);
    if (done == (ssize_t)r->line.len)
        r->bytes += done;
    else
        end_early(r, done < 0 ? errno : ENOSPC);
}

/* As the inside of a JSON string. Almost all of it is plain: that goes in whole
 * stretches. */
static void add_json(struct text *to, const char *bytes, size_t length)
{
    size_t from = 0;

    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];

        if (c >= ' ' && c != '"' && c != '\\' && c != 127)
            continue;
        text_addf(to, "%.*s", (int)(i - from), bytes + from);
        if (c == '"' || c == '\\')
            text_addf(to, "\\%c", c);
        else
            text_addf(to, "\\u%04x", c);
        from = i + 1;
    }
    text_addf(to, "%.*s", (int)(length - from), bytes + from);
}

static void begin_line(struct record *r)
{
    r->line.len = 0;
    text_add(&r->line, "");
}

/* "[1.234567, "o", "..."]" */
static void event(struct record *r, char kind, const char *bytes, size_t length)
{
    int64_t since_ns = clock_now_ns() - r->began_ns;

    begin_line(r);
    text_addf(&r->line, "[%" PRId64 ".%06" PRId64 ", \"%c\", \"",
              since_ns / NS_PER_S, since_ns % NS_PER_S / 1000, kind);
    add_json(&r->line, bytes, length);
    text_add(&r->line, "\"]");
    write_line(r);
}

static void header(struct record *r)
{
    const char *term = getenv("TERM");

    r->began_ns = clock_now_ns();
    begin_line(r);
    text_addf(&r->line,
              "{\"version\": 2, \"width\": %d, \"height\": %d, "
              "\"timestamp\": %lld, \"title\": \"timeslice\", "
              "\"env\": {\"TERM\": \"",
              r->columns, r->rows, (long long)time(NULL));
    if (term)
        add_json(&r->line, term, strlen(term));
    text_add(&r->line, "\"}}");
    write_line(r);
}

/* ---- what happens ---------------------------------------------------------
 */

void record_size(struct record *r, int rows, int columns)
{
    char size[32];
    bool first = r->rows == 0;

    if (r->fd < 0 || (rows == r->rows && columns == r->columns))
        return;
    r->rows = rows;
    r->columns = columns;
    if (first) {
        header(r);
        return;
    }
    event(r, 'r', size,
          (size_t)snprintf(size, sizeof(size), "%dx%d", columns, rows));
}

void record_output(struct record *r, const char *bytes, size_t length)
{
    if (r->fd >= 0 && length > 0)
        event(r, 'o', bytes, length);
}

const char *record_trouble(struct record *r)
{
    static char said[sizeof(r->trouble)];

    if (!r->trouble[0])
        return NULL;
    memcpy(said, r->trouble, sizeof(said));
    r->trouble[0] = '\0';
    return said;
}
