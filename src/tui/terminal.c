/* The terminal: curses knows it, sets its modes and reads its keys; frames are
 * painted by paint.c. Signals are left to the loop. Screen process. */
#include "tui/terminal.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "tui/keys.h"
#include "tui/paint.h"
#include "tui/record.h"
#include "tui/rescue.h"
#include "tui/theme.h"

/* An escape not followed by more within this time is the key Esc. */
#define ESCAPE_MS 25
/* Somebody else made the terminal not wait for its reader: wait this long. */
#define SEND_MS 1000

struct terminal {
    SCREEN *screen;
    WINDOW *input; /* a pad: reading from it never draws */
    bool utf8, mouse, colours;
    int rows, columns;
    int click_row, click_column;
    struct paint paint;
    struct paint_terminal can; /* what it understands */
    char clear[64];
    struct text out;       /* a frame on its way; kept for its memory */
    struct record *record; /* NULL: nobody records */
    struct termios found;  /* as it was before us */
};

/* ---- what terminfo says ---------------------------------------------------
 */

/* The string of a capability; NULL if the terminal has not got it. */
static const char *capability(const char *name)
{
    const char *s = tigetstr(name);

    return s == (const char *)-1 ? NULL : s; /* -1: not a string's name */
}

/* Copy @s without its padding, "$<5>": terminals of today need none. Returns
 * the bytes used of @size; @out ends with NUL. */
static size_t strip_padding(char *out, size_t size, const char *s)
{
    size_t n = 0;

    while (s && *s && n + 1 < size) {
        const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;

        if (end)
            s = end + 1;
        else
            out[n++] = *s++;
    }
    if (size > 0)
        out[n] = '\0';
    return n;
}

/* ---- frames ---------------------------------------------------------------
 */

/* What begins a style: forget all, then attributes, then colours. The colour
 * behind is the same for all styles of a theme. */
static void style_make(const struct terminal *t, struct paint_style *out,
                       unsigned attrs, int colour, int back)
{
    static const struct {
        unsigned attr;
        const char *name;
    } names[] = {{LOOK_BOLD, "bold"},
                 {LOOK_REVERSE, "rev"},
                 {LOOK_UNDERLINE, "smul"},
                 {LOOK_DIM, "dim"}};
    const size_t size = sizeof(out->full);
    char *full = out->full;
    size_t n = strip_padding(full, size, capability("sgr0"));

    out->attrs = attrs;
    out->colour[0] = '\0';
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (attrs & names[i].attr)
            n += strip_padding(full + n, size - n, capability(names[i].name));
    if (!t->colours)
        return;
    if (back >= 0)
        n += strip_padding(full + n, size - n,
                           tiparm(capability("setab"), back));
    if (colour < 0)
        return;
    strip_padding(out->colour, sizeof(out->colour),
                  tiparm(capability("setaf"), colour));
    strip_padding(full + n, size - n, out->colour);
}

bool terminal_theme(struct terminal *t, enum tui_theme theme, bool paint)
{
    const struct theme *th = &themes[t->colours ? theme : THEME_MONO];
    enum colour_depth depth = COLORS >= 256  ? DEPTH_256
                              : COLORS >= 16 ? DEPTH_16
                                             : DEPTH_8;
    int back;

    paint = t->colours && (paint || th->paint);
    back = paint ? th->back[depth] : -1;
    for (int i = 0; i < STYLE_COUNT; i++) {
        const struct look *look = &th->looks[i];
        int colour = look->colour[depth];

        if (colour < 0 && paint)
            colour = th->text[depth];
        style_make(t, &t->can.style[i], look->attr, colour, back);
        /* In colour a reversed block is one in the colour behind. */
        style_make(t, &t->can.filled[i],
                   t->colours ? look->attr : look->attr & ~LOOK_REVERSE, colour,
                   back);
    }
    t->can.clear_paints = !paint || tigetflag("bce") > 0;
    terminal_redraw(t);
    return t->colours;
}

static void move_by_table(struct text *out, int row, int column)
{
    char bytes[64];

    strip_padding(bytes, sizeof(bytes), tiparm(capability("cup"), row, column));
    text_add(out, bytes);
}

/* What most terminals understand, without asking the table each time. */
static void move_ansi(struct text *out, int row, int column)
{
    text_addf(out, "\033[%d;%dH", row + 1, column + 1);
}

static void abilities_find(struct terminal *t)
{
    const char *cup = capability("cup");
    bool ansi = cup && strcmp(cup, "\033[%i%p1%d;%p2%dH") == 0;

    strip_padding(t->clear, sizeof(t->clear), capability("clear"));
    t->can.clear = t->clear;
    t->can.move = ansi ? move_ansi : move_by_table;
    t->can.utf8 = t->utf8;
    t->can.corner = tigetflag("am") <= 0 || tigetflag("xenl") > 0;
}

/* All of it, or nothing more is known of what the terminal shows. */
static bool send_bytes(const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(STDOUT_FILENO, bytes, n);

        if (done > 0) {
            bytes += done;
            n -= (size_t)done;
        } else if (done < 0 && errno == EAGAIN) {
            struct pollfd room = {.fd = STDOUT_FILENO, .events = POLLOUT};

            if (poll(&room, 1, SEND_MS) <= 0)
                return false;
        } else if (done == 0 || errno != EINTR) {
            return false; /* gone: poll() in the loop will tell */
        }
    }
    return true;
}

void terminal_record(struct terminal *t, struct record *r)
{
    char bytes[64];

    t->record = r;
    if (!r)
        return;
    /* The cursor was hidden when the terminal was taken. */
    record_size(r, t->rows, t->columns);
    record_output(r, bytes,
                  strip_padding(bytes, sizeof(bytes), capability("civis")));
    terminal_redraw(t);
}

void terminal_present(struct terminal *t, const struct frame *f)
{
    t->out.len = 0;
    paint_frame(&t->paint, &t->can, f, &t->out);
    if (t->out.failed || !send_bytes(t->out.data, t->out.len)) {
        text_fini(&t->out);
        terminal_redraw(t);
        return;
    }
    if (t->record) {
        record_size(t->record, f->rows, f->columns);
        record_output(t->record, t->out.data, t->out.len);
    }
}

void terminal_redraw(struct terminal *t)
{
    t->paint.afresh = true;
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
    return COLORS >= 8 && capability("setaf") && capability("setab");
}

/* What gives the terminal back after a crash, in one piece. */
static void rescue_prepare(const struct terminal *t)
{
    const char *const back[] = {
        capability("sgr0"),
        capability("op"),
        capability("cnorm"),
        capability("rmkx"),
        capability("kmous") ? "\033[?1006l\033[?1000l" : NULL,
        capability("rmcup"),
        capability("cnorm"), /* see leave_screen() */
    };
    char bytes[RESCUE_BYTES];
    size_t n = 0;

    for (size_t i = 0; i < sizeof(back) / sizeof(back[0]); i++)
        n += strip_padding(bytes + n, sizeof(bytes) - n, back[i]);
    rescue_begin(bytes, n, &t->found);
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
    keys_define();
    t->colours = colours_start();
    abilities_find(t);
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
    char bytes[64];

    send_bytes(bytes, strip_padding(bytes, sizeof(bytes), capability("sgr0")));
    send_bytes(bytes, strip_padding(bytes, sizeof(bytes), capability("op")));
    endwin();
    send_bytes(bytes, strip_padding(bytes, sizeof(bytes), capability("cnorm")));
}

void terminal_close(struct terminal *t)
{
    if (!t)
        return;
    rescue_end();
    if (t->mouse)
        terminal_mouse(t, false);
    leave_screen();
    if (t->input)
        delwin(t->input);
    delscreen(t->screen);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &t->found);
    paint_fini(&t->paint);
    text_fini(&t->out);
    free(t);
}

void terminal_suspend(struct terminal *t)
{
    bool mouse = t->mouse;

    terminal_mouse(t, false);
    t->mouse = mouse; /* as it is to be afterwards */
    leave_screen();
    rescue_suspend(true);
}

void terminal_resume(struct terminal *t)
{
    reset_prog_mode();
    if (isendwin())
        refresh(); /* curses' way back to its screen; it draws nothing */
    modes_set();
    terminal_measure(t);
    terminal_mouse(t, t->mouse);
    terminal_redraw(t);
    rescue_suspend(false);
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
            terminal_redraw(t);
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
    case KEY_F(2):
        return TUI_KEY_F2;
    case KEY_BTAB:
        return TUI_KEY_BACKTAB;
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
