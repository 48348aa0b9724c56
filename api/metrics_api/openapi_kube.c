/* SPDX-License-Identifier: Apache-2.0 */
/* The OpenAPI documents that the aggregation layer merges into the API server's own, for `kubectl
 * explain` and clients that check what they read. */
#include <stdio.h>
#include <string.h>

#include "discovery.h"
#include "json_write.h"

/* Places in the text are "%s", for the version; schemas stand in both documents. */
#define STRING "{\"type\":\"string\"}"
#define KIND(kind)                                                                                 \
    "\"x-kubernetes-group-version-kind\":[{\"group\":\"metrics.k8s.io\",\"version\":\"%1$s\","     \
    "\"kind\":\"" kind "\"}]"
#define NAME(kind) "io.k8s.metrics.pkg.apis.metrics.%1$s." kind
#define HEAD       "\"apiVersion\":" STRING ",\"kind\":" STRING
#define USAGE                                                                                      \
    "{\"description\":\"cpu in cores, memory (the working set) in bytes\",\"type\":\"object\","    \
    "\"additionalProperties\":" STRING "}"
#define WINDOW                                                                                     \
    "\"timestamp\":{\"description\":\"end of the window\",\"type\":\"string\","                    \
    "\"format\":\"date-time\"},\"window\":{\"description\":\"time between the two readings\","     \
    "\"type\":\"string\"}"
#define ONE(kind, own)                                                                             \
    "\"" NAME(                                                                                     \
        kind) "\":{\"description\":\"usage of CPU and memory over a window\","                     \
              "\"type\":\"object\",\"required\":[\"timestamp\",\"window\"],\"properties\":{" HEAD  \
              ",\"metadata\":{\"type\":\"object\"}," WINDOW "," own "}," KIND(kind) "}"
#define LIST(kind)                                                                                 \
    "\"" NAME(                                                                                     \
        kind                                                                                       \
        "List") "\":{\"type\":\"object\",\"required\":[\"items\"],\"properties\":{" HEAD           \
                ",\"metadata\":{\"type\":\"object\"},\"items\":{\"type\":\"array\",\"items\":"     \
                "{\"$ref\":\"%2$s" NAME(kind) "\"}}}," KIND(kind "List") "}"

static const char schemas[] =
    ONE("NodeMetrics", "\"usage\":" USAGE) "," LIST("NodeMetrics") "," ONE(
        "PodMetrics",
        "\"containers\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
        "\"properties\":{\"name\":" STRING ",\"usage\":" USAGE "}}}") "," LIST("PodMetrics");

void km_get_openapi_v2(struct km_call *call)
{
    struct km_buf body = KM_BUF_INIT;

    km_buf_puts(&body,
                "{\"swagger\":\"2.0\",\"info\":{\"title\":\"kubemonitor\",\"version\":\"" KM_VERSION
                "\"},\"paths\":{},\"definitions\":{");
    for (size_t i = 0; km_kube_versions[i]; i++) {
        km_buf_puts(&body, i ? "," : "");
        km_buf_printf(&body, schemas, km_kube_versions[i], "#/definitions/");
    }
    km_buf_puts(&body, "}}");
    km_answer_json(call, &body);
}

void km_get_openapi_v3(struct km_call *call)
{
    struct km_buf body = KM_BUF_INIT;

    km_buf_puts(&body, "{\"paths\":{");
    for (size_t i = 0; km_kube_versions[i]; i++)
        /* The hash stands for the document: it changes with the program only. */
        km_buf_printf(&body,
                      "%1$s\"apis/metrics.k8s.io/%2$s\":{\"serverRelativeURL\":"
                      "\"/openapi/v3/apis/metrics.k8s.io/%2$s?hash=" KM_VERSION "\"}",
                      i ? "," : "", km_kube_versions[i]);
    km_buf_puts(&body, "}}");
    km_answer_json(call, &body);
}

void km_get_openapi_v3_group(struct km_call *call)
{
    const char *version = km_kube_version_of(call);
    struct km_buf body = KM_BUF_INIT;

    if (!version)
        return;
    km_buf_puts(
        &body,
        "{\"openapi\":\"3.0.0\",\"info\":{\"title\":\"kubemonitor\",\"version\":\"" KM_VERSION
        "\"},\"paths\":{},\"components\":{\"schemas\":{");
    km_buf_printf(&body, schemas, version, "#/components/schemas/");
    km_buf_puts(&body, "}}}");
    km_answer_json(call, &body);
}
