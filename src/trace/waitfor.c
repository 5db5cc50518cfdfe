/* The wait-for graph and its reduction. Screen process. */
#include "trace/waitfor.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "trace/trace.h"

const struct trace_resource *waitfor_wants(const struct trace *t, int id)
{
    int wants = t->workers[id].waits_on;

    return wants < 0 || wants >= t->resource_count ? NULL
                                                   : &t->resources[wants];
}

static bool living(const struct trace *t, int id)
{
    return t->workers[id].life == LIFE_ALIVE ||
           t->workers[id].life == LIFE_STARTING;
}

/* It is there already, or the worker that was waited for has ended. */
static bool given(const struct trace *t, const struct trace_resource *r)
{
    if (r->available > 0 || (r->role < 0 && r->owner < 0))
        return true;
    return r->kind == RESOURCE_END && r->owner < t->worker_count &&
           t->workers[r->owner].life == LIFE_ENDED;
}

/* The one worker that can give @r, or -1: nobody, or anybody of its role. */
static int giver_of(const struct trace *t, const struct trace_resource *r)
{
    return r->role < 0 && r->owner < t->worker_count ? r->owner : -1;
}

/* ---- reduction ---------------------------------------------------------- */

/* Each waiting worker is in one list: that of its giver, or of its givers'
 * role. Every worker that goes on frees its lists. */
struct graph {
    const struct trace *t;
    int *next;    /* in the list it is in; -1: the last */
    int *waiting; /* by giver: the first that waits for it; -1 */
    int *queue;   /* those that go on, in the order they were found */
    bool *goes;
    int role[ROLE_COUNT]; /* by role: the first that waits for any of it */
    int queued;
};

static void goes_on(struct graph *g, int id)
{
    g->goes[id] = true;
    g->queue[g->queued++] = id;
}

static void free_list(struct graph *g, int *first)
{
    for (int id = *first; id >= 0; id = g->next[id])
        goes_on(g, id);
    *first = -1;
}

/* Sort the workers: those that go on by themselves, and the lists. */
static void graph_fill(struct graph *g)
{
    const struct trace *t = g->t;

    for (int i = 0; i < ROLE_COUNT; i++)
        g->role[i] = -1;
    for (int id = 0; id < t->worker_count; id++)
        g->waiting[id] = -1;
    for (int id = 0; id < t->worker_count; id++) {
        const struct trace_resource *r = waitfor_wants(t, id);
        int giver, *list;

        if (!living(t, id))
            continue;
        if (!r || given(t, r)) {
            goes_on(g, id);
            continue;
        }
        giver = giver_of(t, r);
        if (r->role < 0 && giver < 0)
            continue; /* nobody has it, and it is not there */
        list = giver >= 0 ? &g->waiting[giver] : &g->role[r->role];
        g->next[id] = *list;
        *list = id;
    }
}

static void graph_reduce(struct graph *g)
{
    for (int i = 0; i < g->queued; i++) {
        int id = g->queue[i];

        free_list(g, &g->waiting[id]);
        free_list(g, &g->role[g->t->workers[id].role]);
    }
}

/* One of the stuck that could help @id if it could go on; -1: there is none. */
static int helper(const struct graph *g, int id)
{
    const struct trace *t = g->t;
    const struct trace_resource *r = waitfor_wants(t, id);
    int giver = giver_of(t, r);

    if (r->role < 0)
        return giver >= 0 && living(t, giver) ? giver : -1;
    for (int other = 0; other < t->worker_count; other++)
        if (other != id && living(t, other) &&
            (int)t->workers[other].role == r->role)
            return other;
    return -1;
}

/* Follow those who could help from @id on until one comes again. */
static bool find_cycle(const struct graph *g, int id, struct waitfor *out)
{
    int path[WAITFOR_MOST], length = 0;

    while (length < WAITFOR_MOST && id >= 0) {
        for (int i = 0; i < length; i++) {
            if (path[i] != id)
                continue;
            out->cycle_length = length - i;
            memcpy(out->cycle, path + i,
                   (size_t)out->cycle_length * sizeof(int));
            return true;
        }
        path[length++] = id;
        id = helper(g, id);
    }
    return false;
}

static void graph_result(const struct graph *g, struct waitfor *out)
{
    const struct trace *t = g->t;

    for (int id = 0; id < t->worker_count; id++) {
        if (!living(t, id))
            continue;
        if (g->goes[id]) {
            out->going++;
            continue;
        }
        if (out->stuck < WAITFOR_MOST)
            out->worker[out->stuck] = id;
        out->stuck++;
    }
    for (int i = 0; i < out->stuck && i < WAITFOR_MOST; i++)
        if (find_cycle(g, out->worker[i], out))
            break;
}

void waitfor_find(const struct trace *t, struct waitfor *out)
{
    size_t n = (size_t)t->worker_count;
    struct graph g = {.t = t};

    memset(out, 0, sizeof(*out));
    if (t->resource_count == 0 || n == 0)
        return;
    g.next = malloc(n * 3 * sizeof(int));
    g.goes = calloc(n, sizeof(bool));
    if (g.next && g.goes) {
        g.waiting = g.next + n;
        g.queue = g.waiting + n;
        graph_fill(&g);
        graph_reduce(&g);
        graph_result(&g, out);
    }
    free(g.next);
    free(g.goes);
}

static bool among(const int *ids, int count, int id)
{
    for (int i = 0; i < count && i < WAITFOR_MOST; i++)
        if (ids[i] == id)
            return true;
    return false;
}

bool waitfor_stuck(const struct waitfor *f, int id)
{
    return among(f->worker, f->stuck, id);
}

bool waitfor_in_cycle(const struct waitfor *f, int id)
{
    return among(f->cycle, f->cycle_length, id);
}

/* ---- in words ----------------------------------------------------------- */

const char *waitfor_call(const struct trace *t, const struct trace_resource *r)
{
    if (r->kind == RESOURCE_END && t->spec.model != MODEL_PROCESSES)
        return "join(thread)";
    return resource_call_words[r->kind];
}

#define TOLD_MOST 6

static const char *role_word(const struct trace *t, int id)
{
    return worker_role_words[t->workers[id].role];
}

bool waitfor_tell_held(const struct trace *t, int id, struct text *out)
{
    bool any = false;

    for (int i = 0; i < t->resource_count; i++) {
        const struct trace_resource *r = &t->resources[i];

        if (r->kind != RESOURCE_LOCK || r->owner != id)
            continue;
        text_addf(out, "%s%s", any ? " and " : "", r->name);
        any = true;
    }
    return any;
}

void waitfor_tell_wanted(const struct trace *t, const struct trace_resource *r,
                         struct text *out)
{
    /* What those do who can give it. */
    static const char *const gives[RESOURCE_KINDS] = {
        [RESOURCE_ITEM] = "bring",
        [RESOURCE_ROOM] = "make",
        [RESOURCE_PIPE_IN] = "makes",
        [RESOURCE_PIPE_OUT] = "writes",
    };
    int owner = giver_of(t, r);

    if (r->kind == RESOURCE_END && owner >= 0) {
        text_addf(out, "the end of %s %c", role_word(t, owner),
                  trace_letter(owner));
        return;
    }
    text_add(out, r->name);
    if (r->role >= 0 && gives[r->kind])
        text_addf(out, ", which only %ss %s", worker_role_words[r->role],
                  gives[r->kind]);
    else if (owner >= 0 && gives[r->kind])
        text_addf(out, ", which only %s %c %s", role_word(t, owner),
                  trace_letter(owner), gives[r->kind]);
    else if (owner >= 0)
        text_addf(out, ", held by %c", trace_letter(owner));
    else if (r->kind == RESOURCE_LOCK)
        text_add(out, ", free just now");
}

/* Who it is and which call it is in are said once for a row of equals. */
static void tell_one(const struct trace *t, int id, int before,
                     struct text *out)
{
    const struct trace_resource *r = waitfor_wants(t, id);
    const struct trace_resource *was =
        before >= 0 ? waitfor_wants(t, before) : NULL;
    bool same = before >= 0 && t->workers[id].role == t->workers[before].role;
    struct text held = {0};

    if (!same)
        text_addf(out, "%s ", role_word(t, id));
    text_addf(out, "%c ", trace_letter(id));
    if (waitfor_tell_held(t, id, &held))
        text_addf(out, "holds %s and ", text_str(&held));
    text_fini(&held);
    if (!r)
        return;
    if (same && was == r) {
        text_add(out, "waits for that, too");
        return;
    }
    if (same && was && was->kind == r->kind)
        text_add(out, "waits for ");
    else
        text_addf(out, "waits in %s for ", waitfor_call(t, r));
    waitfor_tell_wanted(t, r, out);
}

void waitfor_tell(const struct trace *t, const struct waitfor *f,
                  struct text *out)
{
    const int *who = f->cycle_length > 0 ? f->cycle : f->worker;
    int count = f->cycle_length > 0 ? f->cycle_length : f->stuck;
    int shown = count < TOLD_MOST ? count : TOLD_MOST;

    for (int i = 0; i < shown; i++) {
        text_add(out, i > 0 ? "; " : "");
        tell_one(t, who[i], i > 0 ? who[i - 1] : -1, out);
    }
    if (shown < count)
        text_addf(out, "; and %d more", count - shown);
    if (f->cycle_length > 0 && f->stuck > f->cycle_length)
        text_addf(out, "; %d more wait%s for them", f->stuck - f->cycle_length,
                  f->stuck - f->cycle_length == 1 ? "s" : "");
    if (f->stuck > 0 && f->cycle_length == 0)
        text_add(out, "; nobody is left who could help");
}
