/* advise on six programs that its rules were not made for: what it chooses
 * beside an exhaustive sweep, how fast that is beside the best of the sweep,
 * and its time beside the sweep's. Before that, what starting a program costs
 * beside xargs.
 *
 * Works in a folder of its own beside the program, which is removed. The first
 * process only waits and cleans up; the second does all. Called with --locked
 * or --fetch it is one of the six programs itself. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define ROUNDS 3
#define WANT_SHARE 0.9 /* of the best throughput */
#define WANT_TIME 0.1  /* of the sweep's time */

#define PLACE 300 /* a path, so that it fits into a command */

static char folder[PLACE + 8]; /* for everything that is written */
static char self[PLACE];       /* this program */

static int64_t workers_tried[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64};
#define LEVELS (int)(sizeof(workers_tried) / sizeof(workers_tried[0]))

/* ---- programs ------------------------------------------------------------ */

/* Compute for so much processor time. */
static void compute(int64_t ns)
{
    int64_t until_ns = clock_thread_cpu_ns() + ns;
    volatile unsigned x = 1;

    while (clock_thread_cpu_ns() < until_ns)
        for (int i = 0; i < 1000; i++)
            x = x * 1664525 + 1013904223;
}

/* --locked FILE: 10 ms of computing that only one at a time may do. */
static int be_locked(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0 || flock(fd, LOCK_EX) < 0)
        return 1;
    compute(10 * NS_PER_MS);
    return 0;
}

/* --fetch PORT: read what the server has. */
static int be_fetch(const char *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)atoi(port))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char block[65536];
    ssize_t n, all = 0;

    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
        return 1;
    while ((n = read(fd, block, sizeof(block))) > 0)
        all += n;
    return all > 0 ? 0 : 1;
}

/* ---- the server of the fetcher: a shared link ---------------------------- */

#define LATENCY_NS (40 * NS_PER_MS)
#define BLOCK 8192
#define BLOCKS 8                 /* an answer: 64 KiB */
#define BLOCK_NS (4 * NS_PER_MS) /* 2 MB/s for all together */
#define CONNECTIONS 256

struct connection {
    int fd;
    int64_t from_ns; /* the first block may leave */
    int left;
};

struct server {
    struct connection list[CONNECTIONS];
    int count, turn;
    int64_t link_free_ns;
};

/* One block to the next in turn whose time has come. When to look again. */
static int64_t serve(struct server *s, int64_t now_ns)
{
    static const char block[BLOCK];
    int64_t next_ns = now_ns + NS_PER_S;

    if (now_ns < s->link_free_ns)
        return s->link_free_ns;
    for (int i = 0; i < s->count; i++) {
        int k = (s->turn + i) % s->count;
        struct connection *c = &s->list[k];

        if (c->from_ns > now_ns) {
            next_ns = c->from_ns < next_ns ? c->from_ns : next_ns;
            continue;
        }
        if (send(c->fd, block, BLOCK, MSG_NOSIGNAL) != BLOCK ||
            --c->left == 0) {
            close(c->fd);
            *c = s->list[--s->count];
        } else {
            s->turn = k + 1;
        }
        /* The link does not wait for a late look at it. */
        s->link_free_ns = s->link_free_ns > now_ns - BLOCK_NS
                              ? s->link_free_ns + BLOCK_NS
                              : now_ns + BLOCK_NS;
        return s->link_free_ns;
    }
    return next_ns;
}

static _Noreturn void be_server(int listener)
{
    static struct server s;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_TIMERSLACK, 1UL);
    for (;;) {
        int64_t now_ns = clock_now_ns(), next_ns = serve(&s, now_ns);
        struct timespec wait =
            clock_to_timespec(next_ns > now_ns ? next_ns - now_ns : 0);
        struct pollfd fd = {.fd = listener, .events = POLLIN};

        if (ppoll(&fd, s.count < CONNECTIONS, &wait, NULL) <= 0)
            continue;
        int got = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

        if (got >= 0)
            s.list[s.count++] =
                (struct connection){got, clock_now_ns() + LATENCY_NS, BLOCKS};
    }
}

/* Its port; 0: it could not be started. */
static int start_server(pid_t *pid)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&at, size) < 0 ||
        listen(fd, CONNECTIONS) < 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) < 0)
        return 0;
    fflush(stdout);
    *pid = fork();
    if (*pid == 0)
        be_server(fd);
    close(fd);
    return *pid > 0 ? ntohs(at.sin_port) : 0;
}

/* ---- files --------------------------------------------------------------- */

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "bench_advise: %s: %s\n", what, strerror(errno));
    exit(4);
}

static FILE *create(const char *name)
{
    char path[2 * PLACE];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "we");
    if (!f)
        give_up(path);
    return f;
}

/* @count files NAME-1 .. of words, so that there is something to pack and to
 * sort, and a list of them. */
static void make_files(const char *name, int count, int bytes)
{
    FILE *list, *f;
    uint64_t x = 88172645463325252u;

    for (int i = 1; i <= count; i++) {
        char file[64];

        snprintf(file, sizeof(file), "%s-%d", name, i);
        f = create(file);
        for (int at = 0; at < bytes; at += 12) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            fprintf(f, "%05u word%c%c", (unsigned)(x % 100000),
                    'a' + (int)(x >> 40 & 7), at % 48 == 0 ? '\n' : ' ');
        }
        if (fclose(f) != 0)
            give_up(file);
    }
    list = create(name);
    for (int i = 1; i <= count; i++)
        fprintf(list, "%s/%s-%d\n", folder, name, i);
    if (fclose(list) != 0)
        give_up(name);
}

/* ---- the sweep and the advice -------------------------------------------- */

struct program {
    const char *name;
    int64_t tasks;
    char before[2 * PLACE]; /* the settings of command */
    char words[3 * PLACE];  /* after -- */
};

/* Tasks a second with so many workers. */
static double measure(const struct program *p, int64_t workers)
{
    char line[6 * PLACE];
    struct source *s;
    double rate;

    snprintf(line, sizeof(line), "command --workers %lld %s -- %s",
             (long long)workers, p->before, p->words);
    s = bench_open(line);
    if (s->trace->verdict != VERDICT_OK) {
        fprintf(stderr, "%s: %s\n", p->name, s->trace->error);
        exit(4);
    }
    rate = metric_get(&s->trace->metrics, METRIC_THROUGHPUT_PER_S, -1);
    s->class->close(s);
    return rate;
}

/* What advise says; 0: it could not tell. */
static int64_t ask(const struct program *p, double *seconds)
{
    const char *timeslice = getenv("TIMESLICE");
    char line[PATH_MAX + 6 * PLACE];
    int64_t from_ns = clock_now_ns();
    long long n = 0;
    FILE *f;

    snprintf(line, sizeof(line), "%s advise --quiet --no-history %s -- %s",
             timeslice ? timeslice : "build/timeslice", p->before, p->words);
    f = popen(line, "re");
    if (!f || fscanf(f, "%lld", &n) != 1)
        n = 0;
    if (f)
        pclose(f);
    *seconds = (double)(clock_now_ns() - from_ns) / NS_PER_S;
    return n;
}

static double median_at(const struct program *p, int64_t workers)
{
    double rate[ROUNDS];

    for (int k = 0; k < ROUNDS; k++)
        rate[k] = measure(p, workers);
    return bench_median(rate, ROUNDS);
}

static void examine(const struct program *p)
{
    double rate[LEVELS][ROUNDS], advise_s, sweep_s, best = 0, chosen_rate = 0;
    int64_t from_ns, chosen, best_workers = 0;
    int levels = 0;

    measure(p, 2); /* what is read is then in memory */
    chosen = ask(p, &advise_s);
    while (levels < LEVELS && workers_tried[levels] <= p->tasks)
        levels++;
    from_ns = clock_now_ns();
    for (int k = 0; k < ROUNDS; k++)
        for (int i = 0; i < levels; i++)
            rate[i][k] = measure(p, workers_tried[i]);
    sweep_s = (double)(clock_now_ns() - from_ns) / NS_PER_S;
    for (int i = 0; i < levels; i++) {
        double median = bench_median(rate[i], ROUNDS);

        if (median > best) {
            best = median;
            best_workers = workers_tried[i];
        }
        if (workers_tried[i] == chosen)
            chosen_rate = median;
    }
    if (chosen > 0 && chosen_rate <= 0)
        chosen_rate = median_at(p, chosen);
    printf("%-8s %5lld %9.1f %7.1f", p->name, (long long)best_workers, best,
           sweep_s);
    if (chosen > 0)
        printf(" %7lld %9.1f %6.3f%s %7.2f %7.3f%s\n", (long long)chosen,
               chosen_rate, chosen_rate / best,
               chosen_rate / best < WANT_SHARE ? "!" : " ", advise_s,
               advise_s / sweep_s, advise_s / sweep_s > WANT_TIME ? "!" : "");
    else
        printf("  advise gave no number, in %.2f s\n", advise_s);
    fflush(stdout);
}

/* ---- the six ------------------------------------------------------------- */

static bool there_is(const char *command)
{
    char line[200];

    snprintf(line, sizeof(line), "%s >/dev/null 2>&1 </dev/null", command);
    return system(line) == 0;
}

static void bench_gzip(void)
{
    struct program p = {.name = "gzip", .tasks = 24};

    make_files("pack", 24, 1 << 20);
    snprintf(p.before, sizeof(p.before), "--inputs %s/pack", folder);
    snprintf(p.words, sizeof(p.words), "gzip -c {}");
    if (there_is("gzip --version"))
        examine(&p);
    else
        printf("gzip      there is no gzip here\n");
}

static void bench_sleep(void)
{
    struct program p = {.name = "sleep",
                        .tasks = 64,
                        .before = "--tasks 64",
                        .words = "sleep 0.05"};

    examine(&p);
}

static void bench_python(void)
{
    struct program p = {.name = "python", .tasks = 24, .before = "--tasks 24"};

    snprintf(p.words, sizeof(p.words),
             "python3 -c \"import hashlib;h=b'x';[h:=hashlib.sha256(h).digest()"
             " for i in range(60000)]\"");
    if (there_is("python3 -c 'import hashlib;[h:=1 for i in range(2)]'"))
        examine(&p);
    else
        printf("python    there is no python3 here (3.8 or later)\n");
}

static void bench_fetch(void)
{
    struct program p = {.name = "fetch", .tasks = 48, .before = "--tasks 48"};
    pid_t server = 0;
    int port = start_server(&server);

    if (port == 0)
        give_up("the server");
    snprintf(p.words, sizeof(p.words), "%s --fetch %d", self, port);
    examine(&p);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
}

static void bench_sort(void)
{
    struct program p = {.name = "sort", .tasks = 16};

    make_files("sort", 16, 3 << 20);
    snprintf(p.before, sizeof(p.before), "--inputs %s/sort", folder);
    snprintf(p.words, sizeof(p.words), "sort -S 1M -T %s {}", folder);
    if (there_is("sort -S 1M /dev/null"))
        examine(&p);
    else
        printf("sort      there is no sort with -S here\n");
}

static void bench_lock(void)
{
    struct program p = {.name = "lock", .tasks = 64, .before = "--tasks 64"};

    snprintf(p.words, sizeof(p.words), "%s --locked %s/lock", self, folder);
    examine(&p);
}

/* ---- beside xargs -------------------------------------------------------- */

#define STARTS 500
#define START_ROUNDS 5

static double timed(const char *line)
{
    int64_t from_ns = clock_now_ns();

    if (system(line) != 0)
        return -1;
    return (double)(clock_now_ns() - from_ns) / STARTS / NS_PER_MS;
}

static void bench_starts(void)
{
    const char *timeslice = getenv("TIMESLICE");
    double ours[START_ROUNDS], theirs[START_ROUNDS];
    FILE *list = create("starts");

    for (int i = 1; i <= STARTS; i++)
        fprintf(list, "%d\n", i);
    fclose(list);
    printf("%d x /bin/true, ms each, all in all (median of %d)\n%8s %10s %10s "
           "%10s\n",
           STARTS, START_ROUNDS, "at once", "timeslice", "xargs -P", "more");
    for (int n = 1; n <= 4; n *= 2) {
        char us[PATH_MAX + 2 * PLACE], them[2 * PLACE];

        snprintf(us, sizeof(us),
                 "%s run command --quiet --workers %d --inputs %s/starts -- "
                 "/bin/true",
                 timeslice ? timeslice : "build/timeslice", n, folder);
        snprintf(them, sizeof(them), "xargs -a %s/starts -P %d -n 1 /bin/true",
                 folder, n);
        for (int k = 0; k < START_ROUNDS; k++) {
            theirs[k] = timed(them);
            ours[k] = timed(us);
        }
        double our = bench_median(ours, START_ROUNDS);
        double their = bench_median(theirs, START_ROUNDS);

        printf("%8d %10.3f %10.3f %+10.3f\n", n, our, their, our - their);
    }
    printf("\n");
}

/* ---- */

/* @only: this program; NULL: all, and the cost of starting one. */
static void run_all(const char *only)
{
    static const struct {
        const char *name;
        void (*bench)(void);
    } programs[] = {{"gzip", bench_gzip},     {"sleep", bench_sleep},
                    {"python", bench_python}, {"fetch", bench_fetch},
                    {"sort", bench_sort},     {"lock", bench_lock}};

    printf("other programs keep %.0f %% of the machine busy\n\n",
           100 * bench_foreign_share());
    setenv("XDG_STATE_HOME", folder, 1);
    if (!only)
        bench_starts();
    printf("%-8s %23s %43s\n", "", "---- sweep ------------",
           "---- advise ------------------------------");
    printf("%-8s %5s %9s %7s %7s %9s %7s %7s %7s\n", "", "best", "per s",
           "took", "workers", "per s", "share", "took", "share");
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
        if (!only || strcmp(only, programs[i].name) == 0)
            programs[i].bench();
    printf("\nshares: of the best throughput (wanted: %.1f or more), of the "
           "sweep's time (%.1f or\nless); ! marks what is not so\n",
           WANT_SHARE, WANT_TIME);
}

static int remove_one(const char *path, const struct stat *st, int kind,
                      struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static volatile sig_atomic_t child;

static void pass_on(int signal)
{
    if (child > 0)
        kill(child, signal);
}

int main(int argc, char **argv)
{
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    struct sigaction action = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
    int status = 0;

    if (argc == 3 && strcmp(argv[1], "--locked") == 0)
        return be_locked(argv[2]);
    if (argc == 3 && strcmp(argv[1], "--fetch") == 0)
        return be_fetch(argv[2]);
    if (n < 0 || n == sizeof(self) - 1) {
        errno = n < 0 ? errno : ENAMETOOLONG;
        give_up("/proc/self/exe");
    }
    snprintf(folder, sizeof(folder), "%s.XXXXXX", self);
    if (!mkdtemp(folder))
        give_up(folder);
    child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        run_all(argc > 1 ? argv[1] : NULL);
        fflush(stdout);
        _exit(0);
    }
    for (int s = SIGHUP; s <= SIGTERM; s++)
        if (s == SIGHUP || s == SIGINT || s == SIGTERM)
            sigaction(s, &action, NULL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
