/* Changing what the simulator's screen works on: a job, the set, a policy.
 * While a line is typed the picture follows it, as long as it makes sense.
 * Screen process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/app.h"

/* The picture follows each key for sets up to this; of larger ones at the end.
 */
#define LIVE_JOBS 2000

/* ---- back ---------------------------------------------------------------- */

/* Keep the set, to come back to it. */
static bool keep_before(struct sim_screen *s)
{
    sim_jobs_fini(&s->before);
    s->can_undo = sim_jobs_copy(&s->before, &s->jobs) == 0;
    return s->can_undo;
}

void simtui_undo(struct app *a)
{
    struct sim_screen *s = &a->sim;
    struct sim_jobs then = s->before;
    struct err err = {0};

    if (!s->can_undo) {
        app_say(a, false, "nothing was changed yet");
        return;
    }
    s->before = (struct sim_jobs){0};
    keep_before(s); /* u again brings it back */
    if (simtui_take_jobs(s, &then, &err) < 0)
        app_say(a, true, "%s", err.text);
    else
        app_say(a, false, "the last change is taken back; u makes it again");
}

/* ---- the set with one line changed --------------------------------------- */

/* "job:1:5: what is wrong": without the place, but with the column. */
static void take_error(struct sim_screen *s, const char *why)
{
    int line, column, used = 0;

    if (sscanf(why, "job:%d:%d: %n", &line, &column, &used) == 2 && used > 0)
        snprintf(s->error, sizeof(s->error), "column %d: %s", column,
                 why + used);
    else
        snprintf(s->error, sizeof(s->error), "%s", why);
}

/* Is @line one job? */
static int check_line(const char *line, struct err *err)
{
    struct sim_jobs one = {0};
    struct text machine = {0};
    int rc = sim_jobs_read(&one, &machine, "job", line, strlen(line), err);

    if (rc == 0 && (one.count != 1 || machine.len > 0))
        rc = err_set(err, -EINVAL,
                     "this must be one job: a name, then what it does, such "
                     "as: %s",
                     "A 3 io:5 2 @1");
    text_fini(&machine);
    sim_jobs_fini(&one);
    return rc;
}

/* All lines of @s->before into @out, line @id replaced by @line (NULL: left
 * out), or that added if @id is beyond the last. */
static void compose(const struct sim_screen *s, int id, const char *line,
                    struct text *out)
{
    struct text whole = {0};
    int n = 0;

    sim_jobs_write(&s->before, "\n", &whole);
    for (const char *at = text_str(&whole); *at != '\0';) {
        size_t length = strcspn(at, "\n");
        bool job = *at != '#' && *at != '\n';

        if (!job || n != id)
            text_addf(out, "%.*s\n", (int)length, at);
        else if (line)
            text_addf(out, "%s\n", line);
        n += job;
        at += length;
        at += *at == '\n';
    }
    if (line && id >= n)
        text_addf(out, "%s\n", line);
    if (whole.failed)
        out->failed = true;
    text_fini(&whole);
}

/* The set as it was before, with line @id as @line says. */
static int change_line(struct sim_screen *s, int id, const char *line,
                       struct err *err)
{
    struct sim_jobs jobs = {0};
    struct text text = {0};
    int rc = 0;

    if (line)
        rc = check_line(line, err);
    if (rc == 0) {
        compose(s, id, line, &text);
        rc = text.failed ? err_set(err, -ENOMEM, "no memory for the jobs")
             : text.len == 0
                 ? 0 /* the last one was deleted */
                 : sim_jobs_read(&jobs, NULL, "jobs", text.data, text.len, err);
    }
    text_fini(&text);
    if (rc < 0)
        return rc;
    s->changed = true;
    s->line_of[0] = '\0'; /* no experiment is like that */
    return simtui_take_jobs(s, &jobs, err);
}

void simtui_delete_job(struct app *a)
{
    struct sim_screen *s = &a->sim;
    struct text was = {0};
    struct err err = {0};
    int id = s->selected;

    if (id < 0 || id >= s->lines) {
        app_say(a, false,
                s->jobs.count > 0 ? "so many jobs cannot be changed here"
                                  : "there is no job to delete");
        return;
    }
    simtui_line(s, id, &was);
    if (!keep_before(s) || change_line(s, id, NULL, &err) < 0)
        app_say(a, true, "%s", err.text[0] ? err.text : "no memory for that");
    else
        app_say(a, false, "deleted: %s; u brings it back", text_str(&was));
    text_fini(&was);
}

/* ---- a line being typed -------------------------------------------------- */

/* The shortest letter that is nobody's name. */
static void new_name(const struct sim_jobs *jobs, char out[SIM_NAME_MAX])
{
    char name[SIM_NAME_MAX];

    for (int letter = 0; letter < 26; letter++) {
        bool taken = false;

        snprintf(out, SIM_NAME_MAX, "%c", 'A' + letter);
        for (int id = 0; id < jobs->count && !taken; id++)
            taken = strcmp(sim_job_name(jobs, id, name), out) == 0;
        if (!taken)
            return;
    }
    snprintf(out, SIM_NAME_MAX, "J%d", jobs->count + 1);
}

static void first_words(struct sim_screen *s, enum sim_over over,
                        struct text *out)
{
    char name[SIM_NAME_MAX];

    switch (over) {
    case SIM_OVER_JOB:
        simtui_line(s, s->selected, out);
        break;
    case SIM_OVER_ADD:
        new_name(&s->jobs, name);
        text_addf(out, "%s 3", name);
        if (s->cursor_ns > 0) {
            text_add(out, " @");
            sim_write_ns(s->cursor_ns, true, out);
        }
        break;
    case SIM_OVER_SETUP:
        sim_setup_write(&s->play[s->chosen].setup, out);
        break;
    case SIM_OVER_POLICY:
        text_add(out, "stcf");
        break;
    default:
        text_add(out, "jobs.txt");
        break;
    }
}

void simtui_open_over(struct app *a, enum sim_over over)
{
    struct sim_screen *s = &a->sim;
    struct text words = {0};

    if ((over == SIM_OVER_JOB || over == SIM_OVER_ADD) &&
        s->lines < s->jobs.count) {
        app_say(a, false,
                "these jobs cannot be changed here: they are too many, or an "
                "experiment's");
        return;
    }
    if (over == SIM_OVER_JOB && s->jobs.count == 0)
        over = SIM_OVER_ADD;
    if (over == SIM_OVER_POLICY && s->count == TUI_SIM_SETUPS) {
        app_say(a, false, "%d policies are the most; - takes one away",
                TUI_SIM_SETUPS);
        return;
    }
    if ((over == SIM_OVER_JOB || over == SIM_OVER_ADD) && !keep_before(s)) {
        app_say(a, true, "no memory for that");
        return;
    }
    s->before_changed = s->changed;
    snprintf(s->before_line, sizeof(s->before_line), "%s", s->line_of);
    s->before_setup = s->play[s->chosen].setup;
    s->over = over;
    s->playing = false;
    s->error[0] = '\0';
    a->overlay = OVERLAY_SIM;
    prompt_open(&s->typed);
    first_words(s, over, &words);
    prompt_set(&s->typed, text_str(&words));
    text_fini(&words);
}

static void close_over(struct app *a)
{
    prompt_close(&a->sim.typed);
    a->sim.over = SIM_OVER_NOTHING;
    a->sim.error[0] = '\0';
    a->overlay = OVERLAY_NONE;
}

static int change_setup(struct sim_screen *s, const char *line, struct err *err)
{
    struct sim_setup setup;
    int rc = sim_setup_read(&setup, line, s->before_setup.policy, err);

    if (rc == 0)
        rc = sim_setup_check(&setup, &s->jobs, err);
    if (rc < 0)
        return rc;
    s->play[s->chosen].setup = setup;
    simtui_begin_all(s);
    return 0;
}

static int add_policy(struct sim_screen *s, const char *line, struct err *err)
{
    struct sim_setup setup;
    int rc = sim_setup_read(&setup, line, NULL, err);

    if (rc == 0)
        rc = sim_setup_check(&setup, &s->jobs, err);
    if (rc == 0)
        rc = simtui_add_policy(s, &setup, err);
    if (rc < 0)
        return rc;
    s->chosen = s->count - 1;
    simtui_begin_all(s);
    return 0;
}

/* A new file; one that is there stays. */
static int write_jobs(struct app *a, const char *path, struct err *err)
{
    struct sim_screen *s = &a->sim;
    FILE *out = fopen(path, "wx");
    struct text text = {0};
    int rc = 0;

    if (!out)
        return err_set(err, -errno, "cannot write %s: %m", path);
    sim_jobs_write(&s->jobs, "\n", &text);
    if (text.failed || fprintf(out, "%s\n", text_str(&text)) < 0)
        rc = err_set(err, -ENOMEM, "cannot write all of %s", path);
    if (fclose(out) != 0 && rc == 0)
        rc = err_set(err, -errno, "cannot write all of %s: %m", path);
    text_fini(&text);
    if (rc == 0) {
        snprintf(s->title, sizeof(s->title), "%.100s", path);
        s->changed = false;
        app_say(a, false, "written: %s", path);
    }
    return rc;
}

/* Do what the line says. @last: Enter was pressed. */
static int apply(struct app *a, bool last, struct err *err)
{
    struct sim_screen *s = &a->sim;
    const char *line = s->typed.line;

    switch (s->over) {
    case SIM_OVER_JOB:
        return change_line(s, s->selected, line, err);
    case SIM_OVER_ADD:
        return change_line(s, s->before.count, line, err);
    case SIM_OVER_SETUP:
        return change_setup(s, line, err);
    case SIM_OVER_POLICY:
        return last ? add_policy(s, line, err) : 0;
    default:
        return last ? write_jobs(a, line, err) : 0;
    }
}

/* As it was before the line was opened. */
static void put_back(struct sim_screen *s)
{
    struct sim_jobs jobs = {0};
    struct err err = {0};

    if (s->over == SIM_OVER_SETUP) {
        s->play[s->chosen].setup = s->before_setup;
        simtui_begin_all(s);
    } else if ((s->over == SIM_OVER_JOB || s->over == SIM_OVER_ADD) &&
               sim_jobs_copy(&jobs, &s->before) == 0) {
        simtui_take_jobs(s, &jobs, &err);
        s->changed = s->before_changed;
        snprintf(s->line_of, sizeof(s->line_of), "%s", s->before_line);
    }
}

/* A key changed the line: the picture follows. */
static void follow(struct app *a)
{
    struct sim_screen *s = &a->sim;
    struct err err = {0};

    s->error[0] = '\0';
    if (s->jobs.count <= LIVE_JOBS && apply(a, false, &err) < 0)
        take_error(s, err.text);
}

void sim_over_key(struct app *a, int key)
{
    struct sim_screen *s = &a->sim;
    enum action action = keys_find(&keys_ask, key, 0);
    struct err err = {0};
    enum sim_over over = s->over;

    if (action == ACTION_BACK) {
        put_back(s);
        close_over(a);
    } else if (action == ACTION_ENTER) {
        if (apply(a, true, &err) < 0) {
            take_error(s, err.text);
            return;
        }
        close_over(a);
        if (over == SIM_OVER_ADD)
            s->selected = s->jobs.count - 1;
    } else {
        if (action != ACTION_NONE)
            prompt_act(&s->typed, action);
        else
            prompt_type(&s->typed, key);
        if (action == ACTION_NONE || action >= ACTION_ERASE)
            follow(a);
    }
}
