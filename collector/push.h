/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_PUSH_H
#define KM_COLLECTOR_PUSH_H

#include <stdint.h>

#include "outbox.h"

/*
 * Sends an outbox to one server, in order, over one kept connection, in a thread of its own. What
 * cannot be delivered now (no connection, 408, 429, 5xx) is tried again after a pause that doubles
 * up to 30 s, with jitter; so is what the server does not let in (401, 403): the token may be about
 * to be replaced. What it refuses for good (other 4xx) is dropped and logged with the server's own
 * words. Logs when the server is lost and found.
 */
struct km_push;

struct km_push_config {
    const char *server;  /* "http://host:port" */
    const char *address; /* the one of the host's addresses to post to; NULL: by its name */
    const char *node;    /* posts go to <server>/api/nodes/<node> */
    const char
        *token_file;     /* a bearer token, read again when it changes (token_file.h); NULL: none */
    const char *ca_file; /* certificates that vouch for an https server's; NULL: the system's */
    struct km_outbox *outbox;
};

/* The outbox and the files' names must outlive the push. Returns 0, -EINVAL (URL) or -ENOMEM. */
int km_push_start(const struct km_push_config *config, struct km_push **ret_push);

/* Sends what is left for at most drain_ms, then ends the thread. NULL is fine. */
void km_push_stop(struct km_push *push, int64_t drain_ms);

/* Batches that the server refused for good. */
uint64_t km_push_refused(const struct km_push *push);

#endif
