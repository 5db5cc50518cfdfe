/* The editor over the microscope: change the program, try it. Screen process.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asm/asm.h"
#include "base/clock.h"
#include "tui/app.h"
#include "view/micro.h"

/* Keys that come faster than this are pasted: they bring blanks of their own.
 */
#define PASTE_NS (5 * NS_PER_MS)

static const char first_text[] = "// mine: what it is about\n"
                                 "shared int x;\n"
                                 "thread T[2] {\n"
                                 "  x++;\n"
                                 "}\n"
                                 "check final x == 2;\n";

void step_edit_open(struct app *a, bool fresh)
{
    struct step_state *s = &a->step;
    const char *text = fresh ? first_text : s->program->source;
    const struct op *op;

    if (!text) {
        app_say(a, false,
                "this program came as micro-steps: there is no text to change");
        return;
    }
    if (edit_open(&s->edit, text, TSL_TEXT) < 0) {
        app_say(a, true, "no memory for the editor");
        return;
    }
    s->fresh = fresh;
    s->leaves = false;
    s->error[0] = '\0';
    s->error_line = 0;
    if (!fresh && s->walking && s->program->thread_count > 0) {
        op = &s->program->threads[s->chosen]
                  .ops[walk_state(&s->walk)->locals[s->chosen].pc];
        edit_go(&s->edit, op->line, 1);
        while (s->edit.text[s->edit.at] == ' ')
            edit_act(&s->edit, ACTION_RIGHT, 0);
    }
    step_open_over(a, STEP_OVER_TEXT);
}

/* "FILE:LINE:COLUMN: sentence": take the place out of it. */
static void take_error(struct step_state *s, const char *name, const char *why)
{
    size_t n = strlen(name);
    int line = 0, column = 0, used = 0;

    s->error_line = s->error_column = 0;
    if (strncmp(why, name, n) == 0 &&
        sscanf(why + n, ":%d:%d: %n", &line, &column, &used) == 2 && used > 0) {
        s->error_line = line;
        s->error_column = column;
        why += n + (size_t)used;
        edit_go(&s->edit, line, column);
    }
    snprintf(s->error, sizeof(s->error), "%s", why);
}

static void check(struct app *a)
{
    struct step_state *s = &a->step;
    char name[128];
    struct program *p = NULL;
    struct err err = {0};
    bool same = !s->fresh && strcmp(s->program->source, s->edit.text) == 0;

    snprintf(name, sizeof(name), "%s",
             s->fresh ? "mine.tsl" : s->program->name);
    if (same) {
        step_close_over(a);
        return;
    }
    if (asm_program_parse(name, s->edit.text, s->edit.length, &p, &err) < 0) {
        take_error(s, name, err.text);
        return;
    }
    if (step_take(a, p, true, &err) < 0) {
        snprintf(s->error, sizeof(s->error), "%s", err.text);
        return;
    }
    if (s->fresh)
        step_found_file(a, NULL, NULL);
    step_close_over(a);
    app_say(a, false,
            s->exercise ? "edited; x explores: is it repaired?"
                        : "edited; w writes it to a file");
}

static void leave(struct app *a)
{
    struct step_state *s = &a->step;

    if (s->edit.changed && !s->leaves) {
        s->leaves = true;
        app_say(a, false,
                "F2 goes on with what you changed; Esc again forgets it");
        return;
    }
    step_close_over(a);
    if (!s->program) /* there is nothing below */
        step_list_open(a);
}

void step_edit_key(struct app *a, int key)
{
    struct step_state *s = &a->step;
    enum action action = keys_find(&keys_step_edit, key, 0);
    int64_t now_ns = clock_now_ns();
    bool pasted = now_ns - s->typed_ns < PASTE_NS;

    s->typed_ns = now_ns;
    if (action == ACTION_BACK) {
        leave(a);
        return;
    }
    s->leaves = false;
    if (action == ACTION_CHECK) {
        check(a);
        return;
    }
    if (action == ACTION_ENTER)
        edit_type(&s->edit, '\n', !pasted);
    else if (action != ACTION_NONE)
        edit_act(&s->edit, action,
                 view_micro_edit_rows(terminal_rows(a->terminal)) - 1);
    else
        edit_type(&s->edit, key, false);
    if (action == ACTION_NONE || action == ACTION_ENTER ||
        action == ACTION_ERASE || action == ACTION_DELETE)
        s->error[0] = '\0';
}

void step_edit_draw(struct app *a, struct frame *f, const struct view_common *c)
{
    const struct step_state *s = &a->step;
    struct view_micro_edit v = {
        .common = *c,
        .name = s->fresh ? "a new program" : step_name(a),
        .task = s->exercise && !s->fresh ? s->head.repair : NULL,
        .text = s->edit.text,
        .line = edit_line(&s->edit),
        .column = edit_column(&s->edit),
        .changed = s->edit.changed,
        .error_line = s->error_line,
        .error_column = s->error_column,
        .error = s->error[0] ? s->error : NULL,
    };

    view_micro_edit(f, &v);
}
