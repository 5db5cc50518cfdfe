/* Litmus tests run for real: how many executions a second, which outcomes come
 * and whether the explorer has them all, and how soon the outcome of store
 * buffering comes that needs store buffers. Ends with 1 when something was seen
 * that the explorer calls impossible.
 *
 *   bench_real [EXECUTIONS [FILE...]]
 *
 * 100 million executions, shared among the cases named litmus_* of the files
 * (tests/golden/races.json and tests/golden/real.json). */
#include <jansson.h>

#include "bench.h"
#include "real/against.h"

#define EXECUTIONS INT64_C(100000000)
#define TESTS_MOST 64
#define FOREIGN_MUCH 0.1

static struct program *programs[TESTS_MOST];
static int program_count;
static bool wrong;

static void take_cases(const char *path)
{
    json_t *file = json_load_file(path, 0, NULL), *c;
    struct err err = {0};
    size_t i;

    if (!file) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(4);
    }
    json_array_foreach(json_object_get(file, "cases"), i, c)
    {
        const char *id = json_string_value(json_object_get(c, "id"));

        if (!id || strncmp(id, "litmus_", 7) != 0 ||
            program_count == TESTS_MOST)
            continue;
        if (program_from_json(id, json_object_get(c, "program"),
                              &programs[program_count], &err) < 0) {
            fprintf(stderr, "%s\n", err.text);
            exit(4);
        }
        program_count++;
    }
    json_decref(file);
}

static void explore_it(const struct program *p, bool tso,
                       struct explore_result *out)
{
    struct explore_request request = {.rules = real_rules(),
                                      .depth = EXPLORE_STATES};
    struct err err = {0};

    request.rules.tso = tso;
    if (explore(p, &request, out, &err) < 0) {
        fprintf(stderr, "%s: %s\n", p->name, err.text);
        exit(4);
    }
}

/* What a row says of outcomes that need store buffers. */
static void tell_buffers(const struct real_against *a, char *out, size_t size)
{
    int possible = 0, seen = 0;
    int64_t first = INT64_MAX, times = 0;
    char when[32];

    for (int i = 0; i < a->count; i++) {
        const struct real_row *row = &a->rows[i];

        if (!row->buffers || !row->possible)
            continue;
        possible++;
        if (!row->seen)
            continue;
        seen++;
        times += row->seen->times;
        if (row->seen->first_ns < first)
            first = row->seen->first_ns;
    }
    if (possible == 0)
        snprintf(out, size, "none");
    else if (seen == 0)
        snprintf(out, size, "%d, not seen", possible);
    else
        snprintf(out, size, "%d of %d, %lld times, first after %s", seen,
                 possible, (long long)times,
                 text_duration(when, sizeof(when), first));
}

static void bench_one(const struct program *p, int64_t executions,
                      struct real_result *sum)
{
    const struct real_request how = {.executions = executions, .seed = 1};
    struct explore_result tso = {0}, sc = {0};
    struct real_against against;
    struct real_result seen;
    struct err err = {0};
    char buffers[96];

    if (real_run(p, &how, &seen, &err) < 0) {
        fprintf(stderr, "%s: %s\n", p->name, err.text);
        exit(4);
    }
    explore_it(p, true, &tso);
    explore_it(p, false, &sc);
    if (real_hold_against(p, &seen, &tso, &sc, &against) < 0)
        exit(4);
    tell_buffers(&against, buffers, sizeof(buffers));
    printf("%-20s %7d %9.2f %4d of %-3d %s%s\n", p->name, p->thread_count,
           (double)seen.executions / seen.seconds / 1e6,
           against.seen - against.strange, against.possible, buffers,
           against.answer == REAL_AGREES ? ""
                                         : "  SEEN, AND CALLED IMPOSSIBLE");
    wrong |= against.answer == REAL_CONTRADICTS;
    sum->executions += seen.executions;
    sum->seconds += seen.seconds;
    sum->cpus = seen.cpus;
    real_against_fini(&against);
    explore_fini(&sc);
    explore_fini(&tso);
    real_fini(&seen);
}

int main(int argc, char **argv)
{
    int64_t executions = argc > 1 ? atoll(argv[1]) : EXECUTIONS;
    double foreign = bench_foreign_share();
    struct real_result sum = {0};

    if (argc > 2) {
        for (int i = 2; i < argc; i++)
            take_cases(argv[i]);
    } else {
        take_cases("tests/golden/races.json");
        take_cases("tests/golden/real.json");
    }
    if (program_count == 0 || executions < program_count)
        return 4;
    printf("other programs keep %.0f %% of the machine busy%s\n\n",
           100 * foreign,
           foreign > FOREIGN_MUCH ? ": the speeds mean little" : "");
    printf("%-20s %7s %9s %11s outcomes that need store buffers\n", "",
           "threads", "M/s", "seen");
    for (int i = 0; i < program_count; i++) {
        bench_one(programs[i], executions / program_count, &sum);
        program_free(programs[i]);
    }
    printf("\n%.1f million executions in %.1f s on %d processors; %s\n",
           (double)sum.executions / 1e6, sum.seconds, sum.cpus,
           wrong ? "THE EXPLORER AND THE MACHINE DISAGREE"
                 : "nothing that the explorer calls impossible");
    return wrong;
}
