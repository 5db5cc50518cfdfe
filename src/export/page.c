/* The report's page: filling it, and printing it with the sixteen colours that
 * every terminal has. Runs in the screen process or in a command. */
#include "export/page.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

int64_t page_duration_ns(const struct trace *t)
{
    int64_t end_ns = t->end_ns ? t->end_ns : t->now_ns;

    return t->gate_ns && end_ns > t->gate_ns ? end_ns - t->gate_ns : 0;
}

void page_title(struct page *p, const char *title)
{
    p->row++;
    frame_text(&p->frame, p->row++, 0, -1, STYLE_TITLE, title);
}

/* Is @blank the one between a number and its unit? */
static bool page_glued(const char *start, const char *blank)
{
    static const char *const units[] = {"%", "ns", "\u00b5s", "ms", "s", "min",
                                        "h", "k",  "M",       "G",  "T"};

    if (blank == start || !isdigit((unsigned char)blank[-1]))
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        size_t len = strlen(units[i]);
        if (strncmp(blank + 1, units[i], len) == 0 &&
            !isalnum((unsigned char)blank[1 + len]))
            return true;
    }
    return false;
}

#define NO_BREAK 0xa0 /* a blank for the eye, a letter for frame_wrap() */

void page_wrap(struct page *p, int column, enum style style, const char *s)
{
    struct box b = {p->row, column, p->frame.rows - p->row,
                    p->columns - column};
    struct text glued = {0};
    char one[2] = "";

    for (const char *at = s; *at; at++) {
        one[0] = *at;
        text_add(&glued, *at == ' ' && page_glued(s, at) ? "\u00a0" : one);
    }
    p->row += frame_wrap(&p->frame, b, style, text_str(&glued));
    text_fini(&glued);
    for (int row = b.row; row < p->row; row++) {
        struct cell *cells = &p->frame.cells[row * p->frame.columns];
        for (int i = 0; i < p->frame.columns; i++)
            if (cells[i].glyph == NO_BREAK)
                cells[i].glyph = ' ';
    }
}

void page_bar(struct page *p, int column, int columns, double share,
              enum style style)
{
    int eighths = (int)((share < 1 ? share : 1) * columns * 8);

    if (share > 0 && eighths == 0)
        eighths = 1;
    int cells = (eighths + 7) / 8;
    frame_bar(&p->frame, p->row, column, cells, (eighths + 0.5) / (8.0 * cells),
              style, style);
}

void page_kernel(struct text *out, const char *release)
{
    int dots = 0, len = 0;

    while (release[len] && (release[len] != '.' || dots++ == 0))
        len++;
    text_addf(out, "Linux %.*s", len, release);
}

char *page_share(char *buf, size_t size, double share)
{
    if (!(share >= 0)) /* not a number, too */
        snprintf(buf, size, "-");
    else if (share > 0 && share < 0.005)
        snprintf(buf, size, "<1 %%");
    else if (share >= 0.995 && share < 0.99999)
        snprintf(buf, size, ">99 %%");
    else
        snprintf(buf, size, "%.0f %%", share > 10 ? 999 : share * 100);
    return buf;
}

/* Parameters of ANSI's "select graphic rendition"; NULL: as it is. */
static const char *page_colour(enum style style)
{
    static const char *const colours[STYLE_COUNT] = {
        [STYLE_DIM] = "90",          [STYLE_TITLE] = "1",
        [STYLE_HERO] = "1",          [STYLE_KEY] = "1",
        [STYLE_SELECTED] = "7",      [STYLE_BANNER] = "7",
        [STYLE_GOOD] = "32",         [STYLE_BAD] = "91",
        [STYLE_WARN] = "93",         [STYLE_RUNNING] = "32",
        [STYLE_READY] = "93",        [STYLE_LOCK] = "91",
        [STYLE_IO] = "96",           [STYLE_SPINNING] = "95",
        [STYLE_IDLE] = "90",         [STYLE_UNKNOWN] = "90",
        [STYLE_FOREIGN] = "90",      [STYLE_BADGE] = "1;36",
        [STYLE_WORKER_0] = "36",     [STYLE_WORKER_0 + 1] = "33",
        [STYLE_WORKER_0 + 2] = "35", [STYLE_WORKER_0 + 3] = "32",
        [STYLE_WORKER_0 + 4] = "96", [STYLE_WORKER_0 + 5] = "93",
        [STYLE_WORKER_0 + 6] = "95", [STYLE_WORKER_7] = "92",
    };

    return colours[style];
}

static bool page_blank(const struct cell *c)
{
    return c->glyph == 0 || c->glyph == ' ';
}

static void page_print_row(const struct page *p, const struct cell *cells,
                           struct text *out)
{
    int used = p->frame.columns;
    const char *now = NULL;
    char one[5];

    while (used > 0 && page_blank(&cells[used - 1]))
        used--;
    for (int i = 0; i < used; i++) {
        const char *want = page_colour(cells[i].style);
        if (!p->options->colour || page_blank(&cells[i]))
            want = now; /* a blank has no colour */
        if (want != now)
            text_addf(out, "\033[%s%sm", want ? "0;" : "0", want ? want : "");
        now = want;
        text_encode(one, page_blank(&cells[i]) ? ' ' : cells[i].glyph);
        text_add(out, one);
    }
    text_add(out, now ? "\033[0m\n" : "\n");
}

void page_print(const struct page *p, struct text *out)
{
    for (int row = 0; row < p->row && row < p->frame.rows; row++)
        page_print_row(p, &p->frame.cells[row * p->frame.columns], out);
}
