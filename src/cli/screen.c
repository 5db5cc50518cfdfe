/* The commands that open a screen: the launcher, lab and race. Screen process.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/common.h"
#include "tui/tui.h"

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

bool cli_on_terminal(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

int cli_open_screen(struct tui_options *o, const struct cli_words *w)
{
    struct err err = {0};
    int status;

    o->theme = theme_named(cli_words_value(w, "theme"));
    o->ascii = cli_words_value(w, "ascii") || !cli_utf8();
    o->presenter = cli_words_value(w, "present") != NULL;
    o->no_mouse = cli_words_value(w, "no-mouse") != NULL;
    o->no_history = cli_words_value(w, "no-history") != NULL;
    o->record = cli_words_value(w, "record");
    status = tui_run(o, &err);
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
    if (status < 0 && cli_on_terminal()) {
        struct tui_options o = {.screen = TUI_LAUNCHER, .machine = &machine};

        machine_read(&machine);
        status = cli_open_screen(&o, &w);
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

/* A kept run, for the screen that suits it. */
static int open_kept(struct trace **out, enum tui_screen screen,
                     const char *word, const struct cli_words *w,
                     struct err *err)
{
    int rc;

    if (w->rest_count > 0)
        return err_set(err, -EINVAL,
                       "--replay shows the kept run %s as it was; \"%s\" "
                       "cannot change it",
                       word, w->rest[0]);
    rc = cli_kept(out, word, err);
    if (rc == 0 && screen == TUI_RACE &&
        (*out)->spec.workload != WORKLOAD_COUNTER) {
        rc = err_set(err, -EINVAL,
                     "the race is between workers of the counter, not of %s; "
                     "\"timeslice lab --replay %s\" shows this run",
                     spec_workload_words[(*out)->spec.workload], word);
        trace_free(*out);
        *out = NULL;
    }
    return rc;
}

/* "lab" and "race": with words an experiment, else the screen's own. */
static int screen_command(enum tui_screen screen, int argc, char **argv)
{
    struct machine machine;
    struct cli_words w;
    struct spec spec;
    struct trace *kept = NULL;
    struct err err = {0};
    const char *replay;
    bool given;
    int status, rc = 0;

    status = cli_words_sort(&w, cli_find(argv[0]), argc, argv);
    if (status >= 0)
        goto out;
    machine_read(&machine);
    replay = cli_words_value(&w, "replay");
    given = w.rest_count > 0 && !replay;
    if (given)
        rc = parse_screen(&spec, screen, &w, &err);
    if (given && rc == 0)
        rc = spec_check(&spec, &machine, &err);
    if (replay)
        rc = open_kept(&kept, screen, replay, &w, &err);
    if (rc < 0) {
        status = cli_refuse_err(&err, EXIT_REQUEST);
    } else if (!cli_on_terminal()) {
        trace_free(kept);
        status = cli_refuse(EXIT_REQUEST,
                            "%s needs a terminal; without one there is "
                            "\"timeslice run\"",
                            argv[0]);
    } else {
        struct tui_options o = {
            .screen = screen,
            .spec = given ? &spec : NULL,
            .machine = &machine,
            .replay = kept,
        };

        status = cli_open_screen(&o, &w);
    }
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
