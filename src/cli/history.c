/* "timeslice history": what was kept, and what can be done with it. Screen
 * process. */
#include "cli/history.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/paths.h"

/* ---- what the parts share -------------------------------------------------
 */

int history_id(struct history_call *c, const char *word, struct history_id *out)
{
    struct err err = {0};

    if (history_name(c->history, word, &out->kind, &out->id, &err) == 0)
        return -1;
    return cli_refuse_err(&err,
                          err.code == -EBADMSG ? EXIT_FAILED : EXIT_REQUEST);
}

char *history_id_text(char *buf, size_t size, enum history_kind kind,
                      int64_t id)
{
    snprintf(buf, size, "%s%" PRId64, kind == HISTORY_RUN ? "run " : "s", id);
    return buf;
}

char *history_when(char *buf, size_t size, int64_t at_ns)
{
    time_t at = (time_t)(at_ns / NS_PER_S), now = time(NULL);
    struct tm day, today;

    localtime_r(&at, &day);
    localtime_r(&now, &today);
    if (day.tm_year == today.tm_year && day.tm_yday == today.tm_yday)
        strftime(buf, size, "%H:%M", &day);
    else if (day.tm_year == today.tm_year)
        strftime(buf, size, "%e %b %H:%M", &day);
    else
        strftime(buf, size, "%e %b %Y", &day);
    return buf;
}

void history_cut(struct text *out, const char *s, int columns, bool ascii,
                 bool fill)
{
    int room = columns, used = 0;
    bool whole = text_columns(s) <= columns;

    if (!whole)
        room -= ascii ? 3 : 1;
    while (*s && used < room) {
        uint32_t glyph;
        char one[5];

        s += text_decode(s, &glyph);
        if (glyph < ' ' || glyph == 0x7f) /* of somebody's note */
            glyph = ' ';
        if (ascii && glyph > 0x7e)
            glyph = '?';
        one[text_encode(one, glyph)] = '\0';
        text_add(out, one);
        used += text_columns(one);
    }
    if (!whole) {
        text_add(out, ascii ? "..." : "…");
        used += ascii ? 3 : 1;
    }
    if (fill && used < columns)
        text_fill(out, " ", columns - used);
}

/* ---- the command ----------------------------------------------------------
 */

static int print_path(struct history_call *c)
{
    puts(history_path(c->history));
    return EXIT_DONE;
}

static const struct part {
    const char *word;
    int least, most; /* words after it; most -1: any */
    int (*run)(struct history_call *c);
} parts[] = {
    {"list", 0, 0, history_do_list},       {"search", 1, -1, history_do_search},
    {"show", 1, 1, history_do_show},       {"run", 1, 1, history_do_run},
    {"compare", 2, 2, history_do_compare}, {"note", 2, -1, history_do_note},
    {"tag", 2, -1, history_do_tag},        {"untag", 2, -1, history_do_untag},
    {"rm", 1, -1, history_do_remove},      {"export", 0, -1, history_do_export},
    {"import", 1, 1, history_do_import},   {"check", 0, 0, history_do_check},
    {"prune", 0, 0, history_do_prune},     {"path", 0, 0, print_path},
};

static const struct part *part_named(const char *word)
{
    const char *words[sizeof(parts) / sizeof(parts[0]) + 1] = {0};
    const char *near;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strcmp(parts[i].word, word) == 0)
            return &parts[i];
        words[i] = parts[i].word;
    }
    near = text_nearest(word, words);
    if (near)
        cli_refuse(0, "history cannot \"%s\"; did you mean \"%s\"?", word,
                   near);
    else
        cli_refuse(0,
                   "history cannot \"%s\"; it can list, search, show, run, "
                   "compare, note, tag, untag, rm, export, import, check, "
                   "prune and path",
                   word);
    return NULL;
}

/* Options that belong to one part only. */
static int check_options(const struct cli_words *w, const struct part *part)
{
    if (cli_words_value(w, "output") && strcmp(part->word, "export") != 0)
        return cli_refuse(EXIT_REQUEST, "--output is for \"history export\"");
    if (cli_words_value(w, "to") && strcmp(part->word, "prune") != 0)
        return cli_refuse(EXIT_REQUEST, "--to is for \"history prune\"");
    return -1;
}

static int refuse_count(const struct command *command, const char *word)
{
    const struct command_option *w = command->words;

    while (w->name && strcmp(w->name, word) != 0)
        w++;
    return cli_refuse(
        EXIT_REQUEST, "\"history %s\" is used so: timeslice history %s%s%s",
        word, word, w->value ? " " : "", w->value ? w->value : "");
}

static int run_part(struct history_call *c, const struct part *part)
{
    struct err err = {0};
    char told[400];
    int status;

    if (c->count < part->least || (part->most >= 0 && c->count > part->most))
        return refuse_count(c->words.command, part->word);
    status = check_options(&c->words, part);
    if (status < 0)
        status = cli_look(&c->look, &c->words);
    if (status >= 0)
        return status;
    if (history_open(&c->history, told, &err) < 0)
        return cli_refuse_err(&err, EXIT_MACHINE);
    if (told[0])
        cli_refuse(0, "%s", told);
    status = part->run(c);
    history_close(c->history); /* NULL after "run" */
    return cli_flush(status);
}

int cli_history(int argc, char **argv)
{
    struct history_call c = {0};
    const struct part *part;
    int status;

    status = cli_words_sort(&c.words, cli_find(argv[0]), argc, argv);
    if (status < 0) {
        part = part_named(c.words.rest_count > 0 ? c.words.rest[0] : "list");
        c.args = c.words.rest + 1;
        c.count = c.words.rest_count > 0 ? c.words.rest_count - 1 : 0;
        c.json = cli_words_value(&c.words, "json") != NULL;
        status = part ? run_part(&c, part) : EXIT_REQUEST;
    }
    cli_words_fini(&c.words);
    return status;
}
