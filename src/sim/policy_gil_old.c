/* The global lock of CPython up to 3.1, as a policy over threads: only the one
 * that holds the lock computes.
 *
 * Every `check` (100 instructions: some microseconds) the holder lets go and
 * takes the lock again at once. Nobody sees to it that another gets it:
 *
 * On one core the woken waiter cannot run before the holder has taken the lock
 * again. It gets it when the system takes the core from the holder, at the end
 * of a slice, at the next check after that.
 *
 * On several cores each letting go wakes a waiter on another core, which
 * arrives `wake` later. Mostly it finds the lock taken and sleeps again, to be
 * woken by the next letting go: thousands of wake-ups in vain a second. It gets
 * the lock if it happens to arrive while that is free. Here that is drawn by
 * the seed, with the chance check / (check + wake).
 *
 * A model of who computes when, not of how fast: that all these wake-ups cost
 * the holder about half its speed on two cores is not in it (with CPython 2.7
 * two threads did 0.53 of what one does), nor is what the system's own
 * priorities do for a thread back from a device. */
#include "base/random.h"
#include "sim/policy.h"

#define TRIES_MOST 100000 /* then it has it; the chance is next to nothing */

static void gil_old_enqueue(struct runqueue *q, struct task *t,
                            enum enqueue_why why)
{
    (void)why;
    list_append(&q->list[0], t);
}

static int64_t round_up(int64_t ns, int64_t to)
{
    return (ns + to - 1) / to * to;
}

/* With the chance @a / (@a + @b). */
static bool lucky(uint64_t *random, int64_t a, int64_t b)
{
    while (a + b > UINT32_MAX) {
        a /= 2;
        b /= 2;
    }
    return random_below(random, (uint32_t)(a + b)) < (uint32_t)a;
}

static int64_t gil_old_slice_ns(struct runqueue *q, struct task *t)
{
    const struct sim_setup *s = q->setup;
    int64_t check = s->check_ns > 0 ? s->check_ns : 1, arrives;

    (void)t;
    if (q->count == 0)
        return INT64_MAX;
    if (s->cpus == 1)
        return round_up(s->slice_ns, check);
    arrives = check + s->wake_ns;
    for (int i = 0; i < TRIES_MOST && !lucky(&q->random, check, s->wake_ns);
         i++)
        arrives += s->wake_ns > 0 ? round_up(s->wake_ns, check) : check;
    return arrives;
}

static void gil_old_explain(struct runqueue *q, const struct task *t,
                            struct text *out)
{
    (void)t;
    if (q->count == 1)
        text_add(out, "nobody else wants the lock");
    else
        text_add(out, "it was there when the lock was free");
}

const struct sim_policy policy_gil_old = {
    .name = "gil-old",
    .summary = "Python's global lock up to 3.1: let go, take again",
    .source = "CPython 2.7, Python/ceval.c; D. Beazley, Inside the Python GIL, "
              "Chicago Python user group, 2009",
    .tie = "Of threads that want the lock at the same instant the one with the "
           "lower number is first in line.",
    .central = true,
    .most_running = 1,
    .waits = WAIT_GIL,
    .reslice = true,
    .enqueue = gil_old_enqueue,
    .first = sim_first_in_line,
    .next = sim_next_in_line,
    .remove = sim_leave_line,
    .slice_ns = gil_old_slice_ns,
    .explain = gil_old_explain,
};
