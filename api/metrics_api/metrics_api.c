/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics_api.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "front_proxy_feed.h"
#include "http_server.h"
#include "kube_status.h"
#include "labels_feed.h"
#include "metrics.h"
#include "serving_cert.h"
#include "time_format.h"

/* A GET with a long selector and a user of many groups; nothing here takes a body. */
#define BODY_MAX 65536
struct km_metrics_api {
    struct km_metrics metrics;
    const struct km_kube_config *kube;
    struct km_door door;
    struct km_kube_watch *pods_watch, *nodes_watch, *proxy_watch;
    struct km_serving_cert *cert;
    void (*say)(const char *words);
    bool cert_failed; /* and that was said */
};

static int start_cert(struct km_metrics_api *m, const struct km_api_config *config,
                      struct km_buf *error)
{
    int r;

    if (!config->metrics_api_cert != !config->metrics_api_key) {
        km_buf_puts(error,
                    "--metrics-api-cert and --metrics-api-key are wanted both or not at all");
        return -EINVAL;
    }
    r = km_serving_cert_new(config->metrics_api_cert, config->metrics_api_key, "kubemonitor-api",
                            &m->cert);
    if (r < 0)
        km_buf_printf(error, "--metrics-api-cert: %s",
                      r == -EINVAL   ? "certificate and key do not belong together"
                      : r == -ENOENT ? "certificate or key cannot be read"
                                     : strerror(-r));
    return r;
}

static int start_parts(struct km_metrics_api *m, const struct km_api_config *config)
{
    int r;

    m->metrics.pods = km_labels_new((size_t)config->max_entities);
    m->metrics.nodes = km_labels_new((size_t)config->max_entities);
    m->metrics.proxy = km_front_proxy_new();
    if (!m->metrics.pods || !m->metrics.nodes || !m->metrics.proxy)
        return -ENOMEM;
    r = km_access_new(m->kube, m->say, &m->metrics.access);
    if (r == 0)
        r = km_labels_feed_start(m->kube, "/api/v1/pods", m->metrics.pods, m->say, &m->pods_watch);
    if (r == 0)
        r = km_labels_feed_start(m->kube, "/api/v1/nodes", m->metrics.nodes, m->say,
                                 &m->nodes_watch);
    if (r == 0)
        r = km_front_proxy_feed_start(m->kube, m->metrics.proxy, m->say, &m->proxy_watch);
    return r;
}

static int start_server(struct km_metrics_api *m, const struct km_api_config *config,
                        struct km_buf *error)
{
    struct km_http_config http = {
        .listen = config->metrics_api_listen,
        .threads = (int)config->threads,
        .max_connections = KM_METRICS_API_CONNECTIONS,
        .max_body = BODY_MAX,
        .header_timeout_ms = config->header_timeout,
        .body_timeout_ms = config->body_timeout,
        .answer_timeout_ms = config->answer_timeout,
        .idle_timeout_ms = config->idle_timeout,
        .cert = m->cert,
        .door = &m->door,
        .manners = &km_kube_manners,
    };
    int r = km_http_server_start(&http, &m->metrics.api, km_metrics_routes, &m->metrics.api.server);

    if (r < 0)
        km_buf_printf(error, "--metrics-api-listen %s: %s", config->metrics_api_listen,
                      strerror(-r));
    return r;
}

int km_metrics_api_start(const struct km_api_config *config, const struct km_api *api,
                         const struct km_kube_config *kube, void (*say)(const char *words),
                         struct km_metrics_api **ret_metrics, struct km_buf *error)
{
    struct km_metrics_api *m;
    int r;

    *ret_metrics = NULL;
    if (!config->metrics_api_listen)
        return 0;
    if (!kube) {
        km_buf_puts(error, "--metrics-api-listen: this is no pod with a service account, and there "
                           "is no --kubeconfig");
        return -EINVAL;
    }
    m = calloc(1, sizeof(*m));
    if (!m)
        return -ENOMEM;
    m->kube = kube;
    m->say = say;
    m->metrics.api = *api;
    m->metrics.api.server = NULL;
    m->metrics.api.streams = NULL; /* the other server's to end */
    m->door = (struct km_door){.arg = &m->metrics,
                               .check = km_metrics_door_check,
                               .wait = km_metrics_door_wait,
                               .stop = km_metrics_door_stop};
    r = start_cert(m, config, error);
    if (r == 0)
        r = start_parts(m, config);
    if (r == 0)
        r = start_server(m, config, error);
    if (r < 0) {
        if (error->len == 0)
            km_buf_printf(error, "--metrics-api-listen: %s", strerror(-r));
        km_metrics_api_stop(m, 0);
        return r;
    }
    printf("metrics API on https://%.*s:%u\n",
           (int)(strrchr(config->metrics_api_listen, ':') - config->metrics_api_listen),
           config->metrics_api_listen, km_http_server_port(m->metrics.api.server));
    *ret_metrics = m;
    return 0;
}

void km_metrics_api_tick(struct km_metrics_api *metrics)
{
    int r = metrics ? km_serving_cert_update(metrics->cert, km_time_now_ms()) : 0;

    if (r > 0)
        metrics->say("metrics API: a new serving certificate");
    else if (r < 0 && !metrics->cert_failed)
        metrics->say("metrics API: the new serving certificate cannot be used; the old one stays");
    if (metrics)
        metrics->cert_failed = r < 0;
}

void km_metrics_api_stop(struct km_metrics_api *metrics, int64_t drain_ms)
{
    struct km_metrics_api *m = metrics;

    if (!m)
        return;
    km_http_server_stop(m->metrics.api.server, drain_ms);
    km_kube_watch_cancel(m->pods_watch);
    km_kube_watch_cancel(m->nodes_watch);
    km_kube_watch_cancel(m->proxy_watch);
    km_kube_watch_stop(m->pods_watch);
    km_kube_watch_stop(m->nodes_watch);
    km_kube_watch_stop(m->proxy_watch);
    km_access_free(m->metrics.access);
    km_front_proxy_free(m->metrics.proxy);
    km_labels_free(m->metrics.pods);
    km_labels_free(m->metrics.nodes);
    km_serving_cert_free(m->cert);
    free(m);
}
