/* A set of jobs being made. Memory grows by doubling, never beyond the bounds
 * of sim/jobs.h; names and sets of CPUs are kept once each. One thread. */
#include "sim/jobs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/jobs_parts.h"

/* Room for one more of @count things of @size bytes, at most @most; NULL: out
 * of memory or too many. */
static void *grow(void *data, int count, int *cap, int most, size_t size)
{
    int wish = *cap < 8 ? 8 : *cap > most / 2 ? most : *cap * 2;
    void *more;

    if (count < *cap)
        return data;
    if (count >= most)
        return NULL;
    if (wish > most)
        wish = most;
    more = realloc(data, (size_t)wish * size);
    if (more)
        *cap = wish;
    return more;
}

void sim_jobs_fini(struct sim_jobs *jobs)
{
    free(jobs->job);
    free(jobs->step);
    free(jobs->pins);
    free(jobs->lock);
    free(jobs->gang);
    free(jobs->names);
    free(jobs->pool.lengths_ns);
    free(jobs->pin_index.slot);
    free(jobs->lock_index.slot);
    free(jobs->gang_index.slot);
    free(jobs->name_index.slot);
    *jobs = (struct sim_jobs){0};
}

struct sim_job *sim_jobs_add(struct sim_jobs *jobs)
{
    struct sim_job *more = grow(jobs->job, jobs->count, &jobs->job_cap,
                                SIM_JOBS_MAX, sizeof(*jobs->job));

    if (!more)
        return NULL;
    jobs->job = more;
    more += jobs->count++;
    *more = (struct sim_job){.first = jobs->step_count,
                             .name = -1,
                             .tickets = 100,
                             .pins = -1,
                             .gang = -1};
    return more;
}

int sim_jobs_step(struct sim_jobs *jobs, enum sim_step_kind kind, int64_t ns,
                  int32_t n)
{
    struct sim_step *more = grow(jobs->step, jobs->step_count, &jobs->step_cap,
                                 SIM_STEPS_MAX, sizeof(*jobs->step));

    if (!more)
        return jobs->step_count >= SIM_STEPS_MAX ? -E2BIG : -ENOMEM;
    jobs->step = more;
    more[jobs->step_count++] =
        (struct sim_step){.ns = ns, .n = n, .kind = (uint8_t)kind};
    jobs->job[jobs->count - 1].count++;
    return 0;
}

/* ---- what is kept once --------------------------------------------------- */

/* FNV-1a, 64 bits (Fowler, Noll and Vo), folded. */
static uint32_t hash_of(const void *key, size_t size)
{
    const unsigned char *byte = key;
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < size; i++)
        h = (h ^ byte[i]) * UINT64_C(0x100000001b3);
    return (uint32_t)(h ^ h >> 32);
}

/* Where @key is, or the free place where it belongs. .cap > 0 and something is
 * free. */
static int32_t *find_slot(const struct sim_index *ix, const void *data,
                          const void *key, size_t size)
{
    uint32_t mask = (uint32_t)ix->cap - 1, at = hash_of(key, size) & mask;

    while (ix->slot[at] &&
           memcmp((const char *)data + (size_t)(ix->slot[at] - 1) * size, key,
                  size) != 0)
        at = (at + 1) & mask;
    return &ix->slot[at];
}

/* At most half full. False: out of memory. */
static bool widen(struct sim_index *ix, const void *data, int count,
                  size_t size)
{
    struct sim_index more = {.cap = ix->cap ? ix->cap * 2 : 16};

    if (count < ix->cap / 2)
        return true;
    more.slot = calloc((size_t)more.cap, sizeof(*more.slot));
    if (!more.slot)
        return false;
    for (int i = 0; i < count; i++) {
        const char *key = (const char *)data + (size_t)i * size;

        *find_slot(&more, data, key, size) = i + 1;
    }
    free(ix->slot);
    *ix = more;
    return true;
}

/* The number of @key among @count things at *@data, made if it is new; *@data
 * and *@count follow. -1: see jobs.h. */
static int intern(void **data, int *count, int *cap, struct sim_index *ix,
                  int most, const void *key, size_t size)
{
    int32_t *slot;
    void *more;

    if (!widen(ix, *data, *count, size))
        return -1;
    slot = find_slot(ix, *data, key, size);
    if (*slot)
        return *slot - 1;
    more = grow(*data, *count, cap, most, size);
    if (!more)
        return -1;
    *data = more;
    memcpy((char *)more + (size_t)*count * size, key, size);
    *slot = ++*count;
    return *slot - 1;
}

/* What does not fit is cut: callers that care have looked at its length. */
static void pad_name(char out[SIM_NAME_MAX], const char *name)
{
    size_t length = strnlen(name, SIM_NAME_MAX - 1);

    memset(out, 0, SIM_NAME_MAX);
    memcpy(out, name, length);
}

int sim_jobs_lock(struct sim_jobs *jobs, const char *name)
{
    char key[SIM_NAME_MAX];
    void *data = jobs->lock;
    int at;

    pad_name(key, name);
    at = intern(&data, &jobs->lock_count, &jobs->lock_cap, &jobs->lock_index,
                SIM_LOCKS_MAX, key, sizeof(key));
    jobs->lock = data;
    return at;
}

int sim_jobs_gang(struct sim_jobs *jobs, const char *name)
{
    char key[SIM_NAME_MAX];
    void *data = jobs->gang;
    int at;

    pad_name(key, name);
    at = intern(&data, &jobs->gang_count, &jobs->gang_cap, &jobs->gang_index,
                SIM_GANGS_MAX, key, sizeof(key));
    jobs->gang = data;
    return at;
}

int sim_jobs_name(struct sim_jobs *jobs, const char *name)
{
    char key[SIM_NAME_MAX];
    void *data = jobs->names;
    int at;

    pad_name(key, name);
    at = intern(&data, &jobs->name_count, &jobs->name_cap, &jobs->name_index,
                SIM_JOBS_MAX, key, sizeof(key));
    jobs->names = data;
    return at;
}

int sim_jobs_pins(struct sim_jobs *jobs, const struct sim_pins *pins)
{
    void *data = jobs->pins;
    int at = intern(&data, &jobs->pin_count, &jobs->pin_cap, &jobs->pin_index,
                    SIM_PINS_MAX, pins, sizeof(*pins));

    jobs->pins = data;
    return at;
}

/* ---- a copy -------------------------------------------------------------- */

/* @count things of @size bytes; NULL for none. False: out of memory. */
static bool copy_of(void *out, const void *from, int count, size_t size)
{
    void *copy = NULL;

    if (count > 0) {
        copy = malloc((size_t)count * size);
        if (!copy)
            return false;
        memcpy(copy, from, (size_t)count * size);
    }
    memcpy(out, &copy, sizeof(copy));
    return true;
}

#define COPY(array, number)                                                    \
    copy_of(&to->array, from->array, from->number, sizeof(*from->array))

int sim_jobs_copy(struct sim_jobs *to, const struct sim_jobs *from)
{
    struct sim_jobs copy = *from;
    bool ok;

    copy.job = NULL;
    copy.step = NULL;
    copy.pins = NULL;
    copy.lock = copy.gang = copy.names = NULL;
    copy.pool.lengths_ns = NULL;
    copy.pin_index.slot = copy.lock_index.slot = NULL;
    copy.gang_index.slot = copy.name_index.slot = NULL;
    copy.job_cap = from->count;
    copy.step_cap = from->step_count;
    copy.pin_cap = from->pin_count;
    copy.lock_cap = from->lock_count;
    copy.gang_cap = from->gang_count;
    copy.name_cap = from->name_count;
    *to = copy;
    ok = COPY(job, count) && COPY(step, step_count) && COPY(pins, pin_count) &&
         COPY(lock, lock_count) && COPY(gang, gang_count) &&
         COPY(names, name_count) && COPY(pool.lengths_ns, pool.length_count) &&
         COPY(pin_index.slot, pin_index.cap) &&
         COPY(lock_index.slot, lock_index.cap) &&
         COPY(gang_index.slot, gang_index.cap) &&
         COPY(name_index.slot, name_index.cap);
    if (ok)
        return 0;
    sim_jobs_fini(to);
    return -ENOMEM;
}

static void *trimmed(void *data, int count, int *cap, size_t size)
{
    void *less = count > 0 ? realloc(data, (size_t)count * size) : NULL;

    if (!less)
        return data;
    *cap = count;
    return less;
}

void sim_jobs_trim(struct sim_jobs *jobs)
{
    jobs->job =
        trimmed(jobs->job, jobs->count, &jobs->job_cap, sizeof(*jobs->job));
    jobs->step = trimmed(jobs->step, jobs->step_count, &jobs->step_cap,
                         sizeof(*jobs->step));
    jobs->names = trimmed(jobs->names, jobs->name_count, &jobs->name_cap,
                          sizeof(*jobs->names));
}

/* ---- looking ------------------------------------------------------------- */

char *sim_job_name(const struct sim_jobs *jobs, int id, char buf[SIM_NAME_MAX])
{
    char letters[8];
    int count = 0;

    if (jobs->job[id].name >= 0) {
        memcpy(buf, jobs->names[jobs->job[id].name], SIM_NAME_MAX);
        return buf;
    }
    /* A .. Z, AA .. ZZ, AAA ..: digits 1 to 26, the least first. */
    for (int n = id + 1; n > 0; n = (n - 1) / 26)
        letters[count++] = (char)('A' + (n - 1) % 26);
    for (int i = 0; i < count; i++)
        buf[i] = letters[count - 1 - i];
    buf[count] = '\0';
    return buf;
}

static int64_t add_up(int64_t a, int64_t b)
{
    int64_t sum;

    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

int64_t sim_job_work_ns(const struct sim_jobs *jobs, int id)
{
    const struct sim_job *job = &jobs->job[id];
    int64_t all = 0, lap = 0, laps;

    for (int i = 0; i < job->count; i++) {
        const struct sim_step *s = &jobs->step[job->first + i];

        if (s->kind == STEP_TASKS)
            return -1;
        if (s->kind == STEP_RUN)
            lap = add_up(lap, s->ns);
        if (s->kind != STEP_AGAIN)
            continue;
        if (__builtin_mul_overflow(lap, s->n, &laps))
            laps = INT64_MAX;
        all = add_up(all, laps);
        lap = 0;
    }
    return add_up(all, lap);
}
