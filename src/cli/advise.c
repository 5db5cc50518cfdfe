/* "timeslice advise": how many workers this work should have, by a profile and
 * a short sweep. Screen process. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise/advise.h"
#include "cli/common.h"
#include "cli/conduct.h"
#include "export/export.h"

struct advise_wishes {
    bool json, quiet, no_history;
    int columns;
};

static int read_wishes(struct advise_wishes *r, const struct cli_words *w)
{
    struct report_options look;
    int status = cli_look(&look, w);

    if (status >= 0)
        return status;
    *r = (struct advise_wishes){
        .json = cli_words_value(w, "json") != NULL,
        .quiet = cli_words_value(w, "quiet") != NULL,
        .no_history = cli_words_value(w, "no-history") != NULL,
        .columns = look.columns,
    };
    if (r->json && r->quiet)
        return cli_refuse(EXIT_REQUEST,
                          "--json and --quiet contradict each other");
    if (w->rest_count == 0)
        return cli_refuse(EXIT_REQUEST,
                          "advise needs some work, for example: timeslice "
                          "advise --inputs list.txt -- gzip -k {}");
    return -1;
}

/* ---- the work ------------------------------------------------------------ */

/* One's own command needs no name: "advise --inputs list -- gzip -k {}". */
static void name_command(struct cli_words *w)
{
    int i = 0;

    while (i < w->rest_count && strcmp(w->rest[i], "--") != 0) {
        if (w->rest[i][0] != '-')
            return; /* a workload */
        i += strncmp(w->rest[i], "--", 2) == 0 && !strchr(w->rest[i], '=');
        i++;
        if (strncmp(w->rest[i - 1], "-w", 2) == 0 && !w->rest[i - 1][2])
            i++;
    }
    if (i >= w->rest_count)
        return;
    memmove(w->rest + 1, w->rest, (size_t)w->rest_count * sizeof(*w->rest));
    w->rest[0] = "command"; /* there is room for one more */
    w->rest_count++;
}

/* Run what is asked for until the answer stands. -1, or an exit status after a
 * sentence. */
static int ask_around(struct advice *a, struct conductor *c)
{
    struct sweep_outcome outcome;
    struct sweep_order order;
    struct err err = {0};
    int rc;

    while (advice_next(a, &order)) {
        snprintf(c->line, sizeof(c->line), "advise: %s%d worker%s%s, ",
                 order.round < 0 ? "warming up, " : "", order.point,
                 order.point == 1 ? "" : "s",
                 order.attempt > 0 ? " again, it was disturbed" : "");
        rc = conduct_run(c, &order, &outcome, &err);
        if (c->interrupted)
            return cli_refuse(EXIT_INTERRUPTED, "interrupted: no advice");
        if (rc == 0)
            rc = advice_take(a, &order, &outcome, &err);
        if (rc < 0)
            return cli_refuse_err(&err, EXIT_FAILED);
    }
    return -1;
}

/* ---- the answer ---------------------------------------------------------- */

static void set_known(json_t *to, const char *name, double value)
{
    if (value >= 0)
        json_object_set_new(to, name, json_real(value));
}

static json_t *profile_json(const struct profile *p)
{
    json_t *o = json_object();

    if (p->tasks > 0) {
        json_object_set_new(o, "tasks", json_integer(p->tasks));
        json_object_set_new(o, "tasks_taken", json_integer(p->tasks_taken));
        set_known(o, "task_s", p->task_s);
    }
    set_known(o, "wall_s", p->wall_s);
    set_known(o, "cpu_share", p->cpu_share);
    set_known(o, "lock_share", p->lock_share);
    set_known(o, "io_share", p->io_share);
    set_known(o, "other_share", p->other_share);
    set_known(o, "switches_per_s", p->switches_per_s);
    set_known(o, "memory_each_bytes", p->memory_each);
    set_known(o, "blocks_each", p->blocks_each);
    json_object_set_new(o, "disturbed", json_boolean(p->disturbed));
    return o;
}

static json_t *levels_json(const struct advice *a)
{
    const struct advice_level *l;
    json_t *all = json_array();

    for (int i = 0; (l = advice_level(a, i)) != NULL; i++) {
        json_t *o = json_object();

        json_object_set_new(o, "workers", json_integer(l->workers));
        json_object_set_new(o, "runs", json_integer(l->runs));
        set_known(o, "throughput_per_s", l->per_s);
        set_known(o, "cores_busy", l->cores);
        set_known(o, "task_s", l->task_s);
        json_object_set_new(o, "disturbed", json_boolean(l->disturbed));
        json_array_append_new(all, o);
    }
    return all;
}

static void set_text(json_t *to, const char *name, const struct advice *a,
                     void (*say)(const struct advice *, struct text *))
{
    struct text text = {0};

    say(a, &text);
    json_object_set_new(to, name, json_string(text_str(&text)));
    text_fini(&text);
}

static int print_json(const struct advice *a)
{
    const struct decision *row = advice_decision(a);
    json_t *o = json_object();
    char *text;

    json_object_set_new(o, "schema", json_string("timeslice.advice/1"));
    set_text(o, "experiment", a, advice_line);
    json_object_set_new(o, "verdict",
                        json_string(advice_verdict_words[advice_verdict(a)]));
    if (advice_workers(a) > 0)
        json_object_set_new(o, "workers", json_integer(advice_workers(a)));
    if (row) {
        json_object_set_new(o, "proposed", json_integer(advice_proposed(a)));
        json_object_set_new(o, "row", json_string(row->name));
        json_object_set_new(o, "profile", profile_json(advice_profile(a)));
        json_object_set_new(o, "levels", levels_json(a));
    }
    set_text(o, "why", a, advice_why);
    text = json_dumps(o, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
    json_decref(o);
    if (!text)
        return cli_refuse(EXIT_FAILED, "out of memory");
    puts(text);
    free(text);
    return -1;
}

static int print_answer(const struct advice *a, const struct advise_wishes *r)
{
    static const int statuses[] = {[ADVICE_NOTHING] = EXIT_FAILED,
                                   [ADVICE_FOUND] = EXIT_DONE,
                                   [ADVICE_INCONCLUSIVE] = EXIT_INCONCLUSIVE,
                                   [ADVICE_FAILED] = EXIT_FAILED};
    int status = statuses[advice_verdict(a)];
    struct text text = {0};

    if (r->json) {
        int rc = print_json(a);

        return cli_flush(rc < 0 ? status : rc);
    }
    if (status == EXIT_FAILED) {
        advice_why(a, &text);
        cli_refuse(status, "no advice: %s", text_str(&text));
    } else if (!r->quiet) {
        advice_text(a, r->columns, &text);
        fputs(text_str(&text), stdout);
    } else if (status == EXIT_DONE) {
        printf("%d\n", advice_workers(a));
    } else {
        advice_why(a, &text);
        cli_refuse(status, "inconclusive: %s", text_str(&text));
    }
    text_fini(&text);
    return cli_flush(status);
}

static int advise_about(const struct spec *spec, const struct machine *m,
                        const struct advise_wishes *r)
{
    struct conductor c = {.machine = m, .progress = !r->quiet};
    struct err err = {0};
    struct advice *a = advice_new(spec, m, &err);
    int status;

    if (!a)
        return cli_refuse_err(&err, EXIT_FAILED);
    c.history = conduct_history(r->no_history);
    conduct_hold(&c);
    status = ask_around(a, &c);
    conduct_release(&c);
    history_close(c.history);
    if (status < 0)
        status = print_answer(a, r);
    advice_free(a);
    return status;
}

int cli_advise(int argc, char **argv)
{
    struct advise_wishes wishes;
    struct machine machine;
    struct cli_words w;
    struct spec spec;
    struct err err = {0};
    int status, rc;

    status = cli_words_sort(&w, cli_find(argv[0]), argc, argv);
    if (status < 0)
        status = read_wishes(&wishes, &w);
    if (status < 0) {
        name_command(&w);
        machine_read(&machine);
        rc = spec_parse_words(&spec, w.rest_count, w.rest, &err);
        if (rc == 0 && spec.on[0])
            rc = err_set(&err, -EINVAL,
                         "advice is about this machine, so --on cannot be; for "
                         "a simulated one: timeslice sweep");
        if (rc == 0)
            rc = spec_check(&spec, &machine, &err);
        status = rc < 0 ? cli_refuse_err(&err, EXIT_REQUEST)
                        : advise_about(&spec, &machine, &wishes);
    }
    cli_words_fini(&w);
    return status;
}
