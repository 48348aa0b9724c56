/* SPDX-License-Identifier: Apache-2.0 */
#include "node_devices.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "scan.h"

static bool exists(const struct km_root *root, const char *folder, const char *name)
{
    char path[KM_PATH];
    struct stat st;

    km_root_path(root, path, "%s/%s", folder, name);
    return *path && stat(path, &st) == 0;
}

static bool begins_with_any(const char *name, const char *const *beginnings)
{
    for (; *beginnings; beginnings++) {
        if (strncmp(name, *beginnings, strlen(*beginnings)) == 0)
            return true;
    }
    return false;
}

/* True unless the name is one that bridges, pods and tunnels have. */
static bool has_own_name(void *arg, const char *name)
{
    static const char *const others[] = {
        "veth",    "cni", "docker", "br-",    "cali",         "flannel", "virbr", "kube",
        "tun",     "tap", "vxlan",  "cilium", "lxc",          "dummy",   "sit",   "ip6tnl",
        "nerdctl", "ifb", "gre",    "wg",     "nodelocaldns", NULL};

    (void)arg;
    return !begins_with_any(name, others);
}

/*
 * True if a device stands behind the interface, not only a name as with bridges and tunnels. A
 * virtual machine may have one that passes on what another does (Hyper-V's netvsc, net_failover):
 * that one's bytes are in its own.
 */
static bool has_device(void *arg, const char *name)
{
    char folder[128];

    snprintf(folder, sizeof(folder), "/sys/class/net/%s", name);
    return exists(arg, folder, "device") && !exists(arg, folder, "master/device");
}

struct asking {
    const struct km_root *root;
    struct km_name_memo *memo;
};

/* The pods' ends of their links are a hundred, and no device has such a name. */
static bool is_interface(void *arg, const char *name)
{
    static const char *const pods[] = {"veth", "cali", "lxc", NULL};
    const struct asking *a = arg;

    return !begins_with_any(name, pods) &&
           km_name_memo_ask(a->memo, name, has_device, (void *)(uintptr_t)a->root);
}

void km_node_network_scan(const char *text, const struct km_root *root, struct km_name_memo *memo,
                          struct km_sample *sample, struct km_net_interfaces *ret_interfaces)
{
    struct asking asking = {root, memo};

    ret_interfaces->count = 0;
    km_name_memo_begin(memo);
    km_net_dev_scan(text, is_interface, &asking, sample, ret_interfaces);
    if (!km_sample_has(sample, KM_NET_RX_BYTES))
        km_net_dev_scan(text, has_own_name, NULL, sample, ret_interfaces);
}

static bool is_disk(void *arg, const char *name)
{
    static const char *const built[] = {"loop", "ram", "zram", "dm-", "md",
                                        "sr",   "fd",  "nbd",  NULL};

    return !begins_with_any(name, built) && exists(arg, "/sys/block", name);
}

void km_node_disks_scan(char *text, const struct km_root *root, struct km_name_memo *disks,
                        struct km_sample *sample)
{
    /* Where a number stands behind the name; a sector is 512 bytes. */
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

    km_name_memo_begin(disks);
    for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        char name[64];
        int used = 0, i = 0;
        int64_t v[10];
        const char *p;

        if (sscanf(line, "%*d %*d %63s%n", name, &used) != 1 ||
            !km_name_memo_ask(disks, name, is_disk, (void *)(uintptr_t)root))
            continue;
        for (p = line + used; i < 10 && km_scan_next(&p, &v[i]); i++)
            ;
        for (size_t f = 0; i == 10 && f < sizeof(fields) / sizeof(fields[0]); f++) {
            int64_t value;

            if (!__builtin_mul_overflow(v[fields[f].field], fields[f].factor, &value))
                km_scan_add(sample, fields[f].metric, value);
        }
    }
}
