#include "lib/drawn_step.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *name, *text;
} programs[] = {
    {"lost", "// lost: two threads, one increment each\n"
             "shared int x = 0;\n"
             "thread T[2] {\n"
             "  x++;\n"
             "}\n"
             "check final x == 2;\n"},
    {"abba", "// abba: two locks in two orders\n"
             "shared int x;\n"
             "mutex A, B;\n"
             "thread Left {\n"
             "  lock(A);\n"
             "  lock(B);\n"
             "  x++;\n"
             "  unlock(B);\n"
             "  unlock(A);\n"
             "}\n"
             "thread Right {\n"
             "  lock(B); lock(A);\n"
             "  x++;\n"
             "  unlock(A); unlock(B);\n"
             "}\n"
             "check final x == 2;\n"},
    {"sb", "// store buffers\n"
           "shared int x, y;\n"
           "thread T0 { x = 1; int r = y; }\n"
           "thread T1 { y = 1; int r = x; }\n"
           "check final !(T0.r == 0 && T1.r == 0);\n"
           "observe T0.r, T1.r;\n"},
    {"crowd", "const N = 10;\n"
              "shared int next, turn, x, seen[N];\n"
              "mutex door[3]; sem room = 2; cond bell; mutex m;\n"
              "fn enter() {\n"
              "  lock(m);\n"
              "  while (turn == 0) wait(bell, m);\n"
              "  unlock(m);\n"
              "}\n"
              "thread Guest[N] {\n"
              "  wait(room);\n"
              "  lock(door[me % 3]);\n"
              "  int mine = fetch_add(next, 1);\n"
              "  seen[me] = mine + 1;\n"
              "  unlock(door[me % 3]);\n"
              "  enter();\n"
              "  critical { x += 100; }\n"
              "  post(room);\n"
              "}\n"
              "thread Host { lock(m); turn = 1; broadcast(bell); unlock(m); }\n"
              "check final x == 1000;\n"},
    {"spin", "shared int flag, x;\n"
             "thread T[2] {\n"
             "  while (xchg(flag, 1)) ;\n"
             "  critical { x++; }\n"
             "  flag = 0;\n"
             "}\n"
             "check final x == 2;\n"},
    {"assert", "shared int data, ready;\n"
               "thread W { ready = 1; data = 42; }\n"
               "thread R {\n"
               "  await(ready == 1);\n"
               "  int d = data;\n"
               "  assert(d == 42);\n"
               "}\n"
               "observe R.d;\n"},
};

const char *drawn_step_program(const char *name)
{
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
        if (strcmp(programs[i].name, name) == 0)
            return programs[i].text;
    fail_msg("no program %s", name);
    return "";
}

/* ---- what is in it --------------------------------------------------------
 */

struct shown_step {
    struct program *program;
    struct rules rules;
    struct stepper machine;
    struct walk walk;
    struct schedule from;
    struct explore_result result;
    struct text words;
};

static void scene_walk(struct shown_step *s, const struct drawn_step *d)
{
    struct schedule way = {0};
    struct err err = {0};

    if (d->schedule &&
        (schedule_parse(&way, s->program, d->schedule, &err) < 0 ||
         walk_run(&s->walk, &way, &err) < 0))
        fail_msg("%s: %s", d->schedule, err.text);
    for (int i = 0; i < d->undo; i++)
        assert_true(walk_undo(&s->walk));
    schedule_fini(&way);
}

static void scene_make(struct shown_step *s, const struct drawn_step *d)
{
    const char *text = drawn_step_program(d->program);
    struct err err = {0};

    *s = (struct shown_step){.rules = {.granularity = d->granularity,
                                       .tso = d->tso,
                                       .buffer = TSL_BUFFER,
                                       .keep_registers = true}};
    if (program_parse(d->program, text, strlen(text), &s->program, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(stepper_init(&s->machine, s->program, &s->rules, &err), 0);
    assert_int_equal(walk_init(&s->walk, &s->machine, &err), 0);
    scene_walk(s, d);
    if (d->explored) {
        struct explore_request r = {.rules = s->rules,
                                    .workers = 1,
                                    .memory = 64 << 20,
                                    .samples = 100,
                                    .seed = 1};

        r.rules.keep_registers = false;
        if (d->from_here) {
            assert_int_equal(walk_schedule(&s->walk, &s->from), 0);
            r.from = &s->from;
        }
        if (explore(s->program, &r, &s->result, &err) < 0)
            fail_msg("%s", err.text);
        explore_say(s->program, &r, &s->result, &s->words);
    }
}

static void scene_free(struct shown_step *s)
{
    explore_fini(&s->result);
    text_fini(&s->words);
    schedule_fini(&s->from);
    walk_fini(&s->walk);
    stepper_fini(&s->machine);
    program_free(s->program);
}

void drawn_step(struct frame *f, const struct drawn_step *d,
                struct view_micro_spots *spots)
{
    struct shown_step s;
    struct key_list keys;
    struct view_found found = {.selected = d->line, .from_here = d->from_here};
    struct view_micro v = {
        .summary = "two threads, one increment each",
        .task = d->task ? "make the final value 2 in every schedule, keeping "
                          "both x++"
                        : NULL,
        .edited = d->task,
        .chosen = d->chosen,
        .brief = d->brief,
        .playing = d->playing,
        .exploring =
            d->exploring ? "Searching: 1,200,000 states so far." : NULL,
        .asks = d->typing ? "schedule from the beginning" : NULL,
        .typing = d->typing ? "0 1 0" : NULL,
        .typing_cursor = 5,
        .spots = spots,
    };

    scene_make(&s, d);
    keys_footer(&keys, &keys_step,
                (d->tso ? WHEN_TSO : 0) |
                    (d->explored ? WHEN_EXPLORED | WHEN_FOUND : 0),
                false);
    v.common = (struct view_common){.keys = keys.view,
                                    .key_count = keys.count,
                                    .presenter = d->presenter,
                                    .ascii = d->ascii};
    v.program = s.program;
    v.walk = &s.walk;
    found.result = &s.result;
    found.words = text_str(&s.words);
    found.good = s.result.judgement == JUDGED_OK;
    v.found = d->explored ? &found : NULL;
    view_micro(f, &v);
    if (d->ascii)
        frame_to_ascii(f);
    scene_free(&s);
}
