/* What the history keeps as text: outcomes and machines as JSON by names, so
 * that they outlive changes of the program; who is at a sweep. Screen process.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "keep/history_parts.h"

void history_clean(const char *s, struct text *out)
{
    while (*s) {
        uint32_t c;
        char one[5];

        s += text_decode(s, &c);
        one[text_encode(one, c)] = '\0';
        text_add(out, one);
    }
}

void history_mark(char out[33])
{
    uint8_t bytes[16];

    if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes)) {
        /* No kernel that has what else we need does this. */
        int64_t now = clock_wall_ns(), mono = clock_now_ns();

        memcpy(bytes, &now, 8);
        memcpy(bytes + 8, &mono, 8);
    }
    for (int i = 0; i < 16; i++)
        snprintf(out + (size_t)i * 2, 3, "%02x", bytes[i]);
}

/* ---- JSON -----------------------------------------------------------------
 */

/* 17 digits: every number comes back as it was. */
static bool dump(json_t *o, bool complete, struct text *out)
{
    char *s = o && complete
                  ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(17))
                  : NULL;

    json_decref(o);
    if (!s)
        return false;
    text_add(out, s);
    free(s);
    return !out->failed;
}

static bool put(json_t *o, const char *key, json_t *value)
{
    return json_object_set_new(o, key, value) == 0;
}

static bool put_text(json_t *o, const char *key, const char *s)
{
    struct text clean = {0};
    bool right;

    history_clean(s, &clean);
    right = !clean.failed && put(o, key, json_string(text_str(&clean)));
    text_fini(&clean);
    return right;
}

static int64_t get_whole(const json_t *o, const char *key, int64_t otherwise)
{
    const json_t *v = json_object_get(o, key);

    return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

static double get_real(const json_t *o, const char *key, double otherwise)
{
    const json_t *v = json_object_get(o, key);

    return json_is_number(v) ? json_number_value(v) : otherwise;
}

static void get_text(const json_t *o, const char *key, char *out, size_t size)
{
    const char *s = json_string_value(json_object_get(o, key));

    snprintf(out, size, "%s", s ? s : "");
}

bool history_outcome_write(const struct sweep_outcome *o, struct text *out)
{
    json_t *all = json_object(), *metrics = json_object();
    bool right = true;

    for (int i = 0; i < METRIC_COUNT; i++)
        if (o->metrics.has[i] && isfinite(o->metrics.value[i]))
            right &= put(metrics, metric_infos[i].name,
                         json_real(o->metrics.value[i]));
    right &= put(all, "metrics", metrics);
    if (o->error[0])
        right &= put_text(all, "error", o->error);
    if (o->foreign_cores >= 0 && isfinite(o->foreign_cores))
        right &= put(all, "foreign_cores", json_real(o->foreign_cores));
    if (o->cores > 0)
        right &= put(all, "cores", json_integer(o->cores));
    if (o->looking_s > 0 && isfinite(o->looking_s))
        right &= put(all, "looking_s", json_real(o->looking_s));
    return dump(all, right, out);
}

bool history_outcome_read(const char *json, struct sweep_outcome *o)
{
    json_t *all = json_loads(json, 0, NULL), *metrics;

    if (!all)
        return false;
    metrics = json_object_get(all, "metrics");
    for (int i = 0; i < METRIC_COUNT; i++) {
        const json_t *v = json_object_get(metrics, metric_infos[i].name);

        if (json_is_number(v))
            metric_set(&o->metrics, (enum metric)i, json_number_value(v));
    }
    get_text(all, "error", o->error, sizeof(o->error));
    o->foreign_cores = get_real(all, "foreign_cores", -1);
    o->looking_s = get_real(all, "looking_s", 0);
    o->cores = (int)get_whole(all, "cores", 0);
    json_decref(all);
    return true;
}

bool history_machine_write(const struct machine *m, struct text *out)
{
    json_t *o = json_object(), *allowed = json_array();
    bool right = true;

    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET((size_t)cpu, &m->allowed))
            right &= json_array_append_new(allowed, json_integer(cpu)) == 0;
    right &= put(o, "cpus_online", json_integer(m->cpus_online));
    right &= put(o, "cpus_allowed", json_integer(m->cpus_allowed));
    right &= put(o, "allowed", allowed);
    right &= put_text(o, "kernel", m->kernel);
    right &= put_text(o, "arch", m->arch);
    right &= put(o, "tick_hz", json_integer(m->tick_hz));
    right &= put(o, "perf_event_paranoid", json_integer(m->perf_paranoid));
    right &= put(o, "autogroup", json_boolean(m->autogroup));
    right &= put(o, "memory_total", json_integer(m->memory_total));
    right &= put(o, "memory_available", json_integer(m->memory_available));
    return dump(o, right, out);
}

void history_machine_read(const char *json, struct machine *m)
{
    json_t *o = json_loads(json, 0, NULL), *allowed;

    *m = (struct machine){.perf_paranoid = 99};
    m->cpus_online = (int)get_whole(o, "cpus_online", 1);
    m->cpus_allowed = (int)get_whole(o, "cpus_allowed", 1);
    allowed = json_object_get(o, "allowed");
    for (size_t i = 0; i < json_array_size(allowed); i++) {
        json_int_t cpu = json_integer_value(json_array_get(allowed, i));

        if (cpu >= 0 && cpu < CPU_SETSIZE)
            CPU_SET((size_t)cpu, &m->allowed);
    }
    get_text(o, "kernel", m->kernel, sizeof(m->kernel));
    get_text(o, "arch", m->arch, sizeof(m->arch));
    m->tick_hz = (int)get_whole(o, "tick_hz", 0);
    m->perf_paranoid = (int)get_whole(o, "perf_event_paranoid", 99);
    m->autogroup = json_is_true(json_object_get(o, "autogroup"));
    m->memory_total = get_whole(o, "memory_total", 0);
    m->memory_available = get_whole(o, "memory_available", 0);
    json_decref(o);
}

/* ---- whose it is ----------------------------------------------------------
 */

static void read_line(const char *path, char *out, size_t size)
{
    FILE *f = fopen(path, "re");

    out[0] = '\0';
    if (f && fgets(out, (int)size, f))
        out[strcspn(out, "\n")] = '\0';
    if (f)
        fclose(f);
}

/* When process @pid was started, in ticks since the machine was; 0: it is not
 * there. A pid is given again, but not for the same tick. */
static unsigned long long started(long pid)
{
    char path[64], line[1024];
    const char *p;
    unsigned long long tick = 0;

    snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
    read_line(path, line, sizeof(line));
    p = strrchr(line, ')'); /* the name may have anything in it */
    if (!p || p[1] != ' ' || p[2] == 'Z')
        return 0;
    p += 2;
    for (int field = 3; field < 22 && p; field++) {
        p = strchr(p, ' ');
        p = p ? p + 1 : NULL;
    }
    if (p)
        tick = strtoull(p, NULL, 10);
    return tick;
}

static void owner_place(char *boot, size_t boot_size, char *space,
                        size_t space_size)
{
    ssize_t n = readlink("/proc/self/ns/pid", space, space_size - 1);

    space[n < 0 ? 0 : n] = '\0';
    read_line("/proc/sys/kernel/random/boot_id", boot, boot_size);
    if (!boot[0])
        snprintf(boot, boot_size, "-");
    if (!space[0])
        snprintf(space, space_size, "-");
}

void owner_now(char out[120])
{
    char boot[48], space[32];
    long pid = getpid();

    owner_place(boot, sizeof(boot), space, sizeof(space));
    snprintf(out, 120, "%s %s %ld %llu", boot, space, pid, started(pid));
}

bool owner_lives(const char *owner)
{
    char boot[48], space[32], was_boot[48] = "", was_space[32] = "";
    unsigned long long tick = 0;
    long pid = 0;

    if (sscanf(owner, "%47s %31s %ld %llu", was_boot, was_space, &pid, &tick) !=
        4)
        return false;
    owner_place(boot, sizeof(boot), space, sizeof(space));
    if (strcmp(boot, was_boot) != 0)
        return false;
    if (strcmp(space, was_space) != 0)
        return true;
    return started(pid) == tick;
}
