/* Shortest job first: of those that could run, the one with the least computing
 * left; it keeps its CPU until it waits or ends. Nobody who never interrupts
 * makes the others wait less on average, but it has to know the lengths
 * beforehand, and a long job may wait for ever while short ones keep coming. */
#include "sim/policy.h"

/* The length that counts is the one at the moment of joining: those that wait
 * do not compute, so it does not change until they run. */
static void sjf_enqueue(struct runqueue *q, struct task *t,
                        enum enqueue_why why)
{
    (void)why;
    t->key = t->work_left_ns;
    ordered_insert(&q->tree, t);
}

static void sjf_explain(struct runqueue *q, const struct task *t,
                        struct text *out)
{
    const struct task *second = ordered_first(&q->tree);

    if (second == t)
        second = ordered_next(t);
    if (!second) {
        text_add(out, "nobody else could run");
        return;
    }
    text_add(out, "it is the shortest, with ");
    sim_say_ns(t->key, out);
    text_addf(out, " to do (%s has ", sim_name(q, second));
    if (second->key == t->key) {
        text_add(out, "as much, but a higher number)");
        return;
    }
    sim_say_ns(second->key, out);
    text_add(out, ")");
}

static void sjf_place(struct runqueue *q, const struct task *t,
                      struct text *out)
{
    (void)q;
    sim_say_ns(t->work_left_ns, out);
    text_add(out, " to do");
}

const struct sim_policy policy_sjf = {
    .name = "sjf",
    .summary = "shortest job first: until it waits or ends",
    .source = "Silberschatz, Galvin and Gagne, Operating System Concepts, "
              "CPU scheduling: shortest-job-first",
    .tie = "Of equally long jobs the one with the lower number goes first.",
    .enqueue = sjf_enqueue,
    .first = sim_first_by_key,
    .next = sim_next_by_key,
    .remove = sim_leave_by_key,
    .slice_ns = sim_no_slice,
    .explain = sjf_explain,
    .place = sjf_place,
};
