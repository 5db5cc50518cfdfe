/* No answer is written down: of every prediction of every lesson, what is right
 * moves when what was measured is altered. Nothing runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lesson/course.h"
#include "lesson/judge.h"

#define LESSONS_MOST 100
#define PROBES 60000 /* figures that are tried for each question */

/* What was right, at all those figures. */
struct keys {
    const struct lesson *lesson;
    const struct lesson_block *question;
    unsigned reached; /* bit i: choice i was the key, or the first in order */
    double low, high; /* numbers */
    int known;
};

static bool all_reached(const struct keys *k)
{
    const struct lesson_block *q = k->question;

    if (q->asks == ASKS_NUMBER)
        return k->known > 1 && k->low < k->high;
    for (int i = 0; i < q->choice_count; i++)
        if (!q->choices[i].otherwise && !(k->reached >> i & 1))
            return false;
    return true;
}

static bool look(const struct facts *facts, void *arg)
{
    struct keys *k = arg;
    struct lesson_key key;

    judge_key(k->lesson, k->question, facts, &key);
    if (!key.known)
        return true;
    if (k->question->asks == ASKS_CHOICE) {
        if (key.choice >= 0)
            k->reached |= 1U << key.choice;
    } else if (k->question->asks == ASKS_ORDER) {
        k->reached |= 1U << key.order[0];
    } else {
        if (k->known == 0)
            k->low = k->high = key.number;
        k->low = key.number < k->low ? key.number : k->low;
        k->high = key.number > k->high ? key.number : k->high;
    }
    k->known++;
    return !all_reached(k);
}

/* The same figures in more repeats, some of them altered: for spread(), most(),
 * share() and the like. */
#define REPEATS 4
static const struct pattern {
    int altered; /* of the repeats */
    double factor, more;
} patterns[] = {
    {0, 1, 0}, {2, 1.005, 0}, {2, 0.5, 0}, {2, 2, 0}, {1, 1, 1}, {3, 1, 1},
};

struct repeating {
    const struct pattern *pattern;
    struct facts *to;
};

static void repeat_figure(const char *run, int repeat, const char *name,
                          double value, void *arg)
{
    const struct repeating *r = arg;

    for (int i = 1; i < REPEATS; i++)
        facts_set(r->to, run, repeat + i, name,
                  i > r->pattern->altered
                      ? value
                      : value * r->pattern->factor + r->pattern->more);
}

static bool look_at_repeats(const struct facts *facts, void *arg)
{
    bool more = true;

    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]) && more;
         i++) {
        struct repeating r = {&patterns[i], facts_copy(facts)};

        assert_non_null(r.to);
        facts_each(facts, repeat_figure, &r);
        more = look(r.to, arg);
        facts_free(r.to);
    }
    return more;
}

/* 0: its key moves as it should; else what does not, said. */
static int stuck(const struct lesson *l, const struct lesson_block *q,
                 char *say, size_t size)
{
    struct keys k = {.lesson = l, .question = q};

    judge_probe(l, q, PROBES, look, &k);
    if (!all_reached(&k))
        judge_probe(l, q, PROBES / 10, look_at_repeats, &k);
    if (all_reached(&k))
        return 0;
    if (k.known == 0)
        return snprintf(say, size, "line %d: %s is never known", q->line,
                        q->id);
    if (q->asks == ASKS_NUMBER)
        return snprintf(say, size, "line %d: %s is always %g", q->line, q->id,
                        k.low);
    for (int i = 0; i < q->choice_count; i++)
        if (!q->choices[i].otherwise && !(k.reached >> i & 1))
            return snprintf(say, size,
                            "line %d: of %s the choice \"%s\" is never %s",
                            q->choices[i].line, q->id, q->choices[i].text,
                            q->asks == ASKS_ORDER ? "first" : "right");
    return 0;
}

static void its_keys_move(void **state)
{
    const struct course_lesson *c = *state;
    int asked = 0;
    char say[300];

    for (int i = 0; i < c->lesson.block_count; i++) {
        const struct lesson_block *b = &c->lesson.blocks[i];

        if (b->kind != LESSON_PREDICT && b->kind != LESSON_OBSERVE)
            continue;
        asked += b->kind == LESSON_PREDICT;
        if (stuck(&c->lesson, b, say, sizeof(say)) > 0)
            fail_msg("%s: %s", c->path, say);
    }
    assert_true(asked > 0);
}

/* ---- the test itself ------------------------------------------------------
 */

#define FRONT                                                                  \
    "---\nformat: 1\nid: made-up\ntitle: Made up\nquestion: What?\n"           \
    "track: B\nminutes: 1\ncovers: 18\ntargets: M12\n---\n\nProse.\n\n"        \
    "```predict p\nask = How?\n"
#define END "```\n\n```run a\nsleep --workers 2\n```\n"

static void a_written_down_answer_is_noticed(void **state)
{
    static const char *const texts[] = {
        FRONT "- yes :: when a.ok >= 0 or a.ok < 0\n"
              "- no  :: when a.ok > 2 and a.ok < 1\n" END,
        FRONT "kind = number\nanswer = 32 + 0 * a.wall_s\nnear = 5%\n" END,
        FRONT "kind = order\n- one :: a.wall_s\n- two :: a.wall_s + 1\n" END,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct lesson l = {0};
        char say[300];

        assert_int_equal(
            lesson_parse(&l, "made-up.md", texts[i], strlen(texts[i])), 0);
        assert_int_equal(l.fault_count, 0);
        if (stuck(&l, &l.blocks[1], say, sizeof(say)) == 0)
            fail_msg("not noticed: %s", texts[i]);
        lesson_fini(&l);
    }
}

int main(void)
{
    static struct CMUnitTest tests[LESSONS_MOST + 1];
    struct course course = {0};
    struct err err = {0};
    size_t n = 0;
    int status;

    if (course_read_from(&course, "lessons", "en", &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (int i = 0; i < course.count && i < LESSONS_MOST; i++)
        tests[n++] = (struct CMUnitTest){.name = course.lessons[i].id,
                                         .test_func = its_keys_move,
                                         .initial_state = &course.lessons[i]};
    tests[n++] =
        (struct CMUnitTest){.name = "a_written_down_answer_is_noticed",
                            .test_func = a_written_down_answer_is_noticed};
    status = _cmocka_run_group_tests("lesson keys", tests, n, NULL, NULL);
    course_fini(&course);
    return status;
}
