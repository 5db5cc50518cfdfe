/* "timeslice history show" and "run": an item as its report, or again. Screen
 * process. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "cli/history.h"
#include "export/sweep.h"

/* ---- show -----------------------------------------------------------------
 */

struct heading {
    struct history_call *call;
    char *line;
    enum history_kind kind;
};

/* "run 17 of sweep s4, begun on Saturday, 21 November 2026, 16:32" */
static bool print_heading(const struct history_item *item, void *arg)
{
    const struct heading *h = arg;
    time_t at = (time_t)(item->at_ns / NS_PER_S);
    int columns = h->call->look.columns;
    struct text text = {0};
    char name[32], when[80];
    struct tm day;

    localtime_r(&at, &day);
    strftime(when, sizeof(when), "%A, %e %B %Y, %H:%M:%S", &day);
    text_addf(&text, "%s%s",
              item->kind == HISTORY_SWEEP     ? "Sweep "
              : item->kind == HISTORY_CONTEST ? "Comparison "
                                              : "",
              history_id_text(name, sizeof(name), item->kind, item->id));
    if (item->sweep)
        text_addf(&text, " of s%" PRId64, item->sweep);
    text_addf(&text, ", begun on %s", when);
    if (item->kind != HISTORY_RUN && strcmp(item->state, "done") != 0)
        text_addf(&text, " (%s)", item->state);
    if (item->tags[0])
        text_addf(&text, "; tags: %s", item->tags);
    if (item->kind == HISTORY_RUN && text.data)
        text.data[0] = 'R';
    cli_wrap(text_str(&text), 0, 0, columns);
    if (item->note[0])
        cli_wrap(item->note, 0, 0, columns);
    text_fini(&text);
    return true;
}

static int show_run(struct history_call *c, int64_t id, struct text *out,
                    struct err *err)
{
    struct trace *t = NULL;
    int rc = history_trace(c->history, id, &t, err);

    if (rc == 0)
        rc = c->json ? export_json(t, stdout, err)
                     : export_report(t, &c->look, out);
    trace_free(t);
    return rc;
}

static int show_sweep(struct history_call *c, int64_t id, struct text *out,
                      struct err *err)
{
    struct sweep *s = NULL;
    int rc = history_sweep(c->history, id, &s, NULL, err);

    if (rc == 0)
        rc = c->json ? export_sweep_json(s, stdout, err)
                     : export_sweep_report(s, &c->look, out);
    sweep_free(s);
    return rc;
}

static int show_contest(struct history_call *c, int64_t id, struct text *out,
                        struct err *err)
{
    struct contest *contest = NULL;
    int rc = history_contest(c->history, id, &contest, NULL, err);

    if (rc == 0)
        rc = c->json ? export_contest_json(contest, stdout, err)
                     : export_contest_report(contest, &c->look, out);
    contest_free(contest);
    return rc;
}

int history_do_show(struct history_call *c)
{
    struct heading heading = {.call = c};
    struct text text = {0};
    struct history_id id;
    struct err err = {0};
    int status = history_id(c, c->args[0], &id);
    int rc;

    if (status >= 0)
        return status;
    if (id.kind == HISTORY_RUN)
        rc = show_run(c, id.id, &text, &err);
    else if (id.kind == HISTORY_SWEEP)
        rc = show_sweep(c, id.id, &text, &err);
    else
        rc = show_contest(c, id.id, &text, &err);
    if (rc == 0 && !c->json) {
        rc = history_find(c->history, id.kind, id.id, print_heading, &heading,
                          &err);
        if (text_str(&text)[0] != '\n')
            putchar('\n');
        fputs(text_str(&text), stdout);
    }
    text_fini(&text);
    if (rc < 0 && !err.code)
        err_set(&err, rc, "cannot write the report: %m");
    return rc < 0 ? cli_refuse_err(&err, EXIT_FAILED) : EXIT_DONE;
}

/* ---- run ------------------------------------------------------------------
 */

static bool take_line(const struct history_item *item, void *arg)
{
    struct heading *h = arg;

    h->line = strdup(item->line);
    h->kind = item->kind;
    return true;
}

/* The words of @line (cut in place) after @command's name, as from a shell. */
static int run_words(char *command, char *line, int (*run)(int, char **))
{
    int count = 0, cap = 16, status;
    char **words = malloc((size_t)cap * sizeof(*words)), **more;
    char *word = command, open;

    while (words && word) {
        if (count + 2 > cap) {
            more = realloc(words, (size_t)(cap *= 2) * sizeof(*words));
            if (!more)
                break;
            words = more;
        }
        words[count++] = word;
        word = text_cut_word(&line, &open);
    }
    if (!words || word) {
        free(words);
        return cli_refuse(EXIT_MACHINE, "not enough memory to run it again");
    }
    words[count] = NULL;
    status = run(count, words);
    free(words);
    return status;
}

int history_do_run(struct history_call *c)
{
    char name_run[] = "run", name_sweep[] = "sweep", name_compare[] = "compare";
    struct heading h = {.call = c};
    struct history_id id;
    struct err err = {0};
    int status = history_id(c, c->args[0], &id);

    if (status >= 0)
        return status;
    if (history_find(c->history, id.kind, id.id, take_line, &h, &err) < 0)
        return cli_refuse_err(&err, EXIT_REQUEST);
    if (!h.line)
        return cli_refuse(EXIT_MACHINE, "not enough memory to run it again");
    /* It will be kept by itself. */
    history_close(c->history);
    c->history = NULL;
    if (h.kind == HISTORY_RUN)
        status = run_words(name_run, h.line, cli_run);
    else if (h.kind == HISTORY_SWEEP)
        status = run_words(name_sweep, h.line, cli_sweep);
    else
        status = run_words(name_compare, h.line, cli_compare);
    free(h.line);
    return status;
}
