/* The history: what is written is read, by any number of processes at once. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/fake_trace.h"
#include "lib/kept.h"
#include "lib/place.h"

/* ---- a run ----------------------------------------------------------------
 */

static bool copy_item(const struct history_item *item, void *arg)
{
    text_addf(arg, "%s|%s|%s|%s|%s", item->state, item->line, item->sentence,
              item->note, item->tags);
    return true;
}

static void a_run_comes_back(void **state)
{
    static const char *const names[] = {"primes", "race",    "sleep", "gil",
                                        "gaps",   "sampled", "start"};
    struct history *h = kept_open(kept_fresh());

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct trace *t = fake_trace(names[i]), *kept = NULL;
        struct text line = {0}, item = {0};
        struct err err = {0};
        int64_t id = kept_add(h, t, NULL);

        spec_format(&t->spec, &line);
        assert_int_equal(history_trace(h, id, &kept, &err), 0);
        assert_int_equal(kept->badge, BADGE_REPLAY);
        assert_int_equal(kept->verdict, t->verdict);
        assert_memory_equal(kept->metrics.has, t->metrics.has,
                            sizeof(t->metrics.has));
        for (int m = 0; m < METRIC_COUNT; m++)
            if (t->metrics.has[m])
                assert_true(kept->metrics.value[m] == t->metrics.value[m]);
        assert_int_equal(trace_span_total(kept), trace_span_total(t));
        assert_int_equal(
            history_find(h, HISTORY_RUN, id, copy_item, &item, &err), 0);
        assert_non_null(strstr(text_str(&item), text_str(&line)));
        trace_free(kept);
        trace_free(t);
        text_fini(&line);
        text_fini(&item);
    }
    assert_int_equal(kept_count(h, NULL), 7);
    history_close(h);
}

static void notes_and_tags(void **state)
{
    struct history *h = kept_open(kept_fresh());
    struct trace *t = fake_trace("primes");
    int64_t id = kept_add(h, t, NULL);
    struct text item = {0};
    struct err err = {0};

    (void)state;
    assert_int_equal(history_tag(h, HISTORY_RUN, id, "good", true, &err), 0);
    assert_int_equal(history_tag(h, HISTORY_RUN, id, "good", true, &err), 0);
    assert_int_equal(history_tag(h, HISTORY_RUN, id, "schön", true, &err), 0);
    assert_int_equal(history_tag(h, HISTORY_RUN, id, "two words", true, &err),
                     -EINVAL);
    assert_int_equal(history_tag(h, HISTORY_RUN, id, "", true, &err), -EINVAL);
    assert_int_equal(history_tag(h, HISTORY_RUN, id, "b\xff", true, &err),
                     -EINVAL);
    assert_int_equal(history_tag(h, HISTORY_RUN, id, "other", false, &err),
                     -ENOENT);
    assert_int_equal(history_note(h, HISTORY_RUN, id, "why it's so \xff", &err),
                     0);
    assert_int_equal(history_find(h, HISTORY_RUN, id, copy_item, &item, &err),
                     0);
    assert_non_null(
        strstr(text_str(&item), "|why it's so \xef\xbf\xbd|good schön"));
    item.len = 0;
    assert_int_equal(history_tag(h, HISTORY_RUN, id, "good", false, &err), 0);
    assert_int_equal(history_find(h, HISTORY_RUN, id, copy_item, &item, &err),
                     0);
    assert_non_null(strstr(text_str(&item), "|schön"));
    assert_int_equal(history_note(h, HISTORY_RUN, 99, "x", &err), -ENOENT);
    text_fini(&item);
    trace_free(t);
    history_close(h);
}

static bool count_any(const struct history_item *item, void *arg)
{
    (void)item;
    ++*(int *)arg;
    return true;
}

static int found(struct history *h, const char *words)
{
    int n = 0;

    assert_int_equal(history_list(h, words, 100, count_any, &n, NULL), 0);
    return n;
}

static void searching(void **state)
{
    struct history *h = kept_open(kept_fresh());
    struct trace *primes = fake_trace("primes"), *sleep = fake_trace("sleep");
    struct err err = {0};

    (void)state;
    kept_add(h, primes, NULL);
    kept_add(h, sleep, NULL);
    kept_add(h, sleep, NULL);
    history_note(h, HISTORY_RUN, 3, "with the new disk", &err);
    assert_int_equal(found(h, NULL), 3);
    assert_int_equal(found(h, "sleep"), 2);
    assert_int_equal(found(h, "SLEEP disk"), 1);
    assert_int_equal(found(h, "primes disk"), 0);
    assert_int_equal(found(h, "  ok  "), 3);
    trace_free(primes);
    trace_free(sleep);
    history_close(h);
}

static void names(void **state)
{
    static const struct {
        const char *word;
        int code;
        enum history_kind kind;
        int64_t id;
    } rows[] = {
        {"1", 0, HISTORY_RUN, 1},
        {"run 2", 0, HISTORY_RUN, 2},
        {"s1", 0, HISTORY_SWEEP, 1},
        {"last", 0, HISTORY_SWEEP, 1},
        {"3", -ENOENT, HISTORY_RUN, 0},
        {"s7", -ENOENT, HISTORY_RUN, 0},
        {"", -EINVAL, HISTORY_RUN, 0},
        {"x", -EINVAL, HISTORY_RUN, 0},
        {"-1", -EINVAL, HISTORY_RUN, 0},
        {"1x", -EINVAL, HISTORY_RUN, 0},
        {"s", -EINVAL, HISTORY_RUN, 0},
        {"0", -EINVAL, HISTORY_RUN, 0},
        {"99999999999999999999", -EINVAL, HISTORY_RUN, 0},
    };
    struct history *h = kept_open(kept_fresh());
    struct trace *t = fake_trace("primes");
    enum history_kind kind;
    struct err err = {0};
    int64_t id;

    (void)state;
    assert_int_equal(history_name(h, "last", &kind, &id, &err), -ENOENT);
    kept_add(h, t, NULL);
    kept_add(h, t, NULL);
    assert_int_equal(history_begin_sweep(h, HISTORY_SWEEP,
                                         "primes --over "
                                         "workers=1,2",
                                         &t->machine, &err),
                     1);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int rc = history_name(h, rows[i].word, &kind, &id, &err);

        if (rc != rows[i].code)
            fail_msg("\"%s\": %d %s", rows[i].word, rc, err.text);
        if (rc < 0)
            continue;
        assert_int_equal(kind, rows[i].kind);
        assert_int_equal(id, rows[i].id);
    }
    trace_free(t);
    history_close(h);
}

/* ---- a sweep --------------------------------------------------------------
 */

static void same_trials(const struct sweep *a, const struct sweep *b)
{
    assert_int_equal(a->trial_count, b->trial_count);
    for (int i = 0; i < a->trial_count; i++) {
        const struct sweep_trial *x = &a->trials[i], *y = &b->trials[i];

        assert_int_equal(x->point, y->point);
        assert_int_equal(x->round, y->round);
        assert_int_equal(x->attempt, y->attempt);
        assert_int_equal(x->used, y->used);
        assert_true(x->y == y->y);
        assert_int_equal(x->outcome.run, y->outcome.run);
        assert_int_equal(x->outcome.took_ns, y->outcome.took_ns);
        assert_int_equal(x->outcome.began_ns, y->outcome.began_ns);
        assert_true(x->outcome.foreign_cores == y->outcome.foreign_cores);
    }
}

static void a_sweep_comes_back_and_goes_on(void **state)
{
    struct history *h = kept_open(kept_fresh());
    struct sweep_request request;
    struct sweep *s, *kept, *whole, *none;
    struct machine m;
    struct err err = {0};
    char word[16];
    int64_t id;

    (void)state;
    machine_read(&m);
    assert_int_equal(sweep_parse_line(&request, KEPT_SWEEP, &m, &err), 0);
    s = sweep_new(&request, &m, &err);
    assert_non_null(s);
    id = history_begin_sweep(h, HISTORY_SWEEP, KEPT_SWEEP, &m, &err);
    assert_true(id > 0);
    assert_int_equal(kept_feed(h, id, s, 4), 4);
    assert_int_equal(history_set_guess(h, id, 3.5, &err), 0);
    assert_int_equal(history_unfinished(h), 0); /* it is going on: here */
    assert_int_equal(history_end_sweep(h, id, "interrupted", "so far", &err),
                     0);
    assert_int_equal(history_unfinished(h), id);

    assert_int_equal(history_sweep(h, id, &kept, word, &err), 0);
    assert_string_equal(word, "interrupted");
    assert_true(kept->has_guess && kept->guess == 3.5);
    same_trials(s, kept);
    assert_int_equal(history_go_on(h, id, &err), 0);
    assert_int_equal(history_unfinished(h), 0);
    assert_int_equal(kept_feed(h, id, kept, 100), kept_feed(h, 0, s, 100));
    assert_int_equal(history_end_sweep(h, id, "done", "2 it is", &err), 0);
    assert_int_equal(history_sweep(h, id, &whole, word, &err), 0);
    assert_string_equal(word, "done");
    same_trials(kept, whole);
    assert_int_equal(history_unfinished(h), 0);
    /* The runs that were fed to nothing are runs of their own; those of the
     * sweep are not listed. */
    assert_int_equal(found(h, NULL), s->trial_count - 4 + 1);

    assert_int_equal(history_remove(h, HISTORY_SWEEP, id, &err), 0);
    assert_int_equal(history_sweep(h, id, &none, word, &err), -ENOENT);
    assert_null(none);
    assert_int_equal(history_remove(h, HISTORY_SWEEP, id, &err), -ENOENT);
    sweep_free(s);
    sweep_free(kept);
    sweep_free(whole);
    history_close(h);
}

/* Nobody ended it, and its process is gone. */
static void a_dead_sweep_is_interrupted(void **state)
{
    const char *path = kept_fresh();
    struct history *h = kept_open(path);
    struct trace *t = fake_trace("primes");
    pid_t pid = fork();
    struct err err = {0};
    char word[16];
    struct sweep *s;
    int status;

    (void)state;
    if (pid == 0) {
        struct history *mine = NULL;
        char told[400];

        if (history_open_at(&mine, path, told, NULL) < 0 ||
            history_begin_sweep(mine, HISTORY_SWEEP, KEPT_SWEEP, &t->machine,
                                NULL) != 1)
            _exit(1);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    assert_int_equal(history_unfinished(h), 1);
    assert_int_equal(history_sweep(h, 1, &s, word, &err), 0);
    assert_string_equal(word, "interrupted");
    sweep_free(s);
    trace_free(t);
    history_close(h);
}

static void a_comparison_comes_back(void **state)
{
    static const char line[] =
        "'spin --workers 1' 'spin --workers 2' --repeat 3";
    struct history *h = kept_open(kept_fresh());
    struct contest_request request;
    struct contest *c, *kept;
    struct sweep_order o;
    struct machine m;
    struct err err = {0};
    char word[16];
    int64_t id;

    (void)state;
    machine_read(&m);
    assert_int_equal(contest_parse_line(&request, line, &m, &err), 0);
    c = contest_new(request.side, request.sides, request.rounds, request.metric,
                    &err);
    id = history_begin_sweep(h, HISTORY_CONTEST, line, &m, &err);
    while (contest_next(c, &o)) {
        struct sweep_outcome outcome = {
            .verdict = VERDICT_OK, .foreign_cores = 0, .took_ns = 1000};
        struct history_place place = {id, o.point, o.round, o.attempt,
                                      &outcome};
        struct trace *t = fake_trace("primes");

        t->spec = o.spec;
        metric_set(&outcome.metrics, METRIC_THROUGHPUT_PER_S,
                   10 + o.point * 10 + o.round);
        outcome.run = kept_add(h, t, &place);
        contest_take(c, &o, &outcome);
        trace_free(t);
    }
    history_end_sweep(h, id, "done", "B is faster", &err);
    assert_int_equal(history_contest(h, id, &kept, word, &err), 0);
    assert_int_equal(kept->trial_count, c->trial_count);
    assert_int_equal(kept->side[1].verdict, c->side[1].verdict);
    assert_true(kept->side[1].ratio.ratio == c->side[1].ratio.ratio);
    assert_int_equal(history_sweep(h, id, &(struct sweep *){NULL}, word, &err),
                     -EINVAL);
    contest_free(c);
    contest_free(kept);
    history_close(h);
}

/* ---- many at once ---------------------------------------------------------
 */

#define WRITERS 8
#define EACH 25

static void writers_at_once(void **state)
{
    const char *path = kept_fresh();
    struct trace *t = fake_trace("primes");
    struct history *h;
    pid_t pids[WRITERS];
    int64_t rows, bad;

    (void)state;
    for (int i = 0; i < WRITERS; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            struct history *mine = NULL;
            char told[400];
            int failed =
                history_open_at(&mine, path, told, NULL) < 0 || told[0];

            for (int k = 0; k < EACH && !failed; k++)
                failed = history_add_run(mine, t, NULL, NULL) <= 0;
            history_close(mine);
            _exit(failed);
        }
    }
    for (int i = 0; i < WRITERS; i++) {
        int status;

        waitpid(pids[i], &status, 0);
        assert_int_equal(status, 0);
    }
    h = kept_open(path);
    assert_int_equal(kept_count(h, NULL), WRITERS * EACH);
    assert_int_equal(history_check(h, &rows, &bad, NULL), 0);
    assert_int_equal(rows, WRITERS * EACH);
    assert_int_equal(bad, 0);
    history_close(h);
    trace_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_comes_back),
        cmocka_unit_test(notes_and_tags),
        cmocka_unit_test(searching),
        cmocka_unit_test(names),
        cmocka_unit_test(a_sweep_comes_back_and_goes_on),
        cmocka_unit_test(a_dead_sweep_is_interrupted),
        cmocka_unit_test(a_comparison_comes_back),
        cmocka_unit_test(writers_at_once),
    };

    return cmocka_run_group_tests(tests, place_make, place_remove);
}
