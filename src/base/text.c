/* Text for people. Every process of timeslice uses this; numbers have a
 * decimal point whatever the language, because main() sets LC_CTYPE only. */
#include "base/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- a growing string --------------------------------------------------- */

/* Make room for @more bytes and a NUL. */
static bool text_reserve(struct text *t, size_t more)
{
    size_t want, cap;
    char *data;

    if (t->failed)
        return false;
    want = t->len + more + 1;
    if (want <= t->cap)
        return true;
    cap = t->cap < 64 ? 64 : t->cap;
    while (cap < want)
        cap *= 2;
    data = realloc(t->data, cap);
    if (data == NULL) {
        t->failed = true;
        return false;
    }
    t->data = data;
    t->cap = cap;
    return true;
}

static void text_add_bytes(struct text *t, const char *s, size_t len)
{
    if (!text_reserve(t, len))
        return;
    memcpy(t->data + t->len, s, len);
    t->len += len;
    t->data[t->len] = '\0';
}

void text_add(struct text *t, const char *s)
{
    text_add_bytes(t, s, strlen(s));
}

void text_addv(struct text *t, const char *format, va_list ap)
{
    va_list again;
    int len;

    va_copy(again, ap);
    len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (len < 0) {
        t->failed = true;
        return;
    }
    if (!text_reserve(t, (size_t)len))
        return;
    vsnprintf(t->data + t->len, (size_t)len + 1, format, ap);
    t->len += (size_t)len;
}

void text_addf(struct text *t, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    text_addv(t, format, ap);
    va_end(ap);
}

void text_fill(struct text *t, const char *glyph, int times)
{
    size_t len = strlen(glyph);

    if (times <= 0 || !text_reserve(t, len * (size_t)times))
        return;
    for (int i = 0; i < times; i++)
        text_add_bytes(t, glyph, len);
}

void text_pad(struct text *t, const char *s, int columns)
{
    int missing = abs(columns) - text_columns(s);

    if (columns < 0)
        text_fill(t, " ", missing);
    text_add(t, s);
    if (columns > 0)
        text_fill(t, " ", missing);
}

const char *text_str(const struct text *t)
{
    return t->data != NULL ? t->data : "";
}

void text_fini(struct text *t)
{
    free(t->data);
    *t = (struct text){0};
}

/* ---- numbers as people write them --------------------------------------- */

char *text_count(char *buf, size_t size, int64_t n)
{
    char digits[24], out[32];
    uint64_t magnitude = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    int len = snprintf(digits, sizeof(digits), "%" PRIu64, magnitude);
    char *to = out;

    if (n < 0)
        *to++ = '-';
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    snprintf(buf, size, "%s", out);
    return buf;
}

/* Decimals that leave three significant digits of @x, 0 <= @x < 1000. */
static int three_digits(double x)
{
    if (x >= 99.95)
        return 0;
    return x >= 9.995 ? 1 : 2;
}

char *text_si(char *buf, size_t size, double x)
{
    static const char *const units[] = {"", " k", " M", " G", " T"};
    const char *sign = x < 0 ? "-" : "";
    double y = fabs(x);
    size_t unit = 0;

    if (!isfinite(x)) {
        snprintf(buf, size, "-");
        return buf;
    }
    while (y >= 999.5 && unit < sizeof(units) / sizeof(units[0]) - 1) {
        y /= 1000;
        unit++;
    }
    if (unit == 0 && y == floor(y))
        snprintf(buf, size, "%s%.0f", sign, y);
    else if (y >= 999.5 || y < 0.995)
        snprintf(buf, size, "%s%.3g%s", sign, y, units[unit]);
    else
        snprintf(buf, size, "%s%.*f%s", sign, three_digits(y), y, units[unit]);
    return buf;
}

char *text_bytes(char *buf, size_t size, int64_t n)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double y = (double)n;
    size_t unit = 0;

    while (y >= 999.5 && unit < sizeof(units) / sizeof(units[0]) - 1) {
        y /= 1024;
        unit++;
    }
    snprintf(buf, size, "%.*f %s", y == floor(y) ? 0 : three_digits(y), y,
             units[unit]);
    return buf;
}

char *text_duration(char *buf, size_t size, int64_t ns)
{
    static const struct {
        const char *name;
        double ns;
        double below; /* shown in this unit while it reads less than this */
    } units[] = {
        {"ns", 1, 999.5},
        {"µs", 1e3, 999.5},
        {"ms", 1e6, 999.5},
        {"s", 1e9, 59.95},
    };
    const char *sign = ns < 0 ? "-" : "";
    double magnitude = fabs((double)ns);

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        double x = magnitude / units[i].ns;
        if (x >= units[i].below)
            continue;
        int decimals = i == 0 ? 0 : three_digits(x);
        snprintf(buf, size, "%s%.*f %s", sign, decimals, x, units[i].name);
        return buf;
    }

    int64_t s = llround(magnitude / 1e9);
    if (s < 3600)
        snprintf(buf, size, "%s%d min %02d s", sign, (int)(s / 60),
                 (int)(s % 60));
    else if (s < 86400)
        snprintf(buf, size, "%s%d h %02d min", sign, (int)(s / 3600),
                 (int)(s / 60 % 60));
    else
        snprintf(buf, size, "%s%" PRId64 " d %02d h", sign, s / 86400,
                 (int)(s / 3600 % 24));
    return buf;
}

char *text_percent(char *buf, size_t size, double share)
{
    const char *sign = share < 0 ? "-" : "";
    double pct = fabs(share) * 100;

    if (!isfinite(share))
        snprintf(buf, size, "-");
    else if (pct == 0)
        snprintf(buf, size, "0 %%");
    else if (pct == 100)
        snprintf(buf, size, "%s100 %%", sign);
    else if (pct < 0.05)
        snprintf(buf, size, "%s<0.1 %%", sign);
    else if (pct > 99.95 && pct < 100)
        snprintf(buf, size, "%s>99.9 %%", sign);
    else if (pct >= 1e9)
        snprintf(buf, size, "%s%.3g %%", sign, pct);
    else
        snprintf(buf, size, "%s%.1f %%", sign, pct);
    return buf;
}

/* ---- UTF-8 -------------------------------------------------------------- */

int text_decode(const char *s, uint32_t *codepoint)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)s[0];
    uint32_t c;
    int len;

    *codepoint = 0xFFFD;
    if (first < 0x80) {
        *codepoint = first;
        return 1;
    }
    if (first >= 0xC2 && first <= 0xDF)
        len = 2;
    else if (first >= 0xE0 && first <= 0xEF)
        len = 3;
    else if (first >= 0xF0 && first <= 0xF4)
        len = 4;
    else
        return 1;

    c = first & (0x7Fu >> len);
    for (int i = 1; i < len; i++) {
        unsigned char next = (unsigned char)s[i];
        if ((next & 0xC0) != 0x80) /* a NUL stops here too */
            return i;
        c = c << 6 | (next & 0x3F);
    }
    if (c >= smallest[len] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF))
        *codepoint = c;
    return len;
}

int text_encode(char out[5], uint32_t codepoint)
{
    uint32_t c = codepoint;
    int len;

    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        c = 0xFFFD;
    if (c < 0x80) {
        out[0] = (char)c;
        out[1] = '\0';
        return 1;
    }
    len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (int i = len - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    out[0] = (char)((0xF00u >> len & 0xFF) | c);
    out[len] = '\0';
    return len;
}

static bool takes_no_column(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } marks[] = {
        {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F},
        {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x20D0, 0x20FF},
        {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF},
    };

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (c >= marks[i].first && c <= marks[i].last)
            return true;
    }
    return false;
}

int text_columns(const char *s)
{
    int columns = 0;

    while (*s != '\0') {
        uint32_t c;
        s += text_decode(s, &c);
        if (!takes_no_column(c))
            columns++;
    }
    return columns;
}

/* ---- did you mean ------------------------------------------------------- */

#define NEAREST_MAX 48 /* longer words are never suggested */

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours that make @b of
 * @a; upper and lower case are equal. */
static int edit_distance(const char *a, int a_len, const char *b, int b_len)
{
    int d[NEAREST_MAX + 1][NEAREST_MAX + 1];

    for (int i = 0; i <= a_len; i++)
        d[i][0] = i;
    for (int j = 0; j <= b_len; j++)
        d[0][j] = j;
    for (int i = 1; i <= a_len; i++) {
        for (int j = 1; j <= b_len; j++) {
            int x = tolower((unsigned char)a[i - 1]);
            int y = tolower((unsigned char)b[j - 1]);
            int best = d[i - 1][j - 1] + (x != y);

            best = min_int(best, min_int(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
                y == tolower((unsigned char)a[i - 2]))
                best = min_int(best, d[i - 2][j - 2] + 1);
            d[i][j] = best;
        }
    }
    return d[a_len][b_len];
}

const char *text_nearest(const char *typed, const char *const words[])
{
    const char *nearest = NULL;
    int nearest_far = NEAREST_MAX;
    int typed_len;

    while (*typed == '-')
        typed++;
    if (strlen(typed) > NEAREST_MAX)
        return NULL;
    typed_len = (int)strlen(typed);
    if (typed_len == 0)
        return NULL;

    for (int i = 0; words[i] != NULL; i++) {
        const char *word = words[i] + strspn(words[i], "-");
        int len, far;

        if (strlen(word) > NEAREST_MAX)
            continue;
        len = (int)strlen(word);
        far = edit_distance(typed, typed_len, word, len);
        if (far > (len > typed_len ? len : typed_len) / 3) {
            /* The beginning of a word is near it, but no nearer than a typo. */
            if (typed_len < 2 ||
                strncasecmp(typed, word, (size_t)typed_len) != 0)
                continue;
            far = min_int(far, 2);
        }
        if (far < nearest_far) {
            nearest = words[i];
            nearest_far = far;
        }
    }
    return nearest;
}

/* ---- words of a line ---------------------------------------------------- */

void text_quote(struct text *t, const char *word)
{
    if (*word != '\0' && strpbrk(word, " \t\n\r\v\f'\"") == NULL) {
        text_add(t, word);
        return;
    }
    /* A quote itself stands between quotes of the other kind. */
    text_add(t, "'");
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            text_add(t, "'\"'\"'");
        else
            text_addf(t, "%c", *word);
    }
    text_add(t, "'");
}

char *text_cut_word(char **p, char *open)
{
    char *from = *p, *to, *word;
    char quote = '\0';

    while (isspace((unsigned char)*from))
        from++;
    *p = from;
    if (*from == '\0')
        return NULL;
    word = to = from;
    for (; *from != '\0'; from++) {
        if (quote != '\0' && *from == quote)
            quote = '\0';
        else if (quote == '\0' && (*from == '"' || *from == '\''))
            quote = *from;
        else if (quote == '\0' && isspace((unsigned char)*from))
            break;
        else
            *to++ = *from;
    }
    *open = quote;
    *p = *from == '\0' ? from : from + 1;
    *to = '\0';
    return word;
}
