/* What is to be run next for a lesson, and what came of it. Screen process. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "lesson/compute.h"
#include "lesson/session_parts.h"

/* A run that others disturbed is done again so often, as in a sweep; and when
 * so many on end stayed disturbed, the machine is busy and it is no use. */
#define AGAIN SWEEP_AGAIN
#define STUBBORN 2

/* ---- lines ----------------------------------------------------------------
 */

const char *session_line_name(const struct lesson_block *b, int line)
{
    if (b->kind == LESSON_AGAIN)
        return "again";
    return line < b->line_count && b->lines[line].name[0] ? b->lines[line].name
                                                          : b->id;
}

const struct lesson_block *session_stands_for(const struct session *s,
                                              const struct lesson_block *b,
                                              int line)
{
    const struct lesson_block *other = NULL;

    if (b->kind == LESSON_CONTROL)
        other = lesson_find(s->lesson, session_line_name(b, line), NULL);
    return other ? other : b;
}

static const struct lesson_block *running_block(const struct session *s)
{
    return &s->lesson->blocks[s->running];
}

/* What @line of the block that runs is: LESSON_RUN for whatever is one
 * experiment. */
static enum lesson_kind line_kind(const struct session *s, int line)
{
    enum lesson_kind kind = session_stands_for(s, running_block(s), line)->kind;

    return kind == LESSON_AGAIN ? LESSON_RUN : kind;
}

/* A line that depends on the machine may be nonsense on a small one. */
static int here_only(const char *words, int rc)
{
    return rc == -EINVAL && strchr(words, '{') ? -EAGAIN : rc;
}

static int fill_words(const struct session *s, const char *words,
                      struct text *out, struct err *err)
{
    int rc = lesson_words(words, s->facts, out, err);

    if (rc == 0 && out->failed)
        return err_set(err, -ENOMEM, "there is not enough memory");
    if (rc == 0 && out->len >= SPEC_COMMAND_MAX)
        return err_set(err, -EINVAL, "a line of more than %d characters",
                       SPEC_COMMAND_MAX - 1);
    return rc;
}

static int parse_line(const struct session *s, const char *words,
                      struct text *filled, struct spec *spec, struct err *err)
{
    int rc = fill_words(s, words, filled, err);

    return rc < 0 ? rc : spec_parse_line(spec, text_str(filled), err);
}

/* Can line @line be run here? */
static int check_run(const struct session *s, int line, struct err *err)
{
    const char *words = running_block(s)->lines[line].words;
    struct text filled = {0};
    struct spec spec;
    int rc = parse_line(s, words, &filled, &spec, err);

    rc = here_only(words, rc);
    if (rc == 0 && spec_check(&spec, &s->machine, err) < 0)
        rc = -EAGAIN; /* this machine has not got what it takes */
    text_fini(&filled);
    return rc;
}

static int open_sweep(struct session *s, int line, struct err *err)
{
    const char *words = running_block(s)->lines[line].words;
    struct sweep_request *request = malloc(sizeof(*request));
    struct text filled = {0};
    int rc;

    if (!request)
        return err_set(err, -ENOMEM, "there is not enough memory");
    rc = fill_words(s, words, &filled, err);
    if (rc == 0)
        rc = here_only(words, sweep_parse_line(request, text_str(&filled),
                                               &s->machine, err));
    sweep_free(s->sweep);
    s->sweep = rc == 0 ? sweep_new(request, &s->machine, err) : NULL;
    if (rc == 0 && !s->sweep)
        rc = err->code < 0 ? err->code : -ENOMEM;
    text_fini(&filled);
    free(request);
    return rc;
}

static int compute_line(struct session *s, int line, struct err *err)
{
    const struct lesson_block *b = running_block(s);
    struct text filled = {0};
    int rc;

    if (b->kind != LESSON_CONTROL)
        return compute_block(s->lesson, b, s->facts, err);
    rc = fill_words(s, b->lines[line].words, &filled, err);
    if (rc == 0)
        rc = compute_words(s->lesson, session_stands_for(s, b, line),
                           text_str(&filled), session_line_name(b, line),
                           s->facts, err);
    text_fini(&filled);
    return rc;
}

static int ready_line(struct session *s, int line, struct err *err)
{
    facts_drop(s->facts, session_line_name(running_block(s), line));
    switch (line_kind(s, line)) {
    case LESSON_SWEEP:
        return open_sweep(s, line, err);
    case LESSON_SLOW:
    case LESSON_SIM:
        return compute_line(s, line, err);
    default:
        return check_run(s, line, err);
    }
}

/* ---- beginning ------------------------------------------------------------
 */

/* The next side and round for which there is something to run. */
static void seek(struct session *s)
{
    const struct lesson_block *b = running_block(s);

    for (; s->round < s->rounds; s->round++, s->side = 0)
        for (; s->side < b->line_count; s->side++) {
            enum lesson_kind kind = line_kind(s, s->side);

            if (s->only >= 0 && s->side != s->only)
                continue;
            if (kind == LESSON_RUN || (kind == LESSON_SWEEP && s->round == 0))
                return;
        }
    session_stop(s);
}

static void advance(struct session *s)
{
    s->side++;
    s->attempt = 0;
    seek(s);
}

/* Of so short a run, in seconds, nobody can tell by itself whether others
 * disturbed it: the kernel counts their use in hundredths of a second. */
#define TOLD_S (SWEEP_NOISE_S / LESSON_NOISE_CORES)

static void watch(struct session *s, const struct lesson_order *o,
                  const struct sweep_outcome *outcome)
{
    double took_s = (double)outcome->took_ns / NS_PER_S;

    s->watched_s += took_s;
    s->others_s += fmax(outcome->foreign_cores, 0) * took_s;
    if (!o->sweeping && took_s < TOLD_S)
        facts_set(s->facts, o->name, s->round, "short", 1);
}

/* Short runs were as disturbed as all runs together. */
static void settle_short(struct session *s)
{
    const struct lesson_block *b = &s->lesson->blocks[s->running];
    double mean = s->watched_s > TOLD_S ? s->others_s / s->watched_s : -1;
    double x;

    for (int i = 0; i < b->line_count && mean > LESSON_NOISE_CORES; i++) {
        const char *name = session_line_name(b, i);
        bool swept = session_stands_for(s, b, i)->kind == LESSON_SWEEP;

        for (int r = 0; r < facts_repeats(s->facts, name); r++)
            if ((swept || facts_get(s->facts, name, r, "short", &x)) &&
                facts_get(s->facts, name, r, "noise", &x) &&
                x <= LESSON_NOISE_CORES)
                facts_set(s->facts, name, r, "noise", mean);
    }
}

void session_stop(struct session *s)
{
    if (s->running >= 0) {
        settle_short(s);
        s->over[s->running] = true;
    }
    s->running = -1;
}

int session_begin_lines(struct session *s, int block, int rounds,
                        struct err *err)
{
    const struct lesson_block *b = &s->lesson->blocks[block];
    int rc = 0;

    s->running = block;
    s->rounds = rounds;
    s->side = s->round = s->attempt = s->done = s->stubborn = 0;
    s->over[block] = false;
    if (b->kind == LESSON_SLOW)
        rc = ready_line(s, 0, err);
    for (int i = 0; i < b->line_count && rc == 0; i++) {
        if (s->only >= 0 && i != s->only)
            continue;
        rc = ready_line(s, i, err);
        if (b->kind == LESSON_SIM)
            break; /* all of it is computed at once */
    }
    if (rc < 0)
        session_stop(s);
    else
        seek(s);
    if (rc < 0 && err && err->code == 0)
        err_set(err, rc, "line %d: it cannot be run: %m", b->line);
    return rc;
}

/* What was not predicted counts as the lesson says. */
static void assume(struct session *s)
{
    for (int i = 0; i < s->lesson->block_count; i++) {
        const struct lesson_block *b = &s->lesson->blocks[i];

        if (b->has_assumed && !s->answers[i].given)
            facts_set(s->facts, b->id, 0, "answer", b->assumed);
    }
}

int session_begin(struct session *s, int block, struct err *err)
{
    int repeat = s->lesson->blocks[block].repeat;

    assume(s);
    s->only = -1;
    return session_begin_lines(s, block, repeat > 0 ? repeat : 1, err);
}

int session_begin_again(struct session *s, int block, int line, struct err *err)
{
    assume(s);
    s->only = line;
    return session_begin_lines(s, block, 1, err);
}

/* ---- orders ---------------------------------------------------------------
 */

bool session_order(struct session *s, struct lesson_order *out)
{
    const struct lesson_block *b;
    struct text filled = {0};
    struct err err = {0};

    if (s->running < 0)
        return false;
    b = running_block(s);
    out->block = s->running;
    out->line = s->side;
    out->round = s->round;
    out->attempt = s->attempt;
    snprintf(out->name, sizeof(out->name), "%s", session_line_name(b, s->side));
    out->words[0] = '\0';
    out->sweeping = line_kind(s, s->side) == LESSON_SWEEP;
    if (out->sweeping) {
        if (!sweep_next(s->sweep, &out->sweep))
            return false;
        out->round = out->sweep.round;
        out->attempt = out->sweep.attempt;
        out->spec = out->sweep.spec;
        fill_words(s, b->lines[s->side].words, &filled, &err);
    } else if (parse_line(s, b->lines[s->side].words, &filled, &out->spec,
                          &err) < 0) {
        session_stop(s); /* it was right when the block began */
    }
    if (filled.len < sizeof(out->words))
        snprintf(out->words, sizeof(out->words), "%s", text_str(&filled));
    text_fini(&filled);
    return s->running >= 0;
}

void session_progress(const struct session *s, int *done, int *planned)
{
    const struct lesson_block *b;
    int swept = 0, to_sweep = 0, sides = 0;

    *done = *planned = 0;
    if (s->running < 0)
        return;
    b = running_block(s);
    for (int i = 0; i < b->line_count; i++) {
        enum lesson_kind kind = line_kind(s, i);

        if (s->only >= 0 && i != s->only)
            continue;
        if (kind == LESSON_SWEEP && s->sweep)
            sweep_progress(s->sweep, &swept, &to_sweep);
        sides += kind == LESSON_RUN;
    }
    *done = s->done + swept;
    *planned = sides * s->rounds + to_sweep;
}

/* ---- disturbed runs -------------------------------------------------------
 */

/* Does anything depend on the figures of what runs, that others can spoil? */
static bool matters(const struct session *s)
{
    const struct lesson_block *b = running_block(s);

    if (b->kind == LESSON_AGAIN)
        return false;
    if (b->kind != LESSON_CONTROL)
        return judge_again(s->lesson, b, s->facts, &s->machine);
    for (int i = 0; i < s->lesson->block_count; i++)
        for (int k = 0; k < s->lesson->blocks[i].check_count; k++) {
            const struct lesson_check *c = &s->lesson->blocks[i].checks[k];

            if (c->class != CLASS_EXACT && lesson_lists(b->fails, c->label))
                return true;
        }
    return false;
}

/* Remember whether the machine is busy, when a run's last attempt is over. */
static void note_busy(struct session *s, bool disturbed)
{
    s->stubborn = disturbed ? s->stubborn + 1 : 0;
    if (!disturbed)
        s->busy = false;
    else if (s->stubborn >= STUBBORN)
        s->busy = true;
}

struct without {
    struct facts *to;
    const char *run;
    int repeat;
};

static void copy_but(const char *run, int repeat, const char *name,
                     double value, void *arg)
{
    const struct without *w = arg;

    if (repeat != w->repeat || strcmp(run, w->run) != 0)
        facts_set(w->to, run, repeat, name, value);
}

/* Forget one repeat of @run: another attempt takes its place. */
static int forget(struct session *s, const char *run, int repeat)
{
    struct without w = {facts_new(), run, repeat};

    if (!w.to)
        return -ENOMEM;
    facts_each(s->facts, copy_but, &w);
    facts_free(s->facts);
    s->facts = w.to;
    return 0;
}

static int take_run(struct session *s, const struct lesson_order *o,
                    const struct sweep_outcome *outcome, const struct trace *t)
{
    double noise = session_noise(outcome);
    bool disturbed = noise > LESSON_NOISE_CORES;
    bool began = t || !outcome->error[0];
    int rc = 0;

    if (!began) {
        s->done++;
        advance(s);
        return 0;
    }
    if (s->attempt == 0 || noise < s->kept_noise) {
        if (s->attempt > 0)
            rc = forget(s, o->name, s->round);
        session_facts_under(s->facts, o->name, s->round, "", t, outcome);
        s->kept_noise = noise;
    }
    watch(s, o, outcome);
    s->replayed |= t && t->badge == BADGE_REPLAY;
    if (disturbed && s->attempt < AGAIN && !s->busy && matters(s)) {
        s->attempt++;
        return rc;
    }
    if (s->attempt > 0 || !disturbed)
        note_busy(s, s->kept_noise > LESSON_NOISE_CORES);
    s->done++;
    advance(s);
    return rc;
}

/* ---- sweeps ---------------------------------------------------------------
 */

/* On a busy machine an attempt more would be as disturbed: what the last one
 * gave stands for it, so that the sweep says so of itself. */
static int spare_attempts(struct session *s)
{
    struct sweep_order next;
    int rc = 0;

    while (rc == 0 && s->busy && sweep_next(s->sweep, &next) &&
           next.attempt > 0) {
        struct sweep_outcome same = {0};

        for (int i = 0; i < s->sweep->trial_count; i++) {
            const struct sweep_trial *t = &s->sweep->trials[i];

            if (t->point == next.point && t->round == next.round)
                same = t->outcome;
        }
        rc = sweep_take(s->sweep, &next, &same);
    }
    return rc;
}

static int take_sweep(struct session *s, const struct lesson_order *o,
                      const struct sweep_outcome *outcome,
                      const struct trace *t)
{
    bool disturbed = session_noise(outcome) > LESSON_NOISE_CORES;
    struct sweep_order next;
    int rc = sweep_take(s->sweep, &o->sweep, outcome);

    watch(s, o, outcome);
    s->replayed |= t && t->badge == BADGE_REPLAY;
    if (o->sweep.attempt == AGAIN || !disturbed)
        note_busy(s, disturbed);
    if (rc == 0)
        rc = spare_attempts(s);
    if (rc == 0 && sweep_next(s->sweep, &next))
        return 0;
    sweep_conclude(s->sweep);
    session_facts_sweep(s->facts, o->name, s->sweep);
    advance(s);
    return rc;
}

int session_take(struct session *s, const struct lesson_order *o,
                 const struct sweep_outcome *outcome, const struct trace *t)
{
    if (outcome->verdict == VERDICT_INTERRUPTED || s->running < 0)
        return 0;
    return o->sweeping ? take_sweep(s, o, outcome, t)
                       : take_run(s, o, outcome, t);
}
