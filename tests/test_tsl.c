/* The language: what each construct becomes as micro-steps, and what a
 * declaration means. Messages are in test_tsl_messages.c, whole programs in
 * test_tsl_programs.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "lib/rows.h"
#include "tsl/program.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static struct program *must_parse(const char *source)
{
    struct program *p = NULL;
    struct err err = {0};

    if (program_parse("t", source, strlen(source), &p, &err) < 0)
        fail_msg("%s: %s", source, err.text);
    return p;
}

static void must_be(const char *source, const char *want,
                    const struct text *have)
{
    if (strcmp(text_str(have), want) != 0)
        fail_msg("%s\n--- have:\n%s--- want:\n%s", source, text_str(have),
                 want);
}

/* ---- what becomes of it -------------------------------------------------- */

/* The first thread, an operation a line. "+": joined, "*": counts as an
 * instruction, "!": inside of an atomic block; "@3": where a jump leads. */
// clang-format off
static const struct translation {
    const char *name, *source, *want;
} translations[] = {
    {"an increment is load, add, store",
     "shared int x; thread T { x++; }",
     "load  x' <- x\n"
     "add   x', 1 *\n"
     "store x <- x' +\n"
     "end\n"},
    {"so are x = x + 1 and x += 1",
     "shared int x; thread T { x = x + 1; x += 1; }",
     "load  x' <- x\n"
     "add   x', 1 *\n"
     "store x <- x' +\n"
     "load  x' <- x\n"
     "add   x', 1 *\n"
     "store x <- x' +\n"
     "end\n"},
    {"x += y: x first, then y",
     "shared int x, y; thread T { x += y; }",
     "load  x' <- x\n"
     "load  y' <- y +\n"
     "add   x', y' *\n"
     "store x <- x' +\n"
     "end\n"},
    {"prefix, decrement, the other operators",
     "shared int x; thread T { --x; x *= 2; x /= 2; x %= 2; }",
     "load  x' <- x\n"
     "sub   x', 1 *\n"
     "store x <- x' +\n"
     "load  x' <- x\n"
     "mul   x', 2 *\n"
     "store x <- x' +\n"
     "load  x' <- x\n"
     "div   x', 2 *\n"
     "store x <- x' +\n"
     "load  x' <- x\n"
     "mod   x', 2 *\n"
     "store x <- x' +\n"
     "end\n"},
    {"a register's arithmetic is local",
     "thread T { int r = 1; r += 2; r--; }",
     "set   r <- 1\n"
     "add   r, 2 *\n"
     "sub   r, 1 *\n"
     "end\n"},
    {"int r = x is the load itself",
     "shared int x; thread T { int r = x; r = x; }",
     "load  r <- x\n"
     "load  r <- x\n"
     "end\n"},
    {"a computed value is stored from a register",
     "shared int x; thread T { int r; x = r + 1; x = r; x = 3; }",
     "set   r' <- r + 1 *\n"
     "store x <- r'\n"
     "store x <- r\n"
     "store x <- 3\n"
     "end\n"},
    {"left to right",
     "shared int x, y; thread T { int r = x - y * x; }",
     "load  x' <- x\n"
     "load  y' <- y +\n"
     "load  x'' <- x +\n"
     "set   r <- x' - y' * x'' *\n"
     "end\n"},
    {"two loads of one variable",
     "shared int x; thread T { x = x + x; }",
     "load  x' <- x\n"
     "load  x'' <- x +\n"
     "add   x', x'' *\n"
     "store x <- x' +\n"
     "end\n"},
    {"constants are folded",
     "const N = 3; shared int a[N + 1]; thread T { a[N - 1] = -(N * 2); "
     "}",
     "store a[2] <- -6\n"
     "end\n"},
    {"me is a constant",
     "shared int flag[2]; thread T[2] { flag[1 - me] = me; }",
     "store flag[1] <- 0\n"
     "end\n"},
    {"an index is computed once",
     "shared int i, a[4]; thread T { a[i + 1] += i; }",
     "load  i' <- i\n"
     "load  a' <- a[i' + 1] +\n"
     "load  i'' <- i +\n"
     "add   a', i'' *\n"
     "store a[i' + 1] <- a' +\n"
     "end\n"},
    {"an index may be a register's",
     "shared int a[4]; thread T { int r; a[r] = a[r + 1]; }",
     "load  a' <- a[r + 1]\n"
     "store a[r] <- a' +\n"
     "end\n"},
    {"a condition's comparison rides in the branch",
     "shared int x; thread T { if (x == 1) x = 2; }",
     "load  x' <- x\n"
     "if !(x' == 1) goto the end @3\n"
     "store x <- 2\n"
     "end\n"},
    {"else",
     "shared int x; thread T { if (x < 1) x = 2; else x = 3; }",
     "load  x' <- x\n"
     "if !(x' < 1) goto line 1 @4\n"
     "store x <- 2\n"
     "goto  the end @5\n"
     "store x <- 3\n"
     "end\n"},
    {"&& loads its right side only if it must",
     "shared int f, t; thread T { while (f && t == 1) ; }",
     "load  f' <- f\n"
     "if !f' goto the end @4\n"
     "load  t' <- t +\n"
     "if t' == 1 goto line 1 @0\n"
     "end\n"},
    {"||",
     "shared int f, t; thread T { if (f || t) work(); }",
     "load  f' <- f\n"
     "if f' goto line 1 @4\n"
     "load  t' <- t +\n"
     "if !t' goto the end @5\n"
     "work\n"
     "end\n"},
    {"!(a && b)",
     "shared int f, t; thread T { if (!(f && t)) work(); }",
     "load  f' <- f\n"
     "if !f' goto line 1 @4\n"
     "load  t' <- t +\n"
     "if t' goto the end @5\n"
     "work\n"
     "end\n"},
    {"joined only if there was an access before",
     "shared int x, y; thread T { int r; if (r && x || y) work(); }",
     "if !r goto line 1 @3\n"
     "load  x' <- x\n"
     "if x' goto line 1 @5\n"
     "load  y' <- y\n"
     "if !y' goto the end @6\n"
     "work\n"
     "end\n"},
    {"&& of registers is one branch",
     "thread T { int r, s; if (r && (s > 1 || s == r)) work(); }",
     "if !(r && (s > 1 || s == r)) goto the end @2\n"
     "work\n"
     "end\n"},
    {"&& as a value",
     "shared int x, y; thread T { int r = x && y; }",
     "load  x' <- x\n"
     "if !x' goto line 1 @6\n"
     "load  y' <- y +\n"
     "if !y' goto line 1 @6\n"
     "set   value <- 1\n"
     "goto  line 1 @7\n"
     "set   value <- 0\n"
     "set   r <- value\n"
     "end\n"},
    {"&& in an assert",
     "shared int x, y; thread T { assert(x == 1 && y == 1); }",
     "load  x' <- x\n"
     "if !(x' == 1) goto line 1 @6\n"
     "load  y' <- y +\n"
     "if !(y' == 1) goto line 1 @6\n"
     "set   value <- 1\n"
     "goto  line 1 @7\n"
     "set   value <- 0\n"
     "assert value\n"
     "end\n"},
    {"a side that decides is not looked at",
     "shared int a[2]; thread T { if (me == 1 && a[me - 1]) work(); if "
     "(me == 0 || a[9]) work(); }",
     "work\n"
     "end\n"},
    {"dead code leaves nothing, and may be wrong inside",
     "shared int a[2], x; thread T { if (me > 0) x = a[me - 1]; int r; "
     "if (r && me > 0) x = a[me - 1]; }",
     "end\n"},
    {"a loop of nothing",
     "shared int x; thread T { while (x) {} while (!x) ; }",
     "load  x' <- x\n"
     "if x' goto line 1 @0\n"
     "load  x' <- x\n"
     "if !x' goto line 1 @2\n"
     "end\n"},
    {"while",
     "shared int x; thread T { while (x < 3) work(); }",
     "load  x' <- x\n"
     "if !(x' < 3) goto the end @4\n"
     "work\n"
     "goto  line 1 @0\n"
     "end\n"},
    {"break and continue",
     "shared int x; thread T { while (1) { if (x) break; if (x == 2) "
     "continue; work(); } }",
     "load  x' <- x\n"
     "if x' goto the end @6\n"
     "load  x' <- x\n"
     "if x' == 2 goto line 1 @0\n"
     "work\n"
     "goto  line 1 @0\n"
     "end\n"},
    {"for",
     "thread T { for (int i = 0; i < 3; i++) work(); }",
     "set   i <- 0\n"
     "if !(i < 3) goto the end @5\n"
     "work\n"
     "add   i, 1\n"
     "goto  line 1 @1\n"
     "end\n"},
    {"for over what is shared",
     "shared int x; thread T { for (x = 0; x < 2; x++) ; }",
     "store x <- 0\n"
     "load  x' <- x\n"
     "if !(x' < 2) goto the end @7\n"
     "load  x' <- x\n"
     "add   x', 1 *\n"
     "store x <- x' +\n"
     "goto  line 1 @1\n"
     "end\n"},
    {"for without end",
     "thread T { for (;;) work(); }",
     "work\n"
     "goto  line 1 @0\n"
     "end\n"},
    {"continue goes to the step",
     "thread T { int i; for (i = 0; i < 3; i++) { if (i == 1) continue; "
     "work(); } }",
     "set   i <- 0\n"
     "if !(i < 3) goto the end @6\n"
     "if i == 1 goto line 1 @4\n"
     "work\n"
     "add   i, 1\n"
     "goto  line 1 @1\n"
     "end\n"},
    {"repeat counts",
     "thread T { repeat (2) work(); }",
     "set   repeat <- 2\n"
     "work\n"
     "sub   repeat, 1\n"
     "if repeat > 0 goto line 1 @1\n"
     "end\n"},
    {"repeat of what is shared is read once",
     "shared int x; thread T { repeat (x) work(); }",
     "load  repeat <- x\n"
     "if repeat <= 0 goto the end @5\n"
     "work\n"
     "sub   repeat, 1\n"
     "if repeat > 0 goto line 1 @2\n"
     "end\n"},
    {"repeat 1 and 0",
     "thread T { repeat (1) work(); repeat (0) fence(); }",
     "work\n"
     "end\n"},
    {"repeat in repeat",
     "thread T { repeat (2) repeat (3) work(); }",
     "set   repeat <- 2\n"
     "set   repeat.2 <- 3\n"
     "work\n"
     "sub   repeat.2, 1\n"
     "if repeat.2 > 0 goto line 1 @2\n"
     "sub   repeat, 1\n"
     "if repeat > 0 goto line 1 @1\n"
     "end\n"},
    {"int in a loop starts with 0",
     "shared int x; thread T { while (x) { int r; r++; x = r; } }",
     "load  x' <- x\n"
     "if !x' goto the end @6\n"
     "set   r <- 0\n"
     "add   r, 1 *\n"
     "store x <- r\n"
     "goto  line 1 @0\n"
     "end\n"},
    {"scopes beside each other share a register",
     "thread T { { int r = 1; } { int r; r++; } }",
     "set   r <- 1\n"
     "set   r <- 0\n"
     "add   r, 1 *\n"
     "end\n"},
    {"a scope within has its own",
     "thread T { int r = 1; { int r = 2; r++; } r++; }",
     "set   r <- 1\n"
     "set   r.2 <- 2\n"
     "add   r.2, 1 *\n"
     "add   r, 1 *\n"
     "end\n"},
    {"mutexes",
     "mutex m, f[2]; thread T { lock(m); unlock(m); if (trylock(f[1])) "
     "unlock(f[1]); trylock(m); }",
     "lock  m\n"
     "unlock m\n"
     "trylock ok <- f[1]\n"
     "if !ok goto line 1 @5\n"
     "unlock f[1]\n"
     "trylock m\n"
     "end\n"},
    {"semaphores",
     "sem s = 1, t[2]; thread T { wait(s); post(t[1]); }",
     "wait  s\n"
     "post  t[1]\n"
     "end\n"},
    {"conditions",
     "mutex m; cond c; thread T { lock(m); wait(c, m); signal(c); "
     "broadcast(c); unlock(m); }",
     "lock  m\n"
     "wait  c, m\n"
     "wake  c, m\n"
     "signal c\n"
     "broadcast c\n"
     "unlock m\n"
     "end\n"},
    {"exchange",
     "shared int x; thread T { int r = xchg(x, 1); xchg(x, r); while "
     "(xchg(x, 2)) ; }",
     "xchg  r <- x, 1\n"
     "xchg  x, r\n"
     "xchg  x' <- x, 2\n"
     "if x' goto line 1 @2\n"
     "end\n"},
    {"compare and swap",
     "shared int x; thread T { int r; while (!cas(x, r, r + 1)) r = x; "
     "cas(x, 0, 1); }",
     "cas   ok <- x: r -> r + 1\n"
     "if ok goto line 1 @4\n"
     "load  r <- x\n"
     "goto  line 1 @0\n"
     "cas   x: 0 -> 1\n"
     "end\n"},
    {"fetch and add",
     "shared int x; thread T { int r = fetch_add(x, 1); fetch_add(x, "
     "-r); }",
     "fetch_add r <- x, 1\n"
     "fetch_add x, -r\n"
     "end\n"},
    {"await",
     "shared int x, a[2]; thread T { int r; await(x == r + 1); "
     "await(x); await(!a[r]); await(3 > x); }",
     "await x == r + 1\n"
     "await x != 0\n"
     "await a[r] == 0\n"
     "await x < 3\n"
     "end\n"},
    {"fence, work, nothing",
     "thread T { fence(); work(); ; }",
     "fence\n"
     "work\n"
     "end\n"},
    {"critical regions",
     "shared int x; thread T { critical { x = 1; } critical w { work(); "
     "} }",
     "enter critical\n"
     "store x <- 1\n"
     "leave critical\n"
     "enter w\n"
     "work\n"
     "leave w\n"
     "end\n"},
    {"leaving a region",
     "thread T { while (1) { critical w { if (1) break; } } critical { "
     "return; } }",
     "enter w\n"
     "leave w\n"
     "enter critical\n"
     "leave critical\n"
     "end\n"},
    {"atomic: one step, everything rides",
     "shared int x; thread T { atomic { x++; if (x) x = 0; } }",
     "atomic\n"
     "load  x' <- x !\n"
     "add   x', 1 * !\n"
     "store x <- x' + !\n"
     "load  x' <- x !\n"
     "if !x' goto the end @7 !\n"
     "store x <- 0 !\n"
     "end\n"},
    {"atomic in atomic",
     "shared int x; thread T { atomic { atomic { x = 1; } } }",
     "atomic\n"
     "store x <- 1 !\n"
     "end\n"},
    {"return ends a thread",
     "shared int x; thread T { if (x) return; x = 1; return; x = 2; }",
     "load  x' <- x\n"
     "if x' goto the end @3\n"
     "store x <- 1\n"
     "end\n"},
    {"a function is expanded",
     "shared int x; fn inc() { x++; } thread T { inc(); inc(); }",
     "load  x' <- x\n"
     "add   x', 1 *\n"
     "store x <- x' +\n"
     "load  x' <- x\n"
     "add   x', 1 *\n"
     "store x <- x' +\n"
     "end\n"},
    {"... with constants as parameters",
     "shared int flag[2]; fn raise(i) { flag[1 - i] = 1; } thread T { "
     "raise(me); }",
     "store flag[1] <- 1\n"
     "end\n"},
    {"... with registers as they are",
     "shared int x; fn put(int v) { x = v; } thread T { int r; put(r); "
     "put(r + 1); put(x); }",
     "store x <- r\n"
     "set   put.v <- r + 1 *\n"
     "store x <- put.v\n"
     "load  put.v <- x\n"
     "store x <- put.v\n"
     "end\n"},
    {"... which it may change",
     "shared int x; fn put(v) { v++; x = v; } thread T { int r; put(r); "
     "put(3); }",
     "set   put.v <- r\n"
     "add   put.v, 1 *\n"
     "store x <- put.v\n"
     "set   put.v <- 3\n"
     "add   put.v, 1 *\n"
     "store x <- put.v\n"
     "end\n"},
    {"a function's value",
     "shared int x; fn get() { return x; } thread T { int r = get(); x "
     "= get() + 1; }",
     "load  r <- x\n"
     "load  x' <- x\n"
     "add   x', 1 *\n"
     "store x <- x'\n"
     "end\n"},
    {"a function of constants is one",
     "shared int flag[2]; fn other() { return 1 - me; } thread T { "
     "flag[other()] = 1; }",
     "store flag[1] <- 1\n"
     "end\n"},
    {"several returns",
     "fn max(a, b) { if (a > b) return a; return b; } thread T { int r; "
     "r = max(r, 3); }",
     "if !(r > 3) goto line 1 @3\n"
     "set   value <- r\n"
     "goto  line 1 @4\n"
     "set   value <- 3\n"
     "set   r <- value\n"
     "end\n"},
    {"no return at the end gives 0",
     "fn f(a) { if (a) return 5; } thread T { int r; r = f(r); }",
     "if !r goto line 1 @3\n"
     "set   value <- 5\n"
     "goto  line 1 @4\n"
     "set   value <- 0\n"
     "set   r <- value\n"
     "end\n"},
    {"two calls in one expression",
     "shared int x; fn twice(v) { v = v * 2; return v; } thread T { x = "
     "twice(1) + twice(x); }",
     "set   twice.v <- 1\n"
     "mul   twice.v, 2 *\n"
     "set   value <- twice.v\n"
     "load  twice.v <- x\n"
     "mul   twice.v, 2 *\n"
     "set   value' <- twice.v\n"
     "add   value, value' *\n"
     "store x <- value\n"
     "end\n"},
    {"a call in a call",
     "shared int x; fn add(a, b) { return a + b; } thread T { x = "
     "add(x, add(x, 1)); }",
     "load  x' <- x\n"
     "load  add.a <- x +\n"
     "set   add.a' <- add.a + 1 *\n"
     "set   add.a <- x'\n"
     "set   add.b <- add.a'\n"
     "set   add.a'' <- add.a + add.b *\n"
     "store x <- add.a''\n"
     "end\n"},
    {"a call in a condition",
     "shared int x, y; fn get() { return x; } thread T { while (get() "
     "&& y) ; }",
     "load  x' <- x\n"
     "if !x' goto the end @4\n"
     "load  y' <- y\n"
     "if y' goto line 1 @0\n"
     "end\n"},
    {"an operation in a condition",
     "shared int x; mutex m; thread T { if (x && trylock(m) && x == 2) "
     "unlock(m); }",
     "load  x' <- x\n"
     "if !x' goto the end @7\n"
     "trylock ok <- m +\n"
     "if !ok goto the end @7\n"
     "load  x'' <- x +\n"
     "if !(x'' == 2) goto the end @7\n"
     "unlock m\n"
     "end\n"},
    {"fn after its caller, parameters with a type",
     "fn f() { g(1, 2); } fn g(int a, int b) { work(); } thread T { "
     "f(); }",
     "work\n"
     "end\n"},
    {"a check in two lines",
     "shared int x; thread T {\n  x = 1;\n  assert(x\n    == 1);\n}",
     "store x <- 1\n"
     "load  x' <- x\n"
     "assert x' == 1\n"
     "end\n"},
    {"comments",
     "shared int x; // one\nthread T { /* two\nlines */ x = 1; /**/ }",
     "store x <- 1\n"
     "end\n"},
    {"nothing at all",
     "thread T { }",
     "end\n"},
};
// clang-format on

static void test_translation(void **state)
{
    const struct translation *row = *state;
    struct program *p = must_parse(row->source);
    const struct tsl_thread *t = &p->threads[0];
    struct text have = {0};

    for (int i = 0; i < t->op_count; i++) {
        const struct op *op = &t->ops[i];
        char words[128];

        op_text(p, 0, i, words, sizeof(words));
        text_add(&have, words);
        if (op->kind == OP_JMP || op->kind == OP_BR)
            text_addf(&have, " @%d", op->to);
        text_addf(&have, "%s%s%s\n", op->joined ? " +" : "",
                  op->counts ? " *" : "", op->inside ? " !" : "");
    }
    must_be(row->source, row->want, &have);
    text_fini(&have);
    program_free(p);
}

/* ---- lines and statements ------------------------------------------------ */

static void test_lines(void **state)
{
    static const char source[] = "shared int x;\n"
                                 "fn inc() {\n"
                                 "  x++;\n"
                                 "}\n"
                                 "thread T {\n"
                                 "  inc();\n"
                                 "  for (int i = 0;\n"
                                 "       i < 2; i++)\n"
                                 "    x = 1; x\n"
                                 "      = 2;\n"
                                 "}\n";
    /* Line and statement of each operation. A statement is where it begins, a
     * function's where the function stands, each time anew. */
    static const struct {
        int line, statement;
    } want[] = {{3, 1}, {3, 1}, {3, 1}, {7, 2}, {7, 3},
                {9, 4}, {8, 5}, {7, 6}, {9, 7}, {11, 0}};
    struct program *p = must_parse(source);
    const struct tsl_thread *t = &p->threads[0];

    (void)state;
    assert_int_equal(t->op_count, COUNT_OF(want));
    for (int i = 0; i < t->op_count; i++) {
        assert_int_equal(t->ops[i].line, want[i].line);
        assert_int_equal(t->ops[i].statement, want[i].statement);
    }
    program_free(p);
}

/* Whatever stands in a program, operations of a statement stand together. */
static void test_statements(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(translations); i++) {
        struct program *p = must_parse(translations[i].source);

        for (int k = 0; k < p->thread_count; k++) {
            const struct tsl_thread *t = &p->threads[k];
            int last = 0;

            for (int o = 0; o < t->op_count - 1; o++) {
                assert_true(t->ops[o].statement >= last);
                assert_true(t->ops[o].statement > 0);
                assert_true(t->ops[o].line > 0);
                /* A statement has a first access. */
                if (t->ops[o].statement > last)
                    assert_false(t->ops[o].joined);
                last = t->ops[o].statement;
            }
            assert_int_equal(t->ops[t->op_count - 1].kind, OP_HALT);
        }
        program_free(p);
    }
}

static void test_cut_words(void **state)
{
    struct program *p = must_parse("shared int x; thread T { x++; }");
    char words[6];

    (void)state;
    op_text(p, 0, 0, words, sizeof(words));
    assert_string_equal(words, "load ");
    program_free(p);
}

/* ---- declarations -------------------------------------------------------- */

/* All that stands outside of threads: objects with the values of their cells,
 * threads with their registers, what excludes what, checks, what is observed.
 * Constants are folded; the value of a check is shown if it is one. */
static void describe(const struct program *p, struct text *out)
{
    static const char *const kinds[] = {"int", "mutex", "sem", "cond"};

    for (int i = 0; i < p->object_count; i++) {
        const struct object *o = &p->objects[i];

        text_addf(out, "%s %s%s", kinds[o->kind], o->name,
                  o->array ? "[]" : "");
        for (int k = 0; k < o->length * o->slots; k++)
            text_addf(out, " %d", p->start[o->first + k]);
        text_add(out, "\n");
    }
    for (int i = 0; i < p->thread_count; i++) {
        text_add(out, p->threads[i].name);
        for (int k = 0; k < p->threads[i].reg_count; k++)
            if (p->threads[i].reg_names[k][0])
                text_addf(out, " %s", p->threads[i].reg_names[k]);
        text_add(out, "\n");
    }
    for (int a = 0; a < p->region_count; a++)
        for (int b = a; b < p->region_count; b++)
            if (p->exclude[a] >> b & 1)
                text_addf(out, "%s x %s\n", p->regions[a], p->regions[b]);
    for (int i = 0; i < p->check_count; i++)
        text_addf(out, "check line %d\n", p->checks[i].line);
    for (int i = 0; i < p->observed_count; i++)
        text_addf(out, "%s%s", i ? ", " : "see ", p->observed[i].text);
    if (p->observed_count)
        text_add(out, "\n");
}

static const struct declared {
    const char *name, *source, *want;
} declarations[] = {
    {"one variable is observed if nothing is said", "shared int x; thread T {}",
     "int x 0\nT\nsee x\n"},
    {"values at the start", "shared int x = -3, y = 0x10; thread T {}",
     "int x -3\nint y 16\nT\nsee x, y\n"},
    {"the least and the largest",
     "shared int x = -32768, y = 32767; thread T {}",
     "int x -32768\nint y 32767\nT\nsee x, y\n"},
    {"arrays", "shared int a[3] = {1, 2}, b[] = {7, 8,}; thread T {}",
     "int a[] 1 2 0\nint b[] 7 8\nT\n"
     "see a[0], a[1], a[2], b[0], b[1]\n"},
    {"arrays are not observed beside others", "shared int a[3], x; thread T {}",
     "int a[] 0 0 0\nint x 0\nT\nsee x\n"},
    {"of a long array what there is room for",
     "shared int a[40]; thread T {} observe a[39];",
     "int a[] 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 "
     "0 0 0 0 0 0 0 0\nT\nsee a[39]\n"},
    {"constants of constants",
     "const N = 2, M = N * N - 1; shared int a[M] = {N, M, -M}; thread T[N] {}",
     "int a[] 2 3 -3\nT0\nT1\nsee a[0], a[1], a[2]\n"},
    {"mutexes, semaphores, conditions",
     "mutex m, f[2]; sem s = 2, t, u[2] = 1, v[2] = {3, 4}; cond c, d[2];"
     "thread T[2] { wait(c, m); wait(d[me], m); } thread U { wait(c, m); }",
     "mutex m 0\nmutex f[] 0 0\nsem s 2\nsem t 0\nsem u[] 1 1\nsem v[] 3 4\n"
     "cond c 0 0 0\ncond d[] 0 0 0 0\nT0\nT1\nU\n"},
    {"threads", "thread A {} thread B[1] {} thread C[3] {}",
     "A\nB0\nC0\nC1\nC2\n"},
    {"registers have the names of variables",
     "fn f(a) { int b; b = a; a++; } thread T { int r, s = 1; f(r); repeat (2) "
     "repeat (3) { int r; r++; } }",
     "T r s f.a f.b repeat repeat.2 r.2\n"},
    {"names that are too long together are cut",
     "fn a123456789012345678901234567() { int b12345; b12345 = 1; }"
     "thread T { a123456789012345678901234567(); }",
     "T b12345\n"},
    {"critical regions exclude themselves",
     "thread T { critical { } critical w { } critical r { } }",
     "T\ncritical x critical\nw x w\nr x r\n"},
    {"... but for those that something is said about",
     "exclusive w w, w r; thread T { critical w { } critical r { } }",
     "T\nw x w\nw x r\n"},
    {"checks and what is observed",
     "shared int x, a[2]; mutex m; sem s;\nthread T[2] { int r = x; }\n"
     "check final x == 1;\ncheck final T0.r + a[x] > 1 && !m || s;\n"
     "observe x, a, T1.r, /* both */ x+T0.r  * 2;",
     "int x 0\nint a[] 0 0\nmutex m 0\nsem s 0\nT0 r\nT1 r\n"
     "check line 3\ncheck line 4\n"
     "see x, a[0], a[1], T1.r, x+T0.r * 2\n"},
    {"locks and counts may be observed",
     "mutex m, f[2]; sem s; thread T {} observe m, f, s;",
     "mutex m 0\nmutex f[] 0 0\nsem s 0\nT\nsee m, f[0], f[1], s\n"},
    {"nothing to observe", "sem s; thread T {}", "sem s 0\nT\n"},
    {"a register may hide what is shared",
     "shared int x; thread T { int x = 1; x++; }", "int x 0\nT x\nsee x\n"},
    {"names that C people know may be used",
     "shared int free, sleep, yield;"
     "thread T { int up, down; }",
     "int free 0\nint sleep 0\nint yield 0\nT up down\n"
     "see free, sleep, yield\n"},
    {"... and those of operations, but for functions",
     "shared int lock, wait; thread T { int post = xchg(lock, 1); }",
     "int lock 0\nint wait 0\nT post\nsee lock, wait\n"},
    {"a semicolon too many does no harm", ";thread T { ; };", "T\n"},
};

static void test_declaration(void **state)
{
    const struct declared *row = *state;
    struct program *p = must_parse(row->source);
    struct text have = {0};

    describe(p, &have);
    must_be(row->source, row->want, &have);
    text_fini(&have);
    program_free(p);
}

/* As much is observed as there is room for. */
static void test_room(void **state)
{
    struct program *p = must_parse("shared int a[30], b[30]; thread T {}");

    (void)state;
    assert_int_equal(p->observed_count, TSL_OBSERVED);
    assert_string_equal(p->observed[29].text, "a[29]");
    assert_string_equal(p->observed[31].text, "b[1]");
    program_free(p);
}

/* The source stays with the program, and needs no end. */
static void test_source(void **state)
{
    static const char source[] = "thread T {} thread U {}";
    struct program *p = NULL;
    struct err err = {0};

    (void)state;
    assert_int_equal(program_parse("some/file.tsl", source, 11, &p, &err), 0);
    assert_string_equal(p->name, "some/file.tsl");
    assert_string_equal(p->source, "thread T {}");
    assert_int_equal(p->thread_count, 1);
    program_free(p);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(test_lines),     cmocka_unit_test(test_statements),
        cmocka_unit_test(test_cut_words), cmocka_unit_test(test_room),
        cmocka_unit_test(test_source),
    };
    static struct CMUnitTest tests[COUNT_OF(translations) +
                                   COUNT_OF(declarations) + COUNT_OF(others)];
    size_t count = add_rows(tests, 0, translations, COUNT_OF(translations),
                            sizeof(translations[0]), test_translation);

    count = add_rows(tests, count, declarations, COUNT_OF(declarations),
                     sizeof(declarations[0]), test_declaration);
    memcpy(tests + count, others, sizeof(others));
    return cmocka_run_group_tests_name("tsl", tests, NULL, NULL);
}
