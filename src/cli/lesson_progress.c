/* "timeslice lesson progress" and "lesson summary": what a learner did, to
 * look at, to take to another machine, to hand in. Screen process. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/lesson.h"
#include "export/lesson_export.h"
#include "lesson/tally.h"

/* ---- show ---------------------------------------------------------------- */

static void print_day(int64_t at_s)
{
    time_t at = (time_t)at_s;
    struct tm tm;
    char day[24];

    if (localtime_r(&at, &tm) && strftime(day, sizeof(day), "%Y-%m-%d", &tm))
        fputs(day, stdout);
}

static void print_lesson(const struct course *c, int index,
                         const struct progress *p)
{
    static const char *const words[] = {
        [COURSE_NEW] = "new",         [COURSE_BEGUN] = "begun",
        [COURSE_DONE] = "done",       [COURSE_OLD] = "done, changed since",
        [COURSE_SKIPPED] = "skipped", [COURSE_LATER] = "later"};
    struct tally t;

    tally_make(&t, p, c->lessons[index].id);
    if (t.last) {
        printf("  %02d  %-32s  ", c->lessons[index].number,
               c->lessons[index].id);
        print_day(t.last->at_s);
        printf("  %s", words[course_state(c, index, p)]);
        if (t.judged)
            printf("; %d of %d predictions right", t.right, t.judged);
        if (t.hints)
            printf("; %d hint%s", t.hints, t.hints == 1 ? "" : "s");
        puts(".");
    }
}

static int show(const struct lesson_wishes *x)
{
    struct course c = {0};
    struct progress p = {0};
    struct err err = {0};
    char path[PATH_MAX];
    int status = lesson_course(&c, x);

    if (status < 0 && (progress_path(path, sizeof(path), &err) < 0 ||
                       progress_read(&p, &err) < 0))
        status = cli_refuse_err(&err, EXIT_FAILED);
    if (status < 0) {
        if (p.count == 0)
            puts("Nothing yet: no lesson was begun.");
        for (int i = 0; i < c.count; i++)
            print_lesson(&c, i, &p);
        printf("\nKept in %s\n", path);
        if (p.damaged)
            printf("%d line%s of it could not be read and %s passed over.\n",
                   p.damaged, p.damaged == 1 ? "" : "s",
                   p.damaged == 1 ? "was" : "were");
        status = cli_flush(EXIT_DONE);
    }
    progress_fini(&p);
    course_fini(&c);
    return status;
}

/* ---- to and from other machines ------------------------------------------ */

static int export_to(const struct lesson_wishes *x)
{
    struct cli_file file = {0};
    struct err err = {0};
    int rc = 0;

    if (x->out && strcmp(x->out, "-") != 0)
        rc = cli_file_open(&file, "out", x->out, &err);
    if (rc == 0)
        rc = progress_export(file.stream ? file.stream : stdout, &err);
    if (rc == 0 && file.stream)
        rc = cli_file_finish(&file, &err);
    cli_file_drop(&file);
    if (rc < 0)
        return cli_refuse_err(&err, EXIT_FAILED);
    return cli_flush(EXIT_DONE);
}

static int import_from(const struct lesson_wishes *x)
{
    struct err err = {0};
    int added;

    if (progress_import(x->words[1], &added, &err) < 0)
        return cli_refuse_err(&err, EXIT_REQUEST);
    if (added == 0)
        puts("All of it was here already.");
    else
        printf("%d event%s came in.\n", added, added == 1 ? "" : "s");
    return cli_flush(EXIT_DONE);
}

static int reset_one(const struct course_lesson *l)
{
    struct err err = {0};

    if (progress_add(l->id, l->lesson.revision, PROGRESS_RESET, &err, "%s",
                     "") < 0)
        return cli_refuse_err(&err, EXIT_FAILED);
    printf("%02d %s is new again; what was noted before stays in the log.\n",
           l->number, l->lesson.title ? l->lesson.title : l->id);
    return cli_flush(EXIT_DONE);
}

static int reset(const struct lesson_wishes *x)
{
    struct course c = {0};
    struct err err = {0};
    int status = lesson_course(&c, x);

    if (status < 0) {
        const struct course_lesson *l = course_find(&c, x->words[1], &err);

        status = l ? reset_one(l) : cli_refuse_err(&err, EXIT_REQUEST);
    }
    course_fini(&c);
    return status;
}

static const struct progress_word {
    const char *name;
    int words; /* with itself */
    int (*run)(const struct lesson_wishes *x);
    const char *usage;
} third_words[] = {
    {"show", 1, show, "lesson progress show"},
    {"export", 1, export_to, "lesson progress export [--out FILE]"},
    {"import", 2, import_from, "lesson progress import FILE"},
    {"reset", 2, reset, "lesson progress reset LESSON"},
};
#define THIRD_WORDS ((int)(sizeof(third_words) / sizeof(third_words[0])))

int cli_lesson_progress(const struct lesson_wishes *x)
{
    const char *names[THIRD_WORDS + 1] = {0};
    const char *near;

    if (x->count == 0)
        return show(x);
    for (int i = 0; i < THIRD_WORDS; i++) {
        names[i] = third_words[i].name;
        if (strcmp(x->words[0], names[i]) != 0)
            continue;
        if (x->count != third_words[i].words)
            return cli_refuse(EXIT_REQUEST, "it is: timeslice %s",
                              third_words[i].usage);
        return third_words[i].run(x);
    }
    near = text_nearest(x->words[0], names);
    return cli_refuse(
        EXIT_REQUEST, "lesson progress: \"%s\" is none of its words%s%s%s",
        x->words[0], near ? "; did you mean \"" : "; they are ",
        near ? near : "show, export, import and reset", near ? "\"?" : "");
}

/* ---- summary ------------------------------------------------------------- */

static bool is_page(const char *path)
{
    const char *dot = path ? strrchr(path, '.') : NULL;

    return dot &&
           (strcasecmp(dot, ".html") == 0 || strcasecmp(dot, ".htm") == 0);
}

/* Its words to --out or standard output. */
static int put_out(const struct lesson_wishes *x, const struct text *out)
{
    struct cli_file file = {0};
    struct err err = {0};
    int rc = 0;

    if (x->out == NULL || strcmp(x->out, "-") == 0) {
        fputs(text_str(out), stdout);
        return cli_flush(EXIT_DONE);
    }
    rc = cli_file_open(&file, "out", x->out, &err);
    if (rc == 0)
        fputs(text_str(out), file.stream);
    if (rc == 0)
        rc = cli_file_finish(&file, &err);
    cli_file_drop(&file);
    return rc < 0 ? cli_refuse_err(&err, EXIT_REQUEST) : EXIT_DONE;
}

static int summarise(const struct lesson_wishes *x, struct course *c,
                     const struct progress *p, const char *only)
{
    struct machine m;
    struct text out = {0};
    int rc;

    machine_read(&m);
    rc = is_page(x->out)
             ? lesson_summary_html(c, p, only, x->name, &m, &out)
             : lesson_summary_markdown(c, p, only, x->name, &m, &out);
    rc = rc < 0 ? cli_refuse(EXIT_FAILED, "no memory for the summary")
                : put_out(x, &out);
    text_fini(&out);
    return rc;
}

int cli_lesson_summary(const struct lesson_wishes *x)
{
    struct course c = {0};
    struct progress p = {0};
    struct err err = {0};
    const struct course_lesson *l = NULL;
    int status = -1;

    if (x->count > 1)
        return cli_refuse(EXIT_REQUEST, "it is: timeslice lesson summary "
                                        "[LESSON] [--name NAME] [--out FILE]");
    status = lesson_course(&c, x);
    if (status < 0 && x->count == 1) {
        l = course_find(&c, x->words[0], &err);
        if (l == NULL)
            status = cli_refuse_err(&err, EXIT_REQUEST);
    }
    if (status < 0 && progress_read(&p, &err) < 0)
        status = cli_refuse_err(&err, EXIT_FAILED);
    if (status < 0)
        status = summarise(x, &c, &p, l ? l->id : NULL);
    progress_fini(&p);
    course_fini(&c);
    return status;
}
