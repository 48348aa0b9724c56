/* SPDX-License-Identifier: Apache-2.0 */
/* Who may ask the metrics API for what: known by the front proxy, judged by the Kubernetes API. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kube_status.h"
#include "metrics.h"
#include "text.h"

/* Health is for everybody, as the kubelet's probes need it. */
static bool is_open(const struct km_call *call)
{
    return call->route->handler == km_get_metrics_livez ||
           call->route->handler == km_get_metrics_readyz;
}

/* Documents that say what there is are for all whom the API server sends, as the aggregation layer
 * needs them: it asks under a name of its own that has no rights. */
static bool is_usage(const struct km_call *call)
{
    return call->route->handler == km_get_node_usage || call->route->handler == km_get_pod_usage;
}

static const char *or_null(const char *text)
{
    return *text ? text : NULL;
}

static struct km_kube_access access_of(const struct km_call *call)
{
    bool pods = call->route->handler == km_get_pod_usage;
    const char *name = or_null(km_call_path(call, pods ? "pod" : "node"));

    return (struct km_kube_access){.verb = name ? "get" : "list",
                                   .group = "metrics.k8s.io",
                                   .resource = pods ? "pods" : "nodes",
                                   .name_space = or_null(km_call_path(call, "namespace")),
                                   .name = name};
}

/* In the words of Kubernetes' own servers. */
static void refuse(struct km_call *call, const char *user, const struct km_kube_access *access,
                   const char *reason)
{
    char message[1024];

    snprintf(message, sizeof(message),
             "%s.metrics.k8s.io%s%s%s is forbidden: User \"%s\" cannot %s resource \"%s\" in API "
             "group \"metrics.k8s.io\" %s%s%s%s%s",
             access->resource, access->name ? " \"" : "", access->name ? access->name : "",
             access->name ? "\"" : "", user, access->verb, access->resource,
             access->name_space ? "in the namespace \"" : "at the cluster scope",
             access->name_space ? access->name_space : "", access->name_space ? "\"" : "",
             *reason ? ": " : "", reason);
    km_text_trim(message);
    km_kube_forbidden(call, access->resource, access->name, message);
}

/* True where the call is judged. */
static bool judge(struct km_metrics *m, struct km_call *call, const struct km_kube_user *user,
                  bool last)
{
    struct km_kube_access access = access_of(call);
    km_auto_buf struct km_buf reason = KM_BUF_INIT;

    switch (km_access_check(m->access, user, &access, &reason)) {
    case KM_ACCESS_GRANTED:
        return true;
    case KM_ACCESS_DENIED:
        refuse(call, user->name, &access, reason.len ? km_buf_str(&reason) : "");
        return true;
    case KM_ACCESS_ASK:
        if (!last)
            return false;
        km_answer_problem(call, 503, 1, "too many ask at once what they may do; try again");
        return true;
    case KM_ACCESS_SILENT:
        km_answer_problem(call, 503, 1,
                          "the Kubernetes API does not say who may read metrics; try again");
        return true;
    }
    return true;
}

bool km_metrics_door_check(void *arg, struct km_call *call, const struct km_door_visitor *visitor,
                           bool last)
{
    struct km_metrics *m = arg;
    km_auto_buf struct km_buf words = KM_BUF_INIT;
    struct km_kube_user user;
    bool judged = true;
    int r;

    if (is_open(call))
        return true;
    r = km_front_proxy_user(m->proxy, visitor, &user, &words);
    if (r == -ENOMEM) {
        km_answer_no_memory(call);
        return true;
    }
    if (r < 0) {
        km_answer_problem(call, 401, 0, "Unauthorized: %s", words.len ? km_buf_str(&words) : "");
        return true;
    }
    if (is_usage(call))
        judged = judge(m, call, &user, last);
    km_kube_user_done(&user);
    return judged;
}

int km_metrics_door_wait(void *arg, struct km_call *call, const struct km_door_visitor *visitor,
                         void (*wake)(void *wake_arg), void *wake_arg)
{
    struct km_metrics *m = arg;
    km_auto_buf struct km_buf words = KM_BUF_INIT;
    struct km_kube_access access = access_of(call);
    struct km_kube_user user;
    int r = km_front_proxy_user(m->proxy, visitor, &user, &words);

    if (r < 0)
        return r;
    r = km_access_wait(m->access, &user, &access, wake, wake_arg);
    km_kube_user_done(&user);
    return r;
}

void km_metrics_door_stop(void *arg)
{
    km_access_stop(((struct km_metrics *)arg)->access);
}
