/* A sweep's words made into a request, and its line. Any process. */
#include "sweep/request.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/words.h"
#include "sweep/axis.h"

/* ---- words -------------------------------------------------------------- */

enum own { OWN_OVER, OWN_REPEAT, OWN_AUTO, OWN_BUDGET, OWN_METRIC, OWN_COUNT };
static const struct {
    const char *name;
    const char *takes; /* NULL: no value */
} own_options[OWN_COUNT] = {
    [OWN_OVER] = {"over", "a setting and its values, such as workers=1,2,4"},
    [OWN_REPEAT] = {"repeat", "how often each point is run, such as 5"},
    [OWN_AUTO] = {"auto", NULL},
    [OWN_BUDGET] = {"budget", "a number of seconds, such as 60"},
    [OWN_METRIC] = {"metric", "the name of a metric, such as bytes_per_s"},
};

/* What the words said, before anything is made of it. */
struct said {
    const char *over[SWEEP_AXES];
    int overs;
    const char *value[OWN_COUNT]; /* of the others; NULL: not said */
    const char **rest;            /* the experiment's words, in their order */
    int rest_count;
};

/* Which of our options @word is; -1: none. *@value is what follows its "=". */
static int own_option(const char *word, const char **value)
{
    *value = NULL;
    if (strncmp(word, "--", 2) != 0)
        return -1;
    for (int i = 0; i < OWN_COUNT; i++) {
        size_t len = strlen(own_options[i].name);

        if (strncmp(word + 2, own_options[i].name, len) != 0)
            continue;
        if (word[2 + len] == '=')
            *value = word + 2 + len + 1;
        if (word[2 + len] == '=' || word[2 + len] == '\0')
            return i;
    }
    return -1;
}

static int say_own(struct said *said, enum own own, const char *value,
                   struct err *err)
{
    if (own == OWN_OVER && said->overs == SWEEP_AXES)
        return err_set(err, -EINVAL,
                       "--over %.60s is a third setting, and a sweep has two "
                       "at most: one along the axis, one with a curve for each "
                       "value; leave one out",
                       value);
    if (own == OWN_OVER) {
        said->over[said->overs++] = value;
        return 0;
    }
    if (said->value[own] != NULL)
        return err_set(err, -EINVAL,
                       "--%s is given twice; leave one of them out",
                       own_options[own].name);
    said->value[own] = value;
    return 0;
}

/* Take our options out of the words; a command's words, after "--", stay. */
static int say_words(struct said *said, int count, const char *const words[],
                     struct err *err)
{
    int rc = 0;

    for (int at = 0; at < count && rc == 0; at++) {
        const char *value;
        int own = own_option(words[at], &value);

        if (strcmp(words[at], "--") == 0) {
            while (at < count)
                said->rest[said->rest_count++] = words[at++];
            break;
        }
        if (own < 0) {
            said->rest[said->rest_count++] = words[at];
            continue;
        }
        if (own_options[own].takes == NULL && value != NULL)
            return err_set(err, -EINVAL, "--%s takes no value; write only --%s",
                           own_options[own].name, own_options[own].name);
        if (own_options[own].takes == NULL)
            value = "";
        else if (value == NULL && at + 1 < count &&
                 strncmp(words[at + 1], "--", 2) != 0)
            value = words[++at];
        if (value == NULL || (*value == '\0' && own_options[own].takes))
            return err_set(err, -EINVAL, "--%s needs a value: %s",
                           own_options[own].name, own_options[own].takes);
        rc = say_own(said, (enum own)own, value, err);
    }
    return rc;
}

/* Is a workload among the words before "--"? */
static bool names_workload(const struct said *said, bool *command)
{
    *command = false;
    for (int at = 0; at < said->rest_count; at++) {
        const char *word = said->rest[at];

        if (strcmp(word, "--") == 0) {
            *command = true;
            return false;
        }
        if (word[0] != '-' || word[1] == '\0' ||
            strncmp(word, "--workload", 10) == 0)
            return true;
        /* "--name value" and "-w 4"; "-w4" has it with it. */
        if (strchr(word, '=') == NULL && !(word[1] == 'w' && word[2] != '\0') &&
            at + 1 < said->rest_count && said->rest[at + 1][0] != '-')
            at++;
    }
    return false;
}

/* ---- numbers and names -------------------------------------------------- */

static int parse_repeat(struct sweep_request *r, const char *value,
                        struct err *err)
{
    char *end;
    long n = strtol(value, &end, 10);

    if (end == value || *end != '\0' || n < 1 || n > SWEEP_REPEAT_MAX)
        return err_set(err, -EINVAL,
                       "--repeat %.40s: that is no number of runs; --repeat "
                       "takes a whole number from 1 to %d",
                       value, SWEEP_REPEAT_MAX);
    r->repeat = (int)n;
    return 0;
}

static int parse_budget(struct sweep_request *r, const char *value,
                        struct err *err)
{
    char *end;
    double s = strtod(value, &end);

    if (end != value && strcmp(end, "min") == 0)
        s *= 60;
    else if (end == value || (*end != '\0' && strcmp(end, "s") != 0))
        s = -1;
    if (!(s >= 0.1 && s <= 86400))
        return err_set(err, -EINVAL,
                       "--budget %.40s: that is no length of time; --budget "
                       "takes seconds from 0.1 to 86400",
                       value);
    r->budget_ns = llround(s * NS_PER_S);
    return 0;
}

static int parse_metric(struct sweep_request *r, const char *value,
                        struct err *err)
{
    const char *names[METRIC_COUNT + 1] = {NULL};
    const char *near;

    for (int i = 0; i < METRIC_COUNT; i++) {
        names[i] = metric_infos[i].name;
        if (strcmp(names[i], value) == 0) {
            r->metric = (enum metric)i;
            return 0;
        }
    }
    near = text_nearest(value, names);
    if (near != NULL)
        return err_set(err, -EINVAL,
                       "there is no metric \"%.40s\"; did you mean \"%s\"?",
                       value, near);
    return err_set(err, -EINVAL,
                   "there is no metric \"%.40s\"; throughput_per_s, "
                   "bytes_per_s, wall_s and latency_p95_ms are some, and "
                   "\"timeslice list metrics\" shows all",
                   value);
}

static int parse_own(struct sweep_request *r, const struct said *said,
                     struct err *err)
{
    int rc = 0;

    r->repeat = SWEEP_REPEAT;
    r->metric = METRIC_THROUGHPUT_PER_S;
    r->automatic = said->value[OWN_AUTO] != NULL;
    if (said->value[OWN_REPEAT] != NULL)
        rc = parse_repeat(r, said->value[OWN_REPEAT], err);
    if (rc == 0 && said->value[OWN_METRIC] != NULL)
        rc = parse_metric(r, said->value[OWN_METRIC], err);
    if (rc == 0 && said->value[OWN_BUDGET] != NULL && !r->automatic)
        rc = err_set(err, -EINVAL,
                     "--budget %.40s says how long --auto may search; add "
                     "--auto, or leave --budget out",
                     said->value[OWN_BUDGET]);
    if (rc == 0 && said->value[OWN_BUDGET] != NULL)
        rc = parse_budget(r, said->value[OWN_BUDGET], err);
    return rc;
}

/* ---- the experiment ----------------------------------------------------- */

/* The workload may be said by --over workload=..., or by a command. */
static int parse_base(struct sweep_request *r, struct said *said,
                      struct err *err)
{
    char first[SWEEP_VALUE_TEXT];
    bool command;

    if (!names_workload(said, &command)) {
        const char *name = axis_first_workload(said->over, said->overs, first);

        if (name == NULL && command)
            name = "command";
        if (name != NULL) {
            memmove(said->rest + 1, said->rest,
                    (size_t)said->rest_count * sizeof(*said->rest));
            said->rest[0] = name;
            said->rest_count++;
        }
    }
    return spec_parse_words(&r->base, said->rest_count, said->rest, err);
}

/* Which of two runs along x. */
static void sort_axes(struct sweep_request *r, struct sweep_axis *axes,
                      int count)
{
    int along = count - 1;

    for (int i = 0; i < count; i++)
        if (axes[i].numeric && (i > along || !axes[along].numeric))
            along = i;
    for (int i = 0; i < count; i++)
        if (strcmp(axes[i].name, "workers") == 0)
            along = i;
    if (count > 0)
        r->axis[SWEEP_ALONG] = axes[along];
    if (count > 1)
        r->axis[SWEEP_FAMILY] = axes[1 - along];
    axis_sort(&r->axis[SWEEP_ALONG]);
}

static int parse_axes(struct sweep_request *r, const struct said *said,
                      struct err *err)
{
    struct sweep_axis *axes = calloc(SWEEP_AXES, sizeof(*axes));
    int rc = 0;

    if (axes == NULL)
        return err_set(err, -ENOMEM, "no memory for the values: %m");
    for (int i = 0; i < said->overs && rc == 0; i++) {
        rc = axis_parse(&axes[i], said->over[i], &r->base, err);
        if (rc == 0 && i > 0 && strcmp(axes[0].name, axes[1].name) == 0)
            rc = err_set(err, -EINVAL,
                         "--over %s is there twice; put all values into one "
                         "list",
                         axes[0].name);
        if (rc == 0 && r->automatic && strcmp(axes[i].name, "workers") == 0)
            rc = err_set(err, -EINVAL,
                         "--auto finds the values of workers itself; leave "
                         "--over workers out, or --auto");
    }
    if (rc == 0 && r->automatic && said->overs > 1)
        rc = err_set(err, -EINVAL,
                     "--auto sweeps over workers already; one --over more is "
                     "all that can be, with a curve for each of its values");
    if (rc == 0 && r->automatic)
        rc = axis_not_given("workers", "--auto", &r->base, err);
    if (rc == 0 && r->automatic) {
        if (said->overs > 0)
            r->axis[SWEEP_FAMILY] = axes[0];
        axis_workers(&r->axis[SWEEP_ALONG]);
    } else if (rc == 0) {
        sort_axes(r, axes, said->overs);
    }
    free(axes);
    return rc;
}

/* ---- can it be? --------------------------------------------------------- */

/* Nobody said what to sweep over: workers, as far as they can be. */
static int default_axis(struct sweep_request *r, const struct machine *m,
                        struct err *err)
{
    struct sweep_axis *a = &r->axis[SWEEP_ALONG];
    struct machine simulated = {0};
    struct err why = {0};
    int64_t most;

    if (r->base.on[0] && spec_check_on)
        spec_check_on(&r->base, &simulated, NULL);
    most =
        simulated.cpus_allowed > 0 ? simulated.cpus_allowed : m->cpus_allowed;
    most = 4 * (most > 0 ? most : 1);
    axis_workers(a);
    for (int64_t n = 1; n <= most && a->count < SWEEP_VALUES; n *= 2) {
        char value[SWEEP_VALUE_TEXT];

        snprintf(value, sizeof(value), "%" PRId64, n);
        if (sweep_check_value(r, value, m, &why) == 0)
            axis_add(a, value, (double)n);
    }
    if (a->count >= 2)
        return 0;
    return err_set(err, why.code,
                   "%s cannot be swept over workers (%.240s); name another "
                   "setting: --over SETTING=LIST",
                   spec_workload_words[r->base.workload], why.text);
}

/* --auto begins with one worker, or two where it takes two. */
static int check_automatic(const struct sweep_request *r,
                           const struct machine *m, struct err *err)
{
    struct err why = {0};

    if (sweep_check_value(r, "1", m, &why) == 0 ||
        sweep_check_value(r, "2", m, &why) == 0)
        return 0;
    if (err != NULL)
        *err = why;
    return why.code;
}

static int check_count(const struct sweep_request *r, struct err *err)
{
    const struct sweep_axis *along = &r->axis[SWEEP_ALONG];
    const struct sweep_axis *family = &r->axis[SWEEP_FAMILY];
    int curves = family->count > 0 ? family->count : 1;

    if (along->count * curves <= SWEEP_POINTS)
        return 0;
    return err_set(err, -EINVAL,
                   "%d values of %s times %d of %s are %d points; a sweep has "
                   "up to %d, so leave some out",
                   along->count, along->name, family->count, family->name,
                   along->count * curves, SWEEP_POINTS);
}

static int check_all(const struct sweep_request *r, const struct machine *m,
                     struct err *err)
{
    const struct sweep_axis *along = &r->axis[SWEEP_ALONG];
    int rc = check_count(r, err);

    for (int i = 0; i < along->count && rc == 0; i++)
        rc = sweep_check_value(r, along->value[i], m, err);
    return rc;
}

int sweep_parse(struct sweep_request *r, int count, const char *const words[],
                const struct machine *m, struct err *err)
{
    struct said said = {0};
    int rc;

    memset(r, 0, sizeof(*r));
    /* Room for a workload that is not said. */
    said.rest = calloc((size_t)count + 2, sizeof(*said.rest));
    if (said.rest == NULL)
        return err_set(err, -ENOMEM, "no memory to read the words: %m");
    rc = say_words(&said, count, words, err);
    if (rc == 0)
        rc = parse_own(r, &said, err);
    if (rc == 0)
        rc = parse_base(r, &said, err);
    if (rc == 0)
        rc = parse_axes(r, &said, err);
    if (rc == 0 && m == NULL && said.overs == 0 && !r->automatic)
        rc = err_set(err, -EINVAL, "no values are named; add --over");
    else if (rc == 0 && m == NULL)
        rc = check_count(r, err);
    else if (rc == 0 && r->automatic)
        rc = check_automatic(r, m, err);
    else if (rc == 0 && said.overs == 0)
        rc = default_axis(r, m, err);
    else if (rc == 0)
        rc = check_all(r, m, err);
    free(said.rest);
    return rc;
}

int sweep_parse_line(struct sweep_request *r, const char *line,
                     const struct machine *m, struct err *err)
{
    struct words w;
    int rc = words_cut(&w, line, err);

    if (rc < 0)
        return rc;
    rc = sweep_parse(r, w.count, w.word, m, err);
    words_fini(&w);
    return rc;
}

/* ---- and back ----------------------------------------------------------- */

void sweep_format(const struct sweep_request *r, struct text *out)
{
    struct spec base = r->base;

    base.command[0] = '\0'; /* comes last */
    spec_format(&base, out);
    /* The axis along x last: so it is found again. */
    if (r->axis[SWEEP_FAMILY].count > 0)
        axis_format(&r->axis[SWEEP_FAMILY], out);
    if (r->automatic)
        text_add(out, " --auto");
    else if (r->axis[SWEEP_ALONG].count > 0)
        axis_format(&r->axis[SWEEP_ALONG], out);
    if (r->repeat != SWEEP_REPEAT)
        text_addf(out, " --repeat %d", r->repeat);
    if (r->budget_ns > 0)
        text_addf(out, " --budget %.9g", (double)r->budget_ns / NS_PER_S);
    if (r->metric != METRIC_THROUGHPUT_PER_S)
        text_addf(out, " --metric %s", metric_infos[r->metric].name);
    if (r->base.command[0] != '\0')
        text_addf(out, " -- %s", r->base.command);
}
