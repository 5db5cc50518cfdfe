/* The articles' claims, tried on this machine: runs every experiment of
 * assets/claims.tsv and prints what it says of its claim.
 *
 *   claims PROGRAM FILE [ROW...]     only the rows whose number is named
 *
 * A line of the file: row, the claim's verdict (right, partly, wrong, old), the
 * claim, experiment, metric, expected, and, for a ratio, the experiment that
 * the first one is divided by. Expected is "from..to", "=number" or a word of
 * the record's verdict. Exit status 1 if a measurement is not as expected: then
 * the median of three counts, and beside too much other load it is
 * inconclusive. */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/text.h"

#define FIELDS 7
#define TRIES 3
/* More than this much of a core for others, and a measurement of speed says
 * nothing. */
#define NOISE_CORES 0.25

struct claim {
    char *row, *verdict, *text, *line, *metric, *expected, *over;
};

enum outcome { AS_EXPECTED, DIFFERS, INCONCLUSIVE, BROKEN };

struct finding {
    double value;
    char word[64]; /* instead, for a verdict */
    char why[200]; /* BROKEN: what the program said */
    double noise;  /* cores' worth of others during the runs */
};

/* ---- the machine -------------------------------------------------------- */

/* Busy processor time of the whole machine since boot, in seconds. */
static double machine_busy_s(void)
{
    FILE *f = fopen("/proc/stat", "r");
    unsigned long long user, nice, sys, irq, soft, steal;
    int got = 0;

    if (f) {
        got = fscanf(f, "cpu %llu %llu %llu %*u %*u %llu %llu %llu", &user,
                     &nice, &sys, &irq, &soft, &steal);
        fclose(f);
    }
    if (got != 6)
        return 0;
    return (double)(user + nice + sys + irq + soft + steal) /
           (double)sysconf(_SC_CLK_TCK);
}

static double children_s(void)
{
    struct rusage use;

    getrusage(RUSAGE_CHILDREN, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

/* ---- one run ------------------------------------------------------------ */

/* The record of @line, or NULL with the program's sentence in @why. */
static json_t *run(const char *program, const char *line, char *why,
                   size_t size)
{
    struct text command = {0};
    json_error_t error;
    json_t *record;
    FILE *pipe;

    text_addf(&command, "%s run %s --json --quiet 2>&1", program, line);
    pipe = popen(text_str(&command), "r");
    text_fini(&command);
    if (!pipe) {
        snprintf(why, size, "cannot run %s: %s", program, strerror(errno));
        return NULL;
    }
    /* The record comes first; what is said on stderr follows it. */
    record = json_loadf(pipe, JSON_DISABLE_EOF_CHECK, &error);
    if (!record)
        snprintf(why, size, "no record (%s)", error.text);
    while (fgetc(pipe) != EOF)
        continue;
    pclose(pipe);
    return record;
}

/* Metric @name of @record, or "part0.kept" of a mix; "verdict" goes to @word.
 * False: it has none. */
static bool read_metric(const json_t *record, const char *name, double *value,
                        char *word, size_t size)
{
    const json_t *m;

    if (strcmp(name, "verdict") == 0) {
        m = json_object_get(record, "verdict");
        snprintf(word, size, "%s",
                 json_is_string(m) ? json_string_value(m) : "");
        return true;
    }
    if (strncmp(name, "part", 4) == 0 && strchr(name, '.'))
        m = json_object_get(json_array_get(json_object_get(record, "parts"),
                                           strtoul(name + 4, NULL, 10)),
                            strchr(name, '.') + 1);
    else
        m = json_object_get(json_object_get(record, "metrics"), name);
    if (!json_is_number(m))
        return false;
    *value = json_number_value(m);
    return true;
}

static bool one_value(const char *program, const char *line, const char *metric,
                      struct finding *f, double *value)
{
    json_t *record = run(program, line, f->why, sizeof(f->why));
    bool good;

    if (!record)
        return false;
    good = read_metric(record, metric, value, f->word, sizeof(f->word));
    if (!good)
        snprintf(f->why, sizeof(f->why), "the record has no %s", metric);
    json_decref(record);
    return good;
}

static bool measure(const char *program, const struct claim *c,
                    struct finding *f)
{
    int64_t began_ns = clock_now_ns();
    double busy = machine_busy_s(), own = children_s(), over = 1, wall;

    memset(f, 0, sizeof(*f));
    if (!one_value(program, c->line, c->metric, f, &f->value))
        return false;
    if (c->over && !one_value(program, c->over, c->metric, f, &over))
        return false;
    f->value /= over;
    wall = (double)(clock_now_ns() - began_ns) / 1e9;
    f->noise = (machine_busy_s() - busy - (children_s() - own)) / wall;
    return true;
}

/* ---- what it says ------------------------------------------------------- */

static bool expected(const struct claim *c, const struct finding *f)
{
    const char *to = strstr(c->expected, "..");

    if (to)
        return f->value >= strtod(c->expected, NULL) &&
               f->value <= strtod(to + 2, NULL);
    if (c->expected[0] == '=')
        return f->value == strtod(c->expected + 1, NULL);
    return strcmp(c->expected, f->word) == 0;
}

static int by_value(const void *a, const void *b)
{
    double x = ((const struct finding *)a)->value;
    double y = ((const struct finding *)b)->value;

    return (x > y) - (x < y);
}

/* A first measurement that is as expected is believed; if it is not, the median
 * of TRIES decides: one bad minute alone does not. */
static enum outcome judge(const char *program, const struct claim *c,
                          struct finding *f)
{
    struct finding tries[TRIES];
    double noise = 0;

    for (int i = 0; i < TRIES; i++) {
        if (!measure(program, c, &tries[i])) {
            *f = tries[i];
            return BROKEN;
        }
        *f = tries[i];
        if (i == 0 && expected(c, f))
            return AS_EXPECTED;
        noise = fmax(noise, f->noise);
    }
    qsort(tries, TRIES, sizeof(tries[0]), by_value);
    *f = tries[TRIES / 2];
    if (expected(c, f))
        return AS_EXPECTED;
    return noise > NOISE_CORES ? INCONCLUSIVE : DIFFERS;
}

static void print_finding(const struct claim *c, const struct finding *f,
                          enum outcome o)
{
    static const char *const words[] = {
        [AS_EXPECTED] = "as expected",
        [DIFFERS] = "DIFFERS",
        [INCONCLUSIVE] = "inconclusive",
        [BROKEN] = "BROKEN",
    };
    char value[64];

    snprintf(value, sizeof(value), "%.4g", f->value);
    printf("%-8s %-7s %s\n", c->row, c->verdict, c->text);
    printf("         %s%s%s%s\n", c->line, c->over ? "   over   " : "",
           c->over ? c->over : "", "");
    if (o == BROKEN)
        printf("         %s: %s\n", words[o], f->why);
    else
        printf("         %s %s, expected %s: %s%s\n", c->metric,
               f->word[0] ? f->word : value, c->expected, words[o],
               o == INCONCLUSIVE ? " (the machine is busy with other work)"
                                 : "");
    fflush(stdout);
}

/* Cut @line into its fields. False: a comment, an empty line; or wrong. */
static bool read_claim(char *line, struct claim *c, int number)
{
    char *fields[FIELDS] = {0}, *field;
    int n = 0;

    line[strcspn(line, "\n")] = '\0';
    if (line[0] == '#' || line[0] == '\0')
        return false;
    while ((field = strsep(&line, "\t")) != NULL && n < FIELDS)
        fields[n++] = field;
    if (n < FIELDS - 1) {
        fprintf(stderr, "line %d has %d fields, not %d\n", number, n,
                FIELDS - 1);
        exit(2);
    }
    *c = (struct claim){fields[0], fields[1], fields[2], fields[3],
                        fields[4], fields[5], fields[6]};
    if (c->over && !*c->over)
        c->over = NULL;
    return true;
}

static bool wanted(const struct claim *c, int count, char **rows)
{
    for (int i = 0; i < count; i++)
        if (strcmp(rows[i], c->row) == 0)
            return true;
    return count == 0;
}

int main(int argc, char **argv)
{
    int count[4] = {0}, number = 0;
    char line[2048];
    FILE *file;

    if (argc < 3) {
        fprintf(stderr, "usage: claims PROGRAM FILE [ROW...]\n");
        return 2;
    }
    file = fopen(argv[2], "r");
    if (!file) {
        fprintf(stderr, "%s: %s\n", argv[2], strerror(errno));
        return 2;
    }
    while (fgets(line, sizeof(line), file)) {
        struct finding f = {0};
        struct claim c;
        enum outcome o;

        if (!read_claim(line, &c, ++number) || !wanted(&c, argc - 3, argv + 3))
            continue;
        o = judge(argv[1], &c, &f);
        count[o]++;
        print_finding(&c, &f, o);
    }
    fclose(file);
    printf("%d as expected, %d inconclusive, %d differ, %d broken\n",
           count[AS_EXPECTED], count[INCONCLUSIVE], count[DIFFERS],
           count[BROKEN]);
    return count[DIFFERS] + count[BROKEN] > 0;
}
