/* SPDX-License-Identifier: Apache-2.0 */
/* A request before the gate: judged by its headers, set aside while the Kubernetes API is asked. */
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "gate.h"
#include "http_inside.h"

static void write_client(struct MHD_Connection *connection, char ret_client[64])
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    socklen_t len = address && address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                              : sizeof(struct sockaddr_in);

    if (!address || getnameinfo(address, len, ret_client, 64, NULL, 0, NI_NUMERICHOST) != 0)
        strcpy(ret_client, "?");
}

static void wake(void *connection)
{
    MHD_resume_connection(connection);
}

/* True with what the request is judged as; false where everybody may have what it asks for. */
static bool is_guarded(struct km_http_exchange *x, struct MHD_Connection *connection,
                       struct km_gate_request *ret_request)
{
    const struct km_route *route = x->call.route;
    const char *node, *name_space;

    if (!x->server->config.gate || !route || route->flags & (KM_ROUTE_INTERNAL | KM_ROUTE_OPEN))
        return false;
    node = km_call_path(&x->call, "node");
    name_space = km_call_path(&x->call, "namespace");
    if (!*name_space)
        name_space = km_call_text(&x->call, "namespace");
    *ret_request = (struct km_gate_request){
        .ingest = route->flags & KM_ROUTE_INGEST,
        .authorization = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization"),
        .node = *node ? node : NULL,
        .name_space = name_space,
        .client = x->call.client,
    };
    return true;
}

enum MHD_Result km_http_gate(struct km_http_exchange *x, struct MHD_Connection *connection)
{
    struct km_gate *gate = x->server->config.gate;
    struct km_call *call = &x->call;
    struct km_gate_request request;
    struct km_gate_answer answer;

    write_client(connection, call->client);
    /* What is refused anyway needs no judging. */
    if (call->status || !is_guarded(x, connection, &request)) {
        x->judged = true;
        return MHD_YES;
    }
    if (!km_gate_check(gate, &request, x->waited, &answer)) {
        /* The library calls again when the connection is resumed, maybe before this returns. */
        x->waited = true;
        MHD_suspend_connection(connection);
        if (km_gate_wait(gate, &request, wake, connection) < 0)
            MHD_resume_connection(connection);
        return MHD_YES;
    }
    x->judged = true;
    if (answer.reason == KM_GATE_GRANTED)
        strcpy(call->poster, answer.node);
    else
        km_answer_refusal(call, &answer, request.authorization != NULL);
    return MHD_YES;
}
