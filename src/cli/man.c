/* "timeslice man": the manual page, from the tables. Screen process. */
#include <stdio.h>
#include <string.h>

#include "cli/common.h"
#include "sim/policy.h"
#include "spec/metric.h"

/* Text as roff takes it literally: no escapes, no control line, and minus
 * signs that can be copied. */
static void print_roff(const char *s)
{
    if (*s == '.' || *s == '\'')
        fputs("\\&", stdout);
    for (; *s; s++) {
        if (*s == '\\')
            fputs("\\e", stdout);
        else if (*s == '-')
            fputs("\\-", stdout);
        else
            putchar(*s);
    }
}

/* A paragraph with a hanging term: "**--trace** *FILE*", and what it means. */
static void print_term(const char *dashes, const char *word, const char *value,
                       const char *help)
{
    puts(".TP");
    printf("\\fB");
    print_roff(dashes);
    print_roff(word);
    printf("\\fR");
    if (value && *value) {
        printf(" \\fI");
        print_roff(value);
        printf("\\fR");
    }
    putchar('\n');
    print_roff(help);
    puts(".");
}

static void print_commands(void)
{
    puts(".SH COMMANDS");
    for (const struct command *c = cli_commands; c->name; c++) {
        print_term("", c->name, c->synopsis, c->summary);
        if (!c->options && !c->words)
            continue;
        puts(".RS");
        for (const struct command_option *o = c->words; o && o->name; o++)
            print_term("", o->name, o->value, o->help);
        for (const struct command_option *o = cli_among(c); o && o->name; o++)
            print_term("--", o->name, o->value, o->help);
        for (const struct command_option *o = c->options; o && o->name; o++)
            print_term("--", o->name, o->value, o->help);
        puts(".RE");
    }
}

static void print_settings(void)
{
    puts(".SH EXPERIMENTS\n"
         "An experiment is a workload and its settings, in any order. The same "
         "line is\ntyped on the command line and at the prompt of the "
         "screens.\n"
         ".SS Workloads");
    for (int i = 0; spec_workload_words[i]; i++)
        print_term("", spec_workload_words[i], NULL,
                   spec_workload_summaries[i]);
    puts(".SS Settings");
    for (int i = 0; i < spec_setting_count; i++) {
        const struct setting *s = &spec_settings[i];
        struct text value = {0}, help = {0};

        cli_setting_value(s, &value);
        text_add(&help, s->help);
        if (cli_setting_fallback(s))
            text_addf(&help, " (when not given: %s)", cli_setting_fallback(s));
        print_term("--", s->name, text_str(&value), text_str(&help));
        text_fini(&value);
        text_fini(&help);
    }
}

/* Policies, what may be said of the machine, and how jobs are written. */
static void print_simulator(void)
{
    puts(".SH SIMULATED MACHINES\n"
         "A machine is a policy and what differs from its defaults: "
         "\\fBrr,slice=4ms,cpus=64\\fR.\n"
         ".SS Policies");
    for (int i = 0; sim_policies[i]; i++)
        print_term("", sim_policies[i]->name, NULL, sim_policies[i]->summary);
    puts(".SS Parameters");
    for (int i = 0; i < sim_setting_count; i++) {
        const struct sim_setting *s = &sim_settings[i];
        struct text help = {0};

        text_addf(&help, "%s (when not given: %s)", s->help, s->fallback);
        print_term("", s->name, NULL, text_str(&help));
        text_fini(&help);
    }
    puts(".SS Jobs\n"
         "One a line, or one after each |: a name, what the job does in turn, "
         "when it\narrives, and its settings. Times are milliseconds unless "
         "they have a unit.");
    print_term("", "A 10", NULL, "computes for 10 ms");
    print_term("", "B 3 io:5 2 @2", NULL,
               "arrives at 2 ms, waits for a device in between");
    print_term("", "C 2 io:8 x10 nice=5", NULL, "all that ten times");
    print_term("", "D 1 lock:m 4 unlock:m 1 priority=3 tickets=50", NULL,
               "holds a lock meanwhile");
    print_term("", "E 3 period x100 period=10ms deadline=8ms", NULL,
               "every 10 ms anew");
    print_term("", "F 20 cpus=0,2-3 set=40 gang=g", NULL,
               "where it may run, its share of a cache, its gang");
}

static void print_page(void)
{
    puts(
        ".TH TIMESLICE 1 \"\" \"timeslice " CLI_VERSION "\"\n"
        ".SH NAME\n"
        "timeslice \\- a laboratory for concurrency and scheduling\n"
        ".SH SYNOPSIS\n"
        ".B timeslice\n"
        ".RI [ OPTIONS ]\n"
        ".br\n"
        ".B timeslice\n"
        ".I COMMAND\n"
        ".RI [ WORDS ]\n"
        ".SH DESCRIPTION\n"
        "Runs a piece of work with real threads or processes and shows who was "
        "on which\ncore, who waited and for what, what was lost, and how that "
        "changes with the\nnumber of workers. Without a command it opens the "
        "launcher; without a terminal\nit takes the tour, as text.\n"
        ".SH EXAMPLES");
    for (int i = 0; cli_examples[i][0]; i++) {
        puts(".TP");
        printf("\\fB");
        print_roff(cli_examples[i][0]);
        puts("\\fR");
        print_roff(cli_examples[i][1]);
        putchar('\n');
    }
    print_commands();
    puts(".SH OPTIONS\nOf \\fBtimeslice\\fR alone:");
    for (const struct command_option *o = cli_launcher_command.options; o->name;
         o++)
        print_term("--", o->name, o->value, o->help);
    print_term("", "-h, --help", NULL, "explain, and end");
    print_term("", "--version", NULL, "tell the version, and end");
    print_settings();
    print_simulator();
    puts(".SH METRICS\nNames in the record (\\-\\-json, \\-\\-csv); what was "
         "not measured is absent.");
    for (int i = 0; i < METRIC_COUNT; i++)
        print_term("", metric_infos[i].name, NULL, metric_infos[i].help);
    puts(".SH EXIT STATUS");
    print_term("", "0", NULL, "done");
    print_term("", "1", NULL, "the run or a check failed");
    print_term("", "2", NULL, "the request was wrong; nothing was started");
    print_term("", "3", NULL, "no clear answer: too little, or disturbed");
    print_term("", "4", NULL, "this machine cannot do it");
    print_term("", "130", NULL, "interrupted");
    puts(".SH ENVIRONMENT");
    print_term("", "NO_COLOR", NULL, "set and not empty: no colours");
    print_term("", "COLUMNS", NULL, "the width of reports");
}

int cli_man(int argc, char **argv)
{
    struct cli_words w;
    int status = cli_words_sort(&w, cli_find(argv[0]), argc, argv);

    if (status < 0 && w.rest_count > 0)
        status = cli_refuse(EXIT_REQUEST, "man takes no words, not \"%s\"",
                            w.rest[0]);
    if (status < 0) {
        print_page();
        status = cli_flush(EXIT_DONE);
    }
    cli_words_fini(&w);
    return status;
}
