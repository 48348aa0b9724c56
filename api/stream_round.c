/* SPDX-License-Identifier: Apache-2.0 */
/* The thread of all streams: rounds of ticks, in which each question is asked once. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clean.h"
#include "stream_inside.h"
#include "time_format.h"

#define LEAST_WAIT_MS 5 /* where memory runs out: not at once again */

/* One path that one stream wants answered in this round. */
struct want {
    struct km_stream *stream;
    const char *path;
    int64_t since_ms;      /* 0 where it makes no difference */
    struct km_buf *answer; /* its event: the same for all that want the same */
    bool owns;
};

/* By path and since: those that want the same stand together. */
static int compare(const void *left, const void *right)
{
    const struct want *a = left, *b = right;
    int r = strcmp(a->path, b->path);

    return r ? r : (a->since_ms > b->since_ms) - (a->since_ms < b->since_ms);
}

/* Called with the lock held: the wants of all streams that are due; returns how many. */
static size_t collect(struct km_streams *streams, int64_t steady_ms, struct want **ret_wants)
{
    struct want *wants =
        calloc((size_t)streams->status.open * KM_STREAM_WATCHES + 1, sizeof(*wants));
    size_t n = 0;

    for (struct km_stream *s = streams->first; s && wants; s = s->next) {
        if (s->due_ms > steady_ms || s->made.len > 0)
            continue;
        s->in_round = true;
        for (unsigned i = 0; i < s->n_paths; i++) {
            bool has_window = strstr(s->paths[i], "window=") != NULL;

            wants[n++] = (struct want){s, s->paths[i], has_window ? s->since_ms : 0, NULL, false};
        }
    }
    *ret_wants = wants;
    return n;
}

/* Asks for each different want once; returns how often it asked. */
static unsigned answer_all(const struct km_streams_config *config, struct want *wants, size_t n,
                           int64_t now_ms)
{
    unsigned asked = 0;

    qsort(wants, n, sizeof(*wants), compare);
    for (size_t i = 0; i < n; i++) {
        struct km_stream_answer answer;

        if (i > 0 && compare(&wants[i - 1], &wants[i]) == 0) {
            wants[i].answer = wants[i - 1].answer;
            continue;
        }
        wants[i].answer = calloc(1, sizeof(struct km_buf));
        wants[i].owns = true;
        if (!wants[i].answer)
            continue;
        km_stream_ask(config, wants[i].path, wants[i].since_ms, now_ms, &answer);
        km_stream_write_answer(wants[i].answer, wants[i].path, &answer);
        km_buf_done(&answer.body);
        asked++;
    }
    return asked;
}

/* Called with the lock held: gives a stream the answers it wants, or nothing for want of room. */
static void give(struct km_streams *streams, struct km_stream *s, const struct want *wants,
                 size_t n, int64_t now_ms)
{
    struct km_buf made = KM_BUF_INIT;

    for (size_t i = 0; i < n; i++) {
        if (wants[i].stream == s && wants[i].answer)
            km_buf_append(&made, wants[i].answer->data, wants[i].answer->len);
    }
    km_stream_write_tick(&made, now_ms);
    if (made.failed || streams->status.held + made.len > KM_STREAM_HELD) {
        km_buf_done(&made);
        streams->status.skipped++;
        return;
    }
    s->made = made;
    s->since_ms = now_ms;
    streams->status.held += made.len;
    streams->status.ticks++;
    km_stream_wake(s);
}

/* Called with the lock held, which it leaves while it asks. */
static void round_of_ticks(struct km_streams *streams)
{
    int64_t begin_ms = km_time_steady_ms(), now_ms = km_time_now_ms(), end_ms, next_ms;
    km_auto_free struct want *wants = NULL;
    size_t n = collect(streams, begin_ms, &wants);
    unsigned asked;

    if (n == 0)
        return;
    pthread_mutex_unlock(&streams->lock);
    asked = answer_all(&streams->config, wants, n, now_ms);
    pthread_mutex_lock(&streams->lock);
    streams->status.answers += asked;
    end_ms = km_time_steady_ms();
    next_ms = km_streams_next_tick(streams, begin_ms);
    if (next_ms < 2 * end_ms - begin_ms)
        next_ms = 2 * end_ms - begin_ms; /* a slow round rests as long as it took */
    for (size_t i = 0; i < n; i++) {
        struct km_stream *s = wants[i].stream;

        if (!s || !s->in_round)
            continue; /* it is gone, or has its answers */
        s->in_round = false;
        if (s->closed) {
            km_stream_free(s);
            for (size_t k = i; k < n; k++)
                wants[k].stream = wants[k].stream == s ? NULL : wants[k].stream;
        } else {
            s->due_ms = next_ms;
            s->spoken_ms = end_ms;
            give(streams, s, wants + i, n - i, now_ms);
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (wants[i].owns && wants[i].answer) {
            km_buf_done(wants[i].answer);
            free(wants[i].answer);
        }
    }
}

/* Called with the lock held: comments for those that have heard nothing; returns when to look
 * again.
 */
static int64_t speak(struct km_streams *streams)
{
    int64_t now_ms = km_time_steady_ms(), next_ms = now_ms + streams->config.heartbeat_ms;

    for (struct km_stream *s = streams->first; s; s = s->next) {
        int64_t at_ms;

        if (s->made.len > 0)
            continue; /* taken first */
        if (s->spoken_ms + streams->config.heartbeat_ms <= now_ms) {
            km_buf_puts(&s->made, ":\n\n");
            streams->status.held += s->made.len;
            s->spoken_ms = now_ms;
            km_stream_wake(s);
            continue;
        }
        at_ms = s->spoken_ms + streams->config.heartbeat_ms;
        if (at_ms > s->due_ms)
            at_ms = s->due_ms;
        if (at_ms < next_ms)
            next_ms = at_ms;
    }
    return next_ms;
}

void *km_streams_run(void *arg)
{
    struct km_streams *streams = arg;

    pthread_mutex_lock(&streams->lock);
    while (!streams->quit) {
        struct timespec until;
        int64_t wait_ms;

        if (!streams->ended)
            round_of_ticks(streams);
        wait_ms = speak(streams) - km_time_steady_ms();
        if (wait_ms < LEAST_WAIT_MS)
            wait_ms = LEAST_WAIT_MS;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
        until.tv_sec += (time_t)(wait_ms / 1000) + until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&streams->changed, &streams->lock, &until);
    }
    pthread_mutex_unlock(&streams->lock);
    return NULL;
}
