/* What "timeslice step" and "timeslice explore" have in common: the program,
 * the machine it is for, a schedule. Screen process. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "asm/asm.h"
#include "cli/explore.h"
#include "tsl/library.h"

static enum granularity granularity_named(const char *word)
{
    static const char *const words[] = {
        [GRANULARITY_STATEMENT] = "statement",
        [GRANULARITY_ACCESS] = "access",
        [GRANULARITY_INSTRUCTION] = "instruction",
    };

    for (int i = 0; word && i < 3; i++)
        if (strcmp(words[i], word) == 0)
            return (enum granularity)i;
    return GRANULARITY_ACCESS;
}

static int get_rules(struct cli_program *c, const struct cli_words *w)
{
    const char *buffer = cli_words_value(w, "buffer");
    const char *seed = cli_words_value(w, "seed");
    long n = TSL_BUFFER;

    c->rules = (struct rules){
        .granularity = granularity_named(cli_words_value(w, "granularity")),
        .tso = cli_words_value(w, "tso") != NULL,
        .keep_registers = cli_words_value(w, "keep-registers") != NULL,
    };
    if (buffer && !cli_number(buffer, 1, TSL_BUFFER, &n))
        return cli_refuse(EXIT_REQUEST,
                          "--buffer cannot be \"%s\"; it is how many stores a "
                          "store buffer holds, from 1 to %d",
                          buffer, TSL_BUFFER);
    if (buffer && !c->rules.tso)
        return cli_refuse(EXIT_REQUEST,
                          "--buffer is about store buffers; add --tso to have "
                          "them");
    c->rules.buffer = (int)n;
    n = 1;
    if (seed && !cli_number(seed, 0, LONG_MAX, &n))
        return cli_refuse(EXIT_REQUEST,
                          "--seed cannot be \"%s\"; it is a whole number from "
                          "0 on",
                          seed);
    c->seed = (uint64_t)n;
    return -1;
}

/* What cannot be read is a wrong request too: nothing was started. */
static int refuse(const struct err *err)
{
    return cli_refuse(err->code == -ENOMEM ? EXIT_FAILED : EXIT_REQUEST, "%s",
                      err->text);
}

int cli_program_get(struct cli_program *c, const struct cli_words *w)
{
    const char *schedule = cli_words_value(w, "schedule");
    struct err err = {0};
    int status;

    *c = (struct cli_program){.which = cli_words_value(w, "case")};
    if (w->rest_count > 1)
        return cli_refuse(EXIT_REQUEST,
                          "%s takes one program at a time, not \"%s\" too",
                          w->command->name, w->rest[1]);
    status = get_rules(c, w);
    if (status >= 0)
        return status;
    if (library_find(w->rest[0], c->path, sizeof(c->path), &err) < 0 ||
        asm_program_read(c->path, c->which, &c->program, &err) < 0)
        return refuse(&err);
    if (schedule &&
        schedule_parse(&c->schedule, c->program, schedule, &err) < 0)
        return refuse(&err);
    return -1;
}

void cli_program_fini(struct cli_program *c)
{
    program_free(c->program);
    schedule_fini(&c->schedule);
    *c = (struct cli_program){0};
}

/* ---- the library --------------------------------------------------------- */

#define NAME_COLUMNS 30

void cli_print_library(const struct library *l)
{
    const char *family = "";
    int columns = cli_columns(80);

    for (int i = 0; i < l->count; i++) {
        const struct library_entry *e = &l->entries[i];
        struct text what = {0};
        int used;

        if (strcmp(family, e->family) != 0)
            printf("%s%s:\n", i > 0 ? "\n" : "", e->family);
        family = e->family;
        used = printf("  %-*s", NAME_COLUMNS - 2, e->name);
        text_addf(&what, "%s%s", e->summary, e->repair ? " (exercise)" : "");
        cli_wrap(text_str(&what), used, NAME_COLUMNS, columns);
        text_fini(&what);
    }
}

int cli_program_list(const char *verb)
{
    struct library l = {0};
    struct err err = {0};

    if (library_read(&l, &err) < 0)
        return cli_refuse(EXIT_REQUEST,
                          "%s needs a program: timeslice %s FILE.tsl (%s)",
                          verb, verb, err.text);
    cli_print_library(&l);
    printf("\ntimeslice %s NAME takes one of these, timeslice %s FILE.tsl one "
           "of your own.\n",
           verb, verb);
    library_fini(&l);
    return cli_flush(EXIT_DONE);
}
