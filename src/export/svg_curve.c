/* The curve of a sweep as a chart: every run, the medians with their intervals,
 * the model, the sweet spot, the guess. Runs in the screen process or in a
 * command. */
#include "export/report_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "export/svg_curve.h"

/* ---- words --------------------------------------------------------------- */

static void badge_words(const struct sweep *s, struct text *out)
{
    bool model = false;

    for (int i = 0; i < s->curve_count; i++)
        model |= svg_curve_fit(&s->curves[i]) != NULL;
    text_add(out, sweep_computed(s) ? "MODEL"
                  : model           ? "MEASURED points, MODEL line"
                                    : "MEASURED");
}

static void axis_words(const struct plot *p, struct text *out)
{
    const char *name = svg_curve_along(p->sweep)->name;
    const struct setting *setting = spec_setting(name);

    text_add(out, name);
    if (setting && setting->unit && *setting->unit &&
        strcmp(setting->unit, name) != 0)
        text_addf(out, ", %s", setting->unit);
    if (p->x.log)
        text_add(out, p->doubling ? " (each step doubles)"
                                  : " (equal factors, equal steps)");
    text_add(out, p->x.in ? p->x.in : "");
}

void svg_curve_describe(const struct sweep *s, struct text *out)
{
    char buf[32];

    text_addf(out, "%s against %s, with every run, medians and intervals.",
              sweep_y_words(s), svg_curve_along(s)->name);
    for (int i = 0; i < s->curve_count; i++) {
        const struct sweep_curve *c = &s->curves[i];
        int first, end;

        text_addf(out, " %s%s", c->label[0] ? c->label : "Medians", ": ");
        svg_curve_points(s, i, &first, &end);
        for (int j = first; j < end; j++) {
            const struct sweep_point *at = &s->points[j];

            text_addf(out, "%s%s %s", j > first ? ", " : "", at->label,
                      at->y.n ? text_si(buf, sizeof(buf), at->y.median)
                              : "nothing measured");
        }
        text_add(out, ".");
        if (c->verdict == SWEEP_FOUND)
            text_addf(out, " Sweet spot: %s.", s->points[c->best].label);
    }
}

void svg_curve_caption(const struct sweep *s, struct text *out)
{
    bool model = false, far = false, disturbed = false, outlier = false;
    bool diamond = false;

    for (int i = 0; i < s->curve_count; i++) {
        model |= svg_curve_fit(&s->curves[i]) != NULL;
        diamond |= s->curves[i].verdict == SWEEP_FOUND;
    }
    for (int i = 0; i < s->trial_count; i++) {
        disturbed |= s->trials[i].used && s->trials[i].disturbed;
        outlier |= s->trials[i].used && s->trials[i].outlier;
    }
    far = model;
    text_add(out, "Each small dot is one run");
    if (disturbed)
        text_add(out, ", a ring a run that other programs disturbed");
    if (outlier)
        text_add(out, ", a cross a run far from the others of its point");
    text_add(out, ". The large marks are medians; the bar through a mark is "
                  "the interval in which the median lies");
    text_add(out, svg_curve_along(s)->numeric
                      ? ", and the line joins the medians"
                      : "");
    if (model)
        text_add(out, ". The thin line is the model");
    if (far)
        text_add(out, ", dotted where nothing was measured");
    if (diamond)
        text_add(out, svg_curve_along(s)->numeric
                          ? ". The diamond is the sweet spot: the smallest "
                            "value within 5 % of the best"
                          : ". The diamond is the best one");
    if (s->has_guess)
        text_add(out, ". The long-dashed upright line is the guess");
    text_add(out, ".");
}

/* ---- drawing ------------------------------------------------------------- */

static void draw_grid(struct plot *p)
{
    struct text words = {0};
    struct svg *g = &p->g;
    char buf[32];

    badge_words(p->sweep, &words);
    svg_words(g, g->width - 2, g->font + 1, SVG_END, "f-ink b badge",
              text_str(&words));
    text_fini(&words);
    text_addf(&words, "%s%s", sweep_y_words(p->sweep), p->y.in);
    svg_words(g, 2, g->font * 2.5, SVG_START, "f-ink", text_str(&words));
    text_fini(&words);
    for (int i = 0; i < p->y.ticks; i++) {
        double y = svg_axis_px(&p->y, p->y.tick[i]);

        svg_line(g, p->left, y, p->right, y, i ? "s-grid w1" : "s-rule w1");
        svg_words(g, p->left - 7, y + g->font * 0.35, SVG_END, "f-soft",
                  svg_axis_tick(&p->y, p->y.tick[i], buf, sizeof(buf)));
    }
}

static void draw_x(struct plot *p)
{
    const struct sweep_axis *a = svg_curve_along(p->sweep);
    double ends[8] = {0}, y = p->bottom + 6 + p->g.font;
    struct text words = {0};
    struct svg *g = &p->g;

    for (int i = 0; i < a->count; i++) {
        double value = p->words ? i + 1 : a->number[i];
        double x = svg_axis_px(&p->x, value);
        double half = svg_width(g, a->value[i]) / 2 + 3;
        int row = p->words ? svg_curve_word_row(p, i, ends) : 0;

        svg_line(g, x, p->bottom, x, p->bottom + 5 + row * 1.3 * g->font,
                 "s-rule w1");
        if (!p->words && x - half < ends[0])
            continue; /* no room to write it */
        if (!p->words)
            ends[0] = x + half;
        svg_words(g, p->words ? fmax(x, half) : x, y + row * 1.3 * g->font,
                  SVG_MIDDLE, "f-soft", a->value[i]);
    }
    axis_words(p, &words);
    svg_words(g, (p->left + p->right) / 2, g->height - 6, SVG_MIDDLE, "f-ink",
              text_str(&words));
    text_fini(&words);
}

/* An upright line at @value and its word in row @row over the plot. */
static void draw_upright(struct plot *p, double value, int row,
                         const char *class_name, const char *words)
{
    double x = svg_axis_px(&p->x, value), y = p->g.font * (3.75 + 1.35 * row);
    double w = svg_width(&p->g, words);
    enum svg_anchor anchor = SVG_MIDDLE;

    if (!(x >= p->left) || x > p->right)
        return;
    if (x - w / 2 < 2)
        anchor = SVG_START;
    else if (x + w / 2 > p->g.width - 2)
        anchor = SVG_END;
    svg_line(&p->g, x, y + 4, x, p->bottom, class_name);
    svg_words(&p->g, x, y, anchor, "f-ink", words);
}

static void draw_uprights(struct plot *p)
{
    const struct sweep *s = p->sweep;
    int row = 0, cores = s->machine.cpus_allowed;
    char words[64];

    if (strcmp(svg_curve_along(s)->name, "workers") == 0 && cores > 0) {
        snprintf(words, sizeof(words), "%d core%s", cores,
                 cores == 1 ? "" : "s");
        draw_upright(p, cores, row++, "s-soft cores w1", words);
    }
    if (s->has_guess && !p->words) {
        snprintf(words, sizeof(words), "guess: %g", s->guess);
        draw_upright(p, s->guess, row, "s-ink guess w2", words);
    }
}

static void draw_model_part(struct plot *p, int curve,
                            const struct scale_fit *f, double from, double to,
                            const char *class_name)
{
    const struct sweep_curve *c = &p->sweep->curves[curve];
    char a[24], b[24];
    bool pen = false;

    if (!(to > from))
        return;
    text_addf(p->g.out, "<path class=\"n s-c%d %s\" d=\"", curve % SVG_FAMILIES,
              class_name);
    for (int i = 0; i <= 40; i++) {
        double share = i / 40.0;
        double n = p->x.log ? from * pow(to / from, share)
                            : from + (to - from) * share;
        double y = scale_fit_at(f, &c->known, n);

        if (!isfinite(y) || y < 0 || y > p->y.most) {
            pen = false;
            continue;
        }
        text_addf(p->g.out, "%s%s %s", pen ? "L" : "M",
                  svg_number(a, sizeof(a), svg_axis_px(&p->x, n)),
                  svg_number(b, sizeof(b), svg_axis_px(&p->y, y)));
        pen = true;
    }
    text_add(p->g.out, "\"/>\n");
}

static void draw_model(struct plot *p, int curve)
{
    const struct sweep_curve *c = &p->sweep->curves[curve];
    const struct scale_fit *f = svg_curve_fit(c);

    if (!f || p->words)
        return;
    draw_model_part(p, curve, f, c->fits.least_n, c->fits.most_n, "near");
    draw_model_part(p, curve, f, c->fits.most_n, p->reach, "far");
}

static void draw_trials(struct plot *p, int curve)
{
    const struct sweep *s = p->sweep;
    /* Beside the mark, each curve's a little further. */
    double shift = -9 - 4 * (curve % 3);

    for (int i = 0; i < s->trial_count; i++) {
        const struct sweep_trial *t = &s->trials[i];

        if (!t->used || !t->has_y || t->point >= s->point_count ||
            s->points[t->point].curve != curve)
            continue;
        double x = svg_axis_px(&p->x, s->points[t->point].x) + shift;
        double y = svg_axis_px(&p->y, t->y);
        char a[24], b[24];

        svg_number(a, sizeof(a), x);
        svg_number(b, sizeof(b), y);
        if (t->outlier)
            text_addf(p->g.out,
                      "<path class=\"n s-c%d w2\" d=\"M%s %sm-3-3l6 6m0-6l-6 "
                      "6\"/>\n",
                      curve % SVG_FAMILIES, a, b);
        else
            text_addf(p->g.out,
                      "<circle class=\"%s-c%d%s\" cx=\"%s\" cy=\"%s\" "
                      "r=\"%s\"/>\n",
                      t->disturbed ? "n s" : "f", curve % SVG_FAMILIES,
                      t->disturbed ? " w1" : "", a, b,
                      t->disturbed ? "3" : "2.2");
    }
}

static void draw_medians(struct plot *p, int curve)
{
    const struct sweep *s = p->sweep;
    char a[24], b[24];
    int first, end;
    bool pen = false;

    svg_curve_points(s, curve, &first, &end);
    if (!p->words) {
        text_addf(p->g.out,
                  "<path class=\"n s-c%d w2\" stroke-dasharray=\"%s\" d=\"",
                  curve % SVG_FAMILIES, svg_dash(curve));
        for (int i = first; i < end; i++) {
            const struct sweep_point *at = &s->points[i];

            if (!at->y.n)
                continue;
            text_addf(
                p->g.out, "%s%s %s", pen ? "L" : "M",
                svg_number(a, sizeof(a), svg_axis_px(&p->x, at->x)),
                svg_number(b, sizeof(b), svg_axis_px(&p->y, at->y.median)));
            pen = true;
        }
        text_add(p->g.out, "\"/>\n");
    }
    for (int i = first; i < end; i++) {
        const struct sweep_point *at = &s->points[i];
        char class_name[32];

        if (!at->y.n)
            continue;
        double x = svg_axis_px(&p->x, at->x);
        double low = svg_axis_px(&p->y, at->y.low);
        double high = svg_axis_px(&p->y, at->y.high);
        snprintf(class_name, sizeof(class_name), "s-c%d w2",
                 curve % SVG_FAMILIES);
        if (at->y.n > 1) {
            svg_line(&p->g, x, low, x, high, class_name);
            svg_line(&p->g, x - 4, low, x + 4, low, class_name);
            svg_line(&p->g, x - 4, high, x + 4, high, class_name);
        }
        if (s->curves[curve].verdict == SWEEP_FOUND &&
            s->curves[curve].best == i)
            svg_diamond(&p->g, curve, x, svg_axis_px(&p->y, at->y.median), 8);
        else
            svg_mark(&p->g, curve, x, svg_axis_px(&p->y, at->y.median), 4.5,
                     true);
    }
}

static void draw_labels(struct plot *p)
{
    double x = p->right + 12;

    for (int i = 0; i < p->labels; i++) {
        const struct label *l = &p->label[i];
        double lines = l->line[1][0] ? 2 : 1;
        double base = l->y + p->g.font * (lines == 2 ? -0.2 : 0.35);

        svg_line(&p->g, fmin(l->at_x + 8, p->right), l->at_y, x - 2, l->y,
                 "s-rule w1");
        if (l->family >= 0)
            svg_mark(&p->g, l->family, x + 5, base - p->g.font * 0.33, 4.5,
                     true);
        svg_words(&p->g, x + 17, base, SVG_START, "f-ink b", l->line[0]);
        if (lines == 2)
            svg_words(&p->g, x + 17, base + p->g.font * 1.1, SVG_START,
                      "f-soft", l->line[1]);
    }
}

static void draw(const struct sweep *s, bool inside, bool narrow,
                 struct text *out)
{
    struct text title = {0}, about = {0};
    struct plot p;

    svg_curve_lay(&p, s, narrow);
    text_addf(&title, "%s: %s against %s",
              spec_workload_words[s->request.base.workload], sweep_y_words(s),
              svg_curve_along(s)->name);
    badge_words(s, &about);
    text_add(&about, ". ");
    svg_curve_describe(s, &about);
    svg_open(&p.g, inside, narrow, p.g.height, text_str(&title),
             text_str(&about), out);
    draw_grid(&p);
    draw_x(&p);
    draw_uprights(&p);
    for (int i = 0; i < s->curve_count; i++) {
        draw_trials(&p, i);
        draw_model(&p, i);
    }
    for (int i = 0; i < s->curve_count; i++)
        draw_medians(&p, i);
    draw_labels(&p);
    svg_close(&p.g);
    out->failed |= title.failed || about.failed;
    text_fini(&title);
    text_fini(&about);
}

int svg_curve(const struct sweep *s, bool inside, struct text *out)
{
    draw(s, inside, false, out);
    if (inside)
        draw(s, inside, true, out);
    return out->failed ? -ENOMEM : 0;
}
