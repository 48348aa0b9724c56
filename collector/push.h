/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_PUSH_H
#define KM_COLLECTOR_PUSH_H

#include <stdint.h>

#include "outbox.h"

/*
 * Sends an outbox to one server, in order, over one kept connection, in a thread of its own. What
 * cannot be delivered now (no connection, 429, 5xx) is tried again after a pause that doubles up to
 * 30 s, with jitter; what the server refuses for good (other 4xx) is dropped and logged with the
 * server's own words. Logs when the server is lost and found.
 */
struct km_push;

/* Posts go to <server>/api/nodes/<node>. Returns 0, -EINVAL (node or URL) or -ENOMEM. */
int km_push_start(const char *server, const char *node, struct km_outbox *outbox,
                  struct km_push **ret_push);

/* Sends what is left for at most drain_ms, then ends the thread. NULL is fine. */
void km_push_stop(struct km_push *push, int64_t drain_ms);

/* Batches that the server refused for good. */
uint64_t km_push_refused(const struct km_push *push);

#endif
