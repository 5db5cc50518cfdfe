/* "timeslice run": one experiment, its report or its record, its timeline in a
 * file. Screen process. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/common.h"
#include "cli/conduct.h"
#include "export/export.h"
#include "observe/price.h"

/* Below so many switches a second looking costs less than one per cent. */
#define PRICE_FROM_PER_S 5000
#define PRICE_LIMIT_MS 2000

/* ---- the file of --trace ------------------------------------------------- */

struct run_files {
    struct cli_file trace, keep;
};

static int trace_file_open(struct cli_file *f, const char *path,
                           struct err *err)
{
    if (strcmp(path, "-") == 0)
        return err_set(err, -EINVAL,
                       "--trace writes to a file, not to \"-\"; the record "
                       "for other programs is --json");
    return cli_file_open(f, "trace", path, err);
}

static int trace_file_finish(struct cli_file *f, const struct trace *t,
                             struct err *err)
{
    int rc = export_chrome(t, f->stream, err);

    return rc < 0 ? rc : cli_file_finish(f, err);
}

/* ---- what to print ------------------------------------------------------- */

struct run_wishes {
    bool json, csv, report, quiet, no_history;
    struct report_options look;
};

static int read_wishes(struct run_wishes *r, const struct cli_words *w)
{
    *r = (struct run_wishes){
        .json = cli_words_value(w, "json") != NULL,
        .csv = cli_words_value(w, "csv") != NULL,
        .quiet = cli_words_value(w, "quiet") != NULL,
        .report = cli_words_value(w, "report") != NULL,
        .no_history = cli_words_value(w, "no-history") != NULL,
    };
    if (r->json && r->csv)
        return cli_refuse(EXIT_REQUEST,
                          "--json and --csv both want stdout; choose one");
    if (r->quiet && r->report)
        return cli_refuse(EXIT_REQUEST,
                          "--quiet and --report contradict each other");
    return cli_look(&r->look, w);
}

static int print_report(const struct trace *t,
                        const struct report_options *look, FILE *out,
                        struct err *err)
{
    struct text text = {0};
    int rc = export_report(t, look, &text);

    if (rc < 0)
        err_set(err, rc, "cannot write the report: %m");
    else
        fputs(text_str(&text), out);
    text_fini(&text);
    return rc;
}

static int print_results(const struct trace *t, const struct run_wishes *r,
                         struct err *err)
{
    struct report_options plain = r->look;
    int rc = 0;

    plain.colour = plain.colour && isatty(STDERR_FILENO);
    if (r->json)
        rc = export_json(t, stdout, err);
    else if (r->csv)
        rc = export_csv(t, true, stdout, err);
    else if (!r->quiet)
        return print_report(t, &r->look, stdout, err);
    if (rc == 0 && r->report)
        rc = print_report(t, &plain, stderr, err);
    return rc;
}

/* What went otherwise than asked for, on stderr, whatever was printed. */
static void tell_trouble(const struct trace *t)
{
    double at = metric_get(&t->metrics, METRIC_REFUSED_AT, -1);
    double why = metric_get(&t->metrics, METRIC_REFUSED_ERRNO, 0);

    if (at >= 0 && t->spec.workload != WORKLOAD_LIMIT)
        cli_refuse(0, "the system did not create worker number %.0f: %s%s%s",
                   at + 1, strerror((int)why),
                   (int)why == EAGAIN ? " (a limit on processes or on memory)"
                                      : "",
                   at > 0 ? "; those before it did the work" : "");
    if (t->error[0])
        cli_refuse(0, "%s", t->error);
    else if (t->verdict == VERDICT_TIMEOUT)
        cli_refuse(0, "stopped: the time that --timeout allows was over");
}

/* ---- the command --------------------------------------------------------- */

/* Where switches were many, what it cost to see them: measured afterwards, so
 * that it disturbs nothing. */
static void learn_price(struct trace *t)
{
    double switches = metric_get(&t->metrics, METRIC_SWITCHES_VOLUNTARY, 0) +
                      metric_get(&t->metrics, METRIC_SWITCHES_INVOLUNTARY, 0);

    if (switches > PRICE_FROM_PER_S * metric_get(&t->metrics, METRIC_WALL_S, 0))
        t->observer.price_ns =
            price_measure_ns(t->observer.kind, PRICE_LIMIT_MS);
}

/* Into the history. Whether that succeeds says nothing about the run: a
 * sentence, and the exit status stays. */
static void keep(const struct trace *t, const struct run_wishes *r)
{
    struct history *history = conduct_history(r->no_history);
    struct err err = {0};
    int64_t id;

    if (!history)
        return;
    id = history_add_run(history, t, NULL, &err);
    if (id == -EBADMSG) { /* found damaged just now: there is a new one */
        cli_refuse(0, "%s", err.text);
        id = history_add_run(history, t, NULL, &err);
    }
    if (id < 0)
        cli_refuse(0, "this run was not kept: %s", err.text);
    else if (!r->quiet && isatty(STDERR_FILENO))
        cli_refuse(0, "kept as run %" PRId64, id);
    history_close(history);
}

/* What options want of it in files. Returns @status, or that it failed. */
static int write_files(const struct trace *t, struct run_files *f, int status)
{
    struct err err = {0};

    if (f->trace.stream && trace_file_finish(&f->trace, t, &err) < 0)
        status =
            cli_refuse(EXIT_FAILED, "--trace %s: %s", f->trace.path, err.text);
    if (f->keep.stream && cli_keep(&f->keep, t, &err) < 0)
        status =
            cli_refuse(EXIT_FAILED, "--keep %s: %s", f->keep.path, err.text);
    return status;
}

/* A kept run's results once more; nothing runs, and nothing is kept anew. How
 * it went back then is in them, not in the status. */
static int run_replay(const char *word, const struct run_wishes *r,
                      struct run_files *files)
{
    struct trace *t = NULL;
    struct err err = {0};
    int status;

    if (cli_kept(&t, word, &err) < 0)
        return cli_refuse_err(&err, EXIT_FAILED);
    if (print_results(t, r, &err) < 0)
        status = cli_refuse(EXIT_FAILED, "%s", err.text);
    else
        status = cli_flush(EXIT_DONE);
    status = write_files(t, files, status);
    trace_free(t);
    return status;
}

/* The experiment has been checked and the files are open: run it. */
static int run_checked(const struct spec *spec, const struct machine *m,
                       const struct run_wishes *r, struct run_files *files)
{
    struct source *source = NULL;
    struct err err = {0};
    int status;

    if (cli_drive(&source, spec, m, !r->quiet, &err) < 0)
        return cli_refuse_err(&err, EXIT_MACHINE);

    learn_price(source->trace);
    status = cli_run_status(source->trace);
    if (status == EXIT_REQUEST || status == EXIT_MACHINE) {
        tell_trouble(source->trace); /* nothing ran: there is no result */
        source->class->close(source);
        return status;
    }
    if (print_results(source->trace, r, &err) < 0)
        status = cli_refuse(EXIT_FAILED, "%s", err.text);
    else
        status = cli_flush(status);
    tell_trouble(source->trace);
    status = write_files(source->trace, files, status);
    keep(source->trace, r);
    source->class->close(source);
    return status;
}

/* Before anything runs. */
static int open_files(struct run_files *f, const struct cli_words *w,
                      struct err *err)
{
    const char *trace = cli_words_value(w, "trace");
    const char *kept = cli_words_value(w, "keep");
    int rc = 0;

    if (trace)
        rc = trace_file_open(&f->trace, trace, err);
    if (rc == 0 && kept)
        rc = cli_file_open(&f->keep, "keep", kept, err);
    return rc;
}

/* Either an experiment, or a kept run in place of one. */
static int check_words(const struct cli_words *w, const char *replay)
{
    if (!replay && w->rest_count == 0)
        return cli_refuse(EXIT_REQUEST,
                          "run needs an experiment, for example: timeslice "
                          "run primes --model threads --workers 2");
    if (replay && w->rest_count > 0)
        return cli_refuse(EXIT_REQUEST,
                          "--replay shows the kept run %s as it was; \"%s\" "
                          "cannot change it",
                          replay, w->rest[0]);
    return -1;
}

int cli_run(int argc, char **argv)
{
    struct run_files files = {0};
    struct run_wishes wishes;
    struct machine machine;
    struct cli_words w;
    struct spec spec;
    struct err err = {0};
    const char *replay = NULL;
    int status, rc = 0;

    status = cli_words_sort(&w, cli_find(argv[0]), argc, argv);
    if (status < 0)
        status = read_wishes(&wishes, &w);
    if (status < 0) {
        replay = cli_words_value(&w, "replay");
        status = check_words(&w, replay);
    }
    if (status >= 0)
        goto out;

    if (!replay)
        rc = spec_parse_words(&spec, w.rest_count, w.rest, &err);
    if (!replay && rc == 0) {
        machine_read(&machine);
        rc = spec_check(&spec, &machine, &err);
    }
    if (rc == 0)
        rc = open_files(&files, &w, &err);
    if (rc < 0)
        status = cli_refuse_err(&err, EXIT_REQUEST);
    else if (replay)
        status = run_replay(replay, &wishes, &files);
    else
        status = run_checked(&spec, &machine, &wishes, &files);
out:
    cli_file_drop(&files.trace);
    cli_file_drop(&files.keep);
    cli_words_fini(&w);
    return status;
}
