/* Where a learner who comes back may go on: the answers of the progress log,
 * given to a fresh session. In the process that plays the lesson. */
#include <stdlib.h>
#include <string.h>

#include "lesson/record.h"

static bool field_number(const char *data, const char *key, int *out)
{
    char word[16], *end;
    long n;

    if (!progress_field(data, key, word, sizeof(word)))
        return false;
    n = strtol(word, &end, 10);
    *out = (int)n;
    return end != word && *end == '\0' && n >= 0 && n < 100000;
}

/* An order is one only if every choice is in it once. */
static bool parse_order(const char *list, int count, int out[LESSON_CHOICES])
{
    unsigned seen = 0;
    char *end;

    for (int i = 0; i < count; i++) {
        long n = strtol(list, &end, 10);

        if (end == list || n < 1 || n > count || seen >> n & 1)
            return false;
        seen |= 1U << n;
        out[i] = (int)n - 1;
        list = end + (*end == ',');
    }
    return *list == '\0';
}

static bool parse_answer(const struct lesson_block *b, const char *data,
                         struct lesson_answer *a)
{
    char word[64], *end;
    int n;

    *a = (struct lesson_answer){.given = true, .choice = -1};
    for (int i = 0; i < LESSON_CHOICES; i++)
        a->votes[i] = -1;
    progress_field(data, "because", a->because, sizeof(a->because));
    a->attempt = field_number(data, "attempt", &n) ? n : 1;
    if (progress_field(data, "votes", word, sizeof(word))) {
        end = word;
        for (int i = 0; i < b->choice_count && i < LESSON_CHOICES && *end;
             i++) {
            a->votes[i] = (int)strtol(end, &end, 10);
            end += *end == ',';
        }
    }
    switch (b->asks) {
    case ASKS_CHOICE:
        a->choice = field_number(data, "choice", &n) ? n - 1 : -1;
        return a->choice >= 0 && a->choice < b->choice_count;
    case ASKS_NUMBER:
        if (!progress_field(data, "number", word, sizeof(word)))
            return false;
        a->number = strtod(word, &end);
        return end != word && *end == '\0';
    case ASKS_ORDER:
        return progress_field(data, "order", word, sizeof(word)) &&
               b->choice_count <= LESSON_CHOICES &&
               parse_order(word, b->choice_count, a->order);
    }
    return false;
}

/* The step at which the first block is run, or the last step. */
static int first_run(const struct session *s)
{
    for (int i = 0; i < s->step_count; i++)
        if (s->steps[i].stage == STAGE_RUN)
            return i;
    return s->step_count > 0 ? s->step_count - 1 : 0;
}

/* Give @s the answers to its predictions before step @last that are in the log
 * since item @from. */
static void restore(struct session *s, const struct progress *p, int from,
                    int last)
{
    for (int i = 0; i < last; i++) {
        int block = s->steps[i].block;
        char name[LESSON_NAME], said[LESSON_NAME];
        struct lesson_answer a;

        if (s->steps[i].stage != STAGE_PREDICT)
            continue;
        record_name(s, block, name);
        for (int k = p->count - 1; k >= from; k--) {
            const struct progress_item *item = &p->items[k];

            if (strcmp(item->lesson, s->lesson->id) != 0 ||
                item->event != PROGRESS_PREDICT ||
                !progress_field(item->data, "block", said, sizeof(said)) ||
                strcmp(said, name) != 0)
                continue;
            if (parse_answer(&s->lesson->blocks[block], item->data, &a))
                session_answer(s, block, &a);
            break;
        }
    }
}

int record_resume(struct session *s, const struct progress *p)
{
    int from = -1, step = 0, most = first_run(s);

    for (int i = 0; i < p->count; i++) {
        const struct progress_item *item = &p->items[i];
        int n;

        if (strcmp(item->lesson, s->lesson->id) != 0)
            continue;
        if (item->event == PROGRESS_RESET || item->event == PROGRESS_DONE ||
            item->revision != s->lesson->revision) {
            from = -1;
            step = 0;
            continue;
        }
        from = from < 0 ? i : from;
        if (item->event == PROGRESS_STEP && field_number(item->data, "n", &n) &&
            n > step)
            step = n;
    }
    if (from < 0)
        return 0;
    step = step < most ? step : most;
    restore(s, p, from, step);
    for (int i = 0; i < step; i++) /* nobody may pass an open question */
        if (s->steps[i].stage == STAGE_PREDICT &&
            !s->answers[s->steps[i].block].given)
            return i;
    return step;
}
