/* SPDX-License-Identifier: Apache-2.0 */
#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api.h"
#include "catch_up.h"
#include "config.h"
#include "durability.h"
#include "file_limit.h"
#include "http_server.h"
#include "kubernetes.h"
#include "log.h"
#include "metrics_api.h"
#include "serving_cert.h"
#include "store.h"
#include "stream.h"
#include "time_format.h"

#define HEARTBEAT_MS 15000 /* proxies cut connections that say nothing for 30 s or more */

/* Waits for SIGTERM or SIGINT; drops old history once an interval, so that it goes in silence too,
 * and looks at the certificate. */
static void run_until_told(const struct km_api *api, struct km_metrics_api *metrics,
                           const sigset_t *signals)
{
    int64_t pause_ms =
        api->interval_ms < KM_SERVING_CERT_LOOK_MS ? api->interval_ms : KM_SERVING_CERT_LOOK_MS;
    struct timespec pause = {.tv_sec = (time_t)(pause_ms / 1000),
                             .tv_nsec = (long)(pause_ms % 1000) * 1000000};

    while (sigtimedwait(signals, NULL, &pause) < 0) {
        km_store_expire(api->store, km_time_now_ms());
        km_metrics_api_tick(metrics);
    }
}

static void say(const char *words)
{
    km_warn("%s", words);
}

/* Of what the data directory's thread has to tell. */
static void say_level(enum km_log_level level, const char *text)
{
    km_log(level, "%s", text);
}

/* Reads and begins to write --data-dir, where there is one. Returns 0 or negative errno. */
static int keep_on_disk(const struct km_api_config *config, struct km_api *api)
{
    struct km_durability_config durability = {.dir = config->data_dir,
                                              .always = config->fsync == KM_FSYNC_ALWAYS,
                                              .interval_ms = config->interval,
                                              .say = say_level};
    km_auto_buf struct km_buf error = KM_BUF_INIT;
    int r;

    if (!config->data_dir)
        return 0;
    r = km_durability_start(&durability, api->store, &api->durability, &error);
    if (r < 0)
        km_error("%s", error.len ? km_buf_str(&error) : strerror(-r));
    return r;
}

/* Who waits for the disk holds his thread: more of them share one wait. */
static int threads_of(const struct km_api_config *config)
{
    bool waits = config->data_dir && config->fsync == KM_FSYNC_ALWAYS;

    return waits && config->threads < KM_FSYNC_THREADS ? KM_FSYNC_THREADS : (int)config->threads;
}

static int serve(const struct km_api_config *config)
{
    struct km_store_config store = {
        .retention_ms = config->retention,
        .memory_limit =
            config->memory_limit ? (size_t)config->memory_limit : km_default_memory_limit(),
        .interval_ms = config->interval,
        .max_entities = (uint32_t)config->max_entities,
        .max_keys = (uint32_t)config->max_keys,
    };
    struct km_http_config http = {
        .listen = config->listen,
        .threads = threads_of(config),
        .max_connections = (uint32_t)config->max_connections,
        .max_body = (size_t)config->max_body,
        .header_timeout_ms = config->header_timeout,
        .body_timeout_ms = config->body_timeout,
        .answer_timeout_ms = config->answer_timeout,
        .idle_timeout_ms = config->idle_timeout,
        .tls_cert = config->tls_cert,
        .tls_key = config->tls_key,
    };
    struct km_api api = {.interval_ms = config->interval,
                         .retention_ms = config->retention,
                         .started_ms = km_time_now_ms(),
                         .version = KM_VERSION};
    struct km_streams_config streams = {.api = &api,
                                        .routes = km_routes,
                                        .interval_ms = config->interval,
                                        .heartbeat_ms = HEARTBEAT_MS,
                                        .max_streams = (unsigned)config->max_streams};
    km_auto_buf struct km_buf error = KM_BUF_INIT;
    struct km_kubernetes *kubernetes;
    struct km_metrics_api *metrics = NULL;
    struct km_catch_up catch_up = {.started_ms = api.started_ms, .limit_ms = config->catch_up};
    uint32_t beside = config->metrics_api_listen ? KM_METRICS_API_CONNECTIONS : 0;
    uint32_t fit = km_file_limit_raise(http.max_connections + beside);
    sigset_t signals;
    int r;

    fit = fit > beside ? fit - beside : 1;
    if (fit < http.max_connections) {
        km_warn("--max-connections %u is lowered to %u: the hard limit of open files is too low",
                http.max_connections, fit);
        http.max_connections = fit;
    }

    /* Blocked before any thread starts, so that they wait for run_until_told(). */
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    r = km_kubernetes_start(config, say, &kubernetes, &error);
    if (r < 0) {
        km_error("%s", error.len ? km_buf_str(&error) : strerror(-r));
        return 2;
    }
    api.gate = http.gate = km_kubernetes_gate(kubernetes);
    r = km_store_new(&store, &api.store);
    if (r < 0) {
        km_error("the store cannot be made: %s", strerror(-r));
        km_kubernetes_free(kubernetes);
        return 1;
    }
    if (keep_on_disk(config, &api) < 0) {
        km_kubernetes_free(kubernetes);
        km_store_free(api.store);
        return 1;
    }
    catch_up.store = api.store;
    catch_up.watch = km_kubernetes_watch(kubernetes);
    api.catch_up = &catch_up;
    r = km_streams_new(&streams, &api.streams);
    if (r < 0) {
        km_error("the streams' thread cannot be started: %s", strerror(-r));
        km_durability_stop(api.durability);
        km_kubernetes_free(kubernetes);
        km_store_free(api.store);
        return 1;
    }
    r = km_http_server_start(&http, &api, km_routes, &api.server);
    if (r < 0) {
        km_error("cannot listen on %s: %s", config->listen, strerror(-r));
        km_streams_free(api.streams);
        km_durability_stop(api.durability);
        km_store_free(api.store);
        km_kubernetes_free(kubernetes);
        return 1;
    }
    r = km_metrics_api_start(config, &api, km_kubernetes_api(kubernetes), say, &metrics, &error);
    if (r < 0) {
        km_error("%s", error.len ? km_buf_str(&error) : strerror(-r));
        km_http_server_stop(api.server, 0);
        km_streams_free(api.streams);
        km_durability_stop(api.durability);
        km_store_free(api.store);
        km_kubernetes_free(kubernetes);
        return 1;
    }
    printf("listening on %s://%.*s:%u\n", http.tls_cert ? "https" : "http",
           (int)(strrchr(config->listen, ':') - config->listen), config->listen,
           km_http_server_port(api.server));
    fflush(stdout);
    run_until_told(&api, metrics, &signals);
    km_info("stopping");
    km_metrics_api_stop(metrics, config->drain_timeout);
    km_http_server_stop(api.server, config->drain_timeout);
    km_streams_free(api.streams);
    km_durability_stop(api.durability);
    km_store_free(api.store);
    km_kubernetes_free(kubernetes);
    return 0;
}

int main(int argc, char **argv)
{
    struct km_api_config config = {0};
    int status;

    if (!km_options_start(&km_api_program, argc, argv, &config, &status))
        return status;
    km_log_set_level((enum km_log_level)config.log_level);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    status = serve(&config);
    curl_global_cleanup();
    return status;
}
