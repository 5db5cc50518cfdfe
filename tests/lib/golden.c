/* Golden files: compare or rewrite. Runs in the test process. */
#include "golden.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FOLDER "tests/golden"

static void golden_write(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    if (!f)
        fail_msg("cannot write %s: %s", path, strerror(errno));
    size_t written = fwrite(text, 1, strlen(text), f);
    if (fclose(f) != 0 || written != strlen(text))
        fail_msg("cannot write %s: %s", path, strerror(errno));
}

/* The whole file as a string that the caller frees; NULL if there is none. */
static char *golden_read(const char *path)
{
    FILE *f = fopen(path, "r");
    char *data = NULL;
    size_t len = 0, cap = 0;

    if (!f)
        return NULL;
    do {
        if (len + 1 >= cap) {
            cap = cap ? 2 * cap : 4096;
            data = realloc(data, cap);
            assert_non_null(data);
        }
        len += fread(data + len, 1, cap - len - 1, f);
    } while (!feof(f) && !ferror(f));
    fclose(f);
    data[len] = '\0';
    return data;
}

/* Length of the line at @s without its newline. */
static int golden_line(const char *s)
{
    return (int)strcspn(s, "\n");
}

void golden_check(const char *name, const char *text)
{
    const char *rewrite = getenv("GOLDEN");
    char path[512], message[2048];
    int line = 1;

    snprintf(path, sizeof(path), FOLDER "/%s", name);
    if (rewrite && *rewrite && strcmp(rewrite, "0") != 0) {
        golden_write(path, text);
        return;
    }
    char *file = golden_read(path);
    if (!file) {
        fail_msg("%s is missing: write it with \"make golden\", then read it",
                 path);
        return;
    }
    if (strcmp(file, text) == 0) {
        free(file);
        return;
    }

    const char *want = file, *got = text;
    while (*want && *got) {
        int want_len = golden_line(want), got_len = golden_line(got);
        if (want_len != got_len || memcmp(want, got, (size_t)want_len) != 0 ||
            want[want_len] != got[got_len])
            break;
        want += want_len + (want[want_len] == '\n');
        got += got_len + (got[got_len] == '\n');
        line++;
    }
    snprintf(message, sizeof(message),
             "%s, line %d (\"make golden\" rewrites it)\n"
             "  file: %.*s%s\n  now:  %.*s%s",
             path, line, golden_line(want), want, *want ? "" : "(ends here)",
             golden_line(got), got, *got ? "" : "(ends here)");
    free(file);
    fail_msg("%s", message);
}
