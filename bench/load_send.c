/* SPDX-License-Identifier: Apache-2.0 */
#include "load_send.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "time_format.h"

#define REQUEST_TIMEOUT_MS 30000L
#define ANSWER_MAX         384  /* of a server's words; more is cut off */
#define FAILURES_MAX       1000 /* in a row: the server is gone, or refuses all there is */
#define POLL_MAX_MS        1000 /* so that a stop is seen soon */

/* One connection: nodes first, first + lanes, first + 2 lanes, … and again for the next tick. */
struct lane {
    CURL *curl;
    uint32_t node; /* of the next request, or of the one under way */
    int64_t tick;
    bool busy;
    uint64_t samples; /* in the request under way */
    struct km_buf body, answer;
};

struct sender {
    const struct km_load_plan *plan;
    struct km_load *load;
    struct km_load_report *report;
    CURLM *multi;
    struct curl_slist *headers;
    struct lane *lanes;
    struct km_buf *spare; /* bodies' memory: only requests under way need any */
    uint32_t n_lanes, n_spare, n_busy;
    unsigned failures; /* in a row */
    int64_t began_ms;  /* steady clock */
    struct km_buf url; /* "<server>/api/nodes/" */
};

static size_t take_answer(char *data, size_t size, size_t n, void *arg)
{
    struct lane *lane = arg;
    size_t len = size * n, room = ANSWER_MAX - lane->answer.len;

    km_buf_append(&lane->answer, data, len < room ? len : room);
    return len;
}

static int open_lane(struct sender *s, struct lane *lane, uint32_t first)
{
    lane->node = first;
    lane->curl = curl_easy_init();
    if (!lane->curl)
        return -ENOMEM;
    curl_easy_setopt(lane->curl, CURLOPT_PRIVATE, lane);
    curl_easy_setopt(lane->curl, CURLOPT_HTTPHEADER, s->headers);
    curl_easy_setopt(lane->curl, CURLOPT_POST, 1L);
    curl_easy_setopt(lane->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(lane->curl, CURLOPT_TIMEOUT_MS, REQUEST_TIMEOUT_MS);
    curl_easy_setopt(lane->curl, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(lane->curl, CURLOPT_WRITEDATA, lane);
    return 0;
}

static int open_sender(struct sender *s)
{
    uint32_t nodes = s->plan->schedule.nodes, wanted = s->plan->connections;
    const char *server = s->plan->server;
    size_t len = strlen(server);

    if (strncmp(server, "http://", 7) != 0 && strncmp(server, "https://", 8) != 0)
        return -EINVAL;
    while (server[len - 1] == '/')
        len--;
    km_buf_append(&s->url, server, len);
    km_buf_puts(&s->url, "/api/nodes/");
    s->n_lanes = wanted < nodes ? wanted : nodes;
    s->lanes = calloc(s->n_lanes, sizeof(*s->lanes));
    s->spare = calloc(s->n_lanes, sizeof(*s->spare));
    s->multi = curl_multi_init();
    /* Bodies above 1 MB would wait for "100 Continue" first. */
    s->headers = curl_slist_append(NULL, "Content-Type: application/json");
    if (!s->lanes || !s->spare || !s->multi || !s->headers || !km_buf_str(&s->url) ||
        !curl_slist_append(s->headers, "Expect:"))
        return -ENOMEM;
    curl_multi_setopt(s->multi, CURLMOPT_MAXCONNECTS, (long)s->n_lanes);
    for (uint32_t i = 0; i < s->n_lanes; i++) {
        if (open_lane(s, &s->lanes[i], i) < 0)
            return -ENOMEM;
    }
    return 0;
}

static void close_sender(struct sender *s)
{
    for (uint32_t i = 0; s->lanes && i < s->n_lanes; i++) {
        struct lane *lane = &s->lanes[i];

        if (lane->busy)
            curl_multi_remove_handle(s->multi, lane->curl);
        curl_easy_cleanup(lane->curl);
        km_buf_done(&lane->body);
        km_buf_done(&lane->answer);
    }
    for (uint32_t i = 0; i < s->n_spare; i++)
        km_buf_done(&s->spare[i]);
    curl_multi_cleanup(s->multi);
    curl_slist_free_all(s->headers);
    free(s->lanes);
    free(s->spare);
    km_buf_done(&s->url);
}

static int64_t elapsed(const struct sender *s)
{
    return km_time_steady_ms() - s->began_ms;
}

static int set_url(struct sender *s, struct lane *lane)
{
    char node[KM_LOAD_NODE_NAME];
    size_t len = s->url.len;
    const char *url;
    CURLcode code;

    km_load_node_name(lane->node, node);
    km_buf_puts(&s->url, node);
    url = km_buf_str(&s->url);
    code = url ? curl_easy_setopt(lane->curl, CURLOPT_URL, url) : CURLE_OUT_OF_MEMORY;
    s->url.len = len;
    return code == CURLE_OK ? 0 : -ENOMEM;
}

static int start_request(struct sender *s, struct lane *lane)
{
    int64_t time_ms =
        s->plan->start_ms + km_load_stamp(&s->plan->schedule, lane->node, lane->tick, elapsed(s));
    int r;

    if (s->n_spare > 0)
        lane->body = s->spare[--s->n_spare];
    r = km_load_body(s->load, lane->node, time_ms, &lane->body, &lane->samples);
    if (r == 0)
        r = set_url(s, lane);
    if (r < 0)
        return r;
    km_buf_clear(&lane->answer);
    curl_easy_setopt(lane->curl, CURLOPT_POSTFIELDS, lane->body.data);
    curl_easy_setopt(lane->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)lane->body.len);
    if (curl_multi_add_handle(s->multi, lane->curl) != CURLM_OK)
        return -EIO;
    lane->busy = true;
    s->n_busy++;
    return 0;
}

/* Starts what is due. *ret_wait_ms is the time until the next, -1 if there is nothing more. */
static int start_due(struct sender *s, int64_t *ret_wait_ms)
{
    int64_t now = elapsed(s), wait = -1;

    for (uint32_t i = 0; i < s->n_lanes; i++) {
        struct lane *lane = &s->lanes[i];
        int64_t left;
        int r;

        if (lane->busy || lane->tick >= s->plan->schedule.ticks)
            continue;
        left = km_load_due(&s->plan->schedule, lane->node, lane->tick) - now;
        if (left > 0) {
            wait = wait < 0 || left < wait ? left : wait;
            continue;
        }
        r = start_request(s, lane);
        if (r < 0)
            return r;
    }
    *ret_wait_ms = wait;
    return 0;
}

static void note_error(struct sender *s, struct lane *lane, CURLcode code, long status)
{
    struct km_load_report *report = s->report;
    const char *words = km_buf_str(&lane->answer);

    s->failures++;
    if (report->errors++ > 0)
        return;
    if (code != CURLE_OK)
        snprintf(report->first_error, sizeof(report->first_error), "%s", curl_easy_strerror(code));
    else
        snprintf(report->first_error, sizeof(report->first_error), "status %ld: %s", status,
                 words ? words : "");
}

/* Counts a request that has ended and turns to the connection's next node. */
static void finish_request(struct sender *s, struct lane *lane, CURLcode code)
{
    curl_off_t latency_us = 0, sent = 0;
    long status = 0;

    curl_easy_getinfo(lane->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(lane->curl, CURLINFO_TOTAL_TIME_T, &latency_us);
    curl_easy_getinfo(lane->curl, CURLINFO_SIZE_UPLOAD_T, &sent);
    curl_multi_remove_handle(s->multi, lane->curl);
    s->report->requests++;
    s->report->bytes += (uint64_t)sent;
    if (code == CURLE_OK && status >= 200 && status < 300) {
        s->failures = 0;
        s->report->samples += lane->samples;
        km_load_report_latency(s->report, latency_us);
    } else {
        note_error(s, lane, code, status);
    }
    s->spare[s->n_spare++] = lane->body;
    lane->body = KM_BUF_INIT;
    lane->busy = false;
    s->n_busy--;
    if (lane->node + s->n_lanes < s->plan->schedule.nodes) {
        lane->node += s->n_lanes;
    } else {
        lane->node = (uint32_t)(lane - s->lanes);
        lane->tick++;
    }
}

/* Returns how many requests ended. */
static unsigned finish_ended(struct sender *s)
{
    CURLMsg *message;
    unsigned count = 0;
    int left;

    while ((message = curl_multi_info_read(s->multi, &left))) {
        CURLcode code = message->data.result; /* the message is gone once its handle is taken out */
        char *lane = NULL;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &lane);
        finish_request(s, (struct lane *)(void *)lane, code);
        count++;
    }
    return count;
}

static bool told_to_stop(const struct sender *s)
{
    return s->plan->stop && *s->plan->stop;
}

static int run(struct sender *s)
{
    for (;;) {
        int64_t wait = -1;
        int running, r = 0;

        if (s->failures >= FAILURES_MAX)
            return -EHOSTDOWN;
        if (!told_to_stop(s))
            r = start_due(s, &wait);
        if (r < 0)
            return r;
        if (s->n_busy == 0 && wait < 0)
            return 0;
        if (curl_multi_perform(s->multi, &running) != CURLM_OK)
            return -EIO;
        if (finish_ended(s) > 0)
            continue;
        if (wait < 0 || wait > POLL_MAX_MS)
            wait = POLL_MAX_MS;
        if (curl_multi_poll(s->multi, NULL, 0, (int)wait, NULL) != CURLM_OK)
            return -EIO;
    }
}

int km_load_send(const struct km_load_plan *plan, struct km_load *load,
                 struct km_load_report *report)
{
    struct sender s = {.plan = plan, .load = load, .report = report};
    int r = open_sender(&s);

    *report = (struct km_load_report){0};
    if (r == 0) {
        s.began_ms = km_time_steady_ms();
        r = run(&s);
        report->elapsed_ms = elapsed(&s);
    }
    close_sender(&s);
    return r;
}
