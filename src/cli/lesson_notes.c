/* "timeslice lesson notes": the teacher's second terminal. Follows whatever
 * lesson is being played by this user, until Ctrl-C; without a terminal it
 * prints what is there now. Screen process. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "cli/lesson.h"
#include "lesson/notes.h"
#include "lesson/prose.h"

/* The whole file, up to 64 KiB; "" when there is none. */
static void read_notes(const char *path, struct text *out)
{
    FILE *f = fopen(path, "re");
    char line[512];

    while (f && out->len < 65536 && fgets(line, sizeof(line), f))
        text_add(out, line);
    if (f)
        fclose(f);
}

static void show(const char *path, bool clear)
{
    struct text markdown = {0}, plain = {0};

    read_notes(path, &markdown);
    if (markdown.len)
        prose_plain(text_str(&markdown), cli_columns(80), 0, &plain);
    else
        text_add(&plain, "No lesson is being played. Start one on the other "
                         "terminal:\n\n    timeslice lesson --present\n");
    if (clear)
        fputs("\033[H\033[2J\033[3J", stdout);
    fputs(text_str(&plain), stdout);
    fflush(stdout);
    text_fini(&markdown);
    text_fini(&plain);
}

/* Wait until something happened in the folder, then until it is quiet for a
 * moment. */
static int wait_for_change(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char events[4096];

    do {
        if (read(fd, events, sizeof(events)) < 0 && errno != EAGAIN)
            return -errno;
    } while (poll(&p, 1, 50) > 0);
    if (poll(&p, 1, -1) < 0)
        return -errno;
    return 0;
}

static int follow(const char *path)
{
    char folder[PATH_MAX];
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK), rc = 0;

    snprintf(folder, sizeof(folder), "%s", path);
    *strrchr(folder, '/') = '\0';
    if (fd < 0 || inotify_add_watch(fd, folder, IN_MOVED_TO | IN_DELETE) < 0)
        rc = cli_refuse(EXIT_FAILED, "%s cannot be watched: %s", folder,
                        strerror(errno));
    while (rc == 0) {
        show(path, true);
        if (wait_for_change(fd) < 0)
            rc = EXIT_DONE;
    }
    if (fd >= 0)
        close(fd);
    return rc;
}

int cli_lesson_notes(const struct lesson_wishes *x)
{
    char path[PATH_MAX];
    struct err err = {0};

    if (x->count > 0)
        return cli_refuse(EXIT_REQUEST,
                          "lesson notes takes no words, not "
                          "\"%s\"",
                          x->words[0]);
    if (notes_path(path, sizeof(path), &err) < 0)
        return cli_refuse_err(&err, EXIT_FAILED);
    if (isatty(STDOUT_FILENO))
        return follow(path);
    show(path, false);
    return cli_flush(EXIT_DONE);
}
