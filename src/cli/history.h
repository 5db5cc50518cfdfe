/* The parts of "timeslice history". Inside cli/history*.c. Screen process. */
#ifndef CLI_HISTORY_H
#define CLI_HISTORY_H

#include "cli/common.h"
#include "export/export.h"
#include "keep/history.h"

/* What the command was asked for. */
struct history_call {
    struct history *history;
    struct cli_words words;
    const char *const *args; /* after the word that says what to do */
    int count;
    struct report_options look;
    bool json;
};

/* An item of the history that a word names. */
struct history_id {
    enum history_kind kind;
    int64_t id;
};

/* Each returns the exit status, having said what was wrong. */
int history_do_list(struct history_call *c); /* history_list.c */
int history_do_search(struct history_call *c);
int history_do_show(struct history_call *c); /* history_show.c */
int history_do_run(struct history_call *c);
int history_do_compare(struct history_call *c); /* history_compare.c */
int history_do_note(struct history_call *c);    /* history_change.c */
int history_do_tag(struct history_call *c);
int history_do_untag(struct history_call *c);
int history_do_remove(struct history_call *c);
int history_do_export(struct history_call *c);
int history_do_import(struct history_call *c);
int history_do_check(struct history_call *c);
int history_do_prune(struct history_call *c);

/* ---- history.c ------------------------------------------------------------
 */

/* What @word names. -1, or an exit status. */
int history_id(struct history_call *c, const char *word,
               struct history_id *out);
/* "run 17", "s4". Returns @buf; 32 bytes. */
char *history_id_text(char *buf, size_t size, enum history_kind kind,
                      int64_t id);
/* When it began: "16:32" of today, "21 Nov 16:32", "21 Nov 2025". */
char *history_when(char *buf, size_t size, int64_t at_ns);
/* Add @s, cut to @columns with an ellipsis if need be; @fill: with spaces up to
 * there. */
void history_cut(struct text *out, const char *s, int columns, bool ascii,
                 bool fill);

#endif
