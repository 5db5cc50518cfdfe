/* The live lab as a source: starts it, lets the observer follow it, turns the
 * scoreboard's phases into the trace, scripts durations and phases, ends it.
 * Screen process. */
#include "observe/live.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lab/lab.h"
#include "observe/apparatus.h"
#include "observe/mix.h"
#include "observe/observe.h"
#include "spec/mystery.h"

#define LOAD(x) atomic_load_explicit(&(x), memory_order_relaxed)
#define STORE(x, v) atomic_store_explicit(&(x), (v), memory_order_relaxed)

/* After being asked to stop a lab has this long: some 2000 workers a core need
 * seconds until each has had its turn and seen it. */
#define STOP_GRACE_NS (10 * NS_PER_S)

/* Latencies and reports are many counters: added up so often. */
#define SUM_NS (200 * NS_PER_MS)

struct live {
    struct source source; /* first: a source is a live */
    struct lab lab;
    struct spec real; /* what runs: of a mystery, what it hides */
    struct observer *observer;
    uint32_t generation;
    uint64_t phases_seen; /* closed phases taken from the board */
    int phase_step;       /* spec.phases: the step that is open */
    int64_t deadline_ns;  /* spec.duration or the step's end; 0 none */
    int64_t timeout_ns;   /* absolute; 0 none */
    int timer_fd;         /* fires when the script has something to do */
    int64_t stop_ns;      /* when it was told to stop; 0 not */
    bool stop_asked;      /* by a hand, not only by the script */
    int64_t pause_ns;     /* workers stand still since; 0 not */
    enum verdict verdict; /* what a stop was for */
    int64_t next_sum_ns;  /* latencies and reports are added up again */
    bool interactive;     /* somebody looks on */
    bool deadlocked;      /* some can never go on, for certain */
};

static struct live *live_of(struct source *s)
{
    return (struct live *)(void *)s;
}

static int live_fds(struct source *s, struct pollfd *out, int max)
{
    struct live *l = live_of(s);
    int n = 0;

    if (s->done)
        return 0;
    if (n < max && l->lab.pidfd >= 0)
        out[n++] = (struct pollfd){.fd = l->lab.pidfd, .events = POLLIN};
    if (n < max)
        out[n++] = (struct pollfd){.fd = l->lab.news_fd, .events = POLLIN};
    if (n < max)
        out[n++] = (struct pollfd){.fd = l->timer_fd, .events = POLLIN};
    return n + observer_fds(l->observer, out + n, max - n);
}

/* ---- controls ----------------------------------------------------------- */

static void controls_send(struct live *l)
{
    struct board_control *c = &l->lab.board->control;

    l->generation++;
    atomic_store_explicit(&c->generation, l->generation, memory_order_release);
    lab_ring(&l->lab);
}

/* Copy what is wanted to the board. True if anything differs. */
static bool controls_copy(struct live *l)
{
    const struct source_controls *want = &l->source.wanted;
    struct board_control *c = &l->lab.board->control;
    bool changed =
        LOAD(c->sync) != want->sync || LOAD(c->workers) != want->workers ||
        LOAD(c->paused) != want->paused || LOAD(c->pinned) != want->pinned ||
        LOAD(c->nice) != want->nice || LOAD(c->slice_ns) != want->slice_ns ||
        LOAD(c->gil_interval_ns) != want->gil_interval_ns ||
        LOAD(c->disk_policy) != want->disk_policy;

    for (int i = 0; i < CPU_SETSIZE / 64; i++) {
        uint64_t bits = 0;

        for (int k = 0; want->pinned && k < 64; k++)
            if (CPU_ISSET(i * 64 + k, &want->cpus))
                bits |= UINT64_C(1) << k;
        changed |= LOAD(c->cpus[i]) != bits;
        STORE(c->cpus[i], bits);
    }
    STORE(c->sync, want->sync);
    STORE(c->workers, (uint32_t)want->workers);
    STORE(c->paused, want->paused);
    STORE(c->pinned, want->pinned);
    STORE(c->nice, (int32_t)want->nice);
    STORE(c->slice_ns, want->slice_ns);
    STORE(c->gil_interval_ns, want->gil_interval_ns);
    STORE(c->disk_policy, want->disk_policy);
    return changed;
}

static void live_apply(struct source *s, bool always)
{
    struct live *l = live_of(s);
    const struct spec *spec = &s->trace->spec;

    if (s->done || l->stop_ns != 0)
        return;
    /* A hand on the lock ends the script of phases. */
    if (spec->phase_count > 0 &&
        s->wanted.sync != spec->phases[l->phase_step].sync)
        l->deadline_ns = 0;
    if (controls_copy(l) || always)
        controls_send(l);
}

static void stop_begin(struct live *l, enum verdict verdict)
{
    l->stop_ns = clock_now_ns();
    l->verdict = verdict;
    STORE(l->lab.board->control.stop, 1);
    STORE(l->lab.board->control.paused, 0);
    controls_send(l);
}

static void live_stop(struct source *s, enum verdict verdict)
{
    struct live *l = live_of(s);

    if (s->done)
        return;
    if (l->stop_ns == 0)
        stop_begin(l, verdict);
    else if (l->stop_asked)
        lab_kill(&l->lab);
    else
        l->verdict = verdict; /* the script was a moment earlier */
    l->stop_asked = true;
}

/* Some can never go on. With somebody there to look at them they stay as they
 * are; else that is the end. */
static void deadlock_look(struct live *l)
{
    struct trace *t = l->source.trace;
    struct text words = {0};

    if (l->stop_ns != 0 || !apparatus_stuck(l->lab.board, t))
        return;
    if (!t->metrics.has[METRIC_FOUND_MS])
        metric_set(&t->metrics, METRIC_FOUND_MS,
                   (double)(clock_now_ns() -
                            apparatus_stuck_since_ns(l->lab.board, t)) /
                       1e6);
    waitfor_tell(t, &t->waitfor, &words);
    snprintf(t->error, sizeof(t->error), "%s: %s",
             t->waitfor.cycle_length > 0 ? "deadlock" : "stuck for ever",
             text_str(&words));
    text_fini(&words);
    l->deadlocked = true;
    /* Others may still work, and get stuck in their turn. */
    if (!l->interactive && t->waitfor.going == 0)
        stop_begin(l, VERDICT_DEADLOCK);
}

/* ---- from the board to the trace ---------------------------------------- */

static void phase_take(struct live *l, const struct board_phase *p)
{
    struct trace_phase *out = trace_add_phase(l->source.trace);
    struct metrics *m;

    if (!out)
        return;
    out->sync = (enum spec_sync)LOAD(p->sync);
    out->workers = (int)LOAD(p->workers);
    out->start_ns = LOAD(p->start_ns);
    out->end_ns = LOAD(p->end_ns);
    out->ops = LOAD(p->ops);
    m = &out->metrics;
    if (LOAD(p->expected) >= 0) {
        metric_set(m, METRIC_EXPECTED, (double)LOAD(p->expected));
        metric_set(m, METRIC_ACTUAL, (double)LOAD(p->actual));
    }
    metric_set(m, METRIC_SWITCHES_VOLUNTARY, (double)LOAD(p->voluntary));
    metric_set(m, METRIC_SWITCHES_INVOLUNTARY, (double)LOAD(p->involuntary));
    metric_set(m, METRIC_CPU_S, (double)LOAD(p->cpu_ns) / 1e9);
    metric_set(m, METRIC_LOCK_WAIT_S, (double)LOAD(p->lock_wait_ns) / 1e9);
}

static void phases_take(struct live *l)
{
    struct board *b = l->lab.board;
    struct trace *t = l->source.trace;
    /* Pairs with the coordinator's release in phase_close_end(). */
    uint64_t closed = atomic_load_explicit(&b->phases, memory_order_acquire);
    int64_t open_ns = LOAD(b->phase_start_ns);

    /* The open phase is the trace's last one, with no end: replace it. */
    if (t->phase_count > 0 && t->phases[t->phase_count - 1].end_ns == 0)
        t->phase_count--;
    for (; l->phases_seen < closed; l->phases_seen++)
        phase_take(l, &b->phase_ring[l->phases_seen % BOARD_PHASES]);
    if (open_ns != 0 && !l->source.done) {
        struct trace_phase *p = trace_add_phase(t);

        if (p) {
            p->start_ns = open_ns;
            p->sync = (enum spec_sync)LOAD(b->phase_sync);
            p->workers = (int)LOAD(b->phase_workers);
        }
    }
}

static void pause_take(struct live *l, int64_t now_ns)
{
    struct board *b = l->lab.board;
    bool still = LOAD(b->control.paused) && LOAD(b->phase_start_ns) == 0;

    if (still && l->pause_ns == 0) {
        l->pause_ns = now_ns;
    } else if (!still && l->pause_ns != 0) {
        trace_add_event(l->source.trace,
                        &(struct trace_event){.kind = EVENT_PAUSE,
                                              .start_ns = l->pause_ns,
                                              .at_ns = now_ns,
                                              .worker = -1});
        l->pause_ns = 0;
    }
}

static void metrics_take(struct live *l)
{
    struct board *b = l->lab.board;
    struct trace *t = l->source.trace;
    struct metrics *m = &t->metrics;

    if (t->spec.model == MODEL_GIL) {
        metric_set(m, METRIC_GIL_HANDOFFS, (double)LOAD(b->gil_handoffs));
        metric_set(m, METRIC_GIL_FORCED, (double)LOAD(b->gil_forced));
        metric_set(m, METRIC_GIL_HOLDERS_MAX, LOAD(b->gil_holders_max));
    }
    if (LOAD(b->refused_at) >= 0) {
        /* Of limit it is the answer and no trouble of the lab's. */
        if (!m->has[METRIC_REFUSED_AT] && t->spec.workload != WORKLOAD_LIMIT)
            trace_add_event(
                t, &(struct trace_event){.kind = EVENT_REFUSED,
                                         .at_ns = clock_now_ns(),
                                         .worker = LOAD(b->refused_at),
                                         .value = LOAD(b->refused_errno)});
        metric_set(m, METRIC_REFUSED_AT, LOAD(b->refused_at));
        metric_set(m, METRIC_REFUSED_ERRNO, LOAD(b->refused_errno));
    }
    t->result_digits = LOAD(b->result_digits);
}

/* ---- the script: durations, phases, timeout ----------------------------- */

static int64_t step_end(const struct live *l, int64_t start_ns)
{
    const struct spec *spec = &l->source.trace->spec;

    if (spec->phase_count > 0)
        return start_ns + spec->phases[l->phase_step].duration_ns;
    return spec->duration_ns > 0 ? start_ns + spec->duration_ns : 0;
}

/* Set the timer to the next thing that script_run() has to do. */
static void script_arm(struct live *l)
{
    int64_t next = l->timeout_ns;
    struct itimerspec t = {0};

    if (l->deadline_ns != 0 && (next == 0 || l->deadline_ns < next))
        next = l->deadline_ns;
    if (l->stop_ns != 0)
        next = l->stop_ns + STOP_GRACE_NS;
    t.it_value = clock_to_timespec(next); /* 0 disarms it */
    timerfd_settime(l->timer_fd, TFD_TIMER_ABSTIME, &t, NULL);
}

static void script_run(struct live *l, int64_t now_ns)
{
    const struct spec *spec = &l->source.trace->spec;

    if (l->stop_ns != 0) {
        if (now_ns - l->stop_ns > STOP_GRACE_NS)
            lab_kill(&l->lab);
        return;
    }
    if (l->timeout_ns != 0 && now_ns >= l->timeout_ns) {
        stop_begin(l, VERDICT_TIMEOUT);
    } else if (l->deadline_ns != 0 && now_ns >= l->deadline_ns) {
        if (l->phase_step + 1 >= spec->phase_count) {
            stop_begin(l, VERDICT_OK);
            return;
        }
        l->source.wanted.sync = spec->phases[++l->phase_step].sync;
        l->deadline_ns = step_end(l, now_ns);
        live_apply(&l->source, true);
    }
}

/* ---- the end ------------------------------------------------------------ */

/* The lab has ended: is it what it should be, and if not, why? */
static void verdict_find(struct live *l)
{
    struct board *b = l->lab.board;
    struct trace *t = l->source.trace;
    uint32_t stage = atomic_load_explicit(&b->stage, memory_order_acquire);

    t->verdict = l->stop_ns != 0 ? l->verdict : VERDICT_OK;
    if (l->deadlocked)
        t->verdict = VERDICT_DEADLOCK;
    if (stage == STAGE_ENDED && l->lab.exit_status == 0) {
        if (LOAD(b->has_checksum))
            metric_set(&t->metrics, METRIC_CHECKSUM, (double)LOAD(b->checksum));
        return;
    }
    if (stage == STAGE_FAILED) {
        t->verdict = VERDICT_FAILED;
        snprintf(t->error, sizeof(t->error), "%s", b->error);
        if (LOAD(b->gate_ns) == 0)
            t->refused_code = LOAD(b->error_code);
    } else if (l->stop_ns != 0) {
        snprintf(t->error, sizeof(t->error),
                 "the workers did not come to an end and were killed; their "
                 "last totals are missing");
        if (t->verdict == VERDICT_OK)
            t->verdict = VERDICT_FAILED;
    } else if (WIFSIGNALED(l->lab.exit_status)) {
        t->verdict = VERDICT_FAILED;
        snprintf(t->error, sizeof(t->error),
                 "the lab process was ended by signal %d (%s)",
                 WTERMSIG(l->lab.exit_status),
                 strsignal(WTERMSIG(l->lab.exit_status)));
    } else {
        t->verdict = VERDICT_FAILED;
        snprintf(t->error, sizeof(t->error),
                 "the lab process ended early with status %d",
                 WEXITSTATUS(l->lab.exit_status));
    }
}

/* " number 7 (exit status 3; its batch was tasks 5 to 8)" */
static void failure_add(const struct trace *t, const struct trace_failure *f,
                        const char *before, struct text *out)
{
    int64_t first, last;

    text_addf(out, "%s number %" PRId64 " (%s", before, f->task + 1, f->why);
    if (spec_batch(&t->spec, f->task, &first, &last))
        text_addf(out, "; its batch was tasks %" PRId64 " to %" PRId64,
                  first + 1, last + 1);
    text_add(out, ")");
}

/* "2 of 20 tasks failed: number 7 (exit status 3), number 9 (...)" */
static void failures_tell(struct trace *t, int64_t failed)
{
    struct text words = {0};

    if (t->failure_count == 0) {
        snprintf(t->error, sizeof(t->error),
                 "%" PRId64 " tasks gave another result than the rest", failed);
        return;
    }
    text_addf(&words, "%" PRId64, failed);
    if (t->spec.tasks > 0)
        text_addf(&words, " of %" PRId64, t->spec.tasks);
    text_addf(&words, " tasks failed:");
    for (int i = 0; i < t->failure_count && i < 4; i++)
        failure_add(t, &t->failures[i], i > 0 ? "," : "", &words);
    if (failed > 4)
        text_addf(&words, " and %" PRId64 " more", failed - 4);
    snprintf(t->error, sizeof(t->error), "%s", text_str(&words));
    text_fini(&words);
}

/* A mystery that is to be told: what it was. */
static void reveal(const struct live *l)
{
    struct trace *t = l->source.trace;
    struct text line = {0};

    if (t->spec.workload != WORKLOAD_MYSTERY || t->spec.reveal == ANSWER_NO)
        return;
    spec_format(&l->real, &line);
    snprintf(t->hidden, sizeof(t->hidden), "%s", text_str(&line));
    text_fini(&line);
}

static void finish(struct live *l, int64_t now_ns)
{
    struct trace *t = l->source.trace;
    int64_t failed = 0;

    l->source.done = true;
    l->source.running = false;
    t->end_ns = LOAD(l->lab.board->end_ns);
    if (t->end_ns == 0 && t->gate_ns != 0)
        t->end_ns = now_ns;
    observer_pump(l->observer, now_ns, true);
    phases_take(l);
    metrics_take(l);
    apparatus_take(l->lab.board, t);
    apparatus_sum(l->lab.board, t);
    if (t->resource_count > 0 && l->stop_ns == 0) /* all came to their end */
        metric_set(&t->metrics, METRIC_STUCK, 0);
    snprintf(t->note, sizeof(t->note), "%s", l->lab.board->note);
    reveal(l);
    verdict_find(l);
    for (uint32_t i = 0; i < LOAD(l->lab.board->rows); i++)
        failed += LOAD(board_row(l->lab.board, i)->tasks_failed);
    if (failed > 0 && t->verdict == VERDICT_OK) {
        t->verdict = VERDICT_FAILED;
        failures_tell(t, failed);
    }
}

static void live_pump(struct source *s, int64_t now_ns)
{
    struct live *l = live_of(s);
    struct board *b = l->lab.board;
    struct trace *t = s->trace;
    eventfd_t news;

    if (s->done)
        return;
    eventfd_read(l->lab.news_fd, &news);
    if (!s->running && LOAD(b->gate_ns) != 0) {
        s->running = true;
        t->gate_ns = LOAD(b->gate_ns);
        l->deadline_ns = step_end(l, t->gate_ns);
    }
    script_run(l, now_ns);
    script_arm(l);
    if (lab_reap(&l->lab)) {
        t->gate_ns = LOAD(b->gate_ns);
        finish(l, now_ns);
        return;
    }
    observer_pump(l->observer, now_ns, false);
    t->now_ns = now_ns;
    phases_take(l);
    pause_take(l, now_ns);
    metrics_take(l);
    apparatus_take(l->lab.board, t);
    if (now_ns >= l->next_sum_ns) {
        apparatus_sum(l->lab.board, t);
        l->next_sum_ns = now_ns + SUM_NS;
    }
    deadlock_look(l);
}

static void live_free(struct live *l)
{
    if (!l)
        return;
    observer_close(l->observer);
    lab_close(&l->lab);
    if (l->timer_fd >= 0)
        close(l->timer_fd);
    trace_free(l->source.trace);
    free(l);
}

static void live_close(struct source *s)
{
    live_free(live_of(s));
}

static const struct source_class live_class = {
    .fds = live_fds,
    .pump = live_pump,
    .apply = live_apply,
    .stop = live_stop,
    .close = live_close,
};

static void controls_from_spec(struct source_controls *c,
                               const struct spec *spec)
{
    *c = (struct source_controls){
        .sync = spec->phase_count ? spec->phases[0].sync : spec->sync,
        .workers = spec->workers,
        .pinned = spec->pinned,
        .cpus = spec->cpus,
        .nice = spec->nice,
        .slice_ns = spec->slice_ns,
        .gil_interval_ns = spec->gil_interval_ns,
        .disk_policy = spec->disk_policy,
    };
}

int live_open(struct source **out, const struct spec *spec,
              const struct machine *m, bool interactive, struct err *err)
{
    struct live *l;
    struct trace *t;
    int rc = -ENOMEM;

    if (spec->workload == WORKLOAD_MIX)
        return mix_open(out, spec, m, interactive, err);
    l = calloc(1, sizeof(*l));
    t = trace_new(spec, m);
    if (!l || !t) {
        trace_free(t);
        free(l);
        return err_set(err, rc, "no memory for a new run");
    }
    l->lab = (struct lab){
        .pid = -1, .pidfd = -1, .go_fd = -1, .bell_fd = -1, .news_fd = -1};
    l->source = (struct source){.class = &live_class, .trace = t};
    l->interactive = interactive;
    controls_from_spec(&l->source.wanted, spec);
    t->badge = BADGE_MEASURED;
    l->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (l->timer_fd < 0) {
        rc = err_set(err, -errno, "cannot make the run's timer: %m");
        goto fail;
    }
    rc = observe_probe(spec, m, &t->observer, err);
    if (rc < 0)
        goto fail;
    l->real = *spec;
    if (spec->workload == WORKLOAD_MYSTERY) {
        mystery_draw(spec, &l->real);
        rc = spec_check(&l->real, m, err);
        if (rc < 0)
            goto fail;
    }
    rc = lab_start(&l->lab, &l->real, interactive,
                   observe_watch(t->observer.kind), err);
    if (rc < 0)
        goto fail;
    l->source.max_workers = (int)l->lab.board->row_cap;
    rc = observer_open(&l->observer, l->lab.pid, l->lab.board, t, err);
    if (rc < 0)
        goto fail;
    if (spec->timeout_ns > 0)
        l->timeout_ns = clock_now_ns() + spec->timeout_ns;
    lab_go(&l->lab);
    *out = &l->source;
    return 0;

fail:
    live_free(l);
    return rc;
}
