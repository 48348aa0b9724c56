/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_NAMES_H
#define KM_COLLECTOR_NAMES_H

#include <stddef.h>
#include <stdint.h>

/*
 * Which pod is this cgroup: what is known of this node's pods besides numbers, from the Kubernetes
 * API (list and watch) or from the links in /var/log/containers. Sources run in their own thread;
 * facts are immutable and counted, so a reader keeps what it got as long as it likes.
 */

struct km_container_facts {
    const char *name;
    const char *id;     /* 64 hex digits, without "containerd://"; NULL while there is none */
    const char *state;  /* "running", "waiting", "terminated"; NULL when not known */
    int64_t started_ms; /* 0: not known */
    int32_t restarts;   /* -1: not known */
    int64_t cpu_request_millicores, cpu_limit_millicores; /* -1: none or not known */
    int64_t memory_request, memory_limit;                 /* bytes; -1: none or not known */
};

/* Strings are owned by the facts; NULL is "not known". */
struct km_pod_facts {
    const char *uid;         /* metadata.uid */
    const char *config_hash; /* static pods: the UID in their cgroup's name; else NULL */
    const char *name;
    const char *name_space;
    const char *phase;
    const char *owner_kind;
    const char *owner_name;
    const char *deployment; /* by the rule ReplicaSet name = deployment + "-" + pod-template-hash */
    int64_t created_ms;
    int32_t restarts;    /* sum over containers; -1: not known */
    int8_t host_network; /* 1, 0, -1: not known */
    size_t n_containers;
    const struct km_container_facts *containers;
};

void km_pod_facts_ref(const struct km_pod_facts *facts);
void km_pod_facts_unref(const struct km_pod_facts *facts); /* NULL is fine */

enum km_names_mode { KM_NAMES_AUTO, KM_NAMES_API, KM_NAMES_LOGS, KM_NAMES_NONE };

struct km_names_config {
    enum km_names_mode mode;
    const char *node;       /* field selector spec.nodeName */
    const char *kubeconfig; /* file, or NULL: KUBECONFIG, then the in-cluster account */
    const char *log_dir;    /* the root's /var/log/containers */
};

struct km_names;

/*
 * Starts the source that mode asks for; AUTO takes the API where there are credentials, with the
 * log links for pods it does not know (yet). Returns 0, -EINVAL (mode API without credentials, a
 * kubeconfig that cannot be read: *ret_error then says why, for free()), or -ENOMEM.
 */
int km_names_start(const struct km_names_config *config, struct km_names **ret_names,
                   char **ret_error);
void km_names_stop(struct km_names *names); /* NULL is fine */

/* Changes whenever an answer of km_names_get() may have changed. */
uint64_t km_names_generation(struct km_names *names);

/*
 * Waits until the first answer of the source is there, at most timeout_ms. Returns 0 or -ETIMEDOUT.
 */
int km_names_wait(struct km_names *names, int64_t timeout_ms);

/*
 * The facts of the pod whose cgroup is named pod<uid>: by metadata.uid, by config hash, or by one
 * of its container ids. Returns NULL if no source knows it (yet); else to be given back with
 * km_pod_facts_unref().
 */
const struct km_pod_facts *km_names_get(struct km_names *names, const char *uid,
                                        const char *const *container_ids, size_t n_ids);

#endif
