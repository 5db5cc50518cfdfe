/* "timeslice doctor --class". Screen process. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <stdbool.h>

/* Which lessons this machine will leave inconclusive. Takes two seconds.
 * Returns the exit status. */
int cli_doctor_class(bool json);

#endif
