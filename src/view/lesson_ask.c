/* Questions of a lesson: predictions, what was seen, the quiz, and "again".
 * Screen process. */
#include "view/lesson_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lesson/targets.h"

/* ---- words ------------------------------------------------------------------
 */

static void number_words(double x, const char *unit, struct text *out)
{
    static const char *const known[] = {"s", "ms", "us", "%",
                                        "x", "n",  "/s", "B"};

    for (size_t i = 0; unit && i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(unit, known[i]) == 0) {
            formula_say(x, unit, out);
            return;
        }
    formula_say(x, "", out);
    if (unit && *unit)
        text_addf(out, " %s", unit);
}

static void order_words(const struct lesson_block *q, const int *order,
                        struct text *out)
{
    for (int i = 0; i < q->choice_count; i++)
        text_addf(out, "%s%s", i > 0 ? " < " : "", q->choices[order[i]].text);
}

static void choice_words(const struct lesson_block *q, int choice,
                         struct text *out)
{
    if (choice >= 0 && choice < q->choice_count)
        text_addf(out, "%c  %s", 'a' + choice, q->choices[choice].text);
}

void lesson_answer_words(const struct lesson_block *q,
                         const struct lesson_answer *a, struct text *out)
{
    if (q->asks == ASKS_NUMBER)
        number_words(a->number, q->unit, out);
    else if (q->asks == ASKS_ORDER)
        order_words(q, a->order, out);
    else
        choice_words(q, a->choice, out);
}

void lesson_key_words(const struct lesson_block *q, const struct lesson_key *k,
                      struct text *out)
{
    if (q->asks == ASKS_NUMBER)
        number_words(k->number, q->unit, out);
    else if (q->asks == ASKS_ORDER)
        order_words(q, k->order, out);
    else if (k->choice >= 0)
        choice_words(q, k->choice, out);
    else
        text_add(out, "none of these");
}

bool lesson_may_tell(const struct view_lesson *v)
{
    return !v->common.presenter || v->told;
}

void lesson_question(struct sheet *s, const struct session *session,
                     const struct lesson_block *q)
{
    struct text t = {0};

    formula_fill(q->ask ? q->ask : "", session->facts, NULL, &t);
    sheet_gap(s);
    sheet_text(s, 0, STYLE_TITLE, text_str(&t));
    text_fini(&t);
}

/* ---- choices ----------------------------------------------------------------
 */

/* A line to choose: its whole row is the bar when it is under the cursor. */
static void choice_line(struct sheet *s, const struct session *session,
                        const char *mark, enum style mark_style,
                        const char *words, bool chosen)
{
    struct text t = {0};
    int row = s->row;

    formula_fill(words, session->facts, NULL, &t);
    sheet_hang(s, 2, mark_style, mark, STYLE_NORMAL, text_str(&t));
    if (chosen) {
        s->focus = row;
        s->focus_rows = s->row - row + 1;
        for (int r = row; r < s->row; r++)
            for (int c = s->left; c < s->left + s->columns; c++)
                s->f.cells[(size_t)r * (size_t)s->f.columns + (size_t)c].style =
                    STYLE_SELECTED;
    }
    text_fini(&t);
}

static void choices_open(struct sheet *s, const struct view_lesson *v,
                         const struct lesson_block *q)
{
    char mark[32];

    for (int i = 0; i < q->choice_count; i++) {
        int at = q->asks == ASKS_ORDER ? v->order[i] : i;

        if (q->asks == ASKS_ORDER)
            snprintf(mark, sizeof(mark), "%d", i + 1);
        else
            snprintf(mark, sizeof(mark), "%c", 'a' + i);
        choice_line(s, v->session, mark, STYLE_KEY, q->choices[at].text,
                    i == v->chosen && !v->typed);
    }
    if (q->asks == ASKS_ORDER)
        sheet_text(s, 2, STYLE_DIM,
                   "from the smallest down to the largest: + and - move the "
                   "chosen line down and up");
}

static void number_open(struct sheet *s, const struct lesson_block *q)
{
    struct text t = {0};

    text_add(&t, "Type a number");
    if (q->unit && *q->unit && strcmp(q->unit, "n") != 0)
        text_addf(&t, " (%s)", q->unit);
    text_add(&t, ", then Enter.");
    sheet_text(s, 2, STYLE_DIM, text_str(&t));
    text_fini(&t);
}

static void hints(struct sheet *s, const struct view_lesson *v, int block)
{
    char title[32];

    for (int i = 0; i < v->hints; i++) {
        const char *hint = session_hint(v->session, block, i);

        if (!hint)
            return;
        snprintf(title, sizeof(title), "Hint %d", i + 1);
        sheet_heading(s, title);
        sheet_prose(s, v->session->facts, hint);
    }
}

static int votes_of(const int *votes)
{
    int sum = 0;

    for (int i = 0; i < LESSON_CHOICES; i++)
        sum += votes[i] > 0 ? votes[i] : 0;
    return sum;
}

static void bars(struct sheet *s, const struct view_lesson *v,
                 const struct lesson_block *q, const int *votes, int right)
{
    struct box b = {s->row, s->left, s->f.rows - s->row, s->columns};

    s->row += view_lesson_votes(&s->f, b, q, votes, v->voting ? v->chosen : -1,
                                right >= 0, right);
}

/* ---- answered ---------------------------------------------------------------
 */

static void target_line(struct sheet *s, const struct lesson_choice *c)
{
    const char *words = lesson_target_words(c->targets);

    if (c->why)
        sheet_textf(s, 4, STYLE_NORMAL, "%s", c->why);
    if (words)
        sheet_textf(s, 4, STYLE_DIM, "Behind it (%s): \"%s\".", c->targets,
                    words);
}

/* Quiz and observation: what was said against what is right, choice by choice.
 */
static void choices_judged(struct sheet *s, const struct view_lesson *v,
                           const struct lesson_block *q,
                           const struct lesson_answer *a, int right)
{
    for (int i = 0; i < q->choice_count; i++) {
        bool said = i == a->choice;
        const char *mark = i == right ? "✓" : said ? "✗" : " ";
        enum style style = i == right ? STYLE_GOOD
                           : said     ? STYLE_BAD
                                      : STYLE_DIM;
        char word[16];

        snprintf(word, sizeof(word), "%s %c", mark, 'a' + i);
        choice_line(s, v->session, word, style, q->choices[i].text, false);
        if (said && i != right)
            target_line(s, &q->choices[i]);
    }
}

static int right_of(const struct view_lesson *v, int block)
{
    const struct lesson_block *q = &v->session->lesson->blocks[block];
    struct lesson_key key;

    if (q->kind == LESSON_QUIZ) {
        for (int i = 0; i < q->choice_count; i++)
            if (q->choices[i].right)
                return i;
        return -1;
    }
    session_key(v->session, block, &key);
    return key.known ? key.choice : -1;
}

static void said(struct sheet *s, const struct lesson_block *q,
                 const struct lesson_answer *a)
{
    struct text t = {0};

    lesson_answer_words(q, a, &t);
    sheet_gap(s);
    sheet_hang(s, 0, STYLE_KEY, "●", STYLE_TITLE, text_str(&t));
    if (a->because[0])
        sheet_textf(s, 2, STYLE_NORMAL, "because: \"%s\"", a->because);
    if (a->attempt > 1)
        sheet_textf(s, 2, STYLE_DIM, "attempt %d", a->attempt);
    text_fini(&t);
}

static void answered(struct sheet *s, const struct view_lesson *v,
                     const struct lesson_block *q, int block)
{
    const struct lesson_answer *a = &v->session->answers[block];
    bool tell = q->kind != LESSON_PREDICT && lesson_may_tell(v);
    struct lesson_key key = {0};
    int right = tell && q->asks == ASKS_CHOICE ? right_of(v, block) : -1;

    if (right >= 0) {
        choices_judged(s, v, q, a, right);
        if (v->common.presenter && votes_of(a->votes) > 0)
            bars(s, v, q, a->votes, right);
        sheet_gap(s);
        sheet_text(s, 0, a->choice == right ? STYLE_GOOD : STYLE_WARN,
                   a->choice == right ? "✓ Right."
                                      : "✗ Not so. r: answer it again");
        return;
    }
    if (q->asks == ASKS_CHOICE && votes_of(a->votes) > 0)
        bars(s, v, q, a->votes, -1);
    said(s, q, a);
    if (tell && q->asks != ASKS_CHOICE) {
        struct text t = {0};

        session_key(v->session, block, &key);
        if (key.known) {
            bool ok = judge_answer(q, &key, a);

            lesson_key_words(q, &key, &t);
            sheet_textf(s, 2, ok ? STYLE_GOOD : STYLE_WARN, "%s measured: %s",
                        ok ? "✓" : "✗", text_str(&t));
        }
        text_fini(&t);
    }
    sheet_gap(s);
    sheet_text(s, 0, STYLE_DIM,
               q->kind == LESSON_PREDICT
                   ? "Locked. Enter: on to the experiment.  r: think again "
                     "(a new attempt)"
                   : "Enter goes on.  r: answer it again");
}

/* ---- pages ------------------------------------------------------------------
 */

static const char *const leads[LESSON_KINDS] = {
    [LESSON_PREDICT] = "YOUR PREDICTION",
    [LESSON_OBSERVE] = "WHAT DID YOU SEE?",
    [LESSON_QUIZ] = "WHY?",
};

/* The story that a prediction is about, under it, to look back at. A class has
 * heard it. */
static void read_before(struct sheet *s, const struct view_lesson *v)
{
    const struct session *x = v->session;

    if (v->common.presenter)
        return;
    for (int i = x->step - 1; i >= 0; i--)
        if (x->steps[i].stage == STAGE_READ) {
            sheet_gap(s);
            sheet_text(s, 0, STYLE_DIM, "WHAT YOU READ");
            lesson_prose(s, v, &x->steps[i]);
            return;
        }
}

void page_ask(struct sheet *s, const struct view_lesson *v)
{
    const struct lesson_step *step = session_step(v->session);
    const struct lesson_block *q = &v->session->lesson->blocks[step->block];

    sheet_text(s, 0, STYLE_DIM, leads[q->kind] ? leads[q->kind] : "");
    lesson_question(s, v->session, q);
    sheet_gap(s);
    if (v->session->answers[step->block].given) {
        answered(s, v, q, step->block);
        return;
    }
    if (v->voting && q->asks == ASKS_CHOICE)
        bars(s, v, q, v->votes, -1);
    else if (q->asks == ASKS_NUMBER)
        number_open(s, q);
    else
        choices_open(s, v, q);
    if (q->kind == LESSON_PREDICT) {
        hints(s, v, step->block);
        read_before(s, v);
    }
}

/* ---- again ------------------------------------------------------------------
 */

static void again_result(struct sheet *s, const struct view_lesson *v,
                         const struct lesson_line *line)
{
    const char *run, *name;
    const char *unit =
        line->figure && formula_is_figure(line->figure, &run, &name)
            ? formula_unit(name)
            : "";
    struct text predicted = {0};

    if (isnan(v->again_measured))
        sheet_hero(s, STYLE_DIM, "-", "it was not measured");
    else
        lesson_hero(s, v->again_measured, unit, "measured");
    if (!isnan(v->again_said) && !isnan(v->again_measured)) {
        double off = fabs(v->again_said - v->again_measured);
        bool near = off <= 0.1 * fabs(v->again_measured);

        formula_say(v->again_said, unit, &predicted);
        sheet_gap(s);
        sheet_textf(s, 0, near ? STYLE_GOOD : STYLE_WARN, "%s predicted: %s",
                    near ? "✓" : "✗", text_str(&predicted));
    }
    text_fini(&predicted);
}

void page_again(struct sheet *s, const struct view_lesson *v)
{
    const struct lesson_step *step = session_step(v->session);
    const struct lesson_block *b = &v->session->lesson->blocks[step->block];
    const struct lesson_line *line =
        v->chosen < b->line_count ? &b->lines[v->chosen] : NULL;

    sheet_text(s, 0, STYLE_DIM, "NOW CHANGE ONE THING, AND PREDICT AGAIN");
    if (line && v->again == AGAIN_MEASURED) {
        sheet_heading(s, line->ask ? line->ask : line->words);
        sheet_text(s, 0, STYLE_KEY, line->words);
        again_result(s, v, line);
        sheet_gap(s);
        sheet_text(s, 0, STYLE_DIM,
                   "r: choose again   o: this experiment in the laboratory   "
                   "Enter goes on");
        return;
    }
    sheet_gap(s);
    for (int i = 0; b->lines && i < b->line_count; i++) {
        char mark[16];

        snprintf(mark, sizeof(mark), "%c", 'a' + i);
        choice_line(s, v->session, mark, STYLE_KEY,
                    b->lines[i].ask ? b->lines[i].ask : b->lines[i].words,
                    i == v->chosen);
        sheet_text(s, 4, STYLE_DIM, b->lines[i].words);
        sheet_gap(s);
    }
    sheet_text(s, 0, STYLE_DIM,
               "Enter: predict a number for the chosen one, then it runs.  "
               "n: go on without");
}
