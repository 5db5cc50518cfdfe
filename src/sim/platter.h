/* The mini disk: three tracks and one head, small enough to compute by hand.
 *
 * Track 0 is the outer one; tracks are 40 units apart. Blocks of track k are
 * w = 2 * floor(degrees[k] / 2) degrees wide, 360 / w of them (rounded up: if w
 * does not divide 360 the last overlaps the first), numbered on from the outer
 * track. The middle of the i-th block is at i * w + skew * k * w + 180 degrees.
 * At time 0 the head is over track 0 at 0 degrees. A request is a seek, then
 * the wait for its block, then the transfer.
 *
 * Two sets of rules (sim/rules.h has each difference, D1 to D9):
 *   RULES_OWN    time is continuous and exact: everything is a whole number of
 *                a unit chosen so that nothing is ever rounded. A block that
 *                comes under the head this very moment is read at once, any
 *                speed will do, and what a turn leaves over is kept.
 *   RULES_OSTEP  tick by tick in binary doubles, as the disk simulator that
 *                comes with "Operating Systems: Three Easy Pieces" does.
 *
 * Plain data; one thread a disk, no state beside. */
#ifndef SIM_PLATTER_H
#define SIM_PLATTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "sim/setup.h"

enum {
    PLATTER_TRACKS = 3,
    PLATTER_APART = 40,       /* units from track to track */
    PLATTER_REQUESTS = 20000, /* late ones too */
    PLATTER_ARRIVE = 1000000, /* ticks, the latest arrival */
    PLATTER_SPEED = 1000000,  /* thousandths: the largest speed */
    PLATTER_BLOCKS = 3 * 180  /* on the disk, at most */
};
/* Of RULES_OSTEP; more are refused. */
#define PLATTER_TICKS INT64_C(100000000)

enum platter_policy {
    PLATTER_FIFO,
    PLATTER_SSTF,
    PLATTER_SATF,
    PLATTER_BSATF,
    PLATTER_SCAN, /* from here on not with RULES_OSTEP */
    PLATTER_CSCAN,
    PLATTER_LOOK,
    PLATTER_CLOOK
};
struct platter_policy_name {
    const char *name, *summary;
};
extern const struct platter_policy_name
    platter_policies[]; /* ends .name NULL */
/* "satf", "SATF", "c-scan"; -1: none of that name. */
int platter_policy_named(const char *name);

struct platter_request {
    int32_t block;
    int32_t arrive; /* tick; RULES_OSTEP: 0 */
};

struct platter_setup {
    int degrees[PLATTER_TRACKS]; /* a block, 2..360, outer track first */
    int skew;                    /* blocks a track, 0..360 */
    int seek_milli;              /* units a tick, in thousandths, 1.. */
    int rotate_milli;            /* degrees a tick, in thousandths, 1.. */
    enum platter_policy policy;
    int window; /* SSTF, SATF, BSATF: only the first so many; -1: all. SSTF and
                   SATF: one more for each request served; BSATF: when all of
                   a batch are served, the next so many */
    enum sim_rules rules;
    const struct platter_request *requests; /* borrowed; in any order */
    int count;
    const int32_t *late; /* blocks; one joins the queue after each choice */
    int late_count;
};
/* 30 degrees everywhere, no skew, both speeds 1, FIFO, everybody. */
void platter_defaults(struct platter_setup *s);

/* Where a block is. */
struct platter_place {
    int track, start, width; /* degrees; start 0..359 */
};
int platter_blocks(const struct platter_setup *s); /* on the disk */
struct platter_place platter_place(const struct platter_setup *s, int block);

/* Why this request: what the policy saw when it chose. */
struct platter_why {
    int waiting;            /* requests in the queue */
    int considered;         /* of these, within the window */
    int32_t next;           /* the runner-up's block, -1: there was no other */
    double cost, next_cost; /* SATF, BSATF, SSTF of RULES_OSTEP: access time in
                               ticks; else tracks away */
    bool turned;            /* the sweep ended here and a new one begins */
};

/* One request served. Times are units; .per_tick of the result make a tick. */
struct platter_service {
    int32_t block;
    int from, path;          /* tracks: where the arm was, how far it went */
    int64_t arrived, chosen; /* since the start */
    int64_t seek, rotate, transfer;
    struct platter_why why;
};
struct platter_result {
    struct platter_service *services; /* in the order served */
    int count;
    int64_t per_tick;
    int64_t seek, rotate, transfer; /* summed */
    double waited;                  /* the same, in units too */
    int64_t end;                    /* when the last was served */
};
/* Serve them all. -EINVAL with a sentence: the setup is wrong; -E2BIG: it takes
 * more than PLATTER_TICKS; -ENOMEM. platter_fini() it in every case. */
int platter_run(const struct platter_setup *s, struct platter_result *out,
                struct err *err);
void platter_fini(struct platter_result *r);
/* In ticks: exact up to 2^53. */
double platter_ticks(const struct platter_result *r, int64_t units);

/* "10 18 3@250": blocks, each with the tick at which it arrives. Blanks or
 * commas between. Not checked against a disk: platter_run() does. -EINVAL with
 * a sentence; the caller frees *@out. */
int platter_read(const char *text, struct platter_request **out, int *count,
                 struct err *err);
/* A speed or an angle: "0.05" in thousandths. false: no number from @least to
 * @most (thousandths) with at most three decimals. */
bool platter_milli(const char *text, int least, int most, int *out);

/* Why number @i was next: a sentence. (platter_words.c) */
void platter_explain(const struct platter_setup *s,
                     const struct platter_result *r, int i, struct text *out);
/* The tracks as @columns columns of text, blocks in their places, those asked
 * for marked with their turn: "(1)". (platter_words.c) */
void platter_picture(const struct platter_setup *s,
                     const struct platter_result *r, bool utf8, int columns,
                     struct text *out);

#endif
