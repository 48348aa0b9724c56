/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_CGROUP_MOUNTS_H
#define KM_COLLECTOR_CGROUP_MOUNTS_H

#include <stdbool.h>

#include "root.h"
#include "stacked_devices.h"

/* The hierarchies a number may come from. On v2 there is one. */
enum km_controller { KM_CPUACCT, KM_CPU, KM_MEMORY, KM_BLKIO, KM_PIDS, KM_CONTROLLERS };

/*
 * Where cgroups are mounted, as mountinfo says. A controller that is mounted as v1 is read there,
 * any other in the v2 tree: so on a hybrid host, v1 controllers beside a v2 tree without them,
 * usage comes from v1 and pressure from v2.
 */
struct km_cgroup_mounts {
    char v1[KM_CONTROLLERS][256]; /* paths within the root; "" where not mounted */
    char v2[256];
    char tree[256]; /* the one to look through for pods and processes */
    struct km_stacked_devices stacked;
};

/* One mountinfo file's text, which is cut up. Returns 0, or -ENOENT where no cgroup is mounted. */
int km_cgroup_mounts_parse(char *text, struct km_cgroup_mounts *ret_mounts);

/*
 * The mounts of this machine by <proc>/self/mountinfo. Below another root than "/" the paths of
 * process 1 count: the reader's own are those of another tree. Returns 0, -ENOENT where no cgroup
 * is mounted, or another negative errno.
 */
int km_cgroup_mounts_read(struct km_root *root, struct km_buf *buf,
                          struct km_cgroup_mounts *ret_mounts);

#endif
