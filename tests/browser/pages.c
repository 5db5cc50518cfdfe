/* Writes reports of made-up sweeps and runs, for a browser to look at:
 *
 *     pages FOLDER
 *
 * makes FOLDER/NAME.html and prints their names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/report_file.h"
#include "lib/fake_sweep.h"
#include "lib/fake_trace.h"

static const char *folder;

static void write_page(const char *name, const struct report_part *parts,
                       int count)
{
    const struct report_file file = {
        .title = "", .parts = parts, .count = count};
    struct text page = {0};
    char path[4096];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s.html", folder, name);
    f = fopen(path, "w");
    if (report_html(&file, &page) < 0 || !f ||
        fwrite(page.data, 1, page.len, f) != page.len || fclose(f) != 0) {
        perror(path);
        exit(1);
    }
    text_fini(&page);
    puts(name);
}

/* One page of the sweep @name, with the made-up run @run as its typical one. */
static void sweep_page(const char *name, const char *run)
{
    struct trace *t = run ? fake_trace(run) : NULL;
    struct sweep *s = fake_sweep(name);

    if (t)
        t->badge = BADGE_REPLAY;
    write_page(name,
               &(struct report_part){.sweep = s,
                                     .typical = t,
                                     .name = "sweep s4",
                                     .note = "a note with < & > in it",
                                     .at_ns = INT64_C(1795276800000000000)},
               1);
    sweep_free(s);
    trace_free(t);
}

int main(int argc, char **argv)
{
    static const char *const runs[] = {"primes",  "race",  "gaps",
                                       "sampled", "start", "crowd"};

    if (argc != 2) {
        fprintf(stderr, "pages FOLDER\n");
        return 2;
    }
    folder = argv[1];
    sweep_page("family", "primes");
    sweep_page("one", NULL);
    sweep_page("words", NULL);
    sweep_page("disturbed", "sleep");
    sweep_page("failed", NULL);
    sweep_page("bare", NULL);
    sweep_page("many", NULL);
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        struct trace *t = fake_trace(runs[i]);
        char name[32];

        snprintf(name, sizeof(name), "run-%s", runs[i]);
        write_page(name, &(struct report_part){.trace = t, .name = "run 17"},
                   1);
        trace_free(t);
    }

    struct contest *c = fake_contest();
    struct sweep *s = fake_sweep("family"), *u = fake_sweep("disturbed");
    struct trace *t = fake_trace("gil"), *v = fake_trace("sleep");
    const struct report_part all[] = {
        {.sweep = s, .typical = t, .name = "sweep s4"},
        {.sweep = u, .typical = v, .name = "sweep s5"},
        {.contest = c, .name = "comparison s6"},
        {.trace = v, .name = "run 17"},
    };
    write_page("contest", &all[2], 1);
    write_page("two", all, 2);
    write_page("all", all, 4);
    contest_free(c);
    sweep_free(s);
    sweep_free(u);
    trace_free(t);
    trace_free(v);
    return 0;
}
