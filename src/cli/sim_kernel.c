/* "timeslice sim kernel": what this machine's kernel does with a few loops and
 * sleepers on one core, and what the simulated kernel does with the same.
 * Screen process. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/sim.h"
#include "predict/kernel.h"

static const struct command_option options[] = {
    {"cpu", "N", "the core to try it on (the last one there is)"},
    {"json", NULL, "print one JSON object"},
    {"quiet", NULL, "nothing on stderr while it runs"},
    {NULL, NULL, NULL},
};
static const struct command command = {
    .name = "sim kernel",
    .synopsis = "[--cpu N]",
    .summary = "this machine's real scheduler beside the simulated one",
    .run = cli_sim_kernel,
    .options = options,
};

static void show_progress(int at, int of)
{
    fprintf(stderr, "\r\033[Ktrying it on the real kernel: %d of %d", at, of);
    fflush(stderr);
}

/* ---- for people ---------------------------------------------------------- */

static void add_ms(struct text *to, int64_t ns)
{
    text_addf(to, "%g ms", (double)ns / 1e6);
}

static void print_head(const struct kernel_result *r, const struct machine *m)
{
    const struct sim_setup *eevdf = &r->facts.setup[KERNEL_EEVDF];
    const struct sim_setup *cfs = &r->facts.setup[KERNEL_CFS];
    struct text say = {0};

    text_addf(&say, "MEASURED on core %d, Linux %s (its scheduler: %s). ",
              r->cpu, m->kernel, r->facts.eevdf ? "eevdf" : "cfs");
    text_add(&say, "MODEL, told nothing of what was measured: tick ");
    add_ms(&say, eevdf->tick_ns);
    text_add(&say, "; eevdf with slices of ");
    add_ms(&say, eevdf->slice_ns);
    text_addf(&say, " (%s); cfs with latency ", r->facts.slice_from);
    add_ms(&say, cfs->latency_ns);
    text_add(&say, ", granularity ");
    add_ms(&say, cfs->granularity_ns);
    text_add(&say, ", wakeup ");
    add_ms(&say, cfs->wakeup_ns);
    text_add(&say, ".");
    cli_wrap(text_str(&say), 0, 0, cli_columns(80));
    text_fini(&say);
}

static void print_value(double x, int width)
{
    if (x < 0)
        printf("%*s", width, "-");
    else
        printf("%*.*f", width, x < 10 ? 2 : 1, x);
}

/* A difference of less than this in ms is none to speak of. */
#define MS_ALIKE 0.05

static bool alike(const struct kernel_figure *f, double simulated)
{
    double off = simulated - f->measured;

    return f->unit[0] == 'm' && off < MS_ALIKE && off > -MS_ALIKE;
}

static void print_figure(const struct kernel_result *r,
                         const struct kernel_figure *f)
{
    int own = r->facts.eevdf ? KERNEL_EEVDF : KERNEL_CFS;
    char label[64];

    snprintf(label, sizeof(label), "%s, %s", f->about, f->unit);
    printf("  %-34s", label);
    print_value(f->measured, 8);
    printf("  ");
    print_value(f->low, 6);
    printf(" ..");
    print_value(f->high, 6);
    print_value(f->simulated[KERNEL_EEVDF], 8);
    print_value(f->simulated[KERNEL_CFS], 8);
    if (f->measured < 0 || f->simulated[own] < 0)
        printf("%8s\n", "-");
    else if (f->measured <= 0 || alike(f, f->simulated[own]))
        printf("%8s\n", "same");
    else
        printf("%+7.1f%%\n", 100 * f->error);
}

static void print_figures(const struct kernel_result *r)
{
    int last = -1;

    printf("\n  %-34s%8s  %15s%8s%8s%8s\n", "", "measured", "least .. most",
           "eevdf", "cfs", "error");
    for (int i = 0; i < r->figure_count; i++) {
        const struct kernel_figure *f = &r->figure[i];

        if (f->trial != last)
            printf("%s\n", kernel_trials[f->trial].about);
        last = f->trial;
        print_figure(r, f);
    }
}

/* How many figures are within a tenth, and how many there are. */
static int within(const struct kernel_result *r, int *of)
{
    int own = r->facts.eevdf ? KERNEL_EEVDF : KERNEL_CFS, n = 0;

    *of = 0;
    for (int i = 0; i < r->figure_count; i++) {
        const struct kernel_figure *f = &r->figure[i];

        if (f->measured < 0)
            continue;
        ++*of;
        n += alike(f, f->simulated[own]) ||
             (f->measured > 0 && f->error < 0.1 && f->error > -0.1);
    }
    return n;
}

static double most_disturbed(const struct kernel_result *r)
{
    double most = 0;

    for (int t = 0; t < kernel_trial_count; t++)
        if (r->trial[t].disturbed > most)
            most = r->trial[t].disturbed;
    return most;
}

static void print_conclusion(const struct kernel_result *r)
{
    struct text say = {0};
    char much[32];
    int of, n = within(r, &of);

    text_addf(&say, "%d of %d figures are within 10 %% of what was measured. ",
              n, of);
    if (!r->conclusive)
        text_addf(&say,
                  "Inconclusive: others used up to %s of the core; of each "
                  "trial at least %d repeats have to be without that.",
                  text_percent(much, sizeof(much), most_disturbed(r)),
                  KERNEL_CALM);
    putchar('\n');
    cli_wrap(text_str(&say), 0, 0, cli_columns(80));
    text_fini(&say);
}

/* ---- JSON ---------------------------------------------------------------- */

static void set_known(json_t *to, const char *name, double value)
{
    if (value >= 0)
        json_object_set_new(to, name, json_real(value));
}

static json_t *figure_json(const struct kernel_figure *f)
{
    json_t *o = json_object();

    json_object_set_new(o, "name", json_string(f->name));
    json_object_set_new(o, "trial", json_string(kernel_trials[f->trial].about));
    json_object_set_new(o, "unit", json_string(f->unit));
    set_known(o, "measured", f->measured);
    set_known(o, "measured_least", f->low);
    set_known(o, "measured_most", f->high);
    set_known(o, "eevdf", f->simulated[KERNEL_EEVDF]);
    set_known(o, "cfs", f->simulated[KERNEL_CFS]);
    if (f->measured > 0)
        json_object_set_new(o, "error", json_real(f->error));
    return o;
}

static json_t *model_json(const struct kernel_facts *f)
{
    const struct sim_setup *eevdf = &f->setup[KERNEL_EEVDF];
    const struct sim_setup *cfs = &f->setup[KERNEL_CFS];

    return json_pack("{s:s, s:s, s:f, s:f, s:f, s:f, s:f}", "policy",
                     f->eevdf ? "eevdf" : "cfs", "slice_from", f->slice_from,
                     "tick_ms", (double)eevdf->tick_ns / 1e6, "slice_ms",
                     (double)eevdf->slice_ns / 1e6, "latency_ms",
                     (double)cfs->latency_ns / 1e6, "granularity_ms",
                     (double)cfs->granularity_ns / 1e6, "wakeup_ms",
                     (double)cfs->wakeup_ns / 1e6);
}

static int print_json(const struct kernel_result *r, const struct machine *m)
{
    json_t *all = json_object(), *figures = json_array();
    json_t *trials = json_array();
    int of, n = within(r, &of);

    for (int i = 0; i < r->figure_count; i++)
        json_array_append_new(figures, figure_json(&r->figure[i]));
    for (int t = 0; t < kernel_trial_count; t++)
        json_array_append_new(
            trials,
            json_pack("{s:s, s:i, s:i, s:f}", "about", kernel_trials[t].about,
                      "repeats", r->trial[t].done, "calm", r->trial[t].calm,
                      "disturbed_most", r->trial[t].disturbed));
    json_object_set_new(all, "schema", json_string("timeslice.kernel/1"));
    json_object_set_new(all, "kernel", json_string(m->kernel));
    json_object_set_new(all, "cpus_online", json_integer(m->cpus_online));
    json_object_set_new(all, "core", json_integer(r->cpu));
    json_object_set_new(all, "model", model_json(&r->facts));
    json_object_set_new(all, "trials", trials);
    json_object_set_new(all, "figures", figures);
    json_object_set_new(all, "within_10_percent", json_integer(n));
    json_object_set_new(all, "compared", json_integer(of));
    json_object_set_new(all, "conclusive", json_boolean(r->conclusive));
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(all);
    return cli_flush(r->conclusive ? EXIT_DONE : EXIT_INCONCLUSIVE);
}

/* ---- the command --------------------------------------------------------- */

/* The core that is asked for, or the last of those allowed: interrupts prefer
 * the first. -1, or an exit status after a sentence. */
static int get_cpu(const struct cli_words *w, const struct machine *m, int *out)
{
    const char *word = cli_words_value(w, "cpu");
    long n = 0;

    for (int c = 0; c < CPU_SETSIZE; c++)
        if (CPU_ISSET(c, &m->allowed))
            *out = c;
    if (!word)
        return -1;
    if (!cli_number(word, 0, CPU_SETSIZE - 1, &n) ||
        !CPU_ISSET((size_t)n, &m->allowed))
        return cli_refuse(EXIT_REQUEST,
                          "--cpu cannot be \"%s\"; it is the number of a core "
                          "that this program may use, such as %d",
                          word, *out);
    *out = (int)n;
    return -1;
}

static int compare(const struct cli_words *w)
{
    static struct kernel_result result;
    struct machine m;
    struct err err = {0};
    bool quiet = cli_words_value(w, "quiet") || !isatty(STDERR_FILENO);
    int cpu = 0, status, rc;

    if (w->rest_count > 0)
        return cli_refuse(EXIT_REQUEST,
                          "\"%s\" is not expected here; \"timeslice sim "
                          "kernel\" stands alone",
                          w->rest[0]);
    machine_read(&m);
    status = get_cpu(w, &m, &cpu);
    if (status >= 0)
        return status;
    rc = kernel_compare(&result, &m, cpu, quiet ? NULL : show_progress, &err);
    if (!quiet)
        fputs("\r\033[K", stderr);
    if (rc < 0)
        return cli_refuse_err(&err, EXIT_MACHINE);
    if (cli_words_value(w, "json"))
        return print_json(&result, &m);
    print_head(&result, &m);
    print_figures(&result);
    print_conclusion(&result);
    return cli_flush(result.conclusive ? EXIT_DONE : EXIT_INCONCLUSIVE);
}

int cli_sim_kernel(int argc, char **argv)
{
    struct cli_words w;
    int status = cli_words_sort(&w, &command, argc, argv);

    if (status < 0)
        status = compare(&w);
    cli_words_fini(&w);
    return status;
}
