/* What a lesson's text looks like, character by character, and how its words
 * are spelt. Any process. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lesson/lint_parts.h"

#define WIDTH 76

/* ---- characters ---------------------------------------------------------- */

static void lint_characters(struct lint *x, int line, const char *text,
                            int length)
{
    bool broken = false, control = false, tab = false;

    for (int i = 0; i < length;) {
        uint32_t c;
        char copy[5] = "";
        int n;

        memcpy(copy, text + i, length - i < 4 ? (size_t)(length - i) : 4);
        n = copy[0] ? text_decode(copy, &c) : 1;
        if (!copy[0])
            c = 0;
        tab |= c == '\t';
        control |= (c < ' ' && c != '\t' && !(c == '\r' && i + 1 == length)) ||
                   (c >= 0x7f && c < 0xa0);
        broken |= c == 0xfffd && memcmp(copy, "\xef\xbf\xbd", 3) != 0;
        i += n;
    }
    if (broken)
        lesson_complain(x->l, line, LINT_UTF8, "this line is not UTF-8");
    if (control)
        lesson_complain(x->l, line, LINT_CONTROLS,
                        "this line has a control character");
    if (tab)
        lesson_complain(x->l, line, LINT_TAB, "a tab; blanks, please");
    if (length > 0 && text[length - 1] == '\r')
        lesson_complain(x->l, line, LINT_CR,
                        "this line ends with CR LF; LF alone, please");
}

static void lint_line(struct lint *x, int line)
{
    const char *text = x->lines[line - 1];
    int length = lint_line_length(x, line), columns;
    char *copy;

    lint_characters(x, line, text, length);
    if (length > 0 && text[length - 1] == '\r')
        length--;
    if (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        lesson_complain(x->l, line, LINT_TRAILING,
                        "there are blanks at the end of this line");
    if (line <= x->front_end || length <= WIDTH)
        return;
    copy = strndup(text, (size_t)length);
    columns = copy ? text_columns(copy) : 0;
    if (columns > WIDTH)
        lesson_complain(x->l, line, LINT_WIDE,
                        "this line has %d columns; at most %d", columns, WIDTH);
    free(copy);
}

/* ---- words --------------------------------------------------------------- */

/* How American words begin, and how ours do. */
static const char *const spellings[][2] = {
    {"color", "colour"},
    {"behavior", "behaviour"},
    {"favor", "favour"},
    {"neighbor", "neighbour"},
    {"honor", "honour"},
    {"labor", "labour"},
    {"center", "centre"},
    {"synchroniz", "synchronis"},
    {"paralleliz", "parallelis"},
    {"serializ", "serialis"},
    {"optimiz", "optimis"},
    {"organiz", "organis"},
    {"realiz", "realis"},
    {"recogniz", "recognis"},
    {"analyz", "analys"},
    {"initializ", "initialis"},
    {"minimiz", "minimis"},
    {"maximiz", "maximis"},
    {"utiliz", "utilis"},
    {"prioritiz", "prioritis"},
    {"summariz", "summaris"},
    {"randomiz", "randomis"},
    {"virtualiz", "virtualis"},
    {"memoriz", "memoris"},
    {"gray", "grey"},
    {"traveled", "travelled"},
    {"traveling", "travelling"},
    {"canceled", "cancelled"},
    {"canceling", "cancelling"},
    {"modeled", "modelled"},
    {"modeling", "modelling"},
    {"labeled", "labelled"},
    {"labeling", "labelling"},
    {"signaled", "signalled"},
    {"signaling", "signalling"},
    {"defense", "defence"},
    {"catalog", "catalogue"},
    {"fulfill", "fulfil"},
    {"artifact", "artefact"},
    {"skillful", "skilful"},
};

static void lint_word(struct lint *x, int line, const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
        const char *theirs = spellings[i][0], *ours = spellings[i][1];

        if (length >= strlen(theirs) &&
            strncasecmp(word, theirs, strlen(theirs)) == 0 &&
            (length < strlen(ours) ||
             strncasecmp(word, ours, strlen(ours)) != 0))
            lesson_complain(x->l, line, LINT_SPELLING,
                            "\"%.*s\": here it is spelt \"%s...\"", (int)length,
                            word, ours);
    }
}

/* Words between backticks are code. */
static void lint_words(struct lint *x, int line)
{
    const char *p = x->lines[line - 1];
    const char *end = p + lint_line_length(x, line);
    bool code = false;

    while (p < end) {
        const char *word = p;

        code ^= *p == '`';
        while (p < end && isalpha((unsigned char)*p))
            p++;
        if (p > word && !code &&
            !(word > x->lines[line - 1] && strchr("-/_.", word[-1])))
            lint_word(x, line, word, (size_t)(p - word));
        p += p == word;
    }
}

/* The block that @line belongs to; NULL: none. */
static const struct lesson_block *block_of(const struct lint *x, int line)
{
    for (int i = 0; i < x->l->block_count; i++) {
        const struct lesson_block *b = &x->l->blocks[i];

        if (line >= b->line && line <= b->last_line)
            return b;
    }
    return NULL;
}

/* Is it Markdown? */
static bool has_body(const struct lesson_block *b)
{
    return b->kind == LESSON_PROSE || b->kind == LESSON_HINT ||
           b->kind == LESSON_REVEAL || b->kind == LESSON_NOTES;
}

/* Lines that people read, not those for a machine. */
static void lint_spelling(struct lint *x)
{
    bool code = false; /* a fence in Markdown is open */

    for (int i = 1; i <= x->count; i++) {
        const struct lesson_block *b = block_of(x, i);
        const char *p = x->lines[i - 1];
        bool fence = strncmp(p, "```", 3) == 0 || strncmp(p, "~~~", 3) == 0;

        if (!b || lint_is_run(b) || b->kind == LESSON_CONTROL) {
            code = false;
            if (i <= x->front_end)
                lint_words(x, i);
        } else if (b->kind != LESSON_PROSE &&
                   (i == b->line || i == b->last_line)) {
            code = false;
        } else if (fence && has_body(b)) {
            code = !code;
        } else if (!code) {
            lint_words(x, i);
        }
    }
}

void lint_text(struct lint *x)
{
    for (int i = 1; i <= x->count; i++)
        lint_line(x, i);
    if (strncmp(x->l->lang, "en", 2) == 0)
        lint_spelling(x);
    if (x->count > LESSON_LINES)
        lesson_complain(x->l, LESSON_LINES + 1, LINT_TOO_LONG,
                        "a lesson has at most %d lines, not %d", LESSON_LINES,
                        x->count);
    if (x->l->source_length > 0 &&
        x->l->source[x->l->source_length - 1] != '\n')
        lesson_complain(x->l, x->count, LINT_LAST_LINE,
                        "the last line does not end with a newline");
}
