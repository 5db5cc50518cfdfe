/* "timeslice sim": jobs on a simulated machine, under one policy or several. On
 * a terminal the screen; else, and with --text, the timeline, the figures and
 * the reasons. Screen process. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/sim.h"
#include "export/sim_export.h"
#include "sim/policy.h"
#include "tui/tui.h"

#define MACHINES_MOST 16
#define STEPS_SHOWN 50
#define STEPS_MOST 100000

static const struct sim_word {
    const char *name;
    int (*run)(int argc, char **argv);
} second_words[] = {
    {"quiz", cli_sim_quiz},
    {"disk", cli_sim_disk},
    {"asm", cli_sim_asm},
    {"kernel", cli_sim_kernel},
};

struct sim_wishes {
    char **words; /* the command's, but for those taken out; ends with NULL */
    int word_count;
    const char *on[MACHINES_MOST];
    int on_count;
    long steps; /* 0: none */

    struct sim_jobs jobs;
    struct text machine; /* the jobs' own first line */
    struct text note;    /* what could not be known of a kept run */
    const char *title;   /* a file, or a kept run; NULL */
    const char *line;    /* the experiment that they stand for; NULL */
    struct spec spec;    /* it, if .line */
    struct sim_setup setup[MACHINES_MOST];
    int setup_count;
    struct report_options look;
    bool json, csv, text;
};

static void wishes_fini(struct sim_wishes *x)
{
    free(x->words);
    sim_jobs_fini(&x->jobs);
    text_fini(&x->machine);
    text_fini(&x->note);
}

/* ---- words ----------------------------------------------------------------
 */

/* --on may be given several times, and --steps with a number or without: the
 * table of options knows neither, so they are taken out before. */
static int take_out(struct sim_wishes *x, int argc, char **argv)
{
    x->words = calloc((size_t)argc + 1, sizeof(*x->words));
    if (!x->words)
        return cli_refuse(EXIT_FAILED, "out of memory");
    for (int i = 0; i < argc; i++) {
        bool on = strcmp(argv[i], "--on") == 0 && i + 1 < argc;
        const char *number;

        if (on || strncmp(argv[i], "--on=", 5) == 0) {
            if (x->on_count == MACHINES_MOST)
                return cli_refuse(EXIT_REQUEST,
                                  "--on can be given up to %d times",
                                  MACHINES_MOST);
            x->on[x->on_count++] = on ? argv[++i] : argv[i] + 5;
            continue;
        }
        if (strcmp(argv[i], "--steps") != 0 &&
            strncmp(argv[i], "--steps=", 8) != 0) {
            x->words[x->word_count++] = argv[i];
            continue;
        }
        x->steps = STEPS_SHOWN;
        number = argv[i][7] == '=' ? argv[i] + 8 : NULL;
        if (!number && i + 1 < argc && argv[i + 1][0] &&
            argv[i + 1][strspn(argv[i + 1], "0123456789")] == '\0')
            number = argv[++i];
        if (number && !cli_number(number, 1, STEPS_MOST, &x->steps))
            return cli_refuse(EXIT_REQUEST,
                              "--steps cannot be \"%s\"; it is a number of "
                              "decisions from 1 to %d",
                              number, STEPS_MOST);
    }
    return -1;
}

static int get_look(struct sim_wishes *x, const struct cli_words *w)
{
    static const char *const screens[] = {"theme", "present", "no-mouse",
                                          "record", NULL};
    bool kept = x->steps > 0 || cli_words_value(w, "trace");

    x->json = cli_words_value(w, "json") != NULL;
    x->csv = cli_words_value(w, "csv") != NULL;
    x->text = x->json || x->csv || kept || cli_words_value(w, "text") ||
              !cli_on_terminal();
    if (x->json && x->csv)
        return cli_refuse(EXIT_REQUEST,
                          "--json and --csv both want stdout; choose one");
    for (int i = 0; x->text && screens[i]; i++)
        if (cli_words_value(w, screens[i]))
            return cli_refuse(
                EXIT_REQUEST, "--%s is about a screen, and %s", screens[i],
                cli_on_terminal() ? "other options ask for text"
                                  : "without a terminal there is none");
    return cli_look(&x->look, w);
}

/* ---- jobs -----------------------------------------------------------------
 */

/* A set in a word has blanks or lines in it, a file's name has none. */
static bool is_set(const char *word)
{
    return strpbrk(word, " \t\n|") != NULL;
}

/* On a machine like this one, so that it may be run for real beside it. */
static int read_experiment(struct sim_wishes *x, const char *line,
                           struct err *err)
{
    struct machine m;
    int rc;

    machine_read(&m);
    rc = sim_jobs_from_line(&x->jobs, &x->spec, line, &m, err);
    text_addf(&x->machine, "eevdf cpus=%d", m.cpus_allowed);
    x->line = line;
    return rc;
}

static int read_set(struct sim_wishes *x, const char *word, struct err *err)
{
    if (sim_means_experiment(word) && access(word, F_OK) != 0)
        return read_experiment(x, word, err);
    if (strcmp(word, "-") == 0 || access(word, F_OK) == 0 || !is_set(word)) {
        x->title = strcmp(word, "-") == 0 ? "standard input" : word;
        if (strcmp(word, "-") != 0 && access(word, F_OK) != 0)
            return err_set(err, -EINVAL,
                           "%s: there is no such file; jobs in the line itself "
                           "are in quotes, such as \"A 3 | B 2 @1\"",
                           word);
        return sim_jobs_read_file(&x->jobs, &x->machine, word, err);
    }
    return sim_jobs_read(&x->jobs, &x->machine, "jobs", word, strlen(word),
                         err);
}

/* The jobs that a kept run was, on as many CPUs as it had. */
static int read_kept(struct sim_wishes *x, const char *word, struct err *err)
{
    struct trace *t = NULL;
    int rc = cli_kept(&t, word, err);

    if (rc < 0)
        return rc;
    rc = sim_jobs_from_trace(&x->jobs, t, &x->note, err);
    text_addf(&x->machine, "eevdf cpus=%d",
              t->core_count > 0 ? t->core_count : 1);
    x->title = word;
    trace_free(t);
    return rc;
}

static int get_jobs(struct sim_wishes *x, const struct cli_words *w)
{
    const char *from = cli_words_value(w, "from");
    struct err err = {0};
    int rc;

    if (from && w->rest_count > 0)
        return cli_refuse(EXIT_REQUEST,
                          "--from takes the jobs from the kept run %s; \"%s\" "
                          "cannot be as well",
                          from, w->rest[0]);
    if (w->rest_count > 1)
        return cli_refuse(EXIT_REQUEST,
                          "sim takes one FILE, or one set of jobs in quotes "
                          "such as \"A 3 | B 2 @1\"; \"%s\" is one word too "
                          "many",
                          w->rest[1]);
    if (!from && w->rest_count == 0)
        return cli_refuse(EXIT_REQUEST,
                          "sim needs jobs, for example: timeslice sim \"A 3 | "
                          "B 2 @1\" --on rr,slice=1; \"timeslice sim --help\" "
                          "tells more");
    rc = from ? read_kept(x, from, &err) : read_set(x, w->rest[0], &err);
    return rc < 0 ? cli_refuse_err(&err, EXIT_FAILED) : -1;
}

/* ---- machines --------------------------------------------------------------
 */

/* The policy of the jobs' own line goes for --on without one. */
static int get_machines(struct sim_wishes *x)
{
    struct sim_setup own;
    struct err err = {0};
    int rc = sim_setup_read(&own, text_str(&x->machine), NULL, &err);

    x->setup_count = x->on_count > 0 ? x->on_count : 1;
    for (int i = 0; i < x->setup_count && rc == 0; i++) {
        struct err why = {0};

        x->setup[i] = own;
        if (x->on_count > 0)
            rc = sim_setup_read(&x->setup[i], x->on[i], own.policy, &why);
        if (rc == 0)
            rc = sim_setup_inherit(&x->setup[i], &own, &why);
        if (rc == 0 && x->line)
            rc = sim_setup_for_spec(&x->setup[i], &x->spec, x->on_count == 0,
                                    &why);
        if (rc == 0)
            rc = sim_setup_check(&x->setup[i], &x->jobs, &why);
        if (rc < 0 && x->on_count > 0)
            err_set(&err, rc, "--on %.60s: %s", x->on[i], why.text);
        else if (rc < 0)
            err = why;
    }
    return rc < 0 ? cli_refuse_err(&err, EXIT_FAILED) : -1;
}

/* ---- as text ---------------------------------------------------------------
 */

static int write_trace(const struct trace *t, struct cli_file *f,
                       struct err *err)
{
    int rc;

    if (!t)
        return err_set(err, -EINVAL,
                       "there is no timeline of more than %d jobs",
                       SIM_TRACE_JOBS);
    rc = export_chrome(t, f->stream, err);
    return rc < 0 ? rc : cli_file_finish(f, err);
}

/* One after the other, nothing of the one before is kept. */
static int print_csv(const struct sim_wishes *x)
{
    struct err err = {0};
    int rc = 0;

    for (int i = 0; i < x->setup_count && rc == 0; i++) {
        struct sim *s = NULL;

        rc = sim_new(&s, &x->setup[i], &x->jobs, &(struct sim_watch){0}, &err);
        if (rc == 0) {
            while (sim_run(s, INT64_MAX, INT64_MAX) == SIM_GOES_ON)
                continue;
            export_sim_csv(s, i == 0, stdout);
        }
        sim_free(s);
    }
    return rc < 0 ? cli_refuse_err(&err, EXIT_FAILED) : cli_flush(EXIT_DONE);
}

static int print_outcomes(const struct sim_wishes *x,
                          const struct sim_outcome *o, struct err *err)
{
    struct text out = {0};
    int rc;

    if (x->json)
        return export_sim_json(o, x->setup_count, stdout, err);
    rc = export_sim(o, x->setup_count, &x->look, &out);
    if (rc < 0)
        err_set(err, rc, "there is not enough memory for the report");
    else
        fputs(text_str(&out), stdout);
    text_fini(&out);
    return rc;
}

/* A deadlock is what came of it: said, and the exit status says so too. */
static int status_of(const struct sim_wishes *x, const struct sim_outcome *o)
{
    for (int i = 0; i < x->setup_count; i++)
        if (o[i].state == SIM_DEADLOCK)
            return EXIT_FAILED;
    return EXIT_DONE;
}

static int simulate(const struct sim_wishes *x, struct cli_file *trace)
{
    struct sim_outcome o[MACHINES_MOST] = {0};
    struct err err = {0};
    int status = EXIT_DONE, rc = 0;

    for (int i = 0; i < x->setup_count && rc == 0; i++)
        rc = sim_outcome(&o[i], &x->setup[i], &x->jobs, x->steps, &err);
    if (rc == 0)
        rc = print_outcomes(x, o, &err);
    if (rc == 0)
        status = cli_flush(status_of(x, o));
    if (rc == 0 && trace->stream)
        rc = write_trace(o[0].trace, trace, &err);
    if (rc < 0)
        status = cli_refuse_err(&err, EXIT_FAILED);
    for (int i = 0; i < MACHINES_MOST; i++)
        sim_outcome_fini(&o[i]);
    return status;
}

static int sim_as_text(const struct sim_wishes *x, const struct cli_words *w)
{
    const char *path = cli_words_value(w, "trace");
    struct cli_file trace = {0};
    struct err err = {0};
    int status;

    if (path && x->setup_count > 1)
        return cli_refuse(EXIT_REQUEST,
                          "--trace writes the timeline of one machine; write "
                          "--on once");
    if (path && x->csv)
        return cli_refuse(EXIT_REQUEST,
                          "--csv draws no timeline, so --trace cannot be; "
                          "choose one");
    if (path && x->jobs.count > SIM_TRACE_JOBS)
        return cli_refuse(EXIT_REQUEST,
                          "--trace: %d jobs are too many for a timeline, which "
                          "shows up to %d",
                          x->jobs.count, SIM_TRACE_JOBS);
    if (path && cli_file_open(&trace, "trace", path, &err) < 0)
        return cli_refuse_err(&err, EXIT_REQUEST);
    if (x->note.len > 0)
        cli_refuse(0, "%s", text_str(&x->note));
    status = x->csv ? print_csv(x) : simulate(x, &trace);
    cli_file_drop(&trace);
    return status;
}

/* ---- the command -----------------------------------------------------------
 */

static int open_screen(struct sim_wishes *x, const struct cli_words *w)
{
    struct machine machine;
    struct tui_options o = {.screen = TUI_SIM, .machine = &machine};

    if (x->setup_count > TUI_SIM_SETUPS)
        return cli_refuse(EXIT_REQUEST,
                          "the screen shows up to %d machines side by side, "
                          "--text more",
                          TUI_SIM_SETUPS);
    machine_read(&machine);
    o.sim.jobs = x->jobs; /* the screen takes them over */
    x->jobs = (struct sim_jobs){0};
    o.sim.setup_count = x->setup_count;
    memcpy(o.sim.setup, x->setup, (size_t)x->setup_count * sizeof(*x->setup));
    o.sim.title = x->title;
    o.sim.line = x->line;
    return cli_open_screen(&o, w);
}

int cli_sim(int argc, char **argv)
{
    struct sim_wishes x = {0};
    struct cli_words w = {0};
    int status;

    for (size_t i = 0;
         argc > 1 && i < sizeof(second_words) / sizeof(*second_words); i++)
        if (strcmp(argv[1], second_words[i].name) == 0)
            return second_words[i].run(argc - 1, argv + 1);
    status = take_out(&x, argc, argv);
    if (status < 0)
        status = cli_words_sort(&w, cli_find(argv[0]), x.word_count, x.words);
    if (status < 0)
        status = get_look(&x, &w);
    if (status < 0 && !x.text && x.on_count == 0 && w.rest_count == 0 &&
        !cli_words_value(&w, "from")) {
        status = open_screen(&x, &w); /* with an example */
    } else if (status < 0) {
        status = get_jobs(&x, &w);
        if (status < 0)
            status = get_machines(&x);
        if (status < 0)
            status = x.text ? sim_as_text(&x, &w) : open_screen(&x, &w);
    }
    cli_words_fini(&w);
    wishes_fini(&x);
    return status;
}
