/* "timeslice lesson": the words after it, and which of its commands they mean.
 * Screen process. */
#include "cli/lesson.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "tui/tui.h"

static const struct lesson_word {
    const char *name;
    int (*run)(const struct lesson_wishes *x);
} second_words[] = {
    {"play", cli_lesson_play},         {"list", cli_lesson_list},
    {"show", cli_lesson_show},         {"run", cli_lesson_run},
    {"lint", cli_lesson_lint},         {"new", cli_lesson_new},
    {"progress", cli_lesson_progress}, {"summary", cli_lesson_summary},
    {"coverage", cli_lesson_coverage}, {"notes", cli_lesson_notes},
};
#define SECOND_WORDS ((int)(sizeof(second_words) / sizeof(second_words[0])))

/* From here on this process, and all that it starts, may use only @list. */
static int restrict_to(const char *list)
{
    struct spec spec;
    struct err err = {0};

    spec_defaults(&spec, WORKLOAD_SPIN);
    if (spec_set(&spec, "cpus", list, &err) < 0)
        return cli_refuse(EXIT_REQUEST, "%s", err.text);
    if (sched_setaffinity(0, sizeof(spec.cpus), &spec.cpus) < 0)
        return cli_refuse(EXIT_REQUEST,
                          "--cpus %s: this machine has none of them", list);
    return -1;
}

static void options(struct lesson_wishes *x)
{
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {
        {"all", &x->all},
        {"headless", &x->headless},
        {"linear", &x->linear},
        {"json", &x->json},
        {"present", &x->present},
        {"ascii", &x->ascii},
        {"no-controls", &x->no_controls},
        {"no-history", &x->no_history},
        {"no-skip", &x->no_skip},
        {"force", &x->force},
    };
    const struct {
        const char *name, **value;
    } values[] = {
        {"lang", &x->lang},     {"cpus", &x->cpus},     {"out", &x->out},
        {"name", &x->name},     {"search", &x->search}, {"theme", &x->theme},
        {"record", &x->record},
    };

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        *flags[i].flag = cli_words_value(&x->sorted, flags[i].name) != NULL;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        *values[i].value = cli_words_value(&x->sorted, values[i].name);
    if (!x->lang)
        x->lang = "";
}

/* -1: go on; else the exit status, having said why. --cpus is applied to this
 * process at once, so that everything sees a machine with only those. */
static int wishes(struct lesson_wishes *x, int argc, char **argv)
{
    int status;

    *x = (struct lesson_wishes){0};
    status = cli_words_sort(&x->sorted, cli_find("lesson"), argc, argv);
    if (status >= 0)
        return status;
    options(x);
    x->words = x->sorted.rest;
    x->count = x->sorted.rest_count;
    return x->cpus ? restrict_to(x->cpus) : -1;
}

int lesson_course(struct course *c, const struct lesson_wishes *x)
{
    struct err err = {0};

    if (course_read(c, x->lang, &err) < 0)
        return cli_refuse_err(&err, EXIT_FAILED);
    return -1;
}

/* The map, or with a word that lesson, on the screen. */
int cli_lesson_play(const struct lesson_wishes *x)
{
    struct machine machine;
    struct course course = {0};
    struct course_lesson *found = NULL;
    struct err err = {0};
    struct tui_options o = {.screen = TUI_COURSE,
                            .machine = &machine,
                            .course = &course,
                            .no_skip = x->no_skip};
    int status = lesson_course(&course, x);

    if (status < 0 && x->count > 0) {
        found = course_find(&course, x->words[0], &err);
        if (!found)
            status = cli_refuse_err(&err, EXIT_REQUEST);
    }
    if (status < 0) {
        machine_read(&machine);
        if (found) {
            o.screen = TUI_LESSON;
            o.lesson = (int)(found - course.lessons);
        }
        status = cli_open_screen(&o, &x->sorted);
    }
    course_fini(&course);
    return status;
}

/* The command that @x's first word names, taken off; none: play, or a list. */
static int choose(struct lesson_wishes *x)
{
    const char *names[SECOND_WORDS + 1] = {0};
    const char *word = x->count > 0 ? x->words[0] : NULL;
    const char *near;

    if (!word)
        return cli_on_terminal() && !x->linear ? cli_lesson_play(x)
                                               : cli_lesson_list(x);
    for (int i = 0; i < SECOND_WORDS; i++) {
        names[i] = second_words[i].name;
        if (strcmp(word, second_words[i].name) == 0) {
            x->words++;
            x->count--;
            return second_words[i].run(x);
        }
    }
    near = text_nearest(word, names);
    if (near)
        return cli_refuse(EXIT_REQUEST,
                          "lesson: \"%s\" is none of its words; did you mean "
                          "\"%s\"?",
                          word, near);
    return cli_refuse(EXIT_REQUEST,
                      "lesson: \"%s\" is none of its words; to take a lesson: "
                      "timeslice lesson run %s",
                      word, word);
}

int cli_lesson(int argc, char **argv)
{
    struct lesson_wishes x;
    int status = wishes(&x, argc, argv);

    if (status < 0)
        status = choose(&x);
    cli_words_fini(&x.sorted);
    return status;
}
