/* Everything that can be done with a lesson without running it: see
 * exercise.h. */
#include <stdlib.h>
#include <string.h>

#include "exercise.h"
#include "lesson/codes.h"
#include "lesson/judge.h"
#include "lesson/lint.h"
#include "lesson/prose.h"
#include "lesson/session.h"
#include "trial.h"

static int lines_of(const char *text, size_t length)
{
    int lines = 1;

    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    return lines;
}

/* Whatever comes out of a lesson can be shown on any terminal. */
static void check_text(struct trial *t, const char *what, const char *text)
{
    uint32_t c;

    for (const char *p = text ? text : ""; *p && !t->wrong;) {
        const char *at = p;

        p += text_decode(p, &c);
        if ((c < ' ' && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) ||
            (c == 0xfffd && memcmp(at, "\xef\xbf\xbd", 3) != 0))
            trial_complain(t, what, "has what no terminal should get");
    }
}

static void check_faults(struct trial *t, const struct lesson *l, int lines,
                         bool sorted)
{
    for (int i = 0; i < l->fault_count && !t->wrong; i++) {
        const struct lesson_fault *f = &l->faults[i];

        check_text(t, "a fault", f->text);
        if (f->line < 1 || f->line > lines)
            trial_complain(t, "a fault on a line that is not", f->text);
        if (!f->text[0])
            trial_complain(t, "a fault", "without a sentence");
        if (sorted && i > 0 && l->faults[i - 1].line > f->line)
            trial_complain(t, "faults not in order", f->text);
    }
}

static void check_blocks(struct trial *t, const struct lesson *l, int lines)
{
    int before = 0;

    for (int i = 0; i < l->block_count && !t->wrong; i++) {
        const struct lesson_block *b = &l->blocks[i];

        if (b->line <= before || b->last_line < b->line || b->last_line > lines)
            trial_complain(t, "blocks", "not one after the other");
        before = b->last_line;
        check_text(t, "a body", b->body);
        check_text(t, "a question", b->ask);
        if (b->repeat < 1)
            trial_complain(t, "repeat", "less than once");
        if (b->kind == LESSON_PROSE && !b->body)
            trial_complain(t, "prose", "without a text");
        for (int k = 0; k < b->choice_count; k++)
            check_text(t, "a choice", b->choices[k].text);
        for (int k = 0; k < b->line_count; k++)
            check_text(t, "a line", b->lines[k].words);
    }
}

/* Laid out in some width, as a page, with figures filled in. */
static void lay_out(struct trial *t, const struct lesson *l)
{
    struct facts *facts = facts_new();
    int columns = 8 + trial_below(t, 120), missing;

    trial_stage("prose");
    for (int i = 0; i < l->block_count && facts && !t->wrong; i++) {
        struct text filled = {0}, plain = {0};

        if (!l->blocks[i].body)
            continue;
        formula_fill(l->blocks[i].body, facts, &missing, &filled);
        prose_plain(text_str(&filled), columns, 0, &plain);
        check_text(t, "plain text", text_str(&plain));
        if (filled.failed || plain.failed)
            trial_complain(t, "prose", "out of memory");
        text_fini(&filled);
        text_fini(&plain);
    }
    facts_free(facts);
}

/* Nothing was measured, so that nothing is known, and nobody falls over it. */
static void judge_it(struct trial *t, const struct lesson *l,
                     const struct machine *m)
{
    struct facts *facts = facts_new();

    trial_stage("judge");
    for (int i = 0; i < l->block_count && facts; i++) {
        const struct lesson_block *b = &l->blocks[i];
        struct lesson_finding found;
        struct lesson_key key;
        struct text words = {0};
        struct err err = {0};

        judge_key(l, b, facts, &key);
        for (int k = 0; k < b->check_count; k++) {
            judge_check(l, &b->checks[k], facts, m, &found);
            if (found.verdict == LESSON_FAIL && !t->wrong)
                found.reason[sizeof(found.reason) - 1] = '\0';
            lesson_finding_fini(&found);
        }
        for (int k = 0; k < b->line_count; k++)
            trial_check_sentence(
                t, "lesson_words",
                lesson_words(b->lines[k].words, facts, &words, &err), &err);
        text_fini(&words);
    }
    facts_free(facts);
}

static void begin_session(struct trial *t, const struct lesson *l,
                          const struct machine *m)
{
    struct session s = {0};
    struct err err = {0};
    int rc;

    trial_stage("session");
    rc = session_init(&s, l, m, &err);
    trial_check_sentence(t, "session_init", rc, &err);
    if (rc < 0 && l->fault_count == 0)
        trial_complain(t, "no faults, but no session either", err.text);
    session_fini(&s);
}

/* The same text is the same lesson, and its own translation but for that. */
static void read_again(struct trial *t, const struct lesson *l,
                       const char *text, size_t length)
{
    struct lesson other;

    trial_stage("read again");
    if (lesson_parse(&other, "fuzz.md", text, length) == 0) {
        int before = other.fault_count;

        if (other.skeleton != l->skeleton || other.revision != l->revision)
            trial_complain(t, "read again", "another lesson");
        lint_translation(&other, l);
        if (other.fault_count != before + (before <= 200))
            trial_complain(t, "its own translation", "has other faults");
    }
    lesson_fini(&other);
}

enum exercised exercise_lesson(const char *text, size_t length, uint64_t seed,
                               char complaint[EXERCISE_COMPLAINT])
{
    struct trial t = {.seed = seed, .complaint = complaint};
    struct machine m = {.cpus_online = 2,
                        .cpus_allowed = 1 + trial_below(&t, 2),
                        .memory_total = INT64_C(8) << 30,
                        .memory_available = INT64_C(4) << 30};
    int lines = lines_of(text, length), faults;
    struct lesson l;
    bool clean;

    CPU_SET(0, &m.allowed);
    if (m.cpus_allowed > 1)
        CPU_SET(1, &m.allowed);
    trial_stage("lesson_parse");
    if (lesson_parse(&l, "fuzz.md", text, length) < 0)
        trial_complain(&t, "lesson_parse", "out of memory");
    clean = l.fault_count == 0;
    check_faults(&t, &l, lines, false);
    check_blocks(&t, &l, lines);
    lay_out(&t, &l);
    judge_it(&t, &l, &m);
    begin_session(&t, &l, &m);
    read_again(&t, &l, text, length);
    trial_stage("lint");
    lint_lesson(&l, &m);
    check_faults(&t, &l, lines, true);
    faults = l.fault_count;
    if (trial_below(&t, 8) == 0 && faults < 200) {
        lint_lesson(&l, &m);
        if (l.fault_count != faults)
            trial_complain(&t, "linted again", "other faults");
    }
    trial_stage("free");
    lesson_fini(&l);
    return t.wrong ? EXERCISED_WRONG
           : clean ? EXERCISED_RUN
                   : EXERCISED_REFUSED;
}
