/* The history and what may befall it: a writer that is killed, a file that is
 * cut off, a bit that flips. Nothing is lost silently, nothing wrong is read,
 * nothing crashes. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/random.h"
#include "lib/fake_trace.h"
#include "lib/kept.h"
#include "lib/place.h"

#define RUNS 15
#define CUTS 200
#define FLIPS 500
#define KILLS 20

/* ---- a history to be damaged ----------------------------------------------
 */

static char *whole;  /* its bytes */
static size_t bytes; /* how many */
static char *texts[RUNS + 1];
static char folder[PLACE_PATH]; /* for damaged ones: in memory, where there is
                                   such a place, as they are many */

/* Runs of several kinds and lengths, and a sweep. */
static void base_write(struct history *h)
{
    static const char *const names[] = {"primes", "gaps", "sleep", "gil",
                                        "race"};
    struct err err = {0};
    struct machine m;
    struct trace *t;

    machine_read(&m);
    assert_int_equal(history_begin_sweep(h, HISTORY_SWEEP,
                                         "spin --over workers=1,2", &m, &err),
                     1);
    for (int i = 0; i < RUNS; i++) {
        struct sweep_outcome outcome = {.verdict = VERDICT_OK};
        struct history_place place = {i % 3 ? 0 : 1, i % 2, i / 2, 0, &outcome};

        t = fake_trace(names[i % 5]);
        assert_int_equal(kept_add(h, t, i % 3 ? NULL : &place), i + 1);
        trace_free(t);
    }
    history_note(h, HISTORY_RUN, 2, "a note", &err);
    history_tag(h, HISTORY_RUN, 5, "tag", true, &err);
}

static int base_make(void **state)
{
    const char *path;
    struct history *h;
    struct stat st;
    sqlite3 *db;
    FILE *f;

    if (place_make(state) != 0)
        return -1;
    strcpy(folder, "/dev/shm/timeslice-test-XXXXXX");
    if (!mkdtemp(folder))
        snprintf(folder, sizeof(folder), "%s", place());
    mkdir(place_path("base"), 0700);
    path = place_path("base/history.db");
    h = kept_open(path);
    base_write(h);
    for (int id = 1; id <= RUNS; id++) {
        struct text text = {0};

        assert_true(kept_text(h, id, &text));
        texts[id] = text.data;
    }
    history_close(h);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
    sqlite3_close(db);
    assert_int_equal(stat(path, &st), 0);
    bytes = (size_t)st.st_size;
    whole = malloc(bytes);
    f = fopen(path, "rb");
    assert_int_equal(fread(whole, 1, bytes, f), bytes);
    fclose(f);
    return 0;
}

static int base_remove(void **state)
{
    for (int id = 1; id <= RUNS; id++)
        free(texts[id]);
    free(whole);
    place_clear(folder);
    return place_remove(state);
}

/* In one of a few buffers that are used in turn. */
static const char *in_folder(const char *name)
{
    static char paths[64][PLACE_PATH + 300];
    static int turn;
    char *path = paths[turn++ % 64];

    snprintf(path, sizeof(paths[0]), "%s/d/%s", folder, name);
    return path;
}

/* A folder with the first @len bytes of it, @flip of them changed by @mask. */
static const char *damaged(size_t len, size_t flip, uint8_t mask)
{
    const char *path;
    FILE *f;

    place_clear(in_folder(""));
    mkdir(in_folder(""), 0700);
    path = in_folder("history.db");
    whole[flip] ^= (char)mask;
    f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(whole, 1, len, f), len);
    fclose(f);
    whole[flip] ^= (char)mask;
    return path;
}

/* Is there a file whose name begins so, in the folder of @damaged()? Its name
 * into @out. */
static int aside(char out[PLACE_PATH + 300])
{
    DIR *dir = opendir(in_folder(""));
    struct dirent *e;
    int n = 0;

    while ((e = readdir(dir)))
        if (strncmp(e->d_name, "history.db.damaged-", 19) == 0 &&
            !strstr(e->d_name, "-wal")) {
            snprintf(out, PLACE_PATH + 300, "%s", in_folder(e->d_name));
            n++;
        }
    closedir(dir);
    return n;
}

/* ---- reading a damaged one ------------------------------------------------
 */

enum finding { SAME, FOUND_AT_ONCE, FOUND_READING, FOUND_BY_CHECK };

/* Everything that comes back as sound is as it was, whatever happened. */
static enum finding read_all(struct history *h)
{
    enum finding finding = SAME;
    int64_t rows, bad;
    int wrong = 0, count = kept_count(h, &wrong);

    if (count < 0 || wrong)
        return FOUND_READING;
    for (int id = 1; id <= RUNS && finding == SAME; id++) {
        struct text text = {0};

        if (!kept_text(h, id, &text))
            finding = FOUND_READING;
        else if (strcmp(text_str(&text), texts[id]) != 0)
            fail_msg("run %d is another: %s", id, text_str(&text));
        text_fini(&text);
    }
    if (finding == SAME && history_check(h, &rows, &bad, NULL) < 0)
        finding = FOUND_BY_CHECK;
    if (finding == SAME && count != RUNS - RUNS / 3 + 1)
        fail_msg("%d items and nobody noticed", count);
    return finding;
}

static enum finding open_and_read(const char *path)
{
    struct history *h = NULL;
    struct err err = {0};
    enum finding finding;
    char told[400];
    int rc = history_open_at(&h, path, told, &err);

    if (rc < 0) {
        assert_true(err.text[0] != '\0');
        return FOUND_AT_ONCE;
    }
    finding = told[0] ? FOUND_AT_ONCE : read_all(h);
    history_close(h);
    return finding;
}

/* ---- the tests ------------------------------------------------------------
 */

static void undamaged(void **state)
{
    (void)state;
    assert_int_equal(open_and_read(damaged(bytes, 0, 0)), SAME);
}

static void cut_off(void **state)
{
    (void)state;
    for (size_t i = 0; i < CUTS; i++) {
        const char *path = damaged(bytes * i / CUTS, 0, 0);
        char name[PLACE_PATH + 300], told[400];
        struct history *h = NULL;
        struct stat st;

        assert_int_equal(history_open_at(&h, path, told, NULL), 0);
        if (!told[0])
            fail_msg("cut off at %zu of %zu: not noticed", bytes * i / CUTS,
                     bytes);
        assert_non_null(strstr(told, "history.db.damaged-"));
        assert_non_null(strstr(told, "timeslice history import"));
        assert_int_equal(aside(name), 1);
        assert_int_equal(stat(name, &st), 0);
        assert_int_equal(st.st_size, bytes * i / CUTS);
        assert_int_equal(kept_count(h, NULL), 0);
        history_close(h);
    }
}

static void flipped(void **state)
{
    int findings[4] = {0};
    uint64_t seed = 20;

    (void)state;
    for (int i = 0; i < FLIPS; i++) {
        size_t at = random_below(&seed, (uint32_t)bytes);
        uint8_t mask = (uint8_t)(1u << random_below(&seed, 8));

        /* The first page, with header and tables, more often than it is its
         * share. */
        if (i % 10 == 0)
            at %= 4096;
        findings[open_and_read(damaged(bytes, at, mask))]++;
    }
    print_message("%d flips: %d seen at opening, %d reading, %d by check; %d "
                  "where nothing is\n",
                  FLIPS, findings[FOUND_AT_ONCE], findings[FOUND_READING],
                  findings[FOUND_BY_CHECK], findings[SAME]);
    assert_true(findings[SAME] < FLIPS / 2);
}

/* What can be read of a damaged one is taken; what was changed is not. */
static void salvaged(void **state)
{
    static const struct {
        size_t len_share, flip;
        uint8_t mask;
        int least;
    } rows[] = {
        {100, 3, 0x10, RUNS + 1},  /* no longer called a database */
        {100, 17, 0x01, RUNS + 1}, /* pages of another size */
        {100, 30, 0x01, RUNS + 1}, /* another number of pages */
        {50, 0, 0, 2},             /* half of it */
        {100, 50000, 0xff, RUNS - 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *path = damaged(bytes * rows[i].len_share / 100,
                                   rows[i].flip, rows[i].mask);
        struct history *h;
        struct err err = {0};
        int64_t added = 0, rows_read, bad;
        char *copy;

        /* Another place, so that it stays as it is. */
        rename(path, in_folder("from.db"));
        h = kept_open(path);
        if (history_import(h, in_folder("from.db"), &added, &err) < 0)
            fail_msg("row %zu: %s", i, err.text);
        if (added < rows[i].least)
            fail_msg("row %zu: only %d came back", i, (int)added);
        for (int id = 1; id <= RUNS; id++) {
            struct text text = {0};

            /* With all in, the numbers are the same. */
            if (rows[i].least == RUNS + 1) {
                assert_true(kept_text(h, id, &text));
                copy = strchr(texts[id], '\n');
                assert_non_null(strstr(text_str(&text), copy));
            }
            text_fini(&text);
        }
        assert_int_equal(history_check(h, &rows_read, &bad, &err), 0);
        history_close(h);
    }
}

static void garbage_is_set_aside(void **state)
{
    char name[PLACE_PATH + 300], told[400];
    struct history *h = NULL;
    const char *path = damaged(4096, 0, 0);
    int64_t added;
    FILE *f;

    (void)state;
    for (int i = 1; i <= 3; i++) { /* an earlier one is never written over */
        f = fopen(path, "wb");
        for (int k = 0; k < 5000; k++)
            fputc("no database "[k % 12], f);
        fclose(f);
        assert_int_equal(history_open_at(&h, path, told, NULL), 0);
        assert_non_null(strstr(told, "damaged"));
        assert_int_equal(aside(name), i);
        assert_int_equal(history_import(h, name, &added, NULL), -EINVAL);
        history_close(h);
        unlink(path);
    }
}

/* Two that have it open: one finds it damaged, the other goes over to the new
 * one by itself; it is set aside once. */
static void found_while_others_have_it_open(void **state)
{
    const char *path = damaged(bytes, 0, 0);
    struct history *a = kept_open(path), *b = kept_open(path);
    struct trace *t = fake_trace("primes");
    char name[PLACE_PATH + 300];
    struct err err = {0};
    int64_t rows, bad;
    int fd;

    (void)state;
    /* Not the first page, which is in memory and which SQLite believes. */
    fd = open(path, O_WRONLY);
    for (off_t at = 4096; at < (off_t)bytes; at += 4096)
        assert_int_equal(pwrite(fd, "garbage garbage ", 16, at), 16);
    fsync(fd);
    close(fd);
    assert_int_equal(history_check(a, &rows, &bad, &err), -EBADMSG);
    assert_non_null(strstr(err.text, "history.db.damaged-"));
    assert_int_equal(aside(name), 1);
    assert_int_equal(kept_add(a, t, NULL), 1);
    assert_int_equal(kept_add(b, t, NULL), 2);
    history_close(b);
    assert_int_equal(kept_count(a, NULL), 2);
    history_close(a);
    assert_int_equal(aside(name), 1);
    trace_free(t);
}

/* ---- kill -9 --------------------------------------------------------------
 */

/* Keeps runs, and says each one's number when it is there. */
static _Noreturn void writer(const char *path, int said)
{
    struct trace *t = fake_trace("primes");
    struct history *h = NULL;
    char told[400];

    if (history_open_at(&h, path, told, NULL) < 0 || told[0])
        _exit(1);
    for (;;) {
        int64_t id = history_add_run(h, t, NULL, NULL);

        if (id <= 0 || write(said, &id, sizeof(id)) != sizeof(id))
            _exit(1);
    }
}

static void writers_killed(void **state)
{
    const char *path = damaged(bytes, 0, 0);
    uint64_t seed = 9;
    int64_t last = RUNS, rows, bad;
    struct history *h;

    (void)state;
    for (int i = 0; i < KILLS; i++) {
        int ends[2], status;
        uint32_t count = random_below(&seed, 12);
        struct err err = {0};
        int64_t id;
        pid_t pid;

        assert_int_equal(pipe(ends), 0);
        pid = fork();
        if (pid == 0)
            writer(path, ends[1]);
        close(ends[1]);
        /* After some runs, and then wherever it is by now. */
        for (uint32_t k = 0; k < count; k++)
            if (read(ends[0], &id, sizeof(id)) == sizeof(id))
                last = id;
        usleep(random_below(&seed, 3000));
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        assert_true(WIFSIGNALED(status));
        while (read(ends[0], &id, sizeof(id)) == sizeof(id))
            last = id;
        close(ends[0]);

        h = kept_open(path);
        if (history_check(h, &rows, &bad, &err) < 0)
            fail_msg("%s", err.text);
        /* Every one that was said to be there is; the one in flight may be. */
        assert_true(rows - 1 >= last && rows - 1 <= last + 1);
        last = rows - 1;
        history_close(h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(undamaged),
        cmocka_unit_test(cut_off),
        cmocka_unit_test(flipped),
        cmocka_unit_test(salvaged),
        cmocka_unit_test(garbage_is_set_aside),
        cmocka_unit_test(found_while_others_have_it_open),
        cmocka_unit_test(writers_killed),
    };

    return cmocka_run_group_tests(tests, base_make, base_remove);
}
