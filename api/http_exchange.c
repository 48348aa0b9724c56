/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exchanges and their memory. A thread keeps that of its last request, the body's buffer included,
 * for its next one: pieces of many KB that come and go with each request make the allocator join
 * all small ones that are free, which it then cuts again.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "http_inside.h"

#define BODY_KEPT 262144 /* bytes of a body's buffer that are kept: a node of 110 pods fits */

static pthread_key_t kept_key;
static pthread_once_t kept_once = PTHREAD_ONCE_INIT;

static void free_exchange(void *exchange)
{
    struct km_http_exchange *x = exchange;

    km_buf_done(&x->call.body);
    free(x);
}

static void make_key(void)
{
    pthread_key_create(&kept_key, free_exchange);
}

/* Called with the target before anything else of a request, so that it is had undecoded. */
void *km_http_target(void *arg, const char *target, struct MHD_Connection *connection)
{
    struct km_http_exchange *x;

    (void)connection;
    pthread_once(&kept_once, make_key);
    x = pthread_getspecific(kept_key);
    if (x)
        pthread_setspecific(kept_key, NULL);
    else
        x = calloc(1, sizeof(*x));
    if (!x)
        return NULL;
    x->server = arg;
    x->server->under_way++;
    x->target = strdup(target);
    return x;
}

static void end(struct km_http_exchange *x)
{
    struct km_buf body = x->call.body;

    x->call.body = KM_BUF_INIT;
    km_call_done(&x->call);
    free(x->target);
    km_buf_clear(&body);
    *x = (struct km_http_exchange){.call = {.body = body}};
    if (body.cap > BODY_KEPT || pthread_getspecific(kept_key) ||
        pthread_setspecific(kept_key, x) != 0)
        free_exchange(x);
}

void km_http_completed(void *arg, struct MHD_Connection *connection, void **request,
                       enum MHD_RequestTerminationCode how)
{
    struct km_http_server *server = arg;
    struct km_http_exchange *x = *request;

    (void)how;
    km_http_set_deadline(connection,
                         server->config.idle_timeout_ms + server->config.header_timeout_ms);
    if (!x)
        return;
    server->under_way--;
    server->held -= x->held;
    end(x);
    *request = NULL;
}
