/* Views: pure functions from a screen's state to a frame. No terminal, no
 * clock, no measurement: what is drawn is in the arguments.
 *
 * Every view draws at any size down to 1 x 1: 100 x 30 and more in full, 80 x
 * 24 without the secondary panels, 60 x 20 one panel and the hero, below that
 * a sentence with the size it has and the size it needs. */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "frame/frame.h"
#include "stats/lanes.h"
#include "stats/summary.h"
#include "trace/trace.h"
#include "view/state.h"

/* A line of help: made by tui/ from the key tables (view must not know keys
 * that tui does not bind). */
struct view_key {
    const char *keys; /* "k", "[ ]", "Enter" */
    const char *word; /* footer: one or two words; NULL: not in the footer */
    const char *help; /* help: one line */
};

/* What all screens share. */
struct view_common {
    const struct view_key *keys; /* valid now, for the footer */
    int key_count;
    const char *message; /* one line over the footer, or NULL */
    bool message_bad;
    const char *prompt;      /* the ':' line being typed, or NULL */
    int prompt_cursor;       /* column in it */
    const char *prompt_hint; /* what is wrong with it, or completions; NULL */
    bool presenter;          /* for a projector: bigger, fewer words */
    bool frozen;             /* the display stands still, workers go on */
    bool ascii;    /* only to choose words; frame_to_ascii() does it */
    bool embedded; /* as a part of a lesson's screen: no keys, few rows */
};

/* ---- launcher ----------------------------------------------------------- */

struct view_launcher_item {
    const char *title;   /* "Counter race" */
    const char *line;    /* the experiment that it runs */
    const char *explain; /* a sentence or two, shown when it is chosen */
};
struct view_launcher {
    struct view_common common;
    const struct machine *machine;
    const struct trace_observer *observer; /* the rung this machine allows */
    double foreign_share; /* how busy others keep it now, 0..1; <0 unknown */
    const struct view_launcher_item *items;
    int item_count, selected;
    const char *last_run; /* "threads ... 2 min ago", or NULL */
};
void view_launcher(struct frame *f, const struct view_launcher *v);

/* ---- live laboratory ---------------------------------------------------- */

/* Results of the run before, to compare with. */
struct view_compare {
    char line[160]; /* its experiment */
    struct metrics metrics;
};

struct view_lab {
    struct view_common common;
    const struct trace *trace;      /* NULL: starting */
    const struct lanes *lanes;      /* for the worker rows and cores, or NULL */
    int first_worker, lane_workers; /* rows of lanes */
    int selected_worker;            /* -1: none */
    bool grouped;           /* several workers a lane (see lanes' rows) */
    int per_row;            /* grouped: so many */
    bool paused;            /* workers are stopped */
    bool stopping;          /* asked to end */
    int64_t wanted_workers; /* live control; <0 fixed */
    int64_t view_end_ns;    /* the window's end; = now unless scrolled */
    int64_t cursor_ns;      /* frozen: the instant under the cursor; 0 */
    bool follow;            /* the window follows now */
    const struct view_compare *previous; /* NULL: none yet */
};
void view_lab(struct frame *f, const struct view_lab *v);
/* How many lane columns and worker rows the view has room for at this size:
 * the screen asks before it updates lanes. */
struct view_room {
    int columns, workers;
};
struct view_room view_lab_room(int rows, int columns, int cores,
                               const struct view_lab *v);

/* ---- counter race ------------------------------------------------------- */

struct view_race {
    struct view_common common;
    const struct trace *trace; /* NULL: starting */
    bool paused;
    enum spec_sync wanted_sync; /* as chosen; the open phase may lag behind */
    int64_t wanted_workers;
    bool one_core;
    uint32_t glow; /* for the moment after a flip: 0 none */
};
void view_race(struct frame *f, const struct view_race *v);

/* ---- over any screen ---------------------------------------------------- */

/* Help from the key table: the keys that match @search, from line @scroll on
 * (or further, so that the chosen line is in sight). */
struct view_help {
    const char *title;
    const struct view_key *keys;
    int key_count;
    int selected, scroll;
    const char *search;
    const char *const *legend; /* further lines, NULL-terminated, or NULL */
};
void view_help(struct frame *f, const struct view_help *v);

/* Settings of the experiment, as a list to choose and change: one line for each
 * that means something for it, in the table's order. */
struct view_editor {
    const struct spec *spec;
    int selected;       /* see view_editor_setting() */
    const char *typing; /* the value being typed, or NULL */
    const char *error;
};
void view_editor(struct frame *f, const struct view_editor *v);
/* The setting in line @n, NULL beyond the last; and how many lines. */
const struct setting *view_editor_setting(const struct spec *spec, int n);
int view_editor_count(const struct spec *spec);

/* Presenter's blank: nothing but one quiet line. */
void view_blank(struct frame *f);

/* ---- pieces that views share (view/pieces.c) ---------------------------- */

void view_header(struct frame *f, struct box row, const char *title,
                 const char *subject, const struct trace *t, bool paused,
                 const struct view_common *c);
void view_footer(struct frame *f, struct box rows, const struct view_common *c);
/* False when the frame is below @rows x @columns and the sentence was drawn. */
bool view_fits(struct frame *f, int rows, int columns);
/* "observer perf: exact; watching costs 1.0 µs a switch, 3 % now" */
void view_observer_line(struct text *out, const struct trace *t,
                        const struct rates *r);

#endif
