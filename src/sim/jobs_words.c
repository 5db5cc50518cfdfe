/* The words of a job's line: what it does, and when it comes. Its settings are
 * in jobs_settings.c. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim/jobs_parts.h"
#include "sim/policy.h"
#include "sim/times.h"

#define TIMES_MOST 1000000000

/* ---- spans --------------------------------------------------------------- */

bool span_is(struct span word, const char *text)
{
    return strlen(text) == word.length &&
           memcmp(text, word.at, word.length) == 0;
}

bool span_is_setting(struct span word)
{
    return *word.at == '@' || memchr(word.at, '=', word.length);
}

const char *span_show(struct span word, char out[SPAN_SHOWN])
{
    char bytes[SPAN_SHOWN / 2 + 1] = {0};
    size_t length = word.length < SPAN_SHOWN / 2 ? word.length : SPAN_SHOWN / 2;
    size_t to = 0;

    memcpy(bytes, word.at, length);
    for (size_t at = 0; at < length;) {
        uint32_t c;
        int used = bytes[at] ? text_decode(bytes + at, &c) : 1;
        bool plain = bytes[at] >= ' ' && bytes[at] < 0x7f;

        if (plain || (used > 1 && c >= 0xa1 && c < 0x2000))
            memcpy(out + to, bytes + at, (size_t)used);
        else
            memcpy(out + to, "?", 2);
        to += plain || (used > 1 && c >= 0xa1 && c < 0x2000) ? (size_t)used : 1;
        at += (size_t)used;
    }
    snprintf(out + to, SPAN_SHOWN - to, "%s",
             length < word.length ? "..." : "");
    return out;
}

bool span_whole(struct span word, int64_t *out)
{
    bool minus = word.length > 0 && *word.at == '-';
    size_t at = minus;
    int64_t n = 0;

    if (at == word.length || word.length - at > 18)
        return false;
    for (; at < word.length; at++) {
        if (word.at[at] < '0' || word.at[at] > '9')
            return false;
        n = n * 10 + (word.at[at] - '0');
    }
    *out = minus ? -n : n;
    return true;
}

/* ---- names --------------------------------------------------------------- */

static bool ascii_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Letters that are one column wide everywhere: Latin, Greek, Cyrillic. */
static bool is_letter(uint32_t c)
{
    return ascii_letter(c) ||
           (c >= 0xc0 && c <= 0x24f && c != 0xd7 && c != 0xf7) ||
           (c >= 0x370 && c <= 0x4ff);
}

int take_name(struct reading *r, struct span word, const char *what,
              char out[SIM_NAME_MAX])
{
    char shown[SPAN_SHOWN];

    if (word.length == 0)
        return reading_say(r, word.at, "%s is missing", what);
    if (word.length > SIM_NAME_MAX - 1)
        return reading_say(r, word.at,
                           "\"%s\" is too long for %s: %d bytes at most",
                           span_show(word, shown), what, SIM_NAME_MAX - 1);
    memset(out, 0, SIM_NAME_MAX);
    memcpy(out, word.at, word.length);
    for (size_t at = 0; at < word.length;) {
        uint32_t c = 0;
        int used = out[at] ? text_decode(out + at, &c) : 1;
        bool within = (c >= '0' && c <= '9') || c == '-' || c == '.';

        if (!is_letter(c) && !(within && at > 0))
            return reading_say(
                r, word.at + at,
                within ? "\"%s\" cannot be %s: it must begin with a letter"
                       : "\"%s\" cannot be %s: it consists of letters, digits, "
                         "'_', '-' and '.'",
                span_show(word, shown), what);
        at += (size_t)used;
    }
    return 0;
}

/* ---- times --------------------------------------------------------------- */

int take_time(struct reading *r, struct span word, struct span number,
              const char *such, int64_t *out)
{
    char shown[SPAN_SHOWN];
    enum time_fault fault;

    if (number.length == 0)
        return reading_say(r, number.at, "\"%s\" needs a time, such as %s",
                           span_show(word, shown), such);
    if (*number.at == '-' && number.length > 1)
        return reading_say(r, number.at,
                           "\"%s\" is negative; a time is 0 or more",
                           span_show(number, shown));
    fault = time_read(number.at, number.length, out);
    if (fault == TIME_NONE)
        return reading_say(r, number.at,
                           "\"%s\" is no time; write milliseconds, or a unit, "
                           "such as %s or %sus",
                           span_show(number, shown), such, such);
    if (fault != TIME_OK)
        return reading_say(r, number.at, "\"%s\" %s", span_show(number, shown),
                           time_fault_why(fault));
    return 0;
}

/* ---- what it does -------------------------------------------------------- */

static void add_ns(int64_t *sum, int64_t ns)
{
    if (__builtin_add_overflow(*sum, ns, sum))
        *sum = INT64_MAX;
}

static int add_step(struct reading *r, struct job_line *j, struct span word,
                    enum sim_step_kind kind, int64_t ns, int32_t n)
{
    int rc = sim_jobs_step(r->jobs, kind, ns, n);

    j->works = j->lap_works = true;
    add_ns(&j->lap_ns, ns);
    if (rc == -E2BIG)
        return reading_say(r, word.at,
                           "the jobs have more than %d steps together; "
                           "\"x10\" says that steps are repeated",
                           SIM_STEPS_MAX);
    return rc;
}

static int take_run(struct reading *r, struct job_line *j, struct span word)
{
    int64_t ns = 0;
    int rc = take_time(r, word, word, "4", &ns);

    if (rc < 0)
        return rc;
    j->works = j->lap_works = true;
    return ns ? add_step(r, j, word, STEP_RUN, ns, 0) : 0;
}

static int take_wait(struct reading *r, struct job_line *j, struct span word,
                     struct span number, enum sim_step_kind kind)
{
    int64_t ns = 0;
    int rc =
        take_time(r, word, number, kind == STEP_IO ? "io:5" : "sleep:5", &ns);

    return rc < 0 ? rc : add_step(r, j, word, kind, ns, 0);
}

static int take_lock(struct reading *r, struct job_line *j, struct span word,
                     struct span named, enum sim_step_kind kind)
{
    char name[SIM_NAME_MAX];
    uint64_t bit;
    int lock, rc = take_name(r, named, "a lock's name", name);

    if (rc < 0)
        return rc;
    lock = sim_jobs_lock(r->jobs, name);
    if (lock < 0)
        return r->jobs->lock_count >= SIM_LOCKS_MAX
                   ? reading_say(r, word.at,
                                 "\"%s\" is one lock too many; there can be %d",
                                 name, SIM_LOCKS_MAX)
                   : -ENOMEM;
    bit = UINT64_C(1) << lock % 64;
    if (kind == STEP_LOCK && j->held[lock / 64] & bit)
        return reading_say(r, word.at,
                           "it has %s already and would wait for itself for "
                           "ever; unlock:%s must come before",
                           name, name);
    if (kind == STEP_UNLOCK && !(j->held[lock / 64] & bit))
        return reading_say(r, word.at,
                           "it does not have %s here; lock:%s must come before",
                           name, name);
    j->held[lock / 64] ^= bit;
    return add_step(r, j, word, kind, 0, lock);
}

static int take_again(struct reading *r, struct job_line *j, struct span word)
{
    int64_t times, lap = j->lap_ns, laps;
    char shown[SPAN_SHOWN];

    if (!span_whole(span_from(word, 1), &times) || times < 1 ||
        times > TIMES_MOST)
        return reading_say(r, word.at,
                           "\"%s\" says how many times all before it is done: "
                           "x1 to x%d",
                           span_show(word, shown), TIMES_MOST);
    if (!j->lap_works)
        return reading_say(r, word.at,
                           "there is nothing before \"%s\" to repeat; write "
                           "the steps first, such as 3 io:5 x10",
                           span_show(word, shown));
    if (times > 1 && lap == 0 && j->lap_periods == 0)
        return reading_say(r, word.at,
                           "what \"%s\" repeats takes no time; give it some, "
                           "such as 1us",
                           span_show(word, shown));
    if (times > 1 && memcmp(j->held, j->held_before, sizeof(j->held)) != 0)
        return reading_say(r, word.at,
                           "\"%s\" would begin with other locks than it ended "
                           "with; take and give them within the same lap",
                           span_show(word, shown));
    if (__builtin_mul_overflow(lap, times, &laps))
        laps = INT64_MAX;
    add_ns(&j->all_ns, laps);
    add_ns(&j->all_periods, j->lap_periods * times);
    j->lap_ns = j->lap_periods = 0;
    memcpy(j->held_before, j->held, sizeof(j->held));
    laps = add_step(r, j, word, STEP_AGAIN, 0, (int32_t)times);
    j->lap_works = false;
    return (int)laps;
}

static int take_arrival(struct reading *r, struct job_line *j, struct span word)
{
    struct sim_job *job = &r->jobs->job[r->jobs->count - 1];

    if (j->given & GIVEN_ARRIVAL)
        return reading_say(r, word.at,
                           "when it arrives is given twice; leave one of them "
                           "out");
    j->given |= GIVEN_ARRIVAL;
    return take_time(r, word, span_from(word, 1), "@2", &job->arrival_ns);
}

/* ---- any word ------------------------------------------------------------ */

static int take_with_colon(struct reading *r, struct job_line *j,
                           struct span word, size_t colon)
{
    static const char *const kinds[] = {"io", "sleep", "lock", "unlock", NULL};
    struct span kind = {word.at, colon}, rest = span_from(word, colon + 1);
    char shown[SPAN_SHOWN];
    const char *near;

    if (span_is(kind, "io"))
        return take_wait(r, j, word, rest, STEP_IO);
    if (span_is(kind, "sleep"))
        return take_wait(r, j, word, rest, STEP_SLEEP);
    if (span_is(kind, "lock"))
        return take_lock(r, j, word, rest, STEP_LOCK);
    if (span_is(kind, "unlock"))
        return take_lock(r, j, word, rest, STEP_UNLOCK);
    near = text_nearest(span_show(kind, shown), kinds);
    if (near)
        return reading_say(r, word.at,
                           "a job can do no \"%s:\"; did you mean %s:?", shown,
                           near);
    return reading_say(r, word.at,
                       "a job can do no \"%s:\"; there are io:, sleep:, lock: "
                       "and unlock:, and a bare time to compute",
                       shown);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int no_word(struct reading *r, const struct job_line *j,
                   struct span word)
{
    char shown[SPAN_SHOWN];
    static const char *const known[] = {"io", "sleep", "lock", "unlock"};

    span_show(word, shown);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (span_is(word, known[i]))
            return reading_say(
                r, word.at, "%s needs to be told %s, such as %s:%s", shown,
                i < 2 ? "how long" : "which lock", shown, i < 2 ? "5" : "m");
    if (sim_policy(j->name.at, j->name.length))
        return reading_say(r, word.at,
                           "\"%s\" is nothing a job does, and a machine's "
                           "parameters have a value, such as cpus=2",
                           shown);
    return reading_say(r, word.at,
                       "\"%s\" is nothing a job does: a time, io:5, sleep:5, "
                       "lock:m, unlock:m, period, x10; another job begins in a "
                       "new line or after '|'",
                       shown);
}

int take_word(struct reading *r, struct job_line *j, struct span word)
{
    const char *colon = memchr(word.at, ':', word.length);
    char c = *word.at, second = word.length > 1 ? word.at[1] : '\0';

    if (is_digit(c) || c == '.' || ((c == '-' || c == '+') && is_digit(second)))
        return take_run(r, j, word);
    if (c == '@')
        return take_arrival(r, j, word);
    if (memchr(word.at, '=', word.length))
        return take_setting(r, j, word);
    if (c == 'x' && (is_digit(second) || second == '-'))
        return take_again(r, j, word);
    if (span_is(word, "period")) {
        j->lap_periods++;
        if (!j->period_at)
            j->period_at = word.at;
        return add_step(r, j, word, STEP_PERIOD, 0, 0);
    }
    if (colon)
        return take_with_colon(r, j, word, (size_t)(colon - word.at));
    return no_word(r, j, word);
}
