/* The summary of a learner: the course as far as it was taken, and a report of
 * each lesson begun, as Markdown or as one page of HTML. The same words in
 * both. No terminal. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "export/lesson_export.h"
#include "export/lesson_summary.h"

void summary_day(int64_t at_s, struct text *out)
{
    static const char *const months[] = {
        "January", "February", "March",     "April",   "May",      "June",
        "July",    "August",   "September", "October", "November", "December"};
    time_t at = (time_t)at_s;
    struct tm tm;

    if (gmtime_r(&at, &tm))
        text_addf(out, "%d %s %d", tm.tm_mday, months[tm.tm_mon],
                  tm.tm_year + 1900);
    else
        text_add(out, "-");
}

const char *summary_title(const struct course_lesson *l)
{
    return l->lesson.title ? l->lesson.title : l->id;
}

/* ---- the course ---------------------------------------------------------- */

static const char *state_words(enum course_state s)
{
    static const char *const words[] = {
        [COURSE_NEW] = "not begun",
        [COURSE_BEGUN] = "begun",
        [COURSE_DONE] = "done",
        [COURSE_OLD] = "done in an earlier version",
        [COURSE_SKIPPED] = "skipped: its explanation was read without the run",
        [COURSE_LATER] = "not begun"};

    return words[s];
}

static void course_row(struct paper_table *t, const struct summary *s,
                       int index)
{
    const struct course_lesson *l = &s->course->lessons[index];
    struct text day = {0};
    struct tally tally;

    tally_make(&tally, s->progress, l->id);
    if (tally.last)
        summary_day(tally.last->at_s, &day);
    paper_cell(t, "%02d %s", l->number, summary_title(l));
    paper_cell(t, "%s",
               state_words(course_state(s->course, index, s->progress)));
    if (tally.judged)
        paper_cell(t, "%d of %d", tally.right, tally.judged);
    else
        paper_cell(t, "-");
    paper_cell(t, "%s", tally.last ? text_str(&day) : "-");
    text_fini(&day);
}

static void course_map(struct paper *p, const struct summary *s)
{
    p->kind->heading(p, 2, "The course");
    for (int k = 0; k < s->course->track_count; k++) {
        const struct course_track *track = &s->course->tracks[k];
        struct paper_table t = {
            .head = {"Lesson", "State", "Predictions right", "Last"},
            .columns = 4,
            .words = 1U << 1};
        struct text caption = {0};

        text_addf(&caption, "%c  %s", track->letter, track->title);
        t.caption = text_str(&caption);
        for (int i = 0; i < s->course->count; i++)
            if (s->course->lessons[i].track == track->letter)
                course_row(&t, s, i);
        paper_table(p, &t);
        p->failed |= caption.failed;
        text_fini(&caption);
    }
}

/* ---- what it comes to ---------------------------------------------------- */

struct totals {
    int lessons, done, old, begun, skipped, right, judged, hints;
    int verdicts[LESSON_VERDICTS];
    int64_t from_s, to_s;
};

static bool is_wanted(const struct summary *s, int index)
{
    return s->only == NULL ||
           strcmp(s->course->lessons[index].id, s->only) == 0;
}

static void add_up(const struct summary *s, struct totals *sum)
{
    *sum = (struct totals){0};
    for (int i = 0; i < s->course->count; i++) {
        enum course_state state = course_state(s->course, i, s->progress);
        struct tally t;

        if (!is_wanted(s, i))
            continue;
        tally_make(&t, s->progress, s->course->lessons[i].id);
        sum->lessons++;
        sum->done += state == COURSE_DONE || state == COURSE_OLD;
        sum->old += state == COURSE_OLD;
        sum->begun += state == COURSE_BEGUN;
        sum->skipped += state == COURSE_SKIPPED;
        sum->right += t.right;
        sum->judged += t.judged;
        sum->hints += t.hints;
        for (int k = 0; k < LESSON_VERDICTS; k++)
            sum->verdicts[k] += t.verdicts[k];
        if (t.first && (sum->from_s == 0 || t.first->at_s < sum->from_s))
            sum->from_s = t.first->at_s;
        if (t.last && t.last->at_s > sum->to_s)
            sum->to_s = t.last->at_s;
    }
}

static void say_answer(struct paper *p, const struct summary *s,
                       const struct totals *sum)
{
    struct text t = {0};

    if (s->only == NULL)
        text_addf(&t, "%d of %d lessons done. ", sum->done, sum->lessons);
    if (sum->judged)
        text_addf(&t,
                  "%d of %d predictions right at the first attempt (%d %%).",
                  sum->right, sum->judged, 100 * sum->right / sum->judged);
    else
        text_add(&t, "No prediction has been put to the test yet.");
    paper_say(p, PAPER_ANSWER, "%s", text_str(&t));
    text_fini(&t);
}

/* What must be said so that nobody takes it for more than it is. */
static void say_honestly(struct paper *p, const struct summary *s,
                         const struct totals *sum)
{
    if (sum->skipped && s->only == NULL)
        paper_say(p, PAPER_PLAIN,
                  "%d %s skipped: the explanation was read without the run. "
                  "%s not among those done.",
                  sum->skipped,
                  sum->skipped == 1 ? "lesson was" : "lessons were",
                  sum->skipped == 1 ? "It is" : "They are");
    if (sum->begun && s->only == NULL)
        paper_say(p, PAPER_PLAIN, "%d %s begun and not finished.", sum->begun,
                  sum->begun == 1 ? "lesson was" : "lessons were");
    if (sum->old && s->only == NULL)
        paper_say(p, PAPER_PLAIN, "%d %s changed since %s done.", sum->old,
                  sum->old == 1 ? "lesson has" : "lessons have",
                  sum->old == 1 ? "it was" : "they were");
    paper_say(p, PAPER_PLAIN,
              "Checks of the measured figures: %d passed, %d failed, %d "
              "inconclusive, %d skipped. Hints taken: %d.",
              sum->verdicts[LESSON_PASS], sum->verdicts[LESSON_FAIL],
              sum->verdicts[LESSON_INCONCLUSIVE], sum->verdicts[LESSON_SKIPPED],
              sum->hints);
    paper_say(p, PAPER_PLAIN,
              "What is right was not written down beforehand: it is computed "
              "from what was measured, on the machine that is named, while the "
              "lesson went on. A wrong prediction is no failure: it shows "
              "where there was something to find out.");
}

static void say_when(struct paper *p, const struct totals *sum)
{
    struct text t = {0};

    if (sum->from_s == 0)
        return;
    summary_day(sum->from_s, &t);
    if (sum->to_s / 86400 != sum->from_s / 86400) {
        text_add(&t, " to ");
        summary_day(sum->to_s, &t);
    }
    paper_say(p, PAPER_SOFT, "%s.", text_str(&t));
    text_fini(&t);
}

/* ---- words --------------------------------------------------------------- */

static void write_words(struct paper *p)
{
    static const char *const words[][2] = {
        {"E exact", "a check of something that holds on any machine, however "
                    "busy: a count, an order, who waits for whom"},
        {"M model", "a check of a computed value, and how near it was"},
        {"R ratio", "a check of how two experiments compare that were run in "
                    "turn"},
        {"D direction", "a check of which is more, in most of several pairs"},
        {"inconclusive", "others used the machine meanwhile, or it has too few "
                         "processors: the figures say nothing either way"},
        {"skipped", "not checked: the figure was not measured here, or the "
                    "check is not meant for such a machine"},
        {"first attempt", "what was predicted before anything of that kind was "
                          "measured"},
    };

    p->kind->heading(p, 2, "What the words mean");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        p->kind->term(p, words[i][0], words[i][1]);
    p->kind->term(p, NULL, NULL);
}

static int write_summary(struct paper *p, const void *arg)
{
    const struct summary *s = arg;
    struct totals sum;
    int told = 0;

    add_up(s, &sum);
    say_when(p, &sum);
    say_answer(p, s, &sum);
    say_honestly(p, s, &sum);
    if (s->only == NULL)
        course_map(p, s);
    for (int i = 0; i < s->course->count; i++)
        if (is_wanted(s, i))
            told += summary_lesson(p, s, i);
    if (told == 0)
        paper_say(p, PAPER_PLAIN, "%s",
                  s->only ? "This lesson was not begun."
                          : "No lesson was begun yet.");
    else
        write_words(p);
    paper_say(p, PAPER_SOFT,
              "Written by timeslice on a machine with %d processor%s, Linux "
              "%s.",
              s->machine->cpus_allowed,
              s->machine->cpus_allowed == 1 ? "" : "s", s->machine->kernel);
    return p->failed ? -ENOMEM : 0;
}

static void make_title(const struct summary *s, const char *name,
                       struct text *out)
{
    text_add(out, "Laboratory report");
    for (int i = 0; s->only && i < s->course->count; i++)
        if (is_wanted(s, i))
            text_addf(out, ": %s", summary_title(&s->course->lessons[i]));
    if (s->only == NULL)
        text_add(out, ": concurrency, predicted and measured");
    if (name && name[0])
        text_addf(out, ", by %s", name);
}

static int write_as(const struct summary *s, const char *name, bool html,
                    struct text *out)
{
    struct text title = {0};
    int rc;

    make_title(s, name, &title);
    rc = html ? paper_html(text_str(&title), write_summary, s, out)
              : paper_markdown(text_str(&title), write_summary, s, out);
    rc = title.failed ? -ENOMEM : rc;
    text_fini(&title);
    return rc;
}

int lesson_summary_markdown(const struct course *c, const struct progress *p,
                            const char *only, const char *name,
                            const struct machine *m, struct text *out)
{
    const struct summary s = {c, p, only, m};

    return write_as(&s, name, false, out);
}

int lesson_summary_html(const struct course *c, const struct progress *p,
                        const char *only, const char *name,
                        const struct machine *m, struct text *out)
{
    const struct summary s = {c, p, only, m};

    return write_as(&s, name, true, out);
}
