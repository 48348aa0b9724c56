/* SPDX-License-Identifier: Apache-2.0 */
#include "http_server.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <stdlib.h>
#include <unistd.h>

#include "gate.h"
#include "http_inside.h"
#include "listen_address.h"
#include "pem_file.h"
#include "time_format.h"

#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
#define POOL       32768 /* bytes of memory a connection; measured best of 8, 16, 32, 128 KiB */

/* --- connections -------------------------------------------------------------------------------
 */

void km_http_set_deadline(struct MHD_Connection *connection, int64_t timeout_ms)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    if (info && info->socket_context)
        km_deadline_set(info->socket_context, timeout_ms);
}

/* What the library calls for the certificate of a new connection. */
static int get_certificate(gnutls_session_t session, const gnutls_datum_t *authorities, int n,
                           const gnutls_pk_algorithm_t *algorithms, int n_algorithms,
                           gnutls_pcert_st **ret_certs, unsigned *ret_count,
                           gnutls_privkey_t *ret_key)
{
    const struct km_http_server *server = gnutls_session_get_ptr(session);

    (void)authorities, (void)n, (void)algorithms, (void)n_algorithms;
    return km_serving_cert_get(server->config.cert, ret_certs, ret_count, ret_key);
}

/* Before the handshake. Who has no certificate is let in all the same: the door judges. */
static void ask_for_certificate(struct km_http_server *server, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info;

    if (!server->config.cert)
        return;
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    gnutls_session_set_ptr(info->tls_session, server);
    gnutls_certificate_server_set_request(info->tls_session, GNUTLS_CERT_REQUEST);
}

static enum MHD_Result on_accept(void *arg, const struct sockaddr *address, socklen_t len)
{
    struct km_http_server *server = arg;

    (void)address;
    (void)len;
    if (!server->stopping && server->connections < server->config.max_connections)
        return MHD_YES;
    server->refused++;
    return MHD_NO;
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct km_http_server *server = arg;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

        server->connections++;
        ask_for_certificate(server, connection);
        *context =
            km_deadline_add(server->deadlines, info->connect_fd, server->config.header_timeout_ms);
    } else {
        server->connections--;
        if (*context)
            km_deadline_remove(server->deadlines, *context);
        *context = NULL;
    }
}

/* --- life --------------------------------------------------------------------------------------
 */

static int start_daemon(struct km_http_server *s, const struct sockaddr_storage *address)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, s->cert},
                                   {MHD_OPTION_HTTPS_MEM_KEY, 0, s->key},
                                   {MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem changing[] = {
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(uintptr_t)get_certificate},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)PRIORITIES},
        {MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};

    if (address->ss_family == AF_INET6)
        flags |= MHD_USE_DUAL_STACK;
    if (s->cert || s->config.cert)
        flags |= MHD_USE_TLS;
    errno = 0;
    s->daemon = MHD_start_daemon(
        flags, 0, on_accept, s, km_http_request, s, MHD_OPTION_SOCK_ADDR, address,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)s->config.threads, MHD_OPTION_CONNECTION_LIMIT,
        /* The library divides its limit by threads and lets clients wait there; ours refuses. */
        (unsigned)(s->config.max_connections + 64) * (unsigned)s->config.threads,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)(s->config.idle_timeout_ms / 1000), MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U,
        MHD_OPTION_URI_LOG_CALLBACK, km_http_target, s, MHD_OPTION_NOTIFY_COMPLETED,
        km_http_completed, s, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_ARRAY,
        s->cert          ? tls
        : s->config.cert ? changing
                         : none,
        MHD_OPTION_END);
    if (s->daemon)
        return 0;
    return errno ? -errno : -EINVAL;
}

int km_http_server_start(const struct km_http_config *config, const struct km_api *api,
                         const struct km_route *routes, struct km_http_server **ret_server)
{
    struct sockaddr_storage address;
    struct km_http_server *s;
    const union MHD_DaemonInfo *info;
    int r = km_listen_address(config->listen, &address);

    if (r < 0)
        return r;
    s = calloc(1, sizeof(*s));
    if (!s)
        return -ENOMEM;
    s->config = *config;
    s->api = api;
    s->routes = routes;
    r = km_deadlines_new(&s->deadlines);
    if (config->tls_cert) {
        s->cert = km_pem_read(config->tls_cert);
        s->key = config->tls_key ? km_pem_read(config->tls_key) : NULL;
    }
    if (r == 0 && config->tls_cert && (!s->cert || !s->key))
        r = -ENOENT;
    /* Before the threads start that may read it: a handler reaches the server through the api. */
    *ret_server = s;
    if (r == 0)
        r = start_daemon(s, &address);
    if (r < 0) {
        *ret_server = NULL;
        km_http_server_stop(s, 0);
        return r;
    }
    info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
    s->port = info ? info->port : 0;
    return 0;
}

uint16_t km_http_server_port(const struct km_http_server *server)
{
    return server->port;
}

bool km_http_server_is_stopping(const struct km_http_server *server)
{
    return server->stopping;
}

void km_http_server_get_status(const struct km_http_server *server,
                               struct km_http_status *ret_status)
{
    *ret_status = (struct km_http_status){
        .requests = server->requests,
        .errors_4xx = server->errors_4xx,
        .errors_5xx = server->errors_5xx,
        .connections = server->connections,
        .connections_refused = server->refused,
        .connections_timed_out = km_deadlines_expired(server->deadlines),
        .bytes_in = server->bytes_in,
        .bytes_out = server->bytes_out,
    };
}

void km_http_server_stop(struct km_http_server *server, int64_t drain_ms)
{
    int64_t until = km_time_steady_ms() + drain_ms;

    if (!server)
        return;
    if (server->daemon) {
        /*
         * From here on on_accept() takes no connection. MHD_quiesce_daemon() would say it to the
         * kernel, but ends the process when a worker takes the socket out of its epoll set at the
         * same moment (0.9.75).
         */
        server->stopping = true;
        km_streams_end(server->api->streams);
        while (server->under_way > 0 && km_time_steady_ms() < until)
            usleep(10000);
        /* Wakes who is set aside: the library stops only without suspended connections. */
        km_gate_stop(server->config.gate);
        if (server->config.door)
            server->config.door->stop(server->config.door->arg);
        MHD_stop_daemon(server->daemon);
    }
    km_deadlines_free(server->deadlines);
    free(server->cert);
    free(server->key);
    free(server);
}
