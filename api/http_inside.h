/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_HTTP_INSIDE_H
#define KM_API_HTTP_INSIDE_H

/* What the files of the HTTP server share, the library among it; nobody else includes it. */

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "call.h"
#include "deadline.h"
#include "http_server.h"

struct km_http_server {
    struct km_http_config config;
    const struct km_api *api;
    const struct km_route *routes;
    struct MHD_Daemon *daemon;
    struct km_deadlines *deadlines;
    char *cert, *key;
    uint16_t port;
    _Atomic uint64_t requests, errors_4xx, errors_5xx, connections, refused, bytes_in, bytes_out;
    _Atomic uint64_t under_way; /* requests between their target and the end of their answer */
    _Atomic uint64_t held;      /* bytes of their bodies */
    atomic_bool stopping;
};

/* One request under way: made when its target is known, ended by km_http_completed(). */
struct km_http_exchange {
    struct km_http_server *server;
    struct km_call call;
    char *target;
    bool begun;  /* headers seen, route found */
    bool waited; /* at gate or door: it was set aside once, and will not be again */
    bool judged; /* by them: let in, or answered with a refusal */
    bool close;  /* where this request ends cannot be told: nothing more is read after it */
    size_t held; /* what of server->held is its own */
};

/* Judges the request by the gate: call->status says whether it was refused, and x->judged that it
 * is done; else the connection is suspended, and this is to be called again. (http_gate.c) */
enum MHD_Result km_http_gate(struct km_http_exchange *x, struct MHD_Connection *connection);

/* The same by the door. (http_door.c) */
enum MHD_Result km_http_door(struct km_http_exchange *x, struct MHD_Connection *connection);

/* Moves the deadline of a connection to timeout_ms from now. (http_server.c) */
void km_http_set_deadline(struct MHD_Connection *connection, int64_t timeout_ms);

/* --- the library's callbacks for a request; arg is the server -----------------------------------
 */

/* With the target, before anything else of a request, so that it is had undecoded.
 * (http_exchange.c) */
void *km_http_target(void *arg, const char *target, struct MHD_Connection *connection);

/* With the headers, then with each piece of the body, then once more at its end. (http_request.c)
 */
enum MHD_Result km_http_request(void *arg, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *size, void **request);

/* When the answer has gone, or the connection has ended before. (http_exchange.c) */
void km_http_completed(void *arg, struct MHD_Connection *connection, void **request,
                       enum MHD_RequestTerminationCode how);

/* --- answers (http_answer.c) --------------------------------------------------------------------
 */

/* Sends what the call was answered with; MHD_NO, which ends the connection, without memory. */
enum MHD_Result km_http_answer(struct km_http_exchange *x, struct MHD_Connection *connection);

/* The response of a call that was answered with events; takes their stream. NULL without memory.
 * (http_stream.c) */
struct MHD_Response *km_http_stream(struct km_http_exchange *x, struct MHD_Connection *connection);

#endif
