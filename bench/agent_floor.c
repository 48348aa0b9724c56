/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor: what it costs to read the files of every pod at all. Finds pods and containers once,
 * keeps their files open, reads each of them every 5 s to its end and throws the bytes away.
 *
 *     agent_floor keep|reopen SECONDS
 *
 * reopen opens and closes each file at each reading. Prints how many files it reads, runs for so
 * long and ends; agents.sh measures it. cgroup v1 (also hybrid) and v2.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define INTERVAL 5
#define DEPTH    8

struct file {
    char *path;
    int fd; /* -1: opened at each reading */
};

static struct file *files;
static size_t n_files, n_pods;
static bool keep;

static void add(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    if (!keep) {
        close(fd);
        fd = -1;
    }
    files = realloc(files, (n_files + 1) * sizeof(*files));
    if (!files)
        abort();
    files[n_files++] = (struct file){strdup(path), fd};
}

static bool is_v1(void)
{
    return access("/sys/fs/cgroup/memory", F_OK) == 0;
}

/* The files of the cgroup at a path below the mounts: CPU time, throttling, memory. */
static void add_cgroup(const char *path)
{
    static const char *const v1[] = {"cpuacct%s/cpuacct.usage", "cpu%s/cpu.stat",
                                     "memory%s/memory.usage_in_bytes", "memory%s/memory.stat",
                                     NULL};
    static const char *const v2[] = {"%s/cpu.stat", "%s/memory.current", "%s/memory.stat", NULL};

    for (const char *const *f = is_v1() ? v1 : v2; *f; f++) {
        char full[1024] = "/sys/fs/cgroup/";

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(full + 15, sizeof(full) - 15, *f, path);
#pragma GCC diagnostic pop
        add(full);
    }
}

/* The first process of a cgroup, 0 if it has none. */
static int first_process(const char *folder)
{
    char path[1100];
    FILE *procs;
    int pid = 0;

    snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
    procs = fopen(path, "re");
    if (!procs)
        return 0;
    if (fscanf(procs, "%d", &pid) != 1)
        pid = 0;
    fclose(procs);
    return pid;
}

static bool is_pause(int pid)
{
    char path[64], name[32] = "";
    FILE *comm;

    snprintf(path, sizeof(path), "/proc/%d/comm", pid);
    comm = fopen(path, "re");
    if (comm && !fgets(name, sizeof(name), comm))
        name[0] = '\0';
    if (comm)
        fclose(comm);
    return strcmp(name, "pause\n") == 0;
}

/* A container's files, but those of a pause container; and of the pod's first one the network. */
static void add_container(const char *mount, const char *path, bool *has_network)
{
    char folder[1024], net[64];
    int pid;

    snprintf(folder, sizeof(folder), "%s%s", mount, path);
    pid = first_process(folder);
    if (pid <= 0)
        return;
    if (!*has_network) {
        snprintf(net, sizeof(net), "/proc/%d/net/dev", pid);
        add(net);
        *has_network = true;
    }
    if (!is_pause(pid))
        add_cgroup(path);
}

/* Looks for pods below a folder, and for containers below a pod; path is that below the mount. */
static void find(const char *mount, const char *path, bool in_pod, int depth)
{
    char full[1024];
    DIR *dir;
    const struct dirent *entry;
    bool has_network = false;

    snprintf(full, sizeof(full), "%s%s", mount, path);
    dir = opendir(full);
    while (dir && (entry = readdir(dir))) {
        char inner[512];
        const char *pod = strstr(entry->d_name, "pod");
        bool is_pod = pod && strcspn(pod + 3, "-_") == 8;

        if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
            snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name) >= (int)sizeof(inner))
            continue;
        if (in_pod) {
            add_container(mount, inner, &has_network);
        } else if (is_pod) {
            n_pods++;
            add_cgroup(inner);
            find(mount, inner, true, 0);
        } else if (depth > 0) {
            find(mount, inner, false, depth - 1);
        }
    }
    if (dir)
        closedir(dir);
}

static void read_all(void)
{
    static char buf[65536];

    for (size_t i = 0; i < n_files; i++) {
        int fd = keep ? files[i].fd : open(files[i].path, O_RDONLY | O_CLOEXEC);
        ssize_t len;
        off_t at = 0;

        while (fd >= 0 && (len = pread(fd, buf, sizeof(buf), at)) > 0)
            at += len;
        if (!keep && fd >= 0)
            close(fd);
    }
}

int main(int argc, char **argv)
{
    static const char *const node[] = {"stat",    "meminfo", "net/dev", "diskstats",
                                       "loadavg", "vmstat",  NULL};
    struct itimerspec schedule = {{INTERVAL, 0}, {INTERVAL, 0}};
    struct rlimit limit;
    int timer;

    if (argc != 3 || (strcmp(argv[1], "keep") != 0 && strcmp(argv[1], "reopen") != 0)) {
        fprintf(stderr, "usage: agent_floor keep|reopen SECONDS\n");
        return 2;
    }
    keep = strcmp(argv[1], "keep") == 0;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    for (const char *const *n = node; *n; n++) {
        char path[64];

        snprintf(path, sizeof(path), "/proc/%s", *n);
        add(path);
    }
    find(is_v1() ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup", "", false, DEPTH);
    printf("%zu files of %zu pods\n", n_files, n_pods);
    fflush(stdout);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    if (timer < 0 || timerfd_settime(timer, 0, &schedule, NULL) < 0)
        return 1;
    for (long left = strtol(argv[2], NULL, 10); left > 0; left -= INTERVAL) {
        unsigned long long due;

        if (read(timer, &due, sizeof(due)) != sizeof(due))
            return 1;
        read_all();
    }
    return 0;
}
