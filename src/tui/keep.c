/* Runs of the screens, put into the history. Screen process.
 *
 * The history is opened with the first run that is to be kept, so after a lab
 * was forked; a lab made later inherits the open file, but never touches it and
 * leaves by _exit(). */
#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "keep/history.h"
#include "stats/summary.h"
#include "tui/app.h"

/* What a run that is being left has time for, to end by itself and to be ended.
 */
#define END_NS (100 * NS_PER_MS)

/* Something about the history, once. On the way out nobody sees the screen: it
 * is said when the terminal is free again. */
static void tell(struct app *a, const char *sentence)
{
    snprintf(a->kept.told, sizeof(a->kept.told), "%s", sentence);
    app_say(a, true, "%s", sentence);
}

struct history *keep_history(struct app *a)
{
    return a->options.no_history ? NULL : keep_opened(a);
}

struct history *keep_opened(struct app *a)
{
    char told[400] = "";
    struct err err = {0};

    if (a->kept.asked)
        return a->kept.history;
    a->kept.asked = true;
    if (history_open(&a->kept.history, told, &err) < 0) {
        char sentence[440];

        snprintf(sentence, sizeof(sentence), "nothing will be kept: %s",
                 err.text);
        tell(a, sentence);
    } else if (told[0]) {
        tell(a, told);
    }
    return a->kept.history;
}

void keep_run(struct app *a)
{
    struct run *r = &a->run;
    const struct trace *t = r->source ? r->source->trace : NULL;
    struct history *history;
    struct err err = {0};
    int64_t id;

    if (!t || r->kept || t->gate_ns == 0 || t->badge == BADGE_REPLAY)
        return;
    r->kept = true;
    history = keep_history(a);
    if (!history)
        return;
    summary_update(r->source->trace);
    id = history_add_run(history, t, NULL, &err);
    if (id == -EBADMSG) { /* found damaged just now: there is a new one */
        tell(a, err.text);
        id = history_add_run(history, t, NULL, &err);
    }
    if (id < 0)
        tell(a, err.text);
}

void keep_close(struct app *a)
{
    history_close(a->kept.history);
    if (a->kept.told[0])
        fprintf(stderr, "timeslice: %s\n", a->kept.told);
}

/* ---- a run that is left ---------------------------------------------------
 */

static void pump_for(struct source *s, int64_t ns)
{
    int64_t end_ns = clock_now_ns() + ns;
    struct pollfd fds[32];
    int64_t now_ns;

    while (!s->done && (now_ns = clock_now_ns()) < end_ns) {
        int count = s->class->fds(s, fds, 32);

        poll(fds, (nfds_t)count, (int)((end_ns - now_ns) / NS_PER_MS / 10 + 1));
        s->class->pump(s, clock_now_ns());
    }
}

void keep_end(struct source *s, enum verdict verdict)
{
    struct trace *t = s->trace;

    if (s->done || t->gate_ns == 0 || t->badge == BADGE_REPLAY)
        return;
    for (int i = 0; i < 2 && !s->done; i++) {
        s->class->stop(s, verdict);
        pump_for(s, END_NS);
    }
    if (s->done)
        return;
    /* It will be ended with its source; this is what is known by now. */
    t->verdict = verdict;
    t->end_ns = t->now_ns;
}
