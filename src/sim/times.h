/* Times as people write them, and what may be wrong with one. Pure. */
#ifndef SIM_TIMES_H
#define SIM_TIMES_H

#include <stddef.h>
#include <stdint.h>

enum time_fault {
    TIME_OK,
    TIME_NONE,     /* that is no number */
    TIME_UNIT,     /* a unit nobody knows */
    TIME_DECIMALS, /* too many */
    TIME_FINE,     /* parts of a nanosecond */
    TIME_LARGE     /* beyond SIM_NS_MAX */
};
/* sim_read_ns(), but says what is wrong. *@out is set only when it is fine. */
enum time_fault time_read(const char *text, size_t length, int64_t *out);
/* "has more than six decimals": what comes after the word in a sentence. */
const char *time_fault_why(enum time_fault fault);

#endif
