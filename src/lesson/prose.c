/* Markdown into pieces and spans: what md4c calls out is noted down flat. Any
 * process. */
#include "lesson/prose.h"

#include <errno.h>
#include <md4c.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH 16 /* deeper lists are shown as that deep */

struct builder {
    struct prose *p;
    struct prose_piece *piece;         /* open; NULL */
    struct text text;                  /* of the span that is open */
    int strong, emphasis, mono, quote; /* how many are open */
    char *link;                        /* NULL */
    bool cell;                         /* the next span begins one */
    bool head;
    int depth;           /* lists that are open */
    int next[DEPTH + 1]; /* number of the next item at that depth; 0: dots */
    bool fresh;          /* the piece is an item's that has just begun */
    int spans;
    bool failed, full;
};

static enum prose_look look_of(const struct builder *b)
{
    if (b->mono > 0)
        return PROSE_MONO;
    if (b->strong > 0)
        return PROSE_STRONG;
    return b->emphasis > 0 ? PROSE_EMPHASIS : PROSE_PLAIN;
}

/* ---- pieces and spans ---------------------------------------------------- */

/* Put the open span's text down. */
static void end_span(struct builder *b)
{
    struct prose_piece *piece = b->piece;
    struct prose_span *s;

    b->failed |= b->text.failed;
    if (b->full)
        text_fini(&b->text);
    if (!piece || b->failed || b->full || (b->text.len == 0 && !b->cell))
        return;
    if ((piece->span_count & (piece->span_count - 1)) == 0) {
        size_t cap = piece->span_count ? 2 * (size_t)piece->span_count : 1;

        s = realloc(piece->spans, cap * sizeof(*s));
        if (!s) {
            b->failed = true;
            return;
        }
        piece->spans = s;
    }
    s = &piece->spans[piece->span_count];
    *s = (struct prose_span){.text = b->text.data ? b->text.data : strdup(""),
                             .look = look_of(b),
                             .cell = b->cell,
                             .link = b->link ? strdup(b->link) : NULL};
    b->text = (struct text){0};
    b->cell = false;
    piece->span_count++;
    b->failed |= !s->text || (b->link && !s->link);
    b->full |= ++b->spans >= PROSE_SPANS_MAX;
}

static void end_piece(struct builder *b)
{
    end_span(b);
    b->piece = NULL;
    b->fresh = false;
}

static struct prose_piece *begin_piece(struct builder *b, enum prose_kind kind)
{
    struct prose *p = b->p;

    end_piece(b);
    if (b->full)
        return NULL;
    if (p->count == p->cap) {
        int cap = p->cap ? 2 * p->cap : 8;
        struct prose_piece *more =
            realloc(p->pieces, (size_t)cap * sizeof(*more));

        if (!more) {
            b->failed = true;
            return NULL;
        }
        p->pieces = more;
        p->cap = cap;
    }
    b->full |= ++b->spans >= PROSE_SPANS_MAX;
    b->piece = &p->pieces[p->count++];
    *b->piece = (struct prose_piece){.kind = kind, .level = b->depth};
    return b->piece;
}

/* Text that belongs to no piece yet: of an item, a quote, or its own. */
static void begin_text(struct builder *b)
{
    struct prose_piece *piece;

    if (b->piece)
        return;
    piece = begin_piece(b, b->quote       ? PROSE_QUOTE
                           : b->depth > 0 ? PROSE_ITEM
                                          : PROSE_PARAGRAPH);
    if (piece && piece->kind == PROSE_ITEM)
        piece->number = PROSE_GOES_ON;
}

/* ---- what md4c calls ----------------------------------------------------- */

static int enough(const struct builder *b)
{
    return b->failed || b->full;
}

static void enter_list(struct builder *b, int start)
{
    end_piece(b);
    if (b->depth < DEPTH)
        b->depth++;
    b->next[b->depth] = start;
}

static void enter_item(struct builder *b)
{
    struct prose_piece *piece = begin_piece(b, PROSE_ITEM);
    int *next = &b->next[b->depth];

    if (!piece)
        return;
    piece->number = *next;
    if (*next > 0 && *next < 1000000000)
        ++*next;
    b->fresh = true;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
    struct builder *b = arg;
    struct prose_piece *piece;

    switch (type) {
    case MD_BLOCK_QUOTE:
        end_piece(b);
        b->quote++;
        break;
    case MD_BLOCK_UL:
        enter_list(b, 0);
        break;
    case MD_BLOCK_OL:
        enter_list(b, (int)((MD_BLOCK_OL_DETAIL *)detail)->start);
        break;
    case MD_BLOCK_LI:
        enter_item(b);
        break;
    case MD_BLOCK_HR:
        begin_piece(b, PROSE_RULE);
        end_piece(b);
        break;
    case MD_BLOCK_H:
        piece = begin_piece(b, PROSE_HEADING);
        if (piece)
            piece->level = (int)((MD_BLOCK_H_DETAIL *)detail)->level;
        break;
    case MD_BLOCK_CODE:
        begin_piece(b, PROSE_CODE);
        break;
    case MD_BLOCK_P:
        if (!b->fresh) {
            end_piece(b);
            begin_text(b);
        }
        break;
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY:
        b->head = type == MD_BLOCK_THEAD;
        break;
    case MD_BLOCK_TR:
        piece = begin_piece(b, PROSE_ROW);
        if (piece)
            piece->head = b->head;
        break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        end_span(b);
        b->cell = true;
        break;
    default:
        break;
    }
    return enough(b);
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *arg)
{
    struct builder *b = arg;

    (void)detail;
    switch (type) {
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        end_span(b);
        break;
    case MD_BLOCK_QUOTE:
        end_piece(b);
        b->quote--;
        break;
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
        end_piece(b);
        if (b->depth > 0)
            b->depth--;
        break;
    case MD_BLOCK_CODE:
        if (b->text.len > 0 && b->text.data[b->text.len - 1] == '\n')
            b->text.data[--b->text.len] = '\0';
        end_piece(b);
        break;
    case MD_BLOCK_P:
    case MD_BLOCK_LI:
    case MD_BLOCK_H:
    case MD_BLOCK_TR:
        end_piece(b);
        break;
    default:
        break;
    }
    return enough(b);
}

static int change_look(MD_SPANTYPE type, void *detail, struct builder *b,
                       int by)
{
    const MD_ATTRIBUTE *href;

    if (b->text.len > 0)
        end_span(b);
    switch (type) {
    case MD_SPAN_EM:
        b->emphasis += by;
        break;
    case MD_SPAN_STRONG:
        b->strong += by;
        break;
    case MD_SPAN_CODE:
        b->mono += by;
        break;
    case MD_SPAN_A:
        free(b->link);
        href = &((MD_SPAN_A_DETAIL *)detail)->href;
        b->link =
            by > 0 ? strndup(href->text ? href->text : "", href->size) : NULL;
        b->failed |= by > 0 && !b->link;
        break;
    default:
        break;
    }
    return enough(b);
}

static int enter_span(MD_SPANTYPE type, void *detail, void *arg)
{
    begin_text(arg);
    return change_look(type, detail, arg, 1);
}

static int leave_span(MD_SPANTYPE type, void *detail, void *arg)
{
    return change_look(type, detail, arg, -1);
}

/* "&amp;" */
static void add_entity(struct text *t, const char *s, int size)
{
    static const struct {
        const char *name, *text;
    } entities[] = {{"&amp;", "&"},   {"&lt;", "<"},   {"&gt;", ">"},
                    {"&quot;", "\""}, {"&nbsp;", " "}, {"&times;", "×"},
                    {"&ndash;", "–"}, {"&mdash;", "—"}};
    char word[16] = "", glyph[5];
    long code;

    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
        if ((size_t)size == strlen(entities[i].name) &&
            memcmp(s, entities[i].name, (size_t)size) == 0) {
            text_add(t, entities[i].text);
            return;
        }
    if (size > 3 && size < (int)sizeof(word) && s[1] == '#') {
        memcpy(word, s, (size_t)size);
        code = s[2] == 'x' || s[2] == 'X' ? strtol(word + 3, NULL, 16)
                                          : strtol(word + 2, NULL, 10);
        if (code >= ' ' && !(code >= 0x7f && code < 0xa0) && code <= 0x10ffff &&
            !(code >= 0xd800 && code <= 0xdfff)) {
            text_encode(glyph, (uint32_t)code);
            text_add(t, glyph);
            return;
        }
    }
    text_addf(t, "%.*s", size, s);
}

static int add_text(MD_TEXTTYPE type, const MD_CHAR *s, MD_SIZE size, void *arg)
{
    struct builder *b = arg;

    begin_text(b);
    switch (type) {
    case MD_TEXT_BR:
        text_add(&b->text, "\n");
        break;
    case MD_TEXT_SOFTBR:
        text_add(&b->text, " ");
        break;
    case MD_TEXT_ENTITY:
        add_entity(&b->text, s, (int)size);
        break;
    case MD_TEXT_NULLCHAR:
        break;
    default:
        text_addf(&b->text, "%.*s", (int)size, s);
    }
    b->failed |= b->text.failed;
    return enough(b);
}

int prose_parse(struct prose *p, const char *markdown)
{
    const MD_PARSER parser = {
        .flags = MD_FLAG_TABLES | MD_FLAG_NOHTML,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = add_text,
    };
    struct builder b = {.p = p};
    int rc;

    *p = (struct prose){0};
    rc = md_parse(markdown, (MD_SIZE)strlen(markdown), &parser, &b);
    end_piece(&b);
    free(b.link);
    text_fini(&b.text);
    return b.failed || (rc != 0 && !b.full) ? -ENOMEM : 0;
}

void prose_fini(struct prose *p)
{
    for (int i = 0; i < p->count; i++) {
        for (int k = 0; k < p->pieces[i].span_count; k++) {
            free(p->pieces[i].spans[k].text);
            free(p->pieces[i].spans[k].link);
        }
        free(p->pieces[i].spans);
    }
    free(p->pieces);
    *p = (struct prose){0};
}
