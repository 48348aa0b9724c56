/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COMMON_BATCH_H
#define KM_COMMON_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json_write.h"
#include "sample.h"

/*
 * One tick of one node: the node's own reading, its pods, their containers. The collector fills it
 * and encodes it once; the server decodes the same structs from JSON and hands them to the store.
 *
 * Strings belong to whoever filled the batch and live at least as long as it. NULL is "not known".
 * Times are Unix ms, 0 is "not known".
 */

/*
 * A whole-number member outside the catalogue, as clients of the PRD's models may send, and our
 * collector for a node's single interfaces: "eth0_rx_bytes".
 */
struct km_extra {
    uint8_t group; /* enum km_group: never TOP */
    const char *key;
    size_t key_len;
    int64_t value;
};

/* The numbers of one entity. */
struct km_reading {
    struct km_sample sample;
    const struct km_extra *extra;
    size_t n_extra;
};

struct km_container {
    const char *name;  /* NULL while only the id is known */
    const char *id;    /* 64 hex digits; NULL from clients that do not know it */
    const char *state; /* "running", "waiting", "terminated" */
    int64_t started_ms;
    int32_t restarts; /* -1: not known */
    struct km_reading reading;
};

struct km_pod {
    const char *name;       /* of an unresolved pod: its UID */
    const char *name_space; /* NULL while unresolved */
    const char *uid;
    const char *node; /* set by the server: the batch's node, or the pod's own "node" member */
    const char *phase;
    const char
        *owner_kind; /* of the controlling owner: ReplicaSet, StatefulSet, DaemonSet, Job, … */
    const char *owner_name;
    const char *deployment;
    /* What the owner belongs to in turn, where that is no deployment: CronJob, Rollout, … Only the
     * server knows. */
    const char *workload_kind, *workload_name;
    int64_t created_ms;
    int32_t restarts;    /* over all containers; -1: not known */
    int8_t host_network; /* 1, 0, or -1: not known */
    struct km_reading reading;
    const struct km_container *containers;
    size_t n_containers;
};

struct km_batch {
    const char *node;    /* NULL: a single pod from a client that names no node */
    const char *boot_id; /* /proc/sys/kernel/random/boot_id: counters begin anew when it changes */
    int32_t interval_ms; /* between two ticks; 0: not known */
    bool has_node;       /* the node's own reading is part of the batch */
    struct km_reading reading; /* the node's; its time_ms is the tick's where has_node */
    const struct km_pod *pods;
    size_t n_pods;
};

/* Makes a pod or container whose every field is "not known" and every metric absent. */
void km_pod_init(struct km_pod *pod);
void km_container_init(struct km_container *container);

/*
 * Appends the batch as the JSON body of POST /api/nodes/{node} (/openapi.json, NodeReading with
 * "pods"). Of extras the node's are written, in groups that have a metric as well.
 */
void km_batch_encode(struct km_json *w, const struct km_batch *batch);

#endif
