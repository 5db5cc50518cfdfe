/* A comparison's words made into a request, and its line. Any process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/words.h"
#include "sweep/axis.h"
#include "sweep/contest.h"

/* What the words said. */
struct said {
    const char *repeat, *metric; /* NULL: not said */
    const char **rest;           /* everything else, --over included */
    int rest_count;
    bool over;
};

/* Is words[*at] "--NAME", its value with it or after it? 1: *value has it; 0:
 * it is not; else -EINVAL. */
static int option_value(const char *name, const char *const words[], int count,
                        int *at, const char **value, struct err *err)
{
    const char *word = words[*at];
    size_t len = strlen(name);

    if (strncmp(word, "--", 2) != 0 || strncmp(word + 2, name, len) != 0)
        return 0;
    if (*value)
        return err_set(err, -EINVAL,
                       "--%s is given twice; leave one of them "
                       "out",
                       name);
    if (word[2 + len] == '=') {
        *value = word + 2 + len + 1;
        return 1;
    }
    if (word[2 + len] != '\0')
        return 0;
    if (*at + 1 >= count)
        return err_set(err, -EINVAL, "--%s needs a value", name);
    *value = words[++*at];
    return 1;
}

static int say_words(struct said *said, int count, const char *const words[],
                     struct err *err)
{
    for (int at = 0; at < count; at++) {
        int rc;

        if (strcmp(words[at], "--") == 0) { /* a command: none of ours */
            while (at < count)
                said->rest[said->rest_count++] = words[at++];
            break;
        }
        rc = option_value("repeat", words, count, &at, &said->repeat, err);
        if (rc == 0)
            rc = option_value("metric", words, count, &at, &said->metric, err);
        if (rc < 0)
            return rc;
        if (rc > 0)
            continue;
        if (strcmp(words[at], "--auto") == 0)
            return err_set(err, -EINVAL,
                           "--auto is for \"timeslice sweep\"; a comparison "
                           "runs exactly what it is given");
        said->over |= strcmp(words[at], "--over") == 0 ||
                      strncmp(words[at], "--over=", 7) == 0;
        said->rest[said->rest_count++] = words[at];
    }
    return 0;
}

/* --repeat and --metric are a sweep's words, so a sweep reads them. */
static int parse_own(struct contest_request *r, const struct said *said,
                     const struct machine *m, struct err *err)
{
    const char *words[7] = {"sleep", "--over", "workers=1"};
    struct sweep_request *q = calloc(1, sizeof(*q));
    int n = 3, rc;

    if (!q)
        return err_set(err, -ENOMEM, "no memory to read the words");
    if (said->metric) {
        words[n++] = "--metric";
        words[n++] = said->metric;
    }
    if (said->repeat) {
        words[n++] = "--repeat";
        words[n++] = said->repeat;
    }
    rc = sweep_parse(q, n, words, m, err);
    r->metric = q->metric;
    r->metric_said = said->metric != NULL;
    r->rounds = said->repeat ? q->repeat : CONTEST_ROUNDS;
    free(q);
    if (rc == 0 && r->rounds < 2)
        return err_set(err, -EINVAL,
                       "--repeat 1 compares nothing: one round cannot tell a "
                       "difference from chance; it takes two and better five");
    return rc;
}

/* ---- the experiments ----------------------------------------------------- */

/* One experiment, each value of a setting against its first. */
static int parse_over(struct contest_request *r, const struct said *said,
                      const struct machine *m, struct err *err)
{
    struct sweep_request *q = calloc(1, sizeof(*q));
    const struct sweep_axis *a;
    int rc;

    if (!q)
        return err_set(err, -ENOMEM, "no memory to read the words");
    rc = sweep_parse(q, said->rest_count, said->rest, m, err);
    a = &q->axis[SWEEP_ALONG];
    if (rc == 0 && q->axis[SWEEP_FAMILY].count > 0)
        rc = err_set(err, -EINVAL,
                     "a comparison takes one --over; with two of them it is "
                     "\"timeslice sweep\"");
    if (rc == 0 && (a->count < 2 || a->count > CONTEST_SIDES))
        rc =
            err_set(err, -EINVAL,
                    "--over %s has %d value%s; a comparison takes 2 to %d",
                    a->name, a->count, a->count == 1 ? "" : "s", CONTEST_SIDES);
    for (int i = 0; rc == 0 && i < a->count; i++)
        rc = sweep_spec(q, a->value[i], NULL, &r->side[r->sides++], err);
    free(q);
    return rc;
}

static int parse_quoted(struct contest_request *r, const struct said *said,
                        const struct machine *m, struct err *err)
{
    for (int i = 0; i < said->rest_count; i++) {
        const char *word = said->rest[i];
        struct err why = {0};
        struct spec spec;
        int rc;

        if (word[0] == '-')
            return err_set(err, -EINVAL,
                           "\"%.60s\" stands outside of an experiment: each "
                           "is one word in quotes, like \"primes --model "
                           "threads\" \"primes --model gil\"; or one with "
                           "--over model=threads,gil",
                           word);
        if (r->sides == CONTEST_SIDES)
            return err_set(err, -EINVAL,
                           "\"%.60s\" is one experiment too many; a comparison "
                           "takes 2 to %d",
                           word, CONTEST_SIDES);
        rc = spec_parse_line(&r->side[r->sides], word, &why);
        spec = r->side[r->sides];
        if (rc == 0)
            rc = spec_check(&spec, m, &why);
        if (rc < 0)
            return err_set(err, rc, "\"%.80s\": %.300s", word, why.text);
        r->sides++;
    }
    if (r->sides < 2)
        return err_set(err, -EINVAL,
                       "a comparison needs two experiments in quotes, like "
                       "\"primes --model threads\" \"primes --model gil\"; or "
                       "one with --over model=threads,gil");
    return 0;
}

/* ---- do they compare? ---------------------------------------------------- */

/* What makes one task, or one operation, as much work as another. */
static const char *const sizes[] = {
    "limit", "task-ms", "lengths",     "cpu-share", "scale",
    "bytes", "size",    "working-set", "hosts",     "parts",
};

/* The setting in which a task of @b is another than one of @a; NULL: none. */
static const char *other_task(const struct spec *a, const struct spec *b)
{
    const char *other = NULL;

    if (a->workload != b->workload)
        return "workload";
    for (size_t i = 0; !other && i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        const struct setting *s = spec_setting(sizes[i]);
        struct text of_a = {0}, of_b = {0};

        if (!s || !spec_setting_applies(a, s))
            continue;
        spec_format_setting(a, s, &of_a);
        spec_format_setting(b, s, &of_b);
        if (strcmp(text_str(&of_a), text_str(&of_b)) != 0)
            other = s->name;
        text_fini(&of_a);
        text_fini(&of_b);
    }
    return other;
}

static int check_same_tasks(const struct contest_request *r,
                            const struct machine *m, struct err *err)
{
    struct spec first = r->side[0], spec;

    if (r->metric_said || spec_check(&first, m, err) < 0)
        return 0;
    for (int i = 1; i < r->sides; i++) {
        const char *other;

        spec = r->side[i];
        if (spec_check(&spec, m, err) < 0)
            return err->code;
        other = other_task(&first, &spec);
        if (other)
            return err_set(err, -EINVAL,
                           "a task of the first and one of experiment %d "
                           "differ in %s%s, so tasks a second would not "
                           "compare; say what shall: --metric wall_s, for "
                           "example",
                           i + 1, strcmp(other, "workload") == 0 ? "" : "--",
                           other);
    }
    return 0;
}

/* ---- the whole ----------------------------------------------------------- */

int contest_parse(struct contest_request *r, int count,
                  const char *const words[], const struct machine *m,
                  struct err *err)
{
    struct said said = {0};
    int rc;

    memset(r, 0, sizeof(*r));
    said.rest = calloc((size_t)count + 1, sizeof(*said.rest));
    if (!said.rest)
        return err_set(err, -ENOMEM, "no memory to read the words");
    rc = say_words(&said, count, words, err);
    if (rc == 0)
        rc = parse_own(r, &said, m, err);
    if (rc == 0)
        rc = said.over ? parse_over(r, &said, m, err)
                       : parse_quoted(r, &said, m, err);
    if (rc == 0)
        rc = check_same_tasks(r, m, err);
    free(said.rest);
    return rc;
}

int contest_parse_line(struct contest_request *r, const char *line,
                       const struct machine *m, struct err *err)
{
    struct words w;
    int rc = words_cut(&w, line, err);

    if (rc < 0)
        return rc;
    rc = contest_parse(r, w.count, w.word, m, err);
    words_fini(&w);
    return rc;
}

void contest_format(const struct contest_request *r, struct text *out)
{
    for (int i = 0; i < r->sides; i++) {
        struct text line = {0};

        spec_format(&r->side[i], &line);
        if (i > 0)
            text_add(out, " ");
        text_quote(out, text_str(&line));
        out->failed |= line.failed;
        text_fini(&line);
    }
    if (r->rounds != CONTEST_ROUNDS)
        text_addf(out, " --repeat %d", r->rounds);
    if (r->metric_said)
        text_addf(out, " --metric %s", metric_infos[r->metric].name);
}
