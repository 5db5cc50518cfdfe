/* migrate: how many files, how fast, and that none was lost or done twice. The
 * screen process. */
#include "stats/says.h"

#include <stdio.h>
#include <string.h>

/* "24 files of 1 MiB", or "11 of 24 files of 1 MiB" */
static void add_files(const struct trace *t, double done, struct text *out)
{
    char size[32];

    if (done < (double)t->spec.tasks)
        text_addf(out, "%s of ", say_count(done).s);
    say_counted(out, (double)t->spec.tasks, "file");
    text_addf(out, " of %s", text_bytes(size, sizeof(size), t->spec.bytes));
}

static bool stays(const struct trace *t)
{
    return t->spec.dir[0] != '\0' && strcmp(t->spec.dir, "auto") != 0;
}

/* What is there now, and what to do about the rest. */
static void add_outcome(const struct trace *t, double done, struct text *out)
{
    if (done >= (double)t->spec.tasks) {
        text_add(out, " Every file is there once");
        if (t->metrics.has[METRIC_CHECKSUM])
            text_addf(out, "; checksum %s",
                      say_count(t->metrics.value[METRIC_CHECKSUM]).s);
        text_add(out, stays(t) ? "." : "; all were removed again.");
    } else if (stays(t)) {
        text_add(out, " The same line with --resume yes does the rest.");
    } else {
        text_add(out, " All were removed again; with a --dir of its own it "
                      "could be resumed.");
    }
}

void say_migrate(const struct trace *t, struct text *out)
{
    const struct metrics *m = &t->metrics;
    double wall = metric_get(m, METRIC_WALL_S, 0);
    double all = metric_get(m, METRIC_TASKS_DONE, 0);
    double resumed = metric_get(m, METRIC_RESUMED, 0);

    if (all < resumed) /* read a moment apart */
        all = resumed;
    say_workers(t, out);
    if (t->spec.groups > 1)
        text_addf(out,
                  " on %s machines (groups of workers with files of "
                  "their own)",
                  say_count((double)t->spec.groups).s);
    text_addf(out, "%sconverted ", say_have(t));
    add_files(t, all - resumed, out);
    text_addf(out, " in %s", say_duration(wall).s);
    if (metric_get(m, METRIC_BYTES, 0) > 0 && m->has[METRIC_BYTES_PER_S])
        text_addf(out, ", %s", say_byte_rate(m->value[METRIC_BYTES_PER_S]).s);
    say_busy(t, out);
    text_add(out, ".");
    if (resumed > 0) {
        text_add(out, " ");
        say_counted(out, resumed, "file");
        text_addf(out, " %s finished by an earlier run and %s been checked.",
                  resumed == 1 ? "was" : "were", resumed == 1 ? "has" : "have");
    }
    if (say_over(t))
        add_outcome(t, all, out);
}
