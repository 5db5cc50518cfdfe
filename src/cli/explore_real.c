/* "timeslice explore --real": the program run on this machine, beside what the
 * explorer says is possible. Screen process. */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/explore.h"
#include "export/explore_json.h"
#include "export/export.h"
#include "export/real_json.h"

#define FOR_NS (2 * NS_PER_S) /* when nothing is said */
#define FOR_MOST_NS (86400 * NS_PER_S)
#define EXECUTIONS_MOST 1000000000000L

/* ---- interrupted --------------------------------------------------------- */

static _Atomic bool asked_to_end;

static void ask_to_end(int number)
{
    (void)number;
    atomic_store(&asked_to_end, true);
}

static int run_listening(const struct program *p, struct real_request *request,
                         struct real_result *seen, struct err *err)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction act = {.sa_handler = ask_to_end,
                            .sa_flags = (int)SA_RESETHAND | SA_RESTART};
    struct sigaction before[3];
    int rc;

    sigemptyset(&act.sa_mask);
    for (int i = 0; i < 3; i++)
        sigaction(signals[i], &act, &before[i]);
    request->cancel = &asked_to_end;
    rc = real_run(p, request, seen, err);
    for (int i = 0; i < 3; i++)
        sigaction(signals[i], &before[i], NULL);
    return rc;
}

/* ---- what is asked for --------------------------------------------------- */

/* "2s", "500ms", "1.5", "2min": seconds if nothing is said. */
static bool get_time(const char *text, int64_t *ns)
{
    static const struct {
        const char *suffix;
        double unit;
    } units[] = {{"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"min", 60e9}};
    char *end;
    double x = strtod(text, &end);

    for (size_t i = 0; end > text && i < sizeof(units) / sizeof(units[0]); i++)
        if (strcmp(end, units[i].suffix) == 0) {
            x *= units[i].unit;
            *ns = x >= 1e6 && x <= (double)FOR_MOST_NS ? (int64_t)x : 0;
            return *ns > 0;
        }
    return false;
}

static int get_request(struct real_request *q, const struct cli_words *w)
{
    const char *time = cli_words_value(w, "for");
    const char *executions = cli_words_value(w, "executions");
    const char *seed = cli_words_value(w, "seed");
    long n = 1;

    *q = (struct real_request){.seed = 1};
    if (time && !get_time(time, &q->duration_ns))
        return cli_refuse(EXIT_REQUEST,
                          "--for cannot be \"%s\"; it is a time such as 2s, "
                          "500ms or 1min, up to a day",
                          time);
    if (executions && !cli_number(executions, 1, EXECUTIONS_MOST, &n))
        return cli_refuse(EXIT_REQUEST,
                          "--executions cannot be \"%s\"; it is a number from "
                          "1 to %ld",
                          executions, EXECUTIONS_MOST);
    q->executions = executions ? n : 0;
    if (!time && !executions)
        q->duration_ns = FOR_NS;
    if (seed && cli_number(seed, 0, LONG_MAX, &n))
        q->seed = (uint64_t)n;
    return -1;
}

/* ---- what is printed ----------------------------------------------------- */

static int print_json(const struct real_told *t)
{
    const struct explore_request request = {.rules = real_rules()};
    json_t *all = explore_json(t->p, &request, t->possible);
    int rc = -1;

    if (all && json_object_set_new(all, "real", real_run_json(t)) == 0)
        rc = json_dumpf(all, stdout, JSON_INDENT(2));
    json_decref(all);
    if (rc == 0)
        putchar('\n');
    return rc == 0 ? -1 : cli_refuse(EXIT_FAILED, "no memory for the record");
}

static int print_report(const struct real_told *t, const struct cli_words *w)
{
    struct report_options look;
    struct text text = {0};
    int status = cli_look(&look, w);

    if (status >= 0)
        return status;
    if (export_real_run(t, look.columns, &text) < 0)
        status = cli_refuse(EXIT_FAILED, "no memory for the report");
    else
        fputs(text_str(&text), stdout);
    text_fini(&text);
    return status;
}

static int status_of(enum real_answer answer)
{
    return answer == REAL_AGREES        ? EXIT_DONE
           : answer == REAL_CONTRADICTS ? EXIT_FAILED
                                        : EXIT_INCONCLUSIVE;
}

/* ---- the command --------------------------------------------------------- */

/* The outcomes without store buffers, to know which need them. Not exhaustive:
 * then nothing is said about it. */
static void explore_without_buffers(const struct program *p,
                                    struct explore_result *sc)
{
    struct explore_request request = {.rules = real_rules(),
                                      .depth = EXPLORE_STATES};

    request.rules.tso = false;
    if (explore(p, &request, sc, NULL) < 0)
        sc->exhaustive = false;
}

static int compare_and_print(const struct program *p,
                             const struct real_request *request,
                             const struct real_result *seen,
                             const struct explore_result *possible,
                             const struct cli_words *w)
{
    struct explore_result sc = {0};
    struct real_against against;
    const struct real_told told = {p, request, seen, possible, &against};
    int status;

    explore_without_buffers(p, &sc);
    if (real_hold_against(p, seen, possible, &sc, &against) < 0) {
        explore_fini(&sc);
        return cli_refuse(EXIT_FAILED, "no memory for the report");
    }
    status =
        cli_words_value(w, "json") ? print_json(&told) : print_report(&told, w);
    if (status < 0)
        status = status_of(against.answer);
    real_against_fini(&against);
    explore_fini(&sc);
    return status;
}

int cli_explore_real(const struct program *p, const struct explore_result *r,
                     const struct cli_words *w)
{
    struct real_request request;
    struct real_result seen = {0};
    struct err err = {0};
    int rc, status = get_request(&request, w);

    if (status >= 0)
        return status;
    rc = run_listening(p, &request, &seen, &err);
    if (rc == -ECANCELED)
        status = cli_refuse(EXIT_INTERRUPTED, "interrupted while it ran");
    else if (rc == -EINVAL)
        status = cli_refuse(EXIT_REQUEST, "%s", err.text);
    else if (rc < 0)
        status = cli_refuse_err(&err, EXIT_MACHINE);
    else
        status = compare_and_print(p, &request, &seen, r, w);
    real_fini(&seen);
    return status;
}
