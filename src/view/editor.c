/* The settings of an experiment, to look through and change: everything in it
 * comes from the table in spec/. Screen process. */
#include "view/pieces.h"

#include <stdio.h>

#define NAME_COLUMNS 14
#define VALUE_COLUMNS 20

const struct setting *view_editor_setting(const struct spec *spec, int n)
{
    for (int i = 0; i < spec_setting_count; i++) {
        if (spec_setting_applies(spec, &spec_settings[i]) && n-- == 0)
            return &spec_settings[i];
    }
    return NULL;
}

int view_editor_count(const struct spec *spec)
{
    int count = 0;

    while (view_editor_setting(spec, count) != NULL)
        count++;
    return count;
}

static bool was_given(const struct spec *spec, const struct setting *s)
{
    return spec_given(spec, (int)(s - spec_settings));
}

/* What may be written: "1 .. 65000", or the words. */
static void setting_range(struct text *out, const struct setting *s)
{
    if (s->words != NULL) {
        for (int i = 0; s->words[i] != NULL; i++)
            text_addf(out, "%s%s", i > 0 ? " | " : "", s->words[i]);
    } else if (s->max > s->min) {
        text_addf(out, "%.15g .. %.15g%s%s", s->min, s->max,
                  s->unit != NULL ? " " : "", s->unit != NULL ? s->unit : "");
    }
    if (s->fallback != NULL)
        text_addf(out, "%sleft alone: %s", out->len > 0 ? "   " : "",
                  s->fallback);
}

static void editor_line(struct frame *f, struct box row,
                        const struct view_editor *v, const struct setting *s,
                        bool chosen)
{
    struct box bar = {row.row, row.column - 1, 1, row.columns + 2};
    enum style style = chosen ? STYLE_SELECTED : STYLE_NORMAL;
    int column = row.column + NAME_COLUMNS;
    struct text value = {0};

    if (chosen)
        frame_fill(f, bar, ' ', STYLE_SELECTED);
    frame_text(f, row.row, row.column, NAME_COLUMNS - 1, style, s->name);
    if (chosen && v->typing != NULL) {
        int used = frame_text(f, row.row, column, VALUE_COLUMNS - 2, STYLE_HERO,
                              v->typing);

        frame_put(f, row.row, column + used, 0x2588, STYLE_HERO);
    } else {
        spec_format_setting(v->spec, s, &value);
        piece_text(f, row.row, column, VALUE_COLUMNS - 1,
                   chosen                  ? STYLE_SELECTED
                   : was_given(v->spec, s) ? STYLE_HERO
                                           : STYLE_DIM,
                   text_str(&value));
        text_fini(&value);
    }
    column += VALUE_COLUMNS;
    piece_text(f, row.row, column, row.column + row.columns - column,
               chosen ? STYLE_SELECTED : STYLE_DIM, s->help);
}

/* About the chosen setting: all of its help, what may be written, what was
 * wrong with what was. */
static void editor_about(struct frame *f, struct box b,
                         const struct view_editor *v, const struct setting *s)
{
    struct text range = {0};

    if (s != NULL) {
        box_take_rows(&b, frame_wrap(f, b, STYLE_NORMAL, s->help));
        setting_range(&range, s);
        box_take_rows(&b, frame_wrap(f, b, STYLE_DIM, text_str(&range)));
        text_fini(&range);
    }
    if (v->error != NULL)
        frame_wrap(f, b, STYLE_BAD, v->error);
}

void view_editor(struct frame *f, const struct view_editor *v)
{
    int count = view_editor_count(v->spec);
    struct text line = {0};
    struct box b = frame_box(f);
    char title[64];

    if (!view_fits(f, 10, 40))
        return;
    int columns = b.columns - 4 < 108 ? b.columns : 108;
    int rows = count + 9 < b.rows ? count + 9 : b.rows;
    b = (struct box){(b.rows - rows) / 2, (b.columns - columns) / 2, rows,
                     columns};
    frame_fill(f, b, 0, STYLE_NORMAL);
    snprintf(title, sizeof(title), "SETTINGS  %s",
             spec_workload_words[v->spec->workload]);
    b = frame_panel(f, b, title,
                    columns >= 60 ? "Enter: type a value  r: run  q: leave"
                                  : "");

    if (b.rows >= 12)
        piece_text(f, box_take_rows(&b, 2).row, b.column, b.columns, STYLE_DIM,
                   spec_workload_summaries[v->spec->workload]);
    spec_format(v->spec, &line);
    struct box command = box_take_rows(&b, -1);
    int used = frame_text(f, command.row, command.column, 2, STYLE_KEY, ": ");
    piece_text(f, command.row, command.column + used, command.columns - used,
               STYLE_HERO, text_str(&line));
    text_fini(&line);
    struct box about = box_take_rows(&b, b.rows >= 12 ? -4 : -3);

    int top = v->selected >= b.rows ? v->selected - b.rows + 1 : 0;
    for (int i = top; i < count && b.rows > 0; i++)
        editor_line(f, box_take_rows(&b, 1), v, view_editor_setting(v->spec, i),
                    i == v->selected);
    if (about.rows > 1)
        box_take_rows(&about, 1);
    editor_about(f, about, v, view_editor_setting(v->spec, v->selected));
}
