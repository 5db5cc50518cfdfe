/* Which files are lessons, and in which languages. Any process. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lesson/course_parts.h"

#define SUFFIX ".md"

bool course_file_name(const char *name, struct course_file *out)
{
    char stem[64];
    char *id = stem, *dot;
    size_t length = strlen(name);

    out->lang[0] = '\0';
    if (length <= strlen(SUFFIX) || length >= sizeof(stem) ||
        strcmp(name + length - strlen(SUFFIX), SUFFIX) != 0)
        return false;
    snprintf(stem, sizeof(stem), "%.*s", (int)(length - strlen(SUFFIX)), name);
    dot = strchr(stem, '.');
    if (dot) {
        *dot = '\0';
        if (strlen(dot + 1) < 2 || strlen(dot + 1) >= sizeof(out->lang))
            return false;
        snprintf(out->lang, sizeof(out->lang), "%s", dot + 1);
    }
    while (isdigit((unsigned char)*id))
        id++;
    id = id > stem && *id == '-' ? id + 1 : stem;
    length = strlen(id);
    if (length < 3 || length >= sizeof(out->id) ||
        strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != length)
        return false;
    snprintf(out->id, sizeof(out->id), "%s", id);
    return true;
}

static int add(struct course_files *f, const struct course_file *file)
{
    if (f->count == f->cap) {
        int cap = f->cap ? 2 * f->cap : 64;
        struct course_file *grown =
            realloc(f->files, (size_t)cap * sizeof(*grown));

        if (grown == NULL)
            return -ENOMEM;
        f->files = grown;
        f->cap = cap;
    }
    f->files[f->count++] = *file;
    return 0;
}

static int scan(struct course_files *f, const char *folder, bool top)
{
    DIR *d = opendir(folder);
    const struct dirent *entry;
    int rc = 0;

    if (d == NULL)
        return -ENOENT;
    while (rc == 0 && (entry = readdir(d)) != NULL) {
        struct course_file file = {0};
        struct stat st;

        if (entry->d_name[0] == '.' ||
            snprintf(file.path, sizeof(file.path), "%s/%s", folder,
                     entry->d_name) >= (int)sizeof(file.path) ||
            stat(file.path, &st) < 0)
            continue;
        if (S_ISDIR(st.st_mode) && top)
            rc = scan(f, file.path, false);
        else if (S_ISREG(st.st_mode) && course_file_name(entry->d_name, &file))
            rc = add(f, &file);
        if (rc == -ENOENT)
            rc = 0; /* a folder that may not be looked into */
    }
    closedir(d);
    return rc;
}

static int by_path(const void *a, const void *b)
{
    const struct course_file *x = a, *y = b;

    return strcmp(x->path, y->path);
}

int course_files_in(struct course_files *f, const char *folder)
{
    int first = f->count;
    int rc = scan(f, folder, true);

    if (f->count > first)
        qsort(f->files + first, (size_t)(f->count - first), sizeof(*f->files),
              by_path);
    return rc;
}

void course_files_fini(struct course_files *f)
{
    free(f->files);
    *f = (struct course_files){0};
}

const struct course_file *course_file_of(const struct course_files *f,
                                         const char *id, const char *lang)
{
    for (int i = 0; i < f->count; i++)
        if (strcmp(f->files[i].id, id) == 0 &&
            strcmp(f->files[i].lang, lang) == 0)
            return &f->files[i];
    return NULL;
}

/* ---- languages ----------------------------------------------------------- */

/* Add "fr_CA" of @locale ("fr_CA.UTF-8@euro"), then "fr". */
static void want(struct text *t, const char *locale, size_t length)
{
    size_t whole = strcspn(locale, ".@:");
    size_t plain = strcspn(locale, "_.@:");

    if (whole > length)
        whole = length;
    if (whole == 0)
        return;
    if (plain < whole)
        text_addf(t, "%.*s ", (int)whole, locale);
    text_addf(t, "%.*s ", (int)(plain < whole ? plain : whole), locale);
}

static bool is_plain(const char *locale)
{
    return strcmp(locale, "C") == 0 || strncmp(locale, "C.", 2) == 0 ||
           strcmp(locale, "POSIX") == 0;
}

/* As gettext does: LANGUAGE is a list, but in the C locale it is nothing. */
static void want_environment(struct text *t)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *locale = "", *list = getenv("LANGUAGE");

    for (int i = 0; i < 3 && locale[0] == '\0'; i++) {
        const char *value = getenv(names[i]);

        locale = value ? value : "";
    }
    if (is_plain(locale))
        return;
    for (const char *p = list ? list : ""; *p;) {
        size_t length = strcspn(p, ":");

        want(t, p, length);
        p += length + (p[length] == ':');
    }
    want(t, locale, strlen(locale));
}

void course_wanted(const char *asked, char *out, size_t size)
{
    struct text t = {0};

    if (asked && asked[0])
        want(&t, asked, strlen(asked));
    else
        want_environment(&t);
    text_add(&t, "en");
    snprintf(out, size, "%s", text_str(&t));
    text_fini(&t);
}
