/* The lesson on a screen: the session, the page that is up, what is being
 * typed, what runs, and what its parts share. One thread. */
#ifndef TUI_SCREEN_LESSON_H
#define TUI_SCREEN_LESSON_H

#include <stdbool.h>
#include <stdint.h>

#include "frame/frame.h"
#include "keep/pack.h"
#include "lesson/course.h"
#include "lesson/session.h"
#include "observe/noise.h"
#include "tui/keys.h"
#include "tui/prompt.h"
#include "view/curve.h"
#include "view/lesson.h"

struct app;
struct frame;
struct screen;
struct view_common;

/* What is being typed. */
enum lesson_typing {
    LESSON_TYPES_NOTHING,
    LESSON_TYPES_NUMBER,  /* the answer */
    LESSON_TYPES_BECAUSE, /* why */
    LESSON_TYPES_VOTES,   /* how many voted for .voted */
    LESSON_TYPES_AGAIN    /* the number of an again line */
};

/* Whose picture stands in the page. */
enum lesson_guest {
    GUEST_NONE,
    GUEST_LAB,
    GUEST_RACE,
    GUEST_CURVE,
    GUEST_STEP,
    GUEST_SIM
};

/* All lessons, and how far one is: of the map and the lessons. */
struct course_screen {
    struct course *course; /* NULL: not read yet; the options' or .own */
    struct course own;
    struct progress progress;
    bool told; /* that the log cannot be written */

    int *shown; /* lessons that match the search, by index */
    int shown_count, selected, scroll;
    bool typing;
    char search[48];
    const struct screen *below;
};

struct lesson_state {
    int index; /* in the course; the lesson that is up, or to be opened */
    bool open; /* .session is of it */
    struct session session;
    char error[400]; /* why it could not be opened */

    /* The page. */
    int scroll, chosen;
    int order[LESSON_CHOICES];
    int hints;
    bool picture; /* the guest alone */
    bool told;    /* presenter: what is right may be seen */
    enum lesson_typing typing;
    struct prompt line;
    struct lesson_answer answer; /* being given */
    bool voting;
    int votes[LESSON_CHOICES];
    int voted; /* choice whose votes are typed */

    /* What runs. */
    bool running; /* a block's runs go on */
    struct lesson_order order_now;
    bool ordered; /* it is in flight, as the app's run */
    struct noise noise;
    int64_t began_ns, began_wall_ns;
    int64_t block_began_ns, spent_ns; /* the block; its finished runs */
    int64_t hold_ns;                  /* until then the last picture stands */
    char run_error[400];
    int sweep_block;   /* whose the session's sweep is; -1 */
    int picture_block; /* whose picture the guest is; -1 */
    bool from_history; /* kept runs go by, nothing is measured */
    struct pack pack;  /* the picture, while the laboratory is open */
    int packed_block;
    enum lesson_guest packed_guest;

    enum lesson_guest guest;
    struct frame frame; /* the guest's */
    struct curve_look look;
    int sim_line; /* of a sim block */

    enum view_again again;
    double said, measured;

    bool away; /* the experiment is open on a screen of its own */
    const struct screen *below;
};

/* ---- screen_course.c --------------------------------------------------------
 */

/* The course and the progress, read when first asked for; NULL and a sentence.
 */
struct course *course_of(struct app *a, struct err *err);
/* What was learned meanwhile. */
void course_look(struct app *a);
void course_close(struct app *a);
/* A key while words to search for are typed. */
void course_search_key(struct app *a, int key);

/* ---- screen_lesson.c --------------------------------------------------------
 */

/* Open lesson @index of the course. */
void app_lesson(struct app *a, int index);
/* A key while a line of it is typed. */
void lesson_over_key(struct app *a, int key);

/* ---- screen_lesson_step.c ---------------------------------------------------
 */

int lesson_open(struct app *a, int index, struct err *err);
void lesson_close(struct app *a);
const struct course_lesson *lesson_entry(const struct app *a);
/* On, if that may be; back; to the explanation; the whole lesson anew. */
void lesson_go_on(struct app *a);
void lesson_go_back(struct app *a);
void lesson_skip(struct app *a);
void lesson_anew(struct app *a);
/* Something was to be noted: says once if it could not. */
void lesson_noted(struct app *a, int rc, const struct err *err);
/* The teacher's notes for the second terminal, as they are now. */
void lesson_publish(struct app *a);
/* What comes after this lesson: index; -1. */
int lesson_next_one(const struct app *a);
/* The run, sweep, slow or sim block at or before the present step; -1. */
int lesson_experiment(const struct app *a);

/* ---- screen_lesson_ask.c ----------------------------------------------------
 */

/* The page asks something that is still open. */
bool lesson_asks(const struct app *a);
void lesson_ask_begin(struct app *a);
/* Choosing, moving, locking, hints; false: not one of its actions. */
bool lesson_ask_act(struct app *a, enum action action);
void lesson_type(struct app *a, enum lesson_typing what);
void lesson_type_end(struct app *a);
const char *lesson_typing_words(const struct app *a, char *buf, size_t size);

/* ---- screen_lesson_run.c ----------------------------------------------------
 */

/* Run the block of the present step (again); line @line of an again block. */
void lesson_run_begin(struct app *a);
void lesson_run_again_line(struct app *a, int line);
/* End the run in flight: it will be asked for again. */
void lesson_run_drop(struct app *a);
/* What is measured will do. */
void lesson_run_stop(struct app *a);
int64_t lesson_run_tick(struct app *a, int64_t now_ns);
/* What is left at the pace so far; -1: not known. */
int64_t lesson_run_left_ns(const struct app *a);

/* ---- screen_lesson_guest.c --------------------------------------------------
 */

/* What suits @block; sets it up. */
void lesson_guest_open(struct app *a, int block);
void lesson_guest_close(struct app *a);
/* Draw it in a frame for @room; NULL: there is nothing to see. */
const struct frame *lesson_guest_draw(struct app *a, struct box room,
                                      const struct view_common *c);
/* A key for the guest; false: none of its actions. */
bool lesson_guest_act(struct app *a, enum action action);
int64_t lesson_guest_tick(struct app *a, int64_t now_ns);
/* The present experiment on a screen of its own. */
void lesson_open_lab(struct app *a);

/* ---- screen_lesson_again.c --------------------------------------------------
 */

bool lesson_again_act(struct app *a, enum action action);
void lesson_again_line(struct app *a); /* the number was typed */
void lesson_again_over(struct app *a); /* its run is over */

/* ---- screen_lesson_replay.c -------------------------------------------------
 */

/* The last good runs of the present experiment that the history has go by, and
 * their figures count; badge REPLAY. */
void lesson_replay(struct app *a);
/* The @nth newest (from 0; the newest if there are fewer) kept run of what
 * @spec, not checked, says; trace_free() it. -ENOENT with a sentence. */
int lesson_kept(struct app *a, const struct spec *spec, int nth,
                struct trace **out, struct err *err);
/* The finished run's picture is laid aside, got back, forgotten. */
void lesson_picture_keep(struct app *a);
void lesson_picture_back(struct app *a);
void lesson_picture_forget(struct app *a);

/* ---- screen_lesson_save.c ---------------------------------------------------
 */

/* The summary page of @only (NULL: all lessons) as Markdown and HTML, here.
 * @said: what was written. */
int lesson_save(struct app *a, const char *only, const char *stem,
                char said[200], struct err *err);

#endif
