/* One setting's value, from what a person wrote. Any process. */
#include "spec/table.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct suffix {
    const char *name;
    double times; /* in ns for times */
};
static const struct suffix count_suffixes[] = {
    {"", 1}, {"k", 1e3}, {"K", 1e3}, {"M", 1e6}, {"G", 1e9}, {NULL, 0}};
static const struct suffix size_suffixes[] = {
    {"", 1},          {"B", 1},          {"k", 1024},
    {"K", 1024},      {"KiB", 1024},     {"M", 1048576},
    {"MiB", 1048576}, {"G", 1073741824}, {"GiB", 1073741824},
    {NULL, 0}};
static const struct suffix time_suffixes[] = {
    {"ns", 1},  {"us", 1e3},   {"µs", 1e3}, {"ms", 1e6},
    {"s", 1e9}, {"min", 6e10}, {NULL, 0}};

/* ---- what a setting takes ----------------------------------------------- */

static void list_words(struct text *out, const char *const words[])
{
    for (int i = 0; words[i] != NULL; i++)
        text_addf(out, "%s%s", i == 0 ? "" : ", ", words[i]);
}

/* "10G" rather than "10000000000", but only where nothing is lost. */
static void add_bound(struct text *out, double x)
{
    if (x >= 1e9 && fmod(x, 1e9) == 0)
        text_addf(out, "%.0fG", x / 1e9);
    else if (x >= 1e6 && fmod(x, 1e6) == 0)
        text_addf(out, "%.0fM", x / 1e6);
    else
        text_addf(out, "%.12g", x);
}

static void add_range(struct text *out, const struct setting *s)
{
    add_bound(out, s->min);
    text_add(out, " to ");
    add_bound(out, s->max);
    if (s->unit != NULL)
        text_addf(out, " %s", s->unit);
}

/* "auto", "kernel", ... NULL if the default is a number or a choice. */
static const char *default_word(const struct setting *s)
{
    char c = s->fallback[0];

    if (s->words != NULL || c == '-' || (c >= '0' && c <= '9'))
        return NULL;
    return s->fallback;
}

void spec_setting_takes(const struct setting *s, struct text *out)
{
    switch (s->type) {
    case SETTING_CHOICE:
        text_add(out, "one of ");
        list_words(out, s->words);
        return;
    case SETTING_OBSERVER:
        text_add(out, "one of ");
        list_words(out, s->words);
        text_add(out, "; the first three also with \",duty=10%\"");
        return;
    case SETTING_CPUS:
        text_add(out, "processor numbers such as 0,1 or 0-3");
        break;
    case SETTING_PHASES:
        text_add(out, "locks with seconds, such as none:0.5,mutex:0.5");
        break;
    case SETTING_COUNT:
    case SETTING_WORKERS:
    case SETTING_CHUNK:
        text_add(out, "a whole number from ");
        add_range(out, s);
        break;
    case SETTING_SECONDS:
    case SETTING_MS:
    case SETTING_REAL:
        text_add(out, "a number from ");
        add_range(out, s);
        break;
    case SETTING_SIZE:
        text_add(out, "a number of bytes such as 4096, 64k or 2G");
        break;
    case SETTING_TEXT:
        text_addf(out, "up to %d characters", SPEC_TEXT_MAX - 1);
        break;
    }
    if (default_word(s) != NULL)
        text_addf(out, ", or \"%s\"", default_word(s));
    if (s->type == SETTING_SECONDS && strcmp(s->fallback, "auto") == 0)
        text_add(out, ", or \"endless\"");
}

/* "--NAME VALUE: @what is wrong; --NAME takes ...". */
__attribute__((format(printf, 4, 5))) static int refuse(const struct setting *s,
                                                        const char *value,
                                                        struct err *err,
                                                        const char *format, ...)
{
    struct text out = {0};
    va_list ap;
    int rc;

    text_addf(&out, "--%s %.60s: ", s->name, value);
    va_start(ap, format);
    text_addv(&out, format, ap);
    va_end(ap);
    text_addf(&out, "; --%s takes ", s->name);
    spec_setting_takes(s, &out);
    rc = err_set(err, -EINVAL, "%s", text_str(&out));
    text_fini(&out);
    return rc;
}

/* ---- numbers ------------------------------------------------------------ */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Read "-12_000.5" from @text. False if no number starts there. @rest is what
 * comes after it. */
static bool read_number(const char *text, double *x, const char **rest)
{
    char digits[64];
    size_t len = 0;
    const char *p = text;
    bool point = false, any = false;

    if (*p == '-' || *p == '+')
        digits[len++] = *p++;
    for (; len < sizeof(digits) - 1; p++) {
        if (is_digit(*p))
            any = true;
        else if (*p == '.' && !point)
            point = true;
        else if (*p == '_' && p > text && is_digit(p[-1]) && is_digit(p[1]))
            continue; /* groups digits: 100_000 */
        else
            break;
        digits[len++] = *p;
    }
    digits[len] = '\0';
    *x = any ? strtod(digits, NULL) : 0;
    *rest = p;
    return any;
}

/* The factor that @name stands for, or 0 if there is no such suffix. */
static double find_suffix(const struct suffix *suffixes, const char *name)
{
    for (; suffixes->name != NULL; suffixes++) {
        if (strcmp(suffixes->name, name) == 0)
            return suffixes->times;
    }
    return 0;
}

/* A number with one of @suffixes, where no suffix means times @plain. */
static int parse_number(const struct setting *s, const char *value,
                        const struct suffix *suffixes, double plain, double *x,
                        struct err *err)
{
    const char *rest;
    double times = plain;

    if (!read_number(value, x, &rest))
        return refuse(s, value, err, "that is not a number");
    if (*rest != '\0') {
        times = find_suffix(suffixes, rest);
        if (times == 0 && suffixes == time_suffixes)
            return refuse(s, value, err,
                          "\"%.20s\" is no unit (ns, us, ms, s and min are)",
                          rest);
        if (times == 0 && suffixes == size_suffixes)
            return refuse(s, value, err,
                          "\"%.20s\" is no size (k, M and G are, of 1024)",
                          rest);
        if (times == 0)
            return refuse(s, value, err,
                          "\"%.20s\" after the number means nothing (k, M and "
                          "G would)",
                          rest);
    }
    *x *= times;
    return 0;
}

static int check_range(const struct setting *s, const char *value, double x,
                       double min, double max, struct err *err)
{
    if (x < min)
        return refuse(s, value, err, "that is too small");
    if (x > max)
        return refuse(s, value, err, "that is too large");
    return 0;
}

static int parse_count(const struct setting *s, const char *value,
                       const struct suffix *suffixes, int64_t *count,
                       struct err *err)
{
    double x;
    int rc = parse_number(s, value, suffixes, 1, &x, err);

    if (rc < 0)
        return rc;
    if (x != floor(x))
        return refuse(s, value, err, "that is not a whole number");
    rc = check_range(s, value, x, s->min, s->max, err);
    if (rc == 0)
        *count = (int64_t)x;
    return rc;
}

/* @unit_ns is the unit of the range, and of numbers that have none. */
static int parse_time(const struct setting *s, const char *value,
                      double unit_ns, int64_t *ns, struct err *err)
{
    double x;
    int rc = parse_number(s, value, time_suffixes, unit_ns, &x, err);

    if (rc < 0)
        return rc;
    x = round(x);
    rc = check_range(s, value, x, round(s->min * unit_ns),
                     round(s->max * unit_ns), err);
    if (rc == 0)
        *ns = (int64_t)x;
    return rc;
}

static int parse_real(const struct setting *s, const char *value, double *real,
                      struct err *err)
{
    double x;
    int rc = parse_number(s, value, count_suffixes, 1, &x, err);

    if (rc == 0)
        rc = check_range(s, value, x, s->min, s->max, err);
    if (rc == 0)
        *real = x;
    return rc;
}

/* ---- words and lists ---------------------------------------------------- */

static int find_word(const char *const words[], const char *word)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], word) == 0)
            return i;
    }
    return -1;
}

static int parse_choice(const struct setting *s, const char *value,
                        const char *word, const char *const words[],
                        unsigned *choice, struct err *err)
{
    int found = find_word(words, word);
    const char *near;

    if (found >= 0) {
        *choice = (unsigned)found;
        return 0;
    }
    near = text_nearest(word, words);
    if (near != NULL)
        return err_set(err, -EINVAL,
                       "--%s knows no \"%.40s\"; did you mean \"%s\"?", s->name,
                       word, near);
    return refuse(s, value, err, "there is no \"%.40s\"", word);
}

/* Cut the part before the next @separator off *@list and copy it. False at the
 * end of the list, or if the part is too long to mean anything. */
static bool next_part(const char **list, char separator, char *part,
                      size_t size)
{
    size_t len;

    if (*list == NULL)
        return false;
    len = (size_t)(strchrnul(*list, separator) - *list);
    snprintf(part, size, "%.*s", (int)(len < size ? len : size - 1), *list);
    *list = (*list)[len] == separator ? *list + len + 1 : NULL;
    return true;
}

/* A processor's number at *@p, which moves on. -1 if there is none. */
static int read_cpu(const char **p)
{
    int cpu = 0;

    if (!is_digit(**p))
        return -1;
    for (; is_digit(**p); (*p)++) {
        if (cpu < 100000) /* no overflow; too many all the same */
            cpu = cpu * 10 + (**p - '0');
    }
    return cpu;
}

static int parse_cpus(struct spec *spec, const struct setting *s,
                      const char *value, struct err *err)
{
    const char *list = value;
    char part[32];

    CPU_ZERO(&spec->cpus);
    while (next_part(&list, ',', part, sizeof(part))) {
        const char *p = part;
        int first = read_cpu(&p), last = first;

        if (first >= 0 && *p == '-') {
            p++;
            last = read_cpu(&p);
        }
        if (first < 0 || last < 0 || *p != '\0')
            return refuse(s, value, err, "\"%s\" is no processor", part);
        if (last < first)
            return refuse(s, value, err, "\"%s\" runs backwards", part);
        if (last >= CPU_SETSIZE)
            return refuse(s, value, err, "processors go up to %d",
                          CPU_SETSIZE - 1);
        for (int cpu = first; cpu <= last; cpu++)
            CPU_SET((size_t)cpu, &spec->cpus);
    }
    spec->pinned = true;
    return 0;
}

static int parse_phases(struct spec *spec, const struct setting *s,
                        const char *value, struct err *err)
{
    const char *list = value;
    char part[64];

    spec->phase_count = 0;
    while (next_part(&list, ',', part, sizeof(part))) {
        char *colon = strchr(part, ':');
        struct spec_phase phase = {0};
        unsigned sync = SYNC_NONE;
        int rc;

        if (colon == NULL)
            return refuse(s, value, err, "\"%s\" lacks its seconds", part);
        if (spec->phase_count == SPEC_PHASES_MAX)
            return refuse(s, value, err, "those are more than %d phases",
                          SPEC_PHASES_MAX);
        *colon = '\0';
        rc = parse_choice(s, value, part, spec_sync_words, &sync, err);
        if (rc == 0)
            rc = parse_time(s, colon + 1, 1e9, &phase.duration_ns, err);
        if (rc < 0)
            return rc;
        phase.sync = sync;
        spec->phases[spec->phase_count++] = phase;
    }
    return 0;
}

static int parse_observer(struct spec *spec, const struct setting *s,
                          const char *value, struct err *err)
{
    const char *list = value, *rest;
    char part[64];
    unsigned rung = 0;
    double duty;
    int rc;

    next_part(&list, ',', part, sizeof(part));
    rc = parse_choice(s, value, part, s->words, &rung, err);
    if (rc < 0)
        return rc;
    spec->observer = rung;
    spec->observer_duty_pct = 100;
    while (next_part(&list, ',', part, sizeof(part))) {
        if (strncmp(part, "duty=", 5) != 0)
            return refuse(s, value, err, "there is no option \"%s\"", part);
        if (!read_number(part + 5, &duty, &rest) ||
            (*rest != '\0' && strcmp(rest, "%") != 0) || duty != floor(duty) ||
            duty < 1 || duty > 100)
            return refuse(s, value, err,
                          "duty is a whole number from 1%% to 100%%");
        if (rung != OBSERVER_AUTO && rung != OBSERVER_PERF_CPU &&
            rung != OBSERVER_PERF)
            return refuse(s, value, err, "duty is for kernel records only");
        spec->observer_duty_pct = (int)duty;
    }
    return 0;
}

/* ---- all of them -------------------------------------------------------- */

static int parse_text(const struct setting *s, const char *value, char *field,
                      struct err *err)
{
    if (strlen(value) >= SPEC_TEXT_MAX)
        return refuse(s, value, err, "that is too long");
    snprintf(field, SPEC_TEXT_MAX, "%s", value);
    return 0;
}

static int parse_value(struct spec *spec, const struct setting *s,
                       const char *value, struct err *err)
{
    void *field = (char *)spec + s->offset;

    switch (s->type) {
    case SETTING_COUNT:
    case SETTING_WORKERS:
    case SETTING_CHUNK:
        return parse_count(s, value, count_suffixes, field, err);
    case SETTING_SIZE:
        return parse_count(s, value, size_suffixes, field, err);
    case SETTING_SECONDS:
        if (s - spec_settings == SET_DURATION &&
            strcmp(value, "endless") == 0) {
            spec->duration_ns = 0;
            return 0;
        }
        return parse_time(s, value, 1e9, field, err);
    case SETTING_MS:
        return parse_time(s, value, 1e6, field, err);
    case SETTING_REAL:
        return parse_real(s, value, field, err);
    case SETTING_TEXT:
        return parse_text(s, value, field, err);
    case SETTING_CHOICE:
        return parse_choice(s, value, value, s->words, field, err);
    case SETTING_CPUS:
        return parse_cpus(spec, s, value, err);
    case SETTING_PHASES:
        return parse_phases(spec, s, value, err);
    case SETTING_OBSERVER:
        return parse_observer(spec, s, value, err);
    }
    return -EINVAL;
}

void table_fallback(struct spec *spec, const struct setting *s)
{
    struct err err;

    if (s - spec_settings == SET_SENTINELS) {
        spec->sentinels = -1;
    } else if (default_word(s) == NULL) {
        int rc = parse_value(spec, s, s->fallback, &err);

        assert(rc == 0);
        (void)rc;
    }
    if (s->type == SETTING_OBSERVER)
        spec->observer_duty_pct = 100;
}

int table_parse(struct spec *spec, const struct setting *s, const char *value,
                struct err *err)
{
    int id = (int)(s - spec_settings);
    const char *word = default_word(s);
    int rc;

    /* The default's word is as if nothing had been written, except that a
     * chunk of any size says that there are chunks. */
    if (word != NULL && strcmp(value, word) == 0) {
        struct spec fresh;

        spec_defaults(&fresh, spec->workload);
        table_copy(spec, &fresh, s);
        spec_give(spec, id, s->type == SETTING_CHUNK);
        return 0;
    }
    rc = parse_value(spec, s, value, err);
    if (rc == 0)
        spec_give(spec, id, true);
    return rc;
}
