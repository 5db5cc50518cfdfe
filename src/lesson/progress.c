/* What a learner has done, a line an event. Any process.
 *
 * Whoever appends holds a lock for as long as that takes, so that nobody takes
 * another's half line for one that was cut short; but nobody waits for it for
 * long, as without it only a line that was torn by a crash in that very moment
 * could come to harm. */
#include "lesson/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/paths.h"

#define LESSON_WORD (sizeof(((struct progress_item *)0)->lesson))
#define DATA_MOST 4000 /* bytes of an event's data */

const char *const progress_words[] = {
    "open", "predict", "run",  "observe", "check", "hint",  "quiz",
    "key",  "again",   "step", "skip",    "done",  "reset", NULL};

int progress_path(char *out, size_t size, struct err *err)
{
    char folder[PATH_MAX];
    int rc = paths_state(folder, sizeof(folder), err);

    if (rc < 0)
        return rc;
    if ((size_t)snprintf(out, size, "%s/progress.tsv", folder) >= size)
        return err_set(err, -EAGAIN, "the path %.200s is too long", folder);
    return 0;
}

/* ---- reading ------------------------------------------------------------- */

static int find_word(const char *word)
{
    for (int i = 0; i < PROGRESS_EVENTS; i++)
        if (strcmp(progress_words[i], word) == 0)
            return i;
    return -1;
}

/* Understand the line @line, in place. */
static bool cut_line(char *line, struct progress_item *out)
{
    char *field[5], *end;
    int event;

    for (int i = 0; i < 5; i++) {
        field[i] = i < 4 ? strsep(&line, "\t") : line;
        if (field[i] == NULL)
            return false;
    }
    if (strchr(field[4], '\t') || strlen(field[1]) >= LESSON_WORD ||
        field[0][0] < '0' || field[0][0] > '9')
        return false;
    errno = 0;
    out->at_s = strtoll(field[0], &end, 10);
    if (errno || *end)
        return false;
    out->revision = strtoull(field[2], &end, 16);
    event = find_word(field[3]);
    if (errno || *end || field[2][0] == '\0' || field[1][0] == '\0' ||
        event < 0)
        return false;
    snprintf(out->lesson, sizeof(out->lesson), "%s", field[1]);
    out->event = (enum progress_event)event;
    out->data = field[4];
    return true;
}

static int add_item(struct progress *p, const struct progress_item *item)
{
    if (p->count == p->cap) {
        int cap = p->cap ? 2 * p->cap : 64;
        struct progress_item *grown =
            realloc(p->items, (size_t)cap * sizeof(*grown));

        if (grown == NULL)
            return -ENOMEM;
        p->items = grown;
        p->cap = cap;
    }
    p->items[p->count++] = *item;
    return 0;
}

/* By time, for an import appends what may be older. Events of one second stay
 * as they are: data lies in the order of the file. */
static int by_time(const void *a, const void *b)
{
    const struct progress_item *x = a, *y = b;

    if (x->at_s != y->at_s)
        return x->at_s < y->at_s ? -1 : 1;
    return x->data < y->data ? -1 : x->data > y->data;
}

int progress_parse(struct progress *p, const char *text, size_t length)
{
    *p = (struct progress){.text = malloc(length + 1)};
    if (p->text == NULL)
        return -ENOMEM;
    if (length)
        memcpy(p->text, text, length);
    p->text[length] = '\0';
    for (char *line = p->text; line < p->text + length;) {
        size_t left = (size_t)(p->text + length - line);
        char *end = memchr(line, '\n', left);
        struct progress_item item;

        if (end == NULL) {
            p->damaged++;
            break;
        }
        *end = '\0';
        if (line == end)
            ; /* nothing */
        else if (strlen(line) != (size_t)(end - line) || !cut_line(line, &item))
            p->damaged++;
        else if (add_item(p, &item) < 0)
            return -ENOMEM;
        line = end + 1;
    }
    if (p->count)
        qsort(p->items, (size_t)p->count, sizeof(*p->items), by_time);
    return 0;
}

/* All of @in, from its beginning. 0 or -errno; text_fini() in any case. */
static int read_all(int fd, struct text *out)
{
    char piece[1 << 16];
    ssize_t n;

    while ((n = read(fd, piece, sizeof(piece) - 1)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        /* NULs, of a file that a crash left behind, end no line. */
        for (ssize_t i = 0; i < n; i++)
            piece[i] = piece[i] ? piece[i] : '\1';
        piece[n] = '\0';
        text_add(out, piece);
    }
    return out->failed ? -ENOMEM : 0;
}

static int parse_fd(int fd, struct progress *p)
{
    struct text all = {0};
    int rc = read_all(fd, &all);

    if (rc == 0)
        rc = progress_parse(p, text_str(&all), all.len);
    text_fini(&all);
    return rc;
}

int progress_read(struct progress *p, struct err *err)
{
    char path[PATH_MAX];
    int rc, fd;

    *p = (struct progress){0};
    rc = progress_path(path, sizeof(path), err);
    if (rc < 0)
        return rc;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return 0;
    rc = fd < 0 ? -errno : parse_fd(fd, p);
    if (fd >= 0)
        close(fd);
    if (rc < 0)
        return err_set(err, rc, "%.300s cannot be read: %m", path);
    return 0;
}

void progress_fini(struct progress *p)
{
    free(p->items);
    free(p->text);
    *p = (struct progress){0};
}

/* ---- appending ----------------------------------------------------------- */

/* Wait up to a second for the lock; it goes when @fd is closed. */
static void lock(int fd)
{
    const struct timespec pause = {.tv_nsec = 5000000};

    for (int i = 0; i < 200 && flock(fd, LOCK_EX | LOCK_NB) < 0; i++)
        nanosleep(&pause, NULL);
}

static int open_log(char *path, size_t size, struct err *err)
{
    int rc = progress_path(path, size, err);
    int fd;

    if (rc < 0)
        return rc;
    fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(err, -errno, "%.300s cannot be written: %m", path);
    lock(fd);
    return fd;
}

/* What ends a line that was cut short: with two tabs more no line is a good
 * one, wherever it was cut. */
#define TORN "\t\t\n"

/* Append @lines, whole ones, in one write(); and on disk with it. What is there
 * may end in the middle of a line, then a new one is begun. Too large a file
 * for a limit is an error, no death. */
static int append(int fd, const char *path, const struct text *lines,
                  struct err *err)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction before;
    struct text all = {0};
    struct stat st;
    char last = '\n';
    ssize_t written;
    int rc = 0;

    if (fstat(fd, &st) == 0 && st.st_size > 0 &&
        pread(fd, &last, 1, st.st_size - 1) == 1 && last != '\n')
        text_add(&all, TORN);
    text_add(&all, text_str(lines));
    if (lines->failed || all.failed) {
        text_fini(&all);
        return err_set(err, -ENOMEM, "no memory to note progress: %m");
    }
    sigaction(SIGXFSZ, &ignore, &before);
    do
        written = write(fd, text_str(&all), all.len);
    while (written < 0 && errno == EINTR);
    if (written < 0)
        rc = -errno;
    sigaction(SIGXFSZ, &before, NULL);
    if (rc == 0 && (size_t)written < all.len)
        rc = -ENOSPC;
    else if (rc == 0 && fdatasync(fd) < 0 && errno != EINVAL && errno != EROFS)
        rc = -errno;
    text_fini(&all);
    return rc ? err_set(err, rc, "progress could not be noted in %.250s: %m",
                        path)
              : 0;
}

/* Any control character would end the field or the line: a blank for it. */
static void add_data(struct text *line, const char *data)
{
    size_t begin = line->len;

    text_addf(line, "%.*s", DATA_MOST, data);
    for (size_t i = begin; i < line->len && !line->failed; i++)
        if ((unsigned char)line->data[i] < ' ' || line->data[i] == 127)
            line->data[i] = ' ';
}

static void add_line(struct text *out, int64_t at_s, const char *lesson,
                     uint64_t revision, enum progress_event event,
                     const char *data)
{
    text_addf(out, "%" PRId64 "\t%s\t%016" PRIx64 "\t%s\t", at_s, lesson,
              revision, progress_words[event]);
    add_data(out, data);
    text_add(out, "\n");
}

int progress_add(const char *lesson, uint64_t revision,
                 enum progress_event event, struct err *err, const char *format,
                 ...)
{
    struct text data = {0}, line = {0};
    char path[PATH_MAX];
    va_list ap;
    int rc, fd;

    va_start(ap, format);
    text_addv(&data, format, ap);
    va_end(ap);
    add_line(&line, (int64_t)time(NULL), lesson, revision, event,
             text_str(&data));
    line.failed |= data.failed;
    fd = open_log(path, sizeof(path), err);
    rc = fd < 0 ? fd : append(fd, path, &line, err);
    if (fd >= 0)
        close(fd);
    text_fini(&data);
    text_fini(&line);
    return rc;
}

/* ---- to and from other machines ------------------------------------------ */

static void add_item_line(struct text *out, const struct progress_item *item)
{
    add_line(out, item->at_s, item->lesson, item->revision, item->event,
             item->data);
}

int progress_export(FILE *out, struct err *err)
{
    struct progress p;
    struct text all = {0};
    int rc = progress_read(&p, err);

    for (int i = 0; rc == 0 && i < p.count; i++)
        add_item_line(&all, &p.items[i]);
    if (rc == 0 && all.failed)
        rc = err_set(err, -ENOMEM, "no memory to copy progress: %m");
    if (rc == 0 && (fputs(text_str(&all), out) == EOF || fflush(out) == EOF))
        rc = err_set(err, -errno, "progress could not be written: %m");
    text_fini(&all);
    progress_fini(&p);
    return rc;
}

static bool same_item(const struct progress_item *a,
                      const struct progress_item *b)
{
    return a->at_s == b->at_s && a->event == b->event &&
           a->revision == b->revision && strcmp(a->lesson, b->lesson) == 0 &&
           strcmp(a->data, b->data) == 0;
}

/* Add those of @theirs that @ours lacks; both are sorted by time, so that only
 * events of the same second need be compared. What is there twice at theirs
 * comes in twice. */
static int merge(const struct progress *theirs, const struct progress *ours,
                 struct text *lines)
{
    bool *taken = calloc((size_t)ours->count + 1, sizeof(*taken));
    int from = 0, added = 0;

    if (taken == NULL)
        return -ENOMEM;
    for (int i = 0; i < theirs->count; i++) {
        const struct progress_item *item = &theirs->items[i];
        int k;

        while (from < ours->count && ours->items[from].at_s < item->at_s)
            from++;
        for (k = from; k < ours->count && ours->items[k].at_s == item->at_s;
             k++)
            if (!taken[k] && same_item(&ours->items[k], item))
                break;
        if (k < ours->count && ours->items[k].at_s == item->at_s) {
            taken[k] = true;
            continue;
        }
        add_item_line(lines, item);
        added++;
    }
    free(taken);
    return lines->failed ? -ENOMEM : added;
}

/* With the log open and locked: what is there is read through the same file. */
static int merge_into(int fd, const char *path, const struct progress *theirs,
                      int *added, struct err *err)
{
    struct progress ours = {0};
    struct text lines = {0};
    int rc = parse_fd(fd, &ours);

    if (rc < 0)
        rc = err_set(err, rc, "%.300s cannot be read: %m", path);
    if (rc == 0) {
        *added = merge(theirs, &ours, &lines);
        rc = *added < 0 ? err_set(err, *added, "no memory to compare: %m") : 0;
    }
    if (rc == 0 && *added > 0)
        rc = append(fd, path, &lines, err);
    text_fini(&lines);
    progress_fini(&ours);
    return rc;
}

static int read_theirs(const char *path, struct progress *p, struct err *err)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 ? -errno : parse_fd(fd, p);

    if (fd >= 0 && !standard)
        close(fd);
    if (rc < 0)
        return err_set(err, rc, "%.300s cannot be read: %m", path);
    if (p->count == 0 && p->damaged)
        return err_set(err, -EINVAL,
                       "%.300s has no progress: it should be a file that "
                       "\"timeslice lesson progress export\" wrote",
                       path);
    return 0;
}

int progress_import(const char *path, int *added, struct err *err)
{
    struct progress theirs = {0};
    char log[PATH_MAX];
    int fd, rc;

    *added = 0;
    rc = read_theirs(path, &theirs, err);
    fd = rc < 0 ? rc : open_log(log, sizeof(log), err);
    if (fd >= 0) {
        rc = merge_into(fd, log, &theirs, added, err);
        close(fd);
    } else {
        rc = fd;
    }
    progress_fini(&theirs);
    return rc;
}
