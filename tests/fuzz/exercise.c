/* Everything that can be done with a program: see exercise.h. */
#include "exercise.h"
#include "trial.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "explore/explore.h"
#include "export/explore_json.h"
#include "export/explore_report.h"
#include "export/steps.h"
#include "frame/frame.h"
#include "lib/agree.h"
#include "lib/naive_step.h"
#include "mutate.h"
#include "real/real.h"
#include "tsl/library.h"
#include "view/micro.h"

enum {
    STEPS = 40,
    NAIVE_STATES = 400,
    STATES = 20000, /* then the search is told to stop */
    SAMPLES = 2,
    GRAPH = 1500,
    MEMORY = 16 << 20
};

char *exercise_stage;

/* ---- reading ------------------------------------------------------------- */

static struct program *read_program(struct trial *t, const char *text,
                                    size_t length)
{
    struct program *p = NULL;
    struct err err = {0};
    const char *first = text + strspn(text, " \t\r\n");
    int rc;

    if (*first == '{') {
        json_t *json = json_loadb(text, length, 0, NULL);

        trial_stage("read JSON");
        rc = json ? program_from_json("fuzz.json", json, &p, &err)
                  : err_set(&err, -EINVAL, "no JSON");
        json_decref(json);
    } else {
        trial_stage("parse");
        rc = program_parse("fuzz.tsl", text, length, &p, &err);
    }
    trial_check_sentence(t, "reading", rc, &err);
    if (rc == 0 && !p)
        trial_complain(t, "reading", "success without a program");
    if (rc < 0 && p)
        trial_complain(t, "reading", "a program beside an error");
    return p;
}

/* What the library reads of a file. */
static void read_head(const char *text)
{
    struct library_entry head;

    trial_stage("library_head");
    if (library_head(text, &head) == 0)
        library_entry_fini(&head);
}

static void read_words(struct trial *t)
{
    const struct program *p = t->p;
    char words[200];
    int op;

    trial_stage("words");
    for (int i = 0; i < p->thread_count; i++) {
        for (int k = 0; k < 50; k++) {
            op = trial_below(t, p->threads[i].op_count);
            op_text(p, i, op, words, (size_t)trial_below(t, sizeof(words)) + 1);
        }
        action_name(p, i | STEP_FLUSH, words, sizeof(words));
    }
    for (int c = 0; c < p->cell_count; c++)
        program_cell_name(p, c, words, (size_t)trial_below(t, TSL_NAME) + 1);
}

/* ---- stepping ------------------------------------------------------------ */

/* Nothing follows a fault. */
static bool faulted(const struct walk *w)
{
    return w->start.fault || (w->at > 0 && w->dones[w->at - 1].event.fault);
}

static int some_action(struct trial *t, const struct walk *w)
{
    struct ready r = state_ready(w->stepper, walk_state(w));
    int actions[2 * TSL_THREADS], count = 0;

    for (int i = 0; i < t->p->thread_count; i++) {
        if (r.step >> i & 1)
            actions[count++] = i;
        if (r.flush >> i & 1)
            actions[count++] = i | STEP_FLUSH;
    }
    return count && !faulted(w) ? actions[trial_below(t, count)] : -1;
}

/* Whatever can be said about where it stands. */
static void say_where(struct trial *t, const struct walk *w)
{
    const struct state *s = walk_state(w);
    struct steps_look look = {.columns = trial_below(t, 120),
                              .most = trial_below(t, 9)};
    struct text out = {0};

    trial_stage("say");
    state_say_stuck(w->stepper, s, &out);
    for (int i = 0; i < t->p->thread_count; i++)
        state_say_waiting(w->stepper, s, i, &out);
    for (int k = 0; w->at > 0 && k < FAILURE_COUNT; k++)
        if (done_failures(&w->dones[w->at - 1]) >> k & 1)
            state_say_failure(w->stepper, s, &w->dones[w->at - 1],
                              (enum failure)k, &out);
    steps_table(w, &look, &out);
    steps_ending(w, &look, &out);
    steps_listing(w->stepper, &out);
    text_fini(&out);
}

static bool same_place(const struct walk *a, const struct walk *b)
{
    const struct state *s = walk_state(a), *o = walk_state(b);

    for (int c = 0; c < a->stepper->program->cell_count; c++)
        if (state_cell(a->stepper, s, c) != state_cell(b->stepper, o, c))
            return false;
    for (int t = 0; t < a->stepper->program->thread_count; t++)
        if (s->locals[t].pc != o->locals[t].pc ||
            s->locals[t].regions != o->locals[t].regions)
            return false;
    return walk_failures(a) == walk_failures(b);
}

/* The microscope's screen, at some size. */
static void draw(struct trial *t, const struct walk *w)
{
    struct view_micro v = {.program = t->p,
                           .walk = w,
                           .summary = "a program that makes no sense",
                           .task = trial_below(t, 2) ? "repair it" : NULL,
                           .chosen = trial_below(t, t->p->thread_count),
                           .brief = trial_below(t, 2),
                           .scroll = trial_below(t, 20) - 10};
    struct frame f = {0};

    trial_stage("draw");
    if (frame_init(&f, 1 + trial_below(t, 40), 1 + trial_below(t, 130)) == 0)
        view_micro(&f, &v);
    frame_fini(&f);
}

/* The walk's schedule, written and read again, leads to the same place. */
static void go_again(struct trial *t, struct walk *w)
{
    struct schedule one = {0}, other = {0};
    struct text text = {0};
    struct walk again = {0};
    struct err err = {0};

    trial_stage("go again");
    if (walk_init(&again, w->stepper, &err) < 0 || walk_schedule(w, &one) < 0)
        goto out;
    schedule_text(&one, &text);
    if (schedule_parse(&other, t->p, text_str(&text), &err) < 0 ||
        walk_run(&again, &other, &err) < 0)
        trial_complain(t, "a walk's schedule cannot be done again", err.text);
    else if (!same_place(w, &again))
        trial_complain(t, "a walk's schedule leads elsewhere", text_str(&text));
out:
    walk_fini(&again);
    schedule_fini(&one);
    schedule_fini(&other);
    text_fini(&text);
}

/* A schedule that somebody typed. */
static void try_schedule(struct trial *t, struct walk *w)
{
    struct schedule s = {0}, again = {0};
    struct text typed = {0}, text = {0};
    struct err err = {0};
    int rc;

    trial_stage("schedule");
    schedule_make(&t->seed, t->p->thread_count, &typed);
    rc = schedule_parse(&s, t->p, text_str(&typed), &err);
    trial_check_sentence(t, "schedule_parse", rc, &err);
    if (rc == 0) {
        schedule_text(&s, &text);
        if (schedule_parse(&again, t->p, text_str(&text), &err) < 0 ||
            again.count != s.count ||
            (s.count > 0 &&
             memcmp(again.actions, s.actions, (size_t)s.count) != 0))
            trial_complain(t, "a schedule does not survive its text",
                           text_str(&typed));
        if (s.count < 2000) {
            err = (struct err){0};
            rc = walk_run(w, &s, &err);
            trial_check_sentence(t, "walk_run", rc, &err);
        }
    }
    schedule_fini(&s);
    schedule_fini(&again);
    text_fini(&typed);
    text_fini(&text);
}

static void walk_about(struct trial *t, struct walk *w)
{
    struct err err = {0};

    for (int i = 0; i < STEPS && !t->wrong; i++) {
        int what = trial_below(t, 12), action;

        trial_stage("walk");
        if (what == 0)
            walk_undo(w);
        else if (what == 1)
            walk_redo(w);
        else if (what == 2 && trial_below(t, 4) == 0)
            say_where(t, w);
        else if (what == 4 && trial_below(t, 4) == 0)
            draw(t, w);
        else if (what == 3) /* perhaps it cannot be done */
            walk_step(w, trial_below(t, 256), &err);
        else if ((action = some_action(t, w)) < 0)
            walk_undo(w);
        else if (walk_step(w, action, &err) < 0)
            trial_complain(t, "a step that is ready cannot be done", err.text);
    }
}

static void step_it(struct trial *t)
{
    struct stepper m = {0};
    struct walk w = {0};
    struct err err = {0};

    trial_stage("walk_init");
    if (stepper_init(&m, t->p, &t->rules, &err) == 0) {
        if (walk_init(&w, &m, &err) == 0) {
            walk_about(t, &w);
            go_again(t, &w);
            try_schedule(t, &w);
            say_where(t, &w);
        }
        walk_fini(&w);
    }
    stepper_fini(&m);
}

/* ---- exploring ----------------------------------------------------------- */

struct bounded {
    _Atomic bool cancel;
};

static void enough(void *context, int64_t states, int64_t frontier)
{
    struct bounded *b = context;

    (void)frontier;
    if (states > STATES)
        atomic_store(&b->cancel, true);
}

static void show_result(struct trial *t, const struct explore_request *request,
                        const struct explore_result *r)
{
    const struct explore_look look = {.columns = trial_below(t, 120)};
    struct text out = {0};
    json_t *json;

    trial_stage("show");
    explore_say(t->p, request, r, &out);
    if (out.len == 0)
        trial_complain(t, "explore_say", "no words");
    export_explore(t->p, request, r, &look, &out);
    json = explore_json(t->p, request, r);
    if (!json)
        trial_complain(t, "explore_json", "nothing");
    json_decref(json);
    text_fini(&out);
}

static void explore_it(struct trial *t)
{
    static const enum explore_depth depths[] = {
        EXPLORE_ALL, EXPLORE_ALL, EXPLORE_STATES, EXPLORE_VERDICT};
    struct bounded bounded = {false};
    struct explore_request request = {
        .rules = t->rules,
        .depth = depths[trial_below(t, 4)],
        .workers = 1 + trial_below(t, 2),
        .memory = MEMORY,
        .graph_states = GRAPH,
        .crew_after = trial_below(t, 2),
        .fit_after = trial_below(t, 2),
        .no_reduction = trial_below(t, 2),
        .cancel = &bounded.cancel,
        .progress = enough,
        .context = &bounded,
        .samples = SAMPLES,
        .seed = t->seed,
    };
    struct explore_result r = {0};
    struct err err = {0};
    int rc;

    trial_stage("explore");
    rc = explore(t->p, &request, &r, &err);
    if (rc == 0)
        show_result(t, &request, &r);
    else if (rc != -ECANCELED)
        trial_check_sentence(t, "explore", rc, &err);
    explore_fini(&r);
}

/* ---- against the naive machine ------------------------------------------- */

static void compare(struct trial *t)
{
    struct explore_request request = {
        .rules = t->rules,
        .depth = trial_below(t, 2) ? EXPLORE_ALL : EXPLORE_STATES,
        .workers = 1 + trial_below(t, 2),
        .crew_after = trial_below(t, 2),
        .fit_after = trial_below(t, 2),
        .memory = MEMORY};
    struct text why = {0};
    struct naive n;

    if (!naive_fits(t->p))
        return;
    trial_stage("agree_walk");
    request.rules.keep_registers = true;
    if (!agree_walk(t->p, &request.rules, t->seed, STEPS, &why))
        trial_complain(t, "step and naive step differ", text_str(&why));
    trial_stage("naive_explore");
    if (!t->wrong && naive_explore(t->p, &request.rules, NAIVE_STATES, &n)) {
        trial_stage("agree_explore");
        request.rules.keep_registers = t->rules.keep_registers;
        if (!agree_explore(t->p, &request, &n, &why))
            trial_complain(t, "explore and naive explore differ",
                           text_str(&why));
        naive_fini(&n);
    }
    text_fini(&why);
}

enum exercised exercise(const char *text, size_t length, uint64_t seed,
                        char complaint[EXERCISE_COMPLAINT])
{
    struct trial t = {.seed = seed, .complaint = complaint};
    struct err err = {0};
    struct program *p;

    read_head(text);
    t.p = p = read_program(&t, text, length);
    if (!p)
        return t.wrong ? EXERCISED_WRONG : EXERCISED_REFUSED;
    t.rules =
        (struct rules){.granularity = (enum granularity)trial_below(&t, 3),
                       .tso = trial_below(&t, 2),
                       .buffer = 1 + trial_below(&t, 4),
                       .keep_registers = trial_below(&t, 3) == 0};
    read_words(&t);
    step_it(&t);
    if (!t.wrong)
        explore_it(&t);
    if (!t.wrong)
        compare(&t);
    trial_stage("real_check");
    real_check(p, &err);
    trial_stage("library_repairs");
    library_repairs(p, p, &err);
    trial_stage("free");
    program_free(p);
    return t.wrong ? EXERCISED_WRONG : EXERCISED_RUN;
}
