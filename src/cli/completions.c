/* "timeslice completions": scripts that complete the program's words in a
 * shell, made from the tables of commands and settings. Screen process.
 *
 * The three say the same: a command first; then its options and, where it
 * takes an experiment, workloads and settings; and after an option its words,
 * or files where it wants a file. */
#include <stdio.h>
#include <string.h>

#include "cli/common.h"
#include "tsl/library.h"

/* Of step and explore; read once. None where there is no library. */
static struct library programs;

/* The words of "dark|light|mono" with @between each two. */
static void print_choice(const char *value, const char *between)
{
    for (; *value; value++) {
        if (*value == '|')
            fputs(between, stdout);
        else
            putchar(*value);
    }
}

/* Within single quotes of a shell: ' becomes '\'' . */
static void print_quoted(const char *s)
{
    for (; *s; s++) {
        if (*s == '\'')
            fputs("'\\''", stdout);
        else
            putchar(*s);
    }
}

static bool wants_file(const struct command_option *o)
{
    return o->value && strcmp(o->value, "FILE") == 0;
}

static bool is_choice(const struct command_option *o)
{
    return o->value && strchr(o->value, '|');
}

/* The same option may belong to several commands: only its first one counts
 * where values are listed. */
static bool seen_before(const struct command *c, const struct command_option *o)
{
    for (const struct command *p = cli_commands; p != c; p++)
        for (const struct command_option *q = p->options; q && q->name; q++)
            if (strcmp(q->name, o->name) == 0)
                return true;
    return false;
}

/* "--model) choices='threads gil' ;;" for every option that has words. @files
 * completes a file's name in that shell. */
static void print_value_cases(const char *files)
{
    for (int i = 0; i < spec_setting_count; i++) {
        const struct setting *s = &spec_settings[i];

        if (!s->words)
            continue;
        printf("    --%s) choices='", s->name);
        for (int w = 0; s->words[w]; w++)
            printf("%s%s", w ? " " : "", s->words[w]);
        puts("' ;;");
    }
    for (const struct command *c = cli_commands; c->name; c++) {
        for (const struct command_option *o = c->options; o && o->name; o++) {
            if (seen_before(c, o))
                continue;
            if (is_choice(o)) {
                printf("    --%s) choices='", o->name);
                print_choice(o->value, " ");
                puts("' ;;");
            } else if (wants_file(o)) {
                printf("    --%s) %s; return ;;\n", o->name, files);
            }
        }
    }
}

static const char *summary_of(const struct library_entry *e)
{
    return e->summary ? e->summary : "";
}

/* Does @c take a program of the library, or a file? */
static bool takes_program(const struct command *c)
{
    return strncmp(c->synopsis, "[PROGRAM]", 9) == 0;
}

/* ---- bash ---------------------------------------------------------------- */

static void print_command_words(const struct command *c)
{
    for (const struct command_option *o = c->options; o && o->name; o++)
        printf(" --%s", o->name);
    for (const struct command_option *o = cli_among(c); o && o->name; o++)
        printf(" --%s", o->name);
    for (int i = 0; c->words && c->words[i].name; i++)
        printf(" %s", c->words[i].name);
    if (strcmp(c->name, "help") == 0)
        for (const struct command *k = cli_commands; k->name; k++)
            printf(" %s", k->name);
    for (int i = 0; c->experiment && spec_workload_words[i]; i++)
        printf(" %s", spec_workload_words[i]);
    for (int i = 0; c->experiment && i < spec_setting_count; i++)
        printf(" --%s", spec_settings[i].name);
    for (int i = 0; takes_program(c) && i < programs.count; i++)
        printf(" %s", programs.entries[i].name);
}

static void print_bash(void)
{
    puts("# bash completion for timeslice\n"
         "_timeslice()\n"
         "{\n"
         "    local cur=${COMP_WORDS[COMP_CWORD]} choices=''\n"
         "    local prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
         "    case $prev in");
    print_value_cases("COMPREPLY=($(compgen -f -- \"$cur\"))");
    puts("    esac\n"
         "    if [[ -z $choices && $COMP_CWORD -eq 1 ]]; then");
    printf("        choices='--help --version");
    print_command_words(&cli_launcher_command);
    for (const struct command *c = cli_commands; c->name; c++)
        printf(" %s", c->name);
    puts("'\n"
         "    elif [[ -z $choices ]]; then\n"
         "        case ${COMP_WORDS[1]} in");
    for (const struct command *c = cli_commands; c->name; c++) {
        printf("        %s) choices='--help", c->name);
        print_command_words(c);
        puts("' ;;");
    }
    puts("        esac\n"
         "    fi\n"
         "    COMPREPLY=($(compgen -W \"$choices\" -- \"$cur\"))\n"
         "}\n"
         "complete -o default -F _timeslice timeslice");
}

/* ---- zsh ----------------------------------------------------------------- */

/* 'word:what it means' for _describe; a colon ends the word. */
static void print_described(const char *dashes, const char *word,
                            const char *help)
{
    printf(" '%s%s:", dashes, word);
    print_quoted(help);
    putchar('\'');
}

static void print_zsh_words(const struct command *c)
{
    for (const struct command_option *o = c->options; o && o->name; o++)
        print_described("--", o->name, o->help);
    for (const struct command_option *o = cli_among(c); o && o->name; o++)
        print_described("--", o->name, o->help);
    for (int i = 0; c->words && c->words[i].name; i++)
        printf(" '%s'", c->words[i].name);
    if (strcmp(c->name, "help") == 0)
        for (const struct command *k = cli_commands; k->name; k++)
            print_described("", k->name, k->summary);
    for (int i = 0; c->experiment && spec_workload_words[i]; i++)
        print_described("", spec_workload_words[i], spec_workload_summaries[i]);
    for (int i = 0; c->experiment && i < spec_setting_count; i++)
        print_described("--", spec_settings[i].name, spec_settings[i].help);
    for (int i = 0; takes_program(c) && i < programs.count; i++)
        print_described("", programs.entries[i].name,
                        summary_of(&programs.entries[i]));
}

static void print_zsh(void)
{
    puts("#compdef timeslice\n"
         "_timeslice()\n"
         "{\n"
         "    local choices='' first=${words[2]}\n"
         "    local -a found\n"
         "    case ${words[CURRENT - 1]} in");
    print_value_cases("_files");
    puts("    esac\n"
         "    if [[ -n $choices ]]; then\n"
         "        compadd -- ${=choices}\n"
         "        return\n"
         "    fi\n"
         "    if (( CURRENT == 2 )); then");
    printf("        found=('--help' '--version'");
    print_zsh_words(&cli_launcher_command);
    for (const struct command *c = cli_commands; c->name; c++)
        print_described("", c->name, c->summary);
    puts(")\n"
         "    else\n"
         "        case $first in");
    for (const struct command *c = cli_commands; c->name; c++) {
        printf("        %s) found=('--help:explain this command'", c->name);
        print_zsh_words(c);
        puts(") ;;");
    }
    puts("        esac\n"
         "    fi\n"
         "    _describe word found || _files\n"
         "}\n"
         "if [[ ${funcstack[1]} = _timeslice ]]; then\n"
         "    _timeslice \"$@\"\n"
         "else\n"
         "    compdef _timeslice timeslice\n"
         "fi");
}

/* ---- fish ---------------------------------------------------------------- */

/* The start of a line: valid after command @c, or first when NULL. */
static void print_fish_head(const struct command *c)
{
    if (c)
        printf("complete -c timeslice -n '__fish_seen_subcommand_from %s'",
               c->name);
    else
        printf("complete -c timeslice -n __fish_use_subcommand");
}

static void print_fish_word(const struct command *c, const char *word,
                            const char *help)
{
    print_fish_head(c);
    printf(" -a %s", word);
    if (help) {
        printf(" -d '");
        print_quoted(help);
        putchar('\'');
    }
    putchar('\n');
}

static void print_fish_option(const struct command *c, const char *name,
                              const char *help)
{
    print_fish_head(c);
    printf(" -l %s -d '", name);
    print_quoted(help);
    putchar('\'');
}

static void print_fish_options(const struct command *c,
                               const struct command_option *options)
{
    for (const struct command_option *o = options; o && o->name; o++) {
        print_fish_option(c, o->name, o->help);
        if (wants_file(o)) {
            printf(" -r -F");
        } else if (is_choice(o)) {
            printf(" -x -a '");
            print_choice(o->value, " ");
            putchar('\'');
        } else if (o->value) {
            printf(" -x");
        }
        putchar('\n');
    }
}

static void print_fish_experiment(const struct command *c)
{
    for (int i = 0; spec_workload_words[i]; i++)
        print_fish_word(c, spec_workload_words[i], spec_workload_summaries[i]);
    for (int i = 0; i < spec_setting_count; i++) {
        const struct setting *s = &spec_settings[i];

        print_fish_option(c, s->name, s->help);
        printf(" -x");
        for (int w = 0; s->words && s->words[w]; w++)
            printf("%s%s", w ? " " : " -a '", s->words[w]);
        puts(s->words ? "'" : "");
    }
}

static void print_fish_programs(const struct command *c)
{
    print_fish_head(c);
    puts(" -F");
    for (int i = 0; i < programs.count; i++)
        print_fish_word(c, programs.entries[i].name,
                        summary_of(&programs.entries[i]));
}

static void print_fish(void)
{
    puts("# fish completion for timeslice\n"
         "complete -c timeslice -f\n"
         "complete -c timeslice -s h -l help -d 'explain'");
    print_fish_option(NULL, "version", "tell the version");
    putchar('\n');
    print_fish_options(NULL, cli_launcher_command.options);
    for (const struct command *c = cli_commands; c->name; c++)
        print_fish_word(NULL, c->name, c->summary);
    for (const struct command *c = cli_commands; c->name; c++) {
        print_fish_options(c, c->options);
        print_fish_options(c, cli_among(c));
        for (int i = 0; c->words && c->words[i].name; i++)
            print_fish_word(c, c->words[i].name, c->words[i].help);
        if (strcmp(c->name, "help") == 0)
            for (const struct command *k = cli_commands; k->name; k++)
                print_fish_word(c, k->name, k->summary);
        if (c->experiment)
            print_fish_experiment(c);
        if (takes_program(c))
            print_fish_programs(c);
    }
}

int cli_completions(int argc, char **argv)
{
    static const struct shell {
        const char *name;
        void (*print)(void);
    } shells[] = {
        {"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
    const struct command *command = cli_find(argv[0]);
    struct cli_words w;
    int status;

    status = cli_words_sort(&w, command, argc, argv);
    if (status < 0 && w.rest_count != 1)
        status = cli_refuse(EXIT_REQUEST,
                            "completions wants the name of one shell: %s",
                            command->synopsis);
    for (size_t i = 0; status < 0 && i < 3; i++) {
        if (strcmp(shells[i].name, w.rest[0]) != 0)
            continue;
        library_read(&programs, NULL);
        shells[i].print();
        library_fini(&programs);
        status = cli_flush(EXIT_DONE);
    }
    if (status < 0)
        status = cli_refuse(EXIT_REQUEST,
                            "there are no completions for \"%s\"; there are "
                            "for %s",
                            w.rest[0], command->synopsis);
    cli_words_fini(&w);
    return status;
}
