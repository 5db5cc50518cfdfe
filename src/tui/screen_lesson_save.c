/* What a learner found, saved as a page: Markdown and HTML, in the working
 * directory. Screen process. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "export/lesson_export.h"
#include "tui/app.h"

/* Into the new file @stem.@ending: never over an old one. */
static int write_new(const char *stem, const char *ending,
                     const struct text *text, char name[96], struct err *err)
{
    const char *s = text_str(text);
    size_t left = text->len;
    int fd, rc = 0;

    snprintf(name, 96, "%s.%s", stem, ending);
    fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return err_set(err, -errno, "cannot write %s here: %m", name);
    while (left > 0 && rc == 0) {
        ssize_t n = write(fd, s, left);

        if (n < 0)
            rc = err_set(err, -errno, "cannot write all of %s: %m", name);
        else
            s += n, left -= (size_t)n;
    }
    if (close(fd) != 0 && rc == 0)
        rc = err_set(err, -errno, "cannot write all of %s: %m", name);
    if (rc < 0)
        unlink(name);
    return rc;
}

int lesson_save(struct app *a, const char *only, const char *stem,
                char said[200], struct err *err)
{
    struct text page = {0};
    char name[2][96];
    int rc;

    if (!course_of(a, err))
        return err->code;
    course_look(a);
    rc = lesson_summary_markdown(a->course.course, &a->course.progress, only,
                                 NULL, a->options.machine, &page);
    if (rc == 0)
        rc = write_new(stem, "md", &page, name[0], err);
    text_fini(&page);
    if (rc < 0)
        return rc;
    rc = lesson_summary_html(a->course.course, &a->course.progress, only, NULL,
                             a->options.machine, &page);
    if (rc == 0)
        rc = write_new(stem, "html", &page, name[1], err);
    text_fini(&page);
    snprintf(said, 200, "%s and %s", name[0], name[1]);
    return rc;
}
