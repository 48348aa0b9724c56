/* SPDX-License-Identifier: Apache-2.0 */
/* A request before the door: who asks, by TLS connection and headers; set aside while it asks. */
#include <gnutls/gnutls.h>

#include "door.h"
#include "http_inside.h"

/* A chain has two or three; more are not looked at. */
#define CERTS 8

struct each {
    void (*call)(void *arg, const char *name, const char *value);
    void *arg;
};

static enum MHD_Result one_header(void *arg, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    const struct each *each = arg;

    (void)kind;
    each->call(each->arg, name, value ? value : "");
    return MHD_YES;
}

static void headers(void *connection, void (*call)(void *arg, const char *name, const char *value),
                    void *arg)
{
    struct each each = {call, arg};

    MHD_get_connection_values(connection, MHD_HEADER_KIND, one_header, &each);
}

static void wake(void *connection)
{
    MHD_resume_connection(connection);
}

enum MHD_Result km_http_door(struct km_http_exchange *x, struct MHD_Connection *connection)
{
    const struct km_door *door = x->server->config.door;
    const union MHD_ConnectionInfo *info;
    struct km_door_cert certs[CERTS];
    struct km_door_visitor visitor = {.certs = certs, .headers = headers, .source = connection};
    const gnutls_datum_t *sent = NULL;
    unsigned n = 0;

    /* What is refused anyway needs no judging. */
    if (x->call.status) {
        x->judged = true;
        return MHD_YES;
    }
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (info && info->tls_session)
        sent = gnutls_certificate_get_peers(info->tls_session, &n);
    for (; sent && visitor.n_certs < n && visitor.n_certs < CERTS; visitor.n_certs++)
        certs[visitor.n_certs] =
            (struct km_door_cert){sent[visitor.n_certs].data, sent[visitor.n_certs].size};
    if (door->check(door->arg, &x->call, &visitor, x->waited)) {
        x->judged = true;
        return MHD_YES;
    }
    /* The library calls again when the connection is resumed, maybe before this returns. */
    x->waited = true;
    MHD_suspend_connection(connection);
    if (door->wait(door->arg, &x->call, &visitor, wake, connection) < 0)
        MHD_resume_connection(connection);
    return MHD_YES;
}
