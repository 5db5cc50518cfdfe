/* All schedules of a small program: which outcomes there are, whether one
 * fails, the shortest that does, how many do and how likely that is; or a proof
 * that none does.
 *
 * The search is exact, breadth first, over packed states (search.c). What it
 * found is a graph (graph.h), from which the counts and probabilities come.
 * Beyond the bounds it says "not exhaustive" and samples (sample.c). */
#ifndef EXPLORE_EXPLORE_H
#define EXPLORE_EXPLORE_H

#include "base/err.h"
#include "step/stepper.h"

enum explore_depth {
    EXPLORE_ALL,    /* everything below */
    EXPLORE_STATES, /* every state, shortest failures, outcomes; no counting */
    EXPLORE_VERDICT /* does one fail? With reduction; stops at the first */
};

struct explore_request {
    struct rules rules;
    enum explore_depth depth;
    int workers;          /* threads that search, 1 .. 64; 0: as many as there
                             are cores to run on */
    int64_t memory;       /* bytes, at most; 0: half of what is free */
    int64_t graph_states; /* above so many states nothing is counted; 0: the
                             default */
    int64_t crew_after;   /* states that one thread searches before the others
                             join in; 0: the default. Tests make it 1, */
    int64_t fit_after;    /* and this: states before their packing is fitted,
                             then with no look ahead; 0: the default */
    bool no_reduction;    /* EXPLORE_VERDICT without it */
    bool stop_at_failure; /* EXPLORE_STATES ends at the first level with one */
    const struct schedule *from; /* explore from the state after these; NULL:
                                    the start */
    const _Atomic bool *cancel;  /* set by somebody: end soon, -ECANCELED;
                                    NULL: nobody does */
    /* Said now and then from the searching thread that calls; NULL: silent. */
    void (*progress)(void *context, int64_t states, int64_t frontier);
    void *context;
    int64_t samples; /* random schedules when the search does not end; 0: the
                        default */
    uint64_t seed;
};

/* Exact numbers are text, since they have no largest. */
struct share {
    char *exact;  /* "2/3", "0", "1"; NULL: not known exactly */
    double value; /* NAN: not known */
};

/* One way it may end. */
struct outcome {
    int16_t *values; /* as program.observed */
    bool fails;      /* a check is false there */
    char *schedules; /* that end so; NULL: endlessly many or not counted */
    double uniform;  /* share of the schedules; NAN: as .schedules */
    double random;   /* probability under a random scheduler; NAN: not
                        computed */
    struct schedule sample; /* one of the shortest */
};

/* What a failure is like; by enum failure. */
struct failing {
    bool reachable;
    int shortest;            /* actions; -1: not reachable */
    int shortest_steps;      /* TSO: flushes cost nothing; -1: not computed */
    struct schedule witness; /* one of the shortest */
    char *schedules;         /* that fail so; NULL: not counted */
    struct share random;     /* probability under a random scheduler */
    int preemptions;         /* fewest, SC only; -1: not computed */
    struct schedule calm;    /* a schedule with so few */
    struct text words;       /* why, at the end of the witness */
};

/* Two accesses to one cell that nothing orders, one of them a plain write. */
struct data_race {
    int16_t cell;
    int thread[2];
    uint16_t op[2];
    struct schedule witness; /* leads to where both could go next */
};
#define DATA_RACES_MOST 8

enum judgement {
    JUDGED_OK,     /* no schedule fails */
    JUDGED_FAILS,  /* one does */
    JUDGED_STUCK,  /* none fails, but one can be caught looping for ever */
    JUDGED_UNKNOWN /* not exhaustive, and nothing failed so far */
};
extern const char *const judgement_names[]; /* as in the golden answers: "ok",
                       "fails", "no failure, but can get stuck looping", and
                       "unknown" */

struct sampled { /* random schedules, each action as likely */
    int64_t schedules;
    int64_t failing[FAILURE_COUNT], any; /* schedules that failed so */
    int64_t endless;  /* cut off: longer than SAMPLE_STEPS actions */
    double low, high; /* 95 % interval (Wilson) of the share that fails */
    struct schedule witness[FAILURE_COUNT]; /* from where it began */
};
#define SAMPLE_STEPS 100000
/* After so many that were cut off no more are tried: each takes long. */
#define SAMPLE_ENDLESS 200

struct explore_result {
    enum judgement judgement;
    bool exhaustive; /* every state (or all that matter) was seen */
    bool
        buffer_was_full; /* TSO: a store had to wait: longer buffers not seen */
    struct text why_not; /* not exhaustive: one sentence */
    int64_t states, transitions;
    int64_t peak_bytes;
    double seconds; /* of the search; of everything with it */
    double seconds_in_all;
    double bytes_per_state;
    int workers;
    int longest; /* levels of the search: the longest of the shortest ways */

    struct failing failing[FAILURE_COUNT];
    unsigned start_failures;  /* bits: fail before any step */
    struct outcome *outcomes; /* sorted by value */
    int outcome_count;
    struct data_race races[DATA_RACES_MOST];
    int race_count;

    bool counted;    /* the graph was kept: what follows is known */
    bool acyclic;    /* finitely many schedules */
    char *schedules; /* NULL: endlessly many */
    char *failing_schedules;
    struct share
        uniform;         /* of all schedules that fail; .value NAN: endlessly */
    struct share random; /* probability under a random scheduler */
    int64_t traces, failing_traces; /* really different; -1: not counted */
    bool trap;                      /* can be caught where it loops for ever */
    bool livelock;   /* may loop for ever though everybody gets a turn */
    bool overtaking; /* may loop for ever, but only if somebody is never
                        given a turn */
    struct schedule trap_way, livelock_way;   /* lead into one */
    struct schedule trap_loop, livelock_loop; /* then go round; "" : unknown */

    bool sampled; /* then: */
    struct sampled sample;
};

/* Explore @p. 0; -ECANCELED; -EINVAL with a sentence (a schedule that cannot be
 * done); -ENOMEM with one. explore_fini() @out in every case. Starts up to
 * request.workers threads and has joined them on return; may be called from any
 * thread. */
int explore(const struct program *p, const struct explore_request *request,
            struct explore_result *out, struct err *err);
void explore_fini(struct explore_result *r);

/* Random schedules only (sample.c). */
int explore_sample(const struct stepper *m, const struct schedule *from,
                   int64_t schedules, uint64_t seed, const _Atomic bool *cancel,
                   struct sampled *out, struct err *err);
void sampled_fini(struct sampled *s);

/* The verdict in a sentence or two, with what was proved or how it fails
 * (say.c). */
void explore_say(const struct program *p, const struct explore_request *request,
                 const struct explore_result *r, struct text *out);

#endif
