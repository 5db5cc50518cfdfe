/* A lesson as plain sentences: questions and their answers, a line each. Screen
 * process. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lesson_linear.h"
#include "lesson/record.h"

#define ANSWER 400 /* bytes of a line that are looked at */

bool linear_read(struct linear *x, const char *prompt, char *out, size_t size)
{
    char *from, *line = NULL;
    size_t cap = 0;
    ssize_t length;

    fputs(prompt, stdout);
    fflush(stdout);
    length = getline(&line, &cap, stdin);
    if (length < 0) {
        free(line);
        putchar('\n');
        return false;
    }
    while (length > 0 && isspace((unsigned char)line[length - 1]))
        line[--length] = '\0';
    from = line + strspn(line, " \t");
    snprintf(out, size, "%s", from);
    for (char *c = out; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = ' ';
    if (x->echo)
        printf("%s\n", out);
    free(line);
    return true;
}

/* ---- words that hold at every question ------------------------------------
 */

/* What a letter alone means; false: it is an answer. */
static bool is_word(struct linear *x, const char *line, enum linear_wish *out)
{
    if (strcmp(line, "q") == 0 || strcmp(line, "quit") == 0)
        *out = LINEAR_QUIT;
    else if (strcmp(line, "b") == 0 || strcmp(line, "back") == 0)
        *out = LINEAR_BACK;
    else if (strcmp(line, "s") == 0 || strcmp(line, "skip") == 0)
        *out = LINEAR_SKIP;
    else
        return false;
    if (*out == LINEAR_SKIP && x->wishes->no_skip) {
        linear_say(x, 0,
                   "The explanation is not to be had before the run (--no-skip"
                   ").");
        *out = LINEAR_ON;
    }
    return true;
}

enum linear_wish linear_wait(struct linear *x, const char *what, char more,
                             const char *more_help, char *letter)
{
    struct text prompt = {0};
    enum linear_wish wish = LINEAR_ON;
    char line[ANSWER];

    text_addf(&prompt, "Press Enter to %s (", what);
    if (more)
        text_addf(&prompt, "%c %s, ", more, more_help);
    text_addf(&prompt, "b to go back, %sq to quit): ",
              x->wishes->no_skip ? "" : "s to skip to the explanation, ");
    for (;;) {
        if (!linear_read(x, text_str(&prompt), line, sizeof(line))) {
            wish = LINEAR_QUIT;
            break;
        }
        if (line[0] == '\0')
            break;
        if (more && line[0] == more && line[1] == '\0') {
            *letter = more;
            break;
        }
        if (is_word(x, line, &wish) && wish != LINEAR_ON)
            break;
    }
    text_fini(&prompt);
    return wish;
}

/* ---- reading an answer ----------------------------------------------------
 */

static bool read_choice(const struct lesson_block *b, const char *line,
                        struct lesson_answer *a)
{
    char *end;
    long n = strtol(line, &end, 10);

    a->choice = (int)n - 1;
    return end != line && (*end == '\0' || *end == '.') && n >= 1 &&
           n <= b->choice_count;
}

/* A number, and perhaps its unit: "32", "32.5 s". */
static bool read_number(const struct lesson_block *b, const char *line,
                        struct lesson_answer *a)
{
    char copy[64], *end;

    snprintf(copy, sizeof(copy), "%.63s", line);
    for (char *c = copy; *c; c++)
        if (*c == ',')
            *c = '.'; /* as half of the world writes it */
    a->number = strtod(copy, &end);
    if (end == copy || !isfinite(a->number))
        return false;
    end += strspn(end, " ");
    return *end == '\0' || (b->unit && strcmp(end, b->unit) == 0);
}

/* "2 1 3": each once. */
static bool read_order(const struct lesson_block *b, const char *line,
                       struct lesson_answer *a)
{
    unsigned seen = 0;

    for (int i = 0; i < b->choice_count; i++) {
        char *end;
        long n = strtol(line, &end, 10);

        if (end == line || n < 1 || n > b->choice_count || seen >> n & 1)
            return false;
        seen |= 1U << n;
        a->order[i] = (int)n - 1;
        line = end + strspn(end, " ,<");
    }
    return *line == '\0';
}

static bool read_answer(const struct lesson_block *b, const char *line,
                        struct lesson_answer *a)
{
    switch (b->asks) {
    case ASKS_NUMBER:
        return read_number(b, line, a);
    case ASKS_ORDER:
        return read_order(b, line, a);
    default:
        return read_choice(b, line, a);
    }
}

/* ---- asking ---------------------------------------------------------------
 */

static void add_prompt(const struct linear *x, const struct lesson_block *b,
                       int block, struct text *out)
{
    const char *unit = b->unit ? b->unit : "";

    if (b->asks == ASKS_CHOICE)
        text_addf(out, "Your answer (1-%d", b->choice_count);
    else if (b->asks == ASKS_NUMBER)
        text_addf(out, "Your answer (a number%s%s",
                  *unit && strcmp(unit, "n") != 0 ? " in " : "",
                  strcmp(unit, "n") != 0 ? unit : "");
    else
        text_addf(out, "Your answer (all %d numbers, the smallest first",
                  b->choice_count);
    if (session_hint(&x->session, block, x->session.hints))
        text_add(out, ", h for a hint");
    if (!x->wishes->no_skip)
        text_add(out, ", s to skip");
    text_add(out, ", b to go back, q to quit): ");
}

static void give_hint(struct linear *x, int block)
{
    const char *hint = session_hint(&x->session, block, x->session.hints);
    struct err err = {0};

    if (!hint) {
        linear_say(x, 0, "There are no more hints.");
        return;
    }
    x->session.hints++;
    linear_say(x, 0, "Hint %d:", x->session.hints);
    linear_prose(x, hint);
    linear_note(x, record_hint(&x->session, block, x->session.hints, &err),
                &err);
}

static void say_question(struct linear *x, const struct lesson_block *b)
{
    linear_say(x, 0, "%s: %s",
               b->kind == LESSON_PREDICT   ? "Prediction"
               : b->kind == LESSON_OBSERVE ? "What did you see"
                                           : "Question",
               b->ask ? b->ask : "");
    for (int i = 0; i < b->choice_count; i++)
        linear_say(x, 5, "  %d. %s", i + 1, b->choices[i].text);
}

/* Until there is an answer, or a wish. True: *@a has one. */
static bool answer(struct linear *x, int block, struct lesson_answer *a,
                   enum linear_wish *wish)
{
    const struct lesson_block *b = &x->session.lesson->blocks[block];
    char line[ANSWER];
    bool known;

    for (;;) {
        struct text prompt = {0};

        add_prompt(x, b, block, &prompt);
        known = linear_read(x, text_str(&prompt), line, sizeof(line));
        text_fini(&prompt);
        *wish = LINEAR_QUIT;
        if (!known)
            return false;
        if (strcmp(line, "h") == 0) {
            give_hint(x, block);
        } else if (is_word(x, line, wish)) {
            if (*wish != LINEAR_ON)
                return false;
        } else if (read_answer(b, line, a)) {
            return true;
        } else if (b->asks == ASKS_ORDER) {
            linear_say(x, 0,
                       "Every number from 1 to %d once, please, for "
                       "example: 2 1%s.",
                       b->choice_count, b->choice_count > 2 ? " 3" : "");
        } else if (b->asks == ASKS_NUMBER) {
            linear_say(x, 0, "A number, please.");
        } else {
            linear_say(x, 0, "A number from 1 to %d, please.", b->choice_count);
        }
    }
}

/* What was said, once more: a learner must know what was understood. */
static void confirm(struct linear *x, const struct lesson_block *b,
                    const struct lesson_answer *a)
{
    struct text said = {0};

    if (b->kind == LESSON_OBSERVE)
        return; /* how it did is said at once, and what it was with it */
    if (b->asks == ASKS_CHOICE)
        text_add(&said, b->choices[a->choice].text);
    else if (b->asks == ASKS_NUMBER)
        formula_say(a->number, b->unit ? b->unit : "", &said);
    else
        for (int i = 0; i < b->choice_count; i++)
            text_addf(&said, "%s%s", i > 0 ? "; then " : "",
                      b->choices[a->order[i]].text);
    linear_say(x, 0, "%s: %s",
               b->kind == LESSON_PREDICT ? "Your prediction is kept"
                                         : "You answered",
               text_str(&said));
    text_fini(&said);
}

static void tell_quiz(struct linear *x, const struct lesson_block *b,
                      const struct lesson_answer *a)
{
    const struct lesson_choice *mine = &b->choices[a->choice];

    if (mine->right) {
        linear_say(x, 0, "That is right.");
        return;
    }
    if (mine->why)
        linear_say(x, 0, "Not so: %s%s", mine->why, linear_stop(mine->why));
    else
        linear_say(x, 0, "Not so.");
    for (int i = 0; i < b->choice_count; i++)
        if (b->choices[i].right)
            linear_say(x, 0, "Right is: %s", b->choices[i].text);
}

enum linear_wish linear_ask(struct linear *x, int block)
{
    struct session *s = &x->session;
    const struct lesson_block *b = &s->lesson->blocks[block];
    struct lesson_answer a = {.choice = -1};
    enum linear_wish wish = LINEAR_ON;
    struct err err = {0};

    for (int i = 0; i < LESSON_CHOICES; i++)
        a.votes[i] = -1;
    if (s->answers[block].given)
        session_reopen(s, block); /* gone back to: another attempt */
    x->told[block] = false;
    say_question(x, b);
    if (!answer(x, block, &a, &wish))
        return wish;
    if (b->because &&
        !linear_read(x,
                     "Why do you think so? (in a few words; Enter for no "
                     "reason): ",
                     a.because, sizeof(a.because)))
        return LINEAR_QUIT;
    session_answer(s, block, &a);
    confirm(x, b, &a);
    linear_note(x, record_answer(s, block, &err), &err);
    if (b->kind == LESSON_QUIZ)
        tell_quiz(x, b, &a);
    return LINEAR_ON;
}
