/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_METRICS_LABELS_FEED_H
#define KM_METRICS_LABELS_FEED_H

#include "kube_watch.h"
#include "labels.h"

/*
 * Keeps labels as the Kubernetes API has them: by a list in pages, then a watch, both of metadata
 * only. So a server of 150,000 pods never holds more than 500 objects of a list.
 */

#define KM_LABELS_PAGE     500
#define KM_LABELS_PAGE_MAX (64u << 20) /* bytes; 500 objects' metadata have 2 MB mostly */

/*
 * path: "/api/v1/pods". config and labels must outlive the watch, which the caller stops
 * (kube_watch.h); say() gets what goes wrong, once until it goes well. Returns 0 or negative errno.
 */
int km_labels_feed_start(const struct km_kube_config *config, const char *path,
                         struct km_labels *labels, void (*say)(const char *words),
                         struct km_kube_watch **ret_watch);

#endif
