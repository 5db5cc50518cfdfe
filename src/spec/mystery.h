/* The experiment behind a mystery: drawn by its seed from a table. Any process.
 */
#ifndef SPEC_MYSTERY_H
#define SPEC_MYSTERY_H

#include "spec/spec.h"

/* The experiment that @mystery hides, with the workers, model, duration,
 * processors, observer and limits that @mystery itself says. The same seed
 * gives the same. Check it with spec_check() like any other. */
void mystery_draw(const struct spec *mystery, struct spec *hidden);
/* In a word or two what kind of work it is, for the reveal: "computing",
 * "waiting for a device", ... */
const char *mystery_kind(const struct spec *mystery);

#endif
