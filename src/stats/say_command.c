/* What running one's own command for every input showed. Screen process. */
#include "stats/says.h"

/* "They computed for 40.0 % of their time; the rest they waited": how many at
 * once would keep the cores busy. */
static void say_share(const struct trace *t, struct text *out)
{
    double cpu = metric_get(&t->metrics, METRIC_CHILD_CPU_S, -1);
    double mean = metric_get(&t->metrics, METRIC_LATENCY_MEAN_MS, -1) / 1e3;
    double count = (double)t->latency.n;
    char buf[32];

    if (cpu < 0 || mean <= 0 || count <= 0)
        return;
    text_addf(out, " A command took %s on average and computed for %s of it",
              say_duration(mean).s,
              text_percent(buf, sizeof(buf), cpu / (mean * count)));
    if (t->metrics.has[METRIC_CHILD_RSS_BYTES])
        text_addf(out, ", with at most %sB of memory",
                  text_si(buf, sizeof(buf),
                          t->metrics.value[METRIC_CHILD_RSS_BYTES]));
    text_add(out, ".");
}

void say_command(const struct trace *t, struct text *out)
{
    double wall = metric_get(&t->metrics, METRIC_WALL_S, 0);
    double cpu = metric_get(&t->metrics, METRIC_CHILD_CPU_S, -1);
    double done = metric_get(&t->metrics, METRIC_TASKS_DONE, 0);
    double failed = metric_get(&t->metrics, METRIC_TASKS_FAILED, 0);

    text_addf(out, "%lld at a time,%s", (long long)t->spec.workers,
              say_have(t));
    say_counted(out, done + failed, "command");
    text_addf(out, " run in %s", say_duration(wall).s);
    if (wall > 0 && cpu >= 0) {
        text_addf(out, ", keeping %.2f of ", cpu / wall);
        say_counted(out, t->core_count, "core");
        text_add(out, " busy");
    }
    text_add(out, ".");
    say_share(t, out);
}
