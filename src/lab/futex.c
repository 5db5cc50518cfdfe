/* Who hears of wake-ups beside the kernel. In the lab. */
#include "lab/futex.h"

bool (*futex_heard)(_Atomic uint32_t *word, int count);
