/* The programs that come with timeslice: assets/races, and people's own.
 *
 * Each begins with comment lines that say what it is for; a line that begins
 * with none of these words goes on with the one before:
 *
 *     // lost-update: two threads, one increment each
 *     // teaches: an increment is a load and a store, and between them ...
 *     // expect: fails final
 *     // expect tso: ok
 *     // repair: make the final value 2 in every schedule, keeping both x++
 *
 * "expect:" (and "expect tso:" where it differs) is the verdict: "ok", or what
 * may happen: "fails" and the failures that are reachable; "stuck", caught
 * where nobody gets on; "livelock", looping for ever though everybody gets a
 * turn. "repair:" makes it an exercise. Any thread. */
#ifndef TSL_LIBRARY_H
#define TSL_LIBRARY_H

#include "tsl/program.h"

struct library_entry {
    char name[TSL_NAME]; /* of the file, without .tsl */
    char family[24];     /* its folder: "counters", "locks", ... */
    char *path;
    char *summary;             /* the first line after the name */
    char *teaches;             /* sentences, joined */
    char *expect, *expect_tso; /* NULL: not said */
    char *repair;              /* NULL: no exercise */
};
struct library {
    struct library_entry *entries; /* by family in their order, then name */
    int count;
};
/* Read the heads of all programs. 0; -ENOENT with a sentence: no folder. */
int library_read(struct library *l, struct err *err);
void library_fini(struct library *l);
/* Where the program @name is: a path as it stands if there is such a file, else
 * an entry of the library. -ENOENT with a sentence ("did you mean"). */
int library_find(const char *name, char *path, size_t size, struct err *err);
/* The heads of one file's text. 0 or -ENOMEM; library_entry_fini() it. */
int library_head(const char *text, struct library_entry *out);
void library_entry_fini(struct library_entry *e);

/* Is @mine a repair of the exercise @exercise: are its shared variables, its
 * threads, what it checks, excludes and observes still there? -EINVAL with a
 * sentence that says what was lost. */
int library_repairs(const struct program *exercise, const struct program *mine,
                    struct err *err);
/* Is a search with these rules a proof that @exercise is repaired? A step may
 * be no more than one access, since no machine does a whole statement at once,
 * and when the exercise's task names TSO there must be store buffers (which
 * include every schedule without). -EINVAL with a sentence that says what is
 * missing. */
int library_proves(const struct program *exercise, bool tso,
                   enum granularity granularity, struct err *err);

#endif
