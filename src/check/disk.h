/* One case of the mini disk in an answer file: of "disk" (disk.c), and of the
 * disk model's file, which has some too (disk_model.c). The screen process. */
#ifndef CHECK_DISK_H
#define CHECK_DISK_H

#include "check/check.h"
#include "sim/platter.h"

struct disk_case {
    struct check_report *r;
    struct platter_setup setup;
    struct platter_request *requests;
    int32_t *late;
    struct platter_result result;
};
/* Read what @input says; the blocks' sizes are its member @degrees. false after
 * a sentence; disk_case_fini() it in both cases. */
bool disk_case_read(struct disk_case *d, struct check_report *r,
                    const json_t *input, const char *degrees);
bool disk_case_run(struct disk_case *d, enum sim_rules rules);
/* "expected" of it: service_order, per_request (with "waited", too), totals. */
json_t *disk_case_json(const struct disk_case *d);
void disk_case_fini(struct disk_case *d);

#endif
