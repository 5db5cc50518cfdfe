/* A run in a report, and what machine it was. Runs in the screen process or in
 * a command. */
#include "export/paper.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "export/names.h"
#include "export/page.h"
#include "stats/summary.h"

#define WORKERS_SHOWN 32

static void write_answer(struct paper *p, const struct trace *t)
{
    bool well = t->verdict == VERDICT_OK || t->verdict == VERDICT_NONE;
    struct text line = {0};

    p->kind->heading(p, 3, "The answer");
    summary_sentence(t, &line);
    if (t->error[0] && !strstr(text_str(&line), t->error))
        text_addf(&line, " %s", t->error);
    if (!well)
        text_addf(&line, " The run ended: %s.", verdict_words[t->verdict]);
    paper_say(p, well ? PAPER_ANSWER : PAPER_DOUBT, "%s", text_str(&line));
    if (t->note[0])
        paper_say(p, PAPER_PLAIN, "%s", t->note);
    if (t->hidden[0])
        paper_say(p, PAPER_PLAIN, "What was hidden: %s", t->hidden);
    p->failed |= line.failed;
    text_fini(&line);
}

static void write_metrics(struct paper *p, const struct trace *t)
{
    struct paper_table table = {
        .caption = trace_computed(t) ? "What was computed of the whole run"
                                     : "What was measured of the whole run",
        .head = {"what", "value", "it means"},
        .columns = 3,
        .words = 1u << 2};
    char buf[32];

    p->kind->heading(p, 3, "The numbers");
    for (int i = 0; i < METRIC_COUNT; i++) {
        if (!t->metrics.has[i])
            continue;
        paper_cell(&table, "%s", metric_infos[i].name);
        paper_cell(
            &table, "%s",
            report_value(i, t->metrics.value[i], false, buf, sizeof(buf)));
        paper_cell(&table, "%s", metric_infos[i].help);
    }
    paper_table(p, &table);
}

static void worker_cell(struct paper_table *table, const struct metrics *m,
                        enum metric which)
{
    char buf[32];

    if (!m->has[which])
        paper_cell(table, "-");
    else
        paper_cell(
            table, "%s",
            report_value(which, m->value[which], false, buf, sizeof(buf)));
}

static void write_workers(struct paper *p, const struct trace *t)
{
    static const enum metric which[] = {METRIC_RUN_S,
                                        METRIC_READY_S,
                                        METRIC_BLOCKED_S,
                                        METRIC_SWITCHES_VOLUNTARY,
                                        METRIC_SWITCHES_INVOLUNTARY,
                                        METRIC_MIGRATIONS,
                                        METRIC_TASKS_DONE};
    struct paper_table table = {
        .caption = trace_computed(t) ? "What was computed of each worker"
                                     : "What was measured of each worker",
        .head = {"worker", "on a core", "ready, no free core", "waiting",
                 "gave up the core", "was made to leave it",
                 "went to another core", "tasks done"},
        .columns = 8,
        .words = 1};
    int shown = 0, left = 0;

    for (int i = 0; i < t->worker_count; i++) {
        const struct trace_worker *w = &t->workers[i];
        char name[32];

        if (w->life == LIFE_ABSENT || w->life == LIFE_REFUSED)
            continue;
        if (shown++ >= WORKERS_SHOWN) {
            left++;
            continue;
        }
        export_worker_name(name, sizeof(name), i);
        paper_cell(&table, "%s", name + strlen("worker "));
        for (size_t k = 0; k < sizeof(which) / sizeof(which[0]); k++)
            worker_cell(&table, &w->metrics, which[k]);
    }
    paper_table(p, &table);
    if (left)
        paper_say(p, PAPER_PLAIN, "%d more workers are left out here.", left);
}

static void write_method(struct paper *p, const struct trace *t)
{
    static const char *const exact[] = {
        [OBSERVER_AUTO] = "",
        [OBSERVER_PERF_CPU] = ": the kernel told of every switch",
        [OBSERVER_PERF] = ": the kernel told of every switch",
        [OBSERVER_GAP] = ": the workers found their own gaps, exact to about "
                         "20 \u00b5s, and the kernel's counts confirmed them",
        [OBSERVER_SAMPLED] = ": the timeline is a picture made of samples; "
                             "the counts are exact",
        [OBSERVER_OFF] = ": there is no timeline; the counts are exact",
    };
    const struct trace_observer *o = &t->observer;
    double cpu = metric_get(&t->metrics, METRIC_CPU_S, 0);
    struct text line = {0};
    char buf[32];

    p->kind->heading(p, 3,
                     trace_computed(t) ? "How it was computed"
                                       : "How it was measured");
    if (trace_computed(t)) {
        paper_say(p, PAPER_PLAIN,
                  "This was computed for %d core%s, and not measured.",
                  t->core_count, t->core_count == 1 ? "" : "s");
        return;
    }
    text_addf(&line, "It was watched by way of \u201c%s\u201d%s.",
              spec_observer_words[o->kind], exact[o->kind]);
    if (o->cpu_s > 0) {
        text_addf(
            &line, " Looking took %s of processor time",
            text_duration(buf, sizeof(buf), (int64_t)(o->cpu_s * NS_PER_S)));
        if (cpu > 0)
            text_addf(&line, ", %s of what the workers had",
                      text_percent(buf, sizeof(buf), o->cpu_s / cpu));
        text_add(&line, ".");
    }
    if (o->lost)
        text_addf(&line, " %s records were lost.",
                  text_count(buf, sizeof(buf), o->lost));
    if (t->complete_from_ns > t->gate_ns)
        text_addf(
            &line, " The timeline before %s was not kept.",
            text_duration(buf, sizeof(buf), t->complete_from_ns - t->gate_ns));
    paper_say(p, PAPER_PLAIN, "%s", text_str(&line));
    p->failed |= line.failed;
    text_fini(&line);
}

static const struct machine *machine_of(const struct report_part *part)
{
    if (part->sweep)
        return &part->sweep->machine;
    return part->trace ? &part->trace->machine : NULL;
}

static bool same_machine(const struct machine *a, const struct machine *b)
{
    return a->cpus_online == b->cpus_online &&
           a->cpus_allowed == b->cpus_allowed && a->tick_hz == b->tick_hz &&
           a->memory_total == b->memory_total &&
           strcmp(a->kernel, b->kernel) == 0 && strcmp(a->arch, b->arch) == 0;
}

void report_machine(struct paper *p, const struct machine *m)
{
    struct paper_table t = {
        .caption = "What it ran on", .columns = 2, .words = 2};
    char buf[32];

    p->kind->heading(p, 3, "The machine");
    for (int i = 0; i < p->part; i++) {
        const struct machine *before = machine_of(&p->file->parts[i]);

        if (before && same_machine(before, m)) {
            paper_say(p, PAPER_PLAIN, "The same as above.");
            return;
        }
    }
    paper_cell(&t, "cores");
    paper_cell(&t, "%d, of which %d could be used", m->cpus_online,
               m->cpus_allowed);
    paper_cell(&t, "memory");
    if (m->memory_total > 0)
        paper_cell(&t, "%s", text_bytes(buf, sizeof(buf), m->memory_total));
    else
        paper_cell(&t, "-");
    paper_cell(&t, "kernel");
    paper_cell(&t, "Linux %s, %s", m->kernel, m->arch);
    paper_cell(&t, "clock tick");
    if (m->tick_hz > 0)
        paper_cell(&t, "%d a second", m->tick_hz);
    else
        paper_cell(&t, "-");
    paper_table(p, &t);
}

void report_run(struct paper *p, const struct report_part *part)
{
    const struct trace *t = part->trace;
    struct text line = {0};

    p->kind->heading(p, 3, "The experiment");
    text_add(&line, "timeslice run ");
    spec_format(&t->spec, &line);
    p->kind->code(p, text_str(&line));
    paper_say(p, PAPER_SOFT, "This line in a terminal repeats it.");
    p->failed |= line.failed;
    text_fini(&line);
    write_answer(p, t);
    p->kind->heading(p, 3, "The timeline");
    paper_chart(p, &(struct paper_chart){.what = FIGURE_TIMELINE,
                                         .trace = t,
                                         .caption = PAPER_TIMELINE});
    write_metrics(p, t);
    write_workers(p, t);
    write_method(p, t);
    report_machine(p, &t->machine);
}
