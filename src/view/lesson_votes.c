/* Votes of a class as bars, a choice a line. Screen process. */
#include "view/lesson_parts.h"

#include <stdio.h>

#define BAR_COLUMNS 24

int view_lesson_votes(struct frame *f, struct box b,
                      const struct lesson_block *question, const int *votes,
                      int chosen, bool reveal, int right)
{
    int most = 1, rows = 0;
    int bar = b.columns >= 60 ? BAR_COLUMNS : b.columns / 3;

    for (int i = 0; i < question->choice_count; i++)
        if (votes[i] > most)
            most = votes[i];
    for (int i = 0; i < question->choice_count; i++) {
        enum style style = i == chosen            ? STYLE_SELECTED
                           : reveal && i == right ? STYLE_GOOD
                                                  : STYLE_NORMAL;
        struct box words = {b.row + rows, b.column + 4, 2,
                            b.columns - bar - 12};
        int used;

        frame_textf(f, b.row + rows, b.column, 3, STYLE_KEY, "%s%c",
                    reveal && i == right ? "✓" : " ", 'a' + i);
        used = frame_wrap(f, words, style, question->choices[i].text);
        if (votes[i] >= 0) {
            frame_bar(f, b.row + rows, b.column + b.columns - bar - 6, bar,
                      (double)votes[i] / most, STYLE_IO, STYLE_DIM);
            frame_textf(f, b.row + rows, b.column + b.columns - 5, 5,
                        STYLE_TITLE, "%4d", votes[i]);
        }
        rows += used > 1 ? used : 1;
    }
    return rows;
}
