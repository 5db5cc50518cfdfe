/* Small pieces that only views use, beside those in view.h. */
#ifndef VIEW_PIECES_H
#define VIEW_PIECES_H

#include "view/view.h"

/* Like frame_text(), but text that does not fit in @max columns ends in "…". */
int piece_text(struct frame *f, int row, int column, int max, enum style style,
               const char *s);
int piece_textf(struct frame *f, int row, int column, int max, enum style style,
                const char *format, ...) __attribute__((format(printf, 6, 7)));

/* False when the frame is below @rows x @columns: then it says so, and @more.
 */
bool piece_fits(struct frame *f, int rows, int columns, const char *more);

/* "@asks: @typing" in @row with the cursor on column @cursor of what is typed,
 * moved left so that the cursor is always seen. */
void piece_typing(struct frame *f, struct box row, const char *asks,
                  const char *typing, int cursor);

/* A share in 5 columns, for lists: "  0 %", " <1 %", " 48 %", ">99 %". */
char *piece_share(char *buf, size_t size, double share);
/* Text without its blanks, for big digits: "48.3 %" -> "48.3%". */
char *piece_tight(char *s);

/* "label   value" over @b's columns, in row @row of the frame. */
void piece_pair(struct frame *f, struct box b, int row, const char *label,
                const char *value);

/* One of ▁ .. █ for @share 0..1; the lowest for nought and below. */
uint32_t piece_spark(double share);

/* A state of a worker as its glyph and word; returns the columns used. */
struct piece_state {
    enum span_state state;
    enum wait_cause cause;
    const char *word, *more; /* short; in full */
};
extern const struct piece_state piece_states[];
extern const int piece_state_count;
void piece_legend(struct frame *f, struct box b, bool ascii);

/* At most 7 columns: "run", "ready", "lock", "I/O", ... */
const char *piece_state_short(enum span_state state, enum wait_cause cause);

#endif
