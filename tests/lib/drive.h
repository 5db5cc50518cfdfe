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

/* A metric of the run; fails the test if it was not measured. */
double drive_metric(const struct source *s, enum metric which);
/* Fail the test unless the run ended with @want, or well. */
void drive_verdict(const struct source *s, enum verdict want);
void drive_ok(const struct source *s);

#endif
