/* SPDX-License-Identifier: Apache-2.0 */
#include "kube_status.h"

#include <stdio.h>

#include "json_write.h"
#include "text.h"

struct details {
    const char *name, *resource;
};

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {{400, "BadRequest"},
                   {401, "Unauthorized"},
                   {403, "Forbidden"},
                   {404, "NotFound"},
                   {405, "MethodNotAllowed"},
                   {406, "NotAcceptable"},
                   {413, "RequestEntityTooLarge"},
                   {415, "UnsupportedMediaType"},
                   {429, "TooManyRequests"},
                   {500, "InternalError"},
                   {503, "ServiceUnavailable"}};

    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].status == status)
            return reasons[i].reason;
    }
    return "Unknown";
}

static void answer(struct km_call *call, int status, const char *message,
                   const struct details *details)
{
    struct km_json w = {.out = &call->answer};

    km_buf_clear(&call->answer);
    km_json_object(&w);
    km_json_member(&w, "kind", "Status");
    km_json_member(&w, "apiVersion", "v1");
    km_json_member_object(&w, "metadata");
    km_json_object_end(&w);
    km_json_member(&w, "status", "Failure");
    km_json_member(&w, "message", message);
    km_json_member(&w, "reason", reason_of(status));
    if (details || call->retry_after) {
        km_json_member_object(&w, "details");
        if (details) {
            km_json_member(&w, "name", details->name);
            km_json_member(&w, "group", "metrics.k8s.io");
            km_json_member(&w, "kind", details->resource);
        }
        if (call->retry_after)
            km_json_member_int(&w, "retryAfterSeconds", call->retry_after);
        km_json_object_end(&w);
    }
    km_json_member_int(&w, "code", status);
    km_json_object_end(&w);
    call->status = status;
    call->content_type = "application/json";
}

static void problem(struct km_call *call, int status, const char *detail)
{
    answer(call, status == 422 ? 400 : status, detail, NULL);
}

const struct km_manners km_kube_manners = {.lenient = true, .problem = problem};

void km_kube_not_found(struct km_call *call, const char *resource, const char *name)
{
    const struct details details = {name, resource};
    char message[640];

    snprintf(message, sizeof(message), "%s.metrics.k8s.io \"%s\" not found", resource, name);
    km_text_trim(message);
    answer(call, 404, message, &details);
}

void km_kube_forbidden(struct km_call *call, const char *resource, const char *name,
                       const char *message)
{
    const struct details details = {name, resource};

    answer(call, 403, message, &details);
}
