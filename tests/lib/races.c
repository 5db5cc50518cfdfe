/* Small programs in tests. In the test process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/place.h"
#include "lib/races.h"

int races_begin(struct library *l)
{
    struct err err = {0};

    if (place_make(NULL) != 0 ||
        setenv("XDG_DATA_HOME", place_path("data"), 1) != 0) {
        fprintf(stderr, "there is no folder for the test's files\n");
        return -1;
    }
    if (library_read(l, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return -1;
    }
    return 0;
}

void races_end(struct library *l)
{
    library_fini(l);
    place_remove(NULL);
}

const struct library_entry *races_entry(const struct library *l,
                                        const char *name)
{
    for (int i = 0; i < l->count; i++)
        if (strcmp(l->entries[i].name, name) == 0)
            return &l->entries[i];
    fail_msg("the library has no %s", name);
    return NULL;
}

char *races_text(const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = calloc(1, TSL_TEXT);

    if (f == NULL)
        fail_msg("cannot read %s", path);
    assert_non_null(text);
    assert_true(fread(text, 1, TSL_TEXT - 1, f) > 0);
    fclose(f);
    return text;
}

struct program *races_program(const char *path, const char *which)
{
    struct program *p = NULL;
    struct err err = {0};

    if (program_read(path, which, &p, &err) < 0)
        fail_msg("%s", err.text);
    return p;
}

void races_explore(const struct program *p, bool tso, enum granularity g,
                   enum explore_depth depth, struct explore_result *r)
{
    struct explore_request q = {
        .rules = {.tso = tso, .granularity = g},
        .depth = depth,
        .workers = 1,
        .memory = INT64_C(1) << 29,
    };
    struct err err = {0};

    if (explore(p, &q, r, &err) < 0)
        fail_msg("%s", err.text);
    assert_true(r->exhaustive);
    assert_false(r->buffer_was_full);
}

unsigned races_failures(const struct explore_result *r)
{
    unsigned all = 0;

    for (int k = 0; k < FAILURE_COUNT; k++)
        all |= r->failing[k].reachable ? 1U << k : 0;
    return all;
}

void races_test(struct CMUnitTest *out, const struct library_entry *entry,
                const char *what, void (*test)(void **state))
{
    static char labels[1024][RACES_LABEL];
    static size_t used;
    char *label = labels[used < 1023 ? used++ : used];

    snprintf(label, RACES_LABEL, "%s: %s", entry->name, what);
    *out = (struct CMUnitTest){
        .name = label,
        .test_func = test,
        .initial_state = (void *)(uintptr_t)entry,
    };
}
