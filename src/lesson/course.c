/* All lessons: those that come with timeslice, in the order of course.txt, and
 * the user's own, which may take a lesson's name over. Any process. */
#include "lesson/course.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/paths.h"
#include "lesson/course_parts.h"

#ifndef TIMESLICE_LESSONS /* the Makefile says it */
#define TIMESLICE_LESSONS "lessons"
#endif

#define ORDER "course.txt"
#define OWN_TRACK 'O'
#define TRACKS                                                                 \
    ((int)(sizeof(((struct course *)0)->tracks) / sizeof(struct course_track)))

static bool has_order(const char *folder)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/" ORDER, folder);
    return access(path, R_OK) == 0;
}

int course_folder(char *out, size_t size, struct err *err)
{
    if (paths_installed("lessons", out, size) == 0 && has_order(out))
        return 0;
    if (has_order(TIMESLICE_LESSONS) &&
        (size_t)snprintf(out, size, "%s", TIMESLICE_LESSONS) < size)
        return 0;
    return err_set(err, -ENOENT,
                   "the lessons are not where they were installed, nor at "
                   "%.200s; \"make install\" puts them in place",
                   TIMESLICE_LESSONS);
}

/* ---- course.txt ---------------------------------------------------------- */

struct place { /* a line of course.txt */
    char id[LESSON_NAME];
    char track;
    bool extension;
};
struct order {
    struct place places[100];
    int count;
};

static int bad_line(struct err *err, const char *folder, int line,
                    const char *what)
{
    return err_set(err, -EINVAL, "%.200s/" ORDER ":%d: %s", folder, line, what);
}

static const char *track_line(struct course *c, const char *line)
{
    struct course_track *t = &c->tracks[c->track_count];

    line += strspn(line, " #");
    if (line[0] < 'A' || line[0] > 'Z' || line[1] != ' ')
        return "a track is a capital letter and a title: \"# A Waiting\"";
    if (c->track_count == TRACKS)
        return "there are too many tracks";
    for (int i = 0; i < c->track_count; i++)
        if (c->tracks[i].letter == line[0])
            return "there is such a track already";
    t->letter = line[0];
    snprintf(t->title, sizeof(t->title), "%s",
             line + 1 + strspn(line + 1, " "));
    c->track_count++;
    return NULL;
}

static const char *place_line(const struct course *c, struct order *o,
                              const char *line)
{
    struct place *p = &o->places[o->count];
    char id[64] = "", word[16] = "", rest[2] = "";
    int words = sscanf(line, "%63s %15s %1s", id, word, rest);

    if (c->track_count == 0)
        return "a lesson before the first track";
    if (o->count == (int)(sizeof(o->places) / sizeof(o->places[0])))
        return "there are too many lessons";
    if (strlen(id) >= LESSON_NAME || words > 2 ||
        (words == 2 && strcmp(word, "extension") != 0))
        return "a line is a lesson's id, after which \"extension\" may stand";
    for (int i = 0; i < o->count; i++)
        if (strcmp(o->places[i].id, id) == 0)
            return "that lesson is in the list already";
    snprintf(p->id, sizeof(p->id), "%s", id);
    p->track = c->tracks[c->track_count - 1].letter;
    p->extension = words == 2;
    o->count++;
    return NULL;
}

static int read_order(struct course *c, struct order *o, const char *folder,
                      struct err *err)
{
    char path[PATH_MAX], line[256];
    const char *wrong = NULL;
    int number = 0;
    FILE *f;

    snprintf(path, sizeof(path), "%s/" ORDER, folder);
    f = fopen(path, "re");
    if (f == NULL)
        return err_set(err, -errno, "%.300s cannot be read: %m", path);
    while (wrong == NULL && fgets(line, sizeof(line), f)) {
        line[strcspn(line, "\r\n")] = '\0';
        number++;
        if (line[0] == '#')
            wrong = track_line(c, line);
        else if (line[strspn(line, " \t")])
            wrong = place_line(c, o, line);
    }
    fclose(f);
    return wrong ? bad_line(err, folder, number, wrong) : 0;
}

/* ---- lessons ------------------------------------------------------------- */

static void lesson_end(struct course_lesson *l)
{
    lesson_fini(&l->lesson);
    free(l->searched);
    *l = (struct course_lesson){0};
}

void course_fini(struct course *c)
{
    for (int i = 0; i < c->count; i++)
        lesson_end(&c->lessons[i]);
    free(c->lessons);
    *c = (struct course){0};
}

static void note_revision(struct course_lesson *l, uint64_t revision)
{
    if (l->revision_count <
        (int)(sizeof(l->revisions) / sizeof(l->revisions[0])))
        l->revisions[l->revision_count++] = revision;
}

/* Add @word to the words of @list, unless it is among them or too much. */
static void add_language(char *list, size_t size, const char *word)
{
    size_t used = strlen(list);

    if (word[0] && !lesson_lists(list, word) && used + strlen(word) + 2 < size)
        snprintf(list + used, size - used, "%s%s", used ? " " : "", word);
}

/* The translations of @l, and their revisions. */
static void note_languages(struct course_lesson *l,
                           const struct course_files *files,
                           const struct course_file *chosen)
{
    for (int i = 0; i < files->count; i++) {
        const struct course_file *f = &files->files[i];
        struct lesson other = {0};

        if (strcmp(f->id, l->id) != 0)
            continue;
        add_language(l->languages, sizeof(l->languages), f->lang);
        if (f != chosen && lesson_read(&other, f->path, NULL) == 0)
            note_revision(l, other.revision);
        lesson_fini(&other);
    }
}

static void add_words(struct text *t, const char *words)
{
    if (words)
        text_addf(t, "%s\n", words);
}

/* What a search of @l looks through. */
static int note_searched(struct course_lesson *l, const struct table *topics)
{
    struct text t = {0};

    add_words(&t, l->id);
    add_words(&t, l->lesson.title);
    add_words(&t, l->lesson.question);
    add_words(&t, l->lesson.targets);
    for (int i = 0; i < topics->count; i++)
        if (lesson_lists(l->lesson.covers, topics->rows[i].cell[0]))
            add_words(&t, topics->rows[i].cell[3]);
    if (t.failed) {
        text_fini(&t);
        return -ENOMEM;
    }
    l->searched = t.data; /* given away */
    return 0;
}

/* The file of @id in the language that is wanted most. */
static const struct course_file *choose(const struct course_files *files,
                                        const char *id, const char *wanted)
{
    char copy[160];
    char *p = copy, *word;
    const struct course_file *f = NULL;

    snprintf(copy, sizeof(copy), "%s", wanted);
    while (f == NULL && (word = strsep(&p, " ")) != NULL) {
        if (strcmp(word, "en") == 0)
            break;
        f = course_file_of(files, id, word);
    }
    return f ? f : course_file_of(files, id, "");
}

/* Room for one more lesson at the end, empty; NULL: no memory. */
static struct course_lesson *new_lesson(struct course *c)
{
    struct course_lesson *grown =
        realloc(c->lessons, (size_t)(c->count + 1) * sizeof(*grown));

    if (grown == NULL)
        return NULL;
    c->lessons = grown;
    grown[c->count] = (struct course_lesson){0};
    return &grown[c->count];
}

/* Read @chosen into @l, which has its place already. False: it cannot be. */
static int fill(struct course_lesson *l, const struct course_files *files,
                const struct course_file *chosen, const struct table *topics,
                struct err *err)
{
    int rc;

    snprintf(l->id, sizeof(l->id), "%s", chosen->id);
    snprintf(l->path, sizeof(l->path), "%s", chosen->path);
    rc = lesson_read(&l->lesson, l->path, err);
    if (rc < 0)
        return rc;
    note_revision(l, l->lesson.revision);
    note_languages(l, files, chosen);
    return note_searched(l, topics) < 0
               ? err_set(err, -ENOMEM, "no memory to read the lessons: %m")
               : 0;
}

/* Add the lesson of @files with @id, if there is one that can be read. */
static int add_lesson(struct course *c, const struct course_files *files,
                      const struct place *place, bool own, const char *wanted,
                      const struct table *topics, struct err *err)
{
    const struct course_file *chosen = choose(files, place->id, wanted);
    struct course_lesson *l;
    int rc;

    if (chosen == NULL)
        return -ENOENT;
    l = new_lesson(c);
    if (l == NULL)
        return err_set(err, -ENOMEM, "no memory to read the lessons: %m");
    l->track = place->track;
    l->extension = place->extension;
    l->own = own;
    rc = fill(l, files, chosen, topics, err);
    if (rc < 0) {
        lesson_end(l);
        return rc == -ENOMEM ? rc : -ENOENT;
    }
    c->count++;
    return 0;
}

static bool has_id(const struct course *c, const char *id)
{
    for (int i = 0; i < c->count; i++)
        if (strcmp(c->lessons[i].id, id) == 0)
            return true;
    return false;
}

/* Those of @own that the order does not name come after all others. */
static int add_own(struct course *c, const struct course_files *own,
                   const char *wanted, const struct table *topics,
                   struct err *err)
{
    int number = c->count ? c->lessons[c->count - 1].number : 0;

    for (int i = 0; i < own->count; i++) {
        struct place place = {.track = OWN_TRACK};
        int rc;

        if (own->files[i].lang[0] || has_id(c, own->files[i].id))
            continue;
        snprintf(place.id, sizeof(place.id), "%s", own->files[i].id);
        rc = add_lesson(c, own, &place, true, wanted, topics, err);
        if (rc == -ENOMEM)
            return rc;
        if (rc == 0)
            c->lessons[c->count - 1].number = ++number;
    }
    return 0;
}

static void own_track(struct course *c)
{
    bool any = false;

    for (int i = 0; i < c->count; i++)
        any |= c->lessons[i].track == OWN_TRACK;
    if (any && c->track_count < TRACKS)
        c->tracks[c->track_count++] =
            (struct course_track){.letter = OWN_TRACK, .title = "Your own"};
}

/* ---- the whole course ---------------------------------------------------- */

/* A language that was asked for by name and that no lesson speaks is a
 * mistake; the environment's is only a wish. */
static int check_language(const struct course *c, const char *lang,
                          struct err *err)
{
    char wanted[160], all[64] = "en";

    if (lang == NULL || lang[0] == '\0')
        return 0;
    course_wanted(lang, wanted, sizeof(wanted));
    for (int i = 0; i < c->count; i++) {
        char copy[64];
        char *p = copy, *word;

        snprintf(copy, sizeof(copy), "%s", c->lessons[i].languages);
        while ((word = strsep(&p, " ")) != NULL) {
            if (lesson_lists(wanted, word))
                return 0;
            add_language(all, sizeof(all), word);
        }
    }
    if (lesson_lists(all, lang) || strncmp(lang, "en", 2) == 0)
        return 0;
    return err_set(err, -EINVAL,
                   "--lang %.30s: no lesson is in that language; there are: %s",
                   lang, all);
}

/* All lessons of @order, of @own rather than of @files, then the rest of @own.
 */
static int add_all(struct course *c, const struct order *order,
                   const struct course_files *files,
                   const struct course_files *own, const char *lang,
                   struct err *err)
{
    struct table topics = {0};
    char wanted[160];
    int rc = 0;

    table_read(&topics, "topics.tsv", 4, NULL); /* without it less is found */
    course_wanted(lang, wanted, sizeof(wanted));
    for (int i = 0; rc == 0 && i < order->count; i++) {
        const struct place *place = &order->places[i];

        rc = add_lesson(c, own, place, true, wanted, &topics, err);
        if (rc == -ENOENT)
            rc = add_lesson(c, files, place, false, wanted, &topics, err);
        if (rc == 0)
            c->lessons[c->count - 1].number = i + 1;
        if (rc == -ENOENT)
            rc = 0; /* named, but not there */
    }
    if (rc == 0)
        rc = add_own(c, own, wanted, &topics, err);
    own_track(c);
    table_fini(&topics);
    return rc;
}

static int read_course(struct course *c, const struct course_files *own,
                       const char *folder, const char *lang, struct err *err)
{
    struct course_files files = {0};
    struct order *order = calloc(1, sizeof(*order));
    int rc;

    if (order == NULL)
        return err_set(err, -ENOMEM, "no memory for the lessons: %m");
    rc = read_order(c, order, folder, err);
    if (rc == 0 && course_files_in(&files, folder) < 0)
        rc = err_set(err, -ENOMEM, "no memory to look for lessons: %m");
    if (rc == 0)
        rc = add_all(c, order, &files, own, lang, err);
    if (rc == 0 && c->count == 0)
        rc = err_set(err, -ENOENT, "there are no lessons at %.300s", folder);
    if (rc == 0)
        rc = check_language(c, lang, err);
    course_files_fini(&files);
    free(order);
    return rc;
}

int course_read_from(struct course *c, const char *folder, const char *lang,
                     struct err *err)
{
    const struct course_files none = {0};

    *c = (struct course){0};
    return read_course(c, &none, folder, lang, err);
}

/* The user's folders: those named in TIMESLICE_LESSON_PATH, then the one for
 * data. 0 or -ENOMEM. */
static int own_files(struct course_files *own)
{
    const char *list = getenv("TIMESLICE_LESSON_PATH");
    char path[PATH_MAX];
    int rc = 0;

    for (const char *p = list ? list : ""; *p && rc != -ENOMEM;) {
        size_t length = strcspn(p, ":");

        if (length > 0 && length < sizeof(path)) {
            snprintf(path, sizeof(path), "%.*s", (int)length, p);
            rc = course_files_in(own, path);
        }
        p += length + (p[length] == ':');
    }
    if (rc != -ENOMEM && paths_own("lessons", path, sizeof(path)) == 0)
        rc = course_files_in(own, path);
    return rc == -ENOMEM ? rc : 0;
}

int course_read(struct course *c, const char *lang, struct err *err)
{
    struct course_files own = {0};
    char folder[PATH_MAX];
    int rc;

    *c = (struct course){0};
    rc = course_folder(folder, sizeof(folder), err);
    if (rc == 0 && own_files(&own) < 0)
        rc = err_set(err, -ENOMEM, "no memory to look for lessons: %m");
    if (rc == 0)
        rc = read_course(c, &own, folder, lang, err);
    course_files_fini(&own);
    return rc;
}
