/* The memory of a crew, and its threads' code. In the forked process, before it
 * has more than one thread. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "real/crew_parts.h"

#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

#define BATCH_MOST 4096
#define BATCH_BYTES (512 * 1024) /* of cells: they shall stay in a cache */

void *crew_lines(size_t bytes)
{
    size_t whole = (bytes + REAL_LINE) / REAL_LINE * REAL_LINE;
    void *at = aligned_alloc(REAL_LINE, whole);

    if (at)
        memset(at, 0, whole);
    return at;
}

static int find_cpus(struct crew *c)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof(set), &set) < 0)
        return 0;
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &set))
            c->cpu[c->cpus++] = i;
    return c->cpus;
}

void crew_make_anew(struct crew *c, int spacing, int instance)
{
    const struct program *p = c->program;
    const struct spacing *s = &c->spacing[spacing];
    char *cells = c->cells[spacing] + (size_t)instance * (size_t)s->each;
    const size_t step = REAL_LINE / sizeof(*c->places);

    for (int i = 0; i < p->cell_count; i++) {
        STORE(*(_Atomic int32_t *)(void *)cells, p->start[i]);
        cells += s->cell;
    }
    for (int t = 0; c->places && t < p->thread_count; t++)
        STORE(c->places[(size_t)(instance * p->thread_count + t) * step], 0);
    if (c->monitors)
        monitor_clear(
            (struct monitor *)(void *)(c->monitors +
                                       (size_t)instance * c->monitor_size));
}

static int make_memory(struct crew *c, struct err *err)
{
    const struct program *p = c->program;
    int cells = p->cell_count > 0 ? p->cell_count : 1;
    bool failed = false;

    c->most = BATCH_BYTES / (cells * REAL_LINE);
    if (c->most > BATCH_MOST)
        c->most = BATCH_MOST;
    if (c->most < BATCH_LEAST)
        c->most = BATCH_LEAST;
    c->spacing[SPACING_APART] =
        (struct spacing){.each = cells * REAL_LINE, .cell = REAL_LINE};
    /* A line more, so that a store to one cell and a load from another do not
     * have the same lower address bits, which processors mistake for one. */
    c->spacing[SPACING_COLUMNS] = (struct spacing){
        .each = REAL_LINE / 4, .cell = c->most * (REAL_LINE / 4) + REAL_LINE};
    for (int s = 0; s < SPACINGS; s++) {
        c->cells[s] = crew_lines((size_t)c->most * (size_t)c->spacing[s].each +
                                 (size_t)cells * (size_t)c->spacing[s].cell);
        failed |= !c->cells[s];
    }
    if (program_excludes(p)) {
        c->places =
            crew_lines((size_t)c->most * (size_t)p->thread_count * REAL_LINE);
        failed |= !c->places;
    }
    if (program_waits(p)) {
        c->monitor_size = monitor_size(p);
        c->monitors = crew_lines((size_t)c->most * c->monitor_size);
        failed |= !c->monitors;
    }
    if (failed)
        return err_set(err, -ENOMEM, "%s: no memory to run it in", p->name);
    for (int s = 0; s < SPACINGS; s++)
        for (int i = 0; i < c->most; i++)
            crew_make_anew(c, s, i);
    return 0;
}

static int make_member(struct crew *c, int id, struct err *err)
{
    const struct program *p = c->program;
    const struct tsl_thread *t = &p->threads[id];
    struct member *m = &c->members[id];

    *m = (struct member){.crew = c, .width = 1 + c->kept.of[id].count};
    m->runner = (struct runner){.program = p, .id = id};
    m->runner.random = c->request->seed + (uint64_t)id * 0x51ed27;
    m->runner.yields = p->thread_count > c->cpus;
    for (int s = 0; s < SPACINGS; s++)
        for (int lingers = 0; lingers < 2; lingers++) {
            int rc = compile(p, id, &c->spacing[s], lingers,
                             &m->code[s][lingers], err);

            if (rc < 0)
                return rc;
        }
    /* What is never read before it is written need not be set, unless it may
     * be looked at in the end. */
    for (int r = 0; r < t->reg_count; r++) {
        bool wanted = t->live[0][r / 64] >> r % 64 & 1;

        for (int i = 0; i < c->kept.of[id].count; i++)
            wanted |= c->kept.of[id].regs[i] == r;
        if (wanted)
            m->reset[m->reset_count++] = (uint16_t)r;
    }
    m->records =
        crew_lines((size_t)c->most * (size_t)m->width * sizeof(int16_t));
    m->tally = tally_new(p, &c->kept);
    return m->records && m->tally
               ? 0
               : err_set(err, -ENOMEM, "%s: no memory to run it in", p->name);
}

int crew_make(struct crew *c, struct err *err)
{
    const struct program *p = c->program;
    int rc;

    find_cpus(c);
    if (kept_collect(&c->kept, p) < 0)
        return err_set(err, -ENOMEM, "%s: no memory to run it in", p->name);
    rc = make_memory(c, err);
    c->members = crew_lines((size_t)p->thread_count * sizeof(*c->members));
    if (rc == 0 && !c->members)
        rc = err_set(err, -ENOMEM, "%s: no memory to run it in", p->name);
    for (int i = 0; i < p->thread_count && rc == 0; i++)
        rc = make_member(c, i, err);
    return rc;
}
