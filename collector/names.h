/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_NAMES_H
#define KM_COLLECTOR_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "root.h"

/*
 * Which pod is this cgroup, from the links that the kubelet keeps in /var/log/containers: they work
 * without access to the Kubernetes API.
 *
 *     <pod>_<namespace>_<container>-<64 hex>.log -> /var/log/pods/<namespace>_<pod>_<uid>/…
 */
struct km_names;

struct km_container_name {
    char id[65];
    char uid[37]; /* of its pod, as in the cgroup's name */
    char pod[254], name_space[64], container[64];
};

/* Returns NULL when memory runs out. */
struct km_names *km_names_new(void);
void km_names_free(struct km_names *names);

/* Reads the links again if the folder has changed since. Returns 0 or negative errno. */
int km_names_refresh(struct km_names *names, const struct km_root *root);

/*
 * Any container of the pod with this UID, or the container with this id; NULL where none is known.
 * Valid until the next refresh.
 */
const struct km_container_name *km_names_pod(const struct km_names *names, const char *uid);
const struct km_container_name *km_names_container(const struct km_names *names, const char *id);

/* Reads one link's name and target; false if they are not of the form above. */
bool km_names_parse(const char *name, const char *target, struct km_container_name *ret_name);

#endif
