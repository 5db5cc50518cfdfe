/* Histories for tests. In the test process. */
#include "lib/kept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "lib/fake_trace.h"
#include "lib/place.h"

const char *kept_fresh(void)
{
    static int count;
    char name[32];

    snprintf(name, sizeof(name), "h%d", ++count);
    mkdir(place_path(name), 0700);
    snprintf(name, sizeof(name), "h%d/history.db", count);
    return place_path(name);
}

struct history *kept_open(const char *path)
{
    struct history *h = NULL;
    struct err err = {0};
    char told[400];

    if (history_open_at(&h, path, told, &err) < 0)
        fail_msg("%s", err.text);
    if (told[0])
        fail_msg("told: %s", told);
    return h;
}

int64_t kept_add(struct history *h, const struct trace *t,
                 const struct history_place *place)
{
    struct err err = {0};
    int64_t id = history_add_run(h, t, place, &err);

    if (id <= 0)
        fail_msg("%s", err.text);
    return id;
}

int kept_feed(struct history *h, int64_t id, struct sweep *s, int most)
{
    struct sweep_order o;
    int n = 0;

    for (; n < most && sweep_next(s, &o); n++) {
        struct sweep_outcome outcome = {.verdict = VERDICT_OK,
                                        .foreign_cores = 0.01,
                                        .took_ns = 1000000 + n,
                                        .began_ns = 1700000000000000000 + n,
                                        .cores = 2};
        struct history_place place = {id, o.point, o.round, o.attempt,
                                      &outcome};
        struct trace *t = fake_trace("primes");

        t->spec = o.spec;
        metric_set(&outcome.metrics, METRIC_THROUGHPUT_PER_S,
                   100.0 / 3 + o.point + n * 0.01);
        outcome.run = kept_add(h, t, &place);
        assert_int_equal(sweep_take(s, &o, &outcome), 0);
        trace_free(t);
    }
    return n;
}

static void add_span(const struct span *s, void *arg)
{
    uint32_t *sum = arg;

    *sum = pack_crc32(*sum, s, sizeof(*s)); /* it has no gaps */
}

static bool add_item(const struct history_item *item, void *arg)
{
    text_addf(arg, "%d %lld at %lld took %lld %s|%s|%s|%s|%s|%d %lld\n",
              item->kind, (long long)item->id, (long long)item->at_ns,
              (long long)item->took_ns, item->state, item->line, item->sentence,
              item->note, item->tags, item->has_timeline,
              (long long)item->sweep);
    return true;
}

bool kept_text(struct history *h, int64_t id, struct text *out)
{
    struct trace *t = NULL;
    struct err err = {0};
    uint32_t sum = 0;

    if (history_find(h, HISTORY_RUN, id, add_item, out, &err) < 0 ||
        history_trace(h, id, &t, &err) < 0)
        return false;
    text_addf(out, "%d %s %s\n", t->verdict, t->error, t->machine.kernel);
    for (int i = 0; i < METRIC_COUNT; i++)
        if (t->metrics.has[i])
            text_addf(out, "%s %.17g\n", metric_infos[i].name,
                      t->metrics.value[i]);
    trace_each_span(t, INT64_MIN, INT64_MAX, add_span, &sum);
    text_addf(out, "%lu spans, sum %08x\n", (unsigned long)trace_span_total(t),
              sum);
    trace_free(t);
    return true;
}

struct counting {
    int all, damaged;
};

static bool count_item(const struct history_item *item, void *arg)
{
    struct counting *c = arg;

    c->all++;
    c->damaged += strcmp(item->state, "damaged") == 0;
    return true;
}

int kept_count(struct history *h, int *damaged)
{
    struct counting c = {0, 0};

    if (history_list(h, NULL, INT32_MAX, count_item, &c, NULL) < 0)
        return -1;
    if (damaged)
        *damaged = c.damaged;
    return c.all;
}

void kept_copy(const char *from, const char *to)
{
    static char block[1 << 16];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    size_t n;

    assert_non_null(in);
    assert_non_null(out);
    while ((n = fread(block, 1, sizeof(block), in)) > 0)
        assert_int_equal(fwrite(block, 1, n, out), n);
    fclose(in);
    assert_int_equal(fclose(out), 0);
}
