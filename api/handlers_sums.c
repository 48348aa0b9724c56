/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces, deployments, other workloads: sums over their pods. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "answers.h"
#include "api.h"
#include "entity_list.h"
#include "handlers.h"
#include "pass.h"
#include "sum_list.h"
#include "time_format.h"
#include "total.h"
#include "window_answer.h"

void km_get_namespaces(struct km_call *call)
{
    km_answer_sums(call, KM_SUM_NAMESPACE, NULL, NULL);
}

void km_get_deployments(struct km_call *call)
{
    km_answer_sums(call, KM_SUM_DEPLOYMENT, km_call_path(call, "namespace"), NULL);
}

void km_get_all_deployments(struct km_call *call)
{
    km_answer_sums(call, KM_SUM_DEPLOYMENT, km_call_text(call, "namespace"), NULL);
}

void km_get_workloads(struct km_call *call)
{
    km_answer_sums(call, KM_SUM_WORKLOAD, km_call_path(call, "namespace"),
                   km_call_text(call, "kind"));
}

void km_get_all_workloads(struct km_call *call)
{
    km_answer_sums(call, KM_SUM_WORKLOAD, km_call_text(call, "namespace"),
                   km_call_text(call, "kind"));
}

static int add_pod(void *total, const struct km_met *met)
{
    km_total_add(total, met->last, met->previous);
    return 0;
}

/* Names of a sum's object: key and text, in order; ends with a NULL key. */
struct label {
    const char *key, *text;
};

/* The sum over a filter's pods, now or over a window. what: "deployment \"web\"". */
static void answer_sum(struct km_call *call, struct km_filter *filter, const struct label *labels,
                       const char *what)
{
    struct km_buf body = KM_BUF_INIT;
    struct km_json w = {.out = &body};
    struct km_total total = {0};
    char missing[600];

    snprintf(missing, sizeof(missing), "no pod of %s has been seen", what);
    if (km_window_is_asked(call)) {
        km_answer_window(call, filter, "pods", missing);
        return;
    }
    filter->current = true;
    if (km_pass_all(km_call_api(call)->store, filter, km_time_now_ms(), KM_PASS_BOTH, add_pod,
                    &total) < 0) {
        km_answer_no_memory(call);
        return;
    }
    if (total.entities == 0) {
        km_answer_problem(call, 404, 0, "%s now; ?window= answers what was", missing);
        return;
    }
    km_json_object(&w);
    for (; labels->key; labels++)
        km_json_member(&w, labels->key, labels->text);
    km_total_write(&w, &total, "pods");
    km_json_object_end(&w);
    km_answer_json(call, &body);
}

void km_get_namespace(struct km_call *call)
{
    const char *name = km_call_path(call, "namespace");
    struct km_filter filter = {.kind = KM_ENTITY_POD, .name_space = name};
    char what[300];

    snprintf(what, sizeof(what), "namespace \"%s\"", name);
    answer_sum(call, &filter, (const struct label[]){{"namespace", name}, {NULL, NULL}}, what);
}

/* The filter of the path's deployment or workload. A workload of kind Deployment is its deployment.
 */
static struct km_filter workload_filter(const struct km_call *call)
{
    struct km_filter filter = {
        .kind = KM_ENTITY_POD, .name_space = km_call_path(call, "namespace"), .current = true};
    const char *kind = km_call_path(call, "kind");

    if (*km_call_path(call, "deployment")) {
        filter.deployment = km_call_path(call, "deployment");
    } else if (strcasecmp(kind, "Deployment") == 0) {
        filter.deployment = km_call_path(call, "name");
    } else {
        filter.owner_kind = kind;
        filter.owner_name = km_call_path(call, "name");
    }
    return filter;
}

void km_get_deployment(struct km_call *call)
{
    struct km_filter filter = workload_filter(call);
    char what[300];

    snprintf(what, sizeof(what), "deployment \"%s\"", filter.deployment);
    answer_sum(call, &filter,
               (const struct label[]){{"namespace", filter.name_space},
                                      {"deployment", filter.deployment},
                                      {NULL, NULL}},
               what);
}

void km_get_workload(struct km_call *call)
{
    struct km_filter filter = workload_filter(call);
    const char *kind = km_call_path(call, "kind"), *name = km_call_path(call, "name");
    char what[560];

    snprintf(what, sizeof(what), "%s \"%s\"", kind, name);
    answer_sum(call, &filter,
               (const struct label[]){
                   {"namespace", filter.name_space}, {"kind", kind}, {"name", name}, {NULL, NULL}},
               what);
}

void km_get_deployment_pods(struct km_call *call)
{
    struct km_filter filter = workload_filter(call);

    km_answer_entities(call, &filter);
}

void km_get_workload_pods(struct km_call *call)
{
    struct km_filter filter = workload_filter(call);

    km_answer_entities(call, &filter);
}
