/* The screens: from what was asked for to the loop, and back. Screen process.
 *
 * terminal.c takes the terminal and knows curses, theme.c how styles look.
 * keys.c has every screen's keys: keyboard, footer and help read them there.
 * loop.c waits for whatever comes next. app.c leads keys to the screen that is
 * up and draws it; screen_*.c are the screens, run.c the run that lab and race
 * show, help.c, editor.c and prompt.c what lies over them. */
#include "tui/tui.h"

#include <errno.h>
#include <stdlib.h>

#include "tui/app.h"
#include "tui/record.h"

static const struct screen *screen_of(enum tui_screen screen)
{
    switch (screen) {
    case TUI_LAB:
        return &screen_lab;
    case TUI_RACE:
        return &screen_race;
    case TUI_SWEEP:
        return &screen_sweep;
    case TUI_STEP:
        return &screen_step;
    case TUI_SIM:
        return &screen_sim;
    case TUI_COURSE:
        return &screen_course;
    case TUI_LESSON:
        return &screen_lesson;
    default:
        return &screen_launcher;
    }
}

/* What a screen runs if nothing was asked for. */
static int default_spec(struct spec *out, enum tui_screen screen,
                        struct err *err)
{
    return spec_parse_line(out,
                           screen == TUI_RACE
                               ? "counter --model threads --workers 2"
                               : "primes --limit 1000000 --tasks 100",
                           err);
}

/* With signals taken: what comes while the terminal is ours waits for the
 * loop, or for the way out. */
static int run_screens(struct app *a, struct err *err)
{
    int rc = terminal_open(&a->terminal, err);

    if (rc < 0)
        return rc;
    a->ascii = a->options.ascii || !terminal_utf8(a->terminal);
    terminal_theme(a->terminal, a->theme, a->presenter);
    terminal_mouse(a->terminal, a->mouse);
    terminal_record(a->terminal, a->record);
    loop_run(a);
    sweep_run_close(a); /* it may lie below the screen that was up */
    lesson_close(a);
    course_close(a);
    terminal_close(a->terminal);
    return a->exit_status;
}

int tui_run(const struct tui_options *o, struct err *err)
{
    struct app *a = calloc(1, sizeof(*a));
    int rc = 0;

    if (!a)
        return err_set(err, -ENOMEM, "no memory for the screens");
    a->options = *o;
    a->theme = o->theme;
    a->presenter = o->presenter;
    a->mouse = !o->no_mouse;
    a->screen = screen_of(o->screen);
    if (o->replay)
        a->run.asked = o->replay->spec;
    else if (o->spec)
        a->run.asked = *o->spec;
    else
        rc = default_spec(&a->run.asked, o->screen, err);
    if (rc == 0 && o->record)
        rc = record_open(&a->record, o->record, err);
    if (rc == 0)
        rc = loop_take_signals(a, err);
    if (rc == 0) {
        rc = run_screens(a, err);
        loop_give_back_signals(a);
    }
    keep_close(a);
    record_close(a->record);
    trace_free(a->options.replay); /* if no screen took it over */
    sweep_free(a->options.kept);
    program_free(a->options.step.program);
    schedule_fini(&a->options.step.schedule);
    sim_jobs_fini(&a->options.sim.jobs);
    frame_fini(&a->frame);
    free(a);
    return rc;
}
