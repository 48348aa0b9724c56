/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_HANDLERS_H
#define KM_API_HANDLERS_H

#include "route.h"

/* Who answers which route: routes.c has the table, /openapi.json what they answer. */

/* ingest.c */
void km_post_node(struct km_call *call);
void km_post_pod(struct km_call *call);

/* handlers_nodes.c */
void km_get_nodes(struct km_call *call);
void km_get_node(struct km_call *call);
void km_get_node_pods(struct km_call *call);

/* handlers_pods.c */
void km_get_pods(struct km_call *call);
void km_get_pod(struct km_call *call);
void km_get_namespace_pods(struct km_call *call);
void km_get_namespace_pod(struct km_call *call);
void km_get_pod_containers(struct km_call *call);
void km_get_pod_container(struct km_call *call);

/* handlers_sums.c */
void km_get_cluster(struct km_call *call);
void km_get_namespaces(struct km_call *call);
void km_get_namespace(struct km_call *call);
void km_get_deployments(struct km_call *call);
void km_get_deployment(struct km_call *call);
void km_get_deployment_pods(struct km_call *call);
void km_get_all_deployments(struct km_call *call);
void km_get_workloads(struct km_call *call);
void km_get_all_workloads(struct km_call *call);
void km_get_workload(struct km_call *call);
void km_get_workload_pods(struct km_call *call);

/* handlers_server.c */
void km_get_status(struct km_call *call);
void km_get_livez(struct km_call *call);
void km_get_readyz(struct km_call *call);
void km_get_page(struct km_call *call);
void km_get_docs(struct km_call *call);
void km_get_web_file(struct km_call *call);

/* handlers_stream.c */
void km_get_stream(struct km_call *call);

/* openapi.c */
void km_get_openapi(struct km_call *call);

#endif
