/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_CGROUP_PROCS_H
#define KM_COLLECTOR_CGROUP_PROCS_H

#include <stddef.h>
#include <stdint.h>

#include "cgroup_mounts.h"

/*
 * The processes of a cgroup and of those below it: a runtime (crun: "…scope/container") or an init
 * inside the container may have moved them down. path is the folder within mounts->tree.
 *
 * Returns 0 and the process ids (for free(); NULL for none) and how many, -ENOENT where the cgroup
 * has gone, or another negative errno. Processes of which only other pid namespaces know, which the
 * kernel writes as 0, are not among them.
 */
int km_cgroup_procs(struct km_root *root, const struct km_cgroup_mounts *mounts, const char *path,
                    struct km_buf *buf, int64_t **ret_pids, size_t *ret_count);

#endif
