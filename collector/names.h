/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_NAMES_H
#define KM_COLLECTOR_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "pod_facts.h"
#include "root.h"

/* Which pod is this cgroup: from the Kubernetes API, from log links, or from both. */
struct km_names;

enum km_names_source {
    KM_NAMES_AUTO, /* the API where there is a way to it, and the links for what it does not know */
    KM_NAMES_API,
    KM_NAMES_LOGS,
    KM_NAMES_NONE,
};

struct km_names_config {
    enum km_names_source source;
    const char *kubeconfig; /* NULL: the pod's own service account */
    const char *node;
    int64_t first_pause_ms;             /* the API is asked first within this time, by chance */
    void (*trouble)(const char *words); /* see km_pod_watch_start() */
};

/*
 * Returns 0 and the names, or negative errno and a sentence in *error: where the API was asked for
 * or a kubeconfig was named, and there is no way to it.
 */
int km_names_new(const struct km_names_config *config, struct km_buf *error,
                 struct km_names **ret_names);
void km_names_free(struct km_names *names);

/* Waits until the API has told this node's pods, at most timeout_ms. */
void km_names_wait(struct km_names *names, int64_t timeout_ms);

/* Reads the log links again if they have changed. Once a tick. */
void km_names_refresh(struct km_names *names, const struct km_root *root);

/* Grows with every change: while it stays, what was found before holds. Never 0. */
uint64_t km_names_generation(const struct km_names *names);

/* A reference to what is known of the pod, for km_pod_facts_unref(); or NULL. */
const struct km_pod_facts *km_names_find(struct km_names *names, const char *uid);

#endif
