/* "timeslice sim disk": requests to the mini disk, by hand-sized numbers. One
 * policy in full, several side by side. Screen process. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "cli/sim.h"
#include "sim/platter.h"

static const struct command_option options[] = {
    {"policy", "NAME,...",
     "fifo (the default), sstf, satf, bsatf, scan, "
     "c-scan, look, c-look, or all"},
    {"window", "N", "sstf, satf, bsatf: look at the first N only"},
    {"degrees", "OUTER,MIDDLE,INNER", "how wide a block is (30,30,30)"},
    {"skew", "BLOCKS", "each track begins so much later (0)"},
    {"seek", "SPEED", "units a tick; tracks are 40 apart (1)"},
    {"rotate", "SPEED", "degrees a tick (1)"},
    {"late", "BLOCKS", "one of these joins the queue after each choice"},
    {"random", "N", "N requests by --seed instead of written ones"},
    {"seed", "N", "of --random (1)"},
    {"rules", "own|ostep", "exact time, or tick by tick as in the book"},
    {"steps", NULL, "why each request was next"},
    {"json", NULL, "print one JSON object"},
    {"ascii", NULL, "no characters beyond ASCII"},
    {NULL, NULL, NULL},
};
static const struct command command = {
    .name = "sim disk",
    .synopsis = "[\"BLOCK[@TICK] ...\"]",
    .summary = "requests to a mini disk of three tracks, under any policy",
    .options = options,
};

#define POLICIES 8
#define PICTURE_BLOCKS 24 /* so many requests fit a picture */

struct wishes {
    struct cli_words w;
    struct platter_setup setup;
    struct platter_request *requests;
    int32_t *late;
    enum platter_policy policies[POLICIES];
    int policy_count;
};

/* ---- words --------------------------------------------------------------- */

static int get_policies(struct wishes *x)
{
    const char *text = cli_words_value(&x->w, "policy"), *at = text;
    const char *known[POLICIES + 2] = {0};

    if (!text)
        at = "fifo";
    for (int i = 0; platter_policies[i].name; i++)
        known[i] = platter_policies[i].name;
    known[POLICIES] = "all";
    if (text && strcmp(text, "all") == 0) {
        bool ostep = x->setup.rules == RULES_OSTEP;

        x->policy_count = ostep ? PLATTER_SCAN : POLICIES;
        for (int i = 0; i < x->policy_count; i++)
            x->policies[i] = (enum platter_policy)i;
        return -1;
    }
    while (*at != '\0') {
        char word[16];
        size_t n = strcspn(at, ",");
        int policy;

        snprintf(word, sizeof(word), "%.*s", (int)n, at);
        policy = n < sizeof(word) ? platter_policy_named(word) : -1;
        if (policy < 0 || x->policy_count == POLICIES) {
            const char *near = text_nearest(word, known);

            return cli_refuse(
                EXIT_REQUEST,
                policy >= 0 ? "--policy takes up to eight"
                : near      ? "\"%s\" is no policy of the disk; did you mean "
                              "\"%s\"?"
                            : "\"%s\" is no policy of the disk; they are fifo, "
                              "sstf, satf, bsatf, scan, c-scan, look, c-look",
                word, near);
        }
        x->policies[x->policy_count++] = (enum platter_policy)policy;
        at += n + (at[n] == ',');
    }
    return x->policy_count > 0
               ? -1
               : cli_refuse(EXIT_REQUEST,
                            "--policy needs a name, such as satf");
}

static int get_degrees(struct wishes *x)
{
    const char *text = cli_words_value(&x->w, "degrees");
    char end;

    if (text && sscanf(text, "%3d,%3d,%3d%c", &x->setup.degrees[0],
                       &x->setup.degrees[1], &x->setup.degrees[2], &end) != 3)
        return cli_refuse(EXIT_REQUEST,
                          "--degrees cannot be \"%s\"; it is three numbers "
                          "from 2 to 360, such as 10,20,30",
                          text);
    return -1;
}

static int get_speed(struct wishes *x, const char *name, int *milli)
{
    const char *text = cli_words_value(&x->w, name);

    if (text && !platter_milli(text, 1, PLATTER_SPEED, milli))
        return cli_refuse(EXIT_REQUEST,
                          "--%s cannot be \"%s\"; it is a number from 0.001 to "
                          "1000 with at most three decimals",
                          name, text);
    return -1;
}

static int get_numbers(struct wishes *x)
{
    const char *rules = cli_words_value(&x->w, "rules");
    long skew = 0, window = -1;
    int status = get_degrees(x);

    if (rules && strcmp(rules, "ostep") == 0)
        x->setup.rules = RULES_OSTEP;
    if (status < 0)
        status = get_speed(x, "seek", &x->setup.seek_milli);
    if (status < 0)
        status = get_speed(x, "rotate", &x->setup.rotate_milli);
    if (status < 0)
        status = cli_words_number(&x->w, "skew", 0, 360, &skew);
    if (status < 0)
        status =
            cli_words_number(&x->w, "window", 1, PLATTER_REQUESTS, &window);
    x->setup.skew = (int)skew;
    x->setup.window = (int)window;
    return status < 0 ? get_policies(x) : status;
}

static int draw_requests(struct wishes *x, long n)
{
    uint64_t state;
    long seed = 1;
    int status = cli_words_number(&x->w, "seed", 0, LONG_MAX, &seed), blocks;

    if (status >= 0)
        return status;
    if (x->w.rest_count > 0)
        return cli_refuse(EXIT_REQUEST,
                          "--random draws the requests; leave \"%s\" away",
                          x->w.rest[0]);
    for (int i = 0; i < PLATTER_TRACKS; i++)
        if (x->setup.degrees[i] < 2)
            return -1; /* the disk itself is refused later */
    x->requests = calloc((size_t)n, sizeof(*x->requests));
    if (!x->requests)
        return cli_refuse(EXIT_FAILED, "no memory for the requests");
    state = (uint64_t)seed;
    blocks = platter_blocks(&x->setup);
    for (long i = 0; i < n; i++)
        x->requests[i].block = (int32_t)random_below(&state, (uint32_t)blocks);
    x->setup.count = (int)n;
    return -1;
}

static int read_requests(struct wishes *x)
{
    struct text all = {0};
    struct err err = {0};
    int rc;

    if (x->w.rest_count == 0)
        return cli_refuse(EXIT_REQUEST,
                          "sim disk needs requests: timeslice sim disk \"10 18 "
                          "3\" --policy satf, or --random 20");
    for (int i = 0; i < x->w.rest_count; i++)
        text_addf(&all, "%s%s", i > 0 ? " " : "", x->w.rest[i]);
    rc = all.failed ? err_set(&err, -ENOMEM, "no memory for the requests")
                    : platter_read(text_str(&all), &x->requests,
                                   &x->setup.count, &err);
    text_fini(&all);
    return rc < 0 ? cli_refuse_err(&err, EXIT_FAILED) : -1;
}

static int get_late(struct wishes *x)
{
    const char *text = cli_words_value(&x->w, "late");
    struct platter_request *late = NULL;
    struct err err = {0};
    int status = -1, rc;

    if (!text)
        return -1;
    rc = platter_read(text, &late, &x->setup.late_count, &err);
    if (rc < 0) {
        status = cli_refuse(EXIT_REQUEST, "--late: %s", err.text);
        x->setup.late_count = 0;
    } else {
        x->late = calloc((size_t)x->setup.late_count + 1, sizeof(*x->late));
        if (!x->late)
            status = cli_refuse(EXIT_FAILED, "no memory for the requests");
        for (int i = 0; x->late && i < x->setup.late_count; i++)
            x->late[i] = late[i].block;
    }
    free(late);
    return status;
}

static int get_wishes(struct wishes *x)
{
    long random = 0;
    int status = get_numbers(x);

    if (status < 0)
        status =
            cli_words_number(&x->w, "random", 1, PLATTER_REQUESTS, &random);
    if (status < 0)
        status = random > 0 ? draw_requests(x, random) : read_requests(x);
    if (status < 0)
        status = get_late(x);
    x->setup.requests = x->requests;
    x->setup.late = x->late;
    return status;
}

/* ---- as text ------------------------------------------------------------- */

/* "45", "13.333", to the right of @width columns. */
static void print_ticks(const struct platter_result *r, int64_t units,
                        int width)
{
    if (units % r->per_tick == 0)
        printf("%*lld", width, (long long)(units / r->per_tick));
    else
        printf("%*.3f", width, platter_ticks(r, units));
}

static void print_table(const struct platter_setup *s,
                        const struct platter_result *r)
{
    printf(" turn  block  track      seek    rotate  transfer     total    "
           "waited\n");
    for (int i = 0; i < r->count; i++) {
        const struct platter_service *one = &r->services[i];

        printf("%5d  %5d  %5d", i + 1, one->block,
               platter_place(s, one->block).track);
        print_ticks(r, one->seek, 10);
        print_ticks(r, one->rotate, 10);
        print_ticks(r, one->transfer, 10);
        print_ticks(r, one->seek + one->rotate + one->transfer, 10);
        print_ticks(r, one->chosen - one->arrived, 10);
        printf("\n");
    }
    printf("  all              ");
    print_ticks(r, r->seek, 10);
    print_ticks(r, r->rotate, 10);
    print_ticks(r, r->transfer, 10);
    print_ticks(r, r->seek + r->rotate + r->transfer, 10);
    printf("\n");
}

static double longest_wait(const struct platter_result *r)
{
    int64_t most = 0;

    for (int i = 0; i < r->count; i++)
        if (r->services[i].chosen - r->services[i].arrived > most)
            most = r->services[i].chosen - r->services[i].arrived;
    return platter_ticks(r, most);
}

static double mean_wait(const struct platter_result *r)
{
    return r->waited / (double)r->per_tick / r->count;
}

static void print_reasons(const struct platter_setup *s,
                          const struct platter_result *r)
{
    printf("\n");
    for (int i = 0; i < r->count; i++) {
        struct text why = {0};
        int used = printf("%5d  at ", i + 1);

        print_ticks(r, r->services[i].chosen, 0);
        printf(": ");
        platter_explain(s, r, i, &why);
        cli_wrap(text_str(&why), used + 8, 7, cli_columns(80));
        text_fini(&why);
    }
}

static void print_one(const struct wishes *x, const struct platter_setup *s,
                      const struct platter_result *r)
{
    bool utf8 = cli_utf8() && !cli_words_value(&x->w, "ascii");
    struct text picture = {0};

    printf("MODEL  mini disk, %s: %s%s\n\n", platter_policies[s->policy].name,
           platter_policies[s->policy].summary,
           s->rules == RULES_OSTEP ? "; rules ostep" : "");
    if (r->count <= PICTURE_BLOCKS) {
        platter_picture(s, r, utf8, cli_columns(80), &picture);
        printf("%s\n", text_str(&picture));
        text_fini(&picture);
    }
    print_table(s, r);
    printf("\nall served at tick ");
    print_ticks(r, r->end, 0);
    printf("; a request waited %.1f ticks on average and %.1f at most before "
           "its turn\n",
           mean_wait(r), longest_wait(r));
    if (cli_words_value(&x->w, "steps"))
        print_reasons(s, r);
}

static void print_beside(const struct platter_setup *s,
                         const struct platter_result *r, bool first)
{
    if (first)
        printf("MODEL  mini disk, %d requests%s\n\npolicy         end      "
               "seek    rotate  transfer  mean wait  longest\n",
               r->count, s->rules == RULES_OSTEP ? ", rules ostep" : "");
    printf("%-8s", platter_policies[s->policy].name);
    print_ticks(r, r->end, 10);
    print_ticks(r, r->seek, 10);
    print_ticks(r, r->rotate, 10);
    print_ticks(r, r->transfer, 10);
    printf("%11.1f%9.0f\n", mean_wait(r), longest_wait(r));
}

/* ---- as JSON ------------------------------------------------------------- */

static json_t *ticks_json(const struct platter_result *r, int64_t units)
{
    return units % r->per_tick == 0 ? json_integer(units / r->per_tick)
                                    : json_real(platter_ticks(r, units));
}

static json_t *one_json(const struct platter_setup *s,
                        const struct platter_result *r, bool steps)
{
    json_t *each = json_array();

    for (int i = 0; i < r->count; i++) {
        const struct platter_service *v = &r->services[i];
        int64_t total = v->seek + v->rotate + v->transfer;
        json_t *one = json_pack(
            "{s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "block", v->block,
            "track", platter_place(s, v->block).track, "arrived",
            ticks_json(r, v->arrived), "chosen", ticks_json(r, v->chosen),
            "waited", ticks_json(r, v->chosen - v->arrived), "seek",
            ticks_json(r, v->seek), "rotate", ticks_json(r, v->rotate),
            "transfer", ticks_json(r, v->transfer), "total",
            ticks_json(r, total));

        if (steps) {
            struct text why = {0};

            platter_explain(s, r, i, &why);
            json_object_set_new(one, "why", json_string(text_str(&why)));
            text_fini(&why);
        }
        json_array_append_new(each, one);
    }
    return json_pack("{s:s, s:o, s:{s:o, s:o, s:o, s:o}, s:f, s:f, s:o}",
                     "policy", platter_policies[s->policy].name, "per_request",
                     each, "totals", "seek", ticks_json(r, r->seek), "rotate",
                     ticks_json(r, r->rotate), "transfer",
                     ticks_json(r, r->transfer), "total",
                     ticks_json(r, r->seek + r->rotate + r->transfer),
                     "mean_wait", mean_wait(r), "longest_wait", longest_wait(r),
                     "end", ticks_json(r, r->end));
}

static int print_json(const struct wishes *x, json_t *policies)
{
    const struct platter_setup *s = &x->setup;
    json_t *out = json_pack(
        "{s:s, s:s, s:s, s:[i,i,i], s:i, s:f, s:f, s:i, s:o}", "schema",
        "timeslice.sim-disk/1", "badge", "MODEL", "rules",
        s->rules == RULES_OSTEP ? "ostep" : "own", "degrees_per_block",
        s->degrees[0], s->degrees[1], s->degrees[2], "skew_blocks", s->skew,
        "seek_speed", s->seek_milli / 1000.0, "rotation_speed",
        s->rotate_milli / 1000.0, "window", s->window, "policies", policies);
    int rc =
        out ? json_dumpf(out, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12))
            : -1;

    json_decref(out);
    if (rc == 0)
        putchar('\n');
    return rc == 0 ? EXIT_DONE
                   : cli_refuse(EXIT_FAILED, "no memory for the record");
}

/* ---- the command --------------------------------------------------------- */

static int run_all(struct wishes *x)
{
    bool json = cli_words_value(&x->w, "json") != NULL;
    json_t *policies = json ? json_array() : NULL;
    int status = EXIT_DONE;

    for (int i = 0; i < x->policy_count && status == EXIT_DONE; i++) {
        struct platter_setup s = x->setup;
        struct platter_result r;
        struct err err = {0};

        s.policy = x->policies[i];
        if (platter_run(&s, &r, &err) < 0)
            status =
                cli_refuse(err.code == -ENOMEM ? EXIT_FAILED : EXIT_REQUEST,
                           "%s", err.text);
        else if (json)
            json_array_append_new(
                policies,
                one_json(&s, &r, cli_words_value(&x->w, "steps") != NULL));
        else if (x->policy_count > 1)
            print_beside(&s, &r, i == 0);
        else
            print_one(x, &s, &r);
        platter_fini(&r);
    }
    if (json && status == EXIT_DONE)
        return print_json(x, policies);
    json_decref(policies);
    return status;
}

int cli_sim_disk(int argc, char **argv)
{
    struct wishes x = {0};
    int status = cli_words_sort(&x.w, &command, argc, argv);

    platter_defaults(&x.setup);
    if (status < 0)
        status = get_wishes(&x);
    if (status < 0)
        status = cli_flush(run_all(&x));
    free(x.requests);
    free(x.late);
    cli_words_fini(&x.w);
    return status;
}
