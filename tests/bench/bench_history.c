/* What keeping a run costs: a run with 10,000 tasks made into bytes, and these
 * written into the history; beside them, in the same minute, what programs
 * usually do: the run's record as JSON at the end of a file, with fsync. The
 * disk decides much of all three: read the ratios. */
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

#include "export/export.h"
#include "keep/history.h"
#include "keep/pack.h"

#define ROUNDS 31

#define LINE "sleep --tasks 10000 --task-ms 0.1 --workers 8"

static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
static char folder[] = "bench-history-XXXXXX", db[64], json[64];

static void fail(const struct err *err)
{
    fprintf(stderr, "%s\n", err->text);
    exit(4);
}

static void append(const struct trace *t)
{
    FILE *f = fopen(json, "a");
    struct err err = {0};

    if (!f || export_json(t, f, &err) < 0 || fflush(f) != 0 ||
        fsync(fileno(f)) != 0)
        fail(&err);
    fclose(f);
}

static size_t pack(const struct trace *t)
{
    struct pack p = {0};
    struct err err = {0};
    size_t bytes;

    if (pack_trace(t, PACK_SPANS, &p, &err) < 0)
        fail(&err);
    bytes = p.len;
    pack_fini(&p);
    return bytes;
}

static struct history *open_it(void)
{
    struct history *h = NULL;
    struct err err = {0};
    char told[400];

    if (history_open_at(&h, db, told, &err) < 0)
        fail(&err);
    return h;
}

static void keep(struct history *h, const struct trace *t)
{
    struct err err = {0};

    if (history_add_run(h, t, NULL, &err) < 0)
        fail(&err);
}

static double since(int64_t from_ns)
{
    return (double)(clock_now_ns() - from_ns);
}

static void say(const char *what, double *ns, double beside)
{
    double median = bench_median(ns, ROUNDS);

    printf("  %-40s %7.2f ms, %7.2f at most", what, median / NS_PER_MS,
           ns[ROUNDS - 1] / NS_PER_MS);
    if (beside > 0)
        printf("; %.2f of appending", median / beside);
    putchar('\n');
}

static void sound(void)
{
    struct history *h = open_it();
    struct err err = {0};
    struct stat st;
    int64_t rows, bad;

    if (history_check(h, &rows, &bad, &err) < 0 || stat(db, &st) < 0)
        fail(&err);
    printf("  all %lld runs are there and sound, %.0f bytes of file each\n",
           (long long)rows, (double)st.st_size / (double)rows);
    history_close(h);
}

int main(void)
{
    static double packs[ROUNDS], keeps[ROUNDS], alone[ROUNDS], appends[ROUNDS];
    struct source *s = bench_open(LINE);
    const struct trace *t = s->trace;
    double beside, busy = bench_foreign_share();
    struct history *h;
    size_t bytes = 0;

    if (!mkdtemp(folder)) {
        perror(folder);
        return 4;
    }
    snprintf(db, sizeof(db), "%s/history.db", folder);
    snprintf(json, sizeof(json), "%s/runs.json", folder);
    history_close(open_it()); /* made once */
    for (int i = 0; i < ROUNDS; i++) {
        int64_t from_ns = clock_now_ns();

        append(t);
        appends[i] = since(from_ns);
        from_ns = clock_now_ns();
        bytes = pack(t);
        packs[i] = since(from_ns);
        from_ns = clock_now_ns();
        h = open_it();
        keep(h, t);
        history_close(h);
        alone[i] = since(from_ns);
    }
    h = open_it();
    for (int i = 0; i < ROUNDS; i++) {
        int64_t from_ns = clock_now_ns();

        keep(h, t);
        keeps[i] = since(from_ns);
    }
    history_close(h);

    beside = bench_median(appends, ROUNDS);
    printf("history: %s: %lu spans, %lu bytes packed (medians of %d; others "
           "had %.0f %% of the machine)\n",
           LINE, (unsigned long)trace_span_total(t), (unsigned long)bytes,
           ROUNDS, 100 * busy);
    say("appending its record to a file, fsync", appends, 0);
    say("packing it", packs, beside);
    say("packing and writing, history open", keeps, beside);
    say("opening, packing, writing, closing", alone, beside);
    sound();
    s->class->close(s);
    unlink(json);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        char path[80];

        snprintf(path, sizeof(path), "%s%s", db, ends[i]);
        unlink(path);
    }
    rmdir(folder);
    return 0;
}
