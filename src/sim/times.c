/* Times as people write them: "4", "1.5s", "250us". */
#include <string.h>

#include "sim/jobs.h"
#include "sim/times.h"

#define DECIMALS_MOST 6

static const struct unit {
    const char *name;
    int64_t ns;
} units[] = {
    {"ms", 1000000}, /* the one that is meant when there is none */
    {"s", 1000000000},   {"us", 1000}, {"ns", 1},
    {"\xc2\xb5s", 1000}, /* µs, in both of Unicode's ways */
    {"\xce\xbcs", 1000},
};
enum { UNITS = sizeof(units) / sizeof(units[0]), UNITS_WRITTEN = 4 };

static const struct unit *find_unit(const char *name, size_t length)
{
    if (length == 0)
        return &units[0];
    for (int i = 0; i < UNITS; i++)
        if (strlen(units[i].name) == length &&
            memcmp(units[i].name, name, length) == 0)
            return &units[i];
    return NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits and at most one point: the number is *@digits / 10^*@decimals. */
static enum time_fault read_number(const char *text, size_t length, size_t *at,
                                   int64_t *digits, int *decimals)
{
    bool point = false, any = false, large = false;

    *digits = 0;
    *decimals = 0;
    for (; *at < length; ++*at) {
        char c = text[*at];

        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(c))
            break;
        any = true;
        if (point && ++*decimals > DECIMALS_MOST)
            return TIME_DECIMALS;
        /* Past it by ten times is past it with six decimals too. */
        if (*digits > INT64_MAX / 10 - 1)
            large = true;
        else
            *digits = *digits * 10 + (c - '0');
    }
    if (!any)
        return TIME_NONE;
    return large ? TIME_LARGE : TIME_OK;
}

enum time_fault time_read(const char *text, size_t length, int64_t *out)
{
    const struct unit *unit;
    int64_t digits, scale = 1, ns;
    size_t at = 0;
    int decimals;
    enum time_fault fault = read_number(text, length, &at, &digits, &decimals);

    if (fault == TIME_NONE || fault == TIME_DECIMALS)
        return fault;
    unit = find_unit(text + at, length - at);
    if (!unit)
        return text[at] == '.' ? TIME_NONE : TIME_UNIT;
    if (fault != TIME_OK)
        return fault;
    ns = unit->ns;
    for (; decimals > 0; decimals--) {
        if (ns > 1)
            ns /= 10; /* both are powers of ten: nothing overflows needlessly */
        else
            scale *= 10;
    }
    if (digits % scale)
        return TIME_FINE;
    if (__builtin_mul_overflow(digits / scale, ns, &ns) || ns > SIM_NS_MAX)
        return TIME_LARGE;
    *out = ns;
    return TIME_OK;
}

bool sim_read_ns(const char *text, size_t length, int64_t *out)
{
    return time_read(text, length, out) == TIME_OK;
}

const char *time_fault_why(enum time_fault fault)
{
    static const char *const why[] = {
        [TIME_OK] = "is a time",
        [TIME_NONE] = "is no time",
        [TIME_UNIT] = "has an unknown unit; there are ns, us, ms and s",
        [TIME_DECIMALS] = "has more than six decimals",
        [TIME_FINE] = "is not a whole number of nanoseconds",
        [TIME_LARGE] = "is longer than 104 days",
    };

    return why[fault];
}

/* ---- writing ------------------------------------------------------------- */

/* Room for the digits of any number, a point, a unit. */
enum { WRITTEN = 32 };

/* @ns in @unit, into @out; its length, or 0: that takes more than six decimals.
 * By hand: sets of a million jobs are written with it. */
static size_t in_unit(int64_t ns, const struct unit *unit, char out[WRITTEN])
{
    int64_t whole = ns / unit->ns, rest = ns % unit->ns, millionths;
    char digits[20];
    size_t count = 0, length = 0;

    do
        digits[count++] = (char)('0' + whole % 10);
    while (whole /= 10);
    while (count > 0)
        out[length++] = digits[--count];
    if (rest == 0)
        return length;
    millionths = rest * 1000000 / unit->ns;
    if (millionths * unit->ns != rest * 1000000)
        return 0;
    out[length++] = '.';
    for (int i = DECIMALS_MOST - 1; i >= 0; i--, millionths /= 10)
        out[length + (size_t)i] = (char)('0' + millionths % 10);
    length += DECIMALS_MOST;
    while (out[length - 1] == '0')
        length--;
    return length;
}

void sim_write_ns(int64_t ns, bool plain, struct text *out)
{
    char best[WRITTEN] = "", now[WRITTEN] = "";
    size_t least = WRITTEN;

    if (ns < 0) {
        text_add(out, "-");
        ns = ns == INT64_MIN ? INT64_MAX : -ns;
    }
    for (int i = 0; i < UNITS_WRITTEN; i++) {
        size_t length = in_unit(ns, &units[i], now), cost;

        if (length == 0)
            continue;
        if (i > 0 || !plain)
            for (const char *c = units[i].name; *c; c++)
                now[length++] = *c;
        /* "100ms" reads better than "0.1s". */
        cost = length + (i > 0 && now[0] == '0' && now[1] == '.' ? 2 : 0);
        if (cost < least) {
            least = cost;
            memcpy(best, now, length);
            best[length] = '\0';
        }
    }
    text_add(out, best);
}
