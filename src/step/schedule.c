/* Schedules as text: who goes when. The short form is numbers, since it is
 * typed; whatever it writes it also reads. Any thread. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "step/stepper.h"

#define REPEATS_TOLD 3 /* from so many on they are written as 1*3 */

int schedule_add(struct schedule *s, int action)
{
    if (s->count == s->cap) {
        int cap = s->cap ? 2 * s->cap : 32;
        uint8_t *actions = realloc(s->actions, (size_t)cap);

        if (!actions)
            return -ENOMEM;
        s->actions = actions;
        s->cap = cap;
    }
    s->actions[s->count++] = (uint8_t)action;
    return 0;
}

void schedule_fini(struct schedule *s)
{
    free(s->actions);
    *s = (struct schedule){0};
}

void action_name(const struct program *p, int action, char *out, size_t size)
{
    int thread = STEP_THREAD(action);
    const char *name =
        thread < p->thread_count ? p->threads[thread].name : "nobody";

    snprintf(out, size, "%s%s", action & STEP_FLUSH ? "flush:" : "", name);
}

void schedule_text(const struct schedule *s, struct text *out)
{
    for (int i = 0, run; i < s->count; i += run) {
        int action = s->actions[i];

        for (run = 1; i + run < s->count && s->actions[i + run] == action;)
            run++;
        run = run < REPEATS_TOLD ? 1 : run;
        text_addf(out, "%s%s%d", i ? " " : "", action & STEP_FLUSH ? "f" : "",
                  STEP_THREAD(action));
        if (run > 1)
            text_addf(out, "*%d", run);
    }
}

/* ---- reading ------------------------------------------------------------- */

/* One word of a schedule, and its place in the text for sentences. */
struct word {
    const char *at;
    int length, number;
};

static bool is_blank(char c)
{
    return isspace((unsigned char)c) || c == ',';
}

static int refuse(const struct word *w, struct err *err, const char *why)
{
    return err_set(err, -EINVAL, "word %d of the schedule, \"%.*s\", %s",
                   w->number, w->length > 40 ? 40 : w->length, w->at, why);
}

/* "0 (T0) or 1 (T1)", "from 0 (T0) to 7 (T7)". */
static void say_threads(const struct program *p, char *out, size_t size)
{
    int last = p->thread_count - 1;

    if (last <= 0)
        snprintf(out, size, "0 (%s)", last < 0 ? "none" : p->threads[0].name);
    else
        snprintf(out, size, "%s0 (%s) %s %d (%s)", last > 1 ? "from " : "",
                 p->threads[0].name, last > 1 ? "to" : "or", last,
                 p->threads[last].name);
}

/* The number that all of @s[0 .. length) is; -1: none, or above a million. */
static long whole_number(const char *s, int length)
{
    long n = 0;

    if (length <= 0)
        return -1;
    for (int i = 0; i < length; i++) {
        if (!isdigit((unsigned char)s[i]))
            return -1;
        n = n * 10 + (s[i] - '0');
        if (n > SCHEDULE_MOST)
            return -1;
    }
    return n;
}

static bool all_digits(const char *s, int length)
{
    int n = 0;

    while (n < length && isdigit((unsigned char)s[n]))
        n++;
    return length > 0 && n == length;
}

static int refuse_thread(const struct word *w, const struct program *p,
                         const char *typed, struct err *err)
{
    const char *names[TSL_THREADS + 1];
    char range[2 * TSL_NAME + 40], why[200];
    const char *near;

    for (int i = 0; i < p->thread_count; i++)
        names[i] = p->threads[i].name;
    names[p->thread_count] = NULL;
    near = typed ? text_nearest(typed, names) : NULL;
    say_threads(p, range, sizeof(range));
    if (near)
        snprintf(why, sizeof(why), "names no thread; did you mean \"%s\"?",
                 near);
    else
        snprintf(why, sizeof(why),
                 "names no thread; write its number, %s, its name, or f0 for "
                 "a flush",
                 range);
    return refuse(w, err, why);
}

/* The thread that @s names: by number, or by name. -1: none. */
static int find_thread(const struct program *p, const char *s, int length)
{
    long number = whole_number(s, length);
    char name[TSL_NAME];

    if (all_digits(s, length))
        return number >= 0 && number < p->thread_count ? (int)number : -1;
    if (length <= 0 || length >= TSL_NAME)
        return -1;
    snprintf(name, sizeof(name), "%.*s", length, s);
    return program_thread(p, name);
}

/* What @s[0 .. length) stands for. The forms that schedule_text() writes come
 * first, so that a thread named f0 cannot change what they mean. */
static int read_action(const struct word *w, const struct program *p,
                       int length, struct err *err)
{
    static const char flush[] = "flush:";
    const int skip = (int)sizeof(flush) - 1;
    const char *s = w->at;
    char typed[TSL_NAME];
    int thread;

    if (length > 1 && *s == 'f' && all_digits(s + 1, length - 1)) {
        thread = find_thread(p, s + 1, length - 1);
        return thread >= 0 ? thread | STEP_FLUSH
                           : refuse_thread(w, p, NULL, err);
    }
    if (length > skip && strncmp(s, flush, (size_t)skip) == 0) {
        thread = find_thread(p, s + skip, length - skip);
        return thread >= 0 ? thread | STEP_FLUSH
                           : refuse_thread(w, p, NULL, err);
    }
    thread = find_thread(p, s, length);
    snprintf(typed, sizeof(typed), "%.*s", length, s);
    return thread >= 0
               ? thread
               : refuse_thread(w, p, all_digits(s, length) ? NULL : typed, err);
}

static int read_word(struct schedule *s, const struct program *p,
                     const struct word *w, struct err *err)
{
    const char *star = memchr(w->at, '*', (size_t)w->length);
    int length = star ? (int)(star - w->at) : w->length, action;
    long times = 1;

    if (star)
        times = whole_number(star + 1, w->length - length - 1);
    if (length == 0)
        return refuse(w, err,
                      "repeats nobody; write 1*12 for twelve steps of "
                      "thread 1");
    if (times < 1)
        return refuse(w, err,
                      "repeats a number of times that is not from 1 "
                      "to 1000000; write 1*12 for twelve steps");
    action = read_action(w, p, length, err);
    if (action < 0)
        return action;
    if (times > SCHEDULE_MOST - s->count)
        return refuse(w, err,
                      "makes it longer than 1000000 steps, which is "
                      "as long as a schedule may be");
    while (times-- > 0)
        if (schedule_add(s, action) < 0)
            return err_set(err, -ENOMEM, "no memory for the schedule");
    return 0;
}

int schedule_parse(struct schedule *s, const struct program *p,
                   const char *text, struct err *err)
{
    struct word w = {0};
    int rc = 0;

    while (rc == 0) {
        while (is_blank(*text))
            text++;
        if (*text == '\0')
            return 0;
        w.at = text;
        w.number++;
        for (w.length = 0; text[w.length] && !is_blank(text[w.length]);)
            w.length++;
        rc = read_word(s, p, &w, err);
        text += w.length;
    }
    schedule_fini(s);
    return rc;
}
