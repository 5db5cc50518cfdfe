/* The search of all schedules from the microscope, within what a person waits
 * for, and loading what it found. Screen process, its one thread: there are no
 * workers, and the search gives way to a key. */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tui/app.h"
#include "view/micro.h"

/* How much the screen may do before it is for the command line. */
#define BUDGET_NS (1500 * NS_PER_MS)
#define BUDGET_MEMORY ((int64_t)256 << 20)
#define BUDGET_GRAPH 300000 /* states to count schedules in: under a second */
#define SAMPLE_NS (700 * NS_PER_MS) /* random schedules instead */
#define SAMPLES_MOST 20000
#define SAMPLES_AFTER 500 /* when memory was short, not time */
#define TELL_NS (100 * NS_PER_MS)

/* ---- while it searches --------------------------------------------------- */

struct patience {
    struct app *app;
    int64_t began_ns, tell_ns;
    int64_t states;
    bool key; /* somebody wants something else */
    _Atomic bool cancel;
};

/* A signal may wait: a new size of the terminal is no reason to give up. */
static bool somebody_waits(const struct app *a)
{
    struct pollfd fd = {.fd = terminal_fd(a->terminal), .events = POLLIN};

    return poll(&fd, 1, 0) > 0;
}

static void progress(void *context, int64_t states, int64_t frontier)
{
    struct patience *w = context;
    struct app *a = w->app;
    int64_t now_ns = clock_now_ns();
    char buf[2][32];

    w->states = states;
    if (now_ns - w->began_ns > BUDGET_NS)
        w->cancel = true;
    if (now_ns < w->tell_ns)
        return;
    w->tell_ns = now_ns + TELL_NS;
    if (somebody_waits(a))
        w->cancel = w->key = true;
    snprintf(a->step.exploring, sizeof(a->step.exploring),
             "Searching: %s states so far, %s of them to go on from. Any key "
             "ends it.",
             text_count(buf[0], sizeof(buf[0]), states),
             text_count(buf[1], sizeof(buf[1]), frontier));
    app_draw(a);
}

/* ---- searching ----------------------------------------------------------- */

void step_forget_found(struct app *a)
{
    struct step_found *x = &a->step.found;

    explore_fini(&x->result);
    schedule_fini(&x->from);
    free(x->words);
    *x = (struct step_found){.kind = -1};
}

/* What the random schedules met, as a search would tell it. */
static int tell_sampled(struct explore_result *r)
{
    for (int k = 0; k < FAILURE_COUNT; k++) {
        const struct schedule *way = &r->sample.witness[k];
        struct failing *f = &r->failing[k];

        f->reachable = r->sample.failing[k] > 0;
        f->shortest = f->shortest_steps = f->preemptions = -1;
        f->random.value =
            (double)r->sample.failing[k] / (double)r->sample.schedules;
        for (int i = 0; i < way->count; i++)
            if (schedule_add(&f->witness, way->actions[i]) < 0)
                return -ENOMEM;
    }
    r->judgement = r->sample.any > 0 ? JUDGED_FAILS : JUDGED_UNKNOWN;
    return 0;
}

/* Too many states: random schedules, as many as can be done in a moment. */
static int sample(struct app *a, const struct patience *w,
                  struct explore_result *r, struct err *err)
{
    struct step_state *s = &a->step;
    const struct schedule *from = s->found.request.from;
    int64_t began_ns = clock_now_ns();
    char buf[32];

    *r = (struct explore_result){.traces = -1, .failing_traces = -1};
    r->uniform.value = r->random.value = NAN;
    r->states = w->states;
    for (int64_t n = 16; n <= SAMPLES_MOST; n *= 4) {
        int rc;

        sampled_fini(&r->sample);
        rc = explore_sample(&s->machine, from, n, s->found.request.seed, NULL,
                            &r->sample, err);
        if (rc < 0)
            return rc;
        r->sampled = true;
        /* The next takes four times as long. */
        if ((clock_now_ns() - began_ns) * 4 > SAMPLE_NS || somebody_waits(a))
            break;
    }
    if (tell_sampled(r) < 0)
        return err_set(err, -ENOMEM, "no memory for random schedules");
    text_addf(&r->why_not,
              "it has more than %s states, too many for the screen; "
              "\"timeslice explore\" searches them all",
              text_count(buf, sizeof(buf), w->states));
    return 0;
}

/* Was the exercise changed? Then this is somebody's repair of it. */
static bool is_repair(const struct step_state *s)
{
    return s->exercise && s->exercise->source && s->program->source &&
           strcmp(s->exercise->source, s->program->source) != 0;
}

/* Did the learner repair what was to be repaired? Adds to @out; true: that was
 * all there is to say. */
static bool say_repaired(const struct step_state *s, struct text *out)
{
    const struct explore_result *r = &s->found.result;
    struct err err = {0};

    if (!is_repair(s) || s->found.from.count > 0)
        return false;
    if (r->judgement == JUDGED_FAILS) {
        text_add(out, "Not yet repaired. ");
        return false;
    }
    if (r->judgement != JUDGED_OK || !r->exhaustive)
        return false;
    if (library_repairs(s->exercise, s->program, &err) < 0) {
        text_addf(out, "Nothing fails, but this is another exercise: %s. ",
                  err.text);
        return false;
    }
    if (library_proves(s->exercise, s->rules.tso, s->rules.granularity, &err) <
        0) {
        text_addf(out, "Nothing fails so far, but %s. ", err.text);
        return false;
    }
    if (r->schedules)
        text_addf(out, "Repaired: no schedule of %s fails, and that is proved.",
                  r->schedules);
    else
        text_add(out, "Repaired: no schedule fails, and that is proved; there "
                      "are endlessly many.");
    return true;
}

static int take_words(struct step_state *s)
{
    struct step_found *x = &s->found;
    struct text words = {0};
    char low[32], high[32];
    bool repaired = say_repaired(s, &words);

    if (!repaired)
        explore_say(s->program, &x->request, &x->result, &words);
    if (x->result.sampled && x->result.sample.any > 0)
        text_addf(&words, " %s to %s of random runs fail (95 %%).",
                  text_percent(low, sizeof(low), x->result.sample.low),
                  text_percent(high, sizeof(high), x->result.sample.high));
    x->good = repaired || (x->result.judgement == JUDGED_OK && !s->exercise);
    x->words = words.failed ? NULL : strdup(text_str(&words));
    text_fini(&words);
    return x->words ? 0 : -ENOMEM;
}

static int search(struct app *a, bool from_here, enum explore_depth depth,
                  struct err *err)
{
    struct step_state *s = &a->step;
    struct step_found *x = &s->found;
    struct patience w = {.app = a, .began_ns = clock_now_ns()};
    int rc;

    step_forget_found(a);
    if (from_here && walk_schedule(&s->walk, &x->from) < 0)
        return err_set(err, -ENOMEM, "no memory to explore from here");
    w.tell_ns = w.began_ns + TELL_NS;
    x->request = (struct explore_request){
        .rules = s->rules,
        .depth = depth,
        .workers = 1,
        .memory = BUDGET_MEMORY,
        .graph_states = BUDGET_GRAPH,
        .stop_at_failure = depth == EXPLORE_STATES,
        .from = x->from.count > 0 ? &x->from : NULL,
        .cancel = &w.cancel,
        .progress = progress,
        .context = &w,
        .samples = SAMPLES_AFTER,
        .seed = 1,
    };
    rc = explore(s->program, &x->request, &x->result, err);
    s->exploring[0] = '\0';
    a->dirty = true; /* progress has drawn what the key asked for */
    if (rc == -ECANCELED && w.key) {
        char buf[32];

        rc = err_set(err, rc, "the search was ended after %s states",
                     text_count(buf, sizeof(buf), w.states));
    } else if (rc == -ECANCELED) {
        explore_fini(&x->result);
        rc = sample(a, &w, &x->result, err);
    }
    x->request.cancel = NULL; /* they were ours */
    x->request.progress = NULL;
    x->request.context = NULL;
    if (rc == 0)
        rc = take_words(s);
    x->there = rc == 0;
    if (rc < 0)
        step_forget_found(a);
    return rc;
}

/* ---- showing and loading ------------------------------------------------- */

/* What was loaded is to be seen: where there is no room for both, what was
 * found makes way. */
static void make_room(struct app *a)
{
    if (!view_micro_has_both(terminal_rows(a->terminal),
                             terminal_columns(a->terminal), a->presenter))
        a->step.found.shown = false;
}

/* Do @s after what the search went on from. */
static int load(struct app *a, const struct schedule *s, struct err *err)
{
    struct step_found *x = &a->step.found;
    struct schedule all = {0};
    int rc = 0;

    for (int i = 0; rc == 0 && i < x->from.count; i++)
        rc = schedule_add(&all, x->from.actions[i]);
    for (int i = 0; rc == 0 && i < s->count; i++)
        rc = schedule_add(&all, s->actions[i]);
    if (rc == 0)
        rc = step_replay(a, &all, err);
    if (rc == 0)
        make_room(a);
    schedule_fini(&all);
    return rc;
}

/* What the learner is told once more: how it can go wrong. */
static void load_counterexample(struct app *a)
{
    struct step_found *x = &a->step.found;
    const struct explore_result *r = &x->result;
    struct err err = {0};
    int best = -1;

    for (int k = 0; k < FAILURE_COUNT; k++)
        if (r->failing[k].reachable && r->failing[k].witness.count > 0 &&
            (best < 0 || r->failing[k].shortest < r->failing[best].shortest))
            best = k;
    if (best >= 0 && load(a, &r->failing[best].witness, &err) < 0)
        app_say(a, true, "%s", err.text);
    x->kind = best;
}

void step_explore(struct app *a, bool from_here)
{
    struct step_state *s = &a->step;
    struct err err = {0};

    if (search(a, from_here, EXPLORE_ALL, &err) < 0) {
        app_say(a, err.code != -ECANCELED, "%s", err.text);
        return;
    }
    s->found.shown = true;
    s->found.selected = view_found_failing(&s->found.result);
    if (is_repair(s) && !from_here)
        load_counterexample(a);
}

void step_load_chosen(struct app *a)
{
    struct step_found *x = &a->step.found;
    struct text what = {0};
    struct err err = {0};
    const struct schedule *way =
        view_found_sample(a->step.program, &x->result, x->selected, &what);

    if (way && load(a, way, &err) < 0)
        app_say(a, true, "%s", err.text);
    else if (way)
        app_say(a, false, "%s: %d step%s; Home, then Space plays it%s",
                text_str(&what), a->step.walk.count,
                a->step.walk.count == 1 ? "" : "s",
                x->shown ? "" : "; o: the outcomes again");
    text_fini(&what);
}

/* The kind after the last one that was loaded; by steps or preemptions. */
static int next_kind(const struct step_found *x, bool calm)
{
    const struct explore_result *r = &x->result;
    int least = -1, next = -1;

    for (int n = 1; n <= FAILURE_COUNT; n++) {
        int k = (x->kind + n + FAILURE_COUNT) % FAILURE_COUNT;
        const struct failing *f = &r->failing[k];

        if (!f->reachable || (calm && f->preemptions < 0))
            continue;
        next = next < 0 ? k : next;
        if (least < 0 || (calm ? f->preemptions < r->failing[least].preemptions
                               : f->shortest < r->failing[least].shortest))
            least = k;
    }
    return x->kind < 0 ? least : next;
}

static void say_loaded(struct app *a, enum failure kind, bool calm)
{
    const struct explore_result *r = &a->step.found.result;
    const struct failing *f = &r->failing[kind];
    const char *name = failure_names[kind];

    if (calm)
        app_say(a, false,
                "%s with %d preemption%s, as few as there can be; Home, then "
                "Space plays it",
                name, f->preemptions, f->preemptions == 1 ? "" : "s");
    else if (f->shortest >= 0)
        app_say(a, false,
                "%s after %d step%s, as few as there can be; Home, then Space "
                "plays it",
                name, f->shortest, f->shortest == 1 ? "" : "s");
    else
        app_say(a, false, "%s, found by chance; there may be a shorter way",
                name);
}

static void say_none(struct app *a, bool calm)
{
    const struct explore_result *r = &a->step.found.result;

    if (r->judgement == JUDGED_FAILS && calm)
        app_say(
            a, false,
            a->step.rules.tso
                ? "preemptions are counted without store buffers only: t"
                : "too many states to count preemptions; f loads a failure");
    else if (!r->exhaustive)
        app_say(a, false, "%s", a->step.found.words);
    else
        app_say(a, false,
                r->judgement == JUDGED_STUCK
                    ? "no schedule fails, but some loop for ever"
                    : "no schedule fails: that is proved");
}

void step_load_failure(struct app *a, bool calm)
{
    struct step_state *s = &a->step;
    struct step_found *x = &s->found;
    const struct schedule *way;
    struct err err = {0};
    int kind;

    /* Steps are counted from the beginning: a search from there is needed. */
    if ((!x->there || x->from.count > 0) &&
        search(a, false, EXPLORE_ALL, &err) < 0) {
        app_say(a, err.code != -ECANCELED, "%s", err.text);
        return;
    }
    /* Too many to see all; but a failure may not be far. */
    if (!calm && x->result.sampled &&
        search(a, false, EXPLORE_STATES, &err) < 0) {
        app_say(a, err.code != -ECANCELED, "%s", err.text);
        return;
    }
    kind = next_kind(x, calm);
    if (kind < 0) {
        say_none(a, calm);
        return;
    }
    x->kind = kind;
    way =
        calm ? &x->result.failing[kind].calm : &x->result.failing[kind].witness;
    if (load(a, way, &err) < 0)
        app_say(a, true, "%s", err.text);
    else
        say_loaded(a, (enum failure)kind, calm);
}
