/* Pieces of prose broken into lines. Any process. */
#include "lesson/prose.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/prose_parts.h"

void laying_fini(struct laying *l)
{
    text_fini(&l->kept);
    free(l->runs);
    free(l->lines);
    *l = (struct laying){0};
}

void lay_line(struct laying *l, int indent)
{
    if (l->line_count == l->line_cap) {
        int cap = l->line_cap ? 2 * l->line_cap : 32;
        struct laid_line *more = realloc(l->lines, (size_t)cap * sizeof(*more));

        if (!more) {
            l->failed = true;
            return;
        }
        l->lines = more;
        l->line_cap = cap;
    }
    l->lines[l->line_count++] = (struct laid_line){indent, l->run_count, 0};
}

void lay_run(struct laying *l, const char *text, size_t length,
             enum prose_look look, bool heading)
{
    if (l->failed || length == 0)
        return;
    if (l->run_count == l->run_cap) {
        int cap = l->run_cap ? 2 * l->run_cap : 64;
        struct laid_run *more = realloc(l->runs, (size_t)cap * sizeof(*more));

        if (!more) {
            l->failed = true;
            return;
        }
        l->runs = more;
        l->run_cap = cap;
    }
    l->runs[l->run_count++] = (struct laid_run){l->kept.len, look, heading};
    l->lines[l->line_count - 1].count++;
    text_addf(&l->kept, "%.*s", (int)length, text);
    for (char *p = l->kept.data ? l->kept.data + l->runs[l->run_count - 1].at
                                : NULL;
         p && *p; p++)
        if (*p == '\t' || *p == '\n')
            *p = ' ';
    text_fill(&l->kept, "\n", 1); /* becomes its NUL: see settle() */
    l->failed |= l->kept.failed;
}

void lay_blanks(struct laying *l, int count)
{
    static const char blanks[] = "                                        ";

    for (; count > 0; count -= (int)sizeof(blanks) - 1)
        lay_run(l, blanks,
                count < (int)sizeof(blanks) - 1 ? (size_t)count
                                                : sizeof(blanks) - 1,
                PROSE_PLAIN, false);
}

/* ---- words --------------------------------------------------------------- */

/* A word being put together: it may change its look in the middle. */
struct fragment {
    const char *text;
    size_t length;
    enum prose_look look;
};
#define FRAGMENTS 32

struct setter {
    struct laying *l;
    const struct lay_shape *shape;
    int hang; /* columns of the marker */
    int used; /* columns of the present line, without its indent */
    bool begun;
    struct fragment word[FRAGMENTS];
    int fragments, columns;
    bool blank; /* there is a blank before the word */
    enum prose_look blank_look;
};

static void new_line(struct setter *s)
{
    const struct lay_shape *shape = s->shape;
    bool mark = shape->marker[0] && (!s->begun || shape->every);

    lay_line(s->l, shape->indent + (mark ? 0 : s->hang));
    if (mark)
        lay_run(s->l, shape->marker, strlen(shape->marker), PROSE_PLAIN, false);
    s->begun = true;
    s->used = 0;
}

/* As much of @text as goes into @columns, at least a character. */
static size_t fitting(const char *text, size_t length, int columns, int *used)
{
    size_t n = 0;
    int taken = 0;

    while (n < length) {
        char glyph[5] = "";
        uint32_t c;
        int bytes = text_decode(text + n, &c), width;

        memcpy(glyph, text + n, (size_t)bytes);
        width = text_columns(glyph);
        if (n > 0 && taken + width > columns)
            break;
        taken += width;
        n += (size_t)bytes;
    }
    *used = taken;
    return n;
}

static void end_word(struct setter *s)
{
    int room = s->shape->columns - s->shape->indent - s->hang;

    room = room < 1 ? 1 : room;
    if (s->fragments == 0)
        return;
    if (!s->begun) {
        new_line(s);
    } else if (s->used > 0 && s->blank) {
        if (s->used + 1 + s->columns > room) {
            new_line(s);
        } else {
            lay_run(s->l, " ", 1, s->blank_look, s->shape->heading);
            s->used++;
        }
    } else if (s->used > 0 && s->used + s->columns > room) {
        new_line(s);
    }
    for (int i = 0; i < s->fragments; i++) {
        struct fragment f = s->word[i];

        while (f.length > 0) { /* longer than a line: broken anywhere */
            int used;
            size_t n = fitting(f.text, f.length, room - s->used, &used);

            if (s->used > 0 && s->used + used > room) {
                new_line(s);
                continue;
            }
            lay_run(s->l, f.text, n, f.look, s->shape->heading);
            s->used += used;
            f.text += n;
            f.length -= n;
        }
    }
    s->fragments = s->columns = 0;
    s->blank = false;
}

static void add_fragment(struct setter *s, const char *text, size_t length,
                         enum prose_look look)
{
    char copy[256];

    if (s->fragments == FRAGMENTS)
        end_word(s);
    s->word[s->fragments++] = (struct fragment){text, length, look};
    for (size_t at = 0; at < length;) { /* by portions: text_columns() wants an
                                           end; none is cut inside of a glyph */
        size_t n =
            length - at < sizeof(copy) - 1 ? length - at : sizeof(copy) - 1;

        while (n > 1 && at + n < length && (text[at + n] & 0xc0) == 0x80)
            n--;
        memcpy(copy, text + at, n);
        copy[n] = '\0';
        s->columns += text_columns(copy);
        at += n;
    }
}

static void add_span(struct setter *s, const struct prose_span *span)
{
    const char *p = span->text;

    while (*p) {
        size_t n = strcspn(p, " \t\n");

        if (n > 0)
            add_fragment(s, p, n, span->look);
        p += n;
        if (*p == '\n') {
            end_word(s);
            new_line(s);
            p++;
        } else if (*p) {
            end_word(s);
            s->blank = true;
            s->blank_look = span->look;
            p += strspn(p, " \t");
        }
    }
}

void lay_words(struct laying *l, const struct prose_piece *piece, int first,
               int last, const struct lay_shape *shape)
{
    struct setter s = {
        .l = l, .shape = shape, .hang = text_columns(shape->marker)};

    for (int i = first; i < last && !l->failed; i++) {
        add_span(&s, &piece->spans[i]);
        if (i + 1 < last && piece->spans[i + 1].look != piece->spans[i].look)
            s.blank_look = PROSE_PLAIN;
    }
    end_word(&s);
    if (!s.begun)
        new_line(&s);
}

/* ---- pieces -------------------------------------------------------------- */

static void lay_code(struct laying *l, const struct prose_piece *piece)
{
    const char *p = piece->span_count > 0 ? piece->spans[0].text : "";

    for (;;) {
        size_t n = strcspn(p, "\n");

        lay_line(l, 2 + 2 * piece->level);
        lay_run(l, p, n, PROSE_MONO, false);
        if (!p[n] || l->failed)
            return;
        p += n + 1;
    }
}

static void lay_item(struct laying *l, const struct prose_piece *piece,
                     int columns)
{
    char marker[16] = "- ";
    struct lay_shape shape = {
        .indent = 2 * (piece->level - 1), .columns = columns, .marker = marker};

    if (piece->number > 0)
        snprintf(marker, sizeof(marker), "%d. ", piece->number);
    if (piece->number == PROSE_GOES_ON) {
        marker[0] = '\0';
        shape.indent += 2;
    }
    if (shape.indent > columns / 2)
        shape.indent = columns / 2;
    lay_words(l, piece, 0, piece->span_count, &shape);
}

/* The piece at @at, or the table that begins there; how many pieces that is. */
static int lay_piece(struct laying *l, const struct prose *p, int at,
                     int columns)
{
    const struct prose_piece *piece = &p->pieces[at];
    struct lay_shape shape = {.columns = columns, .marker = ""};

    switch (piece->kind) {
    case PROSE_ROW:
        return lay_table(l, p, at, columns);
    case PROSE_CODE:
        lay_code(l, piece);
        return 1;
    case PROSE_ITEM:
        lay_item(l, piece, columns);
        return 1;
    case PROSE_RULE:
        lay_line(l, 0);
        for (int i = 0; i < columns && i < 40; i++)
            lay_run(l, "-", 1, PROSE_PLAIN, false);
        return 1;
    case PROSE_QUOTE:
        shape.marker = "> ";
        shape.every = true;
        break;
    default:
        shape.heading = piece->kind == PROSE_HEADING;
    }
    lay_words(l, piece, 0, piece->span_count, &shape);
    return 1;
}

static bool close_together(const struct prose_piece *a,
                           const struct prose_piece *b)
{
    return a->kind == PROSE_ITEM && b->kind == PROSE_ITEM &&
           b->number != PROSE_GOES_ON;
}

/* Hand over what was laid: offsets become pointers. */
static bool settle(struct laying *l, struct prose_layout *out)
{
    struct prose_run *runs = calloc((size_t)l->run_count + 1, sizeof(*runs));

    out->lines = calloc((size_t)l->line_count + 1, sizeof(*out->lines));
    out->kept = malloc(sizeof(*out->kept));
    if (!runs || !out->lines || !out->kept) {
        free(runs);
        free(out->lines);
        free(out->kept);
        *out = (struct prose_layout){0};
        return false;
    }
    *out->kept = l->kept;
    l->kept = (struct text){0};
    for (size_t i = 0; i < out->kept->len; i++)
        if (out->kept->data[i] == '\n')
            out->kept->data[i] = '\0';
    for (int i = 0; i < l->run_count; i++)
        runs[i] = (struct prose_run){out->kept->data + l->runs[i].at,
                                     l->runs[i].look, l->runs[i].heading};
    for (int i = 0; i < l->line_count; i++)
        out->lines[i] = (struct prose_line){
            l->lines[i].indent, runs + l->lines[i].first, l->lines[i].count};
    out->lines[l->line_count].runs = runs; /* who frees them looks there */
    out->count = out->cap = l->line_count;
    return true;
}

int prose_lay(const struct prose *p, int columns, struct prose_layout *out)
{
    struct laying l = {0};
    bool good;

    *out = (struct prose_layout){0};
    if (columns < 8)
        columns = 8;
    for (int i = 0; i < p->count && !l.failed;) {
        if (i > 0 && !close_together(&p->pieces[i - 1], &p->pieces[i]))
            lay_line(&l, 0);
        i += lay_piece(&l, p, i, columns);
    }
    good = !l.failed && settle(&l, out);
    laying_fini(&l);
    return good ? 0 : -ENOMEM;
}

void prose_layout_fini(struct prose_layout *l)
{
    if (l->lines)
        free(l->lines[l->count].runs);
    free(l->lines);
    if (l->kept)
        text_fini(l->kept);
    free(l->kept);
    *l = (struct prose_layout){0};
}

void prose_plain(const char *markdown, int columns, int indent,
                 struct text *out)
{
    struct prose p = {0};
    struct prose_layout l = {0};

    if (prose_parse(&p, markdown) < 0 ||
        prose_lay(&p, columns - indent, &l) < 0)
        out->failed = true;
    for (int i = 0; i < l.count; i++) {
        const struct prose_line *line = &l.lines[i];

        if (line->run_count > 0)
            text_fill(out, " ", indent + line->indent);
        for (int k = 0; k < line->run_count; k++)
            text_add(out, line->runs[k].text);
        while (out->len > 0 && out->data[out->len - 1] == ' ')
            out->data[--out->len] = '\0';
        text_add(out, "\n");
    }
    prose_layout_fini(&l);
    prose_fini(&p);
}
