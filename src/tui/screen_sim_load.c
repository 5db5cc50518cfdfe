/* What the simulator's screen works on: its jobs, as data and as text, and its
 * policies. Screen process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tui/app.h"

/* Sets beyond this are not shown as text, nor changed. */
#define TEXT_JOBS 50000

static const char example_jobs[] = "A 12 | B 2 io:4 2 io:4 2 | C 4 @1 | D 2 @6";
static const char *const example_setups[] = {"fifo", "rr slice=2"};

/* ---- the jobs as text ---------------------------------------------------- */

static int make_text(struct sim_screen *s)
{
    const char *text;
    int n = 0;

    text_fini(&s->text);
    free(s->line);
    s->line = NULL;
    s->lines = 0;
    if (s->jobs.count > TEXT_JOBS || s->jobs.pool.length_count > 0)
        return 0; /* tasks of an experiment cannot be written as jobs */
    sim_jobs_write(&s->jobs, "\n", &s->text);
    s->line = calloc((size_t)s->jobs.count + 1, sizeof(*s->line));
    if (s->text.failed || !s->line)
        return -ENOMEM;
    text = text_str(&s->text);
    for (const char *at = text; *at != '\0' && n < s->jobs.count;) {
        const char *end = strchr(at, '\n');

        if (*at != '#' && *at != '\n') /* a comment is nobody's line */
            s->line[n++] = (int)(at - text);
        if (!end)
            break;
        at = end + 1;
    }
    s->lines = n == s->jobs.count ? n : 0;
    return 0;
}

void simtui_line(const struct sim_screen *s, int id, struct text *out)
{
    const char *text = text_str(&s->text);

    if (id < 0 || id >= s->lines)
        return;
    text += s->line[id];
    text_addf(out, "%.*s", (int)strcspn(text, "\n"), text);
}

/* ---- policies ------------------------------------------------------------ */

void simtui_begin_all(struct sim_screen *s)
{
    for (int i = 0; i < s->count; i++) {
        struct sim_setup setup = s->play[i].setup;

        sim_play_begin(&s->play[i], &setup, &s->jobs);
    }
    s->stepping = false;
    s->window.column_ns = 0; /* to be chosen anew */
    if (s->selected >= s->jobs.count)
        s->selected = s->jobs.count - 1;
    if (s->selected < 0 && s->jobs.count > 0)
        s->selected = 0;
}

int simtui_add_policy(struct sim_screen *s, const struct sim_setup *setup,
                      struct err *err)
{
    if (s->count == TUI_SIM_SETUPS)
        return err_set(err, -E2BIG,
                       "%d policies are the most that are shown at once",
                       TUI_SIM_SETUPS);
    s->play[s->count] = (struct sim_play){.setup = *setup};
    s->count++;
    return 0;
}

static void drop_policies(struct sim_screen *s)
{
    for (int i = 0; i < s->count; i++)
        sim_play_fini(&s->play[i]);
    s->count = 0;
    s->chosen = 0;
}

int simtui_take_jobs(struct sim_screen *s, struct sim_jobs *jobs,
                     struct err *err)
{
    int rc = 0;

    if (jobs->count > TUI_SIM_JOBS)
        rc = err_set(err, -E2BIG,
                     "%d jobs are more than the %d that the screen shows; "
                     "--text runs them",
                     jobs->count, TUI_SIM_JOBS);
    if (rc < 0) {
        sim_jobs_fini(jobs);
        return rc;
    }
    for (int i = 0; i < s->count; i++) { /* they look at the old ones */
        struct sim_setup setup = s->play[i].setup;

        sim_play_fini(&s->play[i]);
        s->play[i].setup = setup;
    }
    sim_jobs_fini(&s->jobs);
    s->jobs = *jobs;
    *jobs = (struct sim_jobs){0};
    if (make_text(s) < 0)
        rc = err_set(err, -ENOMEM, "no memory for the jobs as text");
    simtui_begin_all(s);
    return rc;
}

int simtui_example(struct sim_screen *s, struct err *err)
{
    struct sim_jobs jobs = {0};
    struct sim_setup setup;
    int rc;

    rc = sim_jobs_read(&jobs, NULL, "example", example_jobs,
                       strlen(example_jobs), err);
    if (rc < 0)
        return rc;
    drop_policies(s);
    for (int i = 0; rc == 0 && i < 2; i++) {
        rc = sim_setup_read(&setup, example_setups[i], NULL, err);
        if (rc == 0)
            rc = simtui_add_policy(s, &setup, err);
    }
    s->title[0] = s->line_of[0] = '\0';
    if (rc < 0) {
        sim_jobs_fini(&jobs);
        return rc;
    }
    return simtui_take_jobs(s, &jobs, err);
}

/* ---- a line -------------------------------------------------------------- */

/* Take "--on SETUP" out of @line; what is left are the jobs. */
static int take_setups(char *line, struct sim_setup setup[], int *count,
                       struct err *err)
{
    char *at;

    *count = 0;
    while ((at = strstr(line, "--on ")) != NULL) {
        char *word = at + strlen("--on "), *end;
        char cut[400];
        int rc;

        word += strspn(word, " ");
        end = word + strcspn(word, " ");
        if (*count == TUI_SIM_SETUPS)
            return err_set(err, -E2BIG,
                           "%d policies are the most that are shown at once",
                           TUI_SIM_SETUPS);
        snprintf(cut, sizeof(cut), "%.*s", (int)(end - word), word);
        rc = sim_setup_read(&setup[*count], cut, NULL, err);
        if (rc < 0)
            return rc;
        ++*count;
        memmove(at, end, strlen(end) + 1);
    }
    return 0;
}

/* The jobs that @text says, and the machine if it names one. */
static int read_jobs(struct sim_screen *s, char *text, const struct machine *m,
                     struct sim_jobs *jobs, struct text *machine,
                     struct err *err)
{
    size_t n = strlen(text);
    int rc;

    while (n > 0 && text[n - 1] == ' ')
        text[--n] = '\0';
    if (sim_means_experiment(text)) {
        struct spec spec;

        rc = sim_jobs_from_line(jobs, &spec, text, m, err);
        if (rc == 0)
            snprintf(s->line_of, sizeof(s->line_of), "%s", text);
        return rc;
    }
    rc = sim_jobs_read(jobs, machine, "jobs", text, n, err);
    if (rc == 0)
        s->line_of[0] = '\0';
    return rc;
}

int simtui_parse(struct sim_screen *s, const char *line,
                 const struct machine *m, struct err *err)
{
    struct sim_setup setup[TUI_SIM_SETUPS];
    struct sim_jobs jobs = {0};
    struct text machine = {0};
    char text[PROMPT_BYTES], *words = text;
    int count, rc;

    snprintf(text, sizeof(text), "%s", line);
    rc = take_setups(text, setup, &count, err);
    words += strspn(words, " ");
    if (rc < 0)
        return rc;
    rc = *words ? read_jobs(s, words, m, &jobs, &machine, err)
                : sim_jobs_copy(&jobs, &s->jobs);
    if (rc == 0 && machine.len > 0 && count < TUI_SIM_SETUPS) {
        rc = sim_setup_read(&setup[count], text_str(&machine), NULL, err);
        count += rc == 0;
    }
    text_fini(&machine);
    for (int i = 0; rc == 0 && i < count; i++)
        rc = sim_setup_check(&setup[i], &jobs, err);
    if (rc == 0 && count == 0 && s->count == 0) {
        rc = sim_setup_read(&setup[0], "rr", NULL, err);
        count = 1;
    }
    if (rc < 0) {
        sim_jobs_fini(&jobs);
        return rc;
    }
    if (*words)
        s->title[0] = '\0';
    s->changed = s->changed && !*words;
    if (count > 0)
        drop_policies(s);
    for (int i = 0; i < count; i++)
        simtui_add_policy(s, &setup[i], NULL);
    return simtui_take_jobs(s, &jobs, err);
}

/* ---- by chance ----------------------------------------------------------- */

static bool has_policy(const struct sim_screen *s, const char *words)
{
    char both[64], list[128];

    snprintf(list, sizeof(list), " %s ", words);
    for (int i = 0; i < s->count; i++) {
        snprintf(both, sizeof(both), " %s ", s->play[i].setup.policy->name);
        if (strstr(list, both))
            return true;
    }
    return false;
}

int simtui_random_set(struct sim_screen *s, struct err *err)
{
    struct sim_random wish = {
        .jobs = 5,
        .longest_ns = 10 * NS_PER_MS,
        .last_arrival_ns = 8 * NS_PER_MS,
        .whole_ms = true,
        .io = true,
        .tickets = has_policy(s, "lottery stride"),
        .priorities = has_policy(s, "priority rt-fifo rt-rr"),
        .nice = has_policy(s, "cfs eevdf"),
        .gangs = has_policy(s, "gang"),
        .cpus = 1,
    };
    struct sim_jobs jobs = {0};
    int rc = sim_jobs_random(&jobs, &wish, s->seed);

    if (rc < 0)
        return err_set(err, rc, "no memory for a random set of jobs");
    snprintf(s->title, sizeof(s->title), "random set %llu",
             (unsigned long long)s->seed);
    s->seed++;
    s->line_of[0] = '\0';
    s->changed = false;
    s->selected = 0;
    return simtui_take_jobs(s, &jobs, err);
}

void simtui_fini(struct sim_screen *s)
{
    drop_policies(s);
    sim_jobs_fini(&s->jobs);
    sim_jobs_fini(&s->before);
    text_fini(&s->text);
    free(s->line);
    *s = (struct sim_screen){.seed = s->seed};
}
