/* One sentence on what limits: what the sweep saw says it, else the model that
 * describes the curve. Pure; any thread. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "scale/fit_parts.h"

/* A limit further away than this many times the most workers is none. */
#define FAR 20

static void add_count(struct text *out, double n)
{
    char number[32];

    text_add(out, text_count(number, sizeof(number), llround(n)));
}

/* Throughput, as people write it. */
static void add_rate(struct text *out, double x)
{
    char number[32];

    if (x >= 1e6)
        text_add(out, text_si(number, sizeof(number), x));
    else if (x >= 100)
        add_count(out, x);
    else
        text_addf(out, "%.3g", x);
    text_add(out, " a second");
}

static void add_share(struct text *out, double share)
{
    char number[32];

    text_add(out, text_percent(number, sizeof(number), share));
}

static void add_seconds(struct text *out, double s)
{
    char number[32];

    text_add(out, text_duration(number, sizeof(number), llround(s * 1e9)));
}

/* ---- a parameter ----------------------------------------------------------
 */

static void add_figure(const struct scale_parameter *p, double x,
                       struct text *out)
{
    char number[32];

    if (strcmp(p->unit, "s") == 0 && x > 0 && x < 1e9)
        text_add(out, text_duration(number, sizeof(number), llround(x * 1e9)));
    else if (fabs(x) >= 1000 && fabs(x) < 1e9)
        add_count(out, x);
    else if (x == 0 || (fabs(x) >= 0.001 && fabs(x) < 1000))
        text_addf(out, "%.3g", x);
    else
        text_addf(out, "%.2e", x);
}

void scale_parameter_text(const struct scale_parameter *p, struct text *out)
{
    text_addf(out, "%s ", p->name);
    add_figure(p, p->value, out);
    if (strcmp(p->unit, "1/s") == 0)
        text_add(out, "/s");
    if (!p->interval)
        return;
    text_add(out, " (");
    add_figure(p, p->low, out);
    text_add(out, " to ");
    add_figure(p, p->high, out);
    text_add(out, ")");
}

/* ---- what the sweep saw ---------------------------------------------------
 */

static void say_cores(const struct scale_known *k, struct text *out)
{
    if (k->cores == 1)
        text_add(out, "The one core is busy");
    else if (k->cores > 1)
        text_addf(out, "All %d cores are busy", k->cores);
    else
        text_add(out, "All cores are busy");
    text_add(out, ": more workers only share them");
    if (k->cores > 0 && k->cpu_share > 0 && k->cpu_share < 0.95) {
        text_add(out, "; each computes ");
        add_share(out, k->cpu_share);
        text_add(out, " of its time, so about ");
        add_count(out, k->cores / k->cpu_share);
        text_add(out, " of them keep the cores busy");
    }
}

static void say_lock(const struct scale_fits *f, struct text *out)
{
    const struct scale_fit *amdahl = &f->fit[SCALE_AMDAHL];

    text_add(out, "They queue for one lock: together they do one worker's "
                  "worth behind it, however many they are");
    if (f->points > 0 && amdahl->fits && amdahl->parameter[0].value > 0.005) {
        text_add(out, "; ");
        add_share(out, amdahl->parameter[0].value);
        text_add(out, " of the work is done alone");
    }
}

static void say_waiting(const struct scale_known *k, struct text *out)
{
    if (k->cpu_share > 0 && k->cpu_share < 1) {
        text_add(out, "A task waits ");
        add_share(out, 1 - k->cpu_share);
        text_add(out, " of its time, and nobody stands in a queue");
    } else {
        text_add(out, "They wait, and nobody stands in a queue");
    }
    text_add(out, ": more workers would do more");
}

static void say_portions(const struct scale_known *k, struct text *out)
{
    text_add(out, "The portions limit: ");
    if (k->tasks > 0 && k->chunk > 1 && !k->chunk_auto) {
        int64_t portions = (k->tasks + k->chunk - 1) / k->chunk;

        add_count(out, (double)k->tasks);
        text_add(out, " tasks in portions of ");
        add_count(out, (double)k->chunk);
        text_add(out, " are ");
        add_count(out, (double)portions);
        text_add(out, portions == 1 ? " portion" : " portions");
        text_add(out, ", and in the last round some workers have none; ");
    } else {
        text_add(out, "they are dealt in rounds, and in the last one some "
                      "workers have none; ");
    }
    text_add(out, "smaller portions would share better");
}

static void say_tasks(const struct scale_known *k, struct text *out)
{
    if (k->tasks > 0) {
        text_add(out, "There are only ");
        add_count(out, (double)k->tasks);
        text_add(out, " tasks");
    } else {
        text_add(out, "There are fewer tasks than workers");
    }
    text_add(out, ": more workers have nothing to do");
}

static bool say_seen(const struct scale_fits *f, enum scale_limit seen,
                     const struct scale_known *k, struct text *out)
{
    switch (seen) {
    case SCALE_LIMIT_UNKNOWN:
        return false;
    case SCALE_LIMIT_CORES:
        say_cores(k, out);
        break;
    case SCALE_LIMIT_LOCK:
        say_lock(f, out);
        break;
    case SCALE_LIMIT_WAITING:
        say_waiting(k, out);
        break;
    case SCALE_LIMIT_CHUNKS:
        say_portions(k, out);
        break;
    case SCALE_LIMIT_DISK:
        text_add(out, "The disk's arm limits: it serves one request at a time, "
                      "and with more workers it travels more");
        break;
    case SCALE_LIMIT_LINK:
        text_add(out, "The shared link is full: with more workers each gets a "
                      "smaller part of it");
        break;
    case SCALE_LIMIT_TASKS:
        say_tasks(k, out);
        break;
    }
    return true;
}

/* ---- what the model says ----------------------------------------------------
 */

static void say_no_limit(const struct scale_fits *f, struct text *out)
{
    text_add(out, "No limit shows up to ");
    add_count(out, f->most_n);
    text_add(out, " workers: throughput grows with their number");
}

/* @serial of the work, @limit_x a second at most. */
static void say_serial(const struct scale_fits *f, double serial,
                       double limit_x, struct text *out)
{
    if (!(serial * FAR * f->most_n > 1)) {
        say_no_limit(f, out);
    } else if (serial >= 0.9) {
        text_add(out, "One worker does it all: ");
        add_share(out, serial);
        text_add(out, " of the work is done alone, and more workers add "
                      "nothing");
    } else {
        text_add(out, "The serial share limits: ");
        add_share(out, serial);
        text_add(out, " of the work is done by one worker at a time, so that "
                      "even with any number there are at most ");
        add_rate(out, limit_x);
    }
}

static void say_usl(const struct scale_fits *f, const struct scale_fit *u,
                    struct text *out)
{
    double sigma = u->parameter[0].value;

    if (u->peak_n >= 0 && u->peak_n < 1) {
        text_add(out, "Coherence limits from the start: already two workers "
                      "hinder each other more than they help");
    } else if (u->peak_n >= 0 && !u->peak_refused) {
        text_add(out, "Coherence limits: each worker has to keep in step with "
                      "all others, and beyond about ");
        add_count(out, u->peak_n);
        text_add(out, " workers one more costs more than it brings");
    } else if (u->peak_refused) {
        text_add(out, "Each worker hinders the others a little; where they "
                      "would begin to do less together lies beyond twice the ");
        add_count(out, f->most_n);
        text_add(out, " workers measured, so it is not said");
    } else {
        say_serial(f, sigma, u->limit_x, out);
    }
}

static void say_articles(const struct scale_fit *a, const struct scale_known *k,
                         struct text *out)
{
    text_add(out, "Besides the tasks, starting up takes ");
    add_seconds(out, a->parameter[1].value);
    text_add(out, " whatever the number of workers, and each task ");
    add_seconds(out, a->parameter[0].value);
    text_add(out, " more than alone");
    if (k->tasks > 0) {
        text_add(out, "; beyond ");
        add_count(out, (double)k->tasks);
        text_add(out, " workers there is no task for one more");
    }
}

static void say_queue(const struct scale_fits *f, const struct scale_fit *q,
                      const struct scale_known *k, struct text *out)
{
    double demand = q->parameter[0].value, think = q->parameter[1].value;

    if (q->knee_n > FAR / 2.0 * f->most_n) {
        say_no_limit(f, out);
        return;
    }
    if (k->cores == 1)
        text_add(out, "The core limits");
    else
        text_addf(out, "The %d cores limit", k->cores);
    if (think <= 0) {
        text_add(out, ": the work is all computing, and more workers than "
                      "cores only share them");
        return;
    }
    text_add(out, ": a task computes ");
    add_share(out, demand / (demand + think));
    text_add(out, " of its time, so about ");
    add_count(out, q->knee_n);
    text_add(out, " workers keep them busy");
}

static void say_model(const struct scale_fits *f, const struct scale_fit *best,
                      const struct scale_known *k, struct text *out)
{
    switch (best->model) {
    case SCALE_USL:
        say_usl(f, best, out);
        break;
    case SCALE_AMDAHL:
        say_serial(f, best->parameter[0].value, best->limit_x, out);
        break;
    case SCALE_GUSTAFSON:
        say_no_limit(f, out);
        break;
    case SCALE_ARTICLES:
        say_articles(best, k, out);
        break;
    case SCALE_QUADRATIC:
        text_add(out, "A parabola describes the curve, which says nothing of "
                      "the reason; none of the models that do fits");
        break;
    case SCALE_ROUNDS:
        if (k->chunk > 1 || k->chunk_auto) {
            say_portions(k, out);
        } else {
            text_add(out,
                     "The time goes in whole rounds of tasks: only a "
                     "number of workers that needs fewer rounds helps, and "
                     "beyond ");
            add_count(out, (double)k->tasks);
            text_add(out, " there is no task for one more");
        }
        break;
    case SCALE_QUEUE:
        say_queue(f, best, k, out);
        break;
    case SCALE_MODELS:
        break;
    }
}

void scale_sentence(const struct scale_fits *fits, enum scale_limit seen,
                    const struct scale_known *k, struct text *out)
{
    static const struct scale_known nothing;

    k = k ? k : &nothing;
    if (say_seen(fits, seen, k, out)) {
        text_add(out, ".");
        return;
    }
    if (fits->points > 0 && fits->best >= 0)
        say_model(fits, &fits->fit[fits->best], k, out);
    else if (fits->points > 0)
        text_add(out, "None of the models describes these measurements, so no "
                      "limit can be named");
    else
        text_add(out, "Too little was measured to name a limit");
    text_add(out, ".");
}
