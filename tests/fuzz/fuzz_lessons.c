/* Lessons for the fuzzer: see fuzz_lessons.h. */
#include "fuzz_lessons.h"

#include "base/random.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

const char *const lesson_words_some[] = {
    "---\n",
    "```",
    "```\n",
    "~~~",
    "~~~~\n",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    "  ",
    "predict",
    "observe",
    "run",
    "sweep",
    "slow",
    "sim",
    "watch",
    "check",
    "control",
    "quiz",
    "hint",
    "reveal when ",
    "notes",
    "again",
    "```run a\n",
    "```check\n",
    "```hint\n",
    "format: 1\n",
    "id: ",
    "ask = ",
    "kind = ",
    "choice",
    "number",
    "order",
    "answer = ",
    "near = 20%",
    "unit = ",
    "because = ask",
    "assume = 8",
    "repeat = ",
    "- ",
    "* ",
    " :: ",
    "::",
    " :: when ",
    " :: else",
    "M12 ",
    "program = ",
    "lost-update",
    "tso = yes",
    "goal = ",
    "panel = race",
    "hero = ",
    "look = ",
    "fails = ",
    "swap = ",
    "none = ",
    "E x : ",
    "R y when ",
    " : ",
    "a.wall_s",
    "two.lost",
    "machine.cpus",
    "a@8.wall_s",
    "a@b/8.lost",
    "{",
    "}",
    "{{",
    "{a.wall_s}",
    " | s}",
    " | %}",
    "ratio(",
    "median(",
    "most(",
    "share(",
    "spread(",
    "(",
    ")",
    ",",
    "..",
    " in 1..2",
    " ~= ",
    " within 10%",
    " and ",
    " or ",
    "not ",
    "==",
    "<",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "# ",
    "> ",
    "1. ",
    "| a | b |\n",
    "|---|---|\n",
    "**",
    "_",
    "`",
    "[x](",
    "![",
    "](y)",
    "<b>",
    "&amp;",
    "&#27;",
    "\\",
    "sleep --workers 2",
    "--tasks ",
    "--over workers=1,2",
    "\"A 1 | B 4\" --on rr",
    "\xc3\xa4",
    "a\xcc\x81",
    "\xff",
    "\xe2\x82",
    "\xef\xbb\xbf",
    "\x1b[2J",
    "\xc2\x9b",
    "color",
    "https://x.y/",
    "machine",
    "again.wall_s",
};
const size_t lesson_word_count = COUNT(lesson_words_some);

static const char *const figures[] = {
    "a.wall_s",     "b.wall_s",    "c@2.wall_s",   "d.failing",
    "machine.cpus", "a.lost",      "b.noise",      "e.turnaround_ms",
    "p.answer",     "a.set.tasks", "a.expected",   "e.job0.run_ms",
    "d.ends.x.2",   "c.best",      "a.part0.kept", "no.such",
};

static const char *some_figure(uint64_t *seed)
{
    return figures[random_below(seed, COUNT(figures))];
}

static void some_value(uint64_t *seed, int depth, struct text *out)
{
    static const char *const calls[] = {"median", "min", "max", "spread",
                                        "ceil",   "abs", "any", "share"};
    static const char signs[] = "+-*/";

    switch (depth > 3 ? 0 : random_below(seed, 6)) {
    case 1:
        text_addf(out, "%u", random_below(seed, 1U << random_below(seed, 12)));
        return;
    case 2:
        some_value(seed, depth + 1, out);
        text_addf(out, " %c ", signs[random_below(seed, 4)]);
        some_value(seed, depth + 1, out);
        return;
    case 3:
        text_addf(out, "%s(%s)", calls[random_below(seed, COUNT(calls))],
                  some_figure(seed));
        return;
    case 4:
        text_addf(out, "ratio(%s, %s)", some_figure(seed), some_figure(seed));
        return;
    default:
        text_add(out, some_figure(seed));
    }
}

static void some_condition(uint64_t *seed, int depth, struct text *out)
{
    static const char *const compare[] = {" == ", " < ", " >= ", " != "};
    uint32_t low;

    switch (depth > 2 ? 0 : random_below(seed, 6)) {
    case 1:
        some_condition(seed, depth + 1, out);
        text_add(out, random_below(seed, 2) ? " and " : " or ");
        some_condition(seed, depth + 1, out);
        return;
    case 2:
        low = random_below(seed, 20);
        some_value(seed, 3, out);
        text_addf(out, " in %u..%u", low, low + random_below(seed, 9));
        return;
    case 3:
        some_value(seed, 3, out);
        text_addf(out, " ~= %u within 10%%", random_below(seed, 100));
        return;
    case 4:
        text_add(out, "most(");
        some_condition(seed, depth + 1, out);
        text_add(out, ")");
        return;
    default:
        some_value(seed, 1, out);
        text_add(out, compare[random_below(seed, 4)]);
        some_value(seed, 2, out);
    }
}

static void some_question(uint64_t *seed, struct text *out)
{
    static const char *const kinds[] = {"predict p", "observe o", "quiz q"};
    uint32_t kind = random_below(seed, 3), n = 1 + random_below(seed, 6);

    text_addf(out, "```%s\nask = Why?\n", kinds[kind]);
    for (uint32_t i = 0; i < n; i++) {
        text_add(out, kind == 2 && i == 0 ? "* this" : "- that");
        if (kind < 2 && i + 1 == n) {
            text_add(out, " :: else");
        } else if (kind < 2) {
            text_add(out, " :: when ");
            some_condition(seed, 0, out);
        }
        if (random_below(seed, 2))
            text_add(out, " :: M5 for\n  a reason");
        text_add(out, "\n");
    }
    text_add(out, "```\n");
}

static void some_checks(uint64_t *seed, struct text *out)
{
    uint32_t n = 1 + random_below(seed, 4);

    text_add(out, "```check\n");
    for (uint32_t i = 0; i < n; i++) {
        text_addf(out, "%c l%u : ", "EMRD"[random_below(seed, 4)], i);
        some_condition(seed, 0, out);
        text_add(out, " : a message\n");
    }
    text_add(out, "```\n```control\n");
    switch (random_below(seed, 4)) {
    case 0:
        text_add(out, "swap = a b");
        break;
    case 1:
        text_add(out, "a: sleep --tasks 3");
        break;
    case 2:
        text_addf(out, "%s = ", some_figure(seed));
        some_value(seed, 1, out);
        break;
    default:
        text_add(out, "none = for once");
    }
    text_add(out, "\nfails = l0 l1\n```\n");
}

static void some_block(uint64_t *seed, struct text *out)
{
    static const char *const fixed[] = {
        "A line of prose, with *looks*.\n\n- a\n  - b\n",
        "| a | b |\n|---|---|\n| `c` | d |\n\n",
        "```run a\nsleep --workers {machine.cpus} --tasks 4\nrepeat = 5\n```\n",
        "```run\nb: primes --tasks 2\nf: counter --duration 0.1\n```\n",
        "```sweep c\nsleep --tasks 4 --over workers=1,2\n```\n",
        "```slow d\nprogram = lost-update\n```\n",
        "```sim\ne: \"A 1 | B 4\" --on rr,slice=1ms\n```\n",
        "```watch\npanel = race\nlook = Where?\nhero = a.wall_s | s\n```\n",
        "```hint\nA *hint*.\n```\n",
        "```notes\nFor `you`.\n```\n",
        "```again\n- sleep --tasks 2 :: How long? :: again.wall_s\n```\n",
    };

    switch (random_below(seed, 6)) {
    case 0:
        some_question(seed, out);
        return;
    case 1:
        some_checks(seed, out);
        return;
    case 2:
        text_add(out, "```reveal\nIt took {");
        some_value(seed, 0, out);
        text_add(out, random_below(seed, 2) ? " | x}.\n```\n" : "}.\n```\n");
        return;
    default:
        text_add(out, fixed[random_below(seed, COUNT(fixed))]);
    }
}

void lesson_random_text(uint64_t seed, struct text *out)
{
    uint32_t n = random_below(&seed, 1U << random_below(&seed, 6));

    text_add(out, "---\nformat: 1\nid: fuzz\ntitle: Fuzz\nquestion: Why?\n"
                  "track: X\nminutes: 5\nneeds: cores>=2 quiet\ncovers: 1\n"
                  "targets: M1\n---\n");
    for (uint32_t i = 0; i < n; i++)
        some_block(&seed, out);
}
