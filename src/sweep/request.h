/* A sweep as it was asked for: one experiment over the values of one or two
 * settings. Plain data; one line of text, the same on the command line, in the
 * history and in a report:
 *
 *     primes --over model=threads,gil --over workers=1,2,4 --repeat 9 */
#ifndef SWEEP_REQUEST_H
#define SWEEP_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/machine.h"
#include "base/text.h"
#include "spec/metric.h"
#include "spec/spec.h"

#define SWEEP_VALUES 64
#define SWEEP_POINTS 256
#define SWEEP_VALUE_TEXT 40
#define SWEEP_REPEAT_MAX 100
#define SWEEP_REPEAT 5 /* unless asked otherwise */

/* LIST is values with commas between; 1-8 stands for all of them, 1-64x2 for
 * 1, 2, 4 .. 64. Where values have commas themselves semicolons separate: a
 * list with a ";" in it is cut there only, so that cpus=0;0,1 are two values,
 * cpus=0,1 two others, and cpus=0,1; is one. */
struct sweep_axis {
    char name[24]; /* a setting, "workers", or "workload" */
    int count;     /* 0: no such axis */
    bool numeric;  /* every value is a number: .number has them */
    char value[SWEEP_VALUES][SWEEP_VALUE_TEXT];
    double number[SWEEP_VALUES];
};

enum { SWEEP_ALONG, SWEEP_FAMILY, SWEEP_AXES };

struct sweep_request {
    struct spec base; /* not checked; .seed shuffles the order too */
    struct sweep_axis axis[SWEEP_AXES]; /* along x; a curve for each value */
    int repeat;                         /* runs of each point */
    bool automatic;                     /* finds the values of workers itself */
    int64_t budget_ns;  /* --auto: no new run after this long; 0: 60 s */
    enum metric metric; /* what is drawn; throughput_per_s */
};

/* Parse the words of a sweep: an experiment's, with --over SETTING=LIST (twice
 * at most), --repeat N, --auto, --budget SECONDS and --metric NAME among them.
 * The axis along x is workers if that is one of two, else the last that is
 * numeric, else the last. Without --over and --auto it is workers, 1 and
 * doubling up to four times the cores of @m. Words that begin with "--" alone
 * (a command) mean the workload command. -EINVAL and a sentence that names the
 * word and what would be right, also if a point cannot be (spec_check());
 * -EAGAIN as spec_check(). @m NULL: nothing is asked about the machine, nor of
 * inputs and programs; for a kept line, which has its values. */
int sweep_parse(struct sweep_request *r, int count, const char *const words[],
                const struct machine *m, struct err *err);
int sweep_parse_line(struct sweep_request *r, const char *line,
                     const struct machine *m, struct err *err);
/* The shortest line that gives it again. */
void sweep_format(const struct sweep_request *r, struct text *out);

#endif
