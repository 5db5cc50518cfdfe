/* The inputs of the command workload: one a line, from --inputs. Without that
 * setting the task's number is its input. Any process. */
#ifndef SPEC_INPUTS_H
#define SPEC_INPUTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "spec/spec.h"

struct inputs {
    char *text;   /* the file, its lines ended by NULs */
    char **lines; /* without empty ones */
    int64_t count;
};

/* Read all of @path. -EINVAL with a sentence when it cannot be read, is empty
 * or too large. inputs_fini() it. */
int inputs_read(struct inputs *in, const char *path, struct err *err);
void inputs_fini(struct inputs *in); /* {0} is fine */

/* Is there a program @name to be run, in PATH or at that path? -EINVAL with a
 * sentence if not. Its path is written to @path, unless that is NULL. */
int inputs_program(const char *name, char *path, size_t size, struct err *err);

/* The words of @spec's command, each {} replaced by @input and {#} by @number;
 * without any {} the input, if there are --inputs, is the last word. Under
 * --shell yes the words are "sh", "-c" and the line with the input in quotes.
 * NULL-terminated, in one block that the caller frees; NULL: out of memory. */
char **inputs_words(const struct spec *spec, const char *input, int64_t number);

#endif
