/* The misconceptions in words: so that a wrong answer is told what it rests
 * on, and the map what a lesson is against. Any process. */
#include "lesson/targets.h"

#include <stdlib.h>

static const char *const words[] = {
    "concurrent is the same as parallel",
    "threads always make a program faster",
    "more workers are always faster",
    "one statement is one step, that nothing can interrupt",
    "what worked ten times is right",
    "races need several cores",
    "a lock protects code, not data",
    "any lock will do, or several locks for the same data",
    "reading needs no lock",
    "a volatile or atomic variable makes the whole action atomic",
    "waiting for a device uses the processor",
    "elapsed time is the work divided by the workers",
    "processes are always slower than threads, or isolated for nothing",
    "a global interpreter lock makes programs free of races",
    "whatever cannot be explained is \"overhead\"",
    "a deadlock is only slow, or the same as starvation",
    "a timeout repairs a deadlock",
    "the scheduler is fair to programs, or simply takes turns",
    "a higher priority always runs first",
    "the order of starting is the order of ending; join ends a thread",
    "asynchronous is the same as parallel",
    "context switches are always what costs",
    "a busy processor does useful work",
    "the number of CPUs is what a program will get",
};

const char *lesson_target_words(const char *name)
{
    char *end;
    long n;

    if (!name || name[0] != 'M')
        return NULL;
    n = strtol(name + 1, &end, 10);
    if (end == name + 1 || *end != '\0' || n < 1 ||
        n > (long)(sizeof(words) / sizeof(words[0])))
        return NULL;
    return words[n - 1];
}
