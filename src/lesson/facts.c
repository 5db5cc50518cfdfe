/* Figures by name, in a table with open addressing. Any process. */
#include "lesson/facts.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUN_NAME 33
#define FIGURE_NAME 64

struct fact {
    char run[RUN_NAME];
    char name[FIGURE_NAME];
    int repeat;
    double value;
};

struct facts {
    struct fact *fact; /* in order of arrival */
    int count, cap;
    int *slot; /* 1 + place in .fact; 0: empty */
    int slots; /* a power of two, at least twice .count */
};

struct facts *facts_new(void)
{
    return calloc(1, sizeof(struct facts));
}

void facts_free(struct facts *f)
{
    if (!f)
        return;
    free(f->fact);
    free(f->slot);
    free(f);
}

/* FNV-1a. */
static uint32_t hash(const char *run, int repeat, const char *name)
{
    uint32_t h = 2166136261U ^ (uint32_t)repeat;

    for (const char *s = run; *s; s++)
        h = (h ^ (unsigned char)*s) * 16777619U;
    h = (h ^ '.') * 16777619U;
    for (const char *s = name; *s; s++)
        h = (h ^ (unsigned char)*s) * 16777619U;
    return h;
}

/* The slot that has it, or the empty one where it would be. */
static int *find(const struct facts *f, const char *run, int repeat,
                 const char *name)
{
    uint32_t at = hash(run, repeat, name);

    for (;; at++) {
        int *slot = &f->slot[at & (uint32_t)(f->slots - 1)];
        const struct fact *fact;

        if (*slot == 0)
            return slot;
        fact = &f->fact[*slot - 1];
        if (fact->repeat == repeat && strcmp(fact->run, run) == 0 &&
            strcmp(fact->name, name) == 0)
            return slot;
    }
}

static void index_all(struct facts *f)
{
    memset(f->slot, 0, (size_t)f->slots * sizeof(*f->slot));
    for (int i = 0; i < f->count; i++)
        *find(f, f->fact[i].run, f->fact[i].repeat, f->fact[i].name) = i + 1;
}

static bool grow(struct facts *f)
{
    int cap = f->cap ? 2 * f->cap : 128;
    struct fact *fact;
    int *slot;

    fact = realloc(f->fact, (size_t)cap * sizeof(*fact));
    if (!fact)
        return false;
    f->fact = fact;
    slot = calloc((size_t)cap * 2, sizeof(*slot));
    if (!slot)
        return false;
    free(f->slot);
    f->slot = slot;
    f->slots = cap * 2;
    f->cap = cap;
    index_all(f);
    return true;
}

void facts_set(struct facts *f, const char *run, int repeat, const char *name,
               double value)
{
    struct fact *fact;
    int *slot;

    if (strlen(run) >= RUN_NAME || strlen(name) >= FIGURE_NAME)
        return; /* no formula can name it */
    if (f->count == f->cap && !grow(f))
        return;
    slot = find(f, run, repeat, name);
    if (*slot) {
        f->fact[*slot - 1].value = value;
        return;
    }
    fact = &f->fact[f->count++];
    *fact = (struct fact){.repeat = repeat, .value = value};
    snprintf(fact->run, sizeof(fact->run), "%s", run);
    snprintf(fact->name, sizeof(fact->name), "%s", name);
    *slot = f->count;
}

bool facts_get(const struct facts *f, const char *run, int repeat,
               const char *name, double *out)
{
    const int *slot;

    if (f->count == 0)
        return false;
    slot = find(f, run, repeat, name);
    if (*slot == 0)
        return false;
    *out = f->fact[*slot - 1].value;
    return true;
}

int facts_repeats(const struct facts *f, const char *run)
{
    int repeats = 0;

    for (int i = 0; i < f->count; i++)
        if (f->fact[i].repeat >= repeats && strcmp(f->fact[i].run, run) == 0)
            repeats = f->fact[i].repeat + 1;
    return repeats;
}

void facts_drop(struct facts *f, const char *run)
{
    int kept = 0;

    for (int i = 0; i < f->count; i++)
        if (strcmp(f->fact[i].run, run) != 0)
            f->fact[kept++] = f->fact[i];
    f->count = kept;
    if (f->slots)
        index_all(f);
}

void facts_swap(struct facts *f, const char *a, const char *b)
{
    if (strlen(a) >= RUN_NAME || strlen(b) >= RUN_NAME || !f->slots)
        return;
    for (int i = 0; i < f->count; i++) {
        char *run = f->fact[i].run;

        if (strcmp(run, a) == 0)
            snprintf(run, RUN_NAME, "%s", b);
        else if (strcmp(run, b) == 0)
            snprintf(run, RUN_NAME, "%s", a);
    }
    index_all(f);
}

void facts_each(const struct facts *f,
                void (*each)(const char *run, int repeat, const char *name,
                             double value, void *arg),
                void *arg)
{
    for (int i = 0; i < f->count; i++)
        each(f->fact[i].run, f->fact[i].repeat, f->fact[i].name,
             f->fact[i].value, arg);
}

struct facts *facts_copy(const struct facts *f)
{
    struct facts *copy = facts_new();

    if (!copy || f->cap == 0)
        return copy;
    copy->fact = malloc((size_t)f->cap * sizeof(*copy->fact));
    copy->slot = malloc((size_t)f->slots * sizeof(*copy->slot));
    if (!copy->fact || !copy->slot) {
        facts_free(copy);
        return NULL;
    }
    memcpy(copy->fact, f->fact, (size_t)f->count * sizeof(*f->fact));
    memcpy(copy->slot, f->slot, (size_t)f->slots * sizeof(*f->slot));
    copy->count = f->count;
    copy->cap = f->cap;
    copy->slots = f->slots;
    return copy;
}
