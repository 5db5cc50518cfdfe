/* The mini disk: its setup, where its blocks are, and the life of its requests.
 * Any thread. */
#include "sim/platter.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/platter_parts.h"

#define USUAL_DEGREES 30

void platter_defaults(struct platter_setup *s)
{
    *s = (struct platter_setup){
        .degrees = {USUAL_DEGREES, USUAL_DEGREES, USUAL_DEGREES},
        .seek_milli = 1000,
        .rotate_milli = 1000,
        .window = -1,
    };
}

/* ---- where blocks are ---------------------------------------------------- */

static int block_width(const struct platter_setup *s, int track)
{
    return s->degrees[track] / 2 * 2;
}

static int track_blocks(const struct platter_setup *s, int track)
{
    int width = block_width(s, track);

    return (360 + width - 1) / width;
}

int platter_blocks(const struct platter_setup *s)
{
    int blocks = 0;

    for (int i = 0; i < PLATTER_TRACKS; i++)
        blocks += track_blocks(s, i);
    return blocks;
}

struct platter_place platter_place(const struct platter_setup *s, int block)
{
    struct platter_place place = {0};
    int middle;

    while (block >= track_blocks(s, place.track))
        block -= track_blocks(s, place.track++);
    place.width = block_width(s, place.track);
    middle = (block + s->skew * place.track) * place.width + 180;
    place.start = (middle - place.width / 2) % 360;
    return place;
}

/* ---- is that a disk? ----------------------------------------------------- */

static int refuse_rules(const char *what, struct err *err)
{
    return err_set(err, -EINVAL,
                   "the rules ostep do not know %s: without "
                   "\"rules ostep\" it works",
                   what);
}

/* What the book's program cannot do. */
static int check_ostep(const struct platter_setup *s, struct err *err)
{
    const int apart = PLATTER_APART * 1000;

    if (s->policy >= PLATTER_SCAN)
        return refuse_rules(platter_policies[s->policy].name, err);
    for (int i = 0; i < s->count; i++)
        if (s->requests[i].arrive > 0)
            return refuse_rules("requests that arrive later", err);
    if (apart % s->seek_milli != 0)
        return err_set(err, -EINVAL,
                       "with the rules ostep the seek speed must fit into 40 "
                       "units a whole number of times; %d.%03d does not",
                       s->seek_milli / 1000, s->seek_milli % 1000);
    return 0;
}

static int check_blocks(const struct platter_setup *s, struct err *err)
{
    int blocks = platter_blocks(s);

    for (int i = 0; i < s->count + s->late_count; i++) {
        bool late = i >= s->count;
        int32_t block = late ? s->late[i - s->count] : s->requests[i].block;

        if (block < 0 || block >= blocks)
            return err_set(err, -EINVAL,
                           "there is no block %" PRId32 " (%srequest %d): this "
                           "disk has the blocks 0 to %d",
                           block, late ? "late " : "",
                           late ? i - s->count + 1 : i + 1, blocks - 1);
        if (!late && (s->requests[i].arrive < 0 ||
                      s->requests[i].arrive > PLATTER_ARRIVE))
            return err_set(err, -EINVAL,
                           "request %d arrives at %" PRId32 ": it should be a "
                           "tick from 0 to %d",
                           i + 1, s->requests[i].arrive, PLATTER_ARRIVE);
    }
    return 0;
}

static int check_setup(const struct platter_setup *s, struct err *err)
{
    for (int i = 0; i < PLATTER_TRACKS; i++)
        if (s->degrees[i] < 2 || s->degrees[i] > 360)
            return err_set(err, -EINVAL,
                           "a block of track %d cannot be %d degrees: from 2 "
                           "to 360",
                           i, s->degrees[i]);
    if (s->skew < 0 || s->skew > 360)
        return err_set(err, -EINVAL,
                       "the skew cannot be %d blocks: from 0 to 360", s->skew);
    if (s->seek_milli < 1 || s->seek_milli > PLATTER_SPEED ||
        s->rotate_milli < 1 || s->rotate_milli > PLATTER_SPEED)
        return err_set(err, -EINVAL,
                       "the speeds are numbers from 0.001 to 1000");
    if (s->window == 0 || s->window < -1)
        return err_set(err, -EINVAL,
                       "a window of %d lets nobody in: it is 1 or more, or -1 "
                       "for all",
                       s->window);
    if (s->count < 1 || s->count > PLATTER_REQUESTS || s->late_count < 0 ||
        s->late_count > PLATTER_REQUESTS - s->count)
        return err_set(err, -EINVAL,
                       "the disk takes from 1 to %d requests, late ones "
                       "included",
                       PLATTER_REQUESTS);
    if (s->rules == RULES_OSTEP) {
        int rc = check_ostep(s, err);

        if (rc < 0)
            return rc;
    }
    return check_blocks(s, err);
}

/* ---- the run ------------------------------------------------------------- */

static void join_queue(struct platter *p, int32_t block, int64_t arrived)
{
    p->queue[p->queued] = (struct platter_waiting){block, arrived};
    p->next[p->tail] = p->queued;
    p->next[p->queued + 1] = -1;
    p->tail = ++p->queued;
}

/* Those who have come by now. @at: how many have before; returns how many. */
static int admit(struct platter *p, const struct platter_request *sorted,
                 int at)
{
    while (at < p->setup->count && sorted[at].arrive * p->per_tick <= p->now) {
        join_queue(p, sorted[at].block, sorted[at].arrive * p->per_tick);
        at++;
    }
    return at;
}

static void add_up(struct platter_result *r, const struct platter_service *s,
                   int64_t now)
{
    r->seek += s->seek;
    r->rotate += s->rotate;
    r->transfer += s->transfer;
    r->waited += (double)(s->chosen - s->arrived);
    r->end = now;
    r->services[r->count++] = *s;
}

static int serve_all(struct platter *p, const struct platter_request *sorted,
                     struct platter_result *r, struct err *err)
{
    const struct platter_setup *s = p->setup;
    int come = 0, late = 0, rc;

    while (p->served < s->count + s->late_count) {
        struct platter_service one = {0};

        come = admit(p, sorted, come);
        if (p->next[0] < 0) {
            /* A late request is there by now: it came with a choice. */
            p->motion->idle(p, sorted[come].arrive * p->per_tick);
            continue;
        }
        one.chosen = p->now;
        one.why.waiting = p->queued - p->served;
        platter_choose(p, &one);
        if (late < s->late_count)
            join_queue(p, s->late[late++], p->now);
        rc = p->motion->serve(p, &one, err);
        if (rc < 0)
            return rc;
        p->last = one.block;
        p->served++;
        add_up(r, &one, p->now);
    }
    return 0;
}

struct numbered {
    struct platter_request request;
    int number; /* as written */
};

static int by_arrival(const void *a, const void *b)
{
    const struct numbered *l = a, *r = b;

    if (l->request.arrive != r->request.arrive)
        return l->request.arrive < r->request.arrive ? -1 : 1;
    return l->number < r->number ? -1 : l->number > r->number;
}

/* A copy of the requests in the order they arrive, of equals as written. */
static struct platter_request *sort_requests(const struct platter_setup *s)
{
    size_t count = (size_t)s->count;
    struct numbered *order = calloc(count, sizeof(*order));
    struct platter_request *sorted = calloc(count, sizeof(*sorted));

    if (order && sorted) {
        for (size_t i = 0; i < count; i++)
            order[i] = (struct numbered){s->requests[i], (int)i};
        qsort(order, count, sizeof(*order), by_arrival);
        for (size_t i = 0; i < count; i++)
            sorted[i] = order[i].request;
    } else {
        free(sorted);
        sorted = NULL;
    }
    free(order);
    return sorted;
}

static bool make(struct platter *p, const struct platter_setup *s,
                 struct platter_result *r)
{
    size_t all = (size_t)s->count + (size_t)s->late_count;

    *p = (struct platter){.setup = s, .last = -1};
    p->blocks = platter_blocks(s);
    p->places = calloc((size_t)p->blocks, sizeof(*p->places));
    p->queue = calloc(all, sizeof(*p->queue));
    p->next = calloc(all + 1, sizeof(*p->next));
    r->services = calloc(all, sizeof(*r->services));
    if (!p->places || !p->queue || !p->next || !r->services)
        return false;
    p->next[0] = -1;
    for (int i = 0; i < p->blocks; i++)
        p->places[i] = platter_place(s, i);
    for (int i = 0; i < PLATTER_TRACKS; i++)
        p->first[i + 1] = p->first[i] + track_blocks(s, i);
    p->motion = s->rules == RULES_OSTEP ? &platter_ticking : &platter_exact;
    if (s->rules == RULES_OSTEP)
        platter_tick_init(p);
    else
        platter_exact_init(p);
    r->per_tick = p->per_tick;
    return true;
}

int platter_run(const struct platter_setup *s, struct platter_result *out,
                struct err *err)
{
    struct platter_request *sorted;
    struct platter p;
    int rc;

    *out = (struct platter_result){0};
    rc = check_setup(s, err);
    if (rc < 0)
        return rc;
    sorted = sort_requests(s);
    if (!make(&p, s, out) || !sorted)
        rc = err_set(err, -ENOMEM, "no memory for the requests");
    else
        rc = serve_all(&p, sorted, out, err);
    free(sorted);
    free(p.places);
    free(p.queue);
    free(p.next);
    return rc;
}

void platter_fini(struct platter_result *r)
{
    free(r->services);
    *r = (struct platter_result){0};
}

double platter_ticks(const struct platter_result *r, int64_t units)
{
    return r->per_tick > 0 ? (double)units / (double)r->per_tick : 0;
}

/* ---- from text ----------------------------------------------------------- */

/* Digits at *@at, at most @most. -1: something else. */
static int64_t cut_number(const char **at, int64_t most)
{
    int64_t n = 0;

    if (!isdigit((unsigned char)**at))
        return -1;
    for (; isdigit((unsigned char)**at); (*at)++)
        if (n <= most)
            n = n * 10 + (**at - '0');
    return n <= most ? n : -1;
}

static int refuse_word(const char *text, const char *word, struct err *err)
{
    return err_set(err, -EINVAL,
                   "\"%.*s\" (column %d) is no request: write the number of a "
                   "block, such as 18, or 18@250 for one that arrives at tick "
                   "250",
                   (int)strcspn(word, " ,\t\n"), word, (int)(word - text) + 1);
}

int platter_read(const char *text, struct platter_request **out, int *count,
                 struct err *err)
{
    size_t most = strlen(text) / 2 + 1;

    *count = 0;
    if (most > PLATTER_REQUESTS)
        most = PLATTER_REQUESTS;
    *out = calloc(most, sizeof(**out));
    if (!*out)
        return err_set(err, -ENOMEM, "no memory for the requests");
    for (const char *at = text + strspn(text, " ,\t\n"); *at != '\0';
         at += strspn(at, " ,\t\n")) {
        const char *word = at;
        int64_t block = cut_number(&at, PLATTER_ARRIVE), arrive = 0;

        if (block >= 0 && *at == '@') {
            at++;
            arrive = cut_number(&at, PLATTER_ARRIVE);
        }
        if (block < 0 || arrive < 0 || !strchr(" ,\t\n", *at))
            return refuse_word(text, word, err);
        if ((size_t)*count == most)
            return err_set(err, -EINVAL, "more than %d requests",
                           PLATTER_REQUESTS);
        (*out)[(*count)++] =
            (struct platter_request){(int32_t)block, (int32_t)arrive};
    }
    return 0;
}

bool platter_milli(const char *text, int least, int most, int *out)
{
    const char *at = text;
    int64_t n = cut_number(&at, most / 1000);

    if (n < 0)
        return false;
    n *= 1000;
    if (*at == '.') {
        at++;
        for (int part = 100; isdigit((unsigned char)*at); part /= 10, at++) {
            if (part == 0 && *at != '0')
                return false;
            n += part * (*at - '0');
        }
    }
    *out = (int)n;
    return *at == '\0' && n >= least && n <= most;
}
