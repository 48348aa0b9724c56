/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_KUBERNETES_H
#define KM_API_KUBERNETES_H

#include "buf.h"
#include "cluster_watch.h"
#include "config.h"
#include "gate.h"

/*
 * What the server has to do with the cluster it runs in: the way to the Kubernetes API, the gate,
 * and what it watches. Outside of a cluster and without --kubeconfig nothing is asked.
 */
struct km_kubernetes;

/*
 * Starts what the options want; what is worth a line in the log goes to say(), from any thread.
 * config must outlive it. Returns 0, or negative errno and puts a sentence into *error that names
 * the option.
 */
int km_kubernetes_start(const struct km_api_config *config, void (*say)(const char *words),
                        struct km_kubernetes **ret_kubernetes, struct km_buf *error);

/* The gate, and the watch or NULL outside of a cluster; they live as long. */
struct km_gate *km_kubernetes_gate(struct km_kubernetes *kubernetes);
struct km_cluster_watch *km_kubernetes_watch(struct km_kubernetes *kubernetes);

/* The way to the Kubernetes API, which lives as long; NULL where there is none. */
const struct km_kube_config *km_kubernetes_api(const struct km_kubernetes *kubernetes);

void km_kubernetes_free(struct km_kubernetes *kubernetes); /* NULL is fine */

#endif
