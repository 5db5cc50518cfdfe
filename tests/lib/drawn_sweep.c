/* Sweeps to be drawn; see the header. Run in the test process. */
#include "drawn_sweep.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(bool fine, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "drawn_sweep: %s\n", what);
    abort();
}

/* ---- pieces ------------------------------------------------------------- */

/* Whatever was concluded of nothing goes. */
static void forget(struct sweep *s)
{
    for (int i = 0; i < s->curve_count; i++) {
        char label[SWEEP_VALUE_TEXT];

        memcpy(label, s->curves[i].label, sizeof(label));
        memset(&s->curves[i], 0, sizeof(s->curves[i]));
        memcpy(s->curves[i].label, label, sizeof(label));
        s->curves[i].best = s->curves[i].top = -1;
        s->curves[i].fits.best = -1;
    }
    for (int i = 0; i < s->point_count; i++) {
        s->points[i].typical = -1;
        s->points[i].cores_busy = -1;
    }
}

static struct sweep *new_sweep(const char *line)
{
    struct machine m = {
        .cpus_online = 2,
        .cpus_allowed = 2,
        .kernel = "6.1.0-fake",
        .arch = "x86_64",
        .tick_hz = 250,
        .perf_paranoid = 2,
        .memory_total = INT64_C(8) << 30,
        .memory_available = INT64_C(6) << 30,
    };
    struct sweep_request request;
    struct err err = {0};
    struct sweep *s;

    CPU_SET(0, &m.allowed);
    CPU_SET(1, &m.allowed);
    if (sweep_parse_line(&request, line, &m, &err) < 0)
        check(false, err.text);
    s = sweep_new(&request, &m, &err);
    check(s != NULL, err.text);
    forget(s);
    return s;
}

static int find(const struct sweep *s, int curve, double x)
{
    for (int i = 0; i < s->point_count; i++)
        if (s->points[i].curve == curve && fabs(s->points[i].x - x) < 1e-9)
            return i;
    check(false, "no such point");
    return -1;
}

static struct sweep_trial *add_trial(struct sweep *s, int point, int round)
{
    struct sweep_trial *t;

    t = realloc(s->trials, (size_t)(s->trial_count + 1) * sizeof(*t));
    check(t != NULL, "no memory");
    s->trials = t;
    t += s->trial_count++;
    s->trial_cap = s->trial_count;
    *t = (struct sweep_trial){.point = point, .round = round};
    t->outcome.verdict = VERDICT_OK;
    t->outcome.run = s->trial_count;
    t->outcome.cores = 2;
    return t;
}

/* @count runs of point @x around @median, and what they give. */
static void add_runs(struct sweep *s, int curve, double x, double median,
                     int count)
{
    static const double offsets[] = {0, -0.02, 0.015, 0.01, -0.03};
    int point = find(s, curve, x);
    double values[5];

    for (int i = 0; i < count; i++) {
        struct sweep_trial *t = add_trial(s, point, i);

        values[i] = t->y = median * (1 + offsets[i]);
        t->has_y = t->used = true;
    }
    robust_of(values, count, &s->points[point].y);
    s->points[point].typical = s->trial_count - count;
    s->points[point].cores_busy = x < 4 ? x / 2 : 1.94;
}

static void set_parts(struct sweep *s, int curve, double x, double run,
                      double ready, double lock, double io)
{
    struct sweep_point *p = &s->points[find(s, curve, x)];

    p->has_parts = true;
    memset(p->part, 0, sizeof(p->part));
    p->part[PART_RUN] = run;
    p->part[PART_READY] = ready;
    p->part[PART_LOCK] = lock;
    p->part[PART_IO] = io;
    p->part[PART_OTHER] = 1 - run - ready - lock - io;
}

static void set_law(struct sweep *s, int curve, double sigma, double kappa,
                    double lambda)
{
    struct sweep_curve *c = &s->curves[curve];

    c->has_fits = true;
    c->fits.best = SCALE_USL;
    c->fits.fit[SCALE_USL] = (struct scale_fit){
        .model = SCALE_USL,
        .fits = true,
        .computed = true,
        .parameter = {{"sigma", "", sigma, true, sigma * 0.8, sigma * 1.3},
                      {"kappa", "", kappa, true, kappa * 0.7, kappa * 1.2},
                      {"lambda", "1/s", lambda, true, lambda * 0.98,
                       lambda * 1.02}},
        .parameters = 3,
        .has_r2 = true,
        .r2 = 0.9931,
        .peak_n = kappa > 0 ? sqrt((1 - sigma) / kappa) : -1,
        .knee_n = 1 / sigma,
        .limit_x = -1,
    };
    c->fits.fit[SCALE_AMDAHL] = (struct scale_fit){
        .model = SCALE_AMDAHL,
        .computed = true,
        .has_r2 = true,
        .r2 = 0.8812,
        .peak_n = -1,
    };
    c->fits.fit[SCALE_QUEUE] = (struct scale_fit){
        .model = SCALE_QUEUE,
        .computed = true,
        .fits = true,
        .has_r2 = true,
        .r2 = 0.9787,
        .peak_n = -1,
    };
    c->fits.least_n = INFINITY;
    for (int i = 0; i < s->point_count; i++) {
        const struct sweep_point *p = &s->points[i];

        if (p->curve != curve || p->y.n == 0)
            continue;
        c->fits.least_n = fmin(c->fits.least_n, p->x);
        c->fits.most_n = fmax(c->fits.most_n, p->x);
    }
}

static void set_spot(struct sweep *s, int curve, double x, double low,
                     double high, const char *sentence)
{
    struct sweep_curve *c = &s->curves[curve];

    c->verdict = SWEEP_FOUND;
    c->best = c->top = find(s, curve, x);
    c->low_x = low;
    c->high_x = high;
    snprintf(c->sentence, sizeof(c->sentence), "%s", sentence);
}

/* ---- ready-made --------------------------------------------------------- */

static const char half_says[] =
    "4 workers: 676 tasks a second, 2.71 times what 1 worker gives (95 %: 4 to "
    "6). From there on all cores are busy, and more workers only wait for one.";

static struct sweep *half_of(int points)
{
    static const struct {
        double x, y, run, ready;
    } half[] = {
        {1, 249, 0.50, 0.01}, {2, 472, 0.48, 0.04}, {3, 588, 0.41, 0.16},
        {4, 676, 0.36, 0.27}, {6, 690, 0.24, 0.44}, {8, 668, 0.18, 0.58},
    };
    struct sweep *s = new_sweep("spin --cpu-share 50 --task-ms 4 --tasks 200 "
                                "--over workers=1,2,3,4,6,8");

    for (int i = 0; i < points; i++) {
        add_runs(s, 0, half[i].x, half[i].y, 5);
        set_parts(s, 0, half[i].x, half[i].run, half[i].ready, 0,
                  0.995 - half[i].run - half[i].ready);
    }
    return s;
}

static struct sweep *make_one(void)
{
    struct sweep *s = half_of(6);

    set_law(s, 0, 0.02, 0.028, 250);
    set_spot(s, 0, 4, 4, 6, half_says);
    return s;
}

static struct sweep *make_start(void)
{
    return half_of(0);
}

static struct sweep *make_under(void)
{
    return half_of(2);
}

static struct sweep *make_family(void)
{
    static const double x[] = {1, 2, 4, 8};
    static const double y[3][4] = {
        {52, 102, 103, 101}, {51, 51.5, 50, 47}, {49, 95, 97, 96}};
    struct sweep *s = new_sweep("primes --limit 1000000 --tasks 20 --over "
                                "model=threads,gil,processes "
                                "--over workers=1,2,4,8");

    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < 4; i++) {
            add_runs(s, c, x[i], y[c][i], 5);
            set_parts(s, c, x[i],
                      c == 1  ? 1 / x[i]
                      : i < 2 ? 0.98
                              : 2 / x[i],
                      c == 1 || i < 2 ? 0.01 : 1 - 2 / x[i] - 0.01,
                      c == 1 ? 1 - 1 / x[i] - 0.01 : 0, 0);
        }
        set_spot(s, c, c == 1 ? 1 : 2, c == 1 ? 1 : 2, c == 1 ? 1 : 2,
                 c == 1 ? "1 worker is enough: one holds the global lock, the "
                          "others wait for it."
                        : "2 workers: as many as there are cores.");
    }
    set_law(s, 1, 0.95, 0.005, 51);
    return s;
}

static struct sweep *make_disk(void)
{
    static const double y[] = {74, 121, 136, 119, 92, 71};
    struct sweep *s = new_sweep("disk --over workers=1,2,4,8,16,32");

    for (int i = 0; i < 6; i++) {
        add_runs(s, 0, 1 << i, y[i] * 1e4, 5);
        set_parts(s, 0, 1 << i, 0.02, 0, 0, 0.97);
    }
    set_law(s, 0, 0.1, 0.025, 74e4);
    set_spot(s, 0, 4, 2, 4,
             "4 workers: 1.36 M operations a second. Beyond them the disk's "
             "arm moves more than it reads.");
    return s;
}

static struct sweep *make_flat(void)
{
    struct sweep *s = new_sweep("counter --sync mutex --duration 1 "
                                "--over workers=1,2,4,8");

    for (int i = 0; i < 4; i++) {
        add_runs(s, 0, 1 << i, 24.5e6, 5);
        set_parts(s, 0, 1 << i, 1.0 / (1 << i), 0, 1 - 1.0 / (1 << i), 0);
    }
    set_spot(s, 0, 1, 1, 1,
             "1 worker is enough: they queue for one lock, which is one core's "
             "worth of work.");
    return s;
}

static struct sweep *make_single(void)
{
    struct sweep *s = new_sweep("primes --tasks 20 --over workers=3");

    add_runs(s, 0, 3, 98.7, 3);
    return s;
}

static struct sweep *make_errors(void)
{
    struct sweep *s = half_of(5);
    struct sweep_point *p = &s->points[find(s, 0, 8)];

    set_law(s, 0, 0.02, 0.028, 250);
    set_spot(s, 0, 4, 4, 6, half_says);
    p->failed = 5;
    snprintf(p->error, sizeof(p->error),
             "the system refused worker number 8: Resource temporarily "
             "unavailable");
    s->points[find(s, 0, 6)].failed = 1;
    return s;
}

static struct sweep *make_noisy(void)
{
    struct sweep *s = half_of(6);
    struct sweep_curve *c = &s->curves[0];

    for (int i = 0; i < s->trial_count; i++) {
        struct sweep_trial *t = &s->trials[i];

        if (t->point >= 2 && t->round % 2 == 0) {
            t->disturbed = true;
            t->y *= 0.8;
            s->points[t->point].disturbed++;
        } else if (t->round == 4) {
            t->outlier = true;
            t->y *= 0.6;
        }
    }
    for (int i = 2; i < s->point_count; i++) {
        s->points[i].y.low *= 0.82;
        s->points[i].y.median *= 0.95;
    }
    c->verdict = SWEEP_INCONCLUSIVE;
    c->best = find(s, 0, 4);
    snprintf(c->sentence, sizeof(c->sentence),
             "Inconclusive: other programs used 0.8 cores on average while it "
             "ran. Try again when the machine is quiet.");
    return s;
}

static struct sweep *make_guess(void)
{
    struct sweep *s = make_one();

    s->has_guess = true;
    s->guess = 2;
    return s;
}

static struct sweep *make_far(void)
{
    struct sweep *s = make_guess();

    s->guess = 1000;
    return s;
}

static struct sweep *make_words(void)
{
    static const double y[] = {98, 51, 96, 50, 52};
    struct sweep *s = new_sweep("primes --tasks 20 --workers 4 --over "
                                "model=threads,gil,processes,coop,blended");

    for (int i = 0; i < s->point_count; i++)
        add_runs(s, 0, i + 1, y[i], 5);
    set_spot(s, 0, 1, 1, 1, "threads did most: 98 tasks a second.");
    return s;
}

struct sweep *drawn_sweep(const char *name)
{
    static const struct {
        const char *name;
        struct sweep *(*make)(void);
    } makes[] = {
        {"one", make_one},     {"family", make_family}, {"disk", make_disk},
        {"flat", make_flat},   {"single", make_single}, {"start", make_start},
        {"under", make_under}, {"errors", make_errors}, {"noisy", make_noisy},
        {"guess", make_guess}, {"far", make_far},       {"words", make_words},
    };

    for (size_t i = 0; i < sizeof(makes) / sizeof(makes[0]); i++)
        if (strcmp(makes[i].name, name) == 0)
            return makes[i].make();
    check(false, "no such sweep");
    return NULL;
}
