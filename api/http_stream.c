/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of events as an answer that takes no thread: its connection sleeps between two ticks. */
#include <stdlib.h>
#include <sys/types.h>

#include "http_inside.h"

#define SILENCE_MS 30000 /* longer than a stream is ever silent: its heartbeat comes before */
#define UNIT       16384 /* bytes taken at a time */

struct events {
    struct km_http_server *server;
    struct MHD_Connection *connection;
    struct km_stream *stream;
};

/* Until the next tick there is nothing to take, and then answer_timeout for taking it. */
static void events_sleep(void *arg)
{
    struct events *e = arg;

    km_http_set_deadline(e->connection, SILENCE_MS + e->server->config.answer_timeout_ms);
    MHD_suspend_connection(e->connection);
}

static void events_wake(void *arg)
{
    struct events *e = arg;

    MHD_resume_connection(e->connection);
}

static ssize_t events_read(void *arg, uint64_t pos, char *out, size_t max)
{
    struct events *e = arg;
    ssize_t n = km_stream_take(e->stream, out, max);

    (void)pos;
    if (n < 0)
        return MHD_CONTENT_READER_END_OF_STREAM;
    e->server->bytes_out += (uint64_t)n;
    return n;
}

static void events_free(void *arg)
{
    struct events *e = arg;

    km_stream_close(e->stream);
    free(e);
}

struct MHD_Response *km_http_stream(struct km_http_exchange *x, struct MHD_Connection *connection)
{
    struct events *e = calloc(1, sizeof(*e));
    struct MHD_Response *response;

    if (!e)
        return NULL;
    *e = (struct events){x->server, connection, x->call.stream};
    x->call.stream = NULL; /* now the response's */
    km_stream_set_sleeper(e->stream, &(struct km_stream_sleeper){events_sleep, events_wake, e});
    response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, UNIT, events_read, e, events_free);
    if (!response) {
        events_free(e);
        return NULL;
    }
    MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "X-Accel-Buffering", "no"); /* nginx passes it on at once */
    return response;
}
