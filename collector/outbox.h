/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COLLECTOR_OUTBOX_H
#define KM_COLLECTOR_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Encoded batches that a server has not acknowledged yet, oldest first, within a limit of bytes.
 * The tick puts, a push thread takes.
 *
 * A batch that finds others waiting is packed with gzip as small as it gets, to about a ninth: the
 * server is away, and the limit should last long. What goes at once is packed fast, to a seventh,
 * where km_outbox_pack_all() says that bytes on the way cost more than CPU time.
 */
struct km_outbox;

struct km_payload {
    struct km_payload *next;
    size_t len, room; /* of the body: bytes it has, and there is memory for */
    bool gzip;        /* the body is packed */
    char body[];
};

struct km_outbox *km_outbox_new(size_t limit); /* NULL when memory runs out */
void km_outbox_free(struct km_outbox *outbox);

/* A new one in which the same waits, for another server; NULL when memory runs out. */
struct km_outbox *km_outbox_copy(struct km_outbox *outbox);

/* Whether batches that do not have to wait are packed, too. Not at first. */
void km_outbox_pack_all(struct km_outbox *outbox, bool yes);

/*
 * Adds a copy of the body, packed where others wait; the oldest go where the limit wants it.
 * Returns 0 or -ENOMEM. Allocates nothing while the server keeps up: the memory of the last one
 * that was delivered serves again.
 */
int km_outbox_put(struct km_outbox *outbox, const void *body, size_t len);

/*
 * Takes the oldest batch out, waiting for one at most timeout_ms or until km_outbox_wake(); NULL if
 * there is none. It belongs to the caller until km_outbox_done() where it was acknowledged or
 * refused, or km_outbox_return() to try again.
 */
struct km_payload *km_outbox_take(struct km_outbox *outbox, int64_t timeout_ms);

/* Ends with a batch; NULL is allowed. */
void km_outbox_done(struct km_outbox *outbox, struct km_payload *payload);

/* Puts a batch back as the oldest one; drops it where newer ones have taken its room. */
void km_outbox_return(struct km_outbox *outbox, struct km_payload *payload);

/* Lets timeout_ms pass, less if km_outbox_wake() is called or was since the last wait. */
void km_outbox_pause(struct km_outbox *outbox, int64_t timeout_ms);

/* Ends the wait that goes on in another thread, or else the next one. */
void km_outbox_wake(struct km_outbox *outbox);

/* How many wait, and how many were dropped for want of room. */
size_t km_outbox_waiting(struct km_outbox *outbox);
uint64_t km_outbox_dropped(struct km_outbox *outbox);

#endif
