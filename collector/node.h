/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_NODE_H
#define KM_COLLECTOR_NODE_H

#include "cgroup_mounts.h"
#include "kept_file.h"
#include "name_memo.h"
#include "net_dev.h"
#include "sample.h"

/* The files that a node's numbers come from, kept open. */
enum km_node_file {
    KM_NODE_STAT,
    KM_NODE_MEMINFO,
    KM_NODE_LOADAVG,
    KM_NODE_VMSTAT,
    KM_NODE_NET_DEV,     /* of process 1 */
    KM_NODE_OWN_NET_DEV, /* where that cannot be read */
    KM_NODE_DISKSTATS,
    KM_NODE_PRESSURE_CPU,
    KM_NODE_PRESSURE_MEMORY,
    KM_NODE_PRESSURE_IO,
    KM_NODE_CPUACCT, /* of the root cgroup, v1 */
    KM_NODE_FILES,
};

/* The node as it is read from tick to tick. All zero is one not read yet. */
struct km_node {
    struct km_kept_file files[KM_NODE_FILES];
    struct km_name_memo interfaces, disks; /* which of them count */
    struct km_net_interfaces own;          /* of the last reading */
    int64_t moved;                         /* pages that reclaim has looked at, since boot */
    bool reclaim;                          /* by the last reading: more than before it */
};

/*
 * The node's own numbers into a sample: /proc/stat, meminfo, loadavg, vmstat, net/dev, diskstats,
 * pressure, the file systems, and on v1 cpuacct.usage of the root cgroup. cpu_usage is not set
 * here: it needs the reading before (usage.h).
 */
void km_node_read(struct km_node *node, struct km_root *root, const struct km_cgroup_mounts *mounts,
                  struct km_buf *buf, struct km_sample *sample);

void km_node_close(struct km_node *node, struct km_root *root);

/* The boot's id; "" where it cannot be read. */
void km_node_boot_id(struct km_root *root, struct km_buf *buf, char ret_id[64]);

#endif
