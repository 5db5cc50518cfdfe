/* Where everything of a curve's chart goes, so that no words cover others.
 * Runs in the screen process or in a command. */
#include "export/svg_curve.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void svg_curve_points(const struct sweep *s, int curve, int *first, int *end)
{
    *first = 0;
    while (*first < s->point_count && s->points[*first].curve != curve)
        ++*first;
    *end = *first;
    while (*end < s->point_count && s->points[*end].curve == curve)
        ++*end;
}

const struct sweep_axis *svg_curve_along(const struct sweep *s)
{
    return &s->request.axis[SWEEP_ALONG];
}

const struct scale_fit *svg_curve_fit(const struct sweep_curve *c)
{
    const struct scale_fits *f = &c->fits;

    if (!c->has_fits || f->best < 0 || !f->fit[f->best].computed)
        return NULL;
    return &f->fit[f->best];
}

#define BOLD 1.15 /* is so much wider */

/* ---- laying out ---------------------------------------------------------- */

/* Points double from one to the next, or at least spread over more than a
 * factor of 16: then a straight axis would squeeze most of them together. */
static void lay_x_kind(struct plot *p)
{
    const struct sweep_axis *a = svg_curve_along(p->sweep);
    double least = INFINITY, most = 0;

    p->words = !a->numeric;
    p->doubling = a->count > 2;
    for (int i = 0; i < a->count && !p->words; i++) {
        least = fmin(least, a->number[i]);
        most = fmax(most, a->number[i]);
        if (i > 0 && fabs(a->number[i] - 2 * a->number[i - 1]) > 1e-9)
            p->doubling = false;
    }
    if (p->words) {
        p->x.least = 0.5;
        p->x.most = fmax(a->count, 1) + 0.5;
        return;
    }
    p->x.log = least > 0 && (most > 16 * least || p->doubling);
    p->x.unit = 1;
    p->x.in = "";
    p->x.least = least;
    if (least == most) {
        p->x.log = false;
        p->x.least = least - 1;
        p->x.most = most + 1;
        return;
    }
    p->x.most = p->x.log ? most * 1.1 : most + (most - least) * 0.05;
    for (int i = 0; i < p->sweep->curve_count; i++)
        if (svg_curve_fit(&p->sweep->curves[i]))
            p->reach = p->x.log ? most * 1.5 : most + (most - least) * 0.25;
    p->x.most = fmax(p->x.most, p->reach);
}

static void lay_y(struct plot *p)
{
    const struct sweep *s = p->sweep;
    double most = 0;

    for (int i = 0; i < s->trial_count; i++)
        if (s->trials[i].used && s->trials[i].has_y)
            most = fmax(most, s->trials[i].y);
    for (int i = 0; i < s->point_count; i++)
        if (s->points[i].y.n)
            most = fmax(most, fmax(s->points[i].y.median, s->points[i].y.high));
    svg_axis_from_zero(&p->y, most * 1.04, p->g.narrow ? 5 : 6);
}

/* Room for the names of values that are words: rows in which none touches the
 * next. */
int svg_curve_word_row(const struct plot *p, int value, double ends[8])
{
    double half =
        svg_width(&p->g, svg_curve_along(p->sweep)->value[value]) / 2 + 4;
    double x = fmax(svg_axis_px(&p->x, value + 1), half);

    for (int row = 0; row < 8; row++) {
        if (row < 7 && x - half < ends[row])
            continue;
        ends[row] = x + half;
        return row;
    }
    return 0;
}

static void put_label(struct plot *p, int family, double x, double y,
                      const char *first, const char *second)
{
    struct label *l = &p->label[p->labels++];
    size_t most = p->g.narrow ? 13 : 24;

    *l = (struct label){.family = family, .at_x = x, .at_y = y, .y = y};
    for (int i = 0; i < 2; i++) {
        const char *s = i ? second : first;
        size_t len = 0;

        for (size_t n = 0; s[len] && n < most; n++) {
            uint32_t c;
            len += (size_t)text_decode(s + len, &c);
        }
        snprintf(l->line[i], sizeof(l->line[i]), "%.*s%s", (int)len, s,
                 s[len] ? "\u2026" : "");
    }
    l->height = p->g.font * (l->line[1][0] ? 2.3 : 1.25);
}

/* What is written beside each curve's end. Places are known later. */
static void lay_labels(struct plot *p)
{
    const struct sweep *s = p->sweep;

    if (p->words && s->curve_count == 1)
        return; /* the diamond says it all */
    for (int i = 0; i < s->curve_count && p->labels < LABELS - 1; i++) {
        const struct sweep_curve *c = &s->curves[i];
        char second[64] = "no answer";
        int first, end, last = -1;

        svg_curve_points(s, i, &first, &end);
        for (int j = first; j < end; j++)
            if (s->points[j].y.n)
                last = j;
        if (last < 0)
            continue;
        if (c->verdict == SWEEP_FOUND)
            snprintf(second, sizeof(second), "\u25c6 best at %s",
                     s->points[c->best].label);
        else if (c->verdict == SWEEP_INCONCLUSIVE)
            snprintf(second, sizeof(second), "inconclusive");
        put_label(p, i, s->points[last].x, s->points[last].y.median,
                  c->label[0] ? c->label : "medians", second);
    }
    if (s->curve_count == 1 && svg_curve_fit(&s->curves[0]) && p->labels == 1) {
        const struct scale_fit *f = svg_curve_fit(&s->curves[0]);
        char second[64];

        snprintf(second, sizeof(second), "(%s)", scale_model_words[f->model]);
        put_label(p, -1, p->reach,
                  scale_fit_at(f, &s->curves[0].known, p->reach), "model",
                  second);
    }
}

static int by_y(const void *a, const void *b)
{
    const struct label *l = a, *m = b;

    return (l->y > m->y) - (l->y < m->y);
}

/* Move the labels apart: down, then what is too low up again. */
static void spread_labels(struct plot *p)
{
    double edge = p->top;

    for (int i = 0; i < p->labels; i++) {
        struct label *l = &p->label[i];

        l->at_x = svg_axis_px(&p->x, l->at_x);
        l->at_y = fmax(svg_axis_px(&p->y, l->at_y), p->top);
        l->y = fmin(l->at_y, p->bottom);
    }
    qsort(p->label, (size_t)p->labels, sizeof(p->label[0]), by_y);
    for (int i = 0; i < p->labels; i++) {
        struct label *l = &p->label[i];

        l->y = fmax(l->y, edge + l->height / 2);
        edge = l->y + l->height / 2;
    }
    edge = p->bottom + p->g.font;
    for (int i = p->labels - 1; i >= 0; i--) {
        struct label *l = &p->label[i];

        l->y = fmin(l->y, edge - l->height / 2);
        edge = l->y - l->height / 2;
    }
}

void svg_curve_lay(struct plot *p, const struct sweep *s, bool narrow)
{
    double beside = 0, tall = 0, ticks = 0, ends[8] = {0};
    int rows = 1, upright = (s->has_guess && svg_curve_along(s)->numeric) +
                            (strcmp(svg_curve_along(s)->name, "workers") == 0);
    char buf[32];

    *p = (struct plot){.sweep = s};
    p->g = (struct svg){.narrow = narrow,
                        .width = narrow ? SVG_NARROW : SVG_WIDE,
                        .font = narrow ? 13 : 14};
    lay_x_kind(p);
    lay_y(p);
    lay_labels(p);
    for (int i = 0; i < p->labels; i++) {
        for (int j = 0; j < 2; j++)
            beside = fmax(beside, svg_width(&p->g, p->label[i].line[j]) *
                                      (j ? 1 : BOLD));
        tall += p->label[i].height;
    }
    for (int i = 0; i < p->y.ticks; i++)
        ticks = fmax(ticks, svg_width(&p->g, svg_axis_tick(&p->y, p->y.tick[i],
                                                           buf, sizeof(buf))));
    p->left = ticks + 10;
    p->right = p->g.width - (p->labels ? beside + 38 : 12);
    p->top = p->g.font * (3.6 + 1.35 * upright);
    p->bottom = p->top + fmax(narrow ? 220 : 290, tall);
    /* Runs stand at the left of their point. */
    p->x.from_px = p->left + (p->words ? 0 : 26);
    p->x.to_px = p->right;
    p->y.from_px = p->bottom;
    p->y.to_px = p->top;
    for (int i = 0; p->words && i < svg_curve_along(s)->count; i++) {
        int row = svg_curve_word_row(p, i, ends) + 1;
        rows = row > rows ? row : rows;
    }
    p->g.height = p->bottom + 6 + p->g.font * (1.3 * rows + 1.8);
    p->name_rows = rows;
    spread_labels(p);
}
