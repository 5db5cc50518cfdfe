/* A real run beside what is possible, as JSON and as text. Pure; any thread. */
#ifndef EXPORT_REAL_JSON_H
#define EXPORT_REAL_JSON_H

#include <jansson.h>

#include "base/text.h"
#include "real/against.h"

/* What there is to tell. */
struct real_told {
    const struct program *p;
    const struct real_request *request;
    const struct real_result *seen;
    const struct explore_result *possible; /* under real_rules() */
    const struct real_against *against;
};

/* An object, a new reference; NULL without memory. */
json_t *real_run_json(const struct real_told *t);
/* The answer first, then both outcome tables in one, failures, and how it was
 * done. @columns: of the text; 0: 80. -ENOMEM, or 0. */
int export_real_run(const struct real_told *t, int columns, struct text *out);

#endif
