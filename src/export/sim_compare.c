/* Simulations of the same jobs side by side. Pure; any thread. */
#include <stdio.h>

#include "export/sim_parts.h"

#define LABEL_MOST 28

/* What is compared; the least is best unless .most_is_best. */
struct measure {
    const char *head;
    int width;
    double (*of)(const struct sim_totals *t); /* < 0: not known */
    enum { AS_TIME, AS_COUNT, AS_SHARE, AS_INDEX } as;
    bool most_is_best, unjudged;
};

static double response(const struct sim_totals *t)
{
    return t->response.mean_ns;
}

static double turnaround(const struct sim_totals *t)
{
    return t->turnaround.mean_ns;
}

static double waiting(const struct sim_totals *t)
{
    return t->waiting.mean_ns;
}

static double longest(const struct sim_totals *t)
{
    return (double)t->turnaround.max_ns;
}

static double switches(const struct sim_totals *t)
{
    return (double)(t->switches_voluntary + t->switches_involuntary);
}

static double busy(const struct sim_totals *t)
{
    return t->utilisation;
}

static double fairness(const struct sim_totals *t)
{
    return t->jain_slowdown;
}

static double missed(const struct sim_totals *t)
{
    return (double)t->misses;
}

static const struct measure measures[] = {
    {"response", 10, response, AS_TIME, false, false},
    {"turnaround", 12, turnaround, AS_TIME, false, false},
    {"waiting", 9, waiting, AS_TIME, false, false},
    {"longest", 9, longest, AS_TIME, false, false},
    {"switches", 10, switches, AS_COUNT, false, false},
    {"CPUs", 7, busy, AS_SHARE, true, true},
    {"fair", 6, fairness, AS_INDEX, true, false},
    {"missed", 8, missed, AS_COUNT, false, false},
};
#define MEASURES (sizeof(measures) / sizeof(measures[0]))

/* Something to compare: not all the same, and something known. */
static bool matters(const struct measure *m, const struct sim_outcome *o,
                    int count)
{
    for (int i = 0; i < count; i++)
        if (m->of(&o[i].totals) != m->of(&o[0].totals))
            return true;
    return false;
}

static double best_of(const struct measure *m, const struct sim_outcome *o,
                      int count)
{
    double best = -1;

    for (int i = 0; i < count; i++) {
        double x = m->of(&o[i].totals);

        if (x >= 0 && (best < 0 || (m->most_is_best ? x > best : x < best)))
            best = x;
    }
    return best;
}

static void show(char *buf, size_t size, const struct measure *m, double x,
                 const struct sim_unit *u)
{
    if (x < 0)
        snprintf(buf, size, "-");
    else if (m->as == AS_TIME)
        sim_mean(buf, size, x, u);
    else if (m->as == AS_COUNT)
        text_count(buf, size, (int64_t)x);
    else if (m->as == AS_SHARE)
        text_percent(buf, size, x);
    else
        snprintf(buf, size, "%.2f", x);
}

static void column(struct page *p, const struct measure *m,
                   const struct sim_outcome *o, int count, int end,
                   const struct sim_unit *u)
{
    bool judge = !m->unjudged && matters(m, o, count);
    double best = best_of(m, o, count);
    char buf[32];

    frame_right(&p->frame, p->row, end, STYLE_DIM, m->head);
    for (int i = 0; i < count; i++) {
        double x = m->of(&o[i].totals);
        bool wins = judge && x == best;

        show(buf, sizeof(buf), m, x, u);
        frame_right(&p->frame, p->row + 1 + i, end,
                    wins ? STYLE_GOOD : STYLE_NORMAL, buf);
        if (wins)
            frame_put(&p->frame, p->row + 1 + i, end, '*', STYLE_GOOD);
    }
}

/* The names of the machines; returns the columns they take. */
static int labels(struct page *p, const struct sim_outcome *o, int count)
{
    int most = 8;

    for (int i = 0; i < count; i++) {
        struct text name = {0};
        int used;

        sim_setup_write(&o[i].setup, &name);
        used = frame_text(&p->frame, p->row + 1 + i, 2, LABEL_MOST,
                          STYLE_NORMAL, text_str(&name));
        most = used > most ? used : most;
        text_fini(&name);
    }
    return most + 2;
}

/* Who did not finish all: their averages are of fewer jobs. */
static void unfinished(struct page *p, const struct sim_outcome *o, int count)
{
    struct text line = {0};

    for (int i = 0; i < count; i++) {
        if (o[i].totals.ended == o[i].totals.jobs)
            continue;
        text_addf(&line, "%s", line.len ? " " : "");
        sim_setup_write(&o[i].setup, &line);
        text_addf(&line, ": only %d of %d jobs ended, and count.",
                  o[i].totals.ended, o[i].totals.jobs);
    }
    if (line.len)
        page_wrap(p, 2, STYLE_WARN, text_str(&line));
    text_fini(&line);
}

void sim_compare(struct page *p, const struct sim_outcome *o, int count,
                 const struct sim_unit *u)
{
    char title[64];
    int end, first;

    snprintf(title, sizeof(title), "SIDE BY SIDE, means in %s; * is best",
             u->name);
    page_title(p, title);
    end = labels(p, o, count);
    first = end;
    for (size_t i = 0; i < MEASURES; i++) {
        const struct measure *m = &measures[i];

        if (m->of == missed && !matters(m, o, count) &&
            m->of(&o[0].totals) == 0)
            continue;
        if (end + m->width + 1 > p->columns) { /* the next block of lines */
            p->row += count + 2;
            labels(p, o, count);
            end = first;
        }
        end += m->width;
        column(p, m, o, count, end, u);
    }
    p->row += count + 1;
    unfinished(p, o, count);
}
