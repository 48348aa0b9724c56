/* SPDX-License-Identifier: Apache-2.0 */
/* The metrics API's paths. */
#include "discovery.h"
#include "metrics.h"
#include "route.h"

/* Who writes a longer selector has other limits in his way: the API server's own of a URL. */
#define SELECTOR_MAX 8192

#define GROUP "/apis/metrics.k8s.io/{version}"

static const struct km_param usage[] = {
    {.name = "labelSelector", .type = KM_PARAM_TEXT, .max = SELECTOR_MAX},
    {.name = "fieldSelector", .type = KM_PARAM_TEXT, .max = SELECTOR_MAX},
    {.name = "limit", .type = KM_PARAM_INT, .max = INT64_MAX},
    {.name = "continue", .type = KM_PARAM_TEXT, .max = 1024},
    {.name = "watch", .type = KM_PARAM_TEXT, .max = 16},
    {.name = "includeObject", .type = KM_PARAM_TEXT, .max = 16},
    {0},
};
static const struct km_param health[] = {
    {.name = "verbose", .type = KM_PARAM_TEXT, .max = 16},
    {0},
};

#define ROUTE(path_, handler_, params_)                                                            \
    {                                                                                              \
        .method = "GET", .path = path_, .handler = handler_, .params = params_                     \
    }

const struct km_route km_metrics_routes[] = {
    ROUTE("/apis", km_get_api_groups, NULL),
    ROUTE("/apis/metrics.k8s.io", km_get_api_group, NULL),
    ROUTE(GROUP, km_get_api_resources, NULL),
    ROUTE(GROUP "/nodes", km_get_node_usage, usage),
    ROUTE(GROUP "/nodes/{node}", km_get_node_usage, usage),
    ROUTE(GROUP "/pods", km_get_pod_usage, usage),
    ROUTE(GROUP "/namespaces/{namespace}/pods", km_get_pod_usage, usage),
    ROUTE(GROUP "/namespaces/{namespace}/pods/{pod}", km_get_pod_usage, usage),
    ROUTE("/openapi/v2", km_get_openapi_v2, NULL),
    ROUTE("/openapi/v3", km_get_openapi_v3, NULL),
    ROUTE("/openapi/v3" GROUP, km_get_openapi_v3_group, NULL),
    ROUTE("/version", km_get_kube_version, NULL),
    ROUTE("/livez", km_get_metrics_livez, health),
    ROUTE("/readyz", km_get_metrics_readyz, health),
    ROUTE("/healthz", km_get_metrics_livez, health),
    {0},
};
