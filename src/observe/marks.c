/* Why workers wait, by their own marks. Screen process. */
#include "observe/marks.h"

#include <stdlib.h>
#include <string.h>

bool marks_grow(struct marks *m, int count)
{
    if (count > m->cap) {
        int cap = m->cap ? m->cap : 64;
        struct mark *v;

        while (cap < count)
            cap *= 2;
        v = realloc(m->v, (size_t)cap * sizeof *v);
        if (!v)
            return false;
        m->v = v;
        m->cap = cap;
    }
    if (count > m->count) {
        memset(m->v + m->count, 0, (size_t)(count - m->count) * sizeof *m->v);
        m->count = count;
    }
    return true;
}

void marks_fini(struct marks *m)
{
    free(m->v);
    *m = (struct marks){0};
}

void marks_task(struct trace *t, int id, const struct board_event *e)
{
    struct trace_event task = {
        .kind = EVENT_TASK,
        .start_ns = e->begin_ns,
        .at_ns = e->end_ns,
        .worker = id,
        .value = e->value,
    };

    trace_add_event(t, &task);
}

/* A wait that began before the life did (the start gate) is not part of it;
 * line_turn() clips it. */
static void use(struct mark *m, struct lines *ls, int id,
                const struct board_event *e)
{
    const struct line *l = &ls->v[id];

    switch (e->kind) {
    case BOARD_WAIT_BEGIN:
        m->cause = e->cause;
        m->last = e->cause;
        if (e->cause == WAIT_SPIN && l->state == SPAN_RUNNING)
            line_turn(ls, id, e->begin_ns, SPAN_SPINNING, l->cpu, WAIT_SPIN);
        break;
    case BOARD_WAIT_END:
        m->cause = WAIT_NONE;
        if (l->state == SPAN_SPINNING)
            line_turn(ls, id, e->end_ns, SPAN_RUNNING, l->cpu, WAIT_NONE);
        break;
    case BOARD_TASK:
        if (l->phase == LINE_ALIVE || l->phase == LINE_OVER)
            marks_task(ls->trace, id, e);
        break;
    default: /* gaps: the records know better */
        break;
    }
}

void marks_until(struct marks *m, struct lines *ls, int id, int64_t at_ns)
{
    struct mark *mark = &m->v[id];

    for (;;) {
        if (!mark->has_next) {
            mark->has_next = m->take(m->from, id, &mark->next);
            if (!mark->has_next)
                return;
        }
        int64_t due = mark->next.kind == BOARD_WAIT_BEGIN ? mark->next.begin_ns
                                                          : mark->next.end_ns;
        if (due > at_ns)
            return;
        use(mark, ls, id, &mark->next);
        mark->has_next = false;
    }
}

enum wait_cause marks_cause(const struct marks *m, int id)
{
    const struct mark *mark = &m->v[id];

    if (mark->cause != WAIT_NONE)
        return mark->cause;
    return mark->holes && mark->last != WAIT_NONE ? mark->last : WAIT_OTHER;
}
