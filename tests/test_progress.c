/* The log of what a learner did: what is noted is there, whatever befalls the
 * one who notes it, the file, or two who note at once. */
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/random.h"
#include "lesson/progress.h"
#include "lib/place.h"
#include "lib/rows.h"

#define KILLS 40
#define EACH 40 /* events of a writer among several */

/* Of a lesson, since it was last reset: the last such event, or NULL. */
static const struct progress_item *
last_of(const struct progress *p, const char *lesson, enum progress_event event)
{
    for (int i = p->count - 1; i >= 0; i--) {
        if (strcmp(p->items[i].lesson, lesson) != 0)
            continue;
        if (p->items[i].event == event)
            return &p->items[i];
        if (p->items[i].event == PROGRESS_RESET)
            return NULL;
    }
    return NULL;
}

static const char *log_path(void)
{
    return place_path("state/timeslice/progress.tsv");
}

/* An empty log, in a folder that is there. */
static int fresh(void **state)
{
    char path[400];

    (void)state;
    assert_int_equal(progress_path(path, sizeof(path), NULL), 0);
    unlink(log_path());
    return 0;
}

static void write_file(const char *path, const char *text, const char *how)
{
    FILE *f = fopen(path, how);

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void read_log(struct progress *p)
{
    struct err err = {0};

    if (progress_read(p, &err) < 0)
        fail_msg("%s", err.text);
}

static void add(const char *lesson, enum progress_event event, const char *data)
{
    struct err err = {0};

    if (progress_add(lesson, 0xabc, event, &err, "%s", data) < 0)
        fail_msg("%s", err.text);
}

/* ---- noting and reading -------------------------------------------------- */

static void test_comes_back(void **state)
{
    struct progress p;

    (void)state;
    read_log(&p);
    assert_int_equal(p.count, 0);
    progress_fini(&p);
    add("one", PROGRESS_OPEN, "");
    add("two", PROGRESS_CHECK, "label=wall verdict=pass");
    read_log(&p);
    assert_int_equal(p.count, 2);
    assert_int_equal(p.damaged, 0);
    assert_string_equal(p.items[0].lesson, "one");
    assert_int_equal(p.items[0].event, PROGRESS_OPEN);
    assert_string_equal(p.items[0].data, "");
    assert_string_equal(p.items[1].data, "label=wall verdict=pass");
    assert_true(p.items[1].revision == 0xabc);
    assert_true(p.items[1].at_s > 1600000000);
    progress_fini(&p);
}

static void test_control_characters(void **state)
{
    struct progress p;

    (void)state;
    add("one", PROGRESS_PREDICT, "because=a\tb\nc\rd\x1b[31me");
    add("one", PROGRESS_DONE, "");
    read_log(&p);
    assert_int_equal(p.count, 2);
    assert_int_equal(p.damaged, 0);
    assert_string_equal(p.items[0].data, "because=a b c d [31me");
    progress_fini(&p);
}

static void test_long_data(void **state)
{
    char data[20000];
    struct progress p;

    (void)state;
    memset(data, 'x', sizeof(data) - 1);
    data[sizeof(data) - 1] = '\0';
    add("one", PROGRESS_PREDICT, data);
    add("one", PROGRESS_DONE, "");
    read_log(&p);
    assert_int_equal(p.count, 2);
    assert_int_equal(p.damaged, 0);
    progress_fini(&p);
}

static const struct value_row {
    const char *name, *value;
} value_rows[] = {
    {"a value: plain", "25 s"},
    {"a value: with =", "n = 100, so wall=32 and x=1"},
    {"a value: that looks like a field", "I think right=1 label=x"},
    {"a value: with %", "30 % of 50%, %3D, %25, 100%"},
    {"a value: in other letters", "weil 8 × 4 = 32 – größer"},
    {"a value: empty", ""},
};

static void test_value(void **state)
{
    const struct value_row *row = *state;
    struct text data = {0};
    char back[200];

    text_add(&data, "block=wall because=");
    progress_value(&data, row->value);
    text_add(&data, " attempt=2");
    assert_true(progress_field(text_str(&data), "because", back, sizeof(back)));
    assert_string_equal(back, row->value);
    assert_true(progress_field(text_str(&data), "attempt", back, sizeof(back)));
    assert_string_equal(back, "2");
    assert_true(progress_field(text_str(&data), "block", back, sizeof(back)));
    assert_string_equal(back, "wall");
    assert_false(progress_field(text_str(&data), "right", back, sizeof(back)));
    assert_false(progress_field(text_str(&data), "caus", back, sizeof(back)));
    text_fini(&data);
}

static void test_next_field(void **state)
{
    const char *at = "stray run=auto wall_s=1.2 s  noise=0.1";
    char key[16], value[8];

    (void)state;
    assert_true(progress_next(&at, key, sizeof(key), value, sizeof(value)));
    assert_string_equal(key, "run");
    assert_string_equal(value, "auto");
    assert_true(progress_next(&at, key, sizeof(key), value, sizeof(value)));
    assert_string_equal(key, "wall_s");
    assert_string_equal(value, "1.2 s ");
    assert_true(progress_next(&at, key, sizeof(key), value, sizeof(value)));
    assert_string_equal(key, "noise");
    assert_false(progress_next(&at, key, sizeof(key), value, sizeof(value)));
}

static void test_reset(void **state)
{
    struct progress p;

    (void)state;
    add("one", PROGRESS_OPEN, "");
    add("one", PROGRESS_DONE, "passed=3");
    add("two", PROGRESS_DONE, "passed=1");
    add("one", PROGRESS_RESET, "");
    add("one", PROGRESS_OPEN, "cpus=2");
    read_log(&p);
    assert_null(last_of(&p, "one", PROGRESS_DONE));
    assert_string_equal(last_of(&p, "one", PROGRESS_OPEN)->data, "cpus=2");
    assert_non_null(last_of(&p, "two", PROGRESS_DONE));
    assert_null(last_of(&p, "three", PROGRESS_DONE));
    progress_fini(&p);
}

/* ---- damage -------------------------------------------------------------- */

#define GOOD "1700000000\tone\t00000000000000ab\topen\t\n"

static const struct damage_row {
    const char *name, *text;
    int items, damaged;
} damage_rows[] = {
    {"a log: empty", "", 0, 0},
    {"a log: one line", GOOD, 1, 0},
    {"a log: empty lines are nothing", GOOD "\n\n" GOOD, 2, 0},
    {"a log: no newline at the end", GOOD "1700000001\tone\t0a\tdone\tpassed=1",
     1, 1},
    {"a log: a line of half", GOOD "17000", 1, 1},
    {"a log: too few fields", GOOD "1700000000\tone\topen\n" GOOD, 2, 1},
    {"a log: too many fields", GOOD "1\tone\t0a\topen\ta\tb\n", 1, 1},
    {"a log: an unknown event", GOOD "1\tone\t0a\tslept\t\n", 1, 1},
    {"a log: no time", GOOD "x\tone\t0a\topen\t\n", 1, 1},
    {"a log: a time that is none", GOOD "12x\tone\t0a\topen\t\n", 1, 1},
    {"a log: no revision", GOOD "1\tone\t\topen\t\n", 1, 1},
    {"a log: a revision that is none", GOOD "1\tone\tzz\topen\t\n", 1, 1},
    {"a log: no lesson", GOOD "1\t\t0a\topen\t\n", 1, 1},
    {"a log: a lesson's name without end",
     GOOD "1\taaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\t0a\topen\t\n", 1, 1},
    {"a log: rubbish before good lines", "\xff\xfe\x01\n" GOOD, 1, 1},
};

static void test_damage(void **state)
{
    const struct damage_row *row = *state;
    struct progress p;

    write_file(log_path(), row->text, "w");
    read_log(&p);
    assert_int_equal(p.count, row->items);
    assert_int_equal(p.damaged, row->damaged);
    progress_fini(&p);

    /* Whatever is there, the next event is read. */
    add("next", PROGRESS_DONE, "passed=1");
    read_log(&p);
    assert_int_equal(p.count, row->items + 1);
    assert_int_equal(p.damaged, row->damaged);
    assert_non_null(last_of(&p, "next", PROGRESS_DONE));
    progress_fini(&p);
}

/* A crash of the machine can leave blocks of NULs. */
static void test_nuls(void **state)
{
    static const char nuls[300];
    struct progress p;
    FILE *f;

    (void)state;
    add("one", PROGRESS_OPEN, "");
    f = fopen(log_path(), "a");
    assert_non_null(f);
    fwrite(nuls, 1, sizeof(nuls), f);
    fclose(f);
    add("one", PROGRESS_DONE, "");
    read_log(&p);
    assert_int_equal(p.count, 2);
    assert_int_equal(p.damaged, 1);
    progress_fini(&p);
}

/* Cut the log at every byte: all whole lines before are read. */
static void test_cut_anywhere(void **state)
{
    static const char text[] =
        GOOD GOOD "1700000009\ttwo\t0a\tcheck\tlabel=wall verdict=pass\n";
    size_t length = sizeof(text) - 1;

    (void)state;
    for (size_t cut = 0; cut <= length; cut++) {
        struct progress p;
        int lines = 0;

        for (size_t i = 0; i < cut; i++)
            lines += text[i] == '\n';
        assert_int_equal(progress_parse(&p, text, cut), 0);
        assert_int_equal(p.count, lines);
        assert_int_equal(p.damaged, cut > 0 && text[cut - 1] != '\n');
        progress_fini(&p);
    }
}

/* ---- killed, and several at once ----------------------------------------- */

/* Note events 0, 1, ... as @lesson, and say in @noted how many are. */
static void writer(const char *lesson, int count, _Atomic int *noted)
{
    for (int i = 0; i < count; i++) {
        if (progress_add(lesson, 1, PROGRESS_STEP, NULL, "n=%d", i) < 0)
            _exit(1);
        if (noted)
            atomic_store(noted, i + 1);
    }
    _exit(0);
}

/* Its events are there, from 0 on, in order; how many. */
static int events_of(const struct progress *p, const char *lesson)
{
    int count = 0;

    for (int i = 0; i < p->count; i++) {
        char n[16];

        if (strcmp(p->items[i].lesson, lesson) != 0)
            continue;
        assert_true(progress_field(p->items[i].data, "n", n, sizeof(n)));
        assert_int_equal(atoi(n), count);
        count++;
    }
    return count;
}

static void test_killed(void **state)
{
    _Atomic int *noted = mmap(NULL, sizeof(*noted), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint64_t seed = 7;

    (void)state;
    assert_true(noted != MAP_FAILED);
    for (int round = 0; round < KILLS; round++) {
        char lesson[16];
        struct progress p;
        pid_t pid;
        int found, status;

        snprintf(lesson, sizeof(lesson), "round%d", round);
        atomic_store(noted, 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            writer(lesson, 1000000, noted);
        usleep((useconds_t)random_below(&seed, 20000));
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        read_log(&p);
        found = events_of(&p, lesson);
        assert_true(found >= atomic_load(noted));
        assert_true(found <= atomic_load(noted) + 1);
        assert_true(p.damaged <= round + 1);
        progress_fini(&p);
    }
    munmap(noted, sizeof(*noted));
}

static void at_once(int writers)
{
    pid_t pid[8];
    struct progress p;

    for (int i = 0; i < writers; i++) {
        char lesson[16];

        snprintf(lesson, sizeof(lesson), "writer%d", i);
        pid[i] = fork();
        assert_true(pid[i] >= 0);
        if (pid[i] == 0)
            writer(lesson, EACH, NULL);
    }
    for (int i = 0; i < writers; i++) {
        int status;

        assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
        assert_int_equal(status, 0);
    }
    read_log(&p);
    assert_int_equal(p.count, writers * EACH);
    assert_int_equal(p.damaged, 0);
    for (int i = 0; i < writers; i++) {
        char lesson[16];

        snprintf(lesson, sizeof(lesson), "writer%d", i);
        assert_int_equal(events_of(&p, lesson), EACH);
    }
    progress_fini(&p);
}

static void test_two_at_once(void **state)
{
    (void)state;
    at_once(2);
}

static void test_eight_at_once(void **state)
{
    (void)state;
    at_once(8);
}

/* ---- to and from other machines ------------------------------------------ */

static void export_to(const char *path)
{
    struct err err = {0};
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    if (progress_export(f, &err) < 0)
        fail_msg("%s", err.text);
    fclose(f);
}

static int import_from(const char *path)
{
    struct err err = {0};
    int added = -1;

    if (progress_import(path, &added, &err) < 0)
        fail_msg("%s", err.text);
    return added;
}

static void assert_same_file(const char *a, const char *b)
{
    char x[4096], y[4096];
    FILE *f = fopen(a, "r"), *g = fopen(b, "r");
    size_t n;

    assert_true(f && g);
    n = fread(x, 1, sizeof(x), f);
    assert_int_equal(fread(y, 1, sizeof(y), g), n);
    assert_memory_equal(x, y, n);
    fclose(f);
    fclose(g);
}

static void test_round_trip(void **state)
{
    const char *first = place_path("first.tsv");
    const char *second = place_path("second.tsv");

    (void)state;
    add("one", PROGRESS_OPEN, "");
    add("one", PROGRESS_PREDICT, "block=w because=weil 8 × 4%3D32");
    add("one", PROGRESS_HINT, "n=1");
    add("one", PROGRESS_HINT, "n=1"); /* twice, as it was */
    export_to(first);
    unlink(log_path());
    assert_int_equal(import_from(first), 4);
    assert_int_equal(import_from(first), 0);
    export_to(second);
    assert_same_file(first, second);
}

static void test_merge(void **state)
{
    const char *theirs = place_path("theirs.tsv");
    struct progress p;

    (void)state;
    write_file(log_path(),
               "1700000100\tone\t0a\topen\t\n"
               "1700000200\tone\t0a\treset\t\n",
               "w");
    write_file(theirs,
               "1700000100\tone\t0a\topen\t\n"
               "1700000150\tone\t0a\tdone\tpassed=1\n"
               "1700000300\ttwo\t0a\tdone\tpassed=2\n",
               "w");
    assert_int_equal(import_from(theirs), 2);
    read_log(&p);
    assert_int_equal(p.count, 4);
    /* What came in is older than the reset, although it stands behind it. */
    assert_null(last_of(&p, "one", PROGRESS_DONE));
    assert_non_null(last_of(&p, "two", PROGRESS_DONE));
    progress_fini(&p);
}

static void test_import_torn(void **state)
{
    const char *theirs = place_path("theirs.tsv");
    struct progress p;

    (void)state;
    write_file(log_path(), GOOD "17000", "w");
    write_file(theirs, "1700000300\ttwo\t0a\tdone\t\n17000", "w");
    assert_int_equal(import_from(theirs), 1);
    read_log(&p);
    assert_int_equal(p.count, 2);
    assert_int_equal(p.damaged, 1);
    progress_fini(&p);
}

static void test_import_nothing(void **state)
{
    const char *theirs = place_path("theirs.txt");
    struct err err = {0};
    int added;

    (void)state;
    write_file(theirs, "Dear diary,\n", "w");
    assert_true(progress_import(theirs, &added, &err) < 0);
    assert_non_null(strstr(err.text, "progress export"));
    assert_true(progress_import(place_path("not-there"), &added, &err) < 0);
    assert_non_null(strstr(err.text, "not-there"));
    write_file(theirs, "", "w");
    assert_int_equal(import_from(theirs), 0);
}

/* A file in place of the folder: a sentence, and nobody dies. */
static void test_no_place(void **state)
{
    struct err err = {0};
    char old[300];

    (void)state;
    snprintf(old, sizeof(old), "%s", getenv("XDG_STATE_HOME"));
    write_file(place_path("file"), "", "w");
    setenv("XDG_STATE_HOME", place_path("file"), 1);
    assert_true(progress_add("one", 1, PROGRESS_OPEN, &err, "%s", "") < 0);
    assert_true(err.text[0]);
    setenv("XDG_STATE_HOME", old, 1);
}

int main(void)
{
    enum {
        VALUES = sizeof(value_rows) / sizeof(value_rows[0]),
        DAMAGES = sizeof(damage_rows) / sizeof(damage_rows[0])
    };
    const struct CMUnitTest plain[] = {
        cmocka_unit_test_setup(test_comes_back, fresh),
        cmocka_unit_test_setup(test_control_characters, fresh),
        cmocka_unit_test_setup(test_long_data, fresh),
        cmocka_unit_test_setup(test_next_field, fresh),
        cmocka_unit_test_setup(test_reset, fresh),
        cmocka_unit_test_setup(test_nuls, fresh),
        cmocka_unit_test_setup(test_cut_anywhere, fresh),
        cmocka_unit_test_setup(test_killed, fresh),
        cmocka_unit_test_setup(test_two_at_once, fresh),
        cmocka_unit_test_setup(test_eight_at_once, fresh),
        cmocka_unit_test_setup(test_round_trip, fresh),
        cmocka_unit_test_setup(test_merge, fresh),
        cmocka_unit_test_setup(test_import_torn, fresh),
        cmocka_unit_test_setup(test_import_nothing, fresh),
        cmocka_unit_test_setup(test_no_place, fresh),
    };
    enum { PLAIN = sizeof(plain) / sizeof(plain[0]) };
    struct CMUnitTest tests[PLAIN + VALUES + DAMAGES];
    size_t count = PLAIN;

    memcpy(tests, plain, sizeof(plain));
    count = add_rows(tests, count, value_rows, VALUES, sizeof(value_rows[0]),
                     test_value);
    add_rows(tests, count, damage_rows, DAMAGES, sizeof(damage_rows[0]),
             test_damage);
    return cmocka_run_group_tests_name("progress", tests, place_make,
                                       place_remove);
}
