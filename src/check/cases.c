/* Going through the cases of a simulator's answer file. The screen process. */
#include "check/cases.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sim/rules.h"

void cases_say(struct check_report *r, const char *what, const char *format,
               ...)
{
    struct text t = {0};
    va_list ap;

    va_start(ap, format);
    text_addv(&t, format, ap);
    va_end(ap);
    check_say(r, what, t.failed ? "no memory for the sentence" : text_str(&t));
    text_fini(&t);
}

/* ---- which rules it needs ------------------------------------------------ */

/* The first rule that the case @c relies on and that does not hold now; NULL:
 * none. What is no list of rules is said. */
static const struct sim_rule *missing_rule(struct check_report *r,
                                           const json_t *c)
{
    const json_t *list = json_object_get(c, "relies_on"), *one;
    const struct sim_rule *missing = NULL;
    size_t i;

    if (list && !json_is_array(list))
        check_say(r, "relies_on",
                  "\"relies_on\" should be a list of rules, such as [\"M1\"]");
    json_array_foreach(list, i, one)
    {
        const char *id = json_string_value(one);
        const struct sim_rule *rule = id ? sim_rule(id) : NULL;

        if (!rule)
            cases_say(r, "relies_on",
                      "\"relies_on\" names \"%.20s\", which is no rule; "
                      "\"timeslice list rules\" has them",
                      id ? id : "?");
        else if (rule->differs && !r->ostep && !missing)
            missing = rule;
    }
    return missing;
}

/* Count a case that is left out for want of @rule, and keep the reason. */
static void leave_out(struct check_group *g, const struct sim_rule *rule)
{
    char id[8];
    size_t n = strlen(g->because);

    g->left_out++;
    snprintf(id, sizeof(id), " %s", rule->id);
    if (n == 0)
        n = (size_t)snprintf(g->because, sizeof(g->because),
                             "--rules ostep has the rules they rely on:");
    else if (strstr(g->because, id))
        return;
    snprintf(g->because + n, sizeof(g->because) - n, "%s", id);
    g->why = g->because;
}

/* ---- one case ------------------------------------------------------------ */

/* The object that @c has under @name; NULL after a sentence. */
static const json_t *part(struct check_report *r, const json_t *c,
                          const char *name, const char *holds)
{
    const json_t *value = json_object_get(c, name);

    if (json_is_object(value) && json_object_size(value) > 0)
        return value;
    cases_say(r, name, "the case should have \"%s\", an object with %s", name,
              holds);
    return NULL;
}

static void recompute(struct check_report *r, const json_t *c,
                      const struct cases_kind *kind)
{
    static const char *const known[] = {
        "id", "title", "tags", "relies_on", "input", "expected", "note", NULL};
    const json_t *input, *stated;
    json_t *ours;

    if (!json_is_object(c)) {
        check_say(r, "case", "a case should be an object");
        return;
    }
    cases_say_unknown(r, "", c, known);
    input = part(r, c, "input", "the jobs and the machine");
    stated = part(r, c, "expected", "what should come out");
    ours = input ? kind->compute(r, input) : NULL;
    if (ours && stated)
        cases_compare(r, stated, ours);
    json_decref(ours);
}

/* ---- all of them --------------------------------------------------------- */

void cases_recompute(const json_t *root, struct check_report *r,
                     const struct cases_kind *kind)
{
    static const char *const known[] = {
        "simulator", "format", "produced_from", "cases", "title", "note", NULL};
    const json_t *list = json_object_get(root, "cases"), *c;
    struct check_group *g;
    size_t i;

    snprintf(r->where, sizeof(r->where), "the file");
    cases_say_unknown(r, "", root, known);
    if (json_array_size(list) == 0) {
        check_say(r, "cases", "there should be \"cases\", a list of them");
        return;
    }
    g = check_begin_group(r, kind->name, kind->cases_of);
    json_array_foreach(list, i, c)
    {
        const struct sim_rule *missing;

        check_begin_case(r, c, i);
        missing = missing_rule(r, c);
        if (missing && !r->case_differs) {
            leave_out(g, missing);
            continue;
        }
        recompute(r, c, kind);
        check_end_case(r);
    }
}
