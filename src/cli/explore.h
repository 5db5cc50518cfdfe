/* What the commands about interleavings share. Screen process. */
#ifndef CLI_EXPLORE_H
#define CLI_EXPLORE_H

#include "cli/common.h"
#include "explore/explore.h"

/* A program and the machine it is for, as a command's words say. */
struct cli_program {
    struct program *program;
    char path[PATH_MAX]; /* where it was found */
    const char *which;   /* the case in that file; NULL */
    struct rules rules;
    struct schedule schedule; /* --schedule; empty when not given */
    uint64_t seed;            /* --seed, or 1 */
};
/* From .rest[0], --case, --tso, --granularity, --buffer, --keep-registers,
 * --schedule and --seed. -1, or an exit status after a sentence.
 * cli_program_fini() it in both cases. */
int cli_program_get(struct cli_program *c, const struct cli_words *w);
void cli_program_fini(struct cli_program *c);
/* Print @l, by family, a line each. */
struct library;
void cli_print_library(const struct library *l);
/* Print the programs of the library, and what to type to @verb one of them.
 * Returns the exit status. */
int cli_program_list(const char *verb);

/* Run @p for real and print what came of it, beside what @r says is possible
 * (--for, --executions, --seed, --json of @w). Returns the exit status. */
int cli_explore_real(const struct program *p, const struct explore_result *r,
                     const struct cli_words *w);

#endif
