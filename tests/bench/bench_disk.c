/* The modelled drive, live beside the model in virtual time and the published
 * curve: aggregate rate against readers, in MB/s of the drive's own clock, and
 * how far that clock kept up with ours (1.00: the waiting took as long as it
 * should). Real threads; only device rates are compared, so a busy machine
 * shows in the last column only. */
#include <math.h>

#include "bench.h"
#include "device/streams.h"

static const int readers[] = {1, 2, 4, 8, 16, 50, 100};
#define POINTS (int)(sizeof(readers) / sizeof(readers[0]))

/* As published for the 7200 rpm drive: medians of five draws of places. */
static const struct curve {
    const char *name, *line;
    double published[POINTS]; /* MB/s; 0: none */
} curves[] = {
    {"nl7200, 64 KiB, no read-ahead at all",
     "--read-ahead off --scale 10",
     {7.5, 3.9, 4.5, 4.8, 5.1, 5.2, 5.0}},
    {"nl7200, 64 KiB, read-ahead only while idle (the usual setting)",
     "--scale 10",
     {172, 3.9, 4.5, 4.8, 5.1, 5.2, 5.0}},
    {"nl7200, 64 KiB, always 1 MiB ahead into 16 segments",
     "--read-ahead segments --scale 10",
     {172, 94, 80, 62, 54, 3.5, 3.5}},
    {"nl7200, 64 KiB, one-way sweep (clook)",
     "--disk-policy clook --scale 10",
     {172, 3.9, 4.8, 6.1, 6.8, 8.7, 9.8}},
    {"ssd, 64 KiB", "--drive ssd --scale 1", {0}},
};
#define CURVES (int)(sizeof(curves) / sizeof(curves[0]))

/* The same in virtual time: as many answers, or the median of nine draws. */
static double model(const struct spec *spec, double requests, int draws)
{
    const struct drive *d = &drives[spec->drive];
    double rate[BENCH_MOST];

    for (int i = 0; i < draws; i++) {
        struct streams_setup setup = {
            .drive = d,
            .cache = drive_cache(d, spec->read_ahead),
            .bytes = spec->bytes,
            .pattern = spec->pattern,
            .think_ms = d->think_ms,
            .readers = (int)spec->workers,
            .most = (int)spec->workers,
            .seed = (uint64_t)(spec->seed + i),
        };
        struct streams_result r;

        if (!streams_run(&setup, spec->disk_policy, (int64_t)requests, 0, 0,
                         &r))
            exit(1);
        rate[i] = r.bytes_per_s / 1e6;
    }
    return bench_median(rate, draws);
}

static void point(const struct curve *c, int k)
{
    struct source *s;
    const struct metrics *m;
    double live, virtual, requests, kept;
    char line[200];

    snprintf(line, sizeof(line), "disk --workers %d --duration 1 %s",
             readers[k], c->line);
    s = bench_open(line);
    m = &s->trace->metrics;
    live = metric_get(m, METRIC_DEVICE_BYTES_PER_S, -1);
    kept = metric_get(m, METRIC_DEVICE_S, -1) /
           (metric_get(m, METRIC_WALL_S, -1) * s->trace->spec.scale);
    requests = round(live * metric_get(m, METRIC_DEVICE_S, -1) /
                     (double)s->trace->spec.bytes);
    virtual = model(&s->trace->spec, requests, 1);
    printf("%7d %9.2f %9.2f %7.1f%% %9.2f %9.2f ", readers[k], live / 1e6,
           virtual, (live / 1e6 / virtual - 1) * 100,
           metric_get(m, METRIC_BYTES_PER_S, -1) / 1e6,
           model(&s->trace->spec, requests, 9));
    if (c->published[k] > 0)
        printf("%9.1f", c->published[k]);
    else
        printf("%9s", "-");
    printf(" %6.2f\n", kept);
    s->class->close(s);
}

int main(void)
{
    printf("The modelled drive, MB/s. Other programs keep this machine %.0f %% "
           "busy.\n",
           bench_foreign_share() * 100);
    for (int i = 0; i < CURVES; i++) {
        printf("\n%s\n%7s %9s %9s %8s %9s %9s %9s %6s\n", curves[i].name,
               "readers", "live", "model", "differ", "by clock", "9 draws",
               "published", "kept");
        for (int k = 0; k < POINTS; k++)
            point(&curves[i], k);
    }
    printf("\nlive: real threads, on the drive's clock; model: as many answers "
           "in virtual time;\nby clock: bytes by our clock, scaled back; 9 "
           "draws: median over nine draws of places;\nkept: the drive's clock "
           "over ours.\n");
    return 0;
}
