/* One policy on the set of jobs, gone through in slices of time: the whole run
 * for its figures, a window of it for its picture, and up to the cursor for
 * what there is at that instant. Going back is going there again from the
 * start: the engine does tens of millions of decisions a second. Screen
 * process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tui/screen_sim.h"

/* Between two looks at the clock. */
#define CHUNK 4000
/* A reason is looked for among all that could be chosen. Where they are more
 * than this only the one that is shown is worth it. */
#define EXPLAINED_FAST 500

/* ---- the whole run ------------------------------------------------------- */

static void whole_decided(void *arg, const struct sim *s,
                          const struct sim_decision *d)
{
    struct sim_play *p = arg;

    (void)s;
    if (d->number % SIM_PLAY_MARK != 0)
        return;
    if (p->mark_count == p->mark_cap) {
        int cap = p->mark_cap ? p->mark_cap * 2 : 64;
        struct sim_mark *more =
            realloc(p->mark, (size_t)cap * sizeof(*p->mark));

        if (!more) /* more is explained than has to be */
            return;
        p->mark = more;
        p->mark_cap = cap;
    }
    p->mark[p->mark_count++] = (struct sim_mark){d->number, d->at_ns};
}

static void fail(struct sim_play *p, const struct err *err)
{
    snprintf(p->note, sizeof(p->note), "%s", err->text);
    p->bad = p->failed = true;
}

void sim_play_begin(struct sim_play *p, const struct sim_setup *setup,
                    const struct sim_jobs *jobs)
{
    struct sim_watch watch = {.arg = p, .decided = whole_decided};
    struct text words = {0};
    struct err err = {0};

    sim_play_fini(p);
    p->setup = *setup;
    p->jobs = jobs;
    p->goal = -1;
    sim_setup_write(setup, &words);
    snprintf(p->words, sizeof(p->words), "%s", text_str(&words));
    text_fini(&words);
    if (sim_setup_check(setup, jobs, &err) < 0 ||
        sim_new(&p->whole, setup, jobs, &watch, &err) < 0)
        fail(p, &err);
}

void sim_play_fini(struct sim_play *p)
{
    sim_free(p->whole);
    sim_free(p->painter);
    sim_free(p->at);
    free(p->mark);
    free(p->cells);
    *p = (struct sim_play){0};
}

/* It is over, or as far as it is to be shown. */
static void whole_over(struct sim_play *p, enum sim_state state)
{
    char number[32];

    p->end_ns = sim_now_ns(p->whole);
    p->decisions = sim_decisions(p->whole);
    p->known = sim_totals(p->whole, &p->totals) == 0;
    p->note[0] = '\0';
    if (state == SIM_GOES_ON)
        snprintf(p->note, sizeof(p->note),
                 "the first %s decisions only: until=TIME ends it earlier",
                 text_count(number, sizeof(number), p->decisions));
    else if (state == SIM_DEADLOCK)
        snprintf(p->note, sizeof(p->note),
                 "deadlock: all that are left wait for each other's locks");
    else if (state == SIM_UNTIL)
        snprintf(p->note, sizeof(p->note), "stopped where until= says");
    p->bad = state == SIM_DEADLOCK;
    sim_free(p->whole);
    p->whole = NULL;
}

static bool work_whole(struct sim_play *p, int64_t until_ns)
{
    enum sim_state state = SIM_GOES_ON;
    char number[32];

    while (p->whole) {
        state = sim_run(p->whole, sim_decisions(p->whole) + CHUNK, INT64_MAX);
        if (state != SIM_GOES_ON ||
            sim_decisions(p->whole) >= SIM_PLAY_DECISIONS)
            whole_over(p, state);
        else if (clock_now_ns() >= until_ns)
            break;
    }
    if (p->whole)
        snprintf(p->note, sizeof(p->note), "%s decisions so far …",
                 text_count(number, sizeof(number), sim_decisions(p->whole)));
    return !p->whole;
}

/* ---- the picture --------------------------------------------------------- */

static void paint_cell(struct view_sim_cell *c, const struct sim_stretch *st,
                       enum span_state state, float ns)
{
    c->ns[state] += ns;
    if (state == SPAN_BLOCKED)
        c->cause = (uint8_t)st->cause;
    if (state != SPAN_RUNNING)
        return;
    c->runs += c->runs < UINT8_MAX;
    if (st->task == c->job) {
        c->job_ns += ns;
    } else if (ns > c->job_ns) {
        c->job = st->task;
        c->job_ns = ns;
    }
}

/* Into lane number @lane of the window. */
static void paint_lane(struct sim_play *p, const struct sim_stretch *st,
                       enum span_state state, int lane)
{
    const struct view_sim_window *w = &p->window;
    int64_t from = st->from_ns - w->start_ns, to = st->to_ns - w->start_ns;
    int64_t whole = w->columns * w->column_ns;

    from = from < 0 ? 0 : from;
    to = to > whole ? whole : to;
    for (int64_t i = from / w->column_ns; i * w->column_ns < to; i++) {
        int64_t a = i * w->column_ns, b = a + w->column_ns;

        a = a < from ? from : a;
        b = b > to ? to : b;
        paint_cell(&p->cells[(size_t)lane * (size_t)w->columns + (size_t)i], st,
                   state, (float)(b - a));
    }
}

static void paint(void *arg, const struct sim_stretch *st)
{
    static const enum span_state states[] = {
        [TASK_COMING] = SPAN_STATES,   [TASK_READY] = SPAN_READY,
        [TASK_RUNNING] = SPAN_RUNNING, [TASK_BLOCKED] = SPAN_BLOCKED,
        [TASK_ENDED] = SPAN_STATES,
    };
    struct sim_play *p = arg;
    const struct view_sim_window *w = &p->window;
    enum span_state state = states[st->state];
    int lane = (w->by_cpu ? st->cpu : st->task) - w->first;

    if (state == SPAN_STATES || st->to_ns <= w->start_ns ||
        st->from_ns >= w->start_ns + w->columns * w->column_ns)
        return;
    if (lane >= 0 && lane < w->rows && (!w->by_cpu || state == SPAN_RUNNING))
        paint_lane(p, st, state, lane);
    if (state == SPAN_RUNNING && st->cpu < w->cpus)
        paint_lane(p, st, state, w->rows + st->cpu);
}

void sim_play_show(struct sim_play *p, const struct view_sim_window *w)
{
    size_t cells = (size_t)(w->rows + w->cpus) * (size_t)w->columns;

    sim_free(p->painter);
    p->painter = NULL;
    free(p->cells);
    p->window = *w;
    p->painted = false;
    p->cells = NULL;
    if (cells == 0 || w->column_ns <= 0)
        return;
    p->cells = calloc(cells, sizeof(*p->cells));
    for (size_t i = 0; p->cells && i < cells; i++)
        p->cells[i].job = -1;
}

/* What was going on when the window ended: such stretches are not over. */
static void paint_open_job(struct sim_play *p, int id, int64_t end_ns)
{
    const struct task *t = sim_task(p->painter, id);
    struct sim_stretch st = {.from_ns = t->since_ns,
                             .to_ns = end_ns,
                             .task = id,
                             .cpu = INT32_MAX, /* its CPU is seen to below */
                             .state = (enum task_state)t->state,
                             .cause = (enum wait_cause)t->cause};

    if (st.from_ns < st.to_ns)
        paint(p, &st);
}

static void paint_open_cpu(struct sim_play *p, int cpu, int lane,
                           int64_t end_ns)
{
    struct sim_cpu c = sim_play_cpu(p->painter, cpu);
    struct sim_stretch st = {.from_ns = c.since_ns,
                             .to_ns = end_ns,
                             .task = c.task,
                             .cpu = cpu,
                             .state = TASK_RUNNING};

    if (c.task >= 0 && !c.switching && c.since_ns < st.to_ns &&
        st.to_ns > p->window.start_ns)
        paint_lane(p, &st, SPAN_RUNNING, lane);
}

static void paint_open(struct sim_play *p, int64_t end_ns)
{
    const struct view_sim_window *w = &p->window;

    for (int i = 0; i < w->rows; i++)
        if (!w->by_cpu && w->first + i < p->jobs->count)
            paint_open_job(p, w->first + i, end_ns);
        else if (w->by_cpu && w->first + i < p->setup.cpus)
            paint_open_cpu(p, w->first + i, i, end_ns);
    for (int cpu = 0; cpu < w->cpus && cpu < p->setup.cpus; cpu++)
        paint_open_cpu(p, cpu, w->rows + cpu, end_ns);
}

static bool work_picture(struct sim_play *p, int64_t until_ns)
{
    struct sim_watch watch = {.arg = p, .stretch = paint};
    const struct view_sim_window *w = &p->window;
    int64_t end_ns = w->start_ns + w->columns * w->column_ns;
    struct err err = {0};
    enum sim_state state;

    if (p->painted || !p->cells)
        return true;
    if (end_ns > p->end_ns)
        end_ns = p->end_ns;
    if (!p->painter &&
        sim_new(&p->painter, &p->setup, p->jobs, &watch, &err) < 0) {
        fail(p, &err);
        p->painted = true;
        return true;
    }
    do {
        state = sim_run(p->painter, sim_decisions(p->painter) + CHUNK, end_ns);
        p->painted = state != SIM_GOES_ON || sim_next_ns(p->painter) > end_ns ||
                     sim_decisions(p->painter) >= SIM_PLAY_DECISIONS + CHUNK;
    } while (!p->painted && clock_now_ns() < until_ns);
    if (!p->painted)
        return false;
    if (state == SIM_GOES_ON) /* else all were closed */
        paint_open(p, end_ns);
    sim_free(p->painter);
    p->painter = NULL;
    return true;
}

/* ---- the instant --------------------------------------------------------- */

static void at_decided(void *arg, const struct sim *s,
                       const struct sim_decision *d)
{
    struct sim_play *p = arg;
    struct text words = {0};

    if (p->goal >= 0 && d->number > p->goal) /* later in that instant */
        return;
    p->now.decision = d->number;
    p->now.decided_ns = d->at_ns;
    p->now.decided_job = d->task;
    p->now.sentence[0] = '\0';
    if (d->number < p->explain_from)
        return;
    if (d->candidates > EXPLAINED_FAST && d->number != p->sure)
        return;
    sim_explain(s, d, &words);
    snprintf(p->now.sentence, sizeof(p->now.sentence), "%s", text_str(&words));
    text_fini(&words);
}

static void go(struct sim_play *p, int64_t at_ns, int64_t number)
{
    p->there = false;
    p->goal_ns = at_ns;
    p->goal = number;
    p->sure = number;
}

/* From the start, if what is asked for is behind. */
static void rewind_to(struct sim_play *p, bool behind)
{
    if (!behind)
        return;
    sim_free(p->at);
    p->at = NULL;
}

void sim_play_go(struct sim_play *p, int64_t at_ns)
{
    /* Having stood at a decision in the midst of an instant, the last one of
       that instant has no sentence. */
    rewind_to(p, p->at && (sim_now_ns(p->at) > at_ns || p->goal_ns > at_ns ||
                           p->now.decision < sim_decisions(p->at) - 1));
    go(p, at_ns, -1);
}

void sim_play_go_decision(struct sim_play *p, int64_t number)
{
    rewind_to(p, p->at && sim_decisions(p->at) > number);
    go(p, 0, number);
}

/* The last mark that is not later than what was asked for. */
static int64_t explain_from(const struct sim_play *p)
{
    int low = 0, high = p->mark_count;

    if (p->goal >= 0)
        return p->goal;
    while (high - low > 1) {
        int middle = (low + high) / 2;

        if (p->mark[middle].at_ns <= p->goal_ns)
            low = middle;
        else
            high = middle;
    }
    return p->mark_count > 0 ? p->mark[low].decision : 0;
}

static bool work_instant(struct sim_play *p, int64_t until_ns)
{
    struct sim_watch watch = {.arg = p, .decided = at_decided};
    struct err err = {0};
    enum sim_state state;
    int64_t most, until;

    if (p->there || p->failed)
        return true;
    p->explain_from = explain_from(p);
    if (!p->at) {
        p->now.decision = -1;
        p->now.sentence[0] = '\0';
        if (sim_new(&p->at, &p->setup, p->jobs, &watch, &err) < 0) {
            fail(p, &err);
            return true;
        }
    }
    until = p->goal >= 0 ? INT64_MAX : p->goal_ns;
    do {
        most = sim_decisions(p->at) + CHUNK;
        if (p->goal >= 0 && most > p->goal + 1)
            most = p->goal + 1;
        state = sim_run(p->at, most, until);
        p->there = state != SIM_GOES_ON ||
                   (p->goal >= 0 ? sim_decisions(p->at) > p->goal
                                 : sim_next_ns(p->at) > until);
    } while (!p->there && clock_now_ns() < until_ns);
    if (!p->there)
        return false;
    if (p->sure < 0 && p->now.decision >= p->explain_from &&
        p->now.sentence[0] == '\0') { /* once more, to be told why */
        rewind_to(p, true);
        p->sure = p->now.decision;
        p->there = false;
        return work_instant(p, until_ns);
    }
    sim_play_see(p);
    return true;
}

bool sim_play_work(struct sim_play *p, int64_t until_ns)
{
    bool done = work_whole(p, until_ns) && work_picture(p, until_ns) &&
                work_instant(p, until_ns);

    if (p->there && p->at)
        sim_play_see_lanes(p);
    return done;
}
