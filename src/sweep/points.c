/* The experiments that a request stands for, one for each combination of
 * values. Any process. */
#include <stdio.h>
#include <string.h>

#include "sweep/axis.h"

int sweep_spec(const struct sweep_request *r, const char *along,
               const char *family, struct spec *out, struct err *err)
{
    const char *values[SWEEP_AXES] = {along, family};
    int rc = 0;

    *out = r->base;
    /* The workload first: what is given stays only if it means something. */
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < SWEEP_AXES && rc == 0; i++) {
            bool workload = strcmp(r->axis[i].name, "workload") == 0;

            if (values[i] != NULL && workload == (pass == 0))
                rc = spec_set(out, r->axis[i].name, values[i], err);
        }
    }
    return rc;
}

/* Where along an axis, for a sentence: "at model=gil, workers=3: ". */
static int refuse_point(const struct sweep_request *r, const char *along,
                        const char *family, int rc, struct err *err)
{
    struct err why = *err;
    char where[2 * SWEEP_VALUE_TEXT + 64];
    int len = 0;

    if (family != NULL)
        len = snprintf(where, sizeof(where), "%s=%s, ",
                       r->axis[SWEEP_FAMILY].name, family);
    snprintf(where + len, sizeof(where) - (size_t)len, "%s=%s",
             r->axis[SWEEP_ALONG].name, along);
    return err_set(err, rc, "at %s: %.300s", where, why.text);
}

int sweep_check_point(const struct sweep_request *r, const char *along,
                      const char *family, const struct machine *m,
                      struct err *err)
{
    struct err why = {0};
    struct spec spec;
    int rc = sweep_spec(r, along, family, &spec, &why);

    if (rc == 0)
        rc = spec_check(&spec, m, &why);
    if (rc < 0 && err != NULL) {
        *err = why;
        return refuse_point(r, along, family, rc, err);
    }
    return rc;
}

int sweep_check_value(const struct sweep_request *r, const char *along,
                      const struct machine *m, struct err *err)
{
    const struct sweep_axis *family = &r->axis[SWEEP_FAMILY];
    int rc = 0;

    if (family->count == 0)
        return sweep_check_point(r, along, NULL, m, err);
    for (int i = 0; i < family->count && rc == 0; i++)
        rc = sweep_check_point(r, along, family->value[i], m, err);
    return rc;
}
