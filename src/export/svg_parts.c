/* Where the workers' time went at each point of a sweep, as bars. Each kind of
 * time has its own colour and hatch, and its share stands in it. Runs in the
 * screen process or in a command. */
#include "export/report_file.h"

#include <errno.h>
#include <stdio.h>

#include "export/names.h"
#include "export/page.h"
#include "export/svg.h"

/* clang-format off */
static const struct {
    const char *colour, *hatch, *words;
} kinds[SWEEP_PARTS] = {
    [PART_RUN]   = {"run",   NULL,    "on a core"},
    [PART_CHILD] = {"child", "child", "its program computed"},
    [PART_READY] = {"ready", "ready", "ready, no free core"},
    [PART_LOCK]  = {"lock",  "lock",  "waited for a lock"},
    [PART_IO]    = {"io",    NULL,    "waited for a device or timer"},
    [PART_OTHER] = {"idle",  "other", "waited for another reason"},
};
/* In this order along a bar: what got work done first. */
static const enum sweep_part order[SWEEP_PARTS] = {
    PART_RUN, PART_CHILD, PART_READY, PART_LOCK, PART_IO, PART_OTHER
};
/* clang-format on */

#define BAR 22
#define ROW 28
#define SHOWN 0.005 /* a smaller share is not drawn */

struct bars {
    struct svg g;
    double left, right;
    double y;
    bool cores; /* a column at the right: how many cores were busy */
    bool seen[SWEEP_PARTS];
};

void svg_parts_describe(const struct sweep *s, int curve, struct text *out)
{
    char buf[32];
    int first, end;

    text_addf(out, "%s. Of all workers' lives together:",
              sweep_computed(s) ? "MODEL" : "MEASURED");
    svg_curve_points(s, curve, &first, &end);
    for (int i = first; i < end; i++) {
        const struct sweep_point *p = &s->points[i];
        const char *comma = "";

        if (!p->has_parts)
            continue;
        text_addf(out, " at %s %s: ", s->request.axis[SWEEP_ALONG].name,
                  p->label);
        for (int k = 0; k < SWEEP_PARTS; k++) {
            double share = p->part[order[k]];

            if (share < SHOWN)
                continue;
            text_addf(out, "%s%s %s", comma, kinds[order[k]].words,
                      page_share(buf, sizeof(buf), share));
            comma = ", ";
        }
        text_add(out, ".");
    }
}

static void draw_piece(struct bars *b, enum sweep_part part, double x,
                       double width, double share)
{
    struct svg *g = &b->g;
    char class_name[48], words[16];

    snprintf(class_name, sizeof(class_name), "f-%s s-paper w1",
             kinds[part].colour);
    svg_rect(g, x, b->y, width, BAR, class_name);
    if (kinds[part].hatch)
        text_addf(g->out,
                  "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" "
                  "fill=\"url(#h%zu-%s)\"/>\n",
                  x, b->y, width, BAR, g->id, kinds[part].hatch);
    snprintf(words, sizeof(words), "%.0f %%", share * 100);
    if (svg_width(g, words) + 12 > width)
        snprintf(words, sizeof(words), "%.0f", share * 100);
    if (svg_width(g, words) + 10 > width)
        return;
    if (kinds[part].hatch) { /* a calm ground for the words */
        double w = svg_width(g, words) + 4;

        snprintf(class_name, sizeof(class_name), "f-%s", kinds[part].colour);
        svg_rect(g, x + (width - w) / 2, b->y + 2, w, BAR - 4, class_name);
    }
    snprintf(class_name, sizeof(class_name), "on on-%s", kinds[part].colour);
    svg_words(g, x + width / 2, b->y + BAR - 6.5, SVG_MIDDLE, class_name,
              words);
}

static void draw_bar(struct bars *b, const struct sweep_point *p)
{
    double x = b->left, whole = b->right - b->left;
    struct svg *g = &b->g;
    char buf[32];

    svg_words(g, b->left - 8, b->y + BAR - 6.5, SVG_END, "f-ink", p->label);
    if (!p->has_parts)
        svg_words(g, b->left, b->y + BAR - 6.5, SVG_START, "f-soft",
                  p->y.n ? "not measured here" : "no run that counts");
    for (int k = 0; k < SWEEP_PARTS && p->has_parts; k++) {
        enum sweep_part part = order[k];

        if (p->part[part] < SHOWN)
            continue;
        b->seen[part] = true;
        draw_piece(b, part, x, p->part[part] * whole, p->part[part]);
        x += p->part[part] * whole;
    }
    if (p->has_parts && p->cores_busy >= 0) {
        snprintf(buf, sizeof(buf), "%.2f", p->cores_busy);
        svg_words(g, g->width - 2, b->y + BAR - 6.5, SVG_END, "f-ink", buf);
    }
    b->y += ROW;
}

static void draw_key(struct bars *b)
{
    struct svg *g = &b->g;
    double x = 2;

    b->y += 4;
    for (int k = 0; k < SWEEP_PARTS; k++) {
        enum sweep_part part = order[k];
        double width = 26 + svg_width(g, kinds[part].words) + 14;
        char class_name[24];

        if (!b->seen[part])
            continue;
        if (x > 2 && x + width > g->width) {
            x = 2;
            b->y += g->font * 1.5;
        }
        snprintf(class_name, sizeof(class_name), "f-%s", kinds[part].colour);
        svg_rect(g, x, b->y, 20, g->font, class_name);
        if (kinds[part].hatch)
            text_addf(g->out,
                      "<rect x=\"%.1f\" y=\"%.1f\" width=\"20\" "
                      "height=\"%.0f\" fill=\"url(#h%zu-%s)\"/>\n",
                      x, b->y, g->font, g->id, kinds[part].hatch);
        svg_words(g, x + 26, b->y + g->font * 0.88, SVG_START, "f-soft",
                  kinds[part].words);
        x += width;
    }
    b->y += g->font * 1.6;
}

static void draw_body(struct bars *b, const struct sweep *s, int curve)
{
    const char *name = s->request.axis[SWEEP_ALONG].name;
    struct svg *g = &b->g;
    double label = svg_width(g, name);
    int first, end;

    svg_curve_points(s, curve, &first, &end);
    for (int i = first; i < end; i++) {
        double w = svg_width(g, s->points[i].label);

        label = w > label ? w : label;
        b->cores |= s->points[i].has_parts && s->points[i].cores_busy >= 0;
    }
    b->left = (label < g->width / 3 ? label : g->width / 3) + 10;
    b->right = g->width - (b->cores ? g->font * 3.6 : 2);
    svg_words(g, g->width - 2, g->font + 1, SVG_END, "f-ink b badge",
              sweep_computed(s) ? "MODEL" : "MEASURED");
    svg_words(g, 2, g->font + 1, SVG_START, "f-ink b",
              s->curves[curve].label[0] ? s->curves[curve].label
                                        : "Share of all workers' lives");
    b->y = g->font * 3.1;
    svg_words(g, b->left - 8, b->y - 7, SVG_END, "f-soft", name);
    if (b->cores)
        svg_words(g, g->width - 2, b->y - 7, SVG_END, "f-soft", "cores busy");
    for (int i = first; i < end; i++)
        draw_bar(b, &s->points[i]);
    draw_key(b);
}

static void draw(const struct sweep *s, int curve, bool inside, bool narrow,
                 struct text *out)
{
    struct text body = {0}, title = {0}, about = {0};
    const char *label = s->curves[curve].label;
    struct bars b = {.g = {.out = &body,
                           .id = out->len,
                           .narrow = narrow,
                           .width = narrow ? SVG_NARROW : SVG_WIDE,
                           .font = narrow ? 13 : 14}};

    draw_body(&b, s, curve);
    text_addf(&title, "Where the time went: %s%s%s",
              spec_workload_words[s->request.base.workload],
              label[0] ? ", " : "", label);
    svg_parts_describe(s, curve, &about);
    svg_open(&b.g, inside, narrow, b.y, text_str(&title), text_str(&about),
             out);
    svg_hatches(&b.g);
    text_add(out, text_str(&body));
    svg_close(&b.g);
    out->failed |= body.failed || title.failed || about.failed;
    text_fini(&body);
    text_fini(&title);
    text_fini(&about);
}

int svg_parts(const struct sweep *s, int curve, bool inside, struct text *out)
{
    draw(s, curve, inside, false, out);
    if (inside)
        draw(s, curve, inside, true, out);
    return out->failed ? -ENOMEM : 0;
}
