/* "timeslice check": the published cases of the drive come out as they are; any
 * number that is changed is found and named; what is no such file is refused
 * with one sentence. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "check/check.h"
#include "cli/cli.h"
#include "lib/program.h"
#include "lib/scratch.h"

#define GOLDEN "tests/golden/disk-model.json"
#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static struct program_result result;
static void check_golden(void **state)
{
    static const struct {
        const char *name;
        int cases, left_out;
    } want[] = {
        {"drives", 2, 0},          {"movement", 44, 0},   {"service", 16, 0},
        {"timed_service", 18, 0},  {"seek_curve", 19, 0}, {"average_io", 2, 0},
        {"closed_streams", 11, 0}, {"mini_disk", 14, 0},
    };
    struct check_report r;
    struct err err = {0};

    (void)state;
    assert_int_equal(check_file(GOLDEN, &r, &err), 0);
    for (int i = 0; i < r.difference_count; i++)
        print_message("%s: %s: %s, %s\n", r.differences[i].where,
                      r.differences[i].what, r.differences[i].file,
                      r.differences[i].computed);
    assert_false(check_failed(&r));
    assert_int_equal(r.group_count, COUNT(want));
    for (size_t i = 0; i < COUNT(want); i++) {
        assert_string_equal(r.groups[i].name, want[i].name);
        assert_int_equal(r.groups[i].cases, want[i].cases);
        assert_int_equal(r.groups[i].differ, 0);
        assert_int_equal(r.groups[i].left_out, want[i].left_out);
    }
    check_fini(&r);
}

/* ---- one value changed ----------------------------------------------------
 */

/* In case @at of @list the member at @member ("a.b", "a[3].b"), replaced by the
 * JSON @value, or removed when that is NULL. @names: what is then said to
 * differ, in the case @where. */
static const struct change_case {
    const char *name, *list;
    size_t at;
    const char *member, *value, *where, *names;
} changes[] = {
    {"a speed", "drives", 0, "rpm", "4003", "drives hp97560", "rev_ms"},
    {"heads", "drives", 1, "heads", "7", "drives nl7200", "capacity_bytes"},
    {"a media rate", "drives", 1, "media_MBps", "200.0496", "drives nl7200",
     "media_MBps"},
    {"a mean seek", "drives", 0, "mean_random_seek_ms", "12.8319",
     "drives hp97560", "mean_random_seek_ms"},
    {"an impossible curve", "drives", 1, "seek.avg", "2", "drives nl7200",
     "seek"},
    {"a curve unknown", "drives", 1, "seek.kind", "\"straight\"",
     "drives nl7200", "seek.kind"},
    {"a distance moved", "movement", 3, "moved", "237",
     "movement silb-200-scan-down", "moved"},
    {"one without the jump", "movement", 6, "moved_without_return_jump", "182",
     "movement silb-200-cscan-up", "moved_without_return_jump"},
    {"a published total", "movement", 0, "published_total", "641",
     "movement silb-200-fcfs", "published_total"},
    {"an order", "movement", 1, "order[3]", "38", "movement silb-200-sstf",
     "order[3]"},
    {"a request moved", "movement", 1, "queue[0]", "150",
     "movement silb-200-sstf", "order"},
    {"a cylinder too far", "movement", 1, "queue[0]", "200",
     "movement silb-200-sstf", "queue"},
    {"another policy", "movement", 1, "policy", "\"look\"",
     "movement silb-200-sstf", "order"},
    {"a policy unknown", "movement", 1, "policy", "\"nearest\"",
     "movement silb-200-sstf", "policy"},
    {"no queue", "movement", 1, "queue", NULL, "movement silb-200-sstf",
     "queue"},
    {"a direction", "movement", 2, "direction", "\"down\"",
     "movement silb-200-scan-up", "moved"},
    {"a rotation", "service", 0, "served[0].rotate_ms", "12.794",
     "service hp-dev-one-sector", "served[0].rotate_ms"},
    {"a switch", "service", 2, "served[1].switch_ms", "3.33",
     "service hp-dev-sequential-64k", "served[1].switch_ms"},
    {"an end", "service", 0, "total_ms", "15.202", "service hp-dev-one-sector",
     "total_ms"},
    {"a beginning", "service", 0, "start.t_ms", "0.5",
     "service hp-dev-one-sector", "rotate_ms"},
    {"a sector", "service", 0, "requests[0].lba", "1",
     "service hp-dev-one-sector", "lba"},
    {"a sector too far", "service", 0, "requests[0].lba", "2684016",
     "service hp-dev-one-sector", "lba"},
    {"a drive unknown", "service", 0, "drive", "\"floppy\"",
     "service hp-dev-one-sector", "drive"},
    {"a service missing", "service", 1, "served[5]", NULL,
     "service hp-dev-8k-random", "length of served"},
    {"an arrival", "timed_service", 6, "requests[2].arrive_ms", "500",
     "timed_service hp-dev-timed1-fcfs", "served"},
    {"a response", "timed_service", 0, "mean_response_ms", "116.194",
     "timed_service hp-dev-timed0-fcfs", "mean_response_ms"},
    {"the longest", "timed_service", 4, "max_response_ms", "232",
     "timed_service hp-dev-timed0-satf", "max_response_ms"},
    {"who is served", "timed_service", 11, "served[3].index", "0",
     "timed_service hp-dev-timed1-deadline", "served[3].index"},
    {"a batch of none", "timed_service", 11, "batch", "0",
     "timed_service hp-dev-timed1-deadline", "batch"},
    {"a seek", "seek_curve", 4, "ms", "7.24002", "seek_curve [4]", "ms"},
    {"a distance", "seek_curve", 4, "distance", "101", "seek_curve [4]", "ms"},
    {"a rate", "average_io", 0, "rate_MBps", "0.678962",
     "average_io avgio-cheetah-15k5-4096", "rate_MBps"},
    {"a printed rate", "average_io", 1, "published_MBps", "0.35",
     "average_io avgio-barracuda-4096", "published_MBps"},
    {"streams: the median", "closed_streams", 0, "expect_MBps_median", "6.4",
     "closed_streams stream-dev-00", "expect_MBps_median"},
    {"streams: outside what was seen", "closed_streams", 2,
     "expect_MBps_median", "5.25", "closed_streams stream-dev-02", "seen_MBps"},
    {"streams: how many", "closed_streams", 2, "streams", "1",
     "closed_streams stream-dev-02", "expect_MBps_median"},
    {"streams: read-ahead", "closed_streams", 6, "idle_prefetch_sectors", "0",
     "closed_streams stream-dev-06", "expect_MBps_median"},
    {"streams: a million", "closed_streams", 2, "streams", "1000000",
     "closed_streams stream-dev-02", "streams"},
};

/* Replace the member of @from at @member. */
static void change(json_t *from, const char *member, const char *value)
{
    const char *rest = member;
    json_t *new = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;

    while (true) {
        char key[64];
        size_t length = strcspn(rest, ".["), i = 0;
        bool indexed;

        snprintf(key, sizeof(key), "%.*s", (int)length, rest);
        indexed = rest[length] == '[';
        rest += length;
        if (indexed) {
            i = strtoul(rest + 1, NULL, 10);
            rest = strchr(rest, ']') + 1;
        }
        if (*rest == '\0') {
            if (indexed && new)
                json_array_set_new(json_object_get(from, key), i, new);
            else if (indexed)
                json_array_remove(json_object_get(from, key), i);
            else if (new)
                json_object_set_new(from, key, new);
            else
                json_object_del(from, key);
            return;
        }
        from = json_object_get(from, key);
        if (indexed)
            from = json_array_get(from, i);
        rest++;
    }
}

static void changed_value(void **state)
{
    const struct change_case *c = *state;
    json_t *root = json_load_file(GOLDEN, 0, NULL), *list, *one;
    struct check_report r;
    struct err err = {0};
    bool named = false;

    assert_non_null(root);
    list = json_object_get(root, c->list);
    one = json_array_get(list, c->at);
    assert_non_null(one);
    change(one, c->member, c->value);
    if (strcmp(c->list, "closed_streams") == 0) { /* they take a while */
        json_t *only = json_array();

        json_array_append(only, one);
        json_object_set_new(root, c->list, only);
    } else {
        json_object_del(root, "closed_streams");
    }
    assert_int_equal(json_dump_file(root, scratch, 0), 0);
    json_decref(root);

    assert_int_equal(check_file(scratch, &r, &err), 0);
    assert_true(check_failed(&r));
    for (int i = 0; i < r.difference_count; i++)
        named |= strcmp(r.differences[i].where, c->where) == 0 &&
                 strstr(r.differences[i].what, c->names) != NULL;
    if (!named)
        fail_msg("%s of %s is not named; first is %s: %s", c->names, c->where,
                 r.differences[0].where, r.differences[0].what);
    check_fini(&r);
}

/* ---- what is no such file --------------------------------------------------
 */

static const struct refusal_case {
    const char *name, *text, *says;
} refusals[] = {
    {"empty", "", "not JSON"},
    {"no JSON", "hello\n", "line 1"},
    {"half of it", "{\"format\": \"timeslice-disk-golden/1\"", "line 1"},
    {"JSON, but no object", "[1, 2]", "\"format\""},
    {"no format", "{\"cases\": []}", "\"format\""},
    {"a format that is no text", "{\"format\": 1}", "\"format\""},
    {"another format", "{\"format\": \"timeslice-disk-golden/9\"}",
     "timeslice-disk-golden/9"},
};

static void refuses(void **state)
{
    const struct refusal_case *c = *state;
    char line[128];

    scratch_write(c->text);
    snprintf(line, sizeof(line), "check %s", scratch);
    program_run(&result, line);
    assert_int_equal(result.status, EXIT_REQUEST);
    assert_string_equal(result.out, "");
    assert_non_null(strstr(result.err, c->says));
    assert_ptr_equal(strchr(result.err, '\n'),
                     result.err + strlen(result.err) - 1);
}

static void wrong_words(void **state)
{
    (void)state;
    program_run(&result, "check");
    assert_int_equal(result.status, EXIT_REQUEST);
    assert_non_null(strstr(result.err, "FILE.json"));
    program_run(&result, "check one.json two.json");
    assert_int_equal(result.status, EXIT_REQUEST);
    assert_non_null(strstr(result.err, "two.json"));
    program_run(&result, "check /nowhere/at/all.json");
    assert_int_equal(result.status, EXIT_REQUEST);
    assert_non_null(strstr(result.err, "/nowhere/at/all.json"));
    program_run(&result, "check /tmp");
    assert_int_equal(result.status, EXIT_REQUEST);
}

/* Whatever stands in it: no crash, and it does not pass. */
static void odd_files_do_not_pass(void **state)
{
    static const char *const texts[] = {
        "\"movement\": 7",
        "\"movement\": [7]",
        "\"movement\": [{}]",
        "\"movement\": [{\"id\": 7, \"policy\": \"sstf\"}]",
        "\"service\": [null]",
        "\"drives\": [{\"name\": \"x\"}]",
        /* Cut in the middle of a character. */
        "\"drives\": [{\"name\": \"aääääääääääääääääääääääääääääääääääääää\"}]",
        "\"closed_streams\": [{\"drive\": {}}]",
        "\"drives\": [{\"name\": \"ääääääääääääääääääää\", "
        "\"cylinders\": 100, \"heads\": 1, \"sectors_per_track\": 9, "
        "\"sector_bytes\": 512, \"track_skew\": 0, \"cylinder_skew\": 0, "
        "\"rpm\": 60, \"overhead_ms\": 0, \"head_switch_ms\": 0, \"seek\": "
        "{\"kind\": \"lee3\", \"one\": 1, \"avg\": 1, \"full\": 9}}]",
        "\"average_io\": [{\"rpm\": 0, \"avg_seek_ms\": 1e300}]",
        "\"seek_curve\": [{\"drive\": \"x\", \"distance\": -1}]",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        char text[512], line[128];
        json_t *record;

        snprintf(text, sizeof(text),
                 "{\"format\": \"timeslice-disk-golden/1\", %s}", texts[i]);
        scratch_write(text);
        snprintf(line, sizeof(line), "check --json %s", scratch);
        program_run(&result, line);
        if (result.status != EXIT_FAILED)
            fail_msg("%s: status %d", texts[i], result.status);
        record = json_loads(result.out, 0, NULL);
        assert_non_null(record);
        assert_true(json_array_size(json_object_get(record, "differences")) >
                    0);
        json_decref(record);
    }
}

/* What a file calls its cases is printed; a terminal must not obey it. */
static void names_move_no_cursor(void **state)
{
    static const char *const texts[] = {
        "timeslice-disk-golden/1\", \"movement\"",
        "timeslice-scaling-golden/1\", \"closed_forms\"",
        "timeslice-scaling-golden/1\", \"fits\"",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        char text[256], line[128];

        snprintf(text, sizeof(text),
                 "{\"format\": \"%s: [{\"id\": \"a\\u001b[2Jb\"}]}", texts[i]);
        scratch_write(text);
        snprintf(line, sizeof(line), "check %s", scratch);
        program_run(&result, line);
        assert_int_equal(result.status, EXIT_FAILED);
        assert_null(strchr(result.out, 0x1b));
    }
}

static void program_tells(void **state)
{
    json_t *record, *root;
    char line[128];

    (void)state;
    program_run(&result, "check " GOLDEN);
    assert_int_equal(result.status, EXIT_DONE);
    assert_string_equal(result.err, "");
    assert_non_null(strstr(result.out, "44 movement cases, all as recomputed"));
    assert_non_null(
        strstr(result.out, "14 mini-disk cases, all as recomputed"));

    root = json_load_file(GOLDEN, 0, NULL);
    change(json_array_get(json_object_get(root, "movement"), 0), "moved",
           "639");
    json_object_del(root, "closed_streams"); /* they take a while */
    assert_int_equal(json_dump_file(root, scratch, 0), 0);
    json_decref(root);
    snprintf(line, sizeof(line), "check %s", scratch);
    program_run(&result, line);
    assert_int_equal(result.status, EXIT_FAILED);
    assert_non_null(strstr(result.out, "movement silb-200-fcfs: moved is 639 "
                                       "in the file, 640 recomputed"));
    assert_non_null(
        strstr(result.out, "44 movement cases, 1 of them not as recomputed"));

    snprintf(line, sizeof(line), "check --json %s", scratch);
    program_run(&result, line);
    assert_int_equal(result.status, EXIT_FAILED);
    record = json_loads(result.out, 0, NULL);
    assert_non_null(record);
    assert_string_equal(json_string_value(json_object_get(record, "schema")),
                        "timeslice.check/1");
    assert_string_equal(json_string_value(json_object_get(record, "verdict")),
                        "failed");
    json_decref(record);
}

int main(void)
{
    enum { CHANGES = COUNT(changes), REFUSALS = COUNT(refusals) };
    static struct CMUnitTest tests[CHANGES + REFUSALS + 8];
    const struct CMUnitTest others[] = {
        cmocka_unit_test(check_golden),
        cmocka_unit_test(names_move_no_cursor),
        cmocka_unit_test(wrong_words),
        cmocka_unit_test(odd_files_do_not_pass),
        cmocka_unit_test(program_tells),
    };
    size_t n = 0;

    for (int i = 0; i < CHANGES; i++)
        tests[n++] = (struct CMUnitTest){.name = changes[i].name,
                                         .test_func = changed_value,
                                         .initial_state =
                                             (void *)(uintptr_t)&changes[i]};
    for (int i = 0; i < REFUSALS; i++)
        tests[n++] = (struct CMUnitTest){.name = refusals[i].name,
                                         .test_func = refuses,
                                         .initial_state =
                                             (void *)(uintptr_t)&refusals[i]};
    for (size_t i = 0; i < COUNT(others); i++)
        tests[n++] = others[i];
    return _cmocka_run_group_tests("check", tests, n, scratch_make,
                                   scratch_remove);
}
