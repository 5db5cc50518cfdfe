/* From a spec to the line that gives it again. Any process. */
#include "spec/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* @ns in a unit of 10^@digits ns, exactly, without needless zeros. */
static void add_time(struct text *out, int64_t ns, int digits)
{
    int64_t unit = 1, whole, part;
    char decimals[24];
    size_t len;

    for (int i = 0; i < digits; i++)
        unit *= 10;
    whole = ns / unit;
    part = ns % unit;
    text_addf(out, "%" PRId64, whole);
    if (part == 0)
        return;
    snprintf(decimals, sizeof(decimals), "%0*" PRId64, digits, part);
    len = strlen(decimals);
    while (decimals[len - 1] == '0')
        len--;
    text_addf(out, ".%.*s", (int)len, decimals);
}

/* The shortest decimal that reads back as @x. */
static void add_real(struct text *out, double x)
{
    char digits[40];

    for (int precision = 6; precision <= 17; precision++) {
        snprintf(digits, sizeof(digits), "%.*f", precision - 6, x);
        if (strtod(digits, NULL) == x)
            break;
    }
    text_add(out, digits);
}

/* "0,1" and "0-3,6". */
static void add_cpus(struct text *out, const cpu_set_t *cpus)
{
    const char *separator = "";

    for (size_t first = 0; first < CPU_SETSIZE; first++) {
        size_t last = first;

        if (!CPU_ISSET(first, cpus))
            continue;
        while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, cpus))
            last++;
        text_addf(out, "%s%zu", separator, first);
        if (last > first)
            text_addf(out, "%c%zu", last > first + 1 ? '-' : ',', last);
        separator = ",";
        first = last;
    }
}

static void add_phases(struct text *out, const struct spec *spec)
{
    for (int i = 0; i < spec->phase_count; i++) {
        text_addf(out, "%s%s:", i == 0 ? "" : ",",
                  spec_sync_words[spec->phases[i].sync]);
        add_time(out, spec->phases[i].duration_ns, 9);
    }
}

/* In the largest unit that leaves nothing over: "64k". */
static void add_size(struct text *out, int64_t bytes, const struct setting *s)
{
    static const char units[] = {'\0', 'k', 'M', 'G', '\0'};
    int unit = 0;

    if (bytes == 0 && s->min > 0) {
        text_add(out, s->fallback);
        return;
    }
    while (bytes != 0 && bytes % 1024 == 0 && units[unit + 1] != '\0') {
        bytes /= 1024;
        unit++;
    }
    text_addf(out, "%" PRId64, bytes);
    if (units[unit] != '\0')
        text_addf(out, "%c", units[unit]);
}

/* The count that means the fallback's word; none has if nought is a count. */
static int64_t stands_for(const struct setting *s)
{
    if (s - spec_settings == SET_SENTINELS)
        return -1;
    return s->min > 0 ? 0 : INT64_MIN;
}

void spec_format_setting(const struct spec *spec, const struct setting *s,
                         struct text *out)
{
    enum setting_id id = (enum setting_id)(s - spec_settings);
    const void *field = table_field(spec, s);

    switch (s->type) {
    case SETTING_COUNT:
        if (id == SET_TASKS && spec->tasks == 0) {
            text_add(out, "endless");
            return;
        }
        if (*(const int64_t *)field == stands_for(s)) {
            text_add(out, s->fallback);
            return;
        }
        text_addf(out, "%" PRId64, *(const int64_t *)field);
        return;
    case SETTING_WORKERS:
    case SETTING_CHUNK:
        if (*(const int64_t *)field == 0)
            text_add(out, s->fallback);
        else
            text_addf(out, "%" PRId64, *(const int64_t *)field);
        return;
    case SETTING_SECONDS:
        if (*(const int64_t *)field != 0)
            add_time(out, *(const int64_t *)field, 9);
        else if (s->min <= 0)
            text_add(out, "0");
        else if (id == SET_DURATION &&
                 (spec->tasks == 0 || table_given(spec, id)))
            text_add(out, "endless");
        else
            text_add(out, s->fallback);
        return;
    case SETTING_MS:
        if (*(const int64_t *)field != 0 || s->min <= 0)
            add_time(out, *(const int64_t *)field, 6);
        else
            text_add(out, s->fallback);
        return;
    case SETTING_SIZE:
        add_size(out, *(const int64_t *)field, s);
        return;
    case SETTING_TEXT:
        if (*(const char *)field != '\0')
            text_quote(out, field);
        else
            text_add(out, s->fallback);
        return;
    case SETTING_REAL:
        add_real(out, *(const double *)field);
        return;
    case SETTING_CHOICE:
        text_add(out, s->words[*(const unsigned *)field]);
        return;
    case SETTING_CPUS:
        if (spec->pinned)
            add_cpus(out, &spec->cpus);
        else
            text_add(out, s->fallback);
        return;
    case SETTING_PHASES:
        if (spec->phase_count > 0)
            add_phases(out, spec);
        else
            text_add(out, s->fallback);
        return;
    case SETTING_OBSERVER:
        text_add(out, s->words[*(const unsigned *)field]);
        if (spec->observer_duty_pct != 100)
            text_addf(out, ",duty=%d%%", spec->observer_duty_pct);
        return;
    }
}

void spec_format(const struct spec *spec, struct text *out)
{
    text_add(out, spec_workload_words[spec->workload]);
    for (int i = 0; i < SET_COUNT; i++) {
        const struct setting *s = &spec_settings[i];

        if (!table_given(spec, (enum setting_id)i))
            continue;
        text_addf(out, " --%s ", s->name);
        spec_format_setting(spec, s, out);
    }
    if (spec->command[0] != '\0')
        text_addf(out, " -- %s", spec->command);
}
