/* A run as one line of a table: what spreadsheets and plotting tools read.
 * Quoted as RFC 4180 says; lines end with a newline, as Unix tools expect. */
#include "export/export.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "export/names.h"

void export_csv_field(struct text *line, const char *s)
{
    if (!strpbrk(s, ",\"\r\n")) {
        text_add(line, s);
        return;
    }
    text_add(line, "\"");
    for (; *s; s++)
        text_addf(line, *s == '"' ? "\"%c" : "%c", *s);
    text_add(line, "\"");
}

static void csv_value(struct text *line, const struct metrics *m, int which)
{
    enum metric_unit unit = metric_infos[which].unit;
    double x = m->value[which];
    char buf[32];

    if (!m->has[which] || !isfinite(x))
        return;
    if (unit == UNIT_COUNT || unit == UNIT_ERRNO)
        text_addf(line, "%.0f", x);
    else
        text_add(line, export_real(buf, sizeof(buf), x));
}

void export_csv_names(struct text *line)
{
    for (int i = 0; i < METRIC_COUNT; i++)
        text_addf(line, ",%s", metric_infos[i].name);
}

void export_csv_values(struct text *line, const struct metrics *m)
{
    for (int i = 0; i < METRIC_COUNT; i++) {
        text_add(line, ",");
        csv_value(line, m, i);
    }
}

int export_csv(const struct trace *t, bool header, FILE *out, struct err *err)
{
    struct text line = {0}, experiment = {0};
    int error = 0;

    if (header) {
        text_add(&line, "experiment");
        export_csv_names(&line);
        text_add(&line, ",verdict\n");
    }
    spec_format(&t->spec, &experiment);
    export_csv_field(&line, text_str(&experiment));
    export_csv_values(&line, &t->metrics);
    text_addf(&line, ",%s\n", verdict_words[t->verdict]);

    if (line.failed || experiment.failed)
        error = ENOMEM;
    else if (fwrite(line.data, 1, line.len, out) != line.len)
        error = errno ? errno : EIO;
    text_fini(&line);
    text_fini(&experiment);
    return export_finish(out, error, "the table", err);
}
