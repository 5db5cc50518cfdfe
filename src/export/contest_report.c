/* What a person reads of a comparison. Runs in the screen process or in a
 * command. */
#include "export/sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "export/page.h"
#include "export/sweep_parts.h"

#define COLUMNS_MIN 60
#define COLUMNS_MAX 200

enum {
    LABEL = 2,
    MEDIAN_END = 14,
    RANGE_END = 34,
    RUNS_END = 41,
    RATIO_END = 51,
    INTERVAL_END = 66,
    VERDICT = 68
};

static enum style verdict_style(enum contest_verdict v)
{
    switch (v) {
    case CONTEST_FASTER:
        return STYLE_GOOD;
    case CONTEST_SLOWER:
        return STYLE_BAD;
    case CONTEST_INCONCLUSIVE:
        return STYLE_WARN;
    default:
        return STYLE_NORMAL;
    }
}

static void report_answer(struct page *p, const struct contest *c)
{
    p->row++;
    for (int i = 1; i < c->sides; i++) {
        struct text line = {0};

        text_addf(&line, "%c against A: ", 'A' + i);
        text_add(&line, c->side[i].sentence[0]
                            ? c->side[i].sentence
                            : "too little was measured to say anything.");
        page_wrap(p, 0, STYLE_HERO, text_str(&line));
        text_fini(&line);
        if (c->why[0])
            break; /* it is the same for all */
    }
}

/* Two lines: the experiment, and its figures. */
static void side_rows(struct page *p, const struct contest *c, int at)
{
    const struct contest_side *side = &c->side[at];
    struct frame *f = &p->frame;
    char letter[2] = {(char)('A' + at), '\0'}, value[32], high[32], range[80];
    int row;

    frame_text(f, p->row, LABEL, -1, STYLE_KEY, letter);
    page_wrap(p, LABEL + 2, STYLE_NORMAL, side->line);
    row = p->row++;
    if (side->y.n == 0) {
        frame_right(f, row, MEDIAN_END, STYLE_DIM, "-");
        return;
    }
    frame_right(
        f, row, MEDIAN_END, STYLE_HERO,
        sweep_value_text(value, sizeof(value), c->metric, side->y.median));
    if (side->y.n > 1) {
        sweep_value_text(value, sizeof(value), c->metric, side->y.low);
        sweep_value_text(high, sizeof(high), c->metric, side->y.high);
        snprintf(range, sizeof(range), "%s to %s", value, high);
        frame_right(f, row, RANGE_END, STYLE_NORMAL, range);
    }
    snprintf(value, sizeof(value), "%d", side->y.n);
    frame_right(f, row, RUNS_END, STYLE_NORMAL, value);
    if (at == 0 || side->ratio.n == 0)
        return;
    snprintf(value, sizeof(value), "%.3f", side->ratio.ratio);
    frame_right(f, row, RATIO_END, STYLE_HERO, value);
    if (side->ratio.n > 1) {
        snprintf(range, sizeof(range), "%.3f to %.3f", side->ratio.low,
                 side->ratio.high);
        frame_right(f, row, INTERVAL_END, STYLE_NORMAL, range);
    }
    frame_text(f, row, VERDICT, -1, verdict_style(side->verdict),
               side->verdict == CONTEST_NO_DIFFERENCE
                   ? "none shown"
                   : contest_verdict_words[side->verdict]);
}

static void report_sides(struct page *p, const struct contest *c)
{
    int row;

    page_title(p, "THE EXPERIMENTS, IN TURN");
    row = p->row++;
    frame_right(&p->frame, row, MEDIAN_END, STYLE_DIM, "median");
    frame_right(&p->frame, row, RANGE_END, STYLE_DIM, "between");
    frame_right(&p->frame, row, RUNS_END, STYLE_DIM, "runs");
    frame_right(&p->frame, row, RATIO_END, STYLE_DIM, "ratio");
    frame_right(&p->frame, row, INTERVAL_END, STYLE_DIM, "95 % within");
    for (int i = 0; i < c->sides; i++)
        side_rows(p, c, i);
}

static void report_method(struct page *p, const struct contest *c)
{
    struct text line = {0};
    int rounds = c->side[0].y.n;

    page_title(p, contest_computed(c) ? "MODEL: HOW IT WAS COMPUTED"
                                      : "HOW IT WAS MEASURED");
    text_addf(
        &line,
        "Compared by %s (%s). %d of %d rounds count; in each every "
        "experiment ran once, in turn, so that what changes meanwhile "
        "changes for all. The ratio is the geometric mean of the "
        "rounds' ratios to A, above 1 if better; its interval is Student's. ",
        metric_infos[c->metric].name, metric_infos[c->metric].help, rounds,
        c->rounds);
    if (!contest_computed(c)) {
        sweep_say_noise(c->trials, c->trial_count, &line);
        sweep_say_looking(c->trials, c->trial_count, &line);
    }
    page_wrap(p, LABEL, STYLE_DIM, text_str(&line));
    text_fini(&line);
}

int export_contest_report(const struct contest *c,
                          const struct report_options *o, struct text *out)
{
    struct page p = {.options = o, .columns = o->columns};
    int rc;

    if (p.columns <= 0)
        p.columns = 80;
    if (p.columns < COLUMNS_MIN)
        p.columns = COLUMNS_MIN;
    if (p.columns > COLUMNS_MAX)
        p.columns = COLUMNS_MAX;
    rc = frame_init(&p.frame, 80 + 16 * c->sides, p.columns);
    if (rc < 0)
        return rc;
    report_answer(&p, c);
    report_sides(&p, c);
    report_method(&p, c);
    if (o->ascii)
        frame_to_ascii(&p.frame);
    page_print(&p, out);
    frame_fini(&p.frame);
    return out->failed ? -ENOMEM : 0;
}
