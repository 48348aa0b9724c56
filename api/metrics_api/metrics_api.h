/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_METRICS_METRICS_API_H
#define KM_METRICS_METRICS_API_H

#include "api.h"
#include "buf.h"
#include "config.h"
#include "kube_config.h"

/*
 * metrics.k8s.io, the resource metrics API that `kubectl top` and autoscalers ask, on a TLS port of
 * its own: Kubernetes' API server passes their requests on (its "aggregation layer") and says for
 * whom, which the client certificate of its connection proves.
 *
 * https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/
 */
struct km_metrics_api;

/*
 * Starts what --metrics-api-listen wants; where it is not given *ret_metrics is NULL. say() gets
 * what is worth a line in the log, from any thread. kube is the way to the Kubernetes API, or NULL,
 * which is refused. config, api and kube must outlive it. Returns 0, or negative errno and puts a
 * sentence into *error.
 */
int km_metrics_api_start(const struct km_api_config *config, const struct km_api *api,
                         const struct km_kube_config *kube, void (*say)(const char *words),
                         struct km_metrics_api **ret_metrics, struct km_buf *error);

/* The API server keeps a few dozen connections; each takes 33 KiB and TLS about as much again. More
 * are refused; the limit of open files must hold them beside the other port's. */
#define KM_METRICS_API_CONNECTIONS 1024

/* What has to be looked at now and then: the certificate. */
void km_metrics_api_tick(struct km_metrics_api *metrics);

/* Stops within about drain_ms. NULL is fine, here and above. */
void km_metrics_api_stop(struct km_metrics_api *metrics, int64_t drain_ms);

#endif
