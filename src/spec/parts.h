/* The experiments of a mix, from its --parts. Any process. */
#ifndef SPEC_PARTS_H
#define SPEC_PARTS_H

#include "spec/spec.h"

#define PARTS_MAX 4

/* Parse and check the experiments of @mix into @parts: each goes on for the
 * mix's duration. Returns how many (2 to PARTS_MAX), or -EINVAL or -EAGAIN with
 * a sentence. */
int parts_read(const struct spec *mix, const struct machine *m,
               struct spec parts[PARTS_MAX], struct err *err);

#endif
