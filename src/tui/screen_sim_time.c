/* The simulator's window and its cursor: how long a column is, what is in
 * sight, and going to an instant or a decision. Screen process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tui/app.h"

/* ---- what there is to see ------------------------------------------------ */

int64_t simtui_end_ns(const struct sim_screen *s)
{
    int64_t end_ns = 0;

    for (int i = 0; i < s->count; i++)
        if (s->play[i].end_ns > end_ns)
            end_ns = s->play[i].end_ns;
    return s->measured && s->measured_end_ns > end_ns ? s->measured_end_ns
                                                      : end_ns;
}

static int most_cpus(const struct sim_screen *s)
{
    int most = 1;

    for (int i = 0; i < s->count; i++)
        if (s->play[i].setup.cpus > most)
            most = s->play[i].setup.cpus;
    return most;
}

int simtui_lane_count(const struct sim_screen *s)
{
    return s->by_cpu ? most_cpus(s) : s->jobs.count;
}

static int rows_of(const struct app *a)
{
    return a->sim.rows > 0 ? a->sim.rows : terminal_rows(a->terminal);
}

static int columns_of(const struct app *a)
{
    return a->sim.rows > 0 ? a->sim.columns : terminal_columns(a->terminal);
}

/* All jobs if there is room for their lanes; else CPUs, if they are fewer. */
static void choose_lanes(struct app *a)
{
    struct sim_screen *s = &a->sim;
    struct view_sim_room room =
        view_sim_room(rows_of(a), columns_of(a), s->count + s->measured,
                      s->jobs.count, &s->jobs, a->presenter);

    if (!s->lanes_chosen)
        s->by_cpu = s->jobs.count > room.rows && most_cpus(s) < s->jobs.count;
}

/* The window is as large as the terminal has room for, and has the chosen job
 * and the cursor in it. */
static void fit_window(struct app *a)
{
    struct sim_screen *s = &a->sim;
    struct view_sim_window *w = &s->window;
    struct view_sim_room room;
    int lanes;
    int64_t end_ns = simtui_end_ns(s), whole;

    choose_lanes(a);
    lanes = simtui_lane_count(s);
    room = view_sim_room(rows_of(a), columns_of(a), s->count + s->measured,
                         lanes + (s->by_cpu ? 0 : most_cpus(s)), &s->jobs,
                         a->presenter);
    w->by_cpu = s->by_cpu;
    w->columns = room.columns;
    w->rows = lanes < room.rows ? lanes : room.rows;
    w->cpus = s->by_cpu || room.rows < lanes + most_cpus(s) ? 0 : most_cpus(s);
    if (w->rows > VIEW_SIM_CPUS * 4)
        w->rows = VIEW_SIM_CPUS * 4;
    if (!w->by_cpu && s->selected >= w->first + w->rows)
        w->first = s->selected - w->rows + 1;
    if (!w->by_cpu && s->selected < w->first)
        w->first = s->selected;
    if (w->first > lanes - w->rows)
        w->first = lanes - w->rows;
    if (w->first < 0)
        w->first = 0;
    if (w->column_ns == 0)
        s->whole = true;
    if (s->whole) { /* with the end itself in sight */
        w->start_ns = 0;
        w->column_ns = simtui_nice_ns(end_ns / w->columns + 1);
    }
    if (s->cursor_ns > end_ns)
        s->cursor_ns = end_ns;
    whole = w->columns * w->column_ns;
    if (s->cursor_ns < w->start_ns)
        w->start_ns = s->cursor_ns - whole / 4;
    else if (s->cursor_ns >= w->start_ns + whole)
        w->start_ns = s->cursor_ns - whole * 3 / 4;
    w->start_ns -= w->start_ns % w->column_ns;
    if (w->start_ns < 0)
        w->start_ns = 0;
}

static bool same_window(const struct view_sim_window *a,
                        const struct view_sim_window *b)
{
    return a->start_ns == b->start_ns && a->column_ns == b->column_ns &&
           a->columns == b->columns && a->by_cpu == b->by_cpu &&
           a->first == b->first && a->rows == b->rows && a->cpus == b->cpus;
}

/* ---- bringing all up to it ----------------------------------------------- */

static bool at_cursor(const struct sim_screen *s, const struct sim_play *p)
{
    if (p->goal >= 0)
        return p == &s->play[s->chosen] && p->there &&
               p->now.decided_ns == s->cursor_ns;
    return p->at && p->goal_ns == s->cursor_ns;
}

/* The first look at all runs: how long are they? */
static bool settle_runs(struct sim_screen *s, int64_t until_ns)
{
    bool done = true;

    for (int i = 0; i < s->count; i++)
        if (s->play[i].whole)
            done = sim_play_work(&s->play[i], until_ns) && done;
    for (int i = 0; i < s->count; i++)
        done = done && !s->play[i].whole;
    return done;
}

/* Decisions were asked for, and the chosen policy is where the cursor is: now
 * it is known which one they end at. */
static void begin_step(struct app *a)
{
    struct sim_screen *s = &a->sim;
    struct sim_play *p = &s->play[s->chosen];
    int64_t to = p->now.decision + s->steps;

    if (s->steps < 0 && p->now.decided_ns < s->cursor_ns)
        to++; /* first to where the last one was taken */
    s->steps = 0;
    if (to < 0 || (p->decisions > 0 && to >= p->decisions)) {
        app_say(a, false,
                to < 0 ? "this is the first decision"
                       : "this is the last decision");
        to = to < 0 ? 0 : p->decisions - 1;
    }
    if (to == p->now.decision && p->now.decided_ns == s->cursor_ns)
        return;
    sim_play_go_decision(p, to);
    s->stepping = true;
}

/* On to the decision that was asked for; false: it takes longer. */
static bool settle_step(struct app *a, int64_t until_ns)
{
    struct sim_screen *s = &a->sim;
    struct sim_play *p = &s->play[s->chosen];

    if (p->failed)
        s->steps = 0;
    if (!s->stepping && s->steps != 0) {
        if (!at_cursor(s, p))
            sim_play_go(p, s->cursor_ns);
        if (!sim_play_work(p, until_ns))
            return false;
        begin_step(a);
    }
    if (!s->stepping)
        return true;
    s->stepping = !sim_play_work(p, until_ns);
    if (!s->stepping && p->there)
        s->cursor_ns = p->now.decided_ns;
    return !s->stepping && s->steps == 0;
}

bool simtui_settle(struct app *a, int64_t until_ns)
{
    struct sim_screen *s = &a->sim;
    bool done = true;

    if (s->count == 0 || !settle_runs(s, until_ns))
        return s->count == 0;
    if (!settle_step(a, until_ns))
        return false;
    fit_window(a);
    simtui_measure_paint(a);
    for (int i = 0; i < s->count; i++) {
        struct sim_play *p = &s->play[i];

        if (p->failed)
            continue;
        if (!same_window(&p->window, &s->window))
            sim_play_show(p, &s->window);
        if (!at_cursor(s, p))
            sim_play_go(p, s->cursor_ns);
        done = sim_play_work(p, until_ns) && done;
    }
    return done;
}

/* ---- moving -------------------------------------------------------------- */

void simtui_move_to(struct sim_screen *s, int64_t at_ns)
{
    int64_t end_ns = simtui_end_ns(s);

    s->stepping = false;
    s->steps = 0;
    s->cursor_ns = at_ns < 0 ? 0 : at_ns > end_ns ? end_ns : at_ns;
}

void simtui_move_columns(struct sim_screen *s, int by)
{
    int64_t column_ns = s->window.column_ns, at;

    if (column_ns <= 0)
        return;
    at = s->cursor_ns / column_ns + by;
    if (by < 0 && s->cursor_ns % column_ns != 0)
        at++; /* first to the beginning of this one */
    simtui_move_to(s, at * column_ns);
}

void simtui_zoom(struct app *a, int by)
{
    struct sim_screen *s = &a->sim;
    struct view_sim_window *w = &s->window;
    int64_t end_ns = simtui_end_ns(s), longest, next, column;

    if (w->column_ns <= 0 || w->columns <= 0)
        return;
    longest = simtui_nice_ns(end_ns / w->columns + 1);
    next = simtui_nice_next(w->column_ns, by);
    if (by > 0 && w->column_ns >= longest) {
        app_say(a, false, "this is all of it");
        return;
    }
    if (next == w->column_ns)
        return;
    column = (s->cursor_ns - w->start_ns) / w->column_ns;
    w->column_ns = next;
    w->start_ns = s->cursor_ns / next * next - column * next;
    if (w->start_ns + w->columns * next > end_ns + next)
        w->start_ns = (end_ns / next + 1 - w->columns) * next;
    if (w->start_ns < 0)
        w->start_ns = 0;
    s->whole = next >= longest;
}
