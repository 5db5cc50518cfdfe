/* Answer files of simulator "disk": the mini disk of three tracks. The screen
 * process. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "check/cases.h"
#include "check/disk.h"

#define BLOCK_MOST 1000000 /* what stands in a file; the disk has fewer */

/* ---- input --------------------------------------------------------------- */

/* As in enum platter_policy; those of RULES_OSTEP come first. */
static const char *const policy_words[] = {
    "FIFO", "SSTF", "SATF", "BSATF", "SCAN", "C-SCAN", "LOOK", "C-LOOK", NULL};

/* A speed, in thousandths. */
static bool read_speed(struct check_report *r, const json_t *input,
                       const char *name, int *milli)
{
    const json_t *value = json_object_get(input, name);
    double exact = json_number_value(value) * 1000;

    if (!value)
        return true;
    if (json_is_number(value) && exact > 0.5 && exact < PLATTER_SPEED + 0.5 &&
        fabs(exact - round(exact)) < 1e-6) {
        *milli = (int)lround(exact);
        return true;
    }
    cases_say(r, name,
              "\"%s\" should be a number from 0.001 to 1000 with at most three "
              "decimals",
              name);
    return false;
}

static bool read_degrees(struct check_report *r, const json_t *input,
                         const char *name, struct platter_setup *s)
{
    const json_t *list = json_object_get(input, name);

    if (!list)
        return true;
    for (size_t i = 0; i < PLATTER_TRACKS; i++) {
        const json_t *one = json_array_get(list, i);
        json_int_t degrees = json_integer_value(one);

        if (!json_is_integer(one) || degrees < 2 || degrees > 360 ||
            json_array_size(list) != PLATTER_TRACKS) {
            cases_say(r, name,
                      "\"%s\" should be three whole numbers from 2 to 360, of "
                      "the outer track first",
                      name);
            return false;
        }
        s->degrees[i] = (int)degrees;
    }
    return true;
}

static bool read_block(struct check_report *r, const json_t *list, size_t i,
                       const char *name, int32_t *block)
{
    const json_t *one = json_array_get(list, i);
    json_int_t n = json_integer_value(one);
    char what[40];

    snprintf(what, sizeof(what), "%s[%zu]", name, i);
    if (json_is_integer(one) && n >= 0 && n <= BLOCK_MOST) {
        *block = (int32_t)n;
        return true;
    }
    cases_say(r, what, "\"%s\" should be the number of a block", what);
    return false;
}

static bool read_requests(struct disk_case *d, struct check_report *r,
                          const json_t *input)
{
    const json_t *list =
        cases_list(r, input, "", "requests", 1, PLATTER_REQUESTS);
    const json_t *late = NULL;

    if (!list)
        return false;
    if (json_object_get(input, "late_requests")) {
        late = cases_list(r, input, "", "late_requests", 0, PLATTER_REQUESTS);
        if (!late)
            return false;
    }
    d->setup.count = (int)json_array_size(list);
    d->setup.late_count = (int)json_array_size(late);
    d->requests = calloc((size_t)d->setup.count, sizeof(*d->requests));
    d->late = calloc((size_t)d->setup.late_count + 1, sizeof(*d->late));
    if (!d->requests || !d->late) {
        r->failed_alloc = true;
        return false;
    }
    d->setup.requests = d->requests;
    d->setup.late = d->late;
    for (int i = 0; i < d->setup.count; i++)
        if (!read_block(r, list, (size_t)i, "requests", &d->requests[i].block))
            return false;
    for (int i = 0; i < d->setup.late_count; i++)
        if (!read_block(r, late, (size_t)i, "late_requests", &d->late[i]))
            return false;
    return true;
}

bool disk_case_read(struct disk_case *d, struct check_report *r,
                    const json_t *input, const char *degrees)
{
    int64_t skew = 0, window = -1;
    int policy = 0;

    *d = (struct disk_case){.r = r};
    platter_defaults(&d->setup);
    if (!cases_word(r, input, "", "policy", true, policy_words, &policy) ||
        !cases_count(r, input, "", "skew_blocks", false, 0, 360, &skew) ||
        !cases_count(r, input, "", "window", false, -1, PLATTER_REQUESTS,
                     &window) ||
        !read_speed(r, input, "seek_speed", &d->setup.seek_milli) ||
        !read_speed(r, input, "rotation_speed", &d->setup.rotate_milli) ||
        !read_degrees(r, input, degrees, &d->setup))
        return false;
    d->setup.policy = (enum platter_policy)policy;
    d->setup.skew = (int)skew;
    d->setup.window = (int)window;
    return read_requests(d, r, input);
}

bool disk_case_run(struct disk_case *d, enum sim_rules rules)
{
    struct err err = {0};
    int rc;

    d->setup.rules = rules;
    rc = platter_run(&d->setup, &d->result, &err);
    if (rc == -ENOMEM)
        d->r->failed_alloc = true;
    else if (rc < 0)
        check_say(d->r, "input", err.text);
    return rc == 0;
}

void disk_case_fini(struct disk_case *d)
{
    platter_fini(&d->result);
    free(d->requests);
    free(d->late);
    *d = (struct disk_case){0};
}

/* ---- what came out ------------------------------------------------------- */

/* In ticks; whole where it is. */
static json_t *ticks(const struct disk_case *d, int64_t units)
{
    if (units % d->result.per_tick == 0)
        return json_integer(units / d->result.per_tick);
    return json_real(platter_ticks(&d->result, units));
}

static json_t *times(const struct disk_case *d, int64_t seek, int64_t rotate,
                     int64_t transfer)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "seek", ticks(d, seek), "rotate",
                     ticks(d, rotate), "transfer", ticks(d, transfer), "total",
                     ticks(d, seek + rotate + transfer));
}

json_t *disk_case_json(const struct disk_case *d)
{
    const struct platter_result *r = &d->result;
    json_t *order = json_array(), *each = json_array();

    for (int i = 0; i < r->count; i++) {
        const struct platter_service *s = &r->services[i];
        json_t *one = times(d, s->seek, s->rotate, s->transfer);

        json_object_set_new(one, "block", json_integer(s->block));
        json_object_set_new(one, "waited", ticks(d, s->chosen - s->arrived));
        json_array_append_new(order, json_integer(s->block));
        json_array_append_new(each, one);
    }
    return json_pack("{s:o, s:o, s:o}", "service_order", order, "per_request",
                     each, "totals", times(d, r->seek, r->rotate, r->transfer));
}

/* ---- the format ---------------------------------------------------------- */

static json_t *compute(struct check_report *r, const json_t *input)
{
    static const char *const known[] = {
        "requests",       "policy", "degrees_per_block", "skew_blocks",
        "seek_speed",     "window", "late_requests",     "note",
        "rotation_speed", NULL};
    struct disk_case d;
    json_t *out = NULL;

    cases_say_unknown(r, "input", input, known);
    if (disk_case_read(&d, r, input, "degrees_per_block") &&
        disk_case_run(&d, r->ostep ? RULES_OSTEP : RULES_OWN))
        out = disk_case_json(&d);
    disk_case_fini(&d);
    return out;
}

static void recompute(const json_t *root, struct check_report *r)
{
    static const struct cases_kind kind = {"disk", "mini-disk case", compute};

    cases_recompute(root, r, &kind);
}

const struct check_format check_disk = {
    .name = "disk",
    .summary = "requests to a mini disk of three tracks",
    .recompute = recompute,
};
