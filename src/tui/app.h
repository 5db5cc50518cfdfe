/* The state of the screens, and what their parts share. One thread. */
#ifndef TUI_APP_H
#define TUI_APP_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "frame/frame.h"
#include "stats/lanes.h"
#include "tui/keys.h"
#include "tui/prompt.h"
#include "tui/run.h"
#include "tui/screen_lesson.h"
#include "tui/screen_sim.h"
#include "tui/screen_step.h"
#include "tui/sweep_run.h"
#include "tui/terminal.h"
#include "tui/tui.h"
#include "view/curve.h"
#include "view/view.h"

struct app;

/* A screen: what its keys do, what it shows, what it does as time goes by. */
struct screen {
    const struct key_table *keys;
    /* Where they change with what is shown; then instead of .keys. Optional. */
    const struct key_table *(*table)(const struct app *a);
    /* It has just come up and its first frame has been drawn: begin. */
    void (*enter)(struct app *a);
    void (*leave)(struct app *a);
    /* What is the case: enum key_when. */
    unsigned (*now)(const struct app *a);
    void (*act)(struct app *a, enum action action);
    void (*click)(struct app *a, int row); /* optional */
    void (*draw)(struct app *a, struct frame *f, const struct view_common *c);
    /* Somebody wants to go back: true if not yet, having said why. Optional. */
    bool (*stays)(struct app *a);
    /* Do what is due; returns when something is due again (INT64_MAX: only
     * when a key or a descriptor says so). */
    int64_t (*tick)(struct app *a, int64_t now_ns);
};
extern const struct screen screen_launcher, screen_lab, screen_race,
    screen_sweep, screen_step, screen_sim, screen_course, screen_lesson;

enum overlay {
    OVERLAY_NONE,
    OVERLAY_HELP,
    OVERLAY_EDITOR,
    OVERLAY_BLANK,
    OVERLAY_ASK,    /* a line of the sweep's screen */
    OVERLAY_STEP,   /* the microscope's list, text or line: screen_step.h */
    OVERLAY_SIM,    /* a line of the simulator's: screen_sim.h */
    OVERLAY_LESSON, /* a line of a lesson's: screen_lesson.h */
    OVERLAY_COURSE  /* words to search lessons for */
};

struct help_state {
    int selected, scroll;
    bool typing; /* the search */
    char search[48];
};

struct editor_state {
    struct spec spec; /* being changed */
    int selected;     /* among the settings that apply */
    bool typing, failed;
    struct prompt line; /* the value being typed */
    char error[400];
};

struct launcher_state {
    int selected;
    bool probed; /* .observer is known */
    struct trace_observer observer;
    int64_t next_ns; /* time to look again */
};

struct lab_state {
    struct lanes *lanes;
    int64_t column_ns;
    bool zoomed;         /* by hand; else the screen chooses */
    bool follow;         /* the window ends now */
    int64_t end_ns;      /* else here */
    int64_t cursor_ns;   /* 0: none */
    int first, selected; /* workers; selected -1: none */
    bool grouped, group_chosen;
    bool no_compare;
    struct view_room room; /* at the last drawing */
};

struct race_state {
    int64_t next_round_ns;
    uint32_t glow;
};

struct app_kept {
    struct history *history; /* NULL: none, or not yet */
    bool asked;              /* opening it was tried */
    char told[440];          /* what a person has to know of it; "" */
};

enum sweep_asks { SWEEP_ASKS_NOTHING, SWEEP_ASKS_GUESS, SWEEP_ASKS_VALUE };

struct sweep_state {
    struct sweep_run run;
    struct sweep_request request;
    bool asked;   /* .request is to be begun */
    bool refused; /* it could not be begun */
    struct curve_look look;
    bool log_chosen;               /* by hand; else what suits the values */
    char cursor[SWEEP_VALUE_TEXT]; /* the value under it; "": none */
    bool hidden;                   /* the answer, until it is asked for */
    enum sweep_asks asks;
    struct prompt line; /* being typed */
    bool away;          /* a run of it is being looked at */
    const struct screen *below;
};

struct app {
    struct tui_options options;
    struct terminal *terminal;
    struct record *record; /* NULL: the screen is not recorded */
    struct frame frame;
    enum tui_theme theme;
    bool presenter, mouse, ascii;

    const struct screen *screen;
    const struct screen *below; /* where "back" goes; NULL: out */
    enum overlay overlay;
    struct help_state help;
    struct editor_state editor;
    struct prompt prompt;
    char message[512]; /* over the footer, until the next key */
    bool message_bad;

    struct run run;
    struct app_kept kept;
    struct launcher_state launcher;
    struct lab_state lab;
    struct race_state race;
    struct sweep_state sweep;
    struct step_state step;
    struct sim_screen sim;
    struct course_screen course;
    struct lesson_state lesson;

    int signal_fd;
    sigset_t signals_before;
    int empty; /* times the terminal was readable without a key, in a row */

    bool dirty;   /* something to draw */
    bool leaving; /* with .exit_status */
    int exit_status;
};

/* ---- app.c ----------------------------------------------------------------
 */

/* Draw now and show it. */
void app_draw(struct app *a);
/* The keys of the screen that is up, as it is now. */
const struct key_table *app_keys(const struct app *a);
/* Somebody pressed @key. */
void app_key(struct app *a, int key);
/* Do @action of the screen or of every screen. */
void app_act(struct app *a, enum action action);
/* Go to @screen and begin; going back returns to where we were. */
void app_show(struct app *a, const struct screen *screen);
void app_back(struct app *a);
/* Check @spec and run it on the screen that suits it. On failure -errno and
 * @err, and everything stays as it was. */
int app_run(struct app *a, const struct spec *spec, struct err *err);
/* Sweep what @line says (without the word "sweep") on the sweep's screen. */
int app_sweep(struct app *a, const char *line, struct err *err);
/* One line over the footer, until the next key. */
void app_say(struct app *a, bool bad, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- over the screens -----------------------------------------------------
 */

void help_key(struct app *a, int key);
void help_draw(struct app *a, struct frame *f);
/* Open with a copy of @spec. */
void editor_open(struct app *a, const struct spec *spec);
void editor_key(struct app *a, int key);
void editor_draw(struct app *a, struct frame *f);
/* A key while a guess or a value is typed. */
void sweep_ask_key(struct app *a, int key);
/* A key while the ':' line is open. */
void prompt_key(struct app *a, int key);

/* Write the screen as text and the run as JSON into the working directory, and
 * say so, or why not (save.c). */
void save_all(struct app *a);

/* ---- screen_lab.c -----------------------------------------------------------
 */

/* A run is to be looked at from now on, from where it stands. */
void lab_look(struct app *a);

/* ---- keep.c ---------------------------------------------------------------
 */

/* The user's history, opened when first asked for. NULL: nothing is to be kept,
 * or there is none (a person has been told). It belongs to the app. */
struct history *keep_history(struct app *a);
/* The same for reading, also when nothing is to be kept. */
struct history *keep_opened(struct app *a);
/* Keep the run as it is now, unless it has been or was not measured here. */
void keep_run(struct app *a);
/* The run is being left: end it, so that it can be kept whole. 0.2 s at most.
 */
void keep_end(struct source *s, enum verdict verdict);
/* With the terminal given back. */
void keep_close(struct app *a);

/* ---- loop.c ---------------------------------------------------------------
 */

/* From here on signals are read by the loop, also those of the time before it
 * begins. -errno and a sentence. */
int loop_take_signals(struct app *a, struct err *err);
void loop_give_back_signals(struct app *a);
/* Until .leaving. */
void loop_run(struct app *a);

#endif
