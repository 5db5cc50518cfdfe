/* The simulator's screen: up to four policies on the same jobs, one under the
 * other over one axis of virtual time, a cursor at the same instant in all of
 * them, and what there is at that instant: who runs, the queues in the policy's
 * order, who waits for what, and why the last choice was as it was. Beside them
 * a run of the same jobs on this machine. Pure functions from what is given to
 * a frame, as view.h says. Any thread. */
#ifndef VIEW_SIM_H
#define VIEW_SIM_H

#include "sim/sim.h"
#include "view/view.h"

/* One lane in one column: how long whose lane it is was in each state; of a
 * CPU's lane only SPAN_RUNNING, and who had it longest. */
struct view_sim_cell {
    float ns[SPAN_STATES];
    float job_ns;  /* of .job alone */
    int32_t job;   /* a CPU's lane: -1 nobody */
    uint8_t cause; /* enum wait_cause, of what was blocked last */
    uint8_t runs;  /* pieces of running, saturating */
};

/* A picture of time: what all groups show. */
struct view_sim_window {
    int64_t start_ns, column_ns; /* column_ns 0: not known yet */
    int columns;
    bool by_cpu;     /* a lane a CPU; else a lane a job */
    int first, rows; /* lanes: the same jobs, or CPUs, in each group */
    int cpus;        /* of lanes by job: so many CPUs' lanes over them */
};

#define VIEW_SIM_QUEUES 8
#define VIEW_SIM_LISTED 24 /* of each queue, and of those that wait */
#define VIEW_SIM_CPUS 64
#define VIEW_SIM_PLACE 48

struct view_sim_queue {
    int cpu;   /* -1: of all CPUs */
    int count; /* in it */
    int shown; /* of these, in the policy's order, below */
    int32_t job[VIEW_SIM_LISTED];
    char place[VIEW_SIM_LISTED][VIEW_SIM_PLACE]; /* in the policy's words; "" */
};

struct view_sim_wait {
    int32_t job;
    uint8_t cause;    /* enum wait_cause */
    int32_t lock;     /* number; -1: no lock */
    int32_t owner;    /* who has that; -1: nobody */
    int64_t until_ns; /* -1: nobody knows yet */
};

/* What one policy's machine looks like at the cursor. */
struct view_sim_now {
    int64_t at_ns;
    int64_t decision; /* the last one's number; -1: none yet */
    int64_t decided_ns;
    int decided_job; /* -1: it fell idle */
    char sentence[400];
    int cpu_count, cpus_shown;
    struct sim_cpu cpu[VIEW_SIM_CPUS];
    int queue_count, queues_shown;
    struct view_sim_queue queue[VIEW_SIM_QUEUES];
    int wait_count, waits_shown;
    struct view_sim_wait wait[VIEW_SIM_LISTED];
    int running, ready, ended, coming;
    /* Of the jobs in the lanes that are shown: what each does. Of lanes by CPU
     * nothing. */
    int lanes;
    struct {
        uint8_t state; /* enum task_state */
        uint8_t cause;
        int16_t cpu;
    } lane[VIEW_SIM_CPUS * 4];
};

/* The few figures that a run on this machine has, too. -1: unknown. */
struct view_sim_figures {
    double response_ns, turnaround_ns, waiting_ns; /* means */
    double p95_turnaround_ns;
    double jain;
    double utilisation;
    int64_t switches, misses, periods; /* periods 0: no deadlines */
    int64_t wall_ns;
};
void view_sim_figures(struct view_sim_figures *out, const struct sim_totals *t);

/* One policy, or the real machine. */
struct view_sim_group {
    enum badge badge;    /* MODEL or MEASURED */
    const char *setup;   /* "rr,slice=2ms"; or the experiment's line */
    const char *tie;     /* the policy's rule; NULL */
    const char *summary; /* of the policy; NULL */
    const struct view_sim_cell *cells; /* .rows, then .cpus, x .columns; NULL:
                                          not yet */
    int lanes, cpus; /* it has: jobs or CPUs, and CPUs; further ones of the
                        window are not its own */
    bool known;      /* .figures are */
    struct view_sim_figures figures;
    int64_t end_ns;    /* of its run, or as far as it came; 0 not known */
    int64_t decisions; /* altogether; -1: not known, or not a model */
    const char *note;  /* why there is no more; how far it is; NULL */
    bool bad;          /* .note is a failure */
    const struct view_sim_now *now; /* NULL: not known (yet) */
};

#define VIEW_SIM_GROUPS 5 /* four policies and the real machine */

struct view_sim {
    struct view_common common;
    const char *title; /* a file's name, ...; NULL */
    const struct sim_jobs *jobs;
    const char *const *lines; /* text of the jobs from .line_first on; NULL */
    int line_first, line_count;
    const char *words; /* instead of these, where there are none; NULL */
    struct view_sim_window window;
    int64_t cursor_ns;
    int64_t end_ns; /* the latest of all groups */
    int selected;   /* job, -1: none */
    int chosen;     /* group whose queues are told */
    const struct view_sim_group *group;
    int group_count;
    bool playing;
    /* A line being typed over the footer, and under it what is wrong with it or
     * what would be right. NULL: none. */
    const char *asks, *typing, *hint;
    int typing_cursor;
    bool hint_bad;
};
void view_sim(struct frame *f, const struct view_sim *v);

/* How many columns of time and lanes a group there is room for: the screen asks
 * before it makes them. @lanes: how many there are in all. */
struct view_sim_room {
    int columns, rows;
};
struct view_sim_room view_sim_room(int rows, int columns, int groups, int lanes,
                                   const struct sim_jobs *jobs, bool presenter);

/* The group that is drawn in @row of a frame of that size; -1: none. */
int view_sim_group_at(const struct view_sim *v, int rows, int columns, int row);

#endif
