/* "timeslice compare": experiments run in turn, and which is faster. Screen
 * process. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/common.h"
#include "cli/conduct.h"
#include "export/sweep.h"
#include "sweep/contest.h"

/* A comparison on its way. */
struct comparing {
    struct contest *contest;
    struct conductor conductor;
    int64_t from_ns;
    int taken; /* runs that ended */
};

/* ---- running ------------------------------------------------------------- */

static void tell_progress(struct comparing *g, const struct sweep_order *o)
{
    const struct contest *c = g->contest;
    int64_t gone_ns = clock_now_ns() - g->from_ns;
    int left = c->rounds * c->sides - g->taken;
    struct text line = {0};

    if (o->round < 0)
        text_add(&line, "compare: warming up, ");
    else
        text_addf(&line, "compare: round %d of %d%s, ", o->round + 1, c->rounds,
                  o->attempt > 0 ? " again, it was disturbed" : "");
    text_addf(&line, "experiment %c, ", 'A' + o->point);
    cli_add_time(&line, gone_ns);
    text_add(&line, " gone");
    if (g->taken > 0 && left > 0) {
        text_add(&line, ", about ");
        cli_add_time(&line, gone_ns / g->taken * left);
        text_add(&line, " left");
    }
    snprintf(g->conductor.line, sizeof(g->conductor.line), "%s",
             text_str(&line));
    text_fini(&line);
}

/* 0, or a negative errno when not even the first run could begin. */
static int contest_along(struct comparing *g, struct err *err)
{
    struct conductor *c = &g->conductor;
    struct sweep_outcome outcome;
    struct sweep_order order;
    int rc = 0;

    g->from_ns = clock_now_ns();
    conduct_hold(c);
    while (!conduct_asked_to_end(c) && contest_next(g->contest, &order)) {
        struct err trouble = {0};

        tell_progress(g, &order);
        rc = conduct_run(c, &order, &outcome, &trouble);
        if (rc < 0 && g->taken == 0) {
            *err = trouble;
            break;
        }
        if (c->interrupted) {
            rc = 0;
            break;
        }
        if (rc < 0) {
            outcome.verdict = VERDICT_FAILED;
            snprintf(outcome.error, sizeof(outcome.error), "%.159s",
                     trouble.text);
        }
        rc = contest_take(g->contest, &order, &outcome);
        if (rc < 0) {
            err_set(err, rc, "out of memory");
            break;
        }
        g->taken++;
    }
    contest_conclude(g->contest);
    if (c->history)
        history_end_sweep(c->history, c->sweep,
                          c->interrupted || rc < 0 ? "interrupted" : "done",
                          g->contest->side[1].sentence, NULL);
    conduct_release(c);
    return rc;
}

/* ---- afterwards ---------------------------------------------------------- */

static int contest_status(const struct comparing *g)
{
    const struct contest *c = g->contest;
    bool unsure = false;

    if (g->conductor.interrupted)
        return EXIT_INTERRUPTED;
    for (int i = 0; i < c->sides; i++)
        if (c->side[i].y.n == 0)
            return EXIT_FAILED;
    for (int i = 0; i < c->trial_count; i++) {
        const struct sweep_outcome *o = &c->trials[i].outcome;

        if (o->verdict == VERDICT_FAILED &&
            metric_get(&o->metrics, METRIC_TASKS_FAILED, 0) > 0)
            return EXIT_FAILED;
    }
    for (int i = 1; i < c->sides; i++)
        unsure |= c->side[i].verdict == CONTEST_NOTHING ||
                  c->side[i].verdict == CONTEST_INCONCLUSIVE;
    return unsure ? EXIT_INCONCLUSIVE : EXIT_DONE;
}

/* Why an experiment has no figures: what its first failed run said. */
static void tell_trouble(const struct comparing *g)
{
    const struct contest *c = g->contest;

    for (int i = 0; i < c->sides; i++) {
        for (int t = 0; c->side[i].y.n == 0 && t < c->trial_count; t++) {
            const struct sweep_trial *trial = &c->trials[t];

            if (trial->point != i || trial->has_y)
                continue;
            cli_refuse(0, "\"%s\" gave no figure: %s", c->side[i].line,
                       trial->outcome.error[0] ? trial->outcome.error
                       : trial->outcome.verdict == VERDICT_OK
                           ? "it does not measure that"
                           : verdict_words[trial->outcome.verdict]);
            break;
        }
    }
    if (g->conductor.interrupted && g->conductor.history)
        cli_refuse(0,
                   "interrupted after %d runs, which are kept: timeslice "
                   "history show s%" PRId64,
                   g->taken, g->conductor.sweep);
    else if (g->conductor.interrupted)
        cli_refuse(0, "interrupted after %d runs", g->taken);
}

static int print_report(const struct contest *c, const struct report_options *o,
                        struct err *err)
{
    struct text text = {0};
    int rc = export_contest_report(c, o, &text);

    if (rc < 0)
        err_set(err, rc, "cannot write the report: %m");
    else
        fputs(text_str(&text), stdout);
    text_fini(&text);
    return rc;
}

static int show(const struct comparing *g, const struct cli_words *w,
                const struct report_options *look)
{
    int status = contest_status(g), rc;
    struct err err = {0};

    if (cli_words_value(w, "json"))
        rc = export_contest_json(g->contest, stdout, &err);
    else
        rc = print_report(g->contest, look, &err);
    if (rc < 0)
        status = cli_refuse(EXIT_FAILED, "%s", err.text);
    else
        status = cli_flush(status);
    tell_trouble(g);
    return status;
}

/* ---- the command --------------------------------------------------------- */

static void begin_history(struct conductor *c,
                          const struct contest_request *request, bool off)
{
    struct text line = {0};
    struct err err = {0};

    c->history = conduct_history(off);
    if (!c->history)
        return;
    contest_format(request, &line);
    c->sweep = history_begin_sweep(c->history, HISTORY_CONTEST, text_str(&line),
                                   c->machine, &err);
    text_fini(&line);
    if (c->sweep > 0)
        return;
    cli_refuse(0, "nothing will be kept: %s", err.text);
    history_close(c->history);
    c->history = NULL;
    c->sweep = 0;
}

static int compare_as_asked(const struct cli_words *w,
                            const struct report_options *look,
                            struct contest_request *request)
{
    struct comparing g = {0};
    struct machine machine;
    struct err err = {0};
    int status, rc;

    machine_read(&machine);
    rc = contest_parse(request, w->rest_count, w->rest, &machine, &err);
    if (rc < 0)
        return cli_refuse_err(&err, EXIT_FAILED);
    g.contest = contest_new(request->side, request->sides, request->rounds,
                            request->metric, &err);
    if (!g.contest)
        return cli_refuse_err(&err, EXIT_FAILED);
    g.conductor = (struct conductor){.machine = &machine, .progress = true};
    begin_history(&g.conductor, request,
                  cli_words_value(w, "no-history") != NULL);
    rc = contest_along(&g, &err);
    status = rc < 0 ? cli_refuse_err(&err, EXIT_FAILED) : show(&g, w, look);
    contest_free(g.contest);
    history_close(g.conductor.history);
    return status;
}

int cli_compare(int argc, char **argv)
{
    struct contest_request *request = NULL;
    struct report_options look;
    struct cli_words w;
    int status;

    status = cli_words_sort(&w, cli_find(argv[0]), argc, argv);
    if (status < 0)
        status = cli_look(&look, &w);
    if (status < 0) {
        request = calloc(1, sizeof(*request));
        status = request ? compare_as_asked(&w, &look, request)
                         : cli_refuse(EXIT_FAILED, "out of memory");
    }
    free(request);
    cli_words_fini(&w);
    return status;
}
