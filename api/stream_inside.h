/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STREAM_INSIDE_H
#define KM_API_STREAM_INSIDE_H

/* What the files of the streams share; nobody else includes it. */

#include <stdbool.h>

#include "stream.h"

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
