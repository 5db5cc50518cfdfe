/* What the commands share: taking their options out of the words, refusing a
 * request with one sentence, knowing the terminal, running one experiment to
 * its end. Screen process. */
#ifndef CLI_COMMON_H
#define CLI_COMMON_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "base/machine.h"
#include "cli/cli.h"
#include "spec/spec.h"
#include "trace/source.h"

#define CLI_VERSION "0.1"

/* ---- words (words.c) ----------------------------------------------------- */

#define CLI_OPTIONS_MAX 32

/* A command's words, sorted: its own options, and the rest in their order. */
struct cli_words {
    const struct command *command;
    const char *value[CLI_OPTIONS_MAX]; /* by place in the command's table: ""
                                           for one without a value, NULL when
                                           not given */
    const char **rest;                  /* ends with NULL; one more would fit */
    int rest_count;
};

/* Sort @argv[1..]. The command's options may stand anywhere among an
 * experiment's words, which stay in .rest for the parser. -1 when the command
 * is to go on, else the exit status: help was asked for, or a sentence has
 * been said. cli_words_fini() it in both cases. */
int cli_words_sort(struct cli_words *w, const struct command *command, int argc,
                   char **argv);
void cli_words_fini(struct cli_words *w);
/* The value of the command's option @name; NULL when it was not given. */
const char *cli_words_value(const struct cli_words *w, const char *name);
/* What @c understands among the words of an experiment, beside the settings:
 * it stays in .rest, for the parser. Ends with .name NULL; NULL: nothing. */
const struct command_option *cli_among(const struct command *c);

const struct command *cli_find(const char *name); /* NULL: unknown */
/* "timeslice" itself with options but no command: the launcher's. */
extern const struct command cli_launcher_command;

/* A whole number from @text within @min .. @max. */
bool cli_number(const char *text, long min, long max, long *out);

/* The command's option @name as such a number; not given: *@out stays. -1, or
 * an exit status after a sentence. */
int cli_words_number(const struct cli_words *w, const char *name, long min,
                     long max, long *out);

/* "64M", "1.5G", "100000": bytes. */
bool cli_size(const char *text, int64_t *out);

/* "timeslice: " and the sentence, to stderr. Returns @status. */
int cli_refuse(int status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The exit status for a failure that @err tells, having said it. */
int cli_refuse_err(const struct err *err, int otherwise);
/* Everything went to stdout, or a sentence and EXIT_FAILED. */
int cli_flush(int status);

/* ---- the terminal (words.c) ---------------------------------------------- */

bool cli_utf8(void);            /* by the locale; cli_main() has set it */
bool cli_colour(void);          /* on stdout: NO_COLOR, TERM, a terminal */
int cli_columns(int otherwise); /* of stdout, $COLUMNS first */

bool cli_on_terminal(void); /* standard input and output are one */

/* Take the terminal and show @o, with what the options of @w say of screens
 * filled in. Returns the exit status; a failure has been said (screen.c). */
struct tui_options;
int cli_open_screen(struct tui_options *o, const struct cli_words *w);

/* Print the words of @s to stdout, which stands at @column, broken so that no
 * line is longer than @columns; later lines begin at @indent. Ends the line. */
void cli_wrap(const char *s, int column, int indent, int columns);

/* ---- files (file.c) ------------------------------------------------------ */

/* A file that an option asks for: whole in its place, or not there. */
struct cli_file {
    const char *option, *path;
    char partial[PATH_MAX]; /* "": .path is a device or a pipe */
    FILE *stream;           /* NULL: not open */
};
int cli_file_open(struct cli_file *f, const char *option, const char *path,
                  struct err *err);
/* Close it and give it its name. */
int cli_file_finish(struct cli_file *f, struct err *err);
/* Leave nothing behind. Fine when it was not opened, or is finished. */
void cli_file_drop(struct cli_file *f);

/* ---- kept runs (kept.c) -------------------------------------------------- */

/* The run that @word names: a number of the history, "last", or a file that
 * cli_keep() wrote. Badge REPLAY; trace_free() it. -EINVAL with a sentence: it
 * names none; -EAGAIN: there is no history. */
int cli_kept(struct trace **out, const char *word, struct err *err);
/* Write @t into @f and give it its name. */
int cli_keep(struct cli_file *f, const struct trace *t, struct err *err);

/* ---- help (help.c) ------------------------------------------------------- */

extern const char *const cli_examples[][2]; /* command, meaning; ends NULL */
/* What a person may write after --NAME: "none|mutex|spin", "SECONDS". */
void cli_setting_value(const struct setting *s, struct text *out);
/* What it is when not given; NULL when that depends ("auto"). */
const char *cli_setting_fallback(const struct setting *s);
void cli_print_setting(const struct setting *s); /* its entry in help */
void cli_help_command(const struct command *c);
void cli_help_all(void);

/* ---- one run (drive.c) --------------------------------------------------- */

/* Run @spec (checked) to its end with its record in (*out)->trace, which the
 * caller close()s. SIGINT, SIGTERM and SIGHUP stop it, a second one kills it.
 * @progress: keep a line on stderr up to date, if that is a terminal. */
int cli_drive(struct source **out, const struct spec *spec,
              const struct machine *m, bool progress, struct err *err);

/* The same; @line stands before the run's progress, NULL: no progress. */
int cli_drive_after(struct source **out, const struct spec *spec,
                    const struct machine *m, const char *line, struct err *err);

/* "8 s", "2 min 05 s": whole seconds, for a line that changes all the time. */
void cli_add_time(struct text *out, int64_t ns);

/* How a report shall look on stdout, by the terminal and the options --columns,
 * --ascii and --no-color. -1, or an exit status after a sentence. */
struct report_options;
int cli_look(struct report_options *look, const struct cli_words *w);

/* What the exit status says about a finished run. */
int cli_run_status(const struct trace *t);

#endif
