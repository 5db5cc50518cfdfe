/* Real files that workers read: made, measured, gone. Invariants only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/paths.h"
#include "base/text.h"
#include "lab/files.h"
#include "lib/drive.h"
#include "lib/place.h"
#include "lib/program.h"
#include "stats/summary.h"

/* ---- what files.c does -------------------------------------------------- */

static void cache_is_where_xdg_says(void **state)
{
    static const struct {
        const char *cache, *home, *want;
    } rows[] = {
        {"/a/cache", "/home/me", "/a/cache/timeslice"},
        {"relative", "/home/me", "/home/me/.cache/timeslice"},
        {NULL, "/home/me", "/home/me/.cache/timeslice"},
        {NULL, NULL, NULL},
    };
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char keep[2][512], path[512];
    int failed = -1;

    (void)state;
    snprintf(keep[0], sizeof(keep[0]), "%s", cache ? cache : "");
    snprintf(keep[1], sizeof(keep[1]), "%s", home ? home : "");
    for (int i = 0; i < 4 && failed < 0; i++) {
        int rc;

        rows[i].cache ? setenv("XDG_CACHE_HOME", rows[i].cache, 1)
                      : unsetenv("XDG_CACHE_HOME");
        rows[i].home ? setenv("HOME", rows[i].home, 1) : unsetenv("HOME");
        rc = paths_cache_name(path, sizeof(path));
        if (rows[i].want ? rc != 0 || strcmp(path, rows[i].want) != 0
                         : rc != -ENOENT)
            failed = i;
    }
    setenv("XDG_CACHE_HOME", keep[0], 1);
    setenv("HOME", keep[1], 1);
    if (failed >= 0)
        fail_msg("row %d: %s", failed, path);
}

static void bytes_are_written_for_people(void **state)
{
    static const struct {
        int64_t n;
        const char *want;
    } rows[] = {
        {0, "0 bytes"},       {512, "512 bytes"},   {1000, "0.98 KiB"},
        {65536, "64 KiB"},    {1 << 20, "1 MiB"},   {1500000, "1.43 MiB"},
        {1LL << 30, "1 GiB"}, {1LL << 41, "2 TiB"},
    };
    char buf[32];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(text_bytes(buf, sizeof(buf), rows[i].n),
                            rows[i].want);
}

static void open_place(struct files_folder *f)
{
    struct err err = {0};

    if (files_folder_open(f, place(), &err) < 0)
        fail_msg("%s", err.text);
}

/* Nameless, as long as was asked, no holes in it, the same for a seed. */
static void hidden_files_are_real(void **state)
{
    enum { BYTES = 3 * 1024 * 1024 / 2 };
    const _Atomic uint32_t stop = 0;
    struct files_folder f;
    struct err err = {0};
    struct stat st;
    uint64_t word;
    int before, fd, again;

    (void)state;
    open_place(&f);
    before = place_entries(place());
    fd = files_hidden(&f, &err);
    assert_true(fd >= 0);
    assert_int_equal(place_entries(place()), before);
    assert_int_equal(files_fill(fd, BYTES, 7, &stop, f.path, &err), 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_nlink, 0);
    assert_int_equal(st.st_size, BYTES);
    assert_true(st.st_blocks * 512 >= BYTES);

    again = files_reopen(fd, O_RDONLY);
    assert_true(again >= 0);
    for (int64_t at = 0; at < BYTES; at += 512 * 1024 + 8) {
        assert_int_equal(files_read_at(again, &word, 8, at), 8);
        assert_true(word == files_random(7, (uint64_t)at / 8));
    }
    /* Fewer than asked for at the end. */
    assert_int_equal(files_read_at(again, &word, 8, BYTES - 3), 3);
    close(again);
    close(fd);
    files_folder_close(&f);
}

static void filling_can_be_stopped(void **state)
{
    const _Atomic uint32_t stop = 1;
    struct files_folder f;
    struct err err = {0};
    struct stat st;
    int fd;

    (void)state;
    open_place(&f);
    fd = files_hidden(&f, &err);
    assert_int_equal(files_fill(fd, 64 << 20, 1, &stop, f.path, &err), 1);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_size, 0);
    close(fd);
    files_folder_close(&f);
}

static void room_is_asked_first(void **state)
{
    struct files_folder f;
    struct err err = {0};
    int64_t room;

    (void)state;
    open_place(&f);
    room = files_room(f.fd);
    if (room > 0) {
        assert_int_equal(files_need(&f, 1, 1, "1 file", "size", &err), 0);
        assert_int_equal(
            files_need(&f, INT64_MAX, 2, "2 files of 1 TiB", "size", &err),
            -EAGAIN);
        assert_non_null(strstr(err.text, "2 files of 1 TiB"));
        assert_non_null(
            strstr(err.text, room > 2 * 4096 ? "--size " : "--dir"));
    }
    files_folder_close(&f);
}

/* An own folder is there as long as somebody of its run is; then the next one
 * takes it away, and nothing else. */
static void sweeping_spares_the_living(void **state)
{
    struct files_folder cache, mine;
    struct err err = {0};
    char inside[PATH_MAX + 32];

    (void)state;
    assert_int_equal(files_folder_open(&cache, "auto", &err), 0);
    assert_true(cache.own);
    assert_int_equal(files_scratch_make(&mine, &cache, "migrate", &err), 0);
    snprintf(inside, sizeof(inside), "%s/source", mine.path);
    assert_int_equal(mkdir(inside, 0700), 0);
    snprintf(inside, sizeof(inside), "%s/source/1", mine.path);
    close(open(inside, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    snprintf(inside, sizeof(inside), "%s/of-another-program", cache.path);
    close(open(inside, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));

    files_sweep();
    assert_int_equal(place_entries(mine.path), 1);
    files_folder_close(&mine); /* as when its last process ended */
    files_sweep();
    assert_int_equal(access(mine.path, F_OK), -1);
    assert_int_equal(unlink(inside), 0);
    assert_int_equal(place_entries(cache.path), 0);
    files_folder_close(&cache);
}

/* ---- whole runs --------------------------------------------------------- */

static const char *const reading[] = {
    "--workers 2",
    "--workers 2 --pattern random",
    "--workers 2 --cache pages --bytes 1000",
    "--workers 3 --cache pages --pattern random",
    "--model sequential --cache pages",
    "--model processes --workers 2 --cache pages",
    "--model processes --workers 3",
    "--model gil --workers 2 --cache pages",
    "--model blended --workers 4 --processes 2 --cache pages",
};

static void reads_add_up(void **state)
{
    const char *settings = *state;
    char line[400];
    struct source *s;
    double bytes, requests;

    snprintf(line, sizeof(line),
             "file --size 1M --duration 0.05 --observer off --dir "
             "%s %s",
             place(), settings);
    s = drive_run(line);
    if (s->trace->refused_code != 0 && strstr(s->trace->error, "tmpfs")) {
        print_message("skipped: %s\n", s->trace->error);
        s->class->close(s);
        skip();
    }
    if (s->trace->verdict != VERDICT_OK)
        fail_msg("%s: %s", line, s->trace->error);
    bytes = drive_metric(s, METRIC_BYTES);
    requests = drive_metric(s, METRIC_REQUESTS);
    assert_true(bytes == requests * (double)s->trace->spec.bytes);
    assert_true((double)s->trace->latency.n == requests);
    assert_true(drive_metric(s, METRIC_PREPARE_S) > 0);
    if (s->trace->spec.cache == CACHE_DIRECT)
        assert_false(s->trace->metrics.has[METRIC_CACHED_BYTES]);
    else if (s->trace->metrics.has[METRIC_CACHED_BYTES])
        assert_true(drive_metric(s, METRIC_CACHED_BYTES) <= bytes);
    assert_int_equal(place_entries(place()), 1); /* the cache */
    s->class->close(s);
}

/* A file that was read whole before comes out of memory. */
static void the_page_cache_is_told_apart(void **state)
{
    char line[400];
    struct source *s;
    const struct metrics *m;

    (void)state;
    snprintf(line, sizeof(line),
             "file --size 256k --bytes 64k --duration 0.3 --workers 1 --cache "
             "pages --observer off --dir %s",
             place());
    s = drive_run(line);
    m = &s->trace->metrics;
    assert_int_equal(s->trace->verdict, VERDICT_OK);
    /* The first pass may wait for the disk, no later one does. */
    if (m->has[METRIC_CACHED_BYTES])
        assert_true(drive_metric(s, METRIC_BYTES) -
                        drive_metric(s, METRIC_CACHED_BYTES) <=
                    256 * 1024);
    s->class->close(s);
}

/* Killed at any moment: nothing is left. */
static void a_kill_leaves_nothing(void **state)
{
    char line[400];
    int status;

    (void)state;
    snprintf(line, sizeof(line),
             "file --size 1M --workers 2 --cache pages --duration endless "
             "--observer off --dir %s",
             place());
    for (int i = 0; i < 6; i++) {
        pid_t pid = place_start(line);
        struct timespec pause = {.tv_nsec = i * 12 * NS_PER_MS};

        assert_true(pid > 0);
        nanosleep(&pause, NULL);
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(place_entries(place()), 1);
    }
}

/* A disk that takes only a part of it: here a limit on a file's length. */
static void a_full_disk_is_a_sentence(void **state)
{
    struct rlimit before, small;
    char line[400];
    struct source *s;

    (void)state;
    snprintf(line, sizeof(line),
             "file --size 1M --workers 2 --cache pages --dir %s", place());
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 300 * 1024;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    s = drive_run(line);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(s->trace->verdict, VERDICT_FAILED);
    assert_int_equal(s->trace->refused_code, -EAGAIN);
    assert_non_null(strstr(s->trace->error, place()));
    assert_int_equal(place_entries(place()), 1);
    s->class->close(s);
}

static void it_says_what_was_measured(void **state)
{
    struct text words = {0};
    char line[400];
    struct source *s;

    (void)state;
    snprintf(line, sizeof(line),
             "file --size 256k --duration 0.1 --cache pages --workers 1 "
             "--observer off --dir %s",
             place());
    s = drive_run(line);
    summary_sentence(s->trace, &words);
    if (!strstr(text_str(&words), "through the page cache") ||
        !strstr(text_str(&words), "Little's law"))
        fail_msg("%s", text_str(&words));
    text_fini(&words);
    s->class->close(s);
}

/* ---- requests that cannot be -------------------------------------------- */

static const struct refusal {
    const char *line; /* "@": the place */
    int status;
    const char *says;
} refusals[] = {
    {"run file --bytes 1000", 2, "4096"},
    {"run file --bytes 100M", 2, "--size"},
    {"run file --bytes 64k --size 16k", 2, "--size 65536"},
    {"run file --dir @/none", 2, "there is no such folder"},
    {"run file --dir @/file", 2, "no folder"},
    {"run file --dir /proc", 4, "/proc"},
    {"run file --size 900G --workers 100 --dir @", 4, "would fit"},
    {"run file --model coop", 2, "coop"},
    {"run file --tasks 5", 2, "--tasks"},
};

static void is_refused(void **state)
{
    static struct program_result r;
    const struct refusal *c = *state;
    char line[600] = "";

    close(open(place_path("file"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    for (const char *p = c->line; *p; p++)
        snprintf(line + strlen(line), sizeof(line) - strlen(line), "%.*s",
                 *p == '@' ? PLACE_PATH : 1, *p == '@' ? place() : p);
    program_run(&r, line);
    unlink(place_path("file"));
    if (r.status != c->status || !strstr(r.err, c->says) ||
        strchr(r.err, '\n') != r.err + strlen(r.err) - 1)
        fail_msg("%s: status %d: %s", line, r.status, r.err);
    assert_string_equal(r.out, "");
    assert_int_equal(place_entries(place()), 1);
}

static void read_only_cache(void)
{
    setenv("XDG_CACHE_HOME", "/proc/none", 1);
}

static void cache_cannot_be_made(void **state)
{
    static struct program_result r;

    (void)state;
    program_run_prepared(&r, "run file --duration 0.1", read_only_cache);
    assert_int_equal(r.status, 4);
    assert_non_null(strstr(r.err, "/proc/none/timeslice"));
    assert_string_equal(r.out, "");
}

static int make_place(void **state)
{
    return place_make(state) == 0 ? mkdir(place_path("cache"), 0700) : -1;
}

#define READINGS (sizeof(reading) / sizeof(reading[0]))
#define REFUSALS (sizeof(refusals) / sizeof(refusals[0]))

int main(void)
{
    static const struct CMUnitTest fixed[] = {
        cmocka_unit_test(cache_is_where_xdg_says),
        cmocka_unit_test(bytes_are_written_for_people),
        cmocka_unit_test(hidden_files_are_real),
        cmocka_unit_test(filling_can_be_stopped),
        cmocka_unit_test(room_is_asked_first),
        cmocka_unit_test(sweeping_spares_the_living),
        cmocka_unit_test(the_page_cache_is_told_apart),
        cmocka_unit_test(a_kill_leaves_nothing),
        cmocka_unit_test(a_full_disk_is_a_sentence),
        cmocka_unit_test(it_says_what_was_measured),
        cmocka_unit_test(cache_cannot_be_made),
    };
    enum { FIXED = sizeof(fixed) / sizeof(fixed[0]) };
    static struct CMUnitTest tests[FIXED + READINGS + REFUSALS];
    size_t n = FIXED;

    memcpy(tests, fixed, sizeof(fixed));
    for (size_t i = 0; i < READINGS; i++)
        tests[n++] =
            (struct CMUnitTest){.name = reading[i],
                                .test_func = reads_add_up,
                                .initial_state = (void *)(uintptr_t)reading[i]};
    for (size_t i = 0; i < REFUSALS; i++)
        tests[n++] = (struct CMUnitTest){.name = refusals[i].line,
                                         .test_func = is_refused,
                                         .initial_state =
                                             (void *)(uintptr_t)&refusals[i]};
    return cmocka_run_group_tests(tests, make_place, place_remove);
}
