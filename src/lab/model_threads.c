/* Workers are POSIX threads of the lab: one memory, one process. With the
 * global lock they are the same threads, and one of them computes at a time. */
#include <errno.h>
#include <string.h>

#include "lab/crew.h"

/* GMP puts up to 64 KiB of scratch on the stack; the rest is ours. */
#define STACK_BYTES (256 * 1024)

static void *thread_main(void *arg)
{
    worker_main(arg);
    return NULL;
}

static int threads_spawn(struct crew *c, struct worker *w)
{
    pthread_attr_t attr;
    int rc;

    w->gil = models[c->spec->model]->has_gil ? &c->arena->gil : NULL;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    rc = pthread_create(&c->threads[w->id], &attr, thread_main, w);
    pthread_attr_destroy(&attr);
    return -rc;
}

static void threads_join(struct crew *c, struct worker *w)
{
    pthread_join(c->threads[w->id], NULL);
}

const struct model model_threads = {
    .spawn = threads_spawn,
    .join = threads_join,
};

const struct model model_gil = {
    .spawn = threads_spawn,
    .join = threads_join,
    .has_gil = true,
};
