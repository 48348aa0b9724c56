/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_METRICS_KUBE_STATUS_H
#define KM_METRICS_KUBE_STATUS_H

#include "call.h"

/*
 * Errors as Kubernetes' own servers answer them, so that its clients know what to do:
 *
 *     {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"…",
 *      "reason":"NotFound","details":{"name":"web-0","group":"metrics.k8s.io","kind":"pods"},"code":404}
 *
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
 */

/* The HTTP server's manners on this port: km_answer_problem() answers a Status, with 400 for what
 * is 422 elsewhere; parameters that nobody knows are passed over. */
extern const struct km_manners km_kube_manners;

/* 404 for an object, "podmetrics" or "nodemetrics", of which there is no usage. */
void km_kube_not_found(struct km_call *call, const char *resource, const char *name);

/* 403: the user may not do this. */
void km_kube_forbidden(struct km_call *call, const char *resource, const char *name,
                       const char *message);

#endif
