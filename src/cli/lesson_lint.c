/* "timeslice lesson lint": what is wrong with lessons, without running them;
 * "timeslice lesson new": one to begin with. Screen process. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/lesson.h"
#include "lesson/codes.h"
#include "lesson/lint.h"

/* A machine with two processors, so that a verdict does not depend on whose
 * machine looks. */
static void made_up_machine(struct machine *m)
{
    *m = (struct machine){
        .cpus_online = 2,
        .cpus_allowed = 2,
        .kernel = "6.1.0",
        .arch = "x86_64",
        .tick_hz = 250,
        .perf_paranoid = 2,
        .autogroup = true,
        .memory_total = INT64_C(8) << 30,
        .memory_available = INT64_C(4) << 30,
    };
    CPU_ZERO(&m->allowed);
    CPU_SET(0, &m->allowed);
    CPU_SET(1, &m->allowed);
}

struct file {
    char path[PATH_MAX];
    struct lesson lesson;
    char original[PATH_MAX]; /* of a translation; "" */
};
struct linting {
    struct machine machine;
    struct file *files;
    int count, faults, lessons;
    bool whole; /* all of a course: ids are unique, and exist */
};

/* "07-name.fr.md" -> "07-name.md"; "": it is no translation. */
static void find_original(const char *path, char out[PATH_MAX])
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strchr(name, '.'), *end = strrchr(name, '.');

    out[0] = '\0';
    if (dot && end && dot != end && strcmp(end, ".md") == 0)
        snprintf(out, PATH_MAX, "%.*s.md", (int)(dot - path), path);
}

static int add_file(struct linting *x, const char *path)
{
    struct file *more =
        realloc(x->files, ((size_t)x->count + 1) * sizeof(*more));

    if (!more)
        return cli_refuse(EXIT_FAILED, "lesson lint: no memory");
    x->files = more;
    more += x->count;
    memset(more, 0, sizeof(*more));
    snprintf(more->path, sizeof(more->path), "%s", path);
    x->count++;
    return -1;
}

/* ---- several lessons ----------------------------------------------------- */

static bool same_lesson(const struct file *a, const struct file *b)
{
    return strcmp(a->lesson.id, b->lesson.id) == 0;
}

static void lint_together(struct linting *x, int at)
{
    struct file *f = &x->files[at];
    char *after, *save = NULL;

    for (int i = 0; i < at && f->lesson.id[0]; i++)
        if (!x->files[i].original[0] && same_lesson(&x->files[i], f))
            lesson_complain(&f->lesson, 1, LINT_ID_TAKEN,
                            "the id \"%s\" is taken, by %s", f->lesson.id,
                            x->files[i].path);
    after = x->whole && f->lesson.after ? strdup(f->lesson.after) : NULL;
    for (char *w = after ? strtok_r(after, " ", &save) : NULL; w;
         w = strtok_r(NULL, " ", &save)) {
        bool found = false;

        for (int i = 0; i < x->count; i++)
            found |= strcmp(x->files[i].lesson.id, w) == 0;
        if (!found)
            lesson_complain(&f->lesson, 1, LINT_AFTER,
                            "there is no lesson \"%.40s\" to come after", w);
    }
    free(after);
}

static void lint_against(struct file *f)
{
    struct lesson original;
    struct err err = {0};

    if (lesson_read(&original, f->original, &err) < 0)
        lesson_complain(&f->lesson, 1, LINT_SKELETON,
                        "it seems to be a translation, but %s", err.text);
    else
        lint_translation(&f->lesson, &original);
    lesson_fini(&original);
}

/* ---- what was found ------------------------------------------------------ */

static void print_faults(const struct linting *x)
{
    for (int i = 0; i < x->count; i++)
        for (int k = 0; k < x->files[i].lesson.fault_count; k++) {
            const struct lesson_fault *f = &x->files[i].lesson.faults[k];

            printf("%s:%d: L%d %s\n", x->files[i].path, f->line, f->code,
                   f->text);
        }
    printf("%d lesson%s, ", x->lessons, x->lessons == 1 ? "" : "s");
    if (x->count > x->lessons)
        printf("%d translation%s, ", x->count - x->lessons,
               x->count - x->lessons == 1 ? "" : "s");
    if (x->faults == 0)
        printf("no faults\n");
    else
        printf("%d fault%s\n", x->faults, x->faults == 1 ? "" : "s");
}

static void print_json(const struct linting *x)
{
    json_t *faults = json_array();
    json_t *all = json_pack(
        "{s:s, s:i, s:i, s:o}", "schema", "timeslice.lint/1", "lessons",
        x->lessons, "translations", x->count - x->lessons, "faults", faults);

    for (int i = 0; i < x->count; i++)
        for (int k = 0; k < x->files[i].lesson.fault_count; k++) {
            const struct lesson_fault *f = &x->files[i].lesson.faults[k];

            json_array_append_new(faults,
                                  json_pack("{s:s, s:i, s:i, s:s}", "file",
                                            x->files[i].path, "line", f->line,
                                            "code", f->code, "text", f->text));
        }
    json_dumpf(all, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(all);
}

/* ---- which files --------------------------------------------------------- */

static int all_files(struct linting *x)
{
    char folder[PATH_MAX], pattern[PATH_MAX + 8];
    struct err err = {0};
    glob_t found;
    int status = -1;

    if (course_folder(folder, sizeof(folder), &err) < 0)
        return cli_refuse_err(&err, EXIT_FAILED);
    snprintf(pattern, sizeof(pattern), "%s/*/*.md", folder);
    if (glob(pattern, 0, NULL, &found) != 0)
        return cli_refuse(EXIT_FAILED, "there are no lessons in %s", folder);
    for (size_t i = 0; i < found.gl_pathc && status < 0; i++)
        status = add_file(x, found.gl_pathv[i]);
    globfree(&found);
    x->whole = true;
    return status;
}

/* A path as it stands, else an id or number of the course. */
static int named_file(struct linting *x, const char *word)
{
    struct course course = {0};
    struct course_lesson *found;
    struct err err = {0};
    int status;

    if (strchr(word, '/') || strchr(word, '.') || access(word, F_OK) == 0)
        return add_file(x, word);
    found = course_read(&course, "en", &err) < 0
                ? NULL
                : course_find(&course, word, &err);
    status =
        found ? add_file(x, found->path) : cli_refuse_err(&err, EXIT_REQUEST);
    course_fini(&course);
    return status;
}

static int read_files(struct linting *x)
{
    for (int i = 0; i < x->count; i++) {
        struct file *f = &x->files[i];
        struct err err = {0};

        if (lesson_read(&f->lesson, f->path, &err) < 0)
            return cli_refuse_err(&err, EXIT_REQUEST);
        find_original(f->path, f->original);
        x->lessons += !f->original[0];
    }
    return -1;
}

static void lint_all(struct linting *x)
{
    for (int i = 0; i < x->count; i++) {
        struct file *f = &x->files[i];

        if (f->original[0])
            lint_against(f);
        else
            lint_together(x, i);
        lint_lesson(&f->lesson, &x->machine);
        x->faults += f->lesson.fault_count;
    }
}

int cli_lesson_lint(const struct lesson_wishes *x)
{
    struct linting lint = {0};
    int status = -1;

    if (!x->all && x->count == 0)
        return cli_refuse(EXIT_REQUEST,
                          "lesson lint needs a file, or --all: timeslice "
                          "lesson lint my-lesson.md");
    made_up_machine(&lint.machine);
    if (x->all)
        status = all_files(&lint);
    for (int i = 0; i < x->count && status < 0; i++)
        status = named_file(&lint, x->words[i]);
    if (status < 0)
        status = read_files(&lint);
    if (status < 0) {
        lint_all(&lint);
        if (x->json)
            print_json(&lint);
        else
            print_faults(&lint);
        status = cli_flush(lint.faults ? EXIT_REQUEST : 0);
    }
    for (int i = 0; i < lint.count; i++)
        lesson_fini(&lint.files[i].lesson);
    free(lint.files);
    return status;
}

/* ---- new ----------------------------------------------------------------- */

static bool good_id(const char *id)
{
    size_t n = strlen(id);

    return n >= 3 && n < LESSON_NAME &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

/* The id in @name, which may be a file's name: "07-my-own" is my-own. */
static const char *id_in(const char *name)
{
    size_t digits = strspn(name, "0123456789");

    return digits > 0 && name[digits] == '-' ? name + digits + 1 : name;
}

static int write_new(const char *path, const struct text *t, bool force)
{
    int fd =
        open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (force ? O_TRUNC : O_EXCL),
             0666);
    const char *p = text_str(t);
    size_t left = t->len;

    if (fd < 0 && errno == EEXIST)
        return cli_refuse(EXIT_REQUEST,
                          "%s is there already; --force writes over it", path);
    if (fd < 0)
        return cli_refuse(EXIT_FAILED, "%s cannot be written: %s", path,
                          strerror(errno));
    while (left > 0) {
        ssize_t n = write(fd, p, left);

        if (n < 0) {
            close(fd);
            return cli_refuse(EXIT_FAILED, "%s cannot be written: %s", path,
                              strerror(errno));
        }
        p += n;
        left -= (size_t)n;
    }
    if (close(fd) < 0)
        return cli_refuse(EXIT_FAILED, "%s cannot be written: %s", path,
                          strerror(errno));
    return 0;
}

int cli_lesson_new(const struct lesson_wishes *x)
{
    struct text t = {0};
    char path[PATH_MAX];
    int status;

    if (x->count != 1 || !good_id(id_in(x->words[0])))
        return cli_refuse(EXIT_REQUEST,
                          "lesson new takes an id of 3 to 32 of a-z, 0-9 and "
                          "-: timeslice lesson new my-lesson");
    snprintf(path, sizeof(path), "%s", x->out ? x->out : "");
    if (!x->out)
        snprintf(path, sizeof(path), "%s.md", x->words[0]);
    lint_new(id_in(x->words[0]), &t);
    status = t.failed ? cli_refuse(EXIT_FAILED, "no memory")
                      : write_new(path, &t, x->force);
    text_fini(&t);
    if (status != 0)
        return status;
    printf("%s is a small lesson that works. Edit it, then:\n"
           "  timeslice lesson lint %s    what is wrong with it\n"
           "  timeslice lesson run %s     take it\n"
           "To have it in the list: put it into "
           "$XDG_DATA_HOME/timeslice/lessons\n"
           "(usually ~/.local/share/timeslice/lessons).\n",
           path, path, path);
    return cli_flush(0);
}
