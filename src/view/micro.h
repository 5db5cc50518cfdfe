/* The microscope: a program of a few threads, what each did so far step by
 * step, and what each would do next. Pure functions from what is given to a
 * frame, as view.h says. Any thread. */
#ifndef VIEW_MICRO_H
#define VIEW_MICRO_H

#include "explore/explore.h"
#include "step/stepper.h"
#include "tsl/library.h"
#include "view/view.h"

/* The key that steps a thread: '1' for the first; 0 beyond the ninth. */
int micro_key(int thread);

/* What the search of all schedules came to. */
struct view_found {
    const struct explore_result *result;
    const char *words; /* the verdict, in a sentence or two */
    bool from_here;    /* not from the beginning */
    bool good;         /* what was wanted: shown as such */
    int selected;      /* of view_found_rows(); -1: none */
};
/* Lines of it that can be chosen: the ways to end, the failures, what may loop
 * for ever, data races. */
int view_found_rows(const struct explore_result *r);
/* The first that is not as it should be; 0 if there is none. */
int view_found_failing(const struct explore_result *r);
/* The schedule behind line @row: NULL if it has none. What it is a sample of,
 * in words, into @out ("x=1", "deadlock"). */
const struct schedule *view_found_sample(const struct program *p,
                                         const struct explore_result *r,
                                         int row, struct text *out);

/* Where the threads' columns are, for clicks. */
struct view_micro_spots {
    struct box box; /* 0 rows: they are not shown */
    int first, count,
        width; /* the first thread shown, how many, columns each */
};
/* The thread whose column is there; -1: none. */
int view_micro_thread_at(const struct view_micro_spots *s, int row, int column);

struct view_micro {
    struct view_common common;
    const struct program *program; /* NULL: none chosen yet */
    const struct walk *walk;       /* NULL: it has none */
    const char *name;              /* short; NULL: the program's */
    const char *summary;           /* what it is about; NULL */
    const char *task;              /* of the exercise; NULL: none */
    bool edited;                   /* not as the file has it */
    int chosen;                    /* thread whose micro-steps are shown */
    bool brief;   /* micro-steps under the statement it is at, only */
    int scroll;   /* lines of the program, from where it would stand */
    bool no_head; /* the comments it begins with are told elsewhere */
    bool playing;
    const struct view_found *found; /* NULL: not shown */
    const char *exploring;          /* how far it is; NULL: it does not */
    /* A line that is being typed in the last row. NULL: none. */
    const char *asks, *typing;
    int typing_cursor;
    struct view_micro_spots *spots; /* set by the drawing; NULL: not asked */
};
void view_micro(struct frame *f, const struct view_micro *v);
/* Is there room for the history beside what was found? */
bool view_micro_has_both(int rows, int columns, bool presenter);

/* The library, to choose from, over the whole screen. */
struct view_micro_list {
    struct view_common common;
    const struct library *library; /* NULL: .error says why */
    const int *shown;              /* entries that match the search */
    int count, selected;
    const char *search; /* NULL: none */
    const char *error;
};
void view_micro_list(struct frame *f, const struct view_micro_list *v);

/* The program as text to change, over the whole screen. */
struct view_micro_edit {
    struct view_common common;
    const char *name;
    const char *task; /* NULL: none */
    const char *text;
    int line, column; /* of the cursor, from 0; in letters */
    bool changed;
    int error_line, error_column; /* from 1; 0: no place */
    const char *error;            /* NULL: none */
};
void view_micro_edit(struct frame *f, const struct view_micro_edit *v);
/* Lines of text that fit, for PgUp and PgDn. */
int view_micro_edit_rows(int rows);

#endif
