/* The parts of a learner's summary. Inside export/ only. */
#ifndef EXPORT_LESSON_SUMMARY_H
#define EXPORT_LESSON_SUMMARY_H

#include "export/paper.h"
#include "lesson/course.h"
#include "lesson/judge.h"
#include "lesson/tally.h"

struct summary {
    const struct course *course;
    const struct progress *progress;
    const char *only; /* id of the one lesson that is wanted; NULL: all */
    const struct machine *machine; /* that writes it */
};

void summary_day(int64_t at_s, struct text *out); /* "22 November 2026" */
const char *summary_title(const struct course_lesson *l);
/* The report of one lesson (lesson_summary_one.c). 1, or 0: it was not begun,
 * and nothing is written. */
int summary_lesson(struct paper *p, const struct summary *s, int index);

#endif
