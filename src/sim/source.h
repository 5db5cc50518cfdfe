/* A simulated machine as a source: an experiment with --on gives its trace as
 * the live laboratory does. Screen process; one thread. */
#ifndef SIM_SOURCE_H
#define SIM_SOURCE_H

#include "base/err.h"
#include "sim/setup.h"
#include "trace/source.h"

/* The machine that .on of @spec names, with what else the experiment says of
 * it. -EINVAL with a sentence. */
int sim_setup_on(struct sim_setup *out, const struct spec *spec,
                 struct err *err);

/* For spec_check_on (spec/spec.h). */
int sim_check_on(const struct spec *spec, struct machine *out, struct err *err);

/* Start @spec (checked, with .on). @paced: virtual time goes by as real time
 * does, for a screen, and stands still while .wanted.paused; else as fast as it
 * can be computed. Other controls do nothing. close() it. -EINVAL with a
 * sentence, -ENOMEM. */
int sim_source_open(struct source **out, const struct spec *spec, bool paced,
                    struct err *err);

#endif
