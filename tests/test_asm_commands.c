/* "timeslice sim asm", and "step" and "explore" of assembler, as a person runs
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/cli.h"
#include "lib/program.h"
#include "lib/scratch.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static struct program_result result;

#define LOST                                                                   \
    "# threads: 2\n# every: 2\n# check: hits == 2\n.var hits\nmov hits, %ax\n" \
    "add $1, %ax\nmov %ax, hits\nhalt\n"

/* Run the program; FILE in @words is the scratch file. */
static void run_line(const char *words)
{
    const char *file = strstr(words, "FILE");
    char line[400];

    if (file)
        snprintf(line, sizeof(line), "%.*s%s%s", (int)(file - words), words,
                 scratch, file + 4);
    else
        snprintf(line, sizeof(line), "%s", words);
    program_run(&result, line);
}

static void program_tells(void **state)
{
    (void)state;
    scratch_write(LOST);
    run_line("sim asm FILE");
    assert_int_equal(result.status, EXIT_DONE);
    assert_non_null(strstr(result.out, "2 threads, an interrupt every 2"));
    assert_non_null(strstr(result.out, "hits = 1\n"));
    assert_non_null(strstr(result.out, "every thread has halted"));
    run_line("sim asm FILE --every 9 --steps");
    assert_int_equal(result.status, EXIT_DONE);
    assert_non_null(strstr(result.out, "hits = 2\n"));
    assert_non_null(strstr(result.out, "halt -> T1"));
    run_line("sim asm FILE --schedule 01 --json --steps");
    assert_int_equal(result.status, EXIT_DONE);
    assert_non_null(strstr(result.out, "\"timeslice.sim-asm/1\""));
    assert_non_null(strstr(result.out, "\"verdict\": \"halted\""));
}

static void program_refuses(void **state)
{
    static const struct {
        const char *text, *line, *says;
        int status;
    } rows[] = {
        {"halt\n", "sim asm", "sim asm needs a program", EXIT_REQUEST},
        {"halt\n", "sim asm /nowhere.s", "cannot open /nowhere.s",
         EXIT_REQUEST},
        {"halt\n", "sim asm FILE --threads 40", "--threads cannot be \"40\"",
         EXIT_REQUEST},
        {"halt\n", "sim asm FILE --every 2 --random 2", "choose one",
         EXIT_REQUEST},
        {"halt\n", "sim asm FILE --schedule 0x", "--schedule cannot be \"0x\"",
         EXIT_REQUEST},
        {"halt\n", "sim asm FILE --schedule 00", "leaves thread 1 out",
         EXIT_REQUEST},
        {"halt\n", "sim asm FILE --watch hits", "\"hits\" is no variable",
         EXIT_REQUEST},
        {"halt\n", "sim asm FILE --start 7:ax=1", "there is no thread \"7\"",
         EXIT_REQUEST},
        {"halt\n", "sim asm FILE --start zx=1", "sets no register",
         EXIT_REQUEST},
        {".a\nj .a\n", "sim asm FILE --limit 1000",
         "stopped after 1000 instructions (--limit): thread 0 is at line 2, "
         "thread 1 is at line 2",
         EXIT_INCONCLUSIVE},
        {"nop\n", "sim asm FILE", "ran past the last instruction", EXIT_FAILED},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        scratch_write(rows[i].text);
        run_line(rows[i].line);
        if (!strstr(result.err, rows[i].says))
            fail_msg("%s: %s", rows[i].line, result.err);
        assert_int_equal(result.status, rows[i].status);
    }
}

static void explore_takes_assembler(void **state)
{
    char path[] = "/tmp/timeslice-asm-XXXXXX.s", line[80];
    int fd = mkstemps(path, 2);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;

    (void)state;
    assert_non_null(f);
    fputs(LOST, f);
    assert_int_equal(fclose(f), 0);
    snprintf(line, sizeof(line), "explore %s", path);
    program_run(&result, line);
    assert_int_equal(result.status, EXIT_FAILED);
    assert_non_null(strstr(result.out, "It can fail: in 4 of 6 schedules"));
    snprintf(line, sizeof(line), "step %s --random all", path);
    program_run(&result, line);
    assert_non_null(strstr(result.out, "mov hits, %ax"));
    remove(path);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(program_tells),
        cmocka_unit_test(program_refuses),
        cmocka_unit_test(explore_takes_assembler),
    };

    return cmocka_run_group_tests_name("asm commands", tests, scratch_make,
                                       scratch_remove);
}
