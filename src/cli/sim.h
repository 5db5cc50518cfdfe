/* "timeslice sim" and its second words. Each gets the words from its own name
 * on, and returns the process's exit status. Screen process. */
#ifndef CLI_SIM_H
#define CLI_SIM_H

#include "cli/common.h"

int cli_sim_quiz(int argc, char **argv);   /* sim_quiz.c */
int cli_sim_disk(int argc, char **argv);   /* sim_disk.c */
int cli_sim_asm(int argc, char **argv);    /* sim_asm.c */
int cli_sim_kernel(int argc, char **argv); /* sim_kernel.c */

#endif
