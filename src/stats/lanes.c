/* Lanes: the picture of a trace, kept up to date span by span. The screen
 * process.
 *
 * Invariant between updates: every column of the window holds the share of
 * every span that was taken in (numbers below .next_span) and, for the rows,
 * of the open spans in .open. So a column that enters the window is filled
 * from the stored spans and the open ones, all others only get what is new.
 * Columns are a ring: column number n since the gate lies in slot n modulo
 * .columns, and moving the window on moves nothing.
 *
 * Sums are whole nanoseconds, so that an open span can be taken out again
 * without a trace of it left. */
#include "stats/lanes.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "stats/lane_sum.h"

/* A worker's open span as far as the rows hold it. */
struct open_part {
    bool on;
    struct span span;
};

struct hole { /* a stretch that was not recorded, on core .cpu or all (-1) */
    int64_t from_ns, to_ns;
    int cpu;
};

/* What a change of makes everything new. */
struct shape {
    const struct trace *trace;
    int64_t gate_ns, column_ns;
    int columns, first_worker, rows, per_row, cores;
};

struct lanes {
    struct shape shape;
    int per_row;
    int64_t first; /* number of the oldest column since the gate */

    uint64_t next_span;
    size_t next_event;
    int64_t seen_ns; /* nothing that was taken in lies later */

    struct row_sum *row_sums;
    struct lane_cell *row_cells;
    uint8_t *row_dirty; /* sum changed, cell not yet */
    size_t row_cap;
    struct core_sum *core_sums;
    struct core_cell *core_cells;
    size_t core_cap;

    struct open_part *open; /* by worker */
    struct span *running;   /* the open spans on cores, as of this update */
    int open_cap, running_count;
    struct hole *holes;
    size_t hole_count, hole_cap;
    int16_t core_of[CPU_SETSIZE]; /* index by cpu number, -1 none */
};

struct lanes *lanes_new(void)
{
    struct lanes *l = calloc(1, sizeof(*l));

    if (l)
        l->per_row = 1;
    return l;
}

void lanes_free(struct lanes *l)
{
    if (!l)
        return;
    free(l->row_sums);
    free(l->row_cells);
    free(l->row_dirty);
    free(l->core_sums);
    free(l->core_cells);
    free(l->open);
    free(l->running);
    free(l->holes);
    free(l);
}

int lanes_group(struct lanes *l, int per_row)
{
    if (per_row > 0)
        l->per_row = per_row;
    return l->per_row;
}

/* ---- columns ------------------------------------------------------------ */

/* The column that holds @ns; negative before the gate. */
static int64_t column_at(const struct shape *s, int64_t ns)
{
    int64_t since = ns - s->gate_ns;
    int64_t n = since / s->column_ns;

    return n - (since % s->column_ns < 0);
}

static int64_t column_start(const struct shape *s, int64_t column)
{
    return s->gate_ns + column * s->column_ns;
}

static int slot_of(const struct shape *s, int64_t column)
{
    int64_t slot = column % s->columns;

    return (int)(slot < 0 ? slot + s->columns : slot);
}

/* A stretch of columns, @to not included. */
struct stretch {
    int64_t from, to;
};

static struct stretch window(const struct lanes *l)
{
    return (struct stretch){l->first, l->first + l->shape.columns};
}

/* ---- adding ------------------------------------------------------------- */

/* The row that shows @worker, or -1. */
static int row_of(const struct shape *s, int worker)
{
    int row = worker - s->first_worker;

    if (row < 0)
        return -1;
    row /= s->per_row;
    return row < s->rows ? row : -1;
}

static int core_of(const struct lanes *l, const struct span *s)
{
    if (s->cpu < 0 || s->cpu >= CPU_SETSIZE ||
        (s->state != SPAN_RUNNING && s->state != SPAN_SPINNING))
        return -1;
    return l->core_of[s->cpu];
}

/* Add @s to the cells of its row and core in @where, or take it out of them
 * (@sign -1). @row or @core -1: not there. */
static void add_parts(struct lanes *l, const struct span *s, int row, int core,
                      struct stretch where, int sign)
{
    const struct shape *shape = &l->shape;
    int64_t from = column_start(shape, where.from);
    int64_t to = column_start(shape, where.to);

    from = s->start_ns > from ? s->start_ns : from;
    to = s->end_ns < to ? s->end_ns : to;
    if (from >= to || (row < 0 && core < 0))
        return;

    int64_t column = column_at(shape, from);
    int64_t edge = column_start(shape, column + 1);
    int slot = slot_of(shape, column);

    while (from < to) {
        int64_t part = (edge < to ? edge : to) - from;

        if (row >= 0) {
            size_t at = (size_t)row * (size_t)shape->columns + (size_t)slot;
            struct row_sum *sum = &l->row_sums[at];

            sum->ns[s->state] += sign * part;
            if (s->state == SPAN_BLOCKED || s->state == SPAN_SPINNING)
                sum->wait_ns[s->cause] += sign * part;
            if (s->sampled)
                sum->sampled_ns += sign * part;
            l->row_dirty[at] = 1;
        }
        if (core >= 0)
            core_sum_add(&l->core_sums[(size_t)core * (size_t)shape->columns +
                                       (size_t)slot],
                         s->worker, part);
        from = edge;
        edge += shape->column_ns;
        if (++slot == shape->columns)
            slot = 0;
    }
}

/* A stored span, into the columns of @where. */
static void add_span(struct lanes *l, const struct span *s,
                     struct stretch where)
{
    int row = row_of(&l->shape, s->worker);

    add_parts(l, s, row, core_of(l, s), where, 1);
    if (row < 0 || (s->state != SPAN_RUNNING && s->state != SPAN_SPINNING))
        return;

    int64_t last = column_at(&l->shape, s->end_ns - 1);

    if (last < where.from || last >= where.to)
        return;

    size_t at = (size_t)row * (size_t)l->shape.columns +
                (size_t)slot_of(&l->shape, last);

    l->row_sums[at].switches++;
    l->row_dirty[at] = 1;
}

static void add_hole(struct lanes *l, const struct trace *t,
                     const struct hole *h, struct stretch where)
{
    int64_t from = column_at(&l->shape, h->from_ns);
    int64_t to = column_at(&l->shape, h->to_ns - 1) + 1;

    from = from > where.from ? from : where.from;
    to = to < where.to ? to : where.to;
    for (int core = 0; core < l->shape.cores; core++) {
        if (h->cpu >= 0 && t->cores[core].cpu != h->cpu)
            continue;
        for (int64_t n = from; n < to; n++)
            l->core_sums[core * l->shape.columns + slot_of(&l->shape, n)]
                .unknown = 1;
    }
}

/* ---- taking in what is new ---------------------------------------------- */

static void take_spans(struct lanes *l, const struct trace *t)
{
    uint64_t total = trace_span_total(t);

    if (l->next_span < (uint64_t)t->observer.dropped_spans)
        l->next_span = (uint64_t)t->observer.dropped_spans;
    for (; l->next_span < total; l->next_span++) {
        const struct span *s = trace_span_at(t, l->next_span);

        if (s->end_ns > l->seen_ns)
            l->seen_ns = s->end_ns;
        add_span(l, s, window(l));
    }
}

static int take_holes(struct lanes *l, const struct trace *t)
{
    for (; l->next_event < t->event_count; l->next_event++) {
        const struct trace_event *e = &t->events[l->next_event];

        if ((e->kind != EVENT_LOST && e->kind != EVENT_BLIND) ||
            e->at_ns <= e->start_ns)
            continue;
        if (l->hole_count == l->hole_cap) {
            size_t cap = l->hole_cap ? 2 * l->hole_cap : 16;
            struct hole *moved = realloc(l->holes, cap * sizeof(*moved));

            if (!moved)
                return -ENOMEM;
            l->holes = moved;
            l->hole_cap = cap;
        }

        struct hole *h = &l->holes[l->hole_count++];

        *h = (struct hole){.from_ns = e->start_ns,
                           .to_ns = e->at_ns,
                           .cpu = e->kind == EVENT_LOST ? e->worker : -1};
        if (h->to_ns > l->seen_ns)
            l->seen_ns = h->to_ns;
        add_hole(l, t, h, window(l));
    }
    return 0;
}

/* Take out of the rows the open spans that are over, or not what they were. */
static void drop_open(struct lanes *l, const struct trace *t)
{
    for (int id = 0; id < l->open_cap; id++) {
        struct open_part *o = &l->open[id];
        struct span now;

        if (!o->on)
            continue;
        if (trace_open_span(t, id, t->now_ns, &now) &&
            now.start_ns == o->span.start_ns && now.state == o->span.state &&
            now.cause == o->span.cause && now.end_ns >= o->span.end_ns)
            continue;
        add_parts(l, &o->span, row_of(&l->shape, id), -1, window(l), -1);
        o->on = false;
    }
}

/* Put the visible workers' open spans into the rows; those that only went on
 * since the last time just get longer. Those on cores are only gathered: the
 * tables of holders cannot forget. */
static void take_open(struct lanes *l, const struct trace *t)
{
    l->running_count = 0;
    for (int id = 0; id < t->worker_count; id++) {
        struct open_part *o = &l->open[id];
        int row = row_of(&l->shape, id);
        struct span now;

        if (!trace_open_span(t, id, t->now_ns, &now))
            continue;
        if (core_of(l, &now) >= 0)
            l->running[l->running_count++] = now;
        if (row < 0)
            continue;

        struct span more = now;

        if (o->on)
            more.start_ns = o->span.end_ns;
        add_parts(l, &more, row, -1, window(l), 1);
        o->on = true;
        o->span = now;
        if (now.end_ns > l->seen_ns)
            l->seen_ns = now.end_ns;
    }
}

/* ---- the window --------------------------------------------------------- */

struct filling {
    struct lanes *l;
    struct stretch where;
};

static void fill_one(const struct span *s, void *arg)
{
    const struct filling *f = arg;

    add_span(f->l, s, f->where);
}

/* The columns @where enter the window: forget what their slots held, and put
 * in what was taken in before. */
static void fill(struct lanes *l, const struct trace *t, struct stretch where)
{
    const struct shape *s = &l->shape;
    size_t columns = (size_t)s->columns;

    for (int64_t n = where.from; n < where.to; n++) {
        size_t slot = (size_t)slot_of(s, n);

        for (int row = 0; row < s->rows; row++) {
            size_t at = (size_t)row * columns + slot;

            l->row_sums[at] = (struct row_sum){0};
            l->row_dirty[at] = 1;
        }
        for (int core = 0; core < s->cores; core++)
            l->core_sums[(size_t)core * columns + slot] = (struct core_sum){0};
    }
    if (column_start(s, where.from) >= l->seen_ns)
        return;

    struct filling f = {l, where};

    trace_each_span(t, column_start(s, where.from), column_start(s, where.to),
                    fill_one, &f);
    for (int id = 0; id < l->open_cap; id++)
        if (l->open[id].on)
            add_parts(l, &l->open[id].span, row_of(s, id), -1, where, 1);
    for (size_t i = 0; i < l->hole_count; i++)
        add_hole(l, t, &l->holes[i], where);
}

/* Move the window so that it begins with column @first. */
static void move_to(struct lanes *l, const struct trace *t, int64_t first)
{
    struct stretch was = window(l), is = {first, first + l->shape.columns};

    l->first = first;
    if (is.from >= was.to || is.to <= was.from)
        fill(l, t, is);
    else if (is.from < was.from)
        fill(l, t, (struct stretch){is.from, was.from});
    else if (is.to > was.to)
        fill(l, t, (struct stretch){was.to, is.to});
}

/* ---- memory and shape --------------------------------------------------- */

/* @n elements of @size, all nought, in place of @old. */
static void *renew(void *old, size_t n, size_t size)
{
    free(old);
    return calloc(n ? n : 1, size);
}

static int reserve_cells(struct lanes *l, const struct shape *s)
{
    size_t rows = (size_t)s->rows * (size_t)s->columns;
    size_t cores = (size_t)s->cores * (size_t)s->columns;

    if (rows > l->row_cap || !l->row_sums) {
        l->row_cap = 0;
        l->row_sums = renew(l->row_sums, rows, sizeof(*l->row_sums));
        l->row_cells = renew(l->row_cells, rows, sizeof(*l->row_cells));
        l->row_dirty = renew(l->row_dirty, rows, sizeof(*l->row_dirty));
        if (!l->row_sums || !l->row_cells || !l->row_dirty)
            return -ENOMEM;
        l->row_cap = rows;
    }
    if (cores > l->core_cap || !l->core_sums) {
        l->core_cap = 0;
        l->core_sums = renew(l->core_sums, cores, sizeof(*l->core_sums));
        l->core_cells = renew(l->core_cells, cores, sizeof(*l->core_cells));
        if (!l->core_sums || !l->core_cells)
            return -ENOMEM;
        l->core_cap = cores;
    }
    return 0;
}

static int reserve_open(struct lanes *l, int workers)
{
    if (workers <= l->open_cap)
        return 0;

    int cap = l->open_cap ? l->open_cap : 16;

    while (cap < workers)
        cap *= 2;

    struct open_part *moved = realloc(l->open, (size_t)cap * sizeof(*moved));

    if (!moved)
        return -ENOMEM;
    for (int i = l->open_cap; i < cap; i++)
        moved[i] = (struct open_part){0};
    l->open = moved;

    struct span *running = realloc(l->running, (size_t)cap * sizeof(*running));

    if (!running)
        return -ENOMEM;
    l->running = running;
    l->open_cap = cap;
    return 0;
}

/* Everything anew: an empty window, with all spans so far to be found when it
 * is filled. */
static int rebuild(struct lanes *l, const struct trace *t,
                   const struct shape *s, int64_t first)
{
    int rc = reserve_cells(l, s);

    if (rc < 0)
        return rc;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        l->core_of[cpu] = -1;
    for (int i = 0; i < s->cores; i++)
        if (t->cores[i].cpu < CPU_SETSIZE)
            l->core_of[t->cores[i].cpu] = (int16_t)i;
    for (int i = 0; i < l->open_cap; i++)
        l->open[i].on = false;
    l->shape = *s;
    l->first = first;
    l->next_span = trace_span_total(t);
    l->next_event = 0;
    l->hole_count = 0;
    l->seen_ns = INT64_MIN;
    for (size_t i = 0; i < t->chunk_count; i++)
        if (t->chunks[i]->max_ns > l->seen_ns)
            l->seen_ns = t->chunks[i]->max_ns;
    fill(l, t, window(l));
    return 0;
}

/* ---- from sums to cells ------------------------------------------------- */

static void show_rows(struct lanes *l)
{
    size_t n = (size_t)l->shape.rows * (size_t)l->shape.columns;

    for (size_t i = 0; i < n; i++) {
        if (!l->row_dirty[i])
            continue;
        l->row_dirty[i] = 0;
        row_sum_show(&l->row_sums[i], &l->row_cells[i]);
    }
}

/* The columns of @core, with the @count open spans at @open added on top. */
static void show_lane(struct lanes *l, int core, const struct span *open,
                      int count)
{
    const struct shape *s = &l->shape;

    for (int i = 0; i < s->columns; i++) {
        size_t at = (size_t)core * (size_t)s->columns +
                    (size_t)slot_of(s, l->first + i);
        int64_t from = column_start(s, l->first + i);
        int64_t to = from + s->column_ns;
        struct core_sum sum = l->core_sums[at];

        for (int k = 0; k < count; k++) {
            int64_t a = open[k].start_ns > from ? open[k].start_ns : from;
            int64_t b = open[k].end_ns < to ? open[k].end_ns : to;

            if (b > a)
                core_sum_add(&sum, open[k].worker, b - a);
        }
        core_sum_show(&sum, &l->core_cells[at]);
    }
}

static void show_cores(struct lanes *l)
{
    int done = 0;

    for (int core = 0; core < l->shape.cores; core++) {
        int from = done;

        for (int i = done; i < l->running_count; i++) {
            struct span s = l->running[i];

            if (core_of(l, &s) != core)
                continue;
            l->running[i] = l->running[done];
            l->running[done++] = s;
        }
        show_lane(l, core, &l->running[from], done - from);
    }
}

int lanes_update(struct lanes *l, const struct trace *t, int64_t end_ns,
                 int64_t column_ns, int columns, int first_worker, int workers)
{
    assert(column_ns > 0 && first_worker >= 0);

    struct shape s = {
        .trace = t,
        .gate_ns = t->gate_ns,
        .column_ns = column_ns,
        .columns = columns > 0 ? columns : 1,
        .first_worker = first_worker,
        .rows = workers > 0 ? workers : 0,
        .per_row = l->per_row,
        .cores = t->core_count,
    };
    const struct shape *is = &l->shape;
    int64_t first = column_at(&s, end_ns) - s.columns + 1;
    int rc = reserve_open(l, t->worker_count);

    if (rc < 0)
        return rc;
    if (is->trace != s.trace || is->gate_ns != s.gate_ns ||
        is->column_ns != s.column_ns || is->columns != s.columns ||
        is->first_worker != s.first_worker || is->rows != s.rows ||
        is->per_row != s.per_row || is->cores != s.cores) {
        rc = rebuild(l, t, &s, first);
    } else {
        drop_open(l, t);
        take_spans(l, t);
    }
    if (rc == 0)
        rc = take_holes(l, t);
    if (rc < 0) {
        l->shape = (struct shape){0};
        return rc;
    }
    move_to(l, t, first);
    take_open(l, t);
    show_rows(l);
    show_cores(l);
    return 0;
}

/* ---- reading ------------------------------------------------------------ */

int lanes_columns(const struct lanes *l)
{
    return l->shape.columns;
}

int64_t lanes_start_ns(const struct lanes *l)
{
    return column_start(&l->shape, l->first);
}

int64_t lanes_column_ns(const struct lanes *l)
{
    return l->shape.column_ns;
}

const struct lane_cell *lanes_worker(const struct lanes *l, int row, int column)
{
    assert(row >= 0 && row < l->shape.rows);
    assert(column >= 0 && column < l->shape.columns);
    return &l->row_cells[row * l->shape.columns +
                         slot_of(&l->shape, l->first + column)];
}

const struct core_cell *lanes_core(const struct lanes *l, int core, int column)
{
    assert(core >= 0 && core < l->shape.cores);
    assert(column >= 0 && column < l->shape.columns);
    return &l->core_cells[core * l->shape.columns +
                          slot_of(&l->shape, l->first + column)];
}
