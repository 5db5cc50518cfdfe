/* "timeslice history list" and "search": a line each. Screen process. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/history.h"
#include "export/record.h"

/* How many a list shows, unless it is JSON or a search. */
#define SHOWN 40

#define NUMBER 5
#define WHEN 12

struct list {
    struct history_call *call;
    int shown, most;
    bool more;
    struct record record;
    json_t *items;
};

/* What came of it, in few words. */
static void answer(const struct history_item *item, struct text *out)
{
    char took[32];

    if (item->kind == HISTORY_RUN) {
        text_duration(took, sizeof(took), item->took_ns);
        text_addf(out, "%s %s", item->state[0] ? item->state : "ended", took);
        if (strcmp(item->state, "damaged") == 0) {
            out->len = 0;
            text_add(out, "damaged");
        }
        return;
    }
    if (strcmp(item->state, "done") != 0)
        text_addf(out, "%s, %d run%s", item->state, item->runs,
                  item->runs == 1 ? "" : "s");
    if (item->sentence[0])
        text_addf(out, "%s%s", out->len ? ": " : "", item->sentence);
    if (out->len == 0)
        text_addf(out, "%d run%s", item->runs, item->runs == 1 ? "" : "s");
}

static void tags(const struct history_item *item, struct text *out)
{
    for (const char *p = item->tags; *p; p++) {
        if (p == item->tags || p[-1] == ' ')
            text_add(out, "#");
        text_addf(out, "%c", *p);
    }
}

/* number, when, experiment, answer, tags; what a note says below. */
static void print_item(const struct list *l, const struct history_item *item)
{
    const struct report_options *look = &l->call->look;
    int columns = look->columns < 60 ? 60 : look->columns;
    int left = columns - NUMBER - WHEN - 6, line_columns = left * 3 / 5;
    int said_columns = left - line_columns, tagged;
    struct text line = {0}, said = {0}, marks = {0};
    char number[32], when[32] = "-";

    snprintf(number, sizeof(number), "%s%" PRId64,
             item->kind == HISTORY_RUN ? "" : "s", item->id);
    if (item->at_ns)
        history_when(when, sizeof(when), item->at_ns);
    answer(item, &said);
    tags(item, &marks);
    tagged = text_columns(text_str(&marks));
    tagged = tagged > said_columns / 2 ? said_columns / 2 : tagged;
    said_columns -= tagged ? tagged + 1 : 0;

    text_addf(&line, "%*s  %-*s  ", NUMBER, number, WHEN, when);
    history_cut(&line, item->line, line_columns, look->ascii, true);
    text_add(&line, "  ");
    history_cut(&line, text_str(&said), said_columns, look->ascii, tagged > 0);
    if (tagged) {
        text_add(&line, " ");
        history_cut(&line, text_str(&marks), tagged, look->ascii, false);
    }
    if (item->note[0]) {
        text_add(&line, "\n");
        text_fill(&line, " ", NUMBER + WHEN + 4);
        history_cut(&line, item->note, columns - NUMBER - WHEN - 4, look->ascii,
                    false);
    }
    puts(text_str(&line));
    text_fini(&line);
    text_fini(&said);
    text_fini(&marks);
}

static void add_item(struct list *l, const struct history_item *item)
{
    static const char *const kinds[] = {"run", "sweep", "compare"};
    struct record *r = &l->record;
    json_t *o = json_object(), *words = json_array();
    char copy[512];
    char *p = copy, *word;

    record_string(r, o, "kind", kinds[item->kind]);
    record_integer(r, o, "id", item->id);
    record_string(r, o, "state", item->state);
    if (strcmp(item->state, "damaged") != 0) {
        record_real(r, o, "at_s", (double)(item->at_ns / NS_PER_MS) / 1e3);
        record_seconds(r, o, "took_s", item->took_ns);
        record_string(r, o, "experiment", item->line);
        record_string(r, o, "answer", item->sentence);
        record_string(r, o, "note", item->note);
        snprintf(copy, sizeof(copy), "%s", item->tags);
        while ((word = strsep(&p, " ")) != NULL)
            if (*word)
                record_append(r, words, json_string(word));
        if (item->kind == HISTORY_RUN)
            record_put(r, o, "timeline", json_boolean(item->has_timeline));
        else
            record_integer(r, o, "runs", item->runs);
        if (item->has_guess)
            record_real(r, o, "guess", item->guess);
    }
    record_put(r, o, "tags", words);
    record_append(r, l->items, o);
}

static bool each(const struct history_item *item, void *arg)
{
    struct list *l = arg;

    if (l->shown == l->most) {
        l->more = true;
        return false;
    }
    l->shown++;
    if (l->items)
        add_item(l, item);
    else
        print_item(l, item);
    return true;
}

static int print_json(struct list *l)
{
    json_t *o = json_object();
    struct err err = {0};

    record_string(&l->record, o, "schema", "timeslice.history-list/1");
    record_put(&l->record, o, "items", l->items);
    if (record_print(&l->record, o, stdout, "the list", &err) < 0)
        return cli_refuse(EXIT_FAILED, "%s", err.text);
    return EXIT_DONE;
}

static int list(struct history_call *c, const char *search)
{
    struct list l = {.call = c, .most = search || c->json ? INT_MAX : SHOWN};
    struct err err = {0};

    if (c->json)
        l.items = json_array();
    if (history_list(c->history, search, INT_MAX, each, &l, &err) < 0) {
        json_decref(l.items);
        return cli_refuse_err(&err, EXIT_FAILED);
    }
    if (c->json)
        return print_json(&l);
    if (l.more)
        printf("\nThese are the newest %d; \"timeslice history search WORD\" "
               "finds others.\n",
               l.shown);
    else if (l.shown == 0 && search)
        cli_refuse(0, "nothing in the history has all of that");
    else if (l.shown == 0)
        puts("Nothing is kept yet: every run and sweep will be, unless "
             "--no-history says otherwise.");
    return EXIT_DONE;
}

int history_do_list(struct history_call *c)
{
    return list(c, NULL);
}

int history_do_search(struct history_call *c)
{
    struct text words = {0};
    int status;

    for (int i = 0; i < c->count; i++)
        text_addf(&words, "%s ", c->args[i]);
    status = list(c, text_str(&words));
    text_fini(&words);
    return status;
}
