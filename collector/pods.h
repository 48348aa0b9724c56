/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_PODS_H
#define KM_COLLECTOR_PODS_H

#include "batch.h"
#include "cgroup_mounts.h"
#include "names.h"

/*
 * The pods and containers of this node: found by walking the cgroup tree for folders that the
 * kubelet makes (cgroup_name.h), whatever stands above them, and read each tick. A pod without a
 * name yet is reported under its UID.
 */
struct km_pods;

/* Returns NULL when memory runs out. */
struct km_pods *km_pods_new(void);
void km_pods_free(struct km_pods *pods);

/*
 * Walks and reads all pods. names may be NULL. *ret_pods points into the table and is valid until
 * the next call. Returns 0 or negative errno.
 */
int km_pods_read(struct km_pods *pods, struct km_root *root, const struct km_cgroup_mounts *mounts,
                 struct km_names *names, struct km_buf *buf, const struct km_pod **ret_pods,
                 size_t *ret_count);

#endif
