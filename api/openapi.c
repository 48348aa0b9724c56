/* SPDX-License-Identifier: Apache-2.0 */
/* The OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0), from the routes and metrics. */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "handlers.h"
#include "json_write.h"
#include "models.h"

/* --- small words -------------------------------------------------------------------------------
 */

static void open_member(struct km_json *w, const char *key)
{
    km_json_key(w, key);
    km_json_object(w);
}

static void member_int(struct km_json *w, const char *key, int64_t value)
{
    km_json_key(w, key);
    km_json_int(w, value);
}

static void schema_ref(struct km_json *w, const char *name)
{
    char path[96];

    snprintf(path, sizeof(path), "#/components/schemas/%s", name);
    open_member(w, "schema");
    km_json_member(w, "$ref", path);
    km_json_object_end(w);
}

/* "name": {"type": …, "description": …}; format may be NULL. */
static void property(struct km_json *w, const char *name, const char *type, const char *format,
                     const char *description)
{
    open_member(w, name);
    km_json_member(w, "type", type);
    km_json_member(w, "format", format);
    km_json_member(w, "description", description);
    km_json_object_end(w);
}

/* --- metrics -----------------------------------------------------------------------------------
 */

enum use {
    USE_READING, /* what a client sends: values only */
    USE_ANSWER,  /* values and rates */
    USE_SUM,     /* gauges and rates, as numbers */
};

static void metric_property(struct km_json *w, unsigned m, enum use use)
{
    const struct km_metric_info *info = &km_metrics[m];
    bool counter = km_metric_is_counter(m);
    char text[256], key[64];

    if (info->kind == KM_KIND_EXACT)
        return;
    if (use != USE_SUM || !counter) {
        snprintf(text, sizeof(text), "%s (%s)%s", info->help, info->unit,
                 counter ? "; grows since the entity started" : "");
        open_member(w, info->key);
        km_json_member(w, "type",
                       info->kind == KM_KIND_MILLI || use == USE_SUM ? "number" : "integer");
        member_int(w, "minimum", 0);
        km_json_member(w, "description", text);
        km_json_object_end(w);
    }
    if (use != USE_READING && info->kind == KM_KIND_RATED) {
        snprintf(key, sizeof(key), "%s_per_second", info->key);
        snprintf(text, sizeof(text), "%s, per second", info->help);
        property(w, key, "number", NULL, text);
    }
}

/* The groups and cpu_usage as properties of the object being written. */
static void metric_properties(struct km_json *w, unsigned scope, enum use use)
{
    int open = KM_GROUP_TOP;

    for (unsigned m = 0; m < KM_METRIC_COUNT; m++) {
        if (!(km_metrics[m].scope & scope))
            continue;
        if (km_metrics[m].group != open) {
            if (open != KM_GROUP_TOP) {
                km_json_object_end(w);
                km_json_object_end(w);
            }
            open = km_metrics[m].group;
            open_member(w, km_groups[open].name);
            km_json_member(w, "type", "object");
            km_json_member(w, "description", km_groups[open].help);
            if (use != USE_SUM) {
                open_member(w, "additionalProperties");
                km_json_member(w, "type", "integer");
                km_json_object_end(w);
            }
            open_member(w, "properties");
        }
        metric_property(w, m, use);
    }
    if (open != KM_GROUP_TOP) {
        km_json_object_end(w);
        km_json_object_end(w);
    }
}

/* --- schemas -----------------------------------------------------------------------------------
 */

static void schema_begin(struct km_json *w, const char *name, const char *description,
                         const char *const *required)
{
    open_member(w, name);
    km_json_member(w, "type", "object");
    km_json_member(w, "description", description);
    if (required) {
        km_json_key(w, "required");
        km_json_array(w);
        for (; *required; required++)
            km_json_string(w, *required);
        km_json_array_end(w);
    }
    open_member(w, "properties");
}

static void schema_end(struct km_json *w)
{
    km_json_object_end(w);
    km_json_object_end(w);
}

static void array_of(struct km_json *w, const char *key, const char *schema)
{
    char path[96];

    snprintf(path, sizeof(path), "#/components/schemas/%s", schema);
    open_member(w, key);
    km_json_member(w, "type", "array");
    open_member(w, "items");
    km_json_member(w, "$ref", path);
    km_json_object_end(w);
    km_json_object_end(w);
}

static void time_property(struct km_json *w, const char *name, const char *description)
{
    property(w, name, "string", "date-time", description);
}

static void owner_property(struct km_json *w)
{
    open_member(w, "owner");
    km_json_member(w, "type", "object");
    km_json_member(w, "description", "the controller that owns the pod");
    open_member(w, "properties");
    property(w, "kind", "string", NULL, "ReplicaSet, StatefulSet, DaemonSet, Job, …");
    property(w, "name", "string", NULL, "its name");
    km_json_object_end(w);
    km_json_object_end(w);
}

static void container_properties(struct km_json *w, enum use use)
{
    time_property(w, "timestamp", "when it was read");
    property(w, "name", "string", NULL, "the container's name in its pod");
    property(w, "id", "string", NULL, "the runtime's id: a restart has a new one");
    property(w, "state", "string", NULL, "running, waiting or terminated");
    time_property(w, "started", "when it started");
    property(w, "restarts", "integer", NULL, "how often it was restarted");
    metric_properties(w, KM_SCOPE_CONTAINER, use);
}

static void pod_properties(struct km_json *w, enum use use)
{
    time_property(w, "timestamp", "when it was read");
    property(w, "pod_name", "string", NULL,
             "the pod's name; its UID while that is all that is known");
    property(w, "namespace", "string", NULL, "its namespace; \"\" while not known");
    property(w, "uid", "string", NULL, "its UID");
    property(w, "node", "string", NULL, "the node it runs on");
    property(w, "phase", "string", NULL, "Pending, Running, Succeeded, Failed");
    owner_property(w);
    property(w, "deployment", "string", NULL, "the deployment it belongs to");
    property(w, "host_network", "boolean", NULL,
             "it uses the node's network: no numbers of its own");
    property(w, "restarts", "integer", NULL, "restarts of all its containers");
    time_property(w, "created", "when it was created");
    if (use == USE_ANSWER)
        property(w, "age_seconds", "integer", NULL, "since it was created");
    metric_properties(w, KM_SCOPE_POD, use);
    array_of(w, "containers", use == USE_READING ? "ContainerReading" : "ContainerMetrics");
}

static void node_properties(struct km_json *w, enum use use)
{
    time_property(w, "timestamp", "when it was read");
    property(w, "node", "string", NULL, "the node's name");
    if (use == USE_READING) {
        property(w, "boot_id", "string", NULL, "changes when the node boots: counters begin anew");
        property(w, "interval_ms", "integer", NULL, "time between two readings");
        array_of(w, "pods", "PodReading");
    } else {
        property(w, "stale", "boolean", NULL, "nothing came for 3 intervals");
        property(w, "last_seen_seconds", "number", NULL, "since its newest reading came");
    }
    metric_properties(w, KM_SCOPE_NODE, use);
}

static void sum_schema(struct km_json *w, const char *name, const char *const *labels,
                       unsigned scope)
{
    schema_begin(w, name, "a sum over what is there now", (const char *const[]){"pods", NULL});
    for (; *labels; labels++)
        property(w, *labels, "string", NULL, "its name");
    time_property(w, "timestamp", "the newest reading in it");
    property(w, "pods", "integer", NULL, "how many pods there are");
    if (scope == KM_SCOPE_NODE)
        property(w, "nodes", "integer", NULL, "how many nodes there are");
    metric_properties(w, scope, USE_SUM);
    schema_end(w);
}

static void list_schema(struct km_json *w, const char *name, const char *item)
{
    schema_begin(w, name, "a page of a list", (const char *const[]){"items", NULL});
    array_of(w, "items", item);
    property(w, "continue", "string", NULL,
             "pass it as ?continue= for the next page; absent at the end");
    schema_end(w);
}

static void window_schema(struct km_json *w)
{
    schema_begin(w, "Window", "history: rows in time order, or columns",
                 (const char *const[]){"window", "step", NULL});
    property(w, "window", "integer", NULL, "seconds asked for");
    property(w, "step", "number", NULL, "seconds between rows");
    open_member(w, "items");
    km_json_member(w, "type", "array");
    open_member(w, "items");
    km_json_member(w, "type", "object");
    km_json_member(w, "description",
                   "timestamp, the groups of metrics, pods or nodes of a sum, and "
                   "max where a step holds several intervals");
    km_json_object_end(w);
    km_json_object_end(w);
    open_member(w, "timestamps");
    km_json_member(w, "type", "array");
    open_member(w, "items");
    km_json_member(w, "type", "string");
    km_json_member(w, "format", "date-time");
    km_json_object_end(w);
    km_json_object_end(w);
    open_member(w, "columns");
    km_json_member(w, "type", "object");
    km_json_member(w, "description", "\"memory.usage\": one number a timestamp, null for a gap");
    open_member(w, "additionalProperties");
    km_json_member(w, "type", "array");
    km_json_object_end(w);
    km_json_object_end(w);
    schema_end(w);
}

static void problem_schema(struct km_json *w)
{
    schema_begin(w, "Problem", "what is wrong, as RFC 9457 has it",
                 (const char *const[]){"type", "title", "status", "detail", NULL});
    property(w, "type", "string", NULL, "about:blank");
    property(w, "title", "string", NULL, "the status in words");
    property(w, "status", "integer", NULL, "the HTTP status");
    property(w, "detail", "string", NULL, "a sentence for the reader");
    property(w, "instance", "string", NULL, "the path asked for");
    property(w, "errors_in_all", "integer", NULL,
             "how many faults there are, where not all are listed");
    open_member(w, "errors");
    km_json_member(w, "type", "array");
    open_member(w, "items");
    km_json_member(w, "type", "object");
    open_member(w, "properties");
    property(w, "pointer", "string", NULL, "JSON Pointer into the body");
    property(w, "parameter", "string", NULL, "or the parameter");
    property(w, "detail", "string", NULL, "what is wrong there");
    km_json_object_end(w);
    km_json_object_end(w);
    km_json_object_end(w);
    schema_end(w);
}

static void schemas(struct km_json *w)
{
    static const char *const node_required[] = {"timestamp", "node", NULL};
    static const char *const pod_required[] = {"timestamp", "pod_name", NULL};
    static const char *const time_required[] = {"timestamp", NULL};

    open_member(w, "schemas");
    for (int answer = 0; answer < 2; answer++) {
        enum use use = answer ? USE_ANSWER : USE_READING;

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
    window_schema(w);
    problem_schema(w);
    schema_begin(w, "Ok", "stored", (const char *const[]){"status", NULL});
    property(w, "status", "string", NULL, "ok");
    schema_end(w);
    schema_begin(w, "Status", "the server's own figures", NULL);
    property(w, "version", "string", NULL, "of the server");
    time_property(w, "started", "when it started");
    property(w, "interval_ms", "integer", NULL, "the interval it expects");
    property(w, "retention_seconds", "integer", NULL, "how long history is kept");
    property(w, "store", "object", NULL, "entities, rows, samples and memory held");
    property(w, "http", "object", NULL, "requests and connections");
    schema_end(w);
    km_json_object_end(w);
}

/* --- paths -------------------------------------------------------------------------------------
 */

static void parameters(struct km_json *w, const struct km_route *route)
{
    km_json_key(w, "parameters");
    km_json_array(w);
    for (const char *p = strchr(route->path, '{'); p; p = strchr(p + 1, '{')) {
        km_json_object(w);
        km_json_key(w, "name");
        km_json_string_len(w, p + 1, strcspn(p, "}") - 1);
        km_json_member(w, "in", "path");
        km_json_key(w, "required");
        km_json_bool(w, true);
        open_member(w, "schema");
        km_json_member(w, "type", "string");
        member_int(w, "maxLength", KM_MODEL_NAME);
        km_json_object_end(w);
        km_json_object_end(w);
    }
    for (const struct km_param *p = route->params; p && p->name; p++) {
        km_json_object(w);
        km_json_member(w, "name", p->name);
        km_json_member(w, "in", "query");
        km_json_member(w, "description", p->help);
        open_member(w, "schema");
        km_json_member(w, "type", p->type == KM_PARAM_INT ? "integer" : "string");
        if (p->type == KM_PARAM_INT) {
            member_int(w, "minimum", p->min);
            member_int(w, "maximum", p->max);
        } else if (p->type == KM_PARAM_CHOICE) {
            const char *word = p->choices;

            km_json_key(w, "enum");
            km_json_array(w);
            for (size_t len;; word += len + 1) {
                len = strcspn(word, "|");
                km_json_string_len(w, word, len);
                if (!word[len])
                    break;
            }
            km_json_array_end(w);
        }
        km_json_object_end(w);
        km_json_object_end(w);
    }
    km_json_array_end(w);
}

static void answers(struct km_json *w, const struct km_route *route)
{
    open_member(w, "responses");
    open_member(w, "200");
    km_json_member(w, "description",
                   route->windowed ? "what is now, or with window its history" : "the answer");
    open_member(w, "content");
    open_member(w, route->answer ? "application/json" : "text/plain");
    if (route->windowed) {
        char now[96], window[96];

        snprintf(now, sizeof(now), "#/components/schemas/%s", route->answer);
        snprintf(window, sizeof(window), "#/components/schemas/%s", route->windowed);
        open_member(w, "schema");
        km_json_key(w, "anyOf");
        km_json_array(w);
        km_json_object(w);
        km_json_member(w, "$ref", now);
        km_json_object_end(w);
        km_json_object(w);
        km_json_member(w, "$ref", window);
        km_json_object_end(w);
        km_json_array_end(w);
        km_json_object_end(w);
    } else if (route->answer) {
        schema_ref(w, route->answer);
    }
    km_json_object_end(w);
    km_json_object_end(w);
    km_json_object_end(w);
    open_member(w, "default");
    km_json_member(w, "description", "a problem: 400, 404, 405, 409, 413, 415, 422 or 503");
    open_member(w, "content");
    open_member(w, "application/problem+json");
    schema_ref(w, "Problem");
    km_json_object_end(w);
    km_json_object_end(w);
    km_json_object_end(w);
    km_json_object_end(w);
}

static void operation(struct km_json *w, const struct km_route *route)
{
    open_member(w, strcmp(route->method, "POST") == 0 ? "post" : "get");
    km_json_member(w, "operationId", route->operation);
    km_json_member(w, "summary", route->summary);
    km_json_key(w, "tags");
    km_json_array(w);
    km_json_string(w, route->tag);
    km_json_array_end(w);
    parameters(w, route);
    if (route->body) {
        open_member(w, "requestBody");
        km_json_key(w, "required");
        km_json_bool(w, true);
        open_member(w, "content");
        open_member(w, "application/json");
        schema_ref(w, route->body);
        km_json_object_end(w);
        km_json_object_end(w);
        km_json_object_end(w);
    }
    answers(w, route);
    km_json_object_end(w);
}

static bool is_first_of_path(const struct km_route *route)
{
    for (const struct km_route *r = km_routes; r < route; r++) {
        if (strcmp(r->path, route->path) == 0)
            return false;
    }
    return true;
}

static void paths(struct km_json *w)
{
    open_member(w, "paths");
    for (const struct km_route *route = km_routes; route->method; route++) {
        if (route->flags & KM_ROUTE_INTERNAL || !is_first_of_path(route))
            continue;
        open_member(w, route->path);
        for (const struct km_route *r = route; r->method; r++) {
            if (strcmp(r->path, route->path) == 0)
                operation(w, r);
        }
        km_json_object_end(w);
    }
    km_json_object_end(w);
}

void km_get_openapi(struct km_call *call)
{
    struct km_buf body = KM_BUF_INIT;
    struct km_json w = {.out = &body};

    km_json_object(&w);
    km_json_member(&w, "openapi", "3.1.0");
    open_member(&w, "info");
    km_json_member(&w, "title", "kubemonitor");
    km_json_member(&w, "version", km_call_api(call)->version);
    km_json_member(&w, "description",
                   "CPU, memory, disk and network of nodes, pods, namespaces and deployments, now "
                   "and over a window. What cannot be read is left out, never zero.");
    open_member(&w, "license");
    km_json_member(&w, "name", "Apache-2.0");
    km_json_member(&w, "identifier", "Apache-2.0");
    km_json_object_end(&w);
    km_json_object_end(&w);
    paths(&w);
    open_member(&w, "components");
    schemas(&w);
    km_json_object_end(&w);
    km_json_object_end(&w);
    km_answer_json(call, &body);
}
