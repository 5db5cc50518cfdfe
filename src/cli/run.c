/* "timeslice run": one experiment, its report or its record, its timeline in a
 * file. Screen process. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/common.h"
#include "export/export.h"
#include "observe/price.h"

/* Below so many switches a second looking costs less than one per cent. */
#define PRICE_FROM_PER_S 5000
#define PRICE_LIMIT_MS 2000

/* ---- the file of --trace ------------------------------------------------- */

/* Opened before anything runs, so that a path that cannot be written costs no
 * experiment; written beside its place and moved there when it is whole. */
struct trace_file {
    const char *path;
    char partial[PATH_MAX]; /* "": .path is a device or a pipe */
    FILE *stream;
};

static int trace_file_open(struct trace_file *f, const char *path,
                           struct err *err)
{
    struct stat st;
    mode_t mask;
    int fd;

    *f = (struct trace_file){.path = path};
    if (strcmp(path, "-") == 0)
        return err_set(err, -EINVAL,
                       "--trace writes to a file, not to \"-\"; the record "
                       "for other programs is --json");
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return err_set(err, -EINVAL, "--trace %s: that is a folder", path);
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        fd = open(path, O_WRONLY | O_CLOEXEC);
    } else if (snprintf(f->partial, sizeof(f->partial), "%s.XXXXXX", path) >=
               (int)sizeof(f->partial)) {
        return err_set(err, -EINVAL, "--trace: that path is too long");
    } else {
        fd = mkostemp(f->partial, O_CLOEXEC);
        mask = umask(0);
        umask(mask);
        if (fd >= 0)
            fchmod(fd, 0666 & ~mask);
    }
    if (fd < 0) {
        int code = errno;

        f->partial[0] = '\0';
        return err_set(err, -EINVAL, "--trace %s: cannot write there: %s", path,
                       strerror(code));
    }
    f->stream = fdopen(fd, "w");
    if (!f->stream) {
        close(fd);
        return err_set(err, -ENOMEM, "--trace %s: out of memory", path);
    }
    return 0;
}

/* Leave nothing behind. Fine when it was not opened, or is finished. */
static void trace_file_drop(struct trace_file *f)
{
    if (f->stream)
        fclose(f->stream);
    if (f->partial[0])
        unlink(f->partial);
    *f = (struct trace_file){0};
}

static int trace_file_finish(struct trace_file *f, const struct trace *t,
                             struct err *err)
{
    FILE *stream = f->stream;
    int rc;

    rc = export_chrome(t, stream, err);
    f->stream = NULL;
    if (fclose(stream) != 0 && rc == 0)
        rc = err_set(err, -errno, "the disk took only a part: %m");
    if (rc == 0 && f->partial[0] && rename(f->partial, f->path) != 0)
        rc = err_set(err, -errno, "cannot give the file its name: %m");
    if (rc == 0)
        f->partial[0] = '\0';
    return rc;
}

/* ---- what to print ------------------------------------------------------- */

struct run_wishes {
    bool json, csv, report, quiet;
    struct report_options look;
};

static int read_wishes(struct run_wishes *r, const struct cli_words *w)
{
    *r = (struct run_wishes){
        .json = cli_words_value(w, "json") != NULL,
        .csv = cli_words_value(w, "csv") != NULL,
        .quiet = cli_words_value(w, "quiet") != NULL,
        .report = cli_words_value(w, "report") != NULL,
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

/* The experiment has been checked and the file is open: run it. */
static int run_checked(const struct spec *spec, const struct machine *m,
                       const struct run_wishes *r, struct trace_file *file)
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
    if (file->stream && trace_file_finish(file, source->trace, &err) < 0)
        status =
            cli_refuse(EXIT_FAILED, "--trace %s: %s", file->path, err.text);
    source->class->close(source);
    return status;
}

int cli_run(int argc, char **argv)
{
    struct trace_file file = {0};
    struct run_wishes wishes;
    struct machine machine;
    struct cli_words w;
    struct spec spec;
    struct err err = {0};
    const char *path;
    int status, rc;

    status = cli_words_sort(&w, cli_find(argv[0]), argc, argv);
    if (status < 0)
        status = read_wishes(&wishes, &w);
    if (status < 0 && w.rest_count == 0)
        status = cli_refuse(EXIT_REQUEST,
                            "run needs an experiment, for example: timeslice "
                            "run primes --model threads --workers 2");
    if (status >= 0)
        goto out;

    rc = spec_parse_words(&spec, w.rest_count, w.rest, &err);
    if (rc == 0) {
        machine_read(&machine);
        rc = spec_check(&spec, &machine, &err);
    }
    path = cli_words_value(&w, "trace");
    if (rc == 0 && path) {
        /* A full disk is a sentence at the end, not a signal. */
        signal(SIGXFSZ, SIG_IGN);
        rc = trace_file_open(&file, path, &err);
    }
    if (rc < 0) {
        status = cli_refuse_err(&err, EXIT_REQUEST);
        goto out;
    }
    status = run_checked(&spec, &machine, &wishes, &file);
out:
    trace_file_drop(&file);
    cli_words_fini(&w);
    return status;
}
