/* A lesson on a screen: a page for each step, with the run's own view put into
 * it. Pure, like every view. */
#ifndef VIEW_LESSON_H
#define VIEW_LESSON_H

#include "lesson/session.h"
#include "view/view.h"

/* How far an "again" line has come. */
enum view_again { AGAIN_CHOOSE, AGAIN_PREDICTED, AGAIN_RUNS, AGAIN_MEASURED };

struct view_lesson {
    struct view_common common;
    const struct session *session; /* NULL: it could not begin, .error says why
                                    */
    const char *title;             /* without a session */
    int number, lessons; /* its place in the course, and how many there are;
                            0: it is not of the course */
    int scroll;          /* the first line of the text that is shown */
    int chosen;          /* choice under the cursor; of an order: the item; of
                            "again": the line */
    int order[LESSON_CHOICES]; /* ASKS_ORDER: as the learner has it now */
    const char *asks;          /* what is being typed: "because"; NULL */
    const char *typed;         /* a number or reason being typed; NULL */
    int typed_cursor;
    int hints;   /* of the question, shown */
    bool voting; /* a class: votes are being counted */
    int votes[LESSON_CHOICES];
    bool told;                 /* presenter: right answers may be shown */
    const struct frame *guest; /* RUN, FROZEN, AGAIN: the run's own view; NULL:
                                  nothing runs (yet) */
    bool picture;              /* nothing but the guest */
    bool can_look;             /* there is a picture to look at */
    bool running;              /* RUN: it has not ended yet */
    bool other_sweep;          /* session->sweep is another block's */
    bool computed;             /* it is a model: badge MODEL */
    const char *name;          /* of the line that is running; NULL: only one */
    const char *line;          /* that is running, as a person would type it */
    int done, planned;         /* runs */
    int64_t left_ns;           /* -1: not known */
    int64_t elapsed_ns;        /* since the block began */
    bool replay;               /* a kept run goes by */
    const char *error;         /* the run could not begin; NULL */
    enum view_again again;
    double again_said, again_measured; /* NAN: not there */
    const char *next;                  /* title of what comes next; NULL */
};
void view_lesson(struct frame *f, const struct view_lesson *v);
/* Where the guest goes on a screen of that size; 0 rows: nowhere. The screen
 * draws the guest's frame of at least that size first; what is too large is cut
 * off at the bottom. */
struct box view_lesson_room(int rows, int columns, const struct view_lesson *v);
/* How far the text of this step can be scrolled at that size. */
int view_lesson_scroll_max(int rows, int columns, const struct view_lesson *v);

/* Votes as bars, a choice a line (lesson_votes.c); returns the rows used. */
int view_lesson_votes(struct frame *f, struct box b,
                      const struct lesson_block *question, const int *votes,
                      int chosen, bool reveal, int right);

#endif
