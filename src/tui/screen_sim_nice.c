/* How long a column of the simulator's window is. Screen process. */
#include "tui/screen_sim.h"

#define LEAST_COLUMN_NS 10

static const int lengths[] = {1000, 1250, 2000, 2500, 5000};
/* Beyond the longest time there is. */
#define DECADES 15
#define NICE ((int)(sizeof(lengths) / sizeof(lengths[0])))

/* Number @n of all nice lengths, from LEAST_COLUMN_NS on. */
static int64_t nice_number(int n)
{
    int64_t unit = LEAST_COLUMN_NS;

    for (int i = 0; i < n / NICE && i < DECADES - 1; i++)
        unit *= 10;
    return unit * lengths[n % NICE] / 1000;
}

int64_t simtui_nice_ns(int64_t ns)
{
    int n = 0;

    while (nice_number(n) < ns && n < DECADES * NICE - 1)
        n++;
    return nice_number(n);
}

int64_t simtui_nice_next(int64_t ns, int by)
{
    int n = 0;

    while (nice_number(n) < ns && n < DECADES * NICE - 1)
        n++;
    n += by;
    if (n >= DECADES * NICE)
        n = DECADES * NICE - 1;
    return nice_number(n < 0 ? 0 : n);
}
