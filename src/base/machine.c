/* What this machine is and how much room it has, from /proc and /sys. Read by
 * the screen process before it starts a lab. */
#include "base/machine.h"

#include <ctype.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

const char *machine_root = "";

/* Tasks that timeslice itself needs beside the workers, and a shell's worth
 * for the person who wants to stop it. */
#define TASKS_KEPT_BACK 32
/* Mappings that the lab makes beside the workers' stacks. */
#define MAPS_KEPT_BACK 200
/* The kernel never gives out the first process numbers again. */
#define PIDS_RESERVED 300

/* ---- reading ------------------------------------------------------------ */

__attribute__((format(printf, 1, 2))) static FILE *open_file(const char *format,
                                                             ...)
{
    char name[1024], path[1024 + 256];
    va_list ap;

    va_start(ap, format);
    vsnprintf(name, sizeof(name), format, ap);
    va_end(ap);
    snprintf(path, sizeof(path), "%s%s", machine_root, name);
    return fopen(path, "re");
}

/* The number at the start of @file, which is closed; @fallback if there is no
 * file or no number ("max"). */
static int64_t read_int(FILE *file, int64_t fallback)
{
    char line[64], *end = line;
    int64_t n = fallback;

    if (file == NULL)
        return fallback;
    if (fgets(line, sizeof(line), file) != NULL)
        n = strtoll(line, &end, 10);
    fclose(file);
    return end > line ? n : fallback;
}

/* The number after @label at the start of a line of @file; -1 if not there. */
static int64_t read_labelled(FILE *file, const char *label)
{
    char line[256];
    int64_t n = -1;

    if (file == NULL)
        return -1;
    while (n < 0 && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, label, strlen(label)) == 0)
            n = strtoll(line + strlen(label), NULL, 10);
    }
    fclose(file);
    return n;
}

/* ---- control groups ----------------------------------------------------- */

/* Where this process's group of one controller is: under @mount, then @path,
 * "" or "/a/b". Limits of every group on the way up count. */
struct cgroup {
    char mount[512];
    char path[512];
    bool v2;
};

static bool has_item(const char *list, const char *item)
{
    size_t len = strlen(item);

    for (const char *p = list; (p = strstr(p, item)) != NULL; p += len) {
        bool starts = p == list || p[-1] == ',';
        if (starts && (p[len] == '\0' || p[len] == ',' || p[len] == '\n'))
            return true;
    }
    return false;
}

/* This process's group for @controller (v1), or in the one hierarchy of v2 if
 * @controller is "". */
static bool cgroup_path(const char *controller, char *path, size_t size)
{
    FILE *file = open_file("/proc/self/cgroup");
    char line[1024];
    bool found = false;

    if (file == NULL)
        return false;
    while (!found && fgets(line, sizeof(line), file) != NULL) {
        char *list = strchr(line, ':');
        char *where = list != NULL ? strchr(list + 1, ':') : NULL;

        if (where == NULL)
            continue;
        *where++ = '\0';
        list++;
        found =
            *controller == '\0' ? *list == '\0' : has_item(list, controller);
        where[strcspn(where, "\n")] = '\0';
        if (found)
            snprintf(path, size, "%s", where);
    }
    fclose(file);
    return found;
}

/* Where that hierarchy is mounted, and which group of it the mount shows. */
static bool cgroup_mount(const char *controller, char *mount, char *shown,
                         size_t size)
{
    FILE *file = open_file("/proc/self/mountinfo");
    char line[4096];
    bool found = false;

    if (file == NULL)
        return false;
    while (!found && fgets(line, sizeof(line), file) != NULL) {
        char root[512], point[512], type[64], options[1024];
        const char *tail = strstr(line, " - ");

        if (tail == NULL ||
            sscanf(line, "%*s %*s %*s %511s %511s", root, point) != 2 ||
            sscanf(tail, " - %63s %*s %1023s", type, options) != 2)
            continue;
        if (*controller == '\0')
            found = strcmp(type, "cgroup2") == 0;
        else
            found =
                strcmp(type, "cgroup") == 0 && has_item(options, controller);
        if (found) {
            snprintf(mount, size, "%s", point);
            snprintf(shown, size, "%s", root);
        }
    }
    fclose(file);
    return found;
}

/* Find this process's group that limits @controller, old kind first: where
 * both exist, that one has the controller. */
static bool cgroup_find(const char *controller, struct cgroup *group)
{
    const char *const kinds[] = {controller, ""};
    char path[512], shown[512];

    for (int i = 0; i < 2; i++) {
        size_t len;

        if (!cgroup_path(kinds[i], path, sizeof(path)) ||
            !cgroup_mount(kinds[i], group->mount, shown, sizeof(shown)))
            continue;
        /* In a container the mount may begin at our own group. */
        len = strcmp(shown, "/") == 0 ? 0 : strlen(shown);
        if (strncmp(path, shown, len) == 0)
            snprintf(group->path, sizeof(group->path), "%s", path + len);
        else
            group->path[0] = '\0';
        if (strcmp(group->path, "/") == 0)
            group->path[0] = '\0';
        group->v2 = kinds[i][0] == '\0';
        return true;
    }
    return false;
}

/* The files of one controller; [0] the old kind, [1] the new. */
struct cgroup_files {
    const char *controller;
    const char *limit[2], *use[2];
    /* Lines of the file "memory.stat" that count as use and could be freed. */
    const char *spare[2][2];
};

static const struct cgroup_files cgroup_pids = {
    .controller = "pids",
    .limit = {"pids.max", "pids.max"},
    .use = {"pids.current", "pids.current"},
};

static const struct cgroup_files cgroup_memory = {
    .controller = "memory",
    .limit = {"memory.limit_in_bytes", "memory.max"},
    .use = {"memory.usage_in_bytes", "memory.current"},
    .spare = {{"total_inactive_file ", "total_active_file "},
              {"inactive_file ", "active_file "}},
};

/* What is in use in the group, without what could be freed at once. */
static int64_t cgroup_use(const struct cgroup *group,
                          const struct cgroup_files *files)
{
    int64_t use = read_int(
        open_file("%s%s/%s", group->mount, group->path, files->use[group->v2]),
        0);

    for (int i = 0; i < 2 && files->spare[group->v2][i] != NULL; i++) {
        int64_t spare = read_labelled(
            open_file("%s%s/memory.stat", group->mount, group->path),
            files->spare[group->v2][i]);
        use -= spare > 0 ? spare : 0;
    }
    return use > 0 ? use : 0;
}

/* The least of limit minus use in our group and all above it. INT64_MAX if
 * nothing limits it. */
static int64_t cgroup_room(const struct cgroup_files *files)
{
    struct cgroup group;
    int64_t room = INT64_MAX;

    if (!cgroup_find(files->controller, &group))
        return room;
    for (;;) {
        char *slash = strrchr(group.path, '/');
        int64_t limit = read_int(open_file("%s%s/%s", group.mount, group.path,
                                           files->limit[group.v2]),
                                 INT64_MAX);

        if (limit != INT64_MAX) {
            int64_t use = cgroup_use(&group, files);
            int64_t left = limit > use ? limit - use : 0;
            room = left < room ? left : room;
        }
        if (slash == NULL)
            return room;
        *slash = '\0';
    }
}

/* ---- what the machine is ------------------------------------------------ */

/* The coarse clock advances once a tick and says so. */
static int read_tick_hz(void)
{
    struct timespec tick;

    if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) < 0 || tick.tv_sec != 0 ||
        tick.tv_nsec < 100000) /* no kernel ticks so fast: it is made up */
        return 0;
    return (int)((1000000000 + tick.tv_nsec / 2) / tick.tv_nsec);
}

static void read_memory(struct machine *m)
{
    int64_t total = read_labelled(open_file("/proc/meminfo"), "MemTotal:");
    int64_t available =
        read_labelled(open_file("/proc/meminfo"), "MemAvailable:");
    int64_t group = cgroup_room(&cgroup_memory);

    m->memory_total = total > 0 ? total * 1024 : 0;
    m->memory_available = available > 0 ? available * 1024 : 0;
    if (m->memory_available > 0 && group < m->memory_available)
        m->memory_available = group > 0 ? group : 1; /* 0 is unknown */
}

void machine_read(struct machine *m)
{
    struct utsname name;
    FILE *own;

    memset(m, 0, sizeof(*m));
    CPU_ZERO(&m->allowed);
    if (sched_getaffinity(0, sizeof(m->allowed), &m->allowed) < 0)
        CPU_SET(0, &m->allowed); /* more than 1024 processors */
    m->cpus_allowed = CPU_COUNT(&m->allowed);
    m->cpus_online = (int)sysconf(_SC_NPROCESSORS_ONLN);
    if (m->cpus_online < m->cpus_allowed)
        m->cpus_online = m->cpus_allowed;
    if (uname(&name) == 0) {
        snprintf(m->kernel, sizeof(m->kernel), "%.79s", name.release);
        snprintf(m->arch, sizeof(m->arch), "%.23s", name.machine);
    }
    m->tick_hz = read_tick_hz();
    m->perf_paranoid =
        (int)read_int(open_file("/proc/sys/kernel/perf_event_paranoid"), 99);
    own = open_file("/proc/self/autogroup");
    m->autogroup =
        own != NULL &&
        read_int(open_file("/proc/sys/kernel/sched_autogroup_enabled"), 0) == 1;
    if (own != NULL)
        fclose(own);
    read_memory(m);
}

/* ---- how much room there is --------------------------------------------- */

/* All tasks of the system: the second number of "1/203" in loadavg. */
static int64_t count_tasks(void)
{
    FILE *file = open_file("/proc/loadavg");
    char line[128];
    int64_t n = 0;

    if (file == NULL)
        return 0;
    if (fgets(line, sizeof(line), file) != NULL && strchr(line, '/') != NULL)
        n = strtoll(strchr(line, '/') + 1, NULL, 10);
    fclose(file);
    return n;
}

/* Threads of process @pid if it is @uid's; its directory may belong to root
 * all the same. */
static int64_t count_threads_of(const char *pid, uid_t uid)
{
    FILE *file = open_file("/proc/%s/status", pid);
    char line[256];
    int64_t threads = 0, owner = -1;

    if (file == NULL)
        return 0;
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, "Uid:", 4) == 0)
            owner = strtoll(line + 4, NULL, 10);
        if (strncmp(line, "Threads:", 8) == 0)
            threads = strtoll(line + 8, NULL, 10);
    }
    fclose(file);
    return owner == (int64_t)uid ? threads : 0;
}

/* All tasks of this user, which is what RLIMIT_NPROC counts. */
static int64_t count_own_tasks(void)
{
    char path[1024];
    struct dirent *entry;
    int64_t n = 0;
    DIR *proc;

    snprintf(path, sizeof(path), "%s/proc", machine_root);
    proc = opendir(path);
    if (proc == NULL)
        return 0;
    while ((entry = readdir(proc)) != NULL) {
        if (isdigit((unsigned char)entry->d_name[0]))
            n += count_threads_of(entry->d_name, getuid());
    }
    closedir(proc);
    return n;
}

static int64_t count_mappings(void)
{
    FILE *file = open_file("/proc/self/maps");
    int64_t n = 0;
    int c;

    if (file == NULL)
        return 0;
    while ((c = getc(file)) != EOF)
        n += c == '\n';
    fclose(file);
    return n;
}

/* CAP_SYS_ADMIN (bit 21) and CAP_SYS_RESOURCE (bit 24) lift RLIMIT_NPROC, and
 * so does being root. */
static bool above_nproc(void)
{
    char line[256];
    uint64_t caps = 0;
    FILE *file;

    if (getuid() == 0)
        return true;
    file = open_file("/proc/self/status");
    if (file == NULL)
        return false;
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, "CapEff:", 7) == 0)
            caps = strtoull(line + 7, NULL, 16);
    }
    fclose(file);
    return (caps >> 21 & 1) || (caps >> 24 & 1);
}

struct room {
    int64_t workers;
    const char *limit;
};

static void room_lower(struct room *room, int64_t workers, const char *limit)
{
    if (workers < 0)
        workers = 0;
    if (workers >= room->workers)
        return;
    room->workers = workers;
    room->limit = limit;
}

int64_t machine_room_for_workers(const struct machine *m, bool threads,
                                 int64_t bytes_each, const char **limit)
{
    struct room room = {.workers = INT64_MAX, .limit = ""};
    int64_t tasks = count_tasks() + TASKS_KEPT_BACK;
    struct rlimit nproc;
    int64_t max;

    max = read_int(open_file("/proc/sys/kernel/pid_max"), -1);
    if (max >= 0)
        room_lower(&room, max - PIDS_RESERVED - tasks, "kernel.pid_max");
    max = read_int(open_file("/proc/sys/kernel/threads-max"), -1);
    if (max >= 0)
        room_lower(&room, max - tasks, "kernel.threads-max");
    if (getrlimit(RLIMIT_NPROC, &nproc) == 0 &&
        nproc.rlim_cur != RLIM_INFINITY && !above_nproc())
        room_lower(&room,
                   (int64_t)nproc.rlim_cur - count_own_tasks() -
                       TASKS_KEPT_BACK,
                   "ulimit -u");
    max = cgroup_room(&cgroup_pids);
    if (max != INT64_MAX)
        room_lower(&room, max - TASKS_KEPT_BACK, "cgroup pids.max");
    max = read_int(open_file("/proc/sys/vm/max_map_count"), -1);
    if (threads && max >= 0)
        room_lower(&room, (max - count_mappings() - MAPS_KEPT_BACK) / 2,
                   "vm.max_map_count");
    if (bytes_each > 0 && m->memory_available > 0)
        room_lower(&room, m->memory_available / bytes_each, "memory");
    if (limit != NULL)
        *limit = room.limit;
    return room.workers;
}
