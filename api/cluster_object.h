/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_CLUSTER_OBJECT_H
#define KM_API_CLUSTER_OBJECT_H

#include <stdbool.h>
#include <stdint.h>
#include <yyjson.h>

/* What is kept of objects of the Kubernetes API, each in one piece of memory for free(). */

/* Of a ReplicaSet or Job: what controls it, such as a Deployment or CronJob; "" where nothing does.
 */
struct km_cluster_owner {
    const char *name; /* behind kind */
    char kind[];
};

/* Of a node. */
struct km_cluster_node {
    int64_t cpu_milli, memory; /* status.allocatable, in millicores and bytes; -1: not known */
    bool ready;                /* its condition Ready is True */
};

#define KM_CLUSTER_KEY (2 * 254) /* room for "namespace/name" */

/* "namespace/name", of what has no namespace its name. False for an object without a name. */
bool km_cluster_key(yyjson_val *object, char ret_key[KM_CLUSTER_KEY]);

/* NULL when memory runs out. */
struct km_cluster_owner *km_cluster_owner_read(yyjson_val *object);
struct km_cluster_node *km_cluster_node_read(yyjson_val *object);

#endif
