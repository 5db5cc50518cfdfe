/* The experiments of a mix. Any process. */
#include "spec/parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "spec/table.h"

/* When nobody says which: one computes, one waits. */
#define DEFAULT_PARTS "spin --workers 2 | sleep --task-ms 20 --workers 8"

/* Done once, whatever time there is. */
static bool ends_by_itself(enum spec_workload workload)
{
    switch (workload) {
    case WORKLOAD_LIMIT:
    case WORKLOAD_PIPE:
    case WORKLOAD_INVERSION:
    case WORKLOAD_ISOLATION:
    case WORKLOAD_MIGRATE:
    case WORKLOAD_INRANGE:
        return true;
    default:
        return false;
    }
}

static int read_part(const struct spec *mix, const struct machine *m,
                     const char *line, struct spec *part, struct err *err)
{
    struct err why = {0};
    int rc = spec_parse_line(part, line, &why);

    if (rc < 0)
        return err_set(err, rc, "--parts: %s", why.text);
    if (part->workload == WORKLOAD_MIX || part->workload == WORKLOAD_MYSTERY)
        return err_set(err, -EINVAL, "--parts: %s cannot be a part of a mix",
                       spec_workload_words[part->workload]);
    if (table_given(part, SET_TASKS) || table_given(part, SET_DURATION) ||
        table_given(part, SET_PHASES))
        return err_set(
            err, -EINVAL,
            "--parts: all parts go on for the mix's --duration, so "
            "leave --tasks, --duration and --phases out of \"%.60s\"",
            line);
    if (part->on[0] != '\0')
        return err_set(err, -EINVAL,
                       "--parts: a mix really runs, so leave --on out of "
                       "\"%.60s\"",
                       line);
    part->duration_ns = mix->duration_ns;
    spec_give(part, SET_DURATION, true);
    part->observer = mix->observer;
    part->observer_duty_pct = mix->observer_duty_pct;
    table_settle(part);
    rc = spec_check(part, m, &why);
    if (rc < 0)
        return err_set(err, rc, "--parts: %s", why.text);
    if (part->tasks != 0 || ends_by_itself(part->workload))
        return err_set(err, -EINVAL,
                       "--parts: %s has an end of its own and cannot go on for "
                       "a given time; take one that can, such as spin, sleep, "
                       "disk or fleet",
                       spec_workload_words[part->workload]);
    return 0;
}

int parts_read(const struct spec *mix, const struct machine *m,
               struct spec parts[PARTS_MAX], struct err *err)
{
    char copy[SPEC_TEXT_MAX], *rest = copy, *line;
    int count = 0, rc;

    snprintf(copy, sizeof(copy), "%s",
             mix->parts[0] != '\0' ? mix->parts : DEFAULT_PARTS);
    while ((line = strsep(&rest, "|")) != NULL) {
        if (count == PARTS_MAX)
            return err_set(err, -EINVAL, "--parts has more than %d experiments",
                           PARTS_MAX);
        rc = read_part(mix, m, line, &parts[count], err);
        if (rc < 0)
            return rc;
        count++;
    }
    if (count < 2)
        return err_set(err, -EINVAL,
                       "--parts needs two to %d experiments with | between "
                       "them, such as \"spin | sleep --task-ms 20\"",
                       PARTS_MAX);
    return count;
}
