/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STREAM_H
#define KM_API_STREAM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "api.h"
#include "route.h"

/*
 * Streams of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): a
 * client names paths to watch and is sent, each interval, what they answer. One thread of its own
 * makes the answers, each path once for all streams that watch it, so that streams take no time of
 * the threads that answer requests. Knows no HTTP library: http_stream.c takes the bytes.
 *
 *   event: answer
 *   data: {"watch":"/api/cluster","status":200,"answer":{"pods":12,…}}
 *
 *   id: 1764115200000
 *   event: tick
 *   data: {"time":"2025-11-26T00:00:00.000Z"}
 *
 * The tick ends what belongs together. Its id is the server's time in ms: with it as Last-Event-ID
 * a stream goes on where another ended. A watched path with ?window= answers its whole window once
 * and then only the rows since the tick before (and the last three steps again, which late readings
 * may still change). Where nothing is to be said for 15 s a comment shows that the server is there.
 */
struct km_streams;
struct km_stream;

#define KM_STREAM_WATCHES 16         /* paths of one stream: the page's views have up to 10 */
#define KM_STREAM_TICK    (4 << 20)  /* bytes of one tick: more must be asked for in pages */
#define KM_STREAM_HELD    (64 << 20) /* bytes that all streams' clients have not taken yet */

struct km_streams_config {
    const struct km_api *api; /* outlives the streams */
    const struct km_route *routes;
    int64_t interval_ms; /* between two ticks; a round that takes longer rests as long as it took */
    int64_t heartbeat_ms;
    unsigned max_streams;
};

struct km_streams_status {
    unsigned open;
    uint64_t opened, refused; /* since the server started */
    uint64_t ticks;           /* sent, of all streams */
    uint64_t answers;         /* made: fewer than sent where several watch the same */
    uint64_t skipped;         /* ticks not made because the client had not taken the one before */
    size_t held;              /* bytes made and not taken */
};

/* Returns 0 and the thread running, or negative errno. */
int km_streams_new(const struct km_streams_config *config, struct km_streams **ret_streams);

/* Ends every stream and opens no more; each is still its owner's to close. NULL is fine. */
void km_streams_end(struct km_streams *streams);

/* Ends the thread; every stream must have been closed. NULL is fine. */
void km_streams_free(struct km_streams *streams);

void km_streams_get_status(struct km_streams *streams, struct km_streams_status *ret_status);

/*
 * Opens a stream of n paths ("/api/pods?limit=5"), which must have been checked with
 * km_stream_check(); they are copied. since_ms: the id of the last tick the client has, or 0; its
 * first tick comes at once, unless since_ms is of the last two intervals.
 * Returns 0 and a stream for km_stream_close(), -EBUSY where there are max_streams, -ESHUTDOWN
 * after km_streams_end(), -ENOMEM.
 */
int km_stream_open(struct km_streams *streams, const char *const *paths, unsigned n,
                   int64_t since_ms, struct km_stream **ret_stream);

/* NULL where path can be watched, else why not: a sentence, in text[size]. */
const char *km_stream_check(const struct km_route *routes, const char *path, char *text,
                            size_t size);

/*
 * What stops and wakes the one who takes: sleep(arg) is called by km_stream_take() where there is
 * nothing to take, wake(arg) later and once, from the streams' thread, when there is. Neither may
 * call a function of this header.
 */
struct km_stream_sleeper {
    void (*sleep)(void *arg);
    void (*wake)(void *arg);
    void *arg;
};

/* Must be called before the first km_stream_take(). */
void km_stream_set_sleeper(struct km_stream *stream, const struct km_stream_sleeper *sleeper);

/* Copies up to max bytes to out and returns how many; 0 after sleep(); -ESHUTDOWN at the end. */
ssize_t km_stream_take(struct km_stream *stream, char *out, size_t max);

/* Frees the stream; wake() is not called any more once this returns. NULL is fine. */
void km_stream_close(struct km_stream *stream);

#endif
