/* A search from its start to its end. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "explore/go.h"

enum {
    CHUNK = 1024,        /* states expanded between two looks at the bounds */
    PILOT_STATES = 8000, /* searched before the widths are chosen */
    CREW_STATES = 50000, /* worth more than one thread */
    TRACES_STATES = 200000, /* more have too many schedules to tell traces */
    PROGRESS_CHUNKS = 16
};

/* ---- bounds -------------------------------------------------------------- */

int search_fan(const struct search *s)
{
    return s->program->thread_count * (s->stepper->rules.tso ? 2 : 1);
}

static int64_t bytes_now(const struct search *s)
{
    int64_t bytes =
        store_bytes(&s->store, s->store.taken) + automaton_bytes(s->automaton);

    if (s->edges.keeps)
        bytes += (int64_t)(s->edges.cap * (s->edges.masks ? 22 : 6) +
                           s->edges.state_cap * 9);
    return bytes;
}

bool search_may_go_on(struct search *s, const struct explore_request *request,
                      uint64_t frontier)
{
    int64_t bytes = bytes_now(s);

    if (bytes > s->peak)
        s->peak = bytes;
    if (request->progress)
        request->progress(request->context, (int64_t)s->store.taken,
                          (int64_t)frontier);
    if (request->cancel && *request->cancel)
        search_end(s, SEARCH_CANCELLED);
    if (bytes > s->memory)
        search_end(s, SEARCH_FULL);
    return s->end == SEARCH_GOES_ON;
}

bool search_widen_begin(struct search *s)
{
    int64_t bytes = bytes_now(s) + store_wider_bytes(&s->store);

    if (bytes > s->memory)
        search_end(s, SEARCH_FULL);
    else if (store_widen_begin(&s->store) < 0)
        search_end(s, SEARCH_NO_MEMORY);
    else if (bytes > s->peak)
        s->peak = bytes;
    return s->end == SEARCH_GOES_ON;
}

/* One thread: see to it that @more states can be looked up. */
static bool make_room(struct search *s, uint64_t more)
{
    while (s->store.taken + more > store_room(&s->store)) {
        if (!search_widen_begin(s))
            return false;
        store_widen_move(&s->store, 0, s->store.taken);
        store_widen_end(&s->store);
    }
    return true;
}

/* ---- edges that are kept ------------------------------------------------- */

static void edges_fini(struct edge_list *e)
{
    free(e->to);
    free(e->action);
    free(e->fails);
    free(e->reads);
    free(e->writes);
    free(e->degree);
    free(e->finish);
    free(e->outcome);
    *e = (struct edge_list){0};
}

/* What each step touches is only for traces. */
static void masks_drop(struct edge_list *e)
{
    free(e->reads);
    free(e->writes);
    e->reads = e->writes = NULL;
    e->masks = false;
}

/* Room to note down what comes of states below @to. */
static bool edges_room(struct edge_list *e, size_t to)
{
    size_t cap = e->state_cap ? e->state_cap : 4096;
    void *degree, *finish, *outcome;

    if (to <= e->state_cap)
        return true;
    while (cap < to)
        cap *= 2;
    degree = realloc(e->degree, cap * sizeof *e->degree);
    e->degree = degree ? degree : e->degree;
    finish = realloc(e->finish, cap);
    e->finish = finish ? finish : e->finish;
    outcome = realloc(e->outcome, cap * sizeof *e->outcome);
    e->outcome = outcome ? outcome : e->outcome;
    if (!degree || !finish || !outcome)
        return false;
    for (size_t i = e->state_cap; i < cap; i++) {
        e->degree[i] = 0;
        e->finish[i] = FINISH_NOT_YET;
        e->outcome[i] = -1;
    }
    e->state_cap = cap;
    return true;
}

/* ---- one thread ---------------------------------------------------------- */

static int64_t graph_states(const struct explore_request *request)
{
    return request->graph_states > 0 ? request->graph_states : 2000000;
}

static void expand_level(struct search *s, struct worker *w, uint32_t from,
                         uint32_t to, const struct explore_request *request)
{
    uint64_t fan = (uint64_t)search_fan(s);

    for (uint32_t at = from, n = 0; at < to; at += CHUNK, n++) {
        uint32_t end = to - at < CHUNK ? to : at + CHUNK;

        if (s->edges.keeps && !edges_room(&s->edges, end))
            search_end(s, SEARCH_NO_MEMORY);
        if (!make_room(s, (end - at) * fan + RING) ||
            (n % PROGRESS_CHUNKS == 0 &&
             !search_may_go_on(s, request, to - at)))
            return;
        expand(w, at, end);
    }
    worker_flush(w);
}

/* Something did not fit. The level is begun again, wider: what was found of the
 * next is found again, and is not new. */
static void begin_level_again(struct search *s, struct worker *w, uint32_t from,
                              uint32_t to, size_t edges, int64_t transitions)
{
    w->tail = w->head; /* packed the old way */
    w->transitions = transitions;
    if (s->edges.keeps) {
        s->edges.count = edges;
        for (uint32_t i = from; i < to && i < s->edges.state_cap; i++)
            s->edges.degree[i] = 0;
    }
    search_widen(s);
}

static void after_level(struct search *s, const struct explore_request *request)
{
    s->states = (int64_t)s->store.taken;
    s->level++;
    if (s->stop_at_failure && s->failures)
        search_end(s, SEARCH_STOPPED);
    if (s->edges.keeps && s->states > graph_states(request))
        edges_fini(&s->edges);
    if (s->edges.masks && s->states > TRACES_STATES)
        masks_drop(&s->edges);
}

static void levels(struct search *s, struct worker *w, int workers,
                   const struct explore_request *request)
{
    uint32_t from = 0, to = 1;
    int64_t fit_after =
        request->fit_after > 0 ? request->fit_after : PILOT_STATES;
    int64_t crew_after =
        request->crew_after > 0 ? request->crew_after : CREW_STATES;
    bool fitted = false;

    while (from < to && s->end == SEARCH_GOES_ON) {
        size_t edges = s->edges.count;
        int64_t transitions = w->transitions;

        expand_level(s, w, from, to, request);
        if (s->end == SEARCH_TOO_WIDE) {
            begin_level_again(s, w, from, to, edges, transitions);
            continue;
        }
        from = to;
        to = (uint32_t)s->store.taken;
        s->transitions = w->transitions;
        after_level(s, request);
        if (!fitted && s->states >= fit_after && from < to) {
            search_fit(s, request->fit_after <= 0);
            fitted = true;
        }
        if (workers > 1 && !s->edges.keeps && s->states >= crew_after &&
            from < to && s->end == SEARCH_GOES_ON) {
            crew_search(s, from, to, workers, request);
            return;
        }
    }
    search_end(s, SEARCH_DONE);
}

/* ---- the whole ----------------------------------------------------------- */

static int begin(struct search *s, const struct state *start,
                 const struct explore_request *request)
{
    uint64_t words[LAYOUT_WORDS];

    if (store_init(&s->store, s->layout.words, s->memory) < 0)
        return -ENOMEM;
    s->endings.width = s->program->observed_count;
    s->wide_cell = s->wide_thread = -1;
    s->edges.keeps = request->depth == EXPLORE_ALL;
    s->edges.masks = s->edges.keeps && s->program->cell_count <= 64;
    s->races_too = s->edges.keeps;
    if (!search_pack(s, start, words))
        return 0;
    memcpy(store_state(&s->store, 0), words,
           (size_t)s->layout.words * sizeof *words);
    s->store.parents[0] = STORE_NONE;
    s->store.taken = 1;
    if (store_again(&s->store) < 0) /* enters it */
        return -ENOMEM;
    store_widen_move(&s->store, 0, 1);
    store_widen_end(&s->store);
    return 0;
}

int search_run(struct search *s, struct stepper *m, const struct state *start,
               const struct explore_request *request)
{
    struct worker w;

    s->program = m->program;
    s->stepper = m;
    s->memory = request->memory;
    s->stop_at_failure = request->stop_at_failure;
    s->stop_at_once = request->depth == EXPLORE_VERDICT;
    pthread_mutex_init(&s->lock, NULL);
    s->automaton = automaton_new(s->program, &m->rules);
    if (!s->automaton || state_copy(&s->scratch, start, m) < 0)
        return -ENOMEM;
    for (int t = 0; t < s->program->thread_count; t++)
        s->nodes[t] = automaton_nodes(s->automaton, t);
    if (request->depth == EXPLORE_VERDICT && !request->no_reduction &&
        !m->rules.tso) {
        s->ahead = ahead_new(s->program);
        if (!s->ahead)
            return -ENOMEM;
    }
    ranges_start(&s->ranges, s->program);
    layout_wide(&s->layout, s->program);
    if (begin(s, start, request) < 0 || worker_init(&w, s) < 0)
        return -ENOMEM;
    levels(s, &w, request->workers, request);
    worker_fini(&w);
    return s->end == SEARCH_NO_MEMORY ? -ENOMEM : 0;
}

void search_fini(struct search *s)
{
    if (!s->program)
        return;
    store_fini(&s->store);
    edges_fini(&s->edges);
    free(s->endings.values);
    free(s->endings.place);
    free(s->endings.fails);
    free(s->endings.slot);
    state_fini(&s->scratch);
    automaton_free(s->automaton);
    ahead_free(s->ahead);
    pthread_mutex_destroy(&s->lock);
    *s = (struct search){0};
}

/* ---- what was found ------------------------------------------------------ */

/* Does @action lead from one packed state to the other? */
static bool leads(struct search *s, int action, const uint64_t *from,
                  const uint64_t *to)
{
    int n = s->store.words, t = STEP_THREAD(action);
    const struct node *node = node_of(s, from, t);
    uint64_t words[LAYOUT_WORDS];
    unsigned fails = 0;
    enum went went;

    memcpy(words, from, (size_t)n * sizeof *words);
    if (action & STEP_FLUSH) {
        if (!node->flushable)
            return false;
        went = go_flush(s, words, t, NULL);
    } else {
        if (!deed_ready(&node->deed, from, s->layout.cells, t))
            return false;
        went = go(s, words, t, (uint32_t)field_get(from, s->layout.locals[t]),
                  &fails, NULL);
    }
    return went == WENT && store_same(words, to, n);
}

/* The same by the stepper, which has room for whatever a step does on its way:
 * when it was found, so had the search. */
static bool leads_wide(struct search *s, int action, const uint64_t *from,
                       const uint64_t *to)
{
    uint64_t words[LAYOUT_WORDS];
    struct done done;

    search_unpack(s, from, &s->scratch);
    if (!state_may(s->stepper, &s->scratch, action))
        return false;
    state_step(s->stepper, &s->scratch, action, &done);
    return !done.event.fault && search_pack(s, &s->scratch, words) &&
           store_same(words, to, s->store.words);
}

/* The action that leads from one state to the other; -1: there is none. */
static int action_between(struct search *s, const uint64_t *from,
                          const uint64_t *to)
{
    int threads = s->program->thread_count;

    for (int a = 0; a < 4 * threads; a++) {
        int action = a % threads | (a / threads % 2 ? STEP_FLUSH : 0);

        if (a < 2 * threads ? leads(s, action, from, to)
                            : leads_wide(s, action, from, to))
            return action;
    }
    return -1;
}

static void reverse(struct schedule *s)
{
    for (int i = 0, k = s->count - 1; i < k; i++, k--) {
        uint8_t a = s->actions[i];

        s->actions[i] = s->actions[k];
        s->actions[k] = a;
    }
}

int search_way(struct search *s, uint32_t place, int action,
               struct schedule *out)
{
    if (action >= 0 && schedule_add(out, action) < 0)
        return -ENOMEM;
    while (s->store.parents[place] != STORE_NONE) {
        uint32_t parent = s->store.parents[place];
        int by = action_between(s, store_state(&s->store, parent),
                                store_state(&s->store, place));

        if (by < 0 || schedule_add(out, by) < 0)
            return -ENOMEM;
        place = parent;
    }
    reverse(out);
    return 0;
}

int search_graph(struct search *s, struct graph *out)
{
    struct edge_list *e = &s->edges;
    uint32_t states = (uint32_t)s->store.taken;

    *out = (struct graph){.threads = s->program->thread_count,
                          .states = states + (e->faulted ? 1 : 0)};
    out->first = malloc(((size_t)out->states + 1) * sizeof *out->first);
    if (e->masks && !e->reads) { /* there is not one edge: known all the same */
        e->reads = calloc(1, sizeof *e->reads);
        e->writes = calloc(1, sizeof *e->writes);
        if (!e->reads || !e->writes)
            return -ENOMEM;
    }
    if (!out->first || !edges_room(e, out->states))
        return -ENOMEM;
    out->first[0] = 0;
    for (uint32_t i = 0; i < out->states; i++)
        out->first[i + 1] = out->first[i] + (i < states ? e->degree[i] : 0);
    for (size_t i = 0; e->faulted && i < e->count; i++)
        if (e->to[i] == STORE_NONE)
            e->to[i] = states;
    if (e->faulted)
        e->finish[states] = GRAPH_FAULTED;
    out->to = e->to;
    out->action = e->action;
    out->fails = e->fails;
    out->finish = e->finish;
    out->reads = e->reads;
    out->writes = e->writes;
    e->to = NULL;
    e->action = e->fails = e->finish = NULL;
    e->reads = e->writes = NULL;
    e->keeps = false;
    return 0;
}
