/* SPDX-License-Identifier: Apache-2.0 */
/* A request as it comes: headers checked, body taken within its limits, handler called. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gzip.h"
#include "http_inside.h"

/* Bodies of the largest size that may be held at once: many connections must not add up to more. */
#define BODIES 16

/* Bytes that are had for a body because it was announced, and not because it came. */
#define FIRST_ROOM 65536

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* "application/json; charset=utf-8", "application/vnd.x+json", or nothing said. */
static bool is_json(const char *type)
{
    size_t len = type ? strcspn(type, "; \t") : 0;

    return !type || (len == 16 && strncasecmp(type, "application/json", 16) == 0) ||
           (len > 5 && strncasecmp(type + len - 5, "+json", 5) == 0);
}

/* What says where a body ends. */
struct framing {
    unsigned lengths, encodings;
};

static enum MHD_Result count_framing(void *arg, enum MHD_ValueKind kind, const char *name,
                                     const char *value)
{
    struct framing *f = arg;

    (void)kind;
    (void)value;
    f->lengths += strcasecmp(name, "Content-Length") == 0;
    f->encodings += strcasecmp(name, "Transfer-Encoding") == 0;
    return MHD_YES;
}

/* What can be refused by the headers alone. */
static void check_headers(struct km_http_exchange *x, struct MHD_Connection *connection)
{
    struct km_call *call = &x->call;
    const char *length = header(connection, "Content-Length");
    const char *type = header(connection, "Content-Type");
    const char *encoding = header(connection, "Content-Encoding");
    struct framing framing = {0};

    MHD_get_connection_values(connection, MHD_HEADER_KIND, count_framing, &framing);
    if (framing.lengths + framing.encodings > 1) {
        /* A proxy in front may see another end of the body: what follows would be smuggled. */
        x->close = true;
        km_answer_problem(
            call, 400, 0,
            "one Content-Length or one Transfer-Encoding is allowed, not both or two");
    } else if (length && strtoull(length, NULL, 10) > x->server->config.max_body) {
        km_answer_problem(call, 413, 0, "the body has more than %zu bytes",
                          x->server->config.max_body);
    } else if (call->route && call->route->flags & KM_ROUTE_INGEST) {
        if (!is_json(type))
            km_answer_problem(call, 415, 0,
                              "the body must be JSON, sent with Content-Type: application/json");
        else if (encoding && strcasecmp(encoding, "gzip") != 0 &&
                 strcasecmp(encoding, "identity") != 0)
            km_answer_problem(call, 415, 0, "Content-Encoding may be gzip or identity");
    }
}

/* Room for what is announced at once: growing step by step would copy a body several times. */
static void append_body(struct km_http_exchange *x, struct MHD_Connection *connection,
                        const char *data, size_t size)
{
    const char *length = header(connection, "Content-Length");

    if (x->call.body.len == 0 && length) {
        unsigned long long announced = strtoull(length, NULL, 10);

        km_buf_reserve(&x->call.body, announced < FIRST_ROOM ? announced : FIRST_ROOM);
    }
    km_buf_append(&x->call.body, data, size);
}

static enum MHD_Result take_body(struct km_http_exchange *x, struct MHD_Connection *connection,
                                 const char *data, size_t *size)
{
    struct km_call *call = &x->call;

    x->server->bytes_in += *size;
    if (call->status == 0) {
        if (call->body.len + *size > x->server->config.max_body)
            km_answer_problem(call, 413, 0, "the body has more than %zu bytes",
                              x->server->config.max_body);
        else if (x->server->held + *size > BODIES * x->server->config.max_body)
            km_answer_problem(call, 503, 1, "too many bodies are under way");
        else
            append_body(x, connection, data, *size);
        x->server->held += *size;
        x->held += *size;
    }
    if (call->status != 0)
        km_buf_done(&call->body);
    *size = 0;
    return MHD_YES;
}

static void unpack_body(struct km_http_exchange *x, struct MHD_Connection *connection)
{
    struct km_call *call = &x->call;
    const char *encoding = header(connection, "Content-Encoding");
    struct km_buf plain = KM_BUF_INIT;
    int r;

    if (call->body.failed)
        km_answer_no_memory(call);
    if (call->status || !encoding || strcasecmp(encoding, "gzip") != 0)
        return;
    r = km_gunzip(call->body.data, call->body.len, x->server->config.max_body, &plain);
    if (r == 0) {
        km_buf_done(&call->body);
        call->body = plain;
        return;
    }
    km_buf_done(&plain);
    if (r == -EMSGSIZE)
        km_answer_problem(call, 413, 0, "the unpacked body has more than %zu bytes",
                          x->server->config.max_body);
    else if (r == -EINVAL)
        km_answer_problem(call, 400, 0, "the body is not gzip, as Content-Encoding says");
    else
        km_answer_no_memory(call);
}

enum MHD_Result km_http_request(void *arg, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *size, void **request)
{
    struct km_http_server *server = arg;
    struct km_http_exchange *x = *request;

    (void)url;
    (void)version;
    if (!x || !x->target)
        return MHD_NO;
    if (!x->begun) {
        x->begun = true;
        server->requests++;
        x->call.api = server->api;
        x->call.manners = server->config.manners;
        x->call.accept = header(connection, "Accept");
        x->call.last_event_id = header(connection, "Last-Event-ID");
        if (km_call_route(&x->call, server->routes, method, x->target) < 0)
            return MHD_NO;
        /* A problem of the headers comes first: it may say that the body must not be read. */
        check_headers(x, connection);
        km_http_set_deadline(connection, server->config.body_timeout_ms);
    }
    if (!x->judged) {
        enum MHD_Result result =
            server->config.door ? km_http_door(x, connection) : km_http_gate(x, connection);

        /*
         * An answer now makes the library close the connection: right where a body is refused
         * unread, wrong for everything else.
         */
        return x->call.status == 413 ? km_http_answer(x, connection) : result;
    }
    if (*size > 0)
        return take_body(x, connection, data, size);
    km_http_set_deadline(connection, server->config.answer_timeout_ms);
    unpack_body(x, connection);
    if (x->call.status == 0)
        x->call.route->handler(&x->call);
    if (x->call.status == 0)
        km_answer_problem(&x->call, 500, 0, "the request was not answered");
    return km_http_answer(x, connection);
}
