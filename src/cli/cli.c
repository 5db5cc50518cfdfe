/* The table of commands, and the way from the program's words to one of them.
 * Screen process. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/common.h"
#include "tui/tui.h"

/* clang-format off */
static const struct command_option screen_options[] = {
    {"theme", "dark|light|contrast|mono", "colours to use"},
    {"ascii", NULL, "no characters beyond ASCII"},
    {"present", NULL, "for a projector: bigger, fewer words"},
    {"no-mouse", NULL, "leave the mouse to the terminal"},
    {NULL, NULL, NULL}
};
static const struct command_option run_options[] = {
    {"json", NULL, "print the run's record as one JSON object"},
    {"csv", NULL, "print a line of column names and a line of values"},
    {"trace", "FILE", "write the timeline to FILE, for ui.perfetto.dev"},
    {"report", NULL, "with --json or --csv: the report too, to stderr"},
    {"quiet", NULL, "no report and no progress"},
    {"columns", "N", "width of the report; else the terminal's, or 80"},
    {"ascii", NULL, "no characters beyond ASCII"},
    {"no-color", NULL, "no colours, as with NO_COLOR set"},
    {NULL, NULL, NULL}
};
static const struct command_option tour_options[] = {
    {"columns", "N", "width of the text; else the terminal's, or 80"},
    {"ascii", NULL, "no characters beyond ASCII"},
    {"no-color", NULL, "no colours, as with NO_COLOR set"},
    {NULL, NULL, NULL}
};
static const struct command_option doctor_options[] = {
    {"json", NULL, "print what was found as one JSON object"},
    {NULL, NULL, NULL}
};
static const struct command_option check_options[] = {
    {"json", NULL, "print the outcome as one JSON object"},
    {NULL, NULL, NULL}
};
static const char *const list_words[] = {
    "workloads", "models", "settings", "metrics", "locks", "observers", NULL
};
static const char *const shell_words[] = {"bash", "zsh", "fish", NULL};

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
    {"tour", "",
     "four short real experiments, as text",
     cli_tour, false, tour_options, NULL},
    {"check", "FILE.json",
     "recompute an answer file and name what differs",
     cli_check, false, check_options, NULL},
    {"doctor", "",
     "what this machine allows, and what would allow more",
     cli_doctor, false, doctor_options, NULL},
    {"list", "[workloads|models|settings|metrics|locks|observers]",
     "the words that can be used, each with its meaning",
     cli_list, false, NULL, list_words},
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
    cli_launcher, false, screen_options, NULL
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

int cli_main(int argc, char **argv)
{
    const struct command *command;

    /* Characters as the user has them; numbers stay as programs read them. */
    setlocale(LC_CTYPE, "");
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

/* ---- the screens --------------------------------------------------------- */

static enum tui_theme theme_named(const char *name)
{
    const char *no_colour = getenv("NO_COLOR");
    static const char *const words[THEME_COUNT] = {
        [THEME_DARK] = "dark",
        [THEME_LIGHT] = "light",
        [THEME_CONTRAST] = "contrast",
        [THEME_MONO] = "mono",
    };

    for (int i = 0; name && i < THEME_COUNT; i++)
        if (strcmp(words[i], name) == 0)
            return (enum tui_theme)i;
    return no_colour && *no_colour ? THEME_MONO : THEME_DARK;
}

static bool on_terminal(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static int open_screen(enum tui_screen screen, const struct spec *spec,
                       const struct machine *m, const struct cli_words *w)
{
    const struct tui_options options = {
        .screen = screen,
        .spec = spec,
        .machine = m,
        .theme = theme_named(cli_words_value(w, "theme")),
        .ascii = cli_words_value(w, "ascii") || !cli_utf8(),
        .presenter = cli_words_value(w, "present") != NULL,
        .no_mouse = cli_words_value(w, "no-mouse") != NULL,
    };
    struct err err = {0};
    int status = tui_run(&options, &err);

    return status < 0 ? cli_refuse_err(&err, EXIT_FAILED) : status;
}

int cli_launcher(int argc, char **argv)
{
    struct machine machine;
    struct cli_words w;
    int status;

    status = cli_words_sort(&w, &cli_launcher_command, argc, argv);
    if (status < 0 && w.rest_count > 0)
        status = cli_refuse(EXIT_REQUEST,
                            "\"%s\" is not expected here; \"timeslice help\" "
                            "shows what is",
                            w.rest[0]);
    if (status < 0 && on_terminal()) {
        machine_read(&machine);
        status = open_screen(TUI_LAUNCHER, NULL, &machine, &w);
    } else if (status < 0) {
        char name[] = "tour", ascii[] = "--ascii";
        char *tour[] = {name, ascii, NULL};

        status = cli_tour(cli_words_value(&w, "ascii") ? 2 : 1, tour);
    }
    cli_words_fini(&w);
    return status;
}

/* An experiment's words, of which the workload is the one that is neither a
 * setting nor its value. */
static bool names_workload(const struct cli_words *w)
{
    for (int i = 0; i < w->rest_count; i++) {
        if (w->rest[i][0] != '-')
            return true;
        i += strchr(w->rest[i], '=') == NULL;
    }
    return false;
}

/* The experiment of a screen. The race is a counter's: no need to say so. */
static int parse_screen(struct spec *spec, enum tui_screen screen,
                        struct cli_words *w, struct err *err)
{
    int rc;

    if (screen == TUI_RACE && !names_workload(w)) {
        memmove(w->rest + 1, w->rest, (size_t)w->rest_count * sizeof(*w->rest));
        w->rest[0] = "counter"; /* there is room for one more */
        w->rest_count++;
    }
    rc = spec_parse_words(spec, w->rest_count, w->rest, err);
    if (rc == 0 && screen == TUI_RACE && spec->workload != WORKLOAD_COUNTER)
        rc = err_set(err, -EINVAL,
                     "the race is between workers of the counter, not of %s; "
                     "that one can be seen with \"timeslice lab\"",
                     spec_workload_words[spec->workload]);
    return rc;
}

/* "lab" and "race": with words an experiment, else the screen's own. */
static int screen_command(enum tui_screen screen, int argc, char **argv)
{
    struct machine machine;
    struct cli_words w;
    struct spec spec;
    struct err err = {0};
    bool given;
    int status, rc = 0;

    status = cli_words_sort(&w, cli_find(argv[0]), argc, argv);
    if (status >= 0)
        goto out;
    machine_read(&machine);
    given = w.rest_count > 0;
    if (given)
        rc = parse_screen(&spec, screen, &w, &err);
    if (given && rc == 0)
        rc = spec_check(&spec, &machine, &err);
    if (rc < 0)
        status = cli_refuse_err(&err, EXIT_REQUEST);
    else if (!on_terminal())
        status = cli_refuse(EXIT_REQUEST,
                            "%s needs a terminal; without one there is "
                            "\"timeslice run\"",
                            argv[0]);
    else
        status = open_screen(screen, given ? &spec : NULL, &machine, &w);
out:
    cli_words_fini(&w);
    return status;
}

int cli_lab(int argc, char **argv)
{
    return screen_command(TUI_LAB, argc, argv);
}

int cli_race(int argc, char **argv)
{
    return screen_command(TUI_RACE, argc, argv);
}
