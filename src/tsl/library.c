/* The programs that come with timeslice, and a user's own: which there are and
 * what the comment at their top says. Any process.
 *
 * A user's own come first, so that a name of the library may be taken over;
 * then those of the installed program or, if it is not installed, of the source
 * tree that it was built from. */
#include "tsl/library.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/paths.h"
#include "base/text.h"

#ifndef TIMESLICE_RACES /* the Makefile says it */
#define TIMESLICE_RACES "assets/races"
#endif

/* The families in the order in which a course would take them; any other comes
 * after them, by name. */
static const char *const families[] = {
    "counters",   "check-act", "publication", "locks",  "deadlock",
    "semaphores", "condvars",  "lockfree",    "litmus", NULL};

#define OWN_FAMILY "own" /* of files that lie in no family's folder */
#define SUFFIX ".tsl"
#define HEAD_MOST 8192 /* bytes of a file in which its head ends */

/* ---- the head of a file -------------------------------------------------- */

/* Where a line of the head goes, by what it begins with. */
enum head_part { PART_TEACHES, PART_TSO, PART_EXPECT, PART_REPAIR, PART_COUNT };
static const char *const part_keys[PART_COUNT] = {
    [PART_TEACHES] = "teaches:",
    [PART_TSO] = "expect tso:",
    [PART_EXPECT] = "expect:",
    [PART_REPAIR] = "repair:",
};

struct head {
    char name[TSL_NAME];
    struct text summary;
    struct text parts[PART_COUNT];
    struct text *open; /* what the next line goes on with; NULL: nothing */
};

static void add_words(struct text *t, const char *s, size_t length)
{
    if (t->len && length)
        text_add(t, " ");
    text_addf(t, "%.*s", (int)length, s);
}

/* One comment line, @s without its slashes and the blanks around. */
static void head_line(struct head *h, const char *s, size_t length)
{
    const char *colon = memchr(s, ':', length);

    if (length == 0) {
        h->open = NULL;
        return;
    }
    for (int i = 0; i < PART_COUNT; i++) {
        size_t key = strlen(part_keys[i]);

        if (length < key || strncmp(s, part_keys[i], key) != 0)
            continue;
        h->open = &h->parts[i];
        for (s += key, length -= key; length && *s == ' '; s++)
            length--;
        add_words(h->open, s, length);
        return;
    }
    if (h->name[0] == '\0' && colon && (size_t)(colon - s) < TSL_NAME &&
        colon > s) {
        memcpy(h->name, s, (size_t)(colon - s));
        length -= (size_t)(colon - s) + 1;
        for (s = colon + 1; length && *s == ' '; s++)
            length--;
        h->open = &h->summary;
    }
    if (h->open)
        add_words(h->open, s, length);
}

/* Give @t's string away; NULL if nothing was said and @absent allows it. */
static int take(struct text *t, bool absent, char **out)
{
    *out = NULL;
    if (t->failed)
        return -ENOMEM;
    if (t->len == 0 && absent)
        return 0;
    *out = strdup(text_str(t));
    return *out ? 0 : -ENOMEM;
}

int library_head(const char *text, struct library_entry *out)
{
    struct head h = {0};
    int rc = 0;

    *out = (struct library_entry){0};
    for (const char *p = text; *p;) {
        const char *end = p + strcspn(p, "\n");
        const char *next = *end ? end + 1 : end;

        p += strspn(p, " \t\r");
        if (strncmp(p, "//", 2) != 0)
            break;
        p += 2;
        p += strspn(p, " \t\r");
        while (end > p && strchr(" \t\r", end[-1]))
            end--;
        head_line(&h, p, end > p ? (size_t)(end - p) : 0);
        p = next;
    }
    memcpy(out->name, h.name, sizeof(out->name));
    rc |= take(&h.summary, false, &out->summary);
    rc |= take(&h.parts[PART_TEACHES], false, &out->teaches);
    rc |= take(&h.parts[PART_EXPECT], true, &out->expect);
    rc |= take(&h.parts[PART_TSO], true, &out->expect_tso);
    rc |= take(&h.parts[PART_REPAIR], true, &out->repair);
    text_fini(&h.summary);
    for (int i = 0; i < PART_COUNT; i++)
        text_fini(&h.parts[i]);
    if (rc)
        library_entry_fini(out);
    return rc ? -ENOMEM : 0;
}

void library_entry_fini(struct library_entry *e)
{
    free(e->path);
    free(e->summary);
    free(e->teaches);
    free(e->expect);
    free(e->expect_tso);
    free(e->repair);
    *e = (struct library_entry){0};
}

/* The rest of what an exercise asks for is compared in repairs.c. */
int library_proves(const struct program *exercise, bool tso,
                   enum granularity granularity, struct err *err)
{
    struct library_entry head;
    bool wants_tso;

    if (granularity == GRANULARITY_STATEMENT)
        return err_set(err, -EINVAL,
                       "no machine does a whole statement in one step: the "
                       "proof needs steps of one access");
    if (tso || exercise->source == NULL)
        return 0;
    if (library_head(exercise->source, &head) < 0)
        return err_set(err, -ENOMEM, "no memory to read the exercise: %m");
    wants_tso = head.repair && strcasestr(head.repair, "tso");
    library_entry_fini(&head);
    if (wants_tso)
        return err_set(err, -EINVAL,
                       "this exercise is to hold with store buffers too: the "
                       "proof needs TSO");
    return 0;
}

/* ---- folders ------------------------------------------------------------- */

void library_fini(struct library *l)
{
    for (int i = 0; i < l->count; i++)
        library_entry_fini(&l->entries[i]);
    free(l->entries);
    *l = (struct library){0};
}

static bool has_name(const struct library *l, const char *name)
{
    for (int i = 0; i < l->count; i++)
        if (strcmp(l->entries[i].name, name) == 0)
            return true;
    return false;
}

/* The beginning of the file @path, as text. false: it cannot be read. */
static bool read_head(const char *path, char out[HEAD_MOST])
{
    FILE *f = fopen(path, "re");
    size_t length;

    if (f == NULL)
        return false;
    length = fread(out, 1, HEAD_MOST - 1, f);
    out[length] = '\0';
    fclose(f);
    return true;
}

/* Add the program at @path unless there is one of its name. What cannot be
 * read is no entry. 0 or -ENOMEM. */
static int add_file(struct library *l, const char *path, const char *family)
{
    const char *slash = strrchr(path, '/');
    const char *file = slash ? slash + 1 : path;
    int length = (int)(strlen(file) - strlen(SUFFIX));
    char text[HEAD_MOST], name[TSL_NAME];
    struct library_entry e, *grown;

    if (snprintf(name, sizeof(name), "%.*s", length, file) >= (int)sizeof(name))
        return 0;
    if (has_name(l, name) || !read_head(path, text))
        return 0;
    if (library_head(text, &e) < 0)
        return -ENOMEM;
    memcpy(e.name, name, sizeof(e.name));
    snprintf(e.family, sizeof(e.family), "%s", family);
    e.path = strdup(path);
    grown = e.path ? realloc(l->entries,
                             (size_t)(l->count + 1) * sizeof(*l->entries))
                   : NULL;
    if (grown == NULL) {
        library_entry_fini(&e);
        return -ENOMEM;
    }
    l->entries = grown;
    l->entries[l->count++] = e;
    return 0;
}

/* Add what lies in @folder, and in its folders, each of which is a family.
 * @family NULL: this is the top. 0, -ENOENT: no such folder, or -ENOMEM. */
static int add_folder(struct library *l, const char *folder, const char *family)
{
    DIR *d = opendir(folder);
    const struct dirent *entry;
    int rc = 0;

    if (d == NULL)
        return -ENOENT;
    while (rc == 0 && (entry = readdir(d)) != NULL) {
        const char *suffix = strrchr(entry->d_name, '.');
        char path[PATH_MAX];
        struct stat st;

        if (entry->d_name[0] == '.' ||
            snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) >=
                (int)sizeof(path) ||
            stat(path, &st) < 0)
            continue;
        if (S_ISDIR(st.st_mode) && family == NULL)
            rc = add_folder(l, path, entry->d_name);
        else if (S_ISREG(st.st_mode) && suffix && strcmp(suffix, SUFFIX) == 0)
            rc = add_file(l, path, family ? family : OWN_FAMILY);
        if (rc == -ENOENT)
            rc = 0; /* a family's folder that may not be looked into */
    }
    closedir(d);
    return rc;
}

static int family_rank(const char *family)
{
    int i = 0;

    while (families[i] && strcmp(families[i], family) != 0)
        i++;
    return i;
}

static int by_family_and_name(const void *a, const void *b)
{
    const struct library_entry *x = a, *y = b;
    int ranks = family_rank(x->family) - family_rank(y->family);
    int order = ranks ? ranks : strcmp(x->family, y->family);

    return order ? order : strcmp(x->name, y->name);
}

int library_read(struct library *l, struct err *err)
{
    char path[PATH_MAX];
    int own = -ENOENT, ours = -ENOENT;

    *l = (struct library){0};
    if (paths_own("races", path, sizeof(path)) == 0)
        own = add_folder(l, path, NULL);
    if (own != -ENOMEM && paths_installed("races", path, sizeof(path)) == 0)
        ours = add_folder(l, path, NULL);
    if (own != -ENOMEM && ours == -ENOENT)
        ours = add_folder(l, TIMESLICE_RACES, NULL);
    if (own == -ENOMEM || ours == -ENOMEM) {
        library_fini(l);
        return err_set(err, -ENOMEM, "no memory to read the library: %m");
    }
    if (own < 0 && ours < 0)
        return err_set(err, -ENOENT,
                       "the library of programs is not where it was installed, "
                       "nor at %.200s; \"make install\" puts it in place",
                       TIMESLICE_RACES);
    if (l->count)
        qsort(l->entries, (size_t)l->count, sizeof(*l->entries),
              by_family_and_name);
    return 0;
}

/* ---- finding one --------------------------------------------------------- */

/* Is @e what @name means: "peterson", "locks/peterson", "peterson.tsl"? */
static bool is_called(const struct library_entry *e, const char *name)
{
    size_t family = strlen(e->family), length = strlen(e->name);

    if (strncmp(name, e->family, family) == 0 && name[family] == '/')
        name += family + 1;
    return strncmp(name, e->name, length) == 0 &&
           (name[length] == '\0' || strcmp(name + length, SUFFIX) == 0);
}

static int say_unknown(const struct library *l, const char *name,
                       struct err *err)
{
    const char **names = calloc((size_t)l->count + 1, sizeof(*names));
    const char *slash = strrchr(name, '/');
    const char *near;

    if (names == NULL)
        return err_set(err, -ENOMEM, "no memory to look for a name: %m");
    for (int i = 0; i < l->count; i++)
        names[i] = l->entries[i].name;
    near = text_nearest(slash ? slash + 1 : name, names);
    if (near)
        err_set(err, -ENOENT,
                "there is no file \"%.120s\" and no program of that name in "
                "the library; did you mean \"%s\"?",
                name, near);
    else
        err_set(err, -ENOENT,
                "there is no file \"%.120s\" and no program of that name in "
                "the library; \"timeslice list races\" shows what there is",
                name);
    free(names);
    return -ENOENT;
}

int library_find(const char *name, char *path, size_t size, struct err *err)
{
    struct library l;
    struct stat st;
    const char *found = name;
    int rc;

    if (name[0] && stat(name, &st) == 0 && !S_ISDIR(st.st_mode)) {
        rc = snprintf(path, size, "%s", name);
        return rc < 0 || (size_t)rc >= size
                   ? err_set(err, -ENOENT, "the path \"%.60s...\" is too long",
                             name)
                   : 0;
    }
    rc = library_read(&l, err);
    if (rc < 0)
        return rc;
    found = NULL;
    for (int i = 0; i < l.count && found == NULL; i++)
        if (is_called(&l.entries[i], name))
            found = l.entries[i].path;
    if (found == NULL)
        rc = say_unknown(&l, name, err);
    else if ((size_t)snprintf(path, size, "%s", found) >= size)
        rc = err_set(err, -ENOENT, "the path %.200s... is too long", found);
    library_fini(&l);
    return rc;
}
