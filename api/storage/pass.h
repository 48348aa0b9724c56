/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_PASS_H
#define KM_API_STORAGE_PASS_H

#include "store.h"

/*
 * A pass over the entities that match, in no order, for who counts them, adds them up or chooses
 * some: much cheaper than a list, since they are met as they lie in the store, shard by shard, and
 * nothing is copied but the rows that are wanted.
 *
 *     struct km_pass *pass;
 *     int r = km_pass_new(store, &filter, now_ms, KM_PASS_NEWEST, &pass);
 *     while (r == 0 && (r = km_pass_next(pass, each, arg)) == 1)
 *         ;  -- others may have the processor between two pieces
 *     km_pass_free(pass);
 */
struct km_pass;

enum km_pass_rows {
    KM_PASS_NO_ROWS,
    KM_PASS_NEWEST, /* the newest row of each */
    KM_PASS_BOTH,   /* and the one before it */
};

/* An entity as it is met. All of it is the store's and good during the call. */
struct km_met {
    struct km_ref ref;
    const char *name[KM_NAME_PARTS]; /* "" behind the last */
    const char *deployment, *owner_kind, *owner_name, *workload_kind, *workload_name; /* or NULL */
    int64_t received_ms; /* when the newest row came, by the server's clock */
    const struct km_row *last, *previous; /* NULL where not wanted or not there */
};

/* Called with a lock of the store's held: it must be quick and not call the store. It stops the
 * pass by a negative number. */
typedef int km_pass_each(void *arg, const struct km_met *met);

/* Returns 0 and a pass for km_pass_free(), or -ENOMEM. */
int km_pass_new(const struct km_store *store, const struct km_filter *filter, int64_t now_ms,
                enum km_pass_rows rows, struct km_pass **ret_pass);
void km_pass_free(struct km_pass *pass); /* NULL is fine */

/*
 * Calls each() for some of the entities, less than a millisecond's work. One that comes or goes
 * between two pieces may be met or not; the others are, once. Returns 1 while there is more, 0 at
 * the end, what each() has stopped with, or -ENOMEM.
 */
int km_pass_next(struct km_pass *pass, km_pass_each *each, void *arg);

/* All of it in one go, where there is not much: 0, what each() has stopped with, or -ENOMEM. */
int km_pass_all(const struct km_store *store, const struct km_filter *filter, int64_t now_ms,
                enum km_pass_rows rows, km_pass_each *each, void *arg);

#endif
