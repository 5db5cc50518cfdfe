/* What a learner has done: $XDG_STATE_HOME/timeslice/progress.tsv, one line an
 * event, only ever appended to.
 *
 *   time TAB lesson TAB revision TAB event TAB data NEWLINE
 *
 * Each event is one write() to a file opened for appending, then fdatasync():
 * SIGKILL loses at most the event in progress, and two players at once only mix
 * their lines. A line that was cut short (no newline, too few fields) is passed
 * over; the next event ends it with two tabs, which no good line has, and
 * begins on a line of its own. Data has no tabs or newlines: they become
 * blanks. */
#ifndef LESSON_PROGRESS_H
#define LESSON_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/text.h"

enum progress_event {
    PROGRESS_OPEN,    /* data: "" */
    PROGRESS_PREDICT, /* block=ID answer=... because=... votes=... attempt=N */
    PROGRESS_RUN,     /* run=NAME and its main figures: wall_s=... */
    PROGRESS_OBSERVE, /* as predict */
    PROGRESS_CHECK,   /* label=L verdict=pass reason=... */
    PROGRESS_HINT,    /* block=ID n=1 */
    PROGRESS_QUIZ,    /* as predict, right=1 */
    PROGRESS_KEY,     /* block=ID right=1|0|? key=...: how the prediction did */
    PROGRESS_AGAIN,   /* line=... answer=... measured=... */
    PROGRESS_STEP,    /* n=3: how far the learner is */
    PROGRESS_SKIP,
    PROGRESS_DONE, /* passed=4 failed=0 inconclusive=1 */
    PROGRESS_RESET,
    PROGRESS_EVENTS
};
extern const char *const progress_words[]; /* "open", "predict", ... */

struct progress_item {
    int64_t at_s; /* since 1970 */
    char lesson[33];
    uint64_t revision;
    enum progress_event event;
    const char *data;
};

struct progress {
    struct progress_item *items;
    int count, cap;
    char *text;  /* what .data points into */
    int damaged; /* lines that were passed over */
};

/* Where it is; -EAGAIN with a sentence: there is no place for it. */
int progress_path(char *out, size_t size, struct err *err);
/* All that is there; nothing there is fine. -errno with a sentence. */
int progress_read(struct progress *p, struct err *err);
/* Of @text; items are sorted by time, those of one second as they stand. 0 or
 * -ENOMEM; progress_fini() in both cases. */
int progress_parse(struct progress *p, const char *text, size_t length);
void progress_fini(struct progress *p);

/* Append one event, on disk when it returns. -errno with a sentence. */
int progress_add(const char *lesson, uint64_t revision,
                 enum progress_event event, struct err *err, const char *format,
                 ...) __attribute__((format(printf, 5, 6)));

/* Add @value so that progress_field() gives it back whole, whatever is in it:
 * "=" and "%" are written "%3D" and "%25". */
void progress_value(struct text *out, const char *value);
/* The next "key=value" at *@at, which moves behind it; what is too long is cut.
 * False: no more. */
bool progress_next(const char **at, char *key, size_t key_size, char *value,
                   size_t value_size);
/* The value of @key in @data ("label=wall verdict=pass"), which ends where the
 * next " word=" begins; false: not there. */
bool progress_field(const char *data, const char *key, char *out, size_t size);

/* All of it to @out; from @path, what is not there yet (by whole lines). How
 * many came in: *@added. */
int progress_export(FILE *out, struct err *err);
int progress_import(const char *path, int *added, struct err *err);

#endif
