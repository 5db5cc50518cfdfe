/* Running what a session asks for, one order after the other. Screen
 * process. */
#ifndef CLI_LESSON_ORDERS_H
#define CLI_LESSON_ORDERS_H

#include "cli/conduct.h"
#include "lesson/session.h"

/* What somebody wants to hear of it; each may be NULL. */
struct orders_ear {
    void (*before)(const struct lesson_order *o, void *arg);
    /* It was taken in; .error of @outcome says why it could not begin. */
    void (*after)(const struct lesson_order *o,
                  const struct sweep_outcome *outcome, void *arg);
    void *arg;
};

/* Run all that @s asks for by conduct_run(), whose .look it takes for itself.
 * 0; -ENOMEM; -EINTR: somebody asked to end (conduct_hold()). */
int orders_run(struct conductor *c, struct session *s,
               const struct orders_ear *ear);

#endif
