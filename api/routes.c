/* SPDX-License-Identifier: Apache-2.0 */
/* Every path the server answers, in the order of the document. */
#include "handlers.h"
#include "list_page.h"
#include "route.h"
#include "stream.h"

#define WINDOW_MAX INT64_C(31622400) /* a year; the retention is checked by the handler */

#define WINDOW                                                                                     \
    {"window",                                                                                     \
     KM_PARAM_INT,                                                                                 \
     0,                                                                                            \
     WINDOW_MAX,                                                                                   \
     NULL,                                                                                         \
     "0",                                                                                          \
     "Seconds of history to answer; 0 answers what is now. At most the retention. Sums hold "      \
     "every entity that was there, also those that are no longer current; one that has not "       \
     "reported yet counts as in its newest reading, for at most 3 intervals."},                    \
        {"step",                                                                                   \
         KM_PARAM_INT,                                                                             \
         1,                                                                                        \
         WINDOW_MAX,                                                                               \
         NULL,                                                                                     \
         NULL,                                                                                     \
         "Seconds a row stands for: averages, rates and `max`. Without it rows are as they came, " \
         "and sums are at the interval."},                                                         \
        {"metrics",                                                                                \
         KM_PARAM_STRING,                                                                          \
         0,                                                                                        \
         0,                                                                                        \
         NULL,                                                                                     \
         NULL,                                                                                     \
         "Only these metrics in a window, with commas between: `cpu_usage`, "                      \
         "`memory.working_set`, or all of a group, `network`. Of a counter that is asked for "     \
         "sums "                                                                                   \
         "and steps answer the rate, `cpu.usage_usec` as `usage_usec_per_second`."},               \
    {                                                                                              \
        "format", KM_PARAM_CHOICE, 0, 0, "rows|columns|csv", "rows",                               \
            "columns answers one array a metric, null for gaps; csv a table for spreadsheets."     \
    }
#define LIST                                                                                       \
    {"limit", KM_PARAM_INT, 1, 100000, NULL, NULL, "Items at most; without it, all."},             \
        {"continue", KM_PARAM_STRING, 0, 0, NULL, NULL, "The token that ended the page before."},  \
        {"sort", KM_PARAM_CHOICE, 0, 0, KM_SORT_WORDS, "name", "What to order by."},               \
    {                                                                                              \
        "order", KM_PARAM_CHOICE, 0, 0, "asc|desc", NULL,                                          \
            "Names ascend and uses descend unless said otherwise."                                 \
    }
#define SEARCH                                                                                     \
    {                                                                                              \
        "q", KM_PARAM_TEXT, 0, KM_CONTAINS_MAX, NULL, NULL,                                        \
            "Only items whose name contains this, letters without case; with a `/` in it, "        \
            "whose `namespace/name` does."                                                         \
    }
#define NAMESPACE                                                                                  \
    {                                                                                              \
        "namespace", KM_PARAM_STRING, 0, 0, NULL, NULL, "Only what is in this namespace."          \
    }
#define NODE                                                                                       \
    {                                                                                              \
        "node", KM_PARAM_STRING, 0, 0, NULL, NULL, "Only pods on this node."                       \
    }
#define KIND                                                                                       \
    {                                                                                              \
        "kind", KM_PARAM_STRING, 0, 0, NULL, NULL,                                                 \
            "Only workloads of this kind: Deployment, StatefulSet, DaemonSet, Job, …"            \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, KM_PARAM_INT, 0, 0, NULL, NULL, NULL                                                 \
    }

static const struct km_param window[] = {WINDOW, END};
static const struct km_param pod_window[] = {WINDOW, NAMESPACE, END};
static const struct km_param list[] = {LIST, SEARCH, END};
static const struct km_param all_deployments[] = {LIST, SEARCH, NAMESPACE, END};
static const struct km_param all_workloads[] = {LIST, SEARCH, NAMESPACE, KIND, END};
static const struct km_param workloads[] = {LIST, SEARCH, KIND, END};
static const struct km_param pods[] = {LIST, SEARCH, NAMESPACE, NODE, END};
static const struct km_param node_pods[] = {LIST, SEARCH, NAMESPACE, END};
static const struct km_param namespace_pods[] = {LIST, SEARCH, NODE, END};
static const struct km_param stream[] = {
    {"watch", KM_PARAM_STRING, 0, KM_STREAM_WATCHES, NULL, "/api/cluster",
     "A path with its parameters, percent-encoded, whose answer is sent each interval. May stand "
     "there up to 16 times."},
    {"since", KM_PARAM_INT, 0, INT64_MAX, NULL, NULL,
     "The id of the last tick you have, for clients that cannot send it as Last-Event-ID."},
    END};
static const struct km_param health[] = {
    {"verbose", KM_PARAM_CHOICE, 0, 0, "|true", NULL, "List the checks."}, END};

#define NS  "/api/namespaces/{namespace}"
#define DEP NS "/deployments/{deployment}"
#define WL  NS "/workloads/{kind}/{name}"

const struct km_route km_routes[] = {
    {"POST", "/api/nodes/{node}", km_post_node, NULL, "ingest", "postNode",
     "Store a node's reading, with those of its pods", "Ok", NULL, "NodeReading", KM_ROUTE_INGEST},
    {"POST", "/api/pods/{pod}", km_post_pod, NULL, "ingest", "postPod", "Store a pod's reading",
     "Ok", NULL, "PodReading", KM_ROUTE_INGEST},
    {"GET", "/api/cluster", km_get_cluster, window, "cluster", "getCluster", "The sum of all nodes",
     "ClusterMetrics", "ClusterWindow", NULL, 0},
    {"GET", "/api/nodes", km_get_nodes, list, "nodes", "listNodes", "All nodes", "NodeList", NULL,
     NULL, 0},
    {"GET", "/api/nodes/{node}", km_get_node, window, "nodes", "getNode", "One node", "NodeMetrics",
     "NodeWindow", NULL, 0},
    {"GET", "/api/nodes/{node}/pods", km_get_node_pods, node_pods, "nodes", "listNodePods",
     "The pods on a node", "PodList", NULL, NULL, KM_ROUTE_NAMED},
    {"GET", "/api/pods", km_get_pods, pods, "pods", "listPods", "All pods", "PodList", NULL, NULL,
     0},
    {"GET", "/api/pods/{pod}", km_get_pod, pod_window, "pods", "getPod",
     "One pod by its name; 409 if several namespaces have it", "PodMetrics", "PodWindow", NULL,
     KM_ROUTE_AMBIGUOUS},
    {"GET", "/api/namespaces", km_get_namespaces, list, "namespaces", "listNamespaces",
     "All namespaces, each the sum of its pods", "NamespaceList", NULL, NULL, 0},
    {"GET", NS, km_get_namespace, window, "namespaces", "getNamespace", "The sum of a namespace",
     "NamespaceMetrics", "SumWindow", NULL, 0},
    {"GET", NS "/pods", km_get_namespace_pods, namespace_pods, "namespaces", "listNamespacePods",
     "The pods of a namespace", "PodList", NULL, NULL, 0},
    {"GET", NS "/pods/{pod}", km_get_namespace_pod, window, "namespaces", "getNamespacePod",
     "One pod", "PodMetrics", "PodWindow", NULL, 0},
    {"GET", NS "/pods/{pod}/containers", km_get_pod_containers, list, "namespaces",
     "listPodContainers", "The containers of a pod", "ContainerList", NULL, NULL, KM_ROUTE_NAMED},
    {"GET", "/api/deployments", km_get_all_deployments, all_deployments, "deployments",
     "listAllDeployments", "All deployments, each the sum of its pods", "DeploymentList", NULL,
     NULL, 0},
    {"GET", NS "/pods/{pod}/containers/{container}", km_get_pod_container, window, "namespaces",
     "getPodContainer", "One container, by its name", "ContainerMetrics", "ContainerWindow", NULL,
     0},
    {"GET", NS "/deployments", km_get_deployments, list, "deployments", "listDeployments",
     "The deployments of a namespace", "DeploymentList", NULL, NULL, 0},
    {"GET", DEP, km_get_deployment, window, "deployments", "getDeployment",
     "The sum of a deployment", "DeploymentMetrics", "SumWindow", NULL, 0},
    {"GET", DEP "/pods", km_get_deployment_pods, namespace_pods, "deployments",
     "listDeploymentPods", "The pods of a deployment", "PodList", NULL, NULL, 0},
    {"GET", "/api/workloads", km_get_all_workloads, all_workloads, "workloads", "listAllWorkloads",
     "All workloads, deployments among them, each the sum of its pods", "WorkloadList", NULL, NULL,
     0},
    {"GET", NS "/workloads", km_get_workloads, workloads, "workloads", "listWorkloads",
     "The workloads of a namespace", "WorkloadList", NULL, NULL, 0},
    {"GET", WL, km_get_workload, window, "workloads", "getWorkload",
     "The sum of a StatefulSet, DaemonSet, Job or other owner of pods", "WorkloadMetrics",
     "SumWindow", NULL, 0},
    {"GET", WL "/pods", km_get_workload_pods, namespace_pods, "workloads", "listWorkloadPods",
     "The pods of a workload", "PodList", NULL, NULL, 0},
    {"GET", "/api/stream", km_get_stream, stream, "server", "stream",
     "What paths answer, again each interval, as server-sent events", NULL, NULL, NULL,
     KM_ROUTE_EVENTS},
    {"GET", "/api/status", km_get_status, NULL, "server", "getStatus", "The server's own figures",
     "Status", NULL, NULL, 0},
    {"GET", "/livez", km_get_livez, health, "server", "livez", "Whether the server lives", NULL,
     NULL, NULL, KM_ROUTE_OPEN},
    {"GET", "/readyz", km_get_readyz, health, "server", "readyz", "Whether the server can answer",
     NULL, NULL, NULL, KM_ROUTE_OPEN},
    {"GET", "/healthz", km_get_livez, health, "server", "healthz", "The old name of livez", NULL,
     NULL, NULL, KM_ROUTE_OPEN},
    {"GET", "/openapi.json", km_get_openapi, NULL, "server", "openapi", "This document", NULL, NULL,
     NULL, KM_ROUTE_INTERNAL},
    {"GET", "/docs", km_get_docs, NULL, "server", "docs", "This document to read and try", NULL,
     NULL, NULL, KM_ROUTE_INTERNAL},
    {"GET", "/docs/{file}", km_get_web_file, NULL, "server", "docsFile", "Its files", NULL, NULL,
     NULL, KM_ROUTE_INTERNAL},
    {"GET", "/", km_get_page, NULL, "server", "page", "The page", NULL, NULL, NULL,
     KM_ROUTE_INTERNAL},
    {"GET", "/page/{file}", km_get_web_file, NULL, "server", "pageFile", "Its files", NULL, NULL,
     NULL, KM_ROUTE_INTERNAL},
    {"GET", "/page/views/{file}", km_get_web_file, NULL, "server", "pageView", "Its views", NULL,
     NULL, NULL, KM_ROUTE_INTERNAL},
    {"GET", "/page/strings/{file}", km_get_web_file, NULL, "server", "pageStrings", "Its words",
     NULL, NULL, NULL, KM_ROUTE_INTERNAL},
    {0},
};
