/* Which figures there are: of a run, a sweep, a program's schedules, simulated
 * jobs, the machine, a prediction. Any process. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/compute.h"
#include "lesson/lint_parts.h"
#include "spec/metric.h"

static const char *const ended[] = {"ok",    "deadlock", "timeout", "failed",
                                    "noise", "model",    NULL};
static const char *const of_sweep[] = {"best", "low",     "high",
                                       "top",  "speedup", NULL};
static const char *const of_slow[] = {
    "schedules",    "failing",     "failing_share",
    "random_share", "outcomes",    "states",
    "shortest",     "preemptions", NULL};
static const char *const of_sim[] = {
    "turnaround_ms", "response_ms", "wait_ms", "makespan_ms",
    "switches",      "misses",      NULL};
static const char *const of_job[] = {"turnaround_ms", "response_ms", "run_ms",
                                     NULL};
static const char *const of_part[] = {"kept", "alone_per_s", "together_per_s",
                                      NULL};
static const char *const of_machine[] = {
    "cpus",    "online",    "first",  "second", "root", "exact",
    "tick_hz", "autogroup", "memory", "room",   NULL};
static const char *const of_answer[] = {"answer", NULL};

static bool is_one_of(const char *name, const char *const names[])
{
    for (int i = 0; names[i]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool is_metric(const char *name)
{
    for (int i = 0; i < METRIC_COUNT; i++)
        if (strcmp(name, metric_infos[i].name) == 0)
            return true;
    return false;
}

/* "GROUP3.rest" -> "rest"; NULL: it is none of @group. */
static const char *numbered(const char *name, const char *group)
{
    size_t n = strlen(group), digits;

    if (strncmp(name, group, n) != 0)
        return NULL;
    digits = strspn(name + n, "0123456789");
    return digits > 0 && name[n + digits] == '.' ? name + n + digits + 1 : NULL;
}

/* "set.task_ms": the setting, with its dashes. */
static bool is_setting(const char *name)
{
    char dashed[40];
    const struct setting *s;

    snprintf(dashed, sizeof(dashed), "%s", name);
    for (char *p = dashed; (p = strchr(p, '_'));)
        *p = '-';
    s = strchr(name, '-') ? NULL : spec_setting(dashed);
    return s && (s->type == SETTING_COUNT || s->type == SETTING_SIZE ||
                 s->type == SETTING_CHUNK || s->type == SETTING_WORKERS ||
                 s->type == SETTING_SECONDS || s->type == SETTING_MS ||
                 s->type == SETTING_REAL);
}

static bool is_of_run(const char *name)
{
    const char *rest;

    if (is_metric(name) || is_one_of(name, ended) ||
        strcmp(name, "digits") == 0)
        return true;
    if (strncmp(name, "set.", 4) == 0)
        return is_setting(name + 4);
    if ((rest = numbered(name, "part")))
        return is_one_of(rest, of_part);
    if ((rest = numbered(name, "phase")) || (rest = numbered(name, "worker")))
        return is_metric(rest) || strcmp(rest, "ops") == 0;
    return false;
}

/* ---- sweeps -------------------------------------------------------------- */

static bool is_value(const struct sweep_axis *axis, const char *value,
                     size_t length)
{
    for (int i = 0; i < axis->count; i++)
        if (strlen(axis->value[i]) == length &&
            memcmp(axis->value[i], value, length) == 0)
            return true;
    return false;
}

/* The sweep @b, if its values can be told. */
static const struct sweep_request *sweep_of(const struct lint *x,
                                            const struct lesson_block *b)
{
    struct lint_sweep *seen = x->sweep;
    struct text words = {0};

    if (seen->block == b)
        return seen->known ? &seen->request : NULL;
    seen->block = b;
    seen->known =
        b->line_count > 0 && b->lines[0].words &&
        lesson_words(b->lines[0].words, x->facts, &words, NULL) == 0 &&
        sweep_parse_line(&seen->request, text_str(&words), x->m, NULL) == 0 &&
        !seen->request.automatic;
    text_fini(&words);
    return seen->known ? &seen->request : NULL;
}

/* "8", or with two axes "gil/8"; of what a whole curve has, "gil". */
static bool is_point(const struct sweep_request *r, const char *value,
                     size_t length, bool curve)
{
    const struct sweep_axis *along = &r->axis[SWEEP_ALONG];
    const struct sweep_axis *family = &r->axis[SWEEP_FAMILY];
    const char *slash = memchr(value, '/', length);

    if (curve)
        return family->count > 0 && is_value(family, value, length);
    if (family->count == 0)
        return is_value(along, value, length);
    return slash && is_value(family, value, (size_t)(slash - value)) &&
           is_value(along, slash + 1, length - (size_t)(slash - value) - 1);
}

static bool is_of_sweep(const struct lint *x, const struct lesson_block *b,
                        const char *name, char why[200])
{
    const char *dot = strrchr(name, '.'), *value = name + 1;
    const struct sweep_request *r;
    bool curve;

    if (name[0] != '@')
        return is_one_of(name, of_sweep) || strcmp(name, "noise") == 0;
    curve = dot && is_one_of(dot + 1, of_sweep);
    if (!dot || (!is_metric(dot + 1) && !is_one_of(dot + 1, ended) && !curve))
        return false;
    r = sweep_of(x, b);
    if (!r || is_point(r, value, (size_t)(dot - value), curve))
        return true;
    snprintf(why, 200, "the sweep %s has no value %.*s", b->id,
             (int)(dot - value), value);
    return false;
}

/* ---- programs ------------------------------------------------------------ */

/* "min.x", "max.x", "ends.x.2" of a variable that the program observes. */
static bool is_observed(const struct lint *x, const struct lesson_block *b,
                        const char *name, char why[200])
{
    const char *variable = strchr(name, '.');
    struct program *p = NULL;
    bool found = false;
    size_t n;

    if (!variable ||
        (strncmp(name, "min.", 4) != 0 && strncmp(name, "max.", 4) != 0 &&
         strncmp(name, "ends.", 5) != 0))
        return false;
    if (compute_program(x->l, b, &p, NULL) < 0)
        return true; /* complained of elsewhere */
    variable++;
    for (int i = 0; i < p->observed_count; i++) {
        n = strlen(p->observed[i].text);
        found |= strncmp(variable, p->observed[i].text, n) == 0 &&
                 (name[0] == 'e' ? variable[n] == '.' : !variable[n]);
    }
    program_free(p);
    if (!found)
        snprintf(why, 200, "the program %s observes no variable %.60s",
                 b->program, variable);
    return found;
}

/* ---- all ----------------------------------------------------------------- */

static const char *nearest(const struct lesson_block *b, const char *name)
{
    const char *names[METRIC_COUNT + 1] = {0};

    if (strlen(name) > 60 || name[0] == '@')
        return NULL;
    if (!b)
        return text_nearest(name, of_machine);
    if (b->kind == LESSON_SLOW)
        return text_nearest(name, of_slow);
    if (b->kind == LESSON_SIM)
        return text_nearest(name, of_sim);
    if (b->kind == LESSON_SWEEP)
        return text_nearest(name, of_sweep);
    for (int i = 0; i < METRIC_COUNT; i++)
        names[i] = metric_infos[i].name;
    return text_nearest(name, names);
}

bool lint_metric(const struct lint *x, const struct lesson_block *b,
                 const char *name, char why[200])
{
    const char *rest, *near;
    bool good;

    why[0] = '\0';
    if (!b)
        good = is_one_of(name, of_machine);
    else if (b->kind == LESSON_PREDICT)
        good = is_one_of(name, of_answer);
    else if (b->kind == LESSON_SWEEP)
        good = is_of_sweep(x, b, name, why);
    else if (b->kind == LESSON_SLOW)
        good = is_one_of(name, of_slow) || is_observed(x, b, name, why);
    else if (b->kind == LESSON_SIM)
        good = is_one_of(name, of_sim) ||
               ((rest = numbered(name, "job")) && is_one_of(rest, of_job));
    else
        good = is_of_run(name);
    if (good || why[0])
        return good;
    near = nearest(b, name);
    snprintf(why, 200, "there is no figure \"%.60s\" of %s%s%s%s%s", name,
             b ? "a " : "the ", b ? lesson_kind_words[b->kind] : "machine",
             near ? "; did you mean \"" : "", near ? near : "",
             near ? "\"?" : "");
    return false;
}
