/* The keys of the lessons and of their map: one table for each kind of page.
 * Screen process. */
#include "tui/key_rows.h"

/* clang-format off */

/* On every page of a lesson. */
#define LEAVING_ROWS \
    ROW_IF(WHEN_SKIP, "s", "skip", \
        "to the explanation, without what is between", \
        {'s', ACTION_SKIP}), \
    ROW_IF(WHEN_LAB, "o", "lab", \
        "open this experiment in the free laboratory; back comes here", \
        {'o', ACTION_LAB}), \
    ROW("q", "leave", "leave the lesson; you go on here next time", \
        {'q', ACTION_BACK}, {TUI_KEY_ESCAPE, ACTION_BACK})

#define GO_ON_ROW(word) \
    ROW("⏎", word, word, {TUI_KEY_ENTER, ACTION_ENTER})

#define BACK_ROW \
    ROW("←", "back", "one step back; what is locked stays", \
        {TUI_KEY_BACKSPACE, ACTION_PREVIOUS}, {TUI_KEY_LEFT, ACTION_PREVIOUS}, \
        {TUI_CTRL('H'), ACTION_PREVIOUS})

/* Where left and right go through time. */
#define BACKSPACE_ROW \
    ROW(NULL, NULL, "one step back; what is locked stays", \
        {TUI_KEY_BACKSPACE, ACTION_PREVIOUS}, \
        {TUI_CTRL('H'), ACTION_PREVIOUS})

static const struct key_row text_rows[] = {
    GO_ON_ROW("go on"),
    BACK_ROW,
    ROW(NULL, NULL, "scroll the text",
        {TUI_KEY_UP, ACTION_UP}, {TUI_KEY_DOWN, ACTION_DOWN},
        {'k', ACTION_UP}, {'j', ACTION_DOWN},
        {TUI_KEY_WHEEL_UP, ACTION_UP}, {TUI_KEY_WHEEL_DOWN, ACTION_DOWN}),
    ROW(NULL, NULL, "a page up, down",
        {TUI_KEY_PAGE_UP, ACTION_PAGE_UP},
        {TUI_KEY_PAGE_DOWN, ACTION_PAGE_DOWN},
        {TUI_CTRL('U'), ACTION_PAGE_UP}, {TUI_CTRL('D'), ACTION_PAGE_DOWN},
        {' ', ACTION_PAGE_DOWN}),
    ROW(NULL, NULL, "the first line, the last",
        {'g', ACTION_FIRST}, {'G', ACTION_LAST},
        {TUI_KEY_HOME, ACTION_FIRST}, {TUI_KEY_END, ACTION_LAST}),
    ROW_IF(WHEN_PICTURE, "Tab", "picture",
        "the picture of the run, and back to the figures",
        {TUI_KEY_TAB, ACTION_PICTURE}),
    ROW_IF(WHEN_RERUN, "r", "again", "run it again, or take it again",
        {'r', ACTION_AGAIN}),
    ROW_IF(WHEN_KEPT, "v", "replay", "the last kept run of it goes by again",
        {'v', ACTION_REPLAY}),
    LEAVING_ROWS,
};
const struct key_table keys_lesson_text = {
    "LESSON", text_rows, COUNT(text_rows), true,
};

#define CHOOSING_ROWS \
    ROW("↑↓", "choose", "choose an answer", \
        {TUI_KEY_UP, ACTION_UP}, {TUI_KEY_DOWN, ACTION_DOWN}, \
        {'k', ACTION_UP}, {'j', ACTION_DOWN}, \
        {TUI_KEY_WHEEL_UP, ACTION_UP}, {TUI_KEY_WHEEL_DOWN, ACTION_DOWN}), \
    ROW(NULL, NULL, "the answer of that letter", \
        {'a', ACTION_STEP_1}, {'b', ACTION_STEP_1 + 1}, \
        {'c', ACTION_STEP_1 + 2}, {'d', ACTION_STEP_1 + 3}, \
        {'e', ACTION_STEP_1 + 4}, {'f', ACTION_STEP_1 + 5}), \
    ROW(NULL, NULL, "the answer of that number", \
        {'1', ACTION_STEP_1}, {'2', ACTION_STEP_1 + 1}, \
        {'3', ACTION_STEP_1 + 2}, {'4', ACTION_STEP_1 + 3}, \
        {'5', ACTION_STEP_1 + 4}, {'6', ACTION_STEP_1 + 5})

static const struct key_row ask_rows[] = {
    GO_ON_ROW("lock"),
    CHOOSING_ROWS,
    BACK_ROW,
    ROW_IF(WHEN_HINT, "h", "hint", "a hint, and then the next one",
        {'h', ACTION_HINT}),
    ROW_IF(WHEN_VOTES, "A-F", "vote", "one more hand for that answer",
        {'A', ACTION_RUN_1}, {'B', ACTION_RUN_1 + 1},
        {'C', ACTION_RUN_1 + 2}, {'D', ACTION_RUN_1 + 3},
        {'E', ACTION_RUN_1 + 4}, {'F', ACTION_RUN_1 + 5}),
    ROW_IF(WHEN_VOTES, "v", "count", "type how many hands there are for each",
        {'v', ACTION_VOTES}),
    ROW_IF(WHEN_PICTURE, "Tab", "picture",
        "the picture of the run, and back to the question",
        {TUI_KEY_TAB, ACTION_PICTURE}),
    LEAVING_ROWS,
};
const struct key_table keys_lesson_ask = {
    "QUESTION", ask_rows, COUNT(ask_rows), true,
};

static const struct key_row order_rows[] = {
    GO_ON_ROW("lock"),
    ROW("↑↓", "choose", "choose a line",
        {TUI_KEY_UP, ACTION_UP}, {TUI_KEY_DOWN, ACTION_DOWN},
        {'k', ACTION_UP}, {'j', ACTION_DOWN},
        {TUI_KEY_WHEEL_UP, ACTION_UP}, {TUI_KEY_WHEEL_DOWN, ACTION_DOWN}),
    ROW("+-", "move", "move the chosen line down, up",
        {'+', ACTION_MORE}, {'-', ACTION_FEWER},
        {'J', ACTION_MORE}, {'K', ACTION_FEWER}),
    BACK_ROW,
    ROW_IF(WHEN_HINT, "h", "hint", "a hint, and then the next one",
        {'h', ACTION_HINT}),
    LEAVING_ROWS,
};
const struct key_table keys_lesson_order = {
    "QUESTION", order_rows, COUNT(order_rows), true,
};

/* A measured run goes on: it can be looked at, not changed. */
static const struct key_row run_rows[] = {
    ROW_IF(WHEN_OVER, "⏎", "go on", "go on",
        {TUI_KEY_ENTER, ACTION_ENTER}),
    ROW("<>", "zoom", "see a longer, a shorter time",
        {'<', ACTION_ZOOM_OUT}, {'>', ACTION_ZOOM_IN},
        {TUI_KEY_WHEEL_DOWN, ACTION_ZOOM_OUT},
        {TUI_KEY_WHEEL_UP, ACTION_ZOOM_IN}),
    ROW("←→", "time", "freeze the picture, and move through time",
        {TUI_KEY_LEFT, ACTION_LEFT}, {TUI_KEY_RIGHT, ACTION_RIGHT}),
    ROW("f", "freeze", "freeze the picture; the workers go on",
        {'f', ACTION_FREEZE}),
    ROW(NULL, NULL, "choose a worker",
        {TUI_KEY_UP, ACTION_UP}, {TUI_KEY_DOWN, ACTION_DOWN}),
    ROW(NULL, NULL, "to the beginning; back to now",
        {TUI_KEY_HOME, ACTION_FIRST}, {TUI_KEY_END, ACTION_LAST}),
    ROW_IF(WHEN_CHANGES, "[ ]", "workers", "fewer, more workers",
        {'[', ACTION_FEWER}, {']', ACTION_MORE}),
    ROW_IF(WHEN_CHANGES, "k", "lock", "the counter's next lock",
        {'k', ACTION_LOCK}, {'K', ACTION_LOCK_BACK}),
    ROW_IF(WHEN_CHANGES, "d", "policy", "the drive's next policy",
        {'d', ACTION_DISK_POLICY}, {'D', ACTION_DISK_POLICY_BACK}),
    ROW_IF(WHEN_PICTURE, "Tab", "figures",
        "the picture of the run, and back to the figures",
        {TUI_KEY_TAB, ACTION_PICTURE}),
    ROW_IF(WHEN_RERUN, "r", "again", "run it again",
        {'r', ACTION_AGAIN}),
    ROW_IF(WHEN_KEPT, "v", "replay", "the last kept run of it goes by again",
        {'v', ACTION_REPLAY}),
    ROW(NULL, NULL, "end the runs here: what was measured will do",
        {'S', ACTION_END_RUN}),
    BACKSPACE_ROW,
    LEAVING_ROWS,
};
const struct key_table keys_lesson_run = {
    "THE RUN", run_rows, COUNT(run_rows), true,
};

static const struct key_row slow_rows[] = {
    GO_ON_ROW("go on"),
    ROW("1-9", "step", "one step of a thread: the number over its column",
        {'1', ACTION_STEP_1}, {'2', ACTION_STEP_1 + 1},
        {'3', ACTION_STEP_1 + 2}, {'4', ACTION_STEP_1 + 3},
        {'5', ACTION_STEP_1 + 4}, {'6', ACTION_STEP_1 + 5},
        {'7', ACTION_STEP_1 + 6}, {'8', ACTION_STEP_1 + 7},
        {'9', ACTION_STEP_1 + 8}),
    ROW("←→", "undo/redo", "undo the last step, redo it",
        {TUI_KEY_LEFT, ACTION_UNDO}, {TUI_KEY_RIGHT, ACTION_REDO},
        {'u', ACTION_UNDO}),
    ROW(NULL, NULL, "to the beginning, to the last step",
        {TUI_KEY_HOME, ACTION_FIRST}, {TUI_KEY_END, ACTION_LAST}),
    ROW("R", "random", "a random run to its end; n: one random step",
        {'R', ACTION_RANDOM_RUN}, {'n', ACTION_RANDOM_STEP}),
    ROW("f", "failure", "a failure in the fewest steps",
        {'f', ACTION_FEWEST_STEPS}),
    ROW(NULL, NULL, "then a number: the oldest store in its buffer goes out",
        {'b', ACTION_FLUSH_WHO}),
    ROW(NULL, NULL, "a step back, on",
        {TUI_KEY_UP, ACTION_UP}, {TUI_KEY_DOWN, ACTION_DOWN}),
    BACKSPACE_ROW,
    LEAVING_ROWS,
};
const struct key_table keys_lesson_slow = {
    "MICROSCOPE", slow_rows, COUNT(slow_rows), true,
};

static const struct key_row sim_rows[] = {
    GO_ON_ROW("go on"),
    ROW("←→", "time", "move through time",
        {TUI_KEY_LEFT, ACTION_LEFT}, {TUI_KEY_RIGHT, ACTION_RIGHT}),
    ROW("<>", "zoom", "see a longer, a shorter time",
        {'<', ACTION_ZOOM_OUT}, {'>', ACTION_ZOOM_IN}),
    ROW("Space", "play", "let time go by", {' ', ACTION_PAUSE}),
    ROW(NULL, NULL, "to the beginning, to the end",
        {TUI_KEY_HOME, ACTION_FIRST}, {TUI_KEY_END, ACTION_LAST}),
    ROW(NULL, NULL, "the next decision, the one before",
        {'n', ACTION_NEXT}, {'N', ACTION_PREVIOUS}),
    ROW(NULL, NULL, "choose a job",
        {TUI_KEY_UP, ACTION_UP}, {TUI_KEY_DOWN, ACTION_DOWN}),
    ROW_IF(WHEN_FAMILY, "Tab", "next", "the next of the block's simulations",
        {TUI_KEY_TAB, ACTION_PICTURE}),
    ROW(NULL, NULL, "one step back in the lesson",
        {TUI_KEY_BACKSPACE, ACTION_UNDO}, {TUI_CTRL('H'), ACTION_UNDO}),
    LEAVING_ROWS,
};
const struct key_table keys_lesson_sim = {
    "SIMULATION", sim_rows, COUNT(sim_rows), true,
};

static const struct key_row again_rows[] = {
    GO_ON_ROW("predict"),
    CHOOSING_ROWS,
    ROW("n", "go on", "go on without",
        {'n', ACTION_NEXT}),
    BACK_ROW,
    ROW(NULL, NULL, "scroll the page",
        {TUI_KEY_PAGE_UP, ACTION_PAGE_UP},
        {TUI_KEY_PAGE_DOWN, ACTION_PAGE_DOWN}),
    LEAVING_ROWS,
};
const struct key_table keys_lesson_again = {
    "PREDICT AGAIN", again_rows, COUNT(again_rows), true,
};

/* ---- the map ---------------------------------------------------------------- */

static const struct key_row course_rows[] = {
    ROW("↑↓", "choose", "choose a lesson",
        {TUI_KEY_UP, ACTION_UP}, {TUI_KEY_DOWN, ACTION_DOWN},
        {'k', ACTION_UP}, {'j', ACTION_DOWN},
        {TUI_KEY_WHEEL_UP, ACTION_UP}, {TUI_KEY_WHEEL_DOWN, ACTION_DOWN}),
    ROW("⏎", "begin", "begin the chosen lesson, or go on with it",
        {TUI_KEY_ENTER, ACTION_ENTER}),
    ROW("n", "next", "choose the lesson that comes next for you",
        {'n', ACTION_NEXT}),
    ROW("/", "search", "show only lessons with these words",
        {'/', ACTION_SEARCH}),
    ROW(NULL, NULL, "the track before, the next track",
        {TUI_KEY_LEFT, ACTION_LEFT}, {TUI_KEY_RIGHT, ACTION_RIGHT}),
    ROW(NULL, NULL, "scroll what is said about the lesson",
        {TUI_KEY_PAGE_UP, ACTION_PAGE_UP},
        {TUI_KEY_PAGE_DOWN, ACTION_PAGE_DOWN}),
    ROW(NULL, NULL, "the first, the last",
        {'g', ACTION_FIRST}, {'G', ACTION_LAST},
        {TUI_KEY_HOME, ACTION_FIRST}, {TUI_KEY_END, ACTION_LAST}),
    ROW("q", "back", "one level back",
        {'q', ACTION_BACK}, {TUI_KEY_ESCAPE, ACTION_BACK}),
};
const struct key_table keys_course = {
    "LESSONS", course_rows, COUNT(course_rows), true,
};
/* clang-format on */
