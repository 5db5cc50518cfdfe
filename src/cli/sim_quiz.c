/* "timeslice sim quiz": an exercise by seed. On a terminal it asks and checks;
 * else it is printed, with --reveal and the worked answer. Screen process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/sim.h"
#include "export/sim_export.h"
#include "sim/quiz.h"

/* An exercise has a few dozen decisions: all of them are explained. */
#define STEPS_MOST 1000

/* clang-format off */
static const struct command_option quiz_options[] = {
    {"seed", "N", "which exercise; there is one for every number (1)"},
    {"policy", "NAME", "of this policy; else by the seed"},
    {"answer", "R,T,W", "check these averages: response, turnaround, waiting"},
    {"reveal", NULL, "the worked answer, too"},
    {"text", NULL, "print it, though there is a terminal"},
    {"columns", "N", "width of the text; else the terminal's, or 80"},
    {"ascii", NULL, "no characters beyond ASCII"},
    {"no-color", NULL, "no colours, as with NO_COLOR set"},
    {NULL, NULL, NULL}
};
static const struct command quiz_command = {
    "sim quiz", "[--seed N] [--policy NAME]",
    "an exercise: compute the averages, then see how it went",
    cli_sim_quiz, EXPERIMENT_NONE, quiz_options, NULL
};
/* clang-format on */

struct quiz_wishes {
    uint64_t seed;
    const struct sim_policy *policy;
    const char *answer;
    bool reveal, asks;
    struct report_options look;
};

static int get_policy(struct quiz_wishes *x, const char *name)
{
    const char *near;

    if (!name)
        return -1;
    x->policy = sim_policy(name, strlen(name));
    if (x->policy)
        return -1;
    near = sim_policy_nearest(name);
    return cli_refuse(EXIT_REQUEST,
                      near ? "there is no policy \"%s\"; did you mean \"%s\"?"
                           : "there is no policy \"%s\"; \"timeslice list "
                             "policies\" lists them",
                      name, near);
}

static int get_wishes(struct quiz_wishes *x, const struct cli_words *w)
{
    const char *seed = cli_words_value(w, "seed");
    long n = 1;
    int status = cli_look(&x->look, w);

    if (status >= 0)
        return status;
    if (w->rest_count > 0)
        return cli_refuse(EXIT_REQUEST,
                          "\"%s\" is not expected here; an exercise has a "
                          "number: --seed 7",
                          w->rest[0]);
    if (seed && !cli_number(seed, 0, INT32_MAX, &n))
        return cli_refuse(EXIT_REQUEST,
                          "--seed cannot be \"%s\"; it is a number from 0 to "
                          "%d",
                          seed, INT32_MAX);
    x->seed = (uint64_t)n;
    x->answer = cli_words_value(w, "answer");
    x->reveal = cli_words_value(w, "reveal") != NULL;
    x->asks = cli_on_terminal() && !x->reveal && !x->answer &&
              !cli_words_value(w, "text");
    return get_policy(x, cli_words_value(w, "policy"));
}

/* ---- the worked answer -----------------------------------------------------
 */

static int print_worked(const struct quiz_wishes *x,
                        const struct sim_outcome *o)
{
    struct text out = {0};
    int rc = export_sim(o, 1, &x->look, &out);

    if (rc == 0)
        fputs(text_str(&out), stdout);
    text_fini(&out);
    return rc < 0 ? cli_refuse(EXIT_FAILED, "no memory for the answer") : -1;
}

/* ---- checking --------------------------------------------------------------
 */

/* Say whether @given is right; returns that. */
static bool judge(const struct sim_outcome *o, enum quiz_question which,
                  double given)
{
    double right = quiz_answer_ms(o, which);

    if (quiz_right(given, right)) {
        printf("  %-11s %.2f  right\n", quiz_words[which], right);
        return true;
    }
    printf("  %-11s %.2f  not %g\n", quiz_words[which], right, given);
    return false;
}

/* "4.33,8,3" */
static int check_given(const struct quiz_wishes *x, const struct sim_outcome *o)
{
    char copy[128], *rest = copy, *word;
    double given[QUIZ_COUNT];
    int n = 0, right = 0;

    snprintf(copy, sizeof(copy), "%s", x->answer);
    while ((word = strsep(&rest, ",;")) != NULL && n < QUIZ_COUNT &&
           quiz_read(word, &given[n]))
        n++;
    if (n < QUIZ_COUNT || word)
        return cli_refuse(EXIT_REQUEST,
                          "--answer cannot be \"%s\"; it is three numbers such "
                          "as 1.5,8.33,20/3: response, turnaround, waiting",
                          x->answer);
    putchar('\n');
    for (int i = 0; i < QUIZ_COUNT; i++)
        right += judge(o, (enum quiz_question)i, given[i]);
    return right == QUIZ_COUNT ? EXIT_DONE : EXIT_FAILED;
}

/* A number from the terminal. False: the input has ended. */
static bool read_number(const char *prompt, double *out)
{
    char line[128];

    for (;;) {
        printf("  %-11s ", prompt);
        fflush(stdout);
        if (!fgets(line, sizeof(line), stdin))
            return false;
        if (quiz_read(line, out))
            return true;
        puts("  a number, please, such as 6.67 or 20/3");
    }
}

static int ask(const struct quiz_wishes *x, const struct sim_outcome *o)
{
    double given[QUIZ_COUNT];
    int right = 0, status;

    putchar('\n');
    for (int i = 0; i < QUIZ_COUNT; i++)
        if (!read_number(quiz_words[i], &given[i])) {
            putchar('\n');
            return EXIT_INTERRUPTED;
        }
    putchar('\n');
    for (int i = 0; i < QUIZ_COUNT; i++)
        right += judge(o, (enum quiz_question)i, given[i]);
    status = print_worked(x, o);
    if (status >= 0)
        return status;
    printf("\nThe next one: timeslice sim quiz --seed %llu\n",
           (unsigned long long)x->seed + 1);
    return right == QUIZ_COUNT ? EXIT_DONE : EXIT_FAILED;
}

/* ---- the command -----------------------------------------------------------
 */

static int run_quiz(const struct quiz_wishes *x, const struct quiz *q)
{
    struct sim_outcome o = {0};
    struct text question = {0};
    struct err err = {0};
    int status = EXIT_DONE;

    if (sim_outcome(&o, &q->setup, &q->jobs, STEPS_MOST, &err) < 0) {
        status = cli_refuse_err(&err, EXIT_FAILED);
        goto out;
    }
    quiz_ask(q, x->look.columns, &question);
    fputs(text_str(&question), stdout);
    if (x->asks)
        status = ask(x, &o);
    else if (x->answer)
        status = check_given(x, &o);
    if (x->reveal && status != EXIT_REQUEST && print_worked(x, &o) >= 0)
        status = EXIT_FAILED;
    status = cli_flush(status);
out:
    text_fini(&question);
    sim_outcome_fini(&o);
    return status;
}

int cli_sim_quiz(int argc, char **argv)
{
    struct quiz_wishes x = {0};
    struct quiz q = {0};
    struct cli_words w;
    struct err err = {0};
    int status;

    status = cli_words_sort(&w, &quiz_command, argc, argv);
    if (status < 0)
        status = get_wishes(&x, &w);
    if (status < 0 && quiz_make(&q, x.seed, x.policy, &err) < 0)
        status = cli_refuse_err(&err, EXIT_FAILED);
    if (status < 0)
        status = run_quiz(&x, &q);
    quiz_fini(&q);
    cli_words_fini(&w);
    return status;
}
