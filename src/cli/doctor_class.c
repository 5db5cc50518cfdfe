/* "timeslice doctor --class": before the class comes in, which lessons this
 * machine will leave inconclusive, and why. Watches it idle for a second and
 * busy for a second. Screen process. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/common.h"
#include "cli/conduct.h"
#include "cli/doctor.h"
#include "lesson/course.h"
#include "lesson/judge.h"
#include "lesson/session.h"
#include "observe/noise.h"
#include "observe/observe.h"

/* Less of its cores than this, and the host of this machine gives them to
 * others, too. */
#define WHOLE_CORES 0.85

struct class_card {
    struct machine machine;
    double foreign_cores;   /* while nothing of ours ran; <0 not known */
    double effective_cores; /* that a worker a core really had; <0 not known */
    bool exact;             /* every switch is recorded */
    struct facts *facts;    /* the machine's */
};

/* What is to be expected of a lesson's checks. */
struct expectation {
    int checks, inconclusive, skipped;
    int timed;     /* so many others depend on time: on a busy machine they may
                      be inconclusive, too */
    char why[200]; /* of the first that is not conclusive */
};

/* ---- the machine --------------------------------------------------------- */

static void watch_idle(struct class_card *c)
{
    struct timespec second = {.tv_sec = 1};
    struct noise noise;

    noise_begin(&noise);
    nanosleep(&second, NULL);
    c->foreign_cores = noise_end(&noise);
}

static void watch_busy(struct class_card *c)
{
    struct conductor conductor = {.machine = &c->machine};
    struct sweep_order order = {0};
    struct sweep_outcome outcome;
    struct err err = {0};

    c->effective_cores = -1;
    if (spec_parse_line(&order.spec, "spin --duration 1 --observer off",
                        &err) == 0 &&
        conduct_run(&conductor, &order, &outcome, &err) == 0)
        c->effective_cores =
            metric_get(&outcome.metrics, METRIC_PARALLELISM, -1);
}

static int look_around(struct class_card *c)
{
    struct trace_observer chosen = {0};
    struct spec spec;

    *c = (struct class_card){.facts = facts_new()};
    if (!c->facts)
        return cli_refuse(EXIT_FAILED, "out of memory");
    machine_read(&c->machine);
    session_facts_machine(c->facts, &c->machine);
    spec_defaults(&spec, WORKLOAD_SPIN);
    if (spec_check(&spec, &c->machine, NULL) == 0)
        observe_probe(&spec, &c->machine, &chosen, NULL);
    c->exact = chosen.kind == OBSERVER_PERF_CPU || chosen.kind == OBSERVER_PERF;
    watch_idle(c);
    watch_busy(c);
    return -1;
}

static bool quiet(const struct class_card *c)
{
    return c->foreign_cores <= LESSON_NOISE_CORES;
}

static bool whole(const struct class_card *c)
{
    return c->effective_cores < 0 ||
           c->effective_cores >= WHOLE_CORES * c->machine.cpus_allowed;
}

/* ---- the lessons --------------------------------------------------------- */

static void not_conclusive(struct expectation *e, int *count, const char *why)
{
    ++*count;
    if (!e->why[0])
        snprintf(e->why, sizeof(e->why), "%s", why);
}

static void asks_for_exact(const char *run, const char *name, bool repeats,
                           void *arg)
{
    (void)run;
    (void)repeats;
    if (strcmp(name, "max_running") == 0)
        *(bool *)arg = true;
}

static void expect_check(const struct class_card *c, const struct lesson *l,
                         const struct lesson_check *check,
                         struct expectation *e)
{
    bool exact = false;
    char why[200];
    double here;

    e->checks++;
    formula_figures(check->holds, asks_for_exact, &exact);
    /* A "when" that asks for more than the machine is open until it runs. */
    if (check->when && formula_value(check->when, c->facts, &here, NULL) &&
        here == 0) {
        snprintf(why, sizeof(why), "\"%s\" is for machines where %.120s",
                 check->label, formula_text(check->when));
        not_conclusive(e, &e->skipped, why);
    } else if (exact && !c->exact) {
        not_conclusive(e, &e->skipped,
                       "it asks for a record of every switch, and this machine "
                       "allows none (timeslice doctor says why)");
    } else if (check->class == CLASS_RATIO &&
               !judge_needs(l, &c->machine, why)) {
        not_conclusive(e, &e->skipped, why);
    } else if (check->class == CLASS_RATIO && !quiet(c)) {
        not_conclusive(e, &e->inconclusive,
                       "it compares speeds, and others use this machine");
    } else if (check->class == CLASS_RATIO && !whole(c)) {
        not_conclusive(e, &e->inconclusive,
                       "it compares speeds, and this machine did not get all "
                       "of its cores");
    } else if (check->class != CLASS_EXACT) {
        e->timed++;
    }
}

static struct expectation expect(const struct class_card *c,
                                 const struct lesson *l)
{
    struct expectation e = {0};

    for (int i = 0; i < l->block_count; i++)
        for (int k = 0; k < l->blocks[i].check_count; k++)
            if (l->blocks[i].checks[k].holds)
                expect_check(c, l, &l->blocks[i].checks[k], &e);
    return e;
}

/* ---- saying it ----------------------------------------------------------- */

static void tell_machine(const struct class_card *c)
{
    printf("cores      %d may be used; ", c->machine.cpus_allowed);
    if (c->effective_cores < 0)
        puts("how many at once could not be measured");
    else
        printf("a worker on each had %.2f of them at once%s\n",
               c->effective_cores,
               whole(c) ? "" : ": the host, or others, took the rest");
    if (c->foreign_cores < 0)
        puts("others     not known");
    else
        printf("others     use %.2f cores now: %s\n", c->foreign_cores,
               quiet(c) ? "quiet enough"
                        : "too much for checks of speed; close other "
                          "programs");
    printf("switches   %s\n\n",
           c->exact ? "every one is recorded"
                    : "not all are recorded (timeslice doctor says why)");
}

static void tell_counts(const struct expectation *e)
{
    if (e->inconclusive)
        printf("%d of %d checks inconclusive%s", e->inconclusive, e->checks,
               e->skipped ? ", " : "");
    if (e->skipped)
        printf("%d of %d checks skipped", e->skipped, e->checks);
    fputs("\n   ", stdout);
    cli_wrap(e->why, 3, 3, cli_columns(80));
}

static void tell_lessons(const struct class_card *c,
                         const struct course *course)
{
    int fine = 0, timed = 0, checks = 0;

    for (int i = 0; i < course->count; i++) {
        const struct course_lesson *l = &course->lessons[i];
        struct expectation e = expect(c, &l->lesson);

        timed += e.timed;
        checks += e.checks;
        if (e.inconclusive + e.skipped == 0) {
            fine++;
            continue;
        }
        printf("%02d %s: ", l->number,
               l->lesson.title ? l->lesson.title : l->id);
        tell_counts(&e);
    }
    printf("%s%d of %d lessons can be conclusive in all their checks here.\n",
           fine < course->count ? "\n" : "", fine, course->count);
    if (!quiet(c))
        printf("While others use this machine, %d more of all %d checks, "
               "which depend on time,\nmay be inconclusive.\n",
               timed, checks);
    if (fine < course->count)
        puts("What cannot be said here is named in the lesson; a kept run (key "
             "v) can stand\nin for one of today.");
}

static int print_json(const struct class_card *c, const struct course *course)
{
    json_t *list = json_array(), *all;
    int rc;

    for (int i = 0; i < course->count; i++) {
        const struct course_lesson *l = &course->lessons[i];
        struct expectation e = expect(c, &l->lesson);

        json_array_append_new(
            list,
            json_pack("{s:i, s:s, s:i, s:i, s:i, s:i, s:s*}", "number",
                      l->number, "id", l->id, "checks", e.checks,
                      "inconclusive", e.inconclusive, "skipped", e.skipped,
                      "timed", e.timed, "why", e.why[0] ? e.why : NULL));
    }
    all = json_pack("{s:s, s:i, s:b, s:o}", "schema", "timeslice.class/1",
                    "cpus_allowed", c->machine.cpus_allowed, "exact",
                    (int)c->exact, "lessons", list);
    if (!all)
        return cli_refuse(EXIT_FAILED, "out of memory");
    if (c->foreign_cores >= 0)
        json_object_set_new(all, "foreign_cores", json_real(c->foreign_cores));
    if (c->effective_cores >= 0)
        json_object_set_new(all, "effective_cores",
                            json_real(c->effective_cores));
    rc = json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(all);
    return cli_flush(rc < 0 ? EXIT_FAILED : EXIT_DONE);
}

int cli_doctor_class(bool json)
{
    struct class_card card;
    struct course course = {0};
    struct err err = {0};
    int status;

    if (course_read(&course, "", &err) < 0) {
        course_fini(&course);
        return cli_refuse_err(&err, EXIT_FAILED);
    }
    status = look_around(&card);
    if (status < 0 && json) {
        status = print_json(&card, &course);
    } else if (status < 0) {
        tell_machine(&card);
        tell_lessons(&card, &course);
        status = cli_flush(EXIT_DONE);
    }
    facts_free(card.facts);
    course_fini(&course);
    return status;
}
