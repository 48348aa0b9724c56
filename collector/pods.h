/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_PODS_H
#define KM_COLLECTOR_PODS_H

#include "batch.h"
#include "cgroup_mounts.h"
#include "names.h"
#include "wall_clock.h"

/*
 * The pods and containers of this node: found in the cgroup tree by the folders that the kubelet
 * makes (cgroup_tree.h), and read each tick. A pod without a name yet is reported under its UID.
 */
struct km_pods;

/*
 * To be read each interval_ms. Returns NULL when memory runs out. Root and clock must outlive it.
 */
struct km_pods *km_pods_new(struct km_root *root, const struct km_wall_clock *clock,
                            int64_t interval_ms);
void km_pods_free(struct km_pods *pods);

/*
 * Finds and reads all pods. names may be NULL; reclaim says that the kernel has moved pages since
 * the call before (node.h). *ret_pods is valid until the next call. Returns 0 or negative errno.
 */
int km_pods_read(struct km_pods *pods, const struct km_cgroup_mounts *mounts,
                 struct km_names *names, bool reclaim, struct km_buf *buf,
                 const struct km_pod **ret_pods, size_t *ret_count);

/* False where every folder is looked through each tick for want of inotify. */
bool km_pods_are_told(const struct km_pods *pods);

#endif
