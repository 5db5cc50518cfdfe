/* Random schedules: at every point each possible action is as likely. For
 * programs that have too many states to see them all. One thread. */
#include <errno.h>
#include <math.h>

#include "explore/explore.h"

/* One after the other. */
struct sampler {
    const struct stepper *machine;
    const _Atomic bool *cancel;
    struct state start, now;
    unsigned start_failures;
    bool start_broken;   /* ended in a fault before the first choice */
    struct schedule way; /* of the schedule under way, from .start on */
    uint64_t random;
};

/* ---- one schedule -------------------------------------------------------- */

static unsigned ending(const struct sampler *s)
{
    switch (state_finish(s->machine, &s->now)) {
    case FINISH_CHECK:
        return 1u << FAILURE_FINAL;
    case FINISH_DEADLOCK:
        return 1u << FAILURE_DEADLOCK;
    default:
        return 0;
    }
}

/* Run one to its end. Its failures into *@failures, and how long its way was
 * when each of them was seen into @seen. 0; 1: cut off; -ENOMEM, -ECANCELED. */
static int run_one(struct sampler *s, unsigned *failures,
                   int seen[FAILURE_COUNT])
{
    int rc = state_copy(&s->now, &s->start, s->machine);
    unsigned bits = s->start_failures;

    *failures = 0;
    s->way.count = 0;
    for (bool over = s->start_broken; rc == 0;) {
        int action = over ? -1 : state_draw(s->machine, &s->now, &s->random);
        struct done done;

        if (action < 0 && !over)
            bits |= ending(s);
        for (int k = 0; k < FAILURE_COUNT; k++)
            if ((bits & ~*failures) >> k & 1)
                seen[k] = s->way.count;
        *failures |= bits;
        if (action < 0)
            return 0;
        if (s->way.count >= SAMPLE_STEPS)
            return 1;
        rc = schedule_add(&s->way, action);
        state_step(s->machine, &s->now, action, &done);
        bits = done_failures(&done);
        over = done.event.fault != FAULT_NONE;
        if (s->way.count % 1024 == 0 && s->cancel && *s->cancel)
            return -ECANCELED;
    }
    return rc;
}

/* ---- all of them --------------------------------------------------------- */

/* Wilson's interval of a share, 95 % (E. B. Wilson, "Probable inference, the
 * law of succession, and statistical inference", JASA 1927). */
static void wilson(int64_t hits, int64_t n, double *low, double *high)
{
    const double z = 1.959963984540054;
    double share, middle, half, below;

    *low = 0;
    *high = 1;
    if (n == 0)
        return;
    share = (double)hits / (double)n;
    below = 1 + z * z / (double)n;
    middle = (share + z * z / (2 * (double)n)) / below;
    half = z / below *
           sqrt(share * (1 - share) / (double)n +
                z * z / (4 * (double)n * (double)n));
    *low = hits == 0 ? 0 : fmax(0, middle - half);
    *high = hits == n ? 1 : fmin(1, middle + half);
}

/* Keep the first @length actions of the way, if that is shorter than what is
 * kept. */
static int keep_witness(struct schedule *kept, const struct schedule *way,
                        int length, bool first)
{
    if (!first && kept->count <= length)
        return 0;
    kept->count = 0;
    for (int i = 0; i < length; i++)
        if (schedule_add(kept, way->actions[i]) < 0)
            return -ENOMEM;
    return 0;
}

static int take(struct sampler *s, struct sampled *out)
{
    int seen[FAILURE_COUNT] = {0}, rc;
    unsigned failures;

    rc = run_one(s, &failures, seen);
    if (rc < 0)
        return rc;
    out->schedules++;
    out->endless += rc == 1;
    out->any += failures != 0;
    for (int k = 0; k < FAILURE_COUNT; k++) {
        if (!(failures >> k & 1))
            continue;
        rc = keep_witness(&out->witness[k], &s->way, seen[k],
                          out->failing[k] == 0);
        if (rc < 0)
            return rc;
        out->failing[k]++;
    }
    return 0;
}

/* Do what all schedules have in common. */
static int begin(struct sampler *s, const struct schedule *from,
                 struct err *err)
{
    const struct program *p = s->machine->program;
    struct event event;
    struct done done;
    int rc = state_init(&s->start, s->machine, &event, &s->start_failures);

    s->start_broken = rc == 0 && event.fault != FAULT_NONE;
    for (int i = 0; rc == 0 && from && i < from->count; i++) {
        if (s->start_broken ||
            !state_may(s->machine, &s->start, from->actions[i])) {
            char name[TSL_NAME + 8];

            action_name(p, from->actions[i], name, sizeof(name));
            return err_set(err, -EINVAL,
                           "step %d of the schedule (%s) cannot be done", i + 1,
                           name);
        }
        state_step(s->machine, &s->start, from->actions[i], &done);
        s->start_failures = 0; /* what lies behind is not asked about */
        s->start_broken = done.event.fault != FAULT_NONE;
        if (s->start_broken)
            s->start_failures = 1u << FAILURE_FAULT;
    }
    return rc < 0 ? err_set(err, rc, "no memory for random schedules") : 0;
}

int explore_sample(const struct stepper *m, const struct schedule *from,
                   int64_t schedules, uint64_t seed, const _Atomic bool *cancel,
                   struct sampled *out, struct err *err)
{
    struct sampler s = {.machine = m, .cancel = cancel, .random = seed};
    int rc;

    *out = (struct sampled){.high = 1};
    rc = begin(&s, from, err);
    while (rc == 0 && out->schedules < schedules &&
           out->endless < SAMPLE_ENDLESS) {
        rc = cancel && *cancel ? -ECANCELED : take(&s, out);
        if (rc == -ENOMEM)
            err_set(err, rc, "no memory for random schedules");
        else if (rc == -ECANCELED)
            err_set(err, rc, "interrupted");
    }
    wilson(out->any, out->schedules, &out->low, &out->high);
    state_fini(&s.start);
    state_fini(&s.now);
    schedule_fini(&s.way);
    return rc;
}

void sampled_fini(struct sampled *s)
{
    for (int k = 0; k < FAILURE_COUNT; k++)
        schedule_fini(&s->witness[k]);
    *s = (struct sampled){0};
}
