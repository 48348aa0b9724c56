/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_LOG_LINKS_H
#define KM_COLLECTOR_LOG_LINKS_H

#include <stdbool.h>

#include "directory.h"
#include "root.h"

/*
 * Which pod is this cgroup, from the links that the kubelet keeps in /var/log/containers: they work
 * without access to the Kubernetes API, and know names only.
 *
 *     <pod>_<namespace>_<container>-<64 hex>.log -> /var/log/pods/<namespace>_<pod>_<uid>/…
 */
struct km_log_links;

struct km_log_link {
    char id[65];
    char uid[37]; /* of its pod, as in the cgroup's name */
    char pod[254], name_space[64], container[64];
};

struct km_log_links *km_log_links_new(void); /* NULL when memory runs out */
void km_log_links_free(struct km_log_links *links);

/*
 * Reads the links again if the folder has changed since, and makes the directory say what they say.
 * Returns 0 or negative errno.
 */
int km_log_links_refresh(struct km_log_links *links, const struct km_root *root,
                         struct km_directory *directory);

/* Reads one link's name and target; false if they are not of the form above. */
bool km_log_link_parse(const char *name, const char *target, struct km_log_link *ret_link);

#endif
