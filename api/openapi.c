/* SPDX-License-Identifier: Apache-2.0 */
/* The OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0), from the routes and metrics. */
#include "api.h"
#include "handlers.h"
#include "json_write.h"
#include "openapi_inside.h"

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
    km_openapi_paths(&w);
    km_json_member_object(&w, "components");
    km_openapi_schemas(&w);
    km_json_object_end(&w);
    km_json_object_end(&w);
    km_answer_json(call, &body);
}
