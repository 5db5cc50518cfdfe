/* "timeslice lesson list": the course, a line a lesson, how far one is and how
 * to go on. "timeslice lesson coverage". Screen process. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lesson.h"
#include "export/lesson_export.h"

#define COLUMNS_MIN 40
#define STATE_COLUMNS 16 /* mark and word */
#define AFTER_MOST 3     /* lessons that are named there */

/* Said with a word; the mark is for those who look over many. */
static const struct {
    const char *mark, *ascii, *word;
} states[] = {
    [COURSE_NEW] = {" ", " ", ""},
    [COURSE_BEGUN] = {"\u25d0", "o", "begun"},
    [COURSE_DONE] = {"\u2713", "*", "done"},
    [COURSE_OLD] = {"\u2713", "*", "done, changed"},
    [COURSE_SKIPPED] = {"\u00bb", ">", "skipped"},
    [COURSE_LATER] = {"\u00b7", ".", NULL}, /* add_after() says it */
};

struct list {
    const struct lesson_wishes *wishes;
    struct course course;
    struct progress progress;
    int *shown, count;
    int columns;
    bool ascii;
};

/* At most @columns columns of @s; what does not fit ends with dots. */
static void add_cut(struct text *out, const char *s, int columns, bool ascii)
{
    uint32_t c;
    char one[5];

    if (text_columns(s) <= columns) {
        text_pad(out, s, columns);
        return;
    }
    for (int used = 0; *s && used < columns - (ascii ? 3 : 1); used++) {
        s += text_decode(s, &c);
        text_encode(one, c);
        text_add(out, one);
    }
    text_add(out, ascii ? "..." : "\u2026");
}

/* Which lessons should come first, by number: "after 01 03". */
static void add_after(struct text *out, const struct list *l, int index)
{
    const char *after = l->course.lessons[index].lesson.after;
    int said = 0, more = 0;

    for (int i = 0; i < l->course.count; i++) {
        enum course_state s;

        if (!lesson_lists(after, l->course.lessons[i].id))
            continue;
        s = course_state(&l->course, i, &l->progress);
        if (s == COURSE_DONE || s == COURSE_OLD || s == COURSE_SKIPPED)
            continue;
        if (said < AFTER_MOST)
            text_addf(out, "%s %02d", said ? "" : "after",
                      l->course.lessons[i].number);
        else
            more = 1;
        said++;
    }
    text_add(out, more ? " .." : "");
}

static void add_state(struct text *out, const struct list *l, int index)
{
    enum course_state s = course_state(&l->course, index, &l->progress);

    if (s == COURSE_NEW)
        return;
    text_addf(out, "%s ", l->ascii ? states[s].ascii : states[s].mark);
    if (s == COURSE_LATER)
        add_after(out, l, index);
    else
        text_add(out, states[s].word);
}

/* " 07  The 32 s that were not overhead   8 min  done" */
static void print_lesson(const struct list *l, int index)
{
    const struct course_lesson *x = &l->course.lessons[index];
    struct text line = {0}, title = {0};
    int columns = l->columns - 6 - 8 - 2 - STATE_COLUMNS;

    text_add(&title, x->lesson.title ? x->lesson.title : x->id);
    if (x->languages[0])
        text_addf(&title, " (%s)", x->languages);
    text_addf(&line, "  %02d  ", x->number);
    add_cut(&line, text_str(&title), columns > 48 ? 48 : columns, l->ascii);
    text_addf(&line, "  %2d min  ", x->lesson.minutes);
    add_state(&line, l, index);
    while (line.len && line.data[line.len - 1] == ' ')
        line.data[--line.len] = '\0';
    puts(text_str(&line));
    text_fini(&line);
    text_fini(&title);
}

static void print_track(const struct list *l, char letter, bool *first)
{
    for (int i = 0; i < l->course.track_count; i++)
        if (l->course.tracks[i].letter == letter)
            printf("%s%c  %s\n", *first ? "" : "\n", letter,
                   l->course.tracks[i].title);
    *first = false;
}

/* The lesson whose event is the last, if it was begun and is not done. */
static int begun_last(const struct list *l)
{
    for (int k = l->progress.count - 1; k >= 0; k--)
        for (int i = 0; i < l->course.count; i++)
            if (strcmp(l->course.lessons[i].id, l->progress.items[k].lesson) ==
                0)
                return course_state(&l->course, i, &l->progress) == COURSE_BEGUN
                           ? i
                           : -1;
    return -1;
}

static void print_totals(const struct list *l)
{
    int lessons[2] = {0}, done[2] = {0}, minutes = 0;
    struct text line = {0};

    for (int i = 0; i < l->course.count; i++) {
        const struct course_lesson *x = &l->course.lessons[i];
        enum course_state s = course_state(&l->course, i, &l->progress);
        bool is_done = s == COURSE_DONE || s == COURSE_OLD;

        lessons[x->extension]++;
        done[x->extension] += is_done;
        minutes += is_done ? 0 : x->lesson.minutes;
    }
    text_addf(&line, "%d of %d lessons done", done[0], lessons[0]);
    if (lessons[1])
        text_addf(&line, ", %d of %d extensions", done[1], lessons[1]);
    if (minutes >= 60)
        text_addf(&line, "; about %d h %02d min are left", minutes / 60,
                  minutes % 60);
    else if (minutes)
        text_addf(&line, "; about %d min are left", minutes);
    text_add(&line, ".");
    puts("");
    cli_wrap(text_str(&line), 0, 0, l->columns);
    text_fini(&line);
}

static void print_next(const struct list *l)
{
    int begun = begun_last(l);
    int next = begun >= 0 ? begun : course_next(&l->course, &l->progress);
    const struct course_lesson *x;

    if (next < 0) {
        cli_wrap("All are done. \"timeslice lesson summary\" puts together "
                 "what you predicted and what was measured.",
                 0, 0, l->columns);
        return;
    }
    x = &l->course.lessons[next];
    printf("\n%s: %02d ", begun >= 0 ? "Begun" : "Next", x->number);
    cli_wrap(x->lesson.title ? x->lesson.title : x->id, 10, 2, l->columns);
    if (x->lesson.question) {
        printf("  ");
        cli_wrap(x->lesson.question, 2, 2, l->columns);
    }
    printf("  timeslice lesson run %s\n", x->id);
}

static int print_text(const struct list *l)
{
    char track = 0;
    bool first = true;

    for (int i = 0; i < l->count; i++) {
        const struct course_lesson *x = &l->course.lessons[l->shown[i]];

        if (x->track != track)
            print_track(l, x->track, &first);
        track = x->track;
        print_lesson(l, l->shown[i]);
    }
    if (l->wishes->search)
        return l->count ? cli_flush(EXIT_DONE)
                        : cli_refuse(EXIT_DONE,
                                     "no lesson has all of \"%s\" in its "
                                     "title, question or topics",
                                     l->wishes->search);
    print_totals(l);
    print_next(l);
    return cli_flush(EXIT_DONE);
}

static int print_json(const struct list *l)
{
    struct text out = {0};
    int rc =
        lesson_list_json(&l->course, &l->progress, l->shown, l->count, &out);

    if (rc == 0)
        fputs(text_str(&out), stdout);
    text_fini(&out);
    if (rc < 0)
        return cli_refuse(EXIT_FAILED, "no memory to list the lessons");
    return cli_flush(EXIT_DONE);
}

static int list_all(struct list *l)
{
    const char *search = l->wishes->search;
    struct err err = {0};
    int most = l->course.count;

    if (progress_read(&l->progress, &err) < 0)
        cli_refuse(EXIT_DONE, "%s", err.text); /* the list is good without */
    l->shown = calloc((size_t)most + 1, sizeof(*l->shown));
    if (l->shown == NULL)
        return cli_refuse(EXIT_FAILED, "no memory to list the lessons");
    l->count = course_search(&l->course, search ? search : "", l->shown, most);
    l->ascii = l->wishes->ascii || !cli_utf8();
    l->columns = cli_columns(80);
    if (l->columns < COLUMNS_MIN)
        l->columns = COLUMNS_MIN;
    return l->wishes->json ? print_json(l) : print_text(l);
}

int cli_lesson_list(const struct lesson_wishes *x)
{
    struct list l = {.wishes = x};
    int status = x->count
                     ? cli_refuse(EXIT_REQUEST,
                                  "lesson list: \"%s\" is too much; to look "
                                  "for lessons: lesson list --search \"%s\"",
                                  x->words[0], x->words[0])
                     : lesson_course(&l.course, x);

    if (status < 0)
        status = list_all(&l);
    free(l.shown);
    progress_fini(&l.progress);
    course_fini(&l.course);
    return status;
}

/* Only what comes with timeslice, whatever a user has put beside it. */
int cli_lesson_coverage(const struct lesson_wishes *x)
{
    struct course c = {0};
    struct text out = {0};
    struct err err = {0};
    char folder[PATH_MAX];
    int missing = 0, rc;

    (void)x;
    rc = course_folder(folder, sizeof(folder), &err);
    if (rc == 0)
        rc = course_read_from(&c, folder, "en", &err);
    if (rc == 0)
        rc = coverage_write(&c, &out, &missing, &err);
    if (rc == 0)
        fputs(text_str(&out), stdout);
    text_fini(&out);
    course_fini(&c);
    if (rc < 0)
        return cli_refuse_err(&err, EXIT_FAILED);
    if (missing)
        cli_refuse(EXIT_FAILED, "%d %s missing", missing,
                   missing == 1 ? "thing is" : "things are");
    return cli_flush(missing ? EXIT_FAILED : EXIT_DONE);
}
