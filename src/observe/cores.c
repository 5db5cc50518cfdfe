/* What other programs and the kernel do on the lab's cores. Screen process. */
#include "observe/inner.h"

#define EVERY_NS                                                               \
    (200 * NS_PER_MS) /* /proc/stat counts hundredths of seconds               \
                       */
#define WINDOW_NS NS_PER_S

/* Our workers' time on @core so far, open spans included. */
static int64_t own_ns(const struct observer *o, const struct trace_core *core,
                      int64_t now_ns)
{
    int64_t ns = core->own_ns;

    /* Of a picture the open span says next to nothing. */
    for (int i = 0; !o->lines.sampled && i < o->live_count; i++) {
        const struct line *l = &o->lines.v[o->live[i]];

        if (l->phase == LINE_ALIVE && l->cpu == core->cpu &&
            (l->seeming == SPAN_RUNNING || l->seeming == SPAN_SPINNING) &&
            now_ns > l->since_ns)
            ns += now_ns - l->since_ns;
    }
    return ns;
}

/* Time that others have had on @core up to now; not from a fixed nought. */
static int64_t others_ns(const struct observer *o,
                         const struct trace_core *core, int64_t busy_ns,
                         int64_t now_ns)
{
    if (o->foreign_exact)
        return core->foreign_ns < 0 ? 0 : core->foreign_ns;
    if (busy_ns < 0)
        return -1;
    return busy_ns - own_ns(o, core, now_ns);
}

static void core_update(struct observer *o, struct trace_core *core,
                        int64_t busy_ns, int64_t now_ns)
{
    struct core_reads *r = o->cores;
    int64_t n = r->reads;
    int64_t first = n < CORE_READS ? 0 : n - CORE_READS + 1;
    int64_t ns = others_ns(o, core, busy_ns, now_ns);
    int64_t took, got;

    if (ns < 0 || core->cpu >= CPU_SETSIZE)
        return;
    r->v[core->cpu].foreign_ns[n % CORE_READS] = ns;
    if (o->trace->gate_ns == 0 || n == 0)
        r->v[core->cpu].base_ns = ns;
    while (first < n && now_ns - r->at_ns[first % CORE_READS] > WINDOW_NS)
        first++;
    took = now_ns - r->at_ns[first % CORE_READS];
    got = ns - r->v[core->cpu].foreign_ns[first % CORE_READS];
    if (took > 0 && first < n) {
        double share = (double)got / (double)took;

        core->foreign_share = share < 0 ? 0 : share > 1 ? 1 : share;
    }
    if (!o->foreign_exact) {
        ns -= r->v[core->cpu].base_ns;
        core->foreign_ns = ns < 0 ? 0 : ns;
        /* A few of the kernel's hundredths of a second say nothing. */
        if (now_ns - o->trace->gate_ns < EVERY_NS)
            core->foreign_ns = -1;
    }
}

void cores_update(struct observer *o, int64_t now_ns, bool final)
{
    struct core_reads *r = o->cores;
    struct trace *t = o->trace;
    int64_t busy_ns[CPU_SETSIZE];
    int64_t last = r->reads ? r->at_ns[(r->reads - 1) % CORE_READS] : 0;

    /* Holes in our own time would look like others' time. */
    if (!observer_complete(o) && o->rung != &rung_sampled)
        return;
    if (!final && last && now_ns - last < EVERY_NS)
        return;
    if (!o->foreign_exact && !proc_cores(o->proc, busy_ns, CPU_SETSIZE))
        return;
    r->at_ns[r->reads % CORE_READS] = now_ns;
    for (int i = 0; i < t->core_count; i++) {
        struct trace_core *core = &t->cores[i];

        core_update(o, core, busy_ns[core->cpu], now_ns);
        /* The lab's own end, after the run's, is none of the run. */
        if (final && core->foreign_ns > t->end_ns - t->gate_ns)
            core->foreign_ns = t->end_ns - t->gate_ns;
    }
    r->reads++;
}
