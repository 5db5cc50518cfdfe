/* Workers are cooperative tasks: all of them on one thread, of which each has
 * its turn. */
#include "lab/coop.h"

static int model_coop_spawn(struct crew *c, struct worker *w)
{
    return coop_add(c, w);
}

/* They are all on one thread, which ends when the last has been collected. */
static void model_coop_join(struct crew *c, struct worker *w)
{
    (void)w;
    if (++c->coop->joined == c->spawned)
        coop_close(c);
}

const struct model model_coop = {
    .prepare = coop_prepare,
    .spawn = model_coop_spawn,
    .join = model_coop_join,
};
