/* A schedule of an answer file, done step by step: is it possible, and does it
 * fail as it is said to? The screen process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "check/races_parts.h"

/* The action called @name, or -1. */
static int action_called(const struct program *p, const char *name)
{
    bool flush = strncmp(name, "flush:", 6) == 0;
    int thread = program_thread(p, flush ? name + 6 : name);

    return thread < 0 ? -1 : flush ? thread | STEP_FLUSH : thread;
}

/* Do all of @actions from @s on. *@failures are those seen, the end
 * included. */
static void do_actions(const struct stepper *m, struct state *s,
                       const json_t *actions, unsigned *failures,
                       struct text *why)
{
    const json_t *one;
    size_t i;

    json_array_foreach(actions, i, one)
    {
        const char *name = json_string_value(one);
        int action = name ? action_called(m->program, name) : -1;
        struct done done;

        if (action < 0) {
            text_addf(why,
                      "action %zu%s%.20s is none: they are called \"%s\" or "
                      "\"flush:%s\"",
                      i + 1, name ? ", " : "", name ? name : "",
                      m->program->threads[0].name, m->program->threads[0].name);
            return;
        }
        if ((*failures & 1U << FAILURE_FAULT) || !state_may(m, s, action)) {
            text_addf(why, "action %zu, %s, cannot be done there", i + 1, name);
            return;
        }
        state_step(m, s, action, &done);
        *failures |= done_failures(&done);
    }
    if (*failures & 1U << FAILURE_FAULT)
        return;
    switch (state_finish(m, s)) {
    case FINISH_CHECK:
        *failures |= 1U << FAILURE_FINAL;
        break;
    case FINISH_DEADLOCK:
        *failures |= 1U << FAILURE_DEADLOCK;
        break;
    default:
        break;
    }
}

void races_replay(const struct races_case *c, const json_t *actions,
                  enum failure kind, struct text *why)
{
    json_int_t least = json_integer_value(json_object_get(
        json_object_get(c->ours, "shortest"), failure_names[kind]));
    struct stepper m;
    struct state s = {0};
    struct event e;
    unsigned failures = 0;

    if (!json_is_array(actions)) {
        text_add(why, "should be a list of actions");
        return;
    }
    if (stepper_init(&m, c->p, c->rules, NULL) < 0) {
        c->r->failed_alloc = true;
        return;
    }
    if (state_init(&s, &m, &e, &failures) < 0)
        c->r->failed_alloc = true;
    else
        do_actions(&m, &s, actions, &failures, why);
    if (why->len == 0 && !(failures & 1U << kind))
        text_addf(why,
                  "these %zu actions can be done, but there is no %s "
                  "failure",
                  json_array_size(actions), failure_names[kind]);
    else if (why->len == 0 && json_array_size(actions) != (size_t)least)
        text_addf(why,
                  "%zu actions are not the fewest: %" JSON_INTEGER_FORMAT
                  " are enough",
                  json_array_size(actions), least);
    state_fini(&s);
    stepper_fini(&m);
}
