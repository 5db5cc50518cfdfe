/* The assembler and its machine: what is read and refused, what instructions
 * do, when threads switch under either set of rules, and that the interleaving
 * machine does the same with the programs that fit it. (The golden cases' exact
 * traces are in test_sim_golden.c, the commands in test_asm_commands.c.) */
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

#include "asm/asm.h"
#include "base/random.h"
#include "base/text.h"
#include "explore/explore.h"
#include "lib/rows.h"
#include "step/stepper.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static struct asm_program *parse(const char *text)
{
    struct asm_program *p;
    struct err err = {0};

    if (asm_parse("t.s", text, strlen(text), &p, &err) < 0)
        fail_msg("%s", err.text);
    return p;
}

/* ---- what is refused ----------------------------------------------------- */

static const struct refusal {
    const char *name, *text, *says;
} refusals[] = {
    {"read: nothing", "# only words\n", "t.s has no instructions"},
    {"read: an unknown verb", "nop\n  moov $1, %ax\n",
     "t.s:2:3: \"moov\" is no instruction; did you mean \"mov\"?"},
    {"read: an unknown register", "mov $1, %gx\n",
     "t.s:1:9: a register should stand here: %ax, %bx, %cx, %dx, %ex, %fx, %bp "
     "or %sp"},
    {"read: an unknown label", ".again\njgt .agian\n",
     "t.s:2:6: there is no label \"agian\"; did you mean \"again\"?"},
    {"read: an unknown variable", ".var hits\nmov hist, %ax\n",
     "t.s:2:5: there is no variable \"hist\"; did you mean \"hits\"?"},
    {"read: no label", "j again\n",
     "t.s:1:3: a label should stand here: j .again"},
    {"read: a label twice", ".a\n.a\nhalt\n",
     "t.s:2:2: .a is on line 1 already"},
    {"read: a label beside an instruction", ".a nop\n",
     "t.s:1:4: \"nop\" is too much on this line"},
    {"read: a variable twice", ".var a\n.var a\nhalt\n",
     "t.s:2:6: a is declared once more"},
    {"read: variables run into the program", ".var a 226\nhalt\n",
     "t.s:1:6: a does not fit: variables have 225 cells, from 100 to 999"},
    {"read: a variable without a name", ".var\nhalt\n",
     "t.s:1:5: the name of a variable should stand here"},
    {"read: memory to memory", ".var a\n.var b\nmov a, b\n",
     "t.s:3:1: mov does not go with these operands: write mov $1, %ax or mov "
     "x, %ax"},
    {"read: to a number", "mov %ax, $1\n",
     "t.s:1:1: mov does not go with these operands: write mov $1, %ax or mov "
     "x, %ax"},
    {"read: two numbers", "test $1, $2\n",
     "t.s:1:1: test does not go with these operands: write test $0, %ax"},
    {"read: one operand short", "add $1\n",
     "t.s:1:1: add does not go with these operands: write add $1, %ax or add "
     "%bx, %ax"},
    {"read: one too many", "neg %ax, %bx\n",
     "t.s:1:1: neg does not go with these operands: write neg %ax"},
    {"read: words after it", "halt now\n",
     "t.s:1:1: halt does not go with these operands: write halt"},
    {"read: an open bracket", "mov 8(%sp, %ax\n",
     "t.s:1:15: \")\" should stand here, as in 8(%sp) or 0(%fx,%cx,4)"},
    {"read: no number", "mov $, %ax\n", "t.s:1:6: a number should stand here"},
    {"read: no decimal", "mov $0x10, %ax\n",
     "t.s:1:7: numbers are decimal: \"x\" is no digit"},
    {"read: a number beyond", "mov $9223372036854775808, %ax\n",
     "t.s:1:6: this number is beyond 64 bits"},
    {"read: control characters", "\033[2J\n",
     "t.s:1:1: \"?[2J\" is no instruction"},
    {"read: threads", "# threads: 33\nhalt\n",
     "t.s:1:12: this is a number from 1 to 32"},
    {"read: a check of nothing", "# check: x == 1\nhalt\n",
     "t.s:1:10: there is no variable \"x\""},
    {"read: a check without relation", "# check: x 1\n.var x\nhalt\n",
     "t.s:1:12: ==, !=, <, <=, > or >= should stand here"},
    {"read: the start of no register", "# start: zx=1\nhalt\n",
     "t.s:1:8: \"zx=1\" sets no register: write dx=4; there are ax, bx, cx, "
     "dx, "
     "ex, fx and bp"},
};

static void is_refused(void **state)
{
    const struct refusal *row = *state;
    struct asm_program *p;
    struct err err = {0};

    assert_int_equal(asm_parse("t.s", row->text, strlen(row->text), &p, &err),
                     -EINVAL);
    assert_null(p);
    if (strncmp(err.text, row->says, strlen(row->says)) != 0)
        assert_string_equal(err.text, row->says);
}

/* ---- what instructions do ------------------------------------------------ */

#define V ".var x\n.var y 3\n"

static const struct deed_row {
    const char *name, *text;
    enum sim_rules rules;
    const char *want; /* "x=1 ax=2": of thread 0 at the end */
} deed_rows[] = {
    {"mov: a number to a register", "mov $-7, %ax\nhalt", RULES_OWN, "ax=-7"},
    {"mov: to memory and back", V "mov $3, x\nmov x, %bx\nhalt", RULES_OWN,
     "x=3 bx=3"},
    {"mov: all parts of an address",
     V "mov $104, %fx\nmov $2, %cx\nmov $9, 0(%fx,%cx,4)\nmov y(%cx), %ax\n"
       "halt",
     RULES_OWN, "y+8=9 ax=0"},
    {"mov: parts may be missing", V "mov $1, %cx\nmov $5, y(,%cx,4)\nhalt",
     RULES_OWN, "y+4=5"},
    {"lea: the address", V "lea y, %ax\nlea 8(%ax), %bx\nhalt", RULES_OWN,
     "ax=104 bx=112"},
    {"arithmetic",
     "mov $6, %ax\nsub $10, %ax\nmul $-3, %ax\nadd %ax, %ax\nneg "
     "%ax\nhalt",
     RULES_OWN, "ax=-24"},
    {"xchg: swaps", V "mov $4, x\nmov $9, %ax\nxchg %ax, x\nhalt", RULES_OWN,
     "x=9 ax=4"},
    {"fetchadd: gives what it was",
     V "mov $4, x\nmov $9, %ax\nfetchadd %ax, "
       "x\nhalt",
     RULES_OWN, "x=13 ax=4"},
    {"test: the second against the first",
     "mov $5, %ax\ntest $3, %ax\njgt .a\nhalt\n.a\nmov $1, %bx\nhalt",
     RULES_OWN, "bx=1"},
    {"jumps: none is taken before a test (X5)",
     "je .a\njne .a\njgt .a\njgte .a\njlt .a\njlte .a\nmov $1, %bx\n.a\nhalt",
     RULES_OWN, "bx=1"},
    {"jumps: equal",
     "test $0, %ax\njne .a\njgt .a\njlt .a\njgte .b\n.a\nhalt\n"
     ".b\njlte .c\nhalt\n.c\nmov $1, %bx\nhalt",
     RULES_OWN, "bx=1"},
    {"stack: down by four", "mov $5, %ax\npush %ax\npop %bx\nhalt", RULES_OWN,
     "bx=5 sp=128000 127996=5"},
    {"stack: pop without a register", "push %ax\npop\nhalt", RULES_OWN,
     "sp=128000"},
    {"stack: push of memory", V "mov $5, x\npush x\npop %ax\nhalt", RULES_OWN,
     "ax=5"},
    {"stack: push of memory in the book (X4)",
     V "mov $5, x\npush x\npop "
       "%ax\nhalt",
     RULES_OSTEP, "ax=100"},
    {"call: and back", "call .f\nmov $2, %bx\nhalt\n.f\nmov $1, %ax\nret",
     RULES_OWN, "ax=1 bx=2 127996=1001"},
    {"comments, blanks, carriage returns",
     "  # first\n\n\tmov  $1 ,%ax # "
     "x\r\nhalt\r\n",
     RULES_OWN, "ax=1"},
    {"rdump and mdump do nothing", V "rdump\nmdump x\nhalt", RULES_OWN, "x=0"},
};

static struct asm_setup alone(enum sim_rules rules)
{
    return (struct asm_setup){.threads = 1, .every = 1000, .rules = rules};
}

static void expect_end(const struct asm_machine *m, const char *want)
{
    char copy[200], *rest = copy, *word;

    snprintf(copy, sizeof(copy), "%s", want);
    while ((word = strsep(&rest, " "))) {
        char *equals = strchr(word, '=');
        int64_t value = strtoll(equals + 1, NULL, 10), got;
        int reg;

        *equals = '\0';
        reg = asm_register_named(word, strlen(word));
        if (reg < 0)
            assert_in_range(asm_address(m->program, word), 0, ASM_MEMORY - 1);
        got = reg >= 0 ? m->threads[0].reg[reg]
                       : m->memory[asm_address(m->program, word)];
        if (got != value)
            fail_msg("%s is %lld, not %lld", word, (long long)got,
                     (long long)value);
    }
}

static void does(void **state)
{
    const struct deed_row *row = *state;
    struct asm_setup setup = alone(row->rules);
    struct asm_program *p = parse(row->text);
    struct asm_machine m;
    struct err err = {0};

    assert_int_equal(asm_machine_init(&m, p, &setup, &err), 0);
    if (asm_run(&m, 1000, &err) != 0)
        fail_msg("%s", err.text);
    expect_end(&m, row->want);
    asm_machine_fini(&m);
    asm_free(p);
}

/* ---- what cannot be done ------------------------------------------------- */

static const struct refusal faults[] = {
    {"fault: past the end", "nop\n",
     "t.s: thread 0 ran past the last instruction: a program ends with halt"},
    {"fault: a jump past the end", "nop\nj .a\n.a\n",
     "t.s: thread 0 ran past the last instruction"},
    {"fault: outside memory", "mov 131072, %ax\nhalt",
     "t.s:1: thread 0 uses memory outside 0 to 131071"},
    {"fault: below memory", "mov $-1, %ax\nmov %ax, (%ax)\nhalt",
     "t.s:2: thread 0 uses memory outside 0 to 131071"},
    {"fault: an address beyond all numbers",
     "mov $9223372036854775807, %ax\nmov %ax, 1(%ax,%ax,4)\nhalt",
     "t.s:2: thread 0 uses memory outside 0 to 131071"},
    {"fault: the program itself", "mov $1, 1001\nhalt",
     "t.s:1: thread 0 uses cell 1001, where the program is"},
    {"fault: a sum beyond", "mov $9223372036854775807, %ax\nadd $1, %ax\nhalt",
     "t.s:2: thread 0 computes a number beyond 64 bits"},
    {"fault: a product beyond",
     "mov $4611686018427387904, %ax\nmul $2, "
     "%ax\nhalt",
     "t.s:2: thread 0 computes a number beyond 64 bits"},
    {"fault: minus the least", "mov $-9223372036854775808, %ax\nneg %ax\nhalt",
     "t.s:2: thread 0 computes a number beyond 64 bits"},
    {"fault: returns to nowhere", "push %ax\nret\nhalt",
     "t.s:2: thread 0 returns to 0, where there is no instruction"},
    {"fault: a stack without end", ".a\npush %ax\nj .a\n",
     "t.s:2: thread 0 uses cell 1000, where the program is"},
    {"fault: pops what is not there", ".a\npop %ax\nj .a\n",
     "t.s:2: thread 0 uses memory outside 0 to 131071"},
};

static void faults_are_told(void **state)
{
    const struct refusal *row = *state;
    struct asm_setup setup = alone(RULES_OWN);
    struct asm_program *p = parse(row->text);
    struct asm_machine m;
    struct err err = {0};

    assert_int_equal(asm_machine_init(&m, p, &setup, &err), 0);
    assert_int_equal(asm_run(&m, 1000000, &err), -EFAULT);
    if (strncmp(err.text, row->says, strlen(row->says)) != 0)
        assert_string_equal(err.text, row->says);
    asm_machine_fini(&m);
    asm_free(p);
}

/* ---- who is next --------------------------------------------------------- */

static const int list_012[] = {0, 1, 2};
static const int list_0121[] = {0, 1, 2, 1};
static const int gaps[] = {1, 3, 2};

static const struct turn_row {
    const char *name, *text;
    struct asm_setup setup;
    const char *want; /* who executed each instruction */
} turn_rows[] = {
    {"turns: by the timer",
     "nop\nnop\nhalt",
     {.threads = 2, .every = 2},
     "001101"},
    {"turns: a halt gives the next its full time",
     "nop\nnop\nhalt",
     {.threads = 3, .every = 3},
     "000111222"},
    {"turns: in the book it passes one over (X1)",
     "nop\nnop\nhalt",
     {.threads = 3, .every = 3, .rules = RULES_OSTEP},
     "000222111"},
    {"turns: yield", "yield\nhalt", {.threads = 2, .every = 9}, "0101"},
    {"turns: yield to oneself",
     "yield\nnop\nhalt",
     {.threads = 1, .every = 2},
     "000"},
    {"turns: by a schedule",
     "nop\nhalt",
     {.threads = 3, .timing = ASM_SCHEDULE, .list = list_012, .list_count = 3},
     "012012"},
    {"turns: entries of the halted are skipped",
     "nop\nhalt",
     {.threads = 3, .timing = ASM_SCHEDULE, .list = list_0121, .list_count = 4},
     "012102"},
    {"turns: in the book a halt eats an entry (X2)",
     "nop\nhalt",
     {.threads = 3,
      .timing = ASM_SCHEDULE,
      .list = list_0121,
      .list_count = 4,
      .rules = RULES_OSTEP},
     "012120"},
    {"turns: by given intervals",
     "nop\nnop\nhalt",
     {.threads = 2,
      .timing = ASM_RANDOM,
      .intervals = gaps,
      .interval_count = 3},
     "011100"},
};

static void turns_are(void **state)
{
    const struct turn_row *row = *state;
    struct asm_program *p = parse(row->text);
    struct asm_machine m;
    struct asm_event e;
    struct err err = {0};
    char got[64] = "";

    assert_int_equal(asm_machine_init(&m, p, &row->setup, &err), 0);
    while (asm_step(&m, &e, &err) > 0 && strlen(got) < 60)
        snprintf(got + strlen(got), 2, "%d", e.thread);
    assert_string_equal(got, row->want);
    asm_machine_fini(&m);
    asm_free(p);
}

static void setups_are_refused(void **state)
{
    static const int wrong[] = {0, 2}, partial[] = {0};
    static const struct {
        struct asm_setup setup;
        const char *says;
    } rows[] = {
        {{.threads = 0, .every = 1}, "there can be 1 to 32 threads, not 0"},
        {{.threads = 33, .every = 1}, "there can be 1 to 32 threads, not 33"},
        {{.threads = 1, .every = 0}, "the timer's interval is 1 to 1000000"},
        {{.threads = 2, .timing = ASM_SCHEDULE, .list = wrong, .list_count = 2},
         "the schedule names thread 2; there are 0 to 1"},
        {{.threads = 2,
          .timing = ASM_SCHEDULE,
          .list = partial,
          .list_count = 1},
         "the schedule leaves thread 1 out, which would never end"},
        {{.threads = 1, .every = 1, .rules = RULES_OSTEP},
         "t.s:1: with the rules ostep only mov has addresses of two registers"},
    };
    struct asm_program *p = parse("lea (%ax,%bx), %cx\nhalt");

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct asm_machine m;
        struct err err = {0};

        assert_int_equal(asm_machine_init(&m, p, &rows[i].setup, &err),
                         -EINVAL);
        if (strncmp(err.text, rows[i].says, strlen(rows[i].says)) != 0)
            assert_string_equal(err.text, rows[i].says);
        asm_machine_fini(&m);
    }
    asm_free(p);
}

/* ---- the same on the interleaving machine -------------------------------- */

static bool is_access(const struct asm_code *c)
{
    return (c->verb == ASM_MOV &&
            (c->a.place == ASM_CELL || c->b.place == ASM_CELL)) ||
           c->verb == ASM_XCHG || c->verb == ASM_FETCHADD;
}

/* Run @p by its setup, and each access that it makes on the interleaving
 * machine, too: both must end with the same memory. Returns the accesses. */
static int expect_same(struct asm_program *p, const struct asm_setup *setup)
{
    struct rules rules = {.granularity = GRANULARITY_ACCESS,
                          .keep_registers = true};
    struct program *translated;
    struct stepper stepper;
    struct state state = {0};
    struct event event = {0};
    struct asm_machine m;
    struct asm_event e;
    struct err err = {0};
    unsigned failures = 0;
    int accesses = 0, rc;

    p->threads = setup->threads;
    if (setup->start)
        memcpy(p->start, setup->start, sizeof(p->start));
    if (asm_translate(p, &translated, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(stepper_init(&stepper, translated, &rules, &err), 0);
    assert_int_equal(state_init(&state, &stepper, &event, &failures), 0);
    assert_int_equal(asm_machine_init(&m, p, setup, &err), 0);
    while ((rc = asm_step(&m, &e, &err)) > 0 && m.executed < 100000) {
        if (!is_access(&p->code[e.at]))
            continue;
        assert_true(state_may(&stepper, &state, e.thread));
        state_step(&stepper, &state, e.thread, NULL);
        accesses++;
    }
    assert_int_equal(rc, 0);
    assert_int_not_equal(state_finish(&stepper, &state), FINISH_NOT_YET);
    for (int i = 0, seen = 0; i < p->var_count; i++)
        for (int k = 0; k < p->vars[i].cells && seen < TSL_OBSERVED; k++) {
            int value;

            assert_true(state_value(&stepper, &state,
                                    translated->observed[seen++].expr, &value));
            assert_int_equal(value,
                             m.memory[p->vars[i].address + ASM_APART * k]);
        }
    asm_machine_fini(&m);
    state_fini(&state);
    stepper_fini(&stepper);
    program_free(translated);
    return accesses;
}

/* The golden cases: all but the one with a stack. */
static void golden_cases_run_on_it(void **state)
{
    json_t *root = json_load_file("tests/golden/interleave.json", 0, NULL);
    const json_t *one, *line, *regs;
    json_t *value;
    const char *name;
    size_t i, k;
    int ran = 0;

    (void)state;
    assert_non_null(root);
    json_array_foreach(json_object_get(root, "cases"), i, one)
    {
        const json_t *in = json_object_get(one, "input");
        const json_t *out = json_object_get(one, "expected");
        const json_t *trace = json_object_get(out, "trace");
        int64_t start[ASM_THREADS][ASM_REGISTERS] = {0};
        struct text text = {0};
        struct asm_program *p;
        struct program *fits = NULL;
        struct err err = {0};
        int *list = calloc(json_array_size(trace), sizeof(*list));
        struct asm_setup setup = {
            .threads = (int)json_integer_value(json_object_get(in, "threads")),
            .timing = ASM_SCHEDULE,
            .list = list,
            .list_count = (int)json_array_size(trace),
            .start = (const int64_t(*)[ASM_REGISTERS])start};

        assert_non_null(list);
        json_array_foreach(json_object_get(in, "program"), k, line)
            text_addf(&text, "%s\n", json_string_value(line));
        json_array_foreach(json_object_get(in, "initial_registers"), k, regs)
            json_object_foreach((json_t *)(uintptr_t)regs, name, value)
                start[k][asm_register_named(name, 2)] =
                    json_integer_value(value);
        /* The golden trace itself is the schedule. */
        json_array_foreach(trace, k, line) list[k] =
            (int)json_integer_value(json_array_get(line, 0));
        p = parse(text_str(&text));
        if (asm_translate(p, &fits, &err) == 0)
            ran += expect_same(p, &setup) > 0;
        else
            assert_non_null(strstr(err.text, "knows no stack"));
        program_free(fits);
        asm_free(p);
        text_fini(&text);
        free(list);
    }
    assert_int_equal(ran, 10);
    json_decref(root);
}

/* A random program without backward jumps: it ends. */
static void write_random(struct text *out, uint64_t *seed)
{
    static const char *const jumps[] = {"je",  "jne",  "jgt", "jgte",
                                        "jlt", "jlte", "j"};
    int labels = 0, lines = 4 + (int)random_below(seed, 20);

    text_add(out, ".var x\n.var y 4\n");
    for (int i = 0; i < lines; i++) {
        const char *a = asm_registers[random_below(seed, 4)];
        const char *b = asm_registers[random_below(seed, 4)];
        int n = (int)random_below(seed, 9) - 4;

        switch (random_below(seed, 12)) {
        case 0:
            text_addf(out, "mov $%d, %%%s\n", n, a);
            break;
        case 1:
            text_addf(out, "mov x, %%%s\n", a);
            break;
        case 2:
            text_addf(out, "mov %%%s, x\n", a);
            break;
        case 3:
            text_addf(out, "xchg %%%s, %d\n", a, 104 + 4 * (n & 3));
            break;
        case 4:
            text_addf(out, "fetchadd %%%s, x\n", a);
            break;
        case 5:
            text_addf(out, "add $%d, %%%s\n", n, a);
            break;
        case 6:
            text_addf(out, "sub %%%s, %%%s\n", a, b);
            break;
        case 7:
            text_addf(out, "neg %%%s\n", a);
            break;
        case 8:
            text_addf(out, "test $%d, %%%s\n", n, a);
            break;
        case 9:
            text_addf(out, "%s .l%d\n", jumps[random_below(seed, 7)], labels);
            break;
        case 10:
            text_addf(out, ".l%d\n", labels++);
            break;
        default:
            /* An address that a register takes part in: y[0..3] */
            text_addf(out, "mov $%d, %%ex\nmov %%%s, y(%%ex)\n", 4 * (n & 3),
                      a);
            break;
        }
    }
    text_addf(out, ".l%d\nhalt\n", labels);
}

static void random_programs_run_the_same(void **state)
{
    uint64_t seed = 11;
    int accesses = 0;

    (void)state;
    for (int n = 0; n < 1500; n++) {
        struct text text = {0};
        struct asm_program *p;
        struct asm_setup setup = {
            .threads = 1 + (int)random_below(&seed, 4),
            .timing = random_below(&seed, 2) ? ASM_RANDOM : ASM_EVERY,
            .every = 1 + (int)random_below(&seed, 5),
            .seed = random_next(&seed),
            .rules = random_below(&seed, 2) ? RULES_OSTEP : RULES_OWN};

        write_random(&text, &seed);
        p = parse(text_str(&text));
        accesses += expect_same(p, &setup);
        asm_free(p);
        text_fini(&text);
    }
    assert_true(accesses > 1000);
}

/* Whatever stands in a file: it is refused with a place, or it runs until it
 * ends, fails or is stopped. */
static void anything_may_be_read(void **state)
{
    static const char letters[] = ".:#$%(),-+ \n\t019axspvrmojhlt=<";
    uint64_t seed = 5;
    int read = 0;

    (void)state;
    for (int n = 0; n < 6000; n++) {
        struct text text = {0};
        struct asm_program *p;
        struct program *translated;
        struct err err = {0};

        write_random(&text, &seed);
        text_add(&text, "push x\npop %ax\ncall .l0\nret\nlea y, %fx\n");
        for (int k = (int)random_below(&seed, 4); k > 0; k--)
            text.data[random_below(&seed, (uint32_t)text.len)] =
                letters[random_below(&seed, sizeof(letters) - 1)];
        if (asm_parse("f.s", text.data, text.len, &p, &err) < 0) {
            assert_int_equal(strncmp(err.text, "f.s:", 4), 0);
        } else {
            struct asm_setup setup = {.threads = 3, .every = 2};
            struct asm_machine m;

            read++;
            assert_int_equal(asm_machine_init(&m, p, &setup, &err), 0);
            if (asm_run(&m, 2000, &err) < 0)
                assert_int_equal(strncmp(err.text, "f.s:", 4), 0);
            asm_machine_fini(&m);
            if (asm_translate(p, &translated, &err) == 0)
                program_free(translated);
            asm_free(p);
        }
        text_fini(&text);
    }
    assert_in_range(read, 1000, 5900);
}

static const struct refusal misfits[] = {
    {"misfit: a stack", "push %ax\nhalt",
     "t.s:1: the search over all schedules knows no stack; \"timeslice sim "
     "asm\" runs it, one schedule at a time"},
    {"misfit: its register", "mov %sp, %ax\nhalt",
     "t.s:1: the search over all "
     "schedules knows no stack"},
    {"misfit: a large number", "mov $70000, %ax\nhalt",
     "t.s:1: the search over all schedules has numbers from -32768 to 32767"},
    {"misfit: a large start", "# start: ax=40000\nhalt",
     "t.s starts ax with a number beyond 16 bits"},
    {"misfit: addresses to nowhere", "mov 100(%ax), %bx\nhalt",
     "t.s computes addresses, but .var declares no memory"},
    {"misfit: memory beside", ".var x\nmov x(%ax), %bx\nmov 2000, %bx\nhalt",
     "t.s:3: with computed addresses the search over all schedules knows only "
     "the memory that .var declares"},
};

static void does_not_fit(void **state)
{
    const struct refusal *row = *state;
    struct asm_program *p = parse(row->text);
    struct program *out;
    struct err err = {0};

    assert_int_equal(asm_translate(p, &out, &err), -EINVAL);
    assert_null(out);
    if (strncmp(err.text, row->says, strlen(row->says)) != 0)
        assert_string_equal(err.text, row->says);
    asm_free(p);
}

/* ---- the search over all schedules --------------------------------------- */

static const struct verdict_row {
    const char *name, *text;
    enum judgement want;
    int outcomes;
} verdict_rows[] = {
    {"explore: an update is lost",
     "# check: x == 2\n.var x\nmov x, %ax\nadd $1, %ax\nmov %ax, x\nhalt\n",
     JUDGED_FAILS, 2},
    {"explore: none is with fetchadd",
     "# check: x == 2\n.var x\nmov $1, %ax\nfetchadd %ax, x\nhalt\n", JUDGED_OK,
     1},
    {"explore: a lock of xchg",
     "# check: x == 2\n.var gate\n.var x\n.knock\nmov $1, %ex\nxchg %ex, gate\n"
     "test $1, %ex\nje .knock\nmov x, %ax\nadd $1, %ax\nmov %ax, x\nmov $0, "
     "gate\nhalt\n",
     JUDGED_OK, 1},
    {"explore: past the end",
     ".var x\nmov x, %ax\ntest $0, %ax\nje .a\nhalt\n"
     ".a\n",
     JUDGED_FAILS, 0},
};

static void verdict_is(void **state)
{
    const struct verdict_row *row = *state;
    struct explore_request request = {
        .depth = EXPLORE_ALL,
        .workers = 1,
        .memory = (int64_t)256 << 20,
        .rules = {.granularity = GRANULARITY_ACCESS}};
    struct explore_result r = {0};
    struct asm_program *p = parse(row->text);
    struct program *translated;
    struct err err = {0};

    assert_int_equal(asm_translate(p, &translated, &err), 0);
    assert_int_equal(explore(translated, &request, &r, &err), 0);
    assert_int_equal(r.judgement, row->want);
    if (row->outcomes > 0)
        assert_int_equal(r.outcome_count, row->outcomes);
    explore_fini(&r);
    program_free(translated);
    asm_free(p);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(setups_are_refused),
        cmocka_unit_test(golden_cases_run_on_it),
        cmocka_unit_test(random_programs_run_the_same),
        cmocka_unit_test(anything_may_be_read),
    };
    struct CMUnitTest tests[COUNT(refusals) + COUNT(deed_rows) + COUNT(faults) +
                            COUNT(turn_rows) + COUNT(misfits) +
                            COUNT(verdict_rows) + COUNT(others)];
    size_t n = 0;

    n = add_rows(tests, n, refusals, COUNT(refusals), sizeof(refusals[0]),
                 is_refused);
    n = add_rows(tests, n, deed_rows, COUNT(deed_rows), sizeof(deed_rows[0]),
                 does);
    n = add_rows(tests, n, faults, COUNT(faults), sizeof(faults[0]),
                 faults_are_told);
    n = add_rows(tests, n, turn_rows, COUNT(turn_rows), sizeof(turn_rows[0]),
                 turns_are);
    n = add_rows(tests, n, misfits, COUNT(misfits), sizeof(misfits[0]),
                 does_not_fit);
    n = add_rows(tests, n, verdict_rows, COUNT(verdict_rows),
                 sizeof(verdict_rows[0]), verdict_is);
    memcpy(tests + n, others, sizeof(others));
    return cmocka_run_group_tests_name("asm", tests, NULL, NULL);
}
