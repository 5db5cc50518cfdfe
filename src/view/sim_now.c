/* One instant of a simulated machine: why the last choice was as it was, who
 * runs, the queues in the policy's order, who waits for what. Screen process.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "view/sim_parts.h"

/* Words that run on from row to row of a box, each in its own style. */
struct flow {
    struct frame *f;
    const struct view_sim *v;
    struct box b;
    int row, column; /* from the box's corner */
    int indent;
};

static int room(const struct flow *w)
{
    return w->b.columns - w->column;
}

/* Begin a row with @label; false: there is none left. */
static bool flow_label(struct flow *w, const char *label)
{
    if (w->row >= w->b.rows)
        return false;
    if (w->column > 0)
        w->row++;
    w->column = 0;
    if (w->row >= w->b.rows) { /* there is more than can be told */
        frame_put(w->f, w->b.row + w->b.rows - 1,
                  w->b.column + w->b.columns - 1, 0x2026, STYLE_DIM);
        return false;
    }
    frame_text(w->f, w->b.row + w->row, w->b.column, w->indent - 1, STYLE_DIM,
               label);
    w->column = w->indent;
    return true;
}

/* Go to the next row if @columns more do not fit; false: there is none, and it
 * says that there is more. */
static bool flow_room(struct flow *w, int columns)
{
    bool last = w->row + 1 >= w->b.rows;

    if (columns + (last ? 2 : 0) <= room(w) || w->column <= w->indent)
        return true;
    if (last) {
        if (room(w) > 0)
            frame_put(w->f, w->b.row + w->row, w->b.column + w->b.columns - 1,
                      0x2026, STYLE_DIM);
        return false;
    }
    w->row++;
    w->column = w->indent;
    return true;
}

static void flow_text(struct flow *w, enum style style, const char *s)
{
    w->column += piece_text(w->f, w->b.row + w->row, w->b.column + w->column,
                            room(w), style, s);
}

static int job_columns(const struct flow *w, int id)
{
    char name[SIM_NAME_MAX];

    sim_job_name(w->v->jobs, id, name);
    return name[0] == trace_letter(id) && name[1] == '\0'
               ? 1
               : 2 + text_columns(name);
}

static void flow_job(struct flow *w, int id)
{
    w->column +=
        simview_put_job(w->f, w->b.row + w->row, w->b.column + w->column,
                        room(w), w->v, id, view_worker_style(id));
}

/* A job, and words about it behind. */
static bool flow_about(struct flow *w, int id, const char *words)
{
    int columns = job_columns(w, id);

    if (words[0] != '\0')
        columns += 1 + text_columns(words);
    if (w->column > w->indent)
        w->column += 2;
    if (!flow_room(w, columns))
        return false;
    flow_job(w, id);
    if (words[0] != '\0') {
        w->column++;
        flow_text(w, STYLE_NORMAL, words);
    }
    return true;
}

/* ---- what there is ------------------------------------------------------- */

static void add_cpus(struct flow *w, const struct view_sim_now *now)
{
    char since[SIMVIEW_WHEN], until[SIMVIEW_WHEN], words[3 * SIMVIEW_WHEN];
    int idle = 0;

    if (!flow_label(w, now->cpu_count > 1 ? "CPUs" : "CPU"))
        return;
    for (int i = 0; i < now->cpus_shown; i++) {
        const struct sim_cpu *c = &now->cpu[i];
        int64_t ends = c->slice_end_ns;

        if (c->task < 0) {
            idle++;
            continue;
        }
        if (now->cpu_count > 1) {
            int columns = snprintf(words, sizeof(words), "%d:", i);

            if (w->column > w->indent)
                w->column += 2;
            if (!flow_room(w, columns + job_columns(w, c->task)))
                return;
            flow_text(w, STYLE_DIM, words);
            flow_job(w, c->task);
            continue;
        }
        snprintf(words, sizeof(words), "%ssince %s",
                 c->switching ? "is being switched to, " : "",
                 simview_when(since, c->since_ns));
        if (ends != INT64_MAX)
            snprintf(words + strlen(words), sizeof(words) - strlen(words),
                     ", slice until %s", simview_when(until, ends));
        flow_about(w, c->task, words);
    }
    idle += now->cpu_count > now->cpus_shown
                ? now->cpu_count - now->cpus_shown -
                      (now->running - (now->cpus_shown - idle))
                : 0;
    if (idle > 0) {
        snprintf(words, sizeof(words), now->cpu_count > 1 ? "%d idle" : "idle",
                 idle);
        w->column += w->column > w->indent ? 2 : 0;
        if (flow_room(w, text_columns(words)))
            flow_text(w, STYLE_IDLE, words);
    }
}

/* One queue, a job a row where there is room for that. */
static void add_queue(struct flow *w, const struct view_sim_queue *q,
                      bool each_a_row)
{
    char label[24] = "queue", more[32];

    if (q->cpu >= 0)
        snprintf(label, sizeof(label), "q %d", q->cpu);
    if (!flow_label(w, label))
        return;
    if (q->count == 0)
        flow_text(w, STYLE_DIM, "empty");
    for (int i = 0; i < q->shown; i++) {
        if (each_a_row && i > 0) {
            w->row++;
            w->column = w->indent;
        }
        if (each_a_row && q->place[i][0] != '\0') {
            flow_job(w, q->job[i]);
            w->column = w->indent + 8;
            flow_text(w, STYLE_DIM, q->place[i]);
        } else if (!flow_about(w, q->job[i], q->place[i])) {
            return;
        }
    }
    if (q->count > q->shown) {
        snprintf(more, sizeof(more), "and %d more", q->count - q->shown);
        w->column += 2;
        if (flow_room(w, text_columns(more)))
            flow_text(w, STYLE_DIM, more);
    }
}

static void wait_words(char *buf, size_t size, const struct view_sim *v,
                       const struct view_sim_wait *x)
{
    char until[SIMVIEW_WHEN], owner[SIM_NAME_MAX];

    if (x->lock >= 0 && x->lock < v->jobs->lock_count) {
        snprintf(buf, size, "for lock %s", v->jobs->lock[x->lock]);
        if (x->owner >= 0)
            snprintf(buf + strlen(buf), size - strlen(buf), " (%s has it)",
                     sim_job_name(v->jobs, x->owner, owner));
        return;
    }
    snprintf(buf, size, "%s",
             view_state_word(SPAN_BLOCKED, (enum wait_cause)x->cause));
    if (x->until_ns >= 0)
        snprintf(buf + strlen(buf), size - strlen(buf), " until %s",
                 simview_when(until, x->until_ns));
}

static void add_waits(struct flow *w, const struct view_sim_now *now)
{
    char words[160];

    if (now->wait_count == 0 || !flow_label(w, "waits"))
        return;
    for (int i = 0; i < now->waits_shown; i++) {
        wait_words(words, sizeof(words), w->v, &now->wait[i]);
        if (!flow_about(w, now->wait[i].job, words))
            return;
    }
    if (now->wait_count > now->waits_shown) {
        snprintf(words, sizeof(words), "and %d more",
                 now->wait_count - now->waits_shown);
        w->column += 2;
        if (flow_room(w, text_columns(words)))
            flow_text(w, STYLE_DIM, words);
    }
}

static void add_rest(struct flow *w, const struct view_sim_now *now)
{
    char words[64];

    if (now->coming == 0 && now->ended == 0)
        return;
    if (!flow_label(w, "else"))
        return;
    snprintf(words, sizeof(words), "%d to come, %d done", now->coming,
             now->ended);
    flow_text(w, STYLE_DIM, words);
}

/* Rows that @s takes in @columns. */
static int wrapped_rows(const char *s, int columns)
{
    struct frame f = {0};
    int rows = 1;

    if (columns > 0 && frame_init(&f, 8, columns) == 0)
        rows = frame_wrap(&f, (struct box){0, 0, 8, columns}, STYLE_NORMAL, s);
    frame_fini(&f);
    return rows;
}

/* ---- the panel ----------------------------------------------------------- */

static void right_words(char *buf, size_t size, const struct view_sim_group *g,
                        const struct view_sim_now *now, int columns)
{
    char of[32] = "", at[SIMVIEW_WHEN], number[2][24];

    buf[0] = '\0';
    if (now->decision < 0)
        return;
    if (g->decisions > 0)
        snprintf(of, sizeof(of), " of %s",
                 text_count(number[0], sizeof(number[0]), g->decisions));
    snprintf(buf, size, "decision %s%s, at %s",
             text_count(number[1], sizeof(number[1]), now->decision + 1), of,
             simview_when(at, now->decided_ns));
    if (text_columns(buf) > columns)
        buf[0] = '\0';
}

void simview_now(struct frame *f, struct box b, const struct view_sim *v,
                 int number)
{
    const struct view_sim_group *g = &v->group[number];
    const struct view_sim_now *now = g->now;
    char title[96], right[96] = "";
    const char *said;
    int rows, ties;
    struct box tie;

    snprintf(title, sizeof(title), "%.*s", (int)strcspn(g->setup, ", "),
             g->setup);
    if (now)
        right_words(right, sizeof(right), g, now,
                    b.columns - text_columns(title) - 10);
    b = frame_panel(f, b, title, right);
    if (b.rows < 1)
        return;
    if (!now) {
        frame_wrap(f, b, STYLE_DIM, g->note ? g->note : "Going there …");
        return;
    }
    said = now->sentence[0] != '\0' ? now->sentence
                                    : "Nothing had to be decided yet.";
    rows = wrapped_rows(said, b.columns);
    ties = g->tie && b.rows >= 4 ? wrapped_rows(g->tie, b.columns - 6) : 0;
    if (ties > 1 && b.rows < 8)
        ties = 1;
    if (rows > 1 && b.rows < 5)
        rows = 1;
    tie = box_take_rows(&b, -ties);
    frame_wrap(f, box_take_rows(&b, rows < 3 ? rows : 3), STYLE_HERO, said);

    struct flow w = {f, v, b, 0, 0, 6};
    bool each = now->queue_count == 1 && b.rows >= 3 + now->queue[0].shown &&
                now->queue[0].shown > 0;

    add_cpus(&w, now);
    for (int i = 0; i < now->queues_shown; i++)
        add_queue(&w, &now->queue[i], each);
    add_waits(&w, now);
    add_rest(&w, now);
    if (g->summary && b.rows - w.row >= 4)
        piece_text(f, b.row + b.rows - 1, b.column, b.columns, STYLE_DIM,
                   g->summary);
    if (ties == 0)
        return;
    frame_text(f, tie.row, tie.column, 5, STYLE_DIM, "ties");
    box_take_columns(&tie, 6);
    if (ties == 1)
        piece_text(f, tie.row, tie.column, tie.columns, STYLE_DIM, g->tie);
    else
        frame_wrap(f, tie, STYLE_DIM, g->tie);
}
