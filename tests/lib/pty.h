/* The real program in a terminal of its own, for tests: a pseudo-terminal,
 * libvterm as what a person would see, and a small shell in between, so that
 * Ctrl-Z and its kin do what they do at a real one.
 *
 * Tests wait for text to appear, never for time to pass; the limit is generous
 * and only for when it never comes. */
#ifndef TESTS_LIB_PTY_H
#define TESTS_LIB_PTY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>
#include <vterm.h>

struct pty {
    pid_t shell; /* the session's leader, parent of the program; 0: reaped */
    pid_t program;
    int master, slave;   /* slave: kept, to see the modes; -1 not */
    int report, command; /* pipes from and to the shell */
    VTerm *vt;
    VTermScreen *screen;
    int rows, columns;
    bool alternate, cursor_hidden; /* as the program has set them */
    bool stopped;                  /* by job control */
    bool ended;
    int status;           /* wait status, when ended */
    int64_t bytes;        /* that the program has written */
    struct termios found; /* modes before the program began */
};

/* The program under test, absolute: from $TIMESLICE, else beside this test's
 * folder. Kept from the first call on, so that a test may change its folder. */
const char *pty_program(void);

/* Start the program with the words of @arguments (NULL-terminated, without the
 * program's name), in a terminal of @rows x @columns. @environment: further
 * "NAME=value" words, or NULL. Fails the test if it cannot. pty_close() it. */
void pty_open(struct pty *p, int rows, int columns,
              const char *const arguments[], const char *const environment[]);
/* Kill what is left, free everything. Twice, or of {0}, is fine. */
void pty_close(struct pty *p);

/* Take in output until the screen shows @text somewhere; false, with the screen
 * printed, if it never does. */
bool pty_wait_for(struct pty *p, const char *text);
/* ... until it does not show it any more. */
bool pty_wait_without(struct pty *p, const char *text);
/* ... until the program has ended; false if it goes on. */
bool pty_wait_end(struct pty *p);
/* ... until it has been stopped by job control. */
bool pty_wait_stop(struct pty *p);
/* ... until @done says so, called again and again. */
bool pty_wait_until(struct pty *p, bool (*done)(struct pty *p, void *arg),
                    void *arg);

void pty_send(struct pty *p, const char *keys);
void pty_resize(struct pty *p, int rows, int columns);
/* As "fg" in a shell: into the foreground, and on. */
void pty_continue(struct pty *p);
void pty_signal(struct pty *p, int signal);
/* The terminal goes away, as when its window is closed. */
void pty_hang_up(struct pty *p);

/* The screen as lines of UTF-8 text; good until the next call. */
const char *pty_text(struct pty *p);
/* The terminal is as it was found: modes, cursor, screen. */
bool pty_restored(struct pty *p);

/* Processes that descend from this test still live: the shell, the program,
 * the lab, ... From pty_open() on orphans come to the test, so none is missed.
 */
bool pty_descendants(struct pty *p);
/* Wait until there are none; false if there are for ever. */
bool pty_wait_alone(struct pty *p);

/* Fail the test unless it ends with exit status @status, leaves the terminal as
 * it was and no process; and close it. */
void pty_ends(struct pty *p, int status);

#endif
