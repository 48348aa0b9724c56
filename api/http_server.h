/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_HTTP_SERVER_H
#define KM_API_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api.h"
#include "door.h"
#include "route.h"
#include "serving_cert.h"

/*
 * HTTP over libmicrohttpd, which only the http_*.c files know. It turns a
 * request into a km_call for a route, and its answer into bytes; gzip both ways; every limit of the
 * outside.
 */
struct km_http_server;

struct km_http_config {
    const char *listen; /* "0.0.0.0:8080", "[::]:8080", port 0 takes a free one */
    int threads;
    uint32_t max_connections; /* more are refused at once; the limit of open files must hold them */
    size_t max_body;          /* bytes, before and after gzip: 413 */
    int64_t header_timeout_ms;      /* a request's headers must be complete, however they trickle */
    int64_t body_timeout_ms;        /* then its body */
    int64_t answer_timeout_ms;      /* then the answer must be taken by the client */
    int64_t idle_timeout_ms;        /* between requests of one connection */
    const char *tls_cert, *tls_key; /* PEM files, or NULL for plain HTTP */
    struct km_gate *gate;           /* who may post and read; NULL: everybody */
    /* TLS with a certificate that may be replaced while the server runs, in place of the files;
     * clients are asked for theirs. */
    struct km_serving_cert *cert;
    const struct km_door *door;       /* who may come in, in place of the gate */
    const struct km_manners *manners; /* NULL: problem+json, and unknown parameters are refused */
};

struct km_http_status {
    uint64_t requests, errors_4xx, errors_5xx; /* answered */
    uint64_t connections, connections_refused, connections_timed_out;
    uint64_t bytes_in, bytes_out;
};

/*
 * Starts to listen and to answer with the routes; *ret_server is set before the first thread
 * starts, so that api->server may be the place. Returns 0 and the server for km_http_server_stop(),
 * or negative errno: -EINVAL for an address that is none, -EADDRINUSE, …
 */
int km_http_server_start(const struct km_http_config *config, const struct km_api *api,
                         const struct km_route *routes, struct km_http_server **ret_server);

/* The port it listens on. */
uint16_t km_http_server_port(const struct km_http_server *server);

/* True since km_http_server_stop() was called. */
bool km_http_server_is_stopping(const struct km_http_server *server);

void km_http_server_get_status(const struct km_http_server *server,
                               struct km_http_status *ret_status);

/*
 * Stops: no new connection, answers under way are finished within drain_ms, then all is closed and
 * freed. NULL is fine.
 */
void km_http_server_stop(struct km_http_server *server, int64_t drain_ms);

#endif
