/* What single workloads ask of their settings. Any process; spec/check.c calls
 * it. */
#ifndef SPEC_RULES_H
#define SPEC_RULES_H

#include "spec/spec.h"

/* Work out how many workers a workload of fixed parts has, and refuse settings
 * that it cannot do anything with: -EINVAL with a sentence; -EACCES where only
 * this user may not. */
int rules_settle(struct spec *spec, struct err *err);
/* The same for file and migrate, when the number of workers is known. */
int rules_files(struct spec *spec, struct err *err);

/* Ways of dealing tasks and of making workers that exclude each other. */
int rules_deal(const struct spec *spec, struct err *err);
/* When it is known how many workers there are: enough for the processes? */
int rules_crowd(const struct spec *spec, struct err *err);
/* locks, pipe, queue, sync: who is there to wait for whom. Workers are known.
 * rules_wait.c. */
int rules_wait(const struct spec *spec, struct err *err);

#endif
