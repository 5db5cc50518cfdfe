/* A curve's answer in words. Pure; any thread. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sweep/plan.h"

/* "2 workers", "1 worker", "chunk 4", "threads". */
static void add_place(const struct sweep *s, const char *label,
                      struct text *out)
{
    const struct sweep_axis *a = &s->request.axis[SWEEP_ALONG];

    if (strcmp(a->name, "workers") == 0)
        text_addf(out, "%s worker%s", label,
                  strcmp(label, "1") == 0 ? "" : "s");
    else if (a->numeric)
        text_addf(out, "%s %s", a->name, label);
    else
        text_add(out, label);
}

static const char *label_at(const struct sweep *s, int curve, double x)
{
    for (int i = 0; i < s->point_count; i++)
        if (s->points[i].curve == curve && s->points[i].x == x)
            return s->points[i].label;
    return "?";
}

static int first_of(const struct sweep *s, int curve)
{
    for (int i = 0; i < s->point_count; i++)
        if (s->points[i].curve == curve && s->points[i].y.n > 0)
            return i;
    return -1;
}

static void add_figure(const struct sweep *s, int point, struct text *out)
{
    char number[32];

    text_addf(out, "%s %s",
              text_si(number, sizeof(number), s->points[point].y.median),
              sweep_y_words(s));
}

static void add_interval(const struct sweep *s, int curve, struct text *out)
{
    const struct sweep_curve *c = &s->curves[curve];

    if (!s->request.axis[SWEEP_ALONG].numeric)
        return;
    if (c->low_x == c->high_x)
        text_add(out, " (95 % sure, by resampling the runs)");
    else
        text_addf(out, " (95 %%: %s to %s)", label_at(s, curve, c->low_x),
                  label_at(s, curve, c->high_x));
}

static void say_found(const struct sweep *s, int curve, struct text *out)
{
    const struct sweep_curve *c = &s->curves[curve];
    const struct sweep_axis *a = &s->request.axis[SWEEP_ALONG];
    bool workers = strcmp(a->name, "workers") == 0;
    int first = first_of(s, curve);

    add_place(s, s->points[c->best].label, out);
    if (c->best == first && a->numeric) {
        text_addf(out, " %s: ",
                  workers && s->points[first].x == 1 ? "is enough" : "will do");
        add_figure(s, c->best, out);
        text_addf(out, ", and more %s nothing",
                  workers ? "workers bring" : "brings");
        add_interval(s, curve, out);
        text_add(out, ".");
        return;
    }
    text_add(out, ": ");
    add_figure(s, c->best, out);
    if (c->speedup > 0 && c->best != first) {
        text_addf(out, ", %.3g times what ", c->speedup);
        add_place(s, s->points[first].label, out);
        text_addf(out, " give%s",
                  workers && s->points[first].x == 1 ? "s"
                  : workers                          ? ""
                                                     : "s");
    }
    add_interval(s, curve, out);
    text_add(out, ".");
    if (c->at_edge)
        text_addf(out, " It was still rising at %s: sweep further.",
                  s->points[c->best].label);
    else if (a->numeric)
        text_addf(out, " More %s no more than %g %% on top.",
                  workers ? "workers bring" : "brings", 100 * SWEEP_WITHIN);
}

static void say_nothing(const struct sweep *s, int curve, struct text *out)
{
    for (int i = 0; i < s->point_count; i++) {
        const struct sweep_point *p = &s->points[i];

        if (p->curve != curve || p->failed == 0 || p->y.n > 0)
            continue;
        text_add(out, "Nothing to compare: at ");
        add_place(s, p->label, out);
        text_addf(out, " the run failed (%s).", p->error);
        return;
    }
    text_add(out, "Too little was measured to say anything.");
}

void say_curve(const struct sweep *s, int curve)
{
    struct sweep_curve *c = &s->curves[curve];
    struct text out = {0};

    switch (c->verdict) {
    case SWEEP_NOTHING:
        say_nothing(s, curve, &out);
        break;
    case SWEEP_INCONCLUSIVE:
        text_addf(&out, "Inconclusive: %s.", c->why);
        break;
    case SWEEP_FOUND:
        say_found(s, curve, &out);
        /* Seen, or seen by the models, which know little of a flat line. */
        if (!c->at_edge && (c->limit != SCALE_LIMIT_UNKNOWN ||
                            (c->has_fits && c->best != first_of(s, curve)))) {
            text_add(&out, " ");
            scale_sentence(&c->fits, c->limit, &c->known, &out);
        }
        break;
    }
    snprintf(c->sentence, sizeof(c->sentence), "%s", text_str(&out));
    text_fini(&out);
}
