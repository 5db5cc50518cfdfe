/* Why a CPU chose as it did, in a sentence: what had happened, who is next, and
 * the policy's reason. Pure, but for the names' ring. */
#include <string.h>

#include "sim/engine.h"

static const char *name_of(const struct sim *s, int id)
{
    return sim_name(&s->queue[0], &s->task[id]);
}

/* ---- what had happened --------------------------------------------------- */

/* Where it is now, if the policy has places: "level 1, 8 ms of its slice left".
 */
static void say_place(const struct sim *s, const struct task *t,
                      struct text *out)
{
    if (!s->policy->place || t->state != TASK_READY || t->queue < 0 ||
        s->policy->draw) /* where a job stands means nothing in a lottery */
        return;
    text_add(out, " (now ");
    s->policy->place(&s->queue[t->queue], t, out);
    text_add(out, ")");
}

static void say_slice(const struct sim *s, const struct task *t,
                      struct text *out)
{
    const struct sim_setting *slice = sim_setting("slice");
    const char *words = s->policy->slice_words;

    text_addf(out, "%s %s", name_of(s, t->id),
              words ? words : "has used up its slice");
    if (!words && slice && sim_setting_applies(slice, s->policy)) {
        text_add(out, " of ");
        sim_say_ns(s->setup.slice_ns, out);
    }
    say_place(s, t, out);
}

static void say_wait(const struct sim *s, const struct task *t,
                     struct text *out)
{
    const struct task *owner;

    text_add(out, name_of(s, t->id));
    switch (t->cause) {
    case WAIT_LOCK:
        owner = t->waits_for >= 0 ? s->mutex[t->waits_for].owner : NULL;
        if (!owner)
            text_add(out, " waits for a lock");
        else
            text_addf(out, " waits for the lock %s, which %s has",
                      s->jobs->lock[t->waits_for], name_of(s, owner->id));
        break;
    case WAIT_IO:
        text_add(out, " waits for its device");
        break;
    case WAIT_SLEEP:
        text_add(out, t->job->period_ns > 0 && t->release_ns > s->now_ns
                          ? " waits for its next period"
                          : " sleeps");
        break;
    default:
        text_add(out, " waits");
        break;
    }
}

/* Its CPU was idle: it comes, and has it. */
static void say_coming(const struct sim *s, const struct sim_decision *d,
                       struct text *out)
{
    const struct task *t = &s->task[d->task];

    if (t->first_ns < 0 && t->job->arrival_ns == s->now_ns)
        text_add(out, " arrives and");
    else if (t->since_ns == s->now_ns)
        text_add(out, " is ready again and");
}

static void say_occasion(const struct sim *s, const struct sim_decision *d,
                         struct text *out)
{
    const struct task *before = &s->task[d->before];

    switch (d->occasion) {
    case OCCASION_SLICE:
        say_slice(s, before, out);
        break;
    case OCCASION_BLOCKED:
        say_wait(s, before, out);
        break;
    case OCCASION_ENDED:
        text_addf(out, "%s has ended", name_of(s, d->before));
        break;
    case OCCASION_PREEMPTED:
        text_addf(out, "%s is interrupted", name_of(s, d->before));
        say_place(s, before, out);
        break;
    case OCCASION_PERIOD:
        text_add(out, s->policy->period_words ? s->policy->period_words
                                              : "a period is over");
        break;
    default:
        break;
    }
}

/* ---- who is next, and why ------------------------------------------------ */

/* Who goes before @t in its queue, but may not run here; NULL: nobody. */
static const struct task *passed_over(const struct sim *s, struct runqueue *q,
                                      const struct task *t, int cpu)
{
    const struct task *first = s->policy->first(q);

    return first && first != t && !may_run(s, first, cpu) ? first : NULL;
}

static void say_choice(const struct sim *s, const struct sim_decision *d,
                       struct text *out)
{
    const struct task *t = &s->task[d->task], *other;
    struct runqueue *q = &s->queue[t->queue >= 0 ? t->queue : 0];

    text_add(out, name_of(s, d->task));
    if (d->occasion == OCCASION_IDLE)
        say_coming(s, d, out);
    text_add(out, d->task == d->before ? " goes on" : " is next");
    if (d->stolen_from >= 0) {
        text_addf(out, ": from CPU %d's queue, since here nobody waits",
                  d->stolen_from);
        return;
    }
    text_add(out, ": ");
    other = passed_over(s, q, t, d->cpu);
    if (t->urgent)
        text_add(out,
                 "what it waited for is there, and it need not wait its turn");
    else if (other)
        text_addf(out, "%s goes before it, but may not run here",
                  name_of(s, other->id));
    else
        s->policy->explain(q, t, out);
}

void sim_explain(const struct sim *s, const struct sim_decision *d,
                 struct text *out)
{
    if (s->setup.cpus > 1)
        text_addf(out, "CPU %d: ", d->cpu);
    if (d->occasion != OCCASION_IDLE && d->before >= 0) {
        say_occasion(s, d, out);
        text_add(out, "; ");
    }
    if (d->task >= 0)
        say_choice(s, d, out);
    else if (d->candidates > 0)
        text_add(out, "those that are ready may not run here, so it is idle");
    else
        text_add(out, "nobody could run, so the CPU is idle");
    text_add(out, ".");
}
