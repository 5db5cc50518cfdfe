/* "timeslice lesson run": which way of taking a lesson is meant; and without a
 * learner, for CI: everything is run and judged, controls too. Screen
 * process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/lesson.h"
#include "cli/lesson_orders.h"
#include "export/lesson_export.h"

/* All lessons that are to be run. */
struct headless {
    const struct lesson_wishes *wishes;
    struct conductor conductor;
    struct machine machine;
    struct taken *taken;
    int count;    /* of them all */
    int finished; /* that are over, the interrupted one too */
    int64_t from_ns;
};

/* One, as it goes along. */
struct taken {
    struct course_lesson *lesson;
    struct session session;
    struct lesson_control controls[LESSON_CONTROLS_MAX];
    struct lesson_result result;
};

/* ---- running --------------------------------------------------------------
 */

static void tell_progress(const struct lesson_order *o, void *arg)
{
    struct headless *h = arg;
    struct conductor *c = &h->conductor;
    const struct taken *t = &h->taken[h->finished];
    struct text line = {0};

    text_addf(&line, "lesson %s (%d of %d), %s%s, ", t->lesson->id,
              h->finished + 1, h->count,
              t->session.control >= 0 ? "control " : "", o->name);
    if (o->attempt > 0)
        text_add(&line, "once more, as it was disturbed, ");
    cli_add_time(&line, clock_now_ns() - h->from_ns);
    text_add(&line, " gone");
    snprintf(c->line, sizeof(c->line), "%s", text_str(&line));
    text_fini(&line);
}

static int run_orders(struct headless *h, struct session *s)
{
    const struct orders_ear ear = {.before = tell_progress, .arg = h};

    return orders_run(&h->conductor, s, &ear);
}

/* A block could not be run: its figures are not there. Only if that is this
 * machine's doing may the lesson still pass. */
static void trouble(struct taken *t, int rc, const struct err *err)
{
    struct lesson_result *r = &t->result;
    bool wrong = rc != -EAGAIN && rc != -ENODATA;

    if (wrong || r->error[0] == '\0')
        snprintf(r->error, sizeof(r->error), "%s", err->text);
    if (wrong)
        r->verdict = LESSON_FAIL;
}

/* Everything that runs, then the checks. */
static int run_blocks(struct headless *h, struct taken *t)
{
    struct session *s = &t->session;
    int rc = 0;

    for (int i = 0; i < s->lesson->block_count && rc == 0; i++) {
        enum lesson_kind kind = s->lesson->blocks[i].kind;
        struct err err = {0};

        if (kind == LESSON_RUN || kind == LESSON_SWEEP || kind == LESSON_SLOW ||
            kind == LESSON_SIM) {
            rc = session_begin(s, i, &err);
            if (rc < 0)
                trouble(t, rc, &err);
            rc = rc < 0 ? 0 : run_orders(h, s);
        } else if (kind == LESSON_CHECK) {
            session_judge(s, i);
        }
    }
    return rc;
}

static int run_controls(struct headless *h, struct taken *t)
{
    struct session *s = &t->session;
    struct lesson_result *r = &t->result;
    int rc = 0;

    for (int i = 0; i < s->lesson->block_count && rc == 0; i++) {
        struct err err = {0};
        int judged;

        if (s->lesson->blocks[i].kind != LESSON_CONTROL)
            continue;
        if (session_control_begin(s, i, &err) == 0)
            rc = run_orders(h, s);
        /* Also when it was interrupted: it puts the lesson's figures back. */
        judged = session_control_end(s, t->controls + r->control_count,
                                     LESSON_CONTROLS_MAX - r->control_count);
        r->control_count += rc == 0 ? judged : 0;
    }
    return rc;
}

/* The worst of its checks and controls; those without a control do not
 * count. */
static void conclude(struct taken *t)
{
    struct lesson_result *r = &t->result;
    enum lesson_verdict all[2] = {LESSON_PASS};
    enum lesson_verdict *v;
    int n = 0, most = t->session.finding_count + r->control_count + 1;

    v = calloc((size_t)most, sizeof(*v));
    for (int i = 0; v && i < t->session.finding_count; i++)
        if (t->session.findings[i].check)
            v[n++] = t->session.findings[i].verdict;
    all[0] = v ? judge_worst(v, n) : LESSON_PASS;
    n = 0;
    for (int i = 0; v && i < r->control_count; i++)
        if (r->controls[i].verdict != LESSON_SKIPPED)
            v[n++] = r->controls[i].verdict;
    all[1] = v ? judge_worst(v, n) : LESSON_PASS;
    free(v);
    if (r->verdict == LESSON_FAIL)
        return; /* something of it could not be run at all */
    r->verdict = n > 0 ? judge_worst(all, 2) : all[0];
    if (all[0] == LESSON_SKIPPED && all[1] != LESSON_FAIL)
        r->verdict = LESSON_SKIPPED;
}

static int take(struct headless *h, struct taken *t)
{
    int64_t from_ns = clock_now_ns();
    struct lesson_result *r = &t->result;
    struct err err = {0};
    int rc;

    r->lesson = t->lesson;
    r->controls = t->controls;
    r->verdict = LESSON_PASS;
    rc = session_init(&t->session, &t->lesson->lesson, &h->machine, &err);
    if (rc < 0) {
        trouble(t, -EINVAL, &err);
        return rc == -ENOMEM ? rc : 0;
    }
    r->session = &t->session;
    rc = run_blocks(h, t);
    if (rc == 0 && !h->wishes->no_controls)
        rc = run_controls(h, t);
    if (rc == -ENOMEM)
        snprintf(r->error, sizeof(r->error), "there is not enough memory");
    conclude(t);
    r->seconds = (double)(clock_now_ns() - from_ns) / NS_PER_S;
    return rc;
}

/* ---- what is said of it ---------------------------------------------------
 */

static const char *title_of(const struct lesson_control *c)
{
    return c->check->label;
}

/* A reason, a table of numbers: so that long ones stay readable. */
static void say_more(const char *s)
{
    if (s[0]) {
        printf("      ");
        cli_wrap(s, 6, 6, cli_columns(80));
    }
}

static void say_checks(const struct session *s)
{
    for (int i = 0; i < s->finding_count; i++) {
        const struct lesson_finding *f = &s->findings[i];

        if (!f->check || f->verdict == LESSON_PASS)
            continue;
        printf("    %c %s: %s\n", lesson_class_letters[f->check->class],
               f->check->label, lesson_verdict_words[f->verdict]);
        say_more(f->reason);
        say_more(text_str(&f->numbers));
    }
}

static void say_controls(const struct lesson_result *r)
{
    static const char *const how[] = {
        [LESSON_FAIL] = "did not make it fail",
        [LESSON_INCONCLUSIVE] = "inconclusive",
    };

    for (int i = 0; i < r->control_count; i++) {
        const struct lesson_control *c = &r->controls[i];

        if (c->verdict != LESSON_FAIL && c->verdict != LESSON_INCONCLUSIVE)
            continue;
        printf("    control of %s (line %d): %s\n", title_of(c),
               r->lesson->lesson.blocks[c->block].line, how[c->verdict]);
        say_more(c->reason);
    }
}

static void say_key(const struct lesson_block *b, const struct lesson_key *key,
                    struct text *out)
{
    if (!key->known) {
        text_addf(out, "not known: %s", key->why);
    } else if (b->asks == ASKS_NUMBER) {
        formula_say(key->number, b->unit ? b->unit : "", out);
    } else if (b->asks == ASKS_CHOICE) {
        text_addf(out, "%s",
                  key->choice >= 0 ? b->choices[key->choice].text : "none");
    } else {
        for (int i = 0; i < b->choice_count; i++)
            text_addf(out, "%s%s", i > 0 ? " < " : "",
                      b->choices[key->order[i]].text);
    }
    if (key->known && key->disturbed)
        text_add(out, " (others used the machine)");
}

static void say_predictions(const struct session *s)
{
    for (int i = 0; i < s->lesson->block_count; i++) {
        const struct lesson_block *b = &s->lesson->blocks[i];
        struct text line = {0};
        struct lesson_key key;

        if (b->kind != LESSON_PREDICT && b->kind != LESSON_OBSERVE)
            continue;
        session_key(s, i, &key);
        text_addf(&line, "key of %s: ", b->id);
        say_key(b, &key, &line);
        printf("    ");
        cli_wrap(text_str(&line), 4, 6, cli_columns(80));
        text_fini(&line);
    }
}

static void count_checks(const struct lesson_result *r,
                         int counts[LESSON_VERDICTS])
{
    memset(counts, 0, LESSON_VERDICTS * sizeof(counts[0]));
    for (int i = 0; r->session && i < r->session->finding_count; i++)
        if (r->session->findings[i].check)
            counts[r->session->findings[i].verdict]++;
}

static void say_counts(const int counts[LESSON_VERDICTS])
{
    static const char *const words[] = {"passed", "failed", "inconclusive",
                                        "skipped"};

    printf("%d passed", counts[LESSON_PASS]);
    for (int i = LESSON_FAIL; i < LESSON_VERDICTS; i++)
        if (counts[i] > 0)
            printf(", %d %s", counts[i], words[i]);
}

static void say_lesson(const struct lesson_result *r)
{
    int counts[LESSON_VERDICTS];

    count_checks(r, counts);
    printf("%-12s  %-32s  %5.1f s  ", lesson_verdict_words[r->verdict],
           r->lesson->id, r->seconds);
    say_counts(counts);
    printf("\n");
    if (r->error[0]) {
        printf("    ");
        cli_wrap(r->error, 4, 6, cli_columns(80));
    }
    if (!r->session)
        return;
    say_checks(r->session);
    say_controls(r);
    say_predictions(r->session);
    fflush(stdout);
}

static void say_end(const struct headless *h)
{
    int checks[LESSON_VERDICTS] = {0}, lessons[LESSON_VERDICTS] = {0};
    int controls[LESSON_VERDICTS] = {0};
    struct text time = {0};

    for (int i = 0; i < h->finished; i++) {
        const struct lesson_result *r = &h->taken[i].result;
        int counts[LESSON_VERDICTS];

        count_checks(r, counts);
        lessons[r->verdict]++;
        for (int v = 0; v < LESSON_VERDICTS; v++)
            checks[v] += counts[v];
        for (int k = 0; k < r->control_count; k++)
            controls[r->controls[k].verdict]++;
    }
    printf("\n%d lesson%s: ", h->finished, h->finished == 1 ? "" : "s");
    say_counts(lessons);
    printf("\nchecks: ");
    say_counts(checks);
    printf("\ncontrols that made their check fail, as they must: %d",
           controls[LESSON_PASS]);
    if (controls[LESSON_FAIL] > 0)
        printf("; that did not: %d", controls[LESSON_FAIL]);
    if (controls[LESSON_INCONCLUSIVE] > 0)
        printf("; inconclusive: %d", controls[LESSON_INCONCLUSIVE]);
    cli_add_time(&time, clock_now_ns() - h->from_ns);
    printf("\ntime: %s\n", text_str(&time));
    text_fini(&time);
}

/* ---- the command ----------------------------------------------------------
 */

static int status_of(const struct headless *h)
{
    int seen[LESSON_VERDICTS] = {0};

    if (h->conductor.interrupted)
        return EXIT_INTERRUPTED;
    for (int i = 0; i < h->finished; i++)
        seen[h->taken[i].result.verdict]++;
    if (seen[LESSON_FAIL] > 0)
        return EXIT_FAILED;
    if (seen[LESSON_INCONCLUSIVE] > 0)
        return EXIT_INCONCLUSIVE;
    return h->finished > 0 && seen[LESSON_SKIPPED] == h->finished ? EXIT_MACHINE
                                                                  : EXIT_DONE;
}

static int print_json(const struct headless *h)
{
    struct lesson_result *results =
        calloc((size_t)h->finished + 1, sizeof(*results));
    struct text out = {0};
    int rc = results ? 0 : -ENOMEM;

    for (int i = 0; rc == 0 && i < h->finished; i++)
        results[i] = h->taken[i].result;
    if (rc == 0)
        rc = lesson_json(results, h->finished, &h->machine, &out);
    if (rc == 0)
        printf("%s\n", text_str(&out));
    text_fini(&out);
    free(results);
    return rc == 0 ? -1 : cli_refuse(EXIT_FAILED, "out of memory");
}

static int run_headless(struct headless *h)
{
    bool json = h->wishes->json;
    int status = -1, rc = 0;

    h->from_ns = clock_now_ns();
    conduct_hold(&h->conductor);
    for (int i = 0; i < h->count && rc == 0; i++) {
        if (conduct_asked_to_end(&h->conductor))
            break;
        rc = take(h, &h->taken[i]);
        h->finished = i + 1;
        if (!json)
            say_lesson(&h->taken[i].result);
    }
    if (json)
        status = print_json(h);
    else
        say_end(h);
    if (status < 0 && cli_flush(EXIT_DONE) != EXIT_DONE)
        status = EXIT_FAILED; /* while errno still says why */
    conduct_release(&h->conductor);
    if (status >= 0)
        return status;
    if (rc == -ENOMEM)
        return cli_refuse(EXIT_FAILED, "out of memory");
    return status_of(h);
}

/* Which lessons are meant, in @course. -1, or an exit status. */
static int choose(struct headless *h, struct course *course)
{
    const struct lesson_wishes *x = h->wishes;
    struct err err = {0};
    int *index;

    h->count = x->all ? 0 : x->count;
    index = calloc((size_t)x->count + 1, sizeof(*index));
    if (!index)
        return cli_refuse(EXIT_FAILED, "out of memory");
    for (int i = 0; !x->all && i < x->count; i++) {
        struct course_lesson *l = course_find(course, x->words[i], &err);

        if (!l) {
            free(index);
            return cli_refuse_err(&err, EXIT_REQUEST);
        }
        index[i] = (int)(l - course->lessons); /* another may move them */
    }
    if (x->all)
        h->count = course->count;
    h->taken = calloc((size_t)h->count + 1, sizeof(*h->taken));
    for (int i = 0; h->taken && i < h->count; i++)
        h->taken[i].lesson = &course->lessons[x->all ? i : index[i]];
    free(index);
    return h->taken ? -1 : cli_refuse(EXIT_FAILED, "out of memory");
}

static int headless(const struct lesson_wishes *x)
{
    struct headless h = {.wishes = x};
    struct course course = {0};
    int status = lesson_course(&course, x);

    machine_read(&h.machine);
    h.conductor = (struct conductor){.machine = &h.machine, .progress = true};
    if (status < 0)
        status = choose(&h, &course);
    if (status < 0)
        status = run_headless(&h);
    for (int i = 0; h.taken && i < h.count; i++)
        session_fini(&h.taken[i].session);
    free(h.taken);
    course_fini(&course);
    return status;
}

int cli_lesson_run(const struct lesson_wishes *x)
{
    if (x->all && x->count > 0)
        return cli_refuse(EXIT_REQUEST,
                          "--all means every lesson; \"%s\" is one of them",
                          x->words[0]);
    if (!x->all && x->count == 0)
        return cli_refuse(EXIT_REQUEST,
                          "which lesson? \"timeslice lesson list\" shows them; "
                          "for example: timeslice lesson run 1");
    if (x->headless)
        return headless(x);
    if (x->json)
        return cli_refuse(EXIT_REQUEST,
                          "lesson run: --json is for --headless; a lesson that "
                          "somebody takes is kept by itself, see \"timeslice "
                          "lesson progress\"");
    if (x->all || x->count > 1)
        return cli_refuse(EXIT_REQUEST,
                          "one lesson can be taken at a time; --headless runs "
                          "several");
    if (x->linear || !cli_on_terminal())
        return cli_lesson_linear(x);
    return cli_lesson_play(x);
}
