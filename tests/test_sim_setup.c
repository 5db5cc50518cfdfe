/* The simulated machine: its parameters' text and back, what is said about
 * wrong ones, and what does not go together. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/rows.h"
#include "lib/same_jobs.h"
#include "sim/policy.h"
#include "sim/setup.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))
#define MS INT64_C(1000000)

static void read_well(struct sim_setup *s, const char *text)
{
    struct err err = {0};

    if (sim_setup_read(s, text, NULL, &err) < 0)
        fail_msg("%s: %s", text, err.text);
}

/* ---- the table ----------------------------------------------------------- */

static void the_table(void **state)
{
    (void)state;
    assert_true(sim_setting_count <= 64);
    for (int i = 0; i < sim_setting_count; i++) {
        const struct sim_setting *s = &sim_settings[i];
        struct sim_setup setup, again;
        struct err err = {0};
        struct text value = {0};

        assert_ptr_equal(sim_setting(s->name), s);
        assert_true(s->min <= s->max);
        assert_non_null(s->help);
        assert_true(s->help[strlen(s->help) - 1] != '.');
        /* Its default is a value of it; so is that, written. */
        sim_defaults(&setup, &policy_fifo);
        sim_setup_value(&setup, s, &value);
        again = setup;
        if (sim_setup_set(&again, s->name, s->fallback, &err) < 0 ||
            sim_setup_set(&again, s->name, text_str(&value), &err) < 0)
            fail_msg("%s", err.text);
        assert_true(again.given == UINT64_C(1) << i);
        assert_null(setups_differ(&setup, &again));
        assert_int_equal(sim_setup_check(&again, NULL, &err), 0);
        text_fini(&value);
    }
    assert_null(sim_setting("nonesuch"));
    assert_null(sim_setting(""));
}

/* Every name in the table's lists is a policy. */
static void its_policies(void **state)
{
    (void)state;
    for (int i = 0; i < sim_setting_count; i++) {
        const char *at = sim_settings[i].policies;

        while (at && *at) {
            size_t length = strcspn(at, " ");

            assert_non_null(sim_policy(at, length));
            at += length + strspn(at + length, " ");
        }
    }
    assert_true(sim_setting_applies(sim_setting("slice"), &policy_rr));
    assert_false(sim_setting_applies(sim_setting("slice"), &policy_fifo));
    assert_false(sim_setting_applies(sim_setting("check"), &policy_gil));
    assert_true(sim_setting_applies(sim_setting("check"), &policy_gil_old));
    assert_true(sim_setting_applies(sim_setting("cpus"), &policy_fifo));
}

/* Every policy's own defaults are read without a fault, and pass. */
static void every_policy(void **state)
{
    (void)state;
    for (int i = 0; sim_policies[i]; i++) {
        struct sim_setup setup, again;
        struct err err = {0};
        struct text text = {0};
        char line[300];

        sim_defaults(&setup, sim_policies[i]);
        assert_int_equal(setup.given, 0);
        if (sim_setup_check(&setup, NULL, &err) < 0)
            fail_msg("%s", err.text);
        sim_setup_write(&setup, &text);
        assert_string_equal(text_str(&text), sim_policies[i]->name);
        read_well(&again, text_str(&text));
        assert_null(setups_differ(&setup, &again));
        text_fini(&text);
        if (!sim_policies[i]->defaults)
            continue;
        /* A word that is wrong there would be passed over in silence. */
        snprintf(line, sizeof(line), "%s %s", sim_policies[i]->name,
                 sim_policies[i]->defaults);
        read_well(&again, line);
        assert_null(setups_differ(&setup, &again));
    }
}

/* ---- text and back ------------------------------------------------------- */

static const struct trip {
    const char *name; /* the text */
    const char *back;
} trips[] = {
    {"rr", "rr"},
    {"", "fifo"},
    {"sim:", "fifo"},
    {"sim:rr,slice=4,cpus=2", "rr,cpus=2,slice=4ms"},
    {"rr slice=4ms cpus=64", "rr,cpus=64,slice=4ms"},
    {"  rr\tslice=0.25 , cpus=64 ", "rr,cpus=64,slice=250us"},
    {"cpus=2", "fifo,cpus=2"},
    {"sim:cpus=2", "fifo,cpus=2"},
    {",,rr,,slice=4,,", "rr,slice=4ms"},
    {"rr slice=10", "rr,slice=10ms"},
    {"mlfq levels=8:1,16:2,32 boost=never",
     "mlfq,levels=8:1/16:2/32:1,boost=never"},
    {"mlfq,levels=8:1/16:2/32,boost=50,stay=yes,front=no",
     "mlfq,levels=8:1/16:2/32:1,boost=50ms,stay=yes,front=no"},
    {"mlfq,levels=8us:1,1s:1000000000,cpus=3",
     "mlfq,cpus=3,levels=8us:1/1s:1000000000"},
    {"mlfq levels=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16",
     "mlfq,levels=1:1/2:1/3:1/4:1/5:1/6:1/7:1/8:1/9:1/10:1/11:1/12:1/13:1/"
     "14:1/15:1/16:1"},
    {"rr queues=per-cpu steal=30 aligned=yes",
     "rr,aligned=yes,queues=per-cpu,steal=30ms"},
    {"rr queues=per-cpu steal=idle", "rr,queues=per-cpu,steal=idle"},
    {"rr queues=per-cpu steal=0", "rr,queues=per-cpu,steal=idle"},
    {"rr queues=central steal=never", "rr,queues=central,steal=never"},
    {"fifo switch=5us migrate=0 tick=1 warm=0 warm-rate=3 cache=0",
     "fifo,switch=5us,migrate=0,tick=1ms,warm=0,warm-rate=3,cache=0"},
    {"priority age=100", "priority,age=100ms"},
    {"priority age=never inherit=yes", "priority,age=never,inherit=yes"},
    {"rr ties=arrived on-io=hold after-io=preempt rules=ostep",
     "rr,ties=arrived,on-io=hold,after-io=preempt,rules=ostep"},
    {"lottery seed=9223372036854775807 until=2s",
     "lottery,until=2s,seed=9223372036854775807"},
};

static void there_and_back(void **state)
{
    const struct trip *t = *state;
    struct sim_setup setup, again;
    struct text text = {0};

    read_well(&setup, t->name);
    sim_setup_write(&setup, &text);
    assert_string_equal(text_str(&text), t->back);
    read_well(&again, text_str(&text));
    assert_null(setups_differ(&setup, &again));
    assert_true(setup.given == again.given);
    text_fini(&text);
}

static void values(void **state)
{
    struct sim_setup s;

    (void)state;
    read_well(&s, "mlfq,levels=8:1/16:2,boost=50,cpus=3,seed=9,tick=1us");
    assert_ptr_equal(s.policy, &policy_mlfq);
    assert_int_equal(s.cpus, 3);
    assert_int_equal(s.level_count, 2);
    assert_int_equal(s.level[1].slice_ns, 16 * MS);
    assert_int_equal(s.level[1].allotment, 2);
    assert_int_equal(s.boost_ns, 50 * MS);
    assert_int_equal(s.tick_ns, 1000);
    assert_int_equal(s.seed, 9);
    assert_int_equal(s.until_ns, SIM_NEVER);
    assert_int_equal(s.switch_ns, 0);
    assert_int_equal(s.rules, RULES_OWN);
    assert_int_equal(s.queues, QUEUES_CENTRAL);
    assert_false(s.stay);
    read_well(&s, "rr");
    assert_int_equal(s.slice_ns, 10 * MS);
    assert_int_equal(sim_setup_read(&s, "slice=3", &policy_rr, NULL), 0);
    assert_ptr_equal(s.policy, &policy_rr);
    assert_int_equal(s.slice_ns, 3 * MS);
}

/* What fails leaves it as it was. */
static void failure_changes_nothing(void **state)
{
    static const char *const rows[][2] = {
        {"slice", "0"},        {"slice", "x"},       {"cpus", "1025"},
        {"levels", "1:1,2:x"}, {"levels", "1,2,,3"}, {"steal", "often"},
        {"queues", "some"},    {"stay", "2"},        {"seed", "-1"},
        {"nonesuch", "1"},     {"boost", "0"},       {"warm-rate", "101"},
    };
    struct sim_setup setup, before;

    (void)state;
    read_well(&setup, "mlfq levels=7:3,9:2 boost=11");
    memcpy(&before, &setup, sizeof(setup));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(sim_setup_set(&setup, rows[i][0], rows[i][1], NULL),
                         -EINVAL);
        assert_memory_equal(&before, &setup, sizeof(setup));
    }
    assert_int_equal(sim_setup_read(&setup, "rr slice=3 cpus=0", NULL, NULL),
                     -EINVAL);
    assert_memory_equal(&before, &setup, sizeof(setup));
}

/* ---- sentences ----------------------------------------------------------- */

// clang-format off
static const struct message {
    const char *name; /* the text */
    const char *want;
} messages[] = {
    {"fcfs",
     "there is no policy \"fcfs\"; did you mean fifo?"},
    {"rrr",
     "there is no policy \"rrr\"; did you mean rr?"},
    {"robin",
     "there is no policy \"robin\"; there are fifo, sjf, stcf, "
     "rr, steal, priority, mlfq, lottery, stride, cfs, eevdf, "
     "rt-fifo, rt-rr, edf, gang, gil, gil-old"},
    {"zzzz",
     "there is no policy \"zzzz\"; there are fifo, sjf, stcf, "
     "rr, steal, priority, mlfq, lottery, stride, cfs, eevdf, "
     "rt-fifo, rt-rr, edf, gang, gil, gil-old"},
    {"RR",
     "there is no policy \"RR\"; did you mean rr?"},
    {"rr slice",
     "slice needs a value: slice=10"},
    {"rr slice=",
     "slice needs a value: slice=10"},
    {"rr slice=x",
     "slice is a time, not \"x\": a number of milliseconds, "
     "or with a unit, such as 4 or 250us"},
    {"rr slice=-4",
     "slice is a time, not \"-4\": a number of milliseconds, "
     "or with a unit, such as 4 or 250us"},
    {"rr slice=0",
     "slice must be longer than 0"},
    {"rr slice=4h",
     "slice: \"4h\" has an unknown unit; there are ns, us, "
     "ms and s"},
    {"rr slice=4 ms",
     "there is no parameter \"ms\"; \"timeslice list policies\" "
     "shows which there are"},
    {"rr slice=1.0000001",
     "slice: \"1.0000001\" has more than six decimals"},
    {"rr slice=0.1ns",
     "slice: \"0.1ns\" is not a whole number of nanoseconds"},
    {"rr slice=9007199255",
     "slice: \"9007199255\" is longer than 104 days"},
    {"rr slice=99999999999999999999",
     "slice: \"99999999999999999999\" is longer than 104 days"},
    {"rr slice=4 slice=5",
     "slice is given twice; leave one of them out"},
    {"rr slice=4=5",
     "slice: \"4=5\" has an unknown unit; there are ns, us, "
     "ms and s"},
    {"rr =4",
     "there is no parameter \"\"; \"timeslice list policies\" "
     "shows which there are"},
    {"rr slise=4",
     "there is no parameter \"slise\"; did you mean slice?"},
    {"rr colour=red",
     "there is no parameter \"colour\"; \"timeslice list policies\" "
     "shows which there are"},
    {"rr sjf",
     "there are two policies, rr and sjf; only the first word "
     "is one"},
    {"rr,sjf",
     "there are two policies, rr and sjf; only the first word "
     "is one"},
    {"rr cpus=0",
     "cpus is a whole number from 1 to 1024, not \"0\""},
    {"rr cpus=1025",
     "cpus is a whole number from 1 to 1024, not \"1025\""},
    {"rr cpus=-1",
     "cpus is a whole number from 1 to 1024, not \"-1\""},
    {"rr cpus=2.5",
     "cpus is a whole number from 1 to 1024, not \"2.5\""},
    {"rr cpus=99999999999999999999",
     "cpus is a whole number from 1 to 1024, not \"99999999999999999999\""},
    {"rr cpus=0x10",
     "cpus is a whole number from 1 to 1024, not \"0x10\""},
    {"rr cpus=1,2,4",
     "cpus is a whole number from 1 to 1024, not \"1,2,4\""},
    {"rr tick=x",
     "tick is a time, not \"x\": a number of milliseconds, "
     "or with a unit, such as 4 or 250us"},
    {"rr switch=-1",
     "switch is a time, not \"-1\": a number of milliseconds, "
     "or with a unit, such as 4 or 250us"},
    {"rr switch=2s", "switch can be 1 s at most, not 2s"},
    {"gil wake=1.5s", "wake can be 1 s at most, not 1.5s"},
    {"rr queues=two",
     "queues is central or per-cpu, not \"two\""},
    {"rr steal=often",
     "steal is a time, not \"often\": a number of milliseconds, "
     "or with a unit, such as 4 or 250us, or idle, or never"},
    {"rr warm-rate=0",
     "warm-rate is a whole number from 1 to 100, not \"0\""},
    {"rr warm-rate=2.5",
     "warm-rate is a whole number from 1 to 100, not \"2.5\""},
    {"rr cache=-1",
     "cache is a whole number from 0 to 1000000000, not \"-1\""},
    {"rr seed=x",
     "seed is a whole number from 0 to 9223372036854775807, "
     "not \"x\""},
    {"rr seed=9223372036854775808",
     "seed is a whole number from 0 to 9223372036854775807, "
     "not \"9223372036854775808\""},
    {"rr ties=both",
     "ties is ended or arrived, not \"both\""},
    {"rr on-io=stop",
     "on-io is switch or hold, not \"stop\""},
    {"rr after-io=later",
     "after-io is queue or preempt, not \"later\""},
    {"rr rules=OSTEP",
     "rules is own or ostep, not \"OSTEP\""},
    {"rr until=0",
     "until must be longer than 0; write never if there is "
     "to be none"},
    {"rr until=soon",
     "until is a time, not \"soon\": a number of milliseconds, "
     "or with a unit, such as 4 or 250us, or never"},
    {"rr inherit=maybe",
     "inherit is no or yes, not \"maybe\""},
    {"fifo slice=4",
     "slice means nothing to fifo, only to rr, steal, lottery, "
     "stride, eevdf, rt-rr, gang, gil-old; leave it out"},
    {"rr levels=8:1",
     "levels means nothing to rr, only to mlfq; leave it out"},
    {"sjf boost=10",
     "boost means nothing to sjf, only to mlfq; leave it out"},
    {"gil check=1",
     "check means nothing to gil, only to gil-old; leave it "
     "out"},
    {"gil-old interval=5",
     "interval means nothing to gil-old, only to gil; leave "
     "it out"},
    {"cfs age=3",
     "age means nothing to cfs, only to priority; leave it "
     "out"},
    {"mlfq levels=",
     "levels needs a value: levels=10:1,20:1,40:1"},
    {"mlfq levels=x",
     "a level's slice is a time, not \"x\": a number of milliseconds, "
     "or with a unit, such as 4 or 250us"},
    {"mlfq levels=8:",
     "levels: after the ':' comes how many slices, a whole "
     "number from 1, not \"\""},
    {"mlfq levels=8:0",
     "levels: after the ':' comes how many slices, a whole "
     "number from 1, not \"0\""},
    {"mlfq levels=8:1:2",
     "levels: after the ':' comes how many slices, a whole "
     "number from 1, not \"1:2\""},
    {"mlfq levels=8:x",
     "levels: after the ':' comes how many slices, a whole "
     "number from 1, not \"x\""},
    {"mlfq levels=0:1",
     "a level's slice must be longer than 0"},
    {"mlfq levels=8:1,,16:1",
     "there is no parameter \"16:1\"; \"timeslice list policies\" "
     "shows which there are"},
    {"mlfq levels=8:1//16:1",
     "a level's slice is a time, not \"\": a number of milliseconds, "
     "or with a unit, such as 4 or 250us"},
    {"mlfq levels=8:99999999999",
     "levels: after the ':' comes how many slices, a whole "
     "number from 1, not \"99999999999\""},
    {"mlfq levels=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17",
     "levels: there are more than 16 levels"},
    {"mlfq boost=0",
     "boost must be longer than 0; write never if there is "
     "to be none"},
    {"mlfq stay=1",
     "stay is no or yes, not \"1\""},
};
// clang-format on

static void one_sentence(void **state)
{
    const struct message *m = *state;
    struct sim_setup setup;
    struct err err = {0};

    assert_int_equal(sim_setup_read(&setup, m->name, NULL, &err), -EINVAL);
    assert_string_equal(err.text, m->want);
    assert_int_equal(err.code, -EINVAL);
}

/* ---- with jobs ----------------------------------------------------------- */

static const struct together {
    const char *name; /* machine and jobs */
    const char *want; /* NULL: they go together */
} togethers[] = {
    {"rr cpus=4 | A 3 cpus=3", NULL},
    {"rr cpus=3 | A 3 cpus=2-7", NULL},
    {"rr cpus=2 | A 3 | B 3 cpus=2-7",
     "job B may run only on CPUs from 2 on, but the machine has 2, from 0 to "
     "1; give it cpus=3"},
    {"rr | A 3 cpus=1023",
     "job A may run only on CPUs from 1023 on, but the machine has 1, from 0 "
     "to 0; give it cpus=1024"},
    {"lottery | A 3 tickets=1 | B 3 tickets=1000000", NULL},
    {"lottery | A 3 | B 3 tickets=0",
     "job B has no tickets, so that lottery would never let it run; give it "
     "tickets=1 or more"},
    {"stride | A 3 tickets=0",
     "job A has no tickets, so that stride would never let it run; give it "
     "tickets=1 or more"},
    {"rr | A 3 tickets=0", NULL},
    {"edf | A 3 period x3 period=10", NULL},
    {"edf | A 3 | B 3 deadline=10", NULL},
    {"edf | A 3 period x3 period=10 deadline=never",
     "job A has a period but no deadline, so that edf would always put it "
     "last; give it a deadline="},
    {"rr | A 3 period x3 period=10 deadline=never", NULL},
};

static void together(void **state)
{
    const struct together *t = *state;
    struct sim_jobs jobs = {0};
    struct text machine = {0};
    struct sim_setup setup;
    struct err err = {0};
    int rc;

    if (sim_jobs_read(&jobs, &machine, "t", t->name, strlen(t->name), &err) < 0)
        fail_msg("%s", err.text);
    read_well(&setup, text_str(&machine));
    rc = sim_setup_check(&setup, &jobs, &err);
    assert_int_equal(rc, t->want ? -EINVAL : 0);
    assert_string_equal(err.text, t->want ? t->want : "");
    sim_jobs_fini(&jobs);
    text_fini(&machine);
}

/* Sets that no text gives: what a screen or a recorded run may have made. */
static struct sim_job *job_of(struct sim_jobs *jobs)
{
    return &jobs->job[0];
}
static void spoil_time(struct sim_jobs *jobs)
{
    job_of(jobs)->arrival_ns = -1;
}
static void spoil_period(struct sim_jobs *jobs)
{
    job_of(jobs)->period_ns = INT64_MAX;
}
static void spoil_steps(struct sim_jobs *jobs)
{
    job_of(jobs)->count = 100;
}
static void spoil_name(struct sim_jobs *jobs)
{
    job_of(jobs)->name = 7;
}
static void spoil_pins(struct sim_jobs *jobs)
{
    job_of(jobs)->pins = 7;
}
static void spoil_nice(struct sim_jobs *jobs)
{
    job_of(jobs)->nice = 20;
}
static void spoil_priority(struct sim_jobs *jobs)
{
    job_of(jobs)->priority = 100;
}
static void spoil_tickets(struct sim_jobs *jobs)
{
    job_of(jobs)->tickets = -1;
}
static void spoil_run(struct sim_jobs *jobs)
{
    jobs->step[0].ns = -1;
}
static void spoil_kind(struct sim_jobs *jobs)
{
    jobs->step[0].kind = 200;
}
static void spoil_lock(struct sim_jobs *jobs)
{
    jobs->step[0].kind = STEP_LOCK;
    jobs->step[0].n = 9;
}
static void spoil_give(struct sim_jobs *jobs)
{
    sim_jobs_lock(jobs, "m");
    jobs->step[0].kind = STEP_UNLOCK;
    jobs->step[0].n = 0;
}
static void spoil_take(struct sim_jobs *jobs)
{
    sim_jobs_lock(jobs, "m");
    jobs->step[0].kind = STEP_LOCK;
    jobs->step[0].n = 0;
}
static void spoil_again(struct sim_jobs *jobs)
{
    jobs->step[1] = (struct sim_step){.kind = STEP_AGAIN, .n = 0};
}
static void spoil_laps(struct sim_jobs *jobs)
{
    jobs->step[0].ns = 0;
    jobs->step[1] = (struct sim_step){.kind = STEP_AGAIN, .n = 2};
}
static void spoil_long(struct sim_jobs *jobs)
{
    jobs->step[0].ns = SIM_NS_MAX;
}
static void spoil_wait(struct sim_jobs *jobs)
{
    jobs->step[1].kind = STEP_PERIOD;
}
static void spoil_tasks(struct sim_jobs *jobs)
{
    jobs->step[0].kind = STEP_TASKS;
    jobs->pool.tasks = 3;
}
static void spoil_empty_pins(struct sim_jobs *jobs)
{
    job_of(jobs)->pins = sim_jobs_pins(jobs, &(struct sim_pins){{0}});
}

static const struct spoilt {
    const char *name;
    void (*spoil)(struct sim_jobs *jobs);
    const char *want;
} spoilts[] = {
    {"nothing", NULL, NULL},
    {"an arrival", spoil_time, "job A has a time below 0 or beyond 104 days"},
    {"a period", spoil_period, "job A has a time below 0 or beyond 104 days"},
    {"steps", spoil_steps, "job A has steps that are not there"},
    {"a name", spoil_name,
     "job ? has a name, gang or set of CPUs that is not there"},
    {"pins", spoil_pins,
     "job A has a name, gang or set of CPUs that is not there"},
    {"nice", spoil_nice, "job A has a nice value outside -20 to 19"},
    {"a priority", spoil_priority, "job A has a priority outside 0 to 99"},
    {"tickets", spoil_tickets,
     "job A has less than no tickets or working set, or too many"},
    {"a burst", spoil_run, "job A has a time below 0 or beyond 104 days"},
    {"a kind", spoil_kind, "job A has a step that nobody knows"},
    {"a lock", spoil_lock, "job A uses a lock that is not there"},
    {"giving a lock", spoil_give, "job A gives a lock that it does not have"},
    {"keeping a lock", spoil_take,
     "job A ends with a lock that nobody else would ever get"},
    {"laps", spoil_again, "job A repeats something less than once"},
    {"laps of nothing", spoil_laps, "job A repeats what takes no time"},
    {"104 days", spoil_long, "job A takes longer than 104 days"},
    {"a period that is none", spoil_wait,
     "job A waits for its next period, but has no period="},
    {"tasks", spoil_tasks,
     "the pool of tasks needs workers, lengths, chunks of at least 1 and a "
     "share of computing from 0 to 1"},
    {"no CPU at all", spoil_empty_pins,
     "job A may run on no CPU at all; give it cpus=0"},
};

static void spoilt_set(void **state)
{
    const struct spoilt *row = *state;
    struct sim_jobs jobs = {0};
    struct sim_setup setup;
    struct err err = {0};
    int rc;

    assert_int_equal(
        sim_jobs_read(&jobs, NULL, "t", "A 3 io:5 2 @1 | B 2", 19, &err), 0);
    if (row->spoil)
        row->spoil(&jobs);
    sim_defaults(&setup, &policy_rr);
    rc = sim_setup_check(&setup, &jobs, &err);
    assert_int_equal(rc, row->want ? -EINVAL : 0);
    assert_string_equal(err.text, row->want ? row->want : "");
    sim_jobs_fini(&jobs);
}

/* A machine that was filled in by hand. */
static void spoilt_machines(void **state)
{
    struct sim_setup s[7];
    const char *want[] = {
        "the machine has no policy",
        "cpus is 0, but must be from 1 to 1024",
        "slice is 0, but must be from 1 to 9007199254740992",
        "boost is 0, but must be from 1 to 9007199254740992",
        "there must be from 1 to 16 levels",
        "level 1 needs a slice longer than 0 and at least one of them",
        "the list that is to be used instead of drawing is empty",
    };
    static const int64_t draws[] = {1};
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(s); i++)
        sim_defaults(&s[i], &policy_mlfq);
    s[0].policy = NULL;
    s[1].cpus = 0;
    s[2].slice_ns = 0;
    s[3].boost_ns = 0;
    s[4].level_count = 17;
    s[5].level[1].allotment = 0;
    s[6].draws = draws;
    for (size_t i = 0; i < COUNT_OF(s); i++) {
        assert_int_equal(sim_setup_check(&s[i], NULL, &err), -EINVAL);
        assert_string_equal(err.text, want[i]);
    }
}

int main(void)
{
    static const struct CMUnitTest single[] = {
        cmocka_unit_test(the_table),
        cmocka_unit_test(its_policies),
        cmocka_unit_test(every_policy),
        cmocka_unit_test(values),
        cmocka_unit_test(failure_changes_nothing),
        cmocka_unit_test(spoilt_machines),
    };
    static struct CMUnitTest tests[COUNT_OF(single) + COUNT_OF(trips) +
                                   COUNT_OF(messages) + COUNT_OF(togethers) +
                                   COUNT_OF(spoilts)];
    size_t count = COUNT_OF(single);

    memcpy(tests, single, sizeof(single));
    count = add_rows(tests, count, trips, COUNT_OF(trips), sizeof(trips[0]),
                     there_and_back);
    count = add_rows(tests, count, messages, COUNT_OF(messages),
                     sizeof(messages[0]), one_sentence);
    count = add_rows(tests, count, togethers, COUNT_OF(togethers),
                     sizeof(togethers[0]), together);
    count = add_rows(tests, count, spoilts, COUNT_OF(spoilts),
                     sizeof(spoilts[0]), spoilt_set);
    if (count != COUNT_OF(tests))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
