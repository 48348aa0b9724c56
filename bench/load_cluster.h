/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_BENCH_LOAD_CLUSTER_H
#define KM_BENCH_LOAD_CLUSTER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Who lives in the played cluster. Nothing is stored: a pod's names, ids and sizes follow from the
 * seed, its place (node and slot on it) and its generation, which goes up when churn replaces it.
 *
 * The first slots of a node are DaemonSet pods (none below 5 pods a node, at most 3). The other
 * places of all nodes are dealt out to Deployments of 4 to 10 replicas and StatefulSets of 3, whose
 * pods stand on neighbouring nodes; the last workload may have fewer.
 */

struct km_load_cluster {
    uint64_t seed;
    uint32_t nodes, pods_per_node;
};

enum km_load_temper {
    KM_LOAD_IDLE,   /* little more than its probes */
    KM_LOAD_STEADY, /* some work all the time */
    KM_LOAD_BUSY,   /* much of its CPU limit, and disk */
};

struct km_load_identity {
    char name[64], name_space[32], uid[37];
    char owner_name[64], deployment[48]; /* deployment: "" where it is none's */
    char container[32], container_id[65];
    const char *owner_kind;
    bool host_network;
    int32_t restarts;
    enum km_load_temper temper;
    int64_t cpu_request, cpu_limit;       /* millicores; limit 0: none */
    int64_t memory_request, memory_limit; /* bytes; limit 0: none */
    uint64_t random;                      /* begins the sequence of the pod's values */
};

#define KM_LOAD_NODE_NAME 16
#define KM_LOAD_UUID      37

/* "node-00017"; node below 1,000,000. */
void km_load_node_name(uint32_t node, char ret_name[KM_LOAD_NODE_NAME]);

/* The node's boot id, a UUID. */
void km_load_boot_id(const struct km_load_cluster *cluster, uint32_t node,
                     char ret_uuid[KM_LOAD_UUID]);

/*
 * The pod in a slot (below pods_per_node) of a node (below nodes). Another generation is another
 * UID and container of the same workload; also another name, but for StatefulSets, which keep it.
 */
void km_load_identity(const struct km_load_cluster *cluster, uint32_t node, uint32_t slot,
                      uint32_t generation, struct km_load_identity *ret_identity);

#endif
