/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_CLUSTER_WATCH_H
#define KM_API_CLUSTER_WATCH_H

#include <stdbool.h>

#include "batch.h"
#include "kube_config.h"

/*
 * What the server knows of the cluster from the Kubernetes API: which Deployment a ReplicaSet is
 * of, which CronJob a Job is of (their metadata alone is watched), and what each node can allocate.
 */
struct km_cluster_watch;

/* Most objects of each kind that are kept: the largest clusters have a tenth of it. */
#define KM_CLUSTER_OBJECTS 500000

/* config must outlive the watch; say() gets what is worth a line in the log. */
int km_cluster_watch_start(const struct km_kube_config *config, void (*say)(const char *words),
                           struct km_cluster_watch **ret_watch);
void km_cluster_watch_stop(struct km_cluster_watch *watch); /* NULL is fine */

/*
 * Fills in what the batch cannot know: of pods their Deployment (what their label says stays where
 * the ReplicaSet is not known) or their owner's owner; of the node what it can allocate. The texts
 * it puts in are valid until km_cluster_watch_done(); between the two, which are one thread's, the
 * batch is stored. pods are the batch's.
 */
void km_cluster_watch_fill(struct km_cluster_watch *watch, struct km_batch *batch,
                           struct km_pod *pods);
void km_cluster_watch_done(struct km_cluster_watch *watch);

/*
 * Calls each for every node that is ready, by what the API says, until it returns other than 0 and
 * returns that; -EAGAIN while the nodes are not known yet.
 */
int km_cluster_watch_ready_nodes(struct km_cluster_watch *watch,
                                 int (*each)(void *arg, const char *node), void *arg);

/* How many objects of each kind are known: the member "cluster" of /api/status. */
struct km_json;
void km_cluster_watch_write_status(struct km_cluster_watch *watch, struct km_json *w);

#endif
