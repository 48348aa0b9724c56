/* SPDX-License-Identifier: Apache-2.0 */
#include "http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <unistd.h>

#include "call.h"
#include "clean.h"
#include "deadline.h"
#include "gzip.h"
#include "time_format.h"

#define POOL        32768 /* bytes of memory a connection; measured best of 8, 16, 32, 128 KiB */
#define STREAM_UNIT 32768
/* Bodies of the largest size that may be held at once: many connections must not add up to more. */
#define BODIES 16

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

/* One request under way: made when its target is known, ended by request_completed(). */
struct exchange {
    struct km_http_server *server;
    struct km_call call;
    char *target;
    bool begun;  /* headers seen, route found */
    bool close;  /* where this request ends cannot be told: nothing more is read after it */
    size_t held; /* what of server->held is its own */
};

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

/* --- answers -----------------------------------------------------------------------------------
 */

static ssize_t stream_read(void *arg, uint64_t pos, char *out, size_t max)
{
    struct stream *s = arg;
    size_t n;

    (void)pos;
    while (s->taken == s->wire.len) {
        struct km_buf *to = s->gzip ? &s->plain : &s->wire;
        int r;

        if (s->ended)
            return MHD_CONTENT_READER_END_OF_STREAM;
        km_buf_clear(&s->wire);
        km_buf_clear(&s->plain);
        s->taken = 0;
        do {
            r = s->next(s->state, to);
        } while (r > 0 && to->len < STREAM_UNIT);
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

static struct MHD_Response *stream_response(struct exchange *x, bool gzip)
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

static struct MHD_Response *buffer_response(struct exchange *x, bool gzip)
{
    struct km_call *call = &x->call;
    const char *data = call->static_data ? call->static_data : call->answer.data;
    size_t len = call->static_data ? call->static_len : call->answer.len;
    km_auto_buf struct km_buf packed = KM_BUF_INIT;
    struct MHD_Response *response;
    bool encoded = call->static_gzip;

    if (encoded && !gzip) {
        if (km_gunzip(data, len, 64 << 20, &packed) < 0)
            return NULL;
        encoded = false;
    } else if (!encoded && gzip && len >= 1024) {
        encoded = km_gzip(data, len, &packed) == 0 && packed.len < len;
        if (!encoded)
            km_buf_clear(&packed);
    }
    if (packed.len) {
        data = packed.data;
        len = packed.len;
    }
    x->server->bytes_out += len;
    response = MHD_create_response_from_buffer(len, (void *)(uintptr_t)(data ? data : ""),
                                               data == call->static_data ? MHD_RESPMEM_PERSISTENT
                                                                         : MHD_RESPMEM_MUST_COPY);
    if (response && encoded)
        MHD_add_response_header(response, "Content-Encoding", "gzip");
    return response;
}

static enum MHD_Result answer(struct exchange *x, struct MHD_Connection *connection)
{
    struct km_call *call = &x->call;
    bool gzip = km_gzip_accepted(
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Accept-Encoding"));
    struct MHD_Response *response =
        call->next ? stream_response(x, gzip) : buffer_response(x, gzip);
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

/* --- requests ----------------------------------------------------------------------------------
 */

static void set_deadline(struct MHD_Connection *connection, int64_t timeout_ms)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    if (info && info->socket_context)
        km_deadline_set(info->socket_context, timeout_ms);
}

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
static void check_headers(struct exchange *x, struct MHD_Connection *connection)
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

static enum MHD_Result take_body(struct exchange *x, const char *data, size_t *size)
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
            km_buf_append(&call->body, data, *size);
        x->server->held += *size;
        x->held += *size;
    }
    if (call->status != 0)
        km_buf_done(&call->body);
    *size = 0;
    return MHD_YES;
}

static void unpack_body(struct exchange *x, struct MHD_Connection *connection)
{
    struct km_call *call = &x->call;
    const char *encoding = header(connection, "Content-Encoding");
    struct km_buf plain = KM_BUF_INIT;
    int r;

    if (call->body.failed)
        km_answer_problem(call, 503, 1, "memory ran out while the body was read");
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
        km_answer_problem(call, 503, 1, "memory ran out while the body was unpacked");
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **request)
{
    struct km_http_server *server = arg;
    struct exchange *x = *request;

    (void)url;
    (void)version;
    if (!x || !x->target)
        return MHD_NO;
    if (!x->begun) {
        x->begun = true;
        server->requests++;
        x->call.api = server->api;
        if (km_call_route(&x->call, server->routes, method, x->target) < 0)
            return MHD_NO;
        /* A problem of the headers comes first: it may say that the body must not be read. */
        check_headers(x, connection);
        set_deadline(connection, server->config.body_timeout_ms);
        /*
         * An answer now makes the library close the connection: right where a body is refused
         * unread, wrong for everything else.
         */
        return x->call.status == 413 ? answer(x, connection) : MHD_YES;
    }
    if (*size > 0)
        return take_body(x, data, size);
    set_deadline(connection, server->config.answer_timeout_ms);
    unpack_body(x, connection);
    if (x->call.status == 0)
        x->call.route->handler(&x->call);
    if (x->call.status == 0)
        km_answer_problem(&x->call, 500, 0, "the request was not answered");
    return answer(x, connection);
}

/* Called with the target before anything else of a request, so that it is had undecoded. */
static void *on_target(void *arg, const char *target, struct MHD_Connection *connection)
{
    struct exchange *x = calloc(1, sizeof(*x));

    (void)connection;
    if (!x)
        return NULL;
    x->server = arg;
    x->server->under_way++;
    x->target = strdup(target);
    return x;
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **request,
                         enum MHD_RequestTerminationCode how)
{
    struct km_http_server *server = arg;
    struct exchange *x = *request;

    (void)how;
    set_deadline(connection, server->config.idle_timeout_ms + server->config.header_timeout_ms);
    if (!x)
        return;
    server->under_way--;
    server->held -= x->held;
    km_call_done(&x->call);
    free(x->target);
    free(x);
    *request = NULL;
}

static enum MHD_Result on_accept(void *arg, const struct sockaddr *address, socklen_t len)
{
    struct km_http_server *server = arg;

    (void)address;
    (void)len;
    if (server->connections < server->config.max_connections)
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

/* "0.0.0.0:8080" or "[::]:8080". */
static int read_address(const char *text, struct sockaddr_storage *ret_address)
{
    const char *colon = strrchr(text, ':');
    char host[64], *end;
    unsigned long port;
    size_t len;

    if (!colon || colon == text || colon[1] < '0' || colon[1] > '9')
        return -EINVAL;
    port = strtoul(colon + 1, &end, 10);
    len = (size_t)(colon - text);
    if (*end || port > 65535)
        return -EINVAL;
    if (*text == '[' && colon[-1] == ']') {
        text++;
        len -= 2;
    }
    if (len >= sizeof(host))
        return -EINVAL;
    memcpy(host, text, len);
    host[len] = '\0';
    memset(ret_address, 0, sizeof(*ret_address));
    if (inet_pton(AF_INET, host, &((struct sockaddr_in *)ret_address)->sin_addr) == 1) {
        ret_address->ss_family = AF_INET;
        ((struct sockaddr_in *)ret_address)->sin_port = htons((uint16_t)port);
        return 0;
    }
    if (inet_pton(AF_INET6, host, &((struct sockaddr_in6 *)ret_address)->sin6_addr) == 1) {
        ret_address->ss_family = AF_INET6;
        ((struct sockaddr_in6 *)ret_address)->sin6_port = htons((uint16_t)port);
        return 0;
    }
    return -EINVAL;
}

/* A socket a connection, and some for files. */
static void raise_file_limit(uint32_t connections)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < connections + 64) {
        limit.rlim_cur = connections + 64 < limit.rlim_max ? connections + 64 : limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static char *read_pem(const char *path)
{
    km_auto_fclose FILE *file = fopen(path, "re");
    struct km_buf text = KM_BUF_INIT;
    size_t n;

    if (!file)
        return NULL;
    do {
        km_buf_reserve(&text, 4096);
        n = text.failed ? 0 : fread(text.data + text.len, 1, 4096, file);
        text.len += n;
    } while (n == 4096 && text.len < 1 << 20);
    if (!km_buf_str(&text))
        km_buf_done(&text);
    return text.data;
}

static int start_daemon(struct km_http_server *s, const struct sockaddr_storage *address)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC;
    struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, s->cert},
                                   {MHD_OPTION_HTTPS_MEM_KEY, 0, s->key},
                                   {MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};

    if (address->ss_family == AF_INET6)
        flags |= MHD_USE_DUAL_STACK;
    if (s->cert)
        flags |= MHD_USE_TLS;
    errno = 0;
    s->daemon = MHD_start_daemon(
        flags, 0, on_accept, s, on_request, s, MHD_OPTION_SOCK_ADDR, address,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)s->config.threads, MHD_OPTION_CONNECTION_LIMIT,
        /* The library divides its limit by threads and lets clients wait there; ours refuses. */
        (unsigned)(s->config.max_connections + 64) * (unsigned)s->config.threads,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)(s->config.idle_timeout_ms / 1000), MHD_OPTION_LISTENING_ADDRESS_REUSE, 1U,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, s, MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_ARRAY, s->cert ? tls : none,
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
    int r = read_address(config->listen, &address);

    if (r < 0)
        return r;
    s = calloc(1, sizeof(*s));
    if (!s)
        return -ENOMEM;
    s->config = *config;
    s->api = api;
    s->routes = routes;
    raise_file_limit(config->max_connections);
    r = km_deadlines_new(&s->deadlines);
    if (config->tls_cert) {
        s->cert = read_pem(config->tls_cert);
        s->key = config->tls_key ? read_pem(config->tls_key) : NULL;
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
        MHD_socket listening;

        server->stopping = true;
        listening = MHD_quiesce_daemon(server->daemon);

        while (server->under_way > 0 && km_time_steady_ms() < until)
            usleep(10000);
        MHD_stop_daemon(server->daemon);
        if (listening != MHD_INVALID_SOCKET)
            close(listening);
    }
    km_deadlines_free(server->deadlines);
    free(server->cert);
    free(server->key);
    free(server);
}
