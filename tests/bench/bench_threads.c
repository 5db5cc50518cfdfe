/* Ten thousand threads: created, let go at once and joined, by a bare pthread
 * loop and by the lab with nobody looking. */
#include "bench.h"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#define THREADS 10000
#define ROUNDS 5

static _Atomic uint32_t gate;

static void *wait_at_gate(void *arg)
{
    while (atomic_load(&gate) == 0)
        syscall(SYS_futex, &gate, FUTEX_WAIT, 0, NULL, NULL, 0);
    return arg;
}

static double bare_s(void)
{
    static pthread_t threads[THREADS];
    int64_t start_ns = clock_now_ns();
    pthread_attr_t attr;
    int made = 0;

    atomic_store(&gate, 0);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 256 * 1024);
    while (made < THREADS &&
           pthread_create(&threads[made], &attr, wait_at_gate, NULL) == 0)
        made++;
    atomic_store(&gate, 1);
    syscall(SYS_futex, &gate, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    for (int i = 0; i < made; i++)
        pthread_join(threads[i], NULL);
    if (made < THREADS)
        printf("the system stopped at %d threads\n", made);
    return (double)(clock_now_ns() - start_ns) / NS_PER_S;
}

static double lab_s(void)
{
    char line[100];
    int64_t start_ns = clock_now_ns();
    struct source *s;

    snprintf(line, sizeof(line),
             "primes --limit 2 --tasks %d --workers %d --observer off", THREADS,
             THREADS);
    s = bench_open(line);
    if (s->trace->error[0])
        printf("%s\n", s->trace->error);
    s->class->close(s);
    return (double)(clock_now_ns() - start_ns) / NS_PER_S;
}

int main(void)
{
    double bare[ROUNDS], lab[ROUNDS], b, l;

    printf("other programs keep %.0f %% of the machine busy\n",
           100 * bench_foreign_share());
    for (int k = 0; k < ROUNDS; k++) {
        bare[k] = bare_s();
        lab[k] = lab_s();
    }
    b = bench_median(bare, ROUNDS);
    l = bench_median(lab, ROUNDS);
    printf("%d threads created, let go and joined (median of %d)\n", THREADS,
           ROUNDS);
    printf("bare pthread loop  %.3f s\nthe lab            %.3f s\nratio        "
           "      %.2f\n",
           b, l, l / b);
    return 0;
}
