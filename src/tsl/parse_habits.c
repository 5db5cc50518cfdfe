/* What people write who know C: each word, and what is meant here. Any
 * thread. */
#include "tsl/tree.h"

#define ONLY_INT "every value is an int of 16 bits"
#define ALL_SCHEDULES                                                          \
    "every schedule is tried anyway; a step without effect is work()"

struct habit {
    const char *word, *hint;
};

/* Words that cannot be names of anything, so that the hint comes where the word
 * stands, and not where its grammar breaks. */
static const struct habit reserved[] = {
    {"pthread_mutex_lock", "write lock(m)"},
    {"pthread_mutex_unlock", "write unlock(m)"},
    {"pthread_mutex_trylock", "write trylock(m), which gives 1 if it locked"},
    {"pthread_mutex_t", "write mutex m;"},
    {"pthread_cond_t", "write cond c;"},
    {"pthread_cond_wait", "write wait(c, m)"},
    {"pthread_cond_signal", "write signal(c)"},
    {"pthread_cond_broadcast", "write broadcast(c)"},
    {"pthread_create", "threads are declared: thread T[2] { ... }"},
    {"pthread_join", "a check is made when all have ended: check final ..."},
    {"pthread_t", "threads are declared: thread T[2] { ... }"},
    {"sem_t", "write sem s = 1;"},
    {"sem_init", "write sem s = 1;"},
    {"sem_wait", "write wait(s)"},
    {"sem_post", "write post(s)"},
    {"atomic_fetch_add", "write fetch_add(v, e)"},
    {"atomic_exchange", "write xchg(v, e)"},
    {"atomic_compare_exchange_strong", "write cas(v, old, new)"},
    {"atomic_thread_fence", "write fence()"},
    {"atomic_int", "write shared int; cas, xchg and fetch_add are atomic"},
    {"volatile", "every access to what is shared is one step already"},
    {"static", "write shared int outside, or int in a thread"},
    {"extern", "write shared int outside"},
    {"unsigned", ONLY_INT},
    {"signed", ONLY_INT},
    {"short", ONLY_INT},
    {"long", ONLY_INT},
    {"char", ONLY_INT},
    {"float", ONLY_INT},
    {"double", ONLY_INT},
    {"void", "a function is fn name() { ... }, without a type"},
    {"struct", "use one array for each member, and an index"},
    {"enum", "write const A = 0, B = 1;"},
    {"typedef", ONLY_INT},
    {"sizeof", ONLY_INT},
    {"do", "write while (...) { ... }"},
    {"goto", "use while, break and continue"},
    {"switch", "write if (...) ... else ..."},
    {"case", "write if (...) ... else ..."},
};

/* Words that a program may also use as names of its own. */
static const struct habit free_ones[] = {
    {"bool", ONLY_INT},
    {"NULL", "there are no pointers: use 0 and indices"},
    {"true", "write 1"},
    {"false", "write 0"},
    {"printf", "say what is of interest: observe x;"},
    {"malloc", "use an array and indices"},
    {"sleep", ALL_SCHEDULES},
    {"usleep", ALL_SCHEDULES},
    {"semaphore", "write sem s = 1;"},
    {"condition", "write cond c;"},
    {"P", "write wait(s)"},
    {"V", "write post(s)"},
    {"down", "write wait(s)"},
    {"up", "write post(s)"},
    {"notify", "write signal(c)"},
    {"notify_all", "write broadcast(c)"},
    {"test_and_set", "write xchg(v, 1), which gives what v was"},
    {"compare_and_swap", "write cas(v, old, new)"},
    {"fetch_and_add", "write fetch_add(v, e)"},
    {"mfence", "write fence()"},
    {"sched_yield", ALL_SCHEDULES},
    {"yield", ALL_SCHEDULES},
};

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static const char *find(const struct tokens *t, int token,
                        const struct habit *habits, size_t count)
{
    if (t->list[token].kind != TOKEN_NAME)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (token_is(t, token, habits[i].word))
            return habits[i].hint;
    return NULL;
}

const char *habit_hint(const struct tokens *t, int token)
{
    return find(t, token, reserved, COUNT_OF(reserved));
}

const char *habit_late_hint(const struct tokens *t, int token)
{
    const char *hint = habit_hint(t, token);

    return hint ? hint : find(t, token, free_ones, COUNT_OF(free_ones));
}
