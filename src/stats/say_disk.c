/* disk: what the modelled drive gave, where its time went, and who went short.
 * The screen process. */
#include "stats/says.h"

#include <stdio.h>

#include "base/clock.h"

static const char *const policy_words[DISK_POLICIES] = {
    [DISK_FCFS] = "first come, first served",
    [DISK_SSTF] = "the nearest first",
    [DISK_SCAN] = "sweeping from edge to edge",
    [DISK_LOOK] = "sweeping up and down",
    [DISK_CSCAN] = "sweeping one way from edge to edge",
    [DISK_CLOOK] = "sweeping one way",
    [DISK_DEADLINE] = "sweeping one way, nobody too late",
    [DISK_SATF] = "the soonest reached first",
};

/* The one in use: it may be changed while the run goes on. */
static enum spec_disk_policy policy_of(const struct trace *t)
{
    if (t->scene.kind == SCENE_DISK &&
        (unsigned)t->scene.disk.policy < DISK_POLICIES)
        return (enum spec_disk_policy)t->scene.disk.policy;
    return t->spec.disk_policy;
}

/* Which curve this is a point of. */
static void add_memory(const struct trace *t, struct text *out)
{
    static const char *const words[] = {
        [READ_AHEAD_OFF] = "it never reads ahead",
        [READ_AHEAD_IDLE] = "it reads ahead only while idle",
        [READ_AHEAD_SEGMENTS] =
            "it reads ahead always, for as many streams as it has memory",
    };

    if (t->spec.drive == DRIVE_SSD)
        text_add(out, "it has no arm to move");
    else
        text_add(out, words[t->spec.read_ahead]);
}

static void add_fractions(const struct trace *t, struct text *out)
{
    const struct metrics *m = &t->metrics;
    char seek[32], rotate[32], transfer[32];

    if (!m->has[METRIC_SEEK_FRACTION] || !m->has[METRIC_ROTATE_FRACTION] ||
        !m->has[METRIC_TRANSFER_FRACTION])
        return;
    text_addf(
        out,
        " Of its work %s was moving the arm, %s waiting for the platter "
        "to turn, %s reading.",
        text_percent(seek, sizeof(seek), m->value[METRIC_SEEK_FRACTION]),
        text_percent(rotate, sizeof(rotate), m->value[METRIC_ROTATE_FRACTION]),
        text_percent(transfer, sizeof(transfer),
                     m->value[METRIC_TRANSFER_FRACTION]));
}

/* A reader that gets next to nothing is starved by the policy. */
static void add_starved(const struct trace *t, struct text *out)
{
    int64_t least = INT64_MAX, most = 0, sum = 0;

    for (int i = 0; i < t->worker_count && i < t->spec.workers; i++) {
        int64_t ops = t->workers[i].ops;

        least = ops < least ? ops : least;
        most = ops > most ? ops : most;
        sum += ops;
    }
    if (t->worker_count < 2 || sum < 20 * (int64_t)t->worker_count ||
        most < 4 * least)
        return;
    text_addf(out, " It is not fair: one reader got ");
    say_counted(out, (double)most, "answer");
    text_addf(out, ", another %s.", say_count((double)least).s);
}

/* Threads that cannot be woken as fast as the drive answers. */
static void add_late(const struct trace *t, struct text *out)
{
    const struct metrics *m = &t->metrics;
    double clock = metric_get(m, METRIC_DEVICE_S, 0);
    double ours = metric_get(m, METRIC_WALL_S, 0) * t->spec.scale;

    if (clock <= 0 || clock > 0.9 * ours)
        return;
    text_addf(out,
              " Its clock came to %s only, not %s: the readers could not be "
              "woken as fast as it answers",
              say_duration(clock).s, say_duration(ours).s);
    if (t->spec.scale > 1)
        text_add(out, " (a smaller --scale gives them time)");
    text_add(out, ".");
}

void say_disk(const struct trace *t, struct text *out)
{
    const struct metrics *m = &t->metrics;
    double requests = metric_get(m, METRIC_REQUESTS, 0);
    char size[32], rate[32];

    say_workers(t, out);
    text_addf(out, "%s%s ", say_have(t), say_over(t) ? "made" : "been making");
    say_counted(out, requests, "request");
    text_addf(out, " of %s, %s, to the modelled drive %s%s",
              text_bytes(size, sizeof(size), t->spec.bytes),
              t->spec.pattern == PATTERN_RANDOM ? "at random"
                                                : "each reading on in its part",
              spec_drive_words[t->spec.drive],
              trace_computed(t) ? "" : ", and really waited");
    if (m->has[METRIC_DEVICE_BYTES_PER_S])
        text_addf(
            out, ": %sB a second",
            text_si(rate, sizeof(rate), m->value[METRIC_DEVICE_BYTES_PER_S]));
    if (m->has[METRIC_LATENCY_P50_MS])
        text_addf(out, ", half of them within %s",
                  say_duration(m->value[METRIC_LATENCY_P50_MS] / 1e3).s);
    text_addf(out, ", on its clock; %s, and ", policy_words[policy_of(t)]);
    add_memory(t, out);
    text_add(out, ".");
    add_fractions(t, out);
    add_starved(t, out);
    add_late(t, out);
}
