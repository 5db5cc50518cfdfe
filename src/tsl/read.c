/* Files that hold programs: the language, or micro-steps as JSON, of which one
 * file may hold many. Any thread. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/large.h"
#include "base/text.h"
#include "tsl/program.h"

#define JSON_MOST ((size_t)16 * 1024 * 1024) /* many programs in one file */
#define NAMES_SAID 6
#define MARK "\xef\xbb\xbf" /* of UTF-8, as some editors write it */

/* All of the file @path; the caller frees *@out. */
static int read_all(const char *path, char **out, size_t *length,
                    struct err *err)
{
    FILE *f = fopen(path, "re");
    int rc = 0;

    if (!f)
        return err_set(err, -errno, "cannot open %s: %m", path);
    *out = large_read(f, JSON_MOST, length);
    if (!*out && errno == EFBIG)
        rc = err_set(err, -EINVAL, "%s is too large: at most %zu MiB", path,
                     JSON_MOST / 1024 / 1024);
    else if (!*out)
        rc = err_set(err, -errno, "cannot read %s: %m", path);
    fclose(f);
    return rc;
}

/* ---- one of many --------------------------------------------------------- */

static const char *case_name(const json_t *one)
{
    const char *id = json_string_value(json_object_get(one, "id"));

    return id ? id : json_string_value(json_object_get(one, "name"));
}

/* The list of cases in @root, NULL: it is one itself. */
static const json_t *list_of(const json_t *root)
{
    if (json_is_array(root))
        return root;
    return json_object_get(root, "cases");
}

/* As much of the name of @one as fits a line, with nothing in it that moves a
 * cursor. */
static void clean_name(const json_t *one, size_t number, struct text *out)
{
    const char *name = case_name(one);
    uint32_t c;

    if (!name) {
        text_addf(out, "%zu", number);
        return;
    }
    for (int columns = 0; *name != '\0' && columns < 64; columns++) {
        char bytes[5];

        name += text_decode(name, &c);
        text_encode(bytes, c < ' ' || (c >= 0x7f && c < 0xa0) ? '?' : c);
        text_add(out, bytes);
    }
}

static bool is_case(const json_t *one)
{
    return json_object_get(one, "program") || json_object_get(one, "threads");
}

/* Say what there is to choose from; returns how much. */
static size_t say_names(const json_t *list, struct text *out)
{
    const json_t *one;
    size_t count = 0, i;

    json_array_foreach(list, i, one)
    {
        if (!is_case(one))
            continue;
        if (count < NAMES_SAID) {
            text_add(out, count > 0 ? ", " : "");
            clean_name(one, i + 1, out);
        }
        count++;
    }
    if (count > NAMES_SAID)
        text_add(out, ", ...");
    return count;
}

/* A name, or its place in the list where it has none. */
static bool is_called(const json_t *one, size_t number, const char *which)
{
    const char *name = case_name(one);
    char place[24];

    snprintf(place, sizeof(place), "%zu", number);
    return strcmp(name ? name : place, which) == 0;
}

/* Which of the many? NULL with a sentence: none, or that was not said. *@at is
 * its place. */
static const json_t *choose(const char *path, const json_t *list,
                            const char *which, size_t *at, struct err *err)
{
    struct text names = {0};
    const json_t *one, *only = NULL;
    size_t i, count = say_names(list, &names);

    json_array_foreach(list, i, one)
    {
        if (!is_case(one) || (which && !is_called(one, i + 1, which)))
            continue;
        if (which || count == 1) {
            only = one;
            *at = i;
            break;
        }
    }
    if (!only && count == 0)
        err_set(err, -EINVAL, "%s holds no programs", path);
    else if (!only && which)
        err_set(err, -EINVAL, "%s holds no program \"%.40s\"; there are %.200s",
                path, which, text_str(&names));
    else if (!only)
        err_set(err, -EINVAL, "%s holds %zu programs: say which of %.200s",
                path, count, text_str(&names));
    text_fini(&names);
    return only;
}

static const json_t *program_of(const json_t *one)
{
    const json_t *program = json_object_get(one, "program");

    return program ? program : one;
}

/* The program of the case @one, called @called in the file @path. */
static int read_case(const char *path, const json_t *one, const char *called,
                     struct program **out, struct err *err)
{
    struct err inner = {0};
    int rc = program_from_json(called, program_of(one), out, &inner);

    return rc < 0 ? err_set(err, rc, "%s: case %s", path, inner.text) : 0;
}

static int read_json(const char *path, const json_t *root, const char *which,
                     struct program **out, struct err *err)
{
    const json_t *list = list_of(root), *one = root;
    struct text called = {0};
    size_t at = 0;
    int rc;

    if (list && !json_is_array(list))
        return err_set(err, -EINVAL, "%s: \"cases\" should be a list", path);
    if (!list && !is_case(root))
        return err_set(err, -EINVAL,
                       "%s holds no program: there are no \"threads\", no "
                       "\"program\" and no \"cases\"",
                       path);
    if (list) {
        one = choose(path, list, which, &at, err);
        if (!one)
            return -EINVAL;
    } else if (which &&
               (!case_name(root) || strcmp(case_name(root), which) != 0)) {
        return err_set(err, -EINVAL,
                       "%s holds one program, which is not called \"%.40s\"",
                       path, which);
    } else if (!case_name(root)) {
        return program_from_json(path, program_of(root), out, err);
    }
    clean_name(one, at + 1, &called);
    rc = read_case(path, one, text_str(&called), out, err);
    text_fini(&called);
    return rc;
}

int program_read(const char *path, const char *which, struct program **out,
                 struct err *err)
{
    json_error_t wrong;
    size_t length;
    char *all = NULL, *text, first;
    json_t *root;
    int rc = read_all(path, &all, &length, err);

    *out = NULL;
    if (!all)
        return rc;
    text = all;
    if (strncmp(text, MARK, strlen(MARK)) == 0) {
        text += strlen(MARK);
        length -= strlen(MARK);
    }
    first = text[strspn(text, " \t\r\n")];
    if (first == '{' || first == '[') {
        root = large_loadb(text, length, &wrong);
        rc = root ? read_json(path, root, which, out, err)
                  : err_set(err, -EINVAL, "%s:%d:%d: this is not JSON: %s",
                            path, wrong.line, wrong.column, wrong.text);
        json_decref(root);
    } else if (length > TSL_TEXT) {
        rc = err_set(err, -EINVAL,
                     "%s is too large: a program has at most %d "
                     "KiB",
                     path, TSL_TEXT / 1024);
    } else if (which) {
        rc = err_set(err, -EINVAL,
                     "%s holds one program, so there is no \"%.40s\" to "
                     "choose in it",
                     path, which);
    } else {
        rc = program_parse(path, text, length, out, err);
    }
    free(all);
    return rc;
}
