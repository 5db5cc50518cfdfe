/* A set of jobs from text: its lines. The words of a job are read in
 * jobs_words.c. One pass, no memory a line but what the set keeps. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/jobs_parts.h"
#include "sim/policy.h"
#include "sim/setup.h"

/* ---- sentences ----------------------------------------------------------- */

/* A file's name may be as long as a sentence: only its end is shown. */
#define NAME_SHOWN 100

int reading_say(struct reading *r, const char *at, const char *format, ...)
{
    char sentence[400];
    size_t length = strlen(r->name);
    const char *name = r->name;
    int column = 1;
    va_list ap;

    for (const char *c = r->line_at; c < at; c++)
        column += ((unsigned char)*c & 0xc0) != 0x80;
    if (length > NAME_SHOWN)
        name += length - NAME_SHOWN;
    va_start(ap, format);
    vsnprintf(sentence, sizeof(sentence), format, ap);
    va_end(ap);
    return err_set(r->err, -EINVAL, "%s:%d:%d: %s", name, r->line, column,
                   sentence);
}

/* ---- words --------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of the line that ends at @end; false: there is none. */
static bool next_word(const char **at, const char *end, struct span *word)
{
    const char *c = *at;

    while (c < end && is_blank(*c))
        c++;
    word->at = c;
    while (c < end && !is_blank(*c))
        c++;
    word->length = (size_t)(c - word->at);
    *at = c;
    return word->length > 0;
}

/* ---- the machine --------------------------------------------------------- */

#define MACHINE_MOST 4096 /* characters of its line */

/* The name in front, of "rr" and "sim:rr,slice=4". */
static struct span policy_word(struct span word)
{
    const char *comma;

    if (word.length > 4 && memcmp(word.at, "sim:", 4) == 0)
        word = (struct span){word.at + 4, word.length - 4};
    comma = memchr(word.at, ',', word.length);
    if (comma)
        word.length = (size_t)(comma - word.at);
    return word;
}

/* Which policy @word names; NULL: none. */
static const struct sim_policy *policy_of(struct span word)
{
    word = policy_word(word);
    return sim_policy(word.at, word.length);
}

static bool has_work(const char *at, const char *end)
{
    struct span word;

    while (next_word(&at, end, &word))
        if (!span_is_setting(word))
            return true;
    return false;
}

/* Words are tried one after the other, so that a sentence points at the one
 * that is wrong. */
static int read_machine(struct reading *r, struct span word, const char *at,
                        const char *end)
{
    struct text line = {0};
    struct sim_setup setup;
    struct err err;
    int rc = 0;

    if (r->has_machine || r->jobs->count > 0)
        return reading_say(r, word.at,
                           r->has_machine
                               ? "the machine is named twice; leave one out"
                               : "the machine must come before the jobs");
    if (end - word.at > MACHINE_MOST)
        return reading_say(r, word.at,
                           "the machine's line is longer than %d characters",
                           MACHINE_MOST);
    r->has_machine = true;
    do {
        text_addf(&line, "%s%.*s", line.len ? " " : "", (int)word.length,
                  word.at);
        rc = sim_setup_read(&setup, text_str(&line), NULL, &err);
        if (rc == -EINVAL)
            rc = reading_say(r, word.at, "%s", err.text);
    } while (rc == 0 && next_word(&at, end, &word));
    if (rc == 0 && r->machine)
        text_add(r->machine, text_str(&line));
    if (rc == 0 && line.failed)
        rc = -ENOMEM;
    text_fini(&line);
    return rc;
}

/* Is one of the words a parameter of the machine? */
static bool has_parameter(const char *at, const char *end)
{
    struct span word;
    char key[SPAN_SHOWN];

    while (next_word(&at, end, &word)) {
        const char *equals = memchr(word.at, '=', word.length);

        if (!equals)
            continue;
        word.length = (size_t)(equals - word.at);
        if (sim_setting(span_show(word, key)))
            return true;
    }
    return false;
}

static int no_name(struct reading *r, struct span word)
{
    char shown[SPAN_SHOWN];

    return reading_say(r, word.at, "a job begins with its name, such as A %s",
                       span_show(word, shown));
}

/* A line that has no work and is no machine. */
static int no_work(struct reading *r, struct span word, const char *at,
                   const char *end)
{
    char name[SPAN_SHOWN];
    bool first = r->jobs->count == 0 && !r->has_machine;
    const char *near;
    struct sim_setup setup;
    struct err err;
    int rc;

    span_show(policy_word(word), name);
    if (first && memchr(word.at, '=', word.length))
        return reading_say(r, word.at,
                           "the machine begins with the name of a policy, such "
                           "as rr %s",
                           name);
    if (first && has_parameter(at, end)) {
        rc = sim_setup_read(&setup, name, NULL, &err);
        return rc == -ENOMEM ? rc : reading_say(r, word.at, "%s", err.text);
    }
    if (*word.at == '-' || (*word.at >= '0' && *word.at <= '9'))
        return no_name(r, word);
    near = first ? sim_policy_meant(name) : NULL;
    if (near)
        return reading_say(r, word.at,
                           "\"%s\" is no policy (did you mean %s?), and as a "
                           "job it has nothing to do: write for how long it "
                           "computes, such as %s 10",
                           name, near, name);
    return reading_say(r, word.at,
                       "\"%s\" has nothing to do; write for how long it "
                       "computes, such as %s 10",
                       name, name);
}

/* ---- a job --------------------------------------------------------------- */

/* 2^60 ns, 36 years: all there is to do in a set, so that no sum of times
 * overflows. */
#define ALL_NS_MAX (INT64_C(1) << 60)

/* Is @name that of a job before the last? */
static bool is_taken(const struct sim_jobs *jobs, const char *name, int names)
{
    int64_t number = 0;
    size_t length = strlen(name);

    if (jobs->name_count == names) /* it had been there */
        return true;
    for (size_t i = 0; i < length; i++) {
        if (name[i] < 'A' || name[i] > 'Z' || length > 6)
            return false;
        number = number * 26 + (name[i] - 'A' + 1);
    }
    return number < jobs->count && jobs->job[number - 1].name < 0;
}

/* Names that a job would have without one are not kept. */
static int name_job(struct reading *r, struct span word, const char *name)
{
    struct sim_jobs *jobs = r->jobs;
    struct sim_job *job = &jobs->job[jobs->count - 1];
    char own[SIM_NAME_MAX];
    int names = jobs->name_count;

    sim_job_name(jobs, jobs->count - 1, own);
    if (strcmp(own, name) == 0 && names == 0)
        return 0;
    job->name = sim_jobs_name(jobs, name);
    if (job->name < 0)
        return -ENOMEM;
    if (is_taken(jobs, name, names))
        return reading_say(r, word.at,
                           "there is a job %s already; give this one another "
                           "name",
                           name);
    return 0;
}

/* "W1", of @word "W" and @number 1. */
static int name_copy(struct reading *r, struct span word, int number)
{
    char name[SIM_NAME_MAX + 12];

    snprintf(name, sizeof(name), "%.*s%d", (int)word.length, word.at, number);
    if (strlen(name) < SIM_NAME_MAX)
        return name_job(r, word, name);
    return reading_say(r, word.at,
                       "\"%s\" is too long for a job's name: %d bytes at most",
                       name, SIM_NAME_MAX - 1);
}

/* "W*4": four jobs W1 .. W4. */
static int read_copies(struct reading *r, struct job_line *j)
{
    const char *star = memchr(j->name.at, '*', j->name.length);
    struct span number;
    char shown[SPAN_SHOWN];
    int64_t copies;

    if (!star)
        return 0;
    number.at = star + 1;
    number.length = (size_t)(j->name.at + j->name.length - number.at);
    if (!span_whole(number, &copies) || copies < 1 || copies > SIM_JOBS_MAX)
        return reading_say(
            r, star, "\"%s\" says how many of them there are: *1 to *%d",
            span_show((struct span){star, number.length + 1}, shown),
            SIM_JOBS_MAX);
    j->copies = (int)copies;
    j->name.length = (size_t)(star - j->name.at);
    return 0;
}

static int too_many(struct reading *r, struct span word)
{
    return reading_say(r, word.at, "there are more than %d jobs", SIM_JOBS_MAX);
}

/* Will there be room for @j->copies of the last job? */
static int check_copies(struct reading *r, const struct job_line *j)
{
    const struct sim_jobs *jobs = r->jobs;
    int64_t more = j->copies - 1, steps = jobs->job[jobs->count - 1].count;

    if (more > SIM_JOBS_MAX - jobs->count)
        return too_many(r, j->name);
    if (more * steps > SIM_STEPS_MAX - jobs->step_count)
        return reading_say(r, j->name.at,
                           "the jobs have more than %d steps together",
                           SIM_STEPS_MAX);
    return 0;
}

/* What can only be seen at the end of its line. */
static int check_line(struct reading *r, struct job_line *j)
{
    struct sim_job *job = &r->jobs->job[r->jobs->count - 1];
    int64_t all, periods;

    for (int i = 0; i < r->jobs->lock_count; i++)
        if (j->held[i / 64] >> i % 64 & 1)
            return reading_say(r, j->name.at,
                               "it still has %s at its end, and nobody else "
                               "would ever get it; add unlock:%s",
                               r->jobs->lock[i], r->jobs->lock[i]);
    if (j->period_at && !j->own_period)
        return reading_say(r, j->period_at,
                           "\"period\" waits for the next period: say how long "
                           "one is, such as period=10");
    if (j->own_period && !j->period_at)
        return reading_say(r, j->own_period,
                           "it has a period but never waits for the next one; "
                           "add the word period, such as 3 period x100");
    if (job->deadline_ns == 0)
        job->deadline_ns = job->period_ns;
    if (job->deadline_ns < 0)
        job->deadline_ns = 0;
    if (__builtin_mul_overflow(j->all_periods + j->lap_periods, job->period_ns,
                               &periods) ||
        __builtin_add_overflow(j->all_ns, j->lap_ns, &all) ||
        __builtin_add_overflow(all, periods, &all) ||
        all > SIM_NS_MAX - job->arrival_ns)
        return reading_say(r, j->name.at,
                           "all it does takes longer than 104 days");
    if (__builtin_mul_overflow(all, j->copies ? j->copies : 1, &all) ||
        all > ALL_NS_MAX - r->all_ns)
        return reading_say(r, j->name.at,
                           "all the jobs together take longer than 36 years");
    r->all_ns += all;
    return j->copies > 1 ? check_copies(r, j) : 0;
}

/* The last job again, once. */
static int copy_job(struct reading *r, const struct job_line *j, int number)
{
    struct sim_jobs *jobs = r->jobs;
    struct sim_job *made = sim_jobs_add(jobs);
    const struct sim_job *from;
    int32_t first, count;
    int rc = 0;

    if (!made) /* there is room: check_copies() */
        return -ENOMEM;
    from = made - 1;
    first = made->first;
    count = from->count;
    *made = *from;
    made->first = first;
    made->count = 0;
    made->name = -1;
    for (int i = 0; i < count && rc == 0; i++) {
        const struct sim_step s = jobs->step[first - count + i];

        rc = sim_jobs_step(jobs, (enum sim_step_kind)s.kind, s.ns, s.n);
    }
    return rc < 0 ? rc : name_copy(r, j->name, number);
}

static int read_job(struct reading *r, struct span word, const char *at,
                    const char *end)
{
    struct job_line j = {.name = word};
    char name[SIM_NAME_MAX];
    int rc = read_copies(r, &j);

    if (rc < 0)
        return rc;
    if (word.at[0] >= '0' && word.at[0] <= '9')
        return no_name(r, word);
    rc = take_name(r, j.name, "a job's name", name);
    if (rc < 0)
        return rc;
    if (!sim_jobs_add(r->jobs))
        return r->jobs->count >= SIM_JOBS_MAX ? too_many(r, word) : -ENOMEM;
    rc = j.copies ? name_copy(r, j.name, 1) : name_job(r, j.name, name);
    while (rc == 0 && next_word(&at, end, &word))
        rc = take_word(r, &j, word);
    if (rc == 0)
        rc = check_line(r, &j);
    for (int i = 2; i <= j.copies && rc == 0; i++)
        rc = copy_job(r, &j, i);
    return rc;
}

/* ---- lines --------------------------------------------------------------- */

/* @at .. @end, between line ends or '|', without comment. */
static int read_line(struct reading *r, const char *at, const char *end)
{
    struct span word;

    if (!next_word(&at, end, &word))
        return 0;
    if (has_work(at, end))
        return read_job(r, word, at, end);
    return policy_of(word) ? read_machine(r, word, at, end)
                           : no_work(r, word, at, end);
}

static int read_all(struct reading *r, const char *at)
{
    int rc = 0;

    while (at < r->end && rc == 0) {
        const char *stop = at;

        while (stop < r->end && *stop != '\n' && *stop != '|' && *stop != '#')
            stop++;
        rc = read_line(r, at, stop);
        if (rc < 0)
            return rc;
        if (stop < r->end && *stop == '#') {
            stop = memchr(stop, '\n', (size_t)(r->end - stop));
            if (!stop)
                return 0;
        }
        if (stop < r->end && *stop == '\n') {
            r->line++;
            r->line_at = stop + 1;
        }
        at = stop + 1;
    }
    return rc;
}

/* A byte that no text has, in whatever line it is. */
static int check_bytes(struct reading *r, const char *text)
{
    const char *nul = memchr(text, '\0', (size_t)(r->end - text));

    if (!nul)
        return 0;
    for (const char *c = text; c < nul; c++)
        if (*c == '\n') {
            r->line++;
            r->line_at = c + 1;
        }
    return reading_say(r, nul, "there is a NUL byte: this is no text in UTF-8");
}

int sim_jobs_read(struct sim_jobs *out, struct text *machine, const char *name,
                  const char *text, size_t length, struct err *err)
{
    struct sim_jobs jobs = {0};
    struct text words = {0};
    struct reading r = {.jobs = &jobs,
                        .machine = &words,
                        .name = name,
                        .end = text + length,
                        .line = 1,
                        .err = err};
    int rc;

    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    r.line_at = text;
    if (length > SIM_JOBS_TEXT)
        rc = reading_say(&r, text, "the text is longer than %d MiB",
                         SIM_JOBS_TEXT >> 20);
    else
        rc = check_bytes(&r, text);
    if (rc == 0)
        rc = read_all(&r, text);
    if (rc == 0 && jobs.count == 0)
        rc = reading_say(&r, r.end,
                         "there is no job; write one a line, such as A 10");
    if (rc == 0 && words.failed)
        rc = -ENOMEM;
    if (rc < 0) {
        sim_jobs_fini(&jobs);
        text_fini(&words);
        return rc == -ENOMEM
                   ? err_set(err, rc, "%s: no memory for its jobs", name)
                   : rc;
    }
    sim_jobs_trim(&jobs);
    *out = jobs;
    if (machine)
        text_add(machine, text_str(&words));
    text_fini(&words);
    return 0;
}
