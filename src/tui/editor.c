/* The settings of an experiment over a screen: choose, change, run. Screen
 * process. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/app.h"

void editor_open(struct app *a, const struct spec *spec)
{
    memset(&a->editor, 0, sizeof(a->editor));
    a->editor.spec = *spec;
    run_interactive(&a->editor.spec);
    a->overlay = OVERLAY_EDITOR;
    a->dirty = true;
}

static void set(struct editor_state *e, const struct setting *s,
                const char *value)
{
    struct spec changed = e->spec;
    struct err err = {0};

    e->error[0] = '\0';
    if (spec_set(&changed, s->name, value, &err) < 0) {
        snprintf(e->error, sizeof(e->error), "%s", err.text);
    } else {
        e->spec = changed;
        run_interactive(&e->spec);
    }
    e->failed = e->error[0] != '\0';
}

/* The word before or after the present one, going around. */
static void change_word(struct editor_state *e, const struct setting *s, int by,
                        const char *present)
{
    int count = 0, at = 0;

    for (; s->words[count]; count++)
        if (strcmp(s->words[count], present) == 0)
            at = count;
    if (count > 0)
        set(e, s, s->words[(at + by + count) % count]);
}

/* Twice or half as much; small whole numbers by one. What is no number
 * ("auto") becomes the least. */
static void change_number(struct editor_state *e, const struct setting *s,
                          int by, const char *present)
{
    double x, was;
    char value[40];

    if (sscanf(present, "%lf", &was) != 1) {
        x = s->min > 0 ? s->min : 1;
    } else if (s->type == SETTING_COUNT || s->type == SETTING_WORKERS ||
               s->type == SETTING_CHUNK) {
        x = was < 16 && was > -32 ? was + by
            : by > 0              ? was * 2
                                  : (double)(int64_t)(was / 2);
    } else {
        x = by > 0 ? was * 2 : was / 2;
    }
    if (x < s->min)
        x = s->min;
    if (x > s->max)
        x = s->max;
    snprintf(value, sizeof(value), "%.10g", x);
    set(e, s, value);
}

static void change(struct editor_state *e, const struct setting *s, int by)
{
    struct text present = {0};

    spec_format_setting(&e->spec, s, &present);
    if (s->words)
        change_word(e, s, by, text_str(&present));
    else if (s->max > s->min && s->type != SETTING_PHASES)
        change_number(e, s, by, text_str(&present));
    text_fini(&present);
}

static void begin_typing(struct editor_state *e, const struct setting *s)
{
    struct text present = {0};

    spec_format_setting(&e->spec, s, &present);
    memset(&e->line, 0, sizeof(e->line));
    prompt_open(&e->line);
    prompt_set(&e->line, text_str(&present));
    e->typing = true;
    text_fini(&present);
}

static void typing_key(struct editor_state *e, const struct setting *s, int key)
{
    enum action action = keys_find(&keys_prompt, key, 0);

    if (action == ACTION_NONE) {
        prompt_type(&e->line, key);
    } else if (action == ACTION_BACK) {
        e->typing = false;
        e->error[0] = '\0';
    } else if (action == ACTION_ENTER) {
        set(e, s, e->line.line);
        e->typing = e->failed; /* until it is right, or left */
    } else if (action != ACTION_COMPLETE) {
        prompt_act(&e->line, action);
    }
}

static void run(struct app *a)
{
    struct editor_state *e = &a->editor;
    struct spec spec = e->spec;
    struct err err = {0};

    a->overlay = OVERLAY_NONE;
    if (app_run(a, &spec, &err) == 0)
        return;
    a->overlay = OVERLAY_EDITOR;
    snprintf(e->error, sizeof(e->error), "%s", err.text);
}

void editor_key(struct app *a, int key)
{
    struct editor_state *e = &a->editor;
    int count = view_editor_count(&e->spec);
    const struct setting *s = view_editor_setting(&e->spec, e->selected);

    if (e->typing && s) {
        typing_key(e, s, key);
        return;
    }
    switch (keys_find(&keys_editor, key, 0)) {
    case ACTION_UP:
        e->selected--;
        break;
    case ACTION_DOWN:
        e->selected++;
        break;
    case ACTION_FIRST:
        e->selected = 0;
        break;
    case ACTION_LAST:
        e->selected = count - 1;
        break;
    case ACTION_LEFT:
    case ACTION_RIGHT:
        if (s)
            change(e, s, key == TUI_KEY_LEFT || key == 'h' ? -1 : 1);
        break;
    case ACTION_ENTER:
        if (s)
            begin_typing(e, s);
        break;
    case ACTION_AGAIN:
        run(a);
        return;
    case ACTION_BACK:
        a->overlay = OVERLAY_NONE;
        return;
    default:
        break;
    }
    count = view_editor_count(&e->spec); /* a change may add or hide some */
    if (e->selected >= count)
        e->selected = count - 1;
    if (e->selected < 0)
        e->selected = 0;
}

void editor_draw(struct app *a, struct frame *f)
{
    const struct editor_state *e = &a->editor;
    struct view_editor v = {
        .spec = &e->spec,
        .selected = e->selected,
        .typing = e->typing ? e->line.line : NULL,
        .error = e->error[0] ? e->error : NULL,
    };

    view_editor(f, &v);
}
