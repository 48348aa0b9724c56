/* SPDX-License-Identifier: Apache-2.0 */
/* What routes take and answer, as JSON Schema. */
#include <stddef.h>
#include <string.h>

#include "metric.h"
#include "openapi_inside.h"

static void schema_begin(struct km_json *w, const char *name, const char *description,
                         const char *const *required)
{
    km_json_member_object(w, name);
    km_json_member(w, "type", "object");
    km_json_member(w, "description", description);
    if (required) {
        km_json_member_array(w, "required");
        for (; *required; required++)
            km_json_string(w, *required);
        km_json_array_end(w);
    }
    km_json_member_object(w, "properties");
}

static void schema_end(struct km_json *w)
{
    km_json_object_end(w);
    km_json_object_end(w);
}

static void array_of(struct km_json *w, const char *key, const char *schema)
{
    km_json_member_object(w, key);
    km_json_member(w, "type", "array");
    km_json_member_object(w, "items");
    km_openapi_ref(w, schema);
    km_json_object_end(w);
    km_json_object_end(w);
}

static void time_property(struct km_json *w, const char *name, const char *description)
{
    km_openapi_property(w, name, "string", "date-time", description);
}

static void owner_property(struct km_json *w, const char *key, const char *help, const char *kinds)
{
    km_json_member_object(w, key);
    km_json_member(w, "type", "object");
    km_json_member(w, "description", help);
    km_json_member_object(w, "properties");
    km_openapi_property(w, "kind", "string", NULL, kinds);
    km_openapi_property(w, "name", "string", NULL, "its name");
    km_json_object_end(w);
    km_json_object_end(w);
}

static void container_properties(struct km_json *w, enum km_openapi_use use)
{
    time_property(w, "timestamp", "when it was read");
    km_openapi_property(w, "name", "string", NULL, "the container's name in its pod");
    km_openapi_property(w, "id", "string", NULL, "the runtime's id: a restart has a new one");
    km_openapi_property(w, "state", "string", NULL, "running, waiting or terminated");
    time_property(w, "started", "when it started");
    km_openapi_property(w, "restarts", "integer", NULL, "how often it was restarted");
    km_openapi_metrics(w, KM_SCOPE_CONTAINER, use);
}

static void pod_properties(struct km_json *w, enum km_openapi_use use)
{
    time_property(w, "timestamp", "when it was read");
    km_openapi_property(w, "pod_name", "string", NULL,
                        "the pod's name; its UID while that is all that is known");
    km_openapi_property(w, "namespace", "string", NULL, "its namespace; \"\" while not known");
    km_openapi_property(w, "uid", "string", NULL, "its UID");
    km_openapi_property(w, "node", "string", NULL, "the node it runs on");
    km_openapi_property(w, "phase", "string", NULL, "Pending, Running, Succeeded, Failed");
    owner_property(w, "owner", "the controller that owns the pod",
                   "ReplicaSet, StatefulSet, DaemonSet, Job, …");
    if (use == KM_OPENAPI_ANSWER)
        owner_property(w, "workload", "what the owner belongs to, where that is no deployment",
                       "CronJob, …");
    km_openapi_property(w, "deployment", "string", NULL, "the deployment it belongs to");
    km_openapi_property(w, "host_network", "boolean", NULL,
                        "it uses the node's network: no numbers of its own");
    km_openapi_property(w, "restarts", "integer", NULL, "restarts of all its containers");
    time_property(w, "created", "when it was created");
    if (use == KM_OPENAPI_ANSWER)
        km_openapi_property(w, "age_seconds", "integer", NULL, "since it was created");
    km_openapi_metrics(w, KM_SCOPE_POD, use);
    array_of(w, "containers", use == KM_OPENAPI_READING ? "ContainerReading" : "ContainerMetrics");
}

static void node_properties(struct km_json *w, enum km_openapi_use use)
{
    time_property(w, "timestamp", "when it was read");
    km_openapi_property(w, "node", "string", NULL, "the node's name");
    if (use == KM_OPENAPI_READING) {
        km_openapi_property(w, "boot_id", "string", NULL,
                            "changes when the node boots: counters begin anew");
        km_openapi_property(w, "interval_ms", "integer", NULL, "time between two readings");
        array_of(w, "pods", "PodReading");
    } else {
        km_openapi_property(w, "stale", "boolean", NULL, "nothing came for 3 intervals");
        km_openapi_property(w, "last_seen_seconds", "number", NULL,
                            "since its newest reading came");
    }
    km_openapi_metrics(w, KM_SCOPE_NODE, use);
}

static void sum_schema(struct km_json *w, const char *name, const char *const *labels,
                       unsigned scope)
{
    schema_begin(w, name, "a sum over what is there now", (const char *const[]){"pods", NULL});
    for (; *labels; labels++)
        km_openapi_property(w, *labels, "string", NULL, "its name");
    time_property(w, "timestamp", "the newest reading in it");
    km_openapi_property(w, "pods", "integer", NULL, "how many pods there are");
    if (scope == KM_SCOPE_NODE) {
        km_openapi_property(w, "nodes", "integer", NULL, "how many nodes report: those in the sum");
        km_openapi_property(w, "stale_nodes", "integer", NULL,
                            "how many are not in it, as nothing came for 3 intervals");
    }
    km_openapi_metrics(w, scope, KM_OPENAPI_SUM);
    schema_end(w);
}

static void list_schema(struct km_json *w, const char *name, const char *item)
{
    schema_begin(w, name, "a page of a list", (const char *const[]){"items", NULL});
    array_of(w, "items", item);
    km_openapi_property(w, "continue", "string", NULL,
                        "pass it as ?continue= for the next page; absent at the end");
    km_openapi_property(w, "total", "integer", NULL,
                        "how many items all pages have; absent where nodes, pods or containers "
                        "are neither searched nor sorted by use: those are found while they are "
                        "sent");
    schema_end(w);
}

/* A window of one entity or of a sum: scope and what its rows count, NULL where they are of one. */
static void window_schema(struct km_json *w, const char *name, unsigned scope, const char *count)
{
    schema_begin(w, name,
                 "history: rows in time order, or columns; a sum holds every entity that was "
                 "there in a step, also those that are no longer current",
                 (const char *const[]){"window", "step", NULL});
    km_openapi_property(w, "window", "integer", NULL, "seconds asked for");
    km_openapi_property(w, "step", "number", NULL, "seconds between rows");
    km_json_member_object(w, "items");
    km_json_member(w, "type", "array");
    km_json_member_object(w, "items");
    km_json_member(w, "type", "object");
    km_json_member_object(w, "properties");
    time_property(w, "timestamp", "the end of the step, or when it was read");
    if (count)
        km_openapi_property(w, count, "integer", NULL, "how many were there in the step");
    km_openapi_metrics(w, scope, count ? KM_OPENAPI_SUM : KM_OPENAPI_ROW);
    km_json_member_object(w, "max");
    km_json_member(w, "type", "object");
    km_json_member(w, "description", "the highest interval of a step that holds several");
    km_json_member_object(w, "properties");
    km_openapi_metrics(w, scope, KM_OPENAPI_SUM);
    km_json_object_end(w);
    km_json_object_end(w);
    km_json_object_end(w);
    km_json_object_end(w);
    km_json_object_end(w);
    km_json_member_object(w, "timestamps");
    km_json_member(w, "type", "array");
    km_json_member(w, "description", "with format=columns: the ends of the steps");
    km_json_member_object(w, "items");
    km_json_member(w, "type", "string");
    km_json_member(w, "format", "date-time");
    km_json_object_end(w);
    km_openapi_json(w, "examples", "[[\"2026-01-01T00:00:00.000Z\"]]");
    km_json_object_end(w);
    km_json_member_object(w, "columns");
    km_json_member(w, "type", "object");
    km_json_member(w, "description", "\"memory.usage\": one number a timestamp, null for a gap");
    km_json_member_object(w, "additionalProperties");
    km_json_member(w, "type", "array");
    km_openapi_json(w, "items", "{\"type\":[\"number\",\"null\"]}");
    km_json_object_end(w);
    km_openapi_json(w, "examples", "[{\"cpu_usage\":[250]}]");
    km_json_object_end(w);
    schema_end(w);
}

static void problem_schema(struct km_json *w)
{
    schema_begin(w, "Problem", "what is wrong, as RFC 9457 has it",
                 (const char *const[]){"type", "title", "status", "detail", NULL});
    km_openapi_property(w, "type", "string", NULL, "about:blank");
    km_openapi_property(w, "title", "string", NULL, "the status in words");
    km_openapi_property(w, "status", "integer", NULL, "the HTTP status");
    km_openapi_property(w, "detail", "string", NULL, "a sentence for the reader");
    km_openapi_property(w, "instance", "string", NULL, "the path asked for");
    km_openapi_property(w, "errors_in_all", "integer", NULL,
                        "how many faults there are, where not all are listed");
    km_json_member_object(w, "errors");
    km_json_member(w, "type", "array");
    km_json_member_object(w, "items");
    km_json_member(w, "type", "object");
    km_json_member_object(w, "properties");
    km_openapi_property(w, "pointer", "string", NULL, "JSON Pointer into the body");
    km_openapi_property(w, "parameter", "string", NULL, "or the parameter");
    km_openapi_property(w, "detail", "string", NULL, "what is wrong there");
    km_json_object_end(w);
    km_json_object_end(w);
    km_json_object_end(w);
    schema_end(w);
}

void km_openapi_schemas(struct km_json *w)
{
    static const char *const node_required[] = {"timestamp", "node", NULL};
    static const char *const pod_required[] = {"timestamp", "pod_name", NULL};
    static const char *const time_required[] = {"timestamp", NULL};

    km_json_member_object(w, "schemas");
    for (int answer = 0; answer < 2; answer++) {
        enum km_openapi_use use = answer ? KM_OPENAPI_ANSWER : KM_OPENAPI_READING;

        schema_begin(w, answer ? "NodeMetrics" : "NodeReading", "a node", node_required);
        node_properties(w, use);
        schema_end(w);
        schema_begin(w, answer ? "PodMetrics" : "PodReading", "a pod", pod_required);
        pod_properties(w, use);
        schema_end(w);
        schema_begin(w, answer ? "ContainerMetrics" : "ContainerReading", "a container",
                     answer ? time_required : NULL);
        container_properties(w, use);
        schema_end(w);
    }
    sum_schema(w, "ClusterMetrics", (const char *const[]){NULL}, KM_SCOPE_NODE);
    sum_schema(w, "NamespaceMetrics", (const char *const[]){"namespace", NULL}, KM_SCOPE_POD);
    sum_schema(w, "DeploymentMetrics", (const char *const[]){"namespace", "deployment", NULL},
               KM_SCOPE_POD);
    sum_schema(w, "WorkloadMetrics", (const char *const[]){"namespace", "kind", "name", NULL},
               KM_SCOPE_POD);
    list_schema(w, "NodeList", "NodeMetrics");
    list_schema(w, "PodList", "PodMetrics");
    list_schema(w, "ContainerList", "ContainerMetrics");
    list_schema(w, "NamespaceList", "NamespaceMetrics");
    list_schema(w, "DeploymentList", "DeploymentMetrics");
    list_schema(w, "WorkloadList", "WorkloadMetrics");
    window_schema(w, "ClusterWindow", KM_SCOPE_NODE, "nodes");
    window_schema(w, "NodeWindow", KM_SCOPE_NODE, NULL);
    window_schema(w, "PodWindow", KM_SCOPE_POD, NULL);
    window_schema(w, "ContainerWindow", KM_SCOPE_CONTAINER, NULL);
    window_schema(w, "SumWindow", KM_SCOPE_POD, "pods");
    problem_schema(w);
    schema_begin(w, "Ok", "stored", (const char *const[]){"status", NULL});
    km_json_member_object(w, "status");
    km_json_member(w, "type", "string");
    km_json_member(w, "const", "ok");
    km_json_member(w, "description", "the reading is stored");
    km_openapi_json(w, "examples", "[\"ok\"]");
    km_json_object_end(w);
    schema_end(w);
    km_openapi_status(w);
    km_json_object_end(w);
}
