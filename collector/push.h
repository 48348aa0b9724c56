/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_PUSH_H
#define KM_COLLECTOR_PUSH_H

#include <stdint.h>

#include "outbox.h"

/*
 * Sends an outbox to one server, in order, over one kept connection, in a thread of its own. What
 * cannot be delivered now (no connection, 429, 5xx) is tried again after a pause that grows with
 * jitter up to 30 s, or as long as Retry-After says; what the server refuses for good (other 4xx)
 * is dropped, counted and logged with the server's own words.
 */
struct km_push;

struct km_push_config {
    const char *server; /* "http://host:8080" or "https://…"; a path prefix is kept */
    const char *node;   /* posts go to <server>/api/nodes/<node> */
    int64_t timeout_ms; /* of one request */
    struct km_outbox *outbox;
};

/* Returns 0 and the running sender, -EINVAL for a URL that is none, or -ENOMEM. */
int km_push_start(const struct km_push_config *config, struct km_push **ret_push);

/* Sends what is left for at most drain_ms, then ends the thread. NULL is fine. */
void km_push_stop(struct km_push *push, int64_t drain_ms);

#endif
