/* Reading a lesson: its blocks and what lies between. Any process. The front
 * matter is lesson_front.c's, the bodies are lesson_blocks.c's. */
#include "lesson/lesson.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/reader.h"

const char *const lesson_kind_words[] = {
    "prose", "predict", "observe", "run",  "sweep",  "slow",  "sim",   "watch",
    "check", "control", "quiz",    "hint", "reveal", "notes", "again", NULL};
const char lesson_class_letters[] = "EMRD";

/* More faults than this help nobody, and a hostile file could have many. */
#define FAULTS_MAX 200

/* Make the character at @p, not its NUL, one that any terminal and any JSON can
 * have: no control character, no broken UTF-8. Returns its bytes. */
static int printable(char *p)
{
    uint32_t c;
    int n = text_decode(p, &c);

    if (c >= ' ' && c != 0x7f && !(c >= 0x80 && c < 0xa0) &&
        (c != 0xfffd || (n == 3 && memcmp(p, "\xef\xbf\xbd", 3) == 0)))
        return n;
    memset(p, '?', (size_t)n);
    return n;
}

void lesson_complain(struct lesson *l, int line, int code, const char *format,
                     ...)
{
    struct lesson_fault *f;
    va_list ap;

    if (l->fault_count > FAULTS_MAX)
        return;
    if (l->fault_count == l->fault_cap) {
        int cap = l->fault_cap ? 2 * l->fault_cap : 8;

        f = realloc(l->faults, (size_t)cap * sizeof(*f));
        if (!f)
            return;
        l->faults = f;
        l->fault_cap = cap;
    }
    f = &l->faults[l->fault_count++];
    *f = (struct lesson_fault){.line = line, .code = code};
    if (l->fault_count > FAULTS_MAX) {
        f->code = LINT_TOO_MANY;
        snprintf(f->text, sizeof(f->text),
                 "there is more; mend what stands above first");
        return;
    }
    va_start(ap, format);
    vsnprintf(f->text, sizeof(f->text), format, ap);
    va_end(ap);
    for (char *p = f->text; *p;) /* a character may have been cut in two */
        p += printable(p);
}

static uint64_t hash(const char *text, size_t length)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

    for (size_t i = 0; i < length; i++)
        h = (h ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    return h;
}

/* ---- fences -------------------------------------------------------------- */

struct fence {
    char mark;        /* ` or ~; 0: none */
    int length;       /* of the marks */
    int indent;       /* blanks before them */
    const char *info; /* what follows, without blanks in front */
};

static struct fence fence_of(const char *line)
{
    struct fence f = {0};
    const char *p = line + strspn(line, " ");

    f.indent = (int)(p - line);
    if (f.indent > 3 || (*p != '`' && *p != '~'))
        return f;
    f.length = (int)strspn(p, *p == '`' ? "`" : "~");
    f.info = p + f.length;
    f.info += strspn(f.info, " \t");
    if (f.length >= 3 && !(*p == '`' && strchr(f.info, '`')))
        f.mark = *p;
    return f;
}

/* The index of the line that closes @open, which stands on line @at; .count if
 * there is none. */
static int fence_end(const struct reader *r, const struct fence *open, int at)
{
    for (int i = at + 1; i < r->count; i++) {
        struct fence f = fence_of(r->lines[i]);

        if (f.mark == open->mark && f.length >= open->length && !*f.info)
            return i;
    }
    return r->count;
}

/* What fences in Markdown are named after besides: never a mistyped kind. */
static const char *const code_words[] = {
    "text", "c",    "cpp",  "console", "sh",         "bash", "python", "go",
    "java", "rust", "json", "tsl",     "javascript", "asm",  "html",   NULL};

static bool is_one_of(const char *word, const char *const words[])
{
    for (int i = 0; words[i]; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

/* The kind that @word names; LESSON_PROSE: none, it is code in the prose. */
static enum lesson_kind kind_of(const char *word)
{
    for (int k = LESSON_PROSE + 1; k < LESSON_KINDS; k++)
        if (strcmp(word, lesson_kind_words[k]) == 0)
            return (enum lesson_kind)k;
    return LESSON_PROSE;
}

static void complain_of_code(struct reader *r, const struct fence *f,
                             const char *word, int line)
{
    const char *near;

    if (kind_of(word) != LESSON_PROSE && f->indent > 0) {
        lesson_complain(r->l, line, LINT_INDENTED,
                        "a block begins in the first column: no blanks before "
                        "%.*s%s",
                        3, f->mark == '`' ? "```" : "~~~", word);
        return;
    }
    if (strlen(word) < 3 || is_one_of(word, code_words))
        return;
    near = text_nearest(word, lesson_kind_words + 1);
    if (near)
        lesson_complain(r->l, line, LINT_FENCE_WORD,
                        "there is no block \"%s\"; did you mean \"%s\"?", word,
                        near);
}

/* ---- blocks -------------------------------------------------------------- */

static struct lesson_block *add_block(struct reader *r, enum lesson_kind kind,
                                      int line)
{
    struct lesson *l = r->l;
    struct lesson_block *b =
        reader_grow(r, l->blocks, l->block_count, sizeof(*b));

    if (!b)
        return NULL;
    l->blocks = b;
    b += l->block_count++;
    b->kind = kind;
    b->line = b->last_line = line;
    b->repeat = 1;
    return b;
}

/* Markdown in lines [first, last): a block, if there is anything. */
static void add_prose(struct reader *r, int first, int last)
{
    struct lesson_block *b;

    while (first < last && !r->lines[first][strspn(r->lines[first], " \t")])
        first++;
    while (last > first &&
           !r->lines[last - 1][strspn(r->lines[last - 1], " \t")])
        last--;
    if (first == last)
        return;
    b = add_block(r, LESSON_PROSE, first + 1);
    if (!b)
        return;
    b->last_line = last;
    b->body = reader_body(r, first, last);
}

/* Which blocks have a name of their own, and which must. */
#define BIT(kind) (1u << (kind))
#define NAMED                                                                  \
    (BIT(LESSON_PREDICT) | BIT(LESSON_OBSERVE) | BIT(LESSON_QUIZ) |            \
     BIT(LESSON_SWEEP) | BIT(LESSON_SLOW))
#define MAY_BE_NAMED (NAMED | BIT(LESSON_RUN) | BIT(LESSON_SIM))

/* What stands after the kind: @info is cut. */
static void read_info(struct reader *r, struct lesson_block *b, char *info)
{
    const char *kind = lesson_kind_words[b->kind];
    char *word;

    info = trimmed(info + strlen(kind));
    if (b->kind == LESSON_REVEAL && strncmp(info, "when", 4) == 0 &&
        (info[4] == ' ' || !info[4])) {
        b->when = reader_formula(r, trimmed(info + 4), b->line);
        return;
    }
    word = info;
    info += strcspn(info, " \t");
    if (*info)
        *info++ = '\0';
    info = trimmed(info);
    if (*word && !(BIT(b->kind) & MAY_BE_NAMED))
        lesson_complain(r->l, b->line, LINT_FENCE_ID,
                        "%s blocks have no name; \"%.60s\" is too much", kind,
                        word);
    else if (*word && !name_is_plain(word))
        lesson_complain(r->l, b->line, LINT_FENCE_ID,
                        "a name is a letter a-z, then letters, digits, - and "
                        "_, 32 at most; not \"%.60s\"",
                        word);
    else if (*info)
        lesson_complain(r->l, b->line, LINT_FENCE_ID,
                        "after the name there is nothing; \"%.60s\" is too "
                        "much",
                        info);
    else if (!*word && (BIT(b->kind) & NAMED))
        lesson_complain(r->l, b->line, LINT_FENCE_ID,
                        "this block needs a name: \"%s some-name\"", kind);
    if (*word && (BIT(b->kind) & MAY_BE_NAMED) && name_is_plain(word))
        snprintf(b->id, sizeof(b->id), "%s", word);
}

/* The block that begins on line @at; returns the line after it. */
static int add_fenced(struct reader *r, enum lesson_kind kind,
                      const struct fence *f, int at)
{
    struct lesson_block *b = add_block(r, kind, at + 1);
    int end = fence_end(r, f, at);
    char *info = reader_keep(r, f->info);

    if (b && info) {
        read_info(r, b, info);
        b->last_line = end < r->count ? end + 1 : r->count;
        if (end == r->count)
            lesson_complain(r->l, at + 1, LINT_FENCE_OPEN,
                            "this block is never closed by a line of %.*s",
                            f->length > 3 ? 4 : 3,
                            f->mark == '`' ? "````" : "~~~~");
        else
            reader_block(r, b, at + 1, end);
    }
    free(info);
    return end + 1;
}

static void read_body(struct reader *r, int first)
{
    int prose = first, i = first;

    while (i < r->count && !r->failed) {
        struct fence f = fence_of(r->lines[i]);
        enum lesson_kind kind;
        char word[24];

        if (!f.mark) {
            i++;
            continue;
        }
        snprintf(word, sizeof(word), "%.*s", (int)strcspn(f.info, " \t"),
                 f.info);
        kind = f.indent == 0 ? kind_of(word) : LESSON_PROSE;
        if (kind == LESSON_PROSE) {
            int end = fence_end(r, &f, i);

            complain_of_code(r, &f, word, i + 1);
            if (end == r->count)
                lesson_complain(r->l, i + 1, LINT_FENCE_OPEN,
                                "this code is never closed by a line of marks");
            i = end + 1;
            continue;
        }
        add_prose(r, prose, i);
        i = prose = add_fenced(r, kind, &f, i);
    }
    if (prose < r->count)
        add_prose(r, prose, r->count);
}

/* ---- the whole ----------------------------------------------------------- */

/* Cut the copy into lines. Nothing that a terminal could take for a command,
 * and no broken UTF-8, comes out of here; lint tells of it. */
static bool cut_lines(struct reader *r, const char *text, size_t length)
{
    size_t lines = 1;
    char *out;

    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    out = r->copy = malloc(length + 1);
    r->lines = calloc(lines, sizeof(*r->lines));
    if (!r->copy || !r->lines)
        return false;
    r->lines[0] = out;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n') {
            *out++ = '\0';
            r->lines[++r->count] = out;
        } else if (!(text[i] == '\r' && i + 1 < length &&
                     text[i + 1] == '\n')) {
            *out++ = text[i] ? text[i] : '?';
        }
    }
    *out = '\0';
    r->count += *r->lines[r->count] != '\0';
    for (char *p = r->copy; p < out;)
        p += *p && *p != '\t' ? printable(p) : 1;
    return true;
}

static void hash_skeleton(struct lesson *l)
{
    struct text t = {0};

    for (int i = 0; i < l->block_count; i++)
        lesson_block_skeleton(&l->blocks[i], &t);
    l->skeleton = hash(text_str(&t), t.len);
    text_fini(&t);
}

int lesson_parse(struct lesson *l, const char *path, const char *text,
                 size_t length)
{
    struct reader r = {.l = l};

    *l = (struct lesson){.lang = "en"};
    snprintf(l->path, sizeof(l->path), "%s", path ? path : "");
    l->revision = hash(text, length);
    if (length > LESSON_BYTES) {
        lesson_complain(l, 1, LINT_TOO_LARGE,
                        "a lesson has at most %d KiB; this file is not read",
                        LESSON_BYTES / 1024);
        length = 0;
    }
    l->source = malloc(length + 1);
    if (!l->source || !cut_lines(&r, text, length)) {
        r.failed = true;
    } else {
        if (length > 0)
            memcpy(l->source, text, length);
        l->source[length] = '\0';
        l->source_length = length;
        if (l->fault_count == 0)
            read_body(&r, reader_front(&r));
        hash_skeleton(l);
    }
    free(r.copy);
    free(r.lines);
    return r.failed ? -ENOMEM : 0;
}

int lesson_read(struct lesson *l, const char *path, struct err *err)
{
    FILE *f = fopen(path, "re");
    char *text = NULL;
    size_t n;
    int rc;

    *l = (struct lesson){0};
    if (!f)
        return err_set(err, -errno, "%s cannot be read: %m", path);
    text = malloc(LESSON_BYTES + 1);
    if (!text) {
        rc = err_set(err, -ENOMEM, "no memory to read %s", path);
        goto out;
    }
    n = fread(text, 1, LESSON_BYTES + 1, f);
    if (ferror(f)) {
        rc = err_set(err, -errno, "%s cannot be read: %m", path);
        goto out;
    }
    rc = lesson_parse(l, path, text, n);
    if (rc < 0)
        err_set(err, rc, "no memory to read %s", path);
out:
    free(text);
    fclose(f);
    return rc;
}

void lesson_fini(struct lesson *l)
{
    char *const texts[] = {l->source, l->title,  l->question, l->after,
                           l->needs,  l->covers, l->claims,   l->targets,
                           l->author, l->licence};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        free(texts[i]);
    for (int i = 0; i < l->block_count; i++)
        lesson_block_fini(&l->blocks[i]);
    free(l->blocks);
    free(l->faults);
    *l = (struct lesson){0};
}

/* ---- looking things up --------------------------------------------------- */

/* The line of @b that is called @name; -1. */
static int line_called(const struct lesson_block *b, const char *name)
{
    if (b->kind == LESSON_CONTROL || b->kind == LESSON_AGAIN)
        return -1;
    for (int k = 0; k < b->line_count; k++)
        if (strcmp(b->lines[k].name, name) == 0)
            return k;
    return -1;
}

/* A run goes before a question of the same name. */
const struct lesson_block *lesson_find(const struct lesson *l, const char *name,
                                       int *which)
{
    const struct lesson_block *question = NULL;

    if (!name[0])
        return NULL;
    for (int i = 0; i < l->block_count; i++) {
        const struct lesson_block *b = &l->blocks[i];
        int line = line_called(b, name);

        if (line < 0 && strcmp(b->id, name) != 0)
            continue;
        if (which)
            *which = line < 0 ? 0 : line;
        if (b->kind != LESSON_PREDICT && b->kind != LESSON_OBSERVE &&
            b->kind != LESSON_QUIZ)
            return b;
        if (!question)
            question = b;
    }
    return question;
}

bool lesson_lists(const char *list, const char *word)
{
    size_t n = strlen(word);

    while (list && *list) {
        size_t k;

        list += strspn(list, " \t");
        k = strcspn(list, " \t");
        if (k == n && n > 0 && memcmp(list, word, n) == 0)
            return true;
        list += k;
    }
    return false;
}
