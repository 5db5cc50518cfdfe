/* timeslice: a laboratory for concurrency and scheduling in the terminal.
 *
 * A map. Read it downwards: each folder knows only those above it, so that any
 * file can be understood from its top.
 *
 *   base/     errors as one sentence, the clock, text for people, what this
 *             machine is
 *   spec/     an experiment: workload + model + settings. settings.c is the one
 *             table from which parser, help, completions and record are made
 *   device/   modelled drives in a time of their own: geometry, queue,
 *             read-ahead, and readers that wait for their answers. The live
 *             drive, the checks and a simulator share it
 *   trace/    what happened: who ran where from when to when. trace.h is what
 *             everything after a run reads; source.h is where it comes from
 *   lab/      the experiment run for real, in a forked process of its own:
 *             lab.c forks it, coordinator.c leads it; life.c is a worker's
 *             life, worker.c its looks at the clock and its waits; work_*.c
 *             what its tasks are; model_*.c how workers come to be; sync.c and
 *             gil.c the locks under study; board.c the one memory that lab and
 *             screen share
 *   observe/  seeing every switch of the workers, by the best way this machine
 *             allows: perf.c and switches.c from the kernel's records, gaps.c
 *             from the workers' own; live.c joins lab and observer to a
 *             source of a trace
 *   stats/    numbers and lanes from a trace; robust.c: from a few repeats
 *   scale/    what happens as parallelism grows: closed forms, and models
 *             fitted to throughputs
 *   sweep/    which run of a sweep comes next and what follows from them all;
 *             contest.c the same for experiments in turn. It runs nothing
 *             itself: the command, the screen and the history hand outcomes in
 *   advise/   how many workers some work should have, by the same way
 *   sim/      jobs on a simulated machine in virtual time; it gives a trace as
 *             the laboratory does. engine*.c: what happens, instant by instant;
 *             policy_*.c: who is next, one textbook page each; platter*.c: a
 *             small disk
 *   predict/  how long it would take on other numbers of CPUs: a short run and
 *             the simulator; kernel.c holds policies against this kernel's
 *   tsl/      the language of small programs: parse.c reads it, program.h is
 *             what it becomes, micro-steps over shared cells; library.c finds
 *             those that come with timeslice (assets/races)
 *   step/     the interleaving machine: deed.h is what one step does to the
 *             shared memory, stepper.c one step at a time with all that a
 *             person wants to see, walk.c undo
 *   explore/  all schedules of a small program: search.c finds the states;
 *             count.c, chance.c, calm.c, liveness.c and traces.c make numbers
 *             and verdicts from them, say.c words
 *   asm/      a small assembler: machine.c runs it under a timer's interrupts,
 *             translate.c makes it a program of tsl/, for step/ and explore/
 *   real/     the same programs on real threads, their outcomes counted
 *   keep/     a trace as bytes and back, the history, a kept run as a source
 *   lesson/   Markdown with experiments in it: lesson*.c reads it, lint*.c says
 *             what is wrong with it, formula*.c and judge*.c compute the right
 *             answers from what was measured, session*.c says what is to be run
 *             next; course.c, progress.c: all of them, and how far one is
 *   frame/    a grid of characters with styles named by meaning
 *   view/     what a screen shows, as a function from its state to a frame;
 *             state.c is how a worker's state looks, everywhere
 *   check/    answer files, recomputed case by case
 *   export/   the record (JSON), CSV, the Perfetto timeline, the text report;
 *             report_*.c and svg_*.c pages to hand on, with their charts
 *   tui/      the terminal: keys, colours, the loop; alone knows ncurses.
 *             screen_*.c are the screens: screen_lesson_*.c play a lesson, with
 *             the other screens' pictures in it
 *   cli/      the commands; cli.c has their table
 *
 * One run, followed from the top: cli/run.c parses the words (spec/), asks
 * observe/live.c to start it, which forks the lab (lab/lab.c) and attaches the
 * observer; cli/drive.c waits for its end; stats/summary.c adds up and
 * export/report.c writes what a person reads. */
#include "cli/cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
