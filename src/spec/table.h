/* What the files of spec/ share: the table's rows by name. Inside spec/ only;
 * everybody else finds a setting with spec_setting(). */
#ifndef SPEC_TABLE_H
#define SPEC_TABLE_H

#include "spec/spec.h"

/* Rows of spec_settings[], in its order: bits of spec.given. */
enum setting_id {
    SET_MODEL,
    SET_WORKERS,
    SET_TASKS,
    SET_DURATION,
    SET_LIMIT,
    SET_TASK_MS,
    SET_LENGTHS,
    SET_CPU_SHARE,
    SET_SCALE,
    SET_DISPATCH,
    SET_CHUNK,
    SET_SYNC,
    SET_PHASES,
    SET_CPUS,
    SET_NICE,
    SET_SLICE,
    SET_SCHED,
    SET_PRIORITY,
    SET_GIL,
    SET_GIL_INTERVAL,
    SET_GIL_CHECK,
    SET_OBSERVER,
    SET_SEED,
    SET_TIMEOUT,
    SET_PROCESSES,
    SET_SPAWN,
    SET_POLL,
    SET_YIELD_EVERY,
    SET_RESULTS,
    SET_FAIL_AT,
    SET_SPLIT,
    SET_SHARE,
    SET_MAKE,
    SET_TOUCHED,
    SET_ADDRESS_SPACE,
    SET_STACK,
    SET_MAX_PROCESSES,
    SET_VIA,
    SET_WORKING_SET,
    SET_PRODUCERS,
    SET_CAPACITY,
    SET_SENTINELS,
    SET_BYTES,
    SET_JOIN,
    SET_ORDER,
    SET_HOGS,
    SET_PROTOCOL,
    SET_GUARD,
    SET_HOSTS,
    SET_LATENCY,
    SET_JITTER,
    SET_FAILURES,
    SET_BANDWIDTH,
    SET_BACKLOG,
    SET_PATIENCE,
    SET_RETRIES,
    SET_GROUPS,
    SET_DRIVE,
    SET_DISK_POLICY,
    SET_READ_AHEAD,
    SET_PATTERN,
    SET_CACHE,
    SET_SIZE,
    SET_RESUME,
    SET_OUTPUT,
    SET_SHELL,
    SET_ALONE,
    SET_REVEAL,
    SET_DIR,
    SET_INPUTS,
    SET_PARTS,
    SET_ON,
    SET_COUNT
};

static inline bool table_given(const struct spec *spec, enum setting_id id)
{
    return spec_given(spec, id);
}

/* The field of @s inside @spec, to be read by its type. */
static inline const void *table_field(const struct spec *spec,
                                      const struct setting *s)
{
    return (const char *)spec + s->offset;
}

/* Give @to the value that @from has for @s, with all that belongs to it. */
void table_copy(struct spec *to, const struct spec *from,
                const struct setting *s);

/* Set @s from @value and mark it given; table_settle() is the caller's. On
 * failure -EINVAL, and @spec may be half changed. */
int table_parse(struct spec *spec, const struct setting *s, const char *value,
                struct err *err);

/* Set @s to what its row says when nobody says anything; a word such as "auto"
 * is 0, "" or, for --sentinels, -1. */
void table_fallback(struct spec *spec, const struct setting *s);

/* Work out anew what follows from other settings unless it was given itself:
 * tasks and duration from each other, dispatch from chunk. Workers go back to
 * 0, for spec_check() to find. */
void table_settle(struct spec *spec);

#endif
