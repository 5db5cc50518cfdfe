/* Pieces of prose as HTML: escaped, no scripts, no foreign links. Any process.
 */
#include <stdio.h>
#include <string.h>

#include "lesson/prose_parts.h"

#define DEPTH 16

struct page {
    struct text *out;
    int depth;               /* lists that are open */
    bool ordered[DEPTH + 1]; /* by depth from 1 */
    bool item[DEPTH + 1];    /* an <li> is open there */
    bool table;
};

static void add_escaped(struct text *out, const char *s)
{
    for (; *s; s++) {
        if (*s == '<')
            text_add(out, "&lt;");
        else if (*s == '>')
            text_add(out, "&gt;");
        else if (*s == '&')
            text_add(out, "&amp;");
        else if (*s == '"')
            text_add(out, "&quot;");
        else if (*s == '\n')
            text_add(out, "<br>\n");
        else
            text_addf(out, "%c", *s);
    }
}

/* A way out of a page: plain addresses and relative ones, never code. */
static bool good_link(const char *link)
{
    size_t word = strcspn(link, ":/?#");

    return strncmp(link, "https://", 8) == 0 ||
           strncmp(link, "http://", 7) == 0 || link[word] != ':';
}

static void add_span(struct text *out, const struct prose_span *s)
{
    static const char *const tags[] = {"", "strong", "em", "code"};
    bool link = s->link && good_link(s->link);

    if (link) {
        text_add(out, "<a href=\"");
        add_escaped(out, s->link);
        text_add(out, "\">");
    }
    if (s->look != PROSE_PLAIN)
        text_addf(out, "<%s>", tags[s->look]);
    add_escaped(out, s->text);
    if (s->look != PROSE_PLAIN)
        text_addf(out, "</%s>", tags[s->look]);
    if (link)
        text_add(out, "</a>");
}

static void add_spans(struct text *out, const struct prose_piece *piece,
                      int first, int last)
{
    for (int i = first; i < last; i++)
        add_span(out, &piece->spans[i]);
}

/* Close lists down to @depth. */
static void close_lists(struct page *g, int depth)
{
    for (; g->depth > depth; g->depth--) {
        if (g->item[g->depth])
            text_add(g->out, "</li>\n");
        text_add(g->out, g->ordered[g->depth] ? "</ol>\n" : "</ul>\n");
    }
}

static void add_item(struct page *g, const struct prose_piece *piece)
{
    bool ordered = piece->number > 0;
    int depth = piece->level < 1 ? 1 : piece->level;

    depth = depth > DEPTH ? DEPTH : depth;
    close_lists(g, depth);
    if (piece->number == PROSE_GOES_ON && g->depth == depth) {
        text_add(g->out, "<p>");
        add_spans(g->out, piece, 0, piece->span_count);
        text_add(g->out, "</p>\n");
        return;
    }
    if (g->depth == depth && g->ordered[depth] != ordered)
        close_lists(g, depth - 1);
    while (g->depth < depth) {
        g->ordered[++g->depth] = ordered;
        g->item[g->depth] = g->depth < depth;
        if (ordered && piece->number != 1)
            text_addf(g->out, "<ol start=\"%d\">\n", piece->number);
        else
            text_add(g->out, ordered ? "<ol>\n" : "<ul>\n");
        if (g->depth < depth)
            text_add(g->out, "<li>");
    }
    if (g->item[depth])
        text_add(g->out, "</li>\n");
    g->item[depth] = true;
    text_add(g->out, "<li>");
    add_spans(g->out, piece, 0, piece->span_count);
}

static void add_row(struct page *g, const struct prose_piece *row)
{
    const char *tag = row->head ? "th" : "td";

    text_add(g->out, "<tr>");
    for (int i = 0; i < row->span_count;) {
        int end = prose_cell_end(row, i);

        text_addf(g->out, "<%s>", tag);
        add_spans(g->out, row, i, end);
        text_addf(g->out, "</%s>", tag);
        i = end;
    }
    text_add(g->out, "</tr>\n");
}

static void add_code(struct text *out, const struct prose_piece *piece)
{
    text_add(out, "<pre>");
    for (int i = 0; i < piece->span_count; i++)
        for (const char *p = piece->spans[i].text; *p; p++) {
            const char one[2] = {*p, '\0'};

            if (*p == '\n')
                text_add(out, "\n");
            else
                add_escaped(out, one);
        }
    text_add(out, "</pre>\n");
}

static void add_wrapped(struct page *g, const struct prose_piece *piece,
                        const char *open, const char *close)
{
    text_add(g->out, open);
    add_spans(g->out, piece, 0, piece->span_count);
    text_add(g->out, close);
}

static void add_piece(struct page *g, const struct prose_piece *piece,
                      int level)
{
    char open[8], close[8];

    switch (piece->kind) {
    case PROSE_ITEM:
        add_item(g, piece);
        break;
    case PROSE_CODE:
        add_code(g->out, piece);
        break;
    case PROSE_RULE:
        text_add(g->out, "<hr>\n");
        break;
    case PROSE_ROW:
        add_row(g, piece);
        break;
    case PROSE_QUOTE:
        add_wrapped(g, piece, "<blockquote><p>", "</p></blockquote>\n");
        break;
    case PROSE_HEADING:
        level += piece->level - 1;
        level = level > 6 ? 6 : level < 1 ? 1 : level;
        snprintf(open, sizeof(open), "<h%d>", level);
        snprintf(close, sizeof(close), "</h%d>\n", level);
        add_wrapped(g, piece, open, close);
        break;
    case PROSE_PARAGRAPH:
        add_wrapped(g, piece, "<p>", "</p>\n");
    }
}

void prose_html(const char *markdown, int level, struct text *out)
{
    struct prose p = {0};
    struct page g = {.out = out};

    if (prose_parse(&p, markdown) < 0)
        out->failed = true;
    for (int i = 0; i < p.count; i++) {
        const struct prose_piece *piece = &p.pieces[i];
        bool row = piece->kind == PROSE_ROW;

        if (piece->kind != PROSE_ITEM)
            close_lists(&g, piece->kind == PROSE_CODE ? piece->level : 0);
        if (g.table && (!row || piece->head))
            text_add(out, "</table>\n");
        if (row && (!g.table || piece->head))
            text_add(out, "<table>\n");
        g.table = row;
        add_piece(&g, piece, level);
    }
    close_lists(&g, 0);
    if (g.table)
        text_add(out, "</table>\n");
    prose_fini(&p);
}
