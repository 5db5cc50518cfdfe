/* What is on the screen into files: the picture as text, the run as JSON, the
 * program of the microscope as itself. Screen process. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "asm/asm.h"
#include "export/export.h"
#include "export/sweep.h"
#include "tui/app.h"

/* A new file "timeslice-2026-11-21-10-33-07.txt": never over an old one. A
 * second file in the same second gets "-2". */
static FILE *create(const char *stem, const char *ending, char name[80],
                    struct err *err)
{
    int fd = -1;

    for (int i = 1; i < 100 && fd < 0; i++) {
        if (i == 1)
            snprintf(name, 80, "%s.%s", stem, ending);
        else
            snprintf(name, 80, "%s-%d.%s", stem, i, ending);
        fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    if (!out) {
        err_set(err, -errno, "cannot write %s here: %m", name);
        if (fd >= 0)
            close(fd);
    }
    return out;
}

/* Close @out; half a file is none. */
static int finish(FILE *out, const char *name, int rc, struct err *err)
{
    if (fclose(out) != 0 && rc == 0)
        rc = err_set(err, -errno, "cannot write all of %s: %m", name);
    if (rc < 0)
        unlink(name);
    return rc;
}

static int save_text(struct app *a, const char *stem, char name[80],
                     struct err *err)
{
    FILE *out = create(stem, "txt", name, err);
    struct text text = {0};
    int rc = 0;

    if (!out)
        return err->code;
    frame_to_text(&a->frame, &text);
    if (fputs(text_str(&text), out) == EOF)
        rc = err_set(err, -errno, "cannot write all of %s: %m", name);
    text_fini(&text);
    return finish(out, name, rc, err);
}

static int save_json(const struct trace *t, const char *stem, char name[80],
                     struct err *err)
{
    FILE *out = create(stem, "json", name, err);

    if (!out)
        return err->code;
    return finish(out, name, export_json(t, out, err), err);
}

static int save_sweep(const struct sweep *s, const char *stem, char name[80],
                      struct err *err)
{
    FILE *out = create(stem, "json", name, err);

    if (!out)
        return err->code;
    return finish(out, name, export_sweep_json(s, out, err), err);
}

/* The program, and as a comment what was done with it. */
static int save_program(struct app *a, const char *stem, char name[80],
                        struct err *err)
{
    struct step_state *s = &a->step;
    struct schedule done = {0};
    struct text text = {0};
    bool assembler = asm_is_file(s->program->name);
    FILE *out = create(stem, assembler ? "s" : "tsl", name, err);
    int rc = 0;

    if (!out)
        return err->code;
    text_add(&text, s->program->source);
    if (s->walking && s->walk.at > 0 && walk_schedule(&s->walk, &done) == 0) {
        text_addf(&text, "\n%s schedule: ", assembler ? "#" : "//");
        schedule_text(&done, &text);
        text_add(&text, "\n");
    }
    if (text.failed || fputs(text_str(&text), out) == EOF)
        rc = err_set(err, -errno, "cannot write all of %s: %m", name);
    schedule_fini(&done);
    text_fini(&text);
    return finish(out, name, rc, err);
}

/* What the screen shows: a program, a sweep or a run; none may be there. */
static int save_figures(struct app *a, const char *stem, char name[80],
                        struct err *err)
{
    const struct trace *t = run_trace(&a->run);

    if (a->screen == &screen_step)
        return a->step.program && a->step.program->source
                   ? save_program(a, stem, name, err)
                   : 0;
    if (a->screen == &screen_sweep)
        return a->sweep.run.sweep
                   ? save_sweep(a->sweep.run.sweep, stem, name, err)
                   : 0;
    return t && t->gate_ns != 0 ? save_json(t, stem, name, err) : 0;
}

/* Of a lesson and of the map: what the learner found, as a page. */
static bool save_lesson(struct app *a, const char *stem)
{
    const struct course_lesson *entry = lesson_entry(a);
    char said[200] = "";
    struct err err = {0};

    if (a->screen != &screen_lesson && a->screen != &screen_course)
        return false;
    if (a->screen == &screen_course || !entry)
        entry = NULL;
    if (lesson_save(a, entry ? entry->id : NULL, stem, said, &err) < 0)
        app_say(a, true, "%s", err.text);
    else
        app_say(a, false, "saved %s here", said);
    return true;
}

void save_all(struct app *a)
{
    char stem[40] = "timeslice", text[80], json[80] = "", where[256];
    struct err err = {0};
    time_t now = time(NULL);
    struct tm local;

    if (localtime_r(&now, &local))
        strftime(stem, sizeof(stem), "timeslice-%Y-%m-%d-%H-%M-%S", &local);
    if (save_lesson(a, stem))
        return;
    if (save_text(a, stem, text, &err) < 0 ||
        save_figures(a, stem, json, &err) < 0) {
        app_say(a, true, "%s", err.text);
        return;
    }
    if (!getcwd(where, sizeof(where)))
        snprintf(where, sizeof(where), "the working directory");
    app_say(a, false, "saved %s%s%s in %s", text, json[0] ? " and " : "", json,
            where);
}
