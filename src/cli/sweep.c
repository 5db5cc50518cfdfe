/* "timeslice sweep": one experiment over the values of a setting, each run kept
 * as it ends, and what follows from them. Screen process. */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/common.h"
#include "cli/conduct.h"
#include "export/report_file.h"
#include "export/sweep.h"
#include "tui/tui.h"

struct sweep_wishes {
    bool watch, resume, json, csv, quiet, no_history;
    struct report_options look;
    const char *name; /* "s4": a kept one; NULL */
};

/* A sweep on its way. */
struct sweeping {
    struct sweep *sweep;
    struct conductor conductor;
    int64_t from_ns;
};

/* ---- what is asked for --------------------------------------------------- */

/* "s4", "last": the name of something kept, which no workload has. */
static bool is_kept_name(const char *word)
{
    if (strcmp(word, "last") == 0)
        return true;
    return word[0] == 's' && isdigit((unsigned char)word[1]) &&
           word[1 + strspn(word + 1, "0123456789")] == '\0';
}

/* Two options that contradict each other: one sentence. */
static int refuse_pairs(const struct cli_words *w)
{
    static const char *const pairs[][3] = {
        {"json", "csv", "both want stdout; choose one"},
        {"quiet", "json", "contradict each other"},
        {"quiet", "csv", "contradict each other"},
        {"watch", "json", "contradict each other: a screen prints nothing"},
        {"watch", "csv", "contradict each other: a screen prints nothing"},
        {"watch", "quiet", "contradict each other: a screen prints nothing"},
        {"watch", "svg",
         "do not go together; \"timeslice report s4 -o curve.svg\" draws a "
         "kept sweep"},
        {"resume", "no-history",
         "contradict each other: only what is kept can be gone on with"},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (cli_words_value(w, pairs[i][0]) && cli_words_value(w, pairs[i][1]))
            return cli_refuse(EXIT_REQUEST, "--%s and --%s %s", pairs[i][0],
                              pairs[i][1], pairs[i][2]);
    return -1;
}

static int read_wishes(struct sweep_wishes *r, const struct cli_words *w)
{
    static const char *const screens[] = {"theme", "present", "no-mouse",
                                          "record", NULL};
    int status = refuse_pairs(w);

    *r = (struct sweep_wishes){
        .watch = cli_words_value(w, "watch") != NULL,
        .resume = cli_words_value(w, "resume") != NULL,
        .json = cli_words_value(w, "json") != NULL,
        .csv = cli_words_value(w, "csv") != NULL,
        .quiet = cli_words_value(w, "quiet") != NULL,
        .no_history = cli_words_value(w, "no-history") != NULL,
    };
    if (status >= 0)
        return status;
    for (size_t i = 0; !r->watch && screens[i]; i++)
        if (cli_words_value(w, screens[i]))
            return cli_refuse(EXIT_REQUEST,
                              "--%s is about a screen; add --watch to have one",
                              screens[i]);
    if (w->rest_count == 1 && is_kept_name(w->rest[0]))
        r->name = w->rest[0];
    if (r->resume && w->rest_count > 0 && !r->name)
        return cli_refuse(EXIT_REQUEST,
                          "--resume goes on with a kept sweep as it was asked "
                          "for: leave \"%s\" away, or name one like s4",
                          w->rest[0]);
    if (r->name && !r->resume && !r->watch)
        return cli_refuse(EXIT_REQUEST,
                          "to go on with %s: timeslice sweep --resume %s; to "
                          "read it: timeslice history show %s",
                          r->name, r->name, r->name);
    if (!r->resume && w->rest_count == 0)
        return cli_refuse(EXIT_REQUEST,
                          "sweep needs an experiment, for example: timeslice "
                          "sweep spin --over workers=1,2,4,8");
    if (r->watch && !cli_on_terminal())
        return cli_refuse(EXIT_REQUEST,
                          "--watch needs a terminal; without it the sweep "
                          "prints its report");
    return cli_look(&r->look, w);
}

/* ---- going on with a kept one -------------------------------------------- */

/* Which one, by name or the last unfinished; 0 with a sentence in @err. */
static int64_t find_kept(struct history *h, const struct sweep_wishes *r,
                         struct err *err)
{
    enum history_kind kind = HISTORY_SWEEP;
    int64_t id;

    if (!r->name) {
        id = history_unfinished(h);
        if (id <= 0)
            err_set(err, -EINVAL,
                    "there is no unfinished sweep to go on with; \"timeslice "
                    "history list\" shows what is kept");
        return id > 0 ? id : 0;
    }
    if (history_name(h, r->name, &kind, &id, err) < 0) {
        err->code = -EINVAL;
        return 0;
    }
    if (kind == HISTORY_SWEEP)
        return id;
    err_set(err, -EINVAL, "\"%s\" is a %s, not a sweep", r->name,
            kind == HISTORY_RUN ? "run" : "comparison");
    return 0;
}

/* Can figures that are measured here and now stand beside the kept ones? */
static int check_same_machine(const struct sweep *s, const struct machine *m,
                              int64_t id, struct err *err)
{
    if (s->machine.cpus_allowed == m->cpus_allowed &&
        s->machine.cpus_online == m->cpus_online &&
        strcmp(s->machine.arch, m->arch) == 0)
        return 0;
    return err_set(err, -EAGAIN,
                   "sweep s%" PRId64 " was measured with %d of %d processors "
                   "(%s), and here are %d of %d (%s): the figures would not "
                   "compare",
                   id, s->machine.cpus_allowed, s->machine.cpus_online,
                   s->machine.arch, m->cpus_allowed, m->cpus_online, m->arch);
}

/* Fetch the kept sweep. 0, or a negative errno with a sentence. */
static int take_up(struct sweeping *g, const struct sweep_wishes *r,
                   const struct machine *m, struct err *err)
{
    struct history *h = g->conductor.history;
    int64_t id = find_kept(h, r, err);
    char state[16] = "";
    int rc;

    if (id == 0)
        return err->code;
    rc = history_sweep(h, id, &g->sweep, state, err);
    if (rc < 0)
        return rc == -ENOENT
                   ? err_set(err, -EINVAL, "there is no sweep s%" PRId64, id)
                   : rc;
    g->conductor.sweep = id;
    if (r->watch && !r->resume)
        return 0;
    if (strcmp(state, "running") == 0)
        return err_set(err, -EINVAL,
                       "sweep s%" PRId64 " is being run at this moment", id);
    if (strcmp(state, "done") == 0)
        return err_set(err, -EINVAL,
                       "sweep s%" PRId64 " is finished; to read it: timeslice "
                       "history show s%" PRId64,
                       id, id);
    g->sweep->interrupted = false;
    rc = check_same_machine(g->sweep, m, id, err);
    if (rc == 0 && !r->watch)
        rc = history_go_on(h, id, err);
    return rc == -EBUSY
               ? err_set(err, -EINVAL,
                         "sweep s%" PRId64 " is being run at this moment", id)
               : rc;
}

/* ---- running ------------------------------------------------------------- */

static void tell_progress(struct sweeping *g, const struct sweep_order *o)
{
    const struct sweep *s = g->sweep;
    const struct sweep_point *p = &s->points[o->point];
    const struct sweep_curve *curve = &s->curves[p->curve];
    int64_t left_ns = sweep_left_ns(s);
    struct text line = {0};
    int done, planned;

    sweep_progress(s, &done, &planned);
    text_add(&line, "sweep: ");
    if (o->round < 0)
        text_add(&line, "warming up");
    else if (o->attempt > 0)
        text_add(&line, "once more, as it was disturbed");
    else if (done < planned)
        text_addf(&line, "run %d of %d", done + 1, planned);
    else
        text_addf(&line, "run %d", done + 1);
    text_addf(&line, ", %s%s%s %s, ", curve->label, *curve->label ? ", " : "",
              s->request.axis[SWEEP_ALONG].name, p->label);
    cli_add_time(&line, clock_now_ns() - g->from_ns);
    text_add(&line, " gone");
    if (left_ns >= NS_PER_S) {
        text_add(&line, ", about ");
        cli_add_time(&line, left_ns);
        text_add(&line, " left");
    }
    snprintf(g->conductor.line, sizeof(g->conductor.line), "%s",
             text_str(&line));
    text_fini(&line);
}

/* Run what is left. 0, or a negative errno when not even the first run could
 * begin. */
static int sweep_along(struct sweeping *g, struct err *err)
{
    struct conductor *c = &g->conductor;
    struct sweep *s = g->sweep;
    struct sweep_outcome outcome;
    struct sweep_order order;
    int rc = 0;

    g->from_ns = clock_now_ns();
    conduct_hold(c);
    while (!conduct_asked_to_end(c) && sweep_next(s, &order)) {
        struct err trouble = {0};

        tell_progress(g, &order);
        rc = conduct_run(c, &order, &outcome, &trouble);
        if (rc < 0 && s->trial_count == 0) {
            *err = trouble;
            break;
        }
        if (c->interrupted) {
            rc = 0;
            break;
        }
        if (rc < 0) { /* this point cannot be; the others may */
            outcome.verdict = VERDICT_FAILED;
            snprintf(outcome.error, sizeof(outcome.error), "%.159s",
                     trouble.text);
        }
        rc = sweep_take(s, &order, &outcome);
        if (rc < 0) {
            err_set(err, rc, "out of memory");
            break;
        }
    }
    s->interrupted = c->interrupted;
    sweep_conclude(s);
    if (c->history)
        history_end_sweep(c->history, c->sweep,
                          s->interrupted || rc < 0 ? "interrupted" : "done",
                          s->curve_count > 0 ? s->curves[0].sentence : "",
                          NULL);
    conduct_release(c);
    return rc;
}

/* ---- afterwards ---------------------------------------------------------- */

static int sweep_status(const struct sweep *s)
{
    bool unsure = false;

    if (s->interrupted)
        return EXIT_INTERRUPTED;
    for (int i = 0; i < s->point_count; i++)
        if (s->points[i].y.n == 0 && s->points[i].failed > 0)
            return EXIT_FAILED;
    for (int i = 0; i < s->trial_count; i++) {
        const struct sweep_outcome *o = &s->trials[i].outcome;

        if (o->verdict == VERDICT_FAILED &&
            metric_get(&o->metrics, METRIC_TASKS_FAILED, 0) > 0)
            return EXIT_FAILED;
    }
    for (int i = 0; i < s->curve_count; i++)
        unsure |= s->curves[i].verdict != SWEEP_FOUND;
    return unsure ? EXIT_INCONCLUSIVE : EXIT_DONE;
}

/* Only the numbers, for $(...): of a family a line each. */
static void print_best(const struct sweep *s)
{
    for (int i = 0; i < s->curve_count && !s->interrupted; i++) {
        const struct sweep_curve *c = &s->curves[i];

        if (c->verdict != SWEEP_FOUND)
            cli_refuse(0, "no answer%s%s: %s", *c->label ? " for " : "",
                       c->label,
                       c->why[0]        ? c->why
                       : c->sentence[0] ? c->sentence
                                        : "too little was measured");
        else
            printf("%s%s%s\n", c->label, *c->label ? " " : "",
                   s->points[c->best].label);
    }
}

static int print_report(const struct sweep *s, const struct report_options *o,
                        struct err *err)
{
    struct text text = {0};
    int rc = export_sweep_report(s, o, &text);

    if (rc < 0)
        err_set(err, rc, "cannot write the report: %m");
    else
        fputs(text_str(&text), stdout);
    text_fini(&text);
    return rc;
}

static int write_svg(const struct sweep *s, struct cli_file *file,
                     struct err *err)
{
    struct text text = {0};
    int rc = svg_curve(s, false, &text);

    if (rc < 0)
        err_set(err, rc, "out of memory");
    else if (fputs(text_str(&text), file->stream) == EOF)
        rc = err_set(err, errno ? -errno : -EIO, "cannot write: %m");
    if (rc == 0)
        rc = cli_file_finish(file, err);
    text_fini(&text);
    return rc;
}

/* What the numbers alone do not say, on stderr. */
static void tell_trouble(const struct sweeping *g)
{
    const struct sweep *s = g->sweep;
    const struct conductor *c = &g->conductor;
    int done, planned;

    for (int i = 0; i < s->point_count; i++) {
        const struct sweep_point *p = &s->points[i];

        if (p->y.n > 0 || p->failed == 0)
            continue;
        cli_refuse(0, "%s %s gave no figure: %s",
                   s->request.axis[SWEEP_ALONG].name, p->label,
                   p->error[0] ? p->error : "its runs failed");
        break; /* the report has the others */
    }
    if (!s->interrupted)
        return;
    sweep_progress(s, &done, &planned);
    if (c->history)
        cli_refuse(0,
                   "interrupted after %d of %d runs, which are kept; to go on: "
                   "timeslice sweep --resume s%" PRId64,
                   done, planned, c->sweep);
    else
        cli_refuse(0,
                   "interrupted after %d of %d runs; as nothing was kept it "
                   "cannot be gone on with",
                   done, planned);
}

static int show(const struct sweeping *g, const struct sweep_wishes *r,
                struct cli_file *svg)
{
    const struct sweep *s = g->sweep;
    struct err err = {0};
    int status, rc = 0;

    assert(s); /* only a screen takes it over */
    status = sweep_status(s);
    if (r->json)
        rc = export_sweep_json(s, stdout, &err);
    else if (r->csv)
        rc = export_sweep_csv(s, stdout, &err);
    else if (r->quiet)
        print_best(s);
    else
        rc = print_report(s, &r->look, &err);
    if (rc < 0)
        status = cli_refuse(EXIT_FAILED, "%s", err.text);
    else
        status = cli_flush(status);
    if (svg->stream && write_svg(s, svg, &err) < 0)
        status = cli_refuse(EXIT_FAILED, "--svg %s: %s", svg->path, err.text);
    tell_trouble(g);
    return status;
}

/* ---- the command --------------------------------------------------------- */

static int watch(struct sweeping *g, const struct cli_words *w, bool go_on,
                 const struct sweep_request *request, const struct machine *m)
{
    struct tui_options options = {
        .screen = TUI_SWEEP,
        .machine = m,
        .sweep = g->sweep ? &g->sweep->request : request,
        .kept = g->sweep,
        .kept_id = g->conductor.sweep,
        .go_on = go_on,
    };

    g->sweep = NULL; /* the screen takes it over */
    return cli_open_screen(&options, w);
}

/* Make ready what is to be swept: new, or kept. */
static int begin(struct sweeping *g, const struct sweep_wishes *r,
                 const struct sweep_request *request, const struct machine *m,
                 struct err *err)
{
    struct conductor *c = &g->conductor;
    struct text line = {0};

    *c = (struct conductor){.machine = m, .progress = !r->quiet};
    if (!r->watch || r->name || r->resume)
        c->history = conduct_history(r->no_history);
    if (r->resume || r->name)
        return c->history ? take_up(g, r, m, err)
                          : err_set(err, -EAGAIN,
                                    "without a history there is nothing to go "
                                    "on with");
    if (r->watch)
        return 0;
    g->sweep = sweep_new(request, m, err);
    if (!g->sweep)
        return err->code < 0 ? err->code : -ENOMEM;
    if (!c->history)
        return 0;
    sweep_format(request, &line);
    c->sweep =
        history_begin_sweep(c->history, HISTORY_SWEEP, text_str(&line), m, err);
    text_fini(&line);
    if (c->sweep <= 0) {
        cli_refuse(0, "nothing will be kept: %s", err->text);
        history_close(c->history);
        c->history = NULL;
        c->sweep = 0;
    }
    return 0;
}

static int sweep_as_asked(const struct cli_words *w,
                          const struct sweep_wishes *r,
                          struct sweep_request *request)
{
    struct sweeping g = {0};
    struct cli_file svg = {0};
    struct machine machine;
    struct err err = {0};
    const char *path = cli_words_value(w, "svg");
    int status = -1, rc = 0;

    machine_read(&machine);
    if (!r->resume && !r->name)
        rc = sweep_parse(request, w->rest_count, w->rest, &machine, &err);
    if (rc == 0 && path)
        rc = cli_file_open(&svg, "svg", path, &err);
    if (rc == 0)
        rc = begin(&g, r, request, &machine, &err);
    if (rc == 0 && r->watch)
        status = watch(&g, w, r->resume, request, &machine);
    else if (rc == 0)
        rc = sweep_along(&g, &err);
    if (rc < 0)
        status = cli_refuse_err(&err, EXIT_FAILED);
    else if (status < 0)
        status = show(&g, r, &svg);
    cli_file_drop(&svg);
    sweep_free(g.sweep);
    history_close(g.conductor.history);
    return status;
}

int cli_sweep(int argc, char **argv)
{
    struct sweep_request *request = NULL;
    struct sweep_wishes wishes;
    struct cli_words w;
    int status;

    status = cli_words_sort(&w, cli_find(argv[0]), argc, argv);
    if (status < 0)
        status = read_wishes(&wishes, &w);
    if (status < 0) {
        request = calloc(1, sizeof(*request));
        status = request ? sweep_as_asked(&w, &wishes, request)
                         : cli_refuse(EXIT_FAILED, "out of memory");
    }
    free(request);
    cli_words_fini(&w);
    return status;
}
