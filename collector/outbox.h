/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_OUTBOX_H
#define KM_COLLECTOR_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a server has not acknowledged yet: encoded batches, oldest first, within a limit of bytes.
 * One outbox a server. The tick puts, the server's push thread takes. A batch that has to wait
 * is compressed, so that an hour of 110 pods fits into 16 MiB.
 */
struct km_outbox;

/* An encoded batch. Counted, because several outboxes may hold the same one. */
struct km_payload;

struct km_outbox_status {
    size_t batches, bytes;
    uint64_t dropped; /* oldest batches given up for want of room, and refused ones */
};

/* Copies the body. Returns NULL when memory runs out. */
struct km_payload *km_payload_new(const void *body, size_t len);
void km_payload_unref(struct km_payload *payload); /* NULL is fine */

/* The bytes to send; *ret_gzip says whether they are gzip (RFC 1952). Valid while held. */
const void *km_payload_bytes(const struct km_payload *payload, size_t *ret_len, bool *ret_gzip);

/* Returns NULL when memory runs out. */
struct km_outbox *km_outbox_new(size_t limit);
void km_outbox_free(struct km_outbox *outbox);

/* Adds the newest batch (its own reference); drops the oldest ones if the limit wants it. */
void km_outbox_put(struct km_outbox *outbox, struct km_payload *payload);

/*
 * Waits for the oldest batch, at most timeout_ms; NULL if there is none by then or the outbox is
 * closed and empty. The caller gets a reference; the batch stays in the outbox until
 * km_outbox_remove().
 */
struct km_payload *km_outbox_oldest(struct km_outbox *outbox, int64_t timeout_ms);

/* Takes the batch out: acknowledged, or refused for good (counted as dropped). */
void km_outbox_remove(struct km_outbox *outbox, struct km_payload *payload, bool acknowledged);

/* Wakes the waiting thread: no more will be put. */
void km_outbox_close(struct km_outbox *outbox);

void km_outbox_get_status(struct km_outbox *outbox, struct km_outbox_status *ret_status);

#endif
