/* The simulator's screen: the set of jobs, up to four policies on it, and what
 * its parts share. One thread.
 *
 * Nothing here takes long at one go: a run of millions of decisions is gone
 * through in slices between keys, and the screen says how far it is. */
#ifndef TUI_SCREEN_SIM_H
#define TUI_SCREEN_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/sim.h"
#include "stats/lanes.h"
#include "tui/prompt.h"
#include "tui/tui.h"
#include "view/sim.h"

struct app;
struct sim_screen;

/* ---- screen_sim_play.c: one policy on the set ---------------------------- */

/* A run is shown up to so many decisions. */
#define SIM_PLAY_DECISIONS INT64_C(10000000)
/* Every so many decisions the time is noted, so that the last one before an
 * instant is found without explaining all. */
#define SIM_PLAY_MARK 64

struct sim_mark {
    int64_t decision, at_ns;
};

struct sim_play {
    struct sim_setup setup;
    char words[200]; /* "rr,slice=2ms" */
    const struct sim_jobs *jobs;
    char note[400]; /* why there is nothing, or no more; "" */
    bool bad;       /* that is no good end */
    bool failed;    /* it cannot be run at all */

    /* The whole run, once, for its figures. */
    struct sim *whole; /* NULL: not begun, or over */
    bool known;        /* .totals are */
    struct sim_totals totals;
    int64_t end_ns, decisions;
    struct sim_mark *mark;
    int mark_count, mark_cap;

    /* The picture of a window. */
    struct sim *painter; /* NULL: not begun, or painted */
    bool painted;
    struct view_sim_window window; /* of .cells */
    struct view_sim_cell *cells;

    /* The instant at the cursor. */
    struct sim *at;
    bool there;           /* .now is what was asked for */
    int64_t goal_ns;      /* this instant, or */
    int64_t goal;         /* this decision; -1: the instant */
    int64_t sure;         /* the last decision up to there; -1: not known */
    int64_t explain_from; /* earlier decisions are not worth a sentence */
    struct view_sim_now now;
};

/* Begin anew with @setup on @jobs, which outlive it. What cannot be done is
 * said in .note. */
void sim_play_begin(struct sim_play *p, const struct sim_setup *setup,
                    const struct sim_jobs *jobs);
void sim_play_fini(struct sim_play *p); /* {0} is fine; leaves {0} */
/* Ask for another window; for an instant; for a decision from 0. */
void sim_play_show(struct sim_play *p, const struct view_sim_window *w);
void sim_play_go(struct sim_play *p, int64_t at_ns);
void sim_play_go_decision(struct sim_play *p, int64_t number);
/* Work on what was asked for until it is all done (true) or CLOCK_MONOTONIC is
 * @until_ns. */
bool sim_play_work(struct sim_play *p, int64_t until_ns);
/* What a view shows of it; good until something is asked of @p. */
void sim_play_group(const struct sim_play *p, bool by_cpu,
                    struct view_sim_group *out);

/* ---- screen_sim_see.c ---------------------------------------------------- */

/* What there is where .at stands, into .now; and of the lanes in .window. */
void sim_play_see(struct sim_play *p);
void sim_play_see_lanes(struct sim_play *p);
/* A CPU, and since when its task has been running on it: also before a slice
 * that was followed by another of the same task. */
struct sim_cpu sim_play_cpu(const struct sim *s, int cpu);

/* ---- screen_sim_nice.c --------------------------------------------------- */

/* A column no shorter than @ns of a length that suits people: 1, 1.25, 2, 2.5
 * or 5 times a power of ten. @by: the next shorter (-1) or longer (1) one. */
int64_t simtui_nice_ns(int64_t ns);
int64_t simtui_nice_next(int64_t ns, int by);

/* ---- screen_sim_time.c: the window and the cursor ------------------------ */

/* Bring everything up to what is wanted: the window to the size of the
 * terminal and to the cursor, the policies to both. Works until CLOCK_MONOTONIC
 * is @until_ns at most; false: there is more to do. */
bool simtui_settle(struct app *a, int64_t until_ns);
/* Move the cursor: to an instant, by columns. (By decisions: .steps.) */
void simtui_move_to(struct sim_screen *s, int64_t at_ns);
void simtui_move_columns(struct sim_screen *s, int by);
void simtui_zoom(struct app *a, int by);
/* The latest end of all policies. */
int64_t simtui_end_ns(const struct sim_screen *s);
/* Lanes there are: jobs, or CPUs. */
int simtui_lane_count(const struct sim_screen *s);

/* ---- the screen ---------------------------------------------------------- */

enum sim_over {
    SIM_OVER_NOTHING,
    SIM_OVER_JOB,    /* the chosen job's line */
    SIM_OVER_ADD,    /* a new one's */
    SIM_OVER_SETUP,  /* the chosen policy's */
    SIM_OVER_POLICY, /* one more policy's */
    SIM_OVER_WRITE   /* a file's name */
};

struct sim_screen {
    bool begun, settled;
    int rows, columns; /* of its picture; 0: the terminal's */
    struct sim_jobs jobs;
    struct text text; /* of the jobs, a line each */
    int *line;        /* where each begins in it */
    int lines;        /* 0 with jobs: too many to show as text */
    char title[120];
    bool changed;                /* not as .title has it */
    char line_of[SPEC_TEXT_MAX]; /* the experiment they stand for; "" */
    uint64_t seed;

    struct sim_play play[TUI_SIM_SETUPS];
    int count, chosen;
    int selected; /* job */
    bool lanes_chosen, by_cpu;

    struct view_sim_window window;
    bool whole; /* the window shows all of it */
    int64_t cursor_ns;
    int steps;     /* so many decisions on, or back, are asked for */
    bool stepping; /* the chosen policy goes to a decision, and the cursor will
                      follow */
    bool playing;
    int64_t play_ns; /* time of the next step */

    enum sim_over over;
    struct prompt typed;
    char error[400]; /* of that; "" */
    /* As it was before that line was opened, or before the last change. */
    struct sim_jobs before;
    struct sim_setup before_setup;
    char before_line[SPEC_TEXT_MAX];
    bool before_changed;
    bool can_undo;

    /* The same on this machine. */
    bool measuring, measured;
    struct lanes *lanes;
    struct view_sim_cell *cells;
    struct view_sim_figures figures;
    int64_t measured_end_ns;
    char measured_note[160];
};

/* Open what @line says (jobs and --on POLICY, without the word "sim"; "": the
 * example) on the simulator's screen. */
int app_sim(struct app *a, const char *line, struct err *err);
void sim_over_key(struct app *a, int key);

/* ---- screen_sim_load.c --------------------------------------------------- */

/* Show @jobs, taken over in any case, with the policies that are there. */
int simtui_take_jobs(struct sim_screen *s, struct sim_jobs *jobs,
                     struct err *err);
/* Begin all policies again on the jobs. */
void simtui_begin_all(struct sim_screen *s);
/* One more policy; -E2BIG if there are as many as can be. */
int simtui_add_policy(struct sim_screen *s, const struct sim_setup *setup,
                      struct err *err);
/* The example, with its policies. */
int simtui_example(struct sim_screen *s, struct err *err);
/* "JOBS --on rr,slice=2 --on fifo"; instead of jobs an experiment may stand
 * there. */
int simtui_parse(struct sim_screen *s, const char *line,
                 const struct machine *m, struct err *err);
/* The next random set. */
int simtui_random_set(struct sim_screen *s, struct err *err);
/* The line of job @id, without its newline, into @out. */
void simtui_line(const struct sim_screen *s, int id, struct text *out);
void simtui_fini(struct sim_screen *s);

/* ---- screen_sim_edit.c --------------------------------------------------- */

void simtui_open_over(struct app *a, enum sim_over over);
void simtui_delete_job(struct app *a);
void simtui_undo(struct app *a);

/* ---- screen_sim_real.c --------------------------------------------------- */

/* Run the experiment that the jobs stand for. */
void simtui_measure(struct app *a);
/* It goes on: take in what is new; returns when something is due again. */
int64_t simtui_measure_tick(struct app *a, int64_t now_ns);
/* Its lanes for the present window, if it has been measured. */
void simtui_measure_paint(struct app *a);
void simtui_measure_close(struct app *a);

#endif
