/* SPDX-License-Identifier: Apache-2.0 */
#include "node.h"

#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cgroup_scan.h"
#include "node_devices.h"
#include "scan.h"

struct node {
    struct km_node *node;
    struct km_root *root;
    struct km_buf *buf;
    struct km_sample *sample;
};

static bool read_proc(struct node *n, enum km_node_file file)
{
    static const char *const names[KM_NODE_FILES] = {
        "stat",    "meminfo",   "loadavg",      "vmstat",          "1/net/dev",
        "net/dev", "diskstats", "pressure/cpu", "pressure/memory", "pressure/io"};

    return km_kept_read(n->root, &n->node->files[file], KM_KEPT_LIST, n->buf, "%s/%s",
                        n->root->proc, names[file]) >= 0;
}

/* Sets a metric to a difference of two others, unless that is below 0: then one of them is wrong.
 */
static void set_difference(struct km_sample *s, unsigned metric, int64_t whole, int64_t part)
{
    if (whole >= part)
        km_sample_set(s, metric, whole - part);
}

/*
 * "cpu  user nice system idle iowait irq softirq steal guest guest_nice" in USER_HZ since boot;
 * user holds guest. A line "cpu0 …" a CPU that is online.
 */
static void read_stat(struct node *n, const struct km_cgroup_mounts *mounts)
{
    static const struct km_scan_rule counts[] = {
        {"procs_running ", KM_PROC_RUNNING, 1}, {"procs_blocked ", KM_PROC_BLOCKED, 1}, {0}};
    /* Which metrics each column is part of. */
    static const unsigned columns[8][2] = {[0] = {KM_CPU_USER_USEC, KM_CPU_USAGE_USEC},
                                           [1] = {KM_CPU_USER_USEC, KM_CPU_USAGE_USEC},
                                           [2] = {KM_CPU_SYSTEM_USEC, KM_CPU_USAGE_USEC},
                                           [4] = {KM_CPU_IOWAIT_USEC},
                                           [5] = {KM_CPU_IRQ_USEC, KM_CPU_USAGE_USEC},
                                           [6] = {KM_CPU_IRQ_USEC, KM_CPU_USAGE_USEC},
                                           [7] = {KM_CPU_STEAL_USEC}};
    int64_t t[8], tick = 1000000 / sysconf(_SC_CLK_TCK), cpus = 0, usage;
    const char *p;
    int i = 0;

    if (!read_proc(n, KM_NODE_STAT))
        return;
    km_scan_into(n->buf->data, counts, n->sample);
    for (p = strstr(n->buf->data, "\ncpu"); p; p = strstr(p + 1, "\ncpu"))
        cpus++;
    if (cpus)
        km_sample_set(n->sample, KM_CPU_CAPACITY, cpus * 1000);
    if (strncmp(n->buf->data, "cpu ", 4) != 0)
        return;
    for (p = n->buf->data + 4; i < 8 && km_scan_next(&p, &t[i]); i++) {
        if (t[i] < 0 || t[i] > INT64_MAX / 8 / tick)
            return;
    }
    if (i < 8)
        return;
    for (int c = 0; c < 8; c++) {
        for (int m = 0; m < 2 && columns[c][m]; m++)
            km_scan_add(n->sample, columns[c][m], t[c] * tick);
    }
    /* The root's own count has nanoseconds, where /proc/stat has hundredths of seconds. */
    if (mounts->v1[KM_CPUACCT][0] &&
        km_kept_read_number(n->root, &n->node->files[KM_NODE_CPUACCT], n->buf, &usage,
                            "%s/cpuacct.usage", mounts->v1[KM_CPUACCT]) >= 0 &&
        usage >= 0)
        km_sample_set(n->sample, KM_CPU_USAGE_USEC, usage / 1000);
}

static void read_meminfo(struct node *n)
{
    static const struct km_scan_rule rules[] = {{"MemTotal:", KM_MEM_TOTAL, 1024},
                                                {"MemFree:", KM_MEM_FREE, 1024},
                                                {"MemAvailable:", KM_MEM_AVAILABLE, 1024},
                                                {"Buffers:", KM_MEM_BUFFERS, 1024},
                                                {"Cached:", KM_MEM_CACHED, 1024},
                                                {"SwapTotal:", KM_MEM_SWAP_TOTAL, 1024},
                                                {0}};
    static const unsigned parts[] = {KM_MEM_FREE, KM_MEM_BUFFERS, KM_MEM_CACHED};
    struct km_sample *s = n->sample;
    int64_t value, used;
    bool known;

    if (!read_proc(n, KM_NODE_MEMINFO))
        return;
    km_scan_into(n->buf->data, rules, s);
    known = km_sample_has(s, KM_MEM_TOTAL);
    used = known ? s->value[KM_MEM_TOTAL] : 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        known = known && km_sample_has(s, parts[i]) && used >= s->value[parts[i]];
        used -= known ? s->value[parts[i]] : 0;
    }
    if (known)
        km_sample_set(s, KM_MEM_USED, used);
    if (km_sample_has(s, KM_MEM_TOTAL) && km_sample_has(s, KM_MEM_AVAILABLE))
        set_difference(s, KM_MEM_WORKING_SET, s->value[KM_MEM_TOTAL], s->value[KM_MEM_AVAILABLE]);
    if (km_sample_has(s, KM_MEM_SWAP_TOTAL) && km_scan_value(n->buf->data, "SwapFree:", &value) &&
        value >= 0 && !__builtin_mul_overflow(value, 1024, &value))
        set_difference(s, KM_MEM_SWAP_USED, s->value[KM_MEM_SWAP_TOTAL], value);
}

/* "0.52" in thousandths: the kernel writes two decimals. */
static bool scan_load(const char **text, int64_t *ret_milli)
{
    int64_t whole, hundredths;
    const char *p = *text;

    if (!km_scan_next(&p, &whole) || whole < 0 || whole > INT32_MAX || *p != '.')
        return false;
    p++;
    if (!km_scan_next(&p, &hundredths) || hundredths < 0 || hundredths > 99)
        return false;
    *text = p;
    *ret_milli = whole * 1000 + hundredths * 10;
    return true;
}

/* "0.52 0.58 0.59 2/312 12345": loads, and running/existing tasks. */
static void read_loadavg(struct node *n)
{
    int64_t load[3], running, total;
    const char *p;

    if (!read_proc(n, KM_NODE_LOADAVG))
        return;
    p = n->buf->data;
    if (!scan_load(&p, &load[0]) || !scan_load(&p, &load[1]) || !scan_load(&p, &load[2]))
        return;
    for (int i = 0; i < 3; i++)
        km_sample_set(n->sample, KM_LOAD1 + i, load[i]);
    if (km_scan_next(&p, &running) && *p == '/' && km_scan_number(p + 1, &total) && total >= 0)
        km_sample_set(n->sample, KM_PROC_TOTAL, total);
}

/* "net" is the reader's own network, the host's is that of process 1. */
static void read_network(struct node *n)
{
    n->node->own.count = 0;
    if (read_proc(n, KM_NODE_NET_DEV) || read_proc(n, KM_NODE_OWN_NET_DEV))
        km_node_network_scan(n->buf->data, n->root, &n->node->interfaces, n->sample, &n->node->own);
}

static void read_disks(struct node *n)
{
    if (read_proc(n, KM_NODE_DISKSTATS))
        km_node_disks_scan(n->buf->data, n->root, &n->node->disks, n->sample);
}

/*
 * OOM kills, and whether reclaim has been at work: it is what moves pages between the active and
 * the inactive list of a cgroup whose tasks sleep.
 */
static void read_vmstat(struct node *n)
{
    static const char *const moves[] = {"pgrefill ", "pgscan_kswapd ", "pgscan_direct "};
    struct km_node *node = n->node;
    int64_t value, moved = 0;

    if (!read_proc(n, KM_NODE_VMSTAT))
        return;
    if (km_scan_value(n->buf->data, "oom_kill ", &value) && value >= 0)
        km_sample_set(n->sample, KM_PROC_OOM_KILLS, value);
    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
        if (km_scan_value(n->buf->data, moves[i], &value) && value >= 0)
            moved = (int64_t)((uint64_t)moved + (uint64_t)value);
    }
    node->reclaim = moved != node->moved;
    node->moved = moved;
}

static void read_pressure(struct node *n)
{
    if (read_proc(n, KM_NODE_PRESSURE_CPU))
        km_pressure_scan(n->buf->data, KM_PSI_CPU_SOME, KM_METRIC_COUNT, n->sample);
    if (read_proc(n, KM_NODE_PRESSURE_MEMORY))
        km_pressure_scan(n->buf->data, KM_PSI_MEMORY_SOME, KM_PSI_MEMORY_FULL, n->sample);
    if (read_proc(n, KM_NODE_PRESSURE_IO))
        km_pressure_scan(n->buf->data, KM_PSI_IO_SOME, KM_PSI_IO_FULL, n->sample);
}

static void file_system(const struct statvfs *fs, unsigned first, struct km_sample *s)
{
    int64_t block = (int64_t)fs->f_frsize;

    km_sample_set(s, first, (int64_t)fs->f_blocks * block);
    km_sample_set(s, first + 1, (int64_t)(fs->f_blocks - fs->f_bfree) * block);
    if (fs->f_files == 0)
        return; /* a file system without a table of inodes */
    km_sample_set(s, first + 2, (int64_t)fs->f_files);
    km_sample_set(s, first + 3, (int64_t)(fs->f_files - fs->f_ffree));
}

/*
 * Asks for a folder of the host: by the root of process 1, since "/" of the DaemonSet's container
 * is an overlay; where the kernel does not let us there, by ours.
 */
static bool stat_host(const struct km_root *root, const char *folder, struct statvfs *ret_fs)
{
    char path[KM_PATH];

    km_root_path(root, path, "%s/1/root%s", root->proc, folder);
    if (*path && statvfs(path, ret_fs) == 0)
        return true;
    km_root_path(root, path, "%s", folder);
    return *path && statvfs(path, ret_fs) == 0;
}

static void read_file_systems(struct node *n)
{
    struct statvfs top, kubelet;
    bool has_top = stat_host(n->root, "/", &top);

    if (has_top)
        file_system(&top, KM_FS_CAPACITY, n->sample);
    if (stat_host(n->root, "/var/lib/kubelet", &kubelet) &&
        !(has_top && kubelet.f_fsid == top.f_fsid))
        file_system(&kubelet, KM_FS_KUBELET_CAPACITY, n->sample);
}

void km_node_read(struct km_node *node, struct km_root *root, const struct km_cgroup_mounts *mounts,
                  struct km_buf *buf, struct km_sample *sample)
{
    struct node n = {node, root, buf, sample};

    read_stat(&n, mounts);
    read_meminfo(&n);
    read_loadavg(&n);
    read_network(&n);
    read_disks(&n);
    read_vmstat(&n);
    read_pressure(&n);
    read_file_systems(&n);
}

void km_node_close(struct km_node *node, struct km_root *root)
{
    for (size_t i = 0; i < KM_NODE_FILES; i++)
        km_kept_close(root, &node->files[i]);
}

void km_node_boot_id(struct km_root *root, struct km_buf *buf, char ret_id[64])
{
    ret_id[0] = '\0';
    if (km_root_read(root, buf, "%s/sys/kernel/random/boot_id", root->proc) == 0)
        snprintf(ret_id, 64, "%.*s", (int)strspn(buf->data, "0123456789abcdef-"), buf->data);
}
