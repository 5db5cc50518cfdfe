/* What came of lessons without a learner, as JSON. Any process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/lesson_export.h"
#include "export/record.h"

/* A check's numbers, as they are collected. */
struct numbers {
    struct record *r;
    json_t *object;
    const struct facts *facts;
};

static void add_number(const char *run, const char *name, bool repeats,
                       void *arg)
{
    struct numbers *n = arg;
    struct err err = {0};
    struct formula *f;
    char figure[128];
    double value;

    (void)repeats;
    snprintf(figure, sizeof(figure), "%s%s%s", run, name[0] == '@' ? "" : ".",
             name);
    f = formula_parse(figure, &err);
    if (f && formula_value(f, n->facts, &value, NULL))
        record_real(n->r, n->object, figure, value);
    formula_free(f);
}

static json_t *numbers_of(struct record *r, const struct lesson_check *c,
                          const struct facts *facts)
{
    struct numbers n = {r, json_object(), facts};

    formula_figures(c->holds, add_number, &n);
    return n.object;
}

static json_t *check_of(struct record *r, const struct lesson_finding *f,
                        const struct facts *facts)
{
    const char class[2] = {lesson_class_letters[f->check->class], '\0'};
    json_t *o = json_object();

    record_string(r, o, "class", class);
    record_string(r, o, "label", f->check->label);
    record_integer(r, o, "line", f->check->line);
    record_string(r, o, "verdict", lesson_verdict_words[f->verdict]);
    record_string(r, o, "reason", f->reason);
    record_string(r, o, "formula", formula_text(f->check->holds));
    record_put(r, o, "numbers", numbers_of(r, f->check, facts));
    return o;
}

static json_t *checks_of(struct record *r, const struct session *s)
{
    json_t *list = json_array();

    for (int i = 0; s && i < s->finding_count; i++)
        if (s->findings[i].check)
            record_append(r, list, check_of(r, &s->findings[i], s->facts));
    return list;
}

/* "pass": the check failed where it must. */
static json_t *controls_of(struct record *r, const struct lesson_result *result)
{
    json_t *list = json_array();

    for (int i = 0; i < result->control_count; i++) {
        const struct lesson_control *c = &result->controls[i];
        json_t *o = json_object();

        record_string(r, o, "label", c->check->label);
        record_integer(r, o, "line",
                       result->lesson->lesson.blocks[c->block].line);
        record_string(r, o, "verdict", lesson_verdict_words[c->verdict]);
        record_string(r, o, "reason", c->reason);
        record_append(r, list, o);
    }
    return list;
}

/* The key: a choice by its number from 1 (0: none holds), a number, or an order
 * of choices. */
static json_t *key_of(struct record *r, const struct lesson_block *b,
                      const struct lesson_key *key)
{
    json_t *list;

    if (!key->known)
        return json_null();
    if (b->asks == ASKS_NUMBER)
        return json_real(key->number);
    if (b->asks == ASKS_CHOICE)
        return json_integer(key->choice + 1);
    list = json_array();
    for (int i = 0; i < b->choice_count; i++)
        record_append(r, list, json_integer(key->order[i] + 1));
    return list;
}

static json_t *prediction_of(struct record *r, const struct session *s, int i)
{
    const struct lesson_block *b = &s->lesson->blocks[i];
    json_t *o = json_object();
    struct lesson_key key;

    session_key(s, i, &key);
    record_string(r, o, "id", b->id);
    record_string(r, o, "kind", lesson_kind_words[b->kind]);
    record_put(r, o, "key", key_of(r, b, &key));
    if (key.known && b->asks == ASKS_CHOICE && key.choice >= 0)
        record_string(r, o, "text", b->choices[key.choice].text);
    record_put(r, o, "known", json_boolean(key.known));
    if (!key.known)
        record_string(r, o, "why", key.why);
    record_put(r, o, "disturbed", json_boolean(key.disturbed));
    return o;
}

static json_t *predictions_of(struct record *r, const struct session *s)
{
    json_t *list = json_array();

    for (int i = 0; s && i < s->lesson->block_count; i++) {
        enum lesson_kind kind = s->lesson->blocks[i].kind;

        if (kind == LESSON_PREDICT || kind == LESSON_OBSERVE)
            record_append(r, list, prediction_of(r, s, i));
    }
    return list;
}

static json_t *lesson_of(struct record *r, const struct lesson_result *result)
{
    const struct lesson *l = &result->lesson->lesson;
    json_t *o = json_object();

    record_string(r, o, "id", result->lesson->id);
    record_string(r, o, "title", l->title ? l->title : "");
    record_string(r, o, "verdict", lesson_verdict_words[result->verdict]);
    record_real(r, o, "seconds", result->seconds);
    record_string(r, o, "error", result->error);
    record_put(r, o, "predictions", predictions_of(r, result->session));
    record_put(r, o, "checks", checks_of(r, result->session));
    record_put(r, o, "controls", controls_of(r, result));
    return o;
}

int lesson_json(const struct lesson_result *results, int count,
                const struct machine *m, struct text *out)
{
    struct record r = {.failed = false};
    json_t *o = json_object(), *list = json_array();
    char *text;

    for (int i = 0; i < count; i++)
        record_append(&r, list, lesson_of(&r, &results[i]));
    record_string(&r, o, "schema", "timeslice.lessons/1");
    record_put(&r, o, "machine", record_machine(&r, m));
    record_put(&r, o, "lessons", list);
    text = r.failed ? NULL : json_dumps(o, JSON_INDENT(2));
    json_decref(o);
    if (text)
        text_add(out, text);
    free(text);
    return text && !out->failed ? 0 : -ENOMEM;
}
