/* Sorting a command's words, saying no in one sentence, and what the terminal
 * can show. Screen process. */
#include <errno.h>
#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/common.h"

int cli_refuse(int status, const char *format, ...)
{
    va_list ap;

    fflush(stdout);
    fputs("timeslice: ", stderr);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
    return status;
}

int cli_refuse_err(const struct err *err, int otherwise)
{
    int status = otherwise;

    if (err->code == -EINVAL)
        status = EXIT_REQUEST;
    else if (err->code == -EAGAIN || err->code == -EACCES)
        status = EXIT_MACHINE;
    return cli_refuse(status, "%s", err->text);
}

int cli_flush(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    return cli_refuse(EXIT_FAILED, "cannot write the output: %s",
                      strerror(errno));
}

/* ---- options ------------------------------------------------------------- */

static bool is_setting(const char *name, size_t length)
{
    for (int i = 0; i < spec_setting_count; i++) {
        const char *s = spec_settings[i].name;

        if (strlen(s) == length && memcmp(s, name, length) == 0)
            return true;
    }
    return false;
}

/* clang-format off */
static const struct command_option sweep_among[] = {
    {"over", "SETTING=LIST", "values to run it with: workers=1,2,4 workers=1-8 "
     "workers=1-64x2; a second one makes a family of curves"},
    {"repeat", "N", "runs of each point (5)"},
    {"auto", NULL, "choose the numbers of workers, and stop when it is clear"},
    {"budget", "SECONDS", "--auto: begin no run after so long (60)"},
    {"metric", "NAME", "what is compared (throughput_per_s); \"timeslice list "
     "metrics\""},
    {NULL, NULL, NULL}
};
static const struct command_option contest_among[] = {
    {"over", "SETTING=LIST", "an experiment for each value, each against the "
     "first"},
    {"repeat", "N", "rounds: each experiment once in every round (7)"},
    {"metric", "NAME", "what is compared (throughput_per_s); \"timeslice list "
     "metrics\""},
    {NULL, NULL, NULL}
};
/* clang-format on */

const struct command_option *cli_among(const struct command *c)
{
    if (c->experiment == EXPERIMENT_SWEEP)
        return sweep_among;
    return c->experiment == EXPERIMENT_CONTEST ? contest_among : NULL;
}

/* The place of the option called @name (@length bytes) or -1. */
static int find_option(const struct command *c, const char *name, size_t length)
{
    for (int i = 0; c->options && c->options[i].name; i++)
        if (strlen(c->options[i].name) == length &&
            memcmp(c->options[i].name, name, length) == 0)
            return i;
    return -1;
}

/* The option @name (@length bytes) that stands among an experiment's words. */
static const struct command_option *find_among(const struct command *c,
                                               const char *name, size_t length)
{
    for (const struct command_option *o = cli_among(c); o && o->name; o++)
        if (strlen(o->name) == length && memcmp(o->name, name, length) == 0)
            return o;
    return NULL;
}

/* No such option: the nearest of the command's own and, for an experiment, of
 * the settings. */
static int refuse_option(const struct command *c, const char *word)
{
    const char *known[CLI_OPTIONS_MAX + 8 + 128];
    bool own = c != &cli_launcher_command;
    const char *near;
    char typed[64];
    int n = 0;

    for (int i = 0; c->options && c->options[i].name; i++)
        known[n++] = c->options[i].name;
    for (const struct command_option *o = cli_among(c); o && o->name; o++)
        known[n++] = o->name;
    for (int i = 0; c->experiment && i < spec_setting_count; i++)
        known[n++] = spec_settings[i].name;
    known[n] = NULL;
    snprintf(typed, sizeof(typed), "%.*s", (int)strcspn(word + 2, "="),
             word + 2);
    near = text_nearest(typed, known);
    if (near)
        return cli_refuse(EXIT_REQUEST,
                          "\"--%s\" is not an option of %s; did you mean "
                          "\"--%s\"?",
                          typed, c->name, near);
    return cli_refuse(EXIT_REQUEST,
                      "\"--%s\" is not an option of %s; \"timeslice%s%s "
                      "--help\" lists them",
                      typed, c->name, own ? " " : "", own ? c->name : "");
}

/* Is @value one of "dark|light|mono"? Options whose value is a free word have
 * it in capitals. */
static bool option_allows(const struct command_option *o, const char *value)
{
    size_t length = strlen(value);

    if (!strchr(o->value, '|'))
        return *value != '\0';
    for (const char *at = o->value; at; at = strchr(at, '|')) {
        at += *at == '|';
        if (strcspn(at, "|") == length && memcmp(at, value, length) == 0)
            return true;
    }
    return false;
}

/* Take option number @at, whose word is argv[*i]. -1, or the exit status. */
static int take_option(struct cli_words *w, int at, int argc, char **argv,
                       int *i)
{
    const struct command_option *o = &w->command->options[at];
    const char *equals = strchr(argv[*i], '=');

    if (!o->value) {
        if (equals)
            return cli_refuse(EXIT_REQUEST,
                              "--%s takes no value: leave \"%s\" "
                              "away",
                              o->name, equals);
        w->value[at] = "";
        return -1;
    }
    if (!equals && *i + 1 >= argc)
        return cli_refuse(EXIT_REQUEST, "--%s needs a value: --%s %s", o->name,
                          o->name, o->value);
    w->value[at] = equals ? equals + 1 : argv[++*i];
    if (!option_allows(o, w->value[at]))
        return cli_refuse(EXIT_REQUEST, "--%s cannot be \"%s\"; it is --%s %s",
                          o->name, w->value[at], o->name, o->value);
    return -1;
}

int cli_words_sort(struct cli_words *w, const struct command *command, int argc,
                   char **argv)
{
    *w = (struct cli_words){.command = command};
    w->rest = calloc((size_t)argc + 2, sizeof(*w->rest));
    if (!w->rest)
        return cli_refuse(EXIT_FAILED, "out of memory");

    for (int i = 1; i < argc; i++) {
        const struct command_option *among;
        const char *word = argv[i];
        size_t length;
        int at, status;

        if (strcmp(word, "--") == 0 && command->experiment) {
            /* One's own command: nothing in it is for us. */
            while (i < argc)
                w->rest[w->rest_count++] = argv[i++];
            break;
        }
        if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0) {
            cli_help_command(command);
            return cli_flush(EXIT_DONE);
        }
        at = strcmp(word, "-o") == 0 ? find_option(command, "output", 6) : -1;
        if (at < 0 && (word[0] != '-' || word[1] != '-')) {
            w->rest[w->rest_count++] = word;
            continue;
        }
        length = strcspn(word + 2, "=");
        if (at < 0)
            at = find_option(command, word + 2, length);
        if (at >= 0) {
            status = take_option(w, at, argc, argv, &i);
            if (status >= 0)
                return status;
            continue;
        }
        among = find_among(command, word + 2, length);
        if (!among && (!command->experiment || !is_setting(word + 2, length)))
            return refuse_option(command, word);
        /* A setting: its value, too, is the parser's to judge. */
        w->rest[w->rest_count++] = word;
        if (among && !among->value)
            continue;
        if (!strchr(word, '=') && i + 1 < argc)
            w->rest[w->rest_count++] = argv[++i];
    }
    return -1;
}

void cli_words_fini(struct cli_words *w)
{
    free(w->rest);
    *w = (struct cli_words){0};
}

const char *cli_words_value(const struct cli_words *w, const char *name)
{
    int at = find_option(w->command, name, strlen(name));

    return at < 0 ? NULL : w->value[at];
}

bool cli_number(const char *text, long min, long max, long *out)
{
    char *end;

    errno = 0;
    *out = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *out >= min &&
           *out <= max;
}

int cli_words_number(const struct cli_words *w, const char *name, long min,
                     long max, long *out)
{
    const char *text = cli_words_value(w, name);

    if (text && !cli_number(text, min, max, out))
        return cli_refuse(EXIT_REQUEST,
                          "--%s cannot be \"%s\"; it is a whole number from "
                          "%ld to %ld",
                          name, text, min, max);
    return -1;
}

bool cli_size(const char *text, int64_t *out)
{
    static const char units[] = "kmgt";
    char *end;
    double n = strtod(text, &end);
    const char *unit = NULL;

    if (end == text || !(n >= 0) || n > 1e15)
        return false;
    if (*end) {
        unit = strchr(units, *end | 0x20);
        if (!unit ||
            (end[1] && strcmp(end + 1, "B") != 0 && strcmp(end + 1, "iB") != 0))
            return false;
        for (const char *u = units; u <= unit; u++)
            n *= 1024;
    }
    *out = (int64_t)n;
    return n < 1e18;
}

/* ---- the terminal -------------------------------------------------------- */

bool cli_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool cli_colour(void)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

    return isatty(STDOUT_FILENO) && !(no && *no) && term && *term &&
           strcmp(term, "dumb") != 0;
}

int cli_columns(int otherwise)
{
    const char *set = getenv("COLUMNS");
    struct winsize size;
    long n;

    if (set && cli_number(set, 20, 1000, &n))
        return (int)n;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
        return size.ws_col;
    return otherwise;
}

void cli_wrap(const char *s, int column, int indent, int columns)
{
    bool fresh = true; /* nothing on this line yet but the indent */

    while (*s) {
        char word[128];
        int length = (int)strcspn(s, " "), width;

        snprintf(word, sizeof(word), "%.*s", length, s);
        width = text_columns(word);
        if (!fresh && column + 1 + width > columns) {
            printf("\n%*s", indent, "");
            column = indent;
            fresh = true;
        }
        printf("%s%s", fresh ? "" : " ", word);
        column += width + !fresh;
        fresh = false;
        s += length;
        s += strspn(s, " ");
    }
    putchar('\n');
}
