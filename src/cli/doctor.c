/* "timeslice doctor": what this machine allows, found out by trying it, and
 * what would allow more. Changes nothing. Screen process. */
#include <inttypes.h>
#include <jansson.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/common.h"
#include "cli/doctor.h"
#include "observe/observe.h"

/* A thread's stack and the kernel's share of it, a forked worker's pages:
 * about what one idle worker takes. */
#define THREAD_BYTES (64 * 1024)
#define PROCESS_BYTES (320 * 1024)

/* One rung of the observer's ladder, tried. */
struct rung {
    enum spec_observer kind;
    bool allowed;
    char reason[400], remedy[400];
};

struct findings {
    struct machine machine;
    struct rung rungs[4];
    struct trace_observer chosen; /* what "auto" gives here */
    int64_t threads, processes;   /* room for so many more */
    const char *threads_limit, *processes_limit;
    double clock_ns; /* price of one look at the clock */
    bool terminal, utf8;
    const char *term, *codeset;
};

/* The median of a few rounds: one may be interrupted. */
static double measure_clock(void)
{
    enum { ROUNDS = 9, LOOKS = 2000 };
    int64_t took[ROUNDS] = {0};

    for (int r = 0; r < ROUNDS; r++) {
        int64_t start_ns = clock_now_ns(), last_ns = start_ns;
        int at = r;

        for (int i = 0; i < LOOKS; i++)
            last_ns = clock_now_ns();
        for (; at > 0 && took[at - 1] > last_ns - start_ns; at--)
            took[at] = took[at - 1];
        took[at] = last_ns - start_ns;
    }
    return (double)took[ROUNDS / 2] / LOOKS;
}

static void try_rungs(struct findings *f)
{
    static const enum spec_observer kinds[] = {OBSERVER_PERF_CPU, OBSERVER_PERF,
                                               OBSERVER_GAP, OBSERVER_SAMPLED};
    struct spec spec;
    struct err err = {0};

    spec_defaults(&spec, WORKLOAD_SPIN);
    if (spec_check(&spec, &f->machine, &err) < 0)
        spec.workers = 1;
    if (observe_probe(&spec, &f->machine, &f->chosen, &err) < 0)
        f->chosen.kind = OBSERVER_OFF;
    for (int i = 0; i < 4; i++) {
        struct rung *r = &f->rungs[i];
        struct trace_observer why = {0};

        err = (struct err){0};
        spec.observer = r->kind = kinds[i];
        r->allowed = observe_probe(&spec, &f->machine, &why, &err) == 0;
        if (r->allowed)
            continue;
        snprintf(r->reason, sizeof(r->reason), "%s",
                 why.reason[0] ? why.reason : err.text);
        snprintf(r->remedy, sizeof(r->remedy), "%s", why.remedy);
    }
}

static void look_around(struct findings *f)
{
    *f = (struct findings){0};
    machine_read(&f->machine);
    try_rungs(f);
    f->threads = machine_room_for_workers(&f->machine, true, THREAD_BYTES,
                                          &f->threads_limit);
    f->processes = machine_room_for_workers(&f->machine, false, PROCESS_BYTES,
                                            &f->processes_limit);
    f->clock_ns = measure_clock();
    f->terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    f->utf8 = cli_utf8();
    f->codeset = nl_langinfo(CODESET);
    f->term = getenv("TERM");
}

/* ---- for a person -------------------------------------------------------- */

static bool sees_exactly(const struct findings *f)
{
    return f->chosen.kind == OBSERVER_PERF_CPU ||
           f->chosen.kind == OBSERVER_PERF;
}

static void tell_machine(const struct findings *f)
{
    const struct machine *m = &f->machine;
    char n[32], room[32];

    printf("cores      %d of %d online may be used here\n", m->cpus_allowed,
           m->cpus_online);
    printf("kernel     %s, %s, ", m->kernel, m->arch);
    if (m->tick_hz > 0)
        printf("%d ticks a second\n", m->tick_hz);
    else
        puts("ticks a second unknown");
    printf("memory     %sB, of which %sB are free\n",
           text_si(n, sizeof(n), (double)m->memory_total),
           text_si(room, sizeof(room), (double)m->memory_available));
    puts(m->autogroup
             ? "groups     yes: workers get a scheduling group of their own, "
               "the screen keeps\n           its pace beside them"
             : "groups     no: the screen shares its turn with the workers and "
               "may lag behind\n           very many of them");
    printf("room       %s more threads (%s), %s more processes (%s)\n",
           text_count(n, sizeof(n), f->threads), f->threads_limit,
           text_count(room, sizeof(room), f->processes), f->processes_limit);
    printf("clock      one look takes %.0f ns\n", f->clock_ns);
    printf("terminal   %s, TERM is %s, characters are %s%s\n",
           f->terminal ? "yes" : "no: commands with a screen will not open it",
           f->term && *f->term ? f->term : "not set", f->codeset,
           f->utf8 ? "" : ": pictures are drawn in ASCII");
}

static void tell_rungs(const struct findings *f)
{
    puts("\nHow switches between workers can be seen, best way first:");
    for (int i = 0; i < 4; i++) {
        const struct rung *r = &f->rungs[i];

        printf("  %-9s %s%s", spec_observer_words[r->kind],
               r->allowed ? "yes" : "no: ", r->reason);
        puts(r->kind == f->chosen.kind ? "   <- used" : "");
        if (r->remedy[0])
            printf("            %s\n", r->remedy);
    }
}

static void tell_verdict(const struct findings *f)
{
    putchar('\n');
    if (sees_exactly(f))
        puts("Verdict: everything works here; every switch is seen, from the "
             "kernel's own\nrecords.");
    else if (f->chosen.kind == OBSERVER_GAP)
        puts("Verdict: everything works here; workers find their own switches, "
             "exact to about\n20 microseconds, and all counts are exact.");
    else
        puts("Verdict: experiments run and their counts are exact; the "
             "timeline is a picture\nfrom samples.");
    if (f->machine.cpus_allowed < 2)
        puts("With one core only, workers can take turns but never run at the "
             "same time:\nspeed-ups need a second core.");
}

/* ---- for a program ------------------------------------------------------- */

static json_t *json_rungs(const struct findings *f)
{
    json_t *list = json_array();

    for (int i = 0; i < 4; i++) {
        const struct rung *r = &f->rungs[i];

        json_array_append_new(
            list,
            json_pack("{s:s, s:b, s:s*, s:s*}", "kind",
                      spec_observer_words[r->kind], "allowed", (int)r->allowed,
                      "reason", r->reason[0] ? r->reason : NULL, "remedy",
                      r->remedy[0] ? r->remedy : NULL));
    }
    return list;
}

static int print_json(const struct findings *f)
{
    const struct machine *m = &f->machine;
    json_t *machine, *room, *terminal, *all;
    int rc;

    machine = json_pack(
        "{s:i, s:i, s:s, s:s, s:b, s:i, s:I, s:I}", "cpus_allowed",
        m->cpus_allowed, "cpus_online", m->cpus_online, "kernel", m->kernel,
        "arch", m->arch, "autogroup", (int)m->autogroup, "perf_event_paranoid",
        m->perf_paranoid, "memory_bytes", (json_int_t)m->memory_total,
        "memory_available_bytes", (json_int_t)m->memory_available);
    if (m->tick_hz > 0)
        json_object_set_new(machine, "tick_hz", json_integer(m->tick_hz));
    room = json_pack("{s:I, s:s, s:I, s:s}", "threads", (json_int_t)f->threads,
                     "threads_limit", f->threads_limit, "processes",
                     (json_int_t)f->processes, "processes_limit",
                     f->processes_limit);
    terminal = json_pack("{s:b, s:s*, s:s}", "present", (int)f->terminal,
                         "term", f->term, "characters", f->codeset);
    all = json_pack("{s:s, s:o, s:s, s:o, s:o, s:f, s:o}", "schema",
                    "timeslice.doctor/1", "machine", machine, "observer",
                    spec_observer_words[f->chosen.kind], "observers",
                    json_rungs(f), "room", room, "clock_ns", f->clock_ns,
                    "terminal", terminal);
    if (!all)
        return cli_refuse(EXIT_FAILED, "out of memory");
    rc = json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(all);
    return cli_flush(rc < 0 ? EXIT_FAILED : EXIT_DONE);
}

int cli_doctor(int argc, char **argv)
{
    struct findings f;
    struct cli_words w;
    int status;

    status = cli_words_sort(&w, cli_find(argv[0]), argc, argv);
    if (status < 0 && w.rest_count > 0)
        status = cli_refuse(EXIT_REQUEST, "doctor takes no words, not \"%s\"",
                            w.rest[0]);
    if (status < 0 && cli_words_value(&w, "class")) {
        status = cli_doctor_class(cli_words_value(&w, "json") != NULL);
    } else if (status < 0) {
        look_around(&f);
        if (cli_words_value(&w, "json")) {
            status = print_json(&f);
        } else {
            tell_machine(&f);
            tell_rungs(&f);
            tell_verdict(&f);
            status = cli_flush(EXIT_DONE);
        }
    }
    cli_words_fini(&w);
    return status;
}
