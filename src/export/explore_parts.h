/* Between the files of the report on a search. */
#ifndef EXPORT_EXPLORE_PARTS_H
#define EXPORT_EXPLORE_PARTS_H

#include "explore/explore.h"

#define LABEL 2   /* where what stands under a heading begins */
#define INDENT 13 /* of what follows a label */

/* Everything that the parts need. */
struct report {
    const struct program *p;
    const struct explore_request *request;
    const struct explore_result *r;
    int columns;
    struct text *out;
};

/* @s, wrapped, at @indent. */
void explore_paragraph(struct report *x, int indent, const char *s);
/* "  label       words", wrapped. */
void explore_entry(struct report *x, const char *label, int indent,
                   const char *words);
/* @s after what it goes on from: a schedule from the very start, which is what
 * a person can type again. schedule_fini() it. */
struct schedule explore_whole(const struct report *x, const struct schedule *s);
/* That as text; of a very long one its beginning. */
void explore_schedule(const struct report *x, const struct schedule *s,
                      struct text *out);
/* The same of @s alone. */
void explore_short(const struct schedule *s, struct text *out);
/* "2/3 (66.7 %)", "50.0 %". */
void explore_probability(const struct share *s, struct text *out);

/* The parts that are files of their own. */
void explore_outcomes(struct report *x);
void explore_failures(struct report *x);

#endif
