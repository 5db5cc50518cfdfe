/* "timeslice list": the words that can be used, from the tables. Screen
 * process. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/explore.h"
#include "sim/policy.h"
#include "sim/rules.h"
#include "spec/metric.h"
#include "tsl/library.h"

/* ---- as text ------------------------------------------------------------- */

static void list_words(const char *const words[], const char *const meanings[])
{
    for (int i = 0; words[i]; i++)
        printf("%-16s %s\n", words[i], meanings[i]);
}

static void list_settings(void)
{
    for (int i = 0; i < spec_setting_count; i++)
        cli_print_setting(&spec_settings[i]);
}

static const char *const unit_words[] = {
    [UNIT_COUNT] = "number", [UNIT_SECONDS] = "s",  [UNIT_MS] = "ms",
    [UNIT_PER_S] = "per s",  [UNIT_SHARE] = "0..1", [UNIT_RATIO] = "ratio",
    [UNIT_ERRNO] = "errno",
};

static void list_metrics(void)
{
    for (int i = 0; i < METRIC_COUNT; i++)
        printf("%-21s %-7s %s\n", metric_infos[i].name,
               unit_words[metric_infos[i].unit], metric_infos[i].help);
}

static const char *const observer_meanings[] = {
    [OBSERVER_AUTO] = "the best that this machine allows",
    [OBSERVER_PERF_CPU] = "the kernel's record of every switch, of all "
                          "programs",
    [OBSERVER_PERF] = "the kernel's record of every switch of the workers",
    [OBSERVER_GAP] = "workers find their own gaps, confirmed by the "
                     "kernel's counts",
    [OBSERVER_SAMPLED] = "a look thirty times a second: a picture, not a "
                         "record",
    [OBSERVER_OFF] = "nobody looks; the kernel's totals remain",
};

/* The library of small programs. An exit status. */
static int list_races(void)
{
    struct library l;
    struct err err = {0};

    if (library_read(&l, &err) < 0)
        return cli_refuse_err(&err, EXIT_MACHINE);
    cli_print_library(&l);
    library_fini(&l);
    return EXIT_DONE;
}

/* A sentence, behind who says so. */
static void list_sentence(const char *who, const char *sentence)
{
    printf("    %-7s", who);
    cli_wrap(sentence, 11, 11, cli_columns(80));
}

/* The corner rules of the book's programs, and ours. */
static void list_rules(void)
{
    for (const struct sim_rule *r = sim_rules_table; r->id; r++) {
        printf("%s  %s\n", r->id, r->about);
        list_sentence("ostep", r->ostep);
        list_sentence("own", r->own);
    }
}

/* The policies, and what may be said of the machine besides. */
static void list_policies(void)
{
    for (int i = 0; sim_policies[i]; i++)
        printf("%-16s %s\n", sim_policies[i]->name, sim_policies[i]->summary);
    puts("\nwhat may follow, as in --on rr,slice=4ms,cpus=64:");
    for (int i = 0; i < sim_setting_count; i++) {
        const struct sim_setting *s = &sim_settings[i];

        struct text help = {0};

        text_addf(&help, "%s (%s)%s%s", s->help, s->fallback,
                  s->policies ? "; for " : "", s->policies ? s->policies : "");
        printf("%-16s ", s->name);
        cli_wrap(text_str(&help), 17, 17, 80);
        text_fini(&help);
    }
}

/* An exit status. */
static int list_topic(const char *topic)
{
    if (strcmp(topic, "races") == 0)
        return list_races();
    if (strcmp(topic, "policies") == 0)
        list_policies();
    else if (strcmp(topic, "workloads") == 0)
        list_words(spec_workload_words, spec_workload_summaries);
    else if (strcmp(topic, "models") == 0)
        list_words(spec_model_words, spec_model_summaries);
    else if (strcmp(topic, "settings") == 0)
        list_settings();
    else if (strcmp(topic, "metrics") == 0)
        list_metrics();
    else if (strcmp(topic, "locks") == 0)
        list_words(spec_sync_words, spec_sync_summaries);
    else if (strcmp(topic, "rules") == 0)
        list_rules();
    else
        list_words(spec_observer_words, observer_meanings);
    return EXIT_DONE;
}

/* ---- as JSON ------------------------------------------------------------- */

static json_t *json_words(const char *const words[],
                          const char *const meanings[])
{
    json_t *list = json_array();

    for (int i = 0; words[i]; i++)
        json_array_append_new(list, json_pack("{ss ss}", "name", words[i],
                                              "meaning", meanings[i]));
    return list;
}

static json_t *json_settings(void)
{
    json_t *list = json_array();

    for (int i = 0; i < spec_setting_count; i++)
        json_array_append_new(list, json_pack("{ss ss}", "name",
                                              spec_settings[i].name, "meaning",
                                              spec_settings[i].help));
    return list;
}

static json_t *json_metrics(void)
{
    json_t *list = json_array();

    for (int i = 0; i < METRIC_COUNT; i++)
        json_array_append_new(list, json_pack("{ss ss ss}", "name",
                                              metric_infos[i].name, "unit",
                                              unit_words[metric_infos[i].unit],
                                              "meaning", metric_infos[i].help));
    return list;
}

static json_t *json_rules(void)
{
    json_t *list = json_array();

    for (const struct sim_rule *r = sim_rules_table; r->id; r++)
        json_array_append_new(list,
                              json_pack("{ss ss ss ss sb}", "id", r->id,
                                        "about", r->about, "ostep", r->ostep,
                                        "own", r->own, "differs", r->differs));
    return list;
}

/* NULL after a sentence. */
static json_t *json_races(void)
{
    json_t *list = json_array();
    struct library l;
    struct err err = {0};

    if (library_read(&l, &err) < 0) {
        cli_refuse_err(&err, EXIT_MACHINE);
        json_decref(list);
        return NULL;
    }
    for (int i = 0; i < l.count; i++) {
        const struct library_entry *e = &l.entries[i];

        json_array_append_new(
            list,
            json_pack("{ss ss ss ss ss ss* ss* ss*}", "name", e->name, "family",
                      e->family, "path", e->path, "summary", e->summary,
                      "teaches", e->teaches, "expect", e->expect, "expect_tso",
                      e->expect_tso, "repair", e->repair));
    }
    library_fini(&l);
    return list;
}

static json_t *json_policies(void)
{
    json_t *list = json_array();

    for (int i = 0; sim_policies[i]; i++) {
        const struct sim_policy *p = sim_policies[i];

        json_array_append_new(
            list, json_pack("{ss ss ss* ss*}", "name", p->name, "meaning",
                            p->summary, "tie", p->tie, "source", p->source));
    }
    return list;
}

static json_t *json_topic(const char *topic)
{
    if (strcmp(topic, "policies") == 0)
        return json_policies();
    if (strcmp(topic, "races") == 0)
        return json_races();
    if (strcmp(topic, "workloads") == 0)
        return json_words(spec_workload_words, spec_workload_summaries);
    if (strcmp(topic, "models") == 0)
        return json_words(spec_model_words, spec_model_summaries);
    if (strcmp(topic, "settings") == 0)
        return json_settings();
    if (strcmp(topic, "metrics") == 0)
        return json_metrics();
    if (strcmp(topic, "locks") == 0)
        return json_words(spec_sync_words, spec_sync_summaries);
    if (strcmp(topic, "rules") == 0)
        return json_rules();
    return json_words(spec_observer_words, observer_meanings);
}

/* ---- the command --------------------------------------------------------- */

/* Print topic @known, or all of them when it is negative. */
static int print_text(const char *const topics[], int known)
{
    int status = EXIT_DONE;

    for (int i = 0; topics[i] && status == EXIT_DONE; i++) {
        if (known >= 0 && i != known)
            continue;
        if (known < 0)
            printf("%s%s\n", i ? "\n" : "", topics[i]);
        status = list_topic(topics[i]);
    }
    return status == EXIT_DONE ? cli_flush(status) : status;
}

/* The same as one JSON value: a list, or an object of all lists. */
static int print_json(const char *const topics[], int known)
{
    json_t *all = json_object(), *out = NULL;

    for (int i = 0; topics[i]; i++) {
        json_t *list = NULL;

        if (known >= 0 && i != known)
            continue;
        list = json_topic(topics[i]);
        if (list == NULL) {
            json_decref(all);
            return EXIT_MACHINE;
        }
        json_object_set_new(all, topics[i], list);
    }
    out = known < 0 ? all : json_object_get(all, topics[known]);
    json_dumpf(out, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(all);
    return cli_flush(EXIT_DONE);
}

static int refuse_topic(const char *word, const char *const topics[])
{
    const char *near = text_nearest(word, topics);
    struct text all = {0};
    int status;

    if (near)
        return cli_refuse(EXIT_REQUEST,
                          "there is no list of \"%s\"; did you mean \"%s\"?",
                          word, near);
    for (int i = 0; topics[i]; i++)
        text_addf(&all, "%s%s",
                  i == 0          ? ""
                  : topics[i + 1] ? ", "
                                  : " and ",
                  topics[i]);
    status =
        cli_refuse(EXIT_REQUEST, "there is no list of \"%s\"; there are %s",
                   word, text_str(&all));
    text_fini(&all);
    return status;
}

int cli_list(int argc, char **argv)
{
    const struct command *command = cli_find(argv[0]);
    const char *topics[16] = {0};
    struct cli_words w;
    int status, known = -1;

    status = cli_words_sort(&w, command, argc, argv);
    if (status >= 0)
        goto out;
    for (int i = 0; i < 15 && command->words[i].name; i++)
        topics[i] = command->words[i].name;
    for (int i = 0; w.rest_count > 0 && topics[i]; i++)
        if (strcmp(topics[i], w.rest[0]) == 0)
            known = i;
    if (w.rest_count > 1) {
        status = cli_refuse(EXIT_REQUEST, "list takes one word, not \"%s\" too",
                            w.rest[1]);
    } else if (w.rest_count == 1 && known < 0) {
        status = refuse_topic(w.rest[0], topics);
    } else if (cli_words_value(&w, "json")) {
        status = print_json(topics, known);
    } else {
        status = print_text(topics, known);
    }
out:
    cli_words_fini(&w);
    return status;
}
