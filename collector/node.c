/* SPDX-License-Identifier: Apache-2.0 */
#include "node.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cgroup_read.h"
#include "net_dev.h"
#include "scan.h"

struct node {
    struct km_root *root;
    struct km_buf *buf;
    struct km_sample *sample;
};

static bool read_proc(struct node *n, const char *file)
{
    return km_root_read(n->root, n->buf, "%s/%s", n->root->proc, file) == 0;
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

    if (!read_proc(n, "stat"))
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
        km_root_read_number(n->root, n->buf, &usage, "%s/cpuacct.usage", mounts->v1[KM_CPUACCT]) ==
            0 &&
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

    if (!read_proc(n, "meminfo"))
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

    if (!read_proc(n, "loadavg"))
        return;
    p = n->buf->data;
    if (!scan_load(&p, &load[0]) || !scan_load(&p, &load[1]) || !scan_load(&p, &load[2]))
        return;
    for (int i = 0; i < 3; i++)
        km_sample_set(n->sample, KM_LOAD1 + i, load[i]);
    if (km_scan_next(&p, &running) && *p == '/' && km_scan_number(p + 1, &total) && total >= 0)
        km_sample_set(n->sample, KM_PROC_TOTAL, total);
}

static bool exists(const struct km_root *root, const char *folder, const char *name)
{
    char path[KM_PATH];
    struct stat st;

    km_root_path(root, path, "%s/%s", folder, name);
    return *path && stat(path, &st) == 0;
}

/* True if a device stands behind the interface, not only a name as with bridges and tunnels. */
static bool has_device(void *arg, const char *name)
{
    char folder[128];

    snprintf(folder, sizeof(folder), "/sys/class/net/%s", name);
    return exists(arg, folder, "device");
}

/* True unless the name is one that bridges, pods and tunnels have. */
static bool has_own_name(void *arg, const char *name)
{
    static const char *const others[] = {
        "veth",    "cni", "docker", "br-",    "cali",         "flannel", "virbr", "kube",
        "tun",     "tap", "vxlan",  "cilium", "lxc",          "dummy",   "sit",   "ip6tnl",
        "nerdctl", "ifb", "gre",    "wg",     "nodelocaldns", NULL};

    (void)arg;
    for (const char *const *o = others; *o; o++) {
        if (strncmp(name, *o, strlen(*o)) == 0)
            return false;
    }
    return true;
}

/*
 * The interfaces that carry the node's own traffic: those with a device behind them, so that a
 * bridge or bond does not count its members' bytes again. A node that is itself a container (kind)
 * has none; then the name tells. "net" is the reader's own network, the host's is that of
 * process 1.
 */
static void read_network(struct node *n)
{
    if (!read_proc(n, "1/net/dev") && !read_proc(n, "net/dev"))
        return;
    km_net_dev_scan(n->buf->data, has_device, n->root, n->sample);
    if (!km_sample_has(n->sample, KM_NET_RX_BYTES))
        km_net_dev_scan(n->buf->data, has_own_name, n->root, n->sample);
}

/* Whole disks: their partitions and the devices built on them would count the same bytes again. */
static bool is_disk(const struct km_root *root, const char *name)
{
    static const char *const built[] = {"loop", "ram", "zram", "dm-", "md",
                                        "sr",   "fd",  "nbd",  NULL};

    for (const char *const *b = built; *b; b++) {
        if (strncmp(name, *b, strlen(*b)) == 0)
            return false;
    }
    return exists(root, "/sys/block", name);
}

/*
 * "254 0 vda reads merged sectors ms writes merged sectors ms in_flight io_ms …"; a sector is 512
 * B.
 */
static void read_diskstats(struct node *n)
{
    static const struct {
        int field;
        unsigned metric;
        int64_t factor;
    } fields[] = {{0, KM_DISK_READ_OPS, 1},
                  {2, KM_DISK_READ_BYTES, 512},
                  {4, KM_DISK_WRITE_OPS, 1},
                  {6, KM_DISK_WRITE_BYTES, 512},
                  {9, KM_DISK_IO_TIME, 1}};
    char *line, *save = NULL;

    if (!read_proc(n, "diskstats"))
        return;
    for (line = strtok_r(n->buf->data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char name[64];
        int used = 0, i = 0;
        int64_t v[10];
        const char *p;

        if (sscanf(line, "%*d %*d %63s%n", name, &used) != 1 || !is_disk(n->root, name))
            continue;
        for (p = line + used; i < 10 && km_scan_next(&p, &v[i]); i++)
            ;
        for (size_t f = 0; i == 10 && f < sizeof(fields) / sizeof(fields[0]); f++) {
            int64_t value;

            if (!__builtin_mul_overflow(v[fields[f].field], fields[f].factor, &value))
                km_scan_add(n->sample, fields[f].metric, value);
        }
    }
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

void km_node_read(struct km_root *root, const struct km_cgroup_mounts *mounts, struct km_buf *buf,
                  struct km_sample *sample)
{
    struct node n = {root, buf, sample};
    int64_t kills;

    read_stat(&n, mounts);
    read_meminfo(&n);
    read_loadavg(&n);
    read_network(&n);
    read_diskstats(&n);
    if (read_proc(&n, "vmstat") && km_scan_value(buf->data, "oom_kill ", &kills) && kills >= 0)
        km_sample_set(sample, KM_PROC_OOM_KILLS, kills);
    if (read_proc(&n, "pressure/cpu"))
        km_pressure_scan(buf->data, KM_PSI_CPU_SOME, KM_METRIC_COUNT, sample);
    if (read_proc(&n, "pressure/memory"))
        km_pressure_scan(buf->data, KM_PSI_MEMORY_SOME, KM_PSI_MEMORY_FULL, sample);
    if (read_proc(&n, "pressure/io"))
        km_pressure_scan(buf->data, KM_PSI_IO_SOME, KM_PSI_IO_FULL, sample);
    read_file_systems(&n);
}

void km_node_boot_id(struct km_root *root, struct km_buf *buf, char ret_id[64])
{
    ret_id[0] = '\0';
    if (km_root_read(root, buf, "%s/sys/kernel/random/boot_id", root->proc) == 0)
        snprintf(ret_id, 64, "%.*s", (int)strspn(buf->data, "0123456789abcdef-"), buf->data);
}
