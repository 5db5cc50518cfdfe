/* What a learner's summary tells of one lesson: what was asked, predicted, run,
 * measured and checked. No terminal. */
#include <stdlib.h>
#include <string.h>

#include "export/lesson_summary.h"

#define VALUE 600 /* bytes of a value; longer ones are cut */

/* A field of @item, or "". */
static const char *value(const struct progress_item *item, const char *key,
                         char out[VALUE])
{
    if (item == NULL || !progress_field(item->data, key, out, VALUE))
        out[0] = '\0';
    return out;
}

static void row(struct paper_table *t, const char *name, const char *words)
{
    if (words[0] == '\0')
        return;
    paper_cell(t, "%s", name);
    paper_cell(t, "%s", words);
}

/* The block that @name names in the log: by its id, or "@" and its line. */
static const struct lesson_block *find_block(const struct lesson *l,
                                             const char *name)
{
    for (int i = 0; i < l->block_count; i++) {
        const struct lesson_block *b = &l->blocks[i];

        if (b->id[0] ? strcmp(b->id, name) == 0
                     : name[0] == '@' && atoi(name + 1) == b->line)
            return b;
    }
    return NULL;
}

/* ---- questions ----------------------------------------------------------- */

/* "3,5,2" as "25 s: 3; 26 s: 5; 32 s: 2", if the choices are known. */
static void add_votes(const struct lesson_block *b, const char *votes,
                      struct text *out)
{
    const char *p = votes;

    for (int i = 0; *p; i++) {
        char *end;
        long n = strtol(p, &end, 10);

        if (end == p)
            return;
        if (b && i < b->choice_count)
            text_addf(out, "%s%s: %ld", i ? "; " : "", b->choices[i].text, n);
        else
            text_addf(out, "%s%ld", i ? ", " : "", n);
        p = end + (*end == ',');
    }
}

static void votes_row(struct paper_table *t, const char *name,
                      const struct lesson_block *b,
                      const struct progress_item *item)
{
    char votes[VALUE];
    struct text words = {0};

    add_votes(b, value(item, "votes", votes), &words);
    row(t, name, text_str(&words));
    text_fini(&words);
}

static const char *right_words(const struct progress_item *key)
{
    char right[VALUE];

    value(key, "right", right);
    return strcmp(right, "1") == 0   ? "right"
           : strcmp(right, "0") == 0 ? "wrong"
                                     : "";
}

/* What was said again, if it was. */
static void attempts_rows(struct paper_table *t, const struct tally_entry *e,
                          const struct lesson_block *b)
{
    char words[VALUE], last[VALUE];

    votes_row(t, e->times > 1 ? "First votes" : "Votes", b, e->first);
    if (e->times < 2)
        return;
    value(e->first, "answer", words);
    value(e->item, "answer", last);
    if (strcmp(words, last) != 0)
        row(t, "In the end", last);
    row(t, "Because", value(e->item, "because", words));
    votes_row(t, "Votes in the end", b, e->item);
}

static void key_rows(struct paper_table *t, const struct tally_entry *e)
{
    char words[VALUE];
    const struct progress_item *key = e->key;

    if (key == NULL) {
        row(t, "Right would be", "not known: it was not run to the end");
        return;
    }
    row(t, "As measured", value(key, "key", words));
    row(t, "Not known", value(key, "why", words));
    row(t, "Figures", value(key, "measured", words));
    row(t, "The prediction was", right_words(e->first_key));
    if (e->times > 1)
        row(t, "In the end it was", right_words(key));
    if (value(key, "disturbed", words)[0])
        row(t, "But", "others used the machine meanwhile");
}

static void question(struct paper *p, const struct lesson *l,
                     const struct tally_entry *e)
{
    const struct lesson_block *b = find_block(l, e->name);
    bool predicted = e->item->event == PROGRESS_PREDICT;
    struct paper_table t = {.caption = b && b->ask ? b->ask : e->name,
                            .columns = 2,
                            .words = 1U << 1};
    char words[VALUE];

    row(&t, predicted ? "Predicted" : "Answered",
        value(e->first, "answer", words));
    row(&t, "Because", value(e->first, "because", words));
    attempts_rows(&t, e, b);
    if (predicted) {
        key_rows(&t, e);
    } else if (e->item->event == PROGRESS_QUIZ) {
        row(&t, "That was", right_words(e->first));
        if (e->times > 1)
            row(&t, "In the end", right_words(e->item));
    } else if (e->key) {
        row(&t, "As measured", value(e->key, "key", words));
        row(&t, "That was", right_words(e->key));
    }
    paper_table(p, &t);
}

static void questions(struct paper *p, const char *title,
                      const struct lesson *l, const struct tally_list *list)
{
    if (list->count == 0)
        return;
    p->kind->heading(p, 3, title);
    for (int i = 0; i < list->count; i++)
        question(p, l, &list->entry[i]);
}

/* ---- runs and checks ----------------------------------------------------- */

/* The figures of a run: all fields but those that say which it is. */
static void add_figures(const char *data, struct text *out)
{
    static const char *const others[] = {"block", "run", "repeats", "replayed",
                                         "words"};
    char key[40], words[VALUE];
    const char *at = data;

    while (progress_next(&at, key, sizeof(key), words, sizeof(words))) {
        bool other = false;

        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
            other |= strcmp(key, others[i]) == 0;
        if (!other)
            text_addf(out, "%s%s %s", out->len ? ", " : "", key, words);
    }
}

static void runs(struct paper *p, const struct tally_list *list)
{
    struct paper_table t = {
        .caption = "Medians over the repeats",
        .head = {"Run", "Experiment", "Repeats", "Measured"},
        .columns = 4,
        .words = 1U << 1 | 1U << 3};
    bool replayed = false;
    char words[VALUE];

    if (list->count == 0)
        return;
    p->kind->heading(p, 3, "What was run");
    for (int i = 0; i < list->count; i++) {
        const struct progress_item *item = list->entry[i].item;
        struct text figures = {0};

        add_figures(item->data, &figures);
        paper_cell(&t, "%s", list->entry[i].name);
        paper_cell(&t, "%s", value(item, "words", words));
        paper_cell(&t, "%s", value(item, "repeats", words));
        paper_cell(&t, "%s", figures.len ? text_str(&figures) : "-");
        replayed |= value(item, "replayed", words)[0] == '1';
        text_fini(&figures);
    }
    paper_table(p, &t);
    if (replayed)
        paper_say(p, PAPER_PLAIN,
                  "Some of these figures are of a kept run, not of one that "
                  "was made in the lesson.");
}

static void checks(struct paper *p, const struct tally_list *list)
{
    struct paper_table t = {
        .caption = "Checks of what was measured",
        .head = {"Check", "Verdict", "What it says", "Figures"},
        .columns = 4,
        .words = 1U << 2 | 1U << 3};

    if (list->count == 0)
        return;
    p->kind->heading(p, 3, "Checks");
    for (int i = 0; i < list->count; i++) {
        const struct progress_item *item = list->entry[i].item;
        char words[VALUE], reason[VALUE];

        paper_cell(&t, "%s  %s", value(item, "class", words),
                   list->entry[i].name);
        paper_cell(&t, "%s", value(item, "verdict", words));
        value(item, "message", words);
        value(item, "reason", reason);
        paper_cell(&t, "%s%s%s", words, words[0] && reason[0] ? ". " : "",
                   reason);
        paper_cell(&t, "%s", value(item, "numbers", words));
    }
    paper_table(p, &t);
}

static void tried(struct paper *p, const struct tally_list *list)
{
    struct paper_table t = {
        .caption = "Tried afterwards",
        .head = {"", "Experiment", "Question", "Expected", "Measured"},
        .columns = 5,
        .words = 1U << 1 | 1U << 2};
    char words[VALUE];

    for (int i = 0; i < list->count; i++) {
        const struct progress_item *item = list->entry[i].item;

        paper_cell(&t, "%d", i + 1);
        paper_cell(&t, "%s", value(item, "words", words));
        paper_cell(&t, "%s", value(item, "ask", words));
        value(item, "answer", words);
        paper_cell(&t, "%s", words[0] ? words : "-");
        value(item, "measured", words);
        paper_cell(&t, "%s", words[0] ? words : "-");
    }
    if (list->count)
        p->kind->heading(p, 3, "And then");
    paper_table(p, &t);
}

/* ---- the lesson ---------------------------------------------------------- */

static void say_state(struct paper *p, const struct summary *s, int index,
                      const struct tally *t)
{
    enum course_state state = course_state(s->course, index, s->progress);
    const struct progress_item *at = t->done ? t->done : t->last;
    char machine[VALUE];
    struct text line = {0};

    text_add(&line, state == COURSE_DONE || state == COURSE_OLD ? "Done on "
                    : state == COURSE_SKIPPED                   ? "Left on "
                                                                : "Begun on ");
    summary_day(state == COURSE_BEGUN ? t->first->at_s : at->at_s, &line);
    if (value(t->open, "machine", machine)[0])
        text_addf(&line, ", with %s", machine);
    if (t->hints)
        text_addf(&line, "; %d hint%s taken", t->hints,
                  t->hints == 1 ? "" : "s");
    paper_say(p, PAPER_SOFT, "%s.", text_str(&line));
    text_fini(&line);
    if (state == COURSE_SKIPPED)
        paper_say(p, PAPER_DOUBT,
                  "Skipped: the explanation was read without the run, so that "
                  "what follows is not the whole lesson.");
    else if (t->skip && t->done && t->skip->at_s < t->done->at_s)
        paper_say(p, PAPER_PLAIN,
                  "Its explanation was read before it was done.");
    if (state == COURSE_BEGUN)
        paper_say(p, PAPER_DOUBT, "Begun, but not finished.");
    if (state == COURSE_OLD)
        paper_say(p, PAPER_PLAIN,
                  "The lesson has changed since: its questions may read "
                  "differently now.");
}

int summary_lesson(struct paper *p, const struct summary *s, int index)
{
    const struct course_lesson *l = &s->course->lessons[index];
    struct text title = {0};
    struct tally t;

    tally_make(&t, s->progress, l->id);
    if (t.last == NULL)
        return 0;
    text_addf(&title, "%02d %s", l->number, summary_title(l));
    p->kind->heading(p, 2, text_str(&title));
    p->failed |= title.failed;
    text_fini(&title);
    if (l->lesson.question)
        paper_say(p, PAPER_PLAIN, "%s", l->lesson.question);
    say_state(p, s, index, &t);
    questions(p, "Predictions", &l->lesson, &t.predict);
    runs(p, &t.run);
    questions(p, "Seen", &l->lesson, &t.observe);
    checks(p, &t.check);
    questions(p, "Explained", &l->lesson, &t.quiz);
    tried(p, &t.again);
    return 1;
}
