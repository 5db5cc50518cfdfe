/* The kernel's switch records, from its rings. Screen process. */
#include "observe/perf.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define LEAST_BYTES ((size_t)64 << 10)

/* Records and the note of a loss before them are smaller by far: with less
 * room than this a ring may have dropped some, with more it has not. */
#define ROOM_BYTES 256

/* PERF_FORMAT_LOST, which headers before Linux 6.0 lack. */
#define FORMAT_LOST (UINT64_C(1) << 4)

static int event_open(pid_t pid, int cpu, bool wide, size_t ring_bytes,
                      uint64_t read_format)
{
    struct perf_event_attr attr = {
        .size = sizeof attr,
        .type = PERF_TYPE_SOFTWARE,
        .config = PERF_COUNT_SW_DUMMY,
        .sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME,
        .read_format = read_format,
        .sample_id_all = 1,
        .context_switch = 1,
        .task = 1,
        .inherit = !wide,
        .exclude_kernel = 1,
        .exclude_hv = 1,
        .watermark = 1,
        .wakeup_watermark = (uint32_t)(ring_bytes / 2),
        .use_clockid = 1,
        .clockid = CLOCK_MONOTONIC,
    };
    long fd = syscall(SYS_perf_event_open, &attr, wide ? -1 : pid, cpu, -1,
                      PERF_FLAG_FD_CLOEXEC);

    return fd < 0 ? -errno : (int)fd;
}

int perf_try(bool wide, int cpu)
{
    int fd = event_open(0, cpu, wide, LEAST_BYTES, 0);

    if (fd < 0)
        return fd;
    close(fd);
    return 0;
}

/* ---- reading a ring ----------------------------------------------------- */

static struct perf_event_mmap_page *control(const struct perf_ring *r)
{
    return (struct perf_event_mmap_page *)(void *)r->map;
}

/* Everything in the ring is made of 8-byte words, which never wrap: word @n of
 * the record at @at. */
static uint64_t word(const struct perf_ring *r, uint64_t at, unsigned n)
{
    const unsigned char *data = r->map + r->data_offset;
    uint64_t w;

    memcpy(&w, data + ((at + n * 8) & r->mask), sizeof w);
    return w;
}

static uint32_t half(uint64_t word, int n)
{
    uint32_t pair[2];

    memcpy(pair, &word, sizeof pair);
    return pair[n];
}

/* @dropped did not fit this ring so far: tell of those not told of yet. False:
 * there are none. */
static bool tell_dropped(struct perf_ring *r, uint64_t dropped, int64_t at_ns,
                         struct switch_record *out)
{
    if (dropped <= r->told)
        return false;
    *out = (struct switch_record){.at_ns = at_ns,
                                  .cpu = (int16_t)r->cpu,
                                  .kind = SWITCH_LOST,
                                  .lost = (int64_t)(dropped - r->told)};
    r->told = dropped;
    return true;
}

/* One record made plain. All of ours end with pid and tid, then the time:
 * sample_id_all. False: of a kind that is not needed. */
static bool decode(struct perf_ring *r, uint64_t at,
                   const struct perf_event_header *h, struct switch_record *out)
{
    unsigned end = h->size / 8;

    out->at_ns = (int64_t)word(r, at, end - 1);
    out->tid = (int32_t)half(word(r, at, end - 2), 1);
    out->cpu = (int16_t)r->cpu;
    switch (h->type) {
    case PERF_RECORD_SWITCH:
    case PERF_RECORD_SWITCH_CPU_WIDE:
        if (!(h->misc & PERF_RECORD_MISC_SWITCH_OUT))
            out->kind = SWITCH_IN;
        else if (h->misc & PERF_RECORD_MISC_SWITCH_OUT_PREEMPT)
            out->kind = SWITCH_PREEMPT;
        else
            out->kind = SWITCH_OUT;
        return true;
    case PERF_RECORD_EXIT: /* pid, ppid, then tid, ptid */
        out->tid = (int32_t)half(word(r, at, 2), 0);
        out->kind = SWITCH_EXIT;
        return true;
    case PERF_RECORD_LOST: /* id, then how many since the last such note */
        r->noted += word(r, at, 2);
        return tell_dropped(r, r->noted, out->at_ns, out);
    default:
        return false;
    }
}

static bool next(void *from, struct switch_record *out)
{
    struct perf_ring *r = from;

    while (r->tail < r->head) {
        struct perf_event_header h;
        uint64_t at = r->tail, first = word(r, at, 0);

        memcpy(&h, &first, sizeof h);
        if (h.size < sizeof h + 2 * 8) {
            r->tail = r->head; /* never seen; better deaf than in a loop */
            return false;
        }
        r->tail += h.size;
        if (decode(r, at, &h, out))
            return true;
    }
    return tell_dropped(r, r->dropped, r->looked_ns, out);
}

/* Ask for the records dropped so far. The kernel goes through the counters of
 * all workers for it, so this is asked only when there may be some. */
static void dropped_read(struct perf_ring *r)
{
    uint64_t v[2]; /* of the event itself, which counts nothing; dropped */

    if (read(r->fd, v, sizeof v) == (ssize_t)sizeof v)
        r->dropped = v[1];
}

void perf_look(struct perf *p)
{
    int64_t now_ns = clock_now_ns();

    for (int i = 0; i < p->count; i++) {
        struct perf_ring *r = &p->rings[i];
        bool full;

        r->looked_ns = now_ns;
        r->head = __atomic_load_n(&control(r)->data_head, __ATOMIC_ACQUIRE);
        full = r->head - r->tail + ROOM_BYTES > p->ring_bytes;
        /* Once full it stays so until perf_release(), after the last look. */
        if (p->counts_drops && (full || r->was_full))
            dropped_read(r);
        r->was_full = full;
    }
}

void perf_release(struct perf *p)
{
    for (int i = 0; i < p->count; i++)
        __atomic_store_n(&control(&p->rings[i])->data_tail, p->rings[i].tail,
                         __ATOMIC_RELEASE);
}

/* ---- opening and closing ------------------------------------------------ */

static int ring_open(struct perf_ring *r, pid_t pid, int cpu, bool wide,
                     size_t bytes, uint64_t read_format)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *map;

    *r = (struct perf_ring){.cpu = cpu};
    r->fd = event_open(pid, cpu, wide, bytes, read_format);
    if (r->fd < 0)
        return r->fd;
    map =
        mmap(NULL, page + bytes, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
    if (map == MAP_FAILED) {
        int rc = -errno;

        close(r->fd);
        return rc;
    }
    r->map = map;
    r->data_offset = control(r)->data_offset;
    r->mask = bytes - 1;
    return 0;
}

/* All rings of one size, or none: what the kernel lets a user keep in memory
 * is shared out over them. */
static int open_all(struct perf *p, pid_t pid, const cpu_set_t *cpus, bool wide,
                    size_t bytes, uint64_t read_format, bool *mapping)
{
    *p = (struct perf){.ring_bytes = bytes,
                       .counts_drops = read_format == FORMAT_LOST};
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        struct perf_ring *r = &p->rings[p->count];
        int rc;

        if (!CPU_ISSET(cpu, cpus))
            continue;
        rc = ring_open(r, pid, cpu, wide, bytes, read_format);
        if (rc < 0) {
            *mapping = p->count > 0 || r->fd >= 0;
            perf_close(p);
            return rc;
        }
        p->feeds[p->count].next = next;
        p->feeds[p->count].from = r;
        p->feeds[p->count].cpu = cpu;
        p->count++;
    }
    return 0;
}

int perf_open(struct perf *p, pid_t pid, const cpu_set_t *cpus, bool wide,
              size_t most_bytes, struct err *err)
{
    int most = wide ? PERF_CORES_ALL : PERF_CORES_OWN;
    uint64_t read_format = FORMAT_LOST;
    int rc = -E2BIG;

    *p = (struct perf){0};
    if (CPU_COUNT(cpus) > most)
        return err_set(err, rc,
                       "switch records are taken on %d cores at most, and "
                       "this experiment may use %d; try --cpus 0-%d",
                       most, CPU_COUNT(cpus), most - 1);
    for (size_t bytes = most_bytes; bytes >= LEAST_BYTES; bytes /= 2) {
        bool mapping = false;

        rc = open_all(p, pid, cpus, wide, bytes, read_format, &mapping);
        if (rc == -EINVAL && !mapping) { /* a kernel that does not know it */
            read_format = 0;
            rc = open_all(p, pid, cpus, wide, bytes, read_format, &mapping);
        }
        if (rc == 0)
            return 0;
        if (!mapping || (rc != -EPERM && rc != -ENOMEM))
            break;
    }
    return err_set(err, rc, "the kernel gives no switch records: %m");
}

void perf_close(struct perf *p)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    for (int i = 0; i < p->count; i++) {
        munmap(p->rings[i].map, page + p->ring_bytes);
        close(p->rings[i].fd);
    }
    p->count = 0;
}

void perf_record(struct perf *p, bool on)
{
    for (int i = 0; i < p->count; i++)
        ioctl(p->rings[i].fd,
              on ? PERF_EVENT_IOC_ENABLE : PERF_EVENT_IOC_DISABLE, 0);
}

int perf_fds(const struct perf *p, struct pollfd *out, int max)
{
    int n = p->count < max ? p->count : max;

    for (int i = 0; i < n; i++)
        out[i] = (struct pollfd){.fd = p->rings[i].fd, .events = POLLIN};
    return n;
}
