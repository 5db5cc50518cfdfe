/* A lesson being taken: which step comes next, what is to be run, what came of
 * it. Runs nothing itself: whoever plays it (the command, the screen) asks for
 * the next order, runs that, and hands in the outcome. One thread.
 *
 * READ, PREDICT, RUN, FROZEN, OBSERVE, CHECK, EXPLAIN, REVEAL, AGAIN, DONE: the
 * steps follow the blocks of the lesson, so a lesson may go round more than
 * once. */
#ifndef LESSON_SESSION_H
#define LESSON_SESSION_H

#include "lesson/judge.h"
#include "lesson/lesson.h"
#include "sweep/sweep.h"

enum lesson_stage {
    STAGE_READ,    /* prose before an action */
    STAGE_PREDICT, /* one predict block */
    STAGE_RUN,     /* one run, sweep, slow or sim block */
    STAGE_FROZEN,  /* the same block, over: look at it */
    STAGE_OBSERVE, /* one observe block */
    STAGE_CHECK,   /* one check block */
    STAGE_EXPLAIN, /* one quiz block */
    STAGE_REVEAL,  /* reveal blocks, and prose after them */
    STAGE_AGAIN,   /* one again block */
    STAGE_DONE,
    STAGES
};
extern const char *const lesson_stage_words[]; /* "read", "predict", ... */

struct lesson_step {
    enum lesson_stage stage;
    int block;  /* index; -1: STAGE_DONE */
    int blocks; /* that many belong to it, from .block on. Among those of READ
                   and REVEAL may be notes, controls and hints: only prose, and
                   reveals that session_shown(), are for the learner */
    int watch;  /* RUN, FROZEN: index of its watch block; -1 */
};

struct session {
    const struct lesson *lesson; /* borrowed */
    struct machine machine;
    struct facts *facts;
    struct lesson_step *steps;
    int step_count, step;            /* .step: where the learner is */
    int furthest;                    /* steps up to here may be gone to */
    struct lesson_answer *answers;   /* by block */
    struct lesson_finding *findings; /* of all checks, in order of lines; those
                                        of blocks not judged yet have .check
                                        NULL */
    int finding_count;
    int hints;    /* of the present prediction, shown */
    bool skipped; /* the learner went to the explanation */

    bool *over; /* by block: it was run to its end, or could not be run */

    /* The block that is being run. */
    int running;              /* block; -1: none */
    int side, round, attempt; /* what is wanted next */
    int rounds;               /* of each side */
    int done;            /* runs that are over, those done again not counted */
    int only;            /* this line alone: of an again block; -1: all */
    double kept_noise;   /* of the attempt that counts so far */
    int stubborn;        /* runs of this block that stayed disturbed, on end */
    struct sweep *sweep; /* of a sweep block; kept until the next one */
    /* All runs so far: how long they took, and how many core-seconds others
     * used meanwhile. */
    double watched_s, others_s;
    bool busy;     /* this machine stays busy: nothing is done again */
    bool replayed; /* a figure is from a kept run: badge REPLAY */

    int control;            /* control block that is tried; -1: none */
    struct facts *measured; /* then: the figures as they were */
    struct err trouble;     /* why it could not begin */
};

/* -ENOMEM, or -EINVAL with a sentence: the lesson has faults. @l must outlive
 * it. session_fini() in any case. */
int session_init(struct session *s, const struct lesson *l,
                 const struct machine *m, struct err *err);
void session_fini(struct session *s); /* {0} is fine */

const struct lesson_step *session_step(const struct session *s);
const struct lesson_block *session_block(const struct session *s);
/* May the learner go on? A prediction must be locked, a run must be over, a
 * question answered; after session_skip() nothing must. */
bool session_may_go_on(const struct session *s);
bool session_next(struct session *s); /* false: not yet, or at the end */
bool session_back(struct session *s); /* false: at the beginning */
/* To step @step, which is at most .furthest; for going on where somebody
 * stopped set .furthest before. False: not that far yet. */
bool session_go(struct session *s, int step);
/* To the explanation; what is between counts as skipped. */
void session_skip(struct session *s);

/* Lock an answer to block @block; it stays until session_reopen(), which
 * begins a new attempt. @a->attempt is not looked at: the session counts. From
 * then on {ID.answer} is known: the number, or the choice counted from 1. */
void session_answer(struct session *s, int block,
                    const struct lesson_answer *a);
void session_reopen(struct session *s, int block);
/* Its hints: those after block @block, up to the next block that is not one
 * (notes and watch blocks may stand between).
 * The Markdown of hint @n from 0; NULL: no more. */
const char *session_hint(const struct session *s, int block, int n);
/* The key, once it can be known. */
void session_key(const struct session *s, int block, struct lesson_key *out);
/* The reveal block may be shown, by its "when". */
bool session_shown(const struct session *s, int block);

/* ---- running ---------------------------------------------------------------
 */

struct lesson_order {
    int block, line;              /* which of the block's lines */
    int round, attempt;           /* from 0 */
    char name[LESSON_NAME];       /* the run's */
    char words[SPEC_COMMAND_MAX]; /* as a person would type it */
    struct spec spec; /* not checked; of a sweep that of the point */
    bool sweeping;    /* .sweep is what sweep_next() wants */
    struct sweep_order sweep;
};

/* Begin (again) block @block, which is run, sweep, slow or sim: its old figures
 * are forgotten. slow and sim are computed at once: then session_order() has
 * nothing. -EINVAL with a sentence: the lesson is wrong there; -EAGAIN: this
 * machine cannot do it; -ENODATA: a figure that it needs is missing. After such
 * a failure the block counts as over, without figures. Predictions that were
 * not made count with what their block assumes. */
int session_begin(struct session *s, int block, struct err *err);
/* The same for line @line of an again block; its figures are called "again". */
int session_begin_again(struct session *s, int block, int line,
                        struct err *err);
/* Its runs are asked for no more (the learner ended them): what is measured
 * stays, and the block is over. */
void session_stop(struct session *s);
/* What is to be run next; false: the block is over. Asking again gives the
 * same. */
bool session_order(struct session *s, struct lesson_order *out);
/* How many runs of the block are done, and of how many (those done again not
 * counted). */
void session_progress(const struct session *s, int *done, int *planned);
/* Hand in what came of @o: *@outcome as conduct_run() gives it, with the trace
 * (NULL: it did not even begin, then .error says why). A run that others
 * disturbed is asked for again, twice at most, if something depends on it, and
 * the least disturbed one counts; when two runs on end stayed disturbed
 * nothing is done again until one is not. One that was interrupted is
 * forgotten, so that it is asked for again. 0 or -ENOMEM. */
int session_take(struct session *s, const struct lesson_order *o,
                 const struct sweep_outcome *outcome, const struct trace *t);
/* Judge block @block's checks, which become findings. Done by itself when the
 * step is reached. */
void session_judge(struct session *s, int block);

/* What formulas may know of the machine, as facts of "machine". */
void session_facts_machine(struct facts *f, const struct machine *m);

/* ---- controls --------------------------------------------------------------
 */

/* Controls are run after the lesson, without a learner. For each label of each
 * control block one. */
struct lesson_control {
    int block;
    const struct lesson_check *check;
    enum lesson_verdict
        verdict; /* PASS: the check failed, as it must; FAIL: it
                    held; SKIPPED: none, with a reason;
                    INCONCLUSIVE: the check was not conclusive */
    char reason[240];
};
/* Begin control block @block; its runs are then asked for by session_order()
 * and handed in as ever, as often as the run that each stands for;
 * session_control_end() judges, puts the measured figures back and adds to
 * @out, up to @most; how many. It is called after a failed begin, too: then
 * controls are skipped (-EAGAIN, -ENODATA) or fail (-EINVAL) with @err's
 * reason. */
int session_control_begin(struct session *s, int block, struct err *err);
int session_control_end(struct session *s, struct lesson_control *out,
                        int most);

#define LESSON_CONTROLS_MAX 64 /* more of one lesson are not looked at */

#endif
