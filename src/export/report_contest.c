/* A comparison in a report. Runs in the screen process or in a command. */
#include "export/paper.h"

#include <stdio.h>

#include "export/names.h"

static void write_answer(struct paper *p, const struct contest *c)
{
    p->kind->heading(p, 3, "The answer");
    for (int i = 1; i < c->sides; i++) {
        bool well = c->side[i].verdict == CONTEST_FASTER ||
                    c->side[i].verdict == CONTEST_SLOWER ||
                    c->side[i].verdict == CONTEST_NO_DIFFERENCE;

        paper_say(p, well ? PAPER_ANSWER : PAPER_DOUBT, "%c against A: %s%s%s",
                  'A' + i, contest_verdict_words[c->side[i].verdict],
                  c->side[i].sentence[0] ? ". " : ".", c->side[i].sentence);
    }
    if (c->why[0])
        paper_say(p, PAPER_DOUBT, "%s", c->why);
}

static void write_numbers(struct paper *p, const struct contest *c)
{
    struct paper_table t = {
        .caption = "What each experiment gave; a ratio above 1 is faster",
        .head = {"", "experiment", "median", "least to most", "runs that count",
                 "ratio to A", "95 % interval of it"},
        .columns = 7,
        .words = 3};
    char a[32], b[32];

    p->kind->heading(p, 3, "The numbers");
    for (int i = 0; i < c->sides; i++) {
        const struct contest_side *s = &c->side[i];

        paper_cell(&t, "%c", 'A' + i);
        paper_cell(&t, "%s", s->line);
        if (s->y.n) {
            paper_cell(
                &t, "%s",
                report_value(c->metric, s->y.median, false, a, sizeof(a)));
            paper_cell(&t, "%s to %s",
                       report_value(c->metric, s->y.least, false, a, sizeof(a)),
                       report_value(c->metric, s->y.most, false, b, sizeof(b)));
        } else {
            paper_cell(&t, "-");
            paper_cell(&t, "-");
        }
        paper_cell(&t, "%d", s->y.n);
        if (i && s->ratio.n) /* of A to itself there is none */
            paper_cell(&t, "%.3f", s->ratio.ratio);
        else
            paper_cell(&t, "-");
        if (i && s->ratio.n > 1)
            paper_cell(&t, "%.3f to %.3f", s->ratio.low, s->ratio.high);
        else
            paper_cell(&t, "-");
    }
    paper_table(p, &t);
}

static void write_method(struct paper *p, const struct contest *c)
{
    double foreign = 0;
    int known = 0;

    p->kind->heading(p, 3, "How it was measured");
    paper_say(p, PAPER_PLAIN,
              "The experiments were run in turn, %d rounds of one run each, so "
              "that what changes meanwhile changes for all; each is held "
              "against A's run of the same round. %d runs in all.",
              c->rounds, c->trial_count);
    for (int i = 0; i < c->trial_count; i++) {
        if (c->trials[i].outcome.foreign_cores < 0)
            continue;
        foreign += c->trials[i].outcome.foreign_cores;
        known++;
    }
    if (known)
        paper_say(p, PAPER_PLAIN,
                  "Other programs used %.2f cores on average while it ran.",
                  foreign / known);
}

void report_contest(struct paper *p, const struct report_part *part)
{
    const struct contest *c = part->contest;
    char line[SPEC_TEXT_MAX + 32];

    p->kind->heading(p, 3, "The experiments");
    for (int i = 0; i < c->sides; i++) {
        snprintf(line, sizeof(line), "timeslice run %s", c->side[i].line);
        p->kind->code(p, line);
    }
    paper_say(p, PAPER_SOFT,
              "They are called A%s here, in this order. Each line in a "
              "terminal repeats one of them.",
              c->sides == 2 ? " and B" : ", B, C and so on");
    write_answer(p, c);
    p->kind->heading(p, 3, "The ratios");
    paper_chart(p, &(struct paper_chart){
                       .what = FIGURE_RATIO,
                       .contest = c,
                       .caption = "How much faster each experiment is than A. "
                                  "The mark is the ratio, the bar the interval "
                                  "in which it lies with 95 % confidence. A "
                                  "bar across 1 shows no difference."});
    write_numbers(p, c);
    write_method(p, c);
}
