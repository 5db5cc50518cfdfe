/* Spans as a few bytes each. Of most of them one byte says where they begin (as
 * the same worker's last one ended), on which core, and for what they wait (as
 * last time); what is left is who it is, and when it ended, as a difference
 * from the span before. Any process. */
#include <stdlib.h>
#include <string.h>

#include "keep/pack_parts.h"

/* The first byte. */
#define BYTE_STATE 7u /* place in the list of states */
#define BYTE_MORE 8u  /* another byte follows: flags that are rare */
#define BYTE_FORCED 16u
#define BYTE_JOINED 32u /* begins where this worker's last one ended */
#define BYTE_CPU                                                               \
    64u /* the core is this worker's last one, or there is none                \
         */
#define BYTE_CAUSE 128u /* as this worker's last one in this state */
/* The second. */
#define MORE_SAMPLED 1u
#define MORE_KNOWN 1u

/* What is remembered of a worker. */
struct memory {
    int64_t end_ns;
    int16_t cpu;
    uint8_t cause[SPAN_STATES];
};

struct spans {
    struct memory *of; /* by worker */
    int64_t end_ns;    /* of the last span */
    int worker;
};

static bool spans_open(struct pack_io *io, struct spans *s,
                       const struct trace *t)
{
    *s = (struct spans){.end_ns = t->gate_ns};
    s->of = calloc((size_t)t->worker_count + 1, sizeof(*s->of));
    for (int i = 0; s->of && i < t->worker_count; i++)
        s->of[i].end_ns = t->gate_ns;
    io->failed |= !s->of;
    return s->of;
}

static bool on_core(unsigned state)
{
    return state == SPAN_RUNNING || state == SPAN_SPINNING;
}

/* ---- out ----------------------------------------------------------------- */

#define SPAN_MOST (2 + 5 * PACK_VARINT)

static uint8_t *put_span(uint8_t *at, struct spans *s, const struct span *span)
{
    struct memory *m = &s->of[span->worker];
    bool joined = span->start_ns == m->end_ns;
    bool cpu = on_core(span->state) ? span->cpu == m->cpu : span->cpu == -1;
    bool cause = span->cause == m->cause[span->state];

    *at++ = (uint8_t)(span->state | (span->sampled ? BYTE_MORE : 0) |
                      (span->forced ? BYTE_FORCED : 0) |
                      (joined ? BYTE_JOINED : 0) | (cpu ? BYTE_CPU : 0) |
                      (cause ? BYTE_CAUSE : 0));
    if (span->sampled)
        *at++ = MORE_SAMPLED;
    at = pack_put(at, pack_fold((int64_t)span->worker - s->worker));
    at = pack_put(at, pack_fold(pack_minus(span->end_ns, s->end_ns)));
    if (!joined)
        at = pack_put(at, pack_fold(pack_minus(span->start_ns, m->end_ns)));
    if (!cpu)
        at = pack_put(at, pack_fold(span->cpu));
    if (!cause)
        at = pack_put(at, span->cause);

    m->end_ns = s->end_ns = span->end_ns;
    m->cause[span->state] = span->cause;
    if (on_core(span->state))
        m->cpu = span->cpu;
    s->worker = span->worker;
    return at;
}

void pack_spans_write(struct pack_io *io, const struct trace *t, int64_t count)
{
    uint64_t total = trace_span_total(t);
    struct spans s;

    if (!spans_open(io, &s, t))
        return;
    for (uint64_t n = total - (uint64_t)count; n < total; n++) {
        uint8_t *at = pack_room(io, SPAN_MOST);

        if (!at)
            break;
        io->out->len += (size_t)(put_span(at, &s, trace_span_at(t, n)) - at);
    }
    free(s.of);
}

/* ---- in ------------------------------------------------------------------ */

/* The next span into @out. False: that is none. */
static bool take_span(struct pack_io *io, struct spans *s,
                      const struct trace *t, struct span *out)
{
    unsigned first, more = 0;
    int64_t worker, cpu, cause;
    struct memory *m;
    int state;

    if (io->at >= io->end)
        return false;
    first = *io->at++;
    if (first & BYTE_MORE)
        more = (unsigned)pack_take(io);
    if ((int)(first & BYTE_STATE) >= io->known[LIST_STATE] ||
        (more & ~MORE_KNOWN))
        return false;
    state = io->place[LIST_STATE][first & BYTE_STATE];
    worker = pack_plus(s->worker, pack_unfold(pack_take(io)));
    if (state < 0 || worker < 0 || worker >= t->worker_count ||
        worker > UINT16_MAX)
        return false;
    m = &s->of[worker];
    *out = (struct span){
        .start_ns = m->end_ns,
        .end_ns = pack_plus(s->end_ns, pack_unfold(pack_take(io))),
        .worker = (uint16_t)worker,
        .state = (uint8_t)state,
        .forced = (first & BYTE_FORCED) != 0,
        .sampled = more & MORE_SAMPLED,
    };
    if (!(first & BYTE_JOINED))
        out->start_ns = pack_plus(m->end_ns, pack_unfold(pack_take(io)));
    cpu = on_core((unsigned)state) ? m->cpu : -1;
    if (!(first & BYTE_CPU))
        cpu = pack_unfold(pack_take(io));
    cause = m->cause[state];
    if (!(first & BYTE_CAUSE)) {
        uint64_t at = pack_take(io);

        cause = at < (uint64_t)io->known[LIST_CAUSE] ? io->place[LIST_CAUSE][at]
                                                     : -1;
    }
    if (io->failed || cpu < -1 || cpu >= CPU_SETSIZE || cause < 0 ||
        !pack_is_time(out->start_ns) || !pack_is_time(out->end_ns) ||
        out->end_ns <= out->start_ns)
        return false;
    out->cpu = (int16_t)cpu;
    out->cause = (uint8_t)cause;
    return true;
}

void pack_spans_read(struct pack_io *io, struct trace *t, int64_t count)
{
    struct spans s;
    struct span span;

    if (io->failed || !spans_open(io, &s, t))
        return;
    for (int64_t i = 0; i < count; i++) {
        if (!take_span(io, &s, t, &span)) {
            io->failed = true;
            break;
        }
        trace_add_span(t, &span);
        s.of[span.worker].end_ns = s.end_ns = span.end_ns;
        s.of[span.worker].cause[span.state] = span.cause;
        if (on_core(span.state))
            s.of[span.worker].cpu = span.cpu;
        s.worker = span.worker;
    }
    free(s.of);
}
