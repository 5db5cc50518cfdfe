/* The language: what is said about programs that are none. One sentence, where
 * it went wrong first, and what would be right. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/rows.h"
#include "tsl/program.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* The sentence begins with "t:" and then: */
// clang-format off
static const struct message {
    const char *source, *want;
} messages[] = {
    {"thread T { if (x = 1) ; }",
     "1:18: an assignment is a statement, not a value: to compare "
     "write '=='"},
    {"shared int x; thread T { if (x = 1) x = 2; }",
     "1:32: an assignment is a statement, not a value: to compare "
     "write '=='"},
    {"shared int x; thread T { int r = x++; }",
     "1:35: ++ and -- make statements, not values: write it as a "
     "statement of its own"},
    {"int x; thread T { x++; }",
     "1:1: outside a thread stands only what threads share: write "
     "'shared int'"},
    {"shared int x; thread T { lock(x); }",
     "1:31: lock(m) takes a mutex, but 'x' is a shared int"},
    {"shared int x; thread T { x++ }",
     "1:29: a ';' is missing here"},
    {"shared int x; thread T { x = 1\n x = 2; }",
     "1:31: a ';' is missing here"},
    {"mutex m; thread T { pthread_mutex_lock(&m); }",
     "1:21: 'pthread_mutex_lock' is not in the language: write lock(m)"},
    {"mutex m; thread T { lock(&m); }",
     "1:26: '&' is not in the language: '&&' is \"and\"; there are no "
     "pointers, so that it is lock(m) and not lock(&m)"},
    {"shared volatile int x; thread T { }",
     "1:8: 'volatile' is not in the language: every access to what is "
     "shared is one step already"},
    {"volatile int x; thread T { }",
     "1:1: 'volatile' is not in the language: every access to what is "
     "shared is one step already"},
    {"thread T { volatile int x; }",
     "1:12: 'volatile' is not in the language: every access to what "
     "is shared is one step already"},
    {"cond c; thread T { wait(c); }",
     "1:20: 'c' is a condition: waiting lets go of the mutex that "
     "guards it, so name it, as in wait(c, m)"},
    {"const N = 1; thread T { N = 2; }",
     "1:25: 'N' is a constant and stays what it is"},
    {"thread T[2] { me = 2; }",
     "1:15: 'me' is the thread's number and stays what it is"},
    {"shared int a[3]; thread T { a = 1; }",
     "1:29: 'a' is an array: which element, as in a[0]?"},
    {"shared int a[3]; thread T { int r = a; }",
     "1:37: 'a' is an array: which element, as in a[0]?"},
    {"shared int a[3]; thread T { a[3] = 1; }",
     "1:31: a[3] does not exist: a has the elements 0 to 2"},
    {"shared int a[3]; thread T { a[-1] = 1; }",
     "1:31: a[-1] does not exist: a has the elements 0 to 2"},
    {"shared int x; thread T { x = 40000; }",
     "1:30: 40000 does not fit 16 bits: values are -32768 to 32767"},
    {"shared int x; thread T { x = -32769; }",
     "1:31: 32769 does not fit 16 bits: values are -32768 to 32767"},
    {"shared int x; thread T { x = 32768; }",
     "1:30: 32768 does not fit 16 bits: values are -32768 to 32767"},
    {"shared int x = 300 * 300; thread T { }",
     "1:20: 300 * 300 does not fit 16 bits: values are -32768 to 32767"},
    {"thread T[0] { }",
     "1:10: 0 threads cannot be: there are 1 to 32"},
    {"thread T[33] { }",
     "1:10: 33 threads cannot be: there are 1 to 32"},
    {"thread T[20] { } thread U[20] { }",
     "1:25: there are more than 32 threads"},
    {"thread A { int r = 1; } thread B { int q = r; }",
     "1:44: 'r' is a register of A alone: what others use is declared "
     "outside, as shared int"},
    {"thread A { int q = r; } thread B { int r = 1; }",
     "1:20: 'r' is a register of B alone: what others use is declared "
     "outside, as shared int"},
    {"thread A { if (1) { int r = 1; } r = 2; }",
     "1:34: 'r' is not declared here: its int stands further down, or "
     "in another block"},
    {"shared int counter; thread T { conter++; }",
     "1:32: there is no 'conter': did you mean 'counter'?"},
    {"thread T { whlie (1) { } }",
     "1:12: there is no 'whlie': did you mean 'while'?"},
    {"thread T { while (1) }",
     "1:22: '}' stands where a statement should be"},
    {"thread T { if 1 { } }",
     "1:15: '1' stands where '(' should be"},
    {"thread T { x++;",
     "1:10: this '{' is never closed"},
    {"}",
     "1:1: this '}' closes nothing"},
    {"thread T { } }",
     "1:14: this '}' closes nothing"},
    {"thread T { ",
     "1:10: this '{' is never closed"},
    {"thrad T { }",
     "1:1: there is no 'thrad' here: did you mean 'thread'?"},
    {"shared int x; check x == 1;",
     "1:21: write 'check final': it is looked at when all threads "
     "have ended"},
    {"shared int x; thread T { } check final y == 1;",
     "1:40: nothing outside threads is called 'y'"},
    {"shared int x; thread T { int r; } check final r == 1;",
     "1:47: 'r' is a register of T: write T.r"},
    {"shared int x; thread T[2] { int r; } check final T.r == 1;",
     "1:50: 'T' is a group of threads: which one, as in T0?"},
    {"shared int x; thread T[2] { int r; } check final T3.r == 1;",
     "1:50: there is no thread 'T3'"},
    {"shared int x; thread T[2] { int r; } check final T0.q == 1;",
     "1:53: T0 has no register 'q'"},
    {"thread T { { int v; } { int v; } } observe T.v;",
     "1:46: T declares 'v' more than once: give them different names"},
    {"fn f() { f(); } thread T { f(); }",
     "1:10: 'f' calls itself: a function is expanded where it is "
     "called, so use a loop"},
    {"fn f() { g(); } fn g() { f(); } thread T { f(); }",
     "1:26: 'f' calls itself, by way of 'g': a function is expanded "
     "where it is called, so use a loop"},
    {"fn f(a) { } thread T { f(); }",
     "1:24: 'f' has 1 parameter and is called with 0"},
    {"fn f(a) { } thread T { int r = f(1); }",
     "1:32: 'f' gives no value: it has no 'return e;'"},
    {"fn f(a) { if (a) return 1; return; } thread T { f(1); }",
     "1:28: 'f' returns a value in one place and none in another"},
    {"thread T { return 1; }",
     "1:12: a thread gives no value back: 'return;' ends it"},
    {"thread T { break; }",
     "1:12: there is no loop around this break"},
    {"thread T { lok(m); }",
     "1:12: there is no 'lok': did you mean 'lock'?"},
    {"thread T { foo(); }",
     "1:12: there is no operation 'foo': declare fn foo() { ... }"},
    {"mutex m; thread T { lock(); }",
     "1:21: 'lock' takes one thing: write lock(m)"},
    {"mutex m; thread T { int r = lock(m); }",
     "1:29: lock(m) gives no value: it is a statement of its own"},
    {"mutex m; thread T { m = 1; }",
     "1:21: 'm' is a mutex: it cannot be assigned to, its operations "
     "change it"},
    {"mutex m; thread T { if (m) work(); }",
     "1:25: 'm' is a mutex and has no value here: lock, unlock and "
     "trylock take it"},
    {"sem s = -1; thread T { }",
     "1:9: a semaphore starts with 0 or more, not with -1"},
    {"mutex m = 1; thread T { }",
     "1:7: a mutex is free at the start: leave out the '='"},
    {"shared int a[2] = {1,2,3}; thread T { }",
     "1:24: 'a' has 2 elements, and here are more values"},
    {"shared int a[2] = 1; thread T { }",
     "1:12: the values of an array stand in braces: a[2] = {1, 2}"},
    {"shared int a[0]; thread T { }",
     "1:14: an array of 0 elements cannot be: it has 1 to 512"},
    {"shared int a[600]; thread T { }",
     "1:14: an array of 600 elements cannot be: it has 1 to 512"},
    {"shared int a[]; thread T { }",
     "1:12: how many elements has the array? Write the number between "
     "[ and ]"},
    {"shared int x = {1}; thread T { }",
     "1:12: 'x' is no array: its value stands without braces"},
    {"shared int x, x; thread T { }",
     "1:15: 'x' is declared already, in line 1"},
    {"thread T { int r; int r; }",
     "1:23: 'r' is declared already, in line 1"},
    {"shared int while; thread T { }",
     "1:12: 'while' is a word of the language: the name of what is "
     "shared needs another name"},
    {"shared int x; thread T { x == 1; }",
     "1:28: '==' compares: to assign write '='"},
    {"shared int x; thread T { x + 1; }",
     "1:28: this computes a value and does nothing with it: assign "
     "it, as in r = ..."},
    {"shared int x; thread T { x; }",
     "1:26: 'x' alone does nothing: assign to it, as in x = 1, or "
     "call it, as in x()"},
    {"shared int x, y; thread T { x = y = 1; }",
     "1:35: an assignment is a statement, not a value: to compare "
     "write '=='"},
    {"shared int x, y; thread T { if (0 < x < 3) y = 1; }",
     "1:39: a < b < c does not compare three: write a < b && b < c"},
    {"shared int x; thread T { x = x & 1; }",
     "1:32: '&' is not in the language: '&&' is \"and\"; there are no "
     "pointers, so that it is lock(m) and not lock(&m)"},
    {"shared int x; thread T { x = x << 1; }",
     "1:32: '<<' is not in the language: there are no operators on "
     "bits"},
    {"shared int x; thread T { x = x ? 1 : 2; }",
     "1:32: '?' is not in the language: there is no '?:': write if "
     "(...) ... else ..."},
    {"#include <stdio.h>",
     "1:1: '#' is not in the language: there is no preprocessor: "
     "write 'const N = 3;' for a name, and nothing for a header"},
    {"thread T { printf(\"x\"); }",
     "1:19: '\"' is not in the language: there is no text, only numbers"},
    {"thread T { /* }",
     "1:12: this comment is never closed: '*/' is missing"},
    {"thread T { int 2x; }",
     "1:16: '2x' is neither a number nor a name: a name does not "
     "begin with a digit"},
    {"thread T { int abcdefghijklmnopqrstuvwxyzabcdefgh; }",
     "1:16: the name 'abcdefghijklmnopqrstuvwxyzabcde...' is longer "
     "than 31 letters"},
    {"thread T { int \303\244; }",
     "1:16: only comments may have letters and signs other than "
     "ASCII's"},
    {"thread T { int a[3]; }",
     "1:17: a thread has no arrays of its own: declare it as shared "
     "int, outside"},
    {"thread T { critical a { critical a { } } }",
     "1:25: this stands in a already: a thread enters a region once"},
    {"exclusive a b; thread T { critical a { } }",
     "1:13: there is no 'critical b': a thread marks the region with "
     "critical b { ... }"},
    {"exclusive a; thread T { critical a { } }",
     "1:12: 'exclusive' takes two regions; one that excludes itself "
     "is named twice"},
    {"thread T { if (1) ; work(); }",
     "1:19: this ';' ends the if, and what follows happens always: "
     "leave it out"},
    {"thread T { else work(); }",
     "1:12: this else belongs to no if: between them stands one "
     "statement, or { ... }"},
    {"thread T { shared int x; }",
     "1:12: 'shared' stands outside threads and functions, where all "
     "can see it"},
    {"shared mutex m; thread T { }",
     "1:1: a mutex is always shared: leave out 'shared'"},
    {"shared int x; thread T { await(x + 1 == 2); }",
     "1:26: await looks at one shared int, again and again: await(v), "
     "await(!v) or await(v == e), where e is a constant or a register"},
    {"shared int x, y; thread T { await(x == y); }",
     "1:29: await looks at one shared int, again and again: await(v), "
     "await(!v) or await(v == e), where e is a constant or a register"},
    {"shared int x; thread T { x = 1 / 0; }",
     "1:32: 1 / 0: there is no division by 0"},
    {"shared int x; thread T { x = 10 % (1 - 1); }",
     "1:33: 10 % 0: there is no division by 0"},
    {"shared int x; thread T { int r = T.x; }",
     "1:34: a thread cannot see the registers of another: what both "
     "use must be shared"},
    {"shared int x;",
     "1:14: there is no thread: write thread T { ... }"},
    {"check final 1 == 1;",
     "1:20: there is no thread: write thread T { ... }"},
    {"thread T { int r = 010; }",
     "1:20: a number does not begin with 0: there are no octal numbers"},
    {"thread T { for (int i = 0, i < 3; i++) { } }",
     "1:30: '<' stands where ';' should be"},
    {"thread T { for (int i = 0; i < 3, i++) { } }",
     "1:33: ',' stands where ';' should be"},
    {"thread T { for (int i = 0; i < 3; i++, i++) { } }",
     "1:38: one assignment stands here: put the other at the end of "
     "the body"},
    {"shared int x; thread T { f(x; }",
     "1:29: ';' stands where ',' or ')' should be"},
    {"shared int x; thread T { x = (1 + 2; }",
     "1:36: ';' stands where ')' should be"},
    {"shared int x; thread T { x = ; }",
     "1:30: ';' stands where a value should be"},
    {"shared int x; thread T { x = 1 +; }",
     "1:33: ';' stands where a value should be"},
    {"fn int f() { } thread T { }",
     "1:4: a function needs no type: write fn name() { ... }"},
    {"int f() { } thread T { }",
     "1:1: a function begins with 'fn' and needs no type"},
    {"void f() { } thread T { }",
     "1:1: 'void' is not in the language: a function is fn name() { "
     "... }, without a type"},
    {"thread T(int a) { }",
     "1:9: a thread has no parameters: it knows its number as 'me'"},
    {"shared int a[2][2]; thread T { }",
     "1:16: an array has one dimension: compute the index, as in "
     "a[row * 3 + column]"},
    {"shared int a[2]; thread T { a[0][1] = 1; }",
     "1:33: an array has one dimension: compute the index, as in "
     "a[row * 3 + column]"},
    {"shared int x; thread T { *x = 1; }",
     "1:26: there are no pointers: use an array and an index"},
    {"shared int x; thread T { int *p; }",
     "1:30: there are no pointers: use an array and an index"},
    {"thread T { goto end; }",
     "1:12: 'goto' is not in the language: use while, break and "
     "continue"},
    {"thread T { do { } while (1); }",
     "1:12: 'do' is not in the language: write while (...) { ... }"},
    {"thread T { switch (1) { } }",
     "1:12: 'switch' is not in the language: write if (...) ... else "
     "..."},
    {"thread T { sleep(1); }",
     "1:12: 'sleep' is not in the language: every schedule is tried "
     "anyway; a step without effect is work()"},
    {"thread T { bool b; }",
     "1:12: 'bool' is not in the language: every value is an int of "
     "16 bits"},
    {"thread T { unsigned b; }",
     "1:12: 'unsigned' is not in the language: every value is an int "
     "of 16 bits"},
    {"thread T { int b = true; }",
     "1:20: 'true' is not in the language: write 1"},
    {"thread T { int b = NULL; }",
     "1:20: 'NULL' is not in the language: there are no pointers: use "
     "0 and indices"},
    {"shared int x; thread T { me[0] = 1; }",
     "1:26: 'me' is a number, the thread's own"},
    {"shared int x; thread T { x(1); }",
     "1:26: 'x' is a shared int and cannot be called"},
    {"fn f() { } thread T { f = 1; }",
     "1:23: 'f' is a function and stays what it is"},
    {"fn f() { } thread T { int r = f; }",
     "1:31: 'f' is a function: write f(...)"},
    {"fn f() { r = 1; } thread T { int r; f(); }",
     "1:10: 'r' is a register of T, which functions do not see: give "
     "it as a parameter"},
    {"fn f() { q = 1; } thread T { }",
     "1:10: there is no 'q': declare it, as int in a thread or as "
     "shared int outside"},
    {"mutex m; thread T { wait(m); }",
     "1:26: wait(s) takes a semaphore, but 'm' is a mutex"},
    {"mutex m; cond c; thread T { wait(m, c); }",
     "1:34: wait(c, m) takes a condition, but 'm' is a mutex"},
    {"sem s; thread T { signal(s); }",
     "1:26: signal(c) takes a condition, but 's' is a semaphore"},
    {"sem s; thread T { wait(s, s); }",
     "1:24: wait(c, m) takes a condition, but 's' is a semaphore"},
    {"cond c; thread T { post(c); }",
     "1:25: post(s) takes a semaphore, but 'c' is a condition"},
    {"observe x; thread T { }",
     "1:9: nothing outside threads is called 'x'"},
    {"cond c; observe c; thread T { }",
     "1:17: 'c' is a condition: it has no value"},
    {"thread T { } observe me;",
     "1:22: 'me' is a thread's own number: here no thread is at work"},
    {"thread T { atomic work(); }",
     "1:19: 'work' stands where '{' should be"},
    {"thread T { critical work(); }",
     "1:25: '(' stands where '{' should be"},
    {"const N = M; thread T { }",
     "1:11: nothing outside threads is called 'M'"},
    {"shared int x; const N = x; thread T { }",
     "1:25: the value of a const must be a constant: a number, or a "
     "const declared before"},
    {"shared int x; shared int a[x]; thread T { }",
     "1:28: the size of an array must be a constant: a number, or a "
     "const declared before"},
    {"thread T { int r; r[0] = 1; }",
     "1:19: 'r' is a register: only what is shared has elements"},
    {"thread T { int r = 1 int q = 2; }",
     "1:21: a ';' is missing here"},
    {"shared int x; thread T { x += ; }",
     "1:31: ';' stands where a value should be"},
    {"shared int x; thread T { 3 = x; }",
     "1:26: only a variable can be assigned to"},
    {"shared int x; thread T { x + 1 = 2; }",
     "1:28: only a variable can be assigned to"},
    {"shared int x; thread T { ++3; }",
     "1:28: only a variable can be assigned to"},
    {"shared int x; thread T { int me = 1; }",
     "1:30: 'me' is a word of the language: the register needs "
     "another name"},
    {"thread T { int r = +1; }",
     "1:20: '+' stands between two values"},
    {"shared int x; thread T { r = x; }",
     "1:26: there is no 'r': declare it, as int in a thread or as "
     "shared int outside"},
    {"semaphore s; thread T { }",
     "1:1: 'semaphore' is not in the language: write sem s = 1;"},
    {"lock(m);",
     "1:1: 'lock' stands outside any thread: statements belong into "
     "thread T { ... }"},
    {"while (1) { }",
     "1:1: 'while' stands outside any thread: statements belong into "
     "thread T { ... }"},
    {"thread T { semaphore s; }",
     "1:12: 'semaphore' is not in the language: write sem s = 1;"},
    {"sem s; thread T { P(s); }",
     "1:19: 'P' is not in the language: write wait(s)"},
    {"sem s; thread T { down(s); }",
     "1:19: 'down' is not in the language: write wait(s)"},
    {"cond c; thread T { notify(c); }",
     "1:20: 'notify' is not in the language: write signal(c)"},
    {"mutex m; cond c; thread T { wait(c, x); }",
     "1:37: there is no 'x': declare it, as int in a thread or as "
     "shared int outside"},
    {"cond c; int x;",
     "1:9: outside a thread stands only what threads share: write "
     "'shared int'"},
    {"thread T { int r = 1; if (r = 1) { } }",
     "1:29: an assignment is a statement, not a value: to compare "
     "write '=='"},
    {"shared int x; thread T { assert(x = 1); }",
     "1:35: an assignment is a statement, not a value: to compare "
     "write '=='"},
    {"shared int x; thread T { while (x--) ; }",
     "1:34: ++ and -- make statements, not values: write it as a "
     "statement of its own"},
    {"shared int x; thread T { x =+ 1; }",
     "1:29: '+' stands between two values"},
    {"shared int x; thread T { x := 1; }",
     "1:28: ':=' is not in the language: '=' assigns"},
    {"shared int x thread T { }",
     "1:13: a ';' is missing here"},
    {"const N 3; thread T { }",
     "1:9: '3' stands where '=' and the constant's value should be"},
    {"thread { }",
     "1:8: '{' stands where the name of a thread should be"},
    {"thread T",
     "1:9: the text ends where '{' should be"},
    {"fn f { } thread T { }",
     "1:6: '{' stands where '(' should be"},
    {"fn f(int) { } thread T { }",
     "1:9: ')' stands where the name of a parameter should be"},
    {"shared int x; fn f() { x = 1 / 0; } thread T { f(); }",
     "1:30: 1 / 0: there is no division by 0"},
    {"shared int x; thread T { x = 32767 + 1; }",
     "1:36: 32767 + 1 does not fit 16 bits: values are -32768 to 32767"},
    {"shared int x; thread T { x = -(-32768); }",
     "1:30: -(-32768) does not fit 16 bits: values are -32768 to 32767"},
    {"shared int x; thread T { x = 200 * 200; }",
     "1:34: 200 * 200 does not fit 16 bits: values are -32768 to 32767"},
    {"shared int x; thread T { int r = 70000; }",
     "1:34: 70000 does not fit 16 bits: values are -32768 to 32767"},
    {"mutex m[2]; thread T { lock(m); }",
     "1:29: 'm' is an array: which element, as in m[0]?"},
    {"mutex m; thread T { lock(m[0]); }",
     "1:26: 'm' is no array: leave out the [...]"},
    {"mutex m[2]; thread T { lock(m[2]); }",
     "1:31: m[2] does not exist: m has the elements 0 to 1"},
    {"mutex m; thread T { lock(1); }",
     "1:26: lock(m) takes a mutex: its name stands there"},
    {"shared int x; thread T { xchg(x); }",
     "1:26: 'xchg' takes two things: write xchg(v, e)"},
    {"shared int x; thread T { cas(x, 1); }",
     "1:26: 'cas' takes three things: write cas(v, old, new)"},
    {"thread T { int r; xchg(r, 1); }",
     "1:24: xchg(v, e) takes a shared int, but 'r' is a register"},
    {"thread T { continue; }",
     "1:12: there is no loop around this continue"},
    {"fn f() { break; } thread T { while (1) f(); }",
     "1:10: there is no loop around this break"},
    {"fn f() { critical { } } thread T { critical { f(); } }",
     "1:10: this stands in critical already: a thread enters a region "
     "once"},
    {"thread A { } thread A { }",
     "1:21: there are two threads 'A'"},
    {"thread T0 { } thread T[1] { }",
     "1:22: there are two threads 'T0'"},
    {"shared int x; thread T { int r = 1; } check final T.s == 1;",
     "1:53: T has no register 's'"},
    {"shared int x; thread T { int count; } check final T.cuont == 1;",
     "1:53: T has no register 'cuont': did you mean 'count'?"},
    {"check final lock(m); thread T { }",
     "1:13: nothing can be called here: no thread is at work"},
    {"shared int a[2]; thread T { } check final a == 1;",
     "1:43: 'a' is an array: which element, as in a[0]?"},
    {"shared int a[2]; thread T { } check final a[2] == 1;",
     "1:45: a[2] does not exist: a has the elements 0 to 1"},
    {"shared int x; thread T { } check final x[0] == 1;",
     "1:40: 'x' is no array: leave out the [...]"},
    {"const N = 1; thread T { } check final N[0] == 1;",
     "1:39: 'N' is a constant: only what is shared has elements"},
    {"fn f() { } thread T { } check final f == 1;",
     "1:37: 'f' is a function: it has no value"},
    {"thread T { } check final 1 / 0 == 1;",
     "1:28: 1 / 0: there is no division by 0"},
    {"thread T { critical cs { } } check final cs == 1;",
     "1:42: 'cs' is a critical region: it has no value"},
    {"thread worker { int r; } check final wroker.r == 1;",
     "1:38: there is no thread 'wroker': did you mean 'worker'?"},
    {"thread T { critical one { } } exclusive one oen;",
     "1:45: there is no 'critical oen': did you mean 'one'?"},
    {"thread T { thread U { } }",
     "1:12: 'thread' stands outside threads and functions: is a '}' "
     "missing before it?"},
    {"thread T { check final 1; }",
     "1:12: 'check' stands outside threads and functions: is a '}' "
     "missing before it?"},
    {"thread T { work() }",
     "1:18: a ';' is missing here"},
    {"thread T { fence; }",
     "1:12: 'fence' alone does nothing: assign to it, as in fence = "
     "1, or call it, as in fence()"},
    {"shared int x; thread T { int r = x.y; }",
     "1:34: 'x' is a shared int and has no parts"},
    {"shared int x; thread T { if (x) { x = 1; } }}",
     "1:45: this '}' closes nothing"},
    {"thread T { a: work(); }",
     "1:13: ':' is not in the language: there is no '?:' and no "
     "label: write if (...) ... else ..."},
    {"shared int x; thread T { x -> y; }",
     "1:29: '>' stands where a value should be"},
    {"thread T { $x = 1; }",
     "1:12: '$' is not in the language"},
    {"thread T { work(\001); }",
     "1:17: a byte of value 1 does not belong in a text"},
    {"fn f(a, a) { } thread T { f(1, 2); }",
     "1:9: 'a' is declared already, in line 1"},
    {"fn f(a) { int a; } fn lock() { } thread T { f(1); }",
     "1:23: 'lock' is an operation of the language: use another name"},
    {"shared int x; thread T { int r = x ++ 1; }",
     "1:36: ++ and -- make statements, not values: write it as a "
     "statement of its own"},
    {"shared int x; thread T { [x] = 1; }",
     "1:26: '[' stands where a statement should be"},
    {"shared int x[2] = {1, 2; thread T { }",
     "1:24: ';' stands where ',' or '}' should be"},
    {"shared int x = ; thread T { }",
     "1:16: ';' stands where a value should be"},
    {"thread T { for (;;; ) { } }",
     "1:19: ';' stands where a value should be"},
    {"shared int x; thread T { !x; }",
     "1:26: this computes a value and does nothing with it: assign "
     "it, as in r = ..."},
    {"shared int x; thread T { -x = 1; }",
     "1:26: only a variable can be assigned to"},
    {"thread T { int; }",
     "1:15: ';' stands where the name of a register should be"},
    {"thread T { int 5; }",
     "1:16: '5' stands where the name of a register should be"},
    {"shared int; thread T { }",
     "1:11: ';' stands where the name of what is shared should be"},
    {"fn f() { return 1; } thread T { f() = 2; }",
     "1:33: a call cannot be assigned to: a variable stands left of "
     "'='"},
    {"thread T { int r; T.r = 1; }",
     "1:19: a register belongs to its thread alone: what another "
     "thread changes must be shared"},
    {"fn get() { return 1; return; } thread T { }",
     "1:22: 'get' returns a value in one place and none in another"},
    {"shared int x; thread T { return x; }",
     "1:26: a thread gives no value back: 'return;' ends it"},
    {"shared int x; thread T { Int r = 1; }",
     "1:26: there is no 'Int': did you mean 'int'?"},
    {"shared int x; thread T { integer r = 1; }",
     "1:26: 'integer' is no type: registers are declared as int"},
    {"shared int x; thread T { If (x) work(); }",
     "1:26: there is no 'If': did you mean 'if'?"},
    {"share int x; thread T { }",
     "1:1: there is no 'share' here: did you mean 'shared'?"},
    {"shared int x; thread T { unlok(x); }",
     "1:26: there is no 'unlok': did you mean 'unlock'?"},
};
// clang-format on

static void test_message(void **state)
{
    const struct message *row = *state;
    struct program *p = NULL;
    struct err err = {0};
    int rc = program_parse("t", row->source, strlen(row->source), &p, &err);

    if (rc == 0) {
        program_free(p);
        fail_msg("%s\n--- was read, but %s", row->source, row->want);
    }
    assert_int_equal(rc, -EINVAL);
    assert_int_equal(err.code, -EINVAL);
    assert_null(p);
    if (strncmp(err.text, "t:", 2) != 0 || strcmp(err.text + 2, row->want) != 0)
        fail_msg("%s\n--- have: %s\n--- want: t:%s", row->source, err.text,
                 row->want);
}

/* Of a path that is longer than a sentence the end is shown. */
static void test_long_name(void **state)
{
    char name[1000];
    struct program *p = NULL;
    struct err err = {0};

    (void)state;
    memset(name, 'd', sizeof(name));
    memcpy(name + sizeof(name) - 10, "/file.tsl", 10);
    assert_int_equal(program_parse(name, "x", 1, &p, &err), -EINVAL);
    assert_non_null(strstr(err.text, "/file.tsl:1:1: 'x' stands outside"));
}

/* Columns count characters, not bytes; a tab is one. */
static void test_columns(void **state)
{
    static const char source[] = "/* \303\244\303\266 */\tthread T { y = 1; }";
    struct program *p = NULL;
    struct err err = {0};

    (void)state;
    assert_int_equal(program_parse("t", source, strlen(source), &p, &err),
                     -EINVAL);
    assert_non_null(strstr(err.text, "t:1:21: there is no 'y'"));
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(test_long_name),
        cmocka_unit_test(test_columns),
    };
    static struct CMUnitTest tests[COUNT_OF(messages) + COUNT_OF(others)];
    size_t count = add_rows(tests, 0, messages, COUNT_OF(messages),
                            sizeof(messages[0]), test_message);

    memcpy(tests + count, others, sizeof(others));
    return cmocka_run_group_tests_name("tsl messages", tests, NULL, NULL);
}
