/* Programs, job files and lessons that exist, spoilt: see mutate.h. */
#include "mutate.h"

#include <ctype.h>
#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "fuzz_jobs.h"
#include "fuzz_lessons.h"
#include "lib/random_program.h"

enum { CORPUS_MOST = 512 };
static struct corpus {
    char *text[CORPUS_MOST];
    int count;
} corpora[INPUT_KINDS];

static void corpus_add(enum input_kind kind, char *text)
{
    struct corpus *c = &corpora[kind];

    if (text && c->count < CORPUS_MOST)
        c->text[c->count++] = text;
    else
        free(text);
}

static char *file_text(const char *path)
{
    char *text = calloc(1, INPUT_MOST / 4 + 1);
    FILE *f = fopen(path, "r");

    if (text && f && fread(text, 1, INPUT_MOST / 4, f) == 0) {
        free(text);
        text = NULL;
    }
    if (f)
        fclose(f);
    return text;
}

static void corpus_add_files(enum input_kind kind, const char *pattern)
{
    glob_t found = {0};

    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            corpus_add(kind, file_text(found.gl_pathv[i]));
    globfree(&found);
}

int corpus_read(void)
{
    json_t *file = json_load_file("tests/golden/races.json", 0, NULL), *c;
    size_t i;

    corpus_add_files(INPUT_PROGRAM, "assets/races/*/*.tsl");
    json_array_foreach(json_object_get(file, "cases"), i, c)
        corpus_add(INPUT_PROGRAM, json_dumps(json_object_get(c, "program"), 0));
    json_decref(file);
    for (i = 0; jobs_good[i]; i++)
        corpus_add(INPUT_JOBS, strdup(jobs_good[i]));
    corpus_add_files(INPUT_LESSON, "lessons/*/*.md");
    corpus_add_files(INPUT_LESSON, "tests/lessons/*.md");
    corpus_add_files(INPUT_LESSON, "tests/lessons/broken/*.md");
    return corpora[INPUT_PROGRAM].count + corpora[INPUT_JOBS].count +
           corpora[INPUT_LESSON].count;
}

void corpus_fini(void)
{
    for (int k = 0; k < INPUT_KINDS; k++) {
        for (int i = 0; i < corpora[k].count; i++)
            free(corpora[k].text[i]);
        corpora[k].count = 0;
    }
}

/* ---- an input being made ------------------------------------------------- */

struct input {
    char *bytes; /* INPUT_MOST */
    size_t length;
    uint64_t seed;
    enum input_kind kind;
};

static uint32_t below(struct input *in, size_t n)
{
    return n > 0 ? random_below(&in->seed, (uint32_t)n) : 0;
}

/* Put @length of @what in the place of @gone bytes at @at. */
static void put(struct input *in, size_t at, size_t gone, const char *what,
                size_t length)
{
    size_t rest = in->length - at - gone;

    if (in->length - gone + length > INPUT_MOST - 1)
        return;
    memmove(in->bytes + at + length, in->bytes + at + gone, rest);
    memcpy(in->bytes + at, what, length);
    in->length += length - gone;
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The word or sign at some place: from *@at, so long. */
static size_t some_token(struct input *in, size_t *at)
{
    size_t from = below(in, in->length), to;

    while (from > 0 && in_word(in->bytes[from]) && in_word(in->bytes[from - 1]))
        from--;
    to = from;
    while (to < in->length && in_word(in->bytes[to]))
        to++;
    *at = from;
    return to > from ? to - from : in->length > from;
}

/* A stretch of at most @most bytes. */
static size_t some_stretch(struct input *in, size_t most, size_t *at)
{
    size_t length;

    *at = below(in, in->length);
    length = 1 + below(in, most);
    return length < in->length - *at ? length : in->length - *at;
}

/* ---- ways to spoil it ---------------------------------------------------- */

static void flip_bit(struct input *in)
{
    if (in->length > 0)
        in->bytes[below(in, in->length)] ^= (char)(1 << below(in, 8));
}

static void any_byte(struct input *in)
{
    char c = (char)below(in, 256);

    put(in, below(in, in->length + 1), 0, &c, 1);
}

static void delete_stretch(struct input *in)
{
    size_t at, length = some_stretch(in, 40, &at);

    put(in, at, length, "", 0);
}

static void delete_token(struct input *in)
{
    size_t at, length = some_token(in, &at);

    put(in, at, length, "", 0);
}

static void double_stretch(struct input *in)
{
    size_t at, length = some_stretch(in, 200, &at);
    char *copy = strndup(in->bytes + at, length);

    if (copy)
        put(in, below(in, in->length + 1), 0, copy, strlen(copy));
    free(copy);
}

static void swap_tokens(struct input *in)
{
    char one[64], other[64];
    size_t a, b, la = some_token(in, &a), lb = some_token(in, &b);

    if (la >= sizeof(one) || lb >= sizeof(other) || a + la > b)
        return;
    memcpy(one, in->bytes + a, la);
    memcpy(other, in->bytes + b, lb);
    put(in, b, lb, one, la);
    put(in, a, la, other, lb);
}

static const char *const program_words[] = {
    "shared",      "int",      "mutex",     "sem",
    "cond",        "const",    "fn",        "thread",
    "if",          "else",     "while",     "for",
    "repeat",      "break",    "continue",  "return",
    "critical",    "assert",   "lock",      "unlock",
    "trylock",     "wait",     "post",      "signal",
    "broadcast",   "xchg",     "cas",       "fetch_add",
    "fence",       "await",    "work",      "atomic",
    "exclusive",   "check",    "final",     "observe",
    "me",          "T0",       "x",         "m",
    "s",           "c",        "r",         "{",
    "}",           "(",        ")",         "[",
    "]",           ";",        ",",         ".",
    "=",           "==",       "!=",        "<",
    "<=",          ">",        ">=",        "&&",
    "||",          "!",        "-",         "+",
    "*",           "/",        "%",         "++",
    "--",          "+=",       "-=",        "*=",
    "/=",          "%=",       "//",        "/*",
    "*/",          "\"",       "'",         "\\",
    "#",           "\n",       "\r\n",      "\t",
    "\xc3\xa4",    "\xe2\x82", "\xff",      "\xef\xbb\xbf",
    "\"op\"",      "\"load\"", "\"store\"", "\"br\"",
    "\"jmp\"",     "\"dst\"",  "\"var\"",   "\"val\"",
    "\"idx\"",     "\"to\"",   "\"L\"",     "\"code\"",
    "\"regs\"",    "\"cond\"", "\"cs\"",    "\"m\"",
    "\"threads\"", "null",     "true",      "false",
    "{}",          "[]",       ":",
};
static const char *const program_numbers[] = {
    "0",
    "1",
    "-1",
    "2",
    "32767",
    "32768",
    "-32768",
    "-32769",
    "65535",
    "65536",
    "255",
    "256",
    "2147483647",
    "2147483648",
    "-2147483648",
    "512",
    "513",
    "4096",
    "33",
    "97",
    "0x7fff",
    "1e9",
    "1.5",
    "007",
    "9223372036854775807",
    "9223372036854775808",
    "99999999999999999999999999",
};
#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static const char *some_word(struct input *in)
{
    if (in->kind == INPUT_JOBS)
        return jobs_words[below(in, jobs_word_count)];
    if (in->kind == INPUT_LESSON)
        return lesson_words_some[below(in, lesson_word_count)];
    return program_words[below(in, COUNT(program_words))];
}

static const char *some_number(struct input *in)
{
    if (in->kind == INPUT_JOBS)
        return jobs_numbers[below(in, jobs_number_count)];
    return program_numbers[below(in, COUNT(program_numbers))];
}

static void insert_word(struct input *in)
{
    const char *word = some_word(in);

    put(in, below(in, in->length + 1), 0, word, strlen(word));
}

static void replace_token(struct input *in)
{
    const char *word = some_word(in);
    size_t at, length = some_token(in, &at);

    put(in, at, length, word, strlen(word));
}

static void replace_number(struct input *in)
{
    const char *number = some_number(in);

    for (int tries = 0; tries < 20; tries++) {
        size_t at, length = some_token(in, &at);

        if (length == 0 || !isdigit((unsigned char)in->bytes[at]))
            continue;
        put(in, at, length, number, strlen(number));
        return;
    }
}

/* Take a piece of another. */
static void splice(struct input *in)
{
    const struct corpus *c = &corpora[in->kind];
    const char *other;
    size_t length, from;

    if (c->count == 0)
        return;
    other = c->text[below(in, (size_t)c->count)];
    length = strlen(other);
    from = below(in, length + 1);
    length -= from;
    if (length > 300)
        length = 1 + below(in, 300);
    put(in, below(in, in->length + 1), 0, other + from, length);
}

/* The same again and again: deep, or long. */
static void nest(struct input *in)
{
    static const char *const openings[] = {
        "(",   "{",      "[",         "!",          "-",
        "1+(", "if(1)",  "while(1){", "[\"+\",1,",  "{\"a\":",
        "x=",  "else ",  "(1<",       "/*",         "a[",
        "f(",  "1-",     "atomic {",  "repeat(9){", "x++;",
        "1,",  "int r;", "work();",
    };
    const char *what = in->kind == INPUT_PROGRAM
                           ? openings[below(in, COUNT(openings))]
                           : some_word(in);
    size_t times = 1 + below(in, 1 << below(in, 16));
    size_t at = below(in, in->length + 1);
    struct text all = {0};

    text_fill(&all, what, (int)times);
    put(in, at, 0, text_str(&all), all.len);
    text_fini(&all);
}

static void (*const spoil[])(struct input *) = {
    flip_bit,       any_byte,      delete_stretch, delete_token,   delete_token,
    double_stretch, swap_tokens,   swap_tokens,    insert_word,    insert_word,
    replace_token,  replace_token, replace_number, replace_number, splice,
};

/* ---- beginnings ---------------------------------------------------------- */

static void begin_with(struct input *in, const char *text)
{
    in->length = strlen(text);
    if (in->length > INPUT_MOST - 1)
        in->length = INPUT_MOST - 1;
    memcpy(in->bytes, text, in->length);
}

/* Words without any sense. */
static void begin_wildly(struct input *in)
{
    size_t n = below(in, 60);

    for (size_t i = 0; i < n; i++) {
        insert_word(in);
        put(in, in->length, 0, " ", 1);
    }
}

static void begin_with_corpus(struct input *in)
{
    const struct corpus *c = &corpora[in->kind];

    if (c->count > 0)
        begin_with(in, c->text[below(in, (size_t)c->count)]);
}

size_t input_make(enum input_kind kind, uint64_t seed, char *out)
{
    struct input in = {.bytes = out, .seed = seed, .kind = kind};
    struct text made = {0};
    uint32_t times;

    switch (below(&in, 10)) {
    case 0:
        begin_wildly(&in);
        break;
    case 1:
    case 2:
    case 3:
        if (kind == INPUT_JOBS)
            jobs_random_text(random_next(&in.seed), &made);
        else if (kind == INPUT_LESSON)
            lesson_random_text(random_next(&in.seed), &made);
        else
            random_text(random_next(&in.seed), &made);
        begin_with(&in, text_str(&made));
        break;
    default:
        begin_with_corpus(&in);
        break;
    }
    text_fini(&made);
    /* Often a little, so that much of it still makes sense. */
    times = below(&in, 4) == 0 ? 0 : 1 + below(&in, 1 << below(&in, 4));
    for (uint32_t i = 0; i < times; i++)
        spoil[below(&in, COUNT(spoil))](&in);
    if (below(&in, 40) == 0)
        nest(&in);
    in.bytes[in.length] = '\0';
    return in.length;
}

void schedule_make(uint64_t *seed, int threads, struct text *out)
{
    static const char *const odd[] = {
        "f0",
        "flush:T0",
        "T0",
        "T9",
        "0*",
        "*3",
        "1*999999999",
        "0*0",
        "-1",
        "0*-2",
        "99999999999999",
        "flush:",
        "f",
        "0*65536*2",
        ",",
        "\xff",
        "f0*12",
        "T0*3",
        "0 *2",
        "  ",
        "\t",
        "\n",
        "00",
        "0x1",
    };
    int n = (int)random_below(seed, 12);

    for (int i = 0; i < n; i++) {
        uint32_t thread = random_below(seed, (uint32_t)threads);

        switch (random_below(seed, 8)) {
        case 0:
            text_add(out, odd[random_below(seed, COUNT(odd))]);
            break;
        case 1:
            text_addf(out, "%u*%u", thread, random_below(seed, 9));
            break;
        case 2:
            text_addf(out, "f%u", thread);
            break;
        default:
            text_addf(out, "%u", thread);
        }
        if (random_below(seed, 9))
            text_add(out, " ");
    }
}
