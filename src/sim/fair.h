/* Virtual time, for the fair policies: a job's clock runs slower the more it
 * weighs, so that those whose clocks agree have had what is due to them. Inside
 * sim/ only. */
#ifndef SIM_FAIR_H
#define SIM_FAIR_H

#include <stdint.h>

#define FAIR_UNIT 1024 /* the weight of nice 0: its virtual time is real */

/* No clock gets further than this, 73 years, so that their differences fit:
 * 2^60 ns of computing are 68 times as much for those who weigh least. */
#define FAIR_FAR (INT64_C(1) << 61)

static inline int64_t fair_bounded(__int128 ns)
{
    return ns > FAIR_FAR ? FAIR_FAR : ns < -FAIR_FAR ? -FAIR_FAR : (int64_t)ns;
}

/* A clock that was at @at, when it has got on by @ns. */
static inline int64_t fair_later(int64_t at, int64_t ns)
{
    return fair_bounded((__int128)at + ns);
}

/* How far the clock of one of weight @w gets in @ns of running. */
static inline int64_t fair_virtual(int64_t ns, int64_t w)
{
    return w == FAIR_UNIT ? ns : fair_bounded((__int128)ns * FAIR_UNIT / w);
}

/* How long one of weight @w runs until its clock has got on by at least @ns. */
static inline int64_t fair_real(int64_t ns, int64_t w)
{
    return w == FAIR_UNIT
               ? ns
               : fair_bounded(((__int128)ns * w + FAIR_UNIT - 1) / FAIR_UNIT);
}

#endif
