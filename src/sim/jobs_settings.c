/* The settings of a job's line: "nice=5 cpus=0,2-3". See jobs_parts.h. */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "sim/jobs_parts.h"
#include "sim/setup.h"

enum setting_kind { KIND_WHOLE, KIND_TIME, KIND_CPUS, KIND_GANG };
static const struct job_setting {
    const char *name;
    enum setting_kind kind;
    size_t offset, size;
    int64_t min, max;
    const char *such;
} settings[] = {
#define FIELD(f) offsetof(struct sim_job, f), sizeof(((struct sim_job *)0)->f)
    {"nice", KIND_WHOLE, FIELD(nice), -20, 19, "nice=5"},
    {"priority", KIND_WHOLE, FIELD(priority), 0, 99, "priority=3"},
    {"tickets", KIND_WHOLE, FIELD(tickets), 0, 1000000, "tickets=50"},
    {"set", KIND_WHOLE, FIELD(working_set), 0, 1000000000, "set=40"},
    {"period", KIND_TIME, FIELD(period_ns), 1, SIM_NS_MAX, "period=10"},
    {"deadline", KIND_TIME, FIELD(deadline_ns), 1, SIM_NS_MAX, "deadline=8"},
    {"cpus", KIND_CPUS, FIELD(pins), 0, SIM_CPUS_MAX - 1, "cpus=0,2-3"},
    {"gang", KIND_GANG, FIELD(gang), 0, 0, "gang=g"},
#undef FIELD
};
enum { SETTINGS = sizeof(settings) / sizeof(settings[0]) };

static int set_whole(struct reading *r, const struct job_setting *s,
                     struct span value, struct sim_job *job)
{
    char shown[SPAN_SHOWN];
    int64_t n;
    char *field = (char *)job + s->offset;

    if (!span_whole(value, &n) || n < s->min || n > s->max)
        return reading_say(r, value.at,
                           "%s is a whole number from %" PRId64 " to %" PRId64
                           ", not \"%s\"",
                           s->name, s->min, s->max, span_show(value, shown));
    if (s->size == sizeof(int8_t))
        memcpy(field, &(int8_t){(int8_t)n}, sizeof(int8_t));
    else if (s->size == sizeof(int16_t))
        memcpy(field, &(int16_t){(int16_t)n}, sizeof(int16_t));
    else
        memcpy(field, &(int32_t){(int32_t)n}, sizeof(int32_t));
    return 0;
}

static int set_time(struct reading *r, const struct job_setting *s,
                    struct span word, struct span value, struct sim_job *job)
{
    int64_t ns = 0;
    int rc = take_time(r, word, value, s->such, &ns);

    if (rc < 0)
        return rc;
    if (ns < s->min)
        return reading_say(r, value.at, "%s must be longer than 0", s->name);
    memcpy((char *)job + s->offset, &ns, sizeof(ns));
    return 0;
}

/* "0,2-3": into @pins. */
static int read_cpus(struct reading *r, struct span value,
                     struct sim_pins *pins)
{
    char shown[SPAN_SHOWN];

    for (size_t at = 0; at <= value.length;) {
        struct span one = span_from(value, at), last;
        const char *comma = memchr(one.at, ',', one.length), *dash;
        int64_t from, to;

        if (comma)
            one.length = (size_t)(comma - one.at);
        at += one.length + 1;
        last = one;
        dash = memchr(one.at, '-', one.length);
        if (dash) {
            last = span_from(one, (size_t)(dash - one.at) + 1);
            one.length = (size_t)(dash - one.at);
        }
        if (!span_whole(one, &from) || !span_whole(last, &to) || from < 0 ||
            from > to || to >= SIM_CPUS_MAX)
            return reading_say(
                r, one.at,
                "cpus names CPUs from 0 to %d, such as cpus=0,2-3, not \"%s\"",
                SIM_CPUS_MAX - 1, span_show(value, shown));
        for (int64_t cpu = from; cpu <= to; cpu++)
            pins->bits[cpu / 64] |= UINT64_C(1) << cpu % 64;
    }
    return 0;
}

static int set_cpus(struct reading *r, struct span value, struct sim_job *job)
{
    struct sim_pins pins = {{0}};
    int rc = read_cpus(r, value, &pins);

    if (rc < 0)
        return rc;
    job->pins = sim_jobs_pins(r->jobs, &pins);
    if (job->pins >= 0)
        return 0;
    if (r->jobs->pin_count < SIM_PINS_MAX)
        return -ENOMEM;
    return reading_say(r, value.at,
                       "there are more than %d different sets of CPUs",
                       SIM_PINS_MAX);
}

static int set_gang(struct reading *r, struct span value, struct sim_job *job)
{
    char name[SIM_NAME_MAX];
    int rc = take_name(r, value, "a gang's name", name);

    if (rc < 0)
        return rc;
    job->gang = sim_jobs_gang(r->jobs, name);
    if (job->gang >= 0)
        return 0;
    if (r->jobs->gang_count < SIM_GANGS_MAX)
        return -ENOMEM;
    return reading_say(r, value.at, "there are more than %d gangs",
                       SIM_GANGS_MAX);
}

static int no_setting(struct reading *r, struct span key)
{
    const char *names[SETTINGS + 1] = {0}, *near;
    char shown[SPAN_SHOWN];

    for (int i = 0; i < SETTINGS; i++)
        names[i] = settings[i].name;
    span_show(key, shown);
    if (sim_setting(shown))
        return reading_say(r, key.at,
                           "%s belongs to the machine: into the first line, "
                           "after the policy, such as rr %s=%s",
                           shown, shown, sim_setting(shown)->fallback);
    near = text_nearest(shown, names);
    if (near)
        return reading_say(r, key.at,
                           "jobs have no setting \"%s\"; did you mean %s?",
                           shown, near);
    return reading_say(r, key.at,
                       "jobs have no setting \"%s\"; there are nice, priority, "
                       "tickets, period, deadline, cpus, set and gang",
                       shown);
}

int take_setting(struct reading *r, struct job_line *j, struct span word)
{
    struct sim_job *job = &r->jobs->job[r->jobs->count - 1];
    size_t equals =
        (size_t)((const char *)memchr(word.at, '=', word.length) - word.at);
    struct span key = {word.at, equals}, value = span_from(word, equals + 1);
    int i = 0;

    while (i < SETTINGS && !span_is(key, settings[i].name))
        i++;
    if (i == SETTINGS)
        return no_setting(r, key);
    if (j->given >> i & 1)
        return reading_say(r, word.at,
                           "%s is given twice; leave one of them out",
                           settings[i].name);
    j->given |= UINT32_C(1) << i;
    if (value.length == 0)
        return reading_say(r, value.at, "%s needs a value, such as %s",
                           settings[i].name, settings[i].such);
    switch (settings[i].kind) {
    case KIND_WHOLE:
        return set_whole(r, &settings[i], value, job);
    case KIND_TIME:
        if (settings[i].offset == offsetof(struct sim_job, period_ns))
            j->own_period = word.at;
        else if (span_is(value, "never")) {
            job->deadline_ns = -1;
            return 0;
        }
        return set_time(r, &settings[i], word, value, job);
    case KIND_CPUS:
        return set_cpus(r, value, job);
    case KIND_GANG:
        return set_gang(r, value, job);
    }
    return -EINVAL;
}
