/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_POD_NETWORK_H
#define KM_COLLECTOR_POD_NETWORK_H

#include "kept_file.h"
#include "sample.h"

/*
 * A pod's network, by /proc/<pid>/net/dev of any of its processes: read once a pod, and without a
 * pause container. All zero is a pod of which no process was seen yet.
 *
 * The open file holds the network namespace, also when its process has ended: it is closed as soon
 * as the process's container is seen to be gone, so a namespace outlives its pod by no more than
 * an interval.
 */
struct km_pod_network {
    struct km_kept_file file;
    int64_t pid;        /* 0: none chosen */
    char container[65]; /* the process's */
    bool is_host;       /* the process is in the host's namespace */
};

/*
 * Chooses a process unless one is chosen. host is what the host's ns/net links to; "": not known,
 * then nobody is chosen, as where the kernel does not tell the process's.
 */
void km_pod_network_choose(struct km_pod_network *network, struct km_root *root, const char *host,
                           const char *container, int64_t pid);

/* Reads it into a sample, and says whether the pod is in the host's network (1 or 0; *ret_… stays
 * where no process was chosen). Such a pod has no network of its own. */
void km_pod_network_read(struct km_pod_network *network, struct km_root *root, struct km_buf *buf,
                         struct km_sample *sample, int8_t *ret_host_network);

/* The process has ended: another one will have to do. */
void km_pod_network_close(struct km_pod_network *network, struct km_root *root);

/* The same if it was this container's. */
void km_pod_network_container_gone(struct km_pod_network *network, const char *container,
                                   struct km_root *root);

#endif
