/* Answer files: recompute every case of one and name those that differ. One
 * table entry a format, each in a file of its own. The screen process. */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Cases of one kind. */
struct check_group {
    const char *name;     /* "movement" */
    const char *cases_of; /* "movement case": what one of them is */
    int cases, differ;    /* recomputed; of these, with another result */
    int left_out;
    const char *why;   /* left out; NULL: none was */
    char because[160]; /* room for .why, if it is no constant */
};
#define CHECK_GROUPS 16

/* One value that is not what it says. */
struct check_difference {
    char where[80];               /* the case: "movement silb-200-fcfs" */
    char what[48];                /* "order[3]" */
    char file[48], computed[200]; /* "": then .computed is a sentence */
};

struct check_report {
    const struct check_format *format;
    bool ostep; /* recompute under the corner rules of sim/rules.h */
    struct check_group groups[CHECK_GROUPS];
    int group_count;
    struct check_difference *differences;
    int difference_count, difference_cap;
    bool failed_alloc;
    /* The case at hand. */
    char where[80];
    bool case_differs;
};

struct check_format {
    const char *name;    /* what the file's "format" or "simulator" says */
    const char *summary; /* what is in it */
    void (*recompute)(const json_t *root, struct check_report *r);
};
extern const struct check_format check_disk_model;
extern const struct check_format check_scaling;
extern const struct check_format check_races;
/* Of simulators. */
extern const struct check_format check_scheduler, check_lottery, check_mlfq,
    check_multi, check_process_run, check_disk, check_interleave;
extern const struct check_format *const check_formats[]; /* ends with NULL */

/* Recompute @path. 0, also when something differs (check_failed()); -EINVAL or
 * the error of opening it with a sentence when there was nothing to recompute.
 * check_fini() it in both cases. */
int check_file(const char *path, struct check_report *r, struct err *err);
/* The same under the rules that simulators are asked to keep; @ostep: those of
 * the programs of a book (sim/rules.h). */
int check_file_under(const char *path, bool ostep, struct check_report *r,
                     struct err *err);
void check_fini(struct check_report *r);
bool check_failed(const struct check_report *r);

/* ---- for formats --------------------------------------------------------- */

/* The cases that follow are of this kind. */
struct check_group *check_begin_group(struct check_report *r, const char *name,
                                      const char *cases_of);
/* The array @root has under @name; absent it is no cases, anything else a
 * difference. */
const json_t *check_list(struct check_report *r, const json_t *root,
                         const char *name);
/* Case @c, the @i-th of its list from 0: called by its "id" or "name", else
 * "[3]". What in that would move a cursor is a "?". */
void check_begin_case(struct check_report *r, const json_t *c, size_t i);
void check_end_case(struct check_report *r);

/* As much of @from as fits, ending with a whole character (UTF-8): what stands
 * in a file may be anything. */
void check_copy(char *to, size_t size, const char *from);

/* The file and we do not agree on @what. */
void check_differ(struct check_report *r, const char *what, const char *file,
                  const char *computed);
/* @what is not as it should be, in a sentence. */
void check_say(struct check_report *r, const char *what, const char *sentence);
/* The same as check_differ() if they are further apart than @tolerance. */
void check_value(struct check_report *r, const char *what, double file,
                 double computed, double tolerance);
void check_count(struct check_report *r, const char *what, int64_t file,
                 int64_t computed);

/* Member @name of @from; a difference, and false, if it is not there, of
 * another kind or not within @least .. @most. */
bool check_get_number(struct check_report *r, const json_t *from,
                      const char *name, double least, double most, double *out);
bool check_get_count(struct check_report *r, const json_t *from,
                     const char *name, int64_t least, int64_t most,
                     int64_t *out);
const char *check_get_text(struct check_report *r, const json_t *from,
                           const char *name);
/* An array of up to @most members. */
const json_t *check_get_list(struct check_report *r, const json_t *from,
                             const char *name, size_t most);

/* Member @name of @from against what was computed. */
void check_member(struct check_report *r, const json_t *from, const char *name,
                  double computed, double tolerance);

#endif
