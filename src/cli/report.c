/* "timeslice report": kept runs and sweeps as a file to hand on. The file's
 * ending says what it becomes. Screen process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/common.h"
#include "export/export.h"
#include "export/report_file.h"
#include "export/sweep.h"
#include "keep/history.h"

#define PARTS_MAX 64

enum format { AS_HTML, AS_MARKDOWN, AS_SVG, AS_CSV, AS_JSON, FORMATS };
static const char *const endings[FORMATS][2] = {[AS_HTML] = {".html", ".htm"},
                                                [AS_MARKDOWN] = {".md", ".md"},
                                                [AS_SVG] = {".svg", ".svg"},
                                                [AS_CSV] = {".csv", ".csv"},
                                                [AS_JSON] = {".json", ".json"}};

/* What is kept of one part, and what it needs to stay alive. */
struct kept_part {
    struct trace *trace;
    struct sweep *sweep;
    struct contest *contest;
    struct trace *typical;
    char name[48];
    char *note; /* NULL: none */
    int64_t at_ns;
};

struct report {
    struct history *history;
    struct kept_part kept[PARTS_MAX];
    struct report_part part[PARTS_MAX];
    int count;
};

static void report_fini(struct report *r)
{
    for (int i = 0; i < r->count; i++) {
        struct kept_part *k = &r->kept[i];

        trace_free(k->trace);
        trace_free(k->typical);
        sweep_free(k->sweep);
        contest_free(k->contest);
        free(k->note);
    }
    history_close(r->history);
}

/* ---- what is wanted ------------------------------------------------------ */

static int format_of(const char *path, enum format *out)
{
    const char *dot = strrchr(path, '.');

    for (int i = 0; dot && i < FORMATS; i++) {
        if (strcasecmp(dot, endings[i][0]) != 0 &&
            strcasecmp(dot, endings[i][1]) != 0)
            continue;
        *out = (enum format)i;
        return -1;
    }
    return cli_refuse(EXIT_REQUEST,
                      "-o %s: the ending says what it becomes: .html, .md, "
                      ".svg, .csv or .json",
                      path);
}

static bool take_item(const struct history_item *item, void *arg)
{
    struct kept_part *k = arg;

    k->at_ns = item->at_ns;
    if (item->note && *item->note)
        k->note = strdup(item->note);
    return true;
}

/* The run nearest to the median at the sweet spot; none if it was pruned. */
static void take_typical(struct report *r, struct kept_part *k)
{
    const struct sweep *s = k->sweep;
    const struct sweep_curve *c = s->curve_count ? &s->curves[0] : NULL;
    int best, typical;

    if (!c || c->verdict == SWEEP_NOTHING || c->best < 0)
        return;
    best = c->best;
    typical = s->points[best].typical;
    if (typical < 0 || s->trials[typical].outcome.run <= 0)
        return;
    if (history_trace(r->history, s->trials[typical].outcome.run, &k->typical,
                      NULL) < 0)
        k->typical = NULL;
}

static int take_kept(struct report *r, struct kept_part *k,
                     enum history_kind kind, int64_t id, struct err *err)
{
    switch (kind) {
    case HISTORY_RUN:
        snprintf(k->name, sizeof(k->name), "run %lld", (long long)id);
        return history_trace(r->history, id, &k->trace, err);
    case HISTORY_CONTEST:
        snprintf(k->name, sizeof(k->name), "comparison s%lld", (long long)id);
        return history_contest(r->history, id, &k->contest, NULL, err);
    case HISTORY_SWEEP:
        break;
    }
    snprintf(k->name, sizeof(k->name), "sweep s%lld", (long long)id);
    return history_sweep(r->history, id, &k->sweep, NULL, err);
}

/* The item that @word names, as the next part. */
static int add_part(struct report *r, const char *word, struct err *err)
{
    struct kept_part *k = &r->kept[r->count];
    enum history_kind kind;
    int64_t id;
    int rc;

    if (r->count == PARTS_MAX)
        return err_set(err, -EINVAL,
                       "a report has at most %d parts; make two of it",
                       PARTS_MAX);
    rc = history_name(r->history, word, &kind, &id, err);
    if (rc == 0)
        rc = take_kept(r, k, kind, id, err);
    if (rc < 0)
        return rc;
    r->count++;
    rc = history_find(r->history, kind, id, take_item, k, err);
    if (rc < 0)
        return rc;
    if (k->sweep)
        take_typical(r, k);
    r->part[r->count - 1] = (struct report_part){.trace = k->trace,
                                                 .sweep = k->sweep,
                                                 .contest = k->contest,
                                                 .typical = k->typical,
                                                 .name = k->name,
                                                 .note = k->note ? k->note : "",
                                                 .at_ns = k->at_ns};
    return 0;
}

/* "17", "s4", "last", and "run 17" in two words. */
static int add_parts(struct report *r, const struct cli_words *w,
                     struct err *err)
{
    for (int i = 0; i < w->rest_count; i++) {
        char two[64];
        const char *word = w->rest[i];
        int rc;

        if ((strcmp(word, "run") == 0 || strcmp(word, "sweep") == 0) &&
            i + 1 < w->rest_count) {
            const char *id = w->rest[++i];

            snprintf(two, sizeof(two), "%s%s",
                     word[0] == 's' && id[0] != 's' ? "s" : "", id);
            word = two;
        }
        rc = add_part(r, word, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* ---- writing ------------------------------------------------------------- */

static int put_text(FILE *out, struct text *t, int rc, struct err *err)
{
    if (rc < 0 || t->failed)
        rc = err_set(err, -ENOMEM, "there is not enough memory for the report");
    else if (t->len && fwrite(t->data, 1, t->len, out) != t->len)
        rc = err_set(err, -errno, "the disk took only a part: %m");
    text_fini(t);
    return rc;
}

static int put_record(const struct report_part *part, FILE *out,
                      struct err *err)
{
    if (part->sweep)
        return export_sweep_json(part->sweep, out, err);
    if (part->contest)
        return export_contest_json(part->contest, out, err);
    return export_json(part->trace, out, err);
}

static int put_json(const struct report *r, FILE *out, struct err *err)
{
    int rc = 0;

    if (r->count == 1)
        return put_record(&r->part[0], out, err);
    fputs("{\"schema\": \"timeslice.report/1\", \"parts\": [\n", out);
    for (int i = 0; i < r->count && rc == 0; i++) {
        if (i)
            fputs(",\n", out);
        rc = put_record(&r->part[i], out, err);
    }
    fputs("]}\n", out);
    return rc;
}

static int put_svg(const struct report_part *part, FILE *out, struct err *err)
{
    struct text t = {0};
    int rc;

    if (part->sweep)
        rc = svg_curve(part->sweep, false, &t);
    else if (part->contest)
        rc = svg_ratio(part->contest, false, &t);
    else
        rc = svg_timeline(part->trace, false, &t);
    return put_text(out, &t, rc, err);
}

static int put_csv(const struct report_part *part, FILE *out, struct err *err)
{
    if (part->sweep)
        return export_sweep_csv(part->sweep, out, err);
    return export_csv(part->trace, true, out, err);
}

static int put(const struct report *r, enum format format, const char *title,
               FILE *out, struct err *err)
{
    const struct report_file file = {
        .title = title ? title : "", .parts = r->part, .count = r->count};
    struct text t = {0};
    int rc;

    switch (format) {
    case AS_SVG:
        return put_svg(&r->part[0], out, err);
    case AS_CSV:
        return put_csv(&r->part[0], out, err);
    case AS_JSON:
        return put_json(r, out, err);
    case AS_MARKDOWN:
        rc = report_markdown(&file, &t);
        break;
    default:
        rc = report_html(&file, &t);
        break;
    }
    return put_text(out, &t, rc, err);
}

/* What the format cannot hold. -1, or the exit status. */
static int fits_format(const struct report *r, enum format format,
                       const char *title)
{
    const char *ending = endings[format][0];

    if ((format == AS_SVG || format == AS_CSV) && r->count > 1)
        return cli_refuse(EXIT_REQUEST,
                          "a %s file holds one run or one sweep, and %d are "
                          "named; name one, or write .html, .md or .json",
                          ending, r->count);
    if (format == AS_CSV && r->part[0].contest)
        return cli_refuse(EXIT_REQUEST,
                          "a comparison is no table of one experiment; write "
                          ".json, .html, .md or .svg");
    if (title && format != AS_HTML && format != AS_MARKDOWN)
        return cli_refuse(EXIT_REQUEST,
                          "--title is for .html and .md; a %s file has none",
                          ending);
    return -1;
}

static int write_report(const struct report *r, enum format format,
                        const char *title, const char *path)
{
    struct cli_file file;
    struct err err = {0};
    int rc;

    rc = cli_file_open(&file, "output", path, &err);
    if (rc < 0)
        return cli_refuse_err(&err, EXIT_FAILED);
    rc = put(r, format, title, file.stream, &err);
    if (rc == 0)
        rc = cli_file_finish(&file, &err);
    cli_file_drop(&file);
    if (rc < 0)
        return cli_refuse(EXIT_FAILED, "-o %s: %s", path, err.text);
    return EXIT_DONE;
}

static int report_as_asked(struct report *r, const struct cli_words *w)
{
    const char *path = cli_words_value(w, "output");
    const char *title = cli_words_value(w, "title");
    enum format format = AS_HTML;
    char told[400] = "";
    struct err err = {0};
    int status;

    if (w->rest_count == 0)
        return cli_refuse(EXIT_REQUEST,
                          "which runs and sweeps? \"timeslice report last -o "
                          "lab.html\"; \"timeslice history\" lists them");
    if (!path)
        return cli_refuse(EXIT_REQUEST,
                          "where to? \"timeslice report %s -o lab.html\", or "
                          ".md, .svg, .csv, .json",
                          w->rest[0]);
    status = format_of(path, &format);
    if (status >= 0)
        return status;
    if (history_open(&r->history, told, &err) < 0)
        return cli_refuse_err(&err, EXIT_FAILED);
    if (told[0])
        cli_refuse(0, "%s", told);
    if (add_parts(r, w, &err) < 0)
        return cli_refuse_err(&err,
                              err.code == -ENOENT ? EXIT_REQUEST : EXIT_FAILED);
    status = fits_format(r, format, title);
    return status >= 0 ? status : write_report(r, format, title, path);
}

int cli_report(int argc, char **argv)
{
    struct report *r = calloc(1, sizeof(*r));
    struct cli_words w = {0};
    int status;

    if (!r)
        return cli_refuse(EXIT_FAILED, "out of memory");
    status = cli_words_sort(&w, cli_find(argv[0]), argc, argv);
    if (status < 0)
        status = report_as_asked(r, &w);
    report_fini(r);
    free(r);
    cli_words_fini(&w);
    return status;
}
