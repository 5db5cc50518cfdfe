/* Between the files of the simulator's report. */
#ifndef EXPORT_SIM_PARTS_H
#define EXPORT_SIM_PARTS_H

#include "export/page.h"
#include "sim/outcome.h"

/* In which unit a report gives its times: the same for all of them. */
struct sim_unit {
    const char *name;
    int64_t ns;
};
/* With two decimals always; "-" below 0. Returns @buf; 32 bytes are enough. */
char *sim_mean(char *buf, size_t size, double ns, const struct sim_unit *u);
/* Below each other, one policy a line (sim_compare.c). */
void sim_compare(struct page *p, const struct sim_outcome *o, int count,
                 const struct sim_unit *u);

#endif
