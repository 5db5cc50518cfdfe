/* See play.h. In the test process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/play.h"

#define MS INT64_C(1000000)

static void take_stretch(void *arg, const struct sim_stretch *st)
{
    struct play *p = arg;
    char name[SIM_NAME_MAX];
    int64_t from = (st->from_ns + MS - 1) / MS;

    if (st->state != TASK_RUNNING || st->cpu >= PLAY_CPUS)
        return;
    sim_job_name(&p->jobs, st->task, name);
    for (int64_t i = from; i * MS < st->to_ns && i < PLAY_CELLS; i++) {
        assert_int_equal(p->cell[st->cpu][i], '.'); /* one at a time */
        p->cell[st->cpu][i] = name[0];
    }
}

static void take_decision(void *arg, const struct sim *s,
                          const struct sim_decision *d)
{
    struct play *p = arg;

    if (!p->wants_why)
        return;
    text_addf(&p->why, "%g: ", (double)d->at_ns / (double)MS);
    sim_explain(s, d, &p->why);
    text_add(&p->why, "\n");
}

static void join_cells(struct play *p)
{
    int64_t cells = (sim_now_ns(p->sim) + MS - 1) / MS;

    for (int c = 0; c < p->setup.cpus && c < PLAY_CPUS; c++)
        text_addf(&p->line, "%s%.*s", c ? "/" : "",
                  cells < PLAY_CELLS ? (int)cells : PLAY_CELLS, p->cell[c]);
}

void play_begin(struct play *p, const struct sim_watch *watch, const char *text)
{
    struct text machine = {0};
    struct err err = {0};

    if (sim_jobs_read(&p->jobs, &machine, "test", text, strlen(text), &err) <
            0 ||
        sim_setup_read(&p->setup, text_str(&machine), NULL, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    p->setup.draws = p->draws;
    p->setup.draw_count = p->draw_count;
    if (sim_new(&p->sim, &p->setup, &p->jobs, watch, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    text_fini(&machine);
}

void play(struct play *p, const char *format, ...)
{
    struct sim_watch watch = {
        .arg = p, .decided = take_decision, .stretch = take_stretch};
    struct text text = {0};
    va_list ap;

    va_start(ap, format);
    text_addv(&text, format, ap);
    va_end(ap);
    memset(p->cell, '.', sizeof(p->cell));
    play_begin(p, &watch, text_str(&text));
    sim_run(p->sim, INT64_MAX, INT64_MAX);
    assert_int_not_equal(sim_state(p->sim), SIM_GOES_ON);
    join_cells(p);
    text_fini(&text);
}

struct sim_totals play_totals(const struct play *p)
{
    struct sim_totals totals;

    assert_int_equal(sim_totals(p->sim, &totals), 0);
    return totals;
}

struct sim_figures play_job(const struct play *p, int id)
{
    return sim_figures(p->sim, id);
}

void play_fini(struct play *p)
{
    sim_free(p->sim);
    sim_jobs_fini(&p->jobs);
    text_fini(&p->why);
    text_fini(&p->line);
    *p = (struct play){0};
}
