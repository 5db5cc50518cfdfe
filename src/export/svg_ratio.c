/* A comparison as a chart: how much faster each experiment is than the first.
 * Runs in the screen process or in a command. */
#include "export/report_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "export/svg.h"

void svg_ratio_describe(const struct contest *c, struct text *out)
{
    text_addf(out, "%s. How fast each experiment is, against A:",
              contest_computed(c) ? "MODEL" : "MEASURED");
    for (int i = 1; i < c->sides; i++) {
        const struct robust_ratio *r = &c->side[i].ratio;

        text_addf(out, " %c ", 'A' + i);
        if (r->n)
            text_addf(out, "%.3f times", r->ratio);
        else
            text_add(out, "not measured");
        if (r->n > 1)
            text_addf(out, ", from %.3f to %.3f", r->low, r->high);
        text_add(out, i + 1 < c->sides ? ";" : ".");
    }
}

static void lay_axis(const struct contest *c, struct svg_axis *a, bool narrow)
{
    double least = 1, most = 1, room;

    for (int i = 1; i < c->sides; i++) {
        const struct robust_ratio *r = &c->side[i].ratio;

        if (!r->n)
            continue;
        least = fmin(least, r->n > 1 ? r->low : r->ratio);
        most = fmax(most, r->n > 1 ? r->high : r->ratio);
    }
    room = fmax((most - least) * 0.1, 0.02);
    svg_axis_between(a, fmax(least - room, 0), most + room, narrow ? 4 : 7);
}

static void draw_side(struct svg *g, const struct svg_axis *a,
                      const struct contest *c, int side, double y)
{
    const struct robust_ratio *r = &c->side[side].ratio;
    double x = svg_axis_px(a, r->ratio);
    char words[48];

    snprintf(words, sizeof(words), "%c", 'A' + side);
    svg_words(g, 2, y + g->font * 0.35, SVG_START, "f-ink b", words);
    if (!r->n) {
        svg_words(g, a->from_px, y + g->font * 0.35, SVG_START, "f-soft",
                  "not measured");
        return;
    }
    if (r->n > 1) {
        double low = svg_axis_px(a, r->low), high = svg_axis_px(a, r->high);

        svg_line(g, low, y, high, y, "s-c0 w3");
        svg_line(g, low, y - 6, low, y + 6, "s-c0 w2");
        svg_line(g, high, y - 6, high, y + 6, "s-c0 w2");
    }
    svg_mark(g, 0, x, y, 6, true);
    snprintf(words, sizeof(words), "%.2f, %s", r->ratio,
             contest_verdict_words[c->side[side].verdict]);
    svg_words(g, g->width - 2, y - 10, SVG_END, "f-ink", words);
}

static void draw(const struct contest *c, bool inside, bool narrow,
                 struct text *out)
{
    struct text about = {0};
    struct svg_axis a = {0};
    struct svg g;
    double font = narrow ? 13 : 14, row = 44, top = font * 1.8;
    double bottom = top + row * (c->sides - 1);

    lay_axis(c, &a, narrow);
    svg_ratio_describe(c, &about);
    svg_open(&g, inside, narrow, bottom + font * 3.6,
             "How fast each experiment is, against A", text_str(&about), out);
    a.from_px = 28;
    a.to_px = g.width - 16;
    svg_words(&g, g.width - 2, font + 1, SVG_END, "f-ink b badge",
              contest_computed(c) ? "MODEL" : "MEASURED");
    svg_line(&g, a.from_px, bottom + 4, a.to_px, bottom + 4, "s-rule w1");
    for (int i = 0; i < a.ticks; i++) {
        double x = svg_axis_px(&a, a.tick[i]);
        char buf[32];

        svg_line(&g, x, top, x, bottom + 8, "s-grid w1");
        svg_words(&g, x, bottom + 10 + font, SVG_MIDDLE, "f-soft",
                  svg_axis_tick(&a, a.tick[i], buf, sizeof(buf)));
    }
    svg_line(&g, svg_axis_px(&a, 1), top, svg_axis_px(&a, 1), bottom + 4,
             "s-ink w2 guess");
    svg_words(&g, (a.from_px + a.to_px) / 2, g.height - 6, SVG_MIDDLE, "f-ink",
              "times as fast as A");
    for (int i = 1; i < c->sides; i++)
        draw_side(&g, &a, c, i, top + row * (i - 0.4));
    svg_close(&g);
    out->failed |= about.failed;
    text_fini(&about);
}

int svg_ratio(const struct contest *c, bool inside, struct text *out)
{
    draw(c, inside, false, out);
    if (inside)
        draw(c, inside, true, out);
    return out->failed ? -ENOMEM : 0;
}
