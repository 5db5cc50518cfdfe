/* The course as a map: tracks and their lessons, what comes before what, how
 * far one is; and the chosen lesson's question. Pure. */
#ifndef VIEW_COURSE_H
#define VIEW_COURSE_H

#include "lesson/course.h"
#include "view/view.h"

struct view_course {
    struct view_common common;
    const struct course *course;
    const struct progress *progress;
    const int *shown; /* indices of the lessons in the list, in order */
    int shown_count, selected; /* .selected is a place in .shown */
    int scroll;                /* of the text about it */
    const char *search;        /* being searched for; NULL */
    bool searching;            /* it is being typed */
};
void view_course(struct frame *f, const struct view_course *v);

#endif
