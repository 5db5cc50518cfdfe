/* Small programs in tests: read, explored, and the library of them. In the test
 * process; each fails the running test if it cannot be done. Not together with
 * lib/program.h: a program is something else there. */
#ifndef TESTS_LIB_RACES_H
#define TESTS_LIB_RACES_H

#include "explore/explore.h"
#include "tsl/library.h"

/* The library without what the user has of his own: XDG_DATA_HOME leads into
 * place(). Call once, first; 0, or -1 after a sentence. */
int races_begin(struct library *l);
void races_end(struct library *l);
/* The entry @name of @l. */
const struct library_entry *races_entry(const struct library *l,
                                        const char *name);

/* The text of the file @path; free() it. */
char *races_text(const char *path);
/* The program at @path, or its case @which; program_free() it. */
struct program *races_program(const char *path, const char *which);
/* Explore all of it with one worker; explore_fini() @r. */
void races_explore(const struct program *p, bool tso, enum granularity g,
                   enum explore_depth depth, struct explore_result *r);
/* The failures that are reachable: bits 1 << enum failure. */
unsigned races_failures(const struct explore_result *r);

/* A test of @entry by the name "ENTRY: WHAT", which it keeps. <cmocka.h> must
 * come before. */
#define RACES_LABEL 64
struct CMUnitTest;
void races_test(struct CMUnitTest *out, const struct library_entry *entry,
                const char *what, void (*test)(void **state));

#endif
