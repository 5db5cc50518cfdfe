/* Homework for "timeslice check": hand-written cases of the simulators come
 * out; a wrong number is named, and whatever else is wrong with such a file is
 * said in one sentence, with what would be right. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "check/check.h"
#include "cli/cli.h"
#include "lib/program.h"
#include "lib/rows.h"
#include "lib/scratch.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static struct program_result result;

/* One good case each, short, so that one thing at a time can be wrong. */
static const struct {
    const char *simulator, *text;
} good[] = {
    {"scheduler", "{'id': 'a', 'input': {'policy': 'RR', 'burst_times': [3, "
                  "1.5], 'quantum': 2}, 'expected': {'slices': [{'start': 0, "
                  "'job': 0, 'length': 2, 'finishes': false}, {'start': 2, "
                  "'job': 1}, {'start': 3.5}], 'per_job': [{'job': 1, 'wait': "
                  "2}], 'average': {'turnaround': 4}}}"},
    {"lottery",
     "{'id': 'a', 'input': {'quantum': 2, 'jobs': [{'run_time': 4, 'tickets': "
     "3}, {'run_time': 2, 'tickets': 1}], 'draws': [7, 2, 0, 9]}, 'expected': "
     "{'rounds': [{'job': 1}, {'tickets_in_play': 3}, {'winning_ticket': 0}], "
     "'completion_time': [6, 2]}}"},
    {"mlfq",
     "{'id': 'a', 'input': {'queues': [{'quantum': 2}, {'quantum': 4, "
     "'allotment': 1}], 'io_duration': 3, 'jobs': [{'run_time': 4}, "
     "{'arrival': 1, 'run_time': 2, 'io_every': 1}]}, 'expected': "
     "{'running_job': [0, 0, 1, 0, 0, null, 1], 'events': [[0, 'arrive', 0], "
     "[1, 'arrive', 1], [3, 'io_start', 1], [5, 'finish', 0], [6, 'io_done', "
     "1], [7, 'finish', 1]], 'average': {'response': 0.5}}}"},
    {"multi",
     "{'id': 'a', 'input': {'cpus': 2, 'quantum': 2, 'jobs': [{'name': 'x', "
     "'run_time': 3}, {'name': 'y', 'run_time': 2, 'allowed_cpus': [0]}, "
     "{'name': 'z', 'run_time': 1}]}, 'expected': {'finish_time': 4, "
     "'job_finish_time': {'z': 1}, 'schedule': [['x', 'x', 'y', 'y'], ['z', "
     "null, 'x', null]], 'time_left_after_tick': [[2, 1, 1, 0], [0, null, 0, "
     "null]], 'cpu_busy_percent': [100, 50], 'warm_set_changes': []}}"},
    {"process_run",
     "{'id': 'a', 'input': {'programs': ['c1,i', 'c4'], 'io_length': 2}, "
     "'expected': {'states': ['CIbbrrD', 'rrCCCC.'], 'total_ticks': 7, "
     "'io_completion_ticks': [5]}}"},
};

/* In good[].text the member at .member ("input.jobs[0].tickets") is replaced by
 * .value, or taken out when that is NULL; "*1001" is a list of so many copies
 * of its first element. Then .says is the one thing said of .what; NULL:
 * nothing is. */
static const struct change_case {
    const char *name, *simulator, *member, *value, *what, *says;
    bool ostep;
} changes[] = {
    {"scheduler: good", "scheduler", "note", "'good'", NULL, NULL, false},
    {"scheduler: good in the book", "scheduler", "note", "''", NULL, NULL,
     true},
    {"lottery: good", "lottery", "note", "''", NULL, NULL, false},
    {"mlfq: good", "mlfq", "note", "''", NULL, NULL, false},
    {"mlfq: good in the book", "mlfq", "note", "''", NULL, NULL, true},
    {"multi: good", "multi", "note", "''", NULL, NULL, false},
    {"multi: good in the book", "multi", "note", "''", NULL, NULL, true},
    {"process_run: good", "process_run", "note", "''", NULL, NULL, false},
    {"process_run: good in the book", "process_run", "note", "''", NULL, NULL,
     true},

    /* A wrong number. */
    {"a start", "scheduler", "expected.slices[2].start", "3", "slices[2].start",
     "3.5", false},
    {"a rounded average", "scheduler", "expected.average.response", "1.004",
     NULL, NULL, false},
    {"an average too far", "scheduler", "expected.average.response", "1.006",
     "average.response", "1.0", false},
    {"a winner", "lottery", "expected.rounds[0].job", "0", "rounds[0].job", "1",
     false},
    {"a tick", "mlfq", "expected.running_job[5]", "1", "running_job[5]", "null",
     false},
    {"an event", "mlfq", "expected.events[2][1]", "'io_done'", "events[2][1]",
     "\"io_start\"", false},
    {"a letter", "process_run", "expected.states[0]", "'CIbbrDr'",
     "states[0], tick 6,", "r", false},
    {"a letter too few", "process_run", "expected.states[0]", "'CIbbrr'",
     "states[0], tick 7,", "D", false},
    {"a letter too many", "process_run", "expected.states[0]", "'CIbbrrD.'",
     "states[0], tick 8,", "nothing", false},
    {"a job's end", "multi", "expected.job_finish_time.x", "4",
     "job_finish_time.x", "3", false},

    /* Wrong in another way. */
    {"a slice too few", "scheduler", "expected.slices", "[{}, {}]", "slices",
     "slices has 2 elements in the file, 3 recomputed", false},
    {"a slice too many", "scheduler", "expected.slices", "[{}, {}, {}, {}]",
     "slices", "slices has 4 elements in the file, 3 recomputed", false},
    {"slices that are none", "scheduler", "expected.slices", "7", "slices",
     "[{\"start\":0,\"job\":0,\"length\":2,\"finishes\":false},"
     "{\"start\":2,\"job\":1,\"length\":1.5,\"finishes\":true},"
     "{\"start\":3.5,\"job\":0,\"length\":1,\"finishes\":true}]",
     false},
    {"a member misspelt", "scheduler", "expected.average.turnarund", "4",
     "average.turnarund",
     "\"turnarund\" is nothing that is known here; did you mean "
     "\"turnaround\"?",
     false},
    {"a part misspelt", "mlfq", "expected.event", "[]", "event",
     "\"event\" is nothing that is known here; did you mean \"events\"?",
     false},
    {"a job twice", "scheduler", "expected.per_job", "[{'job': 1}, {'job': 1}]",
     "per_job[1]", "per_job[1] is job 1 once more", false},
    {"a job of nobody", "scheduler", "expected.per_job", "[{'job': 2}]",
     "per_job[0]", "per_job[0] should have \"job\", a number from 0 to 1",
     false},
    {"a job that is none", "scheduler", "expected.per_job", "[null]",
     "per_job[0]", "per_job[0] should have \"job\", a number from 0 to 1",
     false},
    {"a job unknown", "multi", "expected.job_finish_time.w", "4",
     "job_finish_time.w", "\"w\" is nothing that is known here", false},
    {"nothing is asked", "scheduler", "expected", "{}", "expected",
     "the case should have \"expected\", an object with what should come out",
     false},
    {"no input", "mlfq", "input", NULL, "input",
     "the case should have \"input\", an object with the jobs and the machine",
     false},
    {"rules that are no list", "mlfq", "relies_on", "'M1'", "relies_on",
     "\"relies_on\" should be a list of rules, such as [\"M1\"]", false},
    {"a rule unknown", "mlfq", "relies_on", "['M9']", "relies_on",
     "\"relies_on\" names \"M9\", which is no rule; \"timeslice list rules\" "
     "has them",
     false},
    {"a member of the case", "mlfq", "relys_on", "[]", "relys_on",
     "\"relys_on\" is nothing that is known here; did you mean \"relies_on\"?",
     false},

    /* Input: scheduler. */
    {"a policy unknown", "scheduler", "input.policy", "'STCF'", "policy",
     "\"policy\" should be \"FIFO\", \"SJF\" or \"RR\", not \"STCF\"", false},
    {"no policy", "scheduler", "input.policy", NULL, "policy",
     "\"policy\" is missing: it should be \"FIFO\", \"SJF\" or \"RR\"", false},
    {"no quantum", "scheduler", "input.quantum", NULL, "quantum",
     "\"quantum\" is missing: it should be a whole number from 1 to 1000000",
     false},
    {"a quantum of nought", "scheduler", "input.quantum", "0", "quantum",
     "\"quantum\" should be a whole number from 1 to 1000000, not 0", false},
    {"half a quantum", "scheduler", "input.quantum", "0.5", "quantum",
     "\"quantum\" should be a whole number from 1 to 1000000, not 0.5", false},
    {"a time below nought", "scheduler", "input.burst_times[1]", "-1",
     "burst_times[1]",
     "\"burst_times[1]\" should be a run time in ticks, above 0 and up to "
     "1000000",
     false},
    {"a time of nought", "scheduler", "input.burst_times[1]", "0",
     "burst_times[1]",
     "\"burst_times[1]\" should be a run time in ticks, above 0 and up to "
     "1000000",
     false},
    {"a time of seven decimals", "scheduler", "input.burst_times[1]",
     "1.2345678", "burst_times[1]",
     "\"burst_times[1]\" should have at most six decimals", false},
    {"a time that is a word", "scheduler", "input.burst_times[0]", "'three'",
     "burst_times[0]",
     "\"burst_times[0]\" should be a run time in ticks, above 0 and up to "
     "1000000",
     false},
    {"a time beyond all bounds", "scheduler", "input.burst_times[0]", "1e300",
     "burst_times[0]",
     "\"burst_times[0]\" should be a run time in ticks, above 0 and up to "
     "1000000",
     false},
    {"no jobs", "scheduler", "input.burst_times", "[]", "burst_times",
     "\"burst_times\" should be a list of 1 to 1000, not of 0", false},
    {"too many jobs", "scheduler", "input.burst_times", "*1001", "burst_times",
     "\"burst_times\" should be a list of 1 to 1000, not of 1001", false},
    {"jobs that are no list", "scheduler", "input.burst_times", "{}",
     "burst_times", "\"burst_times\" should be a list of 1 to 1000, not {}",
     false},
    {"too many slices", "scheduler", "input",
     "{'policy': 'RR', 'quantum': 1, 'burst_times': [1000000]}", "quantum",
     "these jobs take 1000000 slices; up to 100000 are recomputed", false},
    {"an arrival", "scheduler", "input.arrivals", "[0, 1]", "input.arrivals",
     "\"arrivals\" is nothing that is known here", false},

    /* lottery */
    {"tickets below nought", "lottery", "input.jobs[1].tickets", "-1",
     "jobs[1].tickets",
     "\"jobs[1].tickets\" should be a whole number from 1 to 1000000, not -1",
     false},
    {"no run time", "lottery", "input.jobs[0].run_time", NULL,
     "jobs[0].run_time",
     "\"jobs[0].run_time\" is missing: it should be a whole number from 1 to "
     "1000000",
     false},
    {"a job that is a number", "lottery", "input.jobs[0]", "7",
     "jobs[0].run_time",
     "\"jobs[0].run_time\" is missing: it should be a whole number from 1 to "
     "1000000",
     false},
    {"too few draws", "lottery", "input.draws", "[7, 2]", "draws",
     "these jobs take 3 rounds, and \"draws\" has 2 numbers", false},
    {"a draw below nought", "lottery", "input.draws[1]", "-2", "draws",
     "\"draws[1]\" should be a whole number from 0 to 2^53", false},
    {"a draw of 30 digits", "lottery", "input.draws[0]",
     "100000000000000000000000000000", "draws",
     "\"draws[0]\" should be a whole number from 0 to 2^53", false},
    {"no draws", "lottery", "input.draws", NULL, "draws",
     "\"draws\" is missing: it should be a list of 1 to 100000", false},
    {"no tickets", "lottery", "input.jobs[0].tickets", "0", "jobs[0].tickets",
     "\"jobs[0].tickets\" should be a whole number from 1 to 1000000, not 0",
     false},
    {"too many rounds", "lottery", "input.jobs[0].run_time", "1000000",
     "quantum",
     "these 2 jobs take 500001 rounds, which is more than is recomputed",
     false},

    /* mlfq */
    {"no queues", "mlfq", "input.queues", "[]", "queues",
     "\"queues\" should be a list of 1 to 16, not of 0", false},
    {"too many queues", "mlfq", "input.queues", "*17", "queues",
     "\"queues\" should be a list of 1 to 16, not of 17", false},
    {"an endless slice", "mlfq", "input.queues[1].quantum", "0",
     "queues[1].quantum",
     "\"queues[1].quantum\" should be a whole number from 1 to 1000000, not 0",
     false},
    {"an allotment of nought", "mlfq", "input.queues[1].allotment", "0",
     "queues[1].allotment",
     "\"queues[1].allotment\" should be a whole number from 1 to 1000000, not "
     "0",
     false},
    {"a device without a time", "mlfq", "input.io_duration", NULL,
     "io_duration",
     "\"io_duration\" is missing: it should be a whole number from 1 to "
     "1000000",
     false},
    {"yes is no word", "mlfq", "input.stay_on_io", "'yes'", "stay_on_io",
     "\"stay_on_io\" should be true or false, not \"yes\"", false},
    {"an arrival below nought", "mlfq", "input.jobs[1].arrival", "-1",
     "jobs[1].arrival",
     "\"jobs[1].arrival\" should be a whole number from 0 to 1000000, not -1",
     false},
    {"too long", "mlfq", "input.jobs[1].arrival", "1000000", "input",
     "the case takes more than 100000 ticks, which is more than is recomputed",
     false},

    /* multi */
    {"no CPU", "multi", "input.cpus", "0", "cpus",
     "\"cpus\" should be a whole number from 1 to 64, not 0", false},
    {"too many CPUs", "multi", "input.cpus", "65", "cpus",
     "\"cpus\" should be a whole number from 1 to 64, not 65", false},
    {"a layout", "multi", "input.queue_layout", "'percpu'", "queue_layout",
     "\"queue_layout\" should be \"central\" or \"per_cpu\", not \"percpu\"",
     false},
    {"no name", "multi", "input.jobs[0].name", NULL, "name",
     "\"jobs[0]\" should have a \"name\" of 1 to 23 bytes", false},
    {"a name twice", "multi", "input.jobs[1].name", "'x'", "name",
     "jobs 0 and 1 are both called \"x\": names should differ", false},
    {"a CPU that is not there", "multi", "input.jobs[1].allowed_cpus", "[2]",
     "allowed_cpus",
     "\"jobs[1].allowed_cpus\" should be numbers of CPUs from 0 to 1, or null "
     "for any",
     false},
    {"allowed nowhere", "multi", "input.jobs[1].allowed_cpus", "[]",
     "jobs[1].allowed_cpus",
     "\"jobs[1].allowed_cpus\" should be a list of 1 to 64, not of 0", false},
    {"warm, but when?", "multi", "input.warm_rate", "2", "warmup_ticks",
     "\"warmup_ticks\" is missing: it should be a whole number from 0 to "
     "1000000",
     false},
    {"a victim that is not there", "multi", "input.steal_victims", "[2]",
     "steal_victims",
     "\"steal_victims[0]\" should be the number of a CPU from 0 to 1", false},
    {"no victims", "multi", "input.steal_victims", "[]", NULL, NULL, true},
    {"too few victims", "multi", "input",
     "{'cpus': 3, 'quantum': 5, 'queue_layout': 'per_cpu', 'steal_interval': "
     "2, 'steal_victims': [1, 0, 1], 'jobs': [{'name': 'x', 'run_time': 9}, "
     "{'name': 'y', 'run_time': 9}]}",
     "steal_victims",
     "CPUs look 12 times for work to steal, and \"steal_victims\" tells for 3 "
     "where",
     true},
    {"too long on many CPUs", "multi", "input.jobs[0].run_time", "1000000",
     "input",
     "the case takes more than 50000 ticks, which is more than is recomputed",
     false},
    {"half a tick", "multi", "input",
     "{'cpus': 1, 'quantum': 9, 'warm_rate': 2, 'warmup_ticks': 1, "
     "'cache_size': 1, 'jobs': [{'name': 'x', 'run_time': 4}, {'name': 'y', "
     "'run_time': 2}]}",
     "warm_rate",
     "at 2.5 ticks a job that is warm ends between two ticks, and tick by tick "
     "nothing can be said then; --rules ostep lets it keep its CPU to the end "
     "of the tick",
     false},
    /* The book's own program hangs here. */
    {"stolen to where it may not run", "multi", "input",
     "{'cpus': 2, 'quantum': 10, 'queue_layout': 'per_cpu', 'steal_interval': "
     "5, 'jobs': [{'name': 'a', 'run_time': 5, 'working_set': 10}, {'name': "
     "'b', 'run_time': 30, 'working_set': 10, 'allowed_cpus': [1]}, {'name': "
     "'c', 'run_time': 40, 'working_set': 10}, {'name': 'd', 'run_time': 30, "
     "'working_set': 0, 'allowed_cpus': [1]}]}",
     "input",
     "from tick 50 on nothing happens any more, and not all jobs have ended",
     true},

    /* process_run */
    {"no programs", "process_run", "input.programs", NULL, "programs",
     "\"programs\" is missing: it should be a list of 1 to 1000", false},
    {"a program that is none", "process_run", "input.programs[0]", "'c1,j'",
     "programs",
     "\"programs[0]\" should be instructions with commas between, such as "
     "\"c5,i,c1\" (computing for 5 ticks, a device, computing for 1), of at "
     "most 100000 ticks with those before it",
     false},
    {"a program that is a number", "process_run", "input.programs[1]", "3",
     "programs",
     "\"programs[1]\" should be instructions with commas between, such as "
     "\"c5,i,c1\" (computing for 5 ticks, a device, computing for 1), of at "
     "most 100000 ticks with those before it",
     false},
    {"programs too long together", "process_run", "input.programs",
     "['c60000', 'c60000']", "programs",
     "\"programs[1]\" should be instructions with commas between, such as "
     "\"c5,i,c1\" (computing for 5 ticks, a device, computing for 1), of at "
     "most 100000 ticks with those before it",
     false},
    {"a device for ever", "process_run", "input.io_length", "1000000", "input",
     "the case takes more than 100000 ticks, which is more than is recomputed",
     false},
    {"a device at once", "process_run", "input.io_length", "0", "io_length",
     "\"io_length\" should be a whole number from 1 to 1000000, not 0", false},
    {"a switch unknown", "process_run", "input.switch", "'never'", "switch",
     "\"switch\" should be \"on_io\" or \"on_end\", not \"never\"", false},
    {"many programs, long", "process_run", "input",
     "{'programs': ['c9999', 'c9999', 'c9999', 'c9999', 'c9999', 'c9999', "
     "'c9999', 'c9999', 'c9999', 'c9999', 'i', 'i'], 'io_length': 1}",
     "input",
     "the case takes more than 83333 ticks, which is more than is recomputed",
     false},
};

/* ---- making files -------------------------------------------------------- */

/* JSON with ' for ", so that it can be read here. */
static json_t *quoted(const char *text)
{
    char *copy = strdup(text);
    json_t *value;

    assert_non_null(copy);
    for (char *at = copy; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
    value = json_loads(copy, JSON_DECODE_ANY, NULL);
    if (!value && strspn(copy, "0123456789") == strlen(copy))
        value = json_string(copy); /* so large_loadf() reads such a number */
    if (!value)
        fail_msg("%s is no JSON", copy);
    free(copy);
    return value;
}

static json_t *copies(const json_t *list, size_t count)
{
    json_t *out = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append(out, json_array_get(list, 0));
    return out;
}

/* Replace the member of @from at @member, or take it out. */
static void change(json_t *from, const char *member, const char *value)
{
    const char *rest = member;

    while (true) {
        size_t length = strcspn(rest, ".["), i = 0;
        json_t *old;
        bool indexed = false;
        char key[64];

        if (*rest == '[') {
            i = strtoul(rest + 1, NULL, 10);
            rest = strchr(rest, ']') + 1;
            indexed = true;
            old = json_array_get(from, i);
        } else {
            snprintf(key, sizeof(key), "%.*s", (int)length, rest);
            rest += length;
            old = json_object_get(from, key);
        }
        if (*rest == '\0') {
            json_t *new = NULL;

            if (value)
                new = *value == '*' ? copies(old, strtoul(value + 1, NULL, 10))
                                    : quoted(value);
            if (indexed)
                json_array_set_new(from, i, new);
            else if (new)
                json_object_set_new(from, key, new);
            else
                json_object_del(from, key);
            return;
        }
        from = old;
        assert_non_null(from);
        rest += *rest == '.';
    }
}

static const struct check_format *format_of(const char *simulator)
{
    for (int i = 0; check_formats[i]; i++)
        if (strcmp(check_formats[i]->name, simulator) == 0)
            return check_formats[i];
    fail_msg("there is no simulator %s", simulator);
    return NULL;
}

static json_t *good_case(const char *simulator)
{
    for (size_t i = 0; i < COUNT(good); i++)
        if (strcmp(good[i].simulator, simulator) == 0)
            return quoted(good[i].text);
    fail_msg("there is no good case of %s", simulator);
    return NULL;
}

/* ---- the rows ------------------------------------------------------------ */

static void is_judged(void **state)
{
    const struct change_case *row = *state;
    const struct check_format *format = format_of(row->simulator);
    json_t *c = good_case(row->simulator), *root;
    struct check_report r = {.format = format, .ostep = row->ostep};
    const struct check_difference *d;

    change(c, row->member, row->value);
    root = json_pack("{s:s, s:[o]}", "simulator", row->simulator, "cases", c);
    assert_non_null(root);
    format->recompute(root, &r);
    json_decref(root);
    assert_false(r.failed_alloc);
    d = r.differences;
    if (r.difference_count != (row->what ? 1 : 0))
        fail_msg("%d differences; the last is %s: %s, %s", r.difference_count,
                 r.difference_count ? d[r.difference_count - 1].what : "",
                 r.difference_count ? d[r.difference_count - 1].file : "",
                 r.difference_count ? d[r.difference_count - 1].computed : "");
    if (row->what) {
        assert_string_equal(d->computed, row->says);
        assert_string_equal(d->what, row->what);
    }
    check_fini(&r);
}

/* ---- ours and the book's by hand ------------------------------------------
 */

/* What no golden case shows: a case and what comes out of it. */
static const struct both_case {
    const char *name, *simulator, *input, *own, *ostep;
} both[] = {
    /* At tick 4 program 1 takes the CPU from 0; at 5 it has ended. */
    {"P1: who is next", "process_run",
     "{'programs': ['i,i', 'i', 'c1'], 'io_length': 1, 'after_io': "
     "'immediate'}",
     "{'states': ['IbDrIbD', 'rIbD...', 'rrrrrC.']}",
     "{'states': ['IbDrrIbD', 'rIbD....', 'rrrrC...']}"},
    {"at once, past the head of the queue", "process_run",
     "{'programs': ['c1,i', 'c9', 'c9'], 'io_length': 2, 'after_io': "
     "'immediate'}",
     "{'states': ['CIbbD................', 'rrCCrCCCCCCC.........', "
     "'rrrrrrrrrrrrCCCCCCCCC']}",
     "{'states': ['CIbbD................', 'rrCCrCCCCCCC.........', "
     "'rrrrrrrrrrrrCCCCCCCCC']}"},
    {"P3: nothing to do", "process_run", "{'programs': ['c0', 'c1', 'c0']}",
     "{'states': ['.', 'C', '.'], 'cpu_busy_percent': 100}",
     "{'states': ['R..', 'rC.', 'rrR'], 'cpu_busy_percent': 33.33}"},
    {"L1: the last slice", "lottery",
     "{'quantum': 4, 'jobs': [{'run_time': 6, 'tickets': 1}, {'run_time': 1, "
     "'tickets': 1}], 'draws': [0, 1, 0]}",
     "{'completion_time': [7, 5]}", "{'completion_time': [12, 8]}"},
    /* y begins when x ends, in the middle of a slice. */
    {"U1: when slices end", "multi",
     "{'cpus': 1, 'quantum': 4, 'jobs': [{'name': 'x', 'run_time': 2}, "
     "{'name': 'y', 'run_time': 4}, {'name': 'z', 'run_time': 1}]}",
     "{'schedule': [['x', 'x', 'y', 'y', 'y', 'y', 'z']]}",
     "{'schedule': [['x', 'x', 'y', 'y', 'z', 'y', 'y']]}"},
    /* At tick 2 CPU 1 runs y, and nobody waits there. */
    {"U2: who steals", "multi",
     "{'cpus': 2, 'quantum': 9, 'queue_layout': 'per_cpu', 'steal_interval': "
     "2, 'jobs': [{'name': 'x', 'run_time': 4}, {'name': 'y', 'run_time': 5}, "
     "{'name': 'z', 'run_time': 1}]}",
     "{'job_finish_time': {'z': 5}}", "{'job_finish_time': {'z': 6}}"},
    {"U3: stealing a job with a list", "multi",
     "{'cpus': 2, 'quantum': 9, 'queue_layout': 'per_cpu', 'steal_interval': "
     "2, 'jobs': [{'name': 'x', 'run_time': 7}, {'name': 'y', 'run_time': 2}, "
     "{'name': 'z', 'run_time': 3, 'working_set': 5, 'allowed_cpus': [0, "
     "1]}]}",
     "{'job_finish_time': {'z': 5}}", "{'job_finish_time': {'z': 10}}"},
    {"U4: those that have ended", "multi",
     "{'cpus': 1, 'quantum': 9, 'warm_rate': 2, 'warmup_ticks': 1, "
     "'cache_size': 1, 'jobs': [{'name': 'x', 'run_time': 3, 'working_set': "
     "1}]}",
     "{'warm_set_changes': [{'tick': 0, 'cpu': 0, 'warm_jobs': ['x']}, "
     "{'tick': 1, 'cpu': 0, 'warm_jobs': []}]}",
     "{'warm_set_changes': [{'tick': 0, 'cpu': 0, 'warm_jobs': ['x']}]}"},
    {"U5: bigger than the cache", "multi",
     "{'cpus': 1, 'quantum': 2, 'warm_rate': 2, 'warmup_ticks': 1, "
     "'cache_size': 1, 'jobs': [{'name': 'x', 'run_time': 7, 'working_set': "
     "1}, {'name': 'y', 'run_time': 3, 'working_set': 2}]}",
     "{'schedule': [['x', 'x', 'y', 'y', 'x', 'x', 'y']]}",
     "{'schedule': [['x', 'x', 'y', 'y', 'x', 'x', 'y', 'x']]}"},
    {"U7: less left than a tick's worth", "multi",
     "{'cpus': 1, 'quantum': 9, 'warm_rate': 2, 'warmup_ticks': 1, "
     "'cache_size': 1, 'jobs': [{'name': 'x', 'run_time': 4}]}",
     NULL, "{'finish_time': 3, 'time_left_after_tick': [[3, 1, 0]]}"},
    {"M1: the order of a boost", "mlfq",
     "{'queues': [{'quantum': 1}, {'quantum': 1}, {'quantum': 1}], "
     "'boost_period': 5, 'jobs': [{'run_time': 4}, {'run_time': 4}, "
     "{'arrival': 4, 'run_time': 3}]}",
     "{'running_job': [0, 1, 0, 1, 2, 2, 0, 1, 2, 0, 1]}",
     "{'running_job': [0, 1, 0, 1, 2, 0, 1, 2, 0, 1, 2]}"},
};

static void check_both(const struct both_case *row, bool ostep)
{
    const char *text = ostep ? row->ostep : row->own;
    json_t *root;
    struct check_report r = {.format = format_of(row->simulator),
                             .ostep = ostep};

    if (!text)
        return;
    root =
        json_pack("{s:s, s:[{s:o, s:o}]}", "simulator", row->simulator, "cases",
                  "input", quoted(row->input), "expected", quoted(text));
    r.format->recompute(root, &r);
    for (int i = 0; i < r.difference_count; i++)
        print_message("%s: %s: %s, %s\n", ostep ? "ostep" : "own",
                      r.differences[i].what, r.differences[i].file,
                      r.differences[i].computed);
    assert_int_equal(r.difference_count, 0);
    check_fini(&r);
    json_decref(root);
}

static void comes_out_by_hand(void **state)
{
    check_both(*state, false);
    check_both(*state, true);
}

/* ---- whole files --------------------------------------------------------- */

/* Whatever stands in it: no crash, and it does not pass. */
static void odd_files_do_not_pass(void **state)
{
    static const char *const texts[] = {
        "'cases': 7",
        "'cases': []",
        "'cases': [7]",
        "'cases': [null, [], {}]",
        "'cases': [{'id': 7, 'input': 7, 'expected': 7}]",
        "'cases': [{'input': {}, 'expected': {}}]",
        "'cases': [{'input': {'jobs': [null]}, 'expected': {'rounds': 1}}]",
        "'cases': [{'input': {'jobs': [[]]}, 'expected': {'rounds': 1}}]",
        "'cases': [{'input': {'jobs': [{}, {}], 'programs': [{}], "
        "'queues': [null], 'quantum': 1, 'cpus': 1}, 'expected': {'a': 1}}]",
        "'cases': [{'id': 'a\\u0007b', 'relies_on': [null, 3, 'M1'], 'input': "
        "{'burst_times': [null], 'policy': 'FIFO'}, 'expected': {'a': {}}}]",
        "'cases': [], 'caes': []",
    };

    (void)state;
    for (int f = 0; check_formats[f]; f++) {
        const char *name = check_formats[f]->name;

        for (size_t i = 0; i < COUNT(texts); i++) {
            struct check_report r;
            struct err err = {0};
            char text[512];

            snprintf(text, sizeof(text), "{'simulator': '%s', %s}", name,
                     texts[i]);
            for (char *at = text; *at != '\0'; at++)
                *at = *at == '\'' ? '"' : *at;
            scratch_write(text);
            assert_int_equal(check_file_under(scratch, i % 2, &r, &err), 0);
            if (!check_failed(&r) && f > 2) /* others do not read this */
                fail_msg("%s: %s passes", name, texts[i]);
            check_fini(&r);
        }
    }
}

/* What goes wrong from the beginning goes wrong everywhere: a few differences
 * say it. */
static void differences_are_bounded(void **state)
{
    struct check_report r = {.format = &check_mlfq};
    json_t *c = good_case("mlfq"), *root, *list = json_array();

    (void)state;
    change(c, "input.jobs[0].run_time", "5000");
    for (int i = 0; i < 5000; i++)
        json_array_append_new(list, json_integer(7));
    json_object_set_new(c, "expected", json_pack("{s:o}", "running_job", list));
    root = json_pack("{s:s, s:[o]}", "simulator", "mlfq", "cases", c);
    check_mlfq.recompute(root, &r);
    json_decref(root);
    assert_in_range(r.difference_count, 100, 102);
    assert_string_equal(r.differences[r.difference_count - 1].computed,
                        "of running_job no more than these first 100 "
                        "differences are named");
    check_fini(&r);
}

/* ---- by hand ------------------------------------------------------------- */

static void examples_come_out(void **state)
{
    (void)state;
    program_run(&result, "check assets/homework/scheduler.json");
    assert_string_equal(result.err, "");
    assert_string_equal(result.out,
                        "assets/homework/scheduler.json: scheduler, jobs under "
                        "FIFO, SJF and round robin\n"
                        "3 scheduler cases, all as recomputed\n");
    assert_int_equal(result.status, EXIT_DONE);
    program_run(&result, "check assets/homework/process_run.json");
    assert_int_equal(result.status, EXIT_DONE);
    assert_non_null(
        strstr(result.out, "2 process_run cases, all as recomputed\n"));
}

/* A student's answers to it: two are wrong. */
static void answers_are_judged(void **state)
{
    json_t *root = json_load_file("assets/homework/scheduler.json", 0, NULL);
    char line[128];

    (void)state;
    assert_non_null(root);
    change(root, "cases[1].expected.average.turnaround", "46.67");
    change(root, "cases[2].expected.per_job[0].turnaround", "100");
    assert_int_equal(json_dump_file(root, scratch, 0), 0);
    json_decref(root);
    snprintf(line, sizeof(line), "check %s", scratch);
    program_run(&result, line);
    assert_int_equal(result.status, EXIT_FAILED);
    assert_non_null(strstr(result.out, "scheduler 1b: average.turnaround is "
                                       "46.67 in the file, 50.0 recomputed\n"));
    assert_non_null(strstr(result.out,
                           "scheduler 1c: per_job[0].turnaround is 100 in the "
                           "file, 120 recomputed\n"));
    assert_non_null(
        strstr(result.out, "3 scheduler cases, 2 of them not as recomputed\n"));
}

int main(void)
{
    static struct CMUnitTest tests[COUNT(changes) + COUNT(both) + 8];
    const struct CMUnitTest others[] = {
        cmocka_unit_test(odd_files_do_not_pass),
        cmocka_unit_test(differences_are_bounded),
        cmocka_unit_test(examples_come_out),
        cmocka_unit_test(answers_are_judged),
    };
    size_t n = 0;

    n = add_rows(tests, n, changes, COUNT(changes), sizeof(changes[0]),
                 is_judged);
    n = add_rows(tests, n, both, COUNT(both), sizeof(both[0]),
                 comes_out_by_hand);
    for (size_t i = 0; i < COUNT(others); i++)
        tests[n++] = others[i];
    return _cmocka_run_group_tests("sim_homework", tests, n, scratch_make,
                                   scratch_remove);
}
