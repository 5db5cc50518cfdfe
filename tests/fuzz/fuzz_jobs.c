/* Job files and machines for the fuzzer: see fuzz_jobs.h. */
#include "fuzz_jobs.h"

#include "base/random.h"
#include "sim/jobs.h"
#include "sim/policy.h"
#include "sim/setup.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))
#define MS INT64_C(1000000)

const char *const jobs_good[] = {
    "rr slice=1 | A 3 | B 2 @1",
    "# name  work                   settings\n"
    "rr slice=4 cpus=2              # the machine\n"
    "A  10\n"
    "B  3 io:5 2             @2\n"
    "C  2 io:8 x10           nice=5\n"
    "D  1 lock:m 4 unlock:m 1          priority=3 tickets=50\n"
    "E  3 period x100        period=10ms deadline=8ms\n"
    "F  20                   cpus=0,2-3 set=40 gang=g\n",
    "mlfq levels=8:1,16:2,32 boost=50 stay=yes front=yes\n"
    "long 100\nshort 1 io:4 x25\nlate 5 @40\n",
    "lottery seed=7 slice=1 | A 10 tickets=75 | B 10 tickets=25",
    "stride slice=2 | A 10 tickets=3 | B 10 tickets=2 | C 10 tickets=1",
    "sim:cfs,latency=24,granularity=3 | hog*3 200 | sleeper 1 sleep:9 x20",
    "eevdf slice=3 cpus=2 queues=per-cpu | A 30 nice=-5 | B 30 nice=5 | C 30",
    "priority age=20 inherit=yes | low 3 lock:m 5 unlock:m priority=1 | mid 30 "
    "@2 priority=5 | high 1 lock:m 2 unlock:m @3 priority=9",
    "edf | A 2 period x9 period=5 | B 4 period x5 period=7 deadline=6",
    "rt-rr slice=100ms cpus=2 | A 300 priority=50 | B 200 priority=50",
    "gang slice=5 cpus=4 | A*4 20 gang=a | B*3 15 gang=b | C 5",
    "gil interval=5 cpus=4 | A 50 | B 20 io:1 x10",
    "gil-old check=100us wake=50us cpus=2 | A 20 | B 20",
    "steal cpus=4 steal=30 migrate=10us | A*9 7 | B 50 cpus=1",
    "rr queues=per-cpu steal=never warm=10 warm-rate=2 cache=100 cpus=2\r\n"
    "a 30 set=50\r\nb 40 set=60 cpus=1\r\nc 20 set=100\r\n",
    "fifo on-io=hold after-io=preempt ties=arrived tick=1 switch=5us "
    "rules=ostep"
    " | A 5 io:3 2 | B 4 @1us | C 0 | \xc3\x84 0.25us",
    "sjf | A*20 3.5 @0.5 | B 1s @1s | C 9007199.25s",
    "stcf until=2s cpus=1024 | A 1000 | B 5 @10 | C 2 lock:m lock:n 3 unlock:n "
    "unlock:m x4",
    NULL,
};

const char *const jobs_words[] = {
    "io:",         "sleep:",
    "lock:",       "unlock:",
    "period",      "x10",
    "x1",          "@",
    "@2",          "nice=",
    "priority=",   "tickets=",
    "period=",     "set=",
    "cpus=",       "gang=",
    "deadline=",   "never",
    "rr",          "fifo",
    "mlfq",        "lottery",
    "sim:",        "slice=",
    "levels=",     "boost=",
    "steal=",      "idle",
    "seed=",       "until=",
    "queues=",     "per-cpu",
    "central",     "yes",
    "no",          "rules=",
    "ostep",       "A",
    "B",           "W*3",
    "*",           "|",
    "#",           "\n",
    "\r\n",        "\t",
    " ",           ",",
    ",",           "=",
    ":",           "-",
    "/",           ".",
    "ms",          "us",
    "ns",          "s",
    "\xc2\xb5s",   "m",
    "unlock:m",    "lock:m",
    "10",          "io:5",
    "sleep:2",     "| A 3",
    "\xc3\xa4",    "\xff",
    "\xe2\x82",    "\xef\xbb\xbf",
    "\x01",        "x1000000000",
    "cpus=0-1023", "W*1000 1 ",
    "period=10",   "deadline=never",
    "cpus=2",
};
const size_t jobs_word_count = COUNT(jobs_words);

const char *const jobs_numbers[] = {
    "0",
    "1",
    "-1",
    "00",
    ".5",
    "5.",
    "0.000001",
    "0.0000001",
    "1.123456",
    "1e3",
    "0x10",
    "1ns",
    "1us",
    "63",
    "64",
    "1023",
    "1024",
    "1025",
    "65536",
    "100000",
    "1000000",
    "1000001",
    "1000000000",
    "1000000001",
    "2147483647",
    "2147483648",
    "4294967296",
    "9007199254",
    "9007199254.740992",
    "9007199254.740993",
    "9007199255",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "99999999999999999999999999",
};
const size_t jobs_number_count = COUNT(jobs_numbers);

void jobs_random_text(uint64_t seed, struct text *out)
{
    struct sim_random w = {
        .jobs = 1 + (int)random_below(&seed, 30),
        .longest_ns = random_below(&seed, 2) ? 20 * MS : 300,
        .last_arrival_ns = random_below(&seed, 2) ? 50 * MS : 0,
        .whole_ms = random_below(&seed, 2),
        .io = random_below(&seed, 2),
        .nice = random_below(&seed, 2),
        .tickets = random_below(&seed, 2),
        .priorities = random_below(&seed, 2),
        .pins = random_below(&seed, 3) == 0,
        .locks = random_below(&seed, 3) == 0,
        .gangs = random_below(&seed, 4) == 0,
        .sets = random_below(&seed, 4) == 0,
        .cpus = 1 + (int)random_below(&seed, 4),
    };
    struct sim_jobs jobs = {0};

    if (random_below(&seed, 2)) {
        machine_make(&seed, out);
        text_add(out, "\n");
    }
    if (sim_jobs_random(&jobs, &w, seed) == 0)
        sim_jobs_write(&jobs, random_below(&seed, 2) ? "\n" : "|", out);
    sim_jobs_fini(&jobs);
}

/* A value of @s, most often a right one. */
static void some_value(uint64_t *seed, const struct sim_setting *s,
                       struct text *out)
{
    static const char *const slices[] = {"8:1", "16:2", "1us", "3:1000", "0.5"};
    uint32_t n;

    if (random_below(seed, 12) == 0) {
        text_add(out,
                 random_below(seed, 2)
                     ? jobs_numbers[random_below(seed, COUNT(jobs_numbers))]
                     : jobs_words[random_below(seed, COUNT(jobs_words))]);
        return;
    }
    switch (s->type) {
    case SIM_SETTING_CHOICE:
    case SIM_SETTING_YES_NO:
        text_add(out, s->words[random_below(seed, 2)]);
        return;
    case SIM_SETTING_LEVELS:
        n = random_below(seed, 5);
        for (uint32_t i = 0; i <= n; i++)
            text_addf(out, "%s%s", i ? "/" : "",
                      slices[random_below(seed, COUNT(slices))]);
        return;
    case SIM_SETTING_PERIOD:
    case SIM_SETTING_STEAL:
        if (random_below(seed, 3) == 0) {
            text_add(out, "never");
            return;
        }
        break;
    default:
        break;
    }
    text_addf(out, "%u", random_below(seed, 1U << random_below(seed, 8)));
    if ((s->type == SIM_SETTING_NS || s->type == SIM_SETTING_PERIOD) &&
        random_below(seed, 3) == 0)
        text_add(out, "us");
}

void machine_make(uint64_t *seed, struct text *out)
{
    const struct sim_policy *p;
    uint32_t count = random_below(seed, 6), policies = 0;

    while (sim_policies[policies])
        policies++;
    p = sim_policies[random_below(seed, policies)];
    text_addf(out, "%s%s", random_below(seed, 3) ? "" : "sim:", p->name);
    for (uint32_t i = 0; i < count; i++) {
        const struct sim_setting *s =
            &sim_settings[random_below(seed, (uint32_t)sim_setting_count)];

        if (!sim_setting_applies(s, p) && random_below(seed, 20))
            continue;
        text_addf(out, "%s%s=", random_below(seed, 2) ? "," : " ", s->name);
        some_value(seed, s, out);
    }
}
