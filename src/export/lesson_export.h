/* Lessons as data and as pages. No terminal. */
#ifndef EXPORT_LESSON_EXPORT_H
#define EXPORT_LESSON_EXPORT_H

#include "lesson/course.h"
#include "lesson/session.h"

/* What came of one lesson without a learner. */
struct lesson_result {
    const struct course_lesson *lesson;
    const struct session
        *session; /* with its findings; NULL: it did not begin */
    const struct lesson_control *controls;
    int control_count;
    enum lesson_verdict verdict; /* worst of checks and controls */
    char error[400];
    double seconds; /* wall clock */
};
/* {"schema": "timeslice.lessons/1", "machine": {...}, "lessons": [...]}: each
 * with id, title, verdict, seconds, predictions, checks (class, label, verdict,
 * reason, numbers, formula) and controls. */
int lesson_json(const struct lesson_result *results, int count,
                const struct machine *m, struct text *out);
/* {"schema": "timeslice.lesson-list/1", "tracks": [...], "lessons": [...],
 * "next": ID}: those of which the indices are in @shown, in that order. 0 or
 * -ENOMEM. */
int lesson_list_json(const struct course *c, const struct progress *p,
                     const int *shown, int count, struct text *out);

/* The summary page of a learner: which lessons, what was predicted and why,
 * what was measured, how the checks went; as a laboratory report. @name: the
 * learner's, or NULL. Only lessons that were begun; @only: that one. */
int lesson_summary_markdown(const struct course *c, const struct progress *p,
                            const char *only, const char *name,
                            const struct machine *m, struct text *out);
int lesson_summary_html(const struct course *c, const struct progress *p,
                        const char *only, const char *name,
                        const struct machine *m, struct text *out);

#endif
