/* "timeslice sim asm": a small assembler program under a timer's interrupts,
 * one schedule of it. Screen process. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "asm/asm.h"
#include "cli/sim.h"

static const struct command_option options[] = {
    {"threads", "N", "so many threads run it (what the file says, or 2)"},
    {"every", "N", "instructions from one interrupt to the next (50)"},
    {"random", "N", "instead: each interval drawn from 1 to N, by --seed"},
    {"seed", "N", "of --random (1)"},
    {"schedule", "THREADS",
     "who executes each instruction, over and over: "
     "0112 or 0,1,10"},
    {"start", "[T:]REG=N,...;...",
     "registers at the start, of thread T or of "
     "all"},
    {"watch", "NAMES", "cells to tell: hits,log+4,104 (all variables)"},
    {"limit", "N", "stop after N instructions (10,000,000)"},
    {"rules", "own|ostep", "halts and pushes as in the book"},
    {"steps", NULL, "every instruction, the first 200"},
    {"first", "N", "with --steps: so many"},
    {"json", NULL, "print one JSON object"},
    {NULL, NULL, NULL},
};
static const struct command command = {
    .name = "sim asm",
    .synopsis = "FILE.s",
    .summary = "a small assembler program under a timer's interrupts",
    .options = options,
};

enum {
    THREADS_USUAL = 2,
    EVERY_USUAL = 50,
    EVERY_MOST = 1000000,
    FIRST_USUAL = 200,
    FIRST_MOST = 1000000,
    WATCH_MOST = 32,
    LIST_MOST = 1000,
    TEXT_COLUMNS = 26, /* of an instruction */
    SIDE_BY_SIDE = 4   /* threads that get a column of their own */
};
#define LIMIT_USUAL 10000000L
#define LIMIT_MOST 1000000000000L

struct wishes {
    struct cli_words w;
    struct asm_program *program;
    struct asm_setup setup;
    int64_t start[ASM_THREADS][ASM_REGISTERS];
    int list[LIST_MOST];
    char watch[WATCH_MOST][ASM_NAME + 16];
    int cells[WATCH_MOST];
    int watched;
    long limit, first;
    int width; /* of the longest instruction */
};

/* What came of it. */
struct outcome {
    json_int_t halts, switches;
    int rc; /* 0: all halted; 1: the limit; -EFAULT */
    struct err err;
    json_t *steps; /* --json --steps */
};

/* ---- words --------------------------------------------------------------- */

static int get_schedule(struct wishes *x, const char *text)
{
    const char *at = text;
    bool commas = strchr(text, ',') != NULL;
    int n = 0;

    while (*at != '\0' && n < LIST_MOST) {
        char *end = NULL;

        if (*at < '0' || *at > '9')
            break;
        x->list[n] = commas ? (int)strtol(at, &end, 10) : *at - '0';
        at = commas ? end : at + 1;
        n++;
        if (commas && *at == ',' && at[1] != '\0')
            at++;
    }
    if (*at != '\0' || n == 0)
        return cli_refuse(EXIT_REQUEST,
                          "--schedule cannot be \"%s\"; it is up to %d numbers "
                          "of threads, such as 0112 or 0,1,10",
                          text, LIST_MOST);
    x->setup.timing = ASM_SCHEDULE;
    x->setup.list = x->list;
    x->setup.list_count = n;
    return -1;
}

static int get_timing(struct wishes *x)
{
    static const char *const ways[] = {"every", "random", "schedule"};
    const char *schedule = cli_words_value(&x->w, "schedule");
    const char *rules = cli_words_value(&x->w, "rules");
    long every = x->program->every ? x->program->every : EVERY_USUAL;
    long threads = x->program->threads ? x->program->threads : THREADS_USUAL;
    long seed = 1;
    int given = 0, status;

    for (int i = 0; i < 3; i++)
        given += cli_words_value(&x->w, ways[i]) != NULL;
    if (given > 1)
        return cli_refuse(EXIT_REQUEST, "--every, --random and --schedule are "
                                        "three ways; choose one");
    if (cli_words_value(&x->w, "random"))
        x->setup.timing = ASM_RANDOM;
    status = cli_words_number(&x->w, "threads", 1, ASM_THREADS, &threads);
    if (status < 0)
        status = cli_words_number(&x->w, "every", 1, EVERY_MOST, &every);
    if (status < 0)
        status = cli_words_number(&x->w, "random", 1, EVERY_MOST, &every);
    if (status < 0)
        status = cli_words_number(&x->w, "seed", 0, LONG_MAX, &seed);
    x->setup.threads = (int)threads;
    x->setup.every = (int)every;
    x->setup.seed = (uint64_t)seed;
    if (rules && strcmp(rules, "ostep") == 0)
        x->setup.rules = RULES_OSTEP;
    return status < 0 && schedule ? get_schedule(x, schedule) : status;
}

/* "1:bx=10": thread 1's, "dx=4": everybody's. */
static int get_registers(struct wishes *x, char *part)
{
    char *colon = strchr(part, ':');
    struct err err = {0};
    long thread = 0;

    if (colon) {
        *colon = '\0';
        if (!cli_number(part, 0, x->setup.threads - 1, &thread))
            return cli_refuse(EXIT_REQUEST,
                              "--start: there is no thread \"%s\"; they are 0 "
                              "to %d",
                              part, x->setup.threads - 1);
    }
    for (int t = colon ? (int)thread : 0;
         t <= (colon ? (int)thread : ASM_THREADS - 1); t++)
        if (asm_start(colon ? colon + 1 : part, x->start[t], &err) < 0)
            return cli_refuse(EXIT_REQUEST, "--start: %s", err.text);
    return -1;
}

static int get_start(struct wishes *x)
{
    const char *text = cli_words_value(&x->w, "start");
    char *copy = text ? strdup(text) : NULL, *rest = copy, *part;
    int status = -1;

    memcpy(x->start, x->program->start, sizeof(x->start));
    x->setup.start = (const int64_t(*)[ASM_REGISTERS])x->start;
    if (text && !copy)
        return cli_refuse(EXIT_FAILED, "out of memory");
    while (status < 0 && rest && (part = strsep(&rest, ";")))
        status = get_registers(x, part);
    free(copy);
    return status;
}

static int add_watch(struct wishes *x, const char *name)
{
    int at = asm_address(x->program, name);

    if (at < 0)
        return cli_refuse(EXIT_REQUEST,
                          "--watch: \"%.40s\" is no variable of %s and no "
                          "address from 0 to %d",
                          name, x->program->name, ASM_MEMORY - 1);
    if (x->watched == WATCH_MOST)
        return cli_refuse(EXIT_REQUEST, "--watch takes up to %d cells",
                          WATCH_MOST);
    snprintf(x->watch[x->watched], sizeof(x->watch[0]), "%s", name);
    x->cells[x->watched++] = at;
    return -1;
}

static int get_watch(struct wishes *x)
{
    const char *text = cli_words_value(&x->w, "watch");
    char *copy = text ? strdup(text) : NULL, *rest = copy, *part;
    int status = -1;

    if (text && !copy)
        return cli_refuse(EXIT_FAILED, "out of memory");
    while (status < 0 && rest && (part = strsep(&rest, ", ")))
        if (*part != '\0')
            status = add_watch(x, part);
    free(copy);
    for (int i = 0; !text && i < x->program->var_count; i++)
        for (int k = 0;
             k < x->program->vars[i].cells && x->watched < WATCH_MOST; k++) {
            char name[ASM_NAME + 16];

            snprintf(name, sizeof(name), k > 0 ? "%s+%d" : "%s",
                     x->program->vars[i].name, ASM_APART * k);
            add_watch(x, name);
        }
    return status;
}

static int get_wishes(struct wishes *x)
{
    struct err err = {0};
    int status = -1;

    if (x->w.rest_count != 1)
        return cli_refuse(EXIT_REQUEST,
                          x->w.rest_count == 0
                              ? "sim asm needs a program: timeslice sim asm "
                                "FILE.s --threads 2 --every 3"
                              : "sim asm takes one program at a time, not "
                                "\"%s\" too",
                          x->w.rest_count > 1 ? x->w.rest[1] : "");
    if (asm_read(x->w.rest[0], &x->program, &err) < 0)
        return cli_refuse(err.code == -ENOMEM ? EXIT_FAILED : EXIT_REQUEST,
                          "%s", err.text);
    x->limit = LIMIT_USUAL;
    x->first = FIRST_USUAL;
    status = get_timing(x);
    if (status < 0)
        status = get_start(x);
    if (status < 0)
        status = get_watch(x);
    if (status < 0)
        status = cli_words_number(&x->w, "limit", 1, LIMIT_MOST, &x->limit);
    if (status < 0)
        status = cli_words_number(&x->w, "first", 1, FIRST_MOST, &x->first);
    return status;
}

/* ---- step by step -------------------------------------------------------- */

static void print_heading(const struct wishes *x)
{
    printf("%7s", "");
    if (x->setup.threads > SIDE_BY_SIDE)
        printf("  %-*s", x->width + 4, "who");
    for (int t = 0; x->setup.threads <= SIDE_BY_SIDE && t < x->setup.threads;
         t++)
        printf("  thread %-*d", x->width - 7, t);
    for (int i = 0; i < x->watched; i++)
        printf("  %8s", x->watch[i]);
    putchar('\n');
}

static void print_step(const struct wishes *x, const struct asm_machine *m,
                       const struct asm_event *e)
{
    bool beside = x->setup.threads <= SIDE_BY_SIDE;
    char text[TEXT_COLUMNS + 1];

    asm_text(x->program, e->at, text, sizeof(text));
    printf("%7" PRId64, m->executed);
    if (!beside) /* all in one column, with who it was */
        printf("  T%-2d %-*s", e->thread, x->width, text);
    for (int t = 0; beside && t < x->setup.threads; t++)
        printf("  %-*s", x->width, t == e->thread ? text : "");
    for (int i = 0; i < x->watched; i++) {
        if (e->wrote == x->cells[i])
            printf("  %8" PRId64, m->memory[x->cells[i]]);
        else
            printf("  %8s", "");
    }
    if (e->halts || e->switched)
        printf("  %s-> T%d", e->halts ? "halt " : "", m->running);
    putchar('\n');
}

static json_t *step_json(const struct asm_machine *m, const struct asm_event *e)
{
    json_t *one =
        json_pack("{s:i, s:i, s:i}", "thread", e->thread, "pc",
                  ASM_CODE + e->at, "line", m->program->code[e->at].line);

    if (e->wrote >= 0)
        json_object_set_new(one, "wrote",
                            json_pack("[i,I]", e->wrote, (json_int_t)e->is));
    if (e->halts || e->switched)
        json_object_set_new(one, "next", json_integer(m->running));
    return one;
}

/* Run it to its end, or the limit's. */
static void run(const struct wishes *x, struct asm_machine *m,
                struct outcome *o)
{
    bool steps = cli_words_value(&x->w, "steps") != NULL;
    bool json = cli_words_value(&x->w, "json") != NULL;
    struct asm_event e;
    int rc = 1;

    if (steps && json)
        o->steps = json_array();
    else if (steps)
        print_heading(x);
    while (rc > 0 && m->executed < x->limit) {
        rc = asm_step(m, &e, &o->err);
        if (rc <= 0)
            break;
        o->halts += e.halts;
        o->switches += e.switched;
        if (!steps || m->executed > x->first)
            continue;
        if (json)
            json_array_append_new(o->steps, step_json(m, &e));
        else
            print_step(x, m, &e);
    }
    if (steps && !json && m->executed > x->first)
        printf("    ...  %" PRId64 " more; --first N shows more\n",
               m->executed - x->first);
    if (steps && !json)
        putchar('\n');
    o->rc = rc > 0 && m->alive == 0 ? 0 : rc;
}

/* ---- what came of it ----------------------------------------------------- */

static void say_end(const struct wishes *x, const struct asm_machine *m,
                    const struct outcome *o, struct text *out)
{
    if (o->rc == 0) {
        text_add(out, "every thread has halted");
    } else if (o->rc > 0) {
        text_addf(out, "stopped after %ld instructions (--limit): ", x->limit);
        asm_whereabouts(m, out);
    } else {
        text_add(out, o->err.text);
    }
}

static void print_registers(const struct asm_machine *m)
{
    printf("\nthread");
    for (int i = 0; i < ASM_REGISTERS; i++)
        printf("  %8s", asm_registers[i]);
    printf("\n");
    for (int t = 0; t < m->setup.threads; t++) {
        printf("%6d", t);
        for (int i = 0; i < ASM_REGISTERS; i++)
            printf("  %8" PRId64, m->threads[t].reg[i]);
        printf("\n");
    }
}

static void print_machine(const struct wishes *x)
{
    const struct asm_setup *s = &x->setup;

    printf("MODEL  %s: %d thread%s, ", x->program->name, s->threads,
           s->threads == 1 ? "" : "s");
    if (s->timing == ASM_SCHEDULE)
        printf("by the schedule %s", cli_words_value(&x->w, "schedule"));
    else if (s->timing == ASM_RANDOM)
        printf("an interrupt after 1 to %d instructions, seed %" PRIu64,
               s->every, s->seed);
    else
        printf("an interrupt every %d instruction%s", s->every,
               s->every == 1 ? "" : "s");
    printf("%s\n\n", s->rules == RULES_OSTEP ? "; rules ostep" : "");
}

static void print_end(const struct wishes *x, const struct asm_machine *m,
                      const struct outcome *o)
{
    char count[32];

    printf("%s instructions, %lld switches\n",
           text_count(count, sizeof(count), m->executed),
           o->halts + o->switches);
    for (int i = 0; i < x->watched; i++)
        printf("%s = %" PRId64 "\n", x->watch[i], m->memory[x->cells[i]]);
    print_registers(m);
}

static int print_json(const struct wishes *x, const struct asm_machine *m,
                      struct outcome *o)
{
    static const char *const verdicts[] = {"fault", "halted", "limit"};
    json_t *memory = json_object(), *registers = json_array(), *out;
    struct text end = {0};
    int rc;

    say_end(x, m, o, &end);
    for (int i = 0; i < x->watched; i++)
        json_object_set_new(memory, x->watch[i],
                            json_integer(m->memory[x->cells[i]]));
    for (int t = 0; t < m->setup.threads; t++) {
        json_t *one = json_object();

        for (int i = 0; i < ASM_REGISTERS; i++)
            json_object_set_new(one, asm_registers[i],
                                json_integer(m->threads[t].reg[i]));
        json_array_append_new(registers, one);
    }
    out = json_pack(
        "{s:s, s:s, s:s, s:s, s:i, s:I, s:I, s:o, s:o, s:s, s:s}", "schema",
        "timeslice.sim-asm/1", "badge", "MODEL", "program", x->program->name,
        "rules", m->setup.rules == RULES_OSTEP ? "ostep" : "own", "threads",
        m->setup.threads, "instructions", (json_int_t)m->executed, "switches",
        o->halts + o->switches, "final_memory", memory, "registers", registers,
        "verdict", verdicts[o->rc < 0 ? 0 : o->rc + 1], "end", text_str(&end));
    if (out && o->steps)
        json_object_set(out, "steps", o->steps);
    rc = out ? json_dumpf(out, stdout, JSON_INDENT(2)) : -1;
    json_decref(out);
    text_fini(&end);
    if (rc == 0)
        putchar('\n');
    return rc == 0 ? EXIT_DONE
                   : cli_refuse(EXIT_FAILED, "no memory for the record");
}

/* ---- the command --------------------------------------------------------- */

static int run_it(struct wishes *x)
{
    bool json = cli_words_value(&x->w, "json") != NULL;
    struct outcome o = {0};
    struct asm_machine m;
    struct text end = {0};
    int status = EXIT_DONE;

    x->width = 10;
    for (int i = 0; i < x->program->count; i++) {
        char text[TEXT_COLUMNS + 1];

        asm_text(x->program, i, text, sizeof(text));
        if (text_columns(text) > x->width)
            x->width = text_columns(text);
    }
    if (asm_machine_init(&m, x->program, &x->setup, &o.err) < 0) {
        asm_machine_fini(&m);
        return cli_refuse(o.err.code == -ENOMEM ? EXIT_FAILED : EXIT_REQUEST,
                          "%s", o.err.text);
    }
    if (!json)
        print_machine(x);
    run(x, &m, &o);
    if (json)
        status = print_json(x, &m, &o);
    else
        print_end(x, &m, &o);
    say_end(x, &m, &o, &end);
    if (status == EXIT_DONE && o.rc != 0)
        status = cli_refuse(o.rc > 0 ? EXIT_INCONCLUSIVE : EXIT_FAILED, "%s",
                            text_str(&end));
    else if (!json)
        printf("\n%s\n", text_str(&end));
    text_fini(&end);
    json_decref(o.steps);
    asm_machine_fini(&m);
    return status;
}

int cli_sim_asm(int argc, char **argv)
{
    struct wishes x = {0};
    int status = cli_words_sort(&x.w, &command, argc, argv);

    if (status < 0)
        status = get_wishes(&x);
    if (status < 0)
        status = cli_flush(run_it(&x));
    asm_free(x.program);
    cli_words_fini(&x.w);
    return status;
}
