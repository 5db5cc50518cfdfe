/* What the machine is and how much room it has: on this machine, and on made-up
 * ones that are nothing but a few files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <ftw.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/machine.h"

/* ---- made-up machines --------------------------------------------------- */

struct fake {
    char root[64];
};

static int fake_setup(void **state)
{
    struct fake *fake = calloc(1, sizeof(*fake));

    if (fake == NULL)
        return -1;
    strcpy(fake->root, "/tmp/timeslice-machine-XXXXXX");
    if (mkdtemp(fake->root) == NULL)
        return -1;
    machine_root = fake->root;
    *state = fake;
    return 0;
}

static int remove_one(const char *path, const struct stat *status, int type,
                      struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static int fake_teardown(void **state)
{
    struct fake *fake = *state;
    int rc = nftw(fake->root, remove_one, 8, FTW_DEPTH | FTW_PHYS);

    machine_root = "";
    free(fake);
    return rc;
}

/* Write @content to @name and make the folders on the way. */
static void fake_file(const struct fake *fake, const char *name,
                      const char *content)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof(path), "%s%s", fake->root, name);
    for (char *p = path + strlen(fake->root) + 1; *p != '\0'; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        mkdir(path, 0755);
        *p = '/';
    }
    file = fopen(path, "we");
    assert_non_null(file);
    fputs(content, file);
    assert_int_equal(fclose(file), 0);
}

/* A machine of 200 tasks whose limits are all wide: 100000 and more. */
static void fake_wide(const struct fake *fake)
{
    fake_file(fake, "/proc/loadavg", "0.50 0.40 0.30 2/200 4711\n");
    fake_file(fake, "/proc/sys/kernel/pid_max", "4194304\n");
    fake_file(fake, "/proc/sys/kernel/threads-max", "3000000\n");
    fake_file(fake, "/proc/sys/vm/max_map_count", "2000000\n");
    fake_file(fake, "/proc/self/maps", "one\ntwo\nthree\n");
}

static void assert_room(bool threads, int64_t bytes_each, int64_t available,
                        int64_t want, const char *want_limit)
{
    struct machine m = {.memory_available = available};
    struct rlimit nproc;
    const char *limit = NULL;
    int64_t room;

    /* The user's own limit is the one thing that is no file. */
    assert_int_equal(getrlimit(RLIMIT_NPROC, &nproc), 0);
    room = machine_room_for_workers(&m, threads, bytes_each, &limit);
    assert_non_null(limit);
    if (strcmp(limit, "ulimit -u") == 0) {
        assert_true(room < want);
        print_message("skipped: ulimit -u is less than all else\n");
        return;
    }
    assert_string_equal(limit, want_limit);
    assert_int_equal(room, want);
}

static void room_by_pid_max(void **state)
{
    fake_wide(*state);
    fake_file(*state, "/proc/sys/kernel/pid_max", "32768\n");
    assert_room(true, 0, 0, 32768 - 300 - 200 - 32, "kernel.pid_max");
    assert_room(false, 0, 0, 32768 - 300 - 200 - 32, "kernel.pid_max");
}

static void room_by_threads_max(void **state)
{
    fake_wide(*state);
    fake_file(*state, "/proc/sys/kernel/threads-max", "5000\n");
    assert_room(false, 0, 0, 5000 - 200 - 32, "kernel.threads-max");
}

static void room_by_mappings_for_threads_only(void **state)
{
    fake_wide(*state);
    fake_file(*state, "/proc/sys/vm/max_map_count", "65530\n");
    assert_room(true, 0, 0, (65530 - 3 - 200) / 2, "vm.max_map_count");
    assert_room(false, 0, 0, 3000000 - 200 - 32, "kernel.threads-max");
}

static void room_by_memory(void **state)
{
    fake_wide(*state);
    assert_room(true, 65536, 65536 * 1000 + 1, 1000, "memory");
    assert_room(true, 65536, 100, 0, "memory");
}

static void room_is_never_negative(void **state)
{
    fake_wide(*state);
    fake_file(*state, "/proc/sys/kernel/threads-max", "150\n");
    assert_room(true, 0, 0, 0, "kernel.threads-max");
}

static void room_is_endless_when_nothing_says_so(void **state)
{
    (void)state;
    assert_room(true, 0, 0, INT64_MAX, "");
}

/* The group above is the tighter one, and it is nearly full. */
static void room_by_new_cgroups(void **state)
{
    fake_wide(*state);
    fake_file(*state, "/proc/self/cgroup", "0::/user.slice/lab\n");
    fake_file(*state, "/proc/self/mountinfo",
              "22 1 0:20 / /proc rw - proc proc rw\n"
              "25 1 0:22 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n");
    fake_file(*state, "/sys/fs/cgroup/user.slice/lab/pids.max", "5000\n");
    fake_file(*state, "/sys/fs/cgroup/user.slice/lab/pids.current", "10\n");
    fake_file(*state, "/sys/fs/cgroup/user.slice/pids.max", "1000\n");
    fake_file(*state, "/sys/fs/cgroup/user.slice/pids.current", "400\n");
    assert_room(true, 0, 0, 600 - 32, "cgroup pids.max");

    fake_file(*state, "/sys/fs/cgroup/user.slice/pids.max", "max\n");
    assert_room(true, 0, 0, 4990 - 32, "cgroup pids.max");
}

/* Old and new side by side: the old one has the controller. */
static void room_by_old_cgroups(void **state)
{
    fake_wide(*state);
    fake_file(*state, "/proc/self/cgroup",
              "9:cpu,cpuacct:/\n8:name=pids:/no\n7:pids:/a\n0::/b\n");
    fake_file(*state, "/proc/self/mountinfo",
              "25 1 0:22 / /cg/unified rw - cgroup2 cgroup2 rw\n"
              "26 1 0:23 / /cg/rapids rw - cgroup cgroup rw,rapids\n"
              "27 1 0:24 / /cg/pids rw - cgroup cgroup rw,pids\n");
    fake_file(*state, "/cg/unified/b/pids.max", "77\n");
    fake_file(*state, "/cg/pids/a/pids.max", "900\n");
    fake_file(*state, "/cg/pids/a/pids.current", "100\n");
    assert_room(true, 0, 0, 800 - 32, "cgroup pids.max");
}

/* A container sees its own group at the top of the mount. */
static void room_by_a_containers_cgroup(void **state)
{
    fake_wide(*state);
    fake_file(*state, "/proc/self/cgroup", "4:pids:/docker/abc\n");
    fake_file(*state, "/proc/self/mountinfo",
              "27 1 0:24 /docker/abc /cg/pids ro - cgroup cgroup rw,pids\n");
    fake_file(*state, "/cg/pids/pids.max", "300\n");
    fake_file(*state, "/cg/pids/pids.current", "20\n");
    assert_room(true, 0, 0, 280 - 32, "cgroup pids.max");
}

static void memory_is_the_groups_if_less(void **state)
{
    struct machine m;

    fake_file(*state, "/proc/meminfo",
              "MemTotal:       8000000 kB\nMemFree: 1 kB\n"
              "MemAvailable:   6000000 kB\n");
    machine_read(&m);
    assert_int_equal(m.memory_total, INT64_C(8000000) * 1024);
    assert_int_equal(m.memory_available, INT64_C(6000000) * 1024);

    fake_file(*state, "/proc/self/cgroup", "0::/\n");
    fake_file(*state, "/proc/self/mountinfo",
              "25 1 0:22 / /cg rw - cgroup2 cgroup2 rw\n");
    fake_file(*state, "/cg/memory.max", "1000000000\n");
    fake_file(*state, "/cg/memory.current", "900000000\n");
    fake_file(*state, "/cg/memory.stat",
              "anon 100\ninactive_file 300000000\nactive_file 200000000\n");
    machine_read(&m);
    assert_int_equal(m.memory_available, 600000000);

    /* Full is little, not unknown. */
    fake_file(*state, "/cg/memory.current", "2000000000\n");
    machine_read(&m);
    assert_int_equal(m.memory_available, 1);
}

static void what_cannot_be_read_says_so(void **state)
{
    struct machine m;

    (void)state;
    machine_read(&m);
    assert_int_equal(m.perf_paranoid, 99);
    assert_false(m.autogroup);
    assert_int_equal(m.memory_total, 0);
    assert_int_equal(m.memory_available, 0);
    assert_true(m.cpus_allowed >= 1);
}

static void autogroup_must_be_switched_on(void **state)
{
    struct machine m;

    fake_file(*state, "/proc/self/autogroup", "/autogroup-6 nice 0\n");
    fake_file(*state, "/proc/sys/kernel/sched_autogroup_enabled", "0\n");
    machine_read(&m);
    assert_false(m.autogroup);
    fake_file(*state, "/proc/sys/kernel/sched_autogroup_enabled", "1\n");
    fake_file(*state, "/proc/sys/kernel/perf_event_paranoid", "-1\n");
    machine_read(&m);
    assert_true(m.autogroup);
    assert_int_equal(m.perf_paranoid, -1);
}

/* RLIMIT_NPROC counts this user's tasks only, and is nothing to root. */
static void room_by_ulimit(void **state)
{
    const struct rlimit hundred = {100, 100};
    char status_text[128];
    int status;
    pid_t pid;

    fake_wide(*state);
    snprintf(status_text, sizeof(status_text),
             "Name:\tone\nUid:\t%d\t0\t0\t0\nThreads:\t10\n",
             getuid() == 0 ? 4711 : (int)getuid());
    fake_file(*state, "/proc/17/status", status_text);
    fake_file(*state, "/proc/18/status", "Uid:\t99999\nThreads:\t50\n");
    chmod(((struct fake *)*state)->root, 0755);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct machine m = {0};
        const char *limit;

        if (setrlimit(RLIMIT_NPROC, &hundred) < 0)
            _exit(2);
        if (getuid() == 0) {
            if (machine_room_for_workers(&m, true, 0, &limit) < 100)
                _exit(3);
            if (setuid(4711) < 0)
                _exit(0); /* a container that has one user only */
        }
        if (machine_room_for_workers(&m, true, 0, &limit) != 100 - 10 - 32)
            _exit(4);
        _exit(strcmp(limit, "ulimit -u") == 0 ? 0 : 5);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* ---- this machine ------------------------------------------------------- */

static void this_machine_makes_sense(void **state)
{
    struct machine m;
    const char *limit = NULL;
    int64_t room, forked;

    (void)state;
    machine_read(&m);
    assert_true(m.cpus_allowed >= 1);
    assert_true(m.cpus_allowed <= m.cpus_online);
    assert_int_equal(CPU_COUNT(&m.allowed), m.cpus_allowed);
    assert_true(m.kernel[0] != '\0' && m.arch[0] != '\0');
    assert_true(m.tick_hz == 0 || (m.tick_hz >= 24 && m.tick_hz <= 10000));
    assert_true(m.perf_paranoid >= -1 && m.perf_paranoid <= 99);
    assert_true(m.memory_available <= m.memory_total);

    room = machine_room_for_workers(&m, true, 65536, &limit);
    assert_true(room >= 0);
    assert_non_null(limit);
    assert_true(strlen(limit) > 0);
    forked = machine_room_for_workers(&m, false, 65536, &limit);
    assert_true(forked >= room || forked > room - 100); /* others come and go */
    assert_true(machine_room_for_workers(&m, true, 65536, NULL) >= 0);
}

static int open_descriptors(void)
{
    int n = 0;

    for (int fd = 0; fd < 1024; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/* Asked before every run: nothing may stay open. */
static void asking_for_room_leaves_nothing_open(void **state)
{
    struct machine m;
    struct rlimit was, limited;
    int before;

    (void)state;
    machine_read(&m);
    assert_int_equal(getrlimit(RLIMIT_NPROC, &was), 0);
    limited = was;
    limited.rlim_cur = 4000; /* so that it is asked about */
    assert_int_equal(setrlimit(RLIMIT_NPROC, &limited), 0);
    before = open_descriptors();
    for (int i = 0; i < 5; i++)
        machine_room_for_workers(&m, true, 65536, NULL);
    assert_int_equal(open_descriptors(), before);
    assert_int_equal(setrlimit(RLIMIT_NPROC, &was), 0);
}

#define ON_FAKE(test)                                                          \
    cmocka_unit_test_setup_teardown(test, fake_setup, fake_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_FAKE(room_by_pid_max),
        ON_FAKE(room_by_threads_max),
        ON_FAKE(room_by_mappings_for_threads_only),
        ON_FAKE(room_by_memory),
        ON_FAKE(room_is_never_negative),
        ON_FAKE(room_is_endless_when_nothing_says_so),
        ON_FAKE(room_by_new_cgroups),
        ON_FAKE(room_by_old_cgroups),
        ON_FAKE(room_by_a_containers_cgroup),
        ON_FAKE(memory_is_the_groups_if_less),
        ON_FAKE(what_cannot_be_read_says_so),
        ON_FAKE(autogroup_must_be_switched_on),
        ON_FAKE(room_by_ulimit),
        cmocka_unit_test(this_machine_makes_sense),
        cmocka_unit_test(asking_for_room_leaves_nothing_open),
    };

    return cmocka_run_group_tests_name("machine", tests, NULL, NULL);
}
