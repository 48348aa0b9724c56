/* SPDX-License-Identifier: Apache-2.0 */
/* "GET /api/nodes?limit=1": a method and a target against the server's own routes. */
#include <string.h>
#include <yyjson.h>

#include "call.h"
#include "fuzz.h"
#include "text.h"

static void check_problem(struct km_call *call)
{
    yyjson_doc *doc = yyjson_read(call->answer.data, call->answer.len, 0);

    MUST(doc);
    MUST(yyjson_get_int(yyjson_obj_get(yyjson_doc_get_root(doc), "status")) == call->status);
    MUST(yyjson_get_len(yyjson_obj_get(yyjson_doc_get_root(doc), "detail")) > 0);
    yyjson_doc_free(doc);
}

/* What a handler may rely on. */
static void check_parameters(const struct km_call *call)
{
    for (unsigned i = 0; i < call->n_params; i++) {
        const struct km_call_param *p = &call->params[i];

        MUST(km_text_is_utf8(p->value, strlen(p->value)));
        MUST(!p->in_path || (*p->value && strlen(p->value) <= 253 && !strchr(p->value, '/')));
    }
    for (const struct km_param *p = call->route->params; p && p->name; p++) {
        int64_t number;

        if (!km_call_text(call, p->name))
            continue;
        if (p->type == KM_PARAM_INT) {
            number = km_call_int(call, p->name, p->min - 1);
            MUST(number >= p->min && number <= p->max);
        } else if (p->type == KM_PARAM_CHOICE) {
            MUST(km_call_choice(call, p->name, -1) >= 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct km_call call = {0};
    char *text = strndup((const char *)data, size), *target;

    MUST(text);
    target = strchr(text, ' ');
    if (target)
        *target++ = '\0';
    else
        target = text;
    MUST(km_call_route(&call, km_routes, target == text ? "GET" : text, target) == 0);
    if (call.status >= 400) {
        check_problem(&call);
    } else if (call.status == 0) {
        MUST(call.route && call.n_faults == 0);
        check_parameters(&call);
    }
    km_call_done(&call);
    free(text);
    return 0;
}
