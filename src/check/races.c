/* Format timeslice-race-golden-1: small concurrent programs, and facts about
 * all their schedules, recomputed by the explorer. What a file does not state
 * is not compared; what nobody knows is named. The screen process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "check/races_parts.h"

#define MEMORY_MOST ((int64_t)2 << 30) /* of one search, bytes */
#define NAME "the program"             /* what its sentences begin with */

/* ---- one case ------------------------------------------------------------ */

/* The program of the case @c; NULL with a sentence in @err. */
static struct program *read_program(const json_t *c, struct err *err)
{
    const json_t *program = json_object_get(c, "program");
    struct program *p = NULL;

    if (!program) {
        err_set(err, -EINVAL, "the case has no \"program\"");
        return NULL;
    }
    program_from_json(NAME, program, &p, err);
    return p;
}

/* Explore @p; what was found as JSON, or NULL with a sentence in @err. */
static json_t *explore_all(const struct program *p, const struct rules *rules,
                           struct err *err)
{
    struct explore_request request = {
        .rules = *rules,
        .depth = EXPLORE_ALL,
        .workers = 1, /* they are small: starting threads takes longer */
        .memory = MEMORY_MOST,
    };
    struct explore_result result = {0};
    json_t *ours = NULL;

    if (explore(p, &request, &result, err) == 0) {
        ours = explore_json(p, &request, &result);
        if (!ours)
            err_set(err, -ENOMEM, "no memory for the results");
    }
    explore_fini(&result);
    return ours;
}

/* What to do with a case that was explored: @stated is what the file says. */
typedef void look(const struct races_case *c, const json_t *stated);

/* Explore the program of @c under the rules and let @then look. A program that
 * cannot be read was said before. */
static void explore_case(struct check_report *r, const json_t *c,
                         const struct rules *rules, const json_t *stated,
                         look *then)
{
    struct races_case one = {.r = r, .rules = rules};
    struct err err = {0};
    struct program *p = read_program(c, &err);
    json_t *ours = p ? explore_all(p, rules, &err) : NULL;

    one.p = p;
    one.ours = ours;
    if (ours)
        then(&one, stated);
    else
        check_say(r, "program", err.text);
    json_decref(ours);
    program_free(p);
}

/* ---- groups -------------------------------------------------------------- */

/* Name what @from has that is not @known. */
static void check_members(struct check_report *r, const json_t *from,
                          const char *const known[])
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)from, name, value)
    {
        bool found = false;

        for (int i = 0; known[i]; i++)
            found |= strcmp(known[i], name) == 0;
        if (!found)
            races_say_unknown(r, name, known);
    }
}

#define INSTRUCTIONS "interleavings_if_local_add_is_a_step"

/* Are the cases what cases should be? */
static void check_programs(struct check_report *r, const json_t *list)
{
    static const char *const known[] = {"id",        "family",     "title",
                                        "note",      "program",    "results",
                                        "published", INSTRUCTIONS, NULL};
    static const char *const models[] = {"SC", "TSO", NULL};
    const json_t *c;
    size_t i;

    check_begin_group(r, "program", "program");
    json_array_foreach(list, i, c)
    {
        const json_t *results = json_object_get(c, "results");
        struct err err = {0};
        struct program *p;

        check_begin_case(r, c, i);
        p = read_program(c, &err);
        if (!p)
            check_say(r, "program", err.text);
        program_free(p);
        check_members(r, c, known);
        if (!json_is_object(results))
            check_say(r, "results",
                      "there should be \"results\", an object by memory model");
        check_members(r, results, models);
        check_end_case(r);
    }
}

static void check_results(struct check_report *r, const json_t *list,
                          const char *model, const char *cases_of)
{
    const struct rules rules = {.granularity = GRANULARITY_ACCESS,
                                .tso = strcmp(model, "TSO") == 0,
                                .buffer = TSL_BUFFER};
    const json_t *c;
    size_t i;

    check_begin_group(r, model, cases_of);
    json_array_foreach(list, i, c)
    {
        const json_t *stated =
            json_object_get(json_object_get(c, "results"), model);

        if (!stated)
            continue;
        check_begin_case(r, c, i);
        if (json_is_object(stated))
            explore_case(r, c, &rules, stated, races_compare);
        else
            check_say(r, model, "a result should be an object");
        check_end_case(r);
    }
}

static void compare_instructions(const struct races_case *c,
                                 const json_t *stated)
{
    races_compare_count(c, INSTRUCTIONS, stated,
                        json_object_get(c->ours, "interleavings"));
}

static void check_instructions(struct check_report *r, const json_t *list)
{
    static const struct rules rules = {.granularity = GRANULARITY_INSTRUCTION,
                                       .buffer = TSL_BUFFER};
    const json_t *c;
    size_t i;

    check_begin_group(r, "instructions", "instruction count");
    json_array_foreach(list, i, c)
    {
        const json_t *stated = json_object_get(c, INSTRUCTIONS);

        if (!stated)
            continue;
        check_begin_case(r, c, i);
        explore_case(r, c, &rules, stated, compare_instructions);
        check_end_case(r);
    }
}

/* "allowed" is the outcome that the final condition forbids. */
static void compare_published(const struct races_case *c, const json_t *stated)
{
    const char *name = c->rules->tso ? "x86-TSO" : "SC";
    bool fails = json_is_true(json_object_get(
        json_object_get(c->ours, "reachable"), failure_names[FAILURE_FINAL]));
    const char *ours = fails ? "allowed" : "forbidden";
    const char *text = json_string_value(stated);

    if (!text || strcmp(text, ours) != 0)
        check_differ(c->r, name, text ? text : "no word", ours);
}

static void check_published(struct check_report *r, const json_t *list)
{
    static const char *const known[] = {
        "SC", "x86-TSO", "weak_outcome", "checked_with", "note", NULL};
    const json_t *c;
    size_t i;

    check_begin_group(r, "published", "published verdict");
    json_array_foreach(list, i, c)
    {
        const json_t *published = json_object_get(c, "published");

        if (!published)
            continue;
        check_begin_case(r, c, i);
        if (!json_is_object(published))
            check_say(r, "published",
                      "\"published\" should be an object by memory model");
        check_members(r, published, known);
        for (int tso = 0; tso < 2; tso++) {
            const struct rules rules = {.granularity = GRANULARITY_ACCESS,
                                        .tso = tso == 1,
                                        .buffer = TSL_BUFFER};
            const json_t *stated = json_object_get(published, known[tso]);

            if (stated)
                explore_case(r, c, &rules, stated, compare_published);
        }
        check_end_case(r);
    }
}

/* ---- all of it ----------------------------------------------------------- */

static void races_recompute(const json_t *root, struct check_report *r)
{
    static const char *const known[] = {"schema", "format", "split",
                                        "cases",  "note",   NULL};
    const json_t *list;

    snprintf(r->where, sizeof(r->where), "the file");
    check_members(r, root, known);
    list = json_object_get(root, "cases");
    if (json_array_size(list) == 0) {
        check_say(r, "cases", "there should be \"cases\", a list of them");
        return;
    }
    check_programs(r, list);
    check_results(r, list, "SC", "SC result");
    check_results(r, list, "TSO", "TSO result");
    check_instructions(r, list);
    check_published(r, list);
}

const struct check_format check_races = {
    .name = "timeslice-race-golden-1",
    .summary = "small concurrent programs and all their schedules",
    .recompute = races_recompute,
};
