/* A report as one page of HTML that needs nothing else: no script, no file, no
 * network. It is well-formed XML, too. Runs in the screen process or in a
 * command. */
#include "export/paper.h"

#include <errno.h>
#include <string.h>

#include "export/svg.h"

static const char page_style[] =
    ":root{color-scheme:light dark}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:#fff;color:#1b1b1b;font:1.0625rem/1.6 system-ui,"
    "\"Segoe UI\",Roboto,\"Helvetica Neue\",\"DejaVu Sans\",Arial,sans-serif;"
    "-webkit-text-size-adjust:100%;text-size-adjust:100%}\n"
    "main{max-width:47rem;margin:0 auto;padding:1rem 1rem 4rem}"
    "h1{font-size:1.9rem;line-height:1.2;margin:1rem 0}"
    "h2{font-size:1.45rem;line-height:1.25;margin:3rem 0 "
    ".5rem;padding-top:1rem;"
    "border-top:3px solid #1b1b1b}"
    "h3{font-size:1.15rem;margin:2rem 0 .5rem}"
    "h1,h2,h3,p,figcaption,li,dd{overflow-wrap:anywhere}"
    "p,dd{margin:.5rem "
    "0}dd{margin-left:0}dt{font-weight:700;margin-top:.8rem}\n"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f3f3f1;"
    "border-left:4px solid #8a8a8a;padding:.6rem .8rem;margin:.5rem 0;"
    "font:1rem/1.5 ui-monospace,\"DejaVu Sans Mono\",Consolas,monospace}"
    "pre code{font:inherit}pre span{display:inline-block}"
    ".soft,figcaption{color:#555}.answer,.doubt{font-size:1.15rem;"
    "border-left:4px solid #0072b2;padding:.1rem 0 .1rem .8rem;margin:.8rem 0}"
    ".doubt{border-left:4px dashed #d55e00}\n"
    "figure{margin:1rem 0 1.5rem}figcaption{font-size:1rem;margin-top:.4rem}"
    "svg{display:block;width:100%;height:auto;overflow:visible}"
    "svg.narrow{display:none}"
    ".scroll{overflow-x:auto;margin:.8rem 0}"
    ".scroll:focus-visible{outline:3px solid #0072b2}"
    "table{border-collapse:collapse;font-size:1rem;line-height:1.4;"
    "font-variant-numeric:tabular-nums}"
    "caption{text-align:left;font-weight:700;padding:.2rem 0}"
    "th,td{padding:.35rem .7rem .35rem 0;text-align:right;vertical-align:top;"
    "border-bottom:1px solid #dedede;white-space:nowrap}"
    "thead th{vertical-align:bottom;border-bottom:2px solid #8a8a8a}"
    "th{font-weight:600}td.w,th.w{text-align:left}thead "
    "th,td.w{white-space:normal}td.w{min-width:13rem}\n"
    "nav ol{padding-left:1.5rem}a{color:#0059a8}"
    "@media screen and (max-width:600px){svg.wide{display:none}"
    "svg.narrow{display:block}h1{font-size:1.6rem}h2{font-size:1.3rem}}\n"
    "@media screen and (prefers-color-scheme:dark){"
    "body{background:#16181b;color:#ececec}h2{border-color:#ececec}"
    "pre{background:#23262a}.soft,figcaption{color:#b4b4b4}"
    ".answer{border-color:#56b4e9}.doubt{border-color:#e69f00}"
    "th,td{border-color:#3c3c3c}thead th{border-color:#7d7d7d}"
    ".scroll:focus-visible{outline-color:#56b4e9}a{color:#8cc8f2}}\n"
    "@page{margin:16mm}"
    "@media print{:root{color-scheme:light}"
    "body{font-size:11pt}main{max-width:none;padding:0}"
    "h1,h2,h3,caption{break-after:avoid}"
    "figure,pre,tr,.answer,.doubt,dt{break-inside:avoid}dt{break-after:avoid}"
    "h2{break-before:auto}svg.wide{max-height:23cm}"
    "table{font-size:9pt}.scroll{overflow:visible}a{color:inherit}}\n";

static void html_heading(struct paper *p, int level, const char *s)
{
    text_addf(p->out, "<h%d", level);
    if (level == 2 && p->file && p->part < p->file->count)
        text_addf(p->out, " id=\"part%d\"", p->part + 1);
    text_add(p->out, ">");
    svg_escape(s, p->out);
    text_addf(p->out, "</h%d>\n", level);
}

static void html_say(struct paper *p, enum paper_look look, const char *s)
{
    static const char *const classes[] = {
        [PAPER_PLAIN] = "",
        [PAPER_SOFT] = " class=\"soft\"",
        [PAPER_ANSWER] = " class=\"answer\"",
        [PAPER_DOUBT] = " class=\"doubt\"",
    };

    if (!*s)
        return;
    text_addf(p->out, "<p%s>", classes[look]);
    svg_escape(s, p->out);
    text_add(p->out, "</p>\n");
}

/* @len bytes of @s. */
static void html_letters(struct paper *p, const char *s, size_t len)
{
    struct text part = {0};

    text_addf(&part, "%.*s", (int)len, s);
    svg_escape(text_str(&part), p->out);
    p->failed |= part.failed;
    text_fini(&part);
}

/* An option is not broken behind its dashes. */
static void html_code(struct paper *p, const char *s)
{
    text_add(p->out, "<pre><code>");
    while (*s) {
        size_t blanks = strspn(s, " "), len = strcspn(s + blanks, " ");
        bool option = s[blanks] == '-';

        html_letters(p, s, blanks);
        text_add(p->out, option ? "<span>" : "");
        html_letters(p, s + blanks, len);
        text_add(p->out, option ? "</span>" : "");
        s += blanks + len;
    }
    text_add(p->out, "</code></pre>\n");
}

static void html_head_row(struct paper *p, const struct paper_table *t)
{
    text_add(p->out, "<thead><tr>");
    for (int i = 0; i < t->columns; i++) {
        text_addf(p->out, "<th scope=\"col\"%s>",
                  i == 0 || t->words >> i & 1 ? " class=\"w\"" : "");
        svg_escape(t->head[i] && *t->head[i] ? t->head[i] : "name", p->out);
        text_add(p->out, "</th>");
    }
    text_add(p->out, "</tr></thead>\n");
}

/* The names of rows stand at the left; how they are called is plain. */
static void html_table(struct paper *p, const struct paper_table *t)
{
    text_add(p->out, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
                     "aria-label=\"");
    svg_escape(t->caption, p->out);
    text_add(p->out, "\"><table><caption>");
    svg_escape(t->caption, p->out);
    text_add(p->out, "</caption>\n");
    if (t->head[1])
        html_head_row(p, t);
    text_add(p->out, "<tbody>\n");
    for (int i = 0; i + t->columns <= t->cells; i += t->columns) {
        text_add(p->out, "<tr><th scope=\"row\" class=\"w\">");
        svg_escape(text_str(&t->cell[i]), p->out);
        text_add(p->out, "</th>");
        for (int k = 1; k < t->columns; k++) {
            text_addf(p->out, "<td%s>",
                      t->words >> k & 1 ? " class=\"w\"" : "");
            svg_escape(text_str(&t->cell[i + k]), p->out);
            text_add(p->out, "</td>");
        }
        text_add(p->out, "</tr>\n");
    }
    text_add(p->out, "</tbody></table></div>\n");
}

static int html_chart(struct paper *p, const struct paper_chart *c)
{
    int rc = 0;

    text_add(p->out, "<figure>\n");
    switch (c->what) {
    case FIGURE_CURVE:
        rc = svg_curve(c->sweep, true, p->out);
        break;
    case FIGURE_PARTS:
        rc = svg_parts(c->sweep, c->curve, true, p->out);
        break;
    case FIGURE_TIMELINE:
        rc = svg_timeline(c->trace, true, p->out);
        break;
    case FIGURE_RATIO:
        rc = svg_ratio(c->contest, true, p->out);
        break;
    }
    if (c->caption && *c->caption) {
        text_add(p->out, "<figcaption>");
        svg_escape(c->caption, p->out);
        text_add(p->out, "</figcaption>\n");
    }
    text_add(p->out, "</figure>\n");
    return rc;
}

static void html_term(struct paper *p, const char *term, const char *s)
{
    static const char open[] = "<dl>\n", item[] = "</dd>\n";
    size_t len = sizeof(item) - 1;
    bool going = p->out->len >= len &&
                 memcmp(p->out->data + p->out->len - len, item, len) == 0;

    if (!term) {
        text_add(p->out, going ? "</dl>\n" : "");
        return;
    }
    text_addf(p->out, "%s<dt>", going ? "" : open);
    svg_escape(term, p->out);
    text_add(p->out, "</dt><dd>");
    svg_escape(s, p->out);
    text_add(p->out, item);
}

static const struct paper_kind html = {.heading = html_heading,
                                       .say = html_say,
                                       .code = html_code,
                                       .table = html_table,
                                       .chart = html_chart,
                                       .term = html_term};

static void html_contents(struct paper *p)
{
    text_add(p->out, "<nav aria-label=\"Contents\"><ol>\n");
    for (int i = 0; i < p->file->count; i++) {
        struct text line = {0};

        paper_question(&p->file->parts[i], &line);
        if (p->file->parts[i].name && p->file->parts[i].name[0])
            text_addf(&line, " (%s)", p->file->parts[i].name);
        text_addf(p->out, "<li><a href=\"#part%d\">", i + 1);
        svg_escape(text_str(&line), p->out);
        text_add(p->out, "</a></li>\n");
        p->failed |= line.failed;
        text_fini(&line);
    }
    text_add(p->out, "</ol></nav>\n");
}

/* All before what is written: up to the title, as a heading. */
static void html_begin(const char *title, struct text *out)
{
    text_add(out, "<!DOCTYPE html>\n<html lang=\"en-GB\" xml:lang=\"en-GB\" "
                  "xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
                  "<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
                  "content=\"width=device-width, initial-scale=1\"/>\n"
                  "<meta name=\"generator\" content=\"timeslice\"/>\n"
                  "<title>");
    svg_escape(title, out);
    text_add(out, "</title>\n<style>\n");
    text_add(out, page_style);
    svg_style(true, out);
    text_add(out, "</style>\n</head>\n<body>\n<main>\n<h1>");
    svg_escape(title, out);
    text_add(out, "</h1>\n");
}

static void html_end(struct text *out)
{
    text_add(out, "</main>\n</body>\n</html>\n");
}

int paper_html(const char *title,
               int (*write)(struct paper *p, const void *arg), const void *arg,
               struct text *out)
{
    struct paper p = {.kind = &html, .out = out};
    int rc;

    html_begin(title, out);
    rc = write(&p, arg);
    html_end(out);
    return p.failed || out->failed ? -ENOMEM : rc;
}

int report_html(const struct report_file *r, struct text *out)
{
    struct paper p = {.kind = &html, .out = out, .file = r};
    struct text title = {0};
    int rc;

    paper_title(r, &title);
    html_begin(text_str(&title), out);
    p.failed = title.failed;
    text_fini(&title);
    if (r->count > 1)
        html_contents(&p);
    rc = paper_write(&p);
    html_end(out);
    return out->failed ? -ENOMEM : rc;
}
