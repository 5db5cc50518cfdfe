/* The table of commands, and the way from the program's words to one of them.
 * Screen process. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/common.h"
#include "sim/source.h"
#include "tui/tui.h"

/* clang-format off */
#define SCREEN_OPTIONS                                                        \
    {"theme", "dark|light|contrast|mono", "colours to use"},                  \
    {"present", NULL, "for a projector: bigger, fewer words"},                \
    {"no-mouse", NULL, "leave the mouse to the terminal"},                    \
    {"record", "FILE.cast", "record the screen, for asciinema"}
#define LOOK_OPTIONS                                                          \
    {"columns", "N", "width of the text; else the terminal's, or 80"},        \
    {"ascii", NULL, "no characters beyond ASCII"},                            \
    {"no-color", NULL, "no colours, as with NO_COLOR set"}
static const struct command_option launcher_options[] = {
    SCREEN_OPTIONS,
    {"ascii", NULL, "no characters beyond ASCII"},
    {"no-history", NULL, "keep nothing of what runs"},
    {NULL, NULL, NULL}
};
static const struct command_option screen_options[] = {
    SCREEN_OPTIONS,
    {"ascii", NULL, "no characters beyond ASCII"},
    {"no-history", NULL, "keep nothing of what runs"},
    {"replay", "RUN", "let a kept run go by again: its number, \"last\", or a "
     "FILE"},
    {NULL, NULL, NULL}
};
static const struct command_option run_options[] = {
    {"json", NULL, "print the run's record as one JSON object"},
    {"csv", NULL, "print a line of column names and a line of values"},
    {"trace", "FILE", "write the timeline to FILE, for ui.perfetto.dev"},
    {"report", NULL, "with --json or --csv: the report too, to stderr"},
    {"keep", "FILE", "write all of the run to FILE, for --replay anywhere"},
    {"replay", "RUN", "report a kept run again: its number, \"last\", or a "
     "FILE"},
    {"quiet", NULL, "no report and no progress"},
    {"no-history", NULL, "keep nothing of it"},
    LOOK_OPTIONS,
    {NULL, NULL, NULL}
};
static const struct command_option tour_options[] = {
    LOOK_OPTIONS,
    {NULL, NULL, NULL}
};
static const struct command_option doctor_options[] = {
    {"json", NULL, "print what was found as one JSON object"},
    {"class", NULL, "before a class: which lessons will be inconclusive here"},
    {NULL, NULL, NULL}
};
static const struct command_option check_options[] = {
    {"rules", "own|ostep", "corner rules of simulators; see \"list rules\""},
    {"json", NULL, "print the outcome as one JSON object"},
    {NULL, NULL, NULL}
};
static const struct command_option sweep_options[] = {
    {"watch", NULL, "on a screen, live; with the options of a screen"},
    SCREEN_OPTIONS,
    {"resume", NULL, "go on with the last sweep that was not finished"},
    {"json", NULL, "print the sweep as one JSON object"},
    {"csv", NULL, "print a line for each run"},
    {"svg", "FILE", "write the curve to FILE"},
    {"quiet", NULL, "print only the best number of workers"},
    {"no-history", NULL, "keep nothing of it"},
    LOOK_OPTIONS,
    {NULL, NULL, NULL}
};
static const struct command_option fit_options[] = {
    {"json", NULL, "print the models as one JSON object"},
    {"cores", "N", "of the machine: try the model of computing and waiting"},
    {"tasks", "N", "it was always so many tasks: try the models of portions"},
    {"task-s", "SECONDS", "how long one task takes alone: try the articles' T"},
    {"chunk", "N", "tasks in a portion, or auto (1)"},
    {"quadratic", "X,Y", "instead: a parabola over these two columns; X/100 "
     "divides"},
    LOOK_OPTIONS,
    {NULL, NULL, NULL}
};
static const struct command_option compare_options[] = {
    {"json", NULL, "print the comparison as one JSON object"},
    {"no-history", NULL, "keep nothing of it"},
    LOOK_OPTIONS,
    {NULL, NULL, NULL}
};
static const struct command_option advise_options[] = {
    {"json", NULL, "print the advice as one JSON object"},
    {"quiet", NULL, "print only the number of workers"},
    {"no-history", NULL, "keep nothing of it"},
    {"columns", "N", "width of the text; else the terminal's, or 80"},
    {NULL, NULL, NULL}
};
static const struct command_option predict_options[] = {
    {"on", "cpus=1,2,4", "on so many CPUs; with the words of a simulated "
     "machine, as sim has them"},
    {"model-only", NULL, "no real runs on the cores that are here"},
    {"json", NULL, "print the prediction as one JSON object"},
    {"quiet", NULL, "no progress"},
    {"columns", "N", "width of the text; else the terminal's, or 80"},
    {NULL, NULL, NULL}
};
static const struct command_option history_options[] = {
    {"json", NULL, "print what is asked for as JSON"},
    {"output", "FILE", "export: write there"},
    {"to", "SIZE", "prune: down to this, for example 64M"},
    LOOK_OPTIONS,
    {NULL, NULL, NULL}
};
static const struct command_option report_options[] = {
    {"output", "FILE", "write there, also -o: .html, .md, .svg, .csv or .json"},
    {"title", "TEXT", "the page's title"},
    {NULL, NULL, NULL}
};
#define MACHINE_OPTIONS                                                       \
    {"tso", NULL, "with store buffers, as x86 has them"},                     \
    {"granularity", "statement|access|instruction", "what one step is; else " \
     "an access to what is shared"},                                          \
    {"buffer", "N", "with --tso: stores that a buffer holds (24)"},           \
    {"schedule", "S", "who goes when: \"0 1 0 0 1*12\"; f0 is a flush"},      \
    {"case", "ID", "this one of a JSON file with many programs"}
static const struct command_option step_options[] = {
    MACHINE_OPTIONS,
    {"random", "N", "then that many random steps, or \"all\""},
    {"seed", "N", "of the random steps (1)"},
    {"text", NULL, "print it, though there is a terminal"},
    SCREEN_OPTIONS,
    LOOK_OPTIONS,
    {NULL, NULL, NULL}
};
static const struct command_option explore_options[] = {
    MACHINE_OPTIONS,
    {"verdict", NULL, "only: does one fail? With fewer states"},
    {"states", NULL, "all states and outcomes; nothing is counted"},
    {"stop", NULL, "end with the first failure"},
    {"random", "N", "instead: that many random schedules"},
    {"seed", "N", "of the random schedules (1)"},
    {"repairs", "EXERCISE", "is FILE a repair of this one? Prove it"},
    {"real", NULL, "run it on this machine, beside what is possible"},
    {"for", "TIME", "with --real: about so long (2s)"},
    {"executions", "N", "with --real: at most so many"},
    {"workers", "N", "threads that search; else one a core"},
    {"memory", "SIZE", "at most so much, for example 4G; else half of what is "
     "free"},
    {"keep-registers", NULL, "tell states apart by registers nobody will read"},
    {"json", NULL, "print what was found as one JSON object"},
    LOOK_OPTIONS,
    {NULL, NULL, NULL}
};
static const struct command_option sim_options[] = {
    {"on", "POLICY,NAME=VALUE...", "on this machine; again: side by side"},
    {"from", "RUN", "the jobs that a kept run was: its number, \"last\", or a "
     "FILE"},
    {"steps", "[N]", "every decision with its reason: the first N (50)"},
    {"json", NULL, "print the figures as one JSON object"},
    {"csv", NULL, "print a line for each job"},
    {"trace", "FILE", "write the timeline to FILE, for ui.perfetto.dev"},
    {"text", NULL, "print it, though there is a terminal"},
    SCREEN_OPTIONS,
    LOOK_OPTIONS,
    {NULL, NULL, NULL}
};
static const struct command_option sim_words[] = {
    {"quiz", "[--seed N]", "an exercise: you compute, then it tells"},
    {"disk", "[...]", "a drive's arm and its queue, as text"},
    {"asm", "[...]", "small assembler programs under a timer's interrupts"},
    {"kernel", "[...]", "shares and delays: the real kernel beside the model"},
    {NULL, NULL, NULL}
};
static const struct command_option lesson_options[] = {
    {"all", NULL, "run, lint: every lesson of the course"},
    {"headless", NULL, "run: nobody answers; checks and controls, for CI"},
    {"linear", NULL, "run: as plain text, question by question"},
    {"json", NULL, "run --headless, list, lint: as one JSON object"},
    {"cpus", "LIST", "this machine, as if it had only these processors"},
    {"lang", "LANG", "lessons in this language where there is one: fr"},
    {"no-controls", NULL, "run --headless: leave the controls out"},
    {"no-skip", NULL, "run: the explanation is not to be had before the run"},
    {"no-history", NULL, "keep nothing of what runs"},
    {"search", "WORDS", "list: lessons about these"},
    {"out", "FILE", "new, summary, progress: write there; .html is a page"},
    {"name", "NAME", "summary: whose it is"},
    {"force", NULL, "new: although there is such a file"},
    SCREEN_OPTIONS,
    {"ascii", NULL, "no characters beyond ASCII"},
    {NULL, NULL, NULL}
};
static const struct command_option lesson_second_words[] = {
    {"list", NULL, "the course, and how far you are"},
    {"run", "LESSON...", "take one: by id, number or path"},
    {"show", "LESSON", "its text"},
    {"lint", "FILE...", "what is wrong with a lesson, without running it"},
    {"new", "ID", "the skeleton of a lesson of your own"},
    {"progress", "[show|export|import FILE|reset LESSON]", "what you did"},
    {"summary", "[LESSON]", "your predictions beside what was measured"},
    {"coverage", NULL, "claims and topics, and the lessons that treat them"},
    {"notes", NULL, "the teacher's notes, on a second terminal"},
    {NULL, NULL, NULL}
};
static const struct command_option history_words[] = {
    {"list", NULL, "the newest first; also without a word"},
    {"search", "WORD...", "those with every word in line, answer, note or tag"},
    {"show", "ID", "the report again; 17 is a run, s4 a sweep, or \"last\""},
    {"run", "ID", "run it again, as it stands"},
    {"compare", "ID ID", "figures of two side by side"},
    {"note", "ID TEXT", "write a line to it; \"\" takes it away"},
    {"tag", "ID TAG...", "mark it; what is marked is never pruned"},
    {"untag", "ID TAG...", "take marks away"},
    {"rm", "ID...", "remove it, a sweep with its runs"},
    {"export", "[ID...]", "all, or these, as lines of JSON"},
    {"import", "FILE", "what was exported; or what is left of a damaged one"},
    {"check", NULL, "read all of it and compare every sum"},
    {"prune", "[--to SIZE]", "the oldest timelines go, then the oldest runs"},
    {"path", NULL, "where it is kept"},
    {NULL, NULL, NULL}
};
static const struct command_option list_words[] = {
    {"workloads", NULL, "what a task may do"},
    {"models", NULL, "how workers may come to be"},
    {"settings", NULL, "everything that can be set"},
    {"metrics", NULL, "what is measured, by its name in the record"},
    {"locks", NULL, "ways to guard a shared counter"},
    {"observers", NULL, "ways to see switches"},
    {"races", NULL, "small programs for step and explore"},
    {"policies", NULL, "ways to schedule, for sim"},
    {"rules", NULL, "corner rules of simulators: a book's, and ours"},
    {NULL, NULL, NULL}
};
static const struct command_option list_options[] = {
    {"json", NULL, "print the lists as JSON"},
    {NULL, NULL, NULL}
};
static const struct command_option shell_words[] = {
    {"bash", NULL, "for bash-completion"},
    {"zsh", NULL, "for a folder of fpath"},
    {"fish", NULL, "for vendor_completions.d"},
    {NULL, NULL, NULL}
};

const struct command cli_commands[] = {
    {"lab", "[EXPERIMENT]",
     "watch one experiment live, and change it while it runs",
     cli_lab, true, screen_options, NULL},
    {"race", "[EXPERIMENT]",
     "a shared counter live: flip its lock while it runs",
     cli_race, true, screen_options, NULL},
    {"run", "EXPERIMENT",
     "run one experiment without a screen and report",
     cli_run, true, run_options, NULL},
    {"sweep", "EXPERIMENT [--over SETTING=LIST]",
     "run it over the values of a setting: find the sweet spot",
     cli_sweep, EXPERIMENT_SWEEP, sweep_options, NULL},
    {"compare", "EXPERIMENT EXPERIMENT | EXPERIMENT --over SETTING=LIST",
     "run experiments in turn and say which is faster",
     cli_compare, EXPERIMENT_CONTEST, compare_options, NULL},
    {"advise", "EXPERIMENT | --inputs LIST -- COMMAND {}",
     "how many workers this work should have, and why",
     cli_advise, true, advise_options, NULL},
    {"fit", "FILE.csv",
     "fit scaling models to anybody's numbers",
     cli_fit, false, fit_options, NULL},
    {"history", "[WORD] [ID...]",
     "runs and sweeps that were kept",
     cli_history, false, history_options, history_words},
    {"step", "[PROGRAM]",
     "a small program one step at a time: you are the scheduler",
     cli_step, false, step_options, NULL},
    {"explore", "[PROGRAM]",
     "all schedules of a small program: a failure, or a proof",
     cli_explore, false, explore_options, NULL},
    {"sim", "[FILE|\"JOBS\"|\"EXPERIMENT\"] [--on ...]",
     "jobs on a simulated machine, under any policy",
     cli_sim, false, sim_options, sim_words},
    {"predict", "EXPERIMENT --on cpus=LIST",
     "how long would it take on other numbers of CPUs?",
     cli_predict, true, predict_options, NULL},
    {"lesson", "[WORD] [LESSON...]",
     "predict, run, observe, explain: the course",
     cli_lesson, false, lesson_options, lesson_second_words},
    {"report", "RUN|SWEEP... -o FILE",
     "write kept runs and sweeps as a page to hand on",
     cli_report, false, report_options, NULL},
    {"tour", "",
     "four short real experiments, as text",
     cli_tour, false, tour_options, NULL},
    {"check", "FILE.json",
     "recompute an answer file and name what differs",
     cli_check, false, check_options, NULL},
    {"doctor", "",
     "what this machine allows, and what would allow more",
     cli_doctor, false, doctor_options, NULL},
    {"list", "[TOPIC]",
     "the words that can be used, each with its meaning",
     cli_list, false, list_options, list_words},
    {"completions", "bash|zsh|fish",
     "print a script that completes words for this shell",
     cli_completions, false, NULL, shell_words},
    {"man", "",
     "print the manual page (roff)",
     cli_man, false, NULL, NULL},
    {"help", "[COMMAND|WORKLOAD]",
     "explain a command or a workload, or all of it",
     cli_help, false, NULL, NULL},
    {NULL, NULL, NULL, NULL, false, NULL, NULL}
};
const struct command cli_launcher_command = {
    "timeslice", "", "choose what to run from a screen",
    cli_launcher, false, launcher_options, NULL
};
/* clang-format on */

const struct command *cli_find(const char *name)
{
    for (const struct command *c = cli_commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

static bool is_word(const char *word, const char *const words[])
{
    for (int i = 0; words[i]; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

static int refuse_command(const char *word)
{
    const char *names[sizeof(cli_commands) / sizeof(cli_commands[0])] = {0};
    const char *near;

    for (int i = 0; cli_commands[i].name; i++)
        names[i] = cli_commands[i].name;
    if (is_word(word, spec_workload_words))
        return cli_refuse(EXIT_REQUEST,
                          "\"%s\" is a workload, not a command; to run it: "
                          "timeslice run %s",
                          word, word);
    near = text_nearest(word, names);
    if (near)
        return cli_refuse(EXIT_REQUEST,
                          "\"%s\" is not a command; did you mean \"%s\"?", word,
                          near);
    return cli_refuse(EXIT_REQUEST,
                      "\"%s\" is not a command; \"timeslice help\" lists them",
                      word);
}

/* Whoever starts us with a standard stream closed gets errors from it as ever;
 * but no file that is opened later, the history say, may take its place and
 * receive what is printed. */
static void hold_streams(void)
{
    static const int wrong_way[] = {O_WRONLY, O_RDONLY, O_RDONLY};

    for (int i = 0; i < 3; i++)
        if (fcntl(i, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", wrong_way[i]) != i)
            _exit(EXIT_FAILED);
}

int cli_main(int argc, char **argv)
{
    const struct command *command;

    hold_streams();
    /* Characters as the user has them; numbers stay as programs read them. */
    setlocale(LC_CTYPE, "");
    spec_check_on = sim_check_on;
    if (argc < 2)
        return cli_launcher(argc, argv);
    if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0) {
        cli_help_all();
        return cli_flush(EXIT_DONE);
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("timeslice " CLI_VERSION);
        return cli_flush(EXIT_DONE);
    }
    if (argv[1][0] == '-')
        return cli_launcher(argc, argv);
    command = cli_find(argv[1]);
    if (!command)
        return refuse_command(argv[1]);
    return command->run(argc - 1, argv + 1);
}
