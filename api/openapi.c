/* SPDX-License-Identifier: Apache-2.0 */
/* The OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0), from the routes and metrics. */
#include "api.h"
#include "handlers.h"
#include "json_write.h"
#include "openapi_inside.h"

/* The headings, in the order of the document. */
static void tags(struct km_json *w)
{
    static const char *const all[][2] = {
        {"ingest", "What collectors post."},
        {"cluster", "The whole cluster."},
        {"nodes", "Nodes, and the pods on them."},
        {"pods", "Pods by their name alone."},
        {"namespaces", "Namespaces, their pods, and those pods' containers."},
        {"deployments", "Deployments and their pods."},
        {"workloads", "StatefulSets, DaemonSets, Jobs and other owners of pods."},
        {"server", "The server itself, and streams."},
    };

    km_json_member_array(w, "tags");
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        km_json_object(w);
        km_json_member(w, "name", all[i][0]);
        km_json_member(w, "description", all[i][1]);
        km_json_object_end(w);
    }
    km_json_array_end(w);
}

static void bearer(struct km_json *w, const char *name, const char *description)
{
    km_json_member_object(w, name);
    km_json_member(w, "type", "http");
    km_json_member(w, "scheme", "bearer");
    km_json_member(w, "description", description);
    km_json_object_end(w);
}

void km_get_openapi(struct km_call *call)
{
    struct km_buf body = KM_BUF_INIT;
    struct km_json w = {.out = &body};

    km_json_object(&w);
    km_json_member(&w, "openapi", "3.1.0");
    km_json_member_object(&w, "info");
    km_json_member(&w, "title", "kubemonitor");
    km_json_member(&w, "version", km_call_api(call)->version);
    km_json_member(&w, "description",
                   "CPU, memory, disk and network of nodes, pods, namespaces and deployments, now "
                   "and over a window. What cannot be read is left out, never zero.");
    km_json_member_object(&w, "license");
    km_json_member(&w, "name", "Apache-2.0");
    km_json_member(&w, "identifier", "Apache-2.0");
    km_json_object_end(&w);
    km_json_object_end(&w);
    /* Relative to where the document came from, so that a proxy's path prefix stays. */
    km_json_member_array(&w, "servers");
    km_json_object(&w);
    km_json_member(&w, "url", ".");
    km_json_member(&w, "description", "The server that answered this.");
    km_json_object_end(&w);
    km_json_array_end(&w);
    km_json_member_array(&w, "security");
    km_json_array_end(&w);
    tags(&w);
    km_openapi_paths(&w);
    km_json_member_object(&w, "components");
    km_openapi_problems(&w);
    km_openapi_schemas(&w);
    km_json_member_object(&w, "securitySchemes");
    bearer(&w, "ingest",
           "--ingest-auth: a token of a file, or a collector's service-account token");
    bearer(&w, "read", "--read-auth: a token of a file, or of who may list pods of metrics.k8s.io");
    km_json_object_end(&w);
    km_json_object_end(&w);
    km_json_object_end(&w);
    km_answer_json(call, &body);
}
