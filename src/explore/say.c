/* What a search found, in words. Says no more than was seen: "proved" only
 * after all of it. Any thread. */
#include "explore/say.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const judgement_names[] = {
    [JUDGED_OK] = "ok",
    [JUDGED_FAILS] = "fails",
    [JUDGED_STUCK] = "no failure, but can get stuck looping",
    [JUDGED_UNKNOWN] = "unknown",
};

/* ---- numbers ------------------------------------------------------------- */

#define DIGITS_READ 24

void say_number(struct text *out, const char *digits)
{
    size_t length = strlen(digits);
    char one[2] = "";

    if (length > DIGITS_READ) {
        text_addf(out, "about %c.%c%ce+%zu", digits[0], digits[1], digits[2],
                  length - 1);
        return;
    }
    for (size_t i = 0; i < length; i++) {
        one[0] = digits[i];
        text_add(out, i > 0 && (length - i) % 3 == 0 ? "," : "");
        text_add(out, one);
    }
}

char *say_share(char *buf, size_t size, double share)
{
    if (isnan(share))
        snprintf(buf, size, "-");
    else if (share > 0 && share < 1e-6)
        snprintf(buf, size, "%.2g", share);
    else if (share > 0 && share < 0.001)
        snprintf(buf, size, "%.2g %%", 100 * share);
    else if (share < 1 && share > 0.999)
        snprintf(buf, size, "1 - %.2g", 1 - share);
    else
        text_percent(buf, size, share);
    return buf;
}

const char *say_unit(const struct rules *rules, int count)
{
    if (rules->tso)
        return count == 1 ? "action" : "actions";
    return count == 1 ? "step" : "steps";
}

const char *say_kind(enum failure kind)
{
    static const char *const words[FAILURE_COUNT] = {
        [FAILURE_ASSERT] = "an assert is false",
        [FAILURE_EXCLUSION] = "two threads are together where they must not be",
        [FAILURE_FINAL] = "the final check is false",
        [FAILURE_DEADLOCK] = "nobody can move any more",
        [FAILURE_FAULT] = "a step cannot be completed",
    };

    return words[kind];
}

void say_machine(const struct rules *rules, struct text *out)
{
    static const char *const steps[] = {
        [GRANULARITY_STATEMENT] = "a step is a whole statement",
        [GRANULARITY_ACCESS] = "a step is one access",
        [GRANULARITY_INSTRUCTION] = "a step is one instruction",
    };

    text_addf(out, "%s, %s",
              rules->tso ? "store buffers (TSO)" : "sequential consistency",
              steps[rules->granularity]);
}

/* ---- it fails ------------------------------------------------------------ */

/* "in 4 of 6 schedules ", "in 12 of 1,000 random schedules ", or nothing. */
static void add_how_many(const struct explore_result *r, enum failure kind,
                         struct text *out)
{
    const struct failing *f = &r->failing[kind];
    char a[32], b[32];

    if (r->sampled && r->sample.failing[kind] > 0 && !r->exhaustive) {
        text_addf(out, "in %s of %s random schedules ",
                  text_count(a, sizeof(a), r->sample.failing[kind]),
                  text_count(b, sizeof(b), r->sample.schedules));
        return;
    }
    if (!f->schedules || !r->schedules)
        return;
    if (strcmp(f->schedules, r->schedules) == 0) {
        text_add(out, strcmp(r->schedules, "1") == 0 ? "in the only schedule "
                                                     : "in each of the ");
        if (strcmp(r->schedules, "1") == 0)
            return;
        say_number(out, r->schedules);
        text_add(out, " schedules ");
        return;
    }
    text_add(out, "in ");
    say_number(out, f->schedules);
    text_add(out, " of ");
    say_number(out, r->schedules);
    text_add(out, " schedules ");
}

static void say_fails(const struct explore_request *request,
                      const struct explore_result *r, struct text *out)
{
    bool always = r->failing_schedules && r->schedules &&
                  strcmp(r->failing_schedules, r->schedules) == 0;
    int told = 0;

    text_add(out, always ? "It always fails: " : "It can fail: ");
    for (int k = 0; k < FAILURE_COUNT; k++) {
        const struct failing *f = &r->failing[k];

        if (!f->reachable)
            continue;
        text_add(out, told++ ? "; " : "");
        add_how_many(r, (enum failure)k, out);
        text_add(out, say_kind((enum failure)k));
        if (f->shortest == 0)
            text_add(out, ", before anybody moves");
        else if (f->shortest > 0)
            text_addf(out, ", %s after %d %s",
                      r->exhaustive ? "soonest" : "for example", f->shortest,
                      say_unit(&request->rules, f->shortest));
    }
    text_add(out, ".");
}

/* ---- it does not --------------------------------------------------------- */

static bool has_asserts(const struct program *p)
{
    for (int t = 0; t < p->thread_count; t++)
        for (int i = 0; i < p->threads[t].op_count; i++)
            if (p->threads[t].ops[i].kind == OP_ASSERT)
                return true;
    return false;
}

static bool has_exclusion(const struct program *p)
{
    for (int a = 0; a < p->region_count; a++)
        if (p->exclude[a])
            return true;
    return false;
}

/* "every assert holds, the final check holds and nobody deadlocks" */
static void add_proved(const struct program *p, struct text *out)
{
    const char *parts[4];
    int n = 0;

    if (has_asserts(p))
        parts[n++] = "every assert holds";
    if (has_exclusion(p))
        parts[n++] = "no two threads are together where they must not be";
    if (p->check_count > 0)
        parts[n++] = p->check_count > 1 ? "the final checks hold"
                                        : "the final check holds";
    parts[n++] = "nobody deadlocks";
    for (int i = 0; i < n; i++)
        text_addf(out, "%s%s",
                  i == 0      ? ""
                  : i + 1 < n ? ", "
                              : " and ",
                  parts[i]);
}

static void say_no_failure(const struct program *p,
                           const struct explore_result *r, struct text *out)
{
    text_add(out, "No schedule fails, and that is proved: ");
    if (r->schedules && strcmp(r->schedules, "1") == 0) {
        text_add(out, "in the only one ");
    } else if (r->schedules && strcmp(r->schedules, "2") == 0) {
        text_add(out, "in both of them ");
    } else if (r->schedules) {
        text_add(out, "in all ");
        say_number(out, r->schedules);
        text_add(out, " of them ");
    } else {
        text_add(out, "however the threads take turns, ");
    }
    add_proved(p, out);
    text_add(out, ".");
}

static void say_loops(const struct explore_result *r, struct text *out)
{
    const char *but = r->judgement == JUDGED_FAILS ? "And" : "But";

    if (r->trap)
        text_addf(out,
                  " %s it can get stuck: from some states on it loops for "
                  "ever, and no schedule leads out.",
                  but);
    else if (r->livelock)
        text_addf(out,
                  " %s it can loop for ever although everybody gets a turn "
                  "again and again (a livelock).",
                  but);
    else if (r->overtaking)
        text_add(out, " It can loop for ever only if some thread is never "
                      "given its turn.");
}

/* ---- not all was seen ---------------------------------------------------- */

static void say_unfinished(const struct explore_result *r, struct text *out)
{
    const struct sampled *s = &r->sample;
    const char *why = text_str(&r->why_not);
    size_t length = strlen(why);
    char n[32], high[32];

    text_add(out, out->len > 0 && out->data[out->len - 1] != ' ' ? " " : "");
    while (length > 0 && why[length - 1] == '.')
        length--;
    text_add(out, "This is not exhaustive");
    if (length > 0) /* a sentence of its own becomes part of this one */
        text_addf(out, ": %c%.*s", tolower((unsigned char)why[0]),
                  (int)length - 1, why + 1);
    text_add(out, ".");
    if (!r->sampled || s->schedules == 0)
        return;
    text_count(n, sizeof(n), s->schedules);
    if (s->any == 0)
        text_addf(out,
                  " None of %s random schedules failed: with 95 %% confidence "
                  "at most %s of random runs do.",
                  n, say_share(high, sizeof(high), s->high));
    if (s->endless > 0)
        text_addf(out, " %s of them were cut off after %d steps.",
                  text_count(n, sizeof(n), s->endless), SAMPLE_STEPS);
}

void explore_say(const struct program *p, const struct explore_request *request,
                 const struct explore_result *r, struct text *out)
{
    struct text words = {0};

    if (request->from && request->from->count > 0)
        text_addf(&words, "This is about what comes after the first %d %s. ",
                  request->from->count,
                  say_unit(&request->rules, request->from->count));
    if (r->judgement == JUDGED_FAILS)
        say_fails(request, r, &words);
    else if (r->judgement != JUDGED_UNKNOWN)
        say_no_failure(p, r, &words);
    if (r->judgement != JUDGED_UNKNOWN)
        say_loops(r, &words);
    if (r->judgement == JUDGED_OK && !r->counted)
        text_add(&words, " Whether it can loop for ever was not looked at.");
    if (!r->exhaustive)
        say_unfinished(r, &words);
    if (r->buffer_was_full)
        text_addf(&words,
                  " A store buffer was full at times (%d stores): what longer "
                  "ones could do was not seen.",
                  request->rules.buffer > 0 ? request->rules.buffer
                                            : TSL_BUFFER);
    text_add(out, text_str(&words));
    out->failed |= words.failed;
    text_fini(&words);
}
