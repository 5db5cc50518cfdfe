/* Reading an answer file, and keeping the books of what differs. The screen
 * process. */
#include "check/check.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/large.h"
#include "base/text.h"

const struct check_format *const check_formats[] = {
    &check_disk_model, &check_scaling,    &check_races, &check_scheduler,
    &check_lottery,    &check_mlfq,       &check_multi, &check_process_run,
    &check_disk,       &check_interleave, NULL};

/* ---- the file ----------------------------------------------------------- */

static int load(const char *path, json_t **root, struct err *err)
{
    json_error_t wrong;
    FILE *f = fopen(path, "re");

    *root = NULL;
    if (!f)
        return err_set(err, -errno, "cannot open %s: %m", path);
    *root = large_loadf(f, &wrong);
    fclose(f);
    if (!*root)
        return err_set(err, -EINVAL, "%s is not JSON: line %d, column %d: %s",
                       path, wrong.line, wrong.column, wrong.text);
    return 0;
}

static int find_format(const char *path, const json_t *root,
                       const struct check_format **out, struct err *err)
{
    const char *name = json_string_value(json_object_get(root, "format"));
    struct text known = {0};

    if (!name) /* those of races call it so */
        name = json_string_value(json_object_get(root, "schema"));
    if (!name) /* and those of simulators so */
        name = json_string_value(json_object_get(root, "simulator"));
    for (int i = 0; name && check_formats[i]; i++) {
        *out = check_formats[i];
        if (strcmp(name, check_formats[i]->name) == 0)
            return 0;
    }
    if (!name)
        return err_set(err, -EINVAL,
                       "%s does not say what it is: it should have a "
                       "\"format\", such as \"%s\"",
                       path, check_disk_model.name);
    for (int i = 0; check_formats[i]; i++)
        text_addf(&known, "%s\"%s\"",
                  i == 0                 ? ""
                  : check_formats[i + 1] ? ", "
                                         : " and ",
                  check_formats[i]->name);
    err_set(err, -EINVAL,
            "%s has the format \"%.60s\", which is not known here; "
            "known are %s",
            path, name, text_str(&known));
    text_fini(&known);
    return -EINVAL;
}

int check_file(const char *path, struct check_report *r, struct err *err)
{
    return check_file_under(path, false, r, err);
}

int check_file_under(const char *path, bool ostep, struct check_report *r,
                     struct err *err)
{
    json_t *root;
    int rc;

    *r = (struct check_report){.ostep = ostep};
    rc = load(path, &root, err);
    if (rc == 0)
        rc = find_format(path, root, &r->format, err);
    if (rc == 0)
        r->format->recompute(root, r);
    if (rc == 0 && r->failed_alloc)
        rc = err_set(err, -ENOMEM, "no memory for the cases of %s", path);
    json_decref(root);
    return rc;
}

void check_fini(struct check_report *r)
{
    free(r->differences);
    r->differences = NULL;
    r->difference_count = r->difference_cap = 0;
}

bool check_failed(const struct check_report *r)
{
    return r->difference_count > 0;
}

void check_copy(char *to, size_t size, const char *from)
{
    size_t n = strnlen(from, size - 1);

    while (n > 0 && ((unsigned char)from[n] & 0xc0) == 0x80)
        n--;
    memcpy(to, from, n);
    to[n] = '\0';
}

/* ---- groups and cases --------------------------------------------------- */

struct check_group *check_begin_group(struct check_report *r, const char *name,
                                      const char *cases_of)
{
    struct check_group *g = &r->groups[r->group_count];

    if (r->group_count + 1 < CHECK_GROUPS)
        r->group_count++;
    *g = (struct check_group){.name = name, .cases_of = cases_of};
    snprintf(r->where, sizeof(r->where), "%s", name);
    return g;
}

static struct check_group *group_now(struct check_report *r)
{
    return &r->groups[r->group_count > 0 ? r->group_count - 1 : 0];
}

const json_t *check_list(struct check_report *r, const json_t *root,
                         const char *name)
{
    const json_t *list = json_object_get(root, name);

    if (list && !json_is_array(list))
        check_differ(r, name, "no list", "a list of cases");
    return list;
}

void check_begin_case(struct check_report *r, const json_t *c, size_t i)
{
    const char *id = json_string_value(json_object_get(c, "id"));
    char name[64];

    if (!id)
        id = json_string_value(json_object_get(c, "name"));
    snprintf(name, sizeof(name), "[%zu]", i);
    if (id)
        check_copy(name, sizeof(name), id);
    for (char *at = name; *at != '\0'; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = '?';
    snprintf(r->where, sizeof(r->where), "%s %s", group_now(r)->name, name);
    r->case_differs = false;
}

void check_end_case(struct check_report *r)
{
    group_now(r)->cases++;
    group_now(r)->differ += r->case_differs;
}

/* ---- differences -------------------------------------------------------- */

void check_differ(struct check_report *r, const char *what, const char *file,
                  const char *computed)
{
    struct check_difference *d;

    r->case_differs = true;
    if (r->difference_count == r->difference_cap) {
        int cap = r->difference_cap ? 2 * r->difference_cap : 16;

        d = realloc(r->differences, (size_t)cap * sizeof(*d));
        if (!d) {
            r->failed_alloc = true;
            return;
        }
        r->differences = d;
        r->difference_cap = cap;
    }
    d = &r->differences[r->difference_count++];
    check_copy(d->where, sizeof(d->where), r->where);
    check_copy(d->what, sizeof(d->what), what);
    check_copy(d->file, sizeof(d->file), file);
    check_copy(d->computed, sizeof(d->computed), computed);
}

void check_say(struct check_report *r, const char *what, const char *sentence)
{
    check_differ(r, what, "", sentence);
}

void check_value(struct check_report *r, const char *what, double file,
                 double computed, double tolerance)
{
    char a[48], b[48];

    if (fabs(file - computed) <= tolerance) /* false for what is no number */
        return;
    snprintf(a, sizeof(a), "%.9g", file);
    snprintf(b, sizeof(b), "%.9g", computed);
    check_differ(r, what, a, b);
}

void check_count(struct check_report *r, const char *what, int64_t file,
                 int64_t computed)
{
    char a[48], b[48];

    if (file == computed)
        return;
    snprintf(a, sizeof(a), "%" PRId64, file);
    snprintf(b, sizeof(b), "%" PRId64, computed);
    check_differ(r, what, a, b);
}

/* ---- members ------------------------------------------------------------ */

static void refuse_member(struct check_report *r, const json_t *value,
                          const char *name, const char *wanted)
{
    char *text =
        value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

    check_differ(r, name, value ? (text ? text : "?") : "nothing", wanted);
    free(text);
}

bool check_get_number(struct check_report *r, const json_t *from,
                      const char *name, double least, double most, double *out)
{
    const json_t *value = json_object_get(from, name);
    char wanted[48];

    *out = json_number_value(value);
    if (json_is_number(value) && *out >= least && *out <= most)
        return true;
    snprintf(wanted, sizeof(wanted), "a number from %g to %g", least, most);
    refuse_member(r, value, name, wanted);
    return false;
}

bool check_get_count(struct check_report *r, const json_t *from,
                     const char *name, int64_t least, int64_t most,
                     int64_t *out)
{
    const json_t *value = json_object_get(from, name);
    char wanted[64];

    *out = json_integer_value(value);
    if (json_is_integer(value) && *out >= least && *out <= most)
        return true;
    snprintf(wanted, sizeof(wanted),
             "a whole number from %" PRId64 " to %" PRId64, least, most);
    refuse_member(r, value, name, wanted);
    return false;
}

const char *check_get_text(struct check_report *r, const json_t *from,
                           const char *name)
{
    const json_t *value = json_object_get(from, name);

    if (!json_is_string(value))
        refuse_member(r, value, name, "a text");
    return json_string_value(value);
}

const json_t *check_get_list(struct check_report *r, const json_t *from,
                             const char *name, size_t most)
{
    const json_t *value = json_object_get(from, name);
    char wanted[48];

    if (json_is_array(value) && json_array_size(value) <= most)
        return value;
    snprintf(wanted, sizeof(wanted), "a list of at most %zu", most);
    refuse_member(r, json_is_array(value) ? NULL : value, name, wanted);
    return NULL;
}

void check_member(struct check_report *r, const json_t *from, const char *name,
                  double computed, double tolerance)
{
    double file;

    if (check_get_number(r, from, name, -1e18, 1e18, &file))
        check_value(r, name, file, computed, tolerance);
}
