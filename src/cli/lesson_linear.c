/* "timeslice lesson run LESSON --linear": a lesson as plain sentences, answered
 * line by line. Screen process. */
#include "cli/lesson_linear.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/lesson_orders.h"
#include "lesson/record.h"

/* ---- running --------------------------------------------------------------
 */

/* Why a run did not end well. A deadlock is what some lessons are about: who
 * waits for whom is said once. */
static void say_trouble(const struct lesson_order *o,
                        const struct sweep_outcome *outcome, struct text *out)
{
    size_t length = strlen(outcome->error);

    if (length == 0 || outcome->verdict == VERDICT_TIMEOUT ||
        (outcome->verdict == VERDICT_DEADLOCK && o->round > 0))
        return;
    text_addf(out, " It ended so: %s%s", outcome->error,
              length + 1 == sizeof(outcome->error) ? "..." : ".");
}

static void say_order(const struct lesson_order *o,
                      const struct sweep_outcome *outcome, void *arg)
{
    struct linear *x = arg;
    struct text words = {0};
    int done, planned;

    session_progress(&x->session, &done, &planned);
    say_trouble(o, outcome, &words);
    if (o->attempt > 0)
        linear_say(x, 0, "Run once more, as others disturbed it: %s.%s",
                   o->name, text_str(&words));
    else if (o->round < 0)
        linear_say(x, 0, "Warmed up: %s.%s", o->name, text_str(&words));
    else
        linear_say(x, 0, "Run: %s%s%s, round %d.%s", o->name,
                   o->sweeping ? " at " : "",
                   o->sweeping ? x->session.sweep->points[o->sweep.point].label
                               : "",
                   o->round + 1, text_str(&words));
    fflush(stdout);
    text_fini(&words);
}

/* What will run, word for word. */
static void say_plan(struct linear *x, const struct lesson_step *at)
{
    const struct lesson *l = x->session.lesson;
    const struct lesson_block *b = &l->blocks[at->block];
    const char *model = b->kind == LESSON_SLOW || b->kind == LESSON_SIM
                            ? "This is computed, by a model"
                            : "This will run";

    if (b->kind == LESSON_SLOW) {
        linear_say(x, 0, "%s: all schedules of the program %s%s.", model,
                   b->program, b->tso ? ", with store buffers" : "");
        if (b->goal)
            linear_say(x, 0, "What to bring about: %s", b->goal);
    } else if (b->repeat > 1) {
        linear_say(x, 0, "%s, %d times%s:", model, b->repeat,
                   b->line_count > 1 ? ", in turn" : "");
    } else {
        linear_say(x, 0, "%s:", model);
    }
    for (int i = 0; i < b->line_count; i++) {
        struct text words = {0};
        struct err err = {0};

        if (lesson_words(b->lines[i].words, x->session.facts, &words, &err) < 0)
            text_add(&words, b->lines[i].words);
        printf("  %s%s%s\n", b->lines[i].name, b->lines[i].name[0] ? ": " : "",
               text_str(&words));
        text_fini(&words);
    }
    if (at->watch >= 0 && l->blocks[at->watch].look)
        linear_say(x, 0, "Look at this: %s", l->blocks[at->watch].look);
}

/* What has begun is run to its end. */
static enum linear_wish run_orders(struct linear *x)
{
    const struct orders_ear ear = {.after = say_order, .arg = x};
    int rc;

    conduct_hold(&x->conductor);
    rc = orders_run(&x->conductor, &x->session, &ear);
    conduct_release(&x->conductor);
    if (rc == -EINTR)
        return LINEAR_INTERRUPTED;
    if (rc < 0)
        linear_say(x, 0, "There is not enough memory to go on.");
    return rc < 0 ? LINEAR_QUIT : LINEAR_ON;
}

static enum linear_wish run_block(struct linear *x, int block)
{
    struct session *s = &x->session;
    enum linear_wish wish = LINEAR_ON;
    struct err err = {0};

    if (session_begin(s, block, &err) < 0) {
        linear_say(x, 0, "It cannot be run here: %s.", err.text);
        return LINEAR_ON;
    }
    wish = run_orders(x);
    if (wish == LINEAR_ON) {
        linear_say(x, 0, "It is over.");
        linear_note(x, record_run(s, block, &err), &err);
    }
    return wish;
}

static enum linear_wish step_run(struct linear *x, const struct lesson_step *at)
{
    bool over = x->session.over[at->block];
    enum linear_wish wish;
    char letter = '\0';

    say_plan(x, at);
    if (over)
        wish = linear_wait(x, "go on with what was measured", 'r',
                           "to run it again", &letter);
    else
        wish = linear_wait(x, "run it", '\0', NULL, &letter);
    if (wish != LINEAR_ON || (over && !letter))
        return wish;
    return run_block(x, at->block);
}

static enum linear_wish step_frozen(struct linear *x,
                                    const struct lesson_step *at)
{
    const struct lesson_block *w =
        at->watch >= 0 ? &x->session.lesson->blocks[at->watch] : NULL;
    double value;

    linear_figures(x, at->block);
    if (w && w->hero &&
        formula_value(w->hero, x->session.facts, &value, NULL)) {
        struct text hero = {0};

        formula_say(value, w->hero_unit, &hero);
        linear_say(x, 0, "The number to remember: %s%s%s.", text_str(&hero),
                   w->label ? " " : "", w->label ? w->label : "");
        text_fini(&hero);
    }
    return LINEAR_ON;
}

/* ---- once more, otherwise -------------------------------------------------
 */

static enum linear_wish run_again(struct linear *x, int block, int line)
{
    struct session *s = &x->session;
    const struct lesson_line *l = &s->lesson->blocks[block].lines[line];
    struct text measured = {0};
    enum linear_wish wish;
    struct err err = {0};
    char guess[200] = "";
    double value;

    if (l->ask &&
        !linear_read(x, "Your guess (Enter for none): ", guess, sizeof(guess)))
        return LINEAR_QUIT;
    if (session_begin_again(s, block, line, &err) < 0) {
        linear_say(x, 0, "It cannot be run here: %s.", err.text);
        return LINEAR_ON;
    }
    wish = run_orders(x);
    if (wish != LINEAR_ON)
        return wish;
    if (l->figure && formula_value(l->figure, s->facts, &value, NULL)) {
        const char *run, *name;
        bool lone = formula_is_figure(l->figure, &run, &name);

        formula_say(value, lone ? formula_unit(name) : "", &measured);
        linear_say(x, 0, "Measured: %s", text_str(&measured));
    }
    linear_note(x,
                record_again(s, block, line, guess[0] ? guess : NULL,
                             text_str(&measured), &err),
                &err);
    text_fini(&measured);
    return wish;
}

static enum linear_wish step_again(struct linear *x,
                                   const struct lesson_step *at)
{
    const struct lesson_block *b = &x->session.lesson->blocks[at->block];
    enum linear_wish wish = LINEAR_ON;
    char line[32], prompt[80];

    linear_say(x, 0, "To try next:");
    for (int i = 0; i < b->line_count; i++)
        linear_say(x, 5, "  %d. %s%s%s", i + 1, b->lines[i].words,
                   b->lines[i].ask ? " - " : "",
                   b->lines[i].ask ? b->lines[i].ask : "");
    snprintf(prompt, sizeof(prompt),
             "Which one (1-%d, Enter to go on, q to quit)? ", b->line_count);
    while (wish == LINEAR_ON) {
        int n;

        if (!linear_read(x, prompt, line, sizeof(line)) ||
            strcmp(line, "q") == 0)
            return LINEAR_QUIT;
        if (line[0] == '\0')
            return LINEAR_ON;
        if (strcmp(line, "b") == 0)
            return LINEAR_BACK;
        n = atoi(line);
        if (n >= 1 && n <= b->line_count)
            wish = run_again(x, at->block, n - 1);
        else
            linear_say(x, 0, "A number from 1 to %d, please.", b->line_count);
    }
    return wish;
}

/* ---- steps ----------------------------------------------------------------
 */

static enum linear_wish step_text(struct linear *x,
                                  const struct lesson_step *at)
{
    const struct lesson *l = x->session.lesson;

    for (int i = at->block; i < at->block + at->blocks; i++) {
        const struct lesson_block *b = &l->blocks[i];

        if (b->kind == LESSON_PROSE ||
            (b->kind == LESSON_REVEAL && session_shown(&x->session, i)))
            linear_prose(x, b->body);
    }
    return LINEAR_ON;
}

static enum linear_wish step_check(struct linear *x,
                                   const struct lesson_step *at)
{
    struct err err = {0};

    linear_checks(x, at->block);
    linear_note(x, record_checks(&x->session, at->block, &err), &err);
    return LINEAR_ON;
}

static enum linear_wish step_ask(struct linear *x, const struct lesson_step *at)
{
    enum linear_wish wish = linear_ask(x, at->block);

    if (wish == LINEAR_ON)
        linear_keys(x, true);
    return wish;
}

static enum linear_wish (*const step_of[STAGES])(
    struct linear *x, const struct lesson_step *at) = {
    [STAGE_READ] = step_text,   [STAGE_PREDICT] = step_ask,
    [STAGE_RUN] = step_run,     [STAGE_FROZEN] = step_frozen,
    [STAGE_OBSERVE] = step_ask, [STAGE_CHECK] = step_check,
    [STAGE_EXPLAIN] = step_ask, [STAGE_REVEAL] = step_text,
    [STAGE_AGAIN] = step_again,
};

/* Before the explanations the learner hears how the predictions did. */
static bool keys_are_due(enum lesson_stage stage)
{
    return stage != STAGE_RUN && stage != STAGE_FROZEN &&
           stage != STAGE_OBSERVE;
}

/* Back to where something is asked: text alone would only be said again. */
static void go_back(struct linear *x)
{
    const struct lesson_step *at;

    do {
        if (!session_back(&x->session))
            return;
        at = session_step(&x->session);
    } while (at->stage == STAGE_FROZEN || at->stage == STAGE_CHECK ||
             at->stage == STAGE_REVEAL);
}

static void say_end(struct linear *x)
{
    int counts[LESSON_VERDICTS] = {0};
    struct err err = {0};
    struct text end = {0};

    for (int i = 0; i < x->session.finding_count; i++)
        if (x->session.findings[i].check)
            counts[x->session.findings[i].verdict]++;
    text_addf(&end, "That was the lesson. Checks: %d passed",
              counts[LESSON_PASS]);
    for (int v = LESSON_FAIL; v < LESSON_VERDICTS; v++)
        if (counts[v] > 0)
            text_addf(&end, ", %d %s", counts[v],
                      v == LESSON_FAIL ? "failed" : lesson_verdict_words[v]);
    linear_say(x, 0, "%s.", text_str(&end));
    linear_note(x, record_done(&x->session, &err), &err);
    text_fini(&end);
}

static enum linear_wish play(struct linear *x)
{
    struct session *s = &x->session;
    struct err err = {0};

    for (;;) {
        const struct lesson_step *at = session_step(s);
        enum linear_wish wish;

        if (at->stage != STAGE_READ && at->stage != STAGE_REVEAL)
            putchar('\n');
        if (keys_are_due(at->stage))
            linear_keys(x, false);
        linear_note(x, record_step(s, &err), &err);
        if (at->stage == STAGE_DONE)
            return LINEAR_ON;
        wish = step_of[at->stage](x, at);
        if (wish == LINEAR_ON) {
            session_next(s);
        } else if (wish == LINEAR_BACK) {
            go_back(x);
        } else if (wish == LINEAR_SKIP) {
            session_skip(s);
            linear_say(x, 0,
                       "To the explanation. What was not measured stands "
                       "in it as a dash.");
            linear_note(x, record_skip(s, &err), &err);
        } else {
            return wish;
        }
    }
}

/* ---- beginning and ending -------------------------------------------------
 */

static void say_title(struct linear *x)
{
    const struct lesson *l = x->session.lesson;

    if (x->lesson->own)
        linear_say(x, 0, "Lesson: %s.", l->title);
    else
        linear_say(x, 0, "Lesson %d: %s.", x->lesson->number, l->title);
    linear_say(x, 0, "%s", l->question);
    linear_say(x, 0, "It takes about %d minute%s.", l->minutes,
               l->minutes == 1 ? "" : "s");
}

/* Go on where one stopped, if one did and wants to. False: the input ended. */
static bool take_up(struct linear *x)
{
    struct session *s = &x->session;
    struct progress p = {0};
    struct err err = {0};
    char line[32] = "";
    int step = 0;

    if (progress_read(&p, &err) == 0)
        step = record_resume(s, &p);
    progress_fini(&p);
    if (step <= 0)
        return true;
    linear_say(x, 0,
               "You began this lesson before. 1. go on where you stopped; 2. "
               "begin afresh.");
    if (!linear_read(x, "Your answer (1-2): ", line, sizeof(line)))
        return false;
    if (line[0] != '2') {
        if (s->furthest < step)
            s->furthest = step;
        session_go(s, step);
        return true;
    }
    for (int i = 0; i < s->lesson->block_count; i++)
        session_reopen(s, i);
    return true;
}

static int finish(struct linear *x, enum linear_wish wish)
{
    if (wish == LINEAR_ON) {
        say_end(x);
        return cli_flush(EXIT_DONE);
    }
    linear_say(x, 0, "%s %s: timeslice lesson run %s --linear",
               wish == LINEAR_INTERRUPTED ? "Interrupted." : "Until next time.",
               x->unlogged ? "To take it anew"
                           : "What you did is kept; to go on",
               x->wishes->words[0]);
    return cli_flush(wish == LINEAR_INTERRUPTED ? EXIT_INTERRUPTED : EXIT_DONE);
}

static int take(struct linear *x)
{
    struct err err = {0};
    enum linear_wish wish = LINEAR_QUIT;

    if (session_init(&x->session, &x->lesson->lesson, &x->machine, &err) < 0)
        return cli_refuse(EXIT_REQUEST, "%s", err.text);
    x->told =
        calloc((size_t)x->lesson->lesson.block_count + 1, sizeof(*x->told));
    if (!x->told)
        return cli_refuse(EXIT_FAILED, "out of memory");
    say_title(x);
    if (take_up(x)) {
        linear_note(x, record_opened(&x->session, &err), &err);
        wish = play(x);
    }
    return finish(x, wish);
}

int cli_lesson_linear(const struct lesson_wishes *x)
{
    struct linear linear = {.wishes = x, .echo = !isatty(STDIN_FILENO)};
    struct course course = {0};
    struct err err = {0};
    int status = lesson_course(&course, x);

    if (status < 0) {
        linear.lesson = course_find(&course, x->words[0], &err);
        if (!linear.lesson)
            status = cli_refuse_err(&err, EXIT_REQUEST);
    }
    if (status < 0) {
        linear.columns = cli_columns(80) < 80 ? cli_columns(80) : 80;
        machine_read(&linear.machine);
        linear.conductor = (struct conductor){
            .machine = &linear.machine,
            .history = conduct_history(x->no_history),
        };
        status = take(&linear);
        history_close(linear.conductor.history);
    }
    session_fini(&linear.session);
    free(linear.told);
    course_fini(&course);
    return status;
}
