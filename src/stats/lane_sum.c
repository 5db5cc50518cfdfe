/* The sums of one column: who had the core, what the worker did. The screen
 * process. */
#include "stats/lane_sum.h"

void core_sum_add(struct core_sum *c, int worker, int64_t ns)
{
    struct holder *h = NULL, *least = &c->top[0];

    c->busy_ns += ns;
    c->seen |= UINT64_C(1) << (worker % 64);
    for (int i = 0; i < c->count; i++) {
        if (c->top[i].worker == worker) {
            h = &c->top[i];
            break;
        }
        if (c->top[i].rank < least->rank)
            least = &c->top[i];
    }
    if (!h && c->count < HOLDERS) {
        h = &c->top[c->count++];
        *h = (struct holder){.worker = worker};
    } else if (!h) {
        h = least;
        h->worker = worker;
        h->ns = 0;
        c->crowded = 1;
    }
    h->ns += ns;
    h->rank += ns;
}

void row_sum_show(const struct row_sum *sum, struct lane_cell *c)
{
    int cause = 0;

    for (int k = 0; k < SPAN_STATES; k++)
        c->ns[k] = (float)sum->ns[k];
    for (int k = 1; k < WAIT_CAUSES; k++)
        if (sum->wait_ns[k] > sum->wait_ns[cause])
            cause = k;
    c->cause = (uint8_t)cause;
    c->switches = sum->switches < 255 ? (uint8_t)sum->switches : 255;
    c->sampled = sum->sampled_ns > 0;
}

void core_sum_show(const struct core_sum *sum, struct core_cell *c)
{
    int holders = sum->count;
    const struct holder *top = NULL;

    for (int i = 0; i < sum->count; i++) {
        const struct holder *h = &sum->top[i];

        if (!top || h->ns > top->ns ||
            (h->ns == top->ns && h->worker < top->worker))
            top = h;
    }
    if (sum->crowded) {
        int seen = __builtin_popcountll(sum->seen);

        holders = seen > HOLDERS ? seen : HOLDERS + 1;
    }
    *c = (struct core_cell){
        .worker = top ? (int16_t)top->worker : -1,
        .holders = (uint8_t)holders,
        .unknown = sum->unknown,
        .ns = top ? (float)top->ns : 0,
        .busy_ns = (float)sum->busy_ns,
    };
}

enum span_state lane_cell_state(const struct lane_cell *c)
{
    int most = 0;

    for (int i = 1; i < SPAN_STATES; i++)
        if (c->ns[i] > c->ns[most])
            most = i;
    return c->ns[most] > 0 ? (enum span_state)most : SPAN_STATES;
}
