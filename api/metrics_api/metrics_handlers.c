/* SPDX-License-Identifier: Apache-2.0 */
/* Who answers for the usage of nodes and pods, and for the health of the metrics API. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "discovery.h"
#include "http_server.h"
#include "kube_status.h"
#include "metrics.h"
#include "usage_list.h"

struct km_metrics *km_metrics_of(const struct km_call *call)
{
    /* The api is the first member, and not const where it lies. */
    return (struct km_metrics *)(uintptr_t)km_call_api(call);
}

/* --- usage -------------------------------------------------------------------------------------
 */

/* A copy of a text that is not empty. False without memory. */
static bool copy(const char *text, char **ret_copy)
{
    *ret_copy = text && *text ? strdup(text) : NULL;
    return *ret_copy || !text || !*text;
}

/* Reads one of the selectors. False where the call is answered. */
static bool read_selector(struct km_call *call, const char *parameter,
                          int (*parse)(const char *, struct km_selector **, struct km_buf *),
                          struct km_selector **ret_selector)
{
    const char *text = km_call_text(call, parameter);
    km_auto_buf struct km_buf error = KM_BUF_INIT;
    int r = text ? parse(text, ret_selector, &error) : 0;

    if (r == -ENOMEM)
        km_answer_no_memory(call);
    else if (r < 0)
        km_answer_problem(call, 400, 0, "%s: %s", parameter,
                          error.len ? km_buf_str(&error) : "is no selector");
    if (r == 0 && *ret_selector && km_selector_is_empty(*ret_selector)) {
        km_selector_free(*ret_selector);
        *ret_selector = NULL;
    }
    return r == 0;
}

static enum km_table_object object_of(const struct km_call *call)
{
    const char *text = km_call_text(call, "includeObject");

    if (!text)
        return KM_TABLE_METADATA;
    return strcmp(text, "None") == 0     ? KM_TABLE_NONE
           : strcmp(text, "Object") == 0 ? KM_TABLE_OBJECT
                                         : KM_TABLE_METADATA;
}

/* Fills the query from what the call asks for. False where the call is answered. */
static bool read_query(struct km_call *call, struct km_usage_query *q)
{
    const struct km_metrics *m = km_metrics_of(call);
    const char *watch = km_call_text(call, "watch");
    int64_t limit = km_call_int(call, "limit", 0);

    q->version = km_kube_version_of(call);
    if (!q->version)
        return false;
    if (watch && strcmp(watch, "0") != 0 && strcmp(watch, "false") != 0) {
        km_answer_problem(call, 405, 0,
                          "watch is not supported on resources of kind \"%s.metrics.k8s.io\"",
                          q->pods ? "pods" : "nodes");
        return false;
    }
    q->form = km_accept(km_call_accept(call));
    if (q->form == KM_FORM_NONE) {
        km_answer_problem(call, 406, 0, "only the following media types are accepted: %s",
                          "application/json, application/json;as=Table;v=v1;g=meta.k8s.io");
        return false;
    }
    q->store = m->api.store;
    q->labels = q->pods ? m->pods : m->nodes;
    q->interval_ms = m->api.interval_ms;
    q->object = object_of(call);
    q->limit = limit > 0 ? (uint64_t)limit : UINT64_MAX;
    if (!read_selector(call, "labelSelector", km_selector_parse, &q->labels_wanted) ||
        !read_selector(call, "fieldSelector", km_field_selector_parse, &q->fields_wanted))
        return false;
    if (q->labels_wanted && !km_labels_complete(q->labels)) {
        km_answer_problem(call, 503, 1,
                          "labels are not known yet: the Kubernetes API has not listed them");
        return false;
    }
    if (!copy(km_call_path(call, "namespace"), &q->name_space) ||
        !copy(km_call_path(call, q->pods ? "pod" : "node"), &q->name) ||
        !copy(km_call_text(call, "continue"), &q->continues)) {
        km_answer_no_memory(call);
        return false;
    }
    return true;
}

static void answer_usage(struct km_call *call, bool pods)
{
    struct km_usage_query query = {.pods = pods};

    if (read_query(call, &query))
        km_answer_usage(call, &query);
    else
        km_usage_query_done(&query);
}

void km_get_node_usage(struct km_call *call)
{
    answer_usage(call, false);
}

void km_get_pod_usage(struct km_call *call)
{
    answer_usage(call, true);
}

/* --- health ------------------------------------------------------------------------------------
 */

/*
 * As Kubernetes' own servers do: "ok", or with ?verbose or where a check fails
 *
 *     [+]ping ok
 *     [-]request-header-ca failed: reason withheld
 *     readyz check failed
 *
 * Whether there is data, or labels, is no check: the API server would take the whole API away, and
 * with it the deletion of namespaces.
 */
static void answer_health(struct km_call *call, bool ready)
{
    struct km_metrics *m = km_metrics_of(call);
    const struct {
        const char *name;
        bool ready_only, ok;
    } checks[] = {{"ping", false, true},
                  {"request-header-ca", true, km_front_proxy_is_set(m->proxy)},
                  {"shutdown", true, !m->api.server || !km_http_server_is_stopping(m->api.server)}};
    struct km_buf body = KM_BUF_INIT;
    bool passed = true;

    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        if (checks[i].ready_only && !ready)
            continue;
        km_buf_printf(&body, "[%c]%s %s\n", checks[i].ok ? '+' : '-', checks[i].name,
                      checks[i].ok ? "ok" : "failed: reason withheld");
        passed = passed && checks[i].ok;
    }
    if (passed && !km_call_text(call, "verbose")) {
        km_buf_clear(&body);
        km_buf_puts(&body, "ok");
    } else {
        km_buf_printf(&body, "%s check %s\n", ready ? "readyz" : "livez",
                      passed ? "passed" : "failed");
    }
    km_answer_text(call, passed ? 200 : 500, "text/plain; charset=utf-8", &body);
}

void km_get_metrics_livez(struct km_call *call)
{
    answer_health(call, false);
}

void km_get_metrics_readyz(struct km_call *call)
{
    answer_health(call, true);
}
