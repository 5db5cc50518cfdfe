/* What a simulator's case says should come out, against what does. The screen
 * process. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "check/cases.h"

/* Of one list so many differences are named, then only their number: one tick
 * too many at the beginning shifts all that follow. */
#define NAMED_MOST 100

/* Averages and percentages are printed with two decimals; halves may have been
 * rounded either way. All else is exact: the nanoseconds of a tick are 1e-6. */
#define ROUNDED 0.005000001
#define EXACT 1e-7

/* Where in the file: "rounds[3].job". */
struct place {
    struct check_report *r;
    char path[96]; /* of its names, 40 bytes each */
    double tolerance;
};

static void compare(const struct place *p, const json_t *stated,
                    const json_t *ours);

/* ---- words --------------------------------------------------------------- */

static void differ(const struct place *p, const json_t *stated,
                   const json_t *ours)
{
    int how = JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(10);
    char *a = json_dumps(stated, how), *b = json_dumps(ours, how);

    check_differ(p->r, p->path, a ? a : "?", b ? b : "?");
    free(a);
    free(b);
}

void cases_say_unknown(struct check_report *r, const char *path,
                       const json_t *from, const char *const known[])
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)from, name, value)
    {
        const char *near = text_nearest(name, known);
        char what[64];
        bool found = false;

        for (int i = 0; known[i]; i++)
            found |= strcmp(known[i], name) == 0;
        if (found)
            continue;
        snprintf(what, sizeof(what), "%s%s%.40s", path, *path ? "." : "", name);
        cases_say(r, what,
                  near ? "\"%.60s\" is nothing that is known here; did you "
                         "mean \"%s\"?"
                       : "\"%.60s\" is nothing that is known here",
                  name, near ? near : "");
    }
}

/* ---- by kind ------------------------------------------------------------- */

/* One letter a tick: the first tick where they part is what a person looks for.
 * Ticks count from 1, as in the file. */
static void compare_letters(const struct place *p, const char *stated,
                            const char *ours)
{
    size_t n = 0;
    struct place at = *p;
    char a[2] = {0}, b[2] = {0};

    while (stated[n] != '\0' && stated[n] == ours[n])
        n++;
    if (stated[n] == ours[n])
        return;
    a[0] = stated[n];
    b[0] = ours[n];
    snprintf(at.path, sizeof(at.path), "%.40s, tick %zu,", p->path, n + 1);
    check_differ(p->r, at.path, *a && (signed char)*a > ' ' ? a : "nothing",
                 *b ? b : "nothing");
}

static bool same_scalar(const struct place *p, const json_t *stated,
                        const json_t *ours)
{
    if (json_is_number(stated) && json_is_number(ours))
        return fabs(json_number_value(stated) - json_number_value(ours)) <=
               p->tolerance;
    return json_equal(stated, ours) != 0;
}

static void compare_object(const struct place *p, const json_t *stated,
                           const json_t *ours)
{
    const char **known = calloc(json_object_size(ours) + 1, sizeof(*known));
    const char *name;
    json_t *value;
    size_t n = 0;

    if (!known) {
        p->r->failed_alloc = true;
        return;
    }
    json_object_foreach((json_t *)(uintptr_t)ours, name, value) known[n++] =
        name;
    cases_say_unknown(p->r, p->path, stated, known);
    for (size_t i = 0; i < n; i++) {
        const json_t *theirs = json_object_get(stated, known[i]);
        const char *percent = strstr(known[i], "_percent");
        struct place at = *p;

        snprintf(at.path, sizeof(at.path), "%.40s%s%.40s", p->path,
                 *p->path ? "." : "", known[i]);
        if (strcmp(known[i], "average") == 0 || percent)
            at.tolerance = ROUNDED;
        if (theirs)
            compare(&at, theirs, json_object_get(ours, known[i]));
    }
    free(known);
}

/* "per_job": each is looked up by its number, so that some may be missing. */
static void compare_by_job(const struct place *p, const json_t *stated,
                           const json_t *ours)
{
    const json_t *one;
    size_t i, jobs = json_array_size(ours);
    char *seen = calloc(jobs + 1, 1);

    if (!seen) {
        p->r->failed_alloc = true;
        return;
    }
    json_array_foreach(stated, i, one)
    {
        const json_t *job = json_object_get(one, "job");
        json_int_t n = json_is_integer(job) ? json_integer_value(job) : -1;
        struct place at = *p;

        snprintf(at.path, sizeof(at.path), "%.40s[%zu]", p->path, i);
        if (n < 0 || n >= (json_int_t)jobs)
            cases_say(p->r, at.path,
                      "%s should have \"job\", a number from 0 to %zu", at.path,
                      jobs - 1);
        else if (seen[n])
            cases_say(p->r, at.path, "%s is job %lld once more", at.path,
                      (long long)n);
        else
            compare(&at, one, json_array_get(ours, (size_t)n));
        if (n >= 0 && n < (json_int_t)jobs)
            seen[n] = 1;
    }
    free(seen);
}

static void compare_list(const struct place *p, const json_t *stated,
                         const json_t *ours)
{
    size_t a = json_array_size(stated), b = json_array_size(ours), n = 0;
    int before = p->r->difference_count;

    if (json_object_get(json_array_get(ours, 0), "job") &&
        strcmp(p->path, "per_job") == 0) {
        compare_by_job(p, stated, ours);
        return;
    }
    if (a != b)
        cases_say(p->r, p->path,
                  "%s has %zu element%s in the file, %zu recomputed", p->path,
                  a, a == 1 ? "" : "s", b);
    for (n = 0; n < a && n < b; n++) {
        struct place at = *p;

        if (p->r->difference_count - before >= NAMED_MOST) {
            cases_say(p->r, p->path,
                      "of %s no more than these first %d differences are named",
                      p->path, NAMED_MOST);
            return;
        }
        snprintf(at.path, sizeof(at.path), "%.40s[%zu]", p->path, n);
        compare(&at, json_array_get(stated, n), json_array_get(ours, n));
    }
}

static void compare(const struct place *p, const json_t *stated,
                    const json_t *ours)
{
    if (json_is_object(ours) && json_is_object(stated))
        compare_object(p, stated, ours);
    else if (json_is_array(ours) && json_is_array(stated))
        compare_list(p, stated, ours);
    else if (json_is_string(ours) && json_is_string(stated) &&
             strncmp(p->path, "states", 6) == 0)
        compare_letters(p, json_string_value(stated), json_string_value(ours));
    else if (!same_scalar(p, stated, ours))
        differ(p, stated, ours);
}

void cases_compare(struct check_report *r, const json_t *stated,
                   const json_t *ours)
{
    struct place top = {.r = r, .tolerance = EXACT};

    compare(&top, stated, ours);
}
