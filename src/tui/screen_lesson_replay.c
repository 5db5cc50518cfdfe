/* Kept runs in place of new ones: where a machine fails in front of a class,
 * yesterday's figures are shown, under the badge REPLAY. Also the picture of a
 * run that must make room for the laboratory. Screen process. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "keep/history.h"
#include "keep/replay.h"
#include "stats/summary.h"
#include "tui/app.h"

/* So many of the newest runs are looked through. */
#define LOOKED_THROUGH 2000

/* ---- in the history
 * ------------------------------------------------------------
 */

struct sought {
    const char *line; /* as the history writes it */
    int skip;         /* that many newer ones are for other rounds */
    int64_t id, newest;
};

/* Also a deadlock is a result, and a timeout. */
static bool good(const char *state)
{
    return strcmp(state, "interrupted") != 0 && strcmp(state, "damaged") != 0 &&
           strcmp(state, "failed") != 0;
}

static bool look(const struct history_item *item, void *arg)
{
    struct sought *s = arg;

    if (item->kind != HISTORY_RUN || !item->line || !good(item->state) ||
        strcmp(item->line, s->line) != 0)
        return true;
    if (s->newest == 0)
        s->newest = item->id;
    if (s->skip-- > 0)
        return true;
    s->id = item->id;
    return false;
}

int lesson_kept(struct app *a, const struct spec *spec, int nth,
                struct trace **out, struct err *err)
{
    struct history *h = keep_opened(a);
    struct spec checked = *spec;
    struct text line = {0};
    struct sought s = {.skip = nth};
    int rc;

    if (!h)
        return err_set(err, -ENOENT, "nothing was kept: there is no history");
    rc = spec_check(&checked, a->options.machine, err);
    if (rc < 0)
        return rc;
    spec_format(&checked, &line);
    s.line = text_str(&line);
    rc = history_list(h, NULL, LOOKED_THROUGH, look, &s, err);
    if (rc == 0 && s.id == 0)
        s.id = s.newest; /* fewer were kept than are asked for */
    if (rc == 0 && s.id == 0)
        rc = err_set(err, -ENOENT, "no run of \"%.200s\" was kept yet",
                     text_str(&line));
    text_fini(&line);
    return rc < 0 ? rc : history_trace(h, s.id, out, err);
}

/* The lines of the block have all been kept? Else the first that was not is
 * said. */
static bool all_kept(struct app *a, const struct lesson_order *first)
{
    struct trace *t = NULL;
    struct err err = {0};

    if (lesson_kept(a, &first->spec, 0, &t, &err) < 0) {
        app_say(a, true, "%s", err.text);
        return false;
    }
    trace_free(t);
    return true;
}

void lesson_replay(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    const struct lesson_step *step = session_step(&l->session);
    const struct lesson_block *b = &l->session.lesson->blocks[step->block];
    struct lesson_order first;
    bool was = l->session.replayed;

    if (b->kind != LESSON_RUN) {
        app_say(a, false, "only runs are kept here, no %ss",
                lesson_kind_words[b->kind]);
        return;
    }
    if (step->stage == STAGE_FROZEN && !session_back(&l->session))
        return;
    lesson_run_begin(a);
    if (!l->running)
        return;
    l->from_history = session_order(&l->session, &first) && all_kept(a, &first);
    l->session.replayed = l->from_history || was;
}

/* ---- the picture
 * -----------------------------------------------------------------
 */

void lesson_picture_keep(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    const struct source *s = a->run.source;

    if (!s || !s->done || l->picture_block < 0 ||
        (l->guest != GUEST_LAB && l->guest != GUEST_RACE))
        return;
    pack_fini(&l->pack);
    l->pack = (struct pack){0};
    l->packed_block = l->picture_block;
    l->packed_guest = l->guest;
    if (pack_trace(s->trace, PACK_SPANS, &l->pack, NULL) < 0)
        l->pack.len = 0;
}

void lesson_picture_back(struct app *a)
{
    struct lesson_state *l = &a->lesson;
    struct trace *t = NULL;

    if (l->pack.len == 0 || l->picture_block >= 0)
        return;
    run_close(a);
    if (pack_open(l->pack.data, l->pack.len, &t, NULL) < 0 ||
        replay_open(&a->run.source, t, true, NULL) < 0) {
        a->run.source = NULL;
        return;
    }
    a->run.asked = a->run.source->trace->spec;
    a->run.stopping = false;
    a->run.kept = true;
    a->run.events_seen = a->run.source->trace->event_count;
    l->guest = l->packed_guest;
    l->picture_block = l->packed_block;
    if (l->guest == GUEST_LAB)
        lab_look(a);
}

void lesson_picture_forget(struct app *a)
{
    pack_fini(&a->lesson.pack);
    a->lesson.pack = (struct pack){0};
}
