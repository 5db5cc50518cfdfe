/* One lesson by its name, number or path; those that a search finds; how they
 * stand, and which comes next. Any process. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lesson/course_parts.h"

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;

    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

static bool is_path(const char *word)
{
    size_t length = strlen(word);

    return strchr(word, '/') ||
           (length > 3 && strcmp(word + length - 3, ".md") == 0);
}

/* The lesson at @path in place of what @l has. */
static struct course_lesson *read_path(struct course_lesson *l,
                                       const char *path, struct err *err)
{
    struct lesson read = {0};

    if (lesson_read(&read, path, err) < 0) {
        lesson_fini(&read);
        return NULL;
    }
    lesson_fini(&l->lesson);
    l->lesson = read;
    snprintf(l->path, sizeof(l->path), "%s", path);
    return l;
}

/* A file that the course does not have becomes an own lesson. */
static struct course_lesson *find_path(struct course *c, const char *path,
                                       struct err *err)
{
    const char *slash = strrchr(path, '/');
    int number = c->count ? c->lessons[c->count - 1].number : 0;
    struct course_file name = {0};
    struct course_lesson *l;

    for (int i = 0; i < c->count; i++)
        if (same_file(c->lessons[i].path, path))
            return &c->lessons[i];
    l = realloc(c->lessons, (size_t)(c->count + 1) * sizeof(*l));
    if (l == NULL) {
        err_set(err, -ENOMEM, "no memory to read %.300s: %m", path);
        return NULL;
    }
    c->lessons = l;
    l += c->count;
    *l = (struct course_lesson){.track = 'O', .own = true};
    if (read_path(l, path, err) == NULL)
        return NULL;
    l->number = number + 1;
    l->revisions[l->revision_count++] = l->lesson.revision;
    course_file_name(slash ? slash + 1 : path, &name);
    snprintf(l->id, sizeof(l->id), "%s",
             l->lesson.id[0] ? l->lesson.id : name.id);
    c->count++;
    return l;
}

static struct course_lesson *find_number(struct course *c, const char *word,
                                         struct err *err)
{
    long number = strtol(word, NULL, 10);

    for (int i = 0; i < c->count; i++)
        if (c->lessons[i].number == number)
            return &c->lessons[i];
    err_set(err, -ENOENT, "there is no lesson %.20s; they are %d to %d", word,
            c->lessons[0].number, c->lessons[c->count - 1].number);
    return NULL;
}

struct course_lesson *course_find(struct course *c, const char *word,
                                  struct err *err)
{
    const char **names;
    const char *near;

    if (is_path(word))
        return find_path(c, word, err);
    if (word[0] && strspn(word, "0123456789") == strlen(word) && c->count)
        return find_number(c, word, err);
    for (int i = 0; i < c->count; i++)
        if (strcmp(c->lessons[i].id, word) == 0)
            return &c->lessons[i];
    names = calloc((size_t)c->count + 1, sizeof(*names));
    for (int i = 0; names && i < c->count; i++)
        names[i] = c->lessons[i].id;
    near = names ? text_nearest(word, names) : NULL;
    if (near)
        err_set(err, -ENOENT,
                "there is no lesson \"%.100s\"; did you mean "
                "\"%s\"?",
                word, near);
    else
        err_set(err, -ENOENT,
                "there is no lesson \"%.100s\"; \"timeslice lesson list\" "
                "shows what there is",
                word);
    free(names);
    return NULL;
}

/* ---- searching ----------------------------------------------------------- */

static bool has_all(const char *searched, const char *words)
{
    char word[64];
    int length;

    for (const char *p = words; sscanf(p, " %63s%n", word, &length) == 1;
         p += length)
        if (strcasestr(searched, word) == NULL)
            return false;
    return true;
}

int course_search(const struct course *c, const char *search, int *out,
                  int most)
{
    int count = 0;

    for (int i = 0; i < c->count && count < most; i++)
        if (has_all(c->lessons[i].searched ? c->lessons[i].searched
                                           : c->lessons[i].id,
                    search))
            out[count++] = i;
    return count;
}

/* ---- how they stand ------------------------------------------------------ */

/* What the events of one lesson come to. */
struct standing {
    bool begun, skipped, done;
    bool current; /* done in a version that is there now */
};

static bool is_current(const struct course_lesson *l, uint64_t revision)
{
    for (int i = 0; i < l->revision_count; i++)
        if (l->revisions[i] == revision)
            return true;
    return false;
}

static struct standing standing(const struct course_lesson *l,
                                const struct progress *p)
{
    struct standing s = {0};
    char word[8];

    for (int i = 0; i < p->count; i++) {
        const struct progress_item *item = &p->items[i];

        if (strcmp(item->lesson, l->id) != 0)
            continue;
        if (item->event == PROGRESS_RESET) {
            s = (struct standing){0};
            continue;
        }
        s.begun = true;
        if (item->event == PROGRESS_SKIP)
            s.skipped = true;
        if (item->event != PROGRESS_DONE)
            continue;
        if (progress_field(item->data, "skipped", word, sizeof(word)) &&
            strcmp(word, "1") == 0) {
            s.skipped = true;
        } else {
            s.done = true;
            s.current = is_current(l, item->revision);
        }
    }
    return s;
}

/* Has what should come before @l been done, or its explanation read? */
static bool is_ready(const struct course *c, const struct course_lesson *l,
                     const struct progress *p)
{
    for (int i = 0; i < c->count; i++) {
        struct standing s;

        if (!lesson_lists(l->lesson.after, c->lessons[i].id))
            continue;
        s = standing(&c->lessons[i], p);
        if (!s.done && !s.skipped)
            return false;
    }
    return true;
}

enum course_state course_state(const struct course *c, int index,
                               const struct progress *p)
{
    const struct course_lesson *l = &c->lessons[index];
    struct standing s = standing(l, p);

    if (s.done)
        return s.current ? COURSE_DONE : COURSE_OLD;
    if (s.skipped)
        return COURSE_SKIPPED;
    if (s.begun)
        return COURSE_BEGUN;
    return is_ready(c, l, p) ? COURSE_NEW : COURSE_LATER;
}

int course_next(const struct course *c, const struct progress *p)
{
    int later = -1, skipped = -1;

    for (int i = 0; i < c->count; i++)
        switch (course_state(c, i, p)) {
        case COURSE_NEW:
        case COURSE_BEGUN:
            return i;
        case COURSE_SKIPPED:
            skipped = skipped < 0 ? i : skipped;
            break;
        case COURSE_LATER: /* only in a circle of lessons */
            later = later < 0 ? i : later;
            break;
        default:
            break;
        }
    return later >= 0 ? later : skipped;
}
