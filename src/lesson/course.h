/* All lessons: where they lie, in which order, which come before which. Any
 * process; reads files. */
#ifndef LESSON_COURSE_H
#define LESSON_COURSE_H

#include <stdbool.h>

#include "base/err.h"
#include "lesson/lesson.h"
#include "lesson/progress.h"

struct course_lesson {
    char id[LESSON_NAME];
    int number; /* as on screens: 1 ..; own lessons go on from there */
    char track; /* 'A' ..; 'O': own */
    bool extension;
    bool own; /* of the user, not timeslice's */
    char path[512];
    struct lesson lesson;  /* parsed, in the language asked for if there is a
                              translation; may have faults */
    char languages[64];    /* there are translations: "fr de"; "" */
    uint64_t revisions[8]; /* of all its languages */
    int revision_count;
    char *searched; /* all that a search looks through, line by line */
};
struct course_track {
    char letter;
    char title[64];
};
struct course {
    struct course_track tracks[12];
    int track_count;
    struct course_lesson *lessons;
    int count;
};

/* All lessons: those of $TIMESLICE_LESSON_PATH and of the user first (they may
 * take a name over), then those installed, or of the source tree. @lang "": as
 * LANGUAGE, LC_ALL, LC_MESSAGES, LANG say. -errno with a sentence: there are
 * none, or course.txt is wrong. course_fini() in any case. */
int course_read(struct course *c, const char *lang, struct err *err);
/* Only those of @folder, by its course.txt: a course of one's own, or a test's.
 */
int course_read_from(struct course *c, const char *folder, const char *lang,
                     struct err *err);
/* One by id, number ("7", "07") or path to a file, which is added as an own
 * one; that may move the others. NULL with a sentence ("did you mean"). */
struct course_lesson *course_find(struct course *c, const char *word,
                                  struct err *err);
void course_fini(struct course *c);

/* The folder that COVERAGE.md, topics.tsv and course.txt lie in; -ENOENT. */
int course_folder(char *out, size_t size, struct err *err);

/* Lessons with every word of @search in title, question, id, names of their
 * topics, or targets, whatever the case: their indices, at most @most. */
int course_search(const struct course *c, const char *search, int *out,
                  int most);

/* How a lesson stands. */
enum course_state {
    COURSE_NEW,
    COURSE_BEGUN,
    COURSE_DONE,
    COURSE_OLD,     /* done in an older version */
    COURSE_SKIPPED, /* the explanation was read without the run */
    COURSE_LATER    /* new, and lessons that should come before are not done */
};
enum course_state course_state(const struct course *c, int index,
                               const struct progress *p);
/* The first that is not done, in order, what it needs being done; -1: all are.
 */
int course_next(const struct course *c, const struct progress *p);

/* ---- coverage -------------------------------------------------------------
 */

/* lessons/COVERAGE.md: topics x lessons and claims x lessons. *@missing: must
 * topics and claims without a lesson. -errno with a sentence. */
int coverage_write(const struct course *c, struct text *out, int *missing,
                   struct err *err);

#endif
