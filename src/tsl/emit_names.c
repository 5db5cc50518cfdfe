/* Names and the registers behind them. Any thread.
 *
 * A register serves all variables of one name in scopes beside each other; one
 * in a scope within gets another. Functions do not call themselves, so that the
 * variables of each have one place in a thread, however often it is expanded.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tsl/emitter.h"

static bool same_text(const struct emit *e, int a, int b)
{
    const struct token *one = &e->tokens->list[a];
    const struct token *other = &e->tokens->list[b];

    return one->length == other->length &&
           memcmp(e->tokens->text + one->at, e->tokens->text + other->at,
                  one->length) == 0;
}

/* ---- looking up ---------------------------------------------------------- */

static struct symbol *find_global(struct emit *e, int token)
{
    for (int i = 0; i < e->global_count; i++)
        if (same_text(e, e->globals[i].token, token))
            return &e->globals[i];
    return NULL;
}

static struct symbol *find_local(struct emit *e, int token, int from)
{
    for (int i = e->local_count - 1; i >= from; i--)
        if (same_text(e, e->locals[i].token, token))
            return &e->locals[i];
    return NULL;
}

struct symbol *emit_find(struct emit *e, int token)
{
    struct symbol *s = find_local(e, token, e->floor);

    return s ? s : find_global(e, token);
}

/* The thread or function around @token; -1: none. */
static int32_t owner_of(const struct emit *e, int token)
{
    for (int32_t at = e->tree->first; at >= 0; at = emit_node(e, at)->next) {
        const struct node *n = emit_node(e, at);

        if ((n->kind == NODE_THREAD || n->kind == NODE_FN) &&
            token > n->token && token < emit_node(e, n->b)->end)
            return at;
    }
    return -1;
}

/* A register of that name somewhere else: why can it not be used here? */
static bool say_elsewhere(struct emit *e, int token, const char *text)
{
    int32_t here = owner_of(e, token), owner = -1;
    char name[TSL_NAME + 8];
    const struct node *n;

    for (int i = 0; i < e->known_count && !e->thread; i++) {
        const struct known *k = &e->known[i];
        const char *thread = e->p->threads[k->thread].name;

        if (!same_text(e, k->token, token))
            continue;
        emit_fail(e, token, "'%s' is a register of %s: write %s.%s", text,
                  thread, thread, text);
        return true;
    }
    for (int i = 0; i < e->tree->count && owner != here; i++)
        if (emit_node(e, i)->kind == NODE_INT &&
            same_text(e, emit_node(e, i)->token, token))
            owner = owner_of(e, emit_node(e, i)->token);
    if (owner < 0 || here < 0)
        return false;
    n = emit_node(e, owner);
    token_text(e->tokens, n->token, name, sizeof(name));
    if (owner == here)
        emit_fail(e, token,
                  "'%s' is not declared here: its int stands further down, or "
                  "in another block",
                  text);
    else if (emit_node(e, here)->kind == NODE_FN && n->kind == NODE_THREAD)
        emit_fail(e, token,
                  "'%s' is a register of %s, which functions do not see: give "
                  "it as a parameter",
                  text, name);
    else
        emit_fail(e, token,
                  "'%s' is a register of %s alone: what others use is declared "
                  "outside, as shared int",
                  text, name);
    return true;
}

/* The name most like @text among all that could stand there; "": none. */
static void find_nearest(struct emit *e, const char *text, bool call,
                         char *best, size_t size)
{
    const char *builtin = call ? text_nearest(text, emit_builtins()) : NULL;
    char name[TSL_NAME + 8];

    snprintf(best, size, "%s", builtin ? builtin : "");
    /* One after the other, since there is no list of them all. */
    for (int i = 0; i < e->global_count + e->local_count - e->floor; i++) {
        const struct symbol *s =
            i < e->global_count ? &e->globals[i]
                                : &e->locals[e->floor + i - e->global_count];
        const char *const pair[] = {name, best[0] ? best : NULL, NULL};

        token_text(e->tokens, s->token, name, sizeof(name));
        if ((s->means == MEANS_FN) == call && text_nearest(text, pair) == name)
            snprintf(best, size, "%s", name);
    }
}

static void say_unknown(struct emit *e, int token, const char *text)
{
    bool call = e->tokens->list[token + 1].kind == '(';
    char best[TSL_NAME + 8];

    find_nearest(e, text, call, best, sizeof(best));
    if (best[0])
        emit_fail(e, token, "there is no '%s': did you mean '%s'?", text, best);
    else if (call)
        emit_fail(e, token,
                  "there is no operation '%s': declare fn %s() { ... }", text,
                  text);
    else if (e->thread)
        emit_fail(e, token,
                  "there is no '%s': declare it, as int in a thread or as "
                  "shared int outside",
                  text);
    else
        emit_fail(e, token, "nothing outside threads is called '%s'", text);
}

struct symbol *emit_look_up(struct emit *e, int token)
{
    struct symbol *s = emit_find(e, token);
    const char *hint = habit_late_hint(e->tokens, token);
    char text[TSL_NAME + 8];

    if (s || e->rc < 0)
        return e->rc < 0 ? NULL : s;
    token_text(e->tokens, token, text, sizeof(text));
    if (hint) {
        emit_fail(e, token, "'%s' is not in the language: %s", text, hint);
        return NULL;
    }
    if (say_elsewhere(e, token, text))
        return NULL;
    for (int i = 0; i < e->p->region_count; i++)
        if (strcmp(e->p->regions[i], text) == 0) {
            emit_fail(e, token, "'%s' is a critical region: it has no value",
                      text);
            return NULL;
        }
    say_unknown(e, token, text);
    return NULL;
}

const char *emit_kind_words(const struct emit *e, const struct symbol *s)
{
    static const char *const kinds[] = {
        [OBJECT_INT] = "a shared int",
        [OBJECT_MUTEX] = "a mutex",
        [OBJECT_SEMAPHORE] = "a semaphore",
        [OBJECT_CONDITION] = "a condition",
    };

    switch (s->means) {
    case MEANS_CONST:
        return "a constant";
    case MEANS_FN:
        return "a function";
    case MEANS_REGISTER:
        return "a register";
    default:
        return kinds[e->p->objects[s->value].kind];
    }
}

/* ---- declaring ----------------------------------------------------------- */

static void say_twice(struct emit *e, int token, int first)
{
    char text[TSL_NAME + 8];

    emit_fail(e, token, "'%s' is declared already, in line %d",
              token_text(e->tokens, token, text, sizeof(text)),
              e->tokens->list[first].line);
}

struct symbol *emit_global(struct emit *e, int token, enum meaning means,
                           int32_t value)
{
    const struct symbol *s = find_global(e, token);
    char text[TSL_NAME + 8];

    if (e->rc < 0)
        return NULL;
    if (s) {
        say_twice(e, token, s->token);
        return NULL;
    }
    if (means == MEANS_FN && emit_is_builtin(e, token)) {
        emit_fail(e, token,
                  "'%s' is an operation of the language: use another name",
                  token_text(e->tokens, token, text, sizeof(text)));
        return NULL;
    }
    if (e->global_count == EMIT_GLOBALS) {
        emit_fail(e, token, "more than %d names are declared outside threads",
                  EMIT_GLOBALS);
        return NULL;
    }
    e->globals[e->global_count] = (struct symbol){
        .token = token, .means = (uint8_t)means, .value = value};
    return &e->globals[e->global_count++];
}

void emit_local(struct emit *e, int token, enum meaning means, int32_t value)
{
    const struct symbol *s = find_local(e, token, e->scope);

    if (e->rc < 0)
        return;
    if (s) {
        say_twice(e, token, s->token);
        return;
    }
    if (e->local_count == EMIT_LOCALS) {
        emit_fail(e, token, "more than %d names are visible here: use fewer",
                  EMIT_LOCALS);
        return;
    }
    e->locals[e->local_count++] = (struct symbol){
        .token = token, .means = (uint8_t)means, .value = value};
}

void emit_scope_end(struct emit *e, int from)
{
    while (e->local_count > from) {
        const struct symbol *s = &e->locals[--e->local_count];

        /* A parameter may stand for a register of the caller's. */
        if (s->means == MEANS_REGISTER &&
            e->owned[s->value].fn == (e->frame->fn ? e->frame->fn->value : -1))
            e->owned[s->value].busy = false;
    }
}

/* ---- registers ----------------------------------------------------------- */

static int new_register(struct emit *e, const char *name)
{
    int reg = program_add_register(e->thread, name, 0);

    if (reg == -ENOMEM)
        e->rc = err_set(e->err, -ENOMEM, "%s: no memory", e->p->name);
    else if (reg < 0)
        emit_fail(e, e->at_token,
                  "thread %s needs more than %d registers here: declare "
                  "fewer, or compute less in one statement",
                  e->thread->name, TSL_REGISTERS);
    if (reg < 0)
        return -1;
    e->owned[reg] = (struct owned){.token = -1, .fn = -1};
    return reg;
}

/* "r"; "r.2" when there is one in a scope around; "get.r" in a function. */
static void name_register(const struct emit *e, int token, int copies,
                          char *out, size_t size)
{
    char text[TSL_NAME + 8], fn[TSL_NAME + 8] = "", copy[16] = "";

    token_text(e->tokens, token, text, sizeof(text));
    if (e->frame->fn)
        token_text(e->tokens, e->frame->fn->token, fn, sizeof(fn));
    if (copies)
        snprintf(copy, sizeof(copy), ".%d", copies + 1);
    if (snprintf(out, size, "%s%s%s%s", fn, fn[0] ? "." : "", text, copy) >=
        (int)size)
        snprintf(out, size, "%.*s", (int)size - 1, text);
}

int emit_register(struct emit *e, int token, bool *used)
{
    int32_t fn = e->frame->fn ? e->frame->fn->value : -1;
    char name[TSL_NAME];
    int copies = 0, reg;

    *used = false;
    if (e->rc < 0)
        return -1;
    for (int i = 0; i < e->thread->reg_count; i++) {
        struct owned *o = &e->owned[i];

        if (o->token < 0 || o->fn != fn || !same_text(e, o->token, token))
            continue;
        o->twice = true;
        if (!o->busy) {
            o->busy = true;
            *used = true;
            return i;
        }
        copies++;
    }
    name_register(e, token, copies, name, sizeof(name));
    reg = new_register(e, name);
    if (reg >= 0)
        e->owned[reg] = (struct owned){
            .token = token, .fn = fn, .busy = true, .twice = copies > 0};
    return reg;
}

/* A repeat counts in a register that people may see. They are used like a
 * stack; .fn tells them apart from temporaries. */
#define OF_REPEAT (-2)

int emit_counter(struct emit *e)
{
    char name[TSL_NAME];
    int copies = 0, reg;

    if (e->rc < 0)
        return -1;
    for (int i = 0; i < e->thread->reg_count; i++) {
        struct owned *o = &e->owned[i];

        if (o->fn != OF_REPEAT)
            continue;
        if (!o->busy) {
            o->busy = true;
            return i;
        }
        copies++;
    }
    if (copies)
        snprintf(name, sizeof(name), "repeat.%d", copies + 1);
    else
        snprintf(name, sizeof(name), "repeat");
    reg = new_register(e, name);
    if (reg >= 0)
        e->owned[reg] =
            (struct owned){.token = -1, .fn = OF_REPEAT, .busy = true};
    return reg;
}

void emit_counter_end(struct emit *e, int reg)
{
    if (reg >= 0)
        e->owned[reg].busy = false;
}

int emit_temp(struct emit *e)
{
    int reg;

    if (e->rc < 0)
        return -1;
    if (e->temp_used < e->temp_count)
        return e->temps[e->temp_used++];
    reg = new_register(e, "");
    if (reg < 0)
        return -1;
    e->temps[e->temp_count++] = reg;
    e->temp_used = e->temp_count;
    return reg;
}

bool emit_is_temp(const struct emit *e, int reg)
{
    return reg >= 0 && e->owned[reg].token < 0 && e->owned[reg].fn == -1;
}

void emit_remember(struct emit *e, int thread)
{
    for (int i = 0; i < e->thread->reg_count && e->rc == 0; i++) {
        const struct owned *o = &e->owned[i];
        struct known *k;

        if (o->token < 0 || o->fn != -1)
            continue;
        k = grow(&e->known, e->known_count, sizeof(*k));
        if (!k) {
            e->rc = err_set(e->err, -ENOMEM, "%s: no memory", e->p->name);
            return;
        }
        *k = (struct known){thread, i, o->token, o->twice};
        e->known_count++;
    }
}
