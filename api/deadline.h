/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_DEADLINE_H
#define KM_API_DEADLINE_H

#include <stdint.h>

/*
 * Absolute deadlines of sockets. The HTTP library's own timeout begins anew with every byte, so a
 * client that sends one byte a second holds its connection for ever; here a thread shuts down what
 * is past its time, however busy it looks, and the library then sees the end of the connection.
 */
struct km_deadlines;
struct km_deadline; /* of one socket */

/* Returns 0 and an empty table with its thread running, or negative errno. */
int km_deadlines_new(struct km_deadlines **ret_table);

/* Ends the thread; every deadline must have been removed. NULL is fine. */
void km_deadlines_free(struct km_deadlines *table);

/* Watches fd from now for timeout_ms. Returns NULL when memory runs out. */
struct km_deadline *km_deadline_add(struct km_deadlines *table, int fd, int64_t timeout_ms);

/* Sets a new deadline, timeout_ms from now. */
void km_deadline_set(struct km_deadline *deadline, int64_t timeout_ms);

/* Forgets the socket. Call it before the socket is closed, for its number may be used again. */
void km_deadline_remove(struct km_deadlines *table, struct km_deadline *deadline);

/* How many sockets were shut down. */
uint64_t km_deadlines_expired(const struct km_deadlines *table);

#endif
