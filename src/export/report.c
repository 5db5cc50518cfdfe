/* The report that a person reads: the answer, the picture, the numbers, and
 * how all that was seen. Runs in the screen process or in a command. */
#include "export/export.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "export/names.h"
#include "export/page.h"
#include "stats/summary.h"

#define COLUMNS_MIN 56
#define COLUMNS_MAX 240
#define ROWS 200 /* and one for each core: more than there ever are */

/* Columns of the numbers: label, value's right edge, what it means. */
#define LABEL 2
#define VALUE_END 32
#define NOTE 34

#define PHASES_SHOWN 16

/* ---- the answer --------------------------------------------------------- */

static void report_answer(struct page *p)
{
    const struct trace *t = p->trace;
    struct text line = {0};

    p->row++;
    summary_sentence(t, &line);
    page_wrap(p, 0, STYLE_HERO, text_str(&line));
    if (t->error[0] && t->verdict != VERDICT_FAILED) /* else it is in there */
        page_wrap(p, 0, STYLE_BAD, t->error);
    text_fini(&line);
}

static void report_badge(struct page *p)
{
    static const char *const exact[] = {
        [OBSERVER_AUTO] = "",
        [OBSERVER_PERF_CPU] = "every switch exact",
        [OBSERVER_PERF] = "every switch exact",
        [OBSERVER_GAP] = "every switch, exact to about 20 \u00b5s",
        [OBSERVER_SAMPLED] = "a picture made of samples; counts exact",
        [OBSERVER_OFF] = "no timeline; counts exact",
    };
    static const char *const badges[] = {[BADGE_MEASURED] = "MEASURED",
                                         [BADGE_MODEL] = "MODEL",
                                         [BADGE_REPLAY] = "REPLAY"};
    const struct trace *t = p->trace;
    const struct trace_observer *o = &t->observer;
    struct text line = {0};
    char buf[32];

    text_add(&line, badges[t->badge]);
    if (trace_computed(t)) {
        text_addf(&line, ": computed for %d core%s, not measured",
                  t->core_count, t->core_count == 1 ? "" : "s");
    } else {
        text_addf(&line, " on %d of %d cores, ", t->core_count,
                  t->machine.cpus_online);
        page_kernel(&line, t->machine.kernel);
        text_addf(&line, ", observer %s: %s", spec_observer_words[o->kind],
                  exact[o->kind]);
        if (o->lost)
            text_addf(&line, " but for %s lost records",
                      text_count(buf, sizeof(buf), o->lost));
    }
    p->row++;
    int first = p->row;
    page_wrap(p, 0, STYLE_DIM, text_str(&line));
    frame_text(&p->frame, first, 0, -1, STYLE_BADGE, badges[t->badge]);
    text_fini(&line);
}

/* ---- numbers ------------------------------------------------------------ */

static void report_value(enum metric_unit unit, double x, char *buf,
                         size_t size)
{
    switch (unit) {
    case UNIT_COUNT:
        text_count(buf, size, (int64_t)x);
        return;
    case UNIT_SECONDS:
        if (x == 0)
            break;
        text_duration(buf, size, (int64_t)llround(x * NS_PER_S));
        return;
    case UNIT_MS:
        text_duration(buf, size, (int64_t)llround(x * NS_PER_MS));
        return;
    case UNIT_PER_S:
        text_si(buf, size, x);
        return;
    case UNIT_SHARE:
        text_percent(buf, size, x);
        return;
    case UNIT_RATIO:
    case UNIT_ERRNO:
        break;
    }
    if (unit == UNIT_SECONDS)
        snprintf(buf, size, "0 s");
    else
        snprintf(buf, size, unit == UNIT_RATIO ? "%.2f" : "%.0f", x);
}

static void report_row(struct page *p, const char *label, const char *value,
                       const char *note)
{
    frame_text(&p->frame, p->row, LABEL, -1, STYLE_NORMAL, label);
    frame_right(&p->frame, p->row, VALUE_END, STYLE_HERO, value);
    page_wrap(p, NOTE, STYLE_DIM, note);
    p->row += !*note;
}

/* Where the time went: the share of all workers' lives, as a bar. */
static void report_share_note(struct page *p, enum metric which,
                              enum style style, const char *words)
{
    const struct metrics *m = &p->trace->metrics;
    double life = metric_get(m, METRIC_LIFE_S, 0);
    char buf[32];

    if (life <= 0)
        return;
    double share = m->value[which] / life;
    int bar = p->columns >= 76 ? 20 : 10;
    frame_right(&p->frame, p->row, NOTE + 7, STYLE_NORMAL,
                text_percent(buf, sizeof(buf), share));
    page_bar(p, NOTE + 9, bar, share, style);
    if (NOTE + 10 + bar + text_columns(words) <= p->columns)
        frame_text(&p->frame, p->row, NOTE + 10 + bar, -1, STYLE_DIM, words);
}

/* What is said beside a number instead of the metric's own help. */
static void report_note(const struct page *p, enum metric which,
                        struct text *note)
{
    const struct trace *t = p->trace;
    const struct metrics *m = &t->metrics;
    char buf[32];

    switch (which) {
    case METRIC_WALL_SCALED_S:
        text_addf(note, "the same, %g times as long as it was run",
                  t->spec.scale);
        return;
    case METRIC_CPU_S: {
        double kernel = metric_get(m, METRIC_SYS_S, 0);
        text_add(note, "of all workers");
        if (!m->has[METRIC_SYS_S])
            return;
        text_add(note, "; ");
        if (kernel > 0)
            text_addf(
                note, "%s of it in the kernel",
                text_duration(buf, sizeof(buf), llround(kernel * NS_PER_S)));
        else
            text_add(note, "none of it in the kernel");
        return;
    }
    case METRIC_PARALLELISM:
        text_addf(note, "of %d, on average", t->core_count);
        return;
    case METRIC_THROUGHPUT_PER_S:
        text_addf(note, "%s a second",
                  t->spec.tasks > 0                      ? "tasks"
                  : t->spec.workload == WORKLOAD_COUNTER ? "increments"
                                                         : "operations");
        return;
    case METRIC_TASKS_DONE:
        if (t->spec.tasks > 0)
            text_addf(note, "of %s",
                      text_count(buf, sizeof(buf), t->spec.tasks));
        return;
    case METRIC_CHUNKS: {
        double chunk = metric_get(m, METRIC_CHUNK, 0);
        text_addf(note, "of %s task%s each",
                  text_count(buf, sizeof(buf), (int64_t)chunk),
                  chunk == 1 ? "" : "s");
        return;
    }
    case METRIC_LAST_ROUND_BUSY:
        text_addf(note, "busy, of %s workers",
                  text_count(buf, sizeof(buf), t->spec.workers));
        return;
    case METRIC_LOST: {
        double expected = metric_get(m, METRIC_EXPECTED, 0);
        if (expected > 0)
            text_addf(note, "%s of all",
                      text_percent(buf, sizeof(buf),
                                   m->value[METRIC_LOST] / expected));
        return;
    }
    case METRIC_CHECKSUM:
        export_result(t, note);
        return;
    case METRIC_GIL_HOLDERS_MAX:
        text_add(note, m->value[which] == 1 ? "as it must be" : "it must be 1");
        return;
    case METRIC_REFUSED_ERRNO:
        text_addf(note, "%s", strerror((int)m->value[which]));
        return;
    default:
        text_add(note, metric_infos[which].help);
    }
}

/* A nought that goes without saying. */
static bool report_needless(const struct trace *t, enum metric which)
{
    return t->metrics.value[which] == 0 &&
           (which == METRIC_TASKS_FAILED ||
            (which == METRIC_TASKS_DONE && t->spec.tasks == 0));
}

struct number {
    enum metric which;
    const char *label;
};

static void report_group(struct page *p, const char *title,
                         const struct number *numbers, int count)
{
    const struct metrics *m = &p->trace->metrics;
    bool any = false;
    char value[32];

    for (int i = 0; i < count; i++) {
        enum metric which = numbers[i].which;
        struct text note = {0};
        if (!m->has[which] || report_needless(p->trace, which))
            continue;
        if (!any)
            page_title(p, title);
        any = true;
        report_value(metric_infos[which].unit, m->value[which], value,
                     sizeof(value));
        report_note(p, which, &note);
        report_row(p, numbers[i].label, value, text_str(&note));
        text_fini(&note);
    }
}

static void report_where(struct page *p)
{
    static const struct {
        enum metric which;
        enum style style;
        const char *label, *words;
    } rows[] = {
        {METRIC_RUN_S, STYLE_RUNNING, "running", "on a core"},
        {METRIC_READY_S, STYLE_READY, "ready", "no free core"},
        {METRIC_BLOCKED_S, STYLE_IDLE, "waiting", ""},
        {METRIC_LOCK_WAIT_S, STYLE_LOCK, "to get a lock", "until it had it"},
        {METRIC_GIL_WAIT_S, STYLE_LOCK, "to get the lock",
         "the global one, until it had it"},
        {METRIC_IO_WAIT_S, STYLE_IO, "for I/O", "or a timer, until it went on"},
    };
    const struct trace *t = p->trace;
    const struct metrics *m = &t->metrics;
    char value[32], title[96];

    if (!m->has[METRIC_RUN_S])
        return;
    text_duration(value, sizeof(value),
                  llround(metric_get(m, METRIC_LIFE_S, 0) * NS_PER_S));
    snprintf(title, sizeof(title), "WHERE THE TIME WENT  (%s of %s)", value,
             t->spec.workers == 1 ? "one worker's life" : "workers' lives");
    page_title(p, title);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool part = rows[i].which != METRIC_RUN_S &&
                    rows[i].which != METRIC_READY_S &&
                    rows[i].which != METRIC_BLOCKED_S;
        if (!m->has[rows[i].which] || (part && m->value[rows[i].which] == 0))
            continue; /* a kind of waiting that there was none of */
        report_value(UNIT_SECONDS, m->value[rows[i].which], value,
                     sizeof(value));
        report_share_note(p, rows[i].which, rows[i].style, rows[i].words);
        report_row(p, rows[i].label, value, "");
    }
}

static void report_numbers(struct page *p)
{
    static const struct number time[] = {
        {METRIC_WALL_S, "wall clock"},
        {METRIC_WALL_SCALED_S, "scaled back"},
        {METRIC_CPU_S, "processor time"},
        {METRIC_PARALLELISM, "cores kept busy"},
        {METRIC_THROUGHPUT_PER_S, "throughput"},
    };
    static const struct number work[] = {
        {METRIC_TASKS_DONE, "tasks done"},
        {METRIC_TASKS_FAILED, "tasks failed"},
        {METRIC_CHUNKS, "portions"},
        {METRIC_ROUNDS, "rounds"},
        {METRIC_LAST_ROUND_BUSY, "in the last round"},
        {METRIC_CHECKSUM, "checksum"},
    };
    static const struct number counter[] = {
        {METRIC_EXPECTED, "should be"},
        {METRIC_ACTUAL, "is"},
        {METRIC_LOST, "lost"},
    };
    static const struct number switches[] = {
        {METRIC_SWITCHES_VOLUNTARY, "voluntary"},
        {METRIC_SWITCHES_INVOLUNTARY, "forced"},
        {METRIC_MIGRATIONS, "migrations"},
        {METRIC_MAX_RUNNING, "at once on cores"},
    };
    static const struct number gil[] = {
        {METRIC_GIL_HANDOFFS, "hand-overs"},
        {METRIC_GIL_FORCED, "forced"},
        {METRIC_GIL_HOLDERS_MAX, "holders at once"},
    };
    static const struct number refused[] = {
        {METRIC_REFUSED_AT, "worker"},
        {METRIC_REFUSED_ERRNO, "error number"},
    };
#define GROUP(title, numbers)                                                  \
    report_group(p, title, numbers, sizeof(numbers) / sizeof(numbers)[0])

    GROUP("REFUSED BY THE SYSTEM", refused);
    if (!page_duration_ns(p->trace))
        return; /* nothing but noughts so far */
    GROUP("TIME", time);
    report_where(p);
    GROUP("WORK", work);
    GROUP("COUNTER", counter);
    GROUP("SWITCHES", switches);
    GROUP("GLOBAL LOCK", gil);
#undef GROUP
}

/* ---- phases ------------------------------------------------------------- */

/* Right edges of the table's columns after the lock's name. */
enum {
    PHASE_LENGTH = 25,
    PHASE_RATE = 37,
    PHASE_EXPECTED = 51,
    PHASE_ACTUAL = 65,
    PHASE_LOST = 79
};

/* Without the room only what was lost is shown, next to the rate. */
static int phase_lost_end(const struct page *p)
{
    return p->columns < PHASE_LOST ? PHASE_EXPECTED : PHASE_LOST;
}

static void phase_count(struct page *p, const struct trace_phase *phase,
                        enum metric which, int end)
{
    double x = metric_get(&phase->metrics, which, 0);
    char buf[32] = "-";

    if (phase->metrics.has[which])
        text_count(buf, sizeof(buf), (int64_t)x);
    frame_right(&p->frame, p->row, end,
                which == METRIC_LOST && x > 0 ? STYLE_BAD : STYLE_NORMAL, buf);
}

static void phase_row(struct page *p, const struct trace_phase *phase)
{
    const struct trace *t = p->trace;
    int64_t end_ns = phase->end_ns ? phase->end_ns : t->now_ns;
    char buf[32] = "-";

    frame_text(&p->frame, p->row, LABEL, 14, STYLE_NORMAL,
               spec_sync_words[phase->sync]);
    if (phase->metrics.has[METRIC_THROUGHPUT_PER_S])
        text_si(buf, sizeof(buf),
                phase->metrics.value[METRIC_THROUGHPUT_PER_S]);
    frame_right(&p->frame, p->row, PHASE_RATE, STYLE_NORMAL, buf);
    frame_right(&p->frame, p->row, PHASE_LENGTH, STYLE_NORMAL,
                text_duration(buf, sizeof(buf), end_ns - phase->start_ns));
    if (phase_lost_end(p) == PHASE_LOST) {
        phase_count(p, phase, METRIC_EXPECTED, PHASE_EXPECTED);
        phase_count(p, phase, METRIC_ACTUAL, PHASE_ACTUAL);
    }
    phase_count(p, phase, METRIC_LOST, phase_lost_end(p));
    p->row++;
}

static void report_phases(struct page *p)
{
    const struct trace *t = p->trace;
    size_t shown = t->phase_count;
    char line[96];

    if (t->spec.workload != WORKLOAD_COUNTER || t->phase_count < 2)
        return;
    if (shown > PHASES_SHOWN)
        shown = PHASES_SHOWN;
    page_title(p, "PHASES");
    int row = p->row - 1;
    frame_right(&p->frame, row, PHASE_LENGTH, STYLE_DIM, "time");
    frame_right(&p->frame, row, PHASE_RATE, STYLE_DIM, "per second");
    if (phase_lost_end(p) == PHASE_LOST) {
        frame_right(&p->frame, row, PHASE_EXPECTED, STYLE_DIM, "should be");
        frame_right(&p->frame, row, PHASE_ACTUAL, STYLE_DIM, "is");
    }
    frame_right(&p->frame, row, phase_lost_end(p), STYLE_DIM, "lost");
    for (size_t i = 0; i < shown; i++)
        phase_row(p, &t->phases[i]);
    if (shown < t->phase_count) {
        snprintf(line, sizeof(line),
                 "and %zu more: the record has them all (--json)",
                 t->phase_count - shown);
        page_wrap(p, LABEL, STYLE_DIM, line);
    }
}

/* ---- how it was seen ---------------------------------------------------- */

static void seen_price(struct text *line, const struct trace *t)
{
    const struct trace_observer *o = &t->observer;
    const struct metrics *m = &t->metrics;
    double work = metric_get(m, METRIC_CPU_S, 0);
    double switches = metric_get(m, METRIC_SWITCHES_VOLUNTARY, 0) +
                      metric_get(m, METRIC_SWITCHES_INVOLUNTARY, 0);
    char buf[2][32];

    text_addf(
        line, "Looking took %s of processor time",
        text_duration(buf[0], sizeof(buf[0]), llround(o->cpu_s * NS_PER_S)));
    if (work > 0)
        text_addf(line, ", %s of what the workers had",
                  text_percent(buf[0], sizeof(buf[0]), o->cpu_s / work));
    if (o->price_ns >= 0)
        text_addf(line, "; a switch that is watched costs %s more",
                  text_duration(buf[1], sizeof(buf[1]), llround(o->price_ns)));
    if (o->price_ns >= 0 && work > 0)
        text_addf(line, ", here %s of their time in all",
                  text_percent(buf[0], sizeof(buf[0]),
                               switches * o->price_ns / 1e9 / work));
    text_add(line, ". ");
}

static void seen_gaps(struct text *line, const struct trace *t)
{
    const struct trace_observer *o = &t->observer;
    char buf[2][32];

    if (o->lost)
        text_addf(line,
                  "%s records were lost: what happened then is drawn as ?. ",
                  text_count(buf[0], sizeof(buf[0]), o->lost));
    if (t->spec.observer_duty_pct < 100)
        text_addf(line, "It looked %d %% of the time; counts cover all of it. ",
                  t->spec.observer_duty_pct);
    if (o->dropped_spans)
        text_addf(line,
                  "The oldest %s stretches were let go to save memory: the "
                  "timeline is complete from %s on. ",
                  text_count(buf[0], sizeof(buf[0]), o->dropped_spans),
                  text_duration(buf[1], sizeof(buf[1]),
                                t->complete_from_ns - t->gate_ns));
}

static void report_seen(struct page *p)
{
    const struct trace *t = p->trace;
    const struct trace_observer *o = &t->observer;
    struct text line = {0};
    char buf[32];

    if (trace_computed(t))
        return;
    page_title(p, "HOW IT WAS SEEN");
    if (o->kind == OBSERVER_OFF)
        text_add(&line, "Nobody looked; the kernel counted. ");
    else
        text_addf(&line, "Observer %s, %s records. ",
                  spec_observer_words[o->kind],
                  text_count(buf, sizeof(buf), o->records));
    if (o->kind != OBSERVER_OFF)
        seen_price(&line, t);
    seen_gaps(&line, t);
    if (o->reason[0])
        text_addf(&line, "Why not better: %s. ", o->reason);
    if (o->remedy[0])
        text_addf(&line, "What would help: %s", o->remedy);
    page_wrap(p, LABEL, STYLE_DIM, text_str(&line));
    text_fini(&line);
}

int export_report(const struct trace *t, const struct report_options *o,
                  struct text *out)
{
    struct page p = {.trace = t, .options = o, .columns = o->columns};
    int rc;

    if (p.columns <= 0)
        p.columns = 80;
    if (p.columns < COLUMNS_MIN)
        p.columns = COLUMNS_MIN;
    if (p.columns > COLUMNS_MAX)
        p.columns = COLUMNS_MAX;
    rc = frame_init(&p.frame, ROWS + t->core_count, p.columns);
    if (rc < 0)
        return rc;
    report_answer(&p);
    report_badge(&p);
    rc = page_timelines(&p);
    if (!o->brief) {
        report_phases(&p);
        report_numbers(&p);
        report_seen(&p);
    }
    if (o->ascii)
        frame_to_ascii(&p.frame);
    page_print(&p, out);
    frame_fini(&p.frame);
    return rc == 0 && out->failed ? -ENOMEM : rc;
}
