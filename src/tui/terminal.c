/* The terminal through curses: wide characters, 8, 16 or 256 colours, signals
 * left to the loop. Screen process. */
#include "tui/terminal.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#include "tui/keys.h"
#include "tui/theme.h"

/* An escape not followed by more within this time is the key Esc. */
#define ESCAPE_MS 25

struct terminal {
    SCREEN *screen;
    WINDOW *input;      /* a pad: reading from it never draws */
    struct frame shown; /* what is on the terminal, unless .afresh */
    bool afresh, utf8, mouse, colours;
    int rows, columns;
    int click_row, click_column;
    attr_t attrs[STYLE_COUNT];
    struct termios found; /* as it was before us */
};

/* ---- after a crash --------------------------------------------------------
 */

/* What gives the terminal back, ready to be written by a signal handler. */
static struct {
    pid_t pid; /* whose crash it is; 0: the terminal is not ours now */
    struct termios found;
    size_t length;
    char bytes[256];
} rescue;

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS};
#define CRASHES (sizeof(crashes) / sizeof(crashes[0]))
static struct sigaction crash_before[CRASHES];

static void crash(int number)
{
    if (rescue.pid == getpid()) {
        ssize_t n = write(STDOUT_FILENO, rescue.bytes, rescue.length);

        (void)n;
        tcsetattr(STDIN_FILENO, TCSANOW, &rescue.found);
    }
    for (size_t i = 0; i < CRASHES; i++)
        if (crashes[i] == number)
            sigaction(number, &crash_before[i], NULL);
    raise(number); /* waits until this handler has returned */
}

/* The string of a capability; NULL if the terminal has not got it. */
static const char *capability(const char *name)
{
    const char *s = tigetstr(name);

    return s == (const char *)-1 ? NULL : s; /* -1: not a string's name */
}

/* Add @s without its padding, "$<5>": terminals of today need none. */
static void rescue_add(const char *s)
{
    while (s && *s && rescue.length < sizeof(rescue.bytes)) {
        const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;

        if (end)
            s = end + 1;
        else
            rescue.bytes[rescue.length++] = *s++;
    }
}

static void rescue_prepare(const struct terminal *t)
{
    static const char *const back[] = {"sgr0", "op", "cnorm", "rmkx"};
    struct sigaction act = {.sa_handler = crash};

    rescue.length = 0;
    for (size_t i = 0; i < sizeof(back) / sizeof(back[0]); i++)
        rescue_add(capability(back[i]));
    if (capability("kmous"))
        rescue_add("[?1006l[?1000l");
    rescue_add(capability("rmcup"));
    rescue_add(capability("cnorm")); /* see leave_screen() */
    rescue.found = t->found;
    rescue.pid = getpid();
    for (size_t i = 0; i < CRASHES; i++)
        sigaction(crashes[i], &act, &crash_before[i]);
}

static void rescue_forget(void)
{
    if (rescue.pid == 0)
        return;
    rescue.pid = 0;
    for (size_t i = 0; i < CRASHES; i++)
        sigaction(crashes[i], &crash_before[i], NULL);
}

/* ---- taking and giving back -----------------------------------------------
 */

/* Wide glyphs must be shown one column wide. East Asian terminals often show
 * lines and blocks in two. */
static bool locale_shows_glyphs(void)
{
    const char *where = setlocale(LC_CTYPE, "");

    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        return false;
    return !where ||
           (strncmp(where, "ja", 2) != 0 && strncmp(where, "zh", 2) != 0 &&
            strncmp(where, "ko", 2) != 0);
}

/* The modes that curses does not set: Ctrl-S must not stop the picture. */
static void modes_set(void)
{
    struct termios now;

    cbreak();
    noecho();
    nonl();
    if (tcgetattr(STDIN_FILENO, &now) == 0) {
        now.c_iflag &= ~(tcflag_t)IXON;
        tcsetattr(STDIN_FILENO, TCSANOW, &now);
        def_prog_mode();
    }
    curs_set(0);
}

/* Curses sets handlers of its own, which a forked lab would inherit: signals
 * are read from a descriptor by the loop instead. */
static void signals_default(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
    struct sigaction act = {.sa_handler = SIG_DFL};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        sigaction(numbers[i], &act, NULL);
}

static int terminal_check(struct err *err)
{
    const char *name = getenv("TERM");

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return err_set(err, -ENOTTY,
                       "the screens need a terminal for input and output; "
                       "without one, try \"timeslice tour\" or \"timeslice "
                       "run\"");
    if (!name || !*name)
        return err_set(err, -ENOTTY,
                       "TERM is not set, so it is not known what the terminal "
                       "can do; try TERM=xterm, or \"timeslice tour\"");
    return 0;
}

/* Curses is up: is the terminal good enough? */
static int terminal_check_cursor(struct err *err)
{
    if (capability("cup"))
        return 0;
    return err_set(
        err, -ENOTTY,
        "a terminal of type \"%s\" cannot place its cursor, so there "
        "are no screens on it; try \"timeslice tour\"",
        getenv("TERM"));
}

/* Arrows and their kin as terminals send them that do not heed the mode curses
 * asks for. */
static void keys_define(void)
{
    static const struct {
        const char *bytes;
        int key;
    } also[] = {
        {"\033[A", KEY_UP},    {"\033[B", KEY_DOWN}, {"\033[C", KEY_RIGHT},
        {"\033[D", KEY_LEFT},  {"\033[H", KEY_HOME}, {"\033[F", KEY_END},
        {"\033[1~", KEY_HOME}, {"\033[4~", KEY_END},
    };

    for (size_t i = 0; i < sizeof(also) / sizeof(also[0]); i++)
        if (key_defined(also[i].bytes) == 0)
            define_key(also[i].bytes, also[i].key);
}

/* Once curses has begun with colours it sends some, so ask before. */
static bool colours_start(void)
{
    const char *no = getenv("NO_COLOR");

    if ((no && *no) || !has_colors() || start_color() != OK)
        return false;
    use_default_colors();
    return COLORS >= 8 && COLOR_PAIRS > STYLE_COUNT;
}

int terminal_open(struct terminal **out, struct err *err)
{
    int rc = terminal_check(err);
    struct terminal *t;

    if (rc < 0)
        return rc;
    t = calloc(1, sizeof(*t));
    if (!t)
        return err_set(err, -ENOMEM, "no memory for the screen");
    t->utf8 = locale_shows_glyphs();
    tcgetattr(STDIN_FILENO, &t->found);
    t->screen = newterm(NULL, stdout, stdin);
    if (!t->screen) {
        free(t);
        return err_set(err, -ENOTTY,
                       "the terminal type \"%s\" (from TERM) is not known "
                       "here; try TERM=xterm, or \"timeslice tour\"",
                       getenv("TERM"));
    }
    signals_default();
    rc = terminal_check_cursor(err);
    t->input = newpad(1, 1);
    if (rc == 0 && !t->input)
        rc = err_set(err, -ENOMEM, "no memory for the screen");
    if (rc < 0) {
        terminal_close(t);
        return rc;
    }
    modes_set();
    keypad(t->input, TRUE);
    nodelay(t->input, TRUE);
    set_escdelay(ESCAPE_MS);
    typeahead(-1); /* keys waiting must not leave half a picture */
    keys_define();
    t->colours = colours_start();
    terminal_measure(t);
    terminal_theme(t, THEME_DARK, false);
    rescue_prepare(t);
    *out = t;
    return 0;
}

/* Leave curses' screen. Some terminals keep the cursor's look with that of the
 * screen and hide it again as they go back, so it is shown once more. */
static void leave_screen(void)
{
    const char *show = capability("cnorm");
    ssize_t n;

    endwin();
    n = show ? write(STDOUT_FILENO, show, strlen(show)) : 0;
    (void)n;
}

void terminal_close(struct terminal *t)
{
    if (!t)
        return;
    rescue_forget();
    if (t->mouse)
        terminal_mouse(t, false);
    leave_screen();
    if (t->input)
        delwin(t->input);
    delscreen(t->screen);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &t->found);
    frame_fini(&t->shown);
    free(t);
}

void terminal_suspend(struct terminal *t)
{
    bool mouse = t->mouse;

    terminal_mouse(t, false);
    t->mouse = mouse; /* as it is to be afterwards */
    leave_screen();
    rescue.pid = 0;
}

void terminal_resume(struct terminal *t)
{
    reset_prog_mode();
    modes_set();
    terminal_measure(t);
    terminal_mouse(t, t->mouse);
    terminal_redraw(t);
    rescue.pid = getpid();
}

int terminal_fd(const struct terminal *t)
{
    (void)t;
    return STDIN_FILENO;
}

bool terminal_utf8(const struct terminal *t)
{
    return t->utf8;
}

void terminal_measure(struct terminal *t)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 &&
        size.ws_col > 0) {
        if (size.ws_row != LINES || size.ws_col != COLS) {
            resizeterm(size.ws_row, size.ws_col);
            t->afresh = true;
        }
        t->rows = size.ws_row;
        t->columns = size.ws_col;
    } else {
        t->rows = LINES;
        t->columns = COLS;
    }
}

int terminal_rows(const struct terminal *t)
{
    return t->rows;
}

int terminal_columns(const struct terminal *t)
{
    return t->columns;
}

/* ---- frames ---------------------------------------------------------------
 */

static attr_t look_attrs(const struct look *look)
{
    attr_t attrs = A_NORMAL;

    if (look->attr & LOOK_BOLD)
        attrs |= A_BOLD;
    if (look->attr & LOOK_REVERSE)
        attrs |= A_REVERSE;
    if (look->attr & LOOK_UNDERLINE)
        attrs |= A_UNDERLINE;
    if (look->attr & LOOK_DIM)
        attrs |= A_DIM;
    return attrs;
}

bool terminal_theme(struct terminal *t, enum tui_theme theme, bool paint)
{
    const struct theme *th = &themes[t->colours ? theme : THEME_MONO];
    enum colour_depth depth = COLORS >= 256  ? DEPTH_256
                              : COLORS >= 16 ? DEPTH_16
                                             : DEPTH_8;
    cchar_t blank;

    paint = paint || th->paint;
    for (int i = 0; i < STYLE_COUNT; i++) {
        int colour = th->looks[i].colour[depth];

        t->attrs[i] = look_attrs(&th->looks[i]);
        if (!t->colours)
            continue;
        if (colour < 0 && paint)
            colour = th->text[depth];
        init_pair((short)(i + 1), (short)colour,
                  paint ? th->back[depth] : (short)-1);
    }
    setcchar(&blank, L" ", A_NORMAL, t->colours ? (short)(STYLE_NORMAL + 1) : 0,
             NULL);
    bkgrnd(&blank);
    terminal_redraw(t);
    return t->colours;
}

/* A glyph that fills its cell would vanish if it were drawn in reverse. */
static bool glyph_fills(wchar_t glyph)
{
    return glyph >= 0x2580 && glyph <= 0x25ff;
}

static cchar_t cell_char(const struct terminal *t, struct cell cell)
{
    wchar_t text[2] = {(wchar_t)cell.glyph, 0};
    int style = cell.style < STYLE_COUNT ? cell.style : STYLE_NORMAL;
    attr_t attrs = t->attrs[style];
    cchar_t out;

    if (cell.glyph == 0)
        text[0] = L' ';
    else if ((cell.glyph >= 127 && !t->utf8) || wcwidth(text[0]) != 1)
        text[0] = L'?';
    if (!t->colours && glyph_fills(text[0]))
        attrs &= ~A_REVERSE;
    setcchar(&out, text, attrs, t->colours ? (short)(style + 1) : 0, NULL);
    return out;
}

static bool cell_equal(struct cell a, struct cell b)
{
    return a.glyph == b.glyph && a.style == b.style;
}

static void present_row(const struct terminal *t, const struct frame *f,
                        int row, bool all)
{
    const struct cell *now = &f->cells[(size_t)row * (size_t)f->columns];
    const struct cell *was =
        all ? NULL : &t->shown.cells[(size_t)row * (size_t)f->columns];
    cchar_t run[128];
    int column = 0;

    while (column < f->columns) {
        int start = column, n = 0;

        while (column < f->columns && n < 128 &&
               (all || !cell_equal(now[column], was[column])))
            run[n++] = cell_char(t, now[column++]);
        if (n > 0)
            mvadd_wchnstr(row, start, run, n);
        else
            column++;
    }
}

void terminal_present(struct terminal *t, const struct frame *f)
{
    bool all = t->afresh || f->rows != t->shown.rows ||
               f->columns != t->shown.columns || !t->shown.cells;

    if (t->afresh)
        clearok(curscr, TRUE);
    for (int row = 0; row < f->rows && row < LINES; row++)
        present_row(t, f, row, all);
    wnoutrefresh(stdscr);
    doupdate();
    if (all && frame_init(&t->shown, f->rows, f->columns) < 0)
        return; /* without memory every frame is sent in full */
    memcpy(t->shown.cells, f->cells,
           (size_t)f->rows * (size_t)f->columns * sizeof(*f->cells));
    t->afresh = false;
}

void terminal_redraw(struct terminal *t)
{
    t->afresh = true;
}

/* ---- keys -----------------------------------------------------------------
 */

void terminal_mouse(struct terminal *t, bool on)
{
    t->mouse = on;
    mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0,
              NULL);
    if (on)
        mouseinterval(0); /* clicks at once, no waiting for a second */
}

static int mouse_key(struct terminal *t)
{
    MEVENT event;

    if (getmouse(&event) != OK)
        return TUI_KEY_OTHER;
    if (event.bstate & BUTTON4_PRESSED)
        return TUI_KEY_WHEEL_UP;
    if (event.bstate & BUTTON5_PRESSED)
        return TUI_KEY_WHEEL_DOWN;
    if (!(event.bstate & BUTTON1_PRESSED))
        return TUI_KEY_OTHER;
    t->click_row = event.y;
    t->click_column = event.x;
    return TUI_KEY_CLICK;
}

/* After an escape: a key that curses has no name for must not be taken for Esc
 * and then letters. Its sequence, ESC [ ... or ESC O ., is swallowed. */
static int escape_key(struct terminal *t)
{
    wint_t c;

    if (wget_wch(t->input, &c) != OK)
        return TUI_KEY_ESCAPE;
    if (c != '[' && c != 'O') { /* Esc, and soon after another key */
        unget_wch((wchar_t)c);
        return TUI_KEY_ESCAPE;
    }
    do {
        if (wget_wch(t->input, &c) != OK)
            break;
    } while (c < '@' || c > '~'); /* parameters; then the last */
    return TUI_KEY_OTHER;
}

static int plain_key(struct terminal *t, wint_t c)
{
    switch (c) {
    case 0:
        return TUI_KEY_OTHER;
    case '\n':
        return TUI_KEY_ENTER;
    case 127:
        return TUI_KEY_BACKSPACE;
    case TUI_KEY_ESCAPE:
        return escape_key(t);
    default:
        return (int)c;
    }
}

int terminal_key(struct terminal *t)
{
    wint_t c;
    int kind = wget_wch(t->input, &c);

    if (kind == ERR)
        return TUI_KEY_NONE;
    if (kind != KEY_CODE_YES)
        return plain_key(t, c);
    switch (c) {
    case KEY_UP:
        return TUI_KEY_UP;
    case KEY_DOWN:
        return TUI_KEY_DOWN;
    case KEY_LEFT:
        return TUI_KEY_LEFT;
    case KEY_RIGHT:
        return TUI_KEY_RIGHT;
    case KEY_HOME:
        return TUI_KEY_HOME;
    case KEY_END:
        return TUI_KEY_END;
    case KEY_PPAGE:
        return TUI_KEY_PAGE_UP;
    case KEY_NPAGE:
        return TUI_KEY_PAGE_DOWN;
    case KEY_ENTER:
        return TUI_KEY_ENTER;
    case KEY_BACKSPACE:
        return TUI_KEY_BACKSPACE;
    case KEY_DC:
        return TUI_KEY_DELETE;
    case KEY_F(1):
        return TUI_KEY_F1;
    case KEY_MOUSE:
        return mouse_key(t);
    default:
        return TUI_KEY_OTHER;
    }
}

void terminal_click(const struct terminal *t, int *row, int *column)
{
    *row = t->click_row;
    *column = t->click_column;
}
