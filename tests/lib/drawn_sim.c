#include "lib/drawn_sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frame/frame.h"
#include "tui/keys.h"

#define LINES 64

void drawn_sim_jobs(struct sim_jobs *out, const char *text)
{
    struct err err = {0};

    *out = (struct sim_jobs){0};
    if (sim_jobs_read(out, NULL, "jobs", text, strlen(text), &err) < 0)
        fail_msg("%s", err.text);
}

void drawn_sim_play(struct sim_play *p, const struct sim_jobs *jobs,
                    const char *setup)
{
    struct sim_setup read;
    struct err err = {0};

    if (sim_setup_read(&read, setup, NULL, &err) < 0)
        fail_msg("%s", err.text);
    sim_play_begin(p, &read, jobs);
    assert_true(sim_play_work(p, INT64_MAX));
}

/* All of a window of @room, or what was asked for. */
static struct view_sim_window window_of(const struct drawn_sim *d,
                                        struct view_sim_room room, int jobs,
                                        int cpus, int64_t end_ns)
{
    int lanes = d->by_cpu ? cpus : jobs;
    struct view_sim_window w = {
        .start_ns = d->start_us * 1000,
        .column_ns = d->column_us > 0
                         ? d->column_us * 1000
                         : simtui_nice_ns(end_ns / room.columns + 1),
        .columns = room.columns,
        .by_cpu = d->by_cpu,
        .rows = lanes < room.rows ? lanes : room.rows,
        .cpus = d->by_cpu || room.rows < lanes + cpus ? 0 : cpus,
    };

    if (d->selected >= w.rows && !d->by_cpu)
        w.first = d->selected - w.rows + 1;
    return w;
}

static int make_lines(const struct sim_jobs *jobs, struct text *text,
                      const char *lines[LINES])
{
    int n = 0;
    char *at;

    sim_jobs_write(jobs, "\n", text);
    for (at = text->data; at && *at != '\0' && n < LINES;) {
        char *end = strchr(at, '\n');

        lines[n++] = at;
        if (!end)
            break;
        *end = '\0';
        at = end + 1;
    }
    return n;
}

void drawn_sim(struct frame *f, const struct drawn_sim *d)
{
    static struct sim_play play[TUI_SIM_SETUPS];
    static struct key_list keys;
    struct view_sim_group group[VIEW_SIM_GROUPS];
    const char *lines[LINES];
    struct sim_jobs jobs;
    struct text text = {0};
    struct view_sim v = {
        .jobs = &jobs,
        .lines = lines,
        .selected = d->selected,
        .chosen = d->chosen,
        .group = group,
        .cursor_ns = d->cursor_us * 1000,
        .playing = d->playing,
        .common = {.presenter = d->presenter, .ascii = d->ascii},
        .asks = d->typing ? "job" : NULL,
        .typing = d->typing,
        .typing_cursor = d->typing ? (int)strlen(d->typing) : 0,
        .hint = d->error,
        .hint_bad = d->error != NULL,
    };
    int cpus = 1;

    drawn_sim_jobs(&jobs, d->jobs);
    for (; v.group_count < TUI_SIM_SETUPS && d->setup[v.group_count];
         v.group_count++) {
        struct sim_play *p = &play[v.group_count];

        drawn_sim_play(p, &jobs, d->setup[v.group_count]);
        v.end_ns = p->end_ns > v.end_ns ? p->end_ns : v.end_ns;
        cpus = p->setup.cpus > cpus ? p->setup.cpus : cpus;
    }
    int models = v.group_count;
    if (d->decision > 0) {
        sim_play_go_decision(&play[d->chosen], d->decision - 1);
        assert_true(sim_play_work(&play[d->chosen], INT64_MAX));
        v.cursor_ns = play[d->chosen].now.decided_ns;
    }
    v.window =
        window_of(d,
                  view_sim_room(f->rows, f->columns, models + d->measured,
                                d->by_cpu ? cpus : jobs.count + cpus, &jobs,
                                d->presenter),
                  jobs.count, cpus, v.end_ns);
    for (int i = 0; i < models; i++) {
        sim_play_show(&play[i], &v.window);
        if (i != d->chosen || d->decision == 0)
            sim_play_go(&play[i], v.cursor_ns);
        assert_true(sim_play_work(&play[i], INT64_MAX));
        sim_play_group(&play[i], d->by_cpu, &group[i]);
    }
    if (d->measured) { /* the first one, a little slower */
        group[models] = group[0];
        group[models].badge = BADGE_MEASURED;
        group[models].setup = "spin --workers 4 --task-ms 5";
        group[models].tie = group[models].summary = NULL;
        group[models].note = "on 2 cores here";
        group[models].now = NULL;
        group[models].figures.turnaround_ns *= 1.25;
        group[models].figures.response_ns = -1;
        v.group_count++;
    }
    v.line_count = make_lines(&jobs, &text, lines);
    keys_footer(&keys, &keys_sim, 0, false);
    v.common.keys = keys.view;
    v.common.key_count = keys.count;
    view_sim(f, &v);
    if (d->ascii)
        frame_to_ascii(f);
    for (int i = 0; i < models; i++)
        sim_play_fini(&play[i]);
    text_fini(&text);
    sim_jobs_fini(&jobs);
}
