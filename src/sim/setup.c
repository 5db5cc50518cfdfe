/* The simulated machine's parameters: one table, and what is read and written
 * with it. Any thread. */
#include "sim/setup.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/policy.h"
#include "sim/times.h"

static const char *const queue_words[] = {"central", "per-cpu", NULL};
static const char *const tie_words[] = {"ended", "arrived", NULL};
static const char *const on_io_words[] = {"switch", "hold", NULL};
static const char *const after_io_words[] = {"queue", "preempt", NULL};
static const char *const rule_words[] = {"own", "ostep", NULL};
static const char *const answers[] = {"no", "yes", NULL};

#define AT(field) offsetof(struct sim_setup, field)
/* What comes with every decision is bounded more tightly: 2^33 of them still
 * end before virtual time does. */
#define SECOND INT64_C(1000000000)
#define SLICED "rr steal lottery stride eevdf rt-rr gang gil-old"

/* Why these values when nothing is said:
 *   slice   10 ms: where textbooks begin ("generally from 10 to 100
 *           milliseconds": Silberschatz, Galvin and Gagne, CPU scheduling)
 *   switch, migrate, tick, warm-rate: as if they cost nothing, so that a
 *           result can be checked with pencil and paper
 *   levels, boost: longer slices further down, and all back to the top about
 *           once a second (Arpaci-Dusseau, Three Easy Pieces, multi-level
 *           feedback: the Solaris numbers); an allotment is not forgiven for
 *           waiting, or programs would play the scheduler (its rule 4)
 *   age     never: what starves should be seen to starve, until one asks
 *   latency, granularity, wakeup: Linux before 6.6 on one CPU
 *   interval 5 ms: CPython's sys.getswitchinterval()
 *   check   100 bytecodes, CPython before 3.2, at about 10 us of them
 *   wake    what a futex takes to bring a thread back, roughly */
/* clang-format off */
const struct sim_setting sim_settings[] = {
    {"cpus", SIM_SETTING_COUNT, AT(cpus), 1, SIM_CPUS_MAX, "1", NULL, NULL,
     "how many CPUs there are"},
    {"slice", SIM_SETTING_NS, AT(slice_ns), 1, SIM_NS_MAX, "10", NULL, SLICED,
     "how long a job may run before it is another's turn"},
    {"aligned", SIM_SETTING_YES_NO, AT(aligned), 0, 1, "no", answers, SLICED,
     "slices of all CPUs end together, at whole multiples of slice"},
    {"switch", SIM_SETTING_NS, AT(switch_ns), 0, SECOND, "0", NULL, NULL,
     "what it costs a CPU to go from one job to another"},
    {"migrate", SIM_SETTING_NS, AT(migrate_ns), 0, SECOND, "0", NULL, NULL,
     "what it costs more if the job ran on another CPU last"},
    {"tick", SIM_SETTING_NS, AT(tick_ns), 0, SIM_NS_MAX, "0", NULL, NULL,
     "slices end only at whole multiples of this; 0: at once"},
    {"queues", SIM_SETTING_CHOICE, AT(queues), 0, 1, "central", queue_words,
     NULL, "one queue for all CPUs, or one each"},
    {"steal", SIM_SETTING_STEAL, AT(steal_ns), 0, SIM_NS_MAX, "idle", NULL,
     NULL, "with a queue each, CPUs without work look at the others': when "
     "idle, so often, or never"},
    {"warm", SIM_SETTING_NS, AT(warm_ns), 0, SIM_NS_MAX, "10", NULL, NULL,
     "how long a job runs on a CPU until that cache is warm for it"},
    {"warm-rate", SIM_SETTING_WHOLE, AT(warm_rate), 1, 100, "1", NULL, NULL,
     "how many times as fast it is then; 1: caches do not matter"},
    {"cache", SIM_SETTING_WHOLE, AT(cache), 0, 1000000000, "100", NULL, NULL,
     "a CPU's cache, in the unit of the jobs' sets"},
    {"levels", SIM_SETTING_LEVELS, AT(level), 1, SIM_LEVELS_MAX,
     "10:1,20:1,40:1", NULL, "mlfq",
     "slice and number of slices of each level, the highest first"},
    {"boost", SIM_SETTING_PERIOD, AT(boost_ns), 1, SIM_NS_MAX, "1s", NULL,
     "mlfq", "all jobs to the highest level so often"},
    {"stay", SIM_SETTING_YES_NO, AT(stay), 0, 1, "no", answers, "mlfq",
     "waiting for a device gives a job a fresh allotment"},
    {"front", SIM_SETTING_YES_NO, AT(front), 0, 1, "no", answers, "mlfq",
     "who comes back from a device goes to the front of its queue"},
    {"age", SIM_SETTING_PERIOD, AT(age_ns), 1, SIM_NS_MAX, "never", NULL,
     "priority", "waiting so long is worth one step of priority"},
    {"latency", SIM_SETTING_NS, AT(latency_ns), 1, SIM_NS_MAX, "6", NULL,
     "cfs", "every job runs once within this"},
    {"granularity", SIM_SETTING_NS, AT(granularity_ns), 1, SIM_NS_MAX, "0.75",
     NULL, "cfs", "but nobody for less than this at a time"},
    {"wakeup", SIM_SETTING_NS, AT(wakeup_ns), 0, SIM_NS_MAX, "1", NULL, "cfs",
     "so far behind the running job a waking one takes its CPU"},
    {"interval", SIM_SETTING_NS, AT(interval_ns), 1, SIM_NS_MAX, "5", NULL,
     "gil", "how long a thread waits for the lock before it asks for it"},
    {"check", SIM_SETTING_NS, AT(check_ns), 1, SECOND, "10us", NULL,
     "gil-old", "the lock's holder lets go of it so often"},
    {"wake", SIM_SETTING_NS, AT(wake_ns), 0, SECOND, "50us", NULL,
     "gil-old", "until a thread that was woken is there"},
    {"inherit", SIM_SETTING_YES_NO, AT(inherit), 0, 1, "no", answers, NULL,
     "who has a lock has the priority of those that wait for it"},
    {"ties", SIM_SETTING_CHOICE, AT(ties), 0, 1, "ended", tie_words, NULL,
     "which joins the queue first: whose slice ended, or who just came"},
    {"on-io", SIM_SETTING_CHOICE, AT(on_io), 0, 1, "switch", on_io_words, NULL,
     "a job waits for a device: its CPU goes to another, or stays its own"},
    {"after-io", SIM_SETTING_CHOICE, AT(after_io), 0, 1, "queue",
     after_io_words, NULL,
     "a job's device is done: it waits its turn, or takes a CPU at once"},
    {"rules", SIM_SETTING_CHOICE, AT(rules), 0, 1, "own", rule_words, NULL,
     "corner rules: ours, or those of the OSTEP programs"},
    {"until", SIM_SETTING_PERIOD, AT(until_ns), 1, SIM_NS_MAX, "never", NULL,
     NULL, "stop at this time; never: when all jobs have ended"},
    {"seed", SIM_SETTING_SEED, AT(seed), 0, INT64_MAX, "1", NULL, NULL,
     "of all that is drawn by lot"},
};
/* clang-format on */
const int sim_setting_count = sizeof(sim_settings) / sizeof(sim_settings[0]);
static_assert(sizeof(sim_settings) / sizeof(sim_settings[0]) <= 64,
              "struct sim_setup.given has a bit each");

const struct sim_setting *sim_setting(const char *name)
{
    for (int i = 0; i < sim_setting_count; i++)
        if (strcmp(sim_settings[i].name, name) == 0)
            return &sim_settings[i];
    return NULL;
}

/* Is @name one of the blank-separated words of @list? */
static bool among(const char *name, const char *list)
{
    size_t length = strlen(name);

    for (const char *at = list; (at = strstr(at, name)); at += length)
        if ((at == list || at[-1] == ' ') &&
            (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

bool sim_setting_applies(const struct sim_setting *s,
                         const struct sim_policy *p)
{
    if (p->central &&
        (strcmp(s->name, "queues") == 0 || strcmp(s->name, "steal") == 0))
        return false;
    return !s->policies || among(p->name, s->policies);
}

/* ---- one value from text ------------------------------------------------- */

/* Of at most this many characters a value is shown in a sentence. */
#define SHOWN 40

/* A value as the sentences show it: printable and short. */
static const char *shown(const char *value, char out[SHOWN + 8])
{
    size_t n = 0;

    for (; n < SHOWN && value[n]; n++)
        out[n] = value[n] >= ' ' && value[n] < 0x7f ? value[n] : '?';
    snprintf(out + n, 8, "%s", value[n] ? "..." : "");
    return out;
}

static bool read_whole(const char *value, uint64_t *out)
{
    char *end;

    if (value[0] < '0' || value[0] > '9')
        return false;
    errno = 0;
    *out = strtoull(value, &end, 10);
    return errno == 0 && *end == '\0';
}

static int set_whole(const struct sim_setting *s, const char *value,
                     uint64_t *out, struct err *err)
{
    char word[SHOWN + 8];

    if (read_whole(value, out) && *out >= (uint64_t)s->min &&
        *out <= (uint64_t)s->max)
        return 0;
    return err_set(err, -EINVAL,
                   "%s is a whole number from %" PRId64 " to %" PRId64
                   ", not \"%s\"",
                   s->name, s->min, s->max, shown(value, word));
}

static int set_choice(const struct sim_setting *s, const char *value, int *out,
                      struct err *err)
{
    char word[SHOWN + 8];
    struct text list = {0};
    int rc;

    for (int i = 0; s->words[i]; i++)
        if (strcmp(s->words[i], value) == 0) {
            *out = i;
            return 0;
        }
    for (int i = 0; s->words[i]; i++)
        text_addf(&list, "%s%s", i ? " or " : "", s->words[i]);
    rc = err_set(err, -EINVAL, "%s is %s, not \"%s\"", s->name, text_str(&list),
                 shown(value, word));
    text_fini(&list);
    return rc;
}

/* A time of @length bytes at @value. */
static int set_time(const struct sim_setting *s, const char *value,
                    size_t length, int64_t min, int64_t *out, struct err *err)
{
    const char *what =
        s->type == SIM_SETTING_LEVELS ? "a level's slice" : s->name;
    char word[SHOWN + 8], cut[SHOWN + 8];
    int64_t ns;
    enum time_fault fault = time_read(value, length, &ns);

    snprintf(cut, sizeof(cut), "%.*s", (int)length, value);
    shown(cut, word);
    if (fault == TIME_NONE)
        return err_set(err, -EINVAL,
                       "%s is a time, not \"%s\": a number of milliseconds, "
                       "or with a unit, such as 4 or 250us%s",
                       what, word,
                       s->type == SIM_SETTING_PERIOD  ? ", or never"
                       : s->type == SIM_SETTING_STEAL ? ", or idle, or never"
                                                      : "");
    if (fault != TIME_OK)
        return err_set(err, -EINVAL, "%s: \"%s\" %s", what, word,
                       time_fault_why(fault));
    if (ns < min)
        return err_set(err, -EINVAL, "%s must be longer than 0%s", what,
                       s->type == SIM_SETTING_PERIOD
                           ? "; write never if there is to be none"
                           : "");
    if (ns > (s->type == SIM_SETTING_LEVELS ? SIM_NS_MAX : s->max))
        return err_set(err, -EINVAL, "%s can be 1 s at most, not %s", what,
                       word);
    *out = ns;
    return 0;
}

static int set_period(const struct sim_setting *s, const char *value,
                      int64_t *out, struct err *err)
{
    if (strcmp(value, "never") == 0) {
        *out = SIM_NEVER;
        return 0;
    }
    if (s->type == SIM_SETTING_STEAL && strcmp(value, "idle") == 0) {
        *out = 0;
        return 0;
    }
    return set_time(s, value, strlen(value), s->min, out, err);
}

/* "8:1,16:1,32": levels, the highest first. */
static int set_levels(struct sim_setup *setup, const struct sim_setting *s,
                      const char *value, struct err *err)
{
    struct sim_level level[SIM_LEVELS_MAX];
    int count = 0;

    for (const char *at = value;; at++) {
        size_t length = strcspn(at, ",/"), slice = strcspn(at, ":,/");
        char number[SHOWN + 8], word[SHOWN + 8];
        uint64_t slices = 1;
        int rc;

        if (count == SIM_LEVELS_MAX)
            return err_set(err, -EINVAL,
                           "levels: there are more than %d levels",
                           SIM_LEVELS_MAX);
        rc = set_time(s, at, slice, 1, &level[count].slice_ns, err);
        if (rc < 0)
            return rc;
        snprintf(number, sizeof(number), "%.*s",
                 slice < length ? (int)(length - slice - 1) : 0,
                 slice < length ? at + slice + 1 : "");
        if (slice < length &&
            (!read_whole(number, &slices) || slices < 1 || slices > 1000000000))
            return err_set(err, -EINVAL,
                           "levels: after the ':' comes how many slices, a "
                           "whole number from 1, not \"%s\"",
                           shown(number, word));
        level[count++].allotment = (int64_t)slices;
        at += length;
        if (!*at)
            break;
    }
    memcpy(setup->level, level, sizeof(level[0]) * (size_t)count);
    setup->level_count = count;
    return 0;
}

static int set_value(struct sim_setup *setup, const struct sim_setting *s,
                     const char *value, struct err *err)
{
    char *field = (char *)setup + s->offset;
    uint64_t whole = 0;
    int64_t ns = 0;
    int choice = 0, rc;

    switch (s->type) {
    case SIM_SETTING_COUNT:
    case SIM_SETTING_WHOLE:
    case SIM_SETTING_SEED:
        rc = set_whole(s, value, &whole, err);
        if (rc < 0)
            return rc;
        if (s->type == SIM_SETTING_COUNT)
            memcpy(field, &(int){(int)whole}, sizeof(int));
        else
            memcpy(field, &whole, sizeof(whole));
        return 0;
    case SIM_SETTING_NS:
    case SIM_SETTING_PERIOD:
    case SIM_SETTING_STEAL:
        rc = s->type == SIM_SETTING_NS
                 ? set_time(s, value, strlen(value), s->min, &ns, err)
                 : set_period(s, value, &ns, err);
        if (rc == 0)
            memcpy(field, &ns, sizeof(ns));
        return rc;
    case SIM_SETTING_YES_NO:
    case SIM_SETTING_CHOICE:
        rc = set_choice(s, value, &choice, err);
        if (rc < 0)
            return rc;
        if (s->type == SIM_SETTING_YES_NO)
            memcpy(field, &(bool){choice == 1}, sizeof(bool));
        else
            memcpy(field, &choice, sizeof(choice));
        return 0;
    case SIM_SETTING_LEVELS:
        return set_levels(setup, s, value, err);
    }
    return -EINVAL;
}
static_assert(sizeof(enum sim_queues) == sizeof(int),
              "set_value() writes choices as int");

int sim_setup_set(struct sim_setup *setup, const char *name, const char *value,
                  struct err *err)
{
    const struct sim_setting *s = sim_setting(name);
    const char *names[65] = {0}, *near;
    char word[SHOWN + 8];
    int rc;

    if (s) {
        rc = set_value(setup, s, value, err);
        if (rc == 0)
            setup->given |= UINT64_C(1) << (s - sim_settings);
        return rc;
    }
    for (int i = 0; i < sim_setting_count; i++)
        names[i] = sim_settings[i].name;
    near = text_nearest(name, names);
    shown(name, word);
    if (near)
        return err_set(err, -EINVAL,
                       "there is no parameter \"%s\"; did you mean %s?", word,
                       near);
    return err_set(err, -EINVAL,
                   "there is no parameter \"%s\"; \"timeslice list policies\" "
                   "shows which there are",
                   word);
}
