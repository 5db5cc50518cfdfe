/* "timeslice check": recompute every case of an answer file and name those that
 * differ. Screen process. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/check.h"
#include "cli/common.h"

/* So many differences are told in words; the JSON has all. */
#define TOLD_MOST 50

static const char *plural(int n)
{
    return n == 1 ? "" : "s";
}

static void tell_group(const struct check_group *g)
{
    if (g->cases > 0 && g->differ == 0)
        printf("%d %s%s, %sas recomputed\n", g->cases, g->cases_of,
               plural(g->cases), g->cases > 1 ? "all " : "");
    else if (g->cases > 0)
        printf("%d %s%s, %d of them not as recomputed\n", g->cases, g->cases_of,
               plural(g->cases), g->differ);
    if (g->left_out > 0)
        printf("%d %s%s left out: %s\n", g->left_out, g->cases_of,
               plural(g->left_out), g->why);
}

static void tell(const char *path, const struct check_report *r)
{
    printf("%s: %s, %s\n", path, r->format->name, r->format->summary);
    for (int i = 0; i < r->difference_count && i < TOLD_MOST; i++) {
        const struct check_difference *d = &r->differences[i];

        if (d->file[0] == '\0')
            printf("%s: %s\n", d->where, d->computed);
        else
            printf("%s: %s is %s in the file, %s recomputed\n", d->where,
                   d->what, d->file, d->computed);
    }
    if (r->difference_count > TOLD_MOST)
        printf("... and %d more; --json has them all\n",
               r->difference_count - TOLD_MOST);
    for (int i = 0; i < r->group_count; i++)
        tell_group(&r->groups[i]);
}

static json_t *groups_json(const struct check_report *r)
{
    json_t *all = json_array();

    for (int i = 0; i < r->group_count; i++) {
        const struct check_group *g = &r->groups[i];
        json_t *one =
            json_pack("{s:s, s:i, s:i, s:i}", "group", g->name, "cases",
                      g->cases, "differ", g->differ, "left_out", g->left_out);

        if (g->left_out > 0)
            json_object_set_new(one, "why", json_string(g->why));
        json_array_append_new(all, one);
    }
    return all;
}

static json_t *differences_json(const struct check_report *r)
{
    json_t *all = json_array();

    for (int i = 0; i < r->difference_count; i++) {
        const struct check_difference *d = &r->differences[i];

        json_array_append_new(all,
                              json_pack("{s:s, s:s, s:s, s:s}", "case",
                                        d->where, "what", d->what, "file",
                                        d->file, "recomputed", d->computed));
    }
    return all;
}

static int print_json(const char *path, const struct check_report *r)
{
    json_t *out =
        json_pack("{s:s, s:s*, s:s, s:o, s:o, s:s}", "schema",
                  "timeslice.check/1", "file", path, "format", r->format->name,
                  "groups", groups_json(r), "differences", differences_json(r),
                  "verdict", check_failed(r) ? "failed" : "ok");
    int rc = out ? json_dumpf(out, stdout, JSON_INDENT(2)) : -1;

    json_decref(out);
    if (rc == 0)
        putchar('\n');
    return rc == 0 ? EXIT_DONE
                   : cli_refuse(EXIT_FAILED, "no memory for the record");
}

int cli_check(int argc, char **argv)
{
    struct check_report report;
    const char *rules;
    struct cli_words w;
    struct err err = {0};
    int status;

    status = cli_words_sort(&w, cli_find(argv[0]), argc, argv);
    if (status < 0 && w.rest_count != 1)
        status = cli_refuse(EXIT_REQUEST,
                            w.rest_count == 0
                                ? "check needs a file of cases; write "
                                  "\"timeslice check FILE.json\""
                                : "check takes one file at a time, not \"%s\" "
                                  "too",
                            w.rest_count > 1 ? w.rest[1] : "");
    if (status >= 0)
        goto out;
    rules = cli_words_value(&w, "rules");
    if (check_file_under(w.rest[0], rules && strcmp(rules, "ostep") == 0,
                         &report, &err) < 0) {
        status = cli_refuse(EXIT_REQUEST, "%s", err.text);
    } else {
        status = EXIT_DONE;
        if (cli_words_value(&w, "json"))
            status = print_json(w.rest[0], &report);
        else
            tell(w.rest[0], &report);
        if (status == EXIT_DONE && check_failed(&report))
            status = EXIT_FAILED;
        status = cli_flush(status);
    }
    check_fini(&report);
out:
    cli_words_fini(&w);
    return status;
}
