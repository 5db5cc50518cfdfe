/* The table of policies, and what they share. */
#include <string.h>

#include "sim/policy.h"
#include "sim/sim.h"

const struct sim_policy *const sim_policies[] = {
    &policy_fifo,  &policy_sjf,     &policy_stcf,
    &policy_rr,    &policy_steal,   &policy_priority,
    &policy_mlfq,  &policy_lottery, &policy_stride,
    &policy_cfs,   &policy_eevdf,   &policy_rt_fifo,
    &policy_rt_rr, &policy_edf,     &policy_gang,
    &policy_gil,   &policy_gil_old, NULL,
};

const struct sim_policy *sim_policy(const char *name, size_t length)
{
    for (int i = 0; sim_policies[i]; i++)
        if (strlen(sim_policies[i]->name) == length &&
            memcmp(sim_policies[i]->name, name, length) == 0)
            return sim_policies[i];
    return NULL;
}

const char *sim_policy_nearest(const char *name)
{
    const char *words[64] = {0};

    for (int i = 0; sim_policies[i]; i++)
        words[i] = sim_policies[i]->name;
    return text_nearest(name, words);
}

/* ---- what many of them do ------------------------------------------------ */

struct task *sim_first_in_line(struct runqueue *q)
{
    return q->list[0].head;
}

struct task *sim_next_in_line(struct runqueue *q, struct task *t)
{
    (void)q;
    return t->next;
}

void sim_leave_line(struct runqueue *q, struct task *t)
{
    list_remove(&q->list[0], t);
}

struct task *sim_first_by_key(struct runqueue *q)
{
    return ordered_first(&q->tree);
}

struct task *sim_next_by_key(struct runqueue *q, struct task *t)
{
    (void)q;
    return ordered_next(t);
}

void sim_leave_by_key(struct runqueue *q, struct task *t)
{
    ordered_remove(&q->tree, t);
}

int64_t sim_no_slice(struct runqueue *q, struct task *t)
{
    (void)q;
    (void)t;
    return INT64_MAX;
}

int64_t sim_equal_slice(struct runqueue *q, struct task *t)
{
    (void)t;
    return q->setup->slice_ns;
}

/* ---- words --------------------------------------------------------------- */

const char *sim_name(const struct runqueue *q, const struct task *t)
{
    static _Thread_local char ring[4][SIM_NAME_MAX];
    static _Thread_local unsigned at;

    return sim_job_name(sim_jobs_of(q->sim), t->id, ring[at++ % 4]);
}

/* Each step of niceness is worth a tenth of a CPU between two: the quotient of
 * neighbours is about 1.25. The numbers are the kernel's. */
int64_t sim_weight(int nice)
{
    static const int32_t weight[40] = {
        88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916,
        9548,  7620,  6100,  4904,  3906,  3121,  2501,  1991,  1586,  1277,
        1024,  820,   655,   526,   423,   335,   272,   215,   172,   137,
        110,   87,    70,    56,    45,    36,    29,    23,    18,    15,
    };

    return weight[nice + 20];
}

#define NAMED_MOST 4

void sim_say_others(struct runqueue *q, const struct task *without,
                    struct text *out)
{
    const struct sim_policy *p = q->setup->policy;
    int said = 0, others = q->count;

    for (struct task *t = p->first(q); t; t = p->next(q, t))
        if (t == without)
            others--;
    for (struct task *t = p->first(q); t && said < NAMED_MOST;
         t = p->next(q, t)) {
        if (t == without)
            continue;
        said++;
        text_addf(out, "%s%s",
                  said == 1                                ? ""
                  : said == others && others <= NAMED_MOST ? " and "
                                                           : ", ",
                  sim_name(q, t));
    }
    if (others > said)
        text_addf(out, " and %d more", others - said);
}

void sim_say_ns(int64_t ns, struct text *out)
{
    static const struct {
        double ns;
        const char *name;
    } unit[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}, {1, "ns"}};
    double size = ns < 0 ? -(double)ns : (double)ns;
    int i = 0;

    while (i < 3 && size < unit[i].ns)
        i++;
    if (ns == 0)
        i = 1;
    text_addf(out, "%.4g %s", (double)ns / unit[i].ns, unit[i].name);
}
