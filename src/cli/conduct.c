/* One run after the other: what disturbed it, its place in the history, one
 * signal for them all. Screen process. */
#include "cli/conduct.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/common.h"
#include "observe/noise.h"

struct history *conduct_history(bool off)
{
    struct history *history = NULL;
    struct err err = {0};
    char told[400] = "";

    if (off)
        return NULL;
    if (history_open(&history, told, &err) < 0) {
        cli_refuse(0, "nothing will be kept: %s", err.text);
        return NULL;
    }
    if (told[0])
        cli_refuse(0, "%s", told);
    return history;
}

/* ---- signals ------------------------------------------------------------- */

static void ending_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
}

void conduct_hold(struct conductor *c)
{
    sigset_t ends;

    ending_signals(&ends);
    sigprocmask(SIG_BLOCK, &ends, &c->mask_before);
    c->holds = true;
}

bool conduct_asked_to_end(struct conductor *c)
{
    const struct timespec now = {0};
    sigset_t ends;

    ending_signals(&ends);
    while (c->holds && sigtimedwait(&ends, NULL, &now) > 0)
        c->interrupted = true;
    return c->interrupted;
}

void conduct_release(struct conductor *c)
{
    if (!c->holds)
        return;
    conduct_asked_to_end(c);
    sigprocmask(SIG_SETMASK, &c->mask_before, NULL);
    c->holds = false;
}

/* ---- a run --------------------------------------------------------------- */

static void keep(struct conductor *c, const struct trace *t,
                 const struct sweep_order *order, struct sweep_outcome *out)
{
    const struct history_place place = {
        .sweep = c->sweep,
        .point = order->point,
        .round = order->round,
        .attempt = order->attempt,
        .outcome = out,
    };
    struct err err = {0};
    int64_t id;

    id = history_add_run(c->history, t, &place, &err);
    if (id > 0) {
        out->run = id;
        return;
    }
    if (!c->told)
        cli_refuse(0, "the history did not take a run: %s", err.text);
    c->told = true;
    c->lost |= id == -EBADMSG; /* a new history has begun, without this sweep */
}

int conduct_run(struct conductor *c, const struct sweep_order *order,
                struct sweep_outcome *out, struct err *err)
{
    struct source *source = NULL;
    struct noise noise;
    struct spec spec = order->spec;
    int64_t from_ns;
    int rc;

    *out = (struct sweep_outcome){.foreign_cores = -1};
    if (conduct_asked_to_end(c)) {
        out->verdict = VERDICT_INTERRUPTED;
        return 0;
    }
    rc = spec_check(&spec, c->machine, err);
    if (rc < 0)
        return rc;
    out->began_ns = clock_wall_ns();
    from_ns = clock_now_ns();
    noise_begin(&noise);
    rc = cli_drive_after(&source, &spec, c->machine,
                         c->progress ? c->line : NULL, err);
    if (rc < 0)
        return rc;
    out->foreign_cores = noise_end(&noise);
    out->took_ns = clock_now_ns() - from_ns;
    sweep_outcome_of(out, source->trace);
    out->looking_s = source->trace->observer.cpu_s;
    if (out->verdict == VERDICT_INTERRUPTED)
        c->interrupted = true;
    rc = source->trace->refused_code;
    if (rc < 0)
        err_set(err, rc, "%s", source->trace->error);
    else if (c->history && !c->lost && !c->interrupted)
        keep(c, source->trace, order, out);
    if (rc == 0 && c->look)
        c->look(source->trace, out, c->arg);
    source->class->close(source);
    return rc;
}
