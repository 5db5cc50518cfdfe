/* What a person reads of a sweep: the answer, the curve, where the time went,
 * the points, the models, how it was measured. Runs in the screen process or in
 * a command. */
#include "export/sweep.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "export/page.h"
#include "export/sweep_parts.h"
#include "view/curve.h"
#include "view/curve_plot.h"

#define COLUMNS_MIN 60
#define COLUMNS_MAX 200
#define PLOT_ROWS 17
#define PICTURE_COLUMNS 100 /* a wider one says no more */

/* Right edges of the table's columns; the label stands before. */
enum {
    LABEL = 2,
    LABEL_END = 16,
    MEDIAN_END = 26,
    RANGE_END = 45,
    RUNS_END = 52,
    NOISE_END = 63,
    BUSY_END = 75
};

struct paper {
    struct page page;
    const struct sweep *sweep;
};

/* Three digits, so that figures of one kind look alike: 40.0, 39.8, 168. */
static char *rate_text(char *buf, size_t size, double x)
{
    size_t len;

    if (!(fabs(x) >= 0.001 && fabs(x) < 999.5))
        return text_si(buf, size, x);
    snprintf(buf, size, "%#.3g", x);
    len = strlen(buf);
    if (len > 0 && buf[len - 1] == '.')
        buf[len - 1] = '\0';
    return buf;
}

char *sweep_value_text(char *buf, size_t size, enum metric metric, double x)
{
    switch (metric_infos[metric].unit) {
    case UNIT_SECONDS:
        return x == 0 ? strncpy(buf, "0 s", size)
                      : text_duration(buf, size, llround(x * NS_PER_S));
    case UNIT_MS:
        return text_duration(buf, size, llround(x * NS_PER_MS));
    case UNIT_SHARE:
        return text_percent(buf, size, x);
    case UNIT_COUNT:
        return text_count(buf, size, llround(x));
    case UNIT_PER_S:
    case UNIT_RATIO:
    case UNIT_ERRNO:
        break;
    }
    return rate_text(buf, size, x);
}

static const char *axis_name(const struct sweep *s)
{
    return s->request.axis[SWEEP_ALONG].name;
}

/* ---- the answer ---------------------------------------------------------- */

/* A sentence for each curve. */
static void report_answer(struct paper *r)
{
    const struct sweep *s = r->sweep;
    bool any = false;

    r->page.row++;
    for (int i = 0; i < s->curve_count; i++) {
        const struct sweep_curve *c = &s->curves[i];
        struct text line = {0};

        if (!c->sentence[0])
            continue;
        if (s->curve_count > 1 && !strstr(c->sentence, c->label))
            text_addf(&line, "%s: ", c->label);
        text_add(&line, c->sentence);
        page_wrap(&r->page, 0, STYLE_HERO, text_str(&line));
        text_fini(&line);
        any = true;
    }
    if (!any)
        page_wrap(&r->page, 0, STYLE_HERO,
                  "Too little was measured to say anything.");
}

static void report_badge(struct paper *r)
{
    const struct sweep *s = r->sweep;
    struct text line = {0};
    int done, planned, first;

    const char *badge = sweep_computed(s) ? "MODEL" : "MEASURED";

    if (sweep_computed(s)) {
        text_add(&line, "MODEL: computed, not measured");
    } else {
        text_addf(&line, "MEASURED on %d of %d cores, ",
                  s->machine.cpus_allowed, s->machine.cpus_online);
        page_kernel(&line, s->machine.kernel);
    }
    sweep_progress(s, &done, &planned);
    text_addf(&line, ": %d run%s", done, done == 1 ? "" : "s");
    if (done < planned)
        text_addf(&line, " of %d, then interrupted", planned);
    else if (s->interrupted)
        text_add(&line, ", then interrupted");
    r->page.row++;
    first = r->page.row;
    page_wrap(&r->page, 0, STYLE_DIM, text_str(&line));
    frame_text(&r->page.frame, first, 0, -1, STYLE_BADGE, badge);
    text_fini(&line);

    sweep_format(&s->request, &line);
    page_wrap(&r->page, 0, STYLE_DIM, text_str(&line));
    text_fini(&line);
}

/* ---- the pictures -------------------------------------------------------- */

static int picture_columns(const struct page *p)
{
    return p->columns > PICTURE_COLUMNS ? PICTURE_COLUMNS : p->columns;
}

static struct curve_look picture_look(const struct paper *r)
{
    struct curve_look look;

    curve_look_of(&look, r->sweep);
    look.ascii = r->page.options->ascii;
    return look;
}

static void report_plot(struct paper *r)
{
    const struct sweep *s = r->sweep;
    const struct curve_look look = picture_look(r);
    struct page *p = &r->page;
    char title[160];
    bool any = false;

    for (int i = 0; i < s->point_count; i++)
        any |= s->points[i].y.n > 0;
    if (!any)
        return;
    snprintf(title, sizeof(title), "THE CURVE  (%s, by %s)", sweep_y_words(s),
             axis_name(s));
    page_title(p, title);
    curve_plot(&p->frame,
               (struct box){p->row, 0, PLOT_ROWS, picture_columns(p)}, s,
               &look);
    p->row += PLOT_ROWS;
}

static void report_parts(struct paper *r)
{
    const struct sweep *s = r->sweep;
    const struct curve_look look = picture_look(r);
    struct page *p = &r->page;
    int columns = picture_columns(p);
    char title[120];

    for (int c = 0; c < s->curve_count; c++) {
        const char *label = s->curves[c].label;
        bool any = false;
        int rows;

        for (int i = 0; i < s->point_count; i++)
            any |= s->points[i].curve == c && s->points[i].has_parts;
        if (!any)
            continue;
        snprintf(title, sizeof(title), "WHERE THE WORKERS' TIME WENT%s%s%s",
                 *label ? "  (" : "", label, *label ? ")" : "");
        page_title(p, title);
        rows = curve_parts_rows(s, c, columns);
        curve_parts(&p->frame, (struct box){p->row, 0, rows, columns}, s, c,
                    &look);
        p->row += rows;
    }
}

/* ---- the points ---------------------------------------------------------- */

static void point_failures(struct page *p, const struct sweep_point *point)
{
    struct text line = {0};

    if (point->failed == 0)
        return;
    text_addf(&line, "%d run%s gave no figure%s%s", point->failed,
              point->failed == 1 ? "" : "s", point->error[0] ? ": " : "",
              point->error);
    page_wrap(p, LABEL_END + 2, STYLE_BAD, text_str(&line));
    text_fini(&line);
}

static void point_row(struct paper *r, const struct sweep_point *point)
{
    const struct sweep *s = r->sweep;
    const struct sweep_curve *c = &s->curves[point->curve];
    enum metric metric = s->request.metric;
    struct page *p = &r->page;
    struct frame *f = &p->frame;
    bool best = c->verdict == SWEEP_FOUND && &s->points[c->best] == point;
    char value[32], range[80], high[32];

    if (best)
        frame_put(f, p->row, 0, 0x25c6, STYLE_HERO); /* a black diamond */
    if (s->request.axis[SWEEP_ALONG].numeric)
        frame_right(f, p->row, LABEL_END, best ? STYLE_HERO : STYLE_NORMAL,
                    point->label);
    else
        frame_text(f, p->row, LABEL, LABEL_END - LABEL,
                   best ? STYLE_HERO : STYLE_NORMAL, point->label);
    if (point->y.n == 0) {
        frame_right(f, p->row, MEDIAN_END, STYLE_DIM, "-");
        p->row++;
        point_failures(p, point);
        return;
    }
    sweep_value_text(value, sizeof(value), metric, point->y.median);
    frame_right(f, p->row, MEDIAN_END, best ? STYLE_HERO : STYLE_NORMAL, value);
    if (point->y.n > 1) {
        sweep_value_text(value, sizeof(value), metric, point->y.low);
        sweep_value_text(high, sizeof(high), metric, point->y.high);
        snprintf(range, sizeof(range), "%s to %s", value, high);
        frame_right(f, p->row, RANGE_END, STYLE_NORMAL, range);
    }
    snprintf(value, sizeof(value), "%d", point->y.n);
    frame_right(f, p->row, RUNS_END, STYLE_NORMAL, value);
    snprintf(value, sizeof(value), "%d", point->disturbed);
    frame_right(f, p->row, NOISE_END,
                point->disturbed ? STYLE_WARN : STYLE_NORMAL, value);
    if (point->cores_busy >= 0) {
        snprintf(value, sizeof(value), "%.2f", point->cores_busy);
        frame_right(f, p->row, BUSY_END, STYLE_NORMAL, value);
    }
    p->row++;
    point_failures(p, point);
}

/* How surely the intervals hold: it depends on how many runs a point has. */
static void points_footnote(struct paper *r)
{
    double least = 2, most = 0;
    struct text line = {0};
    char buf[2][32];

    for (int i = 0; i < r->sweep->point_count; i++) {
        const struct robust *y = &r->sweep->points[i].y;

        if (y->n < 2)
            continue;
        least = fmin(least, y->confidence);
        most = fmax(most, y->confidence);
    }
    if (most == 0)
        return;
    page_share(buf[0], sizeof(buf[0]), floor(least * 100) / 100);
    page_share(buf[1], sizeof(buf[1]), floor(most * 100) / 100);
    text_addf(&line, "The true median lies between the two with %s",
              buf[0] + strspn(buf[0], " "));
    if (strcmp(buf[0], buf[1]) != 0)
        text_addf(&line, " to %s", buf[1] + strspn(buf[1], " "));
    text_add(&line, " confidence.");
    if (least < 0.95)
        text_add(&line, " From six runs of a point on it is 95 % and more.");
    page_wrap(&r->page, LABEL, STYLE_DIM, text_str(&line));
    text_fini(&line);
}

static void report_points(struct paper *r)
{
    const struct sweep *s = r->sweep;
    struct page *p = &r->page;
    int row, curve = -1;

    page_title(p, "THE POINTS");
    row = p->row++;
    frame_right(&p->frame, row, LABEL_END, STYLE_DIM, axis_name(s));
    frame_right(&p->frame, row, MEDIAN_END, STYLE_DIM, "median");
    frame_right(&p->frame, row, RANGE_END, STYLE_DIM, "between");
    frame_right(&p->frame, row, RUNS_END, STYLE_DIM, "runs");
    frame_right(&p->frame, row, NOISE_END, STYLE_DIM, "disturbed");
    frame_right(&p->frame, row, BUSY_END, STYLE_DIM, "cores busy");
    for (int i = 0; i < s->point_count; i++) {
        if (s->points[i].curve != curve && s->curve_count > 1)
            page_wrap(p, LABEL, STYLE_KEY, s->curves[s->points[i].curve].label);
        curve = s->points[i].curve;
        point_row(r, &s->points[i]);
    }
    points_footnote(r);
}

/* ---- the whole ----------------------------------------------------------- */

static int rows_needed(const struct sweep *s)
{
    return 140 + PLOT_ROWS + 10 * s->point_count + 60 * s->curve_count;
}

int export_sweep_report(const struct sweep *s, const struct report_options *o,
                        struct text *out)
{
    struct paper r = {.page = {.options = o, .columns = o->columns},
                      .sweep = s};
    int rc;

    if (r.page.columns <= 0)
        r.page.columns = 80;
    if (r.page.columns < COLUMNS_MIN)
        r.page.columns = COLUMNS_MIN;
    if (r.page.columns > COLUMNS_MAX)
        r.page.columns = COLUMNS_MAX;
    rc = frame_init(&r.page.frame, rows_needed(s), r.page.columns);
    if (rc < 0)
        return rc;
    report_answer(&r);
    report_badge(&r);
    report_plot(&r);
    if (!o->brief) {
        report_parts(&r);
        report_points(&r);
        sweep_report_models(&r.page, s);
        sweep_report_method(&r.page, s);
        sweep_report_verdict(&r.page, s);
    }
    if (o->ascii)
        frame_to_ascii(&r.page.frame);
    page_print(&r.page, out);
    frame_fini(&r.page.frame);
    return out->failed ? -ENOMEM : 0;
}
