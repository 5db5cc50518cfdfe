/* Small random programs: two or three threads of a few operations each, of
 * every kind, mostly sensible, sometimes not. For tests that compare two ways
 * of understanding a program, and for the fuzzer. Any thread. */
#ifndef TESTS_LIB_RANDOM_PROGRAM_H
#define TESTS_LIB_RANDOM_PROGRAM_H

#include "base/text.h"
#include "tsl/program.h"

/* The program that belongs to @seed, put together from operations. The caller
 * frees it with program_free(). Ends the program if that fails. */
struct program *random_program(uint64_t seed);
/* The one of @seed in the language. */
void random_text(uint64_t seed, struct text *out);
/* All that is in @p, for people to read: one line an operation. */
void random_tell(const struct program *p, struct text *out);

#endif
