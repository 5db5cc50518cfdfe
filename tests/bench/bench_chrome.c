/* Writing a trace file: a million spans of eight workers on four cores, to
 * nowhere, so that it is our own time that is seen. */
#include "bench.h"

#include "export/export.h"

#define SPANS 1000000
#define ROUNDS 5

static struct trace *million(void)
{
    struct machine machine;
    struct spec spec;
    struct trace *t;

    machine_read(&machine);
    spec_defaults(&spec, WORKLOAD_SPIN);
    spec.workers = 8;
    t = trace_new(&spec, &machine);
    if (!t || !trace_worker(t, 7)) {
        fprintf(stderr, "not enough memory\n");
        exit(4);
    }
    t->gate_ns = NS_PER_S;
    /* Each runs for 5 us and is ready for 5 us, half of them at a time. */
    for (int64_t i = 0; i < SPANS; i++) {
        int64_t worker = i % 8, at_ns = t->gate_ns + i / 8 * 5000;
        bool runs = (worker + i / 8) % 2;
        trace_add_span(t, &(struct span){
                              .start_ns = at_ns,
                              .end_ns = at_ns + 5000,
                              .worker = (uint16_t)worker,
                              .cpu = runs ? (int16_t)(worker / 2) : -1,
                              .state = runs ? SPAN_RUNNING : SPAN_READY,
                              .forced = runs,
                          });
        t->end_ns = at_ns + 5000;
    }
    t->now_ns = t->end_ns;
    return t;
}

int main(void)
{
    struct trace *t = million();
    double ns[ROUNDS], bytes = 0;

    for (int k = 0; k < ROUNDS; k++) {
        FILE *out = fopen("/dev/null", "w");
        struct err err = {0};
        int64_t start_ns = clock_thread_cpu_ns();

        if (!out || export_chrome(t, out, &err) != 0) {
            fprintf(stderr, "%s\n", err.text);
            return 4;
        }
        ns[k] = (double)(clock_thread_cpu_ns() - start_ns) / SPANS;
        fclose(out);
    }

    FILE *out = tmpfile();

    if (out && export_chrome(t, out, NULL) == 0)
        bytes = (double)ftell(out) / SPANS;
    if (out)
        fclose(out);
    printf("trace file: %.0f ns and %.0f bytes a span (median of %d, %d "
           "spans)\n",
           bench_median(ns, ROUNDS), bytes, ROUNDS, SPANS);
    trace_free(t);
    return 0;
}
