/* Run an experiment for a test, without a screen. */
#ifndef TESTS_DRIVE_H
#define TESTS_DRIVE_H

#include "trace/source.h"

/* Start @line (interactive: for live changes). Fails the test if it cannot. */
struct source *drive_open(const char *line, bool interactive);
/* Pump for @ns, or until it is done. */
void drive_for(struct source *s, int64_t ns);
/* Pump until it is done; fails the test after a minute. */
void drive_to_end(struct source *s);
/* Both: open and run to the end. The caller closes it: s->class->close(s). */
struct source *drive_run(const char *line);

#endif
