/* "timeslice check" of the mini disk and the assembler: what is wrong with a
 * file is said in a sentence. (That right ones pass, and that every value
 * altered is found, is in test_sim_golden.c.) */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/check.h"
#include "lib/rows.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

/* Rows are written with ' for ". */
static const struct row {
    const char *name, *simulator, *input, *says;
} rows[] = {
    {"disk: fine", "disk", "{'policy': 'FIFO', 'requests': [10]}", NULL},
    {"disk: policies of our own", "disk",
     "{'policy': 'C-LOOK', 'requests': [10]}", NULL},
    {"disk: no policy", "disk", "{'requests': [10]}", "\"policy\" is missing"},
    {"disk: no such policy", "disk", "{'policy': 'satf', 'requests': [1]}",
     "\"policy\" should be \"FIFO\""},
    {"disk: no requests", "disk", "{'policy': 'FIFO', 'requests': []}",
     "\"requests\" should be a list of 1 to 20000"},
    {"disk: a request in words", "disk",
     "{'policy': 'FIFO', 'requests': [1, '2']}",
     "\"requests[1]\" should be the number of a block"},
    {"disk: a block that is not there", "disk",
     "{'policy': 'FIFO', 'requests': [36]}",
     "there is no block 36 (request 1): this disk has the blocks 0 to 35"},
    {"disk: two tracks", "disk",
     "{'policy': 'FIFO', 'requests': [1], 'degrees_per_block': [30, 30]}",
     "\"degrees_per_block\" should be three whole numbers from 2 to 360"},
    {"disk: blocks of nothing", "disk",
     "{'policy': 'FIFO', 'requests': [1], 'degrees_per_block': [0, 30, 30]}",
     "\"degrees_per_block\" should be three whole numbers from 2 to 360"},
    {"disk: standing still", "disk",
     "{'policy': 'FIFO', 'requests': [1], 'rotation_speed': 0}",
     "\"rotation_speed\" should be a number from 0.001 to 1000"},
    {"disk: a window of nobody", "disk",
     "{'policy': 'SATF', 'requests': [1], 'window': 0}",
     "a window of 0 lets nobody in"},
    {"disk: a typo", "disk", "{'policy': 'FIFO', 'requests': [1], 'skew': 2}",
     "\"skew\" is nothing that is known here"},

    {"asm: fine", "interleave",
     "{'program': ['halt'], 'threads': 1, 'interrupt': {'kind': 'every', 'n': "
     "1}}",
     NULL},
    {"asm: drawn intervals", "interleave",
     "{'program': ['nop', 'halt'], 'threads': 2, 'interrupt': {'kind': "
     "'random_intervals', 'max': 3, 'seed': 4}}",
     NULL},
    {"asm: no program", "interleave",
     "{'threads': 1, 'interrupt': {'kind': 'every', 'n': 1}}",
     "\"program\" is missing"},
    {"asm: no line", "interleave",
     "{'program': ['halt', 3], 'threads': 1, 'interrupt': {'kind': 'every', "
     "'n': 1}}",
     "\"program[1]\" should be one line of assembler"},
    {"asm: no instruction", "interleave",
     "{'program': ['nop', 'hlat'], 'threads': 1, 'interrupt': {'kind': "
     "'every', 'n': 1}}",
     "program:2:1: \"hlat\" is no instruction; did you mean \"halt\"?"},
    {"asm: no threads", "interleave",
     "{'program': ['halt'], 'threads': 0, 'interrupt': {'kind': 'every', 'n': "
     "1}}",
     "\"threads\" should be a whole number from 1 to 32"},
    {"asm: no interrupt", "interleave", "{'program': ['halt'], 'threads': 1}",
     "\"interrupt\" should be an object"},
    {"asm: no interval", "interleave",
     "{'program': ['halt'], 'threads': 1, 'interrupt': {'kind': 'every'}}",
     "\"interrupt.n\" is missing"},
    {"asm: too few intervals", "interleave",
     "{'program': ['nop', 'nop', 'halt'], 'threads': 1, 'interrupt': {'kind': "
     "'random_intervals', 'intervals': [1]}}",
     "there are 1 intervals, and after instruction 1 one more is needed"},
    {"asm: a schedule of others", "interleave",
     "{'program': ['halt'], 'threads': 1, 'interrupt': {'kind': 'schedule', "
     "'threads': [1]}}",
     "the schedule names thread 1; there are 0 to 0"},
    {"asm: no register", "interleave",
     "{'program': ['halt'], 'threads': 1, 'interrupt': {'kind': 'every', 'n': "
     "1}, 'initial_registers': [{'sp': 1}]}",
     "\"initial_registers[0]\" should give whole numbers"},
    {"asm: more registers than threads", "interleave",
     "{'program': ['halt'], 'threads': 1, 'interrupt': {'kind': 'every', 'n': "
     "1}, 'initial_registers': [{}, {}]}",
     "\"initial_registers\" should be a list of 0 to 1, not of 2"},
    {"asm: watches nothing", "interleave",
     "{'program': ['halt'], 'threads': 1, 'interrupt': {'kind': 'every', 'n': "
     "1}, 'watch': ['x']}",
     "\"watch[0]\" should be a variable of the program or an address"},
    {"asm: goes on for ever", "interleave",
     "{'program': ['.a', 'j .a'], 'threads': 1, 'interrupt': {'kind': 'every', "
     "'n': 1}}",
     "the program goes on after 100000 instructions: thread 0 is at line 2"},
    {"asm: runs past its end", "interleave",
     "{'program': ['nop'], 'threads': 1, 'interrupt': {'kind': 'every', 'n': "
     "1}}",
     "program: thread 0 ran past the last instruction"},
};

static json_t *from_words(const char *text)
{
    char *copy = strdup(text);
    json_error_t wrong;
    json_t *out;

    assert_non_null(copy);
    for (char *at = copy; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    out = json_loads(copy, 0, &wrong);
    if (!out)
        fail_msg("%s: %s", text, wrong.text);
    free(copy);
    return out;
}

static void is_told(void **state)
{
    const struct row *row = *state;
    const struct check_format *format =
        row->simulator[0] == 'd' ? &check_disk : &check_interleave;
    const char *stated = row->simulator[0] == 'd' ? "service_order" : "trace";
    struct check_report r = {.format = format};
    json_t *root =
        json_pack("{s:s, s:[{s:o, s:{s:[]}}]}", "simulator", row->simulator,
                  "cases", "input", from_words(row->input), "expected", stated);
    bool found = false;

    assert_non_null(root);
    format->recompute(root, &r);
    assert_int_equal(r.groups[0].cases, 1);
    /* What is stated is wrong on purpose: fine ones are recomputed. */
    assert_true(r.difference_count > 0);
    for (int i = 0; i < r.difference_count; i++)
        found |=
            strstr(r.differences[i].computed,
                   row->says ? row->says : "0 elements in the file") != NULL;
    if (!found)
        fail_msg("it says: %s", r.differences[0].computed);
    check_fini(&r);
    json_decref(root);
}

int main(void)
{
    struct CMUnitTest tests[COUNT(rows)];

    add_rows(tests, 0, rows, COUNT(rows), sizeof(rows[0]), is_told);
    return cmocka_run_group_tests_name("check machines", tests, NULL, NULL);
}
