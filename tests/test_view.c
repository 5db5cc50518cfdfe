/* The screens as text: every view at every size against its golden file, and
 * what must hold of all of them. Made-up traces; nothing runs. Test process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lib/fake_trace.h"
#include "lib/golden.h"
#include "view/view.h"

#define MS NS_PER_MS

/* ---- what the screens are given ----------------------------------------- */

static const struct view_key lab_keys[] = {
    {"Space", "stop/go", "stop the workers where they are, let them go on"},
    {"f", "freeze", "freeze the picture to look around; the workers go on"},
    {"[ ]", "workers", "fewer, more workers"},
    {"m", "model", "run it again with the next model"},
    {"<>", "zoom", "see a longer, a shorter time"},
    {"←→", "time", "freeze, and move through time"},
    {"n N", "switch", "freeze, and jump to the next, the previous switch"},
    {"Home End", NULL, "to the beginning; back to now"},
    {"r", "again", "run it again from the start"},
    {"q", "back", "one level back; this ends the run"},
    {":", "any", "type any experiment and run it"},
    {"p", "presenter", "presenter: bigger and fewer words"},
    {"?", "help", "this help"},
};
static const struct view_key race_keys[] = {
    {"k", "lock", "the next lock, the one before, while it runs"},
    {"Space", "stop/go", "stop the workers where they are, let them go on"},
    {"[ ]", "workers", "fewer, more workers"},
    {"1", "one core", "all workers on one core, or wherever they may"},
    {"f", "freeze", "freeze the picture; the workers go on"},
    {"q", "back", "one level back; this ends the run"},
    {":", "any", "type any experiment and run it"},
    {"?", "help", "this help"},
};
static const struct view_key launcher_keys[] = {
    {"↑↓", "choose", "choose what to run"},
    {"⏎", "start", "start it"},
    {"e", "settings", "change its settings first"},
    {"q", "quit", "leave timeslice"},
    {":", "any", "type any experiment and run it"},
    {"?", "help", "this help"},
};

static const struct view_launcher_item items[] = {
    {"Counter race", "counter --model threads --workers 2",
     "Two threads add to one counter. Flip the lock on and off while they run, "
     "and watch updates vanish."},
    {"Four threads, two cores", "primes --model threads --workers 4 --tasks 20",
     "More workers than cores: who runs, and who has to wait for a core?"},
    {"The same in processes", "primes --model processes --workers 4",
     "Forked processes instead of threads. Is anything faster?"},
    {"One global lock", "spin --model gil --workers 2",
     "As in CPython: two threads, but only one computes at a time."},
    {"Only waiting", "sleep --workers 8 --tasks 100 --task-ms 2000 --scale 100",
     "100 tasks of 2 s on 8 workers: 25 s? Look at the last round."},
    {"Ping-pong", "pingpong --workers 2 --cpus 0",
     "Two workers hand a turn to each other: nothing but switches."},
};

/* Six threads on two cores for 4 s; D waits for a timer now and then, E for a
 * lock. Still running, in slices of 10 to 30 ms. */
static struct trace *busy_trace(bool sampled)
{
    struct trace *t =
        fake_new("primes --model threads --workers 6 --tasks 100");
    int64_t since[6] = {0}, free_ns[2] = {0};
    int turn = 0;

    if (sampled) {
        t->observer.kind = OBSERVER_SAMPLED;
        snprintf(t->observer.reason, sizeof(t->observer.reason),
                 "perf_event_paranoid is 4");
        snprintf(t->observer.remedy, sizeof(t->observer.remedy),
                 "sudo sysctl kernel.perf_event_paranoid=2");
    }
    while (free_ns[0] < 4000 * MS || free_ns[1] < 4000 * MS) {
        int core = free_ns[0] <= free_ns[1] ? 0 : 1;
        int64_t at = free_ns[core], slice = (10 + turn * 7 % 20) * MS;
        int id = turn++ % 6;

        if (since[id] > at) { /* it still runs on the other core */
            free_ns[core] = since[id];
            continue;
        }
        if (id == 3 && at > since[id])
            fake_span(t, id, SPAN_BLOCKED, -1, WAIT_SLEEP, since[id], at);
        else if (id == 4 && at > since[id])
            fake_span(t, id, SPAN_BLOCKED, -1, WAIT_LOCK, since[id], at);
        else
            fake_span(t, id, SPAN_READY, -1, WAIT_NONE, since[id], at);
        if (at + slice > 4000 * MS) { /* it is still at it */
            t->workers[id].state = SPAN_RUNNING;
            t->workers[id].cpu = core;
            since[id] = free_ns[core] = 5000 * MS;
            continue;
        }
        fake_forced(t, id, core, at, at + slice);
        since[id] = at + slice;
        free_ns[core] = at + slice;
        t->workers[id].ops += slice / 1000;
    }
    for (int i = 0; i <= 80; i++)
        trace_add_sample(
            t, &(struct trace_sample){.at_ns = FAKE_GATE_NS + i * 50 * MS,
                                      .ops = i * 1000 + i % 7 * 40,
                                      .tasks_done = i * 61 / 80,
                                      .voluntary = i * 3 + i % 5,
                                      .involuntary = i * 8 + i % 3,
                                      .migrations = i,
                                      .cpu_ns = i * 99 * MS + i % 4 * MS});
    for (int id = 0; id < 6; id++) {
        if (t->workers[id].state != SPAN_RUNNING && id == 3) {
            t->workers[id].state = SPAN_BLOCKED;
            t->workers[id].cause = WAIT_SLEEP;
        }
        if (t->workers[id].state != SPAN_RUNNING && id == 4) {
            t->workers[id].state = SPAN_BLOCKED;
            t->workers[id].cause = WAIT_LOCK;
        }
        metric_set(&t->workers[id].metrics, METRIC_TASKS_DONE, 10 + (id == 0));
    }
    fake_finish(t, 4000 * MS, false);
    return t;
}

/* A race of 24 rounds: without a lock, then each lock in turn. */
static struct trace *long_race(void)
{
    static const int per_s[SYNC_COUNT] = {
        [SYNC_NONE] = 214,          [SYNC_MUTEX] = 56,  [SYNC_SPIN] = 31,
        [SYNC_TICKET] = 12,         [SYNC_ATOMIC] = 88, [SYNC_SHARDED] = 420,
        [SYNC_SHARDED_PACKED] = 64,
    };
    struct trace *t = fake_new("counter --model threads --workers 2");

    for (int i = 0; i <= 24; i++) {
        struct trace_phase *p = trace_add_phase(t);
        enum spec_sync sync = (enum spec_sync)(i / 3 % SYNC_COUNT);

        assert_non_null(p);
        p->sync = sync;
        p->workers = 2;
        p->start_ns = FAKE_GATE_NS + i * 500 * MS;
        p->ops = per_s[sync] * INT64_C(500000) + i * 10007;
        if (i == 24)
            break; /* the last is open */
        p->end_ns = p->start_ns + 500 * MS;
        metric_set(&p->metrics, METRIC_EXPECTED, (double)p->ops);
        metric_set(&p->metrics, METRIC_ACTUAL,
                   sync == SYNC_NONE ? (double)(p->ops * (45 + i % 5 * 3) / 100)
                                     : (double)p->ops);
        summary_phase(p);
    }
    fake_finish(t, 12200 * MS, false);
    return t;
}

/* ---- scenes -------------------------------------------------------------- */

struct stage {
    struct frame *f;
    struct trace *t;
    struct lanes *lanes;
};

struct view_case {
    const char *name;
    void (*draw)(struct stage *s);
    bool everywhere; /* golden at every size; else at 100x30 and 80x24 */
    bool ascii;
};

static struct view_common common(const struct view_key *keys, int count)
{
    return (struct view_common){.keys = keys, .key_count = count};
}
#define LAB_COMMON common(lab_keys, sizeof(lab_keys) / sizeof(lab_keys[0]))
#define RACE_COMMON common(race_keys, sizeof(race_keys) / sizeof(race_keys[0]))

static void use_trace(struct stage *s, struct trace *t)
{
    assert_null(s->t);
    s->t = t;
}

/* The lab's view as its screen makes it: asks for the room, cuts the trace
 * into as many columns as there are, shows as many workers as fit. */
static void draw_lab(struct stage *s, struct view_lab *v, int64_t window_ns)
{
    int64_t end = v->view_end_ns != 0 ? v->view_end_ns : s->t->now_ns;

    v->trace = s->t;
    v->view_end_ns = end;
    v->selected_worker = -1;
    v->wanted_workers = -1;
    if (v->grouped)
        v->per_row = 100;
    struct view_room room =
        view_lab_room(s->f->rows, s->f->columns, s->t->core_count, v);
    int per_row = v->grouped ? v->per_row : 1;
    int rows = (s->t->worker_count + per_row - 1) / per_row;

    v->lane_workers = rows < room.workers ? rows : room.workers;
    s->lanes = lanes_new();
    assert_non_null(s->lanes);
    lanes_group(s->lanes, per_row);
    assert_int_equal(lanes_update(s->lanes, s->t, end - 1,
                                  window_ns / room.columns, room.columns,
                                  v->first_worker, v->lane_workers),
                     0);
    v->lanes = s->lanes;
    view_lab(s->f, v);
}

static void lab_running(struct stage *s)
{
    struct view_lab v = {.common = LAB_COMMON, .follow = true};

    use_trace(s, busy_trace(false));
    draw_lab(s, &v, 2 * NS_PER_S);
}

static void lab_start(struct stage *s)
{
    struct view_lab v = {.common = LAB_COMMON, .follow = true};

    (void)s;
    view_lab(s->f, &v);
}

static void lab_gate(struct stage *s)
{
    struct view_lab v = {.common = LAB_COMMON, .follow = true};

    use_trace(s, fake_trace("start"));
    draw_lab(s, &v, 2 * NS_PER_S);
}

static void lab_frozen(struct stage *s)
{
    struct view_lab v = {.common = LAB_COMMON,
                         .cursor_ns = FAKE_GATE_NS + 3900 * MS + 123456};

    v.common.frozen = true;
    v.common.message = "frozen: arrows move through time, f goes on";
    use_trace(s, busy_trace(false));
    v.view_end_ns = FAKE_GATE_NS + 3950 * MS;
    draw_lab(s, &v, 200 * MS);
}

static void lab_paused(struct stage *s)
{
    struct view_compare before = {
        .line = "primes --model gil --workers 6 --tasks 100"};
    struct view_lab v = {
        .common = LAB_COMMON, .follow = true, .previous = &before};

    v.paused = true;
    metric_set(&before.metrics, METRIC_WALL_S, 9.7);
    metric_set(&before.metrics, METRIC_THROUGHPUT_PER_S, 10.3);
    metric_set(&before.metrics, METRIC_SWITCHES_VOLUNTARY, 4021);
    metric_set(&before.metrics, METRIC_SWITCHES_INVOLUNTARY, 213);
    metric_set(&before.metrics, METRIC_PARALLELISM, 1.01);
    use_trace(s, busy_trace(false));
    draw_lab(s, &v, 2 * NS_PER_S);
}

static void lab_finished(struct stage *s)
{
    struct view_compare before = {.line = "primes --model sequential"};
    struct view_lab v = {.common = LAB_COMMON, .previous = &before};

    metric_set(&before.metrics, METRIC_WALL_S, 3.97);
    metric_set(&before.metrics, METRIC_THROUGHPUT_PER_S, 5.04);
    metric_set(&before.metrics, METRIC_SWITCHES_VOLUNTARY, 2);
    metric_set(&before.metrics, METRIC_SWITCHES_INVOLUNTARY, 11);
    metric_set(&before.metrics, METRIC_PARALLELISM, 1);
    use_trace(s, fake_trace("primes"));
    draw_lab(s, &v, 2 * NS_PER_S);
}

static void lab_presenter(struct stage *s)
{
    struct view_lab v = {.common = LAB_COMMON, .follow = true};

    v.common.presenter = true;
    use_trace(s, busy_trace(false));
    draw_lab(s, &v, 2 * NS_PER_S);
}

static void lab_ascii(struct stage *s)
{
    struct view_lab v = {.common = LAB_COMMON, .follow = true};

    v.common.ascii = true;
    use_trace(s, busy_trace(false));
    draw_lab(s, &v, 2 * NS_PER_S);
}

static void lab_sampled(struct stage *s)
{
    struct view_lab v = {.common = LAB_COMMON, .follow = true};

    use_trace(s, busy_trace(true));
    draw_lab(s, &v, 2 * NS_PER_S);
}

static void lab_crowd(struct stage *s)
{
    struct view_lab v = {.common = LAB_COMMON, .follow = true, .grouped = true};

    use_trace(s, fake_trace("crowd"));
    draw_lab(s, &v, NS_PER_S);
}

static void lab_crowd_scrolled(struct stage *s)
{
    struct view_lab v = {
        .common = LAB_COMMON, .follow = true, .first_worker = 700};

    use_trace(s, fake_trace("crowd"));
    draw_lab(s, &v, NS_PER_S);
}

static void lab_gil(struct stage *s)
{
    struct view_lab v = {.common = LAB_COMMON};

    use_trace(s, fake_trace("gil"));
    draw_lab(s, &v, 300 * MS);
}

static void lab_sleep(struct stage *s)
{
    struct view_lab v = {.common = LAB_COMMON};

    use_trace(s, fake_trace("sleep"));
    draw_lab(s, &v, 320 * MS);
}

static void lab_gaps(struct stage *s)
{
    struct view_lab v = {.common = LAB_COMMON};

    use_trace(s, fake_trace("gaps"));
    draw_lab(s, &v, NS_PER_S);
}

static void lab_counter(struct stage *s)
{
    struct view_lab v = {.common = LAB_COMMON, .follow = true};

    use_trace(s, fake_trace("race"));
    draw_lab(s, &v, 20 * MS);
}

static void lab_prompt(struct stage *s)
{
    struct view_lab v = {.common = LAB_COMMON, .follow = true};

    v.common.prompt = "primes --model thraeds --workers 4";
    v.common.prompt_cursor = 22;
    v.common.prompt_hint = "\"thraeds\" is no model: did you mean \"threads\"?";
    use_trace(s, busy_trace(false));
    draw_lab(s, &v, 2 * NS_PER_S);
}

static void race_running(struct stage *s)
{
    struct view_race v = {.common = RACE_COMMON, .wanted_sync = SYNC_MUTEX};

    use_trace(s, fake_trace("race"));
    v.trace = s->t;
    view_race(s->f, &v);
}

static void race_unlocked(struct stage *s)
{
    struct view_race v = {.common = RACE_COMMON, .wanted_sync = SYNC_NONE};

    use_trace(s, fake_trace("race"));
    s->t->phase_count = 3; /* as if in the third round's end */
    v.trace = s->t;
    view_race(s->f, &v);
}

static void race_long(struct stage *s)
{
    struct view_race v = {.common = RACE_COMMON, .wanted_sync = SYNC_SPIN};

    v.glow = 3;
    v.one_core = true;
    use_trace(s, long_race());
    v.trace = s->t;
    view_race(s->f, &v);
}

static void race_frozen(struct stage *s)
{
    struct view_race v = {.common = RACE_COMMON, .wanted_sync = SYNC_NONE};

    v.common.frozen = true;
    v.paused = true;
    use_trace(s, fake_trace("race"));
    v.trace = s->t;
    view_race(s->f, &v);
}

static void race_start(struct stage *s)
{
    struct view_race v = {.common = RACE_COMMON, .wanted_sync = SYNC_NONE};

    view_race(s->f, &v);
}

static void race_presenter(struct stage *s)
{
    struct view_race v = {.common = RACE_COMMON, .wanted_sync = SYNC_NONE};

    v.common.presenter = true;
    use_trace(s, fake_trace("race"));
    s->t->phase_count = 3;
    v.trace = s->t;
    view_race(s->f, &v);
}

static void race_ascii(struct stage *s)
{
    struct view_race v = {.common = RACE_COMMON, .wanted_sync = SYNC_NONE};

    v.common.ascii = true;
    use_trace(s, fake_trace("race"));
    s->t->phase_count = 3;
    v.trace = s->t;
    view_race(s->f, &v);
}

static void race_finished(struct stage *s)
{
    struct view_race v = {.common = RACE_COMMON, .wanted_sync = SYNC_MUTEX};

    use_trace(s, fake_trace("race"));
    s->t->phase_count = 4;
    s->t->end_ns = s->t->now_ns;
    s->t->verdict = VERDICT_OK;
    v.trace = s->t;
    view_race(s->f, &v);
}

static void launcher(struct stage *s)
{
    static const struct trace_observer observer = {
        .kind = OBSERVER_GAP,
        .reason = "kernel.perf_event_paranoid is 3",
        .remedy = "sudo sysctl kernel.perf_event_paranoid=2",
    };
    struct trace *t = fake_new("primes");
    struct view_launcher v = {
        .common = common(launcher_keys,
                         sizeof(launcher_keys) / sizeof(launcher_keys[0])),
        .machine = &t->machine,
        .observer = &observer,
        .foreign_share = 0.021,
        .items = items,
        .item_count = sizeof(items) / sizeof(items[0]),
        .selected = 1,
        .last_run = "primes --model threads --workers 4, 2 min ago: 1.98 cores "
                    "busy",
    };

    use_trace(s, t);
    view_launcher(s->f, &v);
}

static void help(struct stage *s)
{
    static const char *const legend[] = {
        "█ running   ▒ ready, no free core   ╳ waits for another worker",
        "░ waits for I/O   ▚ spins in vain   · idle   ? not recorded", NULL};
    struct view_help v = {
        .title = "LIVE LAB",
        .keys = lab_keys,
        .key_count = sizeof(lab_keys) / sizeof(lab_keys[0]),
        .selected = 2,
        .legend = legend,
    };

    view_help(s->f, &v);
}

static void help_search(struct stage *s)
{
    struct view_help v = {
        .title = "LIVE LAB",
        .keys = lab_keys + 4,
        .key_count = 2,
        .search = "time",
    };

    view_help(s->f, &v);
}

static void editor(struct stage *s)
{
    struct spec spec;
    struct err err;
    struct view_editor v = {.spec = &spec, .selected = 6};

    assert_int_equal(spec_parse_line(&spec,
                                     "primes --model threads --workers 4 "
                                     "--tasks 20 --cpus 0",
                                     &err),
                     0);
    view_editor(s->f, &v);
}

static void editor_typing(struct stage *s)
{
    struct spec spec;
    struct err err;
    struct view_editor v = {
        .spec = &spec,
        .selected = 1,
        .typing = "70000",
        .error = "\"70000\" is too many for --workers: 1 to 65000",
    };

    assert_int_equal(spec_parse_line(&spec, "counter --sync mutex", &err), 0);
    view_editor(s->f, &v);
}

static void blank(struct stage *s)
{
    view_blank(s->f);
}

static const struct view_case scenes[] = {
    {"launcher", launcher, true, false},
    {"lab", lab_running, true, false},
    {"lab_start", lab_start, false, false},
    {"lab_gate", lab_gate, false, false},
    {"lab_frozen", lab_frozen, true, false},
    {"lab_paused", lab_paused, false, false},
    {"lab_finished", lab_finished, true, false},
    {"lab_presenter", lab_presenter, true, false},
    {"lab_ascii", lab_ascii, false, true},
    {"lab_sampled", lab_sampled, false, false},
    {"lab_crowd", lab_crowd, true, false},
    {"lab_crowd_scrolled", lab_crowd_scrolled, false, false},
    {"lab_gil", lab_gil, false, false},
    {"lab_sleep", lab_sleep, false, false},
    {"lab_gaps", lab_gaps, false, false},
    {"lab_counter", lab_counter, false, false},
    {"lab_prompt", lab_prompt, false, false},
    {"race", race_running, true, false},
    {"race_unlocked", race_unlocked, true, false},
    {"race_long", race_long, true, false},
    {"race_frozen", race_frozen, false, false},
    {"race_start", race_start, false, false},
    {"race_finished", race_finished, false, false},
    {"race_presenter", race_presenter, true, false},
    {"race_ascii", race_ascii, false, true},
    {"help", help, true, false},
    {"help_search", help_search, false, false},
    {"editor", editor, true, false},
    {"editor_typing", editor_typing, false, false},
    {"blank", blank, false, false},
};
#define SCENES (sizeof(scenes) / sizeof(scenes[0]))

static void scene_draw(const struct view_case *scene, struct frame *f)
{
    struct stage s = {.f = f};

    scene->draw(&s);
    if (scene->ascii)
        frame_to_ascii(f);
    lanes_free(s.lanes);
    trace_free(s.t);
}

/* ---- goldens ------------------------------------------------------------- */

static const struct size {
    int columns, rows;
    bool everywhere;
} sizes[] = {
    {100, 30, false}, {80, 24, false}, {200, 50, true},
    {60, 20, true},   {30, 8, true},   {1, 1, true},
};
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

struct golden_case {
    char name[64];
    const struct view_case *scene;
    const struct size *size;
};

static void golden_case(void **state)
{
    const struct golden_case *c = *state;
    struct frame f = {0};
    struct text out = {0};
    char file[96];

    assert_int_equal(frame_init(&f, c->size->rows, c->size->columns), 0);
    scene_draw(c->scene, &f);
    frame_styles_to_text(&f, &out);
    snprintf(file, sizeof(file), "view_%s.txt", c->name);
    golden_check(file, text_str(&out));
    text_fini(&out);
    frame_fini(&f);
}

/* ---- what holds of all of them ------------------------------------------- */

/* At any size, also absurd ones: no crash, and every glyph has a fallback (a
 * glyph without one would become '?'). */
static void any_size(void **state)
{
    static const int rows[] = {1, 2, 3, 7, 10, 19, 20, 23, 25, 33, 70};
    static const int columns[] = {1, 2, 4, 9, 29, 41, 60, 79, 99, 151, 260};
    const struct view_case *scene = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t j = 0; j < sizeof(columns) / sizeof(columns[0]); j++) {
            struct frame f = {0}, plain = {0};
            size_t cells = (size_t)rows[i] * (size_t)columns[j];

            if (rows[i] > 3 && columns[j] > 4 && (i + j) % 3 != 0)
                continue; /* a third of the ordinary sizes is enough */
            assert_int_equal(frame_init(&f, rows[i], columns[j]), 0);
            assert_int_equal(frame_init(&plain, rows[i], columns[j]), 0);
            scene_draw(scene, &f);
            memcpy(plain.cells, f.cells, cells * sizeof(*f.cells));
            frame_to_ascii(&plain);
            for (size_t k = 0; k < cells; k++) {
                assert_in_range(f.cells[k].style, 0, STYLE_COUNT - 1);
                assert_true(plain.cells[k].glyph < 0x7f);
                if (plain.cells[k].glyph == '?')
                    assert_int_equal(f.cells[k].glyph, '?');
            }
            frame_fini(&f);
            frame_fini(&plain);
        }
    }
}

/* A state is told by its glyph alone, too, in both alphabets. */
static void states_differ_without_colour(void **state)
{
    static const struct {
        enum span_state state;
        enum wait_cause cause;
    } kinds[] = {
        {SPAN_RUNNING, WAIT_NONE}, {SPAN_SPINNING, WAIT_SPIN},
        {SPAN_READY, WAIT_NONE},   {SPAN_BLOCKED, WAIT_LOCK},
        {SPAN_BLOCKED, WAIT_IO},   {SPAN_BLOCKED, WAIT_DISPATCH},
        {SPAN_UNKNOWN, WAIT_NONE},
    };
    struct frame f = {0};

    (void)state;
    assert_int_equal(frame_init(&f, 4, 7), 0);
    for (int i = 0; i < 7; i++) {
        for (int sampled = 0; sampled < 2; sampled++) {
            frame_put(
                &f, sampled, i,
                view_state_glyph(kinds[i].state, kinds[i].cause, sampled != 0),
                view_state_style(kinds[i].state, kinds[i].cause));
            frame_put(&f, 2 + sampled, i, f.cells[sampled * 7 + i].glyph,
                      STYLE_NORMAL);
        }
        assert_true(*view_state_word(kinds[i].state, kinds[i].cause) != '\0');
    }
    for (int ascii = 0; ascii < 2; ascii++) {
        for (int row = 0; row < 2; row++) {
            for (int i = 0; i < 7; i++) {
                for (int j = 0; j < i; j++) {
                    const struct cell *a = &f.cells[row * 7 + i];
                    const struct cell *b = &f.cells[row * 7 + j];

                    assert_int_not_equal(a->glyph, b->glyph);
                    assert_int_not_equal(a->style, b->style);
                }
            }
        }
        frame_to_ascii(&f);
    }
    frame_fini(&f);
}

/* The room that the lab promises its screen is the room that it draws in. */
static void lab_room_grows_with_the_frame(void **state)
{
    struct view_room last = {0, 0};

    (void)state;
    for (int rows = 20, columns = 60; rows < 80; rows++, columns += 3) {
        struct view_room room = view_lab_room(rows, columns, 2, NULL);

        assert_true(room.columns >= last.columns);
        assert_true(room.workers >= 1 && room.columns >= 1);
        assert_true(room.columns < columns && room.workers < rows);
        last = room;
    }
    assert_true(view_lab_room(1, 1, 64, NULL).columns >= 1);
    assert_true(view_lab_room(1, 1, 64, NULL).workers >= 1);
}

/* The footer drops what does not fit, but never help and the way out. */
static void footer_keeps_help_and_the_way_out(void **state)
{
    struct view_common c = LAB_COMMON;

    (void)state;
    for (int columns = 16; columns <= 200; columns++) {
        struct frame f = {0};
        struct text out = {0};

        assert_int_equal(frame_init(&f, 1, columns), 0);
        view_footer(&f, frame_box(&f), &c);
        frame_to_text(&f, &out);
        assert_non_null(strstr(text_str(&out), "q back"));
        assert_non_null(strstr(text_str(&out), "? help"));
        text_fini(&out);
        frame_fini(&f);
    }
}

/* Banners do not depend on colour: the words are there, and both at once. */
static void frozen_and_stopped_are_two_banners(void **state)
{
    struct view_common c = {.frozen = true};
    struct trace *t = fake_trace("race");
    struct frame f = {0};
    struct text out = {0};

    (void)state;
    assert_int_equal(frame_init(&f, 1, 80), 0);
    view_header(&f, frame_box(&f), "LIVE LAB", "x", t, true, &c);
    frame_to_text(&f, &out);
    assert_non_null(strstr(text_str(&out), "FROZEN"));
    assert_non_null(strstr(text_str(&out), "WORKERS STOPPED"));
    assert_null(strstr(text_str(&out), "RUNNING"));
    text_fini(&out);
    frame_fini(&f);
    trace_free(t);
}

/* The race shows a closed round only: what is still open changes nothing. */
static void race_ignores_the_open_round(void **state)
{
    struct text out[2] = {{0}, {0}};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct view_race v = {.common = RACE_COMMON};
        struct frame f = {0};
        struct trace *t = fake_trace("race");

        if (i == 1) {
            struct trace_phase *open = &t->phases[t->phase_count - 1];

            open->ops = 77;
            metric_set(&open->metrics, METRIC_EXPECTED, 100);
            metric_set(&open->metrics, METRIC_LOST, 99);
        }
        v.trace = t;
        assert_int_equal(frame_init(&f, 30, 100), 0);
        view_race(&f, &v);
        frame_to_text(&f, &out[i]);
        frame_fini(&f);
        trace_free(t);
    }
    assert_string_equal(text_str(&out[0]), text_str(&out[1]));
    text_fini(&out[0]);
    text_fini(&out[1]);
}

static const struct rung_case {
    const char *name;
    struct trace_observer observer;
    double per_s;
    const char *want[3]; /* all of these are in the line */
} rungs[] = {
    {"perf, with its price",
     {.kind = OBSERVER_PERF, .price_ns = 1000},
     312000,
     {"Observer perf", "1.00 µs a switch", "31.2 % of a core"}},
    {"gap, with reason and remedy",
     {.kind = OBSERVER_GAP,
      .price_ns = -1,
      .reason = "perf is refused",
      .remedy = "a sysctl"},
     -1,
     {"20 µs", "perf is refused", "better with: a sysctl"}},
    {"what was lost is said",
     {.kind = OBSERVER_PERF, .price_ns = -1, .lost = 1234},
     -1,
     {"1,234 records lost", NULL, NULL}},
    {"off", {.kind = OBSERVER_OFF}, 100, {"counts only", NULL, NULL}},
};

static void rung_case(void **state)
{
    const struct rung_case *c = *state;
    struct trace *t = fake_trace("start");
    struct rates r = {.voluntary_per_s = c->per_s,
                      .involuntary_per_s = c->per_s < 0 ? -1 : 0};
    struct text out = {0};

    t->observer = c->observer;
    view_observer_line(&out, t, c->per_s < 0 ? NULL : &r);
    for (int i = 0; i < 3 && c->want[i] != NULL; i++)
        assert_non_null(strstr(text_str(&out), c->want[i]));
    text_fini(&out);
    trace_free(t);
}

/* ---- all of it ------------------------------------------------------------
 */

#define MAX_TESTS 400

static struct CMUnitTest tests[MAX_TESTS];
static struct golden_case goldens[MAX_TESTS];
static char names[SCENES][64];
static size_t test_count;

static void add(const char *name, CMUnitTestFunction run, const void *row)
{
    assert_true(test_count < MAX_TESTS);
    tests[test_count++] = (struct CMUnitTest){
        .name = name,
        .test_func = run,
        .initial_state = (void *)(uintptr_t)row,
    };
}

int main(void)
{
    size_t count = 0;

    for (size_t i = 0; i < SCENES; i++) {
        for (size_t j = 0; j < SIZES; j++) {
            struct golden_case *c = &goldens[count];

            if (sizes[j].everywhere && !scenes[i].everywhere)
                continue;
            c->scene = &scenes[i];
            c->size = &sizes[j];
            snprintf(c->name, sizeof(c->name), "%s_%dx%d", scenes[i].name,
                     sizes[j].columns, sizes[j].rows);
            add(c->name, golden_case, c);
            count++;
        }
        snprintf(names[i], sizeof(names[i]), "%s at any size", scenes[i].name);
        add(names[i], any_size, &scenes[i]);
    }
    for (size_t i = 0; i < sizeof(rungs) / sizeof(rungs[0]); i++)
        add(rungs[i].name, rung_case, &rungs[i]);
    add("states differ without colour", states_differ_without_colour, NULL);
    add("the lab's room grows", lab_room_grows_with_the_frame, NULL);
    add("the footer keeps help and the way out",
        footer_keeps_help_and_the_way_out, NULL);
    add("frozen and stopped are two banners",
        frozen_and_stopped_are_two_banners, NULL);
    add("the race ignores the open round", race_ignores_the_open_round, NULL);
    return _cmocka_run_group_tests("view", tests, test_count, NULL, NULL);
}
