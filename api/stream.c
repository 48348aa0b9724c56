/* SPDX-License-Identifier: Apache-2.0 */
/* One stream: what its connection calls. */
#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stream_inside.h"
#include "time_format.h"

void km_stream_free(struct km_stream *s)
{
    for (unsigned i = 0; i < s->n_paths; i++)
        free(s->paths[i]);
    km_buf_done(&s->made);
    free(s);
}

int64_t km_streams_next_tick(const struct km_streams *streams, int64_t steady_ms)
{
    return (steady_ms / streams->config.interval_ms + 1) * streams->config.interval_ms;
}

void km_stream_wake(struct km_stream *s)
{
    if (!s->asleep)
        return;
    s->asleep = false;
    s->sleeper.wake(s->sleeper.arg);
}

int km_stream_open(struct km_streams *streams, const char *const *paths, unsigned n,
                   int64_t since_ms, struct km_stream **ret_stream)
{
    struct km_stream *s = calloc(1, sizeof(*s));
    int r = 0;

    if (!s)
        return -ENOMEM;
    s->streams = streams;
    s->since_ms = since_ms;
    s->due_ms = s->spoken_ms = km_time_steady_ms();
    if (since_ms > km_time_now_ms() - 2 * streams->config.interval_ms)
        s->due_ms = km_streams_next_tick(streams, s->due_ms); /* it has what there is now */
    for (unsigned i = 0; i < n; i++) {
        s->paths[s->n_paths++] = strdup(paths[i]);
        if (!s->paths[i])
            r = -ENOMEM;
    }
    pthread_mutex_lock(&streams->lock);
    if (r == 0 && streams->ended)
        r = -ESHUTDOWN;
    else if (r == 0 && streams->status.open >= streams->config.max_streams)
        r = -EBUSY;
    if (r == 0) {
        s->next = streams->first;
        if (s->next)
            s->next->link = &s->next;
        streams->first = s;
        s->link = &streams->first;
        streams->status.open++;
        streams->status.opened++;
        pthread_cond_signal(&streams->changed);
    } else {
        streams->status.refused++;
    }
    pthread_mutex_unlock(&streams->lock);
    if (r < 0) {
        km_stream_free(s);
        return r;
    }
    *ret_stream = s;
    return 0;
}

void km_stream_set_sleeper(struct km_stream *stream, const struct km_stream_sleeper *sleeper)
{
    stream->sleeper = *sleeper;
}

ssize_t km_stream_take(struct km_stream *stream, char *out, size_t max)
{
    struct km_streams *streams = stream->streams;
    ssize_t result;
    size_t n;

    pthread_mutex_lock(&streams->lock);
    n = stream->made.len - stream->taken < max ? stream->made.len - stream->taken : max;
    if (n > 0) {
        memcpy(out, stream->made.data + stream->taken, n);
        stream->taken += n;
        streams->status.held -= n;
        if (stream->taken == stream->made.len) {
            km_buf_done(&stream->made);
            stream->taken = 0;
            pthread_cond_signal(&streams->changed); /* it may have missed its time */
        }
    } else if (!streams->ended) {
        stream->asleep = true;
        stream->sleeper.sleep(stream->sleeper.arg);
    }
    result = n > 0 || stream->asleep ? (ssize_t)n : -ESHUTDOWN;
    pthread_mutex_unlock(&streams->lock);
    return result;
}

void km_stream_close(struct km_stream *stream)
{
    struct km_streams *streams;
    bool last;

    if (!stream)
        return;
    streams = stream->streams;
    pthread_mutex_lock(&streams->lock);
    *stream->link = stream->next;
    if (stream->next)
        stream->next->link = stream->link;
    streams->status.open--;
    streams->status.held -= stream->made.len - stream->taken;
    stream->closed = true;
    last = !stream->in_round;
    pthread_mutex_unlock(&streams->lock);
    if (last)
        km_stream_free(stream);
}
