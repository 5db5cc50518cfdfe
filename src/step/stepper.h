/* The interleaving machine: a program, one step at a time, by hand. It keeps
 * everything as plain as a person wants to see it; the search packs states
 * tighter but does the same deeds.
 *
 * An action is a step of a thread, or (TSO) the flush of the oldest store in a
 * thread's buffer. Any thread, one a state. */
#ifndef STEP_STEPPER_H
#define STEP_STEPPER_H

#include "base/text.h"
#include "step/local.h"

/* Thread t steps: t; its buffer is flushed: t | STEP_FLUSH. */
#define STEP_FLUSH 0x80
#define STEP_THREAD(action) ((action)&0x7f)

struct stepper {
    const struct program *program; /* borrowed */
    struct rules rules;
    struct field *cells; /* wide enough for everything */
    int words;
};
/* 0 or -ENOMEM. */
int stepper_init(struct stepper *m, const struct program *p,
                 const struct rules *rules, struct err *err);
void stepper_fini(struct stepper *m);

struct state {
    uint64_t *words;      /* the cells: state_cell() */
    struct local *locals; /* one a thread */
};
/* The start, leading local operations done in the order of the threads. @e gets
 * what already failed there (the first of it), *@failures all of it: bits 1 <<
 * enum failure. 0 or -ENOMEM. */
int state_init(struct state *s, const struct stepper *m, struct event *e,
               unsigned *failures);
int state_copy(struct state *to, const struct state *from,
               const struct stepper *m); /* @to is {0} or of the same machine */
void state_fini(struct state *s);
int state_cell(const struct stepper *m, const struct state *s, int cell);

/* Bit t: thread t may step; its buffer may be flushed. Both 0: it is over. */
struct ready {
    uint32_t step, flush;
};
struct ready state_ready(const struct stepper *m, const struct state *s);
/* One of the actions that are possible, each as likely; -1: there is none. The
 * same @random draws the same, wherever schedules are drawn. */
int state_draw(const struct stepper *m, const struct state *s,
               uint64_t *random);
bool state_may(const struct stepper *m, const struct state *s, int action);

/* What one action did, for people: the accesses in their order. */
struct access {
    uint16_t op;   /* of the thread */
    uint8_t kind;  /* enum op_kind; what was asked, even if from the buffer */
    bool buffered; /* a store that went into the buffer, a load out of it */
    int16_t cell;  /* or -1 */
    bool reads, writes;
    int read, wrote; /* values; cas and trylock: .read is what stood there */
    bool succeeded;  /* cas, trylock; true for the rest */
};
#define STEP_ACCESSES                                                          \
    16 /* told; a step at statement granularity may do more                    \
        */
struct done {
    uint8_t action;
    struct access accesses[STEP_ACCESSES];
    int access_count;
    uint16_t from, to;   /* pc before and after */
    uint32_t clash;      /* threads that were in an excluded region when this
                            one entered: bit t; 0: no failure */
    int clash_region[2]; /* this thread's, and the other's */
    struct event event;
};
/* Do @action, which state_may(). @done may be NULL. After a fault
 * (done.event.fault) the state is not to be used further. */
void state_step(const struct stepper *m, struct state *s, int action,
                struct done *done);

/* Why a schedule fails: bits 1 << enum failure. */
enum failure {
    FAILURE_ASSERT,
    FAILURE_EXCLUSION,
    FAILURE_FINAL,
    FAILURE_DEADLOCK,
    FAILURE_FAULT,
    FAILURE_COUNT
};
extern const char *const failure_names[FAILURE_COUNT]; /* "assert", ...,
                                                          "fault" */
/* By the step alone: assert, exclusion, fault. */
unsigned done_failures(const struct done *d);
/* How it stands: nothing can move? All ended? Then do the checks hold? */
enum finish {
    FINISH_NOT_YET,
    FINISH_NORMAL,
    FINISH_CHECK,   /* normal, but a check is false (or cannot be computed) */
    FINISH_DEADLOCK /* nothing can move, and some thread has not ended */
};
enum finish state_finish(const struct stepper *m, const struct state *s);
/* The check that is false in this ending: its number, or -1. */
int state_failed_check(const struct stepper *m, const struct state *s);
/* The value of a check or observed expression. false: cannot be computed. */
bool state_value(const struct stepper *m, const struct state *s, int32_t expr,
                 int *out);

/* Say in one or a few sentences why nothing can move: the cycle of waiting if
 * there is one ("T0 waits for B, which T1 holds; T1 waits for A, which T0
 * holds: a cycle"), the sleepers that nobody is left to wake, the semaphores
 * that nobody will post (stuck.c). */
void state_say_stuck(const struct stepper *m, const struct state *s,
                     struct text *out);
/* What @thread waits for now, in a few words ("lock B, held by T1"); "" if it
 * does not wait. */
void state_say_waiting(const struct stepper *m, const struct state *s,
                       int thread, struct text *out);
/* "T0 and T1 are both in the critical section", "assert (line 9) is false", "x
 * == 2 is false at the end": one sentence for the failure @kind just seen. */
void state_say_failure(const struct stepper *m, const struct state *s,
                       const struct done *d, enum failure kind,
                       struct text *out);

/* ---- schedules (schedule.c) ---------------------------------------------- */

/* Who goes when: "0 1 0 0 1*12", "T0 T1", flushes as "f0" or "flush:T0". */
struct schedule {
    uint8_t *actions;
    int count, cap;
};
int schedule_add(struct schedule *s, int action); /* 0 or -ENOMEM */
void schedule_fini(struct schedule *s);
/* Read @text. -EINVAL with a sentence that names the word and what would be
 * right. At most SCHEDULE_MOST actions. {0} before. */
#define SCHEDULE_MOST 1000000
int schedule_parse(struct schedule *s, const struct program *p,
                   const char *text, struct err *err);
/* The short form: repeats as 1*12. */
void schedule_text(const struct schedule *s, struct text *out);
/* The name of one action: "T0", "flush:T0". */
void action_name(const struct program *p, int action, char *out, size_t size);

/* ---- a walk: what was done so far, with undo (walk.c) -------------------- */

/* The microscope's memory. Every step keeps its state, so that undo is exact.
 */
struct walk {
    struct stepper *stepper; /* borrowed */
    struct state *states;    /* [0] the start; count + 1 of them */
    struct done *dones;      /* [i] led from states[i] to states[i + 1] */
    int count, cap;          /* steps known, redo included */
    int at;                  /* the state looked at: 0 .. count */
    struct event start;      /* what failed before any step */
    unsigned start_failures; /* bits of it */
};
#define WALK_MOST 100000
int walk_init(struct walk *w, struct stepper *m, struct err *err);
void walk_fini(struct walk *w);
/* Do @action at the state looked at; what could have been redone is forgotten.
 * -EINVAL with a sentence when it cannot be done there ("T1 cannot move: it
 * waits for lock m, held by T0"; "T0 has ended"), -E2BIG, -ENOMEM. */
int walk_step(struct walk *w, int action, struct err *err);
bool walk_undo(struct walk *w); /* false: at the beginning */
bool walk_redo(struct walk *w); /* false: nothing to redo */
/* Do all of @s from the state looked at. The sentence names the first action
 * that cannot be done by its number; those before it are done. */
int walk_run(struct walk *w, const struct schedule *s, struct err *err);
/* The actions up to the state looked at. 0 or -ENOMEM. */
int walk_schedule(const struct walk *w, struct schedule *out);
const struct state *walk_state(const struct walk *w);
/* Failures so far, up to the state looked at, its ending included. */
unsigned walk_failures(const struct walk *w);

#endif
