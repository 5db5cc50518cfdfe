/* A sweep in a report: question, prediction, experiment, answer, curve,
 * numbers, models, how it was measured. Runs in the screen process or in a
 * command. */
#include "export/paper.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "export/names.h"
#include "export/svg.h"
#include "export/sweep_parts.h"
#include "stats/summary.h"

/* ---- prediction and answer ----------------------------------------------- */

static void write_guess(struct paper *p, const struct sweep *s)
{
    const struct sweep_curve *c = &s->curves[0];
    double best;

    if (!s->has_guess || s->curve_count < 1)
        return;
    p->kind->heading(p, 3, "The prediction");
    if (c->verdict != SWEEP_FOUND) {
        paper_say(p, PAPER_PLAIN,
                  "The guess, made before the answer was shown, was %g. The "
                  "sweep could not say where the sweet spot is.",
                  s->guess);
        return;
    }
    best = s->points[c->best].x;
    if (s->guess == best)
        paper_say(p, PAPER_PLAIN,
                  "The guess, made before the answer was shown, was %g: that "
                  "is the sweet spot.",
                  s->guess);
    else if (s->guess >= c->low_x && s->guess <= c->high_x)
        paper_say(p, PAPER_PLAIN,
                  "The guess, made before the answer was shown, was %g. The "
                  "sweet spot is %s, and from these runs it may be anywhere "
                  "from %g to %g: the guess is among them.",
                  s->guess, s->points[c->best].label, c->low_x, c->high_x);
    else if (s->guess > 0 && best > 0)
        paper_say(p, PAPER_PLAIN,
                  "The guess, made before the answer was shown, was %g. The "
                  "sweet spot is %s: the guess was %.2g times too %s.",
                  s->guess, s->points[c->best].label,
                  fmax(s->guess / best, best / s->guess),
                  s->guess > best ? "high" : "low");
    else
        paper_say(p, PAPER_PLAIN, "The guess was %g, the sweet spot is %s.",
                  s->guess, s->points[c->best].label);
}

static void write_answer(struct paper *p, const struct sweep *s)
{
    p->kind->heading(p, 3, "The answer");
    for (int i = 0; i < s->curve_count; i++) {
        const struct sweep_curve *c = &s->curves[i];
        struct text line = {0};

        if (c->label[0])
            text_addf(&line, "%s: ", c->label);
        if (c->verdict == SWEEP_FOUND)
            text_add(&line, c->at_edge ? "Best so far. "
                            : s->request.axis[SWEEP_ALONG].numeric
                                ? "Sweet spot found. "
                                : "Best found. ");
        if (c->sentence[0])
            text_add(&line, c->sentence);
        else if (c->verdict == SWEEP_INCONCLUSIVE)
            text_addf(&line, "Inconclusive: %s.", c->why);
        else if (c->verdict == SWEEP_NOTHING)
            text_addf(&line, "No answer%s%s.", c->why[0] ? ": " : "", c->why);
        paper_say(p, c->verdict == SWEEP_FOUND ? PAPER_ANSWER : PAPER_DOUBT,
                  "%s", text_str(&line));
        p->failed |= line.failed;
        text_fini(&line);
    }
}

/* ---- pictures ------------------------------------------------------------ */

static const char parts_caption[] =
    "Each bar is the lives of all workers together, at one point. At the "
    "right: how many cores they kept busy, on average.";

static void write_pictures(struct paper *p, const struct sweep *s)
{
    struct text caption = {0};
    bool begun = false;

    p->kind->heading(p, 3, "The curve");
    svg_curve_caption(s, &caption);
    paper_chart(p, &(struct paper_chart){.what = FIGURE_CURVE,
                                         .sweep = s,
                                         .caption = text_str(&caption)});
    p->failed |= caption.failed;
    text_fini(&caption);
    for (int i = 0; i < s->curve_count; i++) {
        bool any = false;
        int first, end;

        svg_curve_points(s, i, &first, &end);
        for (int j = first; j < end; j++)
            any |= s->points[j].has_parts;
        if (!any)
            continue;
        if (!begun)
            p->kind->heading(p, 3, "Where the time went");
        paper_chart(
            p, &(struct paper_chart){.what = FIGURE_PARTS,
                                     .sweep = s,
                                     .curve = i,
                                     .caption = begun ? "" : parts_caption});
        begun = true;
    }
}

static void write_typical(struct paper *p, const struct report_part *part)
{
    const struct sweep *s = part->sweep;
    struct text line = {0};

    if (!part->typical)
        return;
    p->kind->heading(p, 3, "A typical run");
    if (s->curves[0].verdict == SWEEP_FOUND)
        text_addf(&line, "%s %s, the run that came nearest to the median. ",
                  s->points[s->curves[0].best].label,
                  s->request.axis[SWEEP_ALONG].name);
    summary_sentence(part->typical, &line);
    paper_say(p, PAPER_PLAIN, "%s", text_str(&line));
    p->failed |= line.failed;
    text_fini(&line);
    paper_chart(p, &(struct paper_chart){.what = FIGURE_TIMELINE,
                                         .trace = part->typical,
                                         .caption = PAPER_TIMELINE});
}

/* ---- numbers ------------------------------------------------------------- */

static int outliers_of(const struct sweep *s, int point)
{
    int n = 0;

    for (int i = 0; i < s->trial_count; i++)
        n += s->trials[i].point == point && s->trials[i].outlier;
    return n;
}

/* @same: the confidence of all intervals is said in the head. */
static void number_row(struct paper_table *t, const struct sweep *s, int point,
                       bool same)
{
    const struct sweep_point *at = &s->points[point];
    enum metric metric = s->request.metric;
    char a[32], b[32];

    if (s->curve_count > 1)
        paper_cell(t, "%s", s->curves[at->curve].label);
    paper_cell(t, "%s", at->label);
    if (!at->y.n) {
        for (int i = 0; i < 3; i++)
            paper_cell(t, "-");
    } else {
        paper_cell(t, "%s",
                   report_value(metric, at->y.median, true, a, sizeof(a)));
        if (at->y.n < 2)
            paper_cell(t, "-");
        else if (same)
            paper_cell(t, "%s to %s",
                       report_value(metric, at->y.low, true, a, sizeof(a)),
                       report_value(metric, at->y.high, true, b, sizeof(b)));
        else
            paper_cell(t, "%s to %s (%.0f %%)",
                       report_value(metric, at->y.low, true, a, sizeof(a)),
                       report_value(metric, at->y.high, true, b, sizeof(b)),
                       at->y.confidence * 100);
        paper_cell(t, "%s to %s",
                   report_value(metric, at->y.least, true, a, sizeof(a)),
                   report_value(metric, at->y.most, true, b, sizeof(b)));
    }
    paper_cell(t, "%d", at->y.n);
    paper_cell(t, "%d", at->failed);
    paper_cell(t, "%d", at->disturbed);
    paper_cell(t, "%d", outliers_of(s, point));
}

/* Of the intervals of all points; -1: not the same. */
static double same_confidence(const struct sweep *s)
{
    double same = -1;

    for (int i = 0; i < s->point_count; i++) {
        const struct robust *y = &s->points[i].y;

        if (y->n < 2)
            continue;
        if (same >= 0 && fabs(y->confidence - same) > 0.005)
            return -1;
        same = y->confidence;
    }
    return same;
}

static void write_numbers(struct paper *p, const struct sweep *s)
{
    struct paper_table t = {.caption = "Every point of the curve"};
    struct text median = {0}, interval = {0};
    double same;
    int n = 0;

    p->kind->heading(p, 3, "The numbers");
    text_addf(&median, "median, %s", sweep_y_words(s));
    if (s->curve_count > 1) {
        t.words |= 1u << n;
        t.head[n++] = s->request.axis[SWEEP_FAMILY].name;
    }
    if (!s->request.axis[SWEEP_ALONG].numeric)
        t.words |= 1u << n;
    t.head[n++] = s->request.axis[SWEEP_ALONG].name;
    t.head[n++] = text_str(&median);
    same = same_confidence(s);
    if (same >= 0)
        text_addf(&interval, "interval (%.0f %% sure)", same * 100);
    else
        text_add(&interval, "interval (how sure)");
    t.head[n++] = text_str(&interval);
    t.head[n++] = "least to most";
    t.head[n++] = "runs";
    t.head[n++] = "failed";
    t.head[n++] = "disturbed";
    t.head[n++] = "outliers";
    t.columns = n;
    for (int i = 0; i < s->point_count; i++)
        number_row(&t, s, i, same >= 0);
    paper_table(p, &t);
    p->failed |= median.failed || interval.failed;
    text_fini(&median);
    text_fini(&interval);
    for (int i = 0; i < s->point_count; i++)
        if (s->points[i].error[0])
            paper_say(p, PAPER_PLAIN, "%s%sAt %s %s: %s",
                      s->curves[s->points[i].curve].label,
                      s->curves[s->points[i].curve].label[0] ? ". " : "",
                      s->request.axis[SWEEP_ALONG].name, s->points[i].label,
                      s->points[i].error);
}

/* ---- models -------------------------------------------------------------- */

static void model_row(struct paper_table *t, const struct scale_fit *f,
                      bool drawn)
{
    struct text parameters = {0};
    char r2[16] = "-", peak[32] = "-";

    paper_cell(t, "%s", scale_model_titles[f->model]);
    paper_cell(t, "%s%s%s",
               !f->computed ? "cannot say"
               : !f->fits   ? "no"
               : drawn      ? "yes, drawn above"
                            : "yes",
               f->why[0] && !(f->computed && f->fits) ? ": " : "",
               f->computed && f->fits ? "" : f->why);
    if (f->computed && f->has_r2)
        snprintf(r2, sizeof(r2), "%.3f", f->r2);
    paper_cell(t, "%s", r2);
    if (f->computed)
        fits_add_parameters(&parameters, f);
    paper_cell(t, "%s", parameters.len ? text_str(&parameters) : "-");
    t->failed |= parameters.failed;
    text_fini(&parameters);
    if (f->computed && f->peak_n > 0 && !f->peak_refused)
        snprintf(peak, sizeof(peak), "%.3g", f->peak_n);
    else if (f->computed && f->peak_n > 0)
        snprintf(peak, sizeof(peak), "too far off to say");
    paper_cell(t, "%s", peak);
}

static void write_models(struct paper *p, const struct sweep *s)
{
    p->kind->heading(p, 3, "The models");
    for (int i = 0; i < s->curve_count; i++) {
        const struct sweep_curve *c = &s->curves[i];
        struct paper_table t = {.head = {"model", "fits the points?", "R\u00b2",
                                         "what it found (95 % interval)",
                                         "most at workers"},
                                .columns = 5,
                                .words = 1u << 1 | 1u << 3};
        char caption[96];

        if (!c->has_fits) {
            paper_say(p, PAPER_PLAIN,
                      "%s%sNo model: they need figures for at least three "
                      "different numbers of workers.",
                      c->label, c->label[0] ? ". " : "");
            continue;
        }
        snprintf(caption, sizeof(caption), "Models fitted to the runs%s%s",
                 c->label[0] ? ": " : "", c->label);
        t.caption = caption;
        for (int k = 0; k < SCALE_MODELS; k++)
            model_row(&t, &c->fits.fit[k], k == c->fits.best);
        paper_table(p, &t);
    }
}

/* ---- how it was measured ------------------------------------------------- */

struct counts {
    int runs, warm, again, failed, disturbed, with_foreign;
    double foreign, foreign_most;
};

static void count_runs(const struct sweep *s, struct counts *c)
{
    *c = (struct counts){0};
    for (int i = 0; i < s->trial_count; i++) {
        const struct sweep_trial *t = &s->trials[i];

        c->runs++;
        c->warm += t->round < 0;
        c->again += t->attempt > 0;
        c->failed += !t->has_y;
        c->disturbed += t->disturbed;
        if (t->outcome.foreign_cores < 0)
            continue;
        c->with_foreign++;
        c->foreign += t->outcome.foreign_cores;
        c->foreign_most = fmax(c->foreign_most, t->outcome.foreign_cores);
    }
}

static void write_observer(struct paper *p, const struct trace *t)
{
    double cpu = metric_get(&t->metrics, METRIC_CPU_S, 0);
    struct text line = {0};
    char buf[32];

    text_addf(&line, "The run shown was watched by way of \u201c%s\u201d",
              spec_observer_words[t->observer.kind]);
    if (t->observer.cpu_s > 0) {
        text_addf(&line, "; looking took %s of processor time",
                  text_duration(buf, sizeof(buf),
                                llround(t->observer.cpu_s * NS_PER_S)));
        if (cpu > 0)
            text_addf(&line, ", %s of what the workers had",
                      text_percent(buf, sizeof(buf), t->observer.cpu_s / cpu));
    }
    if (t->observer.price_ns > 0)
        text_addf(
            &line, ", and each switch that was watched %s more",
            text_duration(buf, sizeof(buf), llround(t->observer.price_ns)));
    text_add(&line, ".");
    paper_say(p, PAPER_PLAIN, "%s", text_str(&line));
    p->failed |= line.failed;
    text_fini(&line);
}

static void write_method(struct paper *p, const struct report_part *part)
{
    const struct sweep *s = part->sweep;
    const struct sweep_request *r = &s->request;
    struct text line = {0};
    struct counts c;
    char buf[32];

    count_runs(s, &c);
    p->kind->heading(p, 3, "How it was measured");
    text_addf(&line,
              "Each point was to be run %d times, in rounds: every round has "
              "each point once, in an order shuffled anew (seed %" PRId64 "), "
              "so that what changes meanwhile changes for all. %d run%s in "
              "all",
              r->repeat, r->base.seed, c.runs, c.runs == 1 ? "" : "s");
    if (s->spent_ns > 0)
        text_addf(&line, " took %s",
                  text_duration(buf, sizeof(buf), s->spent_ns));
    if (c.warm)
        text_addf(&line, "; %d of them only warmed up and %s not count", c.warm,
                  c.warm == 1 ? "does" : "do");
    text_add(&line, ".");
    if (r->automatic)
        text_add(&line, " The values were chosen by the program itself, from "
                        "what the runs before had shown.");
    if (s->interrupted)
        text_add(&line, " It was interrupted; what had been measured by then "
                        "is here.");
    paper_say(p, PAPER_PLAIN, "%s", text_str(&line));
    text_fini(&line);
    if (c.with_foreign)
        text_addf(&line,
                  "Other programs used %.2f cores on average while it ran, "
                  "%.2f at most. ",
                  c.foreign / c.with_foreign, c.foreign_most);
    else
        text_add(&line, "What other programs used meanwhile is not known. ");
    if (c.disturbed)
        text_addf(&line,
                  "%d run%s disturbed by them (more than %g cores); %d %s "
                  "repeated. ",
                  c.disturbed, c.disturbed == 1 ? " was" : "s were",
                  SWEEP_NOISE_CORES, c.again, c.again == 1 ? "was" : "were");
    if (c.failed)
        text_addf(&line, "%d run%s without a figure. ", c.failed,
                  c.failed == 1 ? " ended" : "s ended");
    if (s->drift > 0)
        text_addf(&line,
                  "From the first half of the runs to the second, the figures "
                  "changed by %+.1f %%.",
                  (s->drift - 1) * 100);
    paper_say(p, PAPER_PLAIN, "%s", text_str(&line));
    p->failed |= line.failed;
    text_fini(&line);
    if (part->typical)
        write_observer(p, part->typical);
}

void report_sweep(struct paper *p, const struct report_part *part)
{
    const struct sweep *s = part->sweep;
    struct text line = {0};

    p->kind->heading(p, 3, "The experiment");
    text_add(&line, "timeslice sweep ");
    sweep_format(&s->request, &line);
    p->kind->code(p, text_str(&line));
    paper_say(p, PAPER_SOFT, "This line in a terminal repeats it.");
    p->failed |= line.failed;
    text_fini(&line);
    write_guess(p, s);
    write_answer(p, s);
    write_pictures(p, s);
    write_numbers(p, s);
    write_models(p, s);
    write_typical(p, part);
    write_method(p, part);
    report_machine(p, &s->machine);
}
