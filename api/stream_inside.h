/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STREAM_INSIDE_H
#define KM_API_STREAM_INSIDE_H

/* What the files of the streams share; nobody else includes it. */

#include <pthread.h>
#include <stdbool.h>

#include "stream.h"

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

/* Frees what nobody else has any more. */
void km_stream_free(struct km_stream *stream);

/* Called with the lock held: lets its connection take what there is. */
void km_stream_wake(struct km_stream *stream);

/* The first tick after a steady time. All streams tick together, so that they share answers. */
int64_t km_streams_next_tick(const struct km_streams *streams, int64_t steady_ms);

/* The thread that makes all ticks; arg is the struct km_streams. (stream_round.c) */
void *km_streams_run(void *arg);

/* What a path is answered with now. */
struct km_stream_answer {
    int status;
    struct km_buf body; /* JSON */
};

/*
 * Asks the route of a path; a window of it is answered from since_ms on only, where that is not 0.
 * An answer of more than KM_STREAM_TICK bytes, or one that is not JSON, becomes a problem.
 * (stream_answer.c)
 */
void km_stream_ask(const struct km_streams_config *config, const char *path, int64_t since_ms,
                   int64_t now_ms, struct km_stream_answer *ret_answer);

/* The events of an answer and of a tick, appended. (stream_answer.c) */
void km_stream_write_answer(struct km_buf *out, const char *path,
                            const struct km_stream_answer *answer);
void km_stream_write_tick(struct km_buf *out, int64_t now_ms);

#endif
