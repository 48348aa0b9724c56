/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_NODE_H
#define KM_COLLECTOR_NODE_H

#include "cgroup_mounts.h"
#include "sample.h"

/*
 * The node's own numbers into a sample: /proc/stat, meminfo, loadavg, vmstat, net/dev, diskstats,
 * pressure, the file systems, and on v1 cpuacct.usage of the root cgroup. cpu_usage is not set
 * here: it needs the reading before (usage.h).
 */
void km_node_read(struct km_root *root, const struct km_cgroup_mounts *mounts, struct km_buf *buf,
                  struct km_sample *sample);

/* The boot's id; "" where it cannot be read. */
void km_node_boot_id(struct km_root *root, struct km_buf *buf, char ret_id[64]);

#endif
