/* "timeslice history compare": two kept runs, or two sweeps, side by side.
 * Screen process.
 *
 * Two runs are two single measurements: their figures are shown with ratios,
 * and nothing is concluded from them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/history.h"
#include "export/record.h"

#define LABEL 24
#define VALUE 14

static char *value_text(char *buf, size_t size, enum metric_unit unit, double x)
{
    switch (unit) {
    case UNIT_SECONDS:
        return text_duration(buf, size, (int64_t)(x * 1e9));
    case UNIT_MS:
        return text_duration(buf, size, (int64_t)(x * 1e6));
    case UNIT_SHARE:
        return text_percent(buf, size, x);
    case UNIT_COUNT:
        if (x > -1e15 && x < 1e15)
            return text_count(buf, size, (int64_t)x);
        break;
    default:
        break;
    }
    return text_si(buf, size, x);
}

static void add_value(struct text *out, bool has, enum metric_unit unit,
                      double x)
{
    char buf[32];

    text_pad(out, has ? value_text(buf, sizeof(buf), unit, x) : "-", -VALUE);
}

/* One line: what, this, that, that / this. */
static void print_row(const struct history_call *c, const char *label,
                      enum metric_unit unit, const bool has[2],
                      const double x[2])
{
    struct text line = {0}, shown = {0};

    history_cut(&line, label, LABEL, c->look.ascii, true);
    add_value(&line, has[0], unit, x[0]);
    add_value(&line, has[1], unit, x[1]);
    if (has[0] && has[1] && x[0] > 0 && x[1] > 0 && unit != UNIT_ERRNO)
        text_addf(&line, "   %8.3f", x[1] / x[0]);
    /* Micro and the like, where only ASCII is to be. */
    history_cut(&shown, text_str(&line), 1000, c->look.ascii, false);
    puts(text_str(&shown));
    text_fini(&line);
    text_fini(&shown);
}

static void print_head(const struct history_call *c,
                       const struct history_id id[2])
{
    struct text line = {0};
    char name[32];

    (void)c;
    text_fill(&line, " ", LABEL);
    for (int i = 0; i < 2; i++)
        text_pad(&line,
                 history_id_text(name, sizeof(name), id[i].kind, id[i].id),
                 -VALUE);
    text_add(&line, "      ratio");
    puts(text_str(&line));
    text_fini(&line);
}

static void print_line(const struct history_call *c,
                       const struct history_id *id, const char *line)
{
    char name[32];

    history_id_text(name, sizeof(name), id->kind, id->id);
    printf("%-9s ", name);
    cli_wrap(line, 10, 10, c->look.columns);
}

/* ---- runs -----------------------------------------------------------------
 */

static int runs_json(const struct history_id id[2], struct trace *t[2],
                     struct err *err)
{
    struct record r = {0};
    json_t *o = json_object(), *both = json_array(), *ratios = json_object();

    for (int i = 0; i < 2; i++) {
        struct text line = {0};
        json_t *run = json_object();

        spec_format(&t[i]->spec, &line);
        record_integer(&r, run, "id", id[i].id);
        record_string(&r, run, "experiment", text_str(&line));
        record_string(&r, run, "verdict", verdict_words[t[i]->verdict]);
        record_put(&r, run, "metrics", record_metrics(&r, &t[i]->metrics));
        record_append(&r, both, run);
        text_fini(&line);
    }
    for (int i = 0; i < METRIC_COUNT; i++) {
        double a = metric_get(&t[0]->metrics, (enum metric)i, 0);
        double b = metric_get(&t[1]->metrics, (enum metric)i, 0);

        if (a > 0 && b > 0 && metric_infos[i].unit != UNIT_ERRNO)
            record_real(&r, ratios, metric_infos[i].name, b / a);
    }
    record_string(&r, o, "schema", "timeslice.history-compare/1");
    record_put(&r, o, "runs", both);
    record_put(&r, o, "ratios", ratios);
    record_put(&r, o, "verdict", json_null());
    return record_print(&r, o, stdout, "the comparison", err);
}

static void runs_print(const struct history_call *c,
                       const struct history_id id[2], struct trace *t[2])
{
    for (int i = 0; i < 2; i++) {
        struct text line = {0};

        spec_format(&t[i]->spec, &line);
        print_line(c, &id[i], text_str(&line));
        text_fini(&line);
    }
    putchar('\n');
    print_head(c, id);
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct metrics *a = &t[0]->metrics, *b = &t[1]->metrics;
        const bool has[2] = {a->has[i], b->has[i]};
        const double x[2] = {a->value[i], b->value[i]};

        if (i == METRIC_CHECKSUM || (!has[0] && !has[1]) ||
            ((!has[0] || x[0] == 0) && (!has[1] || x[1] == 0)))
            continue;
        print_row(c, metric_infos[i].name, metric_infos[i].unit, has, x);
    }
    putchar('\n');
    cli_wrap("These are single runs, so no verdict: \"timeslice compare\" runs "
             "two experiments in turn and says whether they differ.",
             0, 0, c->look.columns);
}

static int compare_runs(struct history_call *c, const struct history_id id[2],
                        struct err *err)
{
    struct trace *t[2] = {NULL, NULL};
    int rc = 0;

    for (int i = 0; i < 2 && rc == 0; i++)
        rc = history_trace(c->history, id[i].id, &t[i], err);
    if (rc == 0 && c->json)
        rc = runs_json(id, t, err);
    else if (rc == 0)
        runs_print(c, id, t);
    trace_free(t[0]);
    trace_free(t[1]);
    return rc;
}

/* ---- sweeps ---------------------------------------------------------------
 */

/* The points at which the curves are best. */
static const struct sweep_point *best_of(const struct sweep *s, int curve)
{
    const struct sweep_curve *c = &s->curves[curve];

    if (c->verdict == SWEEP_NOTHING || c->best < 0 ||
        c->best >= s->point_count || s->points[c->best].y.n == 0)
        return NULL;
    return &s->points[c->best];
}

static void best_print(const struct history_call *c,
                       const struct history_id *id, const struct sweep *s)
{
    for (int i = 0; i < s->curve_count; i++) {
        const struct sweep_point *p = best_of(s, i);
        const struct sweep_curve *curve = &s->curves[i];
        struct text text = {0};
        char name[32], median[32], low[32], high[32];

        text_addf(&text, "%s%s%s: ",
                  history_id_text(name, sizeof(name), id->kind, id->id),
                  curve->label[0] ? ", " : "", curve->label);
        if (!p)
            text_add(&text, "too little was measured");
        else
            text_addf(&text, "best at %s %s, %s %s (%s to %s, %d runs)%s",
                      s->request.axis[SWEEP_ALONG].name, p->label,
                      text_si(median, sizeof(median), p->y.median),
                      sweep_y_words(s), text_si(low, sizeof(low), p->y.low),
                      text_si(high, sizeof(high), p->y.high), p->y.n,
                      curve->verdict == SWEEP_INCONCLUSIVE ? "; inconclusive"
                                                           : "");
        cli_wrap(text_str(&text), 0, 2, c->look.columns);
        text_fini(&text);
    }
}

/* One against the other, where each has one curve and measured the same. */
static void ratio_print(const struct history_call *c, struct sweep *s[2])
{
    const struct sweep_point *a = best_of(s[0], 0), *b = best_of(s[1], 0);
    char text[300];

    if (s[0]->curve_count != 1 || s[1]->curve_count != 1 || !a || !b ||
        s[0]->request.metric != s[1]->request.metric || a->y.median <= 0)
        return;
    snprintf(text, sizeof(text),
             "The second's best is %.3f of the first's. They were measured at "
             "different times: what else changed meanwhile is in that figure; "
             "\"timeslice compare\" runs both in turn.",
             b->y.median / a->y.median);
    putchar('\n');
    cli_wrap(text, 0, 0, c->look.columns);
}

static int sweeps_json(const struct history_id id[2], struct sweep *s[2],
                       struct err *err)
{
    struct record r = {0};
    json_t *o = json_object(), *both = json_array();

    for (int i = 0; i < 2; i++) {
        json_t *sweep = json_object(), *curves = json_array();
        struct text line = {0};

        sweep_format(&s[i]->request, &line);
        record_integer(&r, sweep, "id", id[i].id);
        record_string(&r, sweep, "sweep", text_str(&line));
        record_string(&r, sweep, "metric",
                      metric_infos[s[i]->request.metric].name);
        for (int k = 0; k < s[i]->curve_count; k++) {
            const struct sweep_point *p = best_of(s[i], k);
            json_t *curve = json_object();

            record_string(&r, curve, "curve", s[i]->curves[k].label);
            if (p) {
                record_string(&r, curve, "best", p->label);
                record_real(&r, curve, "median", p->y.median);
                record_real(&r, curve, "low", p->y.low);
                record_real(&r, curve, "high", p->y.high);
                record_integer(&r, curve, "runs", p->y.n);
            }
            record_append(&r, curves, curve);
        }
        record_put(&r, sweep, "curves", curves);
        record_append(&r, both, sweep);
        text_fini(&line);
    }
    record_string(&r, o, "schema", "timeslice.history-compare/1");
    record_put(&r, o, "sweeps", both);
    record_put(&r, o, "verdict", json_null());
    return record_print(&r, o, stdout, "the comparison", err);
}

static int compare_sweeps(struct history_call *c, const struct history_id id[2],
                          struct err *err)
{
    struct sweep *s[2] = {NULL, NULL};
    int rc = 0;

    for (int i = 0; i < 2 && rc == 0; i++)
        rc = history_sweep(c->history, id[i].id, &s[i], NULL, err);
    if (rc == 0 && c->json) {
        rc = sweeps_json(id, s, err);
    } else if (rc == 0) {
        for (int i = 0; i < 2; i++) {
            struct text line = {0};

            sweep_format(&s[i]->request, &line);
            print_line(c, &id[i], text_str(&line));
            text_fini(&line);
        }
        putchar('\n');
        for (int i = 0; i < 2; i++)
            best_print(c, &id[i], s[i]);
        ratio_print(c, s);
    }
    sweep_free(s[0]);
    sweep_free(s[1]);
    return rc;
}

int history_do_compare(struct history_call *c)
{
    struct history_id id[2];
    struct err err = {0};
    int status = history_id(c, c->args[0], &id[0]);
    int rc;

    if (status < 0)
        status = history_id(c, c->args[1], &id[1]);
    if (status >= 0)
        return status;
    if (id[0].kind == HISTORY_RUN && id[1].kind == HISTORY_RUN)
        rc = compare_runs(c, id, &err);
    else if (id[0].kind == HISTORY_SWEEP && id[1].kind == HISTORY_SWEEP)
        rc = compare_sweeps(c, id, &err);
    else
        return cli_refuse(EXIT_REQUEST,
                          "history compare takes two runs or two sweeps; "
                          "\"history show\" shows a comparison");
    return rc < 0 ? cli_refuse_err(&err, EXIT_FAILED) : EXIT_DONE;
}
