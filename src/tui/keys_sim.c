/* The keys of the simulator. Screen process. */
#include "tui/key_rows.h"

/* clang-format off */

static const struct key_row sim_rows[] = {
    ROW("←→", "time", "back, on through time by a column; [ ] by ten",
        {TUI_KEY_LEFT, ACTION_LEFT}, {TUI_KEY_RIGHT, ACTION_RIGHT},
        {'h', ACTION_LEFT}, {'l', ACTION_RIGHT},
        {'[', ACTION_FEWER}, {']', ACTION_MORE}),
    ROW("n N", "decision", "to the chosen policy's next decision, to the one "
        "before",
        {'n', ACTION_NEXT}, {'N', ACTION_PREVIOUS}),
    ROW("Space", "play", "let time go by, by itself",
        {' ', ACTION_PLAY}),
    ROW("↑↓", "job", "choose a job",
        {TUI_KEY_UP, ACTION_UP}, {TUI_KEY_DOWN, ACTION_DOWN},
        {'k', ACTION_UP}, {'j', ACTION_DOWN},
        {TUI_KEY_WHEEL_UP, ACTION_UP}, {TUI_KEY_WHEEL_DOWN, ACTION_DOWN}),
    ROW("e", "edit", "change the chosen job's line: the picture follows",
        {'e', ACTION_EDIT}, {TUI_KEY_ENTER, ACTION_EDIT}),
    ROW("a", "add", "another job, arriving at the cursor",
        {'a', ACTION_ADD}),
    ROW("s", "setup", "change the chosen policy, its slice, CPUs, ...",
        {'s', ACTION_SETUP}),
    ROW_IF(WHEN_LINE, "m", "measure", "run the experiment for real, and put "
        "it beside the models",
        {'m', ACTION_MEASURE}),
    ROW("Tab", "policy", "choose a policy: its queues are shown",
        {TUI_KEY_TAB, ACTION_GROUP}, {TUI_KEY_BACKTAB, ACTION_COMPARE}),
    ROW("<>", "zoom", "see a longer, a shorter time",
        {'<', ACTION_ZOOM_OUT}, {'>', ACTION_ZOOM_IN}),
    ROW("r", "random", "a random set of jobs, by the next seed",
        {'r', ACTION_RANDOM_SET}),
    ROW("c", "lanes", "a lane a job, or a lane a CPU",
        {'c', ACTION_LANES}),
    ROW("+ -", "policies", "one more policy beside these; take the chosen one "
        "away",
        {'+', ACTION_POLICY_MORE}, {'-', ACTION_POLICY_LESS},
        {'=', ACTION_POLICY_MORE}),
    ROW("d", "delete", "delete the chosen job; u takes the last change back",
        {'d', ACTION_DELETE}, {TUI_KEY_DELETE, ACTION_DELETE},
        {'u', ACTION_UNDO}),
    ROW(NULL, NULL, "to the beginning, to the end of time",
        {TUI_KEY_HOME, ACTION_FIRST}, {TUI_KEY_END, ACTION_LAST},
        {'g', ACTION_FIRST}, {'G', ACTION_LAST}),
    ROW(NULL, NULL, "a page of lanes up, down",
        {TUI_KEY_PAGE_UP, ACTION_PAGE_UP},
        {TUI_KEY_PAGE_DOWN, ACTION_PAGE_DOWN},
        {TUI_CTRL('U'), ACTION_PAGE_UP}, {TUI_CTRL('D'), ACTION_PAGE_DOWN}),
    ROW(NULL, NULL, "choose a policy by its number",
        {'1', ACTION_STEP_1}, {'2', ACTION_STEP_1 + 1},
        {'3', ACTION_STEP_1 + 2}, {'4', ACTION_STEP_1 + 3}),
    ROW(NULL, NULL, "write the jobs to a file",
        {'w', ACTION_WRITE}),
    ROW("q", "back", "one level back",
        {'q', ACTION_BACK}, {TUI_KEY_ESCAPE, ACTION_BACK}),
};
const struct key_table keys_sim = {
    "SIMULATOR", sim_rows, COUNT(sim_rows), true,
};
/* clang-format on */
