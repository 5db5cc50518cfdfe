/* Reading a set of jobs: what jobs_read.c (lines), jobs_words.c (words) and
 * jobs_settings.c share. Inside sim/; one thread. */
#ifndef SIM_JOBS_PARTS_H
#define SIM_JOBS_PARTS_H

#include "base/err.h"
#include "sim/jobs.h"

/* Some characters of the text; not NUL-terminated. */
struct span {
    const char *at;
    size_t length;
};

/* @word without its first @at characters. */
static inline struct span span_from(struct span word, size_t at)
{
    return (struct span){word.at + at, word.length - at};
}

struct reading {
    struct sim_jobs *jobs;
    struct text *machine; /* or NULL */
    const char *name;     /* of the file, for sentences */
    const char *end;      /* of the text */
    const char *line_at;  /* where the present line begins */
    int line;             /* from 1 */
    bool has_machine;
    int64_t all_ns; /* that all jobs so far take, waits included */
    struct err *err;
};

#define LOCK_WORDS (SIM_LOCKS_MAX / 64)
enum job_given { GIVEN_ARRIVAL = 1 << 16 }; /* else: of which setting */

/* A job being read: what must be right when its line ends. */
struct job_line {
    struct span name;
    int copies;             /* of it; 0: one, without a number */
    bool works;             /* a word says what it does */
    bool lap_works;         /* since the last "x" */
    int64_t lap_ns, all_ns; /* of its laps, INT64_MAX: too much */
    int64_t lap_periods, all_periods;
    uint64_t held[LOCK_WORDS], held_before[LOCK_WORDS]; /* the lap */
    const char *period_at;  /* the word "period", or NULL */
    const char *own_period; /* the setting, or NULL */
    uint32_t given;         /* bits: settings, GIVEN_ARRIVAL */
};

/* Give back the memory that growing took too much (jobs.c). */
void sim_jobs_trim(struct sim_jobs *jobs);

/* "NAME:LINE:COLUMN: " and the sentence, for what stands at @at in the present
 * line; -EINVAL. */
int reading_say(struct reading *r, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* @word as a sentence shows it: printable, short. @out is returned. */
enum { SPAN_SHOWN = 64 };
const char *span_show(struct span word, char out[SPAN_SHOWN]);
bool span_is(struct span word, const char *text);
/* Is it only a setting (key=value) or an arrival, and no work? */
bool span_is_setting(struct span word);
/* Letters, digits, '_', '-', '.', no digit first, at most SIM_NAME_MAX - 1
 * bytes: copied to @out. Else a sentence; @what is "a job's name". */
int take_name(struct reading *r, struct span word, const char *what,
              char out[SIM_NAME_MAX]);
bool span_whole(struct span word, int64_t *out); /* "-12"; false: none */

/* A time: @number stands in @word, and @such is an example of the whole. */
int take_time(struct reading *r, struct span word, struct span number,
              const char *such, int64_t *out);
/* "key=value" (jobs_settings.c). */
int take_setting(struct reading *r, struct job_line *j, struct span word);
/* One word of a job's line, behind its name. */
int take_word(struct reading *r, struct job_line *j, struct span word);

#endif
