/* Random programs in the language. In the test process. */
#include "lib/random_program.h"

#include "base/random.h"

struct writer {
    struct text *out;
    uint64_t seed;
    int left; /* statements still to be written in this thread */
    int indent;
    int loops;  /* that break and continue may leave */
    int names;  /* registers made so far; r0 is always there */
    bool plain; /* within an atomic block: no second one */
    bool array, second, condition, semaphore, function, many;
    bool region; /* there is one called w */
};

static int below(struct writer *w, int n)
{
    return (int)random_below(&w->seed, (uint32_t)n);
}

static bool chance(struct writer *w, int share)
{
    return below(w, 100) < share;
}

static const char *any(struct writer *w, const char *const *of, int count)
{
    return of[below(w, count)];
}
#define ANY(w, list) any((w), (list), (int)(sizeof(list) / sizeof((list)[0])))

static void line(struct writer *w, const char *s)
{
    text_fill(w->out, " ", w->indent);
    text_add(w->out, s);
    text_add(w->out, "\n");
}

/* ---- values -------------------------------------------------------------- */

static void write_shared(struct writer *w)
{
    if (w->array && chance(w, 30)) {
        text_add(w->out, "a[");
        if (chance(w, 20))
            text_add(w->out, w->many ? "me" : "r0");
        else
            text_addf(w->out, "%d", below(w, 2));
        text_add(w->out, "]");
        return;
    }
    text_add(w->out, w->second && chance(w, 40) ? "y" : "x");
}

static void write_value(struct writer *w, int depth)
{
    static const char *const signs[] = {"+",  "-", "+",  "-",  "==", "!=", "<",
                                        "<=", ">", "&&", "||", "*",  "/",  "%"};

    if (depth > 0 && chance(w, 45)) {
        text_add(w->out, "(");
        write_value(w, depth - 1);
        text_addf(w->out, " %s ", ANY(w, signs));
        write_value(w, depth - 1);
        text_add(w->out, ")");
        return;
    }
    switch (below(w, 8)) {
    case 0:
    case 1:
        text_addf(w->out, "%d", below(w, 4));
        return;
    case 2:
        text_add(w->out, chance(w, 50) ? "-" : "!");
        write_value(w, 0);
        return;
    case 3:
        text_add(w->out, chance(w, 80) ? "me" : "-32768");
        return;
    case 4:
    case 5:
        write_shared(w);
        return;
    default:
        text_addf(w->out, "r%d", below(w, w->names));
    }
}

/* An operation that gives a value. */
static void write_taking(struct writer *w)
{
    switch (below(w, 4)) {
    case 0:
        text_add(w->out, "xchg(");
        write_shared(w);
        text_add(w->out, ", 1)");
        return;
    case 1:
        text_add(w->out, "cas(");
        write_shared(w);
        text_addf(w->out, ", %d, ", below(w, 2));
        write_value(w, 1);
        text_add(w->out, ")");
        return;
    case 2:
        text_add(w->out, "fetch_add(");
        write_shared(w);
        text_add(w->out, chance(w, 70) ? ", 1)" : ", -1)");
        return;
    default:
        text_add(w->out, "trylock(m)");
    }
}

/* ---- statements ---------------------------------------------------------- */

static void write_block(struct writer *w, int depth);

static void write_assignment(struct writer *w)
{
    text_fill(w->out, " ", w->indent);
    if (w->names < 3 && chance(w, 20)) {
        int name = w->names;

        text_addf(w->out, "int r%d = ", name);
        write_value(w, 1);
        /* Good within this block only, but other blocks do not ask. */
        text_add(w->out, ";\n");
        return;
    }
    if (chance(w, 55))
        write_shared(w);
    else
        text_addf(w->out, "r%d", below(w, w->names));
    switch (below(w, 6)) {
    case 0:
        text_add(w->out, "++");
        break;
    case 1:
        text_add(w->out, chance(w, 50) ? " += " : " -= ");
        write_value(w, 1);
        break;
    case 2:
        text_add(w->out, " = ");
        write_taking(w);
        break;
    default:
        text_add(w->out, " = ");
        write_value(w, 2);
    }
    text_add(w->out, ";\n");
}

static void write_test(struct writer *w, const char *word)
{
    text_fill(w->out, " ", w->indent);
    text_addf(w->out, "%s (", word);
    if (chance(w, 25))
        write_taking(w);
    else
        write_value(w, 2);
    text_add(w->out, ")");
}

static void write_if(struct writer *w, int depth)
{
    write_test(w, "if");
    text_add(w->out, "\n");
    write_block(w, depth - 1);
    if (chance(w, 30)) {
        line(w, "else");
        write_block(w, depth - 1);
    }
}

static void write_loop(struct writer *w, int depth)
{
    switch (below(w, 4)) {
    case 0:
        write_test(w, "while");
        text_add(w->out, chance(w, 50) ? " ;\n" : " work();\n");
        return;
    case 1:
        line(w, "repeat (2)");
        break;
    case 2:
        line(w, "for (int i = 0; i < 2; i++)");
        break;
    default:
        write_test(w, "while");
        text_add(w->out, "\n");
    }
    w->loops++;
    write_block(w, depth - 1);
    w->loops--;
}

static void write_locked(struct writer *w, int depth)
{
    line(w, "lock(m);");
    if (w->condition && chance(w, 40)) {
        write_test(w, chance(w, 50) ? "while" : "if");
        text_add(w->out, " wait(c, m);\n");
    }
    write_block(w, depth - 1);
    if (w->condition && chance(w, 50))
        line(w, chance(w, 60) ? "signal(c);" : "broadcast(c);");
    if (chance(w, 95))
        line(w, "unlock(m);");
}

static void write_short(struct writer *w)
{
    static const char *const words[] = {"work();", "fence();", ";",
                                        "await(x >= 1);", "await(x != 0);"};

    switch (below(w, 6)) {
    case 0:
        line(w,
             w->loops ? (chance(w, 60) ? "break;" : "continue;") : "work();");
        return;
    case 1:
        line(w,
             w->semaphore ? (chance(w, 55) ? "post(s);" : "wait(s);") : "x--;");
        return;
    case 2:
        line(w, w->function ? "r0 = f(x);" : "r0 = x;");
        return;
    case 3:
        line(w, chance(w, 15) ? "return;" : "x = r0;");
        return;
    default:
        line(w, ANY(w, words));
    }
}

static void write_statement(struct writer *w, int depth)
{
    int what = below(w, depth > 0 ? 100 : 64);

    w->left--;
    if (what < 44) {
        write_assignment(w);
    } else if (what < 56) {
        write_short(w);
    } else if (what < 64) {
        text_fill(w->out, " ", w->indent);
        text_add(w->out, "assert(");
        write_value(w, 1);
        text_add(w->out, ");\n");
    } else if (what < 74) {
        write_if(w, depth);
    } else if (what < 81) {
        write_loop(w, depth);
    } else if (what < 90) {
        write_locked(w, depth);
    } else if (what < 96) {
        w->region = w->region || chance(w, 30);
        line(w, w->region ? "critical w" : "critical");
        write_block(w, depth - 1);
    } else if (!w->plain) {
        line(w, "atomic");
        w->plain = true;
        write_block(w, depth - 1);
        w->plain = false;
    }
}

static void write_block(struct writer *w, int depth)
{
    int n = 1 + below(w, 2), names = w->names;

    line(w, "{");
    w->indent += 2;
    for (int i = 0; i < n && w->left > 0; i++)
        write_statement(w, depth);
    w->indent -= 2;
    line(w, "}");
    w->names = names;
}

/* ---- the rest ------------------------------------------------------------ */

static void write_objects(struct writer *w)
{
    text_addf(w->out, "shared int x = %d", below(w, 2));
    if (w->second)
        text_add(w->out, ", y");
    if (w->array)
        text_addf(w->out, ", a[2] = {%d, %d}", below(w, 2), below(w, 3));
    text_add(w->out, ";\nmutex m;\n");
    if (w->condition)
        text_add(w->out, "cond c;\n");
    if (w->semaphore)
        text_addf(w->out, "sem s = %d;\n", below(w, 2));
    if (w->function)
        text_add(w->out, "fn f(n) { if (n > 0) return n - 1; y_or_x(); "
                         "return 0; }\nfn y_or_x() { x++; }\n");
}

static void write_thread(struct writer *w, const char *name, int statements)
{
    text_addf(w->out, "thread %s {\n", name);
    w->indent = 2;
    w->names = 1;
    w->left = 1 + below(w, statements);
    text_addf(w->out, "  int r0 = %d;\n", below(w, 2));
    while (w->left > 0)
        write_statement(w, 2);
    w->indent = 0;
    text_add(w->out, "}\n");
}

void random_text(uint64_t seed, struct text *out)
{
    struct writer w = {.out = out, .seed = seed};
    int threads;

    w.second = chance(&w, 60);
    w.array = chance(&w, 30);
    w.condition = chance(&w, 30);
    w.semaphore = chance(&w, 30);
    w.function = chance(&w, 20);
    w.many = chance(&w, 40);
    threads = chance(&w, 65) ? 2 : 3;
    write_objects(&w);
    if (w.many)
        write_thread(&w, threads == 2 ? "T[2]" : "T[3]", 5 - threads);
    for (int i = 0; i < threads && !w.many; i++) {
        char name[3] = {'A', 0, 0};

        name[0] = (char)('A' + i);
        write_thread(&w, name, 7 - threads);
    }
    if (w.region && chance(&w, 70))
        text_add(out, "exclusive w w;\n");
    if (chance(&w, 50))
        text_addf(out, "check final x == %d;\n", below(&w, 4));
    if (chance(&w, 60))
        text_addf(out, "observe x, %s.r0;\n", w.many ? "T0" : "A");
}
