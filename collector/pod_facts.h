/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_POD_FACTS_H
#define KM_COLLECTOR_POD_FACTS_H

#include <stddef.h>
#include <stdint.h>

/*
 * What is known of a pod beside its numbers, from the Kubernetes API or from log links. Strings may
 * be NULL and numbers -1 (times 0) for "not known".
 *
 * The struct serves twice: filled by a reader with borrowed strings, and, copied by
 * km_pod_facts_copy(), as one unchanging piece of memory that is shared by reference.
 */
struct km_container_facts {
    const char *id; /* 64 hex digits */
    const char *name;
    const char *state; /* "running", "waiting", "terminated" */
    int64_t started_ms;
    int32_t restarts;
    int64_t cpu_request, memory_request; /* millicores, bytes */
};

struct km_pod_facts {
    const char *uid; /* as in the cgroup's name: of a static pod the hash of its manifest */
    const char *name, *name_space;
    const char *phase;
    const char *owner_kind, *owner_name;
    const char *deployment;
    int64_t created_ms;
    int32_t restarts;
    int8_t host_network; /* 1, 0 or -1 */
    int64_t cpu_request, memory_request;
    const struct km_container_facts *containers;
    size_t n_containers;
};

void km_pod_facts_init(struct km_pod_facts *facts);
void km_container_facts_init(struct km_container_facts *facts);

/* Returns a copy with one reference, or NULL when memory runs out. */
const struct km_pod_facts *km_pod_facts_copy(const struct km_pod_facts *facts);

/* Only for copies; any thread. NULL is allowed. */
const struct km_pod_facts *km_pod_facts_ref(const struct km_pod_facts *copy);
void km_pod_facts_unref(const struct km_pod_facts *copy);

/* The container with this id, or NULL; facts may be NULL. */
const struct km_container_facts *km_pod_facts_container(const struct km_pod_facts *facts,
                                                        const char *id);

#endif
