/* The corner rules, one by one. */
#include "sim/rules.h"

#include <string.h>

/* clang-format off */
const struct sim_rule sim_rules_table[] = {
    {"L1", "lottery: a job that ends within its slice",
     "the clock goes on to the end of the slice all the same, and that is when "
     "the job has ended",
     "it ends when it has computed all, and the next ticket is drawn at once: "
     "nobody gains from an idle CPU", 1},
    {"M1", "mlfq: the order of a boost",
     "those who wait join the top queue behind those already there, the lowest "
     "level first",
     "the highest level first: a boost turns nobody's order round", 1},
    {"M2", "mlfq: whom a boost reaches",
     "every job that has not ended, whether it waits, runs, is with a device "
     "or has yet to arrive, has a fresh slice and allotment at the top, before "
     "anybody arrives or comes back at that instant",
     "the same", 0},
    {"M3", "mlfq stay: a device at the very end of a slice",
     "the allotment is first made new, then the slice is charged; with an "
     "allotment of 1 the job sinks after all",
     "waiting for a device makes slice and allotment new, whenever it begins: "
     "that is what \"stay\" says", 1},
    {"M4", "mlfq front: back from a device",
     "the job goes ahead of one on its level that is in the middle of its "
     "slice, which keeps its place behind it and the rest of the slice",
     "it goes to the front of those who wait; within a level nobody interrupts "
     "the one that runs", 1},
    {"M5", "mlfq: interrupted by a higher level",
     "the job stays at the head of its queue with the rest of its slice",
     "the same", 0},
    {"U1", "multi: when slices end",
     "at whole multiples of the quantum, on all CPUs at once: who is chosen in "
     "between has a short slice (\"aligned=yes\"); jobs whose slice ended join "
     "the queue in the order of their CPUs before any CPU chooses",
     "each job has a whole slice from when it begins", 1},
    {"U2", "multi: who steals",
     "a CPU whose queue is empty, even while it runs a job; it looks at one "
     "other CPU, drawn at random, and takes the first job it may",
     "a CPU that is idle; it takes from the longest queue that has something "
     "for it", 1},
    {"U3", "multi: stealing a job with a list of CPUs",
     "such a job is never stolen, not even by a CPU of its list (unless the "
     "thief's number happens to be its run time or working set)",
     "it is stolen by the CPUs of its list like any other", 1},
    {"U4", "multi: the caches of jobs that have ended",
     "they go on occupying cache",
     "their place is free at once: nobody will use those lines again, so they "
     "are the first to go", 1},
    {"U5", "multi: a job bigger than the cache",
     "each time it has warmed up it pushes out everybody, then itself",
     "it never becomes warm, and pushes out nobody: nobody is asked to pay for "
     "what cannot succeed", 1},
    {"U6", "multi: who is pushed out of a full cache",
     "the job that became warm longest ago",
     "the job that ran longest ago, as caches do", 1},
    {"U7", "multi: a warm job with less left than a tick's worth",
     "it has its CPU to the end of the tick",
     "it ends when it has computed all", 1},
    {"P1", "process_run: who is next",
     "the next program by number after the present one that is ready, from the "
     "first again after the last",
     "who has waited longest (first in, first out)", 1},
    {"P2", "process_run on_end: a program that waits",
     "it keeps the CPU, and the others wait with it (\"on-io=hold\")",
     "the same: that is what on_end says", 0},
    {"P3", "process_run: a program with nothing to do",
     "it has the CPU for one tick to find out",
     "it ends as soon as it comes", 1},
    {"D1", "disk: a block that starts exactly under the head",
     "the first look at the angle comes a tick after the request, so that it "
     "costs a full turn (but for D6)",
     "it is read at once", 1},
    {"D2", "disk: the end of a turn",
     "an angle of 360 degrees or more becomes 0, and what was more is lost",
     "the rest is carried over: the drive turns evenly", 1},
    {"D3", "disk: reaching a block",
     "it is reached when the angle is less than one tick's turn away from it, "
     "on either side, and not across 0 degrees",
     "it is reached exactly when its edge is under the head", 1},
    {"D4", "disk: sums",
     "arm and angle are summed up in binary fractions, tick by tick: at a "
     "speed of 0.1 a track of 40 takes 401 ticks",
     "times are exact: 400 ticks", 1},
    {"D6", "disk: the next block of a track",
     "who reads on with the following number (or the first after the last of "
     "the track) does so without a delay",
     "the same: its edge is just under the head", 0},
    {"D7", "disk bsatf: when the batch grows",
     "by its size whenever that divides the number of requests done, looked at "
     "when a request is chosen, and not at 0; a late request joins after the "
     "choice",
     "the same", 0},
    {"D9", "disk sstf: the shortest seek",
     "of all requests on the nearest track, or tracks, the one with the least "
     "time to reach it",
     "the nearest track, and of the requests there the one that came first: the "
     "shortest seek looks at the arm alone", 1},
    {"X1", "interleave: a halt",
     "it counts as an instruction and does not begin the countdown anew: if "
     "that ends there too, two switches happen and a thread is passed over",
     "the thread that comes next has a countdown of its own", 1},
    {"X2", "interleave: a halt under a given schedule",
     "each halt uses up one more entry of the schedule; entries of halted "
     "threads are skipped",
     "only entries of halted threads are skipped", 1},
    {"X3", "interleave: yield",
     "it switches at once and begins the countdown anew",
     "the same", 0},
    {"X4", "interleave: push of a memory operand",
     "the address is pushed",
     "what stands there is pushed", 1},
    {"X5", "interleave: a conditional jump before any test",
     "all flags are clear, so it is not taken",
     "the same", 0},
    {0},
};
/* clang-format on */

const struct sim_rule *sim_rule(const char *id)
{
    for (const struct sim_rule *r = sim_rules_table; r->id; r++)
        if (strcmp(r->id, id) == 0)
            return r;
    return NULL;
}
