/* A trace as bytes and back: what the history keeps of a run, what a recording
 * is. The head is JSON by names, so that it outlives changes of the program;
 * spans, events and samples are small differences. Pure; any thread. */
#ifndef KEEP_PACK_H
#define KEEP_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "trace/trace.h"

#define PACK_SPANS 200000 /* kept of a run: the newest */

struct pack {
    uint8_t *data; /* the owner frees it with pack_fini() */
    size_t len, cap;
};

/* All of @t that a screen or a report reads; of more than @spans spans only the
 * newest, and the trace unpacked says so (.complete_from_ns). 0 or -ENOMEM. */
int pack_trace(const struct trace *t, size_t spans, struct pack *out,
               struct err *err);
void pack_fini(struct pack *p); /* {0} is fine */
/* The trace again, .badge BADGE_REPLAY. Bytes may be anything: a truncated or
 * changed pack (it ends with a CRC-32) is refused with -EBADMSG and a sentence,
 * one of a later version with -ENOTSUP. trace_free() it. */
int pack_open(const uint8_t *data, size_t len, struct trace **out,
              struct err *err);

/* CRC-32 (IEEE 802.3), of @len bytes after those with the sum @crc (0 at the
 * beginning). */
uint32_t pack_crc32(uint32_t crc, const void *data, size_t len);

#endif
