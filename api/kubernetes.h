/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_KUBERNETES_H
#define KM_API_KUBERNETES_H

#include "buf.h"
#include "config.h"
#include "gate.h"

/*
 * What the server has to do with the cluster it runs in: the way to the Kubernetes API, and the
 * gate. Outside of a cluster and without --kubeconfig nothing is asked.
 */
struct km_kubernetes;

/*
 * Starts what the options want; what is worth a line in the log goes to say(), from any thread.
 * config must outlive it. Returns 0, or negative errno and puts a sentence into *error that names
 * the option.
 */
int km_kubernetes_start(const struct km_api_config *config, void (*say)(const char *words),
                        struct km_kubernetes **ret_kubernetes, struct km_buf *error);

/* The gate, which lives as long. */
struct km_gate *km_kubernetes_gate(struct km_kubernetes *kubernetes);

/* The way to the Kubernetes API, which lives as long; NULL where there is none. */
const struct km_kube_config *km_kubernetes_api(const struct km_kubernetes *kubernetes);

void km_kubernetes_free(struct km_kubernetes *kubernetes); /* NULL is fine */

#endif
