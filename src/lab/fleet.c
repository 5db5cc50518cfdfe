/* The fleet before anybody asks it: who fails, what each host answers and when,
 * and the listeners. Coordinator; fleet_delay_ns() and fleet_answer() in the
 * serving process. */
#include "lab/fleet.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOSTS_A_NET 250 /* 127.77.x.1 .. 127.77.x.250 */
#define PORT_TRIES 100
#define ANSWER_PERIOD 65521 /* prime: no buffer's size divides it */

/* Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014:
 * the @n-th number after @seed. */
static uint64_t random_at(uint64_t seed, uint64_t n)
{
    uint64_t x = seed + (n + 1) * UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* In [0, 1). */
static double random_share(uint64_t seed, uint64_t n)
{
    return (double)(random_at(seed, n) >> 11) * 0x1p-53;
}

struct sockaddr_in fleet_address(const struct fleet *f, int host)
{
    uint32_t low = (uint32_t)(host / HOSTS_A_NET) << 8 |
                   (uint32_t)(1 + host % HOSTS_A_NET);

    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = f->port,
        .sin_addr.s_addr = htonl(UINT32_C(127) << 24 | 77 << 16 | low)};
}

void fleet_plan(const struct spec *spec, uint8_t kind[SCENE_HOSTS])
{
    int hosts = (int)spec->hosts;
    int failing = (int)lround((double)hosts * spec->failures / 100);
    int order[SCENE_HOSTS] = {0};

    assert(hosts >= 1 && hosts <= SCENE_HOSTS && failing <= hosts);
    memset(kind, FLEET_ANSWERS, SCENE_HOSTS);
    for (int i = 0; i < hosts; i++)
        order[i] = i;
    for (int i = 0; i < failing; i++) { /* Fisher and Yates, as far as needed */
        int left = hosts - i;
        int other = i + (int)(random_at((uint64_t)spec->seed, (uint64_t)i) %
                              (uint64_t)left);
        int host = order[other];

        order[other] = order[i];
        order[i] = host;
        kind[host] = i % 2 ? FLEET_REFUSES : FLEET_SILENT;
    }
}

int64_t fleet_delay_ns(const struct spec *spec, int host, uint32_t nth)
{
    uint64_t seed = random_at((uint64_t)spec->seed, UINT64_C(1) << 32 | nth);
    double up = random_share(seed, (uint64_t)host * 2);
    double down = random_share(seed, (uint64_t)host * 2 + 1);
    double ns =
        (double)spec->latency_ns + (up - down) * (double)spec->jitter_ns;

    return ns > 0 ? (int64_t)(ns / spec->scale) : 0;
}

/* ---- answers ------------------------------------------------------------ */

/* Byte @k of the pattern that all hosts read from, each from its own place. */
static unsigned char pattern_byte(uint32_t k)
{
    return (unsigned char)((k * UINT32_C(2654435761)) >> 24);
}

static uint32_t pattern_start(int host, int64_t offset)
{
    return (uint32_t)(((int64_t)host * 16 + offset) % ANSWER_PERIOD);
}

void fleet_answer(int host, int64_t offset, char *out, int64_t bytes)
{
    uint32_t k = pattern_start(host, offset);

    for (int64_t i = 0; i < bytes; i++) {
        out[i] = (char)pattern_byte(k);
        k = k + 1 == ANSWER_PERIOD ? 0 : k + 1;
    }
}

uint64_t fleet_answer_sum(int host, int64_t bytes)
{
    uint32_t k = pattern_start(host, 0);
    uint64_t sum = 0;

    for (int64_t i = 0; i < bytes; i++) {
        sum += pattern_byte(k);
        k = k + 1 == ANSWER_PERIOD ? 0 : k + 1;
    }
    return sum & CHECKSUM_MASK;
}

/* ---- listeners ---------------------------------------------------------- */

void fleet_close(struct fleet *f)
{
    for (int i = 0; i < f->hosts; i++) {
        if (f->listener[i] >= 0)
            close(f->listener[i]);
        f->listener[i] = -1;
    }
}

/* Accepted connections inherit the reset: neither side is ever left in
 * TIME_WAIT, not even when the lab is killed. No SO_REUSEADDR: the port is one
 * of which nothing is left over, and must not be shared with another run's. */
static int host_open(struct fleet *f, const struct spec *spec, int host)
{
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    struct sockaddr_in at = fleet_address(f, host);
    socklen_t size = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    f->listener[host] = fd;
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    if (bind(fd, (const struct sockaddr *)&at, size) < 0)
        return -errno;
    if (f->kind[host] != FLEET_REFUSES && listen(fd, (int)spec->backlog) < 0)
        return -errno;
    if (f->port == 0) { /* the first host's is everybody's */
        if (getsockname(fd, (struct sockaddr *)&at, &size) < 0)
            return -errno;
        f->port = at.sin_port;
    }
    return 0;
}

static int fleet_refused(const struct fleet *f, int host, int rc,
                         struct err *err)
{
    char at[INET_ADDRSTRLEN] = "";
    struct sockaddr_in a = fleet_address(f, host);

    inet_ntop(AF_INET, &a.sin_addr, at, sizeof(at));
    if (rc == -EMFILE || rc == -ENFILE)
        return err_set(err, rc,
                       "cannot open host %d of %d: %m; each takes a "
                       "descriptor, so try --hosts %d, or raise the limit "
                       "(ulimit -n)",
                       host + 1, f->hosts, host > 1 ? host / 2 : 1);
    return err_set(err, rc, "cannot open host %d of %d, at %s port %d: %m",
                   host + 1, f->hosts, at, ntohs(f->port));
}

int fleet_open(struct fleet *f, const struct spec *spec, struct err *err)
{
    int rc = 0, host = 0;

    f->hosts = (int32_t)spec->hosts;
    for (int i = 0; i < f->hosts; i++)
        f->listener[i] = -1;
    fleet_plan(spec, f->kind);
    for (int tries = 0; tries < PORT_TRIES; tries++) {
        f->port = 0;
        for (host = 0, rc = 0; host < f->hosts && rc == 0; host++)
            rc = host_open(f, spec, host);
        if (rc == 0)
            return 0;
        fleet_close(f);
        if (rc != -EADDRINUSE) /* else somebody has it at another address */
            break;
    }
    return fleet_refused(f, host - 1, rc, err);
}
