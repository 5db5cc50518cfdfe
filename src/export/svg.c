/* What every chart is drawn with. Runs in the screen process or in a
 * command. */
#include "export/svg.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "export/names.h"

/* ---- text ---------------------------------------------------------------- */

void svg_escape(const char *s, struct text *out)
{
    char one[5];
    uint32_t c;

    while (*s) {
        s += text_decode(s, &c);
        if ((c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) ||
            c == 0xfffe || c == 0xffff)
            c = 0xfffd; /* XML has no place for them */
        switch (c) {
        case '<':
            text_add(out, "&lt;");
            break;
        case '>':
            text_add(out, "&gt;");
            break;
        case '&':
            text_add(out, "&amp;");
            break;
        case '"':
            text_add(out, "&quot;");
            break;
        case '\'':
            text_add(out, "&#39;");
            break;
        default:
            text_encode(one, c);
            text_add(out, one);
        }
    }
}

char *svg_number(char *buf, size_t size, double x)
{
    char *end;

    snprintf(buf, size, "%.1f", x);
    end = buf + strlen(buf) - 2;
    if (strcmp(end, ".0") == 0)
        *end = '\0';
    if (strcmp(buf, "-0") == 0)
        snprintf(buf, size, "0");
    return buf;
}

/* ` NAME="12.5"` */
static void put_number(struct svg *g, const char *name, double x)
{
    char buf[24];

    text_addf(g->out, " %s=\"%s\"", name, svg_number(buf, sizeof(buf), x));
}

double svg_width(const struct svg *g, const char *s)
{
    return text_columns(s) * g->font * 0.61;
}

/* ---- style --------------------------------------------------------------- */

/* clang-format off */
static const struct {
    const char *name, *light, *dark;
} colours[] = {
    {"ink",   "#1b1b1b", "#ececec"},
    {"soft",  "#555555", "#b4b4b4"}, /* words of less weight */
    {"rule",  "#8a8a8a", "#7d7d7d"}, /* axes */
    {"grid",  "#dedede", "#3c3c3c"},
    {"paper", "#ffffff", "#16181b"},
    /* Families and workers. */
    {"c0", "#0072b2", "#56b4e9"},
    {"c1", "#d55e00", "#e69f00"},
    {"c2", "#009e73", "#2fc39a"},
    {"c3", "#cc79a7", "#dd92bb"},
    {"c4", "#1b1b1b", "#f0e442"},
    {"c5", "#a36f00", "#ff9a5c"},
    {"c6", "#2b84b8", "#d5d5d5"},
    /* Where the time went; what a worker does. */
    {"run",   "#0072b2", "#56b4e9"},
    {"child", "#004a75", "#a8d8f4"},
    {"ready", "#e69f00", "#e69f00"},
    {"lock",  "#d55e00", "#e07b39"},
    {"io",    "#7cc4ea", "#3f7fa3"},
    {"idle",  "#b8b8b8", "#9c9c9c"},
    {"wait", "#2b84b8", "#56b4e9"}, /* a thin line for a device */
    {"lost",  "#cc79a7", "#cc79a7"},
};
/* clang-format on */
#define COLOURS ((int)(sizeof(colours) / sizeof(colours[0])))

static void put_colours(bool dark, struct text *out)
{
    for (int i = 0; i < COLOURS; i++) {
        const char *value = dark ? colours[i].dark : colours[i].light;

        text_addf(out, ".f-%s{fill:%s}.s-%s{stroke:%s}", colours[i].name, value,
                  colours[i].name, value);
    }
    /* Words upon colours. */
    text_addf(out, ".on{fill:#000}.on-run,.on-child,.on-c0,.on-c4{fill:%s}",
              dark ? "#000" : "#fff");
}

void svg_style(bool page, struct text *out)
{
    text_add(out,
             "svg text{font-family:system-ui,\"Segoe UI\",Roboto,\"Helvetica "
             "Neue\",\"DejaVu Sans\",Arial,sans-serif}"
             "svg .b{font-weight:700}.n{fill:none}"
             ".w1{stroke-width:1}.w2{stroke-width:2}.w3{stroke-width:3}"
             ".far{stroke-width:1.5;stroke-dasharray:1.5 4}"
             ".near{stroke-width:1.2}.guess{stroke-dasharray:7 4}"
             ".cores{stroke-dasharray:2 3}\n");
    put_colours(false, out);
    text_add(out, "\n");
    if (page) {
        text_add(out, "@media screen and (prefers-color-scheme:dark){");
        put_colours(true, out);
        text_add(out, "}\n");
    }
}

const char *svg_dash(int family)
{
    static const char *const dashes[SVG_FAMILIES] = {
        "none", "9 4", "3 3", "12 4 3 4", "16 5", "7 3 2 3 2 3", "2 5"};

    return dashes[family % SVG_FAMILIES];
}

/* ---- shapes -------------------------------------------------------------- */

void svg_open(struct svg *g, bool inside, bool narrow, double height,
              const char *title, const char *description, struct text *out)
{
    *g = (struct svg){.out = out,
                      .id = out->len,
                      .narrow = narrow,
                      .width = narrow ? SVG_NARROW : SVG_WIDE,
                      .height = height,
                      .font = narrow ? 13 : 14};
    if (!inside)
        text_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    text_addf(out,
              "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"%s\" "
              "viewBox=\"0 0 %.0f %.0f\"",
              narrow ? "narrow" : "wide", g->width, ceil(height));
    if (!inside)
        text_addf(out, " width=\"%.0f\" height=\"%.0f\"", g->width,
                  ceil(height));
    text_addf(out,
              " role=\"img\" aria-labelledby=\"t%zu d%zu\" font-size=\"%.0f\">"
              "\n<title id=\"t%zu\">",
              g->id, g->id, g->font, g->id);
    svg_escape(title, out);
    text_addf(out, "</title>\n<desc id=\"d%zu\">", g->id);
    svg_escape(description, out);
    text_add(out, "</desc>\n");
    if (!inside) {
        text_add(out, "<style>\n");
        svg_style(false, out);
        text_add(out, "</style>\n");
        svg_rect(g, 0, 0, g->width, height, "f-paper");
    }
}

void svg_close(struct svg *g)
{
    text_add(g->out, "</svg>\n");
}

void svg_hatches(struct svg *g)
{
    static const struct {
        const char *name, *path;
        int size;
    } hatches[] = {
        {"ready", "M0 6L6 0", 6},
        {"lock", "M0 0L5 5M5 0L0 5", 5},
        {"other", "M1 1h1", 5},
        {"child", "M0 3h6", 6},
    };

    text_add(g->out, "<defs>");
    for (size_t i = 0; i < sizeof(hatches) / sizeof(hatches[0]); i++)
        text_addf(g->out,
                  "<pattern id=\"h%zu-%s\" width=\"%d\" height=\"%d\" "
                  "patternUnits=\"userSpaceOnUse\"><path class=\"n s-paper "
                  "w1\" stroke-opacity=\".75\" d=\"%s\"/></pattern>",
                  g->id, hatches[i].name, hatches[i].size, hatches[i].size,
                  hatches[i].path);
    text_add(g->out, "</defs>\n");
}

void svg_words(struct svg *g, double x, double y, enum svg_anchor anchor,
               const char *class_name, const char *s)
{
    static const char *const anchors[] = {[SVG_START] = "",
                                          [SVG_MIDDLE] =
                                              " text-anchor=\"middle\"",
                                          [SVG_END] = " text-anchor=\"end\""};

    text_addf(g->out, "<text class=\"%s\"%s", class_name, anchors[anchor]);
    put_number(g, "x", x);
    put_number(g, "y", y);
    text_add(g->out, ">");
    svg_escape(s, g->out);
    text_add(g->out, "</text>\n");
}

void svg_line(struct svg *g, double x1, double y1, double x2, double y2,
              const char *class_name)
{
    text_addf(g->out, "<line class=\"%s\"", class_name);
    put_number(g, "x1", x1);
    put_number(g, "y1", y1);
    put_number(g, "x2", x2);
    put_number(g, "y2", y2);
    text_add(g->out, "/>\n");
}

void svg_rect(struct svg *g, double x, double y, double width, double height,
              const char *class_name)
{
    text_addf(g->out, "<rect class=\"%s\"", class_name);
    put_number(g, "x", x);
    put_number(g, "y", y);
    put_number(g, "width", width);
    put_number(g, "height", height);
    text_add(g->out, "/>\n");
}

#define MARKS 6

void svg_mark(struct svg *g, int family, double x, double y, double r,
              bool full)
{
    static const char *const shapes[MARKS] = {
        "M-1 0a1 1 0 1 1 2 0a1 1 0 1 1 -2 0z", /* disc */
        "M-.9-.9h1.8v1.8h-1.8z",               /* square */
        "M0-1.15L1.1.85H-1.1z",                /* triangle */
        "M0 1.15L1.1-.85H-1.1z",               /* on its tip */
        "M-.35-1.1h.7v.75h.75v.7h-.75v.75h-.7v-.75h-.75v-.7h.75z", /* plus */
        "M0-1.1L1.05-.3L.65.95H-.65L-1.05-.3z", /* five corners */
    };
    int colour = family % SVG_FAMILIES;
    char fill[16] = "n", at[2][24];

    if (full)
        snprintf(fill, sizeof(fill), "f-c%d", colour);
    text_addf(g->out,
              "<path class=\"%s s-c%d\" stroke-width=\".25\" "
              "transform=\"translate(%s %s) scale(%.1f)\" d=\"%s\"/>\n",
              fill, colour, svg_number(at[0], sizeof(at[0]), x),
              svg_number(at[1], sizeof(at[1]), y), r, shapes[family % MARKS]);
}

void svg_diamond(struct svg *g, int family, double x, double y, double r)
{
    char at[2][24];

    text_addf(g->out,
              "<path class=\"f-c%d s-ink w2\" transform=\"translate(%s %s)\" "
              "d=\"M0-%.1fL%.1f 0L0 %.1fL-%.1f 0z\"/>\n",
              family % SVG_FAMILIES, svg_number(at[0], sizeof(at[0]), x),
              svg_number(at[1], sizeof(at[1]), y), r, r, r, r);
}

/* ---- axes ---------------------------------------------------------------- */

/* 1, 2 or 5 times a power of ten, about @span / @wanted. */
static double round_step(double span, int wanted)
{
    double raw = span / wanted, power = pow(10, floor(log10(raw)));
    double m = raw / power;

    return (m < 1.5 ? 1 : m < 3.5 ? 2 : m < 7.5 ? 5 : 10) * power;
}

static void axis_unit(struct svg_axis *a, double most)
{
    static const struct {
        double from, unit;
        const char *in;
    } units[] = {{1e13, 1e12, ", in million millions"},
                 {1e10, 1e9, ", in thousand millions"},
                 {1e7, 1e6, ", in millions"},
                 {1e4, 1e3, ", in thousands"}};

    a->unit = 1;
    a->in = "";
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (most < units[i].from)
            continue;
        a->unit = units[i].unit;
        a->in = units[i].in;
        return;
    }
}

void svg_axis_between(struct svg_axis *a, double least, double most, int wanted)
{
    double step, first;

    a->least = least;
    a->most = most > least ? most : least + 1;
    step = round_step(a->most - least, wanted);
    first = ceil(least / step - 1e-9) * step;
    a->ticks = 0;
    for (int i = 0; a->ticks < SVG_TICKS; i++) {
        double at = first + i * step;

        if (at > a->most + step * 1e-6)
            break;
        a->tick[a->ticks++] = fabs(at) < step * 1e-6 ? 0 : at;
    }
    axis_unit(a, a->most);
}

void svg_axis_from_zero(struct svg_axis *a, double most, int wanted)
{
    double step;

    if (!(most > 0) || !isfinite(most))
        most = 1;
    step = round_step(most, wanted);
    svg_axis_between(a, 0, ceil(most / step - 1e-9) * step, wanted);
}

double svg_axis_px(const struct svg_axis *a, double value)
{
    double share = a->log ? log(value / a->least) / log(a->most / a->least)
                          : (value - a->least) / (a->most - a->least);

    return a->from_px + share * (a->to_px - a->from_px);
}

char *svg_axis_tick(const struct svg_axis *a, double value, char *buf,
                    size_t size)
{
    snprintf(buf, size, "%.6g", value / a->unit);
    return buf;
}
