/* What simulations gave, as text. Pure; any thread. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "export/names.h"
#include "export/sim_export.h"
#include "export/sim_parts.h"
#include "export/steps.h"
#include "sim/policy.h"

#define COLUMNS_MIN 56
#define COLUMNS_MAX 240
#define JOBS_SHOWN 24
/* Lines beside those of CPUs, jobs and comparisons. */
#define ROWS 100

/* ---- times ----------------------------------------------------------------
 */

static const struct sim_unit *sim_unit_for(int64_t longest_ns)
{
    static const struct sim_unit units[] = {
        {"ns", 1},
        {"\u00b5s", NS_PER_US},
        {"ms", NS_PER_MS},
        {"s", NS_PER_S},
    };

    /* Job files are in milliseconds: other units only where these would have
     * many digits before or after the point. */
    if (longest_ns < 10 * NS_PER_US)
        return &units[longest_ns > 0 ? 0 : 2];
    if (longest_ns < NS_PER_MS)
        return &units[1];
    return &units[longest_ns < 1000 * NS_PER_S ? 2 : 3];
}

static char *sim_in_unit(char *buf, size_t size, int64_t ns,
                         const struct sim_unit *u)
{
    int n;

    if (ns < 0) {
        snprintf(buf, size, "-");
        return buf;
    }
    n = snprintf(buf, size, "%.3f", (double)ns / (double)u->ns);
    while (n > 0 && buf[n - 1] == '0')
        buf[--n] = '\0';
    if (n > 0 && buf[n - 1] == '.')
        buf[--n] = '\0';
    return buf;
}

char *sim_mean(char *buf, size_t size, double ns, const struct sim_unit *u)
{
    if (ns < 0)
        snprintf(buf, size, "-");
    else
        snprintf(buf, size, "%.2f", ns / (double)u->ns);
    return buf;
}

/* ---- the head -------------------------------------------------------------
 */

static void sim_say_machine(const struct sim_setup *setup, struct text *out)
{
    const struct sim_setting *slice = sim_setting("slice");

    text_add(out, setup->policy->summary);
    if (slice && sim_setting_applies(slice, setup->policy)) {
        text_add(out, "; slice ");
        sim_setup_value(setup, slice, out);
    }
}

static void say_ending(const struct sim_outcome *o, struct text *out)
{
    const struct sim_totals *t = &o->totals;
    char buf[2][32];

    text_duration(buf[0], sizeof(buf[0]), t->wall_ns);
    switch (o->state) {
    case SIM_DONE:
        text_addf(out,
                  t->jobs == 1 ? "it had ended after %s"
                               : "all had ended after %s",
                  buf[0]);
        break;
    case SIM_DEADLOCK:
        text_addf(out,
                  "after %s nobody could ever go on: those that are left wait "
                  "for each other's locks",
                  buf[0]);
        break;
    default:
        text_addf(out, "until %s, when %s of them had ended", buf[0],
                  t->ended > 0 ? text_count(buf[1], sizeof(buf[1]), t->ended)
                               : "none");
    }
}

static void write_head(struct page *p, const struct sim_outcome *o)
{
    const struct sim_totals *t = &o->totals;
    struct text line = {0};
    char buf[32];

    text_addf(&line, "%s job%s on %d CPU%s under ",
              text_count(buf, sizeof(buf), t->jobs), t->jobs == 1 ? "" : "s",
              o->setup.cpus, o->setup.cpus == 1 ? "" : "s");
    sim_setup_write(&o->setup, &line);
    text_add(&line, ": ");
    say_ending(o, &line);
    text_add(&line, ".");
    p->row++;
    page_wrap(p, 0, STYLE_HERO, text_str(&line));
    if (o->trace && o->trace->error[0])
        page_wrap(p, 0, STYLE_BAD, o->trace->error);
    text_fini(&line);
    text_add(&line, "MODEL: computed, not measured. ");
    sim_say_machine(&o->setup, &line);
    text_add(&line, ".");
    int first = p->row;
    page_wrap(p, 0, STYLE_DIM, text_str(&line));
    frame_text(&p->frame, first, 0, -1, STYLE_BADGE, "MODEL");
    text_fini(&line);
}

/* ---- jobs -----------------------------------------------------------------
 */

/* Right edges of the table's columns. */
enum {
    JOB_ARRIVES = 20,
    JOB_COMPUTES = 30,
    JOB_RESPONSE = 40,
    JOB_TURNAROUND = 52,
    JOB_WAITING = 61,
    JOB_SWITCHES = 71,
    JOB_MISSED = 79
};

static bool has_deadlines(const struct sim_outcome *o)
{
    for (int id = 0; id < o->jobs->count; id++)
        if (o->jobs->job[id].deadline_ns > 0)
            return true;
    return false;
}

static void job_figure(struct page *p, int end, int64_t ns,
                       const struct sim_unit *u)
{
    char buf[32];

    frame_right(&p->frame, p->row, end, STYLE_NORMAL,
                sim_in_unit(buf, sizeof(buf), ns, u));
}

static void job_count(struct page *p, int end, enum style style, int64_t n)
{
    char buf[32];

    frame_right(&p->frame, p->row, end, style, text_count(buf, sizeof(buf), n));
}

/* "A", or "A web" where it has a name that is not its letter on the lanes. */
static void job_name(struct page *p, const struct sim_outcome *o, int id)
{
    char letter[2] = {trace_letter(id), '\0'}, name[SIM_NAME_MAX];
    enum style style = (enum style)(STYLE_WORKER_0 + id % 8);

    frame_text(&p->frame, p->row, 2, -1, style, letter);
    sim_job_name(o->jobs, id, name);
    if (strcmp(name, letter) != 0)
        frame_text(&p->frame, p->row, 4, 10, STYLE_NORMAL, name);
}

static void job_row(struct page *p, const struct sim_outcome *o, int id,
                    const struct sim_unit *u, bool deadlines)
{
    const struct sim_figures *f = &o->figures[id];

    job_name(p, o, id);
    job_figure(p, JOB_ARRIVES, o->jobs->job[id].arrival_ns, u);
    job_figure(p, JOB_COMPUTES, sim_job_work_ns(o->jobs, id), u);
    job_figure(p, JOB_RESPONSE, f->response_ns, u);
    job_figure(p, JOB_TURNAROUND, f->turnaround_ns, u);
    job_figure(p, JOB_WAITING, f->waiting_ns, u);
    if (p->columns >= JOB_SWITCHES)
        job_count(p, JOB_SWITCHES, STYLE_NORMAL, f->switches);
    if (deadlines && p->columns >= JOB_MISSED)
        job_count(p, JOB_MISSED, f->misses ? STYLE_BAD : STYLE_NORMAL,
                  f->misses);
    p->row++;
}

static void spread_row(struct page *p, const char *label,
                       const struct sim_unit *u, const int64_t ns[3])
{
    frame_text(&p->frame, p->row, 2, -1, STYLE_DIM, label);
    job_figure(p, JOB_RESPONSE, ns[0], u);
    job_figure(p, JOB_TURNAROUND, ns[1], u);
    job_figure(p, JOB_WAITING, ns[2], u);
    p->row++;
}

static void mean_row(struct page *p, const struct sim_totals *t,
                     const struct sim_unit *u)
{
    char buf[32];

    frame_text(&p->frame, p->row, 2, -1, STYLE_TITLE, "mean");
    frame_right(&p->frame, p->row, JOB_RESPONSE, STYLE_HERO,
                sim_mean(buf, sizeof(buf), t->response.mean_ns, u));
    frame_right(&p->frame, p->row, JOB_TURNAROUND, STYLE_HERO,
                sim_mean(buf, sizeof(buf), t->turnaround.mean_ns, u));
    frame_right(&p->frame, p->row, JOB_WAITING, STYLE_HERO,
                sim_mean(buf, sizeof(buf), t->waiting.mean_ns, u));
    p->row++;
}

static void write_spreads(struct page *p, const struct sim_totals *t,
                          const struct sim_unit *u)
{
    const struct sim_spread *r = &t->response, *a = &t->turnaround,
                            *w = &t->waiting;

    mean_row(p, t, u);
    if (t->jobs > 4) {
        spread_row(p, "half at most", u,
                   (int64_t[]){r->p50_ns, a->p50_ns, w->p50_ns});
        spread_row(p, "95 % at most", u,
                   (int64_t[]){r->p95_ns, a->p95_ns, w->p95_ns});
        spread_row(p, "99 % at most", u,
                   (int64_t[]){r->p99_ns, a->p99_ns, w->p99_ns});
    }
    if (t->jobs > 1)
        spread_row(p, "longest", u,
                   (int64_t[]){r->max_ns, a->max_ns, w->max_ns});
}

static void jobs_head(struct page *p, const struct sim_unit *u, bool deadlines)
{
    static const struct {
        int end;
        const char *word;
    } heads[] = {{JOB_ARRIVES, "arrives"},   {JOB_COMPUTES, "computes"},
                 {JOB_RESPONSE, "response"}, {JOB_TURNAROUND, "turnaround"},
                 {JOB_WAITING, "waiting"},   {JOB_SWITCHES, "switches"}};
    char title[32];

    snprintf(title, sizeof(title), "TIMES, in %s", u->name);
    page_title(p, title);
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        if (p->columns >= heads[i].end)
            frame_right(&p->frame, p->row - 1, heads[i].end, STYLE_DIM,
                        heads[i].word);
    if (deadlines && p->columns >= JOB_MISSED)
        frame_right(&p->frame, p->row - 1, JOB_MISSED, STYLE_DIM, "missed");
}

static void write_jobs(struct page *p, const struct sim_outcome *o,
                       const struct sim_unit *u)
{
    bool deadlines = has_deadlines(o);
    int shown = o->figure_count < JOBS_SHOWN ? o->figure_count : JOBS_SHOWN;
    char more[32], line[96];

    jobs_head(p, u, deadlines);
    for (int id = 0; id < shown; id++)
        job_row(p, o, id, u, deadlines);
    if (shown < o->totals.jobs) {
        snprintf(line, sizeof(line), "and %s more: --csv has them all",
                 text_count(more, sizeof(more), o->totals.jobs - shown));
        page_wrap(p, 2, STYLE_DIM, line);
    }
    write_spreads(p, &o->totals, u);
}

/* ---- figures --------------------------------------------------------------
 */

static void figure_line(struct page *p, const char *label, const char *value,
                        const char *note)
{
    frame_text(&p->frame, p->row, 2, -1, STYLE_NORMAL, label);
    frame_right(&p->frame, p->row, 32, STYLE_HERO, value);
    if (*note)
        page_wrap(p, 34, STYLE_DIM, note);
    else
        p->row++;
}

static void count_line(struct page *p, const char *label, int64_t n,
                       const char *note)
{
    char buf[32];

    figure_line(p, label, text_count(buf, sizeof(buf), n), note);
}

static void share_line(struct page *p, const char *label, double x,
                       const char *note)
{
    char buf[32] = "-";

    if (x >= 0)
        snprintf(buf, sizeof(buf), "%.3f", x);
    figure_line(p, label, buf, note);
}

static void write_figures(struct page *p, const struct sim_outcome *o)
{
    const struct sim_totals *t = &o->totals;
    struct text note = {0};
    char buf[32] = "-";

    page_title(p, "FIGURES");
    if (t->utilisation >= 0)
        text_percent(buf, sizeof(buf), t->utilisation);
    figure_line(p, "CPUs computed", buf, "of their time");
    if (t->overhead_ns > 0) {
        double all = (double)o->setup.cpus * (double)t->wall_ns;

        figure_line(
            p, "CPUs switched",
            text_percent(buf, sizeof(buf), (double)t->overhead_ns / all),
            "of their time, from job to job");
    }
    text_addf(&note, "%s of them forced",
              text_count(buf, sizeof(buf), t->switches_involuntary));
    count_line(p, "switches", t->switches_voluntary + t->switches_involuntary,
               text_str(&note));
    text_fini(&note);
    if (o->setup.cpus > 1)
        count_line(p, "migrations", t->migrations, "went on on another CPU");
    count_line(p, "decisions", t->decisions, "a CPU had to choose");
    share_line(p, "fairness", t->jain_slowdown,
               "Jain's index of computing by turnaround: 1 is fair");
    if (t->jain_share >= 0)
        share_line(p, "fairness of shares", t->jain_share,
                   "Jain's index of processor time by weight");
    if (t->periods > 0 || t->misses > 0 || has_deadlines(o))
        count_line(p, "deadlines missed", t->misses, "");
    if (t->tasks > 0)
        count_line(p, "tasks", t->tasks, "of the pool");
}

static void write_tie(struct page *p, const struct sim_outcome *o)
{
    const struct sim_policy *policy = o->setup.policy;
    struct text line = {0};

    if (policy->tie)
        text_addf(&line, "Ties: %s", policy->tie);
    if (policy->source)
        text_addf(&line, "%sSource: %s.", line.len ? " " : "", policy->source);
    p->row++;
    page_wrap(p, 0, STYLE_DIM, text_str(&line));
    text_fini(&line);
}

/* ---- reasons --------------------------------------------------------------
 */

static void add_steps(const struct sim_outcome *o, int columns,
                      struct text *out)
{
    const struct sim_unit *u = sim_unit_for(o->totals.wall_ns);
    char at[32];
    int width = 0;

    for (int64_t i = 0; i < o->said_count; i++) {
        int n = text_columns(
            sim_in_unit(at, sizeof(at), o->said[i].decision.at_ns, u));

        width = n > width ? n : width;
    }
    if (o->said_count > 0)
        text_addf(out, "\nDECISIONS, in %s\n", u->name);
    for (int64_t i = 0; i < o->said_count; i++) {
        sim_in_unit(at, sizeof(at), o->said[i].decision.at_ns, u);
        text_addf(out, "  %*s  ", width, at);
        steps_wrap(out, o->said[i].words, width + 4, width + 4, columns);
    }
    if (o->said_count > 0 && o->said_count < o->totals.decisions) {
        text_count(at, sizeof(at), o->totals.decisions - o->said_count);
        text_addf(out, "  %*s  and %s more: --steps N shows N of them\n", width,
                  "", at);
    }
}

/* ---- the whole ------------------------------------------------------------
 */

static int page_begin(struct page *p, const struct sim_outcome *o,
                      const struct report_options *look, int rows)
{
    *p = (struct page){.trace = o->trace,
                       .options = look,
                       .columns = look->columns,
                       .jobs = true};
    if (p->columns <= 0)
        p->columns = 80;
    if (p->columns < COLUMNS_MIN)
        p->columns = COLUMNS_MIN;
    if (p->columns > COLUMNS_MAX)
        p->columns = COLUMNS_MAX;
    return frame_init(&p->frame, rows, p->columns);
}

static void page_end(struct page *p, struct text *out)
{
    if (p->options->ascii)
        frame_to_ascii(&p->frame);
    page_print(p, out);
    frame_fini(&p->frame);
}

static int64_t longest_of(const struct sim_outcome *o, int count)
{
    int64_t longest = 0;

    for (int i = 0; i < count; i++) {
        const struct sim_totals *t = &o[i].totals;
        int64_t ns = t->turnaround.n > 0 ? t->turnaround.max_ns : t->wall_ns;

        longest = ns > longest ? ns : longest;
    }
    return longest;
}

/* One machine: the picture, and with @alone all that can be said of it. */
static int write_one(const struct sim_outcome *o, const struct sim_unit *u,
                     const struct report_options *look, bool alone,
                     struct text *out)
{
    struct report_options options = *look;
    struct page p;
    int rc;

    options.brief = !alone;
    rc = page_begin(&p, o, &options, ROWS + o->setup.cpus);
    if (rc < 0)
        return rc;
    write_head(&p, o);
    if (o->trace)
        rc = page_timelines(&p);
    if (alone) {
        write_jobs(&p, o, u);
        write_figures(&p, o);
        write_tie(&p, o);
    }
    page_end(&p, out);
    add_steps(o, p.columns, out);
    return rc;
}

int export_sim(const struct sim_outcome *o, int count,
               const struct report_options *look, struct text *out)
{
    const struct sim_unit *u = sim_unit_for(longest_of(o, count));
    struct page p;
    int rc = 0;

    for (int i = 0; i < count && rc == 0; i++)
        rc = write_one(&o[i], u, look, count == 1, out);
    if (rc == 0 && count > 1) {
        rc = page_begin(&p, o, look, ROWS + 2 * count + JOBS_SHOWN);
        if (rc == 0) {
            sim_compare(&p, o, count, u);
            page_end(&p, out);
        }
    }
    return rc == 0 && out->failed ? -ENOMEM : rc;
}
