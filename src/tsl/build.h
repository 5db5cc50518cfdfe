/* Putting programs together: arrays that grow, one entry at a time. For those
 * that read programs (parse.c, json.c); program_finish() completes and checks
 * what they made. One thread a program. */
#ifndef TSL_BUILD_H
#define TSL_BUILD_H

#include "tsl/program.h"

/* Make room for one more after @count entries of @size bytes in *@array, which
 * has only ever grown this way (NULL at first). Returns the new entry, zeroed,
 * or NULL without memory; the caller counts it. */
void *grow_array(void **array, int count, size_t size);
#define grow(array, count, size) grow_array((void **)(array), count, size)

/* Each returns a place, or -E2BIG, -ENOMEM. Names are shorter than TSL_NAME,
 * and were looked up before: the same twice is for the caller to refuse. */

/* @length: 0 for one that is no array. It gets its cells here, all 0 at the
 * start; but a condition gets its in program_finish(). */
int program_add_object(struct program *p, const char *name,
                       enum object_kind kind, int length);
/* The region of that name: there already, or new. */
int program_add_region(struct program *p, const char *name);
int program_add_register(struct tsl_thread *t, const char *name, int start);
/* Everything that it may have is -1 or 0. */
struct op op_blank(enum op_kind kind);
/* NULL without memory. Everything that it may have is -1 or 0. The count is
 * for the caller to bound (TSL_OPS). */
struct op *thread_add_op(struct tsl_thread *t, enum op_kind kind);

/* Which registers are read later (liveness.c). 0 or -ENOMEM. */
int program_liveness(struct program *p);

#endif
