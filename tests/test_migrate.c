/* Files converted once each, whatever happens to the run. Invariants only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lab/migration.h"
#include "lib/drive.h"
#include "lib/fake_trace.h"
#include "lib/place.h"
#include "lib/program.h"
#include "stats/summary.h"
#include "view/scene.h"

#define FILES 12
#define BYTES (64 * 1024)
#define SMALL "migrate --tasks 12 --bytes 64k --observer off "

/* ---- contents ----------------------------------------------------------- */

static void ciphers_and_digests_are_the_published_ones(void **state)
{
    /* The test vector that goes round with XTEA: "ABCDEFGH". */
    static const uint32_t key[4] = {0x00010203, 0x04050607, 0x08090a0b,
                                    0x0c0d0e0f};
    uint64_t block = UINT64_C(0x45464748) << 32 | 0x41424344;

    (void)state;
    assert_true(migration_xtea(key, block) ==
                (UINT64_C(0x72612cb5) << 32 | 0x497df3d0));
    /* Fowler, Noll and Vo's own table. */
    assert_true(migration_digest(MIGRATION_DIGEST, "", 0) ==
                UINT64_C(0xcbf29ce484222325));
    assert_true(migration_digest(MIGRATION_DIGEST, "a", 1) ==
                UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(migration_digest(MIGRATION_DIGEST, "foobar", 6) ==
                UINT64_C(0x85944171f73967e8));
}

static void converting_twice_gives_the_source(void **state)
{
    enum { N = 1003 }; /* no whole number of blocks */
    char source[N], whole[N], pieces[N];

    (void)state;
    migration_source(5, 3, 0, source, N);
    for (int at = 0; at < N; at += 104)
        migration_source(5, 3, at, pieces + at, N - at < 104 ? N - at : 104);
    assert_memory_equal(source, pieces, N);

    memcpy(whole, source, N);
    migration_convert(5, 3, 0, whole, N);
    for (int at = 0; at < N; at += 104)
        migration_convert(5, 3, at, pieces + at, N - at < 104 ? N - at : 104);
    assert_memory_equal(whole, pieces, N);
    assert_memory_not_equal(whole, source, N);
    migration_convert(5, 3, 0, whole, N);
    assert_memory_equal(whole, source, N);
    /* Another file, another content. */
    migration_source(5, 4, 0, pieces, N);
    assert_memory_not_equal(source, pieces, N);
}

/* ---- what lies in a folder ---------------------------------------------- */

/* What result @file must be, bit for bit. */
static void expected(int64_t file, size_t bytes, char *out)
{
    uint64_t digest;

    migration_source(1, file, 0, out, bytes);
    migration_convert(1, file, 0, out, bytes);
    digest = migration_digest(MIGRATION_DIGEST, out, bytes);
    memcpy(out + bytes, &digest, sizeof(digest));
}

static int open_result(const char *dir, int64_t file)
{
    char name[MIGRATION_NAME], path[PLACE_PATH + 128];

    migration_name(name, file, false);
    snprintf(path, sizeof(path), "%s/result/%s", dir, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* How many results there are; fails the test unless each is whole. @seen, if
 * not NULL, holds each one's inode once it was seen: it must stay. */
static int results_are_exact(const char *dir, ino_t *seen)
{
    static char want[BYTES + MIGRATION_TRAILER], is[sizeof(want) + 1];
    int found = 0;

    for (int64_t file = 0; file < FILES; file++) {
        int fd = open_result(dir, file);
        struct stat st;

        if (fd < 0 && seen && seen[file])
            fail_msg("result %d is gone", (int)file);
        if (fd < 0)
            continue;
        found++;
        expected(file, BYTES, want);
        if (files_read_at(fd, is, sizeof(is), 0) != sizeof(want) ||
            memcmp(is, want, sizeof(want)) != 0)
            fail_msg("result %d is not what it must be", (int)file);
        fstat(fd, &st);
        close(fd);
        if (seen && seen[file] && seen[file] != st.st_ino)
            fail_msg("result %d was written twice", (int)file);
        if (seen)
            seen[file] = st.st_ino;
    }
    return found;
}

static void assert_complete(const char *dir)
{
    char path[PLACE_PATH + 128];

    assert_int_equal(results_are_exact(dir, NULL), FILES);
    snprintf(path, sizeof(path), "%s/result", dir);
    assert_int_equal(place_entries(path), FILES); /* and no other */
    snprintf(path, sizeof(path), "%s/source", dir);
    assert_int_equal(place_entries(path), FILES);
}

static void cache_is_empty(void)
{
    assert_int_equal(place_entries(place_path("cache/timeslice")), 0);
}

/* ---- whole runs --------------------------------------------------------- */

/* Run it in @dir (NULL: in the cache). The caller closes it. */
static struct source *run(const char *dir, const char *settings)
{
    char line[600];

    snprintf(line, sizeof(line), SMALL "%s %s %s", settings, dir ? "--dir" : "",
             dir ? dir : "");
    return drive_run(line);
}

static void run_ok(const char *dir, const char *settings, double resumed)
{
    struct source *s = run(dir, settings);

    if (s->trace->verdict != VERDICT_OK)
        fail_msg("%s: %s", settings, s->trace->error);
    assert_true(drive_metric(s, METRIC_TASKS_DONE) == FILES);
    if (resumed >= 0)
        assert_true(drive_metric(s, METRIC_RESUMED) == resumed);
    s->class->close(s);
}

static const char *const ways[] = {
    "--model sequential",
    "--model threads --workers 1",
    "--model threads --workers 12",
    "--model processes --workers 3",
    "--model threads --workers 4 --task-ms 1",
    "--model blended --workers 4 --processes 2",
    "--workers 4 --groups 2",
};

static double checksum_of(const char *dir, const char *settings)
{
    struct source *s = run(dir, settings);
    double sum;

    if (s->trace->verdict != VERDICT_OK)
        fail_msg("%s: %s", settings, s->trace->error);
    sum = drive_metric(s, METRIC_CHECKSUM);
    assert_true(drive_metric(s, METRIC_BYTES) == (double)FILES * BYTES);
    assert_true(drive_metric(s, METRIC_RESUMED) == 0);
    s->class->close(s);
    return sum;
}

/* The digests' sum, computed here, is every model's checksum. */
static void every_model_writes_the_same(void **state)
{
    static char want[BYTES + MIGRATION_TRAILER];
    const char *settings = *state;
    uint64_t sum = 0, digest;

    for (int64_t file = 0; file < FILES; file++) {
        expected(file, BYTES, want);
        memcpy(&digest, want + BYTES, sizeof(digest));
        sum = (sum + digest) & ((UINT64_C(1) << 53) - 1);
    }
    assert_true(checksum_of(NULL, settings) == (double)sum);
    cache_is_empty();
    assert_true(checksum_of(place_path("to"), settings) == (double)sum);
    assert_complete(place_path("to"));
    place_clear(place_path("to"));
}

static void a_finished_one_is_checked_only(void **state)
{
    const char *dir = place_path("twice");

    (void)state;
    run_ok(dir, "--workers 2", 0);
    run_ok(dir, "--workers 3 --model processes --resume yes", FILES);
    assert_complete(dir);
    place_clear(dir);
}

static void resuming_begins_where_nothing_is(void **state)
{
    const char *dir = place_path("fresh");

    (void)state;
    run_ok(dir, "--workers 2 --resume yes", 0);
    assert_complete(dir);
    place_clear(dir);
}

static void stopped_by_hand_it_goes_on_later(void **state)
{
    const char *dir = place_path("later");
    ino_t seen[FILES] = {0};
    char line[600];
    struct source *s;
    int there;

    (void)state;
    snprintf(line, sizeof(line), SMALL "--workers 2 --task-ms 5 --dir %s", dir);
    s = drive_open(line, true);
    while (!s->done && (!s->trace->metrics.has[METRIC_BYTES] ||
                        s->trace->metrics.value[METRIC_BYTES] < BYTES))
        drive_for(s, NS_PER_MS);
    s->class->stop(s, VERDICT_INTERRUPTED);
    drive_to_end(s);
    s->class->close(s);
    there = results_are_exact(dir, seen);
    assert_true(there >= 1);
    assert_int_equal(place_entries(place_path("later/result")), there);
    run_ok(dir, "--workers 2 --resume yes", there);
    results_are_exact(dir, seen);
    assert_complete(dir);
    place_clear(dir);
}

/* ---- fifty kills -------------------------------------------------------- */

static uint64_t random_state = 88172645463325252;

static int64_t random_below(int64_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (int64_t)(random_state % (uint64_t)n);
}

static void pause_ns(int64_t ns)
{
    struct timespec t = clock_to_timespec(ns);

    nanosleep(&t, NULL);
}

static bool ended(pid_t pid)
{
    siginfo_t info = {0};

    waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT);
    return info.si_pid != 0;
}

/* Some instant of a run: so long after its start, so many results after, or
 * soon after the folder was marked. */
static void wait_for_an_instant(pid_t pid, const char *result, const char *mark)
{
    int more = place_entries(result) + 1 + (int)random_below(3);

    switch (random_below(3)) {
    case 0:
        break;
    case 1:
        while (!ended(pid) && place_entries(result) < more)
            pause_ns(NS_PER_MS / 10);
        pause_ns(random_below(2 * NS_PER_MS));
        return;
    default:
        while (!ended(pid) && access(mark, F_OK) < 0)
            pause_ns(NS_PER_MS / 10);
        break;
    }
    pause_ns(random_below(30 * NS_PER_MS));
}

/* The killed run's processes have all gone: its lock is free. */
static void wait_for_the_lock(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return;
    flock(fd, LOCK_EX);
    close(fd);
}

static void fifty_kills_lose_and_double_nothing(void **state)
{
    static const char *const models[] = {"threads", "processes"};
    const char *dir = place_path("killed");
    const char *result = place_path("killed/result");
    const char *mark = place_path("killed/" MIGRATION_MARK);
    ino_t seen[FILES] = {0};
    char line[600];
    int kills = 0, whole = 0, status;

    (void)state;
    for (int runs = 0; kills < 50 && runs < 400; runs++) {
        pid_t pid;

        snprintf(line, sizeof(line),
                 SMALL "--workers 2 --task-ms 1 --resume yes --model %s "
                       "--dir %s",
                 models[runs % 2], dir);
        pid = place_start(line);
        assert_true(pid > 0);
        wait_for_an_instant(pid, result, mark);
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status))
            assert_int_equal(WEXITSTATUS(status), 0);
        kills += WIFSIGNALED(status);
        if (results_are_exact(dir, seen) < FILES)
            continue;
        wait_for_the_lock(dir);
        assert_complete(dir);
        place_clear(dir); /* and from the beginning */
        memset(seen, 0, sizeof(seen));
        whole++;
    }
    print_message("%d kills, %d migrations came to their end meanwhile\n",
                  kills, whole);
    assert_true(kills > 0);
    run_ok(dir, "--workers 2 --resume yes", -1);
    results_are_exact(dir, seen);
    assert_complete(dir);
    place_clear(dir);
}

/* Processes that were killed may need a while to vanish on a crowded machine:
 * as long as one is there its folder is spared. */
static void sweep_until_empty(void)
{
    for (int i = 0; i < 1000; i++) {
        if (place_entries(place_path("cache/timeslice")) == 0)
            return;
        pause_ns(10 * NS_PER_MS);
        files_sweep();
    }
    cache_is_empty();
}

/* In the cache: the next run takes away what a killed one left. */
static void the_next_run_sweeps(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        pid_t pid = place_start(SMALL "--workers 2 --task-ms 20 --model "
                                      "processes");

        assert_true(pid > 0);
        while (i % 2 && !ended(pid) &&
               place_entries(place_path("cache/timeslice")) == 0)
            pause_ns(NS_PER_MS / 10);
        pause_ns(random_below(30 * NS_PER_MS));
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
    }
    run_ok(NULL, "--workers 2", 0);
    sweep_until_empty();
}

/* Closed while it works, as by leaving the screen: nothing is left either. */
static void leaving_leaves_nothing(void **state)
{
    struct source *s =
        drive_open(SMALL "--workers 3 --task-ms 50 --model processes", true);

    (void)state;
    while (!s->done && !s->running)
        drive_for(s, NS_PER_MS);
    s->class->close(s);
    sweep_until_empty();
}

/* ---- what goes wrong ---------------------------------------------------- */

static void scribble(const char *path, int64_t at)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "scribble", 8, at), 8);
    close(fd);
}

static void a_damaged_result_is_not_believed(void **state)
{
    const char *dir = place_path("damaged");
    struct source *s;

    (void)state;
    run_ok(dir, "--workers 2", 0);
    scribble(place_path("damaged/result/000007"), 100);
    s = run(dir, "--workers 2 --resume yes");
    assert_int_equal(s->trace->verdict, VERDICT_FAILED);
    assert_true(drive_metric(s, METRIC_TASKS_FAILED) == 1);
    assert_non_null(strstr(s->trace->error, "number 7"));
    assert_non_null(strstr(s->trace->error, "damaged"));
    assert_false(s->trace->metrics.has[METRIC_CHECKSUM]);
    s->class->close(s);
    assert_int_equal(unlink(place_path("damaged/result/000007")), 0);
    run_ok(dir, "--workers 2 --resume yes", FILES - 1);
    assert_complete(dir);
    place_clear(dir);
}

static void a_damaged_source_is_not_converted(void **state)
{
    const char *dir = place_path("source");
    struct source *s;

    (void)state;
    run_ok(dir, "--workers 2", 0);
    scribble(place_path("source/source/000003"), 60000);
    assert_int_equal(unlink(place_path("source/result/000003")), 0);
    s = run(dir, "--workers 2 --resume yes");
    assert_int_equal(s->trace->verdict, VERDICT_FAILED);
    assert_non_null(strstr(s->trace->error, "number 3"));
    s->class->close(s);
    assert_int_equal(place_entries(place_path("source/result")), FILES - 1);
    place_clear(dir);
}

/* The disk is full while the results are written: here a limit on a file's
 * length, which a result passes with its last bytes. */
static void a_full_disk_fails_tasks(void **state)
{
    const char *dir = place_path("full");
    struct rlimit before, small;
    struct source *s;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = BYTES;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    s = run(dir, "--workers 2");
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(s->trace->verdict, VERDICT_FAILED);
    assert_true(drive_metric(s, METRIC_TASKS_FAILED) == FILES);
    assert_non_null(strstr(s->trace->error, "writing"));
    s->class->close(s);
    assert_int_equal(place_entries(place_path("full/result")), 0);
    run_ok(dir, "--workers 2 --resume yes", 0);
    assert_complete(dir);
    place_clear(dir);
}

/* ... or before, with the sources: then there is no migration. */
static void a_full_disk_leaves_no_folder(void **state)
{
    static const char *const dirs[] = {"small", NULL};
    struct rlimit before, small;

    (void)state;
    for (int i = 0; i < 2; i++) {
        const char *dir = dirs[i] ? place_path(dirs[i]) : NULL;
        struct source *s;

        assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
        small = before;
        small.rlim_cur = BYTES / 2;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        s = run(dir, "--workers 2");
        setrlimit(RLIMIT_FSIZE, &before);
        assert_int_equal(s->trace->verdict, VERDICT_FAILED);
        assert_int_equal(s->trace->refused_code, -EAGAIN);
        s->class->close(s);
        if (dir)
            assert_int_equal(access(dir, F_OK), -1);
        cache_is_empty();
    }
}

static const struct refusal {
    const char *name, *settings; /* of a folder with 12 files of 64k, seed 1 */
    int status;
    const char *says;
} refusals[] = {
    {"again", "--tasks 12 --bytes 64k", 2, "--resume yes"},
    {"fewer files", "--tasks 11 --bytes 64k --resume yes", 2, "--tasks 12"},
    {"longer files", "--tasks 12 --bytes 1M --resume yes", 2, "--bytes 65536"},
    {"another seed", "--tasks 12 --bytes 64k --resume yes --seed 2", 2,
     "--seed 1"},
};

static void is_refused(void **state)
{
    static struct program_result r;
    const struct refusal *c = *state;
    const char *dir = place_path("kept");
    char line[600];

    if (access(dir, F_OK) < 0)
        run_ok(dir, "--workers 2", 0);
    snprintf(line, sizeof(line), "run migrate %s --dir %s", c->settings, dir);
    program_run(&r, line);
    if (r.status != c->status || !strstr(r.err, c->says) ||
        strchr(r.err, '\n') != r.err + strlen(r.err) - 1)
        fail_msg("%s: status %d: %s", line, r.status, r.err);
    assert_string_equal(r.out, "");
    assert_complete(dir);
}

static void strangers_files_are_left_alone(void **state)
{
    static struct program_result r;
    const char *file = place_path("mine/letter");
    char line[600];

    (void)state;
    assert_int_equal(mkdir(place_path("mine"), 0700), 0);
    close(open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    snprintf(line, sizeof(line), "run migrate --dir %s", place_path("mine"));
    program_run(&r, line);
    assert_int_equal(r.status, 2);
    assert_non_null(strstr(r.err, "holds other files"));
    assert_int_equal(place_entries(place_path("mine")), 1);
    /* A mark that is none of ours. */
    rename(file, place_path("mine/" MIGRATION_MARK));
    scribble(place_path("mine/" MIGRATION_MARK), 0);
    program_run(&r, line);
    assert_int_equal(r.status, 2);
    assert_int_equal(place_entries(place_path("mine")), 1);

    snprintf(line, sizeof(line), "run migrate --dir %s",
             place_path("no/such/place"));
    program_run(&r, line);
    assert_int_equal(r.status, 2);
    assert_int_equal(access(place_path("no"), F_OK), -1);
    program_run(&r, "run migrate --dir /proc/none");
    assert_true(r.status == 2 || r.status == 4);
    program_run(&r, "run migrate --resume yes");
    assert_int_equal(r.status, 2);
    assert_non_null(strstr(r.err, "--dir"));
    program_run(&r, "run migrate --tasks 5000");
    assert_int_equal(r.status, 2);
    program_run(&r, "run migrate --duration 1");
    assert_int_equal(r.status, 2);
    program_run(&r, "run migrate --bytes 90G --tasks 4000");
    assert_int_equal(r.status, 4);
    assert_non_null(strstr(r.err, "would fit"));
    cache_is_empty();
    place_clear(place_path("mine"));
}

static void two_at_once_are_one_too_many(void **state)
{
    const char *dir = place_path("shared");
    struct source *s;
    int fd;

    (void)state;
    run_ok(dir, "--workers 2", 0);
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    s = run(dir, "--workers 2 --resume yes");
    assert_int_equal(s->trace->refused_code, -EAGAIN);
    assert_non_null(strstr(s->trace->error, "another run"));
    s->class->close(s);
    close(fd);
    assert_complete(dir);
    place_clear(dir);
}

/* ---- what is shown ------------------------------------------------------ */

static void the_sentence_tells_all(void **state)
{
    struct source *s = run(NULL, "--workers 2");
    struct text words = {0};

    (void)state;
    summary_sentence(s->trace, &words);
    if (!strstr(text_str(&words), "converted 12 files of 64 KiB") ||
        !strstr(text_str(&words), "Every file is there once"))
        fail_msg("%s", text_str(&words));
    text_fini(&words);
    s->class->close(s);
}

static void scene_shows_files_by_state(void **state)
{
    static const char *const lines[] = {
        "migrate --tasks 24 --workers 4",
        "migrate --tasks 24 --workers 4 --groups 2",
        "migrate --tasks 4000 --workers 40 --groups 20",
        "command --tasks 24 --workers 4 -- true",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct trace *t = fake_new(lines[i]);
        struct text text = {0};
        struct frame f = {0};

        t->scene.kind = SCENE_FILES;
        t->scene.files.count = (int32_t)t->spec.tasks;
        for (int k = 0; k < t->scene.files.count; k++)
            t->scene.files.state[k] = (uint8_t)(k % (FILE_FAILED + 1));
        for (int rows = 1; rows < 12; rows++) {
            for (int columns = 1; columns < 100; columns += 7) {
                frame_init(&f, rows, columns);
                scene_draw(&f, (struct box){0, 0, rows, columns}, t);
            }
        }
        frame_init(&f, 11, 100);
        scene_draw(&f, frame_box(&f), t);
        frame_to_text(&f, &text);
        assert_non_null(strstr(text_str(&text), "TASKS BY STATE"));
        assert_non_null(strstr(text_str(&text), "done"));
        assert_non_null(strstr(text_str(&text), "failed"));
        if (t->spec.groups > 1)
            assert_non_null(strstr(text_str(&text), "machine 2"));
        text_fini(&text);
        frame_fini(&f);
        trace_free(t);
    }
}

#define WAYS (sizeof(ways) / sizeof(ways[0]))
#define REFUSALS (sizeof(refusals) / sizeof(refusals[0]))

int main(void)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test(ciphers_and_digests_are_the_published_ones),
        cmocka_unit_test(converting_twice_gives_the_source),
        cmocka_unit_test(a_finished_one_is_checked_only),
        cmocka_unit_test(resuming_begins_where_nothing_is),
        cmocka_unit_test(stopped_by_hand_it_goes_on_later),
        cmocka_unit_test(fifty_kills_lose_and_double_nothing),
        cmocka_unit_test(the_next_run_sweeps),
        cmocka_unit_test(leaving_leaves_nothing),
        cmocka_unit_test(a_damaged_result_is_not_believed),
        cmocka_unit_test(a_damaged_source_is_not_converted),
        cmocka_unit_test(a_full_disk_fails_tasks),
        cmocka_unit_test(a_full_disk_leaves_no_folder),
        cmocka_unit_test(strangers_files_are_left_alone),
        cmocka_unit_test(two_at_once_are_one_too_many),
        cmocka_unit_test(the_sentence_tells_all),
        cmocka_unit_test(scene_shows_files_by_state),
    };
    enum { FIXED = sizeof(fixed) / sizeof(fixed[0]) };
    static struct CMUnitTest tests[FIXED + WAYS + REFUSALS];
    size_t n = FIXED;

    memcpy(tests, fixed, sizeof(fixed));
    for (size_t i = 0; i < WAYS; i++)
        tests[n++] =
            (struct CMUnitTest){.name = ways[i],
                                .test_func = every_model_writes_the_same,
                                .initial_state = (void *)(uintptr_t)ways[i]};
    for (size_t i = 0; i < REFUSALS; i++)
        tests[n++] = (struct CMUnitTest){.name = refusals[i].name,
                                         .test_func = is_refused,
                                         .initial_state =
                                             (void *)(uintptr_t)&refusals[i]};
    return cmocka_run_group_tests(tests, place_make, place_remove);
}
