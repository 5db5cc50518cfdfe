/* What is done with an input: read it, and if it is a program, everything that
 * a person could do with it. In the child. */
#ifndef TESTS_FUZZ_EXERCISE_H
#define TESTS_FUZZ_EXERCISE_H

#include <stddef.h>
#include <stdint.h>

/* What is being done, for who looks on from outside: "parse", "walk", ... */
extern char *exercise_stage; /* of EXERCISE_STAGE bytes; set before the first */
enum { EXERCISE_STAGE = 32, EXERCISE_COMPLAINT = 2000 };

/* What came of an input. */
enum exercised {
    EXERCISED_REFUSED, /* with a proper sentence */
    EXERCISED_RUN,  /* it is a program, a job file, a lesson without faults */
    EXERCISED_WRONG /* something that must hold does not: @complaint says */
};
/* @text is @length bytes and a NUL. @seed decides what is done with it. */
enum exercised exercise(const char *text, size_t length, uint64_t seed,
                        char complaint[EXERCISE_COMPLAINT]);
/* The same for a job file: read, written, simulated on some machines. */
enum exercised exercise_jobs(const char *text, size_t length, uint64_t seed,
                             char complaint[EXERCISE_COMPLAINT]);
/* The same for a lesson: read, linted, laid out; nothing is run. */
enum exercised exercise_lesson(const char *text, size_t length, uint64_t seed,
                               char complaint[EXERCISE_COMPLAINT]);

#endif
