/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "answers.h"
#include "api.h"
#include "entity_list.h"
#include "handlers.h"
#include "time_format.h"
#include "window_answer.h"

/* The node of the path as it is now; answers 404 and returns false where there is none. */
static bool find_node(struct km_call *call, struct km_view *ret_view)
{
    const struct km_api *api = km_call_api(call);
    const char *name = km_call_path(call, "node");
    struct km_filter filter = {.kind = KM_ENTITY_NODE, .node = name, .current = true};

    if (km_newest_view(api->store, &filter, km_time_now_ms(), ret_view))
        return true;
    km_answer_problem(call, 404, 0,
                      "no node \"%s\" has reported since the server started or within its history",
                      name);
    return false;
}

void km_get_nodes(struct km_call *call)
{
    struct km_filter filter = {.kind = KM_ENTITY_NODE, .current = true};

    km_answer_entities(call, &filter);
}

void km_get_node(struct km_call *call)
{
    const struct km_api *api = km_call_api(call);
    const char *name = km_call_path(call, "node");
    struct km_filter filter = {.kind = KM_ENTITY_NODE, .node = name};
    struct km_buf body = KM_BUF_INIT;
    struct km_json w = {.out = &body};
    struct km_view view;
    char missing[400];

    if (km_window_is_asked(call)) {
        snprintf(missing, sizeof(missing), "node \"%s\" has not reported", name);
        km_answer_window(call, &filter, NULL, missing);
        return;
    }
    if (!find_node(call, &view))
        return;
    km_answer_node(&w, api->store, &view, api->interval_ms, km_time_now_ms());
    km_answer_json(call, &body);
}

void km_get_node_pods(struct km_call *call)
{
    const char *name = km_call_path(call, "node");
    struct km_filter filter = {.kind = KM_ENTITY_POD, .node = name, .current = true};
    struct km_view view;

    filter.name_space = km_call_text(call, "namespace");
    if (find_node(call, &view))
        km_answer_entities(call, &filter);
}
