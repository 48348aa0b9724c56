/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_POD_WATCH_H
#define KM_COLLECTOR_POD_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "directory.h"
#include "kube_config.h"

/* Keeps a directory up to date with the pods that the Kubernetes API has for one node. */
struct km_pod_watch;

/*
 * Begins within first_pause_ms, by chance. trouble gets a sentence when the API cannot be asked,
 * once until it can again; it is called by the watch's thread. config and directory must outlive
 * the watch. Returns 0 or negative errno.
 */
int km_pod_watch_start(const struct km_kube_config *config, const char *node,
                       int64_t first_pause_ms, void (*trouble)(const char *words),
                       struct km_directory *directory, struct km_pod_watch **ret_watch);

/* Waits until the node's pods are known, at most timeout_ms. True if they are. */
bool km_pod_watch_wait(struct km_pod_watch *watch, int64_t timeout_ms);

void km_pod_watch_stop(struct km_pod_watch *watch); /* NULL is allowed */

#endif
