/* "timeslice help" and "--help": examples first, then everything, from the
 * tables of commands and settings. Screen process. */
#include <stdio.h>
#include <string.h>

#include "cli/common.h"

#define WORD_COLUMNS 22

/* "  --trace FILE        what it does", wrapped to 80 columns. */
static void print_entry(const char *word, const char *value, const char *help)
{
    int used = printf("  %s%s%s", word, value && *value ? " " : "",
                      value ? value : "");

    if (used > WORD_COLUMNS - 2) {
        putchar('\n');
        used = 0;
    }
    printf("%*s", WORD_COLUMNS - used, "");
    cli_wrap(help, WORD_COLUMNS, WORD_COLUMNS, 80);
}

static void print_options(const char *dashes,
                          const struct command_option *options)
{
    char word[64];

    for (const struct command_option *o = options; o && o->name; o++) {
        snprintf(word, sizeof(word), "%s%s", dashes, o->name);
        print_entry(word, o->value, o->help);
    }
}

void cli_setting_value(const struct setting *s, struct text *out)
{
    if (s->words) {
        for (int i = 0; s->words[i]; i++)
            text_addf(out, "%s%s", i ? "|" : "", s->words[i]);
        return;
    }
    switch (s->type) {
    case SETTING_SECONDS:
        text_add(out, "SECONDS");
        break;
    case SETTING_MS:
        text_add(out, "MS");
        break;
    case SETTING_CHUNK:
        text_add(out, "auto|N");
        break;
    case SETTING_CPUS:
        text_add(out, "LIST");
        break;
    case SETTING_PHASES:
        text_add(out, "LOCK:SECONDS,...");
        break;
    case SETTING_OBSERVER:
        text_add(out, "KIND");
        break;
    case SETTING_SIZE:
        text_add(out, "BYTES");
        break;
    case SETTING_TEXT:
        text_add(out, strcmp(s->name, "parts") == 0     ? "EXPERIMENTS"
                      : strcmp(s->name, "inputs") == 0  ? "FILE"
                      : strcmp(s->name, "lengths") == 0 ? "LIST"
                      : strcmp(s->name, "on") == 0      ? "sim:POLICY,..."
                                                        : "FOLDER");
        break;
    default:
        text_add(out, "N");
    }
}

const char *cli_setting_fallback(const struct setting *s)
{
    if (!s->fallback || strcmp(s->fallback, "auto") == 0)
        return NULL;
    return s->fallback;
}

static void print_setting(const struct setting *s, const char *fallback)
{
    struct text value = {0}, help = {0};
    char word[64];

    snprintf(word, sizeof(word), "--%s", s->name);
    cli_setting_value(s, &value);
    text_add(&help, s->help);
    if (fallback)
        text_addf(&help, " (%s)", fallback);
    print_entry(word, text_str(&value), text_str(&help));
    text_fini(&value);
    text_fini(&help);
}

void cli_print_setting(const struct setting *s)
{
    print_setting(s, cli_setting_fallback(s));
}

static void print_settings(bool of_all)
{
    for (int i = 0; i < spec_setting_count; i++)
        if ((spec_settings[i].workloads == 0) == of_all)
            cli_print_setting(&spec_settings[i]);
}

static void print_experiment_help(void)
{
    puts("\nAn experiment is a workload and its settings, in any order.\n"
         "\nWorkloads:");
    for (int i = 0; i < WORKLOAD_COUNT; i++)
        print_entry(spec_workload_words[i], NULL, spec_workload_summaries[i]);
    puts("\nSettings of them all (in brackets: when not given):");
    print_settings(true);
    puts(
        "\nSettings of some (\"timeslice help disk\" tells those of disk, with "
        "its own\ndefaults):");
    print_settings(false);
}

/* A workload as a topic of its own: what it does, what it understands. */
static void help_workload(enum spec_workload workload)
{
    const char *separator = "";
    struct spec spec;

    spec_defaults(&spec, workload);
    printf(
        "timeslice run %s%s\n    %s\n\nModels: ", spec_workload_words[workload],
        workload == WORKLOAD_COMMAND ? " -- YOUR COMMAND {}" : "",
        spec_workload_summaries[workload]);
    for (int i = 0; i < MODEL_COUNT; i++) {
        if (!spec_runs_on(workload, (enum spec_model)i))
            continue;
        printf("%s%s%s", separator, spec_model_words[i],
               i == (int)spec.model ? " (when not given)" : "");
        separator = ", ";
    }
    puts("\n\nIts own settings (in brackets: when not given):");
    for (int i = 0; i < spec_setting_count; i++) {
        const struct setting *s = &spec_settings[i];
        struct text value = {0};

        if (s->workloads == 0 || !(s->workloads >> workload & 1))
            continue;
        spec_format_setting(&spec, s, &value);
        print_setting(s, text_str(&value));
        text_fini(&value);
    }
    puts("\nAnd those of every workload: \"timeslice help run\".");
}

const char *const cli_examples[][2] = {
    {"timeslice run primes --model threads --workers 4",
     "four threads count primes: who was on which core?"},
    {"timeslice run counter --phases none:0.5,mutex:0.5",
     "one shared counter, first without a lock, then with one"},
    {"timeslice run locks --workers 5",
     "five philosophers: who waits for whom, and who can never go on?"},
    {"timeslice run command --inputs list.txt -- ./resize.sh {}",
     "your own program for each line of a list"},
    {"timeslice sweep primes --over workers=1,2,4,8",
     "how many workers are best, and what limits them?"},
    {"timeslice explore lost-update",
     "every schedule of two increments: how many lose one?"},
    {"timeslice race", "the counter live: flip the lock while it runs"},
    {"timeslice sim \"A 3 | B 2 @1\" --on fifo --on rr,slice=1",
     "two jobs on a simulated machine, under two policies"},
    {NULL, NULL},
};

static void print_examples(void)
{
    puts("Examples:");
    for (int i = 0; cli_examples[i][0]; i++)
        printf("  %s\n      %s\n", cli_examples[i][0], cli_examples[i][1]);
}

void cli_help_all(void)
{
    char head[80];

    puts("timeslice: a laboratory for concurrency and scheduling in the "
         "terminal.\n");
    print_examples();
    puts("\nCommands:");
    snprintf(head, sizeof(head), "%s", "timeslice");
    print_entry(head, NULL,
                "choose what to run from a screen; without a terminal: the "
                "tour");
    for (const struct command *c = cli_commands; c->name; c++)
        print_entry(c->name, NULL, c->summary);
    puts("\n\"timeslice help COMMAND\" explains one of them, \"timeslice help "
         "disk\" the\nworkload disk; --version tells the version.\n"
         "Exit status: 0 done, 1 the run failed, 2 the request was wrong, 3 "
         "no clear\nanswer, 4 this machine cannot do it, 130 interrupted.");
}

void cli_help_command(const struct command *c)
{
    if (c == &cli_launcher_command) {
        cli_help_all();
        puts("\nOptions of \"timeslice\" alone:");
        print_options("--", c->options);
        return;
    }
    printf("timeslice %s%s%s\n    %s\n", c->name, *c->synopsis ? " " : "",
           c->synopsis, c->summary);
    if (c->words) {
        puts("\nWords:");
        print_options("", c->words);
    }
    if (c->options) {
        puts("\nOptions:");
        print_options("--", cli_among(c));
        print_options("--", c->options);
    }
    if (c->experiment)
        print_experiment_help();
}

int cli_help(int argc, char **argv)
{
    const struct command *c = NULL;
    const char *names[32 + WORKLOAD_COUNT] = {0};
    int workload = -1, n = 0;
    const char *near;
    struct cli_words w;
    int status;

    status = cli_words_sort(&w, cli_find(argv[0]), argc, argv);
    if (status >= 0)
        goto out;
    if (w.rest_count > 0)
        c = cli_find(w.rest[0]);
    for (; n < 31 && cli_commands[n].name; n++)
        names[n] = cli_commands[n].name;
    for (int i = 0; i < WORKLOAD_COUNT; i++) {
        names[n++] = spec_workload_words[i];
        if (w.rest_count > 0 && strcmp(w.rest[0], spec_workload_words[i]) == 0)
            workload = i;
    }
    if (w.rest_count > 1) {
        status = cli_refuse(EXIT_REQUEST, "help takes one word, not \"%s\" too",
                            w.rest[1]);
    } else if (!c && workload >= 0) {
        help_workload((enum spec_workload)workload);
        status = cli_flush(EXIT_DONE);
    } else if (w.rest_count == 1 && !c) {
        near = text_nearest(w.rest[0], names);
        status = cli_refuse(
            EXIT_REQUEST, "there is no command or workload \"%s\"%s%s%s",
            w.rest[0], near ? "; did you mean \"" : "", near ? near : "",
            near ? "\"?" : "; \"timeslice help\" lists them");
    } else {
        if (c)
            cli_help_command(c);
        else
            cli_help_all();
        status = cli_flush(EXIT_DONE);
    }
out:
    cli_words_fini(&w);
    return status;
}
