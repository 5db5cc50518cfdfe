/* The key tables of all screens. Screen process. */
#include "tui/key_rows.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */

/* ---- every screen -------------------------------------------------------- */

static const struct key_row common_rows[] = {
    ROW(":", "any", "type any experiment and run it",
        {':', ACTION_PROMPT}),
    ROW("x", "export", "save this screen as text, and the run as JSON, here",
        {'x', ACTION_EXPORT}),
    ROW("p", "presenter", "presenter: bigger and fewer words, for a projector",
        {'p', ACTION_PRESENTER}),
    ROW(NULL, NULL, "blank the screen; any key brings it back",
        {'.', ACTION_BLANK}),
    ROW("t", "theme", "next theme: dark, light, high contrast, no colour",
        {'t', ACTION_THEME}),
    ROW(NULL, NULL, "mouse on or off (off: the terminal selects text)",
        {'M', ACTION_MOUSE}),
    ROW(NULL, NULL, "draw everything afresh",
        {TUI_CTRL('L'), ACTION_REDRAW}),
    ROW("?", "help", "this help",
        {'?', ACTION_HELP}, {TUI_KEY_F1, ACTION_HELP}),
};
const struct key_table keys_common = {
    "Every screen", common_rows, COUNT(common_rows), false,
};

/* ---- launcher ------------------------------------------------------------ */

static const struct key_row launcher_rows[] = {
    ROW("↑↓", "choose", "choose what to run",
        {TUI_KEY_UP, ACTION_UP}, {TUI_KEY_DOWN, ACTION_DOWN},
        {'k', ACTION_UP}, {'j', ACTION_DOWN},
        {TUI_KEY_WHEEL_UP, ACTION_UP}, {TUI_KEY_WHEEL_DOWN, ACTION_DOWN}),
    ROW("⏎", "start", "start it",
        {TUI_KEY_ENTER, ACTION_ENTER}),
    ROW("e", "settings", "change its settings first",
        {'e', ACTION_EDIT}),
    ROW(NULL, NULL, "the first, the last",
        {'g', ACTION_FIRST}, {'G', ACTION_LAST},
        {TUI_KEY_HOME, ACTION_FIRST}, {TUI_KEY_END, ACTION_LAST}),
    ROW("q", "quit", "leave timeslice",
        {'q', ACTION_BACK}),
};
const struct key_table keys_launcher = {
    "TIMESLICE", launcher_rows, COUNT(launcher_rows), true,
};

/* ---- live laboratory ------------------------------------------------------ */

static const struct key_row lab_rows[] = {
    ROW("Space", "stop/go", "stop the workers where they are, let them go on",
        {' ', ACTION_PAUSE}),
    ROW("f", "freeze", "freeze the picture to look around; the workers go on",
        {'f', ACTION_FREEZE}),
    ROW("[ ]", "workers", "fewer, more workers",
        {'[', ACTION_FEWER}, {']', ACTION_MORE},
        {'-', ACTION_FEWER}, {'+', ACTION_MORE}),
    ROW("m", "model", "run it again with the next model",
        {'m', ACTION_MODEL}),
    ROW_IF(WHEN_COUNTER, "k", "lock", "the counter's next lock, the one before",
        {'k', ACTION_LOCK}, {'K', ACTION_LOCK_BACK}),
    ROW_IF(WHEN_DISK, "d", "policy", "the drive's next policy, the one before",
        {'d', ACTION_DISK_POLICY}, {'D', ACTION_DISK_POLICY_BACK}),
    ROW("<>", "zoom", "see a longer, a shorter time",
        {'<', ACTION_ZOOM_OUT}, {'>', ACTION_ZOOM_IN},
        {TUI_KEY_WHEEL_DOWN, ACTION_ZOOM_OUT},
        {TUI_KEY_WHEEL_UP, ACTION_ZOOM_IN}),
    ROW("←→", "time", "freeze, and move through time",
        {TUI_KEY_LEFT, ACTION_LEFT}, {TUI_KEY_RIGHT, ACTION_RIGHT},
        {'h', ACTION_LEFT}, {'l', ACTION_RIGHT}),
    ROW("n N", "switch", "freeze, and jump to the next, the previous switch",
        {'n', ACTION_NEXT}, {'N', ACTION_PREVIOUS}),
    ROW(NULL, NULL, "to the beginning; back to now",
        {TUI_KEY_HOME, ACTION_FIRST}, {TUI_KEY_END, ACTION_LAST}),
    ROW_IF(WHEN_TALL, "↑↓", "worker", "choose a worker: n and N follow it",
        {TUI_KEY_UP, ACTION_UP}, {TUI_KEY_DOWN, ACTION_DOWN}),
    ROW_IF(WHEN_TALL, NULL, NULL, "scroll through the workers",
        {TUI_KEY_PAGE_UP, ACTION_PAGE_UP},
        {TUI_KEY_PAGE_DOWN, ACTION_PAGE_DOWN},
        {TUI_CTRL('U'), ACTION_PAGE_UP}, {TUI_CTRL('D'), ACTION_PAGE_DOWN}),
    ROW_IF(WHEN_TALL, "G", "group", "several workers on one line, or one each",
        {'G', ACTION_GROUP}),
    ROW("c", "compare", "show or hide the run before this one",
        {'c', ACTION_COMPARE}),
    ROW("r", "again", "run it again from the start",
        {'r', ACTION_AGAIN}),
    ROW("e", "settings", "change any setting, and run with it",
        {'e', ACTION_EDIT}),
    ROW("s", "sweep", "sweep it over the number of workers: the sweet spot",
        {'s', ACTION_SWEEP}),
    ROW(NULL, NULL, "all workers on one core, or wherever they may",
        {'1', ACTION_ONE_CORE}),
    ROW(NULL, NULL, "end the run here, and keep its picture",
        {'S', ACTION_END_RUN}),
    ROW("q", "back", "one level back; this ends the run",
        {'q', ACTION_BACK}, {TUI_KEY_ESCAPE, ACTION_BACK}),
};
const struct key_table keys_lab = {
    "LIVE LAB", lab_rows, COUNT(lab_rows), true,
};

/* ---- counter race --------------------------------------------------------- */

static const struct key_row race_rows[] = {
    ROW("k", "lock", "the next lock, the one before, while it runs",
        {'k', ACTION_LOCK}, {'K', ACTION_LOCK_BACK}),
    ROW("Space", "stop/go", "stop the workers where they are, let them go on",
        {' ', ACTION_PAUSE}),
    ROW("[ ]", "workers", "fewer, more workers",
        {'[', ACTION_FEWER}, {']', ACTION_MORE},
        {'-', ACTION_FEWER}, {'+', ACTION_MORE}),
    ROW("1", "one core", "all workers on one core, or wherever they may",
        {'1', ACTION_ONE_CORE}),
    ROW("f", "freeze", "freeze the picture; the workers go on",
        {'f', ACTION_FREEZE}),
    ROW("m", "model", "run it again with the next model",
        {'m', ACTION_MODEL}),
    ROW("r", "again", "run it again from the start",
        {'r', ACTION_AGAIN}),
    ROW("e", "settings", "change any setting, and run with it",
        {'e', ACTION_EDIT}),
    ROW(NULL, NULL, "end the run here, and keep its picture",
        {'S', ACTION_END_RUN}),
    ROW("q", "back", "one level back; this ends the run",
        {'q', ACTION_BACK}, {TUI_KEY_ESCAPE, ACTION_BACK}),
};
const struct key_table keys_race = {
    "COUNTER RACE", race_rows, COUNT(race_rows), true,
};

/* ---- sweep ------------------------------------------------------------------ */

static const struct key_row sweep_rows[] = {
    ROW_IF(WHEN_HIDDEN, "g", "guess",
        "write down your guess, before the answer is shown",
        {'g', ACTION_GUESS}),
    ROW("⏎", "show/open", "show the answer; then: the run under the cursor",
        {TUI_KEY_ENTER, ACTION_ENTER}),
    ROW("←→", "point", "from point to point",
        {TUI_KEY_LEFT, ACTION_LEFT}, {TUI_KEY_RIGHT, ACTION_RIGHT},
        {'h', ACTION_LEFT}),
    ROW(NULL, NULL, "the first point, the last",
        {TUI_KEY_HOME, ACTION_FIRST}, {TUI_KEY_END, ACTION_LAST}),
    ROW_IF(WHEN_FAMILY, "n", "curve", "the next curve, the one before",
        {'n', ACTION_NEXT}, {'N', ACTION_PREVIOUS},
        {TUI_KEY_DOWN, ACTION_DOWN}, {TUI_KEY_UP, ACTION_UP}),
    ROW("Space", "pause", "pause when the run has ended, and go on",
        {' ', ACTION_PAUSE}),
    ROW("l", "log", "logarithmic x or not; L: y",
        {'l', ACTION_LOG_X}, {'L', ACTION_LOG_Y}),
    ROW("+", "add", "add a value to the axis, and run it",
        {'+', ACTION_ADD}, {'a', ACTION_ADD}),
    ROW("r", "again", "all of it again from the start",
        {'r', ACTION_AGAIN}),
    ROW("q", "back", "one level back; what was measured is kept",
        {'q', ACTION_BACK}, {TUI_KEY_ESCAPE, ACTION_BACK}),
};
const struct key_table keys_sweep = {
    "SWEET SPOT", sweep_rows, COUNT(sweep_rows), true,
};

/* ---- over a screen --------------------------------------------------------- */

static const struct key_row help_rows[] = {
    ROW("↑↓", "choose", "choose a line",
        {TUI_KEY_UP, ACTION_UP}, {TUI_KEY_DOWN, ACTION_DOWN},
        {'k', ACTION_UP}, {'j', ACTION_DOWN},
        {TUI_KEY_WHEEL_UP, ACTION_UP}, {TUI_KEY_WHEEL_DOWN, ACTION_DOWN}),
    ROW("⏎", "do it", "do what the chosen line says",
        {TUI_KEY_ENTER, ACTION_ENTER}),
    ROW("/", "search", "show only the lines with these letters",
        {'/', ACTION_SEARCH}),
    ROW(NULL, NULL, "half a page up, down",
        {TUI_KEY_PAGE_UP, ACTION_PAGE_UP},
        {TUI_KEY_PAGE_DOWN, ACTION_PAGE_DOWN},
        {TUI_CTRL('U'), ACTION_PAGE_UP}, {TUI_CTRL('D'), ACTION_PAGE_DOWN}),
    ROW(NULL, NULL, "the first, the last",
        {'g', ACTION_FIRST}, {'G', ACTION_LAST},
        {TUI_KEY_HOME, ACTION_FIRST}, {TUI_KEY_END, ACTION_LAST}),
    ROW("q", "back", "close the help",
        {'q', ACTION_BACK}, {TUI_KEY_ESCAPE, ACTION_BACK}, {'?', ACTION_BACK},
        {TUI_KEY_F1, ACTION_BACK}),
};
const struct key_table keys_help = {
    "HELP", help_rows, COUNT(help_rows), false,
};

static const struct key_row editor_rows[] = {
    ROW("↑↓", "choose", "choose a setting",
        {TUI_KEY_UP, ACTION_UP}, {TUI_KEY_DOWN, ACTION_DOWN},
        {'k', ACTION_UP}, {'j', ACTION_DOWN},
        {TUI_KEY_WHEEL_UP, ACTION_UP}, {TUI_KEY_WHEEL_DOWN, ACTION_DOWN}),
    ROW("←→", "change", "the word before, the next word; half, twice as much",
        {TUI_KEY_LEFT, ACTION_LEFT}, {TUI_KEY_RIGHT, ACTION_RIGHT},
        {'h', ACTION_LEFT}, {'l', ACTION_RIGHT}),
    ROW("⏎", "type", "type a value",
        {TUI_KEY_ENTER, ACTION_ENTER}),
    ROW("r", "run", "run with these settings",
        {'r', ACTION_AGAIN}),
    ROW(NULL, NULL, "the first, the last",
        {'g', ACTION_FIRST}, {'G', ACTION_LAST},
        {TUI_KEY_HOME, ACTION_FIRST}, {TUI_KEY_END, ACTION_LAST}),
    ROW("q", "back", "close it and change nothing",
        {'q', ACTION_BACK}, {TUI_KEY_ESCAPE, ACTION_BACK}),
};
const struct key_table keys_editor = {
    "SETTINGS", editor_rows, COUNT(editor_rows), false,
};

/* Moving and erasing in a line that is being typed. */
#define EDITING_ROWS \
    ROW(NULL, NULL, "move by one letter", \
        {TUI_KEY_LEFT, ACTION_LEFT}, {TUI_KEY_RIGHT, ACTION_RIGHT}, \
        {TUI_CTRL('B'), ACTION_LEFT}, {TUI_CTRL('F'), ACTION_RIGHT}), \
    ROW(NULL, NULL, "to the beginning, to the end", \
        {TUI_KEY_HOME, ACTION_FIRST}, {TUI_KEY_END, ACTION_LAST}, \
        {TUI_CTRL('A'), ACTION_FIRST}, {TUI_CTRL('E'), ACTION_LAST}), \
    ROW(NULL, NULL, "erase the letter before, the letter here", \
        {TUI_KEY_BACKSPACE, ACTION_ERASE}, {TUI_CTRL('H'), ACTION_ERASE}, \
        {TUI_KEY_DELETE, ACTION_DELETE}, {TUI_CTRL('D'), ACTION_DELETE}), \
    ROW(NULL, NULL, "erase the word before, all before, all after", \
        {TUI_CTRL('W'), ACTION_ERASE_WORD}, {TUI_CTRL('U'), ACTION_ERASE_LINE}, \
        {TUI_CTRL('K'), ACTION_ERASE_REST}),

/* What is not here is typed into the line. */
static const struct key_row prompt_rows[] = {
    ROW("⏎", "run", "run this line",
        {TUI_KEY_ENTER, ACTION_ENTER}),
    ROW("Tab", "complete", "complete the word",
        {TUI_KEY_TAB, ACTION_COMPLETE}),
    ROW("↑↓", "history", "lines typed before",
        {TUI_KEY_UP, ACTION_UP}, {TUI_KEY_DOWN, ACTION_DOWN},
        {TUI_CTRL('P'), ACTION_UP}, {TUI_CTRL('N'), ACTION_DOWN}),
    EDITING_ROWS
    ROW("Esc", "back", "leave the line",
        {TUI_KEY_ESCAPE, ACTION_BACK}),
};
const struct key_table keys_prompt = {
    ":", prompt_rows, COUNT(prompt_rows), false,
};

static const struct key_row ask_rows[] = {
    ROW("⏎", "done", "that is it",
        {TUI_KEY_ENTER, ACTION_ENTER}),
    EDITING_ROWS
    ROW("Esc", "back", "rather not",
        {TUI_KEY_ESCAPE, ACTION_BACK}),
};
const struct key_table keys_ask = {
    "ANSWER", ask_rows, COUNT(ask_rows), false,
};
/* clang-format on */

/* ---- looking up -----------------------------------------------------------
 */

static bool row_valid(const struct key_row *row, unsigned now)
{
    return row->needs == 0 || (row->needs & now) != 0;
}

enum action keys_find(const struct key_table *t, int key, unsigned now)
{
    if (key == TUI_KEY_NONE)
        return ACTION_NONE;
    for (int i = 0; i < t->count; i++) {
        const struct key_row *row = &t->rows[i];

        for (int k = 0; k < KEYS_A_ROW && row->keys[k].key; k++)
            if (row->keys[k].key == key)
                return row_valid(row, now) ? row->keys[k].action : ACTION_NONE;
    }
    return t->common ? keys_find(&keys_common, key, now) : ACTION_NONE;
}

const char *keys_name(int key, char buf[16])
{
    static const struct {
        int key;
        const char *name;
    } names[] = {
        {' ', "Space"},
        {TUI_KEY_TAB, "Tab"},
        {TUI_KEY_ENTER, "Enter"},
        {TUI_KEY_ESCAPE, "Esc"},
        {TUI_KEY_UP, "↑"},
        {TUI_KEY_DOWN, "↓"},
        {TUI_KEY_LEFT, "←"},
        {TUI_KEY_RIGHT, "→"},
        {TUI_KEY_HOME, "Home"},
        {TUI_KEY_END, "End"},
        {TUI_KEY_PAGE_UP, "PgUp"},
        {TUI_KEY_PAGE_DOWN, "PgDn"},
        {TUI_KEY_BACKSPACE, "Bksp"},
        {TUI_KEY_DELETE, "Del"},
        {TUI_KEY_F1, "F1"},
        {TUI_KEY_F2, "F2"},
        {TUI_KEY_BACKTAB, "Shift-Tab"},
        {TUI_KEY_WHEEL_UP, "wheel"},
        {TUI_KEY_WHEEL_DOWN, "wheel"},
    };

    for (int i = 0; i < COUNT(names); i++)
        if (names[i].key == key)
            return names[i].name;
    if (key > 0 && key < ' ')
        snprintf(buf, 16, "^%c", key + '@');
    else if (key > ' ' && key < 127)
        snprintf(buf, 16, "%c", key);
    else
        snprintf(buf, 16, "?");
    return buf;
}

/* A row of every screen, one of whose keys @t has for something else. */
static bool row_hidden(const struct key_table *t, const struct key_row *common)
{
    for (int i = 0; i < t->count; i++)
        for (int k = 0; k < KEYS_A_ROW && t->rows[i].keys[k].key; k++)
            if (t->rows[i].keys[k].key == common->keys[0].key)
                return true;
    return false;
}

/* ---- lists for views ------------------------------------------------------
 */

void keys_footer(struct key_list *out, const struct key_table *t, unsigned now,
                 bool root)
{
    const struct key_table *tables[] = {t, t->common ? &keys_common : NULL};

    out->count = 0;
    for (int n = 0; n < 2 && tables[n]; n++) {
        for (int i = 0; i < tables[n]->count; i++) {
            const struct key_row *row = &tables[n]->rows[i];
            bool back = row->keys[0].action == ACTION_BACK;

            if (!row->word || !row_valid(row, now) ||
                (n > 0 && row_hidden(t, row)) || out->count == KEYS_LIST_MAX)
                continue;
            out->row[out->count] = row;
            out->view[out->count++] =
                (struct view_key){.keys = row->label,
                                  .word = back && root ? "quit" : row->word,
                                  .help = row->help};
        }
    }
}

/* "[ ] - +": all keys of a row, each name once. */
static void row_names(const struct key_row *row, char *out, size_t size)
{
    const char *last = "";
    char buf[2][16];
    size_t len = 0;

    out[0] = '\0';
    for (int k = 0; k < KEYS_A_ROW && row->keys[k].key; k++) {
        const char *name = keys_name(row->keys[k].key, buf[k % 2]);
        int n;

        if (strcmp(name, last) == 0)
            continue;
        last = name;
        n = snprintf(out + len, size - len, "%s%s", len ? " " : "", name);
        if (n < 0 || (size_t)n >= size - len)
            return;
        len += (size_t)n;
    }
}

void keys_help_list(struct key_list *out, const struct key_table *t,
                    unsigned now, const char *search)
{
    const struct key_table *tables[] = {t, t->common ? &keys_common : NULL};

    out->count = 0;
    for (int n = 0; n < 2 && tables[n]; n++) {
        for (int i = 0; i < tables[n]->count; i++) {
            const struct key_row *row = &tables[n]->rows[i];
            char *names;

            if (!row_valid(row, now) || (n > 0 && row_hidden(t, row)) ||
                out->count >= KEYS_LIST_MAX)
                continue;
            names = out->names[out->count];
            row_names(row, names, sizeof(out->names[0]));
            if (!strcasestr(row->help, search) && !strcasestr(names, search) &&
                !(row->word && strcasestr(row->word, search)))
                continue;
            out->row[out->count] = row;
            out->view[out->count++] = (struct view_key){
                .keys = names, .word = row->word, .help = row->help};
        }
    }
}
