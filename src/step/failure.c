/* A failure that was just seen, in one sentence. Any thread. */
#include <stdio.h>
#include <string.h>

#include "step/stepper.h"

/* ---- expressions as text ------------------------------------------------- */

static const struct operator
{
    const char *text;
    int binds; /* tighter, the larger */
}
operators[] = {
    [EXPR_MUL] = {" * ", 7}, [EXPR_DIV] = {" / ", 7}, [EXPR_MOD] = {" % ", 7},
    [EXPR_ADD] = {" + ", 6}, [EXPR_SUB] = {" - ", 6}, [EXPR_LT] = {" < ", 5},
    [EXPR_LE] = {" <= ", 5}, [EXPR_GT] = {" > ", 5},  [EXPR_GE] = {" >= ", 5},
    [EXPR_EQ] = {" == ", 4}, [EXPR_NE] = {" != ", 4}, [EXPR_AND] = {" && ", 3},
    [EXPR_OR] = {" || ", 2},
};
#define BINDS_UNARY 8

static void add_expr(const struct program *p, int32_t at, int outer,
                     struct text *out);

static void add_cell(const struct program *p, const struct expr *e,
                     struct text *out)
{
    text_add(out, p->objects[e->left].name);
    if (e->right < 0)
        return;
    text_add(out, "[");
    add_expr(p, e->right, 0, out);
    text_add(out, "]");
}

/* The check or observed expression @at as a person writes it; in brackets if
 * @outer binds tighter. */
static void add_expr(const struct program *p, int32_t at, int outer,
                     struct text *out)
{
    const struct expr *e = &p->exprs[at];

    switch (e->kind) {
    case EXPR_CONST:
        text_addf(out, "%d", e->value);
        break;
    case EXPR_REGISTER: /* not in what this is for */
        text_addf(out, "r%d", e->value);
        break;
    case EXPR_REG_OF:
        text_addf(out, "%s.%s", p->threads[e->left].name,
                  p->threads[e->left].reg_names[e->value]);
        break;
    case EXPR_CELL:
        add_cell(p, e, out);
        break;
    case EXPR_NOT:
    case EXPR_NEGATE:
        text_add(out, e->kind == EXPR_NOT ? "!" : "-");
        add_expr(p, e->left, BINDS_UNARY, out);
        break;
    default: {
        const struct operator* o = & operators[e->kind];

        text_add(out, o->binds < outer ? "(" : "");
        add_expr(p, e->left, o->binds, out);
        text_add(out, o->text);
        add_expr(p, e->right, o->binds + 1, out);
        text_add(out, o->binds < outer ? ")" : "");
    }
    }
}

/* ---- the values in them -------------------------------------------------- */

#define VALUES_TOLD 6

/* What an expression names, each once. */
struct named {
    int32_t at[VALUES_TOLD];
    int count;
};

static bool is_same(const struct expr *a, const struct expr *b)
{
    return a->kind == b->kind && a->value == b->value && a->left == b->left &&
           a->right == b->right;
}

static void find_named(const struct program *p, int32_t at, struct named *n)
{
    const struct expr *e = &p->exprs[at];

    if (e->kind == EXPR_CELL || e->kind == EXPR_REG_OF) {
        for (int i = 0; i < n->count; i++)
            if (is_same(&p->exprs[n->at[i]], e))
                return;
        if (n->count < VALUES_TOLD)
            n->at[n->count++] = at;
        return;
    }
    if (e->kind < EXPR_NOT)
        return;
    find_named(p, e->left, n);
    if (e->kind >= EXPR_ADD)
        find_named(p, e->right, n);
}

/* "x is 1 and T0.r is 0" */
static void add_values(const struct stepper *m, const struct state *s,
                       int32_t at, struct text *out)
{
    struct named n = {.count = 0};
    int value;

    find_named(m->program, at, &n);
    for (int i = 0; i < n.count; i++) {
        text_add(out, i == 0 ? ": " : i + 1 < n.count ? ", " : " and ");
        add_expr(m->program, n.at[i], 0, out);
        if (state_value(m, s, n.at[i], &value))
            text_addf(out, " is %d", value);
        else
            text_add(out, " cannot be computed");
    }
}

/* ---- places in the source ------------------------------------------------ */

/* Where line @line (from 1) of the source begins; NULL: there is none. */
static const char *source_line(const struct program *p, int line)
{
    const char *at = p->source;

    while (at && line > 1) {
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
        line--;
    }
    return line == 1 ? at : NULL;
}

/* "assert(r == 1)" as it stands in the source, if it can be made out: the only
 * one on its line. */
static bool add_assert(const struct program *p, int line, struct text *out)
{
    static const char word[] = "assert";
    const char *at = source_line(p, line), *end;
    int length = at ? (int)strcspn(at, "\n") : 0, depth = 0;
    char text[160];

    if (!at || length >= (int)sizeof(text))
        return false;
    snprintf(text, sizeof(text), "%.*s", length, at);
    at = strstr(text, word);
    if (!at || strstr(at + 1, word))
        return false;
    for (end = at; *end; end++) {
        depth += (*end == '(') - (*end == ')');
        if (*end == ')' && depth == 0)
            break;
    }
    if (*end != ')')
        return false;
    text_addf(out, "%.*s", (int)(end - at) + 1, at);
    return true;
}

/* ---- the sentences ------------------------------------------------------- */

/* " (line 9)", or " (operation 4)" where there is no text. */
static void add_place(const struct program *p, int thread, int op,
                      struct text *out)
{
    int line = p->threads[thread].ops[op].line;

    if (line > 0)
        text_addf(out, " (line %d)", line);
    else
        text_addf(out, " (operation %d)", op + 1);
}

static void say_assert(const struct stepper *m, const struct done *d,
                       struct text *out)
{
    const struct program *p = m->program;
    int thread = STEP_THREAD(d->action), op = d->event.assert_op;
    int line = p->threads[thread].ops[op].line;
    char words[96];

    text_addf(out, "In %s ", p->threads[thread].name);
    if (line == 0 || !add_assert(p, line, out)) {
        op_text(p, thread, op, words, sizeof(words));
        text_add(out, words);
    }
    add_place(p, thread, op, out);
    text_add(out, " is false.");
}

/* A region without a name of its own is the critical section. */
static void add_region(const struct program *p, int region, struct text *out)
{
    const char *name = p->regions[region];

    text_add(out, *name == '\0' || strcmp(name, "critical") == 0
                      ? "the critical section"
                      : name);
}

static void say_exclusion(const struct stepper *m, const struct done *d,
                          struct text *out)
{
    const struct program *p = m->program;
    int other = d->clash ? __builtin_ctz(d->clash) : 0;
    bool same = d->clash_region[0] == d->clash_region[1];

    text_addf(out, "%s %s ", p->threads[STEP_THREAD(d->action)].name,
              same ? "enters" : "is in");
    add_region(p, d->clash_region[0], out);
    if (same) {
        text_addf(out, ", where %s still is.", p->threads[other].name);
        return;
    }
    text_addf(out, " while %s is in ", p->threads[other].name);
    add_region(p, d->clash_region[1], out);
    text_add(out, ".");
}

static void say_check(const struct stepper *m, const struct state *s,
                      struct text *out)
{
    int check = state_failed_check(m, s);

    if (check < 0)
        return;
    add_expr(m->program, m->program->checks[check].expr, 0, out);
    text_add(out, " is false at the end");
    add_values(m, s, m->program->checks[check].expr, out);
    text_add(out, ".");
}

static void say_fault(const struct stepper *m, const struct done *d,
                      struct text *out)
{
    int thread = STEP_THREAD(d->action);

    text_addf(out, "%s cannot go on", m->program->threads[thread].name);
    add_place(m->program, thread, d->event.fault_op, out);
    text_addf(out, ": %s.", fault_words((enum fault)d->event.fault));
}

/* Where two threads are together where they must not be; false: nowhere. */
static bool find_clash(const struct program *p, const struct state *s,
                       int thread[2], int region[2])
{
    for (int a = 0; a < p->thread_count; a++)
        for (int b = a + 1; b < p->thread_count; b++)
            for (int r = 0; r < p->region_count; r++) {
                uint32_t both = s->locals[b].regions & p->exclude[r];

                if (!(s->locals[a].regions >> r & 1) || both == 0)
                    continue;
                thread[0] = a;
                thread[1] = b;
                region[0] = r;
                region[1] = __builtin_ctz(both);
                return true;
            }
    return false;
}

/* What failed before any step has no step to tell of. */
static void say_at_once(const struct stepper *m, const struct state *s,
                        enum failure kind, struct text *out)
{
    static const char *const words[FAILURE_COUNT] = {
        [FAILURE_ASSERT] = "an assert is false",
        [FAILURE_EXCLUSION] = "two threads are where they must not be together",
        [FAILURE_FAULT] = "a thread cannot go on",
    };
    int thread[2], region[2];

    text_add(out, "Before anybody moves, ");
    if (kind == FAILURE_EXCLUSION &&
        find_clash(m->program, s, thread, region)) {
        bool same = region[0] == region[1];

        text_add(out, m->program->threads[thread[0]].name);
        if (!same) {
            text_add(out, " is in ");
            add_region(m->program, region[0], out);
        }
        text_addf(out, " and %s %s ", m->program->threads[thread[1]].name,
                  same ? "are both in" : "in");
        add_region(m->program, region[1], out);
    } else {
        text_add(out, words[kind] ? words[kind] : "it fails");
    }
    text_add(out, ".");
}

void state_say_failure(const struct stepper *m, const struct state *s,
                       const struct done *d, enum failure kind,
                       struct text *out)
{
    switch (kind) {
    case FAILURE_FINAL:
        say_check(m, s, out);
        return;
    case FAILURE_DEADLOCK:
        state_say_stuck(m, s, out);
        return;
    default:
        break;
    }
    if (!d || !(done_failures(d) >> kind & 1)) /* not by this step, then */
        say_at_once(m, s, kind, out);
    else if (kind == FAILURE_ASSERT)
        say_assert(m, d, out);
    else if (kind == FAILURE_EXCLUSION)
        say_exclusion(m, d, out);
    else
        say_fault(m, d, out);
}
