/* A lesson: Markdown with fenced blocks, read into plain data.
 * lessons/README.md tells the format. Pure: nothing is run and no file but the
 * lesson's is read. Any process. */
#ifndef LESSON_LESSON_H
#define LESSON_LESSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "lesson/formula.h"

#define LESSON_NAME 33     /* an id or a run's name, with its end */
#define LESSON_LINES 300   /* longer ones are complained of */
#define LESSON_BYTES 65536 /* and longer ones than this are not read */

enum lesson_kind {
    LESSON_PROSE, /* Markdown between the fences */
    LESSON_PREDICT,
    LESSON_OBSERVE,
    LESSON_RUN,
    LESSON_SWEEP,
    LESSON_SLOW,
    LESSON_SIM,
    LESSON_WATCH,
    LESSON_CHECK,
    LESSON_CONTROL,
    LESSON_QUIZ,
    LESSON_HINT,
    LESSON_REVEAL,
    LESSON_NOTES,
    LESSON_AGAIN,
    LESSON_KINDS
};
extern const char *const lesson_kind_words[]; /* "prose", "predict", ... */

enum lesson_asks { ASKS_CHOICE, ASKS_NUMBER, ASKS_ORDER };
enum lesson_panel {
    PANEL_FITTING, /* what suits the work */
    PANEL_LANES,
    PANEL_RACE,
    PANEL_DISK,
    PANEL_CURVE,
    PANEL_NONE
};
enum lesson_class { CLASS_EXACT, CLASS_MODEL, CLASS_RATIO, CLASS_DIRECTION };
extern const char lesson_class_letters[]; /* "EMRD" */

/* An answer of a predict, observe or quiz block. */
struct lesson_choice {
    char *text;
    struct formula *when; /* a condition; with ASKS_ORDER the value to sort by;
                             NULL: none (else, or a quiz) */
    bool otherwise;       /* "else" */
    bool right;           /* of a quiz */
    char targets[8];      /* "M12"; "" */
    char *why;            /* what whoever chooses it overlooks; NULL */
    int line;
};

/* A named line: an experiment, the words of a sweep, of "sim", or one of
 * "again". */
struct lesson_line {
    char name[LESSON_NAME];
    char *words; /* may have {formulas}; lesson_words() fills them in */
    char *ask;   /* again: the question; else NULL */
    struct formula *figure; /* again: what answers it; else NULL */
    int line;
};

struct lesson_check {
    enum lesson_class class;
    char label[LESSON_NAME];
    struct formula *when; /* NULL: on every machine */
    struct formula *holds;
    char *message; /* NULL */
    int line;
};

/* A control's "ID.METRIC = FORMULA". */
struct lesson_pretence {
    char name[LESSON_NAME], metric[64];
    struct formula *value;
    int line;
};

struct lesson_block {
    enum lesson_kind kind;
    char id[LESSON_NAME]; /* "" */
    int line; /* of the fence, or of the prose's first line; from 1 */
    int last_line;

    char *body;           /* prose, hint, reveal, notes: Markdown; else NULL */
    struct formula *when; /* reveal: only then; NULL: always */

    /* predict, observe, quiz */
    char *ask;
    enum lesson_asks asks;
    char *unit;             /* of a number; NULL */
    struct formula *answer; /* of a number */
    double near;            /* relative: 0.2 */
    bool because;
    bool has_assumed;
    double assumed;
    struct lesson_choice *choices;
    int choice_count;

    /* run, sweep, slow (no lines), sim, again; control: instead of runs */
    struct lesson_line *lines;
    int line_count;
    int repeat; /* at least 1 */
    /* slow */
    char *program, *goal;
    bool tso;
    /* watch */
    enum lesson_panel panel;
    char *look, *label;
    struct formula *hero;
    char hero_unit[4]; /* as after "|" in prose; "" */
    /* check */
    struct lesson_check *checks;
    int check_count;
    /* control */
    char *fails;               /* labels, with blanks between */
    char swap[2][LESSON_NAME]; /* "": no swap */
    struct lesson_pretence *pretences;
    int pretence_count;
    char *none; /* the reason why there is none; NULL */
};

struct lesson {
    char path[256]; /* "" if it was not read from a file */
    char *source;   /* the whole text, as it was read; ends with NUL */
    size_t source_length;
    uint64_t revision; /* FNV-1a of the whole text: it changes with any edit */
    uint64_t
        skeleton; /* of the blocks without the texts: equal in translations */

    /* Front matter; NULL or 0 what is not there. */
    int format, minutes;
    char id[LESSON_NAME];
    char *title, *question, *after, *needs, *covers, *claims, *targets;
    char track;   /* 'A' .. 'F', 'X'; 0 */
    char lang[8]; /* "en" */
    char *author, *licence;

    struct lesson_block *blocks;
    int block_count;

    /* What was wrong with it, in the order of lines: lint says more. */
    struct lesson_fault *faults;
    int fault_count, fault_cap;
};

/* Something wrong, said as "FILE:LINE: Lnnn SENTENCE". */
struct lesson_fault {
    int line;
    int code; /* 101: see lesson/codes.h */
    char text[240];
};

/* Read @text (@length bytes, need not end with NUL) as the lesson of file
 * @path. What is wrong becomes faults; what can be understood is. 0 or -ENOMEM;
 * lesson_fini() in both cases. */
int lesson_parse(struct lesson *l, const char *path, const char *text,
                 size_t length);
/* The same from a file. -errno with a sentence: it cannot be read. */
int lesson_read(struct lesson *l, const char *path, struct err *err);
void lesson_fini(struct lesson *l); /* {0} is fine; leaves {0} */

void lesson_complain(struct lesson *l, int line, int code, const char *format,
                     ...) __attribute__((format(printf, 4, 5)));

/* The run, sweep, slow or sim block that is called @name, or has a line that
 * is; else the question; NULL. *@which, may be NULL: the line's place in it. */
const struct lesson_block *lesson_find(const struct lesson *l, const char *name,
                                       int *which);
/* Does the list of words @list (NULL: empty) have @word? */
bool lesson_lists(const char *list, const char *word);

/* @words with its {formulas} filled in from @facts, whole numbers. -ENODATA
 * and a sentence: a figure is missing; -EINVAL: not understood. */
int lesson_words(const char *words, const struct facts *facts, struct text *out,
                 struct err *err);

#endif
