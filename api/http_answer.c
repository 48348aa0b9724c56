/* SPDX-License-Identifier: Apache-2.0 */
/* From an answered call to the library's response: as a whole or streamed, gzip or not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gzip.h"
#include "http_inside.h"

#define STREAM_UNIT  32768 /* bytes made before the client is asked to take them */
#define LEAST_PACKED 1024  /* bytes; below, gzip saves less than it costs */
#define FILE_MAX     (64u << 20)

/* A streamed answer: what the producer has made and the client has not taken yet. */
struct stream {
    struct km_http_server *server;
    int (*next)(void *state, struct km_buf *out);
    void (*done)(void *state);
    void *state;
    struct km_gzip_stream *gzip; /* NULL: as is */
    struct km_buf plain, wire;
    size_t taken;
    bool ended;
};

static ssize_t stream_read(void *arg, uint64_t pos, char *out, size_t max)
{
    struct stream *s = arg;
    size_t n;

    (void)pos;
    while (s->taken == s->wire.len) {
        struct km_buf *to = s->gzip ? &s->plain : &s->wire;
        size_t before;
        int r;

        if (s->ended)
            return MHD_CONTENT_READER_END_OF_STREAM;
        km_buf_clear(&s->wire);
        km_buf_clear(&s->plain);
        s->taken = 0;
        do {
            before = to->len;
            r = s->next(s->state, to);
        } while (r > 0 && to->len > before && to->len < STREAM_UNIT);
        if (r > 0 && to->len == 0)
            return 0; /* it looks for something to say: the thread's other connections come first */
        s->ended = r == 0;
        if (r < 0 || to->failed ||
            (s->gzip && km_gzip_stream_write(s->gzip, to->data, to->len, s->ended, &s->wire) < 0))
            return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    n = s->wire.len - s->taken < max ? s->wire.len - s->taken : max;
    memcpy(out, s->wire.data + s->taken, n);
    s->taken += n;
    s->server->bytes_out += n;
    return (ssize_t)n;
}

static void stream_free(void *arg)
{
    struct stream *s = arg;

    if (s->done)
        s->done(s->state);
    km_gzip_stream_free(s->gzip);
    km_buf_done(&s->plain);
    km_buf_done(&s->wire);
    free(s);
}

static struct MHD_Response *stream_response(struct km_http_exchange *x, bool gzip)
{
    struct km_call *call = &x->call;
    struct stream *s = calloc(1, sizeof(*s));
    struct MHD_Response *response;

    if (!s)
        return NULL;
    s->server = x->server;
    s->next = call->next;
    s->done = call->done;
    s->state = call->state;
    call->done = NULL; /* now the stream's */
    s->gzip = gzip ? km_gzip_stream_new() : NULL;
    response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_UNIT, stream_read, s,
                                                 stream_free);
    if (!response)
        stream_free(s);
    else if (s->gzip)
        MHD_add_response_header(response, "Content-Encoding", "gzip");
    return response;
}

static struct MHD_Response *whole_response(struct km_http_exchange *x, const void *data, size_t len,
                                           bool gzip, enum MHD_ResponseMemoryMode mode)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, (void *)(uintptr_t)(len ? data : ""), mode);

    if (x->call.status != MHD_HTTP_NOT_MODIFIED)
        x->server->bytes_out += len;
    if (response && gzip)
        MHD_add_response_header(response, "Content-Encoding", "gzip");
    return response;
}

static struct MHD_Response *buffer_response(struct km_http_exchange *x, bool gzip)
{
    const struct km_buf *body = &x->call.answer;
    km_auto_buf struct km_buf packed = KM_BUF_INIT;

    if (gzip && body->len >= LEAST_PACKED && km_gzip(body->data, body->len, &packed) == 0 &&
        packed.len < body->len)
        body = &packed;
    return whole_response(x, body->data, body->len, body == &packed, MHD_RESPMEM_MUST_COPY);
}

/* has: what the client has already. If that is it, the library sends the headers without the body
 * (RFC 9110, sections 13.1.2 and 15.4.5). */
static struct MHD_Response *file_response(struct km_http_exchange *x, const char *has, bool gzip)
{
    const struct km_web_file *file = x->call.file;
    km_auto_buf struct km_buf plain = KM_BUF_INIT;
    struct MHD_Response *response;

    if (has && strstr(has, file->etag))
        x->call.status = MHD_HTTP_NOT_MODIFIED;
    if (!gzip && km_gunzip(file->data, file->len, FILE_MAX, &plain) < 0)
        return NULL;
    response = gzip ? whole_response(x, file->data, file->len, true, MHD_RESPMEM_PERSISTENT)
                    : whole_response(x, plain.data, plain.len, false, MHD_RESPMEM_MUST_COPY);
    if (response) {
        MHD_add_response_header(response, "ETag", file->etag);
        MHD_add_response_header(response, "Cache-Control", "no-cache"); /* ask each time */
    }
    return response;
}

static struct MHD_Response *make_response(struct km_http_exchange *x,
                                          struct MHD_Connection *connection)
{
    const struct km_call *call = &x->call;
    const char *has = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "If-None-Match");
    bool gzip = km_gzip_accepted(
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Accept-Encoding"));

    if (call->stream)
        return km_http_stream(x, connection);
    if (call->next)
        return stream_response(x, gzip);
    if (call->file)
        return file_response(x, has, gzip);
    return buffer_response(x, gzip);
}

enum MHD_Result km_http_answer(struct km_http_exchange *x, struct MHD_Connection *connection)
{
    struct km_call *call = &x->call;
    struct MHD_Response *response = make_response(x, connection);
    enum MHD_Result result;
    char number[16];

    if (!response)
        return MHD_NO;
    if (call->content_type)
        MHD_add_response_header(response, "Content-Type", call->content_type);
    MHD_add_response_header(response, "Vary", "Accept-Encoding");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (call->allow)
        MHD_add_response_header(response, "Allow", call->allow);
    if (call->authenticate)
        MHD_add_response_header(response, "WWW-Authenticate", call->authenticate);
    if (call->location)
        MHD_add_response_header(response, "Location", call->location);
    if (call->retry_after) {
        snprintf(number, sizeof(number), "%d", call->retry_after);
        MHD_add_response_header(response, "Retry-After", number);
    }
    x->server->errors_4xx += call->status >= 400 && call->status < 500;
    x->server->errors_5xx += call->status >= 500;
    if (x->close || x->server->stopping)
        MHD_add_response_header(response, "Connection", "close");
    result = MHD_queue_response(connection, (unsigned)call->status, response);
    MHD_destroy_response(response);
    return result;
}
