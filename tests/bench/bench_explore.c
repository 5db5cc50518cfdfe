/* How fast does explore() find states, and how soon has it a verdict, beside
 * SPIN on the same models?
 *
 * The models are in tests/bench/spin-models (or the folder given as the
 * argument): each as Promela, with exactly one stored state per shared access,
 * and the same as micro-steps in speed-models.json. When there is a spin on the
 * PATH its verifiers are built in a temporary folder, twice each: "full" keeps
 * every state (-o2 -DNOREDUCE and the fastest exact storage), "default" is what
 * SPIN does unless told otherwise (partial-order reduction, dead variables
 * cleared). Ours: all states with the registers kept - the very same states as
 * SPIN's full, which is checked -, with dead ones cleared, the verdict alone
 * with reduction, and all states with two threads.
 *
 * Every measurement is a process of its own, all kinds in turn, $REPEAT times
 * (5); medians are shown. Seconds are what pan calls its elapsed time (rounded
 * to 10 ms) and explore() its seconds in all; bytes per state are the process's
 * greatest resident size.
 *
 * BIG=80 instead explores Peterson's lock for 80 rounds, over 100 million
 * states with the registers kept, within 8 GB; $WORKERS threads (1). Exit
 * status 1: counts differ. */
#include "bench.h"

#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "explore/explore.h"

#define GB (INT64_C(1) << 30)
#define MEMORY (8 * GB)
#define SMALL_STATES 200000 /* fewer are over too soon to be compared */

/* As in the commands that the answers were made with: the model's file, its
 * parameters, log2 of pan's hash table. */
static const struct model {
    const char *name, *file, *parameters;
    int table;
} models[] = {
    {"counter43", "counter", "-DN=4 -DK=3", 23},
    {"counter52", "counter", "-DN=5 -DK=2", 24},
    {"peterson20", "peterson", "-DR=20", 22},
    {"filter3", "filter", "-DN=3", 20},
    {"bakery41", "bakery", "-DN=4 -DR=1", 21},
    {"phil12", "phil", "-DN=12", 22},
    {"bbuf225", "bbuf", "-DNP=2 -DNC=2 -DB=5", 24},
};
#define PETERSON 2
#define MODELS (int)(sizeof(models) / sizeof(models[0]))

enum kind {
    SPIN_FULL,
    SPIN_DEFAULT,
    OURS_KEPT,
    OURS_CLEARED,
    OURS_VERDICT,
    OURS_TWO,
    KINDS
};
static const struct ours {
    enum explore_depth depth;
    bool keep;
    int workers;
} ours[KINDS] = {
    [OURS_KEPT] = {EXPLORE_STATES, true, 1},
    [OURS_CLEARED] = {EXPLORE_STATES, false, 1},
    [OURS_VERDICT] = {EXPLORE_VERDICT, false, 1},
    [OURS_TWO] = {EXPLORE_STATES, true, 2},
};

/* One measurement; .states < 0: it failed. */
struct measured {
    int64_t states, transitions;
    double seconds;
    double bytes; /* greatest resident size */
    int judgement;
};

struct row {
    const struct model *model;
    const json_t *golden;
    struct measured last[KINDS];
    double seconds[KINDS][BENCH_MOST];
    int count;
};

static char folder[] = "/tmp/timeslice-bench-spin-XXXXXX";
static bool has_spin;

/* ---- SPIN ---------------------------------------------------------------- */

static bool run_quietly(const char *command)
{
    return system(command) == 0;
}

static bool build_one(const char *models_at, const struct model *m, bool full)
{
    char command[PATH_MAX + 1024];

    snprintf(command, sizeof(command),
             "mkdir -p %s/%s.%d && cp '%s/%s.pml' %s/%s.%d/m.pml && "
             "cd %s/%s.%d && spin -a %s %s m.pml >/dev/null && "
             "gcc -O2 -w -DSAFETY -DMEMLIM=18000 %s -o pan pan.c",
             folder, m->name, full, models_at, m->file, folder, m->name, full,
             folder, m->name, full, m->parameters, full ? "-o2" : "",
             full ? "-DNOREDUCE -DNOBOUNDCHECK -DNOCOMP" : "");
    return run_quietly(command);
}

static bool build_spin(const char *models_at)
{
    if (!run_quietly("command -v spin >/dev/null 2>&1 && "
                     "command -v gcc >/dev/null 2>&1")) {
        printf("There is no spin (or no gcc) on this machine: only ours is "
               "measured.\n");
        return false;
    }
    if (!mkdtemp(folder)) {
        perror(folder);
        exit(4);
    }
    for (int i = 0; i < MODELS; i++)
        for (int full = 0; full <= 1; full++)
            if (!build_one(models_at, &models[i], full)) {
                printf("%s cannot be built with SPIN: only ours is measured.\n",
                       models[i].name);
                return false;
            }
    return true;
}

static void remove_spin(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf %s", folder);
    if (strstr(folder, "XXXXXX") == NULL)
        run_quietly(command);
}

/* The number before @words in @line. */
static bool number_before(const char *line, const char *words, int64_t *out)
{
    const char *at = strstr(line, words);

    if (!at)
        return false;
    *out = strtoll(line, NULL, 10);
    return true;
}

static struct measured read_pan(FILE *f)
{
    struct measured m = {.states = -1};
    char line[512];

    while (fgets(line, sizeof(line), f)) {
        const char *elapsed = strstr(line, "elapsed time ");

        number_before(line, "states, stored", &m.states);
        number_before(line, "transitions (=", &m.transitions);
        if (elapsed)
            m.seconds = strtod(elapsed + strlen("elapsed time "), NULL);
    }
    return m;
}

/* ---- one process --------------------------------------------------------- */

static void exec_pan(const struct model *m, bool full)
{
    char path[128], table[16];

    snprintf(path, sizeof(path), "%s/%s.%d/pan", folder, m->name, full);
    snprintf(table, sizeof(table), "-w%d", m->table);
    execl(path, path, "-E", "-m3000000", "-n", table, (char *)NULL);
    _exit(127);
}

static void explore_here(const struct program *p, const struct ours *o, int fd)
{
    struct explore_request r = {
        .rules = {.granularity = GRANULARITY_ACCESS,
                  .buffer = TSL_BUFFER,
                  .keep_registers = o->keep},
        .depth = o->depth,
        .workers = o->workers,
        .memory = MEMORY,
    };
    struct explore_result result;
    struct err err = {0};
    struct measured m = {.states = -1};

    if (explore(p, &r, &result, &err) < 0) {
        fprintf(stderr, "%s: %s\n", p->name, err.text);
    } else {
        if (!result.exhaustive && o->depth != EXPLORE_VERDICT)
            fprintf(stderr, "%s: %s\n", p->name, text_str(&result.why_not));
        m = (struct measured){.states = result.states,
                              .transitions = result.transitions,
                              .seconds = result.seconds_in_all,
                              .judgement = result.judgement};
    }
    _exit(write(fd, &m, sizeof(m)) == sizeof(m) ? 0 : 1);
}

static struct measured measure(const struct model *m, const struct program *p,
                               enum kind kind)
{
    struct measured got = {.states = -1};
    struct rusage use = {0};
    int fds[2];
    pid_t pid;
    FILE *f;

    fflush(NULL);
    if (pipe(fds) < 0 || (pid = fork()) < 0) {
        perror("bench_explore");
        exit(4);
    }
    if (pid == 0) {
        close(fds[0]);
        if (kind >= OURS_KEPT)
            explore_here(p, &ours[kind], fds[1]);
        dup2(fds[1], STDOUT_FILENO);
        exec_pan(m, kind == SPIN_FULL);
    }
    close(fds[1]);
    f = fdopen(fds[0], "r");
    if (!f)
        exit(4);
    if (kind < OURS_KEPT)
        got = read_pan(f);
    else if (fread(&got, sizeof(got), 1, f) != 1)
        got.states = -1;
    fclose(f);
    wait4(pid, NULL, 0, &use);
    got.bytes = (double)use.ru_maxrss * 1024;
    return got;
}

/* ---- tables -------------------------------------------------------------- */

static double median(struct row *r, enum kind k)
{
    double copy[BENCH_MOST];

    memcpy(copy, r->seconds[k], sizeof(copy));
    return bench_median(copy, r->count);
}

static double rate(struct row *r, enum kind k)
{
    double seconds = median(r, k);

    /* pan's clock knows no less than 10 ms. */
    return (double)r->last[k].states / (seconds < 0.01 ? 0.01 : seconds);
}

static void tell_states(struct row *rows)
{
    double product = 1;
    int compared = 0;

    printf("\nAll states, one thread, registers kept\n%-11s %10s %7s %9s %7s "
           "%9s %6s\n",
           "", "states", "SPIN s", "M/s", "ours s", "M/s", "ratio");
    for (int i = 0; i < MODELS; i++) {
        struct row *r = &rows[i];
        double ratio = has_spin ? rate(r, OURS_KEPT) / rate(r, SPIN_FULL) : 0;

        printf("%-11s %10lld ", r->model->name,
               (long long)r->last[OURS_KEPT].states);
        if (has_spin)
            printf("%7.2f %9.2f ", median(r, SPIN_FULL),
                   rate(r, SPIN_FULL) / 1e6);
        else
            printf("%7s %9s ", "-", "-");
        printf("%7.2f %9.2f ", median(r, OURS_KEPT), rate(r, OURS_KEPT) / 1e6);
        if (!has_spin) {
            printf("%6s\n", "-");
        } else if (r->last[OURS_KEPT].states < SMALL_STATES) {
            printf("%6s  too few to compare\n", "-");
        } else {
            printf("%6.2f\n", ratio);
            product *= ratio;
            compared++;
        }
    }
    if (compared > 0)
        printf("geometric mean %47.2f   (wanted: each >= 1, mean >= 3.5)\n",
               pow(product, 1.0 / compared));
}

static void tell_verdicts(struct row *rows)
{
    printf("\nThe verdict, and other ways\n%-11s %10s %7s %10s %7s %10s %7s "
           "%7s %6s\n",
           "", "SPIN", "default", "verdict", "s", "cleared", "s", "two s",
           "faster");
    for (int i = 0; i < MODELS; i++) {
        struct row *r = &rows[i];

        printf("%-11s ", r->model->name);
        if (has_spin)
            printf("%10lld %7.2f ", (long long)r->last[SPIN_DEFAULT].states,
                   median(r, SPIN_DEFAULT));
        else
            printf("%10s %7s ", "-", "-");
        printf("%10lld %7.3f %10lld %7.3f %7.3f %6.2f  %s\n",
               (long long)r->last[OURS_VERDICT].states, median(r, OURS_VERDICT),
               (long long)r->last[OURS_CLEARED].states, median(r, OURS_CLEARED),
               median(r, OURS_TWO), median(r, OURS_KEPT) / median(r, OURS_TWO),
               judgement_names[r->last[OURS_VERDICT].judgement]);
    }
    printf("(wanted: verdict no later than SPIN's default, two threads >= 1.7 "
           "times faster)\n");
}

static void tell_memory(struct row *rows)
{
    printf("\nBytes per state, all of the process\n%-11s %10s %10s\n", "",
           "SPIN full", "ours");
    for (int i = 0; i < MODELS; i++) {
        const struct measured *spin = &rows[i].last[SPIN_FULL];
        const struct measured *mine = &rows[i].last[OURS_KEPT];

        printf("%-11s ", rows[i].model->name);
        if (has_spin)
            printf("%10.1f ", spin->bytes / (double)spin->states);
        else
            printf("%10s ", "-");
        printf("%10.1f\n", mine->bytes / (double)mine->states);
    }
}

/* The same states? */
static int check_counts(const struct row *rows)
{
    int wrong = 0;

    for (int i = 0; i < MODELS; i++) {
        const struct row *r = &rows[i];
        int64_t states =
            json_integer_value(json_object_get(r->golden, "states"));
        int64_t transitions =
            json_integer_value(json_object_get(r->golden, "transitions"));
        int64_t others[] = {r->last[OURS_TWO].states,
                            has_spin ? r->last[SPIN_FULL].states : states};

        if (r->last[OURS_KEPT].states == states && others[0] == states &&
            others[1] == states &&
            r->last[OURS_KEPT].transitions == transitions)
            continue;
        wrong++;
        printf("%s: %lld states and %lld transitions, with two threads %lld, "
               "SPIN %lld; right are %lld and %lld\n",
               r->model->name, (long long)r->last[OURS_KEPT].states,
               (long long)r->last[OURS_KEPT].transitions, (long long)others[0],
               (long long)others[1], (long long)states, (long long)transitions);
    }
    return wrong;
}

/* ---- all models ---------------------------------------------------------- */

static struct program *program_of(const char *name, const json_t *json)
{
    struct program *p = NULL;
    struct err err = {0};

    if (program_from_json(name, json, &p, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        exit(4);
    }
    return p;
}

static json_t *read_models(const char *models_at)
{
    char path[PATH_MAX];
    json_t *file;

    snprintf(path, sizeof(path), "%s/speed-models.json", models_at);
    file = json_load_file(path, 0, NULL);
    if (!json_is_array(file)) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(4);
    }
    return file;
}

static int compare_all(const char *models_at, int repeat)
{
    static struct row rows[MODELS];
    json_t *file = read_models(models_at);
    int wrong;

    has_spin = build_spin(models_at);
    for (int n = 0; n < repeat; n++) {
        for (int i = 0; i < MODELS; i++) {
            struct row *r = &rows[i];
            const json_t *m = json_array_get(file, (size_t)i);
            struct program *p =
                program_of(models[i].name, json_object_get(m, "program"));

            r->model = &models[i];
            r->golden = m;
            r->count = n + 1;
            for (int k = has_spin ? 0 : OURS_KEPT; k < KINDS; k++) {
                r->last[k] = measure(&models[i], p, (enum kind)k);
                r->seconds[k][n] = r->last[k].seconds;
            }
            program_free(p);
        }
    }
    remove_spin();
    tell_states(rows);
    tell_verdicts(rows);
    tell_memory(rows);
    wrong = check_counts(rows);
    json_decref(file);
    return wrong ? 1 : 0;
}

/* ---- a great many states ------------------------------------------------- */

/* Peterson's lock for @rounds rounds instead of 20. */
static void set_rounds(json_t *json, int rounds)
{
    const char *key;
    json_t *part;
    size_t i;

    json_object_foreach(json, key, part)
    {
        set_rounds(part, rounds);
    }
    json_array_foreach(json, i, part)
    {
        if (json_is_integer(part) && json_integer_value(part) == 20)
            json_integer_set(part, rounds);
        set_rounds(part, rounds);
    }
}

static int explore_big(const char *models_at, int rounds)
{
    const char *set = getenv("WORKERS");
    const struct ours o = {EXPLORE_STATES, true, set ? atoi(set) : 1};
    json_t *file = read_models(models_at);
    json_t *json = json_object_get(json_array_get(file, PETERSON), "program");
    struct measured m = {.states = -1};
    struct program *p;
    struct rusage use;
    int fds[2];
    pid_t pid;

    set_rounds(json, rounds);
    p = program_of("peterson", json);
    fflush(NULL);
    if (pipe(fds) < 0 || (pid = fork()) < 0)
        return 4;
    if (pid == 0)
        explore_here(p, &o, fds[1]);
    if (read(fds[0], &m, sizeof(m)) != sizeof(m))
        m.states = -1;
    wait4(pid, NULL, 0, &use);
    m.bytes = (double)use.ru_maxrss * 1024;
    printf("peterson, %d rounds, %d threads: %lld states, %lld transitions, "
           "%.1f s, %.2f M states/s, %.2f GB, %.1f bytes per state\n",
           rounds, o.workers, (long long)m.states, (long long)m.transitions,
           m.seconds, (double)m.states / m.seconds / 1e6, m.bytes / 1e9,
           m.bytes / (double)m.states);
    program_free(p);
    json_decref(file);
    return m.states > 0 ? 0 : 4;
}

int main(int argc, char **argv)
{
    const char *times = getenv("REPEAT"), *big = getenv("BIG");
    const char *models_at = argc > 1 ? argv[1] : "tests/bench/spin-models";
    int repeat = times ? atoi(times) : 5;

    printf("Others keep %.0f %% of the machine busy.\n",
           100 * bench_foreign_share());
    if (big && *big)
        return explore_big(models_at, atoi(big));
    if (repeat < 1 || repeat > BENCH_MOST)
        repeat = 5;
    return compare_all(models_at, repeat);
}
