/* Pages of a lesson that are read: its text, its checks, the explanation, the
 * end. Screen process. */
#include "view/lesson_parts.h"

#include <stdio.h>
#include <string.h>

/* ---- text -------------------------------------------------------------------
 */

void lesson_prose(struct sheet *s, const struct view_lesson *v,
                  const struct lesson_step *step)
{
    const struct session *x = v->session;

    for (int i = step->block; i < step->block + step->blocks; i++) {
        const struct lesson_block *b = &x->lesson->blocks[i];

        if (!b->body || b->kind == LESSON_NOTES || b->kind == LESSON_HINT)
            continue;
        if (b->kind == LESSON_REVEAL && !session_shown(x, i))
            continue;
        sheet_prose(s, x->facts, b->body);
    }
}

void page_read(struct sheet *s, const struct view_lesson *v)
{
    const struct lesson *l = v->session->lesson;

    if (v->session->step == 0 && l->question) {
        sheet_text(s, 0, STYLE_HERO, l->question);
        sheet_gap(s);
    }
    lesson_prose(s, v, session_step(v->session));
}

void page_reveal(struct sheet *s, const struct view_lesson *v)
{
    int from = lesson_since(v->session, STAGE_REVEAL);

    sheet_text(s, 0, STYLE_DIM, "THE EXPLANATION");
    lesson_prose(s, v, session_step(v->session));
    if (v->session->skipped || !lesson_may_tell(v))
        return;
    for (int i = from; i < v->session->step; i++)
        if (v->session->steps[i].stage == STAGE_PREDICT) {
            sheet_gap(s);
            sheet_text(s, 0, STYLE_DIM, "WHAT YOU HAD PREDICTED");
            lesson_predictions(s, v, from, v->session->step);
            return;
        }
}

/* ---- checks -----------------------------------------------------------------
 */

static const struct {
    const char *mark;
    enum style style;
} verdicts[LESSON_VERDICTS] = {
    [LESSON_PASS] = {"✓", STYLE_GOOD},
    [LESSON_FAIL] = {"✗", STYLE_BAD},
    [LESSON_INCONCLUSIVE] = {"?", STYLE_WARN},
    [LESSON_SKIPPED] = {"-", STYLE_DIM},
};

static void finding(struct sheet *s, const struct lesson_finding *f)
{
    const struct lesson_check *c = f->check;
    char mark[40];
    struct text t = {0};

    snprintf(mark, sizeof(mark), "%s %-12s", verdicts[f->verdict].mark,
             lesson_verdict_words[f->verdict]);
    text_add(&t, c->message ? c->message : c->label);
    sheet_hang(s, 0, verdicts[f->verdict].style, mark, STYLE_NORMAL,
               text_str(&t));
    text_fini(&t);
    if (f->numbers.len > 0 && !s->presenter)
        sheet_textf(s, 15, STYLE_DIM, "%s", text_str(&f->numbers));
    if (f->reason[0])
        sheet_textf(s, 15, STYLE_WARN, "%s", f->reason);
}

void page_check(struct sheet *s, const struct view_lesson *v)
{
    const struct session *x = v->session;
    const struct lesson_block *b = &x->lesson->blocks[session_step(x)->block];
    int from = lesson_since(x, STAGE_CHECK), passed = 0, count = 0;
    int title = s->row;

    s->row += 2;
    for (int i = 0; i < x->finding_count; i++) {
        const struct lesson_finding *f = &x->findings[i];

        if (!f->check || f->check < b->checks ||
            f->check >= b->checks + b->check_count)
            continue;
        count++;
        passed += f->verdict == LESSON_PASS;
        finding(s, f);
    }
    frame_textf(&s->f, title, s->left, s->columns, STYLE_DIM,
                "WHAT YOUR FIGURES SAY: %d of %d passed", passed, count);
    for (int i = from; i < x->step; i++)
        if (x->steps[i].stage == STAGE_PREDICT) {
            sheet_gap(s);
            sheet_text(s, 0, STYLE_DIM, "YOUR PREDICTION");
            lesson_predictions(s, v, from, x->step);
            break;
        }
}

/* ---- the end ----------------------------------------------------------------
 */

static void count_answers(const struct session *x, enum lesson_kind kind,
                          int *right, int *all)
{
    struct lesson_key key;

    *right = *all = 0;
    for (int i = 0; i < x->lesson->block_count; i++) {
        const struct lesson_block *q = &x->lesson->blocks[i];
        const struct lesson_answer *a = &x->answers[i];

        if (q->kind != kind || !a->given)
            continue;
        ++*all;
        if (kind == LESSON_QUIZ) {
            *right += a->choice >= 0 && a->choice < q->choice_count &&
                      q->choices[a->choice].right;
            continue;
        }
        session_key(x, i, &key);
        *right += key.known && judge_answer(q, &key, a);
    }
}

static void counts(struct sheet *s, const struct session *x)
{
    static const struct {
        enum lesson_kind kind;
        const char *words;
    } kinds[] = {
        {LESSON_PREDICT, "predictions came true"},
        {LESSON_OBSERVE, "observations were right"},
        {LESSON_QUIZ, "explanations were right"},
    };
    int verdict[LESSON_VERDICTS] = {0}, all = 0;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        int right, asked;

        count_answers(x, kinds[i].kind, &right, &asked);
        if (asked > 0)
            sheet_textf(s, 0, STYLE_NORMAL, "%d of %d %s", right, asked,
                        kinds[i].words);
    }
    for (int i = 0; i < x->finding_count; i++)
        if (x->findings[i].check) {
            verdict[x->findings[i].verdict]++;
            all++;
        }
    if (all > 0)
        sheet_textf(s, 0, STYLE_NORMAL, "%d of %d checks passed",
                    verdict[LESSON_PASS], all);
    if (verdict[LESSON_FAIL] > 0)
        sheet_textf(s, 0, STYLE_BAD, "%d did not hold here",
                    verdict[LESSON_FAIL]);
    if (verdict[LESSON_INCONCLUSIVE] > 0)
        sheet_textf(s, 0, STYLE_WARN,
                    "%d inconclusive: this machine was not quiet enough",
                    verdict[LESSON_INCONCLUSIVE]);
    if (verdict[LESSON_SKIPPED] > 0)
        sheet_textf(s, 0, STYLE_DIM, "%d left out on this machine",
                    verdict[LESSON_SKIPPED]);
    if (x->hints > 0)
        sheet_textf(s, 0, STYLE_DIM, "%d hint%s", x->hints,
                    x->hints == 1 ? "" : "s");
}

void page_done(struct sheet *s, const struct view_lesson *v)
{
    const struct session *x = v->session;

    sheet_text(s, 0, STYLE_GOOD,
               x->skipped ? "✓ The end: explanation read, not all was run"
                          : "✓ Done");
    sheet_gap(s);
    counts(s, x);
    if (!v->common.presenter) {
        sheet_gap(s);
        sheet_text(s, 0, STYLE_DIM, "WHAT YOU PREDICTED");
        lesson_predictions(s, v, 0, x->step_count);
    }
    sheet_gap(s);
    if (v->next)
        sheet_textf(s, 0, STYLE_TITLE, "Next: %s", v->next);
    sheet_text(s, 0, STYLE_DIM,
               v->next ? "Enter begins it.  x saves what you found as a page.  "
                         "r takes this lesson again.  q leaves."
                       : "x saves what you found as a page.  r takes this "
                         "lesson again.  q leaves.");
}
