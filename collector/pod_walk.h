/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_POD_WALK_H
#define KM_COLLECTOR_POD_WALK_H

#include "pod_table.h"
#include "root.h"

/*
 * Walks the cgroup tree at mount for the folders that the kubelet makes (cgroup_name.h), whatever
 * stands above them: puts new pods and containers into the table and forgets those that are gone.
 * Returns 0, or -ENOMEM, then some may be missing.
 */
int km_pod_walk(const struct km_root *root, const char *mount, struct km_pod_table *table);

#endif
