/* The commands. Each gets the words after its name and returns the process's
 * exit status. Data to stdout, words about progress and errors to stderr. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>

enum exit_status {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,  /* the run or a check failed */
    EXIT_REQUEST = 2, /* the request was wrong; nothing was started */
    EXIT_INCONCLUSIVE = 3,
    EXIT_MACHINE = 4, /* this machine cannot do it */
    EXIT_INTERRUPTED = 130
};

struct command_option {
    const char *name;  /* "trace": the word is --trace */
    const char *value; /* what follows: "FILE", or its words "dark|light";
                          NULL: nothing does */
    const char *help;  /* one line, no full stop */
};

/* What of an experiment's words a command understands. */
enum command_experiment {
    EXPERIMENT_NONE,
    EXPERIMENT_ONE,
    EXPERIMENT_SWEEP,  /* --over and the like among them: sweep_parse() */
    EXPERIMENT_CONTEST /* some of those */
};

/* One table makes the dispatch, help, the completions and the manual page. */
struct command {
    const char *name;
    const char *synopsis;                 /* what follows the name */
    const char *summary;                  /* one line, no full stop */
    int (*run)(int argc, char **argv);    /* argv[0] is the command's name */
    enum command_experiment experiment;   /* takes words of an experiment */
    const struct command_option *options; /* ends with .name NULL, or NULL */
    const struct command_option *words;   /* what its first word may be, what
                                             follows that, and what it means;
                                             ends like .options; or NULL */
};
extern const struct command cli_commands[]; /* ends with .name NULL */

int cli_main(int argc, char **argv);

int cli_launcher(int argc, char **argv);
int cli_lab(int argc, char **argv);
int cli_race(int argc, char **argv);
int cli_run(int argc, char **argv);
int cli_sweep(int argc, char **argv);
int cli_fit(int argc, char **argv);
int cli_compare(int argc, char **argv);
int cli_advise(int argc, char **argv);
int cli_history(int argc, char **argv);
int cli_report(int argc, char **argv);
int cli_tour(int argc, char **argv);
int cli_step(int argc, char **argv);
int cli_explore(int argc, char **argv);
int cli_sim(int argc, char **argv);
int cli_predict(int argc, char **argv);
int cli_lesson(int argc, char **argv);
int cli_doctor(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_list(int argc, char **argv);
int cli_completions(int argc, char **argv);
int cli_help(int argc, char **argv);
int cli_man(int argc, char **argv);

#endif
