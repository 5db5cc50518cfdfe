/* "timeslice explore": all schedules of a small program, and what follows from
 * them. Screen process. */
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/explore.h"
#include "export/export.h"
#include "export/explore_json.h"
#include "export/explore_report.h"
#include "export/steps.h"
#include "real/against.h"
#include "tsl/library.h"

#define RANDOM_MOST 1000000000L
#define PROGRESS_NS (200 * NS_PER_MS)

/* ---- interrupted --------------------------------------------------------- */

static_assert(ATOMIC_BOOL_LOCK_FREE == 2, "set from a signal's handler");
static _Atomic bool asked_to_end;

static void ask_to_end(int number)
{
    (void)number;
    atomic_store(&asked_to_end, true);
}

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
#define ENDINGS (sizeof(ending) / sizeof(ending[0]))

/* From here to listen_no_more() a signal ends the search; a second one, the
 * program. */
static void listen_to_signals(struct sigaction before[ENDINGS])
{
    struct sigaction act = {.sa_handler = ask_to_end,
                            .sa_flags = (int)SA_RESETHAND | SA_RESTART};

    sigemptyset(&act.sa_mask);
    for (size_t i = 0; i < ENDINGS; i++)
        sigaction(ending[i], &act, &before[i]);
}

static void listen_no_more(const struct sigaction before[ENDINGS])
{
    for (size_t i = 0; i < ENDINGS; i++)
        sigaction(ending[i], &before[i], NULL);
}

/* ---- how far it is ------------------------------------------------------- */

struct progress {
    int64_t from_ns, shown_ns;
};

static void show_progress(void *context, int64_t states, int64_t frontier)
{
    struct progress *p = context;
    int64_t now = clock_now_ns();
    char a[32], b[32];

    if (now - p->shown_ns < PROGRESS_NS)
        return;
    p->shown_ns = now;
    fprintf(stderr,
            "\r\033[K%s states so far, %s of them still to look at, "
            "%.0f s",
            text_si(a, sizeof(a), (double)states),
            text_si(b, sizeof(b), (double)frontier),
            (double)(now - p->from_ns) / 1e9);
    fflush(stderr);
}

/* ---- what is asked for --------------------------------------------------- */

struct explore_wishes {
    struct cli_program c;
    struct explore_request request;
    struct explore_look look;
    struct program *exercise; /* --repairs; NULL */
    long random;              /* schedules; 0: explore */
    bool json, real;
};

/* Two options that do not go together: one sentence. */
static int refuse_pairs(const struct cli_words *w)
{
    static const char *const pairs[][3] = {
        {"verdict", "states",
         "ask for different depths: --verdict only wants to know whether it "
         "fails"},
        {"verdict", "real",
         "do not go together: there are no outcomes to "
         "compare with"},
        {"random", "real",
         "do not go together: the run is compared with all "
         "outcomes, not with some"},
        {"random", "verdict",
         "do not go together: random schedules prove "
         "nothing"},
        {"random", "states",
         "do not go together: random schedules keep no "
         "states"},
        {"repairs", "random",
         "do not go together: random schedules prove "
         "nothing"},
        {"repairs", "schedule",
         "do not go together: a repair must hold from "
         "the start"},
        {"repairs", "verdict",
         "do not go together: a repair must not loop for "
         "ever either"},
        {"repairs", "states",
         "do not go together: a repair must not loop for "
         "ever either"},
        {"schedule", "real",
         "do not go together: on the machine nobody can say who goes next"},
    };
    static const char *const alone[][2] = {
        {"for", "real"},
        {"executions", "real"},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (cli_words_value(w, pairs[i][0]) && cli_words_value(w, pairs[i][1]))
            return cli_refuse(EXIT_REQUEST, "--%s and --%s %s", pairs[i][0],
                              pairs[i][1], pairs[i][2]);
    for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++)
        if (cli_words_value(w, alone[i][0]) && !cli_words_value(w, alone[i][1]))
            return cli_refuse(EXIT_REQUEST, "--%s is about --%s; add that",
                              alone[i][0], alone[i][1]);
    return -1;
}

/* The number of option @name into *@out, if it was given. */
static int get_number(const struct cli_words *w, const char *name, long least,
                      long most, long *out)
{
    const char *value = cli_words_value(w, name);

    if (!value || cli_number(value, least, most, out))
        return -1;
    return cli_refuse(EXIT_REQUEST,
                      "--%s cannot be \"%s\"; it is a number from %ld to %ld",
                      name, value, least, most);
}

static int get_request(struct explore_wishes *x, const struct cli_words *w)
{
    const char *memory = cli_words_value(w, "memory");
    struct explore_request *q = &x->request;
    long workers = 0;
    int status;

    *q = (struct explore_request){
        .rules = x->c.rules,
        .depth = cli_words_value(w, "verdict")  ? EXPLORE_VERDICT
                 : cli_words_value(w, "states") ? EXPLORE_STATES
                                                : EXPLORE_ALL,
        .stop_at_failure = cli_words_value(w, "stop") != NULL,
        .from = x->c.schedule.count > 0 ? &x->c.schedule : NULL,
        .cancel = &asked_to_end,
        .seed = x->c.seed,
    };
    if (x->real)
        q->rules = real_rules(); /* whatever is shown otherwise */
    if (q->stop_at_failure && q->depth == EXPLORE_ALL)
        q->depth = EXPLORE_STATES; /* parts of a graph cannot be counted */
    status = get_number(w, "workers", 1, 64, &workers);
    if (status >= 0)
        return status;
    q->workers = (int)workers;
    if (memory && (!cli_size(memory, &q->memory) || q->memory < 1 << 20))
        return cli_refuse(EXIT_REQUEST,
                          "--memory cannot be \"%s\"; it is a size such as "
                          "512M or 8G, at least 1M",
                          memory);
    return get_number(w, "random", 1, RANDOM_MOST, &x->random);
}

/* Is the program still what the exercise wants repaired? */
static int get_exercise(struct explore_wishes *x, const char *name)
{
    char path[PATH_MAX];
    struct err err = {0};

    if (!name)
        return -1;
    if (library_find(name, path, sizeof(path), &err) < 0 ||
        program_read(path, NULL, &x->exercise, &err) < 0)
        return cli_refuse(EXIT_REQUEST, "%s", err.text);
    if (library_repairs(x->exercise, x->c.program, &err) < 0)
        return cli_refuse(EXIT_FAILED, "this repairs nothing: %s", err.text);
    if (library_proves(x->exercise, x->c.rules.tso, x->c.rules.granularity,
                       &err) < 0)
        return cli_refuse(EXIT_REQUEST, "%s (--tso, --granularity)", err.text);
    return -1;
}

static int get_wishes(struct explore_wishes *x, const struct cli_words *w)
{
    struct report_options look = {0};
    int status = refuse_pairs(w);

    x->json = cli_words_value(w, "json") != NULL;
    x->real = cli_words_value(w, "real") != NULL;
    if (status < 0)
        status = cli_look(&look, w);
    if (status < 0)
        x->look.columns = look.columns;
    if (status < 0)
        status = cli_program_get(&x->c, w);
    if (status < 0)
        status = get_request(x, w);
    return status < 0 ? get_exercise(x, cli_words_value(w, "repairs")) : status;
}

/* ---- random schedules only ----------------------------------------------- */

/* Why @witness (after @from, if not NULL) fails, said at its end. */
static int say_why(struct stepper *m, const struct schedule *from,
                   const struct schedule *witness, enum failure kind,
                   struct text *out)
{
    struct walk w;
    int rc = walk_init(&w, m, NULL);

    if (rc < 0)
        return rc;
    if (from)
        rc = walk_run(&w, from, NULL);
    if (rc == 0)
        rc = walk_run(&w, witness, NULL);
    if (rc == 0)
        state_say_failure(m, walk_state(&w),
                          w.at > 0 ? &w.dones[w.at - 1] : NULL, kind, out);
    walk_fini(&w);
    return rc;
}

static int sample_only(struct explore_wishes *x, struct explore_result *r,
                       struct err *err)
{
    struct stepper m;
    int rc;

    *r = (struct explore_result){
        .judgement = JUDGED_UNKNOWN,
        .sampled = true,
        .traces = -1,
        .failing_traces = -1,
        .uniform = {.value = NAN},
        .random = {.value = NAN},
    };
    text_add(&r->why_not, "only random schedules were asked for");
    rc = stepper_init(&m, x->c.program, &x->request.rules, err);
    if (rc < 0)
        return rc;
    rc = explore_sample(&m, x->request.from, x->random, x->request.seed,
                        x->request.cancel, &r->sample, err);
    for (int k = 0; k < FAILURE_COUNT; k++) {
        struct failing *f = &r->failing[k];

        *f = (struct failing){.shortest = -1,
                              .shortest_steps = -1,
                              .preemptions = -1,
                              .random = {.value = NAN}};
        if (rc < 0 || r->sample.failing[k] == 0)
            continue;
        r->judgement = JUDGED_FAILS;
        f->reachable = true;
        f->shortest = r->sample.witness[k].count;
        for (int i = 0; i < f->shortest; i++)
            if (schedule_add(&f->witness, r->sample.witness[k].actions[i]) < 0)
                rc = err_set(err, -ENOMEM, "no memory for the schedule");
        if (rc == 0)
            say_why(&m, x->request.from, &f->witness, (enum failure)k,
                    &f->words);
    }
    stepper_fini(&m);
    return rc;
}

/* ---- what is printed ----------------------------------------------------- */

static int print_json(const struct explore_wishes *x,
                      const struct explore_result *r)
{
    json_t *o = explore_json(x->c.program, &x->request, r);
    int rc = o ? json_dumpf(o, stdout, JSON_INDENT(2)) : -1;

    json_decref(o);
    if (rc == 0)
        putchar('\n');
    return rc == 0 ? EXIT_DONE
                   : cli_refuse(EXIT_FAILED, "no memory for the record");
}

static int print_report(const struct explore_wishes *x,
                        const struct explore_result *r)
{
    struct text text = {0};
    int rc = export_explore(x->c.program, &x->request, r, &x->look, &text);

    if (x->exercise) {
        text_add(&text, "\nREPAIR of ");
        steps_name(x->exercise, &text);
        text_add(&text,
                 r->judgement == JUDGED_OK
                     ? ": proved, no schedule fails any more.\n"
                 : r->judgement == JUDGED_FAILS
                     ? ": not yet, the schedules above are counterexamples.\n"
                 : r->judgement == JUDGED_STUCK
                     ? ": not yet, it can loop for ever.\n"
                     : ": neither proved nor refuted.\n");
    }
    fputs(text_str(&text), stdout);
    text_fini(&text);
    return rc == 0 ? EXIT_DONE
                   : cli_refuse(EXIT_FAILED, "no memory for the report");
}

static int status_of(const struct explore_result *r)
{
    switch (r->judgement) {
    case JUDGED_OK:
        return EXIT_DONE;
    case JUDGED_UNKNOWN:
        return EXIT_INCONCLUSIVE;
    default:
        return EXIT_FAILED;
    }
}

/* ---- the command --------------------------------------------------------- */

static int search(struct explore_wishes *x, struct explore_result *r,
                  struct err *err)
{
    struct progress progress = {.from_ns = clock_now_ns()};
    struct sigaction before[ENDINGS];
    bool told = isatty(STDERR_FILENO);
    int rc;

    progress.shown_ns = progress.from_ns;
    if (told) {
        x->request.progress = show_progress;
        x->request.context = &progress;
    }
    listen_to_signals(before);
    rc = x->random > 0 ? sample_only(x, r, err)
                       : explore(x->c.program, &x->request, r, err);
    listen_no_more(before);
    if (told)
        fputs("\r\033[K", stderr);
    return rc;
}

static int explore_as_asked(struct explore_wishes *x, const struct cli_words *w)
{
    struct explore_result r = {0};
    struct err err = {0};
    int status, rc;

    if (x->real && real_check(x->c.program, &err) < 0)
        return cli_refuse_err(&err, EXIT_REQUEST);
    rc = search(x, &r, &err);
    if (rc == -ECANCELED)
        status = cli_refuse(EXIT_INTERRUPTED,
                            "interrupted before all schedules were seen");
    else if (rc < 0)
        status = cli_refuse_err(&err, EXIT_FAILED);
    else if (x->real)
        status = cli_explore_real(x->c.program, &r, w);
    else
        status = x->json ? print_json(x, &r) : print_report(x, &r);
    if (rc == 0 && status == EXIT_DONE && !x->real)
        status = status_of(&r);
    explore_fini(&r);
    return rc == 0 ? cli_flush(status) : status;
}

int cli_explore(int argc, char **argv)
{
    struct explore_wishes x = {.random = 0};
    struct cli_words w;
    int status;

    status = cli_words_sort(&w, cli_find(argv[0]), argc, argv);
    if (status < 0 && w.rest_count == 0)
        status = cli_program_list(argv[0]);
    else if (status < 0)
        status = get_wishes(&x, &w);
    if (status < 0)
        status = explore_as_asked(&x, &w);
    program_free(x.exercise);
    cli_program_fini(&x.c);
    cli_words_fini(&w);
    return status;
}
