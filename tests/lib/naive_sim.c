#include "lib/naive_sim.h"

#include <stdbool.h>
#include <string.h>

#define MS INT64_C(1000000)

struct job {
    int arrival, steps, at, left, work; /* at: the step it is in */
    int wakes;                          /* -1: does not wait */
    struct {
        bool io;
        int ms;
    } step[64];
    bool ended;
};

struct naive {
    struct job job[NAIVE_JOBS];
    int jobs, cpus, slice;
    enum naive_policy policy;
    int queue[NAIVE_JOBS], queued;
    int on[NAIVE_CPUS], used[NAIVE_CPUS]; /* the job, ms of its slice */
};

/* Without the repeats. */
static void unroll(const struct sim_jobs *jobs, int id, struct job *j)
{
    const struct sim_job *from = &jobs->job[id];
    int lap = 0;

    *j = (struct job){.arrival = (int)(from->arrival_ns / MS), .wakes = -1};
    for (int i = 0; i < from->count; i++) {
        const struct sim_step *s = &jobs->step[from->first + i];
        int end = j->steps;

        if (s->kind != STEP_AGAIN) {
            j->step[j->steps].io = s->kind != STEP_RUN;
            j->step[j->steps++].ms = (int)(s->ns / MS);
            continue;
        }
        for (int times = 1; times < s->n; times++)
            for (int k = lap; k < end; k++)
                j->step[j->steps++] = j->step[k];
        lap = j->steps;
    }
    for (int i = 0; i < j->steps; i++)
        j->work += j->step[i].io ? 0 : j->step[i].ms;
}

/* Go into the next step that takes time: true if it is computing. */
static bool enter(struct job *j, int now)
{
    for (; j->at < j->steps; j->at++) {
        if (j->step[j->at].ms == 0)
            continue;
        if (j->step[j->at].io) {
            j->wakes = now + j->step[j->at++].ms;
            return false;
        }
        j->left = j->step[j->at++].ms;
        return true;
    }
    j->ended = true;
    return false;
}

static void join(struct naive *n, int id)
{
    n->queue[n->queued++] = id;
}

/* The place in the queue of the one who is next. */
static int next_place(const struct naive *n)
{
    int best = 0;

    if (n->policy == NAIVE_FIFO || n->policy == NAIVE_RR)
        return 0;
    for (int i = 1; i < n->queued; i++) {
        int a = n->queue[i], b = n->queue[best];

        if (n->job[a].work < n->job[b].work ||
            (n->job[a].work == n->job[b].work && a < b))
            best = i;
    }
    return best;
}

static int take(struct naive *n, int place)
{
    int id = n->queue[place];

    memmove(&n->queue[place], &n->queue[place + 1],
            sizeof(int) * (size_t)(n->queued - place - 1));
    n->queued--;
    return id;
}

static void what_ends(struct naive *n, int now)
{
    for (int c = 0; c < n->cpus; c++) {
        int id = n->on[c];

        if (id < 0)
            continue;
        if (n->job[id].left == 0 && !enter(&n->job[id], now))
            n->on[c] = -1;
        else if (n->policy == NAIVE_RR && n->used[c] == n->slice) {
            n->on[c] = -1;
            join(n, id);
        }
    }
}

static void who_comes(struct naive *n, int now)
{
    for (int i = 0; i < n->jobs; i++)
        if (n->job[i].arrival == now && enter(&n->job[i], now))
            join(n, i);
    for (int i = 0; i < n->jobs; i++)
        if (n->job[i].wakes == now) {
            n->job[i].wakes = -1;
            if (enter(&n->job[i], now))
                join(n, i);
        }
}

static void choose(struct naive *n)
{
    for (int c = 0; c < n->cpus; c++)
        if (n->on[c] < 0 && n->queued > 0) {
            n->on[c] = take(n, next_place(n));
            n->used[c] = 0;
        }
    while (n->policy == NAIVE_STCF && n->queued > 0) {
        int place = next_place(n), worst = 0, id = n->queue[place];

        for (int c = 1; c < n->cpus; c++)
            if (n->job[n->on[c]].work > n->job[n->on[worst]].work)
                worst = c;
        if (n->job[id].work >= n->job[n->on[worst]].work)
            return;
        take(n, place);
        join(n, n->on[worst]);
        n->on[worst] = id;
    }
}

int naive_sim(const struct sim_jobs *jobs, enum naive_policy policy, int cpus,
              int slice_ms, signed char who[NAIVE_CPUS][NAIVE_MS])
{
    static _Thread_local struct naive n;

    memset(&n, 0, sizeof(n));
    n.jobs = jobs->count;
    n.cpus = cpus;
    n.slice = slice_ms;
    n.policy = policy;
    for (int i = 0; i < n.jobs; i++)
        unroll(jobs, i, &n.job[i]);
    for (int c = 0; c < cpus; c++)
        n.on[c] = -1;
    for (int now = 0; now < NAIVE_MS; now++) {
        bool all = true;

        what_ends(&n, now);
        who_comes(&n, now);
        for (int i = 0; i < n.jobs; i++)
            all = all && n.job[i].ended;
        if (all)
            return now;
        choose(&n);
        for (int c = 0; c < cpus; c++) {
            who[c][now] = (signed char)n.on[c];
            if (n.on[c] < 0)
                continue;
            n.job[n.on[c]].left--;
            n.job[n.on[c]].work--;
            n.used[c]++;
        }
    }
    return -1;
}
