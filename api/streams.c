/* SPDX-License-Identifier: Apache-2.0 */
/* All streams: from their beginning to their end. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "stream_inside.h"

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
    r = pthread_create(&streams->thread, NULL, km_streams_run, streams);
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
        km_stream_wake(s);
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
