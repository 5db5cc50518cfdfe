/* The history: every run, sweep and comparison of this user, in one SQLite
 * file, $XDG_STATE_HOME/timeslice/history.db. Any number of timeslices may
 * write and read at once. One thread a handle; never across a fork. */
#ifndef KEEP_HISTORY_H
#define KEEP_HISTORY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/text.h"
#include "keep/pack.h"
#include "sweep/contest.h"
#include "sweep/sweep.h"
#include "trace/trace.h"

#define HISTORY_SCHEMA 1
#define HISTORY_BYTES                                                          \
    (INT64_C(256) << 20) /* beyond it old runs' timelines go,                  \
                            then old runs; never what has a                    \
                            tag or a note */
struct history;

/* Open it, made if need be. -EAGAIN and a sentence: there is no place for one;
 * the caller says so and goes on without. A damaged file is set aside as
 * history.db.damaged-DATE, a new one begun and a sentence put into @told (400
 * bytes, "" if all is well). A file of a later schema is left alone:
 * -ENOTSUP. */
int history_open(struct history **out, char told[400], struct err *err);
/* The same, of the file @path. */
int history_open_at(struct history **out, const char *path, char told[400],
                    struct err *err);
void history_close(struct history *h); /* NULL is fine */
const char *history_path(const struct history *h);

/* ---- writing: each is one transaction, there when it returns --------------
 *
 * Any of these, and of those that read, may find the file damaged: then it is
 * set aside as at opening, a new one begun, and -EBADMSG comes back with the
 * sentence that says so. What was to be written may be written again, into the
 * new one; a sweep's number is worth nothing there. */

/* What belongs to a run of a sweep. */
struct history_place {
    int64_t sweep; /* 0: a run of its own */
    int point, round, attempt;
    const struct sweep_outcome *outcome; /* NULL without a sweep */
};
/* Keep a finished run. Returns its number (> 0) or -errno. */
int64_t history_add_run(struct history *h, const struct trace *t,
                        const struct history_place *place, struct err *err);

enum history_kind { HISTORY_RUN, HISTORY_SWEEP, HISTORY_CONTEST };
/* Begin a sweep or a comparison; @line gives it again (sweep_format(),
 * contest_format()). Its number or -errno. */
int64_t history_begin_sweep(struct history *h, enum history_kind kind,
                            const char *line, const struct machine *m,
                            struct err *err);
/* It is over: "done", "interrupted". @sentence: the answer, for lists. A sweep
 * that nobody ended and whose process is gone is "interrupted" too. */
int history_end_sweep(struct history *h, int64_t sweep, const char *state,
                      const char *sentence, struct err *err);
/* Go on with a sweep that was interrupted: it is this process's now, and
 * "running". -EBUSY: another process is at it. */
int history_go_on(struct history *h, int64_t sweep, struct err *err);
int history_set_guess(struct history *h, int64_t sweep, double guess,
                      struct err *err);
/* After sweep_add_value(): keep the request as it is now. */
int history_renew(struct history *h, int64_t sweep, const struct sweep *s,
                  struct err *err);

int history_note(struct history *h, enum history_kind kind, int64_t id,
                 const char *note, struct err *err); /* "" removes it */
int history_tag(struct history *h, enum history_kind kind, int64_t id,
                const char *tag, bool add, struct err *err);
/* A sweep with its runs. */
int history_remove(struct history *h, enum history_kind kind, int64_t id,
                   struct err *err);

/* ---- reading ---------------------------------------------------------------
 */

struct history_item {
    enum history_kind kind;
    int64_t id;
    int64_t at_ns; /* when it began, since 1970 */
    int64_t took_ns;
    int runs;       /* of a sweep */
    int64_t sweep;  /* of a run: which it belongs to; 0: none */
    bool has_guess; /* of a sweep: the learner's */
    double guess;
    char state[16]; /* a run's verdict; "done", "running", "interrupted"; or
                       "damaged": nothing else is known of it */
    const char *line, *sentence, *note, *tags; /* good within the call; tags
                                                  with blanks between; "" */
    bool has_timeline;
};
/* Call @each, newest first, for those that have every word of @search (in
 * line, note, tags, sentence or state; NULL or "": all), @most at most, without
 * the runs of sweeps. @each returns false to stop. 0 or -errno. */
int history_list(struct history *h, const char *search, int most,
                 bool (*each)(const struct history_item *item, void *arg),
                 void *arg, struct err *err);
/* One item; -ENOENT with a sentence. */
int history_find(struct history *h, enum history_kind kind, int64_t id,
                 bool (*each)(const struct history_item *item, void *arg),
                 void *arg, struct err *err);

/* What a person writes: "17" or "run 17": a run; "s4": a sweep or comparison;
 * "last": the newest of all. -EINVAL, -ENOENT. */
int history_name(struct history *h, const char *word, enum history_kind *kind,
                 int64_t *id, struct err *err);

/* Run @id's trace, badge REPLAY; trace_free() it. Without a timeline (pruned)
 * it has all but the spans. Its record is export_json() of that. */
int history_trace(struct history *h, int64_t id, struct trace **out,
                  struct err *err);
/* A sweep with all its outcomes handed in; sweep_free() it. Also to go on with
 * it. @state as in history_item, or NULL. */
int history_sweep(struct history *h, int64_t id, struct sweep **out,
                  char state[16], struct err *err);
int history_contest(struct history *h, int64_t id, struct contest **out,
                    char state[16], struct err *err);
/* The newest sweep that was not finished; 0: there is none. */
int64_t history_unfinished(struct history *h);

/* ---- as a whole ------------------------------------------------------------
 */

/* Everything, or the items named, as JSON lines (schema "timeslice.history/1");
 * and back: what is there already (by its birth mark) is left out. How many
 * came in: *@added. A damaged file of a history may be given, too: what can be
 * read of it is taken. */
int history_export(struct history *h, const int64_t *runs, int run_count,
                   const int64_t *sweeps, int sweep_count, FILE *out,
                   struct err *err);
int history_import(struct history *h, const char *path, int64_t *added,
                   struct err *err);
/* Read all of it and compare every sum. *@bad rows are damaged; -EBADMSG with
 * a sentence if any is. */
int history_check(struct history *h, int64_t *rows, int64_t *bad,
                  struct err *err);
/* Bring it down to @bytes (HISTORY_BYTES when it is kept by itself). */
int history_prune(struct history *h, int64_t bytes, struct err *err);

#endif
