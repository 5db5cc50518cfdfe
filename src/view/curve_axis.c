/* The axes of a curve. Screen process, and whoever writes a report. */
#include "view/curve_axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* ---- ends -----------------------------------------------------------------
 */

/* Both ends the same would be no axis. */
static void keep_apart(struct curve_axis *a)
{
    if (a->high > a->low)
        return;
    if (a->log) {
        a->low /= 2;
        a->high *= 2;
    } else {
        a->low -= 1;
        a->high += 1;
    }
}

void curve_axis_span(struct curve_axis *a, double least, double most, bool log,
                     int cells)
{
    *a = (struct curve_axis){
        .low = least,
        .high = most,
        .log = log && least > 0,
        .cells = cells < 1 ? 1 : cells,
    };
    keep_apart(a);
}

/* The steps that people count in. */
static const double firsts[] = {1, 2, 5, 10};

/* The largest of 1, 2, 5, 10, 20, ... that is not above @x > 0. */
static double round_below(double x)
{
    double ten = pow(10, floor(log10(x) + 1e-12));

    for (int i = 2; i >= 0; i--)
        if (firsts[i] * ten <= x * (1 + 1e-12))
            return firsts[i] * ten;
    return ten;
}

static double round_above(double x)
{
    double ten = pow(10, floor(log10(x) - 1e-12));

    for (int i = 0; i < 4; i++)
        if (firsts[i] * ten >= x * (1 - 1e-12))
            return firsts[i] * ten;
    return 10 * ten;
}

/* A round step of which at most @parts make up @span. */
static double step_of(double span, int parts)
{
    return round_above(span / (parts < 1 ? 1 : parts));
}

void curve_axis_round(struct curve_axis *a, double least, double most, bool log,
                      int cells, int gap)
{
    double step;

    curve_axis_span(a, least, most, log, cells);
    if (a->log) {
        a->low = round_below(a->low);
        a->high = round_above(a->high);
        keep_apart(a);
        return;
    }
    a->low = least < 0 ? least : 0;
    a->high = most > 0 ? most : 0;
    if (a->high <= a->low)
        a->high = a->low + 1;
    step = step_of(a->high - a->low, (a->cells - 1) / (gap < 1 ? 1 : gap));
    a->low = floor(a->low / step + 1e-9) * step;
    a->high = ceil(a->high / step - 1e-9) * step;
}

/* ---- places ---------------------------------------------------------------
 */

double curve_axis_at(const struct curve_axis *a, double value)
{
    double share;

    if (!a->log)
        share = (value - a->low) / (a->high - a->low);
    else if (value > 0)
        share = log(value / a->low) / log(a->high / a->low);
    else
        share = -1;
    return share * (a->cells - 1);
}

double curve_axis_value(const struct curve_axis *a, double at)
{
    double share = a->cells > 1 ? at / (a->cells - 1) : 0;

    return a->log ? a->low * pow(a->high / a->low, share)
                  : a->low + (a->high - a->low) * share;
}

/* ---- ticks ----------------------------------------------------------------
 */

static int ticks_linear(const struct curve_axis *a, int parts,
                        double out[CURVE_TICKS])
{
    double step = step_of(a->high - a->low, parts);
    double first = ceil(a->low / step - 1e-9);
    int count = 0;

    while (count < CURVE_TICKS &&
           (first + count) * step <= a->high + step * 1e-9) {
        double v = (first + count) * step;

        out[count++] = fabs(v) < step * 1e-9 ? 0 : v;
    }
    return count;
}

/* Every @decades-th power of ten, or (0) 1, 2 and 5 of each. */
static int ticks_decades(const struct curve_axis *a, int decades,
                         double out[CURVE_TICKS])
{
    int from = (int)floor(log10(a->low)), count = 0;

    for (int n = from; n <= (int)ceil(log10(a->high)); n++)
        for (int i = 0; i < 3; i++) {
            double v = firsts[i] * pow(10, n);

            if (v < a->low * (1 - 1e-9) || v > a->high * (1 + 1e-9) ||
                (decades > 0 && (i > 0 || n % decades != 0)) ||
                count == CURVE_TICKS)
                continue;
            out[count++] = v;
        }
    return count;
}

static bool ticks_apart(const struct curve_axis *a, int gap,
                        const double out[CURVE_TICKS], int count)
{
    for (int i = 1; i < count; i++)
        if (curve_axis_at(a, out[i]) - curve_axis_at(a, out[i - 1]) < gap - .01)
            return false;
    return count > 0;
}

int curve_axis_ticks(const struct curve_axis *a, int gap,
                     double out[CURVE_TICKS])
{
    int parts = (a->cells - 1) / (gap < 1 ? 1 : gap), count;

    if (!a->log)
        return ticks_linear(
            a, parts > CURVE_TICKS - 1 ? CURVE_TICKS - 1 : parts, out);
    for (int decades = 0; decades < CURVE_TICKS; decades++) {
        count = ticks_decades(a, decades, out);
        if (count < CURVE_TICKS && ticks_apart(a, gap, out, count))
            return count;
    }
    out[0] = a->low;
    return 1;
}

/* ---- numbers --------------------------------------------------------------
 */

char *curve_number(char *buf, size_t size, double value, double most,
                   double step)
{
    static const char *const units[] = {"", " k", " M", " G", " T"};
    double scale = 1, shown;
    int unit = 0, decimals = 0;

    if (step <= 0) {
        most = value;
        step = fabs(value) > 0 ? round_below(fabs(value)) : 1;
    }
    /* Four digits are read as easily as "1.5 k". */
    while (fabs(most) >= 9999.5 && fabs(most) / scale >= 999.5 && unit < 4) {
        scale *= 1000;
        unit++;
    }
    shown = value / scale;
    while (decimals < 6 && fabs(step / scale * pow(10, decimals) -
                                round(step / scale * pow(10, decimals))) > 1e-6)
        decimals++;
    if (unit == 0 && decimals == 0)
        return text_count(buf, size, (long long)llround(shown));
    snprintf(buf, size, "%.*f%s", decimals, shown,
             value == 0 ? "" : units[unit]);
    if (value == 0)
        snprintf(buf, size, "0");
    return buf;
}
