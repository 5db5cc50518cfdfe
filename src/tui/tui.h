/* The screens. One thread, one poll() loop over terminal, source and timer. */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include <stdbool.h>

#include "base/err.h"
#include "base/machine.h"
#include "lesson/course.h"
#include "sim/jobs.h"
#include "sim/setup.h"
#include "spec/spec.h"
#include "step/stepper.h"
#include "sweep/sweep.h"

enum tui_screen {
    TUI_LAUNCHER,
    TUI_LAB,
    TUI_RACE,
    TUI_SWEEP,
    TUI_STEP,
    TUI_SIM,
    TUI_COURSE,
    TUI_LESSON
};
enum tui_theme {
    THEME_DARK,
    THEME_LIGHT,
    THEME_CONTRAST,
    THEME_MONO,
    THEME_COUNT
};

/* What the microscope begins with. */
struct tui_step {
    struct program *program; /* taken over; NULL: one chosen from the library */
    const char *path;   /* the file that it is from, to read it again; borrowed
                           until tui_run() returns; NULL: none */
    const char *which;  /* the case in that file; likewise */
    struct rules rules; /* .buffer 0: TSL_BUFFER */
    struct schedule schedule; /* done at the beginning; taken over */
    uint64_t seed;            /* of the first random run; 0: 1 */
};

#define TUI_SIM_SETUPS 4
#define TUI_SIM_JOBS 200000 /* more are not shown on a screen */

/* What the simulator's screen begins with. .setup_count 0: an example. */
struct tui_sim {
    struct sim_jobs jobs; /* taken over; at most TUI_SIM_JOBS */
    struct sim_setup setup[TUI_SIM_SETUPS];
    int setup_count;   /* 1 .. TUI_SIM_SETUPS; each checked with .jobs */
    const char *title; /* a file's name, or what the set is; borrowed until
                          tui_run() returns; NULL: the set itself */
    const char *line;  /* the experiment that .jobs stand for, which "m" runs
                          for real; likewise; NULL: none */
    uint64_t seed;     /* of the next random set; 0: 1 */
};

struct tui_options {
    enum tui_screen screen;
    const struct spec *spec; /* for lab and race; NULL: the screen's own */
    const struct machine *machine;
    enum tui_theme theme;
    bool ascii; /* or the locale is not UTF-8 */
    bool presenter;
    bool no_mouse;
    bool no_history;                   /* keep nothing of what runs */
    const struct sweep_request *sweep; /* for the screen of a sweep */
    /* Something kept, to be shown under the badge REPLAY instead of run: a run
     * for lab and race, a sweep. The screens take it over. NULL: none. */
    struct trace *replay;
    struct sweep *kept;
    int64_t kept_id; /* .kept's number in the history; 0: it has none there */
    bool go_on;      /* run what .kept still lacks, not only show it */
    struct tui_step step; /* for the microscope */
    struct tui_sim sim;   /* for the simulator */
    /* For the map and the lessons; borrowed until tui_run() returns. NULL: read
     * when it is needed. */
    struct course *course;
    int lesson;         /* index of the one to begin with, for TUI_LESSON */
    bool no_skip;       /* the explanation comes after the run only */
    const char *record; /* FILE.cast to record the screen into; NULL */
};

/* Take the terminal and run until the user leaves. Returns the exit status; a
 * sentence in @err if the terminal cannot be used (then -errno). Restores the
 * terminal and leaves no process, whatever happens. */
int tui_run(const struct tui_options *o, struct err *err);

#endif
