/* "timeslice step": a small program, one step at a time. On a terminal the
 * microscope; else, and with --text, the listing and a schedule as a table.
 * Screen process. */
#include <stdio.h>
#include <string.h>

#include "cli/explore.h"
#include "explore/say.h"
#include "export/export.h"
#include "export/steps.h"
#include "tui/tui.h"

struct step_wishes {
    struct cli_program c;
    struct steps_look look;
    long random; /* steps after the schedule; 0: none */
    bool text;
};

/* To its end, but a program that loops for ever has none. */
#define ALL_MOST 2000

static int get_random(struct step_wishes *x, const struct cli_words *w)
{
    const char *random = cli_words_value(w, "random");

    if (!random)
        return -1;
    if (strcmp(random, "all") == 0)
        x->random = ALL_MOST;
    else if (!cli_number(random, 1, WALK_MOST, &x->random))
        return cli_refuse(EXIT_REQUEST,
                          "--random cannot be \"%s\"; it is a number of steps "
                          "from 1 to %d, or all",
                          random, WALK_MOST);
    return -1;
}

static int get_wishes(struct step_wishes *x, const struct cli_words *w)
{
    static const char *const screens[] = {"theme", "present", "no-mouse",
                                          "record", NULL};
    struct report_options look;
    int status = cli_look(&look, w);

    if (status >= 0)
        return status;
    x->look.columns = look.columns;
    x->text = cli_words_value(w, "text") || cli_words_value(w, "random") ||
              !cli_on_terminal();
    for (int i = 0; x->text && screens[i]; i++)
        if (cli_words_value(w, screens[i]))
            return cli_refuse(
                EXIT_REQUEST, "--%s is about a screen, and %s", screens[i],
                cli_on_terminal() ? "--text and --random ask for none"
                                  : "without a terminal there is none");
    status = get_random(x, w);
    return status < 0 && w->rest_count > 0 ? cli_program_get(&x->c, w) : status;
}

/* ---- as text ------------------------------------------------------------- */

static int walk_at_random(struct walk *w, long steps, uint64_t seed,
                          struct err *err)
{
    int rc = 0;

    while (rc == 0 && steps-- > 0 && w->at < WALK_MOST &&
           !(w->at ? w->dones[w->at - 1].event.fault : w->start.fault)) {
        int action = state_draw(w->stepper, walk_state(w), &seed);

        if (action < 0)
            break;
        rc = walk_step(w, action, err);
    }
    return rc;
}

static int print_walk(const struct step_wishes *x, struct walk *w)
{
    struct schedule done = {0};
    struct text out = {0};
    unsigned failures = walk_failures(w);
    bool failed;

    text_add(&out, "\n");
    steps_name(x->c.program, &out);
    text_add(&out, ": ");
    say_machine(&x->c.rules, &out);
    text_add(&out, "\n\n");
    steps_listing(w->stepper, &out);
    text_add(&out, "\n");
    steps_table(w, &x->look, &out);
    text_add(&out, "\n");
    steps_ending(w, &x->look, &out);
    if (x->random > 0 && walk_schedule(w, &done) == 0) {
        text_add(&out, "\nschedule: ");
        schedule_text(&done, &out);
        text_add(&out, "\n");
    }
    fputs(text_str(&out), stdout);
    failed = out.failed;
    schedule_fini(&done);
    text_fini(&out);
    if (failed)
        return cli_refuse(EXIT_FAILED, "no memory for the table");
    return failures ? EXIT_FAILED : EXIT_DONE;
}

static int step_as_text(struct step_wishes *x)
{
    struct stepper m = {0};
    struct walk w = {0};
    struct err err = {0};
    int status, rc;

    x->c.rules.keep_registers = true; /* what was computed is worth seeing */
    rc = stepper_init(&m, x->c.program, &x->c.rules, &err);
    if (rc == 0)
        rc = walk_init(&w, &m, &err);
    if (rc == 0)
        rc = walk_run(&w, &x->c.schedule, &err);
    if (rc == 0)
        rc = walk_at_random(&w, x->random, x->c.seed, &err);
    status = rc < 0 ? cli_refuse_err(&err, EXIT_FAILED)
                    : cli_flush(print_walk(x, &w));
    walk_fini(&w);
    stepper_fini(&m);
    return status;
}

/* ---- the command --------------------------------------------------------- */

static int open_screen(struct step_wishes *x, const struct cli_words *w)
{
    struct machine machine;
    struct tui_options o = {
        .screen = TUI_STEP,
        .machine = &machine,
        .step = {.program = x->c.program,
                 .path = x->c.program ? x->c.path : NULL,
                 .which = x->c.which,
                 .rules = x->c.rules,
                 .schedule = x->c.schedule,
                 .seed = x->c.seed},
    };

    machine_read(&machine);
    x->c.program = NULL; /* the screen takes them over */
    x->c.schedule = (struct schedule){0};
    return cli_open_screen(&o, w);
}

int cli_step(int argc, char **argv)
{
    struct step_wishes x = {.random = 0};
    struct cli_words w;
    int status;

    status = cli_words_sort(&w, cli_find(argv[0]), argc, argv);
    if (status < 0)
        status = get_wishes(&x, &w);
    if (status < 0 && w.rest_count == 0 && x.text)
        status = cli_program_list(argv[0]);
    else if (status < 0 && !x.text)
        status = open_screen(&x, &w);
    else if (status < 0)
        status = step_as_text(&x);
    cli_program_fini(&x.c);
    cli_words_fini(&w);
    return status;
}
