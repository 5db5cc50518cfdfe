#include "lib/well_formed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DEPTH 64
#define IDS 512

/* Every tag is closed, in order; every value is quoted; every & begins an
 * entity; no id is there twice. What HTML and XML both allow. */
struct reader {
    const char *at;
    char open[DEPTH][24];
    int depth;
    char id[IDS][24];
    int ids;
};

static void wrong(const struct reader *r, const char *what)
{
    fail_msg("%s: %.60s", what, r->at);
}

static void read_entity(struct reader *r)
{
    static const char *const known[] = {"&lt;", "&gt;", "&amp;", "&quot;",
                                        "&#39;"};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strncmp(r->at, known[i], strlen(known[i])) == 0)
            return;
    wrong(r, "a bare &");
}

static void read_attribute(struct reader *r)
{
    const char *name = r->at;
    size_t length = strcspn(name, "= />");

    r->at += length;
    if (strncmp(r->at, "=\"", 2) != 0)
        wrong(r, "an attribute without a quoted value");
    r->at += 2;
    const char *value = r->at;
    for (; *r->at != '"'; r->at++) {
        if (*r->at == '<' || !*r->at)
            wrong(r, "a value that does not end");
        if (*r->at == '&')
            read_entity(r);
    }
    if (length == 2 && strncmp(name, "id", 2) == 0) {
        assert_true(r->ids < IDS);
        snprintf(r->id[r->ids], sizeof(r->id[0]), "%.*s", (int)(r->at - value),
                 value);
        for (int i = 0; i < r->ids; i++)
            assert_string_not_equal(r->id[i], r->id[r->ids]);
        r->ids++;
    }
    r->at++;
}

static void read_tag(struct reader *r)
{
    bool closing = r->at[1] == '/';
    char name[24];
    size_t length;

    r->at += 1 + closing;
    length = strspn(r->at, "abcdefghijklmnopqrstuvwxyz123456");
    if (length == 0 || length >= sizeof(name))
        wrong(r, "no name of a tag");
    snprintf(name, sizeof(name), "%.*s", (int)length, r->at);
    r->at += length;
    if (closing) {
        if (r->depth == 0 || strcmp(r->open[r->depth - 1], name) != 0)
            wrong(r, "closes what is not open");
        r->depth--;
    } else {
        assert_true(r->depth < DEPTH);
        memcpy(r->open[r->depth++], name, sizeof(name));
    }
    for (;;) {
        r->at += strspn(r->at, " \n");
        if (*r->at == '>')
            break;
        if (strncmp(r->at, "/>", 2) == 0) {
            r->depth--;
            r->at++;
            break;
        }
        if (closing || !*r->at)
            wrong(r, "a tag that does not end");
        read_attribute(r);
    }
    r->at++;
}

void assert_well_formed(const char *text)
{
    struct reader *r = calloc(1, sizeof(*r));

    assert_non_null(r);
    r->at = text;
    if (strncmp(r->at, "<!DOCTYPE html>", 15) == 0 ||
        strncmp(r->at, "<?xml ", 6) == 0)
        r->at = strchr(r->at, '>') + 1;
    while (*r->at) {
        if (*r->at == '<') {
            read_tag(r);
            continue;
        }
        if (*r->at == '&')
            read_entity(r);
        if ((unsigned char)*r->at < 0x20 && *r->at != '\n')
            wrong(r, "a control character");
        r->at++;
    }
    assert_int_equal(r->depth, 0);
    free(r);
}
