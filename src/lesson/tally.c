/* What the events of one lesson come to. */
#include "lesson/tally.h"

#include <string.h>

#include "lesson/judge.h"

/* The entry called by @item's field @key, made if need be; NULL: too many. */
static struct tally_entry *entry_of(struct tally_list *l,
                                    const struct progress_item *item,
                                    const char *key)
{
    char name[33] = "";

    if (!progress_field(item->data, key, name, sizeof(name)))
        return NULL;
    for (int i = 0; i < l->count; i++)
        if (strcmp(l->entry[i].name, name) == 0)
            return &l->entry[i];
    if (l->count == TALLY_MOST)
        return NULL;
    l->entry[l->count] = (struct tally_entry){.first = item};
    memcpy(l->entry[l->count].name, name, sizeof(name));
    return &l->entry[l->count++];
}

static void enter(struct tally_list *l, const struct progress_item *item,
                  const char *key)
{
    struct tally_entry *e = entry_of(l, item, key);

    if (e) {
        e->item = item;
        e->times++;
    }
}

/* A key belongs to a prediction or an observation that was made. */
static void enter_key(struct tally *t, const struct progress_item *item)
{
    struct tally_list *const lists[] = {&t->predict, &t->observe};
    char name[33] = "";

    progress_field(item->data, "block", name, sizeof(name));
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < lists[k]->count; i++) {
            struct tally_entry *e = &lists[k]->entry[i];

            if (strcmp(e->name, name) != 0)
                continue;
            e->first_key = e->first_key ? e->first_key : item;
            e->key = item;
        }
}

static bool is_right(const struct progress_item *item, bool *known)
{
    char right[4] = "?";

    if (item)
        progress_field(item->data, "right", right, sizeof(right));
    *known = strcmp(right, "0") == 0 || strcmp(right, "1") == 0;
    return strcmp(right, "1") == 0;
}

static void count_up(struct tally *t)
{
    bool known;

    for (int i = 0; i < t->predict.count; i++) {
        bool right = is_right(t->predict.entry[i].first_key, &known);

        t->right += right;
        t->judged += known;
    }
    for (int i = 0; i < t->quiz.count; i++)
        t->quiz_right += is_right(t->quiz.entry[i].first, &known);
    for (int i = 0; i < t->check.count; i++) {
        char verdict[16] = "";

        progress_field(t->check.entry[i].item->data, "verdict", verdict,
                       sizeof(verdict));
        for (int k = 0; k < LESSON_VERDICTS; k++)
            t->verdicts[k] += strcmp(verdict, lesson_verdict_words[k]) == 0;
    }
}

static void take(struct tally *t, const struct progress_item *item)
{
    t->first = t->first ? t->first : item;
    t->last = item;
    switch (item->event) {
    case PROGRESS_OPEN:
        t->open = item;
        break;
    case PROGRESS_PREDICT:
        enter(&t->predict, item, "block");
        break;
    case PROGRESS_OBSERVE:
        enter(&t->observe, item, "block");
        break;
    case PROGRESS_QUIZ:
        enter(&t->quiz, item, "block");
        break;
    case PROGRESS_KEY:
        enter_key(t, item);
        break;
    case PROGRESS_RUN:
        enter(&t->run, item, "run");
        break;
    case PROGRESS_CHECK:
        enter(&t->check, item, "label");
        break;
    case PROGRESS_AGAIN:
        enter(&t->again, item, "line");
        break;
    case PROGRESS_HINT:
        t->hints++;
        break;
    case PROGRESS_SKIP:
        t->skip = item;
        break;
    case PROGRESS_DONE:
        t->done = item;
        break;
    case PROGRESS_STEP:
    case PROGRESS_RESET:
    case PROGRESS_EVENTS:
        break;
    }
}

void tally_make(struct tally *t, const struct progress *p, const char *lesson)
{
    *t = (struct tally){0};
    for (int i = 0; i < p->count; i++) {
        const struct progress_item *item = &p->items[i];

        if (strcmp(item->lesson, lesson) != 0)
            continue;
        if (item->event == PROGRESS_RESET)
            *t = (struct tally){0};
        else
            take(t, item);
    }
    count_up(t);
}
