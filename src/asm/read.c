/* Assembler from text: line by line, names last, so that a variable or a label
 * may be used before it is declared. Any thread. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asm/asm.h"
#include "asm/parts.h"
#include "base/large.h"
#include "base/text.h"

const char *const asm_registers[ASM_REGISTERS] = {"ax", "bx", "cx", "dx",
                                                  "ex", "fx", "bp", "sp"};

int asm_register_named(const char *name, size_t length)
{
    for (int i = 0; i < ASM_REGISTERS; i++)
        if (strlen(asm_registers[i]) == length &&
            memcmp(asm_registers[i], name, length) == 0)
            return i;
    return -1;
}

/* ---- where, and what is wrong -------------------------------------------- */

int asm_fail(struct asm_reader *r, const char *at, const char *format, ...)
{
    char sentence[320];
    va_list ap;

    va_start(ap, format);
    vsnprintf(sentence, sizeof(sentence), format, ap);
    va_end(ap);
    for (char *c = sentence; *c != '\0'; c++) /* nothing moves a cursor */
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    return err_set(r->err, -EINVAL, "%s:%d:%d: %s", r->p->name, r->line,
                   (int)(at - r->begin) + 1, sentence);
}

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) || c == '_';
}

size_t asm_name_length(const char *at)
{
    size_t n = 0;

    if (!is_letter(*at))
        return 0;
    while (is_letter(at[n]) || isdigit((unsigned char)at[n]) || at[n] == '-')
        n++;
    return n;
}

const char *asm_blanks(const char *at)
{
    return at + strspn(at, " \t\r");
}

int asm_number(struct asm_reader *r, const char **at, int64_t *out)
{
    char *end;
    const char *digits = *at + (**at == '-');

    if (!isdigit((unsigned char)*digits))
        return asm_fail(r, *at, "a number should stand here");
    errno = 0;
    *out = strtoll(*at, &end, 10);
    if (errno == ERANGE)
        return asm_fail(r, *at, "this number is beyond 64 bits");
    *at = end;
    if (is_letter(*end))
        return asm_fail(r, end, "numbers are decimal: \"%c\" is no digit",
                        *end);
    return 0;
}

/* The name at *@at into @out[ASM_NAME]. */
static int take_name(struct asm_reader *r, const char **at, const char *what,
                     char *out)
{
    size_t n = asm_name_length(*at);

    if (n == 0)
        return asm_fail(r, *at, "the name of %s should stand here", what);
    if (n >= ASM_NAME)
        return asm_fail(r, *at, "a name has at most %d letters", ASM_NAME - 1);
    memcpy(out, *at, n);
    out[n] = '\0';
    *at += n;
    return 0;
}

static int no_more(struct asm_reader *r, const char *at)
{
    at = asm_blanks(at);
    if (*at == '\0')
        return 0;
    return asm_fail(r, at, "\"%.20s\" is too much on this line", at);
}

/* ---- declarations -------------------------------------------------------- */

int asm_find_var(const struct asm_program *p, const char *name, size_t length)
{
    for (int i = 0; i < p->var_count; i++)
        if (strlen(p->vars[i].name) == length &&
            memcmp(p->vars[i].name, name, length) == 0)
            return i;
    return -1;
}

static int read_var(struct asm_reader *r, const char *at)
{
    struct asm_program *p = r->p;
    const char *name = at = asm_blanks(at);
    struct asm_var var = {.cells = 1};
    int64_t cells = 1;
    int rc = take_name(r, &at, "a variable", var.name);

    if (rc == 0 && asm_find_var(p, name, strlen(var.name)) >= 0)
        rc = asm_fail(r, name, "%s is declared once more", var.name);
    at = asm_blanks(at);
    if (rc == 0 && *at != '\0')
        rc = asm_number(r, &at, &cells);
    if (rc == 0)
        rc = no_more(r, at);
    if (rc < 0)
        return rc;
    if (cells < 1 || cells > (ASM_CODE - r->free) / ASM_APART)
        return asm_fail(r, name,
                        "%s does not fit: variables have %d cells, from %d to "
                        "%d",
                        var.name, (ASM_CODE - ASM_DATA) / ASM_APART, ASM_DATA,
                        ASM_CODE - 1);
    var.cells = (int)cells;
    var.address = r->free;
    r->free += var.cells * ASM_APART;
    if (!asm_grow((void **)&p->vars, p->var_count, sizeof(*p->vars)))
        return err_set(r->err, -ENOMEM, "no memory for %s", p->name);
    p->vars[p->var_count++] = var;
    return 0;
}

static int read_label(struct asm_reader *r, const char *at)
{
    const char *name = ++at;
    struct asm_label label = {.line = r->line, .to = r->p->count};
    int rc = take_name(r, &at, "a label", label.name);

    if (rc == 0)
        rc = no_more(r, at);
    for (int i = 0; rc == 0 && i < r->label_count; i++)
        if (strcmp(r->labels[i].name, label.name) == 0)
            rc = asm_fail(r, name, ".%s is on line %d already", label.name,
                          r->labels[i].line);
    if (rc < 0)
        return rc;
    if (!asm_grow((void **)&r->labels, r->label_count, sizeof(*r->labels)))
        return err_set(r->err, -ENOMEM, "no memory for %s", r->p->name);
    r->labels[r->label_count++] = label;
    return 0;
}

/* ---- what comments say --------------------------------------------------- */

int asm_start(const char *text, int64_t out[ASM_REGISTERS], struct err *err)
{
    const char *at = text + strspn(text, " \t\r,");

    while (*at != '\0') {
        const char *name = at + (*at == '%');
        size_t n = strcspn(name, "=");
        int reg = asm_register_named(name, n);
        char *end;

        if (reg < 0 || reg == ASM_SP || name[n] != '=')
            return err_set(err, -EINVAL,
                           "\"%.20s\" sets no register: write dx=4; there are "
                           "ax, bx, cx, dx, ex, fx and bp",
                           at);
        errno = 0;
        out[reg] = strtoll(name + n + 1, &end, 10);
        if (end == name + n + 1 || errno == ERANGE ||
            (*end != '\0' && !strchr(" \t\r,", *end)))
            return err_set(err, -EINVAL,
                           "%s should be set to a number of 64 bits, such as "
                           "%s=4",
                           asm_registers[reg], asm_registers[reg]);
        at = end + strspn(end, " \t\r,");
    }
    return 0;
}

static int read_start(struct asm_reader *r, const char *at)
{
    struct err why = {0};
    int64_t thread = -1;
    const char *colon;
    int first = 0, last = ASM_THREADS - 1;

    at = asm_blanks(at);
    if (*at != ':') {
        int rc = asm_number(r, &at, &thread);

        if (rc < 0)
            return rc;
        if (thread < 0 || thread >= ASM_THREADS)
            return asm_fail(r, at, "threads count from 0 to %d",
                            ASM_THREADS - 1);
        first = last = (int)thread;
    }
    colon = asm_blanks(at);
    if (*colon != ':')
        return asm_fail(r, colon, "a \":\" should stand here");
    for (int i = first; i <= last; i++)
        if (asm_start(colon + 1, r->p->start[i], &why) < 0)
            return asm_fail(r, colon, "%s", why.text);
    return 0;
}

static int read_check(struct asm_reader *r, const char *at)
{
    static const char *const relations[] = {"==", "!=", "<=", ">=", "<", ">"};
    struct asm_program *p = r->p;
    struct asm_check *c = &p->checks[p->check_count];
    size_t n;
    int rc, i;

    at = asm_blanks(at);
    n = asm_name_length(at);
    if (p->check_count == ASM_CHECKS)
        return asm_fail(r, at, "at most %d checks", ASM_CHECKS);
    if (n == 0)
        return asm_fail(r, at,
                        "a variable should stand here, as in \"# check: hits "
                        "== 8\"");
    *c = (struct asm_check){.line = r->line};
    rc = asm_keep_use(r, at, n, p->check_count, ASM_USE_CHECK);
    if (rc < 0)
        return rc;
    at = asm_blanks(at + n);
    for (i = 0; i < 6; i++)
        if (strncmp(at, relations[i], strlen(relations[i])) == 0)
            break;
    if (i == 6)
        return asm_fail(r, at, "==, !=, <, <=, > or >= should stand here");
    snprintf(c->relation, sizeof(c->relation), "%s", relations[i]);
    at = asm_blanks(at + strlen(relations[i]));
    rc = asm_number(r, &at, &c->number);
    if (rc == 0)
        rc = no_more(r, at);
    p->check_count += rc == 0;
    return rc;
}

static int read_setting(struct asm_reader *r, const char *at, int most,
                        int *out)
{
    const char *begin = at = asm_blanks(at);
    int64_t n;
    int rc = asm_number(r, &at, &n);

    if (rc == 0)
        rc = no_more(r, at);
    if (rc == 0 && (n < 1 || n > most))
        rc = asm_fail(r, begin, "this is a number from 1 to %d", most);
    *out = (int)n;
    return rc;
}

/* What a line of comment says, if it is one of ours; @at is after the "#". */
static int read_comment(struct asm_reader *r, const char *at)
{
    at = asm_blanks(at);
    if (strncmp(at, "threads:", 8) == 0)
        return read_setting(r, at + 8, ASM_THREADS, &r->p->threads);
    if (strncmp(at, "every:", 6) == 0)
        return read_setting(r, at + 6, ASM_EVERY_MOST, &r->p->every);
    if (strncmp(at, "check:", 6) == 0)
        return read_check(r, at + 6);
    if (strncmp(at, "start:", 6) == 0 ||
        (strncmp(at, "start ", 6) == 0 && isdigit((unsigned char)at[6]) &&
         at[6 + strspn(at + 6, "0123456789 ")] == ':'))
        return read_start(r, at + 5);
    return 0;
}

/* ---- lines --------------------------------------------------------------- */

/* .line is the line without its comment. */
static int read_line(struct asm_reader *r)
{
    const char *at = asm_blanks(r->begin);

    if (*at == '\0')
        return 0;
    if (strncmp(at, ".var", 4) == 0 &&
        (at[4] == '\0' || asm_blanks(at + 4) > at + 4))
        return read_var(r, at + 4);
    if (*at == '.')
        return read_label(r, at);
    if (r->p->count == ASM_LINES)
        return asm_fail(r, at, "a program has at most %d instructions",
                        ASM_LINES);
    return asm_read_code(r, at);
}

static int read_lines(struct asm_reader *r)
{
    char line[ASM_COLUMNS + 1];
    const char *at = r->p->source;
    int rc = 0;

    r->begin = line;
    while (*at != '\0' && rc == 0) {
        size_t n = strcspn(at, "\n"), code;

        r->line++;
        memcpy(line, at, n < ASM_COLUMNS ? n : ASM_COLUMNS);
        line[n < ASM_COLUMNS ? n : ASM_COLUMNS] = '\0';
        if (n > ASM_COLUMNS)
            rc = asm_fail(r, line, "this line is longer than %d characters",
                          ASM_COLUMNS);
        code = strcspn(line, "#");
        if (rc == 0 && line[code] == '#' && *asm_blanks(line) == '#')
            rc = read_comment(r, line + code + 1);
        line[code] = '\0';
        if (rc == 0)
            rc = read_line(r);
        at += n + (at[n] == '\n');
    }
    r->begin = NULL;
    return rc;
}

/* ---- a program ----------------------------------------------------------- */

static int check_text(const char *name, const char *text, size_t length,
                      struct err *err)
{
    if (length > ASM_TEXT)
        return err_set(err, -EINVAL,
                       "%s is too large: a program has at most %d KiB", name,
                       ASM_TEXT / 1024);
    if (memchr(text, '\0', length))
        return err_set(err, -EINVAL, "%s is no text: there is a NUL in it",
                       name);
    return 0;
}

int asm_parse(const char *name, const char *text, size_t length,
              struct asm_program **out, struct err *err)
{
    struct asm_program *p = NULL;
    struct asm_reader r = {.err = err, .free = ASM_DATA};
    int rc = check_text(name, text, length, err);

    *out = NULL;
    if (rc < 0)
        return rc;
    p = calloc(1, sizeof(*p));
    if (p) {
        p->name = strdup(name);
        p->source = strndup(text, length);
    }
    if (!p || !p->name || !p->source) {
        asm_free(p);
        return err_set(err, -ENOMEM, "no memory for %s", name);
    }
    r.p = p;
    rc = read_lines(&r);
    if (rc == 0)
        rc = asm_resolve(&r);
    if (rc == 0 && p->count == 0)
        rc = err_set(err, -EINVAL, "%s has no instructions", name);
    free(r.labels);
    free(r.uses);
    if (rc < 0)
        asm_free(p);
    else
        *out = p;
    return rc;
}

void asm_free(struct asm_program *p)
{
    if (!p)
        return;
    free(p->name);
    free(p->source);
    free(p->code);
    free(p->vars);
    free(p);
}

int asm_read(const char *path, struct asm_program **out, struct err *err)
{
    FILE *f = fopen(path, "re");
    size_t length = 0;
    char *text;
    int rc;

    *out = NULL;
    if (!f)
        return err_set(err, -errno, "cannot open %s: %m", path);
    text = large_read(f, ASM_TEXT, &length);
    if (!text && errno == EFBIG)
        rc = err_set(err, -EINVAL,
                     "%s is too large: a program has at most %d KiB", path,
                     ASM_TEXT / 1024);
    else if (!text)
        rc = err_set(err, -errno, "cannot read %s: %m", path);
    else
        rc = asm_parse(path, text, length, out, err);
    free(text);
    fclose(f);
    return rc;
}

/* ---- looking things up --------------------------------------------------- */

void asm_text(const struct asm_program *p, int i, char *out, size_t size)
{
    const char *at = p->source;
    size_t n;

    for (int line = 1; line < p->code[i].line; line++)
        at += strcspn(at, "\n") + 1;
    at = asm_blanks(at);
    n = strcspn(at, "#\n");
    while (n > 0 && strchr(" \t\r", at[n - 1]))
        n--;
    snprintf(out, size, "%.*s", (int)n, at);
}

int asm_address(const struct asm_program *p, const char *word)
{
    size_t n = asm_name_length(word);
    int var = n > 0 ? asm_find_var(p, word, n) : -1;
    long address = var >= 0 ? p->vars[var].address : 0;
    char *end = NULL;

    if (n > 0 && (var < 0 || (word[n] != '\0' && word[n] != '+')))
        return -1;
    if (n > 0 && word[n] == '\0')
        return (int)address;
    word += n + (word[n] == '+');
    if (!isdigit((unsigned char)*word) || strlen(word) > 9)
        return -1;
    address += strtol(word, &end, 10);
    if (*end != '\0' || address >= ASM_MEMORY)
        return -1;
    return (int)address;
}
