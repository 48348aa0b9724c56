/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_METRICS_DISCOVERY_H
#define KM_METRICS_DISCOVERY_H

#include "route.h"

/* What there is on this port, as Kubernetes' clients and its aggregation layer ask for it. */

void km_get_api_groups(struct km_call *call);    /* /apis */
void km_get_api_group(struct km_call *call);     /* /apis/metrics.k8s.io */
void km_get_api_resources(struct km_call *call); /* /apis/metrics.k8s.io/{version} */
void km_get_kube_version(struct km_call *call);  /* /version */

/* /openapi/v2, /openapi/v3 and /openapi/v3/apis/metrics.k8s.io/{version} (openapi_kube.c) */
void km_get_openapi_v2(struct km_call *call);
void km_get_openapi_v3(struct km_call *call);
void km_get_openapi_v3_group(struct km_call *call);

/* The call's version as one of these, which live as long as the process; NULL after answering 404.
 */
const char *km_kube_version_of(struct km_call *call);

/* The versions, the preferred one first, ended by NULL. They differ in name only. */
extern const char *const km_kube_versions[];

#endif
