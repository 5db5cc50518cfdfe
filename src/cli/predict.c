/* "timeslice predict": one short run, then a simulation on as many CPUs as one
 * likes, and real runs where this machine has them. Screen process. */
#include "predict/predict.h"

#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "cli/common.h"
#include "cli/conduct.h"
#include "export/export.h"
#include "observe/noise.h"

struct wishes {
    bool json, quiet;
    int columns;
};

static int read_wishes(struct wishes *r, struct predict_request *request,
                       const struct cli_words *w)
{
    struct report_options look;
    int status = cli_look(&look, w);

    if (status >= 0)
        return status;
    *r = (struct wishes){
        .json = cli_words_value(w, "json") != NULL,
        .quiet = cli_words_value(w, "quiet") != NULL,
        .columns = look.columns,
    };
    request->real = cli_words_value(w, "model-only") == NULL;
    if (w->rest_count == 0)
        return cli_refuse(EXIT_REQUEST,
                          "predict needs an experiment, for example: timeslice "
                          "predict primes --on cpus=1,2,4,64");
    return -1;
}

/* ---- running ------------------------------------------------------------- */

/* Take in the short run. True: it should be done again. @status: an exit status
 * after a sentence. */
static bool learn(struct prediction *p, const struct trace *t,
                  struct sweep_outcome *outcome, int *status)
{
    struct err err = {0};
    int rc;

    sweep_outcome_of(outcome, t);
    if (outcome->verdict == VERDICT_INTERRUPTED)
        *status = cli_refuse(EXIT_INTERRUPTED, "interrupted: no prediction");
    else if (outcome->verdict != VERDICT_OK)
        *status =
            cli_refuse(cli_run_status(t), "the short run did not end well: %s",
                       outcome->error);
    if (*status)
        return false;
    rc = predict_learn(p, t, outcome, &err);
    if (rc < 0 && rc != -EAGAIN)
        *status = cli_refuse_err(&err, EXIT_FAILED);
    return rc == -EAGAIN || predict_disturbed(outcome);
}

/* One short run; conduct_run() will not do, since its trace is wanted. True: it
 * should be done again. */
static bool measure_once(struct prediction *p, const struct wishes *r,
                         int *status)
{
    struct sweep_outcome outcome = {.foreign_cores = -1};
    struct source *source = NULL;
    struct spec spec;
    struct noise noise;
    struct err err = {0};
    int64_t from_ns = clock_now_ns();
    bool again;

    predict_short_spec(p, &spec);
    if (spec_check(&spec, &p->machine, &err) < 0) {
        *status = cli_refuse_err(&err, EXIT_REQUEST);
        return false;
    }
    outcome.began_ns = clock_wall_ns();
    noise_begin(&noise);
    if (cli_drive_after(&source, &spec, &p->machine,
                        r->quiet ? NULL : "predict: a short run", &err) < 0) {
        *status = cli_refuse_err(&err, EXIT_MACHINE);
        return false;
    }
    outcome.foreign_cores = noise_end(&noise);
    outcome.took_ns = clock_now_ns() - from_ns;
    again = learn(p, source->trace, &outcome, status);
    source->class->close(source);
    return again;
}

/* Again when others disturbed it, as a sweep does. 0, or an exit status after a
 * sentence. */
static int measure(struct prediction *p, const struct wishes *r)
{
    int status = 0;

    for (int k = 0; k <= SWEEP_AGAIN + p->whole_task; k++)
        if (!measure_once(p, r, &status) || status)
            break;
    return status;
}

/* Disturbed runs are done again a few times. 0, or an exit status. */
static int verify(struct prediction *p, const struct wishes *r)
{
    struct conductor c = {.machine = &p->machine, .progress = !r->quiet};
    struct sweep_order order = {0};
    struct sweep_outcome outcome;
    struct err err = {0};
    int status = 0;

    conduct_hold(&c);
    for (int i = 0; status == 0 && i < p->count; i++) {
        bool again = predict_real_spec(p, i, &order.spec);

        for (int k = 0; status == 0 && again && k <= SWEEP_AGAIN; k++) {
            snprintf(c.line, sizeof(c.line), "predict: for real on %d CPU%s%s",
                     p->point[i].cpus, p->point[i].cpus == 1 ? "" : "s",
                     k > 0 ? " again, it was disturbed" : "");
            if (conduct_run(&c, &order, &outcome, &err) < 0)
                status = cli_refuse_err(&err, EXIT_FAILED);
            else if (c.interrupted)
                status =
                    cli_refuse(EXIT_INTERRUPTED, "interrupted: no prediction");
            else
                again = predict_take(p, i, &outcome);
        }
    }
    conduct_release(&c);
    return status;
}

/* ---- printing ------------------------------------------------------------ */

static void print_paragraph(const struct prediction *p, const char *badge,
                            void (*say)(const struct prediction *,
                                        struct text *),
                            int columns)
{
    struct text text = {0};
    int indent = *badge ? 9 : 0;

    say(p, &text);
    printf("%-*s", indent, badge);
    cli_wrap(text_str(&text), indent, indent, columns);
    text_fini(&text);
}

static void print_report(const struct prediction *p, int columns)
{
    struct text line = {0}, table = {0};

    spec_format(&p->request.spec, &line);
    predict_table(p, &table);
    printf("timeslice predict %s\n\n", text_str(&line));
    print_paragraph(p, "MEASURED", predict_say_short, columns);
    printf("\n%s\n", text_str(&table));
    print_paragraph(p, "", predict_say_answer, columns);
    putchar('\n');
    print_paragraph(p, "", predict_say_limits, columns);
    text_fini(&line);
    text_fini(&table);
}

static int print_answer(const struct prediction *p, const struct wishes *r)
{
    static const int statuses[] = {
        [PREDICT_DONE] = EXIT_DONE,
        [PREDICT_INCONCLUSIVE] = EXIT_INCONCLUSIVE,
        [PREDICT_FAILED] = EXIT_FAILED,
    };
    struct text text = {0};
    int status = statuses[p->verdict];

    if (!r->json)
        print_report(p, r->columns);
    else if (predict_json(p, &text))
        fputs(text_str(&text), stdout);
    else
        status = cli_refuse(EXIT_FAILED, "out of memory");
    text_fini(&text);
    return cli_flush(status);
}

static int predict(const struct predict_request *request,
                   const struct machine *m, const struct wishes *r)
{
    struct prediction *p = predict_new(request, m);
    struct err err = {0};
    int status;

    if (!p)
        return cli_refuse(EXIT_FAILED, "out of memory");
    status = measure(p, r);
    if (status == 0 && predict_simulate(p, &err) < 0)
        status = cli_refuse_err(&err, EXIT_FAILED);
    if (status == 0)
        status = verify(p, r);
    if (status == 0) {
        predict_conclude(p);
        status = print_answer(p, r);
    }
    predict_free(p);
    return status;
}

int cli_predict(int argc, char **argv)
{
    struct predict_request request = {0};
    struct wishes wishes;
    struct machine machine;
    struct cli_words w;
    struct err err = {0};
    int status, rc;

    status = cli_words_sort(&w, cli_find(argv[0]), argc, argv);
    if (status < 0)
        status = read_wishes(&wishes, &request, &w);
    if (status < 0) {
        machine_read(&machine);
        rc = predict_read_on(&request, cli_words_value(&w, "on"), &err);
        if (rc == 0)
            rc = spec_parse_words(&request.spec, w.rest_count, w.rest, &err);
        if (rc == 0)
            rc = predict_check(&request, &machine, &err);
        status = rc < 0 ? cli_refuse_err(&err, EXIT_REQUEST)
                        : predict(&request, &machine, &wishes);
    }
    cli_words_fini(&w);
    return status;
}
