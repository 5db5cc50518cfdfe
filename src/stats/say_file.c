/* file: how fast, whether the disk was asked at all, and a check of the
 * numbers by Little's law. The screen process. */
#include "stats/says.h"

#include <stdio.h>

struct words say_byte_rate(double bytes_per_s)
{
    struct words w;
    char number[16];

    text_si(number, sizeof(number), bytes_per_s);
    snprintf(w.s, sizeof(w.s), "%s%s a second", number,
             bytes_per_s >= 999.5 ? "B" : " bytes");
    return w;
}

/* "512 requests of 64 KiB, one block after the other, past the page cache" */
static void add_what(const struct trace *t, double requests, struct text *out)
{
    char size[32];

    text_addf(out, "%s request%s of %s, %s, %s", say_count(requests).s,
              requests == 1 ? "" : "s",
              text_bytes(size, sizeof(size), t->spec.bytes),
              t->spec.pattern == PATTERN_RANDOM ? "at random"
                                                : "one block after the other",
              t->spec.cache == CACHE_DIRECT ? "past the page cache (O_DIRECT)"
                                            : "through the page cache");
}

/* What was measured: the disk, the memory, or both. */
static void add_regime(const struct trace *t, struct text *out)
{
    const struct metrics *m = &t->metrics;
    double bytes = metric_get(m, METRIC_BYTES, 0), share;
    char buf[32];

    if (m->has[METRIC_RANDOM_RATIO] && t->spec.cache == CACHE_DIRECT)
        text_addf(out,
                  " Before, a read at random took %.1f times as long as one in "
                  "sequence: %s.",
                  m->value[METRIC_RANDOM_RATIO],
                  m->value[METRIC_RANDOM_RATIO] > 3
                      ? "this disk turns"
                      : "nothing has to turn or to move here");
    if (t->spec.cache == CACHE_DIRECT || bytes <= 0 || !say_over(t))
        return;
    if (!m->has[METRIC_CACHED_BYTES]) {
        text_add(out, " How much of it came from memory this file system "
                      "cannot tell.");
        return;
    }
    share = m->value[METRIC_CACHED_BYTES] / bytes;
    text_addf(out,
              " %s of the bytes were in memory already, read before or "
              "ahead%s.",
              text_percent(buf, sizeof(buf), share),
              share >= 0.9 ? ". This says nothing about a disk" : "");
}

/* Little (1961): how many are under way = how many a second x how long each
 * takes. Nobody had more than one. */
static void add_little(const struct trace *t, double per_s, struct text *out)
{
    const struct metrics *m = &t->metrics;

    if (!m->has[METRIC_LATENCY_MEAN_MS] || per_s <= 0)
        return;
    text_addf(out, " Little's law: %s a second x %s each = %.2f under way, of ",
              say_count(per_s).s,
              say_duration(m->value[METRIC_LATENCY_MEAN_MS] / 1e3).s,
              per_s * m->value[METRIC_LATENCY_MEAN_MS] / 1e3);
    say_counted(out, (double)t->spec.workers, "reader");
    text_add(out, ".");
}

void say_file(const struct trace *t, struct text *out)
{
    const struct metrics *m = &t->metrics;
    double wall = metric_get(m, METRIC_WALL_S, 0);
    double requests = metric_get(m, METRIC_REQUESTS, 0);

    if (requests == 0) {
        text_add(out, say_over(t) ? "Nothing was read." : "Nothing read yet.");
        return;
    }
    say_workers(t, out);
    text_addf(out, "%s%s ", say_have(t), say_over(t) ? "made" : "been making");
    add_what(t, requests, out);
    text_addf(out, ", in %s", say_duration(wall).s);
    if (m->has[METRIC_BYTES_PER_S])
        text_addf(out, ": %s", say_byte_rate(m->value[METRIC_BYTES_PER_S]).s);
    if (m->has[METRIC_LATENCY_P50_MS])
        text_addf(out, ", half of them within %s, 99 of 100 within %s",
                  say_duration(m->value[METRIC_LATENCY_P50_MS] / 1e3).s,
                  say_duration(m->value[METRIC_LATENCY_P99_MS] / 1e3).s);
    text_add(out, ".");
    add_little(t, wall > 0 ? requests / wall : 0, out);
    add_regime(t, out);
}
