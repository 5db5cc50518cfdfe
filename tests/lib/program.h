/* Running the real program from a test, as a person or a script would. */
#ifndef TESTS_LIB_PROGRAM_H
#define TESTS_LIB_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROGRAM_TEXT (1 << 20)

/* What a finished program left. */
struct program_result {
    int status;             /* exit status; 128 + signal when killed */
    char out[PROGRAM_TEXT]; /* stdout, cut there if it was more */
    char err[64 * 1024];    /* stderr */
};

/* The program under test: $TIMESLICE, or build/timeslice. */
const char *program_path(void);

/* A running one. */
struct program {
    pid_t pid;
    int out, err; /* its stdout and stderr, to read */
};

/* Start the program with the words of @line (separated by blanks, no quoting),
 * without a terminal. @prepare, if not NULL, runs in the child before the
 * exec. Fails the test if that cannot be done. */
void program_start(struct program *p, const char *line, void (*prepare)(void));
/* Read what it still has to say, and wait for its end. */
void program_collect(struct program *p, struct program_result *r);
/* Both. */
void program_run(struct program_result *r, const char *line);
void program_run_prepared(struct program_result *r, const char *line,
                          void (*prepare)(void));

/* ---- its family, by /proc; zombies do not count -------------------------- */

bool program_alive(pid_t pid);
/* The first child of @pid, waiting until there is one; 0 if @pid ended. */
pid_t program_child(pid_t pid);
/* How many processes there are in the session @sid. */
int program_session_size(pid_t sid);
/* Wait until neither @lab nor anybody of its session is there. False if
 * somebody still is after five seconds. */
bool program_gone(pid_t lab);

/* Start the program with @line, kill it a moment later, wherever it is by then,
 * and fail the test if anybody of its lab outlives it. */
void program_killed_leaves_nobody(const char *line);

#endif
