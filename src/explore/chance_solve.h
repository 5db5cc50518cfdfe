/* The probability of a failure from every state, backwards over the graph, for
 * one kind of number: doubles in chance_near.c, residues of a prime in
 * chance_modular.c. This file is included there, once each, after
 *
 *   number            the type
 *   numbers           a struct with whatever the arithmetic needs
 *   times(n, a, b), plus(n, a, b), inverse(n, a), ratio(n, a, b)
 *                     of numbers, ratio() of integers 0 <= a, 0 < b
 *   nought(), one(n)
 *   iterate(s, i)     solve component i, which is too large to be eliminated;
 *                     false: cannot. Reads and fills s->p
 *
 * No subtraction is needed (Grassmann, Taksar and Heyman, "Regenerative
 * analysis and steady state distributions for Markov chains", Operations
 * Research 33, 1985): what stays in a state is not counted, what leaves it is
 * summed up. So doubles lose nothing to cancellation.
 *
 * chance_near() and others say what is computed. */

struct solver {
    const struct chance *k;
    struct numbers n;
    unsigned kinds;                /* failures looked for */
    number share[DEGREE_MOST + 1]; /* 1 / edges */
    number *p;                     /* of each state */
    /* Of the component at hand: of each number of its plan; of each row, 1
     * over what leaves it, what leaves the component from it, and that times
     * the probability there. */
    number *values, *inverse_pivot, *exits, *sum;
    number *work; /* a row */
};

static void solver_fini(struct solver *s)
{
    free(s->p);
    free(s->values);
    free(s->inverse_pivot);
    free(s->exits);
    free(s->sum);
    free(s->work);
}

/* .k and .n are set; all else is nought. */
static int solver_init(struct solver *s)
{
    const struct plan *plan = &s->k->plan;
    size_t rows = plan->most_rows + 1;

    s->p = malloc(((size_t)s->k->g->states + 1) * sizeof(number));
    s->values = malloc(((size_t)plan->most_numbers + 1) * sizeof(number));
    s->inverse_pivot = malloc(rows * sizeof(number));
    s->exits = malloc(rows * sizeof(number));
    s->sum = malloc(rows * sizeof(number));
    s->work = malloc(rows * sizeof(number));
    if (!s->p || !s->values || !s->inverse_pivot || !s->exits || !s->sum ||
        !s->work) {
        solver_fini(s);
        return -ENOMEM;
    }
    return 0;
}

static void solver_begin(struct solver *s)
{
    for (int d = 1; d <= DEGREE_MOST; d++)
        s->share[d] = ratio(&s->n, 1, d);
}

/* A state on its own, which may loop: the average over where its edges
 * lead. At most DEGREE_MOST numbers are added: residues are small enough. */
static void solve_state(struct solver *s, uint32_t state)
{
    const struct graph *g = s->k->g;
    number sum = nought();
    uint32_t degree = 0;
    uint32_t end = g->first[state + 1];

    if (g->first[state] == end)
        sum = ending_failures(g, state) & s->kinds ? one(&s->n) : nought();
    for (uint32_t e = g->first[state]; e < end; e++) {
        bool fails = g->fails[e] & s->kinds;

        if (!fails && g->to[e] == state)
            continue;
        sum += fails ? one(&s->n) : s->p[g->to[e]];
        degree++;
    }
    s->p[state] = degree > 0 ? times(&s->n, s->share[degree], sum) : sum;
}

/* If all ways out of component @i, failures among them, are worth the same, so
 * is every state. */
static bool solve_uniform(struct solver *s, uint32_t i)
{
    const struct graph *g = s->k->g;
    const struct components *c = s->k->c;
    number value = nought();
    bool any = false;

    for (uint32_t m = c->first[i]; m < c->first[i + 1]; m++) {
        uint32_t state = c->member[m];

        for (uint32_t e = g->first[state]; e < g->first[state + 1]; e++) {
            bool fails = g->fails[e] & s->kinds;
            number there = fails ? one(&s->n) : s->p[g->to[e]];

            if (!fails && c->of[g->to[e]] == i)
                continue;
            if (any && there != value)
                return false;
            value = there;
            any = true;
        }
    }
    /* Never left and never failing: nought. */
    for (uint32_t m = c->first[i]; m < c->first[i + 1]; m++)
        s->p[c->member[m]] = value;
    return true;
}

/* Spread the edges of row @r of component @i over .work; returns what leaves
 * the component, and in *@sum that times the probability there. */
static number load_row(struct solver *s, uint32_t i, uint32_t r, number *sum)
{
    const struct graph *g = s->k->g;
    const struct plan *plan = &s->k->plan;
    uint32_t place = s->k->c->first[i] + r;
    uint32_t state = plan->order[place];
    number each = s->share[g->first[state + 1] - g->first[state]];
    number exits = nought();

    *sum = nought();
    s->work[r] = nought();
    for (uint32_t x = plan->first[place]; x < plan->first[place + 1]; x++)
        s->work[plan->columns[x]] = nought();
    for (uint32_t e = g->first[state]; e < g->first[state + 1]; e++) {
        uint32_t to = g->to[e];
        bool fails = g->fails[e] & s->kinds;

        if (!fails && s->k->c->of[to] == i) {
            number *at = &s->work[plan->row[to]];

            *at = plus(&s->n, *at, each);
            continue;
        }
        exits = plus(&s->n, exits, each);
        *sum = plus(&s->n, *sum, fails ? each : times(&s->n, each, s->p[to]));
    }
    return exits;
}

/* Eliminate row after row of component @i: what goes from a row to an earlier
 * one goes on from there. */
static void eliminate(struct solver *s, uint32_t i)
{
    const struct plan *plan = &s->k->plan;
    const struct numbers *n = &s->n;
    uint32_t base = s->k->c->first[i];
    uint32_t rows = s->k->c->first[i + 1] - base;
    uint32_t zero = plan->first[base]; /* where .values begin */

    for (uint32_t r = 0; r < rows; r++) {
        uint32_t place = base + r;
        number exits = load_row(s, i, r, &s->sum[r]);
        number pivot;

        for (uint32_t x = plan->first[place]; x < plan->middle[place]; x++) {
            uint32_t by = plan->columns[x];
            number flow = s->work[by];
            number on = times(n, flow, s->inverse_pivot[by]);

            s->values[x - zero] = flow;
            for (uint32_t y = plan->middle[base + by];
                 y < plan->first[base + by + 1]; y++) {
                number *at = &s->work[plan->columns[y]];

                *at = plus(n, *at, times(n, on, s->values[y - zero]));
            }
            exits = plus(n, exits, times(n, on, s->exits[by]));
            s->sum[r] = plus(n, s->sum[r], times(n, on, s->sum[by]));
        }
        pivot = exits;
        for (uint32_t x = plan->middle[place]; x < plan->first[place + 1];
             x++) {
            s->values[x - zero] = s->work[plan->columns[x]];
            pivot = plus(n, pivot, s->values[x - zero]);
        }
        s->exits[r] = exits;
        s->inverse_pivot[r] = inverse(n, pivot);
    }
}

/* After eliminate(): the last row first. */
static void put_back(struct solver *s, uint32_t i)
{
    const struct plan *plan = &s->k->plan;
    uint32_t base = s->k->c->first[i];
    uint32_t zero = plan->first[base];

    for (uint32_t r = s->k->c->first[i + 1] - base; r-- > 0;) {
        number sum = s->sum[r];

        for (uint32_t x = plan->middle[base + r]; x < plan->first[base + r + 1];
             x++) {
            uint32_t later = plan->order[base + plan->columns[x]];

            sum = plus(&s->n, sum,
                       times(&s->n, s->values[x - zero], s->p[later]));
        }
        s->p[plan->order[base + r]] = times(&s->n, sum, s->inverse_pivot[r]);
    }
}

/* Component by component, the last ones first. false: one cannot be solved. */
static bool solve_all(struct solver *s)
{
    const struct components *c = s->k->c;

    for (uint32_t i = 0; i < c->count; i++) {
        uint8_t way = s->k->plan.ways[i];

        if (way == WAY_SIMPLE) {
            solve_state(s, c->member[c->first[i]]);
            continue;
        }
        if (solve_uniform(s, i))
            continue;
        if (way == WAY_ITERATE) {
            if (!iterate(s, i))
                return false;
            continue;
        }
        eliminate(s, i);
        put_back(s, i);
    }
    return true;
}
