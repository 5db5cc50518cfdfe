/* The whole machine's busy time, less our own. Screen process. */
#include "observe/noise.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/machine.h"

static int64_t usage_ns(int who)
{
    struct rusage use;

    if (getrusage(who, &use) < 0)
        return 0;
    return (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * NS_PER_S +
           (use.ru_utime.tv_usec + use.ru_stime.tv_usec) * NS_PER_US;
}

/* user nice system idle iowait irq softirq steal: all but idle and iowait. */
static int64_t busy_ns(void)
{
    char path[256];
    long long v[8];
    int64_t ticks;
    FILE *f;
    int got;

    snprintf(path, sizeof(path), "%s/proc/stat", machine_root);
    f = fopen(path, "re");
    if (!f)
        return -1;
    got = fscanf(f, "cpu %lld %lld %lld %lld %lld %lld %lld %lld", &v[0], &v[1],
                 &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]);
    fclose(f);
    if (got != 8)
        return -1;
    ticks = v[0] + v[1] + v[2] + v[5] + v[6] + v[7];
    return ticks * (NS_PER_S / sysconf(_SC_CLK_TCK));
}

void noise_begin(struct noise *n)
{
    n->at_ns = clock_now_ns();
    n->busy_ns = busy_ns();
    n->own_ns = usage_ns(RUSAGE_SELF) + usage_ns(RUSAGE_CHILDREN);
}

double noise_end(const struct noise *n)
{
    struct noise now;
    int64_t others;

    noise_begin(&now);
    if (n->busy_ns < 0 || now.busy_ns < 0 || now.at_ns <= n->at_ns)
        return -1;
    others = (now.busy_ns - n->busy_ns) - (now.own_ns - n->own_ns);
    return others < 0 ? 0 : (double)others / (double)(now.at_ns - n->at_ns);
}
