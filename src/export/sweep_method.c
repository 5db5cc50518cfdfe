/* The second half of a sweep's report: what the models say, how it was
 * measured, the verdict. Runs in the screen process or in a command. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "export/sweep_parts.h"

#define LABEL 2
#define PARAMETERS 6

/* ---- the models ---------------------------------------------------------- */

static void model_rows(struct page *p, const struct scale_fit *f, bool drawn)
{
    enum style style = f->fits ? STYLE_NORMAL : STYLE_DIM;
    struct text line = {0};
    char buf[32];

    if (drawn)
        frame_put(&p->frame, p->row, 0, 0x25c6, STYLE_HERO);
    if (f->has_r2) {
        snprintf(buf, sizeof(buf), "%s %.3f",
                 p->options->ascii ? "R^2" : "R\u00b2", f->r2);
        frame_right(&p->frame, p->row, p->columns, style, buf);
    }
    frame_text(&p->frame, p->row++, LABEL, p->columns - LABEL - 12,
               drawn ? STYLE_HERO : style, scale_model_titles[f->model]);
    if (f->fits) {
        fits_add_parameters(&line, f);
        if (f->peak_n > 0 && !f->peak_refused)
            text_addf(&line, "; most at %.3g", f->peak_n);
        else if (f->knee_n > 0)
            text_addf(&line, "; bends at %.3g", f->knee_n);
    } else {
        text_addf(&line, "does not fit: %s", f->why);
    }
    page_wrap(p, PARAMETERS, style, text_str(&line));
    text_fini(&line);
}

/* Of a family only the model that is drawn: the record has them all. */
static void curve_models(struct page *p, const struct sweep_curve *c,
                         bool family)
{
    struct text line = {0};

    if (c->label[0])
        page_wrap(p, LABEL, STYLE_KEY, c->label);
    for (int i = 0; i < SCALE_MODELS; i++)
        if (c->fits.fit[i].computed && (!family || i == c->fits.best))
            model_rows(p, &c->fits.fit[i], i == c->fits.best);
    if (c->verdict != SWEEP_FOUND) /* what limits such figures nobody knows */
        return;
    scale_sentence(&c->fits, c->limit, &c->known, &line);
    page_wrap(p, LABEL, STYLE_NORMAL, text_str(&line));
    text_fini(&line);
}

void sweep_report_models(struct page *p, const struct sweep *s)
{
    bool any = false;

    for (int i = 0; i < s->curve_count; i++) {
        if (!s->curves[i].has_fits)
            continue;
        if (!any) {
            page_title(p, s->curve_count > 1
                              ? "THE MODELS  (the nearest; --json has all; in "
                                "brackets: 95 %)"
                              : "THE MODELS  (the diamond's is drawn; in "
                                "brackets: 95 %)");
        }
        any = true;
        curve_models(p, &s->curves[i], s->curve_count > 1);
    }
    if (any)
        return;
    page_title(p, "THE MODELS");
    page_wrap(p, LABEL, STYLE_DIM,
              s->request.metric != METRIC_THROUGHPUT_PER_S
                  ? "None: they are about throughput."
                  : "None: a model needs three different numbers of workers "
                    "with a figure each.");
}

/* ---- how it was measured ------------------------------------------------- */

/* How many were disturbed, and what became of them. */
static void say_disturbed(const struct sweep_trial *trials, int count,
                          struct text *out)
{
    int disturbed = 0, again = 0, kept = 0;

    for (int i = 0; i < count; i++) {
        if (trials[i].round < 0)
            continue;
        disturbed += trials[i].disturbed;
        again += trials[i].attempt > 0;
        kept += trials[i].disturbed && trials[i].used;
    }
    if (disturbed == 0) {
        text_addf(out, " No run was disturbed by more than %.2f.",
                  SWEEP_NOISE_CORES);
        return;
    }
    text_addf(out, " %d run%s disturbed by more than %.2f; ", disturbed,
              disturbed == 1 ? " was" : "s were", SWEEP_NOISE_CORES);
    text_addf(out, "%d %s done again, and %d that %s disturbed count%s.", again,
              again == 1 ? "was" : "were", kept, kept == 1 ? "was" : "were",
              kept == 1 ? "s" : "");
}

void sweep_say_noise(const struct sweep_trial *trials, int count,
                     struct text *out)
{
    double *cores = calloc((size_t)count + 1, sizeof(*cores)), median;
    int n = 0;

    for (int i = 0; cores && i < count; i++)
        if (trials[i].round >= 0 && trials[i].outcome.foreign_cores >= 0)
            cores[n++] = trials[i].outcome.foreign_cores;
    if (n == 0) {
        text_add(out, "What others used of the machine meanwhile is not "
                      "known.");
    } else {
        median = robust_median(cores, n); /* sorts */
        text_addf(out,
                  "Others used %.2f cores meanwhile (median of the runs), "
                  "%.2f at most.",
                  median, cores[n - 1]);
        say_disturbed(trials, count, out);
    }
    free(cores);
}

void sweep_say_looking(const struct sweep_trial *trials, int count,
                       struct text *out)
{
    double looking = 0, work = 0;
    char buf[32];

    for (int i = 0; i < count; i++) {
        const struct sweep_outcome *o = &trials[i].outcome;

        if (!(o->looking_s > 0))
            continue;
        looking += o->looking_s;
        work += metric_get(&o->metrics, METRIC_CPU_S, 0) +
                metric_get(&o->metrics, METRIC_CHILD_CPU_S, 0);
    }
    if (work > 0)
        text_addf(out,
                  " Looking took %s of the processor time that the work had.",
                  text_percent(buf, sizeof(buf), looking / work));
}

/* The order in which it was run. */
static void say_order(const struct sweep *s, struct text *out)
{
    const struct sweep_request *q = &s->request;
    int done, planned, warm = 0;
    char buf[32];

    sweep_progress(s, &done, &planned);
    for (int i = 0; i < s->trial_count; i++)
        warm += s->trials[i].round < 0;
    text_addf(out, "%d runs in %s: ", s->trial_count,
              text_duration(buf, sizeof(buf), s->spent_ns));
    if (warm > 0)
        text_addf(out, "%d to warm up, whose figures are not used, then ",
                  warm);
    if (q->automatic)
        text_addf(out,
                  "doubling the workers and then around the knee, for %s at "
                  "most, ",
                  text_duration(buf, sizeof(buf),
                                q->budget_ns ? q->budget_ns : 60 * NS_PER_S));
    else
        text_addf(out, "each of %d point%s %d times, ", s->point_count,
                  s->point_count == 1 ? "" : "s", q->repeat);
    text_addf(out, "every round in an order of its own (seed %" PRId64 ").",
              q->base.seed);
    if (done < planned)
        text_addf(out, " Interrupted after %d of %d.", done, planned);
    else if (s->interrupted)
        text_add(out, " Interrupted before it was over.");
}

static void say_drift(const struct sweep *s, struct text *out)
{
    int outliers = 0;
    double more = s->drift - 1;
    char buf[32];

    for (int i = 0; i < s->trial_count; i++)
        outliers += s->trials[i].used && s->trials[i].outlier;
    if (outliers > 0)
        text_addf(out,
                  " %d run%s far from the others of %s point, and %s: the "
                  "median cares little.",
                  outliers, outliers == 1 ? " is" : "s are",
                  outliers == 1 ? "its" : "their",
                  outliers == 1 ? "counts" : "count");
    if (s->drift > 0)
        text_addf(out,
                  " The second half of the runs gave %s %s than the first, "
                  "each compared with its own point.",
                  text_percent(buf, sizeof(buf), fabs(more)),
                  more >= 0 ? "more" : "less");
}

void sweep_report_method(struct page *p, const struct sweep *s)
{
    struct text line = {0};

    if (sweep_computed(s)) {
        page_title(p, "HOW IT WAS COMPUTED");
        page_wrap(p, LABEL, STYLE_DIM,
                  "On a simulated machine, in virtual time: every run of a "
                  "point gives the same, and nobody disturbs it.");
        return;
    }
    page_title(p, "HOW IT WAS MEASURED");
    say_order(s, &line);
    page_wrap(p, LABEL, STYLE_DIM, text_str(&line));
    text_fini(&line);
    sweep_say_noise(s->trials, s->trial_count, &line);
    say_drift(s, &line);
    sweep_say_looking(s->trials, s->trial_count, &line);
    page_wrap(p, LABEL, STYLE_DIM, text_str(&line));
    text_fini(&line);
}

/* ---- the verdict --------------------------------------------------------- */

static void curve_verdict(const struct sweep *s, const struct sweep_curve *c,
                          struct text *out)
{
    const char *axis = s->request.axis[SWEEP_ALONG].name;

    if (c->label[0])
        text_addf(out, "%s: ", c->label);
    switch (c->verdict) {
    case SWEEP_FOUND:
        text_addf(out, "found: %s %s", axis, s->points[c->best].label);
        if (s->request.axis[SWEEP_ALONG].numeric && c->high_x > c->low_x)
            text_addf(out, ", with 95 %% confidence from %.3g to %.3g",
                      c->low_x, c->high_x);
        else
            text_add(out, ", with 95 % confidence");
        if (c->at_edge)
            text_add(out, "; it is the last one tried, more may be better "
                          "still");
        break;
    case SWEEP_INCONCLUSIVE:
        text_addf(out, "inconclusive: %s",
                  c->why[0] ? c->why : "the runs do not agree");
        break;
    case SWEEP_NOTHING:
        text_addf(out, "nothing to say: %s",
                  c->why[0] ? c->why : "too little was measured");
        break;
    }
}

void sweep_report_verdict(struct page *p, const struct sweep *s)
{
    struct text line = {0};
    char buf[48];

    page_title(p, "VERDICT");
    for (int i = 0; i < s->curve_count; i++) {
        const struct sweep_curve *c = &s->curves[i];

        curve_verdict(s, c, &line);
        page_wrap(p, LABEL, c->verdict == SWEEP_FOUND ? STYLE_GOOD : STYLE_WARN,
                  text_str(&line));
        text_fini(&line);
    }
    if (!s->has_guess)
        return;
    snprintf(buf, sizeof(buf), "Your guess was %.4g.", s->guess);
    page_wrap(p, LABEL, STYLE_NORMAL, buf);
}
