/* A sweep as a table, one line a run: what spreadsheets read, and "timeslice
 * fit". Runs in the screen process or in a command. */
#include "export/sweep.h"

#include <errno.h>
#include <inttypes.h>

#include "export/names.h"

/* Runs that count have "used" 1: the others were warming up, failed, or were
 * done again because something disturbed them. */
static const char head[] = "curve,x,workers,round,attempt,used,disturbed,"
                           "outlier,foreign_cores,y,experiment";

/* How many workers @spec has: with none given, one a core. */
static int64_t workers_of(const struct sweep *s, const struct spec *spec)
{
    struct spec checked = *spec;

    return spec_check(&checked, &s->machine, NULL) < 0 ? spec->workers
                                                       : checked.workers;
}

static void add_trial(const struct sweep *s, const struct sweep_trial *t,
                      struct text *out)
{
    const struct sweep_point *p = &s->points[t->point];
    const struct sweep_outcome *o = &t->outcome;
    struct text experiment = {0};
    char buf[32];

    export_csv_field(out, s->curves[p->curve].label);
    text_add(out, ",");
    export_csv_field(out, p->label);
    text_addf(out, ",%" PRId64 ",%d,%d,%d,%d,%d,", workers_of(s, &p->spec),
              t->round, t->attempt, t->used, t->disturbed, t->outlier);
    if (o->foreign_cores >= 0)
        text_add(out, export_real(buf, sizeof(buf), o->foreign_cores));
    text_add(out, ",");
    if (t->has_y)
        text_add(out, export_real(buf, sizeof(buf), t->y));
    text_add(out, ",");
    spec_format(&p->spec, &experiment);
    export_csv_field(out, text_str(&experiment));
    out->failed |= experiment.failed;
    export_csv_values(out, &o->metrics);
    text_addf(out, ",%s\n", verdict_words[o->verdict]);
    text_fini(&experiment);
}

int export_sweep_csv(const struct sweep *s, FILE *out, struct err *err)
{
    struct text table = {0};
    int error = 0;

    text_add(&table, head);
    export_csv_names(&table);
    text_add(&table, ",verdict\n");
    for (int i = 0; i < s->trial_count; i++)
        add_trial(s, &s->trials[i], &table);
    if (table.failed)
        error = ENOMEM;
    else if (fwrite(table.data, 1, table.len, out) != table.len)
        error = errno ? errno : EIO;
    text_fini(&table);
    return export_finish(out, error, "the table", err);
}
