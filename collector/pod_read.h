/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_POD_READ_H
#define KM_COLLECTOR_POD_READ_H

#include "cgroup_mounts.h"
#include "names.h"
#include "pod_table.h"
#include "wall_clock.h"

/* What reading a pod takes. names may be NULL. */
struct km_pod_reader {
    struct km_root *root;
    const struct km_wall_clock *clock;
    const struct km_cgroup_mounts *mounts;
    struct km_names *names;
    struct km_buf *buf;
    const char *host_network; /* what the host's ns/net links to; "": not known */
    uint64_t tick;            /* the ticks before this one */
    bool reclaim;             /* the kernel has moved pages since the tick before */
    bool repeats_lists;       /* a cgroup.procs that stays open would not tell of changes */
};

/*
 * Of a pod that sleeps (cgroup_read.h), memory.stat is read each 12th tick all the same, since
 * pages that it shares with others can become active without it; and everything each 60th, so that
 * a limit that was changed behind the Kubernetes API's back is seen. A change that the API tells of
 * has everything read at once.
 */
#define KM_POD_MEMORY_TICKS 12
#define KM_POD_LIMITS_TICKS 60

/*
 * Reads a pod and its containers into ret_pod, which points into the entry and is valid until the
 * next call for the same entry. Allocates nothing where nothing is new.
 */
void km_pod_read(struct km_pod_reader *reader, struct km_pod_entry *entry, struct km_pod *ret_pod);

#endif
