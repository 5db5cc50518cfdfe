/* What was explored, as JSON: schema "timeslice.explore/1". The names and
 * meanings of the results are those of the answer files of races, so that
 * "timeslice check" (check/races.c) holds a file against this very object. */
#ifndef EXPORT_EXPLORE_JSON_H
#define EXPORT_EXPLORE_JSON_H

#include <jansson.h>

#include "explore/explore.h"

/* An object, a new reference; NULL without memory. What was not computed is
 * absent; null is "endlessly many". A number beyond 63 bits is a text of its
 * digits. Any thread. */
json_t *explore_json(const struct program *p,
                     const struct explore_request *request,
                     const struct explore_result *r);

/* What a result is like. "By failure": an object, a member for each failure
 * that is reachable, "assert" .. "fault". */
enum explore_kind {
    EXPLORE_FINALS,   /* a list of lists of values; their order says nothing */
    EXPLORE_FLAG,     /* true or false */
    EXPLORE_FLAGS,    /* by failure; all of them */
    EXPLORE_WORDS,    /* a text */
    EXPLORE_COUNT,    /* a whole number of any size; null: endless */
    EXPLORE_COUNTS,   /* by failure */
    EXPLORE_SHARE,    /* ["2/3", 0.667], the text null if not known; null */
    EXPLORE_SHARES,   /* by failure */
    EXPLORE_WITNESSES /* by failure: lists of actions, "T0", "flush:T0" */
};
/* What is told about. */
struct explored {
    const struct program *p;
    const struct explore_request *request;
    const struct explore_result *r;
};
/* The results of an answer file, in its order. */
struct explore_field {
    const char *name;
    enum explore_kind kind;
    bool (*known)(const struct explored *e); /* was it computed? NULL: always */
    /* The value, or that of one failure; NULL without memory. */
    json_t *(*value)(const struct explored *e);
    json_t *(*of_failure)(const struct explored *e, const struct failing *f);
};
extern const struct explore_field explore_fields[];
extern const int explore_field_count;

#endif
