/* What other programs and the hypervisor used of the machine between two
 * moments, commands' programs and ourselves left out. Screen process, which
 * must have waited for all its children by then. */
#ifndef OBSERVE_NOISE_H
#define OBSERVE_NOISE_H

#include <stdbool.h>
#include <stdint.h>

struct noise {
    int64_t at_ns;
    int64_t busy_ns; /* all cores, stolen time too; -1: /proc/stat is not to be
                        read */
    int64_t own_ns;  /* this process and children that it waited for */
};

void noise_begin(struct noise *n);
/* Mean cores that others used since noise_begin(); /proc/stat counts hundredths
 * of a second a core. Below 0: not known. */
double noise_end(const struct noise *n);

#endif
