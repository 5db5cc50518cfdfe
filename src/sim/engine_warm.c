/* Caches: a job that has run long enough on a CPU is warm there and computes
 * faster, until others' working sets push its own out. */
#include "sim/engine.h"

#include <errno.h>
#include <stdlib.h>

#define WARM (-1)

/* Of one CPU. Zeros at first: where no job has run no memory is touched, and
 * that is nearly everywhere if there are many of both. */
struct cache {
    int64_t *ran_ns; /* by job, of setup.warm_ns; WARM: it is */
    int32_t *warm;   /* jobs, the next to be pushed out first */
    int count;
    int64_t used; /* of setup.cache */
};

struct warm {
    struct cache *cpu;
    int cpus;
};

void warm_free(struct warm *w)
{
    if (!w)
        return;
    for (int c = 0; w->cpu && c < w->cpus; c++) {
        free(w->cpu[c].ran_ns);
        free(w->cpu[c].warm);
    }
    free(w->cpu);
    free(w);
}

int warm_new(struct sim *s)
{
    size_t jobs = (size_t)s->jobs->count;
    struct warm *w = calloc(1, sizeof(*w));

    s->warm = w;
    if (!w)
        return -ENOMEM;
    w->cpus = s->setup.cpus;
    w->cpu = calloc((size_t)w->cpus, sizeof(*w->cpu));
    for (int c = 0; w->cpu && c < w->cpus; c++) {
        struct cache *k = &w->cpu[c];

        k->ran_ns = calloc(jobs + 1, sizeof(*k->ran_ns));
        k->warm = calloc(jobs + 1, sizeof(*k->warm));
        if (!k->ran_ns || !k->warm)
            return -ENOMEM;
    }
    return w->cpu ? 0 : -ENOMEM;
}

static int place_of(const struct cache *k, int job)
{
    for (int i = 0; i < k->count; i++)
        if (k->warm[i] == job)
            return i;
    return -1;
}

static void take(struct sim *s, struct cache *k, int place)
{
    k->used -= s->jobs->job[k->warm[place]].working_set;
    k->count--;
    for (int i = place; i < k->count; i++)
        k->warm[i] = k->warm[i + 1];
}

static void put_last(struct sim *s, struct cache *k, int job)
{
    k->warm[k->count++] = job;
    k->used += s->jobs->job[job].working_set;
}

/* Its time to warm up begins anew. */
static void cool(struct sim *s, struct cache *k, int place)
{
    int job = k->warm[place];

    take(s, k, place);
    k->ran_ns[job] = 0;
}

/* @job is warm from now on, and others may not be any longer. The book's
 * program pushes out by age of warming (U6), a job too big for the cache pushes
 * out everybody and then itself (U5). Here it never becomes warm. */
static void heat(struct sim *s, struct cache *k, int job)
{
    k->ran_ns[job] = WARM;
    put_last(s, k, job);
    while (k->used > s->setup.cache && k->count > 0)
        cool(s, k, 0);
}

static bool fits(const struct sim *s, const struct task *t)
{
    return s->setup.rules == RULES_OSTEP ||
           t->job->working_set <= s->setup.cache;
}

/* It is not warm yet, but will be if it runs on. */
static bool warms_up(const struct sim *s, const struct cache *k,
                     const struct task *t)
{
    return k->ran_ns[t->id] != WARM && s->setup.warm_ns > 0 && fits(s, t);
}

int64_t warm_rate(struct sim *s, int cpu, struct task *t)
{
    struct cache *k = &s->warm->cpu[cpu];

    if (k->ran_ns[t->id] != WARM && s->setup.warm_ns == 0 && fits(s, t))
        heat(s, k, t->id);
    if (k->ran_ns[t->id] != WARM)
        return 1;
    if (s->setup.rules == RULES_OWN) { /* used last, pushed out last */
        take(s, k, place_of(k, t->id));
        put_last(s, k, t->id);
    }
    return s->setup.warm_rate;
}

bool warm_ran(struct sim *s, int cpu, struct task *t, int64_t ns)
{
    struct cache *k = &s->warm->cpu[cpu];
    int64_t *ran = &k->ran_ns[t->id];

    if (!warms_up(s, k, t))
        return false;
    *ran += ns;
    if (*ran < s->setup.warm_ns)
        return false;
    heat(s, k, t->id);
    return *ran == WARM;
}

int64_t warm_in_ns(struct sim *s, int cpu, const struct task *t)
{
    const struct cache *k = &s->warm->cpu[cpu];

    return warms_up(s, k, t) ? s->setup.warm_ns - k->ran_ns[t->id] : INT64_MAX;
}

/* U4: the book's program lets those that have ended keep their place. */
void warm_ended(struct sim *s, const struct task *t)
{
    for (int c = 0; s->warm && s->setup.rules == RULES_OWN && c < s->warm->cpus;
         c++) {
        int place = place_of(&s->warm->cpu[c], t->id);

        if (place >= 0)
            cool(s, &s->warm->cpu[c], place);
    }
}

bool sim_warm(const struct sim *s, int cpu, int id)
{
    return s->warm && s->warm->cpu[cpu].ran_ns[id] == WARM;
}
