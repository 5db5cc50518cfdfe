/* How an update gets lost, step by step, and why a lock prevents it: drawings
 * of what the program does, not of what was measured. Screen process. */
#include "view/race_parts.h"

struct drawing {
    const char *title;
    const char *lines[3]; /* thread 1, thread 2, counter */
    const char *moral;
};

/* At most 85 columns, beside the words "thread 1". */
/* clang-format off */
static const struct drawing drawings[SYNC_COUNT] = {
    [SYNC_NONE] = {
        "HOW AN UPDATE GETS LOST",
        {"LOAD 71 ── ADD 72 ─────────────────────────────────────────────────────── STORE 72",
         "          LOAD 71 ── ADD 72 ── STORE 72 ── LOAD 72 ── ADD 73 ── STORE 73",
         "71                             72                               73        72 ◂ back!"},
        "Of the 20 orders in which two workers can do one increment each, 18 lose an update."},
    [SYNC_MUTEX] = {
        "WHY NOTHING IS LOST: MUTEX",
        {"LOCK ── LOAD 71 ── ADD 72 ── STORE 72 ── UNLOCK",
         "LOCK ╳╳╳╳╳╳╳ sleeps until it is free ╳╳╳╳╳╳╳╳╳╳ LOAD 72 ── ADD 73 ── STORE 73",
         "71                           72                                      73"},
        "One at a time. The price: falling asleep, waking up, and standing still in between."},
    [SYNC_SPIN] = {
        "WHY NOTHING IS LOST: SPIN LOCK",
        {"LOCK ── LOAD 71 ── ADD 72 ── STORE 72 ── UNLOCK",
         "LOCK ▚▚▚▚ is it free? ▚ now? ▚ now? ▚▚▚▚▚▚▚▚▚▚▚ LOAD 72 ── ADD 73 ── STORE 73",
         "71                           72                                      73"},
        "One at a time. The one that waits keeps its core busy with asking."},
    [SYNC_TICKET] = {
        "WHY NOTHING IS LOST: TICKET LOCK",
        {"TICKET 1 ── LOAD 71 ── ADD 72 ── STORE 72 ── NEXT, PLEASE: 2",
         "TICKET 2 ▚▚▚▚ is it my number? ▚▚▚▚▚▚▚▚▚▚▚▚▚▚▚▚ LOAD 72 ── ADD 73 ── STORE 73",
         "71                               72                                  73"},
        "One at a time, and in order of arrival: even when the next in line is not on a core."},
    [SYNC_ATOMIC] = {
        "WHY NOTHING IS LOST: ATOMIC ADD",
        {"LOAD+ADD+STORE 72                   LOAD+ADD+STORE 74",
         "                  LOAD+ADD+STORE 73                   LOAD+ADD+STORE 75",
         "71             72                73                74                75"},
        "The processor does all three as one step: nobody can come between."},
    [SYNC_SHARDED] = {
        "WHY NOTHING IS LOST: A COUNTER EACH",
        {"LOAD 35 ── ADD 36 ── STORE 36        own counter, own cache line",
         "LOAD 35 ── ADD 36 ── STORE 36        own counter, own cache line",
         "36 + 36 = 72                         added up when somebody asks"},
        "Nothing is shared, so nothing can be lost and nobody waits."},
    [SYNC_SHARDED_PACKED] = {
        "WHY NOTHING IS LOST: A COUNTER EACH",
        {"LOAD 35 ── ADD 36 ── STORE 36        own counter, but ...",
         "LOAD 35 ── ADD 36 ── STORE 36        ... in the same cache line",
         "36 + 36 = 72                         added up when somebody asks"},
        "Correct, yet slow: the cores snatch the shared cache line from each other."},
};

/* Cooperative workers: whatever the lock. */
static const struct drawing taking_turns = {
    "WHY NOTHING IS LOST: TURNS",
    {"LOAD 71 ── ADD 72 ── STORE 72 ── YIELD",
     "                                       LOAD 72 ── ADD 73 ── STORE 73 ── YIELD",
     "71                         72                                    73"},
    "One thread: who has it keeps it until it yields, and it never yields in between."};
/* clang-format on */

void race_model(struct frame *f, struct box b, const struct view_race *v)
{
    static const char *const names[][3] = {
        {"thread 1", "thread 2", "counter"},
        {"process 1", "process 2", "counter"},
        {"worker 1", "worker 2", "counter"},
    };
    bool coop = v->trace->spec.model == MODEL_COOP;
    int kind = v->trace->spec.model == MODEL_PROCESSES ? 1 : coop ? 2 : 0;
    enum spec_sync sync =
        v->wanted_sync < SYNC_COUNT ? v->wanted_sync : SYNC_NONE;
    const struct drawing *d = coop ? &taking_turns : &drawings[sync];

    if (b.rows < 7)
        return;
    b = frame_panel(f, b, d->title, "MODEL: a drawing, not measured");
    for (int i = 0; i < 3; i++) {
        enum style style = i < 2 ? view_worker_style(i) : STYLE_NORMAL;

        frame_text(f, b.row + i, b.column, 10, style, names[kind][i]);
        piece_text(f, b.row + i, b.column + 11, b.columns - 11,
                   i < 2 ? STYLE_NORMAL : STYLE_DIM, d->lines[i]);
    }
    piece_text(f, b.row + 4, b.column, b.columns, STYLE_NORMAL, d->moral);
}
