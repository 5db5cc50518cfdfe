/* Sets of jobs: text and back, times, bounds, memory, sets by lot. What is said
 * about wrong ones: test_sim_jobs_messages.c. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/random.h"
#include "lib/rows.h"
#include "lib/same_jobs.h"
#include "sim/jobs.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))
#define MS INT64_C(1000000)

static void read_well(struct sim_jobs *jobs, struct text *machine,
                      const char *text)
{
    struct err err = {0};

    if (sim_jobs_read(jobs, machine, "t", text, strlen(text), &err) < 0)
        fail_msg("%s", err.text);
}

/* ---- text and back ------------------------------------------------------- */

static const struct trip {
    const char *name, *text;
    const char *machine; /* its words */
    const char *back;    /* as it is written */
} trips[] = {
    {"two jobs", "A 3 | B 2", "", "A 3 | B 2"},
    {"a machine", "rr slice=1 | A 3", "rr slice=1", "A 3"},
    {"a machine with commas", "rr,slice=1,cpus=2|A 3", "rr,slice=1,cpus=2",
     "A 3"},
    {"a machine as in --on", "sim:rr,slice=1 cpus=2\nA 3",
     "sim:rr,slice=1 cpus=2", "A 3"},
    {"a machine's blanks", "  rr \t slice=1 \r\n A 3", "rr slice=1", "A 3"},
    {"a machine's levels", "mlfq levels=8:1,16:2,32 boost=never | A 3",
     "mlfq levels=8:1,16:2,32 boost=never", "A 3"},
    {"a job called like a policy", "rr 3 | fifo 2 @1", "", "rr 3 | fifo 2 @1"},
    {"after the machine too", "rr | rr 3", "rr", "rr 3"},
    {"lines", "A 3\nB 2\n", "", "A 3 | B 2"},
    {"lines of Windows, and a mark",
     "\xef\xbb\xbf"
     "A 3\r\nB 2\r\n",
     "", "A 3 | B 2"},
    {"empty lines and bars", "\n\n|| A 3 |\n| B 2 ||\n\n", "", "A 3 | B 2"},
    {"comments", "# rr | X 1\nA 3 # | B 4\n#\nC 2#", "", "A 3 | C 2"},
    {"comments of any bytes", "A 3 # \xff\xfe\x01", "", "A 3"},
    {"units", "A 1ms 2us 3ns 4s 5\xc2\xb5s 6\xce\xbcs", "",
     "A 1 2us 3ns 4s 5us 6us"},
    {"decimals", "A 1.5 .5 2. 0.25us 1.000001s", "",
     "A 1.5 0.5 2 250ns 1000.001"},
    {"waiting", "A 3 io:5 2 sleep:1.5us 1", "", "A 3 io:5 2 sleep:1.5us 1"},
    {"waiting for nothing", "A 3 io:0 2 sleep:0", "", "A 3 io:0 2 sleep:0"},
    {"nothing to do", "A 0 | B 0 0 0", "", "A 0 | B 0"},
    {"noughts between", "A 0 io:5 0 io:5 x3 0", "", "A io:5 io:5 x3"},
    {"again", "A 2 io:8 x10 1 x2", "", "A 2 io:8 x10 1 x2"},
    {"again once", "A 2 x1", "", "A 2 x1"},
    {"a lock", "A 1 lock:m 4 unlock:m 1", "", "A 1 lock:m 4 unlock:m 1"},
    {"locks within each other", "A lock:m lock:n 4 unlock:m 1 unlock:n", "",
     "A lock:m lock:n 4 unlock:m 1 unlock:n"},
    {"a lock a lap", "A lock:m 1 unlock:m 1 x5", "",
     "A lock:m 1 unlock:m 1 x5"},
    {"a lock over laps", "A lock:m x1 1 io:1 x5 unlock:m", "",
     "A lock:m x1 1 io:1 x5 unlock:m"},
    {"a period has its end as deadline", "A 3 period x100 period=10ms", "",
     "A 3 period x100 period=10"},
    {"a period with a deadline", "A 3 period x9 period=10 deadline=8", "",
     "A 3 period x9 period=10 deadline=8"},
    {"a period without one", "A 3 period x9 period=10 deadline=never", "",
     "A 3 period x9 period=10 deadline=never"},
    {"a deadline alone", "A 3 deadline=5", "", "A 3 deadline=5"},
    {"never is as by default", "A 3 deadline=never", "", "A 3"},
    {"settings", "A 3 nice=-20 priority=99 tickets=0 set=1000000000 gang=g @2",
     "", "A 3 @2 nice=-20 priority=99 tickets=0 set=1000000000 gang=g"},
    {"settings before", "A @2 nice=5 10", "", "A 10 @2 nice=5"},
    {"settings as by default", "A 3 nice=0 priority=0 tickets=100 set=0 @0", "",
     "A 3"},
    {"CPUs", "A 3 cpus=0,2-3 | B 3 cpus=3,2,0,2 | C 3 cpus=5-1023", "",
     "A 3 cpus=0,2,3 | B 3 cpus=0,2,3 | C 3 cpus=5-1023"},
    {"copies", "W*3 2 io:1 @5 nice=3", "",
     "W1 2 io:1 @5 nice=3 | W2 2 io:1 @5 nice=3 | W3 2 io:1 @5 nice=3"},
    {"copies of one", "W*1 2 | X 1", "", "W1 2 | X 1"},
    {"copies and others", "A 1 | W*2 2 lock:m 1 unlock:m | B 3", "",
     "A 1 | W1 2 lock:m 1 unlock:m | W2 2 lock:m 1 unlock:m | B 3"},
    {"names", "first-job.2 1 | _x 2 | \xc3\x84rger 3 | \xce\xb1 4", "",
     "first-job.2 1 | _x 2 | \xc3\x84rger 3 | \xce\xb1 4"},
    {"names of others", "B 1 | A 2 | C 3", "", "B 1 | A 2 | C 3"},
    {"the longest name", "abcdefghijklmnopqrstuvw 1", "",
     "abcdefghijklmnopqrstuvw 1"},
    {"the longest time", "A 9007199254.740992", "", "A 9007199254.740992"},
    {"the shortest time", "A 1ns @1ns", "", "A 1ns @1ns"},
};

static void there_and_back(void **state)
{
    const struct trip *t = *state;
    struct sim_jobs jobs = {0}, again = {0}, copy = {0};
    struct text machine = {0}, back = {0}, lines = {0}, once_more = {0};
    const char *differs;

    read_well(&jobs, &machine, t->text);
    assert_string_equal(text_str(&machine), t->machine);
    sim_jobs_write(&jobs, " | ", &back);
    assert_string_equal(text_str(&back), t->back);

    read_well(&again, NULL, text_str(&back));
    differs = jobs_differ(&jobs, &again);
    if (differs)
        fail_msg("%s", differs);
    sim_jobs_fini(&again);
    sim_jobs_write(&jobs, "\n", &lines);
    read_well(&again, NULL, text_str(&lines));
    assert_null(jobs_differ(&jobs, &again));
    sim_jobs_write(&again, " | ", &once_more);
    assert_string_equal(text_str(&once_more), t->back);

    assert_int_equal(sim_jobs_copy(&copy, &jobs), 0);
    assert_null(jobs_differ(&jobs, &copy));
    sim_jobs_fini(&jobs);
    sim_jobs_fini(&again);
    sim_jobs_fini(&copy);
    text_fini(&machine);
    text_fini(&back);
    text_fini(&lines);
    text_fini(&once_more);
}

/* ---- times --------------------------------------------------------------- */

static const struct time_row {
    const char *name; /* the text */
    int64_t ns;       /* -1: it is none */
    const char *with, *plain;
} times[] = {
    {"0", 0, "0s", "0"},
    {"4", 4 * MS, "4ms", "4"},
    {"0.25", 250000, "250us", "0.25"},
    {"1.5s", 1500 * MS, "1.5s", "1500"},
    {"1000", 1000 * MS, "1s", "1s"},
    {"1000001ns", 1000001, "1000001ns", "1.000001"},
    {"999", 999 * MS, "999ms", "999"},
    {"1us", 1000, "1us", "1us"},
    {"1ns", 1, "1ns", "1ns"},
    {"9007199254.740992", SIM_NS_MAX, "9007199254740992ns",
     "9007199254.740992"},
    {"9007199254.740993", -1, NULL, NULL},
    {"9007199.254740s", 9007199254740000, "9007199.25474s", "9007199254.74"},
    {"0.000001", 1, "1ns", "1ns"},
    {"0.000001us", -1, NULL, NULL},
    {"0000000000000000000000000000000004", 4 * MS, "4ms", "4"},
    {"", -1, NULL, NULL},
    {" 4", -1, NULL, NULL},
    {"4 ", -1, NULL, NULL},
    {"4 ms", -1, NULL, NULL},
    {"-4", -1, NULL, NULL},
    {"+4", -1, NULL, NULL},
    {"ms", -1, NULL, NULL},
    {"4MS", -1, NULL, NULL},
    {"4msms", -1, NULL, NULL},
    {"0x10", -1, NULL, NULL},
    {"1e3", -1, NULL, NULL},
    {"nan", -1, NULL, NULL},
    {"inf", -1, NULL, NULL},
    {"4.", 4 * MS, "4ms", "4"},
    {"4..5", -1, NULL, NULL},
};

static void a_time(void **state)
{
    const struct time_row *row = *state;
    struct text with = {0}, plain = {0};
    int64_t ns = -1, again = -1;

    if (row->ns < 0) {
        assert_false(sim_read_ns(row->name, strlen(row->name), &ns));
        assert_int_equal(ns, -1);
        return;
    }
    assert_true(sim_read_ns(row->name, strlen(row->name), &ns));
    assert_int_equal(ns, row->ns);
    sim_write_ns(ns, false, &with);
    sim_write_ns(ns, true, &plain);
    assert_string_equal(text_str(&with), row->with);
    assert_string_equal(text_str(&plain), row->plain);
    assert_true(sim_read_ns(text_str(&with), with.len, &again) && again == ns);
    assert_true(sim_read_ns(text_str(&plain), plain.len, &again) &&
                again == ns);
    text_fini(&with);
    text_fini(&plain);
}

/* Any time survives its text. */
static void every_time(void **state)
{
    uint64_t seed = 1;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        int64_t ns = (int64_t)(random_next(&seed) >>
                               (11 + random_below(&seed, 53))),
                again = -1;
        struct text words = {0};

        for (uint32_t k = random_below(&seed, 4);
             k > 0 && ns < SIM_NS_MAX / 1000; k--)
            ns *= 1000;
        sim_write_ns(ns, random_below(&seed, 2), &words);
        assert_true(sim_read_ns(text_str(&words), words.len, &again));
        assert_int_equal(ns, again);
        text_fini(&words);
    }
}

/* ---- making one ---------------------------------------------------------- */

static void names_by_number(void **state)
{
    static const struct {
        int id;
        const char *name;
    } rows[] = {{0, "A"},         {25, "Z"},        {26, "AA"},
                {51, "AZ"},       {52, "BA"},       {701, "ZZ"},
                {702, "AAA"},     {18277, "ZZZ"},   {18278, "AAAA"},
                {475253, "ZZZZ"}, {475254, "AAAAA"}};
    struct sim_jobs jobs = {0};
    char name[SIM_NAME_MAX];

    (void)state;
    for (int i = 0; i < 475255; i++)
        assert_non_null(sim_jobs_add(&jobs));
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_string_equal(sim_job_name(&jobs, rows[i].id, name),
                            rows[i].name);
    sim_jobs_fini(&jobs);
}

static void things_are_kept_once(void **state)
{
    struct sim_jobs jobs = {0};
    struct sim_pins one = {{1}}, other = {{2}};
    char name[32];

    (void)state;
    assert_int_equal(sim_jobs_lock(&jobs, "m"), 0);
    assert_int_equal(sim_jobs_lock(&jobs, "n"), 1);
    assert_int_equal(sim_jobs_lock(&jobs, "m"), 0);
    assert_int_equal(sim_jobs_pins(&jobs, &one), 0);
    assert_int_equal(sim_jobs_pins(&jobs, &other), 1);
    assert_int_equal(sim_jobs_pins(&jobs, &one), 0);
    for (int i = 2; i < SIM_LOCKS_MAX; i++) {
        snprintf(name, sizeof(name), "lock%d", i);
        assert_int_equal(sim_jobs_lock(&jobs, name), i);
    }
    assert_int_equal(sim_jobs_lock(&jobs, "toomany"), -1);
    assert_int_equal(sim_jobs_lock(&jobs, "lock77"), 77);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < SIM_GANGS_MAX; i++) {
            snprintf(name, sizeof(name), "g%d", i);
            assert_int_equal(sim_jobs_gang(&jobs, name), i);
        }
    assert_int_equal(sim_jobs_gang(&jobs, "toomany"), -1);
    sim_jobs_fini(&jobs);
    assert_null(jobs.lock);
}

static void work_of_a_job(void **state)
{
    static const struct {
        const char *text;
        int64_t ns;
    } rows[] = {{"A 0", 0},
                {"A 3 io:5 2", 5 * MS},
                {"A 3 io:5 2 x10", 50 * MS},
                {"A 3 x2 4 x3 1", 19 * MS},
                {"A io:5 x7", 0},
                {"A 3 period x10 period=10", 30 * MS}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct sim_jobs jobs = {0};

        read_well(&jobs, NULL, rows[i].text);
        assert_int_equal(sim_job_work_ns(&jobs, 0), rows[i].ns);
        sim_jobs_fini(&jobs);
    }
}

static void work_of_a_pool_is_unknown(void **state)
{
    struct sim_jobs jobs = {0};
    struct text out = {0};

    (void)state;
    assert_non_null(sim_jobs_add(&jobs));
    assert_int_equal(sim_jobs_step(&jobs, STEP_TASKS, 0, 0), 0);
    assert_int_equal(sim_job_work_ns(&jobs, 0), -1);
    sim_jobs_write(&jobs, " | ", &out);
    assert_string_equal(
        text_str(&out),
        "A 0 | # tasks that the jobs take in turn: not written");
    text_fini(&out);
    sim_jobs_fini(&jobs);
}

/* ---- bounds -------------------------------------------------------------- */

static const struct bound {
    const char *name;
    const char *before, *again, *after; /* .again stands .times there */
    int times;
    const char *want; /* the end of the sentence; NULL: it is fine */
} bounds[] = {
    {"as many jobs as can be", "W*999999 1 | A 1", "", "", 0, NULL},
    {"a job too many", "W*1000000 1 |\n A 1", "", "", 0,
     "2:2: there are more than 1000000 jobs"},
    {"copies too many", "A 1\nW*1000000 1", "", "", 0,
     "2:1: there are more than 1000000 jobs"},
    {"steps too many of copies", "W*1000000 1 1 1 1 1 1 1 1 1", "", "", 0,
     "1:1: the jobs have more than 8000000 steps together"},
    {"steps too many", "A", " 1ns", "", 8000001,
     "1:32000003: the jobs have more than 8000000 steps together; \"x10\" says "
     "that steps are repeated"},
    {"a million bars", "A 1", "|", "", 1000000, NULL},
    {"a million bars and no job", "", "|", "", 1000000,
     "1:1000001: there is no job; write one a line, such as A 10"},
    {"a million lines", "", "\n", "A", 1000000,
     "1000001:1: \"A\" has nothing to do; write for how long it computes, such "
     "as A 10"},
    {"a million blanks", "A", " ", "1 x", 1000000,
     "1:1000004: \"x\" is nothing a job does: a time, io:5, sleep:5, lock:m, "
     "unlock:m, period, x10; another job begins in a new line or after '|'"},
    {"a number of a million digits", "A ", "9", "", 1000000,
     "1:3: \"99999999999999999999999999999999...\" is longer than 104 days"},
    {"a name of a million letters", "", "a", " 1", 1000000,
     "1:1: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\" is too long for a job's "
     "name: 23 bytes at most"},
    {"a long list of CPUs", "A 1 cpus=0", ",0-1023", "", 10000, NULL},
    {"a machine as long as a book", "rr ", "slice=1 ", "| A 1", 1000,
     "1:1: the machine's line is longer than 4096 characters"},
    {"laps of laps", "A 1ns", " x1000000000 1ns", "", 1000, NULL},
    {"too long altogether", "W*100 9000000000\n", "", "X*29 9000000000", 1,
     "2:1: all the jobs together take longer than 36 years"},
};

static void a_bound(void **state)
{
    const struct bound *b = *state;
    struct text text = {0};
    struct sim_jobs jobs = {0};
    struct err err = {0};
    int rc;

    text_add(&text, b->before);
    text_fill(&text, b->again, b->times);
    text_add(&text, b->after);
    assert_false(text.failed);
    rc = sim_jobs_read(&jobs, NULL, "t", text_str(&text), text.len, &err);
    text_fini(&text);
    if (b->want) {
        assert_int_equal(rc, -EINVAL);
        assert_string_equal(err.text + 2, b->want);
    } else if (rc < 0) {
        fail_msg("%s", err.text);
    }
    sim_jobs_fini(&jobs);
}

/* Different locks, gangs and sets of CPUs have bounds too. */
static void too_many_different(void **state)
{
    static const struct {
        int most;
        const char *want;
    } rows[] = {
        {SIM_LOCKS_MAX,
         "t:257:6: \"l257\" is one lock too many; there can be 256"},
        {SIM_GANGS_MAX, "t:65537:15: there are more than 65536 gangs"},
        {SIM_PINS_MAX, NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text text = {0};
        struct sim_jobs jobs = {0};
        struct err err = {0};
        int rc;

        for (int n = 1; n <= rows[i].most + 1; n++) {
            text_addf(&text, "A%d ", n);
            if (i == 0)
                text_addf(&text, "lock:l%d 1 unlock:l%d\n", n, n);
            else if (i == 1)
                text_addf(&text, "1 gang=g%d\n", n);
            else
                text_addf(&text, "1 cpus=%d,%d\n", n % 64, 64 + n / 64);
        }
        rc = sim_jobs_read(&jobs, NULL, "t", text_str(&text), text.len, &err);
        assert_int_equal(rc, -EINVAL);
        if (rows[i].want)
            assert_string_equal(err.text, rows[i].want);
        else
            assert_non_null(
                strstr(err.text, "more than 4096 different sets of CPUs"));
        text_fini(&text);
    }
}

static char *write_file(const void *bytes, size_t length, size_t hole)
{
    char *path = strdup("/tmp/timeslice-jobs-XXXXXX");
    int fd;

    assert_non_null(path);
    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), length);
    if (hole)
        assert_int_equal(ftruncate(fd, (off_t)hole), 0);
    close(fd);
    return path;
}

static int read_path(const char *path, struct err *err)
{
    struct sim_jobs jobs = {0};
    int rc = sim_jobs_read_file(&jobs, NULL, path, err);

    sim_jobs_fini(&jobs);
    return rc;
}

static void files(void **state)
{
    struct err err = {0};
    char *path = write_file("A 3\nB x\n", 8, 0);

    (void)state;
    assert_int_equal(read_path(path, &err), -EINVAL);
    assert_non_null(strstr(err.text, ":2:3: \"x\" is nothing a job does"));
    unlink(path);
    assert_int_equal(read_path(path, &err), -ENOENT);
    assert_non_null(strstr(err.text, "cannot open /tmp/timeslice-jobs-"));
    free(path);
    assert_int_equal(read_path("/", &err), -EISDIR);
    assert_non_null(strstr(err.text, "cannot read /: "));

    path = write_file("A 3\n", 4, 0);
    assert_int_equal(read_path(path, &err), 0);
    unlink(path);
    free(path);
    /* Noughts, as many as may be: they are looked at; and one more. */
    path = write_file("A 3\n", 4, SIM_JOBS_TEXT);
    assert_int_equal(read_path(path, &err), -EINVAL);
    assert_non_null(strstr(err.text, ":2:1: there is a NUL byte"));
    assert_int_equal(truncate(path, SIM_JOBS_TEXT + 1), 0);
    assert_int_equal(read_path(path, &err), -EINVAL);
    assert_non_null(strstr(err.text, ":1:1: the text is longer than 64 MiB"));
    assert_int_equal(truncate(path, (off_t)1 << 40), 0);
    assert_int_equal(read_path(path, &err), -EINVAL);
    assert_non_null(strstr(err.text, ":1:1: the text is longer than 64 MiB"));
    unlink(path);
    free(path);
}

/* ---- memory -------------------------------------------------------------- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

/* In a child: so much more memory may be had, and then a million jobs. */
static int in_little_memory(size_t more, const char *text)
{
    struct sim_jobs jobs = {0};
    struct err err = {0};
    struct rlimit limit;
    char line[256] = "";
    unsigned long long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    int rc;

    if (!f || !fgets(line, sizeof(line), f))
        return 9;
    fclose(f);
    pages = strtoull(line, NULL, 10);
    limit.rlim_cur = limit.rlim_max =
        pages * (unsigned long long)sysconf(_SC_PAGESIZE) + more;
    if (setrlimit(RLIMIT_AS, &limit) < 0)
        return 9;
    rc = sim_jobs_read(&jobs, NULL, "t", text, strlen(text), &err);
    if (rc == 0)
        return 1;
    return rc == -ENOMEM && err.code == -ENOMEM && !jobs.job &&
                   strcmp(err.text, "t: no memory for its jobs") == 0
               ? 0
               : 2;
}

static void out_of_memory(void **state)
{
    static const char *const texts[] = {
        "W*1000000 1 io:1 1 io:1",
        "mlfq levels=8:1 | W*1000000 1 lock:m 1 unlock:m gang=g cpus=0",
    };

    (void)state;
    if (SANITIZED)
        skip();
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        for (size_t mb = 1; mb <= 64; mb *= 2) {
            pid_t pid = fork();
            int status;

            assert_true(pid >= 0);
            if (pid == 0)
                _exit(in_little_memory(mb << 20, texts[i]));
            assert_int_equal(waitpid(pid, &status, 0), pid);
            assert_true(WIFEXITED(status));
            assert_int_equal(WEXITSTATUS(status), 0);
        }
}

/* What a million jobs take, each with a name of its own; under sanitizers a
 * tenth of them and of it. */
static void a_million_jobs(void **state)
{
    const int count = SANITIZED ? 100000 : 1000000;
    struct text text = {0};
    struct sim_jobs jobs = {0};
    size_t bytes;

    (void)state;
    for (int n = 0; n < count; n++)
        text_addf(&text, "J%d %d io:3 2 @%d\n", n, 1 + n % 50, n);
    read_well(&jobs, NULL, text_str(&text));
    text_fini(&text);
    assert_int_equal(jobs.count, count);
    bytes = (size_t)jobs.job_cap * sizeof(*jobs.job) +
            (size_t)jobs.step_cap * sizeof(*jobs.step) +
            (size_t)jobs.name_cap * sizeof(*jobs.names) +
            (size_t)jobs.name_index.cap * sizeof(*jobs.name_index.slot);
    assert_true(bytes < (size_t)count * 150);
    sim_jobs_fini(&jobs);
}

/* ---- by lot -------------------------------------------------------------- */

static const struct sim_random all_wishes = {
    .jobs = 40,
    .longest_ns = 30 * MS,
    .last_arrival_ns = 100 * MS,
    .whole_ms = true,
    .io = true,
    .nice = true,
    .tickets = true,
    .priorities = true,
    .pins = true,
    .locks = true,
    .gangs = true,
    .sets = true,
    .cpus = 4,
};

static void check_random(const struct sim_random *w, uint64_t seed)
{
    struct sim_jobs jobs = {0}, same = {0}, read = {0};
    struct text text = {0};
    struct sim_setup setup;
    struct err err = {0};
    const char *differs;

    assert_int_equal(sim_jobs_random(&jobs, w, seed), 0);
    assert_int_equal(sim_jobs_random(&same, w, seed), 0);
    assert_null(jobs_differ(&jobs, &same));
    assert_int_equal(jobs.count, w->jobs);
    assert_int_equal(sim_setup_read(&setup, "fifo", NULL, &err), 0);
    setup.cpus = w->cpus > 0 ? w->cpus : 1;
    if (sim_setup_check(&setup, &jobs, &err) < 0)
        fail_msg("%s", err.text);
    for (int i = 0; i < jobs.count; i++)
        assert_true(sim_job_work_ns(&jobs, i) > 0);
    sim_jobs_write(&jobs, "\n", &text);
    read_well(&read, NULL, text_str(&text));
    differs = jobs_differ(&jobs, &read);
    if (differs)
        fail_msg("%s in %s", differs, text_str(&text));
    text_fini(&text);
    sim_jobs_fini(&jobs);
    sim_jobs_fini(&same);
    sim_jobs_fini(&read);
}

static void random_sets(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 600; seed++) {
        struct sim_random w = all_wishes;
        uint64_t s = seed;
        uint64_t wish = random_next(&s);

        w.jobs = 1 + (int)(wish % 60);
        w.whole_ms = wish >> 10 & 1;
        w.io = wish >> 11 & 1;
        w.nice = wish >> 12 & 1;
        w.tickets = wish >> 13 & 1;
        w.priorities = wish >> 14 & 1;
        w.pins = wish >> 15 & 1;
        w.locks = wish >> 16 & 1;
        w.gangs = wish >> 17 & 1;
        w.sets = wish >> 18 & 1;
        w.cpus = (int)(wish >> 20 & 31);
        w.longest_ns = seed % 7 ? w.longest_ns : 1;
        w.last_arrival_ns = seed % 5 ? w.last_arrival_ns : 0;
        check_random(&w, seed);
    }
}

/* A wish more changes nothing else: bursts and arrivals stay. */
static void wishes_are_apart(void **state)
{
    struct sim_random plain = all_wishes;
    struct sim_jobs all = {0}, less = {0};

    (void)state;
    plain.nice = plain.tickets = plain.priorities = plain.sets = false;
    assert_int_equal(sim_jobs_random(&all, &all_wishes, 7), 0);
    assert_int_equal(sim_jobs_random(&less, &plain, 7), 0);
    for (int i = 0; i < all.count; i++) {
        assert_int_equal(all.job[i].arrival_ns, less.job[i].arrival_ns);
        assert_int_equal(sim_job_work_ns(&all, i), sim_job_work_ns(&less, i));
        assert_int_equal(less.job[i].nice, 0);
        assert_int_equal(less.job[i].tickets, 100);
    }
    sim_jobs_fini(&all);
    sim_jobs_fini(&less);
}

/* For ever the same: quizzes are printed and handed in later. */
static void seed_seven(void **state)
{
    struct sim_random w = {.jobs = 4,
                           .longest_ns = 20 * MS,
                           .last_arrival_ns = 10 * MS,
                           .whole_ms = true,
                           .io = true,
                           .cpus = 1};
    struct sim_jobs jobs = {0};
    struct text text = {0};

    (void)state;
    assert_int_equal(sim_jobs_random(&jobs, &w, 7), 0);
    sim_jobs_write(&jobs, " | ", &text);
    assert_string_equal(text_str(&text),
                        "A 3 @7 | B 5 io:4 2 io:3 x2 1 @1 | C 6 @6 | D 16");
    text_fini(&text);
    sim_jobs_fini(&jobs);
}

static void wishes_out_of_range(void **state)
{
    struct sim_jobs jobs = {0};
    struct sim_random w[6];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(w); i++)
        w[i] = all_wishes;
    w[0].jobs = 0;
    w[1].jobs = SIM_JOBS_MAX + 1;
    w[2].longest_ns = 0;
    w[3].longest_ns = INT64_MAX;
    w[4].last_arrival_ns = -1;
    w[5].cpus = SIM_CPUS_MAX + 1;
    for (size_t i = 0; i < COUNT_OF(w); i++) {
        assert_int_equal(sim_jobs_random(&jobs, &w[i], 1), -EINVAL);
        assert_null(jobs.job);
    }
}

int main(void)
{
    static const struct CMUnitTest single[] = {
        cmocka_unit_test(every_time),
        cmocka_unit_test(names_by_number),
        cmocka_unit_test(things_are_kept_once),
        cmocka_unit_test(work_of_a_job),
        cmocka_unit_test(work_of_a_pool_is_unknown),
        cmocka_unit_test(too_many_different),
        cmocka_unit_test(files),
        cmocka_unit_test(out_of_memory),
        cmocka_unit_test(a_million_jobs),
        cmocka_unit_test(random_sets),
        cmocka_unit_test(wishes_are_apart),
        cmocka_unit_test(seed_seven),
        cmocka_unit_test(wishes_out_of_range),
    };
    static struct CMUnitTest tests[COUNT_OF(single) + COUNT_OF(trips) +
                                   COUNT_OF(times) + COUNT_OF(bounds)];
    size_t count = COUNT_OF(single);

    memcpy(tests, single, sizeof(single));
    count = add_rows(tests, count, trips, COUNT_OF(trips), sizeof(trips[0]),
                     there_and_back);
    count = add_rows(tests, count, times, COUNT_OF(times), sizeof(times[0]),
                     a_time);
    count = add_rows(tests, count, bounds, COUNT_OF(bounds), sizeof(bounds[0]),
                     a_bound);
    if (count != COUNT_OF(tests))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
