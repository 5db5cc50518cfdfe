/* Programs as micro-steps: what is read from JSON, what is worked out when a
 * program is finished, and one sentence for each thing that does not fit. */
#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "lib/rows.h"
#include "lib/scratch.h"
#include "tsl/build.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static struct program *read_text(const char *text, struct err *err)
{
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    struct program *p = NULL;

    if (!root)
        fail_msg("the test's own JSON is wrong: %s", text);
    *err = (struct err){0};
    if (program_from_json("p", root, &p, err) < 0)
        assert_null(p);
    json_decref(root);
    return p;
}

static struct program *good(const char *text)
{
    struct err err;
    struct program *p = read_text(text, &err);

    if (!p)
        fail_msg("%s", err.text);
    return p;
}

/* A program with one thread of this code, and x, a[2], m, s, c to use. */
static void one_thread(char *text, size_t size, const char *code)
{
    snprintf(text, size,
             "{\"shared\": {\"x\": 0, \"a\": [1, 2]}, \"mutexes\": [\"m\"], "
             "\"semaphores\": {\"s\": 1}, \"condvars\": [\"c\"], \"threads\": "
             "[{\"name\": \"T\", \"code\": [%s]}]}",
             code);
}

/* ---- sentences ----------------------------------------------------------- */

/* Code of one thread that cannot be. */
static const struct bad_code {
    const char *name, *code, *says;
} bad_code[] = {
    {"no object", "7",
     "operation 1: should be an object with an \"op\", and is a number"},
    {"no op", "{\"var\": \"x\"}",
     "operation 1: needs an \"op\", such as \"load\""},
    {"an op unknown", "{\"op\": \"lod\", \"dst\": \"r\", \"var\": \"x\"}",
     "operation 1: there is no operation \"lod\": did you mean \"load\"?"},
    {"an op like none", "{\"op\": \"teleport\"}",
     "operation 1: there is no operation \"teleport\""},
    {"a member missing",
     "{\"op\": \"work\"}, {\"op\": \"load\", \"dst\": "
     "\"r\"}",
     "operation 2: load needs \"var\""},
    {"a member misspelt",
     "{\"op\": \"load\", \"dst\": \"r\", \"var\": \"x\", "
     "\"idy\": 0}",
     "operation 1: load has no \"idy\": did you mean \"idx\"?"},
    {"a member of another", "{\"op\": \"work\", \"m\": \"m\"}",
     "operation 1: work has no \"m\""},
    {"a register's name", "{\"op\": \"set\", \"dst\": \"2r\", \"val\": 1}",
     "operation 1: \"2r\" cannot be the name of a register: names are letters, "
     "digits and _, and begin with no digit"},
    {"a register that is no text", "{\"op\": \"set\", \"dst\": 3, \"val\": 1}",
     "operation 1: the name of a register should be a text, and is a number"},
    {"nowhere for what is read",
     "{\"op\": \"load\", \"dst\": null, \"var\": "
     "\"x\"}",
     "operation 1: the name of a register should be a text, and is null"},
    {"a name too long",
     "{\"op\": \"set\", \"dst\": \"abcdefghijklmnopqrstuvwxyzabcdef\", "
     "\"val\": 1}",
     "operation 1: the name \"abcdefghijklmnopqrstuvwxyzabcdef\" is too long: "
     "at most 31 letters"},
    {"a register that nobody sets",
     "{\"op\": \"store\", \"var\": \"x\", "
     "\"val\": \"r\"}",
     "operation 1: there is no register \"r\": nothing sets it, and it is not "
     "in \"regs\""},
    {"what is shared, read",
     "{\"op\": \"set\", \"dst\": \"r\", \"val\": "
     "[\"+\", \"x\", 1]}",
     "operation 1: x is shared: load it into a register first, and use that"},
    {"an element, read",
     "{\"op\": \"set\", \"dst\": \"r\", \"val\": [\"[]\", "
     "\"a\", 1]}",
     "operation 1: an element of an array is shared: load it into a register "
     "first, and use that"},
    {"a variable unknown", "{\"op\": \"load\", \"dst\": \"r\", \"var\": \"y\"}",
     "operation 1: there is no \"y\""},
    {"a variable that is a mutex",
     "{\"op\": \"load\", \"dst\": \"r\", "
     "\"var\": \"m\"}",
     "operation 1: \"m\" is not a shared integer"},
    {"a mutex that is a semaphore", "{\"op\": \"lock\", \"m\": \"s\"}",
     "operation 1: \"s\" is not a mutex"},
    {"a semaphore that is a number", "{\"op\": \"P\", \"s\": 1}",
     "operation 1: a semaphore should be named by a text, and not a number"},
    {"a condition that is none", "{\"op\": \"signal\", \"c\": \"x\"}",
     "operation 1: \"x\" is not a condition"},
    {"a wait without its mutex", "{\"op\": \"cwait\", \"c\": \"c\"}",
     "operation 1: cwait needs \"m\""},
    {"no element", "{\"op\": \"load\", \"dst\": \"r\", \"var\": \"a\"}",
     "operation 1: a is an array: which element? Say it with \"idx\""},
    {"an element of what has none",
     "{\"op\": \"store\", \"var\": \"x\", "
     "\"idx\": 0, \"val\": 1}",
     "operation 1: x is no array, so it has no \"idx\""},
    {"a comparison unknown",
     "{\"op\": \"await\", \"var\": \"x\", \"cmp\": "
     "\"=\", \"val\": 1}",
     "operation 1: \"cmp\" should be one of == != < <= > >="},
    {"a comparison that computes",
     "{\"op\": \"await\", \"var\": \"x\", "
     "\"cmp\": \"&&\", \"val\": 1}",
     "operation 1: \"cmp\" should be one of == != < <= > >="},
    {"a label unknown", "{\"op\": \"jmp\", \"to\": \"end\"}",
     "operation 1: there is no label \"end\" in this thread"},
    {"a jump to a number", "{\"op\": \"jmp\", \"to\": 1}",
     "operation 1: \"to\" should be a label, and is a number"},
    {"a label twice",
     "{\"op\": \"work\", \"L\": \"a\"}, {\"op\": \"work\", "
     "\"L\": [\"b\", \"a\"]}",
     "operation 2: the label \"a\" is there twice"},
    {"a label that is none", "{\"op\": \"work\", \"L\": 3}",
     "operation 1: \"L\" should be a label or a list of them, and not a "
     "number"},
    {"a label of nothing", "{\"op\": \"work\", \"L\": \"\"}",
     "operation 1: \"L\" should be a label or a list of them, and not an empty "
     "text"},
    {"a value too large",
     "{\"op\": \"store\", \"var\": \"x\", \"val\": "
     "32768}",
     "operation 1: a value is 32768, which is outside -32768 .. 32767"},
    {"a value too small",
     "{\"op\": \"store\", \"var\": \"x\", \"val\": "
     "-32769}",
     "operation 1: a value is -32769, which is outside -32768 .. 32767"},
    {"a sum too large",
     "{\"op\": \"store\", \"var\": \"x\", \"val\": [\"+\", "
     "20000, 20000]}",
     "operation 1: an expression cannot be computed: it divides by 0, or its "
     "value is outside -32768 .. 32767"},
    {"a division by nought",
     "{\"op\": \"store\", \"var\": \"x\", \"val\": "
     "[\"/\", 1, 0]}",
     "operation 1: an expression cannot be computed: it divides by 0, or its "
     "value is outside -32768 .. 32767"},
    {"half a value", "{\"op\": \"store\", \"var\": \"x\", \"val\": 1.5}",
     "operation 1: a value should be a whole number, and is a fraction"},
    {"a truth", "{\"op\": \"store\", \"var\": \"x\", \"val\": true}",
     "operation 1: an expression should be a number, a name or a list, and not "
     "true"},
    {"an operator unknown", "{\"op\": \"assert\", \"cond\": [\"=\", 1, 1]}",
     "operation 1: an expression should begin with an operator, such as "
     "[\"+\", \"r\", 1], and not with \"=\""},
    {"no operator", "{\"op\": \"assert\", \"cond\": []}",
     "operation 1: an expression should begin with an operator, such as "
     "[\"+\", \"r\", 1], and not with nothing"},
    {"an operand missing", "{\"op\": \"assert\", \"cond\": [\"==\", 1]}",
     "operation 1: the operator == takes two values, and has 1"},
    {"an operand too many", "{\"op\": \"assert\", \"cond\": [\"!\", 1, 1]}",
     "operation 1: the operator ! takes one value, and has 2"},
    {"a region without a name", "{\"op\": \"enter\", \"cs\": \"\"}",
     "operation 1: \"\" cannot be the name of a region: names are letters, "
     "digits and _, and begin with no digit"},
    {"a region that is a list", "{\"op\": \"exit\", \"cs\": []}",
     "operation 1: the name of a region should be a text, and is a list"},
};

static void bad_code_is_named(void **state)
{
    const struct bad_code *row = *state;
    char text[1024], says[400];
    struct err err;

    one_thread(text, sizeof(text), row->code);
    snprintf(says, sizeof(says), "p: thread T: %s", row->says);
    assert_null(read_text(text, &err));
    assert_string_equal(err.text, says);
    assert_int_equal(err.code, -EINVAL);
}

#define IDLE "\"threads\": [{\"name\": \"T\", \"code\": []}]"

/* Programs that cannot be. */
static const struct bad_program {
    const char *name, *text, *says;
} bad_programs[] = {
    {"a list", "[]",
     "p: a program should be an object with \"threads\", and is a list"},
    {"a member unknown", "{\"mutex\": [], " IDLE "}",
     "p: a program has no \"mutex\": did you mean \"mutexes\"?"},
    {"no threads", "{\"shared\": {}}",
     "p: needs \"threads\", a list of at least one"},
    {"threads that are none", "{\"threads\": {}}",
     "p: \"threads\" should be a list, and is an object"},
    {"a thread that is none", "{\"threads\": [3]}",
     "p: thread 1 should be an object, and is a number"},
    {"a thread without a name", "{\"threads\": [{\"code\": []}]}",
     "p: the name of a thread should be a text, and is nothing"},
    {"a thread's name", "{\"threads\": [{\"name\": \"T 0\", \"code\": []}]}",
     "p: \"T 0\" cannot be the name of a thread: names are letters, digits and "
     "_, and begin with no digit"},
    {"a thread twice",
     "{\"threads\": [{\"name\": \"T\", \"code\": []}, {\"name\": \"T\", "
     "\"code\": []}]}",
     "p: two threads have the name T"},
    {"a thread without code", "{\"threads\": [{\"name\": \"T\"}]}",
     "p: thread T: needs \"code\", a list of operations"},
    {"code that is none", "{\"threads\": [{\"name\": \"T\", \"code\": 1}]}",
     "p: thread T: \"code\" should be a list, and is a number"},
    {"a thread's member",
     "{\"threads\": [{\"name\": \"T\", \"code\": [], \"reg\": {}}]}",
     "p: thread T: a thread has no \"reg\": did you mean \"regs\"?"},
    {"registers that are none",
     "{\"threads\": [{\"name\": \"T\", \"code\": [], \"regs\": [\"r\"]}]}",
     "p: thread T: \"regs\" should be an object, and is a list"},
    {"a register's value",
     "{\"threads\": [{\"name\": \"T\", \"code\": [], \"regs\": {\"r\": "
     "40000}}]}",
     "p: thread T: the register r is 40000, which is outside -32768 .. 32767"},
    {"shared, but a list", "{\"shared\": [\"x\"], " IDLE "}",
     "p: \"shared\" should be an object, and is a list"},
    {"a value at the start", "{\"shared\": {\"x\": \"0\"}, " IDLE "}",
     "p: x should be a whole number, and is a text"},
    {"a value of an element", "{\"shared\": {\"a\": [0, 99999]}, " IDLE "}",
     "p: a[1] is 99999, which is outside -32768 .. 32767"},
    {"an array of none", "{\"shared\": {\"a\": []}, " IDLE "}",
     "p: the array a has no elements"},
    {"a shared name", "{\"shared\": {\"a b\": 0}, " IDLE "}",
     "p: \"a b\" cannot be the name of something shared: names are letters, "
     "digits and _, and begin with no digit"},
    {"a name given twice",
     "{\"shared\": {\"m\": 0}, \"mutexes\": [\"m\"], " IDLE "}",
     "p: the name m is given twice"},
    {"mutexes that are none", "{\"mutexes\": {\"m\": 0}, " IDLE "}",
     "p: \"mutexes\" should be a list, and is an object"},
    {"a semaphore below nought", "{\"semaphores\": {\"s\": -1}, " IDLE "}",
     "p: s is -1, which is outside 0 .. 32767"},
    {"exclusion of one", "{\"exclusion\": [[\"cs\"]], " IDLE "}",
     "p: exclusion 1 should be the names of two regions"},
    {"exclusion of nobody", "{\"exclusion\": [[\"cs\", \"cs\"]], " IDLE "}",
     "p: exclusion 1 names the region \"cs\", which no thread enters"},
    {"exclusion that is none", "{\"exclusion\": \"cs\", " IDLE "}",
     "p: \"exclusion\" should be a list, and is a text"},
    {"final of nothing", "{\"final\": [\"==\", \"x\", 1], " IDLE "}",
     "p: final: nothing shared is called \"x\" (a register is named with its "
     "thread: \"T0.r\")"},
    {"final of no thread", "{\"final\": \"U.r\", " IDLE "}",
     "p: final: \"U.r\": there is no such thread"},
    {"final of no register", "{\"final\": \"T.r\", " IDLE "}",
     "p: final: \"T.r\": thread T has no such register"},
    {"final of an array",
     "{\"shared\": {\"a\": [0]}, \"final\": \"a\", " IDLE "}",
     "p: final: a is an array: which element? [\"[]\", \"a\", 0]"},
    {"observe no element",
     "{\"shared\": {\"a\": [0]}, \"observe\": [[\"[]\", "
     "\"a\", 1]], " IDLE "}",
     "p: observe: a has no element 1: 0 .. 0"},
    {"observe no array",
     "{\"shared\": {\"x\": 0}, \"observe\": [[\"[]\", "
     "\"x\", 0]], " IDLE "}",
     "p: observe: there is no array \"x\""},
    {"observe half an element",
     "{\"shared\": {\"a\": [0]}, \"observe\": "
     "[[\"[]\", \"a\"]], " IDLE "}",
     "p: observe: an element is [\"[]\", \"name\", index]"},
    {"observe a condition",
     "{\"condvars\": [\"c\"], \"observe\": [\"c\"], " IDLE "}",
     "p: observe: c is a condition, which has no value"},
    {"observe no list", "{\"observe\": \"x\", " IDLE "}",
     "p: \"observe\" should be a list, and is a text"},
};

static void bad_program_is_named(void **state)
{
    const struct bad_program *row = *state;
    struct err err;

    assert_null(read_text(row->text, &err));
    assert_string_equal(err.text, row->says);
    assert_int_equal(err.code, -EINVAL);
}

/* ---- bounds -------------------------------------------------------------- */

/* @times @part between @before and @after. */
static char *repeated(const char *before, const char *part, int times,
                      const char *after)
{
    struct text t = {0};

    text_add(&t, before);
    for (int i = 0; i < times; i++) {
        text_add(&t, i > 0 ? "," : "");
        for (const char *c = part; *c != '\0'; c++)
            if (*c == '#')
                text_addf(&t, "%d", i);
            else
                text_addf(&t, "%c", *c);
    }
    text_add(&t, after);
    assert_false(t.failed);
    return t.data;
}

#define CODE "{\"shared\":{\"x\":0},\"threads\":[{\"name\":\"T\",\"code\":["

/* So many are taken, one more is not. */
static const struct bound {
    const char *name, *before, *part, *after, *says;
    int most;
} bounds[] = {
    {"threads", "{\"threads\":[", "{\"name\":\"T#\",\"code\":[]}", "]}",
     "p: has 33 threads: at most 32", TSL_THREADS},
    {"operations", CODE, "{\"op\":\"work\"}", "]}]}",
     "p: thread T: operation 4096: more than 4095 operations", TSL_OPS - 1},
    {"operations that wait",
     "{\"mutexes\":[\"m\"],\"condvars\":[\"c\"],"
     "\"threads\":[{\"name\":\"T\",\"code\":[",
     "{\"op\":\"cwait\",\"m\":\"m\",\"c\":\"c\"}", "]}]}",
     "p: thread T: operation 2048: more than 4095 operations", TSL_OPS / 2 - 1},
    {"labels", CODE "{\"op\":\"work\",\"L\":[", "\"l#\"", "]}]}]}",
     "p: thread T: operation 1: more than 4096 labels", TSL_OPS},
    {"registers", CODE, "{\"op\":\"set\",\"dst\":\"r#\",\"val\":0}", "]}]}",
     "p: thread T: operation 97: more than 96 registers", TSL_REGISTERS},
    {"regions", CODE, "{\"op\":\"enter\",\"cs\":\"c#\"}", "]}]}",
     "p: thread T: operation 33: more than 32 regions", TSL_REGIONS},
    {"shared things", "{\"shared\":{", "\"x#\":0", "}," IDLE "}",
     "p: more than 256 shared things", TSL_OBJECTS},
    {"elements", "{\"shared\":{\"a\":[", "0", "]}," IDLE "}",
     "p: the array a has 513 elements: at most 512", TSL_CELLS},
    {"cells", "{\"shared\":{\"a\":[", "0", "],\"b\":[0,0]}," IDLE "}",
     "p: more than 512 shared cells", TSL_CELLS - 2},
    {"observed values", "{\"shared\":{\"x\":0},\"observe\":[", "\"x\"",
     "]," IDLE "}", "p: more than 32 observed values", TSL_OBSERVED},
};

static void bound_is_kept(void **state)
{
    const struct bound *row = *state;
    char *text = repeated(row->before, row->part, row->most, row->after);
    struct err err;

    program_free(good(text));
    free(text);
    text = repeated(row->before, row->part, row->most + 1, row->after);
    assert_null(read_text(text, &err));
    assert_string_equal(err.text, row->says);
    free(text);
}

static void depth_is_bounded(void **state)
{
    struct text t = {0};
    struct err err;

    (void)state;
    for (int depth = TSL_DEPTH - 1; depth <= 1500; depth += 500) {
        text_add(&t, "{\"shared\":{\"x\":0},\"final\":");
        for (int i = 0; i < depth; i++)
            text_add(&t, "[\"!\",");
        text_add(&t, "\"x\"");
        for (int i = 0; i < depth; i++)
            text_add(&t, "]");
        text_add(&t, "," IDLE "}");
        if (depth < TSL_DEPTH) {
            program_free(good(text_str(&t)));
        } else {
            assert_null(read_text(text_str(&t), &err));
            assert_string_equal(
                err.text, "p: an expression is more than 64 operators deep");
        }
        text_fini(&t);
    }
}

/* Conditions need a cell for each that may sleep there. */
static void sleepers_are_bounded(void **state)
{
    char *waits =
        repeated("[", "{\"op\":\"cwait\",\"m\":\"m\",\"c\":\"c#\"}", 17, "]");
    char *conditions = repeated("[", "\"c#\"", 17, "]");
    struct text t = {0};
    struct err err;

    (void)state;
    for (int threads = 30; threads <= 31; threads++) {
        text_addf(&t, "{\"mutexes\":[\"m\"],\"condvars\":%s,\"threads\":[",
                  conditions);
        for (int i = 0; i < threads; i++)
            text_addf(&t, "%s{\"name\":\"T%d\",\"code\":%s}", i > 0 ? "," : "",
                      i, waits);
        text_add(&t, "]}");
        if (threads == 30) {
            struct program *p = good(text_str(&t));

            assert_int_equal(p->cell_count, 1 + 17 * 30);
            program_free(p);
        } else {
            assert_null(read_text(text_str(&t), &err));
            assert_string_equal(
                err.text,
                "p: more is shared than 512 cells: an integer, a mutex or a "
                "semaphore is one, a condition one for each thread that may "
                "sleep there");
        }
        text_fini(&t);
    }
    free(waits);
    free(conditions);
}

/* ---- what is read -------------------------------------------------------- */

static void everything_is_read(void **state)
{
    struct program *p = good(
        "{\"shared\": {\"x\": -3, \"a\": [5, 6]}, \"mutexes\": [\"m\"], "
        "\"semaphores\": {\"s\": 2}, \"condvars\": [\"c\"], \"note\": \"all\", "
        "\"threads\": [{\"name\": \"A\", \"regs\": {\"r\": 7}, \"code\": ["
        "{\"op\": \"lock\", \"m\": \"m\", \"L\": [\"top\", \"again\"]},"
        "{\"op\": \"cwait\", \"c\": \"c\", \"m\": \"m\"},"
        "{\"op\": \"cas\", \"dst\": \"q\", \"var\": \"a\", \"idx\": \"r\", "
        "\"exp\": 1, \"new\": 2},"
        "{\"op\": \"br\", \"cond\": \"q\", \"to\": \"again\"},"
        "{\"op\": \"faa\", \"var\": \"x\", \"val\": 1, \"dst\": null},"
        "{\"op\": \"br\", \"cond\": [\"!\", \"q\"], \"to\": \"end\"},"
        "{\"op\": \"enter\", \"cs\": \"w\"},"
        "{\"L\": \"end\"}]},"
        "{\"name\": \"B\", \"code\": [{\"op\": \"enter\", \"cs\": \"r\"}, "
        "{\"op\": \"halt\"}]}],"
        "\"exclusion\": [[\"w\", \"r\"], [\"r\", \"r\"]],"
        "\"final\": [\"&&\", [\"==\", \"A.q\", 0], [\"<\", [\"[]\", \"a\", "
        "[\"+\", \"x\", 1]], \"s\"]],"
        "\"observe\": [\"x\", \"A.q\", [\"[]\", \"a\", 1], [\"+\", \"x\", "
        "[\"*\", \"A.r\", 2]], [\"!\", \"m\"]]}");
    const struct op *ops = p->threads[0].ops;

    (void)state;
    assert_string_equal(p->name, "p");
    assert_null(p->source);
    assert_int_equal(p->object_count, 5);
    assert_int_equal(p->cell_count, 6);
    assert_int_equal(p->start[0], -3);
    assert_int_equal(p->start[2], 6);
    assert_int_equal(p->start[4], 2);
    assert_int_equal(p->objects[program_object(p, "c")].slots, 1);
    assert_int_equal(p->threads[0].op_count, 9);
    assert_int_equal(p->threads[0].reg_start[0], 7);
    assert_int_equal(ops[1].kind, OP_CWAIT);
    assert_int_equal(ops[2].kind, OP_REACQUIRE);
    assert_int_equal(ops[2].object, ops[1].object);
    assert_int_equal(ops[2].other, program_object(p, "m"));
    assert_int_equal(ops[4].to, 0);
    assert_int_equal(ops[5].dst, -1);
    assert_int_equal(ops[6].to, 8);
    assert_int_equal(ops[8].kind, OP_HALT);
    assert_int_equal(p->threads[1].op_count, 2);
    assert_int_equal(p->exclude[0], 2);
    assert_int_equal(p->exclude[1], 3);
    assert_int_equal(p->check_count, 1);
    assert_int_equal(p->observed_count, 5);
    assert_string_equal(p->observed[1].text, "A.q");
    assert_string_equal(p->observed[2].text, "a[1]");
    assert_string_equal(p->observed[3].text, "x + (A.r * 2)");
    assert_string_equal(p->observed[4].text, "!m");
    program_free(p);
}

/* With nothing said, every shared integer that is no array is observed. */
static void observed_by_default(void **state)
{
    struct program *p = good("{\"shared\": {\"x\": 0, \"a\": [0], \"y\": 1}, "
                             "\"mutexes\": [\"m\"], " IDLE "}");

    (void)state;
    assert_int_equal(p->observed_count, 2);
    assert_string_equal(p->observed[0].text, "x");
    assert_string_equal(p->observed[1].text, "y");
    program_free(p);
    p = good("{\"shared\": {\"x\": 0}, \"observe\": [], \"final\": null, " IDLE
             "}");
    assert_int_equal(p->observed_count, 0);
    assert_int_equal(p->check_count, 0);
    program_free(p);
}

static void cells_have_names(void **state)
{
    struct program *p = good(
        "{\"shared\": {\"x\": 0, \"a\": [0, 0]}, \"mutexes\": [\"m\"], "
        "\"condvars\": [\"c\"], \"threads\": ["
        "{\"name\": \"A\", \"code\": [{\"op\": \"cwait\", \"c\": \"c\", "
        "\"m\": \"m\"}]}, {\"name\": \"B\", \"code\": [{\"op\": \"cwait\", "
        "\"c\": \"c\", \"m\": \"m\"}]}]}");
    static const char *const names[] = {"x", "a[0]", "a[1]", "m", "c", "c"};
    char name[64];

    (void)state;
    assert_int_equal(p->cell_count, COUNT(names));
    for (int i = 0; i < p->cell_count; i++) {
        program_cell_name(p, i, name, sizeof(name));
        assert_string_equal(name, names[i]);
    }
    assert_int_equal(program_thread(p, "B"), 1);
    assert_int_equal(program_thread(p, "C"), -1);
    assert_int_equal(program_object(p, "z"), -1);
    assert_int_equal(program_register(&p->threads[0], ""), -1);
    program_free(p);
}

/* ---- what is worked out -------------------------------------------------- */

/* Which operations begin a step where instructions are steps: a computation
 * does, a jump rides along. */
static void steps_begin(void **state)
{
    struct program *p =
        good(CODE "{\"op\":\"load\",\"dst\":\"r\",\"var\":\"x\",\"L\":\"l\"},"
                  "{\"op\":\"set\",\"dst\":\"r\",\"val\":[\"+\",\"r\",1]},"
                  "{\"op\":\"store\",\"var\":\"x\",\"val\":\"r\"},"
                  "{\"op\":\"br\",\"cond\":[\"<\",\"r\",3],\"to\":\"l\"},"
                  "{\"op\":\"assert\",\"cond\":1}]}]}");
    static const unsigned begins[] = {7, 4, 7, 0, 0, 0};
    struct op *ops = p->threads[0].ops;
    struct err err;

    (void)state;
    assert_int_equal(p->threads[0].op_count, COUNT(begins));
    for (size_t i = 0; i < COUNT(begins); i++)
        assert_int_equal(ops[i].begins, begins[i]);
    ops[2].joined = true;
    ops[0].inside = true;
    assert_int_equal(program_finish(p, &err), 0);
    assert_int_equal(ops[2].begins, 6);
    assert_int_equal(ops[0].begins, 0);
    program_free(p);
}

/* Registers that may still be read, operation by operation: bit 0 is a, bit 1
 * b, in the order in which they are set. */
static const struct live_case {
    const char *name, *code, *final;
    unsigned live[8];
} lives[] = {
    {"read next",
     "{\"op\":\"load\",\"dst\":\"a\",\"var\":\"x\"},"
     "{\"op\":\"store\",\"var\":\"x\",\"val\":\"a\"}",
     "1",
     {0, 1, 0}},
    {"read at the end",
     "{\"op\":\"load\",\"dst\":\"a\",\"var\":\"x\"},"
     "{\"op\":\"store\",\"var\":\"x\",\"val\":0}",
     "\"T.a\"",
     {0, 1, 1}},
    {"read deep in the end",
     "{\"op\":\"load\",\"dst\":\"a\",\"var\":\"x\"}",
     "[\"!\",[\"[]\",\"v\",[\"-\",1,\"T.a\"]]]",
     {0, 1}},
    {"written before it is read",
     "{\"op\":\"set\",\"dst\":\"a\",\"val\":1},"
     "{\"op\":\"work\"},"
     "{\"op\":\"set\",\"dst\":\"a\",\"val\":2},"
     "{\"op\":\"assert\",\"cond\":\"a\"}",
     "1",
     {0, 0, 0, 1, 0}},
    {"read by what writes it",
     "{\"op\":\"set\",\"dst\":\"a\",\"val\":[\"+\",\"a\",1]},"
     "{\"op\":\"assert\",\"cond\":\"a\"}",
     "1",
     {1, 1, 0}},
    {"read in the next round",
     "{\"op\":\"load\",\"dst\":\"b\",\"var\":\"x\",\"L\":\"l\"},"
     "{\"op\":\"set\",\"dst\":\"a\",\"val\":[\"+\",\"a\",1]},"
     "{\"op\":\"br\",\"cond\":[\"<\",\"b\",3],\"to\":\"l\"},"
     "{\"op\":\"work\"}",
     "1",
     {2, 3, 3, 0, 0}},
    {"read on one way",
     "{\"op\":\"load\",\"dst\":\"a\",\"var\":\"x\"},"
     "{\"op\":\"br\",\"cond\":\"b\",\"to\":\"l\"},"
     "{\"op\":\"set\",\"dst\":\"a\",\"val\":1},"
     "{\"op\":\"store\",\"var\":\"x\",\"val\":\"a\",\"L\":\"l\"},"
     "{\"op\":\"set\",\"dst\":\"b\",\"val\":1}",
     "1",
     {2, 3, 0, 1, 0, 0}},
    {"an index, an old value and a new one",
     "{\"op\":\"cas\",\"dst\":\"a\",\"var\":\"v\",\"idx\":\"a\",\"exp\":0,"
     "\"new\":\"b\"},{\"op\":\"set\",\"dst\":\"b\",\"val\":0}",
     "1",
     {3, 0, 0}},
    {"behind a jump over it",
     "{\"op\":\"jmp\",\"to\":\"l\"},"
     "{\"op\":\"assert\",\"cond\":\"a\"},"
     "{\"op\":\"set\",\"dst\":\"a\",\"val\":0,\"L\":"
     "\"l\"}",
     "1",
     {0, 1, 0, 0}},
};

static void registers_live(void **state)
{
    const struct live_case *row = *state;
    struct text t = {0};
    struct program *p;

    text_addf(&t,
              "{\"shared\":{\"x\":0,\"v\":[0,0]},\"final\":%s,\"threads\":[{"
              "\"name\":\"T\",\"code\":[%s]}]}",
              row->final, row->code);
    p = good(text_str(&t));
    text_fini(&t);
    for (int i = 0; i < p->threads[0].op_count; i++) {
        assert_int_equal(p->threads[0].live[i][0], row->live[i]);
        assert_int_equal(p->threads[0].live[i][1], 0);
    }
    program_free(p);
}

/* ---- expressions --------------------------------------------------------- */

static const struct sum_case {
    const char *name;
    enum expr_kind kind;
    int left, right;
    bool faults;
    int value;
} sums[] = {
    {"sum", EXPR_ADD, 32766, 1, false, 32767},
    {"sum too large", EXPR_ADD, 32767, 1, true, 0},
    {"difference", EXPR_SUB, -32767, 1, false, -32768},
    {"difference too small", EXPR_SUB, -32768, 1, true, 0},
    {"product", EXPR_MUL, -256, 128, false, -32768},
    {"product too large", EXPR_MUL, 256, 128, true, 0},
    {"product of the least", EXPR_MUL, -32768, -32768, true, 0},
    {"quotient towards nought", EXPR_DIV, -7, 2, false, -3},
    {"quotient of the least", EXPR_DIV, -32768, -1, true, 0},
    {"quotient by nought", EXPR_DIV, 1, 0, true, 0},
    {"rest of a negative", EXPR_MOD, -7, 2, false, -1},
    {"rest by nought", EXPR_MOD, 1, 0, true, 0},
    {"rest of the least", EXPR_MOD, -32768, -1, false, 0},
    {"equal", EXPR_EQ, 3, 3, false, 1},
    {"different", EXPR_NE, 3, 3, false, 0},
    {"less", EXPR_LT, -1, 0, false, 1},
    {"at most", EXPR_LE, 0, 0, false, 1},
    {"more", EXPR_GT, 0, 0, false, 0},
    {"at least", EXPR_GE, 0, 0, false, 1},
    {"both", EXPR_AND, 2, 4, false, 1},
    {"not both", EXPR_AND, 2, 0, false, 0},
    {"one of them", EXPR_OR, 0, -1, false, 1},
    {"none of them", EXPR_OR, 0, 0, false, 0},
    {"not", EXPR_NOT, 5, 0, false, 0},
    {"not nothing", EXPR_NOT, 0, 0, false, 1},
    {"negative", EXPR_NEGATE, 32767, 0, false, -32767},
    {"negative of the least", EXPR_NEGATE, -32768, 0, true, 0},
};

/* Computed, folded when constant, and the same when not. */
static void sum_is_right(void **state)
{
    const struct sum_case *row = *state;
    struct program p = {.expr_count = 0};
    int16_t regs[2] = {(int16_t)row->left, (int16_t)row->right};
    int32_t left, right, at;
    int value = -1;

    assert_int_equal(expr_apply(row->kind, row->left, row->right, &value),
                     !row->faults);
    if (!row->faults)
        assert_int_equal(value, row->value);

    left = program_expr(&p, EXPR_CONST, row->left, -1, -1);
    right = program_expr(&p, EXPR_CONST, row->right, -1, -1);
    at = program_expr(&p, row->kind, 0, left, right);
    if (row->faults) {
        assert_int_equal(at, -EINVAL);
    } else {
        assert_int_equal(p.exprs[at].kind, EXPR_CONST);
        assert_int_equal(p.exprs[at].value, row->value);
    }

    left = program_expr(&p, EXPR_REGISTER, 0, -1, -1);
    right = program_expr(&p, EXPR_REGISTER, 1, -1, -1);
    at = program_expr(&p, row->kind, 0, left, right);
    assert_true(at >= 0);
    assert_int_equal(p.exprs[at].kind, row->kind);
    assert_int_equal(expr_value(&p, at, regs, &value), !row->faults);
    if (!row->faults)
        assert_int_equal(value, row->value);
    free(p.exprs);
}

/* The right side is not looked at when the left one decides. */
static void decided_by_the_left(void **state)
{
    struct program p = {.expr_count = 0};
    int16_t regs[1] = {0};
    int32_t r, fault, at;
    int value;

    (void)state;
    r = program_expr(&p, EXPR_REGISTER, 0, -1, -1);
    fault = program_expr(&p, EXPR_DIV, 0, r, r);
    at = program_expr(&p, EXPR_AND, 0, r, fault);
    assert_true(expr_value(&p, at, regs, &value));
    assert_int_equal(value, 0);
    at = program_expr(&p, EXPR_OR, 0, r, fault);
    assert_false(expr_value(&p, at, regs, &value));
    at = program_expr(&p, EXPR_OR, 0, program_expr(&p, EXPR_CONST, 9, -1, -1),
                      fault);
    assert_int_equal(p.exprs[at].kind, EXPR_CONST);
    assert_int_equal(p.exprs[at].value, 1);
    free(p.exprs);
}

static void expressions_are_bounded(void **state)
{
    struct program p = {.expr_count = 0};
    int32_t at = 0;

    (void)state;
    assert_int_equal(program_expr(&p, EXPR_CONST, 32768, -1, -1), -EINVAL);
    for (int i = 0; i < TSL_EXPRS; i++) {
        at = program_expr(&p, EXPR_CONST, i % 100, -1, -1);
        assert_int_equal(at, i);
    }
    assert_int_equal(program_expr(&p, EXPR_CONST, 1, -1, -1), -E2BIG);
    assert_int_equal(program_expr(&p, EXPR_ADD, 0, at, -ENOMEM), -ENOMEM);
    assert_int_equal(program_expr(&p, EXPR_NOT, 0, -EINVAL, -1), -EINVAL);
    free(p.exprs);
}

/* ---- what is not sound --------------------------------------------------- */

/* A program that no reader makes, made by hand: later parts need not look. */
static void unsound_is_refused(void **state)
{
    static const struct {
        const char *says;
        struct op op;
    } rows[] = {
        {"p: thread T: operation 0 is not sound", {.kind = 99}},
        {"p: thread T: operation 0 is not sound",
         {.kind = OP_JMP, .to = 7, .dst = -1}},
        {"p: thread T: operation 0 is not sound",
         {.kind = OP_JMP, .to = -1, .dst = -1}},
        {"p: thread T: operation 0 is not sound",
         {.kind = OP_LOAD, .object = 1, .dst = -1, .idx = -1}},
        {"p: thread T: operation 0 is not sound",
         {.kind = OP_LOAD, .object = 0, .dst = 1, .idx = -1}},
        {"p: thread T: operation 0 is not sound",
         {.kind = OP_LOAD, .object = 0, .dst = -1, .idx = 0}},
        {"p: thread T: operation 0 is not sound",
         {.kind = OP_LOCK, .object = 0, .dst = -1, .idx = -1}},
        {"p: thread T: operation 0 is not sound",
         {.kind = OP_STORE, .object = 0, .dst = -1, .idx = -1, .a = 9}},
        {"p: thread T: operation 0 is not sound",
         {.kind = OP_SET, .dst = -1, .a = 0}},
        {"p: thread T: operation 0 is not sound",
         {.kind = OP_ENTER, .dst = -1, .region = 3}},
        {"p: thread T: operation 0 is not sound",
         {.kind = OP_REACQUIRE, .object = 0, .dst = -1}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct program *p = good("{\"shared\":{\"x\":0},\"threads\":[{\"name\":"
                                 "\"T\",\"code\":[{\"op\":\"set\",\"dst\":"
                                 "\"r\",\"val\":1}]}]}");
        struct err err;

        p->threads[0].ops[0] = rows[i].op;
        if (program_finish(p, &err) != -EINVAL)
            fail_msg("row %zu is taken", i);
        assert_string_equal(err.text, rows[i].says);
        program_free(p);
    }
}

/* ---- files --------------------------------------------------------------- */

#define P0 "{\"threads\":[{\"name\":\"A\",\"code\":[]}]}"
#define P1 "{\"threads\":[{\"name\":\"B\",\"code\":[]}]}"

/* What stands in the file, which one is asked for: the name of the program that
 * is read ("FILE": the file's own), or how the sentence goes on after the
 * file's name. */
static const struct file_case {
    const char *name, *text, *which, *called, *says;
} files[] = {
    {"a program", P0, NULL, "FILE", NULL},
    {"a program with blanks and a mark", "\xef\xbb\xbf \n" P0, NULL, "FILE",
     NULL},
    {"a case", "{\"id\":\"one\",\"program\":" P0 "}", NULL, "one", NULL},
    {"a case asked for", "{\"id\":\"one\",\"program\":" P0 "}", "one", "one",
     NULL},
    {"a case without a name", "{\"program\":" P0 "}", NULL, "FILE", NULL},
    {"a set of one", "{\"cases\":[{\"id\":\"one\",\"program\":" P0 "}]}", NULL,
     "one", NULL},
    {"a set of two",
     "{\"cases\":[{\"id\":\"one\",\"program\":" P0 "},{\"id\":\"two\","
     "\"program\":" P1 "}]}",
     "two", "two", NULL},
    {"a list",
     "[{\"name\":\"one\",\"program\":" P0 "},{\"name\":\"two\",\"program\":" P1
     "}]",
     "two", "two", NULL},
    {"a list of programs", "[" P0 "," P1 "]", "2", "2", NULL},
    {"a list with one program in it", "[{\"id\":\"no\"}," P0 "]", NULL, "2",
     NULL},
    {"a name that moves the cursor",
     "{\"id\":\"a\\u001b[2J\\u009bb\",\"program\":" P0 "}", NULL, "a?[2J?b",
     NULL},
    {"which of two?",
     "{\"cases\":[{\"id\":\"one\",\"program\":" P0 "},{\"id\":\"two\","
     "\"program\":" P1 "}]}",
     NULL, NULL, " holds 2 programs: say which of one, two"},
    {"none of two",
     "{\"cases\":[{\"id\":\"one\",\"program\":" P0 "},{\"id\":\"two\","
     "\"program\":" P1 "}]}",
     "three", NULL, " holds no program \"three\"; there are one, two"},
    {"which of eight?",
     "[" P0 "," P0 "," P0 "," P0 "," P0 "," P0 "," P0 "," P0 "]", NULL, NULL,
     " holds 8 programs: say which of 1, 2, 3, 4, 5, 6, ..."},
    {"not this one", P0, "two", NULL,
     " holds one program, which is not called \"two\""},
    {"a set of none", "{\"cases\":[]}", NULL, NULL, " holds no programs"},
    {"a set of something else", "{\"cases\":[{\"id\":\"x\"}]}", NULL, NULL,
     " holds no programs"},
    {"a set that is none", "{\"cases\":{}}", NULL, NULL,
     ": \"cases\" should be a list"},
    {"something else", "{\"format\":\"x\"}", NULL, NULL,
     " holds no program: there are no \"threads\", no \"program\" and no "
     "\"cases\""},
    {"a case that is not sound",
     "{\"cases\":[{\"id\":\"aba_stack\",\"program\":{\"threads\":[{\"name\":"
     "\"T0\",\"code\":[{\"op\":\"work\"},{\"op\":\"work\"},{\"op\":\"lock\"}]}]"
     "}}]}",
     NULL, NULL, ": case aba_stack: thread T0: operation 3: lock needs \"m\""},
    {"a program that is not sound", "{\"threads\":[{\"name\":\"T0\"}]}", NULL,
     NULL, ": thread T0: needs \"code\", a list of operations"},
    {"half of it", "{\"threads\":\n [", NULL, NULL, ":2:2: this is not JSON: "},
    {"a member twice", "{\"threads\": [], \"threads\": []}", NULL, NULL,
     ":1:25: this is not JSON: "},
};

static void file_is_read(void **state)
{
    const struct file_case *row = *state;
    struct program *p = NULL;
    struct err err = {0};
    char says[500];
    int rc;

    scratch_write(row->text);
    rc = program_read(scratch, row->which, &p, &err);
    if (row->says) {
        snprintf(says, sizeof(says), "%s%s", scratch, row->says);
        if (strncmp(err.text, says, strlen(says)) != 0)
            fail_msg("%s", err.text);
        assert_int_equal(rc, -EINVAL);
        assert_null(p);
        return;
    }
    if (rc < 0)
        fail_msg("%s", err.text);
    assert_string_equal(
        p->name, strcmp(row->called, "FILE") == 0 ? scratch : row->called);
    program_free(p);
}

static void files_that_are_none(void **state)
{
    struct program *p;
    struct err err;
    char *text;

    (void)state;
    assert_int_equal(program_read("/nowhere/at/all", NULL, &p, &err), -ENOENT);
    assert_string_equal(err.text, "cannot open /nowhere/at/all: No such file "
                                  "or directory");
    assert_int_equal(program_read("/", NULL, &p, &err), -EISDIR);
    text = repeated("", "// a comment #\n", 20000, "");
    scratch_write(text);
    free(text);
    assert_int_equal(program_read(scratch, NULL, &p, &err), -EINVAL);
    assert_non_null(
        strstr(err.text, "is too large: a program has at most 256 KiB"));
    scratch_write("thread T { work(); }\n");
    assert_int_equal(program_read(scratch, "x", &p, &err), -EINVAL);
    assert_non_null(strstr(err.text, "holds one program, so there is no \"x\" "
                                     "to choose in it"));
}

int main(void)
{
    enum {
        ROWS = COUNT(bad_code) + COUNT(bad_programs) + COUNT(bounds) +
               COUNT(lives) + COUNT(sums) + COUNT(files)
    };
    static struct CMUnitTest tests[ROWS + 16];
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(sleepers_are_bounded),
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(observed_by_default),
        cmocka_unit_test(cells_have_names),
        cmocka_unit_test(steps_begin),
        cmocka_unit_test(decided_by_the_left),
        cmocka_unit_test(expressions_are_bounded),
        cmocka_unit_test(unsound_is_refused),
        cmocka_unit_test(files_that_are_none),
    };
    size_t n = 0;

#define ADD(rows, test)                                                        \
    n = add_rows(tests, n, rows, COUNT(rows), sizeof((rows)[0]), test)
    ADD(bad_code, bad_code_is_named);
    ADD(bad_programs, bad_program_is_named);
    ADD(bounds, bound_is_kept);
    ADD(lives, registers_live);
    ADD(sums, sum_is_right);
    ADD(files, file_is_read);
#undef ADD
    for (size_t i = 0; i < COUNT(others); i++)
        tests[n++] = others[i];
    return _cmocka_run_group_tests("programs", tests, n, scratch_make,
                                   scratch_remove);
}
