/* Answer files of simulator "interleave": small assembler programs and the
 * interrupts between their threads. The screen process. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asm/asm.h"
#include "base/text.h"
#include "check/cases.h"

#define LINES_MOST 20000
#define WATCH_MOST 64

struct machine_case {
    struct check_report *r;
    struct asm_program *program;
    struct asm_setup setup;
    int64_t start[ASM_THREADS][ASM_REGISTERS];
    int *numbers; /* the schedule, or the intervals */
    const json_t *watch;
    int cells[WATCH_MOST];
    int watched;
};

static void say_err(struct check_report *r, const char *what,
                    const struct err *err)
{
    if (err->code == -ENOMEM)
        r->failed_alloc = true;
    else
        check_say(r, what, err->text);
}

/* ---- input --------------------------------------------------------------- */

static bool read_program(struct machine_case *c, const json_t *input)
{
    const json_t *list = cases_list(c->r, input, "", "program", 1, LINES_MOST);
    struct text text = {0};
    struct err err = {0};
    size_t i;
    const json_t *line;

    json_array_foreach(list, i, line)
    {
        const char *words = json_string_value(line);

        if (!words || strchr(words, '\n') ||
            strlen(words) != json_string_length(line)) {
            cases_say(c->r, "program",
                      "\"program[%zu]\" should be one line of assembler", i);
            text_fini(&text);
            return false;
        }
        text_addf(&text, "%s\n", words);
    }
    if (text.failed)
        c->r->failed_alloc = true;
    else if (list && asm_parse("program", text_str(&text), text.len,
                               &c->program, &err) < 0)
        say_err(c->r, "program", &err);
    text_fini(&text);
    return c->program != NULL;
}

/* The whole numbers that @from has under @name. */
static bool read_numbers(struct machine_case *c, const json_t *from,
                         const char *name, int least, int most, int *count)
{
    const json_t *list =
        cases_list(c->r, from, "interrupt", name, 1, CASES_TICKS_MOST);

    if (!list)
        return false;
    *count = (int)json_array_size(list);
    c->numbers = calloc((size_t)*count, sizeof(*c->numbers));
    if (!c->numbers) {
        c->r->failed_alloc = true;
        return false;
    }
    for (int i = 0; i < *count; i++) {
        const json_t *one = json_array_get(list, (size_t)i);
        json_int_t n = json_integer_value(one);

        if (!json_is_integer(one) || n < least || n > most) {
            cases_say(c->r, name,
                      "\"interrupt.%s[%d]\" should be a whole number from %d "
                      "to %d",
                      name, i, least, most);
            return false;
        }
        c->numbers[i] = (int)n;
    }
    return true;
}

static bool read_interrupt(struct machine_case *c, const json_t *input)
{
    static const char *const kinds[] = {"every", "random_intervals", "schedule",
                                        NULL};
    static const char *const known[] = {"kind",    "n",    "max", "intervals",
                                        "threads", "seed", NULL};
    const json_t *from = json_object_get(input, "interrupt");
    struct asm_setup *s = &c->setup;
    int64_t every = 1, seed = 1;
    int kind = 0;
    bool fine;

    if (!json_is_object(from)) {
        check_say(c->r, "interrupt",
                  "\"interrupt\" should be an object with a \"kind\"");
        return false;
    }
    cases_say_unknown(c->r, "interrupt", from, known);
    if (!cases_word(c->r, from, "interrupt", "kind", true, kinds, &kind))
        return false;
    s->timing = (enum asm_timing)kind;
    if (s->timing == ASM_SCHEDULE) {
        fine = read_numbers(c, from, "threads", 0, ASM_THREADS - 1,
                            &s->list_count);
        s->list = c->numbers;
        return fine;
    }
    if (s->timing == ASM_RANDOM && json_object_get(from, "intervals")) {
        fine = read_numbers(c, from, "intervals", 1, CASES_TIME_MOST,
                            &s->interval_count);
        s->intervals = c->numbers;
        return fine;
    }
    fine = cases_count(c->r, from, "interrupt",
                       s->timing == ASM_RANDOM ? "max" : "n", true, 1,
                       CASES_TIME_MOST, &every) &&
           cases_count(c->r, from, "interrupt", "seed", false, 0, INT64_MAX,
                       &seed);
    s->every = (int)every;
    s->seed = (uint64_t)seed;
    return fine;
}

static bool read_registers(struct machine_case *c, const json_t *input)
{
    const json_t *list, *one;
    const char *name;
    json_t *value;
    size_t i;

    c->setup.start = (const int64_t(*)[ASM_REGISTERS])c->start;
    if (!json_object_get(input, "initial_registers"))
        return true;
    list = cases_list(c->r, input, "", "initial_registers", 0,
                      (size_t)c->setup.threads);
    json_array_foreach(list, i, one)
    {
        json_object_foreach((json_t *)(uintptr_t)one, name, value)
        {
            int reg = asm_register_named(name, strlen(name));

            if (reg < 0 || reg == ASM_SP || !json_is_integer(value)) {
                cases_say(
                    c->r, "initial_registers",
                    "\"initial_registers[%zu]\" should give whole numbers "
                    "to ax, bx, cx, dx, ex, fx or bp",
                    i);
                return false;
            }
            c->start[i][reg] = json_integer_value(value);
        }
    }
    return list != NULL;
}

static bool read_watch(struct machine_case *c, const json_t *input)
{
    const json_t *one;
    size_t i;

    if (!json_object_get(input, "watch"))
        return true;
    c->watch = cases_list(c->r, input, "", "watch", 0, WATCH_MOST);
    json_array_foreach(c->watch, i, one)
    {
        const char *word = json_string_value(one);

        c->cells[i] = word ? asm_address(c->program, word) : -1;
        if (c->cells[i] < 0) {
            cases_say(c->r, "watch",
                      "\"watch[%zu]\" should be a variable of the program or "
                      "an address, in quotes",
                      i);
            return false;
        }
    }
    c->watched = (int)json_array_size(c->watch);
    return c->watch != NULL;
}

static bool read_case(struct machine_case *c, const json_t *input)
{
    static const char *const known[] = {
        "program", "threads", "interrupt", "initial_registers",
        "watch",   "note",    NULL};
    int64_t threads = 1;

    cases_say_unknown(c->r, "input", input, known);
    if (!cases_count(c->r, input, "", "threads", true, 1, ASM_THREADS,
                     &threads))
        return false;
    c->setup.threads = (int)threads;
    c->setup.rules = c->r->ostep ? RULES_OSTEP : RULES_OWN;
    return read_program(c, input) && read_interrupt(c, input) &&
           read_registers(c, input) && read_watch(c, input);
}

/* ---- the run ------------------------------------------------------------- */

struct recording {
    json_t *trace, *changes, *switches;
};

static const char *watch_name(const struct machine_case *c, int i)
{
    return json_string_value(json_array_get(c->watch, (size_t)i));
}

static void record(const struct machine_case *c, const struct recording *rec,
                   const struct asm_machine *m, const struct asm_event *e)
{
    json_array_append_new(rec->trace,
                          json_pack("[i,i]", e->thread, ASM_CODE + e->at));
    for (int i = 0; i < c->watched; i++)
        if (e->wrote == c->cells[i] && e->was != e->is)
            json_array_append_new(
                rec->changes, json_pack("[I,s,I]", (json_int_t)m->executed,
                                        watch_name(c, i), (json_int_t)e->is));
    for (int halt = 1; halt >= 0; halt--)
        if (halt ? e->halts : e->switched)
            json_array_append_new(rec->switches,
                                  json_pack("[I,s]", (json_int_t)m->executed,
                                            halt ? "halt" : "switch"));
}

/* To its end; false after a sentence. */
static bool play(const struct machine_case *c, const struct recording *rec,
                 struct asm_machine *m)
{
    struct asm_event e;
    struct err err = {0};
    int rc = asm_machine_init(m, c->program, &c->setup, &err);

    while (rc == 0 && m->alive > 0) {
        if (m->executed >= CASES_TICKS_MOST) {
            struct text where = {0};

            asm_whereabouts(m, &where);
            cases_say(c->r, "program",
                      "the program goes on after %d instructions: %s",
                      CASES_TICKS_MOST, text_str(&where));
            text_fini(&where);
            return false;
        }
        rc = asm_step(m, &e, &err);
        if (rc > 0) {
            record(c, rec, m, &e);
            rc = 0;
        }
    }
    if (rc < 0)
        say_err(c->r, "program", &err);
    return rc == 0;
}

/* ---- what came out ------------------------------------------------------- */

static json_t *registers(const struct asm_machine *m)
{
    json_t *all = json_array();

    for (int t = 0; t < m->setup.threads; t++) {
        json_t *one = json_object();

        for (int i = 0; i < ASM_REGISTERS; i++)
            json_object_set_new(one, asm_registers[i],
                                json_integer(m->threads[t].reg[i]));
        json_array_append_new(all, one);
    }
    return all;
}

static json_t *final_memory(const struct machine_case *c,
                            const struct asm_machine *m)
{
    json_t *all = json_object();

    for (int i = 0; i < c->watched; i++)
        json_object_set_new(all, watch_name(c, i),
                            json_integer(m->memory[c->cells[i]]));
    return all;
}

static json_t *compute(struct check_report *r, const json_t *input)
{
    struct machine_case c = {.r = r};
    struct recording rec = {json_array(), json_array(), json_array()};
    struct asm_machine m = {0};
    json_t *out = NULL;

    if (read_case(&c, input) && play(&c, &rec, &m))
        out = json_pack("{s:I, s:O, s:O, s:O, s:o, s:o}", "instructions",
                        (json_int_t)m.executed, "trace", rec.trace,
                        "memory_changes", rec.changes, "switches", rec.switches,
                        "final_memory", final_memory(&c, &m),
                        "registers_at_halt", registers(&m));
    json_decref(rec.trace);
    json_decref(rec.changes);
    json_decref(rec.switches);
    asm_machine_fini(&m);
    asm_free(c.program);
    free(c.numbers);
    return out;
}

/* ---- the format ---------------------------------------------------------- */

static void recompute(const json_t *root, struct check_report *r)
{
    static const struct cases_kind kind = {"interleave", "interleaving case",
                                           compute};

    cases_recompute(root, r, &kind);
}

const struct check_format check_interleave = {
    .name = "interleave",
    .summary = "small assembler programs and the interrupts between threads",
    .recompute = recompute,
};
