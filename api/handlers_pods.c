/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "api.h"
#include "clean.h"
#include "entity_list.h"
#include "handlers.h"
#include "time_format.h"
#include "window_answer.h"

void km_get_pods(struct km_call *call)
{
    struct km_filter filter = {.kind = KM_ENTITY_POD, .current = true};

    filter.name_space = km_call_text(call, "namespace");
    filter.node = km_call_text(call, "node");
    km_answer_entities(call, &filter);
}

void km_get_namespace_pods(struct km_call *call)
{
    struct km_filter filter = {
        .kind = KM_ENTITY_POD, .name_space = km_call_path(call, "namespace"), .current = true};

    filter.node = km_call_text(call, "node");
    km_answer_entities(call, &filter);
}

/* Why there is no such pod now: never seen, or when it was last heard of. */
static void answer_missing(struct km_call *call, struct km_filter filter)
{
    const struct km_api *api = km_call_api(call);
    int64_t now = km_time_now_ms();
    struct km_view view;

    filter.current = false;
    filter.since_ms = 0;
    if (km_newest_view(api->store, &filter, now, &view))
        km_answer_problem(call, 404, 0,
                          "pod \"%s\" is gone: its last reading is %lld s old; ?window= still "
                          "answers its history",
                          filter.pod, (long long)((now - view.last.time_ms) / 1000));
    else
        km_answer_problem(call, 404, 0,
                          "no pod \"%s\" has been seen; a new one appears within "
                          "two intervals",
                          filter.pod);
}

/* The filter's pod exists in several namespaces: 409 that names them. Returns whether it does. */
static bool is_ambiguous(struct km_call *call, const struct km_filter *filter)
{
    const struct km_api *api = km_call_api(call);
    km_auto_free struct km_ref *refs = NULL;
    char names[400] = "", last[256] = "";
    size_t n, used = 0, different = 0;

    if (filter->name_space || km_store_list(api->store, filter, km_time_now_ms(), &refs, &n) < 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        struct km_view view;

        if (km_store_view(api->store, refs[i], &view) < 0 || !view.name_space ||
            (different && strcmp(view.name_space, last) == 0))
            continue;
        snprintf(last, sizeof(last), "%s", view.name_space);
        if (used < sizeof(names))
            used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
                                     different ? ", " : "", last);
        different++;
    }
    if (different > 1)
        km_answer_problem(call, 409, 0,
                          "pod \"%s\" exists in %zu namespaces (%s): add ?namespace= to say which",
                          filter->pod, different, names);
    return different > 1;
}

/* The pod of a filter, now or over a window. */
static void answer_pod(struct km_call *call, struct km_filter *filter)
{
    const struct km_api *api = km_call_api(call);
    int64_t now = km_time_now_ms(), window = km_call_int(call, "window", 0);
    struct km_filter inside = {.kind = KM_ENTITY_CONTAINER, .current = true};
    km_auto_free struct km_ref *containers = NULL;
    struct km_buf body = KM_BUF_INIT;
    struct km_json w = {.out = &body};
    struct km_view view;
    size_t n_containers = 0;
    char missing[400];

    filter->current = window == 0;
    filter->since_ms = now - window * 1000;
    if (is_ambiguous(call, filter))
        return;
    if (km_window_is_asked(call)) {
        snprintf(missing, sizeof(missing), "pod \"%s\" has not been seen", filter->pod);
        km_answer_window(call, filter, NULL, missing);
        return;
    }
    if (!km_newest_view(api->store, filter, now, &view)) {
        answer_missing(call, *filter);
        return;
    }
    inside.name_space = view.name_space;
    inside.pod = view.pod;
    inside.uid = view.uid;
    if (km_store_list(api->store, &inside, now, &containers, &n_containers) < 0)
        n_containers = 0;
    km_answer_pod(&w, api->store, &view, now, n_containers ? containers : &(struct km_ref){0},
                  n_containers);
    km_answer_json(call, &body);
}

void km_get_pod(struct km_call *call)
{
    struct km_filter filter = {.kind = KM_ENTITY_POD,
                               .pod = km_call_path(call, "pod"),
                               .name_space = km_call_text(call, "namespace")};

    answer_pod(call, &filter);
}

void km_get_namespace_pod(struct km_call *call)
{
    struct km_filter filter = {.kind = KM_ENTITY_POD,
                               .pod = km_call_path(call, "pod"),
                               .name_space = km_call_path(call, "namespace")};

    answer_pod(call, &filter);
}

void km_get_pod_container(struct km_call *call)
{
    const struct km_api *api = km_call_api(call);
    const char *pod = km_call_path(call, "pod"), *name = km_call_path(call, "container");
    struct km_filter filter = {.kind = KM_ENTITY_CONTAINER,
                               .pod = pod,
                               .name_space = km_call_path(call, "namespace"),
                               .container = name};
    struct km_buf body = KM_BUF_INIT;
    struct km_json w = {.out = &body};
    struct km_view view;
    char missing[700];

    snprintf(missing, sizeof(missing), "container \"%s\" of pod \"%s\" has not been seen", name,
             pod);
    if (km_window_is_asked(call)) {
        km_answer_window(call, &filter, NULL, missing);
        return;
    }
    filter.current = true;
    if (!km_newest_view(api->store, &filter, km_time_now_ms(), &view)) {
        km_answer_problem(call, 404, 0, "%s now; ?window= answers what was", missing);
        return;
    }
    km_answer_container(&w, api->store, &view);
    km_answer_json(call, &body);
}

void km_get_pod_containers(struct km_call *call)
{
    const struct km_api *api = km_call_api(call);
    struct km_filter filter = {.kind = KM_ENTITY_POD,
                               .pod = km_call_path(call, "pod"),
                               .name_space = km_call_path(call, "namespace"),
                               .current = true};
    struct km_view view;

    if (!km_newest_view(api->store, &filter, km_time_now_ms(), &view)) {
        answer_missing(call, filter);
        return;
    }
    filter.kind = KM_ENTITY_CONTAINER;
    filter.uid = view.uid;
    km_answer_entities(call, &filter);
}
