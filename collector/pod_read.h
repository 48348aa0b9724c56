/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_POD_READ_H
#define KM_COLLECTOR_POD_READ_H

#include "cgroup_mounts.h"
#include "names.h"
#include "pod_table.h"

/* What reading a pod takes. names may be NULL. */
struct km_pod_reader {
    struct km_root *root;
    const struct km_cgroup_mounts *mounts;
    struct km_names *names;
    struct km_buf *buf;
    const char *host_network; /* what the host's ns/net links to; "": not known */
};

/*
 * Reads a pod and its containers into entry->reading, which is valid until the next call for the
 * same entry. Returns 0 or -ENOMEM.
 */
int km_pod_read(struct km_pod_reader *reader, struct km_pod_entry *entry);

#endif
