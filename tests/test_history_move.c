/* The history as a whole: out and in again, made smaller, where it cannot be,
 * and by the program. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "lib/fake_trace.h"
#include "lib/kept.h"
#include "lib/place.h"
#include "lib/program.h"

/* ---- moving ---------------------------------------------------------------
 */

/* The export of @path, without birth marks and numbers that are given anew. */
static char *slurp(const char *path)
{
    FILE *f = fopen(path, "r");
    char *all = calloc(1, 1 << 22);

    assert_non_null(f);
    assert_true(fread(all, 1, (1 << 22) - 1, f) > 0);
    fclose(f);
    return all;
}

static void export_to(struct history *h, const char *path)
{
    FILE *f = fopen(path, "w");
    struct err err = {0};

    assert_non_null(f);
    if (history_export(h, NULL, 0, NULL, 0, f, &err) < 0)
        fail_msg("%s", err.text);
    fclose(f);
}

static void out_and_in_again(void **state)
{
    const char *from = kept_fresh(), *to = kept_fresh();
    const char *first = place_path("first.json"),
               *second = place_path("second.json");
    struct history *h = kept_open(from), *other;
    struct trace *t = fake_trace("gaps");
    struct sweep_request request;
    struct machine m;
    struct sweep *s;
    struct err err = {0};
    char *a, *b;
    int64_t added, id;

    (void)state;
    machine_read(&m);
    kept_add(h, t, NULL);
    history_note(h, HISTORY_RUN, 1, "a note with \"quotes\" and ü", &err);
    assert_int_equal(sweep_parse_line(&request, KEPT_SWEEP, &m, &err), 0);
    s = sweep_new(&request, &m, &err);
    id = history_begin_sweep(h, HISTORY_SWEEP, KEPT_SWEEP, &m, &err);
    kept_feed(h, id, s, 5);
    history_end_sweep(h, id, "done", "an answer", &err);
    export_to(h, first);

    other = kept_open(to);
    assert_int_equal(history_import(other, first, &added, &err), 0);
    assert_int_equal(added, 7);
    export_to(other, second);
    a = slurp(first);
    b = slurp(second);
    assert_string_equal(a, b);
    assert_int_equal(history_import(other, first, &added, &err), 0);
    assert_int_equal(added, 0);
    assert_int_equal(history_import(other, from, &added, &err), 0);
    assert_int_equal(added, 0); /* the file itself has the same */
    assert_int_equal(history_import(other, to, &added, &err), -EINVAL);

    /* Something is wrong with a line: nothing comes in. */
    history_remove(other, HISTORY_SWEEP, 1, &err);
    a[strlen(a) - 200] ^= 1;
    {
        FILE *f = fopen(first, "w");

        fputs(a, f);
        fclose(f);
    }
    assert_int_equal(history_import(other, first, &added, &err), -EINVAL);
    assert_int_equal(kept_count(other, NULL), 1);
    free(a);
    free(b);
    sweep_free(s);
    trace_free(t);
    history_close(other);
    history_close(h);
}

/* ---- pruning --------------------------------------------------------------
 */

static bool only_dear(const struct history_item *item, void *arg)
{
    ++*(int *)arg;
    return item->note[0] || item->tags[0] || item->has_timeline;
}

static void pruning(void **state)
{
    const char *path = kept_fresh();
    struct history *h = kept_open(path);
    struct trace *t = fake_trace("crowd"), *kept;
    struct err err = {0};
    struct stat before, after;
    int left = 0;
    int64_t rows, bad;

    (void)state;
    for (int i = 0; i < 12; i++)
        kept_add(h, t, NULL);
    history_tag(h, HISTORY_RUN, 2, "keep", true, &err);
    history_note(h, HISTORY_RUN, 3, "dear", &err);
    assert_int_equal(history_prune(h, HISTORY_BYTES, &err), 0);
    history_close(h);
    stat(path, &before);

    /* Timelines go first, the oldest first. */
    h = kept_open(path);
    assert_int_equal(history_prune(h, before.st_size * 9 / 10, &err), 0);
    assert_int_equal(kept_count(h, NULL), 12);
    assert_int_equal(history_trace(h, 1, &kept, &err), 0);
    assert_int_equal(
        trace_span_total(kept) - (uint64_t)kept->observer.dropped_spans, 0);
    assert_true(kept->metrics.has[METRIC_WALL_S]);
    trace_free(kept);
    assert_int_equal(history_trace(h, 2, &kept, &err), 0);
    assert_int_equal(trace_span_total(kept), trace_span_total(t));
    trace_free(kept);

    /* Then runs; never those with a tag or a note. */
    assert_int_equal(history_prune(h, 1, &err), 0);
    assert_int_equal(history_list(h, NULL, 100, only_dear, &left, &err), 0);
    assert_int_equal(left, 2);
    assert_int_equal(history_check(h, &rows, &bad, &err), 0);
    history_close(h);
    stat(path, &after);
    assert_true(after.st_size < before.st_size / 2);
    trace_free(t);
}

/* ---- where it cannot be ---------------------------------------------------
 */

static void a_later_schema_is_left_alone(void **state)
{
    const char *path = kept_fresh();
    struct history *h = kept_open(path);
    struct err err = {0};
    char told[400];
    sqlite3 *db;

    (void)state;
    history_close(h);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_exec(db, "PRAGMA user_version = 2", NULL, NULL, NULL);
    sqlite3_close(db);
    assert_int_equal(history_open_at(&h, path, told, &err), -ENOTSUP);
    assert_null(h);
    assert_non_null(strstr(err.text, "later timeslice"));
    assert_int_equal(access(path, F_OK), 0);
}

static void another_thing_in_its_place(void **state)
{
    const char *path = kept_fresh();
    struct history *h;
    struct err err = {0};
    char told[400];

    (void)state;
    mkdir(path, 0700);
    assert_int_equal(history_open_at(&h, path, told, &err), -EAGAIN);
    assert_non_null(strstr(err.text, "in the way"));
    err.code = 0;
    assert_int_equal(
        history_open_at(&h, "/proc/nowhere/history.db", told, &err), -EAGAIN);
    assert_true(err.text[0] != '\0');
}

/* A full disk: the run itself has not failed, and what was kept stays. */
static void no_room(void **state)
{
    const char *path = kept_fresh();
    struct history *h = kept_open(path);
    struct trace *t = fake_trace("crowd");
    struct err err = {0};
    pid_t pid;
    int status;

    (void)state;
    kept_add(h, t, NULL);
    history_close(h);
    pid = fork();
    if (pid == 0) {
        struct rlimit limit = {200000, 200000};
        struct history *mine = NULL;
        int64_t id = 1;
        char told[400];

        setrlimit(RLIMIT_FSIZE, &limit);
        if (history_open_at(&mine, path, told, NULL) < 0)
            _exit(1);
        for (int i = 0; i < 20 && id > 0; i++)
            id = history_add_run(mine, t, NULL, &err);
        _exit(id < 0 && err.text[0] && id != -EBADMSG ? 0 : 2);
    }
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    h = kept_open(path);
    assert_true(kept_count(h, NULL) >= 1);
    assert_true(history_check(h, &(int64_t){0}, &(int64_t){0}, &err) == 0);
    history_close(h);
    trace_free(t);
}

/* ---- by the program -------------------------------------------------------
 */

static struct program_result result;

static int run(const char *line)
{
    program_run(&result, line);
    return result.status;
}

static void by_the_program(void **state)
{
    (void)state;
    setenv("XDG_STATE_HOME", place_path("program"), 1);
    assert_int_equal(run("run spin --tasks 2 --task-ms 1 --no-history"), 0);
    assert_int_equal(access(place_path("program"), F_OK), -1);
    assert_int_equal(run("run spin --tasks 2 --task-ms 1"), 0);
    assert_int_equal(run("run spin --tasks 3 --task-ms 1"), 0);
    assert_int_equal(run("history tag 1 first"), 0);
    assert_int_equal(run("history"), 0);
    assert_non_null(strstr(result.out, "spin"));
    assert_non_null(strstr(result.out, "#first"));
    assert_int_equal(run("history show 2"), 0);
    assert_non_null(strstr(result.out, "REPLAY"));
    assert_int_equal(run("history show last --json"), 0);
    assert_non_null(strstr(result.out, "timeslice.run/1"));
    assert_int_equal(run("history compare 1 2"), 0);
    assert_non_null(strstr(result.out, "no verdict"));
    assert_int_equal(run("history run 1 "), 0);
    assert_int_equal(run("history check"), 0);
    assert_non_null(strstr(result.out, ": 3 runs"));
    assert_int_equal(run("history rm 3"), 0);
    assert_int_equal(run("history show 3"), 2);
    assert_int_equal(run("history shwo 3"), 2);
    assert_non_null(strstr(result.err, "show"));
    assert_int_equal(run("history show"), 2);
    assert_int_equal(run("history prune --to many"), 2);
    assert_int_equal(run("history import nowhere.json"), 2);
}

/* Where no history can be, the run is as good as ever. */
static void without_a_place(void **state)
{
    (void)state;
    setenv("XDG_STATE_HOME", "/proc/self", 1);
    assert_int_equal(run("run spin --tasks 2 --task-ms 1 --json"), 0);
    assert_non_null(strstr(result.out, "\"verdict\": \"ok\""));
    assert_non_null(strstr(result.err, "kept"));
    assert_int_equal(run("history"), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(out_and_in_again),
        cmocka_unit_test(pruning),
        cmocka_unit_test(a_later_schema_is_left_alone),
        cmocka_unit_test(another_thing_in_its_place),
        cmocka_unit_test(no_room),
        cmocka_unit_test(by_the_program),
        cmocka_unit_test(without_a_place),
    };

    return cmocka_run_group_tests(tests, place_make, place_remove);
}
