/* A report as Markdown: the same words and tables as the page has; charts are
 * drawn with characters. Runs in the screen process or in a command. */
#include "export/paper.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "export/export.h"
#include "export/names.h"
#include "export/svg.h"

#define BAR_COLUMNS 40

/* What Markdown would take for its own is written so that it does not. One
 * line: a line break is a blank. */
static void put_escaped(const char *s, struct text *out)
{
    char one[5];
    uint32_t c;

    while (*s) {
        s += text_decode(s, &c);
        if (c < 0x20 || c == 0x7f)
            c = ' ';
        if (c < 0x80 && strchr("\\`*_{}[]<>#|&~$", (int)c))
            text_add(out, "\\");
        text_encode(one, c);
        text_add(out, one);
    }
}

static void md_heading(struct paper *p, int level, const char *s)
{
    text_addf(p->out, "%.*s ", level, "######");
    put_escaped(s, p->out);
    text_add(p->out, "\n\n");
}

static void md_say(struct paper *p, enum paper_look look, const char *s)
{
    static const char *const marks[] = {[PAPER_PLAIN] = "",
                                        [PAPER_SOFT] = "",
                                        [PAPER_ANSWER] = "**",
                                        [PAPER_DOUBT] = "**"};

    if (!*s)
        return;
    text_add(p->out, marks[look]);
    put_escaped(s, p->out);
    text_addf(p->out, "%s\n\n", marks[look]);
}

/* A fence longer than any run of its character within. */
static void put_fenced(struct paper *p, const char *s)
{
    int longest = 2, run = 0;
    struct text clean = {0};

    for (const char *at = s; *at; at++) {
        run = *at == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    export_utf8(s, &clean);
    text_fill(p->out, "`", longest + 1);
    text_addf(p->out, "%s%s%s", "\n", text_str(&clean),
              clean.len && clean.data[clean.len - 1] == '\n' ? "" : "\n");
    text_fill(p->out, "`", longest + 1);
    text_add(p->out, "\n\n");
    p->failed |= clean.failed;
    text_fini(&clean);
}

static void md_code(struct paper *p, const char *s)
{
    put_fenced(p, s);
}

static void md_table(struct paper *p, const struct paper_table *t)
{
    text_add(p->out, "*");
    put_escaped(t->caption, p->out);
    text_add(p->out, "*\n\n|");
    for (int i = 0; i < t->columns; i++) {
        text_add(p->out, " ");
        put_escaped(t->head[i] ? t->head[i] : "", p->out);
        text_add(p->out, " |");
    }
    text_add(p->out, "\n|");
    for (int i = 0; i < t->columns; i++)
        text_add(p->out, i == 0 || t->words >> i & 1 ? " :--- |" : " ---: |");
    for (int i = 0; i < t->cells - t->cells % t->columns; i++) {
        text_add(p->out, i % t->columns ? " " : "\n| ");
        put_escaped(text_str(&t->cell[i]), p->out);
        text_add(p->out, " |");
    }
    text_add(p->out, "\n\n");
}

/* ---- charts of characters ------------------------------------------------ */

static void bar(struct text *out, double share)
{
    int cells = (int)(share * BAR_COLUMNS + 0.5);

    text_fill(out, "\u2588", cells > 0 || share <= 0 ? cells : 1);
}

static void draw_curve(const struct sweep *s, struct text *out)
{
    const char *along = s->request.axis[SWEEP_ALONG].name;
    int width = text_columns(along);
    double most = 0;
    char buf[32];

    for (int i = 0; i < s->point_count; i++) {
        const struct sweep_point *p = &s->points[i];

        width = text_columns(p->label) > width ? text_columns(p->label) : width;
        most = p->y.n && p->y.median > most ? p->y.median : most;
    }
    text_addf(out, "%s: medians, %s\n",
              sweep_computed(s) ? "MODEL" : "MEASURED", sweep_y_words(s));
    for (int i = 0; i < s->point_count; i++) {
        const struct sweep_point *p = &s->points[i];
        const struct sweep_curve *c = &s->curves[p->curve];

        if (i == 0 || s->points[i - 1].curve != p->curve) {
            text_addf(out, "\n%s%s", c->label, c->label[0] ? "\n" : "");
            text_pad(out, along, -width);
            text_add(out, "\n");
        }
        text_pad(out, p->label, -width);
        text_add(out, "  ");
        if (!p->y.n) {
            text_add(out, "-\n");
            continue;
        }
        bar(out, most > 0 ? p->y.median / most : 0);
        text_addf(out, " %s%s\n",
                  report_value(s->request.metric, p->y.median, true, buf,
                               sizeof(buf)),
                  c->verdict == SWEEP_FOUND && c->best == i
                      ? "  \u25c6 sweet spot"
                      : "");
    }
}

static int draw_timeline(const struct trace *t, struct text *out)
{
    static const char *const badges[] = {[BADGE_MEASURED] = "MEASURED",
                                         [BADGE_MODEL] = "MODEL",
                                         [BADGE_REPLAY] = "REPLAY"};
    const struct report_options look = {.columns = 80, .brief = true};

    text_addf(out, "%s\n", badges[t->badge]);
    return export_report(t, &look, out);
}

static int md_chart(struct paper *p, const struct paper_chart *c)
{
    struct text body = {0};
    int rc = 0;

    switch (c->what) {
    case FIGURE_CURVE:
        draw_curve(c->sweep, &body);
        put_fenced(p, text_str(&body));
        /* Its caption tells of marks that are not drawn here. */
        break;
    case FIGURE_TIMELINE:
        rc = draw_timeline(c->trace, &body);
        put_fenced(p, text_str(&body));
        break;
    case FIGURE_PARTS:
        svg_parts_describe(c->sweep, c->curve, &body);
        if (c->sweep->curves[c->curve].label[0])
            paper_say(p, PAPER_PLAIN, "%s. %s",
                      c->sweep->curves[c->curve].label, text_str(&body));
        else
            paper_say(p, PAPER_PLAIN, "%s", text_str(&body));
        break;
    case FIGURE_RATIO:
        svg_ratio_describe(c->contest, &body);
        paper_say(p, PAPER_PLAIN, "%s", text_str(&body));
        break;
    }
    p->failed |= body.failed;
    text_fini(&body);
    return rc;
}

static void md_term(struct paper *p, const char *term, const char *s)
{
    if (!term) {
        text_add(p->out, "\n");
        return;
    }
    text_add(p->out, "- **");
    put_escaped(term, p->out);
    text_add(p->out, "**: ");
    put_escaped(s, p->out);
    text_add(p->out, "\n");
}

static const struct paper_kind markdown = {.heading = md_heading,
                                           .say = md_say,
                                           .code = md_code,
                                           .table = md_table,
                                           .chart = md_chart,
                                           .term = md_term};

static void md_begin(const char *title, struct text *out)
{
    text_add(out, "# ");
    put_escaped(title, out);
    text_add(out, "\n\n");
}

int paper_markdown(const char *title,
                   int (*write)(struct paper *p, const void *arg),
                   const void *arg, struct text *out)
{
    struct paper p = {.kind = &markdown, .out = out};
    int rc;

    md_begin(title, out);
    rc = write(&p, arg);
    return p.failed || out->failed ? -ENOMEM : rc;
}

int report_markdown(const struct report_file *r, struct text *out)
{
    struct paper p = {.kind = &markdown, .out = out, .file = r};
    struct text title = {0};

    paper_title(r, &title);
    md_begin(text_str(&title), out);
    p.failed = title.failed;
    text_fini(&title);
    return paper_write(&p);
}
