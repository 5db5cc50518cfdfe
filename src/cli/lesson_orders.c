/* Running what a session asks for. Screen process. */
#include "cli/lesson_orders.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct looking {
    struct session *session;
    const struct lesson_order *order;
    int rc;
};

static void look(const struct trace *t, const struct sweep_outcome *o,
                 void *arg)
{
    struct looking *l = arg;

    l->rc = session_take(l->session, l->order, o, t);
}

/* One of them. 0, or -ENOMEM; what could not begin is taken in as such. */
static int run_one(struct conductor *c, struct looking *l,
                   const struct orders_ear *ear)
{
    const struct lesson_order *o = l->order;
    const struct sweep_order plain = {.spec = o->spec};
    struct sweep_outcome outcome;
    struct err err = {0};

    if (ear->before)
        ear->before(o, ear->arg);
    if (conduct_run(c, o->sweeping ? &o->sweep : &plain, &outcome, &err) < 0) {
        outcome.verdict = VERDICT_FAILED;
        snprintf(outcome.error, sizeof(outcome.error), "%.159s", err.text);
        l->rc = session_take(l->session, o, &outcome, NULL);
    }
    if (ear->after && !c->interrupted)
        ear->after(o, &outcome, ear->arg);
    return l->rc;
}

int orders_run(struct conductor *c, struct session *s,
               const struct orders_ear *ear)
{
    struct lesson_order *o = malloc(sizeof(*o)); /* it is large */
    struct looking l = {s, o, 0};

    if (!o)
        return -ENOMEM;
    c->look = look;
    c->arg = &l;
    while (l.rc == 0 && !conduct_asked_to_end(c) && session_order(s, o))
        run_one(c, &l, ear);
    c->look = NULL;
    c->arg = NULL;
    free(o);
    return c->interrupted ? -EINTR : l.rc;
}
