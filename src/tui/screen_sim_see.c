/* What there is at the instant where a simulated run stands. Screen process. */
#include <stdio.h>

#include "sim/place.h"
#include "tui/screen_sim.h"

/* Of jobs, to see who waits. */
#define LOOKED_AT 50000

struct sim_cpu sim_play_cpu(const struct sim *s, int cpu)
{
    struct sim_cpu c = sim_cpu(s, cpu);

    if (c.task >= 0 && !c.switching &&
        sim_task(s, c.task)->state == TASK_RUNNING)
        c.since_ns = sim_task(s, c.task)->since_ns;
    return c;
}

/* ---- what there is ------------------------------------------------------- */

static void see_queue(struct sim_play *p, int number)
{
    struct view_sim_queue *q = &p->now.queue[p->now.queues_shown++];
    int most = p->now.queue_count == 1 ? VIEW_SIM_LISTED : VIEW_SIM_LISTED / 2;

    q->cpu = p->now.queue_count > 1 ? sim_queue_cpu(p->at, number) : -1;
    q->count = sim_queue(p->at, number, q->job, most);
    q->shown = q->count < most ? q->count : most;
    for (int i = 0; i < q->shown; i++) {
        struct text words = {0};

        sim_place(p->at, q->job[i], &words);
        snprintf(q->place[i], sizeof(q->place[i]), "%s", text_str(&words));
        text_fini(&words);
    }
}

static void see_wait(struct sim_play *p, const struct task *t)
{
    struct view_sim_now *now = &p->now;
    struct view_sim_wait *w;
    int owner = -1;

    now->wait_count++;
    if (now->waits_shown == VIEW_SIM_LISTED)
        return;
    w = &now->wait[now->waits_shown++];
    if (t->waits_for >= 0)
        sim_lock(p->at, t->waits_for, &owner, NULL, 0);
    *w = (struct view_sim_wait){.job = t->id,
                                .cause = t->cause,
                                .lock = t->waits_for,
                                .owner = owner,
                                .until_ns = sim_wakes_ns(p->at, t->id)};
}

static void see_jobs(struct sim_play *p)
{
    struct view_sim_now *now = &p->now;
    int count = p->jobs->count < LOOKED_AT ? p->jobs->count : LOOKED_AT;

    now->wait_count = now->waits_shown = 0;
    now->running = now->ready = now->ended = now->coming = 0;
    for (int id = 0; id < count; id++) {
        const struct task *t = sim_task(p->at, id);

        now->running += t->state == TASK_RUNNING;
        now->ready += t->state == TASK_READY;
        now->ended += t->state == TASK_ENDED;
        now->coming += t->state == TASK_COMING;
        if (t->state == TASK_BLOCKED)
            see_wait(p, t);
    }
}

void sim_play_see_lanes(struct sim_play *p)
{
    const struct view_sim_window *w = &p->window;
    struct view_sim_now *now = &p->now;

    now->lanes = 0;
    for (int i = 0; !w->by_cpu && i < w->rows; i++) {
        const struct task *t;

        if (i == (int)(sizeof(now->lane) / sizeof(now->lane[0])) ||
            w->first + i >= p->jobs->count)
            return;
        t = sim_task(p->at, w->first + i);
        now->lane[i].state = t->state;
        now->lane[i].cause = t->cause;
        now->lane[i].cpu = t->cpu;
        now->lanes = i + 1;
    }
}

void sim_play_see(struct sim_play *p)
{
    struct view_sim_now *now = &p->now;

    now->at_ns = p->goal >= 0 ? now->decided_ns : p->goal_ns;
    now->cpu_count = p->setup.cpus;
    now->cpus_shown =
        now->cpu_count < VIEW_SIM_CPUS ? now->cpu_count : VIEW_SIM_CPUS;
    for (int i = 0; i < now->cpus_shown; i++)
        now->cpu[i] = sim_play_cpu(p->at, i);
    now->queue_count = sim_queue_count(p->at);
    now->queues_shown = 0;
    while (now->queues_shown < now->queue_count &&
           now->queues_shown < VIEW_SIM_QUEUES)
        see_queue(p, now->queues_shown);
    see_jobs(p);
}

/* ---- for the view -------------------------------------------------------- */

void sim_play_group(const struct sim_play *p, bool by_cpu,
                    struct view_sim_group *out)
{
    *out = (struct view_sim_group){
        .badge = BADGE_MODEL,
        .setup = p->words,
        .tie = p->setup.policy->tie,
        .summary = p->setup.policy->summary,
        .cells = p->cells,
        .lanes = by_cpu ? p->setup.cpus : p->jobs->count,
        .cpus = p->setup.cpus,
        .known = p->known,
        .end_ns = p->end_ns,
        .decisions = p->known ? p->decisions : -1,
        .note = p->note[0] ? p->note : NULL,
        .bad = p->bad,
        .now = p->there ? &p->now : NULL,
    };
    if (p->known)
        view_sim_figures(&out->figures, &p->totals);
}
