/* Inputs of commands, and the commands that they make. Any process. */
#include "spec/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUTS_BYTES (INT64_C(256) << 20)

/* ---- the list ----------------------------------------------------------- */

static int read_whole(struct inputs *in, int fd, int64_t size, const char *path,
                      struct err *err)
{
    int64_t have = 0;

    in->text = malloc((size_t)size + 1);
    if (in->text == NULL)
        return err_set(err, -ENOMEM, "no memory to read --inputs %s", path);
    while (have < size) {
        ssize_t n = read(fd, in->text + have, (size_t)(size - have));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, -EINVAL, "--inputs %s cannot be read: %s", path,
                           strerror(errno));
        if (n == 0)
            break;
        have += n;
    }
    in->text[have] = '\0';
    if ((int64_t)strlen(in->text) != have)
        return err_set(err, -EINVAL,
                       "--inputs %s is no text: it has a NUL character", path);
    return 0;
}

static int cut_lines(struct inputs *in, const char *path, struct err *err)
{
    size_t most = 1;
    char *line, *rest = in->text;

    for (const char *p = in->text; *p != '\0'; p++)
        most += *p == '\n';
    in->lines = calloc(most, sizeof(*in->lines));
    if (in->lines == NULL)
        return err_set(err, -ENOMEM, "no memory to read --inputs %s", path);
    while ((line = strsep(&rest, "\n")) != NULL) {
        size_t length = strlen(line);

        if (length > 0 && line[length - 1] == '\r')
            line[length - 1] = '\0';
        if (*line != '\0')
            in->lines[in->count++] = line;
    }
    if (in->count == 0)
        return err_set(err, -EINVAL,
                       "--inputs %s has no line; write one input a line", path);
    return 0;
}

int inputs_read(struct inputs *in, const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    int rc;

    *in = (struct inputs){0};
    if (fd < 0)
        return err_set(err, -EINVAL, "--inputs %s cannot be read: %s", path,
                       strerror(errno));
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        rc = err_set(err, -EINVAL,
                     "--inputs %s is no file; it takes a file with one input a "
                     "line",
                     path);
    else if (st.st_size > INPUTS_BYTES)
        rc = err_set(err, -EINVAL,
                     "--inputs %s is larger than 256 MiB; split it", path);
    else
        rc = read_whole(in, fd, st.st_size, path, err);
    close(fd);
    if (rc == 0)
        rc = cut_lines(in, path, err);
    if (rc < 0)
        inputs_fini(in);
    return rc;
}

void inputs_fini(struct inputs *in)
{
    free(in->text);
    free(in->lines);
    *in = (struct inputs){0};
}

/* ---- the program -------------------------------------------------------- */

static bool runs(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
           access(path, X_OK) == 0;
}

int inputs_program(const char *name, char *path, size_t size, struct err *err)
{
    const char *list = getenv("PATH");
    const char *at = list != NULL ? list : "/usr/local/bin:/bin:/usr/bin";

    if (strchr(name, '/') != NULL) {
        if (access(name, F_OK) != 0)
            return err_set(err, -EINVAL, "there is no program %.80s", name);
        if (!runs(name))
            return err_set(err, -EINVAL,
                           "%.80s is no program one may run; chmod +x makes a "
                           "script one",
                           name);
        if (path != NULL)
            snprintf(path, size, "%s", name);
        return 0;
    }
    while (*at != '\0') {
        size_t length = strcspn(at, ":");
        char full[4096];

        /* A place with no name is where one is. */
        snprintf(full, sizeof(full), "%.*s/%s", length > 0 ? (int)length : 1,
                 length > 0 ? at : ".", name);
        if (runs(full)) {
            if (path != NULL)
                snprintf(path, size, "%s", full);
            return 0;
        }
        at += length + (at[length] == ':');
    }
    return err_set(err, -EINVAL,
                   "there is no program \"%.80s\" in PATH; with its folder, "
                   "such as ./%.40s, any other can be run",
                   name, name);
}

/* ---- its words ---------------------------------------------------------- */

/* For sh: in single quotes, which only a single quote ends. */
static void add_quoted(struct text *out, const char *input)
{
    text_add(out, "'");
    while (*input != '\0') {
        int plain = (int)strcspn(input, "'");

        text_addf(out, "%.*s", plain, input);
        input += plain;
        if (*input == '\'') {
            text_add(out, "'\\''");
            input++;
        }
    }
    text_add(out, "'");
}

/* @word with its places filled in. True if there was one for the input. */
static bool fill(struct text *out, const char *word, const char *input,
                 int64_t number, bool quoted)
{
    bool used = false;

    while (*word != '\0') {
        if (strncmp(word, "{}", 2) == 0) {
            if (quoted)
                add_quoted(out, input);
            else
                text_add(out, input);
            used = true;
            word += 2;
        } else if (strncmp(word, "{#}", 3) == 0) {
            text_addf(out, "%" PRId64, number);
            word += 3;
        } else {
            int plain = 1 + (int)strcspn(word + 1, "{");

            text_addf(out, "%.*s", plain, word);
            word += plain;
        }
    }
    return used;
}

/* Ends of words in @all, whose NULs were written as \001 (no text has one):
 * make them an array in one block with it. */
static char **array_of(struct text *all, int count)
{
    size_t head = ((size_t)count + 1) * sizeof(char *);
    char **words = all->failed ? NULL : malloc(head + all->len + 1);
    char *at;

    if (words == NULL)
        return NULL;
    at = (char *)words + head;
    memcpy(at, text_str(all), all->len + 1);
    for (int i = 0; i < count; i++) {
        words[i] = at;
        at = strchr(at, '\001');
        *at++ = '\0';
    }
    words[count] = NULL;
    return words;
}

char **inputs_words(const struct spec *spec, const char *input, int64_t number)
{
    bool shell = spec->shell == ANSWER_YES, used = false;
    char copy[SPEC_COMMAND_MAX], *p = copy, *word, open;
    struct text all = {0};
    char **words;
    int count = 0;

    memcpy(copy, spec->command, sizeof(copy));
    if (shell) {
        text_add(&all, "sh\001-c\001");
        count = 3;
    }
    while ((word = text_cut_word(&p, &open)) != NULL) {
        used |= fill(&all, word, input, number, shell);
        text_add(&all, shell ? " " : "\001");
        count += !shell;
    }
    if (!used && spec->inputs[0] != '\0') {
        fill(&all, "{}", input, number, shell);
        text_add(&all, shell ? "" : "\001");
        count += !shell;
    }
    if (shell)
        text_add(&all, "\001");
    words = array_of(&all, count);
    text_fini(&all);
    return words;
}
