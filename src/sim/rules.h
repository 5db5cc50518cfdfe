/* The corner rules of the programs that come with "Operating Systems: Three
 * Easy Pieces" (Arpaci-Dusseau), one by one: what they do, what timeslice does
 * unless told otherwise, and why. Rules not listed hold in both. */
#ifndef SIM_RULES_H
#define SIM_RULES_H

struct sim_rule {
    const char *id;    /* "M1" */
    const char *about; /* "mlfq: the boost's order" */
    const char *ostep; /* what those programs do: a sentence */
    const char *own;   /* what timeslice does by default: a sentence */
    int differs;       /* 0: the same by default */
};
extern const struct sim_rule sim_rules_table[];  /* ends with .id NULL */
const struct sim_rule *sim_rule(const char *id); /* or NULL */

#endif
