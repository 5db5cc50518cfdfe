/* What was measured in a lesson, beside what had been predicted. Screen
 * process. */
#include "view/lesson_parts.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

/* A line of repeats shows so many. */
#define REPEATS_SHOWN 7

/* ---- predictions ------------------------------------------------------------
 */

int lesson_since(const struct session *s, enum lesson_stage stage)
{
    for (int i = s->step - 1; i >= 0; i--)
        if (s->steps[i].stage == stage)
            return i + 1;
    return 0;
}

static void votes_line(struct sheet *s, const struct lesson_block *q,
                       const struct lesson_answer *a)
{
    struct text t = {0};

    for (int i = 0; i < q->choice_count && q->asks == ASKS_CHOICE; i++)
        if (a->votes[i] > 0)
            text_addf(&t, "  %c %d", 'a' + i, a->votes[i]);
    if (t.len > 0)
        sheet_textf(s, 2, STYLE_NORMAL, "class:%s", text_str(&t));
    text_fini(&t);
}

/* @tell: also what is right. True: others disturbed what it was. */
static bool prediction(struct sheet *s, const struct view_lesson *v, int block,
                       bool tell)
{
    const struct lesson_block *q = &v->session->lesson->blocks[block];
    const struct lesson_answer *a = &v->session->answers[block];
    struct lesson_key key = {0};
    struct text said = {0}, right = {0};
    const char *mark = "●";
    enum style style = STYLE_KEY;
    bool ok = false;

    if (tell)
        session_key(v->session, block, &key);
    if (key.known) {
        ok = a->given && judge_answer(q, &key, a);
        mark = ok ? "✓" : "✗";
        style = ok ? STYLE_GOOD : STYLE_WARN;
    }
    lesson_question(s, v->session, q);
    if (a->given)
        lesson_answer_words(q, a, &said);
    sheet_hang(s, 0, style, mark, STYLE_NORMAL,
               a->given ? text_str(&said) : "not predicted");
    if (a->because[0])
        sheet_textf(s, 2, STYLE_DIM, "because: \"%s\"", a->because);
    votes_line(s, q, a);
    if (key.known && !ok) {
        lesson_key_words(q, &key, &right);
        sheet_textf(s, 2, STYLE_NORMAL, "measured: %s", text_str(&right));
    }
    if (tell && !key.known && key.why[0])
        sheet_textf(s, 2, STYLE_DIM, "not known: %s", key.why);
    text_fini(&said);
    text_fini(&right);
    return key.known && key.disturbed;
}

static void predictions(struct sheet *s, const struct view_lesson *v, int from,
                        int to, bool tell)
{
    bool disturbed = false;

    for (int i = from; i < to; i++)
        if (v->session->steps[i].stage == STAGE_PREDICT)
            disturbed |= prediction(s, v, v->session->steps[i].block, tell);
    if (!disturbed)
        return;
    sheet_gap(s);
    sheet_text(s, 0, STYLE_WARN,
               "! Others used the machine meanwhile: on a quiet one it may "
               "come out otherwise.");
}

void lesson_predictions(struct sheet *s, const struct view_lesson *v, int from,
                        int to)
{
    predictions(s, v, from, to, lesson_may_tell(v));
}

static bool has_prediction(const struct session *s, int from, int to)
{
    for (int i = from; i < to; i++)
        if (s->steps[i].stage == STAGE_PREDICT)
            return true;
    return false;
}

/* ---- measured ---------------------------------------------------------------
 */

static const struct lesson_block *watch_of(const struct session *s,
                                           const struct lesson_step *step)
{
    return step->watch >= 0 ? &s->lesson->blocks[step->watch] : NULL;
}

/* What a lesson asks about the runs of a block. */
struct asked_about {
    const struct lesson_block *b;
    const char *metric; /* the first such; NULL */
};

static void hear_metric(const char *run, const char *name, bool repeats,
                        void *arg)
{
    struct asked_about *a = arg;

    (void)repeats;
    for (int i = 0; i < a->b->line_count && !a->metric; i++) {
        const char *line = a->b->lines[i].name;

        if (strcmp(run, line[0] ? line : a->b->id) == 0)
            a->metric = name;
    }
}

/* The first figure of @b's runs that a question is about, else a check; NULL.
 * It is the lesson's. */
static const char *metric_asked(const struct lesson *l,
                                const struct lesson_block *b)
{
    struct asked_about a = {.b = b};

    for (int i = 0; i < l->block_count; i++) {
        const struct lesson_block *q = &l->blocks[i];

        if (q->answer)
            formula_figures(q->answer, hear_metric, &a);
        for (int k = 0; k < q->choice_count; k++)
            if (q->choices[k].when)
                formula_figures(q->choices[k].when, hear_metric, &a);
    }
    for (int i = 0; i < l->block_count; i++)
        for (int k = 0; k < l->blocks[i].check_count; k++)
            formula_figures(l->blocks[i].checks[k].holds, hear_metric, &a);
    return a.metric;
}

/* The metric that the block's lines are listed with. */
static const char *metric_of(const struct lesson *l,
                             const struct lesson_block *b,
                             const struct lesson_block *watch)
{
    const char *run, *name, *asked;

    if (watch && watch->hero && formula_is_figure(watch->hero, &run, &name) &&
        strcmp(run, "machine") != 0)
        return name;
    switch (b->kind) {
    case LESSON_SLOW:
        return "failing_share";
    case LESSON_SIM:
        return "turnaround_ms";
    case LESSON_SWEEP:
        return "best";
    default:
        asked = metric_asked(l, b);
        return asked ? asked : "wall_s";
    }
}

static void say(double x, const char *metric, struct text *out)
{
    formula_say(x, formula_unit(metric), out);
}

/* "one   2.31 s   (2.30 2.31 2.35)" */
static void line_of_runs(struct sheet *s, const struct facts *facts,
                         const char *name, const char *metric, int pad)
{
    int repeats = facts_repeats(facts, name);
    struct text t = {0}, all = {0}, formula = {0};
    struct formula *median;
    double x;

    text_addf(&formula, "%s.%s", name, metric);
    median = formula_parse(text_str(&formula), NULL);
    text_pad(&t, name, pad);
    text_add(&t, "  ");
    if (median && formula_value(median, facts, &x, NULL))
        say(x, metric, &t);
    else
        text_add(&t, "-");
    for (int i = 0; i < repeats && repeats > 1; i++)
        if (i < REPEATS_SHOWN && facts_get(facts, name, i, metric, &x)) {
            text_add(&all, all.len > 0 ? "  " : "");
            say(x, metric, &all);
        }
    if (all.len > 0)
        text_addf(&t, "   (%s%s)", text_str(&all),
                  repeats > REPEATS_SHOWN ? "  ..." : "");
    sheet_text(s, 0, STYLE_NORMAL, text_str(&t));
    formula_free(median);
    text_fini(&t);
    text_fini(&all);
    text_fini(&formula);
}

static void runs_table(struct sheet *s, const struct session *session,
                       const struct lesson_block *b, const char *metric)
{
    int pad = 0;

    for (int i = 0; i < b->line_count; i++)
        if ((int)strlen(b->lines[i].name) > pad)
            pad = (int)strlen(b->lines[i].name);
    sheet_gap(s);
    if (metric)
        sheet_textf(s, 0, STYLE_DIM, "%s", metric);
    for (int i = 0; i < b->line_count; i++)
        line_of_runs(s, session->facts, b->lines[i].name, metric, pad);
}

static void slow_table(struct sheet *s, const struct facts *facts,
                       const struct lesson_block *b)
{
    static const struct {
        const char *name, *words;
    } rows[] = {
        {"schedules", "schedules in all"},
        {"failing", "of them fail"},
        {"outcomes", "ways to end"},
        {"shortest", "steps of the shortest failure"},
        {"preemptions", "fewest preemptions of a failure"},
    };
    struct text t = {0};
    char number[40];
    double x;

    sheet_gap(s);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!facts_get(facts, b->id, 0, rows[i].name, &x))
            continue;
        formula_say(x, "n", &t);
        snprintf(number, sizeof(number), "%8s ", text_str(&t));
        sheet_hang(s, 0, STYLE_TITLE, number, STYLE_NORMAL, rows[i].words);
        text_fini(&t);
    }
}

static void sweep_words(struct sheet *s, const struct sweep *sweep)
{
    sheet_gap(s);
    for (int i = 0; sweep && i < sweep->curve_count; i++)
        if (sweep->curves[i].sentence[0]) {
            if (sweep->curves[i].label[0] && sweep->curve_count > 1)
                sheet_textf(s, 0, STYLE_TITLE, "%s", sweep->curves[i].label);
            sheet_text(s, 0, STYLE_NORMAL, sweep->curves[i].sentence);
        }
}

/* "32.1 s" -> big "32.1" with "s" and the label beside it. */
void lesson_hero(struct sheet *s, double x, const char *unit, const char *label)
{
    struct text t = {0};
    char number[40], words[160];
    char *rest;

    formula_say(x, unit, &t);
    snprintf(number, sizeof(number), "%s", text_str(&t));
    rest = strrchr(number, ' ');
    if (rest && rest[1] != '%' && rest != number)
        *rest++ = '\0';
    else
        rest = NULL;
    snprintf(words, sizeof(words), "%s%s%s", rest ? rest : "",
             rest && label ? " " : "", label ? label : "");
    piece_tight(number);
    sheet_hero(s, STYLE_HERO, number, words[0] ? words : NULL);
    text_fini(&t);
}

static void hero(struct sheet *s, const struct session *session,
                 const struct lesson_block *watch)
{
    const char *run, *name;
    const char *unit = watch->hero_unit;
    double x;

    if (!formula_value(watch->hero, session->facts, &x, NULL)) {
        sheet_hero(s, STYLE_DIM, "-", watch->label);
        return;
    }
    if (!*unit && formula_is_figure(watch->hero, &run, &name))
        unit = formula_unit(name);
    lesson_hero(s, x, unit, watch->label);
}

/* @predicted: beside a prediction, which says what is not certain. */
static void measured(struct sheet *s, const struct view_lesson *v,
                     const struct lesson_step *step, bool predicted)
{
    const struct session *x = v->session;
    const struct lesson_block *b = &x->lesson->blocks[step->block];
    const struct lesson_block *watch = watch_of(x, step);

    assert(x->lesson->blocks); /* or there were no step */
    if (watch && watch->hero)
        hero(s, x, watch);
    if (b->kind == LESSON_SLOW)
        slow_table(s, x->facts, b);
    else if (b->kind == LESSON_SWEEP)
        sweep_words(s, v->other_sweep ? NULL : x->sweep);
    else if (!v->common.presenter || !(watch && watch->hero))
        runs_table(s, x, b, metric_of(x->lesson, b, watch));
    if (x->busy && !predicted &&
        (b->kind == LESSON_RUN || b->kind == LESSON_SWEEP)) {
        sheet_gap(s);
        sheet_text(s, 0, STYLE_WARN,
                   "! Others used the machine meanwhile: what depends on time "
                   "is not certain.");
    }
}

static void measured_title(struct sheet *s, const struct view_lesson *v)
{
    sheet_text(s, 0, STYLE_DIM,
               v->computed            ? "COMPUTED"
               : v->session->replayed ? "MEASURED EARLIER"
                                      : "MEASURED");
}

/* ---- pages ------------------------------------------------------------------
 */

/* Side by side where there is room, else one under the other. */
static void beside(struct sheet *s, const struct view_lesson *v,
                   const struct lesson_step *step, int from)
{
    bool room = s->f.columns >= 76;
    int total = s->columns, left = s->left;
    int row = s->row, end;

    if (room)
        s->columns = total / 2 - 2;
    sheet_text(s, 0, STYLE_DIM, "YOUR PREDICTION, LOCKED");
    predictions(s, v, from, v->session->step, lesson_may_tell(v));
    end = s->row;
    if (room) {
        s->row = row;
        s->left = left + total / 2 + 1;
    } else {
        sheet_gap(s);
    }
    measured_title(s, v);
    measured(s, v, step, true);
    if (s->row < end)
        s->row = end;
    for (int r = row; room && r < s->row; r++)
        frame_put(&s->f, r, s->left - 2, 0x2502, STYLE_DIM);
    s->left = left;
    s->columns = total;
}

static void look_line(struct sheet *s, const struct view_lesson *v,
                      const struct lesson_step *step)
{
    const struct lesson_block *watch = watch_of(v->session, step);

    if (!watch || !watch->look)
        return;
    sheet_gap(s);
    sheet_hang(s, 0, STYLE_HERO, "▸", STYLE_TITLE, watch->look);
}

void page_frozen(struct sheet *s, const struct view_lesson *v)
{
    const struct lesson_step *step = session_step(v->session);
    int from = lesson_since(v->session, STAGE_FROZEN);

    /* Two texts side by side: as wide as one and a half. */
    s->columns = s->f.columns - 4 < 132 ? s->f.columns - 4 : 132;
    s->left = (s->f.columns - s->columns) / 2;
    if (has_prediction(v->session, from, v->session->step)) {
        beside(s, v, step, from);
    } else {
        measured_title(s, v);
        measured(s, v, step, false);
    }
    look_line(s, v, step);
    if (v->can_look && !v->guest)
        sheet_text(s, 0, STYLE_DIM, "Tab: the picture of the run");
}

/* Before it begins, or where there is no picture. */
void page_run(struct sheet *s, const struct view_lesson *v)
{
    const struct lesson_step *step = session_step(v->session);
    const struct lesson_block *b = &v->session->lesson->blocks[step->block];

    if (v->error) {
        sheet_text(s, 0, STYLE_BAD, "This could not be run here.");
        sheet_gap(s);
        sheet_text(s, 0, STYLE_NORMAL, v->error);
        sheet_gap(s);
        sheet_text(s, 0, STYLE_DIM,
                   v->running ? "The other runs go on."
                              : "Enter: go on without figures   r: try again   "
                                "s: to the explanation   ←: back");
        return;
    }
    sheet_text(s, 0, STYLE_DIM,
               b->kind == LESSON_RUN || b->kind == LESSON_SWEEP
                   ? "THE EXPERIMENT"
                   : "THE MODEL");
    sheet_gap(s);
    for (int i = 0; i < b->line_count; i++)
        sheet_textf(s, 0, STYLE_KEY, "%s%s%s",
                    b->line_count > 1 ? b->lines[i].name : "",
                    b->line_count > 1 ? ": " : "", b->lines[i].words);
    if (b->goal)
        sheet_text(s, 0, STYLE_TITLE, b->goal);
    look_line(s, v, step);
    sheet_gap(s);
    sheet_text(s, 0, STYLE_DIM,
               v->running ? "It begins ..." : "Enter goes on.");
}
