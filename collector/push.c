/* SPDX-License-Identifier: Apache-2.0 */
#include "push.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "log.h"
#include "time_format.h"
#include "token_file.h"

#define REQUEST_TIMEOUT_MS 10000
#define WAIT_MS            60000 /* for a batch; km_push_stop() wakes */
#define PAUSE_MIN_MS       500
#define PAUSE_MAX_MS       30000
#define LAST_PAUSE_MS      50   /* while it is being stopped */
#define ANSWER_MAX         4096 /* of a server's words; more is cut off */

struct km_push {
    CURL *curl;
    struct curl_slist *headers, *gzip_headers, *connect_to;
    struct km_buf url, answer, name; /* name: of the server in the log */
    struct km_token_file token;
    struct km_outbox *outbox;
    pthread_t thread;
    _Atomic int64_t stop_at_ms; /* steady clock; INT64_MAX: not to be stopped */
    _Atomic uint64_t refused;
    bool lost;     /* the last try did not reach the server */
    bool no_token; /* the last look at the token's file failed */
    unsigned seed;
};

static size_t take_answer(char *data, size_t size, size_t n, void *arg)
{
    struct km_push *p = arg;
    size_t len = size * n, room = ANSWER_MAX - p->answer.len;

    km_buf_append(&p->answer, data, len < room ? len : room);
    return len;
}

/* Appends to a list; on failure the list stays as it is. */
static int add(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);

    if (!longer)
        return -ENOMEM;
    *list = longer;
    return 0;
}

/* The headers of both kinds of payload, with the token as it is now. */
static int make_headers(struct km_push *p)
{
    km_auto_buf struct km_buf bearer = KM_BUF_INIT;
    const char *token = km_token_file_first(&p->token);
    struct curl_slist *both[2] = {NULL, NULL};
    int r = 0;

    if (token)
        km_buf_printf(&bearer, "Authorization: Bearer %s", token);
    for (int i = 0; i < 2 && r == 0; i++) {
        r = add(&both[i], "Content-Type: application/json");
        if (r == 0 && i == 1)
            r = add(&both[i], "Content-Encoding: gzip");
        if (r == 0 && token)
            r = km_buf_str(&bearer) ? add(&both[i], bearer.data) : -ENOMEM;
    }
    if (r < 0) {
        curl_slist_free_all(both[0]);
        curl_slist_free_all(both[1]);
        return r;
    }
    curl_slist_free_all(p->headers);
    curl_slist_free_all(p->gzip_headers);
    p->headers = both[0];
    p->gzip_headers = both[1];
    return 0;
}

/* Takes the token again if its file has changed. Without one it posts without: the server says why
 * that will not do. */
static void renew_token(struct km_push *p)
{
    const char *before = km_token_file_first(&p->token);
    int r = p->token.path ? km_token_file_update(&p->token) : 0;

    if (r < 0 && !p->no_token)
        km_warn("%s: %s; posting with the token of before, if there was one", p->token.path,
                r == -EINVAL ? "this is no token" : strerror(-r));
    p->no_token = r < 0;
    if (km_token_file_first(&p->token) != before && make_headers(p) < 0)
        km_warn("a new token is not taken: memory ran out");
}

enum outcome { DELIVERED, REFUSED, TRY_AGAIN };

/*
 * 401 and 403 may pass: a token that the kubelet is about to replace, a right to be granted. 408 is
 * a network that was slow, 429 a server that has much to do.
 */
static bool is_for_good(long status)
{
    return status >= 400 && status < 500 && status != 401 && status != 403 && status != 408 &&
           status != 429;
}

static enum outcome deliver(struct km_push *p, const struct km_payload *payload)
{
    CURLcode code;
    long status = 0;

    renew_token(p);
    km_buf_clear(&p->answer);
    curl_easy_setopt(p->curl, CURLOPT_HTTPHEADER, payload->gzip ? p->gzip_headers : p->headers);
    curl_easy_setopt(p->curl, CURLOPT_POSTFIELDS, (const char *)payload->body);
    curl_easy_setopt(p->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)payload->len);
    code = curl_easy_perform(p->curl);
    curl_easy_getinfo(p->curl, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK && status >= 200 && status < 300)
        return DELIVERED;
    if (code == CURLE_OK && is_for_good(status)) {
        if (p->refused++ == 0 || p->lost)
            km_error("%s refuses a batch: %ld %s", p->name.data, status, km_buf_str(&p->answer));
        return REFUSED;
    }
    if (!p->lost && code != CURLE_OK)
        km_warn("%s: %s; keeping batches until it answers", p->name.data, curl_easy_strerror(code));
    else if (!p->lost)
        km_warn("%s: status %ld; keeping batches until it takes them: %s", p->name.data, status,
                p->answer.len ? km_buf_str(&p->answer) : "no more is said");
    return TRY_AGAIN;
}

/* Half the pause and up to as much again, so that nodes do not come back all at once. */
static void rest(struct km_push *p, int64_t pause_ms)
{
    if (p->stop_at_ms == INT64_MAX)
        pause_ms = pause_ms / 2 + rand_r(&p->seed) % (pause_ms / 2 + 1);
    else
        pause_ms = LAST_PAUSE_MS;
    km_outbox_pause(p->outbox, pause_ms);
}

static bool goes_on(const struct km_push *p)
{
    return km_time_steady_ms() < p->stop_at_ms &&
           (p->stop_at_ms == INT64_MAX || km_outbox_waiting(p->outbox) > 0);
}

static void *push_thread(void *arg)
{
    struct km_push *p = arg;
    int64_t pause_ms = PAUSE_MIN_MS;

    while (goes_on(p)) {
        struct km_payload *payload = km_outbox_take(p->outbox, WAIT_MS);

        if (!payload)
            continue;
        if (deliver(p, payload) == TRY_AGAIN) {
            km_outbox_return(p->outbox, payload);
            p->lost = true;
            rest(p, pause_ms);
            pause_ms = pause_ms * 2 < PAUSE_MAX_MS ? pause_ms * 2 : PAUSE_MAX_MS;
            continue;
        }
        km_outbox_done(p->outbox, payload);
        if (p->lost)
            km_info("%s answers again; %zu batches waiting", p->name.data,
                    km_outbox_waiting(p->outbox));
        p->lost = false;
        pause_ms = PAUSE_MIN_MS;
    }
    return NULL;
}

static void push_free(struct km_push *p)
{
    curl_easy_cleanup(p->curl);
    curl_slist_free_all(p->headers);
    curl_slist_free_all(p->gzip_headers);
    curl_slist_free_all(p->connect_to);
    km_token_file_done(&p->token);
    km_buf_done(&p->url);
    km_buf_done(&p->answer);
    km_buf_done(&p->name);
    free(p);
}

static int make_url(struct km_push *p, const struct km_push_config *config)
{
    size_t len = strlen(config->server);
    char *escaped = curl_easy_escape(p->curl, config->node, 0);

    if (!escaped)
        return -ENOMEM;
    while (len > 0 && config->server[len - 1] == '/')
        len--;
    km_buf_append(&p->url, config->server, len);
    km_buf_puts(&p->url, "/api/nodes/");
    km_buf_puts(&p->url, escaped);
    curl_free(escaped);
    km_buf_append(&p->name, config->server, len);
    if (config->address)
        km_buf_printf(&p->name, " (%s)", config->address);
    return km_buf_str(&p->url) && km_buf_str(&p->name) ? 0 : -ENOMEM;
}

/* libcurl's "HOST:PORT:CONNECT-TO-HOST:CONNECT-TO-PORT"; what is empty stands for any and the same.
 */
static int pin_address(struct km_push *p, const char *address)
{
    char line[128];

    snprintf(line, sizeof(line), strchr(address, ':') ? "::[%s]:" : "::%s:", address);
    return add(&p->connect_to, line);
}

static int prepare(struct km_push *p, const struct km_push_config *config)
{
    int r;

    p->curl = curl_easy_init();
    if (!p->curl)
        return -ENOMEM;
    r = make_url(p, config);
    if (r == 0)
        r = make_headers(p);
    if (r == 0 && config->address)
        r = pin_address(p, config->address);
    if (r < 0)
        return r;
    curl_easy_setopt(p->curl, CURLOPT_URL, p->url.data);
    curl_easy_setopt(p->curl, CURLOPT_POST, 1L);
    curl_easy_setopt(p->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(p->curl, CURLOPT_TIMEOUT_MS, (long)REQUEST_TIMEOUT_MS);
    curl_easy_setopt(p->curl, CURLOPT_CONNECT_TO, p->connect_to);
    if (config->ca_file)
        curl_easy_setopt(p->curl, CURLOPT_CAINFO, config->ca_file);
    /* The folder holds the same certificates as the file, and each costs 30 KB of memory. */
    curl_easy_setopt(p->curl, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(p->curl, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(p->curl, CURLOPT_WRITEDATA, p);
    return 0;
}

int km_push_start(const struct km_push_config *config, struct km_push **ret_push)
{
    struct km_push *p;
    int r;

    if (strncmp(config->server, "http://", 7) != 0 && strncmp(config->server, "https://", 8) != 0)
        return -EINVAL;
    p = calloc(1, sizeof(*p));
    if (!p)
        return -ENOMEM;
    p->outbox = config->outbox;
    p->token.path = config->token_file;
    p->stop_at_ms = INT64_MAX;
    p->seed = (unsigned)km_time_now_ms() ^ (unsigned)(uintptr_t)p;
    r = prepare(p, config);
    if (r == 0 && pthread_create(&p->thread, NULL, push_thread, p) != 0)
        r = -ENOMEM;
    if (r < 0) {
        push_free(p);
        return r;
    }
    *ret_push = p;
    return 0;
}

void km_push_stop(struct km_push *push, int64_t drain_ms)
{
    if (!push)
        return;
    push->stop_at_ms = km_time_steady_ms() + drain_ms;
    km_outbox_wake(push->outbox);
    pthread_join(push->thread, NULL);
    push_free(push);
}

uint64_t km_push_refused(const struct km_push *push)
{
    return push->refused;
}
