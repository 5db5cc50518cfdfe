/* "timeslice list": the words that can be used, from the tables. Screen
 * process. */
#include <stdio.h>
#include <string.h>

#include "cli/common.h"
#include "spec/metric.h"

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

static void list_metrics(void)
{
    static const char *const units[] = {
        [UNIT_COUNT] = "number", [UNIT_SECONDS] = "s",  [UNIT_MS] = "ms",
        [UNIT_PER_S] = "per s",  [UNIT_SHARE] = "0..1", [UNIT_RATIO] = "ratio",
        [UNIT_ERRNO] = "errno",
    };

    for (int i = 0; i < METRIC_COUNT; i++)
        printf("%-21s %-7s %s\n", metric_infos[i].name,
               units[metric_infos[i].unit], metric_infos[i].help);
}

static void list_observers(void)
{
    static const char *const meanings[] = {
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

    list_words(spec_observer_words, meanings);
}

static void list_topic(const char *topic)
{
    if (strcmp(topic, "workloads") == 0)
        list_words(spec_workload_words, spec_workload_summaries);
    else if (strcmp(topic, "models") == 0)
        list_words(spec_model_words, spec_model_summaries);
    else if (strcmp(topic, "settings") == 0)
        list_settings();
    else if (strcmp(topic, "metrics") == 0)
        list_metrics();
    else if (strcmp(topic, "locks") == 0)
        list_words(spec_sync_words, spec_sync_summaries);
    else
        list_observers();
}

int cli_list(int argc, char **argv)
{
    const struct command *command = cli_find(argv[0]);
    const char *topics[16] = {0};
    struct cli_words w;
    const char *near;
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
        near = text_nearest(w.rest[0], topics);
        status = cli_refuse(EXIT_REQUEST,
                            near ? "there is no list of \"%s\"; did you mean "
                                   "\"%s\"?"
                                 : "there is no list of \"%s\"; there is %s",
                            w.rest[0], near ? near : command->synopsis);
    } else {
        for (int i = 0; topics[i]; i++) {
            if (known >= 0 && i != known)
                continue;
            if (known < 0)
                printf("%s%s\n", i ? "\n" : "", topics[i]);
            list_topic(topics[i]);
        }
        status = cli_flush(EXIT_DONE);
    }
out:
    cli_words_fini(&w);
    return status;
}
