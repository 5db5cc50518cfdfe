/* Keys, and what they do on each screen: one table a screen, from which the
 * keyboard, the footer and the help all come. Nothing here knows the terminal.
 */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include <stdbool.h>

#include "view/view.h"

/* A key is a code point (control characters as they are) or one of these. */
enum tui_key {
    TUI_KEY_NONE = 0,
    TUI_KEY_TAB = 9,
    TUI_KEY_ENTER = 13,
    TUI_KEY_ESCAPE = 27,
    TUI_KEY_UP = 0x110000, /* beyond Unicode */
    TUI_KEY_DOWN,
    TUI_KEY_LEFT,
    TUI_KEY_RIGHT,
    TUI_KEY_HOME,
    TUI_KEY_END,
    TUI_KEY_PAGE_UP,
    TUI_KEY_PAGE_DOWN,
    TUI_KEY_BACKSPACE,
    TUI_KEY_DELETE,
    TUI_KEY_F1,
    TUI_KEY_F2,
    TUI_KEY_BACKTAB,
    TUI_KEY_WHEEL_UP,
    TUI_KEY_WHEEL_DOWN,
    TUI_KEY_CLICK, /* the terminal tells where */
    TUI_KEY_OTHER  /* a key without a name here */
};
#define TUI_CTRL(letter) ((letter)&0x1f)

enum action {
    ACTION_NONE,
    /* lists, lines of text, and lanes */
    ACTION_UP,
    ACTION_DOWN,
    ACTION_LEFT,
    ACTION_RIGHT,
    ACTION_FIRST,
    ACTION_LAST,
    ACTION_PAGE_UP,
    ACTION_PAGE_DOWN,
    ACTION_ENTER,
    ACTION_BACK,
    ACTION_SEARCH,
    /* every screen */
    ACTION_HELP,
    ACTION_PROMPT,
    ACTION_EXPORT,
    ACTION_PRESENTER,
    ACTION_BLANK,
    ACTION_THEME,
    ACTION_MOUSE,
    ACTION_REDRAW,
    /* a run */
    ACTION_PAUSE,
    ACTION_FREEZE,
    ACTION_FEWER,
    ACTION_MORE,
    ACTION_LOCK,
    ACTION_LOCK_BACK,
    ACTION_DISK_POLICY,
    ACTION_DISK_POLICY_BACK,
    ACTION_MODEL,
    ACTION_ONE_CORE,
    ACTION_AGAIN,
    ACTION_END_RUN,
    ACTION_EDIT,
    ACTION_COMPARE,
    ACTION_GROUP,
    ACTION_ZOOM_IN,
    ACTION_ZOOM_OUT,
    ACTION_NEXT,
    ACTION_PREVIOUS,
    /* a sweep */
    ACTION_SWEEP,
    ACTION_GUESS,
    ACTION_ADD,
    ACTION_LOG_X,
    ACTION_LOG_Y,
    /* the microscope: a step of the first thread, of the second, ...; the same
       for running on */
    ACTION_STEP_1,
    ACTION_STEP_9 = ACTION_STEP_1 + 8,
    ACTION_RUN_1,
    ACTION_RUN_9 = ACTION_RUN_1 + 8,
    ACTION_STEP_CHOSEN,
    ACTION_RUN_WHO,
    ACTION_FLUSH_WHO,
    ACTION_UNDO,
    ACTION_REDO,
    ACTION_PLAY,
    ACTION_RANDOM_STEP,
    ACTION_RANDOM_RUN,
    ACTION_EXPLORE,
    ACTION_EXPLORE_HERE,
    ACTION_FEWEST_STEPS,
    ACTION_FEWEST_SWITCHES,
    ACTION_FOUND,
    ACTION_TSO,
    ACTION_GRANULARITY,
    ACTION_SCHEDULE,
    ACTION_MICRO_STEPS,
    ACTION_EDIT_TEXT,
    ACTION_CHECK,
    ACTION_WRITE,
    ACTION_RELOAD,
    ACTION_LIBRARY,
    /* the simulator */
    ACTION_SETUP,
    ACTION_POLICY_MORE,
    ACTION_POLICY_LESS,
    ACTION_LANES,
    ACTION_RANDOM_SET,
    ACTION_MEASURE,
    /* a lesson */
    ACTION_SKIP,
    ACTION_LAB,
    ACTION_HINT,
    ACTION_VOTES,
    ACTION_PICTURE,
    ACTION_REPLAY,
    /* a line being typed */
    ACTION_COMPLETE,
    ACTION_ERASE,
    ACTION_DELETE,
    ACTION_ERASE_WORD,
    ACTION_ERASE_LINE,
    ACTION_ERASE_REST,
    ACTION_COUNT
};

/* What is the case now: bits. A row is valid if it needs nothing or one of its
 * bits is set. */
enum key_when {
    WHEN_COUNTER = 1, /* the run has a shared counter, so a lock to flip */
    WHEN_FROZEN = 2,
    WHEN_TALL = 4,    /* more than one worker */
    WHEN_DISK = 8,    /* the run has a modelled drive, so a queue of requests */
    WHEN_HIDDEN = 16, /* the sweep's answer has not been asked for */
    WHEN_FAMILY = 32, /* more than one curve */
    WHEN_TSO = 64,    /* there are store buffers */
    WHEN_EXPLORED = 128, /* the schedules were searched */
    WHEN_FOUND = 256,    /* and what was found is shown, to choose from */
    WHEN_LINE = 512,     /* the jobs are an experiment's, to be run for real */
    /* a lesson: */
    WHEN_SKIP = 1 << 10,    /* the explanation may be gone to */
    WHEN_LAB = 1 << 11,     /* there is an experiment to open elsewhere */
    WHEN_HINT = 1 << 12,    /* there is a hint not seen yet */
    WHEN_VOTES = 1 << 13,   /* a class may vote */
    WHEN_PICTURE = 1 << 14, /* there is a picture of the run */
    WHEN_RERUN = 1 << 15,   /* it can be done again */
    WHEN_KEPT = 1 << 16,    /* a kept run may be shown instead */
    WHEN_OVER = 1 << 17,    /* what ran is over */
    WHEN_CHANGES = 1 << 18  /* the run may be changed while it goes on */
};

#define KEYS_A_ROW 9

/* One line of help: keys that belong together. */
struct key_row {
    struct {
        int key;
        enum action action;
    } keys[KEYS_A_ROW]; /* a key of TUI_KEY_NONE ends them */
    const char *label;  /* in the footer, short; NULL with .word NULL */
    const char *word;   /* in the footer; NULL: help only */
    const char *help;   /* always there */
    unsigned needs;     /* enum key_when bits; 0: always valid */
};

struct key_table {
    const char *title; /* of the help */
    const struct key_row *rows;
    int count;
    bool common; /* the keys of every screen are valid, too; but of two rows
                    with a key, only the table's own */
};

extern const struct key_table keys_launcher, keys_lab, keys_race, keys_help,
    keys_editor, keys_prompt, keys_ask, keys_sweep, keys_step, keys_step_list,
    keys_step_edit, keys_sim, keys_lesson_text, keys_lesson_ask,
    keys_lesson_order, keys_lesson_run, keys_lesson_slow, keys_lesson_sim,
    keys_lesson_again, keys_course, keys_common;

/* What @key does; ACTION_NONE if nothing (now). */
enum action keys_find(const struct key_table *t, int key, unsigned now);

/* A key's name as help writes it: "k", "Space", "Ctrl-L", "PgUp". */
const char *keys_name(int key, char buf[16]);

/* The rows that are valid now, as views want them. */
#define KEYS_LIST_MAX 64
struct key_list {
    int count;
    struct view_key view[KEYS_LIST_MAX];
    const struct key_row *row[KEYS_LIST_MAX];
    char names[KEYS_LIST_MAX][64]; /* storage of help's .keys */
};
/* For the footer: rows with a word. @root: the way back leaves the program. */
void keys_footer(struct key_list *out, const struct key_table *t, unsigned now,
                 bool root);
/* For help: every valid row that has @search in its keys or words (no matter
 * the case; "" finds all), under the names of all its keys. */
void keys_help_list(struct key_list *out, const struct key_table *t,
                    unsigned now, const char *search);

#endif
