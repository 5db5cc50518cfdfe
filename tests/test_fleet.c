/* The fleet: every host answers once and exactly; who refuses or says nothing
 * costs its request and no more; nothing is left behind. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/rows.h"

#include "base/clock.h"
#include "lab/fleet.h"
#include "lib/drive.h"
#include "lib/program.h"
#include "stats/summary.h"
#include "view/scene.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static void assert_metric(const struct source *s, enum metric which,
                          double want)
{
    if (drive_metric(s, which) != want)
        fail_msg("%s is %.0f, not %.0f", metric_infos[which].name,
                 drive_metric(s, which), want);
}

static struct source *run_ok(const char *line)
{
    struct source *s = drive_run(line);

    if (s->trace->verdict != VERDICT_OK)
        fail_msg("%s: verdict %s: %s", line, verdict_words[s->trace->verdict],
                 s->trace->error);
    return s;
}

static struct spec parse(const char *line)
{
    struct err err = {0};
    struct spec spec;

    if (spec_parse_line(&spec, line, &err) < 0)
        fail_msg("%s: %s", line, err.text);
    return spec;
}

/* ---- before anybody asks ------------------------------------------------ */

static const struct plan_case {
    const char *name, *line;
    int silent, refusing;
} plans[] = {
    {"plan: nobody fails", "fleet", 0, 0},
    {"plan: a fifth", "fleet --failures 20", 10, 10},
    {"plan: an odd number", "fleet --hosts 50 --failures 10", 3, 2},
    {"plan: rounded", "fleet --hosts 30 --failures 5", 1, 1},
    {"plan: all", "fleet --hosts 4000 --failures 100", 2000, 2000},
    {"plan: one host", "fleet --hosts 1 --failures 100", 1, 0},
};

static void plan_is_exact(void **state)
{
    const struct plan_case *c = *state;
    struct spec spec = parse(c->line);
    uint8_t kind[SCENE_HOSTS], again[SCENE_HOSTS];
    int count[3] = {0};

    fleet_plan(&spec, kind);
    fleet_plan(&spec, again);
    assert_memory_equal(kind, again, sizeof(kind));
    for (int i = 0; i < SCENE_HOSTS; i++)
        count[kind[i]]++;
    assert_int_equal(count[FLEET_SILENT], c->silent);
    assert_int_equal(count[FLEET_REFUSES], c->refusing);
    for (int i = (int)spec.hosts; i < SCENE_HOSTS; i++)
        assert_int_equal(kind[i], FLEET_ANSWERS);
}

static void seeds_differ(void **state)
{
    struct spec one = parse("fleet --failures 20 --seed 1");
    struct spec two = parse("fleet --failures 20 --seed 2");
    uint8_t kind[2][SCENE_HOSTS];

    (void)state;
    fleet_plan(&one, kind[0]);
    fleet_plan(&two, kind[1]);
    assert_memory_not_equal(kind[0], kind[1], SCENE_HOSTS);
}

static void delays_stay_in_their_range(void **state)
{
    struct spec spec = parse("fleet --latency 50 --jitter 10 --scale 5");
    struct spec wide = parse("fleet --latency 1 --jitter 10");
    double sum = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        int64_t ns = fleet_delay_ns(&spec, i % 100, (uint32_t)i / 100);

        assert_in_range(ns, 8 * NS_PER_MS, 12 * NS_PER_MS);
        assert_int_equal(ns, fleet_delay_ns(&spec, i % 100, (uint32_t)i / 100));
        assert_true(fleet_delay_ns(&wide, i, 0) >= 0);
        sum += (double)ns;
    }
    /* Triangular: 1000 of them have a mean within 5 sigma of the latency. */
    assert_true(sum / 1000 > 9.87e6 && sum / 1000 < 10.13e6);
}

static void answers_are_the_hosts_own(void **state)
{
    static char whole[200000], pieces[200000];
    uint64_t sum = 0;

    (void)state;
    fleet_answer(17, 0, whole, sizeof(whole));
    for (size_t at = 0, n = 1; at < sizeof(pieces); at += n, n = n * 3 % 4999) {
        if (n > sizeof(pieces) - at)
            n = sizeof(pieces) - at;
        fleet_answer(17, (int64_t)at, pieces + at, (int64_t)n);
    }
    assert_memory_equal(whole, pieces, sizeof(whole));
    for (size_t i = 0; i < sizeof(whole); i++)
        sum += (unsigned char)whole[i];
    assert_int_equal(sum, fleet_answer_sum(17, sizeof(whole)));
    assert_int_not_equal(sum, fleet_answer_sum(18, sizeof(whole)));
    assert_int_not_equal(fleet_answer_sum(3, 2048), fleet_answer_sum(4, 2048));
}

static void addresses_differ(void **state)
{
    static bool seen[1 << 16];
    struct fleet f = {.hosts = SCENE_HOSTS};

    (void)state;
    for (int i = 0; i < SCENE_HOSTS; i++) {
        uint32_t at = ntohl(fleet_address(&f, i).sin_addr.s_addr);

        assert_int_equal(at >> 16, 127 << 8 | 77);
        assert_in_range(at & 0xff, 1, 250);
        assert_false(seen[at & 0xffff]);
        seen[at & 0xffff] = true;
    }
}

static void tasks_are_the_hosts(void **state)
{
    struct spec spec = parse("fleet");

    (void)state;
    assert_int_equal(spec.tasks, 100);
    spec = parse("fleet --hosts 7");
    assert_int_equal(spec.tasks, 7);
    assert_int_equal(spec_set(&spec, "hosts", "300", NULL), 0);
    assert_int_equal(spec.tasks, 300);
    spec = parse("fleet --hosts 7 --tasks 21");
    assert_int_equal(spec.tasks, 21);
    spec = parse("fleet --hosts 7 --duration 2");
    assert_int_equal(spec.tasks, 0);
}

/* ---- all answer --------------------------------------------------------- */

#define QUICK " --latency 4 --jitter 2 --patience 120000"
static const char *const lines[] = {
    "fleet --hosts 12 --model sequential" QUICK,
    "fleet --hosts 60 --workers 8 --bytes 3000" QUICK,
    "fleet --hosts 60 --workers 60 --bytes 1" QUICK,
    "fleet --hosts 40 --workers 8 --model processes" QUICK,
    "fleet --hosts 40 --workers 8 --model gil" QUICK,
    "fleet --hosts 40 --workers 8 --model coop" QUICK,
    "fleet --hosts 40 --workers 8 --model blended --processes 3" QUICK,
    "fleet --hosts 40 --workers 8 --groups 4" QUICK,
    "fleet --hosts 40 --workers 8 --spawn per-task" QUICK,
    "fleet --hosts 40 --workers 8 --dispatch map" QUICK,
    "fleet --hosts 7 --tasks 100 --workers 9" QUICK,
    "fleet --hosts 1 --tasks 10 --workers 4" QUICK,
    "fleet --hosts 300 --workers 30 --scale 10 --patience 600000",
    "fleet --hosts 8 --workers 8 --bytes 3M" QUICK,
    "fleet --hosts 30 --workers 10 --bytes 64k --bandwidth 50M" QUICK,
    "fleet --hosts 3 --workers 3 --bytes 300 --bandwidth 1000" QUICK
    " --scale 100",
    "fleet --hosts 30 --workers 10 --latency 0 --jitter 0 --patience 120000",
};

static void each_answers_once(void **state)
{
    const char *line = *state;
    struct source *s = run_ok(line);
    const struct spec *spec = &s->trace->spec;
    const struct scene_fleet *scene = &s->trace->scene.fleet;
    double tasks = (double)spec->tasks;
    uint64_t sum = 0;

    for (int64_t i = 0; i < spec->tasks; i++)
        sum += fleet_answer_sum((int)(i % spec->hosts), spec->bytes);
    assert_metric(s, METRIC_TASKS_DONE, tasks);
    assert_metric(s, METRIC_REQUESTS, tasks);
    assert_metric(s, METRIC_CONNECTS, tasks);
    assert_metric(s, METRIC_BYTES, tasks * (double)spec->bytes);
    assert_metric(s, METRIC_CHECKSUM, (double)(sum & CHECKSUM_MASK));
    assert_metric(s, METRIC_TIMEOUTS, 0);
    assert_metric(s, METRIC_REFUSALS, 0);
    assert_metric(s, METRIC_RETRIES, 0);
    assert_true(drive_metric(s, METRIC_REQUESTS_PER_S) > 0);
    assert_int_equal(s->trace->latency.n, spec->tasks);
    assert_int_equal(s->trace->scene.kind, SCENE_FLEET);
    assert_int_equal(scene->hosts, spec->hosts);
    assert_int_equal(scene->connections, 0);
    assert_int_equal(scene->sent_bytes, spec->tasks * spec->bytes);
    for (int i = 0; i < scene->hosts; i++)
        assert_int_equal(scene->state[i], HOST_DONE);
    s->class->close(s);
}

/* No answer is sooner than its host and its link allow. */
static void waits_are_not_short(void **state)
{
    struct source *s = run_ok("fleet --hosts 10 --workers 10 --latency 40 "
                              "--jitter 0 --bytes 20000 --bandwidth 1M "
                              "--scale 2 --patience 120000");
    /* 200 kB, less the link's savings of 2 ms, at 2 MiB/s. */
    double link_s = (200e3 - 2.1e6 * 0.002) / 2.1e6;

    (void)state;
    assert_true(drive_metric(s, METRIC_WALL_S) >= 0.020 + link_s);
    assert_true(drive_metric(s, METRIC_LATENCY_P50_MS) >= 20);
    s->class->close(s);
}

/* ---- some do not -------------------------------------------------------- */

static const struct failure_case {
    const char *name, *line;
    int answering, silent, refusing;
} failures[] = {
    {"half fail", "fleet --hosts 20 --failures 50 --workers 10 --patience 500",
     10, 5, 5},
    {"half fail, asked three times",
     "fleet --hosts 20 --failures 50 --workers 20 --patience 400 --retries 2",
     10, 5, 5},
    {"all fail", "fleet --hosts 9 --failures 100 --workers 9 --patience 100", 0,
     5, 4},
    {"all fail, processes",
     "fleet --hosts 9 --failures 100 --workers 9 --patience 100 "
     "--model processes",
     0, 5, 4},
    {"all fail, cooperative",
     "fleet --hosts 9 --failures 100 --workers 9 --patience 100 --model coop",
     0, 5, 4},
    {"patience is scaled",
     "fleet --hosts 6 --failures 100 --workers 2 --patience 60000 --scale 600",
     0, 3, 3},
};

/* A crowded machine may make a good host late, too: then it is one of the
 * timeouts. Nothing else can happen. */
static void failures_cost_their_requests(void **state)
{
    const struct failure_case *c = *state;
    struct source *s = run_ok(c->line);
    const struct spec *spec = &s->trace->spec;
    double asked = (double)spec->retries + 1;
    double good = drive_metric(s, METRIC_REQUESTS);
    const struct scene_fleet *scene = &s->trace->scene.fleet;
    int shown[HOST_DONE + 1] = {0};

    assert_metric(s, METRIC_TASKS_DONE, (double)spec->tasks);
    assert_metric(s, METRIC_TASKS_FAILED, 0);
    assert_metric(s, METRIC_REFUSALS, c->refusing * asked);
    assert_true(good <= c->answering);
    assert_true(drive_metric(s, METRIC_TIMEOUTS) >= c->silent * asked);
    if (good == c->answering && spec->retries == 0)
        assert_metric(s, METRIC_TIMEOUTS, c->silent * asked);
    assert_true(good + drive_metric(s, METRIC_TIMEOUTS) +
                    drive_metric(s, METRIC_REFUSALS) ==
                (double)spec->tasks + drive_metric(s, METRIC_RETRIES));
    assert_false(s->trace->metrics.has[METRIC_CHECKSUM]);
    assert_true(s->trace->metrics.has[METRIC_LATENCY_P50_MS] == (good > 0));
    for (int i = 0; i < scene->hosts; i++)
        shown[scene->state[i]]++;
    assert_int_equal(shown[HOST_SILENT], c->silent);
    assert_int_equal(shown[HOST_REFUSES], c->refusing);
    s->class->close(s);
}

/* A host that is busy has no ear for more than its queue holds. */
static void full_queues_are_tried_again(void **state)
{
    struct source *s = run_ok("fleet --hosts 1 --tasks 8 --workers 8 "
                              "--backlog 0 --latency 250 --jitter 0 "
                              "--patience 120000");

    (void)state;
    assert_metric(s, METRIC_REQUESTS, 8);
    assert_true(drive_metric(s, METRIC_RESENDS) > 0);
    s->class->close(s);
}

/* ---- nothing is left ---------------------------------------------------- */

/* Sockets, event counters, records: what a run opens. Not what was read of
 * /proc. */
static int open_descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    struct dirent *e;
    char to[64];
    int count = 0;

    assert_non_null(d);
    while ((e = readdir(d))) {
        ssize_t n = readlinkat(dirfd(d), e->d_name, to, sizeof(to) - 1);

        count += n > 0 && memchr(to, ':', (size_t)n) != NULL;
    }
    closedir(d);
    return count;
}

#define TCP_STATE_TIME_WAIT 0x06
#define TCP_STATE_LISTEN 0x0a

struct tcp_line {
    unsigned local, local_port, remote, remote_port, state;
    unsigned long inode;
};

static FILE *tcp_open(void)
{
    FILE *f = fopen("/proc/net/tcp", "r");
    char head[512];

    assert_non_null(f);
    assert_non_null(fgets(head, sizeof(head), f));
    return f;
}

static bool tcp_next(FILE *f, struct tcp_line *t)
{
    char line[512];

    return fgets(line, sizeof(line), f) &&
           sscanf(line, " %*d: %8X:%4X %8X:%4X %2X %*s %*s %*s %*s %*s %lu",
                  &t->local, &t->local_port, &t->remote, &t->remote_port,
                  &t->state, &t->inode) == 6;
}

static bool is_host(unsigned address)
{
    return ntohl(address) >> 16 == (127 << 8 | 77);
}

static int time_waits(void)
{
    FILE *f = tcp_open();
    struct tcp_line t;
    int count = 0;

    while (tcp_next(f, &t))
        count += t.state == TCP_STATE_TIME_WAIT &&
                 (is_host(t.local) || is_host(t.remote));
    fclose(f);
    return count;
}

static void a_thousand_hosts(void **state)
{
    static const char line[] =
        "fleet --hosts 1000 --workers 100 --latency 2 --jitter 2 --bytes 200 "
        "--patience 120000";
    int before = -1;

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct source *s = run_ok(line);

        assert_metric(s, METRIC_REQUESTS, 1000);
        assert_metric(s, METRIC_BYTES, 200000);
        s->class->close(s);
        if (before < 0)
            before = open_descriptors();
        assert_int_equal(open_descriptors(), before);
    }
    assert_int_equal(time_waits(), 0);
}

/* The port at which process @pid listens for its first host; 0: none. */
static unsigned port_of(pid_t pid)
{
    FILE *f = tcp_open();
    struct tcp_line t;
    unsigned port = 0;
    char path[64], link[64], want[64];

    while (port == 0 && tcp_next(f, &t)) {
        if (t.state != TCP_STATE_LISTEN || !is_host(t.local))
            continue;
        snprintf(want, sizeof(want), "socket:[%lu]", t.inode);
        for (int fd = 0; fd < 64 && port == 0; fd++) {
            ssize_t n;

            snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
            n = readlink(path, link, sizeof(link) - 1);
            if (n > 0 && (link[n] = '\0', strcmp(link, want) == 0))
                port = t.local_port;
        }
    }
    fclose(f);
    return port;
}

static int sockets_at(unsigned port)
{
    FILE *f = tcp_open();
    struct tcp_line t;
    int count = 0;

    while (tcp_next(f, &t))
        count += (is_host(t.local) && t.local_port == port) ||
                 (is_host(t.remote) && t.remote_port == port);
    fclose(f);
    return count;
}

/* Kill the program outright, while connections are open. */
static void a_kill_leaves_nothing(void **state)
{
    static struct program_result result;

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct program p;
        unsigned port = 0;
        pid_t lab;

        program_start(&p,
                      i % 2 ? "run fleet --hosts 30 --workers 20 --duration 60 "
                              "--failures 20 --patience 60000 --model processes"
                            : "run fleet --hosts 30 --workers 20 --duration 60 "
                              "--latency 30 --bytes 64k --bandwidth 1M",
                      NULL);
        lab = program_child(p.pid);
        assert_true(lab > 0);
        for (int k = 0; k < 3000 && port == 0; k++) {
            usleep(5000);
            port = port_of(lab);
        }
        assert_int_not_equal(port, 0);
        usleep(50000 * (useconds_t)i);
        assert_true(sockets_at(port) > 0);
        kill(p.pid, SIGKILL);
        program_collect(&p, &result);
        assert_true(program_gone(lab));
        assert_int_equal(sockets_at(port), 0);
    }
}

/* Whoever waits for the silent ends when the run does. */
static void waiting_ends_when_told(void **state)
{
    static const char *const endless[] = {
        "fleet --hosts 6 --failures 100 --patience 600000 --workers 6 "
        "--duration endless",
        "fleet --hosts 6 --failures 100 --patience 600000 --workers 6 "
        "--model processes --duration endless",
        "fleet --hosts 6 --failures 100 --patience 600000 --workers 6 "
        "--model gil --duration endless",
        "fleet --hosts 6 --failures 100 --patience 600000 --workers 6 "
        "--model coop --duration endless",
        "fleet --hosts 6 --duration endless --workers 3 --latency 1 --jitter 0",
        "fleet --hosts 2 --workers 2 --bytes 1G --bandwidth 1000 "
        "--patience 600000 --duration endless",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(endless); i++) {
        struct source *s = drive_open(endless[i], true);

        while (!s->running && !s->done)
            drive_for(s, NS_PER_MS);
        drive_for(s, 30 * NS_PER_MS);
        s->wanted.workers = 2;
        s->class->apply(s, false);
        drive_for(s, 30 * NS_PER_MS);
        s->wanted.workers = 8;
        s->class->apply(s, false);
        drive_for(s, 30 * NS_PER_MS);
        s->class->stop(s, VERDICT_INTERRUPTED);
        drive_to_end(s);
        assert_int_equal(s->trace->verdict, VERDICT_INTERRUPTED);
        s->class->close(s);
    }
}

/* ---- what cannot be ----------------------------------------------------- */

static void few_descriptors(void)
{
    struct rlimit few = {400, 400};

    setrlimit(RLIMIT_NOFILE, &few);
}

static void too_few_descriptors_are_told(void **state)
{
    static struct program_result r;

    (void)state;
    program_run_prepared(&r, "run fleet --hosts 1000 --workers 20",
                         few_descriptors);
    assert_int_equal(r.status, 4);
    assert_non_null(strstr(r.err, "--hosts 252"));
    /* The number works, the next does not. */
    program_run_prepared(&r,
                         "run fleet --hosts 252 --workers 20 --latency 1 "
                         "--jitter 1 --patience 120000",
                         few_descriptors);
    assert_int_equal(r.status, 0);
    program_run_prepared(&r, "run fleet --hosts 253 --workers 20",
                         few_descriptors);
    assert_int_equal(r.status, 4);
    program_run_prepared(&r, "run fleet --hosts 1 --workers 1000",
                         few_descriptors);
    assert_int_equal(r.status, 4);
}

/* ---- what is seen and said ---------------------------------------------- */

static const struct look_case {
    const char *name;
    int hosts, rows, columns;
    const char *seen; /* NULL: only that it draws */
} looks[] = {
    {"look: a hundred hosts", 100, 8, 78, "40 sending"},
    {"look: with a bar of the link", 100, 10, 98, "answers on it"},
    {"look: four thousand", 4000, 10, 98, "hosts)"},
    {"look: four thousand, little room", 4000, 6, 60, NULL},
    {"look: one", 1, 6, 78, "1 have answered"},
    {"look: a sliver", 100, 3, 5, NULL},
    {"look: nothing", 100, 1, 1, NULL},
};

static void hosts_are_drawn(void **state)
{
    const struct look_case *c = *state;
    struct spec spec = parse("fleet --bandwidth 12.5M");
    struct trace *t = trace_new(&spec, &(struct machine){0});
    struct frame f = {0};
    struct text text = {0};

    assert_non_null(t);
    t->scene.kind = SCENE_FLEET;
    t->scene.fleet.hosts = c->hosts;
    t->scene.fleet.load = 0.5;
    t->scene.fleet.due = 3;
    for (int i = 0; i < c->hosts; i++)
        t->scene.fleet.state[i] = (uint8_t)(i % 5 == 0   ? HOST_DONE
                                            : i % 5 == 1 ? HOST_SENDING
                                                         : i % 5);
    assert_int_equal(frame_init(&f, c->rows, c->columns), 0);
    assert_true(scene_shown(t));
    scene_draw(&f, frame_box(&f), t);
    frame_to_text(&f, &text);
    if (c->seen && !strstr(text_str(&text), c->seen))
        fail_msg("\"%s\" is not in\n%s", c->seen, text_str(&text));
    text_fini(&text);
    frame_fini(&f);
    trace_free(t);
}

static const struct say_case {
    const char *name, *line;
    const char *said[4];
} says[] = {
    {"say: a plain one",
     "fleet --hosts 20 --workers 5" QUICK,
     {"asked 20 hosts and had 20 answers of", "add up to"}},
    {"say: a link",
     "fleet --hosts 10 --tasks 20 --workers 5 --bytes 65536 "
     "--bandwidth 12500000 --scale 10 --patience 60000",
     {"in 20 requests", "(scaled 1:10)", "191 answers a second",
      "10.5 clients"}},
    {"say: losing patience",
     "fleet --hosts 4 --workers 4 --failures 100 --patience 100 --retries 1 "
     "--bandwidth 12500000 --bytes 65536",
     {"no answer", "4 times nothing came within 100", "4 times a host refused",
      "4 requests were made again"}},
};

static void runs_are_said(void **state)
{
    const struct say_case *c = *state;
    struct source *s = run_ok(c->line);
    struct text text = {0};

    summary_sentence(s->trace, &text);
    for (int i = 0; i < 4 && c->said[i]; i++)
        if (!strstr(text_str(&text), c->said[i]))
            fail_msg("\"%s\" is not in: %s", c->said[i], text_str(&text));
    text_fini(&text);
    s->class->close(s);
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(seeds_differ),
        cmocka_unit_test(delays_stay_in_their_range),
        cmocka_unit_test(answers_are_the_hosts_own),
        cmocka_unit_test(addresses_differ),
        cmocka_unit_test(tasks_are_the_hosts),
        cmocka_unit_test(waits_are_not_short),
        cmocka_unit_test(full_queues_are_tried_again),
        cmocka_unit_test(a_thousand_hosts),
        cmocka_unit_test(a_kill_leaves_nothing),
        cmocka_unit_test(waiting_ends_when_told),
        cmocka_unit_test(too_few_descriptors_are_told),
    };
    struct CMUnitTest tests[80];
    size_t n = 0;

    n = add_rows(tests, n, plans, COUNT(plans), sizeof(plans[0]),
                 plan_is_exact);
    for (size_t i = 0; i < COUNT(lines); i++)
        tests[n++] =
            (struct CMUnitTest){.name = lines[i],
                                .test_func = each_answers_once,
                                .initial_state = (void *)(uintptr_t)lines[i]};
    n = add_rows(tests, n, failures, COUNT(failures), sizeof(failures[0]),
                 failures_cost_their_requests);
    n = add_rows(tests, n, looks, COUNT(looks), sizeof(looks[0]),
                 hosts_are_drawn);
    n = add_rows(tests, n, says, COUNT(says), sizeof(says[0]), runs_are_said);
    for (size_t i = 0; i < COUNT(others); i++)
        tests[n++] = others[i];
    return _cmocka_run_group_tests("fleet", tests, n, NULL, NULL);
}
