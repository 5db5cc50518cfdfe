/* The screens together: which one is up, what keys reach it, how it is drawn.
 * Screen process. */
#include "tui/app.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tui/record.h"
#include "tui/theme.h"

/* ---- drawing --------------------------------------------------------------
 */

const struct key_table *app_keys(const struct app *a)
{
    return a->screen->table ? a->screen->table(a) : a->screen->keys;
}

/* The keys that are valid now, by what is on top. */
static const struct key_table *top_keys(const struct app *a)
{
    if (a->prompt.open)
        return &keys_prompt;
    if (a->overlay == OVERLAY_HELP)
        return &keys_help;
    if (a->overlay == OVERLAY_ASK)
        return &keys_ask;
    if (a->overlay == OVERLAY_STEP)
        return step_over_keys(a);
    if (a->overlay == OVERLAY_SIM || a->overlay == OVERLAY_LESSON ||
        a->overlay == OVERLAY_COURSE)
        return &keys_ask;
    if (a->overlay == OVERLAY_EDITOR)
        return a->editor.typing ? &keys_prompt : &keys_editor;
    return app_keys(a);
}

static void footer(const struct app *a, struct key_list *out)
{
    const struct key_table *t = top_keys(a);
    bool root = t == app_keys(a) && a->below == NULL;

    keys_footer(out, t, a->screen->now(a), root);
}

void app_draw(struct app *a)
{
    struct frame *f = &a->frame;
    struct key_list keys;
    struct view_common c;
    const char *trouble;

    if (frame_init(f, terminal_rows(a->terminal),
                   terminal_columns(a->terminal)) < 0)
        return; /* no memory: the last picture stays */
    footer(a, &keys);
    c = (struct view_common){
        .keys = keys.view,
        .key_count = keys.count,
        .message = a->message[0] ? a->message : NULL,
        .message_bad = a->message_bad,
        .presenter = a->presenter,
        .frozen = a->run.still.held,
        .ascii = a->ascii,
    };
    if (a->prompt.open) {
        c.prompt = a->prompt.line;
        c.prompt_cursor = prompt_column(&a->prompt);
        c.prompt_hint =
            a->prompt.hint[0] && !a->prompt.failed ? a->prompt.hint : NULL;
        if (a->prompt.failed) { /* as a message, so that it looks like one */
            c.message = a->prompt.hint;
            c.message_bad = true;
        }
    }
    if (a->overlay == OVERLAY_BLANK) {
        view_blank(f);
    } else {
        a->screen->draw(a, f, &c);
        if (a->overlay == OVERLAY_HELP)
            help_draw(a, f);
        else if (a->overlay == OVERLAY_EDITOR)
            editor_draw(a, f);
    }
    if (a->ascii)
        frame_to_ascii(f);
    terminal_present(a->terminal, f);
    a->dirty = false;
    trouble = a->record ? record_trouble(a->record) : NULL;
    if (trouble)
        app_say(a, true, "%s", trouble);
}

void app_say(struct app *a, bool bad, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(a->message, sizeof(a->message), format, ap);
    va_end(ap);
    a->message_bad = bad;
    a->dirty = true;
}

/* ---- from screen to screen ------------------------------------------------
 */

void app_show(struct app *a, const struct screen *screen)
{
    if (screen == a->screen)
        return;
    /* Two levels are enough: whatever is opened goes back to the launcher. */
    if (a->screen == &screen_launcher)
        a->below = a->screen;
    a->screen->leave(a);
    a->screen = screen;
    app_draw(a); /* at once; what it shows may take its time */
    a->screen->enter(a);
    a->dirty = true;
}

void app_back(struct app *a)
{
    const struct screen *below = a->below;

    if (!below) {
        a->leaving = true;
        return;
    }
    a->below = NULL;
    a->screen->leave(a);
    a->screen = below;
    a->screen->enter(a);
    a->dirty = true;
}

int app_run(struct app *a, const struct spec *spec, struct err *err)
{
    /* A counter under no script is a race, unless the lab shows one already;
     * everything else is for the lab. */
    bool race = a->screen != &screen_lab &&
                spec->workload == WORKLOAD_COUNTER && spec->phase_count == 0;
    const struct screen *screen = race ? &screen_race : &screen_lab;
    struct spec checked = *spec;
    int rc = spec_check(&checked, a->options.machine, err);

    if (rc < 0)
        return rc;
    a->run.asked = *spec;
    if (a->screen != screen) {
        app_show(a, screen);
        return 0;
    }
    run_close(a);
    a->screen->enter(a);
    return 0;
}

/* ---- keys -----------------------------------------------------------------
 */

static void next_theme(struct app *a)
{
    enum tui_theme next = (enum tui_theme)((a->theme + 1) % THEME_COUNT);

    if (!terminal_theme(a->terminal, next, a->presenter)) {
        app_say(a, false,
                "there are no colours here: NO_COLOR is set, or the terminal "
                "has none");
        return;
    }
    a->theme = next;
    app_say(a, false, "theme: %s", themes[next].name);
}

static void toggle_presenter(struct app *a)
{
    a->presenter = !a->presenter;
    /* A projector shows what we paint, not what a terminal is set to. */
    terminal_theme(a->terminal, a->theme, a->presenter);
}

static void toggle_mouse(struct app *a)
{
    a->mouse = !a->mouse;
    terminal_mouse(a->terminal, a->mouse);
    app_say(a, false, "%s",
            a->mouse ? "mouse on; hold Shift to select text"
                     : "mouse off: the terminal selects text");
}

void app_act(struct app *a, enum action action)
{
    a->dirty = true;
    switch (action) {
    case ACTION_NONE:
        break;
    case ACTION_HELP:
        a->help = (struct help_state){0};
        a->overlay = OVERLAY_HELP;
        break;
    case ACTION_PROMPT:
        prompt_open(&a->prompt);
        break;
    case ACTION_EXPORT:
        save_all(a);
        break;
    case ACTION_PRESENTER:
        toggle_presenter(a);
        break;
    case ACTION_BLANK:
        a->overlay = OVERLAY_BLANK;
        break;
    case ACTION_THEME:
        next_theme(a);
        break;
    case ACTION_MOUSE:
        toggle_mouse(a);
        break;
    case ACTION_REDRAW:
        terminal_measure(a->terminal);
        terminal_redraw(a->terminal);
        break;
    case ACTION_BACK:
        if (!a->screen->stays || !a->screen->stays(a))
            app_back(a);
        break;
    default:
        a->screen->act(a, action);
    }
}

static bool begins_with(const char *line, const char *word)
{
    size_t n = strlen(word);

    return strncmp(line, word, n) == 0 && (line[n] == ' ' || line[n] == '\0');
}

/* Do @command with the rest of the line, @words; if it cannot be done the line
 * stays open and says why. */
static void prompt_command(struct app *a,
                           int (*command)(struct app *a, const char *words,
                                          struct err *err),
                           const char *words)
{
    struct prompt *p = &a->prompt;
    char line[PROMPT_BYTES];
    struct err err = {0};

    snprintf(line, sizeof(line), "%s", words);
    prompt_keep(p);
    prompt_close(p);
    if (command(a, line, &err) < 0) {
        p->open = true;
        prompt_fail(p, err.text);
    }
}

void prompt_key(struct app *a, int key)
{
    struct prompt *p = &a->prompt;
    enum action action = keys_find(&keys_prompt, key, 0);
    struct spec spec;
    struct err err = {0};

    if (action == ACTION_NONE) {
        prompt_type(p, key);
    } else if (action == ACTION_BACK ||
               (action == ACTION_ENTER && p->length == 0)) {
        prompt_close(p);
    } else if (action != ACTION_ENTER) {
        prompt_act(p, action);
    } else if (begins_with(p->line, "sweep")) {
        prompt_command(a, app_sweep, p->line + strlen("sweep"));
    } else if (begins_with(p->line, "step")) {
        prompt_command(a, app_step, p->line + strlen("step"));
    } else if (begins_with(p->line, "sim")) {
        prompt_command(a, app_sim, p->line + strlen("sim"));
    } else if (spec_parse_line(&spec, p->line, &err) < 0) {
        prompt_fail(p, err.text);
    } else {
        prompt_keep(p);
        prompt_close(p);
        if (app_run(a, &spec, &err) < 0) {
            p->open = true;
            prompt_fail(p, err.text);
        }
    }
}

/* The name of a key that the footer shows around @column, or "". */
static void footer_name(const struct frame *f, int column, char out[64])
{
    const struct cell *cells =
        &f->cells[(size_t)(f->rows - 1) * (size_t)f->columns];
    size_t n = 0;

    /* From the word to its key on the left, then to where that begins. */
    while (column > 0 && cells[column].style != STYLE_KEY)
        column--;
    while (column > 0 && cells[column - 1].style == STYLE_KEY)
        column--;
    for (; column < f->columns && cells[column].style == STYLE_KEY && n < 59;
         column++)
        n += (size_t)text_encode(out + n, cells[column].glyph);
    out[n] = '\0';
}

/* What the footer shows can be clicked: of several keys the one under the
 * pointer, else the first. */
static void click_footer(struct app *a, int column)
{
    const struct frame *f = &a->frame;
    int under =
        (int)f
            ->cells[(size_t)(f->rows - 1) * (size_t)f->columns + (size_t)column]
            .glyph;
    struct key_list keys;
    char name[64];

    footer_name(f, column, name);
    footer(a, &keys);
    for (int i = 0; i < keys.count; i++) {
        const struct key_row *row = keys.row[i];
        int key = row->keys[0].key;

        if (strcmp(row->label, name) != 0)
            continue;
        for (int k = 0; k < KEYS_A_ROW; k++)
            if (row->keys[k].key == under && under > ' ')
                key = under;
        app_key(a, key);
        return;
    }
}

static void click(struct app *a)
{
    int row, column;

    terminal_click(a->terminal, &row, &column);
    if (row < 0 || row >= a->frame.rows || column < 0 ||
        column >= a->frame.columns)
        return;
    if (row == a->frame.rows - 1)
        click_footer(a, column);
    else if (a->screen->click && a->overlay == OVERLAY_NONE && !a->prompt.open)
        a->screen->click(a, row);
}

void app_key(struct app *a, int key)
{
    a->dirty = true;
    if (a->overlay == OVERLAY_BLANK) {
        a->overlay = OVERLAY_NONE;
        return;
    }
    if (key == TUI_KEY_CLICK) {
        click(a);
        return;
    }
    if (key == TUI_CTRL('L')) { /* also over what takes all other keys */
        app_act(a, ACTION_REDRAW);
        return;
    }
    a->message[0] = '\0';
    if (a->prompt.open)
        prompt_key(a, key);
    else if (a->overlay == OVERLAY_HELP)
        help_key(a, key);
    else if (a->overlay == OVERLAY_EDITOR)
        editor_key(a, key);
    else if (a->overlay == OVERLAY_ASK)
        sweep_ask_key(a, key);
    else if (a->overlay == OVERLAY_STEP)
        step_over_key(a, key);
    else if (a->overlay == OVERLAY_SIM)
        sim_over_key(a, key);
    else if (a->overlay == OVERLAY_LESSON)
        lesson_over_key(a, key);
    else if (a->overlay == OVERLAY_COURSE)
        course_search_key(a, key);
    else
        app_act(a, keys_find(app_keys(a), key, a->screen->now(a)));
}
