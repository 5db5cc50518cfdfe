/* The program under the microscope: from a file, from the editor, back into a
 * file. Screen process. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "asm/asm.h"
#include "tui/app.h"

static bool file_time(const char *path, struct timespec *out)
{
    struct stat st;

    if (path[0] == '\0' || stat(path, &st) < 0)
        return false;
    *out = st.st_mtim;
    return true;
}

bool step_file_changed(const struct app *a)
{
    const struct step_state *s = &a->step;
    struct timespec now;

    return file_time(s->path, &now) && (now.tv_sec != s->changed.tv_sec ||
                                        now.tv_nsec != s->changed.tv_nsec);
}

/* ---- beginning ----------------------------------------------------------- */

static void walk_close(struct step_state *s)
{
    if (s->walking) {
        walk_fini(&s->walk);
        stepper_fini(&s->machine);
    }
    s->walking = false;
    s->playing = false;
    s->wants = STEP_WANTS_NOTHING;
    s->scroll = 0;
}

int step_begin(struct app *a, struct err *err)
{
    struct step_state *s = &a->step;
    struct rules rules = s->rules;
    int rc;

    walk_close(s);
    step_forget_found(a);
    if (!s->program)
        return 0;
    rules.keep_registers = true; /* what was computed is worth seeing */
    rc = stepper_init(&s->machine, s->program, &rules, err);
    if (rc < 0)
        return rc;
    rc = walk_init(&s->walk, &s->machine, err);
    if (rc < 0) {
        stepper_fini(&s->machine);
        return rc;
    }
    s->walking = true;
    if (s->chosen >= s->program->thread_count)
        s->chosen = 0;
    return 0;
}

int step_take(struct app *a, struct program *p, bool edited, struct err *err)
{
    struct step_state *s = &a->step;
    struct library_entry head = {0};

    if (p->source && library_head(p->source, &head) < 0) {
        program_free(p);
        return err_set(err, -ENOMEM, "no memory for the program");
    }
    walk_close(s);
    step_forget_found(a);
    program_free(s->program);
    library_entry_fini(&s->head);
    s->program = p;
    s->head = head;
    s->edited = edited;
    s->asked = s->told = false;
    return step_begin(a, err);
}

/* ---- files --------------------------------------------------------------- */

/* The exercise as the library has it; a file that says of itself that it is
 * one, but is not from there, is its own. NULL: none. */
static struct program *find_exercise(const struct step_state *s)
{
    struct program *exercise = NULL;
    char path[PATH_MAX];

    if (!s->head.repair || !s->program->source)
        return NULL;
    if (s->head.name[0] != '\0' &&
        library_find(s->head.name, path, sizeof(path), NULL) == 0 &&
        program_read(path, NULL, &exercise, NULL) == 0)
        return exercise;
    if (program_parse(s->program->name, s->program->source,
                      strlen(s->program->source), &exercise, NULL) == 0)
        return exercise;
    return NULL;
}

void step_found_file(struct app *a, const char *path, const char *which)
{
    struct step_state *s = &a->step;

    if (path != s->path)
        snprintf(s->path, sizeof(s->path), "%s", path ? path : "");
    if (which != s->which)
        snprintf(s->which, sizeof(s->which), "%s", which ? which : "");
    file_time(s->path, &s->changed);
    program_free(s->exercise);
    s->exercise = find_exercise(s);
}

int step_open(struct app *a, const char *path, const char *which,
              struct err *err)
{
    struct step_state *s = &a->step;
    struct timespec changed = {0};
    struct program *p;
    int rc;

    file_time(path, &changed); /* before reading: nothing is missed */
    rc = asm_program_read(path, which, &p, err);
    if (rc < 0)
        return rc;
    s->chosen = 0;
    rc = step_take(a, p, false, err);
    if (rc < 0)
        return rc;
    step_found_file(a, path, which);
    s->changed = changed;
    return 0;
}

int step_reload(struct app *a, struct err *err)
{
    struct step_state *s = &a->step;
    int rc;

    if (s->path[0] == '\0')
        return err_set(err, -ENOENT,
                       "this program is from no file; w writes it into one");
    rc = step_open(a, s->path, s->which[0] ? s->which : NULL, err);
    if (rc < 0) /* said once, not every second */
        file_time(s->path, &s->changed);
    return rc;
}

const char *step_name(const struct app *a)
{
    const struct step_state *s = &a->step;
    const char *slash;

    if (!s->program)
        return "mine.tsl";
    if (s->head.name[0] != '\0')
        return s->head.name;
    slash = strrchr(s->program->name, '/');
    return slash ? slash + 1 : s->program->name;
}

void step_default_name(const struct app *a, char *out, size_t size)
{
    size_t n = 0;

    /* Of nothing but plain letters. */
    for (const char *name = step_name(a); *name && n + 6 < size; name++)
        if (*name > ' ' && *name < 127 &&
            !strchr("/\\\"'`$*?|&;<>()[]{}", *name))
            out[n++] = *name;
    out[n] = '\0';
    if (n == 0)
        snprintf(out, size, "program");
    if (n < 4 || strcmp(out + n - 4, ".tsl") != 0)
        snprintf(out + strlen(out), size - strlen(out), ".tsl");
}

int step_write(struct app *a, const char *path, struct err *err)
{
    struct step_state *s = &a->step;
    const char *text = s->program ? s->program->source : NULL;
    FILE *out = NULL;
    int fd, rc = 0;

    if (!text)
        return err_set(err, -EINVAL,
                       "only programs in the language can be written");
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0)
        out = fdopen(fd, "w");
    if (!out) {
        rc = errno == EEXIST
                 ? err_set(err, -EEXIST,
                           "%s is there already and stays as it is; another "
                           "name?",
                           path)
                 : err_set(err, -errno, "cannot write %s: %m", path);
        if (fd >= 0)
            close(fd);
        return rc;
    }
    if (fputs(text, out) == EOF)
        rc = -errno;
    if (fclose(out) != 0 && rc == 0)
        rc = -errno;
    if (rc < 0) {
        unlink(path);
        return err_set(err, rc, "cannot write all of %s: %m", path);
    }
    snprintf(s->path, sizeof(s->path), "%s", path);
    s->which[0] = '\0';
    file_time(path, &s->changed);
    s->edited = false;
    return 0;
}

/* ---- the end ------------------------------------------------------------- */

void step_close(struct app *a)
{
    struct step_state *s = &a->step;

    walk_close(s);
    step_forget_found(a);
    program_free(s->program);
    program_free(s->exercise);
    library_entry_fini(&s->head);
    library_fini(&s->list.library);
    free(s->list.shown);
    edit_fini(&s->edit);
    *s = (struct step_state){0};
}
