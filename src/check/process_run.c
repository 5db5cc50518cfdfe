/* Answer files of simulator "process_run": programs that compute and wait for
 * a device, on one CPU, tick by tick. The screen process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/cases.h"

/* What is recorded while it is played, by program and tick. */
struct recording {
    char *code[CASES_JOBS_MOST]; /* a letter for each instruction */
    size_t done[CASES_JOBS_MOST];
    char *states[CASES_JOBS_MOST]; /* a letter a tick */
    size_t letters;                /* of all code */
    size_t ticks, cap;
    json_t *in_flight, *completions;
    int64_t cpu_busy, io_busy;
};

/* ---- input --------------------------------------------------------------- */

#define CODE_MOST ((size_t)CASES_TICKS_MOST) /* letters, of all programs */

/* One of the parts between commas, of @n bytes: append its letters to @code,
 * which has @at of them and room for @most. False: it is none, or too long. */
static bool read_part(const char *part, size_t n, char *code, size_t *at,
                      size_t most)
{
    size_t times = 0;

    if (n == 1 && *part == 'i' && *at + 2 <= most) {
        code[(*at)++] = 'I';
        code[(*at)++] = 'D';
        return true;
    }
    if (n < 2 || n > 8 || *part != 'c')
        return false;
    for (size_t i = 1; i < n; i++) {
        if (part[i] < '0' || part[i] > '9')
            return false;
        times = 10 * times + (size_t)(part[i] - '0');
    }
    if (times > most - *at)
        return false;
    memset(code + *at, 'C', times);
    *at += times;
    return true;
}

/* The letters of @program, the caller's; NULL after a sentence. */
static char *read_program(struct check_report *r, const json_t *program,
                          size_t i, size_t *letters)
{
    const char *s = json_string_value(program);
    size_t at = 0, most = CODE_MOST - *letters;
    char *code = malloc(most + 1), *small;

    r->failed_alloc |= code == NULL;
    while (code && s) {
        size_t n = strcspn(s, ",");

        if (!read_part(s, n, code, &at, most))
            break;
        if (s[n] == '\0') {
            code[at] = '\0';
            *letters += at;
            small = realloc(code, at + 1);
            return small ? small : code;
        }
        s += n + 1;
    }
    if (code)
        cases_say(r, "programs",
                  "\"programs[%zu]\" should be instructions with commas "
                  "between, such as \"c5,i,c1\" (computing for 5 ticks, a "
                  "device, computing for 1), of at most %zu ticks with those "
                  "before it",
                  i, CODE_MOST);
    free(code);
    return NULL;
}

/* The device's work begins when the tick ends that asks for it, and its end is
 * seen by a tick of the process. */
static bool add_steps(struct cases_machine *m, const char *code, int64_t device)
{
    size_t run = 0;

    if (*code == '\0' && m->r->ostep) /* a tick to find that out (P3) */
        return cases_step(m, STEP_RUN, CASES_TICK_NS, 0);
    for (size_t i = 0; code[i] != '\0'; i++) {
        run++;
        if (code[i] != 'I' && code[i + 1] != '\0')
            continue;
        if (!cases_step(m, STEP_RUN, (int64_t)run * CASES_TICK_NS, 0))
            return false;
        run = 0;
        if (code[i] == 'I' &&
            !cases_step(m, STEP_IO, device * CASES_TICK_NS, 0))
            return false;
    }
    return true;
}

static bool read_input(struct cases_machine *m, const json_t *input,
                       struct recording *rec)
{
    static const char *const known[] = {"programs", "io_length", "switch",
                                        "after_io", NULL};
    static const char *const switches[] = {"on_io", "on_end", NULL};
    static const char *const after[] = {"later", "immediate", NULL};
    int hold = 0, preempt = 0;
    int64_t device = 5;
    const json_t *list;

    cases_say_unknown(m->r, "input", input, known);
    list = cases_list(m->r, input, "", "programs", 1, CASES_JOBS_MOST);
    if (!list ||
        !cases_count(m->r, input, "", "io_length", false, 1, CASES_TIME_MOST,
                     &device) ||
        !cases_word(m->r, input, "", "switch", false, switches, &hold) ||
        !cases_word(m->r, input, "", "after_io", false, after, &preempt))
        return false;
    m->setup.on_io = hold ? ON_IO_HOLD : ON_IO_SWITCH;
    m->setup.after_io = preempt ? AFTER_IO_PREEMPT : AFTER_IO_QUEUE;
    for (size_t i = 0; i < json_array_size(list); i++) {
        rec->code[i] =
            read_program(m->r, json_array_get(list, i), i, &rec->letters);
        if (!rec->code[i] || !cases_job(m) ||
            !add_steps(m, rec->code[i], device))
            return false;
    }
    return true;
}

/* ---- watching ------------------------------------------------------------ */

static void happened(void *arg, const struct sim_event *e)
{
    const struct recording *rec = arg;

    if (e->kind == HAPPENS_WOKEN) /* ticks count from 1 */
        json_array_append_new(rec->completions,
                              json_integer(e->at_ns / CASES_TICK_NS + 1));
}

static char letter(struct recording *rec, const struct task *t, bool runs)
{
    switch ((enum task_state)t->state) {
    case TASK_ENDED:
        return '.';
    case TASK_BLOCKED:
        return 'b';
    case TASK_RUNNING:
        break;
    default:
        return 'r';
    }
    if (!runs)
        return 'r';
    if (rec->code[t->id][rec->done[t->id]] == '\0')
        return 'R'; /* on the CPU, with nothing to do */
    rec->cpu_busy++;
    return rec->code[t->id][rec->done[t->id]++];
}

static bool room(struct check_report *r, struct recording *rec, int programs)
{
    if (rec->ticks + 2 <= rec->cap)
        return true;
    rec->cap = rec->cap ? 2 * rec->cap : 256;
    for (int i = 0; i < programs; i++) {
        char *more = realloc(rec->states[i], rec->cap);

        if (!more) {
            r->failed_alloc = true;
            return false;
        }
        rec->states[i] = more;
    }
    return true;
}

/* The tick that begins. False: no memory. */
static bool look(const struct cases_machine *m, struct recording *rec)
{
    int running = sim_cpu(m->sim, 0).task, waiting = 0;

    if (!room(m->r, rec, m->jobs.count))
        return false;
    for (int i = 0; i < m->jobs.count; i++) {
        const struct task *t = sim_task(m->sim, i);

        rec->states[i][rec->ticks] = letter(rec, t, i == running);
        waiting += t->state == TASK_BLOCKED;
    }
    json_array_append_new(rec->in_flight, json_integer(waiting));
    rec->io_busy += waiting > 0;
    rec->ticks++;
    return true;
}

/* ---- what came out ------------------------------------------------------- */

static json_t *figures(const struct cases_machine *m, struct recording *rec)
{
    int64_t ticks = (int64_t)rec->ticks;
    json_t *states = json_array();

    for (int i = 0; i < m->jobs.count; i++)
        json_array_append_new(
            states, json_stringn(ticks ? rec->states[i] : "", rec->ticks));
    return json_pack("{s:I, s:I, s:o, s:I, s:o, s:o, s:O, s:O}", "total_ticks",
                     (json_int_t)ticks, "cpu_busy_ticks",
                     (json_int_t)rec->cpu_busy, "cpu_busy_percent",
                     cases_percent(rec->cpu_busy, ticks), "io_busy_ticks",
                     (json_int_t)rec->io_busy, "io_busy_percent",
                     cases_percent(rec->io_busy, ticks), "states", states,
                     "io_completion_ticks", rec->completions, "ios_in_flight",
                     rec->in_flight);
}

static json_t *play(struct cases_machine *m, const json_t *input,
                    struct recording *rec)
{
    const struct sim_watch watch = {.arg = rec, .event = happened};
    bool failed = true;
    int64_t most;

    if (!read_input(m, input, rec) || !cases_start(m, &watch))
        return NULL;
    most = CASES_CELLS_MOST / m->jobs.count;
    if (most > CASES_TICKS_MOST)
        most = CASES_TICKS_MOST;
    for (int64_t t = 0; cases_tick(m, t, most, &failed); t++)
        if (!look(m, rec))
            return NULL;
    return failed ? NULL : figures(m, rec);
}

static json_t *compute(struct check_report *r, const json_t *input)
{
    struct recording *rec = calloc(1, sizeof(*rec));
    struct cases_machine m;
    json_t *out = NULL;

    if (!rec) {
        r->failed_alloc = true;
        return NULL;
    }
    rec->in_flight = json_array();
    rec->completions = json_array();
    cases_machine_init(&m, r, "fifo");
    out = play(&m, input, rec);
    cases_machine_fini(&m);
    json_decref(rec->in_flight);
    json_decref(rec->completions);
    for (int i = 0; i < CASES_JOBS_MOST; i++) {
        free(rec->code[i]);
        free(rec->states[i]);
    }
    free(rec);
    return out;
}

/* ---- the format ---------------------------------------------------------- */

static void recompute(const json_t *root, struct check_report *r)
{
    static const struct cases_kind kind = {"process_run", "process_run case",
                                           compute};

    cases_recompute(root, r, &kind);
}

const struct check_format check_process_run = {
    .name = "process_run",
    .summary = "programs that compute and wait for a device",
    .recompute = recompute,
};
