/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clean.h"
#include "stream_inside.h"
#include "time_format.h"

#define LEAST_WAIT_MS 5 /* where memory runs out: not at once again */

struct km_stream {
    struct km_streams *streams;
    struct km_stream *next, **link; /* in streams->first */
    struct km_stream_sleeper sleeper;
    bool asleep, in_round, closed;
    char *paths[KM_STREAM_WATCHES];
    unsigned n_paths;
    int64_t since_ms;   /* wall clock of its last tick; 0: none */
    int64_t due_ms;     /* steady clock: its next tick */
    int64_t spoken_ms;  /* steady clock: when something was last made for it */
    struct km_buf made; /* not taken yet: made.data[taken..] */
    size_t taken;
};

struct km_streams {
    struct km_streams_config config;
    pthread_mutex_t lock; /* of all below and of every stream */
    pthread_cond_t changed;
    pthread_t thread;
    bool running, ended, quit;
    struct km_stream *first;
    struct km_streams_status status;
};

/* --- one stream: its owner's side --------------------------------------------------------------
 */

static void stream_free(struct km_stream *s)
{
    for (unsigned i = 0; i < s->n_paths; i++)
        free(s->paths[i]);
    km_buf_done(&s->made);
    free(s);
}

/* All streams tick together, so that they share answers. */
static int64_t next_tick(const struct km_streams *streams, int64_t steady_ms)
{
    return (steady_ms / streams->config.interval_ms + 1) * streams->config.interval_ms;
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
        s->due_ms = next_tick(streams, s->due_ms); /* it has what there is now */
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
        stream_free(s);
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
        stream_free(stream);
}

/* --- the thread: rounds of ticks ---------------------------------------------------------------
 */

/* One path that one stream wants answered in this round. */
struct want {
    struct km_stream *stream;
    const char *path;
    int64_t since_ms;      /* 0 where it makes no difference */
    struct km_buf *answer; /* its event: the same for all that want the same */
    bool owns;
};

static void wake(struct km_stream *s)
{
    if (!s->asleep)
        return;
    s->asleep = false;
    s->sleeper.wake(s->sleeper.arg);
}

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
    wake(s);
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
    next_ms = next_tick(streams, begin_ms);
    if (next_ms < 2 * end_ms - begin_ms)
        next_ms = 2 * end_ms - begin_ms; /* a slow round rests as long as it took */
    for (size_t i = 0; i < n; i++) {
        struct km_stream *s = wants[i].stream;

        if (!s || !s->in_round)
            continue; /* it is gone, or has its answers */
        s->in_round = false;
        if (s->closed) {
            stream_free(s);
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
            wake(s);
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

static void *run(void *arg)
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

/* --- life --------------------------------------------------------------------------------------
 */

int km_streams_new(const struct km_streams_config *config, struct km_streams **ret_streams)
{
    struct km_streams *streams = calloc(1, sizeof(*streams));
    pthread_condattr_t attributes;
    int r;

    if (!streams)
        return -ENOMEM;
    streams->config = *config;
    pthread_mutex_init(&streams->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&streams->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    r = pthread_create(&streams->thread, NULL, run, streams);
    streams->running = r == 0;
    if (r != 0) {
        km_streams_free(streams);
        return -r;
    }
    *ret_streams = streams;
    return 0;
}

void km_streams_end(struct km_streams *streams)
{
    if (!streams)
        return;
    pthread_mutex_lock(&streams->lock);
    streams->ended = true;
    for (struct km_stream *s = streams->first; s; s = s->next)
        wake(s);
    pthread_mutex_unlock(&streams->lock);
}

void km_streams_free(struct km_streams *streams)
{
    if (!streams)
        return;
    pthread_mutex_lock(&streams->lock);
    streams->ended = streams->quit = true;
    pthread_cond_signal(&streams->changed);
    pthread_mutex_unlock(&streams->lock);
    if (streams->running)
        pthread_join(streams->thread, NULL);
    pthread_cond_destroy(&streams->changed);
    pthread_mutex_destroy(&streams->lock);
    free(streams);
}

void km_streams_get_status(struct km_streams *streams, struct km_streams_status *ret_status)
{
    pthread_mutex_lock(&streams->lock);
    *ret_status = streams->status;
    pthread_mutex_unlock(&streams->lock);
}
