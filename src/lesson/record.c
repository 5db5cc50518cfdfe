/* What a learner does, as events of the progress log. In the process that
 * plays the lesson. */
#include "lesson/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Add " key=value", @value as it can be read back; nothing for "" or NULL. */
static void field(struct text *out, const char *key, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    text_addf(out, "%s%s=", out->len ? " " : "", key);
    progress_value(out, value);
}

static void number(struct text *out, const char *key, int n)
{
    text_addf(out, "%s%s=%d", out->len ? " " : "", key, n);
}

/* Note @data, and be done with it. */
static int note(const struct session *s, enum progress_event event,
                struct text *data, struct err *err)
{
    const struct lesson *l = s->lesson;
    int rc = data->failed
                 ? err_set(err, -ENOMEM, "no memory to note progress: %m")
                 : progress_add(l->id, l->revision, event, err, "%s",
                                text_str(data));

    text_fini(data);
    return rc;
}

void record_name(const struct session *s, int block, char out[LESSON_NAME])
{
    const struct lesson_block *b = &s->lesson->blocks[block];

    if (b->id[0])
        snprintf(out, LESSON_NAME, "%s", b->id);
    else
        snprintf(out, LESSON_NAME, "@%d", b->line);
}

static void block_field(const struct session *s, int block, struct text *out)
{
    char name[LESSON_NAME];

    record_name(s, block, name);
    field(out, "block", name);
}

/* ---- coming and going ---------------------------------------------------- */

int record_opened(const struct session *s, struct err *err)
{
    struct text data = {0}, machine = {0};

    number(&data, "cpus", s->machine.cpus_allowed);
    text_addf(&machine, "%d of %d processors, %s, Linux %s",
              s->machine.cpus_allowed, s->machine.cpus_online, s->machine.arch,
              s->machine.kernel);
    field(&data, "machine", text_str(&machine));
    if (strcmp(s->lesson->lang, "en") != 0)
        field(&data, "lang", s->lesson->lang);
    data.failed |= machine.failed;
    text_fini(&machine);
    return note(s, PROGRESS_OPEN, &data, err);
}

int record_step(const struct session *s, struct err *err)
{
    struct text data = {0};

    number(&data, "n", s->step);
    number(&data, "of", s->step_count);
    return note(s, PROGRESS_STEP, &data, err);
}

int record_hint(const struct session *s, int block, int n, struct err *err)
{
    struct text data = {0};

    block_field(s, block, &data);
    number(&data, "n", n);
    return note(s, PROGRESS_HINT, &data, err);
}

int record_skip(const struct session *s, struct err *err)
{
    struct text data = {0};

    number(&data, "n", s->step);
    return note(s, PROGRESS_SKIP, &data, err);
}

int record_done(const struct session *s, struct err *err)
{
    static const char *const words[LESSON_VERDICTS] = {
        [LESSON_PASS] = "passed",
        [LESSON_FAIL] = "failed",
        [LESSON_INCONCLUSIVE] = "inconclusive",
        [LESSON_SKIPPED] = "skipped_checks"};
    int counts[LESSON_VERDICTS] = {0};
    struct text data = {0};

    for (int i = 0; i < s->finding_count; i++)
        if (s->findings[i].check)
            counts[s->findings[i].verdict]++;
    for (int i = 0; i < LESSON_VERDICTS; i++)
        number(&data, words[i], counts[i]);
    if (s->skipped)
        number(&data, "skipped", 1);
    return note(s, PROGRESS_DONE, &data, err);
}

/* ---- answers ------------------------------------------------------------- */

static const char *choice_text(const struct lesson_block *b, int choice)
{
    return choice >= 0 && choice < b->choice_count ? b->choices[choice].text
                                                   : "";
}

/* Choices @order in words: "this < that < the third". */
static void order_text(const struct lesson_block *b,
                       const int order[LESSON_CHOICES], struct text *out)
{
    for (int i = 0; i < b->choice_count && i < LESSON_CHOICES; i++)
        text_addf(out, "%s%s", i ? " < " : "", choice_text(b, order[i]));
}

static void answer_fields(const struct lesson_block *b,
                          const struct lesson_answer *a, struct text *out)
{
    struct text words = {0};

    switch (b->asks) {
    case ASKS_CHOICE:
        number(out, "choice", a->choice + 1);
        text_add(&words, choice_text(b, a->choice));
        break;
    case ASKS_NUMBER:
        text_addf(out, " number=%.10g", a->number);
        field(out, "unit", b->unit);
        formula_say(a->number, b->unit ? b->unit : "", &words);
        break;
    case ASKS_ORDER:
        text_add(out, " order=");
        for (int i = 0; i < b->choice_count && i < LESSON_CHOICES; i++)
            text_addf(out, "%s%d", i ? "," : "", a->order[i] + 1);
        order_text(b, a->order, &words);
        break;
    }
    field(out, "answer", text_str(&words));
    out->failed |= words.failed;
    text_fini(&words);
}

static void vote_fields(const struct lesson_block *b,
                        const struct lesson_answer *a, struct text *out)
{
    bool any = false;

    for (int i = 0; i < b->choice_count && i < LESSON_CHOICES; i++)
        any |= a->votes[i] > 0;
    if (!any)
        return;
    text_add(out, " votes=");
    for (int i = 0; i < b->choice_count && i < LESSON_CHOICES; i++)
        text_addf(out, "%s%d", i ? "," : "", a->votes[i] < 0 ? 0 : a->votes[i]);
}

int record_answer(const struct session *s, int block, struct err *err)
{
    const struct lesson_block *b = &s->lesson->blocks[block];
    const struct lesson_answer *a = &s->answers[block];
    enum progress_event event = b->kind == LESSON_PREDICT   ? PROGRESS_PREDICT
                                : b->kind == LESSON_OBSERVE ? PROGRESS_OBSERVE
                                                            : PROGRESS_QUIZ;
    struct text data = {0};

    block_field(s, block, &data);
    answer_fields(b, a, &data);
    field(&data, "because", a->because);
    vote_fields(b, a, &data);
    number(&data, "attempt", a->attempt > 0 ? a->attempt : 1);
    if (b->kind == LESSON_QUIZ)
        number(&data, "right",
               a->choice >= 0 && a->choice < b->choice_count &&
                   b->choices[a->choice].right);
    return note(s, event, &data, err);
}

/* ---- what was measured --------------------------------------------------- */

/* The value of @name of @run, the median over its repeats, in words. */
static bool say_figure(const struct facts *facts, const char *run,
                       const char *name, struct text *out)
{
    struct text formula = {0};
    struct formula *f;
    double x;
    bool known;

    text_addf(&formula, "%s%s%s", run, name[0] == '@' ? "" : ".", name);
    f = formula_parse(text_str(&formula), NULL);
    known = f && formula_value(f, facts, &x, NULL);
    if (known)
        formula_say(x, formula_unit(name), out);
    formula_free(f);
    text_fini(&formula);
    return known;
}

/* Figures that are looked for in a run, sweep, slow or sim block; those that
 * are there are noted, in this order. */
static const char *const main_figures[] = {
    "wall_s",      "wall_scaled_s", "throughput_per_s",
    "parallelism", "lost",          "best",
    "low",         "high",          "speedup",
    "schedules",   "failing",       "outcomes",
    "states",      "turnaround_ms", "response_ms",
    "wait_ms",     "makespan_ms",   "noise"};
/* And those that are worth a word only when they are not nought. */
static const char *const endings[] = {"deadlock", "timeout", "failed"};

/* One name of a block: a run, or the whole sweep or small program. */
static int record_name_run(const struct session *s, int block, const char *name,
                           const char *words, struct err *err)
{
    struct text data = {0}, value = {0};
    int repeats = facts_repeats(s->facts, name);

    block_field(s, block, &data);
    field(&data, "run", name);
    number(&data, "repeats", repeats);
    if (s->replayed)
        number(&data, "replayed", 1);
    for (size_t i = 0; i < sizeof(main_figures) / sizeof(main_figures[0]);
         i++) {
        value.len = 0;
        if (say_figure(s->facts, name, main_figures[i], &value))
            field(&data, main_figures[i], text_str(&value));
    }
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        value.len = 0;
        if (say_figure(s->facts, name, endings[i], &value) &&
            strcmp(text_str(&value), "0") != 0)
            field(&data, endings[i], text_str(&value));
    }
    field(&data, "words", words);
    data.failed |= value.failed;
    text_fini(&value);
    return note(s, PROGRESS_RUN, &data, err);
}

int record_run(const struct session *s, int block, struct err *err)
{
    const struct lesson_block *b = &s->lesson->blocks[block];
    char name[LESSON_NAME];
    int rc = 0;

    if (b->line_count == 0) {
        record_name(s, block, name);
        return record_name_run(s, block, name, b->program, err);
    }
    for (int i = 0; i < b->line_count && rc == 0; i++) {
        const struct lesson_line *line = &b->lines[i];
        struct text words = {0};

        if (lesson_words(line->words, s->facts, &words, NULL) < 0) {
            words.len = 0;
            text_add(&words, line->words);
        }
        if (line->name[0])
            snprintf(name, sizeof(name), "%s", line->name);
        else
            record_name(s, block, name);
        rc = record_name_run(s, block, name, text_str(&words), err);
        text_fini(&words);
    }
    return rc;
}

static bool in_block(const struct lesson_block *b,
                     const struct lesson_check *check)
{
    for (int i = 0; i < b->check_count; i++)
        if (check == &b->checks[i])
            return true;
    return false;
}

int record_checks(const struct session *s, int block, struct err *err)
{
    const struct lesson_block *b = &s->lesson->blocks[block];
    int rc = 0;

    for (int i = 0; i < s->finding_count && rc == 0; i++) {
        const struct lesson_finding *f = &s->findings[i];
        char letter[2] = "";
        struct text data = {0};

        if (f->check == NULL || !in_block(b, f->check))
            continue;
        letter[0] = lesson_class_letters[f->check->class];
        field(&data, "label", f->check->label);
        field(&data, "class", letter);
        field(&data, "verdict", lesson_verdict_words[f->verdict]);
        field(&data, "message", f->check->message);
        field(&data, "numbers", text_str(&f->numbers));
        field(&data, "reason", f->reason);
        rc = note(s, PROGRESS_CHECK, &data, err);
    }
    return rc;
}

/* ---- how a prediction did ------------------------------------------------ */

struct seen {
    const struct facts *facts;
    struct text *out;
};

/* "auto.wall_scaled_s 32.1 s", each figure once. */
static void add_seen(const char *run, const char *name, bool repeats, void *arg)
{
    struct seen *seen = arg;
    struct text one = {0};

    (void)repeats;
    if (strcmp(run, "machine") == 0)
        return;
    text_addf(&one, "%s%s%s ", run, name[0] == '@' ? "" : ".", name);
    if (say_figure(seen->facts, run, name, &one) &&
        strstr(text_str(seen->out), text_str(&one)) == NULL)
        text_addf(seen->out, "%s%s", seen->out->len ? ", " : "",
                  text_str(&one));
    text_fini(&one);
}

static void measured_text(const struct session *s, const struct lesson_block *b,
                          struct text *out)
{
    struct seen seen = {s->facts, out};

    if (b->answer)
        formula_figures(b->answer, add_seen, &seen);
    for (int i = 0; i < b->choice_count; i++)
        if (b->choices[i].when)
            formula_figures(b->choices[i].when, add_seen, &seen);
}

static void key_text(const struct lesson_block *b, const struct lesson_key *key,
                     struct text *out)
{
    if (b->asks == ASKS_NUMBER)
        formula_say(key->number, b->unit ? b->unit : "", out);
    else if (b->asks == ASKS_ORDER)
        order_text(b, key->order, out);
    else
        text_add(out, choice_text(b, key->choice));
}

int record_key(const struct session *s, int block, struct err *err)
{
    const struct lesson_block *b = &s->lesson->blocks[block];
    const struct lesson_answer *a = &s->answers[block];
    struct text data = {0}, words = {0}, measured = {0};
    struct lesson_key key = {0};

    session_key(s, block, &key);
    block_field(s, block, &data);
    field(&data, "right",
          !key.known || !a->given    ? "?"
          : judge_answer(b, &key, a) ? "1"
                                     : "0");
    number(&data, "attempt", a->attempt > 0 ? a->attempt : 1);
    if (key.known)
        key_text(b, &key, &words);
    field(&data, key.known ? "key" : "why",
          key.known ? text_str(&words) : key.why);
    measured_text(s, b, &measured);
    field(&data, "measured", text_str(&measured));
    if (key.disturbed)
        number(&data, "disturbed", 1);
    data.failed |= words.failed || measured.failed;
    text_fini(&words);
    text_fini(&measured);
    return note(s, PROGRESS_KEY, &data, err);
}

int record_again(const struct session *s, int block, int line,
                 const char *answer, const char *measured, struct err *err)
{
    const struct lesson_block *b = &s->lesson->blocks[block];
    struct text data = {0}, words = {0};

    block_field(s, block, &data);
    number(&data, "line", line);
    if (line >= 0 && line < b->line_count) {
        if (lesson_words(b->lines[line].words, s->facts, &words, NULL) < 0) {
            words.len = 0;
            text_add(&words, b->lines[line].words);
        }
        field(&data, "words", text_str(&words));
        field(&data, "ask", b->lines[line].ask);
    }
    field(&data, "answer", answer);
    field(&data, "measured", measured);
    data.failed |= words.failed;
    text_fini(&words);
    return note(s, PROGRESS_AGAIN, &data, err);
}
