/* SPDX-License-Identifier: Apache-2.0 */
#include "push.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "log.h"
#include "time_format.h"

#define REQUEST_TIMEOUT_MS 10000
#define PAUSE_MIN_MS       500
#define PAUSE_MAX_MS       30000
#define ANSWER_MAX         4096 /* of a server's words; more is cut off */

struct km_push {
    CURL *curl;
    struct curl_slist *headers, *gzip_headers;
    struct km_buf url, answer;
    struct km_outbox *outbox;
    pthread_t thread;
    _Atomic int64_t stop_at_ms; /* steady clock; INT64_MAX: not to be stopped */
    _Atomic uint64_t refused;
    bool lost; /* the last try did not reach the server */
    unsigned seed;
};

static size_t take_answer(char *data, size_t size, size_t n, void *arg)
{
    struct km_push *p = arg;
    size_t len = size * n, room = ANSWER_MAX - p->answer.len;

    km_buf_append(&p->answer, data, len < room ? len : room);
    return len;
}

enum outcome { DELIVERED, REFUSED, TRY_AGAIN };

static enum outcome deliver(struct km_push *p, const struct km_payload *payload)
{
    CURLcode code;
    long status = 0;

    km_buf_clear(&p->answer);
    curl_easy_setopt(p->curl, CURLOPT_HTTPHEADER, payload->gzip ? p->gzip_headers : p->headers);
    curl_easy_setopt(p->curl, CURLOPT_POSTFIELDS, (const char *)payload->body);
    curl_easy_setopt(p->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)payload->len);
    code = curl_easy_perform(p->curl);
    curl_easy_getinfo(p->curl, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK && status >= 200 && status < 300)
        return DELIVERED;
    if (code == CURLE_OK && status >= 400 && status < 500 && status != 429) {
        if (p->refused++ == 0 || p->lost)
            km_error("%s refuses a batch: %ld %s", p->url.data, status, km_buf_str(&p->answer));
        return REFUSED;
    }
    if (!p->lost && code != CURLE_OK)
        km_warn("%s: %s; keeping batches until it answers", p->url.data, curl_easy_strerror(code));
    else if (!p->lost)
        km_warn("%s: status %ld; keeping batches until it takes them", p->url.data, status);
    return TRY_AGAIN;
}

/* Half the pause and up to as much again, so that nodes do not come back all at once. */
static void rest(struct km_push *p, int64_t pause_ms)
{
    int64_t until = km_time_steady_ms() + pause_ms / 2 + rand_r(&p->seed) % (pause_ms / 2 + 1);

    while (km_time_steady_ms() < until && p->stop_at_ms == INT64_MAX)
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
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
        struct km_payload *payload = km_outbox_take(p->outbox, 200);

        if (!payload)
            continue;
        if (deliver(p, payload) == TRY_AGAIN) {
            km_outbox_return(p->outbox, payload);
            p->lost = true;
            rest(p, pause_ms);
            pause_ms = pause_ms * 2 < PAUSE_MAX_MS ? pause_ms * 2 : PAUSE_MAX_MS;
            continue;
        }
        free(payload);
        if (p->lost)
            km_info("%s answers again; %zu batches waiting", p->url.data,
                    km_outbox_waiting(p->outbox));
        p->lost = false;
        pause_ms = PAUSE_MIN_MS;
    }
    return NULL;
}

static void push_free(struct km_push *p)
{
    curl_slist_free_all(p->headers);
    curl_slist_free_all(p->gzip_headers);
    curl_easy_cleanup(p->curl);
    km_buf_done(&p->url);
    km_buf_done(&p->answer);
    free(p);
}

int km_push_start(const char *server, const char *node, struct km_outbox *outbox,
                  struct km_push **ret_push)
{
    struct km_push *p;
    char *escaped;
    size_t len = strlen(server);

    if (strncmp(server, "http://", 7) != 0 && strncmp(server, "https://", 8) != 0)
        return -EINVAL;
    p = calloc(1, sizeof(*p));
    if (!p)
        return -ENOMEM;
    p->outbox = outbox;
    p->stop_at_ms = INT64_MAX;
    p->seed = (unsigned)km_time_now_ms();
    p->curl = curl_easy_init();
    p->headers = curl_slist_append(NULL, "Content-Type: application/json");
    p->gzip_headers = curl_slist_append(NULL, "Content-Type: application/json");
    if (p->gzip_headers && !curl_slist_append(p->gzip_headers, "Content-Encoding: gzip")) {
        push_free(p);
        return -ENOMEM;
    }
    escaped = p->curl ? curl_easy_escape(p->curl, node, 0) : NULL;
    while (len > 0 && server[len - 1] == '/')
        len--;
    km_buf_append(&p->url, server, len);
    km_buf_puts(&p->url, "/api/nodes/");
    km_buf_puts(&p->url, escaped ? escaped : "");
    if (!escaped || !p->headers || !p->gzip_headers || !km_buf_str(&p->url)) {
        curl_free(escaped);
        push_free(p);
        return -ENOMEM;
    }
    curl_free(escaped);
    curl_easy_setopt(p->curl, CURLOPT_URL, p->url.data);
    curl_easy_setopt(p->curl, CURLOPT_POST, 1L);
    curl_easy_setopt(p->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(p->curl, CURLOPT_TIMEOUT_MS, (long)REQUEST_TIMEOUT_MS);
    curl_easy_setopt(p->curl, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(p->curl, CURLOPT_WRITEDATA, p);
    if (pthread_create(&p->thread, NULL, push_thread, p) != 0) {
        push_free(p);
        return -ENOMEM;
    }
    *ret_push = p;
    return 0;
}

void km_push_stop(struct km_push *push, int64_t drain_ms)
{
    if (!push)
        return;
    push->stop_at_ms = km_time_steady_ms() + drain_ms;
    pthread_join(push->thread, NULL);
    push_free(push);
}

uint64_t km_push_refused(const struct km_push *push)
{
    return push->refused;
}
