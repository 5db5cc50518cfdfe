/* The microscope's screen: what it shows and has open, and what its parts
 * share. One thread. */
#ifndef TUI_SCREEN_STEP_H
#define TUI_SCREEN_STEP_H

#include <limits.h>
#include <stdbool.h>
#include <time.h>

#include "explore/explore.h"
#include "step/stepper.h"
#include "tsl/library.h"
#include "tui/prompt.h"
#include "tui/screen_step_text.h"
#include "view/micro.h"

struct app;
struct frame;
struct view_common;

/* What lies over the microscope. */
enum step_over {
    STEP_OVER_NOTHING,
    STEP_OVER_LIST,     /* the library */
    STEP_OVER_TEXT,     /* the editor */
    STEP_OVER_SCHEDULE, /* a line: a schedule */
    STEP_OVER_WRITE,    /* a line: a file's name */
};

/* A key that waits for a thread's number. */
enum step_wants { STEP_WANTS_NOTHING, STEP_WANTS_RUN, STEP_WANTS_FLUSH };

struct step_list {
    struct library library;
    bool read; /* .library is there, or .error says why not */
    char error[400];
    int *shown; /* entries that match the search */
    int count, selected;
    bool typing; /* the search */
    char search[48];
};

struct step_found {
    bool there; /* what follows is known, for the program as it is */
    bool shown;
    struct explore_request request; /* it came from */
    struct explore_result result;
    struct schedule from; /* the steps before; empty: the beginning */
    char *words;
    bool good;
    int selected;
    int kind; /* of the failure loaded last, by "f" or "p"; -1: none */
};

struct step_state {
    struct program *program; /* NULL: none */
    struct library_entry head;
    struct program *exercise; /* as it was to be repaired; NULL: no exercise */
    char path[PATH_MAX];      /* it was read from; "": from nowhere */
    char which[128];          /* the case in it; "": it is the only one */
    bool edited;              /* not as that file has it */
    bool asked;               /* losing what was edited was asked about */
    bool told;                /* that the file has changed, too */
    char opens[PATH_MAX];     /* to be opened on entering; "": nothing */
    struct timespec changed;  /* the file, when it was read */
    int64_t look_ns;          /* time to look whether it has changed */

    struct rules rules;
    struct stepper machine; /* of .program and .rules; if .walking */
    struct walk walk;
    bool walking;
    int chosen; /* thread */
    bool brief;
    int scroll;
    struct view_micro_spots spots; /* where the threads' columns were drawn */
    uint64_t seed;                 /* of the next random run */
    enum step_wants wants;
    bool playing;
    int64_t play_ns; /* time of the next step */

    struct step_found found;
    char exploring[160]; /* how far it is; "": it does not */

    enum step_over over;
    struct prompt line;
    struct step_list list;
    struct edit edit;
    int64_t typed_ns; /* the last key in the editor */
    bool leaves;      /* leaving the editor was asked about */
    bool fresh;       /* in the editor is a program that is no file's */
    int error_line, error_column;
    char error[400];
};

/* ---- screen_step.c ----------------------------------------------------------
 */

/* Open what @line says (a name of the library or a file; without the word
 * "step") on the microscope's screen. */
int app_step(struct app *a, const char *line, struct err *err);
/* A key while something lies over the microscope, and its keys. */
void step_over_key(struct app *a, int key);
const struct key_table *step_over_keys(const struct app *a);
void step_open_over(struct app *a, enum step_over over);
void step_close_over(struct app *a);
/* What was edited would be lost by doing something with @key: says so once. */
bool step_would_lose(struct app *a, const char *key);

/* ---- screen_step_walk.c ----------------------------------------------------
 */

/* The number of @thread was pressed, after the key for @wants. */
void step_number(struct app *a, int thread, enum step_wants wants);
/* That key was pressed. */
void step_want(struct app *a, enum step_wants wants);
void step_choose_thread(struct step_state *s, int by);
/* So many steps on, or back (negative), as far as there are. */
void step_move(struct step_state *s, int by);
/* Do @s from the beginning, and stand at its end. */
int step_replay(struct app *a, const struct schedule *s, struct err *err);
/* One step by chance, or a whole run to its end. */
void step_random(struct app *a, bool whole);
/* The next granularity, or the other memory; begins afresh. */
void step_change_rules(struct app *a, bool granularity);

/* ---- screen_step_load.c -------------------------------------------------- */

/* Read @path and show it. On failure everything stays as it was. */
int step_open(struct app *a, const char *path, const char *which,
              struct err *err);
/* Show @p, taken over in any case; @edited: it is not what a file has. */
int step_take(struct app *a, struct program *p, bool edited, struct err *err);
/* To the beginning, with .rules as they are now. */
int step_begin(struct app *a, struct err *err);
/* The program came from @path (and @which); NULL: from nowhere. */
void step_found_file(struct app *a, const char *path, const char *which);
/* Read the file again. */
int step_reload(struct app *a, struct err *err);
/* Has the file changed since it was read? */
bool step_file_changed(const struct app *a);
/* Write the program into a new file. */
int step_write(struct app *a, const char *path, struct err *err);
/* What it is called: as in the library, else its file without folders. */
const char *step_name(const struct app *a);
/* What a file for it would be called: "lost-update.tsl". */
void step_default_name(const struct app *a, char *out, size_t size);
/* Let go of everything. */
void step_close(struct app *a);

/* ---- screen_step_explore.c ----------------------------------------------- */

/* Search all schedules: from the beginning, or from here on. */
void step_explore(struct app *a, bool from_here);
/* Load a failure with the fewest steps, or preemptions. */
void step_load_failure(struct app *a, bool calm);
/* Load what the chosen line of what was found is a sample of. */
void step_load_chosen(struct app *a);
void step_forget_found(struct app *a);

/* ---- screen_step_list.c, screen_step_edit.c ------------------------------ */

void step_list_open(struct app *a);
void step_list_key(struct app *a, int key);
void step_list_draw(struct app *a, struct frame *f,
                    const struct view_common *c);
/* With the program, or with a new one. */
void step_edit_open(struct app *a, bool fresh);
void step_edit_key(struct app *a, int key);
void step_edit_draw(struct app *a, struct frame *f,
                    const struct view_common *c);

#endif
