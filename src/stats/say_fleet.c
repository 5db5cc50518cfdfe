/* fleet: what asking many hosts at once came to. The screen process. */
#include "stats/says.h"

#include "base/clock.h"

/* What the settings say of one answer, before scale, in seconds: a client alone
 * waits @think and then @transfer, which the link does for one at a time. */
struct answer {
    double think, transfer;
};

static struct answer answer_of(const struct spec *s)
{
    struct answer a = {.think = (double)s->latency_ns / NS_PER_S};

    if (s->bandwidth > 0)
        a.transfer = (double)s->bytes / (double)s->bandwidth;
    return a;
}

/* Measured seconds, as if nothing had been scaled. */
static double unscaled(const struct trace *t, double seconds)
{
    return seconds * t->spec.scale;
}

static void add_asked(const struct trace *t, struct text *out)
{
    const struct metrics *m = &t->metrics;
    double took = unscaled(t, metric_get(m, METRIC_WALL_S, 0));
    double good = metric_get(m, METRIC_REQUESTS, 0);
    char buf[32];

    say_workers(t, out);
    text_addf(out, "%sasked ", say_have(t));
    say_counted(out, (double)t->spec.hosts, "host");
    if (t->spec.tasks > t->spec.hosts) {
        text_add(out, " in ");
        say_counted(out, (double)t->spec.tasks, "request");
    }
    text_add(out, " and had ");
    if (good > 0)
        say_counted(out, good, "answer");
    else
        text_add(out, "no answer");
    text_addf(out, " of %sB after %s",
              text_si(buf, sizeof(buf), (double)t->spec.bytes),
              say_duration(took).s);
    if (good > 0 && took > 0)
        text_addf(out, ", %s a second", text_si(buf, sizeof(buf), good / took));
    if (t->spec.scale != 1)
        text_addf(out, " (scaled 1:%g)", t->spec.scale);
    text_add(out, ".");
}

/* Little: what the waits add up to is the time times how many there were at
 * once. */
static void add_waits(const struct trace *t, struct text *out)
{
    double waited = (double)t->latency.sum_ns / NS_PER_S;
    double wall = metric_get(&t->metrics, METRIC_WALL_S, 0);

    if (t->latency.n < 2 || wall <= 0)
        return;
    text_addf(out, " The waits for them add up to %s",
              say_duration(unscaled(t, waited)).s);
    if (waited > 1.05 * wall)
        text_addf(out, ": one after another they would last %.3g times as long",
                  waited / wall);
    text_add(out, ".");
}

/* The asymptotic bounds of a closed queueing network: with N clients no more
 * than N / (Z + S) and 1 / S answers a second (Denning, Buzen, "The operational
 * analysis of queueing network models", 1978); they meet at (Z + S) / S. */
static void add_knee(const struct trace *t, struct text *out)
{
    struct answer a = answer_of(&t->spec);
    double patience = (double)t->spec.patience_ns / NS_PER_S;
    double most;
    char buf[32];

    if (a.transfer <= 0)
        return;
    text_addf(out,
              " Computed: their link would carry %s answers a second and %.3g "
              "clients would fill it; more only wait for each other",
              text_si(buf, sizeof(buf), 1 / a.transfer),
              (a.think + a.transfer) / a.transfer);
    most = (patience - a.think) / a.transfer;
    if (most >= 1 && most < 10000)
        text_addf(out, ", and beyond %.0f they would lose patience", most);
    text_add(out, ".");
}

/* Requests that came to nothing, and what the link carried for them. */
static void add_failures(const struct trace *t, struct text *out)
{
    const struct metrics *m = &t->metrics;
    double late = metric_get(m, METRIC_TIMEOUTS, 0);
    double refused = metric_get(m, METRIC_REFUSALS, 0);
    double retries = metric_get(m, METRIC_RETRIES, 0);
    double bytes = metric_get(m, METRIC_BYTES, 0);
    double used = metric_get(m, METRIC_REQUESTS, 0) * (double)t->spec.bytes;
    char buf[32];

    if (late > 0) {
        text_add(out, " ");
        say_counted(out, late, "time");
        text_addf(out, " nothing came within %s",
                  say_duration((double)t->spec.patience_ns / NS_PER_S).s);
    }
    if (refused > 0) {
        text_add(out, late > 0 ? ", " : " ");
        say_counted(out, refused, "time");
        text_add(out, " a host refused");
    }
    if (retries > 0) {
        text_add(out, "; ");
        say_counted(out, retries, "request");
        text_add(out, retries == 1 ? " was made again" : " were made again");
    }
    if (late + refused > 0)
        text_add(out, ".");
    if (say_over(t) && late > 0 && bytes > 1.02 * used)
        text_addf(out, " %s of what was carried was of no use.",
                  text_percent(buf, sizeof(buf), 1 - used / bytes));
}

/* The queue that nobody sees. */
static void add_resends(const struct trace *t, struct text *out)
{
    double again = metric_get(&t->metrics, METRIC_RESENDS, 0);

    if (again <= 0)
        return;
    text_add(out, " A host's queue was full: the kernel dropped ");
    say_counted(out, again, "packet");
    text_addf(out,
              " without a word and tried again, the first time after "
              "1 s%s.",
              t->spec.scale != 1 ? " (never scaled)" : "");
}

void say_fleet(const struct trace *t, struct text *out)
{
    add_asked(t, out);
    add_waits(t, out);
    add_knee(t, out);
    add_failures(t, out);
    add_resends(t, out);
}
