/* Tries to break the reading and the running of small programs and of job files
 * for the simulator, and the reading of lessons, with inputs that nobody would
 * write.
 *
 *   fuzz FOLDER SECONDS [SEED [INPUTS]]
 *   fuzz FOLDER FILE [SEED]
 *
 * Children, one a core, each go through inputs of their own; input number n of
 * a run is the same on every machine. What a child works on lies in memory that
 * it shares with its parent, so that when it dies, complains or hangs, the
 * input is written to FOLDER and can be tried again alone. Exit status: 0 no
 * finding, 1 a finding, 2 it could not be tried. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/random.h"
#include "exercise.h"
#include "mutate.h"

/* An input that takes longer is a hang: of the processor's time, or (waiting
 * for ever) altogether. */
#define HANG_CPU_NS (5 * NS_PER_S)
#define HANG_WALL_NS (60 * NS_PER_S)
#define LEAKS_EVERY 500 /* inputs; looking for leaks stops the world */
#define CHILDREN_MOST 16

/* A child's exit status: 0, or */
enum { CHILD_COMPLAINS = 3, CHILD_LEAKS = 4, CHILD_CANNOT = 5 };

struct slot {               /* written by the child, read by the parent */
    _Atomic uint64_t seed;  /* of the input */
    _Atomic int64_t cpu_ns; /* the child's processor time at its beginning */
    _Atomic int64_t wall_ns;
    _Atomic int64_t inputs[INPUT_KINDS];
    _Atomic int64_t run[INPUT_KINDS]; /* those that made sense */
    _Atomic int kind;                 /* enum input_kind */
    char stage[EXERCISE_STAGE];
    char complaint[EXERCISE_COMPLAINT];
    size_t length;
    char bytes[INPUT_MOST];
};

struct run {
    const char *folder;
    int64_t seconds; /* 0: until .inputs */
    int64_t inputs;  /* 0: until the time is over */
    uint64_t seed;
    int children;
    int64_t end_ns;
};

/* Absent without the address sanitizer. */
extern int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

static bool leaks(void)
{
    return __lsan_do_recoverable_leak_check &&
           __lsan_do_recoverable_leak_check() != 0;
}

static int64_t cpu_now_ns(clockid_t clock)
{
    struct timespec t = {0};

    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* ---- the child ----------------------------------------------------------- */

/* A program takes about JOBS_FOR_ONE times as long as a job file, a lesson as
 * long as JOBS_FOR_ONE / LESSONS_FOR_ONE of them: a third of the time each. */
enum { JOBS_FOR_ONE = 12, LESSONS_FOR_ONE = 3 };

static enum input_kind kind_of(uint64_t seed)
{
    uint64_t apart = ~seed; /* from what the input is made of */
    uint32_t lot = random_below(&apart, JOBS_FOR_ONE + LESSONS_FOR_ONE + 1);

    if (lot == 0)
        return INPUT_PROGRAM;
    return lot <= LESSONS_FOR_ONE ? INPUT_LESSON : INPUT_JOBS;
}

static void begin_input(struct slot *s, enum input_kind kind, uint64_t seed)
{
    atomic_store(&s->kind, (int)kind);
    atomic_store(&s->cpu_ns, cpu_now_ns(CLOCK_PROCESS_CPUTIME_ID));
    atomic_store(&s->wall_ns, clock_now_ns());
    atomic_store(&s->seed, seed);
}

/* Do it, and count it. */
static enum exercised try_input(struct slot *s, enum input_kind kind,
                                uint64_t seed)
{
    static enum exercised (*const exercises[])(
        const char *text, size_t length, uint64_t with,
        char complaint[EXERCISE_COMPLAINT]) = {
        [INPUT_PROGRAM] = exercise,
        [INPUT_JOBS] = exercise_jobs,
        [INPUT_LESSON] = exercise_lesson,
    };
    enum exercised e;

    begin_input(s, kind, seed);
    e = exercises[kind](s->bytes, s->length, seed, s->complaint);
    atomic_fetch_add(&s->inputs[kind], e != EXERCISED_WRONG);
    atomic_fetch_add(&s->run[kind], e == EXERCISED_RUN);
    return e;
}

/* The inputs @first, @first + children, ... */
static int child(const struct run *r, struct slot *s, int64_t first)
{
    int64_t done = 0;

    exercise_stage = s->stage;
    corpus_read();
    for (int64_t i = first; r->inputs == 0 || i < r->inputs; i += r->children) {
        uint64_t seed = r->seed + (uint64_t)i;
        enum input_kind kind = kind_of(seed);

        if (r->inputs == 0 && clock_now_ns() > r->end_ns)
            break;
        s->length = input_make(kind, seed, s->bytes);
        if (try_input(s, kind, seed) == EXERCISED_WRONG)
            return CHILD_COMPLAINS;
        if (++done % LEAKS_EVERY == 0 && leaks())
            return CHILD_LEAKS;
    }
    snprintf(s->stage, sizeof(s->stage), "end");
    corpus_fini();
    return leaks() ? CHILD_LEAKS : 0;
}

/* What a file holds, by the end of its name. */
static enum input_kind kind_of_file(const char *path)
{
    const char *ending = strrchr(path, '.');

    if (ending && strcmp(ending, ".jobs") == 0)
        return INPUT_JOBS;
    return ending && strcmp(ending, ".md") == 0 ? INPUT_LESSON : INPUT_PROGRAM;
}

/* One input, from a file: something.jobs, something.md, or a program. */
static int alone(struct slot *s, const char *path, uint64_t seed)
{
    FILE *f = fopen(path, "r");

    exercise_stage = s->stage;
    if (!f) {
        fprintf(stderr, "fuzz: %s: %s\n", path, strerror(errno));
        return CHILD_CANNOT;
    }
    s->length = fread(s->bytes, 1, sizeof(s->bytes) - 1, f);
    s->bytes[s->length] = '\0';
    fclose(f);
    if (try_input(s, kind_of_file(path), seed) == EXERCISED_WRONG)
        return CHILD_COMPLAINS;
    return leaks() ? CHILD_LEAKS : 0;
}

/* ---- the parent ---------------------------------------------------------- */

static const char *ending_of(const struct slot *s)
{
    switch ((enum input_kind)atomic_load(&s->kind)) {
    case INPUT_JOBS:
        return "jobs";
    case INPUT_LESSON:
        return "md";
    default:
        return s->length > 0 && s->bytes[0] == '{' ? "json" : "tsl";
    }
}

static void write_finding(const struct run *r, const struct slot *s,
                          const char *what)
{
    uint64_t seed = atomic_load(&s->seed);
    char path[4096];
    FILE *f;

    mkdir(r->folder, 0777);
    snprintf(path, sizeof(path), "%s/finding-%llu.%s", r->folder,
             (unsigned long long)seed, ending_of(s));
    f = fopen(path, "w");
    if (f) {
        fwrite(s->bytes, 1, s->length, f);
        fclose(f);
    }
    printf("FOUND: %s, at \"%s\", input %llu\n", what, s->stage,
           (unsigned long long)seed);
    if (s->complaint[0])
        printf("%s\n", s->complaint);
    printf("It is in %s; again:\n    make fuzz INPUT=%s SEED=%llu\n", path,
           path, (unsigned long long)seed);
}

/* What @status, a dead child's, says; NULL: all is well. */
static const char *died_of(int status, char *words, size_t size)
{
    if (WIFSIGNALED(status)) {
        snprintf(words, size, "a crash (%s)", strsignal(WTERMSIG(status)));
        return words;
    }
    switch (WEXITSTATUS(status)) {
    case 0:
        return NULL;
    case CHILD_COMPLAINS:
        return "something that must hold does not";
    case CHILD_LEAKS:
        return "a leak, in this input or up to 500 before it";
    default:
        snprintf(words, size, "a crash (status %d)", WEXITSTATUS(status));
        return words;
    }
}

static bool hangs(pid_t pid, const struct slot *s)
{
    clockid_t clock;
    int64_t wall = clock_now_ns() - atomic_load(&s->wall_ns);

    if (atomic_load(&s->wall_ns) == 0 || clock_getcpuclockid(pid, &clock) != 0)
        return false;
    return wall > HANG_WALL_NS ||
           (wall > HANG_CPU_NS &&
            cpu_now_ns(clock) - atomic_load(&s->cpu_ns) > HANG_CPU_NS);
}

/* Wait for all children, or for the first finding. */
static int watch(const struct run *r, struct slot *slots, pid_t *pids)
{
    const struct timespec pause = {.tv_nsec = 50 * NS_PER_MS};
    int left = r->children, found = 0;

    while (left > 0 && !found) {
        nanosleep(&pause, NULL);
        for (int i = 0; i < r->children && !found; i++) {
            const char *what = NULL;
            char words[80];
            int status;

            if (pids[i] <= 0)
                continue;
            if (waitpid(pids[i], &status, WNOHANG) == pids[i]) {
                pids[i] = 0;
                left--;
                if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_CANNOT)
                    return 2;
                what = died_of(status, words, sizeof(words));
            } else if (hangs(pids[i], &slots[i])) {
                what = "a hang (more than 5 s)";
            }
            if (what) {
                write_finding(r, &slots[i], what);
                found = 1;
            }
        }
    }
    for (int i = 0; i < r->children; i++) {
        if (pids[i] <= 0)
            continue;
        kill(pids[i], SIGKILL);
        waitpid(pids[i], NULL, 0);
    }
    return found;
}

static int start(const struct run *r, const char *file)
{
    size_t size = sizeof(struct slot) * (size_t)r->children;
    struct slot *slots = mmap(NULL, size, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pids[CHILDREN_MOST];
    int64_t inputs[INPUT_KINDS] = {0}, ran[INPUT_KINDS] = {0};
    int rc;

    if (slots == MAP_FAILED) {
        fprintf(stderr, "fuzz: no memory\n");
        return 2;
    }
    fflush(NULL);
    for (int i = 0; i < r->children; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            rc =
                file ? alone(&slots[i], file, r->seed) : child(r, &slots[i], i);
            _exit(rc);
        }
    }
    rc = watch(r, slots, pids);
    for (int i = 0; i < r->children; i++)
        for (int k = 0; k < INPUT_KINDS; k++) {
            inputs[k] += atomic_load(&slots[i].inputs[k]);
            ran[k] += atomic_load(&slots[i].run[k]);
        }
    if (rc == 0)
        printf("%lld inputs for programs, %lld of them one; %lld for job "
               "files, %lld of them one; %lld for lessons, %lld of them one: "
               "no finding\n",
               (long long)inputs[INPUT_PROGRAM], (long long)ran[INPUT_PROGRAM],
               (long long)inputs[INPUT_JOBS], (long long)ran[INPUT_JOBS],
               (long long)inputs[INPUT_LESSON], (long long)ran[INPUT_LESSON]);
    munmap(slots, size);
    return rc;
}

int main(int argc, char **argv)
{
    struct run r = {.children = (int)sysconf(_SC_NPROCESSORS_ONLN)};
    bool is_file;
    char *end;

    if (argc < 3 || argc > 5) {
        fprintf(stderr, "fuzz FOLDER SECONDS|FILE [SEED [INPUTS]]\n");
        return 2;
    }
    r.folder = argv[1];
    r.seconds = strtoll(argv[2], &end, 10);
    is_file = *end != '\0';
    r.seed = argc > 3 && *argv[3] ? strtoull(argv[3], NULL, 10)
                                  : (uint64_t)time(NULL) * 1000000;
    r.inputs = argc > 4 ? strtoll(argv[4], NULL, 10) : 0;
    if (r.children < 1 || is_file || r.inputs == 1)
        r.children = 1;
    if (r.children > CHILDREN_MOST)
        r.children = CHILDREN_MOST;
    r.end_ns = clock_now_ns() + r.seconds * NS_PER_S;
    if (!is_file)
        printf("seed %llu, %d at a time\n", (unsigned long long)r.seed,
               r.children);
    return start(&r, is_file ? argv[2] : NULL);
}
