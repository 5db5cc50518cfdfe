/* The code of threads in the JSON form of programs. Any thread. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tsl/build.h"
#include "tsl/json_parts.h"

/* ---- members of operations ----------------------------------------------- */

static int read_dst(struct reader *r, const json_t *value, struct op *op)
{
    /* It is there: scan_registers() found it. */
    op->dst = (int16_t)program_register(r->thread, json_string_value(value));
    return 0;
}

/* The object of @kind that @value names. */
static int get_object(struct reader *r, const json_t *value, const char *what,
                      enum object_kind kind, int16_t *out)
{
    const char *name = json_string_value(value);
    int at = name ? program_object(r->p, name) : -1;

    if (!name)
        return json_fail(r, "%s should be named by a text, and not %s", what,
                         json_kind_words(value));
    if (at < 0)
        return json_fail(r, "there is no \"%.40s\"", name);
    if (r->p->objects[at].kind != kind)
        return json_fail(r, "\"%.40s\" is not %s", name, what);
    *out = (int16_t)at;
    return 0;
}

static int read_var(struct reader *r, const json_t *value, struct op *op)
{
    return get_object(r, value, "a shared integer", OBJECT_INT, &op->object);
}

static int read_mutex(struct reader *r, const json_t *value, struct op *op)
{
    return get_object(r, value, "a mutex", OBJECT_MUTEX,
                      op->kind == OP_CWAIT ? &op->other : &op->object);
}

static int read_semaphore(struct reader *r, const json_t *value, struct op *op)
{
    return get_object(r, value, "a semaphore", OBJECT_SEMAPHORE, &op->object);
}

static int read_condition(struct reader *r, const json_t *value, struct op *op)
{
    return get_object(r, value, "a condition", OBJECT_CONDITION, &op->object);
}

static int read_expr(struct reader *r, const json_t *value, int32_t *out)
{
    *out = json_expr(r, value);
    return *out < 0 ? *out : 0;
}

static int read_idx(struct reader *r, const json_t *value, struct op *op)
{
    return read_expr(r, value, &op->idx);
}

static int read_a(struct reader *r, const json_t *value, struct op *op)
{
    return read_expr(r, value, &op->a);
}

static int read_b(struct reader *r, const json_t *value, struct op *op)
{
    return read_expr(r, value, &op->b);
}

static int read_cmp(struct reader *r, const json_t *value, struct op *op)
{
    const char *word = json_string_value(value);
    int kind = word ? json_operator(word) : -1;

    if (kind < EXPR_EQ || kind > EXPR_GE)
        return json_fail(r, "\"cmp\" should be one of == != < <= > >=");
    op->cmp = (uint8_t)kind;
    return 0;
}

static int read_to(struct reader *r, const json_t *value, struct op *op)
{
    const char *name = json_string_value(value);

    for (int i = 0; name && i < r->label_count; i++) {
        if (strcmp(r->labels[i].name, name) != 0)
            continue;
        op->to = r->labels[i].op;
        return 0;
    }
    if (!name)
        return json_fail(r, "\"to\" should be a label, and is %s",
                         json_kind_words(value));
    return json_fail(r, "there is no label \"%.40s\" in this thread", name);
}

static int read_region(struct reader *r, const json_t *value, struct op *op)
{
    const char *name;
    int rc = json_get_name(r, value, "a region", &name);

    if (rc < 0)
        return rc;
    rc = program_add_region(r->p, name);
    if (rc < 0)
        return json_fail_add(r, rc, "regions", TSL_REGIONS);
    op->region = (int16_t)rc;
    return 0;
}

/* ---- operations ---------------------------------------------------------- */

enum {
    MAY_DST = 1 << 0,
    DST = 1 << 1,
    VAR = 1 << 2, /* and perhaps an index */
    VAL = 1 << 3,
    EXPECTED = 1 << 4,
    NEW = 1 << 5,
    MUTEX = 1 << 6,
    SEMAPHORE = 1 << 7,
    CONDITION = 1 << 8,
    CMP = 1 << 9,
    COND = 1 << 10,
    TO = 1 << 11,
    REGION = 1 << 12
};

static const struct form {
    const char *name;
    uint8_t kind;
    unsigned members;
} forms[] = {
    {"load", OP_LOAD, DST | VAR},
    {"store", OP_STORE, VAR | VAL},
    {"xchg", OP_XCHG, DST | VAR | VAL},
    {"faa", OP_FAA, MAY_DST | VAR | VAL},
    {"cas", OP_CAS, DST | VAR | EXPECTED | NEW},
    {"lock", OP_LOCK, MUTEX},
    {"unlock", OP_UNLOCK, MUTEX},
    {"trylock", OP_TRYLOCK, DST | MUTEX},
    {"P", OP_P, SEMAPHORE},
    {"V", OP_V, SEMAPHORE},
    {"cwait", OP_CWAIT, CONDITION | MUTEX},
    {"signal", OP_SIGNAL, CONDITION},
    {"broadcast", OP_BROADCAST, CONDITION},
    {"await", OP_AWAIT, VAR | CMP | VAL},
    {"fence", OP_FENCE, 0},
    {"work", OP_WORK, 0},
    {"set", OP_SET, DST | VAL},
    {"jmp", OP_JMP, TO},
    {"br", OP_BR, COND | TO},
    {"enter", OP_ENTER, REGION},
    {"exit", OP_EXIT, REGION},
    {"assert", OP_ASSERT, COND},
    {"halt", OP_HALT, 0},
};
#define FORMS (sizeof(forms) / sizeof(forms[0]))

static const struct member {
    const char *name;
    unsigned of, needed_by; /* forms with one of these may, must have it */
    int (*read)(struct reader *r, const json_t *value, struct op *op);
} members[] = {
    {"dst", DST | MAY_DST, DST, read_dst},
    {"var", VAR, VAR, read_var},
    {"idx", VAR, 0, read_idx},
    {"cmp", CMP, CMP, read_cmp},
    {"val", VAL, VAL, read_a},
    {"exp", EXPECTED, EXPECTED, read_a},
    {"new", NEW, NEW, read_b},
    {"m", MUTEX, MUTEX, read_mutex},
    {"s", SEMAPHORE, SEMAPHORE, read_semaphore},
    {"c", CONDITION, CONDITION, read_condition},
    {"cond", COND, COND, read_a},
    {"to", TO, TO, read_to},
    {"cs", REGION, REGION, read_region},
};
#define MEMBERS (sizeof(members) / sizeof(members[0]))

static const struct form *find_form(const char *name)
{
    for (size_t i = 0; i < FORMS; i++)
        if (strcmp(forms[i].name, name) == 0)
            return &forms[i];
    return NULL;
}

/* The form of @entry, NULL for one that only holds labels. */
static int get_form(const struct reader *r, const json_t *entry,
                    const struct form **out)
{
    const json_t *op = json_object_get(entry, "op");
    const char *name = json_string_value(op), *words[FORMS + 1] = {NULL};

    *out = NULL;
    if (!json_is_object(entry))
        return json_fail(r, "should be an object with an \"op\", and is %s",
                         json_kind_words(entry));
    if (!op && json_object_size(entry) == 1 && json_object_get(entry, "L"))
        return 0;
    if (!name)
        return json_fail(r, "needs an \"op\", such as \"load\"");
    *out = find_form(name);
    if (*out)
        return 0;
    for (size_t i = 0; i < FORMS; i++)
        words[i] = forms[i].name;
    if (text_nearest(name, words))
        return json_fail(r,
                         "there is no operation \"%.40s\": did you mean "
                         "\"%s\"?",
                         name, text_nearest(name, words));
    return json_fail(r, "there is no operation \"%.40s\"", name);
}

static int check_form(const struct reader *r, const json_t *entry,
                      const struct form *form)
{
    const char *known[MEMBERS + 3] = {"op", "L"};
    int count = 2;

    for (size_t i = 0; i < MEMBERS; i++) {
        if (members[i].of & form->members)
            known[count++] = members[i].name;
        if ((members[i].needed_by & form->members) &&
            !json_object_get(entry, members[i].name))
            return json_fail(r, "%s needs \"%s\"", form->name, members[i].name);
    }
    return json_check_members(r, entry, form->name, known);
}

static int check_index(const struct reader *r, const struct op *op)
{
    const struct object *o;

    if (op->object < 0)
        return 0;
    o = &r->p->objects[op->object];
    if (o->array && op->idx < 0)
        return json_fail(
            r, "%s is an array: which element? Say it with \"idx\"", o->name);
    if (!o->array && op->idx >= 0)
        return json_fail(r, "%s is no array, so it has no \"idx\"", o->name);
    return 0;
}

static int read_op(struct reader *r, const json_t *entry,
                   const struct form *form)
{
    struct op *op = thread_add_op(r->thread, (enum op_kind)form->kind), *second;
    int rc = 0;

    if (!op)
        return json_fail_add(r, -ENOMEM, "", 0);
    for (size_t i = 0; i < MEMBERS && rc == 0; i++) {
        const json_t *value = json_object_get(entry, members[i].name);

        if (!(members[i].of & form->members) || !value)
            continue;
        if (json_is_null(value) && !(members[i].needed_by & form->members))
            continue;
        rc = members[i].read(r, value, op);
    }
    if (rc == 0)
        rc = check_index(r, op);
    if (rc < 0)
        return rc;
    op->counts = op->kind == OP_SET;
    if (op->kind == OP_CWAIT) {
        int16_t object = op->object, other = op->other;

        second = thread_add_op(r->thread, OP_REACQUIRE);
        if (!second)
            return json_fail_add(r, -ENOMEM, "", 0);
        second->object = object;
        second->other = other;
    }
    return 0;
}

/* ---- threads ------------------------------------------------------------- */

static int add_label(struct reader *r, const json_t *value, int op)
{
    const char *name = json_string_value(value);
    struct json_label *l;

    if (!name || name[0] == '\0')
        return json_fail(r,
                         "\"L\" should be a label or a list of them, and not "
                         "%s",
                         name ? "an empty text" : json_kind_words(value));
    for (int i = 0; i < r->label_count; i++)
        if (strcmp(r->labels[i].name, name) == 0)
            return json_fail(r, "the label \"%.40s\" is there twice", name);
    if (r->label_count >= TSL_OPS)
        return json_fail(r, "more than %d labels", TSL_OPS);
    l = grow(&r->labels, r->label_count, sizeof(*l));
    if (!l)
        return json_fail_add(r, -ENOMEM, "", 0);
    *l = (struct json_label){name, op};
    r->label_count++;
    return 0;
}

static int add_labels(struct reader *r, const json_t *entry, int op)
{
    const json_t *l = json_object_get(entry, "L"), *one;
    size_t i;
    int rc = 0;

    if (l && !json_is_array(l))
        return add_label(r, l, op);
    json_array_foreach(l, i, one)
    {
        rc = add_label(r, one, op);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int add_register(struct reader *r, const json_t *called, int start)
{
    const char *name;
    int rc = json_get_name(r, called, "a register", &name);

    if (rc == 0 && program_register(r->thread, name) < 0) {
        rc = program_add_register(r->thread, name, start);
        if (rc < 0)
            return json_fail_add(r, rc, "registers", TSL_REGISTERS);
    }
    return rc < 0 ? rc : 0;
}

static int read_regs(struct reader *r, const json_t *thread)
{
    const char *name;
    const json_t *regs;
    json_t *value;
    int start, rc = json_get_member(r, thread, "regs", JSON_OBJECT, &regs);

    json_object_foreach((json_t *)(uintptr_t)regs, name, value)
    {
        char what[64];
        json_t *called = json_string(name);

        snprintf(what, sizeof(what), "the register %.40s", name);
        rc = json_get_value(r, value, what, TSL_MIN, &start);
        if (rc == 0)
            rc = add_register(r, called, start);
        json_decref(called);
        if (rc < 0)
            return rc;
    }
    return rc;
}

/* First look at the code: which registers and labels are there? */
static int scan_code(struct reader *r, const json_t *code)
{
    const struct form *form;
    const json_t *entry, *dst;
    int ops = 0, rc = 0;
    size_t i;

    json_array_foreach(code, i, entry)
    {
        r->op = (int)i + 1;
        rc = get_form(r, entry, &form);
        if (rc == 0)
            rc = add_labels(r, entry, ops);
        if (rc == 0 && form)
            rc = check_form(r, entry, form);
        if (rc < 0)
            return rc;
        dst = form ? json_object_get(entry, "dst") : NULL;
        if (dst && !(json_is_null(dst) && (form->members & MAY_DST)))
            rc = add_register(r, dst, 0);
        if (rc < 0)
            return rc;
        ops += !form ? 0 : form->kind == OP_CWAIT ? 2 : 1;
        if (ops >= TSL_OPS)
            return json_fail(r, "more than %d operations", TSL_OPS - 1);
    }
    r->op = 0;
    return 0;
}

static int read_code(struct reader *r, const json_t *thread)
{
    const struct form *form;
    const json_t *code, *entry;
    size_t i;
    int rc = json_get_member(r, thread, "code", JSON_ARRAY, &code);

    if (rc == 0 && !code)
        rc = json_fail(r, "needs \"code\", a list of operations");
    if (rc == 0)
        rc = scan_code(r, code);
    if (rc < 0)
        return rc;
    json_array_foreach(code, i, entry)
    {
        r->op = (int)i + 1;
        rc = get_form(r, entry, &form);
        if (rc == 0 && form)
            rc = read_op(r, entry, form);
        if (rc < 0)
            return rc;
    }
    r->op = 0;
    return 0;
}

static int read_thread(struct reader *r, const json_t *thread)
{
    static const char *const known[] = {"name", "regs", "code", NULL};
    struct program *p = r->p;
    const char *name;
    int rc;

    if (!json_is_object(thread))
        return json_fail(r, "thread %d should be an object, and is %s",
                         p->thread_count + 1, json_kind_words(thread));
    rc = json_get_name(r, json_object_get(thread, "name"), "a thread", &name);
    if (rc < 0)
        return rc;
    if (program_thread(p, name) >= 0)
        return json_fail(r, "two threads have the name %s", name);
    r->thread = grow(&p->threads, p->thread_count, sizeof(*r->thread));
    if (!r->thread)
        return json_fail_add(r, -ENOMEM, "", 0);
    p->thread_count++;
    snprintf(r->thread->name, sizeof(r->thread->name), "%s", name);
    r->label_count = 0;
    rc = json_check_members(r, thread, "a thread", known);
    if (rc == 0)
        rc = read_regs(r, thread);
    if (rc == 0)
        rc = read_code(r, thread);
    r->thread = rc < 0 ? r->thread : NULL;
    return rc;
}

int json_read_threads(struct reader *r, const json_t *program)
{
    const json_t *list, *one;
    size_t i;
    int rc = json_get_member(r, program, "threads", JSON_ARRAY, &list);

    if (rc == 0 && json_array_size(list) == 0)
        rc = json_fail(r, "needs \"threads\", a list of at least one");
    if (rc == 0 && json_array_size(list) > TSL_THREADS)
        rc = json_fail(r, "has %zu threads: at most %d", json_array_size(list),
                       TSL_THREADS);
    if (rc < 0)
        return rc;
    json_array_foreach(list, i, one)
    {
        rc = read_thread(r, one);
        if (rc < 0)
            return rc;
    }
    return 0;
}
