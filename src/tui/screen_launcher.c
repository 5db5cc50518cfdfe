/* The launcher: what can be run, what this machine is, what ran last. Screen
 * process. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "observe/observe.h"
#include "observe/proc.h"
#include "tui/app.h"

/* What can be chosen. A line is run as it stands. */
static const struct launcher_item {
    struct view_launcher_item view;
    const struct screen *screen;
} items[] = {
    {{"Lessons", "lesson",
      "A course of short lessons. Each asks a question, has you predict, runs "
      "the experiment here, shows what your machine says, and only then "
      "explains."},
     &screen_course},
    {{"Live lab", "primes --limit 1000000 --tasks 100",
      "One thread a core counts primes up to a million, 100 times. Watch who "
      "holds which core and who has "
      "to wait, then add workers with ] and see what more of them are good "
      "for."},
     &screen_lab},
    {{"Counter race", "counter --model threads --workers 2",
      "Two threads add 1 to one shared counter. Without a lock updates "
      "vanish. Press k while it runs: the losses stop, and you see the price."},
     &screen_race},
    {{"Threads under a global lock",
      "primes --model gil --workers 4 --limit 1000000 --tasks 100",
      "The same primes under one lock, as in CPython. Four threads, and one of "
      "them computes at a time. Press m for the other models and compare."},
     &screen_lab},
    {{"Processes instead of threads",
      "primes --model processes --workers 4 --limit 1000000 --tasks 100",
      "Each worker is a process of its own, with memory of its own: no lock to "
      "share, but dearer to make."},
     &screen_lab},
    {{"Waiting is not working", "sleep --workers 8 --scale 100",
      "A hundred naps of 2 s (shown a hundred times faster) for 8 workers. 200 "
      "s of naps over 8 is 25 s. Why does it take longer?"},
     &screen_lab},
    {{"False sharing", "counter --workers 2 --sync sharded-packed",
      "A counter for each thread, so nothing is shared - but side by side in "
      "one cache line. Press K for a line each, and watch the speed."},
     &screen_race},
    {{"Hand-over", "pingpong --workers 2 --cpus 0",
      "Two threads on one core hand a turn to and fro: nothing but switches, "
      "hundreds of thousands a second. What does one cost?"},
     &screen_lab},
    {{"Cooperative tasks", "counter --model coop --workers 4",
      "Four tasks on one thread, each going on until it lets the others. They "
      "add to one counter without a lock, and nothing is lost. Why not?"},
     &screen_lab},
    {{"Deadlock", "locks --workers 5",
      "Five philosophers, five forks: each takes the left one, then waits for "
      "the right one. Nobody will ever eat. Who waits for whom?"},
     &screen_lab},
    {{"Producers and consumers",
      "queue --workers 4 --producers 1 --capacity 8 --task-ms 20 --tasks 500",
      "One worker fills a queue, three empty it. A -1 tells each that there is "
      "no more: what if there is one -1 too few (--sentinels 2)?"},
     &screen_lab},
    {{"The convoy", "convoy --hogs 1",
      "A thread that answers requests beside one that computes, under one "
      "global lock: a request that took microseconds takes milliseconds."},
     &screen_lab},
    {{"One arm, many readers", "disk --workers 8",
      "Eight readers and a modelled disk with one arm. The readers wait for "
      "real. Press d for another order of service, ] for more readers."},
     &screen_lab},
    {{"A hundred computers", "fleet --workers 10 --tasks 2000",
      "A hundred hosts on this machine, each 50 ms away, asked for their "
      "statistics over real connections. How many at once are best?"},
     &screen_lab},
    {{"Who disturbs whom?",
      "mix --duration 3 --parts 'spin --workers 2 | sleep --task-ms 20 "
      "--workers 4 | disk --workers 2'",
      "Computing, napping and reading: each alone, then all at once. How much "
      "of its speed does each keep?"},
     &screen_lab},
    {{"A mystery", "mystery --seed 1",
      "Somebody's program: what does it wait for, and how many workers should "
      "it have? Another --seed is another mystery; --reveal yes tells."},
     &screen_lab},
    {{"Sweet spot",
      "sweep spin --cpu-share 50 --task-ms 2 --tasks 300 --over workers=1-8",
      "Tasks that compute half their time and wait the other half: how many "
      "workers are best for them? Guess first (g), then see the curve grow."},
     &screen_sweep},
    {{"Scheduling simulator", "sim",
      "Policies side by side on the same jobs, in virtual time: who runs, who "
      "waits, and why each choice was made. Change a job or a policy and see "
      "at once what comes of it."},
     &screen_sim},
    {{"Interleaving microscope", "step",
      "Small programs of a few threads, one step at a time: you choose who "
      "goes "
      "next. Find the order that breaks them, then see how many of all orders "
      "do."},
     &screen_step},
    {{"Anything else", ":",
      "Type any experiment: a workload, then settings. Tab completes, and what "
      "is wrong is said at once."},
     NULL},
};
#define ITEMS ((int)(sizeof(items) / sizeof(items[0])))

/* ---- what others do to this machine ----------------------------------------
 */

#define LOOK_NS (2 * NS_PER_S)
#define FIRST_LOOK_NS (NS_PER_S / 2)

/* While no lab runs, all that keeps the cores busy is other programs. */
static struct {
    struct proc *proc;
    int64_t at_ns, busy_ns;
    double share; /* <0: not known */
} others = {.share = -1};

static void others_look(const struct machine *m, int64_t now_ns)
{
    static int64_t busy[CPU_SETSIZE];
    int64_t sum = 0;

    if (!others.proc)
        others.proc = proc_new();
    if (!others.proc || !proc_cores(others.proc, busy, CPU_SETSIZE))
        return;
    for (size_t i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &m->allowed) && busy[i] > 0)
            sum += busy[i];
    if (others.at_ns != 0 && now_ns > others.at_ns && m->cpus_allowed > 0) {
        double share = (double)(sum - others.busy_ns) /
                       (double)(now_ns - others.at_ns) / m->cpus_allowed;

        others.share = share < 0 ? 0 : share > 1 ? 1 : share;
    }
    others.at_ns = now_ns;
    others.busy_ns = sum;
}

static void others_forget(void)
{
    proc_free(others.proc);
    others.proc = NULL;
    others.at_ns = 0;
    others.share = -1;
}

/* Which rung of the observer a run would have here. */
static void probe(struct app *a)
{
    struct launcher_state *l = &a->launcher;
    struct spec spec;

    if (l->probed)
        return;
    spec_defaults(&spec, WORKLOAD_PRIMES);
    if (spec_check(&spec, a->options.machine, NULL) == 0 &&
        observe_probe(&spec, a->options.machine, &l->observer, NULL) == 0)
        l->probed = true;
}

/* ---- the screen ------------------------------------------------------------
 */

static void launcher_enter(struct app *a)
{
    int64_t now_ns = clock_now_ns();

    run_close(a);
    probe(a);
    others_look(a->options.machine, now_ns);
    a->launcher.next_ns = now_ns + FIRST_LOOK_NS;
}

static void launcher_leave(struct app *a)
{
    (void)a;
    others_forget();
}

static unsigned launcher_now(const struct app *a)
{
    (void)a;
    return 0;
}

/* Start the chosen item, or open its settings. */
static void choose(struct app *a, bool edit)
{
    const struct launcher_item *item = &items[a->launcher.selected];
    struct spec spec;
    struct err err = {0};

    if (!item->screen) {
        prompt_open(&a->prompt);
        return;
    }
    if (item->screen == &screen_course) {
        app_show(a, &screen_course);
        return;
    }
    if (item->screen == &screen_step) {
        if (app_step(a, "", &err) < 0)
            app_say(a, true, "%s", err.text);
        return;
    }
    if (item->screen == &screen_sim) {
        if (app_sim(a, "", &err) < 0)
            app_say(a, true, "%s", err.text);
        return;
    }
    if (item->screen == &screen_sweep && edit) {
        prompt_open(&a->prompt); /* a sweep's settings are a line */
        prompt_set(&a->prompt, item->view.line);
        return;
    }
    if (item->screen == &screen_sweep) {
        if (app_sweep(a, item->view.line + strlen("sweep "), &err) < 0)
            app_say(a, true, "%s", err.text);
        return;
    }
    if (spec_parse_line(&spec, item->view.line, &err) < 0) {
        app_say(a, true, "%s", err.text);
        return;
    }
    /* "--cpus 0" means one core: any that we may use. */
    if (spec.pinned && !CPU_ISSET(0, &a->options.machine->allowed)) {
        size_t cpu = 0;

        while (cpu < CPU_SETSIZE &&
               !CPU_ISSET(cpu, &a->options.machine->allowed))
            cpu++;
        CPU_ZERO(&spec.cpus);
        CPU_SET(cpu, &spec.cpus);
    }
    if (edit) {
        editor_open(a, &spec);
        return;
    }
    a->run.asked = spec;
    app_show(a, item->screen);
}

static void launcher_act(struct app *a, enum action action)
{
    struct launcher_state *l = &a->launcher;

    switch (action) {
    case ACTION_UP:
        l->selected = (l->selected + ITEMS - 1) % ITEMS;
        break;
    case ACTION_DOWN:
        l->selected = (l->selected + 1) % ITEMS;
        break;
    case ACTION_FIRST:
        l->selected = 0;
        break;
    case ACTION_LAST:
        l->selected = ITEMS - 1;
        break;
    case ACTION_ENTER:
        choose(a, false);
        break;
    case ACTION_EDIT:
        choose(a, true);
        break;
    default:
        break;
    }
}

/* A click on a title chooses it, on the chosen one starts it. */
static void launcher_click(struct app *a, int row)
{
    struct frame line = {1, a->frame.columns,
                         a->frame.cells +
                             (size_t)row * (size_t)a->frame.columns};
    struct text text = {0};

    frame_to_text(&line, &text);
    for (int i = 0; i < ITEMS; i++) {
        if (!strstr(text_str(&text), items[i].view.title))
            continue;
        if (i == a->launcher.selected)
            choose(a, false);
        else
            a->launcher.selected = i;
        break;
    }
    text_fini(&text);
}

/* "primes --model threads, 2 min 05 s ago" */
static const char *last_run(const struct run *r, char *buf, size_t size)
{
    int64_t ago = (clock_now_ns() - r->previous_ns) / NS_PER_S;
    char duration[32];

    if (!r->has_previous)
        return NULL;
    if (ago < 60)
        snprintf(buf, size, "%s, just now", r->previous.line);
    else
        snprintf(buf, size, "%s, %s ago", r->previous.line,
                 text_duration(duration, sizeof(duration),
                               ago / 60 * 60 * NS_PER_S));
    return buf;
}

static void launcher_draw(struct app *a, struct frame *f,
                          const struct view_common *c)
{
    struct view_launcher_item shown[ITEMS];
    char last[240];
    struct view_launcher v = {
        .common = *c,
        .machine = a->options.machine,
        .observer = a->launcher.probed ? &a->launcher.observer : NULL,
        .foreign_share = others.share,
        .items = shown,
        .item_count = ITEMS,
        .selected = a->launcher.selected,
        .last_run = last_run(&a->run, last, sizeof(last)),
    };

    for (int i = 0; i < ITEMS; i++)
        shown[i] = items[i].view;
    view_launcher(f, &v);
}

static int64_t launcher_tick(struct app *a, int64_t now_ns)
{
    if (now_ns >= a->launcher.next_ns) {
        others_look(a->options.machine, now_ns);
        a->launcher.next_ns = now_ns + LOOK_NS;
        a->dirty = true;
    }
    return a->launcher.next_ns;
}

const struct screen screen_launcher = {
    .keys = &keys_launcher,
    .enter = launcher_enter,
    .leave = launcher_leave,
    .now = launcher_now,
    .act = launcher_act,
    .click = launcher_click,
    .draw = launcher_draw,
    .tick = launcher_tick,
};
