/* What the screen costs, beside the terminal programs people know: how soon it
 * shows something, what thirty frames a second take, whether it keeps its pace
 * beside thousands of hogs, and what the work loses by being watched. */
#include "bench.h"

#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define FRAME_BYTES 1000 /* a first frame is at least so long */
#define FRAME_GAP_NS (4 * NS_PER_MS)
#define ROUNDS 7

struct screen {
    pid_t pid;
    int fd;
    int64_t started_ns;
    int64_t bytes, frames, last_ns, longest_ns; /* longest: between frames */
    char tail[1 << 16]; /* what came last, to look for words in */
    size_t tail_len;
};

static const char *program(void)
{
    const char *path = getenv("TIMESLICE");

    return path ? path : "build/timeslice";
}

static void screen_open(struct screen *s, const char *const argv[])
{
    struct winsize size = {.ws_row = 50, .ws_col = 200};

    *s = (struct screen){.started_ns = clock_now_ns()};
    s->pid = forkpty(&s->fd, NULL, NULL, &size);
    if (s->pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
}

/* The live screen of the experiment @line. */
static void screen_lab(struct screen *s, const char *path, const char *line)
{
    char words[256], *rest = words;
    const char *argv[32] = {path, "lab"};
    int n = 2;

    snprintf(words, sizeof(words), "%s", line);
    while (n < 31 && (argv[n] = strsep(&rest, " ")))
        n++;
    screen_open(s, argv);
}

static void screen_close(struct screen *s)
{
    kill(s->pid, SIGTERM);
    close(s->fd);
    waitpid(s->pid, NULL, 0);
}

/* Take in what there is, for at most @ns. False: it has gone. */
static bool screen_read(struct screen *s, int64_t ns)
{
    struct pollfd p = {.fd = s->fd, .events = POLLIN};
    struct timespec limit = clock_to_timespec(ns > 0 ? ns : 0);
    char buffer[16384];
    int64_t now_ns;
    ssize_t n;

    if (ppoll(&p, 1, &limit, NULL) <= 0)
        return true;
    n = read(s->fd, buffer, sizeof(buffer));
    if (n <= 0)
        return false;
    now_ns = clock_now_ns();
    if (now_ns - s->last_ns > FRAME_GAP_NS) {
        if (s->last_ns && now_ns - s->last_ns > s->longest_ns)
            s->longest_ns = now_ns - s->last_ns;
        s->frames++;
    }
    s->last_ns = now_ns;
    s->bytes += n;
    if (s->tail_len + (size_t)n >= sizeof(s->tail))
        s->tail_len = 0;
    memcpy(s->tail + s->tail_len, buffer, (size_t)n);
    s->tail_len += (size_t)n;
    s->tail[s->tail_len] = '\0';
    return true;
}

static void screen_for(struct screen *s, int64_t ns)
{
    int64_t end_ns = clock_now_ns() + ns;

    while (clock_now_ns() < end_ns && screen_read(s, end_ns - clock_now_ns()))
        continue;
}

/* Until @word is written; ns it took from @since_ns, -1 after a minute. */
static int64_t screen_until(struct screen *s, const char *word,
                            int64_t since_ns)
{
    int64_t end_ns = clock_now_ns() + 60 * NS_PER_S;

    while (!memmem(s->tail, s->tail_len, word, strlen(word))) {
        if (clock_now_ns() > end_ns || !screen_read(s, NS_PER_S))
            return -1;
    }
    return clock_now_ns() - since_ns;
}

/* Until nothing has been written for a second: the run is over. */
static void screen_until_quiet(struct screen *s)
{
    do {
        s->frames = 0;
        screen_for(s, NS_PER_S);
    } while (s->frames > 0);
}

/* ---- the first frame ---------------------------------------------------- */

static void first_frames(void)
{
    static const char *const names[] = {"timeslice", "btop", "htop"};
    double ms[3][ROUNDS];

    printf("\nfirst frame at 200 x 50 (median of %d)\n", ROUNDS);
    for (int k = 0; k < ROUNDS; k++) {
        for (int i = 0; i < 3; i++) {
            const char *argv[] = {i == 0 ? program() : names[i], NULL};
            struct screen s;

            screen_open(&s, argv);
            while (s.bytes < FRAME_BYTES && screen_read(&s, 2 * NS_PER_S))
                continue;
            ms[i][k] = s.bytes < FRAME_BYTES
                           ? -1
                           : (double)(clock_now_ns() - s.started_ns) / 1e6;
            screen_close(&s);
        }
    }
    for (int i = 0; i < 3; i++) {
        double median = bench_median(ms[i], ROUNDS);

        if (median < 0)
            printf("  %-10s not here\n", names[i]);
        else
            printf("  %-10s %6.1f ms\n", names[i], median);
    }
}

/* ---- thirty frames a second --------------------------------------------- */

static double cpu_seconds(pid_t pid)
{
    char path[64], line[1024];
    const char *at;
    char *rest;
    double ticks = 0;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    f = fopen(path, "r");
    if (!f)
        return 0;
    if (fgets(line, sizeof(line), f) && (at = strrchr(line, ')'))) {
        for (int field = 2; field < 14 && at; field++) /* to utime, stime */
            at = strchr(at + 1, ' ');
        if (at) {
            ticks = (double)strtoll(at, &rest, 10);
            ticks += (double)strtoll(rest, NULL, 10);
        }
    }
    fclose(f);
    return ticks / (double)sysconf(_SC_CLK_TCK);
}

static void pace(const char *title, const char *line)
{
    double seconds = 6, cpu, key_ms[9];
    struct screen s;

    screen_lab(&s, program(), line);
    if (screen_until(&s, "RUNNING", s.started_ns) < 0) {
        printf("  %-24s did not start\n", title);
        screen_close(&s);
        return;
    }
    screen_for(&s, 2 * NS_PER_S);
    s.frames = s.bytes = s.longest_ns = 0;
    cpu = cpu_seconds(s.pid);
    screen_for(&s, (int64_t)(seconds * 1e9));
    cpu = cpu_seconds(s.pid) - cpu;
    printf("  %-24s %5.1f frames/s, longest gap %4.0f ms, %5.2f %% of a core, "
           "%4.0f kB/s\n",
           title, (double)s.frames / seconds, (double)s.longest_ns / 1e6,
           100 * cpu / seconds, (double)s.bytes / seconds / 1e3);
    for (int i = 0; i < 9; i++) {
        int64_t since_ns;

        screen_for(&s, 300 * NS_PER_MS);
        s.tail_len = 0;
        since_ns = clock_now_ns();
        if (write(s.fd, "f", 1) != 1)
            break;
        key_ms[i] = (double)screen_until(&s, "FROZEN", since_ns) / 1e6;
        if (write(s.fd, "f", 1) != 1)
            break;
    }
    printf("  %-24s key answered after %.1f ms (median of 9)\n", "",
           bench_median(key_ms, 9));
    screen_close(&s);
}

/* ---- what the work loses ------------------------------------------------ */

#define WORK "spin --workers 4 --task-ms 1 --tasks 4000"

/* Throughput of WORK on the live screen, from the record that "x" writes. */
static double watched(void)
{
    const char *path = program();
    char folder[] = "/tmp/timeslice-bench-XXXXXX", here[4096], command[4200];
    double rate = -1;
    struct screen s;
    FILE *f;

    if (!getcwd(here, sizeof(here)) || !mkdtemp(folder))
        return -1;
    if (path[0] != '/') {
        snprintf(command, sizeof(command), "%s/%s", here, path);
        path = command;
    }
    if (chdir(folder) != 0)
        return -1;
    screen_lab(&s, path, WORK);
    screen_until_quiet(&s);
    if (write(s.fd, "x", 1) == 1)
        screen_until_quiet(&s);
    screen_close(&s);
    f = popen("cat *.json 2>/dev/null; rm -f *", "r");
    if (f) {
        json_t *record = json_loadf(f, 0, NULL);
        json_t *metrics = json_object_get(record, "metrics");
        json_t *value = json_object_get(metrics, "throughput_per_s");

        rate = value ? json_number_value(value) : -1;
        json_decref(record);
        pclose(f);
    }
    if (chdir(here) != 0)
        rate = -1;
    rmdir(folder);
    return rate;
}

static void loss(void)
{
    double on[5], off[5];

    for (int k = 0; k < 5; k++) {
        on[k] = watched();
        off[k] = bench_metric(WORK " --observer off", METRIC_THROUGHPUT_PER_S);
    }
    printf("\ncomputing, twice as many workers as cores: screen and observer "
           "on over both off: %.3f (median of 5)\n",
           bench_median(on, 5) / bench_median(off, 5));
}

int main(void)
{
    printf("other programs keep %.0f %% of the machine busy\n",
           100 * bench_foreign_share());
    first_frames();
    printf("\nthe live screen at 200 x 50\n");
    pace("2 workers", "spin --workers 2 --duration endless");
    pace("20 workers", "spin --workers 20 --duration endless");
    pace("2000 workers", "spin --workers 2000 --duration endless");
    pace("hand-over", "pingpong --workers 2 --cpus 0 --duration endless");
    loss();
    return 0;
}
